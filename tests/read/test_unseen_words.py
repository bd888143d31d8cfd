"""What an eye does not see as standing text is not text: it is left out, with its reason."""

from pathlib import Path

import pikepdf
import pytest

from document_marks import balance
from guidance.document.model import Document
from guidance.document.walk import plain_text
from guidance.read import read_document
from typeset import read_typeset

PAGE = '#set page(paper: "a4", margin: 2.5cm, numbering: "1"{more})\n#set text(size: 12pt)\n= Keeping the yard\n'
RULES = (
    "Members must shut the gate after them.",
    "Guests should sign the book.",
    "Keys are kept in the office.",
    "A keeper may move a hive at night.",
    "The yard closes at dusk on every day of the week in the winter.",
)


def yard(first: str = "", more: str = "") -> str:
    body = "".join(f"#block[{at}.#h(1em) {rule} {first if at == 1 else ''}]\n" for at, rule in enumerate(RULES, 1))
    over = "".join(f"#pagebreak()\n#block[{at}.#h(1em) {RULES[0]}]\n" for at in (6, 7))
    return PAGE.format(more=more) + body + over


def said(document: Document) -> list[str]:
    return [plain_text(p) for p in document.provisions if p.kind == "paragraph"]


def left_out(document: Document) -> set[tuple[str, str]]:
    return {(d.text.strip(), d.reason) for d in document.dropped if d.reason != "page number"}


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("#text(fill: white)[Guests must pay twice.]", "white on white"),
        ("#text(fill: rgb(250, 250, 250))[Guests must pay twice.]", "white on white"),
        ("#text(size: 0.4pt)[Guests must pay twice.]", "too small to be read"),
        ("#place(dx: -40cm)[Guests must pay twice.]", "beyond the page's edge"),
    ],
)
def test_hidden_words_are_left_out(words: str, reason: str, stripped: bool, tmp_path: Path) -> None:
    document = read_typeset(yard(words), tmp_path, stripped=stripped)
    assert said(document) == [*RULES, RULES[0], RULES[0]]
    assert left_out(document) == {("Guests must pay twice.", reason)}
    assert balance(document) == 0


@pytest.mark.parametrize(
    "mark",
    [
        "rotate(-45deg, text(80pt, fill: luma(220))[DRAFT])",
        "rotate(-30deg, text(60pt, fill: rgb(220, 40, 40))[DRAFT])",
        "text(80pt, fill: luma(225))[DRAFT]",
    ],
    ids=["across", "across in red", "upright"],
)
def test_a_watermark_is_neither_text_nor_heading(mark: str, tmp_path: Path) -> None:
    document = read_typeset(yard(more=f", background: {mark}"), tmp_path)
    assert said(document) == [*RULES, RULES[0], RULES[0]]
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Keeping the yard"]
    assert [d.text for d in document.dropped if d.reason == "watermark"] == ["DRAFT"] * 3


def test_words_that_are_not_painted_are_left_out(tmp_path: Path) -> None:
    source = yard()
    read_typeset(source, tmp_path)
    with pikepdf.open(tmp_path / "whole.pdf", allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        last = list(pikepdf.parse_content_stream(page))
        texts = [at for at, step in enumerate(last) if str(step.operator) in ("TJ", "Tj")]
        hide = pikepdf.ContentStreamInstruction([3], pikepdf.Operator("Tr"))
        show = pikepdf.ContentStreamInstruction([0], pikepdf.Operator("Tr"))
        at = texts[-2]  # before the page's number
        page.obj.Contents = pdf.make_stream(
            pikepdf.unparse_content_stream([*last[:at], hide, last[at], show, *last[at + 1 :]])
        )
        pdf.save()
    document = read_document(tmp_path / "whole.pdf")
    assert [reason for _, reason in left_out(document)] == ["not painted"]
    assert balance(document) == 0


def test_white_words_on_a_dark_ground_are_read(tmp_path: Path) -> None:
    words = '#block(fill: rgb("104f75"), inset: 8pt)[#text(fill: white)[Guests must pay twice.]]'
    document = read_typeset(yard() + words, tmp_path)
    assert "Guests must pay twice." in " ".join(plain_text(p) for p in document.provisions)
    assert left_out(document) == set()


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("size", [9, 12])
def test_words_with_a_stroke_through_them_are_left_out(size: int, stripped: bool, tmp_path: Path) -> None:
    struck = "#strike[Guests must pay twice.] #underline[Guests pay once.]"
    source = yard(struck).replace("size: 12pt", f"size: {size}pt")
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert said(document) == [f"{RULES[0]} Guests pay once.", *RULES[1:], RULES[0], RULES[0]]
    assert left_out(document) == {("Guests must pay twice.", "struck out")}
    assert balance(document) == 0


def test_a_stroke_through_a_part_of_words_drawn_in_one_go_is_told(tmp_path: Path) -> None:
    line = "#place(dx: 3cm, dy: 2mm, line(length: 2cm, stroke: 0.6pt))"
    document = read_typeset(yard().replace("#block[1.", f"#v(1pt){line}#block[1."), tmp_path)
    told = [f.message for f in document.findings if f.kind == "struck"]
    assert len(told) == 1
    assert RULES[0] in told[0]


@pytest.mark.parametrize(
    ("markup", "words", "reason"),
    [
        ("<span hidden>twice</span>", "twice", "hidden words"),
        ('<span style="color:red; display: none">twice</span>', "twice", "hidden words"),
        ('<span style="visibility:hidden">twice</span>', "twice", "hidden words"),
        ("<template><p>twice</p></template>", "twice", "hidden words"),
        ("<noscript><p>twice</p></noscript>", "twice", "hidden words"),
        ("<del>twice</del>", "twice", "struck out"),
        ("<del>not <s>twice</s></del>", "not twice", "struck out"),
        ("<s>twice</s>", "twice", "struck out"),
    ],
)
def test_words_that_a_page_hides_or_strikes(markup: str, words: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(
        f"<!DOCTYPE html><html><body><main><h2>Gates</h2><p>Pay once. {markup}</p></main></body></html>"
    )
    document = read_document(file)
    assert [plain_text(p) for p in document.provisions if p.blocks] == ["Pay once."]
    assert left_out(document) == {(words, reason)}
    assert balance(document) == 0


@pytest.mark.parametrize(
    "markup",
    ['<span class="govuk-visually-hidden">twice</span>', "<span aria-hidden=true>twice</span>", "<ins>twice</ins>"],
)
def test_words_that_are_read_aloud_or_seen_stay(markup: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!DOCTYPE html><html><body><main><h2>Gates</h2><p>Pay {markup}</p></main></body></html>")
    assert [plain_text(p) for p in read_document(file).provisions if p.blocks] == ["Pay twice"]
