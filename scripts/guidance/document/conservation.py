"""The books of a document: how many characters it places, and how many were dropped with a reason.

Counts characters other than white space and walks the model; it reads no source and judges nothing.
"""

from collections.abc import Iterable, Iterator

from guidance.document.model import Block, Document, NoteMark, Provision, list_items, provision_texts


def count_characters(text: str) -> int:
    """How many characters of a text are not white space."""
    return sum(map(len, text.split()))


def placed_characters(document: Document) -> int:
    """How many of a document's characters came from the source: numbers, headings, text, list markers, and
    the labels of notes both where they stand and where they are referred to."""
    return sum(_placed(provision) for provision in (*document.provisions, *document.notes))


def dropped_characters(document: Document) -> int:
    """How many characters were left out with a reason."""
    return sum(count_characters(entry.text) for entry in document.dropped)


def list_markers(blocks: Iterable[Block]) -> Iterator[str]:
    """The printed marker of every list item in some blocks."""
    return (item.marker for item in list_items(blocks))


def note_marks(provision: Provision) -> Iterator[NoteMark]:
    """Every footnote reference in a provision, in reading order."""
    for text in provision_texts(provision):
        yield from (mark for mark in text.marks if isinstance(mark, NoteMark))


def breaches(document: Document) -> tuple[str, ...]:
    """Where the document does not hold what its source prints: characters that are neither placed nor dropped,
    and those of which the source does not say what they mean."""
    lost = (f for f in document.findings if f.kind in ("conservation", "unreadable"))
    return tuple(f"page {f.page}: {f.message}" if f.page else f.message for f in lost)


def _placed(provision: Provision) -> int:
    texts = tuple(provision_texts(provision))
    labels = (mark.label for text in texts for mark in text.marks if isinstance(mark, NoteMark))
    printed = (provision.marker, *(text.plain for text in texts), *labels, *list_markers(provision.blocks))
    return count_characters(" ".join(printed))
