"""Letter-spaced words, as printers set titles, put together again: the engine reads a space behind each letter.

Asks the engine where letters stand, for such runs only; which runs those are is said by their own text.
"""

import ctypes
import re
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2_raw as raw

_SPACED = re.compile(r"\S(?: \S){5,}\s*")
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
    for at in range(raw.FPDFText_CountChars(page)):
        if ctypes.cast(raw.FPDFText_GetTextObject(page, at), ctypes.c_void_p).value != thing:
            continue
        sign = chr(raw.FPDFText_GetUnicode(page, at))
        if raw.FPDFText_IsGenerated(page, at) == 1:
            continue
        if sign.isspace():
            return text
        letters.append((sign, *_edges(page, at)))
    if "".join(sign for sign, _, _ in letters) != "".join(text.split()):
        return text
    gaps = [after[1] - before[2] for before, after in pairwise(letters)]
    usual = median(gaps)
    if usual <= 0:  # they run along another line than the page's
        return text
    words = letters[0][0]
    for gap, (sign, _, _) in zip(gaps, letters[1:], strict=True):
        words += f" {sign}" if gap > usual + _WORD_GAP * size else sign
    return words


def _edges(page: Any, at: int) -> tuple[float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(page, at, left, right, bottom, top)
    return left.value, right.value
