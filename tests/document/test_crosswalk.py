"""Lineages over several editions, and citations as people write them, on documents of our own."""

from itertools import pairwise

from guidance.compare.changes import compare
from guidance.document.change_model import Crosswalk, build_crosswalk, counterparts
from guidance.document.model import Document
from small_documents import LAMPS_2001, LAMPS_2005, LAMPS_2009, document

EDITIONS = [("2001", document(LAMPS_2001)), ("2005", document(LAMPS_2005)), ("2009", document(LAMPS_2009))]


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
    assert (gone.anchors, gone.exact) == (("lamps",), False)
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
