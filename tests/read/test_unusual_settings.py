"""What was read wrongly at first sight in a blind round of November 2026, each kind in a document of its own."""

import io
from pathlib import Path

import pikepdf
import pytest
import typst
from PIL import Image

from document_marks import balance, items, note_marks
from guidance.document.model import Document
from guidance.document.walk import plain_text
from guidance.read import read_document
from typeset import read_typeset

PAGE = """#set document(title: "Yard")
#set page(paper: "a4", margin: 2.5cm)
#set text(size: 11pt, hyphenate: false)
#show heading: set text(16pt)
"""
RULES = (
    "Members shut the gate after them every night and look to see that the latch has fallen.",
    "Guests sign the book at the front door and write down the hour at which they came.",
    "Keys are kept in the office, so that the steward always knows who has been given one.",
    "A keeper may move a hive at night by lamp light when the wind has gone down again.",
    "The yard closes at dusk on every day of the week, and an hour later in the summer.",
)


def numbered(first: int = 1, times: int = 1, form: str = "#grid(columns: (1cm, 1fr), [{0}.], [{1}])\n\n") -> str:
    """Rules that count on from `first`; each says `times` the same."""
    return "".join(form.format(at, " ".join([rule] * times)) for at, rule in enumerate(RULES, first))


def numbers(document: Document) -> list[str | None]:
    return [p.number for p in document.provisions if p.kind == "paragraph"]


def amiss(document: Document) -> list[str]:
    return [check.what for check in document.structure if check.verdict == "amiss"]


def whole(document: Document) -> bool:
    """Whether every rule stands in one paragraph as it was written, and all characters are accounted for."""
    said = [plain_text(p) for p in document.provisions]
    return all(any(rule in words for words in said) for rule in RULES) and balance(document) == 0


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("stroke", ["0.5pt", "none"])
def test_a_table_that_sets_numbers_apart_is_no_table(stroke: str, stripped: bool, tmp_path: Path) -> None:
    rows = "".join(f"[{at}.], [{rule}], " for at, rule in enumerate(RULES, 1))
    source = f"{PAGE}= Rules\n#table(columns: (1.2cm, 1fr), stroke: {stroke}, inset: 6pt, {rows})"
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert numbers(document) == ["1", "2", "3", "4", "5"]
    assert whole(document)
    assert not amiss(document)


def test_a_table_with_numbers_and_a_head_stays_one(tmp_path: Path) -> None:
    rows = "".join(f"[{at}.], [{rule}], " for at, rule in enumerate(RULES, 1))
    source = f"{PAGE}= Rules\n#table(columns: (1.5cm, 1fr), [*No.*], [*Rule*], {rows})"
    document = read_typeset(source, tmp_path)
    assert [p.kind for p in document.provisions] == ["chapter", "table"]


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("form", ["a", "(a)"])
def test_letters_that_start_again_on_each_page_are_notes(form: str, stripped: bool, tmp_path: Path) -> None:
    noted = "#grid(columns: (1cm, 1fr), [{0}.], [{1}#footnote[Yard Notice, part {0}.]])\n\n"
    again = "#pagebreak()\n#counter(footnote).update(0)\n"
    source = (
        f'{PAGE}#set footnote(numbering: "{form}")\n= Rules\n{numbered(form=noted)}{again}{numbered(6, form=noted)}'
    )
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert [note.number for note in document.notes] == [form.replace("a", letter) for letter in "abcdeabcde"]
    assert [provision.number for provision, _ in note_marks(document)] == [str(at) for at in range(1, 11)]
    assert not amiss(read_document(tmp_path / "whole.pdf", second_opinion=True))


def test_a_lettered_list_without_marks_is_no_notes(tmp_path: Path) -> None:
    small = "".join(f"({letter}) {rule}\n\n" for letter, rule in zip("abcde", RULES, strict=True))
    document = read_typeset(f"{PAGE}= Rules\n{numbered()}#set text(8pt)\n{small}", tmp_path, stripped=True)
    assert not document.notes


def test_heads_of_two_sides_and_tabs_are_furniture(tmp_path: Path) -> None:
    odd = "calc.odd(counter(page).get().first())"
    tab = "place(right + horizon, dx: -4mm, rotate(90deg, text(9pt)[Chapter two, yards]))"
    source = PAGE.replace(
        "margin: 2.5cm",
        f"margin: 2.5cm, background: context if {odd} {{ {tab} }}, "
        f"header: context if {odd} [#align(right)[HANDBOOK OF YARDS]] else [Keeping a quiet yard]",
    )
    document = read_typeset(
        f"{source}= Rules\n{numbered(times=11)}{numbered(6, times=11)}", tmp_path, stripped=True
    )
    assert (document.source.pages or 0) == 3
    heads = [entry.text for entry in document.dropped if entry.reason == "running head"]
    assert sorted(heads) == [*["Chapter two, yards"] * 2, *["HANDBOOK OF YARDS"] * 2, "Keeping a quiet yard"]
    assert numbers(document) == [str(at) for at in range(1, 11)]


def test_the_words_behind_a_scan_are_its_text(tmp_path: Path) -> None:
    sheet = io.BytesIO()
    Image.new("L", (60, 85), 240).save(sheet, "PNG")
    (tmp_path / "sheet.png").write_bytes(sheet.getvalue())
    (tmp_path / "scan.typ").write_text(
        PAGE.replace("margin: 2.5cm", 'margin: 2.5cm, background: image("sheet.png", width: 100%, height: 100%)')
        + f"= Rules\n{numbered(times=3)}"
    )
    path = tmp_path / "scan.pdf"
    path.write_bytes(typst.compile(tmp_path / "scan.typ", ignore_system_fonts=True))
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        for leaf in file.pages:
            content = leaf.Contents.read_bytes().replace(b"BT", b"BT 3 Tr").replace(b"0 Tr", b"3 Tr")
            leaf.Contents = file.make_stream(content)  # whose words are not painted
        file.save(path)
    document = read_document(path)
    assert numbers(document) == ["1", "2", "3", "4", "5"]
    assert any("a machine read" in finding.message for finding in document.findings)


def test_bullets_that_are_drawn_are_bullets(tmp_path: Path) -> None:
    dot = "#set list(marker: box(baseline: -0.25em, circle(radius: 0.16em, fill: black)))\n"
    source = f"{PAGE}{dot}= Rules\n{RULES[0]}\n\n" + "".join(f"- {rule}\n" for rule in RULES[1:])
    document = read_typeset(source, tmp_path, stripped=True)
    found = [item.marker for p in document.provisions for _, item in items(p.blocks)]
    assert found == ["•"] * 4
    assert balance(document) == 0


def test_key_points_beside_the_text_are_boxes(tmp_path: Path) -> None:
    words = "Ring the bell twice at dusk, and wait there until the last guest has gone in."
    side = f'#place(right, dx: 4.6cm, dy: 1cm, block(width: 3.6cm, text(9pt, style: "italic")[{words}]))\n'
    source = PAGE.replace("margin: 2.5cm", "margin: (left: 2cm, right: 6.5cm, y: 2.5cm)")
    document = read_typeset(f"{source}= Rules\n{side}{numbered(times=4)}", tmp_path, stripped=True)
    assert numbers(document) == ["1", "2", "3", "4", "5"]
    assert whole(document)
    (box,) = [p for p in document.provisions if p.kind == "box"]
    assert plain_text(box) == words


@pytest.mark.parametrize("pieces", ["latch", "la tch", "la t ch"])
def test_a_word_that_narrow_gaps_part_is_closed_up(pieces: str, tmp_path: Path) -> None:
    drawn = "#h(0.12em)".join(f"#text(fill: rgb(0, 0, {at}))[{piece}]" for at, piece in enumerate(pieces.split()))
    source = (
        f"{PAGE}= Rules\nThe latch of the far gate is a latch of brass, and the {drawn} has fallen.\n\n{numbered()}"
    )
    document = read_typeset(source, tmp_path, stripped=True)
    assert "and the latch has fallen" in "\n".join(plain_text(p) for p in document.provisions)
    assert not amiss(read_document(tmp_path / "whole.pdf", second_opinion=True))


def test_words_that_stand_only_once_are_left_as_they_are(tmp_path: Path) -> None:
    source = f"{PAGE}= Rules\nThe keeper may#h(0.2em)be late, and can#h(0.2em)not help it.\n\n{numbered()}"
    document = read_typeset(source, tmp_path, stripped=True)
    assert "The keeper may be late, and can not help it." in [plain_text(p) for p in document.provisions]
