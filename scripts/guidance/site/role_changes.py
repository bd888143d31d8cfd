"""What a comparison changed for one of those bound, and what to do: pages, rows of a table, lines to check.

Facts that a comparison has already, turned round by who is bound; nothing is compared or judged here. What to check
is written by people, and held to the words it was written for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from guidance.document.anchors import permalink_path, provision_fingerprint, slug
from guidance.document.change_model import Comparison, Level
from guidance.document.model import Document, Duty, SourceFile, read_toml
from guidance.document.register import Publication
from guidance.site.changes_view import ChangeEntry, ComparedEdition, ComparedPlace, count_words, side_words
from guidance.site.pages import Page, make_page, to_root
from guidance.site.pandoc import (
    Manuscript,
    PandocNode,
    bullets,
    grid,
    header,
    link,
    marked,
    para,
    strong,
    tracked,
    words,
)
from guidance.site.redline_text import (
    Paragraphs,
    RedlineBlock,
    TrackedParagraph,
    Where,
    beside,
    say_beside,
    say_slip,
)
from guidance.site.templates import PlaceLink, clean

CHECKS = "role_checks.toml"  # in a publication's folder
MATTERS: tuple[Level, ...] = ("duty changed", "new", "reworded")
SUBSTANCE = frozenset(("strength", "holder", "limit"))
GROUPS = (
    "Strength, who is bound, time limits and figures",
    "New duties, duties taken out, and other changes of duties",
    "New text",
    "Reworded or taken out",
)
_NOT_FOUND = {"search": {"exclude": True}}
_WHOLE = 90  # words of a side that are shown whole; of a longer one the lines that changed


class RoleCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """A reviewed line of ours: what somebody should check because of a change. `pair` are the ids of the older and
    the newer edition, `anchor` is the changed place in the newer, or in the older where it was taken out, and
    `fingerprint` that of its words when the line was reviewed."""

    pair: tuple[str, str]
    anchor: str
    agency: str
    words: str
    fingerprint: str


class _Checks(Struct, frozen=True, forbid_unknown_fields=True):
    checks: tuple[RoleCheck, ...] = ()


def read_role_checks(path: Path) -> tuple[RoleCheck, ...]:
    """The lines of a role_checks.toml, none where there is no such file. Raises GuidanceError."""
    return read_toml(path, _Checks).checks


class ComparisonView(Struct, frozen=True):
    """What the pages of a comparison draw from. `duties` are, per edition and anchor, what somebody must, should or
    may do, `names` what those are called whom they bind; `redlines` has, per count of a change that is shown, the
    address of its redline from the newer edition's root; `title` is that of the overview."""

    old: ComparedEdition
    new: ComparedEdition
    found: tuple[ChangeEntry, ...]
    duties: Mapping[tuple[str, str], Sequence[Duty]]
    names: Mapping[str, str]
    redlines: Mapping[int, str]
    comparison: Comparison
    title: str

    @property
    def folder(self) -> str:
        """Where the comparison's pages stand, from the newer edition's root."""
        return f"compare/{self.old.id}"

    def page(self, template: str, path: str, title: str, parent: str | None = None, **facts: object) -> Page:
        """A page of the comparison from its template, which is given all this too; no search finds it."""
        told = {"view": self, "path": path, "old": self.old.id, "new": self.new.id, **facts}
        return make_page(path, title, "comparison", template, told, head=_NOT_FOUND, parent=parent)

    def link(self, path: str, place: ComparedPlace, new: bool) -> PlaceLink:
        """A link from a page to where a provision stands in its edition."""
        root = to_root(path) if new else f"{to_root(path)}../{self.old.id}/"
        return PlaceLink(place.name, None if place.address is None else root + place.address)

    def links(self, path: str, places: Iterable[ComparedPlace], new: bool) -> list[PlaceLink]:
        """The same for several."""
        return [self.link(path, place, new) for place in places]

    def where(self, path: str) -> Where:
        """The links of a page to anchors of either edition."""
        return lambda anchor, new: self.link(path, (self.new if new else self.old).places[anchor], new)

    def to_redline(self, path: str, entry: ChangeEntry) -> PlaceLink:
        """A change's place as a link to its redline."""
        return PlaceLink(entry.name, to_root(path) + self.redlines[entry.count])

    def bound(self, entry: ChangeEntry) -> tuple[str, ...]:
        """The ids of those whom the provisions of a change bind by name, before or after."""
        duties = (*self.of(entry, False), *self.of(entry, True))
        return tuple(sorted({one for duty in duties for one in duty.who}))

    def probably_bound(self, entry: ChangeEntry) -> tuple[str, ...]:
        """The ids of those whom they bind as their context tells, and by no name."""
        duties = (*self.of(entry, False), *self.of(entry, True))
        return tuple(sorted({one for duty in duties for one in duty.who_context}.difference(self.bound(entry))))

    def of(self, entry: ChangeEntry, new: bool) -> tuple[Duty, ...]:
        """The duties in the provisions of a change, before or after."""
        edition, places = (self.new.id, entry.new) if new else (self.old.id, entry.old)
        return tuple(duty for place in places for duty in self.duties.get((edition, place.anchor), ()))

    def known(self, entry: ChangeEntry, agency: str) -> str:
        """How it is known that the provisions of a change concern somebody; empty where nothing tells."""
        by_name = [any(agency in duty.who for duty in self.of(entry, new)) for new in (False, True)]
        if any(by_name):
            if all(by_name):
                return "named in both"
            return f"named in {self.new.id if by_name[1] else self.old.id} only, as far as found"
        return "from context" if agency in self.probably_bound(entry) else ""

    def entry(self, path: str, entry: ChangeEntry) -> dict[str, object]:
        """What every page says of a change, and what the filters go by."""
        return {
            "id": entry.id,
            "old": self.links(path, entry.old, False),
            "new": self.links(path, entry.new, True),
            "named": entry.name,
            "kind": entry.change.kind,
            "level": entry.change.level,
            "chapter": self.new.titles.get(entry.chapter, entry.chapter),
            "who": " ".join(sorted({*self.bound(entry), *self.probably_bound(entry)})),
            "terms": " ".join(map(slug, entry.change.terms)),
            "slips": [say_slip(slip, self.old.id, self.new.id) for slip in entry.change.slips],
        }


class RoleChange(Struct, frozen=True):
    """A change that concerns somebody: how that is known, its place among `GROUPS`, what to `check`, and whether a
    line was left out because its source reads otherwise now."""

    entry: ChangeEntry
    known: str
    group: int
    check: str = ""
    overtaken: bool = False


class RoleList(Struct, frozen=True):
    """All that changed for somebody, what matters most first, and the words of both texts."""

    agency: str
    name: str
    changes: tuple[RoleChange, ...]

    @property
    def stem(self) -> str:
        """What its page and files are called."""
        return f"role-{self.agency}"


def role_lists(
    view: ComparisonView, texts: tuple[Document, Document], checks: Sequence[RoleCheck] = ()
) -> tuple[RoleList, ...]:
    """Those for whom something changed, in the publication's order; `texts` are the older and the newer."""
    sides = tuple(text.by_anchor() for text in texts)
    lines = {(one.agency, one.anchor): one for one in checks if one.pair == (view.old.id, view.new.id)}
    shown = (entry for entry in view.found if entry.shown and entry.change.kind != "renumbered")
    matter = [entry for entry in shown if entry.change.level in MATTERS]
    found = []
    for agency, name in view.names.items():
        mine = []
        for entry in matter:
            if known := view.known(entry, agency):
                places, side = (entry.new, sides[1]) if entry.new else (entry.old, sides[0])
                written = [lines[agency, p.anchor] for p in places if (agency, p.anchor) in lines]
                held = [one for one in written if provision_fingerprint(side[one.anchor]) == one.fingerprint]
                check = " ".join(one.words for one in held)
                mine.append(RoleChange(entry, known, _group(entry), check, len(held) < len(written)))
        if mine:
            found.append(RoleList(agency, name, tuple(sorted(mine, key=lambda one: one.group))))
    return tuple(found)


def _group(entry: ChangeEntry) -> int:
    change = entry.change
    if change.figures or SUBSTANCE.intersection(one.what for one in change.duties):
        return 0
    return 1 if change.duties or change.level == "duty changed" else 2 if change.level == "new" else 3


# --- The page ----------------------------------------------------------------------------------------


def role_page(view: ComparisonView, mine: RoleList) -> Page:
    """What changed for somebody, before and after, as a page of the comparison's folder."""
    path = f"{view.folder}/{mine.stem}.md"
    title = f"{mine.name}: what changed from {view.old.id} to {view.new.id}"
    groups = [
        (name, [_row(view, path, one) for one in mine.changes if one.group == at]) for at, name in enumerate(GROUPS)
    ]
    return view.page(
        "role_changes.md",
        path,
        title,
        f"{view.folder}/index.md",
        mine=mine,
        groups=groups,
        checks=any(one.check for one in mine.changes),
        overtaken=sum(one.overtaken for one in mine.changes),
    )


def _row(view: ComparisonView, path: str, one: RoleChange) -> dict[str, object]:
    entry = one.entry
    before, after = beside(entry.change.pieces, view.where(path))
    return {
        **view.entry(path, entry),
        "redline": to_root(path) + view.redlines[entry.count],
        "said": list(say_beside(one.entry.change)),
        "known": one.known,
        "before": shortened(before) if entry.old else [],
        "after": shortened(after) if entry.new else [],
        "check": one.check,
    }


def shortened(blocks: Paragraphs) -> Paragraphs:
    """A side whole where it is short; else its lines that changed."""
    if sum(count_words(part.text) for block in blocks for line in block.lines for part in line) <= _WHOLE:
        return blocks
    lines = [
        RedlineBlock(block.is_list, [line for line in block.lines if any(part.kind != "same" for part in line)])
        for block in blocks
    ]
    return [block for block in lines if block.lines]


# --- Files -------------------------------------------------------------------------------------------

COLUMNS = (
    "what changed", "level", "how known", "old place", "old link", "old words", "new place", "new link",
    "new words", "check this", "from", "to", "licence",
)  # fmt: skip


def role_rows(
    view: ComparisonView, mine: RoleList, texts: tuple[Document, Document], home: str, licence: str
) -> Iterator[tuple[str, ...]]:
    """The rows of a table under `COLUMNS`; links are pinned to their edition, below the publication's `home`."""
    sides = tuple(text.by_anchor() for text in texts)
    for one in mine.changes:
        cells: list[str] = []
        for edition, places, side in zip(
            (view.old.id, view.new.id), (one.entry.old, one.entry.new), sides, strict=True
        ):
            names = "; ".join(place.name for place in places)
            cells += [names, " ".join(pinned(edition, place, home) for place in places), side_words(places, side)]
        said = "; ".join(say_beside(one.entry.change)) or one.entry.change.kind
        yield (said, one.entry.change.level, one.known, *cells, one.check, view.old.id, view.new.id, licence)


def pinned(edition: str, place: ComparedPlace, home: str) -> str:
    """The lasting address of a place in its edition, below the publication's `home`, which ends with a slash."""
    return f"{home}{permalink_path(edition, place.anchor)}"


# --- Files to be set ---------------------------------------------------------------------------------

AUTHOR = "comparison, not official"  # of the changes in a file that tracks them
_MOMENT = "2000-01-01"  # of these, where no register tells the edition's day
_TRACKED = (
    "Made by a program, which compared both texts word by word; it is not an official document. With all changes "
    "accepted it reads as the newer text, with all rejected as the older. Text that moved is taken out in one "
    "place and put in at the other. Pictures are left out."
)


class ComparedText(Struct, frozen=True):
    """One side of a comparison, for its files: what the text is called, its file, its `standing` and its day, both
    empty where no register tells them."""

    name: str
    source: SourceFile
    standing: str = ""
    published: str = ""


def side_of(edition: str, text: Document, publication: Publication | None) -> ComparedText:
    """One side of a comparison as the register of a publication tells it, where there is one that has this
    edition."""
    known = next((one for one in publication.editions if one.id == edition), None) if publication else None
    if not publication or not known:
        return ComparedText(edition, text.source)
    return ComparedText(f"The {edition} edition", text.source, publication.standing(known).phrase, known.published)


def about_comparison(sides: Sequence[ComparedText], note: str, publication: Publication | None) -> list[PandocNode]:
    """What the files of a comparison say of themselves first."""
    told = [para(words(note))]
    for side in sides:
        standing = f", {side.standing}" if side.standing else ""
        source = words(f"{standing}. Source: {side.source.name}, SHA-256 {side.source.sha256}")
        told.append(para(strong(side.name), source))
    if publication:
        told.append(para(strong("Licence: "), words(publication.licence_in_words)))
    return [header(1, "about-this-file", words("About this file")), *told]


def tracked_changes(
    lines: Iterable[TrackedParagraph], title: str, sides: Sequence[ComparedText], publication: Publication | None
) -> Manuscript:
    """A comparison as a Word file whose changes can be accepted and rejected; `sides` are the older text and the
    newer one, from whose day the changes are."""
    published = sides[1].published or _MOMENT
    moment = f"{published}{_MOMENT[len(published) :]}T00:00:00Z"
    classes = {"inserted": "insertion", "deleted": "deletion"}

    def inlines(line: TrackedParagraph) -> list[PandocNode]:
        runs = line.runs if line.end == "same" else (*line.runs, (line.end, ""))
        return [
            node
            for mark, text in runs
            for node in (tracked(classes[mark], text, AUTHOR, moment) if mark in classes else words(text))
        ]

    return Manuscript(
        title=clean(title),
        subtitle="Tracked changes: a comparison, not official",
        publisher=publication.publisher if publication else "",
        rights=publication.licence_in_words if publication else "",
        running="",
        about=about_comparison(sides, _TRACKED, publication),
        blocks=[header(line.level, "", inlines(line)) if line.level else para(inlines(line)) for line in lines],
        only=("docx",),
        tracked=True,
    )


_OF_ROLE = (
    "A program found these changes and who they concern; it misses some and gets some wrong. A provision may bind "
    "others too, and what changed may be theirs. What was put in is underlined, what was taken out is struck."
)


def role_manuscript(
    mine: RoleList, ids: tuple[str, str], sides: Sequence[ComparedText], publication: Publication, home: str
) -> Manuscript:
    """What changed for somebody between two editions, before and after, with a column to work in."""
    heads = ("Where, and what changed", f"In {ids[0]}", f"In {ids[1]}", "Check this")
    blocks: list[PandocNode] = []
    for at, title in enumerate(GROUPS):
        if rows := [_role_row(one, ids, home) for one in mine.changes if one.group == at]:
            blocks += [header(1, f"group-{at}", words(title)), grid(heads, rows, (0.2, 0.31, 0.31, 0.18))]
    return Manuscript(
        title=clean(f"{mine.name}: what changed"),
        subtitle=clean(f"{publication.title}: from {ids[0]} to {ids[1]}, a comparison that is not official"),
        publisher=publication.publisher,
        rights=publication.licence_in_words,
        running=clean(f"{publication.short}, {ids[0]} to {ids[1]}: a comparison, not official"),
        about=about_comparison(sides, _OF_ROLE, publication),
        blocks=blocks,
        only=("docx", "pdf"),
    )


def _role_row(one: RoleChange, ids: tuple[str, str], home: str) -> list[list[PandocNode]]:
    entry = one.entry
    where: list[PandocNode] = []
    for edition, places in zip(ids, (entry.old, entry.new), strict=True):
        for place in places:
            name = f"{place.name} ({edition})"
            where.append(para(link(name, pinned(edition, place, home)) if home else words(name)))
    told = para(words("; ".join((*(say_beside(one.entry.change) or [entry.change.level]), one.known))))
    before, after = beside(entry.change.pieces, lambda *_: PlaceLink("", None))
    texts = [_marked_lines(side) if there else [] for side, there in ((before, entry.old), (after, entry.new))]
    return [[*where, told], *texts, [para(words(one.check))] if one.check else []]


def _marked_lines(blocks: Paragraphs) -> list[PandocNode]:
    nodes: list[PandocNode] = []
    for block in shortened(blocks):
        lines = [[para(*(marked(part.text, part.kind) for part in line))] for line in block.lines]
        nodes += [bullets(lines)] if block.is_list else [node for line in lines for node in line]
    return nodes
