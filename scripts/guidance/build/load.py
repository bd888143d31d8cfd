"""Editions -> Documents: the register, the sources and the reader brought together.

What was read once is kept below the work folder and read again only when file, corrections or reader change.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.build.orders import Loaded, SourceFolders
from guidance.document.model import Correction, Document, GuidanceError
from guidance.document.register import Edition, Publication, Revision
from guidance.document.toml_files import read_toml
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.read import PendingRead, begin_reading
from guidance.read.corrections import correct
from guidance.sources import Fetcher, Missing, Source, find_source

_READERS = ("pypdfium2", "pikepdf", "pdf-oxide", "pdfminer.six", "beautifulsoup4", "lxml", "pypandoc-binary")
_READING = ("read", "jobs/sandbox.py", "document", "build/load.py")  # what the reading depends on


def load_editions(
    publication: Publication,
    folder: Path,
    wanted: Iterable[str],
    places: SourceFolders,
    fetcher: Fetcher | None,
    crew: Crew,
    begin: Callable[[Edition], None] = lambda _: None,
    revisions: Mapping[str, Revision] | None = None,
) -> tuple[tuple[Loaded, ...], tuple[Missing, ...]]:
    """The texts of the `wanted` editions, oldest first, and why the others are not here.

    `folder` is the publication's; `begin` hears of each edition before it is looked for; `revisions` says by
    edition which revision must be read, where it is not the newest one at hand.
    """
    found: dict[str, Source | Missing] = {}
    asked = set(wanted)
    for edition in publication.editions:
        if edition.id not in asked:
            found[edition.id] = Missing(edition.id, "not asked for")
            continue
        begin(edition)
        chosen = (revisions or {}).get(edition.id)
        found[edition.id] = find_source(publication, edition, places.folders, places.cache, fetcher, chosen)
    sources = [source for source in found.values() if isinstance(source, Source)]
    read = dict(zip((source.edition for source in sources), _read_sources(sources, folder, crew), strict=True))
    loaded, missing = [], []
    for edition in publication.editions:
        source = found[edition.id]
        answer = read.get(edition.id)
        if isinstance(source, Missing):
            missing.append(source)
        elif isinstance(answer, Document):
            loaded.append(Loaded(edition, source, answer))
        else:
            missing.append(Missing(edition.id, str(answer), fault=True))
    return tuple(loaded), tuple(missing)


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


def _read_sources(sources: Sequence[Source], folder: Path, crew: Crew) -> Iterator[Document | str]:
    """What the reader makes of each source with its edition's corrections, or why it cannot be read."""
    faults: dict[str, str] = {}
    jobs: dict[str, Job] = {}
    for source in sources:
        try:
            jobs[source.edition] = _reading(
                source.path, corrections_for(source, read_corrections(folder / source.edition))
            )
        except GuidanceError as error:
            faults[source.edition] = str(error)
    results = dict(zip(jobs, crew.run(jobs.values()), strict=True))
    for source in sources:
        if source.edition in faults:
            yield faults[source.edition]
            continue
        read = msgspec.msgpack.decode(results[source.edition], type=_Read)
        yield read.document or read.fault.replace(read.called, str(source.path))


def _reading(path: Path, corrections: tuple[Correction, ...]) -> Job:
    parts = (path.name.encode(), path.read_bytes(), msgspec.msgpack.encode(corrections))
    made_by = code_digest(_READING, _READERS)
    return Job(f"reading {path}", read_bytes, parts, made_by, "documents", begin=_BytesRead)


class _BytesRead:
    """A file that is being read, from its name, its content and its corrections."""

    def __init__(self, name: bytes, content: bytes, corrections: bytes) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="guidance-")
        self._path = Path(self._place.name) / name.decode()
        self._path.write_bytes(content)
        self._mends = msgspec.msgpack.decode(corrections, type=tuple[Correction, ...])
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
            read = _Read(correct(self._reading.whole(), self._mends))
        except GuidanceError as error:
            read = _Read(None, str(error), str(self._path))
        return msgspec.msgpack.encode(read)

    def close(self) -> None:
        """End the processes, and take away the file."""
        if isinstance(self._reading, PendingRead):
            self._reading.close()
        self._place.cleanup()


def read_bytes(name: bytes, content: bytes, corrections: bytes) -> bytes:
    """A file's name, its content and its corrections -> its Document, or what is wrong with it; a job."""
    with closing(_BytesRead(name, content, corrections)) as reading:
        return reading.result()
