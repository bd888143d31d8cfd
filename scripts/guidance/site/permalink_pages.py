"""Permalink pages: one small page of its own for each provision, good with no script and no text loaded.

Each says what and where the provision is, whether it stands today, and how to link and quote it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from html import escape
from itertools import pairwise

from guidance.document.anchors import permalink_path
from guidance.document.model import Provision
from guidance.document.register import Edition, source_address
from guidance.site import embeds
from guidance.site.blocks import BlockContext, render_html
from guidance.site.inline import Context, MarkupForm
from guidance.site.permalink_index import (
    NOT_LISTED,
    STYLE_NAME,
    EditionAnchor,
    Fate,
    Shelf,
    canonical,
    edition_name,
    frame,
    lineage_id,
    lineage_path,
    own_words,
    provision_name,
    short,
    shorten,
    standing,
    style,
)

_UP = "../../../"  # from a permalink page to the publication's root


def permalink_pages(edition: Edition, shelf: Shelf) -> dict[str, bytes]:
    """Path from the edition's root -> page, for all that the edition has published, and the shared style.

    The edition in force also answers for what only older ones have, since `latest` leads into it: an address
    below `latest` that was good once stays good.
    """
    known = shelf.entries.get(edition.id, {})
    pages = {f"p/{short(anchor)}/index.html": _page((edition.id, anchor), shelf) for anchor in known}
    if edition.id == shelf.publication.in_force.id:
        pages |= {f"p/{short(node[1])}/index.html": _answer(node, shelf) for node in _only_older(shelf)}
    return {f"p/{STYLE_NAME}": style(shelf), **pages} if pages else {}


def quoted(node: EditionAnchor, provision: Provision, shelf: Shelf, up: str, apart: str = "") -> str:
    """A provision's blocks as HTML; what it links within the edition are permalinks too. `apart` keeps its ids from
    those of another edition's text on the same page."""
    edition = node[0]
    known = shelf.entries.get(edition, {})

    def link(anchor: str, form: MarkupForm) -> str | None:
        return f"{up}{permalink_path(edition, anchor)}" if anchor in known else None

    seen: Counter[str] = Counter()

    def note_id(note: str) -> str:
        seen[note] += 1
        return f"{apart}ref-{node[1]}-{note}" + (f"-{seen[note]}" if seen[note] > 1 else "")

    context = Context(link=link, note_id=note_id)
    return render_html(provision.blocks, BlockContext(context, 1, f"{up}{edition}/", apart=apart))


def _page(node: EditionAnchor, shelf: Shelf) -> bytes:
    edition, anchor = node
    provision, fate, name = shelf.provision(node), shelf.fate(node), shelf.name(node)
    cited = edition_name(shelf.publication, edition)
    path = permalink_path(edition, anchor)
    main = [f"<h1>{escape(name)}</h1>", f'<p class="from"><cite>{escape(cited)}</cite></p>', _status(node, shelf)]
    if provision and provision.blocks:
        main.append(f"<blockquote>{quoted(node, provision, shelf, _UP)}</blockquote>")
    elif provision is None:
        main.append("<p>The text of this edition is not loaded in this build of the site.</p>")
    main += [*_ways(node, shelf), *today(node, fate, shelf, _UP), *_addresses(node, fate, shelf)]
    head = [*canonical(path, shelf), *embeds.discovery(node, shelf, _UP)]
    return frame(
        f"{name}, {cited}", _description(node, shelf), main, shelf, up=_UP, head=head, css=f"../{STYLE_NAME}"
    )


def _status(node: EditionAnchor, shelf: Shelf) -> str:
    said = standing(node[0], shelf)
    if not said.superseded:
        return '<p class="status current">This edition is in force.</p>'
    now = escape(said.in_force)
    link = f'<a href="{_UP}{now}/">The edition in force is that of {now}</a>'
    return f'<p class="status"><strong>{escape(said.sentence)}.</strong> {link}.</p>'


def _ways(node: EditionAnchor, shelf: Shelf) -> list[str]:
    edition, anchor = node
    ways = []
    if url := shelf.urls.get(edition, {}).get(anchor):
        ways.append(f'<p><a href="../../{escape(url)}">Read it in its chapter</a></p>')
    page = _source_page(node, shelf)
    if page is not None:
        where = f"page {page} of the {'PDF' if shelf.publication.specimen else 'official PDF'}"
        address = source_address(shelf.publication.edition(edition), page, shelf.sha256.get(edition))
        linked = f'<a href="{escape(address)}">{where}</a>' if address else where
        ways.append(f"<p>It stands on {linked}.</p>")
    return ways


def _source_page(node: EditionAnchor, shelf: Shelf) -> int | None:
    provision = shelf.provision(node)
    return provision.page if provision else shelf.entries[node[0]][node[1]].page


def _description(node: EditionAnchor, shelf: Shelf) -> str:
    """What a pasted link shows: whether it stands today, and how it begins."""
    provision, page = shelf.provision(node), _source_page(node, shelf)
    said = standing(node[0], shelf)
    now = f"{said.sentence}{f'; the edition in force is that of {said.in_force}' if said.superseded else ''}. "
    text = own_words(provision) if provision else ""
    if not text:
        text = f"On page {page} of the official PDF." if page else edition_name(shelf.publication, node[0])
    return now + shorten(text)


def today(node: EditionAnchor, fate: Fate, shelf: Shelf, up: str) -> Iterator[str]:
    """What became of a provision in the edition in force: the words there where they differ, as HTML."""
    if fate.state == "in force":
        return
    edition, in_force = node[0], shelf.publication.in_force.id
    yield f'<h2 id="today">In the edition in force, {escape(in_force)}</h2>'
    places = ", ".join(_linked((in_force, anchor), shelf, up) for anchor in fate.today)
    if fate.state == "unchanged":
        yield f"<p>The wording is unchanged. There it is {places}.</p>"
    elif fate.state == "reworded":
        yield f"<p>It reads otherwise now. There it is {places}.{_redline(node, shelf, up)}</p>"
        yield from _texts([(in_force, anchor) for anchor in fate.today], shelf, up)
    elif fate.state == "gone":
        near = ", ".join(_linked((in_force, anchor), shelf, up) for anchor in fate.nearest)
        nearest = f" Nearest to it is {near}." if near else ""
        yield f"<p>It does not stand there any more.{nearest}{_redline(node, shelf, up)}</p>"
    else:
        yield (
            f"<p>The text of {escape(in_force)} is not loaded here, so this site cannot say whether the words "
            f'still stand. <a href="{up}{escape(in_force)}/">What is known of it</a>.</p>'
        )
        later = [place for place in fate.places if place[0] not in (edition, in_force)]
        if later:
            yield f"<p>The same text in other editions: {', '.join(_linked(p, shelf, up) for p in later)}.</p>"


def _redline(node: EditionAnchor, shelf: Shelf, up: str) -> str:
    address = shelf.redlines.get(node)
    return f' <a href="{up}{escape(address)}">What changed, word by word</a>.' if address else ""


def _texts(nodes: list[EditionAnchor], shelf: Shelf, up: str) -> Iterator[str]:
    for node in nodes:
        provision = shelf.provision(node)
        if provision and provision.blocks:
            yield f"<blockquote>{quoted(node, provision, shelf, up, f'{node[0]}-')}</blockquote>"


def _linked(node: EditionAnchor, shelf: Shelf, up: str) -> str:
    edition, anchor = node
    known = anchor in shelf.entries.get(edition, {})
    words = f"{shelf.spoken(node) if known else anchor} ({edition})"
    return (
        f'<a href="{up}{escape(permalink_path(edition, anchor))}">{escape(words)}</a>' if known else escape(words)
    )


def _addresses(node: EditionAnchor, fate: Fate, shelf: Shelf) -> Iterator[str]:
    """The addresses of a provision and what each promises, and code to quote it elsewhere."""
    edition, anchor = node
    rows = [
        ("Pinned: always this text of this edition", permalink_path(edition, anchor)),
        ("Moves with the text into later editions", lineage_path(fate.lineage)),
    ]
    if fate.state == "in force":
        what = "Whatever has this number or name in the edition in force, even if it is another text"
        rows.append((what, f"latest/p/{short(anchor)}/"))
    yield f"<h2>Link to {escape(shelf.spoken(node))}</h2>"
    yield "<dl>"
    for what, path in rows:
        shown = shelf.address(path) or f"/{'/'.join(filter(None, (shelf.prefix, path)))}"
        yield f'<dt>{what}</dt><dd><a href="{_UP}{escape(path)}">{escape(shown)}</a></dd>'
    yield "</dl>"
    yield from embeds.copyable(node, shelf, _UP)


# --- Addresses below `latest` that older editions gave ---------------------------------------------


def _only_older(shelf: Shelf) -> Iterator[EditionAnchor]:
    """What older editions have and the one in force has not, each by the newest edition that has it."""
    seen = {short(anchor) for anchor in shelf.entries.get(shelf.publication.in_force.id, {})}
    for edition in reversed(shelf.publication.editions):
        for anchor in shelf.entries.get(edition.id, {}):
            if short(anchor) not in seen:
                seen.add(short(anchor))
                yield edition.id, anchor


def _answer(node: EditionAnchor, shelf: Shelf) -> bytes:
    """What the edition in force says at an address that only an older edition has."""
    edition, anchor = node
    current, entry, fate = shelf.publication.in_force, shelf.entries[node[0]][node[1]], shelf.fate(node)
    plain = provision_name(entry.kind, entry.number, None) if entry.number else "This place"
    cited = edition_name(shelf.publication, current.id)
    if shelf.entries.get(current.id):
        title = f"{plain} is not in the {current.id} edition"
        said = f"The edition in force, {cited}, has nothing at this address."
    else:
        title = f"{plain}: the text of {current.id} is not loaded"
        said = f"The edition in force is {cited}. Its text is not loaded here, so it cannot be shown."
    main = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="status">{escape(said)}</p>',
        f"<p>An older edition has it: {_linked(node, shelf, _UP)}. "
        f'<a href="{_UP}{escape(lineage_path(fate.lineage))}">Where that text stands today</a>.</p>',
        f'<p><a href="{_UP}{escape(current.id)}/">The {escape(current.id)} edition</a></p>',
    ]
    head = [NOT_LISTED, *canonical(permalink_path(edition, anchor), shelf)]
    return frame(f"{title}, {cited}", said, main, shelf, up=_UP, head=head, css=f"../{STYLE_NAME}")


_LINEAGE_UP = "../../"


def lineage_pages(shelf: Shelf) -> dict[str, bytes]:
    """Path from the publication's root -> page, for every provision of every edition, and the shared style."""
    nodes = [(edition, anchor) for edition, known in shelf.entries.items() for anchor in known]
    pages = {f"{lineage_path(lineage_id(*node))}index.html": _lineage_page(node, shelf) for node in nodes}
    return {f"t/{STYLE_NAME}": style(shelf), **pages} if pages else {}


def _lineage_page(node: EditionAnchor, shelf: Shelf) -> bytes:
    fate = shelf.fate(node)
    shown = _shown(node, fate, shelf)
    name, cited = shelf.name(shown[0]), edition_name(shelf.publication, shown[0][0])
    main = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="from"><cite>{escape(cited)}</cite></p>',
        _standing(shown[0], fate, shelf),
    ]
    for place in shown:
        provision = shelf.provision(place)
        if len(shown) > 1:
            main.append(f"<h2>{escape(shelf.name(place))}</h2>")
        if provision and provision.blocks:
            main.append(f"<blockquote>{quoted(place, provision, shelf, _LINEAGE_UP)}</blockquote>")
        elif provision is None:
            main.append("<p>The text of this edition is not loaded in this build of the site.</p>")
    main += [
        "<h2>This text in each edition</h2>",
        "<ul>",
        *_places(fate, shelf),
        "</ul>",
        "<p>This address follows the text. Where it stands in a later edition under another number, "
        f"it will lead there. To cite the words as they are in {escape(shown[0][0])}, use the pinned address.</p>",
    ]
    provision = shelf.provision(shown[0])
    words = own_words(provision) if provision else cited
    return frame(
        f"{name}, {cited}",
        f"{standing(shown[0][0], shelf).sentence}. {shorten(words)}",
        main,
        shelf,
        up=_LINEAGE_UP,
        head=canonical(lineage_path(fate.lineage), shelf),
        css=f"../{STYLE_NAME}",
    )


def _shown(node: EditionAnchor, fate: Fate, shelf: Shelf) -> list[EditionAnchor]:
    """Where the text is read: in the edition in force, else in the newest one that has it."""
    known = [place for place in fate.places if place[1] in shelf.entries.get(place[0], {})] or [node]
    newest = known[-1][0]
    return [place for place in known if place[0] == newest]


def _standing(place: EditionAnchor, fate: Fate, shelf: Shelf) -> str:
    in_force = shelf.publication.in_force.id
    said = standing(place[0], shelf)
    if not said.superseded:
        return '<p class="status current">This is how it reads in the edition in force.</p>'
    link = f'<a href="{_LINEAGE_UP}{escape(in_force)}/">the edition in force, {escape(in_force)}</a>'
    if fate.state == "gone":
        known = [_lineage_link((in_force, a), shelf) for a in fate.nearest if a in shelf.entries.get(in_force, {})]
        near = f" Nearest to it there is {', '.join(known)}." if known else ""
        words = f"It does not stand in {link}; this is how it read last.{near}"
    else:
        words = f"The text of {link} is not loaded here; this is how it read in {escape(place[0])}."
    return f'<p class="status"><strong>{escape(said.sentence)}.</strong> {words}</p>'


def _places(fate: Fate, shelf: Shelf) -> Iterator[str]:
    for place in reversed(fate.places):
        if place[1] in shelf.entries.get(place[0], {}):
            yield f"<li>{_lineage_link(place, shelf)}, {escape(standing(place[0], shelf).phrase)}</li>"


def _lineage_link(place: EditionAnchor, shelf: Shelf) -> str:
    words = f"{place[0]}: {shelf.name(place)}"
    return f'<a href="{_LINEAGE_UP}{escape(permalink_path(*place))}">{escape(words)}</a>'


EditionPair = tuple[str, str]  # ids of the older and of the newer edition
_STEP_UP = "../../../"  # from such a page to the publication's root


def step_pages(
    edition: str, loaded: Sequence[str], compared: Collection[EditionPair], shelf: Shelf
) -> dict[str, bytes]:
    """Path from the edition's root -> page, for each older one of the `loaded` editions (given oldest first) with
    which it is not `compared` on pages of its own."""
    if edition not in loaded:
        return {}
    older = loaded[: loaded.index(edition)]
    return {
        f"compare/{old}/index.html": _step_page(old, edition, loaded, compared, shelf)
        for old in older
        if (old, edition) not in compared
    }


def links_to_steps(edition: str, loaded: Sequence[str], compared: Collection[EditionPair]) -> str:
    """What an edition's home page says of those pages, in Markdown; nothing where there are none."""
    older = [old for old in reversed(loaded[: loaded.index(edition)]) if (old, edition) not in compared]
    if not older:
        return ""
    links = ", ".join(f"[{old}](compare/{old}/)" for old in older)
    return f"\nFrom older editions, step by step: {links}.\n"


def _step_page(old: str, new: str, loaded: Sequence[str], compared: Collection[EditionPair], shelf: Shelf) -> bytes:
    between = loaded[loaded.index(old) : loaded.index(new) + 1]
    title = f"From {old} to {new}, step by step"
    main = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="from"><cite>{escape(edition_name(shelf.publication, new))}</cite></p>',
        "<p>These two editions have no comparison of their own here: each is compared with the one before it and "
        "with the one in force. Between them:</p>",
        "<ul>",
        *(
            f"<li>{_step_link(*pair, f'what changed from {pair[0]} to {pair[1]}')}</li>"
            for pair in pairwise(between)
        ),
        "</ul>",
    ]
    today = [
        f"<li>{_step_link(*pair, f'how {one} became what stands in {pair[1]}')}</li>"
        for one in (old, new)
        for pair in compared
        if pair[0] == one and pair[1] not in between
    ]
    if today:
        main += ["<p>And against a later edition:</p>", "<ul>", *today, "</ul>"]
    main += [
        "<p>A paragraph's own page names its place in every edition. With both files at hand, "
        "<code>guidance compare OLD NEW</code> shows the two side by side.</p>",
        f'<p><a href="../../">The {escape(new)} edition</a></p>',
    ]
    css = f"../../p/{STYLE_NAME}"
    head = [NOT_LISTED]
    described = f"Where to read what changed from {old} to {new}."
    return frame(title, described, main, shelf, up=_STEP_UP, css=css, head=head)


def _step_link(old: str, new: str, words: str) -> str:
    return f'<a href="{_STEP_UP}{escape(new)}/compare/{escape(old)}/">{escape(words)}</a>'
