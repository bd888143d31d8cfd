"""A publication's editions and comparisons -> what is linked to and embedded: the index that small pages tell from,
and those pages, as jobs that any process can do. What a page says is decided in `site`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from guidance.build.comparisons import Compared
from guidance.build.orders import Call, Loaded
from guidance.document.anchors import Permalink, known_permalinks
from guidance.document.register import Publication
from guidance.jobs.cache import Crew
from guidance.site.embeds import edition_embeds, quotable, quotable_path, shared_files
from guidance.site.mkdocs_build import Workshop
from guidance.site.permalink_index import (
    LINEAGES_FILE,
    PermalinkIndex,
    find_fates,
    read_lineages,
    record_lineages,
    tokens_css,
    write_lineages,
)
from guidance.site.permalink_pages import lineage_pages, permalink_pages

HELP = "partnerships/link-to-us"  # the page on linking, where a publication's hand-written pages have one
ICON = "assets/icon.svg"  # below overrides/, as mkdocs.yml names it


def index_permalinks(
    publication: Publication,
    folder: Path,
    loaded: Iterable[Loaded],
    known: Mapping[str, Mapping[str, Permalink]],
    compared: Compared,
    shop: Workshop,
    prefix: str = "",
) -> PermalinkIndex:
    """All that is known of a publication's provisions: what is `known` to be published, by edition and anchor, and
    the texts that are loaded. `folder` is the publication's."""
    texts = {item.edition.id: item for item in loaded}
    docs = folder / publication.docs if publication.docs else None
    helped = docs is not None and (docs / f"{HELP}.md").is_file()
    return PermalinkIndex(
        publication,
        known,
        provisions={
            edition: {p.anchor: p for p in (*item.document.provisions, *item.document.notes)}
            for edition, item in texts.items()
        },
        urls=compared.addresses,
        fates=find_fates(publication, known, compared.crosswalk, read_lineages(folder / LINEAGES_FILE)),
        redlines={
            (old, anchor): address
            for old, new in compared.comparisons
            if new == publication.in_force.id
            for anchor, address in compared.redline_places((old, new)).items()
        },
        sha256={edition: item.source.sha256 for edition, item in texts.items()},
        site_url=shop.site_url,
        prefix=prefix,
        tokens=tokens_css(shop.root),
        help=f"{HELP}/" if helped else None,
        icon=ICON if (shop.root / "overrides" / ICON).is_file() else None,
    )


class Linked(Struct, frozen=True):
    """Small pages and files for other sites, by path: in each edition's folder, at the publication's root, and
    there what may be quoted."""

    below: Mapping[str, Mapping[str, bytes]]
    root: Mapping[str, bytes]
    quotable: Mapping[str, bytes]


class Linking:
    """The making of all that is linked to and embedded: begun when this is made, one job for each edition."""

    def __init__(self, index: PermalinkIndex, crew: Crew) -> None:
        """Begins what is not kept."""
        self._index = index
        self._texts = Call("texts", "addresses that follow a text", lineage_pages, index).start(crew)
        self._links = [
            Call("links", f"links of {one}", link_edition, index.for_edition(one), one).start(crew)
            for one in index.entries
        ]

    def files(self) -> Linked:
        """All of it, waited for."""
        made = [links() for links in self._links]
        embeds = {path: held for one in made for path, held in one.root.items()}
        return Linked(
            {edition: held for one in made for edition, held in one.below.items()},
            {**self._texts(), **(shared_files(self._index) if embeds else {}), **embeds},
            {path: held for one in made for path, held in one.quotable.items()},
        )


def link_edition(index: PermalinkIndex, one: str) -> Linked:
    """What is linked to and embedded of one edition; a job."""
    pages = permalink_pages(index.publication.edition(one), index)
    quoted = {quotable_path(one): quotable(one, index)} if one in index.provisions else {}
    return Linked({one: pages}, edition_embeds(one, index), quoted)


def record_texts(publication: Publication, folder: Path, compared: Compared) -> dict[str, int]:
    """Bring the lineage register up to date; how many lineages it gained, by the register's name."""
    before = read_lineages(folder / LINEAGES_FILE)
    known = known_permalinks((edition.id for edition in publication.editions), folder, compared.documents)
    now = record_lineages(publication, known, compared.crosswalk, before)
    write_lineages(folder / LINEAGES_FILE, now)
    return {LINEAGES_FILE: len(now) - len(before)}
