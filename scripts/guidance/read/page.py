"""What stands on the pages of a file: drawn fragments and shapes, the lines and paragraphs found, whole pages.

Frozen types that the stages of reading hand to each other; nothing here may judge what a fragment or a line means.
Lengths are PDF points, origin lower left of the page as it is shown; pages are 1-based.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Box, Dropped, EvidenceKind, Finding
from guidance.read.numbering import Marker, are_note_labels, split_note_labels

# --- As drawn ------------------------------------------------------------------------------------


class Font(Struct, frozen=True):
    """A font as far as prose cares."""

    name: str
    bold: bool
    italic: bool


class Tag(Struct, frozen=True):
    """A structure element that some ink belongs to. `path` is outermost first; `id` is unique within a file."""

    id: int
    path: tuple[str, ...]
    alternative: str | None = None
    figure: int = 0  # the id of the outermost figure around it, 0 where there is none

    @property
    def role(self) -> str:
        """The innermost role."""
        return self.path[-1] if self.path else ""


class Fragment(Struct, frozen=True):
    """A stretch of text drawn in one go: one font, one size, one baseline. `angle` is in whole degrees."""

    text: str
    box: Box
    x: float
    baseline: float
    size: float
    angle: int
    font: Font
    colour: int
    mark: int  # marked-content id, -1 where there is none
    painted: bool = True  # whether the file says to put ink there at all
    drawn: int = 0  # how many fragments of its page are drawn before it

    @property
    def middle(self) -> tuple[float, float]:
        """The point that says in which region it stands."""
        box = self.box
        upright = self.baseline + 0.25 * self.size
        return (box.left + box.right) / 2, (box.bottom + box.top) / 2 if self.angle else upright


THIN = 2.2  # points: a rule is thinner than this
WHITE = 0xF8F8F8  # from here on a fill is the paper's
_DARKEST = 3 * 90  # sum of red, green and blue: a darker fill is ink rather than a ground for words


class Shape(Struct, frozen=True):
    """A path: a rectangle, a rule, an arrow. `fill` is 0xRRGGBB or None."""

    box: Box
    fill: int | None
    stroked: bool
    mark: int = -1

    @property
    def pale(self) -> bool:
        """Whether it is a ground on which words stand: filled, not white and not dark."""
        fill = self.fill
        return fill is not None and fill < WHITE and (fill >> 16) + (fill >> 8 & 255) + (fill & 255) > _DARKEST

    @property
    def outlined(self) -> bool:
        """Whether it is only an outline."""
        return self.stroked and self.fill is None


class LinkArea(Struct, frozen=True):
    """A link annotation: where it lies and the words there, and the address or the (page, height) it leads to."""

    boxes: tuple[Box, ...]
    words: tuple[str, ...]  # one for each box, as the engine reads them there
    address: str | None
    page: int | None = None
    top: float | None = None


class Bookmark(Struct, frozen=True):
    """An entry of the file's outline; `level` starts at 1."""

    title: str
    level: int
    page: int | None
    top: float | None


class PdfPage(Struct, frozen=True):
    """One page's ink, in drawing order."""

    number: int
    width: float
    height: float
    fragments: tuple[Fragment, ...]
    shapes: tuple[Shape, ...]
    images: tuple[Shape, ...]
    links: tuple[LinkArea, ...]
    tags: dict[int, Tag]  # by marked-content id
    dropped_links: int = 0
    lift: float = 0.0  # how high the file itself puts the lower edge: heights that links name count from there


# --- Lines and paragraphs ------------------------------------------------------------------------


class Run(Struct, frozen=True):
    """A stretch of a line in one style. `raised` is 1 for superscript, -1 for subscript."""

    text: str
    left: float
    right: float
    size: float
    font: Font
    colour: int
    raised: int = 0
    tag: Tag | None = None
    drawn: int = 0  # how many fragments of its page are drawn before it

    @property
    def is_note_label(self) -> bool:
        """Whether it is a raised footnote label such as 12."""
        return self.raised > 0 and are_note_labels(self.text)

    @property
    def labels(self) -> list[str]:
        """The footnote labels in it."""
        return split_note_labels(self.text)[0]


class LineLink(Struct, frozen=True):
    """A link over characters start to end of its line's text; `area` is what the file says of it."""

    start: int
    end: int
    area: LinkArea


class Line(Struct, frozen=True, dict=True):
    """One printed line. `size` and `baseline` are those of its plain (not raised) text."""

    page: int
    box: Box
    baseline: float
    size: float
    runs: tuple[Run, ...]
    links: tuple[LineLink, ...] = ()
    angle: int = 0
    origin: float = 0.0  # where the region it stands in starts, from which indents are measured
    beside: bool = False  # whether it stands in the margin, beside the paragraph that it heads

    @cached_property
    def text(self) -> str:
        """The line's characters."""
        return "".join(run.text for run in self.runs)

    @property
    def bold(self) -> bool:
        """Whether all of its letters are bold."""
        return all(run.font.bold for run in self.runs if not run.raised and not run.text.isspace())

    @property
    def italic(self) -> bool:
        """Whether all of its letters are in italics."""
        return all(run.font.italic for run in self.runs if not run.raised and run.text.strip())

    @property
    def colour(self) -> int:
        """The colour of its first letters."""
        return self.runs[0].colour

    @property
    def left(self) -> float:
        """Where its first letter starts, from its region's left edge."""
        return self.box.left - self.origin

    @property
    def right(self) -> float:
        """Where its last letter ends, from its region's left edge."""
        return self.box.right - self.origin


class Metrics(Struct, frozen=True):
    """What is usual in a file: type size and colour of its body, leading per size, edges of its lines."""

    size: float
    colour: int
    leading: dict[float, float]
    right: float
    left: float
    accents: frozenset[int] = frozenset()  # colours that much larger lines have, the body's aside
    signs: frozenset[str] = frozenset()  # names of fonts that set nothing but lone signs at lines' starts
    larger: dict[int, float] = {}  # the size of prose on pages (1-based) on which it is above most of the file's

    def size_on(self, page: int) -> float:
        """The type size of a page's body: an annex in small type may be longer than the text it is annexed to."""
        return self.larger.get(page, self.size)

    def leading_of(self, size: float) -> float:
        """The usual distance between the baselines of lines of this size."""
        return self.leading.get(round(size, 1)) or 1.25 * size

    def between_edges(self, lines: Sequence[Line]) -> "Metrics":
        """The same between the edges of some lines, such as a box's, rather than of the page."""
        return replace(self, right=max(x.right for x in lines), left=min(x.left for x in lines))


class Chunk(Struct, frozen=True):
    """Lines that belong together: a paragraph, a list item, a title. `left` is where the first starts, `text_left`
    where its words do; `loud` says of a title that type sets it apart, and not only that it is bold."""

    lines: tuple[Line, ...]
    marker: Marker | None
    left: float
    text_left: float
    kind: Literal["prose", "title"]  # title: set apart by its type, as a heading or a bold line is
    loud: bool = False

    @property
    def text(self) -> str:
        """Its first and last words matter to callers: the characters of all lines, joined with spaces."""
        return " ".join(line.text for line in self.lines)


class NoteLines(Struct, frozen=True):
    """One note's lines; `skip` is how many characters of the first are its label."""

    label: str
    lines: tuple[Line, ...]
    skip: int
    at_end: bool = False  # of a chapter or the file, rather than of its page

    @property
    def page(self) -> int:
        """The page on which it starts."""
        return self.lines[0].page


class ContentsEntry(Struct, frozen=True):
    """A line of the printed contents list: its title, the page it names, how far it is indented."""

    title: str
    page: int
    left: float
    bold: bool
    size: float


class Heading(Struct, frozen=True):
    """A title that is a heading, its level (1 = chapter, 0 = part) and the evidence for it."""

    chunk: Chunk
    level: int
    evidence: tuple[EvidenceKind, ...]


# --- What is set apart on a page -----------------------------------------------------------------


class Segment(Struct):
    """Words on one baseline that no wide gap parts: their pieces, and the colour and font of the first."""

    left: float
    right: float
    baseline: float
    size: float
    look: tuple[int, str]
    pieces: list[str]

    @property
    def middle(self) -> tuple[float, float]:
        """The point that says in which region it stands."""
        return (self.left + self.right) / 2, self.baseline + 0.25 * self.size

    @property
    def wordy(self) -> bool:
        """Whether there are letters or figures in it."""
        return any(c.isalnum() for piece in self.pieces for c in piece)

    @property
    def lettered(self) -> bool:
        """Whether there are letters in it."""
        return any(c.isalpha() for piece in self.pieces for c in piece)

    @property
    def opens(self) -> str:
        """Its first character."""
        return self.pieces[0].strip()[:1]


class Columns(Struct, frozen=True):
    """Stretches of a page, from the top down as (top, bottom), that stand in columns; where each column behind the
    first starts, and how far to the right of the first each stands."""

    bands: tuple[tuple[float, float], ...] = ()
    starts: tuple[float, ...] = ()
    shifts: tuple[float, ...] = (0.0,)
    margin: float = 0.0  # where the text starts of a page that has heads beside its paragraphs, else 0
    aside: float = 0.0  # where a narrow column at the right starts, of words that the text goes past, else 0

    def rank(self, box: Box, height: float) -> tuple[int, int]:
        """Where in the reading order something stands: the stretch of the page, and the column in it."""
        for at, (top, bottom) in enumerate(self.bands):
            if bottom <= height <= top:
                return 2 * at + 1, sum(box.left > start - 2.0 for start in self.starts)
            if height > top:
                return 2 * at, 0
        return 2 * len(self.bands), 0


class BoxFlow(Struct, frozen=True):
    """A box's lines, over all pages it runs over; `fill` is its colour, None where it is only ruled."""

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
    """A table's cells, over all pages it runs over; `columns` are the positions at which they start. Where it is
    `open`, its last row goes on overleaf."""

    columns: tuple[float, ...]
    rows: int
    cells: tuple[CellFlow, ...]
    open: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of its cells."""
        return tuple(line for cell in self.cells for line in cell.lines)


class FigureFlow(Struct, frozen=True):
    """A figure: where it stands, its alternative text, the lines drawn in it, node by node."""

    page: int
    box: Box
    alternative: str | None
    nodes: tuple[tuple[Line, ...], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines drawn in it."""
        return tuple(line for node in self.nodes for line in node)


Region = BoxFlow | TableFlow | FigureFlow
Element = Line | Region
Part = Chunk | Region

# --- Whole pages and files -----------------------------------------------------------------------


class PageParts(Struct):
    """A page's lines and what is set apart on it; `printed` is how many characters it has, white space aside."""

    page: PdfPage
    lines: tuple[Line, ...]
    boxes: list[tuple[Box, Region]]
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
    author: str | None
    created: str | None  # as PDF writes it, such as D:20240903164411+01'00'


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
