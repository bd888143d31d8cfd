"""The pdfium engine: a file opened, its outline and facts, parts of its pages drawn, functions at their quickest.

Besides this module only read/pdf.py talks to it. Files are read with the bindings alone, since the package around
them takes longer to load than a short file takes to read; figures are drawn with the package.
"""

import codecs
import ctypes
import io
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2_raw as raw

from guidance.document.model import Box, GuidanceError
from guidance.read.page import Bookmark

_MOST_BOOKMARKS = 20_000
_DEEPEST_BOOKMARK = 10
_LOCKED = (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
_HANDLE = ctypes.c_void_p


def bare(function: Any) -> Callable[..., int]:
    """A function of the engine that takes and gives handles and addresses as plain integers: half the time of one
    that wraps each in an object, and a page asks for thousands."""
    arguments = [kind if issubclass(kind, ctypes._SimpleCData) else _HANDLE for kind in function.argtypes]
    result = function.restype
    if result is not None and not issubclass(result, ctypes._SimpleCData):
        result = _HANDLE
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, _HANDLE).value or 0)


class Wide:
    """A buffer that the engine writes UTF-16 into."""

    units = 65536  # the longest text that is asked for, in UTF-16 units

    def __init__(self) -> None:
        """Room for so many UTF-16 units."""
        self.held = (ctypes.c_ushort * self.units)()
        self._bytes = memoryview(self.held).cast("B")
        self.address = ctypes.addressof(self.held)

    def text(self, units: int) -> str:
        """The first `units` of it."""
        return codecs.utf_16_le_decode(self._bytes[: 2 * units], "replace")[0] if units > 0 else ""


class Opened:
    """An open PDF file at `path`; `handle` is the engine's. To be closed."""

    def __init__(self, path: Path) -> None:
        """Raises GuidanceError, in one line, for a file that is missing, is no PDF, is damaged, is encrypted or
        has no page."""
        raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(version=2))
        self.path = path
        if not path.is_file():
            raise GuidanceError(f"{path}: there is no such file")
        self.handle = raw.FPDF_LoadDocument(str(path.resolve()).encode("utf-8", "surrogateescape"), None)
        self.pages = raw.FPDF_GetPageCount(self.handle) if self.handle else 0
        if not self.handle:
            raise GuidanceError(f"{path}: {_why_not(path, raw.FPDF_GetLastError())}")
        if self.pages < 1:
            self.close()
            raise GuidanceError(f"{path}: the file has no pages; get a fresh copy")

    def close(self) -> None:
        """Let go of the file."""
        raw.FPDF_CloseDocument(self.handle)

    def fact(self, name: str) -> str | None:
        """What the file says of itself: its Title, its Producer."""
        return self._asked(lambda to, room: raw.FPDF_GetMetaText(self.handle, name.encode(), to, room))

    def language(self) -> str | None:
        """The language that the file says it is in."""
        kind = ctypes.POINTER(raw.FPDF_WCHAR)
        return self._asked(
            lambda to, room: raw.FPDFCatalog_GetLanguage(self.handle, ctypes.cast(to, kind) if to else None, room)
        )

    def bookmarks(self) -> Iterator[Bookmark]:
        """The entries of the file's outline, in order; as many and as deep as anybody would read."""
        seen: set[int] = set()
        waiting = [(raw.FPDFBookmark_GetFirstChild(self.handle, None), 1)]
        while waiting:
            entry, level = waiting.pop()
            place = ctypes.cast(entry, _HANDLE).value
            if not place or place in seen or len(seen) >= _MOST_BOOKMARKS:
                continue
            seen.add(place)
            yield self._bookmark(entry, level)
            waiting.append((raw.FPDFBookmark_GetNextSibling(self.handle, entry), level))
            if level < _DEEPEST_BOOKMARK:
                waiting.append((raw.FPDFBookmark_GetFirstChild(self.handle, entry), level + 1))

    def _bookmark(self, entry: Any, level: int) -> Bookmark:
        title = self._asked(lambda to, room: raw.FPDFBookmark_GetTitle(entry, to, room)) or ""
        target = raw.FPDFBookmark_GetDest(self.handle, entry)
        index = raw.FPDFDest_GetDestPageIndex(self.handle, target) if target else -1
        count, view = ctypes.c_ulong(), (raw.FS_FLOAT * 4)()
        if target:
            raw.FPDFDest_GetView(target, count, view)
        top = float(view[1]) if count.value > 1 else None
        return Bookmark(" ".join(title.split()), level, None if index < 0 else index + 1, top)

    def _asked(self, ask: Callable[[Any, int], int]) -> str | None:
        """A text that the engine writes into a buffer of the length that it gives when asked without one."""
        length = ask(None, 0)
        if length <= 2:
            return None
        buffer = ctypes.create_string_buffer(length)
        ask(buffer, length)
        return buffer.raw[: length - 2].decode("utf-16-le", "replace") or None


def _why_not(path: Path, error: int) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as fault:
        return f"cannot be opened ({fault.strerror})"
    if b"%PDF-" not in start:
        return "this is not a PDF; give the official PDF file"
    if error in _LOCKED:
        return "the PDF is encrypted; give a copy that opens without a password"
    return "the PDF is damaged or cut off and cannot be opened; download it again"


# --- Figures drawn as pictures -------------------------------------------------------------------

_COLOURS = 64
_MOST_PIXELS = 8_000_000  # of a figure, however large its page is


def draw_pictures(path: Path, crops: Sequence[tuple[int, Box]], scale: float = 2.0) -> list[bytes]:
    """Parts of pages, given as (page, rectangle), drawn as PNG files at `scale` pixels a point, posters
    at fewer. Raises ValueError for a figure that lies off its page."""
    import pypdfium2  # only the process that draws pays for loading the package, and the pictures' library
    from PIL.Image import Quantize

    pictures = []
    document = pypdfium2.PdfDocument(path)
    for number, box in crops:
        page = document[number - 1]
        wide, high = page.get_size()
        area = max(1.0, (box.right - box.left) * (box.top - box.bottom))
        beside = (box.left, box.bottom, max(0.0, wide - box.right), max(0.0, high - box.top))
        shown = page.render(scale=min(scale, math.sqrt(_MOST_PIXELS / area)), crop=beside).to_pil()
        stream = io.BytesIO()
        shown.quantize(_COLOURS, method=Quantize.FASTOCTREE).save(stream, "PNG", compress_level=4)
        pictures.append(stream.getvalue())
    return pictures
