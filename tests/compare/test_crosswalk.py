"""Lineages over several editions, and citations as people write them, on documents of our own."""

from itertools import pairwise

import pytest

from guidance.cite.resolve import Citation, parse_citation, resolve_citation
from guidance.compare.changes import compare
from guidance.compare.crosswalk import build_crosswalk, counterparts, crosswalk_record
from guidance.document.anchors import permalinks
from guidance.document.lineage import Crosswalk
from guidance.document.model import Document, GuidanceError
from small_documents import document, paragraph, sentence

HALVES = paragraph(5, 2), paragraph(6, 2)
PARTS = [sentence(at) for at in (310, 420)]
FIRST = ["# Lamps", f"1. {paragraph(1)}", f"2. {PARTS[0]}", f"3. {PARTS[1]}", "# Ropes", f"4. {' '.join(HALVES)}"]
SECOND = ["# Lamps", f"1. {paragraph(1)}", f"2. {' '.join(PARTS)}", "# Ropes", f"3. {HALVES[0]}", f"4. {HALVES[1]}"]
THIRD = [
    "# Lamps",
    f"1. {paragraph(9)}",
    f"2. {' '.join(PARTS)}",
    "# Ropes",
    f"3. {HALVES[0]}",
    "(note 1) The bell.",
]
EDITIONS = [("2001", document(FIRST)), ("2005", document(SECOND)), ("2009", document(THIRD))]


def crosswalk(editions: list[tuple[str, Document]] = EDITIONS) -> Crosswalk:
    pairs = pairwise(editions)
    return build_crosswalk(editions, [compare(old, new, (a, b)) for (a, old), (b, new) in pairs])


def test_a_lineage_holds_splits_and_merges_together() -> None:
    known = {lineage.id: lineage.anchors for lineage in crosswalk().lineages}
    assert known["2001/para-2"] == {"2001": ("para-2", "para-3"), "2005": ("para-2",), "2009": ("para-2",)}
    assert known["2001/para-4"] == {"2001": ("para-4",), "2005": ("para-3", "para-4"), "2009": ("para-3",)}
    assert known["2001/para-1"] == {"2001": ("para-1",), "2005": ("para-1",)}
    assert known["2009/para-1"] == {"2009": ("para-1",)}
    assert known["2009/fn-1"] == {"2009": ("fn-1",)}


def test_every_provision_is_in_exactly_one_lineage() -> None:
    walk = crosswalk()
    nodes = [(e, a) for lineage in walk.lineages for e, anchors in lineage.anchors.items() for a in anchors]
    assert sorted(nodes) == sorted((e, p.anchor) for e, text in EDITIONS for p in (*text.provisions, *text.notes))


def test_where_there_is_no_counterpart_the_nearest_ancestor_is_told() -> None:
    walk = crosswalk()
    assert walk.counterpart("2001", "para-3", "2009").anchors == ("para-2",)
    gone = walk.counterpart("2001", "para-1", "2009")
    assert (gone.anchors, gone.exact, gone.via) == (("lamps",), False, "lamps")
    assert walk.counterpart("2009", "fn-1", "2001").anchors == ()
    assert walk.counterpart("2009", "nothing", "2001").anchors == ()


def test_addresses_of_counterparts() -> None:
    addresses = {e: {p.anchor: f"{e}/x/#{p.anchor}" for p in text.provisions} for e, text in EDITIONS}
    exact = counterparts(crosswalk(), "2001", addresses)
    assert exact["para-3"] == {"2005": "2005/x/#para-2", "2009": "2009/x/#para-2"}
    assert exact["para-1"] == {"2005": "2005/x/#para-1"}
    near = counterparts(crosswalk(), "2001", addresses, nearest=True)
    assert near == {"para-1": {"2009": "2009/x/#lamps"}}
    bell = counterparts(crosswalk(), "2009", addresses, nearest=True)["fn-1"]
    assert bell == {"2001": "", "2005": ""}


def test_the_record_names_editions_and_lineages() -> None:
    record = crosswalk_record(crosswalk([EDITIONS[0]]))
    assert record["editions"] == ["2001"]
    lineages = record["lineages"]
    assert isinstance(lineages, list)
    assert lineages[0] == {"id": "2001/lamps", "anchors": {"2001": ["lamps"]}}


# --- Citations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("WT 2018 p 13", Citation("2018", page=13)),
        ("WT 2015 ch 1 para 37", Citation("2015", chapter="1", paragraph="37")),
        ("2023 para 153", Citation("2023", paragraph="153")),
        ("Working Together (2018), page 13", Citation("2018", page=13)),
        ("wt2018 pp. 13", Citation("2018", page=13)),
        ("2018, chapter 3, paragraphs 12-14", Citation("2018", chapter="3", paragraph="12", until="14")),
        ("2018 para 3.2 (p 40)", Citation("2018", paragraph="3.2", page=40)),
        ("2023 fn 12", Citation("2023", note="12")),
        ("2023 footnote 12", Citation("2023", note="12")),
        ("2023 Annex a", Citation("2023", annex="A")),
        ("2023 at para 5.", Citation("2023", paragraph="5")),
        ("WTSC 2023 §153", Citation("2023", paragraph="153")),
        ("WTTSC 2023, ¶ 153", Citation("2023", paragraph="153")),
        ("WT23 para 153", Citation("2023", paragraph="153")),
        ("WT '18 p13", Citation("2018", page=13)),
        ("Working Together to Safeguard Children (2018): page 13", Citation("2018", page=13)),
        ("p. 13 of Working Together (2018)", Citation("2018", page=13)),
        ("para 153, WT 2023", Citation("2023", paragraph="153")),
        ("paragraph 2018 of WT 2023", Citation("2023", paragraph="2018")),
        ("WT 2018:13", Citation("2018", page=13)),
        ("(2018: 13-15)", Citation("2018", page=13, last_page=15)),
        ("2018 pp 13–15", Citation("2018", page=13, last_page=15)),
        ("2023 paras 153 and 154", Citation("2023", paragraph="153", until="154")),
        ("2023 para 18(b)", Citation("2023", paragraph="18")),
        ("the 2023 edition, para 5", Citation("2023", paragraph="5")),
        ("2015 para 37 in chapter 1", Citation("2015", chapter="1", paragraph="37")),
    ],
)
def test_citations_are_read(words: str, expected: Citation) -> None:
    assert (
        parse_citation(words, ("2015", "2018", "2023"), ("WT", "Working Together to Safeguard Children"))
        == expected
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("WT p 13", "no edition in it"),
        ("WT 1987 p 13", "no edition 1987; there are 2015, 2018, 2023"),
        ("WT 2018", "nothing after the edition"),
        ("WT 2018 verse 3", "verse 3 is not understood"),
        ("WT 2018 p 13 and so on", "and so on is not understood"),
        ("", "no edition in it"),
        ("WT 98 p 13", "no edition in it"),
        ("23 para 4", "no edition in it"),
        ("2018 para 12345xy", "is not understood"),
    ],
)
def test_what_is_not_understood_is_said(words: str, complaint: str) -> None:
    with pytest.raises(GuidanceError, match=complaint):
        parse_citation(words, ("2015", "2018", "2023"), ("WT", "Working Together to Safeguard Children"))


def anchors(words: str) -> tuple[str, ...]:
    known = {edition: permalinks(text) for edition, text in EDITIONS}
    return tuple(place.anchor for place in resolve_citation(parse_citation(words, known), known, "2009").places)


LONG = document(
    [
        line
        for chapter in (1, 2)
        for line in (f"# Chapter {chapter}", *(f"{n}. {paragraph(n + 20 * chapter)}" for n in range(1, 13)))
    ]
)


def test_places_are_found_by_number_and_page() -> None:
    assert anchors("2001 para 3") == ("para-3",)
    assert anchors("2001 paras 2 to 4") == ("para-2", "para-3", "para-4")
    assert anchors("2009 fn 1") == ("fn-1",)
    assert anchors("2001 p 1") == ("lamps", "para-1", "para-2", "para-3", "ropes", "para-4")
    known = {"2001": permalinks(LONG)}
    both = resolve_citation(Citation("2001", page=1, last_page=2), known, "2001").places
    assert {place.page for place in both} == {1, 2}
    assert len(set(both)) == len(both)
    on_two = resolve_citation(Citation("2001", page=2), known, "2001").places
    assert {place.page for place in on_two} == {1, 2}


def test_today_is_where_the_text_stands_or_what_is_nearest() -> None:
    known = {edition: permalinks(text) for edition, text in EDITIONS}
    cited = resolve_citation(Citation("2001", paragraph="3"), known, "2009", crosswalk())
    assert (cited.permalinks, cited.today, cited.nearest) == (("2001/p/3/",), (("2009/p/2/",),), ((),))
    cited = resolve_citation(Citation("2001", paragraph="1"), known, "2009", crosswalk())
    assert (cited.today, cited.nearest) == (((),), (("2009/p/lamps/",),))


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(GuidanceError, match="paragraph 99: there is no such place in edition 2001"):
        anchors("2001 para 99")
    with pytest.raises(GuidanceError, match="edition 2001: its text is not loaded"):
        resolve_citation(Citation("2001", paragraph="1"), {}, "2009")
