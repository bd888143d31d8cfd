"""References and binding words laid over a document's text as marks, by offset; the text itself never changes.

No markup is printed here and nothing is searched for: `inline` nests and prints what this lays out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import count

from msgspec.structs import replace

from guidance.document.model import (
    Block,
    Cell,
    Definition,
    Document,
    Item,
    Link,
    List,
    Locus,
    Para,
    Provision,
    Reference,
    Strength,
    Style,
    Subheading,
    Table,
    Text,
)
from guidance.site.inline import TermUse

TextChange = Callable[[Text], Text]
_New = Link | Style
_Found = dict[str, dict[int, list[_New]]]


def annotate(
    document: Document,
    references: Iterable[Reference],
    binding: Iterable[tuple[Locus, Strength]] = (),
    terms: Iterable[Definition] = (),
) -> Document:
    """The document with references and terms laid in as links, and words that bind marked with how strongly; where
    the source links already, its own link stays."""
    found: _Found = defaultdict(lambda: defaultdict(list))
    for reference in sorted(references, key=lambda r: r.at):
        at = reference.at
        found[at.anchor][at.part].append(Link(at.start, at.end, reference.address))
    for term in terms:
        at, address = term.at, f"#{term.anchor}" if term.anchor else ""
        found[at.anchor][at.part].append(TermUse(at.start, at.end, address, meaning=term.meaning))
    for at, strength in binding:
        found[at.anchor][at.part].append(Style(at.start, at.end, strength))
    return replace(
        document,
        provisions=tuple(_annotated(p, found.get(p.anchor, {})) for p in document.provisions),
        notes=tuple(_annotated(n, found.get(n.anchor, {})) for n in document.notes),
    )


def _annotated(provision: Provision, marks: Mapping[int, list[_New]]) -> Provision:
    if not marks:
        return provision
    parts = count()

    def change(text: Text) -> Text:
        return _with_marks(text, marks.get(next(parts), ()))

    heading = change(provision.heading) if provision.heading else None  # first, as provision_texts has it
    return replace(provision, heading=heading, blocks=_changed_blocks(provision.blocks, change))


def _with_marks(text: Text, marks: Iterable[_New]) -> Text:
    taken = [mark for mark in text.marks if isinstance(mark, Link)]
    new = [
        mark
        for mark in marks
        if mark.start < mark.end
        and (isinstance(mark, Style) or not any(mark.start < t.end and t.start < mark.end for t in taken))
    ]
    return replace(text, marks=(*text.marks, *new)) if new else text


def _changed_blocks(blocks: tuple[Block, ...], change: TextChange) -> tuple[Block, ...]:
    """Blocks with every text changed, in the order of `model.block_texts`."""
    return tuple(_changed_block(block, change) for block in blocks)


def _changed_block(block: Block, change: TextChange) -> Block:
    if isinstance(block, Para | Subheading):
        return replace(block, text=change(block.text))
    if isinstance(block, List):
        return replace(block, items=tuple(_changed_item(item, change) for item in block.items))
    if isinstance(block, Table):
        caption = change(block.caption) if block.caption else None
        rows = tuple(tuple(_changed_cell(cell, change) for cell in row) for row in block.rows)
        return replace(block, caption=caption, rows=rows)
    words = tuple(change(text) for text in block.words)
    return replace(block, words=words, caption=change(block.caption) if block.caption else None)


def _changed_item(item: Item, change: TextChange) -> Item:
    return replace(item, blocks=_changed_blocks(item.blocks, change))


def _changed_cell(cell: Cell, change: TextChange) -> Cell:
    return replace(cell, blocks=_changed_blocks(cell.blocks, change))
