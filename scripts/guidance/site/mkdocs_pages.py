"""Pages and settings, as bytes -> what MkDocs makes of them, as bytes: a job that any process can do.

Leaves nothing on the disk and nothing in the process that does it.
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
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec import Struct

from guidance.document.model import GuidanceError


class Kept(Struct, frozen=True):
    """A file that is kept in a work folder: where it is, and the marks by which it is known to be the same."""

    path: str
    device: int
    inode: int
    size: int
    changed: int  # nanoseconds


def files_below(folder: Path) -> dict[str, Kept]:
    """All files below a folder by path from it; links to elsewhere are files, and never followed."""
    return dict(_walk(str(folder), "", set()))


def seal(files: Mapping[str, Kept]) -> str:
    """A digest that differs where any of some files was written, replaced, added or taken away."""
    digest = hashlib.sha256()
    for path, file in sorted(files.items()):
        digest.update(f"{path}\0{file.size}\0{file.changed}\n".encode())
    return digest.hexdigest()


def lay(wanted: Mapping[str, Kept | bytes], folder: Path) -> None:
    """Make a folder hold the `wanted` files, by path from it, and nothing else.

    A file that is another name of the kept one is left as it is; so is content that is already there.
    """
    folders = set[str]()
    here = dict(_walk(str(folder), "", folders))
    needed = _folders_of(wanted)
    for path in here.keys() - wanted.keys():
        (folder / path).unlink()
    for path in sorted(folders - needed, reverse=True):  # what is below another comes before it
        (folder / path).rmdir()
    for path in sorted(needed - folders):
        (folder / path).mkdir()
    for path, source in wanted.items():
        if not _is_there(here.get(path), source):
            _put(folder / path, source, path in here)


def _walk(root: str, below: str, folders: set[str]) -> Iterator[tuple[str, Kept]]:
    with os.scandir(f"{root}/{below}") as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                folders.add(path)
                yield from _walk(root, f"{path}/", folders)
            else:
                found = entry.stat(follow_symlinks=False)
                yield path, Kept(entry.path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _folders_of(paths: Mapping[str, object]) -> set[str]:
    """Every folder that some files stand in."""
    found: set[str] = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _is_there(there: Kept | None, source: Kept | bytes) -> bool:
    if there is None:
        return False
    if isinstance(source, Kept):
        return (there.device, there.inode) == (source.device, source.inode)
    return there.size == len(source) and Path(there.path).read_bytes() == source


def _put(target: Path, source: Kept | bytes, taken: bool) -> None:
    if taken:
        target.unlink()  # written over, it would change under its other names too
    if isinstance(source, bytes):
        target.write_bytes(source)
        return
    try:
        os.link(source.path, target, follow_symlinks=False)
    except OSError:  # another disk, or a system without links
        shutil.copy2(source.path, target)


MOMENT = "946684800"  # every build happens at the same moment, so that the same input gives the same bytes
_ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": MOMENT}
_ALONE = threading.Lock()  # MkDocs keeps things in its process: one build at a time


class PrintOrder(Struct, frozen=True):
    """A MkDocs build. `settings` are for its mkdocs.yml, `pages` its docs folder; `base` is the file whose settings
    they are laid over, `theme` the folder of the theme's own parts. With `only`, no pages but these are made, and
    of the others it is enough to give the title."""

    version: str
    settings: Mapping[str, object]
    pages: Mapping[str, bytes]
    base: bytes | None = None
    theme: Mapping[str, bytes] = {}
    only: tuple[str, ...] = ()


class Printed(Struct, frozen=True):
    """The built files by path, and what MkDocs warned of; or the error that ended it, and its trace."""

    files: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()
    error: str | None = None
    trace: str = ""


def print_pages(order: bytes) -> bytes:
    """A PrintOrder -> Printed, both as MessagePack."""
    wanted = msgspec.msgpack.decode(order, type=PrintOrder)
    with _ALONE, tempfile.TemporaryDirectory(prefix="guidance-") as place, _surroundings(wanted.version):
        return msgspec.msgpack.encode(_print(wanted, Path(place)))


def _print(order: PrintOrder, place: Path) -> Printed:
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
        _build(home / "mkdocs.yml", order.only)
    except (Exception, SystemExit) as error:  # whatever a theme or an extension may raise
        said = notes.lines[-1:] if isinstance(error, SystemExit) else [f"{type(error).__name__}: {error}"]
        what = " ".join((said or ["it gave up"])[0].split())
        return Printed({}, tuple(notes.lines), what, traceback.format_exc())
    finally:
        log.removeHandler(notes)
    site = home / "site"
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}
    return Printed(files, tuple(notes.lines))


def _build(config: Path, only: tuple[str, ...]) -> None:
    from mkdocs.commands.build import build  # only who prints pays for loading it
    from mkdocs.config import load_config

    settings = load_config(str(config))
    settings.plugins.on_startup(command="build", dirty=False)
    if only:
        _build_some(settings, frozenset(only))
    else:
        build(settings)
    settings.plugins.on_shutdown()


def _build_some(settings: Any, only: frozenset[str]) -> None:
    """What MkDocs' `build` does, for some pages: all are read, since titles of one stand on others."""
    from mkdocs.commands.build import _build_page, _populate_page
    from mkdocs.structure.files import get_files, set_exclusions
    from mkdocs.structure.nav import get_navigation
    from mkdocs.structure.pages import Page

    settings = settings.plugins.on_config(settings)
    settings.plugins.on_pre_build(config=settings)
    files = get_files(settings)
    env = settings.theme.get_env()
    files.add_files_from_theme(env, settings)
    files = settings.plugins.on_files(files, config=settings)
    set_exclusions(files, settings)
    nav = settings.plugins.on_nav(get_navigation(files, settings), config=settings, files=files)
    pages = files.documentation_pages()
    for file in pages:
        if file.page is None:
            Page(None, file, settings)
        _populate_page(file.page, settings, files)
    env = settings.plugins.on_env(env, config=settings, files=files)
    for file in pages:
        if file.src_uri in only:
            _build_page(file.page, settings, pages, nav, env)
    settings.plugins.on_post_build(config=settings)


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


def write_below(folder: Path, path: str, content: bytes) -> None:
    """Write a file at a path below a folder: a new one, since the one there may have other names.

    Raises GuidanceError for a path that leads out of the folder.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise GuidanceError(f"{path}: a page must stand below its edition's folder")
    target = folder / pure
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.write_bytes(content)
