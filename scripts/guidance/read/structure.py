"""Flow -> Document: headings, numbered paragraphs, boxes, tables and figures as provisions with anchors.

Every line of the flow ends up in exactly one provision; a character that does not is dropped with a reason.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from guidance.document.conservation import balance
from guidance.document.model import Asset, Box, Document, Finding, Link, Mark, Provision, SourceFile, Text
from guidance.document.walk import map_texts
from guidance.read.assembly import CAPTION, Assembly, Part, box_metrics
from guidance.read.flow import BoxFlow, Flow, Pages, read_flow
from guidance.read.headings import Heading, find_side_heads, key_of, rank_headings
from guidance.read.lines import Line
from guidance.read.numbering import Marker
from guidance.read.page import Bookmark, PdfPage
from guidance.read.paragraphs import Chunk, comes_next, cut_chunks, is_title
from guidance.read.sequence import find_numbered

_SLACK = 1.0  # points by which a link may point below the foot of what it means


def resolve_jumps(
    provisions: Sequence[Provision], notes: Sequence[Provision], pages: Iterable[PdfPage]
) -> tuple[tuple[Provision, ...], tuple[Provision, ...], tuple[Finding, ...]]:
    """Provisions and notes with every "page:<number>:<height>" link made "#anchor", or taken away."""
    places: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for provision in provisions:
        for place in provision.places:
            foot = place.box.bottom if place.box else 0.0
            places[place.page].append((-foot, provision.anchor))
    for entries in places.values():
        entries.sort(key=lambda entry: entry[0])
    lifts = {page.number: page.lift for page in pages}
    findings: list[Finding] = []

    def rewrite(text: Text) -> Text:
        if not any(isinstance(mark, Link) and mark.address.startswith("page:") for mark in text.marks):
            return text
        marks: list[Mark] = []
        for mark in text.marks:
            if not isinstance(mark, Link) or not mark.address.startswith("page:"):
                marks.append(mark)
                continue
            anchor = _target(mark.address, places, lifts)
            if anchor:
                marks.append(Link(mark.start, mark.end, f"#{anchor}"))
            else:
                words = text.plain[mark.start : mark.end]
                findings.append(Finding("link", f"nothing stands where the link “{words}” leads"))
        return Text(text.plain, tuple(marks))

    done = tuple(map_texts(p, rewrite) for p in provisions)
    return done, tuple(map_texts(n, rewrite) for n in notes), tuple(findings)


def _target(address: str, places: dict[int, list[tuple[float, str]]], lifts: dict[int, float]) -> str | None:
    _, page, height = address.split(":")
    entries = places.get(int(page))
    if not entries:
        return None
    if not height:
        return entries[0][1]
    at = bisect_right([foot for foot, _ in entries], lifts[int(page)] - float(height) + _SLACK)
    return entries[min(at, len(entries) - 1)][1]


def build_document(pages: Pages, source: SourceFile) -> tuple[Document, tuple[tuple[int, Box], ...]]:
    """The document that a file's pages hold, its pictures empty, and where each of them stands: page, rectangle."""
    flow = read_flow(pages.parts, pages.size)
    parts = _without_frames(_parts_of(flow), flow)
    headings = _headings(parts, pages.bookmarks, flow)
    firsts = frozenset(index for index, heading in headings.items() if heading.level == 1)
    chunks = [part if isinstance(part, Chunk) else _NOTHING for part in parts]
    numbered = find_numbered([c if i not in headings else _NOTHING for i, c in enumerate(chunks)], firsts)
    assembly = Assembly(flow, headings, numbered)
    assembly.take_apart(flow.cover, "title-page")
    for index, part in enumerate(parts):
        assembly.take(index, part)
    assembly.take_apart(flow.imprint, "imprint")
    provisions, notes = assembly.finish()
    provisions, notes, lost = resolve_jumps(provisions, notes, [part.page for part in pages.parts])
    dropped = (*flow.dropped, *assembly.dropped)
    findings = [finding for part in pages.parts for finding in part.findings]
    findings += [*flow.findings, *numbered.findings, *assembly.findings, *lost]
    findings += [
        Finding(
            "link",
            f"links that lead nowhere or use an unsafe scheme were dropped ({part.page.dropped_links})",
            part.page.number,
        )
        for part in pages.parts
        if part.page.dropped_links
    ]
    document = Document(
        title=_title(pages, flow),
        language=(pages.language or "en-GB").strip(),
        source=source,
        provisions=provisions,
        notes=notes,
        assets=tuple(Asset(name, "image/png", b"") for name, _ in assembly.crops),
        characters_source=sum(part.printed for part in pages.parts),
        dropped=dropped,
        findings=tuple(findings),
    )
    return balance(document), tuple((figure.page, figure.box) for _, figure in assembly.crops)


_NOTHING = Chunk((), None, 0.0, 0.0, "prose")


def _parts_of(flow: Flow) -> list[Part]:
    """The flow with its loose lines cut into chunks; a paragraph that a figure interrupts is mended."""
    parts: list[Part] = []
    waiting: list[Line] = []
    for element in (*flow.elements, None):
        if isinstance(element, Line):
            waiting.append(element)
            continue
        chunks = cut_chunks(waiting, flow.metrics)
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


def _without_frames(parts: Sequence[Part], flow: Flow) -> list[Part]:
    """The parts with the chunks of a box in its place where it only shades paragraphs of the document's own
    sequence: it starts with the number that comes next."""
    free: list[Part] = []
    last: Marker | None = None
    for part in parts:
        chunks = [part] if isinstance(part, Chunk) else []
        if isinstance(part, BoxFlow) and last:
            inside = cut_chunks(part.lines, box_metrics(part.lines, flow.metrics))
            chunks = inside if inside[0].marker and comes_next(inside[0].marker, last) else []
        free += chunks or [part]
        for chunk in chunks:
            at_margin = chunk.marker and chunk.left < flow.metrics.left + chunk.lines[0].size
            if chunk.marker and at_margin and chunk.marker.kind in ("number", "decimal"):
                last = chunk.marker
    return free


def _is_rest_of(parts: Sequence[Part], chunk: Chunk) -> bool:
    """Whether a chunk behind a figure or box goes on with the paragraph before it, in mid-sentence."""
    before = next((p for p in reversed(parts) if isinstance(p, Chunk)), None)
    if before is None or before.kind == "title" or chunk.kind == "title" or chunk.marker:
        return False
    cut = before.lines[-1].page + 1 == chunk.lines[0].page
    return cut and chunk.text[:1].islower() and not before.text.rstrip().endswith((".", ":", ";", "!", "?"))


def _headings(parts: Sequence[Part], bookmarks: Sequence[Bookmark], flow: Flow) -> dict[int, Heading]:
    """The headings among the parts: titles that other evidence names, and those set like them."""
    titles = {i: p for i, p in enumerate(parts) if isinstance(p, Chunk) and p.kind == "title"}
    loud = {i: _is_loud(p, flow) for i, p in titles.items()}
    ranked = dict(zip(titles, rank_headings(list(titles.values()), bookmarks, flow.entries), strict=True))
    shouted = {key_of(titles[i].text) for i in titles if loud[i]}
    named = {i for i, h in ranked.items() if len(h.evidence) > 1}
    named -= {i for i in named if not loud[i] and key_of(titles[i].text) in shouted}
    named |= find_side_heads(parts, [i for i in titles if not loud[i]], flow.metrics)
    colours = Counter(titles[i].lines[0].colour for i in named if loud[i])
    usual = {colour for colour, count in colours.items() if count > 1}
    usual |= _usual_colours([title for i, title in titles.items() if loud[i]], bool(usual))
    kept = {
        i: titles[i]
        for i in titles
        if i in named or (loud[i] and titles[i].lines[0].colour in usual and not CAPTION.match(titles[i].text))
    }
    return dict(zip(kept, rank_headings(list(kept.values()), bookmarks, flow.entries), strict=True))


def _is_loud(title: Chunk, flow: Flow) -> bool:
    """Whether every line with letters is set apart by its type; the last may be a mere "14"."""
    lettered = [line for line in title.lines if any(c.isalpha() for c in line.text)]
    return bool(lettered) and all(is_title(line, flow.metrics) for line in lettered)


def _usual_colours(titles: Sequence[Chunk], known: bool) -> set[int]:
    """The colours of titles that stand on several pages; a chart's labels are loud on one. Where there are none and
    nothing is `known` otherwise, all."""
    pages: dict[int, set[int]] = defaultdict(set)
    for title in titles:
        pages[title.lines[0].colour].add(title.lines[0].page)
    several = {colour for colour, on in pages.items() if len(on) > 2}
    return several if several or known else set(pages)


def _title(pages: Pages, flow: Flow) -> str:
    """The title printed on the cover, largest type first; else the file's own word for it."""
    largest = max((line.size for line in flow.cover), default=0.0)
    words = " ".join(line.text for line in flow.cover if line.size > 0.95 * largest)
    return " ".join(words.split())[:200] or (pages.title or "Untitled")
