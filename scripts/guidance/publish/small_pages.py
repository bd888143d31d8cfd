"""The frame of small pages: plain HTML that stands outside MkDocs, so that a change of theme never moves it.

What stands in the frame is made elsewhere; the site's colours are taken from its own stylesheet.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from guidance.publish.edition import say_date
from guidance.publish.shelf import Shelf

STYLE_NAME = "permalink.css"
NOT_LISTED = '<meta name="robots" content="noindex">'  # of a page that only repeats or answers for another
_STYLE = """\
body { font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", Arial, sans-serif; max-width: 42rem;
  margin: 0 auto; padding: 1.25rem 1rem 2rem; background: var(--paper, Canvas); color: var(--ink, CanvasText);
  overflow-wrap: anywhere; }
h1, h2 { font-family: Charter, "Sitka Text", Cambria, "Noto Serif", Georgia, serif; line-height: 1.25; }
h1 { font-size: 1.6rem; margin: .5rem 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: var(--link, LinkText); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--focus, Highlight); outline-offset: 2px; }
.from { margin: 0; }
.status, blockquote { border-left: .3rem solid var(--warn, currentcolor); margin: 1rem 0; padding: .25rem 1rem; }
.status { background: var(--warn-tint, transparent); }
.status.current { border-color: var(--good, currentcolor); background: none; }
blockquote { border-color: var(--line, GrayText); background: var(--sheet, Canvas); }
blockquote > :first-child { margin-top: 0; }
blockquote > :last-child { margin-bottom: 0; }
blockquote .subheading { font-weight: bold; }
blockquote li { margin: .35rem 0; }
blockquote li:has(> .marker) { list-style: none; }
blockquote img { max-width: 100%; height: auto; background: #fff; }
.table { overflow-x: auto; }
td, th { border: 1px solid var(--edge, GrayText); padding: .25rem .5rem; text-align: left; vertical-align: top; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
code, textarea { font: .85rem/1.45 ui-monospace, SFMono-Regular, Consolas, monospace; }
textarea { display: block; width: 100%; box-sizing: border-box; margin: .25rem 0 1rem; padding: .5rem;
  color: inherit; background: var(--sheet, Canvas); border: 1px solid var(--edge, GrayText); }
summary { cursor: pointer; color: var(--link, LinkText); padding: .25rem 0; }
sup { line-height: 0; }
footer { border-top: 1px solid var(--line, GrayText); color: var(--soft, inherit); font-size: .875rem;
  margin-top: 2.5rem; padding-top: .5rem; }
.embed { max-width: none; padding: .75rem 1rem; }
.embed blockquote { margin: 0; padding: 0 0 0 1rem; background: none; }
.embed footer { margin: .75rem 0 0; }
.embed footer p { margin: .25rem 0; }
@media print { a { color: inherit; } details { display: none; } }
"""
_BLOCK = re.compile(r"^(?P<head>[^{}\n]*)\{\n(?P<body>[^{}]*--paper:[^{}]*)\}", re.M)
_PROPERTY = re.compile(r"--([a-z-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")


def read_tokens(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The site's colours by name, light and dark, from the stylesheets below `root`; none where there are none."""
    styles = sorted((root / "overrides" / "assets").glob("*.css"))
    blocks = [m for path in styles for m in _BLOCK.finditer(path.read_text(encoding="utf-8"))]
    light = next((m["body"] for m in blocks if m["head"].strip() == ":root"), "")
    dark = next((m["body"] for m in blocks if '"dark"' in m["head"]), "")
    return dict(_PROPERTY.findall(light)), dict(_PROPERTY.findall(dark))


def tokens_css(root: Path) -> str:
    """The site's colours as CSS for small pages: the system's choice of light or dark decides."""
    light, dark = read_tokens(root)
    rows = [f":root {{ color-scheme: light dark; {_declared(light)} }}"]
    if dark:
        rows.append(f"@media (prefers-color-scheme: dark) {{ :root {{ {_declared(dark)} }} }}")
    return "\n".join(rows) + "\n"


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in sorted(colours.items()))


def style(shelf: Shelf) -> bytes:
    """The stylesheet of all small pages."""
    return f"{shelf.tokens}{_STYLE}".encode()


def frame(
    title: str,
    description: str,
    main: Iterable[str],
    shelf: Shelf,
    *,
    up: str,
    css: str,
    head: Sequence[str] = (),
    framed: bool = False,
) -> bytes:
    """A small page. `up` leads to the publication's root, `css` to the stylesheet; `head` and `main` are HTML.

    One that is `framed` in other sites has no frame of its own."""
    publication = shelf.publication
    described = escape(description)
    home = f'<a href="{up}">{escape(publication.title)}, all editions</a>'
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        *([f'<link rel="icon" href="{up}{escape(shelf.icon)}">'] if shelf.icon else []),
        f'<link rel="stylesheet" href="{css}">',
        f'<meta name="description" content="{described}">',
        f'<meta property="og:title" content="{escape(title)}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:site_name" content="{escape(publication.title)}">',
        f'<meta property="og:description" content="{described}">',
        '<meta name="twitter:card" content="summary">',
        *(line for line in head if line),
        "</head>",
        '<body class="embed">' if framed else "<body>",
        "<main>",
        *(line for line in main if line),
        "</main>",
        "" if framed else f"<footer><p>{escape(rights(shelf))} {home}</p></footer>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode()


def rights(shelf: Shelf) -> str:
    """Whose words these are."""
    if shelf.publication.specimen:
        return "Made-up guidance: a specimen that shows the machine at work."
    return f"An unofficial site. The text is the official one, under the {shelf.publication.licence}."


def canonical(path: str, shelf: Shelf) -> list[str]:
    """What says under which address a page is to be known; `path` goes from the publication's root. Nothing where
    the site's own address is not known: a relative one says nothing, and search engines fault it."""
    address = shelf.address(path)
    if not address:
        return []
    return [
        f'<link rel="canonical" href="{escape(address)}">',
        f'<meta property="og:url" content="{escape(address)}">',
    ]


def superseded(edition: str, shelf: Shelf) -> str | None:
    """That an edition was superseded, when and by which one; None of the edition in force."""
    publication = shelf.publication
    found, current = publication.edition(edition), publication.in_force
    if found.id == current.id:
        return None
    ended = f" {'on' if len(found.ended) == 10 else 'in'} {say_date(found.ended)}" if found.ended else ""
    return f"Superseded{ended}"


def shorten(text: str, room: int = 200) -> str:
    """Text on one line, cut behind a whole word where it is longer than there is room."""
    words = " ".join(text.split())
    return words if len(words) <= room else words[:room].rsplit(" ", 1)[0] + " …"
