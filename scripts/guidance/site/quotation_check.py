"""The page on which anybody checks quotations in their own text, and the texts that its script compares with.

Markup and data only; the script is overrides/assets/quotations.js, and what is pasted never leaves the browser.
"""

import json
from collections.abc import Mapping
from html import escape

from guidance.document.walk import plain_text
from guidance.site.pages import Page
from guidance.site.permalink_index import Shelf, edition_name, short, standing

PATH = "quotations.md"
_FEWEST = 6  # words; what is shorter quotes nobody
_HEAD = "---\ntitle: Check a quotation\nkind: quotations\n---\n\n# Check a quotation\n\n"
_INTRO = """\
Paste a policy, a letter or a web page. You see which passages quote {title}, which paragraph of which
edition they quote, whether the words are as published, and whether they still stand.

**Nothing that you paste or open leaves this device.** The page loads the texts from this site once, and does the
rest in your browser.
"""
_NOTHING = (
    '<div class="not-loaded" markdown="1">\n\n**There is nothing here to check against.** This build of the site '
    "holds no edition's text.\n\n</div>\n"
)
_FORM = """
<form class="quotations" data-known="{known}" hidden>
<label for="quotations-text">Your text</label>
<textarea id="quotations-text" rows="8" spellcheck="false" autocomplete="off"></textarea>
<p><label>Or a file from this device (text, HTML, Word)
<input type="file" accept=".txt,.md,.html,.htm,.docx"></label></p>
<p><button type="submit">Check</button></p>
</form>
<div class="not-loaded without-script"><p><strong>This page needs JavaScript,</strong> because the comparing is done
in your browser. Without it, open the paragraph that is quoted and compare by eye; its page says whether it
stands.</p></div>
<p class="quotations__said" role="status"></p>
<ol class="quotations__found"></ol>
"""


def quotation_files(shelf: Shelf) -> dict[str, bytes]:
    """Path from the publication's root -> file, for each edition with text: what may be quoted of it."""
    return {quotable_path(edition): quotable(edition, shelf) for edition in shelf.provisions}


def render_quotations(shelf: Shelf, files: Mapping[str, bytes]) -> Page:
    """The page; `files` are those of `quotation_files`."""
    intro = _INTRO.format(title=shelf.publication.title)
    if not files:
        return Page(PATH, "Check a quotation", _HEAD + intro + "\n" + _NOTHING)
    editions = [edition for edition in reversed(list(shelf.entries)) if edition in shelf.provisions]
    known = {
        "editions": [[edition, len(files[quotable_path(edition)])] for edition in editions],
        "inForce": shelf.publication.in_force.id,
    }
    form = _FORM.format(known=escape(json.dumps(known)))
    return Page(PATH, "Check a quotation", _HEAD + intro + form)


def quotable_path(edition: str) -> str:
    """Where it stands what may be quoted of an edition, from the publication's root."""
    return f"quotations/{edition}.json"


def quotable(edition: str, shelf: Shelf) -> bytes:
    """An edition's texts, each with its name, page, and what became of it.

    Plain text and not digests of it: compressed it is smaller, and the page can show what was published.
    """
    places = []
    for anchor, provision in shelf.provisions[edition].items():
        text = " ".join(plain_text(provision).split())
        if len(text.split()) >= _FEWEST and anchor in shelf.entries[edition]:
            fate = shelf.fate((edition, anchor))
            name = shelf.spoken((edition, anchor))
            places.append([short(anchor), name, provision.page, text, fate.state, [short(a) for a in fate.today]])
    record = {
        "edition": edition,
        "name": edition_name(shelf.publication, edition),
        "status": standing(edition, shelf).sentence,
        "places": places,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
