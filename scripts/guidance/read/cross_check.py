"""A second, independent text engine reads the same file, and its words are held against the document's.

Decides nothing and changes no text: it gives figures and findings that say where the two engines differ.
"""

import logging
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from guidance.document.model import Agreement, Document, Finding
from guidance.document.walk import printed_parts
from guidance.read.structure import Amiss, judge

Words = tuple[tuple[str, ...], ...]
"""For each page the words on it, normalised."""

_WORD = re.compile(r"[^\W\d_]+|\d")
_HYPHEN = re.compile(
    r"""
    [-\u2010\u2011\u00ad]
    (?:
        (?<= [^\W_]. ) \s* (?= [^\W_] )  # "well-kept", "well-\nkept"; not "– a", "5 - 6"
        | (?<= \u00ad )                  # a soft one wherever it stands
    )
    """,
    re.VERBOSE,
)
_BETWEEN = "\n\x00\n"  # what parts texts: no word and no hyphen reaches over it
_WORD_GAP = 0.15  # of the type size: a wider gap between letters parts words
_LONGEST_PIECE = 4  # letters of the shorter half of a split word
_LONE = ("a", "i")  # letters that are words
_OVERLAP = 0.1  # of the type size: letters that stand further over one another were not set so
_WORTH_HEARING = 0.5  # of our words: an engine that has fewer of them cannot read the file
_MOST_NAMED = 8  # words of a page that a finding names
_ENGINE = "pdf_oxide"
SLOW_ENGINE = "pdfminer"


_Letter = tuple[float, float, float, str, float, bool]
"""Left, bottom, width, sign, type size, and whether it is drawn along another line than the page's: a plain tuple,
since a file has hundreds of thousands."""


def read_words(path: Path) -> Words:
    """Every page's words as pdf_oxide reads them; none where it cannot.

    Run by run, which takes a third of the time of letter by letter; where runs of a page lie over one another
    (the engine has put pieces of several words into one) or are turned, that page's letters are asked for.
    """
    try:
        import pdf_oxide  # here, in the process that needs it: it takes as long to load as 20 pages to read

        document = pdf_oxide.PdfDocument(str(path))
        return tuple(_words_of_page(document, at) for at in range(document.page_count()))
    except (RuntimeError, OSError, ValueError):
        return ()


def _words_of_page(document: Any, at: int) -> tuple[str, ...]:
    spans = document.extract_spans(at)
    runs = [(*(box := run.bbox)[:3], run.text, run.font_size, box != run.page_bbox) for run in spans]
    words = None if any(turned for *_, turned in runs) else _words_on(runs, apart=True)
    if words is not None:
        return words
    letters = document.extract_chars(at)
    return _words_on((*c.bbox[:3], c.char, c.font_size, bool(c.rotation_degrees)) for c in letters) or ()


def read_words_slowly(path: Path) -> Words:
    """The same as pdfminer reads them, which takes ten times as long and knows more of old fonts."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LTChar, LTComponent, LTFigure
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    def letters(within: Iterable[LTComponent]) -> Iterator[_Letter]:
        for thing in within:
            if isinstance(thing, LTChar):
                yield thing.x0, thing.y0, thing.width, thing.get_text(), thing.size, not thing.upright
            elif isinstance(thing, LTFigure):
                yield from letters(thing)

    logging.disable(logging.ERROR)
    pages: list[tuple[str, ...]] = []
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    try:
        with path.open("rb") as file:
            for page in PDFPage.get_pages(file):
                interpreter.process_page(page)
                pages.append(_words_on(letters(device.get_result())) or ())
        return tuple(pages)
    except Exception:  # whatever it stumbles over, it has no opinion
        return ()


def _words_on(letters: Iterable[_Letter], apart: bool = False) -> tuple[str, ...] | None:
    """A page's words from its letters (or runs of them) by their places alone: an engine's own lines mix up the
    letters of words that are drawn in several pieces. Turned letters keep the order in which they are drawn.
    None where all should stand `apart` and some lie over one another."""
    rows: dict[int, list[_Letter]] = defaultdict(list)
    turned: list[str] = []
    for letter in letters:
        if letter[5]:
            turned.append(letter[3])
        else:
            rows[round(letter[1])].append(letter)
    pieces: list[str] = []
    for bottom in sorted(rows, reverse=True):
        end: float | None = None
        for left, _, width, sign, size, _ in sorted(rows[bottom]):
            if end is not None and left - end > _WORD_GAP * size:
                pieces.append(" ")
            elif apart and end is not None and end - left > _OVERLAP * size and not sign.isspace():
                return None
            pieces.append(sign)
            end = left + width
        pieces.append("\n")
    return tuple(words_of("".join([*pieces, *turned])))


def knows_little(document: Document) -> bool:
    """Whether the engine that was asked reads too little of a file to say anything of it."""
    return document.agreement is None or document.agreement.precision < _WORTH_HEARING


def words_of(text: str) -> Iterator[str]:
    """The runs of letters in a text, and its figures one by one, without regard to case, ligatures or hyphens:
    engines differ on hyphens at line ends, and on whether a raised figure belongs to the one before it."""
    for run in _HYPHEN.sub("", unicodedata.normalize("NFKC", text).lower()).split():
        if run.isalpha():
            yield run
        else:
            yield from _WORD.findall(run)


def compare_words(document: Document, theirs: Words, engine: str = _ENGINE, least: int = 1) -> Document:
    """The document with the two engines' agreement: recall and precision of its words, what was dropped with a
    reason included, against the other engine's; and a finding for each page that holds words of one only.
    Words of fewer than `least` letters, such as the numbers of lists, are not compared."""
    if not any(theirs):
        message = f"{engine} could not read the file, so that nothing confirms the words"
        return replace(document, findings=(*document.findings, Finding("engines", message)))
    ours = tuple(_our_words(document))
    mine, other = _counted((words for _, words in ours), least), _counted(theirs, least)
    count, known, both = mine.total(), other.total(), (mine & other).total()
    agreement = Agreement(engine, known, round(both / max(known, 1), 5), round(both / max(count, 1), 5))
    if both < _WORTH_HEARING * count:
        message = f"{engine} reads only {both} of {count} words of this file, and confirms no more"
        return replace(document, agreement=agreement, findings=(*document.findings, Finding("engines", message)))
    findings = [
        *_differences(enumerate(theirs, 1), other - mine, f"words only {engine} reads"),
        *_differences(ours, mine - other, f"words {engine} does not read"),
    ]
    split = _split_words(document, mine - other, other - mine)
    structure = (*document.structure, judge("words", count, [Amiss(word, page) for word, page in split]))
    return replace(document, agreement=agreement, findings=(*document.findings, *findings), structure=structure)


def _split_words(document: Document, ours: Counter[str], theirs: Counter[str]) -> Iterator[tuple[str, int | None]]:
    """The words that the other engine has whole where we have them in two, with their pages; `ours` and `theirs`
    are those that only one of the two reads. Two pieces that stand elsewhere as words are two words: it is the
    other engine that missed the space; and a note's label is no piece of the word behind it."""
    texts = [(tuple(words_of(text)), page) for text, page in _our_texts(document)] if theirs else []
    often = Counter(word for words, _ in texts for word in words)
    pieces = {word for word in ours if not word.isdigit() and word not in _LONE and ours[word] >= often[word] > 0}
    for words, page in texts:
        for one, other in pairwise(words):
            short = min(len(one), len(other)) <= _LONGEST_PIECE
            if theirs[one + other] > 0 and short and not pieces.isdisjoint((one, other)):
                theirs[one + other] -= 1
                yield one + other, page


def _counted(pages: Iterable[Iterable[str]], least: int) -> Counter[str]:
    """How often each word of at least so many letters stands on some pages."""
    return Counter(word for words in pages for word in words if len(word) >= least)


def _our_words(document: Document) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    """The words of a document in its order, by pages."""
    for page, texts in groupby(_our_texts(document), key=lambda entry: entry[1]):
        yield page, tuple(words_of(_BETWEEN.join(text for text, _ in texts)))


def _our_texts(document: Document) -> Iterator[tuple[str, int | None]]:
    for provision in document.everything:
        yield from ((part, provision.page) for part in printed_parts(provision))
    for entry in document.dropped:
        yield entry.text, entry.page


def _differences(
    pages: Iterable[tuple[int | None, Sequence[str]]], surplus: Counter[str], what: str
) -> Iterator[Finding]:
    """The words in surplus by page. Which of a word's places is meant cannot be told: the last ones are named."""
    left = Counter(surplus)
    by_page: dict[int | None, list[str]] = {}
    for page, words in reversed(list(pages)) if surplus else ():
        for word in reversed(words):
            if left.get(word, 0) > 0:
                left[word] -= 1
                by_page.setdefault(page, []).append(word)
    for page, found in sorted(by_page.items(), key=lambda entry: entry[0] or 0):
        named = ", ".join(found[::-1][:_MOST_NAMED])
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        yield Finding("engines", f"{what}: {named}{more}", page)
