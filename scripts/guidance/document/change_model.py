"""The types of what changed between two editions: changes, their duties and figures, terms, moved chapters.

Types only; what they are made from is in `model`.
"""

from typing import Literal

from msgspec import Struct

from guidance.document.model import ChangeKind

Level = Literal["duty changed", "new", "reworded", "term replaced", "links and numbers only", "none"]


class RedlinePiece(Struct, frozen=True):
    """A stretch of a redline. A moved stretch names, in `place`, the anchor it came from or went to."""

    kind: Literal["same", "inserted", "deleted", "moved here", "moved away"]
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
    """All changes between two editions: in the new one's order, removals where they stood; and what is told once of
    many of them."""

    old: str
    new: str
    changes: tuple[Change, ...]
    terms: tuple[ReplacedTerm, ...] = ()
    moved_chapters: tuple[MovedChapter, ...] = ()
