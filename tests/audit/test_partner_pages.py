"""Sets of partner pages with what a reader finds in them, and folders of pages that GUIDANCE_CASES leads to.

The first set is what the audit got wrong; the second was written before the code that reads it, the third kept
aside until that was done, and the fourth thought of afterwards. At first sight 24 of the 24 of the third were
right, which the same hand had written as the second; of the fourth 21 of 28, one of which was no fair question. The
fifth to seventh are of people who had not written the code.
"""

import os
from functools import cache
from pathlib import Path

import pypandoc
import pytest
import typst

import partner_sets
from guidance.audit.reading import read_file
from guidance.audit.texts import FileReading
from guidance.build.audit import Auditor
from guidance.document.register import read_register
from partner_sets import Page, differs, pages, said

ROOT = Path(__file__).parents[2]


@cache
def auditor() -> Auditor:
    """For Working Together as it is in the repository: registers and permalinks, no text."""
    return Auditor(read_register(ROOT / "versions"), ROOT / "versions", ())


NAMES = (
    "first.txt",
    "second.txt",
    "third.txt",
    "fourth.txt",
    "fifth.txt",
    "sixth.txt",
    "seventh.txt",
    "eighth.txt",
)
SHEETS = [page for name in NAMES for page in pages(name)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_page_says_what_a_reader_finds_in_it(sheet: Page, tmp_path: Path) -> None:
    assert list(differs(sheet.right, said(auditor(), sheet, tmp_path))) == []


WORD_FILES = [  # a table's row, notes, editions side by side, and another document beside the guidance
    (
        "| Document | Date | Place |\n|---|---|---|\n"
        "| Working Together to Safeguard Children | July 2018 | page 31 |\n"
        "| Our bruising protocol | March 2022 | page 2 |\n",
        ("2018, page 31",),
    ),
    (
        "Partners meet.[^1] They write it down.[^2]\n\n[^2]: Ibid, para 62.\n\n"
        "[^1]: HM Government (2023) *Working Together to Safeguard Children*, para 61.\n",
        ("2023, paragraph 61", "2023, paragraph 62"),
    ),
    (
        "| Topic | WT 2018 | WT 2023 |\n|---|---|---|\n| Strategy discussion | p 41 | para 154 |\n",
        ("2018", "2023", "2018, page 41", "2023, paragraph 154"),
    ),
    (
        "- Working Together to Safeguard Children (DfE, 2023), pp 57--59\n"
        "- Better Homes for All (DfE, 2024), para 12\n",
        ("2023, pages 57 to 59",),
    ),
]
PDF_FILES = [  # hyphens at the ends of lines, notes with their numbers, and a running head
    (
        "#set page(columns: 2, width: 12cm, height: 10cm)\n#set par(justify: true)\n"
        "#set text(size: 10pt, hyphenate: true)\n"
        + "Our partnership follows Working Together to Safeguard Children 2023, paragraph 154, when it meets. "
        * 3,
        ("2023, paragraph 154",) * 3,
    ),
    (
        "Partners meet.#footnote[HM Government, _Working Together to Safeguard Children_ (2018) 31.] They write."
        "#footnote[Working Together 2018, p. 32.]",
        ("2018", "2018, page 32"),
    ),
    (
        "#set page(header: [Working Together 2018: local guide], height: 6cm)\n"
        "The manager rings (see paragraph 154 of "
        "Working Together 2023).\n#pagebreak()\nMore.\n#pagebreak()\nMore.",
        ("2018", "2023, paragraph 154"),
    ),
]


def test_other_documents_are_not_told_as_the_guidance(tmp_path: Path) -> None:
    lines = (partner_sets.SETS / "others.txt").read_text(encoding="utf-8").splitlines()[1:]
    named = "Working Together to Safeguard Children 2023 applies to all of us."
    for path, page in (
        (tmp_path / "page.txt", "\n\n".join((named, *lines))),
        (tmp_path / "page.html", f"<p>{named}</p><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"),
    ):
        path.write_text(page, encoding="utf-8")
        assert said_of(path) == ["2023 [superseded]"]


@pytest.mark.parametrize("kind", ["docx", "odt", "rtf"])
@pytest.mark.parametrize(("words", "right"), WORD_FILES)
def test_a_word_file_says_what_a_reader_finds_in_it(
    kind: str, words: str, right: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / f"page.{kind}"
    pypandoc.convert_text(words, kind, format="md", outputfile=str(path), extra_args=["-s"])
    assert list(differs(right, said_of(path))) == []


@pytest.mark.parametrize(("source", "right"), PDF_FILES)
def test_a_pdf_says_what_a_reader_finds_in_it(source: str, right: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(typst.compile(source.encode(), ignore_system_fonts=True))
    assert list(differs(right, said_of(path))) == []


def said_of(path: Path) -> list[str]:
    """What the audit says of a file."""
    reading = read_file(path)
    assert isinstance(reading, FileReading), reading
    return [partner_sets.say(one) for one in auditor().findings(reading)]


@pytest.mark.parametrize("sheet", pages("first.txt"), ids=lambda sheet: sheet.name)
def test_the_cases_that_were_filed(sheet: Page) -> None:
    folder = os.environ.get("GUIDANCE_CASES")
    if not folder:
        pytest.skip("set GUIDANCE_CASES to the folder with the cases that were filed to run this")
    reading = read_file(Path(folder) / "audit" / sheet.name)
    assert isinstance(reading, FileReading)
    assert list(differs(sheet.right, [partner_sets.say(one) for one in auditor().findings(reading)])) == []


def test_the_sets_are_read_whole() -> None:
    assert [len(pages(name)) for name in NAMES] == [26, 40, 24, 27, 17, 25, 37, 15]
    assert all(page.right and page.content.strip() for page in pages("second.txt"))


def test_a_set_tells_what_is_missing_and_what_is_too_much() -> None:
    told = ["2018, page 13 [superseded]", "term LSCB"]
    assert list(differs(("2018, page 13", "term LSCB"), told)) == []
    assert list(differs(("2018, page 14", "term LSCB"), told)) == [
        "missing: 2018, page 14",
        "too much: 2018, page 13 [superseded]",
    ]
    assert list(differs(("nothing",), [])) == []
    assert partner_sets.SETS.is_dir()
