"""Pieces of work that depend on nothing but their input: run on any executor, and kept by what they were made from.

Knows nothing of guidance: what a job does is decided where it is made, where it runs in `engines`.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from functools import cache, lru_cache, partial
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct

import guidance
from guidance.document.model import GuidanceError

_MOST_TRIES = 3
_MOST_KEPT = 1_000_000_000  # bytes of results below a work folder; those not used for longest go first
_DIGEST = hashlib.sha256().digest_size


class Job(Struct, frozen=True):
    """A function of bytes, and the bytes. `name` says in messages what is done; `made_by` is `code_digest` of what
    the function runs. With a `kind` its result is kept, and not made again from the same `parts`.

    The function must be importable by name on another machine, and must give the same bytes for the same parts.
    """

    name: str
    function: Callable[..., bytes]
    parts: tuple[bytes, ...]
    made_by: bytes
    kind: str | None = None

    @property
    def key(self) -> str:
        """The digest of all that the result depends on."""
        digest = hashlib.sha256(self.made_by)
        for part in (f"{self.function.__module__}.{self.function.__qualname__}".encode(), *self.parts):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()[:32]


class Engine(Struct, frozen=True):
    """Where jobs run. `open` gives an executor. Its errors `broken` mean that a worker went away and took the
    executor with it; `hopeless` that the engine has given a job up. `wrap` does a job's function on the worker,
    where the executor cannot simply be handed it; `local` says whether one job alone may be done without it.
    """

    open: Callable[[], Executor]
    broken: tuple[type[BaseException], ...]
    hopeless: tuple[type[BaseException], ...] = ()
    wrap: Callable[..., bytes] | None = None
    local: bool = True


class Crew:
    """Does jobs on an engine, which is started when it is first needed; results are kept below `keep`."""

    def __init__(self, engine: Engine, keep: Path) -> None:
        """Nothing is started yet."""
        self.engine, self._keep = engine, keep
        self._executor: Executor | None = None
        self._begun: list[Future[bytes]] = []

    def __enter__(self) -> "Crew":
        """Begin with nothing at work."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send the workers home, and what they have not begun is not done."""
        for future in self._begun:
            future.cancel()
        if self._executor:
            self._executor.shutdown(wait=False)
        self._executor, self._begun = None, []
        _prune(self._keep)

    def start(self, job: Job) -> "Ticket":
        """Begin a job, unless its result is kept."""
        return Ticket(self, job, self._kept(job))

    def run(self, jobs: Iterable[Job]) -> tuple[bytes, ...]:
        """The results of some jobs, in their order. Raises the first error of theirs.

        Where only one is to be done and nothing runs yet, no process is started for it.
        """
        known = [(job, self._kept(job)) for job in jobs]
        new = [job for job, kept in known if kept is None]
        if self.engine.local and len(new) == 1 and self._executor is None:
            result = new[0].function(*new[0].parts)
            self.keep(new[0], result)
            return tuple(result if kept is None else kept for _, kept in known)
        return tuple(ticket.result() for ticket in [Ticket(self, job, kept) for job, kept in known])

    def submit(self, job: Job, instead_of: Executor | None = None) -> "tuple[Executor, Future[bytes]]":
        """Hand a job to the executor: a new one where there is none, or only the one that broke."""
        if self._executor is None or self._executor is instead_of:
            self._executor = self.engine.open()
        wrap = self.engine.wrap
        work = partial(wrap, job.function, job.parts) if wrap else partial(job.function, *job.parts)
        try:
            future: Future[bytes] = self._executor.submit(work)
        except self.engine.broken as error:  # by another job: as if this one had been taken
            future = Future()
            future.set_exception(error)
        self._begun.append(future)
        return self._executor, future

    def keep(self, job: Job, result: bytes) -> None:
        """Keep a job's result, which appears only when it is whole."""
        if job.kind is None:
            return
        path = self._keep / job.kind / job.key
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_bytes(hashlib.sha256(result).digest() + result)
        beside.replace(path)

    def _kept(self, job: Job) -> bytes | None:
        if job.kind is None:
            return None
        path = self._keep / job.kind / job.key
        try:
            held = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, result = held[:_DIGEST], held[_DIGEST:]
        return result if hashlib.sha256(result).digest() == digest else None


class Ticket:
    """A job that was begun, or whose result was kept."""

    def __init__(self, crew: Crew, job: Job, kept: bytes | None) -> None:
        """Hands the job to the crew's executor where nothing is `kept`."""
        self._crew, self._job, self._result = crew, job, kept
        self._work = crew.submit(job) if kept is None else None
        self.new = kept is None

    def result(self) -> bytes:
        """The job's result, waited for. A worker that was lost costs time only: its job is done again.

        Raises what the job raised, and GuidanceError when workers are lost over it again and again.
        """
        tries = 1
        while self._result is None and self._work is not None:
            executor, future = self._work
            try:
                self._result = future.result()
                self._crew.keep(self._job, self._result)
            except (*self._crew.engine.broken, *self._crew.engine.hopeless) as error:
                if tries == _MOST_TRIES or isinstance(error, self._crew.engine.hopeless):
                    what = "workers were lost over it again and again; is there memory enough?"
                    raise GuidanceError(f"{self._job.name}: {what}") from None
                tries += 1
                self._work = self._crew.submit(self._job, instead_of=executor)
        return self._result or b""


@lru_cache
def code_digest(modules: tuple[str, ...] = (), libraries: tuple[str, ...] = ()) -> bytes:
    """The digest of code that a result depends on: modules and folders of ours (paths below the package; none
    means all of it), and the versions of libraries."""
    here = Path(guidance.__file__).parent
    chosen = [here / module for module in modules] or [here]
    files = sorted(file for path in chosen for file in (path.rglob("*.py") if path.is_dir() else (path,)))
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in libraries).encode())
    for file in files:
        digest.update(f"{file.relative_to(here).as_posix()}\n".encode() + _read(file))
    return digest.digest()


@cache
def _read(file: Path) -> bytes:
    return file.read_bytes()


def _prune(keep: Path) -> None:
    """Take away the results that were not used for longest, where there are too many."""
    files: list[tuple[float, int, Path]] = []
    for path in keep.glob("*/*"):
        try:
            facts = path.stat()
        except OSError:  # another build took it away
            continue
        files.append((facts.st_mtime, facts.st_size, path))
    room = _MOST_KEPT
    for _, size, path in sorted(files, reverse=True):
        room -= size
        if room < 0:
            path.unlink(missing_ok=True)
