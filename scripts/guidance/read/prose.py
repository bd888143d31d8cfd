"""Lines -> Text: joins the lines of one paragraph into running prose with its marks.

Decides about hyphens at line ends and which raised figures are footnote references; nothing about what the
paragraph is. A link into the file itself is kept as "page:<number>:<height>" until anchors are known.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from guidance.document.model import Link, Mark, NoteMark, Style, Text
from guidance.read.lines import Line, Run
from guidance.read.numbering import plain_symbols
from guidance.read.page import LinkArea

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_HYPHENATES = 0.25  # share of the hyphens at line ends that plainly cut a word, from which a printer cuts words
_MANY_CUTS = 0.04  # share of lines that end in a hyphen, from which the same holds
_LABEL = r"(?:\[\d{1,3}\]|\d{1,3}|\*{1,3}|[†‡])"
_LABELS = re.compile(_LABEL)
_ONLY_LABELS = re.compile(rf"^[\s,;]*{_LABEL}(?:[\s,;]+{_LABEL})*[\s,;]*$")

_JUMP = re.compile(r"page:(\d+):")
_DOTS = re.compile(r"[.…_·]{5}")
_LEADER = re.compile(r"\s*[.…_·]{5,}\s*")

ClaimNote = Callable[[str, int], str | None]
"""Given a label as printed and the page it stands on: the anchor of the note it refers to, if there is one."""


class Words(Struct, frozen=True):
    """The document's own words: joined ones, and hyphenated ones, as they stand within lines."""

    whole: frozenset[str]
    hyphenated: frozenset[str]
    cut: bool  # whether its printer cuts words at line ends at all


class Joined(Struct, frozen=True):
    """A joined text, and the characters that were left out with the reason."""

    text: Text
    dropped: tuple[tuple[str, str], ...] = ()


class _Stretch(Struct):
    text: str
    bold: bool
    italic: bool
    raised: int
    address: str | None


def collect_words(lines: Iterable[Line]) -> Words:
    """The vocabulary of some lines in reading order; the halves of a word that a line's end cuts are not in it."""
    whole: set[str] = set()
    hyphenated: set[str] = set()
    cuts: list[tuple[str, str]] = []
    head = ""
    count = 0
    for line in lines:
        count += 1
        found = [word.lower() for word in _WORD.findall(line.text)]
        if head and found:
            cuts.append((head, found.pop(0)))
        end = line.text.rstrip()[-2:]
        head = found.pop().rpartition("-")[2] if found and end[-1] == "-" and _WORD.match(end) else ""
        whole.update(found)
        for word in found:
            if "-" in word:
                hyphenated.add(word)
                whole.update(word.split("-"))
    evident = sum(1 for head, tail in cuts if head + tail in whole and f"{head}-{tail}" not in hyphenated)
    plainly = evident > 1 and evident > _HYPHENATES * len(cuts)
    return Words(frozenset(whole), frozenset(hyphenated), plainly or len(cuts) > _MANY_CUTS * count)


def join_lines(lines: Sequence[Line], skip: int, words: Words, claim: ClaimNote) -> Joined:
    """The text of some lines; `skip` leaves out that many characters at the start of the first (its marker)."""
    stretches: list[_Stretch] = []
    dropped: list[tuple[str, str]] = []
    for count, line in enumerate(lines):
        new = list(_stretches(line, skip if not count else 0))
        if stretches and new:
            _mend_break(stretches, new, words, dropped)
        stretches.extend(new)
    return _finish(stretches, lines[0].page, claim, dropped)


def _stretches(line: Line, skip: int) -> Iterable[_Stretch]:
    """A line's runs, cut where links start and end, from character `skip` on."""
    edges = _snapped(line)
    at = 0
    if not edges:
        for run in line.runs:
            text = run.text[max(skip - at, 0) :]
            if text:
                yield _Stretch(plain_symbols(text), run.font.bold, run.font.italic, run.raised, None)
            at += len(run.text)
        return
    for run in line.runs:
        end = at + len(run.text)
        cuts = sorted({at, end, *(p for s, e, _ in edges for p in (s, e) if at < p < end)})
        for start, stop in itertools.pairwise(cuts):
            text = line.text[max(start, skip) : stop]
            if text:
                middle = (start + stop) / 2
                area = next((a for s, e, a in edges if s <= middle < e), None)
                yield _Stretch(plain_symbols(text), run.font.bold, run.font.italic, run.raised, _address(area))
        at = end


def _snapped(line: Line) -> list[tuple[int, int, LinkArea]]:
    """The line's links with their ends moved to the edge of a run that is a character or two away."""
    if not line.links:
        return []
    bounds = [0]
    for run in line.runs:
        bounds.append(bounds[-1] + len(run.text))

    def snap(at: int) -> int:
        nearest = min(bounds, key=lambda b: abs(b - at))
        return nearest if abs(nearest - at) <= 2 else at

    found = []
    for link in line.links:
        start, end = snap(link.start), snap(link.end)
        if start < end:
            found.append((start, end, link.area))
    return found


def _address(area: LinkArea | None) -> str | None:
    if area is None:
        return None
    return area.address or f"page:{area.page}:{area.top if area.top is not None else ''}"


def _mend_break(
    before: list[_Stretch], after: list[_Stretch], words: Words, dropped: list[tuple[str, str]]
) -> None:
    """Join two lines: with a space, with nothing behind a hyphen that belongs, or without the hyphen."""
    last, first = before[-1], after[0]
    text = "".join(s.text for s in before[-3:])
    if last.text.endswith("\u00ad"):
        last.text = last.text[:-1]
        dropped.append(("\u00ad", "hyphen at a line's end"))
        return
    if text.endswith("-") and not text.endswith(" -"):
        following = "".join(s.text for s in after[:3])
        if _hyphen_is_printers(text, following, words):
            last.text = last.text[:-1]
            dropped.append(("-", "hyphen at a line's end"))
        return
    both_linked = last.address and last.address == first.address
    if text.endswith(("/", "_")) and both_linked and "://" in "".join(s.text for s in before):
        return
    if not text.endswith(" "):
        last.text += " "


def _hyphen_is_printers(before: str, after: str, words: Words) -> bool:
    heads, tails = _WORD.findall(before[:-1].replace("-", " ")), _WORD.match(after)
    if not words.cut or not heads or not tails or not after[:1].islower():
        return False
    head, tail = heads[-1].lower(), tails[0].lower()
    if f"{head}-{tail}" in words.hyphenated:
        return False
    if head + tail in words.whole:
        return True
    return not (head in words.whole and tail in words.whole)


def _finish(stretches: list[_Stretch], page: int, claim: ClaimNote, dropped: list[tuple[str, str]]) -> Joined:
    plain: list[str] = []
    marks: list[Mark] = []
    length = 0
    for stretch in stretches:
        label = stretch.raised > 0 or (stretch.address is not None and _leads_down(stretch.address, page))
        if label and plain and _ONLY_LABELS.match(stretch.text):
            labels = [(label, claim(label, page)) for label in _LABELS.findall(stretch.text)]
            if labels and all(anchor for _, anchor in labels):
                tight = plain[-1].rstrip()
                length -= len(plain[-1]) - len(tight)
                plain[-1] = tight
                marks += [NoteMark(length, anchor, label) for label, anchor in labels if anchor]
                between = "".join(_LABELS.sub("", stretch.text).split())
                if between:
                    dropped.append((between, "punctuation between footnote references"))
                if stretch.text.endswith(" "):
                    plain.append(" ")
                    length += 1
                continue
        if stretch.raised > 0 and not stretch.text.strip(" ,;") and marks and isinstance(marks[-1], NoteMark):
            if stretch.text.strip():
                dropped.append((stretch.text.strip(), "punctuation between footnote references"))
            continue
        text = stretch.text
        if _DOTS.search(text):
            dropped += [(dots, "leader dots") for dots in _LEADER.findall(text)]
            text = _LEADER.sub(" ", text)
        if plain and plain[-1].endswith(" "):
            text = text.lstrip()
        if not plain:
            text = text.lstrip()
        if text:
            marks += _marks_of(stretch, length, length + len(text))
            plain.append(text)
            length += len(text)
    whole = "".join(plain)
    text = whole.rstrip()
    return Joined(Text(text, _merge(marks, text)), tuple(dropped))


def _leads_down(address: str, page: int) -> bool:
    """Whether a bare figure, not raised, is a link to its own page or a next one: a footnote's label all the
    same."""
    found = _JUMP.match(address)
    return found is not None and abs(int(found[1]) - page) <= 1


def _marks_of(stretch: _Stretch, start: int, end: int) -> Iterable[Mark]:
    if stretch.bold:
        yield Style(start, end, "bold")
    if stretch.italic:
        yield Style(start, end, "italic")
    if stretch.raised:
        yield Style(start, end, "superscript" if stretch.raised > 0 else "subscript")
    if stretch.address:
        yield Link(start, end, stretch.address)


def _merge(marks: Sequence[Mark], text: str) -> tuple[Mark, ...]:
    """Marks of one kind that touch made one; white space at their ends left out; ordered by start."""
    if not marks:
        return ()
    merged: list[Mark] = []
    open_marks: dict[str, int] = {}
    for mark in marks:
        if isinstance(mark, NoteMark):
            merged.append(NoteMark(min(mark.at, len(text)), mark.note, mark.label))
            continue
        key = mark.kind if isinstance(mark, Style) else f"link {mark.address}"
        before = merged[open_marks[key]] if key in open_marks else None
        if before is not None and not isinstance(before, NoteMark) and not text[before.end : mark.start].strip():
            merged[open_marks[key]] = _spanning(mark, before.start, mark.end)
        else:
            open_marks[key] = len(merged)
            merged.append(mark)
    trimmed = [mark if isinstance(mark, NoteMark) else _trimmed(mark, text) for mark in merged]
    kept = [m for m in trimmed if isinstance(m, NoteMark) or m.start < m.end]
    return tuple(sorted(kept, key=_order))


def _order(mark: Mark) -> tuple[int, int, str]:
    if isinstance(mark, NoteMark):
        return mark.at, mark.at, mark.label.zfill(6)
    return mark.start, -mark.end, mark.kind if isinstance(mark, Style) else mark.address


def _spanning(mark: Style | Link, start: int, end: int) -> Style | Link:
    return Style(start, end, mark.kind) if isinstance(mark, Style) else Link(start, end, mark.address)


def _trimmed(mark: Style | Link, text: str) -> Style | Link:
    start, end = mark.start, min(mark.end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return _spanning(mark, start, end)


def is_raised_label(run: Run) -> bool:
    """Whether a run is a raised footnote label such as 12."""
    return run.raised > 0 and bool(_ONLY_LABELS.match(run.text))
