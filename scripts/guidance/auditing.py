"""A partnership's files -> findings: the audit's room brought together with the register, texts and crosswalk.

What counts as a reference is decided in `audit`; where places stand is known from `compare`. Prints nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from guidance.anchors import Permalink, permalink_path, permalinks, read_permalinks
from guidance.audit.markup import decode
from guidance.audit.mentions import Grammar, find_mentions
from guidance.audit.places import Cite
from guidance.audit.quotations import Index, passage
from guidance.audit.reading import Skipped, find_files, read_bytes, read_file
from guidance.audit.report import Form, as_csv, as_html, as_json, as_sarif
from guidance.audit.stale import Names
from guidance.audit.texts import Reading, plain
from guidance.audit.verdicts import Found, Judge, Standing
from guidance.audit.vocabulary import Known, read_wanted
from guidance.compare.changes import compare
from guidance.compare.cite import Citation, resolve_citation
from guidance.compare.crosswalk import Crosswalk, build_crosswalk
from guidance.loading import Loaded
from guidance.model import GuidanceError, plain_text
from guidance.register import Publication
from guidance.sources.pages import PageFetcher

Tell = Callable[[str], None]
_MEDIA = {  # what a server calls the kinds that are read
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/plain": "text",
    "text/markdown": "markdown",
}
_TOLD = 100  # files between two words of progress


class Audit(Struct, frozen=True):
    """What an audit found, in order of files and lines; what could not be read; how many files were."""

    findings: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    files: int
    quotations: bool  # whether there was any text to find quotations of


class Auditor:
    """Everything about a publication that an audit needs, made once for all files."""

    def __init__(
        self, publication: Publication, folder: Path, loaded: Sequence[Loaded], site_url: str | None = None
    ) -> None:
        """`folder` is the publication's; `loaded` are the editions whose text is here.

        Raises GuidanceError when a register or audit.toml cannot be read.
        """
        wanted = read_wanted(folder, publication)
        self._known = Known(publication, wanted, site_url)
        self._grammar = Grammar(wanted, self._known)
        self._names = Names(wanted)
        self.quotations = bool(loaded)
        places = {e.id: read_permalinks(folder / e.id / "permalinks.tsv") for e in publication.editions}
        places |= {item.edition.id: permalinks(item.document) for item in loaded}
        self._index = _index(loaded, places)
        self._judge = Judge(self._known, _resolver(publication, places, loaded))

    def findings(self, reading: Reading) -> Iterator[Found]:
        """What there is to say of a file, in order of its lines."""
        spoken: dict[int, list[tuple[int, int]]] = {}
        found: list[Found] = []
        for block, mention in find_mentions(reading.blocks, self._grammar, self._known):
            spoken.setdefault(id(block), []).append((mention.start, mention.end))
            found += self._judge.reference(reading, block, mention)
        for at, quoted in self._index.quotations(reading.blocks):
            block = reading.blocks[at]
            # The guidance's own title is among its words, and naming it is no quotation.
            if not any(s < quoted.end and quoted.start < e for s, e in spoken.get(id(block), ())):
                found.append(self._judge.quotation(reading, block, quoted))
        for block in reading.blocks:
            found += (self._judge.stale(reading, block, stale) for stale in self._names.find(block))
        return iter(sorted(found, key=lambda one: (one.line, one.column)))


def audit(auditor: Auditor, paths: Sequence[Path], tell: Tell = lambda _: None) -> Audit:
    """Audit every file below some paths; one that cannot be read is reported and the others go on.

    Raises GuidanceError when a path does not exist.
    """
    findings: list[Found] = []
    skipped: list[Skipped] = []
    count = 0
    for file in find_files(list(paths)):
        reading = file if isinstance(file, Skipped) else read_file(file)
        if isinstance(reading, Skipped):
            skipped.append(reading)
            continue
        count += 1
        if count % _TOLD == 0:
            tell(f"{count} files read")
        findings += auditor.findings(reading)
    return Audit(tuple(findings), tuple(skipped), count, auditor.quotations)


def audit_addresses(
    auditor: Auditor, urls: Sequence[str], pages: PageFetcher, tell: Tell = lambda _: None
) -> Audit:
    """Audit the pages at some addresses, one after the other; one that cannot be had is reported."""
    findings: list[Found] = []
    skipped: list[Skipped] = []
    for count, url in enumerate(dict.fromkeys(urls), 1):
        tell(f"fetching {count} of {len(urls)}")
        try:
            page = pages.fetch(url)
            reading = read_bytes(page.content, _MEDIA.get(page.media_type), plain(url))
        except GuidanceError as error:
            skipped.append(Skipped(plain(url), str(error)))
            continue
        findings += auditor.findings(reading)
    return Audit(tuple(findings), tuple(skipped), len(set(urls)) - len(skipped), auditor.quotations)


def read_addresses(path: Path) -> tuple[str, ...]:
    """The addresses that a file lists, one a line; empty lines and those that begin with # are left out.

    Raises GuidanceError when it cannot be read or lists none.
    """
    try:
        lines = [line.strip() for line in decode(path.read_bytes()).splitlines()]
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be read ({error.strerror or error})") from None
    except GuidanceError as error:
        raise GuidanceError(f"{path}: {error}") from None
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise GuidanceError(f"{path}: lists no address; write one a line")
    return found


def joined(first: Audit, second: Audit) -> Audit:
    """Two audits as one."""
    return Audit(
        first.findings + second.findings,
        first.skipped + second.skipped,
        first.files + second.files,
        first.quotations,
    )


def render(found: Audit, form: Form, publication: Publication, site_url: str | None = None) -> str:
    """An audit in one of the forms for files."""
    if form == "sarif":
        return as_sarif(found.findings, found.skipped, version("guidance"))
    if form == "html":
        return as_html(found.findings, found.skipped, found.files, publication.title, site_url)
    return as_csv(found.findings) if form == "csv" else as_json(found.findings)


def write_report(path: Path, content: str) -> None:
    """Write a report, whole or not at all. Raises GuidanceError where it cannot be written."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(content, encoding="utf-8", newline="")
        beside.replace(path)
    except OSError as error:
        raise GuidanceError(f"{path}: cannot be written ({error.strerror or error}); choose another -o") from None
    finally:
        beside.unlink(missing_ok=True)


def _index(loaded: Sequence[Loaded], places: Mapping[str, Sequence[Permalink]]) -> Index:
    """Texts to find quotations of, the newest edition first; of the others what their fingerprints tell."""
    here = {item.edition.id for item in loaded}
    texts = [
        passage(item.edition.id, provision.anchor, plain_text(provision))
        for item in reversed(loaded)
        for provision in item.document.provisions
        if provision.blocks
    ]
    prints = {
        entry.fingerprint: (edition, entry.anchor)
        for edition, entries in places.items()
        if edition not in here
        for entry in entries
        if entry.kind in ("paragraph", "text", "box")
    }
    return Index(texts, prints)


def _resolver(
    publication: Publication, places: Mapping[str, Sequence[Permalink]], loaded: Sequence[Loaded]
) -> Callable[[str, Cite], Standing]:
    """Where a place of an edition stands; the editions are compared when that is first asked."""
    in_force = publication.in_force.id
    here = {item.edition.id for item in loaded}
    anchors = {edition: {entry.anchor: entry for entry in entries} for edition, entries in places.items()}

    @cache
    def crosswalk() -> Crosswalk | None:
        return _crosswalk(loaded) if in_force in here and len(here) > 1 else None

    @cache
    def resolve(edition: str, cite: Cite) -> Standing:
        if not places.get(edition):
            return Standing(False)
        walk = crosswalk() if edition != in_force else None
        redline = f"{in_force}/compare/{edition}/" if {edition, in_force} <= here and edition != in_force else None
        if cite.anchor:
            if cite.anchor not in anchors[edition]:
                return Standing(True)
            stands = walk.counterpart(edition, cite.anchor, in_force) if walk else None
            links = tuple(permalink_path(in_force, anchor) for anchor in stands.anchors) if stands else ()
            own = (permalink_path(edition, cite.anchor),)
            if edition == in_force:
                return Standing(True, own, own)
            exact = bool(stands and stands.exact)
            return Standing(True, own, links if exact else (), () if exact else links, redline)
        try:
            found = resolve_citation(_citation(edition, cite), places, in_force, walk)
        except GuidanceError:
            return Standing(True)
        today = found.permalinks if edition == in_force else _flat(found.today)
        return Standing(True, found.permalinks, today, _flat(found.nearest), redline)

    return resolve


def _citation(edition: str, cite: Cite) -> Citation:
    return Citation(
        edition, cite.chapter, cite.para, cite.until if cite.para else None, cite.page, cite.note, cite.annex
    )


def _flat(listed: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for paths in listed for path in paths))


def _crosswalk(loaded: Sequence[Loaded]) -> Crosswalk:
    """The crosswalk over the loaded editions, from comparisons of neighbours alone: no page needs the others."""
    documents = [(item.edition.id, item.document) for item in loaded]
    comparisons = [compare(old, new, (old_id, new_id)) for (old_id, old), (new_id, new) in pairwise(documents)]
    return build_crosswalk(documents, comparisons)
