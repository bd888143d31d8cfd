"""A comparison -> its pages: the overview, the publisher's own list checked, and the redline of each chapter.

Every page is whole without JavaScript; filters are added by compare.js. Nothing is compared here.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from guidance.model import Comparison, Document, Duty
from guidance.publish.change_lists import changes_csv, changes_json
from guidance.publish.compared import Entry, entries, figures, redline_addresses, redline_chapters, survey
from guidance.publish.inline import escape_html, escape_markdown
from guidance.publish.pages import Page, join_parts
from guidance.publish.redline_official import Listing, render_official
from guidance.publish.redline_overview import render_overview
from guidance.publish.redline_scene import Scene, count, facts
from guidance.publish.redline_text import Place as Whither
from guidance.publish.redline_text import render_beside, render_inline

_KEY = (
    '<p class="key">Marks: <ins class="added">put in</ins>, <del class="gone">taken out</del>, '
    '<ins class="moved">moved here</ins>, <del class="moved">moved away</del>.</p>'
)
_VIEWS = (
    '<fieldset class="views"><legend>Show</legend>'
    '<label><input type="radio" name="view" value="one" checked> both texts in one</label> '
    '<label><input type="radio" name="view" value="beside"> side by side</label></fieldset>'
)


class Side(Struct, frozen=True):
    """One edition of a comparison: its id, its text, and the address of each anchor from its own root."""

    id: str
    document: Document
    addresses: Mapping[str, str]


class Redline(Struct, frozen=True):
    """What a comparison prints: pages of the new edition, and files to lie beside them (path -> content)."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]


def render_comparison(
    comparison: Comparison,
    old: Side,
    new: Side,
    *,
    duties: tuple[Sequence[Duty], Sequence[Duty]] = ((), ()),
    names: Mapping[str, str] | None = None,
    listing: Listing | None = None,
) -> Redline:
    """The pages of a comparison, below compare/<old>/ of the new edition, and changes.json and changes.csv.

    `duties` are those of both editions, for who is bound, and `names` what these are called; with a `listing` a
    page more shows the publisher's own list held against what was found.
    """
    before = survey(old.id, old.document, old.addresses)
    after = survey(new.id, new.document, new.addresses)
    found = entries(comparison, before, after)
    chapters = redline_chapters(found)
    by_place: dict[tuple[str, str], tuple[Duty, ...]] = {}
    for edition, listed in zip((old.id, new.id), duties, strict=True):
        for duty in listed:
            key = (edition, duty.at.anchor)
            by_place[key] = (*by_place.get(key, ()), duty)
    scene = Scene(before, after, found, chapters, by_place, names or {}, redline_addresses(found, old.id))
    pages = [render_overview(scene, figures(comparison, before, after), official=listing is not None)]
    if listing:
        pages.append(render_official(scene, listing))
    for chapter in chapters:
        mine = [entry for entry in found if entry.chapter == chapter]
        if any(entry.shown for entry in mine):
            pages.append(_redline(scene, chapter, mine))
    files = {
        f"{scene.folder}/changes.json": changes_json(comparison),
        f"{scene.folder}/changes.csv": changes_csv(found),
    }
    return Redline(tuple(pages), files)


# --- A chapter's redline -------------------------------------------------------------------------


def _redline(scene: Scene, chapter: str, mine: Sequence[Entry]) -> Page:
    path = scene.page_of(chapter)
    name = scene.new.titles.get(chapter, chapter)
    title = f"{name}: changes from {scene.old.id} to {scene.new.id}"
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        f"[All changes from {scene.old.id} to {scene.new.id}](index.md)",
        _VIEWS,
        _KEY,
    ]
    for heading, group in groupby(mine, key=lambda entry: entry.heading):
        section = list(group)
        if any(entry.shown for entry in section):
            if heading and heading != chapter:
                printed.append(f"## {escape_markdown(scene.new.titles[heading])} {{: .furniture }}")
            printed.append(_section(scene, path, section))
    return Page(path, title, facts(title) + join_parts(printed), parent=f"{scene.folder}/index.md")


def _section(scene: Scene, path: str, section: Sequence[Entry]) -> str:
    printed = []
    for shown, group in groupby(section, key=lambda entry: entry.shown):
        run = list(group)
        if shown:
            printed += [_change(scene, path, entry) for entry in run]
        else:
            printed.append(f'<p class="same">{count(len(run), "provision")} with the same words.</p>')
    return f'<div class="redline" data-filter>{"".join(printed)}</div>'


def _change(scene: Scene, path: str, entry: Entry) -> str:
    change = entry.change
    share = min(round(100 * change.similarity), 99 if change.pieces else 100)
    alike = f"found by: {change.how}; {share} % alike" if change.old and change.new else ""
    level = f'<span class="level">{change.level}</span> ' if change.level not in (change.kind, "none") else ""
    head = (
        f'<p class="places">{scene.links(path, entry.old, False)} → {scene.links(path, entry.new, True)} '
        f'<span class="kind">{change.kind}</span> {level}<span class="how">{alike}</span></p>'
    )

    def whither(anchor: str, new: bool) -> str:
        edition = scene.new if new else scene.old
        return scene.link(path, edition.places[anchor], new)

    return (
        f'<section class="change" id="{escape_html(entry.id)}"{scene.attributes(entry)}>{head}'
        f"{_text(entry, whither, scene)}</section>"
    )


def _text(entry: Entry, whither: Whither, scene: Scene) -> str:
    """Both texts in one, and beside each other; the choice above shows one of the two."""
    if not entry.change.pieces:
        linked = entry.change.level == "links and numbers only"
        return f'<p class="same">The words are the same{"; a link leads elsewhere" if linked else ""}.</p>'
    old, new = render_beside(entry.change.pieces, whither)
    return (
        f'<div class="in-one">{render_inline(entry.change.pieces, whither)}</div>'
        f'<div class="beside"><div><p class="edition">{escape_html(scene.old.id)}</p>{old or "<p>–</p>"}</div>'
        f'<div><p class="edition">{escape_html(scene.new.id)}</p>{new or "<p>–</p>"}</div></div>'
    )
