"""Documents, duties and lineages -> what can be searched: one record for each provision, and places by number.

Pure functions: what the index of the records looks like is decided in `search_index`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import get_args

from msgspec import Struct, structs

from guidance.cite.grammar import TOP, CitedPlace, Step, find_places, number_key
from guidance.document.anchors import permalink_path
from guidance.document.change_model import Lineage
from guidance.document.model import Document, Duty, Permalink, Provision, Strength, read_toml
from guidance.document.register import Edition, Publication
from guidance.document.walk import plain_text
from guidance.site.pages import Page, page_url, title_of
from guidance.site.templates import render

OURS = "pages"  # in place of an edition's id: pages written by hand
_COMMON = 3  # pages that have a heading
_MANY = 3  # places in another edition that a result names at the most
_OFTEN = 6  # times that a form is given for another at the most
_OPENING = 40  # characters of a box that say what it is about
_LABELS = {"paragraph": "para", "footnote": "note", "flow-chart": "flow chart", "box": "box", "table": "table"}

SearchPlaces = dict[str, dict[str, list[str]]]


class Searchable(Struct, frozen=True):
    """An edition with text, where its anchors stand (from the edition's root), and its duties."""

    edition: Edition
    document: Document
    addresses: Mapping[str, str]
    duties: tuple[Duty, ...] = ()


class SearchRecord(Struct, frozen=True):
    """What is searched of a provision. `url` goes from the publication's root; `meta` is shown, but for `also`, the
    forms that its words do not have; `elsewhere` lists edition, label and address; `filters` narrow results down
    and put them in order: `topic` is what a heading, box or chart is about, `kind` tells notes, `context` who is
    bound by what stands around alone."""

    url: str
    content: str
    meta: Mapping[str, str]
    filters: Mapping[str, tuple[str, ...]]
    elsewhere: tuple[tuple[str, str, str], ...] = ()


class OwnPage(Struct, frozen=True):
    """A hand-written page: its path below its folder, its title, its headings, and its words without markup;
    `audience` where it is written for somebody else than practitioners."""

    path: str
    title: str
    headings: tuple[str, ...]
    content: str
    audience: str = ""


class Acronym(Struct, frozen=True, forbid_unknown_fields=True):
    """A short form and the long ones it stands for: who searches for one finds the others."""

    short: str
    long: tuple[str, ...]


class Everyday(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that people `say` and no text has: the hand-written `page` that answers, with "#" and the id of the
    heading where it does so only there, and the texts' own `words`. Those of which each means just what the texts'
    word does are `alike`: they are read as that in every question."""

    say: tuple[str, ...]
    page: str = ""
    words: str = ""
    alike: bool = False


# --- Short and long forms, everyday words ----------------------------------------------------------


class _AcronymTables(Struct, frozen=True, forbid_unknown_fields=True):
    acronym: tuple[Acronym, ...] = ()


def read_acronyms(path: Path) -> tuple[Acronym, ...]:
    """The acronyms of a publication, from a file of `[[acronym]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form.
    """
    return read_toml(path, _AcronymTables).acronym


class _EverydayTables(Struct, frozen=True, forbid_unknown_fields=True):
    everyday: tuple[Everyday, ...] = ()


def read_everyday(path: Path) -> tuple[Everyday, ...]:
    """The everyday words of a publication, from a file of `[[everyday]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form.
    """
    return read_toml(path, _EverydayTables).everyday


def other_forms(words: str, acronyms: Iterable[Acronym]) -> str:
    """The forms that some words do not have of what they name in another form, joined by commas: each as often as
    that is named, so that a text is found by the one as high as by the other."""
    found: dict[str, int] = {}
    for acronym in acronyms:
        forms = (acronym.short, *acronym.long)
        named = [len(_pattern(form).findall(words)) for form in forms]
        for form, times in zip(forms, named, strict=True):
            if not times and max(named):
                found[form] = max(found.get(form, 0), min(max(named), _OFTEN))
    return ", ".join(form for form, times in found.items() for _ in range(times))


@lru_cache(maxsize=1024)  # asked for every form and every provision
def _pattern(form: str) -> re.Pattern[str]:
    capitals = form.isupper()  # "MAP" is no map
    spelt = r"\s+".join(re.escape(word).replace("’", "['’]") for word in form.split())
    return re.compile(rf"(?<!\w){spelt}(?:e?s)?(?!\w)", 0 if capitals else re.IGNORECASE)


# --- Records ---------------------------------------------------------------------------------------


def search_records(
    editions: Sequence[Searchable], lineages: Iterable[Lineage] = (), acronyms: Sequence[Acronym] = ()
) -> tuple[SearchRecord, ...]:
    """One record for each provision and note that has words, the newest edition first, in reading order."""
    newest = tuple(reversed(editions))
    known = {
        (one.edition.id, p.anchor): (label(p), _url(one, p.anchor))
        for one in newest
        for p in one.document.everything
    }
    of = {(edition, anchor): one for one in lineages for edition, all_ in one.anchors.items() for anchor in all_}
    records: list[SearchRecord] = []
    for one in newest:
        titles = {p.anchor: title_of(p) for p in one.document.provisions if p.heading}
        for provision in one.document.everything:
            lineage = of.get((one.edition.id, provision.anchor))
            elsewhere = _elsewhere(one.edition.id, lineage, known, newest)
            record = _record(one, provision, titles, acronyms, lineage.id if lineage else "", elsewhere)
            records += [record] if record.content else []
    return tuple(records)


def own_records(pages: Iterable[OwnPage], acronyms: Sequence[Acronym] = ()) -> tuple[SearchRecord, ...]:
    """One record for each hand-written page, under the "edition" OURS."""
    pages = tuple(pages)
    titles = {page.path: page.title for page in pages}
    often = Counter(heading for page in pages for heading in page.headings)
    records = []
    for page in pages:
        folder = page.path.rpartition("/")[0]
        above = titles.get(f"{folder}/index.md") if folder else None
        path = [title for title in (above if above != page.title else None, page.title) if title]
        meta = {"edition": OURS, "heading": " › ".join(path), "also": other_forms(page.content, acronyms)}
        filters = {
            "edition": (OURS,),
            # What many pages have as a heading ("By when") tells nothing of what one is about.
            "topic": (page.title, *(heading for heading in page.headings if often[heading] < _COMMON)),
            "page": (page_url(page.path),),
            "audience": (page.audience,) if page.audience else (),
        }
        records.append(_tidied(SearchRecord(page_url(page.path), page.content, meta, filters)))
    return tuple(record for record in records if record.content)


def _tidied(record: SearchRecord) -> SearchRecord:
    """A record without what is empty, and nothing in it twice."""
    meta = {name: value for name, value in record.meta.items() if value}
    filters = {name: tuple(dict.fromkeys(values)) for name, values in record.filters.items() if values}
    return structs.replace(record, meta=meta, filters=filters)


def _topics(provision: Provision, path: tuple[str, ...]) -> tuple[str, ...]:
    """What a heading, a chart or a box is about: its title, and how a box begins; none of plain text."""
    if provision.kind == "box":
        return (*path[-1:], plain_text(provision)[:_OPENING])
    return path[-1:] if provision.heading and provision.kind != "paragraph" else ()


def _record(
    one: Searchable,
    provision: Provision,
    titles: Mapping[str, str],
    acronyms: Sequence[Acronym],
    lineage: str,
    elsewhere: tuple[tuple[str, str, str], ...],
) -> SearchRecord:
    """The record of a provision or note; `titles` are all of the document, by anchor."""
    within = (*provision.parents, provision.anchor)
    path = tuple(titles[anchor] for anchor in within if anchor in titles)
    content = "\n".join(filter(None, (titles.get(provision.anchor), plain_text(provision)))).strip()
    duties = [duty for duty in one.duties if duty.at.anchor == provision.anchor]
    meta = {
        "edition": one.edition.id,
        "number": label(provision),
        "heading": " › ".join(path),
        "also": other_forms(content, acronyms),
        "lineage": lineage,
    }
    filters = {
        "edition": (one.edition.id,),
        "agency": tuple(who for duty in duties for who in duty.who),
        "context": tuple(who for duty in duties for who in duty.who_context),
        "strength": tuple(duty.strength for duty in duties),
        "chapter": (f"{one.edition.id}/{within[0]}",) if within[0] in titles else (),
        "topic": _topics(provision, path),
        "kind": (provision.kind,) if provision.kind == "footnote" else (),
    }
    return _tidied(SearchRecord(_url(one, provision.anchor), content, meta, filters, elsewhere))


def label(provision: Provision) -> str:
    """What a provision that is no heading is called: "para 45", "note 12", "box"; empty for plain text."""
    name = _LABELS.get(provision.kind, "")
    return f"{name} {provision.number or ''}".rstrip() if name else ""


def _url(one: Searchable, anchor: str) -> str:
    return f"{one.edition.id}/{one.addresses.get(anchor, f'#{anchor}')}"


def _elsewhere(
    edition: str,
    lineage: Lineage | None,
    known: Mapping[tuple[str, str], tuple[str, str]],
    newest: Sequence[Searchable],
) -> tuple[tuple[str, str, str], ...]:
    """Where the text stands in other editions, the newest first: edition, label, address."""
    if lineage is None:
        return ()
    return tuple(
        (other, *known[other, anchor])
        for other in (one.edition.id for one in newest)
        if other != edition
        for anchor in lineage.anchors.get(other, ())[:_MANY]
        if (other, anchor) in known
    )


# --- Places ----------------------------------------------------------------------------------------


def places(edition: str, entries: Sequence[Permalink], addresses: Mapping[str, str]) -> SearchPlaces:
    """What a citation can name in an edition, by unit and number, and where it stands from the edition's root.

    A paragraph is also there with its chapter or annex: "2/37", "annex B/2". Pages have their first provision, or
    what runs on over them.
    """
    found: SearchPlaces = {}
    within = ""

    def address_of(entry: Permalink) -> str:
        return addresses.get(entry.anchor) or permalink_path(edition, entry.anchor).removeprefix(f"{edition}/")

    for entry in entries:
        address = address_of(entry)
        number = number_key(entry.number or "", entry.kind)
        if entry.kind in TOP:
            within = {"chapter": number, "annex": f"annex {number}"}.get(entry.kind, "")
        if number and entry.kind != "text":
            of_kind = found.setdefault(entry.kind, {})
            of_kind.setdefault(number, []).append(address)
            if within and entry.kind == "paragraph":
                of_kind.setdefault(f"{within}/{number}", [address])
        if entry.page and entry.kind != "footnote":
            found.setdefault("page", {}).setdefault(str(entry.page), [address])
    pages = found.get("page", {})
    for page in map(str, range(1, max(map(int, pages), default=0))):
        named = () if page in pages else find_places(CitedPlace((Step("page", page),)), entries)
        pages |= {page: [address_of(entry) for entry in named]} if named else {}
    return found


GRAMMAR = "search/grammar.json"  # from the publication's root: how a place is cited
PATH = "search.md"
ACRONYMS = "acronyms.toml"  # in a publication's folder
EVERYDAY = "everyday.toml"  # the same

_NONE = ("", "all")


def places_path(edition: str) -> str:
    """Where an edition's places are, from the publication's root."""
    return f"search/places/{edition}.json"


def facets_path(edition: str) -> str:
    """Where an edition's facets are, from the publication's root."""
    return f"search/facets/{edition}.json"


def render_search(
    publication: Publication,
    editions: Sequence[Searchable],
    citable: Iterable[str],
    agencies: Mapping[str, str],
    *,
    has_pages: bool = False,
) -> Page:
    """The search page. `citable` has the ids of editions with places; `agencies` has id -> name; `has_pages` says
    that hand-written pages can be found too."""
    newest = [one.edition.id for one in reversed(editions)]
    bound = {who for one in editions for duty in one.duties for who in (*duty.who, *duty.who_context)}
    strengths = {duty.strength for one in editions for duty in one.duties}
    narrow = {
        "editions": [_NONE, *((edition, edition) for edition in newest)],
        "chapters": [(one.edition.id, _chapters(one)) for one in reversed(editions)],
        "agencies": [_NONE, *((agency, name) for agency, name in agencies.items() if agency in bound)],
        "strengths": [_NONE, *((strength, strength) for strength in get_args(Strength) if strength in strengths)],
    }
    now = publication.in_force.id
    lead = now if now in newest else [*newest, *citable][0]
    known = {
        "editions": newest,
        "standings": {one.edition.id: publication.standing(one.edition).state for one in editions},
        "pages": OURS if has_pages else None,
        "lead": lead,  # what is shown first: the edition in force, or else the newest with text
        "inForce": now,
    }
    facts = {"known": json.dumps(known), "short": publication.short, "lead": lead, "has_pages": has_pages}
    return Page(PATH, "Search", render("search.md", editions=newest, narrow=narrow, **facts))


def _chapters(one: Searchable) -> list[tuple[str, str]]:
    """What can be chosen in an edition, with its name."""
    return [
        (f"{one.edition.id}/{p.anchor}", title_of(p))
        for p in one.document.provisions
        if p.heading and not p.parents
    ]
