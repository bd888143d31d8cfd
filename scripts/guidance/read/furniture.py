"""What a page repeats or adds and no paragraph owns: running heads, page numbers, the contents list.

Says which lines are furniture and why, so that each is dropped with its reason; it drops nothing itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise, product

from msgspec import Struct

from guidance.document.model import Document, Dropped, Finding
from guidance.read.numbering import comparable_title, roman_value
from guidance.read.page import ContentsEntry, Line, Metrics

_DIGITS = re.compile(r"\d+")
_NUMERAL = r"[ivxl]{1,6}"
_PAGE_NUMBER = re.compile(
    rf"""
    ^ (?: page \s* )?                       # "Page 12"
    [-–]? \s* (\d{{1,4}} | {_NUMERAL}) \s* [-–]?  # "12", "iv", "– 12 –"
    (?: \s* (?: of | / ) \s* \d+ )? $       # "12 of 96", "12/96"
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LEADER = r"[\s.…_·]"  # what leads from a title to its page: "Lanterns ........ 12", "Lanterns ____ 12"
_ENTRY = re.compile(
    rf"""
    ^ (?P<title>.*?\S) {_LEADER}*? [\s.…] \s* (?P<page>\d{{1,4}} | {_NUMERAL}) $  # "Lanterns ... 12", "Preface iv"
    | ^ (?P<glued>.*[^\W\d]) (?P<number>\d{{1,4}}) $                               # "Lanterns12"
    """,
    re.VERBOSE,
)
_LED = re.compile(r"[.…_·]{4} | (?:\s[.·]){4}", re.VERBOSE)  # "Lanterns ........ 12", "Lanterns . . . . 12"
_ENDS_ROMAN = re.compile(r"(?: ^ | [\s.…] ) x{0,3} (?: ix | iv | v?i{0,3} ) $", re.VERBOSE)  # "Preface iv"
_CONTENTS = re.compile(
    r"^ (?: table \s of \s )? contents (?: \s page )? $",  # "Contents", "Table of contents", "Contents page"
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN_LABEL = re.compile(r"(\d{1,3}) \.? \s+ \S", re.VERBOSE)  # "28 BC 66.", "28. BC 66."
_EDGE = 0.1  # of the page's height, at its head and at its foot, where furniture stands
_DEEP = 0.18  # of it: how far running heads of several lines reach
_WORDED = 12  # characters of words that no table or list repeats on most pages by chance
_SIDES = 4  # of the type size: a wider gap parts the sides of a running head
_TITLED = 1.15  # of the body's size: larger type is a title's rather than a running head's
_BAND = 4  # points: words that stand this near each other on several pages stand at one height
_TIGHT = 1.4  # of the type size: a running foot stands further below the last note than its lines do
_LONG = 60  # characters: a line that fills its column
_MOST_PAGES = 12  # of a contents list
_MOST_WAITING = 2  # lines of one title: a third without a page ends the list
_MOST_BEHIND = 20  # by which a list's numbers may be ahead of the pages
_MOST_MISSING = 9  # pages between two whose numbers count on
_BEFORE = -1000  # where pages with roman numbers stand before the others

# --- Running heads and feet, page numbers --------------------------------------------------------


class _EdgeLine(Struct, frozen=True):
    """A line near a page's edge: the page (0-based) and its index there, what is compared with other pages, and the
    page's number with whether it is in figures, where it is one."""

    page: int
    index: int
    line: Line
    pattern: str
    counted: tuple[int, bool] | None
    pieces: tuple[str, ...]  # its parts at the sides and in the middle, where there are several
    at_foot: bool
    deep: bool  # whether it stands below the outer tenth at the head

    @property
    def height(self) -> int:
        """The band of the page that it stands in."""
        return round(self.line.baseline / _BAND)

    @property
    def offset(self) -> tuple[int, bool] | None:
        """How far a page's number is ahead of the page; roman ones count apart."""
        return (self.counted[0] - self.page, self.counted[1]) if self.counted else None


def find_furniture(
    pages: Sequence[Sequence[Line]], heights: Sequence[float], body_size: float
) -> dict[int, dict[int, str]]:
    """For each page (0-based) the indexes of lines that are running heads or page numbers, with the reason.

    A line counts when it stands in the outer tenth of the page and the same words, digits aside, stand at
    the same height on other pages; or when it is a bare number there that counts with the pages. In type larger
    than the body's the digits count: "Chapter 1" and "Chapter 2" are titles. A note is never furniture, however
    alike those of several pages are: "28 BC 66." and "37 BC 54.". `heights` are the pages' own.
    """
    edges = [e for n, lines in enumerate(pages) for e in _edge_lines(n, lines, heights[n], body_size)]
    on_pages: dict[tuple[str, int], set[int]] = defaultdict(set)
    for edge in edges:
        for place in product((edge.pattern, *edge.pieces), (edge.height, edge.height + 1)):
            on_pages[place].add(edge.page)
    least = max(3, len(pages) // 30)
    enough = min(least, max(2, len(pages) - 1)) if len(pages) > 1 else 1  # a short file has few of them
    sided = {place for place, on in on_pages.items() if _is_sided(place[0], on, len(pages))}
    offsets = Counter(edge.offset for edge in edges if edge.offset)
    series = _series(edges, enough)
    furniture: dict[int, dict[int, str]] = defaultdict(dict)
    for edge in edges:
        roman_foot = edge.counted and not edge.counted[1] and edge.at_foot
        counts_on = edge.offset and (offsets[edge.offset] >= enough or (edge.height, edge.at_foot) in series)
        found = furniture[edge.page]
        if roman_foot or counts_on:
            found[edge.index] = "page number"
        elif (
            ((edge.pattern, edge.height) in sided and not edge.deep)
            or _repeats(edge, on_pages[edge.pattern, edge.height], least, pages)
            or any(_is_shared(words, on_pages[words, edge.height], least, pages) for words in edge.pieces)
        ) and (not edge.deep or _is_rest_of_head(edge, found, pages[edge.page])):
            upper = edge.line.baseline > heights[edge.page] / 2
            found[edge.index] = "running head" if upper else "running foot"
    _add_heads_of_one_page(furniture, edges, pages, body_size)
    _keep_notes(furniture, pages)
    return dict(furniture)


def _add_heads_of_one_page(
    furniture: dict[int, dict[int, str]],
    edges: Sequence[_EdgeLine],
    pages: Sequence[Sequence[Line]],
    body_size: float,
) -> None:
    """Adds the lines that stand where most pages have their running head: it may name each chapter, or be of the
    only left-hand page."""
    heads = {(e.page, e.height) for e in edges if furniture[e.page].get(e.index) == "running head"}
    usual = Counter(height for _, height in heads)
    for edge in edges:
        plain = not (edge.deep or edge.at_foot) and edge.line.size < _TITLED * body_size and not edge.line.bold
        if plain and 2 * usual[edge.height] > len(pages) > usual[edge.height] > 1:
            furniture[edge.page].setdefault(edge.index, "running head")


def _is_sided(words: str, on: set[int], pages: int) -> bool:
    """Whether words stand on all right-hand or all left-hand pages of a short file, but its first or last, and on
    no other: there are too few of them to be known by their number."""
    sides = {page % 2 for page in on}
    hands = len([page for page in range(pages) if page % 2 in sides])
    return len(sides) == 1 and len(on) > 1 and len(on) >= hands - 1 and len(words) >= _WORDED


def _repeats(edge: _EdgeLine, on: set[int], least: int, pages: Sequence[Sequence[Line]]) -> bool:
    """Whether the words of a line stand on enough pages `on`; those of a paragraph, or further from the edge, must
    stand on most pages."""
    if len(on) < least:
        return False
    often = 2 * len(on) > len(pages) and len(edge.line.text.strip()) >= _WORDED
    return often or not (edge.deep or _is_sentence(edge.line, pages[edge.page]))


def _is_shared(words: str, on: set[int], least: int, pages: Sequence[Sequence[Line]]) -> bool:
    """Whether one side of a running head stands on most pages, though the other names each chapter."""
    return len(on) >= least and 2 * len(on) > len(pages) and len(words) >= _WORDED


def _pieces(line: Line) -> tuple[str, ...]:
    """The parts of a line that wide gaps part, digits aside; none where none does."""
    parts = [line.runs[0].text]
    for before, run in pairwise(line.runs):
        apart = run.left - before.right > _SIDES * line.size
        parts[-1:] = [parts[-1], run.text] if apart else [parts[-1] + run.text]
    return tuple(_DIGITS.sub("#", part.strip()) for part in parts) if len(parts) > 1 else ()


def _is_rest_of_head(edge: _EdgeLine, found: dict[int, str], lines: Sequence[Line]) -> bool:
    """Whether a line goes on with a running head right above it."""
    heads = [lines[at] for at, reason in found.items() if reason == "running head"]
    near = (line.baseline - edge.line.baseline < _TIGHT * line.size for line in heads)
    return any(near) and _PLAIN_LABEL.match(edge.line.text) is None


def _series(edges: Sequence[_EdgeLine], enough: int) -> set[tuple[int, bool]]:
    """The heights at which figures stand that only ever grow from page to page: page numbers too where some page is
    missing between them."""
    found: dict[tuple[int, bool], list[tuple[int, int]]] = defaultdict(list)
    for edge in edges:
        if edge.counted and edge.counted[1]:
            found[edge.height, edge.at_foot].append((edge.page, edge.counted[0]))

    def grows(at: int, last: int, to: int, number: int) -> bool:
        return 0 < to - at <= number - last <= to - at + _MOST_MISSING

    many = {place: pages for place, pages in found.items() if len(pages) >= enough}
    return {place for place, pages in many.items() if all(grows(*one, *other) for one, other in pairwise(pages))}


def _keep_notes(furniture: dict[int, dict[int, str]], pages: Sequence[Sequence[Line]]) -> None:
    """Takes notes out of what was found at pages' feet: lines that start with a label, and those right below."""
    for number, reasons in furniture.items():
        lines = pages[number]
        marks = {label for line in lines for run in line.runs[1:] if run.is_note_label for label in run.labels}
        note: Line | None = None
        for index, line in enumerate(lines):
            goes_on = note is not None and _is_below(line, note)
            note = line if goes_on or _starts_note(line, marks) else None
            if note and reasons.get(index) == "running foot":
                del reasons[index]


def _starts_note(line: Line, marks: set[str]) -> bool:
    """Whether a line starts with a raised label, or with a plain one to which a mark on the page refers."""
    if line.runs[0].is_note_label:
        return len(line.runs) > 1
    found = _PLAIN_LABEL.match(line.text)
    return found is not None and found[1] in marks


def _is_below(line: Line, above: Line) -> bool:
    """Whether a line goes on with the one above, in the same type at ordinary leading."""
    return abs(line.size - above.size) < 0.5 and 0 < above.baseline - line.baseline < _TIGHT * line.size


def _edge_lines(page: int, lines: Sequence[Line], height: float, body_size: float) -> Iterator[_EdgeLine]:
    for index, line in enumerate(lines):
        turned = line.angle % 180 == 90  # a tab at the page's side
        at_foot, deep = line.baseline < _EDGE * height, line.baseline < (1 - _EDGE) * height and not turned
        if at_foot or turned or line.baseline > (1 - _DEEP) * height:
            words = line.text.strip()
            pattern = words if line.size > _TITLED * body_size else _DIGITS.sub("#", words)
            inner = deep and not at_foot
            found = None if inner else _PAGE_NUMBER.match(words)
            counted = (_value_of(found[1]), found[1].isdigit()) if found else None
            pieces = () if inner else _pieces(line)
            yield _EdgeLine(page, index, line, pattern, counted, pieces, at_foot, inner)


def _value_of(number: str) -> int:
    """The value of a page's number, which may be roman."""
    return int(number) if number.isdigit() else roman_value(number.lower())


def _is_sentence(line: Line, others: Sequence[Line]) -> bool:
    """Whether a line near the edge is one of a paragraph: a neighbour stands at ordinary leading. A very short line
    and one with links are never furniture."""
    if len(line.text.strip()) < 4 or line.links:
        return True
    return len(line.text) > _LONG and any(
        0 < abs(other.baseline - line.baseline) < 1.6 * line.size
        and abs(other.left - line.left) < line.size
        and other.colour == line.colour
        and len(other.text) > _LONG
        for other in others
    )


# --- The contents list ---------------------------------------------------------------------------


def find_contents(pages: Sequence[Sequence[Line]]) -> tuple[dict[int, set[int]], tuple[ContentsEntry, ...]]:
    """The lines of printed contents lists (page, 0-based -> indexes, titles included) and the first one's entries.

    A list starts at its title and goes on, over pages, while most lines end in a page number that does
    not go backwards; a line without one belongs to the entry that follows it. A part may have its own.
    """
    taken: dict[int, set[int]] = defaultdict(set)
    entries: tuple[ContentsEntry, ...] = ()
    for number, lines in enumerate(pages):
        for index, line in enumerate(lines):
            if index in taken[number] or not _CONTENTS.match(line.text.strip()):
                continue
            if sum(_entry(below) is not None for below in lines[index + 1 : index + 9]) >= 2:
                taken[number].add(index)
                found = _gather(pages, number, index + 1, taken)
                if not entries and 8 * number < max(len(pages), 80):
                    entries = found  # a part's own list says nothing of the levels in the whole
    return {page: indexes for page, indexes in taken.items() if indexes}, entries


def _entry(line: Line) -> tuple[str, int] | None:
    """The title that a line of a contents list ends, and the page it names."""
    words = line.text.strip()
    found = _ENTRY.match(words) if words[-1:].isdigit() or _ENDS_ROMAN.search(words[-8:]) else None
    if not found:
        return None
    page = found["page"] or found["number"]
    at = int(page) if page.isdigit() else _BEFORE + roman_value(page)
    return (found["title"] or found["glued"]).strip(" .…_·"), at


def _gather(
    pages: Sequence[Sequence[Line]], number: int, start: int, taken: dict[int, set[int]]
) -> tuple[ContentsEntry, ...]:
    """The entries of the list that starts with line `start` of page `number` (0-based); the lines that it takes are
    added to `taken`.

    An entry's page comes no earlier than the last, or dots or a gap lead to it, since some lists are not in the
    order of pages; and it stands where the first entries' pages do. Where lines without a page come before it, they
    may be the title of another list, such as that of figures.
    """
    right = max((line.right for line in pages[number][start:] if _entry(line)), default=0.0)
    entries: list[ContentsEntry] = []
    last = _BEFORE
    for at in range(number, min(len(pages), number + _MOST_PAGES)):
        before = len(entries)
        waiting: list[int] = []  # lines of a title whose page has not come yet
        for position, line in list(enumerate(pages[at]))[start if at == number else 0 :]:
            entry = _entry(line)
            led = _LED.search(line.text) is not None or len(_pieces(line)) > 1
            fits = entry is not None and (last <= entry[1] or (led and not waiting))
            fits = fits and abs(line.right - right) < 4 * line.size
            if entry and fits and entry[1] <= len(pages) + _MOST_BEHIND:
                heads = [pages[at][i] for i in waiting]
                title = " ".join([*(head.text.strip() for head in heads), entry[0]])
                entries.append(ContentsEntry(title, entry[1], (*heads, line)[0].left, line.bold, line.size))
                taken[at] |= {*waiting, position}
                last, waiting = entry[1], []
            elif len(waiting) < _MOST_WAITING:
                waiting.append(position)
            else:
                return tuple(entries)
        if len(entries) == before:
            break
    return tuple(entries)


# --- Contents that are out of date ---------------------------------------------------------------

_DROPPED_ENTRY = re.compile(
    r"(?P<title> .*\S ) [\s.·…]* \s (?P<number> \d{1,4} ) $",  # "Lanterns ...... 12"
    re.VERBOSE,
)


def stale_contents(document: Document) -> Iterator[Finding]:
    """A finding for each run of titles that the contents list puts equally far from where their headings stand.

    Only titles that one heading has are judged, and only in a file whose pages print their numbers.
    """
    numbers = {d.page: int(d.text) for d in document.dropped if d.reason == "page number" and d.text.isdecimal()}
    headings: dict[str, list[int]] = defaultdict(list)
    for provision in document.provisions:
        if provision.heading and provision.page:
            headings[comparable_title(provision.heading.plain)].append(provision.page)
    judged = [
        (title, number - numbers[pages[0]], pages[0])
        for title, number in _entries(document.dropped)
        if len(pages := headings.get(comparable_title(title), [])) == 1 and pages[0] in numbers
    ]
    for off, group in groupby(judged, key=lambda entry: entry[1]):
        run = list(group)
        if off:
            yield Finding("contents", _say(off, [title for title, _, _ in run]), run[0][2])


def _say(off: int, titles: list[str]) -> str:
    which = f"“{titles[0]}”" + (f" to “{titles[-1]}” ({len(titles)} titles)" if len(titles) > 1 else "")
    how = f"{abs(off)} {'page' if abs(off) == 1 else 'pages'} too {'high' if off > 0 else 'low'}"
    return f"the printed contents are {how} for {which}; links here lead to the headings themselves"


def _entries(dropped: Iterable[Dropped]) -> Iterator[tuple[str, int]]:
    """The titles of the contents list with the numbers they print; a title may go on over several lines."""
    begun = ""
    for entry in dropped:
        if entry.reason != "contents list":
            continue
        line = f"{begun} {entry.text.strip()}".strip()
        found = _DROPPED_ENTRY.fullmatch(line)
        if found:
            yield found["title"].rstrip(" .·…"), int(found["number"])
        begun = "" if found or len(begun) > 200 else line


# --- Title pages ---------------------------------------------------------------------------------

_FIRST = re.compile(
    r"1 \. \s* (?: [—–] \s* \(1\) )? \s+ [A-Z]", re.VERBOSE
)  # "1. These Rules", "1.—(1) These Rules"
_INSTRUMENT = re.compile(r"statutory \s (?: instruments? | rules )", re.VERBOSE | re.IGNORECASE)
_TITLE_GAP = 4  # of the type size: a wider gap parts a title from what stands above


def text_below(lines: Sequence[Line], metrics: Metrics, is_cover: bool) -> int:
    """Where the text starts on a first page that it shares with a title: with the titles over its first paragraph;
    0 where it does not, as where neither the page is a cover nor an instrument says that it is one."""
    wide = 0.7 * (metrics.right - metrics.left)
    first = (i for i, x in enumerate(lines) if _FIRST.match(x.text) and x.right - x.left > wide)
    start = next(first, 0)
    if not is_cover and not any(_INSTRUMENT.fullmatch(line.text.strip()) for line in lines[:start]):
        return 0
    while start > 0:
        above, line = lines[start - 1], lines[start]
        if above.right - above.left > wide:
            return start + _is_below(line, above)  # the last line of a paragraph
        if above.baseline - line.baseline > _TITLE_GAP * line.size:
            break
        start -= 1
    return start
