"""Built editions -> one tree with mike's versions, by way of a scratch git repository.

Never touches the reader's own repository: git is told where to work, and reads no configuration of the reader's.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from guidance.model import GuidanceError

BRANCH = "gh-pages"
_MOMENT = "2000-01-01T00:00:00+00:00"


class Version(Struct, frozen=True):
    """A built folder to be deployed as `prefix`/`id`."""

    id: str
    title: str
    site_dir: Path
    aliases: tuple[str, ...] = ()
    prefix: str = ""


def deploy(versions: Iterable[Version], repository: Path, to: Path) -> None:
    """Deploy versions one after the other with mike into a fresh `repository`, and export its tree to `to`.

    Raises GuidanceError when git is missing or refuses.
    """
    if shutil.which("git") is None:
        raise GuidanceError("git: is not on PATH, and the editions cannot be put together without it; install git")
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    with _inside(repository):
        _git("init", "--quiet", "--initial-branch=main", ".")
        _git("commit", "--quiet", "--allow-empty", "--message=Begin")
        for version in versions:
            _deploy_one(version)
        _git("read-tree", BRANCH)
        _git("checkout-index", "--all", f"--prefix={to.resolve()}/")


def _deploy_one(version: Version) -> None:
    from mike import commands as mike  # slow to load, and no other command than a build needs it
    from mike.git_utils import GitError

    built = {"site_dir": str(version.site_dir.resolve()), "use_directory_urls": True}
    try:
        with mike.deploy(
            built,
            version.id,
            title=version.title,
            aliases=list(version.aliases),
            update_aliases=True,
            alias_type=mike.AliasType.copy,
            branch=BRANCH,
            message=f"Deploy {version.id}",
            deploy_prefix=version.prefix,
        ):
            pass
    except (GitError, ValueError) as error:
        raise GuidanceError(
            f"{version.id}: mike cannot deploy this edition: {' '.join(str(error).split())}"
        ) from None


def _git(*arguments: str) -> None:
    try:
        subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = " ".join((error.stderr or error.stdout).split())
        raise GuidanceError(f"git {arguments[0]}: {said}") from None


@contextlib.contextmanager
def _inside(repository: Path) -> Iterator[None]:
    """Work in `repository` with an identity, and with nothing of the reader's git settings."""
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(repository.resolve().parent),
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _IDENTITY.items()},
    }
    before = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    for name in before:
        del os.environ[name]
    os.environ.update(settings)
    try:
        with contextlib.chdir(repository):
            yield
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update(before)


_IDENTITY = {"NAME": "guidance", "EMAIL": "guidance@localhost", "DATE": _MOMENT}
