"""Loaded editions -> the files that they offer to take away, with the pages that list them: rooms brought together.

What a file says is decided in `publish.downloads`, how it is set in `publish.press`; nothing is printed here.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from guidance.loading import Loaded
from guidance.model import Reference, Unresolved
from guidance.publish import api, downloads
from guidance.publish.annotations import annotate
from guidance.publish.ledger import Ledger
from guidance.publish.pages import Page, addresses
from guidance.publish.press import set_all
from guidance.publish.shelf import Shelf


class Making(Struct, frozen=True):
    """Where files are made and kept, and who hears of each that has to be made anew, and of each that cannot be."""

    work: Path
    tell: Callable[[str], None] = lambda _: None
    missed: Callable[[str], None] = lambda _: None


def offer_files(
    item: Loaded,
    references: Iterable[Reference | Unresolved],
    ledger: Ledger,
    pages: tuple[Page, ...],
    shelf: Shelf,
    making: Making,
) -> tuple[tuple[Page, ...], dict[str, bytes]]:
    """Make what an edition offers: its pages, those of its ledger with links to their files and one that lists
    all; and the files, by path from the edition's root. A file that cannot be made is left out."""
    place = f"{shelf.prefix}/{item.edition.id}".strip("/")
    offer = downloads.Offer(
        publication=shelf.publication,
        edition=item.edition,
        document=annotate(item.document, (r for r in references if isinstance(r, Reference))),
        revision=item.source.revision,
        records=api.records(item.document, addresses(pages), place),
        ledger=ledger,
        home=f"{shelf.site_url.rstrip('/')}/{place}/" if shelf.site_url else None,
    )
    manuscripts = downloads.manuscripts(offer)
    made = set_all(manuscripts, making.work, lambda name: making.tell(f"making {name}"), making.missed)
    made |= downloads.data_files(offer)
    sizes = {name: len(content) for name, content in made.items()}
    listed = (*(downloads.with_files(page, offer, sizes) for page in pages), downloads.downloads_page(offer, sizes))
    return listed, {f"{downloads.FOLDER}{name}": content for name, content in sorted(made.items())}
