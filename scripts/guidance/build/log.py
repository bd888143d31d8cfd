"""The register, the comparisons, the duties and what we wrote down -> the public log and its feeds.

Brings the rooms together; what a feed looks like is decided in `site.feeds`, and nothing is printed here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise

from msgspec import Struct, structs

from guidance.build.comparisons import Compared
from guidance.document.anchors import permalink_path
from guidance.document.law import LawEvent, LawSince, law_events
from guidance.document.register import Publication
from guidance.site import feeds
from guidance.site.comparison_pages import comparison_title
from guidance.site.feeds import Feed, FeedEntry
from guidance.site.ledger import STRENGTHS, Ledger, page_path
from guidance.site.pages import Page, page_url, title_of

_NAMES: Mapping[str, str] = {"added": "new", "moved": "moved", "removed": "removed"}
_NO_DUTY = "No sentence that names them was found"


class News(Struct, frozen=True):
    """The log, its events to pass on, and the feeds by path from the publication's root."""

    pages: tuple[Page, Page]
    files: Mapping[str, bytes]

    def below(self, edition: str) -> dict[str, bytes]:
        """An edition's feeds, by path from its own root."""
        start = f"{edition}/"
        return {path.removeprefix(start): held for path, held in self.files.items() if path.startswith(start)}

    def at_root(self, editions: frozenset[str]) -> dict[str, bytes]:
        """The feeds that belong to no edition."""
        return {path: held for path, held in self.files.items() if path.split("/")[0] not in editions}


def gather_news(
    publication: Publication,
    compared: Compared,
    log: bytes | None,
    base: str | None,
    law: LawSince,
    corrected: Iterable[feeds.Corrected] = (),
) -> News:
    """All that is known to have happened, and what was `corrected` here; `base` is the address of the publication's
    root, where it is known.

    Raises GuidanceError when `log` is not of its form.
    """
    title = publication.title
    official = {edition.id: feeds.edition_entries(edition, publication) for edition in publication.editions}
    changes = {one: tuple(_changes_of(publication, compared, one)) for one in compared.documents}
    since = {one.id: tuple(map(_law_entry, law_events(one))) for one in law.law}
    written = (*feeds.read_log(log), *(one.entry for one in corrected))
    everything = (*chain(*official.values(), *since.values(), *changes.values()), *written)
    editions = [
        Feed(
            f"{one}/feed.xml",
            f"{title}: the {one} edition",
            f"{one}/",
            (*some, *changes.get(one, ()), *_at(written, f"{one}/")),
        )
        for one, some in reversed(official.items())
    ]
    chapters = [
        Feed(
            f"{one}/feeds/{part}.xml",
            f"{name} ({one} edition)",
            f"{one}/{part}/",
            (
                *official[one],
                *_changes_of(publication, compared, one, part, name),
                *_at(written, f"{one}/{part}/"),
            ),
        )
        for one in reversed(list(compared.documents))
        for part, name in _parts(compared, one).items()
    ]
    ledgers = [compared.ledger(edition) for edition in compared.documents]
    agencies = compared.knowledge.vocabulary.entries
    bound = {one.name: tuple(_role_entries(publication, ledgers, one.id, one.name)) for one in agencies}
    roles = [
        Feed(f"feeds/{one.id}.xml", f"{title}: {one.name}", _role_address(compared, one.id), found)
        for one in agencies
        if (found := (*bound[one.name], *chain(*(since[known.id] for known in law.for_agency(one.id)))))
    ]
    whole = Feed("feed.xml", f"{title}: everything", "log/", everything)
    files = feeds.feed_files((whole, *editions, *chapters, *roles), publication, base)
    told = {"Everything": [whole], "Editions": editions, "By whom it binds": roles, "Chapters": chapters}
    events = _events(compared, official, law, chain(*changes.values()), bound)
    return News((feeds.log_page(everything, told), feeds.digest_page(events, publication, base)), files)


def _events(
    compared: Compared,
    official: Mapping[str, tuple[FeedEntry, ...]],
    law: LawSince,
    changes: Iterable[FeedEntry],
    bound: Mapping[str, tuple[FeedEntry, ...]],
) -> Iterator[feeds.Event]:
    """What others may want to tell: editions and revisions, what changed between texts, and the laws since; each
    for the roles of which something is known; `bound` has what each edition binds them to, by their names."""
    agencies = {agency.id: agency.name for agency in compared.knowledge.vocabulary.entries}
    for edition, entries in official.items():
        mine = {
            name: structs.replace(one, what=f"A program counted, and may have missed some: {one.what}")
            for name, told in bound.items()
            for one in told
            if one.key.startswith(f"{edition}/") and not one.what.startswith(_NO_DUTY)
        }
        for entry in entries:
            yield feeds.Event(entry, entry.address, mine if entry.key == f"{edition}/published" else {})
    for entry in changes:
        yield feeds.Event(entry, entry.address, {})
    for one in law.law:
        touched = [permalink_path(t.edition, anchor) for t in one.provisions for anchor in t.anchors]
        where = touched[0] if touched else "log/"
        for event in law_events(one):
            entry = _law_entry(event)
            mine = {
                agencies[a]: structs.replace(entry, address=where, title=f"{agencies[a]}: {entry.title}")
                for a in one.agencies
                if a in agencies
            }
            yield feeds.Event(entry, where, mine)


def _at(entries: Iterable[FeedEntry], below: str) -> Iterator[FeedEntry]:
    return (entry for entry in entries if entry.address.startswith(below))


def _law_entry(event: LawEvent) -> FeedEntry:
    return FeedEntry(event.key, event.date, event.title, event.what, "log/")


def _changes_of(
    publication: Publication, compared: Compared, new: str, part: str = "", name: str = ""
) -> Iterator[FeedEntry]:
    """What the changes since the text before an edition's come to; those in a `part` of it, a chapter of that
    `name`, where there is one. Nothing of the first text."""
    for old in (one for one, other in pairwise(compared.documents) if other == new):
        where, changes = compared.addresses[new], compared.comparisons[old, new].changes
        if part:
            changes = tuple(c for c in changes if any(where.get(a, "").startswith(f"{part}/") for a in c.new))
        yield FeedEntry(
            f"{new}/compared/{old}{part and f'/{part}'}",
            publication.edition(new).begins,
            f"{name}: what changed since {old}" if part else comparison_title(old, new),
            f"Paragraph by paragraph: {_in_words(Counter[str](change.kind for change in changes))}.",
            f"{new}/compare/{old}/",
        )


def _in_words(counts: Mapping[str, int]) -> str:
    said = [f"{n} {_NAMES.get(kind, kind)}" for kind, n in sorted(counts.items()) if kind != "unchanged" and n]
    return ", ".join(said) or "nothing"


# --- Chapters --------------------------------------------------------------------------------------


def _parts(compared: Compared, edition: str) -> dict[str, str]:
    """An edition's chapters: the first part of their pages' addresses -> title."""
    found: dict[str, str] = {}
    for provision in compared.documents[edition].provisions:
        address = compared.addresses[edition].get(provision.anchor)
        if address:
            found.setdefault(address.split("/")[0], title_of(provision) if provision.heading else "Opening pages")
    return found


# --- Roles -----------------------------------------------------------------------------------------


def _role_address(compared: Compared, agency: str) -> str:
    newest = next(reversed(list(compared.documents)), None)  # a law binds somebody also where no text is loaded
    return f"{newest}/{page_url(page_path(agency))}" if newest else "log/"


def _role_entries(
    publication: Publication, ledgers: Iterable[Ledger], agency: str, name: str
) -> Iterator[FeedEntry]:
    for ledger in ledgers:
        edition = ledger.edition
        mine, told = ledger.of(agency), ledger.told_of(agency)
        counts = Counter(duty.strength for duty in mine)
        figures = ", ".join(f"{counts[strength]} {strength}" for strength in STRENGTHS if counts[strength])
        probably = len(told) - len(mine)
        more = f" Of {probably} more the context tells that they are probably theirs." if probably else ""
        changed = [duty for duty in told if duty in ledger.earlier]
        before = f" {len(changed)} of them said it more or less strongly before." if changed else ""
        yield FeedEntry(
            f"{edition}/duties/{agency}",
            publication.edition(edition).begins,
            f"{name}: what the {edition} edition says you must, should and may do",
            f"{figures or _NO_DUTY}.{more}{before}",
            f"{edition}/{page_url(page_path(agency))}",
        )
