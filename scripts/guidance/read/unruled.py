"""Finds glossaries: terms beside what they mean, in two columns with neither rules nor a second column of prose.

Works from the places of words on one page. Read line by line, a term of two lines would stand in the midst of its
meaning. Lengths are PDF points.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from guidance.read.columns import Segment
from guidance.read.ruled import RuledTable, lay_out

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
