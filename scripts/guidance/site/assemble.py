"""Folders of pages -> one site: MkDocs per edition, mike, root files, and the swap into place.

Knows nothing of documents: what stands on the pages, and which there are, is decided elsewhere.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath
from typing import Any

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Crew, hold_lock
from guidance.jobs.executors import processes
from guidance.site.host_files import RULES, Rule, read_rules, root_files, site_rules
from guidance.site.mkdocs_build import FolderBuild, Workshop, read_frame
from guidance.site.permalink_index import NOT_LISTED
from guidance.site.projects import Folder, Kept, lay


def deploy(editions: Iterable[Folder]) -> tuple[tuple[tuple[str, ...], ...], dict[str, bytes]]:
    """The places of each edition, from the site's root: its own and those of its aliases, which are copies. And the
    files that mike keeps beside them, by path.

    Raises GuidanceError where mike refuses an edition.
    """
    from mike.commands import versions_to_file_info  # slow to load, and no other command than a build needs it
    from mike.versions import Versions

    listed: dict[str, Any] = {}
    places: list[tuple[str, ...]] = []
    for one in editions:
        try:
            known = listed.setdefault(one.prefix, Versions())
            known.add(one.id, one.title, list(one.aliases), update_aliases=True)
        except ValueError as error:
            said = " ".join(str(error).split())
            raise GuidanceError(f"{one.id}: mike cannot deploy this edition: {said}") from None
        places.append(tuple(f"{one.prefix}/{name}".strip("/") for name in (one.id, *one.aliases)))
    files = {".nojekyll": b""}
    for prefix, known in listed.items():
        entry = versions_to_file_info(known, prefix)
        files[entry.path] = entry.data.encode() if isinstance(entry.data, str) else entry.data
    return tuple(places), files


MARK = "versions.json"  # every site of ours has it: only such a folder is ever replaced


def alone(folder: Path) -> AbstractContextManager[None]:
    """Hold `folder` for this build. Raises GuidanceError when another build is at work in it."""
    folder.mkdir(parents=True, exist_ok=True)
    return hold_lock(folder / ".lock", f"{folder}: another build is at work here; wait for it to end")


def beside(out: Path, spare: Path | None = None) -> Path:
    """The folder next to `out` in which its successor is made: empty, or `spare` itself where that can be moved.

    To bring an older site up to date is less work than to make one.
    """
    new = out.with_name(f".{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # there is none, or it is on another disk
        if spare:
            spare.rename(new)
    new.mkdir(exist_ok=True)
    return new


def refuse_foreign(out: Path) -> None:
    """Raise GuidanceError when `out` holds something that is not a site of ours; mend an interrupted swap."""
    old = _old(out)
    if old.exists() and not out.exists():
        old.rename(out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise GuidanceError(f"{out}: is not a folder; choose another place with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise GuidanceError(f"{out}: holds something that is not a built site; choose another place with --out")


def swap_in(new: Path, out: Path, spare: Path | None = None) -> None:
    """Put `new` where `out` is; the old folder goes away last, or becomes the `spare` one."""
    old = _old(out)
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    with contextlib.suppress(OSError):
        if spare:
            shutil.rmtree(spare, ignore_errors=True)
            old.rename(spare)
    shutil.rmtree(old, ignore_errors=True)


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")


Tell = Callable[[str], None]


def build_site(
    folders: Iterable[Folder],
    out: Path,
    shop: Workshop,
    done: Tell = lambda _: None,
    crew: Crew | None = None,
) -> tuple[str, ...]:
    """Build all folders and put the site at `out`; calls `done` with a folder's place when it is built.

    Each is begun as soon as it comes, so that the next can be made meanwhile. Returns what MkDocs warned of, a line
    each. Raises GuidanceError when a build fails; `out` is then as before.
    """
    with alone(shop.work), nullcontext(crew) if crew else Crew(processes(), shop.work / "kept") as workers:
        refuse_foreign(out)
        frame = read_frame(shop.root)
        begun = [FolderBuild(folder, shop, frame, workers) for folder in folders]
        _refuse_collisions([printing.folder for printing in begun])
        warnings: list[str] = []
        for printing in begun:
            warnings += printing.finish()
            done(printing.folder.place)
        whole = _assemble(begun, shop)
        spare = shop.work / "spare"  # the site before the last one
        new = beside(out, spare)
        try:
            lay(whole, new)
            swap_in(new, out, spare)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return tuple(warnings)


def _refuse_collisions(folders: list[Folder]) -> None:
    taken = {f.place for f in folders if f.id} | {f"{f.prefix}/{a}".strip("/") for f in folders for a in f.aliases}
    for folder in folders:
        if folder.id:
            continue
        tops = {
            path.partition("/")[0] if "/" in path else str(PurePosixPath(path).with_suffix("")): path
            for path in (*folder.pages, *folder.extras)
        }
        for name, path in tops.items():
            top = f"{folder.prefix}/{name}".strip("/")
            if top in taken:
                raise GuidanceError(f"{path}: stands where the edition {top} will be; give this page another name")


def _assemble(begun: Sequence[FolderBuild], shop: Workshop) -> dict[str, Kept | bytes]:
    """All files of the site by path: editions and their aliases (which a host with rules leads on to), pages at the
    root, and what stands there for machines."""
    own: list[Rule] = []
    editions = [printing for printing in begun if printing.folder.id]
    places, listed = deploy(one.folder for one in editions)
    whole: dict[str, Kept | bytes] = dict(listed)
    for printing, names in zip(editions, places, strict=True):
        for name in names[:1] if shop.rules else names:
            whole |= {f"{name}/{path}": kept for path, kept in printing.files.items()}
    for printing in begun:
        if not printing.folder.id:
            start = f"{printing.folder.place}/".lstrip("/")
            whole |= {f"{start}{path}": kept for path, kept in printing.files.items()}
            own += read_rules(_content(whole.pop(f"{start}{RULES}", b"")).decode())
    scripts = {script for printing in begun for script in printing.scripts}
    site_url = shop.site_url
    # A sitemap must not name a page whose own head forbids it.
    named = (path for path in whole if path.endswith("index.html")) if site_url else ()
    pages = (path for path in named if NOT_LISTED.encode() not in _content(whole[path]).partition(b"</head>")[0])
    ruled = {RULES: site_rules(places, own)} if shop.rules else {}
    return whole | ruled | root_files(pages, [one.folder.place for one in editions], site_url, scripts)


def _content(held: Kept | bytes) -> bytes:
    return held if isinstance(held, bytes) else Path(held.path).read_bytes()
