"""One PDF read by two processes: this one makes lines of its first pages, the other one of its last, and then reads
the words of all once more with the second engine.

What comes out does not depend on how many processes there were; what a line means is decided elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from guidance.read.apart import Apart, CrashedError
from guidance.read.flow import PageParts, page_parts
from guidance.read.ink import Bookmark, Page
from guidance.read.opinion import Words, read_words
from guidance.read.pdf import read_pages
from guidance.read.pdfium import Opened

_WORTH_TWO = 24  # pages from which a second process pays
_USUAL = 12.0  # type size of a file without text


class Pages(Struct, frozen=True):
    """A whole file: its pages, its usual type size, its outline, and what it says of itself."""

    parts: tuple[PageParts, ...]
    size: float
    bookmarks: tuple[Bookmark, ...]
    title: str | None
    language: str | None
    producer: str | None


class _Half(Struct, frozen=True):
    """Some pages, made with the usual type size among them, and how many characters there are of each size."""

    parts: tuple[PageParts, ...]
    size: float
    sizes: Counter[float]


class Halves:
    """A PDF that is being read; to be closed."""

    def __init__(self, path: Path, second_opinion: bool) -> None:
        """Start reading. Raises GuidanceError, in one line, for a file that is missing, is no PDF, is damaged, is
        encrypted or has no page."""
        self._path = path
        self._document = Opened(path)
        count = self._document.pages
        self._middle = (count + 1) // 2 if count >= _WORTH_TWO else count
        self._other: Apart[_Half | Words] | None = None
        if second_opinion or self._middle < count:
            self._other = Apart(_read_beside, path, self._middle + 1, count, second_opinion)

    def close(self) -> None:
        """Let go of the file, and end the other process."""
        self._document.close()
        if self._other:
            self._other.stop()

    def pages(self) -> Pages:
        """All pages. Raises GuidanceError for one that cannot be read, CrashedError where the other process did."""
        document, count = self._document, self._document.pages
        mine = read_pages(document, 1, self._middle)
        halves = [_half(mine)]
        bookmarks, title, producer = tuple(document.bookmarks()), document.fact("Title"), document.fact("Producer")
        if self._other and self._middle < count:
            halves.append(self._take_half(self._other))
        sizes = sum((half.sizes for half in halves), Counter())
        size = _usual(sizes)
        if halves[0].size != size:
            halves[0] = _half(mine, size)
        if halves[-1].size != size:  # the second half's own usual size is another: its pages once more
            halves[-1] = _half(read_pages(document, self._middle + 1, count), size)
        return Pages(
            parts=tuple(part for half in halves for part in half.parts),
            size=size,
            bookmarks=bookmarks,
            title=title,
            language=document.language(),
            producer=producer,
        )

    def words(self) -> Words:
        """The words that the second engine reads; none where it cannot."""
        try:
            answer = self._other.answer() if self._other else ()
        except CrashedError:
            return ()
        return () if isinstance(answer, _Half) else answer

    def _take_half(self, other: "Apart[_Half | Words]") -> _Half:
        answer = other.answer()
        if not isinstance(answer, _Half):
            raise CrashedError("its second half is missing")
        return answer


def _read_beside(path: Path, first: int, last: int, second_opinion: bool) -> Iterator[_Half | Words]:
    """What the other process does: pages `first` to `last`, then the words of all."""
    if first <= last:
        document = Opened(path)
        half = _half(read_pages(document, first, last))
        document.close()
        light = (replace(p, page=replace(p.page, fragments=(), tags={})) for p in half.parts)
        yield replace(half, parts=tuple(light))
    if second_opinion:
        yield read_words(path)


def _half(pages: Iterable[Page], size: float | None = None) -> _Half:
    pages = tuple(pages)
    sizes: Counter[float] = Counter()
    for page in pages:
        for fragment in page.fragments:
            sizes[round(fragment.size, 1)] += len(fragment.text)
    size = size or _usual(sizes)
    return _Half(tuple(page_parts(page, size) for page in pages), size, sizes)


def _usual(sizes: Counter[float]) -> float:
    return sizes.most_common(1)[0][0] if sizes else _USUAL
