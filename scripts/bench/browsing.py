"""A built site in Chromium: what a first and a second page fetch, how long they hold the reader up, and search.

Needs Playwright and a Chromium, which the tests have too; says so where they are not there.
"""

import gzip
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from msgspec import structs

from bench.bench import Row

_PLACES = {"guidance": "ours", "MkDocs, plain (floor)": "floor", "MkDocs Material, mike": "material"}
_PLACES |= {"Sphinx, furo": "sphinx", "Zensical": "zensical"}
_WORDS = "harbour slate"
_PHONE = 4  # times slower than this machine: what Lighthouse takes a phone for
# What came over the wire whole: a browser that has it already asks at most whether it is still the same.
_ANEW = "() => performance.getEntries().filter((e) => e.transferSize > e.encodedBodySize).map((e) => e.name)"
# The part above 50 ms of each task that held the page up (W3C, Long Tasks API).
_BLOCKED = """() => new Promise((done) => {
  let blocked = 0;
  const add = (tasks) => { for (const task of tasks) blocked += Math.max(0, task.duration - 50); };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: "longtask", buffered: true });
  setTimeout(() => { add(observer.takeRecords()); done(blocked); }, 1500);
})"""
# Where a peer's search is typed into, and what its first result is. Zensical opened none for us.
_SEARCH = {
    "guidance": ("/search/", "#search-words", ".hit__link"),
    "MkDocs Material, mike": ("", "input.md-search__input", ".md-search-result__item a"),
    "Sphinx, furo": ("", "input.sidebar-search", "#search-results li a"),
}


def look(row: Row, place: Path) -> Row:
    """The row with what a browser saw of the site in `place`."""
    site = place / _PLACES.get(row.who, "") / "site"
    edition = next((path for path in sorted(site.glob("2*"), reverse=True) if path.is_dir()), None)
    if edition is None or (row.cost and row.cost.fault):
        return row
    chapter = next((path for path in sorted(edition.rglob("*.html")) if "chapter-2" in path.as_posix()), None)
    if chapter is None:
        return structs.replace(row, note=f"{row.note}; no page of chapter 2 was built")
    address, second = (
        "/" + page.relative_to(site).as_posix().removesuffix("index.html")
        for page in (chapter, Path(chapter.as_posix().replace("chapter-2", "chapter-3")))
    )
    try:
        with _serve(site) as root, _browser() as browser:
            seen = _first_load(browser, root + address, root + second)
            if row.who in _SEARCH:
                seen |= _search(browser, root, edition.name, address, row.who)
    except Exception as error:  # whatever a browser may raise: the other figures stand without it
        why = " ".join(str(error).split())[:120]
        return structs.replace(row, note=f"{row.note}; browser: {why}".strip("; "))
    weight = {"chapter html": float(len(gzip.compress(chapter.read_bytes(), 9)))}
    return structs.replace(row, found={**row.found, **weight, **seen})


def _first_load(browser: Any, address: str, second: str) -> dict[str, float]:
    page, fetched = _page(browser)
    begin = time.perf_counter()
    page.goto(address, wait_until="networkidle")
    took = time.perf_counter() - begin - 0.5  # of silence, which "networkidle" waits for
    seen = {"first load": float(_bytes(fetched)), "requests": float(len(fetched)), "load ms": round(took * 1000.0)}
    fetched.clear()
    page.goto(second, wait_until="networkidle")
    anew = set(page.evaluate(_ANEW))
    seen["second page"] = float(_bytes([one for one in fetched if one.url in anew]))
    page.close()
    page, _ = _page(browser)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _PHONE})
    page.goto(address, wait_until="load")
    seen["blocking ms"] = round(page.evaluate(_BLOCKED))
    page.close()
    return seen


def _search(browser: Any, root: str, edition: str, chapter: str, who: str) -> dict[str, float]:
    own, field, result = _SEARCH[who]
    page, fetched = _page(browser)
    page.goto(root + (own or chapter), wait_until="networkidle")
    before = 0 if own else _bytes([one for one in fetched if "search" not in one.url])
    box = page.locator(field).first
    if not box.count() or not box.is_visible():
        page.keyboard.press("/")
    box.focus(timeout=8000)
    box.fill(_WORDS)
    begin = time.perf_counter()
    if who == "Sphinx, furo" or own:
        box.press("Enter")
    else:
        box.press("End")
    page.locator(result).first.wait_for(state="attached", timeout=20_000)
    took = time.perf_counter() - begin
    page.wait_for_timeout(300)
    payload = float(_bytes(fetched) - before)
    page.close()
    return {"search payload": payload, "search ms": round(took * 1000.0)}


def _page(browser: Any) -> tuple[Any, list[Any]]:
    """A new page with an empty cache, and all that it fetches."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    fetched: list[Any] = []
    page.on("requestfinished", lambda request: fetched.append(request))
    return page, fetched


def _bytes(fetched: list[Any]) -> int:
    """The compressed size of all that was fetched."""
    return sum(map(_size, fetched))


def _size(request: Any) -> int:
    try:
        answer = request.response()
        return len(gzip.compress(answer.body(), 6)) if answer and answer.ok else 0
    except Exception:  # the browser keeps no bodies of pages that it has left, nor of what a worker fetched
        size = request.sizes()
        return int(size["responseBodySize"])


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    named = os.environ.get("GUIDANCE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
