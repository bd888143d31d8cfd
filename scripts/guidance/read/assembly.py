"""Parts -> Document: headings, numbered paragraphs, boxes, tables and figures as provisions with their anchors.

Puts every line into exactly one provision; which titles are headings and which numbers are paragraphs' is decided
by read/headings.py and read/sequence.py.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.anchors import anchor_for
from guidance.document.model import (
    Asset,
    Block,
    Box,
    Cell,
    Document,
    Dropped,
    Figure,
    Finding,
    Kind,
    Para,
    Place,
    Provision,
    SourceFile,
    Table,
    Text,
)
from guidance.document.walk import balance
from guidance.read.blocks import BlockBuilder, Outline, places_of
from guidance.read.body_text import Words, collect_words, join_lines, resolve_jumps
from guidance.read.headings import find_headings, is_coded
from guidance.read.notes import NoteIndex
from guidance.read.numbering import anchor_number, caption_number, is_division, named_number
from guidance.read.page import (
    BoxFlow,
    Chunk,
    FigureFlow,
    Flow,
    Heading,
    Line,
    NoteLines,
    Pages,
    Part,
    TableFlow,
)
from guidance.read.paragraphs import cut_chunks
from guidance.read.parts import cut_parts, held_against_lists
from guidance.read.sequence import Numbered, find_missed, find_numbered
from guidance.read.structure import Reading, judge_pages

_LONGEST_CAPTION = 200  # characters
_SCHEDULE = re.compile(r"(?:.*-)?schedule(?:-\w+)?$")  # whose items count from 1
_AMENDED = re.compile(
    r"\[? [A-Z]\d{1,3} \(\d{1,3}[A-Z]{0,2}\)", re.VERBOSE
)  # "[F1(5A) Where": put in by a later law
_SAME_TYPE = 0.05  # share of a type size
_MOST_SIZES = 2  # of type on a cover, in which its title may stand
_LONGEST_DOCUMENT_TITLE = 200
_MOST_TITLE_LINES = 4  # of an instrument's title
_NOTHING = Chunk((), None, 0.0, 0.0, "prose")


def build_document(flow: Flow, pages: Pages, source: SourceFile) -> tuple[Document, tuple[tuple[int, Box], ...]]:
    """The document that a file's `pages` hold, which have been put into reading order as `flow`; its pictures are
    empty, and beside it stands where each is to be drawn from: page (1-based) and rectangle."""
    parts = cut_parts(flow)
    headings, free, numbered = _decide(parts, pages, flow)
    if missed := find_missed(free, numbered.numbers):
        parts = cut_parts(flow, missed)
        headings, free, numbered = _decide(parts, pages, flow)
    assembly = _Assembly(flow, headings, numbered)
    assembly.take_apart(flow.cover, "title-page")
    for index, part in enumerate(parts):
        assembly.take(index, part)
    assembly.take_apart(flow.imprint, "imprint")
    provisions, notes = assembly.finish()
    provisions, notes, lost = resolve_jumps(provisions, notes, [part.page for part in pages.parts])
    findings = [finding for part in pages.parts for finding in part.findings]
    findings += [*flow.findings, *numbered.findings, *assembly.findings, *lost, *_dropped_links(pages)]
    document = Document(
        title=_title(pages, flow, [headings[at] for at in sorted(headings)]),
        language=(pages.language or "en-GB").strip(),
        source=source,
        provisions=provisions,
        notes=notes,
        assets=tuple(Asset(name, "image/png", b"") for name, _ in assembly.figures),
        characters_source=sum(part.printed for part in pages.parts),
        dropped=(*flow.dropped, *assembly.dropped),
        findings=tuple(findings),
    )
    lists = held_against_lists(parts, headings, pages.bookmarks, flow)
    reading = Reading(pages, flow, parts, headings, numbered.numbers, lists, assembly.unknown_marks)
    document = balance(replace(document, structure=judge_pages(document, reading)))
    return document, tuple((figure.page, figure.box) for _, figure in assembly.figures)


def _decide(parts: Sequence[Part], pages: Pages, flow: Flow) -> tuple[dict[int, Heading], list[Chunk], Numbered]:
    """Which parts (by index) are headings, the other ones' chunks, and which of these are numbered paragraphs."""
    headings = find_headings(parts, pages.bookmarks, flow)
    firsts = frozenset(
        i for i, h in headings.items() if h.level == 1 or is_coded(h.chunk.text) or _is_schedule(h.chunk)
    )
    free = [p if isinstance(p, Chunk) and i not in headings else _NOTHING for i, p in enumerate(parts)]
    return headings, free, find_numbered(free, firsts)


def _is_schedule(title: Chunk) -> bool:
    """Whether a title is a schedule's, in which numbers start again."""
    alone = is_division(title.lines[0].text) and title.text[:8].lower() == "schedule"
    return alone or (named_number(title.text) or ("",))[0] == "schedule"


def _dropped_links(pages: Pages) -> Iterator[Finding]:
    for part in pages.parts:
        if count := part.page.dropped_links:
            said = f"links that lead nowhere or use an unsafe scheme were dropped ({count})"
            yield Finding("link", said, part.page.number)


_SERIES = re.compile(  # what a cover prints larger than the title of what it covers
    r"""
    (?: (?: draft | revised | statutory | departmental | practice | non-statutory | HM | government | public )? \s*
        (?: guidance | guide | advice | consultation | response | report | policy \s paper | handbook | statutory \s
          instruments? | government | \d{4} \s No\. \s \d+ | [\d\s.,/–-]+ ) \s* )+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_INSTRUMENT = re.compile(r"The \b .* \b (?: Regulations | Order | Rules | Act | Scheme ) \s \d{4}", re.VERBOSE)
_NO_TITLE = re.compile(
    r"untitled .* | document \s? \d* | microsoft .* | .* \. (?: docx? | indd | pdf | qxd | rtf )", re.X | re.I
)


def _title(pages: Pages, flow: Flow, headings: Sequence[Heading]) -> str:
    """The title printed on the cover: an instrument's own, else the largest type that names more than a series;
    else the file's own word for it, else a heading on the first page that is larger than all others."""
    printed = []
    for size in sorted({line.size for line in flow.cover}, reverse=True):
        lines = [line for line in flow.cover if abs(line.size - size) <= _SAME_TYPE * size]
        printed.append(_joined_words([line for line in lines if line.page == lines[0].page]))
    stretches = (flow.cover[at : at + n] for n in range(1, _MOST_TITLE_LINES + 1) for at in range(len(flow.cover)))
    named = [words for words in map(_joined_words, stretches) if _INSTRUMENT.fullmatch(words)][:1]
    named += [words for words in printed[:_MOST_SIZES] if not _SERIES.fullmatch(words)]
    own = " ".join((pages.title or "").split())
    own = "" if _NO_TITLE.fullmatch(own) else own
    sizes = [round(heading.chunk.lines[0].size, 1) for heading in headings]
    first = headings[0].chunk if headings and headings[0].chunk.lines[0].page == 1 else None
    alone = first is not None and all(size < sizes[0] for size in sizes[1:]) and not flow.cover
    heads = first.text if first and alone and not named_number(first.text) else ""
    return (named or [own or heads])[0][:_LONGEST_DOCUMENT_TITLE] or "Untitled"


def _joined_words(lines: Sequence[Line]) -> str:
    return re.sub(r"(?<=\w)- (?=[a-z])", "-", " ".join(" ".join(line.text for line in lines).split()))


class _Open(Struct):
    """The provision being read."""

    anchor: str
    kind: Kind
    builder: BlockBuilder
    lines: list[Line]
    number: str | None = None
    marker: str = ""
    text_left: float = 0.0
    left: float = 0.0

    def take(self, chunk: Chunk) -> None:
        """Add a chunk to it."""
        self.lines.extend(chunk.lines)
        self.builder.take(chunk)


class _Assembly:
    """Takes the parts of a document in order and gives its provisions and notes."""

    def __init__(self, flow: Flow, headings: dict[int, Heading], numbered: Numbered) -> None:
        """`headings` and `numbered` say, by index of part, what has been decided."""
        self._flow = flow
        self._headings = headings
        self._numbered = numbered
        self._repeats = 3 * len(set(numbered.numbers.values())) < 2 * len(numbered.numbers)
        self._outline = Outline()
        anchors = [self._outline.take(anchor_for("footnote", note.label, "")) for note in flow.notes]
        self._anchored_notes = tuple(zip(flow.notes, anchors, strict=True))
        self._notes = NoteIndex(flow.notes, anchors)
        every = [x for e in flow.elements for x in ((e,) if isinstance(e, Line) else e.lines)]
        every += [x for note in flow.notes for x in note.lines]
        self._words: Words = collect_words(every)
        self._provisions: list[Provision] = []
        self._coded: str | None = None  # the title above, where numbers start again below it
        self._open: _Open | None = None
        self.dropped: list[Dropped] = []
        self.findings: list[Finding] = []
        self.figures: list[tuple[str, FigureFlow]] = []
        self.unknown_marks = self._notes.unknown

    # --- What arrives ----------------------------------------------------------------------------

    def take_apart(self, lines: Sequence[Line], anchor: str) -> None:
        """The words of the title page or the imprint: one provision that stands under no heading."""
        if lines:
            self._outline.above = []
            now = self._start("text", lines, anchor)
            for chunk in cut_chunks(lines, self._flow.metrics):
                now.take(replace(chunk, kind="prose", marker=None))
            self._close()

    def take(self, index: int, part: Part) -> None:
        """The next part in reading order."""
        if isinstance(part, BoxFlow):
            self._take_box(part)
        elif isinstance(part, TableFlow):
            self._take_table(part)
        elif isinstance(part, FigureFlow):
            self._take_figure(part)
        elif index in self._headings:
            self._take_heading(self._headings[index])
        elif index in self._numbered.numbers:
            self._take_paragraph(part, self._numbered.numbers[index])
        else:
            self._take_chunk(part)

    def _take_heading(self, heading: Heading) -> None:
        self._close()
        text = self._text(replace(heading.chunk, marker=None))
        made = self._outline.heading(text, heading.level, heading.evidence, places_of(heading.chunk.lines))
        self._coded = made.anchor if is_coded(text.plain) else None
        self._provisions.append(made)

    def _take_paragraph(self, chunk: Chunk, number: str) -> None:
        above = self._outline.parents
        schedules = [anchor for anchor in above if _SCHEDULE.match(anchor)]
        chapter = (self._coded or [*schedules, above[0]][0]) if above else None
        wish = anchor_for("paragraph", anchor_number(number), "")
        wish = f"{chapter}-{wish}" if chapter and self._repeats else wish
        now = self._start("paragraph", chunk.lines, wish, chapter)
        now.number, now.marker = number, chunk.marker.printed if chunk.marker else ""
        now.left, now.text_left = chunk.left, chunk.text_left
        now.lines.extend(chunk.lines)
        now.builder.put(Para(self._text(chunk), places_of(chunk.lines)))

    def _take_chunk(self, chunk: Chunk) -> None:
        """A chunk without a paragraph number: part of what is open, or a text of its own."""
        number = caption_number(chunk.text) if len(chunk.text) < _LONGEST_CAPTION else None
        if number and self._caption(chunk, number):
            return
        now = self._open
        if now is None or not self._belongs(chunk, now):
            now = self._start("text", chunk.lines, anchor_for("text", None, "", self._outline.section))
        now.take(chunk)

    def _belongs(self, chunk: Chunk, now: _Open) -> bool:
        if (chunk.marker and chunk.marker.kind != "coded") or _AMENDED.match(chunk.text):
            return True
        if chunk.kind == "title":
            return False
        slack = 0.6 * chunk.lines[0].size
        item_left = now.builder.item_left()
        if item_left is not None and chunk.left > item_left - slack and chunk.left > now.left + slack:
            return True
        if chunk.text[:1].islower():
            return True
        hangs = now.kind == "paragraph" and now.text_left > now.left + slack
        if hangs and abs(chunk.left - now.text_left) < slack and self._is_hanging(now):
            return True
        return now.kind == "text" and all(line.bold for line in now.lines)

    def _is_hanging(self, now: _Open) -> bool:
        """Whether the paragraph's further lines stand under its words rather than under its number."""
        further = [line.left for line in now.lines[1:2]]
        return not further or abs(further[0] - now.text_left) < abs(further[0] - now.left)

    def _take_box(self, box: BoxFlow) -> None:
        now = self._start("box", box.lines, anchor_for("box", None, "", self._outline.section))
        for chunk in cut_chunks(box.lines, self._flow.metrics.between_edges(box.lines)):
            now.take(chunk)
        self._close()

    def _take_table(self, table: TableFlow) -> None:
        if not table.lines:
            return
        now = self._start("table", table.lines, anchor_for("table", None, "", self._outline.section))
        rows: list[list[Cell]] = [[] for _ in range(max(c.row for c in table.cells) + 1)]
        for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
            heads = bool(cell.lines) and (cell.shaded or cell.row == 0) and all(x.bold for x in cell.lines)
            blocks = self._cell_blocks(cell.lines, now.anchor)
            rows[cell.row].append(Cell(blocks, "column" if heads else None, cell.columns, cell.rows))
        now.lines.extend(table.lines)
        now.builder.put(Table(tuple(tuple(row) for row in rows if row), None, places_of(table.lines)))
        self._close()

    def _cell_blocks(self, lines: tuple[Line, ...], table: str) -> tuple[Block, ...]:
        builder = BlockBuilder(self._text)
        for chunk in cut_chunks(lines, self._flow.metrics.between_edges(lines)) if lines else ():
            builder.take(replace(chunk, kind="prose"))
        return builder.finish(table, self._outline.take)

    def _take_figure(self, flow: FigureFlow) -> None:
        last = self._provisions[-1] if self._provisions and self._open is None else None
        words = tuple(self._join(node, 0) for node in flow.nodes)
        if last is not None and last.kind == "flow-chart" and not last.blocks:
            block = self._figure_block(flow, last.anchor, words)
            self._provisions[-1] = replace(last, blocks=(block,))
            return
        self._close()
        anchor = self._outline.take(anchor_for("figure", None, "", self._outline.section))
        block, parents = self._figure_block(flow, anchor, words), self._outline.parents
        self._provisions.append(Provision(anchor, "figure", blocks=(block,), parents=parents, places=block.places))

    def _figure_block(self, flow: FigureFlow, anchor: str, words: tuple[Text, ...]) -> Figure:
        name = f"{anchor}.png"
        self.figures.append((name, flow))
        places = places_of(flow.lines) or (Place(flow.page, flow.box),)
        return Figure(name, flow.alternative, words, None, places)

    def _caption(self, chunk: Chunk, number: str) -> bool:
        """Give a caption to the figure or table it stands under, whose anchor its number names; false where none is
        there."""
        last = self._provisions[-1] if self._provisions else None
        if self._open is not None or last is None or last.kind not in ("figure", "table"):
            return False
        block = last.blocks[0]
        if not isinstance(block, Figure | Table) or block.caption is not None:
            return False
        anchor = self._outline.take(anchor_for(last.kind, number, ""))
        if isinstance(block, Figure):
            self.figures = [(f"{anchor}.png" if n == block.picture else n, flow) for n, flow in self.figures]
            block = replace(block, picture=f"{anchor}.png")
        captioned = replace(block, caption=self._text(chunk))
        places = (*last.places, *places_of(chunk.lines))
        self._provisions[-1] = replace(last, anchor=anchor, number=number, blocks=(captioned,), places=places[:1])
        return True

    # --- What is open ----------------------------------------------------------------------------

    def _start(self, kind: Kind, lines: Sequence[Line], wish: str, within: str | None = None) -> _Open:
        self._close()
        anchor, left = self._outline.take(wish, within), lines[0].left
        self._open = _Open(anchor, kind, BlockBuilder(self._text), [], left=left, text_left=left)
        return self._open

    def _close(self) -> None:
        now, self._open = self._open, None
        if now:
            within = now.anchor if now.kind == "paragraph" else f"{now.anchor}-item"
            blocks, places = now.builder.finish(within, self._outline.take), places_of(tuple(now.lines))
            made = Provision(now.anchor, now.kind, now.number, now.marker, blocks=blocks, places=places)
            self._provisions.append(replace(made, parents=self._outline.parents))

    # --- Words -----------------------------------------------------------------------------------

    def _text(self, chunk: Chunk) -> Text:
        if chunk.marker:
            used = "".join(chunk.lines[0].text[: chunk.marker.length].split())
            extra = len(used) - len("".join(chunk.marker.printed.split()))
            if extra > 0:
                self.dropped.append(Dropped(used[-extra:], "bullet printed twice", chunk.lines[0].page))
        return self._join(chunk.lines, chunk.marker.length if chunk.marker else 0)

    def _join(self, lines: Sequence[Line], skip: int) -> Text:
        joined = join_lines(lines, skip, self._words, self._notes.claim)
        self.dropped += [Dropped(text, reason, lines[0].page) for text, reason in joined.dropped]
        return joined.text

    def finish(self) -> tuple[tuple[Provision, ...], tuple[Provision, ...]]:
        """All provisions and notes."""
        self._close()
        notes = tuple(self._note(note, anchor) for note, anchor in self._anchored_notes)
        for anchor in self._notes.unclaimed:
            self.findings.append(Finding("footnote", f"nothing in the text refers to note {anchor}"))
        for label, page in self._notes.unknown:
            self.findings.append(Finding("footnote", f"the raised “{label}” refers to no note", page))
        return tuple(self._provisions), notes

    def _note(self, note: NoteLines, anchor: str) -> Provision:
        builder = BlockBuilder(self._text)
        right = max(line.right for line in note.lines)
        first, *rest = cut_chunks(note.lines, replace(self._flow.metrics, right=right))
        builder.put(Para(self._join(first.lines, note.skip), places_of(first.lines)))
        for chunk in rest:
            builder.take(replace(chunk, kind="prose"))
        marker = "".join(note.lines[0].text[: note.skip].split())
        blocks, places = builder.finish(anchor, self._outline.take), places_of(note.lines)
        return Provision(anchor, "footnote", note.label, marker, blocks=blocks, places=places)
