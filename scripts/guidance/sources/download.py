"""One address -> the bytes that are there: within limits, tried again where that may help. With it `PageFetcher`,
for addresses that somebody lists. All that uses the network is here; nothing is kept, and no page is read."""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import httpx
import stamina
from msgspec import Struct

from guidance.document.kinds import OPENING, fault, fault_at_start
from guidance.document.model import GuidanceError
from guidance.sources.fetching import Limits, Tell

logging.getLogger("stamina").addHandler(logging.NullHandler())  # what is tried again is told in errors, not logged

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_MOVED = "is the address still right?"


class DownloadOrder(Struct, frozen=True):
    """What to download, and its `name` for whoever hears how far it is. `hosts` are those that it may be redirected
    to (None: any), `kind` is the media type that its bytes must be of; with an `etag` or a day `modified` it comes
    only where the server has another.
    """

    url: str
    name: str = ""
    hosts: frozenset[str] | None = None
    kind: str | None = None
    etag: str = ""
    modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What is asked for, in the words of HTTP."""
        asked = {"Accept": f"{self.kind or 'text/html'}, */*;q=0.1", "Accept-Encoding": "identity"}
        asked |= {"If-None-Match": self.etag} if self.etag else {}
        return asked | ({"If-Modified-Since": self.modified} if self.modified else {})


class Downloaded(Struct, frozen=True):
    """What came: from which address in the end, what the server calls it, its marks of this version, the bytes."""

    url: str
    media_type: str
    etag: str
    modified: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


class DownloadError(Exception):
    """Why nothing came, and what may be done; `silent` where the host did not say anything at all."""

    def __init__(self, why: str, advice: str = "", silent: bool = False) -> None:
        """`why` alone is said where no advice fits."""
        super().__init__(f"{why}; {advice}" if advice else why)
        self.why, self.silent = why, silent


class _PassingError(Exception):
    """A fault that may be gone at the next try; `wait` is how many seconds the server asks for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


def download(
    order: DownloadOrder,
    limits: Limits,
    transport: httpx.BaseTransport | None = None,
    patience: float | None = None,
    tell: Tell = lambda *_: None,
) -> Downloaded | None:
    """What is at an address; None where that is what the order knows already. Raises DownloadError.

    A host has `patience` seconds to say anything; `transport` stands in for the network in tests.
    """
    patience = limits.whole if patience is None else patience
    work = _Download(order, limits, transport, tell)
    # Looking up a name has no time limit of its own: a thread may hang on it, and the waiting is done out here.
    threading.Thread(target=work.run, daemon=True).start()
    try:
        if not work.answered.wait(patience):
            raise DownloadError(f"no answer within {patience:.0f} s", silent=True)
        return work.done.result(limits.whole + 1)
    except TimeoutError:
        raise work.too_long() from None
    finally:
        work.stopped.set()


class _Download:
    """A download at work. `answered` is set as soon as the host has said anything, and when it is over."""

    def __init__(
        self, order: DownloadOrder, limits: Limits, transport: httpx.BaseTransport | None, tell: Tell
    ) -> None:
        self._order, self._limits, self._transport, self._tell = order, limits, transport, tell
        self.answered, self.stopped = threading.Event(), threading.Event()
        self.done: Future[Downloaded | None] = Future()
        self._until = time.monotonic() + limits.whole

    def run(self) -> None:
        """Download, once more where that may help; what came, or went wrong, is told in `done`."""
        most = self._limits
        again = stamina.RetryingCaller(attempts=most.attempts, timeout=most.whole, wait_initial=0.5, wait_max=8)
        times = httpx.Timeout(most.idle, connect=most.connect)
        try:
            with httpx.Client(timeout=times, transport=self._transport) as client:
                self.done.set_result(again(_try_again, self._attempt, client))
        except _PassingError as error:
            many = f", {most.attempts} times over" if most.attempts > 1 else ""
            self.done.set_exception(DownloadError(f"{error}{many}", "try again later"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.done.set_exception(DownloadError(_said(error)))
        except Exception as error:  # raised where somebody waits for it
            self.done.set_exception(error)
        finally:
            self.answered.set()

    def too_long(self) -> DownloadError:
        """What is said of a download that takes more time than it has."""
        told = f"not finished after {self._limits.whole:.0f} s"
        return DownloadError(told, "try again, or put the file into sources/")

    def _attempt(self, client: httpx.Client) -> Downloaded | None:
        try:
            with self._answer(client) as answer:
                if answer.status_code == 304 and (self._order.etag or self._order.modified):
                    return None
                self._refuse_status(answer)
                return _downloaded(answer, self._receive(answer))
        except (httpx.ConnectError, httpx.ProxyError, httpx.ConnectTimeout, httpx.ReadTimeout) as error:
            if not self.answered.is_set():
                raise DownloadError(_said(error), silent=True) from None
            raise _PassingError(_said(error)) from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.WriteTimeout) as error:
            self.answered.set()
            raise _PassingError(_said(error)) from None

    @contextmanager
    def _answer(self, client: httpx.Client) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects, each of which must stay on the hosts of the order."""
        url = httpx.URL(self._order.url)
        passed: set[httpx.URL] = set()
        while url not in passed and len(passed) <= self._limits.redirects:
            passed.add(url)
            request = client.build_request("GET", url, headers=self._order.headers)
            with closing(client.send(request, stream=True)) as answer:
                self.answered.set()
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = self._redirected(url, answer.headers["Location"])
        raise DownloadError("redirects without end", _MOVED)

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        target, hosts, own = url.join(location), self._order.hosts, urlsplit(self._order.url).netloc
        host, scheme = target.netloc.decode(), target.scheme
        if hosts is None:
            allowed, which = scheme in ("http", "https"), "no address of the web"
        else:  # and never from a safe address to one that is not
            allowed = host in {own, *hosts} and scheme in ("https", url.scheme)
            which = "none of the official `hosts` in editions.toml"
        if not allowed:
            raise DownloadError(f"redirected to {scheme}://{host}, which is {which}", _MOVED)
        return target

    def _refuse_status(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in _PASSING:
            wait = _retry_after(answer)
            if wait is not None and wait > self._limits.wait:
                raise DownloadError(f"the server answers {status} and asks to come back in {wait:.0f} s")
            raise _PassingError(f"the server answers {status}", wait)
        if status != 200:
            raise DownloadError(f"the server answers {status}", _MOVED)

    def _receive(self, answer: httpx.Response) -> bytes:
        """The body, refused as soon as it is known to be too large, too slow or of another kind."""
        length = answer.headers.get("Content-Length", "")
        plain = answer.headers.get("Content-Encoding", "identity") == "identity"
        total = int(length) if length.isdigit() and plain else None
        self._refuse_large(total or 0)
        kind, content = self._order.kind, bytearray()
        for piece in answer.iter_bytes():
            known = len(content) >= OPENING
            content += piece
            self._refuse_large(len(content))
            if self.stopped.is_set() or time.monotonic() > self._until:
                raise self.too_long()
            if kind and not known and len(content) >= OPENING:
                _refuse_other(fault_at_start(content, kind))
            self._tell(self._order.name, len(content), total)
        if kind:
            _refuse_other(fault(content, kind))
        return bytes(content)

    def _refuse_large(self, size: int) -> None:
        if size > self._limits.largest:
            raise DownloadError(f"is larger than {self._limits.largest / (1 << 20):.0f} MB")


def _refuse_other(wrong: str | None) -> None:
    if wrong and wrong.startswith("is cut short"):
        raise _PassingError(f"what the server sends {wrong}")
    if wrong:
        raise DownloadError(f"what the server sends {wrong}", _MOVED)


def _try_again(error: Exception) -> bool | float:
    if not isinstance(error, _PassingError):
        return False
    return True if error.wait is None else error.wait


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _downloaded(answer: httpx.Response, content: bytes) -> Downloaded:
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    etag = answer.headers.get("ETag", "")  # a weak one does not tell whether the bytes are the same
    modified = answer.headers.get("Last-Modified", "")
    return Downloaded(str(answer.url), media_type, "" if etag.startswith("W/") else etag, modified, content)


def _retry_after(answer: httpx.Response) -> float | None:
    """The seconds that the server asks to wait; None where it names none (a date is read as none)."""
    asked = answer.headers.get("Retry-After", "").strip()
    return float(asked) if asked.isdigit() else None


# --- Pages -------------------------------------------------------------------------------------------

_OF_A_PAGE = Limits(idle=15.0, whole=60.0, largest=50 * 1024 * 1024, attempts=1)
_PAUSE = 0.2  # seconds between two pages of one host, so that nobody's server is troubled


class PageFetcher:
    """Fetches web pages, for reading and never for keeping: one at a time, and a host that is silent only once."""

    def __init__(self, limits: Limits = _OF_A_PAGE, transport: httpx.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        self._limits, self._transport = limits, transport
        self._silent: dict[str, str] = {}
        self._asked: dict[str, float] = {}

    def fetch(self, url: str) -> Downloaded:
        """The page at an address. Raises GuidanceError, one line, when it cannot be had."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise GuidanceError("is no web address; write https://…")
        if why := self._silent.get(parts.netloc):
            raise GuidanceError(f"{parts.netloc} did not answer ({why})")
        time.sleep(max(0.0, self._asked.get(parts.netloc, 0.0) + _PAUSE - time.monotonic()))
        try:
            page = download(DownloadOrder(url), self._limits, self._transport)
        except DownloadError as error:
            if not error.silent:
                raise GuidanceError(error.why) from None
            self._silent[parts.netloc] = error.why
            raise GuidanceError(f"{parts.netloc} did not answer ({error.why})") from None
        finally:
            self._asked[parts.netloc] = time.monotonic()
        assert page  # the order knows nothing that it could be the same as
        return page
