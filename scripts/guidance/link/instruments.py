"""Where a text names an Act or another instrument: by title and year, by a short name, as "the 1989 Act" or
as "that Act". What the name stands for is not decided here."""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from guidance.link.acts import Acts, name_key

Manner = Literal["titled", "short", "dated", "pointing"]

_FORMS = ("Act", "Regulation", "Order", "Rules")
_FORM = r"Acts?|Regulations?|Order|Rules"
_YEAR = r"(?:18|19|20)\d\d"
_DATED = re.compile(  # "Children Act 1989", "Regulations (ABC), 2014"
    rf"\b (?P<form> {_FORM} ) (?: \s \( [A-Z] [A-Z0-9 ]{{1,11}} \) )? ,? \s (?P<year> {_YEAR} ) (?! \w )",
    re.VERBOSE,
)
_THE_YEAR = re.compile(  # "the 1989 Act", "the 2013 Children's Homes Regulations"; but not "1989 Act 2004"
    rf"""
    \b (?P<year> {_YEAR} ) \s (?P<title> (?: [A-Z] [\w’'-]+ \s ){{0,6}}? ) (?P<form> {_FORM} ) \b
    (?! \s \(? (?:19|20)\d\d )
    """,
    re.VERBOSE,
)
_POINTING = re.compile(  # "that Act", "the said Regulations"
    r"""
    \b (?: [Tt]he | [Tt]hat | [Tt]his | [Tt]hese | [Tt]hose ) (?: \s (?: said | same ) )? \s
    (?P<form> Act | Regulations ) \b (?! \s \(? (?:19|20)\d\d )
    """,
    re.VERBOSE,
)
_TITLE = re.compile(  # what a title may run back over
    r"""
    (?: (?: [A-Z] [\w’'-]*                                     # capitalised words
          | \( (?: [^()] | \( [^()]* \) ){2,90} \)             # "(Safeguarding (Consequential Amendments))"
          | of | and | to | for | in | on | with (?: \s a )? | from | by | at | or | etc \.?   # small joining words
          | No \.? \s? \d+                                     # "(No. 2)" without its brackets
          | (?: Act | Order | Rules | Regulations ) \s \d{4}   # "Police Act 1997 (Criminal Records) Regulations"
        ) ,? \s+ )+ $
    """,
    re.VERBOSE,
)
_NOT_A_TITLE = re.compile(  # words at its beginning that belong to the sentence: "Under section 5 of the"
    r"""
    (?: (?: \( [^()]* \)
          | of | and | to | for | in | on | with | from | by | at | or
          | In | On | Of | To | For | From | By | At | Under | See | Since | If | When | Where | As | And | This
          | That | While | Whereas | Although | Both
          | Sections? | Regulations? | Articles? | Part | Schedule | Paragraphs?
        ) ,? \s+ )+
    """,
    re.VERBOSE,
)
_ANOTHER_DOCUMENT = re.compile(  # "Domestic Abuse Act 2021: statutory guidance"
    r"\s? [:–-]? \s? (?: (?: [Ss]tatutory | [Dd]raft ) \s )? [Gg]uidance \b", re.VERBOSE
)
_AMENDING = re.compile(  # "as amended in 2017 by the"
    r"""
    \b (?: amended | inserted | substituted | introduced | repealed ) \s+ (?: in \s+ \d{4} \s+ )? by \s+
    (?: the \s+ )? $
    """,
    re.VERBOSE,
)
_DEFINED = re.compile(  # the short name given behind: "(the 2004 Act)", "(hereafter "CTA")"
    r"""
    \s? \( (?: hereafter[ ] | referred[ ]to[ ]as[ ] | known[ ]as[ ] )? [“\"‘']?
    (?P<name> [A-Z] [A-Z-]* [A-Z] (?: \s (?:19|20)\d\d | \s Act )?                     # "GDPR", "MCA 2005"
            | (?: the \s )? (?: (?:19|20)\d\d \s )? (?: [A-Z] [\w’'-]+ \s ){0,5}       # "the Equality Act"
              (?: Act | Regulations | Order | Rules | Convention ) )
    [”\"’']? \)
    """,
    re.VERBOSE,
)
_DEFINED_BEFORE = re.compile(  # "'the 2008 Act' are to sections of the Children and Young Persons Act 2008"
    r"""
    [“\"‘'] (?: the \s )? (?P<name> (?: (?:19|20)\d\d \s )? (?: Act | Regulations | Order | Rules ) ) [”\"’'] \s+
    (?: means | refers \s+ to | (?: is | are ) \s+ (?: references? \s+ )? to ) \s+
    (?: (?: sections | regulations | provisions ) \s+ of \s+ )? (?: the \s+ )? $
    """,
    re.VERBOSE,
)
_LONGER = re.compile(  # a title that goes on behind a year
    rf"""
    (?: \s \( [^()]+ \) )+ \s (?: {_FORM} ) \b            # "Police Act 1997 (Criminal Records) Regulations 2002"
  | \s (?: [A-Z] \w+ \s ){{1,4}} (?: \( [^()]+ \) \s )*        # "Care Act 2014 Consequential Amendments Order 2015"
    (?: Regulations | Order | Rules ) \s (?:19|20)\d\d
    """,
    re.VERBOSE,
)


class Instrument(Struct, frozen=True):
    """A named instrument: `title` without its year (empty for "the 1989 Act" and "that Act"). `amending` says that
    it is only named as what changed another one; `defines` is a short name given to it in brackets behind, and
    `reach` is where those brackets end."""

    start: int
    end: int
    title: str
    form: str
    year: int | None
    manner: Manner
    amending: bool = False
    defines: str = ""
    reach: int = 0


def find_instruments(plain: str, acts: Acts) -> tuple[Instrument, ...]:
    """Every instrument that a text names, in order, none over another. Titles of guidance about an Act
    ("Domestic Abuse Act 2021 statutory guidance") are not among them."""
    found: list[Instrument] = []
    steps = (_titled, _short, _dated, _pointing) if any(form in plain for form in _FORMS) else (_short,)
    for step in steps:
        taken = [(i.start, max(i.end, i.reach)) for i in found]
        found += [i for i in step(plain, acts) if not any(i.start < end and start < i.end for start, end in taken)]
    kept = (i for i in found if not _ANOTHER_DOCUMENT.match(plain, i.end))
    return tuple(sorted(kept, key=lambda i: i.start))


def _titled(plain: str, acts: Acts) -> Iterator[Instrument]:
    floor = 0
    for match in _DATED.finditer(plain):
        if match.start() < floor or _carries_on(plain, match.end()):
            continue
        year = int(match["year"])
        keyword_end = match.end("form")
        start = _title_start(plain, floor, match.start(), keyword_end, year, acts)
        if start is None:
            continue
        title = _full(" ".join(plain[start:keyword_end].split()))
        defined = _DEFINED.match(plain, match.end())
        meant = _DEFINED_BEFORE.search(plain, max(0, start - 80), start)
        inner = re.search(r"\(([^()]+)\)", match.group())
        yield Instrument(
            start=start,
            end=match.end(),
            title=title,
            form=_full(match["form"]).lower(),
            year=year,
            manner="titled",
            amending=bool(_AMENDING.search(plain, max(0, start - 40), start)),
            defines=defined["name"] if defined else inner[1] if inner else meant["name"] if meant else "",
            reach=defined.end() if defined else 0,
        )
        floor = match.end()


def _carries_on(plain: str, end: int) -> bool:
    """Whether a longer title goes on behind a year: "Police Act 1997 (Criminal Records) Regulations 2002"."""
    return _LONGER.match(plain[end : end + 120]) is not None


def _title_start(plain: str, floor: int, keyword: int, end: int, year: int, acts: Acts) -> int | None:
    """Where the title begins: the longest known one of that year, else as far back as it looks like a title."""
    low = max(floor, keyword - 200)
    walked = _TITLE.search(plain, low, keyword)
    if walked is None:
        return None
    words = [m.start() for m in re.finditer(r"(?<![\w’'-])[A-Z(]", plain[walked.start() : keyword])]
    for at in words:
        begin = walked.start() + at
        if plain.startswith("The ", begin):
            continue
        if any(a.year == year for a in acts.by_name.get(name_key(_full(plain[begin:end])), ())):
            return begin
    begin = walked.start()
    for the in re.finditer(r"\b[Tt]he\s(?![^(]*\))", plain[begin:keyword]):
        begin = walked.start() + the.end()
    lead = _NOT_A_TITLE.match(plain, begin, keyword)
    begin = lead.end() if lead else begin
    return begin if begin < keyword else None


def _full(title: str) -> str:
    """A title as lists have it: "Children Acts" and "... Regulation 2014" are slips."""
    if title.endswith("Acts"):
        return title[:-1]
    return f"{title}s" if title.endswith("Regulation") else title


def _short(plain: str, acts: Acts) -> Iterator[Instrument]:
    for start, end in acts.named_in(plain):
        name = plain[start:end]
        form = next((f for f in ("act", "regulations", "order", "rules") if name.lower().endswith(f)), "treaty")
        defined = _DEFINED.match(plain, end)
        yield Instrument(
            start=start,
            end=end,
            title=name,
            form=form,
            year=None,
            manner="short",
            defines=defined["name"] if defined else "",
            reach=defined.end() if defined else 0,
        )


def _dated(plain: str, acts: Acts) -> Iterator[Instrument]:
    for match in _THE_YEAR.finditer(plain):
        start = match.start() - 4 if plain[: match.start()].lower().endswith("the ") else match.start()
        title = f"{match['title']}{match['form']}" if match["title"] else ""
        yield Instrument(start, match.end(), title, match["form"].lower(), int(match["year"]), "dated")


def _pointing(plain: str, acts: Acts) -> Iterator[Instrument]:
    for match in _POINTING.finditer(plain):
        yield Instrument(match.start(), match.end(), "", match["form"].lower(), None, "pointing")
