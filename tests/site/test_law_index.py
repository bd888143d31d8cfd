"""The law that an edition names: a row for each provision, right addresses, who is bound, what came since."""

import pytest
from bs4 import BeautifulSoup
from markdown import markdown
from msgspec import structs

from guidance.build.comparisons import Knowledge, annotate
from guidance.document.change_model import Crosswalk
from guidance.document.law import Law, LawSince
from guidance.document.model import Duty, Link, Locus, Para, Provision, Reference, Text, Unresolved
from guidance.document.register import Edition, Publication
from guidance.link.acts import Act
from guidance.site.beside import find_besides
from guidance.site.changes_view import ComparedPlace
from guidance.site.indexes import law_links, law_place, render_law
from guidance.site.ledger import Ledger
from guidance.site.pages import Page
from guidance.site.templates import part
from small_documents import document

SITE = "https://www.legislation.gov.uk/"
LAMPS, OIL, ROPES = (
    Act("Lamps Act", 1911, "ukpga/1911/3"),
    Act("Oil <Act>", 1911, "ukpga/1911/33"),
    Act("Ropes", url="https://ropes.example/treaty"),
)
ACTS = (LAMPS, OIL, ROPES)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ukpga/1911/3", ("Lamps Act 1911", "", "ukpga-1911-3")),
        ("ukpga/1911/33/section/4", ("Oil <Act> 1911", "Section 4", "ukpga-1911-33-section-4")),
        ("ukpga/1911/3/section/16E#section-16E-7", ("Lamps Act 1911", "Section 16E", "ukpga-1911-3-section-16E")),
        ("ukpga/1911/3/schedule/paragraph/3", ("Lamps Act 1911", "Schedule, paragraph 3", "")),
        ("ukpga/1911/3/schedule/1/paragraph/19A", ("Lamps Act 1911", "Schedule 1, paragraph 19A", "")),
        ("ukpga/1911/333/section/4", None),
    ],
)
def test_an_address_is_a_place_in_an_act(address: str, told: tuple[str, str, str] | None) -> None:
    place = law_place(SITE + address, ACTS)
    assert (place and (place.act, place.provision, told and told[2] and place.id)) == told


def test_a_treaty_elsewhere_has_a_row_of_its_own() -> None:
    place = law_place("https://ropes.example/treaty", ACTS)
    assert place
    assert (place.name, place.id) == ("Ropes", "ropes-example-treaty")


def cited(anchor: str, words: str, address: str, start: int = 10) -> Reference:
    return Reference(Locus(anchor, 0, start, start + len(words)), words, SITE + address, "legislation")


FOUND = (
    cited("para-1", "section 9", "ukpga/1911/3/section/9"),
    cited("para-1", "section 10(2)", "ukpga/1911/3/section/10#section-10-2", 40),
    cited("para-2", "section 9", "ukpga/1911/3/section/9"),
    cited("para-2", "Lamps Act 1911", "ukpga/1911/3", 60),
    Unresolved(Locus("para-2", 0, 90, 99), "section 99", "Lamps Act has no section 99"),
    Unresolved(Locus("para-2", 0, 90, 99), "paragraph 4", "it is a place in another document"),
)
PLACES = {
    f"para-{n}": ComparedPlace(f"para-{n}", f"paragraph {n}", f"chapter-1/#para-{n}", n, "chapter-1", None)
    for n in (1, 2)
}
DUTIES = (
    Duty(Locus("para-1", 0, 0, 30), 1, "x", "must", ("keepers",)),
    Duty(Locus("para-2", 0, 0, 50), 1, "y", "must", (), who_context=("sailors",)),
    Duty(Locus("para-2", 1, 0, 50), 1, "z", "must", ("divers",)),
)
LEDGER = Ledger("2001", DUTIES, {"keepers": "Keepers", "sailors": "Sailors"}, PLACES)
TAR = Law(
    "9", "duty to <tar>", "Tar Act 2007", "All must tar.", "A", "all", amends="section 9 of the Lamps Act 1911"
)
SINCE = LawSince("2001", (TAR,))


def body(page: Page) -> BeautifulSoup:
    html = markdown(page.markdown.split("---\n", 2)[2], extensions=["attr_list", "md_in_html"])
    return BeautifulSoup(html, "html.parser")


def cells(soup: BeautifulSoup) -> list[list[str]]:
    return [[cell.get_text() for cell in row.select("th, td")] for row in soup.select("tbody tr")]


def test_the_list_has_a_row_for_each_act() -> None:
    found = (*FOUND, cited("para-1", "the <Act>", "ukpga/1911/33", 80))
    home, lamps, oil = render_law(found, ACTS, SINCE, LEDGER)
    assert [(page.path, page.parent) for page in (home, lamps, oil)] == [
        ("law/index.md", None),
        ("law/ukpga-1911-3.md", "law/index.md"),
        ("law/ukpga-1911-33.md", "law/index.md"),
    ]
    assert cells(body(home)) == [
        [
            "Lamps Act 1911",
            "3: the whole, Section 9, Section 10Law since 2001: duty to <tar>",
            "2 places",
        ],
        ["Oil <Act> 1911", "1: the whole", "1 place"],
    ]
    assert [li.get_text() for li in body(home).select("#not-understood ~ ul li")] == [
        "section 99, paragraph 2: Lamps Act has no section 99"
    ]


def test_what_had_an_id_while_all_stood_on_the_list_has_it_still_and_leads_on() -> None:
    home, lamps = render_law(FOUND, ACTS, SINCE, LEDGER)
    listed, own = body(home), body(lamps)
    assert listed.select_one("tr#act-lamps-act-1911 a[href='ukpga-1911-3/']")
    for id_ in ("ukpga-1911-3", "ukpga-1911-3-section-9", "ukpga-1911-3-section-10", "law-9"):
        (link,) = listed.select(f"#{id_}")
        assert link["href"] == f"ukpga-1911-3/#{id_}"
        assert len(own.select(f"#{id_}")) == 1
    ids = [tag["id"] for tag in listed.select("[id]")]
    assert len(ids) == len(set(ids))


def test_a_law_since_that_touches_two_acts_has_one_id_on_the_list() -> None:
    both = structs.replace(TAR, amends="section 9 of the Lamps Act 1911 and section 4 of the Oil <Act> 1911")
    found = (*FOUND, cited("para-1", "the <Act>", "ukpga/1911/33", 80))
    home = body(render_law(found, ACTS, LawSince("2001", (both,)), LEDGER)[0])
    assert [a["href"] for a in home.select("td a[href*='#law-9']")] == [
        "ukpga-1911-3/#law-9",
        "ukpga-1911-33/#law-9",
    ]
    assert len(home.select("#law-9")) == 1


def test_an_act_has_a_row_for_each_provision_in_order() -> None:
    soup = body(render_law(FOUND, ACTS, SINCE, LEDGER)[1])
    assert [h.get_text() for h in soup.select("h1, h2")] == ["Lamps Act 1911"]
    told = [" ".join(p.get_text().split()) for p in soup.select("p")]
    assert told[0].startswith("The 2001 edition cites it in 2 places.")
    assert told[1] == "The citing sentences bind: Keepers, and probably Sailors."
    assert cells(soup) == [
        ["The whole", "paragraph 2", "no duty found in the sentence"],
        ["Section 9Law since 2001: duty to <tar>", "paragraph 1, paragraph 2", "Keepers, probably Sailors"],
        ["Section 10", "paragraph 1 (“section 10(2)”)", "no duty found in the sentence"],
    ]
    nine = soup.select("#ukpga-1911-3-section-9")[0]
    assert [a["href"] for a in nine.select("a")] == [
        f"{SITE}ukpga/1911/3/section/9", "#law-9", "../../chapter-1/#para-1", "../../chapter-1/#para-2",
        "../../duties/keepers/", "../../duties/sailors/",
    ]  # fmt: skip
    assert soup.select("p#law-9")


def test_without_laws_there_is_no_page_and_nothing_leads_to_one() -> None:
    assert render_law((), ACTS, SINCE, LEDGER) == ()
    assert law_links((), ACTS) == {}
    reissued = {"links": [], "missing": False}
    for there in (True, False):
        assert ("law/index.md" in part("edition_parts.md", "sections", [], reissued, [], 1, there)) == there


def test_a_paragraph_leads_to_the_rows_of_the_laws_that_it_names() -> None:
    lamps = Publication("Lamps", "L", "Nobody", (Edition("2001", "Lamps", "2001-01-01"),))
    acts = {"2001": law_links(FOUND, ACTS)}
    found = find_besides(lamps, {"2001": PLACES}, Crosswalk((), (), {}, {}), (), LawSince(), {}, acts=acts)
    rows = {anchor: [(one.name, one.href) for one in beside.acts] for anchor, beside in found["2001"].items()}
    assert rows["para-1"] == [
        ("Section 9 of the Lamps Act 1911", "law/ukpga-1911-3/#ukpga-1911-3-section-9"),
        ("Section 10 of the Lamps Act 1911", "law/ukpga-1911-3/#ukpga-1911-3-section-10"),
    ]
    assert [name for name, _ in rows["para-2"]] == ["Section 9 of the Lamps Act 1911", "Lamps Act 1911"]


def test_what_the_source_links_itself_is_told_too_but_not_a_section_of_something_else() -> None:
    whole = document(["# Lamps", "1. Keep section 4 of the Lamps Act 1911. Also Section 5 and the Lamps Act 1911."])
    plain = "Keep section 4 of the Lamps Act 1911. Also Section 5 and the Lamps Act 1911."
    for to, found in (
        (f"{SITE}ukpga/1911/3", ["section 4 of the Lamps Act 1911", "Section 5", "Lamps Act 1911"]),
        ("https://code.example/", ["section 4 of the Lamps Act 1911", "Lamps Act 1911"]),
    ):
        linked = Para(Text(plain, (Link(0, len(plain), to),)))
        provisions = (Provision("para-1", "paragraph", "1", "1.", blocks=(linked,)),)
        laws = annotate(structs.replace(whole, provisions=provisions), Knowledge(acts=(LAMPS,))).laws
        assert [one.words for one in laws if isinstance(one, Reference)] == found
