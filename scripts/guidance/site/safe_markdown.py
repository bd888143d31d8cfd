"""Somebody else's Markdown -> a page that holds nothing but text, headings, lists, tables, pictures and safe links.

Raw HTML comes out as the characters it is, a link of a kind that is not allowed as its words. The result is HTML of
our own making in a Markdown page, with citations left for `extension` to resolve.
"""

import json
import posixpath
import re
from collections.abc import Collection, Mapping
from itertools import chain, count, takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from guidance.document.addresses import leads_nowhere
from guidance.document.anchors import slug
from guidance.document.model import GuidanceError
from guidance.site.templates import clean, escape_markdown

_SAFE = re.compile(r"(?:https?://|mailto:|tel:)[^\s\"'<>\\]+", re.I)
_CITATION = re.compile(r"(?:guidance|comparison):[0-9a-z][0-9a-z.-]*/[A-Za-z0-9.-]+")
_EDITION = re.compile(r"guidance:(?P<edition>[0-9a-z][0-9a-z.-]*)(?:/[A-Za-z0-9.-]*)?")
_BELOW = re.compile(r"(?P<path>[A-Za-z0-9][A-Za-z0-9._/-]*)?(?P<part>#[A-Za-z0-9_-]+)?")
_KEPT = {"href", "src", "alt", "start"}  # attributes; styles, classes and titles are not needed
_IN_LABEL = re.compile(r"[\[\]<>&`\n]+")  # what would end a citation, or be markup where one is not resolved


class EditionLink(Struct, frozen=True):
    """How a page leads to an edition as a whole: its title, its standing, and whether places of it can be cited."""

    title: str
    standing: str
    citable: bool


class Safe(Struct, frozen=True):
    """A page that is safe to publish, its title, what was left out of it, a line each, and its paragraphs and list
    entries before the first heading below its title, as plain text."""

    title: str
    markdown: str
    left_out: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()


def make_safe(
    markdown: str, page: str, files: Collection[str], editions: Mapping[str, EditionLink] | None = None
) -> Safe:
    """A page of somebody else's. `page` is its path, `files` are all paths that stand beside it, `editions` what
    can be led to below `guidance:`, by id.

    Raises GuidanceError for a link to a page, a picture or an edition that is not there.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    vars(parser)["validateLink"] = lambda _: True  # which links are safe is decided below, so that their words stay
    tokens = parser.parse(markdown)
    writer = _Writer(page, files, editions or {})
    title, tokens = _take_title(tokens)
    first = next((at for at, token in enumerate(tokens) if token.type == "heading_open"), len(tokens))
    opening = tuple(filter(None, (clean(_words(t.children or [])) for t in tokens[:first] if t.type == "inline")))
    for at, token in enumerate(tokens):
        writer.mend(token)
        if token.type == "heading_open":
            token.attrs["id"] = writer.free_id(_words(tokens[at + 1].children or []))
    body = str(parser.renderer.render(tokens, parser.options, {})).replace("`", "&#96;")
    name = clean(title) or posixpath.splitext(posixpath.basename(page))[0].replace("-", " ").capitalize()
    head = f"---\ntitle: {json.dumps(name)}\n---\n\n# {escape_markdown(name)}\n\n"
    return Safe(name, f'{head}<div class="local">\n{body}</div>\n', tuple(writer.left_out), opening)


def _take_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    """A page's first heading of the first level, and the rest."""
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return _words(tokens[at + 1].children or []), [*tokens[:at], *tokens[at + 3 :]]
    return "", tokens


def _words(tokens: list[Token]) -> str:
    return "".join(" " if t.type in ("softbreak", "hardbreak") else t.content for t in tokens)


def _linked(address: str, inner: list[Token]) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": address}), *inner, Token("link_close", "a", -1)]


class _Writer:
    """Mends a page's tokens one by one."""

    def __init__(self, page: str, files: Collection[str], editions: Mapping[str, EditionLink]) -> None:
        self._page, self._files, self._editions = page, files, editions
        self._ids: set[str] = set()
        self.left_out: list[str] = []

    def free_id(self, words: str) -> str:
        """An id for a heading: none that the site itself uses."""
        wish = f"local-{slug(words)}"
        found = next(name for name in chain([wish], (f"{wish}-{n}" for n in count(2))) if name not in self._ids)
        self._ids.add(found)
        return found

    def mend(self, token: Token) -> None:
        """Take from a token what may not be on a page."""
        token.attrs = {name: value for name, value in token.attrs.items() if name in _KEPT}
        token.info = ""  # the language of code would become a class
        if token.type.startswith("heading") and token.tag == "h1":
            token.tag = "h2"
        if token.children:
            token.children = self._inline(token.children)

    def _inline(self, tokens: list[Token]) -> list[Token]:
        kept: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            token.attrs = {name: value for name, value in token.attrs.items() if name in _KEPT}
            if token.type == "link_open":
                inner = list(takewhile(lambda one: one.type != "link_close", tokens[at + 1 :]))
                kept += self._link(str(token.attrs.get("href", "")), inner)
                at += len(inner) + 1
            else:
                kept += self._picture(token) if token.type == "image" else [token]
            at += 1
        return kept

    def _link(self, address: str, inner: list[Token]) -> list[Token]:
        """A link to an edition, a citation, or one of another kind that is allowed; else its words."""
        if whole := self._of_edition(address, _words(inner).strip()):
            return whole
        if _CITATION.fullmatch(address):
            words = _IN_LABEL.sub(" ", _words(inner)).strip()
            return [Token("html_inline", "", 0, content=f'<a href="{address}">{words}</a>')]
        safe = self._address(address)
        return _linked(safe, self._inline(inner)) if safe is not None else self._inline(inner)

    def _of_edition(self, address: str, words: str) -> list[Token] | None:
        """A link to an edition as a whole, with its standing; also where a place is cited of one whose places are
        not known here. None for another link."""
        named = _EDITION.fullmatch(address)
        if not named or not self._editions:
            return None
        held = self._editions.get(named["edition"])
        if held is None:
            known = ", ".join(self._editions)
            raise GuidanceError(f"{self._page}: leads to {address}; there is no such edition, but {known}")
        if held.citable and "/" in address:
            return None
        way = self._page.removesuffix(".md").split("/")
        up = "../" * (len(way) + (way[-1] != "index"))  # from the built page to the site's root
        lacking = "; its text is not here" if "/" in address else ""
        said = f"{words} ({named['edition']}, {held.standing}" if words else f"{held.title} ({held.standing}"
        said += f"{lacking})"
        return _linked(f"{up}{named['edition']}/", [Token("text", "", 0, content=said)])

    def _address(self, address: str) -> str | None:
        """A link's address as it stands on the page; None for one of a kind that is not allowed."""
        if leads_nowhere(address):
            self.left_out.append(f"{self._page}: a link was left out, only its words stand (its host is not plain)")
            return None
        if _SAFE.fullmatch(address):
            return address
        below = _BELOW.fullmatch(address)
        if below is None or ".." in address.split("/"):
            scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address)
            kind = scheme[0] if scheme else "one that leads out of the folder, or is no address"
            self.left_out.append(f"{self._page}: a link was left out, only its words stand ({kind})")
            return None
        part = f"#local-{slug(below['part'])}" if below["part"] else ""
        return self._beside(below["path"]) + part if below["path"] else part

    def _beside(self, path: str) -> str:
        """How the built page leads to a file beside its source."""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self._page), path))
        if target not in self._files:
            raise GuidanceError(f"{self._page}: leads to {path}, and there is no such file beside it")
        here = self._page.removesuffix(".md").removesuffix("index") or "."
        built = target.removesuffix(".md").removesuffix("index") if target.endswith(".md") else target
        way = posixpath.relpath(built or ".", here)
        return f"{way}/" if target.endswith(".md") else way

    def _picture(self, token: Token) -> list[Token]:
        source = str(token.attrs.get("src", ""))
        below = _BELOW.fullmatch(source)
        if below is None or not below["path"] or ".." in source.split("/") or source.endswith(".md"):
            self.left_out.append(f"{self._page}: a picture was left out; put it beside the page")
            return [Token("text", "", 0, content=token.content)]
        token.attrs = {"src": self._beside(below["path"]), "alt": ""}
        return [token]
