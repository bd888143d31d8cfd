"""Passages of the guidance in other people's words: found by shingles of words, also when slightly changed.

Knows texts and where they come from; whether a passage still stands is decided in `verdicts`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from rapidfuzz.distance import Indel

from guidance.audit.texts import FoundBlock
from guidance.document.anchors import fingerprint, normalise

SHINGLE = 4  # words that must follow one another somewhere in a passage
LEAST_WORDS = 15  # a shorter stretch may as well be anybody's, or the name of an Act
LEAST_QUOTED = 8  # between quotation marks
LEAST_ALIKE = 0.75  # share of words, in order, that a passage has in common with the text
_GAP = 12  # words that may have been put in or taken out between two such places
_MOST_PLACES = 24  # a shingle that stands in more provisions than this says nothing

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_NUMBERED = re.compile(r"^\W*\d{1,4}(?:\.\d+)*[.)]?\s+")
_QUOTED = re.compile(r"[\"'“‘«]\W*$")
_ASIDE = " \"'“”‘’"


class Passage(Struct, frozen=True):
    """A provision's text, as words in lower case."""

    edition: str
    anchor: str
    words: tuple[str, ...]


class Quotation(Struct, frozen=True):
    """A stretch of a block that says what a provision says; `alike` is 1 where word for word."""

    start: int
    end: int
    edition: str
    anchor: str
    alike: float


def passage(edition: str, anchor: str, text: str) -> Passage:
    """A provision's text made ready to be looked for."""
    return Passage(edition, anchor, _words(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text.replace("’", "'")))


class Index:
    """Where every shingle of some passages stands, and the fingerprints of provisions whose text is not here."""

    def __init__(
        self, passages: Iterable[Passage], fingerprints: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        """`passages` newest edition first: of two that fit equally well the first is named. `fingerprints` lead
        to edition and anchor."""
        self._passages = [one for one in passages if len(one.words) >= SHINGLE]
        self._fingerprints = fingerprints or {}
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for number, one in enumerate(self._passages):
            for at in range(len(one.words) - SHINGLE + 1):
                self._places.setdefault(one.words[at : at + SHINGLE], []).append((number, at))

    def quotations(self, blocks: Sequence[FoundBlock]) -> Iterator[tuple[int, Quotation]]:
        """What some blocks quote, each with its block's place in the list. A passage that goes over several
        blocks, as a list or a paged file has them, is found in each."""
        for at, block in enumerate(blocks):
            if len(block.text) < LEAST_QUOTED * 3:
                continue
            whole = self._whole(block)
            found = [whole] if whole else list(self._in_block(block))
            yield from ((at, one) for one in sorted(found, key=lambda one: one.start))

    def _whole(self, block: FoundBlock) -> Quotation | None:
        """A block that is, word for word, a provision whose fingerprint is known and whose text is not."""
        if not self._fingerprints:
            return None
        text = block.text.strip(_ASIDE)
        for words in dict.fromkeys((text, _NUMBERED.sub("", text).strip(_ASIDE))):
            if found := self._fingerprints.get(fingerprint(f"\n{normalise(words)}")):
                return Quotation(0, len(block.text), *found, alike=1.0)
        return None

    def _in_block(self, block: FoundBlock) -> Iterator[Quotation]:
        if not self._places:
            return
        plain = _words(block.text)
        shingles = zip(*(plain[at:] for at in range(SHINGLE)), strict=False)
        known = [(at, self._places[one]) for at, one in enumerate(shingles) if one in self._places]
        if not known or known[-1][0] - known[0][0] + SHINGLE < LEAST_QUOTED:
            return
        hits: dict[int, list[tuple[int, int]]] = {}
        for at, places in known:
            for number, there in places if len(places) <= _MOST_PLACES else ():
                hits.setdefault(number, []).append((at, there))
        words = [match.span() for match in _WORD.finditer(block.text)]
        spans = [
            span for number, listed in hits.items() for span in self._spans(plain, self._passages[number], listed)
        ]
        taken: list[tuple[int, int]] = []
        # The longest stretch first, then the closest words; the sort is stable, so that the newest edition wins.
        for first, last, alike, quoted in sorted(spans, key=lambda s: (-round((s[1] - s[0]) * s[2]), -s[2])):
            begun = bool(_QUOTED.search(block.text[: words[first][0]]))
            if last - first < (LEAST_QUOTED if begun else LEAST_WORDS):
                continue
            if all(last <= start or end <= first for start, end in taken):
                taken.append((first, last))
                yield Quotation(words[first][0], words[last - 1][1], quoted.edition, quoted.anchor, alike)

    def _spans(
        self, plain: tuple[str, ...], found: Passage, hits: list[tuple[int, int]]
    ) -> Iterator[tuple[int, int, float, Passage]]:
        """Hits put together to stretches, each with how alike its words and the passage's are."""
        run: list[tuple[int, int]] = []
        for hit in [*hits, None]:
            if hit and (
                not run or (hit[0] - run[-1][0] <= SHINGLE + _GAP and -1 < hit[1] - run[-1][1] <= SHINGLE + _GAP)
            ):
                run.append(hit)
                continue
            if run:
                first, last = run[0][0], run[-1][0] + SHINGLE
                theirs = found.words[run[0][1] : run[-1][1] + SHINGLE]
                alike = Indel.normalized_similarity(plain[first:last], theirs)
                if last - first >= LEAST_QUOTED and alike >= LEAST_ALIKE:
                    yield first, last, round(alike, 3), found
            run = [hit] if hit else []
