"""Joins between single provisions -> pairs n:m, in an order to be read, each provision in exactly one.

Which provisions are joined is decided in `alignment`; what changed in their words is not looked at here.
"""

from collections.abc import Sequence

from msgspec import Struct

from guidance.compare.units import Unit, heaviest_chain, likeness

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
