"""The structural account: whether what was read hangs together as a text that somebody wrote and printed.

Judges a reading by what the reader itself did not go by: the order of drawing, sentences, printed page numbers,
lists of titles, another engine. It changes nothing, and says "not known" where a file gives nothing to judge by.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from guidance.document.model import Block, CheckName, Document, List, Para, StructureCheck, Table
from guidance.document.walk import block_texts, count_characters, note_marks, placed_characters
from guidance.read.numbering import is_next, number_parts, range_ends, read_marker, split_inserted
from guidance.read.page import Chunk, FigureFlow, Flow, Heading, Line, Pages, Part, TableFlow

_MOST_EXAMPLES = 8
_SHOWN = 60  # characters of an example


class Amiss(Struct, frozen=True):
    """One thing amiss: some words of it, and its page (1-based) where it has one."""

    words: str
    page: int | None = None


class Reading(Struct, frozen=True):
    """What a PDF was read into: pages, flow, parts, which of them (by index) are headings and numbered paragraphs,
    what `held_against_lists` says of headings, and the raised figures that refer to no note, each with its page."""

    pages: Pages
    flow: Flow
    parts: Sequence[Part]
    headings: dict[int, Heading]
    numbers: dict[int, str]
    lists: tuple[int, Sequence[tuple[str, int | None]]]
    unknown_marks: Sequence[tuple[str, int]]


def judge_document(document: Document) -> tuple[StructureCheck, ...]:
    """The account of a document that was read from a page or a Word file, as far as its own text tells."""
    faults, texts = _broken_off(document)
    return _placed(document), judge("sentences", texts, faults), _notes(document), _tables(document)


def judge_pages(document: Document, reading: Reading) -> tuple[StructureCheck, ...]:
    """The account of a document that was read from a PDF; `words` is for whoever asks another engine."""
    faults, texts = _broken_off(document)
    joins = list(_joins(reading))
    return (
        _placed(document),
        _page_numbers(document),
        _order(reading, joins),
        judge("sentences", texts + len(joins), [*faults, *_bad_joins(joins)]),
        _numbers(reading),
        _notes(document, reading.unknown_marks),
        _note_area(document, reading),
        _tables(document),
        _headings(reading),
    )


def judge(what: CheckName, counted: int, faults: Collection[Amiss], amiss: int | None = None) -> StructureCheck:
    """A check with its verdict: amiss where there are faults, not known where nothing was counted."""
    pages = sorted({fault.page for fault in faults if fault.page})
    words = tuple(fault.words[:_SHOWN] for fault in faults)[:_MOST_EXAMPLES]
    many = len(faults) if amiss is None else amiss
    verdict: Literal["sound", "amiss", "not known"] = "amiss" if faults else "sound" if counted else "not known"
    return StructureCheck(what, verdict, counted, many, tuple(pages), words)


# --- What is placed at all -----------------------------------------------------------------------

_LEAST_PLACED = 0.5  # of the source's characters
_WORTH_JUDGING = 300  # characters on a page
_FRAME = ("the page's frame", "the archive's banner")


def _placed(document: Document) -> StructureCheck:
    """Characters of the source that stand in the text; amiss where half of them, or nearly a whole page, do not.
    What frames a web page, and the dots of contents lists, are nothing that could be placed."""
    frame = sum(count_characters(e.text) for e in document.dropped if e.reason in _FRAME)
    frame += sum(e.text.count(".") for e in document.dropped if e.reason == "contents list")
    source, placed = document.characters_source - frame, placed_characters(document)
    gone: Counter[int] = Counter()
    for entry in document.dropped:
        if entry.page and entry.reason != "contents list":
            gone[entry.page] += count_characters(entry.text)
    holding = {place.page for p in document.everything for place in p.places}
    lost = (page for page, count in gone.items() if count > _WORTH_JUDGING and page not in holding)
    faults = [Amiss("nothing of this page", page) for page in lost]
    faults += [Amiss("characters without a meaning", f.page) for f in document.findings if f.kind == "unreadable"]
    if source and placed < _LEAST_PLACED * source:
        faults.append(Amiss("most of the file"))
    return judge("placed", source, faults, source - placed if faults else 0)


# --- Printed page numbers ------------------------------------------------------------------------

_MOST_DROPPED = 40  # pages at one place: a larger step is another count's
_FIGURES = re.compile(r"\d+")
_AT_EDGES = ("page number", "running head", "running foot")
_COUNTED = 0.6  # of the steps from page to page that count on, from which figures at an edge are pages' numbers


def _page_numbers(document: Document) -> StructureCheck:
    """Whether the numbers that pages print, alone or in running heads, count on with the pages."""
    series: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    alone: set[tuple[str, int]] = set()
    for entry in document.dropped:
        if entry.page and entry.reason in _AT_EDGES:
            for at, figures in enumerate(_FIGURES.findall(entry.text)):
                key = _FIGURES.sub("#", entry.text), at
                series[key][entry.page] = int(figures)
                if entry.reason == "page number":
                    alone.add(key)
    numbers: dict[int, int] = {}
    for key, pages in series.items():
        steps = [(to[1] - at[1]) - (to[0] - at[0]) for at, to in pairwise(sorted(pages.items()))]
        grows = key in alone and all(0 <= step <= _MOST_DROPPED for step in steps)
        if steps and (grows or steps.count(0) >= _COUNTED * len(steps) or len(steps) == 1):
            numbers |= pages
    faults = [
        Amiss(f"{before} is followed by {after}", page)
        for (last, before), (page, after) in pairwise(sorted(numbers.items()))
        if page - last < after - before <= page - last + _MOST_DROPPED
    ]
    return judge("pages", len(numbers) if len(numbers) > 1 else 0, faults)


# --- The order of drawing, and sentences over lines ----------------------------------------------

_Join = tuple[Line, Line, bool]
"""A line, the one that is read after it, and whether they are of one paragraph."""
_FAR = 3  # further pieces that may be drawn between those of one line


def _joins(reading: Reading) -> Iterator[_Join]:
    """Each two lines that are read one after the other; those of figures aside, in tables within one cell."""
    last: Line | None = None
    for part in reading.parts:
        if isinstance(part, TableFlow | FigureFlow):
            cells = part.cells if isinstance(part, TableFlow) else ()
            yield from ((above, line, True) for cell in cells for above, line in pairwise(cell.lines))
            last = None
            continue
        for at, line in enumerate(part.lines):
            if last is not None:
                yield last, line, at > 0 and isinstance(part, Chunk)
            last = line
    for note in reading.flow.notes:
        yield from ((above, line, True) for above, line in pairwise(note.lines))


def _order(reading: Reading, joins: Sequence[_Join]) -> StructureCheck:
    """Whether each paragraph's lines, and each line's pieces, are drawn in the order in which they are read.

    Nothing of the reader's goes by that order, and every program that sets text draws a paragraph in it: a line
    read before one that was drawn earlier, or put together from pieces drawn far apart, is read wrongly.
    """
    faults = []
    for above, line, together in joins:
        first, second = _drawn(above), _drawn(line)
        turned = above.page == line.page and max(second) < min(first)
        if turned and (together or max(second) + 1 == min(first)):
            faults.append(Amiss(f"{above.text[-_SHOWN // 2 :]} / {line.text}", line.page))
    lines = {id(line): line for join in joins for line in join[:2]}
    drawn = ((line, _drawn(line)) for line in lines.values())
    faults += [Amiss(line.text, line.page) for line, at in drawn if max(at) - min(at) > len(line.runs) + _FAR]
    return judge("order", len(joins), faults)


def _drawn(line: Line) -> list[int]:
    plain = [run.drawn for run in line.runs if not run.raised]
    return plain or [run.drawn for run in line.runs]


_STOP = re.compile(r"(?:^|\s) (?!etc|para|paras|cont|incl) [a-z]{3,} \.[”’)]? $", re.VERBOSE)  # "at night."
_GOES_ON = re.compile(r"[a-z]+ [,\s]", re.VERBOSE)  # a small word, not "uk/guidance"
_ARTICLE = re.compile(r"\b (the|an|their|its|our|your|every) $", re.VERBOSE)
_NO_NOUN = re.compile(
    r"(the|a|an|of|must|should|is|are|was|were|will|and|or|to|in|at|by|for|with|from|that|which|who|their|its) \s",
    re.VERBOSE,
)
_AUXILIARY = re.compile(r"\b (must|should) $", re.VERBOSE)
_NO_VERB = re.compile(r"(must|should|of|is|are|was|were|which|who|and|or) \s", re.VERBOSE)


def _bad_joins(joins: Iterable[_Join]) -> Iterator[Amiss]:
    """Lines of one paragraph between which no sentence runs on: "… at night." / "gate after them", "… of the" /
    "must shut"."""
    for above, line, together in joins:
        end, start = above.text.rstrip(), line.text
        if together and (
            (_STOP.search(end) and _GOES_ON.match(start))
            or (_ARTICLE.search(end) and _NO_NOUN.match(start))
            or (_AUXILIARY.search(end) and _NO_VERB.match(start))
        ):
            yield Amiss(f"{end[-_SHOWN // 2 :]} / {start}", line.page)


# --- Sentences over paragraphs -------------------------------------------------------------------

_LONG_ENOUGH = 4  # words of a text that is a sentence rather than a line of a form
_DANGLING = re.compile(r"\s (the|an|their|its|our|your|every) $", re.VERBOSE)
_LEADS_IN = re.compile(r"[:;,–—-] $ | \b (and|or) $", re.VERBOSE)


def _broken_off(document: Document) -> tuple[list[Amiss], int]:
    """The texts that break off in mid-sentence: one that ends without a stop where the next goes on with a small
    letter, and one that ends in an article; and how many texts there are."""
    faults: list[Amiss] = []
    count = 0
    before = ""  # the last running text
    for provision in document.everything:
        if provision.kind in ("figure", "flow-chart", "table"):
            continue
        if provision.kind == "footnote":
            before = ""
        for at, (text, entry, page) in enumerate(_running(provision.blocks)):
            count += 1
            numbered = provision.number is not None and at == 0
            if not entry and not numbered and _GOES_ON.match(text) and before:
                ended = before.rstrip()
                long = len(ended.split()) >= _LONG_ENOUGH
                if long and ended[-1:].isalnum() and not _LEADS_IN.search(ended):
                    faults.append(Amiss(f"{ended[-_SHOWN // 2 :]} / {text}", page or provision.page))
            if _DANGLING.search(text) and len(text.split()) > _LONG_ENOUGH:
                faults.append(Amiss(f"{text[-_SHOWN // 2 :]} / …", page or provision.page))
            before = text
    return faults, count


def _running(blocks: Iterable[Block], entry: bool = False) -> Iterator[tuple[str, bool, int | None]]:
    """The running texts of some blocks: whether each starts a list's entry, and its page."""
    for block in blocks:
        if isinstance(block, Para) and block.text.plain:
            yield block.text.plain, entry, block.places[0].page if block.places else None
            entry = False
        elif isinstance(block, List):
            for item in block.items:
                yield from _running(item.blocks, True)


# --- Numbers at lines' starts --------------------------------------------------------------------

_LEAST_LOOSE = 4  # numbers that count on, where no paragraph is numbered
_MOST_MISSING = 1  # numbers that a source itself may skip at one place


def _numbers(reading: Reading) -> StructureCheck:
    """Whether a number at a line's start that counts on from the last paragraph's is itself a paragraph's."""
    taken = {id(reading.parts[index].lines[0]): number for index, number in reading.numbers.items()}
    apart = {id(line) for heading in reading.headings.values() for line in heading.chunk.lines}
    lines = [line for part in reading.parts for line in part.lines if id(line) in taken or id(line) not in apart]
    numbers = ((taken.get(id(line)) or _starting(line), line) for line in lines)
    starts = [(number, line, id(line) in taken) for number, line in numbers if number]
    faults = list(_loose(starts)) + (list(_holes(starts)) if taken else [])
    return judge("numbers", len(taken) + len(faults), faults)


def _starting(line: Line) -> str | None:
    """The paragraph's number that a line seems to start with."""
    marker = read_marker(line.text)
    if not marker or marker.kind not in ("decimal", "number") or marker.printed.startswith("("):
        return None
    return marker.value if line.text[marker.length : marker.length + 1].isupper() else None


_Start = tuple[str, Line, bool]


def _loose(starts: Sequence[_Start]) -> Iterator[Amiss]:
    ahead: list[str] = []  # the next number that is a provision's
    after = ""
    for number, _, own in reversed(starts):
        ahead.append(after)
        after = number if own else after
    last: tuple[int, ...] = ()
    some = any(own for *_, own in starts)
    run: list[Amiss] = []
    for (number, line, own), coming in zip(starts, reversed(ahead), strict=True):
        value = number_parts(range_ends(number)[0])
        if own or not some:
            if not some:
                run = [*run, Amiss(line.text, line.page)] if is_next(last, value) else []
                if len(run) == _LEAST_LOOSE and "." in number:
                    yield from run
            last = value
        elif is_next(last, value) and number != coming and not is_next(last, number_parts(coming)):
            yield Amiss(line.text, line.page)
            last = value


def _holes(starts: Sequence[_Start]) -> Iterator[Amiss]:
    """Where the numbering leaves out more than a source's own slip."""
    own = [(range_ends(n), line) for n, line, mine in starts if mine and not split_inserted(range_ends(n)[0])[1]]
    for ((_, before), _), ((number, _), line) in pairwise(own):
        last, value = number_parts(before), number_parts(number)
        missing = value[-1] - last[-1] - 1 if value[:-1] == last[:-1] else value[-1] - 1 if value > last else 0
        if missing > _MOST_MISSING:
            yield Amiss(f"{before} is followed by {number}", line.page)


# --- Notes ---------------------------------------------------------------------------------------

_MOSTLY_NOTES = 0.5  # of the height of a page's lines


def _notes(document: Document, unknown: Sequence[tuple[str, int]] = ()) -> StructureCheck:
    """Whether each note has its mark and each mark its note. A raised figure without a note counts where it stands
    between the marks of the notes before and after it, since a figure may be raised for other reasons."""
    marks = [
        (int(mark.label) if mark.label.isdecimal() else 0, mark.note, provision.page)
        for provision in document.everything
        for mark in note_marks(provision)
    ]
    claimed = {note for _, note, _ in marks}
    faults = [Amiss(f"note {n.number}", n.page) for n in document.notes if n.anchor not in claimed]
    missing = sorted((int(label), page) for label, page in unknown if label.isdecimal())
    faults += _lone_marks({value for value, _, _ in marks}, missing)
    faults += _marks_again(marks)
    labels = [int(n.number) for n in document.notes if n.number and n.number.isdecimal()]
    if len(labels) == len(document.notes):
        gaps = [
            (a, b) for a, b in pairwise(labels) if b > a + 1 and not {*range(a + 1, b)} & {v for v, _ in missing}
        ]
        ahead = {note.number: note.page for note in document.notes}
        faults += [Amiss(f"{a} is followed by {b}", ahead[str(b)]) for a, b in gaps]
    return judge("notes", len(document.notes) + len(missing), faults)


def _lone_marks(values: Collection[int], missing: Sequence[tuple[int, int]]) -> Iterator[Amiss]:
    """The marks without a note that count on from others; those whose label another note has, in a file whose notes
    start again, only where two of them count on together."""
    known = {*values, *(value for value, _ in missing)}
    for value, page in missing:
        fits = value - 1 in known or (value == 1 and 2 in known)
        beside = any(abs(at - page) <= 1 and abs(other - value) == 1 for other, at in missing)
        if beside if value in values else fits:
            yield Amiss(f"mark {value}", page)


_LEAST_AGAIN = 3


def _marks_again(marks: Sequence[tuple[int, str, int | None]]) -> list[Amiss]:
    """Marks (label, note, page) that count on and all refer to notes that others referred to before: those of a
    chapter whose own notes are missing."""
    faults: list[Amiss] = []
    run: list[Amiss] = []
    seen: set[str] = set()
    last = 0
    for value, note, page in marks:
        again = note in seen
        if not again or value != last + 1:
            faults += run if len(run) >= _LEAST_AGAIN else []
            run = []
        run += [Amiss(f"mark {value}", page)] if again else []
        seen.add(note)
        last = value
    return faults + (run if len(run) >= _LEAST_AGAIN else [])


def _note_area(document: Document, reading: Reading) -> StructureCheck:
    """The pages that are mostly notes, most of which nothing refers to."""
    share: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line in (line for note in reading.flow.notes if not note.at_end for line in note.lines):
        share[line.page][0] += line.size
    for line in (line for part in reading.parts for line in part.lines):
        share[line.page][1] += line.size
    referred = {mark.note for p in document.everything for mark in note_marks(p)}
    lone: Counter[int] = Counter()  # by page: how many more notes that start there are not referred to than are
    for note in document.notes:
        lone[note.page or 0] += -1 if note.anchor in referred else 1
    faults = [
        Amiss(f"{notes / (notes + text):.0%} of the lines are notes", page)
        for page, (notes, text) in share.items()
        if notes > _MOSTLY_NOTES * (notes + text) and lone[page] >= 0
    ]
    return judge("note area", len({page for page, (notes, _) in share.items() if notes}), faults)


# --- Tables --------------------------------------------------------------------------------------


def _tables(document: Document) -> StructureCheck:
    """Head rows that stand again: among a table's own rows, or as a text behind it."""
    faults: list[Amiss] = []
    count = 0
    head = ""
    for provision in document.provisions:
        for block in provision.blocks:
            if isinstance(block, Table) and block.rows:
                count += 1
                first, *rest = [_words(cell.blocks for cell in row) for row in block.rows]
                again = [row for row in rest if row == first and first]
                faults += [Amiss(first, place.page) for place in block.places[1:2] or block.places if again]
                head = first
            elif head and _words([(block,)]) == head:
                faults.append(Amiss(head, provision.page))
    return judge("tables", count, faults)


def _words(cells: Iterable[Sequence[Block]]) -> str:
    return " ".join(" ".join(text.plain.split()) for cell in cells for text in block_texts(cell))


# --- Headings ------------------------------------------------------------------------------------


def _headings(reading: Reading) -> StructureCheck:
    """Whether headings are those that the contents list, bookmarks and tags name, as far as these agree with it."""
    listed, amiss = reading.lists
    return judge("headings", listed, [Amiss(title, page) for title, page in amiss])
