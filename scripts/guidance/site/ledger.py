"""The duty ledger of an edition as pages: an overview with figures, and for each of those bound every sentence
that binds them. Also as JSON and as a table for a spreadsheet; nothing is read or judged here.

Every page is whole without JavaScript. Sentences are official text: they are printed as the characters they are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, structs

from guidance.document.model import Duty, Strength
from guidance.site.changes_view import ComparedPlace, csv_table
from guidance.site.inline import clean
from guidance.site.pages import Page, front_matter, page_url, to_root
from guidance.site.templates import PlaceLink, part, render

FOLDER = "duties"
HOME = f"{FOLDER}/index.md"
UNCLEAR = "not-clear"  # the page of sentences of which it is not clear whom they bind
STRENGTHS: tuple[Strength, ...] = ("must", "must not", "should", "should not", "may", "responsibility")

_MEANING: Mapping[Strength, str] = {
    "must": "is required",
    "must not": "is forbidden",
    "should": "is expected, unless there is good reason",
    "should not": "is expected not to be done",
    "may": "is a power: it is allowed, not required",
    "responsibility": "is somebody's task, said without must or should: “is responsible for”, “has a duty to”",
}
CSV_COLUMNS = ("strength", "who", "sentence", "place", "page", "anchor", "earlier")
_LONG = 12  # a list of more entries is divided by chapters
_UNCLEAR_NAME = "Not clear whom it binds"


class Earlier(Struct, frozen=True):
    """What a duty was in an earlier edition."""

    edition: str
    strength: Strength


class Ledger(Struct, frozen=True):
    """The duties of an edition and what their pages draw from.

    `names` are all who can be bound, id -> name, in the publication's order; `places` where each anchor stands;
    `measured` says, in our own words, how well duties are found (empty where nobody has measured it); `titles` are
    those of the chapters that places stand under.
    """

    edition: str
    duties: tuple[Duty, ...]
    names: Mapping[str, str]
    places: Mapping[str, ComparedPlace]
    earlier: Mapping[Duty, Earlier] = {}
    measured: str = ""
    titles: Mapping[str, str] = {}

    def of(self, agency: str) -> tuple[Duty, ...]:
        """The duties that bind somebody, or with `UNCLEAR` those of which that is not clear."""
        return tuple(d for d in self.duties if (agency in d.who if agency != UNCLEAR else not d.who))


# --- Files -----------------------------------------------------------------------------------------


class DutyRecord(Struct, frozen=True):
    """One object of duties.json."""

    anchor: str
    page: int | None
    sentence: str
    strength: Strength
    who: tuple[str, ...]


def duty_records(duties: Iterable[Duty]) -> tuple[DutyRecord, ...]:
    """What duties.json holds, in reading order."""
    return tuple(DutyRecord(d.at.anchor, d.page, d.sentence, d.strength, d.who) for d in duties)


def duties_csv(ledger: Ledger) -> bytes:
    """The whole ledger for a spreadsheet, in reading order."""
    return csv_table(CSV_COLUMNS, csv_rows(ledger, ledger.duties))


def csv_rows(ledger: Ledger, duties: Iterable[Duty]) -> tuple[tuple[str, ...], ...]:
    """The rows of duties under `CSV_COLUMNS`."""
    return tuple(_csv_row(ledger, duty) for duty in duties)


def _csv_row(ledger: Ledger, duty: Duty) -> tuple[str, ...]:
    was = ledger.earlier.get(duty)
    return (
        duty.strength,
        "; ".join(ledger.names.get(one, one) for one in duty.who) or "not clear",
        clean(duty.sentence),
        clean(ledger.places[duty.at.anchor].name),
        str(duty.page or ""),
        duty.at.anchor,
        f"{was.strength} in {was.edition}" if was else "",
    )


# --- Pages -----------------------------------------------------------------------------------------


def page_path(agency: str) -> str:
    """The page of somebody's duties."""
    return f"{FOLDER}/{agency}.md"


def render_ledger(ledger: Ledger, others: Collection[str] = ()) -> tuple[Page, ...]:
    """The ledger's pages: the overview first, then one for each of those who can be bound, also where no sentence
    binds them, so that a link to it lasts. `others` are the ids of other editions that have these pages too."""
    pages = [_overview(ledger, others)]
    pages += [_agency_page(ledger, agency, name, others) for agency, name in ledger.names.items()]
    pages.append(_agency_page(ledger, UNCLEAR, _UNCLEAR_NAME, others))
    return tuple(pages)


def link_to_ledger(ledger: Ledger) -> str:
    """The ledger as a section of the edition's home page, in Markdown."""
    return str(part("ledger_links.md", "from_home", HOME, len(ledger.duties)))


class StrengthCount(Struct, frozen=True):
    """How many duties are of one strength; `id` is its place on a page of the ledger."""

    strength: str
    id: str
    number: int


class DutyFigures(Struct, frozen=True):
    """Somebody who can be bound, and how many duties there are, of all and of each strength."""

    name: str
    number: int
    counts: tuple[StrengthCount, ...]


class LedgerFigures(Struct, frozen=True):
    """What hand-written pages tell of a ledger: the edition, and by their ids all who can be bound."""

    edition: str
    bound: Mapping[str, DutyFigures]


def count_duties(ledger: Ledger) -> LedgerFigures:
    """The figures of a ledger."""
    bound = {one: _figures(name, ledger.of(one)) for one, name in ledger.names.items()}
    return LedgerFigures(ledger.edition, bound)


def _overview(ledger: Ledger, others: Collection[str]) -> Page:
    bound = [agency for agency in ledger.names if ledger.of(agency)]
    changed = [duty for duty in ledger.duties if duty in ledger.earlier]
    facts = {
        **structs.asdict(_figures("", ledger.duties)),
        "bound": [
            {"id": one, **structs.asdict(_figures(ledger.names.get(one, _UNCLEAR_NAME), ledger.of(one)))}
            for one in (*bound, UNCLEAR)
        ],
        "idle": [name for agency, name in ledger.names.items() if agency not in bound],
        "meanings": _MEANING,
        "changed": _chapters(ledger, changed, HOME, ""),
        "since": ledger.earlier[changed[0]].edition if changed else "",
    }
    return _page(ledger, "ledger.md", HOME, "Duty ledger", others, **facts)


def _agency_page(ledger: Ledger, agency: str, name: str, others: Collection[str]) -> Page:
    path = page_path(agency)
    duties = ledger.of(agency)
    by_strength = [(one, [duty for duty in duties if duty.strength == one]) for one in STRENGTHS]
    facts = {
        **structs.asdict(_figures(name, duties)),
        "unclear": agency == UNCLEAR,
        "groups": [
            {
                "strength": strength,
                "id": _id(strength),
                "meaning": _MEANING[strength],
                "number": len(mine),
                "chapters": _chapters(ledger, mine, path, agency),
            }
            for strength, mine in by_strength
            if mine
        ],
    }
    title = clean(f"{name}: duties" if agency != UNCLEAR else name)
    made = _page(ledger, "ledger_agency.md", path, title, others, **facts)
    return structs.replace(made, title=clean(name), parent=HOME)


def _page(ledger: Ledger, template: str, path: str, title: str, others: Collection[str], **facts: object) -> Page:
    """A page with what every one says of itself: that it is computed, how well, and what counts."""
    head: dict[str, object] = {"title": title, "kind": "duties", "search": {"exclude": True}}
    if others:
        head["elsewhere"] = {other: f"{other}/{page_url(path)}" for other in others}
    files = [PlaceLink(name, to_root(path) + name) for name in ("duties.csv", "duties.json")]
    body = render(template, title=title, edition=ledger.edition, files=files, measured=ledger.measured, **facts)
    return Page(path, title, f"{front_matter(head)}{body}")


def _chapters(ledger: Ledger, duties: Iterable[Duty], path: str, agency: str) -> list[dict[str, object]]:
    """Duties chapter by chapter where there are many, else as one list without a title."""
    chapters: dict[str, list[dict[str, object]]] = {}
    for duty in duties:
        chapter = ledger.places[duty.at.anchor].chapter
        chapters.setdefault(ledger.titles.get(chapter, chapter), []).append(_entry(ledger, duty, path, agency))
    entries = [entry for some in chapters.values() for entry in some]
    if len(entries) > _LONG and len(chapters) > 1:
        return [{"title": title, "duties": some} for title, some in chapters.items()]
    return [{"title": "", "duties": entries}] if entries else []


def _entry(ledger: Ledger, duty: Duty, path: str, agency: str) -> dict[str, object]:
    """A duty on a page: the sentence, where it stands, whom else it binds, what it was before."""
    place, root = ledger.places[duty.at.anchor], to_root(path)
    return {
        "sentence": duty.sentence,
        "strength": duty.strength,
        "at": PlaceLink(place.name, root + place.address if place.address else None),
        "page": duty.page,
        "also": bool(agency),
        "others": [
            PlaceLink(ledger.names.get(one, one), f"{root}{FOLDER}/{one}/") for one in duty.who if one != agency
        ],
        "was": ledger.earlier.get(duty),
    }


def _figures(name: str, duties: Sequence[Duty]) -> DutyFigures:
    counts = Counter(duty.strength for duty in duties)
    return DutyFigures(name, len(duties), tuple(StrengthCount(one, _id(one), counts[one]) for one in STRENGTHS))


def _id(strength: Strength) -> str:
    return strength.replace(" ", "-")
