"""Built editions -> one tree with mike's versions.

The list of versions is mike's own; so is the way that versions and aliases lie in the tree, which a test holds
against what `mike deploy` puts into a branch. No repository is needed for it.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from guidance.model import GuidanceError


class Version(Struct, frozen=True):
    """A built folder to be deployed as `prefix`/`id`."""

    id: str
    title: str
    site_dir: Path
    aliases: tuple[str, ...] = ()
    prefix: str = ""


def deploy(versions: Iterable[Version], to: Path) -> None:
    """Put versions, their aliases (as copies) and mike's lists of them below `to`.

    Raises GuidanceError where mike refuses a version.
    """
    from mike.commands import versions_to_file_info  # slow to load, and no other command than a build needs it
    from mike.versions import Versions

    listed: dict[str, Any] = {}
    for version in versions:
        _deploy_one(version, listed.setdefault(version.prefix, Versions()), to)
    for prefix, known in listed.items():
        entry = versions_to_file_info(known, prefix)
        data = entry.data.encode() if isinstance(entry.data, str) else entry.data
        (to / entry.path).parent.mkdir(parents=True, exist_ok=True)
        (to / entry.path).write_bytes(data)
    (to / ".nojekyll").touch()


def _deploy_one(version: Version, known: Any, to: Path) -> None:
    try:
        known.add(version.id, version.title, list(version.aliases), update_aliases=True)
    except ValueError as error:
        raise GuidanceError(
            f"{version.id}: mike cannot deploy this edition: {' '.join(str(error).split())}"
        ) from None
    for name in (version.id, *version.aliases):
        shutil.copytree(version.site_dir, to / version.prefix / name, dirs_exist_ok=True)
