"""A document as sentences, each with its place and, for the entry of a list, the words above the list that it
completes; and what a sentence says of a duty beside must, should and may: of whom the law asks something ("Section
11 places a duty on", "the Act requires X to"), and how soon or how often it is to be done. No name is known here.
"""

import re
from collections.abc import Iterator
from itertools import count, pairwise

from msgspec import Struct

from guidance.cite.grammar import KINDS_OF_DAY, NUMBER_WORDS, TENS, TIME_UNITS, TO_NINETEEN
from guidance.document.model import Block, Document, Limit, List, Para, Provision, Strength, Subheading, Table, Text
from guidance.document.walk import block_texts, ends_sentence

# the end of a sentence, where the next one begins like one
_STOP = re.compile(r"(?x) [.!?] [\"”’')\]]* (?= \s+ [\"“‘'(\[]* [A-Z0-9•] )")


class Sentence(Struct, frozen=True):
    """One sentence: `part` as in a Locus, `ordinal` from 0 within the part, `page` where it starts or None.

    `stem` is, for the first sentence of a list's entry, the sentence that introduces the list; `introduces` says
    that this sentence is itself followed by a list. `titles` are the headings above, outermost first.
    """

    anchor: str
    kind: str
    part: int
    ordinal: int
    start: int
    end: int
    words: str
    page: int | None
    stem: "Sentence | None" = None
    introduces: bool = False
    titles: tuple[str, ...] = ()


def split_sentences(plain: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text that are its sentences, without the space between them; "e.g." and "No." end none."""
    stops = (stop.end() for stop in _STOP.finditer(plain) if ends_sentence(plain, stop.start()))
    spans = []
    for start, end in pairwise((0, *stops, len(plain))):
        if words := plain[start:end].strip():
            at = plain.index(words, start)
            spans.append((at, at + len(words)))
    return tuple(spans)


def document_sentences(document: Document) -> Iterator[Sentence]:
    """Every sentence of a document's provisions and notes, in reading order; headings and figures are left out."""
    titles = {p.anchor: p.heading.plain for p in document.provisions if p.heading}
    for provision in document.everything:
        own = () if provision.level or not provision.heading else (provision.heading.plain,)  # a box's title
        above = (*(titles[anchor] for anchor in provision.parents if anchor in titles), *own)
        yield from _in_blocks(provision, above, provision.blocks, None, count(1 if provision.heading else 0))


def _in_blocks(
    provision: Provision,
    titles: tuple[str, ...],
    blocks: tuple[Block, ...],
    stem: Sentence | None,
    parts: Iterator[int],
) -> Iterator[Sentence]:
    """The sentences of some blocks of a provision. Its Texts take their numbers from `parts`, as `provision_texts`
    counts them: what a figure shows is no sentence, but its Texts count."""

    def read(text: Text, page: int | None, stem: Sentence | None, before_list: bool) -> Iterator[Sentence]:
        part, spans = next(parts), split_sentences(text.plain)
        for at, (start, end) in enumerate(spans):
            place = (provision.anchor, provision.kind, part, at, start, end, text.plain[start:end], page)
            introduces = before_list and at == len(spans) - 1
            yield Sentence(*place, stem if at == 0 else None, introduces, titles)

    lead = stem
    for block, following in zip(blocks, (*blocks[1:], None), strict=False):
        if isinstance(block, Para | Subheading):
            page = block.places[0].page if block.places else provision.page
            found = [*read(block.text, page, stem if block is blocks[0] else None, isinstance(following, List))]
            lead = found[-1] if found else lead
            yield from found
        elif isinstance(block, List):
            for item in block.items:
                yield from _in_blocks(provision, titles, item.blocks, lead, parts)
        else:
            for text in block_texts((block,)):
                if isinstance(block, Table):
                    yield from read(text, provision.page, None, False)  # each cell by itself
                else:
                    next(parts)
            lead = None


# --- What a sentence says of a duty beside must, should and may; no name is known here ------------

ADVERB = r"""
    (?: also | always | therefore | then | still | only | normally | ideally | usually | either | now | in[ ]turn
      | \w+ly )
"""
"""A part of a VERBOSE pattern: what may stand between a verb of duty and what it asks."""

# Words in -ed and -en behind "be" that say how somebody is, not what is done to them ("should be prepared").
_NOT_PASSIVE = r"""
    (?! concerned | experienced | skilled | committed | prepared | focused | balanced | need | indeed | even | open
      | often | qualified | child-centred | centred | evidence-based | limited | aligned | child-focused
      | determined | keen | seen \s+ as | involved | respected
      | assured | satisfied | convinced | persuaded | dedicated | motivated | attuned | versed | acquainted
      | reassured \s+ that | guided \s+ by | represented | registered | covered \s+ by )
"""
_PASSIVE = re.compile(rf"""(?x)
    (?: \s* , [^,]* , )?                                       # "should, where possible, be told"
    (?: \s+ {ADVERB} | \s+ not )* \s+
    (?: continue \s+ to \s+ | still \s+ )? (?: be | have \s+ been ) \s+
    (?: (?: \w+ly | also | then | first | sufficiently | well | fully | made | jointly ) \s+ )*
    {_NOT_PASSIVE}
    (?P<done> \w+ (?: ed | en )
            | given | made | kept | held | done | told | sought | known | brought | built | set | put | led | drawn
            | shown | sent | met | found | left | heard | understood | begun | begin | read | paid | dealt | borne
            | fed | laid | split | spent | let | lent | cut | caught | taught | bought | sold | lost | won | hung
            | subject                                          # "should be subject to review"
    ) \b
    """)


def passive(sentence: str, verb_ends: int) -> re.Match[str] | None:
    """The participle where a verb of duty is followed by "be done": then its subject is not the one bound."""
    return _PASSIVE.match(sentence, verb_ends)


DUTY = r"(?i: dut (?: y | ies ) | responsibilit (?: y | ies ) | obligations? )"
_KIND = r"""
    (?: (?: an? | the | this | these | new | its | their | legal | statutory | specific | general | following )
        \s+ )*
"""
_LAW = r"""
    \b (?: Act (?: \s+ \d{4} )? | [Rr]egulations (?= \s+ requires? \b )
         | Regulations? (?: \s+ \d{4} )? | Schedule | Order (?: \s+ \d{4} )? | Code | Duty
         | [Rr]egulation \s+ \d+ [A-Z]* (?: \( \w+ \) )* (?: \s+ of \s+ the \s+ [^,;.:]*? Regulations )?
         | [Ss]ection \s+ [\w()]+ (?: \s+ of \s+ the \s+ [^,;.:]*? Act \s+ \d{4} )? | [Ll]aw | [Ll]egislation ) \b
    (?: , (?! \s which ) [^,;.]* , (?! \s which ) )?           # "the Act, as amended,"
    (?: [^,;.:]*? \b and )?                                    # "the Duty was made in 2022 and requires"
"""
_TO_DO = r"\s+ (?: to | not \s+ to ) \s+ (?= [a-z] ) (?! which \b | whom \b )"

_STATEMENT = re.compile(rf"""(?x)
    # "the Act gives X the duty to", "we expect X to", "it is expected that X will"
    \b gives? \s+ (?P<given> [^;.:]{{2,120}}? ) \s+ (?: the | an? ) \s+ (?: \w+ \s+ )? {DUTY} {_TO_DO}
  | \b (?: [Ww]e | Government | Department (?: \s+ for \s+ \w+ )? | Secretary \s+ of \s+ State ) \s+
        (?: also \s+ )? (?: expects? | requires? ) \s+ (?P<expected> [^;.:,]{{2,120}}? ) {_TO_DO}
  | \b (?: [Ii]t \s+ is \s+ expected | [Tt]here \s+ is \s+ an \s+ expectation ) \s+ that \s+
        (?P<will> [^;.:,]{{2,80}}? ) \s+ will \b
    # "Section 11 places a duty on X to", "it also places duties on a range of bodies"
  | \b (?: [Pp]laces? | [Ii]mposes? | [Pp]uts? | contains? | creates? | lays? ) \s+ {_KIND} {DUTY}
        \s+ (?: up )? on \b
        (?: \s* (?P<list> : ) \s* $ | \s+ (?P<on> [^;.:]{{2,240}}? ) (?: {_TO_DO} | (?= [;.:] | $ ) ) )
    # "places upon X a duty to"
  | \b (?: places? | imposes? | puts? ) \s+ (?: up )? on \s+ (?P<upon> [^;.:]{{2,240}}? ) \s+
        {_KIND} {DUTY} {_TO_DO}
    # "a duty is placed on X to", "a duty is imposed by the Act on X to"
  | \b {DUTY} \s+ (?: is | are ) \s+ (?: also \s+ )? (?: placed | imposed | laid ) \s+
        (?: by \s+ [^,;.:]{{2,60}}? \s+ )? (?: up )? on \s+ (?P<placed> [^;.:]{{2,240}}? )
        (?: {_TO_DO} | (?= [;.:] | $ ) )
    # "duties fall on:"
  | \b {DUTY} \b [^,;.:]*? \s (?: falls? | rests? | lies? ) \s+ (?: up )? (?: on | with ) \s* (?P<falls> : ) \s* $
    # "there is a duty on X to", "there is a legal requirement for X to"
  | \b [Tt]here \s+ (?: is | are ) \s+ {_KIND} (?: {DUTY} | requirements? ) \s+ (?: up )? (?: on | for ) \s+
        (?P<there> [^;.:]{{2,120}}? ) {_TO_DO}
    # "the Act makes it a duty of X to", "the law makes it the duty of X to"
  | \b makes? \s+ it \s+ {_KIND} {DUTY} \s+ (?: of | for ) \s+ (?P<made> [^;.:]{{2,120}}? ) {_TO_DO}
    # "the duty to refer applies to X"
  | \b [Tt]he \s+ (?: [\w-]+ \s+ ){{0,4}}? {DUTY} (?: \s+ to \s+ [\w-]+ )? \s+ (?: also \s+ )? appl (?: y | ies )
        \s+ to \s+ (?P<applies> [^,;.]+ )
    # "the Act requires X to", "obliges X to"; but "this requires flexibility" binds nobody
  | {_LAW} \s+ (?: also \s+ )? (?: requires? | obliges? ) \s+ (?P<asked> [^;.]{{2,240}}? ) {_TO_DO}
    # "the Regulations require that X keep"
  | {_LAW} \s+ requires? \s+ that \s+ (?P<that> [^,;.:]{{2,80}} )
    # "the responsibility of X, as the Act says, is to"
  | (?: ^ | \b (?: [Tt]he | [Ii]ts | [Tt]heir ) \s+ ) (?: [\w-]+ \s+ ){{0,2}}? {DUTY}
        \s+ of \s+ (?P<task> (?! care \b ) [^,;.]{{2,120}}? )
        (?: \s* , [^;.]*? , )? \s+ (?: is | are ) {_TO_DO}
    # "the council's duty is to"
  | ^ (?: [Tt]he \s+ )? (?P<theirs> [^,;.:]{{3,60}}? ) (?: ['’]s | (?<= s ) ['’] ) \s+ (?: \w+ \s+ )? {DUTY}
        \s+ (?: is | are ) {_TO_DO}
    # "learning from it is the responsibility of X"; "it is the responsibility of X to" is told elsewhere
  | (?<! \b [Ii]t ) \s (?: is | are | remains? ) \s+ the \s+ (?: \w+ \s+ ){{0,2}}? (?: {DUTY} | task | job )
        \s+ of \s+ (?P<belongs> [^,;.:]{{2,120}} )
    # "the coroner’s duty to notify", "a requirement on X to supply", without a verb, as tables have it
  | (?: ^ (?: [Tt]he \s+ )? (?P<owner> [^,;.:]{{3,60}}? ) (?: ['’]s | (?<= s ) ['’] ) \s+ (?: \w+ \s+ )? {DUTY}
      | (?: ^ | : \s+ ) (?: \w+ \s+ )? (?: [Dd]uty | [Rr]equirement ) \s+ on \s+
            (?P<table> (?: (?! \s to \s ) [^;.:] ){{2,120}} ) )
        {_TO_DO}
        # but not "their duty to report is set out below"; "where the child was found" is no such verb
        (?! (?: (?! \b (?: which | where | who | whom | that | if | when ) \b ) . )*
            \b (?: is | are | was | were | has | have | does | do | will | must | should | may ) \b )
    # "a visit by X is required before": something that has to be, and by whom
  | (?: \b by \s+ (?P<by> [^,;.:]{{2,80}}? ) | (?P<thing> (?<= \w ) ) ) \s+ (?: is | are ) \s+
        (?: also \s+ | always \s+ )? required
        \s+ (?: before | by \s+ law | if | when | where | whenever | unless ) \b
    """)
_ASKS_NOTHING = re.compile(r"""(?x)
    \b which \s+ (?: also \s+ )? $                                            # tells which law is meant
  | \b (?i: no | not | never | nor | neither ) \s+ (?: \w+ \s+ ){0,2} $      # "does not place", "no duty"
    """)
_OF_NAMED = ("applies", "owner", "theirs", "that", "given", "expected", "will")
_SAYS = re.compile(r"dut(?:y|ies)|responsibilit|obligation|requir|obliges?|expect|task|job")


class Expression(Struct, frozen=True):
    """A binding phrase: where it stands in the sentence, its strength, and words that name who is bound where the
    phrase itself holds them ("it is for X to")."""

    start: int
    end: int
    strength: Strength
    holder: str = ""
    needs_subject: bool = False  # "is required to" binds only those who can act; "expertise is required to" nobody
    governs: bool = True  # whether a list behind it can be what is to be done
    listed: bool = False  # whether a list behind it names those bound: "places a duty on:"
    stated: bool = False  # whether `holder`, or nobody, is bound, whatever the subject is
    unsure: bool = False  # "may not", which forbids only somebody who could do it: else it is not so
    of_named: bool = False  # "need to" is asked of those alone whom the vocabulary has: others "need to" eat


def find_statements(sentence: str) -> Iterator[Expression]:
    """Where a sentence says that the law asks something, and of whom, in order."""
    if _SAYS.search(sentence.lower()) is None:
        return
    for match in _STATEMENT.finditer(sentence):
        if _ASKS_NOTHING.search(sentence, 0, match.start()):
            continue
        part = match.lastgroup or ""
        listed = part in ("list", "falls")
        holder = "" if listed or part == "thing" else match[part]
        named_only = part in _OF_NAMED
        yield Expression(*match.span(), "responsibility", holder, named_only, listed, listed, stated=True)


# --- How soon and how often ------------------------------------------------------------------------

SPELT = rf"""
    (?: (?: {" | ".join(TENS)} ) (?: [\s-] (?: {" | ".join(TO_NINETEEN[:9])} ) \b )?
      | {" | ".join(reversed(TO_NINETEEN))} )
"""
"""A part of a VERBOSE pattern: a number spelt out."""

_NUMBER = rf"(?: \d{{1,3}} | {SPELT} )"

UNIT = rf"(?: {' | '.join(TIME_UNITS)} | second (?= s \b ) )"
"""A part of a VERBOSE pattern: what time is counted in."""

KIND_OF_DAY = rf"(?: (?: {' | '.join(KINDS_OF_DAY)} ) [\s-] ){{0,2}}"
"""A part of a VERBOSE pattern: what may stand before a unit of time."""

OFTEN = {
    "hourly": "an hour", "daily": "a day", "weekly": "a week", "fortnightly": "a fortnight", "monthly": "a month",
    "quarterly": "a year", "termly": "a term", "annually": "a year", "yearly": "a year",
}  # fmt: skip
"""How often a thing is done, in one word, and the time that it is counted in."""

_UNITS = rf"(?: {KIND_OF_DAY} {UNIT} s? )"
_CLAUSE_ENDS = r"(?= \s* (?: [.,;)] | $ ) | \s+ (?: in | at | until | to | with | from | if | unless | when ) \b )"
_LIMIT = re.compile(rf"""(?xi)
    (?: \b (?: within | every | (?: no | not ) \s+ (?: later | longer | more | earlier | less | fewer | sooner )
                   \s+ than | (?<! aged [ ] ) at \s+ (?: least | most ) | a \s+ (?: maximum | minimum ) \s+ of
             | up \s+ to
             | (?: must | should | may ) \s+ not \b [^,;:.]{{2,80}}? \s for \s+ (?: longer | more ) \s+ than
             | not \s+ exceed
             | not \s+ last (?: \s+ (?: longer | more ) \s+ than )? )
        \s+ (?: (?: a | the | an | next | first | period | maximum | further | of ) \s+ )*
        (?: {_NUMBER} \s+ (?: to | or ) \s+ | \d{{1,3}} \s* [-–] \s* )?                # "24 to 48 hours": the later
        (?P<number> {_NUMBER} ) [\s-] (?P<unit> {_UNITS} ) \b
        (?! [\s-] (?: olds? | of \s+ age ) \b )                # "at least 16 years old"
      # "15 working days before the conference", "two weeks after"
      | \b (?P<bare> {_NUMBER} ) [\s-] (?P<bare_unit> {_UNITS} )
            (?= \s+ (?: before | after | from | following ) \b )
      # "keep it for six years"
      | \b (?: keep | kept | retain (?: ed )? | hold | held | stored? ) \b [^,;:.]*? \s for \s+
            (?P<kept> {_NUMBER} ) [\s-] (?P<kept_unit> {_UNITS} ) \b
      # "within a week"
      | \b within \s+ an? \s+ (?P<one> {_UNITS} ) \b )
    (?: \s+ (?P<since> (?: of | from | before | after | following | since | starting | beginning ) \s+
        (?: (?! \s+ (?: if | unless | where | when | and | but | so | about | must | should | may ) \b )
            [^,;:.()] )+ ) )?
  | \b (?: (?P<often> once | twice ) | (?P<count> {_NUMBER} ) \s+ times ) \s+
        (?: an? | per | each | every | in \s+ (?: an? | each | every ) ) \s+ (?P<cycle> {UNIT} ) \b
  | \b (?: every | each ) \s+ (?P<each> {UNIT} ) \b {_CLAUSE_ENDS}          # but "every day life"
  | \b (?: (?P<adverb> {" | ".join(OFTEN)} ) \b {_CLAUSE_ENDS} )  # "weekly", but no "weekly meeting"
    """)
_BRACKETS = re.compile(r"\([^()]*\)")


def find_limits(sentence: str) -> tuple[Limit, ...]:
    """The limits of time that a sentence sets, in order; what stands in brackets sets none. "Twice a year" is 2,
    "times a year"."""
    plain = _BRACKETS.sub(" ", sentence)
    return tuple(_limit(match) for match in _LIMIT.finditer(plain))


def _limit(match: re.Match[str]) -> Limit:
    often = (match["often"] or match["adverb"] or "").lower()
    if often or match["cycle"] or match["each"]:
        number = number_of(match["count"]) if match["count"] else {"twice": 2, "quarterly": 4}.get(often, 1)
        cycle = OFTEN[often] if match["adverb"] else f"a {(match['cycle'] or match['each']).lower()}"
        return Limit(number, f"time{'s' * (number > 1)} {cycle}")
    unit = match["unit"] or match["bare_unit"] or match["kept_unit"] or match["one"]
    number = 1 if match["one"] else number_of(match["number"] or match["bare"] or match["kept"])
    return Limit(number, " ".join(unit.lower().replace("-", " ").split()), " ".join((match["since"] or "").split()))


def number_of(words: str) -> int:
    """A number in figures or spelt out: "12", "twelve", "twenty-one"."""
    if words.isdigit():
        return int(words)
    return NUMBER_WORDS["-".join(words.lower().replace("-", " ").split())]
