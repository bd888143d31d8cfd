"""Files below a folder, by path from it: found, told apart, laid and written.

Nothing here knows what is in them.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

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
