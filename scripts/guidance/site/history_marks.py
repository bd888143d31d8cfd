"""What stands beside a paragraph's number: where it stood before, where it stands now, and a chip that opens its
redline. Facts in, small HTML out; which provision became which is not looked for here.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from guidance.document.change_model import Change
from guidance.site.changes_view import ComparedPlace
from guidance.site.inline import escape_html
from guidance.site.pages import to_root
from guidance.site.redline_text import say_briefly


class Stand(Struct, frozen=True):
    """Where a text stands in another edition: `name` is what its place is called there, `address` goes from the
    publication's root. With `exact` false the text is not there, and the address is that of the nearest heading
    above it which is."""

    edition: str
    name: str
    address: str | None
    exact: bool = True


class Chip(Struct, frozen=True):
    """One word on what became of a text, what it means in full, and the redline's address from the root."""

    word: str
    meaning: str
    address: str


class Trail(Struct, frozen=True):
    """What is known of one provision: where it stood before and how it came from there, where it stands now and
    how it went there."""

    before: Stand | None = None
    came: Chip | None = None
    now: Stand | None = None
    went: Chip | None = None


def chip_word(change: Change) -> str:
    """What a chip says of a change: what changed of a duty or a figure, else what became of the text; nothing where
    only a number or a link changed."""
    if change.kind in ("added", "removed"):
        return {"added": "new", "removed": "removed"}[change.kind] if change.level != "none" else ""
    if change.slips:
        return "list entry numbered by a slip"
    if change.level == "duty changed" or (change.figures and change.kind == "reworded"):
        return say_briefly(change) or "duty changed"
    if change.kind in ("moved", "split", "merged"):
        return change.kind
    if change.kind == "reworded":
        return {"none": "moved", "links and numbers only": ""}.get(change.level, "reworded")
    return ""


def place_name(places: Sequence[ComparedPlace]) -> str:
    """What places are called beside a number: "44", "44–47", "44, 46", else "a box", "unnumbered text"."""
    numbers = [place.name.removeprefix("paragraph ") for place in places if place.name.startswith("paragraph ")]
    if not numbers:
        name = places[0].name
        return {"text": "unnumbered text", "box": "a box"}.get(name.partition(" ")[0], name)
    whole = [int(number) for number in numbers if number.isdigit()]
    if len(whole) == len(numbers) > 2 and whole == list(range(whole[0], whole[0] + len(whole))):
        return f"{whole[0]}–{whole[-1]}"
    return ", ".join(numbers)


def render_trails(path: str, anchors: Iterable[str], trails: Mapping[str, Trail]) -> dict[str, str]:
    """Per anchor of a page what is printed beside its number; `path` is the page's."""
    root = f"{to_root(path)}../"
    return {anchor: found for anchor in anchors if anchor in trails and (found := _render(trails[anchor], root))}


def _render(trail: Trail, root: str) -> str:
    parts = (
        _stand(trail.before, "was", root),
        _chip(trail.came, root),
        _stand(trail.now, "now", root),
        _chip(trail.went, root),
    )
    printed = " ".join(part for part in parts if part)
    return f'<span class="stood furniture">{printed}</span>' if printed else ""


def _chip(chip: Chip | None, root: str) -> str:
    if chip is None:
        return ""
    href, title = escape_html(root + chip.address), escape_html(chip.meaning)
    return f'<a class="chip" href="{href}" title="{title}">{escape_html(chip.word)}</a>'


def _stand(stand: Stand | None, verb: str, root: str) -> str:
    if stand is None:
        return ""
    words = f"{verb} {stand.name} in\u00a0{stand.edition}"
    meaning = f"Where this stands in the {stand.edition} edition"
    if not stand.exact:
        words = f"not in\u00a0{stand.edition}"
        meaning = f"This text is not in the {stand.edition} edition; go to what it stood under"
    if stand.address is None:
        return f"<span>{escape_html(words)}</span>"
    return f'<a href="{escape_html(root + stand.address)}" title="{escape_html(meaning)}">{escape_html(words)}</a>'


def elsewhere_facts(
    anchors: Iterable[str], exact: Mapping[str, Mapping[str, str]], nearest: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, object]]:
    """A page's facts on other editions, from the addresses of its anchors' counterparts, or of what is `nearest`
    where they have none: for every anchor, and for the page as a whole the first that is known."""
    facts: dict[str, dict[str, object]] = {}
    for known, every, whole in ((exact, "counterparts", "elsewhere"), (nearest, "nearest", "nearby")):
        found: dict[str, dict[str, str]] = {}
        for anchor in anchors:
            for other, address in sorted(known.get(anchor, {}).items()):
                found.setdefault(other, {})[anchor] = address
        if found:
            facts[every] = dict(found)
            facts[whole] = {other: next(iter(filter(None, places.values())), "") for other, places in found.items()}
    return facts
