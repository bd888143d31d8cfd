"""What is known of the official files at hand, and that the reader finds it.

Only numbers, names and headings stand here, no official text. Each test skips where its file is not at hand:
GUIDANCE_SOURCES names the folder with the 2023 file, GUIDANCE_PUBLICATIONS the one with the others.
"""

import re
from collections import defaultdict
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from document_marks import anchors, balance, is_bullet, items, links, note_marks
from guidance.build.load import read_corrections
from guidance.document.model import Block, Document, List, Para, Subheading, Table
from guidance.document.walk import plain_text
from guidance.read import read_document
from guidance.read.numbering import comparable_title
from official_files import ADOPTION, HOMES, IRO, KCSIE, WORKING_TOGETHER, publication, reading
from untagged import strip_structure

pytestmark = pytest.mark.real

OTHERS = (*KCSIE, IRO, ADOPTION, HOMES)

PARAGRAPHS = {WORKING_TOGETHER: 403, KCSIE[0]: 565, KCSIE[1]: 562, IRO: 222, ADOPTION: 811, HOMES: 376}
NOTES = {WORKING_TOGETHER: 243, KCSIE[0]: 168, KCSIE[1]: 168, IRO: 19, ADOPTION: 16, HOMES: 36}
REPEATED_REFERENCES = {IRO: 2}  # two of its notes are referred to again


def paragraphs_in(blocks: tuple[Block, ...]) -> list[Para | Subheading]:
    found: list[Para | Subheading] = []
    for block in blocks:
        if isinstance(block, Para | Subheading):
            found.append(block)
        elif isinstance(block, List):
            found += [para for item in block.items for para in paragraphs_in(item.blocks)]
        elif isinstance(block, Table):
            found += [para for row in block.rows for cell in row for para in paragraphs_in(cell.blocks)]
    return found


def count(document: Document, *kinds: str) -> int:
    return sum(p.kind in kinds for p in document.provisions)


# --- The 2023 file -------------------------------------------------------------------------------


def test_all_that_is_known_of_the_2023_file() -> None:
    document = reading(WORKING_TOGETHER)
    headings = [p for p in document.provisions if p.heading]
    assert len(headings) == 126
    assert sorted({p.level for p in headings if p.level}) == [1, 2, 3, 4]
    boxes = [p for p in document.provisions if p.kind == "box"]
    assert len(boxes) == 26
    assert sum(len(box.places) for box in boxes) == 39
    figures = [p for p in document.provisions if p.kind in ("figure", "flow-chart") and p.blocks]
    assert sorted(p.blocks[0].places[0].page for p in figures if hasattr(p.blocks[0], "places")) == [
        *(57, 76, 78, 102, 103, 104, 105, 150)
    ]
    assert len(document.assets) == 8
    assert all(getattr(p.blocks[0], "alternative", None) for p in figures)
    assert not count(document, "table")


def test_links_of_the_2023_file_are_placed_or_reported() -> None:
    document = reading(WORKING_TOGETHER)
    found = links(document)
    assert len(found) == 342
    assert len({address for _, address in found}) == 273
    assert not [words for words, _ in found if not words.strip()]
    lost = [f for f in document.findings if "white space" in f.message]
    assert sum(f.message.count("http") for f in lost) == 5  # to addresses that no other link on the page has


def test_bullets_of_the_2023_file_are_the_signs_that_another_engine_finds() -> None:
    document = reading(WORKING_TOGETHER)
    every = (*document.provisions, *document.notes)
    with pdfium.PdfDocument(publication(WORKING_TOGETHER)) as file:
        texts = [page.get_textpage().get_text_range() for page in file]
    signs = sum(text.count("•") + len(re.findall(r"(?m)^o ", text)) for text in texts)
    assert sum(is_bullet(item) for p in every for _, item in items(p.blocks)) == signs == 690


def test_sentences_cut_by_a_page_of_the_2023_file_are_joined() -> None:
    joined = [
        para
        for p in reading(WORKING_TOGETHER).provisions
        for para in paragraphs_in(p.blocks)
        if len(para.places) > 1
    ]
    assert len(joined) == 41


def test_the_reviewed_corrections_of_the_2023_file_apply() -> None:
    corrections = read_corrections(Path(__file__).parents[2] / "versions" / "2023")
    assert corrections
    document = read_document(publication(WORKING_TOGETHER), corrections)
    links, reviewed = document.corrections[: -len(corrections)], document.corrections[-len(corrections) :]
    assert reviewed == corrections
    assert len([one for one in links if "redirector" in one.reason]) == 4
    assert len(links) == 5
    assert "safelinks" not in str(document)
    assert balance(document) == 0
    assert not [p.anchor for p in document.provisions if "Error!" in plain_text(p)]


# --- Every file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [WORKING_TOGETHER, *OTHERS])
def test_paragraphs_count_without_a_gap(name: str) -> None:
    document = reading(name)
    assert count(document, "paragraph") == PARAGRAPHS[name]
    gaps = [f.message for f in document.findings if f.kind == "numbering"]
    assert gaps == (["the numbering of 14 starts at 14.2"] if name == HOMES else [])


@pytest.mark.parametrize("name", [ADOPTION, HOMES])
def test_numbers_that_start_again_are_those_that_another_engine_finds_at_line_starts(name: str) -> None:
    document = reading(name)
    found: dict[str, set[int]] = defaultdict(set)
    with pdfium.PdfDocument(publication(name)) as file:
        for page in file:
            for match in re.finditer(r"(?m)^(\d+)\.(\d+)\.?\s", page.get_textpage().get_text_range()):
                found[match[1]].add(int(match[2]))
    ours: dict[str, set[int]] = defaultdict(set)
    for provision in document.provisions:
        if provision.kind == "paragraph" and provision.number:
            chapter, _, number = provision.number.partition(".")
            ours[chapter].add(int(number))
    assert {chapter: found[chapter] for chapter in ours} == ours
    assert all(len(numbers) == 1 for chapter, numbers in found.items() if chapter not in ours)  # cross-references


@pytest.mark.parametrize("name", [WORKING_TOGETHER, *OTHERS])
def test_notes_and_references_are_equal(name: str) -> None:
    document = reading(name)
    assert len(document.notes) == NOTES[name]
    marks = note_marks(document)
    assert len(marks) == NOTES[name] + REPEATED_REFERENCES.get(name, 0)
    assert {m.note for _, m in marks} == {n.anchor for n in document.notes}


@pytest.mark.parametrize("name", [WORKING_TOGETHER, *OTHERS])
def test_characters_balance_and_anchors_are_unique(name: str) -> None:
    document = reading(name)
    assert balance(document) == 0
    assert len(anchors(document)) == len(set(anchors(document)))


@pytest.mark.parametrize("name", [WORKING_TOGETHER, *OTHERS])
def test_a_second_engine_reads_the_same_words(name: str) -> None:
    agreement = read_document(publication(name), second_opinion=True).agreement
    assert agreement
    assert agreement.engine == ("pdfminer" if name == IRO else "pdf_oxide")  # which knows none of its fonts
    least = 0.99 if name == IRO else 0.9995  # a chart with slanted words: each engine orders their letters anew
    assert agreement.recall >= least
    assert agreement.precision >= least


# --- With evidence withheld ----------------------------------------------------------------------


def levels(document: Document, shift: int = 0) -> dict[tuple[str, int | None], int | None]:
    """(title, page) -> level; `shift` pages are missing at the front."""
    return {
        (comparable_title(p.heading.plain), p.page + shift if p.page else None): p.level
        for p in document.provisions
        if p.heading
    }


def withhold_lists(source: Path, to: Path, pages: list[int]) -> None:
    """`source` without its bookmarks and its contents pages."""
    with pikepdf.open(source) as pdf:
        if "/Outlines" in pdf.Root:
            del pdf.Root.Outlines
        for number in reversed(pages):
            del pdf.pages[number - 1]
        pdf.save(to)


WITHHELD = {  # share of heading levels right: with tags only, with the printed contents only, with nothing
    WORKING_TOGETHER: (0.98, 1.0, 0.98),  # its second and third level look the same, but for the space around them
    KCSIE[1]: (0.99, 0.99, 0.99),
    IRO: (1.0, 1.0, 1.0),
    ADOPTION: (0.99, 0.99, 0.99),
    HOMES: (0.99, 0.99, 0.99),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_heading_levels_with_evidence_withheld(name: str, tmp_path: Path) -> None:
    whole = reading(name)
    truth = levels(whole)
    listed = {entry.page for entry in whole.dropped if entry.reason == "contents list"}
    pages = sorted(page for page in listed if page and page < 12)
    tags, contents, nothing = (tmp_path / f"{n}.pdf" for n in ("tags", "contents", "nothing"))
    withhold_lists(publication(name), tags, pages)
    strip_structure(publication(name), contents)
    strip_structure(tags, nothing)
    for path, shift, least in zip(
        (tags, contents, nothing), (len(pages), 0, len(pages)), WITHHELD[name], strict=True
    ):
        found = levels(read_document(path), shift)
        right = sum(found.get(key) == level for key, level in truth.items()) / len(truth)
        assert right >= least, path.name
        assert not found.keys() - truth.keys()


@pytest.mark.parametrize("name", [WORKING_TOGETHER, *OTHERS])
def test_without_tags_bookmarks_and_annotations(name: str, tmp_path: Path) -> None:
    strip_structure(publication(name), tmp_path / "stripped.pdf")
    stripped = read_document(tmp_path / "stripped.pdf")
    assert balance(stripped) == 0
    assert count(stripped, "paragraph") == PARAGRAPHS[name]
    assert len(stripped.notes) == NOTES[name]
