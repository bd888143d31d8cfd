"""The books of a conversion: how many characters a source prints, a document places, and what was dropped.

Counts characters other than white space; it changes nothing but the findings.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from guidance.model import Block, Document, Finding, List, NoteMark, Provision, Table, provision_texts
from guidance.read.ink import Ink


def printed_characters(ink: Ink) -> int:
    """How many characters other than white space a file prints."""
    return sum(_count(f.text) for page in ink.pages for f in page.fragments)


def placed_characters(document: Document) -> int:
    """How many of a document's characters came from the source: numbers, headings, text, list markers, and
    the labels of notes both where they stand and where they are referred to."""
    return sum(_placed(provision) for provision in (*document.provisions, *document.notes))


def dropped_characters(document: Document) -> int:
    """How many characters were left out with a reason."""
    return sum(_count(entry.text) for entry in document.dropped)


def balance(document: Document) -> Document:
    """The document, with a finding where source, placed and dropped characters do not add up."""
    missing = document.characters_source - placed_characters(document) - dropped_characters(document)
    if not missing:
        return document
    words = (
        f"{missing} characters are unaccounted for"
        if missing > 0
        else f"{-missing} characters too many were placed"
    )
    return replace(document, findings=(*document.findings, Finding("conservation", words)))


def _placed(provision: Provision) -> int:
    total = _count(provision.marker)
    for text in provision_texts(provision):
        total += _count(text.plain)
        total += sum(_count(mark.label) for mark in text.marks if isinstance(mark, NoteMark))
    return total + sum(_count(marker) for marker in _markers(provision.blocks))


def _markers(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield item.marker
                yield from _markers(item.blocks)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from _markers(cell.blocks)


def _count(text: str) -> int:
    return len("".join(text.split()))
