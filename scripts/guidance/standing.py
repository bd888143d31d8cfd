"""Compared editions -> what is printed beside each paragraph's number: its trail through the loaded editions.

Brings the crosswalk and the comparisons together with the pages; compares nothing and prints nothing itself.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from guidance.comparing import Compared
from guidance.model import Provision
from guidance.publish.compared import Edition, Place, entries, redline_addresses
from guidance.publish.redline_chips import Chip, Stand, Trail, chip_word, place_name, render_trails
from guidance.register import Publication

Stamps = Callable[[str, Iterable[str]], Mapping[str, str]]
"""A page's path and the anchors on it -> per anchor what is printed beside its number, as HTML."""

_SHOWN = ("paragraph", "text", "box")


def make_stamps(compared: Compared, publication: Publication, edition: str) -> Stamps:
    """What stands beside the numbers of an edition's pages; nothing where no other edition is loaded."""
    trails = find_trails(compared, publication, edition)
    return lambda path, anchors: render_trails(path, anchors, trails)


def find_trails(compared: Compared, publication: Publication, edition: str) -> dict[str, Trail]:
    """Per anchor of an edition its trail: from the edition loaded before it, and to the one in force or, where
    that is not loaded, the newest."""
    ids = list(compared.documents)
    if edition not in ids:
        return {}
    before = next((old for old, new in pairwise(ids) if new == edition), None)
    now = publication.in_force.id if publication.in_force.id in ids else ids[-1]
    now_or_none = now if ids.index(now) > ids.index(edition) else None
    wanted = [one for one in (before, edition, now_or_none) if one]
    sides = {one: compared.sides[one] for one in wanted}
    came = _Step(compared, sides[before], sides[edition]) if before else None
    goes = _Step(compared, sides[edition], sides[now_or_none]) if now_or_none else None
    return {
        provision.anchor: Trail(
            came.before(provision) if came else None,
            came.chip(provision, new=True) if came else None,
            goes.now(provision) if goes else None,
            goes.chip(provision, new=False) if goes else None,
        )
        for provision in compared.documents[edition].provisions
        if provision.kind in _SHOWN
    }


class _Step:
    """What is known between an older and a newer edition."""

    def __init__(self, compared: Compared, old: Edition, new: Edition) -> None:
        self._compared, self._old, self._new = compared, old, new
        found = entries(compared.comparisons[old.id, new.id], old, new)
        self._redlines = redline_addresses(found, old.id)
        self._of_old = {place.anchor: entry for entry in found for place in entry.old}
        self._of_new = {place.anchor: entry for entry in found for place in entry.new}

    def before(self, provision: Provision) -> Stand | None:
        """Where a provision of the newer edition stood; nothing where it is new, which its chip says."""
        entry = self._of_new[provision.anchor]
        return _stand(self._old, entry.old, provision) if entry.old else None

    def now(self, provision: Provision) -> Stand | None:
        """Where a provision of the older edition stands now, or what is nearest to it."""
        found = self._compared.crosswalk.counterpart(self._old.id, provision.anchor, self._new.id)
        places = [self._new.places[anchor] for anchor in found.anchors]
        if found.exact:
            return _stand(self._new, places, provision)
        address = f"{self._new.id}/{places[0].address}" if places and places[0].address else None
        return Stand(self._new.id, "", address, exact=False)

    def chip(self, provision: Provision, *, new: bool) -> Chip | None:
        """The chip that opens the redline between the two editions at a provision of the newer or the older."""
        entry = (self._of_new if new else self._of_old)[provision.anchor]
        word, address = chip_word(entry.change), self._redlines.get(entry.count)
        if not word or not address:
            return None
        when = f"since the {self._old.id} edition" if new else f"in the {self._new.id} edition"
        return Chip(word, f"{word.capitalize()} {when}: see what changed", f"{self._new.id}/{address}")


def _stand(side: Edition, places: Iterable[Place], provision: Provision) -> Stand | None:
    """Places in another edition; of texts without a number only where they have one there."""
    there = tuple(places)
    if provision.kind != "paragraph" and not any(place.name.startswith("paragraph") for place in there):
        return None
    address = f"{side.id}/{there[0].address}" if there[0].address else None
    return Stand(side.id, place_name(there), address)
