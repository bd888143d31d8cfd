"""Flow -> Parts: chunks of text, boxes, tables and figures in reading order, each where it belongs.

Boxes that only shade paragraphs are opened, titles that name boxes go into them, and titles in boxes that the
contents list names come out of them; what is a heading is decided elsewhere.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from guidance.read.numbering import BOX_NAME, Marker, comes_next, comparable_title
from guidance.read.page import BoxFlow, Chunk, Element, Flow, Line, Part
from guidance.read.paragraphs import cut_chunks

_MOST_TITLE_LINES = 4


def cut_parts(flow: Flow, missed: dict[int, int] | None = None) -> list[Part]:
    """The flow with its loose lines cut into chunks, those of boxes that only shade paragraphs too. `missed` are
    lines (by id) at which numbered paragraphs start for sure, and at which of their runs."""
    if not missed:
        return _without_frames(_whole_paragraphs(flow, frozenset()), flow)
    elements: list[Element] = []
    starts: set[int] = set()
    for element in flow.elements:
        at = missed.get(id(element))
        if isinstance(element, Line) and at is not None:
            elements += _split_line(element, at) if at else (element,)
            starts.add(id(elements[-1]))
        else:
            elements.append(element)
    flow = replace(flow, elements=tuple(elements))
    return _without_frames(_whole_paragraphs(flow, frozenset(starts)), flow)


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
        if chunks and parts and _is_rest_of(parts, chunks[0]):
            at = max(i for i, part in enumerate(parts) if isinstance(part, Chunk))
            before = parts[at]
            if isinstance(before, Chunk):
                lines = (*before.lines, *chunks.pop(0).lines)
                parts[at] = Chunk(lines, before.marker, before.left, before.text_left, before.kind)
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
        names = 0
        if isinstance(part, BoxFlow):
            names = next((n for n in (1, 2) if len(done) >= n and _names_box(done[-n], n, done[-1])), 0)
        above = [line for named in done[len(done) - names :] for line in named.lines]
        done = done[: len(done) - names]
        done.append(replace(part, lines=(*above, *part.lines)) if isinstance(part, BoxFlow) and above else part)
    return done


def _names_box(part: Part, count: int, last: Part) -> bool:
    """Whether a title names a box, and what stands between is but one title of it."""
    named = isinstance(part, Chunk) and part.kind == "title" and BOX_NAME.match(part.text) is not None
    return named and (count == 1 or (isinstance(last, Chunk) and last.kind == "title"))


def _is_rest_of(parts: Sequence[Part], chunk: Chunk) -> bool:
    """Whether a chunk behind a figure or box goes on with the paragraph before it, in mid-sentence."""
    before = next((p for p in reversed(parts) if isinstance(p, Chunk)), None)
    if before is None or before.kind == "title" or chunk.kind == "title" or chunk.marker:
        return False
    cut = before.lines[-1].page + 1 == chunk.lines[0].page
    return cut and chunk.text[:1].islower() and not before.text.rstrip().endswith((".", ":", ";", "!", "?"))
