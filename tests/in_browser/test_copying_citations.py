"""A number's menu, notes where they are read, pictures, marks and prints: what a script adds to a page of text."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser import ready


def choose(page: Page, opener: Locator, form: str) -> str:
    """Open a menu by keyboard, choose what to copy, and return what was copied."""
    opener.press("Enter")
    expect(page.locator(".cite[popover]")).to_be_visible()
    page.get_by_role("button", name=f"Copy {form}", exact=True).press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_contain_text(f"Copied: {form}, ")
    expect(page.locator(".cite[popover]")).to_be_hidden()
    expect(opener).to_be_focused()
    return str(page.evaluate("navigator.clipboard.readText()"))


def number(page: Page, printed: str) -> Locator:
    return page.get_by_role("button", name=f"{printed} Cite or copy", exact=True)


def test_a_number_copies_link_citation_and_quotations(page: Page, address: str) -> None:
    page.goto("/2011/chapter-1/")
    two = number(page, "2.")
    there = f"{address}/2011/p/2/"
    assert choose(page, two, "link") == there
    title = "Running a community library 2011"
    assert choose(page, two, "citation") == (
        f"{title} (Nobody; superseded on 18 June 2021), paragraph 2, page 2 of the official PDF. {there}"
    )
    harvard = choose(page, two, "Harvard reference")
    assert harvard.startswith(
        f"[Author not known] (2011) {title}, paragraph 2, p. 2. Available at: {there} (Accessed: "
    )
    quoted = choose(page, two, "quotation as Markdown").split("\n")
    assert quoted[:5] == [
        f"> [{title}, paragraph 2]({there}): superseded on 18 June 2021",
        ">",
        "> The librarian must post on the door:",
        ">",
        "> - the hours of opening",
    ]
    assert quoted[-2:] == ["> - (a) the rules,", "> - (b) the fines. Fines are small."]
    plain = choose(page, two, "quotation").split("\n")
    assert plain[:2] == [
        f"{title}, paragraph 2 (superseded on 18 June 2021):",
        "“The librarian must post on the door:",
    ]
    assert plain[-2:] == ["• (b) the fines. Fines are small.”", there]


def test_word_and_e_mail_get_a_quotation_with_name_and_standing_above_it(page: Page, address: str) -> None:
    page.goto("/2011/chapter-1/")
    plain = choose(page, number(page, "2."), "quotation for Word or e-mail")
    read = """async () => {
      const [item] = await navigator.clipboard.read();
      return (await item.getType("text/html")).text();
    }"""
    copied = page.evaluate(read)
    named = f'<a href="{address}/2011/p/2/">Running a community library 2011, paragraph 2</a>'
    assert re.search(rf"<cite>{re.escape(named)}: superseded on 18 June 2021</cite>.*<li>", copied, re.DOTALL)
    assert plain.startswith("Running a community library 2011, paragraph 2 (superseded on 18 June 2021):")


def test_the_quotation_in_html_is_of_one_form_and_escaped(page: Page, address: str) -> None:
    page.goto("/2011/chapter-2/")
    unit = page.locator(".text").first
    unit_id = unit.get_attribute("id")
    there = f"{address}/2011/p/{unit_id}/"
    copied = choose(page, unit.locator("button.pin"), "quotation as HTML")
    assert copied.startswith(f'<blockquote class="guidance-quote" cite="{there}" data-guidance="2011/{unit_id}">')
    assert "<p># Not a heading; " in copied
    assert "&lt;b&gt;nor&lt;/b&gt; bold.</p>" in copied
    assert re.search(
        rf'<p><cite><a href="{re.escape(there)}">Running a community library 2011, unnumbered text under '
        r"“[^<]*”</a>: superseded on 18 June 2021</cite></p> <p>",
        copied,
    )


def test_headings_boxes_and_charts_have_the_menu_too(page: Page, address: str) -> None:
    page.goto("/2011/chapter-1/")
    box = page.get_by_role("group", name="Box: What the law asks")
    assert "box “What the law asks”" in choose(page, box.locator(".pin"), "citation")
    heading = page.locator(".headed", has=page.locator("h1")).locator(".pin")
    assert choose(page, heading, "link") == f"{address}/2011/chapter-1/#chapter-1"  # where its words are
    page.goto("/2011/chapter-2/")
    chart = page.locator(".headed", has=page.locator("#flow-chart-1")).locator(".pin")
    assert "<li>A reader asks</li><li>The librarian lends</li>" in choose(page, chart, "quotation as HTML")


def test_the_menu_leads_to_the_official_page_and_closes_by_escape(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    number(page, "2.").press("Enter")
    official = page.get_by_role("link", name="Page 2 of the official PDF")
    expect(official).to_have_attribute("href", "https://example.org/2011.pdf#page=2")
    expect(page.get_by_role("button", name="Copy quotation", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Copy quotation for Word or e-mail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cite[popover]")).to_be_hidden()
    expect(number(page, "2.")).to_be_focused()


def test_without_a_clipboard_the_old_way_copies(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto("/2011/chapter-1/")
    number(page, "2.").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_text("Copied: link, paragraph 2")
    context.close()


def test_a_note_opens_where_it_is_read_and_closes(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    mark, note = page.locator("#fnref-1"), page.get_by_role("dialog")
    mark.hover()
    expect(note).to_contain_text("A note with a * star")
    note.hover()  # it stays while the pointer is on it
    page.wait_for_timeout(400)
    expect(note).to_be_visible()
    page.mouse.move(0, 0)
    expect(note).to_be_hidden()
    mark.click()
    expect(page).to_have_url("/2011/chapter-1/#fn-1")


def test_a_note_opens_for_the_keyboard_and_leads_on(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    page.keyboard.press("Tab")
    mark = page.locator("#fnref-1")
    mark.focus()
    expect(page.get_by_role("dialog")).to_contain_text("A note with a * star")
    mark.press("Enter")
    expect(page).to_have_url("/2011/chapter-1/#fn-1")


def test_on_touch_a_note_opens_where_it_is_read_and_a_second_tap_leads_on(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 780}, has_touch=True)
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    mark = page.locator("#fnref-1")
    mark.tap()
    expect(page.get_by_role("dialog")).to_contain_text("A note with a * star")
    expect(page).to_have_url("/2011/chapter-1/")
    mark.tap()
    expect(page).to_have_url("/2011/chapter-1/#fn-1")
    context.close()


def test_a_picture_zooms(page: Page) -> None:
    page.goto("/2011/chapter-2/")
    ready(page)
    picture = page.locator("a.picture")
    picture.press("Enter")
    dialog = page.get_by_role("dialog")
    image = dialog.get_by_role("img", name="A reader asks; the librarian lends.")
    image.evaluate("one => one.decode()")  # it has its size once it is there
    before = image.bounding_box()
    dialog.get_by_role("button", name="Larger").click()
    after = image.bounding_box()
    assert before
    assert after
    assert after["width"] > 1.4 * before["width"]
    page.keyboard.press("-")
    assert image.bounding_box() == before
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(picture).to_be_focused()


def test_a_chart_says_its_words_under_it(either_page: Page) -> None:
    either_page.goto("/2011/chapter-2/")
    expect(either_page.locator(".steps li")).to_have_text(["A reader asks", "The librarian lends"])
    expect(either_page.locator(".steps li").first).to_be_visible()


def test_duty_words_are_marked_unless_the_reader_says_otherwise(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    word = page.locator("#para-1 .duty.should")
    expect(word).to_have_text("should")
    expect(word).to_have_css("text-decoration-line", "underline")
    page.get_by_text("Duty words", exact=True).click()
    page.get_by_label("Mark duty words").uncheck()
    expect(word).to_have_css("text-decoration-line", "none")
    page.route("**/reading.js", lambda route: route.abort())  # the choice does not wait for menus
    page.goto("/2021/chapter-1/")
    line = "one => getComputedStyle(one).textDecorationLine"
    assert page.locator("#para-1 .duty.should").evaluate(line) == "none"  # at once


def test_must_and_should_differ_in_more_than_colour(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    page.get_by_text("Duty words", exact=True).click()
    styles = page.locator(".key .duty").evaluate_all(
        "all => all.map(one => getComputedStyle(one).textDecorationStyle)"
    )
    assert styles == ["double", "double", "dashed", "dotted"]


def test_the_contents_stay_in_view_and_follow(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto("/2011/chapter-2/")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("navigation", name="2011 edition")).to_be_in_viewport()
    expect(page.get_by_role("navigation", name="On this page").locator(".md-nav__link--active")).to_have_count(1)


@pytest.mark.parametrize("section", ["flow-chart-1", ""])
def test_what_is_printed_says_where_it_is_from(page: Page, address: str, section: str) -> None:
    page.goto("/2011/chapter-2/")
    if section:
        page.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
        page.locator(".headed", has=page.locator(f"#{section}")).locator(".pin").click()
        page.get_by_role("button", name="Print this section").click()
    else:
        page.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
        page.locator(".headed", has=page.locator("h1")).locator(".pin").click()
        page.get_by_role("button", name="Print this page").click()
    page.emulate_media(media="print")
    head = page.locator(".printed")
    expect(head).to_contain_text("Running a community library, 2011 edition.")
    expect(head).to_contain_text("Superseded on 18 June 2021: not in force.")
    expect(head).to_contain_text(f"{address}/2011/chapter-2/ · printed on ")
    for furniture in (".md-header", ".md-sidebar", ".turn", ".md-path", ".pin"):
        expect(page.locator(furniture).first).to_be_hidden()
    expect(page.locator(f"#{section or 'para-3'}")).to_be_visible()
    if section:
        expect(page.locator("#para-3")).to_be_hidden()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator("#para-3")).to_be_visible()


def test_on_a_phone_the_first_paragraph_is_seen_at_once(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    ready(page)
    header, first = page.locator(".md-header").bounding_box(), page.locator(".paragraph").first.bounding_box()
    assert header
    assert header["height"] <= 60
    assert first
    assert first["y"] < 320
    context.close()


def test_on_a_phone_search_opens_over_the_page(phone: Page) -> None:
    phone.goto("/2011/chapter-1/")
    phone.get_by_role("link", name="Search", exact=True).click()
    field = phone.get_by_role("dialog", name="Search").get_by_role("searchbox")
    expect(field).to_be_focused()
    phone.keyboard.press("Escape")
    expect(field).to_be_hidden()
    phone.keyboard.press("/")
    expect(field).to_be_focused()


def test_where_there_is_a_share_sheet_a_number_opens_it(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.add_init_script("window.shared = []; navigator.share = async (what) => { window.shared.push(what); };")
    page.goto("/2011/chapter-1/")
    number(page, "2.").press("Enter")
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    expect(page.locator(".cite[popover]")).to_be_hidden()
    (shared,) = page.evaluate("window.shared")
    assert shared["url"] == f"{address}/2011/p/2/"
    assert shared["title"].endswith("paragraph 2")
    context.close()


def test_without_a_share_sheet_none_is_offered(page: Page) -> None:
    page.add_init_script("delete Navigator.prototype.share;")
    page.goto("/2011/chapter-1/")
    number(page, "2.").press("Enter")
    expect(page.get_by_role("button", name="Copy link", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Share", exact=True)).to_have_count(0)
