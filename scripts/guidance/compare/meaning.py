"""The words that carry meaning between two texts: limits, figures, conditions, addressees; which numbers say
nothing; and which of the duties of two editions say the same.

Patterns, and what they find in a sentence; what binds, and what changed of a duty, is told by `duty_changes`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from guidance.compare.units import bare
from guidance.document.change_model import Comparison
from guidance.document.model import Duty, Strength
from guidance.link.places import CROSS_REFERENCE, cited_steps
from guidance.link.sentences import KIND_OF_DAY, OFTEN, SPELT, UNIT, number_of

# --- Figures -------------------------------------------------------------------------------------

_NUMBER = rf"(?: \d+ (?: [.,]\d+ )* | {SPELT} )"
_MONTHS = (
    "January | February | March | April | May | June | July | August | September | October | November | December"
)
_DAY_PART = r"(?: noon | midday | (?: the \s+ )? (?: start | beginning | end | close ) )"
LIMIT = re.compile(
    rf"""
    \b {_NUMBER} (?: \s* (?: to | - | – ) \s* {_NUMBER} )?                     # "10", "three", "5 to 10"
        [\s-] {KIND_OF_DAY} {UNIT} s? \b (?! [\s-] olds? \b )
  | (?<= \b within \s ) an? \s {KIND_OF_DAY} {UNIT} \b
  | \b (?: once | twice | {_NUMBER} \s+ times ) \s+
        (?: a | an | per | each | every | in \s+ (?: a | each | every ) ) \s+
        {UNIT} \b                                                              # "twice a year"
  | \b (?: {" | ".join(OFTEN)} ) \b
  | \b (?: immediately | promptly | straight \s? away | at \s+ once | without (?: \s+ \w+ )? \s+ delay
         | as \s+ soon \s+ as (?: \s+ (?: is | it \s+ is ) )? (?: \s+ \w+ )? \s+ (?: possible | practicable )
         | (?: before | by | on | at | until ) \s+ (?: {_DAY_PART} \s+ (?: of | on ) \s+ )? the \s+
               (?: same | next | following ) \s+ {KIND_OF_DAY} {UNIT}
         | by (?: \s+ the \s+ end \s+ of )? \s+ (?: \d{{1,2}} \s+ )? (?: {_MONTHS} ) (?: \s+ \d{{4}} )? ) \b
  | \b every \s+ (?: other \s+ )? {UNIT} \b
  | \b \d{{1,2}} (?: [.:]\d\d )? \s? (?: am | pm | noon ) \b                 # "by 10am"
    """,
    re.IGNORECASE | re.VERBOSE,
)
WHOLE_LIMIT = re.compile(rf"""(?xi)  # with its bound, and from when it runs, to the end of these words
    (?: \b (?: within | at \s+ least | at \s+ most
            | (?: no \s+ | not \s+ )? (?: more | less | fewer | later ) \s+ than
            | up \s+ to | every | after | before ) \s+ (?: the \s+ )? )?
    (?: {LIMIT.pattern} )
    (?: \s+ (?: of | from | after | before | following | since ) \s+ (?: (?! \s+ and \b ) [^,;:.] )* )?
    """)
FIGURE = re.compile(rf"""(?xi)
    [£€$] \s? \d+ (?: [.,]\d+ )* (?: \s? (?: m | k | million | billion ) \b )?  # "£5,000"
  | \b \d+ (?: [.,]\d+ )* \s? (?: % | per \s? cent \b | percent \b )
  | \b (?: under | over | below | above | aged? | age \s+ of | ages \s+ of | up \s+ to | at \s+ least
         | (?: no \s+ | not \s+ )? (?: more | fewer | less ) \s+ than ) \s+ (?: the \s+ age \s+ of \s+ )?
        {_NUMBER} (?: \s? % | \b ) (?: \s per \s? cent \b )?
        (?! \s+ times \b | [\s-] {KIND_OF_DAY} {UNIT} )  # that is a limit
  | \b {_NUMBER} [\s-] (?: year | month | week ) s? [\s-] olds? \b
  | \b \d+ (?: st | nd | rd | th ) \s+ birthday \b
    """)
COUNT = re.compile(rf"""(?x)  # any other number with what it counts: "12 bells"
    (?<! [\w.,/§-] ) (?! (?: one | One | \d{{4}} ) \b ) {_NUMBER} \s+
    (?! (?: of | and | or | to | in | on | at | about | the | for | by | is | was | are | above | below | with
          | from | which | that | as | when | if | it | this | these | their | has | have | sets? | says ) \b )
    [a-z]{{3,}} (?: [ ] [a-z]+ (?<= s ) )? \b
    """)
ALONE = re.compile(rf"""(?x)  # a number by itself; no year or day
    (?<! [\w.,/§-] ) (?! (?: 19 | 20 ) \d\d \b ) \d+ (?: [.,]\d+ )* \b (?! [/-]\w | \s+ (?: {_MONTHS} ) \b )
    """)
CONDITION = re.compile(r"""(?xi)  # what a duty hangs on, to the end of its clause
    \b (?: unless | except | provided \s+ that | subject \s+ to | only \s+ (?: if | when | where )
         | (?: so | in \s* so ) \s+ far \s+ as | to \s+ the \s+ extent \s+ that
         | (?: up )? on \s+ (?: demand | request ) | at \s+ the \s+ request
         | in \s+ (?: consultation | agreement ) \s+ with
         | with (?: out )? \s+ (?= (?: [\w’'-]+ \s+ ){0,4}? (?: consent | agreement | permission | approval ) \b )
         | if (?! \s+ (?: not \s+ )? (?: any | so ) \b ) | when (?! \s+ it \s+ comes ) | whenever | wherever
         | (?: so | as ) \s+ long \s+ as | as \s+ far \s+ as
         | in \s+ (?: the \s+ event | cases? ) \s+ (?: of | that | where | when )
         | where (?= \s+ (?: possible | practicable | appropriate | necessary | relevant | applicable | needed
                         | required | reasonabl[ey] | there | it | they | this | these | a | an | the | any ) \b ) )
    \b (?: (?! \s+ (?: (?: and | but | or ) \s+ )? (?: must | should | shall | may ) \b ) [^,;:.] )*
    """)
_WHOM = r"""
    (?= (?: the | an? | all | any | each | every | both | their | its | other | local | relevant | senior
          | children | people | police | (?-i: [A-Z] ) [\w’'-]+ | [\w’'-]+ (?<! s ) s ) \b )
    (?: (?! (?: that | about | of | when | if | whether | where | within | in | on | at | by | for | who | which
              | how | what | to | before | after | as | without | with | unless | so | using ) \b )
        [\w’'-]+ \s* ){1,6}
"""
ADDRESSEE = re.compile(rf"""(?xi)  # whom one is to tell or ask, or to give something to
    \b (?: (?: tell | notify | inform | consult | alert | invite | ask | advise | remind | warn | contact ) \s+
        | (?: give | given | send | sent | report | reported | refer | referred | referral | submit | submitted
            | write | written | speak | offer | offered | provide | provided | pass | passed | hand | supply
            | supplied | escalate | transfer | copy | made )
            (?: \s+ (?! to \b ) [\w’'-]+ ){{0,6}}? \s+ to \s+
        | (?: share | shared | discuss | discussed | agree | agreed | raise | raised )
            (?: \s+ (?! with \b ) [\w’'-]+ ){{0,6}}? \s+ with \s+ )
    (?P<whom> {_WHOM}
        # "the council, the police and the school"; but "if they tell us, the police and the school must"
        (?: (?: , \s+ {_WHOM} )* , \s+ (?= [^,;:.]* \b (?: and | or ) \s ) {_WHOM}
            (?! [^;:.]* \b (?: must | should | may ) \b ) )? )
    """)
NOBODY = re.compile(r"""(?xi)  # what is informed, or things are given to, and is nobody
    (?: (?: the | an? | any | all | their | its | this | these | local | other ) \s+ )*
    (?: flow | services? | section | paragraph | chapter | annex | part | act | page | figure | needs? | views?
      | wishes | weight | welfare
      | advice | help | guidance | information | work | practice | decisions? | discussions?
      | improvements? | planning | thinking | provision | safety | impact | potential | ways? )
    \b (?! \s+ (?: providers? | users? | teams? ) )
    """)
TOLD = frozenset((
    "told", "notified", "informed", "consulted", "asked", "alerted", "invited", "advised", "sent", "given",
    "offered",
))  # fmt: skip
AGENT = re.compile(r"""(?x)  # by whom; not "by writing", "by Friday"
    \s+ by \s+ (?! \w+ing \b | \d | the \s+ (?: end | time | date ) \b )
    (?P<who> (?: (?! (?: within | in | on | at | to | for | when | if | before | after | unless | with | as ) \b )
                 [\w’'-]+ \s* ){1,8} )""")
HELD = re.compile(r"""(?x)  # who holds a duty where no verb binds: "it is for X to", "the duty rests with X"
    \b [Ii]t \s+ (?: (?: is | will \s+ be ) \s+ for | falls \s+ to ) \s+ (?P<who> [^,;.]+? ) \s+ to \b
    | \b (?: [Rr]esponsibilit | [Dd]ut | [Aa]ccountab | [Dd]ecision ) [^.;]*? \s
        (?: rests? | lies | sits | remains? ) \s+ with \s+ (?P<with> [^,;.]+ )""")


OPPOSITES = frozenset(map(frozenset, (
    ("before", "after"), ("with", "without"), ("and", "or"), ("least", "most"), ("more", "less"), ("more", "fewer"),
    ("minimum", "maximum"), ("both", "either"),
)))  # fmt: skip
TURNING = frozenset(map(frozenset, (("not",), ("never",), ("only",))))  # where they come or go
TIMED = re.compile(  # what comes first, or how long it lasts: "before they drive"
    r"(?x) \b (?: before | after | until | once (?! \s (?: an? | every | each ) \s ) ) \s+"
    r" (?: the | an? | each | every | any | this | their | its | they | it | he | she | \w+ing ) \b [^,;:.]*"
)
REACH = tuple(  # of whom or what it holds: whether all became some is of weight, whether every became each is not
    tuple(frozenset(words.split()) for words in of)
    for of in (
        ("all", "every", "each", "any", "both"),
        ("some", "most", "many", "several", "certain", "at least one"),
    )
)
SMALL = frozenset((
    "the", "a", "an", "all", "any", "each", "every", "both", "their", "its", "his", "her", "of", "in", "for", "to",
    "by", "at", "on", "with", "and", "or",
))  # fmt: skip
REFERRED = re.compile(rf"\(?(?:\b[Ss]ee\s+)?{CROSS_REFERENCE}\)?")
NAMELESS = re.compile(r"(?:which|who|that|it|they|he|she|this|these|those|there|what)\b", re.IGNORECASE)
CLAUSE = re.compile(r"[;:(]\s*")
OPENS = re.compile(  # what opens a part of a sentence that is no subject
    r"(?i)(?:if|when|where|in|on|at|for|to|by|as|after|before|once|whilst|while|however|with|including|under|subject|who"
    r"|which)\b"
)
WORD = re.compile(r"[\w’'-]+")
LISTED = re.compile(r",\s*(?:and|or)?\s*|\s+(?:and|or|as\s+well\s+as|together\s+with)\s+", re.IGNORECASE)


# --- What is the same in other words ---------------------------------------------------------------

_SPELT = re.compile(rf"\b {SPELT} \b", re.VERBOSE)
_OFTEN = re.compile(rf"""(?x)
    \b (?: (?P<adverb> {" | ".join(OFTEN)} ) | (?: once \s )? (?: every | each ) \s (?P<each> {UNIT} )
        | (?P<few> once | twice ) | (?: ^ | (?<= within \s ) ) an? (?= \s {KIND_OF_DAY} {UNIT} ) ) \b
    """)


def _how_often(words: re.Match[str]) -> str:
    """How often, in the same words always: "1 times a year"; "a week" as one."""
    if words["adverb"]:
        return f"{4 if words['adverb'] == 'quarterly' else 1} times {OFTEN[words['adverb']]}"
    if words["few"]:
        return f"{('once', 'twice').index(words['few']) + 1} times"
    return f"1 times a {words['each']}" if words["each"] else "1"


_YEARS = re.compile(r"(\d+)year")
_WEEKS = re.compile(r"(\d+)(week|fortnight)")


def key_of(words: str) -> str:
    """Words as they are compared: "10-day" and "10 days" are one, so are "three" and 3, "annually" and "once a
    year", and cross-references say nothing."""
    plain = re.sub(r"[\s–-]+", " ", REFERRED.sub(" ", words).lower()).strip()
    plain = _SPELT.sub(lambda number: str(number_of(number[0])), _OFTEN.sub(_how_often, plain))
    key = "".join(word.removesuffix("s") for word in plain.split())
    key = _WEEKS.sub(lambda weeks: f"{(7 if weeks[2] == 'week' else 14) * int(weeks[1])}day", key)
    return _YEARS.sub(lambda years: f"{12 * int(years[1])}month", key)


_CASE = re.compile(r"(?:where|when|whenever|wherever|in (?:the event|cases?) (?:of|that|where|when))\b")
_FORMS = (
    (re.compile(r"\b(?:he or she|s/he|he|she)\b"), "they"),
    (re.compile(r"\b(?:his or her|his|her)\b"), "their"),
    (re.compile(r"\b(?:is|was|were)\b"), "are"),
    (re.compile(r"\bhas\b"), "have"),
    (re.compile(r"\b(?:the|an?)\s"), ""),
)


def condition_key(words: str) -> str:
    """A condition as it is compared: "where she is ill" is "when they are ill"."""
    plain = _CASE.sub("if", words.lower(), count=1)
    for form, one in _FORMS:
        plain = form.sub(one, plain)
    return key_of(plain)


# --- Numbers that say nothing ------------------------------------------------------------------------

_SUBS = r"(?: \( [a-z0-9]{1,4} \) )*"  # "4(b)", "17(10)(a)"
_PLAIN_NUMBER = re.compile(rf"(\d+ (?: \.\d+ )*) ({_SUBS})", re.VERBOSE)
# When a page on the web was looked at, which says nothing of the guidance.
_READ_ON = r"\b (?: accessed | last[ ]updated | retrieved ) (?: [ ]on )? :? [ ] \d{1,2} [ ] \w+ [ ] \d{4}"
READ = re.compile(_READ_ON, re.IGNORECASE | re.VERBOSE)
_COUNTED = re.compile(rf"""(?xi)
    (?P<address> (?: https?:// | www\. ) \S+ | \S+@\S+ )
  | (?P<residue> (?<= \S ) \d+ [A-Z] (?! \w ) )                              # of a note's mark: "harm.135F"
  | (?P<read> {_READ_ON} )
  | (?P<reference> (?-ix:{CROSS_REFERENCE})
        (?! [^.;]{{0,40}}? \b (?: Act | Regulations | Order | Rules ) \b ) )   # a place in law is another's number
  | (?P<number> \d+ (?: [.,]\d+ )* {_SUBS} )
    """)


def unit_of(reference: str) -> str:
    """What a cross-reference names the number of, as provisions have it for their kind."""
    return next((step.unit for step in cited_steps(reference)), "footnote" if reference[:1] in "nN" else "section")


def numbered(kind: str, number: str) -> str:
    """A number with what has it: annex 4 is not paragraph 4; sections and paragraphs are called by either name."""
    return f"{'paragraph' if kind == 'section' else kind} {number}"


def numbers_say_nothing(old: str, new: str, numbers: frozenset[tuple[str, str]]) -> bool:
    """Whether no number changed that says something: those of addresses, pages and dates of access say nothing, nor
    do those of cross-references that follow a renumbering."""
    if old == new:
        return True
    (told, referred), (tells, refers) = _counted(old), _counted(new)
    if told != tells or len(referred) != len(refers):
        return False
    pairs = ((was, now) for was, now in zip(referred, refers, strict=True) if was != now)
    return all((was[0], now[0]) in numbers and was[1] == now[1] for was, now in pairs)


def _counted(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The numbers of a text that say something, and those of its cross-references with what they have in brackets,
    in their order."""
    told: list[str] = []
    referred: list[tuple[str, str]] = []
    for match in _COUNTED.finditer(bare(text)):
        if match["reference"]:
            unit = unit_of(match["reference"])
            found = _PLAIN_NUMBER.findall(match["reference"]) if unit != "page" else ()
            referred += ((numbered(unit, number), subs) for number, subs in found)
        elif match["number"]:
            told.append(match["number"])
    return told, referred


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


def duties_since(comparison: Comparison, old: Iterable[Duty], new: Iterable[Duty]) -> dict[Duty, str]:
    """The duties of the newer edition that are not just so in the older one, each with what is seen of it: another
    strength, others who are bound, other words, or a place that is new. Numbers that follow others, links and signs
    change no duty."""
    new = tuple(new)
    before = strengths_before(comparison, old, new)
    stood = {anchor for change in comparison.changes if change.old for anchor in change.new}
    calm = ("none", "links and numbers only")
    still = {anchor for one in comparison.changes if one.level in calm and one.old for anchor in one.new}
    same = {(_words_of(d), d.strength, d.who, d.who_context) for d in old}
    sentences = {(words, strength) for words, strength, _, _ in same}
    found = {}
    for duty in new:
        words = _words_of(duty)
        if (words, duty.strength, duty.who, duty.who_context) in same or duty.at.anchor in still:
            continue
        if duty in before:
            found[duty] = f"{before[duty]} → {duty.strength}"
        elif (words, duty.strength) in sentences:
            found[duty] = "the same words, found to bind others"
        else:
            found[duty] = "other words, or new in its place" if duty.at.anchor in stood else "new, with its place"
    return found


def _words_of(duty: Duty) -> str:
    return " ".join(REFERRED.sub(" ", bare(duty.sentence)).casefold().split())


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
