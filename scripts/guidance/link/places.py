"""What is cited by a number, and where in a document it stands: chapters, paragraphs, charts, notes and pages by
their printed numbers; and the same in a sibling, of which its register is known. It reads no prose."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from guidance.cite.grammar import ONES, UNITS, WRITTEN, CitedPlace, Step, number_key
from guidance.cite.grammar import Unit as PlaceUnit
from guidance.cite.resolve import find_places
from guidance.document.anchors import permalink_path
from guidance.document.model import Document, Figure, Provision, Table
from guidance.document.register import Edition, PartialDate, last_day
from guidance.document.walk import list_items
from guidance.link.titles import Sibling, TitleMention

LegalUnit = Literal["section", "regulation", "article", "rule", "schedule"]
Unit = LegalUnit | PlaceUnit

_TITLES: tuple[PlaceUnit, ...] = (
    "part",
    "chapter",
    "section",
    "annex",
    "flow-chart",
    "figure",
    "table",
    "box",
)
_KINDS: tuple[Unit, ...] = (*_TITLES, "paragraph", "footnote")
_TITLED = {
    unit: re.compile(rf"(?i:{WRITTEN[unit]})\s+(?P<number>\d+(?:\.\d+)?|[A-Z]\d?|[IVX]+|(?i:{ONES}))(?![\w])")
    for unit in _TITLES
}


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
        self._parents: dict[str, tuple[str, ...]] = {}
        self._kinds: dict[str, str] = {}
        self._chapters: dict[str, str] = {}
        self._items: set[str] = set()
        for provision in (*document.provisions, *document.notes):
            self._parents[provision.anchor] = provision.parents
            for key in dict.fromkeys(_keys(provision)):
                self._by_number[key].append(provision.anchor)
            self._items.update(item.anchor for item in list_items(provision.blocks) if item.anchor)
            self._kinds[provision.anchor] = provision.kind
            if provision.kind == "chapter" and provision.number:
                self._chapters[provision.anchor] = number_key(provision.number, "chapter")
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
            inside = [anchor for anchor in found if outer in self._parents[anchor]]
            found = inside or (found if len(found) == 1 and pinpoint.unit == "paragraph" else [])
        if len(found) > 1:  # a heading that says "Chapter 2" in passing is not the chapter
            found = [anchor for anchor in found if self._kinds[anchor] == pinpoint.unit] or found
        for parent in (near, *reversed(self._parents.get(near, ()))):
            if len(found) > 1:
                found = [anchor for anchor in found if parent in self._parents[anchor]] or found
        if len(found) > 1:  # nor is the row of a summary that is headed so
            least = min(len(self._parents[anchor]) for anchor in found)
            found = [anchor for anchor in found if len(self._parents[anchor]) == least]
        return self._deepest(found[0], pinpoint.subs) if len(found) == 1 else None

    def _in_chapter(self, pinpoints: tuple[Pinpoint, ...], near: str) -> list[str]:
        """Paragraph 64 where the document prints "2.64": of the chapter cited, else of the one that cites."""
        said = [number_key(p.number, "chapter") for p in pinpoints[1:] if p.unit == "chapter"]
        standing = [self._chapters[parent] for parent in self._parents.get(near, ()) if parent in self._chapters]
        chapter = next(iter(said or standing[-1:]), None)
        return self._by_number.get(("paragraph", f"{chapter}.{pinpoints[0].number}"), []) if chapter else []

    def beside(self, anchor: str, near: str) -> bool:
        """Whether two provisions stand under the same outermost heading."""
        mine, its = self._parents.get(near, ()), self._parents.get(anchor, ())
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


# --- Places in a sibling ---

_MONTH = datetime.timedelta(days=31)


def place_in_sibling(
    named: TitleMention | None, pinpoints: tuple[Pinpoint, ...], begins: PartialDate | None
) -> tuple[str, str] | None:
    """The address of a place, the innermost unit first, in the edition of the year that is `named` with its title,
    or else in that which stood when the citing text `begins` to be in force; and in words, what is there.

    None where no sibling is named, where the edition is not known, or where it has no such place, or several. A
    page's number may be the file's or the printed one, so none of a page is known.
    """
    if named is None or named.sibling is None:
        return None
    sibling, edition = named.sibling, _edition_meant(named.sibling, named.year, begins)
    units = {str(unit): unit for unit in UNITS if unit != "page"}
    if edition is None or any(p.unit not in units for p in pinpoints):
        return None
    steps = tuple(Step(units[p.unit], p.number, p.last) for p in reversed(pinpoints))
    found = find_places(CitedPlace(steps), sibling.places[edition.id])
    if not found or len([one for one in found if one.number == found[0].number]) > 1:
        return None
    now = sibling.publication.standing(edition)
    standing = now.phrase if now.superseded else f"{now.phrase} as far as is known here"
    told = f"{sibling.publication.title}, {edition.id} edition, {standing}; an unofficial site"
    return f"{sibling.site.rstrip('/')}/{permalink_path(edition.id, found[0].anchor)}", told


def _edition_meant(sibling: Sibling, year: str | None, begins: PartialDate | None) -> Edition | None:
    """An edition by its year, else the one that stood through a month before and after a text came into force: a
    text is written before, and the days that a register tells may be no more than months."""
    editions = sibling.publication.editions
    if year:
        named = [e for e in editions if year in (e.id, e.published[:4])]
        return named[0] if len(named) == 1 else None
    if not begins:
        return None
    first, last = (datetime.date.fromisoformat(day) for day in (f"{begins}-01-01"[:10], last_day(begins)))
    stood = [sibling.publication.as_it_stood(day) for day in (first - _MONTH, last + _MONTH)]
    before, after = (one.edition if one else None for one in stood)
    return before if before == after else None
