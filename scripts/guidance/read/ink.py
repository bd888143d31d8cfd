"""What stands on the pages of a file before anyone has made sense of it: fragments, shapes, links, tags.

Frozen types only, filled by read/pdf.py; nothing here may judge what a fragment means. Lengths are PDF
points, origin lower left of the page as it is shown; pages are 1-based.
"""

from msgspec import Struct

from guidance.model import Box


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


class Page(Struct, frozen=True):
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
