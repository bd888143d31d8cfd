"""The overview of a comparison: what changed at a glance, by role and by level, then the figures behind it.

Whole without JavaScript; where a change is shown in full is for `redline`, and nothing is compared here.
"""

from collections.abc import Sequence

from guidance.model import Level
from guidance.publish.compared import KINDS, LEVELS, Edition, Entry, Figures, flows
from guidance.publish.flow_picture import draw_flows
from guidance.publish.inline import escape_html, escape_markdown
from guidance.publish.pages import Page, join_parts, to_root
from guidance.publish.redline_scene import EXPLAIN, Scene, comparison_title, count, facts
from guidance.publish.redline_text import render_excerpt

_GROUPS: tuple[tuple[Level, str], ...] = (
    ("duty changed", "Duties changed"),
    ("new", "New text"),
    ("reworded", "Reworded or taken out"),
    ("links and numbers only", "Links and numbers only"),
    ("none", "Same words, another place"),
)
_MATTERS: tuple[Level, ...] = ("duty changed", "new", "reworded")


def render_overview(scene: Scene, found: Figures, *, official: bool) -> Page:
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


def _headline(rows: Sequence[Entry], found: Figures) -> str:
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


def _noise(found: Figures) -> str:
    share = round(100 * found.noise)
    return (
        f'<div class="noise"><p><strong>Noise meter: {share} %.</strong> Compared number by number, at least '
        f"{count(found.looks_new, 'word')} look new. Only {count(found.inserted, 'word')} are; the others moved "
        f'or stand under another number.</p><meter min="0" max="100" value="{share}" '
        f'aria-label="Share of words that look new and are not">{share} %</meter></div>'
    )


# --- By role -------------------------------------------------------------------------------------


def _roles(scene: Scene, path: str, rows: Sequence[Entry]) -> str:
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


def _named(entry: Entry) -> str:
    return escape_html(", ".join(place.name for place in entry.new or entry.old))


# --- By level ------------------------------------------------------------------------------------


def _id(level: Level) -> str:
    return level.replace(" ", "-")


def _row_id(entry: Entry) -> str:
    return escape_html(f"change-{entry.id}")


def _group(scene: Scene, path: str, level: Level, name: str, rows: Sequence[Entry]) -> str:
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


def _row(scene: Scene, path: str, entry: Entry, redline: str) -> str:
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


def _runs(listed: Sequence[Entry]) -> list[list[Entry]]:
    """Neighbours whose numbers shifted alike."""
    runs: list[list[Entry]] = []
    for entry in listed:
        before = runs[-1][-1] if runs else None
        if before and _shift(before) == _shift(entry) and entry.count - before.count <= 3:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _shift(entry: Entry) -> tuple[str, int] | int:
    """By how much a number shifted; a value of its own where numbers are no whole numbers."""
    old, new = (place.name.rpartition(" ") for place in (entry.old[0], entry.new[0]))
    if old[0] == new[0] and old[2].isdigit() and new[2].isdigit():
        return new[0], int(new[2]) - int(old[2])
    return entry.count


# --- Figures -------------------------------------------------------------------------------------


def _figures(scene: Scene, found: Figures) -> str:
    return (
        f"{count(found.inserted, 'word')} put in, {count(found.deleted, 'word')} taken out, "
        f"{count(found.moved, 'word')} moved. Edition {escape_markdown(scene.old.id)} has "
        f"{count(found.words_old, 'word')}, edition {escape_markdown(scene.new.id)} has "
        f"{count(found.words_new, 'word')}. How each pair was found is in changes.json."
    )


def _figures_table(found: Figures) -> str:
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


def _chapters(edition: Edition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.chapter for place in edition.places.values()))
