"""A document -> everything that the folder of a conversion holds: Markdown, JSON and pictures, as bytes by path.

No register is at hand; the same pages as the site's. Nothing is written here.
"""

from pathlib import Path

from guidance.anchors import slug
from guidance.link.known import read_known
from guidance.link.references import find_references
from guidance.model import Document, Reference, Unresolved
from guidance.publish import api
from guidance.publish.blocks import picture_name
from guidance.publish.frame import navigation
from guidance.publish.inline import clean, escape_markdown
from guidance.publish.markdown import render_pages
from guidance.publish.pages import PICTURES, Page, addresses, front_matter, join_parts
from guidance.register import Edition, Publication

MARK = "edition.json"


class Names:
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
    files["provisions.json"] = api.encode(api.records(document, addresses(pages), ""))
    nav = [{clean(title): "index.md"}, *navigation(pages)[1:]]
    files[MARK] = api.encode({**api.edition_record(facts, document), "nav": nav})
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
