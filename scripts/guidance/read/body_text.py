"""Lines -> Text: joins the lines of one paragraph into running prose with its marks.

Decides about hyphens at line ends and which raised figures are footnote references; nothing about what the
paragraph is. A link into the file itself is kept as "page:<number>:<height>" until anchors are known.
"""

import itertools
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Finding, Link, Mark, NoteMark, Provision, Span, Style, Text
from guidance.document.walk import map_texts
from guidance.read.numbering import are_note_labels, plain_symbols, split_note_labels
from guidance.read.page import Line, PdfPage, Run

_LETTERS = r"[^\W\d_]+"
_WORD = re.compile(rf"{_LETTERS}(?:[-’']{_LETTERS})*")  # "berth", "well-kept", "keeper’s"
_HYPHENATES = 0.25  # share of the hyphens at line ends that plainly cut a word, from which a printer cuts words
_MANY_CUTS = 0.04  # share of lines that end in a hyphen, from which the same holds
_JUMP = re.compile(r"page:(\d+):")  # "page:12:640.5", "page:12:" for the head of the page
_DOTS = re.compile(r"[.…_·]{5}")
_LEADER = re.compile(r"\s*[.…_·]{5,}\s*")  # "Name ........", "Date ______"

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


# --- Words that gaps part -------------------------------------------------------------------------

_DOUBTFUL = 0.24  # of the type size: so narrow a gap may be one between letters
_PARTED = re.compile(r"([^\W\d_]+) $")  # "bel " before "l"
_OPENING = re.compile(r"[^\W\d_]+")


def close_split_words(pages: Sequence[Sequence[Line]]) -> list[tuple[Line, ...]]:
    """The lines of all pages with words closed up that narrow gaps part between their letters: the whole word
    stands elsewhere in the file, and one of the pieces does not."""
    counts: Counter[str] = Counter()
    doubtful: set[int] = set()
    for line in (line for lines in pages for line in lines):
        texts = [run.text for run in line.runs]
        for at, (run, behind) in enumerate(itertools.pairwise(line.runs)):
            if _may_be_one(run, behind):
                texts[at] = run.text[:-1] + "\0"
                doubtful.add(id(line))
        counts.update(word.lower() for word in _OPENING.findall(re.sub(r"\S*\0\S*", " ", "".join(texts))))
    often = {word for word, count in counts.items() if count > 1} if doubtful else set()
    starts = {word[:end] for word in often for end in range(1, len(word))}

    def closed(line: Line) -> Line:
        return _closed_up(line, counts.keys(), often, starts) if id(line) in doubtful else line

    return [tuple(map(closed, lines)) for lines in pages]


def _may_be_one(run: Run, behind: Run) -> bool:
    """Whether the space that ends a run may be none: the gap is narrow, and letters stand on both sides."""
    if not run.text.endswith(" ") or run.raised or behind.raised or behind.left - run.right > _DOUBTFUL * run.size:
        return False
    return run.text[-2:-1].isalpha() and behind.text[:1].isalpha()


def _closed_up(line: Line, known: Set[str], often: Set[str], starts: Set[str]) -> Line:
    runs, links, end = list(line.runs), line.links, 0
    for at, (_, behind) in enumerate(itertools.pairwise(line.runs)):
        run = runs[at]
        end += len(run.text)
        head = _PARTED.search("".join(other.text for other in runs[max(0, at - 2) : at + 1]))
        tail = _OPENING.match("".join(other.text for other in runs[at + 1 : at + 4]))
        if not head or not tail or not _may_be_one(run, behind):
            continue
        one, other = head[1].lower(), tail[0].lower()
        ends = itertools.accumulate(len(other.text) for other in runs[at + 1 : at + 4])  # of the runs it may take
        last = next((n for n, stop in enumerate(ends, at + 1) if stop == tail.end() + 1), len(runs))
        more = last + 1 < len(runs) and _may_be_one(runs[last], runs[last + 1])
        whole = one + other in often or (more and one + other in starts)
        if whole and not {one, other} <= known:
            end -= 1
            runs[at] = replace(run, text=run.text[:-1])
            links = tuple(replace(k, start=k.start - (k.start > end), end=k.end - (k.end > end)) for k in links)
    return replace(line, runs=tuple(runs), links=links)


def join_lines(lines: Sequence[Line], skip: int, words: Words, claim: ClaimNote) -> Joined:
    """The text of some lines; `skip` leaves out that many characters at the start of the first (its marker)."""
    stretches: list[_Stretch] = []
    dropped: list[tuple[str, str]] = []
    for count, line in enumerate(lines):
        new = list(_stretches(line, skip if not count else 0))
        if stretches and new:
            _mend_break(stretches, new, words, dropped)
        stretches.extend(new)
    text = _TextBuilder(lines[0].page, claim, dropped)
    for stretch in stretches:
        text.add(stretch)
    return text.joined()


def _stretches(line: Line, skip: int) -> Iterable[_Stretch]:
    """A line's runs, cut where links start and end, from character `skip` on."""
    links = [link for link in _snapped(line) if link[0] < link[1]] if line.links else []
    at = 0
    for run in line.runs:
        end = at + len(run.text)
        cuts = sorted({at, end, *(p for s, e, _ in links for p in (s, e) if at < p < end)}) if links else (at, end)
        for start, stop in itertools.pairwise(cuts):
            text = line.text[max(start, skip) : stop]
            if text:
                middle = (start + stop) / 2
                address = next((address for s, e, address in links if s <= middle < e), None)
                yield _Stretch(plain_symbols(text), run.font.bold, run.font.italic, run.raised, address)
        at = end


def _snapped(line: Line) -> Iterable[tuple[int, int, str]]:
    """The line's links as (start, end, address), their ends moved to the edge of a run that is a character or two
    away."""
    bounds = list(itertools.accumulate((len(run.text) for run in line.runs), initial=0))

    def snap(at: int) -> int:
        nearest = min(bounds, key=lambda b: abs(b - at))
        return nearest if abs(nearest - at) <= 2 else at

    for link in line.links:
        height = "" if link.area.top is None else link.area.top
        yield snap(link.start), snap(link.end), link.area.address or f"page:{link.area.page}:{height}"


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
    goes_on = text.endswith(("/", "_")) and both_linked and "://" in "".join(s.text for s in before)
    if not goes_on and not text.endswith(" "):
        last.text += " "


def _hyphen_is_printers(before: str, after: str, words: Words) -> bool:
    heads, tails = _WORD.findall(before[:-1].replace("-", " ")), _WORD.match(after)
    if not words.cut or not heads or not tails or not after[:1].islower():
        return False
    head, tail = heads[-1].lower(), tails[0].lower()
    if f"{head}-{tail}" in words.hyphenated:
        return False
    return head + tail in words.whole or not {head, tail} <= words.whole


class _TextBuilder:
    """A text in the making, from stretches that start on `page`."""

    def __init__(self, page: int, claim: ClaimNote, dropped: list[tuple[str, str]]) -> None:
        self._page = page
        self._claim = claim
        self._dropped = dropped
        self._plain: list[str] = []
        self._marks: list[Mark] = []
        self._length = 0

    def joined(self) -> Joined:
        text = "".join(self._plain).rstrip()
        return Joined(Text(text, _merge(self._marks, text)), tuple(self._dropped))

    def add(self, stretch: _Stretch) -> None:
        raised = stretch.raised > 0
        figures = stretch.address is not None and not any(map(str.isalpha, stretch.text))
        label = raised or (figures and _leads_down(stretch.address or "", self._page))
        if label and self._plain and are_note_labels(stretch.text) and self._add_labels(stretch.text):
            return
        text = stretch.text
        if raised and not text.strip(" ,;") and self._marks and isinstance(self._marks[-1], NoteMark):
            self._drop_punctuation(text.strip())
            return
        if _DOTS.search(text):
            self._dropped += [(dots, "leader dots") for dots in _LEADER.findall(text)]
            text = _LEADER.sub(" ", text)
        if not self._plain or self._plain[-1].endswith(" "):
            text = text.lstrip()
        if text:
            self._marks += _marks_of(stretch, self._length, self._length + len(text))
            self._append(text)

    def _add_labels(self, text: str) -> bool:
        """Marks for the notes that a stretch of labels means, tight behind the last word; false where one of them
        means none, so that all are figures."""
        labels, between = split_note_labels(text)
        notes = [self._claim(label, self._page) for label in labels]
        if not all(notes):
            return False
        last = self._plain.pop()
        self._length -= len(last)
        self._append(last.rstrip())
        found = zip(labels, notes, strict=True)
        self._marks += [NoteMark(self._length, note, label) for label, note in found if note]
        self._drop_punctuation(between)
        if text.endswith(" "):
            self._append(" ")
        return True

    def _drop_punctuation(self, signs: str) -> None:
        if signs:
            self._dropped.append((signs, "punctuation between footnote references"))

    def _append(self, text: str) -> None:
        self._plain.append(text)
        self._length += len(text)


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
    notes: list[Mark] = []
    spans: dict[str, list[Span]] = defaultdict(list)
    for mark in marks:
        if isinstance(mark, NoteMark):
            notes.append(replace(mark, at=min(mark.at, len(text))))
            continue
        alike = spans[_said_by(mark)]
        if alike and not text[alike[-1].end : mark.start].strip():
            mark = replace(alike.pop(), end=mark.end)
        alike.append(mark)
    trimmed = [_trimmed(span, text) for alike in spans.values() for span in alike]
    return tuple(sorted([*notes, *(span for span in trimmed if span.start < span.end)], key=mark_order))


def mark_order(mark: Mark) -> tuple[int, int, str]:
    """What marks are ordered by: where they start, the longer first, notes by their number."""
    if isinstance(mark, NoteMark):
        return mark.at, mark.at, mark.label.zfill(6)
    return mark.start, -mark.end, _said_by(mark)


def _said_by(mark: Span) -> str:
    """What a mark says of its words."""
    if isinstance(mark, Style):
        return mark.kind
    return mark.address if isinstance(mark, Link) else mark.meaning


def _trimmed(mark: Span, text: str) -> Span:
    words = text[mark.start : mark.end]
    start, end = mark.start + len(words) - len(words.lstrip()), mark.start + len(words.rstrip())
    return mark if (start, end) == (mark.start, mark.end) else replace(mark, start=start, end=end)


# --- Links into the file itself ------------------------------------------------------------------

_SLACK = 1.0  # points by which a link may point below the foot of what it means


def resolve_jumps(
    provisions: Sequence[Provision], notes: Sequence[Provision], pages: Iterable[PdfPage]
) -> tuple[tuple[Provision, ...], tuple[Provision, ...], tuple[Finding, ...]]:
    """Provisions and notes with every "page:<number>:<height>" link made "#anchor", or taken away."""
    places: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for provision in provisions:
        for place in provision.places:
            places[place.page].append((-place.box.bottom if place.box else 0.0, provision.anchor))
    lifts = {page.number: page.lift for page in pages}
    findings: list[Finding] = []

    def target(address: str) -> str | None:
        _, page, height = address.split(":")
        entries = sorted(places.get(int(page), ()), key=itemgetter(0))
        at = (
            bisect_right(entries, lifts.get(int(page), 0.0) - float(height) + _SLACK, key=itemgetter(0))
            if height
            else 0
        )
        return entries[min(at, len(entries) - 1)][1] if entries else None

    def resolved(text: Text) -> Text:
        if not any(isinstance(mark, Link) and _JUMP.match(mark.address) for mark in text.marks):
            return text
        marks: list[Mark] = []
        for mark in text.marks:
            if not isinstance(mark, Link) or not _JUMP.match(mark.address):
                marks.append(mark)
            elif anchor := target(mark.address):
                marks.append(replace(mark, address=f"#{anchor}"))
            else:
                words = text.plain[mark.start : mark.end]
                findings.append(Finding("link", f"nothing stands where the link “{words}” leads"))
        return Text(text.plain, tuple(marks))

    done = tuple(map_texts(p, resolved) for p in provisions)
    return done, tuple(map_texts(n, resolved) for n in notes), tuple(findings)
