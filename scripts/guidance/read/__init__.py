"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""

import hashlib
from pathlib import Path

from guidance.model import Correction, Document, GuidanceError, SourceFile
from guidance.read.pdf import read_ink
from guidance.read.structure import build_document


def read_document(path: Path, corrections: tuple[Correction, ...] = ()) -> Document:
    """The document that a source file holds, mended by `corrections`.

    Raises GuidanceError, in one line, for a file that cannot be read as guidance.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be opened ({error.strerror})") from None
    ink = read_ink(path)
    source = SourceFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="application/pdf",
        size=len(content),
        pages=len(ink.pages),
        producer=ink.producer,
    )
    return build_document(ink, source, path)
