"""The reader takes documents in layouts that none of the files at hand has, with tags and without."""

from collections.abc import Callable

import pytest
import typst
from msgspec import Struct

from document_marks import anchors, balance, items, note_marks
from guidance.document.model import Document, Table
from guidance.document.walk import provision_texts
from guidance.read import read_document
from guidance_layouts import LAYOUTS, Layout
from layouts_by_year import BY_YEAR
from untagged import strip_structure


class Read(Struct, frozen=True):
    """A layout, and what is read of it: of the whole file, and when only words and places are left."""

    layout: Layout
    documents: dict[bool, Document]


@pytest.fixture(scope="module", params=(*LAYOUTS, *BY_YEAR), ids=lambda build: build.__name__)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    build: Callable[[], Layout] = request.param
    layout = build()
    folder = tmp_path_factory.mktemp("layout")
    whole, stripped = folder / "whole.pdf", folder / "stripped.pdf"
    whole.write_bytes(typst.compile(layout.source.encode(), ignore_system_fonts=True))
    strip_structure(whole, stripped)
    return Read(layout, {False: read_document(whole, second_opinion=True), True: read_document(stripped)})


@pytest.mark.parametrize("stripped", [False, True], ids=["whole", "stripped"])
def test_everything_is_found(case: Read, stripped: bool) -> None:
    layout, document = case.layout, case.documents[stripped]
    found = [p for p in document.provisions if p.kind == "paragraph"]
    assert tuple(p.number for p in found) == layout.numbers
    assert tuple((p.level, p.heading.plain) for p in document.provisions if p.heading) == layout.headings
    assert len(document.notes) == layout.notes
    assert {mark.note for _, mark in note_marks(document)} == {note.anchor for note in document.notes}
    assert len(note_marks(document)) == layout.notes
    assert sum(p.kind == "box" for p in document.provisions) == layout.boxes
    assert sum(p.kind == "table" for p in document.provisions) == layout.tables
    if layout.rows:
        tables = [b for p in document.provisions for b in p.blocks if isinstance(b, Table)]
        assert sum(len(table.rows) for table in tables) == layout.rows
    if layout.lettered:
        listed = [item for p in document.provisions for _, item in items(p.blocks)]
        assert sum(any(c.isalnum() for c in item.marker) for item in listed) == layout.lettered
    said = "\n".join(text.plain for p in document.provisions for text in provision_texts(p))
    assert not [words for words in layout.says if words not in said]


@pytest.mark.parametrize("stripped", [False, True], ids=["whole", "stripped"])
def test_nothing_is_lost(case: Read, stripped: bool) -> None:
    document = case.documents[stripped]
    assert balance(document) == 0
    assert len(anchors(document)) == len(set(anchors(document)))
    assert not [f for f in document.findings if not f.message.startswith("the numbering starts at 41")]


def test_another_engine_reads_the_same_words(case: Read) -> None:
    agreement = case.documents[False].agreement
    assert agreement
    assert (agreement.recall, agreement.precision) == (1.0, 1.0)


def test_a_note_belongs_to_the_paragraph_that_refers_to_it(case: Read) -> None:
    for provision, mark in note_marks(case.documents[False]):
        note = next(n for n in case.documents[False].notes if n.anchor == mark.note)
        assert note.number == mark.label
        assert (note.page or 0) >= (provision.page or 0)
