"""A comparison as its readers see it: places with names and addresses, chapters and how they flowed, and figures.

Plain counting over frozen types; nothing is aligned or compared here, and no markup is printed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from guidance.compare.units import compared_text
from guidance.document.change_model import Change, Comparison, Level, RedlinePiece
from guidance.document.model import ChangeKind, Document, Provision
from guidance.document.walk import plain_text
from guidance.site.pages import page_url

OPENING = "opening"
NOTES = "footnotes"

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_TITLES = {OPENING: "Opening pages", NOTES: "Footnotes"}


class ComparedPlace(Struct, frozen=True):
    """Where a provision stands: what it is called, its address from its edition's root, its source page, and
    the chapter and the nearest heading that it stands under (anchors)."""

    anchor: str
    name: str
    address: str | None
    page: int | None
    chapter: str
    heading: str | None


class ComparedEdition(Struct, frozen=True):
    """One side of a comparison: its id, where its provisions stand, its chapters' titles, and its words."""

    id: str
    places: Mapping[str, ComparedPlace]
    titles: Mapping[str, str]  # a heading's anchor, or opening or footnotes -> title
    words: Mapping[str, Counter[str]]


class ChangeEntry(Struct, frozen=True):
    """A change with its places, under the new edition's chapter and heading where it is shown."""

    count: int
    change: Change
    old: tuple[ComparedPlace, ...]
    new: tuple[ComparedPlace, ...]
    chapter: str
    heading: str | None

    @property
    def shown(self) -> bool:
        """Whether there is more to show than another number: other words, another place, another link."""
        if self.change.kind in ("unchanged", "renumbered") and not self.change.pieces:
            return self.change.kind == "unchanged" and self.change.level != "none"
        return self.change.kind not in ("unchanged", "renumbered") or self.change.level != "none"

    @property
    def id(self) -> str:
        """The change's id on its page."""
        place = (self.new or self.old)[0]
        return f"{'to' if self.new else 'was'}-{place.anchor}"

    @property
    def name(self) -> str:
        """What its place is called, in the newer edition where it stands there."""
        return ", ".join(place.name for place in self.new or self.old)


class ChangeFigures(Struct, frozen=True):
    """What a comparison comes to, in numbers of provisions and words."""

    kinds: Counter[ChangeKind]
    levels: Counter[Level]
    words_old: int
    words_new: int
    inserted: int  # words that were not in the old edition
    deleted: int
    moved: int  # words in passages that only moved
    looks_new: int  # words that look new where editions are compared number by number

    @property
    def noise(self) -> float:
        """The share of the words that look new and are not (0-1)."""
        return max(self.looks_new - self.inserted, 0) / self.looks_new if self.looks_new else 0.0


def survey(edition: str, document: Document, addresses: Mapping[str, str]) -> ComparedEdition:
    """One side of a comparison; `addresses` are its anchors' from the edition's root."""
    titles = _TITLES | {p.anchor: f"{p.marker} {p.title}".strip() for p in document.provisions if p.heading}
    places = {p.anchor: _place(p, titles, addresses) for p in document.everything}
    words = {p.anchor: Counter(_WORD.findall(f"{p.title}\n{plain_text(p)}")) for p in document.everything}
    return ComparedEdition(edition, places, titles, words)


def _place(provision: Provision, titles: Mapping[str, str], addresses: Mapping[str, str]) -> ComparedPlace:
    chain = (*provision.parents, *((provision.anchor,) if provision.heading else ()))
    chapter = NOTES if provision.kind == "footnote" else chain[0] if chain else OPENING
    heading = chain[-1] if chain else None
    at, name = provision.anchor, _name(provision, titles)
    return ComparedPlace(at, name, addresses.get(at), provision.page, chapter, heading)


def _name(provision: Provision, titles: Mapping[str, str]) -> str:
    """What people call a place: "paragraph 45", "note 12", "Lamps", "box under Lamps"."""
    if provision.kind in ("paragraph", "footnote"):
        return f"{'paragraph' if provision.kind == 'paragraph' else 'note'} {provision.number or provision.anchor}"
    if provision.heading:
        return f"“{titles[provision.anchor]}”"
    above = titles.get(provision.parents[-1]) if provision.parents else None
    called = f"{provision.kind} {provision.number}" if provision.number else provision.kind
    return f"{called} under “{above}”" if above else f"{called} {provision.anchor}"


def entries(comparison: Comparison, old: ComparedEdition, new: ComparedEdition) -> tuple[ChangeEntry, ...]:
    """Every change with its places, in the comparison's order; what was removed is shown where it stood."""
    found: list[ChangeEntry] = []
    chapter, heading = OPENING, None
    for count, change in enumerate(comparison.changes):
        olds = tuple(old.places[anchor] for anchor in change.old)
        news = tuple(new.places[anchor] for anchor in change.new)
        if news:
            chapter, heading = news[0].chapter, news[0].heading
        elif olds[0].chapter == NOTES:
            chapter, heading = NOTES, None
        found.append(ChangeEntry(count, change, olds, news, chapter, heading))
    return tuple(found)


def redline_path(old: str, at: int) -> str:
    """The page of the redline of a comparison's chapter, `at` being its place among them; chapters may have any
    name, so a number names the page."""
    return f"compare/{old}/part-{at + 1}.md"


def redline_chapters(found: Iterable[ChangeEntry]) -> tuple[str, ...]:
    """The chapters that a comparison's redline is divided into."""
    return tuple(dict.fromkeys(entry.chapter for entry in found))


def redline_addresses(found: Sequence[ChangeEntry], old: str) -> dict[int, str]:
    """Count of the change -> the address of its redline from the newer edition's root, for what is shown."""
    pages = {chapter: page_url(redline_path(old, at)) for at, chapter in enumerate(redline_chapters(found))}
    return {entry.count: f"{pages[entry.chapter]}#{entry.id}" for entry in found if entry.shown}


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def figures(comparison: Comparison, old: ComparedEdition, new: ComparedEdition) -> ChangeFigures:
    """The figures of a comparison."""
    by_kind = _words_by_kind(piece for change in comparison.changes for piece in change.pieces)
    moved = by_kind["moved here"]
    for change in (one for one in comparison.changes if one.kind == "moved"):
        total = sum(new.words[anchor].total() for anchor in change.new)
        moved += _words_by_kind(change.pieces)["same"] if change.pieces else total
    for chapter in comparison.moved_chapters:
        places = (place for place in new.places.values() if chapter.new in (place.chapter, place.heading))
        moved += sum(new.words[place.anchor].total() for place in places)
    looks_new = sum((words - old.words.get(anchor, Counter())).total() for anchor, words in new.words.items())
    return ChangeFigures(
        kinds=Counter(change.kind for change in comparison.changes),
        levels=Counter(change.level for change in comparison.changes),
        words_old=sum(words.total() for words in old.words.values()),
        words_new=sum(words.total() for words in new.words.values()),
        inserted=by_kind["inserted"],
        deleted=by_kind["deleted"],
        moved=moved,
        looks_new=max(looks_new, by_kind["inserted"]),
    )


def _words_by_kind(pieces: Iterable[RedlinePiece]) -> Counter[str]:
    found: Counter[str] = Counter()
    for piece in pieces:
        found[piece.kind] += count_words(piece.text)
    return found


def flows(found: Iterable[ChangeEntry], new: ComparedEdition) -> dict[tuple[str, str], int]:
    """How many words of each new chapter came from each old one; from "" where they are new."""
    words: Counter[tuple[str, str]] = Counter()
    for entry in found:
        for place in entry.new:
            total = new.words[place.anchor].total()
            if not total or place.chapter == NOTES:
                continue
            share = _kept(entry.change)
            source = entry.old[0].chapter if entry.old else ""
            kept = round(total * share) if source else 0
            words[source, place.chapter] += kept
            words["", place.chapter] += total - kept
    return +words


def _kept(change: Change) -> float:
    """The share of the new side's words that was there before."""
    if not change.pieces:
        return 1.0 if change.old else 0.0
    by_kind = _words_by_kind(change.pieces)
    kept, came = by_kind["same"] + by_kind["moved here"], by_kind["inserted"]
    return kept / (kept + came) if kept + came else 1.0


def side_words(places: Iterable[ComparedPlace], provisions: Mapping[str, Provision]) -> str:
    """The whole words of one side of a change, entries of lists on lines of their own."""
    return "\n\n".join(compared_text(provisions[place.anchor]) for place in places)


# --- The picture of the chapters --------------------------------------------------------------------

# Lengths are units of the picture's own; a template draws it.
_HEIGHT = 420  # of all words together
_TALL, _GAP = 12, 6  # no bar is lower than its label; what is between two
_LEAST = 0.004  # a flow below this share of all words is a hair that nobody sees

Flows = Mapping[tuple[str, str], int]


class FlowBar(Struct, frozen=True):
    """A chapter's bar: where it begins from the top, how high it is, and what stands beside it."""

    top: float
    tall: float
    title: str


def draw_flows(flows: Flows, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The facts of the picture, none where no words flowed. `old` and `new` are chapters (id, title) in order; a
    flow from "" is new text."""
    total = sum(flows.values())
    if not total:
        return {}
    scale = _HEIGHT / total
    went, came = Counter[str](), Counter[str]()
    for (source, target), words in flows.items():
        went[source] += words
        came[target] += words
    left, right = _bars(old, went, scale), _bars(new, came, scale)
    shares = {chapter: flows.get(("", chapter), 0) * scale for chapter in right}
    return {
        "height": max(bar.top + bar.tall for bar in (*left.values(), *right.values())) + _GAP + 12,
        "left": list(left.values()),
        "right": list(right.values()),
        "bands": _bands(flows, left, right, scale),
        "fresh": [
            (bar.top + came[chapter] * scale - shares[chapter], shares[chapter])
            for chapter, bar in right.items()
            if shares[chapter] >= 1
        ],
    }


def _bars(chapters: Iterable[tuple[str, str]], words: Mapping[str, int], scale: float) -> dict[str, FlowBar]:
    """The bars of one side, by chapter, from the top; none for a chapter without words."""
    bars: dict[str, FlowBar] = {}
    at = 12.0
    for chapter, title in chapters:
        if words[chapter]:
            bars[chapter] = FlowBar(at, max(words[chapter] * scale, _TALL), title)
            at += bars[chapter].tall + _GAP
    return bars


def _bands(
    flows: Flows, old: Mapping[str, FlowBar], new: Mapping[str, FlowBar], scale: float
) -> list[tuple[str, float, float, float]]:
    """A band for each flow that can be seen, in the order of both sides so that bands cross least: its kind, where
    it leaves and where it arrives from the top, and how high it is."""
    leave = {chapter: bar.top for chapter, bar in old.items()}
    arrive = {chapter: bar.top for chapter, bar in new.items()}
    least = _LEAST * sum(flows.values())
    drawn = []
    for at, source in enumerate(old):
        for to, target in enumerate(new):
            words = flows.get((source, target), 0)
            if words >= least:
                kind = "kept" if at == to else "crossing"
                drawn.append((kind, leave[source], arrive[target], words * scale))
            leave[source] += words * scale
            arrive[target] += words * scale
    return drawn
