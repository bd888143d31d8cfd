"""Two documents -> which provision became which, n:m, each with how it was matched and how alike it is.

No wording of changes and no pages here, and nothing that decides by a printed number alone: exact text
comes first, then shared rare three-word runs, then what is left between two matched neighbours.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, product

from msgspec import Struct

from guidance.compare.units import (
    PICTURES,
    Board,
    Shingle,
    Unit,
    heaviest_chain,
    likeness,
    read_units,
    shingles,
)
from guidance.document.model import Document

Edge = tuple[int, int]  # places of an old and a new unit in their documents


class Pair(Struct, frozen=True):
    """Provisions that became one another: anchors in reading order; either side is empty where text was
    added or removed. `score` is the likeness of the two texts (0-1), `how` the evidence for the pair:
    exact, exact in place, shared words, in place, what stands below, or none. `moved` says that the text
    left its place in the order."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    how: str
    score: float
    moved: bool = False


def _group_pairs(board: Board) -> tuple[Pair, ...]:
    """The pairs that joins of whole documents make, in the new one's order, removed provisions where they stood."""
    stayed = heaviest_chain(board.weights())
    found: dict[int, list[Pair]] = {-1: []}  # by the first new unit of each; behind it what was removed after it
    pair_of: dict[int, int] = {}  # an old unit that stayed -> the first new unit of its pair
    done: set[int] = set()
    for new in range(len(board.new)):
        if new not in done:
            mine, theirs = _group(board, new)
            done.update(theirs)
            edges = [(old, at) for old in mine for at in theirs if (old, at) in board.how]
            pair_of.update((old, new) for old, at in edges if (old, at) in stayed)
            found[new] = [_pair(board, mine, theirs, edges, moved=stayed.isdisjoint(edges))]
    at = -1
    for old, unit in enumerate(board.old):
        at = pair_of.get(old, at)
        if not board.of_old[old]:
            found[at].append(Pair((unit.anchor,), (), "none", 0.0))
    return tuple(chain.from_iterable(found.values()))


def _group(board: Board, new: int) -> tuple[list[int], list[int]]:
    """All old and new units that hang together with a new one."""
    olds: set[int] = set()
    news: set[int] = set()
    waiting = {new}
    while waiting:
        news |= waiting
        came = {old for at in waiting for old in board.of_new[at]} - olds
        olds |= came
        waiting = {at for old in came for at in board.of_old[old]} - news
    return sorted(olds), sorted(news)


def _pair(board: Board, mine: list[int], theirs: list[int], edges: list[Edge], *, moved: bool) -> Pair:
    olds, news = [board.old[at] for at in mine], [board.new[at] for at in theirs]
    anchors = tuple(unit.anchor for unit in olds), tuple(unit.anchor for unit in news)
    if not edges:
        return Pair(*anchors, "none", 0.0)
    words, others = (tuple(word for unit in these for word in unit.words) for these in (olds, news))
    return Pair(*anchors, board.how[edges[0]], likeness(words, others), moved)


RARE = 6  # a shingle in more units than this, over both editions, is boilerplate
MOVED_WORDS = 8  # shorter texts prove nothing when they turn up elsewhere


def align(old: Document, new: Document) -> tuple[Pair, ...]:
    """The pairs of two documents, in the new one's order, removed provisions where they stood: every provision and
    note of both is in exactly one."""
    return align_units(*read_units(old, new))


def align_units(olds: Sequence[Unit], news: Sequence[Unit]) -> tuple[Pair, ...]:
    """The same of two documents' units."""
    bodies = _match([u for u in olds if _is_body(u)], [u for u in news if _is_body(u)])
    heads = _match_headings([u for u in olds if u.is_heading], [u for u in news if u.is_heading], bodies)
    notes = _match([u for u in olds if u.kind == "footnote"], [u for u in news if u.kind == "footnote"])
    whole = Board(olds, news)
    for board in (bodies, heads, notes):
        for (old, new), how in board.how.items():
            whole.join(board.old[old].at, board.new[new].at, how)
    _match_across(whole)
    return _group_pairs(whole)


def _is_body(unit: Unit) -> bool:
    return not unit.is_heading and unit.kind != "footnote"


def _match(old: Sequence[Unit], new: Sequence[Unit]) -> Board:
    board = Board(old, new)
    _match_exact(board)
    board.settle()
    _match_shingles(board)
    board.settle()
    _match_gaps(board)
    _drop_doubtful_moves(board)
    board.settle()
    _match_gaps(board)
    return board


# --- Exact text ----------------------------------------------------------------------------------


def _match_exact(board: Board) -> None:
    """Join equal texts: first those that stand once, then repeated ones by their neighbours, then in order."""
    old, new = _by_key(board.old, board.free_old()), _by_key(board.new, board.free_new())
    repeated = []
    for key, olds in old.items():
        news = new.get(key, [])
        if len(olds) == len(news) == 1:
            board.join(olds[0], news[0], "exact")
        elif news:
            repeated.append((olds, news))
    _match_repeated(board, repeated)


def _by_key(these: Sequence[Unit], places: Iterable[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at in places:
        if these[at].key:
            found.setdefault(these[at].key, []).append(at)
    return found


def _match_repeated(board: Board, repeated: list[tuple[list[int], list[int]]]) -> None:
    waiting = [pair for olds, news in repeated for pair in product(olds, news)]
    for step in (-1, 1):
        found = True
        while found:
            found = False
            for old, new in waiting if step < 0 else reversed(waiting):
                if not board.of_old[old] and not board.of_new[new] and _neighbours(board, old, new, step):
                    board.join(old, new, "exact in place")
                    found = True
    board.settle()
    for old, new in waiting:
        if not board.of_old[old] and not board.of_new[new] and board.fits(old, new):
            board.join(old, new, "exact in place")
            board.extend(old, new)


def _in_place(board: Board, old: int, new: int) -> bool:
    """Whether a join would keep the order, or go along with a neighbour that moved."""
    return board.fits(old, new) or _neighbours(board, old, new, -1) or _neighbours(board, old, new, 1)


def _neighbours(board: Board, old: int, new: int, step: int) -> bool:
    """Whether the units before (or after) these two became one another."""
    return 0 <= old + step < len(board.old) and new + step in board.of_old[old + step]


# --- Shared rare words ---------------------------------------------------------------------------


class _Claims:
    """Which rare shingles of the free units are already explained by a join; the rest may prove another."""

    def __init__(self, board: Board) -> None:
        olds, news = board.free_old(), board.free_new()
        left = {at: shingles(board.old[at].words) for at in olds}
        right = {at: shingles(board.new[at].words) for at in news}
        count = Counter(chain.from_iterable([*left.values(), *right.values()]))
        common = {shingle for shingle, times in count.items() if times > RARE}
        self.old = {at: found - common for at, found in left.items()}
        self.new = {at: found - common for at, found in right.items()}
        self.told_old: dict[int, set[Shingle]] = {at: set() for at in olds}
        self.told_new: dict[int, set[Shingle]] = {at: set() for at in news}

    def candidates(self) -> dict[tuple[int, int], int]:
        """Pairs that share a shingle at all, and how many they share."""
        where: dict[Shingle, list[int]] = {}
        for at, found in self.new.items():
            for shingle in found:
                where.setdefault(shingle, []).append(at)
        return Counter((old, new) for old, found in self.old.items() for s in found for new in where.get(s, ()))

    def fresh(self, old: int, new: int) -> int:
        """How many shingles both have that no join of either explains."""
        return len((self.old[old] & self.new[new]) - self.told_old[old] - self.told_new[new])

    def tell(self, old: int, new: int) -> None:
        """Count what two units share as explained."""
        shared = self.old[old] & self.new[new]
        self.told_old[old] |= shared
        self.told_new[new] |= shared


def _match_shingles(board: Board) -> None:
    """Join units by the rare words they share, the strongest pair first; a unit may take several partners,
    each of which must explain words that no other does."""
    claims = _Claims(board)
    heap = [(-_strength(board, shared, *pair), pair) for pair, shared in claims.candidates().items()]
    heapq.heapify(heap)
    while heap:
        strength, (old, new) = heapq.heappop(heap)
        fresh = claims.fresh(old, new)
        now = _strength(board, fresh, old, new)
        if now < -strength:
            if now > 0:
                heapq.heappush(heap, (-now, (old, new)))
        elif _convinces(board, claims, fresh, old, new):
            board.join(old, new, "shared words")
            claims.tell(old, new)


def _strength(board: Board, fresh: int, old: int, new: int) -> float:
    return fresh * (1.5 if _in_place(board, old, new) else 1.0)


def _convinces(board: Board, claims: _Claims, fresh: int, old: int, new: int) -> bool:
    """Whether so many runs of words that two units share, and no other join explains, are evidence enough.

    Much less is asked of a pair in its place than of one that would have moved, and a second partner must
    bring a good part of itself.
    """
    of_old, of_new = fresh / len(claims.old[old]), fresh / len(claims.new[new])
    both = 2 * fresh / (len(claims.old[old]) + len(claims.new[new]))
    in_place = _in_place(board, old, new)
    if not board.of_old[old] and not board.of_new[new]:
        if in_place:
            return both >= 0.25 or (max(of_old, of_new) >= 0.5 and fresh >= 4)
        return fresh >= MOVED_WORDS and (both >= 0.5 or max(of_old, of_new) >= 0.8)
    if board.of_old[old] and board.of_new[new]:
        return in_place and max(of_old, of_new) >= 0.6 and fresh >= 8
    joining = of_old if not board.of_old[old] else of_new
    if in_place:
        return joining >= 0.2 and max(of_old, of_new) >= 0.35 and fresh >= 5
    return joining >= 0.8 and fresh >= 2 * MOVED_WORDS


# --- What is left between matched neighbours -----------------------------------------------------


def _match_gaps(board: Board) -> None:
    """Join what is left between two matched neighbours by likeness; the same number speaks for a pair."""
    for olds, news in board.gaps():
        if len(olds) * len(news) > 2500:
            continue  # a gap this wide says nothing about place
        scored = ((_near(board.old[old], board.new[new]), -old, -new) for old, new in product(olds, news))
        for score, old, new in sorted(scored, reverse=True):
            if score >= 0.5 and not board.of_old[-old] and not board.of_new[-new]:
                board.join(-old, -new, "in place")


def _near(old: Unit, new: Unit) -> float:
    if not old.words and not new.words:
        return 0.6 if old.kind == new.kind else 0.0
    score = likeness(old.words, new.words)
    if min(len(old.words), len(new.words)) < 4:
        score -= 0.1
    if old.kind != new.kind:
        score -= 0.1
    elif old.number is not None and old.number == new.number:
        score += 0.05
    return max(score, 0.5) if {old.kind, new.kind} <= PICTURES else score  # a picture has few words, if any


def _drop_doubtful_moves(board: Board) -> None:
    """Take back joins that leave the order unless their text is long and alike enough to be sure."""
    board.settle()
    for (old, new), how in sorted(board.how.items()):
        if _in_place(board, old, new) or len(board.of_old[old]) > 1 or len(board.of_new[new]) > 1:
            continue
        words, others = board.old[old].words, board.new[new].words
        if min(len(words), len(others)) < MOVED_WORDS or (how[:5] != "exact" and likeness(words, others) < 0.6):
            board.part(old, new)


# --- Headings --------------------------------------------------------------------------------------

# A heading follows its paragraphs, not the other way round, since titles repeat ("Introduction") and are rewritten
# more freely than the text that they announce: it is matched by its words and by what stands below it.


def _match_headings(old: Sequence[Unit], new: Sequence[Unit], bodies: Board) -> Board:
    """The board of headings, joined."""
    board = Board(old, new)
    mine, theirs = ({unit.anchor: at for at, unit in enumerate(side)} for side in (old, new))
    scored = (
        (*_heading_score(old[mine[a]], new[theirs[b]], share), -mine[a], -theirs[b])
        for (a, b), share in _shares(bodies).items()
        if a in mine and b in theirs  # headings that share something below them
    )
    for score, how, at, to in sorted(scored, reverse=True):
        if score >= 1.0 and not board.of_old[-at] and not board.of_new[-to]:
            board.join(-at, -to, how)
    _match_below_one(board)
    board.settle()
    _match_bare(board)
    return board


def _match_below_one(board: Board) -> None:
    """Join equal titles below headings that became one another, though nothing stands below them."""
    joined = {(board.old[old].anchor, board.new[new].anchor) for old, new in board.how}
    for old, new in product(board.free_old(), board.free_new()):
        mine, theirs = board.old[old], board.new[new]
        below_one = any(pair in joined for pair in zip(mine.parents[-1:], theirs.parents[-1:], strict=False))
        if mine.key == theirs.key and below_one and not board.of_old[old] and not board.of_new[new]:
            board.join(old, new, "exact in place")


def _shares(bodies: Board) -> dict[tuple[str, str], float]:
    """How much of what stands below an old and a new heading is the same, as a share of the larger (0-1)."""
    both: Counter[tuple[str, str]] = Counter()
    for old, new, weight in bodies.weights():
        for pair in product(bodies.old[old].parents, bodies.new[new].parents):
            both[pair] += weight
    sizes: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for size, these in zip(sizes, (bodies.old, bodies.new), strict=True):
        for unit in these:
            for parent in unit.parents:
                size[parent] += 1 + len(unit.words)
    return {(a, b): words / max(sizes[0][a], sizes[1][b]) for (a, b), words in both.items()}


def _heading_score(old: Unit, new: Unit, share: float) -> tuple[float, str]:
    """How sure it is that a heading became another; from 1.0 it is believed."""
    alike = 1.0 if old.key == new.key else likeness(old.words, new.words)
    level = 0.2 if (old.kind, old.level) == (new.kind, new.level) else 0.0
    if alike == 1.0 and share >= 0.1:
        return 2.0 + share + level, "exact"
    if share >= 0.5:
        return 0.6 + share + alike / 2 + level, "what stands below"
    if share >= 0.2 and alike >= 0.5:
        return 0.5 + share + alike + level, "what stands below"
    return 0.0, "none"


def _match_bare(board: Board) -> None:
    """Join equal or nearly equal titles in their place, where nothing below them speaks against it."""
    for least, how in ((1.0, "exact in place"), (0.6, "in place")):
        for olds, news in board.gaps():
            for old in olds:
                mine = board.old[old]
                alike = [
                    (likeness(mine.words, board.new[new].words), -new)
                    for new in news
                    if not board.of_new[new] and mine.kind == board.new[new].kind
                ]
                score, new = max(alike, default=(0.0, 0))
                if score >= least and (mine.words or mine.key == board.new[-new].key):
                    board.join(old, -new, how)
        board.settle()


# --- Across classes ------------------------------------------------------------------------------


def _match_across(board: Board) -> None:
    """Join equal texts in their place that changed their class: a bold line that became a heading, say."""
    board.settle()
    there = _by_key(board.new, board.free_new())
    for old in board.free_old():
        places = there.get(board.old[old].key, [])
        if len(places) == 1 and board.old[old].words and board.fits(old, places[0]) and not board.of_new[places[0]]:
            board.join(old, places[0], "exact")
