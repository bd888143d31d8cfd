"""Runs a function in a process of its own, so that a hostile file can crash or stall no more than that process.

Knows nothing of documents; what goes in and comes out is pickled.
"""

import contextlib
import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from guidance.model import GuidanceError

_T = TypeVar("_T")
_MOST_MEMORY = 3_000_000_000  # bytes of address space; a whole reading takes a tenth of it
MOST_SECONDS = 300.0


class CrashedError(Exception):
    """The process ended, or had to be ended, without an answer."""


class Apart(Generic[_T]):
    """A function at work in a process of its own, or a generator, which gives several answers in turn."""

    def __init__(self, function: Callable[..., _T | Iterator[_T]], *arguments: Any) -> None:
        """Start `function` with `arguments`; both must be importable where processes are spawned."""
        method = "fork" if sys.platform == "linux" else "spawn"
        context: Any = multiprocessing.get_context(method)
        self._answer, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, function, arguments))
        self._process.start()
        theirs.close()

    def result(self, seconds: float = MOST_SECONDS) -> _T:
        """What the function returned, after which its process ends. Raises as `answer` does."""
        try:
            return self.answer(seconds)
        finally:
            self.stop()

    def answer(self, seconds: float = MOST_SECONDS) -> _T:
        """The next that it yields. Raises GuidanceError where it did, CrashedError where no answer came."""
        try:
            if not self._answer.poll(seconds):
                raise CrashedError("it took too long")
            good, value = self._answer.recv()
        except EOFError:
            raise CrashedError("the PDF engine crashed") from None
        if good:
            answer: _T = value
            return answer
        raise GuidanceError(value) if isinstance(value, str) else CrashedError(str(value[0]))

    def stop(self) -> None:
        """End the process."""
        self._answer.close()
        if self._process.is_alive():
            self._process.join(0.05)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


def _work(answer: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    gc.freeze()  # what was there before stays the parent's: not walked again, its memory not copied
    gc.set_threshold(100_000, 50, 100)
    _limit_memory()
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


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
