"""Numbers are the source's own: those that a re-issue put in, those for several, those that lists print."""

from pathlib import Path

import pytest

from document_marks import balance, items
from guidance.document.model import Document
from guidance.read import read_document
from typeset import read_typeset

WORDS = {
    "1": "Members shut the gate after them every night, and look to see that the latch has fallen.",
    "2": "Guests sign the book at the front door and write down the hour at which they came to the yard.",
    "3": "Keys are kept in the office, so that the steward always knows who has been given one.",
    "4": "A keeper may move a hive at night, as paragraph 2A and paragraph 2 say more of, by lamp light.",
    "5": "The yard closes at dusk on every day of the week in winter, and an hour later in the summer.",
}
ADDED = "Members carry a lamp after dusk in the winter months, when the path to the far gate is dark."
PAGE = '#set page(paper: "a4", margin: 2.5cm, numbering: "1")\n#set text(size: 12pt)\n= Keeping the yard\n'
PRINTED = {"1.": "{0}.", "1": "{0}", "(1)": "({0})", "3.1": "3.{0}"}


def numbers(document: Document) -> list[str | None]:
    return [p.number for p in document.provisions if p.kind == "paragraph"]


def markers(document: Document) -> list[str]:
    return [item.marker for p in document.provisions for _, item in items(p.blocks)]


def page(body: str, folder: Path) -> Document:
    file = folder / "page.html"
    file.write_text(
        f"<!DOCTYPE html><html lang=en><body><main><h1>Yard</h1><h2>Rules</h2>{body}</main></body></html>"
    )
    return read_document(file)


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("form", ["1.", "1", "3.1"])
@pytest.mark.parametrize("added", [["2A"], ["2ZA", "2A", "2AA", "2B"]], ids=lambda added: added[-1])
def test_an_inserted_paragraph_has_its_number(form: str, added: list[str], stripped: bool, tmp_path: Path) -> None:
    order = ["1", "2", *added, "3", "4", "5"]
    printed = [PRINTED[form].format(number) for number in order]
    source = PAGE + "".join(
        f"#block[{number}#h(1.5em) {WORDS.get(key, ADDED)}]\n" for key, number in zip(order, printed, strict=True)
    )
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert numbers(document) == [number.strip(".") for number in printed]
    anchors = [p.anchor for p in document.provisions if p.kind == "paragraph"]
    assert anchors == [f"para-{number.strip('.').lower().replace('.', '-')}" for number in printed]
    assert not document.findings
    assert [d.reason for d in document.dropped] == ["page number"]


def test_inserted_paragraphs_in_brackets(tmp_path: Path) -> None:
    order = ["1", "2", "2A", "3", "4", "5", "6", "7", "8", "9"]
    words = list(WORDS.values())
    body = "".join(f"<p>({number}) {words[at % 5]}</p>" for at, number in enumerate(order))
    assert numbers(page(body, tmp_path)) == order


@pytest.mark.parametrize("number", ["3–5", "3-5", "3 to 5"])
def test_one_number_for_several_paragraphs(number: str, tmp_path: Path) -> None:
    printed = ["1", "2", number, "6", "7", "7A", "8"]
    body = "".join(f"<p>{one}. Sweep the path of the yard.</p>" for one in printed)
    document = page(body, tmp_path)
    assert numbers(document) == printed
    assert [p.anchor for p in document.provisions if p.kind == "paragraph"][2] == "para-3-5"
    assert not document.findings


def test_a_sentence_that_starts_with_such_a_number_is_none(tmp_path: Path) -> None:
    body = "".join(f"<p>{one}. Sweep the path.</p>" for one in ("1", "2", "3", "4", "5"))
    document = page(f"{body}<p>2A. Who wrote this?</p><p>9B. And this?</p>", tmp_path)
    assert numbers(document) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
def test_three_numbered_paragraphs_are_paragraphs(stripped: bool, tmp_path: Path) -> None:
    source = PAGE + "".join(f"#block[{n}.#h(1em) {WORDS[n]}]\n" for n in "123")
    assert numbers(read_typeset(source, tmp_path, stripped=stripped)) == ["1", "2", "3"]


def test_three_entries_behind_a_lead_in_are_a_list(tmp_path: Path) -> None:
    source = (
        PAGE + "#block[The rules of the yard are these:]\n" + "".join(f"#block[{n}. {WORDS[n]}]\n" for n in "123")
    )
    document = read_typeset(source, tmp_path)
    assert numbers(document) == []
    assert markers(document) == ["1.", "2.", "3."]


def test_legislative_lists_print_their_own_numbers(tmp_path: Path) -> None:
    entries = "<li>1. Hives stay shut.</li><li>2. Gates too.</li><li>2A. Sheds too.</li><li>3. Tills too.</li>"
    assert numbers(page(f'<ol class="legislative-list">{entries}</ol>', tmp_path)) == ["1", "2", "2A", "3"]


def test_an_entry_without_a_number_gets_none(tmp_path: Path) -> None:
    entries = "<li>1. Hives stay shut.</li><li>[Deleted]</li><li>3. Tills stay shut.</li>"
    for kind in ('class="legislative-list"', ""):
        assert markers(page(f"<p>Rules:</p><ol {kind}>{entries}</ol>", tmp_path)) == ["1.", "", "3."]


@pytest.mark.parametrize(
    ("ordered", "printed"),
    [
        ("<ol><li>Veil.</li><li value=5>Smoke.</li><li>Wait.</li></ol>", ["1.", "5.", "6."]),
        ("<ol reversed><li>C.</li><li>B.</li><li>A.</li></ol>", ["3.", "2.", "1."]),
        ("<ol reversed start=9><li>C.</li><li>B.</li></ol>", ["9.", "8."]),
        ("<ol type=a start=3><li>Roof</li><li>Floor</li></ol>", ["c.", "d."]),
    ],
)
def test_lists_count_as_a_browser_does(ordered: str, printed: list[str], tmp_path: Path) -> None:
    assert markers(page(ordered, tmp_path)) == printed


ROWS = "".join(f"<tr><td>{at}.</td><td>{words}</td></tr>" for at, words in WORDS.items())
HEADED = ROWS.replace("<td>1.</td>", "<th>1.</th>").replace(f"<td>{WORDS['1']}</td>", f"<th>{WORDS['1']}</th>")
NOTE = '<sup><a href="#fn:1">[footnote 1]</a></sup>'


@pytest.mark.parametrize(
    "body",
    [
        f"<table>{ROWS}</table>",
        f"<table><thead>{HEADED[: HEADED.index('</tr>') + 5]}</thead>{HEADED[HEADED.index('</tr>') + 5 :]}</table>",
        f"<p>{'<br>'.join(f'{at}. {words}' for at, words in WORDS.items())}</p>",
        "".join(f"<p>{at}. {words}{NOTE}</p>" for at, words in list(WORDS.items())[:3]),
    ],
    ids=["table", "table that Word heads", "line breaks", "three that end in a note's mark"],
)
def test_numbers_set_apart_are_paragraphs(body: str, tmp_path: Path) -> None:
    notes = '<div class="footnotes"><ol><li id="fn:1"><p>Yard Notice.</p></li></ol></div>' if NOTE in body else ""
    document = page(body + notes, tmp_path)
    assert numbers(document) == ["1", "2", "3", "4", "5"][: 3 if NOTE in body else 5]
    assert balance(document) == 0


def test_lines_of_an_address_are_no_paragraphs(tmp_path: Path) -> None:
    document = page("<p>The yard<br>12. High Street<br>3. Lower Town</p>", tmp_path)
    assert [p.kind for p in document.provisions] == ["chapter", "text"]
