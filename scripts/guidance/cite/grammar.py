"""Grammar of places in prose: "chapter 1, paragraphs 37 to 39", "pp. 41–43", and what each names.

Words only: which document is meant, and whether the place exists, is decided elsewhere.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = r"\d{1,4}(?:\.\d{1,3}){0,3}"
_TO = r"\s*(?:-|–|—|\bto\b)\s*"
_AND = r"\s*(?:,\s*(?:and\b\s*|&\s*)?|\band\b\s*|&\s*|\bor\b\s*)"
_ITEM = rf"{_NUMBER}(?!\d)(?:\([a-z]{{1,3}}\))?(?:{_TO}{_NUMBER}(?!\d))?"
_WORDS = {
    "chapter": r"chapters?|chaps?|ch",
    "para": r"paragraphs?|paras?|pars?|¶+|§+",
    "page": r"pages?|pgs?|pp?",
    "note": r"footnotes?|fn",
    "annex": r"annex(?:es)?|appendix|appendices",
}
_KINDS = "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
_PLAIN = "|".join(_WORDS.values())
# What may look like the next number of a list and is none: a year that names an edition.
_NO_YEAR = r"(?!(?:19|20)\d\d\b)"
_NUMBERS = rf"{_NO_YEAR}{_ITEM}(?:{_AND}{_NO_YEAR}(?:{_ITEM}))*"
_LETTERS = rf"(?:[A-H]|(?i:{'|'.join(_SPELT)}))\b"

PLACE = rf"(?<![\w-])(?i:{_PLAIN})(?:\.\s*|\s*)(?:(?:nos?\.?|numbers?)\s*)?(?:{_NUMBERS}|{_LETTERS})(?!\w)"
_ONE = re.compile(
    rf"(?<![\w-])(?i:{_KINDS})(?:\.\s*|\s*)(?:(?:nos?\.?|numbers?)\s*)?(?P<numbers>{_NUMBERS}|{_LETTERS})"
)
_SPAN = re.compile(rf"({_NUMBER})(?:\([a-z]{{1,3}}\))?(?:{_TO}({_NUMBER}))?")


class CitedPlace(Struct, frozen=True):
    """One place as cited: numbers as printed, `until` the last of a range; `anchor` where an address named it."""

    chapter: str | None = None
    para: str | None = None
    page: int | None = None
    note: str | None = None
    annex: str | None = None
    until: str | None = None
    anchor: str | None = None


class _Part(Struct, frozen=True):
    kind: str
    first: str
    last: str | None


def read_places(words: str) -> tuple[CitedPlace, ...]:
    """The places that some words name, in order: a chapter holds for the paragraphs and pages named after it."""
    groups: list[list[tuple[_Part, ...]]] = []
    for match in _ONE.finditer(words):
        kind = next(kind for kind in _WORDS if match[kind])
        parts = tuple(_parts(kind, match["numbers"]))
        if not groups or any(held[0].kind == kind for held in groups[-1]) or (kind == "chapter" and groups[-1]):
            # "paragraph 37 of chapter 1" says the same as "chapter 1, paragraph 37"
            joined = groups and kind == "chapter" and not any(held[0].kind == "chapter" for held in groups[-1])
            if not joined:
                groups.append([])
        groups[-1].append(parts)
    return tuple(cite for group in groups for cite in _cites(group))


def _parts(kind: str, numbers: str) -> Iterator[_Part]:
    spans = list(_SPAN.finditer(numbers))
    if not spans:
        named = numbers.strip()
        spelt = named.lower() in _SPELT
        yield _Part(kind, str(_SPELT.index(named.lower()) + 1) if spelt else named.upper(), None)
    for span in spans:
        last = span[2] if span[2] and _follows(span[1], span[2]) else None
        yield _Part(kind, span[1], last)


def _follows(first: str, last: str) -> bool:
    if "." in first or "." in last:
        return first.split(".")[0] == last.split(".")[0]
    return int(last) > int(first)


def _cites(group: Iterable[tuple[_Part, ...]]) -> Iterator[CitedPlace]:
    """Every place of a group: the one kind that lists several numbers gives several places."""
    parts = list(group)
    single = {listed[0].kind: listed[0] for listed in parts}
    listing = next((listed for listed in parts if len(listed) > 1), parts[-1][:1])
    for one in listing:
        held = {**single, one.kind: one}
        finest = next((held[kind] for kind in ("note", "para", "page", "annex", "chapter") if kind in held), one)
        page = held["page"].first.split(".")[0] if "page" in held else None
        yield CitedPlace(
            chapter=held["chapter"].first if "chapter" in held else None,
            para=held["para"].first if "para" in held else None,
            page=int(page) if page else None,
            note=held["note"].first if "note" in held else None,
            annex=held["annex"].first if "annex" in held else None,
            until=finest.last,
        )
