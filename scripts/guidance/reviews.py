"""Which text each hand-written page was reviewed against: fingerprints of all it cites, per page, in reviews.toml.

No text and no clock; what a fingerprint that no longer fits means is said in `publish.handwritten`.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from guidance.model import GuidanceError
from guidance.publish.handwritten import Sources, decode, find_cites, lookup, put_in_shared

FILE = "reviews.toml"
_HEADER = (
    "# What each page cites, with the fingerprint its text had when the page was reviewed: guidance review PAGE\n"
)

Reviews = Mapping[str, Mapping[str, str]]


def read_reviews(path: Path) -> Reviews:
    """Per page, the fingerprint of each thing cited; none where the file is missing.

    Raises GuidanceError when the file is not of this form.
    """
    if not path.exists():
        return {}
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuidanceError(f"{path}: {error}") from None
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


def read_files(docs: Path) -> dict[str, bytes]:
    """All files below a folder of hand-written pages, by path from it; hidden ones are left out."""
    paths = (p for p in sorted(docs.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {path.relative_to(docs).as_posix(): path.read_bytes() for path in paths}
