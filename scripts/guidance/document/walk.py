"""Applies a change to every Text of a document: link targets once anchors are known, corrections.

Walks the closed set of blocks; what is changed is for the caller to say.
"""

from collections.abc import Callable

from msgspec.structs import replace

from guidance.document.model import Block, Cell, Item, List, Para, Provision, Subheading, Table, Text

Rewrite = Callable[[Text], Text]


def rewrite_provision(provision: Provision, rewrite: Rewrite) -> Provision:
    """A provision with its heading and every text of its blocks rewritten."""
    heading = rewrite(provision.heading) if provision.heading else None
    return replace(provision, heading=heading, blocks=rewrite_blocks(provision.blocks, rewrite))


def rewrite_blocks(blocks: tuple[Block, ...], rewrite: Rewrite) -> tuple[Block, ...]:
    """Blocks with every text in them rewritten."""
    return tuple(_rewrite_block(block, rewrite) for block in blocks)


def _rewrite_block(block: Block, rewrite: Rewrite) -> Block:
    if isinstance(block, Para | Subheading):
        return replace(block, text=rewrite(block.text))
    if isinstance(block, List):
        items = (Item(i.marker, rewrite_blocks(i.blocks, rewrite), i.anchor) for i in block.items)
        return replace(block, items=tuple(items))
    caption = rewrite(block.caption) if block.caption else None
    if isinstance(block, Table):
        rows = tuple(tuple(_rewrite_cell(cell, rewrite) for cell in row) for row in block.rows)
        return replace(block, rows=rows, caption=caption)
    return replace(block, words=tuple(rewrite(text) for text in block.words), caption=caption)


def _rewrite_cell(cell: Cell, rewrite: Rewrite) -> Cell:
    return replace(cell, blocks=rewrite_blocks(cell.blocks, rewrite))
