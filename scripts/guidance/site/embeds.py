"""What other sites put on their pages: quotations that stand alone, framed pages, oEmbed, and the optional script.

All are static files; the script (embed.js) asks for one status file an edition, which tells nobody what is read,
and where words are not those of their provision for quoting.js, which holds them against the edition's text.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from markupsafe import Markup

from guidance.cite.quoted_words import record
from guidance.document.anchors import permalink_path
from guidance.document.change_model import Node
from guidance.document.model import Block, Cell, GuidanceError, List, Provision, Subheading, Table
from guidance.document.walk import block_texts, is_lettered, plain_text
from guidance.site.pages import Page, make_page
from guidance.site.permalink_index import (
    STYLE_NAME,
    PermalinkIndex,
    edition_name,
    own_words,
    short,
    shorten,
    small_page,
    standing,
    style,
)
from guidance.site.templates import clean, part

SCRIPT = Path(__file__).with_name("embed.js")
QUOTING = "quoting.js"  # asked by embed.js and by the page on which anybody checks quotations
_UP = "../../../"
_WIDTH = 600  # pixels; what an oEmbed document and a frame are made for
_LINE, _LINE_HEIGHT = 27, 27  # characters in a line of a frame 320 pixels wide, pixels of a line
_HEAD_LINE, _HEAD_HEIGHT = 38, 23  # the same of the lines above the words
_EXAMPLE = re.compile(r"^<!-- quotation (?P<edition>[0-9a-z.-]+)/(?P<anchor>[a-z0-9-]+) -->$", re.M)
_STANDING_LINE = "Superseded on 30 September 2026; the text of 2026, the edition in force, is not loaded here."
_STATES = {"unchanged": "same", "reworded": "changed", "gone": "gone"}


def shared_files(index: PermalinkIndex) -> dict[str, bytes]:
    """The scripts, and the style of all framed pages."""
    framed = {} if index.rules else {f"embed/{STYLE_NAME}": style(index)}
    return {"embed.js": SCRIPT.read_bytes(), QUOTING: quoting_script(), **framed}


def quoting_script() -> bytes:
    """The script that holds a quotation against a text, with the rules of `cite.quoting` in it."""
    rules = json.dumps(record(), ensure_ascii=False)
    return f"const rules = {rules};\n{SCRIPT.with_name(QUOTING).read_text(encoding='utf-8')}".encode()


def edition_embeds(edition: str, index: PermalinkIndex) -> dict[str, bytes]:
    """The same for one edition, without what all share."""
    files: dict[str, bytes] = {}
    known = index.entries[edition]
    for anchor in known:
        node = (edition, anchor)
        if not index.rules:
            files[f"{embed_path(node)}index.html"] = _framed(node, index)
        files[_oembed_path(node)] = msgspec.json.format(msgspec.json.encode(oembed(node, index)), indent=1) + b"\n"
    files[status_path(edition)] = msgspec.json.encode(status(edition, index))
    if not index.rules:
        files[f"embed/{edition}/404.html"] = _missing(edition, index)
    return files


def embed_path(node: Node) -> str:
    """The framed page's address from the publication's root."""
    return f"embed/{node[0]}/{short(node[1])}/"


def status_path(edition: str) -> str:
    """Where it is told what became of an edition's provisions, from the publication's root."""
    return f"status/{edition}.json"


def _oembed_path(node: Node) -> str:
    return f"oembed/{node[0]}/{short(node[1])}.json"


# --- The quotation -------------------------------------------------------------------------------


def quotation(node: Node, index: PermalinkIndex) -> str:
    """A provision as a blockquote that is complete without a script; only where its text is loaded.

    Without the site's own address it names its source without a link.
    """
    provision, address = index.provision(node), index.address(permalink_path(*node))
    words = Markup(bare_html(provision)) if provision else ""
    facts = (words, index.cited(node), address, "/".join(node), copied(node[0], index))
    return str(part("quotation.html", "quotation", *facts))


def copied(edition: str, index: PermalinkIndex) -> str:
    """An edition's standing for a copy, which nobody brings up to date: what is over stays so, what is in force
    may not."""
    now = standing(edition, index)
    return now.phrase if now.superseded else f"{now.phrase} when this was copied"


def bare_html(provision: Provision) -> str:
    """A provision's words with no link, note mark, picture, class or id: what another site's editor keeps whole."""
    blocks = " ".join(map(_bare, provision.blocks))
    return blocks or f"<p>{_text(own_words(provision))}</p>"


def quoted_words(provision: Provision) -> str:
    """The words of a quotation as a browser reads them off the page."""
    return Markup(bare_html(provision)).striptags()


def _bare(block: Block) -> str:
    if isinstance(block, List):
        entries = "".join(f"<li>{_entry(item.marker, item.blocks)}</li>" for item in block.items)
        return f"<ul>{entries}</ul>"
    if isinstance(block, Table):
        caption = f"<caption>{_text(block.caption.plain)}</caption>" if block.caption else ""
        rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
        return f"<table>{caption}{rows}</table>"
    if isinstance(block, Subheading):
        return f"<p><strong>{_text(block.text.plain)}</strong></p>"
    return "".join(f"<p>{_text(text.plain)}</p>" for text in block_texts((block,)))


def _entry(marker: str, blocks: tuple[Block, ...]) -> str:
    inner = "".join(map(_bare, blocks))
    if inner.count("<p>") == 1 and inner.startswith("<p>"):
        inner = inner.replace("<p>", "", 1).replace("</p>", "", 1)
    return f"{_text(marker)} {inner}" if is_lettered(marker) else inner


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    return f"<{tag}{part('block_parts.html', 'spans', cell)}>{''.join(map(_bare, cell.blocks))}</{tag}>"


def _text(words: str) -> str:
    return escape(clean(words), quote=False)


def copyable(node: Node, index: PermalinkIndex, up: str) -> dict[str, object]:
    """Code to quote a provision on another page, as a template is told it: nothing where there are no words."""
    return {
        "quotation": quotation(node, index) if index.provision(node) else "",
        "frame": _frame(node, index),
        "help": f"{up}{index.help}" if index.help else None,
    }


def _frame(node: Node, index: PermalinkIndex) -> str:
    """The code of a frame that shows a provision; nothing where the site's own address is not known."""
    address = index.address(embed_path(node))
    return str(part("quotation.html", "frame", address, index.cited(node), height(node, index))) if address else ""


def put_in_examples(files: Mapping[str, bytes], index: PermalinkIndex) -> dict[str, bytes]:
    """Hand-written files, in Markdown each line `<!-- quotation 2023/para-45 -->` replaced by that quotation and
    its code, and https://site.example.org by this site's own address where that is known.

    Raises GuidanceError for something that was never published.
    """
    return {
        path: _with_examples(content.decode(), path, index).encode() if path.endswith(".md") else content
        for path, content in files.items()
    }


def _with_examples(markdown: str, page: str, index: PermalinkIndex) -> str:
    def example(match: re.Match[str]) -> str:
        node = (match["edition"], match["anchor"])
        if node[1] not in index.entries.get(node[0], {}):
            raise GuidanceError(f"{page}: quotes {'/'.join(node)}, and there is no such permalink")
        if index.provision(node) is None:
            return "*The text of this edition is not loaded here, so this example is missing.*"
        shown = " ".join(quotation(node, index).split())
        return f"{shown}\n\n<details><summary>Its code</summary><pre><code>{escape(shown)}</code></pre></details>\n"

    shown = _EXAMPLE.sub(example, markdown)
    return shown.replace("https://site.example.org", index.site_url.rstrip("/")) if index.site_url else shown


# --- The framed page -----------------------------------------------------------------------------


def height(node: Node, index: PermalinkIndex) -> int:
    """How high a frame should be so that nothing scrolls on the smallest telephone, in pixels; but no higher than
    640, where longer texts scroll."""
    provision = index.provision(node)
    lines = own_words(provision).split("\n") if provision else [""] * 3
    entries = len(lines) > 1  # which are indented
    text = sum(1 + len(line) // (_LINE - 6 * entries) for line in lines) * _LINE_HEIGHT + 17 * len(lines)
    head = sum(1 + len(line) // _HEAD_LINE for line in (index.cited(node), _STANDING_LINE)) * _HEAD_HEIGHT
    below = 3 * _HEAD_HEIGHT if index.publication.tell_us else 0
    return min(max(head + text + 40 + below, 180), 640)


def _framed(node: Node, index: PermalinkIndex) -> bytes:
    """The page at /embed/: the words, what they are and whether they stand; its links leave the frame."""
    provision = index.provision(node)
    description = shorten(own_words(provision)) if provision else index.cited(node)
    return small_page(
        "framed.html",
        index,
        index.cited(node),
        description,
        up=_UP,
        css=f"../../{STYLE_NAME}",
        path=permalink_path(*node),
        listed=False,
        in_frame=True,
        cited=index.cited(node),
        link=f"{_UP}{permalink_path(*node)}",
        missing=None,
        corrected=index.corrected.get(node, ()),
        text=Markup(bare_html(provision)) if provision else None,
        source_page=index.entries[node[0]][node[1]].page,
        standing=standing(node[0], index),
        state=index.fate(node).state,
    )


def _missing(edition: str, index: PermalinkIndex) -> bytes:
    """What a host shows in a frame whose place is none of an edition, or one whose text is not here."""
    name = edition_name(index.publication, edition)
    missing = "It has no such place." if index.entries[edition] else "Its text is not loaded on this site."
    # A host answers with it below any address: what it loads is named from the host's root, and from nobody else.
    up = urlsplit(index.address("") or f"/{index.prefix}").path.rstrip("/") + "/"
    told = {"cited": name, "link": index.address(f"{edition}/"), "missing": missing}
    css, stands = f"{up}embed/{STYLE_NAME}", standing(edition, index)
    return small_page(
        "framed.html", index, name, name, up=up, css=css, listed=False, in_frame=True, standing=stands, **told
    )


# --- oEmbed --------------------------------------------------------------------------------------


def oembed_address(node: Node, index: PermalinkIndex, up: str) -> str:
    """Where a provision's oEmbed document is: a static file, in JSON, which all of them read."""
    return index.address(_oembed_path(node)) or f"{up}{_oembed_path(node)}"


def oembed(node: Node, index: PermalinkIndex) -> dict[str, object]:
    """An oEmbed 1.0 document: rich with the quotation where the text is loaded, else a link."""
    record: dict[str, object] = {
        "version": "1.0",
        "type": "link",
        "title": index.cited(node),
        "provider_name": f"{index.publication.title} (unofficial site)",
        "cache_age": 86400,
    }
    if home := index.address(""):
        record["provider_url"] = home
    if author := index.publication.edition(node[0]).author:
        record["author_name"] = author
    if index.provision(node) is not None:
        # WordPress takes nothing from a site without a frame: it shows the quotation, and hides the frame, as the
        # frame itself asks of others.
        html = quotation(node, index) + _frame(node, index).replace("<iframe ", "<iframe hidden ", 1)
        record |= {"type": "rich", "html": html, "width": _WIDTH, "height": height(node, index)}
    return record


# --- What the script asks ------------------------------------------------------------------------


def status(edition: str, index: PermalinkIndex) -> dict[str, object]:
    """What became of an edition's provisions: one file for all, which tells nothing of what is read.

    `standing` is the edition's phrase, `words` has a digest of each provision's letters and digits, `today` what
    became of it in the edition in force and its anchors there. Neither is there where it is not known. `unread` are
    the anchors without a text here, `isListed` tells whether those of the edition are known at all.
    """
    provisions = index.provisions.get(edition, {})
    today = {}
    for anchor in index.entries.get(edition, {}):
        fate = index.fate((edition, anchor))
        if fate.state in _STATES:
            today[anchor] = [_STATES[fate.state], *fate.today]
    return {
        "edition": edition,
        "name": edition_name(index.publication, edition),
        "standing": standing(edition, index).sentence,
        "inForce": index.publication.in_force.id,
        "words": {anchor: digest(quoted_words(provision)) for anchor, provision in provisions.items()},
        "today": today,
        "isListed": bool(index.entries.get(edition)),
        "unread": [anchor for anchor in index.entries.get(edition, {}) if anchor not in provisions],
    }


def digest(text: str) -> str:
    """A short digest of a text's letters and digits, the same that embed.js makes: FNV-1a over UTF-16 units."""
    value = 0x811C9DC5
    units = clean_letters(text).encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        value = ((value ^ int.from_bytes(units[at : at + 2], "little")) * 0x01000193) & 0xFFFFFFFF
    return f"{value:x}"


def clean_letters(text: str) -> str:
    """A text's letters and digits in lower case, compatibility forms made alike; the rest may differ."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN")


# --- The page on which anybody checks quotations in their own text ---------------------------------
# Its script is overrides/assets/quotations.js; what is pasted never leaves the browser.


def render_quotations(index: PermalinkIndex, files: Mapping[str, bytes]) -> Page:
    """The page; `files` are what may be quoted, by path from the publication's root."""
    title = "Check a quotation"
    publication = index.publication
    editions = [edition for edition in reversed(list(index.entries)) if edition in index.provisions]
    known = {
        "editions": [[edition, len(files[quotable_path(edition)])] for edition in editions if files],
        "inForce": publication.in_force.id,
        # What may name it: its short title, and the first two words of its title.
        "names": [publication.short.lower(), " ".join(publication.title.lower().split()[:2])],
        "standings": {edition.id: standing(edition.id, index).sentence for edition in publication.editions},
    }
    facts = {"title": publication.title, "known": json.dumps(known) if files else ""}
    return make_page("quotations.md", title, "quotations", "quotations.md", facts)


def quotable_path(edition: str) -> str:
    """Where it stands what may be quoted of an edition, from the publication's root."""
    return f"quotations/{edition}.json"


def quotable(edition: str, index: PermalinkIndex) -> bytes:
    """An edition's texts, each with its name, page, and what became of it.

    Plain text and not digests of it: compressed it is smaller, and the page can show what was published.
    """
    places = []
    for anchor, provision in index.provisions[edition].items():
        text = "\n".join(" ".join(line.split()) for line in plain_text(provision).split("\n"))
        if text and anchor in index.entries[edition]:
            fate = index.fate((edition, anchor))
            name = index.spoken((edition, anchor))
            places.append([short(anchor), name, provision.page, text, fate.state, [short(a) for a in fate.today]])
    record = {
        "edition": edition,
        "name": edition_name(index.publication, edition),
        "status": standing(edition, index).sentence,
        "places": places,
    }
    return msgspec.json.encode(record)
