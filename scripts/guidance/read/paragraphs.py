"""Lines -> Chunks: which lines form one paragraph, list item or title line, over page breaks too.

Judges by leading, indents, markers and type, all measured from the file itself; it knows no provisions. Every
threshold is a share of the type size or leading at hand.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from guidance.read.numbering import Marker, family, follows, is_division, read_marker
from guidance.read.page import Chunk, Line, Metrics, Run

_LONGEST_TITLE = 200  # characters of a line that is not bold
_MUCH_LARGER = 1.25  # times the body's size: type that needs no bold
_TITLE_TAG = re.compile(r"^H[1-6]?$")  # the roles of PDF's tags
_SENTENCE_ENDS = (".", ":", ";", ",")
_BARE_NUMBER = re.compile(r"\d{1,3}[A-Z]{0,2}")  # "45", "2A"
_CENTRED = 4.0  # type sizes by which a line in the middle stands further in
_NUMBER_GAP = 0.8  # of the type size: a wider gap behind a bare number sets it apart


# --- Titles --------------------------------------------------------------------------------------


def is_title(line: Line, metrics: Metrics) -> bool:
    """Whether a line is set apart as a title: larger than the body, or in another colour and bold throughout, or in
    another colour that larger titles have too or the file's tags call a heading's."""
    coloured = line.colour != metrics.colour and not line.links
    size = metrics.size_on(line.page)
    if not coloured and line.size <= 1.08 * size:
        return False
    letters = [run for run in line.runs if not run.raised and run.text.strip()]
    if not letters or not any(map(str.isalpha, line.text)):
        return False
    if line.bold or len(line.text) >= _LONGEST_TITLE:
        return line.bold
    return line.size > _MUCH_LARGER * size or (coloured and _is_accented(line, letters, metrics))


def _is_accented(line: Line, letters: Sequence[Run], metrics: Metrics) -> bool:
    """Whether a line in another colour that is not bold is as large as the body at least, and no sentence."""
    if line.size < 0.98 * metrics.size_on(line.page) or line.text.rstrip().endswith(_SENTENCE_ENDS):
        return False
    if len({run.colour for run in letters}) > 1 or not line.text[:1].isupper():
        return False
    tagged = all(run.tag is not None and _TITLE_TAG.match(run.tag.role) for run in letters)
    return tagged or line.colour in metrics.accents


# --- Cutting -------------------------------------------------------------------------------------


def cut_chunks(lines: Sequence[Line], metrics: Metrics, starts: frozenset[int] = frozenset()) -> list[Chunk]:
    """The chunks of some lines in reading order; the lines of several pages may follow each other. At the lines (by
    id) in `starts` numbered paragraphs start for sure."""
    state = _State(metrics, starts)
    for line, leading in zip(lines, _leadings(lines, metrics), strict=True):
        state.take(line, leading)
    state.close()
    return state.done


# --- Leading where it stands ---------------------------------------------------------------------

_NEAR = 12  # lines: a sentence that runs on so near says what the leading is
_LOOSEST = 2.3  # of the type size: leading is no wider
_UNFINISHED = re.compile(r"[\w,’”)-] $", re.VERBOSE)


def _leadings(lines: Sequence[Line], metrics: Metrics) -> list[float]:
    """For each line the leading where it stands: the distance over which the nearest sentence in its size runs on
    from one line to the next, else what is usual in the file."""
    known = [_runs_on(above, line, metrics) for above, line in pairwise(lines)]
    sure = [(at, gap) for at, gap in enumerate(known, 1) if gap]
    found: list[float] = []
    first = 0
    for at, line in enumerate(lines):
        while first + 1 < len(sure) and sure[first + 1][0] <= at:
            first += 1
        near = [
            (abs(place - at), gap)
            for place, gap in sure[first : first + 2]
            if abs(place - at) <= _NEAR
            and abs(lines[place].size - line.size) < 0.5
            and lines[place].page == line.page
        ]
        found.append(min(near)[1] if near else metrics.leading_of(line.size))
    return found


def _runs_on(above: Line, line: Line, metrics: Metrics) -> float:
    """The distance between two lines of one size over which a sentence runs on; 0 where none does for sure."""
    gap = above.baseline - line.baseline
    long = above.right - above.left > 0.5 * (metrics.right - metrics.left)
    runs = _is_cut(above, line)
    alike = above.page == line.page and abs(above.size - line.size) < 0.5
    return gap if runs and long and alike and 0.9 * line.size < gap < _LOOSEST * line.size else 0.0


class _State:
    """The chunk being filled, and the markers that would come next at each indent."""

    def __init__(self, metrics: Metrics, starts: frozenset[int]) -> None:
        self._metrics = metrics
        self._starts_at = starts
        self.done: list[Chunk] = []
        self._lines: list[Line] = []
        self._marker: Marker | None = None
        self._kind: Literal["prose", "title"] = "prose"
        self._last_marker: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
        self._leading = 0.0  # where the line at hand stands
        self._named: set[int] = set()  # lines (by id) that name a statute's part

    def take(self, line: Line, leading: float) -> None:
        """The next line, and the leading where it stands (points)."""
        self._leading = leading
        titled = line.beside or self._divides(line) or is_title(line, self._metrics) or _bold_line(line)
        titled = titled or self._goes_on_in_title(line)
        kind: Literal["prose", "title"] = "title" if titled else "prose"
        marker = self._marker_of(line, kind) if kind == "prose" or not line.links else None
        if id(line) in self._starts_at:
            marker, kind = read_marker(line.text) or _bare_number(line, 0.0), "prose"
        elif self._lines and not self._starts(line, marker, kind):
            self._lines.append(line)
            if kind == "prose" and any(c.isalpha() for c in line.text):
                self._kind = kind
            return
        self.close()
        self._lines, self._marker, self._kind = [line], marker, kind
        if marker:
            places = self._last_marker[family(marker)]
            places[:] = [place for place in places if abs(place[0] - line.left) > 0.6 * line.size]
            places.append((line.left, marker.value))

    def _divides(self, line: Line) -> bool:
        """Whether a line in the middle names a statute's part, or goes on with the name: "PART 1" / "General"."""
        further_in = line.left > self._metrics.left + _CENTRED * line.size
        named = further_in and is_division(line.text)
        if not named and self._lines and id(self._lines[0]) in self._named:
            above = self._lines[-1]
            shift = above.box.left + above.box.right - line.box.left - line.box.right
            near = 0 < above.baseline - line.baseline < _LOOSEST * line.size
            named = near and abs(shift) < line.size and not read_marker(line.text)
        if named:
            self._named.add(id(line))
        return named

    def _goes_on_in_title(self, line: Line) -> bool:
        """Whether a line without letters ("14"), or one set like the title above it, is more of that title."""
        if not self._lines or self._kind != "title" or line.runs[0].raised:
            return False
        above = self._lines[-1]
        apart = line.colour != self._metrics.colour and not line.links
        alike = line.colour == above.colour and abs(line.size - above.size) < 0.5
        return line.bold or (apart and alike and line.bold == above.bold and self._is_one_title(above, line))

    def _is_one_title(self, above: Line, line: Line) -> bool:
        """Whether two lines in the type of a title are one: close together, or, in type of its own, further apart
        where the first is full or the second goes on with its sentence."""
        gap = above.baseline - line.baseline
        if above.page != line.page or gap < 0:
            return False
        apart = line.size > 1.08 * self._metrics.size_on(line.page) or line.colour != self._metrics.colour
        wraps = apart and (self._full(above, line) or _is_cut(above, line))
        return gap < 1.45 * line.size or (wraps and gap < _LOOSEST * line.size)

    def close(self) -> None:
        """The chunk at hand is done."""
        if not self._lines:
            return
        kind = self._kind
        lines = [x for x in self._lines if id(x) not in self._named and not x.beside]
        if kind == "title" and not all(is_title(x, self._metrics) or x.bold for x in lines):
            kind = "prose"
        lettered = [x for x in self._lines if any(map(str.isalpha, x.text))]  # a title's last may be a mere "14"
        loud = kind == "title" and bool(lettered) and all(is_title(x, self._metrics) for x in lettered)
        left = self._lines[0].left
        self.done.append(Chunk(tuple(self._lines), self._marker, left, self._text_left(), kind, loud))
        self._lines = []

    def _text_left(self) -> float:
        first, *rest = self._lines
        if not self._marker:
            return first.left
        behind = _left_of(first, self._marker.length)
        usual = median(line.left for line in rest) if rest else behind
        return usual if abs(usual - behind) < first.size else behind

    def _marker_of(self, line: Line, kind: str) -> Marker | None:
        """The marker a line starts with, if it can be one here: a number within a sentence is none."""
        text = line.text
        marker = read_marker(text) or _bare_number(line)
        if line.runs[0].font.name in self._metrics.signs and (marker is None or marker.kind != "bullet"):
            marker = Marker("bullet", "•", "", len(line.runs[0].text))
        if marker is None or marker.length >= len(text.rstrip()) + 1 or any(r.raised for r in line.runs[:1]):
            return None
        if not self._lines or (self._kind == "title" and kind == "prose"):
            return marker
        above = self._lines[-1]
        if len(self._lines) == 1 and above.italic and not line.italic and not _is_ended(above):
            return marker  # below a side head
        if marker.kind == "bullet" and len(marker.printed) == 1 and marker.printed not in "–—-o§*":
            return marker
        known = self._before(marker, line)
        further_in = line.left - (self._lines[-1].left if len(self._lines) > 1 else self._text_left())
        if marker.kind == "bullet":
            return marker if known is not None or further_in > 2 or _stands_apart(line, marker) else None
        if self._is_tight(above, line) and not (known is not None and follows(marker.value, known, marker.kind)):
            jumps = above.page != line.page or above.baseline < line.baseline
            ends = (":", ";", ".", ".”", ".)") if jumps else ":"  # the gap above is not seen over a page's edge
            starts = marker.value in ("1", "a", "i", "A") and (
                above.text.rstrip().endswith(ends) or (_is_ended(above) and not self._full(above, line))
            )
            return marker if starts or further_in > 6 else None
        return marker

    def _before(self, marker: Marker, line: Line) -> str | None:
        """The value of the last marker of this sort at this indent."""
        places = reversed(self._last_marker[family(marker)])
        return next((value for left, value in places if abs(left - line.left) <= 0.6 * line.size), None)

    def _is_tight(self, above: Line, line: Line) -> bool:
        return above.page != line.page or above.baseline - line.baseline < 1.12 * self._leading

    def _starts(self, line: Line, marker: Marker | None, kind: str) -> bool:
        """Whether a line starts a chunk of its own rather than going on with the one at hand."""
        above = self._lines[-1]
        if line.runs[0].raised > 0:
            return any(not run.raised for run in line.runs)
        if kind == "title" or self._kind == "title":
            return self._title_starts(above, line, marker, kind)
        if marker or abs(above.size - line.size) > 0.06 * above.size:
            return True
        if above.page != line.page or above.baseline < line.baseline - line.size:
            return not self._goes_on(above, line)
        return above.baseline - line.baseline > 1.22 * self._leading or self._indent_breaks(above, line)

    def _title_starts(self, above: Line, line: Line, marker: Marker | None, kind: str) -> bool:
        if kind != self._kind and kind == "title":
            return not self._bold_within(above, line)
        if kind != self._kind:
            return not (self._may_be_prose(above) and self._bold_runs_on(above, line))
        if id(above) in self._named and id(line) in self._named:
            return is_division(line.text)
        same = abs(above.size - line.size) < 0.5 and above.colour == line.colour
        same = same and _tagged_level(above) == _tagged_level(line) and self._is_one_title(above, line)
        return not same or (marker is not None and marker.kind == "bullet")

    def _may_be_prose(self, line: Line) -> bool:
        """Whether what sets a title line apart may as well set apart the first line of a sentence."""
        if line.bold:
            return _bold_line(line) and not is_title(line, self._metrics)
        return line.size < _MUCH_LARGER * self._metrics.size_on(line.page)

    def _bold_within(self, above: Line, line: Line) -> bool:
        """Whether a bold line is within a paragraph and no title: the text above it runs to the edge and on, or it
        goes on with a bold sentence in a list's entry, below the entry's words."""
        if is_title(line, self._metrics) or not self._is_tight(above, line):
            return False
        near = above.page == line.page
        hangs = self._marker is not None and line.left > self._lines[0].left + 0.6 * line.size
        return (
            (near or _is_cut(above, line) or (above.bold and _is_open(above)))
            and (self._full(above, line) or _is_cut(above, line))
            and not above.text.rstrip().endswith((".", ":", ";"))
        ) or (hangs and near and above.runs[-1].font.bold)

    def _bold_runs_on(self, above: Line, line: Line) -> bool:
        together = self._is_tight(above, line) and above.page == line.page
        return together and (self._full(above, line) or _is_cut(above, line))

    def _indent_breaks(self, above: Line, line: Line) -> bool:
        if line.left > above.left + _CENTRED * line.size and not self._full(above, line):
            return line.text[:1].isupper() and _is_ended(above)
        expected = self._lines[1].left if len(self._lines) > 1 else None
        if expected is None or abs(line.left - expected) < 0.6 * line.size:
            return False
        return not self._full(above, line) and line.text[:1].isupper()

    def _goes_on(self, above: Line, line: Line) -> bool:
        """Whether a paragraph that reached the foot of a page goes on in this line."""
        lefts = [x.left for x in self._lines[1:]] or [self._text_left(), self._lines[0].left, self._metrics.left]
        if min(abs(line.left - left) for left in lefts) > 0.6 * line.size:
            return False
        if line.text[:1].islower() or not above.text.rstrip().endswith((".", "?", "!", ":", ";", ".”", ".)")):
            return True
        return self._full(above, line)

    def _full(self, above: Line, line: Line) -> bool:
        """Whether the line's first word would not have fitted on the one above."""
        word = line.text.split(" ", 1)[0]
        width = (line.right - line.left) * (len(word) + 1) / max(len(line.text), 1)
        edge = max(self._metrics.right, max(x.right for x in self._lines))
        return above.right + width > edge


def _tagged_level(line: Line) -> str:
    """The heading's level that the file's tags give a line; none where they give it none."""
    tag = line.runs[0].tag
    return next((role for role in reversed(tag.path) if _TITLE_TAG.match(role)), "") if tag else ""


def _is_cut(above: Line, line: Line) -> bool:
    """Whether a sentence runs on from one line to the next: no stop behind the one, a small letter before the
    other."""
    return line.text[:1].islower() and _is_open(above)


def _is_ended(line: Line) -> bool:
    """Whether a sentence ends with a line."""
    return line.text.rstrip().endswith((".", ".”", ".)"))


def _is_open(line: Line) -> bool:
    """Whether no stop ends a line."""
    return _UNFINISHED.search(line.text.rstrip()) is not None


def _bold_line(line: Line) -> bool:
    return line.bold and any(c.isalpha() for c in line.text)


def _stands_apart(line: Line, marker: Marker) -> bool:
    """Whether a mark at a line's start is followed by more than a word space, as a bullet is."""
    first = line.runs[0]
    if first.text.strip() != marker.printed or len(line.runs) < 2:
        return False
    return line.runs[1].left - first.right > 0.45 * line.size


def _bare_number(line: Line, gap: float = _NUMBER_GAP) -> Marker | None:
    """The number that a line starts with where only the gap behind it, of so many type sizes, sets it apart:
    "45   A keeper"."""
    first = line.runs[0]
    value = first.text.strip()
    if len(line.runs) < 2 or not _BARE_NUMBER.fullmatch(value) or not line.runs[1].text[:1].isupper():
        return None
    if line.runs[1].left - first.right < gap * line.size:
        return None
    return Marker("number", value, value, len(first.text))


def _left_of(line: Line, offset: int) -> float:
    """Where character `offset` of a line stands, as near as runs tell."""
    at = 0
    for run in line.runs:
        end = at + len(run.text)
        if offset < end:
            share = (offset - at) / max(len(run.text), 1)
            return run.left + (run.right - run.left) * share - line.origin
        at = end
    return line.left
