"""The picture of how the chapters of one edition flowed into those of the next: where its bars and bands stand.

Lengths are units of the picture's own; a template draws it.
"""

from collections.abc import Mapping, Sequence

_WIDTH, _BAR, _GAP, _LABEL, _HEIGHT = 760, 14, 6, 240, 420
_TALL = 12  # no bar is lower than its label
_LEAST = 0.004  # a flow below this share of all words is a hair that nobody sees
_LONGEST = 36  # characters of a chapter's title

Flows = Mapping[tuple[str, str], int]
_Bar = tuple[str, str, int]  # chapter, title, words
_Span = tuple[float, float]


def draw_flows(flows: Flows, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The facts of the picture, none where no words flowed. `old` and `new` are chapters (id, title) in order; a
    flow from "" is new text."""
    total = sum(flows.values())
    if not total:
        return {}
    scale = _HEIGHT / total
    left = [(chapter, title, sum(n for (a, _), n in flows.items() if a == chapter)) for chapter, title in old]
    right = [(chapter, title, sum(n for (_, b), n in flows.items() if b == chapter)) for chapter, title in new]
    left, right = [bar for bar in left if bar[2]], [bar for bar in right if bar[2]]
    starts, ends = _stack(left, scale), _stack(right, scale)
    tall = (sum(max(scale * n, _TALL) + _GAP for *_, n in bars) for bars in (left, right))
    return {
        "width": _WIDTH,
        "height": max(tall) + 24,
        "bar": _BAR,
        "bands": _bands(flows, [c for c, _, _ in left], [c for c, _, _ in right], starts, ends, scale),
        "bars": [
            *(_bar(bar, starts[bar[0]], scale, _LABEL, "end") for bar in left),
            *(_bar(bar, ends[bar[0]], scale, _WIDTH - _LABEL - _BAR, "start") for bar in right),
        ],
        "fresh": [
            (_WIDTH - _LABEL - _BAR, ends[chapter] + words * scale - fresh, fresh)
            for chapter, _, words in right
            if (fresh := flows.get(("", chapter), 0) * scale) >= 1
        ],
    }


def _stack(bars: Sequence[_Bar], scale: float) -> dict[str, float]:
    """Where each bar begins, from the top."""
    tops: dict[str, float] = {}
    at = 12.0
    for chapter, _, words in bars:
        tops[chapter] = at
        at += max(words * scale, _TALL) + _GAP
    return tops


def _bar(bar: _Bar, top: float, scale: float, left: int, anchor: str) -> dict[str, object]:
    _, title, words = bar
    tall = max(words * scale, _TALL)
    return {
        "left": left,
        "top": top,
        "tall": tall,
        "label": left - 6 if anchor == "end" else left + _BAR + 6,
        "middle": top + min(tall / 2, 400) + 4,
        "anchor": anchor,
        "title": title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…",
    }


def _bands(
    flows: Flows,
    old: Sequence[str],
    new: Sequence[str],
    starts: Mapping[str, float],
    ends: Mapping[str, float],
    scale: float,
) -> list[dict[str, str]]:
    """A band for each flow that can be seen, in the order of both sides so that bands cross least."""
    leave, arrive = dict(starts), dict(ends)
    total = sum(flows.values())
    drawn = []
    for source in old:
        for target in new:
            words = flows.get((source, target), 0)
            tall = words * scale
            if words >= _LEAST * total:
                kind = "kept" if old.index(source) == new.index(target) else "crossing"
                start, end = leave[source], arrive[target]
                drawn.append({"kind": kind, "path": _path((start, start + tall), (end, end + tall))})
            leave[source] += tall
            arrive[target] += tall
    return drawn


def _path(start: _Span, end: _Span) -> str:
    left, right = _LABEL + _BAR, _WIDTH - _LABEL - _BAR
    middle = (left + right) / 2
    return (
        f"M{left} {start[0]:.1f}C{middle} {start[0]:.1f} {middle} {end[0]:.1f} "
        f"{right} {end[0]:.1f}V{end[1]:.1f}C{middle} {end[1]:.1f} {middle} {start[1]:.1f} {left} {start[1]:.1f}Z"
    )
