"""Where a sentence binds: must, should, may and the phrases of responsibility, told apart from quotations,
questions, reports and mere possibility. Whom it binds is not decided here."""

import re
from collections.abc import Iterator

from guidance.document.model import Strength
from guidance.link.sentences import ADVERB, DUTY, Expression, find_statements

_MODAL = re.compile(rf"""(?xi)
    (?<! \b a \s ) (?<! \b the \s )                  # but "a must for schools"
    \b (?: (?P<verb> must | should | may | shall ) | (?P<ought> ought ) (?= \s+ (?: not \s+ )? to \b ) )
    (?-i: \d*[A-Z] )? \b                              # "must1F": what a word processor leaves of a note's mark
    (?:
        (?: \s+ {ADVERB} )*?                         # "should therefore not"
        (?P<neg> \s+ (?: not (?! \s+ only )           # "should not only ask": nothing is forbidden
                       | never
                       | no \s+ longer
                       | (?: at | in | on | by | under )[ ]no[ ](?: time | case | account | means | circumstances )
                       | neither ) )
      | , [^,;:.]{{2,40}} ,                           # "should, in such cases, not": denied behind an aside
        (?P<late> \s+ (?:
            # but "under the rules, not by habit": it is the way that is denied, and nothing forbidden
            not (?! \s+ (?: only | merely | just | simply | by | in | on | at | for | from | to | with | under
                         | through | as | because | when | where | if | until | the | an? ) \b )
          | never ) )
    )?
    (?! \w )
    """)
_INVERTED = re.compile(r"""(?x)  # behind "should": a condition without "if"
    \s+ (?:
        (?: the | an? | any | this | that | these | those       # "should the need arise"
          | they | it | there | he | she | we | you             # "should they be worried"
          | their | its | his | her | your | our | such
          | any (?: one | body ) | some (?: one | body ) ) \s
      | (?! always | sometimes | perhaps | besides | towards | afterwards )
        [a-z]{4,} (?<! [su] ) s \s                              # "should concerns remain": a plural follows
    )
    """)
# "including, but should not be limited to"
_LISTED = re.compile(r"(?xi) \b (?: including | includ (?: es? | ing ) ) ,? \s+ but \s+ $")
# "the area in which it is placed is responsible for"; "is not required to" asks nothing, "is not only" does
_NO_VERB = r"(?! (?: is | are | be | never | no [ ] longer | not (?! [ ] (?: only | merely ) \b ) ) \b )"
_TASK = rf"(?: {DUTY} | task | job )"
_OWING = re.compile(rf"""(?xi)
    \b (?:
        # "are jointly responsible for"
        (?: (?: will | would ) \s+ )? (?: is | are | be | remains? ) \s+ (?: {_NO_VERB} \w+ \s+ ){{0,3}}?
            (?: responsible | accountable ) \b (?: \s+ and \s+ \w+ )? \s+ (?: for | to ) \b
        # "has a statutory duty to"; but "have no duty", and "has parental responsibility for" somebody
      | (?: has | have | holds? | shares? | retains? | owes? ) \s+
            (?: (?! no \b | parental \b ) [\w-]+ ,? \s+ ){{0,5}}? {DUTY} \s+ (?: of \s+ care \s+ )?
            (?: to | for | under | towards | in \s+ (?: relation | respect ) \b ) \b
        # "are legally required to"
      | (?P<person> (?: (?: will | would ) \s+ )? (?: is | are | be ) \s+ (?: {_NO_VERB} \w+ \s+ ){{0,2}}?
            (?: required | obliged | expected ) \s+
            (?: by \s [^,;.]{{3,40}}? \s | (?: \w+ ,? \s+ ){{0,2}}? ) to ) \b
        # "need to", "will then have to", "are to"; but "may need to", "are to blame"
      | (?P<needs> (?: will \s+ (?: (?! never | not | rarely | seldom ) \w+ \s+ )? )?
            (?: needs? | has | have ) \s+ (?: also \s+ )? to
            | (?: is | are ) \s+ to \b (?! \s+ (?: blame | be ) \b ) ) \b
        # "are legally bound to", "is bound by law to"
      | (?: is | are ) \s+ (?: legally \s+ )? bound \s+ (?: by \s+ (?: the \s+ )? \w+ \s+ )? to \b
        # "is under a legal duty to"
      | (?: (?: will | would ) \s+ )? (?: is | are | be ) \s+ under \s+ an? \s+ (?: \w+ \s+ ){{0,2}}
            (?: duty | obligation ) \s+ to \b
        # "are subject to the section 11 duties"
      | (?P<subject> (?: is | are | be ) \s+ subject \s+ to \s+ (?: the | an? ) \s+
            (?: [\w-]+ \s+ ){{0,4}}? {DUTY} ) \b
        # "it is the council's duty to"
      | \b [Ii]t \s+ (?: is | remains | will \s+ be ) \s+ (?: the \s+ )? (?P<its> [^,;.:]{{3,60}}? )
            (?: ['’]s | (?<= s ) ['’] ) \s+ (?: \w+ \s+ )? {_TASK} \s+ to \b
        # "it is the duty of X to", "it is for X to"
      | \b [Ii]t \s+ (?: is | remains | will \s+ be ) \s+
            (?: the \s+ (?: \w+ \s+ ){{0,2}} {_TASK} \s+ of | for ) \s+
            (?P<whose> [^,;.]+? ) (?: , [^,;.]+ , )? \s+ to \b
      | (?: is | remains ) \s+ for \s+ (?P<decides> [^,;.]{{3,60}}? ) \s+ to \s+ (?: decide | determine | judge ) \b
        # "it falls to X to"
      | \b [Ii]t \s+ falls \s+ (?: to | on ) \s+ (?P<falls> [^,;.]+? ) \s+ to \b
        # "responsibility for this rests with X, and locally with Y"
      | (?: {_TASK} | accountability | decisions? ) \b [^,;.]*? \s
            (?: lies | rests | remains | falls | is (?= \s+ (?: with | on ) \s ) | is \s+ held | sits ) \s+
            (?P<with> [^;.]*? \b (?: with | on | by ) \s+ (?: (?! , \s+ it \b ) [^;.] )+ )
    )
    """)
# denied, or told by a verb of its own
_NOT_OWING = re.compile(r"""(?x)
    \b (?: (?: no \s+ longer | not | never | rarely | seldom ) \s*
         | (?: must | should | may | might | can | could | would ) \s+ (?: \w+ \s+ )? ) $
    """)
# What a sentence says in any case that holds one of these: most say none, which is soon known.
_VERBS = ("must", "should", "may", "shall", "ought")
_OWING_SAYS = re.compile(
    r"responsib|accountab|dut|obligat|required|obliged|expected|falls|bound|task|job|decision|need"
    r"|\b(?:ha(?:s|ve)|is|are|also) to\b|\b(?:is|be|remains)\s+for\b"
)
_NO_SUBJECT = re.compile(  # "no child should": what nobody should do is forbidden
    r"(?xi) (?: ^ | [,;:] \s+ | \b (?: and | but ) \s+ ) (?: no (?: \s+ one )? | neither | none | nobody"
    r" | nothing ) \b [^,;:]* $"
)
_SUBORDINATE = re.compile(  # what begins a clause in which a verb of duty may not bind
    r"(?i)\b(whether|how|what|who|whom|whose|which|why|when|where|wherever|that|if|as\s+if)\b"
)
_FINITE = re.compile(r"""(?xi)  # a verb that ends such a clause: what comes behind it is the main clause again
    \b (?: is | are | was | were | has | have | had | will | would | can | could | do | does | did
         | works? | needs? | becomes? | suffers? | occurs? | arises? | remains? | lives? | comes? | applies | apply
         | takes? | results? | considers? | believes? | thinks? | identif (?: y | ies ) | continues? ) \b
    """)
# "the Act says that they must": what is told of another text; a new clause ends the report
_REPORT = re.compile(r"""(?x)
    # what somebody once said binds nobody: "children told us that adults should listen"
    (?: (?<! is \s ) (?<! are \s ) (?<! be \s ) (?<! been \s )     # but "it is recommended that"
        \b (?: said | told (?: \s+ \w+ ){0,3} | found | concluded | recommended | suggested | reported | argued
           | agreed | held | ruled | thought | believed | hoped | intended | stated | wrote | commented | felt
           | proposed ) \s+ (?: also \s+ )?
      | \b (?: aim | hope | ambition | vision | view | opinion ) \s+ (?: of \s+ [^,;:.]+ )?
            (?: is | was | remains ) \s+
    ) that \b (?! .* [,;:] )
  | \b (?: [Rr]esearch | [Ss]tudies | [Ss]urveys | [Ee]vidence ) \s+ (?: also \s+ )?
        (?: suggest | show | indicate | find ) s? \s+ that \b (?! .* [,;:] )
  | \b (?: said | read | wrote | told (?: \s+ \w+ ){0,2} ) : \s [^;:]* $            # "the poster said: pupils must"
  | \b (?: said | thought | felt | believed | argued ) \s+          # "he thought the council should pay"
        (?= (?: the | an? | their | his | her | our | my | they | he | she | we | it | all | every ) \s ) [^,;:]* $
  | \b (?: states? | stipulates? | specif (?: y | ies ) | says? | provides | requires? | explains?
         | makes? \s+ (?: it \s+ )? clear
         | promotes \s+ the \s+ (?: view | principle ) )
    \s+ (?: also \s+ )? that \b (?! .* [;:] )
    """)
_DENIAL = re.compile(r"""(?xi)  # "this does not mean that they should"
    \b (?: (?: does | do | did ) \s+ not \s+ (?: mean | imply | suggest | require )
         | (?: nothing | none ) \b [^,;:.]* \s (?: means | implies | suggests | requires )
         | not \s+ be \s+ (?: taken | read | understood | interpreted ) \s+ (?: to \s+ mean | as \s+ \w+ing ) )
    \s+ (?: that \s+ )? [^,;:.]* $
  | \b not \s+ (?: every | all | each ) \b [^,;:.]* $               # "not every fall must be reported"
  | \b (?: rule | belief | claim | argument | assumption ) ,? \s that \s [^,;:.]* $
  | \b (?: words? | verbs? ) \s (?: (?: must | should | may | can ) (?: , | \s (?: and | or ) ) \s )* $
    """)
_ASIDE = re.compile(r"""(?xi)  # "where possible", "if necessary": no clause, though it begins like one
    \b (?: where | wherever | when | whenever | if | as ) \s+
    (?: (?: is \s+ )? (?: reasonably \s+ )?
        (?: possible | practicable | necessary | appropriate | relevant | applicable | needed | required ) ) \b
    """)
_PUT_IN = re.compile(r"\b([Ii]f|[Ww]hen|[Ww]here|[Oo]nce)(,\s[^,;:]{2,60},)")  # "if, in need, it has to"
# "the steps that they should take": the clause says which; but "it means that they must"
_THINGS_THAT = re.compile(r"""(?xi)
    \b (?: (?! means | ensures | requires | recogni[sz]es | considers | believes | suggests | shows | indicates
         | expects | remains ) \w{3,} s
     | steps? | actions? | things? | process (?: es )? | documentation | guidance | support | information
     | measures | arrangements? | improvements? | matters? | ways? | questions? | tasks? | those | services?
     | factors? | criteria | reason ) \s+ $
    """)
_THOUGHT = re.compile(r"""(?xi)  # "those they think should come": what is thought of somebody is no duty of theirs
    \b (?: think | consider | believe | feel | judge ) s? \s+
    (?: (?: (?: they | it | he | she | we ) \s+ )? $
      | that \s (?! .* \b (?: is | are | has | have | may | can | will | would ) \b ) [^,;:.–]* $ )
  | \b than \s+ (?: they | it | he | she | we | you ) \s+ $                  # "further than they must"
    """)
_THERE_ARE = re.compile(r"There\s+(?:is|are)\b")  # "There are clubs whose part should be considered": told of them
_GUIDANCE = re.compile(  # "the Commission publishes advice on lists, which should be read", with a comma or without
    r"(?x) \b (?: provides | publishes | issues | has \s+ (?: issued | published | produced ) ) \b [^,;:]*"
    r" \b (?: guidance | advice ) \b [^,;:]* $"
)
_STEPS = re.compile(r"""(?xi)  # "the list shows the steps schools should take": which steps they are
    \b (?: shows? | sets? \s+ out | lists? | explains? | describes? | outlines? | covers? | gives? | summarises? )
    \s [^,;:.]* \b (?: steps? | actions? | things? | measures? | matters? | factors? | criteria | tasks? )
    \s+ (?: (?: the | all | local ) \s+ )? [\w’-]+ (?: \s+ [\w’-]+ )? \s+ $
    """)
_FELT = re.compile(r"\s+have\s+(?:been|felt|thought|known|seemed|wondered|suffered|feared)\b")  # taken to be so
_REGRET = re.compile(r"\s+have\s[^,;:.]*\b(?:sooner|earlier|at\s+the\s+time)\b")  # "should have asked sooner"
_STRESSED = re.compile(  # "it must be stressed that": the writer to the reader
    r"\s+be\s+(?:(?:stressed|emphasised|remembered|noted|said|acknowledged|recognised|understood)\s+that"
    r"|(?:taken|read|understood|interpreted)\s+(?:to\s+mean|as\s+\w+ing))\b"
)
_IT_ALONE = re.compile(r"\b(?:[Ii]t|[Tt]his|[Tt]hat|[Tt]hese)\s+(?:also\s+)?$")
_FOLLOWED = re.compile(r"\s+be\s+(?:followed|read|used|applied)\b")
# "whether it can and should be shared", "whether it should stay or should go": one question with two verbs
_COORDINATED = re.compile(r"""(?xi)
    \b (?: can | could | may | might | must | should | will | would ) \s+ (?: [\w-]+ \s+ ){0,4} (?: and | or ) \s+ $
    """)
_WHAT_TO = re.compile(r"""(?xi)  # "decisions over what help to give", "on whether to meet": the clause is whole
    \b (?: whether | how | when | where | who | whom | (?: what | which ) (?: \s+ [\w-]+ ){0,2} )
        \s+ to \s+ (?! and \b ) [\w-]+
    """)
# "will be a social worker who should": told of one who was not known; "it is the police who"
_ONE_WHO = re.compile(r"""(?x)
    (?: \b (?: be | is | are | by | with | to | from ) \s+ an? | ^ It \s+ (?: is | will \s+ be ) )
    \s+ (?P<who> [^,;:]{3,60}? ) \s+ who \s+ (?: \w+ly \s+ | also \s+ )? $
    """)
_AT_NO_TIME = re.compile(r"(?:Never|Nor|(?:Under|At|On|In)\s+no)\b")
_ONLY_THEN = re.compile(rf"{_AT_NO_TIME.pattern}|(?:Only|Not\s+until)\b")
_WHOM = re.compile(r"\s*(?:the|an?|any|each|every|their|its)\b", re.IGNORECASE)  # "who the right person should be"
_NOUN_THEY = re.compile(r"""(?xi)  # "the changes they must make": a clause that says which
    \b (?! means \b | believes \b                              # but "it means they should"
         | (?: case | circumstance | instance | situation | stage | time | area ) s \b )  # "in cases they"
    \w{4,} s \s+ they \s+ (?: \w+ly \s+ )? $
    """)
_WHICH_THEY = re.compile(r"""(?x)  # "the part they have to play", "the law that schools and colleges need to know"
    (?: ^ | \s ) (?! (?: and | but | so | that | then | because | or | means ) \b ) [a-z]+ \s+ (?: they | it ) \s+ $
  | \b \w{3,} s? \s+ (?<! means[ ] ) (?<! is[ ] ) (?<! ensures[ ] ) that \s+ [^,;:]{3,60} $
    """)
# what stands between "that" and the verb is a subject: "that local partners should"
_NAMES_ONE = re.compile(r"""(?xi)
    \s* (?: (?: the | an? | all | any | each | every | they | it | local ) \b (?: \s+ \S+ ){0,6}
          | \S+ (?: \s+ \S+ )? ) \s* $
    """)
_QUOTES = re.compile(  # what is quoted binds nobody here; within single quotes an apostrophe ends nothing
    r"“[^”]*”|\"[^\"]*\"|(?<![\w’])‘[^’]*(?:’(?=\w)[^’]*)*’(?!\w)"
)
_POSSIBLE = re.compile(r"""(?xi)  # behind "may": what can happen, or be so, and no power
    \s* (?:
        be \b (?! \s+ (?: delegated | escalated | applied | combined | extended | appointed ) \b )  # as powers are
      | have | not | include | need | feel | find | indicate | contain | suffer | experience | exist | arise
      | occur | involve | result | vary | differ | relate | become | help | affect | impact | know | hold | cause
      | lead | play | appear | benefit | come | still | well | or | already | no | seem | depend | cover | reflect
      | lack | fall | present | want | highlight | face | raise | jeopardise | live | limit | mean | remain
      | struggle | form | pose | overlap | happen | go
      | also \s+ (?: be | have | include | need | help | find | feel | provide )
      | provide \s+ opportunit                                 # "may provide opportunities"
      | work \s+ in | never | in \s+ turn
      | (?-i: \w+ly \s+ (?: (?: and | or ) \s+ \w+ly \s+ )? (?: know | be | have | need | feel ) )
    ) \b
    """)
# behind "may": what somebody is free to do whose name no vocabulary has ("Parents may ask")
_ASKING = re.compile(r"""(?xi)
    \s* (?: also \s+ )?
    (?: request | ask | require (?= \s (?: the | any | an? ) \s [^.]* \s to \b ) | apply | appeal | choose | contact
      | decide | wish | make \s+ a ) \b
    """)


def find_expressions(sentence: str, *, entry: bool = False) -> tuple[Expression, ...]:
    """The binding phrases of a sentence, in order; `entry` says that it completes a line above a list. Possibility
    is not yet told from power: see `is_power`."""
    if sentence.rstrip("”’\"')").endswith("?"):
        return ()
    found = find_phrases(sentence, entry=entry)
    if not found:
        return ()
    quoted = [match.span() for match in _QUOTES.finditer(sentence)]
    outside = _QUOTES.sub(lambda quote: "“" + "x" * (len(quote[0]) - 1), sentence)  # a title holds no clause of it
    return tuple(
        e for e in found if not any(start < e.start < end for start, end in quoted) and not _embedded(outside, e)
    )


def find_phrases(sentence: str, *, entry: bool = False) -> list[Expression]:
    """The phrases of a sentence that bind, in order, whatever clause they stand in: what comparisons go by."""
    held = sentence.lower()
    found = [*_modal(sentence, entry)] if any(verb in held for verb in _VERBS) else []
    found += _owing(sentence, entry) if _OWING_SAYS.search(held) else ()
    found += find_statements(sentence)
    return sorted(found, key=lambda e: e.start)


def _modal(sentence: str, entry: bool) -> Iterator[Expression]:
    for match in _MODAL.finditer(sentence):
        verb = (match["verb"] or "should").lower()
        if (match.start() == 0 and not entry) or match["verb"] == "May":
            continue  # "Should a child ...": a condition; "May": the month
        if verb == "should" and _INVERTED.match(sentence, match.end()) and not is_inverted(sentence):
            continue
        negated = match["neg"] or match["late"]
        if negated and _LISTED.search(sentence, 0, match.start()):
            continue
        at_no_time = _AT_NO_TIME.match(sentence) and "," not in sentence[: match.start()]
        strength: Strength = "may" if verb == "may" else "must" if verb in ("must", "shall") else "should"
        if negated or at_no_time or _NO_SUBJECT.search(sentence, 0, match.start()):
            strength = denied(strength)
        shall = verb == "shall"  # "section 61 shall not apply": of nobody who could do it
        unsure = verb == "may" and bool(negated)
        yield Expression(*match.span(), strength, needs_subject=shall, unsure=unsure, of_named=shall)


def _owing(sentence: str, entry: bool) -> Iterator[Expression]:
    for match in _OWING.finditer(sentence):
        if _NOT_OWING.search(sentence, 0, match.start()) or re.search(r"\bno\b", match[0]):
            continue
        if entry and match.group().lower().startswith("be "):
            continue  # "should: oversee and be responsible for": the line above the list says how strongly
        yield Expression(
            *match.span(),
            "responsibility",
            match["whose"] or match["its"] or match["decides"] or match["falls"] or match["with"] or "",
            needs_subject=bool(match["person"] or match["needs"]),
            governs=not match["subject"],
            of_named=bool(match["needs"]),
        )


def _embedded(sentence: str, expression: Expression) -> bool:
    """Whether a phrase stands in an indirect question, a restrictive clause, a condition or a report."""
    before = sentence[: expression.start]
    if (
        any(told.search(before) for told in (_REPORT, _DENIAL, _THOUGHT, _STEPS))
        or (expression.strength == "must" and _FELT.match(sentence, expression.end))
        or _REGRET.match(sentence, expression.end)
        or (sentence.startswith("Had ") and sentence.startswith(" have ", expression.end))
        or (_IT_ALONE.search(before) and _STRESSED.match(sentence, expression.end))
        or (_NOUN_THEY.search(before) and not _SUBORDINATE.search(before))
        or (expression.of_named and _WHICH_THEY.search(before))
    ):
        return True
    if _ONE_WHO.search(before):
        return False
    before = _PUT_IN.sub(lambda aside: aside[1] + " " * len(aside[2]), before)
    before = _ASIDE.sub(lambda aside: " " * len(aside.group()), before)
    before = _WHAT_TO.sub(lambda clause: " " * len(clause.group()), before)
    *_, subordinate = (None, *_SUBORDINATE.finditer(before))
    if subordinate is None:
        return False
    word, between = subordinate[1].lower(), before[subordinate.end() :]
    if re.search(r"[,;:]\s", between) or between.rstrip().endswith((",", ";", ":")):
        return False
    lead = before[: subordinate.start()]
    if word in ("who", "whose", "which", "that") and (
        (_THERE_ARE.match(sentence) and not re.match(r"\s*(?:they|it|you)\b", between))
        or (_GUIDANCE.search(lead) and _FOLLOWED.match(sentence, expression.end))
    ):
        return False
    if word in ("whether", "how") and _COORDINATED.search(between):
        return True
    if word == "whose" or (word == "who" and _WHOM.match(between)):
        return not _FINITE.search(between)
    if word == "which" and not lead.strip():
        return not _FINITE.search(between)  # "Which forms a landlord must keep"
    if word in ("who", "which", "whom", "that"):
        if word == "that" and between.strip():
            return bool(_THINGS_THAT.search(lead) and _NAMES_ONE.match(between))
        if not between.strip():
            return not lead.rstrip().endswith((",", ";"))
        one = re.fullmatch(r"\s*(?:the\s+|all\s+|local\s+)?[\w’-]+(?<!\scase)(?:\s+they)?\s*", between)
        return one is not None and word != "who"
    if between.strip().startswith("to ") or not between.strip():
        return word not in ("where", "wherever", "when", "if") or bool(lead.strip())
    return not _FINITE.search(between) and not re.search(r"\w+\s+\w+\s+(?:they|it)\s*$", between)


def denied(strength: Strength) -> Strength:
    """What a verb says whose entry begins with "not": "Schools should:", "not keep it"."""
    return "should not" if strength.startswith("should") else "must not"


def is_power(sentence: str, may: Expression, who: tuple[str, ...]) -> bool:
    """Whether "may" lets somebody do something: `who` are the ids of its subject, if it is an agency."""
    rest = sentence[may.end :]
    if _POSSIBLE.match(rest):
        return False
    if who or re.match(r"\s*be\b", rest):  # "may be delegated"
        return True
    asked = re.search(r"\b(?:this|it|these|there)\s+$", sentence[: may.start]) is None
    return asked and _ASKING.match(rest) is not None


def is_inverted(sentence: str) -> bool:
    """Whether the subject stands behind the verb: "Only then may the council"."""
    return _ONLY_THEN.match(sentence) is not None


def one_who(sentence: str, expression: Expression) -> str:
    """The words that name one of whom a relative clause says what they should do: "by a social worker who"."""
    found = _ONE_WHO.search(sentence, 0, expression.start)
    return found["who"] if found else ""
