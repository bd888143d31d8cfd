"""PDFs broken on purpose, from whole ones: a page dropped, two lines swapped, notes cut, a column read across.

Works on the objects that a page draws; what a reader makes of them is for the tests to say.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import PdfMatrix, PdfPage
from pypdfium2.raw import FPDF_PAGEOBJ_TEXT

from guidance.document.model import Document

_NARROW = 0.44  # of their width and height: two columns beside each other
_GUTTER = 0.35  # of the type size: too little to be seen as one


def drop_page(whole: Path, to: Path, document: Document) -> None:
    """Without a page in the midst of the file."""
    pages = sorted({p.page for p in document.provisions if p.kind in ("paragraph", "text") and p.page})
    with pikepdf.open(whole) as pdf:
        del pdf.pages[pages[len(pages) // 2] - 1]
        pdf.save(to)


def swap_lines(whole: Path, to: Path, document: Document) -> None:
    """With two lines of one paragraph in each other's place."""

    def swap(page: PdfPage) -> None:
        lines = _lines(page)
        above, below = _neighbours(lines)
        for from_, by in ((above, below - above), (below, above - below)):
            for thing in lines[from_]:
                thing.transform(PdfMatrix().translate(0, by))

    _redraw(whole, to, _page_with(document, 4), swap)


def cut_notes(whole: Path, to: Path, document: Document) -> None:
    """Without the words of the notes on a page in the midst of those that have some."""
    pages = sorted({place.page for note in document.notes for place in note.places})
    page = pages[len(pages) // 2]
    boxes = [p.box for note in document.notes for p in note.places if p.page == page and p.box]

    def cut(drawn: PdfPage) -> None:
        for thing in list(drawn.get_objects([FPDF_PAGEOBJ_TEXT])):
            left, bottom, right, top = thing.get_bounds()
            across, up = (left + right) / 2, (bottom + top) / 2
            if any(b.left <= across <= b.right and b.bottom <= up <= b.top for b in boxes):
                drawn.remove_obj(thing)

    _redraw(whole, to, page, cut)


def read_across(whole: Path, to: Path, document: Document) -> None:
    """With a page's text in two columns so close together that they read as one."""

    def set_close(page: PdfPage) -> None:
        lines = _lines(page)
        heights = sorted(lines, reverse=True)
        half = (len(heights) + 1) // 2
        left = min(thing.get_bounds()[0] for at in heights for thing in lines[at])
        right = max(thing.get_bounds()[2] for at in heights for thing in lines[at])
        size = heights[0] - heights[1]
        for first, second in zip(heights, [*heights[half:], None], strict=False):
            place = _NARROW * (first - heights[0]) + heights[0]
            for height, over in ((first, 0.0), (second, _NARROW * (right - left) + _GUTTER * _NARROW * size)):
                for thing in lines[height] if height is not None and first in heights[:half] else ():
                    move = PdfMatrix().translate(-left, -(height or 0.0)).scale(_NARROW, _NARROW)
                    thing.transform(move.translate(left + over, place))

    _redraw(whole, to, _page_with(document, 8), set_close)


Breaker = Callable[[Path, Path, Document], None]
BREAKERS: tuple[Breaker, ...] = (drop_page, swap_lines, cut_notes, read_across)


def redraw(whole: Path, to: Path, document: Document) -> None:
    """The same with one page written anew and nothing changed."""
    _redraw(whole, to, _page_with(document, 4), lambda page: None)


def _redraw(whole: Path, to: Path, number: int, change: Callable[[PdfPage], None]) -> None:
    with pdfium.PdfDocument(whole) as pdf:
        page = pdf[number - 1]
        change(page)
        page.gen_content()
        pdf.save(to)


def _page_with(document: Document, least: int) -> int:
    """The page in the midst of those with some long running text."""
    long = [
        place.page
        for p in document.provisions
        if p.kind in ("paragraph", "text") and len(p.places) == 1
        for place in p.places
        if place.box and place.box.top - place.box.bottom > 12 * (least - 1)
    ]
    assert long
    return sorted(long)[len(long) // 2]


def _lines(page: PdfPage) -> dict[float, list[pdfium.PdfObject]]:
    """The text of a page by baseline, page numbers and the like at its edges left out."""
    lines: dict[float, list[pdfium.PdfObject]] = defaultdict(list)
    height = page.get_height()
    for thing in page.get_objects([FPDF_PAGEOBJ_TEXT]):
        baseline = thing.get_matrix().f
        if 0.12 * height < baseline < 0.9 * height:
            lines[round(baseline, 1)].append(thing)
    return lines


def _neighbours(lines: dict[float, list[pdfium.PdfObject]]) -> Sequence[float]:
    """Two lines in the midst of a stretch at one leading."""
    heights = sorted(lines, reverse=True)
    runs = [heights[at : at + 4] for at in range(len(heights) - 3)]
    gaps = [(max(a - b, b - c, c - d) - min(a - b, b - c, c - d), b, c) for a, b, c, d in runs]
    even = [(b, c) for spread, b, c in gaps if spread < 0.6]
    return even[len(even) // 2]
