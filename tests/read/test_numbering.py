"""Printed markers, as a table; and which numbers are a document's own sequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.document.model import Box
from guidance.read.numbering import MarkerKind, follows, read_marker, roman_value
from guidance.read.page import Chunk, Font, Line, Run
from guidance.read.sequence import find_numbered

FONT = Font("Serif", False, False)


@pytest.mark.parametrize(
    ("text", "kind", "value", "printed"),
    [
        ("45. Words", "number", "45", "45."),
        ("45) Words", "number", "45", "45)"),
        ("(3) Words", "number", "3", "(3)"),
        ("5.17 Words", "decimal", "5.17", "5.17"),
        ("5.17. Words", "decimal", "5.17", "5.17."),
        ("5.17.2 Words", "decimal", "5.17.2", "5.17.2"),
        ("A1. Words", "coded", "A1", "A1."),
        ("B.12 Words", "coded", "B.12", "B.12"),
        ("(a) words", "letter", "a", "(a)"),
        ("b. words", "letter", "b", "b."),
        ("A. Words", "letter", "A", "A."),
        ("(iv) words", "roman", "iv", "(iv)"),
        ("ii. words", "roman", "ii", "ii."),
        ("• words", "bullet", "", "•"),
        ("●● words", "bullet", "", "●"),
        ("\uf0b7 words", "bullet", "", "•"),
        ("– words", "bullet", "", "–"),
        ("o words", "bullet", "", "o"),
    ],
)
def test_markers(text: str, kind: str, value: str, printed: str) -> None:
    marker = read_marker(text)
    assert marker
    assert (marker.kind, marker.value, marker.printed) == (kind, value, printed)
    assert text[marker.length :].lower() == "words"


@pytest.mark.parametrize("text", ["Words", "1989 Act", "3,000 words", "12 working days", "£5.", "2.5% of", "vexed"])
def test_no_markers(text: str) -> None:
    assert read_marker(text) is None


@pytest.mark.parametrize(
    ("value", "before", "kind", "so"),
    [
        ("2", "1", "number", True),
        ("4", "2", "number", False),
        ("b", "a", "letter", True),
        ("iv", "iii", "roman", True),
        ("x", "ix", "roman", True),
        ("a", None, "letter", True),
        ("c", None, "letter", False),
    ],
)
def test_what_follows(value: str, before: str | None, kind: MarkerKind, so: bool) -> None:
    assert follows(value, before, kind) is so


def test_roman_values() -> None:
    assert [roman_value(n) for n in ("i", "iv", "ix", "xiv", "xl")] == [1, 4, 9, 14, 40]


def chunk(text: str, left: float = 57.0) -> Chunk:
    run = Run(text, left, left + 100, 12.0, FONT, 0)
    line = Line(1, Box(left, 100, left + 100, 112), 100.0, 12.0, (run,))
    return Chunk((line,), read_marker(text), left, left + 20, "prose")


def numbers(*chunks: Chunk, chapters: tuple[int, ...] = ()) -> tuple[list[str], list[str]]:
    found = find_numbered(chunks, frozenset(chapters))
    return list(found.numbers.values()), [f.message for f in found.findings]


def test_numbers_at_another_indent_fill_a_gap_and_no_more() -> None:
    chunks = [chunk(f"{n}. w") for n in (1, 2, 3)] + [chunk("4. w", 70), chunk("9. w", 70)] + [chunk("5. w")]
    assert numbers(*chunks) == (["1", "2", "3", "4", "5"], [])


def test_a_gap_is_told() -> None:
    assert numbers(*(chunk(f"{n}. w") for n in (1, 2, 3, 5, 6)))[1] == ["the numbering goes from 3 to 5"]
    chunks = (chunk(f"{n} w") for n in ("1.1", "1.2", "2.2", "2.3"))
    assert numbers(*chunks)[1] == ["the numbering of 2 starts at 2.2"]


def test_a_sentence_that_starts_with_a_number_is_none_of_the_sequence() -> None:
    assert numbers(*(chunk(f"{n}. w") for n in (1, 2, 18, 3, 4)))[0] == ["1", "2", "3", "4"]


def test_numbers_start_again_behind_a_chapter_only() -> None:
    chunks = [chunk(f"{n}. w") for n in (1, 2, 3, 1, 2)]
    assert numbers(*chunks)[0] == ["1", "2", "3"] or len(numbers(*chunks)[0]) < 4
    chunks.insert(3, chunk("Chapter"))
    assert numbers(*chunks, chapters=(3,))[0] == ["1", "2", "3", "1", "2"]
    decimals = [chunk("1.1 w"), chunk("1.2 w"), chunk("2.1 w"), chunk("Annex"), chunk("1.1 w"), chunk("1.2 w")]
    assert numbers(*decimals, chapters=(3,))[0] == ["1.1", "1.2", "2.1", "1.1", "1.2"]


@pytest.mark.parametrize(
    "present",
    [
        [*range(1, 20), *range(31, 60)],  # pages are missing
        [*range(40, 60)],  # an excerpt
        [*range(1, 10), 500, *range(10, 20)],  # a stray number, far ahead
        [*range(1, 30), 2, 3, 4, *range(30, 40)],  # a list of as many entries as make no sequence of their own
    ],
)
def test_a_hole_in_a_source_costs_no_number(present: list[int]) -> None:
    found = numbers(*(chunk(f"{n}. w") for n in present))[0]
    steady = [n for at, n in enumerate(present) if n != 500 and not (at > 28 and n < 5)]
    assert found == [str(n) for n in steady]


def test_a_hole_in_decimal_numbers_costs_none() -> None:
    present = [
        f"{chapter}.{n}" for chapter in (1, 2, 9) for n in range(1, 12) if (chapter, n) not in {(2, 1), (2, 2)}
    ]
    assert numbers(*(chunk(f"{n} w") for n in present))[0] == present


def test_annexes_count_by_their_letter_beside_the_main_sequence() -> None:
    chunks = [chunk(f"{n} w") for n in ("1.", "2.", "3.", "4.", "A1", "A2", "A3", "B1", "B2")]
    assert numbers(*chunks) == (["1", "2", "3", "4", "A1", "A2", "A3", "B1", "B2"], [])
    assert numbers(*chunks[:5])[0] == ["1", "2", "3", "4"]
    assert numbers(*chunks[:6], *chunks[7:])[1] == []
    assert numbers(*chunks[:5], chunk("A4 w"), chunk("A5 w"), chunk("A6 w"))[1] == [
        "the numbering goes from A1 to A4"
    ]


def test_numbers_in_brackets_are_a_sequence_where_nothing_else_is_and_they_go_on() -> None:
    many = [chunk(f"({n}) w") for n in range(1, 10)]
    assert numbers(*many)[0] == [str(n) for n in range(1, 10)]
    assert numbers(*many[:5])[0] == []
    assert numbers(*many, *(chunk(f"{n}. w") for n in range(1, 5)))[0] == ["1", "2", "3", "4"]


@given(st.integers(6, 40), st.integers(2, 60), st.integers(6, 40))
def test_what_stands_on_both_sides_of_a_hole_is_numbered(before: int, missing: int, after: int) -> None:
    present = [*range(1, before + 1), *range(before + missing, before + missing + after)]
    assert numbers(*(chunk(f"{n}. w") for n in present))[0] == [str(n) for n in present]
