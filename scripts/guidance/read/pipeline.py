"""A file -> its Document, and after that what takes longer: how far a second engine agrees, and the pictures.

`PendingRead` starts sandboxed processes and puts their answers together; each function below it is one's work.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.kinds import DOCX, HTML, OPENING, PDF, kind_of
from guidance.document.model import (
    Agreement,
    Box,
    Correction,
    Document,
    Finding,
    GuidanceError,
    SourceFile,
    StructureCheck,
)
from guidance.jobs.executors import Answers, CrashedError, Sandboxed
from guidance.read.assembly import build_document
from guidance.read.corrections import clean, correct
from guidance.read.cross_check import SLOW_ENGINE, Words, compare_words, knows_little, read_words, read_words_slowly
from guidance.read.flow import page_parts, read_flow
from guidance.read.furniture import stale_contents
from guidance.read.page import PageParts, Pages, PdfPage
from guidance.read.pdf import read_pages
from guidance.read.pdfium import Opened, draw_pictures
from guidance.read.structure import judge_document

_T = TypeVar("_T")
_WORTH_TWO = 24  # pages from which a second process pays
_USUAL = 12.0  # type size of a file without text


class Draft(Struct, frozen=True):
    """A document whose pictures are empty, and where each of them stands: page and rectangle."""

    document: Document
    crops: tuple[tuple[int, Box], ...] = ()


class Opinion(Struct, frozen=True):
    """What a second engine says: how far it agrees, where it does not, and what that says of our structure."""

    agreement: Agreement | None
    findings: tuple[Finding, ...]
    structure: tuple[StructureCheck, ...] = ()


def read_document(path: Path, corrections: tuple[Correction, ...] = (), second_opinion: bool = False) -> Document:
    """The document that a source file holds, mended by `corrections`.

    With `second_opinion` another text engine reads a PDF at the same time (a third where that one cannot), and
    the document says how far the two agree. A file is read in processes of its own, which a hostile one may crash.
    Raises GuidanceError, in one line, for a file that cannot be read as guidance, and for a correction that
    no longer applies.
    """
    with closing(begin_reading(path, second_opinion)) as reading:
        return correct(reading.whole(), corrections)


class PendingRead:
    """A file that is being read by sandboxed processes, none of which starts another; to be closed.

    Of a PDF two begin at once: one reads the first half and makes the document, the other reads the second half for
    it and then the second engine's words. A third draws the pictures as soon as it is known where they stand.
    """

    def __init__(self, path: Path, second_opinion: bool) -> None:
        """Begin. Raises GuidanceError for a file that is of no kind that can be read."""
        self._path = path
        self._opinion_awaited = False
        self._started: list[Sandboxed[Any]] = []
        self._document: Document | None = None
        self._drawing: Answers[list[bytes]] | None = None
        kind = _kind(path)
        if kind in (HTML, DOCX):
            self._work: Answers[Draft | Opinion] = self._start(_read_unpaged, path, kind)
        else:
            beside = self._start(read_beside, path, second_opinion)
            self._work = self._start(read_pdf, path, second_opinion, beside)
            self._opinion_awaited = second_opinion

    def close(self) -> None:
        """End all processes."""
        for one in self._started:
            one.stop()

    def document(self) -> Document:
        """The document, but without the second engine's opinion and with empty pictures; reading goes on."""
        if self._document is None:
            draft = self._next(self._work)
            assert isinstance(draft, Draft)
            self._document = clean(draft.document)
            if draft.crops:  # only now: until here both cores have other work
                self._drawing = self._start(draw_pictures, self._path, draft.crops)
        return self._document

    def judged(self) -> Document:
        """The same with the opinion; its pictures are still empty."""
        document = self.document()
        if self._opinion_awaited:
            opinion = self._next(self._work)
            assert isinstance(opinion, Opinion)
            judged = with_opinion(document, opinion)
            self._document = self._heard_again(document, judged) if knows_little(judged) else judged
            self._opinion_awaited = False
        return self.document()

    def whole(self) -> Document:
        """All of it."""
        document = self.judged()
        if self._drawing:
            pictures = self._next(self._drawing)
            assets = (replace(a, content=p) for a, p in zip(document.assets, pictures, strict=True))
            self._document, self._drawing = replace(document, assets=tuple(assets)), None
        return self.document()

    def _heard_again(self, document: Document, judged: Document) -> Document:
        """With the opinion of a third engine, where that knows more than the second."""
        try:
            third = with_opinion(document, self._start(ask_third_engine, self._path, document).next())
        except (CrashedError, GuidanceError):
            return judged
        return judged if knows_little(third) else third

    def _start(self, function: Callable[..., Any], *arguments: object) -> Answers[Any]:
        self._started.append(Sandboxed(function, *arguments))
        return self._started[-1].answers

    def _next(self, answers: Answers[_T]) -> _T:
        try:
            return answers.next()
        except CrashedError as error:
            raise GuidanceError(f"{self._path}: cannot be read ({error}); get another copy") from None


def begin_reading(path: Path, second_opinion: bool = False) -> PendingRead:
    """Start to read a source file, as `read_document` does, and go on; raises as it does."""
    if not path.is_file():
        raise GuidanceError(
            f"{path}: {'a folder; name a file in it' if path.is_dir() else 'there is no such file'}"
        )
    return PendingRead(path, second_opinion)


def _kind(path: Path) -> str | None:
    """What a file is, by how it starts. Raises GuidanceError where it cannot be opened, and for a Word file of the
    old kind."""
    try:
        with path.open("rb") as file:
            start = file.read(OPENING)
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be opened ({error.strerror})") from None
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise GuidanceError(f"{path}: this is an old or a locked Word file; save it as .docx without a password")
    return kind_of(start)


def _read_unpaged(path: Path, kind: str) -> Draft:
    """The document that a web page or a Word file holds."""
    content = path.read_bytes()
    source = SourceFile(path.name, hashlib.sha256(content).hexdigest(), kind, len(content))
    try:
        if kind == HTML:
            from guidance.read.html import read_html  # neither parser nor pandoc is needed for PDFs

            document = read_html(content, source)
        else:
            from guidance.read.docx import read_docx

            document = read_docx(path, source)
    except RecursionError:
        raise GuidanceError(f"{path}: is nested too deeply to be read; get another copy") from None
    return Draft(replace(document, structure=judge_document(document)))


# --- A PDF ------------------------------------------------------------------------------------------


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


def read_pdf(path: Path, second_opinion: bool, beside: Answers[Beside]) -> Iterator[Draft | Opinion]:
    """The document that a PDF holds, and then the second engine's opinion; `beside` is `read_beside` at work.

    Raises GuidanceError, in one line, for a file that cannot be read as guidance.
    """
    content = path.read_bytes()
    with closing(Opened(path)) as opened:
        pages = all_pages(opened, beside)
    _check(pages, path)
    source = SourceFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=PDF,
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
