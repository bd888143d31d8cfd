"""Which numbers are the document's own: the one scheme its paragraphs are numbered by, in sequence.

A number that a sentence happens to start with, or that counts a list, is not; nothing here knows what
scheme a document uses before it has looked.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from msgspec import Struct

from guidance.document.model import Finding
from guidance.read.numbering import follows, is_next, number_parts, range_ends, read_marker, split_inserted
from guidance.read.page import Chunk, Line

_COLUMN = 8  # points: numbers this near each other stand in one column
_INDENT = 30  # points by which statutes indent the first line of a regulation at most
_MOST_SKIPPED = 3  # numbers that may be missing at one place: a source's own slip
_NO_END = 1_000_000
_FIRST_CODED = number_parts("A1")
_STATUTE = re.compile(r"\d{1,3}[A-Z]{0,2} \.? \s* [—–-]", re.VERBOSE)
_NO_CHUNK = Chunk((), None, 0.0, 0.0, "prose")
_RUN_IN = re.compile(r"(\d{1,3} (?:\.\d{1,3})* \.?) \s* (?=[A-Z])", re.VERBOSE)  # "4.4 A keeper" behind a title
_LEAST = 4  # numbers that make a sequence
_FEWEST = 3  # the same where nothing speaks against it
_LEAST_BRACKETED = 8  # the same for numbers in brackets, which mostly count a list
_SLIP = 0.5  # what such a slip costs, in numbers
_LEAP = 5.0  # what a wider gap costs: more numbers than that must follow it


class Numbered(Struct, frozen=True):
    """For each chunk index that starts a numbered paragraph its number; and the gaps, for the reader."""

    numbers: dict[int, str]
    findings: tuple[Finding, ...]


def find_numbered(chunks: Sequence[Chunk], chapter_starts: frozenset[int]) -> Numbered:
    """The numbered paragraphs among chunks in reading order.

    `chapter_starts` are indexes of chunks that are headings of the first level: only behind one may a
    sequence start again.
    """
    main = _best_chain(chunks, chapter_starts, ("decimal", "number"))
    if len(main) < _LEAST and not _are_all(chunks, main):
        main = _best_chain(chunks, frozenset(), ("bracketed",))
        main = main if len(main) >= _LEAST_BRACKETED else {}
    coded = _best_chain(chunks, frozenset(), ("coded",))  # of annexes: A1, A2
    coded = coded if len(coded) >= _LEAST else {}
    main |= _annexed(chunks, sorted(chapter_starts), {*main, *coded})
    main, coded = (_with_inserted(chunks, numbers) for numbers in (main, coded))
    findings = (*_told(chunks, main), *_told(chunks, coded))
    return Numbered(dict(sorted({**main, **coded}.items())), findings)


def _annexed(chunks: Sequence[Chunk], starts: Sequence[int], taken: set[int]) -> dict[int, str]:
    """The numbers of chapters that have none of the document's own, and print them as statutes do: "2.—(1)"; of
    regulations annexed to it, say, which count from 1 on, and of the schedules behind these."""
    found: dict[int, str] = {}
    statute = False
    for first, end in pairwise([*starts, len(chunks)]) if taken else ():
        if taken.isdisjoint(range(first, end)):
            alone = [chunk if first < at < end else _NO_CHUNK for at, chunk in enumerate(chunks)]
            numbers = _best_chain(alone, frozenset(), ("number",))
            statute = statute or any(_STATUTE.match(chunks[index].text) for index in numbers)
            found |= numbers if statute and _are_all(alone, numbers, _INDENT) else {}
    return found


def find_missed(chunks: Sequence[Chunk], numbers: dict[int, str]) -> dict[int, int]:
    """The lines (by id) inside chunks at which a paragraph must start, since its number is the one that comes next
    and no paragraph has it; and at which of the line's runs, as a title may stand before the number."""
    waiting = sorted(numbers.items(), reverse=True)
    decimal = sum("." in number for number in numbers.values()) * 2 > len(numbers)
    missed: dict[int, int] = {}
    last: tuple[int, ...] = ()
    for index, chunk in enumerate(chunks if numbers else ()):
        own = index in numbers
        if own:
            last = number_parts(range_ends(waiting.pop()[1])[1])
        coming = number_parts(waiting[-1][1]) if waiting else ()
        for line in chunk.lines[1:] if own else chunk.lines:
            for at, value in _numbers_in(line):
                if (len(value) > 1) == decimal and value != coming and _may_follow(last, value, coming):
                    missed[id(line)] = at
                    last = value
                    break
    return missed


def _may_follow(last: tuple[int, ...], value: tuple[int, ...], coming: tuple[int, ...]) -> bool:
    """Whether a number fits between the last one and the one that comes: next to the last, or the first of a
    chapter that comes next."""
    if is_next(last, value):
        return True
    starts = len(value) > 1 and value[-1] == 1 and (not last or value[0] == last[0] + 1)
    return starts and is_next(value, coming)


def _numbers_in(line: Line) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The numbers in a line that a capital follows: at its start, or behind words in other type; each with the run
    that it starts."""
    marker = read_marker(line.text)
    if marker and marker.kind in ("decimal", "number") and line.text[marker.length :][:1].isupper():
        yield 0, number_parts(marker.value)
    for at, (before, run) in enumerate(pairwise(line.runs), 1):
        words = "".join(other.text for other in line.runs[at:])
        found = _RUN_IN.match(words)
        alone = found is not None and run.text.strip() == found[1] and len(line.runs) > at + 1
        behind = line.runs[at + 1] if alone else run
        if found and (before.colour, before.font.bold) != (behind.colour, behind.font.bold):
            yield at, number_parts(found[1])


def _with_inserted(chunks: Sequence[Chunk], numbers: dict[int, str]) -> dict[int, str]:
    """A sequence with the numbers that stand between two of it without being steps of it: those that a re-issue put
    in (2A between 2 and 3), and one for several (3–5 between 2 and 6)."""
    every = dict(numbers)
    for before, after in pairwise([*sorted(numbers), len(chunks)]):
        last = numbers[before]
        end = number_parts(numbers[after]) if after in numbers else ()
        for index in range(before + 1, after):
            marker = chunks[index].marker
            if not marker or marker.kind not in ("number", "decimal", "coded") or not _is_apart(marker.value):
                continue
            beside = abs(chunks[index].left - chunks[before].left) < _COLUMN
            fits = not end or number_parts(range_ends(marker.value)[1]) < end or end <= number_parts(last)
            if beside and fits and follows(marker.value, last, marker.kind):
                every[index] = last = marker.value
    return dict(sorted(every.items()))


def _is_apart(number: str) -> bool:
    """Whether a number counts for no step of its sequence: 2A, or 3–5."""
    first, last = range_ends(number)
    return first != last or split_inserted(number)[1] != ""


def _scheme(chunk: Chunk) -> str:
    """How a chunk is numbered: by the kind of its marker, and apart from it where that stands in brackets, as it
    mostly does in lists."""
    marker = chunk.marker
    if marker is None or marker.kind not in ("decimal", "coded", "number") or _is_apart(marker.value):
        return ""
    return "bracketed" if marker.printed.startswith("(") else marker.kind


def _number(chunk: Chunk) -> str:
    return chunk.marker.value if chunk.marker else ""


def _best_chain(
    chunks: Sequence[Chunk], chapter_starts: frozenset[int], schemes: tuple[str, ...]
) -> dict[int, str]:
    """The longest sequence of one scheme at one indent, its gaps filled from others."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, chunk in enumerate(chunks):
        scheme = _scheme(chunk)
        if scheme in schemes:
            groups[scheme, round(chunk.left / _COLUMN)].append(index)
    best: dict[int, str] = {}
    used = ""
    for (scheme, column), indexes in groups.items():
        near = sorted(indexes + groups.get((scheme, column + 1), []))
        chosen = _chain(chunks, near, chapter_starts)
        if len(chosen) > len(best):
            best, used = chosen, scheme
    others = sorted(i for (scheme, _), indexes in groups.items() if scheme == used for i in indexes)
    return _filled(chunks, best, others) if len(best) >= _FEWEST else {}


def _are_all(chunks: Sequence[Chunk], numbers: dict[int, str], indent: int = _COLUMN) -> bool:
    """Whether a short sequence is that of the document's paragraphs rather than of a list: it counts from the first
    on, `indent` from the margin at most, in whole sentences, and no lead-in stands before it."""
    if len(numbers) < _FEWEST:
        return False
    values = [number_parts(number) for number in numbers.values()]
    first = min(numbers)
    margin = min(chunk.left for chunk in chunks if chunk.lines)
    leads_in = first > 0 and chunks[first - 1].lines and chunks[first - 1].text.rstrip().endswith((":", ";"))
    counts = values[0][-1] == 1 and all(is_next(last, value) for last, value in pairwise(values))
    at_margin = all(chunks[index].left < margin + indent for index in numbers)
    return counts and at_margin and all(_is_whole(chunks, index, numbers) for index in numbers) and not leads_in


def _is_whole(chunks: Sequence[Chunk], index: int, numbers: dict[int, str]) -> bool:
    """Whether a paragraph ends as sentences do, or leads to what stands below it; a note's mark may come last."""
    last = chunks[index].lines[-1]
    words = "".join(run.text for run in last.runs if not run.is_note_label).rstrip()
    leads = words.endswith(":") and index + 1 < len(chunks) and index + 1 not in numbers
    return leads or words.endswith((".", "?", ".”", "—"))


def _told(chunks: Sequence[Chunk], numbers: dict[int, str]) -> Iterator[Finding]:
    """What a reader must know of a sequence: where it starts late, and its gaps."""
    steps = [(index, range_ends(number)) for index, number in numbers.items() if not split_inserted(number)[1]]
    first = [*numbers.items()][:1]
    said = {index: f"starts at {number}" for index, number in first if number_parts(number)[-1] > 1}
    for (_, (_, before)), (index, (number, _)) in pairwise(steps):
        last, value = number_parts(before), number_parts(number)
        if value[:-1] == last[:-1] and value[-1] > last[-1] + 1:
            said[index] = f"goes from {before} to {number}"
        elif len(value) > 1 and value[:-1] != last[:-1] and value[-1] > 1 and value > last:
            opening = re.sub(r"\.?\d+$", "", number)  # what it shares with its neighbours: 5 of 5.17, A of A1
            said[index] = f"of {opening} starts at {number}"
    for index, words in said.items():
        yield Finding("numbering", f"the numbering {words}", chunks[index].lines[0].page)


def _filled(chunks: Sequence[Chunk], numbers: dict[int, str], others: Sequence[int]) -> dict[int, str]:
    """The sequence with its gaps filled by numbers that stand at another indent, each the very next one; behind
    its last number, and that of a chapter before it starts again, nothing else says where it ends."""
    filled = dict(numbers)
    first = min(numbers)
    for index in reversed(others[: bisect_left(others, first)]):
        number = _number(chunks[index])
        if is_next(number_parts(number), number_parts(filled[first])):
            filled[index] = number
            first = index
    for before, after in pairwise([*sorted(numbers), len(chunks)]):
        last = number_parts(numbers[before])
        end = number_parts(numbers[after]) if after in numbers else ()
        end = end if end > last else (_NO_END,)
        for index in others[bisect_right(others, before) : bisect_left(others, after)]:
            number = _number(chunks[index])
            value = number_parts(number)
            if value < end and (is_next(last, value) or _starts_anew(last, value, end)):
                filled[index] = number
                last = value
    return dict(sorted(filled.items()))


def _starts_anew(last: tuple[int, ...], value: tuple[int, ...], end: tuple[int, ...]) -> bool:
    """2.1 between 1.9 and 2.2."""
    return len(value) > 1 and value[:-1] == end[:-1] != last[:-1] and value[-1] == 1


class _End(Struct, frozen=True):
    """The best chain that ends at a candidate: what it is worth, where, and the chain before it."""

    worth: float
    index: int
    value: tuple[int, ...]
    before: "_End | None" = None


def _chain(chunks: Sequence[Chunk], indexes: Sequence[int], chapter_starts: frozenset[int]) -> dict[int, str]:
    """The candidates that make the most of one sequence.

    Each number counts one. A small slip costs less than that and a leap more than a stray number brings, so
    that a source with a hole in it keeps its numbers while a sentence that starts with one does not become
    a paragraph. Only behind a chapter may a sequence start again.
    """
    ends: dict[tuple[int, ...], _End] = {}
    closed: _End | None = None  # the best chain before the last chapter
    waiting = sorted(chapter_starts, reverse=True)
    for index in indexes:
        while waiting and waiting[-1] < index:
            waiting.pop()
            closed = max(ends.values(), key=_worth, default=None)
        value = number_parts(_number(chunks[index]))
        end = max(_ways(ends, closed, index, value), key=_worth)
        if value not in ends or end.worth > ends[value].worth:
            ends[value] = end
    numbers: dict[int, str] = {}
    last = max(ends.values(), key=_worth, default=None)
    while last:
        numbers[last.index] = _number(chunks[last.index])
        last = last.before
    return dict(sorted(numbers.items()))


_worth = attrgetter("worth")


def _ways(
    ends: dict[tuple[int, ...], _End], closed: _End | None, index: int, value: tuple[int, ...]
) -> Iterator[_End]:
    """The chains that can end with this number, the likeliest first."""
    first = set(value) == {1} or value == _FIRST_CODED
    near_start = value[-1] <= 1 + _MOST_SKIPPED  # a document that is one chapter alone begins with, say, 5.1
    yield _End(1 - (0 if first else _SLIP if near_start else _LEAP), index, value)
    if closed and first:
        yield _End(closed.worth + 1, index, value, closed)
    steps = range(1, 2 + _MOST_SKIPPED)
    near = [(n, ends.get((*value[:-1], value[-1] - n))) for n in steps]
    yield from (_End(end.worth + 1 - _SLIP * (n > 1), index, value, end) for n, end in near if end)
    if not near[0][1]:
        for last, end in ends.items():
            if last < value:
                cost = 0 if len(value) > 1 and _comes_after(last, value) else _LEAP
                yield _End(end.worth + 1 - cost, index, value, end)


def _comes_after(last: tuple[int, ...], value: tuple[int, ...]) -> bool:
    """5.17 after 5.16, 6.1 after 5.40, 5.17.1 after 5.17; with a small slip allowed."""
    if len(value) == len(last):
        if value[:-1] == last[:-1]:
            return last[-1] < value[-1] <= last[-1] + 1 + _MOST_SKIPPED
        return last[:-1] < value[:-1] and value[-1] <= 2 and value[0] <= last[0] + 1 + _MOST_SKIPPED
    if len(value) > len(last):
        return value[: len(last)] == last and value[len(last) :] == (1,) * (len(value) - len(last))
    return last[: len(value) - 1] == value[:-1] and value[-1] in (last[len(value) - 1] + 1, last[len(value) - 1])
