"""Folders of pages -> one site: MkDocs per edition, mike, root files, and the swap into place.

Knows nothing of documents: what stands on the pages, and which there are, is decided elsewhere.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path, PurePosixPath

from guidance.engines import processes
from guidance.jobs import Crew
from guidance.model import GuidanceError
from guidance.publish import deploy, swap
from guidance.publish.builder import write_below
from guidance.publish.printing import Folder, Printing, Workshop, read_frame
from guidance.publish.root_files import root_files
from guidance.publish.small_pages import NOT_LISTED
from guidance.publish.tree import Kept, lay

__all__ = ["Folder", "Workshop", "build_site", "write_below"]

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
    with swap.alone(shop.work), nullcontext(crew) if crew else Crew(processes(), shop.work / "kept") as workers:
        swap.refuse_foreign(out)
        frame = read_frame(shop.root)
        begun = [Printing(folder, shop, frame, workers) for folder in folders]
        _refuse_collisions([printing.folder for printing in begun])
        warnings: list[str] = []
        for printing in begun:
            warnings += printing.finish()
            done(printing.folder.place)
        whole = _assemble(begun, shop.site_url)
        spare = shop.work / "spare"  # the site before the last one
        new = swap.beside(out, spare)
        try:
            lay(whole, new)
            swap.swap_in(new, out, spare)
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


def _assemble(begun: Sequence[Printing], site_url: str | None) -> dict[str, Kept | bytes]:
    """All files of the site by path: editions and their aliases, pages at the root, and what stands there for
    machines."""
    editions = [printing for printing in begun if printing.folder.id]
    versions = (deploy.Version(f.id, f.title, f.aliases, f.prefix) for f in (one.folder for one in editions))
    places, listed = deploy.deploy(versions)
    whole: dict[str, Kept | bytes] = dict(listed)
    for printing, names in zip(editions, places, strict=True):
        for name in names:
            whole |= {f"{name}/{path}": kept for path, kept in printing.files.items()}
    for printing in begun:
        if not printing.folder.id:
            start = f"{printing.folder.place}/".lstrip("/")
            whole |= {f"{start}{path}": kept for path, kept in printing.files.items()}
    for leftover in [path for path in whole if path.rpartition("/")[2].startswith("sitemap.xml")]:
        del whole[leftover]
    pages = (path for path, held in whole.items() if path.endswith("index.html") and _may_be_listed(held, site_url))
    return whole | root_files(pages, [one.folder.place for one in editions], site_url)


def _may_be_listed(page: Kept | bytes, site_url: str | None) -> bool:
    """Whether search engines may list a page: a sitemap must not name one whose own head forbids it."""
    if not site_url:
        return True  # there is no sitemap
    content = page if isinstance(page, bytes) else Path(page.path).read_bytes()
    return NOT_LISTED.encode() not in content.partition(b"</head>")[0]
