"""Permalinks and the crosswalk -> which texts belong together, and what became of each in the edition in force.

The lineage register remembers what was once found, so that an address that follows a text leads on where the texts
are not at hand. No wording and no pages here.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from guidance.document.anchors import Permalink
from guidance.document.lineage import Crosswalk
from guidance.document.model import GuidanceError
from guidance.document.register import Publication
from guidance.site.permalink_index import EditionAnchor, Fate, State, lineage_id

FILE = "lineages.tsv"  # in a publication's folder
_HEADER = "# lineage\tplaces"

Recorded = Mapping[str, tuple[EditionAnchor, ...]]
Entries = Mapping[str, Mapping[str, Permalink]]


def read_lineages(path: Path) -> dict[str, tuple[EditionAnchor, ...]]:
    """Per lineage the places where its text stands, as recorded; none where the file is missing.

    Raises GuidanceError on a bad line.
    """
    if not path.exists():
        return {}
    found: dict[str, tuple[EditionAnchor, ...]] = {}
    for count, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        identity, _, places = line.partition("\t")
        nodes = tuple((edition, anchor) for edition, _, anchor in (p.partition("/") for p in places.split()))
        if not identity or not nodes or not all(edition and anchor for edition, anchor in nodes):
            raise GuidanceError(f"{path}, line {count}: expected a lineage and its places, such as 2023/para-45")
        found[identity] = nodes
    return found


def write_lineages(path: Path, lineages: Recorded) -> None:
    """Write a lineage register, atomically."""
    rows = [f"{identity}\t{' '.join('/'.join(node) for node in nodes)}" for identity, nodes in lineages.items()]
    beside = path.with_suffix(".new")
    beside.write_text("\n".join([_HEADER, *rows]) + "\n", encoding="utf-8")
    beside.replace(path)


def record_lineages(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, before: Recorded
) -> Recorded:
    """The register brought up to date: a line for every text, under the name it was first published by.

    A name once given stays, also where two texts have become one; then both have the same places.
    """
    groups = _groups(publication, entries, crosswalk, before)
    named: dict[str, tuple[EditionAnchor, ...]] = {}
    group_of = {node: group for group in groups for node in group}
    named_for = {lineage_id(*node): node for node in group_of}
    for identity, nodes in before.items():
        # Where texts once taken for one are found apart, the name stays with the text it was made of.
        likely = (named_for[identity], *nodes) if identity in named_for else nodes
        named[identity] = next((group_of[node] for node in likely if node in group_of), nodes)
    for group in groups:
        if not any(lineage_id(*node) in before for node in group):
            named[lineage_id(*group[0])] = group
    return named


def find_fates(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, recorded: Recorded
) -> dict[EditionAnchor, Fate]:
    """What became of every provision that has a permalink. `entries` has them by edition, oldest first."""
    fates = {}
    in_force = publication.in_force.id
    known = _known(crosswalk, recorded)
    for group in _groups(publication, entries, crosswalk, recorded):
        name = next((lineage_id(*node) for node in group if lineage_id(*node) in recorded), lineage_id(*group[0]))
        today = tuple(anchor for edition, anchor in group if edition == in_force)
        for edition, anchor in group:
            state = _state((edition, anchor), today, entries, in_force, (edition, in_force) in known)
            nearest: tuple[str, ...] = ()
            if state == "gone" and crosswalk and {edition, in_force} <= set(crosswalk.editions):
                nearest = crosswalk.counterpart(edition, anchor, in_force).anchors
            fates[edition, anchor] = Fate(name, state, today, nearest, group)
    return fates


def _state(node: EditionAnchor, today: tuple[str, ...], entries: Entries, in_force: str, known: bool) -> State:
    edition, anchor = node
    if edition == in_force:
        return "in force"
    if not today:
        return "gone" if known else "unknown"
    now = [entries.get(in_force, {}).get(one) for one in today]
    mine = entries[edition][anchor].fingerprint
    same = len(now) == 1 and now[0] is not None and now[0].fingerprint == mine
    return "unchanged" if same else "reworded"


def _known(crosswalk: Crosswalk | None, recorded: Recorded) -> set[tuple[str, str]]:
    """The pairs of editions of which it is known what became of the texts."""
    loaded = crosswalk.editions if crosswalk else ()
    pairs = {(one, other) for one in loaded for other in loaded}
    for nodes in recorded.values():
        editions = {edition for edition, _ in nodes}
        pairs |= {(one, other) for one in editions for other in editions}
    return pairs


def _groups(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, recorded: Recorded
) -> list[tuple[EditionAnchor, ...]]:
    """All places, those of one text together, oldest edition first. The crosswalk decides between editions that
    it knows; what was recorded decides between others."""
    order = {
        (edition.id, anchor): at
        for at, (edition, anchor) in enumerate(
            (edition, anchor) for edition in publication.editions for anchor in entries.get(edition.id, {})
        )
    }
    root = {node: node for node in order}
    loaded = set(crosswalk.editions) if crosswalk else set()
    for lineage in crosswalk.lineages if crosswalk else ():
        _join(root, ((edition, anchor) for edition, anchors in lineage.anchors.items() for anchor in anchors))
    for nodes in recorded.values():
        here = [node for node in nodes if node[0] in loaded]
        _join(root, (*here[:1], *(node for node in nodes if node[0] not in loaded)))
    groups: dict[EditionAnchor, list[EditionAnchor]] = {}
    for node in sorted(order, key=lambda one: order[one]):
        groups.setdefault(_root(root, node), []).append(node)
    return [tuple(group) for group in groups.values()]


def _join(root: dict[EditionAnchor, EditionAnchor], nodes: Iterable[EditionAnchor]) -> None:
    present = [node for node in nodes if node in root]
    for node in present[1:]:
        root[_root(root, node)] = _root(root, present[0])


def _root(root: dict[EditionAnchor, EditionAnchor], node: EditionAnchor) -> EditionAnchor:
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return node
