"""What stands beside a provision: the pages that cite it, with their sentences, and the law since; nothing else."""

from collections.abc import Iterable

from bs4 import BeautifulSoup
from msgspec import structs

from guidance.document.change_model import Crosswalk, Lineage
from guidance.document.law import Law, LawSince, TouchedProvisions
from guidance.document.model import Link, Locus, NoteMark, Para, Permalink, Provision, Reference, Text
from guidance.document.register import Edition, Publication
from guidance.site.beside import Beside, PageUse, find_besides, read_uses, render_besides
from guidance.site.edition_pages import groups_of
from guidance.site.extension import read_page
from guidance.site.permalink_index import PermalinkIndex
from guidance.site.permalink_pages import permalink_pages
from small_documents import document

EDITIONS = tuple(Edition(year, f"Lamps {year}", f"{year}-01-01") for year in ("2001", "2005", "2009"))
LAMPS = Publication("Lamps", "L", "Nobody", EDITIONS)
CROSSWALK = Crosswalk(
    ("2001", "2005", "2009"),
    (Lineage("a", {"2001": ("para-1",), "2005": ("para-2",), "2009": ()}),),
    {},
    {("2001", "para-1"): 0, ("2005", "para-2"): 0},
)
USE = PageUse("guide/wicks/", "Wicks & <oil>", "Guide", "2001", "para-1", "Trim the wick <daily>.")
OIL = Law(
    "7A", "duty to fill up", "Oil Act 2007", "Keepers must fill up.", "A", "keepers", passed="2007-05-01",
    provisions=(TouchedProvisions("2001", ("para-1",)),),
)  # fmt: skip
KNOWN = {"2001": ("para-1", "para-9"), "2005": ("para-2",), "2009": ("para-1",)}


def sentences(written: str, page: str = "guide/wicks.md") -> list[str]:
    return list(read_page(written, page).sentences)


def test_a_citation_is_told_with_its_sentence() -> None:
    cases = {
        "One. Two *words* here [](guidance:a/b). Three.": ["Two words here."],
        "One. Two. [](guidance:a/b) Three.": ["Two."],
        "One. Two. [](guidance:a/b) [](guidance:a/c)\n": ["Two.", "Two."],
        "One. Read [number 1](guidance:a/b) first. Three.": ["Read number 1 first."],
        "One! [Number 1](guidance:a/b) says so.": ["Number 1 says so."],
        "She said “Go.” [](guidance:a/b)": ["She said “Go.”"],
        "-   Oil & wick [](guidance:a/b)\n-   Glass [](guidance:a/c)\n": ["Oil & wick", "Glass"],
        "-   Oil [](guidance:a/b)\n\n    - daily [](guidance:a/c)\n": ["Oil", "daily"],
        "| What | When | By |\n|---|---|---|\n| Oil | 2 days | [](guidance:a/b) |\n": ["Oil; 2 days"],
        "| What |\n|---|\n| Oil is filled up every day [](guidance:a/b) |\n": ["Oil is filled up every day"],
    }
    assert {text: sentences(text) for text in cases} == cases


def test_pages_are_read_in_the_order_of_the_contents() -> None:
    files = {
        "guide/b.md": b"# Wicks *now*\n\nTrim them. [](guidance:2001/para-1)",
        "guide/index.md": b"# Guide\n\nNothing.",
        "a.md": b"---\ntitle: x\n---\n\n# A &amp; B\n\nFill. [](guidance:2001/para-1)",
        "hidden.md": b"# Not in the contents\n\nNo. [](guidance:2001/para-1)",
    }
    nav: list[object] = [{"Guide": ["guide/index.md", {"Harm": [{"Wicks": "guide/b.md"}]}]}, "a.md"]
    uses = read_uses(files, groups_of(nav), "docs")
    assert [(u.address, u.title, u.group, u.sentence) for u in uses] == [
        ("guide/b/", "Wicks now", "Harm", "Trim them."),
        ("a/", "A & B", "", "Fill."),
    ]


def test_citations_go_on_to_newer_editions_and_laws_only_where_they_came_later() -> None:
    named = Reference(Locus("para-9", 0, 0, 3), "Oil\nlamps", "https://x.example/", "guidance")
    law = LawSince("2001", (OIL,))
    found = find_besides(LAMPS, KNOWN, CROSSWALK, [USE], law, {"2001": [named, named]})
    assert {(e, a): (len(b.uses), len(b.law)) for e, known in found.items() for a, b in known.items()} == {
        ("2001", "para-1"): (1, 1),
        ("2001", "para-9"): (0, 0),
        ("2005", "para-2"): (1, 1),
    }
    assert [link.name for link in found["2001"]["para-9"].companions] == ["Oil lamps"]
    later = structs.replace(OIL, passed="2004-05-01")
    found = find_besides(LAMPS, KNOWN, CROSSWALK, [], LawSince("2001", (later,)), {})
    assert {edition: list(known) for edition, known in found.items()} == {"2001": ["para-1"]}


def test_what_the_source_links_and_what_its_notes_name_is_named_beside_the_paragraph() -> None:
    link = "https://oil.example"
    named = {
        "Keeping oil: advice for sextons": f"{link}/advice",
        "Forced trimming": f"{link}/forced",
        "here": f"{link}/here",
        "The Guild of Oilers": f"{link}/",  # whose home it is, no document
        "Oil (Storage) Regulations 2001": f"{link}/regulations",
        "Oil Act": "https://www.legislation.gov.uk/ukpga/1911/33",
        "www.oil.example with all advice": f"{link}/address",
        "word " * 40: f"{link}/sentence",
    }

    def texts(names: Iterable[str]) -> tuple[Para, ...]:
        return tuple(Para(Text(name, (Link(0, len(name), named[name]),))) for name in names)

    own, noted = list(named)[:1], list(named)
    marked = Para(Text("See the note.", (NoteMark(13, "fn-1", "1"),)))
    whole = structs.replace(
        document(["# Lamps"]),
        provisions=(
            Provision("para-1", "paragraph", "1", blocks=(*texts(own), marked)),
            Provision("para-9", "paragraph", "9", blocks=texts(["here"])),
        ),
        notes=(Provision("fn-1", "footnote", "1", blocks=texts(noted)),),
    )
    known = {"2001": ["para-1", "para-9", "fn-1"]}
    found = find_besides(LAMPS, known, CROSSWALK, [], LawSince("2001"), {}, documents={"2001": whole})
    assert {anchor: [one.name for one in beside.companions] for anchor, beside in found["2001"].items()} == {
        "para-1": ["Keeping oil: advice for sextons", "Forced trimming"],
        "fn-1": ["Keeping oil: advice for sextons", "Forced trimming"],
    }


def test_a_chapter_names_each_page_once_and_says_from_which_edition() -> None:
    beside = Beside((USE, structs.replace(USE, sentence="Again.")), (LawSince("2001").notice(OIL),))
    for edition, said in (("2001", ""), ("2005", " (from the 2001 edition)")):
        html = render_besides(edition, "chapter-1/index.md", ["para-1", "para-2"], {"para-1": beside})
        assert list(html) == ["para-1"]
        soup = BeautifulSoup(html["para-1"], "lxml")
        assert [a["href"] for a in soup.select("a")] == [
            "../p/1/#law-7A", "../../guide/wicks/", "../p/1/#used",
        ]  # fmt: skip
        assert [p.get_text() for p in soup.select("details > p")] == [f"Wicks & <oil>{said}. What they say"]
        assert not soup.select("details[open]")


def test_a_chapter_names_few_pages_and_leads_to_all() -> None:
    uses = tuple(structs.replace(USE, address=f"guide/{n}/", title=f"Page {n}") for n in range(6))
    soup = BeautifulSoup(render_besides("2001", "a.md", ["para-1"], {"para-1": Beside(uses)})["para-1"], "lxml")
    assert [a.get_text() for a in soup.select("a")] == [
        *(f"Page {n}" for n in range(4)),
        "All pages, and what they say",
    ]
    assert [s.get_text() for s in soup.select("summary")] == ["Used on 6 pages"]


def test_a_permalink_page_has_the_sentences_and_the_whole_notice() -> None:
    index = PermalinkIndex(LAMPS, {"2009": {"para-1": Permalink("para-1", "paragraph", "1", 3, "0" * 16)}})
    beside = Beside((USE, structs.replace(USE, anchor="para-2")), (LawSince("2001").notice(OIL),))
    page = permalink_pages(EDITIONS[2], index, {"para-1": beside})
    soup = BeautifulSoup(page["p/1/index.html"], "lxml")
    told = [li.get_text() for li in soup.select("details#used li")]
    assert told == ["Wicks & <oil> (from the 2001 edition): Trim the wick <daily>."]
    notice = soup.select("#law-7A")[0]
    assert notice["data-law"] == "7A"
    assert "Keepers must fill up." in notice.get_text()
    assert notice.find_parent("details") is None  # nobody has to open it
    bare = BeautifulSoup(permalink_pages(EDITIONS[2], index)["p/1/index.html"], "lxml")
    assert not bare.select("#used, [data-law]")
