"""Editions -> Documents: the register, the sources and the reader brought together.

What was read once is kept below the work folder and read again only when file, corrections or reader change.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

import guidance
from guidance.model import Correction, Document, GuidanceError
from guidance.read import read_document
from guidance.register import Edition, Publication, Revision
from guidance.sources import Fetcher, Missing, Source, find_source

_READERS = ("pypdfium2", "pikepdf", "pdf-oxide", "beautifulsoup4", "lxml", "pypandoc-binary")


class Loaded(Struct, frozen=True):
    """An edition whose text is here."""

    edition: Edition
    source: Source
    document: Document


class Places(Struct, frozen=True):
    """Where files are looked for and kept: the reader's folders, the cache of downloads, the work folder."""

    folders: tuple[Path, ...]
    cache: Path
    work: Path


def load_editions(
    publication: Publication,
    folder: Path,
    wanted: Iterable[str],
    places: Places,
    fetcher: Fetcher | None,
    begin: Callable[[Edition], None] = lambda _: None,
    revisions: Mapping[str, Revision] | None = None,
) -> tuple[tuple[Loaded, ...], tuple[Missing, ...]]:
    """The texts of the `wanted` editions, oldest first, and why the others are not here.

    `folder` is the publication's; `begin` hears of each edition before it is looked for; `revisions` says by
    edition which revision must be read, where it is not the newest one at hand.
    """
    loaded, missing = [], []
    asked = set(wanted)
    for edition in publication.editions:
        if edition.id not in asked:
            missing.append(Missing(edition.id, "not asked for"))
            continue
        begin(edition)
        chosen = (revisions or {}).get(edition.id)
        found = find_source(publication, edition, places.folders, places.cache, fetcher, chosen)
        if isinstance(found, Source):
            try:
                document = read_kept(found.path, read_corrections(folder / edition.id), places.work)
                loaded.append(Loaded(edition, found, document))
                continue
            except GuidanceError as error:
                found = Missing(edition.id, str(error), fault=True)
        missing.append(found)
    return tuple(loaded), tuple(missing)


def read_corrections(folder: Path) -> tuple[Correction, ...]:
    """The corrections of an edition, from `folder`/corrections.toml; none where there is no such file.

    Raises GuidanceError when the file is not of this form.
    """
    path = folder / "corrections.toml"
    if not path.is_file():
        return ()
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(held.get("corrections", []), tuple[Correction, ...])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise GuidanceError(f"{path}: {error}") from None


def read_kept(path: Path, corrections: tuple[Correction, ...], work: Path) -> Document:
    """What the reader makes of a file, kept from last time where nothing it depends on has changed."""
    digest = hashlib.sha256(f"{path.name}\n".encode() + path.read_bytes())
    digest.update(msgspec.json.encode(corrections))
    digest.update(_reader_key())
    kept = work / "documents" / f"{digest.hexdigest()[:32]}.msgpack"
    if kept.is_file():
        try:
            return msgspec.msgpack.decode(kept.read_bytes(), type=Document)
        except (msgspec.DecodeError, OSError):
            kept.unlink(missing_ok=True)
    document = read_document(path, corrections, second_opinion=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(".new")
    beside.write_bytes(msgspec.msgpack.encode(document))
    beside.replace(kept)
    return document


def _reader_key() -> bytes:
    """What the reading depends on beside the file: our own code, and the libraries'."""
    here = Path(guidance.__file__).parent
    code = [*sorted((here / "read").rglob("*.py")), here / "model.py", here / "anchors.py"]
    libraries = " ".join(f"{name} {version(name)}" for name in _READERS)
    return libraries.encode() + b"".join(path.read_bytes() for path in code)
