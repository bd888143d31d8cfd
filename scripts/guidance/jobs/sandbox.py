"""Runs a function in a process of its own, so that a hostile file can crash or stall no more than that process.

The one place where what is not trusted is boxed in: a sandboxed function starts no other. It knows no documents.
"""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from guidance.document.model import GuidanceError

_T = TypeVar("_T")
MOST_MEMORY = 1_000_000_000  # bytes of address space beyond the parent's; a whole reading takes a tenth of it
MOST_SECONDS = 300.0
_PR_SET_PDEATHSIG = 1


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
    _limit_memory()
    _end_with_parent()
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


def _end_with_parent() -> None:
    """End with whoever waits for the answer, however that ends."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
