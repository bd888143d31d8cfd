"""A document as pandoc's own tree, one function for each kind of node; pandoc writes Word, EPUB and Typst of it.

Only nodes that hold text, never raw markup, are made here: what the text says cannot become anything else.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import (
    Block,
    Document,
    Figure,
    Item,
    List,
    MarkKind,
    NoteMark,
    Para,
    Provision,
    Subheading,
    Table,
    Text,
)
from guidance.document.walk import is_lettered, list_items
from guidance.site.blocks import TextPiece, alternative_of, picture_name, pieces_of, safe_address
from guidance.site.templates import clean

PandocNode = dict[str, object]
VERSION = [1, 23, 1]
_WRAPS: Mapping[MarkKind, str] = {
    "bold": "Strong",
    "italic": "Emph",
    "underline": "Underline",
    "superscript": "Superscript",
    "subscript": "Subscript",
}
_FIELD = re.compile(r"\.[^\W\d]")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOTHING: list[object] = ["", [], []]
_SPACE: PandocNode = {"t": "Space"}
_Rows = Sequence[Sequence[object]]  # of cells


class _Setting(Struct, frozen=True):
    """What printing needs to know of the whole: where links may lead, the notes, which of them stand already; and
    whether what is printed stands in one, which holds no other."""

    anchors: frozenset[str]
    notes: Mapping[str, Provision]
    placed: list[str]
    in_note: bool = False


class Manuscript(Struct, frozen=True):
    """One document to be set: its titles, who publishes it, the line at each page's foot, the blocks about it and
    of it, and its pictures by file name. `contents` asks for a contents list."""

    title: str
    subtitle: str
    publisher: str
    rights: str
    running: str
    about: Sequence[PandocNode]
    blocks: Sequence[PandocNode]
    pictures: Mapping[str, bytes] = {}
    contents: bool = False
    language: str = "en-GB"
    only: tuple[str, ...] = ()  # of the forms; all, where none is named
    tracked: bool = False  # whether it has changes to accept or reject


# --- Small pieces ----------------------------------------------------------------------------------


def words(text: str) -> list[PandocNode]:
    """Plain words as inlines."""
    nodes: list[PandocNode] = []
    for at, word in enumerate(clean(text).split(" ")):
        if at:
            nodes.append(_SPACE)
        if word:
            nodes.append({"t": "Str", "c": word})
    return nodes


def para(*inlines: Sequence[PandocNode]) -> PandocNode:
    """A paragraph of inlines."""
    return {"t": "Para", "c": [node for some in inlines for node in some]}


def strong(text: str) -> list[PandocNode]:
    """Words in bold."""
    return [{"t": "Strong", "c": words(text)}]


def link(text: str, address: str) -> list[PandocNode]:
    """A link; only its words where the address is none that a file may carry."""
    safe = safe_address(address)
    return [{"t": "Link", "c": [_NOTHING, words(text), [safe, ""]]}] if safe else words(text)


def header(depth: int, anchor: str, inlines: list[PandocNode]) -> PandocNode:
    """A heading, 1 the highest."""
    return {"t": "Header", "c": [min(depth, 6), [anchor, [], []], inlines]}


def bullets(items: Iterable[list[PandocNode]]) -> PandocNode:
    """A list; each entry is blocks."""
    return {"t": "BulletList", "c": list(items)}


def grid(heads: Sequence[str], rows: Iterable[Sequence[list[PandocNode]]], widths: Sequence[float]) -> PandocNode:
    """A table with a head and columns of some `widths`, of which the sum is 1; each cell is blocks."""

    head = [_cell([para(strong(name))]) for name in heads]
    return _rows([], widths, [head], [[_cell(blocks) for blocks in row] for row in rows])


def _rows(
    caption: list[PandocNode], widths: Sequence[float], heads: _Rows, body: _Rows, stubs: int = 0
) -> PandocNode:
    """A table of rows of cells: `heads` above its `body`, of which the first `stubs` columns are heads too."""
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": round(0.99 * width, 4)}] for width in widths]
    above, below = ([[_NOTHING, row] for row in rows] for rows in (heads, body))
    inner = [[_NOTHING, above], [[_NOTHING, stubs, [], below]], [_NOTHING, []]]
    return {"t": "Table", "c": [_NOTHING, [None, caption], columns, *inner]}


def _cell(blocks: list[PandocNode], rows: int = 1, columns: int = 1) -> list[object]:
    return [_NOTHING, {"t": "AlignDefault"}, rows, columns, blocks]


def marked(text: str, mark: str) -> list[PandocNode]:
    """Words in a mark that is seen without colours: what was put in underlined, what was taken out struck."""
    wrap = {"inserted": "Underline", "moved here": "Underline", "deleted": "Strikeout", "moved away": "Strikeout"}
    return [{"t": wrap[mark], "c": words(text)}] if mark in wrap else words(text)


def tracked(mark: str, text: str, author: str, moment: str) -> list[PandocNode]:
    """Words, or with none the end of their paragraph, that Word shows as an "insertion" or a "deletion"."""
    told = [["author", author], ["date", moment]]
    return [{"t": "Span", "c": [["", [mark], told], words(text) if text else []]}]


def tree(meta: Mapping[str, str], blocks: Iterable[PandocNode]) -> PandocNode:
    """The whole: `meta` as plain strings (title, lang, ...), and blocks."""
    told = {key: {"t": "MetaString", "c": clean(value)} for key, value in sorted(meta.items()) if value}
    return {"pandoc-api-version": VERSION, "meta": told, "blocks": list(blocks)}


def _span(anchor: str, inlines: list[PandocNode]) -> PandocNode:
    return {"t": "Span", "c": [[anchor, [], []], inlines]}


# --- Text ------------------------------------------------------------------------------------------


def _inlines(text: Text, setting: _Setting) -> list[PandocNode]:
    """A text with its marks; notes as real notes, each where it is first referred to."""
    nodes: list[PandocNode] = []
    for address, group in groupby(pieces_of(text), key=lambda p: p.link.address if p.link and not p.note else None):
        inner: list[PandocNode] = []
        for piece in group:
            inner += _note(piece.note, setting) if piece.note else _styled(piece)
        goal = _goal(address, setting) if address else None
        nodes += [{"t": "Link", "c": [_NOTHING, inner, [goal, ""]]}] if goal and inner else inner
    return nodes


def _styled(piece: TextPiece) -> list[PandocNode]:
    nodes = words(piece.text)
    for kind in reversed(tuple(_WRAPS)):
        if kind in piece.kinds:
            nodes = [{"t": _WRAPS[kind], "c": nodes}]
    return nodes


def _goal(address: str, setting: _Setting) -> str | None:
    """Where a link leads from within one file; None where nowhere."""
    if address.startswith("#"):
        return address if address[1:] in setting.anchors else None
    return safe_address(address)


def _note(mark: NoteMark, setting: _Setting) -> list[PandocNode]:
    """A note at its first reference, with its printed number where counting would give another; later only that."""
    note = setting.notes.get(mark.note)
    if note is None or setting.in_note or mark.note in setting.placed:
        return [{"t": "Superscript", "c": words(mark.label)}]
    setting.placed.append(mark.note)
    blocks = _blocks(note.blocks, replace(setting, in_note=True)) or [para([])]
    if note.number != str(len(setting.placed)):
        blocks = [para(words(f"(note {note.number or mark.label})")), *blocks]
    return [{"t": "Note", "c": blocks}]


# --- Blocks ----------------------------------------------------------------------------------------


def _blocks(blocks: Iterable[Block], setting: _Setting) -> list[PandocNode]:
    return [node for block in blocks for node in _block(block, setting)]


def _block(block: Block, setting: _Setting) -> list[PandocNode]:
    if isinstance(block, Para):
        return [para(_inlines(block.text, setting))]
    if isinstance(block, Subheading):
        return [para([{"t": "Strong", "c": _inlines(block.text, setting)}])]
    if isinstance(block, List):
        return [_list(block, setting)] if block.items else []
    return _table(block, setting) if isinstance(block, Table) else _figure(block, setting)


def _list(block: List, setting: _Setting) -> PandocNode:
    """A list: counted by whatever shows it where that gives the printed markers, else with these as text."""
    counted = _counting([item.marker for item in block.items])
    entries = [_item(item, setting, printed=counted is None) for item in block.items]
    return {"t": "OrderedList", "c": [counted, entries]} if counted else bullets(entries)


def _counting(markers: Sequence[str]) -> list[object] | None:
    """Pandoc's attributes of a list that counts just so: its first number, its style, and what stands around."""
    found = [m for m in (_MARKER.fullmatch(marker.strip()) for marker in markers) if m]
    around, said = {_AROUND.get((m["before"], m["after"])) for m in found}, [m["count"] for m in found]
    if len(found) < len(markers) or len(around) != 1 or None in around:
        return None
    for style, counts in _STYLES.items():
        start = counts.index(said[0]) if said[0] in counts else 0
        if start and said == counts[start : start + len(said)]:
            return [start, {"t": style}, {"t": around.pop()}]
    return None


_MARKER = re.compile(r"(?P<before>\(?)(?P<count>[0-9]+|[a-z]+)(?P<after>[.)])")
_AROUND = {("", "."): "Period", ("", ")"): "OneParen", ("(", ")"): "TwoParens"}
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_STYLES: Mapping[str, list[str]] = {  # how each counts, from nought
    "Decimal": [str(number) for number in range(1000)],
    "LowerAlpha": ["", *string.ascii_lowercase],
    "LowerRoman": [tens + ones for tens in ("", "x", "xx", "xxx") for ones in _ONES],
}


def _item(item: Item, setting: _Setting, *, printed: bool) -> list[PandocNode]:
    """An entry, its anchor on a span; `printed` where its marker must stand in its text, if it says anything."""
    marker = words(item.marker) if printed and is_lettered(item.marker) else []
    opening = [_span(item.anchor, marker)] if item.anchor else list(marker)
    return _opened([*opening, _SPACE] if marker else opening, item.blocks, setting)


def _opened(opening: list[PandocNode], blocks: Sequence[Block], setting: _Setting) -> list[PandocNode]:
    """Blocks with some inlines before their first words."""
    if blocks and isinstance(blocks[0], Para):
        return [para(opening, _inlines(blocks[0].text, setting)), *_blocks(blocks[1:], setting)]
    return [*([para(opening)] if opening else []), *_blocks(blocks, setting)]


def _table(table: Table, setting: _Setting) -> list[PandocNode]:
    width = max((sum(cell.columns for cell in row) for row in table.rows), default=0)
    if not width:
        return []
    heads = len(list(takewhile(lambda row: row and all(c.header == "column" for c in row), table.rows)))
    body = table.rows[heads:]
    stubs = int(bool(body) and all(row and row[0].header == "row" and row[0].columns == 1 for row in body))
    rows = [[_cell(_blocks(cell.blocks, setting), cell.rows, cell.columns) for cell in row] for row in table.rows]
    caption = [para(_inlines(table.caption, setting))] if table.caption else []
    return [_rows(caption, [1 / width] * width, rows[:heads], rows[heads:], stubs)]


def _figure(figure: Figure, setting: _Setting) -> list[PandocNode]:
    """The picture with its alternative text, and the words drawn in it as a list below."""
    nodes: list[PandocNode] = []
    if figure.picture:
        target = [picture_name(figure.picture), ""]
        nodes.append(para([{"t": "Image", "c": [_NOTHING, words(alternative_of(figure)), target]}]))
    if figure.caption:
        nodes.append(para([{"t": "Emph", "c": _inlines(figure.caption, setting)}]))
    if drawn := [_inlines(text, setting) for text in figure.words]:
        nodes.append(para(words("What this picture says, in words:")))
        nodes.append(bullets([para(inlines)] for inlines in drawn if inlines))
    return nodes


# --- Provisions ------------------------------------------------------------------------------------


def document_blocks(document: Document) -> list[PandocNode]:
    """All of a document, annotated or not: provisions in reading order, notes as notes, and after them the notes
    that nothing refers to."""
    anchors = {p.anchor for p in document.provisions}
    anchors |= {item.anchor for p in document.everything for item in list_items(p.blocks) if item.anchor}
    setting = _Setting(frozenset(anchors), {note.anchor: note for note in document.notes}, [])
    nodes: list[PandocNode] = []
    levels: list[int] = []
    for provision in document.provisions:
        if provision.level is not None and provision.title.strip():
            while levels and levels[-1] >= provision.level:
                levels.pop()
            levels.append(provision.level)
            nodes.append(_heading(provision, setting, len(levels)))
            nodes += _blocks(provision.blocks, setting)
        else:
            nodes += _provision(provision, setting)
    if lonely := [note for note in document.notes if note.anchor not in setting.placed]:
        nodes.append(header(1, "other-notes", words("Notes that nothing refers to")))
        for note in lonely:
            nodes += _opened([*words(note.number or ""), _SPACE], note.blocks, replace(setting, in_note=True))
    return nodes


def _heading(provision: Provision, setting: _Setting, depth: int) -> PandocNode:
    assert provision.heading
    marker = [*words(provision.marker), _SPACE] if provision.marker else []
    return header(depth, provision.anchor, [*marker, *_inlines(provision.heading, setting)])


def _provision(provision: Provision, setting: _Setting) -> list[PandocNode]:
    """A paragraph behind its number; a box in a frame. The anchor is on a span, for paragraphs lose theirs."""
    number = provision.marker or (provision.number or "" if provision.kind == "paragraph" else "")
    opening = [_span(provision.anchor, strong(number)), _SPACE] if number else [_span(provision.anchor, [])]
    if provision.heading:
        opening += [{"t": "Strong", "c": _inlines(provision.heading, setting)}, _SPACE]
    inner = _opened(opening, provision.blocks, setting)
    framed: PandocNode = {"t": "Div", "c": [["", ["box"], []], [{"t": "BlockQuote", "c": inner}]]}
    return [framed] if provision.kind == "box" else inner


# --- Typst -----------------------------------------------------------------------------------------


def labelled(node: object) -> object:
    """Nodes for Typst, which puts a label on whatever stands before it: each span's anchor gets something of its
    own to stand on; and which takes "[GOV].UK" for a field of what is in brackets: its dot is set apart. The one
    place where markup is made, of an anchor's plain characters only."""
    if isinstance(node, list):
        nodes = [one for child in node for one in _labelled_child(child)]
        dots = [at for at in range(1, len(nodes)) if _looks_like_field(nodes[at - 1], nodes[at])]
        for at in reversed(dots):
            nodes.insert(at, {"t": "RawInline", "c": ["typst", "\\"]})
        return nodes
    if isinstance(node, dict):
        return {key: labelled(value) for key, value in node.items()}
    return node


def _labelled_child(child: object) -> list[object]:
    if not (isinstance(child, dict) and child.get("t") == "Span"):
        return [labelled(child)]
    (anchor, _, _), inner = child["c"]
    label = f"#metadata(none)<{anchor}>" if _LABEL.fullmatch(anchor) else ""
    mark = [{"t": "RawInline", "c": ["typst", label]}] if label else []
    return [*mark, *(one for inline in inner for one in _labelled_child(inline))]


def worded(node: object) -> object:
    """Nodes for Markdown, with each picture replaced by its alternative text, for what can hold no picture, and a
    mark of its own at each place that a link of theirs leads to: Markdown has no other that every reader knows. As
    in `labelled`, markup is made of an anchor's plain characters only."""
    links = (one["c"][2][0] for one in _nodes(node) if one.get("t") == "Link")
    return _worded(node, frozenset(address.removeprefix("#") for address in links))


def _worded(node: object, goals: frozenset[str]) -> object:
    if isinstance(node, list):
        return [_worded(child, goals) for child in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Image":
        return {"t": "Emph", "c": [*words("Picture: "), *node["c"][1]]}
    if node.get("t") in ("Span", "Header"):
        *depth, attributes, inlines = node["c"]
        if attributes[0] in goals and _LABEL.fullmatch(attributes[0]):
            mark = {"t": "RawInline", "c": ["markdown", f'<a id="{attributes[0]}"></a>']}
            node = {**node, "c": [*depth, attributes, [mark, *inlines]]}
    return {key: _worded(value, goals) for key, value in node.items()}


def _nodes(node: object) -> Iterator[dict[str, Any]]:
    """All nodes among some, in order, those within others too."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from _nodes(child)


def _looks_like_field(before: object, node: object) -> bool:
    """Whether Typst would read words that begin with a dot as a field of what stands before."""
    if not (isinstance(before, dict) and isinstance(node, dict) and node.get("t") == "Str"):
        return False
    return before.get("t") not in ("Str", "Space", "SoftBreak", "LineBreak") and bool(_FIELD.match(node["c"]))


def alternatives(node: object) -> dict[str, str]:
    """Every picture among some nodes, by file name, with its alternative text; pandoc does not tell Typst of it."""
    pictures = (one["c"] for one in _nodes(node) if one.get("t") == "Image")
    return {target: "".join(one.get("c", " ") for one in inlines) for _, inlines, (target, _) in pictures}
