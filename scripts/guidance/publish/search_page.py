"""The search page: a form that says what to do where scripts do not run, and what its script must know.

Markup only, from the register and the headings; the script is overrides/assets/search.js.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from guidance.publish.pages import Page, source_address, title_of
from guidance.publish.search import OURS, Searchable
from guidance.register import Publication

PATH = "search.md"
INDEX = "search/index/"  # from the publication's root
FORMS = "search/acronyms.json"  # the same
_STRENGTHS = ("must", "must not", "should", "should not", "may", "responsibility")
_NONE = ("", "all")


def places_path(edition: str) -> str:
    """Where an edition's places are, from the publication's root."""
    return f"search/places/{edition}.json"


def facets_path(edition: str) -> str:
    """Where an edition's facets are, from the publication's root."""
    return f"search/facets/{edition}.json"


def render_search(
    publication: Publication,
    editions: Sequence[Searchable],
    citable: Iterable[str],
    agencies: Mapping[str, str],
    *,
    has_pages: bool = False,
) -> Page:
    """The search page. `citable` has the ids of editions with places; `agencies` has id -> name; `has_pages` says
    that hand-written pages can be found too."""
    newest = tuple(reversed(editions))
    bound = {who for one in newest for duty in one.duties for who in duty.who}
    strengths = {duty.strength for one in newest for duty in one.duties}
    options = [
        _select("edition", "Edition", [_NONE, *((one.edition.id, one.edition.id) for one in newest)]),
        _chapters(newest),
        _select("agency", "Who is bound", [_NONE, *((i, name) for i, name in agencies.items() if i in bound)]),
        _select("strength", "How strongly", [_NONE, *((s, s) for s in _STRENGTHS if s in strengths)]),
        _select("order", "Order", [("", "best match first"), ("place", "as printed")]),
    ]
    now = publication.in_force.id
    citable = list(citable)
    lead = (
        now if any(one.edition.id == now for one in newest) else [*(one.edition.id for one in newest), *citable][0]
    )
    known = {
        "editions": [one.edition.id for one in newest],
        "all": [edition.id for edition in reversed(publication.editions)],
        "citable": citable,
        "pages": OURS if has_pages else None,
        "lead": lead,  # what is shown first: the edition in force, or else the newest with text
        "inForce": now,
        "names": [publication.short, publication.title],
        "official": {
            edition.id: address
            for edition in publication.editions
            if (address := source_address(edition)) and source_address(edition, 1) != address
        },
    }
    short = escape(publication.short)
    only = "on our own pages alone" if has_pages else "are not"
    form = [
        '<form class="search" role="search" aria-label="All editions" method="get" '
        f'data-known="{escape(json.dumps(known))}">',
        '<label for="search-words">Words, or a citation</label>',
        '<div class="search__line"><input type="search" id="search-words" name="q" autocomplete="off" '
        'spellcheck="false" aria-describedby="search-hint"><button type="submit">Search</button></div>',
        '<p class="search__hint" id="search-hint">For instance <q>para 12</q> or '
        f"<q>{short} {escape(lead)} p 13</q> goes straight there. "
        "Words in quotation marks must stand together.</p>",
        f'<details class="search__narrow"{"" if newest else " hidden"}><summary>Narrow down</summary>'
        f"<div>{''.join(options)}</div></details>",
        "" if newest else f"<p>No edition's text is in this build: a cited place is found, words {only}.</p>",
        "</form>",
    ]
    without = [
        '<div class="not-loaded without-script"><p><strong>Search needs JavaScript,</strong> '
        "which is off or missing here. "
        "Everything else works without it:</p><ul>",
        *(
            f'<li>the contents of <a href="../{escape(one.edition.id)}/">the {escape(one.edition.id)} edition</a>; '
            f"a paragraph's address is <code>/{escape(one.edition.id)}/p/</code> and its number</li>"
            for one in newest
        ),
        "</ul><p>Your browser can find words on the page that it shows.</p></div>",
    ]
    found = '<p class="search__said" role="status"></p>\n<div class="search__found"></div>'
    head = "---\ntitle: Search\nkind: search\n---\n\n# Search\n"
    markdown = "\n\n".join((head, "\n".join(form), "\n".join(without), found)) + "\n"
    return Page(PATH, "Search", markdown)


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    return _labelled(name, label, "".join(_option(*option) for option in options))


def _chapters(newest: Sequence[Searchable]) -> str:
    groups = [
        f'<optgroup label="{escape(one.edition.id)}">'
        + "".join(
            _option(f"{one.edition.id}/{p.anchor}", title_of(p))
            for p in one.document.provisions
            if p.heading and not p.parents
        )
        + "</optgroup>"
        for one in newest
    ]
    return _labelled("chapter", "Chapter", _option(*_NONE) + "".join(groups))


def _labelled(name: str, label: str, inner: str) -> str:
    return f'<label>{label} <select name="{name}">{inner}</select></label>'


def _option(value: str, words: str) -> str:
    return f'<option value="{escape(value)}">{escape(words)}</option>'
