"""Fragments -> Lines: words put back on their lines, raised figures with the word they hang on.

What a line means is decided elsewhere; here only place and size count, and no character is lost. Every
threshold is a share of the type size at hand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Box
from guidance.read.page import Font, Fragment, LinkArea, Tag


class Run(Struct, frozen=True):
    """A stretch of a line in one style. `raised` is 1 for superscript, -1 for subscript."""

    text: str
    left: float
    right: float
    size: float
    font: Font
    colour: int
    raised: int = 0
    tag: Tag | None = None


class LineLink(Struct, frozen=True):
    """A link over characters start to end of its line's text; `area` is what the file says of it."""

    start: int
    end: int
    area: LinkArea


class Line(Struct, frozen=True, dict=True):
    """One printed line. `size` and `baseline` are those of its plain (not raised) text."""

    page: int
    box: Box
    baseline: float
    size: float
    runs: tuple[Run, ...]
    links: tuple[LineLink, ...] = ()
    angle: int = 0
    origin: float = 0.0  # where the region it stands in starts, from which indents are measured

    @cached_property
    def text(self) -> str:
        """The line's characters."""
        return "".join(run.text for run in self.runs)

    @property
    def bold(self) -> bool:
        """Whether all of its letters are bold."""
        return all(run.font.bold for run in self.runs if not run.raised and not run.text.isspace())

    @property
    def colour(self) -> int:
        """The colour of its first letters."""
        return self.runs[0].colour

    @property
    def left(self) -> float:
        """Where its first letter starts, from its region's left edge."""
        return self.box.left - self.origin

    @property
    def right(self) -> float:
        """Where its last letter ends, from its region's left edge."""
        return self.box.right - self.origin


_SAME_LINE = 0.22  # share of the type size by which the baselines of one line may differ
_RAISED = (0.12, 0.75)  # how far above its line a superscript may stand
_LOWERED = (-0.35, -0.05)
_WORD_GAP = 0.17  # a wider gap between fragments is a space
_CLOSING = ".,;:!?)]’”"
_CLOSING_GAP = 0.6  # nobody puts a space before these: only a gap that is one for sure counts
_FIGURE_GAP = 0.35  # figures are all as wide as an 8: beside a 1, which fills half of that, there is room
_NO_SPACE = 0.1  # a narrower gap between figures is none, whatever the engine says
_FIGURES_END = re.compile(r"(\d+) $")
_FIGURES_START = re.compile(r"\d+")
_SMALLER = 0.86


class _Row:
    """A line in the making."""

    def __init__(self, first: Fragment) -> None:
        self.baseline = first.baseline
        self.size = first.size
        self.parts: list[tuple[Fragment, int]] = [(first, 0)]

    def offset(self, fragment: Fragment) -> float:
        """How far above this line's baseline a fragment stands, in type sizes."""
        return (fragment.baseline - self.baseline) / max(self.size, 1.0)

    def is_beside(self, fragment: Fragment) -> bool:
        """Whether a small fragment hangs on some word of this line."""
        reach = 0.7 * self.size
        return any(
            -reach < fragment.box.left - part.box.right < reach
            or -reach < part.box.left - fragment.box.right < reach
            for part, _ in self.parts
        )


def build_lines(
    fragments: Iterable[Fragment],
    page: int,
    tags: dict[int, Tag],
    links: Sequence[LinkArea],
    origin: float = 0.0,
) -> tuple[Line, ...]:
    """The lines that some fragments of one page form, top to bottom; slanted fragments stay by themselves."""
    rows: list[_Row] = []
    lines: list[Line] = []
    upright = []
    for fragment in fragments:
        if fragment.angle:
            lines.append(_slanted(fragment, page, tags))
        else:
            upright.append(fragment)
    index: dict[int, list[_Row]] = {}
    level: dict[float, _Row] = {}  # by baseline: where most fragments of a line are found at once
    for fragment in sorted(upright, key=lambda f: (-f.size, -f.baseline, f.x)):
        row, raised = level.get(fragment.baseline), 0
        if row is None:
            row, raised = _find_row(fragment, index)
        if row is None:
            row = _Row(fragment)
            rows.append(row)
            level[row.baseline] = row
            index.setdefault(int(row.baseline) // 16, []).append(row)
        else:
            row.parts.append((fragment, raised))
    lines.extend(_finish(row, page, tags, links, origin) for row in rows)
    return _with_raised_labels(sorted(lines, key=lambda line: (-line.baseline, line.left)))


def _with_raised_labels(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines in which a small figure that alone did not fit behind its word is raised as those before it are."""
    done: list[Line] = []
    for line in lines:
        above = done[-1] if done else None
        figures = line.text.strip().isdigit()
        if figures and above and above.runs[-1].raised > 0 and abs(line.size - above.runs[-1].size) < 0.5:
            runs = tuple(replace(run, raised=1) for run in line.runs)
            line = replace(line, runs=runs, size=above.size)
        done.append(line)
    return tuple(done)


def _find_row(fragment: Fragment, index: dict[int, list[_Row]]) -> tuple[_Row | None, int]:
    near = int(fragment.baseline) // 16
    candidates = [row for key in (near - 1, near, near + 1) for row in index.get(key, ())]
    candidates.sort(key=lambda row: abs(row.baseline - fragment.baseline))
    for row in candidates:
        if abs(row.offset(fragment)) <= _SAME_LINE * fragment.size / row.size:
            return row, 0
    if fragment.text.strip():
        for row in candidates:
            offset = row.offset(fragment)
            if fragment.size < _SMALLER * row.size and row.is_beside(fragment):
                if _RAISED[0] < offset < _RAISED[1]:
                    return row, 1
                if _LOWERED[0] < offset < _LOWERED[1]:
                    return row, -1
    return None, 0


def _slanted(fragment: Fragment, page: int, tags: dict[int, Tag]) -> Line:
    run = _run(fragment, 0, fragment.text.strip(), tags)
    return Line(page, fragment.box, fragment.baseline, fragment.size, (run,), (), fragment.angle)


def _run(fragment: Fragment, raised: int, text: str, tags: dict[int, Tag]) -> Run:
    box, tag = fragment.box, tags.get(fragment.mark)
    return Run(text, box.left, box.right, fragment.size, fragment.font, fragment.colour, raised, tag)


def _finish(row: _Row, page: int, tags: dict[int, Tag], links: Sequence[LinkArea], origin: float) -> Line:
    runs: list[Run] = []
    for fragment, raised in sorted(row.parts, key=lambda part: part[0].x):
        text = " ".join(fragment.text.split())
        if runs and runs[-1].text.endswith(" ") and _touches(runs[-1], fragment, row.size):
            runs[-1] = _with_text(runs[-1], runs[-1].text.rstrip())
        elif runs and _needs_space(runs[-1], fragment, row.size):
            runs[-1] = _with_space(runs[-1])
        if fragment.text[-1].isspace():
            text += " "
        runs.append(_run(fragment, raised, text, tags))
    runs[-1] = _with_text(runs[-1], runs[-1].text.rstrip())
    box = row.parts[0][0].box if len(row.parts) == 1 else _around([fragment.box for fragment, _ in row.parts])
    found = _line_links(runs, box, row.baseline, links)
    return Line(page, box, row.baseline, _usual_size(runs), tuple(runs), found, 0, origin)


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(b.left for b in boxes),
        min(b.bottom for b in boxes),
        max(b.right for b in boxes),
        max(b.top for b in boxes),
    )


def _usual_size(runs: Sequence[Run]) -> float:
    """The size of most of a line's letters, so that a large bullet does not make a title of it."""
    if len(runs) == 1:
        return runs[0].size
    letters: Counter[float] = Counter()
    for run in runs:
        if not run.raised:
            letters[run.size] += len(run.text)
    return max(letters, key=lambda size: (letters[size], size)) if letters else runs[0].size


def _needs_space(before: Run, fragment: Fragment, size: float) -> bool:
    if before.text.endswith(" "):
        return False
    if fragment.text[0].isspace():
        return True
    least = _CLOSING_GAP if fragment.text[0] in _CLOSING else _WORD_GAP
    if before.text[-1:].isdigit() and fragment.text[0].isdigit() and not before.raised:
        least = _FIGURE_GAP
    return fragment.box.left - before.right > least * size


def _touches(before: Run, fragment: Fragment, size: float) -> bool:
    """Whether figures stand so close that the space the engine reads between them is none: "201 4" is a year."""
    head, tail = _FIGURES_END.search(before.text), _FIGURES_START.match(fragment.text)
    if not head or not tail or len(head[1]) + len(tail[0]) > 4 or before.raised:
        return False
    return -_NO_SPACE * size < fragment.box.left - before.right < _NO_SPACE * size


def _with_text(run: Run, text: str) -> Run:
    return Run(text, run.left, run.right, run.size, run.font, run.colour, run.raised, run.tag)


def _with_space(run: Run) -> Run:
    return _with_text(run, run.text + " ")


def _line_links(runs: Sequence[Run], box: Box, baseline: float, links: Sequence[LinkArea]) -> tuple[LineLink, ...]:
    if not links:
        return ()
    text = "".join(run.text for run in runs)
    found: list[LineLink] = []
    taken = 0
    inside = [
        (area_box, words, area)
        for area in links
        for area_box, words in zip(area.boxes, area.words, strict=True)
        if area_box.bottom < baseline + 0.3 * (box.top - box.bottom) < area_box.top
        and area_box.left < box.right
        and area_box.right > box.left
        and words.strip()
    ]
    for area_box, words, area in sorted(inside, key=lambda entry: entry[0].left):
        share = (area_box.left - box.left) / max(box.right - box.left, 1.0)
        stretch = _locate(text, " ".join(words.split()), round(share * len(text)), taken)
        stretch = stretch or _lying_in(runs, area_box, taken)
        if stretch:
            found.append(LineLink(*stretch, area))
            taken = stretch[1]
    return tuple(found)


def _lying_in(runs: Sequence[Run], box: Box, after: int) -> tuple[int, int] | None:
    """The characters that lie in a rectangle, where the engine reads its words in another order than the line's."""
    within: list[int] = []
    at = 0
    for run in runs:
        width = (run.right - run.left) / max(len(run.text), 1)
        within += [
            at + count
            for count in range(len(run.text))
            if at + count >= after and box.left < run.left + (count + 0.5) * width < box.right
        ]
        at += len(run.text)
    return (within[0], within[-1] + 1) if len(within) > 2 else None


def _locate(text: str, words: str, near: int, after: int) -> tuple[int, int] | None:
    """The occurrence of `words` nearest to where the link lies; a word cut by the rectangle is completed."""
    starts = []
    at = text.find(words, after)
    while at >= 0:
        starts.append(at)
        at = text.find(words, at + 1)
    if not starts:
        return None
    start = min(starts, key=lambda s: abs(s - near))
    end = start + len(words)
    if end < len(text) and text[end - 1].isalpha() and text[end].isalpha() and text[end + 1 : end + 2] in ("", " "):
        end += 1
    return start, end
