"""Where things stand on a page as it is shown: turned by its /Rotate entry, counted from its visible corner.

Geometry only; it reads nothing of a page but its edges. Lengths are PDF points.
"""

from typing import Any

import pypdfium2_raw as raw
from msgspec.structs import replace

from guidance.model import Box
from guidance.read.ink import LinkArea

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
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def turn_links(links: tuple[LinkArea, ...], matrix: Matrix) -> tuple[LinkArea, ...]:
    """Links with their areas where they are shown."""
    if matrix is UNTURNED:
        return links
    return tuple(replace(link, boxes=tuple(transform(box, matrix) for box in link.boxes)) for link in links)
