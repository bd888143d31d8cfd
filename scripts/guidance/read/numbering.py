"""Printed markers: what a line starts with when it is a list item or a numbered paragraph.

A grammar and nothing more; whether a number is the next of its sequence is for read/structure.py to say.
"""

import re
from typing import Literal

from msgspec import Struct

MarkerKind = Literal["bullet", "decimal", "coded", "number", "letter", "roman"]


class Marker(Struct, frozen=True):
    """A marker: its kind, its printed form, its value without punctuation ("45", "5.17", "A1", "a"), its length."""

    kind: MarkerKind
    printed: str
    value: str
    length: int  # characters of the line that it takes, with the space after it


_BULLETS = "•▪◦‣●○■□✓➢➤►\u2043\u2219\u25aa\u25cf\u2756\uf0b7\uf0a7\uf0d8\uf0fc\uf02d\uf06f·"
_PLAIN = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf02d": "–", "\uf06f": "◦", "\uf0e0": "→"}
_PLAIN_TABLE = str.maketrans(_PLAIN)
_BULLET = re.compile(rf"([{_BULLETS}])(?:\s*\1)*(?:\s+|$)|([–—\-o§*])\s+(?=\S)")
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\.?(?:\s+|$)")
_CODED = re.compile(r"([A-Z]\.?\d{1,3}(?:\.\d{1,3})*)[.)]?(?:\s+|$)")
_NUMBER = re.compile(r"(\d{1,4})[.)](?:\s+|$)|\((\d{1,3})\)(?:\s+|$)")
_LETTER = re.compile(r"\(([a-z]{1,2}|[A-Z])\)(?:\s+|$)|([a-z])[.)](?:\s+|$)|([A-Z])[.)]\s+(?=\S)")
_ROMAN = re.compile(r"\(?([ivxl]{1,6})[.)](?:\s+|$)")
_GRAMMARS: dict[MarkerKind, re.Pattern[str]] = {
    "decimal": _DECIMAL,
    "coded": _CODED,
    "number": _NUMBER,
    "roman": _ROMAN,
    "letter": _LETTER,
}
_ROMAN_VALUE = re.compile(r"^(x{0,3})(ix|iv|v?i{0,3})$")
_ROMAN_LETTERS = frozenset("ivxl")
_PARTS = re.compile(r"\d+|[A-Z]")
_BEHIND = 10_000  # more than any figure that numbers a paragraph
_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}


def read_marker(text: str, symbols: bool = True) -> Marker | None:
    """The marker that `text` starts with; `symbols` says whether a dash or an "o" may be a bullet here."""
    if text[:2].isalpha() and not _ROMAN_LETTERS.issuperset(text[:2]):
        return None  # a word, as most lines start with
    found = _BULLET.match(text)
    if found and (found[1] or symbols):
        glyph = found[1] or found[2]
        return Marker("bullet", plain_symbols(glyph), "", found.end())
    for kind, grammar in _GRAMMARS.items():
        found = grammar.match(text)
        if found:
            value = next(group for group in found.groups() if group)
            if kind == "roman" and not _ROMAN_VALUE.match(value):
                continue
            return Marker(kind, found[0].strip(), value, found.end())
    return None


def plain_symbols(text: str) -> str:
    """Text with a symbol font's private characters as the ones that everybody has."""
    return text if text.isascii() else text.translate(_PLAIN_TABLE)


def roman_value(numeral: str) -> int:
    """The value of a small roman numeral."""
    total = 0
    for this, after in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _DIGITS[this]
        total += -value if _DIGITS.get(after, 0) > value else value
    return total


def number_parts(number: str) -> tuple[int, ...]:
    """A number's parts, which order it: (5, 17) for "5.17"; a letter comes behind every figure."""
    return tuple(int(part) if part.isdigit() else _BEHIND + ord(part) for part in _PARTS.findall(number))


def follows(value: str, before: str | None, kind: MarkerKind) -> bool:
    """Whether a marker's value is the one that comes next after `before` (or may come first)."""
    if kind == "bullet":
        return True
    if before is None:
        return value in ("1", "a", "A", "i")
    if kind == "number":
        return before.isdigit() and int(value) == int(before) + 1
    if kind == "roman":
        return bool(_ROMAN_VALUE.match(before)) and roman_value(value) == roman_value(before) + 1
    return len(before) == len(value) == 1 and ord(value) == ord(before) + 1
