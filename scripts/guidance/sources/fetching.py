"""A revision's official file -> the cache: from its address or, failing that, from the web archive, and never in
the place of another file. What was seen is put into the lock; nothing is printed here."""

import datetime
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from guidance.document.kinds import fault, suffix_of, wanted_kind
from guidance.document.model import GuidanceError, write_whole
from guidance.document.register import Edition, Locked, Publication, Revision, last_day, read_lock, say_date

if TYPE_CHECKING:
    import httpx

    from guidance.sources.download import Downloaded

Doubt = Callable[[str, bytes, Edition], str | None]
"""Why a file of this name and content is not taken for an edition, as the end of a sentence; None where it proves
to be of it."""
Tell = Callable[[str, int, int | None], None]
"""Hears how far a download is: the file's name, bytes received, bytes in all where the server says so."""


class Limits(Struct, frozen=True):
    """What a download may take: seconds to connect, seconds without a byte, seconds in all, bytes, tries, the
    longest wait (seconds) that a server may ask for, and redirects."""

    connect: float = 5.0
    idle: float = 20.0
    whole: float = 300.0
    largest: int = 200 * 1024 * 1024
    attempts: int = 4
    wait: float = 30.0
    redirects: int = 5


State = Literal["fetched", "unchanged", "changed", "archived", "kept"]
_FRAMED = ("", "mp_")  # a web archive may show a frame first; the second form leads to what is in it
_HEAD = """\
# Files as they were first seen at the official addresses, written by `guidance fetch` and `guidance build`.
# The first file of a revision is the one that is built. A later one came under the same address: review it, then
# take it into editions.toml as a revision of its own with its sha256. Commit this file: a machine without it cannot
# see that a file has changed, and the weekly publish builds from no file that is not in it.
"""


def _table(seen: Locked) -> str:
    fields = {name: value for name, value in msgspec.to_builtins(seen).items() if value is not None}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return "\n[[files]]\n" + "".join(lines)


class Seen(Struct, frozen=True):
    """What is known of a file at an address: the server's marks of it, and its SHA-256."""

    url: str
    etag: str = ""
    modified: str = ""
    sha256: str = ""


class Fetched(Struct, frozen=True):
    """A file in the cache: `fetched` now, `unchanged` at its address, `changed` there (this is still the old one),
    taken from the web `archive`d copy, or `kept` because its address could not be asked; `remark` says why."""

    state: State
    path: Path
    sha256: str
    remark: str = ""


class UnreachableError(GuidanceError):
    """The host of an official address does not answer."""

    def __init__(self, url: str, host: str, why: str) -> None:
        """`why` is what the network said."""
        super().__init__(
            f"{url}: {host} did not answer ({why}); put the file into sources/ or build with --offline"
        )
        self.host = host


class _Wanted(Struct, frozen=True):
    """The file of a revision that is wanted, and its place in the cache."""

    publication: Publication
    edition: Edition
    revision: Revision
    target: Path

    def held(self) -> str | None:
        """The SHA-256 of a sound file in its place; None where there is none."""
        if not self.target.is_file():
            return None
        content = self.target.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        sound = fault(content, wanted_kind(self.target.name)) is None
        return sha256 if sound and self.revision.sha256 in (None, sha256) else None


class Fetcher:
    """Fetches official files. A host that does not answer, and an address that fails, is tried once in the life of
    a fetcher; `notes` gathers, a line each, what somebody must know of a run that went on. `tell` hears how far a
    file is. `doubt` is asked of each file that no digest is known for: it must prove itself before it is locked.
    `seen` are those that came and were not in the lock."""

    def __init__(
        self,
        lock: Path | None = None,
        limits: Limits | None = None,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        """`lock` is the sources.lock to record in; `transport` stands in for the network in tests."""
        self.tell: Tell = lambda *_: None
        self.doubt: Doubt = lambda *_: None
        self.notes: list[str] = []
        self.seen: list[Locked] = []
        self._lock, self._limits, self._transport = lock, limits or Limits(), transport
        self._silent: dict[str, str] = {}
        self._failed: dict[str, GuidanceError] = {}

    def note(self, line: str) -> None:
        """Keep a line for the reader, once."""
        if line not in self.notes:
            self.notes.append(line)

    def fetch(self, publication: Publication, edition: Edition, revision: Revision, cache: Path) -> Fetched:
        """The file of a revision that has an address, in the cache.

        A file there is sound: of the right kind, whole, and of the SHA-256 that register or lock know. Raises
        GuidanceError (UnreachableError where the host is silent) when it can be had from nowhere, or proves to be
        another text.
        """
        target = cache / file_name(edition, revision)
        wanted = _Wanted(publication, edition, revision, target)
        held = wanted.held()
        try:
            came = self._download(wanted, revision.url or "", held)
        except GuidanceError as error:
            if held:
                return Fetched("kept", target, held, str(error))
            if found := self._from_archive(wanted):
                return Fetched("archived", target, found, str(error))
            raise
        if came is None and held:
            self._refuse_other(wanted, revision.url, target.read_bytes())
            return Fetched("unchanged", target, held)
        assert came
        if (revision.sha256 or held) not in (None, came.sha256):
            return self._changed(wanted, came, held)
        self._refuse_other(wanted, revision.url, came.content)
        _put(target, revision.url or "", came)
        self._record(wanted, came.sha256, len(came.content))
        return Fetched("unchanged" if held else "fetched", target, came.sha256)

    def _refuse_other(self, wanted: _Wanted, address: str | None, content: bytes) -> None:
        """Raise GuidanceError where a file that no digest is known for is not proved to be of its edition."""
        if wanted.revision.sha256 is None and (doubt := self.doubt(wanted.target.name, content, wanted.edition)):
            raise GuidanceError(f"{address}: what is there {doubt}")

    def _changed(self, wanted: _Wanted, came: "Downloaded", held: str | None) -> Fetched:
        """Keeps a file that came in the place of a known one beside that, as a revision nobody has reviewed."""
        edition, revision, target = wanted.edition, wanted.revision, wanted.target
        identity = f"{revision.id}-{came.sha256[:8]}"
        beside = kept_beside(target.parent, edition, revision, came.sha256)
        _put(beside, revision.url or "", came)
        if held and revision.sha256 is None:
            self._record(wanted, held, target.stat().st_size)
        self._record(wanted, came.sha256, len(came.content), known=True)
        what = (
            f"{revision.url}: the official file changed without a new address (sha256 {came.sha256}); it is kept "
            f"as revision {identity} in {beside}, and not used until it is reviewed or named: "
            f"--revision {edition.id}:{identity}"
        )
        self.note(f"edition {edition.id}: {what}")
        if found := held or self._from_archive(wanted):
            return Fetched("changed", target, found, what)
        raise GuidanceError(what)

    def _from_archive(self, wanted: _Wanted) -> str | None:
        """The SHA-256 of the file as a web archive has it, now in its place; None where there is no such copy."""
        archive, revision = wanted.publication.archive, wanted.revision
        if not (archive and revision.url and revision.date):
            return None
        moment = last_day(revision.date).replace("-", "") + "235959"
        for form in _FRAMED:
            address = f"{archive.rstrip('/')}/{moment}{form}/{revision.url}"
            try:
                came = self._download(wanted, address)
                if came is None or revision.sha256 not in (None, came.sha256):
                    continue
                self._refuse_other(wanted, address, came.content)
            except UnreachableError:
                return None
            except GuidanceError:
                continue
            _put(wanted.target, address, came)
            self._record(wanted, came.sha256, len(came.content), archive=address)
            self.note(f"edition {wanted.edition.id}: revision {revision.id} comes from a web archive: {address}")
            return came.sha256
        return None

    def _record(
        self, wanted: _Wanted, sha256: str, size: int, *, known: bool = False, archive: str | None = None
    ) -> None:
        """Put a file that is not in the lock there, where the register does not pin it (or, `known`, pins another);
        a lock that cannot be read or written is noted."""
        revision = wanted.revision
        if self._lock is None or not (known or revision.sha256 is None):
            return
        seen = Locked(wanted.edition.id, revision.id, revision.url or "", sha256, size, archive)
        try:
            before = read_lock(self._lock)
            if any((s.edition, s.revision, s.sha256) == (seen.edition, seen.revision, sha256) for s in before):
                return
            ordered = sorted((*before, seen), key=lambda s: (s.edition, s.revision))  # stable: first stays first
            write_whole(self._lock, _HEAD + "".join(map(_table, ordered)))
        except OSError as error:
            self.note(f"{self._lock}: cannot be written ({error.strerror})")
        except GuidanceError as error:
            self.note(str(error))
        self.seen.append(seen)

    def _download(self, wanted: _Wanted, url: str, held: str | None = None) -> "Downloaded | None":
        """What came from an address, a whole file of the kind wanted; None where it is the one `held`."""
        from guidance.sources.download import DownloadError, DownloadOrder, download  # slow to load, seldom needed

        host = urlsplit(url).netloc.lower()
        if host in self._silent:
            raise UnreachableError(url, host, self._silent[host])
        if url in self._failed:
            raise self._failed[url]
        name, archive = wanted.target.name, wanted.publication.archive
        hosts = frozenset((*wanted.publication.hosts, urlsplit(archive or "").netloc.lower()))
        seen = read_seen(wanted.target) if held else None
        marks = (seen.etag, seen.modified) if seen and (seen.url, seen.sha256) == (url, held) else ("", "")
        order = DownloadOrder(url, name, hosts, wanted_kind(name), *marks)
        patience = self._limits.connect * 2 / (1 + len(self._silent))
        try:
            return download(order, self._limits, self._transport, patience, self.tell)
        except DownloadError as error:
            if error.silent:
                self._silent[host] = str(error)
                raise UnreachableError(url, host, str(error)) from None
            self._failed[url] = GuidanceError(f"{url}: {error}")
            raise self._failed[url] from None


def file_name(edition: Edition, revision: Revision) -> str:
    """The name of a revision's file, such as 2018-2019-02.pdf: the edition's id is not said twice."""
    suffix = suffix_of(wanted_kind(revision.url or "a.pdf"))
    return f"{edition.id}-{revision.id.removeprefix(f'{edition.id}-')}{suffix}"


def kept_beside(cache: Path, edition: Edition, revision: Revision, sha256: str | None = None) -> Path:
    """Where a file is kept that came in the place of a revision's: by the digest, in a folder of its own. The
    revision is the known one with the new file's `sha256`, or the unreviewed one by itself."""
    name = file_name(edition, revision)
    stem, _, suffix = name.rpartition(".")
    return cache / "changed" / (f"{stem}-{sha256[:8]}.{suffix}" if sha256 else name)


def digest(path: Path) -> str:
    """A file's SHA-256. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_seen(target: Path) -> Seen | None:
    """What was seen of a file when it was fetched; None where no note of it can be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(_note(target).read_bytes(), type=Seen)
    return None


def _note(target: Path) -> Path:
    return target.with_name(f".{target.name}.json")


def _put(target: Path, url: str, came: "Downloaded") -> None:
    """Put a whole file in its place, with a note of what was seen. Raises GuidanceError."""
    try:
        write_whole(target, came.content)
        seen = Seen(url, came.etag, came.modified, came.sha256)
        write_whole(_note(target), msgspec.json.encode(seen))
    except OSError as error:
        raise GuidanceError(f"{target}: cannot be written ({error.strerror})") from None


# --- When a file was put to its address ------------------------------------------------------------

_UPLOADED = re.compile(r"/media/(?P<seconds>[0-9a-f]{8})[0-9a-f]{16}/")  # since 1970, as the identifier begins
_AGREES = 14  # days that a file may be uploaded from the day of its revision


class Upload(Struct, frozen=True):
    """The day on which the file at an official address was uploaded, by how many days the date of its revision lies
    apart, None where that is not known; and both in words. No difference is a reason to refuse a file."""

    day: datetime.date
    apart: int | None
    said: str

    @property
    def agrees(self) -> bool | None:
        """Whether the two days may well be one event's; None where one is not known."""
        return None if self.apart is None else self.apart <= _AGREES


def upload_of(address: str | None, date: str | None) -> Upload | None:
    """What an address tells of its file's upload, beside the date of a revision; None where it tells nothing."""
    match = _UPLOADED.search(address or "")
    if not match:
        return None
    day = datetime.datetime.fromtimestamp(int(match["seconds"], 16), datetime.UTC).date()
    said = f"uploaded on {say_date(day.isoformat())}"
    if date is None:
        return Upload(day, None, said)
    first = f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]
    begun, ended = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last_day(date))
    apart = max((begun - day).days, (day - ended).days, 0)
    beside = (
        f", which agrees with {say_date(date)}" if apart <= _AGREES else f", {apart} days from {say_date(date)}"
    )
    return Upload(day, apart, said + beside)
