"""The page on which anybody checks quotations in their own text, and the texts that its script compares with.

Data and facts only; the script is overrides/assets/quotations.js, and what is pasted never leaves the browser.
"""

import json
from collections.abc import Mapping

from guidance.document.walk import plain_text
from guidance.site.pages import Page, front_matter
from guidance.site.permalink_index import PermalinkIndex, edition_name, short, standing
from guidance.site.templates import render

PATH = "quotations.md"
_TITLE = "Check a quotation"
_FEWEST = 6  # words; what is shorter quotes nobody


def quotation_files(index: PermalinkIndex) -> dict[str, bytes]:
    """Path from the publication's root -> file, for each edition with text: what may be quoted of it."""
    return {quotable_path(edition): quotable(edition, index) for edition in index.provisions}


def render_quotations(index: PermalinkIndex, files: Mapping[str, bytes]) -> Page:
    """The page; `files` are those of `quotation_files`."""
    editions = [edition for edition in reversed(list(index.entries)) if edition in index.provisions]
    known = {
        "editions": [[edition, len(files[quotable_path(edition)])] for edition in editions if files],
        "inForce": index.publication.in_force.id,
    }
    head = front_matter({"title": _TITLE, "kind": "quotations"})
    body = render("quotations.md", title=index.publication.title, known=json.dumps(known) if files else "")
    return Page(PATH, _TITLE, f"{head}{body}")


def quotable_path(edition: str) -> str:
    """Where it stands what may be quoted of an edition, from the publication's root."""
    return f"quotations/{edition}.json"


def quotable(edition: str, index: PermalinkIndex) -> bytes:
    """An edition's texts, each with its name, page, and what became of it.

    Plain text and not digests of it: compressed it is smaller, and the page can show what was published.
    """
    places = []
    for anchor, provision in index.provisions[edition].items():
        text = " ".join(plain_text(provision).split())
        if len(text.split()) >= _FEWEST and anchor in index.entries[edition]:
            fate = index.fate((edition, anchor))
            name = index.spoken((edition, anchor))
            places.append([short(anchor), name, provision.page, text, fate.state, [short(a) for a in fate.today]])
    record = {
        "edition": edition,
        "name": edition_name(index.publication, edition),
        "status": standing(edition, index).sentence,
        "places": places,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
