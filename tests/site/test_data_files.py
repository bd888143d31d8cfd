"""The formats that others build on, and the arithmetic of characters."""

import json

import pytest
from msgspec.structs import replace

from guidance.document.model import (
    Cell,
    Document,
    Dropped,
    Item,
    Link,
    List,
    NoteMark,
    Para,
    Place,
    Provision,
    SourceFile,
    Subheading,
    Table,
    Text,
)
from guidance.document.register import Edition, Publication
from guidance.document.walk import placed_characters
from guidance.site import data_files

FIELDS = ["anchor", "number", "kind", "heading", "text", "page", "url", "parents", "footnotes", "level"]


def para(words: str, *notes: tuple[int, str]) -> Para:
    return Para(Text(words, tuple(NoteMark(at, f"fn-{label}", label) for at, label in notes)))


def note(number: str, *blocks: Para) -> Provision:
    return Provision(f"fn-{number}", "footnote", number, blocks=blocks or (para("A note."),), places=(Place(2),))


DOCUMENT = Document(
    title="Keeping a library",
    language="en-GB",
    source=SourceFile("library.pdf", "0" * 64, "application/pdf", 10),
    provisions=(
        Provision("chapter-1", "chapter", "1", heading=Text("Chapter 1: Doors"), level=1, places=(Place(1),)),
        Provision(
            "para-1",
            "paragraph",
            "1",
            "1.",
            blocks=(
                para("Open them:", (4, "2"), (10, "1")),
                List(
                    (
                        Item("•", (para("early"),)),
                        Item("(a)", (para("late"), List((Item("–", (para("or not"),)),)))),
                    )
                ),
            ),
            parents=("chapter-1",),
            places=(Place(2), Place(3)),
        ),
        Provision(
            "para-2",
            "paragraph",
            "2",
            "2.",
            blocks=(
                para(
                    "Again.",
                    (5, "2"),
                ),
            ),
            parents=("chapter-1",),
        ),
        Provision(
            "box-1",
            "box",
            blocks=(
                Subheading(Text("Title")),
                Table(((Cell((para("head"),), "column"), Cell((List((Item("•", (para("in a cell"),)),)),))),)),
            ),
            parents=("chapter-1",),
        ),
    ),
    notes=(note("1", para("See the web.", (3, "4"))), note("2"), note("3"), note("4")),
    characters_source=200,
    dropped=(Dropped("Keeping a library", "running head", 2), Dropped(" 2 ", "page number", 2)),
)


def test_records_in_reading_order_with_each_note_after_its_first_reference() -> None:
    records = data_files.records(DOCUMENT, {"para-1": "chapter-1/#para-1"}, "2020")
    order = ["chapter-1", "para-1", "fn-2", "fn-1", "fn-4", "para-2", "box-1", "fn-3"]
    assert [record.anchor for record in records] == order


def test_a_record_says_what_the_design_says() -> None:
    heading, paragraph, *_ = json.loads(
        data_files.encode(data_files.records(DOCUMENT, {"para-1": "chapter-1/#para-1"}, "2020"))
    )
    assert list(paragraph) == FIELDS
    assert paragraph == {
        "anchor": "para-1",
        "number": "1",
        "kind": "paragraph",
        "heading": None,
        "text": "Open them:\nearly\n(a) late\nor not",
        "page": 2,
        "url": "2020/chapter-1/#para-1",
        "parents": ["chapter-1"],
        "footnotes": ["2", "1"],
        "level": None,
    }
    assert (heading["heading"], heading["text"], heading["level"]) == ("Chapter 1: Doors", "", 1)


@pytest.mark.parametrize(
    ("provision", "placed"),
    [
        (Provision("a", "text", blocks=(para("a b\u00a0c"),)), 3),
        (Provision("a", "paragraph", "12", "12.", blocks=(para("ab", (1, "10")),)), 7),
        (Provision("a", "section", heading=Text("A title", (NoteMark(7, "fn-3", "3"),))), 7),
        (Provision("a", "text", blocks=(List((Item("(iv)", (para("x"), List((Item("•", (para("y"),)),)))),)),)), 7),
        (Provision("a", "box", blocks=DOCUMENT.provisions[-1].blocks), 17),
        (Provision("a", "text", blocks=(Para(Text("ab", (Link(0, 2, "https://example.org"),))),)), 2),
    ],
)
def test_every_character_shown_is_counted_once(provision: Provision, placed: int) -> None:
    assert placed_characters(replace(DOCUMENT, provisions=(provision,), notes=())) == placed


def test_the_figures_of_a_conversion() -> None:
    figures = data_files.figures(DOCUMENT)
    assert figures.characters_source == 200
    assert figures.characters_dropped == 16
    assert (figures.footnotes, figures.footnote_refs, figures.links) == (4, 4, 0)
    assert figures.kinds == {"box": 1, "chapter": 1, "footnote": 4, "paragraph": 2}


def test_an_edition_says_its_facts_and_its_figures() -> None:
    old = Edition("2010", "Old", "2010-01-01", ended="2020-01-01")
    new = Edition("2020", "New", "2020-01-01")
    publication = Publication("Keeping a library", "KL", "A made-up office", (old, new))
    without = json.loads(
        data_files.encode(data_files.edition_record(data_files.edition_facts(publication, old), None))
    )
    assert (without["id"], without["status"], without["superseded_by"]) == ("2010", "superseded", "2020")
    assert without["text"] is False
    assert "characters_source" not in without
    record = json.loads(
        data_files.encode(data_files.edition_record(data_files.edition_facts(publication, new), DOCUMENT))
    )
    assert (record["status"], record["superseded_by"], record["text"]) == ("in force", None, True)
    assert record["dropped"][0] == {"text": "Keeping a library", "reason": "running head", "page": 2}
    assert {
        "characters_source",
        "characters_placed",
        "characters_dropped",
        "footnotes",
        "footnote_refs",
        "links",
    } <= set(record)
