"""A publication's editions and comparisons -> what is linked to and embedded: the shelf that small pages tell from.

Brings the rooms together; pages are made in `publish`, and nothing is printed here.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from guidance.anchors import Permalink, permalinks, read_permalinks
from guidance.comparing import Compared
from guidance.lineages import FILE, find_fates, read_lineages, record_lineages, write_lineages
from guidance.loading import Loaded
from guidance.publish.compared import entries, redline_addresses, survey
from guidance.publish.embeds import embed_files
from guidance.publish.lineage_pages import lineage_pages
from guidance.publish.shelf import Node, Shelf
from guidance.publish.site import Workshop
from guidance.publish.small_pages import tokens_css
from guidance.register import Publication

HELP = "partnerships/link-to-us"  # the page on linking, where a publication's hand-written pages have one
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


def _redlines(publication: Publication, compared: Compared) -> dict[Node, str]:
    """Where it is shown how each text of a superseded edition became that of the edition in force."""
    new = publication.in_force.id
    found: dict[Node, str] = {}
    sides = {one: survey(one, text, compared.addresses[one]) for one, text in compared.documents.items()}
    for old in compared.documents:
        if comparison := compared.comparisons.get((old, new)):
            changes = entries(comparison, sides[old], sides[new])
            addresses = redline_addresses(changes, old)
            for entry in changes:
                if entry.count in addresses:
                    address = f"{new}/{addresses[entry.count]}"
                    found |= {(old, place.anchor): address for place in entry.old}
    return found


def linked_files(shelf: Shelf) -> dict[str, bytes]:
    """What stands at the publication's root for other sites: lineage pages, embeds, status files, the script."""
    return lineage_pages(shelf) | embed_files(shelf)


def record_texts(
    publication: Publication, folder: Path, loaded: Sequence[Loaded], compared: Compared
) -> dict[str, int]:
    """Bring the lineage register up to date; how many lineages it gained, by the register's name."""
    before = read_lineages(folder / FILE)
    known = known_permalinks(publication, folder, loaded)
    now = record_lineages(publication, known, compared.crosswalk, before)
    write_lineages(folder / FILE, now)
    return {FILE: len(now) - len(before)}
