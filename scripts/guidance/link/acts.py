"""The Acts, instruments and treaties that a publication names, read from its `acts.toml`, and where a text
names one: by title and year, by a short name, as "the 1989 Act" or as "that Act". No Act is known to the code; what
is cited of one is for `references`."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Document, GuidanceError, read_toml
from guidance.document.walk import provision_texts
from guidance.link.titles import LEGISLATION, Spoken, can_be_named, ends_word, places, refuse_repeats, telling_word

_NAMED_FORMS = ("Act", "Regulations", "Order", "Rules")
_ID = re.compile(r"[a-z]+(?:/\w+(?:-\w+)*)+")
_NUMBER = re.compile(r"\s[Rr]egulations?\s(?!(?:19|20)\d\d)\d")  # behind the stem of some regulations
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "\xa0": " "})


class Act(Struct, frozen=True, forbid_unknown_fields=True):
    """One Act or instrument. `id` is its address below legislation.gov.uk ("ukpga/1989/41"), empty where that is
    not known for sure.

    `url` is the whole address of one that is not on legislation.gov.uk; `carries` are the titles of treaties that
    stand in it, so that its "articles" are theirs. `short` are other names; `bare` are the provisions that the
    field cites without naming the Act, such as "section 47"; `whole` says that the address cannot be taken further
    than the instrument itself; `lacks` are provisions that the guidance puts into it by mistake, which therefore
    have no address.
    """

    title: str
    year: int | None = None
    id: str = ""
    short: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    whole: bool = False
    lacks: tuple[str, ...] = ()
    url: str = ""
    carries: tuple[str, ...] = ()

    @property
    def form(self) -> str:
        """What kind of instrument it is, by the last word of its title: act, regulations, order, rules, treaty."""
        return _form(self.title)

    @property
    def address(self) -> str | None:
        """Its address, on legislation.gov.uk for most."""
        return LEGISLATION + self.id if self.id else self.url or None


class Acts(Struct, frozen=True, dict=True):
    """All Acts of a publication, ready to be looked up by name. Names are compared by `name_key`; of a document of
    which it is known what is `spoken`, those that cannot be in it are not looked for."""

    entries: tuple[Act, ...] = ()
    spoken: Spoken | None = None

    @cached_property
    def by_name(self) -> dict[str, tuple[Act, ...]]:
        """Title or short name -> the Acts of that name."""
        found: dict[str, tuple[Act, ...]] = {}
        for act in self.entries:
            for name in {name_key(n) for n in (act.title, *act.short, *_stem(act))}:
                found[name] = (*found.get(name, ()), act)
        return found

    @cached_property
    def by_bare(self) -> dict[str, Act]:
        """ "section 47" -> the Act whose provision the field means by it."""
        return {pinpoint: act for act in self.entries for pinpoint in act.bare}

    def named_in(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where names stand in a text without a year, the longest one where several begin."""
        if not self._names or not self._telling.search(plain):
            return
        folded = plain.replace("’", "'")
        found: list[tuple[int, bool, int]] = []
        for name, is_stem in self._names:
            for at in places(name, folded):
                end = at + len(name)
                if _NUMBER.match(plain, end) if is_stem else ends_word(folded, end):
                    found.append((at, is_stem, -len(name)))
        end = 0
        for start, _, shorter in sorted(found):
            if start >= end:
                end = start - shorter
                yield start, end

    @cached_property
    def _names(self) -> tuple[tuple[str, bool], ...]:
        """What is looked for, of what is spoken: whole names, and stems."""
        whole = {name for act in self.entries for name in (act.title, *act.short)}
        stems = {name for act in self.entries for name in _stem(act)}
        return tuple(
            (name.translate(_APOSTROPHES), names is stems)
            for names in (whole, stems)
            for name in can_be_named(names, self.spoken)
        )

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        """The rarest words of the names, which are found much sooner."""
        return re.compile("|".join(sorted({telling_word(name, self.spoken) for name, _ in self._names})))


def _form(name: str) -> str:
    last = name.split()[-1].capitalize()
    return last.lower() if last in _NAMED_FORMS else "treaty"


def _stem(act: Act) -> tuple[str, ...]:
    """The name of regulations as far as it goes in "Care Planning (England) Regulation 24"."""
    return (act.title.removesuffix(" Regulations"),) if act.title.endswith(" Regulations") else ()


def name_key(name: str) -> str:
    """A name as it is compared: without case, leading article, kinds of apostrophe, and spaces behind hyphens."""
    return " ".join(name.translate(_APOSTROPHES).lower().removeprefix("the ").replace("- ", "-").split())


class _ActTables(Struct, frozen=True, forbid_unknown_fields=True):
    act: tuple[Act, ...] = ()


def read_acts(path: Path) -> Acts:
    """The Acts named in a file of `[[act]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form, when one Act stands in it twice, or when two
    claim the same bare provision.
    """
    entries = read_toml(path, _ActTables).act
    refuse_repeats(path, [f"{act.title} {act.year or ''}".strip() for act in entries])
    refuse_repeats(path, [pinpoint for act in entries for pinpoint in act.bare])
    for act in entries:
        if act.url and (act.id or not act.url.startswith("https://")):
            raise GuidanceError(f"{path}: {act.title}: give an id or an address that begins with https://")
        if act.id and not _ID.fullmatch(act.id):
            raise GuidanceError(f"{path}: {act.title}: write its id like ukpga/1989/41, not {act.id!r}")
    return Acts(entries)


# --- Where a text names one -----------------------------------------------------------------------

Manner = Literal["titled", "short", "dated", "pointing"]

_FORMS = ("Act", "Regulation", "Order", "Rules")
_FORM = r"Acts?|Regulations?|Order|Rules"
_YEAR = r"(?:18|19|20)\d\d"
_DATED = re.compile(rf"""(?x)  # "Children Act 1989", "Regulations (ABC), 2014"
    \b (?P<form> {_FORM} ) (?: \s \( [A-Z] [A-Z0-9 ]{{1,11}} \) )? ,? \s (?: of \s )?
    (?P<year> {_YEAR} ) (?! \w )
    """)
_THE_YEAR = re.compile(rf"""(?x)  # "the 1989 Act", "the 2013 Children's Homes Regulations"; but not "1989 Act 2004"
    \b (?P<year> {_YEAR} ) \s (?P<title> (?: [A-Z] [\w’'-]+ \s ){{0,6}}? ) (?P<form> {_FORM} ) \b
    (?! \s \(? (?:19|20)\d\d )
    """)
_POINTING = re.compile(r"""(?x)  # "that Act", "the said Regulations"
    \b (?: [Tt]he | [Tt]hat | [Tt]his | [Tt]hese | [Tt]hose ) (?: \s (?: said | same ) )? \s
    (?P<form> Act | Regulations ) \b (?! \s \(? (?:19|20)\d\d )
    """)
_TITLE = re.compile(r"""(?x)  # what a title may run back over
    (?: (?: [A-Z] [\w’'-]*                                     # capitalised words
          | \( (?: [^()] | \( [^()]* \) ){2,90} \)             # "(Safeguarding (Consequential Amendments))"
          | of | and | to | for | in | on | with (?: \s a )? | from | by | at | or | etc \.?   # small joining words
          | No \.? \s? \d+                                     # "(No. 2)" without its brackets
          | (?: Act | Order | Rules | Regulations ) \s \d{4}   # "Police Act 1997 (Criminal Records) Regulations"
        ) ,? \s+ )+ $
    """)
_NOT_A_TITLE = re.compile(r"""(?x)  # words at its beginning that belong to the sentence: "Under section 5 of the"
    (?: (?: \( [^()]* \)
          | of | and | to | for | in | on | with | from | by | at | or
          | In | On | Of | To | For | From | By | At | Under | See | Since | If | When | Where | As | And | This
          | That | While | Whereas | Although | Both
          | Sections? | Regulations? | Articles? | Part | Schedule | Paragraphs?
        ) ,? \s+ )+
    """)
_MORE_YEARS = re.compile(rf"(?:\s*,\s*|\s+(?:and|or|&)\s+)(?P<year>{_YEAR})(?!\w)")  # "Children Acts 1989 and 2004"
_GUIDE_TO = re.compile(r"""(?x)  # a guide to it is not it
    \b (?: [Gg]uide | [Hh]andbook | [Cc]ommentary | [Ii]ntroduction | Guidance | [Ee]xplanatory \s [Nn]otes? ) \s
    (?: to | on | for ) \s (?: [Tt]he \s )? $
    """)
# "Domestic Abuse Act 2021: statutory guidance"
_ANOTHER_DOCUMENT = re.compile(r"(?x) \s? [:–-]? \s? (?: (?: [Ss]tatutory | [Dd]raft ) \s )? [Gg]uidance \b")
_AMENDING = re.compile(r"""(?x)  # "as amended in 2017 by the"
    \b (?: amended | inserted | substituted | introduced | repealed ) \s+ (?: in \s+ \d{4} \s+ )? by \s+
    (?: the \s+ )? $
    """)
_DEFINED = re.compile(r"""(?x)  # the short name given behind: "(the 2004 Act)", "(hereafter "CTA")"
    (?: \s? (?P<bracket> \( ) | , \s (?= hereafter | referred | known ) )
    (?: hereafter[ ] | referred[ ]to[ ](?: [a-z]+[ ] ){0,3} as[ ] | known[ ] (?: here[ ] )? as[ ] )?
    (?: the \s (?= [“\"‘'] ) )? [“\"‘']?
    (?P<name> [A-Z] [A-Z-]* [A-Z] (?: \s (?:19|20)\d\d | \s Act )?                     # "GDPR", "MCA 2005"
            | (?: the \s )? (?: (?:19|20)\d\d \s )? (?: [A-Z] [\w’'-]+ \s ){0,5}       # "the Equality Act"
              (?: Act | Regulations | Order | Rules | Convention ) (?: \s (?:19|20)\d\d )? )
    [”\"’']? (?(bracket) \) | (?= \s? [,.;)] ) )
    """)
_DEFINED_BEFORE = re.compile(r"""(?x)  # "'the 2008 Act' are to sections of the Children and Young Persons Act 2008"
    [“\"‘'] (?: the \s )? (?P<name> (?: (?:19|20)\d\d \s )? (?: Act | Regulations | Order | Rules ) ) [”\"’'] \s+
    (?: means | refers \s+ to | (?: is | are ) \s+ (?: references? \s+ )? to ) \s+
    (?: (?: sections | regulations | provisions ) \s+ of \s+ )? (?: the \s+ )? $
    """)
_LONGER = re.compile(rf"""(?x)  # a title that goes on behind a year
    (?: \s \( [^()]+ \) )+ \s (?: {_FORM} ) \b            # "Police Act 1997 (Criminal Records) Regulations 2002"
  | \) \s (?: {_FORM} ) ,? \s (?:19|20)\d\d                # "(Amendment of Equality Act 2010) Act 2023"
  | \s (?: [A-Z] \w+ \s ){{1,4}} (?: \( [^()]+ \) \s )*        # "Care Act 2014 Consequential Amendments Order 2015"
    (?: Regulations | Order | Rules ) \s (?:19|20)\d\d
    """)


class Instrument(Struct, frozen=True):
    """A named instrument: `title` without its year (empty for "the 1989 Act" and "that Act"). `amending` says that
    it is only named as what changed another one, `guide` that it is what a guide is to; `defines` is a short name
    given to it behind, and `reach` is where that ends."""

    start: int
    end: int
    title: str
    form: str
    year: int | None
    manner: Manner
    amending: bool = False
    guide: bool = False
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
    told = (replace(i, guide=bool(_GUIDE_TO.search(plain, max(0, i.start - 40), i.start))) for i in kept)
    return tuple(sorted(told, key=lambda i: i.start))


def _titled(plain: str, acts: Acts) -> Iterator[Instrument]:
    floor = 0
    for match in _DATED.finditer(plain):
        if match.start() < floor or _carries_on(plain, match.end()):
            continue
        year, form, keyword_end = int(match["year"]), _full(match["form"]).lower(), match.end("form")
        start = _title_start(plain, floor, match.start(), keyword_end, year, acts)
        if start is None:
            continue
        title = _full(" ".join(plain[start:keyword_end].split()))
        defined = _DEFINED.match(plain, match.end())
        inner = re.search(r"\((?P<name>[^()]+)\)", match.group())
        named = defined or inner or _DEFINED_BEFORE.search(plain, max(0, start - 80), start)
        yield Instrument(
            *(start, match.end(), title, form, year, "titled"),
            amending=bool(_AMENDING.search(plain, max(0, start - 40), start)),
            defines=named["name"] if named else "",
            reach=defined.end() if defined else 0,
        )
        floor = match.end()
        more = _MORE_YEARS.match(plain, floor) if match["form"].endswith("s") else None
        while more and not _carries_on(plain, more.end()):
            floor = more.end()
            yield Instrument(more.start("year"), floor, title, form, int(more["year"]), "titled")
            more = _MORE_YEARS.match(plain, floor)


def _carries_on(plain: str, end: int) -> bool:
    """Whether a longer title goes on behind a year: "Police Act 1997 (Criminal Records) Regulations 2002"."""
    return _LONGER.match(plain[end : end + 120]) is not None


def _title_start(plain: str, floor: int, keyword: int, end: int, year: int, acts: Acts) -> int | None:
    """Where the title begins: the longest known one of that year, else as far back as it looks like a title."""
    low = max(floor, keyword - 200)
    walked = _TITLE.search(plain, low, keyword)
    if walked is None:
        return None
    for word in re.finditer(r"(?<![\w’'-])(?!The )[A-Z(]", plain[walked.start() : keyword]):
        begin = walked.start() + word.start()
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
        defined = _DEFINED.match(plain, end)
        given, reach = (defined["name"], defined.end()) if defined else ("", 0)
        name = plain[start:end]
        yield Instrument(start, end, name, _form(name), None, "short", defines=given, reach=reach)


def _dated(plain: str, acts: Acts) -> Iterator[Instrument]:
    for match in _THE_YEAR.finditer(plain):
        start = match.start() - 4 if plain[: match.start()].lower().endswith("the ") else match.start()
        title = f"{match['title']}{match['form']}" if match["title"] else ""
        yield Instrument(start, match.end(), title, match["form"].lower(), int(match["year"]), "dated")


def _pointing(plain: str, acts: Acts) -> Iterator[Instrument]:
    for match in _POINTING.finditer(plain):
        yield Instrument(match.start(), match.end(), "", match["form"].lower(), None, "pointing")


# --- Names that a document gives ------------------------------------------------------------------

_WITH_YEAR = re.compile(rf"({_FORM}) {_YEAR}$")
_MAY_DEFINE = re.compile(r"""(?x)  # quicker than to look for instruments in a text that gives none a name
    (?: Act | Regulations | Order | Rules | \d{4} | Regulation | Rights | Convention )
        (?: \s? \( | , \s (?: hereafter | referred | known ) \b )
  | (?: Act | Regulations | Order | Rules ) [”\"’'] \s+ (?: means | refers | is | are ) \s
    """)


def with_own_names(acts: Acts, document: Document) -> tuple[Acts, dict[str, Act]]:
    """The Acts with the further names that a document gives them, and what it means all through by "the act", "the
    regulations" and the like, where it gives that name to one. "The Act" alone is no further name: it would be
    found in every unknown title."""
    given = _given(document, acts)
    short: dict[Act, list[str]] = defaultdict(list)
    for name, named in given.items():
        for act in () if name in _NAMED_FORMS else _most(named):
            short[act] += (name, _WITH_YEAR.sub(r"\1", name))  # one is looked for with its year apart
    longer = {a: replace(a, short=tuple(dict.fromkeys((*a.short, *short[a])))) for a in acts.entries}
    meant = {form.lower(): longer[next(iter(given[form]))] for form in _NAMED_FORMS if len(given[form]) == 1}
    return Acts(tuple(longer.values()), acts.spoken), meant


def _given(document: Document, acts: Acts) -> dict[str, Counter[Act]]:
    """The short names that the document itself gives to Acts, "the Equality Act 2010 (the Equality Act)", and how
    often it gives them to which."""
    given: dict[str, Counter[Act]] = defaultdict(Counter)
    texts = (text.plain for provision in document.everything for text in provision_texts(provision))
    for plain in filter(_MAY_DEFINE.search, texts):
        for i in find_instruments(plain, acts):
            if i.defines and (act := titled_act(i, acts)):
                given[i.defines.removeprefix("the ")][act] += 1
    return given


def _most(given: Counter[Act]) -> Iterator[Act]:
    """Of the Acts to which one name is given that to which it is most often; all where there are two such."""
    first, *others = (times for _, times in given.most_common())
    return (act for act, times in given.items() if times == first or first in others)


def titled_act(named: Instrument, acts: Acts) -> Act | None:
    """The one Act of a title and year, or of a name that only one Act has."""
    candidates = acts.by_name.get(name_key(named.title), ())
    if named.year is not None:
        candidates = tuple(a for a in candidates if a.year in (named.year, None))
    return candidates[0] if len(candidates) == 1 else None
