"""Guidance files -> a folder, with no register at hand: one converted (`guidance convert`), or two compared
(`guidance compare`), which may be such folders.

How a file is read, texts are compared and what a page shows is decided elsewhere.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
from markdown import Markdown
from markupsafe import Markup
from msgspec import structs

from guidance.build.comparisons import compare_documents
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
from guidance.link.agencies import Vocabulary
from guidance.link.references import find_references, read_known
from guidance.read.pipeline import begin_reading, read_document
from guidance.site import data_files
from guidance.site.blocks import PICTURES, picture_name
from guidance.site.comparison_pages import SCRIPT, STYLES
from guidance.site.edition_pages import navigation
from guidance.site.markdown import render_pages
from guidance.site.pages import Page, addresses, front_matter
from guidance.site.projects import write_below
from guidance.site.templates import clean, render
from guidance.site.typesetting import set_file

_CONVERTED, _COMPARED = "edition.json", "changes.json"  # a file that is in every such folder
_OURS = Path(__file__).parents[3]  # this checkout
_TO_PAGE = re.compile(r'href="([\w-]+)\.md"')
_TO_PART = re.compile(r'href="(?:\.\./)+compare/[^/"]+/([\w-]+)/#')
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


# --- One file ----------------------------------------------------------------------------------------


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple[data_files.ConversionFigures, tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to, or those
    that this checkout knows where there is no such folder.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    _refuse_other(to, _CONVERTED, "conversion")
    if not (publication and publication.is_dir()) and (_OURS / "versions").is_dir():
        publication = _OURS / "versions"
    with closing(begin_reading(file, second_opinion=True)) as reading:
        references = find_references(reading.document(), *read_known(publication))
        document = reading.judged()
        lost = breaches(document)
        if lost and strict:
            raise GuidanceError(f"{file}: {'; '.join(lost)}; convert it without --strict to see what is amiss")
        files = _text_files(document, file, references)
        files |= {f"{PICTURES}{picture_name(one.name)}": one.content for one in reading.whole().assets}
        _replace_folder(to, files)
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
    files[_CONVERTED] = data_files.encode({**data_files.edition_record(facts, document), "nav": nav})
    return files


def _home(title: str, document: Document, pages: tuple[Page, ...]) -> bytes:
    """The page that leads to the others; unlike an edition's, it does not know whether the guidance is in force."""
    head = front_matter({"title": clean(title), "kind": "home"})
    return f"{head}{render('converted.md', title=title, source=document.source.name, pages=pages)}".encode()


# --- Two files ---------------------------------------------------------------------------------------


def compare_files(old: Path, new: Path, to: Path) -> Comparison:
    """Compare two guidance files, or folders converted from them, into the folder `to`: changes.json, changes.csv,
    a Word file that tracks changes, and redline pages, both as HTML to open (index.html) and as the Markdown that
    they are made from.

    Raises GuidanceError when a file cannot be read, or `to` holds something that is not a comparison.
    """
    _refuse_other(to, _COMPARED, "comparison")
    ids = [slug(old.stem), slug(new.stem)]
    if ids[0] == ids[1]:
        ids = [f"{ids[0]}-old", f"{ids[1]}-new"]
    compared = compare_documents(
        {edition: _read(file) for edition, file in zip(ids, (old, new), strict=True)}, Vocabulary()
    )
    # There are no pages of the editions here to lead to.
    (made,) = structs.replace(compared, addresses={edition: {} for edition in ids}).redlines(ids[1])
    word = {f"{path}.docx": set_file(packed, f"{path}.docx".encode()) for path, packed in made.manuscripts.items()}
    redline = made.with_set(word)
    within = f"compare/{ids[0]}/"
    assets = dict(_assets())
    files = {page.path: page.markdown.encode() for page in redline.pages} | dict(redline.files)
    files |= {f"{page.path.removesuffix('.md')}.html": _alone(page, assets) for page in redline.pages} | assets
    _replace_folder(to, {path.removeprefix(within): content for path, content in files.items()})
    return compared.comparisons[ids[0], ids[1]]


def _assets() -> Iterator[tuple[str, bytes]]:
    """The look of comparison pages, where the theme stands beside the engine."""
    folder = _OURS / "overrides" / "assets"
    for name in (*STYLES, SCRIPT):
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()


def _read(file: Path) -> Document:
    """A document from a guidance file, or from a folder that `guidance convert` made."""
    if (file / "provisions.json").is_file():
        return _read_converted(file / "provisions.json")
    if not file.is_file():
        raise GuidanceError(f"{file}: there is no such file, and no folder with a provisions.json")
    return read_document(file)


def _read_converted(file: Path) -> Document:
    """The document that a provisions.json holds: its text and its places, without marks."""
    try:
        rows = msgspec.json.decode(file.read_bytes(), type=tuple[data_files.ProvisionRecord, ...])
    except (msgspec.DecodeError, OSError) as error:
        raise GuidanceError(f"{file}: {error}; convert the file again") from None
    found = tuple(map(_provision, rows))
    return Document(
        title=file.parent.name,
        language="en",
        source=SourceFile(file.name, "", "application/json", file.stat().st_size),
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


def _alone(page: Page, assets: Mapping[str, bytes]) -> bytes:
    reader = Markdown(extensions=["attr_list", "md_in_html", "tables"])
    body = reader.convert(_FRONT_MATTER.sub("", page.markdown))
    body = _TO_PAGE.sub(r'href="\1.html"', _TO_PART.sub(r'href="\1.html#', body))
    return render(
        "comparison_alone.html",
        title=page.title,
        body=Markup(body),
        styles=[name for name in STYLES if name in assets],
        script=SCRIPT if SCRIPT in assets else "",
    ).encode()


# --- The folder --------------------------------------------------------------------------------------


def _refuse_other(folder: Path, mark: str, what: str) -> None:
    """Raise GuidanceError when a folder holds anything but a `what` made earlier, which has a file `mark`."""
    if folder.exists() and not (folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))):
        raise GuidanceError(f"{folder}: holds something that is not a {what}; choose another folder with -o")


def _replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder hold some files and nothing else, whole or not at all."""
    folder = folder.absolute()
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in files.items():
            write_below(beside, path, content)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
