"""Fragments put on lines: where a space stands between two that the file draws apart, and where none does."""

import pytest

from guidance.document.model import Box
from guidance.read.lines import build_lines
from guidance.read.page import Font, Fragment, PdfPage

SIZE = 10.0
ROMAN = Font("Made", False, False)


def drawn(text: str, left: float, right: float, bearing: float = 0.0) -> Fragment:
    box = Box(left, 100.0, right, 107.0)
    return Fragment(text, box, left - bearing, 100.0, SIZE, 0, ROMAN, 0, -1)


@pytest.mark.parametrize(
    ("first", "second", "gap", "read"),
    [
        ("harbour", "master", 1.0, "harbourmaster"),
        ("harbour", "master", 2.0, "harbour master"),
        ("paragraph 1", "40 for more", 2.2, "paragraph 140 for more"),
        ("in 201", "4", 2.9, "in 2014"),
        ("in 201 ", "4", 0.5, "in 2014"),
        ("in 2014 ", "12 boats", 2.9, "in 2014 12 boats"),
        ("pier 1", "2 boats", 4.0, "pier 1 2 boats"),
        ("the bell", ".", 2.2, "the bell."),
    ],
)
def test_a_gap_is_a_space_where_it_is_wide_for_what_stands_there(
    first: str, second: str, gap: float, read: str
) -> None:
    page = PdfPage(1, 595.0, 842.0, (), (), (), (), {})
    (line,) = build_lines([drawn(first, 50, 90), drawn(second, 90 + gap, 130)], page)
    assert line.text == read


@pytest.mark.parametrize(
    ("first", "second", "bearing", "gap", "read"),
    [
        ("the H", "IVE list", 0.9, 1.9, "the HIVE list"),  # an "I" keeps room before itself
        ("the H", "OVE list", 0.1, 1.9, "the H OVE list"),
        ("THE", "INN", 0.9, 2.9, "THE INN"),
        ("under", "Inns", 0.9, 1.9, "under Inns"),
    ],
)
def test_what_a_capital_keeps_free_before_itself_is_no_space(
    first: str, second: str, bearing: float, gap: float, read: str
) -> None:
    page = PdfPage(1, 595.0, 842.0, (), (), (), (), {})
    (line,) = build_lines([drawn(first, 50, 90), drawn(second, 90 + gap, 130, bearing)], page)
    assert line.text == read
