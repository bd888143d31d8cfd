"""Two documents -> which provision became which, n:m, each with how it was matched and how alike it is.

No wording of changes and no pages here, and nothing that decides by a printed number alone: exact text
comes first, then shared rare three-word runs, then what is left between two matched neighbours.
"""

import heapq
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from guidance.compare.units import (
    PICTURES,
    Board,
    Shingle,
    Unit,
    common_shingles,
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


def group_pairs(olds: Sequence[Unit], news: Sequence[Unit], joins: dict[Edge, str]) -> tuple[Pair, ...]:
    """The pairs that joins make, in the new document's order, removed provisions where they stood."""
    from_old: dict[int, list[int]] = {}
    from_new: dict[int, list[int]] = {}
    for old, new in sorted(joins):
        from_old.setdefault(old, []).append(new)
        from_new.setdefault(new, []).append(old)
    stayed = heaviest_chain([(old, new, 1 + min(len(olds[old].words), len(news[new].words))) for old, new in joins])
    found: list[Pair] = []
    pair_of: dict[int, int] = {}  # an old unit that stayed -> its pair
    done: set[int] = set()
    for new in range(len(news)):
        if new in done:
            continue
        mine, theirs = _group(new, from_new, from_old)
        done.update(theirs)
        edges = [(old, at) for old in mine for at in theirs if (old, at) in joins]
        pair_of.update({old: len(found) for old, at in edges if (old, at) in stayed})
        found.append(_pair(olds, news, mine, theirs, edges, joins, stayed))
    return _with_removed(olds, from_old, found, pair_of)


def _group(new: int, from_new: dict[int, list[int]], from_old: dict[int, list[int]]) -> tuple[list[int], list[int]]:
    """All old and new units that hang together with a new one."""
    mine = from_new.get(new, [])
    if all(from_old[old] == [new] for old in mine):
        return mine, [new]
    olds: set[int] = set()
    news: set[int] = set()
    waiting = [new]
    while waiting:
        at = waiting.pop()
        if at in news:
            continue
        news.add(at)
        for old in from_new.get(at, ()):
            if old not in olds:
                olds.add(old)
                waiting.extend(from_old[old])
    return sorted(olds), sorted(news)


def _pair(
    olds: Sequence[Unit],
    news: Sequence[Unit],
    mine: list[int],
    theirs: list[int],
    edges: list[Edge],
    joins: dict[Edge, str],
    stayed: frozenset[Edge],
) -> Pair:
    return Pair(
        old=tuple(olds[at].anchor for at in mine),
        new=tuple(news[at].anchor for at in theirs),
        how=joins[edges[0]] if edges else "none",
        score=likeness(_words(olds, mine), _words(news, theirs)) if edges else 0.0,
        moved=bool(edges) and not any(edge in stayed for edge in edges),
    )


def _words(these: Sequence[Unit], places: list[int]) -> tuple[str, ...]:
    return tuple(word for at in places for word in these[at].words) if places[1:] else these[places[0]].words


def _with_removed(
    olds: Sequence[Unit], from_old: dict[int, list[int]], pairs: list[Pair], pair_of: dict[int, int]
) -> tuple[Pair, ...]:
    """The pairs with every removed provision put in after what stood before it."""
    after: dict[int, list[Pair]] = {}
    at = -1
    for unit in olds:
        at = pair_of.get(unit.at, at)
        if unit.at not in from_old:
            after.setdefault(at, []).append(Pair((unit.anchor,), (), "none", 0.0))
    found = list(after.get(-1, ()))
    for count, pair in enumerate(pairs):
        found += [pair, *after.get(count, ())]
    return tuple(found)


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
    joins = _joins(bodies) | _joins(heads) | _joins(notes)
    return group_pairs(olds, news, joins | _exact_across(olds, news, joins))


def _is_body(unit: Unit) -> bool:
    return not unit.is_heading and unit.kind != "footnote"


def _joins(board: Board) -> dict[tuple[int, int], str]:
    """A board's joins, by place in the documents."""
    return {(board.old[old].at, board.new[new].at): how for (old, new), how in board.how.items()}


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
    old, new = _by_key(board.old), _by_key(board.new)
    repeated = []
    for key, olds in old.items():
        news = new.get(key, [])
        if len(olds) == len(news) == 1:
            board.join(olds[0], news[0], "exact")
        elif news:
            repeated.append((olds, news))
    _match_repeated(board, repeated)


def _by_key(these: Sequence[Unit]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, unit in enumerate(these):
        if unit.key:
            found.setdefault(unit.key, []).append(at)
    return found


def _match_repeated(board: Board, repeated: list[tuple[list[int], list[int]]]) -> None:
    waiting = [(old, new) for olds, news in repeated for old in olds for new in news]
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
        common = common_shingles([*left.values(), *right.values()], RARE)
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
        scored = sorted(
            ((_near(board.old[old], board.new[new]), -old, -new) for old in olds for new in news), reverse=True
        )
        for score, old, new in scored:
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

_Shares = dict[tuple[str, str], float]  # (old heading, new heading) -> share of words below that they share


def _match_headings(old: Sequence[Unit], new: Sequence[Unit], bodies: Board) -> Board:
    """The board of headings, joined."""
    board = Board(old, new)
    shares = _shares(bodies)
    mine, theirs = ({unit.anchor: at for at, unit in enumerate(side)} for side in (old, new))
    scored = sorted(
        (
            (score, how, -mine[a], -theirs[b])
            for (a, b), share in shares.items()
            if a in mine and b in theirs  # headings that share something below them
            for score, how in [_heading_score(old[mine[a]], new[theirs[b]], share)]
            if score >= 1.0
        ),
        reverse=True,
    )
    for _, how, at, to in scored:
        if not board.of_old[-at] and not board.of_new[-to]:
            board.join(-at, -to, how)
    _match_below_one(board)
    board.settle()
    _match_bare(board, shares)
    return board


def _match_below_one(board: Board) -> None:
    """Join equal titles below headings that became one another, though nothing stands below them."""
    joined = {(board.old[old].anchor, board.new[new].anchor) for old, new in board.how}
    for old, new in [(old, new) for old in board.free_old() for new in board.free_new()]:
        mine, theirs = board.old[old], board.new[new]
        below_one = any(pair in joined for pair in zip(mine.parents[-1:], theirs.parents[-1:], strict=False))
        if mine.key == theirs.key and below_one and not board.of_old[old] and not board.of_new[new]:
            board.join(old, new, "exact in place")


def _shares(bodies: Board) -> _Shares:
    """How much of what stands below two headings is the same, as a share of the larger (0-1)."""
    both: dict[tuple[str, str], int] = {}
    for old, new in bodies.how:
        mine, theirs = bodies.old[old], bodies.new[new]
        weight = 1 + min(len(mine.words), len(theirs.words))
        for parent in mine.parents:
            for other in theirs.parents:
                both[parent, other] = both.get((parent, other), 0) + weight
    old_size, new_size = _sizes(bodies.old), _sizes(bodies.new)
    return {(a, b): words / max(old_size[a], new_size[b]) for (a, b), words in both.items()}


def _sizes(these: Sequence[Unit]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for unit in these:
        for parent in unit.parents:
            sizes[parent] = sizes.get(parent, 0) + 1 + len(unit.words)
    return sizes


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


def _match_bare(board: Board, shares: _Shares) -> None:
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


def _exact_across(
    olds: Sequence[Unit], news: Sequence[Unit], joins: dict[tuple[int, int], str]
) -> dict[tuple[int, int], str]:
    """Equal texts in their place that changed their class: a bold line that became a heading, say."""
    board = Board(olds, news)
    for (old, new), how in joins.items():
        board.join(old, new, how)
    board.settle()
    there = _by_key([unit for unit in news if not board.of_new[unit.at]])
    free_new = [unit for unit in news if not board.of_new[unit.at]]
    found = {}
    for unit in olds:
        places = there.get(unit.key, [])
        if board.of_old[unit.at] or len(places) != 1 or not unit.words:
            continue
        new = free_new[places[0]].at
        if board.fits(unit.at, new) and not board.of_new[new]:
            board.join(unit.at, new, "exact")
            found[unit.at, new] = "exact"
    return found
