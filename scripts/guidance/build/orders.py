"""What is ordered of a build, what is at hand for it, and what came of it: the types that this room hands about.

Nothing is done here.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from guidance.document.model import Document
from guidance.document.register import Edition, Publication
from guidance.jobs.cache import Crew
from guidance.jobs.executors import cluster, processes
from guidance.site.mkdocs_build import Workshop
from guidance.sources import Missing, Source


class Loaded(Struct, frozen=True):
    """An edition whose text is here."""

    edition: Edition
    source: Source
    document: Document


class SourceFolders(Struct, frozen=True):
    """Where files are looked for and kept: the reader's folders, the cache of downloads."""

    folders: tuple[Path, ...]
    cache: Path


class BuildOrder(Struct, frozen=True):
    """What to build. `editions` names those that must have text (none: whatever is found); `strict` refuses a
    text of which something is lost; `revisions` says by edition which one must be read, where it is not the newest
    at hand."""

    publication: Path
    folders: tuple[Path, ...]
    out: Path
    shop: Workshop
    cache: Path
    editions: tuple[str, ...] = ()
    strict: bool = False
    revisions: Mapping[str, str] = {}
    overlay: Path | None = None  # a partnership's folder
    cluster: str | None = None  # address of a Dask scheduler; none: processes of this machine

    def crew(self) -> Crew:
        """Those who do its jobs. Raises GuidanceError when a cluster is asked for and Dask is not there."""
        return Crew(cluster(self.cluster) if self.cluster else processes(), self.shop.work / "kept")


class Outcome(Struct, frozen=True):
    """What was built: editions with text, why the others have none, and what MkDocs warned of."""

    publication: Publication
    loaded: tuple[str, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]
    specimen: bool
    breaches: tuple[str, ...] = ()


class PublishOutcome(Struct, frozen=True):
    """What was built, and the commit that holds it; None where the branch held the same already."""

    outcome: Outcome
    commit: str | None
