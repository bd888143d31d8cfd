"""Finds glossaries: terms beside what they mean, in two columns with neither rules nor a second column of prose.

Works from the places of words on one page. Read line by line, a term of two lines would stand in the midst of its
meaning. Lengths are PDF points.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from guidance.document.model import Box
from guidance.read.columns import Segment, cut_segments
from guidance.read.page import Fragment

CellPlace = tuple[Box, int, int, int, int, bool]
"""Rectangle, first row, first column, rows, columns, shaded."""

_LEAST_RULES = 3  # above the head, below it, and at the foot
_RULE_NEAR = 3.0  # ends of rules this close are one
_WORD_GAP = 0.45  # of the type size: a wider gap may part two columns
_GUTTER = 0.7  # of the type size, at least between two columns
_MOST_HEAD = 4  # lines of the row between the first two rules
_RULED_ROW_GAP = 1.15  # of the usual leading: a wider gap parts two rows
_RULED_SHORT = 0.7  # of a column's width
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
        mine = [s for s in segments if left - _RULE_NEAR <= s.left and s.right <= right + _RULE_NEAR]
        found += _tables([rule.bottom for rule in heights], (left, right), mine, size)
    return found


def _whole(rules: Sequence[Box]) -> list[Box]:
    """Rules with the pieces that stand end to end made one."""
    done: list[Box] = []
    for rule in sorted(rules, key=lambda b: (-round(b.bottom), b.left)):
        last = done[-1] if done else None
        if last and abs(last.bottom - rule.bottom) < 1 and rule.left - last.right < _RULE_NEAR:
            done[-1] = Box(last.left, last.bottom, max(last.right, rule.right), last.top)
        else:
            done.append(rule)
    return done


def _stacks(rules: Sequence[Box], size: float) -> Iterator[list[Box]]:
    """Rules of one length that stand above each other, from the top down."""
    waiting = [rule for rule in rules if rule.right - rule.left > 8 * size]
    while waiting:
        first = waiting[0]
        stack = [
            r for r in waiting if abs(r.left - first.left) < _RULE_NEAR and abs(r.right - first.right) < _RULE_NEAR
        ]
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
    return any(segment.left < start - _RULE_NEAR and segment.right > start for start in starts[1:])


def _column(segment: Segment, starts: Sequence[float]) -> int:
    middle = (segment.left + segment.right) / 2
    return max((at for at, start in enumerate(starts) if middle >= start - _RULE_NEAR), default=0)


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
            box = Box(lefts[column] - _RULE_NEAR / 2, bottom, lefts[column + wide] - _RULE_NEAR / 2, top)
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
    parted = any(gap > _RULED_ROW_GAP * usual for gap in gaps)
    short = _are_short([s for s in band if _column(s, lefts[:-1]) == 0], lefts[1] - lefts[0])
    for below, gap in zip(heights[1:], gaps, strict=True):
        columns = {_column(segment, lefts[:-1]) for segment in lines[below]}
        if 0 in columns and (gap > _RULED_ROW_GAP * usual if parted else short and len(columns) > 1):
            yield below + 0.8 * max(s.size for s in lines[below])


def _are_short(entries: Sequence[Segment], width: float) -> bool:
    """Whether entries end well before their column does, so that none goes on in the line below."""
    return 2 * sum(s.right - s.left < _RULED_SHORT * width for s in entries) > len(entries)


_LEAST = 4  # lines that have a term and a meaning
_LEAST_ROWS = 3
_NARROW = 0.45  # of the width, at most for the terms
_SHORT = 0.8  # of their column's width that most terms keep under: a column of prose fills it
_ROW_GAP = 1.15  # of the least leading: a wider gap parts two terms
_ONE_WORD = 4.0  # type sizes that a line may end before the edge for want of room
_NEAR = 2.0
_FAR = 3.0  # type sizes between two lines from which they belong to different things


def find_unruled(segments: Sequence[Segment], size: float) -> list[RuledTable]:
    """The glossaries among a page's words, cut at gaps as wide as between two columns; `size` is the body's type
    size."""
    lines = _lines(segments)
    starts = Counter(round(line[1].left) for line in lines if len(line) == 2)
    if not starts or starts.most_common(1)[0][1] < _LEAST:
        return []
    starts = Counter(round(line[1].left) for line in lines if _is_pair(line))
    second, count = starts.most_common(1)[0] if starts else (0, 0)
    if count < _LEAST:
        return []
    edge = max(segment.right for segment in segments)
    found: list[RuledTable] = []
    run: list[list[Segment]] = []
    for line in [*lines, []]:
        if line and _belongs(line, run, second, size):
            run.append(line)
            continue
        table = _laid_out(run, second, edge, size) if _is_glossary(run, second, edge) else None
        if table and len(table.cells) > 2 * _LEAST_ROWS - 1:
            found.append(table)
        run = [line] if line and _is_pair(line) and _starts_at(line[1], second) else []
    return found


def _lines(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments by baseline, from the top down, each line from the left."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: -s.baseline):
        if lines and lines[-1][0].baseline - segment.baseline < _NEAR:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return [sorted(line, key=lambda s: s.left) for line in lines]


def _is_pair(line: Sequence[Segment]) -> bool:
    """Whether a line is a term and the start of its meaning: both have letters, and neither is a list's sign."""
    return len(line) == 2 and all(s.lettered and not s.marked for s in line)


def _starts_at(segment: Segment, left: float) -> bool:
    return abs(segment.left - left) <= _NEAR


def _belongs(line: Sequence[Segment], run: Sequence[Sequence[Segment]], second: float, size: float) -> bool:
    """Whether a line goes on with a glossary: a pair, more of a meaning, or more of a term right below one."""
    if not run or run[-1][0].baseline - line[0].baseline > _FAR * size:
        return False
    if _is_pair(line):
        return _starts_at(line[1], second) and abs(line[0].left - run[0][0].left) < size
    if len(line) > 1:
        return False
    only, above = line[0], run[-1]
    if only.left >= second - _NEAR:
        return True
    tight = above[0].baseline - only.baseline < 1.3 * above[0].size
    return tight and only.right < second and above[0].left < second and above[0].look == only.look


def _is_glossary(run: Sequence[Sequence[Segment]], second: float, edge: float) -> bool:
    """Whether some lines are a glossary's: enough pairs, and too little in the first column for one of prose."""
    pairs = [line for line in run if len(line) == 2]
    if len(pairs) < _LEAST:
        return False
    first = min(line[0].left for line in run)
    wide = second - first
    short = sum(line[0].right - line[0].left < _SHORT * wide for line in pairs)
    return wide < _NARROW * (edge - first) and 2 * short > len(pairs)


def _laid_out(run: Sequence[Sequence[Segment]], second: float, edge: float, size: float) -> RuledTable:
    segments = [segment for line in run for segment in line]
    first, right = min(s.left for s in segments), max(s.right for s in segments)
    gaps = [above[0].baseline - below[0].baseline for above, below in pairwise(run)]
    usual = min(gaps)
    wide = [gap > _ROW_GAP * usual for gap in gaps]
    parted = 2 * sum(far for far, line in zip(wide, run[1:], strict=True) if len(line) == 2) > sum(
        len(line) == 2 for line in run[1:]
    )
    small = 2 * sum(line[0].opens.islower() for line in run) > len(run)  # and says nothing
    edges = [run[0][0].baseline + size]
    for far, above, line in zip(wide, run, run[1:], strict=False):
        if len(line) == 2 and (far or not (parted or _goes_on(above, line, edge, small))):
            edges.append(line[0].baseline + 0.8 * line[0].size)
    edges.append(run[-1][0].baseline - 0.4 * size)
    return lay_out(edges, (first, float(second), right + _NEAR), segments)


def _goes_on(above: Sequence[Segment], line: Sequence[Segment], edge: float, small: bool) -> bool:
    """Whether a pair of pieces is the next line of a term and its meaning rather than another term; `small` where
    terms start with a small letter."""
    if (line[0].opens.islower() and not small) or line[0].opens == "(":
        return True
    return line[1].opens.islower() and above[-1].right > edge - _ONE_WORD * line[1].size
