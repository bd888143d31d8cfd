"""Pieces of work that depend on nothing but their input: run on any executor, and kept by what they were made from.

Knows nothing of guidance: what a job does is decided where it is made, and where it runs in `executors`.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

import guidance
from guidance.document.model import GuidanceError

_MOST_TRIES = 3
_MOST_KEPT = 1_000_000_000  # bytes of results below a work folder
_DIGEST = hashlib.sha256().digest_size


class Begun(Protocol):
    """A piece of work that has processes of its own."""

    def result(self) -> bytes:
        """What comes of it, waited for."""

    def close(self) -> None:
        """End its processes."""


class Job(Struct, frozen=True):
    """A function of bytes, and the bytes. `name` says in messages what is done; `made_by` is `code_digest` of what
    the function runs. With a `kind` its result is kept, and not made again from the same `parts`.

    The function must be importable by name on another machine, and must give the same bytes for the same parts.
    What `begin` begins of the parts gives these bytes too, by sandboxed processes of its own: on this machine no
    worker of a pool is between these and whoever waits.
    """

    name: str
    function: Callable[..., bytes]
    parts: tuple[bytes, ...]
    made_by: bytes
    kind: str | None = None
    begin: Callable[..., Begun] | None = None

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
    where the executor cannot simply be handed it; `cores` is how many jobs this machine does at a time, none of
    another engine.
    """

    open: Callable[[], Executor]
    broken: tuple[type[BaseException], ...]
    hopeless: tuple[type[BaseException], ...] = ()
    wrap: Callable[..., bytes] | None = None
    cores: int = 0


class Crew:
    """Does jobs on an engine, which is started when it is first needed; results are kept below `keep`."""

    def __init__(self, engine: Engine, keep: Path) -> None:
        """Nothing is started yet."""
        self.engine, self._kept = engine, KeptResults(keep)
        self._sandboxed: deque[Ticket] = deque()
        self._executor: Executor | None = None
        self._begun: list[Future[bytes]] = []

    def __enter__(self) -> "Crew":
        """Begin with nothing at work."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send the workers home, and what they have not begun is not done."""
        for future in self._begun:
            future.cancel()
        for ticket in self._sandboxed:
            ticket.close()
        if self._executor:
            self._executor.shutdown(wait=False)
        self._kept.close()

    def start(self, job: Job) -> "Ticket":
        """Begin a job, unless its result is kept."""
        return Ticket(self, job, self._look_up(job))

    def run(self, jobs: Iterable[Job]) -> tuple[bytes, ...]:
        """The results of some jobs, in their order. Raises the first error of theirs.

        Where only one is to be done and nothing runs yet, no process is started for it.
        """
        known = [(job, self._look_up(job)) for job in jobs]
        new = [job for job, kept in known if kept is None]
        if self.engine.cores and len(new) == 1 and not new[0].begin and self._executor is None:
            result = new[0].function(*new[0].parts)
            self.keep(new[0], result)
            return tuple(result if kept is None else kept for _, kept in known)
        return tuple(ticket.result() for ticket in [Ticket(self, *one) for one in known])

    def begin(self, ticket: "Ticket", job: Job) -> Begun | None:
        """Begin a job that has processes of its own, if it is to be done so: not more at a time than there are
        cores, so that the oldest is waited for."""
        if not (job.begin and self.engine.cores):
            return None
        while len(self._sandboxed) >= self.engine.cores:
            self._sandboxed.popleft().result()
        self._sandboxed.append(ticket)
        return job.begin(*job.parts)

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
        if job.kind:
            self._kept.put(job.kind, job.key, result)

    def _look_up(self, job: Job) -> bytes | None:
        return self._kept.get(job.kind, job.key) if job.kind else None


class Ticket:
    """A job that was begun, or whose result was kept."""

    def __init__(self, crew: Crew, job: Job, kept: bytes | None) -> None:
        """Hands the job to the crew's executor where nothing is `kept`."""
        self._crew, self._job, self._result = crew, job, kept
        self.new = kept is None
        self._apart = crew.begin(self, job) if self.new else None
        self._work = crew.submit(job) if self.new and not self._apart else None

    def result(self) -> bytes:
        """The job's result, waited for. A worker that was lost costs time only: its job is done again.

        Raises what the job raised, and GuidanceError when workers are lost over it again and again.
        """
        if self._result is None:
            try:
                self._result = self._apart.result() if self._apart else self._worked()
            finally:
                self.close()
            self._crew.keep(self._job, self._result)
        return self._result

    def _worked(self) -> bytes:
        engine, tries = self._crew.engine, 1
        while True:
            executor, future = self._work or self._crew.submit(self._job)
            try:
                return future.result()
            except (*engine.broken, *engine.hopeless) as error:
                if tries == _MOST_TRIES or isinstance(error, engine.hopeless):
                    what = "workers were lost over it again and again; is there memory enough?"
                    raise GuidanceError(f"{self._job.name}: {what}") from None
                tries += 1
                self._work = self._crew.submit(self._job, instead_of=executor)

    def close(self) -> None:
        """End the processes that are the job's own."""
        if self._apart:
            self._apart.close()
        self._apart = None


@lru_cache
def code_digest(modules: tuple[str, ...] = (), libraries: tuple[str, ...] = ()) -> bytes:
    """The digest of code that a result depends on: modules and folders of ours with the templates in them (paths
    below the package; none means all of it), and the versions of libraries."""
    here = Path(guidance.__file__).parent
    chosen = [here / module for module in modules] or [here]
    files = sorted(
        file
        for path in chosen
        for file in ((*path.rglob("*.py"), *path.rglob("templates/*")) if path.is_dir() else (path,))
    )
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in libraries).encode())
    for file in files:
        digest.update(f"{file.relative_to(here).as_posix()}\n".encode() + _read(file))
    return digest.digest()


@cache
def _read(file: Path) -> bytes:
    return file.read_bytes()


# --- What is kept ----------------------------------------------------------------------------------


class KeptResults:
    """The results in a folder, for any number of processes at a time. It is made when it is first needed.

    A store that is damaged is emptied: what was kept in it is made again.
    """

    def __init__(self, folder: Path, most: int = _MOST_KEPT) -> None:
        """Nothing is touched yet."""
        self._folder, self._most = folder, most
        self._store: Any = None

    def get(self, kind: str, key: str) -> bytes | None:
        """A result; None where it is not kept, or not as it was put there."""
        held = self._ask(lambda store: store.get(f"{kind}/{key}", retry=True))
        if not isinstance(held, bytes):
            return None
        digest, result = held[:_DIGEST], held[_DIGEST:]
        return result if hashlib.sha256(result).digest() == digest else None

    def put(self, kind: str, key: str, result: bytes) -> None:
        """Keep a result, which is there only when it is whole; where there is no room for it, it is not kept."""
        held = hashlib.sha256(result).digest() + result
        self._ask(lambda store: store.set(f"{kind}/{key}", held, retry=True))

    def close(self) -> None:
        """Let go of the folder."""
        if self._store is not None:
            self._store.close()
        self._store = None

    def _ask(self, question: Callable[[Any], object]) -> object:
        try:
            if self._store is None:
                self._store = self._open()
            return question(self._store)
        except (sqlite3.OperationalError, OSError):  # no room, no right to write, or taken away meanwhile
            return None
        except sqlite3.DatabaseError:  # no store, or no longer
            self.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            return None

    def _open(self) -> Any:
        from diskcache import Cache  # slow to load, and many commands keep nothing

        policy = "least-recently-used"
        return Cache(str(self._folder), disk=_bytes_only(), size_limit=self._most, eviction_policy=policy)


def _bytes_only() -> Any:
    """diskcache's way from the disk, without pickle, which would run what others wrote into the folder."""
    from diskcache.core import MODE_BINARY, MODE_RAW, Disk

    def fetch(disk: Any, mode: int, *held: object) -> object:
        return Disk.fetch(disk, mode, *held) if mode in (MODE_RAW, MODE_BINARY) else None

    return type("BytesOnly", (Disk,), {"fetch": fetch})


# --- Work that must be alone -------------------------------------------------------------------------


@contextmanager
def hold_lock(lock: Path, otherwise: str) -> Iterator[None]:
    """Hold a file that no other program holds meanwhile. Raises GuidanceError, which says `otherwise`, where one
    does."""
    with lock.open("w", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GuidanceError(otherwise) from None
        _held.add(held.fileno())
        try:
            yield
        finally:
            _held.discard(held.fileno())


_held: set[int] = set()


def _let_go() -> None:
    """A worker that is forked while a file is held must not hold it too, for it may end later."""
    for held in _held:
        os.close(held)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
