"""Word files of our own, made by pandoc, and what is said of those that are none."""

import subprocess
import zipfile
from pathlib import Path

import pypandoc
import pytest

import documents
from document_marks import anchors, balance, links, note_marks
from guidance.document.model import Document, Figure, GuidanceError, List, Table
from guidance.document.walk import breaches, plain_text
from guidance.read import docx, read_document

SOURCE = """---
title: Looking after sheds
---

# Chapter 1: Keeping

1.  A shed must be **dry**[^1]. It is:

    - roofed
    - doored
        - hinged

2.  Two paragraphs follow [away](https://a.example/b), [not there](javascript:x).

## Locks

3.  Three `<script>` \\*x\\* paragraphs.

    (a) first
    (b) second

4.  Four.

| Who | How many |
|-----|----------|
| Ann | 2        |

![A shed](shed.png)

[^1]: As rain falls.
"""


@pytest.fixture(scope="module")
def shed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("word")
    (folder / "shed.md").write_text(SOURCE, encoding="utf-8")
    (folder / "shed.png").write_bytes(documents.picture())
    subprocess.run([pypandoc.get_pandoc_path(), "shed.md", "-o", "shed.docx"], cwd=folder, check=True)
    return folder / "shed.docx"


@pytest.fixture(scope="module")
def reading(shed: Path) -> Document:
    return read_document(shed)


def test_a_word_file_that_takes_too_much_memory_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sheds.docx"
    words = "\n\n".join(f"Shed {count} is *dry*, and shed {count + 1} is **wet**." for count in range(4000))
    pypandoc.convert_text(words, "docx", format="markdown", outputfile=str(path))
    monkeypatch.setattr(docx, "_MOST_MEMORY", "-M1m")
    with pytest.raises(GuidanceError, match=r"^[^\n]*sheds\.docx: needs more than 1 GB of memory to read[^\n]*$"):
        read_document(path)


def test_numbers_that_word_counts_itself_are_the_paragraphs(reading: Document) -> None:
    assert reading.title == "Looking after sheds"
    assert [(p.anchor, p.kind, p.level) for p in reading.provisions] == [
        ("chapter-1", "chapter", 1),
        ("para-1", "paragraph", None),
        ("para-2", "paragraph", None),
        ("locks", "section", 2),
        ("para-3", "paragraph", None),
        ("para-4", "paragraph", None),
        ("locks-table", "table", None),
        ("locks-figure", "figure", None),
    ]
    by_anchor = {p.anchor: p for p in reading.provisions}
    assert plain_text(by_anchor["para-1"]).splitlines() == [
        "A shed must be dry. It is:",
        "roofed",
        "doored",
        "hinged",
    ]
    third = by_anchor["para-3"].blocks[1]
    assert isinstance(third, List)
    assert [item.anchor for item in third.items] == ["para-3-a", "para-3-b"]
    assert plain_text(by_anchor["para-3"]).startswith("Three <script> *x* paragraphs.")
    assert isinstance(by_anchor["locks-table"].blocks[0], Table)


def test_its_notes_links_and_pictures(reading: Document) -> None:
    assert [plain_text(n) for n in reading.notes] == ["As rain falls."]
    assert [(p.anchor, m.note) for p, m in note_marks(reading)] == [("para-1", "fn-1")]
    assert links(reading) == [("away", "https://a.example/b")]
    figure = next(p for p in reading.provisions if p.kind == "figure").blocks[0]
    assert isinstance(figure, Figure)
    assert [(a.name, a.media_type, a.content) for a in reading.assets] == [
        (figure.picture, "image/png", documents.picture())
    ]
    assert figure.alternative == "A shed"


def test_nothing_is_lost_and_the_files_own_xml_agrees(reading: Document) -> None:
    assert balance(reading) == 0
    assert not breaches(reading)
    assert len(anchors(reading)) == len(set(anchors(reading)))
    assert reading.agreement
    assert (reading.agreement.recall, reading.agreement.precision) == (1.0, 1.0)


def test_words_that_pandoc_leaves_out_are_reported(shed: Path, tmp_path: Path) -> None:
    words = "<w:p><w:r><w:t>Hidden thoughts</w:t></w:r></w:p>"
    box = f"<w:r><w:pict><w:txbxContent>{words}</w:txbxContent></w:pict></w:r>"
    with zipfile.ZipFile(shed) as old, zipfile.ZipFile(tmp_path / "box.docx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = content.replace(b"</w:p>", box.encode() + b"</w:p>", 1)
            new.writestr(name, content)
        new.writestr("word/header9.xml", content_of_header())
    document = read_document(tmp_path / "box.docx")
    assert balance(document) == 0
    said = " ".join(f.message for f in document.findings)
    assert ("hidden" in said) != any("Hidden" in plain_text(p) for p in document.provisions)
    assert ("Draft of sheds", "running head or foot") in [(d.text, d.reason) for d in document.dropped]


def content_of_header() -> str:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:hdr xmlns:w="{space}"><w:p><w:r><w:t>Draft of sheds</w:t></w:r></w:p></w:hdr>'


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04 nothing", "neither a PDF"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "save it as .docx")],
)
def test_what_is_no_word_file(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file.docx"
    path.write_bytes(content)
    with pytest.raises(GuidanceError, match=says):
        read_document(path)


def test_a_damaged_word_file(shed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(shed) as old, zipfile.ZipFile(tmp_path / "bad.docx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:400] if name == "word/document.xml" else old.read(name))
    with pytest.raises(GuidanceError, match=r"bad\.docx: the Word file is damaged") as caught:
        read_document(tmp_path / "bad.docx")
    assert "\n" not in str(caught.value)


def test_a_word_file_that_unpacks_without_end(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 310_000_000)
    with pytest.raises(GuidanceError, match="unpacks to more than"):
        read_document(tmp_path / "bomb.docx")


def test_a_contents_list_that_word_makes_is_dropped_with_its_title(shed: Path, tmp_path: Path) -> None:
    made = [pypandoc.get_pandoc_path(), "--toc", "shed.md", "-o", str(tmp_path / "listed.docx")]
    subprocess.run(made, cwd=shed.parent, check=True)
    document = read_document(tmp_path / "listed.docx")
    assert document.title == "Looking after sheds"
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Chapter 1: Keeping", "Locks"]
    assert {d.text: d.reason for d in document.dropped}["Table of Contents"] == "contents list"
    assert balance(document) == 0
