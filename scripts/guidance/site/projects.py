"""A folder of pages as an ordinary MkDocs project on the disk, which is complete without anything of ours; and how
files are found, told apart, laid and written below any folder.

Whoever knows MkDocs and mike can go on from there: `mkdocs build`, `mkdocs serve` and `mike deploy` work in it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path, PurePosixPath

import yaml
from msgspec import Struct, structs

from guidance.document.model import GuidanceError
from guidance.site.branch import start_repository

CONFIG, DOCS = "mkdocs.yml", "docs"
_PORTAL = "portal"  # the project of the pages at a publication's root, beside those of its editions
_MIKE: Mapping[str, object] = {
    "alias_type": "copy",  # static hosts follow no links between folders
    "canonical_version": "",  # site_url has the edition in it already
}
_SAID = (
    "# Written by `make site`, which writes it anew: change mkdocs.yml, docs/ and overrides/ at the root instead.\n"
)


def as_it_is(path: str) -> str:
    """The path at which MkDocs takes a file over as it is: of everything that ends in `.md` it makes a page."""
    return f"{path}.txt" if is_page(path) else path


def is_page(path: str) -> bool:
    """Whether MkDocs makes a page of a file."""
    return path.endswith(".md")


class Folder(Struct, frozen=True):
    """One MkDocs project: an edition, or (with an empty `id`) the pages at a publication's root.

    `pages` go through MkDocs, `extras` stand beside what it makes, both by path from the folder; `settings` are
    laid over the root mkdocs.yml. `prefix` is where the publication stands in the site.
    """

    id: str
    title: str
    pages: Mapping[str, bytes]
    settings: Mapping[str, object]
    extras: Mapping[str, bytes] = {}
    aliases: tuple[str, ...] = ()
    prefix: str = ""

    def with_extra(self, facts: Mapping[str, object]) -> "Folder":
        """The folder with more of what the theme prints on its pages; what is empty is left out."""
        extra = self.settings.get("extra")
        extra = {**(extra if isinstance(extra, dict) else {}), **{name: one for name, one in facts.items() if one}}
        return structs.replace(self, settings={**self.settings, "extra": extra})

    @property
    def place(self) -> str:
        """The folder's path in the site, without slashes at its ends."""
        return "/".join(part for part in (self.prefix, self.id) if part)

    @property
    def project(self) -> str:
        """The path of its project below the folder of all projects."""
        return "/".join(part for part in (self.prefix, self.id or _PORTAL) if part)

    @property
    def docs(self) -> dict[str, bytes]:
        """What is in the project's docs folder, by path: pages, pictures, and files that go out as they are."""
        return {**self.pages, **{as_it_is(path): content for path, content in self.extras.items()}}


class Project:
    """A project's folder: its mkdocs.yml, its docs, and a git repository; what is built there is its user's."""

    def __init__(self, home: Path) -> None:
        """Looks at what is there."""
        self.home = home
        self._look()

    def _look(self) -> None:
        docs = self.home / DOCS
        self.files: dict[str, Kept] = files_below(docs) if docs.is_dir() else {}
        beside = [self.home / CONFIG, self.home / ".git" / "HEAD"]
        held = b"".join(path.read_bytes() if path.is_file() else b"-" for path in beside)
        self.seal = seal(self.files) + hashlib.sha256(held).hexdigest()

    def write(self, config: bytes, docs: Mapping[str, bytes]) -> None:
        """Make it hold these settings and these docs, and nothing else in its docs."""
        (self.home / DOCS).mkdir(parents=True, exist_ok=True)
        lay(docs, self.home / DOCS)
        start_repository(self.home)
        (self.home / CONFIG).write_bytes(config)
        self._look()


# --- Settings --------------------------------------------------------------------------------------


def complete(base: bytes | None, *over: Mapping[str, object]) -> bytes:
    """An mkdocs.yml and settings laid `over` it, as MkDocs lays a file over the one that it inherits: tables are
    merged, everything else is replaced; but a list of names is merged too, as a table of these. YAML's tags
    (`!ENV`, `!!python/name:`) come through as they stand.

    Raises GuidanceError when the file is no YAML table.
    """
    try:
        root = yaml.compose(base or b"{}", Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise GuidanceError(f"{CONFIG}: is not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(root, yaml.MappingNode):
        raise GuidanceError(f"{CONFIG}: is not a table of settings")
    for settings in over:
        _lay_over(root, _as_node(settings))
    _set_up_mike(root)
    root.flow_style = False
    written = yaml.serialize(root, Dumper=yaml.SafeDumper, encoding="utf-8", allow_unicode=True, width=116)
    return _SAID.encode() + written


def _as_node(value: object) -> yaml.Node:
    plain = json.loads(json.dumps(value))  # no tuples, and no object twice, which YAML would write as a reference
    return yaml.SafeDumper(StringIO(), default_flow_style=False, sort_keys=False).represent_data(plain)


def _lay_over(under: yaml.MappingNode, over: yaml.Node) -> None:
    if not isinstance(over, yaml.MappingNode):
        return
    held = {key.value: (key, value) for key, value in under.value}
    for key, value in over.value:
        _, before = held.get(key.value, (key, None))
        if isinstance(before, yaml.SequenceNode) and isinstance(value, yaml.MappingNode):
            before = _as_table(before)
        if isinstance(before, yaml.MappingNode) and isinstance(value, yaml.MappingNode):
            _lay_over(before, value)
            value = before
        held[key.value] = (key, value)
    under.value = list(held.values())


def _as_table(listed: yaml.SequenceNode) -> yaml.MappingNode:
    """A list of names, some with settings, as the table of settings by name that means the same: MkDocs takes
    either, of Markdown's extensions as of plugins."""
    table = yaml.MappingNode("tag:yaml.org,2002:map", [])
    for entry in listed.value:
        alone = not isinstance(entry, yaml.MappingNode)
        table.value += [(entry, _as_node(None))] if alone else entry.value
    return table


def _set_up_mike(root: yaml.MappingNode) -> None:
    """Let mike deploy the project as it is; what the settings say of mike themselves stays."""
    plugins = next((value for key, value in root.value if key.value == "plugins"), None)
    if plugins is None:  # with none named, MkDocs takes its own search
        root.value.append((_as_node("plugins"), plugins := _as_node(["search"])))
    ours = _as_node({"mike": _MIKE})
    assert isinstance(ours, yaml.MappingNode)
    if isinstance(plugins, yaml.MappingNode):
        _lay_under(plugins, ours)
    elif isinstance(plugins, yaml.SequenceNode):
        plugins.flow_style = False
        tables = (one for one in plugins.value if isinstance(one, yaml.MappingNode))
        named = next((one for one in tables if one.value[0][0].value == "mike"), None)
        plugins.value = [one for one in plugins.value if one.value != "mike" and one is not named]
        if named:
            _lay_under(named, ours)
        plugins.value.append(named or ours)


def _lay_under(over: yaml.MappingNode, under: yaml.MappingNode) -> None:
    _lay_over(under, over)
    over.value = under.value


def path_from(home: Path, to: Path) -> str:
    """How a project's settings name a folder: from the project, where both stand in one place; else in full."""
    home, to = home.absolute(), to.absolute()
    shared = Path(os.path.commonpath((home, to)))
    return os.path.relpath(to, home) if len(shared.parts) > 1 else str(to)


# --- Files below a folder ----------------------------------------------------------------------------


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
        if path not in here or not _is_there(here[path], source):
            _put(folder / path, source)


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
    inner = {path.rpartition("/")[0] for path in paths}
    return {str(folder) for path in inner for folder in (PurePosixPath(path), *PurePosixPath(path).parents)} - {"."}


def _is_there(there: Kept, source: Kept | bytes) -> bool:
    if isinstance(source, Kept):
        return (there.device, there.inode) == (source.device, source.inode)
    return there.size == len(source) and Path(there.path).read_bytes() == source


def _put(target: Path, source: Kept | bytes) -> None:
    target.unlink(missing_ok=True)  # written over, it would change under its other names too
    if isinstance(source, bytes):
        target.write_bytes(source)
        return
    try:
        os.link(source.path, target, follow_symlinks=False)
    except OSError:  # another disk, or a system without links
        shutil.copy2(source.path, target)


def write_below(folder: Path, path: str, content: bytes) -> None:
    """Write a file at a path below a folder: a new one, since the one there may have other names.

    Raises GuidanceError for a path that leads out of the folder.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise GuidanceError(f"{path}: a page must stand below its edition's folder")
    (folder / pure).parent.mkdir(parents=True, exist_ok=True)
    _put(folder / pure, content)


def refuse_other(folder: Path, mark: str, what: str) -> None:
    """Raise GuidanceError when a folder holds anything but a `what` made earlier, which has a file `mark`."""
    if folder.exists() and not (folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))):
        raise GuidanceError(f"{folder}: holds something that is not a {what}; choose another folder with -o")


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder hold some files and nothing else, whole or not at all."""
    folder = folder.absolute()
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in files.items():
            write_below(beside, path, content)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
