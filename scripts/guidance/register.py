"""The register: which editions a publication has, their revisions and documents, and which is in force.

Facts only, read from `editions.toml`; no text of any edition, no network, no clock.
"""

import datetime
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from guidance.model import GuidanceError

Basis = Literal["A", "B", "C"]  # read in an official file / on a third party's page / general knowledge
Id = Annotated[str, Meta(pattern=r"^[0-9a-z][0-9a-z.-]*\Z")]  # names folders and addresses
PartialDate = Annotated[str, Meta(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?\Z")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s\"<>]+\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """A link to an official page, with its title."""

    title: str
    url: Address


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """A document that belongs to an edition: the guidance itself or a companion."""

    title: str
    reference: str | None = None
    isbn: str | None = None
    pages: int | None = None
    size: str | None = None
    basis: Basis = "C"


class Revision(Struct, frozen=True, forbid_unknown_fields=True):
    """One official issue of an edition's file. `id` sorts by time; `date` may be less than a full date."""

    id: Id
    date: PartialDate
    what: str
    url: Address | None = None
    sha256: Sha256 | None = None
    basis: Basis = "C"


class Edition(Struct, frozen=True, forbid_unknown_fields=True):
    """One published issue of the guidance. Dates are as well known as printed: "2018-07-04" or "2006-04"."""

    id: Id
    title: str
    published: PartialDate
    subtitle: str | None = None
    in_force: PartialDate | None = None  # where it differs from `published`
    ended: PartialDate | None = None
    replaced: str | None = None
    summary: str = ""  # one line of ours: what was new
    basis: Basis = "C"
    unknown: tuple[str, ...] = ()  # what is not known of it, said to the reader
    revisions: tuple[Revision, ...] = ()
    documents: tuple[Published, ...] = ()
    links: tuple[Link, ...] = ()


class Publication(Struct, frozen=True, forbid_unknown_fields=True):
    """A publication and its editions, oldest first."""

    title: str
    short: str  # as people cite it, such as WT
    publisher: str
    editions: tuple[Edition, ...]
    licence: str = "Open Government Licence v3.0"
    docs: str | None = None  # folder of hand-written pages, relative to the register's
    specimen: bool = False  # a made-up publication that shows the machine at work; says so on every page

    def edition(self, edition_id: str) -> Edition:
        """The edition with this id. Raises KeyError."""
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        raise KeyError(edition_id)

    @property
    def in_force(self) -> Edition:
        """The edition in force: the last one that has not ended."""
        return next(e for e in reversed(self.editions) if e.ended is None)

    def successor(self, edition: Edition) -> Edition | None:
        """The edition that replaced this one."""
        at = self.editions.index(edition)
        return self.editions[at + 1] if at + 1 < len(self.editions) else None

    def as_it_stood(self, on: datetime.date) -> tuple[Edition, Revision | None] | None:
        """The edition, and its revision, that stood on a date; None before the first one."""
        day = on.isoformat()
        before = [e for e in self.editions if (e.in_force or e.published) <= day]
        if not before:
            return None
        issued = [r for r in before[-1].revisions if r.date <= day]
        return before[-1], issued[-1] if issued else None


def read_register(folder: Path) -> Publication:
    """The publication described by `folder`/editions.toml.

    Raises GuidanceError when the file is missing or not of this form, when ids repeat, or when
    the editions or revisions do not stand oldest first.
    """
    path = folder / "editions.toml"
    try:
        publication = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Publication)
    except FileNotFoundError:
        raise GuidanceError(f"{path}: there is no register here; --publication names its folder") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise GuidanceError(f"{path}: {error}") from None
    for kind, ids in (
        ("edition", [(e.published, e.id) for e in publication.editions]),
        *((f"revision of {e.id}", [(r.date, r.id) for r in e.revisions]) for e in publication.editions),
    ):
        if len({identity for _, identity in ids}) != len(ids):
            raise GuidanceError(f"{path}: an id stands twice among the {kind}s")
        if [date for date, _ in ids] != sorted(date for date, _ in ids):
            raise GuidanceError(f"{path}: put each {kind} in its place by date, oldest first")
    if all(e.ended for e in publication.editions):
        raise GuidanceError(f"{path}: every edition has ended; one must be in force")
    return publication
