"""Blocks as Markdown where Markdown can say them, else as HTML: paragraphs, lists, tables, figures.

Nothing here knows of provisions, pages or editions; texts are printed by `inline`.
"""

from collections.abc import Mapping
from itertools import repeat

from markupsafe import Markup
from msgspec import Struct

from guidance.document.model import Block, Figure, Item, List, Para, Subheading, Table, Text
from guidance.document.walk import block_texts, is_lettered
from guidance.site.inline import Context, alternative_of, escape_html, picture_name, render_text
from guidance.site.templates import part

PICTURES = "pictures/"  # the folder of pictures, below an edition's root
_CARD = 4  # columns of a text's table from which one would be cut on a phone


class BlockContext(Struct, frozen=True):
    """Where blocks are printed: the page's context, the depth that a title among them has, how the page leads to
    the root of the edition, and what stands beside provisions' numbers, as HTML. `apart` goes before the ids of
    entries, where the text of another edition stands on the same page."""

    context: Context
    depth: int
    root: str
    stamps: Mapping[str, str] = {}
    apart: str = ""


def render_blocks(blocks: tuple[Block, ...], setting: BlockContext) -> str:
    """Blocks as Markdown, an empty line between them."""
    printed: list[str] = []
    before: Block | None = None
    for block in blocks:
        if isinstance(before, List) and isinstance(block, List):
            printed.append("<!-- -->")  # keeps two lists in succession apart
        printed.append(render_block(block, setting))
        before = block
    return "\n\n".join(part for part in printed if part)


def render_block(block: Block, setting: BlockContext) -> str:
    """One block as Markdown, without a closing line feed."""
    if isinstance(block, Para):
        return render_text(block.text, setting.context)
    if isinstance(block, Subheading):
        title = render_text(block.text, setting.context)
        return f"{title}\n{{: .subheading role=heading aria-level={min(setting.depth + 1, 6)} }}" if title else ""
    if isinstance(block, List) and _fits_markdown(block):
        return "\n".join(_list_lines(block, setting, _is_tight(block)))
    return render_html((block,), setting)


def _fits_markdown(block: List) -> bool:
    """Whether a list can be said in Markdown: entries that begin with text and hold text and lists."""
    for item in block.items:
        if not item.blocks or not isinstance(item.blocks[0], Para):
            return False
        if not is_lettered(item.marker) and not item.blocks[0].text.plain.strip():
            return False
        for at, child in enumerate(item.blocks):
            if not isinstance(child, Para | List) or (isinstance(child, Para) and not child.text.plain.strip()):
                return False
            if isinstance(child, List) and (not _fits_markdown(child) or isinstance(item.blocks[at - 1], List)):
                return False
    return bool(block.items)


def _is_tight(block: List) -> bool:
    """Whether no entry has more than one paragraph, so that the entries need no paragraphs of their own."""
    return all(
        len(item.blocks) <= 2 and all(isinstance(c, List) and _is_tight(c) for c in item.blocks[1:])
        for item in block.items
    )


def _list_lines(block: List, setting: BlockContext, tight: bool) -> list[str]:
    lines: list[str] = []
    for item in block.items:
        if lines and not tight:
            lines.append("")
        lines += _item_lines(item, setting, tight)
    return lines


def _item_lines(item: Item, setting: BlockContext, tight: bool) -> list[str]:
    lines: list[str] = []
    marker = _marker(item, setting.apart)
    for block in item.blocks:
        if isinstance(block, Para):
            text = render_text(block.text, setting.context, line_start=bool(lines) or not marker)
            inner = [text] if lines or not marker else [f"{marker} {text}"]
        else:
            assert isinstance(block, List)
            inner = _list_lines(block, setting, tight)
        if lines and not tight:
            lines.append("")
        lines += [f"{'    ' if lines or at else '-   '}{line}" if line else "" for at, line in enumerate(inner)]
    return lines


def _marker(item: Item, apart: str) -> str:
    """An entry's marker as HTML, a link to itself where it can be addressed; nothing for a bullet."""
    if not is_lettered(item.marker):
        return f'<span id="{escape_html(apart + item.anchor)}"></span>' if item.anchor else ""
    words = escape_html(item.marker)
    if item.anchor is None:
        return f'<span class="marker">{words}</span>'
    anchor = escape_html(apart + item.anchor)
    return f'<a class="marker" href="#{anchor}" id="{anchor}">{words}</a>'


# --- HTML ----------------------------------------------------------------------------------------


def render_html(blocks: tuple[Block, ...], setting: BlockContext) -> str:
    """Blocks as HTML with no empty line in it, so that Markdown leaves it alone."""
    return "\n".join(_html(block, setting) for block in blocks)


def _html(block: Block, setting: BlockContext) -> str:
    if isinstance(block, Para):
        return f"<p>{_line(block.text, setting)}</p>"
    if isinstance(block, Subheading):
        level = min(setting.depth + 1, 6)
        return f'<p class="subheading" role="heading" aria-level="{level}">{_line(block.text, setting)}</p>'
    if isinstance(block, List):
        return f"<ul>\n{''.join(_html_item(item, setting) for item in block.items)}</ul>"
    if isinstance(block, Table):
        return _html_table(block, setting)
    return _html_figure(block, setting)


def _line(text: Text, setting: BlockContext) -> str:
    return render_text(text, setting.context, "html")


def _html_item(item: Item, setting: BlockContext) -> str:
    marker = _marker(item, setting.apart)
    inner = _unwrapped(item.blocks, setting)
    return f"<li>{marker}{' ' if marker else ''}{inner}</li>\n"


def _unwrapped(blocks: tuple[Block, ...], setting: BlockContext) -> str:
    """Blocks within an entry or a cell: text that stands alone needs no paragraph around it."""
    if len(blocks) == 1 and isinstance(blocks[0], Para):
        return _line(blocks[0].text, setting)
    return render_html(blocks, setting)


def _html_table(table: Table, setting: BlockContext) -> str:
    heads = 0
    while heads < len(table.rows) and table.rows[heads] and all(c.header == "column" for c in table.rows[heads]):
        heads += 1
    labels = _labels(table) if heads == 1 else ()
    named = (zip(row, labels or repeat(""), strict=False) for row in table.rows)
    rows = [[(cell, Markup(_unwrapped(cell.blocks, setting)), label) for cell, label in row] for row in named]
    caption = Markup(_line(table.caption, setting)) if table.caption else None
    name = table.caption.plain if table.caption else "Table"
    return str(part("block_parts.html", "table", name, caption, rows[:heads], rows[heads:], bool(labels)))


def _labels(table: Table) -> tuple[str, ...]:
    """The names of the columns where they are too many for a phone, which then shows each row as a card; none where
    a cell spans several or a column has no name: a card would say less than the table."""
    names = tuple(" ".join(text.plain for text in block_texts(cell.blocks)) for cell in table.rows[0])
    whole = all(len(row) == len(names) and all(c.columns == c.rows == 1 for c in row) for row in table.rows)
    return names if len(names) >= _CARD and whole and all(names) else ()


def _html_figure(figure: Figure, setting: BlockContext) -> str:
    source = f"{setting.root}{PICTURES}{picture_name(figure.picture)}" if figure.picture else ""
    caption = Markup(_line(figure.caption, setting)) if figure.caption else None
    words = [Markup(_line(text, setting)) for text in figure.words]
    return str(
        part("block_parts.html", "figure", source, alternative_of(figure), caption, words, figure.alternative)
    )
