"""PDF -> Ink: every fragment of text with its style and place, the shapes, links and tags of each page.

Takes what the file says and makes no sense of it. Page objects are read run by run rather than glyph by glyph,
which is what makes a conversion take less than a second.
"""

import ctypes
import math
import re
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2_raw as raw

from guidance.document.model import Box, GuidanceError
from guidance.read.numbering import are_note_labels, plain_symbols
from guidance.read.page import Font, Fragment, LinkArea, PdfPage, Shape, Tag
from guidance.read.pdfium import Opened, Wide, bare

_SPACED = re.compile(r"\S(?: \S){5,}\s*")
_PRIVATE = 0xF000  # where Unicode has room for the keys of such fonts
_WORD_GAP = 0.2  # of the type size: by so much a gap between words is wider than those between letters


def is_spaced(text: str) -> bool:
    """Whether a run's text is nothing but single signs with a space between each two, most of them letters."""
    if len(text) < 11 or text[1] != " " or text[3] != " " or not _SPACED.fullmatch(text):
        return False
    return 2 * sum(c.isalpha() for c in text) > len(text.replace(" ", ""))


def close_up(text: str, text_page: int, thing: int, size: float) -> str:
    """The words of a letter-spaced run, told apart by wider gaps; the text as it was where its spaces are its own.

    `text_page` and `thing` are the engine's page and run, `size` is the type size in points.
    """
    page = ctypes.cast(text_page, raw.FPDF_TEXTPAGE)
    letters: list[tuple[str, float, float]] = []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(raw.FPDFText_CountChars(page)):
        drawn = ctypes.cast(raw.FPDFText_GetTextObject(page, at), ctypes.c_void_p).value == thing
        if drawn and raw.FPDFText_IsGenerated(page, at) != 1:
            raw.FPDFText_GetCharBox(page, at, left, right, bottom, top)
            letters.append((chr(raw.FPDFText_GetUnicode(page, at)), left.value, right.value))
    if "".join(sign for sign, _, _ in letters) != "".join(text.split()):  # a space among them is the file's own
        return text
    gaps = [after[1] - before[2] for before, after in pairwise(letters)]
    usual = median(gaps)
    if usual <= 0:  # they run along another line than the page's
        return text
    words = letters[0][0]
    for gap, (sign, _, _) in zip(gaps, letters[1:], strict=True):
        words += f" {sign}" if gap > usual + _WORD_GAP * size else sign
    return words


Matrix = tuple[float, float, float, float, float, float]
UNTURNED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def upright(page: Any) -> tuple[Matrix, float]:
    """The matrix that takes a page's own places to where they are shown, and how high the page itself puts what is
    its lower edge before it is turned."""
    turns = raw.FPDFPage_GetRotation(page)
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    shown = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, shown)
    left, bottom = shown.left, shown.bottom
    if turns == 1:
        return (0.0, -1.0, 1.0, 0.0, -bottom, height + left), bottom
    if turns == 2:
        return (-1.0, 0.0, 0.0, -1.0, width + left, height + bottom), bottom
    if turns == 3:
        return (0.0, 1.0, -1.0, 0.0, width + bottom, -left), bottom
    return (1.0, 0.0, 0.0, 1.0, -left, -bottom) if left or bottom else UNTURNED, bottom


def combine(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that does what `inner` does, then what `outer` does."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def transform(box: Box, matrix: Matrix) -> Box:
    """The upright rectangle around a rectangle that was moved and turned."""
    if matrix is UNTURNED:
        return box
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


_SAFE_SCHEMES = ("http://", "https://", "mailto:")
_LINK_OVERHANG = 2.3  # points by which a link's rectangle may reach into the letters beside its words
_FIGURE_HEIGHT = 0.68  # of a figure, as a share of its type size
_TAGS_A_PAGE = 1_000_000  # more than any page has, so that two processes number tags apart
_NOWHERE = Box(0.0, 0.0, 0.0, 0.0)  # where a damaged file puts things at no number
_DEEPEST_FORM = 8
_DEEPEST_TAG = 60

# What is asked for each of a page's objects, characters' runs or tags.
_page_object = bare(raw.FPDFPage_GetObject)
_form_object = bare(raw.FPDFFormObj_GetObject)
_kind_of = bare(raw.FPDFPageObj_GetType)
_mark_of = bare(raw.FPDFPageObj_GetMarkedContentID)
_matrix_of = bare(raw.FPDFPageObj_GetMatrix)
_bounds_of = bare(raw.FPDFPageObj_GetBounds)
_fill_of = bare(raw.FPDFPageObj_GetFillColor)
_draw_mode_of = bare(raw.FPDFPath_GetDrawMode)
_text_of = bare(raw.FPDFTextObj_GetText)
_size_of = bare(raw.FPDFTextObj_GetFontSize)
_font_of = bare(raw.FPDFTextObj_GetFont)
_render_mode_of = bare(raw.FPDFTextObj_GetTextRenderMode)
_tree_child = bare(raw.FPDF_StructTree_GetChildAtIndex)
_tag_children = bare(raw.FPDF_StructElement_CountChildren)
_tag_child = bare(raw.FPDF_StructElement_GetChildAtIndex)
_tag_mark = bare(raw.FPDF_StructElement_GetChildMarkedContentID)
_tag_role = bare(raw.FPDF_StructElement_GetType)
_tag_alternative = bare(raw.FPDF_StructElement_GetAltText)


def read_pages(document: Opened, first: int, last: int) -> tuple[PdfPage, ...]:
    """The ink of pages `first` to `last`. Raises GuidanceError for a page that cannot be read."""
    reader = _Reader(document, first * _TAGS_A_PAGE)
    return tuple(reader.page(number) for number in range(first, last + 1))


class _Numbers:
    """Four numbers that the engine writes and we read, and where they stand."""

    def __init__(self, kind: Any, many: int = 4) -> None:
        self.held = (kind * many)()
        start, step = ctypes.addressof(self.held), ctypes.sizeof(kind)
        self.places = tuple(start + step * at for at in range(many))
        self.read = memoryview(self.held).cast("B").cast(kind._type_).tolist


class _Reader:
    """Reads one open file; holds the buffers and the fonts seen, which pdfium asks for again and again."""

    def __init__(self, document: Opened, elements: int) -> None:
        self._document, self._path = document.handle, document.path
        self._fonts: dict[int, Font] = {}
        self._elements = elements  # tags are numbered from here on
        self._wide = Wide()
        self._matrix = _Numbers(ctypes.c_float, 6)
        self._edges = _Numbers(ctypes.c_float)
        self._size = _Numbers(ctypes.c_float, 1)
        self._colour = _Numbers(ctypes.c_uint)
        self._modes = _Numbers(ctypes.c_int, 2)

    def page(self, number: int) -> PdfPage:
        """The ink of page `number`."""
        page = raw.FPDF_LoadPage(self._document, number - 1)
        if not page:
            raise GuidanceError(
                f"{self._path}: page {number} is damaged and cannot be read; download the file again"
            )
        text_page = raw.FPDFText_LoadPage(page)
        try:
            found: tuple[list[Fragment], list[Shape], list[Shape]] = ([], [], [])
            things = [_page_object(page, at) for at in range(raw.FPDFPage_CountObjects(page))]
            text = ctypes.cast(text_page, ctypes.c_void_p).value or 0
            turned, lift = upright(page)
            self._objects(things, text, turned, 0, found)
            links, dropped = self._links(page, text_page, turned)
            return PdfPage(
                number=number,
                width=raw.FPDF_GetPageWidthF(page),
                height=raw.FPDF_GetPageHeightF(page),
                fragments=tuple(found[0]),
                shapes=tuple(found[1]),
                images=tuple(found[2]),
                links=links,
                tags=self._tags(page),
                dropped_links=dropped,
                lift=lift,
            )
        finally:
            raw.FPDFText_ClosePage(text_page)
            raw.FPDF_ClosePage(page)

    # --- Objects ---------------------------------------------------------------------------------

    def _objects(
        self,
        things: list[int],
        text_page: int,
        outer: Matrix,
        depth: int,
        into: tuple[list[Fragment], list[Shape], list[Shape]],
    ) -> None:
        fragments, shapes, images = into
        for thing in things:
            kind = _kind_of(thing)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                fragment = self._fragment(thing, text_page, outer, len(fragments))
                if fragment:
                    fragments.append(fragment)
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                shapes.append(self._shape(thing, outer))
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                images.append(Shape(self._bounds(thing, outer), None, False, _mark_of(thing)))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                inner = combine(self._matrix_of(thing), outer)
                form = ctypes.cast(thing, raw.FPDF_PAGEOBJECT)
                within = [_form_object(form, at) for at in range(raw.FPDFFormObj_CountObjects(form))]
                self._objects(within, text_page, inner, depth + 1, into)

    def _matrix_of(self, thing: int) -> Matrix:
        if not _matrix_of(thing, self._matrix.places[0]):
            return UNTURNED
        a, b, c, d, e, f = self._matrix.read()
        return (a, b, c, d, e, f) if math.isfinite(a + b + c + d + e + f) else UNTURNED

    def _bounds(self, thing: int, outer: Matrix) -> Box:
        _bounds_of(thing, *self._edges.places)
        left, bottom, right, top = self._edges.read()
        if not math.isfinite(left + bottom + right + top):
            return _NOWHERE
        return transform(Box(left, bottom, right, top), outer)

    def _fragment(self, thing: int, text_page: int, outer: Matrix, drawn: int) -> Fragment | None:
        units = _text_of(thing, text_page, self._wide.address, self._wide.units) // 2 - 1
        text = self._wide.text(units)
        if not text.isprintable():  # the engine's own signs: a line's end, a hyphen at one, nothing at all
            text = text.replace("\r\n", " ").replace("\x02", "-").replace("\x00", "")
        if not text or text.isspace():
            return None
        font = self._font(thing)
        if len(text) <= _FEW and _DINGBATS.search(font.name):
            text = _sign(text)
        a, b, c, d, e, f = matrix = self._matrix_of(thing)
        if outer is not UNTURNED:
            a, b, c, d, e, f = combine(matrix, outer)
        _size_of(thing, self._size.places[0])
        points = self._size.read()[0] * math.hypot(c, d)
        if is_spaced(text):
            text = close_up(text, text_page, thing, points)
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
            angle=round(math.degrees(math.atan2(b, a))) if b or a < 0 else 0,
            font=font,
            colour=self._fill(thing) or 0,
            mark=_mark_of(thing),
            painted=_render_mode_of(thing) != raw.FPDF_TEXTRENDERMODE_INVISIBLE,
            drawn=drawn,
        )

    def _font(self, thing: int) -> Font:
        key = _font_of(thing) or 0
        font = self._fonts.get(key)
        if font is None:
            handle = ctypes.cast(key, raw.FPDF_FONT)
            buffer, angle = ctypes.create_string_buffer(256), ctypes.c_int()
            raw.FPDFFont_GetBaseFontName(handle, buffer, 256)
            raw.FPDFFont_GetItalicAngle(handle, angle)
            name = buffer.value.decode("utf-8", "replace").rpartition("+")[2]
            bold = re.search("bold|black|heavy|semib", name.lower()) or raw.FPDFFont_GetFlags(handle) & 1 << 18
            italic = re.search("italic|oblique", name.lower()) or angle.value < 0
            font = self._fonts[key] = Font(name, bool(bold), bool(italic))
        return font

    def _fill(self, thing: int) -> int | None:
        if not _fill_of(thing, *self._colour.places):
            return None
        red, green, blue, alpha = self._colour.read()
        return int(red << 16 | green << 8 | blue) if alpha else None

    def _shape(self, thing: int, outer: Matrix) -> Shape:
        _draw_mode_of(thing, *self._modes.places)
        mode, stroke = self._modes.read()
        fill = self._fill(thing) if mode else None
        return Shape(self._bounds(thing, outer), fill, bool(stroke), _mark_of(thing))

    # --- Links -----------------------------------------------------------------------------------

    def _links(self, page: Any, text_page: Any, turned: Matrix) -> tuple[tuple[LinkArea, ...], int]:
        areas: list[LinkArea] = []
        dropped = 0
        position = ctypes.c_int(0)
        link = raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(page, position, link):
            boxes = self._link_boxes(link)
            words = tuple(self._words_in(text_page, box) for box in boxes)
            boxes = tuple(transform(box, turned) for box in boxes)
            action = raw.FPDFLink_GetAction(link)
            address = self._address(action) if action else None
            target = raw.FPDFLink_GetDest(self._document, link)
            target = target or (raw.FPDFAction_GetDest(self._document, action) if action else None)
            index = raw.FPDFDest_GetDestPageIndex(self._document, target) if target else -1
            if address and address.lower().startswith(_SAFE_SCHEMES):
                areas.append(LinkArea(boxes, words, address))
            elif address is None and index >= 0:
                areas.append(LinkArea(boxes, words, None, index + 1, self._height_of(target)))
            else:
                dropped += 1
        return tuple(areas), dropped

    def _address(self, action: Any) -> str | None:
        kind = raw.FPDFAction_GetType(action)
        if kind != raw.PDFACTION_URI:
            return None if kind == raw.PDFACTION_GOTO else ""
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
        length = raw.FPDFText_GetBoundedText(text_page, *corners, self._wide.held, self._wide.units)
        return self._wide.text(length).replace("\x02", "-").replace("\x00", "")

    def _height_of(self, target: Any) -> float | None:
        has = [ctypes.c_int() for _ in range(3)]
        x, y, zoom = (ctypes.c_float() for _ in range(3))
        found = raw.FPDFDest_GetLocationInPage(target, *has, x, y, zoom)
        return float(y.value) if found and has[1].value else None

    # --- Tags ------------------------------------------------------------------------------------

    def _tags(self, page: Any) -> dict[int, Tag]:
        tree = raw.FPDF_StructTree_GetForPage(page)
        if not tree:
            return {}
        tags: dict[int, Tag] = {}
        root = Tag(0, ())
        stack = [(_tree_child(tree, at), root) for at in range(raw.FPDF_StructTree_CountChildren(tree))]
        while stack:
            element, parent = stack.pop()
            if not element or len(parent.path) > _DEEPEST_TAG:
                continue
            tag = self._tag(element, parent)
            for at in range(_tag_children(element)):
                child = _tag_child(element, at)
                if child:
                    stack.append((child, tag))
                else:
                    mark = _tag_mark(element, at)
                    if mark >= 0:
                        tags[mark] = tag
        raw.FPDF_StructTree_Close(tree)
        return tags

    def _tag(self, element: int, parent: Tag) -> Tag:
        role = self._said(_tag_role, element)
        alternative = self._said(_tag_alternative, element) or None
        self._elements += 1
        figure = parent.figure or (self._elements if role == "Figure" else 0)
        inherited = alternative or (parent.alternative if figure else None)
        return Tag(self._elements, (*parent.path, role), inherited, figure)

    def _said(self, ask: Callable[[int, int, int], int], element: int) -> str:
        length = ask(element, self._wide.address, 2 * self._wide.units)
        return self._wide.text(length // 2 - 1).replace("\x00", "").strip() if length > 2 else ""


_DINGBATS = re.compile(r"wingdings | webdings | dingbats | monotype \s? sorts", re.VERBOSE | re.IGNORECASE)
_FEW = 3  # characters of a run that is a bullet


def _sign(text: str) -> str:
    """A sign of a font of signs without a map to Unicode, for which the engine has the letter of its key: "n" for a
    square. Which sign it is only the font's usual keys say; else it is a bullet."""
    bare = text.strip()
    if len(bare) != 1 or not bare.isalnum():
        return text
    usual = plain_symbols(chr(_PRIVATE + ord(bare))) if ord(bare) < 256 else bare
    return text.replace(bare, "•" if "\ue000" <= usual <= "\uf8ff" else usual)


def _is_small_figure(text: str, box: Box, baseline: float, points: float) -> bool:
    """Whether a note's label is drawn with a font's own superscript glyphs, on the baseline of full-size ones."""
    raised = box.bottom > baseline + 0.2 * points and box.top - box.bottom < 0.5 * points
    return raised and (text.strip().isdigit() or (any(map(str.isalpha, text)) and are_note_labels(text)))
