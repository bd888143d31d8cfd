"""What is searched: one record for each provision, its words in every form, its filters; and places by number."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from markdown.extensions.toc import slugify

import documents
import small_documents
from finding import FINDING
from guidance.document.anchors import permalinks
from guidance.document.change_model import Lineage
from guidance.document.model import Duty, GuidanceError, Locus, Permalink
from guidance.site.pages import addresses, lay_out
from guidance.site.search import (
    Acronym,
    Everyday,
    OwnPage,
    Searchable,
    other_forms,
    own_records,
    places,
    read_acronyms,
    read_everyday,
    search_records,
)
from guidance.site.search_index import RULES, root, search_files

PUBLICATION = documents.library_publication()
DOCUMENT = documents.library()
WHERE = addresses(lay_out(DOCUMENT))
DUTY = Duty(Locus("para-1", 0, 0, 9), 2, "A library should be open.", "should", ("keepers",))
EDITIONS = tuple(Searchable(PUBLICATION.edition(one), DOCUMENT, WHERE, (DUTY,)) for one in ("2011", "2021"))
LINEAGES = (Lineage("2011/para-1", {"2011": ("para-1",), "2021": ("para-1", "para-2")}),)
RECORDS = search_records(EDITIONS, LINEAGES, (Acronym("ALO", ("a library",)),))
BY_URL = {record.url: record for record in RECORDS}


def test_every_provision_with_words_has_a_record_the_newest_edition_first() -> None:
    assert len(BY_URL) == len(RECORDS)
    editions = [record.meta["edition"] for record in RECORDS]
    assert editions == sorted(editions, reverse=True)
    anchors = {record.url.partition("#")[2] for record in RECORDS}
    assert {"para-1", "para-2", "para-3", "chapter-1", "fn-1", "opening-text"} <= anchors


def test_a_record_says_where_it_stands() -> None:
    new, old = BY_URL["2021/chapter-1/#para-1"], BY_URL["2011/chapter-1/#para-1"]
    assert (new.meta["number"], new.meta["heading"]) == ("para 1", "Chapter 1: Opening the doors")
    assert new.meta["lineage"] == old.meta["lineage"] == "2011/para-1"
    assert new.elsewhere == (("2011", "para 1", "2011/chapter-1/#para-1"),)
    assert old.elsewhere == tuple(("2021", f"para {at}", f"2021/chapter-1/#para-{at}") for at in (1, 2))
    assert "lineage" not in BY_URL["2011/chapter-1/#chapter-1"].meta


def test_a_record_can_be_narrowed_down_to() -> None:
    assert BY_URL["2011/chapter-1/#para-1"].filters == {
        "edition": ("2011",),
        "agency": ("keepers",),
        "strength": ("should",),
        "chapter": ("2011/chapter-1",),
    }
    assert set(BY_URL["2011/chapter-1/#para-2"].filters) == {"edition", "chapter"}


def test_what_a_heading_or_box_is_about_is_known_before_it_is_fetched() -> None:
    topics = {url.partition("#")[2]: record.filters.get("topic") for url, record in BY_URL.items()}
    assert topics["chapter-1"] == ("Chapter 1: Opening the doors",)
    assert topics["para-1"] is None
    boxed = small_documents.document(
        ["# Ropes", "## Knots", "[box] Bowlines are tied by hand, and never in the rain or at night."]
    )
    (edition,) = [one for one in EDITIONS if one.edition.id == "2011"]
    records = search_records([Searchable(edition.edition, boxed, {})])
    found = [record.filters["topic"] for record in records if record.meta.get("number") == "box"]
    assert found == [("Knots", "Bowlines are tied by hand, and never in ")]
    assert BY_URL["2011/chapter-1/#fn-1"].filters["kind"] == ("footnote",)


def test_the_other_form_is_found_but_not_shown() -> None:
    record = BY_URL["2011/chapter-1/#para-1"]
    assert record.meta["also"] == "ALO"
    assert "ALO" not in record.content


FORMS = (Acronym("s47", ("section 47",)), Acronym("MAP", ("made-up access plan", "plan of access")))


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("An enquiry under section 47 begins.", "s47"),
        ("An enquiry under Section 47.", "s47"),
        ("Under s47 and section 47", ""),
        ("First section 47, then section 47.", "s47, s47"),
        ("Under s47.", "section 47"),
        ("section 470 and subsection 47 are others", ""),
        ("Look at the map", ""),
        ("Two MAPs", "made-up access plan, plan of access"),
        ("Made-up access plans under s47", "section 47, MAP, plan of access"),
    ],
)
def test_other_forms(words: str, others: str) -> None:
    assert other_forms(words, FORMS) == others


def test_our_own_pages_are_records_under_no_edition() -> None:
    pages = [
        OwnPage("guide/index.md", "Guide", ("Guide",), "Guide\nChoose."),
        OwnPage("guide/knots.md", "Knots", ("Knots", "By when"), "Knots\nTie them."),
        OwnPage("empty.md", "Empty", (), ""),
    ]
    first, second = own_records(pages)
    assert (first.url, second.url) == ("guide/", "guide/knots/")
    assert (first.meta["heading"], second.meta["heading"]) == ("Guide", "Guide › Knots")
    assert "also" not in second.meta  # as of a provision: nothing empty
    named = own_records([OwnPage("a.md", "A", (), "Under section 47.")], FORMS)
    assert named[0].meta["also"] == "s47"
    assert second.filters == {
        "edition": ("pages",),
        "topic": ("Knots", "By when"),
        "page": ("guide/knots/",),
    }


def test_acronyms_are_read_or_their_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "acronyms.toml"
    assert read_acronyms(path) == ()
    path.write_text('[[acronym]]\nshort = "X"\nlong = ["x ray"]\n', encoding="utf-8")
    assert read_acronyms(path) == (Acronym("X", ("x ray",)),)
    path.write_text('[[acronym]]\nshort = "X"\nlang = ["x ray"]\n', encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"acronyms\.toml"):
        read_acronyms(path)


def test_the_acronyms_of_the_publication_stand_there_once() -> None:
    acronyms = read_acronyms(Path(__file__).parents[2] / "versions" / "acronyms.toml")
    shorts = [acronym.short for acronym in acronyms]
    assert len(shorts) == len(set(shorts)) > 20


def test_who_is_bound_from_context_is_a_facet_of_its_own() -> None:
    (edition, *_) = EDITIONS
    inferred = msgspec.structs.replace(DUTY, who=(), who_context=("readers",), context="heading “Readers”")
    records = search_records([msgspec.structs.replace(edition, duties=(inferred,))])
    (filters,) = [one.filters for one in records if one.url.endswith("#para-1")]
    assert filters["context"] == ("readers",)
    assert "agency" not in filters


def test_the_words_of_all_texts_come_with_the_forms_and_the_everyday_words() -> None:
    pages = own_records([OwnPage("a.md", "A", (), "Looked-after lamps, lamps, LAMPS: 45 of them, later.")])
    everyday = (Everyday(("lights",), "a.md#wicks", "lamps"), Everyday(("lantern",), words="lamp", alike=True))
    files = search_files(pages, FORMS[:1], everyday)
    words = files["search/words.json"]
    assert isinstance(words, dict)
    assert words["forms"] == [("s47", "section 47")]
    assert words["everyday"] == [{"say": ("lights",), "words": "lamps", "page": "a/#wicks"}]
    assert words["alike"] == [{"say": ("lantern",), "words": "lamp"}]
    slips = {path: found for path, found in files.items() if path.startswith("search/slips/")}
    assert slips["search/slips/l.json"] == ["lamps", "later", "looked-after"]
    assert set(slips) == {f"search/slips/{letter}.json" for letter in "lot"}


def test_everyday_words_lead_to_pages_that_there_are(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    everyday = read_everyday(root / "versions" / "everyday.toml")
    for page, _, heading in (one.page.partition("#") for one in everyday):
        text = (root / "docs" / page).read_text(encoding="utf-8") if page else ""
        ids = [slugify(line.lstrip("# "), "-") for line in text.splitlines() if line.startswith("##")]
        assert page or not heading
        assert heading in ("", *ids), page
    assert all(one.words and not one.page for one in everyday if one.alike)
    path = tmp_path / "everyday.toml"
    path.write_text('[[everyday]]\nsays = ["x"]\n', encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"everyday\.toml"):
        read_everyday(path)


def test_places_by_number_and_page() -> None:
    found = places("2011", permalinks(DOCUMENT), WHERE)
    assert found["paragraph"]["2"] == ["chapter-1/#para-2"]
    assert found["footnote"]["1"] == ["chapter-1/#fn-1"]
    assert found["chapter"]["2"] == ["chapter-2/#chapter-2"]
    assert found["page"]["2"] == ["chapter-1/#chapter-1"]


def test_a_number_in_two_chapters_can_be_cited_with_its_chapter_even_without_text() -> None:
    entries = [
        Permalink("chapter-1", "chapter", "1", 1, ""),
        Permalink("para-1", "paragraph", "1", 1, ""),
        Permalink("chapter-2", "chapter", "2", 2, ""),
        Permalink("chapter-2-para-1", "paragraph", "1", 2, ""),
    ]
    found = places("1999", entries, {})
    assert found["paragraph"] == {
        "1": ["p/1/", "p/chapter-2-para-1/"],
        "1/1": ["p/1/"],
        "2/1": ["p/chapter-2-para-1/"],
    }


def test_paragraphs_of_an_annex_and_pages_on_which_nothing_begins() -> None:
    found = places("1999", FINDING, {})
    assert found["paragraph"]["annex B/2"] == ["p/annex-b-para-2/"]
    assert found["page"]["3"] == ["p/2/"]


# --- The index -------------------------------------------------------------------------------------


def read_index(files: dict[str, object]) -> dict[str, dict[int, list[int]]]:
    """By root: where it stands in each record, as the script reads it."""
    found: dict[str, dict[int, list[int]]] = {}
    for path, part in files.items():
        for one, numbers in part.items() if path.startswith("search/index/") and isinstance(part, dict) else ():
            at = record = 0
            while at < len(numbers):
                record += numbers[at]
                steps = numbers[at + 2 : at + 2 + numbers[at + 1]]
                found.setdefault(one, {})[record] = [sum(steps[: to + 1]) for to in range(len(steps))]
                at += 2 + len(steps)
    return found


ALIKE = (
    "agency agencies|policy policies|process processes processing processed|meeting meet meetings|share sharing",
    "placement place placing|investigation investigate investigating|plan planned planning plans|care caring cared",
    "protection protect protected|responsible responsibility responsibilities|directly direct|refer referred",
    "organisation organise organization organizations|behaviour behavior|programme program programs|centre center",
    "judgement judgment|inquiry enquiry inquiries|paediatric pediatric|child’s child child's|bruise bruising",
    "assessment assess assessed assessments|naïve naive|note notes noted|abuse abused abusing|use using used",
)
APART = ("note not", "police policy", "four for", "care car", "car caring", "string str", "here her", "plan place")


@pytest.mark.parametrize("words", "|".join(ALIKE).split("|"))
def test_forms_of_a_word_have_one_root(words: str) -> None:
    assert len({root(word) for word in words.split()}) == 1


@pytest.mark.parametrize("words", APART)
def test_other_words_have_other_roots(words: str) -> None:
    assert len({root(word) for word in words.split()}) == 2


def test_what_makes_roots_is_read_alike_by_browsers() -> None:
    """Nothing in the rules but what both kinds of patterns have: no look behind, no name, no class."""
    assert not [pattern for pattern, _ in RULES if re.search(r"\(\?(?![:=])|\\[a-tv-zA-Z]", pattern)]
    assert json.loads(json.dumps(RULES)) == [list(rule) for rule in RULES]


def test_the_index_says_where_each_word_stands() -> None:
    pages = [
        OwnPage("rope/index.md", "Ropes", (), "Ropes are tied. A looked-after rope!"),
        OwnPage("rope/b.md", "Knots", (), "No knot is too many. Under s47."),
    ]
    files = search_files(own_records(pages, FORMS[:1]), (), ())
    found = read_index(files)
    assert found["rope"] == {0: [0, 1, 7], 1: [0]}  # in its title, in its text; in the title above
    assert (found["tied"], found["lookedafter"], found["after"]) == ({0: [3]}, {0: [5]}, {0: [6]})
    assert found["section"][1][0] > found["s47"][1][0] + 9  # the other form, apart from the text
    assert found["47"][1][0] == found["section"][1][0] + 1
    facets = files["search/facets/pages.json"]
    assert isinstance(facets, dict)
    other = search_files(own_records(pages[:1], FORMS[:1]), (), ())["search/words.json"]
    words = files["search/words.json"]
    assert isinstance(other, dict)
    assert isinstance(words, dict)
    assert (
        other["version"] != words["version"]
    )  # a browser that kept a part of the one does not take it for the other
    assert (facets["first"], [one["size"] for one in facets["all"]]) == (0, [8, 9])


def test_every_record_is_in_a_pack_and_every_root_in_a_part_that_the_words_lead_to() -> None:
    many = search_files(RECORDS * 40, (), ())
    assert many == search_files(RECORDS * 40, (), ())
    words = many["search/words.json"]
    assert isinstance(words, dict)
    packs = [many[f"search/records/{at}.json"] for at in range(len(words["packs"]))]
    assert len(packs) > 2
    firsts = [sum(len(each) for each in packs[:at] if isinstance(each, list)) for at in range(len(packs))]
    assert firsts == words["packs"]
    shown = [one for pack in packs if isinstance(pack, list) for one in pack]
    assert [one["url"] for one in shown] == [record.url for record in RECORDS * 40]
    parts = [many[f"search/index/{at}.json"] for at in range(len(words["parts"]))]
    assert len(parts) > 2
    assert [min(part) for part in parts if isinstance(part, dict)] == words["parts"] == sorted(words["parts"])


def test_facets_by_edition_from_its_first_record() -> None:
    files = search_files(RECORDS, (), ())
    new, old = files["search/facets/2021.json"], files["search/facets/2011.json"]
    assert isinstance(new, dict)
    assert isinstance(old, dict)
    assert (new["first"], old["first"]) == (0, len(new["all"]))
    assert len(new["all"]) + len(old["all"]) == len(RECORDS)
    at = [record.url for record in RECORDS].index("2021/chapter-1/#para-1")
    kept = {
        "agency": ("keepers",),
        "strength": ("should",),
        "chapter": ("2021/chapter-1",),
        "lineage": "2011/para-1",
    }
    assert {name: value for name, value in new["all"][at].items() if name != "size"} == kept
