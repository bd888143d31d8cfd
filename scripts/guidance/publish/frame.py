"""What MkDocs and the theme are told of an edition: its name, its navigation, its status, the other editions.

Settings only, as plain values for a configuration file; no file is written and no markup is printed.
"""

from collections.abc import Collection, Iterable

from guidance.publish.edition import is_superseded, say_date
from guidance.publish.pages import Page, source_address
from guidance.register import Edition, Publication

Setting = dict[str, object]


def edition_settings(
    edition: Edition, publication: Publication, pages: Iterable[Page], *, with_text: Collection[str] = ()
) -> Setting:
    """The settings of an edition's MkDocs build that are its own: `site_name`, `nav` and `extra`.

    `with_text` has the ids of all editions whose text this build holds. The theme finds everything it prints
    around a page in `extra` and in the page's own front matter. Addresses in them go from the root of the
    publication's site, where each edition is a folder.
    """
    return {
        "site_name": f"{publication.title}: {edition.id}",
        "site_description": f"{edition.title}. An unofficial copy with an address for every paragraph.",
        "nav": navigation(pages),
        "extra": {
            **_extra(publication, with_text, ".."),
            "edition": _summary(edition, publication, with_text),
        },
    }


def root_settings(publication: Publication, *, with_text: Collection[str] = ()) -> Setting:
    """The same for the hand-written pages, which belong to no edition; their navigation is theirs."""
    return {
        "site_name": publication.title,
        "site_description": f"{publication.title}: every edition, with an address for every paragraph. Unofficial.",
        "extra": _extra(publication, with_text, "."),
    }


def _extra(publication: Publication, with_text: Collection[str], to_root: str) -> Setting:
    """What every page's frame says; `to_root` leads from the build's root to the publication's."""
    return {
        "to_root": to_root,
        "feeds": True,
        "search": bool(with_text),  # whether there is anything to search
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


def _summary(edition: Edition, publication: Publication, with_text: Collection[str]) -> Setting:
    """What the theme says of an edition wherever it names it."""
    successor = publication.successor(edition)
    superseded = is_superseded(edition, publication)
    ended = edition.ended or (successor and (successor.in_force or successor.published)) if superseded else None
    return {
        "id": edition.id,
        "title": edition.title,
        "published": say_date(edition.published),
        "date": edition.published,
        "superseded": superseded,
        "ended": say_date(ended) if ended else None,
        "successor": successor.id if superseded and successor else None,
        "with_text": edition.id in with_text,
        "source": source_address(edition),
    }


def navigation(pages: Iterable[Page]) -> list[object]:
    """MkDocs' `nav` for an edition's pages: pages below another one become its section, itself first."""
    pages = tuple(pages)
    entries: list[object] = []
    for page in pages:
        below = [p for p in pages if p.parent == page.path]
        if below:
            entries.append({page.title: [page.path, *({p.title: p.path} for p in below)]})
        elif page.parent is None:
            entries.append({page.title: page.path})
    return entries
