"""Addresses that somebody lists -> the bytes of each page, for reading and never for keeping.

Asks one address at a time and a host that is silent only once; what a page says is not looked at here.
"""

import threading
import time
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.sources.kinds import Limits

_LIMITS = Limits(idle=15.0, whole=60.0, largest=50 * 1024 * 1024)
_PAUSE = 0.2  # seconds between two pages of one host, so that nobody's server is troubled


class FetchedPage(Struct, frozen=True):
    """A page as it came: the address at the end of all redirects, its media type as the server says, its bytes."""

    url: str
    media_type: str
    content: bytes


class PageFetcher:
    """Fetches web pages."""

    def __init__(self, limits: Limits = _LIMITS, transport: httpx.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        self._limits, self._transport = limits, transport
        self._silent: dict[str, str] = {}
        self._asked: dict[str, float] = {}

    def fetch(self, url: str) -> FetchedPage:
        """The page at an address. Raises GuidanceError, one line, when it cannot be had."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise GuidanceError("is no web address; write https://…")
        if parts.netloc in self._silent:
            raise GuidanceError(f"{parts.netloc} did not answer ({self._silent[parts.netloc]})")
        time.sleep(max(0.0, self._asked.get(parts.netloc, 0.0) + _PAUSE - time.monotonic()))
        task = _Task(url, self._limits, self._transport)
        thread = threading.Thread(target=task.run, daemon=True)
        thread.start()
        thread.join(self._limits.whole)  # looking up a name has no time limit of its own
        self._asked[parts.netloc] = time.monotonic()
        if task.page is not None:
            return task.page
        why = task.error or f"not finished after {self._limits.whole:.0f} s"
        if task.silent or task.error is None:
            self._silent[parts.netloc] = why
            raise GuidanceError(f"{parts.netloc} did not answer ({why})")
        raise GuidanceError(why)


class _Task:
    """One page, fetched in a thread of its own."""

    def __init__(self, url: str, limits: Limits, transport: httpx.BaseTransport | None) -> None:
        self._url, self._limits, self._transport = url, limits, transport
        self.page: FetchedPage | None = None
        self.error: str | None = None
        self.silent = False

    def run(self) -> None:
        try:
            self._receive()
        except (httpx.ConnectError, httpx.TimeoutException, httpx.ProxyError) as error:
            self.silent, self.error = True, " ".join(str(error).split()) or type(error).__name__
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            self.error = " ".join(str(error).split()) or type(error).__name__

    def _receive(self) -> None:
        limits = httpx.Timeout(self._limits.idle, connect=self._limits.connect)
        with (
            httpx.Client(
                timeout=limits,
                follow_redirects=True,
                max_redirects=self._limits.redirects,
                transport=self._transport,
            ) as client,
            client.stream("GET", self._url, headers={"Accept": "text/html, */*;q=0.5"}) as answer,
        ):
            if answer.status_code != 200:
                self.error = f"the server answers {answer.status_code}"
                return
            content = bytearray()
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > self._limits.largest:
                    self.error = f"is larger than {self._limits.largest >> 20} MB"
                    return
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            self.page = FetchedPage(str(answer.url), media_type, bytes(content))
