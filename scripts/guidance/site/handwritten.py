"""What hand-written pages may cite and call on, and what is printed there: citations, contacts, a page's standing.

Data and words; where in a page they stand is the matter of `extension`, which reads the page. Official text,
addresses and comparisons are given, never looked up.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field, structs

from guidance.document.anchors import known_permalinks, permalink_path
from guidance.document.law import LawSince, read_law
from guidance.document.model import Finding, GuidanceError, Permalink, decode_toml, read_toml
from guidance.document.register import Publication, read_register

Anchors = tuple[str, ...]
Reviews = Mapping[str, Mapping[str, str]]

CONTACTS = "contacts.toml"
REVIEWS = "reviews.toml"


class HandCitation(Struct, frozen=True, order=True):
    """A citation in a hand-written page: the edition's id, the anchor there, and the link's words (or none)."""

    edition: str
    anchor: str
    label: str = ""

    @property
    def key(self) -> str:
        """How reviews name what is cited: "2023/para-45"."""
        return f"{self.edition}/{self.anchor}"


_Number = Annotated[str, Meta(pattern="^[0-9]+( [0-9]+)*$")]
_WAYS = ("number", "text", "email", "address")


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """Who can be called, written to or looked up: an entry of `contacts.toml`, where its fields are explained."""

    name: str
    whom: str = field(name="for")
    source: str
    basis: Literal["A", "B", "C"]
    checked: date
    number: _Number | None = None
    text: _Number | None = None
    email: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+@[A-Za-z0-9.-]+$")] | None = None
    address: Annotated[str, Meta(pattern=r"^https://[A-Za-z0-9./-]+$")] | None = None

    def ways(self) -> dict[str, str]:
        """What there is of number, text, email and address, in this order."""
        return {way: said for way in _WAYS if (said := getattr(self, way))}


class StrengthCount(Struct, frozen=True):
    """How many duties are of one strength; `id` is its place on a page of the ledger."""

    strength: str
    id: str
    number: int


class DutyFigures(Struct, frozen=True):
    """Somebody who can be bound, and how many duties name them, of all and of each strength; of
    `inferred` ones more the context tells that they are theirs."""

    name: str
    number: int
    counts: tuple[StrengthCount, ...]
    inferred: int = 0


class LedgerFigures(Struct, frozen=True):
    """What hand-written pages tell of a ledger: the edition, by their ids all who can be bound, and how many
    sentences name nobody and are told by no context."""

    edition: str
    bound: Mapping[str, DutyFigures]
    unknown: int = 0


class Sources(Struct, frozen=True):
    """What is known of all that can be cited; as JSON it is the file that a build leaves for `mkdocs serve`.

    `permalinks` has, per edition and anchor, the line of the permalink register; `addresses`, for editions with
    text, the page and fragment from the site's root. `today` has, per edition and anchor, the anchors at which the
    text stands in the edition in force: none where it does not stand there, no entry where no crosswalk knows.
    `comparisons` are the pairs of editions, older first, that the site compares.
    `reviewed` has, per page, the fingerprint of each thing cited ("2023/para-45") when the page was last reviewed.
    `duties` counts those of the newest edition with text, `services` are the contacts; `pages` has the Markdown
    of pages that only a build of the site can make, `law` the law since an edition.
    """

    publication: Publication
    permalinks: Mapping[str, Mapping[str, Permalink]]
    addresses: Mapping[str, Mapping[str, str]] = {}
    today: Mapping[str, Mapping[str, Anchors]] = {}
    comparisons: frozenset[tuple[str, str]] = frozenset()
    reviewed: Mapping[str, Mapping[str, str]] = {}
    duties: LedgerFigures | None = None
    services: Mapping[str, Service] = {}
    pages: Mapping[str, str] = {}
    law: LawSince = LawSince()


def decode(content: bytes, page: str) -> str:
    """A page's text. Raises GuidanceError when it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise GuidanceError(f"{page}: is not UTF-8; save it as UTF-8") from None


@cache
def services(content: bytes) -> Mapping[str, Service]:
    """The services of a file of contacts, by the names that pages give them.

    Raises GuidanceError for a file of another form, and for a service that gives no way to reach it.
    """
    found = decode_toml(content, CONTACTS, dict[str, Service])
    for name, service in found.items():
        if not service.ways():
            raise GuidanceError(f"{CONTACTS}: {name} has none of {', '.join(_WAYS)}; give it one")
    return found


class Way(Struct, frozen=True):
    """A link on a page: its words, and where it leads, as pages write it: "guidance:2023/para-45". A number for
    text messages leads nowhere, for `check` lets none be linked."""

    words: str
    href: str = ""


def contact_way(name: str, way: str, said: bool, page: str, known: Mapping[str, Service]) -> Way:
    """How somebody is reached: by the `way` asked for, else by the address where a page has `said` words of its
    own, and by the first there is where it has none.

    Raises GuidanceError for somebody, or a way, that the file of contacts does not have.
    """
    if name not in known:
        raise GuidanceError(f"{page}: names the contact {name}, which {CONTACTS} does not have")
    ways = known[name].ways()
    way = way or ("address" if said else next(iter(ways)))
    if way not in ways:
        raise GuidanceError(f"{page}: {CONTACTS} gives no {way} for {name}")
    found = ways[way]
    match way:
        case "number":
            return Way(found, f"tel:{found.replace(' ', '')}")
        case "email":
            return Way(found, f"mailto:{found}")
        case "address":
            return Way(found.removeprefix("https://").removeprefix("www.").rstrip("/"), found)
        case _:
            return Way(found)


# --- One citation ----------------------------------------------------------------------------------


class SaidCitation(Struct, frozen=True):
    """What is printed where something is cited: the link; where its text stands in the edition in force, if that
    is another one; what has changed, said to the reader; and the same for a reviewer."""

    link: Way
    today: tuple[Way, ...] = ()
    changed: str = ""
    finding: Finding | None = None


def say_citation(cite: HandCitation, page: str, sources: Sources) -> SaidCitation:
    """What a page says at a citation. Raises GuidanceError for a citation of something that does not exist."""
    entry = lookup(cite, page, sources)
    link = Way(cite.label or name_provision(entry), f"guidance:{cite.key}")
    in_force = sources.publication.in_force.id
    reviewed = sources.reviewed.get(page, {}).get(cite.key)
    if reviewed is None:
        why = f"{page}: {cite.key} has not been reviewed; run guidance review {page}"
        return SaidCitation(link, finding=Finding("not reviewed", why))
    carried = cite.edition != in_force
    known = sources.today.get(cite.edition, {}).get(cite.anchor) if carried else (cite.anchor,)
    if known is None and entry.fingerprint == reviewed:
        return SaidCitation(link)
    lines = sources.permalinks.get(in_force, {})
    now = tuple(lines.get(anchor) for anchor in known or ())
    same = known is not None and len(now) == 1 and now[0] is not None and now[0].fingerprint == reviewed
    forward = tuple(
        Way(f"{in_force}: {name_provision(line) if line else anchor}", f"guidance:{in_force}/{anchor}")
        for anchor, line in zip(known or (), now, strict=True)
        if carried
    )
    if same and entry.fingerprint == reviewed:
        return SaidCitation(link, forward)
    said, where = _say_change(cite, entry.fingerprint == reviewed, known, in_force)
    return SaidCitation(link, forward, said, Finding("source changed", f"{page}: {cite.key}: {where}"))


def lookup(cite: HandCitation, page: str, sources: Sources) -> Permalink:
    """The permalink register's line for what is cited. Raises GuidanceError when there is none."""
    edition = sources.permalinks.get(cite.edition)
    if edition is None or cite.anchor not in edition:
        why = "has no permalinks" if edition is None else "has no such anchor"
        raise GuidanceError(f"{page}: cites {cite.key}, but edition {cite.edition} {why}; see its permalinks.tsv")
    return edition[cite.anchor]


def _say_change(cite: HandCitation, own_text_same: bool, known: Anchors | None, in_force: str) -> tuple[str, str]:
    """What a reader is told at a citation whose source is not what was reviewed, and what a reviewer is."""
    if not own_text_same:
        return "source changed since this was written", f"its text is not what was reviewed in {cite.edition}"
    if not known:
        return f"not in the {in_force} edition", f"does not stand in {in_force}"
    return f"source changed in the {in_force} edition", f"reads otherwise in {in_force}"


def address_of(edition: str, anchor: str, sources: Sources) -> str:
    """Where something that is cited stands, from the site's root: on its page, or else at its permalink."""
    return sources.addresses.get(edition, {}).get(anchor) or permalink_path(edition, anchor)


def name_provision(entry: Permalink) -> str:
    """What a provision is called in a citation: "para 45", "flow chart 1", "box, page 86"."""
    if entry.number:
        stem = entry.anchor[: -len(entry.number)].rstrip("-").replace("-", " ")
        return f"{'note' if entry.kind == 'footnote' else stem} {entry.number}"
    if re.fullmatch(r"(figure|table)-\d+", entry.anchor):
        return entry.anchor.replace("-", " ")
    kind = "" if entry.kind == "text" else entry.kind
    return ", ".join(part for part in (kind, f"page {entry.page}" if entry.page else "") if part) or entry.anchor


def say_standing(
    page: str, edition_id: str, changed: int, publication: Publication
) -> tuple[str, tuple[str | Way, ...]]:
    """Of a page that was written from an edition, the title of a note and its words: whether that edition is in
    force, and how many of the page's sources have `changed`.

    Raises GuidanceError for an edition that the register does not have.
    """
    try:
        edition = publication.edition(edition_id)
    except KeyError:
        raise GuidanceError(f"{page}: written_from names {edition_id}, which the register does not have") from None
    standing = publication.standing(edition)
    many = "One source" if changed == 1 else f"{changed} sources"
    counted = f" {many} of this page changed since it was written; each place says so." if changed else ""
    title = f"Written from the {edition.id} edition"
    if not standing.superseded:
        return title, (f"That edition is {standing.phrase}.{counted}",)
    now = Way(f"the edition in force, that of {standing.in_force}", f"site:{standing.in_force}/")
    return title, (f"That edition was {standing.phrase}. Check what you read here against ", now, f".{counted}")


# --- Files -------------------------------------------------------------------------------------------


def read_sources(register: Path, docs: Path, facts: Path) -> Sources:
    """All that can be cited: of the register, the contacts and the reviews as they stand, and of the rest what the
    last build of the site left in `facts`, if there was one.

    Raises GuidanceError when one of them is not of its form.
    """
    publication = read_register(register)
    try:
        left = msgspec.json.decode(facts.read_bytes(), type=Sources) if facts.is_file() else None
    except (OSError, msgspec.DecodeError):
        raise GuidanceError(f"{facts}: cannot be read; build the site again, or remove this file") from None
    earlier = left.permalinks if left else {}
    known = known_permalinks((edition.id for edition in publication.editions), register)
    contacts = docs / CONTACTS
    now: dict[str, Any] = {
        "publication": publication,
        "permalinks": {edition: {**lines, **earlier.get(edition, {})} for edition, lines in known.items()},
        "reviewed": read_reviews(docs / REVIEWS),
        "services": services(contacts.read_bytes() if contacts.is_file() else b""),
        "law": read_law(register, publication),
    }
    return structs.replace(left, **now) if left else Sources(**now)


def read_reviews(path: Path) -> Reviews:
    """Per page, the fingerprint of each thing cited; none where the file is missing.

    Raises GuidanceError when the file is not of this form.
    """
    record = read_toml(path, dict[str, Any])
    for page, cited in record.items():
        if not isinstance(cited, dict) or not all(isinstance(value, str) for value in cited.values()):
            raise GuidanceError(f"{path}: {page}: expected a table of citations and fingerprints")
    return record
