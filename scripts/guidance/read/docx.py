"""DOCX -> Document: pandoc turns the file into a page, which is then read like any other.

A Word file is hostile input: pandoc works in its sandbox, with limits on time, memory and unpacked size. The
words are held against those that the file's own XML has.
"""

import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pypandoc
from lxml import etree
from msgspec.structs import replace

from guidance.document.model import Document, Dropped, GuidanceError, SourceFile
from guidance.document.walk import count_characters
from guidance.read.cross_check import Words, compare_words, words_of
from guidance.read.html import read_html

_MOST_BYTES = 300_000_000  # unpacked; a long guidance with pictures takes a tenth
_MOST_SECONDS = 120
_MOST_MEMORY = "-M1500m"
_BODY = re.compile(r"^word/(?:document|footnotes|endnotes)\.xml$")
_EDGE = re.compile(r"^word/(?:header|footer)\d*\.xml$")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEMPLATE = """<!DOCTYPE html><html$if(lang)$ lang="$lang$"$endif$><body>$if(title)$<h1>$title$</h1>$endif$<main>
$if(subtitle)$<p>$subtitle$</p>$endif$$for(author)$<p>$author$</p>$endfor$$if(date)$<p>$date$</p>$endif$
$if(abstract)$<div>$abstract$</div>$endif$$body$</main></body></html>"""


def is_docx(path: Path) -> bool:
    """Whether a file is a Word document of the kind that is a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def read_docx(path: Path, source: SourceFile) -> Document:
    """The document that a Word file holds. Raises GuidanceError, in one line, where it cannot be read."""
    body, edges = _own_texts(path)
    page = _page_of(path)
    titled = re.search(rb"<body><h1>", page)
    document = read_html(page, source, None if titled else path.stem)
    repeated = tuple(Dropped(text, "running head or foot") for text in edges)
    document = replace(
        document,
        dropped=(*document.dropped, *repeated),
        characters_source=document.characters_source + sum(count_characters(text) for text in edges),
    )
    theirs: Words = (tuple(word for text in (*body, *edges) for word in words_of(text)),)
    return compare_words(document, theirs, "the file's own XML", least=3)  # numbers of lists stand nowhere in it


def _page_of(path: Path) -> bytes:
    """The file as one HTML page, with its pictures in it."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "page.html"
        template.write_text(_TEMPLATE, encoding="utf-8")
        command = [
            *(pypandoc.get_pandoc_path(), "+RTS", _MOST_MEMORY, "-RTS", "--sandbox", "--quiet"),
            *("--from=docx+styles", "--to=html5", "--wrap=none", "--track-changes=accept", "--embed-resources"),
            *(f"--template={template}", "--", str(path.absolute())),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise GuidanceError(f"{path}: takes too long to read; save it again from the word processor") from None
    if done.returncode:
        raise GuidanceError(f"{path}: the Word file is damaged and cannot be read; get a fresh copy")
    return done.stdout


def _own_texts(path: Path) -> tuple[list[str], list[str]]:
    """What the file's XML holds, paragraph by paragraph: of its body and notes, and of its heads and feet."""
    damaged = GuidanceError(f"{path}: the Word file is damaged and cannot be read; get a fresh copy")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise GuidanceError(
                    f"{path}: unpacks to more than {_MOST_BYTES // 10**6} MB; save it with less in it"
                )
            names = sorted(archive.namelist())
            body = [text for name in names if _BODY.match(name) for text in _paragraphs(archive.read(name))]
            edges = [text for name in names if _EDGE.match(name) for text in _paragraphs(archive.read(name))]
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, ValueError, RuntimeError):
        raise damaged from None
    return body, edges


def _paragraphs(content: bytes) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    found = []
    for paragraph in root.iter(f"{_WORD}p"):
        words = "".join(
            (part.text or "") if part.tag == f"{_WORD}t" else " "
            for part in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
        )
        if words.strip():
            found.append(words)
    return found
