"""Paths that a partnership names -> the files below them, each read by what it is; DOCX and PDF files are read
here, ODT and RTF with pandoc's help; a document's lines are its paragraphs, a PDF's are counted through all pages.

Links on the disk are not followed, nothing is written, and one bad file never ends the reading of the others. Files
are hostile: what a DOCX holds is never unpacked beyond a limit or onto the disk, entities are not resolved.
"""

import ctypes
import io
import os
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from lxml import etree
from msgspec import Struct, structs

from guidance.audit.texts import (
    Builder,
    FileReading,
    FoundBlock,
    FoundLink,
    paragraphs,
    read_html,
    read_markdown,
    read_text,
)
from guidance.document.model import GuidanceError

LARGEST = 50 * 1024 * 1024  # bytes
_KINDS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".aspx", ".php", ".asp", ".jsp", ".shtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".mdown"), "markdown"),
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    ".pdf": "pdf",
    ".odt": "odt",
    ".rtf": "rtf",
}
_OLD = {
    **dict.fromkeys((".doc", ".dot", ".pages", ".wpd"), "DOCX"),
    **dict.fromkeys((".mht", ".mhtml"), "HTML"),
}
_LOOKS_LIKE_HTML = re.compile(  # behind an XML declaration and comments
    rb"^ \s* (?: <\?xml [^>]* \?> \s* )? (?: <!-- .{0,500}? --> \s* )* < (?: !doctype \s+ html | html ) \b",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_MOST_XML = 64 * 1024 * 1024  # bytes of one part of a DOCX, unpacked; a policy of 500 pages has a tenth of it
_MOST_PAGES = 5000
_MOST_SECONDS, _MOST_MEMORY = 60, "-M1000m"  # for pandoc
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARTS = re.compile(r"word/(?:document|footnotes|endnotes|(?:header|footer)\d*)\.xml\Z")
# An address as Word keeps it within the text: HYPERLINK "https://example.org" \l "place".
_FIELD = re.compile(r"HYPERLINK\s+\"([^\"]+)\"(?:\s+\\l\s+\"([^\"]+)\")?")


class Skipped(Struct, frozen=True):
    """A file that was not read, and why."""

    file: str
    reason: str


def find_files(paths: list[Path]) -> Iterator[Path | Skipped]:
    """The files below some paths that may be read, in order, each once; and those that should have been but cannot.

    Hidden files and folders are left alone, and so is what is of a kind that holds no prose.
    Raises GuidanceError when a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise GuidanceError(f"{path}: there is no such file or folder")
        for file in [path] if not path.is_dir() else _below(path):
            real = Path(os.path.realpath(file))
            if real in seen:
                continue
            seen.add(real)
            if file.is_symlink() and file != path:
                yield Skipped(str(file), "is a link to another place; name that place to have it read")
            elif not file.is_file():
                if file == path:
                    yield Skipped(str(file), "is not an ordinary file")
            elif file.suffix.lower() in _OLD:
                yield Skipped(str(file), f"is of a kind that is not read; save it as {_OLD[file.suffix.lower()]}")
            elif file.suffix.lower() in _KINDS or file == path or _is_page(file):
                yield file


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _is_page(file: Path) -> bool:
    """Whether a file without a telling name is a page of a saved site: `about`, `index.html?page=2`."""
    if file.suffix and "?" not in file.name and "@" not in file.name:
        return False
    try:
        with file.open("rb") as opened:
            return bool(_LOOKS_LIKE_HTML.match(opened.read(2048)))
    except OSError:
        return False


def read_file(path: Path) -> FileReading | Skipped:
    """A file read by its kind."""
    shown = path.as_posix()
    try:
        if path.stat().st_size > LARGEST:
            return Skipped(shown, f"is larger than {LARGEST >> 20} MB; leave it out, or divide it")
        return read_bytes(path.read_bytes(), _KINDS.get(path.suffix.lower()), shown)
    except GuidanceError as error:
        return Skipped(shown, str(error))
    except OSError as error:
        return Skipped(shown, f"cannot be read ({error.strerror or error})")
    except (MemoryError, RecursionError):
        return Skipped(shown, "is made in a way that takes too much memory to read")


def read_bytes(content: bytes, kind: str | None, name: str) -> FileReading:
    """What some bytes say; without a `kind` they tell it themselves. Raises GuidanceError."""
    if content.startswith(b"%PDF-") or (kind == "pdf" and b"%PDF-" in content[:1024]):
        blocks, pages = read_pdf(content)
        return FileReading(name, blocks, pages=pages)
    if not content.strip():
        return FileReading(name, ())
    if content.startswith(b"{\\rtf"):
        content = content.replace(rb"{\*\footnote", rb"{\footnote")  # pandoc leaves out what is marked so
        return FileReading(name, read_with_pandoc(content, "rtf"), unit="paragraph")
    if kind == "odt" or content[30:77] == b"mimetypeapplication/vnd.oasis.opendocument.text":
        return FileReading(name, read_with_pandoc(content, "odt"), unit="paragraph")
    if kind == "rtf":
        raise GuidanceError("is named .rtf and is no RTF file; save it again")
    if kind == "docx" or content.startswith(b"PK\x03\x04"):
        return FileReading(name, read_docx(content), unit="paragraph")
    if kind == "pdf":
        raise GuidanceError("is named .pdf and is no PDF file")
    if kind == "html" or (kind is None and _LOOKS_LIKE_HTML.match(content[:2048])):
        return FileReading(name, read_html(content))
    if kind == "markdown":
        return FileReading(name, read_markdown(content))
    return FileReading(name, read_text(content))


# --- ODT and RTF -----------------------------------------------------------------------------------


def read_with_pandoc(content: bytes, kind: str) -> tuple[FoundBlock, ...]:
    """The paragraphs of an ODT or RTF file, which pandoc, in its sandbox, makes a page of.

    Raises GuidanceError where it is none, unpacks to more than any document would, or takes too long.
    """
    import pypandoc  # only who reads such a file pays for loading it

    try:
        size = 0
        if kind == "odt":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
        if size > _MOST_XML:
            raise GuidanceError(f"unpacks to more than {_MOST_XML >> 20} MB; this is no ordinary document")
        command = (pypandoc.get_pandoc_path(), "+RTS", _MOST_MEMORY, "-RTS", "--sandbox", "--quiet", "--wrap=none")
        done = subprocess.run(
            (*command, f"--from={kind}", "--to=html5"),
            input=content,
            capture_output=True,
            timeout=_MOST_SECONDS,
            check=False,
        )
    except zipfile.BadZipFile:
        raise GuidanceError("cannot be opened as an ODT document; save it again") from None
    except subprocess.TimeoutExpired:
        raise GuidanceError("takes too long to read; save it as DOCX") from None
    if done.returncode:
        raise GuidanceError(f"cannot be opened as an {kind.upper()} document; save it again, or as DOCX")
    blocks = enumerate(read_html(done.stdout), 1)
    return tuple(structs.replace(block, marks=((0, count),)) for count, block in blocks)


# --- DOCX ------------------------------------------------------------------------------------------


def read_docx(content: bytes) -> tuple[FoundBlock, ...]:
    """The paragraphs of a Word document, its notes, headers and footers behind them.

    Raises GuidanceError where it is none, or unpacks to more than any document would.
    """
    builder = Builder()
    count = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if _PARTS.match(name)]
            if "word/document.xml" not in names:
                raise GuidanceError("is not a Word document")
            for name in sorted(set(names), key=lambda name: (name != "word/document.xml", name)):
                targets = _targets(archive, name)
                numbers: dict[etree._Element, int] = {}
                for paragraph in _xml(archive, name).iter(f"{_W}p"):
                    if any(ancestor.tag == _FALLBACK for ancestor in paragraph.iterancestors()):
                        continue  # the same words once more, for older programs
                    count += 1
                    builder.cell = _cell_of(paragraph, numbers)
                    builder.role = "cell" if builder.cell else ""
                    _add_paragraph(builder, paragraph, count, targets)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise GuidanceError(f"cannot be opened as a Word document ({' '.join(str(error).split())[:120]})") from None
    return builder.blocks()


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    with archive.open(name) as part:
        content = part.read(_MOST_XML + 1)
    if len(content) > _MOST_XML:
        raise GuidanceError(f"unpacks to more than {_MOST_XML >> 20} MB; this is no ordinary document")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.ParseError, ValueError) as error:
        raise GuidanceError(f"is damaged: {name} ({' '.join(str(error).split())[:120]})") from None


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    folder, _, file = name.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    if relations not in archive.namelist():
        return {}
    return {
        element.get("Id", ""): element.get("Target", "")
        for element in _xml(archive, relations)
        if (element.get("Type") or "").endswith("/hyperlink")
    }


def _cell_of(paragraph: etree._Element, numbers: dict[etree._Element, int]) -> tuple[int, int, int] | None:
    """Table, row and column of a paragraph; `numbers` counts tables and rows as they come."""
    cell, row, table = (next(paragraph.iterancestors(f"{_W}{tag}"), None) for tag in ("tc", "tr", "tbl"))
    if cell is None or row is None or table is None:
        return None
    column = next((at for at, one in enumerate(row.iter(f"{_W}tc"), 1) if one is cell), 1)
    return numbers.setdefault(table, len(numbers) + 1), numbers.setdefault(row, len(numbers) + 1), column


def _add_paragraph(builder: Builder, paragraph: etree._Element, count: int, targets: dict[str, str]) -> None:
    instruction = ""
    in_field = False
    for element, entering in _runs(paragraph):
        tag = element.tag
        if tag == f"{_W}hyperlink":
            address = targets.get(element.get(_R_ID) or "", "")
            if address and entering:
                anchor = element.get(f"{_W}anchor")
                builder.open_link(f"{address}#{anchor}" if anchor else address, count)
            elif address:
                builder.close_link()
        elif not entering:
            continue
        elif tag == f"{_W}t":
            builder.add(element.text or "", count)
        elif tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            builder.add(" ", count)
        elif tag == f"{_W}noBreakHyphen":
            builder.add("-", count)
        elif tag == f"{_W}instrText":
            instruction += element.text or ""
        elif tag == f"{_W}fldChar":
            kind = element.get(f"{_W}fldCharType")
            if kind == "separate" and (match := _FIELD.search(instruction)):
                builder.open_link(f"{match[1]}#{match[2]}" if match[2] else match[1], count)
                in_field = True
            elif kind == "end" and in_field:
                builder.close_link()
                in_field = False
            instruction = "" if kind != "begin" else instruction
    builder.end_block()


def _runs(paragraph: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    """What a paragraph holds, entering and leaving, without the paragraphs of text boxes within it."""
    stack: list[tuple[etree._Element, bool]] = [(child, True) for child in reversed(paragraph)]
    while stack:
        element, entering = stack.pop()
        if entering and element.tag in (f"{_W}p", _FALLBACK):
            continue
        yield element, entering
        if entering:
            stack.append((element, False))
            stack.extend((child, True) for child in reversed(element))


# --- PDF -------------------------------------------------------------------------------------------


_BETWEEN = re.compile(r" |\r\n")
_PARTED = re.compile(r"[\x02\ufffe](?:\s\|)?(?:\r\n)?")  # a hyphen at the end of a line, as pdfium gives it
_NOTE = re.compile(r"^(\d{1,3})(?=[A-Z][a-z])")  # a note's number, which stands higher than its text
_LETTERS = re.compile(r"[^\W\d_]{3}")
_CELL = 2.0  # of the letters' height: a wider space parts two cells


def read_pdf(content: bytes) -> tuple[tuple[FoundBlock, ...], tuple[int, ...]]:
    """The blocks of a PDF, and the lines at which its pages begin. Raises GuidanceError where it cannot be read."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "is locked with a password" if "assword" in str(error) else "cannot be opened as a PDF"
        raise GuidanceError(f"{locked}; save it again without") from None
    blocks: list[FoundBlock] = []
    begins: list[int] = []
    before = ["", ""]
    line = 1
    try:
        if len(document) > _MOST_PAGES:
            raise GuidanceError(f"has more than {_MOST_PAGES} pages; audit it in parts")
        for number in range(len(document)):
            begins.append(line)
            page = document[number]
            text = page.get_textpage()
            lines = _PARTED.sub("", _with_cells(text)).splitlines() or [""]
            edges = [re.sub(r"\d", "", lines[at]).strip() for at in (0, -1)]
            for at, words in enumerate(edges):  # what runs along every page is read once
                lines[-at] = "" if words and words == before[at] else lines[-at]
            before = edges
            blocks += _with_links(_page_blocks(lines, line), _page_links(document, page, text), line)
            line += len(lines)
            text.close()
            page.close()
    except pypdfium2.PdfiumError as error:
        raise GuidanceError(f"is damaged at page {len(begins)} ({error})") from None
    finally:
        document.close()
    return tuple(blocks), tuple(begins)


def _with_cells(page: pypdfium2.PdfTextPage) -> str:
    """A page's text with a bar between the cells of a table's row: what stands in the next one is no part of a
    reference. Cells are told by the width between them, or as lines that do not stand below one another."""
    text: str = page.get_text_range()
    if len(text) != page.count_chars():
        return text
    found, at, line = "", 0, 0
    for gap in _BETWEEN.finditer(text, 1):
        if gap.end() == len(text):
            break
        if gap[0] == " " and not _LETTERS.search(text, line, gap.start()):
            continue  # behind a bullet or a number
        _, bottom, right, top = page.get_charbox(gap.start() - 1)
        left, low, _, high = page.get_charbox(gap.end())
        wide = left - right > _CELL * max(top - bottom, high - low)
        if wide if gap[0] == " " else (low + high) / 2 > bottom:
            found += f"{text[at : gap.start()]} |{gap[0]}"
            at = gap.end()
        line = line if gap[0] == " " else gap.end()
    return found + text[at:]


def _page_blocks(lines: list[str], first: int) -> list[FoundBlock]:
    builder = Builder()
    for paragraph in paragraphs(lines):
        for number, line in paragraph:
            builder.add(_NOTE.sub(r"\1 ", line) + " ", first + number - 1)
        builder.end_block()
    return list(builder.blocks())


def _page_links(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage
) -> list[tuple[str, str]]:
    """The words and the address of each link of a page, in its order."""
    found = []
    at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, at, link):
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
            continue
        length = pdfium.FPDFAction_GetURIPath(document, action, None, 0)
        if not 1 < length < 4000:
            continue
        held = ctypes.create_string_buffer(length)
        pdfium.FPDFAction_GetURIPath(document, action, held, length)
        box = pdfium.FS_RECTF()
        pdfium.FPDFLink_GetAnnotRect(link, box)
        words = text.get_text_bounded(box.left, box.bottom, box.right, box.top)
        found.append((" ".join(words.split()), held.value.decode("utf-8", "replace")))
    return found


def _with_links(blocks: list[FoundBlock], links: list[tuple[str, str]], line: int) -> list[FoundBlock]:
    """Each link put to the block that holds its words; one whose words stand nowhere has a block of its own."""
    placed: dict[int, list[FoundLink]] = {}
    loose: list[FoundBlock] = []
    for words, address in links:
        at = next((i for i, block in enumerate(blocks) if words and words in block.text), None)
        if at is None:
            loose.append(FoundBlock("", ((0, line),), (FoundLink(0, 0, address),)))
            continue
        start = blocks[at].text.index(words)
        placed.setdefault(at, []).append(FoundLink(start, start + len(words), address))
    return [FoundBlock(b.text, b.marks, tuple(placed.get(i, ()))) for i, b in enumerate(blocks)] + loose
