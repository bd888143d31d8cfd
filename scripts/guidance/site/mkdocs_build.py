"""One folder of pages -> its built files: an ordinary MkDocs build, done again only where something it is made from
has changed.

What stands on the pages is decided elsewhere; nothing of MkDocs but its public `build` is used.
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Crew, Job, code_digest
from guidance.site.folder_tree import files_below, seal, write_below

MOMENT = "946684800"  # every build happens at the same moment, so that the same input gives the same bytes
_UNUSED = (
    "assets/javascripts/lunr/",
    "assets/javascripts/workers/",
    "assets/images/",
)  # the theme's; no page of ours loads it
_TOOLS = ("mkdocs", "mkdocs-material", "pymdown-extensions", "markdown", "mike")
_ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": MOMENT}
_ALONE = threading.Lock()  # MkDocs keeps things in its process: one build at a time


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
    """What a built folder was made from: a digest of all that its pages depend on, and one of each other file."""

    pages: str
    others: dict[str, str]
    seal: str = ""  # of the built files
    warnings: tuple[str, ...] = ()


class FolderBuild:
    """The building of a folder: begun when this is made, done with `finish`."""

    def __init__(self, folder: Folder, shop: Workshop, frame: Frame, crew: Crew) -> None:
        """Orders the build where the pages are not there already, as they would come out."""
        name = (folder.place or "root").replace("/", "-")
        self.folder, self._frame = folder, frame
        self._home = shop.work / "editions" / (name if folder.id else f"{name}-pages")
        self.site, self._log = self._home / "site", shop.work / "mkdocs.log"
        order = MkDocsOrder(folder.id, _settings(folder, shop), _pages(folder), frame.base, frame.theme)
        packed = msgspec.msgpack.encode(order)
        code = code_digest(("site/mkdocs_build.py",), _TOOLS)
        self._now = _Made(_digest(code, packed), {path: _digest(c) for path, c in _others(folder).items()})
        self.files = files_below(self.site) if self.site.is_dir() else {}
        before = _read_made(self._home)
        self._before = before if before and before.seal == seal(self.files) else None
        self._ticket = None
        if self._before is None or self._before.pages != self._now.pages:
            self._ticket = crew.start(Job(f"printing {folder.title}", run_mkdocs, (packed,), code))

    def finish(self) -> tuple[str, ...]:
        """Wait for MkDocs and put what it made in its place; returns what it warned of, a line each.

        Raises GuidanceError when the pages cannot be built.
        """
        warned = self._before.warnings if self._before else ()
        if self._ticket:
            built = msgspec.msgpack.decode(self._ticket.result(), type=Built)
            if built.error:
                write_below(self._log.parent, self._log.name, built.trace.encode())
                what = f"{self.folder.title}: MkDocs could not build these pages ({built.error})"
                raise GuidanceError(f"{what}; see {self._log}")
            warned = built.warnings
            self._put(built.files, {})
        elif self._before and self._before.others != self._now.others:
            self._put({}, self._before.others)
        else:
            return self._told(warned)
        self.files = files_below(self.site)
        made = msgspec.structs.replace(self._now, warnings=warned, seal=seal(self.files))
        (self._home / "made-from").write_bytes(msgspec.json.encode(made))
        return self._told(warned)

    def _told(self, warned: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{self.folder.place or 'root'}: {warning}" for warning in warned)

    def _put(self, files: Mapping[str, bytes], before: Mapping[str, str]) -> None:
        """Write what MkDocs made, in place of all, and what has changed beside it; the mark is away until all is
        there."""
        (self._home / "made-from").unlink(missing_ok=True)
        if files:
            shutil.rmtree(self.site, ignore_errors=True)
        for path in before.keys() - self._now.others.keys():
            (self.site / path).unlink(missing_ok=True)
        # Hosts serve only the one 404.html at the very root; elsewhere its links would be wrong.
        unused = (*(_UNUSED if self._frame.theme else ()), *(("404.html",) if self.folder.place else ()))
        for path, content in files.items():
            if not path.startswith(unused) and not path.endswith(".map"):
                write_below(self.site, path, content)
        for path, content in _others(self.folder).items():
            if before.get(path) != self._now.others[path]:
                write_below(self.site, path, content)


# --- What a folder is made from --------------------------------------------------------------------


def _is_page(path: str) -> bool:
    return path.endswith(".md")


def _pages(folder: Folder) -> dict[str, bytes]:
    """What goes through MkDocs: the pages, and the names of what they link, so that it can check the links."""
    return {path: c if _is_page(path) else b"" for path, c in folder.pages.items()}


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


def _read_made(home: Path) -> _Made | None:
    """What the folder at `home` was made from, if that is known."""
    try:
        return msgspec.json.decode((home / "made-from").read_bytes(), type=_Made)
    except (OSError, msgspec.DecodeError):
        return None


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


# --- The build itself, which any process can do ------------------------------------------------------


class MkDocsOrder(Struct, frozen=True):
    """A MkDocs build. `settings` are for its mkdocs.yml, `pages` its docs folder; `base` is the file whose settings
    they are laid over, `theme` the folder of the theme's own parts."""

    version: str
    settings: Mapping[str, object]
    pages: Mapping[str, bytes]
    base: bytes | None = None
    theme: Mapping[str, bytes] = {}


class Built(Struct, frozen=True):
    """The built files by path, and what MkDocs warned of; or the error that ended it, and its trace."""

    files: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()
    error: str | None = None
    trace: str = ""


def run_mkdocs(order: bytes) -> bytes:
    """A MkDocsOrder -> Built, both as MessagePack; leaves nothing on the disk and nothing in its process. A job."""
    wanted = msgspec.msgpack.decode(order, type=MkDocsOrder)
    with _ALONE, tempfile.TemporaryDirectory(prefix="guidance-") as place, _surroundings(wanted.version):
        return msgspec.msgpack.encode(_run(wanted, Path(place)))


def _run(order: MkDocsOrder, place: Path) -> Built:
    home = place / "home"
    settings = {**order.settings, "docs_dir": "docs", "site_dir": "site"}
    theme = dict(msgspec.convert(settings.get("theme", {}), dict[str, object]))
    if order.base is not None:
        write_below(place, "base.yml", order.base)
        settings["INHERIT"] = "../base.yml"
    for path, content in order.theme.items():
        write_below(place / "overrides", path, content)
        theme["custom_dir"] = "../overrides"
    for path, content in order.pages.items():
        write_below(home / "docs", path, content)
    write_below(home, "mkdocs.yml", json.dumps({**settings, "theme": theme}).encode())
    notes = _Notes()
    log = logging.getLogger("mkdocs")
    log.addHandler(notes)
    try:
        _build(home / "mkdocs.yml")
    except (Exception, SystemExit) as error:  # whatever a theme or an extension may raise
        said = notes.lines[-1:] if isinstance(error, SystemExit) else [f"{type(error).__name__}: {error}"]
        what = " ".join((said or ["it gave up"])[0].split())
        return Built({}, tuple(notes.lines), what, traceback.format_exc())
    finally:
        log.removeHandler(notes)
    site = home / "site"
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}
    return Built(files, tuple(notes.lines))


def _build(config: Path) -> None:
    from mkdocs.commands.build import build  # only who builds pays for loading it
    from mkdocs.config import load_config

    settings = load_config(str(config))
    settings.plugins.on_startup(command="build", dirty=False)
    build(settings)
    settings.plugins.on_shutdown()


class _Notes(logging.Handler):
    """Keeps what MkDocs warns of, a line each."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(f"{record.levelname}: {record.getMessage()}".split()))


@contextlib.contextmanager
def _surroundings(version: str) -> Iterator[None]:
    """The environment that MkDocs and the theme look at; as before afterwards."""
    settings = {**_ENVIRONMENT, "MIKE_DOCS_VERSION": version}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
