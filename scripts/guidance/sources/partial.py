"""A file in the making: the bytes received so far, kept over runs beside what tells whether the rest still fits.

No network here; the same folder holds what was seen of files that are whole.
"""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.model import GuidanceError
from guidance.sources.kinds import CLOSING, OPENING, fault
from guidance.sources.writing import write_whole

if sys.platform != "win32":
    import fcntl


class Seen(Struct, frozen=True):
    """What is known of the file at an address: the server's marks of it, and of a whole one SHA-256 and size."""

    url: str
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    size: int = 0


class Partial:
    """The unfinished file that will be `target`; it and its notes are hidden beside it."""

    def __init__(self, target: Path) -> None:
        """Nothing is touched yet."""
        self.name = target.name
        self.path = target.with_name(f".{target.name}.part")
        self._notes = target.with_name(f".{target.name}.part.json")
        self._lock = target.with_name(f".{target.name}.lock")
        self._before: Seen | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps other runs away from the unfinished file. Raises GuidanceError where one is at it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("wb") as lock:
            if sys.platform != "win32":
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    raise GuidanceError(f"{self.name}: another run is fetching it; wait for that one") from None
            try:
                yield
            finally:
                self._lock.unlink(missing_ok=True)

    def resumable(self, url: str, sha256: str | None) -> int:
        """How many bytes can be kept: those from this address, where server or SHA-256 can vouch for the rest."""
        self._before = read_seen(self._notes)
        if self._before is None or self._before.url != url or not self.path.is_file():
            return 0
        return self.size() if self.validator() or sha256 else 0

    def validator(self) -> str:
        """The server's mark of the file whose beginning is here, for If-Range."""
        return (self._before.etag or self._before.modified) if self._before else ""

    def begin(self, seen: Seen) -> None:
        """Note what the bytes to come are part of. Raises OSError."""
        write_whole(self._notes, msgspec.json.encode(seen))

    def drop(self) -> None:
        """Forget what was received."""
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def size(self) -> int:
        """How many bytes are here."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def start(self) -> bytes:
        """The first bytes, enough to tell the file's kind."""
        with self.path.open("rb") as file:
            return file.read(OPENING)

    def fault(self, kind: str) -> str | None:
        """What is wrong with the file, now that it should be whole."""
        with self.path.open("rb") as file:
            start = file.read(OPENING)
            file.seek(max(0, self.size() - CLOSING))
            return fault(start, file.read(), kind)

    def sha256(self) -> str:
        """The file's SHA-256."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def move(self, target: Path, seen: Seen) -> None:
        """Put the whole file in its place, with a note of what was seen. Raises OSError."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(target)
        write_whole(notes_of(target), msgspec.json.encode(seen))
        self._notes.unlink(missing_ok=True)


def notes_of(target: Path) -> Path:
    """Where it stands what was seen of a whole file."""
    return target.with_name(f".{target.name}.json")


def read_seen(path: Path) -> Seen | None:
    """A note of what was seen; None where there is none that can be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=Seen)
    return None
