"""What stands beside a paragraph's number: where it was, where it is now, and a chip that opens its redline."""

import re

import pytest
from bs4 import BeautifulSoup

from guidance.build.comparisons import Compared, compare_documents
from guidance.build.editions import find_trails
from guidance.document.change_model import Change, DutyChange, Figures, Level
from guidance.document.model import ChangeKind
from guidance.document.register import Edition, Publication
from guidance.link.agencies import Vocabulary
from guidance.site.beside import chip_word, place_name, render_trails
from guidance.site.changes_view import ComparedPlace
from guidance.site.markdown import render_pages
from small_documents import document, paragraph, sentence

PUBLICATION = Publication(
    "Lamps",
    "L",
    "The council",
    (
        Edition("2001", "Lamps", "2001", ended="2005"),
        Edition("2005", "Lamps", "2005", ended="2009"),
        Edition("2009", "Lamps", "2009"),
    ),
)
PARTS = [sentence(at) for at in (310, 420)]
GONE = "Every goose is counted and named after a queen of the mainland."
FIRST = ["# Lamps", f"1. {paragraph(1)}", f"2. {PARTS[0]}", f"3. {PARTS[1]}", f"4. {GONE}", f"5. {paragraph(5)}"]
SECOND = ["# Lamps", f"1. {paragraph(1)} Keepers must sing.", f"2. {' '.join(PARTS)}", f"3. {paragraph(5)}"]
THIRD = ["# Lamps", f"1. {paragraph(1)} Keepers must sing.", f"2. {paragraph(77)}", f"3. {' '.join(PARTS)}"]


@pytest.fixture(scope="module")
def compared() -> Compared:
    texts = {"2001": document(FIRST), "2005": document(SECOND), "2009": document(THIRD)}
    return compare_documents(texts, Vocabulary())


def beside(compared: Compared, edition: str) -> dict[str, list[tuple[str, str]]]:
    """Per anchor of an edition the words and the addresses beside its number, as its page has them."""
    trails = find_trails(compared, PUBLICATION, edition)
    pages = render_pages(
        compared.documents[edition],
        (),
        PUBLICATION.edition(edition),
        PUBLICATION,
        stamps=lambda path, anchors: render_trails(path, anchors, trails),
    )
    found = {}
    for page in pages:
        for line in re.findall(r'p/(\d+)/">[^<]*</a> (<span class="stood.*?</span>)', page.markdown):
            links = BeautifulSoup(line[1], "lxml").find_all("a")
            found[f"para-{line[0]}"] = [(link.text.replace("\u00a0", " "), str(link["href"])) for link in links]
    return found


def test_the_newest_edition_says_where_each_text_was(compared: Compared) -> None:
    found = beside(compared, "2009")
    assert found["para-1"] == [("was 1 in 2005", "../../2005/lamps/#para-1")]
    assert found["para-2"] == [("new", "../../2009/compare/2005/part-1/#to-para-2")]
    assert found["para-3"] == [("was 2 in 2005", "../../2005/lamps/#para-2")]


def test_the_edition_between_says_both(compared: Compared) -> None:
    found = beside(compared, "2005")
    assert found["para-1"] == [
        ("was 1 in 2001", "../../2001/lamps/#para-1"),
        ("new duty", "../../2005/compare/2001/part-1/#to-para-1"),
        ("now 1 in 2009", "../../2009/lamps/#para-1"),
    ]
    assert [words for words, _ in found["para-2"]] == ["was 2, 3 in 2001", "merged", "now 3 in 2009"]
    assert found["para-3"][1:] == [
        ("not in 2009", "../../2009/lamps/#lamps"),
        ("removed", "../../2009/compare/2005/part-1/#was-para-3"),
    ]


def test_the_oldest_edition_leads_to_the_one_in_force(compared: Compared) -> None:
    found = beside(compared, "2001")
    assert found["para-3"] == [
        ("now 3 in 2009", "../../2009/lamps/#para-3"),
        ("merged", "../../2009/compare/2001/part-1/#to-para-3"),
    ]
    assert found["para-4"][0] == ("not in 2009", "../../2009/lamps/#lamps")


def test_every_chip_opens_a_place_that_is_printed(compared: Compared) -> None:
    printed = {
        f"{new}/{page.url}#{mark}"
        for new in compared.documents
        for redline in compared.redlines(new)
        for page in redline.pages
        for mark in re.findall(r'id="([^"]+)"', page.markdown)
    }
    chips = [
        chip.address
        for edition in compared.documents
        for trail in find_trails(compared, PUBLICATION, edition).values()
        for chip in (trail.came, trail.went)
        if chip
    ]
    assert len(chips) >= 6
    assert set(chips) <= printed


def test_one_edition_alone_has_nothing_beside_its_numbers() -> None:
    alone = compare_documents({"2001": document(FIRST)}, Vocabulary())
    assert beside(alone, "2001") == {}
    assert find_trails(alone, PUBLICATION, "2009") == {}


def change(kind: ChangeKind, level: Level) -> Change:
    return Change(kind, (), (), 1.0, "exact", level)


@pytest.mark.parametrize(
    ("observed", "word"),
    [
        (change("added", "new"), "new"),
        (change("added", "duty changed"), "new"),
        (change("removed", "reworded"), "removed"),
        (change("reworded", "reworded"), "reworded"),
        (change("reworded", "new"), "reworded"),
        (change("reworded", "duty changed"), "duty changed"),
        (change("reworded", "links and numbers only"), ""),
        (change("reworded", "none"), "moved"),
        (change("moved", "none"), "moved"),
        (change("split", "reworded"), "split"),
        (change("renumbered", "links and numbers only"), ""),
        (change("unchanged", "none"), ""),
    ],
)
def test_what_a_chip_says(observed: Change, word: str) -> None:
    assert chip_word(observed) == word


LONG = "the wardens of all towers along the northern coast"


@pytest.mark.parametrize(
    ("duties", "figures", "word"),
    [
        ((DutyChange("strength", "must", "should"),), (), "must → should"),
        ((DutyChange("limit", "15 days", "10 days"),), (), "time limit 15 → 10 days"),
        ((DutyChange("holder", "Ringers", LONG),), (), "duty moved"),
        ((DutyChange("added", "", "Keepers must sing."),), (), "new duty"),
        (
            (DutyChange("strength", "must", ""), DutyChange("removed", "It must.", "")),
            (),
            "must taken out, and 1 more",
        ),
        ((), (Figures("under 16", "under 18"),), "figure under 16 → under 18"),
    ],
)
def test_a_chip_says_what_changed_of_a_duty(
    duties: tuple[DutyChange, ...], figures: tuple[Figures, ...], word: str
) -> None:
    level: Level = "duty changed" if duties else "reworded"
    assert chip_word(Change("reworded", (), (), 1.0, "exact", level, (), duties, figures)) == word


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["paragraph 4"], "4"),
        (["paragraph 4", "paragraph 5"], "4, 5"),
        (["paragraph 4", "paragraph 5", "paragraph 6"], "4–6"),
        (["paragraph 4", "paragraph 6", "paragraph 9"], "4, 6, 9"),
        (["paragraph 4.1", "text under “Lamps”"], "4.1"),
        (["text under “Lamps”"], "unnumbered text"),
        (["box under “Lamps”"], "a box"),
        (["note 7"], "note 7"),
        (["“Lamps”"], "“Lamps”"),
    ],
)
def test_what_a_place_is_called(names: list[str], said: str) -> None:
    places = [ComparedPlace(name, name, None, None, "lamps", None) for name in names]
    assert place_name(places) == said
