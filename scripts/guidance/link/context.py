"""Who is probably bound by a duty that names nobody, and by which evidence: whose thing it asks something of, the
heading, the paragraph. What a sentence says itself is not touched, and where the evidence names nobody, nobody is.

The evidence is weighed in the order of `_Context._evidence`, and the first that names somebody counts: it was
measured on labelled sentences, see `tests/data/labels/duties-2023-fourth.tsv`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct, structs

from guidance.document.model import Duty
from guidance.link.agencies import Vocabulary
from guidance.link.sentences import Sentence

# What somebody is to make, or to hold, and what is then asked of it: "The report should include".
_NAMES = r"""
    (?: arrangement | report | plan | protocol | document | assessment | review | polic (?: y | ie ) | procedure
      | conference | discussion | strateg (?: y | ie ) | agreement | analys (?: i | e ) s | meeting | statement
      | record | referral | notification | decision | enquir (?: y | ie ) | scrutiny | funding | training
      | induction | conclusion | reporting ) s?
"""
_THING = re.compile(rf"\b {_NAMES} \b (?! \s+ {_NAMES} \b )", re.IGNORECASE | re.VERBOSE)
_MAKES = re.compile(r"""(?xi)
    \b (?: publish | prepar | produc | develop | agree | mak | draw \s+ up | writ | complet | commission | undertak
         | carry \s+ out | conduct | hold | conven | establish | creat | initiat | arrang | lead (?: \s+ on )?
         | supervis | decid | provid | set \s+ up | have (?: \s+ in \s+ place )? | put \s+ in \s+ place
         | determin | review | submit | send
         | (?P<act> report (?! \s+ (?: their | any | concerns? | it | this ) \b ) | notify | refer | assess )
       ) (?: e | ing )? \b
    """)
_OF_ACT = {"report": "report", "notify": "notification", "refer": "referral", "assess": "assessment"}
_IS_VERB = re.compile(
    r"(?x) \b (?: must | should | may | to | and | or | \w+ly ) \s+ $"
)  # "must report", no "the report"
_NOT_MADE = re.compile(  # between a verb and a thing: what is made is something else
    r"(?xi) \b (?: to | in | of | for | with | by | on | from | about | at | under | against | into | that | which"
    r" | who | whether | how | what | when | if ) \b"
)
_WHOSE = re.compile(  # "the prison’s decision", "cooperation from health bodies"
    r"(?xi) (?P<owner> [^,;:]{3,60}? ) (?: ['’]s | (?<= s ) ['’] ) \s+ \w | \b from \s+ (?P<giver> [^,;:]{3,60} )"
)
_CONDITION = re.compile(r"(?: If | Where | When | Once | Whenever | Before | After ) \s+", re.VERBOSE)
_THEY = re.compile(r"\s* (?: they | it | he | she ) \b", re.IGNORECASE | re.VERBOSE)
_THERE = re.compile(r"\b there \s* $", re.IGNORECASE | re.VERBOSE)
_TAKING_PART = re.compile(r"\b (?: involving | between | led \s+ by ) \s+ (?P<who> [^.;:]+ )", re.VERBOSE)
_TAKES_PLACE = re.compile(r"""(?x)
    \b (?: take \s+ place | be \s+ (?: held | arranged | agreed ) ) \s+ (?: between | involving ) \s+
        (?P<who> [^.;:]+ )
    """)
_PUT_INTO = re.compile(rf"""(?xi)  # "should be set out in the protocol": by those who make that
    \b be \s+ (?: included | set \s+ out | recorded | reflected | noted | described | covered | evidenced | stated )
        \s+ (?: with )? in \s+ (?: the | any | each | every | an? ) \s+
        (?P<into> (?: [\w-]+ \s+ ){{0,3}}? {_NAMES} ) \b
        (?: \s+ (?: \w+ed | made | written ) \s+ (?: \w+ly \s+ )? by \s+ (?P<by> [^.;:]+ ) )?
    """)
_PEOPLE = re.compile(  # those who are bound themselves, though they are no agency
    r"(?xi) (?: (?: the | a | an | any | all | some | primary | young | their ) \s+ )*"
    r"(?: child | children | people | parents? | carers? | famil (?: y | ies ) | others | persons? ) \b"
)
_CHILDREN = re.compile(r"\b(?:child|children|young people|young person)\b", re.IGNORECASE)
_GETS = re.compile(r"""(?x)
    (?: must | should ) \s+ (?: (?: not | also | always | no \s+ longer | continue \s+ to ) \s+ )*
    (?: have | receive | get | benefit | be \s+ (?: able | free | the \s+ subject ) | feel ) \b
    """)
_DONE = re.compile(r"(?P<stem>\w{4,}?)(?:i?ed|en)$")
_COMMON_ACTS = frozenset((
    "address", "agree", "carr", "complet", "consider", "deliver", "develop", "ensur", "follow", "giv", "includ",
    "inform", "involv", "plann", "provid", "record", "reflect", "requir", "review", "support", "updat",
))  # fmt: skip
_EVERYBODYS = {"decision": 1.0}  # what all make: who makes it elsewhere in the chapter tells nothing
_COMMON = frozenset(("this", "these", "those", "that", "such", "their", "local", "published", "agreed", "updated"))
_MOST = 0.6  # of a section's duties with a name: so many must bind the same, for the others to be theirs


class Spoken(Struct, frozen=True):
    """A duty with what was read beside it: its sentence, the words before its verb, what is to be done where that
    verb says no more, and whom the provision spoke of last before."""

    duty: Duty
    sentence: Sentence
    subject: str
    done: str = ""
    before: tuple[str, ...] = ()


_Found = tuple[tuple[str, ...], str]
"""Those probably bound, and the evidence in words."""
_NOBODY: _Found = ((), "")


class _Maker(Struct, frozen=True):
    """Somebody who is to make a thing: which, the words before its name, and where that is said."""

    thing: str
    words: frozenset[str]
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    anchor: str


def with_context(spoken: Sequence[Spoken], vocabulary: Vocabulary) -> tuple[Duty, ...]:
    """The duties of a document, in its order; those that name nobody with who is probably bound."""
    context = _Context(spoken, vocabulary)
    found = ((one.duty, *(_NOBODY if one.duty.who else context.of(one))) for one in spoken)
    return tuple(structs.replace(duty, who_context=ids, context=told) if ids else duty for duty, ids, told in found)


class _Context:
    """What the duties of a document that name somebody tell of the others."""

    def __init__(self, spoken: Sequence[Spoken], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._spoken = spoken
        self._makers = list(_makers(spoken))
        self._provisions = {at: list(of) for at, of in groupby(spoken, key=lambda one: one.sentence.anchor)}
        self._sections: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
        self._preceding: dict[int, tuple[str, ...]] = {}
        last: dict[tuple[str, ...], tuple[str, ...]] = {}
        for one in spoken:
            if not one.sentence.titles:
                continue  # notes stand under no heading together
            self._preceding[id(one)] = last.get(one.sentence.titles, ())
            if one.duty.who:
                last[one.sentence.titles] = one.duty.who
                self._sections.setdefault(one.sentence.titles, Counter())[one.duty.who] += 1

    def of(self, one: Spoken) -> _Found:
        """Those probably bound and the evidence in words; nobody and nothing where there is none."""
        if not one.done and _PEOPLE.match(one.subject.strip()) and not self._gets(one):
            return _NOBODY
        known = self._vocabulary  # to whom it is done, not by whom
        told = set(known.subject(one.subject) or known.known(one.subject)) if one.done else set()
        return next((found for found in self._evidence(one) if found[0] and not set(found[0]) <= told), _NOBODY)

    def _evidence(self, one: Spoken) -> Iterator[_Found]:
        """What each kind of evidence says of those bound, in the order of weight; of some kinds nobody."""
        sentence, near, far = one.sentence, 1, 0.5
        yield self._owner(one)
        yield self._condition(one)
        yield self._taking_part(one)
        yield self._put_into(one)
        yield self._makes(one, one.subject, near)
        title = sentence.stem.words.rstrip(" :") if sentence.stem else ""  # "Functions of the chair:"
        yield self._vocabulary.in_title(title), f"list “{title}”"
        heading = self._heading(one)
        yield _NOBODY if self._vocabulary.wide.issuperset(heading[0]) else heading
        yield self._makes(one, one.subject, far)
        yield self._paragraph(one)
        yield self._doer(one)
        if sentence.titles[1:]:  # "Yearly report"
            yield self._makes(one, sentence.titles[-1], far, any_kind=True)
        bound = self._sections.get(sentence.titles, Counter())
        for ids, number in bound.most_common(1):
            if number >= _MOST * bound.total():
                yield ids, "holder of the section’s other duties"
        yield self._preceding.get(id(one), ()), "last named in the section before it"
        yield heading

    def _gets(self, one: Spoken) -> bool:
        """Whether children are to have or get something, which others have to see to."""
        rest = one.duty.sentence.rpartition(one.subject or " ")[2]
        return _CHILDREN.search(one.subject) is not None and _GETS.match(rest) is not None

    def _owner(self, one: Spoken) -> _Found:
        """Whose thing it is that the sentence asks something of."""
        found = _WHOSE.search(one.subject)
        if found and found["giver"] and one.done:
            return _NOBODY  # "requests from the panel must be answered": by others
        words = (found["owner"] or found["giver"]) if found else ""
        ids = self._vocabulary.ends(words) if found and found["owner"] else self._vocabulary.opens(words)
        return ids, f"whose it is: “{words.strip()}”"

    def _taking_part(self, one: Spoken) -> _Found:
        """Who takes part in what there should be: "there should be a meeting involving the police"."""
        words = one.duty.sentence
        part = _TAKING_PART.search(words) if _THERE.search(one.subject) else _TAKES_PLACE.search(words)
        named = self._vocabulary.among(part["who"]) if part else ()
        ids = tuple(one for one in named if one not in self._vocabulary.wide) or named
        return ids, "who takes part in it"

    def _condition(self, one: Spoken) -> _Found:
        """Whom the condition speaks of that opens the sentence: "If a school is worried, a note should be sent"."""
        if one.done and _THEY.match(one.subject):
            return _NOBODY  # to them it is done
        opening = _CONDITION.match(one.sentence.words)
        ids = self._vocabulary.opens(one.sentence.words[opening.end() :]) if opening else ()
        return ids, "its condition speaks of them"

    def _put_into(self, one: Spoken) -> _Found:
        """Who is to make what something should be set out in: by the chapter, or else of all things so called."""
        into = _PUT_INTO.search(one.duty.sentence) if one.done else None
        thing = _THING.search(into["into"]) if into else None
        if into is None or thing is None:
            return _NOBODY
        kind = _words_before(into["into"], thing.start())
        makers = {m.ids for m in self._makers if m.thing == _key(thing.group()) and m.words & kind}
        maker = f"who makes the {thing.group().lower()}"
        named = self._vocabulary.opens(into["by"] or "")
        near = (named, maker) if named else self._makes(one, into["into"], 0.5)
        return near if near[0] or len(makers) != 1 else (makers.pop(), maker)

    def _makes(self, one: Spoken, words: str, least: float, *, any_kind: bool = False) -> _Found:
        """Who is to make a thing that some words name, said at `least` so near."""
        for thing in _THING.finditer(words):
            name = _key(thing.group())
            kind = frozenset() if any_kind else _words_before(words, thing.start())
            near = [(_nearness(maker, one.sentence, kind), maker) for maker in self._makers if maker.thing == name]
            nearness, best = max(near, key=lambda pair: pair[0], default=(0, None))
            if best and nearness >= max(least, _EVERYBODYS.get(name, 0)):
                return best.ids, f"who makes the {thing.group().lower()}"
        return _NOBODY

    def _doer(self, one: Spoken) -> _Found:
        """Who is to do, in the same chapter, just what here is to be done: "must notify", "must be notified"."""
        done = _DONE.match(one.done)
        if done is None or done["stem"] in _COMMON_ACTS:
            return _NOBODY
        does = re.compile(rf"\b(?:must|should|to)\s+(?:\w+ly\s+)?{done['stem']}\w{{0,2}}\b")
        for other in self._spoken:
            same = other.sentence.titles[:1] == one.sentence.titles[:1]
            if same and other.duty.who and does.search(other.duty.sentence):
                return other.duty.who, f"who is to do what “{one.done}” says"
        return _NOBODY

    def _heading(self, one: Spoken) -> _Found:
        """Whom the nearest heading names that names anybody."""
        named = (
            (self._vocabulary.in_title(title), f"heading “{title}”") for title in reversed(one.sentence.titles)
        )
        return next((found for found in named if found[0]), _NOBODY)

    def _paragraph(self, one: Spoken) -> _Found:
        """Whom the same provision spoke of last, or else binds otherwise."""
        if one.before:
            return one.before, "last named before it"
        others = [other.duty.who for other in self._provisions[one.sentence.anchor] if other.duty.who]
        return (others[0], "holder of the paragraph’s other duties") if len(set(others)) == 1 else _NOBODY


def _makers(spoken: Iterable[Spoken]) -> Iterator[_Maker]:
    """Who is to make what, in the document's order."""
    for one in spoken:
        if not one.duty.who:
            continue
        place = (one.duty.who, one.sentence.titles, one.sentence.anchor)
        title = one.sentence.titles[-1] if one.sentence.titles else ""
        titled = {_key(m.group()): _words_before(title, m.start()) for m in _THING.finditer(title)}
        made = _THING.search(one.subject) if one.done else None
        if made:  # "The plan should be agreed by the partners"
            yield _Maker(_key(made.group()), _words_before(one.subject, made.start()), *place)
        sentence = one.duty.sentence
        for verb in _MAKES.finditer(sentence):
            thing = _THING.search(sentence, verb.end())
            if thing and _NOT_MADE.search(sentence, verb.end(), thing.start()) is None:
                yield _Maker(_key(thing.group()), _words_before(sentence, thing.start()), *place)
            elif verb["act"] and _IS_VERB.search(sentence, 0, verb.start()):
                name = _key(_OF_ACT[verb["act"].lower()])
                yield _Maker(name, titled.get(name, frozenset()), *place)


def _nearness(maker: _Maker, sentence: Sentence, words: frozenset[str]) -> float:
    """How surely what somebody makes is what a sentence speaks of; nothing where it is another chapter's."""
    if maker.anchor != sentence.anchor and (not maker.titles or maker.titles[:1] != sentence.titles[:1]):
        return 0
    same, other = bool(maker.words & words), bool(words) and not maker.words & words
    if maker.anchor == sentence.anchor:
        return 4 if same or not maker.words else 2.5
    if maker.titles == sentence.titles:
        return 3 if same else 2 - other
    return 1 if same else 0.5 - other / 2


def _words_before(words: str, at: int) -> frozenset[str]:
    """The words that say which thing it is: "published", "yearly"."""
    before = re.findall(r"[\w-]+", words[:at])[-3:]
    kinds = (word.lower() for word in before)
    return frozenset(word for word in kinds if len(word) > 3 and word not in _COMMON)


def _key(thing: str) -> str:
    return thing.lower().removesuffix("s").removesuffix("ie").removesuffix("y")
