"""A PDF -> its Document, and after that what takes longer: how far a second engine agrees, and the pictures.

To be run in a process of its own; whoever started it puts the three answers together.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from guidance.model import Agreement, Asset, Document, Finding, GuidanceError, SourceFile
from guidance.read.apart import Apart, CrashedError
from guidance.read.contents import stale_contents
from guidance.read.halves import Halves, Pages
from guidance.read.opinion import SLOW_ENGINE, Words, compare_words, knows_little, read_words_slowly
from guidance.read.structure import build_document


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
        third = compare_words(document, Apart(read_words_slowly, path).result(), SLOW_ENGINE)
    except CrashedError:
        return compared
    return compared if knows_little(third) else third
