"""What of a provision is compared: its text, its words, its three-word shingles, and orders of pairs.

Nothing here decides which provision became which; that is for `alignment`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec import Struct
from rapidfuzz.distance import Indel

from guidance.anchors import normalise
from guidance.model import Document, Figure, Kind, Provision, plain_text

HEADINGS: frozenset[Kind] = frozenset({"part", "chapter", "section", "annex"})
_WORD = re.compile(r"\w+(?:['\-]\w+)*")

_RESIDUE = re.compile(r"(?<=[a-z])\d*[A-Z](?!\w)")

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

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading with nothing but a title."""
        return self.kind in HEADINGS


def bare(text: str) -> str:
    """A text normalised, without what word processors leave of notes' marks behind words: "must1F", "stateF"."""
    return _RESIDUE.sub("", normalise(text))


def compared_text(provision: Provision) -> str:
    """The text in which changes are sought: the heading, where there is one, then the provision's own text."""
    heading = provision.heading.plain if provision.heading else ""
    return "\n".join(part for part in (heading, plain_text(provision)) if part)


def units(document: Document) -> tuple[Unit, ...]:
    """Every provision and note of a document, in reading order, notes last."""
    found = []
    for at, provision in enumerate((*document.provisions, *document.notes)):
        key = bare(compared_text(provision)) or _likeness(provision)
        found.append(
            Unit(
                at=at,
                anchor=provision.anchor,
                kind=provision.kind,
                number=provision.number,
                level=provision.level,
                key=key,
                words=tuple(_WORD.findall(key.lower())),
                parents=provision.parents,
            )
        )
    return tuple(found)


def _likeness(provision: Provision) -> str:
    """What a picture without words is known by: its alternative text."""
    pictures = (block for block in provision.blocks if isinstance(block, Figure))
    return normalise(" ".join(picture.alternative or "" for picture in pictures))


def shingles(words: Sequence[str]) -> frozenset[Shingle]:
    """All runs of three words."""
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """How alike two runs of words are, 0 to 1, order counting."""
    if not old and not new:
        return 1.0
    return round(Indel.normalized_similarity(old, new), 4)


def rare_shingles(texts: Iterable[frozenset[Shingle]], most: int) -> frozenset[Shingle]:
    """The shingles that stand in at most `most` of the texts: boilerplate says nothing about descent."""
    count = Counter(chain.from_iterable(texts))
    return frozenset(shingle for shingle, times in count.items() if times <= most)


def heaviest_chain(edges: Sequence[tuple[int, int, int]]) -> frozenset[tuple[int, int]]:
    """Of pairs (old place, new place, weight) the heaviest choice that keeps both orders.

    What is in it stayed where it was; the rest moved. Equal places may follow one another, so that the
    parts of a split stay together. Ties go to the earlier place, for the same answer every time.
    """
    if not edges:
        return frozenset()
    ordered = sorted(edges)
    size = max(new for _, new, _ in ordered) + 1
    tree: list[tuple[int, int]] = [(0, -1)] * (size + 1)  # best (weight, last edge) up to a new place
    before: list[int] = []
    best = (0, -1)
    for count, (_, new, weight) in enumerate(ordered):
        reach = (0, -1)
        at = new + 1
        while at > 0:
            reach = max(reach, tree[at], key=lambda entry: entry[0])
            at -= at & -at
        before.append(reach[1])
        here = (reach[0] + weight, count)
        best = max(best, here, key=lambda entry: entry[0])
        at = new + 1
        while at <= size:
            tree[at] = max(tree[at], here, key=lambda entry: entry[0])
            at += at & -at
    chain = []
    at = best[1]
    while at >= 0:
        chain.append(ordered[at][:2])
        at = before[at]
    return frozenset(chain)
