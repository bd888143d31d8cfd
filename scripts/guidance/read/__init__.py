"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""

import hashlib
from contextlib import closing
from pathlib import Path

from guidance.document.model import Correction, Document, GuidanceError, SourceFile
from guidance.jobs.sandbox import CrashedError, Sandboxed
from guidance.read.corrections import correct
from guidance.read.pipeline import ANSWERS, Answer, put_together, read_pdf


def read_document(path: Path, corrections: tuple[Correction, ...] = (), second_opinion: bool = False) -> Document:
    """The document that a source file holds, mended by `corrections`.

    With `second_opinion` another text engine reads the file at the same time (a third where that one cannot), and
    the document says how far the two agree. A PDF is read in a process of its own, which a hostile file may crash.
    Raises GuidanceError, in one line, for a file that cannot be read as guidance, and for a correction that
    no longer applies.
    """
    with closing(begin_reading(path, second_opinion)) as reading:
        return correct(reading.whole(), corrections)


class PendingRead:
    """A file that is being read; to be closed."""

    def __init__(self, path: Path, document: Document | None, work: Sandboxed[Answer] | None = None) -> None:
        """What is read already, or who reads it."""
        self._path = path
        self._document = document
        self._work = work
        self._awaited = ANSWERS if work else 0

    def close(self) -> None:
        """End the process, where there is one."""
        if self._work:
            self._work.stop()

    def document(self) -> Document:
        """The document, but without the second engine's opinion and with empty pictures; the process goes on."""
        return self._until(ANSWERS - 1)

    def judged(self) -> Document:
        """The same with the opinion; its pictures are still empty."""
        return self._until(ANSWERS - 2)

    def whole(self) -> Document:
        """All of it."""
        return self._until(0)

    def _until(self, awaited: int) -> Document:
        try:
            while self._work and self._awaited > awaited:
                self._document = put_together(self._document, self._work.answer())
                self._awaited -= 1
        except CrashedError as error:
            raise GuidanceError(f"{self._path}: the PDF cannot be read ({error}); download it again") from None
        assert self._document is not None
        return self._document


def begin_reading(path: Path, second_opinion: bool = False) -> PendingRead:
    """Start to read a source file, as `read_document` does, and go on; raises as it does."""
    if not path.is_file():
        raise GuidanceError(
            f"{path}: {'a folder; name a file in it' if path.is_dir() else 'there is no such file'}"
        )
    if _is_page(path):
        return PendingRead(path, _read_page(path))
    if _is_word(path):
        return PendingRead(path, _read_word(path))
    return PendingRead(path, None, Sandboxed(read_pdf, path, second_opinion))


def _is_page(path: Path) -> bool:
    """Whether a file is HTML, judged by how it starts."""
    with path.open("rb") as file:
        start = file.read(2048).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"%pdf-" not in start and (
        start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
        or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start)
    )


def _read_page(path: Path) -> Document:
    from guidance.read.html import read_html  # the parser is not needed for PDFs

    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        return read_html(content, SourceFile(path.name, digest, "text/html", len(content)))
    except RecursionError:
        raise GuidanceError(f"{path}: the page is nested too deeply to be read; get another copy") from None


def _is_word(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise GuidanceError(f"{path}: this is an old or a locked Word file; save it as .docx without a password")
    return start.startswith(b"PK")


def _read_word(path: Path) -> Document:
    from guidance.read.docx import is_docx, read_docx  # pandoc is not needed for PDFs

    if not is_docx(path):
        raise GuidanceError(f"{path}: this is neither a PDF, a page nor a Word file; give one of these")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    try:
        return read_docx(path, SourceFile(path.name, digest, kind, len(content)))
    except RecursionError:
        raise GuidanceError(f"{path}: the file is nested too deeply to be read; get another copy") from None
