"""What changed, in a real browser: the table without scripts, filters with them, both ways of showing a redline."""

import csv
import io
import re

from playwright.sync_api import Page, expect

from browser import ready

OVERVIEW, LAMPS = "/2021/compare/2011/", "/2021/compare/2011/part-1/"


def test_the_answer_stands_at_the_top_and_leads_to_its_rows(either_page: Page) -> None:
    either_page.goto(OVERVIEW)
    either_page.get_by_role("link", name="1 duties changed").click()
    expect(either_page).to_have_url(f"{OVERVIEW}#duty-changed")
    table = either_page.get_by_role("table", name="Duties changed")
    expect(table.get_by_role("cell").nth(3)).to_contain_text("Keepers must sing.")
    table.get_by_role("link", name="redline").click()
    expect(either_page).to_have_url(f"{LAMPS}#to-para-1")
    expect(either_page.locator("#to-para-1")).to_be_in_viewport()


def test_a_role_leads_to_its_changes(either_page: Page) -> None:
    either_page.goto(OVERVIEW)
    either_page.get_by_text("Keepers 1 change").click()
    either_page.locator("[data-agency=keepers]").get_by_role("link", name="paragraph 1").click()
    expect(either_page.locator("#change-to-para-1")).to_be_in_viewport()


def test_filters_hide_what_is_not_asked_for_and_stand_in_the_address(page: Page) -> None:
    page.goto(OVERVIEW)
    page.get_by_label("Agency").select_option(label="Keepers")
    expect(page.get_by_role("status").filter(has_text="changes shown")).to_contain_text("1 of ")
    expect(page).to_have_url(f"{OVERVIEW}?who=keepers")
    expect(page.locator("#change-to-para-2")).to_be_hidden()
    page.reload()
    expect(page.locator("#change-to-para-1")).to_be_visible()
    expect(page.locator("#change-to-para-2")).to_be_hidden()


def test_the_rows_shown_are_saved_for_a_spreadsheet_and_printed_with_what_was_chosen(page: Page) -> None:
    page.goto(OVERVIEW)
    page.get_by_label("Agency").select_option(label="Keepers")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the rows shown as CSV").click()
    content = saved.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    heads, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (heads[2:], len(row)) == (["Change", "Words", "Address"], len(heads))
    assert row[-1].endswith(f"{OVERVIEW}#change-to-para-1")
    assert "put in: " in row[3]
    assert "redline" not in row[3]
    page.emulate_media(media="print")
    expect(page.get_by_role("status").filter(has_text="1 of ")).to_have_text(re.compile("changes shown: Keepers$"))
    expect(page.get_by_role("status").filter(has_text="1 of ")).to_be_visible()
    expect(page.locator("select").first).to_be_hidden()


def test_a_change_has_a_link_of_its_own(either_page: Page) -> None:
    either_page.goto(OVERVIEW)
    either_page.locator("#change-to-para-1").get_by_role("link", name="Link to the change of").click()
    expect(either_page).to_have_url(re.compile(r"#change-to-para-1$"))
    either_page.goto(LAMPS)
    either_page.locator("#to-para-1").get_by_role("link", name="Link to this change").click()
    expect(either_page).to_have_url(re.compile(r"#to-para-1$"))


def test_a_term_that_was_replaced_throughout_leads_to_its_places(either_page: Page) -> None:
    either_page.goto(OVERVIEW)
    either_page.locator("details[data-term=cook-baker] summary").click()
    either_page.locator("details[data-term=cook-baker]").get_by_role("link", name="paragraph 12").click()
    expect(either_page.locator("#to-para-12")).to_be_in_viewport()


def test_the_places_of_a_term_can_be_filtered(page: Page) -> None:
    page.goto(OVERVIEW)
    page.locator("select[name=term]").select_option(label="cook → baker")
    expect(page).to_have_url(f"{OVERVIEW}?term=cook-baker")
    expect(page.get_by_role("status").filter(has_text="changes shown")).to_contain_text("4 of ")
    expect(page.locator("#change-to-para-12")).to_be_visible()


def test_a_redline_is_shown_in_one_or_side_by_side(either_page: Page) -> None:
    either_page.goto(LAMPS)
    change = either_page.locator("#to-para-1")
    expect(change.locator(".in-one ins.added")).to_be_visible()
    expect(change.locator(".beside")).to_be_hidden()
    either_page.get_by_label("side by side").check()
    expect(change.locator(".in-one")).to_be_hidden()
    expect(change.locator(".beside ins.added")).to_be_visible()


def test_a_sentence_that_went_elsewhere_is_shown_as_moved(either_page: Page) -> None:
    either_page.goto("/2021/compare/2011/part-2/")
    moved = either_page.locator(".in-one .moved")
    expect(moved).to_have_count(2)
    assert not either_page.locator(".in-one :is(ins.added, del.gone)").count()


def test_it_fits_a_phone(phone: Page) -> None:
    for path in (OVERVIEW, LAMPS):
        phone.goto(path)
        ready(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320
