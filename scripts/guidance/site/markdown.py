"""A document's pages as Markdown: provisions with their anchors, links, notes and what stands around them.

Pure, from frozen types to Pages; no file is written, and nothing is known of MkDocs but the Markdown it reads.
"""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from guidance.document.anchors import permalink_path
from guidance.document.model import (
    Definition,
    Document,
    Link,
    Locus,
    Para,
    Provision,
    Reference,
    Strength,
    Style,
    Subheading,
    Text,
    Unresolved,
)
from guidance.document.register import Edition, Publication, source_address
from guidance.document.walk import block_texts, list_items, map_texts, provision_texts
from guidance.site.beside import elsewhere_facts
from guidance.site.blocks import (
    BlockContext,
    Context,
    MarkupForm,
    TermUse,
    render_block,
    render_blocks,
    render_html,
    render_text,
)
from guidance.site.edition_pages import render_conversion, render_home
from guidance.site.pages import (
    Page,
    Sheet,
    front_matter,
    html_link,
    join_parts,
    lay_out,
    markdown_link,
    marked_notes,
    page_url,
    to_root,
)
from guidance.site.templates import clean, escape_html, escape_markdown, part

Counterparts = Mapping[str, Mapping[str, str]]
"""Per anchor of this edition, per id of another one, where the same text stands there, as an address from the
site's root ("2018/chapter-1/#para-12")."""

Stamps = Callable[[str, Iterable[str]], Mapping[str, str]]
"""A page's path and the anchors on it -> per anchor what is printed beside its number, as HTML."""


_MEANING = 600  # characters of a term's meaning that are shown beside it; its link leads to the rest
_New = Link | Style


class _Web(Struct, frozen=True):
    """What is printed, and where: per anchor its page's path, per note its references' (path, id), and what stands
    at the anchors that explain terms, in plain words."""

    edition: Edition
    document: Document
    sheets: tuple[Sheet, ...]
    homes: Mapping[str, str]
    references: Mapping[str, list[tuple[str, str]]]
    meanings: Mapping[str, str]


def render_pages(
    document: Document,
    references: Iterable[Reference | Unresolved],
    edition: Edition,
    publication: Publication,
    *,
    overview: str = "",
    counterparts: Counterparts | None = None,
    nearest: Counterparts | None = None,
    stamps: Stamps = lambda path, anchors: {},
    besides: Stamps = lambda path, anchors: {},
    binding: Iterable[tuple[Locus, Strength]] = (),
    terms: Iterable[Definition] = (),
) -> tuple[Page, ...]:
    """All pages of an edition with text, in reading order: its home page, its text, and how it was converted.

    `besides` gives what stands under a provision, as HTML.
    `nearest` has, for texts without a counterpart, the nearest heading above them that has one (or nothing).
    `overview` is our own Markdown about the edition, printed on its home page; `binding` where words bind,
    `terms` where one is explained.
    Pictures are linked below `blocks.PICTURES`, under `blocks.picture_name` of their asset's name; writing them
    there is the caller's.
    """
    references, terms = tuple(references), tuple(terms)
    marked = annotate(document, (r for r in references if isinstance(r, Reference)), binding, terms)
    web = _weave(edition, document, lay_out(marked), {term.anchor for term in terms if term.anchor})
    text = tuple(
        _render_sheet(
            s,
            web,
            elsewhere_facts(s.anchors, counterparts or {}, nearest or {}),
            stamps(s.path, s.anchors),
            besides(s.path, s.anchors),
        )
        for s in web.sheets
    )
    home = render_home(edition, publication, overview=overview, document=document, pages=text)
    return (home, *text, render_conversion(document, references, edition))


# --- References, duties and terms laid over the text -----------------------------------------------


def annotate(
    document: Document,
    references: Iterable[Reference],
    binding: Iterable[tuple[Locus, Strength]] = (),
    terms: Iterable[Definition] = (),
) -> Document:
    """The document with references and terms laid in as links, and words that bind marked with how strongly; where
    the source links already, its own link stays."""
    links = ((one.at, one.address) for one in sorted(references, key=lambda one: one.at))
    uses = ((one.at, f"#{one.anchor}" if one.anchor else "", one.meaning) for one in terms)
    marks: list[tuple[Locus, _New]] = [(at, Link(at.start, at.end, address)) for at, address in links]
    marks += ((at, TermUse(at.start, at.end, address, meaning=meaning)) for at, address, meaning in uses)
    marks += ((at, Style(at.start, at.end, strength)) for at, strength in binding)
    found: dict[str, dict[int, list[_New]]] = defaultdict(lambda: defaultdict(list))
    for at, mark in marks:
        found[at.anchor][at.part].append(mark)
    return replace(
        document,
        provisions=tuple(_annotated(p, found.get(p.anchor, {})) for p in document.provisions),
        notes=tuple(_annotated(n, found.get(n.anchor, {})) for n in document.notes),
    )


def _annotated(provision: Provision, marks: Mapping[int, list[_New]]) -> Provision:
    if not marks:
        return provision
    parts = count()
    return map_texts(provision, lambda text: _with_marks(text, marks.get(next(parts), ())))


def _with_marks(text: Text, marks: Iterable[_New]) -> Text:
    taken = [mark for mark in text.marks if isinstance(mark, Link)]
    new = [
        mark
        for mark in marks
        if mark.start < mark.end
        and (isinstance(mark, Style) or not any(mark.start < t.end and t.start < mark.end for t in taken))
    ]
    return replace(text, marks=(*text.marks, *new)) if new else text


# --- A page ---------------------------------------------------------------------------------------


def _weave(edition: Edition, document: Document, sheets: tuple[Sheet, ...], terms: Collection[str]) -> _Web:
    """Where each anchor and each note reference stands, and what the anchors of `terms` say. A note's second
    reference has the id fnref-12-2."""
    homes = {anchor: sheet.path for sheet in sheets for anchor in sheet.anchors}
    references: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sheet in sheets:
        for note in marked_notes((*sheet.provisions, *sheet.notes)):
            again = f"-{len(references[note]) + 1}" if note in references else ""
            references[note].append((sheet.path, f"fnref-{note.removeprefix('fn-')}{again}"))
    return _Web(edition, document, sheets, homes, references, _meanings(document, terms))


def _context(path: str, web: _Web) -> Context:
    """How texts on one page link elsewhere; it gives out the ids of note references in reading order."""
    given: Counter[str] = Counter()

    def link(anchor: str, form: MarkupForm) -> str | None:
        home = web.homes.get(anchor)
        if home is None:
            return None
        return markdown_link(path, home, anchor) if form == "markdown" else html_link(path, home, anchor)

    def note_id(note: str) -> str:
        mine = [identity for home, identity in web.references.get(note, ()) if home == path]
        given[note] += 1
        return mine[given[note] - 1]

    return Context(link, note_id)


def _render_sheet(
    sheet: Sheet, web: _Web, elsewhere: Mapping[str, object], stamps: Mapping[str, str], besides: Mapping[str, str]
) -> Page:
    context = _context(sheet.path, web)
    root = to_root(sheet.path)
    titled = any(map(_is_titled, sheet.provisions[:1]))
    printed = [] if titled else [f"# {escape_markdown(sheet.title)} {{: .furniture }}"]
    levels = [] if titled else [0]
    for provision in sheet.provisions:
        if provision.level is not None and _is_titled(provision):
            while levels and levels[-1] >= provision.level:
                levels.pop()
            levels.append(provision.level)
        depth = min(max(len(levels), 1), 6)
        printed.append(_render_provision(provision, BlockContext(context, depth, root, stamps)))
        printed.append(besides.get(provision.anchor, ""))
    below = [s for s in web.sheets if s.parent == sheet.path]
    printed += [
        _part("below", [(s.title, markdown_link(sheet.path, s.path, "").removesuffix("#")) for s in below]),
        _part("notes", [_note(note, sheet, web, BlockContext(context, 2, root)) for note in sheet.notes]),
        _part("meanings", _used_meanings(sheet, web.meanings)),
    ]
    body = _meta(sheet, web, elsewhere) + join_parts(printed)
    return Page(sheet.path, clean(sheet.title), body, sheet.anchors, sheet.parent, sheet.sources)


def _is_titled(provision: Provision) -> bool:
    """Whether a provision is a heading of the page, with words to print."""
    return provision.level is not None and bool(provision.title.strip())


def _meta(sheet: Sheet, web: _Web, elsewhere: Mapping[str, object]) -> str:
    """The page's facts for the theme: its title, its place in the official file, its places in other editions."""
    facts: dict[str, object] = {
        "title": clean(sheet.title),
        "kind": "text",
        "feed": page_url(sheet.path).split("/")[0],
    }
    if sheet.sources:
        facts["source_pages"] = list(sheet.sources)
        if address := source_address(web.edition, sheet.sources[0], web.document.source.sha256):
            facts["source_address"] = address
    return front_matter({**facts, **elsewhere})


def _part(macro: str, entries: list[tuple[object, ...]]) -> str:
    """A list at the foot of a page; nothing where it is empty."""
    return str(part("block_parts.html", macro, entries)) if entries else ""


# --- A provision ----------------------------------------------------------------------------------


def _render_provision(provision: Provision, setting: BlockContext) -> str:
    if _is_titled(provision):
        return "\n\n".join(filter(None, (_heading(provision, setting), render_blocks(provision.blocks, setting))))
    if provision.kind == "paragraph":
        return _numbered(provision, setting)
    first = provision.blocks[0] if provision.blocks else None
    if provision.kind == "text" and not provision.heading and isinstance(first, Para) and first.text.plain.strip():
        rest = render_blocks(provision.blocks[1:], setting)
        words = (_pin(provision, setting), setting.stamps.get(provision.anchor), render_block(first, setting))
        opening = f"{' '.join(filter(None, words))}\n{{: #{provision.anchor} .text{_on_page(provision)} }}"
        return "\n\n".join(filter(None, (opening, rest)))
    return _framed(provision, setting)


def _heading(provision: Provision, setting: BlockContext) -> str:
    assert provision.heading
    marker = escape_markdown(provision.marker)
    words = render_text(provision.heading, setting.context, line_start=False)
    title = " ".join(filter(None, (marker, words, _pin(provision, setting))))
    return f"{'#' * setting.depth} {title} {{: #{provision.anchor} .{provision.kind}{_on_page(provision)} }}"


def _on_page(provision: Provision) -> str:
    """An attribute that says on which page of the source file a provision starts."""
    return f' data-page="{provision.page}"' if provision.page else ""


def _numbered(provision: Provision, setting: BlockContext) -> str:
    """A numbered paragraph: its number is a link to its permanent address, before its first words."""
    number = escape_html(provision.marker or provision.number or "")
    opening = f'<a class="number" href="{_address(provision, setting)}">{number}</a>' if number else ""
    opening = " ".join(filter(None, (opening, setting.stamps.get(provision.anchor))))
    blocks = provision.blocks
    title = render_text(provision.heading, setting.context, line_start=False) if provision.heading else ""
    if title:
        opening = f"{opening} <strong>{title}</strong>".lstrip()
    if blocks and isinstance(blocks[0], Para):
        words = render_text(blocks[0].text, setting.context, line_start=not opening)
        opening, blocks = f"{opening} {words}".strip(), blocks[1:]
    if not opening:
        return _framed(provision, setting)
    printed = f"{opening}\n{{: #{provision.anchor} .paragraph{_on_page(provision)} }}"
    return "\n\n".join(filter(None, (printed, render_blocks(blocks, setting))))


def _framed(provision: Provision, setting: BlockContext) -> str:
    """A provision that is more than prose, in an element of its own that carries its anchor."""
    attributes = f'class="{provision.kind}" id="{escape_html(provision.anchor)}"{_on_page(provision)}'
    heading = render_block(Subheading(provision.heading), setting) if provision.heading else ""
    if provision.kind == "box":
        attributes += f' role="group" aria-label="{escape_html(_box_name(provision))}"'
    marker = escape_markdown(provision.marker, line_start=True)
    body = render_blocks(provision.blocks, setting)
    stamp = " ".join(filter(None, (_pin(provision, setting), setting.stamps.get(provision.anchor))))
    inner = "\n\n".join(filter(None, (stamp, marker, heading, body)))
    return f'<div {attributes} markdown="1">\n\n{inner}\n\n</div>'


def _address(provision: Provision, setting: BlockContext) -> str:
    return escape_html(f"{setting.root}{permalink_path('', provision.anchor).lstrip('/')}")


def _pin(provision: Provision, setting: BlockContext) -> str:
    """The permanent address of what has no number to carry it. It has no words of its own, so that headings stay
    theirs; a script puts a menu in its place."""
    return f'<a class="pin" href="{_address(provision, setting)}" aria-label="Permanent address"></a>'


def _box_name(provision: Provision) -> str:
    """What a box is called when it is read aloud: its title or its first title line."""
    titles = [provision.heading] if provision.heading else []
    titles += [block.text for block in provision.blocks if isinstance(block, Subheading)]
    return f"Box: {titles[0].plain}" if titles else "Box"


# --- Notes and terms ------------------------------------------------------------------------------


def _note(note: Provision, sheet: Sheet, web: _Web, setting: BlockContext) -> tuple[object, ...]:
    """A note as the template takes it: its anchor and number, whether a list counts it so, its words, and where it
    is referred to."""
    number = note.number or ""
    if len(note.blocks) == 1 and isinstance(note.blocks[0], Para):
        words = render_text(note.blocks[0].text, setting.context, "html")
    else:
        words = render_html(note.blocks, setting)
    back = [html_link(sheet.path, path, identity) for path, identity in web.references.get(note.anchor, ())]
    return note.anchor, number, number.isascii() and number.isdigit(), Markup(words), back


def _meanings(document: Document, wanted: Collection[str]) -> Mapping[str, str]:
    """What stands at the anchors that explain terms, in plain words."""
    found: dict[str, str] = {}
    for provision in document.provisions:
        if provision.anchor in wanted:
            found[provision.anchor] = " ".join(text.plain for text in provision_texts(provision) if text.plain)
        for item in list_items(provision.blocks):
            if item.anchor and item.anchor in wanted:
                found[item.anchor] = " ".join(text.plain for text in block_texts(item.blocks) if text.plain)
    return found


def _used_meanings(sheet: Sheet, meanings: Mapping[str, str]) -> list[tuple[object, ...]]:
    """The meanings of the terms that a page uses and explains elsewhere, out of sight under the ids that its links
    name: Material shows them beside the words."""
    links = (m for p in (*sheet.provisions, *sheet.notes) for t in provision_texts(p) for m in t.marks)
    used = {mark.address.removeprefix("#") for mark in links if isinstance(mark, TermUse)}
    return [
        (anchor, textwrap.shorten(words, _MEANING, placeholder=" …"))
        for anchor, words in meanings.items()
        if anchor in used and anchor not in sheet.anchors
    ]
