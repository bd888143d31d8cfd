"""Guidance files with no register at hand: one -> a folder of Markdown, JSON and pictures (`guidance convert`), or
two -> a folder of what changed between them (`guidance compare`).

How a file is read, how texts are compared and what a page shows is decided elsewhere.
"""

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec
from markupsafe import Markup
from msgspec import structs

import guidance
from guidance.document.anchors import slug
from guidance.document.change_model import Comparison
from guidance.document.model import (
    Document,
    GuidanceError,
    Para,
    Place,
    Provision,
    Reference,
    SourceFile,
    Text,
    Unresolved,
)
from guidance.document.register import Edition, Publication
from guidance.document.walk import breaches
from guidance.link.references import find_references, read_known
from guidance.read.pipeline import begin_reading, read_document
from guidance.site import data_files
from guidance.site.blocks import PICTURES, picture_name
from guidance.site.edition_pages import navigation
from guidance.site.markdown import render_pages
from guidance.site.pages import Page, addresses, front_matter
from guidance.site.projects import refuse_other, replace_folder
from guidance.site.templates import clean, render

_CHECKOUT = Path(guidance.__file__).parents[2]  # where the theme and a register stand beside the engine
_CONVERTED, _COMPARED = "edition.json", "changes.json"  # by which a folder of ours is known
_TO_PAGE = re.compile(r'href="([\w-]+)\.md"')
_TO_PART = re.compile(r'href="(?:\.\./)+compare/[^/"]+/([\w-]+)/#')
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple[data_files.ConversionFigures, tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to, or those
    that this checkout knows where there is no such folder.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    refuse_other(to, _CONVERTED, "conversion")
    ours = _CHECKOUT / "versions"
    if not (publication and publication.is_dir()) and ours.is_dir():
        publication = ours
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
    """Path -> content of everything that a conversion holds but its pictures; `references` are printed as links.
    Its home, unlike an edition's, does not know whether the guidance is in force."""
    title = document.title or file.stem
    edition = Edition(id=slug(file.stem), title=title, published="")
    publication = Publication(title=title, short=title, publisher="", editions=(edition,))
    pages = render_pages(document, references, edition, publication)
    facts: dict[str, object] = {"id": edition.id, "title": title, "file": file.name}
    nav = [{clean(title): "index.md"}, *navigation(pages)[1:]]
    head = front_matter({"title": clean(title), "kind": "home"})
    home = f"{head}{render('converted.md', title=title, source=document.source.name, pages=pages)}"
    return {page.path: page.markdown.encode() for page in pages} | {
        "index.md": home.encode(),
        "provisions.json": data_files.encode(data_files.records(document, addresses(pages), "")),
        _CONVERTED: data_files.encode({**data_files.edition_record(facts, document), "nav": nav}),
    }


# --- Two files -------------------------------------------------------------------------------------


def compare_files(old: Path, new: Path, to: Path) -> Comparison:
    """Compare two guidance files, or folders converted from them, into the folder `to`: changes.json, changes.csv,
    a Word file that tracks changes, and redline pages, both as HTML to open (index.html) and as the Markdown that
    they are made from.

    Raises GuidanceError when a file cannot be read, or `to` holds something that is not a comparison.
    """
    from guidance.build.comparisons import compare_documents  # who converts a file does not wait for all this
    from guidance.link.agencies import Vocabulary
    from guidance.site.comparison_pages import SCRIPT, STYLES
    from guidance.site.typesetting import set_file

    refuse_other(to, _COMPARED, "comparison")
    ids = (slug(old.stem), slug(new.stem))
    if ids[0] == ids[1]:
        ids = (f"{ids[0]}-old", f"{ids[1]}-new")
    compared = compare_documents({ids[0]: _read(old), ids[1]: _read(new)}, Vocabulary())
    # There are no pages of the editions here to lead to.
    (made,) = structs.replace(compared, addresses={edition: {} for edition in ids}).redlines(ids[1])
    word = {f"{path}.docx": set_file(packed, f"{path}.docx".encode()) for path, packed in made.manuscripts.items()}
    redline = made.with_set(word)
    files = {page.path: page.markdown.encode() for page in redline.pages} | dict(redline.files)
    look = _CHECKOUT / "overrides" / "assets"
    assets = {name: (look / name).read_bytes() for name in (*STYLES, SCRIPT) if (look / name).is_file()}
    shown = {"styles": [name for name in STYLES if name in assets], "script": SCRIPT if SCRIPT in assets else ""}
    files |= {f"{page.path.removesuffix('.md')}.html": _alone(page, shown) for page in redline.pages}
    within = f"compare/{ids[0]}/"
    replace_folder(to, {path.removeprefix(within): content for path, content in files.items()} | assets)
    return compared.comparisons[ids]


def _read(file: Path) -> Document:
    """A document from a guidance file, or, without marks, from a folder that `guidance convert` made."""
    held = file / "provisions.json"
    if not held.is_file():
        if not file.is_file():
            raise GuidanceError(f"{file}: there is no such file, and no folder with a provisions.json")
        return read_document(file)
    try:
        rows = msgspec.json.decode(held.read_bytes(), type=tuple[data_files.ProvisionRecord, ...])
    except (msgspec.DecodeError, OSError) as error:
        raise GuidanceError(f"{held}: {error}; convert the file again") from None
    found = tuple(map(_provision, rows))
    return Document(
        title=file.name,
        language="en",
        source=SourceFile(held.name, "", "application/json", held.stat().st_size),
        provisions=tuple(one for one in found if one.kind != "footnote"),
        notes=tuple(one for one in found if one.kind == "footnote"),
    )


def _provision(row: data_files.ProvisionRecord) -> Provision:
    return Provision(
        row.anchor,
        row.kind,
        row.number,
        heading=Text(row.heading) if row.heading else None,
        level=row.level,
        blocks=tuple(Para(Text(line)) for line in row.text.split("\n") if line),
        parents=row.parents,
        places=(Place(row.page),) if row.page else (),
    )


def _alone(page: Page, shown: Mapping[str, object]) -> bytes:
    """A comparison's page as HTML that stands alone, with the style sheets and the script `shown` beside it."""
    from markdown import Markdown

    body = Markdown(extensions=["attr_list", "md_in_html", "tables"]).convert(_FRONT_MATTER.sub("", page.markdown))
    body = _TO_PAGE.sub(r'href="\1.html"', _TO_PART.sub(r'href="\1.html#', body))
    return render("comparison_alone.html", title=page.title, body=Markup(body), **shown).encode()
