"""The one walk over a document: its texts, list entries, plain words and note marks, every text changed, and
whether its characters add up to what its source holds.

Walks the closed set of blocks in reading order; what is done with what it finds, and how a block is printed, is for
the caller. Every count of Texts (the `part` of a Locus) goes by the order that is told here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from sys import maxsize
from typing import Literal

from msgspec.structs import replace

from guidance.document.model import (
    Block,
    Cell,
    Document,
    Finding,
    Item,
    List,
    NoteMark,
    Para,
    Provision,
    StructureCheck,
    Subheading,
    Table,
    Text,
)

_PLAIN = str.maketrans("‘’“”–—‐", "''\"\"---", "\u00ad")
NO_END = re.compile(  # a full stop that ends no sentence, with up to two signs behind it
    r"""
    (?: ^ | [\s(“"] )
    (?: e\.g | i\.e | etc | cf | vs? | ibid | approx            # "e.g.", "see ibid. for"
      | Nos? (?= \. \s? \d )                                 # "No. 5", but "No. It is not"
      | [Aa]rts? | [Rr]egs? | [Pp]aras? | [Pp]p? | [Ss]s? | min | max  # "para. 12", "s. 47"
      | [Cc]h | [Ff]ig | [Vv]ol | [Ss]ch                      # "ch. 4", "fig. 2"
      | Jan | Feb | Aug | Sept? | Oct | Nov | Dec               # "5 Sept. 2020"
      | Dr | Mr | Mrs | Ms | Prof | Rev | St | Ltd | Inc       # "Dr. Smith"
      | (?<! Appendix \s ) (?<! Annex \s ) (?<! Part \s ) (?<! Schedule \s ) (?<! Group \s ) [A-Z]  # "J. Smith"
    ) \. [\s\S]{0,2} $
  | ^ \d{1,3} \. [\s\S]{0,2} $                                    # "12. Where a child ..."
  | \. [a-z0-9] [\s\S]? $                                            # "3.5", "e.g"
    """,
    re.VERBOSE,
)
BEFORE_STOP = 12
"""So many characters before a full stop tell, with it and two behind it, whether `NO_END` holds."""
_CLOSING = 4  # marks that may close a quotation or bracket behind a stop
TextChange = Callable[[Text], Text]

TextRole = Literal["prose", "title", "header cell", "caption", "picture"]
"""What a Text is in its block: running text, a title within a provision, the head of a table's row or column, words
under a table or picture, words drawn in a picture."""


def texts_with_roles(blocks: Iterable[Block], *, in_header: bool = False) -> Iterator[tuple[Text, TextRole]]:
    """Every Text of some blocks in reading order, and what it is there; a list's markers are not among them."""
    for block in blocks:
        if isinstance(block, Para):
            yield block.text, "header cell" if in_header else "prose"
        elif isinstance(block, Subheading):
            yield block.text, "title"
        elif isinstance(block, List):
            for item in block.items:
                yield from texts_with_roles(item.blocks, in_header=in_header)
        elif isinstance(block, Table):
            if block.caption:
                yield block.caption, "caption"
            for cell in _cells(block):
                yield from texts_with_roles(cell.blocks, in_header=in_header or cell.header is not None)
        else:
            yield from ((words, "picture") for words in block.words)
            if block.caption:
                yield block.caption, "caption"


def block_texts(blocks: Iterable[Block]) -> Iterator[Text]:
    """Every Text of some blocks, in reading order; a list's markers are not among them."""
    return (text for text, _ in texts_with_roles(blocks))


def provision_texts(provision: Provision) -> tuple[Text, ...]:
    """Every Text of a provision, its heading first: the numbering that a Locus counts in."""
    heading = (provision.heading,) if provision.heading else ()
    return (*heading, *block_texts(provision.blocks))


def prose(provision: Provision) -> Iterator[tuple[int, Text]]:
    """The running text of a provision, each Text with its number among `provision_texts`."""
    first = 1 if provision.heading else 0
    for part, (text, role) in enumerate(texts_with_roles(provision.blocks), first):
        if role == "prose":
            yield part, text


def list_items(blocks: Iterable[Block]) -> Iterator[Item]:
    """Every list entry of some blocks, those within entries and table cells too, in reading order."""
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield item
                yield from list_items(item.blocks)
        elif isinstance(block, Table):
            for cell in _cells(block):
                yield from list_items(cell.blocks)


def note_marks(provision: Provision) -> Iterator[NoteMark]:
    """Every footnote reference in a provision, in reading order."""
    for text in provision_texts(provision):
        yield from (mark for mark in text.marks if isinstance(mark, NoteMark))


def plain_text(provision: Provision, bullet: str = "") -> str:
    """A provision's own text, one line a block: no heading or footnote marks, but "(a)" and the like; entries of a
    list that have no such mark begin with the `bullet`."""
    return "\n".join(_plain_lines(provision.blocks, bullet))


def is_lettered(marker: str) -> bool:
    """Whether a list marker says something ("(a)", "iv.") and so must be printed as it is."""
    return any(character.isalnum() for character in marker)


def _plain_lines(blocks: Iterable[Block], bullet: str) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                lines = list(_plain_lines(item.blocks, bullet))
                if lines and is_lettered(item.marker):
                    lines[0] = f"{item.marker} {lines[0]}"
                elif lines:
                    lines[0] = f"{bullet}{lines[0]}"
                yield from lines
        else:
            yield from (text.plain for text in block_texts((block,)))


def normalise(text: str) -> str:
    """Text with what a re-issue may set differently made alike: quotes, dashes, ligatures, white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return " ".join(text.split())


def count_characters(text: str) -> int:
    """How many characters of a text are not white space."""
    return sum(map(len, text.split()))


def map_texts(provision: Provision, change: TextChange) -> Provision:
    """A provision with its heading and every text of its blocks changed; `change` is called in the order of
    `provision_texts`, so that whoever counts its calls knows which one is before it."""
    heading = change(provision.heading) if provision.heading else None
    return replace(provision, heading=heading, blocks=_mapped(provision.blocks, change))


def _mapped(blocks: Iterable[Block], change: TextChange) -> tuple[Block, ...]:
    return tuple(_mapped_block(block, change) for block in blocks)


def _mapped_block(block: Block, change: TextChange) -> Block:
    if isinstance(block, Para | Subheading):
        return replace(block, text=change(block.text))
    if isinstance(block, List):
        return replace(block, items=tuple(replace(i, blocks=_mapped(i.blocks, change)) for i in block.items))
    if isinstance(block, Table):
        caption = change(block.caption) if block.caption else None
        rows = tuple(tuple(replace(c, blocks=_mapped(c.blocks, change)) for c in row) for row in block.rows)
        return replace(block, caption=caption, rows=rows)
    words = tuple(change(text) for text in block.words)
    return replace(block, words=words, caption=change(block.caption) if block.caption else None)


def _cells(table: Table) -> Iterator[Cell]:
    return (cell for row in table.rows for cell in row)


# --- The account of characters: what is placed and what was dropped add up to what the source holds ---


def placed_characters(document: Document) -> int:
    """How many of a document's characters came from the source: numbers, headings, text, list markers, and
    the labels of notes both where they stand and where they are referred to."""
    return sum(count_characters(" ".join(printed_parts(provision))) for provision in document.everything)


def dropped_characters(document: Document) -> int:
    """How many characters were left out with a reason."""
    return sum(count_characters(entry.text) for entry in document.dropped)


def printed_parts(provision: Provision) -> Iterator[str]:
    """All that a source prints of a provision: its number's form, its lists' markers, then its texts, each with the
    labels of its notes where they are printed, right behind the word they hang on."""
    yield provision.marker
    yield from (item.marker for item in list_items(provision.blocks))
    yield from map(_with_labels, provision_texts(provision))


def _with_labels(text: Text) -> str:
    pieces: list[str] = []
    at = 0
    for mark in text.marks:
        if isinstance(mark, NoteMark):
            pieces += [text.plain[at : mark.at], mark.label]
            at = mark.at
    return "".join([*pieces, text.plain[at:]])


def breaches(document: Document) -> tuple[str, ...]:
    """Where the document does not hold what its source prints: characters that are neither placed nor dropped,
    those of which the source does not say what they mean, and what its structural account finds amiss."""
    lost = (f for f in document.findings if f.kind in ("conservation", "unreadable"))
    said = [f"page {f.page}: {f.message}" if f.page else f.message for f in lost]
    return (*said, *(_told(check) for check in document.structure if check.verdict == "amiss"))


_AMISS = {
    "placed": "of {counted} characters {amiss} stand nowhere in the text",
    "pages": "printed page numbers leave out {amiss} of {counted}",
    "order": "lines are read in another order than they are drawn ({amiss} of {counted})",
    "sentences": "texts break off in mid-sentence ({amiss} of {counted})",
    "numbers": "numbers at lines' starts are no provision's ({amiss} of {counted})",
    "notes": "notes without marks, or marks without notes ({amiss} of {counted})",
    "note area": "pages are mostly notes that nothing there refers to ({amiss} of {counted})",
    "tables": "head rows stand again among the text ({amiss} of {counted})",
    "headings": "headings are not those that contents, bookmarks or tags name ({amiss} of {counted})",
    "words": "words are split that another engine has whole ({amiss} of {counted})",
}
_MOST_PAGES = 12  # that one line names


def _told(check: StructureCheck) -> str:
    """One line on what a check finds amiss, and on which pages."""
    said = _AMISS[check.what].format(counted=check.counted, amiss=check.amiss)
    named = ", ".join(map(str, check.pages[:_MOST_PAGES])) + (", …" if len(check.pages) > _MOST_PAGES else "")
    word = "page" if len(check.pages) == 1 else "pages"
    return f"structure: {said}" + (f", {word} {named}" if named else "")


def balance(document: Document) -> Document:
    """The document, with a finding where source, placed and dropped characters do not add up."""
    missing = document.characters_source - placed_characters(document) - dropped_characters(document)
    if not missing:
        return document
    words = (
        f"{missing} characters are unaccounted for"
        if missing > 0
        else f"{-missing} characters too many were placed"
    )
    return replace(document, findings=(*document.findings, Finding("conservation", words)))


def ends_sentence(text: str, at: int) -> bool:
    """Whether the sign at a place of a text can end a sentence, as no full stop of "e.g.", "p. 12" or "3.5" does:
    asked by all who look for sentences."""
    return text[at] != "." or not NO_END.search(text[max(0, at - BEFORE_STOP) : at + 3])


def sentence_ends(
    between: re.Pattern[str], text: str, start: int = 0, end: int = maxsize
) -> Iterator[re.Match[str]]:
    """Where a pattern of what stands between two sentences finds that, but behind a stop that ends none; a line's
    end always ends one."""
    for match in between.finditer(text, start, end):
        before = text[max(0, match.start() - _CLOSING) : match.start()].rstrip("”’\"')]")
        at = match.start() - min(_CLOSING, match.start()) + len(before) - 1
        if match[0].startswith("\n") or at < 0 or ends_sentence(text, at):
            yield match
