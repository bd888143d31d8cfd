"""How rectangles lie on a page: sizes, hulls, what touches what, and the columns that words stand in.

Arithmetic on places alone; what a rectangle means is decided elsewhere. Lengths are PDF points.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from statistics import median

from guidance.document.model import Box
from guidance.read.page import Columns, Segment

NEAR = 3.0  # points: rules, shading and words this close belong together


def width(box: Box) -> float:
    """How wide a rectangle is."""
    return box.right - box.left


def height(box: Box) -> float:
    """How high a rectangle is."""
    return box.top - box.bottom


def least_side(box: Box) -> float:
    """The shorter of a rectangle's sides."""
    return min(width(box), height(box))


def grown(box: Box, by: float) -> Box:
    """A rectangle with each edge moved outwards."""
    return Box(box.left - by, box.bottom - by, box.right + by, box.top + by)


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around some rectangles."""
    every = list(boxes)
    return Box(
        min(b.left for b in every),
        min(b.bottom for b in every),
        max(b.right for b in every),
        max(b.top for b in every),
    )


def inside(inner: Box, outer: Box) -> bool:
    """Whether a rectangle lies in another, give or take what belongs together."""
    return (
        inner.left >= outer.left - NEAR
        and inner.right <= outer.right + NEAR
        and inner.bottom >= outer.bottom - NEAR
        and inner.top <= outer.top + NEAR
    )


def touch(one: Box, other: Box) -> bool:
    """Whether two rectangles overlap or belong together."""
    return (
        one.left - NEAR <= other.right
        and other.left - NEAR <= one.right
        and one.bottom - NEAR <= other.top
        and other.bottom - NEAR <= one.top
    )


def overlap(one: Box, other: Box) -> float:
    """The area in square points that two rectangles share."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    tall = min(one.top, other.top) - max(one.bottom, other.bottom)
    return max(0.0, wide) * max(0.0, tall)


def contains(box: Box, point: tuple[float, float]) -> bool:
    """Whether a point (x, y) lies in a rectangle, give or take a point of length."""
    x, y = point
    return box.left - 1 <= x <= box.right + 1 and box.bottom - 1 <= y <= box.top + 1


def touching_groups(boxes: Sequence[Box]) -> list[list[Box]]:
    """Groups of rectangles that touch one another, by sweeping from the top."""
    groups: list[tuple[Box, list[Box]]] = []
    for box in sorted(boxes, key=lambda b: -b.top):
        reached = [g for g in groups if touch(g[0], box)]
        members = [box, *(m for g in reached for m in g[1])]
        groups = [g for g in groups if g not in reached]
        groups.append((hull([box, *(g[0] for g in reached)]), members))
    return [members for _, members in groups]


# --- Columns -------------------------------------------------------------------------------------

_FEWEST_LETTERS = 2  # of a head: "(a)" and "2A" are numbers
_GUTTERS = (((0.26, 0.42), (0.58, 0.75)), ((0.35, 0.65),))  # of the width: where three or two columns are parted
_LEAST_LINES = 3  # of each column; of both together a few more
_LEAST_BOTH = 8
_LEAST_WIDTH = 0.25  # of the page's text: a narrower stretch at the left holds numbers, not a column
_FEW = 0.15  # of the lines may run over the gutter, as headings over both columns do
_LEAST_GUTTER = 0.8  # of the type size
_FULL = 0.6  # of a column's width that at least half of its lines take: cells of a table are shorter
_SMALLER = 0.86  # of the type size: so small is a note's mark
_LONG = 0.45  # of the width of a page's text: lines of prose are longer
_LEAST_LONG = 8  # such lines, most of which start where the text does
BESIDE = 0.75  # of the type size by which the baselines of a paragraph and of the head beside it may differ


def find_columns(segments: Sequence[Segment]) -> Columns:
    """The columns of a page with such words, cut at gaps as wide as between two; no bands where it has but one."""
    if len(segments) < _LEAST_BOTH:
        return Columns()
    first, last = min(s.left for s in segments), max(s.right for s in segments)
    for gutters in _GUTTERS:
        starts = [_start_behind(segments, first, last, gutter) for gutter in gutters]
        sure = tuple(start for start in starts if start is not None)
        before = [start - 1.0 for start in sure]
        if len(sure) == len(gutters) and (bands := tuple(_bands(segments, before, last - first))):
            columns = _split_at(before, segments)
            usual = [Counter(round(s.left) for s in column).most_common(1)[0][0] for column in columns]
            return Columns(bands, sure, tuple(float(left - usual[0]) for left in usual))
    long = [s for s in segments if s.right - s.left > _LONG * (last - first)]
    if len(long) < _LEAST_LONG:
        return Columns()
    return Columns(margin=_find_margin(segments, long), aside=_find_aside(segments, long))


def _start_behind(
    segments: Sequence[Segment], first: float, last: float, gutter: tuple[float, float]
) -> float | None:
    """Where a column starts: behind the widest upright strip that few lines enter, between these shares of the
    width."""
    origin = round(first)
    steps = [0] * (round(last) - origin + 1)
    for s in segments:
        steps[round(s.left) - origin] += 1
        steps[round(s.right) - origin] -= 1
    covered = list(accumulate(steps))
    low, high = (round(first + share * (last - first)) for share in gutter)
    usual = _SMALLER * median(s.size for s in segments)  # a number may hang in the strip, and so may a note's mark
    for few in (_FEW * max(covered), 0):  # a last column of few lines is no strip that few enter
        strips = [x for x in range(low, high + 1) if covered[x - origin] > few]
        gaps = [(after - x - 1, after) for x, after in pairwise([low - 1, *strips])]
        widest, end = max(gaps, default=(0, 0))
        if widest >= _LEAST_GUTTER * segments[0].size:
            return min((s.left for s in segments if s.left > end - widest and s.size > usual), default=None)
    return None


def _bands(segments: Sequence[Segment], starts: Sequence[float], width: float) -> list[tuple[float, float]]:
    bands: list[tuple[float, float]] = []
    crossing = [s for s in segments if any(s.left < start - 1.0 and s.right > start for start in starts)]
    edges = [float("inf"), *sorted((s.baseline for s in crossing), reverse=True), float("-inf")]
    for top, bottom in pairwise(edges):
        waiting = [s for s in segments if bottom < s.baseline < top and s not in crossing]
        if _in_columns(waiting, starts, width):
            foot = min(s.baseline - 0.5 * s.size for s in waiting)
            bands.append((max(s.baseline + s.size for s in waiting), foot))
    return bands


def _split_at(starts: Sequence[float], segments: Sequence[Segment]) -> list[list[Segment]]:
    """The segments of each column."""
    edges = [float("-inf"), *starts, float("inf")]
    return [[s for s in segments if low <= s.left < high] for low, high in pairwise(edges)]


def _in_columns(segments: Sequence[Segment], starts: Sequence[float], width: float) -> bool:
    columns = _split_at(starts, segments)
    if min(map(len, columns)) < _LEAST_LINES or len(segments) < _LEAST_BOTH:
        return False
    for column in columns:
        wide = max(s.right for s in column) - min(s.left for s in column)
        full = sum(s.right - s.left > _FULL * wide for s in column)
        if wide < _LEAST_WIDTH * width or 2 * full < len(column):
            return False
    return True


def _find_margin(segments: Sequence[Segment], long: Sequence[Segment]) -> float:
    """Where the text starts of a page in whose margin heads stand beside paragraphs, the `long` lines among them; 0
    of any other page."""
    start = Counter(round(s.left) for s in long).most_common(1)[0][0]
    size = long[0].size
    usual = sum(abs(s.left - start) < size for s in long)
    heights = [s.baseline for s in long]
    aside = [s for s in segments if s.right < start - _LEAST_GUTTER * size and s.lettered]
    beside = [s for s in aside if any(abs(s.baseline - at) < BESIDE * size for at in heights)]
    edge = max((s.right for s in beside), default=0.0)
    others = [s for s in segments if s.left < edge and s not in aside]  # titles over both, or numbers in the margin
    wordy = all(sum(c.isalpha() for piece in s.pieces for c in piece) > _FEWEST_LETTERS for s in beside)
    sure = beside and wordy and 2 * usual > len(long) and all(s.right > start for s in others)
    return edge + 1.0 if sure and len(others) <= max(2, _FEW * len(long)) else 0.0


def _find_aside(segments: Sequence[Segment], long: Sequence[Segment]) -> float:
    """Where the narrow column starts of a page at whose right, in other type, stand words that its text, of `long`
    lines, goes past, such as key points; 0 of any other page."""
    edge, size = max(s.right for s in long), long[0].size
    aside = [s for s in segments if s.left > edge + _LEAST_GUTTER * size and s.lettered]
    looks = Counter(s.look for s in long)
    other = not {s.look for s in aside} & {look for look, count in looks.items() if 2 * count > len(long)}
    start = min((s.left for s in aside), default=0.0)
    over = any(s.right > start for s in segments if s.left < start)
    return start - 1.0 if len(aside) >= _LEAST_LINES and other and not over else 0.0
