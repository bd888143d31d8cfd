"""A comparison -> its pages: the overview, the publisher's own list checked, and the redline of each chapter.

Every page is whole without JavaScript; filters are added by compare.js. Nothing is compared here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from markdown import Markdown
from msgspec import Struct

from guidance.document.model import Comparison, Document, Duty
from guidance.site.changes_view import (
    ChangeEntry,
    changes_csv,
    changes_json,
    entries,
    figures,
    redline_addresses,
    redline_chapters,
    survey,
)
from guidance.site.comparison_overview import render_overview
from guidance.site.comparison_scene import PlaceLink as Whither
from guidance.site.comparison_scene import Scene, count, facts, render_beside, render_inline
from guidance.site.inline import escape_html, escape_markdown
from guidance.site.pages import Page, join_parts

STYLES = ("site.css", "compare.css")
SCRIPT = "compare.js"

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TO_PART = re.compile(r'href="(?:\.\./)+compare/[^/"]+/([\w-]+)/#')
_TO_PAGE = re.compile(r'href="([\w-]+)\.md"')
_BODY = "margin: 0 auto; max-width: 48rem; padding: .8rem"


def render_alone(pages: Iterable[Page], within: str, assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the folder -> content: each page below `within` as HTML, and the style sheets and script among
    `assets` that they use."""
    files = {f"{page.path.removeprefix(within).removesuffix('.md')}.html": _page(page, assets) for page in pages}
    return files | {name: assets[name] for name in (*STYLES, SCRIPT) if name in assets}


def _page(page: Page, assets: Mapping[str, bytes]) -> bytes:
    reader = Markdown(extensions=["attr_list", "md_in_html", "tables"])
    body = reader.convert(_FRONT_MATTER.sub("", page.markdown))
    body = _TO_PAGE.sub(r'href="\1.html"', _TO_PART.sub(r'href="\1.html#', body))
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES if name in assets)
    script = f'<script src="{SCRIPT}" defer></script>' if SCRIPT in assets else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape_html(page.title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{styles}</head>'
        f'<body dir="ltr" style="{_BODY}"><main class="md-typeset">{body}</main>{script}</body></html>\n'
    ).encode()


class Listing(Struct, frozen=True):
    """The publisher's own list held against the comparison: per entry its place, what it says in our words and
    the counts of the changes that confirm it; and the substantial changes that no entry covers."""

    entries: tuple[tuple[str, str, tuple[int, ...]], ...]
    unlisted: tuple[int, ...]


def render_official(scene: Scene, listing: Listing) -> Page:
    """The page."""
    path = f"{scene.folder}/official-list.md"
    title = f"The publisher's list of changes from {scene.old.id} to {scene.new.id}, checked"
    confirmed = sum(bool(counts) for _, _, counts in listing.entries)
    rows = []
    for place, what, counts in listing.entries:
        found = ", ".join(scene.to_redline(path, scene.found[at]) for at in counts)
        rows.append(
            f'<tr><th scope="row">{escape_html(place)}</th><td>{escape_html(what)}</td>'
            f"<td>{found or '<strong>not found</strong>'}</td></tr>"
        )
    others = "".join(
        f'<tr><th scope="row">{scene.to_redline(path, scene.found[at])}</th><td>{scene.found[at].change.kind}</td>'
        f"<td>{scene.found[at].change.level}</td></tr>"
        for at in listing.unlisted
    )
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        f"The publisher lists {count(len(listing.entries), 'change')}; the comparison confirms {confirmed}. "
        f"{count(len(listing.unlisted), 'substantial change')} that were found stand in no entry of the list. "
        "What an entry says is given in our words. [All changes](index.md)",
        "## What the publisher lists",
        _table("What the publisher lists", ("Place", "What", "Found"), "".join(rows)),
        "## What the list does not have",
        _table("What the list does not have", ("Place", "Change", "Level"), others),
    ]
    return Page(path, title, facts(title) + join_parts(printed), parent=f"{scene.folder}/index.md")


def _table(name: str, head: tuple[str, ...], rows: str) -> str:
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="listed table" role="group" aria-label="{name}" tabindex="0"><table><thead><tr>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


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


def _redline(scene: Scene, chapter: str, mine: Sequence[ChangeEntry]) -> Page:
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


def _section(scene: Scene, path: str, section: Sequence[ChangeEntry]) -> str:
    printed = []
    for shown, group in groupby(section, key=lambda entry: entry.shown):
        run = list(group)
        if shown:
            printed += [_change(scene, path, entry) for entry in run]
        else:
            printed.append(f'<p class="same">{count(len(run), "provision")} with the same words.</p>')
    return f'<div class="redline" data-filter>{"".join(printed)}</div>'


def _change(scene: Scene, path: str, entry: ChangeEntry) -> str:
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


def _text(entry: ChangeEntry, whither: Whither, scene: Scene) -> str:
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
