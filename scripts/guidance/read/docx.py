"""DOCX -> Document: pandoc turns the file into a page, which is then read like any other.

A Word file is hostile input: pandoc works in its sandbox, with limits on time, memory and unpacked size. What
pandoc does not tell is put into the file first: the numbers that Word prints and words in text boxes; and words
that nobody is to read are taken out. The words are held against those that the file's own XML has.
"""

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypandoc
from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from guidance.document.model import Document, Dropped, GuidanceError, SourceFile
from guidance.document.walk import count_characters
from guidance.read.cross_check import Words, compare_words, words_of
from guidance.read.html import read_html
from guidance.read.numbering import ordinal

_MOST_BYTES = 300_000_000  # unpacked; a long guidance with pictures takes a tenth
_MOST_SECONDS = 120
_MOST_MEMORY = "-M600m"  # of pandoc's heap, within what the sandbox allows: it packs it once this is near
_OUT_OF_MEMORY = 251  # what pandoc ends with
_TEXT = "word/document.xml"
_BODY = re.compile(r"^word/(?:document|footnotes|endnotes)\.xml$")
_EDGE = re.compile(r"^word/(?:header|footer)\d*\.xml$")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TEMPLATE = """<!DOCTYPE html><html$if(lang)$ lang="$lang$"$endif$><body>$if(title)$<h1>$title$</h1>$endif$<main>
$if(subtitle)$<p>$subtitle$</p>$endif$$for(author)$<p>$author$</p>$endfor$$if(date)$<p>$date$</p>$endif$
$if(abstract)$<div>$abstract$</div>$endif$$body$</main></body></html>"""


def read_docx(path: Path, source: SourceFile) -> Document:
    """The document that a Word file holds. Raises GuidanceError, in one line, where it cannot be read."""
    if not _holds_text(path):
        raise GuidanceError(f"{path}: this is neither a PDF, a page nor a Word file; give one of these")
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.docx"
            body, dropped = _write_plain(archive, plain, path)
            page = _page_of(plain, path)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, ValueError, RuntimeError):
        raise GuidanceError(f"{path}: the Word file is damaged and cannot be read; get a fresh copy") from None
    titled = re.search(rb"<body><h1>", page)
    document = read_html(page, source, None if titled else path.stem)
    characters = document.characters_source + sum(count_characters(d.text) for d in dropped)
    document = replace(document, dropped=(*document.dropped, *dropped), characters_source=characters)
    words = (word for text in (*body, *(d.text for d in dropped)) for word in words_of(text))
    theirs: Words = (tuple(words),)
    return compare_words(document, theirs, "the file's own XML", least=3)  # pandoc counts some lists itself


def _holds_text(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return _TEXT in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _write_plain(archive: zipfile.ZipFile, to: Path, path: Path) -> tuple[list[str], list[Dropped]]:
    """Writes the file with numbers printed, text boxes in line and hidden words taken out; gives what it holds,
    paragraph by paragraph, and what of that is left out with the reason."""
    if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
        raise GuidanceError(f"{path}: unpacks to more than {_MOST_BYTES // 10**6} MB; save it with less in it")
    names = sorted(set(archive.namelist()))  # the text before its styles
    styles, numbering = (
        _parsed(archive.read(name)) if name in names else None for name in ("word/styles.xml", "word/numbering.xml")
    )
    body: list[str] = []
    dropped: list[Dropped] = []
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as plain:
        for name in names:
            content = archive.read(name)
            if _BODY.match(name):
                root = _parsed(content)
                dropped += _take_out_unseen(root, styles)
                _put_boxes_in_line(root)
                _unwrap(root)
                if name == _TEXT:
                    _name_headings(root, styles)
                    _print_numbers(root, styles, numbering)
                body += _paragraphs(root)
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            elif styles is not None and name == "word/styles.xml":
                content = etree.tostring(styles, xml_declaration=True, encoding="UTF-8", standalone=True)
            elif _EDGE.match(name):
                dropped += [Dropped(text, "running head or foot") for text in _paragraphs(_parsed(content))]
            plain.writestr(name, content)
    return body, dropped


def _page_of(plain: Path, path: Path) -> bytes:
    """The file as one HTML page, with its pictures in it."""
    template = plain.with_name("page.html")
    template.write_text(_TEMPLATE, encoding="utf-8")
    command = [
        *(pypandoc.get_pandoc_path(), "+RTS", _MOST_MEMORY, "-RTS", "--sandbox", "--quiet"),
        *("--from=docx+styles", "--to=html5", "--wrap=none", "--track-changes=accept", "--embed-resources"),
        *(f"--template={template}", "--", str(plain)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise GuidanceError(f"{path}: takes too long to read; save it again from the word processor") from None
    if done.returncode == _OUT_OF_MEMORY:
        raise GuidanceError(f"{path}: needs more than 1 GB of memory to read; save it in parts, and give each")
    if done.returncode:
        raise GuidanceError(f"{path}: the Word file is damaged and cannot be read; get a fresh copy")
    return done.stdout


# --- The file's own XML --------------------------------------------------------------------------


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _value(element: etree._Element | None, path: str, name: str = "val") -> str | None:
    """An attribute of what stands below an element, steps parted by slashes: "pPr/numPr/numId"."""
    found = None if element is None else element.find("/".join(_WORD + step for step in path.split("/")))
    return None if found is None else found.get(_WORD + name, "")


def _paragraphs(root: etree._Element) -> list[str]:
    return [words for paragraph in root.iter(f"{_WORD}p") if (words := _words(paragraph)).strip()]


def _words(element: etree._Element) -> str:
    parts = element.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
    return "".join((part.text or "") if part.tag == f"{_WORD}t" else " " for part in parts)


def _first(element: etree._Element, name: str) -> etree._Element:
    """What is called so below an element, put there as its first where there is none."""
    found = element.find(_WORD + name)
    if found is None:
        found = etree.Element(_WORD + name)
        element.insert(0, found)
    return found


def _by_id(styles: etree._Element | None) -> dict[str, etree._Element]:
    found = () if styles is None else styles.iter(f"{_WORD}style")
    return {name: style for style in found if (name := style.get(f"{_WORD}styleId"))}


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _put_boxes_in_line(root: etree._Element) -> None:
    """Puts text boxes' paragraphs behind the one that each hangs on; what older programs would show in place of a
    box is the same once more."""
    for fallback in list(root.iter(_FALLBACK)):
        if next(fallback.iter(f"{_WORD}txbxContent"), None) is not None:
            _remove(fallback)
    for box in list(root.iter(f"{_WORD}txbxContent")):
        hosts = list(box.iterancestors(f"{_WORD}p"))
        if hosts:
            for paragraph in reversed(list(box)):
                hosts[-1].addnext(paragraph)


_WRAPS = tuple(_WORD + name for name in ("fldSimple", "smartTag", "customXml"))


def _unwrap(root: etree._Element) -> None:
    """Puts what fields and Word's own labels hold in their place: pandoc leaves it out where it knows them not."""
    for wrap in list(root.iter(*_WRAPS)):
        for inner in wrap:
            if not str(inner.tag).endswith("Pr"):
                wrap.addprevious(inner)
        _remove(wrap)


# --- Words that nobody is to read ----------------------------------------------------------------

_UNSEEN = {"vanish": "hidden words", "strike": "struck out", "dstrike": "struck out"}
_OFF = ("0", "false", "off")


def _take_out_unseen(root: etree._Element, styles: etree._Element | None) -> Iterator[Dropped]:
    """Takes hidden and struck runs out, those of character styles that hide or strike too."""
    by_style = _by_id(styles)
    for control in list(root.iter(f"{_WORD}sdt")):
        if _value(control, "sdtPr/showingPlcHdr") is not None:
            yield Dropped(_words(control), "prompt of an empty field")
            for text in control.iter(f"{_WORD}t"):
                text.text = ""
    for run in list(root.iter(f"{_WORD}r")):
        style = by_style.get(_value(run, "rPr/rStyle") or "")
        for name, reason in _UNSEEN.items():
            own = _value(run, f"rPr/{name}")
            said = _value(style, f"rPr/{name}") if own is None else own
            if said is not None and said not in _OFF:
                words = _words(run)
                if words.strip():
                    yield Dropped(words, reason)
                _remove(run)
                break


# --- Headings that only an outline level makes ---

_MOST_OUTLINE = 5
_HEADING = "guidance-heading-"


def _name_headings(root: etree._Element, styles: etree._Element | None) -> None:
    """Gives paragraphs with an outline level of their own, or one of a style of another name than Word's own, the
    style of a heading: pandoc knows headings by their styles' names."""
    if styles is None:
        return
    by_style = _by_id(styles)
    used: set[str] = set()
    for paragraph in root.iter(f"{_WORD}p"):
        style = by_style.get(_value(paragraph, "pPr/pStyle") or "")
        own = _value(paragraph, "pPr/outlineLvl")
        level = _value(style, "pPr/outlineLvl") if own is None else own
        if not (level and level.isdecimal() and int(level) <= _MOST_OUTLINE) or not _words(paragraph).strip():
            continue
        if own is None and _is_heading(style, by_style):
            continue
        named = _first(_first(paragraph, "pPr"), "pStyle")
        named.set(f"{_WORD}val", f"{_HEADING}{level}")
        used.add(level)
    for level in sorted(used):
        added = etree.SubElement(styles, f"{_WORD}style")
        added.set(f"{_WORD}type", "paragraph")
        added.set(f"{_WORD}styleId", f"{_HEADING}{level}")
        etree.SubElement(added, f"{_WORD}name").set(f"{_WORD}val", f"heading {int(level) + 1}")


def _is_heading(style: etree._Element | None, by_style: dict[str, etree._Element]) -> bool:
    """Whether pandoc takes a style for a heading's: by its name, or by one that it rests on."""
    seen: list[etree._Element] = []
    while style is not None and style not in seen:
        if (_value(style, "name") or "").lower().startswith("heading "):
            return True
        seen.append(style)
        style = by_style.get(_value(style, "basedOn") or "")
    return False


# --- Numbers as Word prints them -----------------------------------------------------------------

_FORMATS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I", "none": ""}
_LEVEL = re.compile(r"%([1-9])")
_SIMPLE = re.compile(r"%[1-9][.)]?")  # "1.", "1)": pandoc tells these itself


class _Level(Struct, frozen=True):
    """How a level of a numbering prints: where it starts, how it counts, and its form, such as "%1.%2"."""

    start: int
    kind: str
    form: str
    legal: bool  # whether all of its parts are printed in figures
    restarts: bool


class _Numbering:
    """The numberings of a file, and how far each has counted."""

    def __init__(self, numbering: etree._Element, styles: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._styles = _by_id(styles)
        self._counts: dict[str, dict[int, int]] = {}
        self._abstract: dict[str, str] = {}
        self._overrides: dict[tuple[str, int], int] = {}
        self._style_levels: dict[tuple[str, str], int] = {}
        for abstract in numbering.iter(f"{_WORD}abstractNum"):
            key = abstract.get(f"{_WORD}abstractNumId", "")
            self._levels[key] = dict(self._read_level(key, level) for level in abstract.iter(f"{_WORD}lvl"))
        for num in numbering.iter(f"{_WORD}num"):
            key = num.get(f"{_WORD}numId", "")
            self._abstract[key] = _value(num, "abstractNumId") or ""
            for override in num.iter(f"{_WORD}lvlOverride"):
                start = _value(override, "startOverride")
                if start:
                    self._overrides[key, int(override.get(f"{_WORD}ilvl", "0"))] = int(start)

    def _read_level(self, abstract: str, level: etree._Element) -> tuple[int, _Level]:
        at = int(level.get(f"{_WORD}ilvl", "0"))
        style = _value(level, "pStyle")
        if style:
            self._style_levels[abstract, style] = at
        return at, _Level(
            start=int(_value(level, "start") or 1),
            kind=_value(level, "numFmt") or "decimal",
            form=_value(level, "lvlText") or "",
            legal=_value(level, "isLgl") not in (None, *_OFF),
            restarts=_value(level, "lvlRestart") != "0",
        )

    def place(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The numbering that a paragraph counts in and its level there, by itself or by its style."""
        style = _value(paragraph, "pPr/pStyle") or ""
        number, level = _value(paragraph, "pPr/numPr/numId"), _value(paragraph, "pPr/numPr/ilvl")
        known, seen = style, {""}
        while number is None and known not in seen:
            seen.add(known)
            held = self._styles.get(known)
            number = _value(held, "pPr/numPr/numId") or None
            level = level or (_value(held, "pPr/numPr/ilvl") if number else None)
            known = _value(held, "basedOn") or ""
        if number not in self._abstract:
            return None
        return number, int(level) if level else self._style_levels.get((self._abstract[number], style), 0)

    def next(self, number: str, at: int, alone: bool = False) -> str | None:
        """Counts one on, and gives what is printed; none for bullets, nor for lists that pandoc tells rightly: not
        those whose numbers stand `alone` in cells."""
        abstract = self._abstract[number]
        levels, counts = self._levels.get(abstract, {}), self._counts.setdefault(abstract, {})
        level = levels.get(at)
        if level is None:
            return None
        start = self._overrides.pop((number, at), None)
        counts[at] = start if start is not None else counts[at] + 1 if at in counts else level.start
        for deeper in [d for d in counts if d > at and d in levels and levels[d].restarts]:
            del counts[deeper]
        ordered = [other.form for other in levels.values() if other.kind != "bullet" and other.form]
        if level.kind == "bullet" or (not alone and all(_SIMPLE.fullmatch(form) for form in ordered)):
            return None

        def part(found: re.Match[str]) -> str:
            depth = int(found[1]) - 1
            other = levels.get(depth, level)
            return _printed(counts.setdefault(depth, other.start), "decimal" if level.legal else other.kind)

        return _LEVEL.sub(part, level.form)


def _printed(value: int, kind: str) -> str:
    """A count as Word prints it: letters behind z are doubled."""
    if kind in ("lowerLetter", "upperLetter"):
        return chr(ord(_FORMATS[kind]) + (value - 1) % 26) * (1 + (value - 1) // 26)
    if kind == "decimalZero":
        return f"{value:02}"
    return ordinal(value, _FORMATS.get(kind, "1")).rstrip(".") if kind != "none" else ""


def _place_in_list(paragraph: etree._Element, place: tuple[str, int] | None) -> None:
    """Tells a paragraph's numbering and level in itself, since pandoc asks no style for the level; or takes
    it out of any."""
    properties = _first(paragraph, "pPr")
    for counting in properties.findall(f"{_WORD}numPr"):
        properties.remove(counting)
    if place:
        counting = etree.SubElement(properties, f"{_WORD}numPr")
        for name, value in (("ilvl", str(place[1])), ("numId", place[0])):
            etree.SubElement(counting, _WORD + name).set(f"{_WORD}val", value)


def _print_numbers(root: etree._Element, styles: etree._Element | None, numbering: etree._Element | None) -> None:
    """Puts before each paragraph the number that Word prints there, where pandoc would count anew or not at all."""
    if numbering is None:
        return
    numbers = _Numbering(numbering, styles)
    for paragraph in root.iter(f"{_WORD}p"):
        place = numbers.place(paragraph)
        cell = paragraph.getparent() if place else None
        alone = cell is not None and cell.tag == f"{_WORD}tc" and not _words(cell).strip()  # beside its paragraph
        printed = numbers.next(*place, alone) if place else None
        if place and printed and (alone or _words(paragraph).strip()):
            _place_in_list(paragraph, None if alone else place)
            run = etree.Element(f"{_WORD}r")
            text = etree.SubElement(run, f"{_WORD}t")
            text.text = f"{printed} "
            text.set(_SPACE, "preserve")
            _first(paragraph, "pPr").addnext(run)
