"""The grammar of printed numbers: of list items and paragraphs, of titles that name theirs, of notes.

A grammar and nothing more; whether a number is the next of its sequence is for read/sequence.py to say.
"""

import re
import unicodedata
from typing import Literal

from msgspec import Struct

from guidance.document.model import DOTTED, SPELT

MarkerKind = Literal["bullet", "decimal", "coded", "number", "letter", "roman"]


HeadedKind = Literal["part", "chapter", "section", "annex", "flow-chart"]  # of a Provision's kinds


class Marker(Struct, frozen=True):
    """A marker: its kind, its printed form, its value without punctuation ("45", "5.17", "A1", "a"), its length."""

    kind: MarkerKind
    printed: str
    value: str
    length: int  # characters of the line that it takes, with the space after it


_BULLETS = "•▪◦‣●○■□✓➢➤►\u2043\u2219\u25aa\u25cf\u2756\uf0b7\uf0a7\uf0d8\uf0fc\uf02d\uf06f·"
_PLAIN = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf02d": "–", "\uf06f": "◦", "\uf0e0": "→"}
_PLAIN_TABLE = str.maketrans(_PLAIN)
_BULLET = re.compile(
    rf"""
    ([{_BULLETS}]) (?:\s*\1)* (?:\s+|$)  # "• a rope"; desktop publishing of 2010 prints "• • a rope"
    | ([–—\-o§*]) \s+ (?=\S)             # "– a rope", "o a rope": no bullet where nothing follows
    """,
    re.VERBOSE,
)
_INSERTED = r"[A-Z]{0,2}"  # paragraphs that a re-issue puts in: "2A", "2AA" behind it, "2ZA" before it
_PATTERNS: dict[MarkerKind, str] = {
    "decimal": rf"(\d{{1,3}} (?:\.\d{{1,3}})+ {_INSERTED}) \.? (?:\s+|$)",  # "5.17 A keeper", "1.2.1.", "3.2A"
    "coded": r"([A-Z] \.? \d{1,3} (?:\.\d{1,3})*) [.)]? (?:\s+|$)",  # "A1 A keeper", "B.12", "C3.1."
    "number": rf"""
        (\d{{1,4}} {_INSERTED}) [.)] (?:\s+|$)     # "45. A keeper", "45) A keeper", "2A."; not a bare "45"
        | \( (\d{{1,3}} {_INSERTED}) \) (?:\s+|$)  # "(45) A keeper", "(2A)"
        | (\d{{1,4}} {_INSERTED}) \.? \s? [—–] \s? (?=\(\d)  # "4.—(1) A keeper", as statutes number
        | (\d{{1,4}} (?: [–-] | \s to \s | \s and \s ) \d{{1,4}}) \. (?:\s+|$)  # "3–5. Not used."
        """,
    "roman": r"\(? ([ivxl]{1,6}) [.)] (?:\s+|$)",  # "(iv) a rope", "iv. a rope"
    "letter": r"""
        \( ([a-z]{1,2}|[A-Z]) \) (?:\s+|$)  # "(a) a rope", "(aa)" behind "(z)", "(A)"
        | ([a-z]) [.)] (?:\s+|$)            # "a. a rope", "a)"
        | ([A-Z]) [.)] \s+ (?=\S)           # "A. A rope"; a lone "A." is an initial
        """,
}
_GRAMMARS = {kind: re.compile(pattern, re.VERBOSE) for kind, pattern in _PATTERNS.items()}
_ROMAN_VALUE = re.compile(r"^(x{0,3})(ix|iv|v?i{0,3})$")
_ROMAN_LETTERS = frozenset("ivxl")
_PARTS = re.compile(r"\d+|[A-Z]")
_BEHIND = 10_000  # more than any figure that numbers a paragraph
_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}


def read_marker(text: str) -> Marker | None:
    """The marker that `text` starts with."""
    if text[:2].isalpha() and not _ROMAN_LETTERS.issuperset(text[:2]):
        return None  # a word, as most lines start with
    found = _BULLET.match(text)
    if found:
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


# --- Values and their order ----------------------------------------------------------------------


def roman_value(numeral: str) -> int:
    """The value of a small roman numeral."""
    values = [_DIGITS[digit] for digit in numeral]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def ordinal(value: int, kind: str) -> str:
    """A count as lists of a kind (HTML's type) print it: "3.", "c." (a), "C." (A), "iii." (i), "III." (I)."""
    if kind in ("a", "A") and value > 0:
        return f"{chr(ord(kind) + (value - 1) % 26)}."
    if kind in ("i", "I") and 0 < value < 400:
        numeral = _roman(value)
        return f"{numeral if kind == 'i' else numeral.upper()}."
    return f"{value}."


def _roman(value: int) -> str:
    numeral = ""
    for worth, sign in ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv")):
        numeral += sign * (value // worth)
        value %= worth
    return numeral + "i" * value


_RANGE = re.compile(r"(\d+) (?: [–-] | \s to \s | \s and \s ) (\d+)", re.VERBOSE)  # "3–5", "3 to 5", "3 and 4"
_LETTERED = re.compile(r"(.*\d) ([A-Z]{1,2})", re.VERBOSE)


def range_ends(number: str) -> tuple[str, str]:
    """The first and last number that one paragraph stands for: ("3", "5") for "3–5", ("3", "3") for "3"."""
    found = _RANGE.fullmatch(number)
    return (found[1], found[2]) if found else (number, number)


def split_inserted(number: str) -> tuple[str, str]:
    """A number, and the letters of one that a re-issue put in behind it: ("2", "A"), ("3.2", ""), ("2", "ZA")."""
    found = _LETTERED.fullmatch(number)
    return (found[1], found[2]) if found else (number, "")


def insertion_order(letters: str) -> tuple[int, ...]:
    """What the letters of inserted numbers are ordered by: 2, 2ZA, 2A, 2AA, 2B, as statutes count."""
    first = 0 if len(letters) > 1 and letters[0] == "Z" else ord(letters[0]) if letters else -1
    return first, *(ord(letter) for letter in letters[1:])


def anchor_number(number: str) -> str:
    """A number as anchors have it: "2A", "3-5" for "3–5" and "3 to 5"."""
    first, last = range_ends(number)
    return number if first == last else f"{first}-{last}"


def number_parts(number: str) -> tuple[int, ...]:
    """A number's parts, which order it: (5, 17) for "5.17"; a letter comes behind every figure."""
    return tuple(int(part) if part.isdigit() else _BEHIND + ord(part) for part in _PARTS.findall(number))


def is_next(last: tuple[int, ...], value: tuple[int, ...]) -> bool:
    """Whether a number's parts are those of the one behind the last: (5, 18) and (5, 17); never where none is."""
    return bool(last) and value == (*last[:-1], last[-1] + 1)


def follows(value: str, before: str | None, kind: MarkerKind) -> bool:
    """Whether a marker's value is the one that comes next after `before` (or may come first)."""
    if kind == "bullet":
        return True
    if before is None:
        return value in ("1", "a", "A", "i")
    if kind in ("decimal", "coded", "number"):
        number, letters = split_inserted(range_ends(value)[0])
        last, last_letters = split_inserted(range_ends(before)[1])
        if letters:
            return number == last and insertion_order(letters) > insertion_order(last_letters)
        return number_parts(number)[-1] == number_parts(last)[-1] + 1
    if kind == "roman":
        return bool(_ROMAN_VALUE.match(before)) and roman_value(value) == roman_value(before) + 1
    return len(before) == len(value) == 1 and ord(value) == ord(before) + 1


def family(marker: Marker) -> tuple[str, str]:
    """What markers that count on from each other share: one kind, and one punctuation or sign."""
    return marker.kind, marker.printed if marker.kind == "bullet" else marker.printed.replace(marker.value, "")


def comes_next(marker: Marker, last: Marker) -> bool:
    """Whether a number is the one after another of its family."""
    return family(marker) == family(last) and follows(marker.value, last.value, marker.kind)


# --- Titles that name their number ---------------------------------------------------------------

_SPELT = {word: str(number) for number, word in enumerate(SPELT, 1)}
_NAMED = re.compile(
    rf"""
    ^ (?P<word> part | chapter | section | annex | appendix | schedule | flow[ ]?chart ) \s+
    (?P<number>
        \d+ [a-z]?               # "Chapter 3", "Annex 2b"
        | [a-z] \d? (?![a-z])    # "Annex A", "Annex A1"; not "Section by section"
        | [ivxl]+ (?![a-z])      # "Part IV"; not "Part illness"
        | {"|".join(SPELT)}  # "Chapter Three"
    ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
BOX_NAME = re.compile(r"box \s \d{1,2} [a-z]? \b", re.VERBOSE | re.IGNORECASE)  # "Box 1"
_DIVISION = re.compile(  # of a statute, alone on its line: "PART 1", "Schedule 2", "SCHEDULE 1 Regulation 4"
    r"""
    (?: (?: part | chapter | schedule ) \s (?: \d{1,3} [a-z]? | [ivxl]+ | [a-z] ) | schedule )
    (?: \s (?: article | regulation | rule | section | paragraph )s? \s \d [\w\s(),–-]* )?  # which it belongs to
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CAPTION = re.compile(
    rf"^ (?: figure | fig\. | diagram | table | chart ) \s+ ( {DOTTED} | \d+ | [A-Z] ) \b",  # "Figure 3", "Table B"
    re.VERBOSE | re.IGNORECASE,
)


def named_number(title: str) -> tuple[str, str] | None:
    """The word by which a title names what it heads, and its number or letter, spelt ones in figures: ("annex",
    "A"), ("flow chart", "3"), ("chapter", "3") for "Chapter Three"."""
    found = _NAMED.match(title)
    if not found:
        return None
    word = found["word"].lower().replace("flowchart", "flow chart")
    return " ".join(word.split()), _SPELT.get(found["number"].lower(), found["number"])


def is_division(line: str) -> bool:
    """Whether a line names a part or a schedule of a statute and says no more."""
    return line[:1] in "PSCps" and _DIVISION.fullmatch(" ".join(line.split())) is not None


_DEEPEST_PART = 2  # below it, "Part 1" is one of a form that the text describes
_KINDS: dict[str, HeadedKind] = {
    "part": "part",
    "chapter": "chapter",
    "annex": "annex",
    "appendix": "annex",
    "schedule": "annex",
    "flow chart": "flow-chart",
}


def name_heading(title: str, level: int) -> tuple[HeadedKind, str | None, str | None]:
    """What a title says it heads: its kind, its printed number or letter, and the anchor that these give it, as in
    ("chapter", "3", "chapter-3"); none where its words do. `level` is its own, 1 for chapters: below it "Part 1" is
    one of a form that the text describes."""
    word, number = named_number(title) or ("", None)
    kind = _KINDS.get(word)
    if number and kind and (level <= _DEEPEST_PART or kind not in ("part", "chapter")):
        return kind, number, f"{word.replace(' ', '-')}-{number.lower()}"
    if level == 1 or (number and level < 1):
        return "chapter", None, None
    return "section", number, None


def caption_number(text: str) -> str | None:
    """The number or letter by which a caption names its figure or table; none where it is no caption."""
    found = _CAPTION.match(text)
    return found[1] if found else None


def comparable_title(title: str) -> str:
    """A title made comparable over contents list, bookmarks and page: letters and figures only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title).lower())


# --- Labels of notes -----------------------------------------------------------------------------

_LABEL = r"""
    (?: \[\d{1,3}\] | \d{1,3} | \*{1,3} | [†‡§¶‖]{1,2}  # "[12]", "12", "**", "†", "§"
      | \([a-z]{1,2}\) | [a-z] (?![a-z])               # "(a)", as statutes have them, "a"
    )
    """
_LABELS = re.compile(_LABEL, re.VERBOSE)
_ONLY_LABELS = re.compile(rf"^[\s,;]* {_LABEL} (?:[\s,;]+ {_LABEL})* [\s,;]*$", re.VERBOSE)  # "12, 13"


def are_note_labels(text: str) -> bool:
    """Whether a text is nothing but footnote labels and what parts them: "12", "12, 13", "*", "(a)"."""
    return _ONLY_LABELS.match(text) is not None


def split_note_labels(text: str) -> tuple[list[str], str]:
    """The footnote labels in such a text, and the punctuation between them without spaces."""
    return _LABELS.findall(text), "".join(_LABELS.sub("", text).split())
