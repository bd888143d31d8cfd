"""The books of a conversion: what a source prints against what a document places and drops.

Counts and compares; it changes nothing but the findings.
"""

import re

from msgspec.structs import replace

from guidance.accounts import count_characters, dropped_characters, placed_characters
from guidance.model import Box, Document, Finding
from guidance.read.ink import Page

_UNKNOWN = re.compile(r"[\ufffd\ufffe\uffff]|(?![\t\r\n])[\x00-\x1f]")


def printed_characters(page: Page) -> int:
    """How many characters other than white space a page prints."""
    return sum(count_characters(f.text) for f in page.fragments)


def source_findings(page: Page) -> tuple[Finding, ...]:
    """What a reader must know of a page itself: that it is a picture, that characters have no meaning, that links
    were dropped."""
    findings: list[Finding] = []
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
