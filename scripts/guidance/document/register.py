"""The register: which editions a publication has, their revisions and documents, and which is in force.

Facts only, read from `editions.toml` and `sources.lock`; no text of any edition, no network, no clock.
"""

import calendar
import datetime
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, structs

from guidance.document.model import GuidanceError, read_toml

# Read in an official file or on an official page / official words as a third party quotes them / on a third party's
# page or in public code / general knowledge.
Basis = Literal["A", "A-", "B", "C"]
Id = Annotated[str, Meta(pattern=r"^[0-9a-z][0-9a-z.-]*\Z")]  # names folders and addresses
PartialDate = Annotated[str, Meta(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?\Z")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s\"<>]+\Z")]
# An e-mail address, or that of a form, such as a project's for new issues
Contactable = Annotated[
    str, Meta(pattern=r"^(?:https?://[^\s\"<>]+|[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+)\Z", max_length=300)
]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Host = Annotated[str, Meta(pattern=r"^[0-9a-z.-]+(:[0-9]+)?\Z")]
LOCK = "sources.lock"  # beside editions.toml
_NEAR = datetime.timedelta(days=31)  # how far from a day that is general knowledge an answer is not sure


# --- Dates known to the day, the month or the year: "2018-07-04", "2006-04", "1999" ---


def say_date(date: str | None) -> str:
    """A date as people write it, as exact as it is known: "18 March 2026", "April 2006", "1999", "not known"."""
    if date is None:
        return "not known"
    parts = date.split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return date
    year, month, day = (*parts, "", "")[:3]
    return " ".join(filter(None, (day and str(int(day)), month and calendar.month_name[int(month)], year)))


def say_when(date: str) -> str:
    """The same within a sentence: "on 18 March 2026", "in April 2006", "in 1999"."""
    return f"{'on' if date.count('-') == 2 else 'in'} {say_date(date)}"


def last_day(date: str) -> str:
    """The last day that a date as well known as "2019" or "2019-02" can mean; a full date is that day."""
    year, month, *rest = (*date.split("-"), "12") if len(date) == 4 else date.split("-")
    return date if rest else f"{year}-{month}-{calendar.monthrange(int(year), int(month))[1]:02}"


# --- What the register says ---


class OfficialLink(Struct, frozen=True, forbid_unknown_fields=True):
    """A link to an official page, with its title."""

    title: str
    url: Address


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """A document that belongs to an edition: first the guidance itself, then its companions. `paragraphs` are those
    that are numbered; `note` says what is not known of it, or where it is to be had; `for_children` marks a version
    for children or young people."""

    title: str
    reference: str | None = None
    isbn: str | None = None
    pages: int | None = None
    paragraphs: int | None = None
    size: str | None = None
    basis: Basis = "C"
    url: Address | None = None
    publisher: str | None = None  # where it is not that of the guidance
    for_children: bool = False
    note: str = ""


class Chapter(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of an edition's contents; `page` is that of its file, where it is known."""

    title: str
    number: str | None = None
    page: int | None = None
    basis: Basis = "C"


class Revision(Struct, frozen=True, forbid_unknown_fields=True):
    """A later word on an edition: a new `file`, or a `page note`, which changes what the publication page says and
    leaves the last file standing. Revisions stand oldest first; `date` may be less than a full date, and is None
    where it is not known.

    `part` names what a file holds, where that is not the whole guidance. `unconfirmed` marks one that may never
    have been issued: until its file is here it is a doubt, and never an answer. `unreviewed` marks a file that was
    seen at an address which the register gives to another one: nobody has looked at it, so it is built only when it
    is asked for by its id.
    """

    id: Id
    what: str
    date: PartialDate | None = None
    url: Address | None = None
    sha256: Sha256 | None = None
    basis: Basis = "C"
    unreviewed: bool = False
    kind: Literal["file", "page note"] = "file"
    part: str | None = None
    date_basis: Basis | None = None  # of its date, where that is known less or better than what it changed
    unconfirmed: bool = False

    @property
    def happened(self) -> str:
        """What an event's title says of it: "the official file was issued again"."""
        if self.kind == "page note":
            return "a note changed how it is to be read; the file stayed as it was"
        if self.unconfirmed and not self.sha256:
            return "the official file may have been issued again (not confirmed)"
        return f"{self.part or 'the official file'} was issued again"

    @property
    def counts(self) -> bool:
        """Whether it may answer what stood on a day."""
        return not self.unreviewed and (not self.unconfirmed or self.sha256 is not None)


class Candidate(Struct, frozen=True, forbid_unknown_fields=True):
    """An address at which a file of an edition may be, from general knowledge: tried after the known ones, and what
    comes must prove what it is. `revision` is the one that it is thought to be, `why` what speaks for it."""

    url: Address
    revision: Id | None = None
    why: str = ""
    basis: Basis = "C"


class Locked(Struct, frozen=True, forbid_unknown_fields=True):
    """A file as it was first seen at an address whose SHA-256 the register does not pin, or that differs from the
    one that it pins. `archive` is the address of the copy, where it came from a web archive."""

    edition: Id
    revision: Id
    url: Address
    sha256: Sha256
    size: int
    archive: Address | None = None


class InForce(Struct, frozen=True):
    """What stood on a day: the edition, its file where one is known, the page notes that were put beside that file,
    and in `doubts` what makes the answer unsure."""

    edition: "Edition"
    revision: Revision | None
    doubts: tuple[str, ...] = ()
    notes: tuple[Revision, ...] = ()


class Standing(Struct, frozen=True):
    """Whether an edition is in force, and since when not: told here once, for every page, feed, file and message.

    `ended` is the day, as well as it is known, on which it was superseded, and `successor` what superseded it;
    `begins` the day from which one that is not yet in force will be; `in_force` is the edition in force.
    """

    edition: str
    state: Literal["in force", "superseded", "not yet in force"]
    in_force: str
    ended: PartialDate | None = None
    successor: str | None = None
    begins: PartialDate | None = None

    @property
    def current(self) -> bool:
        """Whether the edition is in force; one that is not may be superseded or still to come."""
        return self.state == "in force"

    @property
    def superseded(self) -> bool:
        """Whether the edition is no longer in force."""
        return self.state == "superseded"

    @property
    def phrase(self) -> str:
        """Such as "in force", "superseded on 18 March 2026", "not yet in force, but from 1 September 2026"."""
        if self.begins:
            return f"{self.state}, but from {say_date(self.begins)}"
        return f"{self.state} {say_when(self.ended)}" if self.ended else self.state

    @property
    def sentence(self) -> str:
        """The phrase as a sentence begins, without its full stop."""
        return self.phrase[0].upper() + self.phrase[1:]


class Edition(Struct, frozen=True, forbid_unknown_fields=True):
    """One published issue of the guidance. Dates are as well known as printed: "2018-07-04" or "2006-04". `locked`
    are its files as they were first seen: from the lock, not from the register's own file."""

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
    links: tuple[OfficialLink, ...] = ()
    author: str | None = None  # as its title page names it; None where that was not seen
    in_force_basis: Basis | None = None  # of `in_force`, where it differs from `basis`
    chapters: tuple[Chapter, ...] = ()  # as far as they are known without the file
    candidates: tuple[Candidate, ...] = ()
    locked: tuple[Locked, ...] = ()

    @property
    def files(self) -> tuple[Revision, ...]:
        """Those of its revisions that are files."""
        return tuple(revision for revision in self.revisions if revision.kind == "file")

    @property
    def begins(self) -> PartialDate:
        """The day from which it holds, as well as it is known."""
        return self.in_force or self.published


class Publication(Struct, frozen=True, forbid_unknown_fields=True):
    """A publication and its editions, oldest first."""

    title: str
    short: str  # as people cite it, such as WT
    publisher: str
    editions: tuple[Edition, ...]
    licence: str = "Open Government Licence v3.0"
    docs: str | None = None  # folder of hand-written pages, relative to the register's
    hosts: tuple[Host, ...] = ()  # official hosts: a redirect from an address above leads to no other
    archive: Address | None = None  # a web archive: below it stand <timestamp>/<original address>
    comparisons: Literal["near", "all"] = "near"  # which editions have a comparison of their own; see `pairing`
    seen: PartialDate | None = None  # the last day on which the newest edition was seen to be in force
    tell_us: Contactable | None = None  # where readers report what is wrong
    specimen: bool = False  # a made-up publication that shows the machine at work; says so on every page

    def edition(self, edition_id: str) -> Edition:
        """The edition with this id. Raises KeyError."""
        return {edition.id: edition for edition in self.editions}[edition_id]

    @property
    def in_force(self) -> Edition:
        """The edition in force, as the register stands: the last that had begun and not ended when that was last
        `seen`; where it says no such day, the last that has not ended."""
        by = self._told_by
        begun = [edition for edition in self.editions if edition.begins <= by] or list(self.editions)
        return next((e for e in reversed(begun) if e.ended is None or e.ended > by), begun[-1])

    @property
    def _told_by(self) -> str:
        """The day to which the register tells; where it says none, all that it tells has come."""
        return last_day(self.seen) if self.seen else "9999"

    @property
    def licence_in_words(self) -> str:
        """The licence of its texts, as files that hold some say it."""
        said = f"Contains public sector information licensed under the {self.licence}."
        return self.licence if self.specimen else said

    def standing(self, edition: Edition, day: datetime.date | None = None) -> Standing:
        """Whether an edition of this publication is in force: on a day, or as the register stands (see `in_force`).

        An edition is superseded when it has ended or another one is in force; where the register does not say
        when it ended, its successor's beginning does. What has not begun on the day is not yet in force.
        """
        stood = self.as_it_stood(day) if day else None
        current = stood.edition if stood else self.in_force
        by = day.isoformat() if day else self._told_by
        if edition.begins > by:
            return Standing(edition.id, "not yet in force", current.id, begins=edition.begins)
        if edition.id == current.id:
            return Standing(edition.id, "in force", current.id)
        successor = self.successor(edition)
        ended = edition.ended or (successor.begins if successor else None)
        return Standing(edition.id, "superseded", current.id, ended, successor.id if successor else None)

    def until(self, edition: Edition, revision: Revision) -> PartialDate | None:
        """When a revision ceased to stand: a file when the next file of the same took its place, a note with the
        edition. None while it stands."""
        later = edition.revisions[edition.revisions.index(revision) + 1 :] if revision.kind == "file" else ()
        files = (r for r in later if r.kind == "file" and r.counts and r.part in (None, revision.part))
        return next((r.date for r in files if r.date), self.standing(edition).ended)

    def successor(self, edition: Edition) -> Edition | None:
        """The edition that replaced this one."""
        at = self.editions.index(edition)
        return self.editions[at + 1] if at + 1 < len(self.editions) else None

    def as_it_stood(self, on: datetime.date) -> InForce | None:
        """What stood on a date; None before the first edition. A date that is known to the month or the year only
        counts from its first day, and is then a doubt until its last; one that is general knowledge is a doubt for
        a month before and behind it."""
        before = [e for e in self.editions if e.begins <= on.isoformat()]
        if not before:
            return None
        edition = before[-1]
        issued = [r for r in edition.revisions if r.counts and r.date and r.date <= on.isoformat()]
        file = next((r for r in reversed(issued) if r.kind == "file"), None)
        notes = tuple(r for r in issued if r.kind == "page note")
        doubts = [*_doubts(edition, self.successor(edition), file, on)]
        if self.seen and last_day(self.seen) < on.isoformat():
            seen = say_date(self.seen)
            doubts.append(f"the register was brought up to {seen}: what was issued since is not known")
        return InForce(edition, file, tuple(doubts), notes)


def source_address(edition: Edition, page: int | None = None, sha256: str | None = None) -> str | None:
    """The official file's address, at a page of it where one is given: the revision that was read where its
    `sha256` is known, else the newest one that has an address."""
    known = [r for r in edition.revisions if r.url]
    read = [r for r in known if sha256 and r.sha256 == sha256]
    url = (read or known)[-1].url if known else None
    is_file = url is not None and url.lower().split("?")[0].endswith(".pdf")
    return f"{url}#page={page}" if page and is_file else url


def _doubts(edition: Edition, later: Edition | None, file: Revision | None, on: datetime.date) -> Iterator[str]:
    """What keeps a day's answer from being sure; `later` is the edition after it, `file` the one that stood."""
    day = on.isoformat()
    if edition.begins <= day <= last_day(edition.begins) != edition.begins:
        yield f"from which day in {edition.begins} the edition of {edition.id} held is not known"
    if edition.ended and edition.ended <= day and later:
        yield f"the edition of {edition.id} had ended, and that of {later.id} had not begun: what held is not known"
    for one in filter(None, (edition, later)):
        if (one.in_force_basis or one.basis) == "C" and _is_near(one.begins, on):
            when = say_date(one.begins)
            yield f"that the edition of {one.id} held from {when} is general knowledge, not confirmed"
    for revision in (r for r in edition.revisions if not r.unreviewed):
        if revision.date is None:
            yield f"when revision {revision.id} was issued is not known"
        elif not revision.counts:
            if revision.date <= day and (file is None or (file.date or "") < revision.date):
                yield (
                    f"a file of {say_date(revision.date)}, revision {revision.id}, may have stood instead: "
                    "that it was issued is general knowledge, not confirmed"
                )
        elif revision.date <= day <= last_day(revision.date) != revision.date:
            yield f"on which day in {revision.date} revision {revision.id} was issued is not known"
        elif (revision.date_basis or revision.basis) == "C" and _is_near(revision.date, on):
            when = say_when(revision.date)
            yield f"that revision {revision.id} was issued {when} is general knowledge, not confirmed"
    notes = [r for r in edition.revisions if r.kind == "page note" and r.counts and r.date]
    for note in notes:
        if file and file.date and (note.date or "") < file.date:
            yield f"whether the file of revision {file.id} takes in the note of revision {note.id} is not known"
    if file is None:
        yield "which file stood then is not known"


def _is_near(date: PartialDate, on: datetime.date) -> bool:
    """Whether a day is within a month of all that a date can mean."""
    first = datetime.date.fromisoformat(f"{date}-01-01"[:10])
    return first - _NEAR <= on <= datetime.date.fromisoformat(last_day(date)) + _NEAR


def read_register(folder: Path) -> Publication:
    """The publication described by `folder`/editions.toml, with the SHA-256 of files that sources.lock has seen.

    Raises GuidanceError when a file is missing or not of this form, when ids repeat, when the editions or
    revisions do not stand oldest first, or when an address stands on no official host.
    """
    path = folder / "editions.toml"
    nowhere = "there is no register here; --publication names its folder"
    publication = read_toml(path, Publication, missing=nowhere)
    _refuse_disorder(path, publication)
    return _with_seen(publication, read_lock(folder / LOCK))


def _refuse_disorder(path: Path, publication: Publication) -> None:
    dated: list[tuple[str, list[tuple[str | None, str]]]] = [
        ("edition", [(e.published, e.id) for e in publication.editions]),
        *((f"revision of {e.id}", [(r.date, r.id) for r in e.revisions]) for e in publication.editions),
    ]
    for kind, ids in dated:
        if len({identity for _, identity in ids}) != len(ids):
            raise GuidanceError(f"{path}: an id stands twice among the {kind}s")
        if any(later < earlier for earlier, later in pairwise(date for date, _ in ids if date)):
            raise GuidanceError(f"{path}: put each {kind} in its place by date, oldest first")
    for edition in publication.editions:
        for url in (*(r.url for r in edition.revisions if r.url), *(c.url for c in edition.candidates)):
            if publication.hosts and urlsplit(url).netloc.lower() not in publication.hosts:
                raise GuidanceError(f"{path}: {url} stands on none of the official `hosts`; add its host there")
        unknown = {c.revision for c in edition.candidates if c.revision} - {r.id for r in edition.revisions}
        if unknown:
            raise GuidanceError(f"{path}: a candidate of {edition.id} names no revision of it: {min(unknown)}")
    if all(e.ended for e in publication.editions):
        raise GuidanceError(f"{path}: every edition has ended; one must be in force")


class _Lock(Struct, frozen=True):
    files: tuple[Locked, ...] = ()


def read_lock(path: Path) -> tuple[Locked, ...]:
    """The files that a sources.lock has seen, in the order of sight; none where there is no such file.

    Raises GuidanceError when it is not of its form.
    """
    return read_toml(path, _Lock, mend="restore it from git").files


def _with_seen(publication: Publication, lock: tuple[Locked, ...]) -> Publication:
    """The publication with what the lock has seen: the first file at an address is its revision's, each later one
    an unreviewed revision of its own, until the register takes it in."""
    pinned = {r.sha256 for e in publication.editions for r in e.revisions if r.sha256}
    editions = []
    for edition in publication.editions:
        revisions: list[Revision] = []
        for revision in edition.revisions:
            seen = [entry for entry in lock if (entry.edition, entry.revision) == (edition.id, revision.id)]
            if revision.sha256 is None and seen:
                revision = structs.replace(revision, sha256=seen[0].sha256, url=revision.url or seen[0].url)
            known = pinned | {revision.sha256}
            revisions += [revision, *(_unreviewed(revision, entry) for entry in seen if entry.sha256 not in known)]
        mine = [entry for entry in lock if entry.edition == edition.id]
        locked = tuple({entry.revision: entry for entry in reversed(mine)}.values())
        editions.append(structs.replace(edition, revisions=tuple(revisions), locked=locked))
    return structs.replace(publication, editions=tuple(editions))


def _unreviewed(revision: Revision, seen: Locked) -> Revision:
    return Revision(
        id=f"{revision.id}-{seen.sha256[:8]}",
        what=f"The official file changed without a new address (that of {revision.id}). What changed is not known.",
        url=seen.url,
        sha256=seen.sha256,
        basis="A",
        unreviewed=True,
    )
