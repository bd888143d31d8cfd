"""What a publication's audit looks for, read from `audit.toml`: its names, what is not it, names out of use.

Data of the publication and the patterns made from it; no page is read here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Meta, Struct

from guidance.audit.texts import FoundBlock
from guidance.document.model import GuidanceError
from guidance.document.register import Publication
from guidance.document.toml_files import read_toml

FILE = "audit.toml"
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})


class StaleTerm(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that went out of use `since` an edition, and what stands `instead`, with the reason in our words."""

    names: tuple[str, ...]
    since: str
    instead: str
    why: str
    capitals: bool = False


class Title(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that only the edition of one year had."""

    names: tuple[str, ...]
    year: Annotated[str, Meta(pattern=r"^(?:19|20)\d\d\Z")]


class AuditVocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """What audit.toml says; `not_before`, `others` and `files` are in lower case, `files` are patterns."""

    names: tuple[str, ...] = ()
    former: tuple[Title, ...] = ()
    short: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    never_before: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    terms: tuple[StaleTerm, ...] = ()


def read_wanted(folder: Path, publication: Publication) -> AuditVocabulary:
    """What to look for in audits of the publication whose folder this is; without an audit.toml its title alone.

    Raises GuidanceError when the file is not of this form.
    """
    path = folder / FILE
    wanted = read_toml(path, AuditVocabulary)
    for pattern in wanted.files:
        try:
            re.compile(pattern)
        except re.error as error:
            raise GuidanceError(f"{path}: {pattern!r} is no pattern ({error}); correct it there") from None
    known = {edition.id for edition in publication.editions}
    for term in wanted.terms:
        if term.since not in known:
            raise GuidanceError(f"{path}: {term.names[0]}: the register has no edition {term.since}")
    if wanted.names:
        return wanted
    return msgspec.structs.replace(wanted, names=(publication.title,), abbreviations=(publication.short,))


class Known:
    """The addresses at which a publication stands, and the years that name its editions."""

    def __init__(self, publication: Publication, wanted: AuditVocabulary, site_url: str | None = None) -> None:
        """`site_url` is where this site is published, so that links to its permalinks are known too."""
        self.publication = publication
        self._files = [re.compile(pattern, re.IGNORECASE) for pattern in wanted.files]
        self._site = _plain(site_url)[0].rstrip("/") if site_url else None
        self._addresses: dict[str, str] = {_plain(a)[0]: publication.in_force.id for a in wanted.addresses}
        for edition in publication.editions:
            self._addresses |= {_plain(r.url)[0]: edition.id for r in edition.revisions if r.url}
        # GOV.UK has served the same files from more than one of its hosts.
        self._paths = {a.partition("/")[2]: e for a, e in self._addresses.items() if a.partition("/")[2]}

    @cached_property
    def years(self) -> dict[str, str]:
        """Year -> edition: the edition of that name, else the one whose file was issued again that year."""
        found: dict[str, str] = {}
        for edition in self.publication.editions:
            found |= {revision.date[:4]: edition.id for revision in edition.revisions if revision.date}
            found |= {edition.published[:4]: edition.id}
        return found | {edition.id: edition.id for edition in self.publication.editions}

    def look_up(self, address: str) -> "Address | None":
        """What an address leads to of this publication; None where it leads elsewhere."""
        place, fragment = _plain(address)
        page = re.search(r"(?:^|&)page=(\d{1,4})\b", fragment)
        number = int(page[1]) if page else None
        inner = place.rpartition("/http")[2].partition("/")[2].lstrip("/") if "webarchive" in place else ""
        for one in filter(None, (place, _plain(inner)[0] if inner else "")):
            host, _, path = one.partition("/")
            official = host == "gov.uk" or host.endswith(".gov.uk")
            if edition := self._addresses.get(one) or (self._paths.get(path) if official else None):
                return Address(edition, number)
        if self._site and place.startswith(f"{self._site}/"):
            return self._own(place.removeprefix(f"{self._site}/"))
        if any(pattern.search(place) for pattern in self._files) and re.match(r"[\w.-]*\bgov\.uk/", place):
            year = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d{1,2}(?!\d{4}))", place.rpartition("/")[2])
            return Address(self.years.get(year[1], year[1]) if year else None, number)
        return None

    def _own(self, way: str) -> "Address | None":
        match = re.match(r"(?P<edition>[\w.-]+)/(?:p/(?P<place>[\w.-]+))?", way)
        named = match and (self.publication.in_force.id if match["edition"] == "latest" else match["edition"])
        if not match or named not in {edition.id for edition in self.publication.editions}:
            return None
        place = match["place"]
        return Address(named, None, f"para-{place}" if place and place[:1].isdigit() else place)


class Address(Struct, frozen=True):
    """What an address leads to: an edition (None where the address does not tell), a page of it, an anchor."""

    edition: str | None
    page: int | None = None
    anchor: str | None = None


@lru_cache(maxsize=8192)
def _plain(address: str) -> tuple[str, str]:
    """An address without scheme, www and query, in lower case; and its fragment."""
    try:
        parts = urlsplit(address.strip() if "//" in address else f"//{address.strip()}")
    except ValueError:
        return "", ""
    host = parts.netloc.rpartition("@")[2].removeprefix("www.").lower()
    return f"{host}{unquote(parts.path).rstrip('/').lower()}", parts.fragment


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
        for word in self._capitals:
            if word in text:
                return True
        sieved = _sieved(text)
        return any(word in sieved for word in self._words)


def _sieved(text: str) -> str:
    plain = text if text.isascii() else text.translate(_QUOTES).replace("–", " ")
    return plain.lower().replace("-", " ")


def alternatives(words: tuple[str, ...]) -> str:
    """A pattern for any of some words, the longest first, with any white space or hyphens between them."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(
        re.escape(word.translate(_QUOTES)).replace(r"\ ", r"[ \-–]").replace("'", "['’]") for word in ordered
    )


_BEFORE = re.compile(
    r"\b(?:former|formerly|previously|previous|replac(?:e|ed|es|ing)|instead of|rather than|abolished|"
    r"abolition of|end of|ended|no longer|then|old|used to be|known as|called|in place of|took over from|"
    r"successors? (?:of|to))"
    r"\s+(?:called\s+|known as\s+|by\s+)?(?:(?:the|a|an|our|local)\s+)?(?:[\w'’-]+\s+){0,2}['\"‘“(]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"['\"’”)]*\s*(?:\([^()]{1,40}\)\s*)?,?\s*(?:(?:which|that|and)\s+)?"
    r"(?:(?:was|were|has been|have been|had been|is|are)\s+(?:now\s+|since\s+|later\s+|then\s+)?"
    r"(?:replaced|abolished|superseded|succeeded|dissolved|ended|disbanded|wound up|no longer)|gave way|became\b|"
    r"ceased|no longer|came to an end|ended in|until\s+(?:19|20)\d\d)",
    re.IGNORECASE,
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
    parts = [alternatives(exact)] if exact else []
    parts += [f"(?i:{alternatives(free)})"] if free else []
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")
