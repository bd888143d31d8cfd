"""What is asked for of the sources: revisions, files to be trusted, what can be fetched; a table of what is here.

How a file is known is `finding`'s; nothing is printed here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication, Revision
from guidance.sources.fetching import Fetcher, UnreachableError, digest, file_name, kept_beside, upload_of
from guidance.sources.finding import Missing, Shelf, Source, addresses

Begin = Callable[[Edition], None]


class SourceRow(Struct, frozen=True):
    """What became of one revision's file. `path` where it is here, `remark` what is to be said of it."""

    edition: str
    revision: str
    state: Literal["found", "fetched", "unchanged", "changed", "archived", "kept", "missing", "no address"]
    path: Path | None = None
    remark: str = ""


def chosen_revisions(asked: Mapping[str, str], publication: Publication) -> dict[str, Revision]:
    """The revisions asked for, by edition. Raises GuidanceError where the register has no such one."""
    chosen = {}
    for edition_id, revision_id in asked.items():
        edition = next((e for e in publication.editions if e.id == edition_id), None)
        known = {r.id: r for r in edition.files} if edition else {}
        if revision_id not in known:
            there = ", ".join(known) if edition else ", ".join(e.id for e in publication.editions)
            what = f"no revision {revision_id} of {edition_id}" if edition else f"no edition {edition_id}"
            raise GuidanceError(f"--revision: the register has {what}, only {there or 'none'}")
        chosen[edition_id] = known[revision_id]
    return chosen


def parse_revisions(asked: Iterable[str]) -> dict[str, str]:
    """ "2018:2019-02" -> the revision of each edition. Raises GuidanceError for other forms."""
    chosen: dict[str, str] = {}
    for words in asked:
        edition, _, revision = words.partition(":")
        if not edition or not revision or edition in chosen:
            raise GuidanceError(
                f"--revision {words}: write EDITION:REVISION, once for an edition, like 2018:2019-02"
            )
        chosen[edition] = revision
    return chosen


def parse_trust(asked: Iterable[str]) -> dict[str, Path]:
    """ "my.pdf=2018" -> the file to be trusted as each edition. Raises GuidanceError for other forms."""
    trusted: dict[str, Path] = {}
    for words in asked:
        file, _, edition = words.rpartition("=")
        if not edition or not file or edition in trusted:
            raise GuidanceError(f"--trust {words}: write FILE=EDITION, once for an edition, like my.pdf=2018")
        trusted[edition] = Path(file)
    return trusted


def fetch_missing(
    shelf: Shelf,
    editions: Iterable[Edition],
    fetcher: Fetcher,
    chosen: Mapping[str, Revision],
    begin: Begin,
) -> None:
    """Fetch a file for each edition that has none here; what fails is told when the edition is read."""
    for edition in editions:
        here = shelf.source(edition, chosen.get(edition.id))
        if isinstance(here, Missing) and (here.refused or not here.fault):
            begin(edition)
            shelf.source(edition, chosen.get(edition.id), fetcher)


def look_up_files(
    shelf: Shelf, publication: Publication, wanted: Iterable[str], cache: Path, fetcher: Fetcher, begin: Begin
) -> tuple[SourceRow, ...]:
    """Every revision of the editions wanted: found in a folder of the reader's, or asked for at its address;
    `shelf` has those folders, and not the cache."""
    rows: list[SourceRow] = []
    for edition in (e for e in publication.editions if e.id in set(wanted)):
        begin(edition)
        rows += _look_up_edition(shelf, publication, edition, cache, fetcher)
    return tuple(rows)


def _look_up_edition(
    shelf: Shelf, publication: Publication, edition: Edition, cache: Path, fetcher: Fetcher
) -> Iterator[SourceRow]:
    at_hand = shelf.at_hand(edition)
    for revision in edition.files:
        if revision.id in at_hand:
            yield SourceRow(edition.id, revision.id, "found", at_hand[revision.id].path)
        elif revision.unreviewed:
            kept = kept_beside(cache, edition, revision)
            if kept.is_file() and digest(kept) == revision.sha256:
                yield SourceRow(edition.id, revision.id, "found", kept, "not reviewed")
        elif revision.url:
            yield _fetched(publication, edition, revision, cache, fetcher)
        elif not any(place.id == revision.id for place in addresses(edition)):
            yield SourceRow(edition.id, revision.id, "no address", None, _by_hand(file_name(edition, revision)))
    known = {revision.id for revision in edition.revisions if revision.url} | set(at_hand)
    for place in addresses(edition):
        if place.id not in known:
            yield _fetched(publication, edition, place, cache, fetcher)
    other = shelf.source(edition)
    if isinstance(other, Source) and other.revision is None:
        yield SourceRow(edition.id, "not known", "found", other.path)
    elif isinstance(other, Missing) and other.fault:
        yield SourceRow(edition.id, "not known", "missing", None, other.reason)
    elif not edition.revisions and not edition.candidates:
        yield SourceRow(edition.id, "-", "no address", None, _by_hand(f"{edition.id}.pdf"))


def _by_hand(name: str) -> str:
    return f"put the file into sources/ as {name}"


def _fetched(
    publication: Publication, edition: Edition, revision: Revision, cache: Path, fetcher: Fetcher
) -> SourceRow:
    try:
        fetched = fetcher.fetch(publication, edition, revision, cache)
    except UnreachableError as error:
        return SourceRow(edition.id, revision.id, "missing", None, f"{error.host} did not answer")
    except GuidanceError as error:
        return SourceRow(edition.id, revision.id, "missing", None, str(error))
    upload = upload_of(revision.url, revision.date)
    remark = "; ".join(filter(None, (fetched.remark, upload.said if upload and not upload.agrees else "")))
    return SourceRow(edition.id, revision.id, fetched.state, fetched.path, remark)


def refuse_missing(rows: Sequence[SourceRow], editions: Iterable[str]) -> None:
    """Raises GuidanceError, one line, where no file of some of `editions` is here."""
    missing: dict[str, str] = {}
    for edition in editions:
        mine = [row for row in rows if row.edition == edition]
        if not any(row.path for row in mine):
            missing[edition] = next((r.remark for r in reversed(mine) if r.remark), "no official address is known")
    if missing:
        first, *others = missing
        also = f"; and no file of {', '.join(others)}" if others else ""
        raise GuidanceError(f"edition {first}: {missing[first]}{also}")


def with_address(rows: Sequence[SourceRow]) -> tuple[str, ...]:
    """The editions that have an address where a file may be had: what is asked for where no edition is named."""
    return tuple(dict.fromkeys(row.edition for row in rows if row.state != "no address"))


def refuse_unvetted(rows: Sequence[SourceRow], publication: Publication, fetcher: Fetcher, lock: Path) -> None:
    """Raises GuidanceError, one line, where a file came that the lock has not, or a file that register or lock have
    is missing: nobody has looked at the one, and a site without the other would lose a text."""
    held = {(r.edition, r.revision) for r in rows if r.path}
    named = {(e.id, r.id) for e in publication.editions for r in e.revisions if r.sha256 and not r.unreviewed}
    named |= {(e.id, entry.revision) for e in publication.editions for entry in e.locked}
    looked = {row.edition for row in rows}
    gone = sorted(f"{edition} {revision}" for edition, revision in named - held if edition in looked)
    new = [f"{entry.edition} {entry.revision} (sha256 {entry.sha256[:8]}…)" for entry in fetcher.seen]
    if new:
        raise GuidanceError(
            f"{lock}: first seen or changed: {', '.join(new)}; review each, then commit {lock.name}"
        )
    if gone:
        raise GuidanceError(f"{lock}: pinned or locked, and not to be had: {', '.join(gone)}")
