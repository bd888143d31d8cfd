"""Which title lines are headings, and on which level: bookmarks, printed contents, tags and type as evidence.

Each heading records what it rests on. Bookmarks that outnumber the titles by far were made by a machine and
are not believed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct

from guidance.anchors import normalise
from guidance.model import EvidenceKind, Kind
from guidance.read.furniture import Entry
from guidance.read.ink import Bookmark
from guidance.read.paragraphs import Chunk

_TAG_LEVEL = re.compile(r"^H([1-6])$")
_NAMED = re.compile(
    r"^(?P<kind>part|chapter|section|annex|appendix|schedule|flow ?chart)\s+"
    r"(?P<number>\d+[a-z]?|[a-z](?![a-z])|[ivxl]+(?![a-z])|one|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_ONE_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELT = {word: str(number) for number, word in enumerate(_ONE_TO_TEN, 1)}
_KINDS: dict[str, Kind] = {
    "part": "part",
    "chapter": "chapter",
    "annex": "annex",
    "appendix": "annex",
    "schedule": "annex",
    "flow chart": "flow-chart",
    "flowchart": "flow-chart",
}


class Heading(Struct, frozen=True):
    """A title line that is a heading, its level (1 = chapter) and the evidence for it."""

    chunk: Chunk
    level: int
    evidence: tuple[EvidenceKind, ...]


def heading_kind(title: str, level: int) -> tuple[Kind, str | None]:
    """What a heading's words say it is, and its printed number or letter: ("chapter", "3"), ("annex", "A")."""
    found = _NAMED.match(title)
    if found:
        word = " ".join(found["kind"].lower().split())
        number = _SPELT.get(found["number"].lower(), found["number"])
        if word in _KINDS:
            return _KINDS[word], number
        return ("section", number) if level > 1 else ("chapter", None)
    return ("chapter" if level == 1 else "section"), None


def named_word(title: str) -> str | None:
    """The word a heading names itself by ("chapter", "appendix", "flow-chart"), for its anchor."""
    found = _NAMED.match(title)
    return "-".join(found["kind"].lower().replace("flowchart", "flow chart").split()) if found else None


def key_of(title: str) -> str:
    """A title made comparable over contents list, bookmarks and page: letters and digits only."""
    return re.sub(r"[\W_]+", "", normalise(title).lower())


class _Votes(Struct):
    bookmark: int | None = None
    contents: int | None = None
    tag: int | None = None


def rank_headings(
    titles: Sequence[Chunk], bookmarks: Sequence[Bookmark], entries: Sequence[Entry]
) -> tuple[Heading, ...]:
    """The headings among some title lines, with their levels.

    The level is the bookmarks' where a title is among them, else the printed contents', else the tags',
    else that of other titles in the same type; levels start at 1 and never skip one going down.
    """
    listed = _bookmark_levels(bookmarks, len(titles))
    printed = _contents_levels(entries)
    votes = [_votes(chunk, listed, printed) for chunk in titles]
    by_style: dict[tuple[float, int], Counter[int]] = defaultdict(Counter)
    firm = [v.bookmark or v.contents or v.tag for v in votes]
    for chunk, level in zip(titles, firm, strict=True):
        if level:
            by_style[_style(chunk)][level] += 1
    ranks = _style_ranks(titles, by_style)
    headings: list[Heading] = []
    before = 0
    for chunk, vote, level in zip(titles, votes, firm, strict=True):
        level = min(level or ranks[_style(chunk)], before + 1)
        before = level
        evidence: list[EvidenceKind] = []
        evidence += ["bookmark"] if vote.bookmark else []
        evidence += ["contents"] if vote.contents else []
        evidence += ["tag"] if vote.tag else []
        headings.append(Heading(chunk, level, (*evidence, "style")))
    return tuple(headings)


def _style(chunk: Chunk) -> tuple[float, int]:
    return round(chunk.lines[0].size, 0), chunk.lines[0].colour


def _votes(chunk: Chunk, listed: dict[str, list[tuple[int, int]]], printed: dict[str, int]) -> _Votes:
    key = key_of(chunk.text)
    page = chunk.lines[0].page
    near = [level for at, level in listed.get(key, ()) if abs(at - page) <= 1]
    tags = Counter(
        int(found[1])
        for line in chunk.lines
        for run in line.runs
        if run.tag
        for role in run.tag.path
        if (found := _TAG_LEVEL.match(role))
    )
    return _Votes(
        bookmark=near[0] if near else None,
        contents=printed.get(key),
        tag=tags.most_common(1)[0][0] if tags else None,
    )


def _bookmark_levels(bookmarks: Sequence[Bookmark], titles: int) -> dict[str, list[tuple[int, int]]]:
    if len(bookmarks) > 4 * titles + 20:
        return {}
    levels: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for mark in bookmarks:
        if mark.page is not None:
            levels[key_of(mark.title)].append((mark.page, mark.level))
            levels[key_of(re.sub(r"\d{1,3}$", "", mark.title))].append((mark.page, mark.level))
    return levels


def _contents_levels(entries: Sequence[Entry]) -> dict[str, int]:
    """Levels from how far entries are indented, or, where none is, from how they are set."""
    if not entries:
        return {}
    lefts: list[float] = []
    for left in sorted(e.left for e in entries):
        if not lefts or left - lefts[-1] > 4.0:
            lefts.append(left)
    looks = sorted({(round(e.size), e.bold) for e in entries}, reverse=True)
    levels = {}
    for entry in entries:
        indent = max(i for i, left in enumerate(lefts) if entry.left >= left - 4.0)
        look = looks.index((round(entry.size), entry.bold))
        levels[key_of(entry.title)] = 1 + indent + look
    return levels


def _style_ranks(
    titles: Sequence[Chunk], by_style: dict[tuple[float, int], Counter[int]]
) -> dict[tuple[float, int], int]:
    """A level for each style: the one most of its titles have by other evidence, else by its size."""
    styles = sorted({_style(chunk) for chunk in titles}, key=lambda s: (-s[0], s[1]))
    ranks: dict[tuple[float, int], int] = {}
    sizes = sorted({size for size, _ in styles}, reverse=True)
    for style in styles:
        if by_style.get(style):
            ranks[style] = by_style[style].most_common(1)[0][0]
        else:
            ranks[style] = 1 + sizes.index(style[0])
    return ranks
