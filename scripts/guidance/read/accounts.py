"""The books of a conversion: how many characters a source prints, a document places, and what was dropped.

Counts characters other than white space; it changes nothing but the findings.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from guidance.model import Block, Box, Document, Finding, List, NoteMark, Provision, Table, provision_texts
from guidance.read.ink import Ink

_UNKNOWN = re.compile(r"[\ufffd\ufffe\uffff]|(?![\t\r\n])[\x00-\x1f]")


def printed_characters(ink: Ink) -> int:
    """How many characters other than white space a file prints."""
    return sum(_count(f.text) for page in ink.pages for f in page.fragments)


def source_findings(ink: Ink) -> tuple[Finding, ...]:
    """What a reader must know of the file itself: pages that are pictures, characters without a meaning."""
    findings: list[Finding] = []
    for page in ink.pages:
        area = max((_area(image.box) for image in page.images), default=0.0)
        if not page.fragments and area > 0.5 * page.width * page.height:
            findings.append(Finding("picture", "the page is a picture; its words would need OCR", page.number))
        unknown = sum(len(_UNKNOWN.findall(f.text)) for f in page.fragments if not f.text.isprintable())
        if unknown:
            message = f"characters of which the font does not say what they mean ({unknown})"
            findings.append(Finding("unreadable", message, page.number))
    return tuple(findings)


def _area(box: Box) -> float:
    return max(0.0, box.right - box.left) * max(0.0, box.top - box.bottom)


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
    return total + sum(_count(marker) for marker in list_markers(provision.blocks))


def list_markers(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The printed marker of every list item in some blocks."""
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield item.marker
                yield from list_markers(item.blocks)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from list_markers(cell.blocks)


def _count(text: str) -> int:
    return len("".join(text.split()))
