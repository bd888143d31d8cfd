"""The page that holds the publisher's own list of changes against what the comparison found.

Which entry is confirmed by which change is decided elsewhere; what an entry says is in our words.
"""

from msgspec import Struct

from guidance.publish.inline import escape_html, escape_markdown
from guidance.publish.pages import Page, join_parts
from guidance.publish.redline_scene import Scene, count, facts


class Listing(Struct, frozen=True):
    """The publisher's own list held against the comparison: per entry its place, what it says in our words and
    the counts of the changes that confirm it; and the substantial changes that no entry covers."""

    entries: tuple[tuple[str, str, tuple[int, ...]], ...]
    unlisted: tuple[int, ...]


def render_official(scene: Scene, listing: Listing) -> Page:
    """The page."""
    path = f"{scene.folder}/official-list.md"
    title = f"The publisher's list of changes from {scene.old.id} to {scene.new.id}, checked"
    confirmed = sum(bool(counts) for _, _, counts in listing.entries)
    rows = []
    for place, what, counts in listing.entries:
        found = ", ".join(scene.to_redline(path, scene.found[at]) for at in counts)
        rows.append(
            f'<tr><th scope="row">{escape_html(place)}</th><td>{escape_html(what)}</td>'
            f"<td>{found or '<strong>not found</strong>'}</td></tr>"
        )
    others = "".join(
        f'<tr><th scope="row">{scene.to_redline(path, scene.found[at])}</th><td>{scene.found[at].change.kind}</td>'
        f"<td>{scene.found[at].change.level}</td></tr>"
        for at in listing.unlisted
    )
    printed = [
        f"# {escape_markdown(title)} {{: .furniture }}",
        f"The publisher lists {count(len(listing.entries), 'change')}; the comparison confirms {confirmed}. "
        f"{count(len(listing.unlisted), 'substantial change')} that were found stand in no entry of the list. "
        "What an entry says is given in our words. [All changes](index.md)",
        "## What the publisher lists",
        _table("What the publisher lists", ("Place", "What", "Found"), "".join(rows)),
        "## What the list does not have",
        _table("What the list does not have", ("Place", "Change", "Level"), others),
    ]
    return Page(path, title, facts(title) + join_parts(printed), parent=f"{scene.folder}/index.md")


def _table(name: str, head: tuple[str, ...], rows: str) -> str:
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="listed table" role="group" aria-label="{name}" tabindex="0"><table><thead><tr>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
