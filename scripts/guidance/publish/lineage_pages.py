"""Lineage pages: an address that follows a text from edition to edition, under the name it was first published by.

Every provision that has a permalink has one, so that whoever holds any of a text's names gets there.
"""

from collections.abc import Iterator
from html import escape

from guidance.anchors import permalink_path
from guidance.publish.permalink_pages import quoted
from guidance.publish.shelf import Fate, Node, Shelf, edition_name, lineage_id, lineage_path, own_words
from guidance.publish.small_pages import STYLE_NAME, canonical, frame, shorten, style, superseded

_UP = "../../"


def lineage_pages(shelf: Shelf) -> dict[str, bytes]:
    """Path from the publication's root -> page, for every provision of every edition, and the shared style."""
    nodes = [(edition, anchor) for edition, known in shelf.entries.items() for anchor in known]
    pages = {f"{lineage_path(lineage_id(*node))}index.html": _page(node, shelf) for node in nodes}
    return {f"t/{STYLE_NAME}": style(shelf), **pages} if pages else {}


def _page(node: Node, shelf: Shelf) -> bytes:
    fate, in_force = shelf.fate(node), shelf.publication.in_force.id
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
            main.append(f"<blockquote>{quoted(place, provision, shelf, _UP)}</blockquote>")
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
    standing = "In force. " if shown[0][0] == in_force else f"{superseded(shown[0][0], shelf)}. "
    return frame(
        f"{name}, {cited}",
        standing + shorten(words),
        main,
        shelf,
        up=_UP,
        head=canonical(lineage_path(fate.lineage), shelf),
        css=f"../{STYLE_NAME}",
    )


def _shown(node: Node, fate: Fate, shelf: Shelf) -> list[Node]:
    """Where the text is read: in the edition in force, else in the newest one that has it."""
    known = [place for place in fate.places if place[1] in shelf.entries.get(place[0], {})] or [node]
    newest = known[-1][0]
    return [place for place in known if place[0] == newest]


def _standing(place: Node, fate: Fate, shelf: Shelf) -> str:
    in_force = shelf.publication.in_force.id
    said = superseded(place[0], shelf)
    if said is None:
        return '<p class="status current">This is how it reads in the edition in force.</p>'
    link = f'<a href="{_UP}{escape(in_force)}/">the edition in force, {escape(in_force)}</a>'
    if fate.state == "gone":
        known = [_link((in_force, a), shelf) for a in fate.nearest if a in shelf.entries.get(in_force, {})]
        near = f" Nearest to it there is {', '.join(known)}." if known else ""
        words = f"It does not stand in {link}; this is how it read last.{near}"
    else:
        words = f"The text of {link} is not loaded here; this is how it read in {escape(place[0])}."
    return f'<p class="status"><strong>{escape(said)}.</strong> {words}</p>'


def _places(fate: Fate, shelf: Shelf) -> Iterator[str]:
    for place in reversed(fate.places):
        if place[1] in shelf.entries.get(place[0], {}):
            said = superseded(place[0], shelf)
            status = "in force" if said is None else said[0].lower() + said[1:]
            yield f"<li>{_link(place, shelf)}, {escape(status)}</li>"


def _link(place: Node, shelf: Shelf) -> str:
    words = f"{place[0]}: {shelf.name(place)}"
    return f'<a href="{_UP}{escape(permalink_path(*place))}">{escape(words)}</a>'
