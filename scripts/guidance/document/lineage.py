"""What one provision is through all editions: the types, and how one asks where a text stands elsewhere.

How lineages come about is the comparing room's; here is no wording, no address and no page.
"""

from collections.abc import Mapping

from msgspec import Struct

Node = tuple[str, str]  # edition id, anchor


class Lineage(Struct, frozen=True):
    """One provision through all editions: per edition id the anchors it stands at, none where absent."""

    id: str
    anchors: dict[str, tuple[str, ...]]


class Counterpart(Struct, frozen=True):
    """Where a provision stands in another edition. `exact` is false where the text has no counterpart there
    and `anchors` are those of its nearest ancestor (`via`, in its own edition) that has one; none at all where
    no ancestor has."""

    anchors: tuple[str, ...]
    exact: bool
    via: str | None = None


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
                return Counterpart(found, exact=False, via=parent)
        return Counterpart((), exact=False)
