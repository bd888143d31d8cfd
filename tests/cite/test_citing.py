"""How one cites a place: the table of forms, what is not understood, and where a citation leads."""

from functools import cache
from itertools import pairwise

import pytest

import citing
from finding import CITED, FINDING
from guidance.build.cite import cite, edition_until, stood_on
from guidance.cite.citation import Citation, CitationGrammar, Known, NotUnderstoodError
from guidance.cite.grammar import find_places, number_key, read_places, say_place
from guidance.cite.resolve import Cited, record, resolve, say_cited
from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import Crosswalk, build_crosswalk
from guidance.document.model import Permalink
from guidance.document.register import Edition, OfficialLink, Publication, Revision
from guidance.read.numbering import caption_number, named_number
from small_documents import LAMPS_2001, LAMPS_2009, document, paragraph

grammar = cache(citing.grammar)


@pytest.mark.parametrize(("words", "cites"), citing.forms())
def test_what_is_cited(words: str, cites: str) -> None:
    try:
        said = citing.say(grammar().read(words))
    except NotUnderstoodError:
        said = "none"
    assert said == cites


def test_the_table_is_there() -> None:
    assert len(citing.forms()) > 120


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("WT p 13", "no edition in it"),
        ("WT 1987 p 13", "no edition 1987; there are 1999, 2006, 2010, 2013, 2015, 2018, 2023, 2026"),
        ("WT 2018 verse 3", "verse 3 is not understood"),
        ("WT 2018 p 13 and so on", "and so on is not understood"),
        ("", "no edition in it"),
        ("WT 98 p 13", "no edition in it"),
        ("23 para 4", "no edition in it"),
        ("2018 para 12345xy", "is not understood"),
        ("WT 2018 s.47", "a section alone is the law's"),
        ("WT 2018 and 2023, p 13", "names several editions"),
    ],
)
def test_what_is_not_understood_is_said(words: str, complaint: str) -> None:
    with pytest.raises(NotUnderstoodError, match=complaint):
        grammar().read(words)


def test_a_number_alone_is_not_sure_and_an_edition_may_be_unsaid() -> None:
    assert [one.sure for one in grammar().read("2018 13")] == [False]
    assert citing.say(grammar().read("para 4", "2018")) == "edition=2018 para=4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chapter 1, paragraphs 37 to 39", "chapter 1, paragraphs 37 to 39"),
        ("para 153b(ii)", "paragraph 153(b)(ii)"),
        ("boxes 2 and 3", "box 2; box 3"),
        ("section 47", ""),
        ("flow charts 1–3", "flow charts 1 to 3"),
    ],
)
def test_places_are_said_in_words(words: str, said: str) -> None:
    assert "; ".join(map(say_place, read_places(words))) == said


# --- Where they are: a made-up publication ---------------------------------------------------------

TEXTS = [("2001", document(LAMPS_2001)), ("2009", document(LAMPS_2009))]
KNOWN = {edition: permalinks(text) for edition, text in TEXTS}
PUBLICATION = Publication(
    "Keeping the Harbour",
    "KH",
    "A made-up office",
    (
        Edition(
            "1990", "Keeping the Harbour", "1990", ended="1995", links=(OfficialLink("Old", "https://x.test/"),)
        ),
        Edition(
            "1995", "Keeping", "1995", ended="2001", revisions=(Revision("a", "First", url="https://x.test/a.pdf"),)
        ),
        Edition("2001", "Keeping the Harbour", "2001-02-03", ended="2009-01-01"),
        Edition("2009", "Keeping the Harbour", "2009-01-01"),
    ),
)
LONG = document(
    [
        line
        for chapter in (1, 2)
        for line in (f"# Chapter {chapter}", *(f"{n}. {paragraph(n + 20 * chapter)}" for n in range(1, 13)))
    ]
)


def crosswalk() -> Crosswalk:
    return build_crosswalk(TEXTS, [compare(old, new, (a, b)) for (a, old), (b, new) in pairwise(TEXTS)])


def found(words: str, walk: Crosswalk | None = None) -> Cited:
    (one,) = CitationGrammar(Known(PUBLICATION)).read(words)
    return resolve(one, PUBLICATION, KNOWN, walk)


def anchors(words: str) -> tuple[str, ...]:
    return tuple(entry.anchor for entry in found(words).entries)


def entries_of(words: str, entries: tuple[Permalink, ...]) -> tuple[str, ...]:
    (place,) = read_places(words)
    return tuple(entry.anchor for entry in find_places(place, entries))


def test_places_are_found_by_number_and_page() -> None:
    assert anchors("2001 para 3") == ("para-3",)
    assert anchors("2001 paras 2 to 4") == ("para-2", "para-3", "para-4")
    assert anchors("2009 fn 1") == ("fn-1",)
    assert anchors("2001 p 1") == ("lamps", "para-1", "para-2", "para-3", "ropes", "para-4")
    entries = permalinks(LONG)
    pages = {entry.anchor: entry.page for entry in entries}
    both = entries_of("pp 1-2", entries)
    assert {pages[anchor] for anchor in both} == {1, 2}
    assert len(set(both)) == len(both)
    assert {pages[anchor] for anchor in entries_of("page 2", entries)} == {1, 2}


def test_a_number_is_found_in_its_chapter_and_by_its_letter() -> None:
    entries = (
        Permalink("chapter-1", "chapter", "1", 1, ""),
        Permalink("para-1", "paragraph", "1", 1, ""),
        Permalink("para-7a", "paragraph", "7A", 1, ""),
        Permalink("chapter-2", "chapter", "Two", 2, ""),
        Permalink("chapter-2-para-1", "paragraph", "1", 2, ""),
        Permalink("para-2-17", "paragraph", "2.17", 2, ""),
        Permalink("box", "box", "3", 2, ""),
        Permalink("annex-a", "annex", "A", 3, ""),
        Permalink("annex-b", "annex", "B", 3, ""),
    )
    assert entries_of("para 1", entries) == ("para-1", "chapter-2-para-1")
    assert entries_of("chapter 2, para 1", entries) == ("chapter-2-para-1",)
    assert entries_of("Chapter II", entries) == ("chapter-2",)
    assert entries_of("chapter 2, para 17", entries) == ("para-2-17",)
    assert entries_of("para 7a", entries) == ("para-7a",)
    assert entries_of("box 3", entries) == ("box",)
    assert entries_of("page 2, para 1", entries) == ("chapter-2-para-1",)
    assert entries_of("Annexes A to B", entries) == ("annex-a", "annex-b")
    assert entries_of("chapter 9, para 1", entries) == ()


def test_today_is_where_the_text_stands_or_what_is_nearest() -> None:
    cited = found("2001 para 3", crosswalk())
    assert (cited.permalinks, cited.today, cited.nearest) == (("2001/p/3/",), (("2009/p/2/",),), ((),))
    assert list(say_cited(cited)) == [
        "2001 paragraph 3, page 1: 2001/p/3/ (superseded on 1 January 2009) → today 2009/p/2/"
    ]
    gone = found("2001 para 1", crosswalk())
    assert (gone.today, gone.nearest) == (((),), (("2009/p/lamps/",),))
    assert record(gone)["today"] == []
    assert record(found("2001 para 1"))["today"] is None


def test_a_place_that_is_not_there_is_said_plainly() -> None:
    cited = found("2001 para 99")
    assert cited.status == "not-found"
    assert list(say_cited(cited)) == [
        "2001, paragraph 99: there is no such place in the edition of 2001 (superseded on 1 January 2009)"
    ]


def test_an_edition_that_is_not_loaded_is_answered_with_its_standing_and_its_file() -> None:
    assert record(found("1995 pp 13-14")) == {
        "edition": "1995",
        "standing": "superseded in 2001",
        "places": [{"unit": "page", "number": "13", "to": "14", "sub": None}],
        "status": "not-loaded",
        "url": "https://x.test/a.pdf#page=13",
        "today": None,
    }
    assert record(found("KH 1990, para 4(b)"))["url"] == "https://x.test/"
    (line,) = say_cited(found("1990 para 4"))
    assert "superseded in 1995" in line
    assert "https://x.test/" in line


@pytest.mark.parametrize(
    ("on", "words", "official"),
    [
        ("2019-04-15", "p 41", "/file/779401/Working_Together_to_Safeguard-Children.pdf#page=41"),
        (
            "2020-12-09",
            "p 41",
            "/file/942454/Working_together_to_safeguard_children_inter_agency_guidance.pdf#page=41",
        ),
        ("2018-09-15", "p 41", "/publications/working-together-to-safeguard-children--2"),  # that file is not known
        ("2019-04-15", "WT 2015 p 9", "/file/592101/Working_Together_to_Safeguard_Children_20170213.pdf#page=9"),
    ],
)
def test_the_official_file_of_a_day_is_none_that_was_issued_later(on: str, words: str, official: str) -> None:
    publication = citing.known().publication
    stood = edition_until(stood_on(publication, on), on)
    (one,) = cite(words, publication, citing.ROOT / "versions", (), stood)
    assert (one.official or "").endswith(official)


def test_a_whole_edition_is_cited() -> None:
    cited = found("KH 2009")
    assert (cited.citation, cited.status) == (Citation("2009"), "found")
    assert record(cited)["url"] == "2009/"


@pytest.mark.parametrize(
    "title",
    [
        "Chapter 3", "Chapter 3A", "Chapter Eleven", "Chapter IV", "Part Two", "Part 2", "Annex A", "Annex A1",
        "Annex 2b", "Annex IV", "Appendix 12", "Flow chart 3", "Flow chart 3a", "Figure 2", "Figure 2.1",
        "Figure 2a", "Table B", "Table 12",
    ],
)  # fmt: skip
def test_what_a_reader_numbers_can_be_cited_by_that_number(title: str) -> None:
    named = named_number(title)
    number = named[1] if named else caption_number(title)
    (place,) = read_places(title)
    (step,) = place.steps
    assert number_key(number or "", step.unit) == step.number


@pytest.mark.parametrize(("words", "anchors"), CITED.items())
def test_where_a_cited_place_stands(words: str, anchors: tuple[str, ...]) -> None:
    (place,) = read_places(words)
    assert {entry.anchor for entry in find_places(place, FINDING)} == set(anchors)


def test_what_runs_on_over_a_page_is_found_on_it() -> None:
    (place,) = read_places("page 3, para 2")
    assert [entry.anchor for entry in find_places(place, FINDING)] == ["para-2"]
