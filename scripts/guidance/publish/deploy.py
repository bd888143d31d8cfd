"""Built editions -> where each stands in one tree with mike's versions.

The list of versions is mike's own; so is the way that versions and aliases lie in the tree, which a test holds
against what `mike deploy` puts into a branch. No repository is needed for it.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from guidance.model import GuidanceError


class Version(Struct, frozen=True):
    """A built edition to be deployed as `prefix`/`id`, and as each of its aliases."""

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    prefix: str = ""


def deploy(versions: Iterable[Version]) -> tuple[tuple[tuple[str, ...], ...], dict[str, bytes]]:
    """The places of each version, from the tree's root: its own and those of its aliases, which are copies. And the
    files that mike keeps beside them, by path.

    Raises GuidanceError where mike refuses a version.
    """
    from mike.commands import versions_to_file_info  # slow to load, and no other command than a build needs it
    from mike.versions import Versions

    listed: dict[str, Any] = {}
    places = tuple(_deploy_one(version, listed.setdefault(version.prefix, Versions())) for version in versions)
    files = {".nojekyll": b""}
    for prefix, known in listed.items():
        entry = versions_to_file_info(known, prefix)
        files[entry.path] = entry.data.encode() if isinstance(entry.data, str) else entry.data
    return places, files


def _deploy_one(version: Version, known: Any) -> tuple[str, ...]:
    try:
        known.add(version.id, version.title, list(version.aliases), update_aliases=True)
    except ValueError as error:
        raise GuidanceError(
            f"{version.id}: mike cannot deploy this edition: {' '.join(str(error).split())}"
        ) from None
    return tuple(f"{version.prefix}/{name}".strip("/") for name in (version.id, *version.aliases))
