"""What is told of an edition: its home page, with or without its text, the list of all editions, what the theme
says of it on each page, and how it was converted.

Facts of the register, of one document and words given to it only; a fact that nobody has confirmed is printed as
such, and nothing is counted here that the reader of the file did not see.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from markupsafe import Markup

from guidance.document.model import Document, Reference, Unresolved
from guidance.document.register import Basis, Edition, Publication, say_date, source_address
from guidance.document.walk import count_characters, dropped_characters, placed_characters
from guidance.site.pages import Page, make_page, page_url, tell_link
from guidance.site.templates import clean, escape_html, in_markdown, render


def full_name(edition: Edition) -> str:
    """An edition's title, with its id where the title does not tell it from the others."""
    return edition.title if edition.id in edition.title else f"{edition.title} ({edition.id})"


def render_home(
    edition: Edition,
    publication: Publication,
    *,
    overview: str = "",
    document: Document | None = None,
    pages: Iterable[Page] = (),
    nearest: Edition | None = None,
) -> Page:
    """An edition's home page. Without a document it says that the text is not loaded, how to add it, and which
    edition with text comes `nearest`."""
    name, official = full_name(edition), source_address(edition)
    facts = {
        "name": name,
        "edition": edition,
        "publication": publication,
        "document": document,
        "read": next((r for r in edition.revisions if document and r.sha256 == document.source.sha256), None),
        "chapters": _chapters(tuple(pages), document) if document else (),
        "official": official if official and official.startswith(("http://", "https://")) else None,
        "nearest": nearest,
        "overview": Markup(overview.strip()),
    }
    head = {"title": clean(name), **_source(edition, document)}
    title = f"The {clean(edition.id)} edition"
    return make_page("index.md", title, "home", "edition_home.md", facts, head=head, anchors=("edition",))


def _source(edition: Edition, document: Document | None) -> dict[str, str]:
    """What a page's head says of the official file, where its address is known."""
    address = source_address(edition, sha256=document.source.sha256 if document else None)
    return {"source_address": address} if address else {}


def _chapters(pages: tuple[Page, ...], document: Document) -> Iterator[tuple[Page, list[str]]]:
    """The pages with the first and the last number of the paragraphs on them and on those below."""
    numbers = {p.anchor: p.number for p in document.provisions if p.kind == "paragraph" and p.number}
    for page in pages:
        parts = [one for one in pages if one is page or one.parent == page.path]
        held = [numbers[anchor] for part in parts for anchor in part.anchors if anchor in numbers]
        yield page, [held[0], held[-1]] if held else []


Settings = dict[str, object]

Tab = tuple[str, str]
"""A tab's words, and its address from the root of the publication's site."""


def edition_settings(
    edition: Edition,
    publication: Publication,
    pages: Iterable[Page],
    *,
    with_text: Collection[str] = (),
    tabs: Iterable[Tab] = (),
) -> Settings:
    """The settings of an edition's MkDocs project that are its own: `site_name`, `nav` and `extra`.

    `with_text` has the ids of all editions whose text this build holds, `tabs` what stands beside this edition in
    the line of tabs. The theme finds everything it prints around a page in `extra` and in the page's own front
    matter. Addresses in them go from the root of the publication's site, where each edition is a folder.
    """
    return {
        "site_name": escape_html(clean(publication.title)),
        "site_description": f"{edition.title}. An unofficial copy with an address for every paragraph.",
        "validation": {"nav": {"not_found": "ignore"}},  # its tabs lead out of this project
        "nav": [
            {escape_html(clean(f"{edition.id} edition")): navigation(pages)},
            # What leads to the publication's first page is the edition's own tab.
            *({escape_html(title): f"../{address}"} for title, address in tabs if address),
        ],
        "extra": {
            **_extra(publication, with_text, ".."),
            "edition": _summary(edition, publication, with_text),
            "version": {"provider": "mike"},
        },
    }


def tabs_of(nav: Iterable[object] | None) -> Iterator[Tab]:
    """What stands first in the contents of the hand-written pages, as tabs that lead to each part's first page."""
    for entry in nav or ():
        if isinstance(entry, dict) and (first := next(iter(groups_of([entry])), None)):
            yield str(next(iter(entry))), page_url(first)


def groups_of(nav: Iterable[object] | None, group: str = "") -> dict[str, str]:
    """Of MkDocs' `nav`, each page's path with the title of the innermost part that it is in, in order."""
    found: dict[str, str] = {}
    for entry in nav or ():
        for title, held in entry.items() if isinstance(entry, dict) else [("", entry)]:
            if isinstance(held, list):
                found |= groups_of(held, str(title))
            elif isinstance(held, str) and held.endswith(".md"):
                found[held] = group
    return found


def root_settings(publication: Publication, *, with_text: Collection[str] = ()) -> Settings:
    """The same for the hand-written pages, which belong to no edition; their navigation is theirs."""
    return {
        "site_name": escape_html(clean(publication.title)),
        "site_description": f"{clean(publication.title)}: every edition, with an address for every paragraph."
        " Unofficial.",
        "extra": _extra(publication, with_text, "."),
    }


def _extra(publication: Publication, with_text: Collection[str], to_root: str) -> Settings:
    """What every page's frame says; `to_root` leads from the build's root to the publication's."""
    return {
        "to_root": to_root,
        "feeds": True,
        "search": bool(with_text),  # whether there is anything to search
        "tell_us": tell_link(publication.tell_us),
        "publication": {
            "title": publication.title,
            "publisher": publication.publisher,
            "licence": publication.licence,
            "specimen": publication.specimen,
        },
        "editions": [_summary(e, publication, with_text) for e in reversed(publication.editions)],
        "in_force": _summary(publication.in_force, publication, with_text),
    }


def _summary(edition: Edition, publication: Publication, with_text: Collection[str]) -> Settings:
    """What the theme says of an edition wherever it names it."""
    standing = publication.standing(edition)
    return {
        "id": edition.id,
        "title": edition.title,
        "published": say_date(edition.published),
        "author": edition.author or "",
        "date": edition.published,
        "state": standing.state,
        "standing": standing.phrase,
        "sentence": standing.sentence,
        "superseded": standing.superseded,
        "current": standing.current,
        "ended": say_date(standing.ended) if standing.ended else None,
        "successor": standing.successor,
        "with_text": edition.id in with_text,
        "source": source_address(edition),
    }


def navigation(pages: Iterable[Page]) -> list[object]:
    """MkDocs' `nav` for an edition's pages: pages below another one become its section, itself first."""
    pages = tuple(pages)
    entries: list[object] = []
    for page in pages:
        below = [p for p in pages if p.parent == page.path]
        title = escape_html(page.title)  # Material prints what stands here as it is
        if below:
            entries.append({title: [page.path, *({escape_html(p.title): p.path} for p in below)]})
        elif page.parent is None:
            entries.append({title: page.path})
    return entries


def render_root_home(publication: Publication, with_text: Collection[str] = ()) -> str:
    """A home page for a publication that has none of its own."""
    return str(render("root_home.md", publication=publication, with_text=with_text))


def render_editions(publication: Publication, with_text: Collection[str] = ()) -> Page:
    """The page, for the root of the publication's site. `with_text` has the ids of editions whose text is there."""
    facts = {"publication": publication, "with_text": with_text, "events": _events(publication)}
    return make_page("editions.md", "All editions", "editions", "editions.md", facts)


def _events(publication: Publication) -> Iterator[tuple[str | None, Basis, Edition, str]]:
    """Beginnings of editions and their revisions, oldest first, each with its day and how well that is known; no
    beginning is told twice."""
    for edition in publication.editions:
        start = edition.begins
        first = [r.what for r in edition.revisions[:1] if r.date == start]
        told = [(r.date, r.date_basis or r.basis, edition, r.what) for r in edition.revisions[len(first) :]]
        yield from (one for one in told if one[0] and one[0] < start)
        took = "Takes over" if publication.standing(edition).begins else "Took over"
        what = took if edition is not publication.editions[0] else "The first edition listed here"
        yield start, edition.basis, edition, f"{what}. {''.join(first)}".rstrip()
        yield from (one for one in told if not one[0] or one[0] >= start)


# --- How an edition was converted -------------------------------------------------------------------

_LONG = re.compile(r"\S{24,}")  # characters that no line on a phone has room for


def render_conversion(document: Document, references: Iterable[Reference | Unresolved], edition: Edition) -> Page:
    """The page *How this edition was converted*: figures, what was dropped and why, findings, corrections."""
    references, source = tuple(references), document.source
    unresolved = [one for one in references if isinstance(one, Unresolved)]
    facts = {
        "document": document,
        "file": re.sub(r"[^A-Za-z0-9._-]", "-", source.name),
        "digest": re.sub(r"[^0-9a-f]", "", source.sha256),
        "placed": placed_characters(document),
        "left_out": dropped_characters(document),
        "kinds": _counted(p.kind for p in document.provisions),
        "evidence": _counted(", ".join(p.evidence) for p in document.provisions if p.heading),
        "resolved": _counted(one.kind for one in references if isinstance(one, Reference)),
        "unresolved": unresolved,
        "dropped": _dropped(document),
        "findings": [(f.kind, _breakable(f.message), str(f.page or "")) for f in document.findings],
    }
    title, head = "How this edition was converted", _source(edition, document)
    path = "conversion.md"
    return make_page(path, title, "conversion", path, facts, head=head, anchors=("conversion",))


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items())


def _dropped(document: Document) -> list[tuple[str, str, str]]:
    """Each reason for which something was left out, how often, and how many characters."""
    times = Counter(entry.reason for entry in document.dropped)
    length = Counter[str]()
    for entry in document.dropped:
        length[entry.reason] += count_characters(entry.text)
    return [(why, f"{many:,}", f"{length[why]:,}") for why, many in sorted(times.items())]


def _breakable(words: str) -> Markup:
    """Words as long as addresses with places where a narrow column may break them."""
    broken = _LONG.sub(lambda word: re.sub(r"(?<=[/.?=&])(?=\w)", "<wbr>", word.group()), in_markdown(words))
    return Markup(broken)
