"""HTML -> Document: a GOV.UK HTML publication, or a National Archives snapshot of one.

What the page says it is (headings, lists, notes, tables) is taken at its word; the page's own furniture is
dropped with its reason. No network: pictures stay with their alternative text.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from msgspec import Struct
from msgspec.structs import replace

from guidance.anchors import Allocator, anchor_for
from guidance.model import (
    Block,
    Box,
    Cell,
    Document,
    Dropped,
    Figure,
    Finding,
    GuidanceError,
    Item,
    Kind,
    Link,
    List,
    Mark,
    Para,
    Provision,
    SourceFile,
    Subheading,
    Table,
    Text,
)
from guidance.read.accounts import balance
from guidance.read.headings import heading_kind, named_word
from guidance.read.ink import Font
from guidance.read.inline import Inline, Notes
from guidance.read.lines import Line, Run
from guidance.read.numbering import Marker, read_marker
from guidance.read.paragraphs import Chunk
from guidance.read.rewrite import rewrite_provision
from guidance.read.sequence import find_numbered

_UNSEEN = ("script", "style", "noscript", "template", "head", "title", "meta", "link", "svg", "iframe", "object")
_FURNITURE = (
    ("#webArchiveInfobox, #wm-ipp, #wm-ipp-base, .ukgwa-banner, #ukwa-banner", "the archive's banner"),
    ("nav, .gem-c-contents-list, .contents-list, .dont-print, #toc", "contents list"),
    ("header, footer, [role=banner], [role=contentinfo], form, button, input, select", "the page's frame"),
    ("a.reversefootnote, a[role=doc-backlink]", "way back from a footnote"),
)
_CONTENT = ".govspeak, main, [role=main], #content, article, #main, body"
_BOXES = (
    "call-to-action",
    "application-notice",
    "info-notice",
    "help-notice",
    "information-block",
    "example",
    "box",
)
_NOTES = ".footnotes, [role=doc-endnotes]"
_HEADING = re.compile(r"^h[1-6]$")
_BLOCKS = {"p", "ul", "ol", "table", "dl", "figure", "img", "blockquote", "pre", "aside"}
_STUB = Font("", False, False)


class _Piece(Struct):
    """A block of the page in reading order."""

    kind: str  # heading, box, or the element's name
    element: Tag
    marker: Marker | None = None


def read_html(content: bytes, source: SourceFile) -> Document:
    """The document that a page holds.

    Raises GuidanceError where the page has no text of a publication.
    """
    soup = BeautifulSoup(content, "lxml")
    return _Page(soup, source).document()


class _Page:
    def __init__(self, soup: BeautifulSoup, source: SourceFile) -> None:
        self._soup = soup
        self._source = source
        self._dropped: list[Dropped] = []
        self._findings: list[Finding] = []
        self._allocator = Allocator()
        self._targets: dict[str, str] = {}
        self._above: list[tuple[int, str]] = []
        self._provisions: list[Provision] = []
        self._added = 0
        for unseen in soup(_UNSEEN):
            unseen.decompose()
        for comment in soup.find_all(string=lambda s: isinstance(s, Comment)):
            comment.extract()
        self._characters = _count(soup.get_text())
        self._title = soup.select_one("h1")

    def document(self) -> Document:
        title = _words(self._title) if self._title else self._source.name
        for selector, reason in _FURNITURE:
            for element in self._soup.select(selector):
                if element.parent is not None and element.find(_NOTES) is None:
                    self._drop(element, reason)
        content = self._content()
        ends = [note for block in content.select(_NOTES) for note in block.find_all("li", id=True)]
        for block in content.select(_NOTES):
            block.extract()
        self._notes = Notes([str(note["id"]) for note in ends], self._allocator)
        pieces = list(_pieces(content))
        self._number(pieces)
        for piece in pieces:
            self._take(piece)
        notes = tuple(self._note(note, at) for at, note in enumerate(ends))
        for anchor in self._notes.unclaimed:
            self._findings.append(Finding("footnote", f"nothing in the text refers to note {anchor}"))
        if not self._provisions:
            raise GuidanceError(f"{self._source.name}: there is no text of a publication on this page")
        resolved = [rewrite_provision(p, self._resolve) for p in (*self._provisions, *notes)]
        language = self._soup.html.get("lang") if self._soup.html else None
        document = Document(
            title=title,
            language=str(language or "en-GB"),
            source=self._source,
            provisions=tuple(resolved[: len(self._provisions)]),
            notes=tuple(resolved[len(self._provisions) :]),
            characters_source=self._characters + self._added,
            dropped=tuple(self._dropped),
            findings=tuple(self._findings),
        )
        return balance(document)

    # --- The page --------------------------------------------------------------------------------

    def _drop(self, element: Tag | NavigableString, reason: str) -> None:
        text = " ".join(element.get_text(" ").split()) if isinstance(element, Tag) else str(element).strip()
        if text:
            self._dropped.append(Dropped(text, reason))
        element.extract()

    def _content(self) -> Tag:
        """The publication's own part of the page; all else is dropped."""
        content = next(self._soup.select_one(s) for s in _CONTENT.split(", ") if self._soup.select_one(s))
        if content is None:
            raise GuidanceError(f"{self._source.name}: there is no text of a publication on this page")
        content.extract()
        title = self._title
        if title is not None and title.parent is not None and title not in content.descendants:
            self._drop(title, "title, kept as the document's")
        self._drop(self._soup, "outside the publication's text")
        return content

    def _number(self, pieces: list[_Piece]) -> None:
        """Give paragraphs of the document's own sequence their markers."""
        stubs = []
        for piece in pieces:
            text = _words(piece.element) if piece.kind == "p" else ""
            line = Line(1, Box(0, 0, 1, 1), 0.0, 12.0, (Run(text or "-", 0.0, 1.0, 12.0, _STUB, 0),))
            stubs.append(Chunk((line,), read_marker(text) if text else None, 0.0, 0.0, "prose"))
        top = min((int(p.element.name[1]) for p in pieces if p.kind == "heading"), default=1)
        firsts = frozenset(i for i, p in enumerate(pieces) if p.kind == "heading" and p.element.name == f"h{top}")
        found = find_numbered(stubs, firsts)
        self._findings += [Finding(f.kind, f.message) for f in found.findings]
        for index, number in found.numbers.items():
            marker = stubs[index].marker
            if marker:
                pieces[index].marker = Marker(marker.kind, marker.printed, number, marker.length)
        self._top = top

    # --- Provisions ------------------------------------------------------------------------------

    def _take(self, piece: _Piece) -> None:
        element = piece.element
        if piece.kind == "heading":
            self._take_heading(element)
            return
        last = self._provisions[-1] if self._provisions else None
        if piece.kind in ("ul", "ol", "dl") and last and last.kind in ("paragraph", "text"):
            self._provisions[-1] = _with_blocks(last, self._blocks_of(element, last.anchor))
            self._name(element, last.anchor)
            return
        kinds: dict[str, Kind] = {"table": "table", "figure": "figure", "img": "figure", "box": "box"}
        kind: Kind = "paragraph" if piece.marker else kinds.get(piece.kind, "text")
        section = self._above[-1][1] if self._above else None
        number = piece.marker.value if piece.marker else None
        chapter = self._above[0][1] if self._above and number else None
        anchor = self._allocator.take(anchor_for(kind, number, "", section), chapter)
        skip = piece.marker.length if piece.marker else 0
        inside = piece.kind == "box"
        blocks = self._within(element, anchor) if inside else self._blocks_of(element, anchor, skip)
        if not blocks:
            return
        self._name(element, anchor)
        marker = piece.marker.printed if piece.marker else ""
        self._provisions.append(
            Provision(anchor, kind, number, marker, blocks=blocks, parents=tuple(a for _, a in self._above))
        )

    def _take_heading(self, element: Tag) -> None:
        text = self._text(element)
        level = min(int(element.name[1]) - self._top + 1, (self._above[-1][0] if self._above else 0) + 1)
        kind, number = heading_kind(text.plain, level)
        self._above = [entry for entry in self._above if entry[0] < level]
        word = named_word(text.plain) if kind != "section" else None
        wish = f"{word}-{number.lower()}" if word and number else anchor_for("section", None, text.plain)
        anchor = self._allocator.take(wish, self._above[-1][1] if self._above else None)
        parents = tuple(a for _, a in self._above)
        self._above.append((level, anchor))
        self._name(element, anchor)
        self._provisions.append(
            Provision(anchor, kind, number, heading=text, level=level, parents=parents, evidence=("tag",))
        )

    def _note(self, element: Tag, at: int) -> Provision:
        anchor, label = self._notes.anchors[at], str(at + 1)
        self._added += len(label)
        return Provision(anchor, "footnote", label, label, blocks=self._within(element, anchor))

    def _name(self, element: Tag, anchor: str) -> None:
        for named in (element, *element.find_all(id=True)):
            if named.get("id"):
                self._targets.setdefault(str(named["id"]), anchor)

    # --- Blocks ----------------------------------------------------------------------------------

    def _within(self, element: Tag, anchor: str) -> tuple[Block, ...]:
        """The blocks inside an element that holds blocks, or its text as one paragraph."""
        pieces = list(_pieces(element))
        return tuple(
            block
            for piece in pieces
            for block in (
                (Subheading(self._text(piece.element)),)
                if piece.kind == "heading"
                else self._within(piece.element, anchor)
                if piece.kind == "box"
                else self._blocks_of(piece.element, anchor)
            )
        )

    def _blocks_of(self, element: Tag, anchor: str, skip: int = 0) -> tuple[Block, ...]:
        name = element.name
        if name in ("ul", "ol"):
            return (self._list(element, anchor),)
        if name == "table":
            return (self._table(element, anchor),)
        if name in ("figure", "img"):
            image = element if name == "img" else element.find("img")
            caption = element.find("figcaption") if name == "figure" else None
            alternative = str(image.get("alt") or "") if isinstance(image, Tag) else ""
            words = self._text(caption) if isinstance(caption, Tag) else None
            return (Figure(None, alternative or None, (), words),)
        if name == "dl":
            return tuple(Para(self._text(part)) for part in element.find_all(["dt", "dd"], recursive=False))
        text = self._text(element, skip)
        return (Para(text),) if text.plain else ()

    def _list(self, element: Tag, anchor: str) -> List:
        ordered = element.name == "ol"
        items = []
        start = element.get("start")
        first = int(str(start)) if start and str(start).isdigit() else 1
        for at, entry in enumerate(element.find_all("li", recursive=False)):
            marker = _ordinal(first + at, str(element.get("type") or "1")) if ordered else "•"
            self._added += len(marker)
            wish = f"{anchor}-{marker.strip('.')}"
            own = wish if ordered and self._allocator.take(wish) == wish else None
            items.append(Item(marker, self._within(entry, own or anchor), own))
        return List(tuple(items), ordered)

    def _table(self, element: Tag, anchor: str) -> Table:
        rows = []
        for row in element.find_all("tr"):
            cells = []
            for cell in row.find_all(["th", "td"], recursive=False):
                header = None
                if cell.name == "th":
                    header = "row" if cell.get("scope") == "row" or row.find("td") else "column"
                columns, high = _span(cell.get("colspan")), _span(cell.get("rowspan"))
                blocks = self._within(cell, anchor)
                cells.append(
                    Cell(blocks, "row" if header == "row" else "column" if header else None, columns, high)
                )
            rows.append(tuple(cells))
        caption = element.find("caption")
        return Table(tuple(rows), self._text(caption) if isinstance(caption, Tag) else None)

    def _text(self, element: Tag, skip: int = 0) -> Text:
        inline = Inline(self._notes)
        inline.take(element)
        self._dropped += inline.dropped
        if inline.unsafe:
            self._findings.append(
                Finding("link", f"links that use an unsafe scheme were dropped ({inline.unsafe})")
            )
        return inline.text(skip)

    def _resolve(self, text: Text) -> Text:
        marks: list[Mark] = []
        for mark in text.marks:
            if isinstance(mark, Link) and mark.address.startswith("#"):
                anchor = self._targets.get(mark.address[1:])
                if anchor is None:
                    words = text.plain[mark.start : mark.end]
                    self._findings.append(Finding("link", f"nothing stands where the link “{words}” leads"))
                    continue
                mark = Link(mark.start, mark.end, f"#{anchor}")
            marks.append(mark)
        return Text(text.plain, tuple(marks))


def _pieces(element: Tag) -> Iterator[_Piece]:
    """The blocks below an element in order; loose text between them counts as a paragraph."""
    loose: list[Tag | NavigableString] = []
    soup = BeautifulSoup("", "lxml")

    def gathered() -> Iterator[_Piece]:
        if any(
            str(part).strip() if isinstance(part, NavigableString) else part.get_text(strip=True) for part in loose
        ):
            wrapper = soup.new_tag("p")
            for part in loose:
                wrapper.append(part)
            yield _Piece("p", wrapper)
        loose.clear()

    for child in list(element.children):
        if not isinstance(child, Tag):
            if isinstance(child, NavigableString):
                loose.append(child)
            continue
        block = _block_kind(child)
        if block is None:
            loose.append(child)
            continue
        yield from gathered()
        if block == "inside":
            yield from _pieces(child)
        else:
            yield _Piece(block, child)
    yield from gathered()


def _block_kind(element: Tag) -> str | None:
    """What sort of block an element is: None for running text, "inside" where only its contents matter."""
    classes = set(element.get("class") or ())
    if _HEADING.match(element.name):
        return "heading"
    if element.name in ("blockquote", "aside") or (element.name in ("div", "section") and classes & set(_BOXES)):
        return "box"
    if element.name in _BLOCKS:
        return element.name
    if element.name in ("div", "section", "article", "main", "center", "details", "body", "hgroup", "header"):
        return "inside"
    return None


def _with_blocks(provision: Provision, blocks: tuple[Block, ...]) -> Provision:
    return replace(provision, blocks=(*provision.blocks, *blocks))


def _ordinal(value: int, kind: str) -> str:
    if kind in ("a", "A"):
        return f"{chr(ord(kind) + (value - 1) % 26)}."
    return f"{value}."


def _span(value: object) -> int:
    return min(int(str(value)), 100) if value and str(value).isdigit() and int(str(value)) else 1


def _words(element: Tag) -> str:
    return " ".join(element.get_text().split())


def _count(text: str) -> int:
    return len("".join(text.split()))
