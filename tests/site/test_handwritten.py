"""Hand-written pages cite what exists, and say when what they cite has changed."""

import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown
from mkdocs.utils import meta

from guidance.build.comparisons import compare_documents
from guidance.build.handwritten import (
    prepare,
    review,
    review_page,
    stale_contacts,
    survey,
    survey_terms,
    write_reviews,
)
from guidance.compare.changes import compare
from guidance.document.anchors import fingerprint, known_permalinks, permalinks, write_permalinks
from guidance.document.change_model import build_crosswalk
from guidance.document.model import Document, Finding, GuidanceError, Permalink
from guidance.document.register import Edition, Publication
from guidance.link.agencies import Vocabulary
from guidance.site.extension import EXTENSIONS, read_page
from guidance.site.handwritten import Sources, name_provision, read_reviews, services
from small_documents import document, paragraph

PUBLICATION = Publication(
    "Lamps",
    "L",
    "Nobody",
    (
        Edition("2001", "Lamps", "2001-03-02", ended="2005-04-18"),
        Edition("2005", "Lamps", "2005-04-18"),
    ),
)
OLD = document(["# Lamps", *(f"{at}. {paragraph(at)}" for at in range(1, 5))])
NEW_LINES = ["# Lamps", f"1. {paragraph(9)}", *(f"{at}. {paragraph(at - 1)}" for at in range(2, 5))]
NEW = document(NEW_LINES)  # the fourth paragraph went, the others are renumbered
PAGES = {f"{at}.md": f"# Page\n\nOn {at}. [](guidance:2001/para-{at})\n".encode() for at in range(1, 5)}


def known(*editions: tuple[str, Document], reviewed: bool = True) -> Sources:
    """Everything that can be cited, over some editions, with each page reviewed against the first."""
    pairs = pairwise(editions)
    walk = build_crosswalk(editions, [compare(old, new, (a, b)) for (a, old), (b, new) in pairs])
    today = {
        edition: {p.anchor: walk.stands(edition, p.anchor, "2005") for p in text.provisions}
        for edition, text in editions
        if "2005" in walk.editions
    }
    lines = {edition: {p.anchor: p for p in permalinks(text)} for edition, text in editions}
    bare = Sources(PUBLICATION, lines, today=today)
    reviews = {page: review_page(text.decode(), page, bare) for page, text in PAGES.items()} if reviewed else {}
    return Sources(PUBLICATION, bare.permalinks, today=today, reviewed=reviews)


@cache
def plain() -> Sources:
    return known(("2001", OLD))


def resolve(markdown: str, page: str = "guide/a.md", sources: Sources | None = None) -> str:
    return read_page(markdown, page, sources or plain()).html


def read_all(pages: dict[str, bytes], sources: Sources) -> tuple[dict[str, str], list[Finding]]:
    """All pages as HTML, and what a reviewer must know of them."""
    read = {page: read_page(text.decode(), page, sources) for page, text in pages.items()}
    return {page: one.html for page, one in read.items()}, [f for one in read.values() for f in one.findings]


def test_a_citation_leads_to_the_permalink_or_to_the_page_of_a_loaded_edition() -> None:
    assert '<a class="cite" href="../../2001/p/2/">the lamp</a>' in resolve("See [the lamp](guidance:2001/para-2).")
    loaded = Sources(PUBLICATION, plain().permalinks, {"2001": {"para-2": "2001/lamps/#para-2"}})
    assert 'href="../2001/lamps/#para-2"' in resolve("[a](guidance:2001/para-2)", "a.md", loaded)
    assert 'href="2001/lamps/#para-2"' in resolve("[a](guidance:2001/para-2)", "index.md", loaded)
    assert 'href="../2001/lamps/#para-2"' in resolve("[a](guidance:2001/para-2)", "guide/index.md", loaded)


def test_citations_without_words_are_named_and_share_brackets() -> None:
    said = resolve("So. [](guidance:2001/para-1) [](guidance:2001/lamps)")
    assert said.count("(") == said.count("</span>") == 1
    assert ">para 1</a>, " in said
    adults = resolve("---\ncite_as: 'for adults: {}'\n---\nSo. [](guidance:2001/para-1)")
    assert '<span class="cites">(for adults: <a' in adults


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A. [](guidance:2001/para-1) B. [](guidance:2001/para-2) C", "A. (para 1) B. (para 2) C"),
        ("A [](guidance:2001/para-1)\n[](guidance:2001/para-2), b", "A (para 1, para 2), b"),
        ("[a](guidance:2001/para-1) [b](guidance:2001/para-2) *c* d", "a b c d"),
        ("[a](guidance:2001/para-1) [](guidance:2001/para-2) *c* d", "(a, para 2) c d"),
        ("*x [](guidance:2001/para-1)* [](guidance:2001/para-2) y", "x (para 1) (para 2) y"),
        ("[](guidance:2001/para-1)[](guidance:2001/para-2)", "(para 1, para 2)"),
        ("| a |\n|---|\n| b [](guidance:2001/para-1) c |", "a b (para 1) c"),
    ],
)
def test_the_words_around_citations_stay(written: str, said: str) -> None:
    text = " ".join(BeautifulSoup(resolve(written), "html.parser").get_text(" ").split())
    assert re.sub(r"(?<=\() | (?=[),])", "", text) == said


AT_END = """---
cite_as: at-end
---
# Page

They **listen**. [](guidance:2001/para-1) Somebody must help you, and tell you how, today. [](guidance:2001/lamps)

- See [the lamps](guidance:2001/lamps). [](guidance:2001/para-1)

<details class="sources" markdown="1">
<summary>Sources</summary>

<!-- standing -->
- Law: an Act

</details>
"""


def test_sources_at_the_end_leave_the_sentences_alone_and_are_all_told_there() -> None:
    page = BeautifulSoup(resolve(AT_END), "html.parser")
    block = page.select_one("details.sources")
    assert block is not None
    block.extract()
    assert "listen. Somebody must help you, and tell you how, today." in page.get_text()
    assert [a.get_text() for a in page.select("a")] == ["the lamps"]
    assert page.select(".cites") == []
    assert [li.get_text().partition(":")[0] for li in block.select("ul > li")] == [
        "They listen",
        "Somebody must help you, and tell you how …",
        "See the lamps",
        "Law",
    ]
    assert len(block.select("ul")) == 1
    assert len(block.select("a.cite")) == 3


def test_sources_at_the_end_need_a_place_there() -> None:
    with pytest.raises(GuidanceError, match="at the end"):
        resolve("---\ncite_as: at-end\n---\nSo. [](guidance:2001/para-1)")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Permalink("para-45", "paragraph", "45", 25, ""), "para 45"),
        (Permalink("flow-chart-1", "flow-chart", "1", 76, ""), "flow chart 1"),
        (Permalink("appendix-a", "annex", "A", 154, ""), "appendix A"),
        (Permalink("fn-12", "footnote", "12", 9, ""), "note 12"),
        (Permalink("figure-2", "figure", None, 150, ""), "figure 2"),
        (Permalink("strategy-discussion-box", "box", None, 86, ""), "box, page 86"),
        (Permalink("how-to-text", "text", None, 144, ""), "page 144"),
        (Permalink("lamps", "section", None, None, ""), "section"),
    ],
)
def test_how_provisions_are_named(line: Permalink, words: str) -> None:
    assert name_provision(line) == words


@pytest.mark.parametrize(
    ("markdown", "why"),
    [
        ("[a](guidance:2001/para-9)", "guide/a.md: cites 2001/para-9, but edition 2001 has no such anchor"),
        ("[a](guidance:1987/para-1)", "edition 1987 has no permalinks"),
        ("[a](guidance:2001/para 1)", "is not a citation"),
        ("[a] (guidance:2001/para-1)", "is not a citation"),
        ("[a](comparison:2001)", "is not a citation"),
        ("[a](contact:pier)", "names the contact pier, which contacts.toml does not have"),
        ("A <a href='guidance:2001/para-1'>b</a>.".replace("'", '"'), "write it as Markdown"),
        ("---\nwritten_from: '1987'\n---\n# A\n", "the register does not have"),
    ],
)
def test_what_cannot_be_cited_is_an_error_of_one_line(markdown: str, why: str) -> None:
    with pytest.raises(GuidanceError) as caught:
        resolve(markdown)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_comparison_is_linked_where_the_site_has_it() -> None:
    page = "See [word by word](comparison:2001/2005)."
    assert resolve(page) == "<p>See word by word.</p>"
    sources = Sources(PUBLICATION, {}, comparisons=frozenset({("2001", "2005")}))
    linked = resolve(page, "changes/2005.md", sources)
    assert '<a class="comparison" href="../../2005/compare/2001/">word by word</a>' in linked


def test_code_is_left_alone() -> None:
    code = "Write `[a](guidance:2001/para-1)` or\n\n```\n[](guidance:2001/para-99)\n```\n"
    read = read_page(code, "a.md", plain())
    assert read.html == markdown(code, extensions=["fenced_code"])
    assert read.cites == ()


@given(st.text(alphabet="ab :/`[]()\n!#-{}<>§é|", max_size=80))
def test_text_that_cites_nothing_is_left_as_it_is(text: str) -> None:
    assert resolve(text) == markdown(meta.get_data(text)[0], extensions=EXTENSIONS)


@given(
    st.lists(st.sampled_from(["para-1", "para-3", "lamps"]), max_size=6), st.sampled_from([" ", "  ", ". ", "\n"])
)
def test_every_citation_becomes_a_link_in_its_order(anchors: list[str], between: str) -> None:
    page = between.join(f"[](guidance:2001/{anchor})" for anchor in anchors)
    assert [cite.anchor for cite in read_page(page).cites] == anchors
    hrefs = re.findall(r'href="../../2001/p/([^"]+)/"', resolve(page))
    assert hrefs == [anchor.removeprefix("para-") for anchor in anchors]


def test_a_block_of_html_leads_to_places_of_the_site() -> None:
    framed = '<iframe src="site:embed/2001/2/" title="A &amp; b"></iframe>'
    page = resolve(f'{framed}\n\n<script src="site:embed.js" async></script>')
    frame, script = BeautifulSoup(page, "html.parser").find_all(True)
    assert (frame["src"], frame["title"], frame.name) == ("../../embed/2001/2/", "A & b", "iframe")
    assert (script["src"], script["async"]) == ("../../embed.js", "")
    safe = '<p>See <a href="guidance:2001/para-1"></a> <a href="guidance:2001/para-2">b</a>, c &lt;d&gt;.</p>'
    assert BeautifulSoup(resolve(safe), "html.parser").get_text().strip() == "See (para 1, b), c <d>."


def test_words_of_a_citation_are_escaped() -> None:
    assert "&lt;b&gt;" in resolve("[`<b>`](guidance:2001/para-1)")
    assert "<strong>b</strong></a>" in resolve("[**b**](guidance:2001/para-1)")


def test_unchanged_text_is_carried_forward() -> None:
    sources = known(("2001", OLD), ("2005", NEW))
    read = read_page(PAGES["2.md"].decode(), "2.md", sources)
    assert '</a> [<a class="cite-today" href="../2005/p/3/">2005: para 3</a>])</span>' in read.html
    assert read.findings == ()
    assert "source-changed" not in read.html


def test_exactly_the_pages_whose_source_changed_say_so() -> None:
    reworded = document([*NEW_LINES[:3], f"3. {paragraph(2)} A new ending.", NEW_LINES[4]])
    for newer, changed in ((NEW, ["4.md"]), (reworded, ["2.md", "4.md"])):
        pages, findings = read_all(PAGES, known(("2001", OLD), ("2005", newer)))
        assert [page for page, text in pages.items() if "source-changed" in text] == changed
        assert [finding.message.split(":")[0] for finding in findings] == changed
        assert {finding.kind for finding in findings} == {"source changed"}
    assert "source changed in the 2005 edition" in pages["2.md"]
    assert 'href="../2005/p/3/"' in pages["2.md"]
    assert "not in the 2005 edition" in pages["4.md"]


def test_a_revision_that_changes_the_cited_text_itself_is_noticed() -> None:
    sources = known(("2001", OLD))
    lines = dict(sources.permalinks["2001"])
    lines["para-2"] = Permalink("para-2", "paragraph", "2", 1, fingerprint("other words"))
    revised = Sources(PUBLICATION, {"2001": lines}, reviewed=sources.reviewed)
    pages, _ = read_all(PAGES, revised)
    assert [page for page, text in pages.items() if "source-changed" in text] == ["2.md"]


def test_a_page_that_nobody_reviewed_is_told_of() -> None:
    _, findings = read_all(PAGES, known(("2001", OLD), reviewed=False))
    assert [finding.kind for finding in findings] == ["not reviewed"] * 4


def test_each_page_says_which_edition_it_was_written_from() -> None:
    page = "---\nwritten_from: '2001'\n---\n\n# Lamps\n\nText. [](guidance:2001/para-1)\n"
    said = resolve(page)
    assert said.index("<h1>Lamps") < said.index("Written from the 2001 edition") < said.index("Text.")
    assert "superseded on 18 April 2005" in said
    assert '<a href="../../2005/">the edition in force, that of 2005</a>' in said
    placed = resolve(page + "\n<!-- standing -->\n")
    assert placed.index("Text.") < placed.index("Written from the 2001 edition")
    assert "in force" in resolve("---\nwritten_from: '2005'\n---\n# A\n")


def test_the_note_counts_what_changed() -> None:
    page = {"4.md": b"---\nwritten_from: '2001'\n---\n" + PAGES["4.md"]}
    pages, _ = read_all(page, known(("2001", OLD), ("2005", NEW)))
    assert "One source of this page changed since it was written" in pages["4.md"]


def test_shared_boxes_are_put_in_from_the_folder_of_pages(tmp_path: Path) -> None:
    (tmp_path / "_shared").mkdir()
    (tmp_path / "_shared" / "now.md").write_text("Ring 999. [](guidance:2001/para-1)\n\nNow.\n", encoding="utf-8")
    page = '# A\n\n!!! danger "x"\n    --8<-- "_shared/now.md"\n'
    box = BeautifulSoup(read_page(page, "a/b.md", plain(), docs=tmp_path).html, "html.parser").select(
        "div.danger p"
    )
    assert [p.get_text() for p in box] == ["x", "Ring 999. (para 1)", "Now."]
    with pytest.raises(GuidanceError, match=r"^c.md: .*_shared/none.md.* could not be found; put that box there$"):
        read_page('--8<-- "_shared/none.md"', "c.md", docs=tmp_path)
    with pytest.raises(GuidanceError, match=r"^c.md: .*could not be found"):
        read_page('--8<-- "../../etc/hostname"', "c.md", docs=tmp_path)


def test_mkdocs_is_given_all_but_the_tables_and_the_order_beside_them(tmp_path: Path) -> None:
    publication = msgspec.structs.replace(PUBLICATION, docs="docs")
    compared = compare_documents({}, Vocabulary())
    files = {"a/b.md": b"# A\n", "_shared/now.md": b"Ring.\n", "reviews.toml": b"", "a/picture.svg": b"<svg/>"}
    place = tmp_path / "mkdocs.yml"

    def nav(written: str) -> object:
        place.write_text(written, encoding="utf-8")
        return prepare(publication, tmp_path, files, {}, compared, None).nav

    assert set(prepare(publication, tmp_path, files, {}, compared, None).files) == set(files) - {"reviews.toml"}
    assert nav("nav:\n  - a/b.md\nmarkdown_extensions:\n  x: {y: !!python/name:a.b }\n") == ["a/b.md"]
    assert nav("docs_dir: other\nnav: [a/b.md]\n") is None
    with pytest.raises(GuidanceError, match=r"mkdocs.yml: nav: expected a list"):
        nav("nav: {a: b}\n")
    with pytest.raises(GuidanceError, match=r"mkdocs.yml: .*line 1"):
        nav("nav: [a\n")
    with pytest.raises(GuidanceError, match=r"^c.md: is not UTF-8"):
        prepare(publication, tmp_path, {"c.md": b"\xff"}, {}, compared, None)


CONTACTS = b"""
[harbour]
name = "Harbour watch"
for = "anybody at sea"
number = "01632 960 001"
email = "watch@example.org"
address = "https://www.example.org/watch/"
source = "made up"
basis = "C"
checked = 2020-02-01

[buoy]
name = "Buoy line"
for = "swimmers"
text = "80999"
source = "made up"
basis = "C"
checked = 2020-02-02
"""


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("[](contact:harbour)", "[01632 960 001](tel:01632960001)"),
        ("[**the** watch](contact:harbour)", "[**the** watch](https://www.example.org/watch/)"),
        ("[](contact:harbour/address)", "[example.org/watch](https://www.example.org/watch/)"),
        ("[](contact:harbour/email)", "[watch@example.org](mailto:watch@example.org)"),
        ("[call](contact:harbour/number)", "[call](tel:01632960001)"),
        ("a [*b* c](contact:buoy/text), d", "a *b* c, d"),
        ("**[](contact:buoy)**", "**80999**"),
        ("`[](contact:harbour)`", "`[](contact:harbour)`"),
    ],
)
def test_contacts_are_printed_from_one_file(written: str, printed: str) -> None:
    html = read_page(f"Call {written}.", "a.md", services=services(CONTACTS)).html
    assert html == markdown(f"Call {printed}.")


@pytest.mark.parametrize(
    ("contacts", "written", "why"),
    [
        (CONTACTS, "[](contact:pier)", r"a.md: names the contact pier, which contacts.toml does not have"),
        (CONTACTS, "[here](contact:buoy)", r"a.md: contacts.toml gives no address for buoy"),
        (CONTACTS.replace(b'text = "80999"', b""), "", r"contacts.toml: buoy has none of number, text"),
        (CONTACTS.replace(b"960 001", b"none"), "", r"contacts.toml: .*number"),
        (CONTACTS.replace(b"https:", b"javascript:"), "", r"contacts.toml: .*address"),
        (CONTACTS + b"colour = 1", "", r"contacts.toml: .*colour"),
    ],
)
def test_a_contact_that_cannot_be_printed_is_an_error_of_one_line(contacts: bytes, written: str, why: str) -> None:
    with pytest.raises(GuidanceError, match=why):
        read_page(written, "a.md", services=services(contacts))


def test_checking_tells_contacts_that_nobody_compared_for_a_year(tmp_path: Path) -> None:
    assert list(stale_contacts(tmp_path, date(2021, 2, 2))) == []
    (tmp_path / "contacts.toml").write_bytes(CONTACTS)
    assert list(stale_contacts(tmp_path, date(2021, 1, 31))) == []
    assert list(stale_contacts(tmp_path, date(2021, 2, 2))) == [
        "contacts.toml: harbour (Harbour watch) was last checked on 1 February 2020; "
        "compare it with its source: made up"
    ]


def test_checking_tells_what_pages_do_not_say(tmp_path: Path) -> None:
    term = '[[terms]]\nterm = "ahoy"\nwhy = "write hello"\nwrong = "Ahoy"\nright = "Hello"\n'
    (tmp_path / "terms.toml").write_text(term, encoding="utf-8")
    (tmp_path / "a.md").write_text("# A\n\nAhoy.\n", encoding="utf-8")
    (tmp_path / "b.svg").write_text("<svg><text>Ahoy</text></svg>", encoding="utf-8")
    assert list(survey_terms(tmp_path)) == [
        f"{tmp_path}/a.md:3: says “Ahoy”; write hello",
        f"{tmp_path}/b.svg:1: says “Ahoy”; write hello",
    ]


def test_reviews_are_written_and_read_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("docs") / "reviews.toml"
    assert read_reviews(path) == {}
    reviews = known(("2001", OLD)).reviewed
    write_reviews(path, reviews)
    assert read_reviews(path) == reviews
    path.write_text("a = 1\n", encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"reviews.toml: a: expected"):
        read_reviews(path)


def test_reviewing_records_todays_fingerprints_of_the_pages_named(tmp_path: Path) -> None:
    publication = msgspec.structs.replace(PUBLICATION, docs="pages")
    docs = tmp_path / "pages"
    docs.mkdir()
    (tmp_path / "2001").mkdir()
    write_permalinks(tmp_path / "2001" / "permalinks.tsv", permalinks(OLD))
    for page, content in PAGES.items():
        (docs / page).write_bytes(content)
    assert review(publication, tmp_path, ["1.md", str(docs / "2.md")]) == {"1.md": 1, "2.md": 1}
    assert review(publication, tmp_path, ["3.md"]) == {"3.md": 1}
    assert set(read_reviews(docs / "reviews.toml")) == {"1.md", "2.md", "3.md"}
    assert review(publication, tmp_path) == dict.fromkeys(PAGES, 1)
    known = known_permalinks(["2001"], tmp_path)
    sources = Sources(publication, known, reviewed=read_reviews(docs / "reviews.toml"))
    assert read_all(PAGES, sources)[1] == []
    (docs / "4.md").unlink()
    review(publication, tmp_path, ["1.md"])
    assert set(read_reviews(docs / "reviews.toml")) == {"1.md", "2.md", "3.md"}
    with pytest.raises(GuidanceError, match=r"4.md: there is no such page"):
        review(publication, tmp_path, ["4.md"])


def test_checking_tells_reading_ages_and_changed_sources(tmp_path: Path) -> None:
    docs, site = tmp_path / "docs", tmp_path / "site"
    for path, text in {
        docs / "a" / "b.md": "---\nreading_age: 5\n---\n# A\n\nYou can ask anybody.\n",
        docs / "a" / "index.md": "# A\n",
        site / "a" / "b" / "index.html": '<strong class="source-changed">x</strong>',
        site / "a" / "index.html": '<i class="source-changed">x</i><i class="source-changed">x</i>',
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = list(survey(docs, site))
    assert len(lines) == 3
    assert lines[0] == (
        "a/b.md: reading age 11.6, at most 5; too high (Flesch-Kincaid 11.6, ARI 4.4, Coleman-Liau 5.3)"
    )
    assert lines[1:] == [
        "a/b.md: 1 source changed since it was written",
        "a/index.md: 2 sources changed since it was written",
    ]
