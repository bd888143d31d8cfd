"""One guidance file -> a folder of Markdown, JSON and pictures, with no register at hand.

What `guidance convert` does; the same reader and the same pages as the site's.
"""

import shutil
from pathlib import Path

from guidance.accounts import breaches
from guidance.anchors import slug
from guidance.link.acts import Acts, read_acts
from guidance.link.references import find_references
from guidance.link.titles import read_titles
from guidance.model import Document, GuidanceError, Reference, Unresolved
from guidance.publish import api
from guidance.publish.blocks import picture_name
from guidance.publish.builder import write_below
from guidance.publish.frame import navigation
from guidance.publish.inline import clean, escape_markdown
from guidance.publish.markdown import render_pages
from guidance.publish.pages import PICTURES, Page, addresses, front_matter, join_parts
from guidance.read import read_document
from guidance.register import Edition, Publication

ACTS, TITLES = "acts.toml", "guidance.toml"  # in a publication's folder
_MARK = "edition.json"


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple[api.Figures, tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    if not file.is_file():
        raise GuidanceError(f"{file}: there is no such file")
    if to.exists() and not (to.is_dir() and ((to / _MARK).is_file() or not any(to.iterdir()))):
        raise GuidanceError(f"{to}: holds something that is not a conversion; choose another folder with -o")
    acts = read_acts(publication / ACTS) if publication else Acts()
    titles = read_titles(publication / TITLES) if publication else ()
    document = read_document(file, second_opinion=True)
    lost = breaches(document)
    if lost and strict:
        raise GuidanceError(f"{file}: {'; '.join(lost)}; convert it without --strict to see what is amiss")
    beside = to.absolute().with_name(f".{to.absolute().name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        references = find_references(document, acts, titles)
        for path, content in conversion_files(document, file, references).items():
            write_below(beside, path, content)
        shutil.rmtree(to, ignore_errors=True)
        beside.rename(to.absolute())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return api.figures(document), lost


def conversion_files(
    document: Document, file: Path, references: tuple[Reference | Unresolved, ...] = ()
) -> dict[str, bytes]:
    """Path -> content of everything that a conversion holds; `references` are printed as links."""
    title = document.title or file.stem
    edition = Edition(id=slug(file.stem), title=title, published="")
    publication = Publication(title=title, short=title, publisher="", editions=(edition,))
    pages = render_pages(document, references, edition, publication)
    facts: dict[str, object] = {"id": edition.id, "title": title, "file": file.name}
    files = {page.path: page.markdown.encode() for page in pages} | {"index.md": _home(title, document, pages)}
    files |= {f"{PICTURES}{picture_name(asset.name)}": asset.content for asset in document.assets}
    files["provisions.json"] = api.encode(api.records(document, addresses(pages), ""))
    nav = [{clean(title): "index.md"}, *navigation(pages)[1:]]
    files[_MARK] = api.encode({**api.edition_record(facts, document), "nav": nav})
    return files


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
