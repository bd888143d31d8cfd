"""Which text each hand-written page was reviewed against: fingerprints of all it cites, per page, in reviews.toml.

No text and no clock; what a fingerprint that no longer fits means is said in `publish.handwritten`.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.utils import meta

from guidance.document.anchors import Permalink, known_permalinks
from guidance.document.lineage import Crosswalk
from guidance.document.model import GuidanceError
from guidance.document.register import Publication
from guidance.document.toml_files import read_toml
from guidance.site.handwritten import Sources, decode, find_cites, lookup, put_in_shared

FILE = "reviews.toml"
_HEADER = (
    "# What each page cites, with the fingerprint its text had when the page was reviewed: guidance review PAGE\n"
)

Reviews = Mapping[str, Mapping[str, str]]


def read_reviews(path: Path) -> Reviews:
    """Per page, the fingerprint of each thing cited; none where the file is missing.

    Raises GuidanceError when the file is not of this form.
    """
    record = read_toml(path, dict[str, Any])
    for page, cited in record.items():
        if not isinstance(cited, dict) or not all(isinstance(value, str) for value in cited.values()):
            raise GuidanceError(f"{path}: {page}: expected a table of citations and fingerprints")
    return record


def write_reviews(path: Path, reviews: Reviews) -> None:
    """Write all reviews, pages and citations sorted, atomically."""
    tables = []
    for page in sorted(reviews):
        rows = [f"{json.dumps(key)} = {json.dumps(reviews[page][key])}" for key in sorted(reviews[page])]
        tables.append("\n".join([f"[{json.dumps(page)}]", *rows]))
    beside = path.with_suffix(".new")
    beside.write_text("\n".join([_HEADER, "\n\n".join(tables), ""]), encoding="utf-8")
    beside.replace(path)


def review_page(page: str, files: Mapping[str, bytes], sources: Sources) -> Mapping[str, str]:
    """What a page cites, with the fingerprints of today: what is recorded once a person has compared them.

    `files` are all hand-written files by path. Raises GuidanceError when there is no such page, or it cites
    something that does not exist.
    """
    if page not in files:
        raise GuidanceError(f"{page}: there is no such page; give its path below the pages' folder")
    cites = find_cites(put_in_shared(decode(files[page], page), page, files))
    return {cite.key: lookup(cite, page, sources).fingerprint for cite in cites}


def gather_sources(
    publication: Publication,
    folder: Path,
    known: Mapping[str, Mapping[str, Permalink]],
    addresses: Mapping[str, Mapping[str, str]],
    crosswalk: Crosswalk | None = None,
    comparisons: Collection[tuple[str, str]] = (),
) -> Sources:
    """All that pages may cite: what is `known` to be published of each edition, by anchor.

    `folder` is the publication's, for the reviews; `addresses` has, per loaded edition, where each anchor stands
    from the root of the publication's site; `comparisons` are the pairs of editions, older first, that it compares.
    Raises GuidanceError when the reviews cannot be read.
    """
    in_force = publication.in_force.id
    today: dict[tuple[str, str], tuple[str, ...]] = {}
    if crosswalk and in_force in crosswalk.editions:
        today = {node: crosswalk.stands(*node, in_force) for node in crosswalk.index}
    reviews = read_reviews(folder / publication.docs / FILE) if publication.docs else {}
    return Sources(publication, known, addresses, today, frozenset(comparisons), reviews)


def review(publication: Publication, folder: Path, pages: Collection[str] = ()) -> dict[str, int]:
    """Record what pages cite as reviewed today (all pages where none is named); how many citations each has.

    Pages that are no longer there lose their entry. Raises GuidanceError when the publication has no
    hand-written pages, there is no such page, or it cites something that does not exist.
    """
    if not publication.docs:
        raise GuidanceError(f"{folder}/editions.toml: docs names no folder of hand-written pages")
    files = read_files(folder / publication.docs)
    names = [_within(page, folder / publication.docs) for page in pages] or [f for f in files if f.endswith(".md")]
    sources = gather_sources(
        publication, folder, known_permalinks((e.id for e in publication.editions), folder), {}
    )
    now = {page: review_page(page, files, sources) for page in names}
    kept = {page: cited for page, cited in sources.reviewed.items() if page in files}
    write_reviews(folder / publication.docs / FILE, {p: c for p, c in (kept | now).items() if c})
    return {page: len(cited) for page, cited in now.items()}


def _within(page: str, docs: Path) -> str:
    """A page's path from the pages' folder, given from there or from where the command runs."""
    path = Path(page).resolve()
    return path.relative_to(docs.resolve()).as_posix() if path.is_relative_to(docs.resolve()) else page


def survey(docs: Path, site: Path) -> Iterator[str]:
    """What is to be known of hand-written pages, a line each: reading ages, and sources that have changed.

    Ages come from the pages themselves, changes from what the built site says at each citation.
    """
    from guidance.check.readability import measure  # slow to load, and a build asks for no ages

    files = read_files(docs)
    for page in (name for name in files if name.endswith(".md")):
        text = put_in_shared(decode(files[page], page), page, files)
        limit = meta.get_data(text)[1].get("reading_age")
        if limit is not None:
            yield f"{page}: reading age {measure(text).age}, at most {limit}"
        built = site / Path(page).with_suffix("") / "index.html"
        built = built.parent.parent / "index.html" if Path(page).name == "index.md" else built
        marks = built.read_text(encoding="utf-8").count('class="source-changed"') if built.is_file() else 0
        if marks:
            yield f"{page}: {marks} source{'s' if marks > 1 else ''} changed since it was written"


def read_files(docs: Path) -> dict[str, bytes]:
    """All files below a folder of hand-written pages, by path from it; hidden ones are left out."""
    paths = (p for p in sorted(docs.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {path.relative_to(docs).as_posix(): path.read_bytes() for path in paths}
