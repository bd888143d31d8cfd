"""The templates of pages that MkDocs does not make, and of the parts that our scripts put into those it does.

Python gives facts, a template gives markup and words: everything that a template prints is escaped unless it is
markup already (`Markup`), so that no title in a register or file ever becomes markup by itself.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).with_name("templates")


@cache
def _environment() -> Environment:
    """A fact that a template names and nobody gives is an error, never an empty place."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(name: str, **facts: object) -> Markup:
    """The template `name` below templates/, such as "permalink.html", filled with facts."""
    return Markup(_environment().get_template(name).render(**facts))


def part(name: str, macro: str, *facts: object) -> Markup:
    """One macro of a template, for a part of a page that is printed many times."""
    return Markup(getattr(_environment().get_template(name).module, macro)(*facts))
