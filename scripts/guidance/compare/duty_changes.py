"""Two texts that became one another -> what changed of the duties in them, sentence by sentence: strength, holder,
addressee, condition, limit; and which figures changed outside duties.

Goes by the words of both texts, and by whom a ledger of duties says that they bind. It decides no level, and what
it cannot name it leaves to the redline.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from guidance.compare import meaning
from guidance.compare.units import bare
from guidance.compare.words import Replacement, put_where, sentences
from guidance.document.change_model import DutyAspect, DutyChange, Figures
from guidance.link.modality import find_phrases
from guidance.link.sentences import Expression, passive

# Of 100: two sentences of a pair of provisions that are less alike are not one sentence reworded.
_LEAST_ALIKE = 65.0
_LAST_ALIKE = 50.0  # where only one is left on each side
_KEPT = 85.0  # of the words of a sentence of so many, kept in their order in a longer one
_LONG = 8
_JOINING = frozenset(("the", "a", "an", "and"))
_CUT_OFF = 0.8  # of the words of a sentence that was cut off another, those that stood in that one
_SAME_THING = 80.0  # of 100: so much alike must be what is asked, for somebody else to be bound to it
_BEHIND = 2  # words that are told behind one that turns
_LONGEST_ENTRY = 5  # words of an entry of a list of subjects


# --- What binds, and how strongly ----------------------------------------------------------------

# What the ledger of duties has no strength for. Its own phrases come first: see `find_verbs`.
_ADVERB = r"(?: \s+ (?: also | always | therefore | then | still | now | \w+ly ) )*"
_BESIDE = re.compile(
    rf"""
    (?P<nobody> \b (?: no \s+ one | nobody | no | neither | none ) \b [^.;:,]{{0,60}}? \s   # "no child may"
        (?: must | shall | should | may | can ) \b )
  | (?P<cannot> \b can {_ADVERB} \s+ (?: not (?! \s+ only ) | never | no \s+ longer ) \b | \b cannot \b )
  | (?P<only> \b only \s (?! if \b | when \b | where \b ) [^.;:,]{{1,50}}? \s (?: may | can ) \b )  # nobody else
  | (?P<neednot> \b need \s+ not \b | \b (?: do | does ) \s+ not \s+ (?: have | need ) \s+ to \b
               | \b (?: is | are ) \s+ not \s+ (?: required | obliged | expected ) \s+ to \b )
  | (?P<shouldconsider> \b (?: should | ought \s+ to ) {_ADVERB} \s+ consider \b )
  | (?P<responsible> \b responsibility \s+ of \b )                              # "the responsibility of X is to"
  | (?P<asked> \b (?: is | are ) {_ADVERB} \s+ (?: asked | encouraged | invited | advised ) \s+ to \b )
  | (?P<need> \b needs? \s+ (?! for \b | of \b ) (?: to \s+ )? (?= [a-z] ) )
  | (?P<can> \b can \b )
  | (?P<could> \b could \b )
    """,
    re.VERBOSE,
)
_STRENGTH = {  # what each part of the pattern is called in a change
    "nobody": "must not", "cannot": "must not", "neednot": "need not", "only": "only … may",
    "shouldconsider": "should consider", "responsible": "responsibility", "asked": "asked", "need": "need",
    "can": "can", "could": "could",
}  # fmt: skip
_WEIGHTS = (  # how much a phrase weighs that the ledger calls a responsibility: "is required to" as much as "must"
    ("should", re.compile(r"\b expected \b", re.VERBOSE)),
    ("need to", re.compile(r"\b needs? \b", re.VERBOSE)),
    (
        "responsibility",
        re.compile(
            r"responsib | accountab | \b (?: task | job | decisions? ) \b | \b (?: with | for | falls ) \b",
            re.IGNORECASE | re.VERBOSE,
        ),
    ),
    ("must", re.compile("")),
)
STRONG = frozenset({"must", "must not", "should", "should not", "should consider", "responsibility"})
PERMITS = frozenset({"may", "can", "could", "asked", "need"})
WEAK = PERMITS | {"need to"}  # these tell nothing where they come or go by themselves


class BindingVerb(Struct, frozen=True):
    """Words that bind, or let or forbid: where they stand in their sentence; how strongly, as the ledger of duties
    has it where it knows them; how much they `weigh`, which is the same of "must" and "is required to"; and those
    bound, where the words themselves name them."""

    start: int
    end: int
    words: str
    strength: str
    weight: str
    holder: str = ""


def find_verbs(words: str) -> list[BindingVerb]:
    """The verbs of a sentence that bind, let or forbid, in their order: the phrases of the ledger of duties, and
    what it has no strength for."""
    phrases = find_phrases(words, entry=True)
    found = [
        BindingVerb(one.start, one.end, words[one.start : one.end], one.strength, _weight(words, one), one.holder)
        for one in phrases  # "it is the council's duty to" is found as a phrase and as a statement of the law
        if not (one.stated and any(o.start < one.end and one.start < o.end for o in phrases if not o.stated))
    ]
    for match in _BESIDE.finditer(words if words[:1].islower() else words[:1].lower() + words[1:]):
        kind = match.lastgroup or ""
        over = [one for one in found if one.start < match.end() and match.start() < one.end]
        name = over[0].strength if kind == "nobody" and over else _STRENGTH[kind]
        finer = kind in ("only", "shouldconsider") or (kind == "nobody" and name.endswith("not"))
        if not over or finer:  # else the ledger knows these words better
            found = [one for one in found if one not in over]
            found.append(BindingVerb(*match.span(), match[0], name, name))
    return sorted(found, key=lambda one: one.start)


def _weight(words: str, one: Expression) -> str:
    if one.strength != "responsibility":
        return one.strength
    said = words[one.start : one.end].replace(one.holder or "\n", " ")
    return "must" if one.stated else next(weight for weight, pattern in _WEIGHTS if pattern.search(said))


def binds(words: str) -> bool:
    """Whether a sentence says a duty, by its words."""
    return any(verb.weight in STRONG for verb in find_verbs(words)) or meaning.HELD.search(words) is not None


class Said(Struct, frozen=True):
    """A sentence of one side of a change: its words, whether it says a duty, and whom that binds, where known;
    `printed` are its own words where terms were replaced in them."""

    words: str
    binds: bool = False
    who: tuple[str, ...] = ()
    printed: str = ""


def said(
    text: str,
    left_out: Iterable[tuple[int, int]] = (),
    ledger: Mapping[str, tuple[str, ...]] | None = None,
    terms: Sequence[Replacement] = (),
) -> list[Said]:
    """The sentences of a side, without the stretches from start to end that are `left_out`, and with `terms` put in
    where these were replaced. Which of them are duties, and whom they bind, is told by the `ledger`, by their
    words; where there is none, by the verbs of theirs and of the line above their list."""
    for start, until in left_out:
        text = f"{text[:start]}{' ' * (until - start - 1)}\n{text[until:]}"
    found: list[Said] = []
    governed, end = False, 0
    for start, until in sentences(text):
        if "\n\n" in text[end:start]:  # another provision
            governed = False
        end = until
        words = text[start:until]
        printed = bare(words)
        plain = bare(put_where(words, terms, start)) if terms else printed
        binding = binds(plain)
        if ledger is None:
            found.append(Said(plain, binding or governed, printed=printed))
        else:
            known = words if words in ledger else next((one for one in ledger if words in one and binding), "")
            found.append(Said(plain, known in ledger, ledger.get(known, ()), printed))
        governed = binding if words.endswith(":") else governed
    return found


def duty_changes(old: Sequence[Said], new: Sequence[Said]) -> tuple[tuple[DutyChange, ...], tuple[Figures, ...]]:
    """What changed of the duties from one side to the other, and the figures that changed outside duties. Sentences
    that stand on both sides changed nothing."""
    if _words(old) == _words(new):  # a sentence that was cut in two says what it said
        return (), ()
    pairs, gone, came = _paired(*_without_common(old, new))
    pairs, came = _rejoined(pairs, came)
    turned, gone = _rejoined([(now, was) for was, now in pairs], gone)
    pairs = [(was, now) for now, was in turned]
    if _words(gone, _JOINING) == _words(came, _JOINING):  # nor does a list that became a sentence
        gone, came = [], []
    duties: list[DutyChange] = []
    figures: list[Figures] = []
    for was, now in pairs:
        binding = was.binds or now.binds
        found = [*_strength(was, now)]
        if binding:
            found += [*_holder(was, now), *_addressee(was, now)]
            found += _of_pattern("condition", meaning.CONDITION, was, now, meaning.condition_key)
            found += _limit(was, now)
            found = found or [*_turned(was, now)] or [*_timed(was, now)]
        duties += found
        figures += _figures(was, now, limits=not binding)
    duties += [DutyChange("removed", one.printed or one.words, "") for one in gone if one.binds]
    duties += [DutyChange("added", "", one.words) for one in came if one.binds]
    return tuple(duties), tuple(figures)


# --- Which sentence became which -----------------------------------------------------------------


def _without_common(old: Sequence[Said], new: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Both sides without the sentences that they share, each as often as both have it."""
    keys = [[" ".join(one.words.split()) for one in side] for side in (old, new)]
    common = Counter(keys[0]) & Counter(keys[1])
    kept: tuple[list[Said], list[Said]] = [], []
    for side, known, own in zip((old, new), keys, kept, strict=True):
        left = common.copy()
        for one, key in zip(side, known, strict=True):
            left[key] -= 1
            if left[key] < 0:
                own.append(one)
    return kept


def _words(side: Sequence[Said], without: Collection[str] = ()) -> list[str]:
    return [word for one in side for word in meaning.WORD.findall(one.words.lower()) if word not in without]


def _paired(old: Sequence[Said], new: Sequence[Said]) -> tuple[list[tuple[Said, Said]], list[Said], list[Said]]:
    """Sentences that are most alike, the surest first, each with one; and those of either side that have none."""
    scored = sorted(
        (-_alike(was.words, now.words), at, to) for at, was in enumerate(old) for to, now in enumerate(new)
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


def _rejoined(
    pairs: Sequence[tuple[Said, Said]], left: Sequence[Said]
) -> tuple[list[tuple[Said, Said]], list[Said]]:
    """The pairs, each with those of the sentences `left` that were cut off its first, and those that were not: "A
    must read and must write" became "A must read. They must write"."""
    pairs, rest = list(pairs), []
    for one in left:
        for at, (was, now) in enumerate(pairs):
            words = [*was.words.lower().split()]
            cut = [word for word in one.words.lower().split() if not meaning.NAMELESS.match(word)]
            kept = LCSseq.similarity(words, cut) >= _CUT_OFF * len(cut)
            if kept and len(now.words.split()) + len(cut) <= len(words) + _LONG / 2:
                joined = f"{now.words.rstrip('.')}; {one.words}"
                pairs[at] = (was, Said(joined, now.binds or one.binds, now.who, now.printed))
                break
        else:
            rest.append(one)
    return pairs, rest


def _alike(was: str, now: str) -> float:
    """How alike two sentences are, of 100; also where a long one was only added to, or cut short."""
    mine, theirs = was.split(), now.split()
    fewest = min(len(mine), len(theirs))
    kept = 100.0 * LCSseq.similarity(mine, theirs) / fewest if fewest >= _LONG else 0.0
    turned = 0.9 * fuzz.token_sort_ratio(was, now)  # "must be kept by the council", "the council must keep"
    return max(fuzz.ratio(was, now), turned, kept if kept >= _KEPT else 0.0)


# --- What became of a sentence -------------------------------------------------------------------


def _strength(was: Said, now: Said) -> Iterable[DutyChange]:
    """Verbs that became of another strength, in their own words where the ledger calls both the same. One that came
    or went by itself counts where it is a strong one; that "can" or "may" came or went says nothing."""
    old, new = (find_verbs(one.words) for one in (was, now))
    mine, theirs = ([verb.weight for verb in side] for side in (old, new))
    for kind, i, j, k, m in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "replace" and j - i == m - k:
            calm = PERMITS if was.binds or now.binds else WEAK
            for a, b in zip(old[i:j], new[k:m], strict=True):
                told = (a.words.strip(), b.words.strip()) if a.strength == b.strength else (a.strength, b.strength)
                yield from (DutyChange("strength", *told),) if not {a.weight, b.weight} <= calm else ()
        elif kind != "equal":
            left_out = WEAK
            left_out |= frozenset(mine) & frozenset(theirs) if _but_verbs(was) == _but_verbs(now) else frozenset()
            yield from (DutyChange("strength", a.strength, "") for a in old[i:j] if a.weight not in left_out)
            yield from (DutyChange("strength", "", b.strength) for b in new[k:m] if b.weight not in left_out)


def _but_verbs(one: Said) -> list[str]:
    """The words of a sentence that say something beside how strongly: of "should go and they should ask" what
    "should go and ask" has too."""
    plain = one.words
    for verb in reversed(find_verbs(plain)):
        plain = f"{plain[: verb.start]} {plain[verb.end :]}"
    words = meaning.WORD.findall(plain.lower())
    return [word for word in words if word not in meaning.SMALL and not meaning.NAMELESS.fullmatch(word)]


class _Parts(Struct, frozen=True):
    """A sentence around the first verb that binds: who is bound by its words, empty where they name nobody; what is
    asked; whom the passive says is to be told; and whether it is one."""

    holder: str = ""
    asked: str = ""
    told: str = ""
    passive: bool = False


def _parts(one: Said) -> _Parts:
    verb = next((verb for verb in find_verbs(one.words) if verb.weight in STRONG), None)
    held = meaning.HELD.search(one.words)
    if verb is None or (verb.holder and held):
        start, end = held.span(held.lastgroup or 0) if held else (0, 0)
        return _Parts(one.words[start:end].strip(), f"{one.words[:start]}{one.words[end:]}")
    if verb.holder:  # "the Act requires the council to"
        return _Parts(verb.holder.strip(), f"{one.words[: verb.start]}{one.words[verb.end :]}")
    subject = _subject(one.words[: verb.start])
    asked = one.words[verb.end :]
    done = passive(asked, 0)
    if done is None:
        return _Parts(subject, asked)
    agent = meaning.AGENT.search(asked, done.end())
    without = asked[: agent.start()] + asked[agent.end("who") :] if agent else asked
    holder = agent["who"].strip() if agent else ""
    told = (without, subject) if done["done"] in meaning.TOLD else (f"{subject} {without}", "")
    return _Parts(holder, *told, passive=True)


def _subject(before: str) -> str:
    """What stands before a verb in its clause, with the list that it ends and without what is put in between commas
    ("the council, with its partners,"); nothing where it names nobody."""
    parts = [" ".join(part.split()) for part in meaning.CLAUSE.split(before)[-1].split(",")]
    while parts and (not parts[-1] or (len(parts) > 1 and meaning.OPENS.match(parts[-1]))):
        parts.pop()
    subject = parts.pop() if parts else ""
    if re.search(r"\b(?:and|or)\b", subject):
        while parts and len(parts[-1].split()) <= _LONGEST_ENTRY and not meaning.OPENS.match(parts[-1]):
            subject = f"{parts.pop()}, {subject}"
    return "" if meaning.NAMELESS.match(subject) else subject


def _holder(was: Said, now: Said) -> Iterable[DutyChange]:
    """Whom the sentence binds to the same thing, or who is to be told it: by a ledger that names somebody on both
    sides; else where no word is left, somebody came or went, or "and" became "or"."""
    mine, theirs = _parts(was), _parts(now)
    if fuzz.ratio(mine.asked, theirs.asked) < _SAME_THING:
        return
    if _are_others(mine.told, theirs.told):
        yield DutyChange("addressee", mine.told, theirs.told)
    old, new = mine.holder, theirs.holder
    known = set(was.who) != set(now.who) if was.who and now.who else None
    named = was.who if old else now.who
    if mine.passive and theirs.passive and bool(old) != bool(new) and named:  # "be kept by the council", "be kept"
        yield DutyChange("holder", old, new)
    if not old or not new or old == new:
        return
    members, others = _members(old), _members(new)
    joined = len(members) != len(others)
    swapped = {*meaning.WORD.findall(old.lower())} ^ {*meaning.WORD.findall(new.lower())} == {"and", "or"}
    figures = [*_of_pattern("holder", meaning.FIGURE, Said(old), Said(new))]  # "children under 16"
    fewer = joined and ({*members} < {*others} or {*others} < {*members})
    if known or swapped or figures or fewer or ((known is None or joined) and _are_others(old, new)):
        yield DutyChange("holder", old, new)


def _members(names: str) -> list[frozenset[str]]:
    """Those whom words list, each by its words."""
    listed = (meaning.WORD.findall(part) for part in meaning.LISTED.split(names.lower()))
    members = (frozenset(word.removesuffix("s") for word in words if word not in meaning.SMALL) for words in listed)
    return [words for words in members if words]


def _are_others(old: str, new: str) -> bool:
    """Whether somebody is listed on one side of whom the other has no word."""
    mine, theirs = _members(old), _members(new)
    if not mine or not theirs:
        return False
    gone, came = [one for one in mine if one not in theirs], [one for one in theirs if one not in mine]
    left, right = frozenset().union(*mine), frozenset().union(*theirs)
    return any(not one & right for one in gone) or any(not one & left for one in came)


def _timed(was: Said, now: Said) -> Iterable[DutyChange]:
    """Before, after or until what it is to be done, where that came or went."""
    return (one for one in _of_pattern("condition", meaning.TIMED, was, now) if not one.old or not one.new)


def _turned(was: Said, now: Said) -> Iterable[DutyChange]:
    """A small word that turns what a duty hangs on and that took its opposite's place, came or went: "before they
    ring" and "after they ring", "who are not trained", "only at noon", "all parents" and "some parents"; with the
    words behind it."""
    old, new = ([word.lower() for word in meaning.WORD.findall(one.words)] for one in (was, now))
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        mine, theirs = frozenset(old[i:j]), frozenset(new[k:m])
        reach, reaches = (
            [n for n, of in enumerate(meaning.REACH) if any(one <= words for one in of)] for words in (mine, theirs)
        )
        turned = mine | theirs in (meaning.OPPOSITES if kind == "replace" else meaning.TURNING)
        if turned or (reach and reaches and reach != reaches):
            yield DutyChange("condition", " ".join(old[i : j + _BEHIND]), " ".join(new[k : m + _BEHIND]))


def _addressee(was: Said, now: Said) -> Iterable[DutyChange]:
    """Who is to be told, asked or given something, where no word of it is left."""
    sides = [
        [" ".join(match["whom"].split()) for match in meaning.ADDRESSEE.finditer(one.words)] for one in (was, now)
    ]
    old, new = ([whom for whom in side if not meaning.NOBODY.match(whom)] for side in sides)
    if len(old) == len(new):
        for mine, theirs in zip(old, new, strict=True):
            if _are_others(mine, theirs):
                yield DutyChange("addressee", mine, theirs)


def _limit(was: Said, now: Said) -> Iterable[DutyChange]:
    """The limits that changed; where only their bounds did, or when they begin, with these: "within 10 days of the
    feast", "at least twice a year"."""
    found = [*_of_pattern("limit", meaning.LIMIT, was, now)]
    whole = () if found else _of_pattern("limit", meaning.WHOLE_LIMIT, was, now)
    return found or [one for one in whole if not find_verbs(f"{one.old}{one.new}")]  # without its end


def _figures(was: Said, now: Said, *, limits: bool) -> list[Figures]:
    """The figures that changed, with `limits` also those of time; where there are none, other things counted."""
    patterns = (meaning.FIGURE, meaning.LIMIT) if limits else (meaning.FIGURE,)
    found = [one for pattern in patterns for one in _of_pattern("limit", pattern, was, now)]
    if not found and not [*_limit(was, now)]:
        mine, theirs = (Said(meaning.REFERRED.sub("¶ ", one.words)) for one in (was, now))
        for pattern in (meaning.COUNT, meaning.ALONE):
            found = found or [one for one in _of_pattern("limit", pattern, mine, theirs) if one.old and one.new]
    return [Figures(one.old, one.new) for one in found]


def _of_pattern(
    what: DutyAspect, pattern: re.Pattern[str], was: Said, now: Said, key: Callable[[str], str] | None = None
) -> Iterable[DutyChange]:
    """Where what a pattern finds in two sentences is not the same by its key, in their order."""
    key = key or meaning.key_of
    old, new = ([" ".join(match.group().split()) for match in pattern.finditer(one.words)] for one in (was, now))
    matcher = SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield DutyChange(what, "; ".join(old[i:j]), "; ".join(new[k:m]))
