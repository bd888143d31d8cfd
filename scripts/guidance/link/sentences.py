"""A document as sentences, each with its place and, for the entry of a list, the words above the list that it
completes. What a sentence says is not looked at here."""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from guidance.document.model import Block, Document, Figure, List, Para, Provision, Subheading, Table, Text
from guidance.document.walk import block_texts

_STOP = re.compile(  # the end of a sentence, where the next one begins like one
    r"[.!?] [\"”’')\]]* (?= \s+ [\"“‘'(\[]* [A-Z0-9•] )", re.VERBOSE
)
_SHORTENED = re.compile(  # a full stop that ends no sentence
    r"""
    (?: ^ | [\s(“\"] )
    (?: e\.g | i\.e | etc | cf | vs? | ibid | approx            # "e.g.", "see ibid. for"
      | No | Nos | Art | Reg | [Pp]aras? | [Pp]p? | [Ss]s?     # "No. 5", "para. 12", "s. 47"
      | Dr | Mr | Mrs | Ms | Prof | Rev | St | Ltd | Inc       # "Dr. Smith"
      | (?<! Appendix \s ) (?<! Annex \s ) (?<! Part \s ) (?<! Schedule \s ) (?<! Group \s ) [A-Z]  # "J. Smith"
    ) \. $
  | ^ \d{1,3} \. $                                             # "12. Where a child ..."
    """,
    re.VERBOSE,
)


class Sentence(Struct, frozen=True):
    """One sentence: `part` as in a Locus, `ordinal` from 0 within the part, `page` where it starts or None.

    `stem` is, for the first sentence of a list's entry, the sentence that introduces the list; `introduces` says
    that this sentence is itself followed by a list. `titles` are the headings above, outermost first.
    """

    anchor: str
    kind: str
    part: int
    ordinal: int
    start: int
    end: int
    words: str
    page: int | None
    stem: "Sentence | None" = None
    introduces: bool = False
    titles: tuple[str, ...] = ()


def split_sentences(plain: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text that are its sentences, without the space between them; "e.g." and "No." end none."""
    bounds = [0]
    for stop in _STOP.finditer(plain):
        if not _SHORTENED.search(plain[max(0, stop.start() - 12) : stop.start() + 1]):
            bounds.append(stop.end())
    bounds.append(len(plain))
    spans = []
    for start, end in pairwise(bounds):
        words = plain[start:end]
        if words.strip():
            lead = len(words) - len(words.lstrip())
            spans.append((start + lead, start + len(words.rstrip())))
    return tuple(spans)


def document_sentences(document: Document) -> Iterator[Sentence]:
    """Every sentence of a document's provisions and notes, in reading order; headings and figures are left out."""
    titles = {p.anchor: p.heading.plain for p in document.provisions if p.heading}
    for provision in document.everything:
        own = () if provision.level or not provision.heading else (provision.heading.plain,)  # a box's title
        above = (*(titles[anchor] for anchor in provision.parents if anchor in titles), *own)
        yield from _Walk(provision, above).sentences()


class _Walk:
    """Goes through one provision's blocks and counts its Texts as `provision_texts` does."""

    def __init__(self, provision: Provision, titles: tuple[str, ...]) -> None:
        self._provision = provision
        self._titles = titles
        self._part = 1 if provision.heading else 0

    def sentences(self) -> Iterator[Sentence]:
        yield from self._blocks(self._provision.blocks, None)

    def _blocks(self, blocks: tuple[Block, ...], stem: Sentence | None) -> Iterator[Sentence]:
        lead = stem
        for count, block in enumerate(blocks):
            before_list = count + 1 < len(blocks) and isinstance(blocks[count + 1], List)
            if isinstance(block, Para | Subheading):
                page = block.places[0].page if block.places else self._provision.page
                found = list(self._text(block.text, page, stem if count == 0 else None, before_list))
                lead = found[-1] if found else lead
                yield from found
            elif isinstance(block, List):
                for item in block.items:
                    yield from self._blocks(item.blocks, lead)
            else:
                yield from self._apart(block)
                lead = None

    def _apart(self, block: Figure | Table) -> Iterator[Sentence]:
        """A table's cells, each by itself; what a figure shows is no sentence, but its Texts count."""
        for text in block_texts((block,)):
            if isinstance(block, Table):
                yield from self._text(text, self._provision.page, None, False)
            else:
                self._part += 1

    def _text(self, text: Text, page: int | None, stem: Sentence | None, before_list: bool) -> Iterator[Sentence]:
        part, self._part = self._part, self._part + 1
        spans = split_sentences(text.plain)
        for ordinal, (start, end) in enumerate(spans):
            yield Sentence(
                anchor=self._provision.anchor,
                kind=self._provision.kind,
                part=part,
                ordinal=ordinal,
                start=start,
                end=end,
                words=text.plain[start:end],
                page=page,
                stem=stem if ordinal == 0 else None,
                introduces=before_list and ordinal == len(spans) - 1,
                titles=self._titles,
            )
