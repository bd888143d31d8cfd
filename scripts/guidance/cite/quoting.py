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
   least `fewest` words found: partial. Else absent. Changes of strength, figures and negations are named first.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct

Verdict = Literal["right", "altered", "partial", "absent", "not-checked"]
ChangeKind = Literal["strength", "number", "negation", "word", "left-out"]

SEED, GAP, FEWEST, FEW, ALTERED = 3, 6, 5, 2, 0.3
MOST = 40  # places of a seed beyond which it says nothing
TRIED = 12  # stretches of the edition that are looked at
LONGEST = 1500  # words of a quotation that are compared


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


STRENGTHS = _listed(
    "must shall should may might can could will would need needs ought required expected recommended entitled"
)
NEGATIONS = _listed(
    "not no never none nor neither nobody nothing without unless except cannot dont doesnt didnt isnt arent wasnt "
    "werent hasnt havent hadnt wont wouldnt shouldnt mustnt cant couldnt neednt"
)
MEASURES = _listed("hour hours day days week weeks month months year years working calendar percent")
SPELT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = re.compile(rf"[^\W_](?:[\u0300-\u036f{_UNSEEN}'’‐‑-]*[^\W_]|[\u0300-\u036f])*")
_NO_LETTER = re.compile(rf"[{_UNSEEN}'’‐‑-]")
_MARKED = re.compile(r"\[[^\]]{0,200}\]|\(\s*(?:\.{3}|…)\s*\)|\.\s?\.\s?\.(?:\s?\.)?|…")
_ENDS = re.compile(r"""[.!?:;]["'”’)\]]*\s*$""")
SAYS = {  # the verdict on a quotation in words
    "right": "word for word {place} of {edition}",
    "altered": "altered from {place} of {edition}: {changes}",
    "partial": "only {found} of the {words} quoted words are in {place} of {edition}; the rest is not",
    "absent": "these words are not in {edition}",
    "not-checked": "a quotation that was not checked: the text of {edition} is not loaded here",
    "elsewhere": ", and not in {place} as it says",
    "also": "; also in {editions}",
    "but": "; word for word in {editions}",
    "joined": "two places are put together as if they were one",
    "for": "{weight}“{said}” for “{stands}”",
    "without": "{weight}“{stands}” left out",
    "added": "{weight}“{said}” put in",
    "strength": "strength changed: ",
    "number": "figure changed: ",
    "negation": "negation changed: ",
}
TOLD = 4  # changes that are named
LEAST_SAID = 5  # words between quotation marks that make a quotation
MARKS = {  # what stands in quotation marks; the last are those that apostrophes look like
    "curly": r"“([^“”]{15,4000})”",
    "angled": r"«([^«»]{15,4000})»",
    "straight": r'(?<!\w)"([^"]{15,4000})"(?!\w)',
    "single": r"""(?<![\w'’])[‘'](?=[\w\[…])([^“”"‘]{15,2000}?)(?<=[\w.,;:!?…\])])['’](?!\w)""",
}


class Word(Struct, frozen=True):
    """A word of a text: as it is compared, as it is written, where it stands, whether a sentence ends behind it."""

    key: str
    written: str
    start: int
    end: int
    ends: bool = False


class WordChange(Struct, frozen=True):
    """Where a quotation has other words (`said`) than the edition (`stands`); either may be empty."""

    kind: ChangeKind
    said: str
    stands: str


class Quoted(Struct, frozen=True):
    """What became of a quotation: how many of its words were `found`, in which places, and what differs."""

    verdict: Verdict
    words: int
    found: int = 0
    anchors: tuple[str, ...] = ()
    changes: tuple[WordChange, ...] = ()


def split(text: str) -> list[Word]:
    """A text's words, in order."""
    found: list[Word] = []
    matches = list(_WORD.finditer(text))
    for at, match in enumerate(matches):
        key = _NO_LETTER.sub("", unicodedata.normalize("NFKC", match[0])).lower()
        behind = text[match.end() : matches[at + 1].start() if at + 1 < len(matches) else len(text)]
        ends = bool(_ENDS.search(behind))
        found.append(Word(str(SPELT.get(key, key)), match[0], match.start(), match.end(), ends))
    return found


def record() -> dict[str, object]:
    """The figures, lists, patterns and sentences of the algorithm above, for a script."""
    figures = {"seed": SEED, "gap": GAP, "fewest": FEWEST, "few": FEW, "altered": ALTERED, "most": MOST}
    figures |= {"tried": TRIED, "longest": LONGEST, "told": TOLD, "leastSaid": LEAST_SAID}
    lists = {"strengths": STRENGTHS, "negations": NEGATIONS, "measures": MEASURES}
    patterns = {"word": _WORD, "noLetter": _NO_LETTER, "marked": _MARKED, "ends": _ENDS}
    return {
        **figures,
        **{name: sorted(words) for name, words in lists.items()},
        **{name: one.pattern.replace(r"[^\W_]", r"[\p{L}\p{N}]") for name, one in patterns.items()},
        "spelt": SPELT,
        "says": SAYS,
        "marks": list(MARKS.values()),
        "order": list(_ORDER),
    }


def say_places(anchors: Sequence[str]) -> str:
    """Where words stand, in words: "paragraph 4 and paragraph 1"."""
    said = [anchor.replace("para-", "paragraph ").replace("-", " ") for anchor in anchors]
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def say_quoted(
    quoted: "Quoted | None",
    edition: str,
    anchors: Sequence[str] = (),
    also: Sequence[str] = (),
    elsewhere: str = "",
) -> str:
    """The verdict on a quotation of an edition in words, None where its text is not here; what changes strength, a
    figure or a negation comes first. `anchors` are where it stands if the verdict does not know, `also` the
    editions that have it word for word, `elsewhere` the place that it is said to be of and is not."""
    verdict = quoted.verdict if quoted else "not-checked"
    changes = [_say_change(change) for change in quoted.changes[:TOLD]] if quoted else []
    said = SAYS[verdict].format(
        edition=edition,
        place=say_places((quoted.anchors if quoted else ()) or anchors),
        changes="; ".join(changes) or SAYS["joined"],
        found=quoted.found if quoted else 0,
        words=quoted.words if quoted else 0,
    )
    said += SAYS["elsewhere"].format(place=elsewhere) if elsewhere else ""
    return said + (SAYS["also" if verdict == "right" else "but"].format(editions=", ".join(also)) if also else "")


def _say_change(change: "WordChange") -> str:
    form = "without" if not change.said else "for" if change.stands else "added"
    return SAYS[form].format(weight=SAYS.get(change.kind, ""), said=change.said, stands=change.stands)


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
        words, marked = _own_words(quotation)
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
        ordered = tuple(sorted(changes, key=lambda change: _ORDER.index(change.kind)))
        if missing == 0 and not ordered and (not two or joined):
            return Quoted("right", count, found, anchors)
        if missing <= max(FEW, ALTERED * count) and found > SEED:
            return Quoted("altered", count, found, anchors, ordered)
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
        self, words: Sequence[Word], marked: Collection[int], chain: Sequence[_Run]
    ) -> tuple[list[_Run], list[WordChange], int]:
        """The chain with the single words between its runs, what differs, and how many words are not found."""
        runs, changes, missing = list(chain), [], 0
        for before, run in zip([None, *chain], [*chain, None], strict=True):
            at, there = (before.at + before.size, before.there + before.size) if before else (0, 0)
            mine = words[at : run.at if run else len(words)]
            marks = any(one in marked for one in range(at, at + len(mine) + 1))
            theirs = self._between(before, run, len(mine) + GAP * marks)
            there = there if before or not run else run.there - len(theirs)
            if not mine and not (before and run):
                continue
            if len(mine) <= GAP and len(theirs) <= GAP * (2 if marks else 1):
                within, differing, lacking = _compare_words(mine, theirs, at, there)
                # What the edition goes on with behind a quotation, or begins with before it, is nothing left out;
                # nor is what the quoter marked, unless it turns the meaning round.
                runs += within
                changes += [one for one in differing if one.said or (before and run and not marks)]
                lost = [word for word in theirs if word.key in NEGATIONS] if marks and before and run else []
                changes += [WordChange("negation", "…", word.written) for word in lost]
                missing += lacking
            elif marks and not mine:
                continue
            else:
                missing += len(mine)
                changes.append(WordChange("left-out" if not mine else "word", _say(mine), _say(theirs)))
        return sorted(runs, key=lambda run: run.at), changes, missing

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


_ORDER: tuple[ChangeKind, ...] = ("strength", "number", "negation", "word", "left-out")


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


def _own_words(quotation: str) -> tuple[list[Word], set[int]]:
    """A quotation's words, and before which of them the quoter marked a gap; words in square brackets are his."""
    words: list[Word] = []
    marked: set[int] = set()
    at = 0
    for match in _MARKED.finditer(quotation):
        words += split(quotation[at : match.start()])
        marked.add(len(words))
        at = match.end()
    words += split(quotation[at:])
    return words, marked


def _compare_words(
    mine: Sequence[Word], theirs: Sequence[Word], at: int, there: int
) -> tuple[list[_Run], list[WordChange], int]:
    """Few words on either side, which begin `at` and `there`: what agrees, what differs, how many do not agree."""
    runs: list[_Run] = []
    changes: list[WordChange] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, _keys(mine), _keys(theirs), autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(_Run(at + i, there + j, i_end - i))
        else:
            said, stands = mine[i:i_end], theirs[j:j_end]
            changes.append(WordChange(_kind(said, stands), _say(said), _say(stands)))
    return runs, changes, len(mine) - sum(run.size for run in runs)


def _kind(mine: Sequence[Word], theirs: Sequence[Word]) -> ChangeKind:
    said, stands = _keys(mine), _keys(theirs)
    for kind, weighty in _WEIGHTY:
        if sorted(filter(weighty, said)) != sorted(filter(weighty, stands)):
            return kind
    return "word"


def _is_strength(key: str) -> bool:
    return key in STRENGTHS or (key.endswith("nt") and key[:-2] in STRENGTHS)


def _is_number(key: str) -> bool:
    return key[0].isdigit() or key in MEASURES


def _is_negation(key: str) -> bool:
    return key in NEGATIONS


def _keys(words: Sequence[Word]) -> list[str]:
    return [word.key for word in words]


def _say(words: Sequence[Word]) -> str:
    return " ".join(word.written for word in words)


_WEIGHTY: tuple[tuple[ChangeKind, Callable[[str], bool]], ...] = (
    ("strength", _is_strength), ("number", _is_number), ("negation", _is_negation),
)  # fmt: skip
