"""Axe finds nothing on any kind of page, at three widths, light and dark."""

from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from axe_checks import nameless, violations
from browser import ready

KINDS = (
    *(
        "/",
        "/2001/",
        "/2011/",
        "/2021/",
        "/2011/opening/",
        "/2011/chapter-1/",
        "/2011/chapter-2/",
        "/2011/conversion/",
    ),
    *("/404.html", "/2011/p/2/", "/2011/duties/", "/2011/duties/readers/"),
    *("/2021/compare/2011/", "/2021/compare/2011/part-1/"),
    *("/search/", "/search/?q=library&strength=should", "/search/?q=para+99"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    faults: list[str] = []
    for path in KINDS:
        page.goto(path)
        if "?q=" in path:
            expect(page.locator(".search__said")).not_to_be_empty()
        faults += violations(page, path)
    context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", ["/", "/2011/", "/2011/chapter-1/", "/2011/chapter-2/", "/search/?q=library"])
def test_everything_that_can_be_reached_has_a_name(page: Page, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    assert nameless(page) == []


def test_the_frame_reads_as_landmarks_in_order(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    ready(page)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    landmarks = ("banner", "search", "navigation", "main", "region", "contentinfo")
    said = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree
        if not node["ignored"] and node["role"]["value"] in landmarks
    ]
    assert sorted(said) == sorted(
        [
            ("banner", ""),
            ("main", ""),
            ("navigation", "Header"),
            ("navigation", "Tabs"),
            ("navigation", "Navigation"),
            ("navigation", "2011 edition"),
            ("navigation", "On this page"),
            ("navigation", "Editions"),
            ("region", "Status of this edition"),
            ("navigation", "Breadcrumb"),
            ("navigation", "Previous and next page"),
            ("navigation", "All parts of this site"),
            ("contentinfo", ""),
        ]
    )


@pytest.mark.parametrize("path", KINDS)
def test_headings_are_in_order(page: Page, path: str) -> None:
    page.goto(path)
    ready(page)
    levels = page.locator("h1, h2, h3, h4, h5, h6, [role=heading]").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('aria-level') ?? one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_nothing_moves_for_whoever_asked_for_that(phone: Page) -> None:
    phone.goto("/2011/chapter-1/")
    ready(phone)
    moving = phone.locator("body *").evaluate_all("all => all.filter(one => one.getAnimations().length).length")
    assert moving == 0


def test_with_forced_colours_what_is_set_apart_has_an_edge(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, forced_colors="active")
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    for apart in (".box", ".status"):
        assert page.locator(apart).first.evaluate("one => getComputedStyle(one).borderTopWidth") != "0px"
    assert (
        page.locator(".key .duty.must").first.evaluate("one => getComputedStyle(one).textDecorationStyle")
        == "double"
    )
    context.close()
