"""The overview of a comparison: what changed at a glance, by role and by level, then the figures behind it.

Whole without JavaScript; where a change is shown in full is for `redline`, and nothing is compared here.
"""

from collections.abc import Mapping, Sequence

from guidance.document.model import Level
from guidance.site.changes_view import KINDS, LEVELS, ChangeEntry, ChangeFigures, ComparedEdition, flows
from guidance.site.comparison_scene import EXPLAIN, Scene, comparison_title, count, facts, render_excerpt
from guidance.site.inline import escape_html, escape_markdown
from guidance.site.pages import Page, join_parts, to_root

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


_GROUPS: tuple[tuple[Level, str], ...] = (
    ("duty changed", "Duties changed"),
    ("new", "New text"),
    ("reworded", "Reworded or taken out"),
    ("links and numbers only", "Links and numbers only"),
    ("none", "Same words, another place"),
)
_MATTERS: tuple[Level, ...] = ("duty changed", "new", "reworded")


def render_overview(scene: Scene, found: ChangeFigures, *, official: bool) -> Page:
    """The page; with `official` there is one more that holds the publisher's own list against this."""
    path = f"{scene.folder}/index.md"
    title = comparison_title(scene.old.id, scene.new.id)
    rows = [entry for entry in scene.found if entry.shown and entry.change.kind != "renumbered"]
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        _headline(rows, found),
        _noise(found),
        "Computed from both texts, word by word; not an official list. To work on: "
        '<a href="changes.csv">changes.csv</a>, <a href="changes.json">changes.json</a>.'
        + (" Also [held against the publisher's own list](official-list.md)." if official else ""),
        _roles(scene, path, rows),
        *(_group(scene, path, level, name, rows) for level, name in _GROUPS),
        _renumbered(scene, path),
        "## How the chapters flowed",
        _flow(scene),
        "## Figures",
        _figures(scene, found),
        _figures_table(found),
    ]
    return Page(path, title, facts(title) + join_parts(printed))


def _headline(rows: Sequence[ChangeEntry], found: ChangeFigures) -> str:
    """The answer in a line, and a way to each part of it."""
    ways = []
    for level, name in _GROUPS[:3]:
        number = sum(entry.change.level == level for entry in rows)
        said = f"<strong>{number:,}</strong> <span>{name.lower()}</span>"
        ways.append(f'<li><a href="#{_id(level)}">{said}</a></li>' if number else f"<li>{said}</li>")
    still = found.kinds["unchanged"] + found.kinds["renumbered"]
    return (
        f'<ul class="tally">{"".join(ways)}</ul>\n\nOf {count(sum(found.kinds.values()), "provision")} {still:,} '
        "have the words they had."
    )


def _noise(found: ChangeFigures) -> str:
    share = round(100 * found.noise)
    return (
        f'<div class="noise"><p><strong>Noise meter: {share} %.</strong> Compared number by number, at least '
        f"{count(found.looks_new, 'word')} look new. Only {count(found.inserted, 'word')} are; the others moved "
        f'or stand under another number.</p><meter min="0" max="100" value="{share}" '
        f'aria-label="Share of words that look new and are not">{share} %</meter></div>'
    )


# --- By role -------------------------------------------------------------------------------------


def _roles(scene: Scene, path: str, rows: Sequence[ChangeEntry]) -> str:
    """Whom the changed provisions bind, each with the changes to read."""
    matter = [entry for entry in rows if entry.change.level in _MATTERS]
    mine = {name: [entry for entry in matter if name in scene.bound(entry)] for name in scene.names}
    parts = []
    for name, some in mine.items():
        if some:
            listed = "".join(
                f'<li><a href="#{_row_id(entry)}">{_named(entry)}</a>, {entry.change.level}</li>' for entry in some
            )
            parts.append(
                f'<details data-agency="{escape_html(name)}"><summary>{escape_html(scene.names[name])} '
                f'<span class="count">{count(len(some), "change")}</span></summary><ul>{listed}</ul></details>'
            )
    if not parts:
        return ""
    return (
        "## For your role {: #roles .furniture }\n\nChanges to provisions that say what somebody must, should or "
        f'may do.\n\n<div class="roles">{"".join(parts)}</div>'
    )


def _named(entry: ChangeEntry) -> str:
    return escape_html(", ".join(place.name for place in entry.new or entry.old))


# --- By level ------------------------------------------------------------------------------------


def _id(level: Level) -> str:
    return level.replace(" ", "-")


def _row_id(entry: ChangeEntry) -> str:
    return escape_html(f"change-{entry.id}")


def _group(scene: Scene, path: str, level: Level, name: str, rows: Sequence[ChangeEntry]) -> str:
    """The changes of one level as a table; those that matter least are folded away."""
    mine = [entry for entry in rows if entry.change.level == level]
    if not mine:
        return ""
    head = "".join(
        f'<th scope="col" role="columnheader">{escape_html(cell)}</th>'
        for cell in (f"In {scene.old.id}", f"In {scene.new.id}", "Change", "Words")
    )
    body = "".join(_row(scene, path, entry, scene.redlines[entry.count]) for entry in mine)
    table = (
        f'<table role="table" aria-label="{escape_html(name)}"><thead role="rowgroup"><tr role="row">{head}</tr>'
        f'</thead><tbody role="rowgroup">{body}</tbody></table>'
    )
    title = f"## {name} ({len(mine):,}) {{: #{_id(level)} .furniture }}"
    if level not in _MATTERS:
        summary = f"Show {'it' if len(mine) == 1 else f'all {len(mine):,}'}"
        table = f'<details class="less"><summary>{summary}</summary>{table}</details>'
    return f'{title}\n\n{EXPLAIN[level].capitalize()}.\n\n<div class="changes" data-filter>{table}</div>'


def _row(scene: Scene, path: str, entry: ChangeEntry, redline: str) -> str:
    def whither(anchor: str, new: bool) -> str:
        edition = scene.new if new else scene.old
        return scene.link(path, edition.places[anchor], new)

    words = render_excerpt(entry.change.pieces, whither) or "The words are the same."
    bound = ", ".join(escape_html(scene.names[one]) for one in scene.bound(entry) if one in scene.names)
    said = scene.strengths(entry) if entry.change.level == "duty changed" else ""
    notes = "".join(
        f'<span class="{name}">{words_}</span>'
        for name, words_ in (("verbs", escape_html(said)), ("who", bound))
        if words_
    )
    href = escape_html(to_root(path) + redline)
    return (
        f'<tr role="row" id="{_row_id(entry)}"{scene.attributes(entry)}>'
        f'<td role="cell" class="old">{scene.links(path, entry.old, False)}</td>'
        f'<td role="cell" class="new">{scene.links(path, entry.new, True)}</td>'
        f'<td role="cell" class="what"><span class="kind">{entry.change.kind}</span>{notes}</td>'
        f'<td role="cell" class="words">{words} <a class="whole" href="{href}">redline'
        f'<span class="said"> of {_named(entry)}</span></a></td></tr>'
    )


# --- Renumbered ----------------------------------------------------------------------------------


def _renumbered(scene: Scene, path: str) -> str:
    """Which number became which where nothing else changed, as runs."""
    listed = [e for e in scene.found if e.change.kind == "renumbered" and e.old and e.new]
    if not listed:
        return ""
    items = []
    for run in _runs(listed):
        first, last = run[0], run[-1]
        olds = scene.links(path, first.old, False) + (
            f" to {scene.link(path, last.old[0], False)}" if len(run) > 1 else ""
        )
        news = scene.links(path, first.new, True) + (
            f" to {scene.link(path, last.new[0], True)}" if len(run) > 1 else ""
        )
        items.append(f"<li>{olds} → {news}</li>")
    return (
        f'<details class="renumbered"><summary>{count(len(listed), "provision")} with another number and the same '
        f"words</summary><ul>{''.join(items)}</ul></details>"
    )


def _runs(listed: Sequence[ChangeEntry]) -> list[list[ChangeEntry]]:
    """Neighbours whose numbers shifted alike."""
    runs: list[list[ChangeEntry]] = []
    for entry in listed:
        before = runs[-1][-1] if runs else None
        if before and _shift(before) == _shift(entry) and entry.count - before.count <= 3:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _shift(entry: ChangeEntry) -> tuple[str, int] | int:
    """By how much a number shifted; a value of its own where numbers are no whole numbers."""
    old, new = (place.name.rpartition(" ") for place in (entry.old[0], entry.new[0]))
    if old[0] == new[0] and old[2].isdigit() and new[2].isdigit():
        return new[0], int(new[2]) - int(old[2])
    return entry.count


# --- Figures -------------------------------------------------------------------------------------


def _figures(scene: Scene, found: ChangeFigures) -> str:
    return (
        f"{count(found.inserted, 'word')} put in, {count(found.deleted, 'word')} taken out, "
        f"{count(found.moved, 'word')} moved. Edition {escape_markdown(scene.old.id)} has "
        f"{count(found.words_old, 'word')}, edition {escape_markdown(scene.new.id)} has "
        f"{count(found.words_new, 'word')}. How each pair was found is in changes.json."
    )


def _figures_table(found: ChangeFigures) -> str:
    levels = "".join(
        f'<tr><th scope="row">{level}</th><td>{found.levels[level]:,}</td><td>{EXPLAIN[level]}</td></tr>'
        for level in LEVELS
    )
    kinds = "".join(f'<tr><th scope="row">{kind}</th><td>{found.kinds[kind]:,}</td></tr>' for kind in KINDS)
    return (
        '<div class="figures"><table><caption>By level</caption><thead><tr><th scope="col">Level</th>'
        f'<th scope="col">Provisions</th><th scope="col">Meaning</th></tr></thead><tbody>{levels}</tbody></table>'
        '<table><caption>By kind</caption><thead><tr><th scope="col">Kind</th><th scope="col">Provisions</th></tr>'
        f"</thead><tbody>{kinds}</tbody></table></div>"
    )


def _flow(scene: Scene) -> str:
    words = flows(scene.found, scene.new)
    old = [(c, scene.old.titles.get(c, c)) for c in _chapters(scene.old) if c in {a for a, _ in words}]
    new = [(c, scene.new.titles.get(c, c)) for c in _chapters(scene.new) if c in {b for _, b in words}]
    picture = draw_flows(words, old, new, (scene.old.id, scene.new.id))
    rows = "".join(
        f"<tr><td>{escape_html(scene.old.titles.get(a, a) if a else 'new text')}</td>"
        f"<td>{escape_html(scene.new.titles.get(b, b))}</td><td>{words[a, b]:,}</td></tr>"
        for b, _ in new
        for a in ("", *(c for c, _ in old))
        if (a, b) in words
    )
    said = (
        "Each bar is a chapter, as high as its words are many; bands are words that stayed or went to another "
        "chapter; outlined parts are new."
    )
    heads = (f"From {scene.old.id}", f"To {scene.new.id}", "Words")
    head = "".join(f'<th scope="col">{escape_html(cell)}</th>' for cell in heads)
    return (
        '<div class="flow"><div class="wide" role="group" aria-label="Picture of how the chapters flowed" '
        f'tabindex="0">{picture}</div><p>{said}</p><details><summary>The same as a table</summary>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></div>"
    )


def _chapters(edition: ComparedEdition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.chapter for place in edition.places.values()))
