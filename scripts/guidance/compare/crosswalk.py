"""All comparisons -> one lineage per provision over all editions, and where a text stands in another one.

Facts about identity only: no wording, no addresses, no pages.
"""

from collections.abc import Iterable, Mapping, Sequence

from guidance.document.change_model import Comparison, Crosswalk, Lineage, Node
from guidance.document.model import Document


def trace(editions: Sequence[tuple[str, Document]], comparisons: Iterable[Comparison]) -> tuple[Lineage, ...]:
    """One lineage per provision, over documents (oldest first) and the comparisons of neighbours.

    Splits and merges hold a lineage together: its anchors in an edition are all that belong to it. Its id is
    the edition and anchor where it first stood. Lineages come in the order in which they began.
    """
    nodes = [(edition, p.anchor) for edition, text in editions for p in text.everything]
    root = {node: node for node in nodes}
    for comparison in comparisons:
        for change in comparison.changes:
            if change.old and change.new:
                members = [
                    *((comparison.old, anchor) for anchor in change.old),
                    *((comparison.new, anchor) for anchor in change.new),
                ]
                for member in members[1:]:
                    root[_root(root, member)] = _root(root, members[0])
    groups: dict[Node, dict[str, list[str]]] = {}
    for node in nodes:
        edition, anchor = node
        groups.setdefault(_root(root, node), {}).setdefault(edition, []).append(anchor)
    return tuple(_lineage(group) for group in groups.values())


def _root(root: dict[Node, Node], node: Node) -> Node:
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return node


def _lineage(group: Mapping[str, Sequence[str]]) -> Lineage:
    edition, anchors = next(iter(group.items()))
    return Lineage(f"{edition}/{anchors[0]}", {edition: tuple(anchors) for edition, anchors in group.items()})


def build_crosswalk(editions: Sequence[tuple[str, Document]], comparisons: Iterable[Comparison]) -> Crosswalk:
    """The crosswalk over some documents, oldest first, and the comparisons of neighbours."""
    lineages = trace(editions, comparisons)
    index = {
        (edition, anchor): at
        for at, lineage in enumerate(lineages)
        for edition, anchors in lineage.anchors.items()
        for anchor in anchors
    }
    parents = {(edition, p.anchor): p.parents for edition, text in editions for p in text.provisions}
    return Crosswalk(tuple(edition for edition, _ in editions), lineages, parents, index)


def counterparts(
    crosswalk: Crosswalk, edition: str, addresses: Mapping[str, Mapping[str, str]], *, nearest: bool = False
) -> dict[str, dict[str, str]]:
    """Per anchor of an edition, per id of another one, the address at which the same text stands there.

    `addresses` has, per edition, the address of each anchor from the site's root. With `nearest` the result
    is instead what has no counterpart, and the address of the nearest ancestor that has one, empty where none has.
    """
    found: dict[str, dict[str, str]] = {}
    for node in crosswalk.index:
        if node[0] != edition:
            continue
        for other in crosswalk.editions:
            place = crosswalk.counterpart(edition, node[1], other) if other != edition else None
            if place and place.exact != nearest:
                address = addresses.get(other, {}).get(place.anchors[0]) if place.anchors else ""
                if address is not None:
                    found.setdefault(node[1], {})[other] = address
    return found


def crosswalk_record(crosswalk: Crosswalk) -> dict[str, object]:
    """What crosswalk.json holds: the editions, and each lineage's anchors per edition."""
    return {
        "editions": list(crosswalk.editions),
        "lineages": [
            {"id": lineage.id, "anchors": {edition: list(a) for edition, a in lineage.anchors.items()}}
            for lineage in crosswalk.lineages
        ],
    }
