"""Finds what is set apart on a page by drawing: tables with their cells, shaded or ruled boxes, figures.

Works from shapes alone, with tags as evidence where a file has them; it reads no words. Lengths are PDF
points; a region's place is its rectangle on the page.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Box
from guidance.read.columns import Segment
from guidance.read.page import Fragment, PdfPage, Shape
from guidance.read.tables import find_ruled, find_unruled


class Grid(Struct, frozen=True):
    """A ruled table: the heights of its rules from the top down, the positions of its columns, its cells.

    Each cell is (rectangle, first row, first column, rows, columns, shaded)."""

    box: Box
    cells: tuple[tuple[Box, int, int, int, int, bool], ...]


class Panel(Struct, frozen=True):
    """A shaded or ruled box around prose; `fill` is its colour, None where it is only ruled."""

    box: Box
    fill: int | None


class Picture(Struct, frozen=True):
    """The extent of a figure, its alternative text, and the rectangles drawn in it (a flow chart's steps)."""

    box: Box
    alternative: str | None
    nodes: tuple[Box, ...]


class Regions(Struct, frozen=True):
    """All that is set apart on one page."""

    grids: tuple[Grid, ...]
    panels: tuple[Panel, ...]
    pictures: tuple[Picture, ...]


_THIN = 2.2  # a rule is thinner than this
_NEAR = 3.0  # rules and shading this close belong together
_WHITE = 0xF8F8F8


def find_regions(page: PdfPage, segments: Sequence[Segment], body_size: float) -> Regions:
    """The grids, panels and pictures of a page whose words, cut at wide gaps, are `segments`; `body_size` is the
    document's usual type size."""
    pictures = _pictures(page, body_size)
    free = [s for s in page.shapes if not any(_inside(s.box, p.box) for p in pictures)]
    ruled = _grids(free, body_size)
    grids = [grid for grid in ruled if len(grid.cells) > 1]
    frames = [grid.box for grid in ruled if len(grid.cells) == 1]
    rules = [s.box for s in free if _height(s.box) < _THIN and not any(_inside(s.box, g.box) for g in grids)]
    grids += [Grid(table.box, table.cells) for table in find_ruled(rules, page.fragments, body_size)]
    apart = [*(g.box for g in grids), *(p.box for p in pictures)]
    grids += [Grid(table.box, table.cells) for table in find_unruled(outside(apart, segments), body_size)]
    loose = [s for s in free if not any(_inside(s.box, box) for box in apart)]
    return Regions(tuple(grids), tuple(_panels(loose, frames, page, body_size)), tuple(pictures))


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around some rectangles."""
    every = list(boxes)
    return Box(
        min(b.left for b in every),
        min(b.bottom for b in every),
        max(b.right for b in every),
        max(b.top for b in every),
    )


def holds(box: Box, fragment: Fragment, slack: float = 1.0) -> bool:
    """Whether a fragment's middle lies in a rectangle."""
    x = (fragment.box.left + fragment.box.right) / 2
    y = (
        fragment.baseline + 0.25 * fragment.size
        if not fragment.angle
        else (fragment.box.bottom + fragment.box.top) / 2
    )
    return box.left - slack <= x <= box.right + slack and box.bottom - slack <= y <= box.top + slack


def outside(boxes: Sequence[Box], segments: Sequence[Segment]) -> list[Segment]:
    """The segments whose middle lies in none of some rectangles."""
    return [s for s in segments if not any(_is_in(box, s) for box in boxes)]


def _is_in(box: Box, segment: Segment) -> bool:
    x, y = (segment.left + segment.right) / 2, segment.baseline + 0.25 * segment.size
    return box.left - 1 <= x <= box.right + 1 and box.bottom - 1 <= y <= box.top + 1


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.left >= outer.left - _NEAR
        and inner.right <= outer.right + _NEAR
        and inner.bottom >= outer.bottom - _NEAR
        and inner.top <= outer.top + _NEAR
    )


def _width(box: Box) -> float:
    return box.right - box.left


def _height(box: Box) -> float:
    return box.top - box.bottom


def _is_pale(fill: int | None) -> bool:
    return fill is not None and fill < _WHITE and (fill >> 16) + (fill >> 8 & 255) + (fill & 255) > 3 * 90


# --- Tables --------------------------------------------------------------------------------------


def _grids(shapes: Sequence[Shape], body_size: float) -> list[Grid]:
    across = [s.box for s in shapes if _height(s.box) < _THIN and _width(s.box) > _THIN]
    down = [s.box for s in shapes if _width(s.box) < _THIN and _height(s.box) > _THIN]
    for shape in shapes:
        if (
            shape.stroked
            and shape.fill is None
            and _height(shape.box) > body_size
            and _width(shape.box) > body_size
        ):
            b = shape.box
            across += [Box(b.left, b.top, b.right, b.top), Box(b.left, b.bottom, b.right, b.bottom)]
            down += [Box(b.left, b.bottom, b.left, b.top), Box(b.right, b.bottom, b.right, b.top)]
    shaded = [s.box for s in shapes if _is_pale(s.fill)]
    grids = []
    for group in _connected([*across, *down]):
        columns = _levels([(b.left, _height(b)) for b in group if _width(b) < _THIN], body_size)
        rows = _levels([(b.bottom, _width(b)) for b in group if _height(b) < _THIN], body_size)[::-1]
        if len(columns) >= 3 and len(rows) >= 2:
            grids.append(Grid(hull(group), tuple(_cells(columns, rows, group, shaded))))
        elif len(columns) == 2 and len(rows) >= 2 and _is_frame(hull(group), group):
            grids.append(Grid(hull(group), ((hull(group), 0, 0, 1, 1, False),)))
    return grids


def _is_frame(box: Box, rules: Sequence[Box]) -> bool:
    """Whether rules go down both sides of a rectangle."""
    down = [b for b in rules if _width(b) < _THIN]
    return all(_covered(down, at, box.bottom, box.top, True) for at in (box.left, box.right))


def _connected(boxes: Sequence[Box]) -> list[list[Box]]:
    """Groups of rules that touch, by sweeping from the top."""
    groups: list[tuple[Box, list[Box]]] = []
    for box in sorted(boxes, key=lambda b: -b.top):
        touching = [g for g in groups if _touch(g[0], box)]
        members = [box, *(m for g in touching for m in g[1])]
        groups = [g for g in groups if g not in touching]
        groups.append((hull([box, *(g[0] for g in touching)]), members))
    return [members for _, members in groups]


def _touch(one: Box, other: Box) -> bool:
    return (
        one.left - _NEAR <= other.right
        and other.left - _NEAR <= one.right
        and one.bottom - _NEAR <= other.top
        and other.bottom - _NEAR <= one.top
    )


def _levels(places: Iterable[tuple[float, float]], least: float) -> list[float]:
    """Distinct positions at which rules stand whose lengths add up to something; ascending."""
    levels: list[list[float]] = []
    for place, length in sorted(places):
        if levels and place - levels[-1][0] <= _NEAR:
            levels[-1][1] += length
        else:
            levels.append([place, length])
    return [place for place, length in levels if length >= least]


def _cells(
    columns: list[float], rows: list[float], rules: Sequence[Box], shaded: Sequence[Box]
) -> Iterable[tuple[Box, int, int, int, int, bool]]:
    """Cells, merged over places where no rule stands between two of them."""
    down = [b for b in rules if _width(b) < _THIN]
    across = [b for b in rules if _height(b) < _THIN]
    taken: set[tuple[int, int]] = set()
    for row, (top, bottom) in enumerate(pairwise(rows)):
        for column, (left, right) in enumerate(pairwise(columns)):
            if (row, column) in taken:
                continue
            wide = 1
            while column + wide < len(columns) - 1 and not _covered(
                down, columns[column + wide], bottom, top, True
            ):
                wide += 1
                right = columns[column + wide]
            tall = 1
            while row + tall < len(rows) - 1 and not _covered(across, rows[row + tall], left, right, False):
                tall += 1
                bottom = rows[row + tall]
            taken.update((row + r, column + c) for r in range(tall) for c in range(wide))
            box = Box(left, bottom, right, top)
            shade = any(_overlap(box, s) > 0.5 * _width(box) * _height(box) for s in shaded)
            yield box, row, column, tall, wide, shade


def _covered(rules: Sequence[Box], at: float, low: float, high: float, upright: bool) -> bool:
    """Whether rules at position `at` cover most of the stretch from low to high."""
    total = 0.0
    for box in rules:
        place = box.left if upright else box.bottom
        if abs(place - at) <= _NEAR:
            start, end = (box.bottom, box.top) if upright else (box.left, box.right)
            total += max(0.0, min(high, end) - max(low, start))
    return total > 0.5 * (high - low)


def _overlap(one: Box, other: Box) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    tall = min(one.top, other.top) - max(one.bottom, other.bottom)
    return max(0.0, wide) * max(0.0, tall)


# --- Boxes ---------------------------------------------------------------------------------------


def _panels(shapes: Sequence[Shape], frames: Sequence[Box], page: PdfPage, body_size: float) -> list[Panel]:
    """Shaded boxes, outlined ones, and `frames` of single rules that are neither."""
    least = 0.3 * page.width
    found: list[Panel] = []
    fills = [s for s in shapes if _is_pale(s.fill) and _height(s.box) > _THIN]
    for shape in sorted(fills, key=lambda s: -s.box.top):
        partner = next((p for p in found if p.fill == shape.fill and _stacked(p.box, shape.box)), None)
        if partner:
            found.remove(partner)
            found.append(Panel(hull([partner.box, shape.box]), shape.fill))
        else:
            found.append(Panel(shape.box, shape.fill))
    found += [
        Panel(s.box, None)
        for s in shapes
        if s.stroked and s.fill is None and not any(_inside(s.box, p.box) for p in found)
    ]
    wide = [p.box for p in found if _width(p.box) > least and _height(p.box) > 1.5 * body_size]
    found += [Panel(box, None) for box in frames if not any(_overlap(box, other) for other in wide)]
    return [
        p
        for p in sorted(found, key=lambda p: -p.box.top)
        if _width(p.box) > least
        and _height(p.box) > 1.5 * body_size
        and _height(p.box) < 0.97 * page.height
        and any(holds(p.box, f) for f in page.fragments)
    ]


def _stacked(one: Box, other: Box) -> bool:
    return _touch(one, other) and min(one.right, other.right) - max(one.left, other.left) > 0.5 * min(
        _width(one), _width(other)
    )


# --- Figures -------------------------------------------------------------------------------------


def _pictures(page: PdfPage, body_size: float) -> list[Picture]:
    tagged = _tagged_pictures(page, body_size)
    drawn = [b for b in _drawn_pictures(page, body_size) if not any(_touch(b, t.box) for t in tagged)]
    seen = [_clip(s.box, page) for s in page.images]
    images = [
        box
        for box in seen
        if _width(box) > 4 * body_size
        and _height(box) > 4 * body_size
        and not any(_overlap(box, t.box) for t in tagged)
    ]
    charts = [b for b in _charts(page, body_size) if not any(_touch(b, t.box) for t in tagged)]
    others = [Picture(b, None, _nodes(page, b, body_size)) for b in [*drawn, *images, *charts]]
    shown = [replace(p, box=_clip(p.box, page)) for p in [*tagged, *others]]
    return sorted((p for p in shown if min(_width(p.box), _height(p.box)) >= 1), key=lambda p: -p.box.top)


def _tagged_pictures(page: PdfPage, body_size: float) -> list[Picture]:
    members: dict[int, list[Box]] = {}
    alternatives: dict[int, str | None] = {}
    for mark, tag in page.tags.items():
        if "Figure" in tag.path:
            boxes = [f.box for f in page.fragments if f.mark == mark]
            boxes += [s.box for s in (*page.shapes, *page.images) if s.mark == mark]
            if boxes:
                members.setdefault(tag.figure, []).extend(boxes)
                alternatives[tag.figure] = alternatives.get(tag.figure) or tag.alternative
    pictures: list[Picture] = []
    for key, boxes in members.items():
        box = hull(boxes)
        if _height(box) > 4 * body_size and _width(box) > 4 * body_size:
            box = _clip(hull([box, *(b for b in _drawn_pictures(page, body_size) if _touch(b, box))]), page)
            pictures = [p for p in pictures if not _touch(p.box, box)]
            pictures.append(Picture(box, alternatives[key], _nodes(page, box, body_size)))
    return pictures


def _drawn_pictures(page: PdfPage, body_size: float) -> list[Box]:
    """Clusters of outlined shapes: at least three of them, joined over the gaps that arrows bridge.

    A white ground drawn under a cluster is part of it, and so are the words on that ground.
    """
    outlined = [
        s.box
        for s in page.shapes
        if s.stroked and s.fill is None and _height(s.box) > body_size and _width(s.box) > body_size
    ]
    if len(outlined) < 2:
        return []
    arrows = [
        s.box
        for s in page.shapes
        if (not s.stroked and not _is_pale(s.fill) and (s.fill or 0) < _WHITE)
        and max(_height(s.box), _width(s.box)) > body_size / 2
        and max(_height(s.box), _width(s.box)) < page.height / 2
    ]
    clusters = [hull(group) for group in _connected([*outlined, *arrows]) if any(b in outlined for b in group)]
    if sum(any(_inside(b, c) for c in clusters) for b in outlined) < 2:
        return []
    grounds = [s.box for s in page.shapes if s.fill is not None and s.fill >= _WHITE and not s.stroked]
    whole = hull(clusters)
    for ground in grounds:
        if _inside(whole, Box(ground.left - 9, ground.bottom - 9, ground.right + 9, ground.top + 9)):
            whole = hull([whole, ground])
    crossing = _levels([(b.left, 99.0) for b in outlined], 1.0)
    tabular = len(outlined) > 3 and all(_height(b) < 1.2 * body_size for b in outlined)
    return [] if tabular or not crossing else [_clip(whole, page)]


def _charts(page: PdfPage, body_size: float) -> list[Box]:
    """Bar charts: three or more empty filled rectangles that stand on one line, with the labels around them."""
    bars = [
        s.box
        for s in page.shapes
        if s.fill is not None
        and s.fill < _WHITE
        and min(_width(s.box), _height(s.box)) > body_size / 2
        and not any(holds(s.box, f) for f in page.fragments)
    ]
    by_foot: dict[int, list[Box]] = {}
    for bar in bars:
        by_foot.setdefault(round(bar.bottom), []).append(bar)
    charts = []
    for row in by_foot.values():
        if len(row) > 2 and len({round(_width(bar)) for bar in row}) == 1:
            around = hull(row)
            reach = 2 * body_size
            around = Box(around.left - reach, around.bottom - reach, around.right + reach, around.top + reach)
            labels = [f.box for f in page.fragments if holds(around, f) and _width(f.box) < 6 * body_size]
            charts.append(hull([*row, *labels]))
    return charts


def _clip(box: Box, page: PdfPage) -> Box:
    return Box(max(0.0, box.left), max(0.0, box.bottom), min(page.width, box.right), min(page.height, box.top))


def _nodes(page: PdfPage, box: Box, body_size: float) -> tuple[Box, ...]:
    """The outlined rectangles in a figure, top to bottom and left to right."""
    found: list[Box] = []
    for shape in page.shapes:
        if shape.stroked and _inside(shape.box, box) and min(_width(shape.box), _height(shape.box)) > body_size:
            found.append(shape.box)
    return tuple(sorted(found, key=lambda b: (-round(b.top / body_size), b.left)))
