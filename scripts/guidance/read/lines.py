"""Fragments -> Lines in reading order: words put back on their lines, one column read to its foot before the other.

What a line means is decided elsewhere; here only place and size count, and no character is lost. Every
threshold is a share of the type size at hand or of the page.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise

from msgspec.structs import replace

from guidance.document.model import Box
from guidance.read.geometry import BESIDE, hull
from guidance.read.numbering import read_marker
from guidance.read.page import Columns, Fragment, Line, LineLink, LinkArea, Metrics, PdfPage, Run, Segment, Tag

_SAME_LINE = 0.22  # share of the type size by which the baselines of one line may differ
_RAISED = (0.12, 0.75)  # how far above its line a superscript may stand
_LOWERED = (-0.35, -0.05)
_WORD_GAP = 0.17  # a wider gap between fragments is a space
_CLOSING = ".,;:!?)]’”"
_SPACE = 0.25  # a gap as wide as this is one, whatever letter stands behind it
_BEARING = 0.1  # what a letter may keep free before itself
_CLOSING_GAP = 0.6  # nobody puts a space before these: only a gap that is one for sure counts
_FIGURE_GAP = 0.35  # figures are all as wide as an 8: beside a 1, which fills half of that, there is room
_NO_SPACE = 0.1  # a narrower gap between figures is none, whatever the engine says
_FIGURES_END = re.compile(r"(\d+) $")  # "201 " before "4"
_POINT = re.compile(r"\d\.$")
_FIGURES_START = re.compile(r"\d+")
_SMALLER = 0.86
_ORDINALS = ("st", "nd", "rd", "th")
_LAST = {"1": "st", "2": "nd", "3": "rd"}


_Part = tuple[Fragment, int]
"""A fragment, and whether it is raised (1) or lowered (-1) on its line."""


class _Row:
    """A line in the making."""

    def __init__(self, first: Fragment) -> None:
        self.baseline = first.baseline
        self.size = first.size
        self.parts: list[_Part] = [(first, 0)]

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


def build_lines(fragments: Iterable[Fragment], page: PdfPage, origin: float = 0.0) -> tuple[Line, ...]:
    """The lines that some fragments of a page form, top to bottom; slanted fragments stay by themselves.

    Indents are measured from `origin`, in points from the page's left edge."""
    fragments = tuple(fragments)
    rows: list[_Row] = []
    index: dict[int, list[_Row]] = defaultdict(list)
    level: dict[float, _Row] = {}  # by baseline: where most fragments of a line are found at once
    upright = (f for f in fragments if not f.angle)
    for fragment in sorted(upright, key=lambda f: (-f.size, -f.baseline, f.x)):
        row, raised = level.get(fragment.baseline), 0
        if row is None:
            row, raised = _find_row(fragment, index)
        if row is None:
            row = level[fragment.baseline] = _Row(fragment)
            rows.append(row)
            index[int(row.baseline) // 16].append(row)
        else:
            row.parts.append((fragment, raised))
    lines = [_slanted(f, page) for f in fragments if f.angle] + [_line_of(row, page, origin) for row in rows]
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
    for row in candidates:
        offset = row.offset(fragment)
        raised = 1 if _RAISED[0] < offset < _RAISED[1] else -1 if _LOWERED[0] < offset < _LOWERED[1] else 0
        if raised and fragment.size < _SMALLER * row.size and row.is_beside(fragment):
            return row, raised
    return None, 0


def _slanted(fragment: Fragment, page: PdfPage) -> Line:
    run = _run(fragment, 0, fragment.text.strip(), page.tags)
    return Line(page.number, fragment.box, fragment.baseline, fragment.size, (run,), (), fragment.angle)


def _run(fragment: Fragment, raised: int, text: str, tags: dict[int, Tag]) -> Run:
    box, tag = fragment.box, tags.get(fragment.mark)
    return Run(
        text, box.left, box.right, fragment.size, fragment.font, fragment.colour, raised, tag, fragment.drawn
    )


def _line_of(row: _Row, page: PdfPage, origin: float) -> Line:
    parts = sorted(row.parts, key=lambda part: part[0].x)
    texts = [" ".join(f.text.split()) + (" " if f.text[-1].isspace() else "") for f, _ in parts]
    for at, (before, behind) in enumerate(pairwise(parts)):
        if _is_ordinal(texts[at], before, behind, row.size) or _touches(texts[at], before, behind, row.size):
            texts[at] = texts[at].rstrip()
        elif _needs_space("".join(texts[max(0, at - 1) : at + 1]), before, behind, row.size):
            texts[at] += " "
    texts[-1] = texts[-1].rstrip()
    runs = [_run(f, raised, text, page.tags) for (f, raised), text in zip(parts, texts, strict=True)]
    box = parts[0][0].box if len(parts) == 1 else hull(fragment.box for fragment, _ in parts)
    found = _line_links(runs, box, row.baseline, page.links)
    return Line(page.number, box, row.baseline, _usual_size(runs), tuple(runs), found, 0, origin)


def _usual_size(runs: Sequence[Run]) -> float:
    """The size of most of a line's letters, so that a large bullet does not make a title of it."""
    if len(runs) == 1:
        return runs[0].size
    letters: Counter[float] = Counter()
    for run in runs:
        if not run.raised:
            letters[run.size] += len(run.text)
    return max(letters, key=lambda size: (letters[size], size)) if letters else runs[0].size


def _gap(before: _Part, behind: _Part) -> float:
    return behind[0].box.left - before[0].box.right


def _is_ordinal(text: str, before: _Part, behind: _Part, size: float) -> bool:
    """Whether letters set apart, raised or in a font's own small forms, make an ordinal of the figures before them,
    whatever the gap: 21st."""
    letters, figure = behind[0].text.strip(), text.rstrip()[-1:]
    ordinal = letters in _ORDINALS and figure.isdigit()
    return ordinal and letters in ("th", _LAST.get(figure)) and _gap(before, behind) < size


def _needs_space(text: str, before: _Part, behind: _Part, size: float) -> bool:
    """Whether a space stands between two parts of a line; `text` is that of the first and the one before it."""
    fragment = behind[0]
    if text.endswith(" "):
        return False
    if fragment.text[0].isspace():
        return True
    least = _CLOSING_GAP if fragment.text[0] in _CLOSING else _WORD_GAP
    if text[-1].isdigit() and fragment.text[0].isdigit() and not before[1]:
        least = _FIGURE_GAP
    gap = _gap(before, behind)
    capitals = text[-1].isupper() and fragment.text[0].isupper()
    figures = fragment.text[0].isdigit() and _POINT.search(text)  # "3.1": a 1 fills half of its room
    if least * size < gap < _SPACE * size and (capitals or figures):  # some is of the letter, as of an "I"
        gap -= min(max(fragment.box.left - fragment.x, 0.0), _BEARING * size)
    return gap > least * size


def _touches(text: str, before: _Part, behind: _Part, size: float) -> bool:
    """Whether figures stand so close that the space the engine reads between them is none: "201 4" is a year."""
    head, tail = _FIGURES_END.search(text), _FIGURES_START.match(behind[0].text)
    if not head or not tail or len(head[1]) + len(tail[0]) > 4 or before[1]:
        return False
    return abs(_gap(before, behind)) < _NO_SPACE * size


def _line_links(runs: Sequence[Run], box: Box, baseline: float, links: Sequence[LinkArea]) -> tuple[LineLink, ...]:
    if not links:
        return ()
    text = "".join(run.text for run in runs)
    found: list[LineLink] = []
    inside = [
        (place, words, area)
        for area in links
        for place, words in zip(area.boxes, area.words, strict=True)
        if place.bottom < baseline + 0.3 * (box.top - box.bottom) < place.top
        if place.left < box.right and place.right > box.left and words.strip()
    ]
    for place, words, area in sorted(inside, key=lambda entry: entry[0].left):
        share = (place.left - box.left) / max(box.right - box.left, 1.0)
        taken = found[-1].end if found else 0
        stretch = _locate(text, " ".join(words.split()), round(share * len(text)), taken)
        stretch = stretch or _lying_in(runs, place, taken)
        if stretch:
            found.append(LineLink(*stretch, area))
    return tuple(found)


def _lying_in(runs: Sequence[Run], box: Box, after: int) -> tuple[int, int] | None:
    """The characters that lie in a rectangle, where the engine reads its words in another order than the line's."""
    widths = [(run.right - run.left) / max(len(run.text), 1) for run in runs]
    middles = (
        run.left + (at + 0.5) * width
        for run, width in zip(runs, widths, strict=True)
        for at in range(len(run.text))
    )
    within = [at for at, middle in enumerate(middles) if at >= after and box.left < middle < box.right]
    return (within[0], within[-1] + 1) if len(within) > 2 else None


def _locate(text: str, words: str, near: int, after: int) -> tuple[int, int] | None:
    """The occurrence of `words` nearest to where the link lies."""
    starts = [at for at in range(after, len(text)) if text.startswith(words, at)]
    if not starts:
        return None
    start = min(starts, key=lambda s: abs(s - near))
    return start, start + len(words)


# --- Reading order -------------------------------------------------------------------------------


def lines_in_order(fragments: Sequence[Fragment], page: PdfPage, columns: Columns) -> tuple[Line, ...]:
    """The lines of a page in reading order, one column after the other, heads in the margin before what they stand
    beside."""
    if columns.margin:
        aside = [f.box.right < columns.margin and not f.angle for f in fragments]
        rest = build_lines((f for f, apart in zip(fragments, aside, strict=True) if not apart), page)
        return _with_heads_beside(rest, build_lines(compress(fragments, aside), page))
    if not columns.bands:
        return build_lines(fragments, page)
    by_rank: dict[tuple[int, int], list[Fragment]] = defaultdict(list)
    for fragment in fragments:
        by_rank[columns.rank(fragment.box, fragment.baseline)].append(fragment)
    return tuple(
        line
        for rank, some in sorted(by_rank.items(), key=lambda entry: entry[0])
        for line in build_lines(some, page, columns.shifts[rank[1]])
    )


_HEAD_GAP = 1.6  # of the type size: a wider gap parts two heads


def _with_heads_beside(lines: Sequence[Line], aside: Sequence[Line]) -> tuple[Line, ...]:
    """Lines with those in the margin before the one that each head's first line stands beside; lines in the margin
    that stand beside nothing stay where they are."""
    at: dict[int, list[Line]] = defaultdict(list)
    place = 0
    for above, line in zip([None, *aside], aside, strict=False):
        if above is None or above.baseline - line.baseline > _HEAD_GAP * line.size:
            below = (n for n, x in enumerate(lines) if x.baseline < line.baseline + BESIDE * x.size)
            place = next(below, len(lines))
        near = place < len(lines) and abs(lines[place].baseline - line.baseline) < BESIDE * lines[place].size
        goes_on = at[place] and at[place][-1].beside
        at[place].append(replace(line, beside=bool(near or goes_on)))
    return tuple(x for n in range(len(lines) + 1) for x in (*at.get(n, ()), *lines[n : n + 1]))


COLUMN_GAP = 1.0  # of the type size: a wider gap parts two columns, or a number and its text


def cut_segments(fragments: Iterable[Fragment], gap: float = COLUMN_GAP) -> list[Segment]:
    """Words on one baseline joined while no gap wider than so many type sizes parts them, from the top down;
    slanted ones are left out."""
    upright = [f for f in fragments if not f.angle and f.text.strip()]
    segments: list[Segment] = []
    for f in sorted(upright, key=lambda f: (-round(f.baseline), f.box.left)):
        last = segments[-1] if segments else None
        near = last is not None and abs(last.baseline - f.baseline) < 0.75 * f.size
        if last is not None and near and -f.size < f.box.left - last.right < gap * f.size:
            last.right = max(last.right, f.box.right)
            last.pieces.append(f.text)
        else:
            look = (f.colour, f.font.name)
            segments.append(Segment(f.box.left, f.box.right, f.baseline, f.size, look, [f.text]))
    return segments


# --- What is usual in a file ---------------------------------------------------------------------

_MUCH_LARGER = 1.25  # times the body's size: type that is a title's


def measure(pages: Sequence[Sequence[Line]], size: float, boxed: Iterable[Sequence[Line]] = ()) -> Metrics:
    """The metrics of a file whose usual type size is `size` (points), from the lines of its pages (running heads
    already away); `boxed` are those in boxes and tables, whose bullets are in the same fonts."""
    every = [line for lines in pages for line in lines]
    colours: Counter[int] = Counter()
    for run in (run for line in every for run in line.runs):
        colours[run.colour] += len(run.text)
    colour = colours.most_common(1)[0][0] if colours else 0
    body = [line for line in every if round(line.size, 1) == size]
    rights = sorted(line.right for line in body)
    lefts = Counter(round(line.left) for line in body)
    leading, running = _usual_leading(pages)
    large = {line.colour for line in every if line.size > _MUCH_LARGER * size}
    return Metrics(
        size=size,
        colour=colour,
        leading=leading,
        larger=_larger(running, size),
        signs=frozenset(_sign_fonts([*every, *(line for lines in boxed for line in lines)])),
        right=rights[int(0.98 * len(rights))] if rights else 0.0,  # a few lines hang out
        left=float(lefts.most_common(1)[0][0]) if lefts else 0.0,
        accents=frozenset(large - {colour}),
    )


_LEAST_SIGNS = 3
_FEW_SIGNS = 2  # different ones of a font of bullets


def _sign_fonts(lines: Iterable[Line]) -> Iterator[str]:
    """The names of fonts that set nothing but one or two lone signs at lines' starts, set apart from the words: of
    bullets, whatever letter such a font's key is; fonts of signs that are bullets by themselves are left out."""
    signs: dict[str, Counter[str]] = defaultdict(Counter)
    others: set[str] = set()
    for line in lines:
        for at, run in enumerate(line.runs):
            name, sign = run.font.name, run.text.strip()
            if name in others or not sign:
                continue
            lone = at == 0 and len(sign) == 1 and not sign.isdigit() and len(line.runs) > 1
            if lone and line.runs[1].left - run.right > _WORD_GAP * line.size:
                signs[name][sign] += 1
            else:
                others.add(name)
    for name, found in signs.items():
        if name in others or found.total() < _LEAST_SIGNS or len(found) > _FEW_SIGNS:
            continue
        markers = (read_marker(f"{sign} x") for sign in found)
        if not all(marker and marker.kind == "bullet" for marker in markers):
            yield name


_SOME_PROSE = 0.05  # share of the file's running lines from which a size is one of its body's


def _larger(running: dict[int, Counter[float]], size: float) -> dict[int, float]:
    """For pages on which most prose is in larger type than `size`, though not in a title's, that type's size;
    `running` are the lines on each page that run on, by size."""
    every = sum(running.values(), Counter())
    bodies = {one for one, count in every.items() if one > size and count > _SOME_PROSE * every.total()}
    usual = {page: counts.most_common(1)[0][0] for page, counts in running.items()}
    return {page: one for page, one in usual.items() if one in bodies}


def _usual_leading(pages: Sequence[Sequence[Line]]) -> tuple[dict[float, float], dict[int, Counter[float]]]:
    """For each type size the usual distance between the baselines of two lines of it, in half points; and how many
    lines of it run on to the next, on each page."""
    gaps: dict[float, Counter[float]] = defaultdict(Counter)
    running: dict[int, Counter[float]] = defaultdict(Counter)
    for lines in pages:
        for above, line in pairwise(lines):
            size = round(line.size, 1)
            gap = round((above.baseline - line.baseline) * 2) / 2
            alike = round(above.size, 1) == size and len(above.text) > 40
            if alike and 0.9 * line.size < gap < 2 * line.size:
                gaps[size][gap] += 1
                running[line.page][size] += 1
    return {size: _tightest_usual(counts) for size, counts in gaps.items()}, running


def _tightest_usual(gaps: Counter[float]) -> float:
    least = min(0.2 * gaps.total(), max(gaps.values()))
    return min(gap for gap, count in gaps.items() if count >= least)
