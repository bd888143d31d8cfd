"""A comparison's pages as HTML that opens from a folder, with no site around them.

Pages come as they are made for MkDocs; only their frame and their links are made here, and nothing is read.
"""

import re
from collections.abc import Iterable, Mapping

from markdown import Markdown

from guidance.publish.inline import escape_html
from guidance.publish.pages import Page

STYLES = ("site.css", "compare.css")
SCRIPT = "compare.js"

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TO_PART = re.compile(r'href="(?:\.\./)+compare/[^/"]+/([\w-]+)/#')
_TO_PAGE = re.compile(r'href="([\w-]+)\.md"')
_BODY = "margin: 0 auto; max-width: 48rem; padding: .8rem"


def render_alone(pages: Iterable[Page], within: str, assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the folder -> content: each page below `within` as HTML, and the style sheets and script among
    `assets` that they use."""
    files = {f"{page.path.removeprefix(within).removesuffix('.md')}.html": _page(page, assets) for page in pages}
    return files | {name: assets[name] for name in (*STYLES, SCRIPT) if name in assets}


def _page(page: Page, assets: Mapping[str, bytes]) -> bytes:
    reader = Markdown(extensions=["attr_list", "md_in_html", "tables"])
    body = reader.convert(_FRONT_MATTER.sub("", page.markdown))
    body = _TO_PAGE.sub(r'href="\1.html"', _TO_PART.sub(r'href="\1.html#', body))
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES if name in assets)
    script = f'<script src="{SCRIPT}" defer></script>' if SCRIPT in assets else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape_html(page.title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{styles}</head>'
        f'<body dir="ltr" style="{_BODY}"><main class="md-typeset">{body}</main>{script}</body></html>\n'
    ).encode()
