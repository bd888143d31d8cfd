"""Side heads: bold lines of the body's own size and colour that nothing but their place sets above the text.

Says which of a document's title lines are such; on which level they stand is for read/headings.py to say.
"""

from collections.abc import Sequence

from guidance.read.flow import BoxFlow, FigureFlow, TableFlow
from guidance.read.paragraphs import Chunk, Metrics

_LEAST = 5  # that plainly stand closer to what follows than to what precedes: fewer are somebody's emphasis
_CLOSER = 1.1  # times as far from the text above as from that below
_MOST_LINES = 2
_LONGEST = 120  # characters
_ENDS = (".", ":", ";", ",", "’", "”", "'", '"', ")")  # of sentences, lead-ins and quotations

Part = Chunk | BoxFlow | TableFlow | FigureFlow


def find_side_heads(parts: Sequence[Part], quiet: Sequence[int], metrics: Metrics) -> set[int]:
    """Which of the title lines at the indexes `quiet` are side heads: all that stand at the margin above a text, in
    a document where enough of them stand closer to it than to the text before."""
    likely: set[int] = set()
    plain = 0
    for index in quiet:
        title = parts[index]
        if not isinstance(title, Chunk) or not _could_be(title, metrics):
            continue
        above, below = _gap(parts, index - 1), _gap(parts, index)
        if below is None:
            continue
        if above is None or _is_title(parts[index - 1]):
            likely.add(index)
        elif above > _CLOSER * below:
            likely.add(index)
            plain += 1
    return likely if plain >= _LEAST else set()


def _could_be(title: Chunk, metrics: Metrics) -> bool:
    """Whether a bold line reads like a title and stands where text or its numbers start."""
    words = title.text.strip()
    short = len(title.lines) <= _MOST_LINES and len(words) <= _LONGEST
    at_margin = title.left < metrics.left + title.lines[0].size
    return short and at_margin and title.marker is None and not words.endswith(_ENDS) and words[:1].isupper()


def _is_title(part: Part) -> bool:
    return isinstance(part, Chunk) and part.kind == "title" and not part.text.rstrip().endswith(_ENDS)


def _gap(parts: Sequence[Part], index: int) -> float | None:
    """How far the part behind stands below the one at `index`, where both are text on one page."""
    if not 0 <= index < len(parts) - 1:
        return None
    upper, lower = parts[index], parts[index + 1]
    if not isinstance(upper, Chunk) or not isinstance(lower, Chunk):
        return None
    last, first = upper.lines[-1], lower.lines[0]
    gap = last.baseline - first.baseline
    return gap if last.page == first.page and gap > 0 else None
