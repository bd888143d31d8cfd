"""The titles in a publication's `guidance.toml`, with the registers of siblings, which this engine has built too;
and places in a sibling: which edition is meant, and where in it the place stands."""

import datetime
import re
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.cite.grammar import UNITS, CitedPlace, Step, find_places, number_key
from guidance.document.addresses import leads_nowhere
from guidance.document.anchors import PERMALINKS, permalink_path, read_permalinks
from guidance.document.model import GuidanceError, read_toml
from guidance.document.register import Edition, PartialDate, last_day, read_register
from guidance.link.places import Pinpoint
from guidance.link.titles import Guidance, Sibling, TitleMention, refuse_repeats, title_key

_MONTH = datetime.timedelta(days=31)
_ANCHOR = re.compile(r"[a-z0-9][a-z0-9-]*")
_HttpsAddress = Annotated[str, Meta(pattern=r"^https://[^\s\"<>]+\Z")]


class _SiblingPlace(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a sibling's site is, and the folder with a copy of its register, below that of this publication."""

    site: _HttpsAddress
    register: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)*\Z")]


class _Titled(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    url: _HttpsAddress
    short: tuple[str, ...] = ()
    sibling: _SiblingPlace | None = None


class _TitleTables(Struct, frozen=True, forbid_unknown_fields=True):
    guidance: tuple[_Titled, ...] = ()


def _read_sibling(written: _SiblingPlace, folder: Path) -> Sibling:
    """A sibling's register and places. Raises GuidanceError when they cannot be read, or when something is named
    there that is no address."""
    if leads_nowhere(written.site):
        raise GuidanceError(f"{folder / 'guidance.toml'}: {written.site} is no address of a site; correct it there")
    there = folder / written.register
    publication = read_register(there)
    files = {e.id: there / e.id / PERMALINKS for e in publication.editions}
    places = {edition: read_permalinks(file) for edition, file in files.items()}
    for edition, entries in places.items():
        if wrong := next((one.anchor for one in entries if not _ANCHOR.fullmatch(one.anchor)), None):
            raise GuidanceError(f"{files[edition]}: {wrong!r} is no anchor; copy the register again")
    return Sibling(publication, places, written.site)


def read_titles(path: Path) -> tuple[Guidance, ...]:
    """The documents named in a file of `[[guidance]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form, when one name stands in it twice, or when the register
    of a sibling named there cannot be read.
    """
    written = read_toml(path, _TitleTables).guidance
    entries = tuple(
        Guidance(e.title, e.url, e.short, _read_sibling(e.sibling, path.parent) if e.sibling else None)
        for e in written
    )
    refuse_repeats(path, [title_key(name) for entry in entries for name in (entry.title, *entry.short)])
    return entries


# --- Places of a sibling ---------------------------------------------------------------------------


def place_in_sibling(
    named: TitleMention | None, pinpoints: tuple[Pinpoint, ...], begins: PartialDate | None
) -> tuple[str, str] | None:
    """The address of a place, the innermost unit first, in the edition of the year that is `named` with its title,
    or else in that which stood when the citing text `begins` to be in force; and in words, what is there.

    None where no sibling is named, where the edition is not known, or where it has no such place, or several. A
    page's number may be the file's or the printed one, so none of a page is known.
    """
    if named is None or named.sibling is None:
        return None
    sibling, edition = named.sibling, _edition_meant(named.sibling, named.year, begins)
    units = {str(unit): unit for unit in UNITS if unit != "page"}
    if edition is None or any(p.unit not in units for p in pinpoints):
        return None
    cited = ((units[p.unit], p) for p in reversed(pinpoints))
    steps = tuple(Step(unit, number_key(p.number, unit), p.last and number_key(p.last, unit)) for unit, p in cited)
    found = find_places(CitedPlace(steps), sibling.places[edition.id])
    if not found or len([one for one in found if one.number == found[0].number]) > 1:
        return None
    now = sibling.publication.standing(edition)
    standing = now.phrase if now.superseded else f"{now.phrase} as far as is known here"
    told = f"{sibling.publication.title}, {edition.id} edition, {standing}; an unofficial site"
    return f"{sibling.site.rstrip('/')}/{permalink_path(edition.id, found[0].anchor)}", told


def _edition_meant(sibling: Sibling, year: str | None, begins: PartialDate | None) -> Edition | None:
    """An edition by its year, else the one that stood through a month before and after a text came into force: a
    text is written before, and the days that a register tells may be no more than months."""
    editions = sibling.publication.editions
    if year:
        named = [e for e in editions if year in (e.id, e.published[:4])]
        return named[0] if len(named) == 1 else None
    if not begins:
        return None
    first, last = (datetime.date.fromisoformat(day) for day in (f"{begins}-01-01"[:10], last_day(begins)))
    stood = [sibling.publication.as_it_stood(day) for day in (first - _MONTH, last + _MONTH)]
    before, after = (one.edition if one else None for one in stood)
    return before if before == after else None
