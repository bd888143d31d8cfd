"""The templates of pages that MkDocs does not make, and of the parts that our scripts put into those it does; and
how any text is escaped, so that it says just the characters it is.

Python gives facts, a template gives markup and words: everything that a template prints is escaped unless it is
markup already (`Markup`), so that no title in a register or file ever becomes markup by itself.
"""

import html
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

FOLDER = Path(__file__).with_name("templates")
_SPECIAL = re.compile(r"[\\`*_\[\]{}]")
_AMPERSAND = re.compile(r"&(?=[#A-Za-z]|$)")  # at a piece's end the name may follow in the next
_CLOSING = re.compile(r"#+\s*$")  # at a heading's end, hash signs would be taken for its frame
_NUMBERED = re.compile(r"^(\d+)([.)])")
# What cannot stand in HTML, and what takes a line for itself though it is none, by itself or for Python.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAK = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")


class PlaceLink(Struct, frozen=True):
    """What a place is called, and its address from the page that is printed; None where it has none."""

    name: str
    href: str | None


@cache
def _environment() -> Environment:
    """A fact that a template names and nobody gives is an error, never an empty place."""
    from guidance.document.register import say_date  # all of `site` stands on this module: it stands on no other

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"md": in_markdown, "line": on_a_line, "cell": in_a_cell, "count": count, "plain": unmarked}
    made.filters["day"] = say_date
    return made


def _escaped(value: object) -> object:
    """What a template prints, escaped as everywhere: also for Markdown's attribute lists, on one line."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else Markup(escape_html(value))


def clean(text: str) -> str:
    """Text on one line, without characters that HTML cannot hold (U+FFFD stands for each of those)."""
    return text if text.isprintable() else _CONTROL.sub("\ufffd", _BREAK.sub(" ", text))


def escape_markdown(text: str, *, line_start: bool = False) -> str:
    """Text as Markdown that says just these characters; `line_start` where nothing stands before it on the line."""
    escaped = _SPECIAL.sub(r"\\\g<0>", clean(text))
    if "&" in escaped:
        escaped = _AMPERSAND.sub("&amp;", escaped)
    escaped = escaped.replace("<", "&lt;")
    if "#" in escaped:
        escaped = _CLOSING.sub(lambda hashes: hashes.group().replace("#", "\\#"), escaped)
    if escaped.endswith("!"):  # a link may follow, and would be a picture
        escaped = f"{escaped[:-1]}\\!"
    if line_start:
        escaped = escaped.lstrip()
        escaped = _NUMBERED.sub(r"\1\\\2", escaped)
        if escaped[:1] in set('#>+-!.:=~?/;|^@"%$'):
            escaped = f"&#{ord(escaped[0])};{escaped[1:]}"
    return escaped


def escape_html(text: str) -> str:
    """Text as HTML that says just these characters, good in attributes too, and to Markdown's attribute lists."""
    return html.escape(clean(text)).replace("{", "&#123;").replace("}", "&#125;")


def unmarked(text: str) -> Markup:
    """Text on one line, for a file that is plain text."""
    return Markup(clean(text))


def in_markdown(text: str) -> Markup:
    """Text that says just its characters where a template is Markdown."""
    return Markup(escape_markdown(text))


def on_a_line(text: str) -> Markup:
    """The same where the text begins a line."""
    return Markup(escape_markdown(text, line_start=True))


def in_a_cell(cell: str) -> Markup:
    """Text, or Markdown already, as a cell of a table."""
    return Markup(str(cell if isinstance(cell, Markup) else escape_markdown(cell)).replace("|", "&#124;"))


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 word", "2,300 words"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def render(name: str, /, **facts: object) -> Markup:
    """The template `name` below templates/, such as "permalink.html", filled with facts."""
    return Markup(_environment().get_template(name).render(**facts))


def part(name: str, macro: str, *facts: object) -> Markup:
    """One macro of a template, for a part of a page that is printed many times."""
    return Markup(getattr(_environment().get_template(name).module, macro)(*facts))
