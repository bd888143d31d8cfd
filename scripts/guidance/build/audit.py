"""A partnership's files -> findings: the audit's room brought together with the register, texts and crosswalk.

What counts as a reference is decided in `audit`; where places stand is known from `compare`. Prints nothing.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from msgspec import Struct

from guidance.audit import ReportForm
from guidance.audit.meaning import find_mentions
from guidance.audit.mentions import Grammar
from guidance.audit.quotations import Index, passage
from guidance.audit.reading import Skipped, find_files, read_bytes, read_file
from guidance.audit.report import as_csv, as_json, as_sarif, page_facts
from guidance.audit.texts import FileReading, decode, plain
from guidance.audit.verdicts import AuditFinding, Judge, PlaceStanding
from guidance.audit.vocabulary import TermPatterns, read_wanted
from guidance.build.comparisons import Compared, compare_editions
from guidance.build.orders import Loaded, Tell, published_places
from guidance.cite.citation import Citation, Known
from guidance.cite.grammar import CitedPlace
from guidance.cite.quoting import EditionText
from guidance.cite.resolve import resolve
from guidance.document.anchors import permalink_path
from guidance.document.model import GuidanceError, Link, Permalink, Provision, write_whole
from guidance.document.register import Publication
from guidance.document.walk import block_texts
from guidance.jobs.cache import Crew
from guidance.site import templates
from guidance.sources.download import PageFetcher

_MEDIA = {  # what a server calls the kinds that are read
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "text/plain": "text",
    "text/markdown": "markdown",
}
_TITLE = 6  # words of a link that make it a title rather than a name within a sentence
_LEFT_OUT = "leftoutleftout"  # a word that nobody writes
_TOLD = 100  # files between two words of progress


class Audit(Struct, frozen=True):
    """What an audit found, in order of files and lines; what could not be read; how many files were."""

    findings: tuple[AuditFinding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    quotations: bool  # whether there was any text to find quotations of


class Auditor:
    """Everything about a publication that an audit needs, made once for all files."""

    def __init__(
        self,
        publication: Publication,
        folder: Path,
        loaded: Sequence[Loaded],
        site_url: str | None = None,
        crew: Crew | None = None,
    ) -> None:
        """`folder` is the publication's; `loaded` are the editions whose text is here; `crew` compares them, or has
        kept how they compare since the last build.

        Raises GuidanceError when a register or audit.toml cannot be read.
        """
        wanted = read_wanted(folder, publication)
        self._known = Known(publication, wanted, site_url)
        self._grammar = Grammar(wanted, self._known)
        self._names = TermPatterns(wanted)
        self.quotations = bool(loaded)
        places = published_places(publication, folder, loaded)
        self._index = _index(loaded, places)
        compared = cache(lambda: compare_editions(publication, loaded, folder, crew))
        self._judge = Judge(self._known, _Places(publication, places, loaded, compared).resolve)

    def findings(self, reading: FileReading) -> Iterator[AuditFinding]:
        """What there is to say of a file, in order of its lines."""
        mentions = list(find_mentions(reading.blocks, self._grammar, self._known))
        found = [one for block, mention in mentions for one in self._judge.reference(reading, block, mention)]
        found += self._judge.quotations(reading, self._index, mentions)
        found += (self._judge.stale(reading, stale) for stale in self._names.find(reading.blocks))
        return iter(sorted(found, key=lambda one: (one.line, one.column)))


def audit(
    auditor: Auditor,
    paths: Sequence[Path],
    tell: Tell = lambda _: None,
    urls: Sequence[str] = (),
    pages: PageFetcher | None = None,
) -> Audit:
    """Audit every file below some paths, then the pages at some addresses, which `pages` fetches one after the
    other; one that cannot be read or had is reported and the others go on.

    Raises GuidanceError when a path does not exist.
    """
    findings: list[AuditFinding] = []
    skipped: list[Skipped] = []
    count = 0
    for reading in chain(_read_files(paths, tell), _fetch_pages(urls, pages or PageFetcher(), tell)):
        if isinstance(reading, Skipped):
            skipped.append(reading)
        else:
            count += 1
            findings += auditor.findings(reading)
    return Audit(tuple(findings), tuple(skipped), count, auditor.quotations)


def _read_files(paths: Sequence[Path], tell: Tell) -> Iterator[FileReading | Skipped]:
    count = 0
    for file in find_files(list(paths)):
        reading = file if isinstance(file, Skipped) else read_file(file)
        count += isinstance(reading, FileReading)
        if count % _TOLD == 0 and isinstance(reading, FileReading):
            tell(f"{count} files read")
        yield reading


def _fetch_pages(urls: Sequence[str], pages: PageFetcher, tell: Tell) -> Iterator[FileReading | Skipped]:
    for count, url in enumerate(dict.fromkeys(urls), 1):
        tell(f"fetching {count} of {len(urls)}")
        try:
            page = pages.fetch(url)
            yield read_bytes(page.content, _MEDIA.get(page.media_type), plain(url))
        except GuidanceError as error:
            yield Skipped(plain(url), str(error))


def read_addresses(path: Path) -> tuple[str, ...]:
    """The addresses that a file lists, one a line; empty lines and those that begin with # are left out.

    Raises GuidanceError when it cannot be read or lists none.
    """
    try:
        lines = decode(path.read_bytes()).splitlines()
    except (OSError, GuidanceError) as error:
        said = f"cannot be read ({error.strerror or error})" if isinstance(error, OSError) else error
        raise GuidanceError(f"{path}: {said}") from None
    found = tuple(line for line in map(str.strip, lines) if line and not line.startswith("#"))
    if not found:
        raise GuidanceError(f"{path}: lists no address; write one a line")
    return found


def render(found: Audit, form: ReportForm, publication: Publication, site_url: str | None = None) -> str:
    """An audit in one of the forms for files. The page has no style but its own, and links to `site_url`."""
    if form == "sarif":
        return as_sarif(found.findings, found.skipped, version("guidance"))
    if form != "html":
        return as_csv(found.findings) if form == "csv" else as_json(found.findings)
    style = templates.render("audit_report.css")
    return templates.render(
        "audit_report.html",
        title=publication.title,
        site=(site_url or "").rstrip("/"),
        style=style,
        style_digest=base64.b64encode(sha256(style.encode()).digest()).decode(),
        **page_facts(found.findings, found.skipped, found.files),
    )


def write_report(path: Path, content: str) -> None:
    """Write a report, whole or not at all. Raises GuidanceError where it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be written ({error.strerror or error}); choose another -o") from None


def _index(loaded: Sequence[Loaded], places: Mapping[str, Sequence[Permalink]]) -> Index:
    """Texts to find quotations of, the newest edition first; of the others what their fingerprints tell."""
    here = {item.edition.id for item in loaded}
    texts = [
        passage(item.edition.id, provision.anchor, _own_words(provision))
        for item in reversed(loaded)
        for provision in item.document.provisions
        if provision.blocks
    ]
    whole = [
        EditionText(
            item.edition.id,
            [(p.anchor, "\n".join(t.plain for t in block_texts(p.blocks))) for p in item.document.everything],
        )
        for item in reversed(loaded)
    ]
    prints = {
        entry.fingerprint: (edition, entry.anchor)
        for edition, entries in places.items()
        if edition not in here
        for entry in entries
        if entry.kind in ("paragraph", "text", "box")
    }
    return Index(texts, prints, whole)


def _own_words(provision: Provision) -> str:
    """A provision's text without the titles that it links to: whoever names another document quotes nobody."""
    lines = []
    for text in block_texts(provision.blocks):
        words, at = "", 0
        for mark in sorted((m for m in text.marks if isinstance(m, Link)), key=lambda mark: mark.start):
            if len(text.plain[mark.start : mark.end].split()) >= _TITLE and mark.start >= at:
                words += f"{text.plain[at : mark.start]} {_LEFT_OUT} "
                at = mark.end
        lines.append(words + text.plain[at:])
    return "\n".join(lines)


class _Places:
    """Where a place of an edition stands; the editions are compared when that is first asked."""

    def __init__(
        self,
        publication: Publication,
        places: Mapping[str, Sequence[Permalink]],
        loaded: Sequence[Loaded],
        compared: Callable[[], Compared],
    ) -> None:
        self._publication = publication
        self._in_force = publication.in_force.id
        self._places = places
        self._here = {item.edition.id for item in loaded}
        self._compared = compared
        self.resolve = cache(self._resolve)
        self._redlines = cache(self._find_redlines)

    def _resolve(self, edition: str, cite: CitedPlace) -> PlaceStanding:
        both = edition != self._in_force and {edition, self._in_force} <= self._here
        walk = self._compared().crosswalk if both else None
        found = resolve(Citation(edition, cite), self._publication, self._places, walk)
        if found.status == "not-loaded":
            return PlaceStanding(False, official=found.official)
        today, nearest = (tuple(dict.fromkeys(chain(*paths))) for paths in (found.today, found.nearest))
        own, redline = found.permalinks, self._redline(edition, found.permalinks) if both else None
        return PlaceStanding(True, own, today, nearest, redline)

    def _redline(self, edition: str, permalinks: Sequence[str]) -> str | None:
        """The redline of the first place that has one, else the comparison of the two editions."""
        if not permalinks:
            return None
        known = self._redlines(edition)
        return next((known[one] for one in permalinks if one in known), f"{self._in_force}/compare/{edition}/")

    def _find_redlines(self, edition: str) -> dict[str, str]:
        found = self._compared().redline_places((edition, self._in_force))
        return {permalink_path(edition, anchor): address for anchor, address in found.items()}
