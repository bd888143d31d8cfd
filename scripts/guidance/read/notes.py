"""Footnotes: which lines are notes, which note each belongs to, and which note a mark in the text means.

Notes at a page's foot and notes gathered at a chapter's end are read alike: small type that starts with a
label. Nothing here changes a line.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from guidance.anchors import Allocator, anchor_for
from guidance.read.ink import Shape
from guidance.read.lines import Line
from guidance.read.paragraphs import Metrics
from guidance.read.prose import is_raised_label

_PLAIN_LABEL = re.compile(r"(\d{1,3})\.?(?:\s+|$)")
_SMALLER = 0.93


class NoteLines(Struct, frozen=True):
    """One note's lines; `skip` is how many characters of the first are its label."""

    label: str
    lines: tuple[Line, ...]
    skip: int

    @property
    def page(self) -> int:
        """The page on which it starts."""
        return self.lines[0].page


def find_notes(
    pages: Sequence[Sequence[Line]], shapes: Sequence[Sequence[Shape]], metrics: Metrics
) -> tuple[tuple[NoteLines, ...], dict[int, set[int]]]:
    """All notes in reading order, and for each page (0-based) the indexes of the lines they take."""
    notes: list[tuple[str, list[Line], int]] = []
    taken: dict[int, set[int]] = defaultdict(set)
    for number, lines in enumerate(pages):
        zone = _zone(lines, _separator(shapes[number], lines, metrics), metrics)
        for index in zone:
            line = lines[index]
            label = _label(line, notes, metrics)
            if label:
                notes.append((label[0], [line], label[1]))
            elif notes and number + 1 - notes[-1][1][-1].page <= 1:
                notes[-1][1].append(line)
            else:
                continue
            taken[number].add(index)
    return tuple(NoteLines(label, tuple(lines), skip) for label, lines, skip in notes), dict(taken)


def _separator(shapes: Sequence[Shape], lines: Sequence[Line], metrics: Metrics) -> float | None:
    """The height of the rule that word processors draw above notes: short, thin, at the left margin, and
    not the underline of a link."""
    width = metrics.right - metrics.left
    rules = [
        s.box.bottom
        for s in shapes
        if s.box.top - s.box.bottom < 2.2
        and 0.15 * width < s.box.right - s.box.left < 0.5 * width
        and abs(s.box.left - metrics.left) < metrics.size
        and not any(_underlines(s, line) for line in lines)
    ]
    return min(rules) if rules else None


def _underlines(rule: Shape, line: Line) -> bool:
    near = -0.1 * line.size < line.baseline - rule.box.top < 0.35 * line.size
    return near and line.box.left < rule.box.right and rule.box.left < line.box.right


def _zone(lines: Sequence[Line], separator: float | None, metrics: Metrics) -> list[int]:
    """The indexes of the lines at a page's foot that are notes, top to bottom."""
    zone: list[int] = []
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        below_rule = separator is not None and line.baseline < separator
        if line.size > _SMALLER * metrics.size and not (below_rule and line.size < 1.02 * metrics.size):
            break
        zone.append(index)
    zone.reverse()
    if separator is not None and any(lines[i].baseline < separator for i in zone):
        return [i for i in zone if lines[i].baseline < separator]
    first = next((i for i in zone if _starts_with_label(lines[i])), None)
    return [i for i in zone if first is not None and i >= first]


def _starts_with_label(line: Line) -> bool:
    return is_raised_label(line.runs[0]) or bool(_PLAIN_LABEL.match(line.text))


def _label(line: Line, notes: Sequence[tuple[str, list[Line], int]], metrics: Metrics) -> tuple[str, int] | None:
    """The label a line starts a note with, and its length; a plain figure must be the next in sequence."""
    first = line.runs[0]
    if is_raised_label(first):
        return first.text.strip(" ,;."), len(first.text)
    found = _PLAIN_LABEL.match(line.text)
    if not found or line.left > metrics.left + 2 * metrics.size:
        return None
    last = next((int(n[0]) for n in reversed(notes) if n[0].isdigit()), 0)
    if int(found[1]) in (last + 1, last + 2) or (int(found[1]) == 1 and last != 1):
        return found[1], found.end()
    return None


class NoteIndex:
    """Gives notes their anchors and says which of them a printed label means."""

    def __init__(self, notes: Sequence[NoteLines], allocator: Allocator) -> None:
        """Labels that start again (notes per chapter) get anchors with a running suffix."""
        self.anchors = tuple(allocator.take(anchor_for("footnote", note.label, "")) for note in notes)
        self._by_label: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._claimed: set[str] = set()
        for note, anchor in zip(notes, self.anchors, strict=True):
            self._by_label[note.label].append((note.page, anchor))

    def claim(self, label: str, page: int) -> str | None:
        """The anchor of the note that `label` on `page` means: the next one printed here or later, else one
        that was referred to before; None when there is none, so that the figure is no reference."""
        known = self._by_label.get(label, ())
        ahead = [anchor for at, anchor in known if at >= page and anchor not in self._claimed]
        here = [anchor for at, anchor in known if at == page]
        anchor = next(iter(here + ahead if here and here[0] in ahead else ahead + here), None)
        if anchor is None and known:
            anchor = known[-1][1]
        if anchor:
            self._claimed.add(anchor)
        return anchor

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Anchors of notes that nothing refers to."""
        return tuple(anchor for anchor in self.anchors if anchor not in self._claimed)
