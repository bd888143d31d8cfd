"""Documents of our own, set with Typst and read again, with their tags or without."""

from pathlib import Path

import typst

from guidance.document.model import Document
from guidance.read import read_document
from untagged import strip_structure


def read_typeset(source: str, folder: Path, *, stripped: bool = False) -> Document:
    """What is read of the PDF that a Typst source makes; `stripped` leaves it only words and places."""
    whole, bare = folder / "whole.pdf", folder / "stripped.pdf"
    whole.write_bytes(typst.compile(source.encode(), ignore_system_fonts=True))
    if stripped:
        strip_structure(whole, bare)
    return read_document(bare if stripped else whole)
