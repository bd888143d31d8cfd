"""What a file is, judged by its bytes: PDF, HTML or DOCX, whole or not. Names and headers are not believed here,
and no file is opened."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

PDF = "application/pdf"
HTML = "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {".pdf": PDF, ".docx": DOCX, ".html": HTML, ".htm": HTML}  # the first one that is there is taken
_NAMES = {PDF: "a PDF file", HTML: "a web page", DOCX: "a Word file"}
OPENING = 2048  # so many bytes at a file's start tell its kind
_CLOSING = 4096  # and so many at its end whether a PDF is whole


def kind_of(start: bytes | bytearray) -> str | None:
    """The media type that a file's first bytes (at least OPENING, or all) tell; None for any other kind."""
    head = start[:OPENING]
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return DOCX
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    marked = text.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
    return HTML if marked or (text.startswith((b"<?xml", b"<!--")) and b"<html" in text) else None


def wanted_kind(name: str) -> str:
    """The media type that a file name or an address promises; without a known suffix it is a web page."""
    return SUFFIXES.get(PurePosixPath(urlsplit(name).path).suffix.lower(), HTML)


def suffix_of(media_type: str) -> str:
    """The suffix of files of this kind."""
    return next(suffix for suffix, kind in SUFFIXES.items() if kind == media_type)


def fault_at_start(start: bytes | bytearray, wanted: str) -> str | None:
    """What is wrong with a file that starts so, as the end of a sentence; None where nothing is."""
    if not start:
        return "is empty"
    found = kind_of(start)
    if found == wanted:
        return None
    return f"is {_NAMES[found]} and not {_NAMES[wanted]}" if found else f"is not {_NAMES[wanted]}"


def fault(content: bytes | bytearray, wanted: str) -> str | None:
    """What is wrong with a whole file, as the end of a sentence; None where nothing is that can be told so."""
    if wrong := fault_at_start(content, wanted):
        return wrong
    if wanted == PDF and b"%%EOF" not in content[-_CLOSING:]:
        return "is cut short: its end is missing"
    return None
