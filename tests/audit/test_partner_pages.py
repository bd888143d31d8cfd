"""Sets of partner pages with what a reader finds in them, and folders of pages that GUIDANCE_CASES leads to.

The first set is what the audit got wrong; the second was written before the code that reads it, and the third kept
aside until that was done.
"""

from functools import cache
from pathlib import Path

import pytest

import partner_sets
from guidance.build.audit import Auditor
from guidance.document.register import read_register
from partner_sets import Page, differs, pages, said

ROOT = Path(__file__).parents[2]


@cache
def auditor() -> Auditor:
    """For Working Together as it is in the repository: registers and permalinks, no text."""
    return Auditor(read_register(ROOT / "versions"), ROOT / "versions", ())


SHEETS = (*pages("first.txt"), *pages("second.txt"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_page_says_what_a_reader_finds_in_it(sheet: Page, tmp_path: Path) -> None:
    assert list(differs(sheet.right, said(auditor(), sheet, tmp_path))) == []


def test_the_sets_are_read_whole() -> None:
    assert [len(pages(name)) for name in ("first.txt", "second.txt", "third.txt")] == [26, 40, 24]
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
