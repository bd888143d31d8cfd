"""Which file holds an edition's text, in a folder of the reader's, in the cache, or at its official address; which
revision is wanted, and a table of all that are here or can be had.

Files are told apart by SHA-256 and by name; what is in them is not read, and the network is `fetching`'s.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication, Revision
from guidance.sources.fetching import Fetcher, UnreachableError, digest, file_name, kept_beside
from guidance.sources.kinds import SUFFIXES, fault, wanted_kind


class Source(Struct, frozen=True):
    """A file that holds an edition's text. `revision` is the one that its SHA-256 or, failing that, its name tells;
    None where neither does."""

    edition: str
    path: Path
    sha256: str
    media_type: str
    revision: Revision | None = None


class Missing(Struct, frozen=True):
    """No text for an edition, and why. `fault`: a file is there but cannot be used; `silent`: the host that
    could not be reached."""

    edition: str
    reason: str
    fault: bool = False
    silent: str | None = None


def find_source(
    publication: Publication,
    edition: Edition,
    folders: Iterable[Path],
    cache: Path,
    fetcher: Fetcher | None,
    revision: Revision | None = None,
) -> Source | Missing:
    """The file with an edition's text: from the first folder that has one, the cache, or the official address.

    Of several files the newest revision's is taken, or that of the `revision` asked for; one that nobody has
    reviewed only when it is asked for. A file that is named after the edition and cannot be used ends the search:
    whoever put it there should hear of it. Without a `fetcher` no network is used.
    """
    for folder in folders:
        found = _look_in(folder, publication, edition, revision)
        if found is not None:
            return found
    found = _in_cache(cache, publication, edition, revision)
    return found or _from_address(publication, edition, cache, fetcher, revision)


def sources_at_hand(
    publication: Publication, edition: Edition, folders: Iterable[Path], cache: Path
) -> dict[str, Source]:
    """Every revision of an edition whose file is here, by the revision's id."""
    found = {}
    for revision in edition.revisions:
        source = find_source(publication, edition, folders, cache, None, revision)
        if isinstance(source, Source) and source.revision == revision:
            found[revision.id] = source
    return found


def source_folders(given: Path | None, environment: str | None, root: Path) -> tuple[Path, ...]:
    """The folders to look in, in order: the one named (`given`, else `environment`), then sources/.

    Raises GuidanceError when the named one is not a folder.
    """
    named = given or (Path(environment) if environment else None)
    if named is not None and not named.is_dir():
        origin = "--sources" if given else "GUIDANCE_SOURCES"
        raise GuidanceError(f"{named}: {origin} must name a folder that exists")
    return (*((named,) if named else ()), root / "sources")


def _candidates(edition: Edition, asked: Revision | None) -> tuple[Revision, ...]:
    """The revision asked for, or all that were reviewed, newest first."""
    return (asked,) if asked else tuple(r for r in reversed(edition.revisions) if not r.unreviewed)


# --- The official address --------------------------------------------------------------------------


def _from_address(
    publication: Publication, edition: Edition, cache: Path, fetcher: Fetcher | None, asked: Revision | None
) -> Source | Missing:
    """Asks the address of the revision wanted, or of the newest one that has an address, then of the others."""
    addressed = [r for r in _candidates(edition, asked) if r.url]
    by_hand = f"put the file into sources/ as {file_name(edition, asked) if asked else f'{edition.id}.pdf'}"
    if not addressed:
        return Missing(edition.id, f"no official address is known; {by_hand}")
    if fetcher is None:
        return Missing(edition.id, f"the network was not used; {by_hand}")
    missing: Missing | None = None
    for revision in addressed:
        try:
            fetched = fetcher.fetch(publication, edition, revision, cache)
        except GuidanceError as error:
            host = error.host if isinstance(error, UnreachableError) else None
            missing = missing or Missing(edition.id, str(error), silent=host)
            continue
        if missing:
            fetcher.note(
                f"edition {edition.id}: revision {revision.id} stands in for a newer one: {missing.reason}"
            )
        return Source(edition.id, fetched.path, fetched.sha256, wanted_kind(fetched.path.name), revision)
    return missing or Missing(edition.id, f"no file of {edition.id} could be kept in {cache}")


# --- Folders ---------------------------------------------------------------------------------------


def _look_in(
    folder: Path, publication: Publication, edition: Edition, asked: Revision | None
) -> Source | Missing | None:
    """The file of an edition in a folder of the reader's; a faulty one that is named after it tells why."""
    pinned = _pinned(publication)
    known: list[tuple[int, Source]] = []
    named: list[Path] = []
    for path in _files(folder):
        try:
            sha256 = digest(path)
        except OSError as error:
            if _edition_named(path.name, publication) == edition.id:
                reason = f"{path}: cannot be read ({error.strerror}); mend or remove it"
                return Missing(edition.id, reason, fault=True)
            continue
        if sha256 in pinned:
            owner, at, revision = pinned[sha256]
            if owner == edition.id and revision == (asked or revision) and (asked or not revision.unreviewed):
                known.append((at, Source(edition.id, path, sha256, wanted_kind(path.name), revision)))
        elif _edition_named(path.name, publication) == edition.id:
            named.append(path)
    if known:
        return max(known, key=lambda pair: pair[0])[1]
    judged = [(_revision_named(path.name, edition), path) for path in named]
    fitting = [(at, path) for at, path in judged if asked is None or (at >= 0 and edition.revisions[at] == asked)]
    return _judge(edition, *sorted(fitting, key=lambda pair: pair[0])[-1]) if fitting else None


def _in_cache(cache: Path, publication: Publication, edition: Edition, asked: Revision | None) -> Source | None:
    """The file of an edition that was fetched before: it has the name that fetching gives, and the SHA-256 that is
    pinned, where one is."""
    for revision in _candidates(edition, asked):
        path = (
            kept_beside(cache, edition, revision) if revision.unreviewed else cache / file_name(edition, revision)
        )
        if path.is_file() and _fault(path) is None:
            sha256 = digest(path)
            if revision.sha256 in (None, sha256):
                return Source(edition.id, path, sha256, wanted_kind(path.name), revision)
    return _pinned_in(cache, publication, edition, asked)


def _pinned_in(cache: Path, publication: Publication, edition: Edition, asked: Revision | None) -> Source | None:
    """A file that was put into the cache under another name than fetching gives; what that name promises holds."""
    found = _look_in(cache, publication, edition, asked)
    if not isinstance(found, Source):
        return None
    at = _revision_named(found.path.name, edition)
    return found if at < 0 or edition.revisions[at].sha256 in (None, found.sha256) else None


def _pinned(publication: Publication) -> dict[str, tuple[str, int, Revision]]:
    """SHA-256 -> edition, place among its revisions, and revision."""
    return {r.sha256: (e.id, at, r) for e in publication.editions for at, r in enumerate(e.revisions) if r.sha256}


def _files(folder: Path) -> list[Path]:
    """The files of a folder that may hold a text: the best kinds last, so that they win over others of a name."""
    if not folder.is_dir():
        return []
    kinds = list(reversed(SUFFIXES))
    found = (p for p in folder.iterdir() if p.suffix.lower() in kinds and p.name[0] != "." and p.is_file())
    return sorted(found, key=lambda path: (kinds.index(path.suffix.lower()), path.name))


def _judge(edition: Edition, at: int, path: Path) -> Source | Missing:
    wrong = _fault(path)
    if wrong:
        return Missing(edition.id, f"{path}: this {wrong}; replace it with the official file", fault=True)
    revision = edition.revisions[at] if at >= 0 and edition.revisions[at].sha256 is None else None
    return Source(edition.id, path, digest(path), wanted_kind(path.name), revision)


def _fault(path: Path) -> str | None:
    return fault(path.read_bytes(), wanted_kind(path.name))


def _edition_named(name: str, publication: Publication) -> str | None:
    """The edition that a file's name begins with: the longest id, and no digit after it."""
    fitting = [e.id for e in publication.editions if re.match(re.escape(e.id) + r"(?!\d)", name, re.IGNORECASE)]
    return max(fitting, key=len, default=None)


def _revision_named(name: str, edition: Edition) -> int:
    """The place of the revision whose id stands in a file's name ("2018-2019-02.pdf"); -1 for none."""
    stem = name.lower()
    fitting = [
        (len(revision.id), at)
        for at, revision in enumerate(edition.revisions)
        for form in {f"{edition.id}-{revision.id}", file_name(edition, revision).rpartition(".")[0]}
        if re.match(rf"{re.escape(form)}(?![0-9a-z]|-\d)", stem)
    ]
    return max(fitting)[1] if fitting else -1


# --- Revisions asked for, and a table of all files ---

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
    for revision in edition.files:
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
