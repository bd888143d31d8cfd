"""Topics: what a file of them may say, what a page tells where the text is loaded, carried on, or gone."""

import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown import markdown
from msgspec import structs

from guidance.document.anchors import read_permalinks
from guidance.document.change_model import Crosswalk, Lineage
from guidance.document.model import Duty, GuidanceError, Limit, Locus, Para, Permalink, Provision, Text
from guidance.document.register import Edition, Publication
from guidance.site.beside import Beside, Chip, Trail
from guidance.site.indexes import Part, Shown, Topic, Topics, read_topics, render_topics, shown_edition
from guidance.site.ledger import Ledger
from guidance.site.pages import Page
from guidance.site.permalink_index import Fate, PermalinkIndex
from guidance.site.templates import PlaceLink

ROOT = Path(__file__).parents[2]
EDITIONS = (Edition("2001", "Lamps 2001", "2001-01-01"), Edition("2005", "Lamps 2005", "2005-01-01"))
LAMPS = Publication("Lamps", "L", "Nobody", EDITIONS)
KNOWN = {
    edition: {f"para-{n}": Permalink(f"para-{n}", "paragraph", str(n), n, "0" * 16) for n in range(1, 6)}
    for edition in ("2001", "2005")
}
CROSSWALK = Crosswalk(
    ("2001", "2005"),
    (Lineage("a", {"2001": ("para-1",), "2005": ("para-4",)}), Lineage("b", {"2001": ("para-2",), "2005": ()})),
    {},
    {("2001", "para-1"): 0, ("2005", "para-4"): 0, ("2001", "para-2"): 1},
)
WICKS = Topic("wicks", "Wicks <&>", (Part("What to do", ("para-1..2",)),), ("cotton", "tapers"), ("guide/trim.md",))
TOPICS = Topics("2001", (WICKS,))
WORDS = {"para-4": Provision("para-4", "paragraph", "4", blocks=(Para(Text("Trim the *wick* daily.")),))}


def shown(edition: str, **more: object) -> Shown:
    return structs.replace(Shown(edition, CROSSWALK, None, {}, {}, {"guide/trim/": "Trimming"}), **more)


def body(page: Page) -> BeautifulSoup:
    html = markdown(page.markdown.split("---\n", 2)[2], extensions=["attr_list", "md_in_html"])
    return BeautifulSoup(html, "html.parser")


def links(page: BeautifulSoup) -> list[str]:
    return [str(a["href"]) for a in page.select("ul a")]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (
            '[[topic]]\nid = "a"\nname = "A"\nparts = [{need = "x", at = ["para-9"]}]',
            "a: the 2001 edition has no para-9",
        ),
        ('[[topic]]\nid = "a"\nname = "A"\nparts = [{need = "x", at = ["para-4..6"]}]', "has no para-6"),
        ('[[topic]]\nid = "a"\nname = "A"\nparts = []\npages = ["x.md"]', "a: there is no page x.md"),
        (
            '[[topic]]\nid = "a"\nname = "A"\nparts = []\n[[topic]]\nid = "a"\nname = "B"\nparts = []',
            "a stands twice",
        ),
        ('[[topic]]\nid = "A b"\nname = "A"\nparts = []', "topics.toml"),
        ('[[topic]]\nid = "a"\nname = "A"\nparts = []\nalias = ["b"]', "topics.toml"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_one_line(written: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(f'edition = "2001"\n{written}\n')
    with pytest.raises(GuidanceError, match=why) as raised:
        read_topics(tmp_path, KNOWN, {"guide/trim.md"})
    assert "\n" not in str(raised.value)


def test_a_publication_without_topics_has_no_page_of_them(tmp_path: Path) -> None:
    none = read_topics(tmp_path, KNOWN, ())
    assert render_topics(none, PermalinkIndex(LAMPS, KNOWN), shown("2001")) == ()


def test_without_any_text_a_topic_leads_to_permalinks_and_promises_nothing() -> None:
    home, page = render_topics(TOPICS, PermalinkIndex(LAMPS, KNOWN), shown("2001"))
    assert links(body(home)) == ["wicks/"]
    told = body(page)
    assert [h.get_text() for h in told.select("h1, h2")] == [
        "Wicks <&>",
        "What to do",
        "In plain words on this site",
    ]
    assert links(told) == ["../../2001/p/1/", "../../2001/p/2/", "../../guide/trim/"]
    words = " ".join(told.get_text().split())
    assert "Superseded" in words
    assert "we cannot say whether they still stand" in words


def test_a_topic_is_carried_to_the_edition_in_force_and_says_what_is_gone() -> None:
    index = PermalinkIndex(LAMPS, KNOWN, {"2005": WORDS}, {"2005": {"para-4": "chapter-1/#para-4"}})
    reading = ("Bees’ wax: a guide", "Bees’ Wax – a guide", "Bees", "Cotton in general")
    chip = Chip("reworded", "Reworded since the 2001 edition: see what changed", "2005/compare/2001/#to-para-4")
    limit = Duty(Locus("para-4", 0, 0, 9), 1, "Trim <it>.", "must", ("keepers",), limit=Limit(2, "days"))
    other = Duty(Locus("para-4", 0, 0, 9), 1, "Sing.", "should")
    away = Duty(Locus("para-5", 0, 0, 9), 1, "Row.", "must")
    held = shown(
        "2005",
        ledger=Ledger("2005", (other, limit, away), {"keepers": "Keepers"}, {}),
        trails={"para-4": Trail(came=chip)},
        besides={
            "2005": {
                "para-4": Beside(companions=(PlaceLink("Oil", "https://oil.example/"),)),
                "para-5": Beside(companions=tuple(PlaceLink(n, f"https://a.example/{n}") for n in reading)),
            }
        },
    )
    wicks = structs.replace(TOPICS, topic=(structs.replace(WICKS, also=("cotton", "bees' wax")),))
    told = body(render_topics(wicks, index, held)[1])
    words = " ".join(told.get_text().split())
    assert [a.get_text() for a in told.select("#companions ~ ul a")] == ["Oil", "Bees’ wax: a guide"]
    assert "It is in force. 1 of 1 provision changed from the edition before." in words
    assert "Not found in 2005: Paragraph 2" in words
    assert links(told)[:2] == ["../../2005/chapter-1/#para-4", "../../2005/compare/2001/#to-para-4"]
    assert "Trim the *wick* daily." in words
    duties = [li.get_text(" ", strip=True) for li in told.select("#duties ~ ul li, #duties ~ details li")]
    assert [one.split(" · ")[0] for one in duties[:2]] == ["Trim <it>. Paragraph 4", "Sing. Paragraph 4"]
    assert ["limit: 2 days" in one for one in duties[:2]] == [True, False]
    assert "whom it binds is not clear" in duties[1]
    assert "Row." not in words
    assert "https://oil.example/" in links(told)


def test_an_older_topic_says_how_many_of_its_paragraphs_changed() -> None:
    fates = {("2001", "para-1"): Fate("x", "reworded", ("para-4",)), ("2001", "para-2"): Fate("y", "gone")}
    for told, said in ((fates, "2 of 2 provisions changed"), ({}, "cannot say whether they still stand")):
        index = PermalinkIndex(LAMPS, KNOWN, fates=told)
        assert said in " ".join(body(render_topics(TOPICS, index, shown("2001"))[1]).get_text().split())


def test_topics_show_the_edition_in_force_or_else_the_newest_text() -> None:
    cases = {("2001", "2005"): "2005", ("2001",): "2001", (): "2001", ("1999", "2000"): "2000"}
    assert {loaded: shown_edition(TOPICS, loaded, "2005") for loaded in cases} == cases


def test_ours_hold_what_a_reader_of_the_pdf_listed() -> None:
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    known = {one.anchor for one in read_permalinks(ROOT / "versions" / "2023" / "permalinks.tsv")}
    ours = read_topics(ROOT / "versions", {"2023": known}, pages)
    assert len(ours.topic) >= 40
    found = {topic.id: {anchor for part in topic.parts for anchor in part.anchors} for topic in ours.topic}
    read = tomllib.loads((ROOT / "tests" / "data" / "topics_read.toml").read_text(encoding="utf-8"))
    listed = {topic: set(Part("", tuple(written)).anchors) for topic, written in read.items()}
    recall = {topic: len(some & found[topic]) / len(some) for topic, some in listed.items()}
    assert min(recall.values()) >= 0.9, recall
