"""What a publication's audit looks for, read from `audit.toml`: its names, what is not it, names out of use.

Data of the publication and the patterns made from it; no page is read here.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.audit.texts import FoundBlock
from guidance.cite.addresses import Holding
from guidance.cite.citation import Naming
from guidance.document.model import GuidanceError
from guidance.document.register import Publication
from guidance.document.toml_files import read_toml

FILE, ADDRESSES = "audit.toml", "addresses.toml"
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‑": "-"})


class StaleTerm(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that went out of use `since` an edition, and what stands `instead`, with the reason in our words."""

    names: tuple[str, ...]
    since: str
    instead: str
    why: str
    capitals: bool = False


class AuditVocabulary(Naming, frozen=True, forbid_unknown_fields=True):
    """What audit.toml says: what the publication is called, what is not it, and names out of use. `not_before`
    and `others` are in lower case."""

    not_before: tuple[str, ...] = ()
    never_before: tuple[str, ...] = ()
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


_BEFORE = re.compile(  # a name out of use that is told as such: "the former LSCB", "then called", "replaced the"
    r"""
    \b (?: former | formerly | previously | previous | replac (?: e | ed | es | ing ) | instead[ ]of | rather[ ]than
         | abolished | abolition[ ]of | end[ ]of | ended | no[ ]longer | then | old | used[ ]to[ ]be | known[ ]as
         | called | in[ ]place[ ]of | took[ ]over[ ]from | successors?[ ] (?: of | to ) )
    \s+ (?: called \s+ | known[ ]as \s+ | by \s+ )? (?: (?: the | a | an | our | local ) \s+ )?
    (?: [\w'’-]+ \s+ ){0,2} ['\"‘“(]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND = re.compile(  # the same behind it: "(LSCB), which was abolished", "until 2018"
    r"""
    ['\"’”)]* \s* (?: \( [^()]{1,40} \) \s* )? ,? \s* (?: (?: which | that | and ) \s+ )?
    (?: (?: was | were | has[ ]been | have[ ]been | had[ ]been | is | are ) \s+
        (?: now \s+ | since \s+ | later \s+ | then \s+ )?
        (?: replaced | abolished | superseded | succeeded | dissolved | ended | disbanded | wound[ ]up
          | no[ ]longer )
      | gave[ ]way | became \b | ceased | no[ ]longer | came[ ]to[ ]an[ ]end | ended[ ]in
      | until \s+ (?:19|20)\d\d )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


class Stale(Struct, frozen=True):
    """A stretch of a block with a name out of use."""

    start: int
    end: int
    term: StaleTerm


class TermPatterns:
    """The patterns of a publication's names out of use."""

    def __init__(self, wanted: AuditVocabulary) -> None:
        """Patterns made from the terms; short forms in capitals are looked for as written."""
        self._sieve = Sieve(name for term in wanted.terms for name in term.names)
        self._terms = [(term, _pattern(term)) for term in wanted.terms]

    def find(self, block: FoundBlock) -> Iterator[Stale]:
        """Every name out of use that a block speaks of as if it were in use, in order."""
        if not self._sieve.may_hold(block.text):
            return
        hidden = [match.span() for match in _URL.finditer(block.text)]
        found = [
            Stale(match.start(), match.end(), term)
            for term, pattern in self._terms
            for match in pattern.finditer(block.text)
            if not any(start <= match.start() < end for start, end in hidden)
            and not _BEFORE.search(block.text[max(0, match.start() - 60) : match.start()])
            and not _BEHIND.match(block.text, match.end())
        ]
        end = 0
        for one in sorted(found, key=lambda stale: (stale.start, -stale.end)):
            if one.start >= end:
                end = one.end
                yield one


def _pattern(term: StaleTerm) -> re.Pattern[str]:
    """Words in any case unless `capitals`; what is all capitals only so."""
    exact = tuple(
        name for name in term.names if term.capitals or (sum(map(str.isupper, name)) > 1 and " " not in name)
    )
    free = tuple(name for name in term.names if name not in exact)
    return re.compile(rf"(?<![\w-])(?:{alternatives(exact)}|(?i:{alternatives(free)}))(?![\w-])")
