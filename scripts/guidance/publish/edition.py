"""An edition's home page, with or without its text: its facts, documents, revisions and chapters.

Facts of the register and words given to it only; a fact that nobody has confirmed is printed as such.
"""

from collections.abc import Iterable

from guidance.model import Document
from guidance.publish.inline import clean, escape_html, escape_markdown
from guidance.publish.pages import Page, front_matter, join_parts, render_table, source_address
from guidance.register import Basis, Edition, Publication, Revision

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_UNCONFIRMED = ' <span class="unconfirmed">not confirmed</span>'


def say_date(date: str | None) -> str:
    """A date as people write it, as exact as it is known: "18 March 2026", "April 2006", "1999", "not known"."""
    if date is None:
        return "not known"
    parts = date.split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return date
    words = [parts[0], *(_MONTHS[int(month) - 1] for month in parts[1:2]), *(str(int(day)) for day in parts[2:3])]
    return " ".join(reversed(words))


def is_superseded(edition: Edition, publication: Publication) -> bool:
    """Whether an edition is no longer in force."""
    return edition.id != publication.in_force.id


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
    lines = ["## Full text not loaded in this build {: #not-loaded }"]
    if address and address.startswith(("http://", "https://")):
        lines.append(f"Read it in the [official file]({address}).")
    if nearest:
        link = f"[the {escape_markdown(nearest.id)} edition](../{nearest.id}/)"
        lines.append(f"The nearest edition with its full text here is {link}.")
    lines.append(
        "<small>Whoever builds this site: put the file into the folder `sources/` "
        f"under the name `{edition.id}.pdf` and run `make site` again. "
        "Or name a folder that holds it: `GUIDANCE_SOURCES=folder make site`.</small>"
    )
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
    if edition.ended:
        rows.append(("Superseded on", say_date(edition.ended)))
    if edition.replaced:
        rows.append(("Replaced", escape_markdown(edition.replaced)))
    rows.append(("Publisher", escape_markdown(publication.publisher)))
    return "## About this edition {: #about }\n\n" + render_table(("Fact", "What is known"), rows)


def _status(edition: Edition, publication: Publication) -> str:
    successor = publication.successor(edition)
    if not is_superseded(edition, publication):
        return "In force"
    by = f" by the {escape_markdown(successor.id)} edition" if successor else ""
    return f"Superseded{by}; not in force"


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
    newest = [r for r in edition.revisions if not r.unreviewed][-1]
    newer = "" if revision == newest or revision.unreviewed else "; a newer revision is known"
    when = f"issued {say_date(revision.date)}" if revision.date else "its date is not known"
    unreviewed = ", which nobody has reviewed" if revision.unreviewed else ""
    return f"revision [{escape_markdown(revision.id)}](#revisions), {when}{unreviewed}{newer}"


def _revisions(edition: Edition, document: Document | None) -> str:
    """Every revision with the time for which it stood; the one that is read here is marked."""
    read = revision_read(edition, document) if document else None
    rows = []
    for at, r in enumerate(edition.revisions):
        later = next((n.date for n in edition.revisions[at + 1 :] if n.date), edition.ended)
        until = "not known" if r.unreviewed else say_date(later) if later else "in force"
        here = " **The text here is this one.**" if r == read else ""
        file = f"[official file]({r.url})" if r.url else "no address known"
        rows.append((say_date(r.date) + _sure(r.basis), until, escape_markdown(r.what) + here, file))
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
