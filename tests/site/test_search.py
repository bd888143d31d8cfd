"""What is searched: one record for each provision, its words in every form, its filters; and places by number."""

import gzip
from pathlib import Path

import msgspec
import pytest

import documents
import small_documents
from guidance.document.anchors import Permalink, permalinks
from guidance.document.change_model import Lineage
from guidance.document.model import Duty, GuidanceError, Locus
from guidance.site import search_index
from guidance.site.pages import addresses, lay_out
from guidance.site.search import (
    Acronym,
    Everyday,
    OwnPage,
    Searchable,
    SearchRecord,
    other_forms,
    own_records,
    places,
    read_acronyms,
    read_everyday,
    search_records,
    search_words,
)
from guidance.site.search_index import facets, make_index, packed

PUBLICATION = documents.library_publication()
DOCUMENT = documents.library()
WHERE = addresses(lay_out(DOCUMENT))
DUTY = Duty(Locus("para-1", 0, 0, 9), 2, "A library should be open.", "should", ("keepers",))
EDITIONS = tuple(Searchable(PUBLICATION.edition(one), DOCUMENT, WHERE, (DUTY,)) for one in ("2011", "2021"))
LINEAGES = (Lineage("2011/para-1", {"2011": ("para-1",), "2021": ("para-1", "para-2")}),)
RECORDS = search_records(EDITIONS, PUBLICATION, LINEAGES, (Acronym("ALO", ("a library",)),))
BY_URL = {record.url: record for record in RECORDS}


def test_every_provision_with_words_has_a_record_the_newest_edition_first() -> None:
    assert len(BY_URL) == len(RECORDS)
    editions = [record.meta["edition"] for record in RECORDS]
    assert editions == sorted(editions, reverse=True)
    anchors = {record.url.partition("#")[2] for record in RECORDS}
    assert {"para-1", "para-2", "para-3", "chapter-1", "fn-1", "opening-text"} <= anchors
    assert [int(record.sort["place"]) for record in RECORDS] == list(range(len(RECORDS)))
    assert {record.language for record in RECORDS} == {"en"}


def test_a_record_says_where_it_stands_and_whether_in_force() -> None:
    new, old = BY_URL["2021/chapter-1/#para-1"], BY_URL["2011/chapter-1/#para-1"]
    assert new.meta["title"] == "2021 › Chapter 1: Opening the doors › para 1"
    assert (new.meta["standing"], old.meta["standing"]) == ("in force", "superseded")
    assert new.meta["lineage"] == old.meta["lineage"] == "2011/para-1"
    assert new.meta["elsewhere"] == '[["2011","para 1","2011/chapter-1/#para-1"]]'
    rows = '[["2021","para 1","2021/chapter-1/#para-1"],["2021","para 2","2021/chapter-1/#para-2"]]'
    assert old.meta["elsewhere"] == rows
    assert "lineage" not in BY_URL["2011/chapter-1/#chapter-1"].meta


def test_a_record_can_be_narrowed_down_to() -> None:
    assert BY_URL["2011/chapter-1/#para-1"].filters == {
        "edition": ("2011",),
        "agency": ("keepers",),
        "strength": ("should",),
        "chapter": ("2011/chapter-1",),
        "place": (BY_URL["2011/chapter-1/#para-1"].sort["place"],),
    }
    assert set(BY_URL["2011/chapter-1/#para-2"].filters) == {"edition", "chapter", "place"}


def test_what_a_heading_or_box_is_about_is_known_before_it_is_fetched() -> None:
    topics = {url.partition("#")[2]: record.filters.get("topic") for url, record in BY_URL.items()}
    assert topics["chapter-1"] == ("Chapter 1: Opening the doors",)
    assert topics["para-1"] is None
    boxed = small_documents.document(
        ["# Ropes", "## Knots", "[box] Bowlines are tied by hand, and never in the rain or at night."]
    )
    (edition,) = [one for one in EDITIONS if one.edition.id == "2011"]
    records = search_records([Searchable(edition.edition, boxed, {})], PUBLICATION)
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
    first, second = own_records(pages, 7)
    assert (first.url, second.url) == ("guide/", "guide/knots/")
    assert (first.meta["heading"], second.meta["heading"]) == ("Guide", "Guide › Knots")
    assert second.meta["also"] == ""
    named = own_records([OwnPage("a.md", "A", (), "Under section 47.")], 0, FORMS)
    assert named[0].meta["also"] == "s47"
    assert second.filters == {
        "edition": ("pages",),
        "topic": ("Knots", "By when"),
        "place": ("8",),
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
    records = search_records([msgspec.structs.replace(edition, duties=(inferred,))], PUBLICATION)
    (filters,) = [one.filters for one in records if one.url.endswith("#para-1")]
    assert filters["context"] == ("readers",)
    assert "agency" not in filters


def test_the_words_of_all_texts_come_with_the_forms_and_the_everyday_words() -> None:
    pages = own_records([OwnPage("a.md", "A", (), "Looked-after lamps, lamps, LAMPS: 45 of them.")])
    everyday = (Everyday(("lights",), "a.md", "lamps"),)
    assert search_words(pages, FORMS[:1], everyday) == {
        "forms": [("s47", "section 47")],
        "everyday": [{"say": ("lights",), "words": "lamps", "page": "a/"}],
        "words": "lamps looked-after of them",
    }


def test_everyday_words_lead_to_pages_that_there_are(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    everyday = read_everyday(root / "versions" / "everyday.toml")
    assert [one.page for one in everyday if not (root / "docs" / one.page).is_file()] == []
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


def test_the_index_holds_every_record_and_is_the_same_every_time() -> None:
    files = make_index(RECORDS)
    fragments = [content for path, content in files.items() if path.startswith("fragment/")]
    assert len(fragments) == len(RECORDS)
    assert any(b"2011/chapter-1/#para-1" in gzip.decompress(content) for content in fragments)
    assert {"pagefind.js", "pagefind-entry.json"} <= set(files)
    assert not [path for path in files if path.startswith("pagefind-ui")]
    assert make_index(RECORDS) == files


def test_facets_by_the_indexs_own_id() -> None:
    files = make_index(RECORDS)
    found = facets(RECORDS, files)
    assert set(found) == {"2011", "2021"}
    assert sum(map(len, found.values())) == len(RECORDS)
    of = {"agency": ["keepers"], "strength": ["should"], "chapter": ["2021/chapter-1"], "lineage": "2011/para-1"}
    of["place"] = [BY_URL["2021/chapter-1/#para-1"].sort["place"]]
    (identity,) = [one for one, kept in found["2021"].items() if kept == of]
    assert b"2021/chapter-1/#para-1" in gzip.decompress(files[f"fragment/{identity}.pf_fragment"])


def test_what_results_show_is_packed_by_the_beginning_of_the_ids() -> None:
    packs = packed(RECORDS, make_index(RECORDS))
    held = {identity: one for pack in packs.values() for identity, one in pack.items()}
    assert {str(one["url"]): (one["content"], one["meta"]) for one in held.values()} == {
        record.url: (record.content, record.meta) for record in RECORDS
    }
    assert set(held) == {one for found in facets(RECORDS, make_index(RECORDS)).values() for one in found}
    assert all(identity.startswith(f"en_{name}") for name, pack in packs.items() for identity in pack)


def test_a_program_that_ends_too_early_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "get_executable", lambda: Path("/bin/true"))
    record = SearchRecord("a", "words", "en", {}, {}, {})
    with pytest.raises(GuidanceError, match="ended too early"):
        make_index([record])
    monkeypatch.setattr(search_index, "get_executable", lambda: None)
    with pytest.raises(GuidanceError, match="not installed"):
        make_index([record])
