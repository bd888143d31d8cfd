"""What a citation names -> where it stands: its permalinks, the official file, and the same text today.

Works from permalinks alone, so that editions whose text is not at hand can be cited; never searches text.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from guidance.cite.citation import Citation, CitationGrammar
from guidance.cite.grammar import CitedPlace, Unit, find_places, say_place
from guidance.document.anchors import permalink_path
from guidance.document.change_model import Crosswalk
from guidance.document.model import Permalink
from guidance.document.register import Edition, Publication, source_address

CiteStatus = Literal["found", "not-found", "not-loaded", "not-understood"]
_SHORT: dict[Unit, str] = {"paragraph": "para", "footnote": "note"}  # as machine-readable output says them


class Cited(Struct, frozen=True):
    """A citation resolved. `entries` are the places cited, in reading order; `today` says, per place, the addresses
    from the site's root at which the text stands in the edition in force, none where it does not (then `nearest`
    are those of what is closest above it); both are empty where no crosswalk knows. `official` is the official
    file, at the page where one is known, or else the page it is published on."""

    citation: Citation
    status: CiteStatus
    standing: str
    in_force: str
    entries: tuple[Permalink, ...] = ()
    today: tuple[tuple[str, ...], ...] = ()
    nearest: tuple[tuple[str, ...], ...] = ()
    official: str | None = None
    is_file: bool = False  # whether `official` is the file itself

    @property
    def permalinks(self) -> tuple[str, ...]:
        """Where the places cited stand, from the site's root."""
        return tuple(permalink_path(self.citation.edition, entry.anchor) for entry in self.entries)


def resolve(
    citation: Citation,
    publication: Publication,
    permalinks: Mapping[str, Sequence[Permalink]],
    crosswalk: Crosswalk | None = None,
) -> Cited:
    """Where a citation of an edition in the register points. `permalinks` are each edition's, in reading order; an
    edition that has none is not loaded, and its official file is the answer."""
    edition = publication.edition(citation.edition)
    entries = permalinks.get(edition.id, ())
    found = find_places(citation.place, entries)
    status: CiteStatus = "found" if found or (entries and citation.place == CitedPlace()) else "not-found"
    page = citation.place.number("page") or next((str(entry.page) for entry in found if entry.page), None)
    address, is_file = official_address(edition, int(page) if page else None)
    today, nearest = _today(edition.id, found, publication.in_force.id, crosswalk)
    return Cited(
        citation=citation,
        status=status if entries else "not-loaded",
        standing=publication.standing(edition).phrase,
        in_force=publication.in_force.id,
        entries=found,
        today=today,
        nearest=nearest,
        official=address,
        is_file=is_file,
    )


def official_address(edition: Edition, page: int | None = None) -> tuple[str | None, bool]:
    """Where an edition is officially to be read, and whether that is its file, at a page of it, or else the page it
    is published on."""
    file = source_address(edition, page)
    return file or next((link.url for link in edition.links), None), file is not None


def _today(
    edition: str, found: Sequence[Permalink], in_force: str, crosswalk: Crosswalk | None
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Per place where its text stands in the edition in force, and what is nearest where it does not."""
    if edition == in_force:
        return tuple((permalink_path(edition, entry.anchor),) for entry in found), tuple(() for _ in found)
    if not crosswalk or not {edition, in_force} <= set(crosswalk.editions):
        return (), ()
    known = [crosswalk.counterpart(edition, entry.anchor, in_force) for entry in found]
    said = [tuple(permalink_path(in_force, anchor) for anchor in one.anchors) for one in known]
    today = tuple(paths if one.exact else () for one, paths in zip(known, said, strict=True))
    return today, tuple(() if one.exact else paths for one, paths in zip(known, said, strict=True))


# --- Finding ---


def say_cited(found: Cited) -> Iterator[str]:
    """A resolved citation in words, a line for each place: its permalink, its page, the edition's standing, and
    where the text stands today. Of an edition that is not loaded, its standing and the official file."""
    edition, standing = found.citation.edition, found.standing
    named = say_place(found.citation.place)
    if found.status == "not-loaded":
        yield f"{edition}, {named}: {standing}; {say_official(found)}"
    elif found.status == "not-found":
        yield f"{edition}, {named}: there is no such place in the edition of {edition} ({standing})"
    elif not found.entries:
        yield f"{edition}: {edition}/ ({standing})"
    for at, (entry, link) in enumerate(zip(found.entries, found.permalinks, strict=True)):
        page = f", page {entry.page}" if entry.page else ""
        name = f"{entry.kind} {entry.number or entry.anchor}"
        yield f"{edition} {name}{page}: {link} ({standing}){_say_today(found, at)}"


def say_official(found: Cited) -> str:
    """Where to read an edition that is not loaded."""
    where = {True: "the official file", False: "no address of its file is known, look at"}[found.is_file]
    return (
        f"its text is not loaded here; {where}: {found.official}"
        if found.official
        else "its text is not loaded here"
    )


def _say_today(found: Cited, at: int) -> str:
    if found.citation.edition == found.in_force or not found.today:
        return ""
    if found.today[at]:
        return f" → today {', '.join(found.today[at])}"
    if found.nearest[at]:
        return f" → no counterpart in {found.in_force}; nearest {', '.join(found.nearest[at])}"
    return f" → no counterpart in {found.in_force}"


def record(found: Cited) -> dict[str, object]:
    """A resolved citation as `guidance cite --format json` gives it. `url` is the first place's permalink from the
    site's root, or the official file's address where the edition is not loaded; `today` is null where it is not
    known where the text stands today, and empty where it stands nowhere."""
    place = found.citation.place
    urls = [*found.permalinks, f"{found.citation.edition}/"]
    today = list(dict.fromkeys(path for paths in found.today for path in paths))
    return {
        "edition": found.citation.edition,
        "standing": found.standing,
        "places": [
            {"unit": _SHORT.get(step.unit, step.unit), "number": step.number, "to": step.to, "sub": step.sub}
            for step in place.steps
        ],
        "status": found.status,
        "url": urls[0] if found.status == "found" else found.official,
        "today": today if found.today else None,
    }


def grammar_record(grammar: CitationGrammar, publication: Publication, loaded: Sequence[str]) -> dict[str, object]:
    """What search/grammar.json holds for the search box and the page of dead addresses: the grammar, and what is
    answered of each edition. `loaded` are those with places."""
    editions = {}
    for edition in publication.editions:
        address, is_file = official_address(edition)
        editions[edition.id] = {
            "standing": publication.standing(edition).phrase,
            "loaded": edition.id in loaded,
            "official": address,
            "pages": is_file and source_address(edition, 1) != address,
            "file": is_file,
        }
    return {**grammar.record(), "editions": editions, "inForce": publication.in_force.id}


def not_understood() -> dict[str, object]:
    """What is given where the words cite no place of an edition: another document, or nothing that can be told."""
    return {"edition": None, "standing": None, "places": [], "status": "not-understood", "url": None, "today": None}
