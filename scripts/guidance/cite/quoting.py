"""Words in quotation marks, held as a whole against an edition's text: right, altered, partial or absent, and how.

Told here once. The script that checks quotations in a browser (site/quoting.js) takes the steps below with the
figures, lists, patterns and sentences of `record`, and one table of cases (tests/data/audit/quotations.json) holds
for both:

1. Words are letters and digits, in small letters, without apostrophes and hyphens; characters that do not show are
   dropped and numbers written out are figures. Dots that mark an omission, and what stands in square brackets,
   are the quoter's own: they mark a gap.
2. Runs of `seed` words that follow one another in both begin matches; of all chains of such runs in a stretch of
   the edition the one with the most words and the smallest gaps is taken, in the place named if two tie.
3. What lies between two runs, or before the first and behind the last, is compared word by word if it has up to
   `gap` words on either side; beyond, it is not there. If it is long enough it is looked for once more, as words
   of a second place.
4. All words and nothing left out: right. At most `few` words or the share `altered` of them differing: altered. At
   least `fewest` words found: partial. Else absent. Changes of strength, figures, negations and conditions are
   named first.
5. Words that are right and begin or end within a sentence of the edition are cut where what the sentence has before
   or behind them turns or limits what they say: "nobody should assume that", "unless". A bound that reverses
   nothing ("until the bell has been rung", "Where a child is missing, …") is told, and the words are right.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from guidance.cite.quoted_words import (
    ALTERED,
    BEGUN,
    BOUND,
    CONDITIONS,
    FEW,
    FEWEST,
    GAP,
    GOES_ON,
    HANGING,
    IF,
    LIMITED,
    LONGEST,
    MOST,
    NEAR,
    NEGATIONS,
    ORDER,
    SEED,
    SHOWN,
    TRIED,
    TURNED,
    Quoted,
    Word,
    WordChange,
    is_measure,
    keys_of,
    kind_of,
    own_words,
    put,
    put_in_brackets,
    split,
)  # fmt: skip


class _Run(Struct, frozen=True):
    """Words of the quotation that follow one another in the edition too."""

    at: int
    there: int
    size: int

    def behind(self, other: "_Run") -> "_Run | None":
        """What is left of this run behind another one; None where nothing is."""
        over = max(0, other.at + other.size - self.at, other.there + other.size - self.there)
        return _Run(self.at + over, self.there + over, self.size - over) if over < self.size else None


class EditionText:
    """An edition's words in reading order, each with the anchor of its provision, ready to be quoted from."""

    def __init__(self, edition: str, passages: Sequence[tuple[str, str]]) -> None:
        """`passages` are anchors and texts, in reading order."""
        self.edition = edition
        self._words: list[Word] = []
        self._anchors: list[str] = []
        for anchor, text in passages:
            words = split(text)
            self._words += words
            self._anchors += [anchor] * len(words)
        self._seeds: dict[tuple[str, ...], list[int]] = {}
        keys = [word.key for word in self._words]
        for at in range(len(keys) - SEED + 1):
            self._seeds.setdefault(tuple(keys[at : at + SEED]), []).append(at)

    def check(self, quotation: str, named: Collection[str] = ()) -> Quoted:
        """What becomes of a quotation; `named` are the anchors of the place it is said to be of."""
        words, marked = own_words(quotation)
        words = words[:LONGEST]
        count = len(words)
        chain = self._chain(words, named)
        if not chain:
            return Quoted("absent", count)
        chain, changes, missing = self._compare(words, marked, chain)
        found = count - missing
        two, joined = self._second(words, chain, named, missing)
        if two:
            found, missing = found + sum(run.size for run in two), missing - sum(run.size for run in two)
            changes = [one for one in changes if len(one.said.split()) < FEWEST]  # what the second place has
        anchors = tuple(dict.fromkeys(a for run in (*chain, *two) if run.size >= SEED for a in self._of(run)))
        ordered = tuple(sorted(changes, key=lambda change: ORDER.index(change.kind)))
        cut, begins, goes = self._beyond([*chain, *two], count)
        if missing == 0 and not ordered and (not two or joined):
            return Quoted("cut" if cut else "right", count, found, anchors, (), begins, goes)
        if missing <= max(FEW, ALTERED * count) and found > SEED:
            return Quoted("altered", count, found, anchors, ordered, begins, goes)
        if found >= FEWEST:
            return Quoted("partial", count, found, anchors)
        return Quoted("absent", count, 0)

    def _of(self, run: _Run) -> Iterator[str]:
        return iter(dict.fromkeys(self._anchors[run.there : run.there + run.size]))

    # --- Step 2: the best chain of runs ---

    def _chain(self, words: Sequence[Word], named: Collection[str]) -> list[_Run]:
        keys = [word.key for word in words]
        diagonals: dict[int, list[int]] = {}
        for at in range(len(keys) - SEED + 1):
            places = self._seeds.get(tuple(keys[at : at + SEED]), ())
            for there in places if len(places) <= MOST else ():
                diagonals.setdefault(there - at, []).append(at)
        runs = [run for shift, starts in diagonals.items() for run in self._grown(keys, shift, starts)]
        runs.sort(key=lambda run: (-run.size, run.there))
        best: list[_Run] = []
        best_score = 0.0
        for first in runs[:TRIED]:
            low, high = first.there - first.at - len(keys) - GAP, first.there - first.at + 2 * len(keys) + GAP
            near = sorted((r for r in runs if low <= r.there < high), key=lambda r: (r.at, r.there))[:200]
            score, chain = _best(near)
            score += 0.5 * any(anchor in named for run in chain for anchor in self._of(run))
            if score > best_score:
                best, best_score = chain, score
        return best

    def _grown(self, keys: Sequence[str], shift: int, starts: Sequence[int]) -> Iterator[_Run]:
        """Seeds on one diagonal put together to runs, each as long as the words agree."""
        end = -1
        for start in starts:
            if start < end:
                continue
            first, end = start, start + SEED
            while first and first + shift and keys[first - 1] == self._words[first + shift - 1].key:
                first -= 1
            while end < len(keys) and end + shift < len(self._words) and keys[end] == self._words[end + shift].key:
                end += 1
            yield _Run(first, first + shift, end - first)

    # --- Step 3: what differs ---

    def _compare(
        self, words: Sequence[Word], marked: Mapping[int, Sequence[Word]], chain: Sequence[_Run]
    ) -> tuple[list[_Run], list[WordChange], int]:
        """The chain with the single words between its runs, what differs, and how many words are not found."""
        changes: list[WordChange] = []
        runs, missing = list(chain), 0
        for before, run in zip([None, *chain], [*chain, None], strict=True):
            at, there = (before.at + before.size, before.there + before.size) if before else (0, 0)
            mine = words[at : run.at if run else len(words)]
            # Dots before its first word or behind its last say nothing of what lies within.
            gaps = range(at + (before is None), at + len(mine) + (run is not None))
            marks = any(one in marked for one in gaps)
            own = [word for one in range(at, at + len(mine) + 1) for word in marked.get(one, ())]
            wide = marks or bool(own)
            theirs = self._between(before, run, len(mine) + GAP * wide)
            wider = () if wide or (before and run) else self._between(before, run, len(mine) + NEAR)
            theirs = wider if wider and mine and not _compare_words(mine, wider, 0, 0)[2] else theirs
            there = there if before or not run else run.there - len(theirs)
            if len(theirs) <= GAP * 2:
                changes += put_in_brackets(own, theirs, between=bool(before and run))
            if marks and before and run and words[run.at].key in HANGING:  # "must tell … if", and it hangs on "may"
                verbs = [word for word in theirs if kind_of((), (word,)) == "strength"]
                same = not any(word.stops == "full" for word in theirs)
                changes += [WordChange("strength", "…", verbs[-1].written)] if verbs and same else []
            if not mine and not (before and run):
                continue
            if len(mine) <= GAP and len(theirs) <= GAP * (2 if wide else 1):
                within, differing, lacking = _compare_words(mine, theirs, at, there)
                runs += within
                told = [one for i, lost in differing for one in _told(lost, marked.get(i), i in gaps)]
                changes += told
                changes += self._limits(there, theirs) if marks and not mine and not told else []
                missing += lacking
            elif marks and not mine:
                changes += self._limits(there, theirs)
            else:
                missing += len(mine)
                changes.append(WordChange("left-out" if not mine else "word", put(mine), put(theirs)))
        inside = (own for at, own in marked.items() if any(run.at < at < run.at + run.size for run in chain))
        changes += (one for own in inside for one in put_in_brackets(own, (), between=True))
        return sorted(runs, key=lambda run: run.at), changes, missing

    def _limits(self, there: int, theirs: Sequence[Word]) -> Iterator[WordChange]:
        """What limits a sentence among the words, from `there` on, in whose place the quoter put dots."""
        goes, limited = self._going_on(self._rest(there)[: len(theirs)])
        if limited:
            yield WordChange("condition", "…", goes)

    def _between(self, before: "_Run | None", run: "_Run | None", count: int) -> Sequence[Word]:
        """What stands in the edition between two runs; before the first and behind the last, as many words of the
        same sentence as the quotation has there."""
        if before and run:
            return self._words[before.there + before.size : run.there]
        if run:
            first = next((at for at in range(run.there, 0, -1) if self._words[at - 1].ends), 0)
            return self._words[max(first, run.there - count) : run.there]
        at = before.there + before.size if before else 0
        ended = next((i for i in range(max(0, at - 1), len(self._words)) if self._words[i].ends), len(self._words))
        return self._words[at : min(ended + 1, at + count)]

    # --- Step 5: what the sentence has beyond the quotation ---

    def _beyond(self, runs: Sequence[_Run], count: int) -> tuple[bool, str, str]:
        """Whether a sentence loses what turns or limits it where a quotation of `count` words begins and ends, and
        what it begins and goes on with."""
        first, last = min(runs, key=lambda run: run.at), max(runs, key=lambda run: run.at + run.size)
        begins, turned = self._begun(first.there) if first.at == 0 else ("", False)
        ended = last.at + last.size == count
        goes, limited = self._going_on(self._rest(last.there + last.size)) if ended else ("", False)
        return turned or limited, begins, goes

    def _rest(self, there: int) -> Sequence[Word]:
        """What a sentence has from a word on; nothing where another one begins with it."""
        before = self._words[there - 1].stops if there else "full"
        joined = before == "line" and self._is_within(there) and GOES_ON.fullmatch(self._words[there].key)
        if before and not joined:
            return ()
        return self._words[there : next(at for at in range(there, len(self._words)) if self._words[at].stops) + 1]

    def _is_within(self, there: int) -> bool:
        """Whether a word stands in the same provision as the one before it."""
        return 0 < there < len(self._words) and self._anchors[there] == self._anchors[there - 1]

    def _going_on(self, rest: Sequence[Word]) -> tuple[str, bool]:
        """What limits or bounds a sentence in words that it goes on with, and whether it limits."""
        keys = " ".join(keys_of(rest))
        found = [match.start() for match in [LIMITED.search(keys)] if match]
        found += [match.end() - 2 for match in [IF.match(keys)] if match]
        if not found and not BOUND.match(keys):
            return "", False
        from_there = rest[keys.count(" ", 0, min(found, default=0)) :]
        return put(from_there[:SHOWN]) + " …" * (len(from_there) > SHOWN), bool(found)

    def _begun(self, there: int) -> tuple[str, bool]:
        """What turns or bounds a sentence before one of its words, and whether it turns."""
        begin = self._sentence(there)
        before = [*self._stem(begin), *self._words[begin:there]]
        keys = " ".join(keys_of(before))
        turned, more = bool(TURNED.search(keys)), len(before) > SHOWN
        if BEGUN.match(keys):
            return put(before[:SHOWN]) + " …" * more, turned
        return ("… " * more + put(before[-SHOWN:]), True) if turned else ("", False)

    def _sentence(self, there: int) -> int:
        return next((at for at in range(there, 0, -1) if self._words[at - 1].stops), 0)

    def _stem(self, begin: int) -> Sequence[Word]:
        """What leads to the list in which an entry begins; nothing where none does."""
        at = begin
        while self._is_within(at) and self._words[at - 1].stops != "full":
            if self._words[at - 1].stops == "lead":
                return self._words[self._sentence(at - 1) : at]
            at -= 1
        return ()

    def _second(
        self, words: Sequence[Word], chain: Sequence[_Run], named: Collection[str], missing: int
    ) -> tuple[list[_Run], bool]:
        """What of the words that are left stands in another place; and whether a sentence ends where they join."""
        first, last = chain[0], chain[-1]
        stretches = [(0, first.at), (last.at + last.size, len(words))]
        begin, end = max(stretches, key=lambda one: one[1] - one[0])
        if missing < FEWEST or end - begin < FEWEST:
            return [], True
        found = self._chain(words[begin:end], named)
        if not found or sum(run.size for run in found) < end - begin:
            return [], True
        joint = words[end - 1 if begin == 0 else begin - 1].ends
        return [_Run(run.at + begin, run.there, run.size) for run in found], joint


def _best(runs: Sequence[_Run]) -> tuple[float, list[_Run]]:
    """The chain of runs, in order on both sides, with the most words and the smallest gaps; and how good it is."""
    chains: list[tuple[float, list[_Run]]] = []
    for run in runs:
        best: tuple[float, list[_Run]] = (run.size, [run])
        for score, chain in chains:
            left = run.behind(chain[-1]) if run.at > chain[-1].at and run.there > chain[-1].there else None
            if left:
                last = chain[-1]
                gaps = (left.at - last.at - last.size) + (left.there - last.there - last.size)
                grown = score + left.size - min(gaps, 20) / 40
                if grown > best[0]:
                    best = (grown, [*chain, left])
        chains.append(best)
    return max(chains, key=lambda one: one[0], default=(0, []))


def _told(
    lost: tuple[Sequence[Word], Sequence[Word]], own: "Sequence[Word] | None", within: bool
) -> Iterator[WordChange]:
    """What is told of other words, said and standing, at one place of a quotation, where the quoter marked a gap
    with his `own` words unless None. What the edition goes on with behind a quotation, or begins with before it,
    is not left out `within`; nor is what the quoter marked, unless it turns the meaning round or is what a figure
    counts."""
    said, stands = lost
    if said or (within and own is None):
        yield WordChange(kind_of(said, stands), put(said), put(stands))
    elif within and not own:
        if all(is_measure(word) for word in stands):
            yield WordChange("number", "…", put(stands))
        for word in stands:
            if word.key in NEGATIONS | CONDITIONS:
                yield WordChange(kind_of((), (word,)), "…", word.written)


def _compare_words(
    mine: Sequence[Word], theirs: Sequence[Word], at: int, there: int
) -> tuple[list[_Run], list[tuple[int, tuple[Sequence[Word], Sequence[Word]]]], int]:
    """Few words on either side, which begin `at` and `there`: what agrees, what differs (at which word of the
    quotation, which words are said there and which stand), how many do not agree."""
    runs: list[_Run] = []
    changes: list[tuple[int, tuple[Sequence[Word], Sequence[Word]]]] = []
    matcher = SequenceMatcher(None, keys_of(mine), keys_of(theirs), autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            runs.append(_Run(at + i, there + j, i_end - i))
        else:
            changes.append((at + i, (mine[i:i_end], theirs[j:j_end])))
    return runs, changes, len(mine) - sum(run.size for run in runs)
