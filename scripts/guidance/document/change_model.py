"""The types of what changed between two editions: changes, their duties and figures, terms, moved chapters; and of
what one provision is through all editions.

Beside the types only how comparisons become one crosswalk, and how one asks it where a text stands elsewhere: facts
about identity, no wording. What all is made from is in `model`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from guidance.document.model import ChangeKind, Document

Level = Literal["duty changed", "new", "reworded", "term replaced", "links and numbers only", "none"]


PieceKind = Literal["same", "inserted", "deleted", "moved here", "moved away"]


class RedlinePiece(Struct, frozen=True):
    """A stretch of a redline. A moved stretch names, in `place`, the anchor it came from or went to."""

    kind: PieceKind
    text: str
    place: str | None = None


DutyAspect = Literal["strength", "holder", "addressee", "condition", "limit", "added", "removed"]


class DutyChange(Struct, frozen=True):
    """What changed of a duty, and the words for it before and after: its strength, whom it binds, who is to be told
    or given something, what it hangs on, its limit; or a whole sentence that came or went, and is empty on the
    other side."""

    what: DutyAspect
    old: str
    new: str


class Figures(Struct, frozen=True):
    """Figures with what they count, outside duties, before and after."""

    old: str
    new: str


class NumberSlip(Struct, frozen=True):
    """An entry of a list that one edition prints as a paragraph with a `number` of its own, by a slip: its `anchor`
    in that edition, the older one unless `new`; the number of the paragraph whose list it continues there, and of
    the one in whose list it stands in the other edition, each empty where there is none."""

    anchor: str
    number: str
    new: bool
    list_of: str
    stands_in: str


class Change(Struct, frozen=True):
    """What became of some provisions: anchors before and after, how matched, how alike (0-1); what changed of the
    duties and figures in them, and which `terms` of the comparison were replaced in them ("old → new")."""

    kind: ChangeKind
    old: tuple[str, ...]
    new: tuple[str, ...]
    similarity: float
    how: str
    level: Level = "none"
    pieces: tuple[RedlinePiece, ...] = ()
    duties: tuple[DutyChange, ...] = ()
    figures: tuple[Figures, ...] = ()
    terms: tuple[str, ...] = ()
    slips: tuple[NumberSlip, ...] = ()


class ReplacedTerm(Struct, frozen=True):
    """A term that another one took the place of throughout, and in how many places."""

    old: str
    new: str
    count: int

    @property
    def name(self) -> str:
        """What changes call it: "old → new"."""
        return f"{self.old} → {self.new}"


class MovedChapter(Struct, frozen=True):
    """A chapter, or a section, that left its place with all that stands below it: anchors of its heading, and how
    many provisions went with it."""

    old: str
    new: str
    provisions: int


class Comparison(Struct, frozen=True):
    """All changes between two editions, in the new one's order, removals where they stood; and what many share."""

    old: str
    new: str
    changes: tuple[Change, ...]
    terms: tuple[ReplacedTerm, ...] = ()
    moved_chapters: tuple[MovedChapter, ...] = ()


# --- One provision through all editions ---------------------------------------------------------

Node = tuple[str, str]  # edition id, anchor
EditionPair = tuple[str, str]  # ids of the older and of the newer edition


class Lineage(Struct, frozen=True):
    """One provision through all editions: per edition id the anchors it stands at, none where absent."""

    id: str
    anchors: dict[str, tuple[str, ...]]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All its places, in the order of its editions."""
        return tuple((edition, anchor) for edition, anchors in self.anchors.items() for anchor in anchors)


class Counterpart(Struct, frozen=True):
    """Where a provision stands in another edition. `exact` is false where the text has no counterpart there
    and `anchors` are those of its nearest ancestor that has one; none at all where no ancestor has."""

    anchors: tuple[str, ...]
    exact: bool


class Crosswalk(Struct, frozen=True):
    """All lineages of a publication's loaded editions, oldest edition first, and what each provision is below."""

    editions: tuple[str, ...]
    lineages: tuple[Lineage, ...]
    parents: Mapping[Node, tuple[str, ...]]
    index: Mapping[Node, int]

    def stands(self, edition: str, anchor: str, target: str) -> tuple[str, ...]:
        """The anchors at which a provision of one edition stands in another; none where it does not."""
        at = self.index.get((edition, anchor))
        return self.lineages[at].anchors.get(target, ()) if at is not None else ()

    def counterpart(self, edition: str, anchor: str, target: str) -> Counterpart:
        """Where a provision stands in another edition, or else its nearest ancestor that stands there."""
        if found := self.stands(edition, anchor, target):
            return Counterpart(found, exact=True)
        for parent in reversed(self.parents.get((edition, anchor), ())):
            if found := self.stands(edition, parent, target):
                return Counterpart(found, exact=False)
        return Counterpart((), exact=False)


# --- All comparisons -> one lineage per provision -------------------------------------------------


def build_crosswalk(editions: Sequence[tuple[str, Document]], comparisons: Iterable[Comparison]) -> Crosswalk:
    """The crosswalk over some documents, oldest first, and the comparisons of neighbours.

    Splits and merges hold a lineage together: its anchors in an edition are all that belong to it. Its id is
    the edition and anchor where it first stood. Lineages come in the order in which they began.
    """
    nodes = [(edition, p.anchor) for edition, text in editions for p in text.everything]
    pairs = (
        (*((one.old, anchor) for anchor in change.old), *((one.new, anchor) for anchor in change.new))
        for one in comparisons
        for change in one.changes
        if change.old and change.new
    )
    lineages = tuple(map(_lineage, together(nodes, pairs)))
    index = {node: at for at, lineage in enumerate(lineages) for node in lineage.nodes}
    parents = {(edition, p.anchor): p.parents for edition, text in editions for p in text.provisions}
    return Crosswalk(tuple(edition for edition, _ in editions), lineages, parents, index)


def together(nodes: Iterable[Node], groups: Iterable[Iterable[Node]]) -> list[tuple[Node, ...]]:
    """Some provisions, those side by side that a group holds together, or several in a chain; all in their own
    order. What else a group names does not count."""
    root = {node: node for node in nodes}

    def top(node: Node) -> Node:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for group in groups:
        present = [node for node in group if node in root]
        for node in present[1:]:
            root[top(node)] = top(present[0])
    found: dict[Node, list[Node]] = {}
    for node in root:
        found.setdefault(top(node), []).append(node)
    return list(map(tuple, found.values()))


def _lineage(nodes: Sequence[Node]) -> Lineage:
    anchors = {edition: tuple(a for e, a in nodes if e == edition) for edition, _ in nodes}
    return Lineage("/".join(nodes[0]), anchors)


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
