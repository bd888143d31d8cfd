"""Places in a sibling publication that this engine has built too: which edition is meant, and where in it the place
stands. What a sibling is stands in `titles`."""

import datetime

from guidance.cite.grammar import UNITS, CitedPlace, Step, find_places
from guidance.document.anchors import permalink_path
from guidance.document.register import Edition, PartialDate, last_day
from guidance.link.places import Pinpoint
from guidance.link.titles import Sibling, TitleMention

_MONTH = datetime.timedelta(days=31)


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
    steps = tuple(Step(units[p.unit], p.number, p.last) for p in reversed(pinpoints))
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
