"""What of a provision is compared: its text, its words, its three-word shingles, and orders of pairs.

Nothing here decides which provision became which; that is for `alignment`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from msgspec import Struct
from rapidfuzz.distance import Indel

from guidance.anchors import normalise
from guidance.model import Document, Figure, Kind, Provision, plain_text

HEADINGS: frozenset[Kind] = frozenset({"part", "chapter", "section", "annex"})
_WORD = re.compile(r"\w++(?:['\-]\w++)*+")

_RESIDUE = re.compile(r"(?<=[a-z])\d*[A-Z](?!\w)")
_MAY_BE_RESIDUE = re.compile(r"[A-Z](?!\w)(?<=[a-z\d][A-Z])")  # quicker: few letters are capital

Shingle = tuple[str, str, str]


class Unit(Struct, frozen=True):
    """A provision as the comparison sees it; `at` is its place in reading order."""

    at: int
    anchor: str
    kind: Kind
    number: str | None
    level: int | None
    key: str  # the normalised text: equal keys, equal texts
    words: tuple[str, ...]  # in lower case, without punctuation
    parents: tuple[str, ...]
    text: str = ""  # as `compared_text` gives it

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading with nothing but a title."""
        return self.kind in HEADINGS


def bare(text: str) -> str:
    """A text normalised, without what word processors leave of notes' marks behind words: "must1F", "stateF"."""
    found = normalise(text)
    return _RESIDUE.sub("", found) if _MAY_BE_RESIDUE.search(found) else found


def compared_text(provision: Provision) -> str:
    """The text in which changes are sought: the heading, where there is one, then the provision's own text."""
    heading = provision.heading.plain if provision.heading else ""
    return "\n".join(part for part in (heading, plain_text(provision)) if part)


def read_units(*documents: Document) -> tuple[tuple[Unit, ...], ...]:
    """Of each document every provision and note, in reading order, notes last. Texts that documents share are
    looked at once."""
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    return tuple(tuple(_units(document, known)) for document in documents)


def _units(document: Document, known: dict[str, tuple[str, tuple[str, ...]]]) -> Iterator[Unit]:
    for at, provision in enumerate((*document.provisions, *document.notes)):
        text = compared_text(provision)
        if text not in known:
            key = bare(text)
            known[text] = key, tuple(_WORD.findall(key.lower()))
        key, words = known[text]
        if not key:
            key = _likeness(provision)
            words = tuple(_WORD.findall(key.lower()))
        yield Unit(
            at=at,
            anchor=provision.anchor,
            kind=provision.kind,
            number=provision.number,
            level=provision.level,
            key=key,
            words=words,
            parents=provision.parents,
            text=text,
        )


def _likeness(provision: Provision) -> str:
    """What a picture without words is known by: its alternative text."""
    pictures = (block for block in provision.blocks if isinstance(block, Figure))
    return normalise(" ".join(picture.alternative or "" for picture in pictures))


def shingles(words: Sequence[str]) -> frozenset[Shingle]:
    """All runs of three words."""
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """How alike two runs of words are, 0 to 1, order counting."""
    if old == new:
        return 1.0
    return round(Indel.normalized_similarity(old, new), 4)


def common_shingles(texts: Iterable[frozenset[Shingle]], most: int) -> frozenset[Shingle]:
    """The shingles that stand in more than `most` of the texts: boilerplate, which says nothing about descent."""
    count = Counter(chain.from_iterable(texts))
    return frozenset(shingle for shingle, times in count.items() if times > most)


def heaviest_chain(edges: Sequence[tuple[int, int, int]]) -> frozenset[tuple[int, int]]:
    """Of pairs (old place, new place, weight) the heaviest choice that keeps both orders.

    What is in it stayed where it was; the rest moved. Equal places may follow one another, so that the
    parts of a split stay together. Ties go to the earlier place, for the same answer every time.
    """
    if not edges:
        return frozenset()
    ordered = sorted(edges)
    if all(one[1] <= other[1] for one, other in pairwise(ordered)):
        return frozenset((old, new) for old, new, _ in ordered)
    size = max(new for _, new, _ in ordered) + 1
    weights, lasts = [0] * (size + 1), [-1] * (size + 1)  # best weight, and its last edge, up to a new place
    before: list[int] = []
    most, end = 0, -1
    for count, (_, new, weight) in enumerate(ordered):
        reach, last = 0, -1
        at = new + 1
        while at > 0:
            if weights[at] > reach:
                reach, last = weights[at], lasts[at]
            at -= at & -at
        before.append(last)
        here = reach + weight
        if here > most:
            most, end = here, count
        at = new + 1
        while at <= size:
            if here > weights[at]:
                weights[at], lasts[at] = here, count
            at += at & -at
    kept = []
    while end >= 0:
        kept.append(ordered[end][:2])
        end = before[end]
    return frozenset(kept)
