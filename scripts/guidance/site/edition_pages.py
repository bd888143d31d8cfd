"""An edition's home page, with or without its text: its facts, documents, revisions and chapters.

Facts of the register and words given to it only; a fact that nobody has confirmed is printed as such.
"""

from collections.abc import Collection, Iterable, Iterator

from guidance.document.model import Document
from guidance.document.register import Basis, Edition, Publication, Revision, say_date, source_address
from guidance.site.inline import clean, escape_html, escape_markdown
from guidance.site.pages import Page, front_matter, join_parts, page_url, render_table, tell_link

_UNCONFIRMED = ' <span class="unconfirmed">not confirmed</span>'


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
    pages = tuple(pages)
    name = full_name(edition)
    printed = [
        f"# {escape_markdown(name)} {{: #edition }}",
        f"{escape_markdown(edition.subtitle, line_start=True)}\n{{: .subtitle }}" if edition.subtitle else "",
        escape_markdown(edition.summary, line_start=True),
        _without_text(edition, nearest) if document is None else _contents(pages, document),
        overview.strip(),
        _facts(edition, publication, document),
        _documents(edition),
        _revisions(edition, document),
        _links(edition),
        _unknown(edition),
        _converted(document) if document else "",
    ]
    facts = {"title": clean(name), "kind": "home"}
    source = source_address(edition, sha256=document.source.sha256 if document else None)
    if source:
        facts["source_address"] = source
    return Page(
        "index.md", f"The {clean(edition.id)} edition", front_matter(facts) + join_parts(printed), ("edition",)
    )


def render_stub(
    edition: Edition, publication: Publication, *, overview: str = "", nearest: Edition | None = None
) -> tuple[Page, ...]:
    """The pages of an edition whose text is not loaded: its home page alone."""
    return (render_home(edition, publication, overview=overview, nearest=nearest),)


def _sure(basis: Basis) -> str:
    return _UNCONFIRMED if basis == "C" else ""


def _contents(pages: tuple[Page, ...], document: Document) -> str:
    """The chapters with the numbers of their paragraphs, and below long ones their pages."""
    numbers = {p.anchor: p.number for p in document.provisions if p.kind == "paragraph" and p.number}
    entries = []
    for page in pages:
        parts = [one for one in pages if one is page or one.parent == page.path]
        held = [numbers[anchor] for part in parts for anchor in part.anchors if anchor in numbers]
        entry = f"{'    ' if page.parent else ''}-   [{escape_markdown(page.title)}]({page.path})"
        entries.append(f'{entry} <span class="range">{_range(held)}</span>' if held else entry)
    return (
        '## Contents {: #chapters }\n\n<div class="chapters" markdown="1">\n\n' + "\n".join(entries) + "\n\n</div>"
    )


def _range(numbers: list[str]) -> str:
    first, last = escape_html(numbers[0]), escape_html(numbers[-1])
    return f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"


def _without_text(edition: Edition, nearest: Edition | None) -> str:
    address = source_address(edition)
    lines = ["## The full text is not on this site {: #not-loaded }"]
    if address and address.startswith(("http://", "https://")):
        lines.append(f"Read it in the [official file]({address}).")
    if nearest:
        link = f"[the {escape_markdown(nearest.id)} edition](../{nearest.id}/)"
        lines.append(f"The nearest edition with its full text here is {link}.")
    return '<div class="not-loaded" markdown="1">\n\n' + "\n\n".join(lines) + "\n\n</div>"


def revision_read(edition: Edition, document: Document) -> Revision | None:
    """The revision whose file a document was read from, by its SHA-256; None where the register has none."""
    return next((r for r in edition.revisions if r.sha256 == document.source.sha256), None)


def _facts(edition: Edition, publication: Publication, document: Document | None) -> str:
    sure = _sure(edition.basis)
    rows = [("Status", _status(edition, publication))]
    if document:
        rows.append(("The text here is", _say_revision(revision_read(edition, document), edition)))
    rows.append(("Published", say_date(edition.published) + sure))
    if edition.in_force:
        rows.append(("In force from", say_date(edition.in_force) + sure))
    if edition.replaced:
        rows.append(("Replaced", escape_markdown(edition.replaced)))
    rows.append(("Publisher", escape_markdown(publication.publisher)))
    return "## About this edition {: #about }\n\n" + render_table(("Fact", "What is known"), rows)


def _status(edition: Edition, publication: Publication) -> str:
    standing = publication.standing(edition)
    by = f" by the {escape_markdown(standing.successor)} edition" if standing.successor else ""
    return f"{standing.sentence}{by}"


def render_identity(
    how: str, evidence: Iterable[str], seems: str | None, address: str | None, candidate: bool
) -> str:
    """How the file that an edition was read from is known to be that edition, for its home page: `how` as in the
    identity of edition.json, the `evidence` in words, what the file `seems` to be where somebody trusted it all the
    same, and the address that it came from, with whether that is a `candidate` of general knowledge."""
    known = {
        "pinned": "Its digest is the one that the register has.",
        "locked": "Its digest is that of the file first seen at its address.",
        "proved": f"It proves itself: {escape_markdown(', '.join(evidence))}.",
    }
    came = f" It came from [its address]({address})." if address and address.startswith("https://") else ""
    doubt = " That address is general knowledge and not confirmed." if candidate else ""
    head = "## How we know the file {: #identity }\n\n"
    if how == "trusted":
        said = f"It seems to be {escape_markdown(seems)}." if seems else "It does not prove itself."
        return (
            "## Nobody here has confirmed that this text is this edition {: #identity .unconfirmed-text }\n\n"
            f"**{said}** The person who built this site took it for this edition all the same.{came}{doubt}"
        )
    return f"{head}{known.get(how, '')}{came}{doubt}"


def _documents(edition: Edition) -> str:
    rows = [
        (
            escape_markdown(d.title) + _sure(d.basis),
            escape_markdown(
                ", ".join(filter(None, (d.reference, f"ISBN {d.isbn}" if d.isbn else None))) or "not known"
            ),
            str(d.pages) if d.pages else "not known",
            escape_markdown(d.size or "not known"),
        )
        for d in edition.documents
    ]
    head = ("Document", "Reference", "Pages", "Size")
    return "## Documents {: #documents }\n\n" + render_table(head, rows) if rows else ""


def _say_revision(revision: Revision | None, edition: Edition) -> str:
    """Which revision is read here, and whether a newer one is known."""
    if revision is None:
        return "of a file whose revision is not known: its SHA-256 is not in the register"
    newest = [r for r in edition.files if r.counts][-1]
    newer = "" if revision == newest or revision.unreviewed else "; a newer revision is known"
    when = f"issued {say_date(revision.date)}" if revision.date else "its date is not known"
    unreviewed = ", which nobody has reviewed" if revision.unreviewed else ""
    return f"revision [{escape_markdown(revision.id)}](#revisions), {when}{unreviewed}{newer}"


def _revisions(edition: Edition, document: Document | None) -> str:
    """Every revision with the time for which it stood; the one that is read here is marked."""
    read = revision_read(edition, document) if document else None
    rows = []
    for r in edition.revisions:
        later = edition.until(r)
        until = "not known" if not r.counts else say_date(later) if later else "in force"
        here = " **The text here is this one.**" if r == read else ""
        none = "no new file: a note" if r.kind == "page note" else "no address known"
        file = f"[official file]({r.url})" if r.url else none
        rows.append(
            (say_date(r.date) + _sure(r.date_basis or r.basis), until, escape_markdown(r.what) + here, file)
        )
    head = ("From", "Until", "What changed", "File")
    return "## Revisions {: #revisions }\n\n" + render_table(head, rows) if rows else ""


def _links(edition: Edition) -> str:
    entries = "\n".join(f"-   [{escape_markdown(link.title)}]({link.url})" for link in edition.links)
    return f"## Official pages {{: #official-pages }}\n\n{entries}" if entries else ""


def _unknown(edition: Edition) -> str:
    entries = "\n".join(f"-   {escape_markdown(what, line_start=True)}" for what in edition.unknown)
    return f"## What is not known {{: #not-known }}\n\n{entries}" if entries else ""


def _converted(document: Document) -> str:
    return (
        "## How far to trust this copy {: #trust }\n\n"
        f"This text was read by a program from the official file ({len(document.provisions)} provisions, "
        f"{len(document.notes)} footnotes). [How this edition was converted](conversion.md) says what was placed, "
        "what was left out and why, and what a reader must know. The official file is what counts."
    )


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
    about = "Made-up guidance, to show the machine at work: it binds nobody." if publication.specimen else ""
    current = publication.in_force
    now = f"The edition in force is [that of {current.id}]({current.id}/)."
    parts = (
        f"# {escape_markdown(publication.title)}",
        about,
        now,
        "## Editions",
        _table(publication, with_text),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(publication: Publication, with_text: Collection[str]) -> str:
    head = "| Edition | Stood from | Until | What was new | Full text here |\n|---|---|---|---|---|"
    rows = [_row(edition, publication, with_text) for edition in reversed(publication.editions)]
    return "\n".join((head, *rows))


def _row(edition: Edition, publication: Publication, with_text: Collection[str]) -> str:
    cells = (
        f"[{edition.id}]({edition.id}/)",
        say_date(edition.begins),
        _until(edition, publication),
        escape_markdown(edition.summary),
        "yes" if edition.id in with_text else "no",
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _until(edition: Edition, publication: Publication) -> str:
    """How long an edition was in force, for a table's cell."""
    standing = publication.standing(edition)
    return say_date(standing.ended) if standing.ended else standing.state


PATH = "editions.md"
_UNSURE = ' <span class="unconfirmed">not confirmed</span>'


def render_editions(publication: Publication, with_text: Collection[str] = ()) -> Page:
    """The page, for the root of the publication's site. `with_text` has the ids of editions whose text is there."""
    printed = [
        "# All editions",
        f"In force is the edition of **{escape_markdown(publication.in_force.id)}**. The others are kept so that "
        "you can see what applied when something happened.",
        render_table(
            ("Edition", "What was new"),
            (_timeline_row(edition, publication, with_text) for edition in reversed(publication.editions)),
        ),
        "## What stood on a day {: #as-it-stood }",
        "Some editions were issued anew while they stood. Find the last line that is not after your day. Dates "
        "are as exact as they are known.",
        render_table(("From", "Edition", "What happened"), _events(publication)),
    ]
    return Page(
        PATH, "All editions", front_matter({"title": "All editions", "kind": "editions"}) + join_parts(printed)
    )


def _timeline_row(edition: Edition, publication: Publication, with_text: Collection[str]) -> tuple[str, ...]:
    unsure = _UNSURE if edition.basis == "C" else ""
    stood = f"{say_date(edition.begins)}{unsure} – {_until(edition, publication)}"
    text = "text here" if edition.id in with_text else "no text here"
    return f"{_link(edition)}<br>{stood}<br><small>{text}</small>", escape_markdown(edition.summary)


def _events(publication: Publication) -> Iterator[tuple[str, ...]]:
    """Beginnings of editions and their revisions, oldest first; no beginning is told twice."""
    for edition in publication.editions:
        start = edition.begins
        first, later = _first_issue(edition, start)
        early = tuple(r for r in later if r.date and r.date < start)
        yield from (_event(edition, revision) for revision in early)
        what = "Took over" if edition is not publication.editions[0] else "The first edition listed here"
        unsure = _UNSURE if edition.basis == "C" else ""
        yield say_date(start) + unsure, _link(edition), f"{what}.{' ' + escape_markdown(first) if first else ''}"
        yield from (_event(edition, revision) for revision in later if revision not in early)


def _event(edition: Edition, revision: Revision) -> tuple[str, ...]:
    unsure = _UNSURE if (revision.date_basis or revision.basis) == "C" else ""
    return say_date(revision.date) + unsure, _link(edition), escape_markdown(revision.what)


def _first_issue(edition: Edition, start: str) -> tuple[str, tuple[Revision, ...]]:
    revisions = edition.revisions
    if revisions and revisions[0].date == start:
        return revisions[0].what, revisions[1:]
    return "", revisions


def _link(edition: Edition) -> str:
    return f"[{escape_markdown(edition.id)}](site:{edition.id}/)"
