"""Addresses on legislation.gov.uk: from an Act and a pinpoint to the page of that provision. No text is
read here, and nothing is fetched."""

from guidance.link.acts import Act
from guidance.link.citations import Pinpoint, Unit
from guidance.link.places import number_key

_HAVE: dict[str, tuple[Unit, ...]] = {
    "act": ("section", "schedule", "part", "chapter", "paragraph"),
    "regulations": ("regulation", "schedule", "part", "chapter", "paragraph"),
    "order": ("article", "schedule", "part", "chapter", "paragraph"),
    "rules": ("rule", "schedule", "part", "chapter", "paragraph"),
    "treaty": ("article",),
}
_ALONE: tuple[Unit, ...] = ("section", "regulation", "article", "rule")  # numbered through the whole instrument


def fits(act: Act, pinpoints: tuple[Pinpoint, ...]) -> bool:
    """Whether an instrument of its form can have such a provision: Acts have sections, Regulations regulations."""
    if any(p.unit not in _HAVE[act.form] for p in pinpoints):
        return False
    return pinpoints[0].unit != "paragraph" or any(p.unit == "schedule" for p in pinpoints)


def address(act: Act, pinpoints: tuple[Pinpoint, ...]) -> str | None:
    """The address of a provision that fits the Act: a page down to the section or the schedule's paragraph, then a
    fragment for sub-sections; a range leads to its first. None where the Act's address is not known."""
    base = act.address
    if base is None or act.whole or not pinpoints:
        return base
    steps = _steps(pinpoints)
    path = "".join(f"/{step}" for step in steps)
    subs = pinpoints[0].subs
    fragment = f"#{'-'.join((*steps, *subs))}" if subs else ""
    return f"{base}{path}{fragment}"


def _steps(pinpoints: tuple[Pinpoint, ...]) -> tuple[str, ...]:
    inner = pinpoints[0]
    if inner.unit in _ALONE:
        return (inner.unit, inner.number)
    kept = [p for p in pinpoints if p is inner or p.unit == "schedule" or inner.unit in ("part", "chapter")]
    steps: list[str] = []
    for pinpoint in reversed(kept):
        number = number_key(pinpoint.number, "section") if pinpoint.number else ""
        steps += [pinpoint.unit, number] if number else [pinpoint.unit]
    return tuple(steps)
