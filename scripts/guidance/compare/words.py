"""Two texts -> what was inserted and deleted, word by word; of many, the terms that were replaced throughout.

Punctuation counts as a word of its own. No provisions here, only texts; and no clock: the same two texts
always give the same pieces.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, takewhile
from typing import Literal

import fast_diff_match_patch
from msgspec import Struct

from guidance.compare.units import BULLET, plain
from guidance.document.change_model import RedlinePiece, ReplacedTerm
from guidance.document.walk import sentence_ends

_TOKEN = re.compile(r"""(?xs)  # what a redline takes out or puts in whole
    https?:// [^\s)\]]++                                      # an address
  | [\w.+\-]++ @ [\w\-]++ (?: \. [\w\-]++ )*
  | [£€$]? \d++ (?: [.,] \d++ )* (?: [ ]? [-–] [ ]? \d++ )*   # a number: "3.2", "£5,000", "12-14"
  | [^\W\d_]++ (?: ['’‑\-] [^\W\d_]++ )*                    # a word: "child's", "multi-agency"
  | (?<! [^\n] ) •[ ]                                         # a bullet
  | \s++
  | .                                                          # a punctuation mark
    """)
_SENTENCE_END = re.compile(  # a line's end; or a stop, quotation marks and space before what may begin a sentence
    r"""(?x) \n+ | (?<= [.!?;] ) [”’"')\]]* \s+ (?= [^a-z\s] )"""
)

Sentence = tuple[int, int]  # start and end in a text, white space and line ends left out
Pair = tuple[str, str]
Replacement = tuple[int, int, str]
Edge = tuple[int, int]  # places of a word in an old and a new row


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
    for match in (*sentence_ends(_SENTENCE_END, text), None):
        end = match.start() if match else len(text)
        stripped = text[start:end].strip().removeprefix(BULLET)
        if stripped:
            begin = start + text[start:end].index(stripped)
            yield begin, begin + len(stripped)
        start = match.end() if match else end


def diff_words(
    old: str, new: str, away: Sequence[Moved] = (), here: Sequence[Moved] = ()
) -> tuple[RedlinePiece, ...]:
    """The pieces that lead from one text to the other: same and inserted ones joined are the new text, same
    and deleted ones the old. `away` and `here` are sentences known to have moved: each one whole."""
    return _diff(old, new, tuple(away), tuple(here))


@lru_cache(maxsize=1 << 12)  # terms, moves and changes all begin with the same redlines
def _diff(old: str, new: str, away: tuple[Moved, ...], here: tuple[Moved, ...]) -> tuple[RedlinePiece, ...]:
    left, right = _Words(old, away, "moved away"), _Words(new, here, "moved here")
    pieces: list[RedlinePiece] = []
    at = to = 0
    for one in _readable(left.words, right.words):
        if not one.out and not one.into:
            right.put(pieces, to, to + one.kept, "same")
        left.put(pieces, at, at + one.out, "deleted")
        right.put(pieces, to, to + one.into, "inserted")
        at += one.kept + one.out
        to += one.kept + one.into
    return tuple(pieces)


# --- Which words -----------------------------------------------------------------------------------


class _WordRun(Struct):
    """Words in a row, by how many: kept, or else taken out and put in."""

    kept: int = 0
    out: int = 0
    into: int = 0


_SMALL = frozenset((
    "a", "an", "the", "of", "and", "or", "to", "in", "on", "at", "by", "for", "with", "from", "as", "that", "which",
    "who", "is", "are", "be", "their", "its", "this", "these", "it", "they",
))  # fmt: skip
_ENDS = frozenset(".!?;:")
_BRIDGE = 2  # so many small words between two phrases that were replaced are part of them


def _readable(old: Sequence[str], new: Sequence[str]) -> list[_WordRun]:
    """What was kept, taken out and put in, so that it reads well: phrases whole, what was taken out before what was
    put in for it, and no word both taken out and put in that could be kept: a telling word is never given up for
    small ones and signs."""
    mine, theirs = ([at for at, word in enumerate(side) if _tells(word)] for side in (old, new))
    runs: list[_WordRun] = []
    at = to = 0
    end = (len(old), len(new))
    for one, other in (*_kept([old[n] for n in mine], [new[n] for n in theirs], mine, theirs), end):
        inner = _kept(old[at:one], new[to:other], range(at, one), range(to, other))
        for left, right in (*inner, (one, other)):
            if left > at or right > to:
                runs.append(_WordRun(out=left - at, into=right - to))
            if left < len(old) and right < len(new):
                _keep(runs, 1)
            at, to = left + 1, right + 1
    return _shifted(_bridged(runs, old, new), old, new)


def _tells(word: str) -> bool:
    """Whether a word says something by itself; small ones, signs and space do not."""
    return (word[0].isalnum() or word[-1].isdigit()) and word.lower() not in _SMALL


def _kept(old: Sequence[str], new: Sequence[str], mine: Sequence[int], theirs: Sequence[int]) -> list[Edge]:
    """The most words that two rows have in common, in their order: the places of each in `mine` and `theirs`."""
    found: list[Edge] = []
    if not old or not new:
        return found
    at = to = 0
    sides = _as_letters(old, new)
    for sign, length in fast_diff_match_patch.diff(*sides, timelimit=0, checklines=False, cleanup="No"):
        if sign == "=":
            found += [(mine[at + count], theirs[to + count]) for count in range(length)]
        at += length if sign != "+" else 0
        to += length if sign != "-" else 0
    return found


def _bridged(runs: list[_WordRun], old: Sequence[str], new: Sequence[str]) -> list[_WordRun]:
    """The same with small words and signs between two phrases put to them, where both were replaced."""
    found: list[_WordRun] = []
    at = to = 0
    for place, run in enumerate(runs):
        ends = (at + run.out + run.kept, to + run.into + run.kept)
        if found and run.kept and place + 1 < len(runs):
            before, after = found[-1], runs[place + 1]
            phrases = (
                *(old[at - before.out : at], old[ends[0] : ends[0] + after.out]),
                *(new[to - before.into : to], new[ends[1] : ends[1] + after.into]),
            )
            replaced = all(any(word[0].isalnum() for word in words) for words in phrases)
            if _joins_phrases(old[at : ends[0]], replaced):
                run = _WordRun(out=run.kept, into=run.kept)
        if found and not run.kept and not found[-1].kept:
            found[-1].out += run.out
            found[-1].into += run.into
        else:
            found.append(_WordRun(run.kept, run.out, run.into))
        at, to = ends
    return found


def _joins_phrases(kept: Sequence[str], replaced: bool) -> bool:
    """Whether words between two phrases only join them; `replaced` says that both became others."""
    if any("\n" in word or word in _ENDS for word in kept):
        return False
    words = [word for word in kept if not word.isspace()]
    return not words or (replaced and len(words) <= _BRIDGE and not any(map(_tells, words)))


def _shifted(runs: list[_WordRun], old: Sequence[str], new: Sequence[str]) -> list[_WordRun]:
    """The same with words that both sides of a phrase begin or end with kept, and what only came or only went moved
    to where a line, a sentence or a word begins."""
    found = [_WordRun()]
    at = to = 0
    for run in runs:
        ends = (at + run.out + run.kept, to + run.into + run.kept)
        mine, theirs = old[at : at + run.out], new[to : to + run.into]
        first = _same_words(mine, theirs)
        last = _same_words(mine[first:][::-1], theirs[first:][::-1])
        _keep(found, run.kept + first)
        if run.out > first + last or run.into > first + last:
            found.append(_WordRun(out=run.out - first - last, into=run.into - first - last))
        _keep(found, last)
        at, to = ends
    if found[-1].out or found[-1].into:
        found.append(_WordRun())
    for place, run in enumerate(found):
        if bool(run.out) != bool(run.into):
            _settle(found, place, old if run.out else new)
    return [run for run in found if run.kept or run.out or run.into]


def _keep(runs: list[_WordRun], count: int) -> None:
    """Put kept words behind the runs."""
    if not runs or (count and (runs[-1].out or runs[-1].into)):
        runs.append(_WordRun())
    runs[-1].kept += count


def _same_words(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many equal words two rows begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _settle(runs: list[_WordRun], place: int, words: Sequence[str]) -> None:
    """Move a run that only came or only went to where it begins and ends best; what it leaves is equal to what it
    takes."""
    run = runs[place]
    size = run.out + run.into
    start = sum(one.kept + (one.out if run.out else one.into) for one in runs[:place])
    before = runs[place - 1].kept if place else 0
    after = runs[place + 1].kept if place + 1 < len(runs) else 0
    left = right = 0
    while left < before - (place > 1) and words[start - left - 1] == words[start + size - left - 1]:
        left += 1
    while right < after - (place + 2 < len(runs)) and words[start + right] == words[start + size + right]:
        right += 1
    best = max(
        range(-left, right + 1),
        key=lambda by: (_begins(words, start + by) + _begins(words, start + size + by), -abs(by)),
    )
    if best:
        runs[place - 1].kept += best
        runs[place + 1].kept -= best


def _begins(words: Sequence[str], at: int) -> int:
    """How well a mark would begin or end before a word: best where a line or a sentence does."""
    before, here = words[at - 1] if at else "\n", words[at] if at < len(words) else "\n"
    if "\n" in before:
        return 5
    if "\n" in here:
        return 4
    if before.isspace():
        return 4 if at > 1 and words[at - 2][-1:] in ".!?;:" else 2
    return 1 if here.isspace() else 0


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


# --- Terms that were replaced throughout -----------------------------------------------------------

LEAST_PLACES = 3  # so often a term must have been replaced
_MOST_KEPT = 0.4  # and no more often than so, of all its places, may it still stand
_LONGEST_TERM = 6  # words
_NO_TERM = frozenset((
    "must", "should", "may", "can", "cannot", "shall", "will", "would", "could", "need", "needs", "ought", "has",
    "have", "not", "no", "never", "only", "unless", "if", "except", "when", "where", "whether", "within", "before",
    "after", "always", "all", "any", "some", "each", "every", "both", "either",
))  # fmt: skip
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+(?:(?:and|or|of|by|with|the)\s+)+", re.IGNORECASE)  # two terms in one phrase
_ANY_ARTICLE = re.compile(r"\ban?\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:must|should|may|can|shall|will|not)\s*$")
_POSSESSIVE = re.compile(r"['’]s?$")


class Terms:
    """The terms that were replaced between two editions, and the old text as it would read with the new ones."""

    def __init__(self, forms: Mapping[str, tuple[str, ReplacedTerm]]) -> None:
        """`forms` has, for each form in small letters ("professionals"), the new one and its term."""
        self.replaced = tuple(sorted({term for _, term in forms.values()}, key=lambda t: (-t.count, t.old)))
        self._forms = forms
        known = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w’'-])(?:{known})(?![\w-]|[’']\w)", re.IGNORECASE) if forms else None

    def put_in(self, text: str) -> str:
        """The text with the new terms."""
        return self._pattern.sub(self._new, text) if self._pattern else text

    def _new(self, match: re.Match[str]) -> str:
        new = self._forms[match[0].lower()][0]
        return new[:1].upper() + new[1:] if match[0][:1].isupper() else new

    def replaced_in(self, pieces: Sequence[RedlinePiece]) -> list[Replacement]:
        """Where in the old text of a redline terms were replaced: start, end, and what the new text has there."""
        found: list[Replacement] = []
        at = 0
        for piece, after in zip(pieces, (*pieces[1:], None), strict=False):
            if piece.kind == "deleted" and after and after.kind == "inserted" and self._pattern:
                left = plain(after.text).lower()
                for match in self._pattern.finditer(piece.text):
                    new = plain(self._new(match))
                    if new.lower() in left:
                        left = left.replace(new.lower(), "", 1)
                        found.append((at + match.start(), at + match.end(), new))
            at += len(piece.text) if piece.kind not in ("inserted", "moved here") else 0
        return found

    def named_in(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The names of the terms whose old form some texts have."""
        found = [form for text in texts for form in (self._pattern.findall(text) if self._pattern else ())]
        return tuple(dict.fromkeys(self._forms[form.lower()][1].name for form in found))


def put_where(text: str, replacements: Sequence[Replacement], start: int = 0) -> str:
    """A stretch of the old text, from `start` on, with new terms where they were replaced in it."""
    for begin, end, words in reversed(replacements):
        if start <= begin and end <= start + len(text):
            text = f"{text[: begin - start]}{words}{text[end - start :]}"
    return text


def same_but_articles(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but how they are set, capital letters, and "a" or "an"."""
    return _ANY_ARTICLE.sub("a", plain(old)).casefold() == _ANY_ARTICLE.sub("a", plain(new)).casefold()


def find_terms(texts: Sequence[tuple[str, str]]) -> Terms:
    """The terms that others took the place of throughout, by all texts before and after; an old term may hardly
    stand in the new texts any more."""
    changed = [(old, new) for old, new in texts if old and new and old != new]
    forms: dict[Pair, Counter[Pair]] = {}
    for old, new in changed:
        for pair in _replaced(diff_words(old, new)):
            stems = (_stem(pair[0]), _stem(pair[1]))
            if all(stems) and stems[0] != stems[1]:
                forms.setdefault(stems, Counter())[pair] += 1
    whole = "\n".join(new for _, new in texts)
    found: dict[str, tuple[str, ReplacedTerm]] = {}
    often = [(len(old.split()), -pairs.total(), (old, new)) for (old, new), pairs in forms.items()]
    for *_, stems in sorted(one for one in often if -one[1] >= LEAST_PLACES):  # the shortest first
        counted = forms[stems]
        known = re.compile("|".join(rf"(?<!\w){re.escape(old)}(?!\w)" for old, _ in counted), re.IGNORECASE)
        places = sum(max(0, len(known.findall(old)) - len(known.findall(new))) for old, new in changed)
        left = len(known.findall(whole))
        if left > _MOST_KEPT * (left + places):
            continue
        told = Terms(found)
        if all(same_but_articles(told.put_in(old), now) for old, now in counted):  # of terms told already
            continue
        old, now = min(counted, key=lambda pair: (len(pair[0]), -counted[pair], pair))
        term = ReplacedTerm(_lower(old), _lower(now), places)
        for pair, _ in counted.most_common():
            found.setdefault(pair[0].lower(), (_lower(pair[1]), term))
    return Terms(found)


def _replaced(pieces: Sequence[RedlinePiece]) -> Iterator[Pair]:
    """The phrases that took one another's place, articles left out; not what somebody must do."""
    for before, one, other in zip((None, *pieces), pieces, pieces[1:], strict=False):
        bound = before is not None and _MODAL.search(before.text)
        if (one.kind, other.kind) == ("deleted", "inserted") and not bound:
            parts, others = (_BETWEEN.split(piece.text.strip()) for piece in (one, other))
            if len(parts) != len(others):
                parts, others = [one.text.strip()], [other.text.strip()]
            for old, new in zip(parts, others, strict=True):
                yield _ARTICLE.sub("", old), _ARTICLE.sub("", new)


def _stem(phrase: str) -> str:
    """What the forms of a term have in common; empty where a phrase is none."""
    telling = any(_tells(word) and (len(word) > 2 or word.isupper()) for word in phrase.split())
    words = phrase.lower().split()
    if not telling or len(words) > _LONGEST_TERM or not re.fullmatch(r"[^\W\d_][^\d\n.;:!?,()]*", phrase):
        return ""
    if any(word in _NO_TERM for word in words):
        return ""
    last = _POSSESSIVE.sub("", words[-1])
    single = f"{last[:-3]}y" if last.endswith("ies") else last if last.endswith("ss") else last.removesuffix("s")
    return " ".join((*words[:-1], single))


def _lower(phrase: str) -> str:
    """A phrase as it stands within a sentence; names and short forms keep their capitals."""
    first, space, rest = phrase.partition(" ")
    return phrase if first[1:] != first[1:].lower() or rest != rest.lower() else f"{first.lower()}{space}{rest}"
