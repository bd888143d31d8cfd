"""Quotations as words: how a text is split into them, which of them weigh, and what is said of a verdict.

How they are held against an edition's text is told in `quoting`; `record` gives both to scripts.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, get_args

from msgspec import Struct, structs

from guidance.cite.addresses import UNSEEN
from guidance.cite.grammar import KINDS_OF_DAY, NUMBER_WORDS, TENS, TIME_UNITS, TO_NINETEEN
from guidance.document.walk import NO_END, ends_sentence

Verdict = Literal["right", "cut", "altered", "partial", "absent", "not-checked"]
ChangeKind = Literal["strength", "number", "negation", "condition", "word", "left-out"]
ORDER: tuple[ChangeKind, ...] = get_args(ChangeKind)

SEED, GAP, FEWEST, FEW, ALTERED = 3, 6, 5, 2, 0.3
MOST = 40  # places of a seed beyond which it says nothing
TRIED = 12  # stretches of the edition that are looked at
LONGEST = 1500  # words of a quotation that are compared
NEAR = 2  # words of the edition at either end among which a quotation's own may stand
SHOWN = 8  # words that are told of what a sentence has beyond a quotation


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


STRENGTHS = _listed(
    "must shall should may might can could will would need needs ought required expected recommended entitled "
    "obliged obligation obligations duty duties responsible responsibility responsibilities accountable requires "
    "encouraged permitted allowed empowered"
)
NEGATIONS = _listed(
    "not no never none nor neither nobody nothing without unless except cannot dont doesnt didnt isnt arent wasnt "
    "werent hasnt havent hadnt wont wouldnt shouldnt mustnt cant couldnt neednt"
)
CONDITIONS = _listed("only if provided providing")
HANGING = _listed("if unless where when until within only except")  # on the verb that stands before
MEASURES = _listed("seconds working calendar percent") | {
    f"{unit}{end}" for unit in TIME_UNITS if unit != "term" for end in ("", "s")
}
TERMS = _listed("term terms")  # measures behind a figure, and else a word like others: "the terms of it"
KINDS = frozenset(KINDS_OF_DAY)  # likewise before a unit: "14 clear days", but "a clear plan"
_REACH = 3  # words before a unit among which its figure stands
SPELT = {word.replace("-", ""): number for word, number in NUMBER_WORDS.items()} | {"hundred": 100}
_TENS, _ONES = ("|".join(f"[{one[0].upper()}{one[0]}]{one[1:]}" for one in of) for of in (TENS, TO_NINETEEN[:9]))
# A hyphen before a figure parts words: "3-5" is no 35, and what "3–5" is.
# "[E]very" is a word whose capital the quoter made.
_WORD = re.compile(
    rf"""
    (?: {_TENS} ) [ ‐‑-] (?: {_ONES} ) (?! [^\W_] )             # "twenty-one", "twenty one": one word, as 21 is
  | [^\W_] (?:
        (?: [\u0300-\u036f{UNSEEN}'’]                          # accents by themselves, apostrophes
          | [‐‑-] (?! \d )
          | \] (?= [^\W_] ) )*                                # "[E]very"
        [^\W_]
      | [\u0300-\u036f] )*
    """,
    re.VERBOSE,
)
_NO_LETTER = re.compile(rf"[{UNSEEN}'’‐‑\] -]")
_MARKED = re.compile(
    r"""
    \[ (?! [A-Za-z] \] \w ) [^\]]{0,200} \]                   # "[…]", "[the council]", but "[E]very"
  | \( \s* (?: \.{3} | … ) \s* \)
  | \. \s? \. \s? \. (?: \s? \. )?                             # "...", ". . ."
  | …
    """,
    re.VERBOSE,
)
_ENDS = re.compile(r"""[.!?:;]["'”’)\]]*\s*["'“‘(\[]*$""")
_FULL = re.compile(r"""[.!?]["'”’)\]]*\s*["'“‘(\[]*$""")
_LEADS = re.compile(r":\s*\n")  # to the entries of a list
# What follows is held against words as they are compared, with a space between two.
LIMITED = re.compile(  # by what a sentence goes on with behind a quotation
    r"""
    \b (?: unless | except
         | provid (?: ed | ing ) [ ] (?: that | it | they ) | provided [ ] the
         | but [ ] (?: not | only | never )
         | save [ ] (?: where | when | that | in )
         | (?: only | not ) [ ] (?: if | where | when | with | after | in | by | for | until )
         | (?: as | so ) [ ] long [ ] as
         | other [ ] than ) \b
  | ^ (?: (?: and | or | but ) [ ] )? (?: only | not | where | when ) \b    # what begins a clause of its own
    """,
    re.VERBOSE,
)
IF = re.compile(  # "within a day if the water is high"
    r"""
    ^ (?: (?! (?: must | should | may | can                   # "and should ask if": the condition of another clause
                | ask | see | know | consider | decide | check | find | establish | identify  # "see if": a question
                | as | even                                   # "as if", "even if"
                | (?: and | or ) [ ] if ) \b )                # "and if it is, of that"
          [^ ]+ [ ] ){0,12}? if \b
    """,
    re.VERBOSE,
)
GOES_ON = re.compile(r"unless|except|provided|providing|but")  # with which the next entry of a list limits one
BOUND = re.compile(r"^(?:until|without|within|before)\b")
TURNED = re.compile(  # by what a sentence has before a quotation
    rf"""
    \b (?: {" | ".join(sorted(NEGATIONS))} )
        (?! [ ] (?: exhaustive | limited | only | just ) \b )  # "including but not limited to" turns nothing
        (?: [ ] [^ ]+ ){{0,5}} $
  | \b only (?: [ ] [^ ]+ )? $
  | \b (?: if | whether ) (?: [ ] [^ ]+ ){{0,3}} $
  | ^ (?: (?: but | and | however ) [ ] )?
        (?: unless | except | only | nobody | none | neither | never | in [ ] no ) \b
    """,
    re.VERBOSE,
)
BEGUN = re.compile(
    r"""
    ^ (?: (?: but | and | however ) [ ] )?
    (?: if | where | when | whenever | subject [ ] to | in [ ] exceptional  # bounds that are told
      | unless | except | only | nobody | none | neither | never | in [ ] no ) \b
    """,
    re.VERBOSE,
)
SAYS = {  # the verdict on a quotation in words
    "right": "word for word {place} of {edition}",
    "cut": "word for word {place} of {edition} as far as it goes",
    "begins": "the sentence begins with “{begins}”",
    "goes": "the sentence goes on with “{goes}”",
    "both": "the sentence begins with “{begins}” and goes on with “{goes}”",
    "altered": "altered from {place} of {edition}: {changes}",
    "partial": "only {found} of the {words} quoted words are in {place} of {edition}; the rest is not",
    "absent": "these words are not in {edition}",
    "not-checked": "a quotation that was not checked: the text of {edition} is not loaded here",
    "elsewhere": ", and not in {place} as it says",
    "also": "; also in {editions}",
    "but": "; word for word in {editions}",
    "joined": "two places are put together as if they were one",
    "for": "{weight}“{said}” for “{stands}”",
    "without": "{weight}“{stands}” left out",
    "added": "{weight}“{said}” put in",
    "strength": "strength changed: ",
    "number": "figure changed: ",
    "negation": "negation changed: ",
    "condition": "condition changed: ",
}
TOLD = 4  # changes that are named
LEAST_SAID = 5  # words between quotation marks that make a quotation
MARKS = {  # what stands in quotation marks; the last are those that apostrophes look like
    "curly": r"“([^“”]{15,4000})”",
    "angled": r"«([^«»]{15,4000})»",
    "straight": r'(?<!\w)"([^"]{15,4000})"(?!\w)',
    "single": r"""(?<![\w'’])[‘'](?=[\w\[…])([^“”"‘]{15,2000}?)(?<=[\w.,;:!?…\])])['’](?!\w)""",
}


class Word(Struct, frozen=True):
    """A word of a text: as it is compared, as it is written, where it stands, whether a sentence `ends` behind it
    or a part that a colon or semicolon closes, and how it `stops` there: with a full stop, with the line, or
    leading to the entries of a list; and whether it `measures`, with the figure that stands before."""

    key: str
    written: str
    start: int
    end: int
    ends: bool = False
    stops: Literal["", "full", "line", "lead"] = ""
    measures: bool = False


class WordChange(Struct, frozen=True):
    """Where a quotation has other words (`said`) than the edition (`stands`); either may be empty."""

    kind: ChangeKind
    said: str
    stands: str


class Quoted(Struct, frozen=True):
    """What became of a quotation: how many of its words were `found`, in which places, and what differs; and what
    limits or bounds it in the same sentence, with which the edition `begins` before it and `goes` on behind it."""

    verdict: Verdict
    words: int
    found: int = 0
    anchors: tuple[str, ...] = ()
    changes: tuple[WordChange, ...] = ()
    begins: str = ""
    goes: str = ""


def split(text: str) -> list[Word]:
    """A text's words, in order."""
    found: list[Word] = []
    matches = list(_WORD.finditer(text))
    for at, match in enumerate(matches):
        key = _NO_LETTER.sub("", unicodedata.normalize("NFKC", match[0])).lower()
        behind = text[match.end() : matches[at + 1].start() if at + 1 < len(matches) else len(text)]
        can = not behind or ends_sentence(text, match.end())
        ends = can and bool(_ENDS.search(behind))
        stops = _stops(behind, can=can, last=at == len(matches) - 1)
        found.append(Word(str(SPELT.get(key, key)), match[0], match.start(), match.end(), ends, stops))
    return _measured(found)


def _measured(words: list[Word]) -> list[Word]:
    """The words, those told that measure only behind a figure: "14 clear days", "two terms"."""
    for at in range(len(words) - 1, -1, -1):
        word, behind = words[at], words[at + 1 : at + 2]
        lead = next((one.key for one in words[max(0, at - _REACH) : at][::-1] if one.key not in KINDS), "")
        unit = word.key in TERMS or (word.key in KINDS and any(map(is_measure, behind)))
        if unit and lead[:1].isdigit():
            words[at] = structs.replace(word, measures=True)
    return words


def is_measure(word: Word) -> bool:
    """Whether a word is what a figure counts."""
    return word.measures or word.key in MEASURES


def _stops(behind: str, *, can: bool, last: bool) -> Literal["", "full", "line", "lead"]:
    if _LEADS.search(behind):
        return "lead"
    return "full" if can and _FULL.search(behind) else "line" if last or "\n" in behind else ""


def record() -> dict[str, object]:
    """The figures, lists, patterns and sentences of the algorithm above, for a script."""
    lists = {"strengths": STRENGTHS, "negations": NEGATIONS, "measures": MEASURES, "conditions": CONDITIONS}
    lists |= {"hanging": HANGING, "terms": TERMS, "kinds": KINDS}
    patterns = {"word": _WORD, "noLetter": _NO_LETTER, "marked": _MARKED, "ends": _ENDS, "full": _FULL}
    patterns |= {"leads": _LEADS, "limited": LIMITED, "limitedIf": IF, "bound": BOUND, "turned": TURNED}
    patterns |= {"begun": BEGUN, "goesOn": GOES_ON, "noEnd": NO_END}
    return {
        **{"seed": SEED, "gap": GAP, "fewest": FEWEST, "few": FEW, "altered": ALTERED, "most": MOST},
        **{"tried": TRIED, "longest": LONGEST, "told": TOLD, "leastSaid": LEAST_SAID, "shown": SHOWN, "near": NEAR},
        **{name: sorted(words) for name, words in lists.items()},
        **{name: _for_script(one) for name, one in patterns.items()},
        "spelt": SPELT,
        "says": SAYS,
        "marks": list(MARKS.values()),
        "order": list(ORDER),
    }


_LAYOUT = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\#[^\n]*|\s+")  # but what is escaped or in a class is kept


def _for_script(pattern: re.Pattern[str]) -> str:
    """A pattern as scripts know it: in one line, and letters and digits by their names."""
    plain = _LAYOUT.sub(r"\1", pattern.pattern) if pattern.flags & re.VERBOSE else pattern.pattern
    return plain.replace(r"[^\W_]", r"[\p{L}\p{N}]").replace("[ ]", " ")


def say_places(anchors: Sequence[str]) -> str:
    """Where words stand, in words: "paragraph 4 and paragraph 1"."""
    said = [anchor.replace("para-", "paragraph ").replace("-", " ") for anchor in anchors]
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def say_quoted(
    quoted: Quoted | None,
    edition: str,
    anchors: Sequence[str] = (),
    also: Sequence[str] = (),
    elsewhere: str = "",
) -> str:
    """The verdict on a quotation of an edition in words, None where its text is not here; what changes strength, a
    figure or a negation comes first. `anchors` are where it stands if the verdict does not know, `also` the
    editions that have it word for word, `elsewhere` the place that it is said to be of and is not."""
    verdict = quoted.verdict if quoted else "not-checked"
    changes = [_say_change(change) for change in quoted.changes[:TOLD]] if quoted else []
    said = SAYS[verdict].format(
        edition=edition,
        place=say_places((quoted.anchors if quoted else ()) or anchors),
        changes="; ".join(changes) or SAYS["joined"],
        found=quoted.found if quoted else 0,
        words=quoted.words if quoted else 0,
    )
    said += SAYS["elsewhere"].format(place=elsewhere) if elsewhere else ""
    if quoted and (quoted.begins or quoted.goes):
        form = "both" if quoted.begins and quoted.goes else "goes" if quoted.goes else "begins"
        said += "; " + SAYS[form].format(begins=quoted.begins, goes=quoted.goes)
    same = verdict in ("right", "cut")
    return said + (SAYS["also" if same else "but"].format(editions=", ".join(also)) if also else "")


def _say_change(change: WordChange) -> str:
    form = "without" if not change.said else "for" if change.stands else "added"
    return SAYS[form].format(weight=SAYS.get(change.kind, ""), said=change.said, stands=change.stands)


def own_words(quotation: str) -> tuple[list[Word], dict[int, list[Word]]]:
    """A quotation's words, and before which of them the quoter marked a gap, with his own in square brackets."""
    words: list[Word] = []
    marked: dict[int, list[Word]] = {}
    at = 0
    for match in _MARKED.finditer(quotation):
        words += split(quotation[at : match.start()])
        marked.setdefault(len(words), []).extend(split(match[0]))
        at = match.end()
    words += split(quotation[at:])
    return words, marked


def kind_of(mine: Sequence[Word], theirs: Sequence[Word]) -> ChangeKind:
    """What weighs most of a change from `theirs` to `mine`."""
    for kind, weighty in _WEIGHTY:
        said, stands = (sorted(keys_of([*filter(weighty, words)])) for words in (mine, theirs))
        if said != stands:
            return kind
    return "word"


def _is_strength(word: Word) -> bool:
    return word.key in STRENGTHS or (word.key.endswith("nt") and word.key[:-2] in STRENGTHS)


def _is_number(word: Word) -> bool:
    return word.key[0].isdigit() or is_measure(word)


def _is_negation(word: Word) -> bool:
    return word.key in NEGATIONS


def _is_condition(word: Word) -> bool:
    return word.key in CONDITIONS


def put_in_brackets(own: Sequence[Word], theirs: Sequence[Word], *, between: bool) -> Iterator[WordChange]:
    """What weighs of the quoter's `own` words in square brackets in place of `theirs`: "[must]" for "should". Where
    the brackets do not stand `between` words of the edition, `theirs` are those near by. A figure is weighed only
    against figures: "[in 2019]" may explain."""
    kind = kind_of(own, theirs if between else ())
    if not own or kind == "word":
        return
    weighs = dict(_WEIGHTY)[kind]
    # "[40]" stands for a figure, and not for what it counts.
    counts = {is_measure(word) for word in own if weighs(word)} or {True, False}
    there = [word for word in theirs if weighs(word) and is_measure(word) in counts]
    same = {*keys_of([*filter(weighs, own)])} <= {*keys_of(there)}
    if (kind != "number" or there) and (between or not same):
        yield WordChange(kind, f"[{put(own)}]", put(theirs if between else there))


def keys_of(words: Sequence[Word]) -> list[str]:
    """Words as they are compared."""
    return [word.key for word in words]


def put(words: Sequence[Word]) -> str:
    """Words as they are written, with spaces between."""
    return " ".join(word.written for word in words)


_WEIGHTY: tuple[tuple[ChangeKind, Callable[[Word], bool]], ...] = (
    ("strength", _is_strength), ("number", _is_number), ("negation", _is_negation), ("condition", _is_condition),
)  # fmt: skip
