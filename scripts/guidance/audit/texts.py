"""A partner's page as this room sees it: blocks of plain text whose characters know their line, and links; and how
HTML, Markdown and plain text become that.

Scripts, styles and comments are never read; nothing in a page is followed, loaded or run, and nothing looked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal

from lxml import etree
from msgspec import Struct

from guidance.document.model import GuidanceError

# What does not show, or acts on a terminal or on the direction of writing, is no part of any text.
_UNSEEN = {*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0xFEFF}
_UNSEEN |= {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)}
_CLEAN = dict.fromkeys(_UNSEEN)
_SPACE = re.compile(r"\s+")
_BROKEN = re.compile(r"(?<![\w/.])[A-Za-z]+- ?$")  # a word that a line's end broke; in an address it is a hyphen


def plain(words: str) -> str:
    """Words in one line, without characters that do not show."""
    return _SPACE.sub(" ", words.translate(_CLEAN)).strip()


def _single_spaced(part: str) -> str:
    if part.isascii() and part.isprintable() and "  " not in part:  # as nearly all are, and then nothing is to do
        return part
    return _SPACE.sub(" ", part.translate(_CLEAN))


class FoundLink(Struct, frozen=True):
    """A stretch of a block that links to an address."""

    start: int
    end: int
    address: str


Role = Literal["", "heading", "item", "cell"]


class FoundBlock(Struct, frozen=True):
    """A paragraph, heading, table cell and the like. White space is single; `marks` are (offset, line), rising.

    `cell` is a cell's table, row and column, counted from 1; `quoted` numbers the block quotation it stands in.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    links: tuple[FoundLink, ...] = ()
    role: Role = ""
    cell: tuple[int, int, int] | None = None
    quoted: int = 0

    def line(self, offset: int) -> int:
        """The line on which the character at an offset stands."""
        return self.marks[max(0, bisect_right(self.marks, (offset, 1 << 62)) - 1)][1] if self.marks else 1


class FileReading(Struct, frozen=True):
    """A file as read. `unit` says what its lines are; `pages` are the lines at which a paged file's pages begin."""

    file: str
    blocks: tuple[FoundBlock, ...]
    unit: str = "line"
    pages: tuple[int, ...] = ()

    def place(self, line: int) -> str:
        """A line in words: "line 12", "paragraph 7" of a document, "page 3, line 5" of a paged file."""
        if not self.pages:
            return f"{self.unit} {line}"
        page = bisect_right(self.pages, line)
        return f"page {page}, line {line - self.pages[page - 1] + 1}"

    def places(self, lines: Sequence[int]) -> str:
        """Several lines in words: "lines 3, 8 and 12"."""
        if len(lines) == 1 or self.pages:
            return "; ".join(map(self.place, lines))
        *front, last = map(str, lines)
        return f"{self.unit}s {', '.join(front)} and {last}"


class Builder:
    """Gathers the blocks of a file, piece by piece."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._blocks: list[FoundBlock] = []
        self.role: Role = ""
        self.cell: tuple[int, int, int] | None = None
        self.quoted = 0
        self._start()

    def _start(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._spaced = True  # nothing may begin with white space
        self._marks: list[tuple[int, int]] = []
        self._links: list[FoundLink] = []
        self._open: list[tuple[int, str]] = []

    def add(self, raw: str, line: int) -> int:
        """Put some text, which begins on a line, to the block at hand; returns the line on which it ends."""
        for count, part in enumerate(raw.split("\n")):
            words = _single_spaced(part)
            words = f" {words}" if count and not words.startswith(" ") else words
            words = words.removeprefix(" ") if self._spaced else words
            if not words:
                continue
            if count or (self._marks and self._marks[-1][1] != line + count):
                words = self._unbroken(words)
            if not self._marks or self._marks[-1][1] != line + count:
                self._marks.append((self._length, line + count))
            self._pieces.append(words)
            self._length += len(words)
            self._spaced = words.endswith(" ")
        return line + raw.count("\n")

    def _unbroken(self, words: str) -> str:
        """The first words of a line; where the line before ended in a hyphen, that goes, unless in an address."""
        ended = self._pieces[-1] if self._pieces else ""
        if not _BROKEN.search(ended[-60:]) or not re.match(r" ?[a-z]", words):
            return words
        self._pieces[-1] = ended.rstrip()[:-1]
        self._length -= len(ended) - len(self._pieces[-1])
        return words.removeprefix(" ")

    def open_link(self, address: str, line: int) -> None:
        """What is added from here on, on this line, links to an address."""
        self._marks = self._marks or [(0, line)]
        self._open.append((self._length, address))

    def close_link(self) -> None:
        """Here the link that was opened last ends."""
        if self._open:
            start, address = self._open.pop()
            self._links.append(FoundLink(start, self._length, address))

    @property
    def line(self) -> int:
        """The line of what was added last."""
        return self._marks[-1][1] if self._marks else 1

    def end_block(self) -> None:
        """Here a block ends; links that are open go on in the next one."""
        if not (self._pieces or self._links or self._open):
            self._marks = []
            return
        still = [address for _, address in self._open]
        last = self.line
        while self._open:
            self.close_link()
        text = "".join(self._pieces).rstrip()
        if text or self._links:
            links = tuple(
                FoundLink(min(link.start, len(text)), min(link.end, len(text)), link.address)
                for link in self._links
            )
            self._blocks.append(FoundBlock(text, tuple(self._marks), links, self.role, self.cell, self.quoted))
        self._start()
        for address in still:
            self.open_link(address, last)

    def blocks(self) -> tuple[FoundBlock, ...]:
        """All blocks."""
        self._open = []
        self.end_block()
        return tuple(self._blocks)


# --- Reading ---------------------------------------------------------------------------------------

# Elements that stand within a block and end none.
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("title", "h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("td", "th", "dt", "dd"), "cell"),
    "li": "item",
}
_UNREAD = frozenset((
    "script", "style", "template", "svg", "math", "object", "canvas", "audio", "video", "iframe", "noframes",
    "embed", "select", "del", "s", "strike",  # what is struck out is said no more
))  # fmt: skip
_MARK = re.compile(r"\s*[\[(]?(?:\d{1,3}|\*)[\])]?\s*")
_MOST_BRACKETS = 20_000
_LINE = "data-line"  # where a page made from Markdown says on which line of that something stands
_FRAMES = {"iframe": "src", "embed": "src", "object": "data"}  # and where each says what it shows
_DECLARED = re.compile(rb"""(?ix) <meta [^>]{0,200} charset \s* = \s* ["']? ( [A-Za-z0-9_-]{3,30} )""")


def decode(content: bytes, declared: str | None = None) -> str:
    """Bytes as text: by their byte order mark, as UTF-8, as declared, else as Windows wrote them.

    Raises GuidanceError where they are no text.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" in content[:4096]:
        raise GuidanceError("is not text")
    for encoding, errors in (("utf-8", "strict"), (declared or "cp1252", "replace")):
        try:
            return content.decode(encoding, errors)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


# --- HTML ------------------------------------------------------------------------------------------


def read_html(content: bytes) -> tuple[FoundBlock, ...]:
    """The blocks of an HTML page. Raises GuidanceError where it cannot be read."""
    found = _DECLARED.search(content[:4096])
    text = decode(content, found[1].decode("ascii") if found else None)
    return _blocks_of(text)


def _blocks_of(page: str, *, told: bool = False) -> tuple[FoundBlock, ...]:
    """The blocks of a page; `told` that its elements have their lines. Raises GuidanceError where it is none."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(page.replace("\0", "").encode("utf-8", "replace"), parser)
    except (etree.ParseError, ValueError) as error:
        raise GuidanceError(f"cannot be read as HTML ({' '.join(str(error).split())[:120]})") from None
    if any("depth" in entry.message for entry in parser.error_log):
        raise GuidanceError("is nested deeper than any page; it was not read")
    return _walk(root, told=told) if root is not None else ()


def _walk(root: etree._Element, *, told: bool = False) -> tuple[FoundBlock, ...]:
    """Depth first with a stack of our own: hostile pages are nested deeper than Python calls may be."""
    page = _PageWalk()
    builder = page.builder
    line = 1
    stack: list[tuple[etree._Element, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if done:
            page.leave(element, tag)
        else:
            number = element.get(_LINE) if told and tag else None
            here = 1 if told else getattr(element, "sourceline", None) or 1
            line = here = int(number) if number and number.isdecimal() else max(line, here)
            mark = tag == "sup" and _MARK.fullmatch("".join(map(str, element.itertext())))  # of a note
            if tag and tag not in _UNREAD and not mark:
                page.enter(element, tag, here)
                line = builder.add(element.text, line) if element.text else line
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
            if tag in _FRAMES and (address := element.get(_FRAMES[tag])):
                builder.end_block()
                builder.open_link(address.strip(), here)
                builder.add(element.get("title") or "", here)
                builder.close_link()
                builder.end_block()
        if element.tail:
            line = builder.add(element.tail, line)
    return builder.blocks()


class _PageWalk:
    """Where the walk through a page is: within which quotation, table, heading or list."""

    def __init__(self) -> None:
        self.builder = Builder()
        self._counts = {"table": 0, "tr": 0, "cell": 0, "blockquote": 0}
        self._quoted: list[int] = []
        self._roles: list[Role] = []

    def enter(self, element: etree._Element, tag: str, line: int) -> None:
        builder = self.builder
        if tag == "br":
            builder.add(" ", line)
        elif tag == "q":
            builder.add("“", line)
        elif tag == "img":
            builder.add(element.get("alt") or "", line)
        elif tag not in _INLINE:
            builder.end_block()
            self._enter_block(tag)
        if tag == "a" and (address := element.get("href")):
            builder.open_link(address.strip(), line)

    def _enter_block(self, tag: str) -> None:
        builder, counts = self.builder, self._counts
        if tag in ("table", "tr", "dl", "dt"):  # a list of terms is a table, each of whose terms begins a row
            counts["table" if tag in ("table", "dl") else "tr"] += 1
            counts["cell"] = 0
        if _ROLES.get(tag) == "cell":
            counts["cell"] += 1
            builder.cell = (counts["table"], counts["tr"], counts["cell"])
        elif tag == "blockquote":
            counts[tag] += 1
            self._quoted.append(counts[tag])
            builder.quoted = counts[tag]
        if tag in _ROLES:
            self._roles.append(_ROLES[tag])
            builder.role = _ROLES[tag]

    def leave(self, element: etree._Element, tag: str) -> None:
        builder = self.builder
        if tag == "a" and element.get("href"):
            builder.close_link()
        elif tag == "q":
            builder.add("”", builder.line)
        elif tag not in ("br", "img") and tag not in _INLINE:
            builder.end_block()
            if _ROLES.get(tag) == "cell":
                builder.cell = None
            elif tag == "blockquote":
                self._quoted.pop()
                builder.quoted = self._quoted[-1] if self._quoted else 0
            if tag in _ROLES:
                self._roles.pop()
                builder.role = self._roles[-1] if self._roles else ""


# --- Plain text ------------------------------------------------------------------------------------

_ITEM = re.compile(r"\s*(?:[-*•‣▪]|\(?(?:\d{1,2}|[a-z])[.)])\s")
_ENDED = re.compile(r"[.:;?!][\"”’')\]]*\s*$")
_SHORTENED = re.compile(  # a line that ends in one of these goes on: "see para." and "p."
    r"\b (?: pp? | pgs? | paras? | ch | chap | no | vol | eds? | dr | mr | mrs | ms | e\.g | i\.e | cf ) \. \s* $",
    re.IGNORECASE | re.VERBOSE,
)


def paragraphs(lines: list[str]) -> Iterator[list[tuple[int, str]]]:
    """Lines (numbered from 1) put together to paragraphs: a blank line, or an item after an ended line, begins
    one."""
    held: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        ended = held and _ENDED.search(held[-1][1]) and not _SHORTENED.search(held[-1][1])
        if held and (not line.strip() or (ended and _ITEM.match(line))):
            yield held
            held = []
        if line.strip():
            held.append((number, line))
    if held:
        yield held


def read_text(content: bytes) -> tuple[FoundBlock, ...]:
    """The blocks of a plain text. Raises GuidanceError where it is none."""
    builder = Builder()
    for paragraph in paragraphs(decode(content).splitlines()):
        for number, line in paragraph:
            builder.add(f"{line} ", number)
        builder.end_block()
    return builder.blocks()


# --- Markdown --------------------------------------------------------------------------------------


def read_markdown(content: bytes) -> tuple[FoundBlock, ...]:
    """The blocks of a Markdown file. Raises GuidanceError where it is no text, or as nobody writes it."""
    from markdown_it import MarkdownIt  # only who reads such a file pays for loading it

    text = decode(content)
    if text.count("[") > _MOST_BRACKETS:  # the time that they take grows with their square
        raise GuidanceError(f"has more than {_MOST_BRACKETS} square brackets; audit it in parts")
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 1000})
    reader.enable(["table", "strikethrough"]).disable("code")  # what is set in is text of a note or of an item
    try:
        tokens = reader.parse(text)
    except RecursionError:
        raise GuidanceError("is nested deeper than any page; it was not read") from None
    row = 0  # rows of a table's body do not tell their line
    for token in tokens:
        row = token.map[0] + 1 if token.map else row + 1 if token.type == "tr_open" else row
        if token.type == "html_block":
            token.content = f'<i {_LINE}="{row}"></i>{token.content}'
        elif token.nesting == 1 or token.type == "fence":
            token.attrSet(_LINE, str(row + (token.type == "fence")))
    return _blocks_of(reader.renderer.render(tokens, reader.options, {}), told=True)
