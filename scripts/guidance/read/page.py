"""What stands on the pages of a file before anyone has made sense of it: fragments, shapes, links, tags.

Frozen types only, filled by read/pdf.py; nothing here may judge what a fragment means. Lengths are PDF
points, origin lower left of the page as it is shown; pages are 1-based.
"""

import re

from msgspec import Struct

from guidance.document.model import Box, Finding
from guidance.document.walk import count_characters


class Font(Struct, frozen=True):
    """A font as far as prose cares."""

    name: str
    bold: bool
    italic: bool


class Tag(Struct, frozen=True):
    """A structure element that some ink belongs to. `path` is outermost first; `id` is unique within a file."""

    id: int
    path: tuple[str, ...]
    alternative: str | None = None
    figure: int = 0  # the id of the outermost figure around it, 0 where there is none

    @property
    def role(self) -> str:
        """The innermost role."""
        return self.path[-1] if self.path else ""


class Fragment(Struct, frozen=True):
    """A stretch of text drawn in one go: one font, one size, one baseline. `angle` is in whole degrees."""

    text: str
    box: Box
    x: float
    baseline: float
    size: float
    angle: int
    font: Font
    colour: int
    mark: int  # marked-content id, -1 where there is none


class Shape(Struct, frozen=True):
    """A path: a rectangle, a rule, an arrow. `fill` is 0xRRGGBB or None."""

    box: Box
    fill: int | None
    stroked: bool
    mark: int = -1


class LinkArea(Struct, frozen=True):
    """A link annotation: where it lies and the words there, and the address or the (page, height) it leads to."""

    boxes: tuple[Box, ...]
    words: tuple[str, ...]  # one for each box, as the engine reads them there
    address: str | None
    page: int | None = None
    top: float | None = None


class Bookmark(Struct, frozen=True):
    """An entry of the file's outline; `level` starts at 1."""

    title: str
    level: int
    page: int | None
    top: float | None


class PdfPage(Struct, frozen=True):
    """One page's ink, in drawing order."""

    number: int
    width: float
    height: float
    fragments: tuple[Fragment, ...]
    shapes: tuple[Shape, ...]
    images: tuple[Shape, ...]
    links: tuple[LinkArea, ...]
    tags: dict[int, Tag]  # by marked-content id
    dropped_links: int = 0
    lift: float = 0.0  # how high the file itself puts the lower edge: heights that links name count from there


_UNKNOWN = re.compile(r"[\ufffd\ufffe\uffff]|(?![\t\r\n])[\x00-\x1f]")


def printed_characters(page: PdfPage) -> int:
    """How many characters other than white space a page prints."""
    return sum(count_characters(f.text) for f in page.fragments)


def source_findings(page: PdfPage) -> tuple[Finding, ...]:
    """What a reader must know of a page itself: that it is a picture, that characters have no meaning, that links
    were dropped."""
    findings: list[Finding] = []
    area = max((_area(image.box) for image in page.images), default=0.0)
    if not page.fragments and area > 0.5 * page.width * page.height:
        findings.append(Finding("picture", "the page is a picture; its words would need OCR", page.number))
    unknown = sum(len(_UNKNOWN.findall(f.text)) for f in page.fragments if not f.text.isprintable())
    if unknown:
        message = f"characters of which the font does not say what they mean ({unknown})"
        findings.append(Finding("unreadable", message, page.number))
    return tuple(findings)


def _area(box: Box) -> float:
    return max(0.0, box.right - box.left) * max(0.0, box.top - box.bottom)
