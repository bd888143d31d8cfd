"""The built site of the real 2023 edition, as a reader uses it. Only numbers, names and headings stand here."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from pypdfium2 import PdfDocument

from axe_checks import nameless, violations
from browser import ready
from tabs import Tab

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[3]
SECTION = "/2023/chapter-3/section-3-child-protection/"
KINDS = (
    *("/", "/2023/", "/2023/chapter-2/", SECTION, "/2023/appendix-a/", "/2023/duties/police/", "/2023/p/153/"),
    *("/editions/", "/guide/worried/", "/roles/police/", "/children/", "/search/?q=s47", "/404.html"),
    *("/topics/", "/topics/information-sharing/", "/2023/law/", "/log/digest/", "/corrections/", "/changes/2023/"),
    "/2023/compare/2018/role-police/",
)


@pytest.fixture
def reader(tab: Tab, real_address: str) -> Iterator[Page]:
    """A page on a phone."""
    with tab(real_address, viewport={"width": 360, "height": 780}) as page:
        yield page


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, real_address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(base_url=real_address, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    faults = []
    for path in KINDS:
        page.goto(path)
        ready(page)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, path
        faults += violations(page, path)
        faults += [f"{path}: a {role} without a name" for role in nameless(page)]
    context.close()
    assert not faults, "\n".join(faults)


def test_what_stands_beside_a_paragraph_covers_no_contents(tab: Tab, real_address: str) -> None:
    with tab(real_address, viewport={"width": 1280, "height": 800}) as page:
        page.goto("/2023/chapter-1/")
        beside = page.locator(".stood").first.bounding_box()
        contents = page.locator(".md-sidebar--primary").bounding_box()
        assert beside
        assert contents
        assert beside["x"] >= contents["x"] + contents["width"] - 4


@pytest.mark.parametrize("path", ["/guide/timescales/", "/changes/2023/", "/2023/duties/", "/editions/"])
def test_tables_can_be_seen_on_a_phone(reader: Page, path: str) -> None:
    reader.goto(path)
    ready(reader)
    tables = reader.locator("article table").all()
    assert tables
    for table in tables:
        box = table.locator("xpath=..").bounding_box()
        assert box
        assert box["width"] > 250, table
        assert box["height"] > 40, table


@pytest.mark.parametrize("anchor", ["para-153", "para-165"])
def test_who_is_led_into_the_middle_sees_that_it_is_not_in_force(reader: Page, anchor: str) -> None:
    reader.goto(f"/2023/chapter-3/section-2-safeguarding-and-promoting-the-welfare-of/#{anchor}")
    ready(reader)
    status = reader.get_by_role("region", name="Status of this edition")
    expect(status).to_be_in_viewport(ratio=1)
    bar, text = status.bounding_box(), reader.locator(f"#{anchor}").bounding_box()
    assert bar
    assert text
    assert bar["y"] + bar["height"] <= text["y"]


def search(page: Page, words: str) -> None:
    """From any page: the field, the words, Enter; waits for what is found."""
    expect(page.locator("html.js")).to_be_attached()
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("para 153", r"/2023/chapter-3/[a-z0-9-]+/#para-153$"),
        ("WT 2023 fn 12", r"/2023/chapter-1/#fn-12$"),
        ("2023 p 58", r"/2023/chapter-3/[a-z0-9-]+/#[a-z0-9-]+$"),
    ],
)
def test_a_citation_goes_straight_there(reader: Page, words: str, there: str) -> None:
    reader.goto("/2023/chapter-1/")
    search(reader, words)
    expect(reader).to_have_url(re.compile(there))


@pytest.mark.parametrize(
    ("words", "marked"),
    [("s47", "section 47"), ("LADO", "designated officer"), ("ICPC", "initial child protection conference")],
)
def test_a_short_form_finds_the_long_one_and_shows_it(reader: Page, words: str, marked: str) -> None:
    reader.goto("/2023/chapter-1/")
    search(reader, words)
    expect(reader.locator(".hit mark").filter(has_text=re.compile(marked, re.IGNORECASE)).first).to_be_visible()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("s47", "Initiating section 47 enquiries"),
        ("strategy discussion", "Strategy discussion"),
        ("LADO", "People in positions of trust|The armed services"),
        ("thresholds", "Referral|Local criteria for providing help"),
        ("private fostering", "Glossary"),
        ("working days", "How to notify a serious incident"),
        ("information sharing", "Information sharing"),
        ("child death review", "Chapter 6: Child death reviews"),
        ("section 11", "box · Chapter 4: Organisational responsibilities"),
        ("early help", "Section 1: Early help"),
        ("voluntary sector", "Voluntary, charity, social enterprise"),
        ("unborn", "Local protocols for assessment"),
    ],
)
def test_what_a_search_is_about_comes_first(reader: Page, words: str, first: str) -> None:
    """Of the guidance's own text; where our guide answers, that stands before it."""
    reader.goto(f"/search/?q={words}")
    hit = reader.locator('.hit__link[href*="/2023/"]').first
    expect(hit).to_have_text(re.compile(first))
    assert "note" not in hit.inner_text()


def test_what_only_our_own_pages_speak_of_is_found_there(reader: Page) -> None:
    reader.goto("/search/?q=LSCB")
    group = reader.locator("#own-pages")
    expect(group.get_by_role("link", name="The transition of 2018 and 2019")).to_be_visible()
    reader.goto("/search/?q=strategy+discussion")
    expect(reader.locator(".hit__link").first).to_have_text("Strategy discussion")  # the topic, then our page
    expect(reader.locator(".hit__link").nth(1)).to_have_text("The strategy discussion")
    reader.get_by_role("link", name=re.compile("on our own pages")).click()
    expect(group.locator(".hit__link").first).to_be_in_viewport()
    expect(group.locator(".hit__link").first).not_to_have_text("The strategy discussion")
    reader.locator("select[name='edition']").select_option("2023", force=True)
    expect(group).to_have_count(0)


def test_a_result_opens_at_the_paragraph_which_is_marked(reader: Page) -> None:
    reader.goto("/")
    search(reader, "45 working days")
    reader.get_by_role("link", name="para 155").click()
    expect(reader.locator("#para-155")).to_be_in_viewport()
    plain = reader.locator("#para-156").evaluate("one => getComputedStyle(one).backgroundColor")
    expect(reader.locator("#para-155")).not_to_have_css("background-color", plain)


@pytest.mark.parametrize("words", ["information+sharing", "s47", "strategy+discussion"])
def test_the_first_search_is_light(reader: Page, words: str) -> None:
    sizes: list[int] = []
    asked: list[str] = []
    done: list[str] = []

    def weigh(answer: Response) -> None:
        body, is_text = answer.body(), answer.headers["content-type"].startswith(("text/", "application/json"))
        sizes.append(len(gzip.compress(body, 9)) if is_text else len(body))
        done.append(answer.url)

    def weighed() -> int:
        """What was loaded, once nothing has been asked for in half a second."""
        before = -1
        while before != len(asked) or len(asked) != len(done):
            before = len(asked)
            reader.wait_for_timeout(500)
        return sum(sizes)

    reader.goto("/guide/worried/", wait_until="networkidle")
    reader.on("request", lambda request: asked.append(request.url))
    reader.on("response", weigh)
    reader.keyboard.press("/")
    expect(reader.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_be_focused()
    assert weighed() < 42_000  # to open it
    reader.keyboard.type(words.replace("+", " "))
    expect(reader.locator(".hit").first).to_be_visible()
    assert 50_000 < weighed() < 80_000


def test_charts_have_pictures_and_their_words(reader: Page) -> None:
    reader.goto(SECTION)
    charts = reader.locator("h2.flow-chart, h3.flow-chart, h4.flow-chart")
    assert charts.count() >= 3
    pictures = reader.locator("a.picture img")
    assert pictures.count() >= charts.count()
    assert all(len(str(one.get_attribute("alt"))) > 20 for one in pictures.all())
    assert reader.locator(".steps").count() == pictures.count()


def test_the_first_words_are_seen_at_once(reader: Page) -> None:
    reader.goto("/2023/chapter-3/")
    ready(reader)
    first = reader.locator(".paragraph").first.bounding_box()
    assert first
    assert first["y"] < 320


def test_a_definition_opens_where_it_is_read(browser: Browser, real_address: str) -> None:
    context = browser.new_context(base_url=real_address)
    page = context.new_page()
    page.goto("/2023/chapter-2/")
    term = page.locator("a.term").first
    anchor = str(term.get_attribute("href")).partition("#")[2]
    meaning = page.locator(f".meanings [id='{anchor}']").text_content()
    assert meaning
    term.hover()
    expect(page.get_by_role("dialog")).to_have_text(meaning.strip())
    expect(page).to_have_url("/2023/chapter-2/")
    term.click()
    expect(page).to_have_url(re.compile(rf"/2023/[a-z-]+/#{anchor}$"))
    context.close()


def test_without_scripts_all_is_there_to_read(browser: Browser, real_address: str) -> None:
    context = browser.new_context(base_url=real_address, java_script_enabled=False)
    page = context.new_page()
    page.goto(SECTION)
    page.locator("a.noteref").first.click()
    expect(page.locator(".notes li:target")).to_be_visible()
    page.goto(SECTION)
    page.locator("a.number").first.click()
    expect(page).to_have_url(re.compile(r"/2023/p/\d+/$"))
    page.goto(SECTION)
    page.get_by_role("link", name=re.compile("^Next")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    context.close()


def test_without_scripts_what_has_no_number_has_an_address(browser: Browser, real_address: str) -> None:
    context = browser.new_context(base_url=real_address, java_script_enabled=False)
    page = context.new_page()
    for kind in ("h1", ".box", ".flow-chart", ".section"):
        page.goto(SECTION)
        page.locator(kind).locator("a.pin").first.click()
        expect(page).to_have_url(re.compile(r"/2023/p/[a-z0-9-]+/$"))
    page.goto("/2023/chapter-3/")
    shown = page.locator(".md-nav--primary a.md-nav__link--active").first
    expect(shown).to_have_text(re.compile(r"^\s*Chapter 3: .*[a-z]\s*$"))
    page.goto("/2023/")
    expect(page.locator(".chapters li", has_text="Chapter 3").first).to_contain_text("paragraphs 114–219")
    context.close()


_OVER = """all => {
  const boxes = all.map(one => one.getBoundingClientRect()).filter(box => box.width);
  return boxes.filter((a, at) => boxes.some((b, other) => other > at &&
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 10 && b.top < a.bottom - 10)).length;
}"""


@pytest.mark.parametrize("path", ["/2018/chapter-1/", "/2023/chapter-2/", "/2023/appendix-a/"])
def test_nothing_in_the_margin_lies_over_another(browser: Browser, real_address: str, path: str) -> None:
    context = browser.new_context(base_url=real_address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path)
    ready(page)
    assert page.locator(".stood .chip").count() > 0
    assert page.locator(".number, .pin, .stood > *").evaluate_all(_OVER) == 0
    context.close()


def test_a_way_out_covers_no_line(reader: Page) -> None:
    reader.goto("/children/tell/")
    reader.mouse.wheel(0, 400)
    strip = reader.locator(".exit-place")
    expect(strip).to_be_in_viewport(ratio=1)
    box, text = strip.bounding_box(), reader.locator("article").bounding_box()
    assert box
    assert text
    assert (box["x"], box["width"]) == (text["x"], text["width"])
    assert strip.evaluate("one => getComputedStyle(one).backgroundColor") not in ("transparent", "rgba(0, 0, 0, 0)")


def test_tables_of_limits_are_seen_on_a_phone_and_whole_on_paper(reader: Page) -> None:
    """The header once hid every element of the class that these tables bear, on narrow screens."""
    reader.goto("/guide/timescales/")
    ready(reader)
    tables = reader.locator("article .table")
    assert tables.count() > 4
    for table in tables.all():
        box = table.bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert box["height"] > 100
    reader.set_viewport_size({"width": 710, "height": 1030})
    reader.emulate_media(media="print")
    cut = tables.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length")
    assert cut == 0


def test_time_limits_are_narrowed_down_by_words_and_reached_by_their_list(reader: Page) -> None:
    reader.goto("/guide/timescales/")
    rows, shown = (reader.locator(f"article .table tbody tr{state}") for state in ("", ":visible"))
    number = rows.count()
    field = reader.get_by_label("Only rows with")
    field.press_sequentially("POLICE  strategy")
    expect(reader.locator(".filter [role='status']")).to_have_text(f"{shown.count()} of {number} rows")
    told = [text.lower() for text in shown.all_inner_texts()]
    assert 0 < len(told) < number
    assert all("police" in text and "strategy" in text for text in told)
    field.fill("")
    expect(shown).to_have_count(number)
    leads = reader.get_by_text("On this page:").locator("..").locator("a")
    assert leads.count() == reader.locator("article h2").count()
    for lead in leads.all():
        lead.click()
        place = (lead.get_attribute("href") or "").partition("#")[2]  # instant loading makes links whole
        expect(reader.locator(f"h2#{place}")).to_be_in_viewport()


def test_paper_says_where_a_paragraph_stood_without_the_address_of_that(reader: Page) -> None:
    reader.goto("/2023/chapter-1/")
    reader.evaluate("dispatchEvent(new Event('beforeprint'))")
    reader.emulate_media(media="print")
    added = "one => getComputedStyle(one, '::after').content"
    assert reader.locator(".stood > a").first.evaluate(added) == "none"
    assert reader.locator("article a[href^='https://']:visible").first.evaluate(added) != "none"


@pytest.mark.parametrize("folder", ["guide", "roles"])
def test_a_page_of_the_guide_prints_in_a_size_that_can_be_read_with_edition_date_and_address(
    reader: Page, real_address: str, folder: str
) -> None:
    size = "all => Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize)))"  # in CSS pixels
    for source in sorted((ROOT / "docs" / folder).glob("*.md")):
        address = f"{real_address}/{folder}/" + ("" if source.stem == "index" else f"{source.stem}/")
        reader.goto(address)
        ready(reader)
        printed = PdfDocument(reader.pdf(format="A4"))
        assert len(printed) <= (9 if source.stem == "timescales" else 4), address
        words = printed[0].get_textpage().get_text_range()
        assert f"{address} · printed on " in words
        assert "Written from the 2023 edition" in words
        reader.emulate_media(media="print")
        words_of = reader.locator("article :is(p, li, td):not(.printed *, .source *)")
        assert words_of.evaluate_all(size) >= 13.3, address
        reader.emulate_media(media="null")  # as it is, for the next one
