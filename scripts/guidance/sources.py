"""Where the text of an edition comes from: folders of the reader's, the cache, the official address.

The only place that uses the network; nothing here looks into a file further than to say what it is.
"""

import hashlib
import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from guidance.model import GuidanceError
from guidance.register import Edition, Publication, Revision

PDF = "application/pdf"
_SUFFIXES = (".pdf",)
_LARGEST = 200 * 1024 * 1024  # bytes; no guidance comes near it
_WHOLE = 300.0  # seconds that one file may take once its host answers


class Source(Struct, frozen=True):
    """A file that holds an edition's text; `revision` where its sha256 is known to the register."""

    edition: str
    path: Path
    sha256: str
    media_type: str
    revision: Revision | None = None


class Missing(Struct, frozen=True):
    """No text for an edition, and why. `fault`: a file is there but cannot be used; `silent`: the host that
    could not be reached."""

    edition: str
    reason: str
    fault: bool = False
    silent: str | None = None


class UnreachableError(GuidanceError):
    """The host of an official address does not answer."""

    def __init__(self, url: str, host: str, why: str) -> None:
        """`why` is what the network said."""
        super().__init__(
            f"{url}: {host} did not answer ({why}); put the file into sources/ or build with --offline"
        )
        self.host = host


class Fetcher:
    """Downloads official files. A host that does not answer is tried once in the fetcher's lifetime."""

    def __init__(self, patience: float = 6.0, transport: httpx.BaseTransport | None = None) -> None:
        """`patience` is how many seconds a host has to begin its answer; `transport` stands in for it in tests."""
        self._patience = patience
        self._transport = transport
        self._silent: dict[str, str] = {}

    def fetch(self, url: str, to: Path, sha256: str | None = None) -> None:
        """Download `url` to `to`, which appears only when whole and sound.

        Raises GuidanceError when the host is silent, answers with an error, or sends something other
        than the PDF that the register pins.
        """
        host = urlsplit(url).netloc
        if host in self._silent:
            raise UnreachableError(url, host, self._silent[host])
        download = _Download(url, to, sha256, self._patience, self._transport)
        thread = threading.Thread(target=download.run, daemon=True)
        thread.start()
        # Looking up a name has no time limit of its own: the waiting is done out here.
        if not download.answered.wait(self._patience * 2):
            download.error = download.error or _SilenceError(f"no answer within {self._patience * 2:.0f} s")
        else:
            thread.join(_WHOLE)
        if thread.is_alive() and download.error is None:
            download.error = GuidanceError(
                f"{url}: not finished after {_WHOLE:.0f} s; download it by hand to sources/"
            )
        if isinstance(download.error, _SilenceError):
            self._silent[host] = str(download.error)
            raise UnreachableError(url, host, self._silent[host])
        if download.error is not None:
            raise download.error


class _SilenceError(Exception):
    """The host cannot be reached."""


class _Download:
    """One download, run in a thread of its own so that nothing can hold up the build."""

    def __init__(
        self, url: str, to: Path, sha256: str | None, patience: float, transport: httpx.BaseTransport | None
    ) -> None:
        self._url, self._to, self._sha256 = url, to, sha256
        self._patience, self._transport = patience, transport
        self.answered = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """Fetch the file; what went wrong is left in `error`."""
        try:
            content = self._receive()
            _refuse_other(self._url, content, self._sha256)
            _write(self._to, content)
        except (httpx.ConnectError, httpx.TimeoutException, httpx.ProxyError) as error:
            self.error = _SilenceError(str(error) or type(error).__name__)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self.error = GuidanceError(f"{self._url}: {error or type(error).__name__}")
        except GuidanceError as error:
            self.error = error
        finally:
            self.answered.set()

    def _receive(self) -> bytes:
        limits = httpx.Timeout(self._patience * 3, connect=self._patience)
        with (
            httpx.Client(
                timeout=limits, follow_redirects=True, max_redirects=5, transport=self._transport
            ) as client,
            client.stream("GET", self._url, headers={"Accept": PDF}) as answer,
        ):
            self.answered.set()
            if answer.status_code != 200:
                raise GuidanceError(
                    f"{self._url}: the server answers {answer.status_code}; is the address still right?"
                )
            received = bytearray()
            for piece in answer.iter_bytes():
                received += piece
                if len(received) > _LARGEST:
                    raise GuidanceError(f"{self._url}: larger than {_LARGEST >> 20} MB; this is not the guidance")
            return bytes(received)


def _refuse_other(url: str, content: bytes, sha256: str | None) -> None:
    fault = pdf_fault(content)
    if fault:
        raise GuidanceError(f"{url}: what the server sends {fault}")
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise GuidanceError(
            f"{url}: the file is not the one in the register (sha256 differs); check it, then pin it"
        )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def pdf_fault(content: bytes) -> str | None:
    """What is wrong with these bytes as a PDF file, as the end of a sentence; None where nothing is."""
    if not content:
        return "is empty"
    if b"%PDF-" not in content[:1024]:
        return "is not a PDF file"
    if b"%%EOF" not in content[-4096:]:
        return "is cut short: its end is missing"
    return None


def find_source(
    publication: Publication,
    edition: Edition,
    folders: Iterable[Path],
    cache: Path,
    fetcher: Fetcher | None,
) -> Source | Missing:
    """The file with an edition's text: from the first folder that has one, the cache, or the official address.

    A file is known by its sha256, else by its name, `<edition>*.pdf`. A file of that name that is
    unusable ends the search: whoever put it there should hear of it. Without a `fetcher` no network is used.
    """
    for folder in folders:
        found = _look_in(folder, publication, edition)
        if found is not None:
            return found
    found = _look_in(cache, publication, edition)
    if isinstance(found, Source):
        return found
    return _from_address(publication, edition, cache, fetcher)


def source_folders(given: Path | None, environment: str | None, root: Path) -> tuple[Path, ...]:
    """The folders to look in, in order: the one named (`given`, else `environment`), then sources/.

    Raises GuidanceError when the named one is not a folder.
    """
    named = given or (Path(environment) if environment else None)
    if named is not None and not named.is_dir():
        origin = "--sources" if given else "GUIDANCE_SOURCES"
        raise GuidanceError(f"{named}: {origin} must name a folder that exists")
    return (*((named,) if named else ()), root / "sources")


def _from_address(
    publication: Publication, edition: Edition, cache: Path, fetcher: Fetcher | None
) -> Source | Missing:
    revisions = [r for r in reversed(edition.revisions) if r.url]
    if not revisions:
        return Missing(edition.id, f"no official address is known; put the file into sources/ as {edition.id}.pdf")
    if fetcher is None:
        return Missing(edition.id, f"the network was not used; put the file into sources/ as {edition.id}.pdf")
    missing: Missing | None = None
    for revision in revisions:
        try:
            name = f"{edition.id}-{revision.id.removeprefix(f'{edition.id}-')}.pdf"
            fetcher.fetch(revision.url or "", cache / name, revision.sha256)
        except GuidanceError as error:
            host = error.host if isinstance(error, UnreachableError) else None
            missing = missing or Missing(edition.id, str(error), silent=host)
            continue
        found = _look_in(cache, publication, edition)
        if isinstance(found, Source):
            return found
    return missing or Missing(edition.id, f"no file of {edition.id} could be kept in {cache}")


def _look_in(folder: Path, publication: Publication, edition: Edition) -> Source | Missing | None:
    if not folder.is_dir():
        return None
    files = sorted(
        p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES and p.is_file() and p.name[0] != "."
    )
    pinned = {r.sha256: (e.id, at, r) for e in publication.editions for at, r in enumerate(e.revisions) if r.sha256}
    known: list[tuple[int, Source]] = []
    named: list[Path] = []
    for path in files:
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            if _edition_named(path.name, publication) == edition.id:
                return Missing(
                    edition.id, f"{path}: cannot be read ({error.strerror}); mend or remove it", fault=True
                )
            continue
        if sha256 in pinned:
            owner, at, revision = pinned[sha256]
            if owner == edition.id:
                known.append((at, Source(edition.id, path, sha256, PDF, revision)))
        elif _edition_named(path.name, publication) == edition.id:
            named.append(path)
    if known:
        return max(known, key=lambda pair: pair[0])[1]
    return _judge(edition, named[-1]) if named else None


def _judge(edition: Edition, path: Path) -> Source | Missing:
    content = path.read_bytes()
    fault = pdf_fault(content)
    if fault:
        return Missing(edition.id, f"{path}: this {fault}; replace it with the official file", fault=True)
    return Source(edition.id, path, hashlib.sha256(content).hexdigest(), PDF)


def _edition_named(name: str, publication: Publication) -> str | None:
    """The edition that a file's name begins with: the longest id, and no digit after it."""
    fitting = [e.id for e in publication.editions if re.match(re.escape(e.id) + r"(?!\d)", name, re.IGNORECASE)]
    return max(fitting, key=len, default=None)
