"""What is cited by a number, and where in a document it stands: chapters, paragraphs, charts, notes and pages by
their printed numbers. It reads no prose."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from guidance.cite.grammar import NUMBERS, PLACE, SUBS, WRITTEN, Step, number_key, read_places
from guidance.cite.grammar import Unit as PlaceUnit
from guidance.document.model import Document, Figure, Provision, Table
from guidance.document.walk import list_items

LegalUnit = Literal["section", "regulation", "article", "rule", "schedule"]
Unit = LegalUnit | PlaceUnit

_TITLES: tuple[PlaceUnit, ...] = ("part", "chapter", "section", "annex", "flow-chart", "figure", "table", "box")
_KINDS: tuple[Unit, ...] = (*_TITLES, "paragraph", "footnote")
_TITLED = {unit: re.compile(rf"(?i:{WRITTEN[unit]})\s+(?P<number>{NUMBERS[unit]})(?!\w)") for unit in _TITLES}

_SAID_SO = r"(?<![\w-])(?i:sections?|notes?)\s*"
CROSS_REFERENCE = rf"(?:{PLACE}|{_SAID_SO}\d+(?:\.\d+)*(?:{SUBS})*)"
"""A part of a pattern, not VERBOSE: a place of guidance, as cite reads it in prose; and sections and notes."""


def cited_steps(reference: str) -> Iterator[Step]:
    """The units that a reference to places of guidance names, as cite reads them, in their order."""
    return (step for cited in read_places(reference) for step in cited.steps)


class Pinpoint(Struct, frozen=True):
    """One unit that is cited: "section 16B(7)" is section, 16B, ("7",). `last` ends a range; a schedule that is the
    only one of its instrument has no number."""

    unit: Unit
    number: str
    subs: tuple[str, ...] = ()
    last: str | None = None


class NumberedPlaces:
    """The numbered provisions of one document, to be found by unit and number."""

    def __init__(self, document: Document) -> None:
        """Note every number that the document prints."""
        self._by_number: dict[tuple[Unit, str], list[str]] = defaultdict(list)
        self._provisions = document.by_anchor()
        for provision in self._provisions.values():
            for key in dict.fromkeys(_keys(provision)):
                self._by_number[key].append(provision.anchor)
        self._items = {item.anchor for p in self._provisions.values() for item in list_items(p.blocks)}
        self._pages = [(place.page, p.page, p.anchor) for p in document.provisions for place in p.places if p.page]
        printed = ((d.text.strip(), d.page) for d in document.dropped if d.reason == "page number" and d.page)
        self._printed = {number: page for number, page in printed if number.isdigit()}

    def has(self, unit: Unit) -> bool:
        """Whether the document numbers units of this kind at all."""
        return any(kind == unit for kind, _ in self._by_number)

    def find(self, pinpoints: tuple[Pinpoint, ...], near: str) -> str | None:
        """The anchor of what `pinpoints` (innermost first) name when cited from the provision `near`; None where
        there is none, or several and nothing tells which."""
        pinpoint = pinpoints[0]
        if pinpoint.unit == "page":
            return self._on_page(pinpoint.number)
        found = self._by_number.get((pinpoint.unit, number_key(pinpoint.number, pinpoint.unit)), [])
        if not found and pinpoint.unit == "paragraph":
            found = self._in_chapter(pinpoints, near)
        if len(pinpoints) > 1:
            outer = self.find(pinpoints[1:], near)
            inside = [anchor for anchor in found if outer in self._parents(anchor)]
            found = inside or (found if len(found) == 1 and pinpoint.unit == "paragraph" else [])
        if len(found) > 1:  # a heading that says "Chapter 2" in passing is not the chapter
            found = [anchor for anchor in found if self._provisions[anchor].kind == pinpoint.unit] or found
        for parent in (near, *reversed(self._parents(near))):
            if len(found) > 1:
                found = [anchor for anchor in found if parent in self._parents(anchor)] or found
        if len(found) > 1:  # nor is the row of a summary that is headed so
            least = min(len(self._parents(anchor)) for anchor in found)
            found = [anchor for anchor in found if len(self._parents(anchor)) == least]
        return self._deepest(found[0], pinpoint.subs) if len(found) == 1 else None

    def _parents(self, anchor: str) -> tuple[str, ...]:
        return self._provisions[anchor].parents if anchor in self._provisions else ()

    def _in_chapter(self, pinpoints: tuple[Pinpoint, ...], near: str) -> list[str]:
        """Paragraph 64 where the document prints "2.64": of the chapter cited, else of the one that cites."""
        said = [number_key(p.number, "chapter") for p in pinpoints[1:] if p.unit == "chapter"]
        above = [self._provisions[parent] for parent in self._parents(near) if parent in self._provisions]
        standing = [number_key(p.number, "chapter") for p in above if p.kind == "chapter" and p.number]
        chapter = next(iter(said or standing[-1:]), None)
        return self._by_number.get(("paragraph", f"{chapter}.{pinpoints[0].number}"), []) if chapter else []

    def beside(self, anchor: str, near: str) -> bool:
        """Whether two provisions stand under the same outermost heading."""
        mine, its = self._parents(near), self._parents(anchor)
        return bool(mine and its and mine[0] == its[0])

    def _deepest(self, anchor: str, subs: tuple[str, ...]) -> str:
        for count in range(len(subs), 0, -1):
            item = "-".join((anchor, *subs[:count])).lower()
            if item in self._items:
                return item
        return anchor

    def _on_page(self, number: str) -> str | None:
        page = self._printed.get(number, None if self._printed else int(number))
        if page is None:
            return None
        standing = [(first, anchor) for at, first, anchor in self._pages if at == page]
        starting = (anchor for first, anchor in standing if first == page)
        return next(starting, standing[0][1] if standing else None)


def _keys(provision: Provision) -> Iterator[tuple[Unit, str]]:
    for kind in _KINDS:
        if provision.kind == kind and provision.number:
            yield kind, number_key(provision.number, kind)
    titles = [provision.heading.plain] if provision.heading else []
    titles += [b.caption.plain for b in provision.blocks if isinstance(b, Figure | Table) and b.caption]
    for title in titles:
        for unit, pattern in _TITLED.items():
            if match := pattern.match(title):
                yield unit, number_key(match["number"], unit)
