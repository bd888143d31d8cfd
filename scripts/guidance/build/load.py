"""Editions -> Documents: the register, the sources and the reader brought together.

What was read once is kept below the work folder and read again only when the file or the reader changes.
"""

import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.audit.vocabulary import read_wanted
from guidance.build.orders import NOT_ASKED, BuildOrder, Loaded, Tell
from guidance.document.model import Correction, Document, GuidanceError, read_toml
from guidance.document.register import Edition, Publication
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.read.corrections import correct
from guidance.read.pipeline import PendingRead, begin_reading
from guidance.sources import Fetcher, FileRow, Missing, Shelf, Source
from guidance.sources.choosing import chosen_revisions, fetch_missing
from guidance.sources.identity import Verdict, identify

_READERS = ("pypdfium2", "pikepdf", "pdf-oxide", "pdfminer.six", "beautifulsoup4", "lxml", "pypandoc-binary")
_READING = ("read", "jobs/executors.py", "document", "build/load.py")  # what the reading depends on


class Readings:
    """Files read whole, each once: what it holds, or why it cannot be read; and what it proves to be."""

    def __init__(self, publication: Publication, folder: Path, crew: Crew) -> None:
        """`folder` is the publication's."""
        self._publication, self._crew = publication, crew
        self._authors = read_wanted(folder, publication).authors
        self._read: dict[Path, Document | str] = {}

    def read(self, paths: Iterable[Path]) -> dict[Path, Document | str]:
        """What the reader makes of some files, or why they cannot be read; side by side."""
        paths = tuple(paths)
        new = [path for path in paths if path not in self._read]
        jobs = (_reading(str(path), path.name, path.read_bytes()) for path in new)
        for path, result in zip(new, self._crew.run(jobs), strict=True):
            read = msgspec.msgpack.decode(result, type=_Read)
            self._read[path] = read.document or read.fault.replace(read.called, str(path))
        return {path: self._read[path] for path in paths}

    def text(self, path: Path) -> Document | str:
        """The same of one."""
        return self.read((path,))[path]

    def prove(self, paths: Iterable[Path]) -> dict[Path, Verdict | str]:
        """What some files prove to be, or why they cannot be read."""
        return {path: self._verdict(read) for path, read in self.read(paths).items()}

    def doubt(self, name: str, content: bytes, edition: Edition) -> str | None:
        """Why a file that was fetched is not taken for an edition; None where it proves to be of it."""
        (result,) = self._crew.run([_reading(name, name, content)])
        read = msgspec.msgpack.decode(result, type=_Read)
        verdict = self._verdict(read.document or read.fault.removeprefix(f"{read.called}: "))
        if isinstance(verdict, str):
            return f"cannot be read: {verdict}"
        return None if verdict.edition == edition.id else verdict.refusal(edition.id)

    def _verdict(self, read: Document | str) -> Verdict | str:
        return read if isinstance(read, str) else identify(read, self._publication, self._authors)


def stand_shelf(order: BuildOrder, publication: Publication, crew: Crew) -> tuple[Shelf, Readings]:
    """The files at hand for an order, and what was read of them."""
    readings = Readings(publication, order.publication, crew)
    return Shelf(publication, order.folders, order.cache, readings.prove, order.trust), readings


def load(
    order: BuildOrder, publication: Publication, fetcher: Fetcher | None, tell: Tell, crew: Crew
) -> tuple[tuple[Loaded, ...], tuple[Missing, ...], tuple[FileRow, ...]]:
    """The texts of the editions ordered, oldest first, why the others are not here, and what became of every file
    in the reader's folders; `tell` hears of each.

    Raises GuidanceError when an edition that was asked for by name has no text, or when there is no such one.
    """
    ids, chosen = wanted(order, publication), chosen_revisions(order.revisions, publication)
    shelf, readings = stand_shelf(order, publication, crew)
    found: dict[str, Source | Missing] = {}
    for edition in publication.editions:
        if edition.id not in ids:
            found[edition.id] = Missing(edition.id, NOT_ASKED)
            continue
        found[edition.id] = source = shelf.source(edition, chosen.get(edition.id), fetcher)
        if isinstance(source, Source):
            tell(f"reading {edition.id}")
    sources = [one for one in found.values() if isinstance(one, Source)]
    older = {source.edition: _older_files(shelf, publication, source) for source in sources}
    readings.read(one.path for some in (sources, *older.values()) for one in some)  # side by side
    loaded, missing = [], []
    for edition in publication.editions:
        source = found[edition.id]
        if isinstance(source, Missing):
            missing.append(source)
        elif isinstance(text := _corrected(readings.text(source.path), source, order.publication), str):
            missing.append(Missing(edition.id, text, fault=True))
        else:
            before = ((one, readings.text(one.path)) for one in older[edition.id])
            whole = (Loaded(edition, one, held) for one, held in before if isinstance(held, Document))
            loaded.append(Loaded(edition, source, text, tuple(whole)))
    for gap in missing:
        if gap.edition in {*order.editions, *order.revisions}:
            raise GuidanceError(f"edition {gap.edition}: {gap.reason}")
    return tuple(loaded), tuple(missing), shelf.rows((item.source for item in loaded), ids)


def _older_files(shelf: Shelf, publication: Publication, source: Source) -> tuple[Source, ...]:
    """The whole files of an edition that are here and were issued before the one that is read; oldest first."""
    edition = publication.edition(source.edition)
    editions = {one.id for one in publication.editions}  # whose comparisons stand beside those of files
    whole = [revision for revision in edition.files if revision.part is None and revision.id not in editions]
    if source.revision not in whole:
        return ()
    at_hand = shelf.at_hand(edition)
    return tuple(at_hand[one.id] for one in whole[: whole.index(source.revision)] if one.id in at_hand)


def fetch_editions(order: BuildOrder, publication: Publication, fetcher: Fetcher, tell: Tell, crew: Crew) -> None:
    """Fetch a file for each edition ordered that has none here; what fails is told when it is loaded."""
    shelf, readings = stand_shelf(order, publication, crew)
    fetcher.doubt = readings.doubt
    editions = (publication.edition(one) for one in wanted(order, publication))
    chosen = chosen_revisions(order.revisions, publication)
    fetch_missing(shelf, editions, fetcher, chosen, lambda edition: tell(f"fetching {edition.id}"))


def wanted(order: BuildOrder, publication: Publication) -> tuple[str, ...]:
    """The ids of the editions ordered: all, where none is named. Raises GuidanceError for one that there is not."""
    known = tuple(edition.id for edition in publication.editions)
    for unknown in sorted(set(order.editions) - set(known)):
        raise GuidanceError(
            f"--edition {unknown}: the register has no such edition, only {', '.join(sorted(known))}"
        )
    return order.editions or known


class _Corrections(Struct, frozen=True, forbid_unknown_fields=True):
    """A corrections.toml."""

    corrections: tuple[Correction, ...] = ()


def read_corrections(folder: Path) -> tuple[Correction, ...]:
    """The corrections of an edition, from `folder`/corrections.toml; none where there is no such file.

    Raises GuidanceError when the file is not of this form, or when a correction has no reason.
    """
    path = folder / "corrections.toml"
    held = read_toml(path, _Corrections)
    for correction in held.corrections:
        if not correction.reason.strip():
            raise GuidanceError(f"{path}: the correction at {correction.anchor} has no reason; give one")
    return held.corrections


def corrections_for(source: Source, corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Those for the file at hand: of every revision, or of the one that it is."""
    read = source.revision.id if source.revision else None
    return tuple(c for c in corrections if c.revision in (None, read))


# --- Reading as a job ----------------------------------------------------------------------------


class _Read(Struct, frozen=True):
    """A document; or why a file cannot be read, and what that reason calls the file."""

    document: Document | None = None
    fault: str = ""
    called: str = ""


def _corrected(read: Document | str, source: Source, folder: Path) -> Document | str:
    """What was read of a source with its corrections, from the publication's `folder`; or why there is no text."""
    try:
        mends = corrections_for(source, read_corrections(folder / source.edition))
        return read if isinstance(read, str) else correct(read, mends)
    except GuidanceError as error:
        return str(error)


class _BytesRead:
    """A file that is being read, from its name and its content."""

    def __init__(self, name: bytes, content: bytes) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="guidance-")
        self._path = Path(self._place.name) / name.decode()
        self._path.write_bytes(content)
        self._reading: PendingRead | GuidanceError
        try:
            self._reading = begin_reading(self._path, second_opinion=True)
        except GuidanceError as error:
            self._reading = error

    def result(self) -> bytes:
        """The Document, or what is wrong with the file."""
        try:
            if isinstance(self._reading, GuidanceError):
                raise self._reading
            read = _Read(self._reading.whole())
        except GuidanceError as error:
            read = _Read(None, str(error), str(self._path))
        return msgspec.msgpack.encode(read)

    def close(self) -> None:
        """End the processes, and take away the file."""
        if isinstance(self._reading, PendingRead):
            self._reading.close()
        self._place.cleanup()


def _reading(said: str, name: str, content: bytes) -> Job:
    made_by = code_digest(_READING, _READERS)
    return Job(f"reading {said}", read_bytes, (name.encode(), content), made_by, "documents", begin=_BytesRead)


def read_bytes(name: bytes, content: bytes) -> bytes:
    """A file's name and its content -> its Document, or what is wrong with it; a job."""
    with closing(_BytesRead(name, content)) as reading:
        return reading.result()
