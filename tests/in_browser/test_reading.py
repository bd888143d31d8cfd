"""Reading in a real browser: everything a reader needs, with scripts and without, by mouse and by keyboard."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from browser import ready

KINDS = (
    "/",
    "/2001/",
    "/2011/",
    "/2011/chapter-1/",
    "/2011/chapter-2/",
    "/2011/conversion/",
    "/2021/annex-a/",
    "/search/?q=library",
)


def test_a_chapter_says_where_it_stands(either_page: Page) -> None:
    either_page.goto("/2011/chapter-1/")
    expect(either_page.get_by_role("heading", level=1)).to_have_text("Chapter 1: Opening the doors")
    expect(either_page.locator("#para-1")).to_contain_text("1. A library should be open to all.")
    expect(either_page.get_by_role("group", name="Box: What the law asks")).to_be_visible()
    status = either_page.get_by_role("region", name="Status of this edition")
    expect(status).to_contain_text("Superseded on 18 June 2021 by the 2021 edition")
    expect(either_page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("2011 edition")
    expect(either_page.get_by_role("contentinfo")).to_contain_text("Unofficial.")
    expect(either_page.get_by_role("contentinfo")).to_contain_text("Open Government Licence v3.0")
    official = either_page.get_by_role("link", name="Official file, pages 2 to 3")
    expect(official).to_have_attribute("href", "https://example.org/2011.pdf#page=2")


def test_the_banner_leads_to_where_the_text_stands_now(either_page: Page) -> None:
    either_page.goto("/2011/chapter-2/")
    either_page.get_by_role("link", name="Read where this text stands now").click()
    expect(either_page).to_have_url("/2021/chapter-2/#chapter-2")
    expect(either_page.locator(".status")).to_contain_text("In force.")


def test_an_edition_link(either_page: Page) -> None:
    either_page.goto("/2011/chapter-2/")
    links = either_page.get_by_role("navigation", name="Editions").get_by_role("link")
    assert [link.inner_text() for link in links.all()] == ["2021", "2011", "2001"]
    links.first.click()  # with a script it leads to the text in view
    expect(either_page).to_have_url(re.compile(r"/2021/chapter-2/#"))


def test_an_edition_link_to_where_nothing_is_known_leads_to_that_editions_home(either_page: Page) -> None:
    either_page.goto("/2011/chapter-2/")
    either_page.locator(".editions").get_by_role("link", name="2001").click()
    expect(either_page).to_have_url("/2001/")
    expect(either_page.get_by_role("heading", name="The full text is not on this site")).to_be_visible()
    either_page.get_by_role("link", name="the 2011 edition", exact=True).click()
    expect(either_page).to_have_url("/2011/")


def test_an_edition_link_keeps_the_paragraph_in_view(page: Page) -> None:
    page.goto("/2011/chapter-2/#chapter-2-table")
    page.locator(".editions a[data-edition='2021']").evaluate("link => link.click()")
    expect(page).to_have_url("/2021/chapter-2/#chapter-2-table")


def test_the_version_selector_keeps_the_paragraph_in_view(page: Page) -> None:
    page.goto("/2011/chapter-2/#chapter-2-table")
    page.locator(".md-version__current").evaluate("menu => menu.focus({ preventScroll: true })")
    page.locator(".md-version__link", has_text="2021").evaluate("link => link.click()")
    expect(page).to_have_url("/2021/chapter-2/#chapter-2-table")


def test_the_version_selector_can_be_reached_after_scrolling_on_a_phone(phone: Page) -> None:
    phone.goto("/2011/chapter-2/")
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    menu = phone.get_by_role("button", name="Select version")
    expect(menu).to_be_in_viewport()
    menu.focus()
    link = phone.locator(".md-version__link", has_text="2021")
    expect(link).to_be_in_viewport()
    box = link.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 320


def test_the_list_says_which_paragraph_each_edition_link_leads_to(page: Page) -> None:
    page.goto("/2011/chapter-1/#para-1")
    link = page.locator(".editions a[data-edition='2021']")
    link.evaluate("link => link.focus({ preventScroll: true })")
    expect(page.locator(".editions li:has(a[data-edition='2021'])")).to_contain_text("in force, paragraph 1")


def test_whoever_follows_a_text_that_is_not_there_is_told_so(page: Page) -> None:
    page.goto("/2011/chapter-1/#para-2-b")
    link = page.locator(".editions a[data-edition='2021']")
    link.evaluate("link => link.focus({ preventScroll: true })")
    expect(page.locator(".editions li:has(a[data-edition='2021'])")).to_contain_text(
        "paragraph 2 is not there: what it stood under"
    )
    link.evaluate("link => link.click()")
    expect(page).to_have_url("/2021/chapter-1/#opening-hours")
    told = page.get_by_text("has no counterpart in this edition")
    expect(told).to_have_text(
        "Paragraph 2 of the 2011 edition has no counterpart in this edition. Here is what it stood under."
    )
    expect(told).to_be_in_viewport()
    told.get_by_role("link").click()
    expect(page).to_have_url("/2011/p/2/")


def test_a_page_without_any_counterpart_says_so(either_page: Page) -> None:
    either_page.goto("/2011/opening/")
    expect(either_page.locator(".editions li:has(a[data-edition='2021'])")).to_contain_text(
        "this text is not there"
    )
    either_page.get_by_role("navigation", name="Editions").get_by_role("link", name="2021").click()
    expect(either_page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("asked", ["javascript:alert(1)", "2011/<b>x</b>", "../../x", "2011/para-1/.."])
def test_a_made_up_request_for_a_text_is_not_believed(page: Page, asked: str) -> None:
    page.goto(f"/2021/chapter-1/?absent={asked}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    ready(page)
    assert not page.get_by_text("has no counterpart").count()


def test_a_note_and_back(either_page: Page) -> None:
    either_page.goto("/2011/chapter-1/")
    either_page.locator("#fnref-1").press("Enter")
    expect(either_page).to_have_url("/2011/chapter-1/#fn-1")
    expect(either_page.locator("#fn-1")).to_be_in_viewport()
    either_page.locator("[role=doc-backlink][aria-label='Back to reference 1 of note 1']").click()
    expect(either_page).to_have_url("/2011/chapter-1/#fnref-1")
    expect(either_page.locator("#fnref-1")).to_be_in_viewport()


def test_a_permalink(either_page: Page) -> None:
    either_page.goto("/2011/p/2/")
    either_page.locator("a[href$='#para-2']").first.click()
    expect(either_page).to_have_url("/2011/chapter-1/#para-2")


def test_without_scripts_a_number_leads_to_its_permanent_page(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    page.get_by_role("link", name="2.", exact=True).click()
    expect(page).to_have_url("/2011/p/2/")
    context.close()


def test_light_and_dark_are_the_readers_choice_and_stay(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/2011/chapter-1/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.locator("label[for=__palette_1]").click()
    page.locator("label[for=__palette_2]").click()
    expect(page.locator("body:not([data-md-color-switching])")).to_have_attribute("data-md-color-scheme", "slate")
    dark = page.evaluate(background)
    assert dark != light
    page.goto("/2021/chapter-2/")
    expect(page.locator("label[for=__palette_0]")).to_be_visible()
    assert page.evaluate(background) == dark
    page.goto("/search/")  # one choice for all editions and our own pages
    assert page.evaluate(background) == dark


def test_dark_needs_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 26)"
    context.close()


def test_before_and_after(either_page: Page) -> None:
    either_page.goto("/2011/chapter-1/")
    either_page.get_by_role("link", name="Next Chapter 2").click()
    expect(either_page).to_have_url("/2011/chapter-2/")
    either_page.get_by_role("link", name="Previous Chapter 1").click()
    expect(either_page).to_have_url("/2011/chapter-1/")


@pytest.mark.parametrize("path", KINDS)
def test_no_request_leaves(page: Page, address: str, path: str) -> None:
    hosts: set[str] = set()
    faults: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path, wait_until="networkidle")
    assert hosts == {urlsplit(address).netloc}
    assert faults == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", KINDS)
def test_no_style_stands_in_a_page(page: Page, path: str) -> None:
    html = BeautifulSoup(page.request.get(path).text(), "lxml")
    assert html.select("[style], style") == []


@pytest.mark.parametrize("path", KINDS)
def test_nothing_is_cut_off_or_hidden_from_the_keyboard_at_320_pixels(phone: Page, path: str) -> None:
    phone.goto(path)
    ready(phone)
    phone.wait_for_load_state("networkidle")  # results that arrive while Tab goes round would push the rest away
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 320
    stops = phone.locator("a[href], button, summary, [tabindex='0']").count()
    seen: list[str] = []
    for _ in range(stops + 1):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement === document.body"):
            break
        place = phone.evaluate(
            """() => { const at = document.activeElement, box = at.getBoundingClientRect();
                return [at.outerHTML, box.width, box.height, box.left, box.right, box.bottom, box.top]; }"""
        )
        seen.append(place[0])
        assert place[1] > 0, place
        assert place[2] > 0, place
        assert place[3] >= -1, place
        assert place[4] <= 321, place
        assert place[5] > 0, place
        assert place[6] < 640, place
    assert len(seen) > 3
    assert not [html for html in seen if "md-nav" in html]


def test_the_contents_open_and_close_by_keyboard(phone: Page) -> None:
    phone.goto("/2011/chapter-1/")
    contents = phone.get_by_role("navigation", name="Navigation", exact=True)
    expect(contents).to_be_hidden()
    button = phone.get_by_role("button", name="Contents")
    button.press("Enter")
    expect(contents).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    phone.keyboard.press("Escape")
    expect(contents).to_be_hidden()
    expect(button).to_be_focused()
    button.press("Enter")
    contents.get_by_role("link", name="Chapter 2").click()
    expect(phone).to_have_url("/2011/chapter-2/")


def test_focus_can_be_seen(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    ready(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))")
        assert style[0] != "none", page.evaluate("document.activeElement.outerHTML")
        assert float(style[1].removesuffix("px")) >= 2


def test_rows_of_the_ledger_are_cards_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto("/2011/duties/")
    table = page.locator(".table.counts")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Readers"))
    shown = [cell.get_attribute("data-label") for cell in row.get_by_role("cell").all() if cell.is_visible()]
    assert shown == ["must", "should", "named in all", "from context"]  # no column of noughts
    said = row.get_by_role("cell").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert said.replace('"', "").startswith("must")
    context.close()
