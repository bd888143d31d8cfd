"""Finds what drawing makes of a page: words that no eye sees as standing text, boxes around prose, figures.

Works from shapes and colours, with tags as evidence where a file has them; it reads no words. Lengths are PDF
points; a region's place is its rectangle on the page.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Box, Dropped, Finding
from guidance.read.geometry import (
    contains,
    grown,
    height,
    hull,
    inside,
    least_side,
    overlap,
    touch,
    touching_groups,
    width,
)
from guidance.read.page import THIN, WHITE, Fragment, PdfPage, Shape


class Panel(Struct, frozen=True):
    """A shaded or ruled box around prose; `fill` is its colour, None where it is only ruled."""

    box: Box
    fill: int | None


class Picture(Struct, frozen=True):
    """The extent of a figure, its alternative text, and the rectangles drawn in it (a flow chart's steps)."""

    box: Box
    alternative: str | None
    nodes: tuple[Box, ...]


# --- Words that are not seen ---------------------------------------------------------------------

_TINY = 1.0  # points: nobody reads smaller type
_WATERMARK = 3.0  # times the body's size: so large a word across a page is laid over it
_PALE = 160  # of 255: a lighter grey
_STROKE = (0.15, 0.42)  # of the type size above the baseline: where a stroke through letters lies
_STROKE_HEIGHT = 0.15  # of the type size, at most
_SHORTEST_STROKE = 2.0  # points
_STRUCK = 0.8  # of a fragment's width
_TOUCHED = 0.05  # a shorter stroke is the end of a rule beside the words


def part_unseen(
    page: PdfPage, fragments: Sequence[Fragment], size: float
) -> tuple[list[Fragment], list[Dropped], list[Finding]]:
    """The fragments that an eye sees as standing text, the others with the reason, and what is not known of either;
    `size` is the body's type size (points)."""
    struck = _struck(page, fragments)
    seen: list[Fragment] = []
    unseen: list[Dropped] = []
    findings: list[Finding] = []
    for fragment in fragments:
        share = struck.get(id(fragment), 0.0)
        reason = "struck out" if share > _STRUCK else None
        if not fragment.painted or fragment.size < _TINY or _is_white(fragment.colour):
            reason = _why_unseen(page, fragment) or reason
        elif fragment.size > _WATERMARK * size and _is_watermark(fragment):
            reason = "watermark"
        if _TOUCHED < share <= _STRUCK:
            words = f"a stroke goes through a part of “{fragment.text.strip()}”; which words it takes is not known"
            findings.append(Finding("struck", words, page.number))
        if reason:
            unseen.append(Dropped(fragment.text, reason, page.number))
        else:
            seen.append(fragment)
    return seen, unseen, findings


def _why_unseen(page: PdfPage, fragment: Fragment) -> str | None:
    """Why words are hidden that may be: unpainted over no picture (a scan's words lie so over one), white on no
    ground, of next to no size."""
    if 0 < height(fragment.box) < _TINY:
        return "too small to be read"
    if any(contains(image.box, fragment.middle) for image in page.images):
        return None
    if not fragment.painted:
        return "not painted"
    grounds = (s.box for s in page.shapes if s.fill is not None and not _is_white(s.fill))
    seen = not _is_white(fragment.colour) or any(contains(ground, fragment.middle) for ground in grounds)
    return None if seen else "white on white"


def _struck(page: PdfPage, fragments: Sequence[Fragment]) -> dict[int, float]:
    """The fragments (by id) through which rules are drawn at the height of small letters' middle, and over which
    share of their width."""
    rules = [s.box for s in page.shapes if height(s.box) < THIN and width(s.box) > _SHORTEST_STROKE]
    struck: dict[int, float] = {}
    for f in fragments if rules else ():
        low, high = f.baseline + _STROKE[0] * f.size, f.baseline + _STROKE[1] * f.size
        through = [r for r in rules if low < (r.bottom + r.top) / 2 < high and height(r) < _STROKE_HEIGHT * f.size]
        covered = sum(max(0.0, min(r.right, f.box.right) - max(r.left, f.box.left)) for r in through)
        if covered > 0 and not f.angle:
            struck[id(f)] = covered / max(width(f.box), _SHORTEST_STROKE)
    return struck


def _is_white(colour: int) -> bool:
    return min(colour >> 16, colour >> 8 & 255, colour & 255) >= WHITE & 255


def _is_watermark(fragment: Fragment) -> bool:
    """Whether large words are set across a page, or so pale and grey that others are to be read over them."""
    channels = (fragment.colour >> 16, fragment.colour >> 8 & 255, fragment.colour & 255)
    pale = min(channels) > _PALE and max(channels) - min(channels) < 16
    across = 15 < fragment.angle % 90 < 75
    return sum(c.isalpha() for c in fragment.text) > 3 and (pale or across)


# --- Bullets that are drawn ---

_DOT = (0.1, 0.6)  # of the type size: how large a bullet is that is drawn rather than set
_ROUND = 0.15  # share by which its sides may differ
_DOT_GAP = 2.5  # of the type size, at most between it and its words
_LEAST_DOTS = 2  # of a list on one page


def with_drawn_bullets(page: PdfPage, pictures: Sequence[Box]) -> PdfPage:
    """The page with "•" for each small mark, drawn in the colour of the words right behind it, that starts a line
    outside its `pictures`: browsers draw the bullets of lists that they print."""
    signs: dict[int, Fragment] = {}  # by the shape's id
    for shape in page.shapes:
        box, wide, tall = shape.box, width(shape.box), height(shape.box)
        dotted = 0 < tall < page.height / 50 and abs(wide - tall) <= _ROUND * tall
        if shape.fill is None or shape.stroked or not dotted or any(inside(box, other) for other in pictures):
            continue
        middle = (box.bottom + box.top) / 2
        beside = [
            f
            for f in page.fragments
            if not f.angle
            and f.baseline < middle < f.baseline + _DOT[1] * f.size
            and _DOT[0] * f.size < tall < _DOT[1] * f.size
            and box.left - _DOT_GAP * f.size < f.box.right
            and f.box.left < box.right + _DOT_GAP * f.size
        ]
        first = min(beside, key=lambda f: f.box.left, default=None)
        if first and first.box.left >= box.right and first.colour == shape.fill:
            place = replace(first.box, left=box.left, right=box.right)
            signs[id(shape)] = replace(first, text="• ", box=place, x=box.left, mark=shape.mark)
    if len(signs) < _LEAST_DOTS:
        return page
    shapes = tuple(shape for shape in page.shapes if id(shape) not in signs)
    return replace(page, fragments=(*page.fragments, *signs.values()), shapes=shapes)


# --- Boxes ---------------------------------------------------------------------------------------

_WIDE = 0.3  # of the page's width: a narrower ground is no box around prose
_LINES = 1.5  # of the body's size: a lower ground shades a line
_WHOLE = 0.97  # of the page's height: a higher ground is the page's own


def find_panels(shapes: Sequence[Shape], frames: Sequence[Box], page: PdfPage, body_size: float) -> list[Panel]:
    """Shaded boxes and outlined ones among some shapes of a page, and `frames` of single rules that are neither.

    From the top down, and only those with words in them."""
    least = _WIDE * page.width
    found: list[Panel] = []
    fills = [s for s in shapes if s.pale and height(s.box) > THIN]
    for shape in sorted(fills, key=lambda s: -s.box.top):
        partner = next((p for p in found if p.fill == shape.fill and _stacked(p.box, shape.box)), None)
        if partner:
            found.remove(partner)
        found.append(Panel(hull([partner.box, shape.box]) if partner else shape.box, shape.fill))
    found += [Panel(s.box, None) for s in shapes if s.outlined and not any(inside(s.box, p.box) for p in found)]
    large = [p.box for p in found if width(p.box) > least and height(p.box) > _LINES * body_size]
    found += [Panel(box, None) for box in frames if not any(overlap(box, other) for other in large)]
    return [
        p
        for p in sorted(found, key=lambda p: -p.box.top)
        if width(p.box) > least
        and _LINES * body_size < height(p.box) < _WHOLE * page.height
        and any(contains(p.box, f.middle) for f in page.fragments)
    ]


def _stacked(one: Box, other: Box) -> bool:
    """Whether two grounds stand above each other and touch, as those of one box's paragraphs do."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return touch(one, other) and shared > 0.5 * min(width(one), width(other))


# --- Figures -------------------------------------------------------------------------------------

_LEAST_SIDE = 4.0  # type sizes: a smaller picture is an ornament
_GROUND = 0.8  # of the page's area
_PAGE_OF_WORDS = 600  # characters: a cover has fewer
_LEAST_BARS = 3  # of a chart
_LEAST_TURNED = 8  # stretches of words that do not run across
_LONG_TURNED = 40  # characters: where they are longer on the whole, they are lines of a turned page
_AS_WIDE = 0.9  # of the page's text
_LABEL_WIDTH = 6.0  # type sizes: wider words beside a chart are prose


def find_pictures(page: PdfPage, body_size: float) -> list[Picture]:
    """The figures of a page from the top down: those that tags name, flow charts, images, bar charts."""
    charted = _drawn_pictures(page, body_size)
    tagged = _tagged_pictures(page, charted, body_size)
    images = [
        box
        for box in (_clip(s.box, page) for s in page.images)
        if least_side(box) > _LEAST_SIDE * body_size and not any(overlap(box, t.box) for t in tagged)
        if not is_ground(box, page)
    ]
    charts = [*_charts(page, body_size), *_turned_words(page)]
    drawn, charts = ([b for b in some if not any(touch(b, t.box) for t in tagged)] for some in (charted, charts))
    others = [Picture(b, None, _nodes(page, b, body_size)) for b in [*drawn, *images, *charts]]
    shown = [replace(p, box=_clip(p.box, page)) for p in [*tagged, *others]]
    return sorted((p for p in shown if least_side(p.box) >= 1), key=lambda p: -p.box.top)


def is_ground(box: Box, page: PdfPage) -> bool:
    """Whether a picture lies under a page of words: a scan beneath what was read in it, or a coloured sheet."""
    if width(box) * height(box) < _GROUND * page.width * page.height:
        return False
    return sum(len(f.text) for f in page.fragments if contains(box, f.middle)) > _PAGE_OF_WORDS


def _tagged_pictures(page: PdfPage, drawn: Sequence[Box], body_size: float) -> list[Picture]:
    """The figures that tags name, with the parts of `drawn` ones that they touch: tags often hold half of one."""
    members: dict[int, list[Box]] = defaultdict(list)
    alternatives: dict[int, str | None] = {}
    for mark, tag in page.tags.items():
        if "Figure" in tag.path:
            boxes = [f.box for f in page.fragments if f.mark == mark]
            boxes += [s.box for s in (*page.shapes, *page.images) if s.mark == mark]
            if boxes:
                members[tag.figure] += boxes
                alternatives[tag.figure] = alternatives.get(tag.figure) or tag.alternative
    pictures: list[Picture] = []
    for key, boxes in members.items():
        box = hull(boxes)
        if least_side(box) > _LEAST_SIDE * body_size:
            box = _clip(hull([box, *(b for b in drawn if touch(b, box))]), page)
            pictures = [p for p in pictures if not touch(p.box, box)]
            pictures.append(Picture(box, alternatives[key], _nodes(page, box, body_size)))
    return pictures


def _drawn_pictures(page: PdfPage, body_size: float) -> list[Box]:
    """A flow chart, where a page has one: outlined shapes joined over the gaps that arrows bridge.

    A white ground drawn under them is part of it, and so are the words on that ground.
    """
    outlined = [s.box for s in page.shapes if s.outlined and least_side(s.box) > body_size]
    if len(outlined) < 2:
        return []
    arrows = [
        s.box
        for s in page.shapes
        if not s.stroked
        and not s.pale
        and (s.fill or 0) < WHITE
        and body_size / 2 < max(height(s.box), width(s.box)) < page.height / 2
    ]
    if not arrows:  # boxes as wide as the text, one below the other, are around prose
        across = hull(f.box for f in page.fragments) if page.fragments else None
        outlined = [b for b in outlined if across is None or width(b) < _AS_WIDE * width(across)]
    clusters = [hull(group) for group in touching_groups([*outlined, *arrows]) if any(b in outlined for b in group)]
    if sum(any(inside(b, c) for c in clusters) for b in outlined) < 2:
        return []
    whole = hull(clusters)
    for ground in (s.box for s in page.shapes if s.fill is not None and s.fill >= WHITE and not s.stroked):
        if inside(whole, grown(ground, 9)):
            whole = hull([whole, ground])
    tabular = len(outlined) > 3 and all(height(b) < 1.2 * body_size for b in outlined)
    return [] if tabular else [_clip(whole, page)]


def _charts(page: PdfPage, body_size: float) -> list[Box]:
    """Bar charts: empty filled rectangles of one width that stand on one line, with the labels around them."""
    by_foot: dict[int, list[Box]] = defaultdict(list)
    for shape in page.shapes:
        filled = shape.fill is not None and shape.fill < WHITE and least_side(shape.box) > body_size / 2
        if filled and not any(contains(shape.box, f.middle) for f in page.fragments):
            by_foot[round(shape.box.bottom)].append(shape.box)
    charts = []
    for bars in by_foot.values():
        if len(bars) >= _LEAST_BARS and len({round(width(bar)) for bar in bars}) == 1:
            around = grown(hull(bars), 2 * body_size)
            labels = [f.box for f in page.fragments if contains(around, f.middle)]
            charts.append(hull([*bars, *(label for label in labels if width(label) < _LABEL_WIDTH * body_size)]))
    return charts


def _turned_words(page: PdfPage) -> list[Box]:
    """The extent of a chart with words that stand upright or slanted, where upright ones are not the page's own."""
    turned = [f for f in page.fragments if f.angle and f.text.strip()]
    letters = sum(len(f.text) for f in page.fragments)
    if len(turned) < _LEAST_TURNED or 2 * sum(len(f.text) for f in turned) > letters + len(turned) * _LONG_TURNED:
        return []
    return [hull(f.box for f in turned)]


def _clip(box: Box, page: PdfPage) -> Box:
    return Box(max(0.0, box.left), max(0.0, box.bottom), min(page.width, box.right), min(page.height, box.top))


def _nodes(page: PdfPage, box: Box, body_size: float) -> tuple[Box, ...]:
    """The outlined rectangles in a figure, top to bottom and left to right."""
    found = [s.box for s in page.shapes if s.stroked and inside(s.box, box) and least_side(s.box) > body_size]
    return tuple(sorted(found, key=lambda b: (-round(b.top / body_size), b.left)))
