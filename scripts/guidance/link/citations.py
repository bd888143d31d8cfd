"""The grammar of citations of law: prose -> TextCitation, what the words cite and where they stand. Units, numbers,
lists and ranges that guidance has too are those of `cite`; which Act or provision is meant is for `references`."""

import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from guidance.cite.grammar import (
    AND,
    KINDS_OF_DAY,
    LETTER,
    MONTH,
    NUMBERS,
    ONES,
    ROMAN,
    SUBS,
    TIME_UNITS,
    TO,
    WRITTEN,
)  # fmt: skip
from guidance.link.acts import Acts, Instrument, find_instruments
from guidance.link.places import Pinpoint, Unit

Scope = Literal["unsaid", "here", "elsewhere"]

LEGAL: frozenset[Unit] = frozenset({"section", "regulation", "article", "rule", "schedule"})
_BY_LAW: frozenset[Unit] = LEGAL | {"part", "chapter", "paragraph"}
_RANK: tuple[Unit, ...] = ("part", "chapter", "annex", "section", "paragraph")

# What an instrument has and guidance has not, or has otherwise: "section 16B", "Schedule 2A", "paragraph 7AA"
_WORDS = dict[Unit, str](WRITTEN.items()) | {
    "regulation": r"regulations?",
    "article": r"articles?",
    "schedule": r"schedules?",
    "rule": r"rules?",
    "paragraph": rf"{WRITTEN['paragraph']}\.?",  # "para. 7"
}
_UNIT = re.compile(
    rf"""
    (?<! [\w’'-] )
    (?: (?P<word> (?i: (?-x:{"|".join(_WORDS.values())}) ) ) \s+     # "section ", "paras. "
      | (?P<short> [Ss]s? \.? \s? ) (?= \d ) (?! \d+\. ) )           # "s.47", "ss 1"; but "s3.1" is a label
    """,
    re.VERBOSE,
)
_OF_WORD = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _WORDS.items()}
_END = r"(?![\w]|\.\d|,\d{3})"
_FORMS = dict[Unit, str](NUMBERS.items()) | {
    "section": rf"\d{{1,4}}(?:\s[A-Z](?=\s+(?:of|to)\s+the\s)|[A-Z]{{0,3}}){SUBS}*|{ONES}|{LETTER}",
    "regulation": rf"\d{{1,4}}[A-Z]{{0,3}}{SUBS}*",
    "article": rf"\d{{1,4}}[A-Z]{{0,3}}{SUBS}*",
    "rule": rf"\d{{1,3}}(?:\.\d{{1,3}})?[A-Z]{{0,2}}{SUBS}*",
    "schedule": rf"\d{{1,2}}[A-Z]{{0,2}}|{ROMAN}",
    "paragraph": rf"{NUMBERS['paragraph']}{SUBS}*",
}
_NUMBER = {unit: re.compile(rf"(?:{form}){_END}") for unit, form in _FORMS.items()}
_IN_BRACKETS = rf"(?-x:{SUBS})"
_UNSAID = re.compile(  # "16C (1) of the": a section that does not say so
    rf"""
    (?<! [\w.,/-] )
    (?P<number> \d{{1,3}} [A-Z]{{1,3}} (?: {_IN_BRACKETS} )*         # "16C", "16C(1)"
              | \d{{1,3}} {_IN_BRACKETS}+ )  # "17(10)"; a number by itself may count
    \s+ of \s+ (?: the \s+ )? $
    """,
    re.VERBOSE,
)
_MORE_SUBS = re.compile(rf"{SUBS}+{_END}")
_SPLIT = re.compile(r"\(?([^\s()]+)\)?")
_JOINT = re.compile(rf"(?P<range>{TO})|{AND}")
_QUANTITY = re.compile(  # behind a number that goes on no list: "paragraph 12 and 14 business days later"
    rf"""
    \s? (?: % | per [ ]? cent | [a-z]+-week
          | (?: working | calendar | school | full | consecutive ) \s
          | (?: (?: {" | ".join(KINDS_OF_DAY)} ) \s ){{0,2}} (?: {" | ".join(TIME_UNITS)} | second ) s? \b
          | (?: pupil | child | person | people | time | step | stage | key | other | more | further ) s? \b
          | children \b
          | {MONTH} (?! \w ) )                                    # "and 5 Sept 2020"
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")  # "Regulations 2015", of a title that is not told here
_NO_NUMBER = re.compile(  # the year of a title: "section 3, 1989 Act"
    r"""
    (?: 18 | 19 | 20 ) \d\d \s+ (?: [A-Z] [\w’'-]+ \s+ ){0,6} (?: Acts? | Regulations? | Order | Rules ) \b
    """,
    re.VERBOSE,
)
_OF_UNIT = re.compile(r",?\s+(?:of|to|in|under)\s+(?:the\s+)?")
_NEXT_UNIT = re.compile(
    r"""
    (?: \s+ (?: of | to | in ) , )? ,? \s+ (?: and/or | and | or ) \s+   # "section 1 of, and Schedule 2 to"
        (?: a \s+ | in \s+ | the \s+ | under \s+ )?
  | (?P<comma> ,? \s+ (?: at \s+ )? \(? )                                # "section 1, Schedule 2", "at (section 3"
    """,
    re.VERBOSE,
)
_AND_THE_SCHEDULE = re.compile(  # of an instrument that has only one
    r",? \s+ and \s+ (?= the \s+ Schedule \s+ (?: to | of ) \s ) the \s+ Schedule", re.VERBOSE
)
_THE_SCHEDULE = re.compile(
    r"(?P<of> ,? \s+ (?: of | to | in ) \s+ the \s+ ) Schedule (?= \s+ (?: to | of | in ) \s )", re.VERBOSE
)
_GLOSS = re.compile(r"\s\([a-z]{3}[^()\d]{2,90}\)")  # "section 17 (services for children in need) of the Act"
_OF_SCHEDULE = re.compile(r",\s+(?=[Ss]chedule\s)")  # "Part 1, Schedule 2 to the Act"
_OF_LAW = re.compile(r",?\s+(?:of|to|in|into|under|from),?\s+(?:[Tt]he\s+)?")
_BARE_TAIL = re.compile(r",?\s+(?:the\s+)?")
_LEAD = re.compile(r"(?:\s?\([^()]{2,60}\))?[,:–-]?\s+(?:at\s+)?\(?$")
_HERE_AFTER = re.compile(
    r"""
    \s+ (?: above | below ) \b
  | ,? \s+ (?: of | in | to | from ) \s+
        (?: (?: this | our ) \s+ \w
          | the \s+ present \s
          | (?: the \s+ )? guidance \b (?! \s+ (?: on | for | document ) ) )  # not "of the guidance on lists"
    """,
    re.VERBOSE,
)
_HERE_BEFORE = re.compile(  # "this guidance (paragraph 4"
    r"""
    \b [Tt]his \s+ (?: guidance | guide | document | chapter | part | section | annex | publication ) \b
        [^.;,]{0,30} $
    """,
    re.VERBOSE,
)
_DOCUMENT = (
    r"(?:guidance|guide|report|code|framework|strategy|manual|form|standards|document|plan|handbook|policy|review)"
)
_ELSEWHERE_AFTER = re.compile(
    rf"""
    ,? \s+ (?: of | from ) \s+ (?: the \s+ | its \s+ | their \s+ | that \s+ | an? \s+ | his \s+ )?
        (?: [“\"‘']                                                    # of “Keeping safe”
          | (?! Protocol \s \d ) [A-Z]                                 # of Keeping Safe
          | (?: [\w’'-]+ \s+ ){{0,4}} {_DOCUMENT} \b )                 # of its annual report
  | ,? \s+ in \s+ (?: the \s+ )? (?: [“\"‘'] | [A-Z] \w* \s+ [a-z]+ )  # in “Keeping safe”, in Keeping children
    """,
    re.VERBOSE,
)
_SCHEDULE_TO = re.compile(r"\s+to\s+(?:the\s+)?[A-Z]")
_ELSEWHERE_BEFORE = re.compile(
    rf"""
    (?<! this[ ] ) \b (?i: {_DOCUMENT} | volume [ ] \d+ ) \b   # "the report, paragraph 4", "volume 2, para 7"
    (?: (?: [:,]? \s+ (?: for | on | to | in | of | and ) \b [^.;()]{{0,70}} )?   # "guidance on lists, paragraph 4"
        (?: \s* \( [^()]{{0,40}} \) )? , \s*
      | \s+ )
    (?: especially \s+ | (?: in[ ] )? particular (?: ly )? \s+ | at \s+ | see \s+ )? $
    """,
    re.VERBOSE,
)


class TextCitation(Struct, frozen=True):
    """Words that cite: offsets of all of them, and in `inner` of those that name the pinpoint alone.

    `pinpoints` go from the innermost outwards and are empty where an instrument as such is named; `scope`
    tells whether the words themselves say that this document, or another one, is meant.
    """

    start: int
    end: int
    inner: tuple[int, int]
    pinpoints: tuple[Pinpoint, ...] = ()
    instrument: Instrument | None = None
    scope: Scope = "unsaid"


class _Item(Struct, frozen=True):
    """One member of a list of numbers, with the units it stands in, and where its words are."""

    start: int
    end: int
    pinpoints: tuple[Pinpoint, ...]


def find_citations(plain: str, acts: Acts) -> tuple[TextCitation, ...]:
    """Every citation in a text, in order, none over another; `acts` gives the names that have no year."""
    instruments = find_instruments(plain, acts)
    found: list[TextCitation] = []
    used: set[int] = set()
    at = 0
    for head in _UNIT.finditer(plain):
        if head.start() < at or any(i.start < head.start() < i.end for i in instruments):
            continue
        items, end = _sequence(plain, head)
        citations, named = _settle(plain, items, end, instruments) if items else ([], None)
        if not citations:
            continue
        found += citations
        used |= {named.start} if named and any(c.start <= named.start < c.end for c in citations) else set()
        at = max(end, citations[-1].end)
    for i in instruments:
        if i.start in used or any(c.start < i.end and i.start < c.end for c in found):
            continue
        alone = _UNSAID.search(plain, max(0, i.start - 30), i.start) if i.form == "act" else None
        if alone and not any(c.start < i.start and alone.start() < c.end for c in found):
            number, *subs = _SPLIT.findall(alone["number"])
            pinpoints = (Pinpoint("section", number, tuple(subs)),)
            found.append(TextCitation(alone.start(), i.end, alone.span("number"), pinpoints, i))
        else:
            found.append(TextCitation(i.start, i.end, (i.start, i.end), (), i))
    return tuple(sorted(found, key=lambda c: c.start))


def _sequence(plain: str, head: re.Match[str]) -> tuple[list[_Item], int]:
    """A row of citations that share what follows: "regulation 3 and paragraph 7 of Part 1 of the Schedule"."""
    items, end = _chain(plain, head)
    while items:
        joint = _NEXT_UNIT.match(plain, _past_gloss(plain, end))
        following = _UNIT.match(plain, joint.end()) if joint else None
        if joint is None or following is None:
            break
        more, more_end = _chain(plain, following)
        if not more:
            break
        last, first = items[-1].pinpoints, more[0].pinpoints
        if joint["comma"] and not _descends(last[0].unit, first[0].unit):
            break
        if joint["comma"]:
            more = [replace(i, pinpoints=i.pinpoints + last) for i in more]
        else:
            items = [_completed(i, first) for i in items]
        items, end = items + more, more_end
    if items and "(" in plain[items[0].end : items[-1].start] and plain.startswith(")", end):
        end += 1  # "Schedule 1 (paragraph 2) to the Act"
    alone = _AND_THE_SCHEDULE.match(plain, end) if items else None
    if alone:
        items.append(_Item(alone.end() - len("Schedule"), alone.end(), (Pinpoint("schedule", ""),)))
        end = alone.end()
    return items, end


def _past_gloss(plain: str, end: int) -> int:
    gloss = _GLOSS.match(plain, end)
    return gloss.end() if gloss else end


def _descends(outer: Unit, inner: Unit) -> bool:
    """Whether "OUTER 2, INNER 5" reads as one inside the other."""
    if (outer, inner) == ("schedule", "paragraph"):
        return True
    return outer in _RANK and inner in _RANK and _RANK.index(outer) < _RANK.index(inner)


def _completed(item: _Item, after: tuple[Pinpoint, ...]) -> _Item:
    """An earlier member of a row, standing in what only the last one says: "of Part 1 [of the Schedule]"."""
    outermost = item.pinpoints[-1].unit
    for count, pinpoint in enumerate(after):
        if pinpoint.unit == outermost and after[count + 1 :]:
            return replace(item, pinpoints=item.pinpoints + after[count + 1 :])
    return item


def _chain(plain: str, head: re.Match[str]) -> tuple[list[_Item], int]:
    """A unit with its numbers and the units it says to be in: "paragraphs 5 and 16 of Schedule 2"."""
    unit = _unit(head)
    items = _numbers(plain, head, unit)
    if not items:
        return [], head.end()
    end = items[-1].end
    single = _THE_SCHEDULE.match(plain, end)
    if single:
        outer, end = (Pinpoint("schedule", ""),), single.end()
        return _within(items, outer, end), end
    inner = _OF_UNIT.match(plain, end) or (unit in ("part", "paragraph") and _OF_SCHEDULE.match(plain, end)) or None
    following = _UNIT.match(plain, inner.end()) if inner else None
    if inner and following and _unit(following) != unit:
        outer_items, outer_end = _chain(plain, following)
        if len(outer_items) == 1:
            return _within(items, outer_items[0].pinpoints, outer_end), outer_end
    return items, end


def _within(items: list[_Item], outer: tuple[Pinpoint, ...], end: int) -> list[_Item]:
    placed = [replace(i, pinpoints=i.pinpoints + outer) for i in items]
    return [*placed[:-1], replace(placed[-1], end=end)]


def _unit(head: re.Match[str]) -> Unit:
    word = head["word"]
    return next(unit for unit, pattern in _OF_WORD.items() if pattern.fullmatch(word)) if word else "section"


def _numbers(plain: str, head: re.Match[str], unit: Unit) -> list[_Item]:
    """The numbers of a unit, one item each; a range is one item."""
    start, at = head.start(), head.end()
    capital = (head["word"] or "S")[0].isupper()
    found: list[_Item] = []
    joint: re.Match[str] | None = None
    while True:
        held = found[-1] if found else None
        match = _NUMBER[unit].match(plain, at)
        if match is None and held and held.pinpoints[0].subs:
            match = _MORE_SUBS.match(plain, at)
        if (
            match is None
            or _QUANTITY.match(plain, match.end())
            or _NO_NUMBER.match(plain, at)
            or (unit == "regulation" and _YEAR.fullmatch(match.group()))
            or not (capital or _plainly(match.group(), unit))
        ):
            return found
        item = _item(match, unit, start, held)
        if held and joint and joint["range"]:
            last = item.pinpoints[0].number if match.group()[0] != "(" else item.pinpoints[0].subs[-1]
            found[-1] = replace(held, end=item.end, pinpoints=(replace(held.pinpoints[0], last=last),))
        else:
            found.append(item)
        joint = _JOINT.match(plain, match.end())
        if joint is None:
            return found
        start = at = joint.end()


def _plainly(number: str, unit: Unit) -> bool:
    """Whether a number may stand behind a unit in small letters: digits and words, not "part I" or "section A"."""
    return number[0] in "(0123456789" or len(number) > 2 or unit in ("annex", "flow-chart", "table", "figure")


def _item(match: re.Match[str], unit: Unit, start: int, held: _Item | None) -> _Item:
    pieces = _SPLIT.findall(re.sub(r"(?<=\d)\s(?=[A-Z])", "", match.group()))
    if match.group().lstrip()[0] == "(" and held:
        pieces = [held.pinpoints[0].number, *_shared(held.pinpoints[0].subs, pieces[0]), *pieces]
        start = match.start()
    return _Item(start, match.end(), (Pinpoint(unit, pieces[0], tuple(pieces[1:])),))


def _shared(subs: tuple[str, ...], following: str) -> tuple[str, ...]:
    """What "(b)" behind "66(1)(a)" stands in: all sub-levels above the last one that is numbered like it, by
    figures, letters or, below letters, roman numbers."""
    kinds: list[str] = []
    for sub in subs:
        kinds.append("figure" if sub.isdigit() else "roman" if kinds and kinds[-1] != "figure" else "letter")
    roman = "roman" in kinds and set(following) <= set("ivx")
    kind = "figure" if following.isdigit() else "roman" if roman else "letter"
    return subs[: max((count for count, known in enumerate(kinds) if known == kind), default=len(subs))]


def _settle(
    plain: str, items: list[_Item], end: int, instruments: tuple[Instrument, ...]
) -> tuple[list[TextCitation], Instrument | None]:
    """The citations of a row: with the instrument named behind or before it, or with the scope its words give."""
    by_law = _is_law(items[-1])
    before = _instrument_before(plain, items[0].start, instruments) if by_law else None
    after = _instrument_after(plain, end, instruments, bare=before is None) if by_law else None
    named = after or before
    if named is None and items[-1].pinpoints[-1].unit == "rule":
        return [], None  # "golden rules 1 and 2": nothing but an instrument has rules that are cited
    scope = _scope(plain, items, end) if named is None else "unsaid"
    kind = _is_law(items[-1])
    citations = [
        TextCitation(i.start, i.end, (i.start, i.end), i.pinpoints, named, scope)
        if _is_law(i) == kind or scope == "here"
        else TextCitation(i.start, i.end, (i.start, i.end), i.pinpoints)  # "Annex A and section 94 of the Act"
        for i in items
    ]
    if after:
        citations[-1] = replace(citations[-1], end=after.end)
    elif before and not plain[before.end : items[0].start].endswith("("):
        citations[0] = replace(citations[0], start=before.start)
    return citations, named


def _is_law(item: _Item) -> bool:
    """Whether an item stands, or may stand, in an instrument."""
    return any(p.unit in _BY_LAW for p in item.pinpoints)


def _instrument_after(
    plain: str, end: int, instruments: tuple[Instrument, ...], *, bare: bool
) -> Instrument | None:
    past = _past_gloss(plain, end)
    for i in instruments:
        if _OF_LAW.fullmatch(plain, past, i.start) or _OF_LAW.fullmatch(plain, end, i.start):
            return i
        if bare and i.manner != "pointing" and _BARE_TAIL.fullmatch(plain, end, i.start):
            return i
    return None


def _instrument_before(plain: str, start: int, instruments: tuple[Instrument, ...]) -> Instrument | None:
    for i in reversed(instruments):
        if i.end < start and i.manner != "pointing":
            between = plain[i.end : start]
            return i if len(between) < 70 and _LEAD.fullmatch(between) else None
    return None


def _scope(plain: str, items: list[_Item], end: int) -> Scope:
    if _HERE_AFTER.match(plain, end):
        return "here"
    if _ELSEWHERE_AFTER.match(plain, end) or (
        items[-1].pinpoints[-1].unit == "schedule" and _SCHEDULE_TO.match(plain, end)
    ):
        return "elsewhere"
    before = plain[max(0, items[0].start - 130) : items[0].start]
    if _HERE_BEFORE.search(before):
        return "here"
    legal = items[0].pinpoints[0].unit in LEGAL
    return "elsewhere" if not legal and _ELSEWHERE_BEFORE.search(before) else "unsaid"
