"""Which title lines are headings, and on which level: bookmarks, printed contents, tags and type as evidence.

Each heading records what it rests on. Bookmarks that outnumber the titles by far were made by a machine and
are not believed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import EvidenceKind
from guidance.read.numbering import caption_number, comparable_title, is_division, named_number
from guidance.read.page import Bookmark, Chunk, ContentsEntry, Flow, Heading, Line, Metrics, Part

# --- Which titles are headings -------------------------------------------------------------------


def find_headings(parts: Sequence[Part], bookmarks: Sequence[Bookmark], flow: Flow) -> dict[int, Heading]:
    """The headings among the parts: titles that other evidence names, and those set like them."""
    titles = {i: p for i, p in enumerate(parts) if isinstance(p, Chunk) and (p.kind == "title" or _is_italic(p))}
    loud = {i: title for i, title in titles.items() if title.loud}
    quiet = [i for i in titles if i not in loud]
    ranked = rank_headings(list(titles.values()), bookmarks, flow.entries)
    shouted = {comparable_title(title.text) for title in loud.values()}
    named = {i for i, heading in zip(titles, ranked, strict=True) if heading.evidence != ("style",)}
    named -= {i for i in quiet if comparable_title(titles[i].text) in shouted}
    for kind in ("title", "prose"):  # those in italics are told by what is usual of such
        named |= find_side_heads(parts, [i for i in quiet if titles[i].kind == kind], flow.metrics)
    coded = [i for i in quiet if is_coded(titles[i].text) and len(titles[i].lines) <= _MOST_LINES]
    named |= set(coded) if len(coded) >= _LEAST_CODED else set()
    named |= {i for i in quiet if _heads_for_sure(titles[i], parts[i + 1 : i + 2])}
    usual = _usual_colours(loud, named)
    named |= {i for i, t in loud.items() if t.lines[0].colour in usual and caption_number(t.text) is None}
    kept = sorted(named)
    spaces = [_space_around(parts, i) for i in kept]
    ranked = rank_headings([titles[i] for i in kept], bookmarks, flow.entries, spaces)
    return dict(zip(kept, ranked, strict=True))


def _is_italic(chunk: Chunk) -> bool:
    """Whether a text is a line or two in italics, as side heads may be, and no sentence."""
    if len(chunk.lines) > _MOST_LINES or chunk.marker or not chunk.lines[0].runs[0].font.italic:
        return False
    short = len(chunk.text) <= _LONGEST and not chunk.text.rstrip().endswith(_ENDS)
    return short and chunk.text[:1].isupper() and all(line.italic for line in chunk.lines)


_CODED = re.compile(r"[A-Z]{1,4} \d{1,3} [A-Z]? \s? [:.–-] \s* [A-Z]", re.VERBOSE)  # "PM1: The list"
_LEAST_CODED = 3


def is_coded(title: str) -> bool:
    """Whether a title starts with a code below which paragraphs count anew."""
    return _CODED.match(title) is not None


def _usual_colours(loud: dict[int, Chunk], named: set[int]) -> set[int]:
    """The colours of headings: those of several that are `named` already, and of titles that stand on several
    pages, since a chart's labels are loud on one. Where there are neither, all."""
    counts = Counter(title.lines[0].colour for i, title in loud.items() if i in named)
    pages = Counter(colour for colour, _ in {(t.lines[0].colour, t.lines[0].page) for t in loud.values()})
    return {colour for colour in pages if counts[colour] > 1 or pages[colour] > 2} or set(pages)


# --- Side heads ----------------------------------------------------------------------------------

_LEAST_PLAIN = 5  # that plainly stand closer to what follows than to what precedes: fewer are somebody's emphasis
_CLOSER = 1.1  # times as far from the text above as from that below
_MOST_LINES = 2
_MUCH_LARGER = 1.2  # times the size of what follows
_LONGEST = 120  # characters
_ENDS = (".", ":", ";", ",", "’", "”", "'", '"', ")")  # of sentences, lead-ins and quotations


def find_side_heads(parts: Sequence[Part], quiet: Sequence[int], metrics: Metrics) -> set[int]:
    """Which of the title lines at the indexes `quiet` are side heads: all that stand at the margin above a text, in
    a document where enough of them stand closer to it than to the text before."""
    likely: dict[int, bool] = {}  # whether it plainly stands closer to what follows
    for index in quiet:
        title, above, below = parts[index], _gap(parts, index - 1), _gap(parts, index)
        possible = isinstance(title, Chunk) and _could_be(title, metrics)
        if not possible or (below is None and not _ends_page(parts, index)):
            continue
        if above is None or below is None or _is_title(parts[index - 1]):
            likely[index] = False
        elif above > _CLOSER * below:
            likely[index] = True
    return set(likely) if sum(likely.values()) >= _LEAST_PLAIN else set()


def _heads_for_sure(title: Chunk, below: Sequence[Part]) -> bool:
    """Whether a title stands in the margin and is no sentence, names a statute's part, or an annex whose text is in
    much smaller type."""
    first = title.lines[0]
    aside = first.beside and not title.text.rstrip().endswith(_ENDS)
    size = below[0].lines[0].size if below and isinstance(below[0], Chunk) else first.size
    annexed = first.size > _MUCH_LARGER * size and named_number(title.text) is not None
    return aside or annexed or _divides(first)


def _divides(line: Line) -> bool:
    """Whether a line names a statute's part, in capitals or in plain type: a bold "Part 2" is one of a form."""
    return is_division(line.text) and (not line.bold or line.text.isupper())


def _ends_page(parts: Sequence[Part], index: int) -> bool:
    """Whether prose goes on overleaf behind the part at `index`."""
    below = parts[index + 1] if index + 1 < len(parts) else None
    overleaf = parts[index].lines[-1].page + 1
    return isinstance(below, Chunk) and below.kind == "prose" and below.lines[0].page == overleaf


def _could_be(title: Chunk, metrics: Metrics) -> bool:
    """Whether a bold line reads like a title and stands where text or its numbers start."""
    words = title.text.strip()
    short = len(title.lines) <= _MOST_LINES and len(words) <= _LONGEST
    at_margin = title.left < metrics.left + title.lines[0].size
    return short and at_margin and title.marker is None and not words.endswith(_ENDS) and words[:1].isupper()


def _is_title(part: Part) -> bool:
    return isinstance(part, Chunk) and part.kind == "title" and not part.text.rstrip().endswith(_ENDS)


_Space = tuple[float | None, float | None]
"""How far a title stands from the text above and from that below, in points, where it stands beside any."""


def _space_around(parts: Sequence[Part], index: int) -> _Space:
    over, under = parts[index - 1 : index], parts[index + 1 : index + 2]
    above = _gap(parts, index - 1) if over and not _is_title(over[0]) else None
    return above, _gap(parts, index) if under and getattr(under[0], "kind", None) == "prose" else None


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


# --- Levels --------------------------------------------------------------------------------------

_TAG_LEVEL = re.compile(r"^H([1-6])$")
_NUMBERED = re.compile(
    r"( (?: \d{1,3} | [A-Z] ) (?: \.\d{1,3} )* ) \.? \s", re.VERBOSE
)  # "3 Berths", "1.2.1 ", "A. "
_RESIDUE = re.compile(r"(?: \s*+ \d{1,3}+ F? )+ $", re.VERBOSE)  # of notes in Word's bookmarks: "Berths 12F13F"
_NEARLY_ALL = 0.8  # share of a style's titles on one level from which a tag that says otherwise is not believed
_MOSTLY_UNKNOWN = 0.8  # share of a style's titles without a level from which the others' levels say nothing
_SLANTED = 0.5  # points of type size by which italics count for less
_SOME = 0.1  # share of a style's titles on one level from which smaller styles stand below it

_Style = tuple[float, int]
"""Type size and colour of a title; a statute's parts and schedules stand above the side heads in their type, and
italics below those in bold."""


class _Title(Struct):
    """A title's chunk and style, and the level that each kind of evidence gives it, where it says anything."""

    chunk: Chunk
    style: _Style
    bookmark: int | None
    contents: int | None
    tag: int | None

    @property
    def level(self) -> int | None:
        """The level that the most trusted of them gives."""
        return self.bookmark or self.contents or self.tag

    def evidence(self, numbered: bool) -> tuple[EvidenceKind, ...]:
        """What a heading rests on; `numbered` where its number says how deep it stands."""
        kinds: tuple[tuple[EvidenceKind, object], ...] = (
            ("bookmark", self.bookmark),
            ("contents", self.contents),
            ("tag", self.tag),
            ("number", numbered),
            ("style", True),
        )
        return tuple(kind for kind, given in kinds if given)


def rank_headings(
    chunks: Sequence[Chunk],
    bookmarks: Sequence[Bookmark],
    entries: Sequence[ContentsEntry],
    spaces: Sequence[_Space] = (),
) -> tuple[Heading, ...]:
    """The headings among some title lines, with their levels; `spaces` are those around each, where known.

    The level is the bookmarks' where a title is among them, else the printed contents', else the tags'
    unless nearly all titles of its type are on another level or many have no tag, else that of other titles
    in the same type, told apart by numbers and spaces where nothing else says anything of these; levels start at 1
    and never skip one going down.
    """
    listed = _bookmark_levels(bookmarks, len(chunks))
    printed = _printed_levels(chunks, entries)
    titles = [_judged(chunk, listed, printed.get(index)) for index, chunk in enumerate(chunks)]
    by_style: dict[_Style, Counter[int]] = defaultdict(Counter)
    for title in titles:
        by_style[title.style][title.level or 0] += 1
    ranks = _style_ranks(by_style)
    deeper = _depths(titles)
    lower = _lower_than_listed(titles)
    half = _half_a_level_down(titles, ranks, spaces)
    headings: list[Heading] = []
    above: list[float] = []  # the levels that other evidence gives the headings around this one
    for index, title in enumerate(titles):
        rank, counted = ranks[title.style], by_style[title.style]
        alike, unknown, every = counted[rank], counted[0], counted.total()
        usual = alike >= _NEARLY_ALL * every or unknown > (1 - _NEARLY_ALL) * every
        level = title.bookmark or title.contents or (rank if usual else title.tag) or rank
        depth = level + deeper.get(index, 0) + (index in lower) + (0.5 if index in half else 0)
        above = [*(outer for outer in above if outer < depth), depth]
        headings.append(Heading(title.chunk, len(above), title.evidence(index in deeper)))
    return _chapters_first(headings)


def _lower_than_listed(titles: Sequence[_Title]) -> set[int]:
    """The titles of smaller type than the largest where the contents list shows all alike, and neither bookmark nor
    tag says how deep they stand."""
    listed = {index: round(t.chunk.lines[0].size) for index, t in enumerate(titles) if t.contents}
    if len({titles[index].contents for index in listed}) != 1:
        return set()
    largest = max(listed.values())
    unsaid = (i for i in listed if not (titles[i].bookmark or titles[i].tag))
    return {index for index in unsaid if listed[index] < largest}


def _depths(titles: Sequence[_Title]) -> dict[int, int]:
    """How much deeper than the others of its style a numbered title stands: 1.2.1 by one where 1.2 looks the same.
    Styles of which other evidence says anything are left to it."""
    numbered: dict[_Style, dict[int, int]] = defaultdict(dict)
    for index, title in enumerate(titles):
        found = _NUMBERED.match(title.chunk.text)
        numbered[title.style][index] = -1 if title.level or not found else found[1].count(".")
    depths: dict[int, int] = {}
    for parts in numbered.values():
        least = min(parts.values())
        if least >= 0 and len(parts) > 2:
            depths |= {index: depth - least for index, depth in parts.items()}
    return depths


_CONTAINERS = ("part", "section")  # words of titles that hold the unnumbered ones of their type behind them
_SIBLINGS = ("chapter", "annex", "appendix", "schedule")  # which stand beside such titles
_LEAST_SPACED = 5  # titles with a space before it means anything
_SAME_SPACE = 0.6  # points


def _half_a_level_down(titles: Sequence[_Title], ranks: dict[_Style, int], spaces: Sequence[_Space]) -> set[int]:
    """The titles that stand below others of their own type within a chapter: those behind "Section 1" and
    "Section 2", and those set closer to their text than the title before them. Types of which other evidence says
    anything are left to it."""
    known = {title.style for title in titles if title.level}
    wide = {style: _wide(titles, style, spaces) for style in ranks if ranks[style] > 1 and style not in known}
    chapters: list[list[int]] = [[]]
    for index, title in enumerate(titles):
        if ranks[title.style] == 1:
            chapters.append([])
        chapters[-1].append(index)
    down: set[int] = set()
    for chapter in chapters:
        for style, is_wide in wide.items():
            words = {
                index: named_number(titles[index].chunk.text) for index in chapter if titles[index].style == style
            }
            alike = [index for index, word in words.items() if not word or word[0] not in _SIBLINGS]
            holding = {index: word[1] for index, word in words.items() if word and word[0] in _CONTAINERS}
            if list(holding.values()) != [str(count) for count in range(1, len(holding) + 1)] or len(holding) < 2:
                holding = {index: "" for index in alike if is_wide.get(index)}
                alike = [index for index in alike if is_wide.get(index) is False]
            down |= {index for index in alike if index not in holding and index > min(holding, default=index)}
    return down


def _wide(titles: Sequence[_Title], style: _Style, spaces: Sequence[_Space]) -> dict[int, bool]:
    """For titles of one type that is set with two spaces to its text, the wider with more above too, whether each
    has the wider one; where the text below does not tell, the space above does. Nothing where it is not so."""
    mine = {i: spaces[i] for i, title in enumerate(titles) if spaces and title.style == style}
    usual = Counter(round(below, 1) for _, below in mine.values() if below)
    peaks = {at: sum(n for other, n in usual.items() if abs(other - at) < _SAME_SPACE) for at in usual}
    ordered = sorted(peaks, key=lambda at: (-peaks[at], at))
    rivals = [at for at in ordered[1:] if abs(at - ordered[0]) >= 2 * _SAME_SPACE and peaks[at] >= _LEAST_SPACED]
    if not rivals:
        return {}
    close, wider = sorted((ordered[0], rivals[0]))
    found = {
        i: abs(below - wider) < _SAME_SPACE
        for i, (_, below) in mine.items()
        if below and min(abs(below - wider), abs(below - close)) < _SAME_SPACE
    }
    wide, narrow = ([over for i in found if found[i] is far and (over := mine[i][0])] for far in (True, False))
    if not wide or not narrow or median(wide) - median(narrow) < _SAME_SPACE:
        return {}
    for i, (over, _) in mine.items():
        if i not in found and over:
            found[i] = abs(over - median(wide)) <= abs(over - median(narrow))
    return found


def _chapters_first(headings: Sequence[Heading]) -> tuple[Heading, ...]:
    """Headings with chapters on level 1: where parts hold chapters, the parts stand on level 0 above them."""
    words = [(named_number(h.chunk.text) or ("", ""))[0] for h in headings]  # "part", "chapter"
    for word, level in (("part", 1), ("chapter", 2)):
        levels = Counter(h.level for h, own in zip(headings, words, strict=True) if own == word)
        if not levels or levels.most_common(1)[0][0] != level:
            return tuple(headings)
    return tuple(
        replace(h, level=0 if h.level == 1 and word == "part" else max(1, h.level - 1))
        for h, word in zip(headings, words, strict=True)
    )


def _judged(chunk: Chunk, listed: dict[str, list[tuple[int, int]]], printed: int | None) -> _Title:
    """A title with its style and its levels: the bookmarks' (`listed`, with pages), the `printed` contents' and its
    tags'."""
    first = chunk.lines[0]
    near = [level for at, level in listed.get(comparable_title(chunk.text), ()) if abs(at - first.page) <= 1]
    roles = (role for line in chunk.lines for run in line.runs if run.tag for role in run.tag.path)
    tags = Counter(int(found[1]) for role in roles if (found := _TAG_LEVEL.match(role)))
    above = not chunk.loud and _divides(first)
    slanted = first.runs[0].font.italic and not first.bold
    style = round(first.size) + above - slanted * _SLANTED, first.colour
    return _Title(chunk, style, near[0] if near else None, printed, tags.most_common(1)[0][0] if tags else None)


def _bookmark_levels(bookmarks: Sequence[Bookmark], titles: int) -> dict[str, list[tuple[int, int]]]:
    if not mean_headings(bookmarks, titles):
        return {}
    levels: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for mark in bookmarks:
        for title in (mark.title, _RESIDUE.sub("", mark.title)):
            if mark.page is not None:
                levels[comparable_title(title)].append((mark.page, mark.level))
    return levels


def _printed_levels(titles: Sequence[Chunk], entries: Sequence[ContentsEntry]) -> dict[int, int]:
    """For titles that the printed contents name their levels there; where several titles have the same words,
    an entry means the one nearest to the page it names."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, chunk in enumerate(titles):
        places[comparable_title(chunk.text)].append(index)
    levels: dict[int, int] = {}
    for entry, level in zip(entries, _contents_levels(entries), strict=True):
        free = [index for index in places.get(comparable_title(entry.title), ()) if index not in levels]
        if free:
            levels[min(free, key=lambda index: abs(titles[index].lines[0].page - entry.page))] = level
    return levels


def _contents_levels(entries: Sequence[ContentsEntry]) -> list[int]:
    """Each entry's level: from how far it is indented and how it is set."""
    lefts: list[float] = []
    for left in sorted(e.left for e in entries):
        if not lefts or left - lefts[-1] > 4.0:
            lefts.append(left)
    looks = sorted({(round(e.size), e.bold) for e in entries}, reverse=True)
    return [
        sum(entry.left >= left - 4.0 for left in lefts) + looks.index((round(entry.size), entry.bold))
        for entry in entries
    ]


def _style_ranks(by_style: dict[_Style, Counter[int]]) -> dict[_Style, int]:
    """A level for each style, from the levels (0 = none) that other evidence gives its titles: the usual one
    where enough have one, else the next below those of all larger styles."""
    ranks: dict[_Style, int] = {}
    for style in sorted(by_style, key=lambda s: (-s[0], s[1])):
        counted = by_style[style]
        above = max((ranks[other] for other in ranks if other[0] > style[0]), default=0)
        if counted[0] < _MOSTLY_UNKNOWN * counted.total():
            ranks[style] = max((level for level in counted if level), key=lambda level: (counted[level], -level))
            if counted[0] > (1 - _NEARLY_ALL) * counted.total():
                ranks[style] = max(ranks[style], above + 1)
        else:
            larger = [levels for other, levels in by_style.items() if other[0] > style[0]]
            some = [level for levels in larger for level in levels if levels[level] > _SOME * levels.total()]
            ranks[style] = 1 + max([above, *some])
    return ranks


def mean_headings(bookmarks: Sequence[Bookmark], titles: int) -> bool:
    """Whether bookmarks mean headings: some programs make one for every paragraph."""
    return len(bookmarks) <= 4 * titles + 20
