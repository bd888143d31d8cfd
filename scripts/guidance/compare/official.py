"""The publisher's own list of changes, held against what was found: confirmed, not found, and not listed.

The list is data (places, and what is said of them in our words); no official wording and no markup here.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from guidance.document.change_model import Comparison, Level
from guidance.document.model import Document, GuidanceError, Provision, read_toml

SUBSTANTIAL: frozenset[Level] = frozenset({"duty changed", "new", "reworded"})

_PLACE = re.compile(r"""(?xi)  # "page 12", "paras 2-4", "p. 12, para 45"
    \s* (?: (?: page | p ) \.? \s* (?P<page> \d+ ) )? [\s,;:–-]*
    (?: (?: paragraphs? | paras? ) \.? \s* (?P<first> \d+ ) (?: \s* (?: - | – | to ) \s* (?P<last> \d+ ) )? )? \s*
    """)


class Listed(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the publisher's list: `place` in the new edition ("para 45", "paras 2-4", "page 12"), and
    `what` changed there, in our words."""

    place: str
    what: str


class Checked(Struct, frozen=True):
    """An entry, and the changes that confirm it: counts in the comparison; none where nothing was found."""

    listed: Listed
    found: tuple[int, ...]


class ListAudit(Struct, frozen=True):
    """The list held against the comparison; `unlisted` counts the substantial changes that no entry covers."""

    checked: tuple[Checked, ...]
    unlisted: tuple[int, ...]


class _List(Struct, frozen=True, forbid_unknown_fields=True):
    change: tuple[Listed, ...] = ()


def read_listed(path: Path) -> tuple[Listed, ...]:
    """The list in a file of `[[change]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form, or a place is not understood.
    """
    listed = read_toml(path, _List).change
    for entry in listed:
        if _read_place(entry.place) == (None, frozenset()):
            raise GuidanceError(f'{path}: place "{entry.place}" is not understood; write "para 45" or "page 12"')
    return listed


def audit(comparison: Comparison, new: Document, listed: Sequence[Listed]) -> ListAudit:
    """Which entries the comparison confirms, and which substantial changes the list does not have."""
    known, following = new.by_anchor(), _following(new)
    checked = []
    covered: set[int] = set()
    for entry in listed:
        page, numbers = _read_place(entry.place)
        at = tuple(
            count
            for count, change in enumerate(comparison.changes)
            if change.level != "none"
            and change.kind != "renumbered"
            and any(_stands_at(known[anchor], following, page, numbers) for anchor in change.new)
        )
        covered.update(at)
        checked.append(Checked(entry, at))
    substantial = (count for count, change in enumerate(comparison.changes) if change.level in SUBSTANTIAL)
    return ListAudit(tuple(checked), tuple(count for count in substantial if count not in covered))


def _read_place(place: str) -> tuple[int | None, frozenset[str]]:
    """A place's page and paragraph numbers; nothing where it is not understood."""
    match = _PLACE.fullmatch(place)
    if match is None:
        return None, frozenset()
    first, last = int(match["first"] or 1), int(match["last"] or match["first"] or 0)  # none: from 1 to 0
    numbers = frozenset(map(str, range(first, min(last, first + 500) + 1)))
    return int(match["page"]) if match["page"] else None, numbers


def _following(document: Document) -> dict[str, str]:
    """The number of the paragraph that each unnumbered text stands above: lists name notes so."""
    found: dict[str, str] = {}
    number = ""
    for provision in reversed(document.provisions):
        if provision.kind == "paragraph" and provision.number:
            number = provision.number
        elif provision.heading is not None:
            number = ""
        elif number:
            found[provision.anchor] = number
    return found


def _stands_at(provision: Provision, following: dict[str, str], page: int | None, numbers: frozenset[str]) -> bool:
    """Whether a provision stands where an entry says: by number where it has one, else by page."""
    if numbers:
        number = provision.number if provision.kind == "paragraph" else following.get(provision.anchor)
        return number in numbers
    return page in {place.page for place in provision.places}
