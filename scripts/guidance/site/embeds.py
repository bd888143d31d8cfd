"""What other sites put on their pages: quotations that stand alone, framed pages, oEmbed, and the optional script.

All are static files; the script (embed.js) asks for one status file an edition, which tells nobody what is read.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from html import escape, unescape
from pathlib import Path

from guidance.document.anchors import permalink_path
from guidance.document.model import Block, Cell, GuidanceError, List, Provision, Subheading, Table
from guidance.document.walk import block_texts
from guidance.site.inline import clean
from guidance.site.permalink_index import (
    NOT_LISTED,
    STYLE_NAME,
    EditionAnchor,
    Shelf,
    canonical,
    edition_name,
    frame,
    own_words,
    short,
    shorten,
    standing,
    style,
)

SCRIPT = Path(__file__).with_name("embed.js")
_UP = "../../../"
_WIDTH = 600  # pixels; what an oEmbed document and a frame are made for
_LINE, _LINE_HEIGHT = 68, 27  # characters in a line of that width, pixels of a line
_EXAMPLE = re.compile(r"^<!-- quotation (?P<edition>[0-9a-z.-]+)/(?P<anchor>[a-z0-9-]+) -->$", re.M)
_TAG = re.compile(r"<[^>]*>")
_STATES = {"unchanged": "same", "reworded": "changed", "gone": "gone"}


def embed_files(shelf: Shelf) -> dict[str, bytes]:
    """Path from the publication's root -> file, for all that other sites embed."""
    files = {path: held for edition in shelf.entries for path, held in edition_embeds(edition, shelf).items()}
    return shared_files(shelf) | files if files else {}


def shared_files(shelf: Shelf) -> dict[str, bytes]:
    """The script, and the style of all framed pages."""
    return {"embed.js": SCRIPT.read_bytes(), f"embed/{STYLE_NAME}": style(shelf)}


def edition_embeds(edition: str, shelf: Shelf) -> dict[str, bytes]:
    """The same for one edition, without what all share."""
    files: dict[str, bytes] = {}
    known = shelf.entries[edition]
    for anchor in known:
        node = (edition, anchor)
        files[f"{embed_path(node)}index.html"] = _framed(node, shelf)
        record = oembed(node, shelf)
        files[f"{_oembed_path(node)}.json"] = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
        files[f"{_oembed_path(node)}.xml"] = _xml(record)
    if known:
        files[status_path(edition)] = _compact(status(edition, shelf))
    return files


def embed_path(node: EditionAnchor) -> str:
    """The framed page's address from the publication's root."""
    return f"embed/{node[0]}/{short(node[1])}/"


def status_path(edition: str) -> str:
    """Where it is told what became of an edition's provisions, from the publication's root."""
    return f"status/{edition}.json"


def _oembed_path(node: EditionAnchor) -> str:
    return f"oembed/{node[0]}/{short(node[1])}"


# --- The quotation -------------------------------------------------------------------------------


def quotation(node: EditionAnchor, shelf: Shelf) -> str:
    """A provision as a blockquote that is complete without a script; only where its text is loaded.

    Without the site's own address it names its source without a link.
    """
    provision = shelf.provision(node)
    address = shelf.address(permalink_path(*node))
    cited = escape(shelf.cited(node))
    cite = f' cite="{escape(address)}"' if address else ""
    named = f'<a href="{escape(address)}">{cited}</a>' if address else cited
    words = bare_html(provision) if provision else ""
    key = escape("/".join(node))
    return (
        f'<blockquote class="guidance-quote"{cite} data-guidance="{key}">{words}'
        f"<footer><cite>{named}</cite></footer></blockquote>"
    )


def bare_html(provision: Provision) -> str:
    """A provision's words with no link, note mark, picture, class or id: what another site's editor keeps whole."""
    blocks = "".join(map(_bare, provision.blocks))
    return blocks or f"<p>{_text(own_words(provision))}</p>"


def quoted_words(provision: Provision) -> str:
    """The words of a quotation as a browser reads them off the page."""
    return unescape(_TAG.sub("", bare_html(provision)))


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
    lettered = any(character.isalnum() for character in marker)
    inner = "".join(map(_bare, blocks))
    if inner.count("<p>") == 1 and inner.startswith("<p>"):
        inner = inner.replace("<p>", "", 1).replace("</p>", "", 1)
    return f"{_text(marker)} {inner}" if lettered else inner


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    return f"<{tag}{spans}>{''.join(map(_bare, cell.blocks))}</{tag}>"


def _text(words: str) -> str:
    return escape(clean(words), quote=False)


def copyable(node: EditionAnchor, shelf: Shelf, up: str) -> Iterator[str]:
    """Code to quote a provision on another page, in a box to copy from; nothing where there are no words."""
    if shelf.provision(node) is None:
        return
    yield "<details><summary>Quote it on another page</summary>"
    yield (
        f'<label>A quotation that needs no script<textarea readonly rows="5">{escape(quotation(node, shelf))}'
        "</textarea></label>"
    )
    if framed := shelf.address(embed_path(node)):
        code = (
            f'<iframe src="{escape(framed)}" title="{escape(shelf.cited(node))}" width="100%" '
            f'height="{height(node, shelf)}" loading="lazy" referrerpolicy="no-referrer"></iframe>'
        )
        yield "<label>A frame that this site keeps up to date"
        yield f'<textarea readonly rows="3">{escape(code)}</textarea></label>'
    else:
        yield "<p>This build does not know its own address, so the quotation names its source without a link.</p>"
    if shelf.help:
        yield f'<p><a href="{up}{shelf.help}">How to link and quote</a></p>'
    yield "</details>"


def put_in_examples(files: Mapping[str, bytes], shelf: Shelf) -> dict[str, bytes]:
    """Hand-written files, in Markdown each line `<!-- quotation 2023/para-45 -->` replaced by that quotation and
    its code, and https://site.example.org by this site's own address where that is known.

    Raises GuidanceError for something that was never published.
    """
    return {
        path: _with_examples(content.decode(), path, shelf).encode() if path.endswith(".md") else content
        for path, content in files.items()
    }


def _with_examples(markdown: str, page: str, shelf: Shelf) -> str:
    def example(match: re.Match[str]) -> str:
        node = (match["edition"], match["anchor"])
        if node[1] not in shelf.entries.get(node[0], {}):
            raise GuidanceError(f"{page}: quotes {'/'.join(node)}, and there is no such permalink")
        if shelf.provision(node) is None:
            return "*The text of this edition is not loaded here, so this example is missing.*"
        shown = " ".join(quotation(node, shelf).split())
        return f"{shown}\n\n<details><summary>Its code</summary><pre><code>{escape(shown)}</code></pre></details>\n"

    shown = _EXAMPLE.sub(example, markdown)
    return shown.replace("https://site.example.org", shelf.site_url.rstrip("/")) if shelf.site_url else shown


# --- The framed page -----------------------------------------------------------------------------


def height(node: EditionAnchor, shelf: Shelf) -> int:
    """How high a frame of the usual width should be, in pixels: longer texts scroll in it."""
    provision = shelf.provision(node)
    lines = sum(1 + len(line) // _LINE for line in own_words(provision).split("\n")) if provision else 2
    return min(max(140 + lines * _LINE_HEIGHT, 180), 640)


def _framed(node: EditionAnchor, shelf: Shelf) -> bytes:
    """The page at /embed/: the words, what they are and whether they stand; its links leave the frame."""
    provision, permalink = shelf.provision(node), f"{_UP}{permalink_path(*node)}"
    if provision:
        words = f"<blockquote>{bare_html(provision)}</blockquote>"
    else:
        page = shelf.entries[node[0]][node[1]].page
        where = f" It stands on page {page} of the official PDF." if page else ""
        words = f"<p>The text of this edition is not loaded on this site.{where}</p>"
    cited = escape(shelf.cited(node))
    main = [
        words,
        f'<footer><p><cite><a href="{permalink}" target="_top">{cited}</a></cite></p>',
        f"<p>{_standing(node, shelf)}</p></footer>",
    ]
    head = [NOT_LISTED, *canonical(permalink_path(*node), shelf)]
    return frame(
        shelf.cited(node),
        shorten(own_words(provision)) if provision else shelf.cited(node),
        main,
        shelf,
        up=_UP,
        head=head,
        css=f"../../{STYLE_NAME}",
        framed=True,
    )


def _standing(node: EditionAnchor, shelf: Shelf) -> str:
    """In one line, whether the words stand today; HTML."""
    fate, now = shelf.fate(node), escape(shelf.publication.in_force.id)
    said = standing(node[0], shelf)
    if not said.superseded:
        return f"{said.sentence}."
    if fate.state == "unchanged":
        words = f"the wording is unchanged in {now}, the edition in force"
    elif fate.state == "reworded":
        words = f'<a href="{_UP}{permalink_path(*node)}#today" target="_top">reworded in {now}: compare</a>'
    elif fate.state == "gone":
        words = f"not in {now}, the edition in force"
    else:
        words = f"the text of {now}, the edition in force, is not loaded here"
    return f"<strong>{escape(said.sentence)}</strong>; {words}."


# --- oEmbed --------------------------------------------------------------------------------------


def discovery(node: EditionAnchor, shelf: Shelf, up: str) -> list[str]:
    """What leads from a permalink page to its oEmbed documents: static files, since there is no endpoint to ask."""
    base = shelf.address(_oembed_path(node)) or f"{up}{_oembed_path(node)}"
    title = escape(shelf.cited(node))
    return [
        f'<link rel="alternate" type="application/json+oembed" href="{escape(base)}.json" title="{title}">',
        f'<link rel="alternate" type="text/xml+oembed" href="{escape(base)}.xml" title="{title}">',
    ]


def oembed(node: EditionAnchor, shelf: Shelf) -> dict[str, object]:
    """An oEmbed 1.0 document: rich with the quotation where the text is loaded, else a link."""
    record: dict[str, object] = {
        "version": "1.0",
        "type": "link",
        "title": shelf.cited(node),
        "author_name": shelf.publication.publisher,
        "provider_name": f"{shelf.publication.title} (unofficial site)",
        "cache_age": 86400,
    }
    if home := shelf.address(""):
        record["provider_url"] = home
    if shelf.provision(node) is not None:
        record |= {"type": "rich", "html": quotation(node, shelf), "width": _WIDTH, "height": height(node, shelf)}
    return record


def _xml(record: dict[str, object]) -> bytes:
    rows = "\n".join(f"  <{name}>{escape(str(value), quote=False)}</{name}>" for name, value in record.items())
    head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    return f"{head}\n<oembed>\n{rows}\n</oembed>\n".encode()


# --- What the script asks ------------------------------------------------------------------------


def status(edition: str, shelf: Shelf) -> dict[str, object]:
    """What became of an edition's provisions: one file for all, which tells nothing of what is read.

    `standing` is the edition's phrase, `words` has a digest of each provision's letters and digits, `today` what
    became of it in the edition in force and its anchors there. Neither is there where it is not known.
    """
    provisions = shelf.provisions.get(edition, {})
    today = {}
    for anchor in shelf.entries.get(edition, {}):
        fate = shelf.fate((edition, anchor))
        if fate.state in _STATES:
            today[anchor] = [_STATES[fate.state], *fate.today]
    return {
        "edition": edition,
        "name": edition_name(shelf.publication, edition),
        "standing": standing(edition, shelf).sentence,
        "inForce": shelf.publication.in_force.id,
        "words": {anchor: digest(quoted_words(provision)) for anchor, provision in provisions.items()},
        "today": today,
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


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
