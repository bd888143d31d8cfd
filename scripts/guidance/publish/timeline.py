"""The page of all editions: which stood when, what each brought, and which revision stood on a day.

Facts of the register only; everything on the page is there without JavaScript.
"""

from collections.abc import Collection, Iterator

from guidance.publish.edition import is_superseded, say_date
from guidance.publish.inline import escape_markdown
from guidance.publish.pages import Page, front_matter, join_parts, render_table
from guidance.register import Edition, Publication, Revision

PATH = "editions.md"
_UNSURE = ' <span class="unconfirmed">not confirmed</span>'


def render_editions(publication: Publication, with_text: Collection[str] = ()) -> Page:
    """The page, for the root of the publication's site. `with_text` has the ids of editions whose text is there."""
    printed = [
        "# All editions",
        f"In force is the edition of **{escape_markdown(publication.in_force.id)}**. The others are kept so that "
        "you can see what applied when something happened.",
        render_table(
            ("Edition", "What was new"),
            (_row(edition, publication, with_text) for edition in reversed(publication.editions)),
        ),
        "## What stood on a day {: #as-it-stood }",
        "Some editions were issued anew while they stood. Find the last line that is not after your day. Dates "
        "are as exact as they are known.",
        render_table(("From", "Edition", "What happened"), _events(publication)),
    ]
    return Page(
        PATH, "All editions", front_matter({"title": "All editions", "kind": "editions"}) + join_parts(printed)
    )


def _row(edition: Edition, publication: Publication, with_text: Collection[str]) -> tuple[str, ...]:
    unsure = _UNSURE if edition.basis == "C" else ""
    until = say_date(edition.ended) if edition.ended else "in force"
    if is_superseded(edition, publication) and not edition.ended:
        until = "superseded"
    stood = f"{say_date(edition.in_force or edition.published)}{unsure} – {until}"
    text = "text here" if edition.id in with_text else "no text here"
    return f"{_link(edition)}<br>{stood}<br><small>{text}</small>", escape_markdown(edition.summary)


def _events(publication: Publication) -> Iterator[tuple[str, ...]]:
    """Beginnings of editions and their revisions, oldest first; no beginning is told twice."""
    for edition in publication.editions:
        start = edition.in_force or edition.published
        first, later = _first_issue(edition, start)
        what = "Took over" if edition is not publication.editions[0] else "The first edition listed here"
        unsure = _UNSURE if edition.basis == "C" else ""
        yield say_date(start) + unsure, _link(edition), f"{what}.{' ' + escape_markdown(first) if first else ''}"
        for revision in later:
            unsure = _UNSURE if revision.basis == "C" else ""
            yield say_date(revision.date) + unsure, _link(edition), escape_markdown(revision.what)


def _first_issue(edition: Edition, start: str) -> tuple[str, tuple[Revision, ...]]:
    revisions = edition.revisions
    if revisions and revisions[0].date == start:
        return revisions[0].what, revisions[1:]
    return "", revisions


def _link(edition: Edition) -> str:
    return f"[{escape_markdown(edition.id)}](../{edition.id}/)"
