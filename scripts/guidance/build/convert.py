"""One guidance file -> a folder of Markdown, JSON and pictures, with no register at hand.

What `guidance convert` does. What prints a document is loaded while other processes read the file.
"""

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from guidance.document.anchors import slug
from guidance.document.conservation import breaches
from guidance.document.model import Document, GuidanceError, Reference, Unresolved
from guidance.document.register import Edition, Publication
from guidance.link.acts import read_known
from guidance.link.references import find_references
from guidance.read import begin_reading
from guidance.site import data_files
from guidance.site.blocks import picture_name
from guidance.site.data_files import ConversionFigures
from guidance.site.edition_pages import navigation
from guidance.site.inline import clean, escape_markdown
from guidance.site.markdown import render_pages
from guidance.site.pages import PICTURES, Page, addresses, front_matter, join_parts

MARK = "edition.json"


class KnownNames:
    """The Acts and the other guidance that a publication's folder names; none where there is no folder."""

    def __init__(self, publication: Path | None) -> None:
        """Raises GuidanceError when a file is not of its form."""
        self._acts, self._titles = read_known(publication)

    def references(self, document: Document) -> tuple[Reference | Unresolved, ...]:
        """What a document cites, with its addresses."""
        return find_references(document, self._acts, self._titles)


def conversion_files(
    document: Document, file: Path, references: tuple[Reference | Unresolved, ...] = ()
) -> dict[str, bytes]:
    """Path -> content of everything that a conversion holds but its pictures; `references` are printed as links."""
    title = document.title or file.stem
    edition = Edition(id=slug(file.stem), title=title, published="")
    publication = Publication(title=title, short=title, publisher="", editions=(edition,))
    pages = render_pages(document, references, edition, publication)
    facts: dict[str, object] = {"id": edition.id, "title": title, "file": file.name}
    files = {page.path: page.markdown.encode() for page in pages} | {"index.md": _home(title, document, pages)}
    files["provisions.json"] = data_files.encode(data_files.records(document, addresses(pages), ""))
    nav = [{clean(title): "index.md"}, *navigation(pages)[1:]]
    files[MARK] = data_files.encode({**data_files.edition_record(facts, document), "nav": nav})
    return files


def picture_files(document: Document) -> dict[str, bytes]:
    """Path -> content of its pictures."""
    return {f"{PICTURES}{picture_name(asset.name)}": asset.content for asset in document.assets}


def _home(title: str, document: Document, pages: tuple[Page, ...]) -> bytes:
    """The page that leads to the others; unlike an edition's, it does not know whether the guidance is in force."""
    entries = (
        f"{'    ' if page.parent else ''}-   [{escape_markdown(page.title)}]({page.path})" for page in pages[1:-1]
    )
    parts = [
        f"# {escape_markdown(title)}",
        "\n".join(entries),
        f"This text was read by a program from {escape_markdown(document.source.name)}; "
        f"[{pages[-1].title}]({pages[-1].path}) says what was left out and why.",
    ]
    return (front_matter({"title": clean(title), "kind": "home"}) + join_parts(parts)).encode()


if TYPE_CHECKING:
    pass

_MARK = "edition.json"


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple[ConversionFigures, tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    if not file.is_file():
        raise GuidanceError(
            f"{file}: {'a folder; name a file in it' if file.is_dir() else 'there is no such file'}"
        )
    if to.exists() and not (to.is_dir() and ((to / _MARK).is_file() or not any(to.iterdir()))):
        raise GuidanceError(f"{to}: holds something that is not a conversion; choose another folder with -o")
    with closing(begin_reading(file, second_opinion=True)) as reading:
        pass
        from guidance.site.data_files import figures

        names = KnownNames(publication)
        references = names.references(reading.document())
        document = reading.judged()
        lost = breaches(document)
        if lost and strict:
            raise GuidanceError(f"{file}: {'; '.join(lost)}; convert it without --strict to see what is amiss")
        files = conversion_files(document, file, references)
        _write(to, files | picture_files(reading.whole()))
    return figures(document), lost


def _write(to: Path, files: dict[str, bytes]) -> None:
    """Put files into the folder `to`, whole or not at all."""
    from guidance.site.folder_tree import write_below

    beside = to.absolute().with_name(f".{to.absolute().name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in files.items():
            write_below(beside, path, content)
        shutil.rmtree(to, ignore_errors=True)
        beside.rename(to.absolute())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
