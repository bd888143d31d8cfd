"""Which file holds an edition's text: in a folder of the reader's, in the cache, or at its official address.

Files are told apart by SHA-256 and by name; what is in them is not read, and the network is `fetching`'s.
"""

import re
from collections.abc import Iterable
from pathlib import Path

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


# --- The official address --------------------------------------------------------------------------


def _from_address(
    publication: Publication, edition: Edition, cache: Path, fetcher: Fetcher | None, asked: Revision | None
) -> Source | Missing:
    """Asks the address of the revision wanted, or of the newest one that has an address, then of the others."""
    candidates = (asked,) if asked else tuple(r for r in reversed(edition.revisions) if not r.unreviewed)
    addressed = [r for r in candidates if r.url]
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
    candidates = (asked,) if asked else tuple(r for r in reversed(edition.revisions) if not r.unreviewed)
    for revision in candidates:
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
