"""The blocks of an HTML page in reading order, the words in them, and which are the document's numbered paragraphs.

Looks at elements and printed markers only; what a block becomes is for read/html.py to say. Only http, https and
mailto addresses and links within the page are let through.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from msgspec import Struct
from msgspec.structs import replace
from soupsieve import SelectorSyntaxError

from guidance.document.addresses import followed
from guidance.document.model import Abbreviation, Box, Dropped, Finding, Link, Mark, NoteMark, Style, Text
from guidance.read.body_text import mark_order
from guidance.read.numbering import Marker, comes_next, ordinal, read_marker
from guidance.read.page import Chunk, Font, Line, Run
from guidance.read.sequence import find_numbered

_UNNAMED = (
    *("application-notice", "information-block", "additional-information", "summary", "box", "contact", "place"),
    *("form-download", "attachment", "gem-c-attachment", "devolved-content", "gem-c-devolved-nations"),
    *("stat-headline", "example", "highlight-answer", "govuk-inset-text", "gem-c-inset-text"),
    "govuk-notification-banner",
)
_BOXES = {  # by the classes that Govspeak and GOV.UK's components give boxes: what a box is, where an eye sees it
    **dict.fromkeys(_UNNAMED, ""),
    "help-notice": "Warning",
    "govuk-warning-text": "Warning",
    "info-notice": "Information",
    "information": "Information",
    "advisory": "Important",
    "call-to-action": "Call to action",
}
_HEADING = re.compile(r"^h[1-6]$")
_BLOCKS = {"p", "ul", "ol", "table", "dl", "figure", "img", "blockquote", "pre", "aside"}
_HOLDERS = {
    *("div", "section", "article", "main", "center", "details", "summary", "body", "hgroup", "header"),
    *("address", "fieldset", "figcaption"),
}
_LEGISLATIVE = "legislative-list"  # of GOV.UK: its entries print their own numbers, or none
_MOST_IN_CELL = 5  # paragraphs: a cell of more is a page's column
_STUB = Font("", False, False)


class HtmlPiece(Struct):
    """A block of the page. `kind` is heading, box, entry (of a list that numbers paragraphs) or the element's name.

    `marker` is set where it is a numbered paragraph; `printed` says whether its words start with it.
    """

    kind: str
    element: Tag
    marker: Marker | None = None
    printed: bool = True


def words_in(element: Tag) -> str:
    """An element's words, with single spaces."""
    return " ".join(element.get_text().split())


def pieces_in(element: Tag) -> Iterator[HtmlPiece]:
    """The blocks below an element in order; loose text between them counts as a paragraph."""
    loose: list[Tag | NavigableString] = []

    def gathered() -> Iterator[HtmlPiece]:
        if any(part.get_text(strip=True) if isinstance(part, Tag) else str(part).strip() for part in loose):
            wrapper = Tag(name="p")
            for part in loose:
                wrapper.append(part)
            yield HtmlPiece("p", wrapper)
        loose.clear()

    for child in list(element.children):
        kind = _block_kind(child) if isinstance(child, Tag) else None
        if kind is None or not isinstance(child, Tag):
            if isinstance(child, Tag | NavigableString):
                loose.append(child)
            continue
        yield from gathered()
        if kind == "numbers":
            for cell in _beside_numbers(child):
                yield from pieces_in(cell)
        elif kind == "inside":
            yield from pieces_in(child)
        elif kind == "p":
            yield from (HtmlPiece("p", part) for part in _parted(child))
        else:
            yield HtmlPiece(kind, child)
    yield from gathered()


def _beside_numbers(table: Tag) -> Iterator[Tag]:
    """The cells with the paragraphs that a table sets beside their numbers, each number put into its own."""
    for row in table.find_all("tr"):
        number, cell = row.find_all(["td", "th"], recursive=False)
        first = cell.find("p") or cell
        first.insert(0, f"{words_in(number)} ")
        yield cell


def _parted(element: Tag) -> Iterator[Tag]:
    """A paragraph; or its lines where it breaks before numbers that count on: "1. Ring.<br>2. Wait."."""
    breaks = element.find_all("br", recursive=False)
    lines: list[list[PageElement]] = [[]]
    for part in list(element.children) if breaks else ():
        if part in breaks:
            lines.append([])
        else:
            lines[-1].append(part)
    found = [read_marker(" ".join("".join(part.get_text() for part in line).split())) for line in lines]
    markers = [marker for marker in found if marker and marker.kind in ("number", "decimal")]
    if not found[0] or len(markers) < 2 or not all(comes_next(this, last) for last, this in pairwise(markers)):
        yield element
        return
    parted: list[Tag] = []
    for line, marker in zip(lines, found, strict=True):
        if marker in markers:
            parted.append(Tag(name="p"))
        else:
            parted[-1].append(Tag(name="br"))
        parted[-1].extend(line)
    yield from parted


def _block_kind(element: Tag) -> str | None:
    """What sort of block an element is: None for running text, "inside" where only its contents matter, "numbers"
    for a table that sets paragraphs beside their numbers."""
    if box_name(element) is not None:
        return "box"
    if _HEADING.match(element.name):
        return "heading"
    if element.name == "table" and len(element.find_all(["td", "th"])) == 1:
        return "box"  # how word processors draw one
    if element.name == "table" and _numbers_its_rows(element):
        return "numbers"
    if element.name == "table" and is_layout(element):
        return "inside"
    if element.name == "p" and element.find("img") and not words_in(element):
        return "figure"
    if element.name == "figure" and not element.find("img"):
        return "inside"
    if element.name in _BLOCKS:
        return element.name
    if element.name in _HOLDERS or element.find([*_BLOCKS, _HEADING]):
        return "inside"
    return None


def box_name(element: Tag) -> str | None:
    """What a box says that it is, such as "Warning"; empty where it does not say, none for other elements."""
    if element.name in ("blockquote", "aside"):
        return ""
    named = [_BOXES[one] for one in element.get("class") or () if one in _BOXES]
    is_box = element.name in ("div", "section") or "Important" in named  # which Govspeak set as a title once
    return max(named) if named and is_box else None


def _numbers_its_rows(table: Tag) -> bool:
    """Whether a table has nothing but numbers that count on in the first of two columns."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    if len(rows) < 2 or any(len(row) != 2 for row in rows) or table.find(["caption", "table"]):
        return False
    words = [f"{words_in(row[0])} " for row in rows]
    markers = [marker for said in words if (marker := read_marker(said)) and marker.length == len(said)]
    alike = all(marker.kind in ("number", "decimal", "coded") for marker in markers)
    return len(markers) == len(rows) and alike and all(comes_next(to, at) for at, to in pairwise(markers))


def is_layout(table: Tag) -> bool:
    """Whether a table only puts things in their places, as on pages of the years before 2010: it heads no row or
    column, and holds headings, tables or one cell of many paragraphs."""
    if table.get("role") == "presentation":
        return True
    if table.find(["th", "caption", "thead"]):
        return False
    holds = table.find(_HEADING) or table.find("table")
    return bool(holds) or any(len(cell.find_all("p")) > _MOST_IN_CELL for cell in table.find_all("td"))


def cell_header(cell: Tag, row: Tag) -> Literal["column", "row"] | None:
    """What a cell heads, as its scope says or its row shows; an empty corner is of the head row that it begins."""
    others = [other for other in row.find_all(["th", "td"], recursive=False) if words_in(other)]
    heads = bool(others) and all(other.name == "th" for other in others)
    scope = str(cell.get("scope") or "")
    if cell.name == "td":
        below = heads and len(others) > 1 and all(str(other.get("scope") or "col")[:3] == "col" for other in others)
        return "column" if below and not words_in(cell) else None
    if scope[:3] in ("col", "row"):
        return "column" if scope[:3] == "col" else "row"
    return "column" if heads and (len(others) > 1 or row.find_parent("thead") or not row.find("td")) else "row"


# --- Numbers -------------------------------------------------------------------------------------


def entries_of(element: Tag) -> list[Tag]:
    """The entries of a list, those of lists within it left out."""
    return list(element.find_all("li", recursive=False))


def entry_markers(element: Tag) -> list[Marker | None] | None:
    """The markers that the words of a list's entries start with, where most do or the page counts none itself; none
    for an entry without. Nothing where a browser counts: never a counted number beside a printed one."""
    found = [read_marker(words_in(entry)) for entry in entries_of(element)]
    markers = [marker if marker and marker.kind != "bullet" else None for marker in found]
    with_marker = sum(marker is not None for marker in markers)
    if element.name == "ol" and (2 * with_marker > len(markers) or _LEGISLATIVE in (element.get("class") or ())):
        return markers
    return markers if markers and with_marker == len(markers) else None


def ordinals(element: Tag) -> list[str]:
    """What a browser prints before each entry of an ordered list, as `start`, `reversed` and each `value` say."""
    entries = entries_of(element)
    backwards = element.has_attr("reversed")
    value = _whole(element.get("start"), len(entries) if backwards else 1)
    printed = []
    for entry in entries:
        value = _whole(entry.get("value"), value)
        printed.append(ordinal(value, str(element.get("type") or "1")))
        value += -1 if backwards else 1
    return printed


def _whole(said: object, otherwise: int) -> int:
    words = str(said or "").strip()
    return int(words) if re.fullmatch(r"-?\d{1,6}", words) else otherwise


def number_pieces(pieces: Sequence[HtmlPiece], top: int) -> tuple[list[HtmlPiece], tuple[Finding, ...]]:
    """The pieces with the paragraphs of the document's own sequence marked, and the gaps in it.

    A list whose entries count on from list to list numbers paragraphs: each entry becomes a piece. `top` is the
    level of the page's highest headings.
    """
    opened = _opened(pieces, {id(piece.element) for piece in pieces if piece.kind == "ol"})
    numbers, _ = _numbers(opened, top)
    counted: dict[int, list[bool]] = defaultdict(list)  # by list: whether each number in it is of the sequence
    for at, piece in enumerate(opened):
        if piece.kind == "entry" and piece.element.parent is not None and (piece.marker or not piece.printed):
            counted[id(piece.element.parent)].append(at in numbers)
    lists = [p.element for p in pieces if p.kind == "ol" and all(counted.get(id(p.element), [False]))]
    if not any(str(e.get("start") or "1") != "1" or entry_markers(e) is not None for e in lists):
        lists = []
    settled = _opened(pieces, {id(element) for element in lists})
    numbers, findings = _numbers(settled, top)
    for at, piece in enumerate(settled):
        piece.marker = numbers.get(at)
    return settled, findings


def _opened(pieces: Sequence[HtmlPiece], lists: set[int]) -> list[HtmlPiece]:
    opened: list[HtmlPiece] = []
    for piece in pieces:
        if id(piece.element) not in lists:
            opened.append(HtmlPiece(piece.kind, piece.element))
            continue
        printed = entry_markers(piece.element)
        markers = printed or [read_marker(f"{ordinal} ") for ordinal in ordinals(piece.element)]
        for entry, marker in zip(entries_of(piece.element), markers, strict=True):
            opened.append(HtmlPiece("entry", entry, marker, printed is not None))
    return opened


def _numbers(pieces: Sequence[HtmlPiece], top: int) -> tuple[dict[int, Marker], tuple[Finding, ...]]:
    """For each piece that is a paragraph of the document's own sequence its marker; and the gaps."""
    chunks = []
    for piece in pieces:
        words = words_outside(piece.element, "sup") if piece.kind in ("p", "entry") else ""  # which leads to notes
        marker = read_marker(words) if piece.kind == "p" and words else piece.marker
        line = Line(1, Box(0, 0, 1, 1), 0.0, 12.0, (Run(words or "-", 0.0, 1.0, 12.0, _STUB, 0),))
        chunks.append(Chunk((line,), marker, 0.0, 0.0, "prose"))
    firsts = (i for i, p in enumerate(pieces) if p.kind == "heading" and p.element.name == f"h{top}")
    found = find_numbered(chunks, frozenset(firsts))
    markers = {index: chunks[index].marker for index in found.numbers}
    numbers = {index: replace(m, value=found.numbers[index]) for index, m in markers.items() if m}
    return numbers, tuple(replace(finding, page=None) for finding in found.findings)  # of a page made up here


def words_outside(element: Tag, name: str) -> str:
    """An element's words but those within a tag, with single spaces."""
    plain = (words for words in element.find_all(string=True) if words.find_parent(name) is None)
    return " ".join("".join(plain).split())


# --- What a browser hides -------------------------------------------------------------------------

_HIDES = re.compile(  # a declaration by which a browser shows an element's words nowhere
    r"""
    (?: ^ | ; ) \s* (?:
        display \s* : \s* none
      | visibility \s* : \s* (?: hidden | collapse )
      | opacity \s* : \s* 0? \.? 0+ (?! [.\d] )
      | font-size \s* : \s* 0+ (?: \.0+ )? (?: px | pt | r?em | % )? (?! [.\d] )
      | (?: left | top | right | bottom | text-indent | margin-left ) \s* : \s* - \d{4,} (?: px | pt | em )
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MEDIA = re.compile(r"@(?:media|supports|page)\b[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def hidden_by_themselves(soup: BeautifulSoup) -> Iterator[Tag]:
    """The elements that their own attributes hide."""
    for element in soup.find_all(True):
        hidden = element.get("hidden")
        if (hidden is not None and hidden != "until-found") or _HIDES.search(str(element.get("style") or "")):
            yield element


def hidden_by_rules(soup: BeautifulSoup) -> Iterator[Tag]:
    """The elements that a rule of the page's own style hides, on every medium."""
    for sheet in soup("style"):
        for rule in _RULE.finditer(_MEDIA.sub("", "".join(sheet.find_all(string=True)))):
            if _HIDES.search(rule[2]):
                try:
                    yield from soup.select(rule[1].strip())
                except (SelectorSyntaxError, NotImplementedError, ValueError):
                    continue  # of a selector that only browsers know nothing can be told


# --- Words ---------------------------------------------------------------------------------------

_Kind = Literal["bold", "italic", "underline", "superscript", "subscript"]
_STYLES: dict[str, _Kind] = {
    "strong": "bold",
    "b": "bold",
    "em": "italic",
    "i": "italic",
    "u": "underline",
    "sup": "superscript",
    "sub": "subscript",
}
_LINE_END = re.compile(r"\n+(?!\s*[a-z])")  # a line that starts with a small letter goes on with the one before


class Inline:
    """Gathers the text of an element."""

    def __init__(self, notes: Mapping[str, tuple[str, str]]) -> None:
        """`notes` are the anchors and labels of notes by their ids."""
        self._notes = notes
        self._plain = ""
        self._marks: list[Mark] = []
        self.dropped: list[Dropped] = []
        self.pictures: list[Tag] = []
        self.unsafe = 0

    def take(self, element: Tag) -> None:
        """Add an element's contents."""
        for child in element.children:
            if isinstance(child, NavigableString):
                self._add(str(child))
            elif isinstance(child, Tag):
                self._take_child(child)

    def _add(self, words: str) -> None:
        spaced = re.sub(r"\s+", " ", words)
        if not self._plain or self._plain.endswith((" ", "\n")):
            spaced = spaced.lstrip()
        self._plain += spaced

    def _take_child(self, child: Tag) -> None:
        if child.name == "br":
            self._plain = self._plain.rstrip() + "\n"
            return
        if child.name == "img":
            self.pictures.append(child)
            return
        if child.name in _BLOCKS | _HOLDERS:
            self._add(" ")
        reference = child if child.name == "a" else child.find("a") if child.name == "sup" else None
        href = str(reference.get("href") or "") if isinstance(reference, Tag) else ""
        note = self._notes.get(href[1:]) if href.startswith("#") else None
        if note:
            anchor, label = note
            self._plain = self._plain.rstrip()
            self._marks.append(NoteMark(len(self._plain), anchor, label))
            around = child.get_text().replace(label, "", 1).strip()
            if around:
                self.dropped.append(Dropped(around, "words around a footnote's number"))
            return
        start = len(self._plain)
        self.take(child)
        end = len(self._plain.rstrip())
        if end <= start:
            return
        if style := _STYLES.get(child.name):
            self._marks.append(Style(start, end, style))
        elif child.name == "abbr" and (meaning := " ".join(str(child.get("title") or "").split())):
            self._marks.append(Abbreviation(start, end, meaning))
        elif child.name == "a" and (address := followed(href)):
            self._marks.append(Link(start, end, address))
        elif child.name == "a" and href:
            self.unsafe += 1

    def text(self, skip: int = 0) -> Text:
        """What was gathered, without its first `skip` characters (a printed number), on one line."""
        return self._cut(skip, len(self._plain))

    def lines(self, skip: int = 0) -> list[Text]:
        """The same, parted where the page breaks a line between two that stand for themselves, as in addresses."""
        breaks = [at for at in _LINE_END.finditer(self._plain) if at.start() >= skip]
        starts = [skip, *(at.end() for at in breaks)]
        ends = [*(at.start() for at in breaks), len(self._plain)]
        texts = map(self._cut, starts, ends)
        return [text for text in texts if text.plain]

    def _cut(self, start: int, end: int) -> Text:
        plain = self._plain[start:end].rstrip().replace("\n", " ")
        marks: list[Mark] = []
        for mark in self._marks:
            if isinstance(mark, NoteMark):
                if mark.at <= end and (mark.at >= start or not marks):
                    marks.append(NoteMark(min(max(mark.at - start, 0), len(plain)), mark.note, mark.label))
                continue
            first, last = max(mark.start - start, 0), min(mark.end - start, len(plain))
            while first < last and plain[first].isspace():
                first += 1
            if first < last:
                marks.append(replace(mark, start=first, end=last))
        return Text(plain, tuple(sorted(marks, key=mark_order)))
