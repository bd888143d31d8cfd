"""The home page that the register writes for a publication that has none of its own.

Markdown only, from facts of the register; the list of editions is in `timeline`.
"""

from collections.abc import Collection

from guidance.publish.edition import say_date
from guidance.publish.inline import escape_markdown
from guidance.register import Edition, Publication


def render_root_home(publication: Publication, with_text: Collection[str] = ()) -> str:
    """A home page for a publication that has none of its own."""
    about = "Made-up guidance, to show the machine at work: it binds nobody." if publication.specimen else ""
    current = publication.in_force
    now = f"The edition in force is [that of {current.id}]({current.id}/)."
    parts = (
        f"# {escape_markdown(publication.title)}",
        about,
        now,
        "## Editions",
        _table(publication, with_text),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(publication: Publication, with_text: Collection[str]) -> str:
    head = "| Edition | Stood from | Until | What was new | Full text here |\n|---|---|---|---|---|"
    rows = [_row(edition, with_text) for edition in reversed(publication.editions)]
    return "\n".join((head, *rows))


def _row(edition: Edition, with_text: Collection[str]) -> str:
    until = say_date(edition.ended) if edition.ended else "in force"
    cells = (
        f"[{edition.id}]({edition.id}/)",
        say_date(edition.in_force or edition.published),
        until,
        escape_markdown(edition.summary),
        "yes" if edition.id in with_text else "no",
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
