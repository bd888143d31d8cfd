"""Results that are kept, by kind and key, in a folder of so many bytes and no more: those not used for longest go
first. Only bytes go in and come out; what a result is of is the business of `cache`."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST = 1_000_000_000  # bytes of results below a work folder
_DIGEST = hashlib.sha256().digest_size


class Kept:
    """The results in a folder, for any number of processes at a time. It is made when it is first needed.

    A store that is damaged is emptied: what was kept in it is made again.
    """

    def __init__(self, folder: Path, most: int = MOST) -> None:
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
    """diskcache's way to and from the disk, without pickle, which would run what others wrote into the folder."""
    from diskcache.core import MODE_BINARY, MODE_RAW, Disk

    def fetch(disk: Any, mode: int, filename: str | None, value: object, read: bool) -> object:
        return Disk.fetch(disk, mode, filename, value, read) if mode in (MODE_RAW, MODE_BINARY) else None

    def put(disk: Any, key: str) -> tuple[str, bool]:
        return key, True

    def get(disk: Any, key: object, raw: bool) -> object:
        return key

    return type("BytesOnly", (Disk,), {"fetch": fetch, "put": put, "get": get})
