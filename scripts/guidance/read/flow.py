"""Pages -> Flow: what a reader's eye meets from the first page to the last, furniture and notes set aside.

Puts lines, boxes, tables and figures into reading order and joins what a page break cut apart; it knows
nothing of headings or provisions.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Box, Dropped, Finding
from guidance.read.columns import Columns, cut_segments, find_columns
from guidance.read.furniture import ContentsEntry, find_contents, find_furniture
from guidance.read.lines import Line, build_lines
from guidance.read.notes import NoteLines, find_end_notes, find_notes
from guidance.read.page import Bookmark, Fragment, PdfPage, printed_characters, source_findings
from guidance.read.paragraphs import Metrics, measure
from guidance.read.regions import Grid, Panel, Picture, find_regions, holds, hull, outside


class BoxFlow(Struct, frozen=True):
    """A box's lines, over all pages it runs over."""

    fill: int | None
    lines: tuple[Line, ...]


class CellFlow(Struct, frozen=True):
    """A table cell: its lines, its first row and column, how many it spans, whether it is shaded."""

    lines: tuple[Line, ...]
    row: int
    column: int
    rows: int
    columns: int
    shaded: bool


class TableFlow(Struct, frozen=True):
    """A ruled table's cells, over all pages it runs over; `columns` are the positions of its rules."""

    columns: tuple[float, ...]
    rows: int
    cells: tuple[CellFlow, ...]


class FigureFlow(Struct, frozen=True):
    """A figure: where it stands, its alternative text, the lines drawn in it, node by node."""

    page: int
    box: Box
    alternative: str | None
    nodes: tuple[tuple[Line, ...], ...]


Element = Line | BoxFlow | TableFlow | FigureFlow


class Flow(Struct, frozen=True):
    """A file in reading order: what stands between the cover and the imprint on the last page, and its notes."""

    elements: tuple[Element, ...]
    notes: tuple[NoteLines, ...]
    entries: tuple[ContentsEntry, ...]
    metrics: Metrics
    cover: tuple[Line, ...]
    imprint: tuple[Line, ...]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...] = ()


class PageParts(Struct):
    """A page's lines and what is set apart on it; `printed` is how many characters it has, white space aside."""

    page: PdfPage
    lines: tuple[Line, ...]
    boxes: list[tuple[Box, Element]]
    unseen: list[Dropped]
    columns: Columns
    printed: int
    findings: tuple[Finding, ...]


class Pages(Struct, frozen=True):
    """A whole file: its pages, its usual type size, its outline, and what it says of itself."""

    parts: tuple[PageParts, ...]
    size: float
    bookmarks: tuple[Bookmark, ...]
    title: str | None
    language: str | None
    producer: str | None


def read_flow(parts: Sequence[PageParts], size: float) -> Flow:
    """The flow of a file; `size` is its usual type size."""
    pages = [list(p.lines) for p in parts]
    dropped = [entry for p in parts for entry in p.unseen]
    furniture = find_furniture(pages, [p.page.height for p in parts], size)
    contents, entries = find_contents(
        [[x for i, x in enumerate(lines) if i not in furniture.get(n, {})] for n, lines in enumerate(pages)]
    )
    kept: list[list[Line]] = []
    for number, lines in enumerate(pages):
        out = furniture.get(number, {})
        dropped += [Dropped(lines[i].text, reason, number + 1) for i, reason in sorted(out.items())]
        rest = [x for i, x in enumerate(lines) if i not in out]
        listed = contents.get(number, set())
        dropped += [Dropped(x.text, "contents list", number + 1) for i, x in enumerate(rest) if i in listed]
        kept.append([x for i, x in enumerate(rest) if i not in listed])
    metrics = measure(kept)
    ends, taken = find_end_notes(kept, metrics)
    kept = _without(kept, taken)
    feet, taken = find_notes(kept, [p.page.shapes for p in parts], metrics)
    notes = tuple(sorted([*feet, *ends], key=lambda note: note.page))
    body = _without(kept, taken)
    covers = _cover_pages(contents, body, parts, metrics)
    cover = tuple(line for number in range(covers) for line in _cover_lines(parts[number], body[number]))
    last = len(parts) - 1
    has_mark = any(_is_logo(f, last, len(parts), covers) for _, f in parts[last].boxes)
    imprint = tuple(body[last]) if has_mark and last >= covers else ()
    if imprint:
        body[last] = []
    elements = _in_order(parts, body, covers)
    findings = tuple(_links_over_nothing(parts))
    return Flow(_joined(elements), notes, entries, metrics, cover, imprint, tuple(dropped), findings)


def _without(pages: Sequence[Sequence[Line]], taken: dict[int, set[int]]) -> list[list[Line]]:
    return [[x for i, x in enumerate(lines) if i not in taken.get(n, set())] for n, lines in enumerate(pages)]


def _links_over_nothing(parts: Sequence[PageParts]) -> Iterator[Finding]:
    for part in parts:
        lines = [*part.lines, *(line for _, region in part.boxes for line in element_lines(region))]
        placed = {link.area.address for line in lines for link in line.links}
        loose = [area.address for area in part.page.links if area.address and area.address not in placed]
        if loose:
            words = f"links that lie over white space were dropped ({len(loose)}): {', '.join(loose)}"
            yield Finding("link", words, part.page.number)


def _cover_pages(
    contents: dict[int, set[int]], body: Sequence[Sequence[Line]], parts: Sequence[PageParts], metrics: Metrics
) -> int:
    """How many pages stand before the text starts: those before the contents list, else a title page, which has no
    table and little prose."""
    first = min(contents) if contents else None
    if first is not None and first <= 4:
        return first
    if len(body) > 1 and body[0] and not any(isinstance(region, TableFlow) for _, region in parts[0].boxes):
        wide = 0.7 * (metrics.right - metrics.left)
        plain = sum(1 for x in body[0] if abs(x.size - metrics.size) < 0.5 and x.right - x.left > wide)
        return 0 if plain > 4 else 1
    return 0


def _cover_lines(part: PageParts, lines: Sequence[Line]) -> list[Line]:
    """A cover's lines, those on a coloured ground included."""
    grounds = [line for _, region in part.boxes if isinstance(region, BoxFlow) for line in region.lines]
    return sorted([*lines, *grounds], key=lambda line: -line.baseline)


# --- One page ------------------------------------------------------------------------------------


def page_parts(page: PdfPage, size: float) -> PageParts:
    """What stands on one page of a file whose usual type size is `size`."""
    shown: list[Fragment] = []
    beyond: list[Fragment] = []
    for fragment in page.fragments:
        (shown if _is_on(page, fragment.box) else beyond).append(fragment)
    rest, repeated = _unique(shown)
    segments = cut_segments(rest)
    regions = find_regions(page, segments, size)
    unseen = [Dropped(f.text, "printed twice on one spot", page.number) for f in repeated]
    unseen += [Dropped(f.text, "beyond the page's edge", page.number) for f in beyond]
    boxes: list[tuple[Box, Element]] = []
    for picture in regions.pictures:
        inside, rest = _split(rest, picture.box)
        boxes.append((picture.box, _figure(page, picture, inside)))
    for grid in regions.grids:
        inside, rest = _split(rest, grid.box)
        boxes.append((grid.box, _table(page, grid, inside)))
    for panel in regions.panels:
        inside, rest = _split(rest, panel.box)
        if inside:
            boxes.append((panel.box, _box(page, panel, inside)))
    columns = find_columns(outside([box for box, _ in boxes], segments))
    lines = _lines(page, rest, columns)
    return PageParts(page, lines, boxes, unseen, columns, printed_characters(page), source_findings(page))


def _is_on(page: PdfPage, box: Box) -> bool:
    """Whether something is on the page as it is shown; printers leave notes of their own beyond its edge."""
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return 0 <= x <= page.width and 0 <= y <= page.height


def _lines(page: PdfPage, fragments: Sequence[Fragment], columns: Columns) -> tuple[Line, ...]:
    """The lines of a page in reading order, one column after the other."""
    if not columns.bands:
        return build_lines(fragments, page.number, page.tags, page.links)
    by_rank: dict[tuple[int, int], list[Fragment]] = defaultdict(list)
    for fragment in fragments:
        by_rank[columns.rank(fragment.box, fragment.baseline)].append(fragment)
    return tuple(
        line
        for rank, some in sorted(by_rank.items(), key=lambda entry: entry[0])
        for line in build_lines(some, page.number, page.tags, page.links, columns.shift if rank[1] else 0.0)
    )


def _unique(fragments: Sequence[Fragment]) -> tuple[list[Fragment], list[Fragment]]:
    """Fragments, and apart from them those printed again on the same spot."""
    seen: dict[tuple[str, int, int], int] = {}
    for index, f in enumerate(fragments):
        seen.setdefault((f.text, round(f.box.left * 2), round(f.baseline * 2)), index)
    first = set(seen.values())
    kept = [f for index, f in enumerate(fragments) if index in first]
    return kept, [f for index, f in enumerate(fragments) if index not in first]


def _split(fragments: Sequence[Fragment], box: Box) -> tuple[list[Fragment], list[Fragment]]:
    inside: list[Fragment] = []
    outside: list[Fragment] = []
    for fragment in fragments:
        (inside if holds(box, fragment) else outside).append(fragment)
    return inside, outside


def _box(page: PdfPage, panel: Panel, inside: Sequence[Fragment]) -> BoxFlow:
    return BoxFlow(panel.fill, build_lines(inside, page.number, page.tags, page.links, panel.box.left))


def _table(page: PdfPage, grid: Grid, inside: list[Fragment]) -> TableFlow:
    cells: list[CellFlow] = []
    for box, row, column, rows, columns, shaded in grid.cells:
        mine, inside = _split(inside, box)
        lines = build_lines(mine, page.number, page.tags, page.links, box.left)
        cells.append(CellFlow(lines, row, column, rows, columns, shaded))
    if inside:
        lines = build_lines(inside, page.number, page.tags, page.links, grid.box.left)
        cells.append(CellFlow(lines, max(c.row for c in cells) + 1, 0, 1, 1, False))
    lefts = sorted({round(box.left, 0) for box, *_ in grid.cells})
    return TableFlow(tuple(lefts), 1 + max(c.row + c.rows - 1 for c in cells), tuple(cells))


def _figure(page: PdfPage, picture: Picture, inside: list[Fragment]) -> FigureFlow:
    groups: list[list[Fragment]] = []
    for box in sorted(picture.nodes, key=lambda b: (b.right - b.left) * (b.top - b.bottom)):
        mine, inside = _split(inside, box)
        clusters = _clusters(mine)
        groups += clusters if _side_by_side(clusters) else [mine] if mine else []
    groups += _clusters(inside)
    nodes = [build_lines(group, page.number, page.tags, page.links) for group in groups]
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
    if one.angle or other.angle:
        return False
    return beside < 0.9 * size and above < 0.8 * size


def _side_by_side(clusters: Sequence[list[Fragment]]) -> bool:
    """Whether groups stand in columns: some two of them at one height, well apart."""
    hulls = [hull(f.box for f in cluster) for cluster in clusters]
    return any(
        max(a.left, b.left) - min(a.right, b.right) > 1.5 * clusters[0][0].size
        and min(a.top, b.top) > max(a.bottom, b.bottom)
        for i, a in enumerate(hulls)
        for b in hulls[i + 1 :]
    )


# --- All pages -----------------------------------------------------------------------------------


def _in_order(parts: Sequence[PageParts], body: Sequence[Sequence[Line]], covers: int) -> list[Element]:
    elements: list[Element] = []
    for number, part in enumerate(parts):
        places: list[tuple[tuple[int, int], float, int, Element]] = []
        for count, (box, region) in enumerate(part.boxes):
            on_cover = number < covers and isinstance(region, BoxFlow)
            if not on_cover and not _is_logo(region, number, len(parts), covers):
                places.append((part.columns.rank(box, box.top), -box.top, count, region))
        if number >= covers:
            places += [
                (part.columns.rank(x.box, x.baseline), -(x.baseline + 0.7 * x.size), 1000 + i, x)
                for i, x in enumerate(body[number])
            ]
        elements += [element for *_, element in sorted(places, key=lambda place: place[:3])]
    return elements


def _is_logo(element: Element, number: int, pages: int, covers: int) -> bool:
    """A picture without words on the cover or the last page: the publisher's mark."""
    wordless = isinstance(element, FigureFlow) and not element.nodes
    return wordless and (number < max(covers, 1) or number == pages - 1)


def _joined(elements: Sequence[Element]) -> tuple[Element, ...]:
    """Boxes and tables that run over a page break made one."""
    done: list[Element] = []
    for element in elements:
        last = done[-1] if done else None
        if isinstance(element, BoxFlow) and isinstance(last, BoxFlow) and _box_goes_on(last, element):
            done[-1] = BoxFlow(last.fill, (*last.lines, *element.lines))
        elif isinstance(element, TableFlow) and isinstance(last, TableFlow) and last.columns == element.columns:
            below = tuple(
                CellFlow(c.lines, c.row + last.rows, c.column, c.rows, c.columns, c.shaded) for c in element.cells
            )
            done[-1] = TableFlow(last.columns, last.rows + element.rows, (*last.cells, *below))
        elif isinstance(element, Line) and isinstance(last, TableFlow) and _cell_goes_on(last, element):
            *cells, cell = last.cells
            rest = replace(element, origin=cell.lines[-1].origin)
            done[-1] = replace(last, cells=(*cells, replace(cell, lines=(*cell.lines, rest))))
        else:
            done.append(element)
    return tuple(done)


def _cell_goes_on(last: TableFlow, line: Line) -> bool:
    """Whether a line is the rest of a table's last cell, which a page break cuts in mid-sentence."""
    above = last.cells[-1].lines[-1:]
    if not above or last.cells[-1].column == 0 or line.text[:1].isupper():
        return False
    next_page = line.page - above[0].page == (0 if above[0].baseline > line.baseline else 1)
    below = abs(line.box.left - above[0].box.left) < 0.3 * line.size and abs(line.size - above[0].size) < 0.5
    return below and next_page and not above[0].text.rstrip().endswith((".", "?", "!"))


def _box_goes_on(last: BoxFlow, element: BoxFlow) -> bool:
    """Whether a box is the rest of the one on the page before: of one colour, and tagged alike."""
    return (
        last.fill == element.fill
        and element.lines[0].page == last.lines[-1].page + 1
        and _is_tabled(last) == _is_tabled(element)
    )


def _is_tabled(box: BoxFlow) -> bool:
    return any(run.tag and "Table" in run.tag.path for line in box.lines for run in line.runs)


def element_lines(element: Element) -> tuple[Line, ...]:
    """Every line of an element."""
    if isinstance(element, Line):
        return (element,)
    if isinstance(element, BoxFlow):
        return element.lines
    if isinstance(element, TableFlow):
        return tuple(line for cell in element.cells for line in cell.lines)
    return tuple(line for node in element.nodes for line in node)
