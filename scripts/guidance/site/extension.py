"""Python-Markdown's extension `guidance`: what a hand-written page may write beside ordinary Markdown, as HTML.

Under MkDocs, Zensical and our own checks alike; what is said of a citation is decided in `handwritten`, and nothing
is looked up in the text of a page by pattern: the parsed document is walked.

    [words](guidance:2023/para-45)     a citation; without words it is named by what it cites and stands in
                                       brackets, which several in a row share
    [words](comparison:2018/2023)      leads to the comparison where the site has it, else only its words
    [](contact:nspcc)                  a number of `contacts.toml`; `[words](contact:nspcc/address)` another way
    [words](site:latest/)              a place of the built site that is no page of this folder
    <!-- standing -->                  here the page says from which edition it was written (front matter:
                                       `written_from`); without this line, below its title
    <!-- duties: police housing -->    what the duty ledger has of these
    <!-- law since -->                 every law that came since, as law.toml tells it
    <!-- made at the build -->         the rest of this page, as the last build of the site made it

Front matter: `cite_as`, such as "for adults: {}", or "at-end": then what cites without words of its own is listed
where the page's standing is told. Options, from the folder of mkdocs.yml: `docs`, `register`, and `facts`, the file
that a build of the site leaves of all that can be cited; `known`, the same as JSON in place of all three; and
`root`, the way from a page to the site's root, for a builder that does not say where a page stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import msgspec
from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from msgspec import Struct

from guidance.document.anchors import PERMALINKS
from guidance.document.law import FILE as LAW
from guidance.document.law import LawSince, Notice
from guidance.document.model import Finding, GuidanceError
from guidance.site.handwritten import CONTACTS, REVIEWS, HandCitation, Service, Sources, read_sources
from guidance.site.page_citations import OURS, STANDING, PagePlace, PageWriter, law_block, write_addresses
from guidance.site.pages import to_root
from guidance.site.templates import part

EXTENSIONS = ("abbr", "admonition", "attr_list", "def_list", "fenced_code", "md_in_html", "tables")  # and ours
_MADE = "<!-- made at the build -->"
_CARD = 3  # columns from which a row is too wide for a phone
_ROLES = {
    "table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "th": "columnheader", "td": "cell",
}  # fmt: skip
_UNMADE = "*This page is not in this copy of the site.*"  # what `make site` has not left to MkDocs alone
_SVG_SIZE = re.compile(r'<svg\b[^>]*?\swidth="(?P<width>\d+)" height="(?P<height>\d+)"')
_COMMENT = re.compile(r"<!-- (?:(?P<standing>standing)|(?P<law>law since)|duties: (?P<agencies>[a-z0-9 -]+?)) -->")


class ReadPage(Struct, frozen=True):
    """A page as HTML, with what it cites, in order, the sentence of each, and what a reviewer must know of that."""

    html: str
    cites: tuple[HandCitation, ...] = ()
    sentences: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_page(
    text: str,
    page: str = "",
    sources: Sources | None = None,
    *,
    docs: Path | None = None,
    services: Mapping[str, Service] | None = None,
) -> ReadPage:
    """A page, with its front matter, as both builders print it; `page` is its path from the pages' folder.

    Without `sources` its citations stay as they are written, with `services` its contacts are printed all the same.
    Shared boxes are put in from `docs`; without that folder, their lines are left out. Raises GuidanceError, in one
    line, for what does not exist.
    """
    from mkdocs.utils import meta  # a builder reads the front matter itself

    body, facts = meta.get_data(text)
    ours = GuidanceExtension()
    ours.given = (PagePlace(page, to_root(page), facts), sources, services)
    extensions: list[str | Extension] = [*EXTENSIONS, ours]
    if docs:
        extensions.append("pymdownx.snippets")
    else:
        body = "\n".join(line for line in body.split("\n") if "--8<--" not in line)
    boxes = {"base_path": [str(docs)], "restrict_base_path": True, "check_paths": True}
    html = Markdown(extensions=extensions, extension_configs={"pymdownx.snippets": boxes}).convert(body)
    writer = ours.writer
    return ReadPage(html, tuple(writer.cites), tuple(writer.sentences), tuple(writer.findings))


class GuidanceExtension(Extension):
    """What Python-Markdown loads."""

    def __init__(self, **options: Any) -> None:
        """Take the options of mkdocs.yml."""
        self.config = {
            "docs": ["docs", "the folder of hand-written pages, with contacts.toml and reviews.toml"],
            "register": ["versions", "the publication's folder"],
            "facts": ["build/facts.json", "what a build leaves of all that can be cited"],
            "known": ["", "the same as JSON, in place of all three"],
            "root": ["", "the way to the site's root, for a builder that does not say where a page stands"],
        }
        super().__init__(**options)
        self.place = PagePlace()
        self.writer = PageWriter(self.place, self.sources, self.services)
        # Of one page all may be known: its place, what can be cited and the contacts. Then nothing is looked for.
        self.given: tuple[PagePlace, Sources | None, Mapping[str, Service] | None] | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register what reads a page: before the shared boxes, at comments, after the words, after the links."""
        md.preprocessors.register(_Begin(md, self), "guidance-begin", 100)
        md.parser.blockprocessors.register(_Comments(md, self), "guidance-comments", 110)
        md.treeprocessors.register(_Citations(md, self), "guidance-citations", 18)  # the contents come after
        md.treeprocessors.register(_Pictures(md, self), "guidance-pictures", 7)  # after attr_list
        md.treeprocessors.register(_Addresses(md, self), "guidance-addresses", -5)  # after the builder's own links

    def begin(self, md: Markdown) -> None:
        """Forget the page before, and find out where this one stands."""
        self.place = self.given[0] if self.given else _told_by_builder(md, str(self.getConfig("root")))
        self.writer = PageWriter(self.place, self.sources, self.services)
        if "snippet" in md.preprocessors:
            self._mend_boxes(vars(md.preprocessors["snippet"]), md.preprocessors["snippet"].run)

    def _mend_boxes(self, boxes: dict[str, Any], put_in: Callable[[list[str]], list[str]]) -> None:
        """Let shared boxes come from the folder of pages wherever a command is run, and say in one line which of
        them is missing."""
        if self.place.docs:
            boxes["base_path"] = [str(self.place.docs)]

        def run(lines: list[str]) -> list[str]:
            try:
                return put_in(lines)
            except Exception as error:
                if type(error).__name__ != "SnippetMissingError":
                    raise
                why = f"{' '.join(str(error).split())}; put that box there"
                raise self.stop(GuidanceError(f"{self.place.path}: {why}")) from None

        boxes["run"] = run

    def sources(self) -> Sources | None:
        """What can be cited; None where citations stay as they are written."""
        if self.given:
            return self.given[1]
        if known := str(self.getConfig("known")):
            return _decoded(known)
        paths = [self.place.home / str(self.getConfig(name)) for name in ("register", "docs", "facts")]
        return _read(*paths, _stamps(*paths))

    def law(self) -> LawSince:
        """The law since; none where nothing of it is known, such as in an edition's own project."""
        home = self.place.home / str(self.getConfig("register"))
        asked = self.given or self.getConfig("known") or (home / LAW).is_file()
        sources = self.sources() if asked else None
        return sources.law if sources else LawSince()

    def services(self) -> Mapping[str, Service] | None:
        """The contacts; None where they stay as they are written."""
        if self.given and self.given[2] is not None:
            return self.given[2]
        sources = self.sources()
        return sources.services if sources else None

    def stop(self, error: GuidanceError) -> Exception:
        """An error of one line as the builder says it, without a trace."""
        if self.given or not self.place.told_by_mkdocs:
            return error
        from mkdocs.exceptions import PluginError

        return PluginError(str(error))


def makeExtension(**options: Any) -> GuidanceExtension:  # noqa: N802
    """The extension, as Python-Markdown asks for it."""
    return GuidanceExtension(**options)


# --- Where a page stands, and what is known ----------------------------------------------------------


def _told_by_builder(md: Markdown, root: str) -> PagePlace:
    """Where the page stands, from what MkDocs and Zensical leave in their own processors: neither is public, so
    without them there are the options alone."""
    if "relpath" in md.treeprocessors:
        mkdocs = vars(md.treeprocessors["relpath"])
        file, config = mkdocs.get("file"), mkdocs.get("config")
        if file is not None and config is not None:
            home = Path(config.config_file_path or "mkdocs.yml").parent
            facts = file.page.meta if file.page else {}
            up = "../" * file.url.removeprefix("./").removeprefix("/").count("/")
            return PagePlace(file.src_uri, up, facts, Path(config.docs_dir), home, told_by_mkdocs=True)
    if "rendering_context" in md.preprocessors:
        zensical = vars(md.preprocessors["rendering_context"])
        page, config = zensical.get("page"), zensical.get("config")
        if page is not None and config is not None:
            home = Path(config.get("root_dir") or ".")
            # Zensical takes links for those of the source, and turns them into its page's.
            up = "../" * page.path.count("/")
            return PagePlace(page.path, up, page.meta, home / (config.get("docs_dir") or "docs"), home)
    return PagePlace(up=root)


@lru_cache(maxsize=2)
def _decoded(known: str) -> Sources:
    return msgspec.json.decode(known, type=Sources)


@lru_cache(maxsize=2)
def _read(register: Path, docs: Path, facts: Path, _stamps: tuple[int, ...]) -> Sources:
    return read_sources(register, docs, facts)


def _stamps(register: Path, docs: Path, facts: Path) -> tuple[int, ...]:
    """When each file was last changed from which all that can be cited is read: a server reads them again then."""
    files = (*sorted(register.glob(f"*/{PERMALINKS}")), register / "editions.toml", register / LAW, facts)
    files += (docs / CONTACTS, docs / REVIEWS)
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in files)


# --- What reads a page -------------------------------------------------------------------------------


class _Begin(Preprocessor):
    def __init__(self, md: Markdown, ours: GuidanceExtension) -> None:
        super().__init__(md)
        self._ours = ours

    def run(self, lines: list[str]) -> list[str]:
        self._ours.begin(self.md)
        if _MADE not in lines:
            return lines
        at, sources = lines.index(_MADE), self._ours.sources()
        made = sources.pages.get(self._ours.place.path, _UNMADE) if sources else _UNMADE
        return [*lines[:at], *made.split("\n"), *lines[at + 1 :]]


class _Comments(BlockProcessor):
    """A comment that asks for something becomes an element, which is filled when the rest is read."""

    def __init__(self, md: Markdown, ours: GuidanceExtension) -> None:
        super().__init__(md.parser)
        self._md, self._ours = md, ours

    def test(self, parent: Element, block: str) -> bool:
        return self._asked(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        asked = self._asked(blocks.pop(0))
        if asked and asked["standing"]:
            SubElement(parent, "div", {STANDING: ""})
        elif asked and asked["law"]:
            since = self._ours.law()
            parent.extend(law_block(since.notice(law)) for law in since.law)
        elif asked and asked["agencies"]:
            try:
                written = self._duties(asked["agencies"].split())
            except GuidanceError as error:
                raise self._ours.stop(error) from None
            if written:
                self.parser.parseBlocks(SubElement(parent, "div", {"class": "ledger"}), written.split("\n\n"))

    def _asked(self, block: str) -> re.Match[str] | None:
        stashed = HTML_PLACEHOLDER_RE.fullmatch(block.strip())
        raw = self._md.htmlStash.rawHtmlBlocks[int(stashed[1])] if stashed else None
        return _COMMENT.fullmatch(raw.strip()) if isinstance(raw, str) else None

    def _duties(self, agencies: Sequence[str]) -> str:
        sources = self._ours.sources()
        if sources is None or sources.duties is None:
            return ""
        duties = sources.duties
        for unknown in (agency for agency in agencies if agency not in duties.bound):
            page = self._ours.place.path
            raise GuidanceError(f"{page}: asks for the duties of {unknown}, whom agencies.toml does not name")
        return part(
            "ledger_links.md",
            "from_page",
            duties.edition,
            {one: duties.bound[one] for one in agencies},
            duties.unknown,
            list(self._law(sources, duties.edition, agencies)),
        )

    def _law(self, sources: Sources, of: str, agencies: Sequence[str]) -> Iterator[tuple[str, Notice, str]]:
        """The laws since an edition that bind some of these, each once, with one whom it binds and from when it
        applies."""
        since = next((sources.law.after(one) for one in sources.publication.editions if one.id == of), LawSince())
        bound = {law.id: agency for agency in reversed(agencies) for law in since.for_agency(agency)}
        yield from ((bound[law.id], since.notice(law), law.starts) for law in since.law if law.id in bound)


class _Walker(Treeprocessor):
    def __init__(self, md: Markdown, ours: GuidanceExtension) -> None:
        super().__init__(md)
        self._ours = ours


class _Citations(_Walker):
    """Contacts, comparisons, citations and the page's standing, in the parsed document."""

    def run(self, root: Element) -> None:
        writer = self._ours.writer
        try:
            writer.write(root)
            for at, raw in enumerate(self.md.htmlStash.rawHtmlBlocks):
                if isinstance(raw, str) and any(f'="{scheme}' in raw for scheme in OURS):
                    self.md.htmlStash.rawHtmlBlocks[at] = self._raw(raw)
            writer.end(root, self._ours.law())
            for table in root.iter("table"):
                _label(table)
        except GuidanceError as error:
            raise self._ours.stop(error) from None

    def _raw(self, raw: str) -> str:
        """A block of HTML with its citations: pages that were made safe come so."""
        from lxml import etree, html  # slow to load, and few pages need it

        try:
            made = html.fragment_fromstring(raw, create_parent="div")
        except etree.ParserError:
            made = None
        if made is None or raw.count("<a") != raw.count("</a>"):
            page = self._ours.place.path
            raise GuidanceError(f"{page}: {raw.strip()} is a link of ours in HTML; write it as Markdown") from None
        block = ElementTree.fromstring(etree.tostring(made, encoding="unicode"))
        self._ours.writer.write(block)
        write_addresses(block, self._ours.place, self._ours.sources)
        return self.md.serializer(block).strip().removeprefix("<div>").removesuffix("</div>")


class _Pictures(_Walker):
    """The size of each picture of the pages' own folder, so that what is below does not move when it comes."""

    def run(self, root: Element) -> None:
        place = self._ours.place
        if place.docs is None:
            return
        folder = place.docs.resolve()
        for picture in root.iter("img"):
            file = (folder / place.path).parent.joinpath(picture.get("src", "")).resolve()
            if folder in file.parents and file.is_file() and not {"width", "height"} & set(picture.attrib):
                picture.attrib |= _size(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _size(file: Path, _stamp: int) -> dict[str, str]:
    """Width and height of a picture in CSS pixels; nothing where it does not say."""
    if file.suffix == ".svg":
        said = _SVG_SIZE.search(file.read_text(encoding="utf-8", errors="replace")[:1000])
        return {"width": said["width"], "height": said["height"]} if said else {}
    from PIL import Image  # few pages have such

    try:
        with Image.open(file) as picture:
            return {"width": str(picture.width), "height": str(picture.height)}
    except OSError:
        return {}


def _label(table: Element) -> None:
    """Give each cell of a table of three columns or more its column's name, and all parts their roles: on a phone
    each row is shown as a card, and no column is cut off."""
    names = [" ".join("".join(cell.itertext()).split()) for cell in table.iterfind("thead/tr/th")]
    if len(names) < _CARD:
        return
    for element in table.iter():
        if role := _ROLES.get(element.tag):
            element.set("role", role)
    for row in table.iterfind("tbody/tr"):
        for name, cell in zip(names, row, strict=False):
            cell.set("data-label", name)


class _Addresses(_Walker):
    """The addresses of what is cited, when the builder has mended the links that it knows."""

    def run(self, root: Element) -> None:
        write_addresses(root, self._ours.place, self._ours.sources)
