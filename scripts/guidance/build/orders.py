"""What is ordered of a build, what is at hand for it, what came of it, and how its parts become jobs: the types
that this room hands about. What a job does is written where it is called for.
"""

import errno
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Generic, TypeVar, get_type_hints

import msgspec
from msgspec import Struct, structs

from guidance.document.anchors import PERMALINKS, permalinks, read_permalinks
from guidance.document.model import Document, GuidanceError, Permalink
from guidance.document.register import Edition, Publication
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.jobs.executors import cluster, processes
from guidance.site.mkdocs_build import Workshop
from guidance.sources import FileRow, Missing, Source

NOT_ASKED = "not asked for"  # why an edition has no text that the order does not name
Tell = Callable[[str], None]
"""Who hears of each step, in words."""

_T = TypeVar("_T")
_encode = msgspec.msgpack.encode


class Loaded(Struct, frozen=True):
    """An edition whose text is here; `before` are older files of the same edition that are here too."""

    edition: Edition
    source: Source
    document: Document
    before: "tuple[Loaded, ...]" = ()


def published_places(
    publication: Publication, folder: Path, loaded: Iterable[Loaded]
) -> dict[str, tuple[Permalink, ...]]:
    """Per edition the places that can be cited, in reading order: those of its text where that is `loaded`, else
    of its permalink register below the publication's `folder`."""
    texts = {item.edition.id: permalinks(item.document) for item in loaded}
    return {
        edition.id: texts.get(edition.id) or read_permalinks(folder / edition.id / PERMALINKS)
        for edition in publication.editions
    }


class BuildOrder(Struct, frozen=True):
    """What to build. `editions` names those that must have text (none: whatever is found); `strict` refuses a
    text of which something is lost; `revisions` says by edition which one must be read, where it is not the newest
    at hand."""

    publication: Path
    folders: tuple[Path, ...]
    out: Path
    shop: Workshop
    cache: Path
    editions: tuple[str, ...] = ()
    strict: bool = False
    revisions: Mapping[str, str] = {}
    overlay: Path | None = None  # a partnership's folder
    trust: Mapping[str, Path] = {}  # by edition, a file to be taken for it whatever it proves to be
    cluster: str | None = None  # address of a Dask scheduler; none: processes of this machine

    def crew(self) -> Crew:
        """Those who do its jobs. Raises GuidanceError when a cluster is asked for and Dask is not there."""
        return Crew(cluster(self.cluster) if self.cluster else processes(), self.shop.work / "kept")


@contextmanager
def naming_folders(*folders: Path) -> Iterator[None]:
    """Says in which of some folders nothing more can be written, where the system does not: its fault becomes a
    GuidanceError of one line. The folder of a full disk is the one that has the least room."""
    try:
        yield
    except OSError as error:
        if full := no_room(error, folders):
            raise GuidanceError(full) from None
        there = _existing(folders)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            where = error.filename or there[0]
            raise GuidanceError(
                f"{where}: cannot be written ({error.strerror}); give the right to, or work elsewhere"
            ) from None
        raise


def no_room(error: OSError, folders: Iterable[Path]) -> str | None:
    """In one line which disk is full, if that is the fault; if that is not said, the one with the least room."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    full = min(_existing(folders), key=lambda folder: shutil.disk_usage(folder).free)
    return f"{error.filename or full}: no room is left there; free some, and try again"


def _existing(folders: Iterable[Path]) -> list[Path]:
    """The folders, or the nearest above each that is there."""
    return [next(p for p in (f.absolute(), *f.absolute().parents) if p.is_dir()) for f in folders]


class Outcome(Struct, frozen=True):
    """What was built: editions with text, why the others have none, what MkDocs warned of, and what became of every
    file in the reader's folders; the `commit` that holds it, None where it was not published or nothing changed."""

    publication: Publication
    loaded: tuple[str, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]
    specimen: bool
    breaches: tuple[str, ...] = ()
    files: tuple[FileRow, ...] = ()
    commit: str | None = None


# --- Jobs ------------------------------------------------------------------------------------------


class Call(Generic[_T]):
    """A job in the types of this room: a function at the top of a module, and what it is called with.

    Whatever msgspec can pack may be given and come back; bytes are taken for what is packed already. `kind` is that
    of the kept result, which depends on all code of ours and on `libraries`.
    """

    def __init__(
        self, kind: str, name: str, function: Callable[..., _T], *given: object, libraries: tuple[str, ...] = ()
    ) -> None:
        """`name` says in messages what is done."""
        packed = (part if isinstance(part, bytes) else _encode(part) for part in given)
        named = f"{function.__module__}:{function.__name__}".encode()
        self.job = Job(name, perform, (named, *packed), code_digest((), libraries), kind)
        self._type: type[_T] = get_type_hints(function)["return"]

    def start(self, crew: Crew) -> Callable[[], _T]:
        """Begin; what is returned waits for the result. It raises what the function raised."""
        ticket = crew.start(self.job)
        return lambda: self.unpacked(ticket.result())

    def unpacked(self, result: bytes) -> _T:
        """What the job's result says."""
        return msgspec.msgpack.decode(result, type=self._type)


def run_calls(calls: Iterable[Call[_T]], crew: Crew | None) -> tuple[_T, ...]:
    """The results of some calls, in their order; all done here without a crew. Raises the first error."""
    calls = tuple(calls)
    jobs = [call.job for call in calls]
    results = crew.run(jobs) if crew else [job.function(*job.parts) for job in jobs]
    return tuple(call.unpacked(result) for call, result in zip(calls, results, strict=True))


def perform(named: bytes, *parts: bytes) -> bytes:
    """A function's name and what it is called with, packed -> what it returns, packed; a job."""
    module, _, name = named.decode().partition(":")
    function = getattr(import_module(module), name)
    *kinds, _ = get_type_hints(function).values()  # the last is what it returns
    given = (
        _unpack(part) if kind is Document else msgspec.msgpack.decode(part, type=kind)
        for part, kind in zip(parts, kinds, strict=True)
    )
    return _encode(function(*given))


def pack(document: Document) -> bytes:
    """A document as jobs take it: without its pictures, in which nothing is looked for."""
    return _encode(structs.replace(document, assets=()))


@lru_cache(maxsize=16)
def _unpack(packed: bytes) -> Document:
    """The document that was packed; a worker that gets it for several jobs unpacks it once."""
    return msgspec.msgpack.decode(packed, type=Document)
