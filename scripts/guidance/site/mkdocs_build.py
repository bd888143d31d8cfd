"""One folder of pages -> its built files: an ordinary MkDocs build, done again only where something it is made from
has changed.

What stands on the pages is decided elsewhere; nothing of MkDocs but its public `build` is used.
"""

import contextlib
import hashlib
import logging
import os
import re
import shutil
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Collection, Iterator, Mapping
from logging.handlers import BufferingHandler
from pathlib import Path

import msgspec
from markupsafe import escape
from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.site.host_files import inline_scripts, undated, write_policy
from guidance.site.projects import (
    CONFIG,
    DOCS,
    Folder,
    Kept,
    Project,
    as_it_is,
    complete,
    files_below,
    is_page,
    path_from,
    seal,
    write_below,
)

MOMENT = "946684800"  # every build happens at the same moment, so that the same input gives the same bytes
PROJECTS, _MADE = "projects", "made-from"
_MODULES = (
    "site/mkdocs_build.py",
    "site/projects.py",
    "site/host_files.py",
    "site/extension.py",
    "site/page_citations.py",
    "site/handwritten.py",
    "site/templates/ledger_links.md",
)
_ASSETS = ("assets/javascripts/", "assets/stylesheets/", "assets/images/")  # Material's
_ASSET = re.compile(rb"assets/(?:javascripts|stylesheets|images)/[\w./-]+")
_FILE = re.compile(rb"[\w.%+-]+\.\w+")
_SEARCHES = ("assets/javascripts/workers/search.", "search/search_index.json")
_SEARCH = b'data-md-component="search"'  # without it Material's script loads nothing of its search
_HEAD = 4096  # bytes of a picture
_DRAWING = re.compile(rb"[^\0]*?<svg\b[^>]*>")
_TOOLS = ("mkdocs", "mkdocs-material", "pymdown-extensions", "markdown", "mike")
_POLICY = "policy-of-these-pages"  # stands in pages until it is known which scripts all of them have
_ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": MOMENT}
_ALONE = threading.Lock()  # MkDocs keeps things in its process: one build at a time


class Workshop(Struct, frozen=True):
    """Where a site is made: `root` has mkdocs.yml and overrides/, `work` takes what is made on the way. Its host
    leads addresses on by `rules`, where others need a page for each."""

    root: Path
    work: Path
    site_url: str | None = None
    rules: bool = False


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
    """What a built folder was made from: a digest of all that its pages depend on, and one of each file of its
    project."""

    pages: str
    files: dict[str, str]
    scripts: tuple[str, ...] = ()  # those in its pages, by their hashes
    warnings: tuple[str, ...] = ()
    built: str = ""  # the seal of what MkDocs made
    written: str = ""  # that of the project


class FolderBuild:
    """The building of a folder: begun when this is made, done with `finish`."""

    def __init__(self, folder: Folder, shop: Workshop, frame: Frame, crew: Crew) -> None:
        """Orders the build where the pages are not there already, as they would come out."""
        name = (folder.place or "root").replace("/", "-")
        self.folder, self._frame, self._shop = folder, frame, shop
        self._home = shop.work / "editions" / (name if folder.id else f"{name}-pages")
        self._site, self._log = self._home / "site", shop.work / "mkdocs.log"
        self._project = Project(shop.work / PROJECTS / folder.project)
        order = MkDocsOrder(folder.place, self._config("../overrides", _POLICY), _docs(folder), frame.theme)
        packed = msgspec.msgpack.encode(order)
        code = code_digest(_MODULES, _TOOLS)
        self._pages = _digest(code, packed)
        self._built = files_below(self._site) if self._site.is_dir() else {}
        self._before = _read_made(self._home) or _Made("", {})
        self._ticket = None
        if self._before.pages != self._pages or self._before.built != seal(self._built):
            self._ticket = crew.start(Job(f"printing {folder.title}", run_mkdocs, (packed,), code))

    def finish(self) -> tuple[str, ...]:
        """Wait for MkDocs, put what it made in its place and write the project; returns what it warned of, a line
        each.

        Raises GuidanceError when the pages cannot be built.
        """
        now = self._before
        if self._ticket:
            built = msgspec.msgpack.decode(self._ticket.result(), type=Built)
            if built.error:
                write_below(self._log.parent, self._log.name, built.trace.encode())
                what = f"{self.folder.title}: MkDocs could not build these pages ({built.error})"
                raise GuidanceError(f"{what}; see {self._log}")
            self._put(built.files)
            now = _Made(self._pages, {}, built.scripts, built.warnings, seal(self._built))
        overrides = path_from(self._project.home, self._shop.root / "overrides")
        config = self._config(overrides, write_policy(now.scripts))
        files = {path: _digest(content) for path, content in self.folder.docs.items()} | {CONFIG: _digest(config)}
        if now.files != files or now.written != self._project.seal:
            (self._home / _MADE).unlink(missing_ok=True)
            self._project.write(config, self.folder.docs)
            now = msgspec.structs.replace(now, files=files, written=self._project.seal)
            (self._home / _MADE).write_bytes(msgspec.json.encode(now))
        self.scripts = now.scripts
        return tuple(f"{self.folder.place or 'root'}: {warning}" for warning in now.warnings)

    @property
    def files(self) -> dict[str, Kept]:
        """All files of the built folder: what MkDocs made, and what its project has beside its pages. Markdown that
        goes out as it is stands under its own name too."""
        there = self._project.files
        beside = {path: kept for path, kept in there.items() if not is_page(path)}
        return self._built | beside | {path: there[as_it_is(path)] for path in self.folder.extras if is_page(path)}

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write what MkDocs made, in place of all; the mark is away until all is there."""
        (self._home / _MADE).unlink(missing_ok=True)
        shutil.rmtree(self._site, ignore_errors=True)
        for path, content in files.items():
            # Hosts serve only the one 404.html at the very root; elsewhere its links would be wrong.
            if path != "404.html" or not self.folder.place:
                write_below(self._site, path, content)
        self._built = files_below(self._site)

    def _config(self, overrides: str, policy: str) -> bytes:
        """The mkdocs.yml of this folder's project. The theme prints `extra.policy` into each page, but not where
        `site_url` is another than `extra.built_for`: `mkdocs serve` changes it, and puts its own script into pages.
        """
        own: dict[str, object] = {"docs_dir": DOCS, "site_dir": "site"}
        if self._frame.base is None:
            own["theme"] = {"name": "material", "font": False}
        if self._shop.site_url:
            start = self._shop.site_url.rstrip("/")
            own["site_url"] = f"{start}/{self.folder.place}/" if self.folder.place else f"{start}/"
        frame = {"theme": {"custom_dir": overrides}} if self._frame.theme else {}
        told = {"policy": policy, "built_for": own.get("site_url")}
        return complete(self._frame.base, own, self.folder.settings, frame, {"extra": told})


# --- What a folder is made from --------------------------------------------------------------------


def _docs(folder: Folder) -> dict[str, bytes]:
    """What goes through MkDocs: the pages, of their pictures the beginning, which says how large they are, and of
    the files beside them the names that are spelt in a page, so that it can check the links."""
    pages = {path: content if is_page(path) else _beginning(content) for path, content in folder.pages.items()}
    spelt = {name.decode() for page in pages.values() for name in _FILE.findall(page)}
    beside = map(as_it_is, folder.extras)
    return pages | {path: b"" for path in beside if path.rpartition("/")[2] in spelt}


def _beginning(picture: bytes) -> bytes:
    """As much of a picture as says how large it is: a drawing's first element, else the first bytes."""
    drawing = _DRAWING.match(picture[:_HEAD])
    return drawing[0] if drawing else picture[:_HEAD]


def _read_made(home: Path) -> _Made | None:
    """What the folder at `home` was made from, if that is known."""
    try:
        return msgspec.json.decode((home / _MADE).read_bytes(), type=_Made)
    except (OSError, msgspec.DecodeError):
        return None


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


# --- The build itself, which any process can do ------------------------------------------------------


class MkDocsOrder(Struct, frozen=True):
    """A MkDocs build: a project's `config` and `docs`, and the `theme`'s own parts, a folder beside the project.
    `place` is where it will stand in the site."""

    place: str
    config: bytes
    docs: Mapping[str, bytes]
    theme: Mapping[str, bytes] = {}


class Built(Struct, frozen=True):
    """The built files by path, the hashes of the scripts that stand in the pages, and what MkDocs warned of; or the
    error that ended it, and its trace."""

    files: Mapping[str, bytes]
    scripts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    trace: str = ""


def run_mkdocs(order: bytes) -> bytes:
    """A MkDocsOrder -> Built, both as MessagePack; leaves nothing on the disk. A job."""
    with _ALONE, _surroundings():
        return msgspec.msgpack.encode(_run(msgspec.msgpack.decode(order, type=MkDocsOrder)))


def _run(order: MkDocsOrder) -> Built:
    """Build in a place that is gone afterwards. Pages say in their heads which scripts may run, which is known only
    when all are there: it is put in the place that the theme left for it."""
    notes, log = BufferingHandler(sys.maxsize), logging.getLogger("mkdocs")
    notes.setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="guidance-") as place:
        home = Path(place, "home")
        for path, content in order.theme.items():
            write_below(home.parent / "overrides", path, content)
        for path, content in order.docs.items():
            write_below(home / DOCS, path, content)
        write_below(home, CONFIG, order.config)
        log.addHandler(notes)
        try:
            _build(home / CONFIG)
        except (Exception, SystemExit) as error:  # whatever a theme or an extension may raise
            said = _warned(notes)[-1:] if isinstance(error, SystemExit) else [f"{type(error).__name__}: {error}"]
            what = " ".join(("it gave up", *said)[-1].split())
            return Built({}, (), _warned(notes), what, traceback.format_exc())
        finally:
            log.removeHandler(notes)
        site = home / "site"
        made = {path: (site / path).read_bytes() for path in sorted(files_below(site)) if path not in order.docs}
    pages = {path: content for path, content in made.items() if path.endswith(".html")}
    scripts = tuple(sorted({script for page in pages.values() for script in inline_scripts(page)}))
    policy = escape(write_policy(scripts)).encode()
    files = _loaded(made, pages.values(), order.theme)
    told = {path: files[path].replace(_POLICY.encode(), policy, 1) for path in pages}
    return Built(files | told, scripts, _warned(notes))


def _warned(notes: BufferingHandler) -> tuple[str, ...]:
    """What MkDocs warned of, a line each."""
    return tuple(" ".join(f"{one.levelname}: {one.getMessage()}".split()) for one in notes.buffer)


def _loaded(made: dict[str, bytes], pages: Collection[bytes], theme: Mapping[str, bytes]) -> dict[str, bytes]:
    """What of a build goes into the site: not those of the theme's scripts and styles that no page names, nor what
    only the theme's search would load where no page has it."""
    named = {match.decode() for page in pages for match in _ASSET.findall(page)}
    searched = any(_SEARCH in page for page in pages)
    kept = {}
    for path, content in made.items():
        is_assets = path.startswith(_ASSETS) and path not in theme
        is_search = path.startswith(_SEARCHES)
        if (not is_assets or path in named) and (not is_search or searched) and path != "sitemap.xml.gz":
            kept[path] = undated(content) if path == "sitemap.xml" else content
    return kept


def _build(config: Path) -> None:
    from mkdocs.commands.build import build  # only who builds pays for loading it
    from mkdocs.config import load_config

    settings = load_config(str(config))
    settings.plugins.on_startup(command="build", dirty=False)
    build(settings)
    settings.plugins.on_shutdown()


@contextlib.contextmanager
def _surroundings() -> Iterator[None]:
    """The environment that MkDocs and the theme look at; as before afterwards."""
    before = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    os.environ.update(_ENVIRONMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name in _ENVIRONMENT:
            del os.environ[name]
        os.environ.update(before)
