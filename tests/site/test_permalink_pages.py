"""Permalink pages say what and where a provision is, with its text and without, and what became of it."""

from html import unescape

import pytest
from bs4 import BeautifulSoup
from msgspec import structs

from guidance.document.model import Item, List, NoteMark, Para, Permalink, Place, Provision, Text
from guidance.document.register import Edition, Publication, Revision
from guidance.site.permalink_index import Fate, PermalinkIndex, provision_name
from guidance.site.permalink_pages import lineage_pages, permalink_pages

ADDRESS = "https://files.example.org/guide.pdf"
OLD = Edition(
    "2010", "Old", "2010-01-01", ended="2020-01-01", revisions=(Revision("2010", "First", "2010", url=ADDRESS),)
)
NEW = Edition("2020", "New", "2020-01-01")
PUBLICATION = Publication("Keeping a <library>", "KL", "A made-up office", (OLD, NEW))
ENTRIES = {
    entry.anchor: entry
    for entry in (
        Permalink("para-45", "paragraph", "45", 31, "0" * 16),
        Permalink("chapter-3", "chapter", "3", 30, "0" * 16),
        Permalink("fn-2", "footnote", "2", None, "0" * 16),
    )
}
PROVISION = Provision(
    "para-45", "paragraph", "45", "45.", blocks=(Para(Text("Words & <b>more</b>.")),), places=(Place(31),)
)
BARE = PermalinkIndex(PUBLICATION, {"2010": ENTRIES, "2020": {}})


def parsed(page: bytes) -> BeautifulSoup:
    return BeautifulSoup(page, "lxml")


def words(page: bytes) -> str:
    return " ".join(parsed(page).get_text(" ").split())


def values(page: bytes, selector: str, attribute: str) -> list[str]:
    """An attribute of all elements that a selector finds."""
    return [str(element[attribute]) for element in parsed(page).select(selector)]


def test_without_text_a_page_says_where_it_stands() -> None:
    pages = permalink_pages(OLD, BARE)
    assert set(pages) == {
        "p/permalink.css",
        "p/45/index.html",
        "p/chapter-3/index.html",
        "p/fn-2/index.html",
    }
    page = pages["p/45/index.html"]
    assert [h.get_text() for h in parsed(page).select("h1")] == ["Paragraph 45"]
    assert {f"{ADDRESS}#page=31", "../../../2020/", "../../../t/2010-para-45/"} < set(values(page, "a", "href"))
    assert "Superseded on 1 January 2020" in words(page)
    assert "cannot say whether the words still stand" in words(page)
    assert values(page, "link[rel=canonical]", "href") == []
    assert "not loaded" in words(page)
    assert "PDF" not in words(pages["p/fn-2/index.html"])


def test_with_text_a_page_has_it_escaped_and_leads_to_its_chapter() -> None:
    shelf = PermalinkIndex(
        PUBLICATION,
        {"2020": ENTRIES},
        {"2020": {"para-45": PROVISION}},
        {"2020": {"para-45": "chapter-3/#para-45"}},
        site_url="https://guidance.example.org/wt/",
        prefix="shelf",
    )
    page = permalink_pages(NEW, shelf)["p/45/index.html"]
    assert [q.get_text() for q in parsed(page).select("main > blockquote")] == ["Words & <b>more</b>."]
    assert "../../chapter-3/#para-45" in values(page, "a", "href")
    assert "in force" in words(page)
    address = "https://guidance.example.org/wt/shelf/2020/p/45/"
    assert values(page, "link[rel=canonical]", "href") == [address]
    assert values(page, "meta[property='og:url']", "content") == [address]
    assert values(page, "meta[property='og:description']", "content") == ["In force. Words & <b>more</b>."]
    assert {"../../../latest/p/45/", "../../../t/2020-para-45/"} < set(values(page, "dd a", "href"))
    assert f'cite="{address}"' in unescape(page.decode())
    assert "<script" not in page.decode()
    assert len(page) < 6000


@pytest.mark.parametrize(
    ("fate", "said", "quotes"),
    [
        (Fate("2010-para-45", "unchanged", ("para-50",)), "The wording is unchanged. There it is paragraph 50", 1),
        (Fate("2010-para-45", "reworded", ("para-50",)), "It reads otherwise now. There it is paragraph 50", 2),
        (Fate("2010-para-45", "gone", (), ("para-50",)), "does not stand there any more. Nearest to it is para", 1),
    ],
)
def test_a_superseded_page_says_what_became_of_it_and_shows_it_where_it_differs(
    fate: Fate, said: str, quotes: int
) -> None:
    now = structs.replace(PROVISION, anchor="para-50", number="50", blocks=(Para(Text("New words.")),))
    shelf = PermalinkIndex(
        PUBLICATION,
        {"2010": ENTRIES, "2020": {"para-50": Permalink("para-50", "paragraph", "50", 40, "1" * 16)}},
        {"2010": {"para-45": PROVISION}, "2020": {"para-50": now}},
        fates={("2010", "para-45"): structs.replace(fate, places=(("2010", "para-45"), ("2020", "para-50")))},
        redlines={("2010", "para-45"): "2020/compare/2010/1/#was-para-45"},
    )
    page = permalink_pages(OLD, shelf)["p/45/index.html"]
    assert said in words(page)
    assert len(parsed(page).select("main > blockquote")) == quotes
    assert ("../../../2020/compare/2010/1/#was-para-45" in values(page, "a", "href")) == (fate.state != "unchanged")


def test_the_edition_in_force_answers_for_what_only_older_ones_have() -> None:
    pages = permalink_pages(NEW, BARE)
    assert {"p/45/index.html", "p/fn-2/index.html"} < set(pages)
    page = pages["p/45/index.html"]
    assert "its text is not loaded here" in words(page).lower()
    assert {"../../../2010/p/45/", "../../../t/2010-para-45/"} < set(values(page, "a", "href"))
    assert values(page, "meta[name=robots]", "content") == ["noindex"]
    loaded = structs.replace(BARE, entries={"2010": ENTRIES, "2020": {"para-1": ENTRIES["para-45"]}})
    assert "Paragraph 45 is not in the 2020 edition" in words(permalink_pages(NEW, loaded)["p/45/index.html"])
    assert permalink_pages(NEW, structs.replace(BARE, entries={})) == {}


def test_a_lineage_page_shows_the_text_where_it_stands_last_and_all_its_places() -> None:
    now = structs.replace(PROVISION, anchor="para-50", number="50", blocks=(Para(Text("New words.")),))
    places = (("2010", "para-45"), ("2020", "para-50"))
    new = {"para-50": Permalink("para-50", "paragraph", "50", 40, "1" * 16)}
    shelf = PermalinkIndex(
        PUBLICATION,
        {"2010": ENTRIES, "2020": new},
        {"2020": {"para-50": now}},
        fates={place: Fate("2010-para-45", "reworded", ("para-50",), (), places) for place in places},
        site_url="https://guidance.example.org/",
    )
    pages = lineage_pages(shelf)
    assert {"t/2010-para-45/index.html", "t/2020-para-50/index.html", "t/2010-fn-2/index.html"} < set(pages)
    for name in ("2010-para-45", "2020-para-50"):
        page = pages[f"t/{name}/index.html"]
        assert [q.get_text() for q in parsed(page).select("blockquote")] == ["New words."]
        assert "how it reads in the edition in force" in words(page)
        assert values(page, "li a", "href") == ["../../2020/p/50/", "../../2010/p/45/"]
        assert values(page, "link[rel=canonical]", "href") == ["https://guidance.example.org/t/2010-para-45/"]
    assert "not loaded here" in words(pages["t/2010-fn-2/index.html"])


def test_pages_of_an_edition_that_is_still_to_come_lead_to_the_one_in_force() -> None:
    coming = structs.replace(PUBLICATION, editions=(structs.replace(OLD, ended=None), NEW), seen="2019-12-31")
    new = {"para-50": Permalink("para-50", "paragraph", "50", 40, "1" * 16)}
    later = structs.replace(PROVISION, anchor="para-50", number="50", blocks=(Para(Text("New words.")),))
    places = (("2010", "para-45"), ("2020", "para-50"))
    shelf = PermalinkIndex(
        coming,
        {"2010": ENTRIES, "2020": new},
        {"2010": {"para-45": PROVISION}, "2020": {"para-50": later}},
        fates={
            places[0]: Fate("2010-para-45", "in force", ("para-45",), (), places),
            places[1]: Fate("2010-para-45", "gone", (), (), places),
        },
    )
    page = permalink_pages(NEW, shelf)["p/50/index.html"]
    assert "Not yet in force, but from 1 January 2020. The edition in force is that of 2010" in words(page)
    assert "any more" not in words(page)
    assert "This edition is in force." in words(permalink_pages(OLD, shelf)["p/45/index.html"])
    lineage = lineage_pages(shelf)["t/2010-para-45/index.html"]
    assert [q.get_text() for q in parsed(lineage).select("blockquote")] == ["Words & <b>more</b>."]
    assert "how it reads in the edition in force" in words(lineage)


@pytest.mark.parametrize(
    ("kind", "number", "heading", "expected"),
    [
        ("paragraph", "45", None, "Paragraph 45"),
        ("chapter", "3", "Chapter 3: Doors", "Chapter 3: Doors"),
        ("chapter", "3", "Doors", "Chapter 3: Doors"),
        ("chapter", "3", None, "Chapter 3"),
        ("section", None, "Opening hours", "Opening hours"),
        ("section", "3.2", "Opening hours", "Opening hours"),
        ("flow-chart", "1", "Lending", "Flow chart 1: Lending"),
        ("box", None, None, "Box"),
        ("text", None, None, "Unnumbered text"),
    ],
)
def test_what_a_provision_is_called(kind: str, number: str | None, heading: str | None, expected: str) -> None:
    assert provision_name(kind, number, heading) == expected


def test_a_page_keeps_lists_and_leads_to_notes_by_their_permalinks() -> None:
    section = Provision("lending", "section", heading=Text("Lending"), level=2)
    listed = List((Item("•", (Para(Text("Readers must sign.", (NoteMark(18, "fn-2", "2"),))),)),))
    box = Provision("lending-box", "box", blocks=(Para(Text("Before:")), listed), parents=("lending",))
    entries = {**ENTRIES, "lending-box": Permalink("lending-box", "box", None, 7, "0" * 16)}
    shelf = PermalinkIndex(PUBLICATION, {"2010": entries}, {"2010": {p.anchor: p for p in (section, box)}})
    quoted = permalink_pages(OLD, shelf)["p/lending-box/index.html"]
    assert [h.get_text() for h in parsed(quoted).select("h1")] == ["Box under “Lending”"]
    assert [entry.get_text() for entry in parsed(quoted).select("main > blockquote li")] == ["Readers must sign.2"]
    assert values(quoted, "main > blockquote a", "href") == ["../../../2010/p/fn-2/"]


def test_no_id_stands_twice_where_a_page_shows_the_text_of_two_editions() -> None:
    """Nor where one note is referred to twice."""
    marks = (NoteMark(5, "fn-2", "2"), NoteMark(10, "fn-2", "2"))
    lettered = List((Item("(a)", (Para(Text("sign here twice", marks)),), anchor="para-45-a"),), ordered=True)
    old = structs.replace(PROVISION, blocks=(lettered,))
    shelf = PermalinkIndex(
        PUBLICATION,
        {"2010": ENTRIES, "2020": ENTRIES},
        {"2010": {"para-45": old}, "2020": {"para-45": old}},
        fates={("2010", "para-45"): Fate("2010-para-45", "reworded", ("para-45",))},
    )
    ids = values(permalink_pages(OLD, shelf)["p/45/index.html"], "main > blockquote [id]", "id")
    assert len(ids) == len(set(ids)) == 6
