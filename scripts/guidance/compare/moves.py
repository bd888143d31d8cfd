"""What moved: sentences that left a provision and turn up in another, or elsewhere in their own, exact or with a
few words changed on the way; and chapters that moved whole.

Nothing here decides which provision became which; a false move is worse than a missed one.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct, structs

from guidance.compare.alignment import Pair
from guidance.compare.units import Shingle, heaviest_chain, likeness, shingles
from guidance.compare.words import Moved, Sentence, Terms, diff_words, sentences
from guidance.document.change_model import MovedChapter
from guidance.document.model import Provision
from guidance.document.walk import normalise

MOVED_WORDS = 6  # a shorter sentence that turns up elsewhere may as well have been written twice

_COLON = re.compile(r":\s+(?=[A-Z])")
_WHOLE = re.compile(r"\s*[“‘(]?[A-Z].*[.?!:][”’)]?\s*", re.DOTALL)
_WORDS = re.compile(r"\w+")

_Keyed = tuple[str, Sentence]
_Moves = dict[int, list[Moved]]  # count of the change -> its moved sentences
_Found = tuple[int, Sentence]  # count of the change, and where the sentence stands in its text


class ChangeSide(Struct, frozen=True):
    """One side of a change: its provisions, their joined text, and where each one starts in it."""

    provisions: tuple[Provision, ...]
    text: str
    starts: tuple[int, ...]

    def anchor_at(self, offset: int) -> str:
        """The anchor of the provision in which a place of the text stands."""
        return [p.anchor for p, start in zip(self.provisions, self.starts, strict=True) if start <= offset][-1]


def moved_sentences(sides: Sequence[tuple[ChangeSide, ChangeSide]], terms: Terms) -> tuple[_Moves, _Moves]:
    """Sentences that left a provision and turn up in another, or elsewhere in their own; also with new `terms`."""
    away: _Moves = {}
    here: _Moves = {}
    left: dict[str, list[_Found]] = {}
    came: dict[str, list[_Found]] = {}
    for at, (before, after) in enumerate(sides):
        if before.text == after.text or _is_lone_table(before, after):
            continue
        gone, came_in = _cuts(before.text, after.text)
        mine, theirs = _keyed(before.text, gone, terms), _keyed(after.text, came_in, terms)
        _collect(left, at, mine, theirs)
        _collect(came, at, theirs, mine)
        for gone_from, come_to in _reordered(mine, theirs):
            _add(away, here, sides, (at, gone_from), (at, come_to))
    for key, found in left.items():
        there = came.get(key, [])
        if len(found) == len(there) == 1:
            _add(away, here, sides, found[0], there[0])
    once = [_once(one, other) for one, other in ((left, came), (came, left))]
    olds = [terms.put_in(sides[at][0].text[start:end]) for at, (start, end) in once[0]]
    news = [terms.put_in(sides[to][1].text[begin:end]) for to, (begin, end) in once[1]]
    for one, other in find_alike(olds, news):
        (at, (start, _)), (to, (begin, _)) = once[0][one], once[1][other]
        if at != to or _changed_place(sides[at], start, begin):  # else it was reworded where it stood
            _add(away, here, sides, once[0][one], once[1][other])
    return away, here


def _add(
    away: _Moves, here: _Moves, sides: Sequence[tuple[ChangeSide, ChangeSide]], left: _Found, came: _Found
) -> None:
    """Put a sentence that moved to the moves, with its words elsewhere where they are not the same."""
    (at, (start, end)), (to, (begin, until)) = left, came
    was, now = sides[at][0].text[start:end], sides[to][1].text[begin:until]
    same = sentence_key(was) == sentence_key(now)
    away.setdefault(at, []).append(Moved(start, end, sides[to][1].anchor_at(begin), "" if same else now))
    here.setdefault(to, []).append(Moved(begin, until, sides[at][0].anchor_at(start), "" if same else was))


def _once(found: Mapping[str, list[_Found]], others: Mapping[str, list[_Found]]) -> list[_Found]:
    """The sentences of one side that stand nowhere on the other."""
    return [place for key, places in found.items() if key not in others for place in places]


def _is_lone_table(*sides: ChangeSide) -> bool:
    """Whether a whole table came or went: its cells are no sentences that went anywhere."""
    there = [one.provisions for one in sides if one.provisions]
    return len(there) == 1 and all(provision.kind == "table" for provision in there[0])


def _changed_place(sides: tuple[ChangeSide, ChangeSide], start: int, begin: int) -> bool:
    """Whether a sentence of provisions that became others together went from one of them to another."""
    old, new = ([p.anchor for p in one.provisions] for one in sides)
    return len(old) == len(new) > 1 and old.index(sides[0].anchor_at(start)) != new.index(sides[1].anchor_at(begin))


def _cuts(old: str, new: str) -> tuple[set[int], set[int]]:
    """Where what only went from the old text, or only came into the new one, begins and ends as a sentence does,
    though what stands before it may end without a stop."""
    sides: tuple[set[int], set[int]] = (set(), set())
    at = to = 0
    pieces = diff_words(old, new)
    for before, piece, after in zip((None, *pieces), pieces, (*pieces[1:], None), strict=False):
        mine = at if piece.kind == "deleted" else to
        alone = {piece.kind, *(one.kind for one in (before, after) if one)} == {piece.kind, "same"}
        if piece.kind != "same" and alone and _WHOLE.fullmatch(piece.text):
            sides[piece.kind == "inserted"].update((mine, mine + len(piece.text)))
        at += len(piece.text) if piece.kind != "inserted" else 0
        to += len(piece.text) if piece.kind != "deleted" else 0
    return sides


def _collect(found: dict[str, list[_Found]], at: int, mine: Sequence[_Keyed], theirs: Sequence[_Keyed]) -> None:
    """Note the sentences of a text that the other side of its change does not have."""
    known = {key for key, _ in theirs}
    for key, place in mine:
        if key and key not in known:
            found.setdefault(key, []).append((at, place))


# --- Sentences as such --------------------------------------------------------------------------


@lru_cache(maxsize=1 << 14)
def sentence_key(text: str) -> str:
    """What makes two sentences the same wherever they stand; empty where there are too few words to tell."""
    key = normalise(text).casefold().strip(" .;:,•")
    return key if len(_WORDS.findall(key)) >= MOVED_WORDS else ""


def _keyed(text: str, cuts: Collection[int], terms: Terms) -> list[_Keyed]:
    """The sentences of a text, each behind its `sentence_key` with new `terms` in it; what follows a colon, or one
    of the `cuts`, as a sentence of its own."""
    found = []
    for start, end in sentences(text):
        colons = (start + colon.end() for colon in _COLON.finditer(text[start:end]))
        places = [start, *sorted({*colons, *(cut for cut in cuts if start < cut < end)}), end]
        for begin, until in pairwise(places):
            words = text[begin:until].strip()
            at = begin + text[begin:until].index(words)
            found.append((sentence_key(terms.put_in(words)), (at, at + len(words))))
    return found


def _reordered(old: Sequence[_Keyed], new: Sequence[_Keyed]) -> list[tuple[Sentence, Sentence]]:
    """Sentences that stand once in both texts, but in another order: the fewest words that explain it."""
    mine, theirs = _standing_once(old), _standing_once(new)
    edges = {(mine[key][0], theirs[key][0]): (mine[key], theirs[key]) for key in mine if key in theirs}
    stayed = heaviest_chain([(start, begin, end - start) for (start, begin), ((_, end), _) in edges.items()])
    return [edges[edge] for edge in sorted(edges) if edge not in stayed]


def _standing_once(keyed: Sequence[_Keyed]) -> dict[str, Sentence]:
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


# --- Chapters that moved whole ---------------------------------------------------------------------

_WHOLLY = 0.9  # so much of what stands below a heading must stand below what the heading became, both ways
_CHAPTER = 3  # fewer provisions are told one by one


def without_chapters(
    pairs: Sequence[Pair], olds: Mapping[str, Provision], news: Mapping[str, Provision]
) -> tuple[tuple[Pair, ...], tuple[MovedChapter, ...]]:
    """The chapters and sections that left their place with all that stands below them, the largest first; and the
    pairs, of which those that only went along did not move."""
    below_old, below_new = _below(olds.values()), _below(news.values())
    became = {anchor: at for at, pair in enumerate(pairs) for anchor in pair.old}
    found: list[MovedChapter] = []
    calm = list(pairs)
    told: set[str] = set()
    for pair in pairs:
        if not len(pair.old) == len(pair.new) == 1 or not told.isdisjoint((*pair.old, *olds[pair.old[0]].parents)):
            continue
        mine, theirs = below_old.get(pair.old[0], ()), set(below_new.get(pair.new[0], ()))
        inner = {at for at in map(became.__getitem__, mine) if pairs[at].new and theirs.issuperset(pairs[at].new)}
        went = sum(len(pairs[at].old) for at in inner), sum(len(pairs[at].new) for at in inner)
        whole = went[0] >= _WHOLLY * len(mine) and went[1] >= _WHOLLY * len(theirs)
        if whole and len(mine) >= _CHAPTER and 2 * sum(pairs[at].moved for at in inner) > len(inner):
            told.add(pair.old[0])
            found.append(MovedChapter(pair.old[0], pair.new[0], len(mine)))
            _calm(calm, inner | {became[pair.old[0]]}, list(olds), list(news))
    return tuple(calm), tuple(found)


def _below(provisions: Iterable[Provision]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for provision in provisions:
        for parent in provision.parents:
            found.setdefault(parent, []).append(provision.anchor)
    return found


def _calm(pairs: list[Pair], inner: Collection[int], olds: list[str], news: list[str]) -> None:
    """Say of the pairs of a chapter that moved only if they also left their place within it."""
    places = {at: (olds.index(pairs[at].old[0]), news.index(pairs[at].new[0])) for at in inner}
    stayed = heaviest_chain([(*place, 1) for place in places.values()])
    for at, place in places.items():
        pairs[at] = structs.replace(pairs[at], moved=place not in stayed)
