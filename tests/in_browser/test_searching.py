"""Search, from the first key to the opened paragraph, and what stands there without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import ready


def test_from_the_first_key_to_the_paragraph(page: Page) -> None:
    page.goto("/2011/chapter-2/")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("open to all")  # found as one types, over the page
    first = page.locator(".hit__link").first
    expect(first).to_have_text("para 1 · Chapter 1: Opening the doors")
    expect(page.locator(".hit").first.locator("mark").first).to_have_text("open to all.")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/2021/chapter-1/#para-1")
    expect(page.locator("#para-1")).to_be_in_viewport()
    plain = page.locator("#para-2").evaluate("one => getComputedStyle(one).backgroundColor")
    expect(page.locator("#para-1")).not_to_have_css("background-color", plain)


def test_what_is_typed_while_the_dialog_is_on_its_way_is_searched_for(page: Page) -> None:
    page.goto("/2011/chapter-2/")
    page.keyboard.press("/")
    page.keyboard.type("open to all")
    expect(page.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_have_value("open to all")
    expect(page.locator(".hit").first.locator("mark").first).to_have_text("open to all.")


def test_the_edition_in_force_comes_first_and_a_text_once(page: Page) -> None:
    page.goto("/search/?q=open+to+all")
    expect(page.get_by_role("heading", level=2).first).to_have_text("In force: 2021")
    same = page.locator(".hit").first
    expect(same).to_contain_text("This text in other editions: 2011 para 1")
    expect(page.locator(".hit__link[href$='/2011/chapter-1/#para-1']")).to_have_count(0)


def test_a_text_that_no_edition_shares_is_found_in_both(page: Page) -> None:
    page.goto("/search/?q=%22paragraph+2(b)%22")
    expect(page.locator(".hit__link[href$='#para-3']")).to_have_count(2)
    expect(page.get_by_role("heading", level=2).last).to_have_text("Only in other editions")


def test_a_citation_goes_straight_there_and_back_is_back(page: Page) -> None:
    for words, there in (("para 2", "/2021/chapter-1/#para-2"), ("RCL 2011 fn 1", "/2011/chapter-1/#fn-1")):
        page.goto("/2011/chapter-2/")
        page.get_by_role("link", name="Search").click()
        field = page.get_by_role("dialog", name="Search").get_by_role("searchbox")
        field.fill(words)
        field.press("Enter")
        expect(page).to_have_url(there)
    page.go_back()
    expect(page).to_have_url("/2011/chapter-2/")
    page.goto("/search/?q=para+2")
    expect(page).to_have_url("/2021/chapter-1/#para-2")
    page.go_back()
    expect(page.get_by_role("heading", name="Straight there")).to_be_visible()


def test_escape_closes_the_dialog_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/2011/chapter-2/")
    page.get_by_role("link", name="Search").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Search")).to_be_hidden()
    expect(page.get_by_role("link", name="Search")).to_be_focused()


def test_a_citation_of_nothing_says_so(page: Page) -> None:
    page.goto("/search/?q=2011+para+99")
    expect(page.locator(".search__found")).to_contain_text("2011, paragraph 99: there is no such place here.")
    page.goto("/search/?q=2001+para+1")
    expect(page.locator(".search__found")).to_contain_text(
        "2001, paragraph 1: superseded on 1 May 2011; its text is not here."
    )


def test_a_short_form_finds_the_long_one(page: Page) -> None:
    page.goto("/search/?q=ALO")
    expect(page.locator(".hit__link").first).to_have_text("para 1 · Chapter 1: Opening the doors")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("libary", "No text here has “libary”. Did you mean library?"),
        ("xylophone library", "No text here has “xylophone”; the other words were searched for."),
        ("who may borrow", "Searched for “open to all” as well."),
        ("gone fishing", "Searched for “open to all” as well."),
        ("fly moon library", "Searched for “open to all” as well."),  # little words may be missing
        ("bookroom", "Searched for “library” as well."),
    ],
)
def test_what_is_done_with_words_that_no_text_has_is_said(page: Page, asked: str, said: str) -> None:
    page.goto(f"/search/?q={asked}")
    expect(page.locator(".search__said")).to_contain_text(said)
    expect(page.locator(".hit__link").first).to_be_visible()


def test_little_words_count_where_little_else_is_asked(page: Page) -> None:
    page.goto("/search/?q=fish+library")  # which is not "fish on fish"
    expect(page.locator(".search__said")).to_contain_text("No text here has “fish”")
    expect(page.locator(".search__said")).not_to_contain_text("open to all")


def test_neither_the_beginning_of_a_word_nor_a_word_begun_is_a_hit(page: Page) -> None:
    page.goto("/search/?q=librariful")  # begins as "libraries" does
    expect(page.locator(".search__said")).to_contain_text("No text here has “librariful”.")
    page.goto("/search/?q=librar")
    expect(page.locator(".search__said")).to_contain_text("No text here has “librar”.")
    page.get_by_role("searchbox").press("End")
    page.keyboard.press("Backspace")  # but while one types it may become one
    expect(page.locator(".search__said")).to_contain_text(re.compile(r"^\d+ result"))


def test_nothing_found_leads_to_the_contents(page: Page) -> None:
    page.goto("/search/?q=xylophone+zeppelins")
    expect(page.locator(".search__said")).to_contain_text("Nothing found")
    page.locator(".search__contents").get_by_role("link", name="the 2021 edition").click()
    expect(page).to_have_url("/2021/")


def test_who_is_bound_by_context_is_found_and_marked(page: Page) -> None:
    page.goto("/search/?agency=readers")
    expect(page.locator(".hit__where").first).to_contain_text("who is bound: from context")


def test_narrowing_down(page: Page) -> None:
    page.goto("/search/")
    page.get_by_text("Narrow down").click()
    page.get_by_label("Who is bound").select_option("Keepers")
    expect(page.get_by_role("status").first).to_have_text("1 result in 2021")
    page.get_by_role("combobox", name="Edition").select_option("2011")
    expect(page.locator(".hit__link")).to_have_count(1)
    expect(page.locator(".hit__link")).to_have_attribute("href", re.compile(r"/2011/chapter-1/#para-1$"))


def test_hostile_words_stay_words(page: Page) -> None:
    page.goto("/search/?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    expect(page.locator(".search__said")).not_to_be_empty()
    assert page.locator(".search__found img").count() == 0


def test_words_that_scripts_have_a_meaning_for_are_words(page: Page) -> None:
    page.goto("/search/?q=constructor+prototype")
    expect(page.locator(".search__said")).to_contain_text("Nothing found")


def test_the_key_can_be_switched_off(page: Page) -> None:
    page.goto("/search/")
    page.get_by_text("Narrow down").click()
    page.get_by_label("The key / leads to search").uncheck()
    page.goto("/2011/chapter-2/")
    expect(page.locator("html.js")).to_be_attached()
    page.keyboard.press("/")
    ready(page)
    page.wait_for_load_state("networkidle")  # by now a dialog would be there
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_scripts_the_page_says_what_to_do(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/2011/chapter-1/")
    page.get_by_role("link", name="Search").click()
    expect(page.get_by_text("Search needs JavaScript,")).to_be_visible()
    page.get_by_role("link", name="the 2021 edition").click()
    expect(page).to_have_url("/2021/")
    context.close()
