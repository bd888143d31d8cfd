"""Pages -> Flow: what a reader's eye meets from the first page to the last, furniture and notes set aside.

Brings the finders of columns, tables, boxes, figures, furniture and notes together, puts what they find into
reading order; it knows nothing of headings or provisions.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from msgspec.structs import replace

from guidance.document.model import Box, Dropped, Finding
from guidance.document.walk import count_characters
from guidance.read.body_text import close_split_words
from guidance.read.furniture import find_contents, find_furniture, text_below
from guidance.read.geometry import contains, find_columns, height, hull, inside, width
from guidance.read.lines import build_lines, cut_segments, lines_in_order, measure
from guidance.read.notes import find_end_notes, find_notes
from guidance.read.page import (
    THIN,
    BoxFlow,
    CellFlow,
    ContentsEntry,
    Element,
    FigureFlow,
    Flow,
    Fragment,
    Line,
    Metrics,
    PageParts,
    PdfPage,
    Region,
    Segment,
    Shape,
    TableFlow,
)
from guidance.read.paragraphs import is_title
from guidance.read.parts import join_over_pages
from guidance.read.regions import Picture, find_panels, find_pictures, is_ground, part_unseen, with_drawn_bullets
from guidance.read.tables import (
    RULED_GAP,
    Grid,
    find_grids,
    find_ruled,
    find_stacks,
    find_unruled,
    part_words,
    sets_numbers_apart,
)

_UNKNOWN = re.compile(
    r"""
    [\ufffd\ufffe\uffff]               # what the engine gives for a sign that the font does not explain
    | (?! [\t\r\n] ) [\x00-\x1f]
    """,
    re.VERBOSE,
)
_PICTURE_SHARE = 0.5  # of a page's area: so large an image on a page without words is the page
_MOST_COVERS = 4  # pages before the contents list
_NUMBERED = re.compile(
    r"(?: \d{1,3} [.)] | \d{1,3} (?: \.\d{1,3} )+ ) \s+ [A-Z]", re.VERBOSE
)  # "1. Members", "1.2 Members"
_COVER_NUMBERS = 2  # lines with a paragraph's number that a title page may have
_COVER_LINES = 4  # lines of body type, as wide as the text, that a title page may have

# --- One page ------------------------------------------------------------------------------------


def page_parts(page: PdfPage, size: float) -> PageParts:
    """What stands on one page of a file whose usual type size is `size` (points)."""
    pictures = find_pictures(page, size)
    page = with_drawn_bullets(page, [picture.box for picture in pictures])
    shown, beyond = _parted(page.fragments, lambda f: _is_on(page, f.box))
    rest, repeated = _unique(shown)
    rest, unseen, unsure = part_unseen(page, rest, size)
    unseen += [Dropped(f.text, "printed twice on one spot", page.number) for f in repeated]
    unseen += [Dropped(f.text, "beyond the page's edge", page.number) for f in beyond]
    segments = cut_segments(rest)
    grids, frames, bare = _find_tables(page, pictures, segments, size)
    boxes: list[tuple[Box, Region]] = []
    for picture in pictures:
        within, rest = _split(rest, picture.box)
        boxes.append((picture.box, _figure(page, picture, within)))
    for grid in grids:
        within, rest = _split(rest, grid.box)
        boxes.append((grid.box, _table(page, grid, within)))
    loose = _outside([*bare, *(box for box, _ in boxes)], page.shapes)
    for panel in find_panels(loose, frames, page, size):
        within, rest = _split(rest, panel.box)
        if within:
            boxes.append((panel.box, BoxFlow(panel.fill, build_lines(within, page, panel.box.left))))
    columns = find_columns(_apart([box for box, _ in boxes], segments))
    if columns.aside:
        side = Box(columns.aside, 0.0, page.width, page.height)
        within, rest = _split(rest, side)
        foot = replace(side, top=0.0)  # read behind the page's text, which goes on past it
        boxes.append((foot, BoxFlow(None, build_lines(within, page, side.left))))
    printed = sum(count_characters(f.text) for f in page.fragments)
    lines = lines_in_order(rest, page, columns)
    return PageParts(page, lines, boxes, unseen, columns, printed, (*_page_findings(page), *unsure))


def _find_tables(
    page: PdfPage, pictures: Sequence[Picture], segments: Sequence[Segment], size: float
) -> tuple[list[Grid], list[Box], list[Box]]:
    """The tables of a page outside its pictures, the frames of rules that hold no table, and where rules only part
    paragraphs from their numbers."""
    free = _outside([picture.box for picture in pictures], page.shapes)
    ruled = find_grids(free, size)
    grids = [grid for grid in ruled if len(grid.cells) > 1]
    frames = [grid.box for grid in ruled if len(grid.cells) == 1]
    rules = [s.box for s in _outside([grid.box for grid in grids], free) if height(s.box) < THIN]
    stacks = find_stacks(rules, size)
    words = cut_segments(page.fragments, RULED_GAP) if stacks or grids else ()
    bare = [grid.box for grid in grids if sets_numbers_apart(grid, words)]
    grids = [part_words(grid, words) for grid in grids if grid.box not in bare]
    grids += find_ruled(stacks, words, size)
    apart = [*(grid.box for grid in grids), *(picture.box for picture in pictures)]
    loose = _apart(apart, segments)
    unruled = find_unruled(loose, size)
    in_columns = unruled and len(find_columns(loose).starts) > 1  # three of prose have no terms and meanings
    return grids + ([] if in_columns else unruled), frames, bare


def _outside(boxes: Sequence[Box], shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes that lie in none of some rectangles."""
    return [s for s in shapes if not any(inside(s.box, box) for box in boxes)]


def _apart(boxes: Sequence[Box], segments: Sequence[Segment]) -> list[Segment]:
    """The segments whose middle lies in none of some rectangles."""
    return [s for s in segments if not any(contains(box, s.middle) for box in boxes)]


def _page_findings(page: PdfPage) -> Iterator[Finding]:
    """What a reader must know of a page itself: that it is a picture, that characters have no meaning."""
    area = max((width(image.box) * height(image.box) for image in page.images), default=0.0)
    if not page.fragments and area > _PICTURE_SHARE * page.width * page.height:
        yield Finding("picture", "the page is a picture; its words would need OCR", page.number)
    unpainted = sum(len(f.text) * (1 if f.painted else -1) for f in page.fragments) < 0  # most of the words
    if unpainted and any(is_ground(image.box, page) for image in page.images):
        message = "the page is a picture; its words are those that a machine read in it, and are not checked"
        yield Finding("picture", message, page.number)
    unknown = sum(len(_UNKNOWN.findall(f.text)) for f in page.fragments if not f.text.isprintable())
    if unknown:
        message = f"characters of which the font does not say what they mean ({unknown})"
        yield Finding("unreadable", message, page.number)


def _is_on(page: PdfPage, box: Box) -> bool:
    """Whether something is on the page as it is shown; printers leave notes of their own beyond its edge."""
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return 0 <= x <= page.width and 0 <= y <= page.height


def _parted(
    fragments: Iterable[Fragment], belongs: Callable[[Fragment], bool]
) -> tuple[list[Fragment], list[Fragment]]:
    """Fragments that belong, and the others."""
    yes: list[Fragment] = []
    no: list[Fragment] = []
    for fragment in fragments:
        (yes if belongs(fragment) else no).append(fragment)
    return yes, no


def _unique(fragments: Sequence[Fragment]) -> tuple[list[Fragment], list[Fragment]]:
    """Fragments, and apart from them those printed again on the same spot, as for a shadow or a bold look."""
    seen: set[tuple[str, int, int]] = set()

    def is_first(fragment: Fragment) -> bool:
        spot = (fragment.text, round(fragment.box.left * 2), round(fragment.baseline * 2))
        known = spot in seen
        seen.add(spot)
        return not known

    return _parted(fragments, is_first)


def _split(fragments: Sequence[Fragment], box: Box) -> tuple[list[Fragment], list[Fragment]]:
    """Fragments in a rectangle, and the others."""
    return _parted(fragments, lambda f: contains(box, f.middle))


def _table(page: PdfPage, grid: Grid, within: list[Fragment]) -> TableFlow:
    cells: list[CellFlow] = []
    for box, row, column, rows, columns, shaded in grid.cells:
        mine, within = _split(within, box)
        cells.append(CellFlow(build_lines(mine, page, box.left), row, column, rows, columns, shaded))
    if within:  # words on a rule: they stand in no cell, and are kept below the others
        lines = build_lines(within, page, grid.box.left)
        cells.append(CellFlow(lines, max(c.row for c in cells) + 1, 0, 1, 1, False))
    lefts = sorted({round(box.left, 0) for box, *_ in grid.cells})
    return TableFlow(tuple(lefts), 1 + max(c.row + c.rows - 1 for c in cells), tuple(cells), grid.open)


def _figure(page: PdfPage, picture: Picture, within: list[Fragment]) -> FigureFlow:
    groups: list[list[Fragment]] = []
    for box in sorted(picture.nodes, key=lambda b: width(b) * height(b)):
        mine, within = _split(within, box)
        clusters = _clusters(mine)
        groups += clusters if _side_by_side(clusters) else [mine] if mine else []
    groups += _clusters(within)
    nodes = [build_lines(group, page) for group in groups]
    nodes.sort(key=lambda lines: (-round(lines[0].box.top / (2 * lines[0].size)), lines[0].box.left))
    return FigureFlow(page.number, picture.box, picture.alternative, tuple(nodes))


def _clusters(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Fragments in groups that stand close together, as the words of one label do."""
    groups: list[list[Fragment]] = []
    for fragment in fragments:
        near = [group for group in groups if any(_is_close(fragment, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([member for group in near for member in group] + [fragment])
    return groups


def _is_close(one: Fragment, other: Fragment) -> bool:
    size = max(one.size, other.size)
    beside = max(one.box.left, other.box.left) - min(one.box.right, other.box.right)
    above = max(one.box.bottom, other.box.bottom) - min(one.box.top, other.box.top)
    return not (one.angle or other.angle) and beside < 0.9 * size and above < 0.8 * size


def _side_by_side(clusters: Sequence[list[Fragment]]) -> bool:
    """Whether groups stand in columns: some two of them at one height, well apart."""
    return any(
        max(a.left, b.left) - min(a.right, b.right) > 1.5 * clusters[0][0].size
        and min(a.top, b.top) > max(a.bottom, b.bottom)
        for a, b in combinations([hull(f.box for f in cluster) for cluster in clusters], 2)
    )


# --- All pages -----------------------------------------------------------------------------------


def read_flow(parts: Sequence[PageParts], size: float) -> Flow:
    """The flow of a file; `size` is its usual type size (points)."""
    closed = close_split_words([part.lines for part in parts])
    parts = [replace(part, lines=lines) for part, lines in zip(parts, closed, strict=True)]
    _level_with_each_other(parts, size)
    dropped = [entry for part in parts for entry in part.unseen]
    pages, contents, entries = _without_furniture(parts, size, dropped)
    boxed = [[x for _, r in p.boxes if not isinstance(r, FigureFlow) for x in r.lines] for p in parts]
    metrics = measure(pages, size, boxed)
    ends, taken = find_end_notes(pages, lambda line: is_title(line, metrics))
    pages = _without(pages, taken)
    feet, taken = find_notes(pages, [p.page.shapes for p in parts], metrics, boxed)
    body = _without(pages, taken)
    covers = _cover_pages(contents, body[0], parts, metrics)
    cover = tuple(line for number in range(covers) for line in _cover_lines(parts[number], body[number]))
    if not contents and (start := text_below(body[0], metrics, covers == 1)):
        covers, cover, body[0] = 0, tuple(body[0][:start]), body[0][start:]
    last = len(parts) - 1
    has_mark = any(_is_logo(region, last, len(parts), covers) for _, region in parts[last].boxes)
    imprint = tuple(body[last]) if has_mark and last >= covers else ()
    if imprint:
        body[last] = []
    return Flow(
        elements=join_over_pages(_in_order(parts, body, covers), dropped),
        notes=tuple(sorted([*feet, *ends], key=lambda note: note.page)),
        entries=entries,
        metrics=metrics,
        cover=cover,
        imprint=imprint,
        dropped=tuple(dropped),
        findings=(*_links_over_nothing(parts), *_signs_taken(metrics)),
    )


_HANDED = 0.5  # of the type size by which both edges of the text stand further in on right-hand pages, at least


def _level_with_each_other(parts: Sequence[PageParts], size: float) -> None:
    """Has indents measured alike on right-hand and left-hand pages, whose margins may be each other's."""
    sides = [
        [x for part in parts if part.page.number % 2 == side for x in part.lines if round(x.size, 1) == size]
        for side in (0, 1)
    ]
    if not all(sides):
        return
    (even, even_right), (odd, odd_right) = (
        (Counter(round(x.left) for x in lines).most_common(1)[0][0], max(x.right for x in lines)) for lines in sides
    )
    by = float(even - odd)
    if abs(by) >= _HANDED * size and abs(even_right - odd_right - by) <= _HANDED * size:
        for part in (part for part in parts if part.page.number % 2 == 0):
            part.lines = tuple(replace(x, origin=x.origin + by) for x in part.lines)


def _without_furniture(
    parts: Sequence[PageParts], size: float, dropped: list[Dropped]
) -> tuple[list[list[Line]], list[int], tuple[ContentsEntry, ...]]:
    """Each page's lines without running heads, page numbers and contents lists, which are added to `dropped`; the
    pages (0-based) of these lists, and the first one's entries."""
    furniture = find_furniture([part.lines for part in parts], [part.page.height for part in parts], size)
    pages = _without([part.lines for part in parts], furniture)
    contents, entries = find_contents(pages)
    for number, part in enumerate(parts):
        reasons = sorted(furniture.get(number, {}).items())
        dropped += [Dropped(part.lines[at].text, reason, number + 1) for at, reason in reasons]
        listed = sorted(contents.get(number, ()))
        dropped += [Dropped(pages[number][at].text, "contents list", number + 1) for at in listed]
    return _without(pages, contents), sorted(contents), entries


def _without(pages: Sequence[Sequence[Line]], taken: Mapping[int, Container[int]]) -> list[list[Line]]:
    """Pages without the lines that are taken (page, 0-based -> indexes)."""
    return [[x for i, x in enumerate(lines) if i not in taken.get(n, ())] for n, lines in enumerate(pages)]


def _signs_taken(metrics: Metrics) -> Iterator[Finding]:
    for name in sorted(metrics.signs):
        font = name or "without a name"
        yield Finding("signs", f"the font {font} sets nothing but bullets; its signs are read as •")


def _links_over_nothing(parts: Sequence[PageParts]) -> Iterator[Finding]:
    for part in parts:
        lines = [*part.lines, *(line for _, region in part.boxes for line in region.lines)]
        placed = {link.area.address for line in lines for link in line.links}
        loose = [area.address for area in part.page.links if area.address and area.address not in placed]
        if loose:
            words = f"links that lie over white space were dropped ({len(loose)}): {', '.join(loose)}"
            yield Finding("link", words, part.page.number)


def _cover_pages(
    contents: Sequence[int], first: Sequence[Line], parts: Sequence[PageParts], metrics: Metrics
) -> int:
    """How many pages stand before the text starts: those before the contents list, else a title page, which has no
    table and little prose; `first` are the first page's lines."""
    if contents and contents[0] <= _MOST_COVERS:
        return contents[0]
    if len(parts) < 2 or not first or any(isinstance(region, TableFlow) for _, region in parts[0].boxes):
        return 0
    wide, size = 0.7 * (metrics.right - metrics.left), metrics.size_on(1)
    plain = sum(abs(x.size - size) < 0.5 and x.right - x.left > wide for x in first)
    numbered = sum(_NUMBERED.match(x.text) is not None for x in first)
    return int(plain <= _COVER_LINES and numbered <= _COVER_NUMBERS)


def _cover_lines(part: PageParts, lines: Sequence[Line]) -> list[Line]:
    """A cover's lines, those on a coloured ground included."""
    grounds = [line for _, region in part.boxes if isinstance(region, BoxFlow) for line in region.lines]
    return sorted([*lines, *grounds], key=lambda line: -line.baseline)


def _in_order(parts: Sequence[PageParts], body: Sequence[Sequence[Line]], covers: int) -> list[Element]:
    """Regions and loose lines from the top of each page down, column after column, covers and logos left out."""
    elements: list[Element] = []
    for number, part in enumerate(parts):
        places: list[tuple[tuple[int, int], float, Element]] = []
        for box, region in part.boxes:
            on_cover = number < covers and isinstance(region, BoxFlow)
            if not on_cover and not _is_logo(region, number, len(parts), covers):
                places.append((part.columns.rank(box, box.top), -box.top, region))
        loose: list[tuple[tuple[int, int], float, Element]] = []
        height = 0.0
        for x in reversed(body[number] if number >= covers else ()):
            height = height if x.beside and height else -(x.baseline + 0.7 * x.size)
            loose.append((part.columns.rank(x.box, x.baseline), height, x))
        elements += [element for *_, element in sorted(places + loose[::-1], key=lambda place: place[:2])]
    return elements


def _is_logo(element: Element, number: int, pages: int, covers: int) -> bool:
    """A picture without words on the cover or the last page: the publisher's mark."""
    wordless = isinstance(element, FigureFlow) and not element.nodes
    return wordless and (number < max(covers, 1) or number == pages - 1)
