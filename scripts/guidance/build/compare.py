"""Two guidance files -> a folder of what changed between them, with no register at hand: `guidance compare`.

How texts are compared and what a page shows is decided elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from markdown import Markdown
from markupsafe import Markup
from msgspec import structs

import guidance
from guidance.build.comparisons import compare_documents
from guidance.document.anchors import slug
from guidance.document.change_model import Comparison
from guidance.document.model import Document, GuidanceError, Para, Place, Provision, SourceFile, Text
from guidance.link.agencies import Vocabulary
from guidance.read.pipeline import read_document
from guidance.site.comparison_pages import SCRIPT, STYLES
from guidance.site.data_files import ProvisionRecord
from guidance.site.pages import Page
from guidance.site.projects import refuse_other, replace_folder
from guidance.site.templates import render
from guidance.site.typesetting import set_file

_MARK = "changes.json"
_TO_PAGE = re.compile(r'href="([\w-]+)\.md"')
_TO_PART = re.compile(r'href="(?:\.\./)+compare/[^/"]+/([\w-]+)/#')
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def compare_files(old: Path, new: Path, to: Path) -> Comparison:
    """Compare two guidance files, or folders converted from them, into the folder `to`: changes.json, changes.csv,
    a Word file that tracks changes, and redline pages, both as HTML to open (index.html) and as the Markdown that
    they are made from.

    Raises GuidanceError when a file cannot be read, or `to` holds something that is not a comparison.
    """
    refuse_other(to, _MARK, "comparison")
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
    files = {page.path: page.markdown.encode() for page in redline.pages} | dict(redline.files)
    files |= _pages_alone(redline.pages, within, dict(_assets()))
    replace_folder(to, {path.removeprefix(within): content for path, content in files.items()})
    return compared.comparisons[ids[0], ids[1]]


def _assets() -> Iterator[tuple[str, bytes]]:
    """The look of comparison pages, where the theme stands beside the engine."""
    folder = Path(guidance.__file__).parents[2] / "overrides" / "assets"
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
        rows = msgspec.json.decode(file.read_bytes(), type=tuple[ProvisionRecord, ...])
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


def _provision(row: ProvisionRecord) -> Provision:
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


# --- Pages that stand alone ------------------------------------------------------------------------


def _pages_alone(pages: Iterable[Page], within: str, assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the folder -> content: each page below `within` as HTML, and the style sheets and script among
    `assets` that they use."""
    files = {f"{page.path.removeprefix(within).removesuffix('.md')}.html": _alone(page, assets) for page in pages}
    return files | {name: assets[name] for name in (*STYLES, SCRIPT) if name in assets}


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
