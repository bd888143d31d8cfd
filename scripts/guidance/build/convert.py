"""One guidance file -> a folder of Markdown, JSON and pictures, with no register at hand: `guidance convert`.

How a file is read and what a page shows is decided elsewhere.
"""

from contextlib import closing
from pathlib import Path

from guidance.document.anchors import slug
from guidance.document.model import Document, GuidanceError, Reference, Unresolved
from guidance.document.register import Edition, Publication
from guidance.document.walk import breaches
from guidance.link.references import find_references, read_known
from guidance.read.pipeline import begin_reading
from guidance.site import data_files
from guidance.site.blocks import PICTURES, picture_name
from guidance.site.edition_pages import navigation
from guidance.site.markdown import render_pages
from guidance.site.pages import Page, addresses, front_matter
from guidance.site.projects import refuse_other, replace_folder
from guidance.site.templates import clean, render

_MARK = "edition.json"
_OURS = Path(__file__).parents[3] / "versions"  # of this checkout


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple[data_files.ConversionFigures, tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to, or those
    that this checkout knows where there is no such folder.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    refuse_other(to, _MARK, "conversion")
    if not (publication and publication.is_dir()) and _OURS.is_dir():
        publication = _OURS
    with closing(begin_reading(file, second_opinion=True)) as reading:
        references = find_references(reading.document(), *read_known(publication))
        document = reading.judged()
        lost = breaches(document)
        if lost and strict:
            raise GuidanceError(f"{file}: {'; '.join(lost)}; convert it without --strict to see what is amiss")
        files = _text_files(document, file, references)
        files |= {f"{PICTURES}{picture_name(one.name)}": one.content for one in reading.whole().assets}
        replace_folder(to, files)
    return data_files.figures(document), lost


def _text_files(document: Document, file: Path, references: tuple[Reference | Unresolved, ...]) -> dict[str, bytes]:
    """Path -> content of everything that a conversion holds but its pictures; `references` are printed as links."""
    title = document.title or file.stem
    edition = Edition(id=slug(file.stem), title=title, published="")
    publication = Publication(title=title, short=title, publisher="", editions=(edition,))
    pages = render_pages(document, references, edition, publication)
    facts: dict[str, object] = {"id": edition.id, "title": title, "file": file.name}
    files = {page.path: page.markdown.encode() for page in pages} | {"index.md": _home(title, document, pages)}
    files["provisions.json"] = data_files.encode(data_files.records(document, addresses(pages), ""))
    nav = [{clean(title): "index.md"}, *navigation(pages)[1:]]
    files[_MARK] = data_files.encode({**data_files.edition_record(facts, document), "nav": nav})
    return files


def _home(title: str, document: Document, pages: tuple[Page, ...]) -> bytes:
    """The page that leads to the others; unlike an edition's, it does not know whether the guidance is in force."""
    head = front_matter({"title": clean(title), "kind": "home"})
    return f"{head}{render('converted.md', title=title, source=document.source.name, pages=pages)}".encode()
