"""A whole conversion: the same bytes each time, and MkDocs' pages say exactly what the document says."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typst
import yaml
from bs4 import BeautifulSoup
from hypothesis import given, settings
from mkdocs.commands.build import build
from mkdocs.config import load_config
from msgspec.structs import replace

import documents
from guidance.build.single_files import convert
from guidance.document.model import Document
from guidance.read import read_document
from guidance.site.pages import lay_out
from guidance_layouts import LAYOUTS
from printed_markdown import said, should_say

ROOT = Path(__file__).parents[2]
HOSTILE = """<html><body><main><h1>Signs</h1><h2>{{ site }} &lt;b&gt;One&lt;/b&gt; *x*</h2>
<p>1. [x](y) and ![i](j) &amp;amp; &lt;script&gt;alert(1)&lt;/script&gt;</p><p>2. # no heading</p>
<p>3. {% raw %} {: #id } --8&lt;-- "/etc/passwd"</p><p>4. | a | b |</p><p># nor this</p><p>--8&lt;-- "x.md"</p>
<ul><li>+ plus</li><li>```</li><li>~~~ x</li></ul><p>!!! note</p><p>[^1]: nor a note</p><p>*[WT]: nor this</p>
<table><tr><th>a|b</th><td>`c`</td></tr><tr><td>---</td><td>:--</td></tr></table></main></body></html>"""


@pytest.fixture(scope="module", params=[*LAYOUTS, HOSTILE], ids=lambda p: getattr(p, "__name__", "hostile"))
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    if isinstance(request.param, str):
        (folder / "signs.html").write_text(request.param, encoding="utf-8")
        return folder / "signs.html"
    made = typst.compile(request.param().source.encode(), ignore_system_fonts=True)
    (folder / "shape.pdf").write_bytes(made)
    return folder / "shape.pdf"


def test_converting_twice_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        convert(source, tmp_path / name)
    one, two = (
        {
            p.relative_to(tmp_path / name): p.read_bytes()
            for p in sorted((tmp_path / name).rglob("*"))
            if p.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    assert not list(tmp_path.glob(".*"))


def printed(folder: Path, to: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    """Each page of a conversion as MkDocs prints it, with our own extensions and nothing around it."""
    (to / "theme").mkdir(parents=True)
    (to / "theme" / "main.html").write_text("{{ page.content }}", encoding="utf-8")
    extensions = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["markdown_extensions"]
    settings_file = to / "mkdocs.yml"
    own = {
        "site_name": "x",
        "docs_dir": str(folder),
        "site_dir": str(to / "site"),
        "use_directory_urls": False,
        "theme": {"name": None, "custom_dir": str(to / "theme")},
        "plugins": [],
        "markdown_extensions": extensions,
    }
    settings_file.write_text(yaml.safe_dump(own), encoding="utf-8")
    build(load_config(str(settings_file)))
    for page in sorted((to / "site").rglob("*.html")):
        path = page.relative_to(to / "site").with_suffix(".md").as_posix()
        yield path, BeautifulSoup(page.read_bytes(), "html.parser")


def test_mkdocs_prints_exactly_what_the_document_says(source: Path, tmp_path: Path) -> None:
    document = read_document(source)
    convert(source, tmp_path / "converted")
    pages = dict(printed(tmp_path / "converted", tmp_path / "site"))
    sheets = lay_out(document)
    assert {sheet.path for sheet in sheets} <= pages.keys()
    for sheet in sheets:
        soup = pages[sheet.path]
        assert not soup.select("script, h1 b, iframe")
        numbered = (replace(note, marker="") for note in sheet.notes)  # the list counts them, as a browser shows
        assert said(soup) == "".join(should_say(p) for p in (*sheet.provisions, *numbered))


@settings(max_examples=60, deadline=None)
@given(documents.documents())
def test_json_brings_any_document_back(document: Document) -> None:
    assert msgspec.json.decode(msgspec.json.encode(document), type=Document) == document
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(document), type=Document) == document
