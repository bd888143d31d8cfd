"""An entry of a list that a source numbers as a paragraph, by a slip, is told as that: no paragraph was lost."""

import pytest

from guidance.compare.changes import compare
from guidance.document.change_model import Comparison, NumberSlip
from guidance.site.redline_text import say_slip
from made_again import apply, joined_text
from small_documents import document, paragraph

LONG = "asking the harbour for a letter that says when each of the lamps was last trimmed, and by whom"
SHORT = "a look at the wick"
AFTER = [paragraph(at) for at in (7, 8)]


def compared(old: list[str], new: list[str]) -> Comparison:
    before, after = document(old), document(new)
    comparison = compare(before, after, ("old", "new"))
    made = apply(before, comparison)
    assert made == tuple((anchors, joined_text(after, anchors)) for anchors, _ in made)
    return comparison


def slips(comparison: Comparison) -> list[NumberSlip]:
    return [slip for change in comparison.changes for slip in change.slips]


@pytest.mark.parametrize("entry", [LONG, SHORT], ids=["a long entry", "a short one"])
@pytest.mark.parametrize("own", [True, False], ids=["its own list", "a list behind it"])
@pytest.mark.parametrize("ends", ["oil; and", "oil,", "oil and wicks"])
@pytest.mark.parametrize("reverse", [False, True], ids=["in the older", "in the newer"])
def test_an_entry_numbered_by_a_slip_is_told(entry: str, own: bool, ends: str, reverse: bool) -> None:
    stem = (
        [f"1. {paragraph(1)}", "Keepers may ask for:"] if not own else [f"1. {paragraph(1)} Keepers may ask for:"]
    )
    slipped = [*stem[:-1], f"{stem[-1]} / {ends}", f"2. {entry}", f"3. {AFTER[0]}", f"4. {AFTER[1]}"]
    whole = [*stem[:-1], f"{stem[-1]} / {ends} / {entry}", f"2. {AFTER[0]}", f"3. {AFTER[1]}"]
    found = compared(*((whole, slipped) if reverse else (slipped, whole)))
    assert slips(found) == [NumberSlip("para-2", "2", reverse, "1", "1")]
    assert not [change for change in found.changes if change.kind in ("added", "removed")]
    assert {change.level for change in found.changes} <= {"none", "links and numbers only"}


def test_two_entries_in_a_row_are_two_slips() -> None:
    old = [f"1. {paragraph(1)} They ask for: / oil,", f"2. {SHORT},", f"3. {LONG}", f"4. {AFTER[0]}"]
    new = [f"1. {paragraph(1)} They ask for: / oil, / {SHORT}, / {LONG}", f"2. {AFTER[0]}"]
    assert [slip.number for slip in slips(compared(old, new))] == ["2", "3"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # a paragraph of its own that became an entry: it did not go on with a list
        ([f"1. {paragraph(1)}", f"2. {paragraph(2)}"], [f"1. {paragraph(1)} So: / {paragraph(2)}"]),
        # a list that ends with a stop, and a sentence of its own behind it
        (
            [f"1. {paragraph(1)} So: / oil.", f"2. {paragraph(2)}"],
            [f"1. {paragraph(1)} So: / oil. / {paragraph(2)}"],
        ),
        # the same words in a list that stands elsewhere
        (
            [f"1. {paragraph(1)} So: / oil; and", f"2. {LONG}", f"3. {paragraph(3)} So: / tar;"],
            [f"1. {paragraph(1)} So: / oil; and", f"2. {paragraph(3)} So: / tar; / {LONG}"],
        ),
        # nothing but a number more
        ([f"1. {paragraph(1)} So: / oil; and", f"2. {LONG}"], [f"1. {paragraph(1)} So: / oil; and", f"2. {LONG}"]),
    ],
)
def test_what_may_be_meant_is_no_slip(old: list[str], new: list[str]) -> None:
    assert slips(compared(old, new)) == []


def test_a_slip_is_told_in_words() -> None:
    assert say_slip(NumberSlip("para-9", "9", False, "8", "7"), "2001", "2005") == (
        "“9” in 2001 is an entry of the list of paragraph 8, numbered by a slip of the source; in 2005 it stands in"
        " the list of paragraph 7. No paragraph was lost."
    )
