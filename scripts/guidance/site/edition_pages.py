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
from guidance.document.register import Basis, Edition, Publication, Revision, say_date, source_address
from guidance.document.walk import count_characters, dropped_characters, placed_characters
from guidance.site.pages import Page, front_matter, page_url, tell_link
from guidance.site.templates import clean, escape_html, escape_markdown, in_markdown, on_a_line, render


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
    name = full_name(edition)
    facts = {"title": clean(name), "kind": "home"}
    source = source_address(edition, sha256=document.source.sha256 if document else None)
    if source:
        facts["source_address"] = source
    official = source_address(edition)
    body = render(
        "edition_home.md",
        name=name,
        edition=edition,
        document=document,
        chapters=_chapters(tuple(pages), document) if document else (),
        official=official if official and official.startswith(("http://", "https://")) else None,
        nearest=nearest,
        overview=Markup(overview.strip()),
        facts=_facts(edition, publication, document),
        documents=[
            (
                Markup(escape_markdown(one.title) + _sure(one.basis)),
                ", ".join(filter(None, (one.reference, f"ISBN {one.isbn}" if one.isbn else None))) or "not known",
                str(one.pages or "not known"),
                one.size or "not known",
            )
            for one in edition.documents
        ],
        revisions=_revisions(edition, publication, document),
    )
    return Page("index.md", f"The {clean(edition.id)} edition", f"{front_matter(facts)}{body}", ("edition",))


def _sure(basis: Basis) -> str:
    return ' <span class="unconfirmed">not confirmed</span>' if basis == "C" else ""


def _chapters(pages: tuple[Page, ...], document: Document) -> Iterator[tuple[Page, list[str]]]:
    """The pages with the first and the last number of the paragraphs on them and on those below."""
    numbers = {p.anchor: p.number for p in document.provisions if p.kind == "paragraph" and p.number}
    for page in pages:
        parts = [one for one in pages if one is page or one.parent == page.path]
        held = [numbers[anchor] for part in parts for anchor in part.anchors if anchor in numbers]
        yield page, [held[0], held[-1]] if held else []


def revision_read(edition: Edition, document: Document) -> Revision | None:
    """The revision whose file a document was read from, by its SHA-256; None where the register has none."""
    return next((r for r in edition.revisions if r.sha256 == document.source.sha256), None)


def _facts(edition: Edition, publication: Publication, document: Document | None) -> list[tuple[str, str]]:
    sure = _sure(edition.basis)
    standing = publication.standing(edition)
    by = f" by the {standing.successor} edition" if standing.successor else ""
    rows = [("Status", f"{standing.sentence}{by}")]
    if document:
        rows.append(("The text here is", _say_revision(revision_read(edition, document), edition)))
    rows.append(("Published", Markup(say_date(edition.published) + sure)))
    if edition.in_force:
        rows.append(("In force from", Markup(say_date(edition.in_force) + sure)))
    if edition.replaced:
        rows.append(("Replaced", edition.replaced))
    return [*rows, ("Publisher", publication.publisher)]


def _say_revision(revision: Revision | None, edition: Edition) -> Markup:
    """Which revision is read here, and whether a newer one is known."""
    if revision is None:
        return Markup("of a file whose revision is not known: its SHA-256 is not in the register")
    newest = [r for r in edition.files if r.counts][-1]
    newer = "" if revision == newest or revision.unreviewed else "; a newer revision is known"
    when = f"issued {say_date(revision.date)}" if revision.date else "its date is not known"
    unreviewed = ", which nobody has reviewed" if revision.unreviewed else ""
    return Markup(f"revision [{escape_markdown(revision.id)}](#revisions), {when}{unreviewed}{newer}")


def _revisions(edition: Edition, publication: Publication, document: Document | None) -> Iterator[tuple[str, ...]]:
    """Every revision with the time for which it stood; the one that is read here is marked."""
    read = revision_read(edition, document) if document else None
    for r in edition.revisions:
        later = publication.until(edition, r)
        stands = say_date(later) if later else publication.standing(edition).phrase
        until = stands if r.counts else "not known"
        here = " **The text here is this one.**" if r == read else ""
        none = "no new file: a note" if r.kind == "page note" else "no address known"
        file = f"[official file]({r.url})" if r.url else none
        since = say_date(r.date) + _sure(r.date_basis or r.basis)
        yield Markup(since), until, Markup(escape_markdown(r.what) + here), Markup(file)


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
        "nav": [{escape_html(clean(f"{edition.id} edition")): navigation(pages)}, *_beside(tabs)],
        "extra": {
            **_extra(publication, with_text, ".."),
            "edition": _summary(edition, publication, with_text),
            "version": {"provider": "mike"},
        },
    }


def tabs_of(nav: Iterable[object] | None) -> Iterator[Tab]:
    """What stands first in the contents of the hand-written pages, as tabs that lead to each part's first page."""
    for entry in nav or ():
        if isinstance(entry, dict):
            for title, held in entry.items():
                if first := _first_page(held):
                    yield str(title), page_url(first)


def _first_page(held: object) -> str | None:
    """The path of the page that a part of MkDocs' `nav` begins with."""
    if isinstance(held, dict):
        return _first_page(next(iter(held.values()), None))
    if isinstance(held, list):
        return next(filter(None, map(_first_page, held)), None)
    return held if isinstance(held, str) else None


def _beside(tabs: Iterable[Tab]) -> list[object]:
    """Tabs as MkDocs' `nav` takes links; what leads to the publication's first page is the edition's own tab."""
    return [{escape_html(title): f"../{address}"} for title, address in tabs if address]


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
        "scope": "/",
        "to_root": to_root,
        "feeds": True,
        "search": bool(with_text),  # whether there is anything to search
        "tell_us": tell_link(publication.tell_us),
        "publication": {
            "title": publication.title,
            "short": publication.short,
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
    rows = [
        (
            Markup(f"[{one.id}]({one.id}/)"),
            say_date(one.begins),
            _until(one, publication),
            one.summary,
            "yes" if one.id in with_text else "no",
        )
        for one in reversed(publication.editions)
    ]
    return str(render("root_home.md", publication=publication, editions=rows))


def _until(edition: Edition, publication: Publication) -> str:
    """How long an edition was in force, for a table's cell."""
    standing = publication.standing(edition)
    return say_date(standing.ended) if standing.ended else standing.state


PATH = "editions.md"


def render_editions(publication: Publication, with_text: Collection[str] = ()) -> Page:
    """The page, for the root of the publication's site. `with_text` has the ids of editions whose text is there."""
    body = render(
        "editions.md",
        in_force=publication.in_force.id,
        editions=[_timeline_row(edition, publication, with_text) for edition in reversed(publication.editions)],
        events=_events(publication),
    )
    head = front_matter({"title": "All editions", "kind": "editions"})
    return Page(PATH, "All editions", f"{head}{body}")


def _timeline_row(edition: Edition, publication: Publication, with_text: Collection[str]) -> tuple[str, ...]:
    stood = f"{say_date(edition.begins)}{_sure(edition.basis)} – {_until(edition, publication)}"
    text = "text here" if edition.id in with_text else "no text here"
    return Markup(f"{_link(edition)}<br>{stood}<br><small>{text}</small>"), edition.summary


def _events(publication: Publication) -> Iterator[tuple[str, ...]]:
    """Beginnings of editions and their revisions, oldest first; no beginning is told twice."""
    for edition in publication.editions:
        start = edition.begins
        first, later = _first_issue(edition, start)
        early = tuple(r for r in later if r.date and r.date < start)
        yield from (_event(edition, revision) for revision in early)
        took = "Takes over" if publication.standing(edition).begins else "Took over"
        what = took if edition is not publication.editions[0] else "The first edition listed here"
        since = Markup(say_date(start) + _sure(edition.basis))
        yield since, _link(edition), f"{what}. {first}".rstrip()
        yield from (_event(edition, revision) for revision in later if revision not in early)


def _event(edition: Edition, revision: Revision) -> tuple[str, ...]:
    sure = _sure(revision.date_basis or revision.basis)
    return Markup(say_date(revision.date) + sure), _link(edition), revision.what


def _first_issue(edition: Edition, start: str) -> tuple[str, tuple[Revision, ...]]:
    revisions = edition.revisions
    if revisions and revisions[0].date == start:
        return revisions[0].what, revisions[1:]
    return "", revisions


def _link(edition: Edition) -> Markup:
    # As HTML: MkDocs looks for the files that Markdown links lead to, and an edition's pages are not among these.
    return Markup(f'<a href="../{escape_html(edition.id)}/">{escape_markdown(edition.id)}</a>')


# --- How an edition was converted -------------------------------------------------------------------

_LONG = re.compile(r"\S{24,}")  # characters that no line on a phone has room for


def render_conversion(document: Document, references: Iterable[Reference | Unresolved], edition: Edition) -> Page:
    """The page *How this edition was converted*: figures, what was dropped and why, findings, corrections."""
    title = "How this edition was converted"
    references, source = tuple(references), document.source
    facts: dict[str, object] = {"title": title, "kind": "conversion"}
    address = source_address(edition, sha256=source.sha256)
    if address:
        facts["source_address"] = address
    body = render(
        "conversion.md",
        title=title,
        source=source,
        file=re.sub(r"[^A-Za-z0-9._-]", "-", source.name),
        digest=re.sub(r"[^0-9a-f]", "", source.sha256),
        figures=_figures(document, references),
        dropped=_dropped(document),
        findings=[(f.kind, _breakable(f.message), str(f.page or "")) for f in document.findings],
        structure=_structure(document),
        unresolved=[
            (Markup(f"`{one.at.anchor}`"), on_a_line(one.words), one.reason)
            for one in references
            if isinstance(one, Unresolved)
        ],
        corrections=[
            (Markup(f"`{one.anchor}`"), one.find, one.replace or "(nothing)", one.reason)
            for one in document.corrections
        ],
    )
    return Page("conversion.md", title, f"{front_matter(facts)}{body}", ("conversion",))


def _figures(document: Document, references: tuple[Reference | Unresolved, ...]) -> list[tuple[str, str]]:
    kinds = Counter(p.kind for p in document.provisions)
    resolved = Counter(r.kind for r in references if isinstance(r, Reference))
    rows = [
        ("Characters in the source, without spaces", f"{document.characters_source:,}"),
        ("Characters placed in this text", f"{placed_characters(document):,}"),
        ("Characters left out, without spaces (see below)", f"{dropped_characters(document):,}"),
    ]
    if document.agreement:
        second = document.agreement
        rows += [
            (f"Words that a second reader finds ({second.engine})", f"{second.words:,}"),
            ("Share of its words that this text has", f"{second.recall:.3%}"),
            ("Share of this text's words that it has", f"{second.precision:.3%}"),
        ]
    rows += [(f"Provisions of the kind “{kind}”", f"{many:,}") for kind, many in sorted(kinds.items())]
    evidence = Counter(", ".join(p.evidence) for p in document.provisions if p.heading)
    rows += [(f"Headings known by {known or 'nothing'}", f"{many:,}") for known, many in sorted(evidence.items())]
    rows.append(("Footnotes", f"{len(document.notes):,}"))
    rows += [(f"Citations linked: {kind}", f"{many:,}") for kind, many in sorted(resolved.items())]
    rows.append(("Citations that could not be resolved", f"{sum(isinstance(r, Unresolved) for r in references):,}"))
    return rows


def _dropped(document: Document) -> list[tuple[str, str, str]]:
    """Each reason for which something was left out, how often, and how many characters."""
    times = Counter(entry.reason for entry in document.dropped)
    length = Counter[str]()
    for entry in document.dropped:
        length[entry.reason] += count_characters(entry.text)
    return [(why, f"{times[why]:,}", f"{length[why]:,}") for why in sorted(times)]


_JUDGED = {  # what each check of the structure asks
    "placed": "Every character stands somewhere in the text",
    "pages": "Printed page numbers count on",
    "order": "Lines are read in the order in which the file draws them",
    "sentences": "No text breaks off in mid-sentence",
    "numbers": "Numbers at the start of lines are those of provisions",
    "notes": "Each mark has its note, and each note its mark",
    "note area": "No page is mostly notes that nothing on it refers to",
    "tables": "No head row stands again among the text",
    "headings": "Headings are those that contents and bookmarks name",
    "words": "No word is split that another engine has whole",
}


def _structure(document: Document) -> list[tuple[str, str, str]]:
    """What the text was judged by, beside its characters; "not known" where a file gives nothing to judge by."""
    return [
        (
            _JUDGED[check.what],
            {"sound": "yes", "amiss": f"no: {check.amiss:,} of {check.counted:,}"}.get(check.verdict, "not known"),
            ", ".join(map(str, check.pages)),
        )
        for check in document.structure
    ]


def _breakable(words: str) -> Markup:
    """Words as long as addresses with places where a narrow column may break them."""
    broken = _LONG.sub(lambda word: re.sub(r"(?<=[/.?=&])(?=\w)", "<wbr>", word.group()), in_markdown(words))
    return Markup(broken)
