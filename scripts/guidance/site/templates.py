"""The templates of pages that MkDocs does not make, and of the parts that our scripts put into those it does.

Python gives facts, a template gives markup and words: everything that a template prints is escaped unless it is
markup already (`Markup`), so that no title in a register or file ever becomes markup by itself.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from guidance.site.inline import clean, escape_html, escape_markdown

FOLDER = Path(__file__).with_name("templates")


class PlaceLink(Struct, frozen=True):
    """What a place is called, and its address from the page that is printed; None where it has none."""

    name: str
    href: str | None


@cache
def _environment() -> Environment:
    """A fact that a template names and nobody gives is an error, never an empty place."""
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
    return made


def _escaped(value: object) -> object:
    """What a template prints, escaped as everywhere: also for Markdown's attribute lists, on one line."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else Markup(escape_html(value))


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
