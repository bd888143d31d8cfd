"""What a page repeats or adds and no paragraph owns: running heads, page numbers, the contents list.

Says which lines are furniture and why, so that each is dropped with its reason; it drops nothing itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct

from guidance.read.lines import Line
from guidance.read.numbering import roman_value

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–]?\s*(\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:of|/)\s*\d+)?$", re.I)
_ENTRY = re.compile(
    r"^(?P<title>.*?\S)[\s.…_·]*?[\s.…]\s*(?P<page>\d{1,4}|[ivxl]{1,6})$|^(?P<glued>.*[^\W\d])(?P<number>\d{1,4})$"
)
_ROMAN = re.compile(r"(?:^|[\s.…])x{0,3}(?:ix|iv|v?i{0,3})$")
_BEFORE = -1000  # where pages with roman numbers stand before the others
_TITLED = 1.15  # of the body's size: larger type is a title's rather than a running head's
_CONTENTS = re.compile(r"^(?:table of )?contents(?: page)?$", re.I)


class ContentsEntry(Struct, frozen=True):
    """A line of the printed contents list: its title, the page it names, how far it is indented."""

    title: str
    page: int
    left: float
    bold: bool
    size: float


def find_furniture(
    pages: Sequence[Sequence[Line]], heights: Sequence[float], body_size: float
) -> dict[int, dict[int, str]]:
    """For each page (0-based) the indexes of lines that are running heads or page numbers, with the reason.

    A line counts when it stands in the outer tenth of the page and the same words, digits aside, stand at
    the same height on other pages; or when it is a bare number there that counts with the pages. In type larger
    than the body's the digits count: "Chapter 1" and "Chapter 2" are titles.
    """
    edges: list[tuple[int, int, Line, str]] = []
    for number, lines in enumerate(pages):
        for index, line in enumerate(lines):
            if line.baseline < 0.1 * heights[number] or line.baseline > 0.9 * heights[number]:
                words = line.text.strip()
                titled = line.size > _TITLED * body_size
                edges.append((number, index, line, words if titled else _DIGITS.sub("#", words)))
    at_height: dict[tuple[str, int], set[int]] = defaultdict(set)
    offsets: Counter[tuple[int, bool]] = Counter()  # of roman numbers apart from others
    for number, _, line, pattern in edges:
        for height in (round(line.baseline / 4), round(line.baseline / 4) + 1):
            at_height[pattern, height].add(number)
        found = _PAGE_NUMBER.match(line.text.strip())
        if found:
            offsets[_counts(found[1]) - number, found[1].isdigit()] += 1
    least = max(3, len(pages) // 30)
    enough = min(least, max(2, len(pages) - 1))  # a short file has few of them
    usual = {offset for offset, count in offsets.items() if count >= enough}
    furniture: dict[int, dict[int, str]] = defaultdict(dict)
    for number, index, line, pattern in edges:
        found = _PAGE_NUMBER.match(line.text.strip())
        counted = found and (_counts(found[1]) - number, found[1].isdigit()) in usual
        if counted or (found and not found[1].isdigit() and line.baseline < 0.1 * heights[number]):
            furniture[number][index] = "page number"
        elif len(at_height[pattern, round(line.baseline / 4)]) >= least and not _is_sentence(line, number, pages):
            furniture[number][index] = "running head" if line.baseline > heights[number] / 2 else "running foot"
    return dict(furniture)


def _counts(number: str) -> int:
    """The value of a page's number, which may be roman."""
    return int(number) if number.isdigit() else roman_value(number.lower())


def _is_sentence(line: Line, number: int, pages: Sequence[Sequence[Line]]) -> bool:
    """Whether a line near the edge is one of a paragraph: a neighbour stands at ordinary leading."""
    if len(line.text.strip()) < 4 or line.links:
        return True
    return (
        any(
            0 < abs(other.baseline - line.baseline) < 1.6 * line.size
            and abs(other.left - line.left) < line.size
            and other.colour == line.colour
            and len(other.text) > 60
            for other in pages[number]
        )
        and len(line.text) > 60
    )


def find_contents(pages: Sequence[Sequence[Line]]) -> tuple[dict[int, set[int]], tuple[ContentsEntry, ...]]:
    """The lines of printed contents lists (page, 0-based -> indexes, titles included) and the first one's entries.

    A list starts at its title and goes on, over pages, while most lines end in a page number that does
    not go backwards; a line without one belongs to the entry that follows it. A part may have its own.
    """
    taken: dict[int, set[int]] = {}
    entries: tuple[ContentsEntry, ...] = ()
    for number, lines in enumerate(pages):
        for index, line in enumerate(lines):
            if index in taken.get(number, ()) or not _CONTENTS.match(line.text.strip()):
                continue
            if _entries_after(lines[index + 1 :]) >= 2:
                listed, found = _gather(pages, number, index)
                for page, indexes in listed.items():
                    taken.setdefault(page, set()).update(indexes)
                if not entries and 8 * number < max(len(pages), 80):
                    entries = found  # a part's own list says nothing of the levels in the whole
    return taken, entries


def _entries_after(lines: Sequence[Line]) -> int:
    return sum(1 for line in lines[:8] if _entry(line))


def _entry(line: Line) -> tuple[str, int] | None:
    words = line.text.strip()
    found = _ENTRY.match(words) if words[-1:].isdigit() or _ROMAN.search(words[-8:]) else None
    if not found:
        return None
    page = found["page"] or found["number"]
    at = int(page) if page.isdigit() else _BEFORE + roman_value(page)
    return (found["title"] or found["glued"]).strip(" .…_·"), at


def _gather(
    pages: Sequence[Sequence[Line]], number: int, index: int
) -> tuple[dict[int, set[int]], tuple[ContentsEntry, ...]]:
    taken: dict[int, set[int]] = {number: {index}}
    entries: list[ContentsEntry] = []
    last, start = _BEFORE, index + 1
    right = max((line.right for line in pages[number][index + 1 :] if _entry(line)), default=0.0)
    for at in range(number, min(len(pages), number + 12)):
        waiting: list[int] = []
        found_here = 0
        for position in range(start, len(pages[at])):
            line = pages[at][position]
            entry = _entry(line)
            if entry and last <= entry[1] <= len(pages) + 20 and abs(line.right - right) < 4 * line.size:
                first = pages[at][waiting[0]] if waiting else line
                words = [pages[at][w].text.strip() for w in waiting]
                entries.append(
                    ContentsEntry(" ".join([*words, entry[0]]), entry[1], first.left, line.bold, line.size)
                )
                taken.setdefault(at, set()).update([*waiting, position])
                waiting, last = [], entry[1]
                found_here += 1
            elif len(waiting) < 2:
                waiting.append(position)
            else:
                return taken, tuple(entries)
        if not found_here:
            break
        start = 0
    return taken, tuple(entries)
