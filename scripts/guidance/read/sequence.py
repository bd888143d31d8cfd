"""Which numbers are the document's own: the one scheme its paragraphs are numbered by, in sequence.

A number that a sentence happens to start with, or that counts a list, is not; nothing here knows what
scheme a document uses before it has looked.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from guidance.model import Finding
from guidance.read.paragraphs import Chunk

_MOST_SKIPPED = 3  # numbers that may be missing at one place: a source's own slip


class Numbered(Struct, frozen=True):
    """For each chunk index that starts a numbered paragraph its number; and the gaps, for the reader."""

    numbers: dict[int, str]
    findings: tuple[Finding, ...]


def find_numbered(chunks: Sequence[Chunk], chapter_starts: frozenset[int]) -> Numbered:
    """The numbered paragraphs among chunks in reading order.

    `chapter_starts` are indexes of chunks that are headings of the first level: only behind one may an
    integer sequence start again.
    """
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, chunk in enumerate(chunks):
        marker = chunk.marker
        if marker and marker.kind in ("decimal", "number") and not marker.printed.startswith("("):
            groups[marker.kind, round(chunk.left / 8)].append(index)
    best: tuple[dict[int, str], list[Finding]] = ({}, [])
    for (kind, column), indexes in groups.items():
        near = sorted(indexes + groups.get((kind, column + 1), []))
        chosen = _decimals(chunks, near) if kind == "decimal" else _integers(chunks, near, chapter_starts)
        if len(chosen[0]) > len(best[0]):
            best = chosen
    if len(best[0]) < 4:
        return Numbered({}, ())
    return Numbered(best[0], tuple(best[1]))


def _gap(before: str, number: str, chunk: Chunk) -> Finding:
    page = chunk.lines[0].page
    return Finding("numbering", f"the numbering goes from {before} to {number}", page)


def _integers(
    chunks: Sequence[Chunk], indexes: Sequence[int], chapter_starts: frozenset[int]
) -> tuple[dict[int, str], list[Finding]]:
    numbers: dict[int, str] = {}
    findings: list[Finding] = []
    last, last_index = 0, -1
    for index in indexes:
        marker = chunks[index].marker
        value = int(marker.value) if marker else 0
        fresh = value == 1 and any(last_index < start < index for start in chapter_starts)
        if last < value <= last + 1 + _MOST_SKIPPED or (fresh and last):
            if value > last + 1 and last and not fresh:
                findings.append(_gap(str(last), str(value), chunks[index]))
            numbers[index] = str(value)
            last, last_index = value, index
    return numbers, findings


def _decimals(chunks: Sequence[Chunk], indexes: Sequence[int]) -> tuple[dict[int, str], list[Finding]]:
    numbers: dict[int, str] = {}
    findings: list[Finding] = []
    last: tuple[int, ...] = ()
    for index in indexes:
        marker = chunks[index].marker
        value = tuple(int(part) for part in marker.value.split(".")) if marker else ()
        if not last or _comes_after(last, value):
            if last and value[:-1] == last[:-1] and value[-1] != last[-1] + 1:
                findings.append(_gap(_printed(last), _printed(value), chunks[index]))
            numbers[index] = _printed(value)
            last = value
    return numbers, findings


def _printed(value: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in value)


def _comes_after(last: tuple[int, ...], value: tuple[int, ...]) -> bool:
    """5.17 after 5.16, 6.1 after 5.40, 5.17.1 after 5.17; with a small slip allowed."""
    if len(value) == len(last):
        if value[:-1] == last[:-1]:
            return last[-1] < value[-1] <= last[-1] + 1 + _MOST_SKIPPED
        return last[:-1] < value[:-1] and value[-1] <= 2 and value[0] <= last[0] + 1 + _MOST_SKIPPED
    if len(value) > len(last):
        return value[: len(last)] == last and value[len(last) :] == (1,) * (len(value) - len(last))
    return last[: len(value) - 1] == value[:-1] and value[-1] in (last[len(value) - 1] + 1, last[len(value) - 1])
