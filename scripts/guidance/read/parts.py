"""Flow -> Parts: chunks of text, boxes, tables and figures in reading order, each where it belongs.

Boxes and tables that go on overleaf are made one; boxes that only shade paragraphs are opened, titles that name
boxes go into them, and titles in boxes that the contents list names come out of them. What is a heading is decided
elsewhere, and held here against what bookmarks and contents name of the parts.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from guidance.document.model import Dropped
from guidance.read.headings import mean_headings
from guidance.read.numbering import BOX_NAME, Marker, caption_number, comes_next, comparable_title
from guidance.read.page import (
    Bookmark,
    BoxFlow,
    CellFlow,
    Chunk,
    Element,
    Flow,
    Heading,
    Line,
    Part,
    TableFlow,
)
from guidance.read.paragraphs import cut_chunks

_MOST_TITLE_LINES = 4
_MOST_NAME_LINES = 3  # of a box's name and title


# --- Over pages ----------------------------------------------------------------------------------

_SHIFTED = 2.0  # points by which two of a table's columns may stand further apart on another page


def join_over_pages(elements: Sequence[Element], dropped: list[Dropped]) -> tuple[Element, ...]:
    """Boxes and tables that run over a page break made one; head rows that are printed again go to `dropped`."""
    done: list[Element] = []
    for element in elements:
        last = done[-1] if done else None
        if isinstance(element, BoxFlow) and isinstance(last, BoxFlow) and _box_goes_on(last, element):
            done[-1] = BoxFlow(last.fill, (*last.lines, *element.lines))
        elif isinstance(element, TableFlow) and isinstance(last, TableFlow) and _is_rest(last, element):
            done[-1] = _below(last, _without_head(element, last, dropped))
        elif isinstance(element, Line) and isinstance(last, TableFlow) and _cell_goes_on(last, element):
            *cells, cell = last.cells
            rest = replace(element, origin=cell.lines[-1].origin)
            done[-1] = replace(last, cells=(*cells, replace(cell, lines=(*cell.lines, rest))))
        else:
            done.append(element)
    return tuple(done)


def _is_rest(last: TableFlow, element: TableFlow) -> bool:
    """Whether a table has the columns of the one before it, further in or out where it stands on another page."""
    if (
        last.columns == element.columns
        or len(last.columns) != len(element.columns)
        or not (last.lines and element.lines)
    ):
        return last.columns == element.columns
    shifts = [here - there for here, there in zip(element.columns, last.columns, strict=True)]
    overleaf = element.lines[0].page == last.lines[-1].page + 1
    return overleaf and max(shifts) - min(shifts) < _SHIFTED


_SMALL = 0.1  # share of a table's cells that start with a small letter, above which one more says nothing


def _below(upper: TableFlow, lower: TableFlow) -> TableFlow:
    """A table with its rest from the next page, whose first row goes on with the last where no rule parts them, or
    where its sentences run on: one where it has nothing in the first column, else all."""
    ends = {cell.column: cell for cell in upper.cells if cell.row + cell.rows == upper.rows}
    rest = {cell.column: cell.lines for cell in lower.cells if cell.row == 0}
    runs = [at in ends and _runs_on(ends[at], lines[0]) for at, lines in rest.items() if lines]
    small = sum(cell.lines[0].text[:1].islower() for cell in upper.cells if cell.lines) > _SMALL * len(upper.cells)
    if not upper.open and not (any(runs) and (not rest.get(0) or (all(runs) and not small))):
        rest = {}
    first = [
        replace(c, lines=(*c.lines, *rest.get(c.column, ()))) if ends.get(c.column) is c else c for c in upper.cells
    ]
    by = upper.rows - (1 if rest else 0)
    below = [replace(cell, row=cell.row + by) for cell in lower.cells if cell.row or not rest]
    return TableFlow(upper.columns, by + lower.rows, (*first, *below), lower.open)


def _runs_on(cell: CellFlow, line: Line) -> bool:
    """Whether a line on the next page goes on with the sentence that a cell breaks off."""
    ended = not cell.lines or cell.lines[-1].text.rstrip().endswith((".", "?", "!", ":", ";"))
    return not ended and not line.text[:1].isupper()


def _without_head(table: TableFlow, upper: TableFlow, dropped: list[Dropped]) -> TableFlow:
    """The rest of a table without the head row that its page prints again."""
    head = _row_words(table, 0)
    if head != _row_words(upper, 0) or not any(head) or table.rows < 2:
        return table
    dropped += [
        Dropped(x.text, "head row printed again", x.page) for c in table.cells if not c.row for x in c.lines
    ]
    cells = (replace(cell, row=cell.row - 1) for cell in table.cells if cell.row)
    return TableFlow(table.columns, table.rows - 1, tuple(cells), table.open)


def _row_words(table: TableFlow, row: int) -> list[str]:
    return [" ".join(line.text for line in cell.lines) for cell in table.cells if cell.row == row]


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


# --- Parts ---------------------------------------------------------------------------------------


def cut_parts(flow: Flow, missed: dict[int, int] | None = None) -> list[Part]:
    """The flow with its loose lines cut into chunks, those of boxes that only shade paragraphs too. `missed` are
    lines (by id) at which numbered paragraphs start for sure, and at which of their runs."""
    elements: list[Element] = []
    starts: set[int] = set()
    for element in flow.elements:
        at = missed.get(id(element)) if missed else None
        elements += _split_line(element, at) if at and isinstance(element, Line) else (element,)
        if at is not None:
            starts.add(id(elements[-1]))
    whole = _whole_paragraphs(replace(flow, elements=tuple(elements)), frozenset(starts))
    return _without_frames(whole, flow)


def _split_line(line: Line, at: int) -> tuple[Line, Line]:
    """A line cut in two before one of its runs."""
    done = sum(len(run.text) for run in line.runs[:at])
    edge = line.runs[at].left
    last = line.runs[at - 1]
    heads = (*line.runs[: at - 1], replace(last, text=last.text.rstrip()))
    links = tuple(replace(k, start=k.start - done, end=k.end - done) for k in line.links if k.start >= done)
    before = tuple(k for k in line.links if k.end <= done)
    return (
        replace(line, runs=heads, box=replace(line.box, right=last.right), links=before),
        replace(line, runs=line.runs[at:], box=replace(line.box, left=edge), links=links),
    )


def _whole_paragraphs(flow: Flow, starts: frozenset[int]) -> list[Part]:
    """The flow with its loose lines cut into chunks; a paragraph that a figure interrupts is mended."""
    parts: list[Part] = []
    waiting: list[Line] = []
    for element in (*flow.elements, None):
        if isinstance(element, Line):
            waiting.append(element)
            continue
        chunks = cut_chunks(waiting, flow.metrics, starts)
        before = next((part for part in reversed(parts) if isinstance(part, Chunk)), None)
        if chunks and before and _goes_on(before, chunks[0]):
            whole = replace(before, lines=(*before.lines, *chunks.pop(0).lines))
            parts = [whole if part is before else part for part in parts]
        parts.extend(chunks)
        waiting = []
        if element is not None:
            parts.append(element)
    return parts


def _titled(box: BoxFlow, listed: frozenset[str]) -> list[Part]:
    """A box, and before it the title that its first lines are where the contents list names it."""
    for count in range(1, min(len(box.lines), _MOST_TITLE_LINES) + 1):
        lines = box.lines[:count]
        if comparable_title(" ".join(line.text for line in lines)) in listed:
            title = Chunk(lines, None, lines[0].left, lines[0].left, "title", loud=True)
            rest = box.lines[count:]
            return [title, replace(box, lines=rest)] if rest else [title]
    return [box]


def _without_frames(parts: Sequence[Part], flow: Flow) -> list[Part]:
    """The parts with the chunks of a box in its place where it only shades paragraphs of the document's own
    sequence: it starts with the number that comes next, below a title perhaps, which stays a box; and titles of
    boxes that are headings set before these."""
    metrics = flow.metrics
    outside = {comparable_title(p.text) for p in parts if isinstance(p, Chunk) and p.kind == "title"}
    listed = frozenset(comparable_title(entry.title) for entry in flow.entries) - outside
    free: list[Part] = []
    last: Marker | None = None
    for part in parts:
        chunks = [part] if isinstance(part, Chunk) else []
        if isinstance(part, BoxFlow) and last:
            inside = cut_chunks(part.lines, metrics.between_edges(part.lines))
            titles = next((n for n, chunk in enumerate(inside[:_MOST_TITLE_LINES]) if chunk.kind != "title"), 0)
            marker = inside[titles].marker
            chunks = inside[titles:] if marker and comes_next(marker, last) else []
            if chunks and titles:
                free.append(replace(part, lines=tuple(x for chunk in inside[:titles] for x in chunk.lines)))
        free += chunks or (_titled(part, listed) if isinstance(part, BoxFlow) else [part])
        for chunk in chunks:
            at_margin = chunk.marker and chunk.left < metrics.left + chunk.lines[0].size
            if chunk.marker and at_margin and chunk.marker.kind in ("number", "decimal"):
                last = chunk.marker
    return _with_names(free)


def _with_names(parts: Sequence[Part]) -> list[Part]:
    """The parts with the name that stands above a box, and its title below that, put into it: "Box 1"."""
    done: list[Part] = []
    for part in parts:
        if isinstance(part, BoxFlow):
            names = next((n for n in (1, 2) if len(done) >= n and _names_box(done[-n], n, done[-1])), 0)
            above = done[len(done) - names :]
            del done[len(done) - names :]
            part = replace(part, lines=tuple(line for one in (*above, part) for line in one.lines))
        done.append(part)
    return done


def _names_box(part: Part, count: int, last: Part) -> bool:
    """Whether a title names a box, and what stands between is but one title of it."""
    named = isinstance(part, Chunk) and part.kind == "title" and BOX_NAME.match(part.text) is not None
    return named and (count == 1 or (isinstance(last, Chunk) and last.kind == "title"))


def _goes_on(before: Chunk, chunk: Chunk) -> bool:
    """Whether a chunk behind a figure or box goes on with the paragraph before it, in mid-sentence."""
    if before.kind == "title" or chunk.kind == "title" or chunk.marker:
        return False
    cut = before.lines[-1].page + 1 == chunk.lines[0].page
    return cut and chunk.text[:1].islower() and not before.text.rstrip().endswith((".", ":", ";", "!", "?"))


# --- Headings held against lists of titles -------------------------------------------------------

_MOST_LOST = 0.1  # share of a list's titles that stand nowhere as printed: sources reword them
_BEHIND = " .0123456789"  # "Scope 1.4", "Scope ..... 12"
_LEAST_TOP = 4  # headings of the first level, from which a list that lacks most of them says something
_SHORTEST_SHARED = 8  # letters by which a title is known that goes on elsewhere

_Named = tuple[str, int | None]
"""A title and its page, where that is known."""


def held_against_lists(
    parts: Sequence[Part],
    headings: dict[int, Heading],
    bookmarks: Sequence[Bookmark],
    flow: Flow,
) -> tuple[int, list[_Named]]:
    """How many titles a file's bookmarks and printed contents name, and what is amiss with the headings by these:
    titles that stand in the text and are none, or, where they are many, that stand nowhere; and headings of the
    first level where the contents list names fewer than half of them."""
    cover = comparable_title(" ".join(line.text for line in flow.cover))
    bookmarks = [mark for mark in bookmarks if comparable_title(mark.title) not in cover]  # some name its words too
    found = {comparable_title(heading.chunk.text) for heading in headings.values()}
    lines = {comparable_title(part.text): part.lines[0].page for part in parts if isinstance(part, Chunk)}
    for part in parts:
        if isinstance(part, BoxFlow):
            named_box = BOX_NAME.match(part.lines[0].text) is not None  # its name and title are the box's own
            own = [line.text for line in part.lines[:_MOST_NAME_LINES]] if named_box else []
            found |= {comparable_title(" ".join(own[at:end])) for at in range(len(own)) for end in range(at + 1, 4)}
            lines |= {comparable_title(line.text): line.page for line in part.lines}
    found |= {
        key for key, title in ((comparable_title(b.title), b.title) for b in bookmarks) if caption_number(title)
    }
    listed: list[_Named] = [(entry.title.rstrip(_BEHIND), None) for entry in flow.entries]
    named: list[_Named] = [(b.title, b.page) for b in bookmarks] if mean_headings(bookmarks, len(found)) else []
    top = [h.chunk for h in headings.values() if h.level <= 1]
    keys = {comparable_title(title) for title, _ in listed}
    apart = [(c.text, c.lines[0].page) for c in top if not _is_named(comparable_title(c.text), keys)]
    few = not listed or len(top) < _LEAST_TOP or 2 * len(apart) <= len(top)
    amiss = [*_not_found(listed, found, lines), *_not_found(named, found, lines), *(() if few else apart)]
    return len(listed) + len(named), amiss


def _not_found(titles: Sequence[_Named], found: Collection[str], lines: dict[str, int]) -> list[_Named]:
    keys = [
        (key, title, page) for title, page in titles if (key := comparable_title(title)) not in ("", "contents")
    ]
    lost = [(key, title, page) for key, title, page in keys if not _is_named(key, found)]
    many = len(lost) > max(1, _MOST_LOST * len(keys))
    return [(title, lines.get(key, page)) for key, title, page in lost if many or key in lines]


def _is_named(key: str, found: Collection[str]) -> bool:
    alike = (one for one in found if len(one) >= _SHORTEST_SHARED)
    return key in found or any(key.startswith(one) or one.startswith(key) for one in alike)
