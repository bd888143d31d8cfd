"""Material's own pages keep a strict policy: the scripts in them that were hashed run, and nothing else does, be it
the host that sends the policy or the page that says it."""

import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect

from guidance.cli.serve import serve
from guidance.site.assemble import build_site
from guidance.site.host_files import headers_for, inline_scripts, write_policy
from guidance.site.mkdocs_build import Workshop
from guidance.site.projects import Folder

SETTINGS = """
site_name: Library
theme:
  name: material
  custom_dir: overrides
  font: false
  features: [navigation.instant, navigation.instant.prefetch, navigation.tabs, content.tabs.link, toc.follow]
  palette:
    - {scheme: default, toggle: {icon: material/brightness-7, name: Dark}}
    - {scheme: slate, toggle: {icon: material/brightness-4, name: Light}}
plugins: []
markdown_extensions: [pymdownx.details, {pymdownx.tabbed: {alternate_style: true}}, pymdownx.superfences]
extra: {scope: /}
"""
MAIN = """{% extends "base.html" %}
{% block site_meta %}
  {% if config.extra.policy and config.site_url == config.extra.built_for %}
    <meta http-equiv="Content-Security-Policy" content="{{ config.extra.policy | e }}">
  {% endif %}
  {{ super() }}
{% endblock %}
{% block scripts %}
  {{ super() }}
  {% if page and page.meta.kind == "odd" %}<script>window.odd = {{ page.meta.odd }}</script>{% endif %}
{% endblock %}
"""
TABS = '=== "One"\n\n    words\n\n=== "Two"\n\n    more\n'
PAGES = {
    "index.md": f"# Home\n\n[Deep](deep/er/page.md)\n\n{TABS}",
    "deep/er/page.md": "---\nkind: text\n---\n\n# Deep\n\n??? note\n\n    words\n",
    "odd/one.md": "---\nkind: odd\nodd: 1\n---\n\n# One\n",
    "odd/two.md": "---\nkind: odd\nodd: 2\n---\n\n# Two\n",  # no page of its kind printed first has its script
}
SPIED = """window.broken = [];
addEventListener("securitypolicyviolation", e => broken.push(`${e.violatedDirective} ${e.blockedURI}`));"""
FORBIDDEN = """
const script = document.createElement("script");
script.textContent = "window.strange = 1"; document.body.append(script);
const style = document.createElement("style"); style.textContent = "p {color: red}"; document.body.append(style);
"""


@pytest.fixture(scope="module")
def port() -> int:
    """A free one: instant navigation works at the address that the site was built for, and at no other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    root = tmp_path_factory.mktemp("library")
    (root / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    (root / "overrides").mkdir()
    (root / "overrides" / "main.html").write_text(MAIN, encoding="utf-8")
    edition = Folder("2020", "2020", {path: text.encode() for path, text in PAGES.items()}, {"site_name": "2020"})
    home = Folder(
        "", "Home", {"index.md": b"# Home\n\n[More](more.md)\n", "more.md": b"# More\n"}, {"site_name": "Home"}
    )
    build_site((edition, home), root / "site", Workshop(root, root / "build", f"http://127.0.0.1:{port}"))
    return root / "site"


def pages(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*.html"))}


def test_the_policy_names_the_scripts_of_the_pages_and_no_others(library: Path) -> None:
    found = {path: inline_scripts(page) for path, page in pages(library).items()}
    everywhere = frozenset.intersection(*found.values())
    assert len(everywhere) >= 3
    assert found["2020/odd/one/index.html"] - everywhere != found["2020/odd/two/index.html"] - everywhere
    whole = frozenset.union(*found.values())
    rules = (library / "_headers").read_text(encoding="utf-8")
    assert headers_for("/2020/", rules)["Content-Security-Policy"] == write_policy(whole)
    for path, page in pages(library).items():
        below = frozenset.union(
            *(one for at, one in found.items() if at.startswith("2020/") == path.startswith("2020/"))
        )
        (meta,) = BeautifulSoup(page, "lxml").select('meta[http-equiv="Content-Security-Policy"]')
        assert meta["content"] == write_policy(below), path


class _Bare(SimpleHTTPRequestHandler):
    """A host that sends no headers of its own."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(params=["header", "meta"])
def place(request: pytest.FixtureRequest, library: Path, port: int) -> Iterator[str]:
    """Where the site is served, with the policy in headers too or only in the pages."""
    bare = partial(_Bare, directory=str(library))
    sent = request.param == "header"
    with serve(library, port) if sent else ThreadingHTTPServer(("127.0.0.1", port), bare) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()
        thread.join()


def test_what_was_hashed_runs_and_nothing_else(browser: Browser, library: Path, place: str) -> None:
    context = browser.new_context(base_url=place)
    context.add_init_script(SPIED)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in pages(library):
        if path == "404.html":
            continue
        page.goto(f"/{path}")
        expect(page.locator("h1")).to_be_visible()
        set_by_scripts = page.evaluate("[typeof __md_get, typeof palette, typeof target]")
        assert set_by_scripts == ["function", "object", "object"], path
        assert page.evaluate("window.broken") == [], path
        if "odd/" in path:
            assert page.evaluate("window.odd") == (1 if "one" in path else 2)
    assert said == []
    page.evaluate(FORBIDDEN)
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert page.evaluate("window.strange") is None
    assert set(page.evaluate("window.broken")) == {"script-src-elem inline", "style-src-elem inline"}
    context.close()


@pytest.mark.parametrize("start", ["/2020/", "/"])
def test_pages_that_are_changed_in_place_keep_it_too(browser: Browser, place: str, start: str) -> None:
    context = browser.new_context(base_url=place)
    context.add_init_script(SPIED)
    page = context.new_page()
    # Material changes pages in place once it has read the site's map, and follows a link as ever until then.
    with page.expect_response("**/sitemap.xml") as answer:
        page.goto(start)
    answer.value.finished()
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stays = 1")
    page.locator("article a").first.click()
    expect(page.locator("h1")).to_contain_text("Deep" if "2020" in start else "More")
    assert page.evaluate("window.stays") == 1
    assert page.evaluate("window.broken") == []
    context.close()


RUN = (
    ("<script>a</script>", 1),
    ("<script type='module'>a</script><script type='TEXT/JavaScript'>b</script>", 2),
    ("<script type='application/json'>{}</script><script type='application/ld+json'>{}</script>", 0),
    ("<script src='a.js'></script><script src='a.js'>a</script>", 0),
    ("<script>a</script><script>a</script>", 1),
    ("<!-- <script>a</script> --><p>&lt;script>a&lt;/script>", 0),
    ("<script>if (a < b && c) '&amp; é'</script>", 1),
)


@pytest.mark.parametrize(("words", "count"), RUN)
def test_which_scripts_a_browser_would_run(words: str, count: int) -> None:
    assert len(inline_scripts(f"<!doctype html><head><meta charset=utf-8></head><body>{words}".encode())) == count
