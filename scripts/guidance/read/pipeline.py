"""A PDF -> its Document, and after that what takes longer: how far a second engine agrees, and the pictures.

To be run in a process of its own; whoever started it puts the three answers together.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Agreement, Asset, Document, Dropped, Finding, GuidanceError, SourceFile
from guidance.jobs.sandbox import CrashedError, Sandboxed
from guidance.read.cross_check import SLOW_ENGINE, Words, compare_words, knows_little, read_words, read_words_slowly
from guidance.read.flow import PageParts, Pages, page_parts
from guidance.read.page import PdfPage
from guidance.read.pdf import read_pages
from guidance.read.pdfium import Opened
from guidance.read.structure import build_document

_ENTRY = re.compile(r"(?P<title>.*\S)[\s.·…]*\s(?P<number>\d{1,4})$")


def stale_contents(document: Document) -> Iterator[Finding]:
    """A finding for each run of titles that the contents list puts equally far from where their headings stand.

    Only titles that one heading has are judged, and only in a file whose pages print their numbers.
    """
    numbers = {d.page: int(d.text) for d in document.dropped if d.reason == "page number" and d.text.isdecimal()}
    headings: dict[str, list[int]] = defaultdict(list)
    for provision in document.provisions:
        if provision.heading and provision.page:
            headings[_key(provision.heading.plain)].append(provision.page)
    judged = [
        (title, number - numbers[pages[0]], pages[0])
        for title, number in _entries(document.dropped)
        if len(pages := headings.get(_key(title), [])) == 1 and pages[0] in numbers
    ]
    for off, group in groupby(judged, key=lambda entry: entry[1]):
        run = list(group)
        if off:
            yield Finding("contents", _say(off, [title for title, _, _ in run]), run[0][2])


def _say(off: int, titles: list[str]) -> str:
    which = f"“{titles[0]}”" + (f" to “{titles[-1]}” ({len(titles)} titles)" if len(titles) > 1 else "")
    how = f"{abs(off)} {'page' if abs(off) == 1 else 'pages'} too {'high' if off > 0 else 'low'}"
    return f"the printed contents are {how} for {which}; links here lead to the headings themselves"


def _entries(dropped: Iterable[Dropped]) -> Iterator[tuple[str, int]]:
    """The titles of the contents list with the numbers they print; a title may go on over several lines."""
    begun = ""
    for entry in dropped:
        if entry.reason != "contents list":
            continue
        line = f"{begun} {entry.text.strip()}".strip()
        found = _ENTRY.fullmatch(line)
        if found:
            yield found["title"].rstrip(" .·…"), int(found["number"])
        begun = "" if found or len(begun) > 200 else line


def _key(title: str) -> str:
    return "".join(character for character in title.lower() if character.isalnum())


_WORTH_TWO = 24  # pages from which a second process pays
_USUAL = 12.0  # type size of a file without text


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
        self._other: Sandboxed[_Half | Words] | None = None
        if second_opinion or self._middle < count:
            self._other = Sandboxed(_read_beside, path, self._middle + 1, count, second_opinion)

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

    def _take_half(self, other: "Sandboxed[_Half | Words]") -> _Half:
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


def _half(pages: Iterable[PdfPage], size: float | None = None) -> _Half:
    pages = tuple(pages)
    sizes: Counter[float] = Counter()
    for page in pages:
        for fragment in page.fragments:
            sizes[round(fragment.size, 1)] += len(fragment.text)
    size = size or _usual(sizes)
    return _Half(tuple(page_parts(page, size) for page in pages), size, sizes)


def _usual(sizes: Counter[float]) -> float:
    return sizes.most_common(1)[0][0] if sizes else _USUAL


class Opinion(Struct, frozen=True):
    """What the second engine says: how far it agrees, and where it does not."""

    agreement: Agreement | None
    findings: tuple[Finding, ...]


class Pictures(Struct, frozen=True):
    """The figures of a document, drawn."""

    assets: tuple[Asset, ...]


Answer = Document | Opinion | Pictures
ANSWERS = 3


def put_together(document: Document | None, answer: Answer) -> Document:
    """What was answered before with what is answered now."""
    if isinstance(answer, Document):
        return answer
    if document is None:
        raise ValueError("the document itself is the first answer")
    if isinstance(answer, Pictures):
        return replace(document, assets=answer.assets)
    return replace(document, agreement=answer.agreement, findings=(*document.findings, *answer.findings))


def read_pdf(path: Path, second_opinion: bool) -> Iterator[Answer]:
    """The document that a PDF holds, its pictures empty; the second engine's opinion, if wanted; the pictures.

    Raises GuidanceError, in one line, for a file that cannot be read as guidance.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be opened ({error.strerror})") from None
    with closing(Halves(path, second_opinion)) as halves:
        pages = halves.pages()
        _check(pages, path)
        source = SourceFile(
            name=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            media_type="application/pdf",
            size=len(content),
            pages=len(pages.parts),
            producer=pages.producer,
        )
        document, drawing = build_document(pages, source, path)
        document = replace(document, findings=(*document.findings, *stale_contents(document)))
        yield document
        drawing.begin()  # only now: until here both cores have other work
        with closing(drawing):
            judged = _with_opinion(document, path, halves.words()) if second_opinion else document
            yield Opinion(judged.agreement, judged.findings[len(document.findings) :])
            yield Pictures(drawing.drawn())


def _check(pages: Pages, path: Path) -> None:
    if any(part.printed for part in pages.parts):
        return
    if any(part.page.images for part in pages.parts):
        raise GuidanceError(f"{path}: its pages are pictures without text; it needs OCR first (ocrmypdf)")
    raise GuidanceError(f"{path}: there is no text on its pages; get another copy")


def _with_opinion(document: Document, path: Path, words: Words) -> Document:
    """The document compared with what the other engine reads, or a third one where that is next to nothing."""
    compared = compare_words(document, words)
    if not knows_little(compared):
        return compared
    try:
        third = compare_words(document, Sandboxed(read_words_slowly, path).result(), SLOW_ENGINE)
    except CrashedError:
        return compared
    return compared if knows_little(third) else third
