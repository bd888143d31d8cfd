"""llms.txt: what the site holds and where, in plain Markdown for programs that read before they answer.

Facts of the register only; the form is that of llmstxt.org.
"""

from collections.abc import Collection

from guidance.anchors import slug
from guidance.publish.edition import is_superseded, say_date
from guidance.publish.inline import clean
from guidance.register import Edition, Publication

NAME = "llms.txt"


def render_llms(publication: Publication, with_text: Collection[str], base: str = "") -> str:
    """The file; `base` is the address of the publication's root, empty where that is not known."""
    lines = [
        f"# {clean(publication.title)}",
        "",
        "> An unofficial copy of every edition, with an address for every paragraph. Published by "
        f"{clean(publication.publisher)}; {clean(publication.licence)}. Where this differs from the official file, "
        "the official file counts.",
        "",
        f"The edition in force is that of {publication.in_force.id}. Say which edition you quote and whether it is "
        "in force. Cite a paragraph by its address: `<edition>/p/<number>/`.",
        "",
        "## Editions",
        "",
        *(_line(edition, publication, edition.id in with_text, base) for edition in reversed(publication.editions)),
        "",
        "## Data",
        "",
        *(_data(edition, publication, base) for edition in with_text),
        f"- [Crosswalk]({base}crosswalk.json): each provision through all editions with text" if with_text else "",
        f"- [What has changed]({base}log/), and [as a feed]({base}feed.xml)",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _line(edition: Edition, publication: Publication, has_text: bool, base: str) -> str:
    ended = f" on {say_date(edition.ended)}" if edition.ended else ""
    status = f"superseded{ended}" if is_superseded(edition, publication) else "in force"
    text = "" if has_text else "; its text is not here"
    summary = clean(edition.summary)
    return (
        f"- [{edition.id}]({base}{edition.id}/): {status}; published {say_date(edition.published)}{text}. {summary}"
    )


def _data(edition: str, publication: Publication, base: str) -> str:
    stem = f"{slug(publication.short)}-{slug(edition)}"
    return (
        f"- [{edition} in one Markdown file]({base}{edition}/downloads/{stem}.md), "
        f"[in JSON]({base}{edition}/downloads/{stem}.json), "
        f"[provisions]({base}{edition}/provisions.json), [duties]({base}{edition}/duties.json)"
    )
