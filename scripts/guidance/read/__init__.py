"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from guidance.document.model import Correction, Document, GuidanceError, SourceFile
from guidance.jobs.sandbox import Answers, CrashedError, Sandboxed
from guidance.read.corrections import clean, correct
from guidance.read.cross_check import knows_little
from guidance.read.pdfium import draw_pictures
from guidance.read.pipeline import Draft, Opinion, ask_third_engine, read_beside, read_pdf, with_opinion
from guidance.read.structure import judge_document

_T = TypeVar("_T")


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
        if _is_page(path):
            self._work: Answers[Draft | Opinion] = self._start(_read_page, path)
        elif _is_word(path):
            self._work = self._start(_read_word, path)
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


def _is_page(path: Path) -> bool:
    """Whether a file is HTML, judged by how it starts."""
    with path.open("rb") as file:
        start = file.read(2048).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"%pdf-" not in start and (
        start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
        or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start)
    )


def _read_page(path: Path) -> Draft:
    from guidance.read.html import read_html  # the parser is not needed for PDFs

    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        return _judged(read_html(content, SourceFile(path.name, digest, "text/html", len(content))))
    except RecursionError:
        raise GuidanceError(f"{path}: the page is nested too deeply to be read; get another copy") from None


def _judged(document: Document) -> Draft:
    return Draft(replace(document, structure=judge_document(document)))


def _is_word(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise GuidanceError(f"{path}: this is an old or a locked Word file; save it as .docx without a password")
    return start.startswith(b"PK")


def _read_word(path: Path) -> Draft:
    from guidance.read.docx import is_docx, read_docx  # pandoc is not needed for PDFs

    if not is_docx(path):
        raise GuidanceError(f"{path}: this is neither a PDF, a page nor a Word file; give one of these")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    try:
        return _judged(read_docx(path, SourceFile(path.name, digest, kind, len(content))))
    except RecursionError:
        raise GuidanceError(f"{path}: the file is nested too deeply to be read; get another copy") from None
