"""Our hand-written pages: each statement cites, readers can read them, limits are those of the real text.

The real text is read only when it is at hand (GUIDANCE_SOURCES); nothing of it stands here.
"""

import os
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from bs4 import BeautifulSoup
from markdown import markdown
from mkdocs.utils import meta

from guidance.build.handwritten import TERMS, read_files, survey_terms
from guidance.build.load import read_corrections
from guidance.check.readability import count_words, find_terms, measure, read_blocks, read_terms, sentences, uncited
from guidance.document.anchors import permalinks, read_permalinks
from guidance.document.model import Document
from guidance.document.register import read_register
from guidance.document.walk import normalise, plain_text
from guidance.read import read_document
from guidance.site.extension import ReadPage, read_page
from guidance.site.handwritten import CONTACTS, REVIEWS, HandCitation, Sources, read_reviews, services

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FILES = read_files(DOCS)
PAGES = {path: content.decode() for path, content in FILES.items() if path.endswith(".md")}
PUBLISHED = [path for path in PAGES if not path.startswith("_")]
FACTS = {path: meta.get_data(text)[1] for path, text in PAGES.items()}
CITING = sorted(path for path, facts in FACTS.items() if facts.get("written_from"))
PERMALINKS = ROOT / "versions" / "2023" / "permalinks.tsv"
FAMILIES = ("children/", "young-people/", "parents/")
MUST_CITE = ("guide/", "roles/", "practise/", *FAMILIES)
# Runs of words that are names, titles or defined terms, and may stand in our pages as in the official text.
SHARED_TERMS = (  # tests of the Children Act 1989, which must be said whole
    "there is reasonable cause to suspect that a child is suffering or is likely to suffer significant harm",
    "there is reasonable cause to suspect that the child is suffering or is likely to suffer significant harm",
    "they have reasonable cause to believe that the child would otherwise be likely to suffer significant harm",
)
RUN = 12


def test_every_page_that_must_cite_says_its_edition_and_must_cite() -> None:
    for path in PAGES:
        if path.startswith(MUST_CITE):
            assert FACTS[path].get("written_from") == "2023", path
            assert FACTS[path].get("cited") is True, path
            assert FACTS[path].get("reading_age"), path


@pytest.mark.parametrize("path", CITING)
def test_statements_cite(path: str) -> None:
    assert [block.text for block in uncited(PAGES[path])] == []


@pytest.mark.parametrize("path", CITING)
def test_what_is_excused_from_citing_is_there(path: str) -> None:
    blocks = read_blocks(PAGES[path])
    for words in FACTS[path].get("uncited") or ():
        assert any(b.text.startswith(words) or b.under == words for b in blocks), words


@pytest.mark.parametrize("path", [path for path, facts in FACTS.items() if facts.get("reading_age")])
def test_reading_age_and_sentences(path: str) -> None:
    assert measure(PAGES[path], DOCS).age <= float(str(FACTS[path]["reading_age"]))
    limit = int(str(FACTS[path].get("sentence_words") or 99))
    assert [s for s in sentences(PAGES[path], DOCS) if count_words(s) > limit] == []


def test_the_contents_name_every_page() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    named = re.findall(r"[\w/-]+\.md", nav)
    left = {path for path in PAGES if not path.startswith(("_", "decisions/"))} - set(named)
    assert (left, len(named)) == (set(), len(set(named)))
    assert set(named) <= set(PAGES)


def test_limits_of_reading_age_are_those_of_the_audience() -> None:
    allowed = {"children/": 9, "young-people/": 12, "parents/": 11, "guide/": 14, "roles/": 14, "practise/": 14}
    for path, facts in FACTS.items():
        for folder, age in allowed.items():
            if path.startswith(folder):
                assert facts["reading_age"] <= age, path
                assert folder != "children/" or facts["sentence_words"] == 15


def test_families_can_leave_each_page_and_find_help() -> None:
    known = services(FILES[CONTACTS])
    for path in PAGES:
        if path.startswith(FAMILIES):
            text = printed(path).html
            assert text.index('class="exit"') < text.index("<h1"), path
            assert (
                str(known["family-rights-group" if path.startswith("parents/") else "childline"].number) in text
            ), path
            assert "999" in text, path


def test_pages_for_families_list_their_sources_in_one_closed_block_at_the_end() -> None:
    for path in PAGES:
        if path.startswith(FAMILIES):
            assert FACTS[path].get("cite_as") == "at-end", path
            text = PAGES[path].rstrip()
            start = text.rindex('<details class="sources" markdown="1">\n<summary>')
            assert text.endswith("\n</details>"), path
            lines = [line for line in text[start:].split("\n")[2:-1] if line]
            assert lines[0] == "<!-- standing -->", path
            assert all(line.startswith("- Law: ") for line in lines[1:]), path
            page = BeautifulSoup(printed(path).html, "html.parser")
            (block,) = page.select("details.sources")
            assert page.select(".cites") == [], path
            bare = [cite for cite in printed(path).cites if not cite.label]
            assert len(block.select("a.cite")) == len(bare), path
            assert [li.get_text()[:5] for li in block.select("li")][-len(lines) + 1 or 99 :] == ["Law: "] * (
                len(lines) - 1
            ), path
            assert "Written from" in block.get_text(), path
            block.extract()
            assert "Written from" not in page.get_text(), path


def test_danger_comes_first_in_each_guide() -> None:
    for path in PAGES:
        if path.startswith(("guide/", "practise/")) and path != "guide/contradictions.md":
            first = next(line for line in meta.get_data(PAGES[path])[0].split("\n")[1:] if line.strip())
            assert "danger.md" in first, path


@pytest.mark.parametrize("path", sorted(FILES))
def test_pictures_say_what_they_show(path: str) -> None:
    if path.endswith(".svg"):
        drawing = BeautifulSoup(FILES[path], "xml")
        title = drawing.find("title")
        assert title is not None
        assert title.get_text()
        assert not drawing.find(["script", "image", "foreignObject"])
    for alternative in re.findall(r"!\[([^\]]*)\]\(", PAGES.get(path, "")):
        assert len(alternative) > 20, path


def test_no_page_picture_or_overview_says_what_the_list_of_terms_has() -> None:
    assert list(survey_terms(DOCS)) == []
    terms = read_terms(DOCS / TERMS)
    for path in ROOT.glob("versions/*/overview.md"):
        assert list(find_terms(path.read_text(encoding="utf-8"), terms)) == [], path


# --- Contacts ----------------------------------------------------------------------------------------

CONTACT = re.compile(  # what is printed to be called or written to: links, numbers, addresses of e-mail
    r"""
    (?:tel|mailto|sms): [^)"\s]+
  | (?<! [\w/.#-] ) 0 (?: [ ]? \d ){6,10} (?! [\d-] )     # 0808 157 0192
  | \b 116 [ ]? \d{3} \b
  | [\w.-]+ @ [\w-]+ (?: \.[\w-]+ )+
    """,
    re.VERBOSE,
)
# By hand still, and held to the file: the line on danger, whose heading is HTML; a page to copy into other sites.
BY_HAND = ("_shared/danger.md", "partnerships/summary-template.md")
MADE_UP = "01632 960001"  # a number kept for examples, on the page about a partnership's own site
FINDER_BY_HAND = ("_shared/danger.md", "guide/", "roles/")  # the same long address, in links with words


def contacts_by_hand(text: str) -> list[str]:
    return [found for found in CONTACT.findall(text) if found != MADE_UP]


@pytest.mark.parametrize(
    "text",
    [
        *("Call 0808 157 0192.", "[us](tel:08081570192)", '<a href="mailto:us@example.org">', "at us@example.org."),
        *("020 7946 0018", "0808 1570 900", "0800 02 888 40", "08000 121 700", "116 123", "(0800 1111)"),
    ],
)
def test_a_contact_by_hand_is_found(text: str) -> None:
    assert contacts_by_hand(text)


@pytest.mark.parametrize(
    "text",
    ["[](contact:us)", "SI 2006/1738", "10 2023", "on 0.5 mm", "2018/07/leaf.pdf", "guidance:2023/para-0123 4567"],
)
def test_what_is_no_contact_is_let_pass(text: str) -> None:
    assert contacts_by_hand(text) == []


def test_pages_print_contacts_from_the_file_and_the_file_only_what_they_print() -> None:
    known = services(FILES[CONTACTS])
    ways = {said.replace(" ", "") for service in known.values() for said in service.ways().values()}
    addresses = {service.address.rstrip("/") for service in known.values() if service.address}
    used = {name for text in PAGES.values() for name in re.findall(r"\(contact:([a-z0-9-]+)", text)}
    assert used == set(known)
    for path, text in PAGES.items():
        found = {re.sub(r"^(tel|mailto):| ", "", one) for one in contacts_by_hand(text)}
        assert found <= (ways if path in BY_HAND else set()), path
        links = {address.rstrip("/") for address in re.findall(r'https://[^\s)"]+', text)} & addresses
        if path.startswith(FINDER_BY_HAND):
            links -= {str(known["council"].address)}
        assert links == set() or path in BY_HAND, path


# --- Citations ---------------------------------------------------------------------------------------


@cache
def sources() -> Sources:
    lines = {entry.anchor: entry for entry in read_permalinks(PERMALINKS)}
    return Sources(
        read_register(ROOT / "versions"),
        {"2023": lines},
        reviewed=read_reviews(DOCS / REVIEWS),
        services=services(FILES[CONTACTS]),
    )


@cache
def printed(path: str) -> ReadPage:
    return read_page(PAGES[path], path, sources(), docs=DOCS)


def cites(path: str) -> tuple[HandCitation, ...]:
    return printed(path).cites


@pytest.mark.skipif(not PERMALINKS.exists(), reason="versions/2023/permalinks.tsv is not there yet")
def test_all_citations_resolve_and_all_pages_are_reviewed() -> None:
    assert [finding.message for path in PUBLISHED for finding in printed(path).findings] == []


@pytest.mark.skipif(not PERMALINKS.exists(), reason="versions/2023/permalinks.tsv is not there yet")
@pytest.mark.parametrize("anchor", ["para-153", "the-child-protection-plan-box", "para-396"])
def test_a_change_in_a_new_edition_is_said_on_exactly_the_pages_that_cite_it(anchor: str) -> None:
    known = sources()
    old = known.permalinks["2023"]
    new = {**old, anchor: msgspec.structs.replace(old[anchor], fingerprint="0" * 16)}
    later = msgspec.structs.replace(
        known,
        permalinks={"2023": old, known.publication.in_force.id: new},
        today={"2023": {one: (one,) for one in old}},
    )
    citing = {path for path in PUBLISHED if anchor in (cite.anchor for cite in cites(path))}
    others = {path for path in PUBLISHED if path.endswith("index.md")}
    ready = {path: read_page(PAGES[path], path, later, docs=DOCS) for path in citing | others}
    assert {path for path, read in ready.items() if "source-changed" in read.html} == citing
    assert citing
    changed = sum(cite.anchor == anchor for path in citing for cite in cites(path))
    assert sum(len(read.findings) for read in ready.values()) == changed


def test_reviews_name_what_pages_cite_and_nothing_else() -> None:
    reviews = read_reviews(DOCS / REVIEWS)
    cited = {path: {cite.key for cite in cites(path)} for path in PUBLISHED}
    assert {path: set(keys) for path, keys in reviews.items()} == {p: keys for p, keys in cited.items() if keys}


# --- Against the real text ---------------------------------------------------------------------------


@cache
def real_document() -> Document:
    folder = os.environ.get("GUIDANCE_SOURCES")
    found = sorted(Path(folder).glob("2023*.pdf")) if folder else []
    if not found:
        pytest.skip("set GUIDANCE_SOURCES to the folder with 2023*.pdf, the official file")
    return read_document(found[0], read_corrections(ROOT / "versions" / "2023"))


@cache
def real_texts() -> dict[str, str]:
    document = real_document()
    return {
        p.anchor: normalise(f"{p.heading.plain if p.heading else ''} {plain_text(p)}")
        for p in (*document.provisions, *document.notes)
    }


@pytest.mark.real
def test_pages_were_reviewed_against_the_text_at_hand() -> None:
    now = {f"2023/{entry.anchor}": entry.fingerprint for entry in permalinks(real_document())}
    for path, cited in read_reviews(DOCS / REVIEWS).items():
        for key, reviewed in cited.items():
            assert now.get(key) == reviewed, f"{path}: {key}"


NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(1, 13)),
        strict=True,
    )
)


def figures(words: str) -> str:
    """Words in lower case with numbers as figures, and units in the singular."""
    low = re.sub(r"\b(" + "|".join(NUMBERS) + r")\b", lambda m: NUMBERS[m[0]], words.lower().replace("-", " "))
    return re.sub(r"\b(day|month|year)s\b", r"\1", low)


def limits() -> list[tuple[str, tuple[str, ...]]]:
    """Each row of the tables that have limits: the limit, and the anchors its last cell cites."""
    html = markdown(
        meta.get_data(PAGES["guide/timescales.md"])[0], extensions=["tables", "attr_list", "md_in_html"]
    )
    found = []
    for table in BeautifulSoup(html, "html.parser").find_all("table"):
        heads = [cell.get_text() for cell in table.find_all("th")]
        for row in table.find_all("tr")[1:]:
            cells = row.find_all("td")
            anchors = tuple(str(a["href"]).rpartition("/")[2] for a in cells[-1].find_all("a"))
            assert all(str(a["href"]).startswith("guidance:2023/") for a in cells[-1].find_all("a"))
            assert anchors
            if "Limit" in heads:
                found.append((cells[heads.index("Limit")].get_text(), anchors))
    return found


def test_the_table_of_limits_is_read() -> None:
    assert len(limits()) > 40
    assert ("45 working days", ("flow-chart-5",)) in limits()


@pytest.mark.real
@pytest.mark.parametrize(("limit", "anchors"), limits(), ids=lambda value: str(value)[:40])
def test_each_limit_stands_in_each_provision_it_cites(limit: str, anchors: tuple[str, ...]) -> None:
    for anchor in anchors:
        text = figures(real_texts()[anchor])
        assert re.search(rf"(?<![\d])\b{re.escape(figures(limit))}\b", text), anchor
        if "working" not in limit and limit.endswith(" days"):
            assert f"{limit.removesuffix(' days')} working day" not in text, anchor


def test_pictures_give_only_limits_of_the_tables() -> None:
    known = {figures(limit) for limit, _ in limits()}
    for path in ("assets/timeline-protection.svg", "assets/timeline-incident.svg"):
        said = figures(" ".join(BeautifulSoup(FILES[path], "xml").get_text(" ").split()))
        drawn = re.findall(r"\d+ (?:working )?(?:day|month|year)", said)
        assert drawn
        assert set(drawn) <= known, path


@pytest.mark.real
def test_no_run_of_twelve_words_is_taken_from_the_text() -> None:
    real = words_of(" ".join(real_texts().values()))
    runs = {tuple(real[at : at + RUN]) for at in range(len(real) - RUN + 1)}
    excused = [tuple(words_of(term)) for term in SHARED_TERMS]
    ours = {path: " ".join(b.text for b in read_blocks(text)) for path, text in PAGES.items()}
    ours |= {p: BeautifulSoup(FILES[p], "xml").get_text(" ") for p in FILES if p.endswith(".svg")}
    ours |= {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in ROOT.glob("versions/*/overview.md")}
    for path, text in ours.items():
        said = words_of(text)
        taken = [said[at : at + RUN] for at in range(len(said) - RUN + 1) if tuple(said[at : at + RUN]) in runs]
        assert [" ".join(run) for run in taken if not any(inside(term, run) for term in excused)] == [], path


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", normalise(text).lower().replace("'", ""))


def inside(term: tuple[str, ...], run: list[str]) -> bool:
    """Whether a run of words is nothing but a shared term and what is left of the sentence around it."""
    return f" {' '.join(term)} " in f" {' '.join(run)} " or f" {' '.join(run)} " in f" {' '.join(term)} "
