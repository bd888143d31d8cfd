"""Where work runs: on processes of this machine or a Dask cluster that is there already, as jobs; or boxed in, in a
process of its own, so that a hostile file can crash or stall no more than that process.

The one place where what is not trusted is boxed in: a sandboxed function starts no other. What a job is and how its
result is kept is in `cache`.
"""

import contextlib
import ctypes
import gc
import logging
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor
from functools import partial
from importlib import import_module
from importlib.metadata import requires
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Engine, code_digest

_T = TypeVar("_T")
_PATIENCE = 10  # seconds that a scheduler has to answer
MOST_MEMORY = 1_000_000_000  # bytes of address space beyond the parent's; a whole reading takes a tenth of it
MOST_SECONDS = 300.0
_PR_SET_PDEATHSIG = 1


def processes(count: int | None = None) -> Engine:
    """Processes of this machine, as many as it has cores to give us, or `count`."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = count or here
    return Engine(lambda: _open_processes(cores), (BrokenExecutor,), cores=cores)


def _open_processes(count: int) -> Executor:
    # Forked, they have everything loaded at once; but a process with threads must not be forked.
    forked = sys.platform == "linux" and _is_single()
    context = multiprocessing.get_context("fork" if forked else "spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin_work)


def _is_single() -> bool:
    """Whether this process has no thread but this one, neither of Python nor of a library in another language: a
    forked one would wait for their work in vain."""
    return threading.active_count() == 1 and len(list(Path("/proc/self/task").iterdir())) == 1


def _begin_work() -> None:
    """Make a worker one that ends with whoever ordered it, and says nothing when it is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


# --- Dask ----------------------------------------------------------------------------------------


def cluster(address: str) -> Engine:
    """The Dask cluster whose scheduler is at `address`; its workers need this package in the same version.

    Raises GuidanceError when Dask is not installed; a scheduler that is silent is noticed at the first job.
    """
    try:
        from distributed import KilledWorker
    except ImportError:
        raise GuidanceError("--cluster: Dask is not installed here; install guidance[cluster]") from None
    wrap = partial(run_apart, _everything())
    return Engine(lambda: _open_cluster(address), (CancelledError,), (KilledWorker,), wrap)


def _open_cluster(address: str) -> Executor:
    distributed: Any = import_module("distributed")
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Sending large graph")
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise GuidanceError(f"--cluster {address}: the scheduler does not answer ({said[:200]})") from None
    executor: Executor = client.get_executor(pure=False)
    return executor


def _everything() -> bytes:
    """The digest of this package and of the versions of all that it stands on."""
    needed = [line for line in requires("guidance") or () if "extra ==" not in line]
    return code_digest((), tuple(sorted({re.split(r"[^\w-]", line)[0] for line in needed})))


# --- A job in a program of its own ---------------------------------------------------------------


class _Order(Struct):
    module: str
    function: str
    parts: tuple[bytes, ...]
    everything: bytes  # the digest of the code that whoever orders it has


class _Answer(Struct):
    result: bytes | None = None
    fault: str = ""


def run_apart(everything: bytes, function: Callable[..., bytes], parts: tuple[bytes, ...]) -> bytes:
    """Do a job in a program of its own: a cluster's worker has threads, and may not have children that fork.

    Raises GuidanceError where the job does, and where the worker has other code than whoever orders it.
    """
    order = msgspec.msgpack.encode(_Order(function.__module__, function.__qualname__, parts, everything))
    program = [sys.executable, "-m", "guidance.jobs.executors"]
    done = subprocess.run(program, input=order, capture_output=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise GuidanceError(f"a worker could not do its job ({said[:200] or f'it ended with {done.returncode}'})")
    answer = msgspec.msgpack.decode(done.stdout, type=_Answer)
    if answer.result is None:
        raise GuidanceError(answer.fault)
    return answer.result


def _answer(order: bytes) -> bytes:
    wanted = msgspec.msgpack.decode(order, type=_Order)
    if wanted.everything != _everything():
        fault = "a worker of the cluster has another version of this program or of its libraries; install the same"
        return msgspec.msgpack.encode(_Answer(fault=fault))
    try:
        result = getattr(import_module(wanted.module), wanted.function)(*wanted.parts)
    except GuidanceError as error:
        return msgspec.msgpack.encode(_Answer(fault=str(error)))
    return msgspec.msgpack.encode(_Answer(result))


# --- Boxed in -------------------------------------------------------------------------------------


class CrashedError(Exception):
    """The process ended, or had to be ended, without an answer."""


class Answers(Generic[_T]):
    """What a function at work answers, in turn. May be handed to another such function, which then hears it
    without anybody between the two; only one may listen."""

    def __init__(self, connection: Connection) -> None:
        """The end of a pipe that a sandboxed function writes into."""
        self._connection = connection

    def next(self, seconds: float = MOST_SECONDS) -> _T:
        """The next answer. Raises GuidanceError where the function did, CrashedError where no answer came."""
        try:
            if not self._connection.poll(seconds):
                raise CrashedError("it took too long")
            good, value = self._connection.recv()
        except (EOFError, OSError):
            raise CrashedError("the engine crashed") from None
        if good:
            answer: _T = value
            return answer
        raise GuidanceError(value) if isinstance(value, str) else CrashedError(str(value[0]))

    def close(self) -> None:
        """Listen no longer."""
        self._connection.close()


class Sandboxed(Generic[_T]):
    """A function at work in a process of its own, or a generator, which gives several answers in turn."""

    def __init__(self, function: Callable[..., _T | Iterator[_T]], *arguments: Any) -> None:
        """Start `function` with `arguments`; both must be importable where processes are spawned."""
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        ours, theirs = context.Pipe(duplex=False)
        self.answers: Answers[_T] = Answers(ours)
        self._process = context.Process(target=_work, args=(theirs, function, arguments))
        self._process.start()
        theirs.close()

    def result(self, seconds: float = MOST_SECONDS) -> _T:
        """What the function returned, after which its process ends. Raises as `Answers.next` does."""
        try:
            return self.answers.next(seconds)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process."""
        self.answers.close()
        if self._process.is_alive():
            self._process.join(0.05)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


def _work(answer: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    gc.freeze()  # what was there before stays the parent's: not walked again, its memory not copied
    gc.set_threshold(1_000_000, 50, 100)
    _box_in()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # engines grumble there about files we judge ourselves
    try:
        value = function(*arguments)
        for one in value if isinstance(value, Generator) else (value,):
            answer.send((True, one))
    except GuidanceError as error:
        answer.send((False, str(error)))
    except MemoryError:
        answer.send((False, ["it needs too much memory"]))
    except CrashedError as error:
        answer.send((False, [str(error)]))
    except RecursionError:
        answer.send((False, ["it is nested too deeply"]))
    except Exception as error:
        answer.send((False, [f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"]))
    answer.close()


def _box_in() -> None:
    """Take no more memory than is allowed, and end with whoever waits for the answer, however that ends."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


if __name__ == "__main__":
    channel = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed must not get into the answer
    with os.fdopen(channel, "wb") as answers:
        answers.write(_answer(sys.stdin.buffer.read()))
