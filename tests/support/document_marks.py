"""What tests look at in a document that was read: its marks, its list items, its characters.

Says nothing of what should be there.
"""

from collections.abc import Iterator

from guidance.document.model import Block, Document, Item, Link, List, NoteMark, Provision, Table, Text
from guidance.document.walk import dropped_characters, placed_characters, provision_texts


def texts(document: Document) -> Iterator[tuple[Provision, Text]]:
    for provision in (*document.provisions, *document.notes):
        for text in provision_texts(provision):
            yield provision, text


def note_marks(document: Document) -> list[tuple[Provision, NoteMark]]:
    return [(p, mark) for p, text in texts(document) for mark in text.marks if isinstance(mark, NoteMark)]


def links(document: Document) -> list[tuple[str, str]]:
    """(words, address) of every link."""
    return [
        (text.plain[mark.start : mark.end], mark.address)
        for _, text in texts(document)
        for mark in text.marks
        if isinstance(mark, Link)
    ]


def items(blocks: tuple[Block, ...], within: tuple[Item, ...] = ()) -> Iterator[tuple[tuple[Item, ...], Item]]:
    """Every list item with the items around it."""
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield within, item
                yield from items(item.blocks, (*within, item))
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from items(cell.blocks, within)


def is_bullet(item: Item) -> bool:
    return item.marker == "o" or not any(character.isalnum() for character in item.marker)


def balance(document: Document) -> int:
    """Characters of the source that are neither placed nor dropped; negative where some stand twice."""
    return document.characters_source - placed_characters(document) - dropped_characters(document)


def anchors(document: Document) -> list[str]:
    """Every anchor, those of list items included."""
    provisions = (*document.provisions, *document.notes)
    inner = [item.anchor for p in provisions for _, item in items(p.blocks) if item.anchor]
    return [*(p.anchor for p in provisions), *inner]
