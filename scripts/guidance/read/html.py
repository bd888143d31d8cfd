"""HTML -> Document: a GOV.UK HTML publication, or a National Archives snapshot of one.

What the page says it is (headings, lists, notes, tables) is taken at its word; the page's own furniture is
dropped with its reason. No network: pictures stay with their alternative text.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, Tag
from msgspec.structs import replace

from guidance.document.anchors import anchor_for
from guidance.document.model import (
    Asset,
    Block,
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
    NoteMark,
    Para,
    Provision,
    SourceFile,
    Style,
    Subheading,
    Table,
    Text,
)
from guidance.document.walk import balance, count_characters, map_texts
from guidance.read.blocks import Outline, item_anchor
from guidance.read.html_blocks import (
    HtmlPiece,
    Inline,
    box_name,
    cell_header,
    entries_of,
    entry_markers,
    hidden_by_rules,
    hidden_by_themselves,
    is_layout,
    number_pieces,
    ordinals,
    pieces_in,
    words_in,
    words_outside,
)
from guidance.read.numbering import anchor_number

_NO_TEXT = ("script", "style", "head", "title", "meta", "link", "svg", "iframe", "object")
_HIDING = ("template", "noscript")  # words that a browser does not show
_HIDDEN = "hidden words"  # but those for screen readers alone are read, and those not for them are seen
_FURNITURE = (
    ("del, s, strike", "struck out"),
    ("#webArchiveInfobox, #wm-ipp, #wm-ipp-base, .ukgwa-banner, #ukwa-banner", "the archive's banner"),
    (
        "nav, .gem-c-contents-list, .contents-list, .dont-print, #toc, [data-custom-style^='TOC' i], .TOC-Heading",
        "contents list",
    ),
    (".govuk-warning-text__icon", "a sign beside words"),
    ("header, footer, [role=banner], [role=contentinfo], form, button, input, select", "the page's frame"),
    ("a.reversefootnote, a[role=doc-backlink]", "way back from a footnote"),
)
_NOTHING = "there is no text of a publication on this page"
_CONTENT = ".govspeak, main, [role=main], #content, article, #main, body"
_NOTES = ".footnotes, [role=doc-endnotes]"
_WORD_NOTES = (
    "a[name^=_ftn]:not([name^=_ftnref]), a[id^=_ftn]:not([id^=_ftnref]), a[name^=_edn]:not([name^=_ednref])"
)
_CREDIT = re.compile(
    r"(?:image|picture|photo(?:graph)?)? \s* (?:credit|copyright) \b | ©", re.IGNORECASE | re.VERBOSE
)
_KINDS: dict[str, Kind] = {"table": "table", "figure": "figure", "img": "figure", "box": "box"}
_PICTURES = {
    "image/png": ("png", b"\x89PNG"),
    "image/jpeg": ("jpg", b"\xff\xd8\xff"),
    "image/gif": ("gif", b"GIF8"),
}


def read_html(content: bytes, source: SourceFile, title: str | None = None) -> Document:
    """The document that a page holds; its first heading of the first level is the title where none is given.

    Raises GuidanceError where the page has no text of a publication.
    """
    soup = BeautifulSoup(content, "lxml")
    return _HtmlPage(soup, source, title).document()


class _HtmlPage:
    def __init__(self, soup: BeautifulSoup, source: SourceFile, title: str | None) -> None:
        self._soup = soup
        self._source = source
        self._dropped: list[Dropped] = []
        self._findings: list[Finding] = []
        self._outline = Outline()
        self._targets: dict[str, str] = {}
        self._notes: dict[str, tuple[str, str]] = {}  # by id: anchor and label
        self._referred: set[str] = set()
        self._provisions: list[Provision] = []
        self._added = 0
        self._assets: list[Asset] = []
        self._kept: dict[bytes, str] = {}  # names of assets by their content
        for words in soup.find_all(string=re.compile("\u00ad")):  # where a word may be parted, and is not
            words.replace_with(words.replace("\u00ad", ""))
        for button in soup.select("h1 button, h2 button, h3 button, h4 button"):
            button.unwrap()  # of an accordion, whose scripts make one of each title
        hidden_by_rule = list(hidden_by_rules(soup))
        for empty in soup(_NO_TEXT):
            empty.decompose()
        for comment in soup.find_all(string=lambda s: isinstance(s, Comment)):
            comment.extract()
        for hidden in soup(_HIDING):
            words = " ".join(hidden.find_all(string=True))
            self._added += count_characters(words)
            self._drop(hidden, "hidden words", words)
        self._characters = count_characters(soup.get_text())
        self._hidden = [*hidden_by_rule, *hidden_by_themselves(soup)]
        self._heading = soup.select_one("h1") if title is None else None
        self._title = title or (words_in(self._heading) if self._heading else source.name)

    def _drop_hidden(self) -> None:
        """Leaves out what a browser does not show, and tells of what stood among the publication's own words."""
        content = self._main()
        hidden = []
        for element in self._hidden:
            if self._stands(element):
                if content is not None and _is_in(element, content):
                    hidden.append(len(element.get_text(" ").split()))
                self._drop(element, _HIDDEN)
        if sum(hidden):
            told = f"the source hides {sum(hidden)} words, in {len(hidden)} places; they are left out"
            self._tell("hidden", told)

    def document(self) -> Document:
        self._drop_hidden()
        for selector, reason in _FURNITURE:
            for element in self._soup.select(selector):
                if self._stands(element):
                    self._drop(element, reason)
        content = self._content()
        self._drop_columns_of_links(content)
        ends = self._take_notes(content)
        labels = [str(count) for count in range(1, len(ends) + 1)]
        named = [(self._outline.take(anchor_for("footnote", label, "")), label) for label in labels]
        self._notes = {target: name for (target, _), name in zip(ends, named, strict=True)}
        pieces = list(pieces_in(content))
        self._top = min((int(p.element.name[1]) for p in pieces if p.kind == "heading"), default=1)
        pieces, gaps = number_pieces(pieces, self._top)
        self._findings += gaps
        for piece in pieces:
            self._take(piece)
        notes = tuple(self._note(element, *name) for (_, element), name in zip(ends, named, strict=True))
        for anchor, _ in named:
            if anchor not in self._referred:
                self._tell("footnote", f"nothing in the text refers to note {anchor}")
        if not self._provisions:
            raise GuidanceError(f"{self._source.name}: {_NOTHING}")
        resolved = [map_texts(p, self._resolve) for p in (*self._provisions, *notes)]
        language = self._soup.html.get("lang") if self._soup.html else None
        document = Document(
            title=self._title,
            language=str(language or "en-GB"),
            source=self._source,
            provisions=tuple(resolved[: len(self._provisions)]),
            notes=tuple(resolved[len(self._provisions) :]),
            assets=tuple(self._assets),
            characters_source=self._characters + self._added,
            dropped=tuple(self._dropped),
            findings=tuple(self._findings),
        )
        return balance(document)

    # --- The page --------------------------------------------------------------------------------

    def _tell(self, kind: str, message: str) -> None:
        self._findings.append(Finding(kind, message))

    def _drop(self, element: Tag, reason: str, words: str | None = None) -> None:
        """Take an element out; `words` where its own text does not tell them."""
        text = " ".join((element.get_text(" ") if words is None else words).split())
        if text:
            self._dropped.append(Dropped(text, reason))
        element.extract()

    def _stands(self, element: Tag) -> bool:
        """Whether an element may go: it is still on the page, and holds no notes."""
        return _is_in(element, self._soup) and element.select_one(_NOTES) is None

    def _main(self) -> Tag | None:
        """The part of the page that has its content, as the surest of the selectors tells."""
        return next((held for one in _CONTENT.split(", ") if (held := self._soup.select_one(one))), None)

    def _content(self) -> Tag:
        """The publication's own part of the page; all else is dropped."""
        content = self._main()
        if content is None:
            frames = self._soup.find("frameset")
            why = "the page only says which frames it has; give the page in the frame" if frames else _NOTHING
            raise GuidanceError(f"{self._source.name}: {why}")
        content.extract()
        title = self._heading
        whole = len(content.find_all("h1")) == 1 and content.find(["h2", "h3"]) is not None
        if title is not None and title.parent is not None and (whole or title not in content.descendants):
            self._drop(title, "title, kept as the document's")
        self._drop(self._soup, "outside the publication's text")
        return content

    def _drop_columns_of_links(self, content: Tag) -> None:
        """Leaves out the columns in which pages of the years before 2010 set their links."""
        for cell in content.find_all("td"):
            table = cell.find_parent("table")
            lone = len(cell.find_all("a")) > 1 and not any(map(str.isalnum, words_outside(cell, "a")))
            if lone and table is not None and is_layout(table):
                self._drop(cell, "the page's frame")

    def _take_notes(self, content: Tag) -> list[tuple[str, Tag]]:
        """The notes at the page's end, taken out of it: what refers to each, and the note."""
        ends: list[tuple[str, Tag]] = []
        for block in content.select(_NOTES):
            for note in block.find_all("li", id=True):
                ends.append((str(note["id"]), note))
                note.extract()
            self._drop(block, "title of the notes")
        for label in content.select(_WORD_NOTES) if not ends else ():
            note = label.find_parent(["p", "li", "dd"])
            if isinstance(note, Tag):
                ends.append((str(label.get("name") or label["id"]), note))
                self._drop(label, "number of a footnote, kept as its own")
                note.extract()
        return ends

    # --- Provisions ------------------------------------------------------------------------------

    def _take(self, piece: HtmlPiece) -> None:
        element = piece.element
        if piece.kind == "heading":
            self._take_heading(element)
            return
        last = self._provisions[-1] if self._provisions else None
        if piece.kind in ("ul", "ol", "dl") and last and last.kind in ("paragraph", "text"):
            blocks = (*last.blocks, *self._blocks_of(element, last.anchor))
            self._provisions[-1] = replace(last, blocks=blocks)
            self._name(element, last.anchor)
            return
        marker, above = piece.marker, self._outline.parents
        kind: Kind = "paragraph" if marker else _KINDS.get(piece.kind, "text")
        number, printed = (marker.value, marker.printed) if marker else (None, "")
        wish = anchor_for(kind, anchor_number(number) if number else None, "", self._outline.section)
        anchor = self._outline.take(wish, above[0] if above and number else None)
        skip = marker.length if marker and piece.printed else 0
        self._added += 0 if piece.printed else len(printed)
        said = self._name_of_box(element)  # before its words are taken
        read = self._within if piece.kind in ("box", "entry") else self._blocks_of
        if blocks := read(element, anchor, skip):
            self._name(element, anchor)
            self._provisions.append(
                Provision(anchor, kind, number, printed, blocks=(*said, *blocks), parents=above)
            )

    def _take_heading(self, element: Tag) -> None:
        text, above = self._text(element), self._outline.above
        level = min(int(element.name[1]) - self._top + 1, (above[-1][0] if above else 0) + 1)
        made = self._outline.heading(text, level, ("tag",))
        self._name(element, made.anchor)
        self._provisions.append(made)

    def _note(self, element: Tag, anchor: str, label: str) -> Provision:
        self._added += len(label)
        return Provision(anchor, "footnote", label, label, blocks=self._within(element, anchor))

    def _name(self, element: Tag, anchor: str) -> None:
        for named in (element, *element.find_all(id=True)):
            if named.get("id"):
                self._targets.setdefault(str(named["id"]), anchor)

    # --- Blocks ----------------------------------------------------------------------------------

    def _within(self, element: Tag, anchor: str, skip: int = 0) -> tuple[Block, ...]:
        """The blocks inside an element that holds blocks, or its text as one paragraph."""
        blocks: list[Block] = []
        for piece in pieces_in(element):
            if piece.kind == "heading":
                blocks.append(Subheading(self._text(piece.element, skip)))
            elif piece.kind == "box":
                blocks += (*self._name_of_box(piece.element), *self._within(piece.element, anchor, skip))
            else:
                blocks += self._blocks_of(piece.element, anchor, skip)
            skip = 0
        return tuple(blocks)

    def _blocks_of(self, element: Tag, anchor: str, skip: int = 0) -> tuple[Block, ...]:
        name = element.name
        if name in ("ul", "ol"):
            return (self._list(element, anchor),)
        if name == "table":
            return (self._table(element, anchor),)
        if name in ("figure", "img"):
            return self._figure(element, anchor)
        if name == "dl":
            return tuple(self._terms(element, anchor))
        inline = self._inline(element)
        shown = [image for image in inline.pictures if image.get("alt") != "" or not words_in(element)]
        pictures = (block for image in shown for block in self._figure(image, anchor))
        return (*map(Para, inline.lines(skip)), *pictures)

    def _name_of_box(self, element: Tag) -> tuple[Block, ...]:
        """What a box says that it is, as screen readers read it out, where its own words do not start with it."""
        name = box_name(element)
        if not name or words_in(element).lstrip("! ").lower().startswith(name.lower()):
            return ()
        self._added += count_characters(name)
        return (Subheading(Text(name)),)

    def _terms(self, element: Tag, anchor: str) -> Iterator[Block]:
        """The terms of a list in bold, and below each what is said of it."""
        for part in element.find_all(["dt", "dd"]):
            if part.find_parent("dl") is not element:
                continue
            if part.name == "dd":
                yield from self._within(part, anchor)
                continue
            text = self._text(part)
            bold = any(isinstance(mark, Style) and mark.kind == "bold" for mark in text.marks)
            style = () if bold else (Style(0, len(text.plain), "bold"),)
            yield Para(replace(text, marks=(*style, *text.marks)))

    def _figure(self, element: Tag, anchor: str) -> tuple[Block, ...]:
        """An element's pictures, the first with its caption; behind them other words, such as whose they are."""
        images = [element] if element.name == "img" else element.find_all("img")
        told = element.find("figcaption")
        behind: list[Block] = list(self._within(told.extract(), anchor)) if isinstance(told, Tag) else []
        caption = None
        if behind and isinstance(behind[0], Para) and not _CREDIT.match(behind[0].text.plain):
            caption, behind = behind[0].text, behind[1:]
        behind += [Para(text) for text in (self._text(element),) if text.plain]
        figures: list[Block] = []
        for image in images:
            alternative = str(image.get("alt") or "") or None
            name = self._keep_picture(str(image.get("src") or ""), anchor)
            if name is None:
                called = alternative or str(image.get("src") or "").rsplit("/", 1)[-1][:80] or "without a name"
                self._tell("picture", f"a picture that is not in the page is left out: {called}")
            figures.append(Figure(name, alternative, (), None if figures else caption))
        return (*figures, *behind)

    def _keep_picture(self, address: str, anchor: str) -> str | None:
        """The name of an asset, where a picture is part of the page itself; none is fetched."""
        head, _, coded = address.partition(";base64,")
        kind, start = _PICTURES.get(head.removeprefix("data:"), ("", b""))
        try:
            content = base64.b64decode(coded, validate=True) if kind else b""
        except binascii.Error:
            return None
        if not kind or not content.startswith(start):
            return None
        if content not in self._kept:
            self._kept[content] = f"{anchor}-{len(self._assets) + 1}.{kind}"
            self._assets.append(Asset(self._kept[content], head.removeprefix("data:"), content))
        return self._kept[content]

    def _list(self, element: Tag, anchor: str) -> List:
        printed = entry_markers(element)
        ordered = element.name == "ol" or printed is not None
        counted = ordinals(element) if ordered else ["•"] * len(entries_of(element))
        markers = [(m.printed, m.length) if m else ("", 0) for m in printed or ()] or [(one, 0) for one in counted]
        items = []
        for entry, (marker, skip) in zip(entries_of(element), markers, strict=True):
            self._added += 0 if printed else len(marker)
            own = item_anchor(marker.strip("()."), anchor, self._outline.take) if ordered else None
            items.append(Item(marker, self._within(entry, own or anchor, skip), own))
        return List(tuple(items), ordered)

    def _table(self, element: Tag, anchor: str) -> Table:
        rows = []
        for row in element.find_all("tr"):
            cells = []
            found = row.find_all(["th", "td"], recursive=False)
            for cell, header in zip(found, [cell_header(cell, row) for cell in found], strict=True):
                columns, high = _span(cell.get("colspan")), _span(cell.get("rowspan"))
                cells.append(Cell(self._within(cell, anchor), header, columns, high))
            rows.append(tuple(cells))
        caption = element.find("caption")
        return Table(tuple(rows), self._text(caption) if isinstance(caption, Tag) else None)

    def _text(self, element: Tag, skip: int = 0) -> Text:
        return self._inline(element).text(skip)

    def _inline(self, element: Tag) -> Inline:
        inline = Inline(self._notes)
        inline.take(element)
        self._dropped += inline.dropped
        if inline.unsafe:
            self._tell("link", f"links that use an unsafe scheme were dropped ({inline.unsafe})")
        self._referred.update(mark.note for mark in inline.text().marks if isinstance(mark, NoteMark))
        return inline

    def _resolve(self, text: Text) -> Text:
        marks: list[Mark] = []
        for mark in text.marks:
            if isinstance(mark, Link) and mark.address.startswith("#"):
                anchor = self._targets.get(mark.address[1:])
                if anchor is None:
                    words = text.plain[mark.start : mark.end]
                    self._tell("link", f"nothing stands where the link “{words}” leads")
                    continue
                mark = Link(mark.start, mark.end, f"#{anchor}")
            marks.append(mark)
        return Text(text.plain, tuple(marks))


def _is_in(element: Tag, other: Tag) -> bool:
    return any(parent is other for parent in element.parents)


def _span(value: object) -> int:
    """How many rows or columns a cell takes."""
    said = str(value or "")
    return min(int(said[:4]) or 1, 100) if said.isdecimal() else 1  # "²" is a digit, and no number
