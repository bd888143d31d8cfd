"""What happened, as Atom feeds and as a public log: to the official files, to their text, and to this site.

Every entry has its own day, from the register or from what we wrote down; nothing here asks a clock.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, structs

from guidance.document.anchors import slug
from guidance.document.change_model import Node
from guidance.document.model import GuidanceError, decode_toml, read_toml
from guidance.document.register import Edition, Publication, say_date
from guidance.site.pages import Page, make_page, page_url
from guidance.site.permalink_index import PermalinkIndex
from guidance.site.templates import PlaceLink, render

NAME = "llms.txt"


def render_llms(publication: Publication, with_text: Collection[str], base: str = "") -> str:
    """The file; `base` is the address of the publication's root, empty where that is not known."""
    data = [(one, f"{slug(publication.short)}-{slug(one)}") for one in with_text]
    return render("llms.txt", publication=publication, data=data, base=base)


LOG = "log.toml"  # among the hand-written pages
PAGE = "log.md"
DIGEST = "log/digest.md"
CORRECTIONS = "corrections.toml"  # in a publication's folder
CORRECTIONS_PAGE = "corrections.md"


class FeedEntry(Struct, frozen=True):
    """Something that happened: its key, which stays, its day as well as it is known, what it was, and where to read
    of it (an address from the publication's root)."""

    key: str
    date: str
    title: str
    what: str
    address: str
    official: bool = True  # whether it happened to the guidance, or only to this site


class Feed(Struct, frozen=True):
    """A feed at a path from the publication's root, and the page that it is about."""

    path: str
    title: str
    address: str
    entries: tuple[FeedEntry, ...]


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry that somebody wrote into log.toml."""

    date: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    title: str
    what: str
    address: Annotated[str, Meta(pattern=r"^[a-z0-9/#._-]*\Z")] = ""


class _Log(Struct, frozen=True, forbid_unknown_fields=True):
    entries: tuple[Written, ...] = ()


def read_log(content: bytes | None) -> tuple[FeedEntry, ...]:
    """What happened to this site, as it was written down. Raises GuidanceError when it is not of this form."""
    written = decode_toml(content or b"", LOG, _Log).entries
    return tuple(
        FeedEntry(
            f"site/{one.date}/{one.title}", one.date, one.title, one.what, one.address or "log/", official=False
        )
        for one in written
    )


# --- What was mended -------------------------------------------------------------------------------


class Mended(Struct, frozen=True, forbid_unknown_fields=True):
    """What was wrong on this site after it was published, and is right now: on a `page` of ours, or at `anchors` of
    an `edition`; of an edition as a whole where neither is named."""

    date: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    wrong: str
    right: str
    edition: str = ""
    anchors: tuple[str, ...] = ()
    page: str = ""


class _MendedTables(Struct, frozen=True, forbid_unknown_fields=True):
    correction: tuple[Mended, ...] = ()


class Corrected(Struct, frozen=True):
    """What was mended, with its id on the page of corrections and its places, addressed from the root."""

    id: str
    mended: Mended
    places: tuple[PlaceLink, ...]

    @property
    def line(self) -> dict[str, str]:
        """What a page that it stood on says of it."""
        one = self.mended
        return {"id": self.id, "date": say_date(one.date), "wrong": one.wrong, "right": one.right}

    @property
    def entry(self) -> FeedEntry:
        """What the log and the feeds say of it."""
        one, at = self.mended, self.places[0]
        where = f"{at.name} ({one.edition} edition)" if one.edition and one.anchors else at.name
        words = f"It said: {one.wrong} It should say: {one.right}"
        return FeedEntry(
            f"correction/{self.id}", one.date, f"Corrected: {where}", words, str(at.href), official=False
        )


def read_corrections(folder: Path, index: PermalinkIndex, titles: Mapping[str, str]) -> tuple[Corrected, ...]:
    """The corrections of a publication's folder, in the order of the file; none where there is no such file.
    `titles` are those of our own pages, by path.

    Raises GuidanceError for a file of another form, and for an edition, a provision or a page that is not there.
    """
    path = folder / CORRECTIONS
    found = []
    for number, one in enumerate(read_toml(path, _MendedTables).correction, 1):
        where = f"{path}: correction {number}"
        if one.page not in (*titles, "") or bool(one.page) == bool(one.edition):
            raise GuidanceError(
                f"{where}: name a page of ours, or an edition; there is no page {one.page or 'named'}"
            )
        if one.edition and one.edition not in index.entries:
            raise GuidanceError(f"{where}: there is no {one.edition} edition")
        if lost := [anchor for anchor in one.anchors if anchor not in index.entries.get(one.edition, ())]:
            raise GuidanceError(f"{where}: the {one.edition or 'unnamed'} edition has no {lost[0]}")
        places = [index.place((one.edition, anchor)) for anchor in one.anchors]
        whole = (
            PlaceLink(titles[one.page], page_url(one.page))
            if one.page
            else PlaceLink(f"The {one.edition} edition", f"{one.edition}/")
        )
        found.append(Corrected(f"c{number}", one, tuple(places) or (whole,)))
    return tuple(found)


def lines_on_pages(corrected: Iterable[Corrected], edition: str) -> dict[str, list[dict[str, str]]]:
    """What the pages of an edition, or those of ours where it is "", say of what was mended on them, by address
    from the edition's root."""
    found: dict[str, list[dict[str, str]]] = {}
    start = f"{edition}/" if edition else ""
    for one in (one for one in corrected if one.mended.edition == edition):
        for at in one.places:
            line = {**one.line, "at": at.name if one.mended.anchors else "", "to": str(at.href)}
            found.setdefault(line["to"].partition("#")[0].removeprefix(start), []).append(line)
    return found


def lines_on_provisions(corrected: Iterable[Corrected]) -> dict[Node, tuple[Mapping[str, str], ...]]:
    """The same for the pages of single provisions, by edition and anchor."""
    found: dict[Node, tuple[Mapping[str, str], ...]] = {}
    for one in corrected:
        for anchor in one.mended.anchors:
            node = (one.mended.edition, anchor)
            found[node] = (*found.get(node, ()), one.line)
    return found


def render_corrections(corrected: Iterable[Corrected], mended_sources: Mapping[str, int]) -> Page:
    """The page of what was mended, newest first; `mended_sources` tells how many faults of its official file each
    edition with text has mended, which its own page lists."""
    ordered = sorted(corrected, key=lambda one: (one.mended.date, one.id), reverse=True)
    facts = {"corrected": ordered, "sources": mended_sources}
    return make_page(CORRECTIONS_PAGE, "Corrections", "corrections", "corrections.md", facts)


# --- What happened to an edition -------------------------------------------------------------------


def edition_entries(edition: Edition, publication: Publication) -> tuple[FeedEntry, ...]:
    """What happened to an edition: it was published, issued again, superseded."""
    home, name = f"{edition.id}/", f"The {edition.id} edition"
    issued, where = f"{edition.id}/revision/", f"{home}#revisions"
    entries = [FeedEntry(f"{edition.id}/published", edition.published, f"{name}: published", edition.summary, home)]
    entries += (
        FeedEntry(f"{issued}{one.id}", one.date, f"{name}: {one.happened}", one.what, where)
        for one in edition.revisions
        if one.date and one.date != edition.published
    )
    standing = publication.standing(edition)
    if standing.ended:
        by = f" by the {standing.successor} edition" if standing.successor else ""
        where = f"{standing.successor}/" if standing.successor else home
        what = "It is no longer in force."
        entries.append(FeedEntry(f"{edition.id}/ended", standing.ended, f"{name}: superseded{by}", what, where))
    return tuple(entries)


def newest_first(entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Entries by day, the newest first, each once."""
    return tuple(sorted({e.key: e for e in entries}.values(), key=lambda e: (_moment(e.date), e.key), reverse=True))


def _moment(date: str) -> str:
    """A day as Atom wants it; what is not known of it is taken as the first."""
    year, month, day = (*date.split("-"), "01", "01")[:3]
    return f"{year}-{month}-{day}T00:00:00Z"


# --- Atom ------------------------------------------------------------------------------------------


def feed_files(feeds: Iterable[Feed], publication: Publication, site_url: str | None) -> dict[str, bytes]:
    """Path from the publication's root -> Atom. `site_url` is that of the publication's root, where it is known;
    without it addresses go from the feed's own."""
    return {feed.path: _atom(feed, publication, site_url).encode() for feed in feeds if feed.entries}


def _id(publication: Publication, key: str) -> str:
    """An id that stays wherever the site stands."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"guidance:{publication.title}:{key}").urn


def _atom(feed: Feed, publication: Publication, site_url: str | None) -> str:
    base = f"{site_url.rstrip('/')}/" if site_url else "../" * feed.path.count("/")
    entries = [(one, _id(publication, one.key), _moment(one.date)) for one in newest_first(feed.entries)]
    identity = _id(publication, f"feed/{feed.path}")
    return render("feed.xml", id=identity, title=publication.title, feed=feed, base=base, entries=entries)


# --- Paste-ready news ------------------------------------------------------------------------------


class Event(Struct, frozen=True):
    """An event for other people's bulletins: what happened, the address to cite it by, from the publication's root,
    and what it is for each role, by name: in words and with an address."""

    entry: FeedEntry
    address: str
    roles: Mapping[str, FeedEntry]


def digest_page(events: Iterable[Event], publication: Publication, base: str | None) -> Page:
    """Each event as text and as HTML that a bulletin can take as it is, for all and by role, with links that stay
    where the address of the publication's root, `base`, is known; and how to be told of news."""
    known = {event.entry.key: event for event in events}
    told = []
    for entry in newest_first(event.entry for event in known.values()):
        event = known[entry.key]
        whole = structs.replace(entry, title=f"{publication.title}: {entry.title}", address=event.address)
        told.append((entry, slug(entry.key), {"For everyone": whole, **event.roles}))
    links = [one for one in publication.in_force.links if one.url.startswith("https://www.gov.uk/")]
    facts = {"events": told, "base": f"{base.rstrip('/')}/" if base else None, "official": links}
    return make_page(DIGEST, "News to pass on", "log", "digest.md", facts, parent=PAGE)


# --- The log ---------------------------------------------------------------------------------------


def log_page(entries: Sequence[FeedEntry], feeds: Mapping[str, Sequence[Feed]]) -> Page:
    """The public log, and all feeds by what they are about."""
    facts = {"entries": newest_first(entries), "feeds": feeds}
    return make_page(PAGE, "What has changed", "log", "log.md", facts)
