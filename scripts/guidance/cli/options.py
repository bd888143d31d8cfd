"""What the options of a command come to: the order for a build, and who fetches its files.

Decides nothing else and prints nothing; the words of the options themselves are the command line's.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

import guidance
from guidance.build.orders import BuildOrder
from guidance.document.model import GuidanceError
from guidance.document.register import LOCK
from guidance.site.mkdocs_build import Workshop
from guidance.sources import Fetcher, Tell, source_folders
from guidance.sources.choosing import parse_revisions, parse_trust


def order_of(
    publication: Path,
    sources: Path | None,
    editions: list[str] | None = None,
    out: Path = Path("site"),
    strict: bool = False,
    site_url: str | None = None,
) -> BuildOrder:
    """The order that a command's options come to, in the folder where it was given.

    Raises GuidanceError where the site's address is none.
    """
    site_url = site_url or os.environ.get("GUIDANCE_SITE_URL")
    if site_url and not re.match(r"https?://[^\s/]+", site_url):
        raise GuidanceError(
            f"--site-url {site_url}: write the whole address, such as https://guidance.example.org/"
        )
    here = Path.cwd()
    root = here if (here / "mkdocs.yml").is_file() else Path(guidance.__file__).resolve().parents[2]
    return BuildOrder(
        publication=publication,
        folders=source_folders(sources, os.environ.get("GUIDANCE_SOURCES"), here),
        out=out.absolute(),
        shop=Workshop(root, here / "build", site_url),
        cache=here / ".cache" / "sources",
        editions=tuple(editions or ()),
        strict=strict,
    )


def completed(
    order: BuildOrder,
    revision: list[str] | None,
    overlay: Path | None,
    cluster: str | None,
    trust: list[str] | None = None,
) -> BuildOrder:
    """The same order with what only builds are told: revisions, a partnership's folder, a cluster, files to trust.

    Raises GuidanceError for a revision or a file to trust that is not written as it must be.
    """
    revisions, trusted = parse_revisions(revision or ()), parse_trust(trust or ())
    return structs.replace(order, revisions=revisions, overlay=overlay, cluster=cluster, trust=trusted)


def make_fetcher(publication: Path, tell: Callable[[str], None], every: bool) -> Fetcher:
    """One who fetches a publication's files and tells how far a file is: at `every` step, or at both ends."""
    fetcher = Fetcher(publication / LOCK)
    fetcher.tell = _progress(tell, every)
    return fetcher


def _progress(tell: Callable[[str], None], every: bool) -> Tell:
    begun: dict[str, str] = {}

    def told(name: str, size: int, total: int | None) -> None:
        whole = total is not None and size >= total
        state = "whole" if whole else "begun"
        if every or begun.get(name) != state:
            begun[name] = state
            of = f" of {total / 1e6:.1f} MB, {size * 100 // max(total, 1)} %" if total else " MB"
            tell(f"fetching {name}: {size / 1e6:.1f}{of}")

    return told
