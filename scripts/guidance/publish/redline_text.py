"""Pieces of a change -> HTML: in one column, or the old and the new text beside each other.

What was put in, taken out or moved is said by marks and words as well, never by colour alone; every word of
the source is escaped here.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from guidance.model import Piece
from guidance.publish.inline import escape_html

Place = Callable[[str, bool], str]
"""An anchor, and whether it is one of the new edition -> a link to it, as HTML."""

_BEFORE, _AFTER = 6, 4  # words that an excerpt keeps before and after what changed
_LINE_END = re.compile(r"\n+")
_SAID = {
    "inserted": ("ins", "added", "put in: "),
    "deleted": ("del", "gone", "taken out: "),
    "moved here": ("ins", "moved", "moved here: "),
    "moved away": ("del", "moved", "moved away: "),
}


def render_inline(pieces: Sequence[Piece], place: Place) -> str:
    """Both texts in one column: paragraphs with ins and del."""
    return _paragraphs(pieces, place, ends_line=lambda piece: piece.kind not in ("deleted", "moved away"))


def render_beside(pieces: Sequence[Piece], place: Place) -> tuple[str, str]:
    """The old text, and the new one, each with its own marks."""
    old = [piece for piece in pieces if piece.kind in ("same", "deleted", "moved away")]
    new = [piece for piece in pieces if piece.kind in ("same", "inserted", "moved here")]
    return (
        _paragraphs(old, place, ends_line=lambda _: True),
        _paragraphs(new, place, ends_line=lambda _: True),
    )


def render_excerpt(pieces: Sequence[Piece], place: Place, budget: int = 60) -> str:
    """The gist of a change in one line: what was put in, taken out or moved with a few words around, and an
    ellipsis for what is left out; about `budget` words at the most."""
    printed: list[str] = []
    gist = _without_breaks(pieces)
    if all(piece.kind == "same" for piece in gist):
        return ""
    for at, piece in enumerate(gist):
        if budget <= 0:
            printed.append("…")
            break
        words = piece.text.split()
        if piece.kind == "same":
            shown = _kept(words, first=at == 0, last=at == len(gist) - 1)
            printed.append(_spaced(piece.text, escape_html(shown)))
            budget -= len(shown.split())
        else:
            shown = " ".join(words[:budget]) + (" …" if len(words) > budget else "")
            printed.append(_spaced(piece.text, _mark(piece, shown, place)))
            budget -= len(words)
    return "".join(printed).strip()


def _without_breaks(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces without those that only put in or take out space; what did not change around them as one."""
    merged: list[Piece] = []
    for piece in pieces:
        calm = piece if piece.text.strip() else Piece("same", " ")
        if merged and merged[-1].kind == calm.kind == "same":
            calm = Piece("same", merged.pop().text + calm.text)
        merged.append(calm)
    return merged


def _kept(words: Sequence[str], *, first: bool, last: bool) -> str:
    """What an excerpt keeps of words that did not change: those next to what did."""
    before, after = (0 if last else _BEFORE), (0 if first else _AFTER)
    if len(words) <= before + after + 1:
        return " ".join(words)
    return " ".join((*words[:after], "…", *words[len(words) - before :]))


def _spaced(text: str, shown: str) -> str:
    """What is shown of a text, with the spaces that it begins and ends with."""
    return f"{' ' if text[:1].isspace() else ''}{shown}{' ' if text[-1:].isspace() else ''}"


def _paragraphs(pieces: Iterable[Piece], place: Place, ends_line: Callable[[Piece], bool]) -> str:
    lines = [""]
    for piece in pieces:
        parts = _LINE_END.split(piece.text)
        for count, part in enumerate(parts):
            if count and piece.kind == "same":
                lines.append("")
            elif count and (lines[-1] or part):
                lines[-1] += _mark(piece, "¶")
                if ends_line(piece):
                    lines.append("")
            if part:
                last = count == len(parts) - 1
                lines[-1] += _mark(piece, part, place if last else None)
    return "".join(f"<p>{line}</p>" for line in lines if line)


def _mark(piece: Piece, words: str, place: Place | None = None) -> str:
    """A stretch of text in its mark, and where it went or came from."""
    if piece.kind == "same" or not words.strip():
        return escape_html(words)
    tag, name, said = _SAID[piece.kind]
    marked = f'<{tag} class="{name}"><span class="said">{said}</span>{escape_html(words)}</{tag}>'
    if piece.place is None or place is None:
        return marked
    came = piece.kind == "moved here"
    link = place(piece.place, not came)
    return f'{marked} <span class="whither">(moved {"from" if came else "to"} {link})</span>'
