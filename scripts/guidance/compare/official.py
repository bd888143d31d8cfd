"""The publisher's own list of changes, held against what was found: confirmed, not found, and not listed.

The list is data (places, and what is said of them in our words); no official wording and no markup here.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from guidance.document.change_model import Comparison, Level
from guidance.document.model import Document, GuidanceError, Provision, read_toml
from guidance.link.places import CROSS_REFERENCE, cited_steps

SUBSTANTIAL: frozenset[Level] = frozenset({"duty changed", "new", "reworded"})

_PLACE = re.compile(CROSS_REFERENCE)
_MOST = 500  # numbers of a range


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
        if _read_place(entry.place) == (frozenset(), frozenset()):
            raise GuidanceError(f'{path}: place "{entry.place}" is not understood; write "para 45" or "page 12"')
    return listed


def audit(comparison: Comparison, new: Document, listed: Sequence[Listed]) -> ListAudit:
    """Which entries the comparison confirms, and which substantial changes the list does not have."""
    known, following = new.by_anchor(), _following(new)
    checked = []
    covered: set[int] = set()
    for entry in listed:
        pages, numbers = _read_place(entry.place)
        at = tuple(
            count
            for count, change in enumerate(comparison.changes)
            if change.level != "none"
            and change.kind != "renumbered"
            and any(_stands_at(known[anchor], following, pages, numbers) for anchor in change.new)
        )
        covered.update(at)
        checked.append(Checked(entry, at))
    substantial = (count for count, change in enumerate(comparison.changes) if change.level in SUBSTANTIAL)
    return ListAudit(tuple(checked), tuple(count for count in substantial if count not in covered))


def _read_place(place: str) -> tuple[frozenset[int], frozenset[str]]:
    """The pages and the paragraphs' numbers of a place: "page 12, para 45", "paras 5.17 to 5.19", "pp 12-14"; none
    where it is not understood."""
    steps = [*cited_steps(place)]
    if re.search(r"\w", _PLACE.sub("", place)) or {step.unit for step in steps} - {"page", "paragraph"}:
        return frozenset(), frozenset()
    pages, numbers = (
        frozenset(one for step in steps if step.unit == unit for one in _numbers(step.number, step.to))
        for unit in ("page", "paragraph")
    )
    return frozenset(map(int, pages)), numbers


def _numbers(first: str, last: str | None) -> Iterator[str]:
    """The numbers of a range; of decimal ones those with the same beginning."""
    head, point, begin = first.rpartition(".")
    end = (last or first).rpartition(".")[2]
    if begin.isdecimal() and end.isdecimal():
        yield from (f"{head}{point}{number}" for number in range(int(begin), min(int(end), int(begin) + _MOST) + 1))
    else:
        yield first


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


def _stands_at(
    provision: Provision, following: dict[str, str], pages: frozenset[int], numbers: frozenset[str]
) -> bool:
    """Whether a provision stands where an entry says: by number where it has one, else by page."""
    if numbers:
        number = provision.number if provision.kind == "paragraph" else following.get(provision.anchor)
        return number in numbers
    return bool(pages & {place.page for place in provision.places})
