"""What a comparison makes of the old document, text by text: held against the new one, it proves that nothing is
lost."""

from collections.abc import Iterable

from guidance.compare.changes import side
from guidance.compare.units import BETWEEN, compared_text
from guidance.document.change_model import Comparison
from guidance.document.model import Document


def joined_text(document: Document, anchors: Iterable[str]) -> str:
    """The text of some provisions as one side of a change holds it."""
    provisions = document.by_anchor()
    return BETWEEN.join(compared_text(provisions[anchor]) for anchor in anchors)


def apply(old: Document, comparison: Comparison) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What the comparison makes of the old document: of each change with a new side its anchors, and their text."""
    made = []
    for change in comparison.changes:
        before = joined_text(old, change.old)
        assert not change.pieces or side(change.pieces, new=False) == before, f"{change.old} read otherwise"
        if change.new:
            made.append((change.new, side(change.pieces, new=True) if change.pieces else before))
    return tuple(made)
