"""The words that carry meaning between two texts: what binds, and how strongly; limits, figures, conditions,
addressees; and which numbers say nothing.

Patterns, and what they find in a sentence; what changed of a duty is told by `duty_changes`.
"""

import re

from msgspec import Struct

from guidance.compare.units import bare
from guidance.link.citations import CROSS_REFERENCE, read_places
from guidance.link.modality import Expression, find_phrases
from guidance.link.sentences import KIND_OF_DAY, OFTEN, SPELT, UNIT, count

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
        "responsible",
        re.compile(
            r"responsib | accountab | \b (?: task | job | decisions? ) \b | \b (?: with | for | falls ) \b",
            re.IGNORECASE | re.VERBOSE,
        ),
    ),
    ("must", re.compile("")),
)
STRONG = frozenset({"must", "must not", "should", "should not", "should consider", "responsible"})
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
        BindingVerb(
            one.start, one.end, words[one.start : one.end].strip(), one.strength, _weight(words, one), one.holder
        )
        for one in phrases  # "it is the council's duty to" is found as a phrase and as a statement of the law
        if not (one.stated and any(o.start < one.end and one.start < o.end for o in phrases if not o.stated))
    ]
    for match in _BESIDE.finditer(words if words[:1].islower() else words[:1].lower() + words[1:]):
        kind = match.lastgroup or ""
        over = [one for one in found if one.start < match.end() and match.start() < one.end]
        name = over[0].strength if kind == "nobody" and over else _STRENGTH[kind]
        finer = kind in ("only", "shouldconsider") or (kind == "nobody" and name.endswith("not"))
        if not over or finer:  # else the ledger knows these words better
            weight = "responsible" if kind == "responsible" else name
            found = [one for one in found if one not in over]
            found.append(BindingVerb(*match.span(), match[0], name, weight))
    return sorted(found, key=lambda one: one.start)


def _weight(words: str, one: Expression) -> str:
    if one.strength != "responsibility":
        return one.strength
    said = words[one.start : one.end].replace(one.holder or "\n", " ")
    return "must" if one.stated else next(weight for weight, pattern in _WEIGHTS if pattern.search(said))


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
WHOLE_LIMIT = re.compile(  # with its bound, and from when it runs, to the end of these words
    rf"""
    (?: \b (?: within | at \s+ least | at \s+ most
            | (?: no \s+ | not \s+ )? (?: more | less | fewer | later ) \s+ than
            | up \s+ to | every | after | before ) \s+ (?: the \s+ )? )?
    (?: {LIMIT.pattern} )
    (?: \s+ (?: of | from | after | before | following | since ) \s+ (?: (?! \s+ and \b ) [^,;:.] )* )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
FIGURE = re.compile(
    rf"""
    [£€$] \s? \d+ (?: [.,]\d+ )* (?: \s? (?: m | k | million | billion ) \b )?  # "£5,000"
  | \b \d+ (?: [.,]\d+ )* \s? (?: % | per \s? cent \b | percent \b )
  | \b (?: under | over | below | above | aged? | age \s+ of | ages \s+ of | up \s+ to | at \s+ least
         | (?: no \s+ | not \s+ )? (?: more | fewer | less ) \s+ than ) \s+ (?: the \s+ age \s+ of \s+ )?
        {_NUMBER} (?: \s? % | \b ) (?: \s per \s? cent \b )?
        (?! \s+ times \b | [\s-] {KIND_OF_DAY} {UNIT} )  # that is a limit
  | \b {_NUMBER} [\s-] (?: year | month | week ) s? [\s-] olds? \b
  | \b \d+ (?: st | nd | rd | th ) \s+ birthday \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
COUNT = re.compile(  # any other number with what it counts: "12 bells"
    rf"""
    (?<! [\w.,/§-] ) (?! (?: one | One | \d{{4}} ) \b ) {_NUMBER} \s+
    (?! (?: of | and | or | to | in | on | at | about | the | for | by | is | was | are | above | below | with
          | from | which | that | as | when | if | it | this | these | their | has | have | sets? | says ) \b )
    [a-z]{{3,}} (?: [ ] [a-z]+ (?<= s ) )? \b
    """,
    re.VERBOSE,
)
ALONE = re.compile(  # a number by itself; no year or day
    rf"""
    (?<! [\w.,/§-] ) (?! (?: 19 | 20 ) \d\d \b ) \d+ (?: [.,]\d+ )* \b (?! [/-]\w | \s+ (?: {_MONTHS} ) \b )
    """,
    re.VERBOSE,
)
CONDITION = re.compile(  # what a duty hangs on, to the end of its clause
    r"""
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
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WHOM = r"""
    (?= (?: the | an? | all | any | each | every | both | their | its | other | local | relevant | senior
          | children | people | police | (?-i: [A-Z] ) [\w’'-]+ | [\w’'-]+ (?<! s ) s ) \b )
    (?: (?! (?: that | about | of | when | if | whether | where | within | in | on | at | by | for | who | which
              | how | what | to | before | after | as | without | with | unless | so | using ) \b )
        [\w’'-]+ \s* ){1,6}
"""
ADDRESSEE = re.compile(  # whom one is to tell or ask, or to give something to
    rf"""
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
    """,
    re.IGNORECASE | re.VERBOSE,
)
NOBODY = re.compile(  # what is informed, or things are given to, and is nobody
    r"""
    (?: (?: the | an? | any | all | their | its | this | these | local | other ) \s+ )*
    (?: flow | services? | section | paragraph | chapter | annex | part | act | page | figure | needs? | views?
      | wishes | weight | welfare
      | advice | help | guidance | information | work | practice | decisions? | discussions?
      | improvements? | planning | thinking | provision | safety | impact | potential | ways? )
    \b (?! \s+ (?: providers? | users? | teams? ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
TOLD = frozenset((
    "told", "notified", "informed", "consulted", "asked", "alerted", "invited", "advised", "sent", "given",
    "offered",
))  # fmt: skip
AGENT = re.compile(  # by whom; not "by writing", "by Friday"
    r"""\s+ by \s+ (?! \w+ing \b | \d | the \s+ (?: end | time | date ) \b )
    (?P<who> (?: (?! (?: within | in | on | at | to | for | when | if | before | after | unless | with | as ) \b )
                 [\w’'-]+ \s* ){1,8} )""",
    re.VERBOSE,
)
HELD = re.compile(  # who holds a duty where no verb binds: "it is for X to", "the duty rests with X"
    r"""\b [Ii]t \s+ (?: (?: is | will \s+ be ) \s+ for | falls \s+ to ) \s+ (?P<who> [^,;.]+? ) \s+ to \b
    | \b (?: [Rr]esponsibilit | [Dd]ut | [Aa]ccountab | [Dd]ecision ) [^.;]*? \s
        (?: rests? | lies | sits | remains? ) \s+ with \s+ (?P<with> [^,;.]+ )""",
    re.VERBOSE,
)


def binds(words: str) -> bool:
    """Whether a sentence says a duty, by its words."""
    return any(verb.weight in STRONG for verb in find_verbs(words)) or HELD.search(words) is not None


OPPOSITES = frozenset(map(frozenset, (
    ("before", "after"), ("with", "without"), ("and", "or"), ("least", "most"), ("more", "less"), ("more", "fewer"),
    ("minimum", "maximum"), ("both", "either"),
)))  # fmt: skip
TURNING = frozenset(map(frozenset, (("not",), ("never",), ("only",))))  # where they come or go
TIMED = re.compile(  # what comes first, or how long it lasts: "before they drive"
    r"\b (?: before | after | until | once (?! \s (?: an? | every | each ) \s ) ) \s+"
    r" (?: the | an? | each | every | any | this | their | its | they | it | he | she | \w+ing ) \b [^,;:.]*",
    re.VERBOSE,
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
    r"(?:if|when|where|in|on|at|for|to|by|as|after|before|once|whilst|while|however|with|including|under|subject|who"
    r"|which)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[\w’'-]+")
LISTED = re.compile(r",\s*(?:and|or)?\s*|\s+(?:and|or|as\s+well\s+as|together\s+with)\s+", re.IGNORECASE)


# --- What is the same in other words ---------------------------------------------------------------

_SPELT = re.compile(rf"\b {SPELT} \b", re.VERBOSE)
_OFTEN = re.compile(
    rf"""
    \b (?: (?P<adverb> {" | ".join(OFTEN)} ) | (?: once \s )? (?: every | each ) \s (?P<each> {UNIT} )
        | (?P<few> once | twice ) | (?: ^ | (?<= within \s ) ) an? (?= \s {KIND_OF_DAY} {UNIT} ) ) \b
    """,
    re.VERBOSE,
)


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
    plain = _SPELT.sub(lambda number: str(count(number[0])), _OFTEN.sub(_how_often, plain))
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
_COUNTED = re.compile(
    rf"""
    (?P<address> (?: https?:// | www\. ) \S+ | \S+@\S+ )
  | (?P<residue> (?<= \S ) \d+ [A-Z] (?! \w ) )                              # of a note's mark: "harm.135F"
  | (?P<read> {_READ_ON} )
  | (?P<reference> (?-ix:{CROSS_REFERENCE})
        (?! [^.;]{{0,40}}? \b (?: Act | Regulations | Order | Rules ) \b ) )   # a place in law is another's number
  | (?P<number> \d+ (?: [.,]\d+ )* {_SUBS} )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def unit_of(reference: str) -> str:
    """What a cross-reference names the number of, as provisions have it for their kind."""
    found = (step.unit for cited in read_places(reference) for step in cited.steps)
    return next(found, "footnote" if reference[:1] in "nN" else "section")


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
