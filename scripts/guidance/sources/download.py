"""One address -> one file: streamed, within limits, tried again where that may help, resumed where it broke off.

With `pages`, all that uses the network. Which file is wanted, and what is done with it, is `fetching`'s.
"""

import hashlib
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import msgspec
import stamina
from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.sources.kinds import CLOSING, OPENING, Limits, Tell, fault, fault_at_start, too_long, write_whole

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


logging.getLogger("stamina").addHandler(logging.NullHandler())  # what is tried again is told in errors, not logged

_PASSING = {408, 425, 429, 500, 502, 503, 504}


class DownloadOrder(Struct, frozen=True):
    """A file to fetch: its address, the hosts that it may be redirected to, the kind it must be, the SHA-256 where
    it is known, and what was seen of it when it was fetched before (then it comes only if it has changed)."""

    url: str
    hosts: frozenset[str]
    kind: str
    sha256: str | None = None
    before: Seen | None = None


class SilenceError(Exception):
    """The host cannot be reached."""


class _PassingError(Exception):
    """A fault that may be gone at the next try; `wait` is how many seconds the server asks for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Download:
    """One download, run in a thread of its own so that nothing can hold up a build. `answered` is set as soon as
    the host has said anything, `seen` or `error` when it is over; `seen` is None where the file is as before."""

    def __init__(
        self,
        wanted: DownloadOrder,
        part: Partial,
        limits: Limits,
        transport: httpx.BaseTransport | None,
        tell: Tell,
    ) -> None:
        """`part` is where the bytes go; `transport` stands in for the network in tests."""
        self._wanted, self._part, self._limits = wanted, part, limits
        self._transport, self._tell = transport, tell
        self.answered = threading.Event()
        self.stopped = threading.Event()
        self.seen: Seen | None = None
        self.error: Exception | None = None
        self._until = time.monotonic() + limits.whole

    def run(self) -> None:
        """Download the file; what went wrong is left in `error`."""
        url = self._wanted.url
        try:
            with self._part.held():
                self.seen = self._tried()
        except _PassingError as error:
            self.error = GuidanceError(f"{url}: {error}, {self._limits.attempts} times over; try again later")
        except (SilenceError, GuidanceError) as error:
            self.error = error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.error = GuidanceError(f"{url}: {error or type(error).__name__}")
        except OSError as error:
            self.error = GuidanceError(f"{error.filename or url}: {error.strerror or error}")
        finally:
            self.answered.set()

    def _tried(self) -> Seen | None:
        again = stamina.retry_context(
            on=self._again, attempts=self._limits.attempts, timeout=self._limits.whole, wait_initial=0.5, wait_max=8
        )
        limits = httpx.Timeout(self._limits.idle, connect=self._limits.connect)
        with httpx.Client(timeout=limits, transport=self._transport) as client:
            for attempt in again:
                with attempt:
                    return self._attempt(client)
        raise AssertionError

    def _again(self, error: Exception) -> bool | float:
        if isinstance(error, _PassingError):
            return True if error.wait is None else error.wait
        return False

    def _attempt(self, client: httpx.Client) -> Seen | None:
        heard = self.answered.is_set()
        try:
            offset = self._part.resumable(self._wanted.url, self._wanted.sha256)
            with self._answer(client, self._headers(offset)) as answer:
                if answer.status_code == 304 and self._wanted.before:
                    return None
                offset = self._begin(answer, offset)
                self._receive(answer, offset)
                seen = _validators(self._wanted.url, answer)
            return self._whole(seen, resumed=offset > 0)
        except (httpx.ConnectError, httpx.ProxyError, httpx.ConnectTimeout, httpx.ReadTimeout) as error:
            if heard or self.answered.is_set():
                raise _PassingError(_said(error, "the connection broke off")) from None
            raise SilenceError(str(error) or type(error).__name__) from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.WriteTimeout) as error:
            self.answered.set()
            raise _PassingError(_said(error, "the connection broke off")) from None

    def _headers(self, offset: int) -> dict[str, str]:
        headers = {"Accept": f"{self._wanted.kind}, */*;q=0.1", "Accept-Encoding": "identity"}
        if offset:
            headers |= {"Range": f"bytes={offset}-"}
            if validator := self._part.validator():
                headers["If-Range"] = validator
        elif before := self._wanted.before:
            headers |= {"If-None-Match": before.etag} if before.etag else {}
            headers |= {"If-Modified-Since": before.modified} if before.modified else {}
        return headers

    @contextmanager
    def _answer(self, client: httpx.Client, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects, each of which must stay on the official hosts."""
        url = httpx.URL(self._wanted.url)
        passed = {str(url)}
        while True:
            answer = client.send(client.build_request("GET", url, headers=headers), stream=True)
            try:
                self.answered.set()
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = self._redirected(url, answer.headers["Location"])
            finally:
                answer.close()
            if str(url) in passed or len(passed) > self._limits.redirects:
                raise GuidanceError(f"{self._wanted.url}: redirects without end; is the address still right?")
            passed.add(str(url))

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        target = url.join(location)
        safe = target.scheme == "https" or (target.scheme == "http" and url.scheme == "http")
        own = httpx.URL(self._wanted.url).netloc
        if not safe or (target.netloc != own and target.netloc.decode() not in self._wanted.hosts):
            raise GuidanceError(
                f"{self._wanted.url}: redirected to {target.scheme}://{target.netloc.decode()}, which is none of "
                "the official `hosts` in editions.toml; is the address still right?"
            )
        return target

    def _begin(self, answer: httpx.Response, offset: int) -> int:
        """From which byte the answer goes on; what was received before is dropped where it starts anew."""
        status, url = answer.status_code, self._wanted.url
        if status in _PASSING:
            wait = _retry_after(answer)
            if wait is not None and wait > self._limits.wait:
                raise GuidanceError(f"{url}: the server answers {status} and asks to come back in {wait:.0f} s")
            raise _PassingError(f"the server answers {status}", wait)
        if offset and status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
            return offset
        self._part.drop()
        if offset and status in (206, 416):
            raise _PassingError("the server sends another part than was asked for")
        if status != 200:
            raise GuidanceError(f"{url}: the server answers {status}; is the address still right?")
        return 0

    def _receive(self, answer: httpx.Response, offset: int) -> None:
        """Write the body behind what is there, looking at its kind as soon as that can be told."""
        length = answer.headers.get("Content-Length", "")
        plain = answer.headers.get("Content-Encoding", "identity") == "identity"
        total = offset + int(length) if length.isdigit() and plain else None
        self._refuse_large(total or 0)
        self._part.begin(_validators(self._wanted.url, answer) if plain else Seen(self._wanted.url))
        size, known = offset, offset > 0
        with self._part.path.open("ab" if offset else "wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
                size += len(piece)
                self._refuse_large(size)
                if self.stopped.is_set() or time.monotonic() > self._until:
                    raise GuidanceError(f"{self._wanted.url}: {too_long(self._limits)}")
                if not known and size >= OPENING:
                    file.flush()
                    self._refuse_other(fault_at_start(self._part.start(), self._wanted.kind))
                    known = True
                self._tell(self._part.name, size, total)

    def _whole(self, seen: Seen, *, resumed: bool) -> Seen:
        """What was received, once it is known to be a whole file of the kind wanted."""
        wrong = self._part.fault(self._wanted.kind)
        if wrong and wrong.startswith("is cut short"):
            self._part.drop()
            raise _PassingError(f"what the server sends {wrong}")
        self._refuse_other(wrong)
        sha256 = self._part.sha256()
        if resumed and self._wanted.sha256 not in (None, sha256):
            self._part.drop()
            raise _PassingError("the parts of the file do not fit together")
        return Seen(seen.url, seen.etag, seen.modified, sha256, self._part.size())

    def _refuse_other(self, wrong: str | None) -> None:
        if wrong:
            self._part.drop()
            raise GuidanceError(f"{self._wanted.url}: what the server sends {wrong}; is the address still right?")

    def _refuse_large(self, size: int) -> None:
        if size > self._limits.largest:
            self._part.drop()
            limit = f"{self._limits.largest / (1 << 20):.0f} MB"
            raise GuidanceError(f"{self._wanted.url}: larger than {limit}; this is not the guidance")


def _said(error: Exception, else_: str) -> str:
    return " ".join(str(error).split()) or else_


def _validators(url: str, answer: httpx.Response) -> Seen:
    """What lets a later request tell whether the file is the same: weak tags do not."""
    etag = answer.headers.get("ETag", "")
    return Seen(url, "" if etag.startswith("W/") else etag, answer.headers.get("Last-Modified", ""))


def _retry_after(answer: httpx.Response) -> float | None:
    """The seconds that the server asks to wait; None where it names none (a date is read as none)."""
    asked = answer.headers.get("Retry-After", "").strip()
    return float(asked) if asked.isdigit() else None
