"""Pages: what they say is what the document says, to the character, when Python-Markdown has printed them."""

from pathlib import Path
from typing import Literal

import markdown
import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings

import documents
from guidance.document.model import (
    Cell,
    Document,
    Link,
    Locus,
    NoteMark,
    Para,
    Provision,
    Reference,
    Style,
    Table,
    Text,
)
from guidance.site.blocks import BlockContext, Context, MarkupForm, render_html, render_text
from guidance.site.markdown import render_pages
from guidance.site.pages import Page, addresses, lay_out
from printed_markdown import said, should_say

EXTENSIONS = yaml.safe_load((Path(__file__).parents[2] / "mkdocs.yml").read_text(encoding="utf-8"))[
    "markdown_extensions"
]
PUBLICATION = documents.library_publication()
EDITION = PUBLICATION.edition("2011")


def to_html(source: str) -> str:
    """A page's Markdown as MkDocs prints it: its front matter off, with the extensions of mkdocs.yml."""
    if source.startswith("---\n"):
        source = source.split("\n---\n", 1)[1]
    names = ["toc", "tables", "fenced_code"]  # which MkDocs adds by itself
    options: dict[str, dict[str, object]] = {}
    for entry in EXTENSIONS:
        name, given_options = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
        names.append(name)
        options[name] = given_options
    return str(markdown.markdown(source, extensions=list(dict.fromkeys(names)), extension_configs=options))


def soup_of(page: Page) -> BeautifulSoup:
    return BeautifulSoup(to_html(page.markdown), "html.parser")


def text_pages(document: Document) -> tuple[Page, ...]:
    return render_pages(document, (), EDITION, PUBLICATION)[1:-1]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents.documents())
def test_pages_say_exactly_what_the_document_says(document: Document) -> None:
    pages = {page.path: page for page in text_pages(document)}
    for sheet in lay_out(document):
        soup = soup_of(pages[sheet.path])
        ids = [str(tag["id"]) for tag in soup.select("[id]")]
        assert len(ids) == len(set(ids))
        assert set(sheet.anchors) <= set(ids)
        assert said(soup) == "".join(should_say(p) for p in (*sheet.provisions, *sheet.notes))


def test_every_provision_of_the_library_is_on_one_page_with_its_anchor() -> None:
    document = documents.library()
    pages = text_pages(document)
    where = addresses(pages)
    assert [page.path for page in pages] == ["opening.md", "chapter-1.md", "chapter-2.md", "annex-a.md"]
    assert where["para-2-b"] == "chapter-1/#para-2-b"
    assert where["fn-2"] == "chapter-1/#fn-2"
    assert [page.sources for page in pages] == [(1, 1), (2, 3), (3, 6), (7, 7)]
    assert sorted(where) == sorted(
        [*(p.anchor for p in (*document.provisions, *document.notes)), "para-2-a", "para-2-b"]
    )


def test_paragraphs_read_as_markdown() -> None:
    page = text_pages(documents.library())[1].markdown
    pin = '<a class="pin" href="../p/chapter-1/" aria-label="Permanent address"></a>'
    assert f'# Chapter 1: Opening the doors {pin} {{: #chapter-1 .chapter data-page="2" }}' in page
    assert '<a class="number" href="../p/1/">1.</a> **A library** sh' in page
    assert "<sup>[1](#fn-1){: #fnref-1 .noteref .footnote-ref role=doc-noteref }</sup>" in page
    assert '\n{: #para-1 .paragraph data-page="2" }\n' in page
    assert "-   the **hours** of opening\n-   the days of closing, namely\n    -   feast days\n" in page


def test_a_note_that_two_pages_refer_to_stands_once_and_leads_back_to_both() -> None:
    first, second = (soup_of(page) for page in text_pages(documents.library())[1:3])
    assert [a["href"] for a in first.select("#fn-2 a.back")] == ["#fnref-2", "../chapter-2/#fnref-2-2"]
    assert not second.select(".notes")
    assert second.select_one("#fnref-2-2")
    assert [a["href"] for a in second.select("#fnref-2-2")] == ["chapter-1.md#fn-2"]
    assert [li.get("value") for li in first.select(".notes li")] == ["1", "2"]


def test_references_become_links_over_pages_and_the_sources_own_links_stay() -> None:
    pages = render_pages(documents.library(), documents.library_references(), EDITION, PUBLICATION)
    assert "[chapter 2](chapter-2.md#chapter-2)" in pages[2].markdown
    assert "[paragraph 2(b)](chapter-1.md#para-2-b)" in pages[3].markdown
    own = Para(Text("chapter 2 here", (Link(0, 9, "https://example.org/"),)))
    document = Document("x", "en", documents.SOURCE, (Provision("para-1", "paragraph", "1", "1.", blocks=(own,)),))
    over = Reference(Locus("para-1", 0, 5, 14), "2 here", "#para-1", "internal")
    assert (
        "[chapter 2](https://example.org/) here"
        in render_pages(document, (over,), EDITION, PUBLICATION)[1].markdown
    )


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (Text("plain * and _ and [x](y)"), r"plain \* and \_ and \[x\](y)"),
        (Text("1. not a list"), r"1\. not a list"),
        (Text("# not a heading"), "&#35; not a heading"),
        (Text("AT&T & &amp; <b>"), "AT&amp;T & &amp;amp; &lt;b>"),
        (Text("bold", (Style(0, 4, "bold"),)), "**bold**"),
        (Text("both", (Style(0, 4, "bold"), Style(1, 3, "italic"))), "<strong>b<em>ot</em>h</strong>"),
        (
            Text("overlap", (Style(0, 4, "bold"), Style(2, 7, "italic"))),
            "<strong>ov<em>er</em></strong><em>lap</em>",
        ),
        (Text("a link", (Link(2, 6, "https://example.org/a b"),)), "a [link](https://example.org/a%20b)"),
        (Text("a link", (Link(2, 6, "javascript:alert(1)"),)), "a link"),
        (Text("wow! link", (Link(5, 9, "#here"),)), "wow! [link](#here)"),
        (Text("wow!link", (Link(4, 8, "#here"),)), r"wow\![link](#here)"),
        (Text("cut", (Link(0, 3, "#here"), NoteMark(1, "fn-9", "9"))), "[c](#here)<sup>9</sup>[ut](#here)"),
    ],
)
def test_marks_are_printed_once(text: Text, printed: str) -> None:
    def link(anchor: str, form: MarkupForm) -> str | None:
        return "#here" if anchor == "here" else None

    assert render_text(text, Context(link, str)) == printed


def test_words_that_bind_are_marked_by_their_offsets() -> None:
    text = Text("They must, and should not, go", (Style(5, 9, "must"), Style(15, 25, "should not")))
    printed = render_text(text, Context(lambda _, __: None, str))
    assert (
        printed == 'They <span class="duty must">must</span>, and <span class="duty should">should not</span>, go'
    )


def three_chapters(length: int) -> Document:
    """Two chapters of one section and one of six, each section with a text of `length` characters."""
    provisions: list[Provision] = []
    for chapter in (1, 2, 3):
        provisions.append(Provision(f"chapter-{chapter}", "chapter", heading=Text(f"Chapter {chapter}"), level=1))
        for section in range(6 if chapter == 3 else 1):
            name = f"section-{chapter}-{section}"
            provisions.append(Provision(name, "section", heading=Text(name), level=2))
            provisions.append(Provision(f"{name}-text", "text", blocks=(documents.para("x" * length),)))
    return Document("x", "en", documents.SOURCE, tuple(provisions))


def test_a_small_document_keeps_its_chapters_whole() -> None:
    assert [s.path for s in lay_out(three_chapters(900))] == ["chapter-1.md", "chapter-2.md", "chapter-3.md"]


def test_long_chapters_are_split_at_their_sections() -> None:
    sheets = lay_out(three_chapters(9000))
    assert [s.path for s in sheets[:3]] == ["chapter-1.md", "chapter-2.md", "chapter-3/index.md"]
    assert [s.path for s in sheets[3:]] == [f"chapter-3/section-3-{n}.md" for n in range(6)]
    assert {s.parent for s in sheets[3:]} == {"chapter-3/index.md"}


HEADS = ("Desk", "Day", "Opens", "Closes")


def table_of(*rows: tuple[Cell, ...]) -> BeautifulSoup:
    setting = BlockContext(Context(lambda *_: None, str), 2, "")
    return BeautifulSoup(render_html((Table(rows),), setting), "html.parser")


def row_of(*words: str, header: Literal["column", "row"] | None = None) -> tuple[Cell, ...]:
    return tuple(Cell((documents.para(one),), header) for one in words)


def test_each_cell_of_a_table_too_wide_for_a_phone_knows_its_column() -> None:
    soup = table_of(row_of(*HEADS, header="column"), row_of("“Loans”", "Monday", "nine", "five"))
    assert [cell["data-label"] for cell in soup.select("tbody td")] == list(HEADS)
    assert [tag.get("role") for tag in soup.select("table, thead, thead tr, th:first-child, td:first-child")] == [
        "table", "rowgroup", "row", "columnheader", "cell",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (row_of(*HEADS[:3], header="column"), row_of("Loans", "Monday", "nine")),  # fits
        (row_of(*HEADS[:3], "", header="column"), row_of("Loans", "Monday", "nine", "five")),  # one has no name
        (row_of(*HEADS, header="column"), (*row_of("Loans", "Monday"), Cell((documents.para("shut"),), columns=2))),
        (row_of(*HEADS), row_of("Loans", "Monday", "nine", "five")),  # no head
    ],
)
def test_a_table_of_which_cards_would_say_less_stays_a_table(
    head: tuple[Cell, ...], body: tuple[Cell, ...]
) -> None:
    soup = table_of(head, body)
    assert not soup.select("[data-label], [role=row]")
    assert "nine" in soup.get_text() or "shut" in soup.get_text()
