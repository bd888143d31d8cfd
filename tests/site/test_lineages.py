"""A text keeps the name it was first published by, whatever else is loaded, and its fate is told right."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guidance.compare.changes import compare
from guidance.document.anchors import permalinks
from guidance.document.change_model import Crosswalk, build_crosswalk
from guidance.document.model import Document, GuidanceError, Permalink
from guidance.document.register import Edition, Publication
from guidance.site.permalink_index import find_fates, read_lineages, record_lineages, write_lineages
from small_documents import document, paragraph

PUBLICATION = Publication(
    "Keeping a harbour",
    "KH",
    "Nobody",
    (
        Edition("2001", "A", "2001", ended="2011"),
        Edition("2011", "B", "2011", ended="2021"),
        Edition("2021", "C", "2021"),
    ),
)
TEXTS = {
    "2001": document(["# Piers", f"1. {paragraph(1)}", f"2. {paragraph(2)}", f"3. {paragraph(3)}"]),
    "2011": document(["# Piers", f"1. {paragraph(9)}", f"2. {paragraph(1)}", f"3. {paragraph(2)}"]),
    "2021": document(
        ["# Piers", f"1. {paragraph(9)}", f"2. {paragraph(1)} {paragraph(7, 1)}", f"3. {paragraph(8)}"]
    ),
}


def known(*editions: str) -> dict[str, dict[str, Permalink]]:
    return {one: {e.anchor: e for e in permalinks(TEXTS[one])} for one in TEXTS if one in editions}


def walk(*editions: str) -> Crosswalk:
    texts: list[tuple[str, Document]] = [(one, TEXTS[one]) for one in editions]
    pairs = pairwise(texts)
    return build_crosswalk(texts, [compare(old[1], new[1], (old[0], new[0]), ((), ())) for old, new in pairs])


def test_fates_are_told_from_the_texts() -> None:
    fates = find_fates(PUBLICATION, known(*TEXTS), walk(*TEXTS), {})
    told = {node: (fate.state, fate.today, fate.lineage) for node, fate in fates.items()}
    assert told["2001", "para-1"] == ("reworded", ("para-2",), "2001-para-1")
    assert told["2011", "para-1"] == ("unchanged", ("para-1",), "2011-para-1")
    assert told["2011", "para-2"] == ("reworded", ("para-2",), "2001-para-1")
    assert told["2021", "para-2"] == ("in force", ("para-2",), "2001-para-1")
    assert told["2001", "para-3"] == ("gone", (), "2001-para-3")
    assert fates["2001", "para-3"].nearest == ("piers",)


def test_where_the_edition_in_force_is_not_loaded_nothing_is_claimed() -> None:
    fates = find_fates(PUBLICATION, known("2001", "2011"), walk("2001", "2011"), {})
    assert {fate.state for fate in fates.values()} == {"unknown"}
    assert fates["2001", "para-2"].places == (("2001", "para-2"), ("2011", "para-3"))


def test_what_was_recorded_leads_on_where_texts_are_not_loaded() -> None:
    recorded = record_lineages(PUBLICATION, known(*TEXTS), walk(*TEXTS), {})
    fates = find_fates(PUBLICATION, known(*TEXTS), None, recorded)
    told = find_fates(PUBLICATION, known(*TEXTS), walk(*TEXTS), {})
    assert {n: (f.state, f.today) for n, f in fates.items()} == {n: (f.state, f.today) for n, f in told.items()}
    assert (fates["2011", "para-2"].state, fates["2011", "para-2"].today) == ("reworded", ("para-2",))
    assert fates["2001", "para-3"].state == "gone"
    one = find_fates(PUBLICATION, known("2011", "2021"), walk("2021"), recorded)
    assert one["2011", "para-1"].state == "unchanged"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sets(st.sampled_from(sorted(TEXTS)), min_size=1), min_size=1, max_size=5))
@example([{"2001", "2011"}, {"2001", "2021"}, {"2011", "2021"}, {"2001"}])
def test_a_name_once_given_stays_whatever_is_loaded_in_which_order(loads: list[set[str]]) -> None:
    recorded = dict[str, tuple[tuple[str, str], ...]]()
    published: set[str] = set()
    for loaded in loads:
        published |= loaded
        editions = [one for one in TEXTS if one in loaded]
        crosswalk = walk(*editions)
        after = dict(record_lineages(PUBLICATION, known(*published), crosswalk, recorded))
        assert set(recorded) <= set(after)
        named = {node for nodes in after.values() for node in nodes}
        assert named >= {(one, anchor) for one in loaded for anchor in known(one)[one]}
        assert all(
            fate.lineage in after for fate in find_fates(PUBLICATION, known(*published), crosswalk, after).values()
        )
        recorded = after


def test_the_register_reads_back_and_a_bad_line_is_told(tmp_path: Path) -> None:
    recorded = record_lineages(PUBLICATION, known(*TEXTS), walk(*TEXTS), {})
    write_lineages(tmp_path / "lineages.tsv", recorded)
    assert read_lineages(tmp_path / "lineages.tsv") == recorded
    (tmp_path / "lineages.tsv").write_text("# lineage\tplaces\n2001-para-1\tno-slash\n", encoding="utf-8")
    with pytest.raises(GuidanceError, match="line 2"):
        read_lineages(tmp_path / "lineages.tsv")
