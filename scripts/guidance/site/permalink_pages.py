"""Permalink pages: one small page for each provision, and one that follows its text through the editions. They are
good with no script and no text loaded.

Facts for the templates: what and where a provision is, whether it stands today, how to link and quote it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from markupsafe import Markup

from guidance.document.anchors import permalink_path
from guidance.document.change_model import EditionPair, Node
from guidance.document.register import Edition, say_date, say_when, source_address
from guidance.site import embeds
from guidance.site.beside import Beside
from guidance.site.blocks import BlockContext, Context, MarkupForm, render_html
from guidance.site.host_files import FRAME, LINEAGE, Rule
from guidance.site.permalink_index import (
    STYLE_NAME,
    PermalinkIndex,
    edition_name,
    kind_name,
    lineage_id,
    lineage_path,
    own_words,
    provision_name,
    short,
    shorten,
    small_page,
    standing,
    style,
)
from guidance.site.templates import PlaceLink

_UP = "../../../"  # from a permalink page to the publication's root
_UP_FROM_LINEAGE = "../../"


def permalink_pages(
    edition: Edition, index: PermalinkIndex, besides: Mapping[str, Beside] = MappingProxyType({})
) -> dict[str, bytes]:
    """Path from the edition's root -> page, for all that the edition has published, and the shared style; `besides`
    has by anchor who uses a provision, and what has come since.

    The edition in force also answers for what only older ones have, since `latest` leads into it: an address
    below `latest` that was good once stays good.
    """
    known = index.entries.get(edition.id, {})
    pages = {
        f"p/{short(anchor)}/index.html": _page((edition.id, anchor), index, besides.get(anchor, Beside()))
        for anchor in known
    }
    if edition.id == index.publication.in_force.id:
        pages |= {f"p/{short(node[1])}/index.html": _answer(node, index) for node in _only_older(index)}
    return {f"p/{STYLE_NAME}": style(index), **pages} if pages else {}


def quoted(node: Node, index: PermalinkIndex, up: str, before_ids: str = "") -> Markup | None:
    """A provision's blocks as HTML: empty where it has none, None where its text is not loaded. What it links
    within the edition are permalinks too. `before_ids` keeps its ids apart from those of another text there."""
    edition, provision = node[0], index.provision(node)
    if provision is None:
        return None
    known = index.entries.get(edition, {})

    def link(anchor: str, form: MarkupForm) -> str | None:
        return f"{up}{permalink_path(edition, anchor)}" if anchor in known else None

    seen: Counter[str] = Counter()

    def note_id(note: str) -> str:
        seen[note] += 1
        return f"{before_ids}ref-{node[1]}-{note}" + (f"-{seen[note]}" if seen[note] > 1 else "")

    context = Context(link=link, note_id=note_id)
    return Markup(render_html(provision.blocks, BlockContext(context, 1, f"{up}{edition}/", apart=before_ids)))


def _page(node: Node, index: PermalinkIndex, beside: Beside) -> bytes:
    edition, anchor = node
    fate, name = index.fate(node), index.name(node)
    said, cited = standing(edition, index), edition_name(index.publication, edition)
    chapter, redline = index.urls.get(edition, {}).get(anchor), index.redlines.get(node)
    now = [(said.in_force, one) for one in fate.today]
    places = _places(node, index) if index.rules else []
    return small_page(
        "permalink.html",
        index,
        f"{name}, {cited}",
        _description(node, index),
        up=_UP,
        css=f"../{STYLE_NAME}",
        path=permalink_path(edition, anchor),
        name=name,
        edition_name=cited,
        spoken=index.spoken(node),
        standing=said,
        text=quoted(node, index, _UP),
        chapter=f"../../{chapter}" if chapter else None,
        source=_source(node, index),
        meanings=list(_meanings(node, index)),
        state=fate.state,
        today=[_linked(one, index) for one in now],
        texts_today=[text for one in now if (text := quoted(one, index, _UP, f"{one[0]}-"))],
        nearest=[_linked((said.in_force, one), index) for one in fate.nearest],
        elsewhere=[_linked(one, index) for one in fate.places if one[0] not in (edition, said.in_force)],
        redline=f"{_UP}{redline}" if redline else None,
        addresses=_addresses(node, index),
        cited=index.cited(node),
        oembed=embeds.oembed_address(node, index, _UP),
        edition=edition,
        beside=beside,
        corrected=index.corrected.get(node, ()),
        framed=f"{_UP}{permalink_path(*node)}" if index.rules else None,
        frame_id=FRAME if index.rules else None,
        lineage_id=LINEAGE,
        places=[(_linked(one, index), standing(one[0], index).phrase) for one in reversed(places)],
        code=embeds.copyable(node, index, _UP),
    )


def _meanings(node: Node, index: PermalinkIndex) -> Iterator[tuple[str, PlaceLink | None]]:
    """What an address meant before, in words, each with where that text is now."""
    edition, anchor = node
    entry = index.entries[edition][anchor]
    what = "number" if entry.number else "address"
    for one in index.meanings.get(node, ()):
        until, now = f"Until {say_date(one.since)}", _linked((edition, one.now), index) if one.now else None
        if one.became == "reworded":
            yield f"The words here were changed {say_when(one.since)}.", None
        elif edition in index.provisions and anchor not in index.provisions[edition]:
            yield f"{until} this {what} was in use. It is no longer.{' Its text is now' if now else ''}", now
        else:
            became = ": now" if now else ", which has been removed."
            yield f"{until} this {what} was another {kind_name(entry.kind).lower()}{became}", now


def _source(node: Node, index: PermalinkIndex) -> PlaceLink | None:
    """Where a provision stands in the official file, where that is known."""
    page = _source_page(node, index)
    if page is None:
        return None
    words = f"page {page} of the {'PDF' if index.publication.specimen else 'official PDF'}"
    return PlaceLink(words, source_address(index.publication.edition(node[0]), page, index.sha256.get(node[0])))


def _source_page(node: Node, index: PermalinkIndex) -> int | None:
    return (index.provision(node) or index.entries[node[0]][node[1]]).page


def _description(node: Node, index: PermalinkIndex) -> str:
    """What a pasted link shows: whether it stands today, and how it begins."""
    provision, said = index.provision(node), standing(node[0], index)
    page = _source_page(node, index)
    now = f"{said.sentence}{f'; the edition in force is that of {said.in_force}' if said.superseded else ''}. "
    text = own_words(provision) if provision else ""
    if not text:
        text = f"On page {page} of the official PDF." if page else edition_name(index.publication, node[0])
    return now + shorten(text)


def _linked(node: Node, index: PermalinkIndex) -> PlaceLink:
    """A link to a provision's own page; its anchor alone where it was never published."""
    edition, anchor = node
    known = anchor in index.entries.get(edition, {})
    words = f"{index.spoken(node) if known else anchor} ({edition})"
    return PlaceLink(words, f"{_UP}{permalink_path(edition, anchor)}" if known else None)


def _addresses(node: Node, index: PermalinkIndex) -> list[PlaceLink]:
    """The addresses of a provision: the pinned one, that which moves with the text, and where it is in force the
    one that holds whatever has its number."""
    fate = index.fate(node)
    latest = [f"latest/p/{short(node[1])}/"] if fate.state == "in force" else []
    return [
        PlaceLink(index.address(path) or f"/{'/'.join(filter(None, (index.prefix, path)))}", f"{_UP}{path}")
        for path in (permalink_path(*node), lineage_path(fate.lineage), *latest)
    ]


# --- Addresses below `latest` that older editions gave ---------------------------------------------


def _only_older(index: PermalinkIndex) -> Iterator[Node]:
    """What older editions have and the one in force has not, each by the newest edition that has it."""
    now = set(map(short, index.entries.get(index.publication.in_force.id, ())))
    ids = [edition.id for edition in index.publication.editions]
    newest = {short(anchor): (one, anchor) for one in ids for anchor in index.entries.get(one, ())}
    return (node for name, node in newest.items() if name not in now)


def _answer(node: Node, index: PermalinkIndex) -> bytes:
    """What the edition in force says at an address that only an older edition has."""
    current, entry, fate = index.publication.in_force, index.entries[node[0]][node[1]], index.fate(node)
    plain = provision_name(entry.kind, entry.number, None) if entry.number else "This place"
    cited = edition_name(index.publication, current.id)
    if index.entries.get(current.id):
        heading = f"{plain} is not in the {current.id} edition"
        said = f"The edition in force, {cited}, has nothing at this address."
    else:
        heading = f"{plain}: the text of {current.id} is not loaded"
        said = f"The edition in force is {cited}. Its text is not loaded here, so it cannot be shown."
    return small_page(
        "permalink_missing.html",
        index,
        f"{heading}, {cited}",
        said,
        up=_UP,
        css=f"../{STYLE_NAME}",
        path=permalink_path(*node),
        listed=False,
        heading=heading,
        older=_linked(node, index),
        lineage=f"{_UP}{lineage_path(fate.lineage)}",
        in_force=current.id,
        is_known=bool(index.entries.get(current.id)),
        official=source_address(current),
    )


# --- Pages that moved ------------------------------------------------------------------------------


def moved_page(old: str, new: str, index: PermalinkIndex) -> bytes:
    """The page at a place that was left, which leads on to another one; both from the publication's root."""
    up = "../" * old.count("/")
    return small_page(
        "moved.html",
        index,
        "This page has moved",
        "This page has moved.",
        up=up,
        css=f"{up}t/{STYLE_NAME}",
        path=new,
        listed=False,
        target=f"{up}{new}",
    )


# --- Addresses that follow a text ------------------------------------------------------------------


def lineage_pages(index: PermalinkIndex) -> dict[str, bytes]:
    """Path from the publication's root -> page, for every provision of every edition, and the shared style."""
    nodes = _nodes(index)
    if index.rules:
        return {f"t/{STYLE_NAME}": style(index)} if nodes else {}
    pages = {f"{lineage_path(lineage_id(*node))}index.html": _lineage_page(node, index) for node in nodes}
    return {f"t/{STYLE_NAME}": style(index), **pages} if pages else {}


def single_rules(index: PermalinkIndex) -> tuple[Rule, ...]:
    """Rules for the addresses that follow a text whose name in them is not that of its permalink."""
    place = "/".join(filter(None, ("", index.prefix)))
    return tuple(
        Rule(f"{place}/{lineage_path(lineage_id(*node))}", f"{place}/{permalink_path(*node)}#{LINEAGE}")
        for node in _nodes(index)
        if node[1].removeprefix("para-") != short(node[1])
    )


def _nodes(index: PermalinkIndex) -> list[Node]:
    return [(edition, anchor) for edition, known in index.entries.items() for anchor in known]


def _places(node: Node, index: PermalinkIndex) -> list[Node]:
    """All places of a text that were published, oldest first."""
    return [place for place in index.fate(node).places if place[1] in index.entries.get(place[0], {})]


def _lineage_page(node: Node, index: PermalinkIndex) -> bytes:
    """Where the text is read: in the edition in force, else in the newest one that has it."""
    fate = index.fate(node)
    known, now = _places(node, index), index.publication.in_force.id
    have = known or [node]
    read = now if any(place[0] == now for place in have) else have[-1][0]
    shown = [place for place in have if place[0] == read]
    edition, provision = shown[0][0], index.provision(shown[0])
    said, name, cited = standing(edition, index), index.name(shown[0]), edition_name(index.publication, edition)
    near = [(said.in_force, anchor) for anchor in fate.nearest]
    return small_page(
        "lineage.html",
        index,
        f"{name}, {cited}",
        f"{said.sentence}. {shorten(own_words(provision) if provision else cited)}",
        up=_UP_FROM_LINEAGE,
        css=f"../{STYLE_NAME}",
        path=lineage_path(fate.lineage),
        name=name,
        edition=edition,
        edition_name=cited,
        standing=said,
        state=fate.state,
        nearest=[_in_edition(one, index) for one in near if one[1] in index.entries.get(said.in_force, {})],
        shown=[(index.name(one), quoted(one, index, _UP_FROM_LINEAGE)) for one in shown],
        places=[(_in_edition(one, index), standing(one[0], index).phrase) for one in reversed(known)],
    )


def _in_edition(node: Node, index: PermalinkIndex) -> PlaceLink:
    return PlaceLink(f"{node[0]}: {index.name(node)}", f"{_UP_FROM_LINEAGE}{permalink_path(*node)}")


# --- Two editions without a comparison of their own ------------------------------------------------


def step_pages(
    edition: str, loaded: Sequence[str], compared: Collection[EditionPair], index: PermalinkIndex
) -> dict[str, bytes]:
    """Path from the edition's root -> page, for each of the `loaded` editions that is `not_compared` with it."""
    return {
        f"compare/{old}/index.html": _step_page(old, edition, loaded, compared, index)
        for old in not_compared(edition, loaded, compared)
    }


def not_compared(edition: str, loaded: Sequence[str], compared: Collection[EditionPair]) -> list[str]:
    """The older ones of the `loaded` editions, given oldest first, with which an edition has no comparison on pages
    of its own; the newest first."""
    older = loaded[: loaded.index(edition)] if edition in loaded else ()
    return [old for old in reversed(older) if (old, edition) not in compared]


def _step_page(
    old: str, new: str, loaded: Sequence[str], compared: Collection[EditionPair], index: PermalinkIndex
) -> bytes:
    between = loaded[loaded.index(old) : loaded.index(new) + 1]
    return small_page(
        "comparison_steps.html",
        index,
        f"From {old} to {new}, step by step",
        f"Where to read what changed from {old} to {new}.",
        up=_UP,
        css=f"../../p/{STYLE_NAME}",
        listed=False,
        edition=new,
        edition_name=edition_name(index.publication, new),
        between=list(pairwise(between)),
        later=[pair for one in (old, new) for pair in compared if pair[0] == one and pair[1] not in between],
    )
