"""Footnotes: which lines are notes, which note each belongs to, and which note a mark in the text means.

Notes at a page's foot and notes gathered at a chapter's end are read alike: small type that starts with a
label. Nothing here changes a line.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
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
    notes: list[tuple[str, list[Line], int]] = []
    places: list[list[int]] = []
    for number, lines in enumerate(pages):
        goes_on = notes[-1][1][-1] if notes and notes[-1][1][-1].page == number else None
        answered = {label for label, (first, *_), _ in notes if first.page == number}
        before = partial(_waiting, pages[number - 1] if number else (), answered)
        raised = _raised_labels(lines)
        for index in _zones(lines, shapes[number], metrics, goes_on, boxed[number], before):
            line = lines[index]
            label = _label(line, notes, metrics, raised)
            if label:
                notes.append((label[0], [line], label[1]))
                places.append([index])
            elif notes and number + 1 - notes[-1][1][-1].page <= 1:
                notes[-1][1].append(line)
                places[-1].append(index)
    found = [NoteLines(label, tuple(lines), skip) for label, lines, skip in notes]
    taken: dict[int, set[int]] = defaultdict(set)
    for note, indexes in zip(found, places, strict=True):
        for line, index in zip(note.lines, indexes, strict=True):
            taken[line.page - 1].add(index)
    marks = [
        _raised_labels(line for index, line in enumerate(lines) if index not in taken.get(number, ()))
        for number, lines in enumerate(pages)
    ]
    aside = _asides(found, marks)
    for at in aside:
        for line, index in zip(found[at].lines, places[at], strict=True):
            taken[line.page - 1].discard(index)
    return tuple(note for at, note in enumerate(found) if at not in aside), dict(taken)


def _raised_labels(lines: Iterable[Line]) -> set[str]:
    return {label.strip("[]") for line in lines for run in line.runs if run.is_note_label for label in run.labels}


def _asides(notes: Sequence[NoteLines], marks: Sequence[set[str]]) -> set[int]:
    """The indexes of notes that count from 1 in the midst of a sequence that then goes on as if they were not
    there: they explain a figure, and their marks are drawn in it, not in the text (`marks`, page by page)."""
    values = [int(note.label) if note.label.isdecimal() else 0 for note in notes]
    aside: set[int] = set()
    last = last_page = 0
    for at, value in enumerate(values):
        if value == 1 and last > 0 and at not in aside:
            end = at + 1
            while end < len(values) and values[end] == values[end - 1] + 1 != last + 1:
                end += 1
            near = set().union(*marks[max(0, last_page - 1) : notes[at].page])
            if end < len(values) and values[end] == last + 1 and "1" not in near:
                aside.update(range(at, end))
        if at not in aside:
            last, last_page = value, notes[at].page
    return aside


def _zones(
    lines: Sequence[Line],
    shapes: Sequence[Shape],
    metrics: Metrics,
    goes_on: Line | None,
    boxed: Sequence[Line],
    waiting: Callable[[], set[str]],
) -> list[int]:
    """The indexes of the lines of notes at the foot of a page, or of each column of one. `goes_on` is the last line
    of the note that ends the page before; `boxed` are the page's lines in boxes and tables, and `waiting` gives the
    labels that the page before refers to without having their notes."""
    tops = [0, *(i for i in range(1, len(lines)) if lines[i].baseline > lines[i - 1].baseline + lines[i].size)]
    zones: list[int] = []
    for start, end in pairwise([*tops, len(lines)]):
        column = lines[start:end]
        zone = _zone(column, _separator(shapes, column, metrics), metrics)
        near = (*boxed, *lines)
        zone = zone if _is_referred(column, zone, near, waiting) else _rest_of_note(column, goes_on)
        zones += [start + index for index in zone]
    return zones


def _is_referred(
    lines: Sequence[Line], zone: Sequence[int], near: Sequence[Line], waiting: Callable[[], set[str]]
) -> bool:
    """Whether lines that look like notes are some: a raised figure starts one, they go on with one, or the text on
    their page, or with `waiting` labels on the one before, refers to one. Regulations in small type have numbers
    that nothing refers to."""
    inside = {id(lines[index]) for index in zone}
    starting = [lines[index] for index in zone if _starts_with_label(lines[index])]
    if not starting or any(line.runs[0].is_note_label for line in starting):
        return bool(zone)
    labels = {found[1] for line in starting if (found := _PLAIN_LABEL.match(line.text))}
    here = _referred_to(line for line in near if id(line) not in inside)
    return bool(labels & here) or bool(labels & waiting())


def _waiting(before: Sequence[Line], answered: set[str]) -> set[str]:
    """The labels that the page before refers to without having their notes."""
    return _referred_to(before) - answered


def _referred_to(lines: Iterable[Line]) -> set[str]:
    """The labels of notes that some lines refer to, with raised figures or such as an engine reads as plain."""
    lines = tuple(lines)
    return _raised_labels(lines) | {label for line in lines for label in _GLUED.findall(line.text)}


def _rest_of_note(lines: Sequence[Line], goes_on: Line | None) -> list[int]:
    """The indexes of the lines at a page's foot that are the rest of a note from the page before: in its type,
    where its last line is full and its sentence has no end, below text in other type."""
    rest: list[int] = []
    for index in range(len(lines) - 1, -1, -1):
        if goes_on is None or abs(lines[index].size - goes_on.size) > _SAME:
            break
        rest.insert(0, index)
    ended = goes_on is None or not rest or goes_on.text.rstrip().endswith((".", "?", "!", ".”", ".)"))
    ended = ended or (goes_on is not None and goes_on.right < _FULL * max(line.right for line in lines))
    return [] if ended or len(rest) in (0, len(lines)) or _starts_with_label(lines[rest[0]]) else rest


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
    zone: list[int] = []
    size = metrics.size_on(lines[-1].page) if lines else metrics.size
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        below_rule = separator is not None and line.baseline < separator
        if line.size > _SMALLER * size and not (below_rule and line.size < _AS_LARGE * size):
            break
        zone.append(index)
    zone.reverse()
    if separator is not None and any(lines[i].baseline < separator for i in zone):
        return [i for i in zone if lines[i].baseline < separator]
    first = next((i for i in zone if _starts_with_label(lines[i])), None)
    if first is None:
        return []
    while first - 1 in zone and zone[0] > 0 and _is_tight(lines[first - 1], lines[first]):
        first -= 1  # the rest of a note from the page before
    return [i for i in zone if i >= first]


def _is_tight(above: Line, line: Line) -> bool:
    return abs(above.size - line.size) < _SAME and 0 < above.baseline - line.baseline < _TIGHT * line.size


def _starts_with_label(line: Line) -> bool:
    return line.runs[0].is_note_label or bool(_PLAIN_LABEL.match(line.text))


def _label(
    line: Line, notes: Sequence[tuple[str, list[Line], int]], metrics: Metrics, raised: set[str]
) -> tuple[str, int] | None:
    """The label a line starts a note with, and its length; a plain figure must be the next in sequence, a plain
    letter one of those `raised` on its page."""
    first = line.runs[0]
    if first.is_note_label:
        return first.text.strip(" ,;."), len(first.text)
    found = _PLAIN_LABEL.match(line.text)
    if not found or line.left > metrics.left + 2 * metrics.size_on(line.page):
        return None
    if not found[1].isdecimal():
        return (found[1], found.end()) if found[1] in raised else None
    last = next((int(n[0]) for n in reversed(notes) if n[0].isdecimal()), 0)
    if int(found[1]) in (last + 1, last + 2) or (int(found[1]) == 1 and last != 1):
        return found[1], found.end()
    return None


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
    taken: dict[int, set[int]] = defaultdict(set)
    for number, index, _ in (entry for note in found for entry in note):
        taken[number].add(index)
    notes = []
    for note in found:
        start = _LISTED.match(note[0][2].text)
        if start:
            notes.append(NoteLines(start[1], tuple(line for _, _, line in note), start.end(), True))
    return tuple(notes), dict(taken)


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
        self._anchors = tuple(anchors)
        self._by_label: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._claimed: set[str] = set()
        self._ends = {anchor for note, anchor in zip(notes, anchors, strict=True) if note.at_end}
        self.unknown: list[tuple[str, int]] = []  # figures set like references, and the page they stand on
        for note, anchor in zip(notes, anchors, strict=True):
            self._by_label[note.label].append((note.page, anchor))

    def claim(self, label: str, page: int) -> str | None:
        """The anchor of the note that `label` on `page` means: the next one printed here or later, else one
        that was referred to before; None when there is none, so that the figure is no reference."""
        known = self._by_label.get(label, ())
        ahead = [anchor for at, anchor in known if at >= page and anchor not in self._claimed]
        here = [anchor for at, anchor in known if at == page]
        anchor = next(iter(here + ahead if here and here[0] in ahead else ahead + here), None)
        if anchor is None:
            anchor = next((a for at, a in reversed(known) if a in self._ends or page - at <= 1), None)
        if anchor:
            self._claimed.add(anchor)
        else:
            self.unknown.append((label, page))
        return anchor

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Anchors of notes that nothing refers to."""
        return tuple(anchor for anchor in self._anchors if anchor not in self._claimed)
