"""A PDF -> its Document, and after that what takes longer: how far a second engine agrees.

Each function here is one process's work, to be run in a sandbox; whoever started them puts the answers together.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import (
    Agreement,
    Box,
    Document,
    Finding,
    GuidanceError,
    SourceFile,
    StructureCheck,
)
from guidance.jobs.sandbox import Answers, CrashedError
from guidance.read.assembly import build_document
from guidance.read.cross_check import SLOW_ENGINE, Words, compare_words, read_words, read_words_slowly
from guidance.read.flow import page_parts, read_flow
from guidance.read.furniture import stale_contents
from guidance.read.page import PageParts, Pages, PdfPage
from guidance.read.pdf import read_pages
from guidance.read.pdfium import Opened

_WORTH_TWO = 24  # pages from which a second process pays
_USUAL = 12.0  # type size of a file without text


class Half(Struct, frozen=True):
    """Some pages, made with the usual type size among them, and how many characters there are of each size."""

    parts: tuple[PageParts, ...]
    size: float
    sizes: Counter[float]


Beside = Half | Words
"""What the second process answers: the second half of a long file, then the second engine's words, if wanted."""


def read_beside(path: Path, second_opinion: bool) -> Iterator[Beside]:
    """What the second process does, while the first reads the first half and makes a document of both."""
    document = Opened(path)
    first, last = _middle(document.pages) + 1, document.pages
    if first <= last:
        half = _half(read_pages(document, first, last))
        light = (replace(p, page=replace(p.page, fragments=(), tags={})) for p in half.parts)
        yield replace(half, parts=tuple(light))
    document.close()
    if second_opinion:
        yield read_words(path)


def _middle(pages: int) -> int:
    """The last page of the first half."""
    return (pages + 1) // 2 if pages >= _WORTH_TWO else pages


def all_pages(document: Opened, beside: Answers[Beside]) -> Pages:
    """All pages of a file, the second half of a long one as another process reads it.

    Raises GuidanceError for a page that cannot be read, CrashedError where the other process does not answer.
    """
    count = document.pages
    mine = read_pages(document, 1, _middle(count))
    halves = [_half(mine)]
    bookmarks = tuple(document.bookmarks())
    title, producer, author, created = map(document.fact, ("Title", "Producer", "Author", "CreationDate"))
    if _middle(count) < count:
        other = beside.next()
        if not isinstance(other, Half):
            raise CrashedError("its second half is missing")
        halves.append(other)
    size = _usual(sum((half.sizes for half in halves), Counter()))
    if halves[0].size != size:
        halves[0] = _half(mine, size)
    if halves[-1].size != size:  # the second half's own usual size is another: its pages once more
        halves[-1] = _half(read_pages(document, _middle(count) + 1, count), size)
    return Pages(
        parts=tuple(part for half in halves for part in half.parts),
        size=size,
        bookmarks=bookmarks,
        title=title,
        language=document.language(),
        producer=producer,
        author=author,
        created=created,
    )


def _half(pages: Iterable[PdfPage], size: float | None = None) -> Half:
    pages = tuple(pages)
    sizes: Counter[float] = Counter()
    for page in pages:
        sizes.update(_sizes_on(page))
    size = size or _usual(sizes)
    return Half(tuple(page_parts(page, size) for page in pages), size, sizes)


_EDGE = 0.1  # of the page's height, where page numbers stand
_SOME_PROSE = 80  # characters


def _sizes_on(page: PdfPage) -> Counter[float]:
    """How many characters a page has of each size, those aside that stand below all of a larger one, as notes do:
    they may be more than those of the text."""
    sizes: Counter[float] = Counter()
    stretches: dict[float, tuple[float, float]] = {}  # the lowest and the highest baseline of each size
    for fragment in page.fragments:
        size = round(fragment.size, 1)
        sizes[size] += len(fragment.text)
        if _EDGE * page.height < fragment.baseline:
            low, high = stretches.get(size, (fragment.baseline, fragment.baseline))
            stretches[size] = min(low, fragment.baseline), max(high, fragment.baseline)
    prose = [size for size in stretches if sizes[size] > _SOME_PROSE]
    below = [s for s in prose if any(size > s and stretches[size][0] > stretches[s][1] for size in prose)]
    for size in below:
        del sizes[size]
    return sizes


def _usual(sizes: Counter[float]) -> float:
    return sizes.most_common(1)[0][0] if sizes else _USUAL


class Draft(Struct, frozen=True):
    """A document whose pictures are empty, and where each of them stands: page and rectangle."""

    document: Document
    crops: tuple[tuple[int, Box], ...] = ()


class Opinion(Struct, frozen=True):
    """What a second engine says: how far it agrees, where it does not, and what that says of our structure."""

    agreement: Agreement | None
    findings: tuple[Finding, ...]
    structure: tuple[StructureCheck, ...] = ()


def read_pdf(path: Path, second_opinion: bool, beside: Answers[Beside]) -> Iterator[Draft | Opinion]:
    """The document that a PDF holds, and then the second engine's opinion; `beside` is `read_beside` at work.

    Raises GuidanceError, in one line, for a file that cannot be read as guidance.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be opened ({error.strerror})") from None
    with closing(Opened(path)) as opened:
        pages = all_pages(opened, beside)
    _check(pages, path)
    source = SourceFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="application/pdf",
        size=len(content),
        pages=len(pages.parts),
        producer=pages.producer,
        title=pages.title,
        author=pages.author,
        created=_day(pages.created),
    )
    document, crops = build_document(read_flow(pages.parts, pages.size), pages, source)
    document = replace(document, findings=(*document.findings, *stale_contents(document)))
    yield Draft(document, crops)
    if second_opinion:
        yield _opinion(document, compare_words(document, _words(beside)))


def _day(written: str | None) -> str | None:
    """A PDF's date, such as D:20240903164411+01'00', as 2024-09-03; None for anything else."""
    digits = (written or "").removeprefix("D:")[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else None


def ask_third_engine(path: Path, document: Document) -> Opinion:
    """The opinion of an engine that takes its time, for a file that the second one cannot read."""
    return _opinion(document, compare_words(document, read_words_slowly(path), SLOW_ENGINE))


def _opinion(document: Document, compared: Document) -> Opinion:
    findings = compared.findings[len(document.findings) :]
    return Opinion(compared.agreement, findings, compared.structure[len(document.structure) :])


def with_opinion(document: Document, opinion: Opinion) -> Document:
    """A document with what another engine says of it."""
    return replace(
        document,
        agreement=opinion.agreement,
        findings=(*document.findings, *opinion.findings),
        structure=(*document.structure, *opinion.structure),
    )


def _words(beside: Answers[Beside]) -> Words:
    """The words that the second engine reads; none where it cannot."""
    try:
        answer = beside.next()
    except (CrashedError, GuidanceError):
        return ()
    return () if isinstance(answer, Half) else answer


def _check(pages: Pages, path: Path) -> None:
    if any(part.printed for part in pages.parts):
        return
    if any(part.page.images for part in pages.parts):
        raise GuidanceError(f"{path}: its pages are pictures without text; it needs OCR first (ocrmypdf)")
    raise GuidanceError(f"{path}: there is no text on its pages; get another copy")
