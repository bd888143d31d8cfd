"""Editions -> Documents: the register, the sources and the reader brought together.

What was read once is kept below the work folder and read again only when file, corrections or reader change.
"""

import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.build.orders import BuildOrder, Loaded, Tell
from guidance.document.model import Correction, Document, GuidanceError
from guidance.document.register import Publication
from guidance.document.toml_files import read_toml
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.read import PendingRead, begin_reading
from guidance.read.corrections import correct
from guidance.sources import Fetcher, Missing, Source, find_source
from guidance.sources.finding import chosen_revisions

_READERS = ("pypdfium2", "pikepdf", "pdf-oxide", "pdfminer.six", "beautifulsoup4", "lxml", "pypandoc-binary")
_READING = ("read", "jobs/sandbox.py", "document", "build/load.py")  # what the reading depends on


def load(
    order: BuildOrder, publication: Publication, fetcher: Fetcher | None, tell: Tell, crew: Crew
) -> tuple[tuple[Loaded, ...], tuple[Missing, ...]]:
    """The texts of the editions ordered, oldest first, and why the others are not here; `tell` hears of each.

    Raises GuidanceError when an edition that was asked for by name has no text, or when there is no such one.
    """
    ids, chosen = wanted(order, publication), chosen_revisions(order.revisions, publication)
    found: dict[str, Source | Missing] = {}
    for edition in publication.editions:
        if edition.id not in ids:
            found[edition.id] = Missing(edition.id, "not asked for")
            continue
        tell(f"reading {edition.id}")
        revision = chosen.get(edition.id)
        found[edition.id] = find_source(publication, edition, order.folders, order.cache, fetcher, revision)
    read = _read_sources([one for one in found.values() if isinstance(one, Source)], order.publication, crew)
    loaded, missing = [], []
    for edition in publication.editions:
        source = found[edition.id]
        if isinstance(source, Missing):
            missing.append(source)
        elif isinstance(answer := read[edition.id], Document):
            loaded.append(Loaded(edition, source, answer))
        else:
            missing.append(Missing(edition.id, answer, fault=True))
    for gap in missing:
        if gap.edition in {*order.editions, *order.revisions}:
            raise GuidanceError(f"edition {gap.edition}: {gap.reason}")
    return tuple(loaded), tuple(missing)


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


def _read_sources(sources: Iterable[Source], folder: Path, crew: Crew) -> dict[str, Document | str]:
    """By edition, what the reader makes of its source with its corrections, or why it cannot be read."""
    answers: dict[str, Document | str] = {}
    jobs: dict[Source, Job] = {}
    for source in sources:
        try:
            mends = corrections_for(source, read_corrections(folder / source.edition))
            parts = (source.path.name.encode(), source.path.read_bytes(), msgspec.msgpack.encode(mends))
        except GuidanceError as error:
            answers[source.edition] = str(error)
            continue
        made_by = code_digest(_READING, _READERS)
        jobs[source] = Job(f"reading {source.path}", read_bytes, parts, made_by, "documents", begin=_BytesRead)
    for source, result in zip(jobs, crew.run(jobs.values()), strict=True):
        read = msgspec.msgpack.decode(result, type=_Read)
        answers[source.edition] = read.document or read.fault.replace(read.called, str(source.path))
    return answers


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
