"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""

import hashlib
from pathlib import Path

from msgspec.structs import replace

from guidance.model import Correction, Document, GuidanceError, SourceFile
from guidance.read.accounts import printed_characters
from guidance.read.apart import Apart, CrashedError
from guidance.read.contents import stale_contents
from guidance.read.corrections import correct
from guidance.read.opinion import SLOW_ENGINE, Words, compare_words, knows_little, read_words, read_words_slowly
from guidance.read.pdf import read_ink
from guidance.read.structure import build_document


def read_document(path: Path, corrections: tuple[Correction, ...] = (), second_opinion: bool = False) -> Document:
    """The document that a source file holds, mended by `corrections`.

    With `second_opinion` another text engine reads the file at the same time (a third where that one cannot), and
    the document says how far the two agree. A PDF is read in a process of its own, which a hostile file may crash.
    Raises GuidanceError, in one line, for a file that cannot be read as guidance, and for a correction that
    no longer applies.
    """
    if not path.is_file():
        raise GuidanceError(f"{path}: there is no such file")
    if _is_page(path):
        return correct(_read_page(path), corrections)
    if _is_word(path):
        return correct(_read_word(path), corrections)
    other = Apart(read_words, path) if second_opinion else None
    try:
        document = Apart(_read_pdf, path).result()
        if other:
            document = _with_opinion(document, path, other)
    except CrashedError as error:
        raise GuidanceError(f"{path}: the PDF cannot be read ({error}); download it again") from None
    finally:
        if other:
            other.stop()
    return correct(document, corrections)


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


def _with_opinion(document: Document, path: Path, other: Apart[Words]) -> Document:
    """The document compared with what the other engine reads, or a third one where that is next to nothing."""
    compared = compare_words(document, _words(other))
    if not knows_little(compared):
        return compared
    third = compare_words(document, _words(Apart(read_words_slowly, path)), SLOW_ENGINE)
    return compared if knows_little(third) else third


def _words(other: Apart[Words]) -> Words:
    try:
        return other.result()
    except CrashedError:
        return ()


def _read_pdf(path: Path) -> Document:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be opened ({error.strerror})") from None
    ink = read_ink(path)
    if not printed_characters(ink):
        if any(page.images for page in ink.pages):
            raise GuidanceError(f"{path}: its pages are pictures without text; it needs OCR first (ocrmypdf)")
        raise GuidanceError(f"{path}: there is no text on its pages; get another copy")
    source = SourceFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="application/pdf",
        size=len(content),
        pages=len(ink.pages),
        producer=ink.producer,
    )
    document = build_document(ink, source, path)
    return replace(document, findings=(*document.findings, *stale_contents(document)))
