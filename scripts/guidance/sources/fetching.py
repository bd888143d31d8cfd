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


def record(path: Path, seen: Locked) -> bool:
    """Put a file into the lock, which stays as it is where the file is in it; says whether it was new.

    Raises GuidanceError when the lock cannot be read or written.
    """
    before = read_lock(path)
    if any((s.edition, s.revision, s.sha256) == (seen.edition, seen.revision, seen.sha256) for s in before):
        return False
    ordered = sorted((*before, seen), key=lambda s: (s.edition, s.revision))  # stable: first seen stays first
    try:
        write_whole(path, (_HEAD + "".join(map(_table, ordered))).encode())
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be written ({error.strerror})") from None
    return True


def _table(seen: Locked) -> str:
    fields = {name: value for name, value in msgspec.to_builtins(seen).items() if value is not None}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return "\n[[files]]\n" + "".join(lines)


class Seen(Struct, frozen=True):
    """What is known of a file at an address: the server's marks of it, SHA-256, and size in bytes."""

    url: str
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    size: int = 0


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


class Fetcher:
    """Fetches official files. A host that does not answer, and an address that fails, is tried once in the life of
    a fetcher; `notes` gathers, a line each, what somebody must know of a run that went on. `doubt` is asked of each
    file that no digest is known for: it must prove itself before it is locked. `seen` are those that came and were
    not in the lock."""

    def __init__(
        self,
        lock: Path | None = None,
        limits: Limits | None = None,
        transport: "httpx.BaseTransport | None" = None,
        tell: Tell = lambda *_: None,
    ) -> None:
        """`lock` is the sources.lock to record in; `transport` stands in for the network in tests."""
        self.tell = tell
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
        held = _held(target, revision)
        known = revision.sha256 or held
        try:
            came = self._download(publication, revision.url or "", target, _before(target, revision, held))
        except GuidanceError as error:
            if held:
                return Fetched("kept", target, held, str(error))
            if found := self._from_archive(publication, edition, revision, target):
                return Fetched("archived", target, found, str(error))
            raise
        if came is None and held:
            self._refuse_other(edition, revision, revision.url, target, target.read_bytes())
            return Fetched("unchanged", target, held)
        assert came
        seen, content = came
        if known not in (None, seen.sha256):
            return self._changed(publication, edition, revision, target, came, held)
        self._refuse_other(edition, revision, revision.url, target, content)
        _put(target, seen, content)
        self._record(edition, revision, seen)
        return Fetched("unchanged" if held else "fetched", target, seen.sha256)

    def _refuse_other(
        self, edition: Edition, revision: Revision, address: str | None, target: Path, content: bytes
    ) -> None:
        """Raise GuidanceError where a file that no digest is known for is not proved to be of its edition."""
        if revision.sha256 is None and (doubt := self.doubt(target.name, content, edition)):
            raise GuidanceError(f"{address}: what is there {doubt}")

    def _changed(
        self,
        publication: Publication,
        edition: Edition,
        revision: Revision,
        target: Path,
        came: tuple[Seen, bytes],
        held: str | None,
    ) -> Fetched:
        """Keeps a file that came in the place of a known one beside that, as a revision nobody has reviewed."""
        seen, content = came
        identity = f"{revision.id}-{seen.sha256[:8]}"
        beside = kept_beside(target.parent, edition, revision, seen.sha256)
        _put(beside, seen, content)
        if held and revision.sha256 is None:
            self._record(edition, revision, Seen(seen.url, sha256=held, size=target.stat().st_size))
        self._record(edition, revision, seen, known=True)
        what = (
            f"{revision.url}: the official file changed without a new address (sha256 {seen.sha256}); it is kept "
            f"as revision {identity} in {beside}, and not used until it is reviewed or named: "
            f"--revision {edition.id}:{identity}"
        )
        self.note(f"edition {edition.id}: {what}")
        if held:
            return Fetched("changed", target, held, what)
        if found := self._from_archive(publication, edition, revision, target):
            return Fetched("changed", target, found, what)
        raise GuidanceError(what)

    def _from_archive(
        self, publication: Publication, edition: Edition, revision: Revision, target: Path
    ) -> str | None:
        """The SHA-256 of the file as a web archive has it, now in its place; None where there is no such copy."""
        if not (publication.archive and revision.url and revision.date):
            return None
        moment = last_day(revision.date).replace("-", "") + "235959"
        for form in _FRAMED:
            address = f"{publication.archive.rstrip('/')}/{moment}{form}/{revision.url}"
            try:
                came = self._download(publication, address, target)
                if came:
                    self._refuse_other(edition, revision, address, target, came[1])
            except UnreachableError:
                return None
            except GuidanceError:
                continue
            if came and revision.sha256 in (None, came[0].sha256):
                seen, content = came
                _put(target, seen, content)
                self._record(edition, revision, seen, archive=address)
                self.note(f"edition {edition.id}: revision {revision.id} comes from a web archive: {address}")
                return seen.sha256
        return None

    def _record(
        self, edition: Edition, revision: Revision, seen: Seen, *, known: bool = False, archive: str | None = None
    ) -> None:
        """Put into the lock what the register does not pin (or, `known`, what differs from that)."""
        if self._lock is None or not (known or revision.sha256 is None):
            return
        entry = Locked(edition.id, revision.id, revision.url or "", seen.sha256, seen.size, archive)
        try:
            new = record(self._lock, entry)
        except GuidanceError as error:
            self.note(str(error))
            new = True
        self.seen += [entry] if new else []

    def _download(
        self, publication: Publication, url: str, target: Path, before: Seen | None = None
    ) -> tuple[Seen, bytes] | None:
        """What came from an address, a whole file of the kind that `target` is named after; None where nothing has
        changed since `before`."""
        from guidance.sources.download import DownloadError, DownloadOrder, download  # slow to load, seldom needed

        host = urlsplit(url).netloc.lower()
        if host in self._silent:
            raise UnreachableError(url, host, self._silent[host])
        if url in self._failed:
            raise self._failed[url]
        hosts = frozenset((*publication.hosts, urlsplit(publication.archive or "").netloc.lower()))
        marks = (before.etag, before.modified) if before else ("", "")
        order = DownloadOrder(url, target.name, hosts, wanted_kind(target.name), *marks)
        patience = self._limits.connect * 2 / (1 + len(self._silent))
        try:
            came = download(order, self._limits, self._transport, patience, self.tell)
        except DownloadError as error:
            if error.silent:
                self._silent[host] = str(error)
                raise UnreachableError(url, host, str(error)) from None
            self._failed[url] = GuidanceError(f"{url}: {error}")
            raise self._failed[url] from None
        if came is None:
            return None
        sha256 = hashlib.sha256(came.content).hexdigest()
        return Seen(url, came.etag, came.modified, sha256, len(came.content)), came.content


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


def _held(target: Path, revision: Revision) -> str | None:
    """The SHA-256 of a sound file in its place; None where there is none."""
    if not target.is_file():
        return None
    content = target.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    sound = fault(content, wanted_kind(target.name)) is None and revision.sha256 in (None, sha256)
    return sha256 if sound else None


def _before(target: Path, revision: Revision, held: str | None) -> Seen | None:
    seen = read_seen(target) if held else None
    return seen if seen and (seen.url, seen.sha256) == (revision.url, held) else None


def read_seen(target: Path) -> Seen | None:
    """What was seen of a file when it was fetched; None where no note of it can be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(_note(target).read_bytes(), type=Seen)
    return None


def _note(target: Path) -> Path:
    return target.with_name(f".{target.name}.json")


def _put(target: Path, seen: Seen, content: bytes) -> None:
    """Put a whole file in its place, with a note of what was seen. Raises GuidanceError."""
    try:
        write_whole(target, content)
        write_whole(_note(target), msgspec.json.encode(seen))
    except OSError as error:
        raise GuidanceError(f"{target}: cannot be written ({error.strerror})") from None


# --- When a file was put to its address ------------------------------------------------------------

_UPLOADED = re.compile(r"/media/(?P<seconds>[0-9a-f]{8})[0-9a-f]{16}/")  # since 1970, as the identifier begins
AGREES = 14  # days that a file may be uploaded from the day of its revision


def upload_day(address: str | None) -> datetime.date | None:
    """The day on which the file at an official address was uploaded; None where the address does not tell."""
    match = _UPLOADED.search(address or "")
    moment = match and datetime.datetime.fromtimestamp(int(match["seconds"], 16), datetime.UTC)
    return moment.date() if moment else None


def upload_apart(address: str | None, date: str | None) -> int | None:
    """By how many days the upload of a file and the date of its revision differ; None where either is not known."""
    day = upload_day(address)
    if day is None or date is None:
        return None
    first = f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]
    begun, ended = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last_day(date))
    return max((begun - day).days, (day - ended).days, 0)


def say_upload(address: str | None, date: str | None) -> str | None:
    """What the upload time of an address says beside the date of its revision, in words; None where it says
    nothing. A difference is told, and never a reason to refuse a file."""
    day, apart = upload_day(address), upload_apart(address, date)
    if day is None:
        return None
    said = f"uploaded on {say_date(day.isoformat())}"
    if apart is None:
        return said
    if apart <= AGREES:
        return f"{said}, which agrees with {say_date(date)}"
    return f"{said}, {apart} days from {say_date(date)}"
