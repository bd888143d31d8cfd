"""What of a provision is compared: its text, its words, its three-word shingles, and orders of pairs.

Nothing here decides which provision became which; that is for `alignment`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from msgspec import Struct

from guidance.document.model import Document, Figure, Kind, Provision
from guidance.document.walk import normalise, plain_text

HEADINGS: frozenset[Kind] = frozenset({"part", "chapter", "section", "annex"})
PICTURES: frozenset[Kind] = frozenset({"figure", "flow-chart"})
_WORD = re.compile(r"\w++(?:['\-]\w++)*")

_RESIDUE = re.compile(r"(?<=[a-z])\d*[A-Z](?!\w)")  # what a word processor leaves of a note's mark: "must1F"
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


BETWEEN = "\n\n"  # stands between the provisions of one side of a change
BULLET = "• "  # begins an entry of a list in what is compared


def plain(text: str) -> str:
    """A compared text normalised, without bullets."""
    return normalise(text).replace(BULLET, "")


def bare(text: str) -> str:
    """The same without what word processors leave of notes' marks behind words: "must1F", "stateF"."""
    found = plain(text)
    return _RESIDUE.sub("", found) if _MAY_BE_RESIDUE.search(found) else found


def compared_text(provision: Provision) -> str:
    """The text in which changes are sought: the heading, where there is one, then the provision's own text, entries
    of lists behind bullets."""
    heading = provision.heading.plain if provision.heading else ""
    return "\n".join(part for part in (heading, plain_text(provision, BULLET)) if part)


def read_units(*documents: Document) -> tuple[tuple[Unit, ...], ...]:
    """Of each document every provision and note, in reading order, notes last. Texts that documents share are
    looked at once."""
    read = cache(_key_and_words)
    return tuple(tuple(_unit(at, p, read) for at, p in enumerate(document.everything)) for document in documents)


def _key_and_words(text: str) -> tuple[str, tuple[str, ...]]:
    key = bare(text)
    return key, tuple(_WORD.findall(key.lower()))


def _unit(at: int, of: Provision, read: Callable[[str], tuple[str, tuple[str, ...]]]) -> Unit:
    """A provision as a unit; a picture without words is known by its alternative text."""
    text = compared_text(of)
    key, words = read(text)
    if not key:
        key, words = read(" ".join(block.alternative or "" for block in of.blocks if isinstance(block, Figure)))
    return Unit(at, of.anchor, of.kind, of.number, of.level, key, words, of.parents, text)


def shingles(words: Sequence[str]) -> frozenset[Shingle]:
    """All runs of three words."""
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """How alike two runs of words are, 0 to 1, order counting."""
    if old == new:
        return 1.0
    from rapidfuzz.distance import Indel  # slow to load, and who prints or converts compares nothing

    return round(Indel.normalized_similarity(old, new), 4)


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


class Board:
    """Old and new units of one class (headings, bodies or notes), and the joins between them."""

    def __init__(self, old: Sequence[Unit], new: Sequence[Unit]) -> None:
        """Start with no joins; units are known here by their index in `old` and in `new`."""
        self.old, self.new = tuple(old), tuple(new)
        self.how: dict[tuple[int, int], str] = {}
        self.of_old: list[list[int]] = [[] for _ in self.old]
        self.of_new: list[list[int]] = [[] for _ in self.new]
        self._olds: list[int] = []
        self._news: list[int] = []

    def join(self, old: int, new: int, how: str) -> None:
        """Say that the old unit became (part of) the new one, and how that was found."""
        self.how[old, new] = how
        self.of_old[old].append(new)
        self.of_new[new].append(old)

    def part(self, old: int, new: int) -> None:
        """Take a join back."""
        del self.how[old, new]
        self.of_old[old].remove(new)
        self.of_new[new].remove(old)

    def free_old(self) -> list[int]:
        """Old units without a join."""
        return [at for at, joined in enumerate(self.of_old) if not joined]

    def free_new(self) -> list[int]:
        """New units without a join."""
        return [at for at, joined in enumerate(self.of_new) if not joined]

    def weights(self) -> list[tuple[int, int, int]]:
        """The joins with their weight, the number of words that they account for, at least one."""
        return [(old, new, 1 + min(len(self.old[old].words), len(self.new[new].words))) for old, new in self.how]

    def settle(self) -> None:
        """Take the joins that keep both orders as the backbone that `fits` and `gaps` go by."""
        chain = sorted(heaviest_chain(self.weights()))
        self._olds = [old for old, _ in chain]
        self._news = [new for _, new in chain]

    def extend(self, old: int, new: int) -> None:
        """Put a join that fits into the backbone, without weighing it anew."""
        at = bisect_left(self._olds, old)
        self._olds.insert(at, old)
        self._news.insert(at, new)

    def fits(self, old: int, new: int) -> bool:
        """Whether a join would keep the order of the backbone."""
        low, high = bisect_left(self._olds, old), bisect_right(self._olds, old)
        after = self._news[low - 1] if low else -1
        until = self._news[high] if high < len(self._news) else len(self.new)
        return after <= new <= until

    def gaps(self) -> list[tuple[list[int], list[int]]]:
        """Between each two neighbours of the backbone the free units on both sides, where both have some."""
        edges = [(-1, -1), *zip(self._olds, self._news, strict=True), (len(self.old), len(self.new))]
        found = []
        for (old, new), (next_old, next_new) in pairwise(edges):
            olds = [at for at in range(old + 1, next_old) if not self.of_old[at]]
            news = [at for at in range(new + 1, next_new) if not self.of_new[at]]
            if olds and news:
                found.append((olds, news))
        return found
