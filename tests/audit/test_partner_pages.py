"""Sets of partner pages with what a reader finds in them, and folders of pages that GUIDANCE_CASES leads to.

The first set is what the audit got wrong; the second was written before the code that reads it, the third kept
aside until that was done, and the fourth thought of afterwards. At first sight 24 of the 24 of the third were
right, which the same hand had written as the second; of the fourth 21 of 28, one of which was no fair question. The
fifth to seventh are of people who had not written the code.
"""

import os
from functools import cache
from pathlib import Path

import pytest

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


NAMES = ("first.txt", "second.txt", "third.txt", "fourth.txt", "fifth.txt", "sixth.txt", "seventh.txt")
SHEETS = [page for name in NAMES for page in pages(name)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_page_says_what_a_reader_finds_in_it(sheet: Page, tmp_path: Path) -> None:
    assert list(differs(sheet.right, said(auditor(), sheet, tmp_path))) == []


@pytest.mark.parametrize("sheet", pages("first.txt"), ids=lambda sheet: sheet.name)
def test_the_cases_that_were_filed(sheet: Page) -> None:
    folder = os.environ.get("GUIDANCE_CASES")
    if not folder:
        pytest.skip("set GUIDANCE_CASES to the folder with the cases that were filed to run this")
    reading = read_file(Path(folder) / "audit" / sheet.name)
    assert isinstance(reading, FileReading)
    assert list(differs(sheet.right, [partner_sets.say(one) for one in auditor().findings(reading)])) == []


def test_the_sets_are_read_whole() -> None:
    assert [len(pages(name)) for name in NAMES] == [26, 40, 24, 27, 17, 25, 24]
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
