"""A comparison -> its pages: the overview, the redline of each chapter, the publisher's own list checked.

Facts for templates, which are whole without JavaScript; nothing is aligned or compared here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

import msgspec
from msgspec import Struct, structs

from guidance.document.anchors import slug
from guidance.document.change_model import Comparison
from guidance.document.model import Document, Duty
from guidance.document.register import Publication
from guidance.site.changes_view import (
    ChangeEntry,
    ChangeFigures,
    draw_flows,
    entries,
    figures,
    flows,
    redline_addresses,
    redline_chapters,
    redline_path,
    survey,
)
from guidance.site.data_files import changes_csv, changes_json
from guidance.site.pages import Page, csv_table, say_size, to_root
from guidance.site.redline_text import beside, excerpt, in_one, say_beside, say_changes, say_each, track
from guidance.site.role_changes import (
    COLUMNS,
    MATTERS,
    ComparisonView,
    RoleCheck,
    RoleList,
    role_lists,
    role_manuscript,
    role_page,
    role_rows,
    side_of,
    tracked_changes,
)
from guidance.site.templates import PlaceLink

TRACKED = "tracked-changes"  # the Word file of a comparison, without its ending
STYLES = ("site.css", "compare.css")
SCRIPT = "compare.js"
_TO_SET = re.compile(r'<a href="(?:\.\./)?(?P<file>[^"/]+\.(?:docx|pdf))" download>(?P<words>[^<]*)</a>')


class Listing(Struct, frozen=True):
    """The publisher's own list held against the comparison: per entry its place, what it says in our words and
    the counts of the changes that confirm it; and the substantial changes that no entry covers."""

    entries: tuple[tuple[str, str, tuple[int, ...]], ...]
    unlisted: tuple[int, ...]


class Redline(Struct, frozen=True):
    """What a comparison prints: pages of the new edition, files to lie beside them (path -> content), and packed
    manuscripts of more (path without its ending -> manuscript), to which the pages have links already."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]
    manuscripts: Mapping[str, bytes] = {}

    def with_set(self, made: Mapping[str, bytes]) -> "Redline":
        """The same with the files that were set of its manuscripts, and their sizes in its links; where one could
        not be made its link says so."""
        mine = {path: held for path, held in made.items() if path.rpartition(".")[0] in self.manuscripts}

        def link(found: re.Match[str], folder: str) -> str:
            held = mine.get(f"{folder}/{found['file']}")
            if held is None:
                return f"{found['words']}: could not be made"
            return f"{found[0]} {say_size(len(held))}"

        pages = tuple(
            structs.replace(
                page, markdown=_TO_SET.sub(partial(link, folder=page.path.rpartition("/")[0]), page.markdown)
            )
            for page in self.pages
        )
        return Redline(pages, {**self.files, **mine})


def comparison_title(old: str, new: str) -> str:
    """What the comparison of two editions is called."""
    return f"What changed from {old} to {new}"


class Told(Struct, frozen=True):
    """What a comparison's pages are made from beside both texts; of pairs the older edition's comes first.

    `addresses` are those of each anchor from its edition's root, `duties` say who is bound, and `names` what these
    are called; with a `listing` a page more shows the publisher's own list held against what was found. `checks`
    are lines of ours for roles, `title` is the overview's where it is not that of two editions; in files links lead
    below `home`, the publication's, with a slash at its end, where it is known. What no `publication` is named of
    has no files for roles.
    """

    comparison: Comparison
    addresses: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    duties: tuple[tuple[Duty, ...], tuple[Duty, ...]] = ((), ())
    names: Mapping[str, str] = {}
    listing: Listing | None = None
    publication: Publication | None = None
    checks: tuple[RoleCheck, ...] = ()
    title: str = ""
    home: str = ""


def render_comparison(told: Told, old: Document, new: Document) -> Redline:
    """The pages of a comparison, below compare/<old>/ of the new edition, with changes.json, changes.csv and a
    table for each role, and the manuscripts of its other files; a job."""
    comparison, texts = told.comparison, (old, new)
    ids = (comparison.old, comparison.new)
    before, after = (survey(*side) for side in zip(ids, texts, told.addresses, strict=True))
    found = entries(comparison, before, after)
    by_place: dict[tuple[str, str], list[Duty]] = {}
    for edition, listed in zip(ids, told.duties, strict=True):
        for duty in listed:
            by_place.setdefault((edition, duty.at.anchor), []).append(duty)
    redlines = redline_addresses(found, ids[0])
    title = told.title or comparison_title(*ids)
    view = _Scene(before, after, found, by_place, told.names, redlines, comparison, title)
    lists = role_lists(view, texts, told.checks)
    pages = [view.overview(figures(comparison, before, after), lists, official=told.listing is not None)]
    if told.listing:
        pages.append(view.official(told.listing))
    for chapter in redline_chapters(found):
        mine = [entry for entry in found if entry.chapter == chapter]
        if any(entry.shown for entry in mine):
            pages.append(view.redline(chapter, mine))
    pages += [role_page(view, mine) for mine in lists]
    files = {"changes.json": changes_json(comparison), "changes.csv": changes_csv(found, texts)}
    sides = [side_of(*side, told.publication) for side in zip(ids, texts, strict=True)]
    manuscripts = {TRACKED: tracked_changes(track(comparison, old, new), title, sides, told.publication)}
    licence = told.publication.licence_in_words if told.publication else ""
    for one in lists:
        files[f"{one.stem}.csv"] = csv_table(COLUMNS, role_rows(view, one, texts, told.home, licence))
        if told.publication:
            manuscripts[one.stem] = role_manuscript(one, ids, sides, told.publication, told.home)
    return Redline(
        tuple(pages),
        {f"{view.folder}/{name}": held for name, held in files.items()},
        {f"{view.folder}/{name}": msgspec.msgpack.encode(one) for name, one in manuscripts.items()},
    )


class _Scene(ComparisonView, frozen=True):
    """What all pages of a comparison draw from."""

    # --- The pages ---

    def overview(self, found: ChangeFigures, roles: Sequence[RoleList], *, official: bool) -> Page:
        """What changed at a glance, by role and by level, then the figures behind it; with `official` there is one
        more page that holds the publisher's own list against this."""
        path = f"{self.folder}/index.md"
        rows = [entry for entry in self.found if entry.shown and entry.change.kind != "renumbered"]
        words = flows(self.found, self.new)
        old, new = (
            {place.chapter: side.titles.get(place.chapter, place.chapter) for place in side.places.values()}
            for side in (self.old, self.new)
        )
        return self.page(
            "comparison.md",
            path,
            self.title,
            rows=[self._row(path, entry) for entry in rows],
            matters=MATTERS,
            figures=found,
            told=self._told(path, rows),
            terms=[
                (term, slug(term.name), [self.to_redline(path, e) for e in rows if term.name in e.change.terms])
                for term in self.comparison.terms
            ],
            official=official,
            tracked=f"{TRACKED}.docx",
            roles=roles,
            say=say_changes,
            renumbered=_runs(e for e in self.found if e.change.kind == "renumbered" and e.old and e.new),
            picture=draw_flows(words, list(old.items()), list(new.items())),
            flows=[
                (came, name, words[a, b])
                for b, name in new.items()
                for a, came in {"": "new text", **old}.items()
                if (a, b) in words
            ],
        )

    def redline(self, chapter: str, mine: Sequence[ChangeEntry]) -> Page:
        """A chapter, both texts in one and side by side."""
        path = redline_path(self.old.id, redline_chapters(self.found).index(chapter))
        name = self.new.titles.get(chapter, chapter)
        sections = []
        for heading, group in groupby(mine, key=lambda entry: entry.heading):
            section = list(group)
            if any(entry.shown for entry in section):
                title = self.new.titles[heading] if heading and heading != chapter else ""
                sections.append({"title": title, "parts": list(self._changes(path, section))})
        title = f"{name}: changes from {self.old.id} to {self.new.id}"
        return self.page("redline.md", path, title, parent=f"{self.folder}/index.md", sections=sections)

    def official(self, listing: Listing) -> Page:
        """The publisher's own list, with what confirms each entry."""
        title = f"The publisher's list of changes from {self.old.id} to {self.new.id}, checked"
        return self.page(
            "official_list.md",
            f"{self.folder}/official-list.md",
            title,
            parent=f"{self.folder}/index.md",
            listing=listing,
            confirmed=sum(bool(counts) for _, _, counts in listing.entries),
        )

    # --- A change ---

    def _row(self, path: str, entry: ChangeEntry) -> dict[str, object]:
        return {
            **self.entry(path, entry),
            "words": excerpt(entry.change.pieces, self.where(path)),
            "bound": [self.names[one] for one in self.bound(entry) if one in self.names],
            "probably": [self.names[one] for one in self.probably_bound(entry) if one in self.names],
            "said": _said(entry),
            "redline": to_root(path) + self.redlines[entry.count],
        }

    def _changes(self, path: str, section: Sequence[ChangeEntry]) -> Iterator[dict[str, object]]:
        """The changes of a section, and how many provisions between them have the same words."""
        for shown, group in groupby(section, key=lambda entry: entry.shown):
            run = list(group)
            if not shown:
                yield {"same": len(run)}
            for entry in run if shown else ():
                pieces, where = entry.change.pieces, self.where(path)
                before, after = beside(pieces, where)
                sides = {"in_one": in_one(pieces, where), "before": before, "after": after}
                yield {**self.entry(path, entry), "same": 0, "said": _said(entry), **sides}

    def _told(self, path: str, rows: Sequence[ChangeEntry]) -> dict[str, list[tuple[PlaceLink, str]]]:
        """What changed of duties and figures, by what it is, each line with its place."""
        lines: dict[str, list[tuple[PlaceLink, str]]] = {}
        for entry in rows:
            for what, said in say_each(entry.change):
                lines.setdefault(what, []).append((self.to_redline(path, entry), said))
        return lines


def _said(entry: ChangeEntry) -> list[str]:
    """What changed of a provision's duties and figures, where its words are shown beside."""
    told = say_beside(entry.change).items()
    return [said if times == 1 else f"{said} ({times} times)" for said, times in told]


def _runs(listed: Iterable[ChangeEntry]) -> list[list[ChangeEntry]]:
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
