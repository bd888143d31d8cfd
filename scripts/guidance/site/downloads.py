"""What an edition offers to take away: the whole text, and the duties of each of those bound, as manuscripts, JSON
and tables, each with its source, its date and its licence; and the page that lists them.

Pure: files are set in `press`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct, structs

from guidance.document.anchors import slug
from guidance.document.model import Document, Duty
from guidance.document.register import Edition, Publication, Revision, say_date, source_address
from guidance.site import data_files
from guidance.site.blocks import picture_name
from guidance.site.edition_pages import full_name
from guidance.site.ledger import (
    CSV_COLUMNS,
    SHARE_COLUMN,
    STRENGTHS,
    Ledger,
    by_chapter,
    duty_records,
    limit_in_words,
    page_path,
    share_rows,
)
from guidance.site.pages import Page, csv_table, make_page, say_size
from guidance.site.pandoc import (
    Manuscript,
    PandocNode,
    bullets,
    document_blocks,
    grid,
    header,
    link,
    para,
    strong,
    words,
)
from guidance.site.projects import as_it_is
from guidance.site.role_changes import pinned
from guidance.site.templates import clean, part
from guidance.site.typesetting import TEXT

FOLDER = "downloads/"
PAGE = "downloads.md"
_FORMS = {
    "pdf": "PDF, tagged; it declares PDF/UA-1",
    "docx": "Word",
    "epub": "EPUB, for e-readers",
    "csv": "CSV, for a spreadsheet",
    "json": "JSON, for programs",
}
_BOOK_FORMS = ("docx", "csv")
_OF_THE_WHOLE = {**_FORMS, TEXT: "Markdown, plain text in one file"}
_BESIDE = ("group", "nobody")  # what binds somebody, or may, beside the duties that are told to be theirs
_UNOFFICIAL = (
    "An unofficial copy, made by a program. Where it differs from the official file, the official file counts."
)
_COMPUTED = (
    "A program found these sentences and whom they bind; it misses some and gets some wrong. What counts is the "
    "paragraph itself."
)


class Offer(Struct, frozen=True):
    """An edition with text and all that its files say of themselves. `document` has its references laid in;
    `revision` is what the register knows of the file read; `home` is the edition's address, where that is known."""

    publication: Publication
    edition: Edition
    document: Document
    revision: Revision | None
    records: Sequence[data_files.ProvisionRecord]
    ledger: Ledger
    home: str | None = None

    @property
    def stem(self) -> str:
        """What the files' names begin with: "wt-2023"."""
        return f"{slug(self.publication.short)}-{slug(self.edition.id)}"

    @property
    def bound(self) -> dict[str, str]:
        """Those of whom its duties tell: id -> name."""
        return {agency: name for agency, name in self.ledger.names.items() if self.ledger.told_of(agency)}

    @property
    def date(self) -> str:
        """The day of the official file, as well as it is known; never that of the build."""
        return (self.revision.date if self.revision else None) or self.edition.published


def _facts(offer: Offer) -> dict[str, str]:
    """What every file says of itself."""
    source = offer.document.source
    where = source_address(offer.edition, sha256=source.sha256)
    return {
        "title": clean(offer.publication.title),
        "edition": offer.edition.id,
        "status": offer.publication.standing(offer.edition).phrase,
        "date": offer.date,
        "source": where or source.name,
        "sha256": source.sha256,
        "publisher": offer.publication.publisher,
        "licence": offer.publication.licence,
        "note": _UNOFFICIAL,
    }


def _about(offer: Offer, more: Iterable[PandocNode] = ()) -> list[PandocNode]:
    """The same as the first thing in a document."""
    facts = _facts(offer)
    address = facts["source"]
    lines = [
        para(strong("Edition: "), words(f"{offer.edition.id}, {facts['status']}")),
        para(strong("Source: "), link(address, address), words(f", SHA-256 {facts['sha256']}")),
        para(strong("Date of the source: "), words(say_date(facts["date"]))),
        para(strong("Publisher: "), words(facts["publisher"])),
        para(strong("Licence: "), words(offer.publication.licence_in_words)),
        para(words(_UNOFFICIAL)),
    ]
    if offer.home:
        lines.append(
            para(words("Read it by paragraph, with what has changed since, at "), link(offer.home, offer.home))
        )
    return [header(1, "about-this-file", words("About this file")), *lines, *more]


# --- The whole text --------------------------------------------------------------------------------


def manuscripts(offer: Offer) -> dict[str, Manuscript]:
    """File name without its ending -> manuscript: the edition, and the duties of each of those bound."""
    books = {
        name: _workbook(offer, agency, rows, changed=changed)
        for agency in offer.bound
        for changed, name, rows in _books(offer, agency)
    }
    lists = {_stem(offer, agency): _duties(offer, agency) for agency in offer.bound}
    document, subtitle = offer.document, offer.edition.subtitle or ""
    whole = structs.replace(
        _manuscript(offer, full_name(offer.edition), subtitle, document_blocks(document)),
        pictures={picture_name(asset.name): asset.content for asset in document.assets},
        contents=True,
    )
    return {offer.stem: whole, **lists, **books}


def _stem(offer: Offer, agency: str) -> str:
    return f"{offer.stem}-duties-{slug(agency)}"


def _manuscript(offer: Offer, title: str, subtitle: str, blocks: Sequence[PandocNode], *notes: str) -> Manuscript:
    """A file made from an edition; `notes` say how it came about."""
    publication = offer.publication
    running = (
        f"{publication.title} {offer.edition.id}: unofficial copy, {publication.standing(offer.edition).phrase}"
    )
    return Manuscript(
        title=clean(title),
        subtitle=clean(subtitle),
        publisher=publication.publisher,
        rights=publication.licence_in_words,
        running=clean(running),
        about=_about(offer, [para(words(note)) for note in notes]),
        blocks=blocks,
    )


# --- Duties ----------------------------------------------------------------------------------------


def _duties(offer: Offer, agency: str) -> Manuscript:
    ledger = offer.ledger
    name = ledger.names[agency]
    blocks: list[PandocNode] = []
    for strength in STRENGTHS:
        mine = [duty for duty in ledger.told_of(agency) if duty.strength == strength]
        if mine:
            blocks.append(header(1, strength.replace(" ", "-"), words(strength.capitalize())))
            blocks.append(bullets(_duty(offer, duty) for duty in mine))
    for share in (share for share in ledger.shares(agency) if share.kind in _BESIDE):
        blocks.append(header(1, share.group or share.kind, words(share.title)))
        about = ledger.wider.get(share.group, "it is not known whom these bind, and they may bind you")
        blocks.append(para(words(f"{about[:1].upper()}{about[1:]}.")))
        for count, (title, some) in enumerate(by_chapter(ledger, share.duties).items(), 1):
            blocks.append(header(2, f"{share.group or share.kind}-{count}", words(title)))
            blocks.append(bullets(_duty(offer, duty) for duty in some))
    note = f"{_COMPUTED} {ledger.measured}"
    return _manuscript(offer, f"{name}: duties", full_name(offer.edition), blocks, note)


def _duty(offer: Offer, duty: Duty) -> list[PandocNode]:
    place = offer.ledger.places[duty.at.anchor]
    name = clean(place.name)
    where = link(name, f"{offer.home}{place.address}") if offer.home and place.address else words(name)
    page = words(f", page {duty.page}") if duty.page else []
    beside = {"from context": duty.context, "limit": limit_in_words(duty.limit)}
    told = words("".join(f"; {name}: {what}" for name, what in beside.items() if what))
    return [para(words(duty.sentence), words(" ("), where, page, told, words(")"))]


# --- Workbooks -------------------------------------------------------------------------------------

_WORKBOOK = (
    "A list to assess yourselves against: rate each duty in your own words, say what shows it, who sees to it and "
    "by when. Sentences that name nobody are not in it and may bind you too; the list of duties has them."
)
_TO_FILL = ("rating", "evidence", "owner", "by when")


class _BookRow(Struct, frozen=True):
    """A duty to be assessed: why it is listed, what is seen of it since the edition before, and where it stood."""

    listed: str
    duty: Duty
    changed: str
    stood: str


def _book(offer: Offer, agency: str, *, changed: bool) -> str:
    """What a workbook is called: one of all duties, or of those that changed."""
    return f"{offer.stem}-workbook-{slug(agency)}{'-changed' if changed else ''}"


def _books(offer: Offer, agency: str) -> Iterator[tuple[bool, str, list[_BookRow]]]:
    """Somebody's workbooks, each with whether it has only what changed, its name and its rows; none without rows,
    such as that of what changed where no edition before has text."""
    ledger, since = offer.ledger, offer.ledger.since
    before, stood = (since.changed, since.stood) if since else ({}, {})
    rows = [
        _BookRow(share.title, duty, before.get(duty, ""), stood.get(duty.at.anchor, ""))
        for share in ledger.shares(agency)
        if share.kind != "nobody"
        for duty in share.duties
    ]
    for changed in (False, True):
        if mine := [row for row in rows if row.changed or not changed]:
            yield changed, _book(offer, agency, changed=changed), mine


def _book_table(offer: Offer, book: Iterable[_BookRow], facts: Mapping[str, str]) -> bytes:
    """A workbook as a table, with links pinned to the edition and empty columns to fill."""
    since, places = offer.ledger.since, offer.ledger.places
    home = f"{(offer.home or '').rstrip('/').removesuffix(offer.edition.id)}"
    carried = (f"changed since {since.edition}", f"place in {since.edition}") if since else ()
    rows = []
    for one in book:
        duty, place = one.duty, places[one.duty.at.anchor]
        told = (clean(duty.sentence), duty.strength, clean(place.name), pinned(offer.edition.id, place, home))
        seen = (one.changed, one.stood) if since else ()
        rows.append((*told, *("" for _ in _TO_FILL), *seen, clean(one.listed), duty.at.anchor))
    return _csv(("duty", "strength", "place", "link", *_TO_FILL, *carried, SHARE_COLUMN, "anchor"), rows, facts)


def _workbook(offer: Offer, agency: str, book: Sequence[_BookRow], *, changed: bool) -> Manuscript:
    ledger, since = offer.ledger, offer.ledger.since
    note = f"{_WORKBOOK} {_COMPUTED} {ledger.measured}"
    if since:
        kept = "Only duties that changed are in it" if changed else "What changed is marked"
        note += (
            f" {kept}, as a program finds it against the {since.edition} edition; what was taken out is not in it."
        )
    rows = [[[*_duty(offer, row.duty), *_carried(offer, row)], *([] for _ in _TO_FILL)] for row in book]
    heads = ("Duty", *(name.capitalize() for name in _TO_FILL))
    title = f"{ledger.names[agency]}: {'what changed, ' if changed else ''}a workbook"
    blocks = [header(1, "duties", words("Duties")), grid(heads, rows, (0.4, 0.12, 0.2, 0.14, 0.14))]
    return structs.replace(_manuscript(offer, title, full_name(offer.edition), blocks, note), only=("docx",))


def _carried(offer: Offer, row: _BookRow) -> list[PandocNode]:
    """A duty's strength, and what became of it."""
    since = offer.ledger.since
    told = [row.duty.strength, row.listed]
    if since:
        told.append(f"since {since.edition}: {row.changed or 'the same'}")
        told += [f"was {row.stood}"] if row.stood else []
    return [para(strong("; ".join(told)))]


# --- Data ------------------------------------------------------------------------------------------


def table_files(offer: Offer) -> dict[str, bytes]:
    """File name -> content: the edition and each agency's duties as JSON and CSV."""
    facts = _facts(offer)
    ledger = offer.ledger
    files = {
        f"{offer.stem}.json": data_files.encode({**facts, "provisions": offer.records}),
        f"{offer.stem}.csv": _csv(_COLUMNS, (_row(record) for record in offer.records), facts),
    }
    for agency in offer.bound:
        stem = _stem(offer, agency)
        told = {**facts, "bound": ledger.names[agency], "note": f"{_COMPUTED} {_UNOFFICIAL}"}
        beside = {
            share.group or share.kind: duty_records(share.duties, ledger.touched)
            for share in ledger.shares(agency)
            if share.kind in _BESIDE
        }
        duties = duty_records(ledger.told_of(agency), ledger.touched)
        files[f"{stem}.json"] = data_files.encode({**told, "duties": duties, "beside": beside})
        files[f"{stem}.csv"] = _csv((SHARE_COLUMN, *CSV_COLUMNS), share_rows(ledger, agency), facts)
        for _, name, rows in _books(offer, agency):
            files[f"{name}.csv"] = _book_table(offer, rows, facts)
    return files


_COLUMNS = ("anchor", "number", "kind", "heading", "text", "page", "url")
_TOLD = ("edition", "status", "date", "source", "licence")


def _row(record: data_files.ProvisionRecord) -> tuple[str, ...]:
    cells = (getattr(record, column) for column in _COLUMNS)
    return tuple("" if cell is None else str(cell) for cell in cells)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]], facts: Mapping[str, str]) -> bytes:
    """A table of which each row says where it comes from, so that it still does when rows are sorted or copied."""
    told = [facts[column] for column in _TOLD]
    return csv_table((*columns, *_TOLD), ((*row, *told) for row in rows))


# --- The page --------------------------------------------------------------------------------------


def downloads_page(offer: Offer, sizes: Mapping[str, int]) -> Page:
    """The page that lists all files; `sizes` are in bytes, by file name."""
    facts, since = _facts(offer), offer.ledger.since
    kinds = {"All duties": False} | ({f"Changed since {since.edition}": True} if since else {})
    told = {
        **facts,
        "licence": offer.publication.licence_in_words,
        "whole": [
            (what, _offered(f"{offer.stem}.{form}", f"{offer.stem}.{form}", sizes, ""))
            for form, what in _OF_THE_WHOLE.items()
        ],
        "computed": _COMPUTED,
        "heads": ("Whose duties", *(form.upper() for form in _FORMS)),
        "lists": [
            (name, *(_offered(f"{_stem(offer, one)}.{form}", form, sizes, name) for form in _FORMS))
            for one, name in offer.bound.items()
        ],
        "workbook": _WORKBOOK,
        "book_heads": ("Whose workbook", *(f"{kind}, {form.upper()}" for kind in kinds for form in _BOOK_FORMS)),
        "books": [
            (
                name,
                *(cell for changed in kinds.values() for cell in _book_links(offer, one, sizes, changed=changed)),
            )
            for one, name in offer.bound.items()
        ],
    }
    return make_page(PAGE, "Downloads", "downloads", "downloads.md", told)


def _book_links(
    offer: Offer, agency: str, sizes: Mapping[str, int], *, changed: bool, to: str = ""
) -> tuple[str, ...]:
    stem, name = _book(offer, agency, changed=changed), offer.ledger.names[agency]
    if f"{stem}.csv" not in sizes:
        return tuple("none" for _ in _BOOK_FORMS)
    whose = f"{'what changed, ' if changed else ''}workbook of {name}"
    return tuple(_offered(f"{stem}.{form}", form, sizes, whose, to) for form in _BOOK_FORMS)


def _offered(name: str, label: str, sizes: Mapping[str, int], whose: str, to: str = "") -> Markup:
    """A link to a file with its size, or word that it could not be made."""
    shown, size = label.upper() if whose else label, say_size(sizes[name]) if name in sizes else None
    return part("download_parts.md", "offered", as_it_is(name), name, shown, whose, size, to)


def with_files(page: Page, offer: Offer, sizes: Mapping[str, int]) -> Page:
    """A ledger page with links to its files, where it is that of somebody bound; other pages as they are."""
    agency = next((one for one in offer.ledger.names if page.path == page_path(one)), "")
    if not agency or f"{_stem(offer, agency)}.csv" not in sizes:
        return page
    to, whose = f"../../{FOLDER}", offer.ledger.names[agency]
    links = [_offered(f"{_stem(offer, agency)}.{form}", form, sizes, whose, to) for form in _FORMS]
    whole, some = (_book_links(offer, agency, sizes, changed=changed, to=to) for changed in (False, True))
    since = offer.ledger.since.edition if offer.ledger.since else None
    section = str(part("download_parts.md", "below_ledger", links, whole, some, since))
    back = "[All whom the ledger names](index.md)"
    text = page.markdown.replace(back, f"{back}. [Word, PDF and other files of this list](#downloads)", 1)
    return structs.replace(page, markdown=text + section)
