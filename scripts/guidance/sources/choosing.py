"""Which official files are here and which can be had: choosing revisions, fetching what is missing, and a table
of it all. Brings the register and the sources together; no file's text is read and nothing is printed."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.document.register import Edition, InForce, Publication, Revision
from guidance.sources import Fetcher, Missing, Source, UnreachableError, file_name, find_source, sources_at_hand

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
        known = {r.id: r for r in edition.revisions} if edition else {}
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


def fetch_missing(
    publication: Publication,
    wanted: Iterable[str],
    folders: tuple[Path, ...],
    cache: Path,
    fetcher: Fetcher,
    chosen: Mapping[str, Revision],
    begin: Begin,
) -> None:
    """Fetch a file for each edition wanted that has none here; what fails is told when the edition is read."""
    for edition in (e for e in publication.editions if e.id in set(wanted)):
        revision = chosen.get(edition.id)
        here = find_source(publication, edition, folders, cache, None, revision)
        if isinstance(here, Missing) and not here.fault:
            begin(edition)
            find_source(publication, edition, folders, cache, fetcher, revision)


def look_up_files(
    publication: Publication,
    wanted: Iterable[str],
    folders: tuple[Path, ...],
    cache: Path,
    fetcher: Fetcher,
    begin: Begin,
) -> tuple[SourceRow, ...]:
    """Every revision of the editions wanted: found in a folder of the reader's, or asked for at its address."""
    rows: list[SourceRow] = []
    for edition in (e for e in publication.editions if e.id in set(wanted)):
        begin(edition)
        rows += _look_up_edition(publication, edition, folders, cache, fetcher)
    return tuple(rows)


def _look_up_edition(
    publication: Publication, edition: Edition, folders: tuple[Path, ...], cache: Path, fetcher: Fetcher
) -> Iterator[SourceRow]:
    at_hand = sources_at_hand(publication, edition, folders, cache / "none")
    for revision in edition.revisions:
        if revision.id in at_hand:
            yield SourceRow(edition.id, revision.id, "found", at_hand[revision.id].path)
        elif revision.unreviewed:
            yield from _unreviewed(publication, edition, revision, cache)
        elif revision.url:
            yield _fetched(publication, edition, revision, cache, fetcher)
        else:
            yield SourceRow(edition.id, revision.id, "no address", None, _by_hand(file_name(edition, revision)))
    other = find_source(publication, edition, folders, cache, None)
    if isinstance(other, Source) and other.revision is None:
        yield SourceRow(edition.id, "not known", "found", other.path)
    elif isinstance(other, Missing) and other.fault:
        yield SourceRow(edition.id, "not known", "missing", None, other.reason)
    elif not edition.revisions:
        yield SourceRow(edition.id, "-", "no address", None, _by_hand(f"{edition.id}.pdf"))


def _by_hand(name: str) -> str:
    return f"put the file into sources/ as {name}"


def _unreviewed(publication: Publication, edition: Edition, revision: Revision, cache: Path) -> Iterator[SourceRow]:
    found = find_source(publication, edition, (), cache, None, revision)
    if isinstance(found, Source):
        yield SourceRow(edition.id, revision.id, "found", found.path, "not reviewed")


def _fetched(
    publication: Publication, edition: Edition, revision: Revision, cache: Path, fetcher: Fetcher
) -> SourceRow:
    try:
        fetched = fetcher.fetch(publication, edition, revision, cache)
    except UnreachableError as error:
        return SourceRow(edition.id, revision.id, "missing", None, f"{error.host} did not answer")
    except GuidanceError as error:
        return SourceRow(edition.id, revision.id, "missing", None, str(error))
    return SourceRow(edition.id, revision.id, fetched.state, fetched.path, fetched.remark)


def refuse_missing(rows: Sequence[SourceRow], editions: Iterable[str]) -> None:
    """Raises GuidanceError for the first of `editions` of which no file is here."""
    for edition in editions:
        if not any(row.path for row in rows if row.edition == edition):
            reasons = [row.remark for row in rows if row.edition == edition and row.remark]
            raise GuidanceError(f"edition {edition}: {reasons[-1] if reasons else 'no official address is known'}")


# --- What stood on a day -----------------------------------------------------------------------------


def stood_on(publication: Publication, day: str) -> InForce:
    """What stood on a day written like 2019-01-15. Raises GuidanceError for other words, and before the first
    edition."""
    try:
        standing = publication.as_it_stood(datetime.date.fromisoformat(day))
    except ValueError:
        raise GuidanceError(f"--on {day}: write a day like 2019-01-15") from None
    if standing is None:
        first = publication.editions[0]
        raise GuidanceError(f"--on {day}: the register begins later, with the edition of {first.id}")
    return standing


def say_standing(day: str, standing: InForce, read: Source | None) -> list[str]:
    """What stood on a day, in lines: edition and revision, what is not sure, and whether the file that is `read`
    here is that one."""
    edition, revision = standing.edition, standing.revision
    which = (
        f", revision {revision.id}: {revision.what}" if revision else "; no revision of it is known for that day"
    )
    lines = [f"{day}: the edition of {edition.id}{which}"]
    lines += [f"{day}: not sure: {doubt}" for doubt in standing.doubts]
    if read is None:
        lines.append(f"{day}: no text of {edition.id} is here; places are those that were published once")
    elif read.revision is None:
        lines.append(f"{day}: which revision of {edition.id} is here is not known: {read.path}")
    elif read.revision != revision:
        lines.append(f"{day}: the text here is that of revision {read.revision.id}: {read.path}")
    return lines
