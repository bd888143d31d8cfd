"""The board on which an alignment is made: which units are joined so far, how, and what fits between them.

It keeps count and answers questions; the judgement which units belong together is made in `alignment`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from guidance.compare.units import Unit, heaviest_chain


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
        low = bisect_left(self._olds, old)
        high = low
        while high < len(self._olds) and self._olds[high] == old:
            high += 1
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
