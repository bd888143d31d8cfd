"""Permalink pages say what and where a provision is, with its text and without."""

import pytest
from bs4 import BeautifulSoup

from guidance.anchors import Permalink
from guidance.model import Item, List, NoteMark, Para, Place, Provision, Text
from guidance.publish.permalink_pages import Setting, permalink_pages, provision_name
from guidance.register import Edition, Publication, Revision

ADDRESS = "https://files.example.org/guide.pdf"
OLD = Edition(
    "2010", "Old", "2010-01-01", ended="2020-01-01", revisions=(Revision("2010", "2010", "First", url=ADDRESS),)
)
NEW = Edition("2020", "New", "2020-01-01")
PUBLICATION = Publication("Keeping a <library>", "KL", "A made-up office", (OLD, NEW))
ENTRIES = (
    Permalink("para-45", "paragraph", "45", 31, "0" * 16),
    Permalink("chapter-3", "chapter", "3", 30, "0" * 16),
    Permalink("fn-2", "footnote", "2", None, "0" * 16),
)
PROVISION = Provision(
    "para-45", "paragraph", "45", "45.", blocks=(Para(Text("Words & <b>more</b>.")),), places=(Place(31),)
)


def parsed(page: bytes) -> BeautifulSoup:
    return BeautifulSoup(page, "lxml")


def words(page: bytes) -> str:
    return " ".join(parsed(page).get_text(" ").split())


def values(page: bytes, selector: str, attribute: str) -> list[str]:
    """An attribute of all elements that a selector finds."""
    return [str(element[attribute]) for element in parsed(page).select(selector)]


def test_without_text_a_page_says_where_it_stands() -> None:
    pages = permalink_pages(ENTRIES, {}, {}, Setting(PUBLICATION, OLD))
    assert set(pages) == {
        "p/permalink.css",
        "p/45/index.html",
        "p/chapter-3/index.html",
        "p/fn-2/index.html",
    }
    page = pages["p/45/index.html"]
    assert [h.get_text() for h in parsed(page).select("h1")] == ["Paragraph 45"]
    assert {f"{ADDRESS}#page=31", "../../../2020/"} < set(values(page, "a", "href"))
    assert "Superseded on 1 January 2020" in words(page)
    assert values(page, "link[rel=canonical]", "href") == ["../../../2010/p/45/"]
    assert "not loaded" in words(page)
    assert "PDF" not in words(pages["p/fn-2/index.html"])


def test_with_text_a_page_has_it_escaped_and_leads_to_its_chapter() -> None:
    setting = Setting(PUBLICATION, NEW, site_url="https://guidance.example.org/wt/", prefix="shelf")
    urls = {"para-45": "chapter-3/#para-45"}
    page = permalink_pages(ENTRIES[:1], {"para-45": PROVISION}, urls, setting)["p/45/index.html"]
    assert [q.get_text() for q in parsed(page).select("blockquote")] == ["Words & <b>more</b>."]
    assert "../../chapter-3/#para-45" in values(page, "a", "href")
    assert "in force" in words(page)
    address = "https://guidance.example.org/wt/shelf/2020/p/45/"
    assert values(page, "link[rel=canonical]", "href") == [address]
    assert values(page, "meta[property='og:url']", "content") == [address]
    assert values(page, "meta[property='og:description']", "content") == ["Words & <b>more</b>."]
    assert "<script" not in page.decode()


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
    entries = (*ENTRIES, Permalink("lending-box", "box", None, 7, "0" * 16))
    page = permalink_pages(entries, {p.anchor: p for p in (section, box)}, {}, Setting(PUBLICATION, OLD))
    quoted = page["p/lending-box/index.html"]
    assert [h.get_text() for h in parsed(quoted).select("h1")] == ["Box under “Lending”"]
    assert [entry.get_text() for entry in parsed(quoted).select("blockquote li")] == ["Readers must sign.2"]
    assert values(quoted, "blockquote a", "href") == ["../fn-2/"]
