"""Figures drawn as pictures: parts of a PDF's pages, each as a PNG file.

Only what stands there is drawn; which parts are figures is decided elsewhere.
"""

import ctypes
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2_raw as raw

from guidance.document.model import Box
from guidance.read.pdfium import Opened

_COLOURS = 64
_MOST_PIXELS = 8_000_000  # of a figure, however large its page is
_WHITE = 0xFFFFFFFF


def draw_pictures(path: Path, crops: Sequence[tuple[int, Box]], scale: float = 2.0) -> list[bytes]:
    """Parts of pages, given as (page, rectangle), drawn as PNG files at `scale` pixels a point, posters
    at fewer."""
    document = Opened(path)
    try:
        return [_drawn(document, number, box, scale) for number, box in crops]
    finally:
        document.close()


def _drawn(document: Opened, number: int, box: Box, scale: float) -> bytes:
    from PIL import Image  # only the process that draws pays for loading it

    page = raw.FPDF_LoadPage(document.handle, number - 1)
    wide, high = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    area = max(1.0, (box.right - box.left) * (box.top - box.bottom))
    scale = min(scale, math.sqrt(_MOST_PIXELS / area))
    across, down = math.ceil(wide * scale), math.ceil(high * scale)
    beside = (box.left, box.bottom, max(0.0, wide - box.right), max(0.0, high - box.top))
    left, bottom, right, top = (math.ceil(cut * scale) for cut in beside)
    width, height = across - left - right, down - bottom - top
    if width < 1 or height < 1:
        raise ValueError("a figure lies off its page")
    pixels, stride = _bitmap(page, (width, height), (-left, -top, across, down))
    raw.FPDF_ClosePage(page)
    image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGR", stride, 1)
    stream = io.BytesIO()
    image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _bitmap(page: Any, size: tuple[int, int], place: tuple[int, int, int, int]) -> tuple[bytes, int]:
    """What is seen of a page through a window of that size, three bytes a pixel, and the bytes of a row."""
    bitmap = raw.FPDFBitmap_CreateEx(*size, raw.FPDFBitmap_BGR, None, 0)
    raw.FPDFBitmap_FillRect(bitmap, 0, 0, *size, _WHITE)
    raw.FPDF_RenderPageBitmap(bitmap, page, *place, 0, raw.FPDF_ANNOT)
    stride = raw.FPDFBitmap_GetStride(bitmap)
    pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * size[1])
    raw.FPDFBitmap_Destroy(bitmap)
    return pixels, stride
