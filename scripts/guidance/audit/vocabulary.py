"""What a publication's audit looks for, read from `audit.toml`: its names, what is not it, names out of use; and
what a mention of it is.

Data of the publication and the patterns made from it; no page is read here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from guidance.audit.texts import FoundBlock
from guidance.cite.addresses import Holding
from guidance.cite.citation import Naming
from guidance.cite.grammar import DAY, MONTH, PAGES, PARAGRAPHS, PLACE, YEAR, CitedPlace
from guidance.document.model import GuidanceError, read_toml
from guidance.document.register import Publication
from guidance.document.walk import sentence_ends

FILE, ADDRESSES = "audit.toml", "addresses.toml"
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‑": "-"})


Sort = Literal["name", "former", "short", "abbreviation", "author", "number", "address", "unnamed"]
Told = Literal["words", "link", "row", "name", "before", "title"]


class Mention(Struct, frozen=True):
    """A stretch of a block that names the guidance: the year as written (or the edition an address leads to;
    None where there is neither) and the places named with it, none where it is named as a whole.

    `told` says what the edition was told by, `against` is another one (or another document) to which its link
    leads or, `against_by` "words", whose day it gives as that of an update; `newest` says that its link shows
    whatever edition is the newest.
    """

    start: int
    end: int
    sort: Sort
    year: str | None = None
    cites: tuple[CitedPlace, ...] = ()
    sure: bool = True
    told: Told = "words"
    against: str | None = None
    against_by: Told = "link"
    newest: bool = False


Placed = tuple[FoundBlock, Mention]


class StaleTerm(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that went out of use `since` an edition, and what stands `instead`, with the reason in our words.

    What they named `ended` in a year. Some names count only `beside` some words, and not where others stand
    (`unless`)."""

    names: tuple[str, ...]
    since: str
    instead: str
    why: str
    capitals: bool = False
    ended: Annotated[str, Meta(pattern=r"^(?:19|20)\d\d\Z")] | None = None
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class AuditVocabulary(Naming, frozen=True, forbid_unknown_fields=True):
    """What audit.toml says: what the publication is called, what is not it, and names out of use. `not_before`
    and `others` are in lower case."""

    not_before: tuple[str, ...] = ()
    never_before: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    siblings_before: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    terms: tuple[StaleTerm, ...] = ()


class _Register(Struct, frozen=True, forbid_unknown_fields=True):
    addresses: tuple[Holding, ...] = ()


def read_wanted(folder: Path, publication: Publication) -> AuditVocabulary:
    """What to look for in audits of the publication whose folder this is; without an audit.toml its title alone.

    Raises GuidanceError when the file is not of this form.
    """
    path = folder / FILE
    wanted = read_toml(path, AuditVocabulary)
    known = {edition.id for edition in publication.editions}
    held = read_toml(folder / ADDRESSES, _Register).addresses
    if stray := next((one.holds for one in held if one.holds not in {*known, "any", "current", "other"}), None):
        raise GuidanceError(f"{folder / ADDRESSES}: the register has no edition {stray}; correct it there")
    wanted = msgspec.structs.replace(wanted, addresses=held)
    for term in wanted.terms:
        if term.since not in known:
            raise GuidanceError(f"{path}: {term.names[0]}: the register has no edition {term.since}")
    if wanted.names:
        return wanted
    return msgspec.structs.replace(wanted, names=(publication.title,), abbreviations=(publication.short,))


class Sieve:
    """Says at once that a text holds none of some words; where it may, patterns must tell."""

    def __init__(self, words: Iterable[str]) -> None:
        """Words in any case, their spaces standing for hyphens too; those in capitals only as they are."""
        held = set(words)
        self._capitals = tuple(sorted(word for word in held if word.isupper()))
        plain = sorted({_sieved(word) for word in held if not word.isupper()}, key=lambda word: (len(word), word))
        self._words = [w for at, w in enumerate(plain) if not any(shorter in w for shorter in plain[:at])]

    def may_hold(self, text: str) -> bool:
        """Whether some of the words may stand in a text."""
        if any(word in text for word in self._capitals):
            return True
        sieved = _sieved(text)
        return any(word in sieved for word in self._words)


def _sieved(text: str) -> str:
    plain = text if text.isascii() else text.translate(QUOTES).replace("–", " ")
    return plain.lower().replace("-", " ")


def alternatives(words: tuple[str, ...]) -> str:
    """A pattern for any of some words, the longest first, with any white space or hyphens between them; one that
    fits nothing where there are none."""
    ordered = sorted(words, key=len, reverse=True)
    escaped = (re.escape(word.translate(QUOTES)) for word in ordered)
    return "|".join(word.replace(r"\ ", r"[ \-–]").replace("'", "['’]") for word in escaped) or "(?!)"


ENDS = re.compile(r"[.;?!]\s+(?=[A-Z])")  # of sentences


def sentence_before(text: str, at: int) -> str:
    """What stands before a name in its sentence, of 400 characters at most."""
    near = max(0, at - 400)
    return text[max((end.end() for end in ENDS.finditer(text, near, at + 1)), default=near) : at]


# --- What stands beside a name ---

Tokens = tuple[tuple[str, re.Pattern[str]], ...]
DATED = rf"(?:(?:{DAY}\s+)?{MONTH}\s+|\d{{1,2}}[/.]\d{{1,2}}[/.])?(?P<year>{YEAR})[a-d]?(?!\w|[/–—-]\s?\d)"
SHORT_YEAR = rf"\s(?:'\d\d|\d\d(?=[\s,:;(]+{PLACE}))(?![\w'])"  # "WT '23", "WT 23, p 57"


def words_behind(words: Sequence[str], between: str) -> str:
    """A pattern for some words behind a name, with what may stand `between`."""
    return rf"{between}['\"]?[\s(,]*(?:{alternatives(tuple(words))})(?![\w-])"


def tokens_behind(author: str, name: str, again: str, subtitles: str) -> Tokens:
    """What may stand behind a name, in the order in which it is tried. A place that goes on "of our policy", or of
    another name, belongs there."""
    elsewhere = (
        rf"(?!\)?,?\s*(?:of|in|from)\s+(?:(?:the\s+)?(?:{name}|{YEAR})|this\b|our\b|its\b|(?!England)[A-Z]|"
        r"the\s+(?!guidance|document|statutory|pdf|same)))(?!\s+(?:above|below)\b)"
    )
    issued = r"(?i:published|issued|re-?issued|updated|revised|amended)"
    dated = rf"(?:{DAY}\s+)?(?:{MONTH}\s+)?{YEAR}\b"
    updated = rf"(?:{DAY}\s+)?(?:{MONTH}\s+)?(?P<year>{YEAR})\b"
    lead = (
        r"(?:(?i:says|states|sets out|requires|advises|explains|describes|makes clear)\b,?\s*)?"
        r"(?:(?i:at|in|on|under|see|see also|and|or|specifically|especially|particularly|in\s+particular|notably|"
        r"namely|chiefly|including|e\.g\.)\s+(?:the\s+)?)+"
    )
    also = rf"\s*,\s*(?:(?:and|&)\s+)?|\s*;\s*(?={YEAR}\s*[);\]])|\s+(?:and|&|or)\s+|\s*/\s*"
    title = rf"(?!\s+(?!{PLACE})[A-Z][\w']+\s+\w)"  # "2018 and 2023 Annual Report" goes on to something else
    return _compiled(
        ("possessive", r"'s?(?!\w)"),
        ("years", rf"(?:{also})(?:the\s+)?(?P<year>{again})(?![\w/–—]|-\d){title}"),
        ("short", rf"{SHORT_YEAR}|\s{YEAR}/\d\d\b"),
        ("year", DATED),
        ("place", rf"{PLACE}{elsewhere}"),
        ("paragraph", rf"at\s+\[(?P<paragraph>{PARAGRAPHS})(?!\]?\()"),
        ("page", rf":\s?(?:pp?\.?\s*)?(?P<page>{PAGES})(?=\s*(?:[);\]]|\.?$))"),
        (
            "paragraph",
            rf",\s+(?=\d{{1,2}}\.\d)(?!\d+\.\d+\s*[KMG]B)(?P<paragraph>{PARAGRAPHS})(?!\s*%)",
        ),  # "Working Together 2010, 5.17"
        (
            "word",
            rf":\s*(?i:statutory|guidance|a guide)\b[^.;()\[\]]{{0,140}}?(?=\s*[(,]?\s*(?:{MONTH}\s+)?{YEAR}\b)",
        ),
        ("word", rf":\s*[A-Z][\w' -]{{2,60}}?(?=[,;]\s*{PLACE})"),  # "Appendix A: Glossary, p. 108"
        ("word", rf"[\s:,–-]*(?i:{subtitles})(?!\w)"),
        (  # "paragraph 61 (partners), paragraph 154"
            "caption",
            rf"\s*\([a-z][^()\d]{{1,40}}\)(?=[\s,;]*(?:and\s+)?{PLACE})",
        ),
        ("gap", r"[\s,;()\[\]'\"/&|→›•·–—*_-]+"),
        ("gap", rf":(?=\s*(?:{PLACE}|{YEAR}|{MONTH}|(?i:statutory|guidance)\b))"),
        (
            "gap",
            rf"\.(?=\s*(?:{author}|[A-Z][a-z]+:\s+(?:{author})[^.]{{0,20}}?,?\s+{PLACE}|\(?{YEAR}\)?|London|TSO)\b)",
        ),
        ("gap", rf"\.(?=\s+[a-z¶§])(?=\s+{PLACE})"),  # "Working Together. 2015. p. 75"
        ("word", rf"(?i:currently|now|presently|latest|current)\s+(?=[(\[]?(?:{MONTH}\s+)?{YEAR})"),
        (
            "in",
            rf"(?:(?i:which|that)\s+)?(?:(?i:came out|appeared|was {issued}|{issued})\s+)?"
            rf"in\s+(?P<month>{MONTH})\s+(?P<year>{YEAR})",
        ),
        ("again", rf"(?:as\s+|last\s+)?{issued}\s+(?:in\s+|on\s+)?{updated}"),
        ("word", rf"(?:(?:was|were|as)\s+)?(?:last\s+)?{issued}\s+(?:in\s+|on\s+)?(?={dated})"),
        ("word", rf"[A-Z][a-z]+:\s+(?:{author})(?:\s+Publications)?(?=,?\s+{PLACE})"),  # "Nottingham: DCSF, p. 133"
        ("word", rf"(?:{author})(?:'s)?\b"),
        ("word", rf"(?i:guidance|edition|version)\s+(?i:of|from|dated)\s+(?={dated})"),
        ("word", rf":?\s*(?i:a guide to) [^.;()\[\]]{{3,140}}?(?=\s*(?:[.;()\[\]]|$|{YEAR}|, ))"),
        (
            "word",
            r"(?i:statutory|guidance|guide|edition|version|update|issue|document|dated|England|London|HMSO|TSO|the)\b",
        ),
        ("word", rf"(?i:section|part|box|table|figure)\s+\d+(?:\.\d+)*(?=\s*[,:;]\s*{PLACE})[,:;]"),
        ("lead", rf"{lead}(?={PLACE})"),
    )


def tokens_before(author: str, again: str) -> Tokens:
    """What may stand before a name, in the order in which it is tried."""
    several = rf"{PLACE}(?:\s+et\s+seq\.?|\s?ff?\.?(?!\w))?(?:[\s,;]*(?:(?:and|of|in)\s+)?{PLACE})*"
    year = rf"(?P<year>{YEAR})"
    open_ = r"['\"*_]*$"
    not_when = "".join(rf"(?<!{end} )" for end in ("[Ii]n", "nce", "[Bb]y", "til", "ing", "ter", "ore"))
    listed = rf"(?:{again})(?:(?:\s*,\s*|,?\s+(?:and|&|or)\s+)(?:the\s+)?(?:{again}))+"
    of = r"(?:\s+of)?(?:\s+the)?"
    return _compiled(
        ("editions", rf"\b(?:{listed})\s+(?i:editions?|versions?|issues?|guidance){of}\s*{open_}"),
        ("editions", rf"\b(?i:editions?|versions?|issues?)\s+(?:of\s+)?(?:{listed}){of}\s*{open_}"),
        (
            "author-year",  # "HM Government. (2018, July). "
            rf"(?:{author})(?:'s)?[\s,.]*[(\[]?(?:{MONTH}\s+)?{year}[a-d]?(?:,\s*(?:{DAY}\s+)?{MONTH}(?:\s+{DAY})?)?"
            rf"[)\]]?[.,:]?\s*{open_}",
        ),
        (
            "edition",
            rf"\b{year}\)?\s+(?i:edition|version|issue|revision|update|re-issue)(?:\s+of)?(?:\s+the)?\s*{open_}",
        ),
        ("edition", rf"\b{year}\s+(?:statutory\s+)?(?:guidance|guide)(?:,?\s+|\s*\(){open_}"),
        ("year", rf"{not_when}(?<![\d/–-]){year}\)?\s+{open_}"),
        (
            "place",
            rf"{several}\)?,?\s+(?:of|in|from|to|under)\s+(?:the\s+)?"
            r"(?:(?!and\b|or\b)[a-z][\w']*\s+){0,3}['\"*_(]*$",
        ),  # not "Part 1 of KCSIE and Working Together"
        ("place", rf"{several}\s+['\"*_(]*$"),
        ("place", rf"(?:^|(?<=[(;:])|(?<=[Ss]ee )|(?<=[Aa]t )){several}\s*[,:–-]\s*{open_}"),
        ("word", rf"(?:{author})(?:'s)?[\s,:]+{open_}"),
        (
            "word",
            r"\b(?i:the|statutory|guidance|guide|document|government's|government|national|new|current|latest|revised|"
            r"updated|in|of|under|called|entitled|titled|named|England's|and|with|to)[\s,:]+['\"*_(]*$",
        ),
    )


def _compiled(*tokens: tuple[str, str]) -> Tokens:
    return tuple((kind, re.compile(pattern)) for kind, pattern in tokens)


# --- Names out of use ---

_BEFORE = re.compile(  # a name out of use that is told as such: "the former LSCB", "then called", "replaced the"
    r"""
    \b (?: former | formerly | previously | previous | replac (?: e | ed | es | ing ) | instead[ ]of | rather[ ]than
         | abolished | abolition[ ]of | end[ ]of | ended | no[ ]longer | then | old | used[ ]to[ ]be | known[ ]as
         | called | in[ ]place[ ]of | took[ ]over[ ]from | successors?[ ] (?: of | to )
         | (?: took | takes | taken | taking ) [ ]the[ ]place[ ]of
         | chang (?: e | ed | es | ing ) | dissol (?: ved | ving ) | disbanded | scrapped
         | erstwhile | predecessors?,? | days[ ]of )
    \s+ (?: called \s+ | known[ ]as \s+ | by \s+ )? (?: (?: the | a | an | our | local | its ) \s+ )?
    (?: [\w'’-]+ \s+ ){0,2} ['\"‘“(]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND = re.compile(  # the same behind it: "(LSCB), which was abolished", "until 2018"
    r"""
    ['\"’”)]* \s* (?: \( [^()]{1,40} \) \s* )? ,? \s* (?: (?: which | that | and ) \s+ )?
    (?: (?: was | were | has[ ]been | have[ ]been | had[ ]been | is | are ) \s+
        (?: now \s+ | since \s+ | later \s+ | then \s+ )?
        (?: replaced | abolished | superseded | succeeded | dissolved | ended | disbanded | wound[ ]up | closed
          | no[ ]longer )
      | gave[ ]way | became \b | ceased | closed \b | no[ ]longer | came[ ]to[ ]an[ ]end | ended \b
      | until \s+ (?: [a-z]+ \s+ )? (?:19|20)\d\d )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TITULAR = (
    re.compile(  # the name of a law or of another paper: "the LSCB Regulations 2006", "LSCB annual report 2015"
        r"""
    ['\"’”)]* \s* (?: \( [^()]{1,60} \) \s* )? (?: [\w'’&-]+ \s+ ){0,6}?
    (?: (?:\([\w ]+\)\s+)? (?: Regulations | Act | Order | Rules | Code )
      | [Rr]eport | [Pp]rocedures? | [Mm]anual | [Ss]trategy | [Pp]lan | [Mm]inutes | [Rr]eview | [Pp]rotocol )
    \s* (?: of | for | , | \( )? \s* (?P<year>(?:19|20)\d\d)
    """,
        re.VERBOSE,
    )
)
_LAW = re.compile(r"['’\"”)]*\s*(?:\([\w ]+\)\s*)?(?:[A-Z][\w-]*\s+){0,4}(?:Regulations|Act|Order|Rules)\b")
_UNTIL = re.compile(
    r"(?:\(|\b(?P<over>until|till|before|prior\s+to|up\s+to)\s+|"
    r"\b(?:between|from|to|and|during|by|in|of|on|published|dated|Act|Regulations)\s+)(?:(?:the|early|late|"
    rf"spring|summer|autumn|winter|about|its)\s+|{DAY}\s+|{MONTH}\s+)*\(?(?P<year>{YEAR})",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|led|met|held|found|wrote|gave|became|began|ran|took|paid|sat|chose|brought|made|said|told|"
    r"kept|came|went|knew|saw|set\s+up|(?!need|feed|speed|indeed|exceed|proceed)[a-z]{2,}ed)\b"
)
_TODAY = re.compile(
    r"\b(?:must|should|shall|will|please|contact|refer|report\s+to|ring|tell|ask|today|now|currently|since)\b",
    re.IGNORECASE,
)
_SENTENCE_LONG = 600  # characters to either side
_SENTENCE = re.compile(r"(?<=[.;?!])\s+(?=[\"“‘(]?[A-Z])")
_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


def _is_history(term: StaleTerm, text: str, start: int, end: int) -> bool:
    """Whether a name out of use is told as history or as part of a title, and not as something that is there."""
    if _BEFORE.search(text[max(0, start - 60) : start]) or _BEHIND.match(text, end) or _LAW.match(text, end):
        return True
    titled = _TITULAR.match(text, end)
    if titled and term.ended and titled["year"] <= term.ended:
        return True
    near = max(0, start - _SENTENCE_LONG)
    before = sentence_ends(_SENTENCE, text, near, start + 1)  # with the letter that begins the name's own sentence
    begins = max((m.end() for m in before), default=near)
    behind = (m.start() for m in sentence_ends(_SENTENCE, text, end, end + _SENTENCE_LONG))
    ends = next(behind, end + _SENTENCE_LONG)
    sentence = text[begins:ends]
    told = list(_UNTIL.finditer(sentence))
    dated = [match["year"] for match in told]
    past = bool(dated and term.ended and max(dated) <= term.ended)
    if re.search(r"\bused\s+to\b", text[begins:start]):
        return True
    over = any(match["over"] for match in told)
    return past and (over or bool(_PAST.search(sentence))) and not _TODAY.search(sentence)


class Stale(Struct, frozen=True):
    """A stretch of a block with a name out of use."""

    start: int
    end: int
    term: StaleTerm


_NEAR = 160  # characters on either side of a name in which its company stands


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives(words)})(?!\w)", re.IGNORECASE)


class TermPatterns:
    """The patterns of a publication's names out of use."""

    def __init__(self, wanted: AuditVocabulary) -> None:
        """Patterns made from the terms; short forms in capitals are looked for as written."""
        self._sieve = Sieve(name for term in wanted.terms for name in term.names)
        self._terms = [(term, _pattern(term)) for term in wanted.terms]
        self._company = {term.names[0]: (_any_of(term.beside), _any_of(term.unless)) for term in wanted.terms}

    def find(self, blocks: Sequence[FoundBlock]) -> Iterator[list[tuple[FoundBlock, Stale]]]:
        """Every name out of use that a file speaks of as if it were in use, once, with all places where it does."""
        found: dict[str, list[tuple[FoundBlock, Stale]]] = {}
        for block in blocks:
            for stale in self._in_block(block):
                found.setdefault(stale.term.names[0], []).append((block, stale))
        yield from found.values()

    def _in_block(self, block: FoundBlock) -> Iterator[Stale]:
        """The same in a block, in order."""
        if not self._sieve.may_hold(block.text):
            return
        hidden = [match.span() for match in _URL.finditer(block.text)]
        found = [
            Stale(*match.span(), term)
            for term, pattern in self._terms
            for match in pattern.finditer(block.text)
            if not any(start <= match.start() < end for start, end in hidden)
            and not _is_history(term, block.text, *match.span())
            and self._is_meant(term, block.text, *match.span())
        ]
        end = 0
        for one in sorted(found, key=lambda stale: (stale.start, -stale.end)):
            if one.start >= end:
                end = one.end
                yield one

    def _is_meant(self, term: StaleTerm, text: str, start: int, end: int) -> bool:
        """Whether such words stand near as show that the name means what went out of use."""
        near = f"{text[max(0, start - _NEAR) : start]} | {text[end : end + _NEAR]}".replace("’", "'")
        beside, unless = self._company[term.names[0]]
        return (not term.beside or bool(beside.search(near))) and not (term.unless and unless.search(near))


def _pattern(term: StaleTerm) -> re.Pattern[str]:
    """Words in any case unless `capitals`; what is all capitals only so."""
    exact = tuple(
        name for name in term.names if term.capitals or (sum(map(str.isupper, name)) > 1 and " " not in name)
    )
    free = tuple(name for name in term.names if name not in exact)
    return re.compile(rf"(?<![\w-])(?:{alternatives(exact)}|(?i:{alternatives(free)}))(?![\w-])")
