"""Two texts -> what was inserted and deleted, word by word, and which whole sentences only moved.

Punctuation counts as a word of its own. No provisions here, only texts; and no clock: the same two texts
always give the same pieces.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal

import fast_diff_match_patch
from msgspec import Struct

from guidance.compare.units import Shingle, heaviest_chain, likeness, shingles
from guidance.document.anchors import normalise
from guidance.document.model import RedlinePiece

MOVED_WORDS = 6  # a shorter sentence that turns up elsewhere may as well have been written twice

_TOKEN = re.compile(  # what a redline takes out or puts in whole
    r"""
    https?:// [^\s)\]]++                                      # an address
  | \d++ (?: [.,] \d++ )*+                                    # a number: "3.2", "5,000"
  | [^\W\d_]++ (?: ['’‑\-] [^\W\d_]++ )*+                    # a word: "child's", "multi-agency"
  | \s++
  | .                                                          # a punctuation mark
    """,
    re.DOTALL | re.VERBOSE,
)
_SENTENCE_END = re.compile(  # a line's end; or a stop, quotation marks and space before what may begin a sentence
    r"""\n+ | (?<= [.!?;] ) [”’"')\]]* \s+ (?= [^a-z\s] )""", re.VERBOSE
)
_WORDS = re.compile(r"\w+")

Sentence = tuple[int, int]  # start and end in a text, white space and line ends left out
Keyed = tuple[str, Sentence]


class Moved(Struct, frozen=True):
    """A sentence of a text that went to, or came from, the provision at `place`; `other` are its words there, where
    they are not the same."""

    start: int
    end: int
    place: str
    other: str = ""


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


@lru_cache(maxsize=1 << 14)
def sentence_key(text: str) -> str:
    """What makes two sentences the same wherever they stand; empty where there are too few words to tell."""
    key = normalise(text).casefold().strip(" .;:,•")
    return key if len(_WORDS.findall(key)) >= MOVED_WORDS else ""


def keyed_sentences(text: str) -> list[Keyed]:
    """The sentences of a text, each behind its `sentence_key`."""
    return [(sentence_key(text[start:end]), (start, end)) for start, end in sentences(text)]


def reordered(old: Sequence[Keyed], new: Sequence[Keyed]) -> list[tuple[Sentence, Sentence]]:
    """Sentences that stand once in both texts, but in another order: the fewest words that explain it."""
    mine, theirs = _standing_once(old), _standing_once(new)
    places = [(mine[key], theirs[key]) for key in mine if key in theirs]
    edges = {(a[0], b[0]): (a, b) for a, b in places}
    stayed = heaviest_chain([(a, b, edges[a, b][0][1] - a) for a, b in edges])
    return [edges[edge] for edge in sorted(edges) if edge not in stayed]


def _standing_once(keyed: Sequence[Keyed]) -> dict[str, Sentence]:
    count = Counter(key for key, _ in keyed)
    return {key: place for key, place in keyed if key and count[key] == 1}


LEAST_ALIKE = 0.8  # share of its words, in order, that a sentence has kept which moved and was reworded
LONG_ALIKE = 0.7  # the same of a long one, in which a term of several words was replaced
_FEWEST, _LONG = 8, 14  # words
_RARE = 6  # a run of three words in more sentences than this says nothing
_CLEAR = 0.1  # by so much a sentence must be more like its counterpart than like any other: a false move is worse


def find_alike(olds: Sequence[str], news: Sequence[str]) -> list[tuple[int, int]]:
    """Of two lists of sentences those that are each other's one clear likeness, by their places in the lists."""
    mine, theirs = ([tuple(_WORDS.findall(normalise(text).casefold())) for text in side] for side in (olds, news))
    scores: dict[tuple[int, int], float] = {}
    where: dict[Shingle, list[int]] = {}
    for at, words in enumerate(theirs):
        for shingle in shingles(words):
            where.setdefault(shingle, []).append(at)
    telling = {shingle: places for shingle, places in where.items() if len(places) <= _RARE}
    for at, words in enumerate(mine):
        for to in sorted({to for shingle in shingles(words) for to in telling.get(shingle, ())}):
            scores[at, to] = likeness(words, theirs[to])
    by_old: dict[int, list[float]] = {}
    by_new: dict[int, list[float]] = {}
    for (at, to), score in scores.items():
        by_old.setdefault(at, []).append(score)
        by_new.setdefault(to, []).append(score)
    found = []
    for (at, to), score in scores.items():
        fewest = min(len(mine[at]), len(theirs[to]))
        enough = fewest >= _FEWEST and score >= (LONG_ALIKE if fewest >= _LONG else LEAST_ALIKE)
        rivals = [*sorted(by_old[at])[-2:-1], *sorted(by_new[to])[-2:-1]]
        best = score == max(by_old[at]) == max(by_new[to])
        if enough and best and all(score - rival >= _CLEAR for rival in rivals):
            found.append((at, to))
    return found


def diff_words(
    old: str, new: str, away: Sequence[Moved] = (), here: Sequence[Moved] = ()
) -> tuple[RedlinePiece, ...]:
    """The pieces that lead from one text to the other: same and inserted ones joined are the new text, same
    and deleted ones the old. `away` and `here` are sentences known to have moved: each one whole."""
    left, right = _Words(old, away, "moved away"), _Words(new, here, "moved here")
    pieces: list[RedlinePiece] = []
    at = to = 0
    for sign, length in fast_diff_match_patch.diff(
        *_as_letters(left.words, right.words), timelimit=0, checklines=False, cleanup="Semantic"
    ):
        if sign == "-":
            left.put(pieces, at, at + length, "deleted")
        else:
            right.put(pieces, to, to + length, "same" if sign == "=" else "inserted")
        at += length if sign != "+" else 0
        to += length if sign != "-" else 0
    return tuple(pieces)


class _Words:
    """A text as words, among them each sentence that moved as one word that is like no other."""

    def __init__(self, text: str, moved: Sequence[Moved], kind: Literal["moved away", "moved here"]) -> None:
        self.words: list[str] = []
        self._moved: dict[int, list[RedlinePiece]] = {}
        at = 0
        for stretch in sorted(moved, key=lambda one: one.start):
            self.words += _TOKEN.findall(text[at : stretch.start])
            words = text[stretch.start : stretch.end]
            self._moved[len(self.words)] = _moved_pieces(words, stretch, kind)
            self.words.append(f"{kind} {len(self.words)} {words}")
            at = stretch.end
        self.words += _TOKEN.findall(text[at:])

    def put(
        self, pieces: list[RedlinePiece], start: int, end: int, kind: Literal["same", "inserted", "deleted"]
    ) -> None:
        """Put a stretch of the words behind the pieces, those that follow one another as one piece."""
        for at in (*(at for at in self._moved if start <= at < end), end):
            text = "".join(self.words[start:at])
            if text and pieces and pieces[-1].kind == kind:
                pieces[-1] = RedlinePiece(kind, pieces[-1].text + text)
            elif text:
                pieces.append(RedlinePiece(kind, text))
            if at < end:
                pieces.extend(self._moved[at])
            start = at + 1


def _moved_pieces(words: str, stretch: Moved, kind: Literal["moved away", "moved here"]) -> list[RedlinePiece]:
    """A sentence that moved: whole, or, where it was reworded, what it has in common with its other place as moved
    and the rest as inserted or deleted."""
    if not stretch.other:
        return [RedlinePiece(kind, words, stretch.place)]
    own: Literal["inserted", "deleted"] = "inserted" if kind == "moved here" else "deleted"
    sides = (stretch.other, words) if kind == "moved here" else (words, stretch.other)
    found = (piece for piece in diff_words(*sides) if piece.kind in ("same", own))
    return [RedlinePiece(kind, p.text, stretch.place) if p.kind == "same" else p for p in found]


def _as_letters(*sides: Sequence[str]) -> list[str]:
    """Each side with one character for each different word."""
    different = dict.fromkeys(chain(*sides))
    letters = dict(zip(different, map(chr, chain(range(0x4E00, 0xCE00), range(0x28000, 0x110000))), strict=False))
    return ["".join(map(letters.__getitem__, side)) for side in sides]
