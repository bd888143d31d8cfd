"""Which file holds an edition's text, in the reader's folders, in the cache, or at its official address; and what
became of every file.

A file is an edition's by its SHA-256, by what its text proves, or because the reader says so, never by its name;
the text is judged in `identity`, read elsewhere, and the network is `fetching`'s.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from guidance.document.kinds import OPENING, SUFFIXES, fault, kind_of, wanted_kind
from guidance.document.model import GuidanceError
from guidance.document.register import Candidate, Edition, Publication, Revision
from guidance.sources.fetching import Fetcher, UnreachableError, digest, file_name, upload_of
from guidance.sources.identity import Verdict

UNKNOWN = "candidate"  # how the name of a revision begins that nobody knows, from a candidate address
Prove = Callable[[Sequence[Path]], Mapping[Path, Verdict | str]]
"""What some files prove to be, each read whole; or why it cannot be read, beginning with its path."""


class Proof(Struct, frozen=True):
    """How it is known that a file holds an edition, for its reader. Its digest is `pinned` in the register or was
    `locked` when the file was first fetched; its text `proved` it, by the `evidence`; or whoever built the site
    `trusted` it, against what it `seems` to be. `revision_by` says what tells its revision, if anything does."""

    how: Literal["pinned", "locked", "proved", "trusted"] = "pinned"
    evidence: tuple[str, ...] = ()
    seems: str | None = None
    revision_by: Literal["digest", "file name"] | None = None


class Source(Struct, frozen=True):
    """A file that holds an edition's text. `revision` is the one that its SHA-256 or, failing that, its name tells;
    None where neither does."""

    edition: str
    path: Path
    sha256: str
    media_type: str
    revision: Revision | None = None
    proof: Proof = Proof()


class Identity(Proof, frozen=True, kw_only=True):
    """What edition.json says of the file that an edition was read from: its name, how it is known (as in Proof),
    and the `address` that it came from, or a file of this digest did, with that of the copy in a web `archive`.
    `candidate` says that the address is from general knowledge; `uploaded` is the day that it tells, and
    `upload_says` that day beside the revision's, in words."""

    file: str
    revision: str | None
    address: str | None
    archive: str | None
    candidate: bool
    uploaded: str | None
    upload_says: str | None


class Missing(Struct, frozen=True):
    """No text for an edition, and why. `fault`: a file is there but is no use; `refused`: it is another text."""

    edition: str
    reason: str
    fault: bool = False
    refused: bool = False


class HeldFile(Struct, frozen=True):
    """A file in a folder: the `source` that it is, or `why` it is none. `named` is the edition that its name begins
    with, `refused` why it is not taken as that one, `fault` whether it is broken."""

    path: Path
    source: Source | None = None
    why: str = ""
    named: str | None = None
    refused: str = ""
    fault: bool = False


class FileRow(Struct, frozen=True):
    """What became of a file in the reader's folders: as which edition it was used, or in words why not."""

    path: Path
    state: Literal["used", "not recognised", "shadowed", "not asked for"]
    words: str
    edition: str | None = None


class Shelf:
    """The files at hand for a publication, each looked at once: in the reader's folders, and in the cache."""

    def __init__(
        self,
        publication: Publication,
        folders: Iterable[Path],
        cache: Path,
        prove: Prove,
        trust: Mapping[str, Path] | None = None,
    ) -> None:
        """`trust` says by edition which file is to be taken for it unproved. Raises GuidanceError where there is no
        such edition or file."""
        self._publication, self._cache, self._prove = publication, cache, prove
        self._folders = tuple({folder.resolve(): folder for folder in folders}.values())
        self._pinned = _pinned(publication)
        self._looked: dict[Path, tuple[HeldFile, ...]] = {}
        self._trusted = {edition: self._trust(edition, path) for edition, path in (trust or {}).items()}

    def source(
        self, edition: Edition, asked: Revision | None = None, fetcher: Fetcher | None = None
    ) -> Source | Missing:
        """The file with an edition's text: from the first folder that has one, the cache, or the official address.

        Of several files the newest revision's is taken, or that of the revision `asked` for; one that nobody has
        reviewed only when it is asked for. A broken file that is named after the edition ends the search: whoever
        put it there should hear of it. One that is another text does not, and is told where nothing is found.
        Without a `fetcher` no network is used.
        """
        if edition.id in self._trusted:
            return self._trusted[edition.id]
        refused = ""
        for folder in self._folders:
            held = self._look(folder)
            if found := _best(held, edition, asked):
                return found
            meant = [one for one in held if one.named == edition.id]
            meant = [one for one in meant if asked in (None, _revision_named(one.path.name, edition))]
            if broken := next((one for one in reversed(meant) if one.fault), None):
                return Missing(edition.id, broken.why, fault=True)
            refused = refused or next((f"{one.path}: {one.refused}" for one in meant if one.refused), "")
        found = _best(self._look_in_cache(), edition, asked)
        there = found or _from_address(self._publication, edition, self._cache, fetcher, asked)
        if refused and isinstance(there, Missing):
            return structs.replace(there, reason=refused, fault=True, refused=True)
        return there

    def at_hand(self, edition: Edition) -> dict[str, Source]:
        """Every revision of an edition whose file is here, by the revision's id."""
        found = {}
        for revision in edition.revisions:
            source = self.source(edition, revision)
            if isinstance(source, Source) and source.revision == revision:
                found[revision.id] = source
        return found

    def rows(self, used: Iterable[Source], wanted: Iterable[str]) -> tuple[FileRow, ...]:
        """What became of every file in the reader's folders, when these sources were `used` and the editions
        `wanted`."""
        taken = {source.edition: source for source in used}
        asked, rows = set(wanted), []
        trusted = [HeldFile(one.path, one) for one in self._trusted.values()]
        paths = {one.path.resolve() for one in trusted}
        for one in (*trusted, *(h for f in self._folders for h in self._look(f) if h.path.resolve() not in paths)):
            source = one.source
            if source is None:
                rows.append(FileRow(one.path, "not recognised", one.why.removeprefix(f"{one.path}: ")))
            elif source.edition not in asked:
                rows.append(FileRow(one.path, "not asked for", f"it is of {source.edition}", source.edition))
            elif (use := taken.get(source.edition)) and use.path != one.path:
                rows.append(FileRow(one.path, "shadowed", f"{use.path} is used as {use.edition}", use.edition))
            elif use:
                rows.append(FileRow(one.path, "used", f"as {_say_source(source)}", source.edition))
            else:
                rows.append(FileRow(one.path, "shadowed", f"no text of {source.edition} is used", source.edition))
        return tuple(rows)

    # --- One folder ---

    def _look_in_cache(self) -> list[HeldFile]:
        """Files that were fetched before; not one whose name promises a pinned file and that is another."""
        held = (*self._look(self._cache), *self._look(self._cache / "changed"))
        names = {file_name(e, r): r.sha256 for e in self._publication.editions for r in e.revisions if r.sha256}
        return [h for h in held if h.source and names.get(h.path.name, h.source.sha256) == h.source.sha256]

    def _look(self, folder: Path) -> tuple[HeldFile, ...]:
        """What each file of a folder is: the best kinds last, so that they win over others."""
        if folder not in self._looked:
            known = [self._known(path) for path in _files(folder)]
            waiting = [one.path for one in known if one.source is None and not one.why]
            verdicts = self._prove(waiting) if waiting else {}
            looked = (self._judged(one, verdicts[one.path]) if one.path in verdicts else one for one in known)
            self._looked[folder] = tuple(looked)
        return self._looked[folder]

    def _known(self, path: Path) -> HeldFile:
        """What a file is by its digest, or why it cannot be used; neither where its text must tell."""
        named = _edition_named(path.name, self._publication)
        try:
            sha256, kind = digest(path), _kind(path)
        except OSError as error:
            why = f"{path}: cannot be read ({error.strerror}); mend or remove it"
            return HeldFile(path, None, why, named, fault=True)
        if sha256 in self._pinned:
            owner, revision, proof = self._pinned[sha256]
            source = Source(owner, path, sha256, kind or "", revision, proof)
            seems = f"it is {self._publication.edition(owner).title}, {owner}, by its digest"
            refused = f"{seems}; not taken as {named}" if named not in (None, owner) else ""
            return HeldFile(path, source, named=named, refused=refused)
        if kind is None:
            return HeldFile(path, None, f"{path}: it is neither a PDF, a web page nor a Word file", named)
        if wrong := fault(path.read_bytes(), kind):
            why = f"{path}: this {wrong}; replace it with the official file"
            return HeldFile(path, None, why, named, fault=True)
        return HeldFile(path, named=named)

    def _judged(self, held: HeldFile, verdict: Verdict | str) -> HeldFile:
        """What a file is by its text."""
        if isinstance(verdict, str):
            return structs.replace(held, why=verdict, fault=True)
        other = held.named is not None and held.named != verdict.edition
        refused = verdict.refusal(held.named) if other else ""
        if verdict.edition is None:
            return structs.replace(held, why=verdict.refusal(held.named), refused=refused)
        edition = self._publication.edition(verdict.edition)
        source = self._source(held.path, edition, Proof("proved", verdict.evidence))
        return structs.replace(held, source=source, refused=refused)

    def _source(self, path: Path, edition: Edition, proof: Proof) -> Source:
        """A file of an edition, of the revision that its name tells: none that another digest is pinned for."""
        sha256, revision = digest(path), _revision_named(path.name, edition)
        if revision and revision.sha256 in (None, sha256):
            proof = structs.replace(proof, revision_by="file name")
            return Source(edition.id, path, sha256, _kind(path) or "", revision, proof)
        return Source(edition.id, path, sha256, _kind(path) or "", None, proof)

    def _trust(self, edition_id: str, given: Path) -> Source:
        """The file that the reader takes for an edition, and what it seems to be if it is not that."""
        edition = next((e for e in self._publication.editions if e.id == edition_id), None)
        if edition is None:
            known = ", ".join(e.id for e in self._publication.editions)
            raise GuidanceError(f"--trust {given}={edition_id}: the register has no such edition, only {known}")
        places = (given, *(folder / given for folder in self._folders))
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise GuidanceError(f"--trust {given}: there is no such file")
        held = self._known(path)
        if held.source and held.source.edition == edition_id:
            return held.source
        verdict = self._prove([path])[path] if held.source is None and not held.why else held.why
        if isinstance(verdict, str) and verdict:
            raise GuidanceError(verdict)
        if isinstance(verdict, Verdict) and verdict.edition == edition_id:
            return self._source(path, edition, Proof("proved", verdict.evidence))
        of = self._publication.edition(held.source.edition) if held.source else None
        seems = verdict.seems if isinstance(verdict, Verdict) else f"{of.title}, {of.id}" if of else None
        return self._source(path, edition, Proof("trusted", seems=seems))


def say_identity(source: Source, edition: Edition) -> Identity:
    """How it is known that a source is of its edition, and where it came from."""
    seen = next((entry for entry in edition.locked if entry.sha256 == source.sha256), None)
    address = seen.url if seen else next((r.url for r in edition.revisions if r.sha256 == source.sha256), None)
    upload = upload_of(address, source.revision.date if source.revision else None)
    return Identity(
        **structs.asdict(source.proof),
        file=source.path.name,
        revision=source.revision.id if source.revision else None,
        address=address,
        archive=seen.archive if seen else None,
        candidate=address in {candidate.url for candidate in edition.candidates},
        uploaded=upload.day.isoformat() if upload else None,
        upload_says=upload.said if upload else None,
    )


def _say_source(source: Source) -> str:
    """Which edition and revision a file is, and how that is known."""
    by_name = source.proof.revision_by == "file name"
    revision = f"revision {source.revision.id}" if source.revision else "revision not known"
    said = f"{source.edition}, {revision}{', as its name says' if by_name else ''}"
    if source.proof.how == "trusted":
        return f"{said}: trusted, though it seems to be {source.proof.seems}"
    told = {"pinned": "its digest is pinned", "locked": "its digest is locked"}
    return f"{said}: {told.get(source.proof.how, 'it proves itself')}"


def _best(held: Iterable[HeldFile], edition: Edition, asked: Revision | None) -> Source | None:
    """Of the files of a folder the one to take for an edition."""
    mine = [one.source for one in held if one.source and one.source.edition == edition.id]
    fitting = [s for s in mine if (s.revision == asked if asked else not (s.revision and s.revision.unreviewed))]

    def rank(source: Source) -> tuple[bool, int, bool]:
        at = edition.revisions.index(source.revision) if source.revision else -1
        return source.proof.how != "proved", at, source.path.name.lower().startswith(edition.id)

    return max(reversed(fitting), key=rank, default=None)  # of equals the last


def source_folders(given: Path | None, environment: str | None, root: Path) -> tuple[Path, ...]:
    """The folders to look in, in order: the one named (`given`, else `environment`), then sources/.

    Raises GuidanceError when the named one is not a folder.
    """
    named = given or (Path(environment) if environment else None)
    if named is not None and not named.is_dir():
        origin = "--sources" if given else "GUIDANCE_SOURCES"
        raise GuidanceError(f"{named}: {origin} must name a folder that exists")
    return (*((named,) if named else ()), root / "sources")


def _pinned(publication: Publication) -> dict[str, tuple[str, Revision | None, Proof]]:
    """SHA-256 -> edition and revision, and who says so: the register or the lock."""
    locked = {seen.sha256: edition.id for edition in publication.editions for seen in edition.locked}
    found: dict[str, tuple[str, Revision | None, Proof]] = {
        sha256: (edition, None, Proof("locked")) for sha256, edition in locked.items()
    }
    for edition in publication.editions:
        for revision in edition.revisions:
            if revision.sha256:
                by_lock = revision.sha256 in locked or revision.unreviewed
                proof = Proof("locked" if by_lock else "pinned", revision_by="digest")
                found[revision.sha256] = edition.id, revision, proof
    return found


def _files(folder: Path) -> list[Path]:
    """The files of a folder but hidden ones, the best kinds last."""
    if not folder.is_dir():
        return []
    kinds = ["", *reversed(SUFFIXES)]
    found = [path for path in folder.iterdir() if path.name[0] != "." and path.is_file()]
    order = {p: kinds.index(p.suffix.lower()) if p.suffix.lower() in kinds else 0 for p in found}
    return sorted(found, key=lambda path: (order[path], path.name))


def _kind(path: Path) -> str | None:
    """The media type that a file's suffix promises or, where that promises none, its first bytes tell. Raises
    OSError."""
    if path.suffix.lower() in SUFFIXES:
        return SUFFIXES[path.suffix.lower()]
    with path.open("rb") as file:
        return kind_of(file.read(OPENING))


def _edition_named(name: str, publication: Publication) -> str | None:
    """The edition that a file's name begins with: the longest id, and no digit after it."""
    fitting = [e.id for e in publication.editions if re.match(re.escape(e.id) + r"(?!\d)", name, re.IGNORECASE)]
    return max(fitting, key=len, default=None)


def _revision_named(name: str, edition: Edition) -> Revision | None:
    """The revision whose id stands in a file's name ("2018-2019-02.pdf"): the longest, of equals the newest."""
    fitting = [
        (len(revision.id), at)
        for at, revision in enumerate(edition.revisions)
        for form in (f"{edition.id}-{revision.id}", file_name(edition, revision).rpartition(".")[0])
        if re.match(rf"{re.escape(form)}(?![0-9a-z]|-\d)", name.lower())
    ]
    return edition.revisions[max(fitting)[1]] if fitting else None


# --- The official address --------------------------------------------------------------------------


def addresses(edition: Edition, asked: Revision | None = None) -> tuple[Revision, ...]:
    """The revisions of an edition that have an address, newest first, and then its candidates as such: each as the
    revision that it is thought to be where its upload time agrees, else as one that is not known. Of a revision
    `asked` for only its own."""
    known = [asked] if asked else [r for r in reversed(edition.files) if not r.unreviewed]
    candidates = [_candidate(edition, candidate) for candidate in edition.candidates]
    return (*(r for r in known if r.url), *(c for c in candidates if asked is None or c.id == asked.id))


def _candidate(edition: Edition, candidate: Candidate) -> Revision:
    """The revision that a file from a candidate address is."""
    thought = next((r for r in edition.revisions if r.id == candidate.revision), None)
    upload = upload_of(candidate.url, thought.date) if thought else None
    if thought and upload and upload.agrees:
        return structs.replace(thought, url=candidate.url)
    name = f"{UNKNOWN}-{hashlib.sha256(candidate.url.encode()).hexdigest()[:8]}"
    locked = next((entry.sha256 for entry in edition.locked if entry.url == candidate.url), None)
    return Revision(name, candidate.why, url=candidate.url, sha256=locked)


def _from_address(
    publication: Publication, edition: Edition, cache: Path, fetcher: Fetcher | None, asked: Revision | None
) -> Source | Missing:
    """Asks the address of the revision wanted, or of the newest one that has an address, then of the others, then
    the candidates."""
    by_hand = f"put the file into sources/ as {file_name(edition, asked) if asked else f'{edition.id}.pdf'}"
    places = addresses(edition, asked)
    if not places:
        return Missing(edition.id, f"no official address is known; {by_hand}")
    if fetcher is None:
        count = "one address was" if len(places) == 1 else f"{len(places)} addresses were"
        return Missing(edition.id, f"the network was not used: {count} not tried; {by_hand}")
    failed: dict[str, bool] = {}  # why each has nothing, and whether its host is silent, which is said once
    for revision in places:
        try:
            fetched = fetcher.fetch(publication, edition, revision, cache)
        except GuidanceError as error:
            host = error.host if isinstance(error, UnreachableError) else ""
            failed[f"{host} did not answer" if host else str(error)] = bool(host)
            continue
        known = None if revision.id.startswith(UNKNOWN) else revision
        if failed and known:
            why = next(iter(failed))
            fetcher.note(f"edition {edition.id}: revision {revision.id} stands in for a newer one: {why}")
        if revision.url in {candidate.url for candidate in edition.candidates}:
            which = "" if known else "; which revision it is, is not known"
            fetcher.note(f"edition {edition.id}: comes from an address of general knowledge: {revision.url}{which}")
        upload = upload_of(revision.url, revision.date)
        if upload and upload.agrees is False:
            fetcher.note(f"edition {edition.id}: revision {revision.id} was {upload.said}")
        proof = Proof("pinned" if revision.sha256 else "locked", revision_by="digest" if known else None)
        kind = wanted_kind(fetched.path.name)
        return Source(edition.id, fetched.path, fetched.sha256, kind, known, proof)
    nothing = "; ".join(failed)
    return Missing(edition.id, f"{nothing}; {by_hand}" if any(failed.values()) else nothing)
