"""Where two editions have no comparison of their own: a small page at its address that leads through those between.

Addresses and words of ours only; which editions are compared is decided elsewhere.
"""

from collections.abc import Collection, Sequence
from html import escape
from itertools import pairwise

from guidance.publish.shelf import Shelf, edition_name
from guidance.publish.small_pages import NOT_LISTED, STYLE_NAME, frame

Pair = tuple[str, str]  # ids of the older and of the newer edition
_UP = "../../../"  # from such a page to the publication's root


def step_pages(edition: str, loaded: Sequence[str], compared: Collection[Pair], shelf: Shelf) -> dict[str, bytes]:
    """Path from the edition's root -> page, for each older one of the `loaded` editions (given oldest first) with
    which it is not `compared` on pages of its own."""
    if edition not in loaded:
        return {}
    older = loaded[: loaded.index(edition)]
    return {
        f"compare/{old}/index.html": _page(old, edition, loaded, compared, shelf)
        for old in older
        if (old, edition) not in compared
    }


def links_to_steps(edition: str, loaded: Sequence[str], compared: Collection[Pair]) -> str:
    """What an edition's home page says of those pages, in Markdown; nothing where there are none."""
    older = [old for old in reversed(loaded[: loaded.index(edition)]) if (old, edition) not in compared]
    if not older:
        return ""
    links = ", ".join(f"[{old}](compare/{old}/)" for old in older)
    return f"\nFrom older editions, step by step: {links}.\n"


def _page(old: str, new: str, loaded: Sequence[str], compared: Collection[Pair], shelf: Shelf) -> bytes:
    between = loaded[loaded.index(old) : loaded.index(new) + 1]
    title = f"From {old} to {new}, step by step"
    main = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="from"><cite>{escape(edition_name(shelf.publication, new))}</cite></p>',
        "<p>These two editions have no comparison of their own here: each is compared with the one before it and "
        "with the one in force. Between them:</p>",
        "<ul>",
        *(f"<li>{_link(*pair, f'what changed from {pair[0]} to {pair[1]}')}</li>" for pair in pairwise(between)),
        "</ul>",
    ]
    today = [
        f"<li>{_link(*pair, f'how {one} became what stands in {pair[1]}')}</li>"
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
    return frame(title, described, main, shelf, up=_UP, css=css, head=head)


def _link(old: str, new: str, words: str) -> str:
    return f'<a href="{_UP}{escape(new)}/compare/{escape(old)}/">{escape(words)}</a>'
