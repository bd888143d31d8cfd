"""Quotations are found in a pasted or opened text, entirely in the browser."""

import functools
import http.server
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from axe_checks import violations
from embedded import quotation_files
from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import build_crosswalk
from guidance.document.register import Edition, Publication
from guidance.site.assemble import build_site
from guidance.site.edition_pages import edition_settings, root_settings
from guidance.site.embeds import render_quotations, shared_files
from guidance.site.mkdocs_build import Workshop
from guidance.site.permalink_index import PermalinkIndex, find_fates
from guidance.site.permalink_pages import permalink_pages
from guidance.site.projects import Folder
from small_documents import document, paragraph, sentence
from tabs import Tab

ROOT = Path(__file__).parent.parent.parent
EDITIONS = (Edition("2001", "A", "2001", ended="2011"), Edition("2011", "B", "2011"))
PUBLICATION = Publication("Keeping a harbour", "KH", "Nobody", EDITIONS)
TEXTS = {
    "2001": document(["# Piers", f"1. {paragraph(1)}", f"2. {paragraph(2)}", f"3. {paragraph(3)}"]),
    "2011": document(["# Piers", f"1. {paragraph(9)}", f"2. {paragraph(1)}", f"3. {paragraph(2)} {sentence(77)}"]),
}


def shelf() -> PermalinkIndex:
    """Two editions with text, compared."""
    entries = {one: {e.anchor: e for e in permalinks(text)} for one, text in TEXTS.items()}
    pairs = [compare(TEXTS[a], TEXTS[b], (a, b), ((), ())) for a, b in pairwise(TEXTS)]
    fates = find_fates(PUBLICATION, entries, build_crosswalk(list(TEXTS.items()), pairs), {})
    provisions = {one: {p.anchor: p for p in text.provisions} for one, text in TEXTS.items()}
    return PermalinkIndex(PUBLICATION, entries, provisions, fates=fates)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its requests to itself."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site with the page is served."""
    place, known = tmp_path_factory.mktemp("harbour"), shelf()
    files = quotation_files(known)
    page = render_quotations(known, files)
    folders = [
        Folder(
            edition.id,
            edition.id,
            {"index.md": b"# An edition\n"},
            edition_settings(edition, PUBLICATION, ()) | {"nav": ["index.md"]},
            permalink_pages(edition, known),
            ("latest",) if edition.id == "2011" else (),
        )
        for edition in EDITIONS
    ]
    pages = {"index.md": b"# Home\n", page.path: page.markdown.encode()}
    folders.append(Folder("", "Home", pages, root_settings(PUBLICATION), files | shared_files(known)))
    build_site(tuple(folders), place / "site", Workshop(ROOT, place / "build"))
    handler = functools.partial(Quiet, directory=str(place / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def checker(tab: Tab, harbour: str) -> Iterator[Page]:
    """The page, opened."""
    with tab(harbour) as page:
        page.goto("/quotations/")
        expect(page.locator("form.quotations")).to_be_visible()  # the script is there
        yield page


def check(page: Page, text: str) -> None:
    page.get_by_label("Your text").fill(text)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".quotations__said")).to_contain_text("Compared with 2011, 2001.")


def told(page: Page) -> list[tuple[str, str]]:
    """What is said of each passage: where it stands, and how."""
    items = page.locator(".quotations__found > li").all()
    return [(item.locator("p").nth(0).inner_text(), item.locator("p").nth(1).inner_text()) for item in items]


def test_each_passage_is_told_where_it_stands_and_whether_it_still_does(checker: Page) -> None:
    mixed = " Words of our own, which nobody has published. "
    check(checker, mixed.join(("", paragraph(9), paragraph(1), paragraph(3), "")))
    assert told(checker) == [
        ("Keeping a harbour 2011, paragraph 1", "Word for word paragraph 1 of 2011. In force."),
        ("Keeping a harbour 2011, paragraph 2", "Word for word paragraph 2 of 2011; also in 2001. In force."),
        (
            "Keeping a harbour 2001, paragraph 3",
            "Word for word paragraph 3 of 2001. Superseded in 2011. It does not stand in 2011, which is in force.",
        ),
    ]
    second = checker.locator(".quotations__found > li").nth(1)
    expect(second).to_contain_text("The same words are in: 2001, paragraph 1")
    second.get_by_role("link", name="Keeping a harbour 2011, paragraph 2").click()
    expect(checker.locator("h1")).to_have_text("Paragraph 2")


@pytest.mark.parametrize("every", [6, 9, 14])
def test_a_quotation_that_was_changed_a_little_is_found_and_its_changes_marked(checker: Page, every: int) -> None:
    words = paragraph(3).split()
    changed = [f"xx{at}" if at % every == every - 1 else word for at, word in enumerate(words)]
    check(checker, f"Before it. {' '.join(changed)} After it.")
    [(place, said)] = told(checker)
    assert place == "Keeping a harbour 2001, paragraph 3"
    assert said.startswith("Altered from paragraph 3 of 2001: ")
    marks = checker.locator(".quotations__found mark").all_inner_texts()
    assert marks
    assert all(mark.startswith("xx") for mark in marks)


@pytest.mark.parametrize(
    ("change", "said", "marks"),
    [
        (lambda w: ["Xx", *w[1:]], "Altered from paragraph 1 of 2011: “Xx” for “{first}”.", ["Xx"]),
        (lambda w: [*w[:-1], "xx."], "Altered from paragraph 1 of 2011: “xx” for “{last}”.", ["xx"]),
        (lambda w: [w[0], "xx", *w[2:]], "Altered from paragraph 1 of 2011: “xx” for “{second}”.", ["xx"]),
        (lambda w: ["However,", *w], "Altered from paragraph 1 of 2011: “However” put in.", ["However"]),
        (
            lambda w: [*w[:-1], w[-1].rstrip("."), "daily."],
            "Altered from paragraph 1 of 2011: “daily” put in.",
            ["daily"],
        ),
        (lambda w: w[1:], "Word for word paragraph 1 of 2011.", []),
        (lambda w: w[:-2], "Word for word paragraph 1 of 2011.", []),
        (lambda w: ["“", *w, "”", "it", "says"], "Word for word paragraph 1 of 2011.", []),
        (lambda w: w, "Word for word paragraph 1 of 2011.", []),
    ],
    ids=["first", "last", "second", "added before", "added behind", "no first", "no last two", "in marks", "whole"],
)
def test_a_change_at_the_very_edge_is_told(
    checker: Page, change: Callable[[list[str]], list[str]], said: str, marks: list[str]
) -> None:
    whole = paragraph(9).split()
    said = said.format(first=whole[0], second=whole[1], last=whole[-1].rstrip("."))
    words = change(list(whole))
    check(checker, f"Ours comes first. {' '.join(words)}\nThen more of ours.")
    [(_, told_so)] = told(checker)
    assert told_so.removesuffix(" In force.") == said
    assert checker.locator(".quotations__found mark").all_inner_texts() == marks


@pytest.mark.parametrize("text", ["The harbour master is kind.", "Every keeper before dawn.", "x", "Nobody, " * 50])
def test_what_quotes_nothing_finds_nothing(checker: Page, text: str) -> None:
    check(checker, text)
    expect(checker.locator(".quotations__said")).to_contain_text("No passage of 8 words or more")
    assert told(checker) == []


def test_nothing_leaves_the_browser(browser: Browser, harbour: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[tuple[str, str, str | None]] = []
    page.on("request", lambda request: asked.append((request.method, request.url, request.post_data)))
    page.goto(f"{harbour}/quotations/")
    check(page, paragraph(9))
    assert {method for method, _, _ in asked} == {"GET"}
    assert all(url.startswith(harbour) and "?" not in url and body is None for _, url, body in asked)
    assert {url.removeprefix(harbour) for _, url, _ in asked if url.endswith(".json")} == {
        *("/quotations/2011.json", "/quotations/2001.json", "/search/grammar.json"),
        *("/search/places/2011.json", "/search/places/2001.json"),
    }
    asked.clear()
    context.set_offline(True)
    check(page, f"{paragraph(2)} Something else. {paragraph(1)}")
    expect(page.locator(".quotations__said")).to_contain_text("2 passages found")
    assert len(told(page)) == 2
    assert asked == []
    kept = set(page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))"))
    assert kept <= {"/.__palette"}  # light or dark, which Material keeps
    assert context.cookies() == []
    context.close()


def docx(*paragraphs: str) -> bytes:
    held = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = "".join(f"<w:p><w:r><w:t>{p[:30]}</w:t></w:r><w:r><w:t>{p[30:]}</w:t></w:r></w:p>" for p in paragraphs)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{runs}</w:body></w:document>')
    return held.getvalue()


HTML = (
    "<html><head><title>x</title><script>alert(1)</script></head><body onload='alert(1)'>"
    "<img src='/leak.png' onerror='alert(1)'><h1>Ours</h1><p>{}</p><iframe src='/leak'></iframe></body></html>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("policy.docx", docx("Our policy", paragraph(9))),
        ("page.html", HTML.format(paragraph(9).replace(" the ", " <b>the</b> ")).encode()),
        ("note.txt", paragraph(9).encode()),
    ],
)
def test_a_file_is_read_here_and_nothing_in_it_runs_or_loads(checker: Page, name: str, content: bytes) -> None:
    leaks: list[str] = []
    checker.on("dialog", lambda dialog: leaks.append(dialog.message))
    checker.on("request", lambda request: leaks.append(request.url) if "leak" in request.url else None)
    checker.get_by_label("Or a file").set_input_files({"name": name, "mimeType": "", "buffer": content})
    expect(checker.locator(".quotations__said")).to_contain_text("1 passage found")
    assert told(checker) == [
        ("Keeping a harbour 2011, paragraph 1", "Word for word paragraph 1 of 2011. In force.")
    ]
    assert leaks == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", docx("x")[:60], b"\x00" * 5000])
def test_a_broken_word_file_is_said_to_be_one(checker: Page, content: bytes) -> None:
    checker.get_by_label("Or a file").set_input_files({"name": "a.docx", "mimeType": "", "buffer": content})
    expect(checker.locator(".quotations__said")).to_contain_text("a.docx could not be read")


def test_pasted_markup_is_shown_as_the_characters_it_is(checker: Page) -> None:
    said: list[str] = []
    checker.on("dialog", lambda dialog: said.append(dialog.message))
    words = paragraph(9).split()
    check(checker, " ".join([*words[:9], "<img src=x onerror=alert(1)>", *words[9:]]))
    expect(checker.locator(".quotations__found blockquote")).to_contain_text("<img src=x onerror=alert(1)>")
    assert checker.locator(".quotations__found img").count() == 0
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, harbour: str, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme).new_page()
    faults: list[str] = []
    for path in ("/quotations/", "/2001/p/1/"):
        page.goto(f"{harbour}{path}")
        if path == "/quotations/":
            words = paragraph(3).split()
            check(page, f"{paragraph(9)} Then ours. {' '.join([*words[:9], 'else', *words[9:]])}")
        faults += violations(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.context.close()
    assert not faults, "\n".join(faults)


def test_without_scripts_the_page_says_what_to_do(browser: Browser, harbour: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{harbour}/quotations/")
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(page.locator("form.quotations")).to_be_hidden()
    page.context.close()


def test_without_text_there_is_nothing_to_check_against() -> None:
    page = render_quotations(PermalinkIndex(PUBLICATION, {}), {})
    assert "nothing here to check against" in page.markdown
    assert "<form" not in page.markdown
