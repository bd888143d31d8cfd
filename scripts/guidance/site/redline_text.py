"""The pieces of a redline as a template prints them: paragraphs of segments, both texts in one or each by itself,
and the gist of a change in a line.

No markup here, and nothing is compared.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from msgspec import Struct

from guidance.document.model import RedlinePiece
from guidance.site.templates import PlaceLink

_BEFORE, _AFTER = 6, 4  # words that an excerpt keeps before and after what changed
_LINE_END = re.compile(r"\n+")


class RedlineSegment(Struct, frozen=True):
    """A stretch of text in one mark: `place` is where a moved one came from or went to."""

    kind: Literal["same", "inserted", "deleted", "moved here", "moved away"]
    text: str
    place: PlaceLink | None = None


Paragraphs = list[list[RedlineSegment]]
Where = Callable[[str, bool], PlaceLink]
"""An anchor, and whether it is one of the new edition -> a link to it."""


def in_one(pieces: Sequence[RedlinePiece], where: Where) -> Paragraphs:
    """Both texts in one column, paragraph by paragraph."""
    return _paragraphs(pieces, where, ends_line=lambda piece: piece.kind not in ("deleted", "moved away"))


def beside(pieces: Sequence[RedlinePiece], where: Where) -> tuple[Paragraphs, list[list[RedlineSegment]]]:
    """The old text, and the new one, each with its own marks."""
    old = [piece for piece in pieces if piece.kind in ("same", "deleted", "moved away")]
    new = [piece for piece in pieces if piece.kind in ("same", "inserted", "moved here")]
    return _paragraphs(old, where, lambda _: True), _paragraphs(new, where, lambda _: True)


def excerpt(pieces: Sequence[RedlinePiece], where: Where, budget: int = 60) -> list[RedlineSegment]:
    """The gist of a change in one line: what was put in, taken out or moved with a few words around, and an
    ellipsis for what is left out; about `budget` words at the most. Nothing where all is the same."""
    printed: list[RedlineSegment] = []
    gist = _without_breaks(pieces)
    if all(piece.kind == "same" for piece in gist):
        return []
    for at, piece in enumerate(gist):
        if budget <= 0:
            printed.append(RedlineSegment("same", "…"))
            break
        words = piece.text.split()
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


def _paragraphs(
    pieces: Iterable[RedlinePiece], where: Where, ends_line: Callable[[RedlinePiece], bool]
) -> Paragraphs:
    lines: Paragraphs = [[]]
    for piece in pieces:
        parts = _LINE_END.split(piece.text)
        for count, part in enumerate(parts):
            if count and piece.kind == "same":
                lines.append([])
            elif count and (lines[-1] or part):
                lines[-1].append(_segment(piece, "¶"))
                if ends_line(piece):
                    lines.append([])
            if part:
                last = count == len(parts) - 1
                lines[-1].append(_segment(piece, part, where if last else None))
    return [line for line in lines if line]


def _segment(piece: RedlinePiece, words: str, where: Where | None = None) -> RedlineSegment:
    """A stretch of text in its mark, and where it went or came from; what is only space bears none."""
    if piece.kind == "same" or not words.strip():
        return RedlineSegment("same", words)
    place = where(piece.place, piece.kind != "moved here") if piece.place is not None and where else None
    return RedlineSegment(piece.kind, words, place)
