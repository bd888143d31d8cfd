"""Permalink pages: one small page of its own for each provision, good with no script and no text loaded.

Plain HTML, made here and nowhere else; it stands outside MkDocs so that a change of theme never moves it.
"""

from collections.abc import Iterable, Mapping
from html import escape

from msgspec import Struct

from guidance.anchors import Permalink, permalink_path
from guidance.model import Provision, plain_text
from guidance.publish.blocks import Setting as BlockSetting
from guidance.publish.blocks import render_html
from guidance.publish.edition import say_date
from guidance.publish.inline import Context, Form
from guidance.publish.pages import source_address
from guidance.register import Edition, Publication

STYLE_NAME = "p/permalink.css"
STYLE = b"""\
:root { color-scheme: light dark; }
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1.5rem; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
a { color: #0b4f8a; }
a:focus-visible { outline: 3px solid #c2410c; outline-offset: 2px; }
.status, blockquote { border-left: .3rem solid; margin: 1rem 0; padding: .25rem 1rem; }
.status { border-color: #9a3412; }
.status.current { border-color: #166534; }
blockquote { border-color: #64748b; }
blockquote > :first-child { margin-top: 0; }
blockquote > :last-child { margin-bottom: 0; }
blockquote .subheading { font-weight: bold; }
blockquote li { margin: .35rem 0; }
blockquote li:has(> .marker) { list-style: none; }
blockquote img { max-width: 100%; height: auto; background: #fff; }
.table { overflow-x: auto; }
td, th { border: 1px solid #64748b; padding: .25rem .5rem; text-align: left; vertical-align: top; }
sup { line-height: 0; }
footer { border-top: 1px solid #64748b; font-size: .9rem; margin-top: 2rem; padding-top: .5rem; }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e8eaed; } a { color: #8ec7ff; } }
@media print { a { color: inherit; } }
"""

_KINDS = {
    "paragraph": "Paragraph",
    "footnote": "Footnote",
    "text": "Unnumbered text",
    "flow-chart": "Flow chart",
}
_NAMED = {"part", "chapter", "annex"}


class Setting(Struct, frozen=True):
    """What all permalink pages of an edition have in common."""

    publication: Publication
    edition: Edition
    site_url: str | None = None
    prefix: str = ""  # where the publication stands in the site
    sha256: str | None = None  # of the file that was read, where one was


def permalink_pages(
    entries: Iterable[Permalink], provisions: Mapping[str, Provision], urls: Mapping[str, str], setting: Setting
) -> dict[str, bytes]:
    """Path from the edition's root -> page, for every line of the permalink register and the shared style.

    `provisions` and `urls` (from the edition's root) are what is loaded; both may be empty.
    """
    known = list(entries)
    anchors = frozenset(entry.anchor for entry in known)
    pages = {
        f"{_short(entry.anchor)}index.html": _page(entry, provisions, anchors, urls, setting) for entry in known
    }
    return {STYLE_NAME: STYLE, **pages} if pages else {}


def provision_name(kind: str, number: str | None, heading: str | None) -> str:
    """How a page calls a provision: "Paragraph 45", "Chapter 3: ...", a section's heading."""
    words = _KINDS.get(kind, kind.capitalize())
    if heading and (kind == "section" or number is None):
        return heading
    name = f"{words} {number}" if number else words
    already = heading and heading.casefold().startswith(name.casefold())
    return (heading if already else f"{name}: {heading}") if heading else name


def _short(anchor: str) -> str:
    return permalink_path("", anchor).removeprefix("/")


def _name(entry: Permalink, provisions: Mapping[str, Provision]) -> str:
    """A provision's name; one without number or heading is told by the heading it stands under."""
    provision = provisions.get(entry.anchor)
    heading = provision.heading.plain if provision and provision.heading else None
    name = provision_name(entry.kind, entry.number, heading)
    above = provisions.get(provision.parents[-1]) if provision and provision.parents else None
    if heading or entry.number or above is None or above.heading is None:
        return name
    return f"{name} under “{above.heading.plain}”"


def _quoted(provision: Provision, anchors: frozenset[str]) -> str:
    """A provision's blocks as HTML; what it links within the edition are permalinks too."""

    def link(anchor: str, form: Form) -> str | None:
        return f"../{_short(anchor).removeprefix('p/')}" if anchor in anchors else None

    context = Context(link=link, note_id=lambda note: f"ref-{note}")
    return render_html(provision.blocks, BlockSetting(context, 1, "../../"))


def _page(
    entry: Permalink,
    provisions: Mapping[str, Provision],
    anchors: frozenset[str],
    urls: Mapping[str, str],
    setting: Setting,
) -> bytes:
    provision, url = provisions.get(entry.anchor), urls.get(entry.anchor)
    name = _name(entry, provisions)
    edition, publication = setting.edition, setting.publication
    cited = f"{publication.title} {edition.id}" if edition.id not in publication.title else publication.title
    text = plain_text(provision) if provision else ""
    page = provision.page if provision else entry.page
    main = [f"<h1>{escape(name)}</h1>", f"<p><cite>{escape(cited)}</cite></p>", _status(setting)]
    if provision and provision.blocks:
        main.append(f"<blockquote>{_quoted(provision, anchors)}</blockquote>")
    elif provision is None:
        main.append("<p>The text of this edition is not loaded in this build of the site.</p>")
    main += _ways(page, url, setting)
    head = [
        f"<title>{escape(f'{name}, {cited}')}</title>",
        '<link rel="stylesheet" href="../permalink.css">',
        _canonical(entry, setting),
        f'<meta property="og:title" content="{escape(f"{name}, {cited}")}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:site_name" content="{escape(publication.title)}">',
        f'<meta property="og:description" content="{escape(_description(text, page, setting))}">',
        f'<meta name="description" content="{escape(_description(text, page, setting))}">',
    ]
    return _document(head, main, setting).encode()


def _document(head: list[str], main: list[str], setting: Setting) -> str:
    made_up = "Made-up guidance: a specimen that shows the machine at work." if setting.publication.specimen else ""
    rights = (
        made_up or f"An unofficial site. The text is the official one, under the {setting.publication.licence}."
    )
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        *(line for line in head if line),
        "</head>",
        "<body>",
        "<main>",
        *main,
        "</main>",
        f'<footer><p>{escape(rights)} <a href="../../">About this edition</a></p></footer>',
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines)


def _canonical(entry: Permalink, setting: Setting) -> str:
    path = permalink_path("/".join(filter(None, (setting.prefix, setting.edition.id))), entry.anchor)
    if not setting.site_url:
        # Copies below an alias point back to the edition itself, two folders up and by its id.
        up = f"../../../{permalink_path(setting.edition.id, entry.anchor)}"
        return f'<link rel="canonical" href="{escape(up)}">'
    address = escape(f"{setting.site_url.rstrip('/')}/{path}")
    return f'<link rel="canonical" href="{address}">\n<meta property="og:url" content="{address}">'


def _status(setting: Setting) -> str:
    edition, current = setting.edition, setting.publication.in_force
    if edition.id == current.id:
        return '<p class="status current">This edition is in force.</p>'
    ended = f" on {say_date(edition.ended)}" if edition.ended else ""
    link = f'<a href="../../../{escape(current.id)}/">The edition in force is that of {escape(current.id)}</a>'
    return f'<p class="status"><strong>Superseded</strong>{escape(ended)}. {link}.</p>'


def _ways(page: int | None, url: str | None, setting: Setting) -> list[str]:
    ways = []
    if url:
        ways.append(f'<p><a href="../../{escape(url)}">Read it in its chapter</a></p>')
    if page is not None:
        where = f"page {page} of the {'PDF' if setting.publication.specimen else 'official PDF'}"
        address = source_address(setting.edition, page, setting.sha256)
        linked = f'<a href="{escape(address)}">{where}</a>' if address else where
        ways.append(f"<p>It stands on {linked}.</p>")
    return ways


def _description(text: str, page: int | None, setting: Setting) -> str:
    if not text:
        where = f"On page {page} of the official PDF" if page else "A provision"
        return f"{where}, {setting.publication.title} {setting.edition.id}."
    words = " ".join(text.split())
    return words if len(words) <= 200 else words[:200].rsplit(" ", 1)[0] + " …"
