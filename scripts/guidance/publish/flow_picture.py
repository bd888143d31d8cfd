"""How the old edition's chapters flowed into the new one's, drawn as SVG.

The picture only repeats what a table says in words; it holds no text but chapters' titles.
"""

from collections.abc import Mapping, Sequence

from guidance.publish.inline import escape_html

_WIDTH, _BAR, _GAP, _LABEL, _HEIGHT = 760, 14, 6, 240, 420
_TALL = 12  # no bar is lower than its label
_LEAST = 0.004  # a flow below this share of all words is a hair that nobody sees

Flows = Mapping[tuple[str, str], int]
_Span = tuple[float, float]


def draw_flows(
    flows: Flows, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], ids: tuple[str, str]
) -> str:
    """The picture. `old` and `new` are chapters (id, title) in order; a flow from "" is new text."""
    total = sum(flows.values())
    if not total:
        return ""
    scale = _HEIGHT / total
    left = [(chapter, title, sum(n for (a, _), n in flows.items() if a == chapter)) for chapter, title in old]
    right = [(chapter, title, sum(n for (_, b), n in flows.items() if b == chapter)) for chapter, title in new]
    left = [bar for bar in left if bar[2]]
    right = [bar for bar in right if bar[2]]
    starts, ends = _stack(left, scale), _stack(right, scale)
    drawn = [_ribbons(flows, [c for c, _, _ in left], [c for c, _, _ in right], starts, ends, scale)]
    for bars, tops, at, anchor in ((left, starts, _LABEL, "end"), (right, ends, _WIDTH - _LABEL - _BAR, "start")):
        drawn += [_bar(bar, tops[bar[0]], scale, at, anchor) for bar in bars]
    drawn += [_fresh(flows, bar, ends[bar[0]], scale) for bar in right]
    height = max(sum(max(scale * n, _TALL) + _GAP for *_, n in bars) for bars in (left, right)) + 24
    said = f"How the chapters of {ids[0]} flowed into those of {ids[1]}"
    return (
        f'<svg class="flow" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-labelledby="flow-title" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="flow-title">{escape_html(said)}. '
        f"The table below says the same.</title>{''.join(drawn)}</svg>"
    )


def _stack(bars: Sequence[tuple[str, str, int]], scale: float) -> dict[str, float]:
    """Where each bar begins, from the top."""
    tops: dict[str, float] = {}
    at = 12.0
    for chapter, _, words in bars:
        tops[chapter] = at
        at += max(words * scale, _TALL) + _GAP
    return tops


def _bar(bar: tuple[str, str, int], top: float, scale: float, left: int, anchor: str) -> str:
    _, title, words = bar
    tall = max(words * scale, _TALL)
    x = left - 6 if anchor == "end" else left + _BAR + 6
    short = title if len(title) <= 36 else f"{title[:35]}…"
    return (
        f'<rect class="bar" x="{left}" y="{top:.1f}" width="{_BAR}" height="{tall:.1f}"/>'
        f'<text x="{x}" y="{top + min(tall / 2, 400) + 4:.1f}" text-anchor="{anchor}">{escape_html(short)}</text>'
    )


def _fresh(flows: Flows, bar: tuple[str, str, int], top: float, scale: float) -> str:
    """The part of a new chapter's bar that is new text, where it can be seen: outlined, at the bar's foot."""
    fresh = flows.get(("", bar[0]), 0) * scale
    if fresh < 1:
        return ""
    foot = top + bar[2] * scale - fresh
    return f'<rect class="fresh" x="{_WIDTH - _LABEL - _BAR}" y="{foot:.1f}" width="{_BAR}" height="{fresh:.1f}"/>'


def _ribbons(
    flows: Flows,
    old: Sequence[str],
    new: Sequence[str],
    starts: Mapping[str, float],
    ends: Mapping[str, float],
    scale: float,
) -> str:
    """A band for each flow that can be seen, in the order of both sides so that bands cross least."""
    leave, arrive = dict(starts), dict(ends)
    total = sum(flows.values())
    drawn = ""
    for source in old:
        for target in new:
            words = flows.get((source, target), 0)
            tall = words * scale
            if words >= _LEAST * total:
                kind = "kept" if old.index(source) == new.index(target) else "crossing"
                drawn += _ribbon(
                    (leave[source], leave[source] + tall), (arrive[target], arrive[target] + tall), kind
                )
            leave[source] += tall
            arrive[target] += tall
    return drawn


def _ribbon(start: _Span, end: _Span, kind: str) -> str:
    left, right = _LABEL + _BAR, _WIDTH - _LABEL - _BAR
    middle = (left + right) / 2
    return (
        f'<path class="{kind}" d="M{left} {start[0]:.1f}C{middle} {start[0]:.1f} {middle} {end[0]:.1f} '
        f"{right} {end[0]:.1f}V{end[1]:.1f}C{middle} {end[1]:.1f} {middle} {start[1]:.1f} "
        f'{left} {start[1]:.1f}Z"/>'
    )
