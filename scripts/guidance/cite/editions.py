"""Which edition is meant by a year, a reference, a former title or an address: the register, turned round.

Words are read elsewhere; no address is opened.
"""

import re
from functools import cached_property, lru_cache
from typing import Annotated
from urllib.parse import unquote, urlsplit

from msgspec import Meta, Struct

from guidance.document.register import Publication

_SMALL = {"to", "the", "and", "of", "in", "for", "a"}


class Title(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that only the edition of one year had."""

    names: tuple[str, ...]
    year: Annotated[str, Meta(pattern=r"^(?:19|20)\d\d\Z")]


class Naming(Struct, frozen=True, forbid_unknown_fields=True):
    """What people call a publication, who they say wrote it, and where they find it; `files` are patterns of
    addresses, and `addresses` lead to the edition in force."""

    names: tuple[str, ...] = ()
    former: tuple[Title, ...] = ()
    short: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Address(Struct, frozen=True):
    """What an address leads to: an edition (None where the address does not tell), a page of it, an anchor."""

    edition: str | None
    page: int | None = None
    anchor: str | None = None


class Known:
    """The names, years, references and addresses of a publication's editions."""

    def __init__(self, publication: Publication, naming: Naming | None = None, site_url: str | None = None) -> None:
        """`site_url` is where this site is published, so that links to its permalinks are known too."""
        self.publication = publication
        self.naming = naming = naming or Naming()
        self.files = [re.compile(pattern, re.IGNORECASE) for pattern in naming.files]
        self._site = plain_address(site_url)[0].rstrip("/") if site_url else None
        self.addresses: dict[str, str] = {plain_address(a)[0]: publication.in_force.id for a in naming.addresses}
        for edition in publication.editions:
            self.addresses |= {plain_address(r.url)[0]: edition.id for r in edition.revisions if r.url}
        # GOV.UK has served the same files from more than one of its hosts.
        self._paths = {a.partition("/")[2]: e for a, e in self.addresses.items() if a.partition("/")[2]}

    @cached_property
    def years(self) -> dict[str, str]:
        """Year -> edition: the edition of that name, else the one whose file was issued again that year."""
        found: dict[str, str] = {}
        for edition in self.publication.editions:
            found |= {revision.date[:4]: edition.id for revision in edition.revisions if revision.date}
            found |= {edition.published[:4]: edition.id}
        return found | {edition.id: edition.id for edition in self.publication.editions}

    @cached_property
    def short_years(self) -> dict[str, str]:
        """Two digits -> the one edition that is named by a year which ends so: "18" is 2018."""
        ids = [edition.id for edition in self.publication.editions if re.fullmatch(r"\d{4}", edition.id)]
        ends = [edition[2:] for edition in ids]
        return {edition[2:]: edition for edition in ids if ends.count(edition[2:]) == 1}

    @cached_property
    def references(self) -> dict[str, str]:
        """Official reference of the guidance itself -> edition: "DFE-00195-2018"."""
        own = ((edition, document) for edition in self.publication.editions for document in edition.documents[:1])
        return {document.reference: edition.id for edition, document in own if document.reference}

    @cached_property
    def sayings(self) -> dict[str, str]:
        """What names an edition without its year: its reference, or a title that only it had; and a year such as
        "2015/16", which cites no paragraph 16."""
        seasons = {
            f"{year}/{int(year[2:]) + 1:02}": edition for year, edition in self.years.items() if year.isdigit()
        }
        former = {
            name: self.years.get(title.year, title.year) for title in self.naming.former for name in title.names
        }
        return self.references | former

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What people call the publication: its names, and the beginnings and initials of long ones."""
        own = (self.publication.short, self.publication.title, *self.naming.names)
        found = {*own, *self.naming.short, *self.naming.abbreviations}
        for name in own:
            parts = name.split()
            ends = range(2, len(parts))
            found.update(" ".join(parts[:size]) for size in ends if parts[size - 1].lower() not in _SMALL)
            if len(parts) > 2:
                found.add("".join(part[0] for part in parts if part.lower() not in _SMALL))
                found.add("".join(part[0] for part in parts))
        return tuple(sorted(found))

    def look_up(self, address: str) -> Address | None:
        """What an address leads to of this publication; None where it leads elsewhere."""
        place, fragment = plain_address(address)
        page = re.search(r"(?:^|&)page=(\d{1,4})\b", fragment)
        number = int(page[1]) if page else None
        inner = place.rpartition("/http")[2].partition("/")[2].lstrip("/") if "webarchive" in place else ""
        for one in filter(None, (place, plain_address(inner)[0] if inner else "")):
            host, _, path = one.partition("/")
            official = host == "gov.uk" or host.endswith(".gov.uk")
            if edition := self.addresses.get(one) or (self._paths.get(path) if official else None):
                return Address(edition, number)
        if self._site and place.startswith(f"{self._site}/"):
            return self._own(place.removeprefix(f"{self._site}/"))
        if any(pattern.search(place) for pattern in self.files) and re.match(r"[\w.-]*\bgov\.uk/", place):
            year = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d{1,2}(?!\d{4}))", place.rpartition("/")[2])
            return Address(self.years.get(year[1], year[1]) if year else None, number)
        return None

    def _own(self, way: str) -> Address | None:
        match = re.match(r"(?P<edition>[\w.-]+)/(?:p/(?P<place>[\w.-]+))?", way)
        named = match and (self.publication.in_force.id if match["edition"] == "latest" else match["edition"])
        if not match or named not in {edition.id for edition in self.publication.editions}:
            return None
        place = match["place"]
        return Address(named, None, f"para-{place}" if place and place[:1].isdigit() else place)


@lru_cache(maxsize=8192)
def plain_address(address: str) -> tuple[str, str]:
    """An address without scheme, www and query, in lower case; and its fragment."""
    try:
        parts = urlsplit(address.strip() if "//" in address else f"//{address.strip()}")
    except ValueError:
        return "", ""
    host = parts.netloc.rpartition("@")[2].removeprefix("www.").lower()
    return f"{host}{unquote(parts.path).rstrip('/').lower()}", parts.fragment
