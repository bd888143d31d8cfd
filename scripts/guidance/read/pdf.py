"""PDF -> Ink: every fragment of text with its style and place, the shapes, links, bookmarks and tags.

The only module that talks to pdfium; it takes what the file says and makes no sense of it. Page objects are
read run by run rather than glyph by glyph, which is what makes a conversion take less than a second.
"""

import ctypes
import io
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from guidance.model import Box, GuidanceError
from guidance.read.apart import Apart
from guidance.read.ink import Bookmark, Font, Fragment, Ink, LinkArea, Page, Shape, Tag

_SAFE_SCHEMES = ("http://", "https://", "mailto:")
_MOST_BOOKMARKS = 20_000
_LINK_OVERHANG = 2.3  # points by which a link's rectangle may reach into the letters beside its words
_FIGURE_HEIGHT = 0.68  # of a figure, as a share of its type size
_WORTH_TWO = 24  # pages from which a second process pays
_TAGS_A_PAGE = 1_000_000  # more than any page has, so that two processes number tags apart
_DEEPEST_FORM = 8
_DEEPEST_TAG = 60
_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_ink(path: Path) -> Ink:
    """The ink of a PDF file; one half of a long one is read by a second process at the same time.

    Raises GuidanceError, in one line, for a file that is missing, is no PDF, is damaged, is encrypted or
    has no page.
    """
    document = _opened(path)
    try:
        count = len(document)
        middle = (count + 1) // 2 if count >= _WORTH_TWO else count
        second = Apart(_read_pages, path, middle + 1, count) if middle < count else None
        pages = _Reader(document).pages(1, middle)
        information = document.get_metadata_dict(skip_empty=True)
        return Ink(
            pages=(*pages, *(second.result() if second else ())),
            bookmarks=tuple(_bookmarks(document)),
            title=information.get("Title"),
            language=_language(document),
            producer=information.get("Producer"),
        )
    finally:
        document.close()


def _opened(path: Path) -> Any:
    try:
        document = pdfium.PdfDocument(path)
    except FileNotFoundError:
        raise GuidanceError(f"{path}: there is no such file") from None
    except pdfium.PdfiumError as error:
        raise GuidanceError(f"{path}: {_why_not(path, str(error))}") from None
    if not len(document):
        document.close()
        raise GuidanceError(f"{path}: the file has no pages; get a fresh copy")
    return document


def _read_pages(path: Path, first: int, last: int) -> tuple[Page, ...]:
    document = _opened(path)
    try:
        return _Reader(document, first * _TAGS_A_PAGE).pages(first, last)
    finally:
        document.close()


def draw_pictures(path: Path, crops: Sequence[tuple[int, Box]], scale: float = 2.0) -> list[bytes]:
    """Parts of pages, given as (page, rectangle), drawn as PNG files at `scale` pixels a point."""
    from PIL import Image  # only the process that draws pays for loading it

    pictures = []
    document = pdfium.PdfDocument(path)
    try:
        for number, box in crops:
            page = document[number - 1]
            width, height = page.get_size()
            crop = (box.left, box.bottom, max(0.0, width - box.right), max(0.0, height - box.top))
            image = page.render(scale=scale, crop=crop).to_pil()
            stream = io.BytesIO()
            image.quantize(64, method=Image.Quantize.FASTOCTREE).save(stream, "PNG", compress_level=6)
            pictures.append(stream.getvalue())
    finally:
        document.close()
    return pictures


def _why_not(path: Path, error: str) -> str:
    start = path.read_bytes()[:1024]
    if b"%PDF-" not in start:
        return "this is not a PDF; give the official PDF file"
    if "password" in error.lower() or "security" in error.lower():
        return "the PDF is encrypted; give a copy that opens without a password"
    return "the PDF is damaged or cut off and cannot be opened; download it again"


def _language(document: Any) -> str | None:
    buffer = ctypes.create_string_buffer(256)
    length = raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), 256)
    return buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace") or None if length > 2 else None


def _bookmarks(document: Any) -> Iterator[Bookmark]:
    try:
        for count, entry in enumerate(document.get_toc(max_depth=10)):
            if count >= _MOST_BOOKMARKS:
                return
            target = entry.get_dest()
            index = target.get_index() if target else None
            view = target.get_view()[1] if target else []
            top = view[1] if len(view) > 1 else None
            page = None if index is None else index + 1
            yield Bookmark(" ".join(entry.get_title().split()), entry.level + 1, page, top)
    except (pdfium.PdfiumError, RecursionError):
        return


class _Reader:
    """Reads one open file; holds the buffers and the fonts seen, which pdfium asks for again and again."""

    def __init__(self, document: Any, elements: int = 0) -> None:
        self._document = document
        self._fonts: dict[int, Font] = {}
        self._elements = elements  # tags are numbered from here on
        self._wide = (ctypes.c_ushort * 65536)()
        self._wide_pointer = ctypes.cast(self._wide, ctypes.POINTER(ctypes.c_ushort))
        self._matrix = raw.FS_MATRIX()
        self._float = [ctypes.c_float() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def pages(self, first: int, last: int) -> tuple[Page, ...]:
        """The ink of pages `first` to `last`."""
        return tuple(self.page(number) for number in range(first, last + 1))

    def page(self, number: int) -> Page:
        """The ink of page `number`."""
        page = raw.FPDF_LoadPage(self._document, number - 1)
        if not page:
            raise GuidanceError(f"page {number} of the PDF cannot be read; download the file again")
        text_page = raw.FPDFText_LoadPage(page)
        try:
            fragments: list[Fragment] = []
            shapes: list[Shape] = []
            images: list[Shape] = []
            count = raw.FPDFPage_CountObjects(page)
            upright = _upright(page)
            self._objects(count, _page_objects(page), text_page, upright, 0, (fragments, shapes, images))
            links, dropped = self._links(page, text_page)
            return Page(
                number=number,
                width=raw.FPDF_GetPageWidthF(page),
                height=raw.FPDF_GetPageHeightF(page),
                fragments=tuple(fragments),
                shapes=tuple(shapes),
                images=tuple(images),
                links=links,
                tags=self._tags(page),
                dropped_links=dropped,
            )
        finally:
            raw.FPDFText_ClosePage(text_page)
            raw.FPDF_ClosePage(page)

    # --- Objects ---------------------------------------------------------------------------------

    def _objects(
        self,
        count: int,
        source: Callable[[int], Any],
        text_page: Any,
        outer: _Matrix,
        depth: int,
        into: tuple[list[Fragment], list[Shape], list[Shape]],
    ) -> None:
        fragments, shapes, images = into
        for at in range(count):
            thing = source(at)
            kind = raw.FPDFPageObj_GetType(thing)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                fragment = self._fragment(thing, text_page, outer)
                if fragment:
                    fragments.append(fragment)
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                shapes.append(self._shape(thing, outer))
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                mark = raw.FPDFPageObj_GetMarkedContentID(thing)
                images.append(Shape(self._bounds(thing, outer), None, False, mark))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                inner = _combine(self._matrix_of(thing), outer)
                within = raw.FPDFFormObj_CountObjects(thing)
                self._objects(within, _form_objects(thing), text_page, inner, depth + 1, into)

    def _matrix_of(self, thing: Any) -> _Matrix:
        m = self._matrix
        if not raw.FPDFPageObj_GetMatrix(thing, m):
            return _IDENTITY
        return (m.a, m.b, m.c, m.d, m.e, m.f)

    def _bounds(self, thing: Any, outer: _Matrix) -> Box:
        left, bottom, right, top = self._float
        raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
        box = Box(left.value, bottom.value, right.value, top.value)
        return box if outer is _IDENTITY else _transform(box, outer)

    def _fragment(self, thing: Any, text_page: Any, outer: _Matrix) -> Fragment | None:
        length = raw.FPDFTextObj_GetText(thing, text_page, self._wide_pointer, 65536)
        text = ctypes.string_at(self._wide, max(0, length - 2)).decode("utf-16-le", "replace") if length else ""
        text = text.replace("\r\n", " ").replace("\x02", "-").replace("\x00", "")
        if not text or text.isspace():
            return None
        matrix = self._matrix_of(thing)
        if outer is not _IDENTITY:
            matrix = _combine(matrix, outer)
        a, b, c, d, e, f = matrix
        size = self._float[0]
        raw.FPDFTextObj_GetFontSize(thing, size)
        points = size.value * math.hypot(c, d)
        box = self._bounds(thing, outer)
        if box.top <= box.bottom and not text.replace("\ufffd", "").strip():
            return None  # a sign without a form: nothing is printed
        if _is_small_figure(text, box, f, points):
            f, points = box.bottom, (box.top - box.bottom) / _FIGURE_HEIGHT
        return Fragment(
            text=text,
            box=box,
            x=e,
            baseline=f,
            size=round(points, 2),
            angle=round(math.degrees(math.atan2(b, a))),
            font=self._font(thing),
            colour=self._fill(thing) or 0,
            mark=raw.FPDFPageObj_GetMarkedContentID(thing),
        )

    def _font(self, thing: Any) -> Font:
        handle = raw.FPDFTextObj_GetFont(thing)
        key = ctypes.cast(handle, ctypes.c_void_p).value or 0
        font = self._fonts.get(key)
        if font is None:
            buffer = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetBaseFontName(handle, buffer, 256)
            name = buffer.value.decode("utf-8", "replace").rpartition("+")[2]
            angle = ctypes.c_int()
            raw.FPDFFont_GetItalicAngle(handle, angle)
            low = name.lower()
            flags = raw.FPDFFont_GetFlags(handle)
            font = self._fonts[key] = Font(
                name=name,
                bold=any(w in low for w in ("bold", "black", "heavy", "semib")) or bool(flags & 1 << 18),
                italic=any(w in low for w in ("italic", "oblique")) or angle.value < 0,
            )
        return font

    def _fill(self, thing: Any) -> int | None:
        red, green, blue, alpha = self._colour
        if not raw.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha) or not alpha.value:
            return None
        return int(red.value << 16 | green.value << 8 | blue.value)

    def _shape(self, thing: Any, outer: _Matrix) -> Shape:
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(thing, mode, stroke)
        fill = self._fill(thing) if mode.value else None
        mark = raw.FPDFPageObj_GetMarkedContentID(thing)
        return Shape(self._bounds(thing, outer), fill, bool(stroke.value), mark)

    # --- Links -----------------------------------------------------------------------------------

    def _links(self, page: Any, text_page: Any) -> tuple[tuple[LinkArea, ...], int]:
        areas: list[LinkArea] = []
        dropped = 0
        position = ctypes.c_int(0)
        link = raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(page, position, link):
            boxes = self._link_boxes(link)
            words = tuple(self._words_in(text_page, box) for box in boxes)
            action = raw.FPDFLink_GetAction(link)
            address = self._address(action) if action else None
            if address is not None:
                if address.lower().startswith(_SAFE_SCHEMES):
                    areas.append(LinkArea(boxes, words, address))
                else:
                    dropped += 1
                continue
            target = raw.FPDFLink_GetDest(self._document, link) or (
                raw.FPDFAction_GetDest(self._document, action) if action else None
            )
            index = raw.FPDFDest_GetDestPageIndex(self._document, target) if target else -1
            if index >= 0:
                areas.append(LinkArea(boxes, words, None, index + 1, self._height_of(target)))
            else:
                dropped += 1
        return tuple(areas), dropped

    def _address(self, action: Any) -> str | None:
        if raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
            return None if raw.FPDFAction_GetType(action) == raw.PDFACTION_GOTO else ""
        length = raw.FPDFAction_GetURIPath(self._document, action, None, 0)
        buffer = ctypes.create_string_buffer(length + 1)
        raw.FPDFAction_GetURIPath(self._document, action, buffer, length)
        address = "".join(buffer.value.decode("utf-8", "replace").split())
        return f"http://{address}" if address.lower().startswith("www.") else address

    def _link_boxes(self, link: Any) -> tuple[Box, ...]:
        quad = raw.FS_QUADPOINTSF()
        boxes = []
        for at in range(raw.FPDFLink_CountQuadPoints(link)):
            if raw.FPDFLink_GetQuadPoints(link, at, quad):
                xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                boxes.append(Box(min(xs), min(ys), max(xs), max(ys)))
        rectangle = raw.FS_RECTF()
        if not boxes and raw.FPDFLink_GetAnnotRect(link, rectangle):
            boxes.append(Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top))
        return tuple(boxes)

    def _words_in(self, text_page: Any, box: Box) -> str:
        inset = min(_LINK_OVERHANG, 0.33 * (box.right - box.left))
        corners = (box.left + inset, box.top, box.right - inset, box.bottom)
        length = raw.FPDFText_GetBoundedText(text_page, *corners, self._wide_pointer, 65536)
        words = ctypes.string_at(self._wide, 2 * length).decode("utf-16-le", "replace") if length > 0 else ""
        return words.replace("\x02", "-").replace("\x00", "")

    def _height_of(self, target: Any) -> float | None:
        has = [ctypes.c_int() for _ in range(3)]
        x, y, zoom = self._float[:3]
        found = raw.FPDFDest_GetLocationInPage(target, *has, x, y, zoom)
        return float(y.value) if found and has[1].value else None

    # --- Tags ------------------------------------------------------------------------------------

    def _tags(self, page: Any) -> dict[int, Tag]:
        tree = raw.FPDF_StructTree_GetForPage(page)
        if not tree:
            return {}
        tags: dict[int, Tag] = {}
        root = Tag(0, ())
        stack = [
            (raw.FPDF_StructTree_GetChildAtIndex(tree, at), root)
            for at in range(raw.FPDF_StructTree_CountChildren(tree))
        ]
        while stack:
            element, parent = stack.pop()
            if not element or len(parent.path) > _DEEPEST_TAG:
                continue
            tag = self._tag(element, parent)
            children = raw.FPDF_StructElement_CountChildren(element)
            for at in range(children):
                child = raw.FPDF_StructElement_GetChildAtIndex(element, at)
                if child:
                    stack.append((child, tag))
                else:
                    mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, at)
                    if mark >= 0:
                        tags[mark] = tag
        raw.FPDF_StructTree_Close(tree)
        return tags

    def _tag(self, element: Any, parent: Tag) -> Tag:
        role = self._words(lambda b, n: raw.FPDF_StructElement_GetType(element, b, n))
        alternative = self._words(lambda b, n: raw.FPDF_StructElement_GetAltText(element, b, n)) or None
        self._elements += 1
        figure = parent.figure or (self._elements if role == "Figure" else 0)
        inherited = alternative or (parent.alternative if figure else None)
        return Tag(self._elements, (*parent.path, role), inherited, figure)

    def _words(self, ask: Callable[[Any, int], int]) -> str:
        length = ask(self._wide, 131072)
        words = ctypes.string_at(self._wide, max(0, length - 2)).decode("utf-16-le", "replace")
        return words.replace("\x00", "").strip() if length > 2 else ""


def _is_small_figure(text: str, box: Box, baseline: float, points: float) -> bool:
    """Whether figures are drawn with a font's own superscript glyphs, on the baseline of full-size ones."""
    raised = box.bottom > baseline + 0.2 * points and box.top - box.bottom < 0.5 * points
    return raised and text.strip().isdigit()


def _upright(page: Any) -> _Matrix:
    """The matrix that turns a page's content as its /Rotate entry shows it."""
    turns = raw.FPDFPage_GetRotation(page)
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    if turns == 1:
        return (0.0, -1.0, 1.0, 0.0, 0.0, height)
    if turns == 2:
        return (-1.0, 0.0, 0.0, -1.0, width, height)
    if turns == 3:
        return (0.0, 1.0, -1.0, 0.0, width, 0.0)
    return _IDENTITY


def _page_objects(page: Any) -> Callable[[int], Any]:
    return lambda at: raw.FPDFPage_GetObject(page, at)


def _form_objects(form: Any) -> Callable[[int], Any]:
    return lambda at: raw.FPDFFormObj_GetObject(form, at)


def _combine(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _transform(box: Box, matrix: _Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))
