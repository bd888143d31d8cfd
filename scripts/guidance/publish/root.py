"""Pages at a publication's root that the register writes: the list of editions, and a home where there is none.

Markdown only, from facts of the register; what a publication's own hand-written pages say is theirs.
"""

from collections.abc import Collection

from guidance.publish.edition import say_date
from guidance.publish.inline import escape_markdown
from guidance.register import Edition, Publication


def render_editions(publication: Publication, with_text: Collection[str] = ()) -> str:
    """The page *Editions*, `editions.md`: each one with the dates between which it stood, the newest first."""
    return f"# Editions\n\n{_table(publication, with_text, '../')}\n"


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
        _table(publication, with_text, ""),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(publication: Publication, with_text: Collection[str], up: str) -> str:
    head = "| Edition | Stood from | Until | What was new | Full text here |\n|---|---|---|---|---|"
    rows = [_row(edition, with_text, up) for edition in reversed(publication.editions)]
    return "\n".join((head, *rows))


def _row(edition: Edition, with_text: Collection[str], up: str) -> str:
    until = say_date(edition.ended) if edition.ended else "in force"
    cells = (
        f"[{edition.id}]({up}{edition.id}/)",
        say_date(edition.in_force or edition.published),
        until,
        escape_markdown(edition.summary),
        "yes" if edition.id in with_text else "no",
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
