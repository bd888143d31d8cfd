"""Finds tables that have rules across the page only: between them, words stand in columns.

Works from rules and from the places of words; a frame, a heading's underline or a rule above notes has no
columns and is none of these. Lengths are PDF points.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from guidance.model import Box
from guidance.read.columns import Segment, cut_segments
from guidance.read.ink import Fragment

CellPlace = tuple[Box, int, int, int, int, bool]
"""Rectangle, first row, first column, rows, columns, shaded."""

_LEAST_RULES = 3  # above the head, below it, and at the foot
_NEAR = 3.0  # ends of rules this close are one
_WORD_GAP = 0.45  # of the type size: a wider gap may part two columns
_GUTTER = 0.7  # of the type size, at least between two columns
_MOST_HEAD = 4  # lines of the row between the first two rules
_ROW_GAP = 1.15  # of the usual leading: a wider gap parts two rows
_SHORT = 0.7  # of a column's width
_WORDY = 0.5  # share of a first column's entries that have letters: a column of numbers is none


class RuledTable(Struct, frozen=True):
    """Where a table stands, and its cells."""

    box: Box
    cells: tuple[CellPlace, ...]


def find_ruled(rules: Sequence[Box], fragments: Sequence[Fragment], size: float) -> list[RuledTable]:
    """The tables among a page's thin `rules` (rectangles); `size` is the body's type size."""
    found: list[RuledTable] = []
    stacks = list(_stacks(_whole(rules), size))
    segments = cut_segments(fragments, _WORD_GAP) if stacks else []
    for heights in stacks:
        left, right = heights[0].left, heights[0].right
        mine = [s for s in segments if left - _NEAR <= s.left and s.right <= right + _NEAR]
        found += _tables([rule.bottom for rule in heights], (left, right), mine, size)
    return found


def _whole(rules: Sequence[Box]) -> list[Box]:
    """Rules with the pieces that stand end to end made one."""
    done: list[Box] = []
    for rule in sorted(rules, key=lambda b: (-round(b.bottom), b.left)):
        last = done[-1] if done else None
        if last and abs(last.bottom - rule.bottom) < 1 and rule.left - last.right < _NEAR:
            done[-1] = Box(last.left, last.bottom, max(last.right, rule.right), last.top)
        else:
            done.append(rule)
    return done


def _stacks(rules: Sequence[Box], size: float) -> Iterator[list[Box]]:
    """Rules of one length that stand above each other, from the top down."""
    waiting = [rule for rule in rules if rule.right - rule.left > 8 * size]
    while waiting:
        first = waiting[0]
        stack = [r for r in waiting if abs(r.left - first.left) < _NEAR and abs(r.right - first.right) < _NEAR]
        waiting = [r for r in waiting if r not in stack]
        if len(stack) >= _LEAST_RULES:
            yield sorted(stack, key=lambda b: -b.bottom)


def _tables(
    heights: Sequence[float], edges: tuple[float, float], segments: Sequence[Segment], size: float
) -> Iterator[RuledTable]:
    """The tables of one stack of rules: stretches of it whose words stand in the same columns."""
    bands = [[s for s in segments if low < s.baseline < high] for high, low in pairwise(heights)]
    at = 0
    while at + 1 < len(bands):
        end = at
        starts: tuple[float, ...] = ()
        if 0 < len({round(s.baseline) for s in bands[at]}) <= _MOST_HEAD:
            end, starts = _longest(bands, at, size)
        if end - at < 2:
            at += 1
            continue
        first = min(
            s.left for band in bands[at:end] for s in band
        )  # the same on the next page, as rules need not be
        yield _divided(heights[at : end + 1], (first, *starts[1:], edges[1]), bands[at:end])
        at = end


def _longest(bands: Sequence[Sequence[Segment]], at: int, size: float) -> tuple[int, tuple[float, ...]]:
    """How far the columns of the bands from `at` on are the same ones, and where they start."""
    end = at
    starts: tuple[float, ...] = ()
    for stop in range(at + 2, len(bands) + 1):
        if not bands[stop - 1]:
            break
        found = _columns([s for band in bands[at + 1 : stop] for s in band], size)
        if len(found) < 2 or not _heads(bands[at], found):
            break
        end, starts = stop, found
    return end, starts


def _columns(segments: Sequence[Segment], size: float) -> tuple[float, ...]:
    """Where the columns of some lines start: behind every upright strip that no words enter."""
    starts: list[float] = []
    reached = float("-inf")
    for segment in sorted(segments, key=lambda s: s.left):
        if segment.left - reached >= _GUTTER * size:
            starts.append(segment.left)
        reached = max(reached, segment.right)
    columns = [[s for s in segments if low <= s.left < high] for low, high in pairwise([*starts, float("inf")])]
    kept = [start for start, inside in zip(starts, columns, strict=True) if any(s.wordy for s in inside)]
    first = [s for s in segments if len(kept) < 2 or s.left < kept[1]]
    return tuple(kept) if sum(s.lettered for s in first) > _WORDY * len(first) else ()


def _heads(head: Sequence[Segment], starts: Sequence[float]) -> bool:
    """Whether the row above the others has words in at least two of their columns, and below these no line that
    runs over them, as text between two tables does."""
    apart = max((s.baseline for s in head if not _runs_over(s, starts) and _column(s, starts)), default=None)
    if apart is None or any(_runs_over(s, starts) and s.baseline < apart - 1 for s in head):
        return False
    return len({_column(segment, starts) for segment in head}) > 1


def _runs_over(segment: Segment, starts: Sequence[float]) -> bool:
    return any(segment.left < start - _NEAR and segment.right > start for start in starts[1:])


def _column(segment: Segment, starts: Sequence[float]) -> int:
    middle = (segment.left + segment.right) / 2
    return max((at for at, start in enumerate(starts) if middle >= start - _NEAR), default=0)


def _divided(heights: Sequence[float], lefts: Sequence[float], bands: Sequence[Sequence[Segment]]) -> RuledTable:
    edges = [heights[0]]
    for (_, low), band in zip(pairwise(heights), bands, strict=True):
        edges += [*_row_edges(band, lefts), low]
    return lay_out(edges, lefts, [segment for band in bands for segment in band])


def lay_out(edges: Sequence[float], lefts: Sequence[float], segments: Sequence[Segment]) -> RuledTable:
    """The cells of a table whose rows lie between the heights `edges`, from the top down, and whose columns start
    at `lefts`, the last of which is its right edge."""
    cells: list[CellPlace] = []
    for row, (top, bottom) in enumerate(pairwise(edges)):
        inside = [s for s in segments if bottom < s.baseline < top]
        column = 0
        while column < len(lefts) - 1:
            wide = 1
            while any(_runs_over(s, (0.0, lefts[column + wide])) for s in inside):
                wide += 1
                if column + wide == len(lefts) - 1:
                    break
            box = Box(lefts[column] - _NEAR / 2, bottom, lefts[column + wide] - _NEAR / 2, top)
            cells.append((box, row, column, 1, wide, False))
            column += wide
    return RuledTable(Box(lefts[0], edges[-1], lefts[-1], edges[0]), tuple(cells))


def _row_edges(band: Sequence[Segment], lefts: Sequence[float]) -> Iterator[float]:
    """The heights between the rows of a stretch without rules: where the gap is wider than between lines, else
    before each line that the first column and another begin, where nothing goes on over lines."""
    lines: dict[int, list[Segment]] = {}
    for segment in sorted(band, key=lambda s: -s.baseline):
        key = next((k for k in lines if abs(k - segment.baseline) < 2), round(segment.baseline))
        lines.setdefault(key, []).append(segment)
    heights = list(lines)
    gaps = [above - below for above, below in pairwise(heights)]
    usual = min((gap for gap in gaps if gap > 0.5 * band[0].size), default=0.0)
    parted = any(gap > _ROW_GAP * usual for gap in gaps)
    short = _are_short([s for s in band if _column(s, lefts[:-1]) == 0], lefts[1] - lefts[0])
    for below, gap in zip(heights[1:], gaps, strict=True):
        columns = {_column(segment, lefts[:-1]) for segment in lines[below]}
        if 0 in columns and (gap > _ROW_GAP * usual if parted else short and len(columns) > 1):
            yield below + 0.8 * max(s.size for s in lines[below])


def _are_short(entries: Sequence[Segment], width: float) -> bool:
    """Whether entries end well before their column does, so that none goes on in the line below."""
    return 2 * sum(s.right - s.left < _SHORT * width for s in entries) > len(entries)
