"""Folders of pages -> one site: MkDocs per edition, mike, root files, and the swap into place.

Knows nothing of documents: what stands on the pages, and which there are, is decided elsewhere.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from queue import Queue
from typing import TypedDict

import msgspec
from msgspec import Struct

from guidance.model import GuidanceError
from guidance.publish import deploy, swap

_WORKERS = 2
_MOMENT = "946684800"  # every build happens at the same moment, so that the same input gives the same bytes
_UNUSED = ("assets/javascripts", "assets/stylesheets", "assets/images")  # the theme's, which no page of ours loads
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


Tell = Callable[[str], None]


class Answer(TypedDict):
    """What a builder says of one configuration."""

    warnings: list[str]
    error: str | None


def build_site(
    folders: tuple[Folder, ...], out: Path, shop: Workshop, done: Tell = lambda _: None
) -> tuple[str, ...]:
    """Build all folders and put the site at `out`; calls `done` with a folder's place when it is built.

    Returns what MkDocs warned of, a line each. Raises GuidanceError when a build fails; `out` is then as before.
    """
    with swap.alone(shop.work):
        swap.refuse_foreign(out)
        _refuse_collisions(folders)
        with _Builders(shop.work / "mkdocs.log") as builders, ThreadPoolExecutor(_WORKERS) as pool:
            built = list(pool.map(lambda folder: _build_folder(folder, shop, builders, done), folders))
        new = swap.beside(out)
        try:
            places = {folder.place: path for folder, (path, _) in zip(folders, built, strict=True)}
            editions = [
                deploy.Version(f.id, f.title, places[f.place], f.aliases, f.prefix) for f in folders if f.id
            ]
            deploy.deploy(editions, shop.work / "repository", new)
            for folder in folders:
                if not folder.id:
                    shutil.copytree(places[folder.place], new / folder.place, dirs_exist_ok=True)
            _write_root_files(new, shop.site_url)
            swap.swap_in(new, out)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return tuple(warning for _, warnings in built for warning in warnings)


def _refuse_collisions(folders: tuple[Folder, ...]) -> None:
    taken = {f.place for f in folders if f.id} | {f"{f.prefix}/{a}".strip("/") for f in folders for a in f.aliases}
    for folder in folders:
        if folder.id:
            continue
        for path in (*folder.pages, *folder.extras):
            top = PurePosixPath(folder.prefix, PurePosixPath(path).with_suffix("").parts[0]).as_posix()
            if top in taken:
                raise GuidanceError(f"{path}: stands where the edition {top} will be; give this page another name")


# --- One MkDocs build ------------------------------------------------------------------------------


def _build_folder(
    folder: Folder, shop: Workshop, builders: "_Builders", done: Tell
) -> tuple[Path, tuple[str, ...]]:
    """The folder's built site below `work` (made anew only if something it is made from has changed)."""
    home = shop.work / "editions" / (folder.place or "root").replace("/", "-")
    home = home if folder.id else home.with_name(f"{home.name}-pages")
    site, mark = home / "site", home / "made-from"
    settings = _settings(folder, shop, home)
    key = _key(folder, settings, shop)
    if mark.is_file() and mark.read_text(encoding="utf-8").split("\n")[0] == key and site.is_dir():
        warnings = tuple(mark.read_text(encoding="utf-8").split("\n")[1:])
    else:
        shutil.rmtree(home, ignore_errors=True)
        for path, content in folder.pages.items():
            write_below(home / "docs", path, content)
        write_below(home, "mkdocs.yml", json.dumps(settings, indent=1, ensure_ascii=False).encode())
        warnings = builders.build(folder, home / "mkdocs.yml")
        if folder.place:
            # Hosts serve only the one 404.html at the very root; elsewhere its links would be wrong.
            (site / "404.html").unlink(missing_ok=True)
        if (shop.root / "overrides").is_dir():
            for unused in _UNUSED:
                shutil.rmtree(site / unused, ignore_errors=True)
        for path, content in folder.extras.items():
            write_below(site, path, content)
        mark.write_text("\n".join((key, *warnings)), encoding="utf-8")
    done(folder.place)
    return site, warnings


def _settings(folder: Folder, shop: Workshop, home: Path) -> dict[str, object]:
    """What MkDocs is told for this folder, over the root mkdocs.yml."""
    settings = dict(folder.settings)
    base = shop.root / "mkdocs.yml"
    theme: dict[str, object] = {} if base.is_file() else {"name": "material", "font": False}
    if base.is_file():
        settings["INHERIT"] = os.path.relpath(base, home)
    if (shop.root / "overrides").is_dir():
        theme["custom_dir"] = os.path.relpath(shop.root / "overrides", home)
    settings["theme"] = theme
    settings["docs_dir"], settings["site_dir"] = "docs", "site"
    if shop.site_url:
        settings["site_url"] = f"{shop.site_url.rstrip('/')}/{folder.place}/".replace("//", "/").replace(
            ":/", "://", 1
        )
    return settings


def _key(folder: Folder, settings: Mapping[str, object], shop: Workshop) -> str:
    """A digest of everything that a folder's built site is made from."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update(repr([(tool, version(tool)) for tool in _TOOLS]).encode())
    for kind, files in (("page", folder.pages), ("extra", folder.extras)):
        for path in sorted(files):
            digest.update(f"{kind} {path} {len(files[path])}\n".encode() + files[path])
    for shared in (shop.root / "mkdocs.yml", *sorted((shop.root / "overrides").rglob("*"))):
        if shared.is_file():
            content = shared.read_bytes()
            digest.update(f"{shared.relative_to(shop.root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


class _Builders:
    """The MkDocs programs at work, each started when it is first needed; what they print goes into a log."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("w", encoding="utf-8")
        self._free: Queue[subprocess.Popen[str] | None] = Queue()
        for _ in range(_WORKERS):
            self._free.put(None)

    def __enter__(self) -> "_Builders":
        return self

    def __exit__(self, *_: object) -> None:
        while not self._free.empty():
            program = self._free.get()
            if program:
                program.kill()
                program.communicate()
        self._log.close()

    def build(self, folder: Folder, config: Path) -> tuple[str, ...]:
        """Build a configuration; returns what MkDocs warned of. Raises GuidanceError when it cannot be built."""
        program = self._free.get() or self._start()
        try:
            order = json.dumps({"config": str(config), "version": folder.id})
            answer = self._ask(program, order)
        finally:
            self._free.put(program)
        if answer["error"]:
            what = f"{folder.title}: MkDocs could not build these pages ({answer['error']})"
            raise GuidanceError(f"{what}; see {self._log.name}")
        return tuple(f"{folder.place or 'root'}: {warning}" for warning in answer["warnings"])

    def _ask(self, program: "subprocess.Popen[str]", order: str) -> Answer:
        if program.stdin is None or program.stdout is None:
            raise GuidanceError(f"MkDocs cannot be spoken to; see {self._log.name}")
        try:
            program.stdin.write(f"{order}\n")
            program.stdin.flush()
            return msgspec.json.decode(program.stdout.readline(), type=Answer)
        except (OSError, msgspec.DecodeError):
            raise GuidanceError(f"MkDocs ended before its work was done; see {self._log.name}") from None

    def _start(self) -> "subprocess.Popen[str]":
        environment = os.environ | {
            "NO_MKDOCS_2_WARNING": "1",
            "SOURCE_DATE_EPOCH": _MOMENT,
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": "ignore",
            "PYTHONUTF8": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "guidance.publish.builder"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
        )


def write_below(folder: Path, path: str, content: bytes) -> None:
    """Write a file at a path below a folder. Raises GuidanceError for a path that leads out of it."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise GuidanceError(f"{path}: a page must stand below its edition's folder")
    target = folder / pure
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


# --- Files at the site's root ----------------------------------------------------------------------


def _write_root_files(site: Path, site_url: str | None) -> None:
    robots = "User-agent: *\nAllow: /\n"
    for leftover in ("sitemap.xml", "sitemap.xml.gz"):
        (site / leftover).unlink(missing_ok=True)
    if site_url:
        base = site_url.rstrip("/")
        pages = sorted(p.parent.relative_to(site).as_posix() for p in site.rglob("index.html"))
        rows = "\n".join(
            f"<url><loc>{base}/{'' if p == '.' else p + '/'}</loc></url>" for p in pages if not _alias(p)
        )
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        )
        (site / "sitemap.xml").write_text(f"{head}\n{rows}\n</urlset>\n", encoding="utf-8")
        robots += f"Sitemap: {base}/sitemap.xml\n"
    (site / "robots.txt").write_text(robots, encoding="utf-8")


def _alias(path: str) -> bool:
    return "latest" in PurePosixPath(path).parts[:2]
