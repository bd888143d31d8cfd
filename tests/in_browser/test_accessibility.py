"""Axe finds nothing on any kind of page, at three widths, light and dark."""

from importlib.resources import files
from typing import Literal

import pytest
from playwright.sync_api import Browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
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
    *("/404.html", "/2011/p/2/", "/search/", "/search/?q=library&strength=should", "/search/?q=para+99"),
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
            page.wait_for_function("document.querySelector('.search__said').textContent")
        page.evaluate(AXE)
        found = page.evaluate("axe.run()")
        faults += [f"{path}: {v['id']}: {n['html'][:200]}" for v in found["violations"] for n in v["nodes"]]
    context.close()
    assert not faults, "\n".join(faults)
