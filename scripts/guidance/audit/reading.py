"""Paths that a partnership names -> the files below them, each read by what it is.

Links on the disk are not followed, nothing is written, and one bad file never ends the reading of the others.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from guidance.audit.markup import read_html, read_markdown, read_text
from guidance.audit.office import read_docx, read_pdf
from guidance.audit.texts import FileReading
from guidance.document.model import GuidanceError

LARGEST = 50 * 1024 * 1024  # bytes
_KINDS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".aspx", ".php", ".asp", ".jsp", ".shtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".mdown"), "markdown"),
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    ".pdf": "pdf",
}
_OLD = {
    ".doc": "DOCX",
    ".dot": "DOCX",
    ".rtf": "DOCX",
    ".odt": "DOCX",
    ".pages": "DOCX",
    ".mht": "HTML",
    ".mhtml": "HTML",
    ".wpd": "DOCX",
}
_LOOKS_LIKE_HTML = re.compile(  # behind an XML declaration and comments
    rb"^ \s* (?: <\?xml [^>]* \?> \s* )? (?: <!-- .{0,500}? --> \s* )* < (?: !doctype \s+ html | html ) \b",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


class Skipped(Struct, frozen=True):
    """A file that was not read, and why."""

    file: str
    reason: str


def find_files(paths: list[Path]) -> Iterator[Path | Skipped]:
    """The files below some paths that may be read, in order, each once; and those that should have been but cannot.

    Hidden files and folders are left alone, and so is what is of a kind that holds no prose.
    Raises GuidanceError when a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise GuidanceError(f"{path}: there is no such file or folder")
        for file in [path] if not path.is_dir() else _below(path):
            real = Path(os.path.realpath(file))
            if real in seen:
                continue
            seen.add(real)
            if file.is_symlink() and file != path:
                yield Skipped(str(file), "is a link to another place; name that place to have it read")
            elif not file.is_file():
                if file == path:
                    yield Skipped(str(file), "is not an ordinary file")
            elif file.suffix.lower() in _OLD:
                yield Skipped(str(file), f"is of a kind that is not read; save it as {_OLD[file.suffix.lower()]}")
            elif file.suffix.lower() in _KINDS or file == path or _is_page(file):
                yield file


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _is_page(file: Path) -> bool:
    """Whether a file without a telling name is a page of a saved site: `about`, `index.html?page=2`."""
    if file.suffix and "?" not in file.name and "@" not in file.name:
        return False
    try:
        with file.open("rb") as opened:
            return bool(_LOOKS_LIKE_HTML.match(opened.read(2048)))
    except OSError:
        return False


def read_file(path: Path, name: str | None = None) -> FileReading | Skipped:
    """A file read by its kind; `name` is what reports call it."""
    shown = name or path.as_posix()
    try:
        size = path.stat().st_size
        if size > LARGEST:
            return Skipped(shown, f"is larger than {LARGEST >> 20} MB; leave it out, or divide it")
        content = path.read_bytes()
        return read_bytes(content, _KINDS.get(path.suffix.lower()), shown)
    except GuidanceError as error:
        return Skipped(shown, str(error))
    except OSError as error:
        return Skipped(shown, f"cannot be read ({error.strerror or error})")
    except (MemoryError, RecursionError):
        return Skipped(shown, "is made in a way that takes too much memory to read")


def read_bytes(content: bytes, kind: str | None, name: str) -> FileReading:
    """What some bytes say; without a `kind` they tell it themselves. Raises GuidanceError."""
    if content.startswith(b"%PDF-") or (kind == "pdf" and b"%PDF-" in content[:1024]):
        blocks, pages = read_pdf(content)
        return FileReading(name, blocks, pages=pages)
    if not content.strip():
        return FileReading(name, ())
    if kind == "docx" or content.startswith(b"PK\x03\x04"):
        return FileReading(name, read_docx(content), unit="paragraph")
    if kind == "pdf":
        raise GuidanceError("is named .pdf and is no PDF file")
    if kind == "html" or (kind is None and _LOOKS_LIKE_HTML.match(content[:2048])):
        return FileReading(name, read_html(content))
    if kind == "markdown":
        return FileReading(name, read_markdown(content))
    return FileReading(name, read_text(content))
