"""One folder of pages -> its built files below the work folder, made anew only where something has changed.

What stands on the pages is decided elsewhere; MkDocs itself is run by `builder`, wherever the crew lets it.
"""

import hashlib
import json
import posixpath
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Crew, Job, Ticket, code_digest
from guidance.site.mkdocs_pages import Printed, PrintOrder, files_below, print_pages, seal, write_below

_UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/")  # the theme's; no page of ours loads it
_TOOLS = ("mkdocs", "mkdocs-material", "pymdown-extensions", "markdown", "mike")


class Folder(Struct, frozen=True):
    """One MkDocs build: an edition, or (with an empty `id`) the pages at a publication's root.

    `pages` go through MkDocs, `extras` are put beside what it makes, both by path from the folder;
    `settings` are laid over the root mkdocs.yml. `prefix` is where the publication stands in the site.
    """

    id: str
    title: str
    pages: Mapping[str, bytes]
    settings: Mapping[str, object]
    extras: Mapping[str, bytes] = {}
    aliases: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def place(self) -> str:
        """The folder's path in the site, without slashes at its ends."""
        return "/".join(part for part in (self.prefix, self.id) if part)


class Workshop(Struct, frozen=True):
    """Where a site is made: `root` has mkdocs.yml and overrides/, `work` takes what is made on the way."""

    root: Path
    work: Path
    site_url: str | None = None


class Frame(Struct, frozen=True):
    """What all pages of a workshop share: the root mkdocs.yml, and the theme's own parts."""

    base: bytes | None
    theme: Mapping[str, bytes]


def read_frame(root: Path) -> Frame:
    """The frame in a folder that has mkdocs.yml and overrides/, or neither."""
    base, parts = root / "mkdocs.yml", root / "overrides"
    theme = {p.relative_to(parts).as_posix(): p.read_bytes() for p in sorted(parts.rglob("*")) if p.is_file()}
    return Frame(base.read_bytes() if base.is_file() else None, theme)


class _Made(Struct, frozen=True):
    """What a built folder was made from, as digests: what all its pages depend on, each page, each other file."""

    frame: str
    pages: dict[str, str]
    others: dict[str, str]
    seal: str = ""  # of the built files
    warnings: tuple[str, ...] = ()


class Printing:
    """The printing of a folder: begun when this is made, done with `finish`."""

    def __init__(self, folder: Folder, shop: Workshop, frame: Frame, crew: Crew) -> None:
        """Orders what must be printed anew: nothing, the pages that changed, or all."""
        name = (folder.place or "root").replace("/", "-")
        self.folder, self._crew, self._frame = folder, crew, frame
        self._home = shop.work / "editions" / (name if folder.id else f"{name}-pages")
        self.site, self._log = self._home / "site", shop.work / "mkdocs.log"
        self._settings = _settings(folder, shop)
        self._now = _made_from(folder, self._settings, frame)
        self.files = files_below(self.site) if self.site.is_dir() else {}
        self._before = _read_made(self._home, seal(self.files))
        self._only = self._changed()
        self._ticket = None if self._only == () else self._order(self._only)

    def finish(self) -> tuple[str, ...]:
        """Wait for the printing and put it in its place; returns what MkDocs warned of, a line each.

        Raises GuidanceError when the pages cannot be built.
        """
        warnings = self._before.warnings if self._before else ()
        if self._ticket:
            printed = self._printed(self._ticket)
            if self._only and loses_links(printed.files, self.site):
                self._only = None  # a whole build says which links lead nowhere now
                printed = self._printed(self._order(None))
            warnings = printed.warnings
            self._put(printed.files)
        elif self._before and self._before.others != self._now.others:
            self._put({})
        else:
            return self._told(warnings)
        self.files = files_below(self.site)
        made = structs.replace(self._now, warnings=warnings, seal=seal(self.files))
        (self._home / "made-from").write_bytes(msgspec.json.encode(made))
        return self._told(warnings)

    def _told(self, warnings: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{self.folder.place or 'root'}: {warning}" for warning in warnings)

    def _changed(self) -> tuple[str, ...] | None:
        """The pages that must be printed anew; None where all must."""
        before, now = self._before, self._now
        if before is None or before.frame != now.frame:
            return None
        changed = tuple(path for path, key in now.pages.items() if before.pages.get(path) != key)
        gone = before.pages.keys() - now.pages.keys()
        return None if gone or (changed and before.warnings) else changed

    def _order(self, only: tuple[str, ...] | None) -> Ticket:
        pages = self.folder.pages
        if only is not None:
            pages = {p: c if p in only else _head(c) if _is_page(p) else b"" for p, c in pages.items()}
        frame = self._frame
        order = PrintOrder(self.folder.id, self._settings, pages, frame.base, frame.theme, only or ())
        parts = (msgspec.msgpack.encode(order),)
        return self._crew.start(Job(f"printing {self.folder.title}", print_pages, parts, _code()))

    def _printed(self, ticket: Ticket) -> Printed:
        printed = msgspec.msgpack.decode(ticket.result(), type=Printed)
        if printed.error:
            write_below(self._log.parent, self._log.name, printed.trace.encode())
            what = f"{self.folder.title}: MkDocs could not build these pages ({printed.error})"
            raise GuidanceError(f"{what}; see {self._log}")
        return printed

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write what was printed and what has changed beside it; the mark is away until all is there."""
        (self._home / "made-from").unlink(missing_ok=True)
        before = self._before.others if self._before and self._only is not None else {}
        if self._only is None:
            shutil.rmtree(self.site, ignore_errors=True)
        for path in before.keys() - self._now.others.keys():
            (self.site / path).unlink(missing_ok=True)
        # Hosts serve only the one 404.html at the very root; elsewhere its links would be wrong.
        unused = (*(_UNUSED if self._frame.theme else ()), *(("404.html",) if self.folder.place else ()))
        for path, content in files.items():
            if not path.startswith(unused):
                write_below(self.site, path, content)
        for path, content in _others(self.folder).items():
            if before.get(path) != self._now.others[path]:
                write_below(self.site, path, content)


# --- What a folder is made from --------------------------------------------------------------------


def _is_page(path: str) -> bool:
    return path.endswith(".md")


def _others(folder: Folder) -> dict[str, bytes]:
    """What goes into the built folder as it is."""
    return {path: c for path, c in folder.pages.items() if not _is_page(path)} | dict(folder.extras)


def _settings(folder: Folder, shop: Workshop) -> dict[str, object]:
    """What MkDocs is told for this folder, over the root mkdocs.yml."""
    settings = dict(folder.settings)
    if not (shop.root / "mkdocs.yml").is_file():
        settings["theme"] = {"name": "material", "font": False}
    if shop.site_url:
        settings["site_url"] = f"{shop.site_url.rstrip('/')}/{folder.place}/".replace("//", "/").replace(
            ":/", "://", 1
        )
    return settings


def _made_from(folder: Folder, settings: Mapping[str, object], frame: Frame) -> _Made:
    pages = {path: content for path, content in sorted(folder.pages.items()) if _is_page(path)}
    parts = [_code(), json.dumps(settings, sort_keys=True).encode(), frame.base or b""]
    parts += [part for path, content in sorted(frame.theme.items()) for part in (path.encode(), content)]
    shown = _in_navigation(settings.get("nav", list(pages)))
    parts += [part for path, content in pages.items() if path in shown for part in (path.encode(), _head(content))]
    others = {path: _digest(content) for path, content in sorted(_others(folder).items())}
    parts += [path.encode() for path in sorted(folder.pages) if not _is_page(path)]
    return _Made(_digest(*parts), {path: _digest(content) for path, content in pages.items()}, others)


def _read_made(home: Path, sealed: str) -> _Made | None:
    """What the folder at `home` was made from; None where its files are not as they were left."""
    try:
        made = msgspec.json.decode((home / "made-from").read_bytes(), type=_Made)
    except (OSError, msgspec.DecodeError):
        return None
    return made if made.seal == sealed else None


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _code() -> bytes:
    return code_digest(("site/mkdocs_pages.py",), _TOOLS)


def _in_navigation(nav: object) -> set[str]:
    """The pages that a `nav` names: other pages show their titles."""
    if isinstance(nav, str):
        return {nav}
    below = nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ()
    return {path for one in below for path in _in_navigation(one)}


# Facts that only the page which has them shows.
_OWN = re.compile(
    rb"^(?:counterparts|nearest|elsewhere|nearby|source_pages|source_address|description):.*\n(?:[ -].*\n)*", re.M
)
_FRONT = re.compile(rb"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(rb"^# .*$", re.MULTILINE)


def _head(page: bytes) -> bytes:
    """What other pages may show of one: its front matter without what is its `_OWN`, and its title. All of it where
    no title is found."""
    front = _FRONT.match(page)
    title = _TITLE.search(page)
    return b"%s\n%s\n" % (_OWN.sub(b"", front[0]) if front else b"", title[0]) if title else page


_ID = re.compile(rb'\bid="([^"]+)"')
_LINK = re.compile(rb'\bhref="([^"#:]*)#([^"]+)"')


def loses_links(files: Mapping[str, bytes], site: Path) -> bool:
    """Whether pages printed anew have lost an id, or link to one that is not there; `site` has all the others."""
    for path, page in files.items():
        old = site / path
        if old.is_file() and set(_ID.findall(old.read_bytes())) - set(_ID.findall(page)):
            return True
        for to, fragment in set(_LINK.findall(page)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), to.decode())) if to else path
            target = f"{target}/index.html" if to.endswith(b"/") or to in (b".", b"..") else target
            target = posixpath.normpath(target)
            there = files.get(target) or ((site / target).read_bytes() if (site / target).is_file() else None)
            if not target.startswith("../") and there is not None and b'id="%s"' % fragment not in there:
                return True
    return False
