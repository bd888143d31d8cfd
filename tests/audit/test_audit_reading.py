"""A partnership's files as the audit reads them: what each kind says, and that bad ones stop nobody."""

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pypandoc
import pytest

import partner_files
from guidance.audit import reading
from guidance.audit.reading import Skipped, find_files, read_bytes, read_docx, read_file, read_pdf
from guidance.audit.texts import FileReading, FoundBlock, read_html, read_markdown, read_text
from guidance.document.model import GuidanceError
from guidance.site.typesetting import compile_typst


def texts(blocks: tuple[FoundBlock, ...]) -> list[str]:
    return [block.text for block in blocks if block.text]


def test_html_is_read_by_blocks_and_never_its_scripts() -> None:
    page = b"""<!doctype html><html><head><style>p { x }</style><script>document.write("no")</script></head>
<body><!-- nor this --><p>One <b>two</b>
three<br>four &amp; five</p><ul><li>six<li>seven</ul>eight<template>no</template><svg><text>no</text></svg>
<p>See <a href=" https://example.org/#page=3 ">nine</a></body></html>"""
    blocks = read_html(page)
    assert texts(blocks) == ["One two three four & five", "six", "seven", "eight", "See nine"]
    assert [block.line(0) for block in blocks if block.text] == [2, 3, 3, 3, 4]
    assert blocks[0].line(blocks[0].text.index("three")) == 3
    (link,) = blocks[-1].links
    assert (blocks[-1].text[link.start : link.end], link.address) == ("nine", "https://example.org/#page=3")


@pytest.mark.parametrize(
    "content",
    [
        "Café – naïve".encode(),
        b"\xef\xbb\xbf" + "Café – naïve".encode(),
        "Café – naïve".encode("cp1252"),
        "Café – naïve".encode("utf-16"),
        '<meta charset="windows-1252"><p>Café – naïve'.encode("cp1252"),
        '<meta charset="no-such-thing"><p>Café – naïve'.encode("cp1252"),
    ],
)
def test_encodings_are_told_by_the_file(content: bytes) -> None:
    read = read_html if content.startswith(b"<meta") else read_text
    assert texts(read(content)) == ["Café – naïve"]


def test_markdown_is_read_with_its_lines_and_links() -> None:
    page = b"""# A *title*

Some words
and [a `link`](https://example.org/a_(b).pdf "title"), <https://example.org/auto>,
[by name][n], <a href="https://example.org/tag">tagged</a> and ![a picture](x.png).
- item one
  goes on
- item_two __three__

| a | b |
|---|---|
| c | **d** |

> quoted
> on

[n]: https://example.org/named
"""
    blocks = read_markdown(page)
    expected = ["Some words and a link, https://example.org/auto, by name, tagged and a picture.", "quoted on"]
    assert [words for words in expected if words not in texts(blocks)] == []
    assert {"item one goes on", "item_two three", "c", "d"} <= set(texts(blocks))
    prose = next(block for block in blocks if block.text.startswith("Some"))
    assert [link.address.rpartition("/")[2] for link in prose.links] == ["a_(b).pdf", "auto", "named", "tag"]
    assert prose.line(prose.text.index("tagged")) == 5


def test_a_word_file_is_read_with_links_and_notes() -> None:
    content = partner_files.docx(["First", "See {the page|https://example.org/#page=2} & more"], ["A note"])
    found = read_bytes(content, "docx", "x.docx")
    assert [block.text for block in found.blocks] == ["First", "See the page & more", "A note"]
    assert found.blocks[1].links[0].address == "https://example.org/#page=2"
    assert found.place(found.blocks[1].line(0)) == "paragraph 2"


@pytest.mark.parametrize("kind", ["odt", "rtf"])
def test_odt_and_rtf_are_read_with_links_tables_and_paragraphs(kind: str, tmp_path: Path) -> None:
    page = (
        '<h1>Title</h1><p>See <a href="https://example.org/a.pdf#page=4">a page</a>.</p>'
        "<table><tr><td>One</td><td>2018</td></tr></table>"
    )
    command = [pypandoc.get_pandoc_path(), "-f", "html", "-t", kind, "-s", "-o", str(tmp_path / f"a.{kind}")]
    subprocess.run(command, input=page.encode(), check=True)
    found = read_file(tmp_path / f"a.{kind}")
    assert isinstance(found, FileReading)
    assert texts(found.blocks) == ["Title", "See a page.", "One", "2018"]
    assert found.blocks[1].links[0].address == "https://example.org/a.pdf#page=4"
    assert found.place(found.blocks[1].line(0)) == "paragraph 2"
    cells = [block.cell for block in found.blocks[2:]]
    assert [cell and cell[2] for cell in cells] == [1, 2]


def test_a_pdf_is_read_with_pages_and_links(tmp_path: Path) -> None:
    lines = ["A first page.", "---", "A second page links {somewhere|https://example.org/x.pdf#page=4}."]
    found = read_file(partner_files.pdf(lines, tmp_path / "x.pdf"))
    assert isinstance(found, FileReading)
    (linked,) = [block for block in found.blocks if block.links]
    assert linked.text[linked.links[0].start : linked.links[0].end] == "somewhere"
    assert linked.links[0].address == "https://example.org/x.pdf#page=4"
    assert found.place(linked.line(0)).startswith("page 2, line")


def test_characters_that_do_not_show_are_no_text() -> None:
    assert texts(read_text("Work\u00ading\u200b \x1b[31mTogether\u202e".encode())) == ["Working [31mTogether"]


# --- Files that are not what they should be --------------------------------------------------------


def bomb() -> bytes:
    """A Word file that unpacks to more than it may."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (reading._MOST_XML + 10) + b"</a>")
    return out.getvalue()


def laughing() -> bytes:
    """A Word file with entities that grow."""
    out = io.BytesIO()
    entities = (
        '<!ENTITY a "'
        + "ha" * 1000
        + '">'
        + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 100}">' for at in range(6))
    )
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f"<!DOCTYPE x [{entities}<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
            f"<w:document {w}><w:p><w:r><w:t>before &g;&f; after</w:t></w:r></w:p></w:document>",
        )
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"PK\x03\x04 and then nothing", "cannot be opened as a Word document"),
        ("a.docx", b"plain words", "cannot be opened as a Word document"),
        ("a.docx", partner_files.docx(["x"])[:-30], "cannot be opened as a Word document"),
        ("a.docx", bomb(), "unpacks to more than"),
        ("a.pdf", b"plain words", "is no PDF file"),
        ("a.pdf", b"%PDF-1.7\nand then nothing", "cannot be opened as a PDF"),
        ("a.odt", b"PK and then nothing", "cannot be opened as an ODT"),
        ("a.rtf", b"plain words", "is no RTF file"),
        ("a.rtf", b"{\\rtf1 " + b"{" * 50, "cannot be opened as an RTF"),
        ("a.txt", b"\x7fELF\0\0\0\0\1\2", "is not text"),
        ("a.md", b"abc\0def", "is not text"),
        ("a.html", b"<p>abc\0\0\0", "is not text"),
    ],
)
def test_a_bad_file_is_one_clear_line(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    found = read_file(tmp_path / name)
    assert isinstance(found, Skipped)
    assert reason in found.reason
    assert "\n" not in found.reason


def test_entities_are_neither_grown_nor_followed() -> None:
    try:
        said = " ".join(texts(read_docx(laughing())))
    except GuidanceError:
        return
    assert "haha" not in said
    assert os.uname().nodename not in said


def test_pages_nested_deeper_than_anybody_nests_lose_no_word_in_silence() -> None:
    assert texts(read_html(b"<div>" * 1_000 + b"<p>Words</p>" + b"<b>" * 500 + b"more")) == ["Words", "more"]
    with pytest.raises(GuidanceError, match="nested deeper"):
        read_html(b"<div>" * 20_000 + b"<p>Words</p>")


@pytest.mark.parametrize("page", ["[" * 30_000, "> " * 3000 + "x"])
def test_markdown_as_nobody_writes_it_is_said_to_be_unread(page: str) -> None:
    with pytest.raises(GuidanceError, match=r"audit it in parts|it was not read"):
        read_markdown(page.encode())


def test_folders_are_read_in_order_and_links_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    for name in ("b.md", "a.html", "sub/c.txt", ".hidden/d.md", ".e.md", "picture.png", "old.doc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "about").write_text("<!DOCTYPE html><p>A page of a saved site", encoding="utf-8")
    (folder / "LICENSE").write_text("no page", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "secret.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    found = list(find_files([folder, folder / "b.md"]))
    names = [path.relative_to(folder).as_posix() for path in found if isinstance(path, Path)]
    assert names == ["a.html", "about", "b.md", "sub/c.txt"]
    skipped = {Path(one.file).name: one.reason for one in found if isinstance(one, Skipped)}
    assert set(skipped) == {"old.doc", "secret.txt"}
    assert "save it as DOCX" in skipped["old.doc"]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="no such file or folder"):
        list(find_files([tmp_path / "nowhere"]))


def test_a_huge_file_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 10)
    (tmp_path / "a.txt").write_text("more than ten characters", encoding="utf-8")
    found = read_file(tmp_path / "a.txt")
    assert isinstance(found, Skipped)
    assert "larger than" in found.reason


TABLE = """#set document(title: "Made up")
#table(columns: (9em, 12em, 6em), [Policy], [Guidance], [Page],
  [Thresholds], [Keeping the Harbour 2018], [Page 14],
  [Escalation of disagreements], [Keeping the Harbour, which is the newest edition of 2024], [paragraph 9])

Keeping the Harbour 2018, page 12 says so, and this line goes on for as long as it takes to be set in full width.

- Keeping the Harbour 2018 page 15.
"""


def test_the_next_cell_of_a_pdfs_table_is_no_part_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "table.typ").write_text(TABLE, encoding="utf-8")
    compile_typst(tmp_path / "table.typ", tmp_path / "table.pdf")
    blocks, _ = read_pdf((tmp_path / "table.pdf").read_bytes())
    text = " ".join(block.text for block in blocks)
    assert "Keeping the Harbour 2018 | Page 14" in text
    assert "the newest edition of 2024 | paragraph 9" in text
    assert "Keeping the Harbour 2018, page 12 says so" in text
    assert "Keeping the Harbour 2018 page 15" in text
    assert text.count("|") == 6
