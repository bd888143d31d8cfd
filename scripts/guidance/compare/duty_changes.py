"""Two texts that became one another -> what changed of the duties in them, sentence by sentence: strength, holder,
condition, limit; and which figures changed outside duties.

Goes by the words of both texts, and by whom a ledger of duties says that they bind. It decides no level, and what
it cannot name it leaves to the redline.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from rapidfuzz import fuzz

from guidance.compare.units import bare
from guidance.compare.words import sentences
from guidance.document.model import Comparison, Duty, DutyAspect, DutyChange, Figures, Strength

# Of 100: two sentences of a pair of provisions that are less alike are not one sentence reworded.
_LEAST_ALIKE = 65.0
_LAST_ALIKE = 50.0  # where only one is left on each side

# --- What binds, and how strongly ----------------------------------------------------------------

_ADVERB = r"(?: \s+ (?: also | always | therefore | then | still | now | \w+ly ) )*"
_BINDING = re.compile(
    rf"""
    (?P<nobody> \b (?: no \s+ one | nobody | no | neither | none ) \b [^.;:,]{{0,60}}? \s   # "no child may"
        (?: must | shall | should | may | can ) \b )
  | (?P<mustnot> \b (?: must | shall | may | can ) {_ADVERB} \s+ (?: not (?! \s+ only ) | never | no \s+ longer ) \b
               | \b cannot \b )
  | (?P<shouldnot> \b (?: should | ought ) {_ADVERB} \s+ (?: not (?! \s+ only ) | never | no \s+ longer ) \b )
  | (?P<neednot> \b need \s+ not \b | \b (?: do | does ) \s+ not \s+ (?: have | need ) \s+ to \b )
  | (?P<must> \b (?: must | shall ) \b | \b (?: has | have ) \s+ to \b
            | \b (?: is | are | be ) {_ADVERB} \s+ (?: required | obliged ) \s+ to \b )
  | (?P<should> \b should \b | \b ought \s+ to \b | \b (?: is | are ) {_ADVERB} \s+ expected \s+ to \b )
  | (?P<asked> \b (?: is | are ) {_ADVERB} \s+ (?: asked | encouraged | invited | advised ) \s+ to \b )
  | (?P<need> \b needs? \s+ (?! for \b | of \b ) (?: to \s+ )? (?= [a-z] ) )
  | (?P<may> \b may \b )
  | (?P<can> \b can \b )
    """,
    re.VERBOSE,
)
_STRENGTH = {  # what each part of the pattern is called in a change
    "nobody": "must not", "mustnot": "must not", "shouldnot": "should not", "neednot": "need not", "must": "must",
    "should": "should", "asked": "asked", "need": "need", "may": "may", "can": "can",
}  # fmt: skip
_STRONG = frozenset({"must", "must not", "should", "should not"})
_WEAK = frozenset({"may", "can", "need", "asked"})  # these tell nothing where they come or go by themselves
_MONTH = re.compile(r"May\b")


class _Verb(Struct, frozen=True):
    """Words that bind, or let or forbid: where they stand in their sentence, and how strongly."""

    start: int
    end: int
    strength: str


def _verbs(words: str) -> list[_Verb]:
    found = []
    for match in _BINDING.finditer(words if words[:1].islower() else words[:1].lower() + words[1:]):
        kind = match.lastgroup or ""
        if kind == "may" and _MONTH.match(words, match.start()):
            continue
        found.append(_Verb(match.start(), match.end(), _STRENGTH[kind]))
    return found


# --- Figures -------------------------------------------------------------------------------------

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty ninety"
)
_NUMBER = rf"(?: \d+ (?: [.,]\d+ )* | (?: {' | '.join(_NUMBER_WORDS.split())} ) )"
_UNIT = r"(?: minute | hour | day | week | fortnight | month | term | year )"
_LIMIT = re.compile(
    rf"""
    \b {_NUMBER} (?: \s* (?: to | - | – ) \s* {_NUMBER} )?                     # "10", "three", "5 to 10"
        [\s-] (?: (?: working | calendar | school | clear ) [\s-] )?
        {_UNIT} s? \b (?! [\s-] olds? \b )
  | \b (?: once | twice | {_NUMBER} \s+ times ) \s+
        (?: a | an | per | each | every | in \s+ (?: a | each | every ) ) \s+
        (?: day | week | fortnight | month | term | year ) \b                  # "twice a year"
  | \b (?: hourly | daily | weekly | fortnightly | monthly | quarterly | termly | annually | yearly ) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE = re.compile(
    rf"""
    [£€$] \s? \d+ (?: [.,]\d+ )* (?: \s? (?: m | k | million | billion ) \b )?  # "£5,000"
  | \b \d+ (?: [.,]\d+ )* \s? (?: % | per \s? cent \b | percent \b )
  | \b (?: under | over | below | above | aged? | age \s+ of | ages \s+ of | up \s+ to | at \s+ least
         | more \s+ than | fewer \s+ than | less \s+ than ) \s+ (?: the \s+ age \s+ of \s+ )? {_NUMBER} \b
        (?! \s+ times \b | [\s-] (?: (?: working | calendar | school ) [\s-] )? {_UNIT} )  # that is a limit
  | \b {_NUMBER} [\s-] (?: year | month | week ) s? [\s-] olds? \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CONDITION = re.compile(  # what a duty hangs on, to the end of its clause
    r"""
    \b (?: unless | except | provided \s+ that | subject \s+ to | only \s+ (?: if | when | where )
         | if (?! \s+ (?: not \s+ )? (?: any | so ) \b ) | whenever | wherever
         | where (?= \s+ (?: possible | practicable | appropriate | necessary | relevant | applicable | needed
                         | required | reasonabl[ey] | there | it | they | this | these | a | an | the | any ) \b ) )
    \b [^,;:.]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SMALL = frozenset((
    "the", "a", "an", "all", "any", "each", "every", "both", "their", "its", "his", "her", "of", "in", "for", "to",
    "by", "at", "on", "with", "and", "or",
))  # fmt: skip
_REFERRED = re.compile(
    r"\(?\b(?:see\s+)?(?:para(?:graph)?|chapter|section|annex|page)s?\s*\d[\d\s,.–-]*\)?", re.IGNORECASE
)
_SAME_THING = 80.0  # of 100: so much alike must be what is asked, for somebody else to be bound to it
_NAMELESS = re.compile(r"(?:which|who|that|it|they|he|she|this|these|those|there|what)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:(]\s*")
_WORD = re.compile(r"[\w’'-]+")


class Said(Struct, frozen=True):
    """A sentence of one side of a change: its words, whether it says a duty, and whom that binds, where known."""

    words: str
    binds: bool = False
    who: tuple[str, ...] = ()


def said(
    text: str, left_out: Container[tuple[int, int]] = (), ledger: Mapping[str, tuple[str, ...]] | None = None
) -> list[Said]:
    """The sentences of a side, without those whose start and end are `left_out`. Which of them are duties, and whom
    they bind, is told by the `ledger`, by their words; where there is none, by the verbs of theirs and of the line
    above their list."""
    found: list[Said] = []
    governed, end = False, 0
    for start, until in sentences(text):
        if "\n\n" in text[end:start]:  # another provision
            governed = False
        end = until
        words = text[start:until]
        plain = bare(words)
        binds = any(verb.strength in _STRONG for verb in _verbs(plain))
        if (start, until) not in left_out:
            if ledger is None:
                found.append(Said(plain, binds or governed))
            else:
                found.append(Said(plain, words in ledger, ledger.get(words, ())))
        governed = binds if words.endswith(":") else governed
    return found


def duty_changes(old: Sequence[Said], new: Sequence[Said]) -> tuple[tuple[DutyChange, ...], tuple[Figures, ...]]:
    """What changed of the duties from one side to the other, and the figures that changed outside duties. Sentences
    that stand on both sides changed nothing."""
    pairs, gone, came = _paired(*_without_common(old, new))
    duties: list[DutyChange] = []
    figures: list[Figures] = []
    for was, now in pairs:
        binding = was.binds or now.binds
        found = [*_strength(was, now)]
        if binding:
            found += [*_holder(was, now), *_condition(was, now), *_of_pattern("limit", _LIMIT, was, now)]
        duties += found
        patterns = (_FIGURE,) if binding else (_FIGURE, _LIMIT)
        figures += [Figures(o.old, o.new) for pattern in patterns for o in _of_pattern("limit", pattern, was, now)]
    duties += [DutyChange("removed", one.words, "") for one in gone if one.binds]
    duties += [DutyChange("added", "", one.words) for one in came if one.binds]
    return tuple(duties), tuple(figures)


# --- Which sentence became which -----------------------------------------------------------------


def _without_common(old: Sequence[Said], new: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    common = Counter(_same(one) for one in old) & Counter(_same(one) for one in new)
    sides: list[list[Said]] = []
    for side in (old, new):
        left, kept = Counter(common), []
        for one in side:
            if left[_same(one)] > 0:
                left[_same(one)] -= 1
            else:
                kept.append(one)
        sides.append(kept)
    return sides[0], sides[1]


def _same(one: Said) -> str:
    return " ".join(one.words.split())


def _paired(old: Sequence[Said], new: Sequence[Said]) -> tuple[list[tuple[Said, Said]], list[Said], list[Said]]:
    """Sentences that are most alike, the surest first, each with one; and those of either side that have none."""
    scored = sorted(
        (-fuzz.ratio(was.words, now.words), at, to) for at, was in enumerate(old) for to, now in enumerate(new)
    )
    mine: dict[int, int] = {}
    for score, at, to in scored:
        only = len(old) == len(new) == 1
        if -score >= (_LAST_ALIKE if only else _LEAST_ALIKE) and at not in mine and to not in mine.values():
            mine[at] = to
    pairs = [(old[at], new[mine[at]]) for at in sorted(mine)]
    gone = [one for at, one in enumerate(old) if at not in mine]
    came = [one for at, one in enumerate(new) if at not in mine.values()]
    return pairs, gone, came


# --- What became of a sentence -------------------------------------------------------------------


def _strength(was: Said, now: Said) -> Iterable[DutyChange]:
    """Verbs that became of another strength. One that came or went by itself counts where it is a strong one; that
    "can" or "may" came or went says nothing."""
    old, new = ([verb.strength for verb in _verbs(one.words)] for one in (was, now))
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "replace" and j - i == m - k:
            pairs = [*zip(old[i:j], new[k:m], strict=True)]
            yield from (DutyChange("strength", a, b) for a, b in pairs if not {a, b} <= _WEAK)
        elif kind != "equal":
            yield from (DutyChange("strength", a, "") for a in old[i:j] if a not in _WEAK)
            yield from (DutyChange("strength", "", b) for b in new[k:m] if b not in _WEAK)


def _parts(one: Said) -> tuple[str, str]:
    """What stands before the first verb that binds, in its clause, and what it asks for; a pronoun names nobody."""
    verb = next((verb for verb in _verbs(one.words) if verb.strength in _STRONG), None)
    if verb is None:
        return "", ""
    before = " ".join(_CLAUSE.split(one.words[: verb.start])[-1].split())
    return "" if _NAMELESS.match(before) else before, one.words[verb.end :]


def _holder(was: Said, now: Said) -> Iterable[DutyChange]:
    """Whom the sentence binds to the same thing: told by a ledger that names somebody on both sides; else where
    no word of the subject is left, or "and" became "or"."""
    (old, asked), (new, asks) = _parts(was), _parts(now)
    if not old or not new or old == new or fuzz.ratio(asked, asks) < _SAME_THING:
        return
    mine, theirs = ({w.lower() for w in _WORD.findall(side)} for side in (old, new))
    swapped = (mine ^ theirs) == {"and", "or"}
    if was.who and now.who:
        other = set(was.who) != set(now.who)
    else:
        other = not (mine & theirs) - _SMALL and bool(mine - _SMALL) and bool(theirs - _SMALL)
    if other or swapped:
        yield DutyChange("holder", old, new)


def _condition(was: Said, now: Said) -> Iterable[DutyChange]:
    return _of_pattern("condition", _CONDITION, was, now)


def _of_pattern(what: DutyAspect, pattern: re.Pattern[str], was: Said, now: Said) -> Iterable[DutyChange]:
    """Where what a pattern finds in two sentences is not the same, in their order."""
    old, new = ([" ".join(match.group().split()) for match in pattern.finditer(one.words)] for one in (was, now))
    matcher = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield DutyChange(what, "; ".join(old[i:j]), "; ".join(new[k:m]))


def _key(words: str) -> str:
    """Words as they are compared: "10-day" and "10 days" are one, so are "three" and 3, and cross-references say
    nothing."""
    plain = re.sub(r"[\s–-]+", " ", _REFERRED.sub(" ", words).lower()).strip()
    numbers = {word: str(count) for count, word in enumerate(_NUMBER_WORDS.split()[:20], 1)}
    return "".join(numbers.get(word, word.removesuffix("s")) for word in plain.split())


# --- Duties of another strength in the edition before ---------------------------------------------

_VERB = re.compile(r"\b(?:must|should|may|shall|not)\b", re.IGNORECASE)
_ALIKE = 90.0  # of 100, verbs left out

_BySentence = Mapping[Strength, Duty]


def strengths_before(comparison: Comparison, old: Iterable[Duty], new: Iterable[Duty]) -> dict[Duty, Strength]:
    """The duties of the new edition that were of another strength in the old one, with the strength they had.

    Looked for only where the comparison found that a duty changed, between provisions that it put together.
    """
    before, after = _sentences_by_anchor(old), _sentences_by_anchor(new)
    found: dict[Duty, Strength] = {}
    for change in comparison.changes:
        if change.level != "duty changed":
            continue
        olds = [sentence for anchor in change.old for sentence in before.get(anchor, ())]
        news = [sentence for anchor in change.new for sentence in after.get(anchor, ())]
        for was, now in _only_pairs(olds, news):
            gone, came = was.keys() - now.keys(), now.keys() - was.keys()
            if len(gone) == len(came) == 1:
                found[now[came.pop()]] = gone.pop()
    return found


def _sentences_by_anchor(duties: Iterable[Duty]) -> dict[str, list[_BySentence]]:
    """Per provision its sentences, each with its duties by strength."""
    sentences: dict[tuple[str, int, int], dict[Strength, Duty]] = {}
    for duty in duties:
        sentences.setdefault((duty.at.anchor, duty.at.part, duty.at.start), {})[duty.strength] = duty
    found: dict[str, list[_BySentence]] = {}
    for (anchor, _, _), sentence in sentences.items():
        found.setdefault(anchor, []).append(sentence)
    return found


def _only_pairs(olds: Sequence[_BySentence], news: Sequence[_BySentence]) -> list[tuple[_BySentence, _BySentence]]:
    """Sentences that are each other's only likeness."""
    alike = [
        (one, other)
        for one, was in enumerate(olds)
        for other, now in enumerate(news)
        if fuzz.ratio(_plain(was), _plain(now)) >= _ALIKE
    ]
    return [
        (olds[one], news[other])
        for one, other in alike
        if sum(pair[0] == one for pair in alike) == sum(pair[1] == other for pair in alike) == 1
    ]


def _plain(sentence: _BySentence) -> str:
    """A sentence's words without its verbs of duty."""
    words = next(iter(sentence.values())).sentence
    return " ".join(_VERB.sub(" ", words).lower().split())
