"""A publication's editions and comparisons -> what is linked to and embedded: the shelf that small pages tell from,
and those pages, as jobs that any process can do. What a page says is decided in `publish`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.build.comparisons import Compared
from guidance.build.orders import Loaded
from guidance.document.anchors import Permalink, permalinks, read_permalinks
from guidance.document.register import Publication
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.site.changes_view import entries, redline_addresses
from guidance.site.embeds import edition_embeds, shared_files
from guidance.site.lineages import FILE, find_fates, read_lineages, record_lineages, write_lineages
from guidance.site.mkdocs_build import Workshop
from guidance.site.permalink_index import EditionAnchor, Shelf, tokens_css
from guidance.site.permalink_pages import lineage_pages, permalink_pages
from guidance.site.quotation_check import quotable, quotable_path

HELP = "partnerships/link-to-us"  # the page on linking, where a publication's hand-written pages have one
_encode = msgspec.msgpack.encode
ICON = "assets/icon.svg"  # below overrides/, as mkdocs.yml names it


def make_shelf(
    publication: Publication,
    folder: Path,
    loaded: Iterable[Loaded],
    compared: Compared,
    shop: Workshop,
    prefix: str = "",
) -> Shelf:
    """All that is known of a publication's provisions. `folder` is the publication's."""
    texts = {item.edition.id: item for item in loaded}
    known = known_permalinks(publication, folder, texts.values())
    docs = folder / publication.docs if publication.docs else None
    helped = docs is not None and (docs / f"{HELP}.md").is_file()
    return Shelf(
        publication,
        known,
        provisions={
            edition: {p.anchor: p for p in (*item.document.provisions, *item.document.notes)}
            for edition, item in texts.items()
        },
        urls=compared.addresses,
        fates=find_fates(publication, known, compared.crosswalk, read_lineages(folder / FILE)),
        redlines=_redlines(publication, compared),
        sha256={edition: item.source.sha256 for edition, item in texts.items()},
        site_url=shop.site_url,
        prefix=prefix,
        tokens=tokens_css(shop.root),
        help=f"{HELP}/" if helped else None,
        icon=ICON if (shop.root / "overrides" / ICON).is_file() else None,
    )


def known_permalinks(
    publication: Publication, folder: Path, loaded: Iterable[Loaded]
) -> dict[str, dict[str, Permalink]]:
    """Per edition, oldest first, every anchor that was or is published."""
    known = {}
    texts = {item.edition.id: item for item in loaded}
    for edition in publication.editions:
        published = {e.anchor: e for e in read_permalinks(folder / edition.id / "permalinks.tsv")}
        if edition.id in texts:
            published |= {entry.anchor: entry for entry in permalinks(texts[edition.id].document)}
        known[edition.id] = published
    return known


def _redlines(publication: Publication, compared: Compared) -> dict[EditionAnchor, str]:
    """Where it is shown how each text of a superseded edition became that of the edition in force."""
    new = publication.in_force.id
    found: dict[EditionAnchor, str] = {}
    sides = compared.sides
    for old in compared.documents:
        if comparison := compared.comparisons.get((old, new)):
            changes = entries(comparison, sides[old], sides[new])
            addresses = redline_addresses(changes, old)
            for entry in changes:
                if entry.count in addresses:
                    address = f"{new}/{addresses[entry.count]}"
                    found |= {(old, place.anchor): address for place in entry.old}
    return found


class Linked(Struct, frozen=True):
    """Small pages and files for other sites, by path: in each edition's folder, at the publication's root, and
    there what may be quoted."""

    below: Mapping[str, Mapping[str, bytes]]
    root: Mapping[str, bytes]
    quotable: Mapping[str, bytes]


class Linking:
    """The making of all that is linked to and embedded: begun when this is made, one job for each edition."""

    def __init__(self, shelf: Shelf, crew: Crew) -> None:
        """Begins what is not kept."""
        self._shelf = shelf
        self._texts = crew.start(_job("addresses that follow a text", "texts", texts_of, (_encode(shelf),)))
        self._tickets = {
            edition: crew.start(
                _job(f"links of {edition}", "links", links_of, (_encode(shelf.apart(edition)), edition.encode()))
            )
            for edition in shelf.entries
        }

    def files(self) -> Linked:
        """All of it, waited for."""
        made = {one: msgspec.msgpack.decode(ticket.result(), type=Linked) for one, ticket in self._tickets.items()}
        embeds = {path: held for one in made.values() for path, held in one.root.items()}
        texts = msgspec.msgpack.decode(self._texts.result(), type=dict[str, bytes])
        return Linked(
            {edition: one.below[edition] for edition, one in made.items()},
            {**texts, **(shared_files(self._shelf) if embeds else {}), **embeds},
            {path: held for one in made.values() for path, held in one.quotable.items()},
        )


def _job(name: str, kind: str, function: Callable[..., bytes], parts: tuple[bytes, ...]) -> Job:
    return Job(name, function, parts, code_digest(), kind)


def links_of(packed: bytes, edition: bytes) -> bytes:
    """A packed Shelf and an edition's id -> its packed Linked; a job."""
    shelf, one = msgspec.msgpack.decode(packed, type=Shelf), edition.decode()
    pages = permalink_pages(shelf.publication.edition(one), shelf)
    quoted = {quotable_path(one): quotable(one, shelf)} if one in shelf.provisions else {}
    return _encode(Linked({one: pages}, edition_embeds(one, shelf), quoted))


def texts_of(packed: bytes) -> bytes:
    """A packed Shelf -> the pages that follow its texts, by path from the publication's root; a job."""
    return _encode(lineage_pages(msgspec.msgpack.decode(packed, type=Shelf)))


def record_texts(
    publication: Publication, folder: Path, loaded: Sequence[Loaded], compared: Compared
) -> dict[str, int]:
    """Bring the lineage register up to date; how many lineages it gained, by the register's name."""
    before = read_lineages(folder / FILE)
    known = known_permalinks(publication, folder, loaded)
    now = record_lineages(publication, known, compared.crosswalk, before)
    write_lineages(folder / FILE, now)
    return {FILE: len(now) - len(before)}
