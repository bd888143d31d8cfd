"""The account of a document's characters: how many it places, how many were dropped with a reason, and whether
they add up to what its source holds.

Counts characters other than white space; it reads no source and mends nothing.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from guidance.document.model import Document, Finding, NoteMark, Provision, Text
from guidance.document.walk import count_characters, list_items, provision_texts


def placed_characters(document: Document) -> int:
    """How many of a document's characters came from the source: numbers, headings, text, list markers, and
    the labels of notes both where they stand and where they are referred to."""
    return sum(count_characters(" ".join(printed_parts(provision))) for provision in document.everything)


def dropped_characters(document: Document) -> int:
    """How many characters were left out with a reason."""
    return sum(count_characters(entry.text) for entry in document.dropped)


def printed_parts(provision: Provision) -> Iterator[str]:
    """All that a source prints of a provision: its number's form, its lists' markers, then its texts, each with the
    labels of its notes where they are printed, right behind the word they hang on."""
    yield provision.marker
    yield from (item.marker for item in list_items(provision.blocks))
    yield from map(_with_labels, provision_texts(provision))


def _with_labels(text: Text) -> str:
    pieces: list[str] = []
    at = 0
    for mark in text.marks:
        if isinstance(mark, NoteMark):
            pieces += [text.plain[at : mark.at], mark.label]
            at = mark.at
    return "".join([*pieces, text.plain[at:]])


def breaches(document: Document) -> tuple[str, ...]:
    """Where the document does not hold what its source prints: characters that are neither placed nor dropped,
    and those of which the source does not say what they mean."""
    lost = (f for f in document.findings if f.kind in ("conservation", "unreadable"))
    return tuple(f"page {f.page}: {f.message}" if f.page else f.message for f in lost)


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
