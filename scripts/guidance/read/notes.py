"""Footnotes: which lines are notes, which note each belongs to, and which note a mark in the text means.

Notes at a page's foot and notes gathered at a chapter's end are read alike: small type that starts with a
label. Nothing here changes a line.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from guidance.read.geometry import height, width
from guidance.read.page import THIN, Line, Metrics, NoteLines, Shape

_PLAIN_LABEL = re.compile(r"(\d{1,3} | \([a-z]\)) \.? (?:\s+|$)", re.VERBOSE)  # "12 See", "12. See", "(a) See"
_LISTED = re.compile(r"(\d{1,3}) [.)]? \s+", re.VERBOSE)  # the same in a list, and "12) See above"
_END_NOTES = re.compile(
    r"""
    ^ (?: \d{1,2} (?:\.\d)? \.? \s+ )?                           # "7.0 References"
    (?: end[ ]?notes? | foot[ ]?notes? | notes? | references ) \b  # "References", "Notes", "End notes"
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SMALLER = 0.93  # of the body's size: larger type is no note, unless it stands below a rule
_AS_LARGE = 1.02  # of the body's size: so large may a note below a rule be
_GLUED = re.compile(r"[a-z] [.,;:’”)]? (\d{1,3}) (?![\d.])", re.VERBOSE)  # "hives1", "hives.12"
_SAME = 0.4  # points by which the sizes of one note's lines may differ
_FULL = 0.85  # of the longest line: a shorter one ends a paragraph
_TIGHT = 1.5  # of the type size: two notes stand no closer
_RULE = (0.15, 0.5)  # of the text's width: how long the rule above notes is


_Placed = tuple[int, int, Line]
"""A page (0-based), an index there, and the line that stands there."""

# --- At the foot of pages ------------------------------------------------------------------------


def find_notes(
    pages: Sequence[Sequence[Line]],
    shapes: Sequence[Sequence[Shape]],
    metrics: Metrics,
    boxed: Sequence[Sequence[Line]],
) -> tuple[tuple[NoteLines, ...], dict[int, set[int]]]:
    """The notes at pages' feet in reading order, and for each page (0-based) the indexes of the lines they take.

    `boxed` are the lines in each page's boxes and tables, which may refer to notes too."""
    notes: list[tuple[str, int, list[_Placed]]] = []  # each note's label, how long that is, and its lines
    count = 0  # the last label in figures
    for number, lines in enumerate(pages):
        last = notes[-1][2][-1] if notes else None
        goes_on = last[2] if last and last[0] == number - 1 else None
        answered = {label for label, _, (first, *_) in notes if first[0] == number - 1}
        before = pages[number - 1] if number else ()
        raised = _raised_labels(lines)
        for index in _zones(lines, shapes[number], metrics, goes_on, boxed[number], before, answered):
            label = _label(lines[index], count, metrics, raised)
            if label:
                notes.append((*label, []))
                count = int(label[0]) if label[0].isdecimal() else count
            if label or (notes and number - notes[-1][2][-1][0] <= 1):
                notes[-1][2].append((number, index, lines[index]))
    taken = _taken(note for *_, note in notes)
    marks = [
        _raised_labels(line for index, line in enumerate(lines) if index not in taken.get(number, ()))
        for number, lines in enumerate(pages)
    ]
    aside = _asides([(label, note[0][0]) for label, _, note in notes], marks)
    kept = [note for at, note in enumerate(notes) if at not in aside]
    found = (NoteLines(label, tuple(line for *_, line in note), skip) for label, skip, note in kept)
    return tuple(found), _taken(note for *_, note in kept)


def _taken(notes: Iterable[Sequence[_Placed]]) -> dict[int, set[int]]:
    """For each page (0-based) the indexes of the lines that some notes take."""
    taken: dict[int, set[int]] = defaultdict(set)
    for number, index, _ in (placed for note in notes for placed in note):
        taken[number].add(index)
    return dict(taken)


def _raised_labels(lines: Iterable[Line]) -> set[str]:
    return {label.strip("[]") for line in lines for run in line.runs if run.is_note_label for label in run.labels}


def _asides(notes: Sequence[tuple[str, int]], marks: Sequence[set[str]]) -> set[int]:
    """The indexes of notes (their labels and pages, 0-based) that count from 1 in the midst of a sequence that then
    goes on as if they were not there: they explain a figure, and their marks are drawn in it, not in the text
    (`marks`, page by page)."""
    values = [int(label) if label.isdecimal() else 0 for label, _ in notes]
    aside: set[int] = set()
    last = last_page = 0
    for at, value in enumerate(values):
        if value == 1 and last > 0 and at not in aside:
            end = at + 1
            while end < len(values) and values[end] == values[end - 1] + 1 != last + 1:
                end += 1
            near = set().union(*marks[last_page : notes[at][1] + 1])
            if end < len(values) and values[end] == last + 1 and "1" not in near:
                aside.update(range(at, end))
        if at not in aside:
            last, last_page = value, notes[at][1]
    return aside


def _zones(
    lines: Sequence[Line],
    shapes: Sequence[Shape],
    metrics: Metrics,
    goes_on: Line | None,
    boxed: Sequence[Line],
    before: Sequence[Line],
    answered: set[str],
) -> list[int]:
    """The indexes of the lines of notes at the foot of a page, or of each column of one. `goes_on` is the last line
    of the note that ends the page before; `boxed` are the page's lines in boxes and tables, `before` those of the
    page before, which has the notes with the labels `answered`."""
    tops = [0, *(i for i in range(1, len(lines)) if lines[i].baseline > lines[i - 1].baseline + lines[i].size)]
    zones: list[int] = []
    for start, end in pairwise([*tops, len(lines)]):
        column = lines[start:end]
        zone = _zone(column, _separator(shapes, column, metrics), metrics)
        labels = _plain_labels([column[index] for index in zone])
        if labels:
            inside = {id(column[index]) for index in zone}
            near = (line for line in (*boxed, *lines) if id(line) not in inside)
            if not labels & _referred_to(near) and not (labels - answered) & _referred_to(before):
                zone = []  # regulations in small type have numbers that nothing refers to
        zones += [start + index for index in zone or _rest_of_note(column, goes_on)]
    return zones


def _plain_labels(zone: Sequence[Line]) -> set[str]:
    """The labels in plain type with which lines that look like notes start; none where a raised one shows that they
    are notes."""
    starting = [line for line in zone if _starts_with_label(line)]
    if any(line.runs[0].is_note_label for line in starting):
        return set()
    return {found[1] for line in starting if (found := _PLAIN_LABEL.match(line.text))}


def _referred_to(lines: Iterable[Line]) -> set[str]:
    """The labels of notes that some lines refer to, with raised figures or such as an engine reads as plain."""
    lines = tuple(lines)
    return _raised_labels(lines) | {label for line in lines for label in _GLUED.findall(line.text)}


def _rest_of_note(lines: Sequence[Line], goes_on: Line | None) -> list[int]:
    """The indexes of the lines at a page's foot that are the rest of a note from the page before: in its type,
    where its last line is full and its sentence has no end, below text in other type."""
    if goes_on is None or goes_on.text.rstrip().endswith((".", "?", "!", ".”", ".)")):
        return []
    first = len(lines)
    while first and abs(lines[first - 1].size - goes_on.size) <= _SAME:
        first -= 1
    if first in (0, len(lines)) or goes_on.right < _FULL * max(line.right for line in lines):
        return []
    return [] if _starts_with_label(lines[first]) else list(range(first, len(lines)))


def _separator(shapes: Sequence[Shape], lines: Sequence[Line], metrics: Metrics) -> float | None:
    """The height of the rule that word processors draw above notes: short, thin, at the left margin, and
    not the underline of a link."""
    wide = metrics.right - metrics.left
    left = metrics.left + (lines[-1].origin if lines else 0.0)
    size = metrics.size_on(lines[-1].page) if lines else metrics.size
    rules = [
        s.box.bottom
        for s in shapes
        if height(s.box) < THIN
        and _RULE[0] * wide < width(s.box) < _RULE[1] * wide
        and abs(s.box.left - left) < size
        and not any(_underlines(s, line) for line in lines)
    ]
    return min(rules) if rules else None


def _underlines(rule: Shape, line: Line) -> bool:
    near = -0.1 * line.size < line.baseline - rule.box.top < 0.35 * line.size
    return near and line.box.left < rule.box.right and rule.box.left < line.box.right


def _zone(lines: Sequence[Line], separator: float | None, metrics: Metrics) -> list[int]:
    """The indexes of the lines at a page's foot that are notes, top to bottom."""
    size = metrics.size_on(lines[-1].page) if lines else metrics.size
    below = [separator is not None and line.baseline < separator for line in lines]
    start = len(lines)
    while start and lines[start - 1].size <= (_AS_LARGE if below[start - 1] else _SMALLER) * size:
        start -= 1
    zone = range(start, len(lines))
    if ruled := [i for i in zone if below[i]]:
        return ruled
    first = next((i for i in zone if _starts_with_label(lines[i])), len(lines))
    while 0 < start < first < len(lines) and _is_tight(lines[first - 1], lines[first]):
        first -= 1  # the rest of a note from the page before
    return list(range(first, len(lines)))


def _is_tight(above: Line, line: Line) -> bool:
    return abs(above.size - line.size) < _SAME and 0 < above.baseline - line.baseline < _TIGHT * line.size


def _starts_with_label(line: Line) -> bool:
    return line.runs[0].is_note_label or bool(_PLAIN_LABEL.match(line.text))


def _label(line: Line, last: int, metrics: Metrics, raised: set[str]) -> tuple[str, int] | None:
    """The label a line starts a note with, and its length; a plain figure must be the next in sequence after the
    `last` one, a plain letter one of those `raised` on its page."""
    first = line.runs[0]
    if first.is_note_label:
        return first.text.strip(" ,;."), len(first.text)
    found = _PLAIN_LABEL.match(line.text)
    if not found or line.left > metrics.left + 2 * metrics.size_on(line.page):
        return None
    if not found[1].isdecimal():
        return (found[1], found.end()) if found[1] in raised else None
    in_turn = int(found[1]) in (last + 1, last + 2) or (int(found[1]) == 1 and last != 1)
    return (found[1], found.end()) if in_turn else None


# --- At the end of chapters and of the file ------------------------------------------------------


def find_end_notes(
    pages: Sequence[Sequence[Line]], is_title: Callable[[Line], bool]
) -> tuple[tuple[NoteLines, ...], dict[int, set[int]]]:
    """The notes that stand below a title such as "References", numbered from 1, at a chapter's or the file's end,
    and for each page (0-based) the indexes of the lines they take; where the text has no raised figures, nothing
    there is a note. `is_title` says of a line whether its type sets it apart."""
    lines = [(number, index, line) for number, page in enumerate(pages) for index, line in enumerate(page)]
    marks = _raised_labels(line for _, _, line in lines)
    found: list[list[_Placed]] = []
    for at, (_, _, line) in enumerate(lines):
        if _END_NOTES.match(line.text.strip()) and (line.bold or is_title(line)):
            listed = _listed(lines[at + 1 :], is_title)
            if len(listed) > 1 and {str(n) for n in range(1, len(listed) + 1)} & marks:
                found += listed
    starts = [(_LISTED.match(note[0][2].text), tuple(line for *_, line in note)) for note in found]
    return tuple(NoteLines(s[1], note, s.end(), True) for s, note in starts if s), _taken(found)


def _listed(lines: Sequence[_Placed], is_title: Callable[[Line], bool]) -> list[list[_Placed]]:
    """The entries of a list that counts from 1, up to the next title or line at the margin."""
    entries: list[list[_Placed]] = []
    for entry in lines:
        line = entry[2]
        start = _LISTED.match(line.text)
        if start and int(start[1]) == len(entries) + 1:
            entries.append([entry])
        elif not entries or is_title(line) or line.left < entries[0][0][2].left + 0.3 * line.size:
            break
        else:
            entries[-1].append(entry)
    return entries


# --- Which note a label means --------------------------------------------------------------------


class NoteIndex:
    """Says which note a printed label means, and which notes nothing refers to."""

    def __init__(self, notes: Sequence[NoteLines], anchors: Sequence[str]) -> None:
        """Each note with its anchor."""
        self._by_label: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._claimed = dict.fromkeys(anchors, False)
        self._ends = {anchor for note, anchor in zip(notes, anchors, strict=True) if note.at_end}
        self.unknown: list[tuple[str, int]] = []  # figures set like references, and the page they stand on
        for note, anchor in zip(notes, anchors, strict=True):
            self._by_label[note.label].append((note.page, anchor))

    def claim(self, label: str, page: int) -> str | None:
        """The anchor of the note that `label` on `page` means: the next one printed here or later, else one
        that was referred to before; None when there is none, so that the figure is no reference."""
        known = self._by_label.get(label, ())
        ahead = [anchor for at, anchor in known if at >= page and not self._claimed[anchor]]
        here = [anchor for at, anchor in known if at == page]
        before = [a for at, a in reversed(known) if a in self._ends or page - at <= 1]
        first = here if here and here[0] in ahead else ahead
        anchor = next(iter([*first, *here, *before]), None)
        if anchor:
            self._claimed[anchor] = True
        else:
            self.unknown.append((label, page))
        return anchor

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Anchors of notes that nothing refers to."""
        return tuple(anchor for anchor, claimed in self._claimed.items() if not claimed)
