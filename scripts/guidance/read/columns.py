"""Finds where a page is set in two columns, so that one is read to its foot before the other.

Works from the places of words alone; a page whose lines run over the middle has none. Lengths are PDF points.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

from guidance.document.model import Box
from guidance.read.numbering import read_marker
from guidance.read.page import Fragment

COLUMN_GAP = 1.0  # of the type size: a wider gap parts two columns, or a number and its text
_MIDDLE = (0.35, 0.65)  # of the width: where the second column may start
_LEAST_LINES = 3  # of each column; of both together a few more
_LEAST_BOTH = 8
_LEAST_WIDTH = 0.25  # of the page's text: a narrower stretch at the left holds numbers, not a column
_FEW = 0.15  # of the lines may run over the gutter, as headings over both columns do
_LEAST_GUTTER = 0.8  # of the type size
_FULL = 0.6  # of a column's width that at least half of its lines take: cells of a table are shorter


class Columns(Struct, frozen=True):
    """Stretches of a page, from the top down as (top, bottom), that stand in two columns; where the second starts,
    and how far to the right it stands of the first."""

    bands: tuple[tuple[float, float], ...] = ()
    right: float = 0.0
    shift: float = 0.0

    def rank(self, box: Box, height: float) -> tuple[int, int]:
        """Where in the reading order something stands: the stretch of the page, and the column in it."""
        for at, (top, bottom) in enumerate(self.bands):
            if bottom <= height <= top:
                return 2 * at + 1, int(box.left > self.right - 2.0)
            if height > top:
                return 2 * at, 0
        return 2 * len(self.bands), 0


class Segment(Struct):
    """Words on one baseline that no wide gap parts: their pieces, and the colour and font of the first."""

    left: float
    right: float
    baseline: float
    size: float
    look: tuple[int, str]
    pieces: list[str]

    @property
    def wordy(self) -> bool:
        """Whether there are letters or figures in it."""
        return any(c.isalnum() for piece in self.pieces for c in piece)

    @property
    def lettered(self) -> bool:
        """Whether there are letters in it."""
        return any(c.isalpha() for piece in self.pieces for c in piece)

    @property
    def marked(self) -> bool:
        """Whether it starts with a list's sign or number."""
        return read_marker(f"{self.pieces[0].strip()} x") is not None

    @property
    def opens(self) -> str:
        """Its first character."""
        return self.pieces[0].strip()[:1]


def find_columns(segments: Sequence[Segment]) -> Columns:
    """The columns of a page with such words, cut at gaps as wide as between two; no bands where it has but one."""
    if len(segments) < _LEAST_BOTH:
        return Columns()
    first, last = min(s.left for s in segments), max(s.right for s in segments)
    start = _start_of_second(segments, first, last)
    if start is None:
        return Columns()
    bands = tuple(_bands(segments, start - 1.0, last - first))
    if not bands:
        return Columns()
    usual = [
        Counter(round(s.left) for s in segments if (s.left >= start - 1.0) == second).most_common(1)[0][0]
        for second in (False, True)
    ]
    return Columns(bands, start, float(usual[1] - usual[0]))


def _start_of_second(segments: Sequence[Segment], first: float, last: float) -> float | None:
    """Where the second column starts: behind the widest upright strip near the middle that few lines enter."""
    origin = round(first)
    steps = [0] * (round(last) - origin + 1)
    for s in segments:
        steps[round(s.left) - origin] += 1
        steps[round(s.right) - origin] -= 1
    covered = list(accumulate(steps))
    few = _FEW * max(covered)
    low, high = (round(first + share * (last - first)) for share in _MIDDLE)
    widest = end = empty = 0
    for x in range(low, high + 1):
        if covered[x - origin] <= few:
            empty += 1
            continue
        if empty > widest:
            widest, end = empty, x
        empty = 0
    if widest < _LEAST_GUTTER * segments[0].size:
        return None
    return min(s.left for s in segments if s.left > end - widest)  # a number may hang in the strip


def cut_segments(fragments: Iterable[Fragment], gap: float = COLUMN_GAP) -> list[Segment]:
    """Words on one baseline joined while no gap wider than so many type sizes parts them, from the top down;
    slanted ones are left out."""
    upright = [f for f in fragments if not f.angle and f.text.strip()]
    segments: list[Segment] = []
    for f in sorted(upright, key=lambda f: (-round(f.baseline), f.box.left)):
        last = segments[-1] if segments else None
        near = last is not None and abs(last.baseline - f.baseline) < 0.75 * f.size
        if last is not None and near and -f.size < f.box.left - last.right < gap * f.size:
            last.right = max(last.right, f.box.right)
            last.pieces.append(f.text)
        else:
            look = (f.colour, f.font.name)
            segments.append(Segment(f.box.left, f.box.right, f.baseline, f.size, look, [f.text]))
    return segments


def _bands(segments: Sequence[Segment], start: float, width: float) -> list[tuple[float, float]]:
    bands: list[tuple[float, float]] = []
    crossing = [s for s in segments if s.left < start - 1.0 and s.right > start]
    edges = [float("inf"), *sorted((s.baseline for s in crossing), reverse=True), float("-inf")]
    for top, bottom in pairwise(edges):
        waiting = [s for s in segments if bottom < s.baseline < top and s not in crossing]
        if _in_columns(waiting, start, width):
            bands.append(
                (max(s.baseline + s.size for s in waiting), min(s.baseline - 0.5 * s.size for s in waiting))
            )
    return bands


def _in_columns(segments: Sequence[Segment], start: float, width: float) -> bool:
    left, right = [s for s in segments if s.left < start], [s for s in segments if s.left >= start]
    if min(len(left), len(right)) < _LEAST_LINES or len(segments) < _LEAST_BOTH:
        return False
    for column in (left, right):
        wide = max(s.right for s in column) - min(s.left for s in column)
        full = sum(s.right - s.left > _FULL * wide for s in column)
        if wide < _LEAST_WIDTH * width or 2 * full < len(column):
            return False
    return True
