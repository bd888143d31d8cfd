"""What other people's pages give in quotation marks or as a block quotation, and what they credit it to; and
passages of the guidance that stand in their prose without either.

Whether the words are right is decided in `cite.quoting`, what becomes of them in `verdicts`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs
from rapidfuzz.distance import Indel

from guidance.audit.texts import FoundBlock
from guidance.audit.vocabulary import QUOTES, Mention
from guidance.cite.quoted_words import LEAST_SAID, MARKS, Quoted, split
from guidance.cite.quoting import EditionText
from guidance.document.anchors import fingerprint
from guidance.document.walk import normalise

SHINGLE = 4  # words that must follow one another somewhere in a passage
LEAST_WORDS = 15  # a shorter stretch may as well be anybody's, or the name of an Act
LEAST_QUOTED = 8  # between quotation marks
LEAST_ALIKE = 0.75  # share of words, in order, that a passage has in common with the text
_GAP = 12  # words that may have been put in or taken out between two such places
_MOST_PLACES = 24  # a shingle that stands in more provisions than this says nothing
_CELLS = 12  # blocks on either side among which a row's other cells are looked for
_REACH = 120  # characters between a quotation and the name of what it is of

_NUMBERED = re.compile(r"^\W*\d{1,4}(?:\.\d+)*[.)]?\s+")
_ASIDE = " \"'“”‘’"
_MARKS = re.compile("|".join(pattern for name, pattern in MARKS.items() if name != "single"))
_SINGLE = re.compile(MARKS["single"])
_LONGEST = 20_000  # characters of a block in which single ones are looked for
_SAYS = (  # between the name and the words: "says that", "makes it clear:", "paragraph 5 reads"
    r"(?:says?|said|states?|stated|sets?\s+out|requires?|explains?|defines?|describes?|makes?\s+(?:it\s+)?clear|reads?|"
    r"expects?|asks?|tells?|puts?\s+it|advises?|quotes?|words?|that|as|is|are|follows|has|have|[:,])"
)
_LED = re.compile(rf"[^.;?!“”]{{0,60}}?\b{_SAYS}[^.;?!“”]{{0,30}}$|[\s:,)(–—-]*$", re.IGNORECASE)
_CREDITED = re.compile(  # behind the words; behind a full stop only in brackets or with a dash
    r"[\s,;:)]*(?:\.?\s*[(\[–—-]\s*)?(?:(?:from|source|see|as\s+in|in|is|per|the)\b[\s:]*)*", re.IGNORECASE
)
_BEFORE_IT = re.compile(r"(?:[\w'’-]+[,:)]?\s+){1,15}\Z")  # words of a passage's sentence beside it
_BEHIND_IT = re.compile(r"(?:,?\s+[\w'’-]+){1,3}")
_BESIDE = 3  # words as near as that count as they stand, further off where as many more are the edition's
_A_WORD = re.compile(r"[\w'’-]+")
_WEIGHS = ("strength", "number", "negation")
_JOINED = re.compile(r"[\s\"'“”‘’,;]*(?:(?:and|or|but|&)\s+)?(?:(?:also|then|that)\s+)*[\s\"'“”‘’]*")
_DASH = re.compile(r"^[\s(–—-]*(?:(?:from|source):?\s*)?$", re.IGNORECASE)


class Passage(Struct, frozen=True):
    """A provision's text, as words in lower case."""

    edition: str
    anchor: str
    words: tuple[str, ...]


class Quotation(Struct, frozen=True):
    """A stretch of a block in the guidance's words, or said to be: the edition and anchor where they stand, or the
    reference that they are credited to; and what became of them, None where no text of the edition is here."""

    start: int
    end: int
    edition: str | None
    anchor: str | None = None
    credit: Mention | None = None
    quoted: Quoted | None = None
    also: tuple[str, ...] = ()  # other editions that have the words too


class WholeQuotation(Struct, frozen=True):
    """A whole quotation: where it stands, and the reference that it is credited to, None where to none; `in_row`
    where that is no more than the one in its row of a table, which may be beside other people's words."""

    block: int
    start: int
    end: int
    credit: Mention | None = None
    in_row: bool = False


def passage(edition: str, anchor: str, text: str) -> Passage:
    """A provision's text made ready to be looked for."""
    return Passage(edition, anchor, _words(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.key for word in split(text))


# --- Units -----------------------------------------------------------------------------------------


def find_units(blocks: Sequence[FoundBlock], mentions: Mapping[int, Sequence[Mention]]) -> Iterator[WholeQuotation]:
    """Every quotation of a file; `mentions` are those of each block by its place in the list."""
    for at, block in enumerate(blocks):
        here = mentions.get(at, ())
        found = list(_in_marks(at, block, here))
        if block.quoted and not found and (unit := _block_quotation(at, blocks, mentions)):
            found.append(unit)
        if block.cell:
            credit = _credit_in_row(block, at, blocks, mentions)
            found = [structs.replace(one, credit=credit, in_row=True) if not one.credit else one for one in found]
        if block.quoted:
            credit = next((one.credit for one in found if one.credit), None) or _credit_beside(at, blocks, mentions)
            found = [WholeQuotation(one.block, one.start, one.end, one.credit or credit) for one in found]
        yield from found


def _in_marks(at: int, block: FoundBlock, mentions: Sequence[Mention]) -> Iterator[WholeQuotation]:
    single = _SINGLE.finditer(block.text) if len(block.text) < _LONGEST else ()
    double = list(_MARKS.finditer(block.text))
    inner = [one for one in single if not any(d.start() < one.end() and one.start() < d.end() for d in double)]
    found: list[WholeQuotation] = []
    for match in sorted([*double, *inner], key=lambda match: match.start()):
        start, end = match.span(match.lastindex or 0)
        if any(m.start < end and start < m.end and m.end - m.start > (end - start) / 2 for m in mentions):
            continue  # the guidance's title in quotation marks
        if len(split(block.text[start:end])) >= LEAST_SAID and not _is_title(block.text[start:end]):
            found.append(WholeQuotation(at, start, end, _credit(block.text, match.start(), match.end(), mentions)))
    yield from _sharing(block.text, found)


def _sharing(text: str, found: Iterable[WholeQuotation]) -> Iterator[WholeQuotation]:
    """Quotations that are joined share what one of them is credited to: "one" and "two" (KH 2019)."""
    groups: list[list[WholeQuotation]] = []
    for one in found:
        if groups and _JOINED.fullmatch(text[groups[-1][-1].end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    for group in groups:
        credit = next((one.credit for one in reversed(group) if one.credit), None)
        yield from (structs.replace(one, credit=one.credit or credit) for one in group)


def _is_title(words: str) -> bool:
    """Whether words are set as a title is: "Keeping Children Safe in Education"."""
    long = [word for word in re.findall(r"[A-Za-z]+", words) if len(word) > 3]
    return len(long) < 12 and sum(word[0].isupper() for word in long) > 0.7 * len(long)


def _credit(text: str, start: int, end: int, mentions: Sequence[Mention]) -> Mention | None:
    """The reference behind a quotation, in brackets or behind a dash, or before it: "WT 2023 says: "…"."."""
    for mention in mentions:
        if mention.start >= end and mention.start - end < _REACH:
            if _CREDITED.fullmatch(text[end : mention.start]):
                return mention
            break
    last = next((mention for mention in reversed(mentions) if mention.end <= start), None)
    led = last and start - last.end < _REACH and _LED.fullmatch(text[last.end : start].translate(QUOTES))
    return last if led else None


def _block_quotation(
    at: int, blocks: Sequence[FoundBlock], mentions: Mapping[int, Sequence[Mention]]
) -> WholeQuotation | None:
    """A block of a block quotation, without the line that credits it."""
    text = blocks[at].text
    here = mentions.get(at, ())
    end = len(text)
    credit = here[-1] if here else None
    if credit:
        dash = re.search(r"[\s(–—-]+(?:(?:from|source):?\s*)?$", text[: credit.start])
        end = dash.start() if dash else credit.start
    if len(split(text[:end])) < LEAST_SAID:
        return None
    return WholeQuotation(at, 0, end, credit)


def _credit_beside(
    at: int, blocks: Sequence[FoundBlock], mentions: Mapping[int, Sequence[Mention]]
) -> Mention | None:
    """The reference in the block behind a block quotation, or in the one that leads to it."""
    number = blocks[at].quoted
    last = at
    while last + 1 < len(blocks) and blocks[last + 1].quoted == number:
        last += 1
        if mentions.get(last):
            return mentions[last][0]
    behind = mentions.get(last + 1, ())
    if behind and _DASH.match(blocks[last + 1].text[: behind[0].start]):
        return behind[0]
    first = at
    while first and blocks[first - 1].quoted == number:
        first -= 1
    leads = mentions.get(first - 1, ()) if first else ()
    if not leads:
        return None
    text, last_one = blocks[first - 1].text, leads[-1]
    alone = bool(last_one.cites) and not re.search(r"\w", text[: last_one.start] + text[last_one.end :])
    return last_one if alone or re.search(r"(?::|says|states|reads)\W*$", text) else None


def _credit_in_row(
    block: FoundBlock, at: int, blocks: Sequence[FoundBlock], mentions: Mapping[int, Sequence[Mention]]
) -> Mention | None:
    """The one reference in the other cells of a row, "KH 2019, para 2 | “words”", or above its column."""
    row = block.cell[:2] if block.cell else None
    near = range(max(0, at - _CELLS), min(len(blocks), at + _CELLS + 1))
    beside = [n for n in near if n != at and (cell := blocks[n].cell) and cell[:2] == row]
    told = [mention for n in beside for mention in mentions.get(n, ())]
    if not told and block.cell:
        table, _, column = block.cell
        above = (n for n in range(at) if (cell := blocks[n].cell) and (cell[0], cell[2]) == (table, column))
        told = [*mentions.get(next(above, at), ())]
    return told[0] if len(told) == 1 else None


# --- Passages --------------------------------------------------------------------------------------


class Index:
    """The texts of the editions that are here, where every shingle of them stands, and the fingerprints of
    provisions whose text is not here."""

    def __init__(
        self,
        passages: Iterable[Passage],
        fingerprints: Mapping[str, tuple[str, str]] | None = None,
        texts: Sequence[EditionText] = (),
    ) -> None:
        """`passages` and `texts` newest edition first: of two that fit equally well the first is named.
        `fingerprints` lead to edition and anchor."""
        self._passages = [one for one in passages if len(one.words) >= SHINGLE]
        self._fingerprints = fingerprints or {}
        self.texts = {text.edition: text for text in texts}
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for number, one in enumerate(self._passages):
            for at in range(len(one.words) - SHINGLE + 1):
                self._places.setdefault(one.words[at : at + SHINGLE], []).append((number, at))

    def check(self, edition: str, words: str, named: Sequence[str]) -> Quoted | None:
        """What becomes of a quotation in an edition; None where its text is not here."""
        return self.texts[edition].check(words, named) if edition in self.texts else None

    def check_passage(self, found: Quotation, text: str) -> tuple[int, int, Quoted] | None:
        """What becomes of a passage without quotation marks, and from where to where: with the words beside it in
        its sentence where these have another verb, figure or negation than the edition; None without its text."""
        checked = self.check(found.edition or "", text[found.start : found.end], ())
        if checked is None or not found.edition:
            return None
        before = _BEFORE_IT.search(text, max(0, found.start - _REACH), found.start)
        behind = _BEHIND_IT.match(text, found.end)
        starts = [one.start() for one in _A_WORD.finditer(text, before.start(), found.start)] if before else []
        ends = [one.end() for one in _A_WORD.finditer(text, found.end, behind.end())] if behind else []
        far = starts[:1] if len(starts) > _BESIDE else []
        beside = [(first, found.end) for first in (*far, *starts[-_BESIDE:])]
        beside += [(found.start, last) for last in ends]
        wider: list[tuple[int, int, Quoted]] = []
        for first, last in beside if checked.verdict in ("right", "cut") else ():
            quoted = self.check(found.edition, text[first:last], ())
            # Another verb or figure than the edition has there; a "not" that stands beside its words.
            changed = [one for one in quoted.changes if one.kind in _WEIGHS] if quoted else []
            near = first not in far or (quoted is not None and quoted.found >= checked.found + _BESIDE)
            if quoted and near and any(one.stands or one.said.lower() == "not" for one in changed):
                wider.append((first, last, quoted))
        told = max(wider, key=lambda one: (one[2].found, -len(one[2].changes)), default=None)
        return told or (found.start, found.end, checked)

    def passages(self, block: FoundBlock) -> list[Quotation]:
        """What of a block stands in the guidance, with or without quotation marks. A passage that goes over several
        blocks, as a list or a paged file has them, is found in each."""
        if len(block.text) < LEAST_QUOTED * 3:
            return []
        whole = self.whole(block.text)
        found = [Quotation(0, len(block.text), *whole)] if whole else list(self._in_block(block))
        return sorted(found, key=lambda one: one.start)

    def whole(self, text: str) -> tuple[str, str] | None:
        """The edition and anchor of a provision that a text is, word for word, whose fingerprint alone is known."""
        if not self._fingerprints:
            return None
        text = text.strip(_ASIDE)
        for words in dict.fromkeys((text, _NUMBERED.sub("", text).strip(_ASIDE))):
            if found := self._fingerprints.get(fingerprint(f"\n{normalise(words)}")):
                return found
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
        words = [(word.start, word.end) for word in split(block.text)]
        spans = [span for at, listed in hits.items() for span in self._spans(plain, self._passages[at], listed)]
        taken: list[tuple[int, int]] = []
        # The longest stretch first, then the closest words; the sort is stable, so that the newest edition wins.
        for first, last, _, found in sorted(spans, key=lambda s: (-round((s[1] - s[0]) * s[2]), -s[2])):
            begun = bool(re.search(r"[\"'“‘«]\W*$", block.text[: words[first][0]]))
            if last - first < (LEAST_QUOTED if begun else LEAST_WORDS):
                continue
            if all(last <= start or end <= first for start, end in taken):
                taken.append((first, last))
                yield Quotation(words[first][0], words[last - 1][1], found.edition, found.anchor)

    def _spans(
        self, plain: tuple[str, ...], found: Passage, hits: list[tuple[int, int]]
    ) -> Iterator[tuple[int, int, float, Passage]]:
        """Hits put together to stretches, each with how alike its words and the passage's are."""
        runs: list[list[tuple[int, int]]] = []
        far = SHINGLE + _GAP
        for at, there in hits:
            if runs and at - runs[-1][-1][0] <= far and -1 < there - runs[-1][-1][1] <= far:
                runs[-1].append((at, there))
            else:
                runs.append([(at, there)])
        for run in runs:
            first, last = run[0][0], run[-1][0] + SHINGLE
            theirs = found.words[run[0][1] : run[-1][1] + SHINGLE]
            alike = Indel.normalized_similarity(plain[first:last], theirs)
            if last - first >= LEAST_QUOTED and alike >= LEAST_ALIKE:
                yield first, last, round(alike, 3), found
