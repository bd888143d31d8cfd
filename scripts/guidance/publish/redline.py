"""A comparison -> its pages: an overview with figures, picture and table, and the redline of each chapter.

Every page is whole without JavaScript; filters are added by compare.js. Nothing is compared here.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from guidance.model import Comparison, Document
from guidance.publish.change_lists import changes_csv, changes_json
from guidance.publish.compared import (
    KINDS,
    LEVELS,
    Edition,
    Entry,
    Figures,
    Place,
    entries,
    figures,
    flows,
    redline_chapters,
    redline_path,
    survey,
)
from guidance.publish.flow_picture import draw_flows
from guidance.publish.inline import escape_html, escape_markdown
from guidance.publish.pages import Page, front_matter, join_parts, to_root
from guidance.publish.redline_text import Place as Whither
from guidance.publish.redline_text import render_beside, render_inline

_KEY = (
    '<p class="key">Marks: <ins class="added">put in</ins>, <del class="gone">taken out</del>, '
    '<ins class="moved">moved here</ins>, <del class="moved">moved away</del>.</p>'
)
_EXPLAIN = {
    "duty changed": "a must, should or may was put in, taken out or changed",
    "new": "text was put in that was not there",
    "reworded": "said in other words",
    "links and numbers only": "a link, a page or a number",
    "none": "the words are the same; they may stand elsewhere",
}


class Side(Struct, frozen=True):
    """One edition of a comparison: its id, its text, and the address of each anchor from its own root."""

    id: str
    document: Document
    addresses: Mapping[str, str]


class Redline(Struct, frozen=True):
    """What a comparison prints: pages of the new edition, and files to lie beside them (path -> content)."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]


class Listing(Struct, frozen=True):
    """The publisher's own list held against the comparison: per entry its place, what it says in our words and
    the counts of the changes that confirm it; and the substantial changes that no entry covers."""

    entries: tuple[tuple[str, str, tuple[int, ...]], ...]
    unlisted: tuple[int, ...]


class _Scene(Struct, frozen=True):
    """All that a page of the comparison draws from."""

    old: Edition
    new: Edition
    found: tuple[Entry, ...]
    chapters: tuple[str, ...]
    who: Mapping[str, tuple[str, ...]]

    @property
    def folder(self) -> str:
        return f"compare/{self.old.id}"

    def page_of(self, chapter: str, beside: bool = False) -> str:
        """The path of a chapter's redline."""
        return redline_path(self.old.id, self.chapters.index(chapter), beside)

    def link(self, path: str, place: Place, new: bool) -> str:
        """A link from a page to where a provision stands in its edition."""
        root = to_root(path) if new else f"{to_root(path)}../{self.old.id}/"
        if place.address is None:
            return escape_html(place.name)
        return f'<a href="{escape_html(root + place.address)}">{escape_html(place.name)}</a>'

    def links(self, path: str, places: Sequence[Place], new: bool) -> str:
        return ", ".join(self.link(path, place, new) for place in places) or "–"


def render_comparison(
    comparison: Comparison,
    old: Side,
    new: Side,
    *,
    who: Mapping[str, tuple[str, ...]] | None = None,
    listing: Listing | None = None,
) -> Redline:
    """The pages of a comparison, below compare/<old>/ of the new edition, and changes.json and changes.csv.

    `who` names, per anchor of either edition, the agencies that its duties bind, for the filter;
    with a `listing` a page more shows the publisher's own list held against what was found.
    """
    before = survey(old.id, old.document, old.addresses)
    after = survey(new.id, new.document, new.addresses)
    found = entries(comparison, before, after)
    chapters = redline_chapters(found)
    scene = _Scene(before, after, found, chapters, who or {})
    pages = [_overview(scene, figures(comparison, before, after), listing)]
    if listing:
        pages.append(_official(scene, listing))
    for chapter in chapters:
        mine = [entry for entry in found if entry.chapter == chapter]
        if any(entry.shown for entry in mine):
            pages += [_redline(scene, chapter, mine, beside) for beside in (False, True)]
    files = {
        f"{scene.folder}/changes.json": changes_json(comparison),
        f"{scene.folder}/changes.csv": changes_csv(found),
    }
    return Redline(tuple(pages), files)


def _facts(title: str) -> str:
    return front_matter({"title": title, "kind": "comparison", "search": {"exclude": True}})


# --- Overview ------------------------------------------------------------------------------------


def _overview(scene: _Scene, found: Figures, listing: Listing | None) -> Page:
    path = f"{scene.folder}/index.md"
    title = f"What changed from {scene.old.id} to {scene.new.id}"
    rows = [entry for entry in scene.found if entry.shown and entry.change.kind != "renumbered"]
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        _headline(scene, found),
        _noise(found),
        "Computed from both texts, word by word; not an official list. How each pair was found is in the download: "
        '<a href="changes.json">changes.json</a>, <a href="changes.csv">changes.csv</a>.',
        "The comparison is also [held against the publisher's own list](official-list.md)." if listing else "",
        "## In figures",
        _figures_table(found),
        "## How the chapters flowed",
        _flow(scene),
        "## All changes",
        _changes_table(scene, path, rows),
        _renumbered(scene, path),
    ]
    return Page(path, title, _facts(title) + join_parts(printed))


def _headline(scene: _Scene, found: Figures) -> str:
    duty, new = found.levels["duty changed"], found.kinds["added"]
    return (
        f"**{_count(duty, 'change')} to what must, should or may be done.** "
        f"{_count(found.inserted, 'word')} put in and {_count(found.deleted, 'word')} taken out, "
        f"{_count(found.moved, 'word')} moved; {_count(new, 'passage')} added, {found.kinds['removed']} removed, "
        f"{found.kinds['renumbered']} only renumbered, {found.kinds['unchanged']} unchanged. "
        f"Edition {escape_markdown(scene.old.id)} has {_count(found.words_old, 'word')}, "
        f"edition {escape_markdown(scene.new.id)} has {_count(found.words_new, 'word')}."
    )


def _noise(found: Figures) -> str:
    share = round(100 * found.noise)
    return (
        f'<div class="noise"><p><strong>Noise meter: {share} %.</strong> Where the editions are compared number by '
        f"number, at least {_count(found.looks_new, 'word')} look new. {_count(found.inserted, 'word')} of them "
        f"are; the others only moved or stand under another number.</p>"
        f'<meter min="0" max="100" value="{share}" aria-label="Share of words that look new and are not">'
        f"{share} %</meter></div>"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _figures_table(found: Figures) -> str:
    levels = "".join(
        f'<tr><th scope="row">{level}</th><td>{found.levels[level]:,}</td><td>{_EXPLAIN[level]}</td></tr>'
        for level in LEVELS
    )
    kinds = "".join(f'<tr><th scope="row">{kind}</th><td>{found.kinds[kind]:,}</td></tr>' for kind in KINDS)
    return (
        '<div class="figures"><table><caption>By level</caption><thead><tr><th scope="col">Level</th>'
        f'<th scope="col">Provisions</th><th scope="col">Meaning</th></tr></thead><tbody>{levels}</tbody></table>'
        '<table><caption>By kind</caption><thead><tr><th scope="col">Kind</th><th scope="col">Provisions</th></tr>'
        f"</thead><tbody>{kinds}</tbody></table></div>"
    )


def _flow(scene: _Scene) -> str:
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
    return (
        f'<div class="flow">{picture}<details><summary>The same as a table</summary><table><thead><tr>'
        f'<th scope="col">From {escape_html(scene.old.id)}</th><th scope="col">To {escape_html(scene.new.id)}</th>'
        f'<th scope="col">Words</th></tr></thead><tbody>{rows}</tbody></table></details></div>'
    )


def _chapters(edition: Edition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.chapter for place in edition.places.values()))


def _changes_table(scene: _Scene, path: str, rows: Sequence[Entry]) -> str:
    body = []
    for entry in rows:
        href = f"{to_root(path)}{_page_address(scene, entry)}"
        body.append(
            f"<tr{_attributes(scene, entry)}><td>{scene.links(path, entry.old, False)}</td>"
            f"<td>{scene.links(path, entry.new, True)}</td><td>{entry.change.kind}</td>"
            f'<td>{entry.change.level}</td><td><a href="{escape_html(href)}">redline</a></td></tr>'
        )
    return (
        '<div class="changes" data-filter><table><thead><tr>'
        f'<th scope="col">Old place ({escape_html(scene.old.id)})</th>'
        f'<th scope="col">New place ({escape_html(scene.new.id)})</th><th scope="col">Change</th>'
        f'<th scope="col">Level</th><th scope="col">Words</th></tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _page_address(scene: _Scene, entry: Entry) -> str:
    return f"{scene.page_of(entry.chapter).removesuffix('.md')}/#{entry.id}"


def _attributes(scene: _Scene, entry: Entry) -> str:
    """What the filters go by."""
    bound = sorted({name for place in (*entry.old, *entry.new) for name in scene.who.get(place.anchor, ())})
    title = scene.new.titles.get(entry.chapter, entry.chapter)
    return (
        f' data-level="{entry.change.level}" data-kind="{entry.change.kind}" data-chapter="{escape_html(title)}"'
        f' data-who="{escape_html(" ".join(bound))}"'
    )


def _renumbered(scene: _Scene, path: str) -> str:
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
        f'<details class="renumbered"><summary>{_count(len(listed), "provision")} with another number and the same '
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


# --- The publisher's own list ---------------------------------------------------------------------


def _official(scene: _Scene, listing: Listing) -> Page:
    path = f"{scene.folder}/official-list.md"
    title = f"The publisher's list of changes from {scene.old.id} to {scene.new.id}, checked"
    confirmed = sum(bool(counts) for _, _, counts in listing.entries)
    rows = []
    for place, what, counts in listing.entries:
        found = ", ".join(_to_redline(scene, path, scene.found[count]) for count in counts)
        rows.append(
            f"<tr><td>{escape_html(place)}</td><td>{escape_html(what)}</td><td>{found or 'not found'}</td></tr>"
        )
    others = "".join(
        f"<tr><td>{_to_redline(scene, path, scene.found[count])}</td><td>{scene.found[count].change.kind}</td>"
        f"<td>{scene.found[count].change.level}</td></tr>"
        for count in listing.unlisted
    )
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        f"The publisher lists {_count(len(listing.entries), 'change')}; the comparison confirms {confirmed}. "
        f"{_count(len(listing.unlisted), 'substantial change')} that were found stand in no entry of the list. "
        "What an entry says is given in our words.",
        "## What the publisher lists",
        '<div class="changes"><table><thead><tr><th scope="col">Place</th><th scope="col">What</th>'
        f'<th scope="col">Found</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>',
        "## What the list does not have",
        '<div class="changes"><table><thead><tr><th scope="col">Place</th><th scope="col">Change</th>'
        f'<th scope="col">Level</th></tr></thead><tbody>{others}</tbody></table></div>',
    ]
    return Page(path, title, _facts(title) + join_parts(printed), parent=f"{scene.folder}/index.md")


def _to_redline(scene: _Scene, path: str, entry: Entry) -> str:
    """A change's place as a link to its redline."""
    named = ", ".join(place.name for place in entry.new or entry.old)
    return f'<a href="{escape_html(to_root(path) + _page_address(scene, entry))}">{escape_html(named)}</a>'


# --- A chapter's redline -------------------------------------------------------------------------


def _redline(scene: _Scene, chapter: str, mine: Sequence[Entry], beside: bool) -> Page:
    path = scene.page_of(chapter, beside)
    name = scene.new.titles.get(chapter, chapter)
    title = f"{name}: changes from {scene.old.id} to {scene.new.id}"
    other = scene.page_of(chapter, not beside).rpartition("/")[2]
    views = (
        f"Both texts in one · [Side by side]({other})"
        if not beside
        else f"[Both texts in one]({other}) · Side by side"
    )
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        f"[All changes](index.md) · {views}",
        _KEY,
    ]
    for heading, group in groupby(mine, key=lambda entry: entry.heading):
        section = list(group)
        if any(entry.shown for entry in section):
            if heading and heading != chapter:
                printed.append(f"## {escape_markdown(scene.new.titles[heading])} {{: .furniture }}")
            printed.append(_section(scene, path, section, beside))
    return Page(path, title, _facts(title) + join_parts(printed), parent=f"{scene.folder}/index.md")


def _section(scene: _Scene, path: str, section: Sequence[Entry], beside: bool) -> str:
    printed = []
    for shown, group in groupby(section, key=lambda entry: entry.shown):
        run = list(group)
        if shown:
            printed += [_change(scene, path, entry, beside) for entry in run]
        else:
            same = _count(len(run), "provision")
            printed.append(f'<p class="same">{same} with the same words.</p>')
    return f'<div class="redline" data-filter>{"".join(printed)}</div>'


def _change(scene: _Scene, path: str, entry: Entry, beside: bool) -> str:
    change = entry.change
    alike = f"{change.how}, {change.similarity:.0%} alike" if change.old and change.new else ""
    level = f'<span class="level">{change.level}</span> ' if change.level != change.kind else ""
    head = (
        f'<p class="places">{scene.links(path, entry.old, False)} → {scene.links(path, entry.new, True)} '
        f'<span class="kind">{change.kind}</span> {level}<span class="how">{alike}</span></p>'
    )

    def whither(anchor: str, new: bool) -> str:
        edition = scene.new if new else scene.old
        return scene.link(path, edition.places[anchor], new)

    return (
        f'<section class="change" id="{escape_html(entry.id)}"{_attributes(scene, entry)}>{head}'
        f"{_text(entry, whither, beside, scene)}</section>"
    )


def _text(entry: Entry, whither: Whither, beside: bool, scene: _Scene) -> str:
    if not entry.change.pieces:
        linked = entry.change.level == "links and numbers only"
        return f'<p class="same">The words are the same{"; a link leads elsewhere" if linked else ""}.</p>'
    if not beside:
        return f'<div class="in-one">{render_inline(entry.change.pieces, whither)}</div>'
    old, new = render_beside(entry.change.pieces, whither)
    return (
        f'<div class="beside"><div><p class="edition">{escape_html(scene.old.id)}</p>{old or "<p>–</p>"}</div>'
        f'<div><p class="edition">{escape_html(scene.new.id)}</p>{new or "<p>–</p>"}</div></div>'
    )
