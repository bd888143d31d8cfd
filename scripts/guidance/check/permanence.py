"""What a published site has promised, and what of it another one has lost: permalinks, embeds, editions, aliases.

Seen from the paths of files alone, in a folder or in a branch of a git repository; changes nothing.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from guidance.document.model import GuidanceError

BRANCHES = ("gh-pages", "origin/gh-pages")  # where a site is published, as `guidance publish` and mike have it

# The specimen stands in only where no text is loaded; it promises nothing.
_PROMISED = re.compile(
    r"(?!specimen/)(?:"
    r"(?:[^/]+/)*?(?:p|t)/[^/]+/index\.html"
    r"|(?:[^/]+/)*?embed/[^/]+/[^/]+/index\.html"
    r"|(?:[^/]+/)*?oembed/[^/]+/[^/]+\.(?:json|xml)"
    r"|(?:[^/]+/)*?status/[^/]+\.json"
    r"|(?:[^/]+/)*?embed\.js"
    r"|(?:[^/]+/)*?versions\.json)"
)
_EDITION = "edition.json"  # every edition's folder has one, and so has every alias of it


def promised(paths: Iterable[str]) -> frozenset[str]:
    """Those files of a site, by path from its root, whose addresses must never go away."""
    known = frozenset(paths)
    kept = {path for path in known if _PROMISED.fullmatch(path)}
    editions = (path.removesuffix(_EDITION) for path in known if path.endswith(f"/{_EDITION}"))
    return frozenset(kept | {f"{place}index.html" for place in editions if not place.startswith("specimen/")})


def lost(before: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
    """What a site had promised and the next one has not, by path from the root, in order."""
    return tuple(sorted(promised(before) - frozenset(now)))


def site_paths(where: str, repository: Path) -> frozenset[str]:
    """The files of a site that stands in a folder, or in a branch of the git repository at `repository`.

    Raises GuidanceError when there is neither, or it holds no site.
    """
    folder = Path(where)
    if folder.is_dir():
        paths = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    else:
        listed = _git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", _commit(where, repository))
        paths = frozenset(path for path in (listed or "").split("\0") if path)
    if "versions.json" not in paths:
        raise GuidanceError(f"{where}: holds no site that was published; name its folder or branch")
    return paths


def find_branch(repository: Path) -> str | None:
    """The branch of a repository that a site is published to; None where there is none."""
    return next(
        (name for name in BRANCHES if _git(repository, "cat-file", "-e", f"{name}:versions.json") is not None), None
    )


def _commit(name: str, repository: Path) -> str:
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not found:
        raise GuidanceError(f"{name}: there is no such folder, and no such branch in {repository}")
    return found.strip()


def _git(repository: Path, *arguments: str) -> str | None:
    """What git says; None where it refuses or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")
