"""One guidance file -> a folder of Markdown, JSON and pictures, with no register at hand.

What `guidance convert` does; the same reader and the same pages as the site's.
"""

import shutil
from pathlib import Path

from guidance.anchors import slug
from guidance.link.references import find_references
from guidance.model import Document, GuidanceError
from guidance.publish import api
from guidance.publish.blocks import picture_name
from guidance.publish.frame import navigation
from guidance.publish.markdown import render_pages
from guidance.publish.pages import PICTURES, addresses
from guidance.publish.site import write_below
from guidance.read import read_document
from guidance.register import Edition, Publication

_MARK = "edition.json"


def convert(file: Path, to: Path) -> api.Figures:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures.

    Raises GuidanceError when the file cannot be read, or `to` holds something that is not a conversion.
    """
    if not file.is_file():
        raise GuidanceError(f"{file}: there is no such file")
    if to.exists() and not (to.is_dir() and ((to / _MARK).is_file() or not any(to.iterdir()))):
        raise GuidanceError(f"{to}: holds something that is not a conversion; choose another folder with -o")
    document = read_document(file, second_opinion=True)
    beside = to.absolute().with_name(f".{to.absolute().name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in conversion_files(document, file).items():
            write_below(beside, path, content)
        shutil.rmtree(to, ignore_errors=True)
        beside.rename(to.absolute())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return api.figures(document)


def conversion_files(document: Document, file: Path) -> dict[str, bytes]:
    """Path -> content of everything that a conversion holds."""
    title = document.title or file.stem
    edition = Edition(id=slug(file.stem), title=title, published="")
    publication = Publication(title=title, short=title, publisher="", editions=(edition,))
    pages = render_pages(document, find_references(document), edition, publication)
    facts: dict[str, object] = {"id": edition.id, "title": title, "file": file.name}
    files = {page.path: page.markdown.encode() for page in pages}
    files |= {f"{PICTURES}{picture_name(asset.name)}": asset.content for asset in document.assets}
    files["provisions.json"] = api.encode(api.records(document, addresses(pages), ""))
    files[_MARK] = api.encode({**api.edition_record(facts, document), "nav": navigation(pages)})
    return files
