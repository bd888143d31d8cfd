"""Search records -> the files that the search asks, as values by path; nothing is written here.

For the root of each word there is told in which records it stands, and where: in parts small enough to be fetched
for one word. `overrides/assets/search.js` reads them, and makes roots by the rules that are here alone.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TypeVar

import msgspec
from msgspec import Struct

from guidance.site.pages import page_url
from guidance.site.search import Acronym, Everyday, SearchRecord, facets_path

WORDS = "search/words.json"  # from the publication's root: what is asked before anything is searched
_PART = 14_000  # characters of a part of the index: some 4 kB as it is sent
_PACK = 6_000  # characters of a pack of what results show
_APART = 10  # words between a text and each of its other forms, so that no phrase goes over from one to the other
_WORD = re.compile(r"[^\W_]+ (?: ['’-] [^\W_]+ )* (?: ['’] (?!\w) )?", re.VERBOSE)
T = TypeVar("T")

# What makes words alike, one rule after the other: patterns and replacements that Python and browsers read alike,
# for words in small letters whose accents stand apart (NFD). At least two letters of a word always stay.
RULES = (
    (r"['’]s?$", ""),
    (r"[\u0300-\u036f'’]", ""),
    # Spellings: organize, analyze, paediatric, behaviour, enrol, programme, defence, practise, centre, judgement
    (r"iz(?=[aei])", "is"),
    (r"yz", "ys"),
    (r"[ao]e(?=d|s|m)", "e"),
    (r"([a-z]{2})our", "$1or"),
    (r"ll", "l"),
    (r"mme?(?=s?$)", "m"),
    (r"ense", "ence"),
    (r"actise", "actice"),
    (r"tre(?=s?$)", "ter"),
    (r"dgement", "dgment"),
    (r"^inquir", "enquir"),
    # Endings: agencies, processes, meetings, placement, sharing, planned, investigation, protection, liability
    (r"^(.{2,})ie[sd]$", "$1y"),
    (r"sses$", "ss"),
    (r"^(.{2,}[^su])s$", "$1"),
    (r"^(.{5,})(?:ly|ment)$", "$1"),
    (r"^([^aeiouy]*[aeiouy][^aeiouywx])(?:ed|ing)$", "$1e"),
    (r"^(?=.*[aeiouy].*(?:ed|ing)$)(.{3,})(?:ed|ing)$", "$1"),
    (r"^(.{4,})(?:ation|ate|at)$", "$1"),
    (r"^(.{4,}[st])ion$", "$1"),
    (r"bility$", "ble"),
    (r"^(.{4,}?)e+$", "$1"),
    (r"([bdfgkmnprt])\1$", "$1"),
)
_RULES = tuple((re.compile(pattern), other.replace("$", "\\")) for pattern, other in RULES)


class _Told(Struct, frozen=True):
    """Where a record has each word, by root, and how many words there are; place 0 is the titles above it."""

    places: Mapping[str, list[int]]
    size: int


def search_files(
    records: Sequence[SearchRecord], acronyms: Iterable[Acronym], everyday: Sequence[Everyday]
) -> dict[str, object]:
    """The files of the search, by path from the publication's root; a record's number is its place in `records`.

    - `search/words.json`: `rules` for roots, the first root of each part of the index (`parts`), the first record
      of each pack (`packs`), `forms` of one name, `everyday` words with the address of their page, words that are
      `alike`; `version` is another one whenever anything in the files below is, by which a browser tells them from
      those it kept
    - `search/index/N.json`: by root a list of numbers: how much further a record stands than the one before, how
      many places there are, and these, each from the one before
    - `search/records/N.json`: what results show, a record after the other
    - `search/facets/EDITION.json`: the number of its `first` record, and of `all` what narrows down and puts in
      order, with their `size` in words
    - `search/slips/LETTER.json`: the texts' words, the most frequent first, to tell a slip of the keys from a word
    """
    told = [_told(record) for record in records]
    parts = _cut(_postings(told), _PART, lambda one: 4 * len(one[1]))
    packs = _cut(list(enumerate(map(_shown, records))), _PACK, lambda one: len(str(one[1])))
    files: dict[str, object] = {
        **{f"search/index/{at}.json": dict(part) for at, part in enumerate(parts)},
        **{f"search/records/{at}.json": [shown for _, shown in pack] for at, pack in enumerate(packs)},
        **{facets_path(edition): found for edition, found in _facets(records, told).items()},
        **{f"search/slips/{letter}.json": found for letter, found in _slips(records).items()},
    }
    words = {
        "version": sha256(msgspec.json.encode(files, order="deterministic")).hexdigest()[:8],
        "rules": RULES,
        "parts": [part[0][0] for part in parts],
        "packs": [pack[0][0] for pack in packs],
        "forms": [(acronym.short, *acronym.long) for acronym in acronyms],
        "everyday": [
            {"say": one.say, "words": one.words, "page": _address(one.page)} for one in everyday if not one.alike
        ],
        "alike": [{"say": one.say, "words": one.words} for one in everyday if one.alike],
    }
    return files | {WORDS: words}


def _address(page: str) -> str:
    path, mark, part = page.partition("#")
    return f"{page_url(path)}{mark}{part}" if page else ""


@cache  # asked for every word of every text
def root(word: str) -> str:
    """What a word is a form of, roughly, and in one spelling: for finding only, never shown."""
    found = unicodedata.normalize("NFD", word.lower())
    for pattern, other in _RULES:
        found = pattern.sub(other, found)
    return found


def _tokens(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The roots of a text with their places, the first at `start`; a word with hyphens is also there as one."""
    at = start
    for word in _WORD.findall(text):
        each = word.split("-")
        if len(each) > 1:
            yield root("".join(each)), at
        for one in each:
            yield root(one), at
            at += 1


def _told(record: SearchRecord) -> _Told:
    places: dict[str, list[int]] = {}
    for found, _ in _tokens(record.meta.get("heading", ""), 0):
        places.setdefault(found, [0])
    size = 0
    start = 1
    for text in (record.content, *record.meta.get("also", "").split(", ")):
        for found, at in _tokens(text, start):
            places.setdefault(found, []).append(at)
            size, start = size + 1, at + 1
        start += _APART
    return _Told(places, size)


def _postings(told: Sequence[_Told]) -> list[tuple[str, list[int]]]:
    """By root, in order: for each record that has it the step from the one before, the number of places, and the
    steps from place to place."""
    found: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    for number, record in enumerate(told):
        for one, places in record.places.items():
            steps = [place - before for before, place in zip((0, *places), places, strict=False)]
            found.setdefault(one, []).extend((number - last.get(one, 0), len(places), *steps))
            last[one] = number
    return sorted(found.items())


def _cut(all_: Sequence[T], most: int, size: Callable[[T], int]) -> list[list[T]]:
    """One after the other, in lists that are no larger than `most`, but for what is larger alone."""
    lists: list[list[T]] = []
    held = most
    for one in all_:
        held += size(one)
        if held > most:
            lists.append([])
            held = size(one)
        lists[-1].append(one)
    return lists


def _shown(record: SearchRecord) -> dict[str, object]:
    own = {name: record.meta.get(name) for name in ("number", "heading")} | {"elsewhere": record.elsewhere}
    return {"url": record.url, "text": record.content} | {name: value for name, value in own.items() if value}


def _facets(records: Sequence[SearchRecord], told: Sequence[_Told]) -> dict[str, dict[str, object]]:
    """Per edition: its first record, and of each record what narrows results down, its lineage and size."""
    found: dict[str, tuple[int, list[dict[str, object]]]] = {}
    for number, record in enumerate(records):
        kept: dict[str, object] = {k: v for k, v in record.filters.items() if k != "edition"}
        if record.elsewhere:
            kept["lineage"] = record.meta["lineage"]
        found.setdefault(record.meta["edition"], (number, []))[1].append(kept | {"size": told[number].size})
    return {edition: {"first": first, "all": kept} for edition, (first, kept) in found.items()}


def _slips(records: Iterable[SearchRecord]) -> dict[str, list[str]]:
    counts = Counter(word for record in records for word in _WORD.findall(record.content.lower()))
    found: dict[str, list[str]] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], word)):
        found.setdefault(word[0], []).append(word)
    return {letter: some for letter, some in found.items() if letter in string.ascii_lowercase}
