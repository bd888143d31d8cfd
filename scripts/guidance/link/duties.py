"""The duty ledger: every sentence that says what somebody must, should or may do, how strongly, whom it binds and
where. No duty is guessed at: where the one bound is not plain, `who` is empty.

A list is read with the line above it. Where little stands between the verb and the list ("Schools should:", "must
ensure that:"), every entry is a duty of its own with the strength and the subject of that line, which then is none;
where the line says what is to be done ("should be alert to a child who:"), it is one duty and its entries are none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct, structs

from guidance.document.model import Document, Duty, Locus, Strength
from guidance.link.agencies import Vocabulary
from guidance.link.context import Spoken, with_context
from guidance.link.modality import denied, find_expressions, is_inverted, is_power, one_who
from guidance.link.sentences import Expression, Sentence, document_sentences, find_limits, passive

_NO_DUTIES = re.compile(r"""(?xi)  # what words mean, and reports of what was changed
    \b (?: glossary | definitions ) \b
  | \b (?: table | list | summary ) \s+ of \s+ (?: \w+ \s+ ){0,2} changes \b
    """)
_BOUNDARY = re.compile(r"""(?x)  # where a clause, and with it a subject, may begin
    ^ In (?: \s+ [\w-]+ ){1,4}? \s+ (?: circumstances | cases | instances | situations ) \s+  # "In rare cases the"
        (?= (?: the | an? | local | all | any | each ) \s )
  | [,;:(–] \s* (?: (?: and | but | so | then | or ) \s+ )?
  | \s (?: and | but | so | then | that | therefore | which \s+ means | or ) \s+
  | (?<= \w ) \s+ (?= (?: they | it ) \b )                     # "if schools worry they should"
    """)
_EMPTY = re.compile(
    r"(?xi) \s* (?: (?: also | therefore | so | then | and | or | that | \w+ly ) \b | \s | , )* \s*"
)
_PRONOUN = re.compile(r"""(?xi)  # a subject that is named before
    \s* (?: also \s+ | then \s+ | therefore \s+ | both \s+ )?
    ( they | it | he \s+ or \s+ she | he | she | each | both )
    (?: \s+ (?: also | both | all | each | still | then ) )* \s*
    """)
_CONDITION = re.compile(r"""(?x)
    \b (?: [Ii]f | [Ww]here | [Ww]hen | [Oo]nce | [Aa]s \s+ soon \s+ as | As
      | Whilst | While | Before | After | Although | Whenever
      | Unless ) \s+
    """)
_CONDITION_LAST = re.compile(  # "should act if they believe that:": the list is the condition, or says which
    r"(?xi) \b (?: (?: if | when | where | unless ) (?: \s+ (?: they | it ) \s+ \w+ (?: \s+ that )? )? | who"
    r" | whose ) $"
)
_OF_THINGS = re.compile(r"""(?x)  # behind the verb: what a plan or report does, and so "it" is not somebody
    \s* (?: also \s+ | always \s+ )?
    (?: include | cover | contain | set \s+ out | state | describe
      | be \s+ (?: easily | transparent | proportionate | published ) ) \b
    """)
_AS_ONE = re.compile(r"\b as \s+ (?= (?: an? | the ) \s )", re.IGNORECASE | re.VERBOSE)  # "named as a partner"
_IN_A_LIST = re.compile(  # "the police and, where there is one, the team": put in before the last of a list
    r"(?x) (\b (?: and | or )) , \s (?: in | at | for | where | if | when | as | on ) \b [^,;:]* ,"
)
_THE_ONE = re.compile(r"\s* (?: the | that | this ) \s+ \w+ \s*", re.IGNORECASE | re.VERBOSE)
_SOME_OF_THEM = re.compile(
    r"(?x) \b (?: to | for | of | on | in ) \s+ (?: which | whom ) \b | \b (?: whose | that ) \b"
)
_WHO_ALONE = re.compile(r"\s*(?:who|(?P<which>which))\s+(?:also\s+)?")  # "a social worker, who should"
_IS_NOT = re.compile(r"\bnot\s+(?:an?|the)\s")  # "a person who is not a nurse should"
_FOLLOWING = re.compile(r"(?xi) (?: all \s+ )? (?: of \s+ )? the \s+ following (?: \s+ [\w-]+ ){0,4} \s*")
_NAMELY = re.compile(r"\b namely \b :?", re.VERBOSE)
_THEM = re.compile(r"\b them \b", re.VERBOSE)  # "if the council asks them, they must": others than the council
_THINGS = re.compile(r"\b \w{3,} (?<! s ) s \b", re.VERBOSE)  # plurals, of which "they" may speak
_PEOPLE = re.compile(  # those who can be required to do something, though they are no agency
    r"\b(?:people|officers|children|persons?|parents?|carers?|those|everyone|anyone)\b[^.;]*$"
)
_CAN = re.compile(  # after a bare "should:" a sentence of its own: it completes nothing; but "set out who can act"
    r"(?x) (?: (?! (?: who | what | which | that | how | where | when | whether ) \b ) \S+ \s+ ){1,4} can \s"
)
_NOT = re.compile(r"(?:not(?!\s+only\b)|never)\s")
_DONE_TO = re.compile(r"[^,;:.]*?\sbe\s+(?:\w+ly\s+)?(?:\w+(?:ed|en)|left|made|put|sent|told|kept|held|given)\b")
_THEY_ALONE = re.compile(r"\b(?:they|it)\s+$", re.IGNORECASE)
_NOT_SO = re.compile(  # "may not always see it"
    r"\s+(?:always|yet|even|\w+ly|recogni[sz]e|reali[sz]e|understand|see|wish|want|get|receive)\b"
)
_QUESTION = re.compile(r"\b (?: whether | how | what | who | whom | which | why ) $", re.IGNORECASE | re.VERBOSE)
_IT = re.compile(r"\s* (?: also \s+ | then \s+ | therefore \s+ )? it \b", re.IGNORECASE | re.VERBOSE)
_GOES_ON = re.compile(r"(?:They|It|This|These|Their|Its)\b")  # a sentence that speaks on of the one before
# what may stand, at any length, between the verb and the list that says what is to be done
_ASKS_FOR_LIST = re.compile(r"""(?x)
    ^ \s* (?: also \s+ )? be \s .* \b to $                     # "should be encouraged to:"
  | \b (?: make \s+ sure | ensure ) \s+ (?: that \s+ )? they $  # "should make sure that they:"
  | \b the \s+ following \b                                    # "should consider the following:"
    """)
_PLENTY = 6  # words between verb and list, from which on the line above says itself what is to be done


BindingWords = tuple[Locus, Strength]


class _Who(Struct, frozen=True):
    """Those whom words name, and whether those are all."""

    ids: tuple[str, ...] = ()
    complete: bool = True


_NOBODY = _Who()


class _Bound(Struct, frozen=True):
    """One binding phrase of a sentence with those it binds."""

    expression: Expression
    who: _Who
    asked_of: str = ""  # the words before its verb
    done: str = ""  # what is to be done, where it says that
    before: tuple[str, ...] = ()  # whom the provision spoke of last before


def find_duties(document: Document, vocabulary: Vocabulary) -> tuple[Duty, ...]:
    """Every duty of a document, in reading order: one for each strength that a sentence has.

    An entry of a list is put behind the line above it in `sentence`, while `at` is the entry's own place.
    """
    return find_bound(document, vocabulary)[0]


def find_bound(document: Document, vocabulary: Vocabulary) -> tuple[tuple[Duty, ...], tuple[BindingWords, ...]]:
    """The duties of a document, as `find_duties` has them, and where the words stand that make them, in reading
    order: must, should and may with what belongs to them ("should not"), but no phrase of responsibility."""
    ledger = _DutyFinder(vocabulary)
    spoken = [one for sentence in document_sentences(document) for one in ledger.read(sentence)]
    return with_context(spoken, vocabulary), tuple(ledger.words)


class _DutyFinder:
    """Reads sentence after sentence and remembers whom the last one spoke of, for "they" and "it"."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.words: list[BindingWords] = []
        self._vocabulary = vocabulary
        self._last: tuple[str, ...] = ()
        self._last_at = ""  # the provision that spoke of them
        self._spoken_of: tuple[str, ...] = ()  # whom any sentence named last,
        self._spoken_at = ""  # and the provision in which it did
        self._spoken = ""  # the sentence that spoke of them
        self._governing: dict[tuple[str, int, int], _Bound] = {}

    def read(self, sentence: Sentence) -> Iterator[Spoken]:
        """The duties of one sentence, with what is spoken of beside them."""
        if _without_duties(sentence.titles):
            return
        stem = self._stem(sentence)
        bound = list(self._bound(sentence, stem))
        listed = [one for one in bound if _lists_holders(sentence, one.expression)]
        if listed:
            self._governing[_place(sentence)] = structs.replace(
                listed[0], expression=structs.replace(listed[0].expression, listed=True)
            )
            bound = [one for one in bound if one not in listed]
        elif sentence.introduces and bound and _governs(sentence.words, bound[-1].expression):
            self._governing[_place(sentence)] = bound.pop()
        strengths: dict[Strength, list[_Bound]] = {stem.expression.strength: [stem]} if stem else {}
        for one in bound:
            if not (stem and stem.who.ids and one.expression.strength == stem.expression.strength):
                strengths.setdefault(one.expression.strength, []).append(one)
        words = f"{sentence.stem.words} {sentence.words}" if sentence.stem and stem else sentence.words
        locus = Locus(sentence.anchor, sentence.part, sentence.start, sentence.end)
        limits = find_limits(sentence.words) or find_limits(words) or (None,)
        for strength, (first, *more) in strengths.items():
            who = tuple(dict.fromkeys(one for some in (first, *more) for one in some.who.ids))
            complete = all(some.who.complete for some in (first, *more))
            duty = Duty(locus, sentence.page, words, strength, who, complete, limit=limits[0])
            yield Spoken(duty, sentence, first.asked_of, first.done, first.before)

    def _stem(self, sentence: Sentence) -> _Bound | None:
        """What the line above a list says of its entry, as the entry turns it."""
        stem = self._governing.get(_place(sentence.stem)) if sentence.stem else None
        if stem is None or sentence.stem is None:
            return None
        lead = sentence.stem.words.rstrip(" :–-")
        bare = _EMPTY.fullmatch(lead, stem.expression.end)
        if bare and _CAN.match(sentence.words):
            return None
        if stem.expression.listed:
            return _Bound(stem.expression, self._named(sentence.words.rstrip(" .;,")))
        if bare and _NOT.match(sentence.words):
            turned = structs.replace(stem.expression, strength=denied(stem.expression.strength))
            stem = structs.replace(stem, expression=turned)
        whole = f"{lead} {sentence.words}"
        if passive(whole, stem.expression.end) and not passive(sentence.stem.words, stem.expression.end):
            by = self._vocabulary.agents(whole[stem.expression.end :])
            return structs.replace(stem, who=_Who(by) if by else stem.who)
        return stem

    def _bound(self, sentence: Sentence, stem: _Bound | None) -> Iterator[_Bound]:
        words = sentence.words
        if sentence.stem and _QUESTION.search(sentence.stem.words.rstrip(" :–-")):
            return  # an entry that completes "This includes deciding whether:" asks, and binds nobody
        last = self._vocabulary.opens(words) or (stem.who.ids if stem else ())
        previous: _Who | None = None
        spoken_of: tuple[str, ...] = ()
        found = find_expressions(words, entry=sentence.stem is not None)
        for expression in found:
            subject = self._subject(sentence, expression, previous)
            who = self._who(words, expression, subject)
            some = who.ids if expression.of_named else subject.ids or _PEOPLE.search(words, 0, expression.start)
            if expression.needs_subject and not some:
                continue
            if expression.strength == "may" and not is_power(words, expression, subject.ids):
                continue
            if expression.unsure and not self._forbids(words, expression, subject):
                continue
            previous = subject
            last = subject.ids or last
            if expression.strength != "responsibility":
                start, end = (sentence.start + at for at in (expression.start, expression.end))
                self.words.append((Locus(sentence.anchor, sentence.part, start, end), expression.strength))
            act = None if expression.strength == "responsibility" else passive(words, expression.end)
            before = self._spoken_of if self._spoken_at == sentence.anchor else ()
            spoken_of = who.ids or spoken_of
            yield _Bound(expression, who, _asked_of(words, expression), act["done"] if act else "", before)
        spoken_of = spoken_of or (() if found or sentence.stem else last)
        if spoken_of:
            self._spoken_of, self._spoken_at = spoken_of, sentence.anchor
        if last or not _GOES_ON.match(words):
            self._last, self._spoken, self._last_at = last, words, sentence.anchor

    def _forbids(self, words: str, expression: Expression, subject: _Who) -> bool:
        """Whether "may not" forbids: only somebody who is named before it, and what he could do."""
        named = bool(subject.ids) and _THEY_ALONE.search(words, 0, expression.start) is None
        return named and is_power(words, expression, subject.ids) and not _NOT_SO.match(words, expression.end)

    def _who(self, words: str, expression: Expression, subject: _Who) -> _Who:
        """Whom a phrase binds: its holder or subject, but of something to be done those by whom it is."""
        held = expression.strength == "responsibility" and not expression.of_named
        done = not held and passive(words, expression.end)
        return _Who(self._vocabulary.agents(words[expression.end :])) if done else subject

    def _subject(self, sentence: Sentence, expression: Expression, previous: _Who | None) -> _Who:
        """The ids of the subject of a phrase, or none where it is no agency."""
        words, at = sentence.words, expression.start
        if expression.holder or expression.stated:
            return self._holders(expression.holder)
        behind = self._vocabulary.opens(words[expression.end :]) if is_inverted(words) else ()
        if behind:  # but "Nor should the police be asked": of whom it is asked not to is not said
            return _NOBODY if _DONE_TO.match(words, expression.end) else _Who(behind)
        if one := one_who(words, expression):
            return _Who(self._vocabulary.subject(one))
        if _EMPTY.fullmatch(words, 0, at):
            return self._whole(sentence.stem.words.rstrip(" :")) if sentence.stem else _NOBODY
        found = self._whole(_IN_A_LIST.sub(r"\1", words[:at]))
        if found.ids:
            return self._narrowed(found, words[:at], sentence.anchor)
        start = _starts(words[:at])[-1]
        nearest = words[start:at]
        if _EMPTY.fullmatch(nearest):
            return previous if previous is not None else _Who(self._vocabulary.opens(words))
        if _PRONOUN.fullmatch(nearest):
            return self._pronoun(words, start, expression, previous)
        who = _WHO_ALONE.fullmatch(nearest)
        if who and not _OF_THINGS.match(words, expression.end):
            opens = who["which"] and self._vocabulary.subject(words[:start].rstrip(" ,"))  # what they are like
            return _NOBODY if opens else _Who(self._vocabulary.ends(words[:start]))
        return _NOBODY if _IS_NOT.search(nearest) else _Who(self._vocabulary.closes(nearest))

    def _pronoun(self, words: str, start: int, expression: Expression, previous: _Who | None) -> _Who:
        """Whom "they" or "it" at `start` means: one spoken of in the same sentence or in the last; nobody where
        what is asked is asked of things, unless a condition speaks of nothing else: "When schools write, they
        should include"."""
        before = words[:start]
        same = self._antecedent(before) or (self._vocabulary.opens(words) if before.endswith(" that ") else ())
        one = _IT.match(words, start)
        if _OF_THINGS.match(words, expression.end):
            things = one or _THINGS.search(self._vocabulary.without_names(words[:start]))
            return _NOBODY if things else _Who(same)
        found = _Who(same) if same else previous if previous and previous.ids else _Who(self._last)
        return _NOBODY if one and self._vocabulary.is_plural(self._spoken) else found

    def _narrowed(self, found: _Who, before: str, anchor: str) -> _Who:
        """A subject among whom others are, as the sentence or the last narrows it: "When named as a partner, an
        organisation", and then "the organisation"."""
        if not self._vocabulary.wide.issuperset(found.ids):
            return found
        for named in _AS_ONE.finditer(before):
            ids = self._vocabulary.opens(before[named.end() :])
            if ids and ids != found.ids:
                return _Who(ids)
        again = _THE_ONE.fullmatch(before[_starts(before)[-1] :]) and self._last_at == anchor
        return _Who(self._last) if again and self._last and self._vocabulary.wide.issuperset(self._last) else found

    def _whole(self, before: str) -> _Who:
        """The subject at the end of some words: the longest stretch behind a boundary that is one, or a list in
        which some are known."""
        some: tuple[str, ...] = ()
        for start in _starts(before):
            ids = self._vocabulary.subject(before[start:])
            if ids and start and self._vocabulary.is_of_another(before[:start]):
                return _NOBODY
            if ids:
                return _Who(some, False) if set(ids) <= set(some) else _Who(ids)
            some = some or self._vocabulary.known(before[start:])
        return _Who(some, not some)

    def _named(self, words: str) -> _Who:
        """Those whom words name that begin with them."""
        ids = self._vocabulary.subject(words)
        some = () if ids else self._vocabulary.known(words)
        return _Who(some, False) if some else _Who(ids or self._vocabulary.opens(words))

    def _holders(self, words: str) -> _Who:
        """Who holds a responsibility: "with the panel, and locally with the partners", "bodies namely the police";
        nobody of "each organisation to which it applies"."""
        behind = [words, *(words[m.end() :] for m in re.finditer(r"\b(?:with|on|by)\s+", words))]
        found = [self._named(part.lstrip("‘“\"'")) for part in behind]
        ids = tuple(dict.fromkeys(one for some in found for one in some.ids))
        if self._vocabulary.wide.issuperset(ids) and _SOME_OF_THEM.search(words):
            return _NOBODY
        namely = _NAMELY.search(words)
        if namely and not ids:
            return _Who(self._vocabulary.named(words[namely.end() :].replace("(", " ").replace(")", " ")), False)
        return _Who(ids, all(some.complete for some in found))

    def _antecedent(self, before: str) -> tuple[str, ...]:
        """Who a condition in the same sentence speaks of: "If schools have concerns, they should"."""
        ends = (condition.end() for condition in _CONDITION.finditer(before))
        found = (self._vocabulary.opens(before[end:]) for end in ends if not _THEM.search(before, end))
        return next(filter(None, found), ())


@lru_cache(maxsize=1024)
def _without_duties(titles: tuple[str, ...]) -> bool:
    """Whether what stands below some headings says no duties."""
    return any(_NO_DUTIES.search(title) for title in titles)


def _starts(before: str) -> list[int]:
    """Where a clause may begin."""
    return [0, *(match.end() for match in _BOUNDARY.finditer(before))]


def _place(sentence: Sentence) -> tuple[str, int, int]:
    return sentence.anchor, sentence.part, sentence.ordinal


def _asked_of(words: str, expression: Expression) -> str:
    """The words before a verb of duty, without a condition that opens the sentence."""
    before = words[: expression.start]
    condition = _CONDITION.match(before)
    comma = before.find(",") if condition else -1
    return before[comma + 1 :]


def _lists_holders(sentence: Sentence, expression: Expression) -> bool:
    """Whether the list behind a line names those bound: "a duty on:", "The following must keep a list:"."""
    before = sentence.words[: expression.start]
    done = passive(sentence.words, expression.end)  # "be invited:"
    return sentence.introduces and (expression.listed or bool(_FOLLOWING.fullmatch(before) and not done))


def _governs(words: str, expression: Expression) -> bool:
    """Whether what follows a line in a list is what its verb asks for."""
    rest = words[expression.end :].rstrip(" :–-")
    if not expression.governs or _CONDITION_LAST.search(rest):
        return False
    if expression.strength == "responsibility":
        return len(rest.split()) <= 2
    return bool(_ASKS_FOR_LIST.search(rest)) or len(rest.split()) <= _PLENTY
