"""The duty ledger of an edition as pages: an overview with figures, and for each of those bound every sentence that
names them, that the context tells of, that binds a group they are in, or that names nobody. Also as JSON and as a
table; nothing is read or judged here.

Every page is whole without JavaScript. Sentences are official text: they are printed as the characters they are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct, structs

from guidance.document.anchors import permalink_path
from guidance.document.law import Notice
from guidance.document.model import Duty, Limit, Strength
from guidance.site.changes_view import ComparedPlace
from guidance.site.handwritten import DutyFigures, LedgerFigures, StrengthCount
from guidance.site.pages import Page, csv_table, front_matter, page_url, to_root
from guidance.site.templates import PlaceLink, clean, render

FOLDER = "duties"
HOME = f"{FOLDER}/index.md"
UNCLEAR = "not-clear"  # the page of sentences of which it is not clear whom they bind
STRENGTHS: tuple[Strength, ...] = get_args(Strength)

_MEANING: Mapping[Strength, str] = {
    "must": "is required",
    "must not": "is forbidden",
    "should": "is expected, unless there is good reason",
    "should not": "is expected not to be done",
    "may": "is a power: it is allowed, not required",
    "responsibility": "is somebody's task, said without must or should: “has a duty to”, “is responsible for”, "
    "“needs to”",
}
CSV_COLUMNS = (
    "strength", "who", "sentence", "place", "page", "anchor", "earlier", "from_context", "context", "limit",
    "law_since",
)  # fmt: skip
SHARE_COLUMN = "listed"  # in somebody's own table: why a duty is in it
_LONG = 12  # a list of more entries is divided by chapters
_UNCLEAR_NAME = "Sentences that name nobody"


class Earlier(Struct, frozen=True):
    """What a duty was in an earlier edition."""

    edition: str
    strength: Strength


class Since(Struct, frozen=True):
    """What became of duties since the edition before: its id, the duties that changed, each with what is seen of
    it, and per anchor the names of the places where its text stood."""

    edition: str
    changed: Mapping[Duty, str]
    stood: Mapping[str, str]


class Share(Struct, frozen=True):
    """A part of somebody's list: `kind` says why it is there, `group` is the id of the group that is bound. In the
    last are the duties of which it is not known whom they bind: they name nobody, and no context tells."""

    kind: Literal["named", "context", "group", "nobody"]
    title: str
    duties: tuple[Duty, ...]
    group: str = ""


class Ledger(Struct, frozen=True):
    """The duties of an edition and what their pages draw from.

    `names` are all who can be bound, id -> name, in the publication's order; `places` where each anchor stands;
    `measured` says, in our own words, how well duties are found (empty where nobody has measured it); `titles` are
    those of the chapters that places stand under; `groups` are those in which somebody is, id -> ids, and `wider`
    says in words who is in a group; `law` has the laws since that bind somebody, by id, `touched` those that touch
    a provision, by anchor; `since` is there where the edition before has text.
    """

    edition: str
    duties: tuple[Duty, ...]
    names: Mapping[str, str]
    places: Mapping[str, ComparedPlace]
    earlier: Mapping[Duty, Earlier] = {}
    measured: str = ""
    titles: Mapping[str, str] = {}
    groups: Mapping[str, tuple[str, ...]] = {}
    wider: Mapping[str, str] = {}
    law: Mapping[str, tuple[Notice, ...]] = {}
    touched: Mapping[str, tuple[Notice, ...]] = {}
    since: Since | None = None

    def of(self, agency: str) -> tuple[Duty, ...]:
        """The duties that name somebody, or with `UNCLEAR` those that name nobody."""
        return tuple(d for d in self.duties if (agency in d.who if agency != UNCLEAR else not d.who))

    def told_of(self, agency: str) -> tuple[Duty, ...]:
        """The duties that name somebody, and those that the context tells to be theirs, in reading order."""
        return tuple(d for d in self.duties if agency in d.who or agency in d.who_context)

    @property
    def unknown(self) -> tuple[Duty, ...]:
        """The duties that name nobody and of which no context tells whom they bind."""
        return tuple(d for d in self.duties if not d.who and not d.who_context)

    def shares(self, agency: str) -> tuple[Share, ...]:
        """All that may bind somebody, each duty once: what names them, what the context tells, what binds a group
        in which they are, and what names nobody. Shares without duties are left out."""
        found = [
            Share("named", "Named", self.of(agency)),
            Share("context", "From context", tuple(d for d in self.duties if agency in d.who_context)),
        ]
        for group in self.groups.get(agency, ()):
            seen = {duty for share in found for duty in share.duties}
            mine = tuple(duty for duty in self.told_of(group) if duty not in seen)
            found.append(Share("group", f"As one of: {self.names[group]}", mine, group))
        found.append(Share("nobody", _UNCLEAR_NAME, self.unknown))
        return tuple(share for share in found if share.duties)


# --- Files -----------------------------------------------------------------------------------------


class DutyRecord(Struct, frozen=True):
    """One object of duties.json."""

    anchor: str
    page: int | None
    sentence: str
    strength: Strength
    who: tuple[str, ...]
    who_complete: bool
    who_context: tuple[str, ...]
    context: str
    limit: Limit | None
    law_since: tuple[str, ...] = ()


def duty_records(duties: Iterable[Duty], touched: Mapping[str, Iterable[Notice]]) -> tuple[DutyRecord, ...]:
    """What duties.json holds, in reading order; `touched` are the laws since, by the anchors that they touch."""
    return tuple(
        DutyRecord(
            d.at.anchor, d.page, d.sentence, d.strength, d.who, d.who_complete, d.who_context, d.context, d.limit,
            tuple(one.head for one in touched.get(d.at.anchor, ())),
        )
        for d in duties
    )  # fmt: skip


def duties_csv(ledger: Ledger) -> bytes:
    """The whole ledger for a spreadsheet, in reading order."""
    return csv_table(CSV_COLUMNS, (_csv_row(ledger, duty) for duty in ledger.duties))


def _csv_row(ledger: Ledger, duty: Duty) -> tuple[str, ...]:
    was = ledger.earlier.get(duty)
    return (
        duty.strength,
        "; ".join((*_names(ledger, duty.who), *(() if duty.who_complete else ("others",)))) or "not clear",
        clean(duty.sentence),
        clean(ledger.places[duty.at.anchor].name),
        str(duty.page or ""),
        duty.at.anchor,
        f"{was.strength} in {was.edition}" if was else "",
        "; ".join(_names(ledger, duty.who_context)),
        clean(duty.context),
        clean(limit_in_words(duty.limit)),
        clean("; ".join(one.head for one in ledger.touched.get(duty.at.anchor, ()))),
    )


def share_rows(ledger: Ledger, agency: str) -> tuple[tuple[str, ...], ...]:
    """The rows of all that may bind somebody under `SHARE_COLUMN` and `CSV_COLUMNS`."""
    return tuple(
        (clean(share.title), *_csv_row(ledger, duty)) for share in ledger.shares(agency) for duty in share.duties
    )


def _names(ledger: Ledger, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ledger.names.get(one, one) for one in ids)


def limit_in_words(limit: Limit | None) -> str:
    """A limit as it is told: "15 working days of being notified"; nothing where there is none."""
    return " ".join(filter(None, (str(limit.number), limit.unit, limit.since))) if limit else ""


# --- Pages -----------------------------------------------------------------------------------------


def page_path(agency: str) -> str:
    """The page of somebody's duties."""
    return f"{FOLDER}/{agency}.md"


def render_ledger(ledger: Ledger, others: Collection[str] = ()) -> tuple[Page, ...]:
    """The ledger's pages: the overview first, then one for each of those who can be bound, also where no sentence
    binds them, so that a link to it lasts. `others` are the ids of other editions that have these pages too."""
    each = {**ledger.names, UNCLEAR: _UNCLEAR_NAME}
    agencies = (_agency_page(ledger, agency, name, others) for agency, name in each.items())
    return (_overview(ledger, others), *agencies)


def count_duties(ledger: Ledger) -> LedgerFigures:
    """The figures of a ledger."""
    bound = {one: _figures(ledger, one) for one in ledger.names}
    return LedgerFigures(ledger.edition, bound, len(ledger.unknown))


def _overview(ledger: Ledger, others: Collection[str]) -> Page:
    bound = [agency for agency in ledger.names if ledger.told_of(agency)]
    changed = [duty for duty in ledger.duties if duty in ledger.earlier]
    facts = {
        "number": len(ledger.duties),
        "counts": _counts(ledger.duties),
        "bound": {one: _figures(ledger, one) for one in (*bound, UNCLEAR)},
        "idle": [name for agency, name in ledger.names.items() if agency not in bound],
        "meanings": _MEANING,
        "changed": _chapters(ledger, changed, HOME, ""),
        "since": ledger.earlier[changed[0]].edition if changed else "",
    }
    return _page(ledger, "ledger.md", HOME, "Duty ledger", others, **facts)


def _agency_page(ledger: Ledger, agency: str, name: str, others: Collection[str]) -> Page:
    path = page_path(agency)
    duties = ledger.of(agency) if agency == UNCLEAR else ledger.told_of(agency)
    beside = [share for share in ledger.shares(agency) if share.kind in ("group", "nobody") and agency != UNCLEAR]
    facts = {
        **structs.asdict(_figures(ledger, agency)),
        "name": name,
        "unclear": agency == UNCLEAR,
        "law": ledger.law.get(agency, ()),
        "beside": [(share, _chapters(ledger, share.duties, path, "", always=True)) for share in beside],
        "names": ledger.names,
        "wider": ledger.wider,
        "meanings": _MEANING,
        "groups": [
            (one, sum(agency in duty.who_context for duty in mine), _chapters(ledger, mine, path, agency))
            for one in _counts(duties)
            if (mine := [duty for duty in duties if duty.strength == one.strength])
        ],
    }
    title = clean(f"{name}: duties" if agency != UNCLEAR else name)
    made = _page(ledger, "ledger_agency.md", path, title, others, **facts)
    return structs.replace(made, title=clean(name), parent=HOME)


def _page(ledger: Ledger, template: str, path: str, title: str, others: Collection[str], **facts: object) -> Page:
    """A page with what every one says of itself: that it is computed, how well, and what counts."""
    head: dict[str, object] = {"title": title, "kind": "duties", "search": {"exclude": True}}
    if (agency := path.removeprefix(f"{FOLDER}/").removesuffix(".md")) in ledger.names:
        head["agency_feed"] = agency
    if others:
        head["elsewhere"] = {other: f"{other}/{page_url(path)}" for other in others}
    files = [PlaceLink(name, to_root(path) + name) for name in ("duties.csv", "duties.json")]
    number, unknown, named = len(ledger.duties), len(ledger.unknown), sum(bool(duty.who) for duty in ledger.duties)
    shares = {"number": number, "named": named, "inferred": number - named - unknown, "unknown": unknown}
    told = {"files": files, "measured": ledger.measured, "shares": shares}
    body = render(template, title=title, edition=ledger.edition, told=told, **facts)
    return Page(path, title, f"{front_matter(head)}{body}")


def by_chapter(ledger: Ledger, duties: Iterable[Duty]) -> dict[str, list[Duty]]:
    """Duties by the title of the chapter that they stand in, in reading order."""
    chapters: dict[str, list[Duty]] = {}
    for duty in duties:
        chapter = ledger.places[duty.at.anchor].chapter
        chapters.setdefault(ledger.titles.get(chapter, chapter), []).append(duty)
    return chapters


def _chapters(
    ledger: Ledger, duties: Iterable[Duty], path: str, agency: str, *, always: bool = False
) -> list[dict[str, object]]:
    """Duties chapter by chapter where there are many, or always; else as one list without a title."""
    chapters = by_chapter(ledger, duties)
    whole = [duty for some in chapters.values() for duty in some]
    if not always and (len(whole) <= _LONG or len(chapters) < 2):
        chapters = {"": whole} if whole else {}
    return [
        {"title": title, "duties": [_entry(ledger, duty, path, agency) for duty in some]}
        for title, some in chapters.items()
    ]


def _entry(ledger: Ledger, duty: Duty, path: str, agency: str) -> dict[str, object]:
    """A duty on a page: the sentence, where it stands, whom else it binds and how that is known, its limit, what it
    was before."""
    place, root = ledger.places[duty.at.anchor], to_root(path)
    return {
        "duty": duty,
        "at": PlaceLink(place.name, root + place.address if place.address else None),
        "also": bool(agency) and agency != UNCLEAR,
        "others": [
            PlaceLink(ledger.names.get(one, one), f"{root}{FOLDER}/{one}/")
            for one in duty.who or duty.who_context
            if one != agency
        ],
        "limit": limit_in_words(duty.limit),
        "was": ledger.earlier.get(duty),
        "law": [
            PlaceLink(one.head, f"{root}{permalink_path('', duty.at.anchor).lstrip('/')}#law-{one.law}")
            for one in ledger.touched.get(duty.at.anchor, ())
        ],
    }


def _figures(ledger: Ledger, agency: str) -> DutyFigures:
    """How many duties name somebody, of each strength, and how many more the context tells to be theirs."""
    duties, inferred = ledger.of(agency), sum(agency in duty.who_context for duty in ledger.duties)
    return DutyFigures(ledger.names.get(agency, _UNCLEAR_NAME), len(duties), _counts(duties), inferred)


def _counts(duties: Sequence[Duty]) -> tuple[StrengthCount, ...]:
    """How many of some duties are of each strength."""
    counts = Counter(duty.strength for duty in duties)
    return tuple(StrengthCount(one, one.replace(" ", "-"), counts[one]) for one in STRENGTHS)
