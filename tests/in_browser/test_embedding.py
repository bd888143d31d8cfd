"""What other sites embed, on a page of another origin: with the script, without, and under a strict policy."""

import contextlib
import functools
import http.server
import json
import re
import threading
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import Struct, structs
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from embedded import embed_files, quotation_files
from guidance.cli.serve import serve as static_host
from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import build_crosswalk
from guidance.document.register import Edition, Publication
from guidance.site.embeds import SCRIPT, copyable, quotation
from guidance.site.host_files import RULES, site_rules
from guidance.site.permalink_index import PermalinkIndex, find_fates
from guidance.site.permalink_pages import lineage_pages, permalink_pages, single_rules
from small_documents import document, paragraph

EDITIONS = (Edition("2001", "A", "2001", ended="2011"), Edition("2011", "B", "2011"))
PUBLICATION = Publication("Keeping a harbour", "KH", "Nobody", EDITIONS)
TEXTS = {
    "2001": document(
        ["# Piers", f"1. {paragraph(1)}", f"2. {paragraph(2)} / {paragraph(5, 1)}", f"3. {paragraph(3)}"]
    ),
    "2011": document(["# Piers", f"1. {paragraph(9)}", f"2. {paragraph(1)}", f"3. {paragraph(2)} / A new word."]),
}
STRICT = "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}; base-uri 'none'; form-action 'none'"


class Told(Struct):
    """What a server was asked: the path, and which headers that could tell on a reader came with it."""

    asked: list[tuple[str, str, str]]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, sends what headers it is told to, and remembers what it was asked."""

    told: Told
    headers_of: dict[str, dict[str, str]]  # by the path's beginning

    def end_headers(self) -> None:
        """Add the headers for this path."""
        for start, headers in self.headers_of.items():
            if self.path.startswith(start):
                for name, value in headers.items():
                    self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Remember the request."""
        self.told.asked.append((self.path, self.headers.get("Referer", ""), self.headers.get("Cookie", "")))


class Origin(Struct):
    """A server: its folder, its address without a closing slash, what it was asked, and the headers it sends."""

    folder: Path
    address: str
    told: Told
    headers: dict[str, dict[str, str]]


def serve(folder: Path) -> Iterator[Origin]:
    folder.mkdir(parents=True)
    told, headers = Told([]), dict[str, dict[str, str]]()
    handler = type("Here", (Handler,), {"told": told, "headers_of": headers})
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Origin(folder, f"http://127.0.0.1:{server.server_address[1]}", told, headers)
        server.shutdown()
        thread.join()


def shelf_at(address: str) -> PermalinkIndex:
    """What small pages tell of two editions that are loaded and compared."""
    entries = {one: {e.anchor: e for e in permalinks(text)} for one, text in TEXTS.items()}
    pairs = [compare(TEXTS[a], TEXTS[b], (a, b), ((), ())) for a, b in pairwise(TEXTS)]
    fates = find_fates(PUBLICATION, entries, build_crosswalk(list(TEXTS.items()), pairs), {})
    provisions = {one: {p.anchor: p for p in text.provisions} for one, text in TEXTS.items()}
    return PermalinkIndex(PUBLICATION, entries, provisions, fates=fates, site_url=f"{address}/wt/")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    """Our site, below a folder of its origin."""
    for origin in serve(tmp_path_factory.mktemp("ours") / "site"):
        shelf = shelf_at(origin.address)
        files = lineage_pages(shelf) | embed_files(shelf) | quotation_files(shelf)
        for edition in EDITIONS:
            files |= {f"{edition.id}/{path}": page for path, page in permalink_pages(edition, shelf).items()}
        for path, content in files.items():
            file = origin.folder / "wt" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield origin


@pytest.fixture
def host(tmp_path: Path, ours: Origin) -> Iterator[Origin]:
    """A partnership's site, of another origin; ours lets it read status files."""
    ours.told.asked.clear()
    ours.headers.clear()
    for path in ("status/", "quoting.js", "quotations/"):
        ours.headers[f"/wt/{path}"] = {"Access-Control-Allow-Origin": "*"}
    yield from serve(tmp_path / "host")


def put(host: Origin, ours: Origin, *parts: str, script: bool = True) -> str:
    """A page of the host's with some parts in it; its address."""
    tag = f'<script src="{ours.address}/wt/embed.js" async referrerpolicy="no-referrer"></script>' if script else ""
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>'
    page = f"{head}<body>{''.join(parts)}{tag}</body></html>"
    (host.folder / "page.html").write_text(page, encoding="utf-8")
    return f"{host.address}/page.html"


def open_page(browser: Browser, address: str, *, scripts: bool = True) -> tuple[Page, list[str]]:
    """A page opened in a browser of its own, and what it complains of."""
    page = browser.new_context(java_script_enabled=scripts).new_page()
    said: list[str] = []

    def tell(message: ConsoleMessage) -> None:
        if message.type == "error":  # which file is missing stands beside the message, not in it
            said.append(f"{message.text} {message.location['url']}")

    page.on("console", tell)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page, said


def test_the_script_is_small() -> None:
    assert len(SCRIPT.read_bytes()) < 5500


@pytest.mark.parametrize("strict", [False, True], ids=["no policy", "strict policy"])
def test_the_script_says_whether_words_stand_and_changes_none(
    browser: Browser, ours: Origin, host: Origin, strict: bool
) -> None:
    if strict:
        host.headers["/"] = {"Content-Security-Policy": STRICT.format(ours.address)}
    shelf = shelf_at(ours.address)
    nodes = (("2011", "para-1"), ("2001", "para-1"), ("2001", "para-2"), ("2001", "para-3"))
    page, said = open_page(browser, put(host, ours, *(quotation(node, shelf) for node in nodes)))
    lines = page.locator(".guidance-status")
    expect(lines).to_have_text(
        [
            "In force.",
            "Wording unchanged in 2011.",
            "Reworded in 2011: compare.",
            "Superseded in 2011; not in 2011.",
        ]
    )
    links = [str(link.get_attribute("href")) for link in lines.get_by_role("link").all()]
    assert links == [f"{ours.address}/wt/2011/p/2/", f"{ours.address}/wt/2001/p/2/#today"]
    assert paragraph(1) in page.locator("blockquote").nth(1).inner_text()
    asked = [entry for entry in ours.told.asked if "favicon" not in entry[0]]
    assert sorted(asked) == [
        ("/wt/embed.js", "", ""),
        ("/wt/status/2001.json", "", ""),
        ("/wt/status/2011.json", "", ""),
    ]
    assert not [line for line in said if "favicon" not in line and "404" not in line]
    page.locator("a", has_text="compare").click()
    expect(page.locator("#today")).to_be_in_viewport()
    page.context.close()


def test_without_scripts_a_quotation_and_a_frame_are_complete(browser: Browser, ours: Origin, host: Origin) -> None:
    shelf = shelf_at(ours.address)
    frame = f'<iframe src="{ours.address}/wt/embed/2001/2/" title="2" width="600" height="400"></iframe>'
    page, _ = open_page(browser, put(host, ours, quotation(("2001", "para-2"), shelf), frame), scripts=False)
    assert page.locator(".guidance-status").count() == 0
    quote = page.locator("blockquote")
    assert paragraph(2) in quote.inner_text()
    assert paragraph(5, 1) in quote.locator("li").inner_text()
    expect(quote.get_by_role("link")).to_have_text("Keeping a harbour 2001, paragraph 2")
    framed = page.frame_locator("iframe")
    expect(framed.locator("blockquote")).to_contain_text(paragraph(2))
    expect(framed.locator("header")).to_contain_text("Superseded in 2011; reworded in 2011: compare.")
    framed.get_by_role("link", name="compare").click()
    page.wait_for_url(f"{ours.address}/wt/2001/p/2/#today")
    page.context.close()


@pytest.mark.parametrize("width", [320, 360])
def test_a_frame_on_a_telephone_shows_what_it_is_and_need_not_scroll(
    browser: Browser, ours: Origin, host: Origin, width: int
) -> None:
    host.headers["/"] = {"Content-Security-Policy": STRICT.format(ours.address)}
    shelf = shelf_at(ours.address)
    nodes = [(edition, f"para-{at}") for edition in ("2001", "2011") for at in (1, 2, 3)]
    frames = [str(copyable(node, shelf, "../")["frame"]) for node in nodes]
    page = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 700}).new_page()
    page.goto(put(host, ours, *frames, script=False))
    page.locator("iframe").evaluate_all("all => all.forEach(one => one.loading = 'eager')")
    for node, frame in zip(nodes, page.locator("iframe").all(), strict=True):
        frame.scroll_into_view_if_needed()
        expect(frame.content_frame.locator("header")).to_be_visible()
        inner = frame.element_handle()
        assert inner
        framed = inner.content_frame()
        assert framed
        framed.wait_for_load_state()
        head = framed.evaluate("document.querySelector('header').getBoundingClientRect().bottom")
        high, room = framed.evaluate("[document.documentElement.scrollHeight, innerHeight]")
        assert head < 180, node
        assert high <= room, node
        assert framed.locator("header").inner_text().startswith(f"Keeping a harbour {node[0]}, paragraph")
        assert ("Superseded in 2011" if node[0] == "2001" else "In force") in framed.locator("header").inner_text()
    page.context.close()


def test_words_that_were_changed_are_told_and_punctuation_is_not(
    browser: Browser, ours: Origin, host: Origin
) -> None:
    whole = quotation(("2011", "para-2"), shelf_at(ours.address))
    other = whole.replace(" records ", " forgets ").replace(" inspects ", " forgets ").replace(" counts ", " eats ")
    edited = whole.replace(",", " ,").replace(" the ", "\n<b>THE</b>\u00a0")
    page, _ = open_page(browser, put(host, ours, whole, edited, other))
    expect(page.locator(".guidance-status")).to_have_text(
        [
            "In force.",
            "In force.",
            re.compile(r"^Altered from paragraph 2 of 2011: “.*In force\. Published text\.$"),
        ]
    )
    page.context.close()


HOSTILE = (
    "../../../evil/x",
    "2011/../../x",
    "2011/para-1/more",
    "javascript:alert(1)/x",
    "//evil.example/x",
    "2011/<img src=x onerror=alert(1)>",
    "2011",
    "",
    "__proto__/constructor",
    "2011/constructor",
)


def test_hostile_keys_ask_for_nothing_and_run_nothing(browser: Browser, ours: Origin, host: Origin) -> None:
    quotes = [f'<blockquote data-guidance="{escape(key)}">Words</blockquote>' for key in HOSTILE]
    trap = f'<img name="currentScript" src="{host.address}/evil/embed.js" alt=""><form name="readyState"></form>'
    page, said = open_page(browser, put(host, ours, trap, *quotes))
    assert {path for path, _, _ in ours.told.asked} <= {"/wt/embed.js", "/wt/status/2011.json"}
    assert not [path for path, _, _ in host.told.asked if "status" in path]
    assert not [line for line in said if "404" not in line]
    assert page.locator("blockquote img").count() == 0
    page.context.close()


@pytest.mark.parametrize(
    "status",
    [
        '{"inForce": "<img src=x onerror=alert(1)>"}',
        '{"inForce": "2021", "today": {"para-1": ["same", "javascript:alert(1)", "../../../evil"]}}',
        '{"inForce": "2021", "today": {"para-1": [{"a": 1}, [["<script>alert(1)</script>"]]]}, "words": []}',
        '{"inForce": ["2021"], "today": 5}',
        '{"__proto__": {"inForce": "2021"}}',
        "[]",
        "null",
        "not JSON",
    ],
)
def test_a_hostile_status_file_puts_no_markup_on_the_host_s_page(
    browser: Browser, ours: Origin, host: Origin, status: str
) -> None:
    shelf = shelf_at(ours.address)
    page = browser.new_context().new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route("**/status/*", lambda route: route.fulfill(body=status, headers=headers))
    page.goto(put(host, ours, quotation(("2001", "para-1"), shelf)))
    page.wait_for_load_state("networkidle")
    assert not said
    assert page.locator("blockquote img, blockquote script").count() == 0
    allowed = {f"{ours.address}/wt/2001/p/1/", f"{ours.address}/wt/2001/p/1/#today"}
    assert {link.get_attribute("href") for link in page.locator("blockquote a").all()} <= allowed
    page.context.close()


def test_a_host_that_may_not_read_the_status_keeps_its_quotation(
    browser: Browser, ours: Origin, host: Origin
) -> None:
    ours.headers.clear()
    page, _ = open_page(browser, put(host, ours, quotation(("2001", "para-1"), shelf_at(ours.address))))
    assert page.locator(".guidance-status").count() == 0
    expect(page.locator("blockquote")).to_contain_text(paragraph(1))
    page.context.close()


def test_oembed_is_discovered_from_a_permalink_and_embeds(browser: Browser, ours: Origin, host: Origin) -> None:
    page, _ = open_page(browser, f"{ours.address}/wt/2001/p/1/")
    kinds = {
        str(link.get_attribute("type")): str(link.get_attribute("href"))
        for link in page.locator("link[rel=alternate]").all()
    }
    assert set(kinds) == {"application/json+oembed"}
    record = json.loads(page.request.get(kinds["application/json+oembed"]).text())
    assert (record["version"], record["type"], record["width"]) == ("1.0", "rich", 600)
    page.context.close()
    page, _ = open_page(browser, put(host, ours, record["html"]))
    expect(page.locator(".guidance-status")).to_have_text("Wording unchanged in 2011.")
    expect(page.locator("blockquote a").first).to_have_attribute("href", f"{ours.address}/wt/2001/p/1/")
    page.context.close()


def test_code_copied_from_a_permalink_page_works_as_it_stands(browser: Browser, ours: Origin, host: Origin) -> None:
    page, _ = open_page(browser, f"{ours.address}/wt/2001/p/1/")
    page.get_by_text("Quote it on another page").click()
    quote, frame = (page.locator("textarea").nth(at).input_value() for at in (0, 1))
    page.context.close()
    page, said = open_page(browser, put(host, ours, quote, frame))
    expect(page.locator(".guidance-status")).to_have_text("Wording unchanged in 2011.")
    expect(page.frame_locator("iframe").locator("blockquote")).to_contain_text(paragraph(1))
    assert not [line for line in said if "404" not in line]
    page.context.close()


# --- A host that leads on by rule --------------------------------------------------------------------


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our site with rules in place of frames, lineages and `latest`, on a host that follows them; its address."""
    site = tmp_path_factory.mktemp("ruled")
    with serving(site) as address:
        shelf = ruled_shelf(address)
        files = lineage_pages(shelf) | embed_files(shelf)
        for edition in EDITIONS:
            files |= {f"{edition.id}/{path}": page for path, page in permalink_pages(edition, shelf).items()}
        assert not [path for path in files if path.endswith(".html") and path.startswith(("embed/", "t/"))]
        files[RULES] = site_rules([("2001",), ("2011", "latest")], single_rules(shelf))
        for path, content in files.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(content)
        yield address


def ruled_shelf(address: str) -> PermalinkIndex:
    """The same for that host, at whose root the site stands."""
    return structs.replace(shelf_at(address), site_url=f"{address}/", rules=True)


@contextlib.contextmanager
def serving(site: Path) -> Iterator[str]:
    (site / "index.html").write_text("home", encoding="utf-8")
    with static_host(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_by_rule_a_frame_is_its_permalink_page(browser: Browser, ruled: str, host: Origin) -> None:
    """The same code, copied before or after, has the same in it, and its links leave it."""
    host.headers["/"] = {"Content-Security-Policy": STRICT.format(ruled)}
    shelf = ruled_shelf(ruled)
    nodes = [(edition, f"para-{at}") for edition in ("2001", "2011") for at in (1, 2, 3)]
    frames = [str(copyable(node, shelf, "../")["frame"]) for node in nodes]
    (host.folder / "page.html").write_text("".join(frames).replace('loading="lazy"', ""), encoding="utf-8")
    page = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{host.address}/page.html")
    page.wait_for_load_state("networkidle")
    for node, frame in zip(nodes, page.locator("iframe").all(), strict=True):
        inner = frame.element_handle()
        framed = inner and inner.content_frame()
        assert framed
        assert framed.url == f"{ruled}/{node[0]}/p/{node[1].removeprefix('para-')}/#frame"
        shown = framed.locator("main > *").filter(visible=True)
        assert shown.evaluate_all("all => all.map(one => one.className)") == ["framed", "words"]
        assert framed.locator("footer").is_hidden()
        high, room = framed.evaluate("[document.documentElement.scrollHeight, innerHeight]")
        assert high <= room, node
        head = framed.locator("header").inner_text()
        assert head.startswith(f"Keeping a harbour {node[0]}, paragraph")
        assert ("Superseded in 2011" if node[0] == "2001" else "In force") in head
    page.frame_locator("iframe >> nth=1").get_by_role("link", name="compare").click()
    page.wait_for_url(f"{ruled}/2001/p/2/#today")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("header.framed").is_hidden()
    page.context.close()


@pytest.mark.parametrize(
    ("asked", "led", "shown"),
    [
        ("t/2001-para-1/", "2001/p/1/#lineage", "paragraph 2 (2011), in force"),
        ("t/2011-para-1/", "2011/p/1/#lineage", "paragraph 1 (2011), in force"),
        ("t/2001-piers/", "2001/p/piers/#lineage", "This text in each edition"),
        ("latest/p/2/", "2011/p/2/", "In force"),
        ("latest/p/3/", "2011/p/3/", "In force"),
        ("embed/2001/1/", "2001/p/1/#frame", "the wording is unchanged in 2011"),
    ],
)
def test_by_rule_no_address_is_lost(browser: Browser, ruled: str, asked: str, led: str, shown: str) -> None:
    page, said = open_page(browser, f"{ruled}/{asked}", scripts=False)
    assert page.url == f"{ruled}/{led}"
    expect(page.locator("main")).to_contain_text(shown)
    if "#lineage" in led:
        expect(page.locator("#lineage")).to_be_in_viewport()
    assert not [line for line in said if "favicon" not in line]
    page.context.close()
