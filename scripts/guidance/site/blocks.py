"""A text as Markdown where Markdown can say it, else as HTML: its marks, nested here alone, and its paragraphs,
lists, tables and figures.

Nothing here knows of provisions, pages or editions; whatever the text says comes out as the characters it is.
"""

import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, pairwise, repeat
from typing import Literal, get_args

from markupsafe import Markup
from msgspec import Struct

from guidance.document.addresses import leads_nowhere
from guidance.document.model import (
    Abbreviation,
    Block,
    Figure,
    Item,
    Link,
    List,
    MarkKind,
    NoteMark,
    Para,
    Strength,
    Style,
    Subheading,
    Table,
    Text,
)
from guidance.document.walk import block_texts, is_lettered
from guidance.site.templates import clean, escape_html, escape_markdown, part

PICTURES = "pictures/"  # the folder of pictures, below an edition's root
_CARD = 4  # columns of a text's table from which one would be cut on a phone
MarkupForm = Literal["markdown", "html"]

_TAGS: Mapping[MarkKind, str] = {
    **dict.fromkeys(get_args(Strength), "span"),
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "superscript": "sup",
    "subscript": "sub",
}
_ORDER = tuple(_TAGS)  # outermost first
_CLASSES: Mapping[MarkKind, str] = {kind: f' class="duty {kind.split()[0]}"' for kind in get_args(Strength)}
_NAMELESS = "A picture; the words in it stand below"
_BEFORE_STARS = " (“‘"  # behind anything else, stars may pair with others than they should
_STARS: Mapping[MarkKind, str] = {"bold": "**", "italic": "*"}


class TermUse(Link, frozen=True, tag="term"):
    """A use of a term: a link to the entry that defines it or, where `address` is empty, what it means in words."""

    meaning: str = ""


class Context(Struct, frozen=True):
    """What printing a text needs to know of its page: where `#anchor` addresses and notes lead from here, and
    the ids that note references take (given out in reading order)."""

    link: Callable[[str, MarkupForm], str | None]  # an anchor of this edition -> address from this page, or None
    note_id: Callable[[str], str]  # a note's anchor -> the id of this reference to it


class TextPiece(Struct, frozen=True):
    """A stretch of text under the same marks, or a note reference."""

    text: str
    link: Link | None
    kinds: frozenset[MarkKind]
    note: NoteMark | None = None


def picture_name(name: str) -> str:
    """A picture's file name, made harmless: no folder, nothing that an address must escape."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name.replace("\\", "/").rsplit("/", 1)[-1])


def alternative_of(figure: Figure) -> str:
    """What is said of a picture in its place, for whoever does not see it."""
    return figure.alternative or (figure.caption.plain if figure.caption else "") or _NAMELESS


def render_text(text: Text, context: Context, form: MarkupForm = "markdown", *, line_start: bool = True) -> str:
    """A text with its marks, in one line.

    Links stand outside styles; a note reference within a link cuts the link in two, since links do not nest.
    A link whose address leads nowhere is printed as its words.
    """
    pieces = tuple(pieces_of(text))
    printed = ""
    for link, group in groupby(pieces, key=lambda piece: None if piece.note else piece.link):
        members = list(group)
        address = _address(link.address, context, form) if link else None
        start = line_start and not printed
        if isinstance(link, TermUse) and not link.address:
            words = _styled(members, context, form, False)
            printed += f'<abbr title="{escape_html(link.meaning)}">{words}</abbr>'
        elif address is None:
            printed += _styled(members, context, form, start, before=printed)
        else:
            kind = ""
            if isinstance(link, TermUse):
                # Material shows beside it what stands under the address's id on this page.
                kind = "term" if address.startswith("#") else "term footnote-ref"
            printed += _linked(_styled(members, context, form, False), address, form, kind)
    return printed.rstrip()


def pieces_of(text: Text) -> Iterator[TextPiece]:
    """The text cut wherever a mark begins or ends, with note references between."""
    length = len(text.plain)
    spans = [
        TermUse(m.start, m.end, "", meaning=m.meaning) if isinstance(m, Abbreviation) else m
        for m in text.marks
        if not isinstance(m, NoteMark)
    ]
    notes = [m for m in text.marks if isinstance(m, NoteMark)]
    edges = {0, length}
    edges.update(min(max(edge, 0), length) for span in spans for edge in (span.start, span.end))
    edges.update(min(max(note.at, 0), length) for note in notes)
    cuts = sorted(edges)
    for start, end in zip(cuts, [*cuts[1:], length], strict=True):
        yield from (TextPiece("", None, frozenset(), n) for n in notes if min(max(n.at, 0), length) == start)
        if start < end:
            over = [s for s in spans if s.start <= start and s.end >= end]
            links = [s for s in over if isinstance(s, Link)]
            link = next((s for s in links if s.address), links[0] if links else None)
            yield TextPiece(text.plain[start:end], link, frozenset(s.kind for s in over if isinstance(s, Style)))


def _styled(
    pieces: list[TextPiece],
    context: Context,
    form: MarkupForm,
    line_start: bool,
    depth: int = 0,
    before: str = "",
    after: str = "",
) -> str:
    """Pieces of one link (or of none), each style opened and closed once over neighbours that share it; `before`
    is what is printed before them, `after` the text that follows under the same link."""
    kinds = frozenset().union(*(piece.kinds for piece in pieces))
    depth = next((at for at in range(depth, len(_ORDER)) if _ORDER[at] in kinds), len(_ORDER))
    if depth == len(_ORDER):
        return "".join(_plain(p, context, form, line_start and at == 0) for at, p in enumerate(pieces))
    kind = _ORDER[depth]
    printed, done = "", 0
    for on, group in groupby(pieces, key=lambda piece: kind in piece.kinds and not piece.note):
        members = list(group)
        done += len(members)
        start = line_start and not printed and not on
        so_far, next_text = before + printed, pieces[done].text if done < len(pieces) else after
        inner = _styled(members, context, form, start, depth + 1, "" if on else so_far, "" if on else next_text)
        printed += _wrapped(inner, kind, members, form, so_far, next_text) if on else inner
    return printed


def _wrapped(
    inner: str, kind: MarkKind, members: list[TextPiece], form: MarkupForm, before: str, after: str
) -> str:
    """Inner markup in its style: with stars where Markdown reads those without doubt, else with a tag.

    Stars behind a mark ("Note:") close nothing where a word goes on at once (CommonMark 0.31, 6.2).
    """
    stars = _STARS.get(kind, "")
    plain = len(members) == 1 and members[0].kinds == {kind} and inner == inner.strip() and inner
    closes = inner[-1:].isalnum() or not after or after[0].isspace()
    if form == "markdown" and stars and plain and closes and (not before or before[-1] in _BEFORE_STARS):
        return f"{stars}{inner}{stars}"
    tag = _TAGS[kind]
    return f"<{tag}{_CLASSES.get(kind, '')}>{inner}</{tag}>"


def _plain(piece: TextPiece, context: Context, form: MarkupForm, line_start: bool) -> str:
    if piece.note:
        return _note_reference(piece.note, context, form)
    return escape_html(piece.text) if form == "html" else escape_markdown(piece.text, line_start=line_start)


def _note_reference(mark: NoteMark, context: Context, form: MarkupForm) -> str:
    """A raised link with the printed number; plain raised words where the note is not to be found."""
    href = context.link(mark.note, form)
    label = escape_html(mark.label) if form == "html" else escape_markdown(mark.label)
    if href is None:
        return f"<sup>{label}</sup>"
    identity = escape_html(context.note_id(mark.note))
    if form == "html":
        attributes = f'class="noteref footnote-ref" href="{escape_html(href)}" id="{identity}" role="doc-noteref"'
        return f"<sup><a {attributes}>{label}</a></sup>"
    return f"<sup>[{label}]({href}){{: #{identity} .noteref .footnote-ref role=doc-noteref }}</sup>"


def _address(address: str, context: Context, form: MarkupForm) -> str | None:
    """A link's address from this page; None where it leads nowhere or has a scheme that is not ours."""
    if address.startswith("#"):
        return context.link(address[1:], form)
    return safe_address(address)


def safe_address(address: str) -> str | None:
    """An absolute address that a page may link, escaped; None where its scheme is none of ours."""
    try:
        scheme = urllib.parse.urlsplit(address).scheme.lower()
    except ValueError:
        return None
    if scheme not in ("http", "https", "mailto") or leads_nowhere(address):
        return None
    return urllib.parse.quote(clean(address), safe=":/?#@!$&'+,;=%")


def _linked(inner: str, address: str, form: MarkupForm, kind: str = "") -> str:
    if not inner.strip():
        return inner
    if form == "html":
        attributes = f'class="{kind}" ' if kind else ""
        return f'<a {attributes}href="{escape_html(address)}">{inner}</a>'
    return f"[{inner}]({address.replace('&', '&amp;')})" + (f"{{: .{kind.replace(' ', ' .')} }}" if kind else "")


# --- Blocks ----------------------------------------------------------------------------------------


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
    return "\n\n".join(filter(None, printed))


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
    return bool(block.items) and all(_entry_fits(item.blocks) for item in block.items)


def _entry_fits(blocks: tuple[Block, ...]) -> bool:
    held = pairwise((None, *blocks))
    return bool(blocks and isinstance(blocks[0], Para)) and all(
        bool(one.text.plain.strip())
        if isinstance(one, Para)
        else isinstance(one, List) and not isinstance(before, List) and _fits_markdown(one)
        for before, one in held
    )


def _is_tight(block: List) -> bool:
    """Whether no entry has more than one paragraph, so that the entries need no paragraphs of their own."""
    return all(
        len(item.blocks) <= 2 and all(isinstance(c, List) and _is_tight(c) for c in item.blocks[1:])
        for item in block.items
    )


def _list_lines(block: List, setting: BlockContext, tight: bool) -> list[str]:
    lines: list[str] = []
    for item in block.items:
        marker = _marker(item, setting.apart)
        for at, one in enumerate(item.blocks):
            if lines and not tight:
                lines.append("")
            if isinstance(one, Para):
                text = render_text(one.text, setting.context, line_start=at > 0 or not marker)
                inner = [text if at or not marker else f"{marker} {text}"]
            else:
                assert isinstance(one, List)
                inner = _list_lines(one, setting, tight)
            lines += [f"{'    ' if at or n else '-   '}{line}" if line else "" for n, line in enumerate(inner)]
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


# --- Blocks as HTML --------------------------------------------------------------------------------


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
