"""Text with its marks as one line of Markdown or HTML: the one place where marks are nested and markup printed.

No blocks and no pages here; whatever the text says comes out as the characters it is.
"""

import html
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Literal, get_args

from msgspec import Struct

from guidance.document.addresses import leads_nowhere
from guidance.document.model import Abbreviation, Figure, Link, MarkKind, NoteMark, Strength, Style, Text

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
_SPECIAL = re.compile(r"[\\`*_\[\]{}]")
_AMPERSAND = re.compile(r"&(?=[#A-Za-z]|$)")  # at a piece's end the name may follow in the next
_CLOSING = re.compile(r"#+\s*$")  # at a heading's end, hash signs would be taken for its frame
_NUMBERED = re.compile(r"^(\d+)([.)])")
# What cannot stand in HTML, and what takes a line for itself though it is none, by itself or for Python.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAK = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_UNUSUAL = re.compile(r"[^A-Za-z0-9:/?#@!$&'+,;=.~%_-]")


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


def clean(text: str) -> str:
    """Text on one line, without characters that HTML cannot hold (U+FFFD stands for each of those)."""
    return text if text.isprintable() else _CONTROL.sub("\ufffd", _BREAK.sub(" ", text))


def escape_markdown(text: str, *, line_start: bool = False) -> str:
    """Text as Markdown that says just these characters; `line_start` where nothing stands before it on the line."""
    escaped = _SPECIAL.sub(r"\\\g<0>", clean(text))
    if "&" in escaped:
        escaped = _AMPERSAND.sub("&amp;", escaped)
    escaped = escaped.replace("<", "&lt;")
    if "#" in escaped:
        escaped = _CLOSING.sub(lambda hashes: hashes.group().replace("#", "\\#"), escaped)
    if escaped.endswith("!"):  # a link may follow, and would be a picture
        escaped = f"{escaped[:-1]}\\!"
    if line_start:
        escaped = escaped.lstrip()
        escaped = _NUMBERED.sub(r"\1\\\2", escaped)
        if escaped[:1] in set('#>+-!.:=~?/;|^@"%$'):
            escaped = f"&#{ord(escaped[0])};{escaped[1:]}"
    return escaped


def escape_html(text: str) -> str:
    """Text as HTML that says just these characters, good in attributes too, and to Markdown's attribute lists."""
    return html.escape(clean(text)).replace("{", "&#123;").replace("}", "&#125;")


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
            if isinstance(
                link, TermUse
            ):  # Material shows beside it what stands under the address's id on this page
                kind = "term" if address.startswith("#") else "term footnote-ref"
            printed += _linked(_styled(members, context, form, False), address, form, kind)
    return printed.rstrip()


def pieces_of(text: Text) -> Iterator[TextPiece]:
    """The text cut wherever a mark begins or ends, with note references between."""
    length = len(text.plain)
    if not text.marks:
        yield from (TextPiece(text.plain, None, frozenset()),) if length else ()
        return
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
    return _UNUSUAL.sub(lambda c: urllib.parse.quote(c.group(), safe=""), clean(address))


def _linked(inner: str, address: str, form: MarkupForm, kind: str = "") -> str:
    if not inner.strip():
        return inner
    if form == "html":
        attributes = f'class="{kind}" ' if kind else ""
        return f'<a {attributes}href="{escape_html(address)}">{inner}</a>'
    return f"[{inner}]({address.replace('&', '&amp;')})" + (f"{{: .{kind.replace(' ', ' .')} }}" if kind else "")
