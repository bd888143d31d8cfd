"""Putting a finished folder in the place of an old one, and keeping two builds apart.

Nothing here knows what is in the folders; a reader of the site never meets a half-written one.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guidance.model import GuidanceError

MARK = "versions.json"  # every site of ours has it: only such a folder is ever replaced


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold `folder` for this build. Raises GuidanceError when another build is at work in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GuidanceError(f"{folder}: another build is at work here; wait for it to end") from None
        _held.add(lock.fileno())
        try:
            yield
        finally:
            _held.discard(lock.fileno())


_held: set[int] = set()


def _let_go() -> None:
    """A worker that is forked while a folder is held must not hold it too, for it may end later."""
    for lock in _held:
        os.close(lock)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def beside(out: Path, spare: Path | None = None) -> Path:
    """The folder next to `out` in which its successor is made: empty, or `spare` itself where that can be moved.

    To bring an older site up to date is less work than to make one.
    """
    new = out.with_name(f".{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # there is none, or it is on another disk
        if spare:
            spare.rename(new)
    new.mkdir(exist_ok=True)
    return new


def refuse_foreign(out: Path) -> None:
    """Raise GuidanceError when `out` holds something that is not a site of ours; mend an interrupted swap."""
    old = _old(out)
    if old.exists() and not out.exists():
        old.rename(out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise GuidanceError(f"{out}: is not a folder; choose another place with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise GuidanceError(f"{out}: holds something that is not a built site; choose another place with --out")


def swap_in(new: Path, out: Path, spare: Path | None = None) -> None:
    """Put `new` where `out` is; the old folder goes away last, or becomes the `spare` one."""
    old = _old(out)
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    with contextlib.suppress(OSError):
        if spare:
            shutil.rmtree(spare, ignore_errors=True)
            old.rename(spare)
    shutil.rmtree(old, ignore_errors=True)


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")
