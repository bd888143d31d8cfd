"""What desktop publishing and statutes do is read for what it is, in several sizes, and without tags too."""

from pathlib import Path

import pytest

from document_marks import balance, note_marks
from guidance.document.model import Table
from guidance.document.walk import plain_text
from hard_layouts import HARD
from typeset import read_typeset

EVEN = "rest: 2.5cm"  # the margins of pages that are not right-hand or left-hand ones


@pytest.mark.parametrize("stripped", [False, True], ids=["whole", "stripped"])
@pytest.mark.parametrize(
    ("size", "sides"), [("12", EVEN), ("10", EVEN), ("11", "inside: 3.4cm, outside: 1.8cm, y: 2.5cm")]
)
@pytest.mark.parametrize("name", HARD)
def test_a_hard_layout_is_read(name: str, size: str, sides: str, stripped: bool, tmp_path: Path) -> None:
    truth = HARD[name]
    source = truth.source.replace("SIZE", size).replace("margin: 2.5cm", f"margin: ({sides})")
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert tuple(p.number for p in document.provisions if p.kind == "paragraph") == truth.numbers
    assert tuple((p.level, p.heading.plain) for p in document.provisions if p.heading) == truth.headings
    assert len(document.notes) == truth.notes == len(note_marks(document))
    assert sum(p.kind == "box" for p in document.provisions) == truth.boxes
    tables = [block for p in document.provisions for block in p.blocks if isinstance(block, Table)]
    assert sum(len(table.rows) for table in tables) == truth.rows
    said = "\n".join(plain_text(p) for p in document.provisions).replace("’", "'")
    assert not [words for words in truth.says if words not in said]
    assert balance(document) == 0
    assert {entry.reason for entry in document.dropped} >= set(truth.reasons)
    assert not [check for check in document.structure if check.verdict == "amiss"]
