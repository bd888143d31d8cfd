"""A change as a template prints it: what changed of duties and figures in words, the pieces of its redline as
paragraphs of segments, both texts in one or each by itself, and its gist in a line.

No markup here, and nothing is compared.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Literal

from msgspec import Struct

from guidance.compare.units import BETWEEN, compared_text, heaviest_chain, plain
from guidance.document.change_model import (
    Change,
    Comparison,
    DutyChange,
    NumberSlip,
    PieceKind,
    RedlinePiece,
)
from guidance.document.model import Document, Provision
from guidance.site.templates import PlaceLink

_BEFORE, _AFTER = 6, 4  # words that an excerpt keeps before and after what changed
_BRIEF = 42  # characters of a chip
_BRIEFLY = {
    "holder": "duty moved", "added": "new duty", "removed": "duty taken out", "limit": "time limit changed"
}  # fmt: skip
_ARTICLES = frozenset({"the", "a", "an", "all", "any", "each", "every", "both", "these", "those", "their", "its"})
_LINE_END = re.compile(r"\n+")
_BULLET = "•"
_SPACE = " \n\t\u00a0•"


class RedlineSegment(Struct, frozen=True):
    """A stretch of text in one mark: `place` is where a moved one came from or went to."""

    kind: PieceKind
    text: str
    place: PlaceLink | None = None


# --- Duties and figures in words ------------------------------------------------------------------


def say_changes(change: Change) -> tuple[str, ...]:
    """What changed of a provision's duties and figures, one change a line: "time limit 15 → 10 working days"."""
    return tuple(said for _, said in say_each(change))


def say_each(change: Change) -> tuple[tuple[str, str], ...]:
    """The same, each behind its kind: what changed of the duty, or "figure"."""
    duties = ((one.what, say_duty(one)) for one in change.duties)
    return (*duties, *(("figure", _became("figure", one.old, one.new)) for one in change.figures))


def say_beside(change: Change) -> Counter[str]:
    """The same where the words stand beside, and how often each: a sentence that came or went is only named."""
    named = {"added": "new duty", "removed": "duty taken out"}
    return Counter(named.get(what, said) for what, said in say_each(change))


def say_duty(one: DutyChange) -> str:
    """What changed of a duty, in words."""
    old, new = one.old, one.new
    both = bool(old and new)
    if one.what == "strength":
        return f"{old} → {new}" if both else f"{old or new} {'taken out' if old else 'put in'}"
    if one.what == "holder":
        return f"duty moved from {_within(old)} to {_within(new)}"
    if one.what == "addressee":
        return f"to be told or given: {_within(old)} → {_within(new)}"
    if one.what == "limit":
        return _became("time limit", old, new)
    if one.what == "condition":
        return f"condition “{old}” → “{new}”" if both else _became("condition", old and f"“{old}”", f"“{new}”")
    return f"new duty: {new}" if one.what == "added" else f"duty taken out: {old}"


def say_slip(slip: NumberSlip, old: str, new: str) -> str:
    """That an entry of a list was numbered by a slip, in words; `old` and `new` are the editions' ids."""
    here, there = (new, old) if slip.new else (old, new)
    after = f" of paragraph {slip.list_of}" if slip.list_of else ""
    stands = f" of paragraph {slip.stands_in}" if slip.stands_in else ""
    return (
        f"“{slip.number}” in {here} is an entry of the list{after}, numbered by a slip of the source; in {there} it"
        f" stands in the list{stands}. No paragraph {'is new' if slip.new else 'was lost'}."
    )


def say_briefly(change: Change) -> str:
    """What changed of duties and figures in a few words, for a chip; empty where nothing did."""
    told = say_changes(change)
    if not told:
        return ""
    first, what = told[0], change.duties[0].what if change.duties else "figure"
    if len(first) > _BRIEF or what in ("added", "removed"):
        first = _BRIEFLY.get(what, f"{what} changed")
    return f"{first}, and {len(told) - 1} more" if len(told) > 1 else first


def _became(name: str, old: str, new: str) -> str:
    """A figure that changed, came or went; what both count is said once: "time limit 15 → 10 working days"."""
    if not (old and new):
        return f"{name} taken out: {old}" if old else f"{name} put in: {new}"
    mine, theirs = old.split(), new.split()
    from_the_end = zip(mine[:0:-1], theirs[:0:-1], strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], from_the_end))
    return f"{name} {' '.join(mine[: len(mine) - same])} → {new}"


def _within(name: str) -> str:
    """A name as it stands within a sentence: "Local authorities" in small letters, "Ofsted" as it is."""
    first, space, rest = name.partition(" ")
    common = first.lower() in _ARTICLES or (
        rest == rest.lower() if space else first.endswith("s") and first[-2:] != "ss"
    )
    return f"{first.lower()}{space}{rest}" if common and first[1:] == first[1:].lower() else name


class RedlineBlock(Struct, frozen=True):
    """Lines of a redline that are paragraphs, or else entries of one list."""

    is_list: bool
    lines: list[list[RedlineSegment]]


Paragraphs = list[RedlineBlock]
Where = Callable[[str, bool], PlaceLink]
"""An anchor, and whether it is one of the new edition -> a link to it."""


def in_one(pieces: Sequence[RedlinePiece], where: Where) -> Paragraphs:
    """Both texts in one column, paragraph by paragraph."""
    return _blocks(_calmed(pieces, "both"), where)


def beside(pieces: Sequence[RedlinePiece], where: Where) -> tuple[Paragraphs, Paragraphs]:
    """The old text, and the new one, each with its own marks."""
    return _blocks(_calmed(pieces, "old"), where), _blocks(_calmed(pieces, "new"), where)


def excerpt(pieces: Sequence[RedlinePiece], where: Where, budget: int = 60) -> list[RedlineSegment]:
    """The gist of a change in one line: what was put in, taken out or moved with a few words around, and an
    ellipsis for what is left out; about `budget` words at the most. Nothing where all is the same."""
    printed: list[RedlineSegment] = []
    gist = _without_breaks(_calmed(pieces, "both"))
    if all(piece.kind == "same" for piece in gist):
        return []
    for at, piece in enumerate(gist):
        if budget <= 0:
            if not printed[-1].text.endswith("…"):
                printed.append(RedlineSegment("same", "…"))
            break
        words = piece.text.replace(_BULLET, "").split()
        if piece.kind == "same":
            shown = _kept(words, first=at == 0, last=at == len(gist) - 1)
            budget -= len(shown.split())
        else:
            shown = " ".join(words[:budget]) + (" …" if len(words) > budget else "")
            budget -= len(words)
        printed += _spaced(piece.text, _segment(piece, shown, where))
    return printed


def _without_breaks(pieces: Sequence[RedlinePiece]) -> list[RedlinePiece]:
    """Pieces without those that only put in or take out space; what did not change around them as one."""
    merged: list[RedlinePiece] = []
    for piece in pieces:
        calm = piece if piece.text.strip() else RedlinePiece("same", " ")
        if merged and merged[-1].kind == calm.kind == "same":
            calm = RedlinePiece("same", merged.pop().text + calm.text)
        merged.append(calm)
    return merged


def _kept(words: Sequence[str], *, first: bool, last: bool) -> str:
    """What an excerpt keeps of words that did not change: those next to what did."""
    before, after = (0 if last else _BEFORE), (0 if first else _AFTER)
    if len(words) <= before + after + 1:
        return " ".join(words)
    return " ".join((*words[:after], "…", *words[len(words) - before :]))


def _spaced(text: str, shown: RedlineSegment) -> list[RedlineSegment]:
    """What is shown of a text, with the spaces that it begins and ends with, which bear no mark."""
    space = RedlineSegment("same", " ")
    return [*([space] if text[:1].isspace() else []), shown, *([space] if text[-1:].isspace() else [])]


def _calmed(pieces: Sequence[RedlinePiece], shown: Literal["old", "new", "both"]) -> list[RedlinePiece]:
    """The pieces of one text or of both, without marks on what is only set otherwise: another apostrophe, a line's
    end, a bullet."""
    left_out = {"old": ("inserted", "moved here"), "new": ("deleted", "moved away"), "both": ()}[shown]
    calm: list[RedlinePiece] = []
    for before, piece, after in zip((None, *pieces), pieces, (*pieces[1:], None), strict=False):
        if after and _only_set_otherwise(piece, after):
            calm.append(RedlinePiece("same", piece.text if shown == "old" else after.text))
        elif piece.kind in left_out or (before and _only_set_otherwise(before, piece)):
            continue  # the second of two is said with the one before
        elif piece.text.strip(_SPACE):
            calm.append(piece)
        elif piece.kind != "deleted" or shown == "old":
            calm.append(RedlinePiece("same", piece.text))
        elif "\n" in piece.text:  # two lines became one
            calm.append(RedlinePiece("same", " "))
    return calm


def _only_set_otherwise(one: RedlinePiece, other: RedlinePiece) -> bool:
    return (one.kind, other.kind) == ("deleted", "inserted") and plain(one.text) == plain(other.text)


def _blocks(pieces: Iterable[RedlinePiece], where: Where) -> Paragraphs:
    """Pieces as paragraphs and lists; a line's end in what was taken out ends a line too."""
    lines: list[list[RedlineSegment]] = [[]]
    for piece in pieces:
        parts = _LINE_END.split(piece.text)
        for count, part in enumerate(parts):
            if count:
                lines.append([])
            if part:
                lines[-1].append(_segment(piece, part, where if count == len(parts) - 1 else None))
    blocks: Paragraphs = []
    for is_list, group in groupby(filter(None, lines), key=lambda line: line[0].text.startswith(_BULLET)):
        blocks.append(RedlineBlock(is_list, [_without_bullet(line) if is_list else line for line in group]))
    return blocks


def _without_bullet(line: list[RedlineSegment]) -> list[RedlineSegment]:
    first = line[0]
    words = first.text.removeprefix(_BULLET).lstrip()
    return [*([RedlineSegment(first.kind, words, first.place)] if words else []), *line[1:]]


def _segment(piece: RedlinePiece, words: str, where: Where | None = None) -> RedlineSegment:
    """A stretch of text in its mark, and where it went or came from; what is only space bears none."""
    if piece.kind == "same" or not words.strip(_SPACE):
        return RedlineSegment("same", words)
    place = where(piece.place, piece.kind != "moved here") if piece.place is not None and where else None
    return RedlineSegment(piece.kind, words, place)


# --- Both texts as one file that tracks changes ----------------------------------------------------

TrackedMark = Literal["same", "inserted", "deleted"]
_Run = tuple[TrackedMark, str]
_TRACKED: Mapping[str, TrackedMark] = {
    "same": "same",
    "inserted": "inserted",
    "moved here": "inserted",
    "deleted": "deleted",
    "moved away": "deleted",
}


class TrackedParagraph(Struct, frozen=True):
    """A line of both texts: stretches, each behind its mark; the mark of the line's `end`, which joins it to the
    next one where that end is taken out; and its depth where it is a heading."""

    runs: tuple[tuple[TrackedMark, str], ...]
    end: TrackedMark
    level: int | None = None


def track(comparison: Comparison, old: Document, new: Document) -> list[TrackedParagraph]:
    """Both texts whole, numbers before them and notes last: with all that is put in accepted it is the newer text,
    in its order, and with all rejected the older, in its own. What moved is taken out there and put in here."""
    before, after = old.everything, new.everything
    lines: list[TrackedParagraph] = []
    at_old = at_new = 0
    for change, start_old, start_new in (*_in_place(comparison, before, after), (None, len(before), len(after))):
        for one in before[at_old:start_old]:  # what one text alone has, or has here
            _add_lines(lines, (RedlinePiece("deleted", compared_text(one)),), (one,), ())
        for one in after[at_new:start_new]:
            _add_lines(lines, (RedlinePiece("inserted", compared_text(one)),), (), (one,))
        if change:
            at_old, at_new = start_old + len(change.old), start_new + len(change.new)
            was, now = before[start_old:at_old], after[start_new:at_new]
            same = RedlinePiece("same", BETWEEN.join(map(compared_text, now)))
            _add_lines(lines, change.pieces or (same,), was, now)
    return lines


def _in_place(
    comparison: Comparison, before: Sequence[Provision], after: Sequence[Provision]
) -> Iterator[tuple[Change, int, int]]:
    """The changes that keep both orders, with where their first provisions stand in each."""
    olds, news = ({p.anchor: at for at, p in enumerate(some)} for some in (before, after))
    found: dict[tuple[int, int], Change] = {}
    for change in comparison.changes:
        places = [olds[anchor] for anchor in change.old], [news[anchor] for anchor in change.new]
        if all(some and some == list(range(some[0], some[0] + len(some))) for some in places):
            found[places[0][0], places[1][0]] = change
    weights = [(*place, sum(len(p.text) for p in one.pieces) + 100) for place, one in found.items()]
    for place in sorted(heaviest_chain(weights)):
        yield found[place], *place


def _add_lines(
    lines: list[TrackedParagraph],
    pieces: Sequence[RedlinePiece],
    was: Sequence[Provision],
    now: Sequence[Provision],
) -> None:
    """Pieces as lines, a provision's number before its words. The last one ends as these provisions do."""
    first = (now or was)[0]
    level = first.level if first.heading else None
    runs: list[_Run] = []
    for mark, text in _numbered(pieces, was, now):
        *whole, rest = text.split("\n")
        for part in whole:
            _add_line(lines, [*runs, (mark, part)], mark, level)
            runs, level = [], None
        runs.append((mark, rest))
    _add_line(lines, runs, "same" if was and now else "deleted" if was else "inserted", level)


def _add_line(lines: list[TrackedParagraph], runs: Iterable[_Run], end: TrackedMark, level: int | None) -> None:
    """One without words is left out, and its end is that of the line before: there where it was or is in both."""
    said = tuple((mark, words) for mark, words in runs if words)
    if said:
        lines.append(TrackedParagraph(said, end, level))
    elif lines and lines[-1].end != end:
        lines[-1] = TrackedParagraph(lines[-1].runs, "same", lines[-1].level)


def _numbered(pieces: Iterable[RedlinePiece], was: Sequence[Provision], now: Sequence[Provision]) -> Iterator[_Run]:
    """The stretches of a change, and before each provision's own the number that it has on that side."""
    numbers = [_numbers(some) for some in (was, now)]
    at = [0, 0]
    for piece in (piece for piece in pieces if piece.text):  # a picture has no words
        mark = _TRACKED[piece.kind]
        sides = [side for side, other in ((0, "inserted"), (1, "deleted")) if mark != other]
        inner = {start - at[side] for side in sides for start in numbers[side]}
        cuts = sorted(cut for cut in {0, *inner} if 0 <= cut < len(piece.text))
        for cut, end in zip(cuts, [*cuts[1:], len(piece.text)], strict=True):
            old, new = (numbers[s].pop(at[s] + cut, "") if s in sides else "" for s in (0, 1))
            if old == new:
                yield "same", old
            else:
                yield "deleted", old
                yield "inserted", new
            yield mark, piece.text[cut:end]
        for side in sides:
            at[side] += len(piece.text)


def _numbers(some: Sequence[Provision]) -> dict[int, str]:
    """Where each of some provisions begins in their words -> its printed number and a space."""
    found: dict[int, str] = {}
    at = 0
    for one in some:
        number = f"Note {one.number or ''}".strip() if one.kind == "footnote" else one.marker
        label = number or (one.number or "" if one.kind == "paragraph" else "")
        if label:
            found[at] = f"{label} "
        at += len(compared_text(one)) + len(BETWEEN)
    return found
