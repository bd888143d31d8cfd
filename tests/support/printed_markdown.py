"""What a printed page says, and what it should say."""

from collections.abc import Iterator

from bs4 import Comment, Tag

from guidance.document.model import Block, Figure, List, NoteMark, Provision, Table, Text
from guidance.site.templates import clean


def squeezed(words: str) -> str:
    return "".join(clean(words).split())


def text_with_notes(text: Text) -> str:
    """A text with its note marks set in, as it is printed."""
    marks = sorted((m for m in text.marks if isinstance(m, NoteMark)), key=lambda m: m.at)
    printed, done = "", 0
    for mark in marks:
        printed += text.plain[done : mark.at] + mark.label
        done = mark.at
    return printed + text.plain[done:]


def words_of(blocks: tuple[Block, ...]) -> Iterator[str]:
    """What blocks should say, in the order in which they are printed."""
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                if any(c.isalnum() for c in item.marker):
                    yield item.marker
                yield from words_of(item.blocks)
        elif isinstance(block, Table):
            if block.caption:
                yield text_with_notes(block.caption)
            for row in block.rows:
                for cell in row:
                    yield from words_of(cell.blocks)
        elif isinstance(block, Figure):
            if block.caption:
                yield text_with_notes(block.caption)
            for text in block.words:
                yield text_with_notes(text)
        else:
            yield text_with_notes(block.text)


def said(soup: Tag) -> str:
    """What a page says, without what we put around it."""
    for furniture in soup.select(".furniture"):
        furniture.decompose()
    for comment in soup.find_all(string=lambda s: isinstance(s, Comment)):
        comment.extract()
    return squeezed(soup.get_text())


def should_say(provision: Provision) -> str:
    heading = text_with_notes(provision.heading) if provision.heading else ""
    return squeezed("".join([provision.marker, heading, *words_of(provision.blocks)]))
