"""Chunks -> Blocks: paragraphs, title lines and lists within lists, for one provision at a time; and the headings
above it.

Holds what is open while a provision is being read; it decides nothing about where a provision ends.
"""

from collections.abc import Callable
from itertools import groupby

from msgspec import Struct, structs
from msgspec.structs import replace

from guidance.document.anchors import Allocator, anchor_for
from guidance.document.model import (
    Block,
    Box,
    EvidenceKind,
    Item,
    List,
    Para,
    Place,
    Provision,
    Subheading,
    Text,
)
from guidance.read.geometry import hull
from guidance.read.numbering import Marker, name_heading
from guidance.read.page import Chunk, Line

TakeAnchor = Callable[[str], str]
"""Gives the anchor that a wish becomes: itself where it is free."""
JoinLines = Callable[[Chunk], Text]
"""Gives a chunk's text without its marker."""


class Outline:
    """The headings above what is read next, as level and anchor; and which anchors are taken."""

    def __init__(self) -> None:
        """Nothing stands above, and nothing is taken."""
        self.take = Allocator().take
        self.above: list[tuple[int, str]] = []

    @property
    def section(self) -> str | None:
        """The anchor of the innermost heading."""
        return self.above[-1][1] if self.above else None

    @property
    def parents(self) -> tuple[str, ...]:
        """The anchors of all headings above, outermost first."""
        return tuple(anchor for _, anchor in self.above)

    def heading(
        self, text: Text, level: int, evidence: tuple[EvidenceKind, ...], places: tuple[Place, ...] = ()
    ) -> Provision:
        """The provision that a heading is; what is read next stands below it."""
        kind, number, named = name_heading(text.plain, level)
        self.above = [entry for entry in self.above if entry[0] < level]
        anchor = self.take(named or anchor_for("section", None, text.plain), self.section)
        made = Provision(anchor, kind, number, heading=text, level=level, places=places, evidence=evidence)
        made = replace(made, parents=self.parents)
        self.above.append((level, anchor))
        return made


class _OpenItem(Struct):
    """A list entry to which blocks may still come; `text_left` is where its words start."""

    marker: Marker
    text_left: float
    blocks: "list[Block | _OpenList]"


class _OpenList(Struct):
    """A list to which entries may still come; `left` is where its markers stand, `kind` "bullet" or "ordered"."""

    left: float
    kind: str
    items: list[_OpenItem]


class BlockBuilder:
    """Takes the chunks of one provision in order and gives its blocks."""

    def __init__(self, join: JoinLines) -> None:
        """`join` turns a chunk into text."""
        self._join = join
        self._root: list[Block | _OpenList] = []
        self._open: list[_OpenList] = []

    def item_left(self) -> float | None:
        """Where the words of the innermost open item start."""
        return self._open[-1].items[-1].text_left if self._open else None

    def put(self, block: Block) -> None:
        """Add a finished block (a table, a figure) at the end of what is open outermost."""
        self._open = []
        self._root.append(block)

    def take(self, chunk: Chunk) -> None:
        """Add a chunk: as a list item, as more text of one, as a paragraph or as a title line."""
        slack = 0.6 * chunk.lines[0].size
        if chunk.kind == "title":
            self._open = []
            self._root.append(self._title(chunk))
        elif chunk.marker and chunk.marker.kind != "coded":
            self._take_item(chunk, chunk.marker, slack)
        else:
            chunk = replace(chunk, marker=None)  # "A4 paper" counts nothing outside a sequence
            while self._open and chunk.left < self._open[-1].items[-1].text_left - slack:
                self._open.pop()
            into = self._open[-1].items[-1].blocks if self._open else self._root
            into.append(Para(self._join(chunk), places_of(chunk.lines)))

    def _title(self, chunk: Chunk) -> Block:
        text = self._join(replace(chunk, marker=None))  # its number is part of the title
        if len(chunk.lines) > 3 or text.plain.endswith((".", ";", ",")):
            return Para(text, places_of(chunk.lines))
        return Subheading(text, places_of(chunk.lines))

    def _take_item(self, chunk: Chunk, marker: Marker, slack: float) -> None:
        while self._open and chunk.left < self._open[-1].left - slack:
            self._open.pop()
        inner = self._open[-1] if self._open else None
        kind = "bullet" if marker.kind == "bullet" else "ordered"
        if inner and chunk.left <= inner.left + slack and inner.kind != kind:
            self._open.pop()
            inner = self._open[-1] if self._open else None
        if inner is None or chunk.left > inner.left + slack:
            new = _OpenList(chunk.left, kind, [])
            (inner.items[-1].blocks if inner else self._root).append(new)
            self._open.append(new)
            inner = new
        words = Para(self._join(chunk), places_of(chunk.lines))
        inner.items.append(_OpenItem(marker, chunk.text_left, [words]))

    def finish(self, within: str, take: TakeAnchor) -> tuple[Block, ...]:
        """The blocks; lettered and numbered items get anchors below `within`, the provision's own."""
        return _frozen(self._root, within, take)


def _frozen(blocks: "list[Block | _OpenList]", within: str, take: TakeAnchor) -> tuple[Block, ...]:
    return tuple(
        List(tuple(_frozen_item(item, within, take) for item in block.items), ordered=block.kind == "ordered")
        if isinstance(block, _OpenList)
        else block
        for block in blocks
    )


def _frozen_item(item: _OpenItem, within: str, take: TakeAnchor) -> Item:
    anchor = item_anchor(item.marker.value, within, take)
    return Item(item.marker.printed, _frozen(item.blocks, anchor or within, take), anchor)


def item_anchor(value: str, within: str, take: TakeAnchor) -> str | None:
    """The anchor of a list's entry by its number or letter; None where it has none, or another has that anchor."""
    value = value.lower().replace(".", "-")
    wish = f"{within}-item-{value}" if value[:1].isdigit() else f"{within}-{value}"  # "box-2" is another box
    return wish if value and take(wish) == wish else None


def places_of(lines: tuple[Line, ...]) -> tuple[Place, ...]:
    """Where some lines stand: one place a page, the smallest rectangle around them in tenths of a point."""
    pages = [(page, hull(line.box for line in there)) for page, there in groupby(lines, lambda line: line.page)]
    return tuple(Place(page, Box(*(round(edge, 1) for edge in structs.astuple(box)))) for page, box in pages)
