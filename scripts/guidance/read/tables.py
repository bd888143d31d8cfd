"""Finds tables on one page: ruled all around, with rules across only, and glossaries, which have no rules at all.

Works from rules and from the places of words; it reads none. Read line by line, a term of two lines would stand in
the midst of its meaning. Lengths are PDF points.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from guidance.document.model import Box
from guidance.read.geometry import NEAR, contains, height, hull, least_side, overlap, touching_groups, width
from guidance.read.numbering import comes_next, read_marker
from guidance.read.page import THIN, Segment, Shape

CellPlace = tuple[Box, int, int, int, int, bool]
"""Rectangle, first row, first column, rows, columns, shaded."""


class Grid(Struct, frozen=True):
    """Where a table stands, its cells, and whether no rule ends its last row, which goes on overleaf."""

    box: Box
    cells: tuple[CellPlace, ...]
    open: bool = False


# --- Rules all around ----------------------------------------------------------------------------


def find_grids(shapes: Sequence[Shape], body_size: float) -> list[Grid]:
    """The tables that rules part into cells; a frame of rules around nothing but prose is one of a single cell."""
    across = [s.box for s in shapes if height(s.box) < THIN and width(s.box) > THIN]
    down = [s.box for s in shapes if width(s.box) < THIN and height(s.box) > THIN]
    for shape in shapes:
        b = shape.box
        if shape.outlined and least_side(b) > body_size:
            across += [Box(b.left, b.top, b.right, b.top), Box(b.left, b.bottom, b.right, b.bottom)]
            down += [Box(b.left, b.bottom, b.left, b.top), Box(b.right, b.bottom, b.right, b.top)]
    shaded = [s.box for s in shapes if s.pale]
    grids = []
    for group in touching_groups([*across, *down]):
        box, sides = hull(group), [b for b in group if width(b) < THIN]
        columns = _levels([(b.left, height(b)) for b in sides], body_size)
        rows = _levels([(b.bottom, width(b)) for b in group if height(b) < THIN], body_size)[::-1]
        framed = all(_covered(sides, at, box.bottom, box.top, True) for at in (box.left, box.right))
        if len(columns) >= 3 and len(rows) >= 2:
            foot = min(b.bottom for b in sides)
            goes_on = rows[-1] - foot > body_size
            rows += [foot] if goes_on else []
            grids.append(Grid(box, tuple(_cells(columns, rows, group, shaded)), goes_on))
        elif len(columns) == 2 and len(rows) >= 2 and framed:
            grids.append(Grid(box, ((box, 0, 0, 1, 1, False),)))
    return grids


def _levels(places: Iterable[tuple[float, float]], least: float) -> list[float]:
    """Distinct positions at which rules stand whose lengths add up to something; ascending."""
    levels: list[list[float]] = []
    for place, length in sorted(places):
        if levels and place - levels[-1][0] <= NEAR:
            levels[-1][1] += length
        else:
            levels.append([place, length])
    return [place for place, length in levels if length >= least]


def _cells(
    columns: list[float], rows: list[float], rules: Sequence[Box], shaded: Sequence[Box]
) -> Iterator[CellPlace]:
    """Cells, merged over places where no rule stands between two of them."""
    down = [b for b in rules if width(b) < THIN]
    across = [b for b in rules if height(b) < THIN]
    taken: set[tuple[int, int]] = set()
    for row, (top, bottom) in enumerate(pairwise(rows)):
        for column, (left, right) in enumerate(pairwise(columns)):
            if (row, column) in taken:
                continue
            wide = tall = 1
            while column + wide < len(columns) - 1 and not _covered(down, right, bottom, top, True):
                wide += 1
                right = columns[column + wide]
            while row + tall < len(rows) - 1 and not _covered(across, rows[row + tall], left, right, False):
                tall += 1
                bottom = rows[row + tall]  # of those to its right too, whose rules may be underlines
            taken.update((row + r, column + c) for r in range(tall) for c in range(wide))
            box = Box(left, bottom, right, top)
            shade = any(overlap(box, s) > 0.5 * width(box) * height(box) for s in shaded)
            yield box, row, column, tall, wide, shade


def _covered(rules: Sequence[Box], at: float, low: float, high: float, upright: bool) -> bool:
    """Whether rules at position `at` cover most of the stretch from low to high."""
    places = [(b.left, b.bottom, b.top) if upright else (b.bottom, b.left, b.right) for b in rules]
    total = sum(
        max(0.0, min(high, end) - max(low, start)) for place, start, end in places if abs(place - at) <= NEAR
    )
    return total > 0.5 * (high - low)


def part_words(grid: Grid, segments: Sequence[Segment]) -> Grid:
    """A table with cells that no rule parts, as in a head row on a coloured ground, parted where the columns below
    part their words; `segments` are the words of the page, cut at gaps of RULED_GAP."""
    starts = {column: box.left for box, _, column, *_ in grid.cells}
    cells: list[CellPlace] = []
    for box, row, column, tall, wide, shaded in grid.cells:
        lefts = [starts.get(column + at, box.left) for at in range(wide)]
        inside = [s for s in segments if box.bottom < s.baseline < box.top and box.left < s.middle[0] < box.right]
        known = wide > 1 and all(column + at in starts for at in range(wide))
        if not known or any(_runs_over(s, lefts) for s in inside) or len({_column(s, lefts) for s in inside}) < 2:
            cells.append((box, row, column, tall, wide, shaded))
        else:
            parts = enumerate(pairwise([*lefts, box.right]), column)
            cells += [(Box(a, box.bottom, b, box.top), row, at, tall, 1, shaded) for at, (a, b) in parts]
    return Grid(grid.box, tuple(cells), grid.open)


def sets_numbers_apart(grid: Grid, segments: Sequence[Segment]) -> bool:
    """Whether a table of two columns only sets paragraphs beside their numbers: in the first there is nothing else,
    from the first row on; `segments` are the words of the page."""
    firsts = [box for box, _, column, _, wide, _ in grid.cells if column == 0 and wide == 1]
    if len(firsts) < 2 or max(column + wide for _, _, column, _, wide, _ in grid.cells) != 2:
        return False
    inside = ([s for s in segments if contains(box, s.middle)] for box in firsts)
    words = [" ".join("".join(piece for s in some for piece in s.pieces).split()) for some in inside]
    markers = [read_marker(f"{said} ") for said in words if said]
    numbers = [m for m in markers if m and m.kind in ("number", "decimal", "coded")]
    whole = [m.printed for m in numbers] == [said for said in words if said]
    return bool(words[0]) and whole and all(comes_next(to, at) for at, to in pairwise(numbers))


# --- Rules across only ---------------------------------------------------------------------------

_LEAST_RULES = 3  # above the head, below it, and at the foot
RULED_GAP = 0.45  # of the type size: a wider gap may part two columns
_GUTTER = 0.7  # of the type size, at least between two columns
_MOST_HEAD = 4  # lines of the row between the first two rules
_RULED_ROW_GAP = 1.15  # of the usual leading: a wider gap parts two rows
_RULED_SHORT = 0.7  # of a column's width
_WORDY = 0.5  # share of a first column's entries that have letters: a column of numbers is none


def find_stacks(rules: Sequence[Box], size: float) -> list[list[Box]]:
    """Rules of one length that stand above each other, from the top down: where a table with rules across only may
    be. `size` is the body's type size."""
    waiting = [rule for rule in _whole(rules) if width(rule) > 8 * size]
    stacks: list[list[Box]] = []
    while waiting:
        first = waiting[0]
        stack = [r for r in waiting if abs(r.left - first.left) < NEAR and abs(r.right - first.right) < NEAR]
        waiting = [r for r in waiting if r not in stack]
        stacks.append(sorted(stack, key=lambda b: -b.bottom))
    return [stack for stack in stacks if len(stack) >= _LEAST_RULES]


def find_ruled(stacks: Sequence[Sequence[Box]], segments: Sequence[Segment], size: float) -> list[Grid]:
    """The tables between the rules of some stacks; `segments` are the page's words, cut at gaps of RULED_GAP."""
    found: list[Grid] = []
    for heights in stacks:
        left, right = heights[0].left, heights[0].right
        mine = [s for s in segments if left - NEAR <= s.left and s.right <= right + NEAR]
        found += _tables([rule.bottom for rule in heights], right, mine, size)
    return found


def _whole(rules: Sequence[Box]) -> list[Box]:
    """Rules with the pieces that stand end to end made one."""
    done: list[Box] = []
    for rule in sorted(rules, key=lambda b: (-round(b.bottom), b.left)):
        last = done[-1] if done else None
        if last and abs(last.bottom - rule.bottom) < 1 and rule.left - last.right < NEAR:
            done[-1] = Box(last.left, last.bottom, max(last.right, rule.right), last.top)
        else:
            done.append(rule)
    return done


def _tables(heights: Sequence[float], right: float, segments: Sequence[Segment], size: float) -> Iterator[Grid]:
    """The tables of one stack of rules, which end at `right`: stretches of it whose words stand in the same
    columns."""
    bands = [[s for s in segments if low < s.baseline < high] for high, low in pairwise(heights)]
    at = 0
    while at + 1 < len(bands):
        end = at + 1
        starts: tuple[float, ...] = ()
        if 0 < len({round(s.baseline) for s in bands[at]}) <= _MOST_HEAD:
            end, starts = _longest(bands, at, size)
        if starts:
            # where words start is the same on the next page, as the ends of rules need not be
            first = min(s.left for band in bands[at:end] for s in band)
            yield _divided(heights[at : end + 1], (first, *starts[1:], right), bands[at:end])
        at = end


def _longest(bands: Sequence[Sequence[Segment]], at: int, size: float) -> tuple[int, tuple[float, ...]]:
    """How far the columns of the bands from `at` on, two or more of them, are the same ones, and where they start;
    none of one band."""
    end = at + 1
    starts: tuple[float, ...] = ()
    for stop in range(at + 2, len(bands) + 1):
        if not bands[stop - 1]:
            break
        found = _columns([s for band in bands[at + 1 : stop] for s in band], size)
        if len(found) < 2 and stop == at + 2:
            continue  # the rest of a row from the page before may have words in one column alone
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
    return any(segment.left < start - NEAR and segment.right > start for start in starts[1:])


def _column(segment: Segment, starts: Sequence[float]) -> int:
    return max((at for at, start in enumerate(starts) if segment.middle[0] >= start - NEAR), default=0)


def _divided(heights: Sequence[float], lefts: Sequence[float], bands: Sequence[Sequence[Segment]]) -> Grid:
    edges = [heights[0]]
    for (_, low), band in zip(pairwise(heights), bands, strict=True):
        edges += [*_row_edges(band, lefts), low]
    return lay_out(edges, lefts, [segment for band in bands for segment in band])


def lay_out(edges: Sequence[float], lefts: Sequence[float], segments: Sequence[Segment]) -> Grid:
    """The cells of a table whose rows lie between the heights `edges`, from the top down, and whose columns start
    at `lefts`, the last of which is its right edge."""
    cells: list[CellPlace] = []
    for row, (top, bottom) in enumerate(pairwise(edges)):
        inside = [s for s in segments if bottom < s.baseline < top]
        column = 0
        while column < len(lefts) - 1:
            end = column + 1
            while end < len(lefts) - 1 and any(_runs_over(s, (0.0, lefts[end])) for s in inside):
                end += 1
            box = Box(lefts[column] - NEAR / 2, bottom, lefts[end] - NEAR / 2, top)
            cells.append((box, row, column, 1, end - column, False))
            column = end
    return Grid(Box(lefts[0], edges[-1], lefts[-1], edges[0]), tuple(cells))


def _row_edges(band: Sequence[Segment], lefts: Sequence[float]) -> Iterator[float]:
    """The heights between the rows of a stretch without rules: where the gap is wider than between lines, else
    before each line that the first column and another begin, where nothing goes on over lines."""
    lines = _lines(band)
    gaps = [above[0].baseline - line[0].baseline for above, line in pairwise(lines)]
    usual = min((gap for gap in gaps if gap > 0.5 * band[0].size), default=0.0)
    parted = any(gap > _RULED_ROW_GAP * usual for gap in gaps)
    short = _are_short([s for s in band if _column(s, lefts[:-1]) == 0], lefts[1] - lefts[0])
    for line, gap in zip(lines[1:], gaps, strict=True):
        columns = {_column(segment, lefts[:-1]) for segment in line}
        if 0 in columns and (gap > _RULED_ROW_GAP * usual if parted else short and len(columns) > 1):
            yield line[0].baseline + 0.8 * max(s.size for s in line)


def _are_short(entries: Sequence[Segment], width: float) -> bool:
    """Whether entries end well before their column does, so that none goes on in the line below."""
    return 2 * sum(s.right - s.left < _RULED_SHORT * width for s in entries) > len(entries)


# --- No rules: glossaries ------------------------------------------------------------------------

_LEAST_PAIRS = 4  # lines that have a term and a meaning
_LEAST_ROWS = 3
_NARROW = 0.45  # of the width, at most for the terms
_SHORT = 0.8  # of their column's width that most terms keep under: a column of prose fills it
_ROW_GAP = 1.15  # of the least leading: a wider gap parts two terms
_ONE_WORD = 4.0  # type sizes that a line may end before the edge for want of room
_BESIDE = 2.0  # points: places this close are one
_FAR = 3.0  # type sizes between two lines from which they belong to different things


def find_unruled(segments: Sequence[Segment], size: float) -> list[Grid]:
    """The glossaries among a page's words, cut at gaps as wide as between two columns; `size` is the body's type
    size."""
    lines = _lines(segments)
    starts = Counter(round(line[1].left) for line in lines if len(line) == 2)
    if max(starts.values(), default=0) >= _LEAST_PAIRS:  # else it is not worth it to look closer
        starts = Counter(round(line[1].left) for line in lines if _is_pair(line))
    if max(starts.values(), default=0) < _LEAST_PAIRS:
        return []
    second = starts.most_common(1)[0][0]
    edge = max(segment.right for segment in segments)
    runs: list[list[list[Segment]]] = [[]]
    for line in lines:
        if _belongs(line, runs[-1], second, size):
            runs[-1].append(line)
        else:
            runs.append([line] if _is_pair(line) and _starts_at(line[1], second) else [])
    tables = [_laid_out(run, second, edge, size) for run in runs if _is_glossary(run, second, edge)]
    return [table for table in tables if len(table.cells) >= 2 * _LEAST_ROWS]


def _lines(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments by baseline, from the top down, each line from the left."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: -s.baseline):
        if lines and lines[-1][0].baseline - segment.baseline < _BESIDE:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return [sorted(line, key=lambda s: s.left) for line in lines]


def _is_pair(line: Sequence[Segment]) -> bool:
    """Whether a line is a term and the start of its meaning: both have letters, and neither is a list's sign."""
    return len(line) == 2 and all(s.lettered and not _is_marked(s) for s in line)


def _is_marked(segment: Segment) -> bool:
    """Whether words start with a list's sign or number."""
    return read_marker(f"{segment.pieces[0].strip()} x") is not None


def _starts_at(segment: Segment, left: float) -> bool:
    return abs(segment.left - left) <= _BESIDE


def _belongs(line: Sequence[Segment], run: Sequence[Sequence[Segment]], second: float, size: float) -> bool:
    """Whether a line goes on with a glossary: a pair, more of a meaning, or more of a term right below one."""
    if not run or run[-1][0].baseline - line[0].baseline > _FAR * size:
        return False
    if _is_pair(line):
        return _starts_at(line[1], second) and abs(line[0].left - run[0][0].left) < size
    if len(line) > 1:
        return False
    only, above = line[0], run[-1]
    if only.left >= second - _BESIDE:
        return True
    tight = above[0].baseline - only.baseline < 1.3 * above[0].size
    return tight and only.right < second and above[0].left < second and above[0].look == only.look


def _is_glossary(run: Sequence[Sequence[Segment]], second: float, edge: float) -> bool:
    """Whether some lines are a glossary's: enough pairs, and too little in the first column for one of prose."""
    pairs = [line for line in run if len(line) == 2]
    if len(pairs) < _LEAST_PAIRS:
        return False
    first = min(line[0].left for line in run)
    wide = second - first
    short = sum(line[0].right - line[0].left < _SHORT * wide for line in pairs)
    return wide < _NARROW * (edge - first) and 2 * short > len(pairs)


def _laid_out(run: Sequence[Sequence[Segment]], second: float, edge: float, size: float) -> Grid:
    segments = [segment for line in run for segment in line]
    first, right = min(s.left for s in segments), max(s.right for s in segments)
    usual = min(above[0].baseline - line[0].baseline for above, line in pairwise(run))
    pairs = [  # below the first, each with the line above, and whether a wide gap is between
        (above, line, above[0].baseline - line[0].baseline > _ROW_GAP * usual)
        for above, line in pairwise(run)
        if len(line) == 2
    ]
    parted = 2 * sum(far for *_, far in pairs) > len(pairs)
    small = 2 * sum(line[0].opens.islower() for line in run) > len(run)  # and says nothing
    begun = [line[0] for above, line, far in pairs if far or not (parted or _goes_on(above, line, edge, small))]
    middle = [s.baseline + 0.8 * s.size for s in begun]
    edges = [run[0][0].baseline + size, *middle, run[-1][0].baseline - 0.4 * size]
    return lay_out(edges, (first, float(second), right + _BESIDE), segments)


def _goes_on(above: Sequence[Segment], line: Sequence[Segment], edge: float, small: bool) -> bool:
    """Whether a pair of pieces is the next line of a term and its meaning rather than another term; `small` where
    terms start with a small letter."""
    if (line[0].opens.islower() and not small) or line[0].opens == "(":
        return True
    return line[1].opens.islower() and above[-1].right > edge - _ONE_WORD * line[1].size
