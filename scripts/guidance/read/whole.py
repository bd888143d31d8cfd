"""A PDF -> its Document, and after that what takes longer: its pictures, and how far a second engine agrees.

To be run in a process of its own; the two answers are for whoever started it to put together.
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


class Rest(Struct, frozen=True):
    """What a document has besides its words: pictures, the second engine's agreement and findings."""

    assets: tuple[Asset, ...]
    agreement: Agreement | None
    findings: tuple[Finding, ...]

    def laid_on(self, document: Document) -> Document:
        """The document with all that."""
        findings = (*document.findings, *self.findings)
        return replace(document, assets=self.assets, agreement=self.agreement, findings=findings)


def read_pdf(path: Path, second_opinion: bool) -> Iterator[Document | Rest]:
    """The document that a PDF holds, its pictures empty; then the rest of it.

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
            yield Rest(drawing.drawn(), judged.agreement, judged.findings[len(document.findings) :])


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
