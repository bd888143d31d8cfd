"""What small pages may tell of a publication: its permalinks, the texts that are loaded, what became of each, what
they are called, and the frame that such pages share. The lineage register remembers what was once found, so that an
address that follows a text leads on where the texts are not at hand.

The pages themselves are made in `permalink_pages` and `embeds`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from guidance.document.anchors import Renumbering, permalink_path, read_rows, write_rows
from guidance.document.change_model import Crosswalk, Node, together
from guidance.document.model import GuidanceError, Permalink, Provision
from guidance.document.register import Publication, Standing
from guidance.document.walk import plain_text
from guidance.site.pages import tell_link
from guidance.site.templates import FOLDER, PlaceLink, render

State = Literal["in force", "unchanged", "reworded", "gone", "unknown"]

_KINDS = {"text": "Unnumbered text", "flow-chart": "Flow chart"}  # others are called what they are


class Fate(Struct, frozen=True):
    """What became of a provision: the lineage that its text belongs to, its standing in the edition in force, the
    anchors there (or, where it is gone, those of what is nearest), and all places of the text, oldest first."""

    lineage: str
    state: State
    today: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    places: tuple[Node, ...] = ()


class PermalinkIndex(Struct, frozen=True):
    """All that is known of a publication's provisions, by edition and anchor.

    `urls` lead from the edition's root to the chapter. `prefix` is where the publication stands in the site.
    `tokens` are the site's colours as CSS; `help` is the address of the page on linking, and `icon` that of the
    site's sign, both from the root.
    """

    publication: Publication
    entries: Mapping[str, Mapping[str, Permalink]]
    provisions: Mapping[str, Mapping[str, Provision]] = {}
    urls: Mapping[str, Mapping[str, str]] = {}
    fates: Mapping[Node, Fate] = {}
    redlines: Mapping[Node, str] = {}  # from the root, what shows how a text became that of today
    sha256: Mapping[str, str] = {}  # of the files that were read
    site_url: str | None = None
    prefix: str = ""
    tokens: str = ""
    help: str | None = None
    icon: str | None = None
    meanings: Mapping[Node, tuple[Renumbering, ...]] = {}  # what was decided where an anchor changed its text
    corrected: Mapping[Node, tuple[Mapping[str, str], ...]] = {}  # what was mended: id, date, wrong, right
    rules: bool = False  # whether the host leads addresses on, so that permalink pages stand for others

    def for_edition(self, edition: str) -> "PermalinkIndex":
        """All that the small pages of one edition tell from: its own texts and those of the edition in force, and
        of the others what their places are called. What else changes in these leaves its pages as they are."""
        now = self.publication.in_force.id
        return replace(
            self,
            entries={
                one: {anchor: replace(entry, fingerprint="") for anchor, entry in known.items()}
                for one, known in self.entries.items()
            },
            provisions={
                one: known if one in (edition, now) else {anchor: _name_only(p) for anchor, p in known.items()}
                for one, known in self.provisions.items()
            },
            # The edition in force also answers for what only others have.
            fates={node: fate for node, fate in self.fates.items() if edition in (now, node[0])},
            redlines={node: address for node, address in self.redlines.items() if edition == node[0]},
            sha256={one: digest for one, digest in self.sha256.items() if one == edition},
            corrected={node: told for node, told in self.corrected.items() if node[0] == edition},
            meanings={node: told for node, told in self.meanings.items() if node[0] == edition},
        )

    def provision(self, node: Node) -> Provision | None:
        """The text of a provision, where it is loaded."""
        return self.provisions.get(node[0], {}).get(node[1])

    def fate(self, node: Node) -> Fate:
        """What became of a provision; nothing is known where nothing was looked for."""
        in_force: State = "in force" if node[0] == self.publication.in_force.id else "unknown"
        today = (node[1],) if in_force == "in force" else ()
        return self.fates.get(node) or Fate(lineage_id(*node), in_force, today, (), (node,))

    def place(self, node: Node) -> PlaceLink:
        """A provision's name, and where it is read, from the publication's root: in its chapter, or where its text
        is not loaded on its own page."""
        edition, anchor = node
        chapter, known = self.urls.get(edition, {}).get(anchor), anchor in self.entries.get(edition, {})
        return PlaceLink(self.name(node) if known else anchor, f"{edition}/{chapter or f'p/{short(anchor)}/'}")

    def name(self, node: Node) -> str:
        """What a provision is called on a page of its edition: "Paragraph 45", "Box under “Lending”"."""
        entry, provision = self.entries[node[0]][node[1]], self.provision(node)
        heading = provision.heading.plain if provision and provision.heading else None
        name = provision_name(entry.kind, entry.number, heading)
        parent = provision.parents[-1] if provision and provision.parents else ""
        above = self.provision((node[0], parent))
        if heading or entry.number or above is None or above.heading is None:
            return name
        return f"{name} under “{above.heading.plain}”"

    def cited(self, node: Node) -> str:
        """How a provision is cited, with its edition: "Keeping a library 2020, paragraph 45"."""
        return f"{edition_name(self.publication, node[0])}, {self.spoken(node)}"

    def spoken(self, node: Node) -> str:
        """What a provision is called within a sentence: "paragraph 45", "“Opening hours”"."""
        name = self.name(node)
        kind = kind_name(self.entries[node[0]][node[1]].kind)
        return name[0].lower() + name[1:] if name.startswith(kind) else f"“{name}”"

    def address(self, path: str) -> str | None:
        """The whole address of a path from the publication's root; None where the site's own is not known."""
        if not self.site_url:
            return None
        return "/".join(part.strip("/") for part in (self.site_url, self.prefix, "") if part) + f"/{path}"


def _name_only(provision: Provision) -> Provision:
    """A provision with no more than it is called by."""
    return Provision(
        provision.anchor, provision.kind, provision.number, heading=provision.heading, parents=provision.parents
    )


def edition_name(publication: Publication, edition: str) -> str:
    """A publication's edition in a citation: "Keeping a library 2020"."""
    return publication.title if edition in publication.title else f"{publication.title} {edition}"


def kind_name(kind: str) -> str:
    """What a kind of provision is called: "Paragraph", "Flow chart"."""
    return _KINDS.get(kind, kind.capitalize())


def provision_name(kind: str, number: str | None, heading: str | None) -> str:
    """How a page calls a provision: "Paragraph 45", "Chapter 3: ...", a section's heading."""
    words = kind_name(kind)
    if heading and (kind == "section" or number is None):
        return heading
    name = f"{words} {number}" if number else words
    already = heading and heading.casefold().startswith(name.casefold())
    return (heading if already else f"{name}: {heading}") if heading else name


def lineage_id(edition: str, anchor: str) -> str:
    """A text's own name, from where it stands: "2023-para-45"."""
    return f"{edition}-{anchor}"


def lineage_path(identity: str) -> str:
    """The address that follows a text, from the publication's root."""
    return f"t/{identity}/"


def short(anchor: str) -> str:
    """A provision's part of an address: "45", "chapter-3"."""
    return permalink_path("", anchor).removeprefix("/p/").rstrip("/")


def own_words(provision: Provision) -> str:
    """A provision's words: its text, or the heading of one that is a heading."""
    return plain_text(provision) or provision.title


STYLE_NAME = "permalink.css"
NOT_LISTED = '<meta name="robots" content="noindex">'  # of a page that only repeats or answers for another
_BLOCK = re.compile(r"^(?P<head>[^{}\n]*)\{\n(?P<body>[^{}]*--paper:[^{}]*)\}", re.M)
_PROPERTY = re.compile(r"--([a-z-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")


def read_tokens(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The site's colours by name, light and dark, from the stylesheets below `root`; none where there are none."""
    styles = sorted((root / "overrides" / "assets").glob("*.css"))
    blocks = [m for path in styles for m in _BLOCK.finditer(path.read_text(encoding="utf-8"))]
    light = next((m["body"] for m in blocks if m["head"].strip() == ":root"), "")
    dark = next((m["body"] for m in blocks if '"dark"' in m["head"]), "")
    return dict(_PROPERTY.findall(light)), dict(_PROPERTY.findall(dark))


def tokens_css(root: Path) -> str:
    """The site's colours as CSS for small pages: the system's choice of light or dark decides."""
    light, dark = read_tokens(root)
    rows = [f":root {{ color-scheme: light dark; {_declared(light)} }}"]
    if dark:
        rows.append(f"@media (prefers-color-scheme: dark) {{ :root {{ {_declared(dark)} }} }}")
    return "\n".join(rows) + "\n"


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in sorted(colours.items()))


def style(index: PermalinkIndex) -> bytes:
    """The stylesheet of all small pages."""
    return f"{index.tokens}{(FOLDER / 'small_page.css').read_text(encoding='utf-8')}".encode()


def _tell(index: PermalinkIndex, title: str, path: str) -> str | None:
    """The link to report what is wrong with a page, as it stands on the pages that MkDocs makes; the first step of
    its path is the edition, where it is of one."""
    link = tell_link(index.publication.tell_us)
    if link is None:
        return None
    edition = path.partition("/")[0]
    known = any(one.id == edition for one in index.publication.editions)
    of = f"{link['edition']}{edition}, {standing(edition, index).phrase}" if known else ""
    place = (index.address(path) or path) if path else ""
    subject, said = f"{index.publication.title}: {title}", f"{link['asked']}{place}{of}{link['version']}"
    return f"{link['start']}{quote(subject, safe='')}{link['then']}{quote(said, safe='')}"


def small_page(
    template: str,
    index: PermalinkIndex,
    title: str,
    description: str,
    /,
    *,
    up: str,
    css: str,
    path: str | None = None,
    listed: bool = True,
    in_frame: bool = False,
    **facts: object,
) -> bytes:
    """A page of a publication that MkDocs does not make, from a template that extends small_page.html.

    `up` leads to the publication's root, `css` to its style, `path` from that root to the address under which it is
    to be known: its whole address, for a relative one says nothing and search engines fault it. One shown
    in frames of other sites (`in_frame`) has no frame of its own; `facts` are what the template names.
    """
    page = {
        "title": title,
        "description": description,
        "publication": index.publication,
        "up": up,
        "css": css,
        "address": index.address(path) if path else None,
        "icon": index.icon,
        "not_listed": "" if listed else Markup(NOT_LISTED),
        "framed": in_frame,
        "tell": _tell(index, title, path or ""),  # the link by which readers report what is wrong
    }
    return render(template, page=page, **facts).encode()


def standing(edition: str, index: PermalinkIndex) -> Standing:
    """Whether an edition of the publication is in force."""
    return index.publication.standing(index.publication.edition(edition))


def shorten(text: str, room: int = 200) -> str:
    """Text on one line, cut behind a whole word where it is longer than there is room."""
    words = " ".join(text.split())
    return words if len(words) <= room else words[:room].rsplit(" ", 1)[0] + " …"


# --- Which texts belong together -------------------------------------------------------------------

LINEAGES_FILE = "lineages.tsv"  # in a publication's folder
_LINEAGES_HEADER = "# lineage\tplaces"

Recorded = Mapping[str, tuple[Node, ...]]
Entries = Mapping[str, Mapping[str, Permalink]]


def read_lineages(path: Path) -> dict[str, tuple[Node, ...]]:
    """Per lineage the places where its text stands, as recorded; none where the file is missing.

    Raises GuidanceError on a bad line.
    """
    found: dict[str, tuple[Node, ...]] = {}
    for where, (identity, *cells) in read_rows(path):
        places = " ".join(cells)
        nodes = tuple((edition, anchor) for edition, _, anchor in (p.partition("/") for p in places.split()))
        if not identity or not nodes or not all(edition and anchor for edition, anchor in nodes):
            raise GuidanceError(f"{where}: expected a lineage and its places, such as 2023/para-45")
        found[identity] = nodes
    return found


def write_lineages(path: Path, lineages: Recorded) -> None:
    """Write a lineage register, atomically."""
    rows = (f"{identity}\t{' '.join('/'.join(node) for node in nodes)}" for identity, nodes in lineages.items())
    write_rows(path, _LINEAGES_HEADER, rows)


def record_lineages(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, before: Recorded
) -> Recorded:
    """The register brought up to date: a line for every text, under the name it was first published by.

    A name once given stays, also where two texts have become one; then both have the same places.
    """
    groups = _groups(publication, entries, crosswalk, before)
    named: dict[str, tuple[Node, ...]] = {}
    group_of = {node: group for group in groups for node in group}
    named_for = {lineage_id(*node): node for node in group_of}
    for identity, nodes in before.items():
        # Where texts once taken for one are found apart, the name stays with the text it was made of.
        likely = (named_for[identity], *nodes) if identity in named_for else nodes
        named[identity] = next((group_of[node] for node in likely if node in group_of), nodes)
    for group in groups:
        if not any(lineage_id(*node) in before for node in group):
            named[lineage_id(*group[0])] = group
    return named


def find_fates(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, recorded: Recorded
) -> dict[Node, Fate]:
    """What became of every provision that has a permalink. `entries` has them by edition, oldest first."""
    fates = {}
    in_force = publication.in_force.id
    known = _known(crosswalk, recorded)
    for group in _groups(publication, entries, crosswalk, recorded):
        name = next((lineage_id(*node) for node in group if lineage_id(*node) in recorded), lineage_id(*group[0]))
        today = tuple(anchor for edition, anchor in group if edition == in_force)
        for edition, anchor in group:
            state = _state((edition, anchor), today, entries, in_force, (edition, in_force) in known)
            nearest: tuple[str, ...] = ()
            if state == "gone" and crosswalk and {edition, in_force} <= set(crosswalk.editions):
                nearest = crosswalk.counterpart(edition, anchor, in_force).anchors
            fates[edition, anchor] = Fate(name, state, today, nearest, group)
    return fates


def _state(node: Node, today: tuple[str, ...], entries: Entries, in_force: str, known: bool) -> State:
    edition, anchor = node
    if edition == in_force:
        return "in force"
    if not today:
        return "gone" if known else "unknown"
    now = [entries.get(in_force, {}).get(one) for one in today]
    mine = entries[edition][anchor].fingerprint
    same = len(now) == 1 and now[0] is not None and now[0].fingerprint == mine
    return "unchanged" if same else "reworded"


def _known(crosswalk: Crosswalk | None, recorded: Recorded) -> set[tuple[str, str]]:
    """The pairs of editions of which it is known what became of the texts."""
    groups = [set(crosswalk.editions if crosswalk else ())]
    groups += ({edition for edition, _ in nodes} for nodes in recorded.values())
    return {(one, other) for editions in groups for one in editions for other in editions}


def _groups(
    publication: Publication, entries: Entries, crosswalk: Crosswalk | None, recorded: Recorded
) -> list[tuple[Node, ...]]:
    """All places, those of one text together, oldest edition first. The crosswalk decides between editions that
    it knows; what was recorded decides between others."""
    places = [(edition.id, anchor) for edition in publication.editions for anchor in entries.get(edition.id, {})]
    loaded = set(crosswalk.editions) if crosswalk else set()
    known = [lineage.nodes for lineage in crosswalk.lineages] if crosswalk else []
    for nodes in recorded.values():
        here = [node for node in nodes if node[0] in loaded]
        known.append((*here[:1], *(node for node in nodes if node[0] not in loaded)))
    return together(places, known)
