"""A partner's page as this room sees it: blocks of plain text whose characters know their line, and links.

How a file becomes that is decided in `reading` and the modules beside it; nothing is looked for here.
"""

import re
from bisect import bisect_right

from msgspec import Struct

# What does not show, or acts on a terminal or on the direction of writing, is no part of any text.
_UNSEEN = {*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0xFEFF}
_UNSEEN |= {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)}
_CLEAN = dict.fromkeys(_UNSEEN)
_SPACE = re.compile(r"\s+")


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


class FoundBlock(Struct, frozen=True):
    """A paragraph, heading, table cell and the like. White space is single; `marks` are (offset, line), rising."""

    text: str
    marks: tuple[tuple[int, int], ...]
    links: tuple[FoundLink, ...] = ()

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


class Builder:
    """Gathers the blocks of a file, piece by piece."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._blocks: list[FoundBlock] = []
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
            if not self._marks or self._marks[-1][1] != line + count:
                self._marks.append((self._length, line + count))
            self._pieces.append(words)
            self._length += len(words)
            self._spaced = words.endswith(" ")
        return line + raw.count("\n")

    def open_link(self, address: str, line: int) -> None:
        """What is added from here on, on this line, links to an address."""
        self._marks = self._marks or [(0, line)]
        self._open.append((self._length, address))

    def close_link(self) -> None:
        """Here the link that was opened last ends."""
        if self._open:
            start, address = self._open.pop()
            self._links.append(FoundLink(start, self._length, address))

    def end_block(self) -> None:
        """Here a block ends; links that are open go on in the next one."""
        if not (self._pieces or self._links or self._open):
            self._marks = []
            return
        still = [address for _, address in self._open]
        last = self._marks[-1][1] if self._marks else 1
        while self._open:
            self.close_link()
        text = "".join(self._pieces).rstrip()
        if text or self._links:
            links = tuple(
                FoundLink(min(link.start, len(text)), min(link.end, len(text)), link.address)
                for link in self._links
            )
            self._blocks.append(FoundBlock(text, tuple(self._marks), links))
        self._start()
        for address in still:
            self.open_link(address, last)

    def blocks(self) -> tuple[FoundBlock, ...]:
        """All blocks."""
        self._open = []
        self.end_block()
        return tuple(self._blocks)
