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
