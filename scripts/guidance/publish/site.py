"""Folders of pages -> one site: MkDocs per edition, mike, root files, and the swap into place.

Knows nothing of documents: what stands on the pages, and which there are, is decided elsewhere.
"""

import shutil
from collections.abc import Callable, Collection, Iterable
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
        new = swap.beside(out)
        try:
            editions = [
                deploy.Version(f.id, f.title, printing.site, f.aliases, f.prefix)
                for printing in begun
                if (f := printing.folder).id
            ]
            deploy.deploy(editions, new)
            for printing in begun:
                if not printing.folder.id:
                    shutil.copytree(printing.site, new / printing.folder.place, dirs_exist_ok=True)
            _write_root_files(new, [p.folder.place for p in begun if p.folder.id], shop.site_url)
            swap.swap_in(new, out)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return tuple(warnings)


def _refuse_collisions(folders: list[Folder]) -> None:
    taken = {f.place for f in folders if f.id} | {f"{f.prefix}/{a}".strip("/") for f in folders for a in f.aliases}
    for folder in folders:
        if folder.id:
            continue
        for path in (*folder.pages, *folder.extras):
            top = PurePosixPath(folder.prefix, PurePosixPath(path).with_suffix("").parts[0]).as_posix()
            if top in taken:
                raise GuidanceError(f"{path}: stands where the edition {top} will be; give this page another name")


# --- Files at the site's root ----------------------------------------------------------------------


def _write_root_files(site: Path, editions: Collection[str], site_url: str | None) -> None:
    for leftover in site.rglob("sitemap.xml*"):
        leftover.unlink()
    pages = (path for path in site.rglob("index.html") if not site_url or _may_be_listed(path))
    paths = (path.relative_to(site).as_posix() for path in pages)
    for name, content in root_files(paths, editions, site_url).items():
        write_below(site, name, content)


def _may_be_listed(page: Path) -> bool:
    """Whether search engines may list a page: a sitemap must not name one whose own head forbids it."""
    return NOT_LISTED.encode() not in page.read_bytes().partition(b"</head>")[0]
