"""Links within a file, which name a page and a height, become links to the provision that stands there.

Runs once anchors are known; a link whose place holds nothing becomes a finding, never a wrong link.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from guidance.model import Finding, Link, Mark, Provision, Text
from guidance.read.ink import Page
from guidance.read.rewrite import rewrite_provision

_SLACK = 1.0  # points by which a link may point below the foot of what it means


def resolve_jumps(
    provisions: Sequence[Provision], notes: Sequence[Provision], pages: Iterable[Page]
) -> tuple[tuple[Provision, ...], tuple[Provision, ...], tuple[Finding, ...]]:
    """Provisions and notes with every "page:<number>:<height>" link made "#anchor", or taken away."""
    places: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for provision in provisions:
        for place in provision.places:
            foot = place.box.bottom if place.box else 0.0
            places[place.page].append((-foot, provision.anchor))
    for entries in places.values():
        entries.sort(key=lambda entry: entry[0])
    lifts = {page.number: page.lift for page in pages}
    findings: list[Finding] = []

    def rewrite(text: Text) -> Text:
        if not any(isinstance(mark, Link) and mark.address.startswith("page:") for mark in text.marks):
            return text
        marks: list[Mark] = []
        for mark in text.marks:
            if not isinstance(mark, Link) or not mark.address.startswith("page:"):
                marks.append(mark)
                continue
            anchor = _target(mark.address, places, lifts)
            if anchor:
                marks.append(Link(mark.start, mark.end, f"#{anchor}"))
            else:
                words = text.plain[mark.start : mark.end]
                findings.append(Finding("link", f"nothing stands where the link “{words}” leads"))
        return Text(text.plain, tuple(marks))

    done = tuple(rewrite_provision(p, rewrite) for p in provisions)
    return done, tuple(rewrite_provision(n, rewrite) for n in notes), tuple(findings)


def _target(address: str, places: dict[int, list[tuple[float, str]]], lifts: dict[int, float]) -> str | None:
    _, page, height = address.split(":")
    entries = places.get(int(page))
    if not entries:
        return None
    if not height:
        return entries[0][1]
    at = bisect_right([foot for foot, _ in entries], lifts[int(page)] - float(height) + _SLACK)
    return entries[min(at, len(entries) - 1)][1]
