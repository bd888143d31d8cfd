"""Which provisions stand on which page, where each anchor is addressed, and how one page leads to another.

Pure arithmetic over headings and sizes, and the frame of a page; no text of a document is printed here.
"""

import csv
import io
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from statistics import median
from types import MappingProxyType

import yaml
from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Document, Provision
from guidance.document.walk import list_items, note_marks, provision_texts
from guidance.site.templates import render

RESERVED = frozenset((
    "index", "conversion", "law", "opening", "p", "compare", "pictures", "assets", "embed", "edition",
    "provisions", "404", "duties", "search", "downloads", "sitemap", "robots", "latest",
))  # fmt: skip
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the one in C writes the same, ten times as fast
_LONG = 2.0  # a page is long from this many times the median on
_LEAST = 12_000  # characters that a phone reader scrolls through without losing the way: no page below is long
_SHORT = 0.25  # and is not split when that would leave pages of less than this share of the median


class Page(Struct, frozen=True):
    """One page of an edition: its source file below the docs folder, and what it holds.

    `path` is the Markdown file ("chapter-3/index.md"), `parent` the path of the page above it, `anchors` all ids
    of provisions, list entries and notes that stand on it, `sources` the first and last page of the source file.
    """

    path: str
    title: str
    markdown: str = ""
    anchors: tuple[str, ...] = ()
    parent: str | None = None
    sources: tuple[int, int] | None = None

    @property
    def url(self) -> str:
        """The page's address from the edition's root: "chapter-3/"; the home page's is empty."""
        return page_url(self.path)


class Sheet(Struct, frozen=True):
    """A page before it is printed: the provisions and the notes that stand on it."""

    path: str
    title: str
    provisions: tuple[Provision, ...]
    notes: tuple[Provision, ...] = ()
    parent: str | None = None

    @property
    def anchors(self) -> tuple[str, ...]:
        """Every id that the page must hold, in reading order."""
        whole = (*self.provisions, *self.notes)
        held = (anchor for one in whole for anchor in (one.anchor, *(i.anchor for i in list_items(one.blocks))))
        return tuple(filter(None, held))

    @property
    def sources(self) -> tuple[int, int] | None:
        """The first and last page of the source file that the sheet's provisions stand on."""
        pages = [place.page for p in self.provisions for place in p.places]
        return (min(pages), max(pages)) if pages else None


def is_own_page(path: str) -> bool:
    """Whether a file among hand-written pages, by its path from their folder, is a page by itself."""
    return path.endswith(".md") and not any(part.startswith("_") for part in path.split("/"))


def page_url(path: str) -> str:
    """The address of a Markdown file's page, from the same root: "a/b.md" is "a/b/", "a/index.md" is "a/"."""
    stem = path.removesuffix(".md")
    return "" if stem == "index" else f"{stem.removesuffix('/index')}/"


def addresses(pages: Iterable[Page | Sheet]) -> dict[str, str]:
    """Anchor -> address from the edition's root: "chapter-3/#para-45". Nothing for what stands on no page."""
    return {anchor: f"{page_url(page.path)}#{anchor}" for page in pages for anchor in page.anchors}


def markdown_link(from_path: str, to_path: str, anchor: str) -> str:
    """How Markdown on one page links an anchor on another: "../chapter-3/index.md#para-45"."""
    way = "" if from_path == to_path else posixpath.relpath(to_path, posixpath.dirname(from_path) or ".")
    return f"{way}#{anchor}"


def html_link(from_path: str, to_path: str, anchor: str) -> str:
    """The same as an address between built pages: "../chapter-3/#para-45"."""
    way = "" if from_path == to_path else f"{to_root(from_path)}{page_url(to_path)}"
    return f"{way}#{anchor}"


def to_root(path: str) -> str:
    """From a page to the edition's root: "" for the home page, "../" for a chapter's."""
    return "../" * page_url(path).count("/")


def front_matter(facts: Mapping[str, object]) -> str:
    """Facts as the YAML that opens a page."""
    printed = yaml.dump(dict(facts), Dumper=_DUMPER, allow_unicode=True, sort_keys=True, width=10_000)
    return f"---\n{printed}---\n\n"


def make_page(
    path: str,
    title: str,
    kind: str,
    template: str,
    facts: Mapping[str, object],
    *,
    head: Mapping[str, object] = MappingProxyType({}),
    anchors: tuple[str, ...] = (),
    parent: str | None = None,
) -> Page:
    """A page of ours from its template, which is given `facts`, and the title unless these have another. What opens
    the page are its title, its `kind` and what else is in `head`."""
    opening = front_matter({"title": title, "kind": kind, **head})
    return Page(path, title, f"{opening}{render(template, **{'title': title, **facts})}", anchors, parent)


def join_parts(parts: Iterable[str]) -> str:
    """Markdown parts as one page, an empty line between them; empty parts are left out."""
    return "\n\n".join(part for part in parts if part) + "\n"


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV that spreadsheets open as UTF-8; no cell can be taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows(map(_safe, row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


# --- Dividing -------------------------------------------------------------------------------------


def lay_out(document: Document) -> tuple[Sheet, ...]:
    """The document's pages: one for each heading of the first level, long ones divided at their next headings.

    Everything is on exactly one page. A note stands where it is first referred to, or else with the note before it.
    """
    top = min((p.level for p in document.provisions if p.level is not None), default=1)
    groups = _cut(document.provisions, max(top, 1))
    sheets: list[Sheet] = []
    if groups and not _is_heading(groups[0][0], max(top, 1)):
        sheets.append(Sheet("opening.md", "Opening pages", groups.pop(0)))
    usual = median(map(size, groups)) if groups else 0
    taken: set[str] = set()
    for group in groups:
        sheets += _divide(group, _free(group[0].anchor, taken), usual)
    return _with_notes(tuple(sheets), document.notes)


def size(provisions: Sequence[Provision]) -> int:
    """How long some provisions are, in characters."""
    return sum(len(text.plain) for p in provisions for text in provision_texts(p))


def _free(wish: str, taken: set[str]) -> str:
    """A page's name that is neither taken nor reserved for another kind of page."""
    name = f"{wish}-page" if wish in RESERVED else wish
    while name in taken:
        name += "-page"
    taken.add(name)
    return name


def _is_heading(provision: Provision, level: int) -> bool:
    return provision.level is not None and provision.level <= level


def _cut(provisions: Sequence[Provision], level: int) -> list[tuple[Provision, ...]]:
    """Provisions cut before each heading of `level` or above; the first group may have none."""
    groups: list[list[Provision]] = []
    for provision in provisions:
        if not groups or _is_heading(provision, level):
            groups.append([])
        groups[-1].append(provision)
    return [tuple(group) for group in groups]


def _divide(group: tuple[Provision, ...], name: str, usual: float) -> list[Sheet]:
    """One page, or, for a long chapter, a page for its beginning and pages below it."""
    parts = _divided(group, usual)
    if len(parts) == 1:
        return [Sheet(f"{name}.md", title_of(group[0]), group)]
    head = Sheet(f"{name}/index.md", title_of(group[0]), parts[0])
    within: set[str] = set()
    below = [
        Sheet(f"{name}/{_free(part[0].anchor, within)}.md", title_of(part[0]), part, parent=head.path)
        for part in parts[1:]
    ]
    return [head, *below]


def _divided(group: tuple[Provision, ...], usual: float) -> list[tuple[Provision, ...]]:
    """A group divided at its next level of headings, and what is still long at the one below, while that gives
    pages of reasonable size."""
    deeper = [p.level for p in group[1:] if p.level is not None]
    if size(group) <= max(_LONG * usual, _LEAST) or not deeper:
        return [group]
    parts = _cut(group[1:], min(deeper))
    opening = () if _is_heading(parts[0][0], min(deeper)) else parts.pop(0)
    if len(parts) < 2 or median(map(size, parts)) < _SHORT * usual:
        return [group]
    return [(group[0], *opening), *(piece for part in parts for piece in _divided(part, usual))]


def title_of(provision: Provision) -> str:
    """A heading as a page's title: its number where that is printed apart, and its words."""
    return " ".join(f"{provision.marker} {provision.title}".split()) or provision.number or provision.anchor


def _with_notes(sheets: tuple[Sheet, ...], notes: tuple[Provision, ...]) -> tuple[Sheet, ...]:
    if not sheets:
        return (Sheet("opening.md", "Opening pages", (), notes),) if notes else ()
    home: dict[str, int] = {}
    for at, sheet in enumerate(sheets):
        for anchor in marked_notes(sheet.provisions):
            home.setdefault(anchor, at)
    placed: list[list[Provision]] = [[] for _ in sheets]
    last = 0
    for note in notes:
        last = home.get(note.anchor, last)
        placed[last].append(note)
    return tuple(replace(sheet, notes=tuple(mine)) for sheet, mine in zip(sheets, placed, strict=True))


def marked_notes(provisions: Iterable[Provision]) -> tuple[str, ...]:
    """The anchors of the notes that some provisions refer to, in reading order, each as often as it is."""
    return tuple(mark.note for provision in provisions for mark in note_marks(provision))


def say_size(size: int) -> str:
    """A size as people say it: "12 KB", "1.4 MB"."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1e3), 1)} KB"


def tell_link(address: str | None) -> dict[str, str] | None:
    """How a link to where readers report what is wrong begins, up to its title, what comes before its text, how
    that begins, up to the page's address, what comes before an edition's id and standing, and, last, the version of
    this program; None where no address is known."""
    if address is None:
        return None
    start = f"{address}{'&' if '?' in address else '?'}title=" if "://" in address else f"mailto:{address}?subject="
    asked = "What is wrong, and what should it say?\r\n\r\n\r\nPage: "
    made = f"\r\nVersion of the site: {version('guidance')}"
    return {"start": start, "then": "&body=", "asked": asked, "edition": "\r\nEdition: ", "version": made}
