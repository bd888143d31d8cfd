"""Two texts -> what was inserted and deleted, word by word, and which whole sentences only moved.

Punctuation counts as a word of its own. No provisions here, only texts; and no clock: the same two texts
always give the same pieces.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import fast_diff_match_patch
from msgspec import Struct

from guidance.anchors import normalise
from guidance.compare.units import heaviest_chain
from guidance.model import Piece

MOVED_WORDS = 6  # a shorter sentence that turns up elsewhere may as well have been written twice

_TOKEN = re.compile(r"https?://[^\s)\]]+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’‑\-][^\W\d_]+)*|\s+|.", re.DOTALL)
_SENTENCE_END = re.compile(r"\n+|(?<=[.!?;])[”’\"')\]]*\s+(?=[^a-z\s])")
_WORDS = re.compile(r"\w+")

Sentence = tuple[int, int]  # start and end in a text, white space and line ends left out


class Moved(Struct, frozen=True):
    """A sentence of a text that went to, or came from, the provision at `place`."""

    start: int
    end: int
    place: str


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text; each line ends one."""
    start = 0
    for match in (*_SENTENCE_END.finditer(text), None):
        end = match.start() if match else len(text)
        stripped = text[start:end].strip()
        if stripped:
            begin = start + text[start:end].index(stripped)
            yield begin, begin + len(stripped)
        start = match.end() if match else end


def sentence_key(text: str) -> str:
    """What makes two sentences the same wherever they stand; empty where there are too few words to tell."""
    key = normalise(text).casefold().strip(" .;:,•")
    return key if len(_WORDS.findall(key)) >= MOVED_WORDS else ""


def reordered(old: str, new: str) -> list[tuple[Sentence, Sentence]]:
    """Sentences that stand once in both texts, but in another order: the fewest words that explain it."""
    mine, theirs = _standing_once(old), _standing_once(new)
    places = [(mine[key], theirs[key]) for key in mine if key in theirs]
    edges = {(a[0], b[0]): (a, b) for a, b in places}
    stayed = heaviest_chain([(a, b, edges[a, b][0][1] - a) for a, b in edges])
    return [edges[edge] for edge in sorted(edges) if edge not in stayed]


def _standing_once(text: str) -> dict[str, Sentence]:
    found: dict[str, list[Sentence]] = {}
    for start, end in sentences(text):
        found.setdefault(sentence_key(text[start:end]), []).append((start, end))
    return {key: places[0] for key, places in found.items() if key and len(places) == 1}


def diff_words(old: str, new: str, away: Sequence[Moved] = (), here: Sequence[Moved] = ()) -> tuple[Piece, ...]:
    """The pieces that lead from one text to the other: same and inserted ones joined are the new text, same
    and deleted ones the old. `away` and `here` are sentences known to have moved: each one whole."""
    letters: dict[str, str] = {}
    left = list(_tokens(old, away, "moved away"))
    right = list(_tokens(new, here, "moved here"))
    mapped = ["".join(_letter(letters, token, count) for count, token in enumerate(side)) for side in (left, right)]
    pieces: list[Piece] = []
    at = to = 0
    for sign, length in fast_diff_match_patch.diff(*mapped, timelimit=0, checklines=False, cleanup="Semantic"):
        if sign == "=":
            _add(pieces, right[to : to + length], "same")
        else:
            _add(
                pieces,
                left[at : at + length] if sign == "-" else right[to : to + length],
                "deleted" if sign == "-" else "inserted",
            )
        at += length if sign != "+" else 0
        to += length if sign != "-" else 0
    return tuple(pieces)


def _tokens(text: str, moved: Sequence[Moved], kind: Literal["moved away", "moved here"]) -> Iterator[Piece]:
    """A text as pieces of one word each, its moved sentences each as one piece."""
    at = 0
    for stretch in sorted(moved, key=lambda one: one.start):
        yield from (Piece("same", word) for word in _TOKEN.findall(text[at : stretch.start]))
        yield Piece(kind, text[stretch.start : stretch.end], stretch.place)
        at = stretch.end
    yield from (Piece("same", word) for word in _TOKEN.findall(text[at:]))


def _letter(letters: dict[str, str], token: Piece, count: int) -> str:
    """One character for each different word; a moved sentence is like nothing else."""
    key = token.text if token.kind == "same" else f"{token.kind} {count} {token.text}"
    if key not in letters:
        number = len(letters)
        letters[key] = chr(0x4E00 + number) if number < 0x8000 else chr(0x20000 + number)
    return letters[key]


def _add(pieces: list[Piece], tokens: Sequence[Piece], kind: Literal["same", "inserted", "deleted"]) -> None:
    for token in tokens:
        if token.kind != "same":
            pieces.append(token)
        elif pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(kind, pieces[-1].text + token.text)
        else:
            pieces.append(Piece(kind, token.text))
