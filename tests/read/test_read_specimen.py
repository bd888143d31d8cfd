"""The reader finds all that the specimen's written-down truth says, with tags and without."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from document_marks import anchors, balance, is_bullet, items, links, note_marks
from guidance.document.model import (
    Document,
    Figure,
    List,
    Provision,
    Subheading,
    Table,
    block_texts,
    plain_text,
    provision_texts,
)
from guidance.read import read_document
from guidance.site.typesetting import compile_typst
from untagged import strip_structure

SPECIMEN = Path(__file__).parents[2] / "specimen"
EDITIONS = ("2019", "2024")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], Document]:
    """(edition, with tags) -> Document."""
    folder = tmp_path_factory.mktemp("read")
    done = {}
    for edition in EDITIONS:
        whole, stripped = folder / f"{edition}.pdf", folder / f"{edition}-stripped.pdf"
        compile_typst(SPECIMEN / edition / "source.typ", whole)
        strip_structure(whole, stripped)
        done[edition, True], done[edition, False] = read_document(whole), read_document(stripped)
    return done


@pytest.fixture(params=[(e, tagged) for e in EDITIONS for tagged in (True, False)], ids=lambda p: f"{p[0]}-{p[1]}")
def case(request: pytest.FixtureRequest, readings: dict[tuple[str, bool], Document]) -> tuple[Document, Any, bool]:
    edition, tagged = request.param
    truth = tomllib.loads((SPECIMEN / edition / "expected.toml").read_text(encoding="utf-8"))
    return readings[edition, tagged], truth, tagged


def of_kind(document: Document, *kinds: str) -> list[Provision]:
    return [p for p in document.provisions if p.kind in kinds]


def test_headings_and_their_levels(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    found = [(p.level, p.heading.plain) for p in document.provisions if p.heading]
    assert found == [(h["level"], h["title"]) for h in truth["headings"]]


def test_paragraphs_count_without_a_gap(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    numbers = [p.number for p in of_kind(document, "paragraph")]
    assert numbers == [str(n) for n in range(1, truth["paragraphs"] + 1)]
    before = document.provisions[: document.provisions.index(of_kind(document, "paragraph")[0])]
    texts_before = [p for p in before if p.kind == "text" and p.anchor != "title-page"]
    assert len(texts_before) == truth["texts_before_first_paragraph"]


def test_notes_are_referred_to_in_order(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    marks = note_marks(document)
    assert [n.number for n in document.notes] == [str(n) for n in range(1, truth["footnotes"] + 1)]
    assert sorted(int(m.label) for _, m in marks) == list(range(1, truth["footnote_references"] + 1))
    for anchor, *labels in truth["notes_side_by_side"]:
        here = [m for p, m in marks if p.anchor == anchor]
        assert [m.label for m in here][-len(labels) :] == labels
        assert len({m.at for m in here[-len(labels) :]}) == 1
    boxed = [m.label for p, m in marks if p.kind == "box"]
    assert sorted(boxed, key=int) == truth["notes_in_boxes"]


def test_links_lead_where_they_should(case: tuple[Document, Any, bool]) -> None:
    document, truth, tagged = case
    if not tagged:
        assert not links(document)  # annotations are gone too
        return
    found = links(document)
    assert sum(address.startswith("http") for _, address in found) == truth["links"]["web"]
    assert sum(address.startswith("mailto:") for _, address in found) == truth["links"]["mail"]
    inner = {words: address.removeprefix("#") for words, address in found if address.startswith("#")}
    assert inner == truth["links"]["internal"]


def test_lists_and_their_depth(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    found = [(p, within, item) for p in document.provisions for within, item in items(p.blocks)]
    expected = truth["lists"]
    bullets = [(within, item) for _, within, item in found if is_bullet(item)]
    below_letters = [within for within, _ in bullets if within and not is_bullet(within[-1])]
    assert sum(not within for within, _ in bullets) == expected["bullets"]
    assert sum(bool(within) for within, _ in bullets) - len(below_letters) == expected["sub_bullets"]
    assert len(below_letters) == expected["bullets_below_letters"]
    assert sum(item.marker.strip("().").isalpha() for _, _, item in found) == expected["lettered"]
    numbered = [p.kind for p, _, item in found if item.marker.strip("().").isdigit()]
    assert numbered == ["box"] * expected["numbered_in_boxes"]


def test_boxes_over_page_breaks(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    boxes = of_kind(document, "box")
    assert [[p.page for p in box.places] for box in boxes] == [box["pages"] for box in truth["boxes"]]
    titles = [box.blocks[0].text.plain for box in boxes if isinstance(box.blocks[0], Subheading)]
    assert titles == [box["title"] for box in truth["boxes"]]


def test_tables_with_their_headers(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    tables = [block for p in of_kind(document, "table") for block in p.blocks if isinstance(block, Table)]
    assert [(t.caption.plain if t.caption else None, len(t.rows)) for t in tables] == [
        (t["caption"], t["rows"]) for t in truth["tables"]
    ]
    assert all(p.page for p in of_kind(document, "table"))
    for table, expected in zip(tables, truth["tables"], strict=True):
        assert [len(row) for row in table.rows] == [expected["columns"]] * expected["rows"]
        heads = [" ".join(t.plain for t in block_texts(c.blocks)) for c in table.rows[0] if c.header == "column"]
        assert heads == expected["column_headers"]


def test_figures_and_flow_charts(case: tuple[Document, Any, bool]) -> None:
    document, truth, tagged = case
    figures = [(p, b) for p in of_kind(document, "figure") for b in p.blocks if isinstance(b, Figure)]
    assert [(f.caption.plain if f.caption else None, p.page) for p, f in figures] == [
        (f["caption"], f["page"]) for f in truth["figures"]
    ]
    if tagged:
        assert [f.alternative for _, f in figures] == [f["alternative"] for f in truth["figures"]]
    charts = [(p, b) for p in of_kind(document, "flow-chart") for b in p.blocks if isinstance(b, Figure)]
    assert [(p.heading.plain if p.heading else None, p.page) for p, _ in charts] == [
        (c["title"], c["page"]) for c in truth["flow_charts"]
    ]
    for (_, chart), expected in zip(charts, truth["flow_charts"], strict=True):
        words = [text.plain for text in chart.words]
        assert len(words) == expected["boxes"] + len(expected["arrow_words"])
        assert sorted(w for w in words if w in expected["arrow_words"]) == sorted(expected["arrow_words"])
        assert all(asset.content.startswith(b"\x89PNG") for asset in document.assets)


def test_sentences_over_page_breaks_and_hyphens(case: tuple[Document, Any, bool]) -> None:
    document, truth, _ = case
    by_anchor = {p.anchor: p for p in document.provisions}
    for join in truth["joins"]:
        provision = by_anchor[join["anchor"]]
        assert [place.page for place in provision.places] == join["pages"]
        assert join.get("word", "") in plain_text(provision)
    for anchor, word in {**truth["hyphens"]["kept"], **truth["hyphens"]["lost"]}.items():
        assert word in plain_text(by_anchor[anchor])


def test_every_character_is_placed_once_or_dropped_with_a_reason(case: tuple[Document, Any, bool]) -> None:
    document, _, _ = case
    assert balance(document) == 0
    assert all(entry.reason for entry in document.dropped)
    assert not document.findings


def test_anchors_are_unique_and_json_brings_the_document_back(case: tuple[Document, Any, bool]) -> None:
    document, _, _ = case
    assert len(anchors(document)) == len(set(anchors(document)))
    assert msgspec.json.decode(msgspec.json.encode(document), type=Document) == document


@pytest.mark.parametrize("edition", EDITIONS)
def test_reading_twice_gives_the_same_bytes(
    tmp_path: Path, readings: dict[tuple[str, bool], Document], edition: str
) -> None:
    compile_typst(SPECIMEN / edition / "source.typ", tmp_path / f"{edition}.pdf")
    again = read_document(tmp_path / f"{edition}.pdf")
    assert msgspec.json.encode(again) == msgspec.json.encode(readings[edition, True])


def test_what_is_withheld_changes_no_word(readings: dict[tuple[str, bool], Document]) -> None:
    for edition in EDITIONS:
        whole, stripped = (
            [(p.anchor, [t.plain for t in provision_texts(p)]) for p in readings[edition, tagged].provisions]
            for tagged in (True, False)
        )
        assert whole == stripped
        assert any(isinstance(b, List) for p in readings[edition, True].provisions for b in p.blocks)
