"""A finished folder -> one commit on a branch of a git repository, without touching its work tree or its index.

The branch moves in one step at the very end, and only from where it was found; nothing is known of the folder.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from msgspec import Struct, structs

from guidance.document.model import GuidanceError
from guidance.jobs.cache import hold_lock

_ASIDE = "refs/guidance/publishing"  # where the new commit waits until the branch moves
_KEPT = ("CNAME", ".well-known")  # of the host's, at the branch's root; a publish leaves them as they are
_WHO = "guidance <guidance@localhost>"
_MOMENT = "946684800"  # seconds since 1970, where the repository has no commit whose time could be taken


class Branch(Struct, frozen=True):
    """A branch as it was found: `tip` is its commit, None where it is not there yet."""

    repository: Path
    name: str
    tip: str | None

    @property
    def ref(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.name}"


@contextmanager
def hold_branch(repository: Path, name: str) -> Iterator[Branch]:
    """A branch that no other publish touches meanwhile.

    Raises GuidanceError when there is no repository, the name is none, the branch is checked out (its work tree
    would no longer fit), or another publish is at work in the repository.
    """
    if _ask(repository, "rev-parse", "--git-dir") is None:
        raise GuidanceError(f"{repository}: is no git repository; publish from a checkout of one")
    if name.startswith("-") or _ask(repository, "check-ref-format", f"refs/heads/{name}") is None:
        raise GuidanceError(f"--branch {name}: no branch can have this name")
    for entry in _git(repository, "worktree", "list", "--porcelain").split("\n\n"):
        if f"branch refs/heads/{name}" in entry.split("\n"):
            where = entry.split("\n")[0].removeprefix("worktree ")
            raise GuidanceError(f"{name}: is checked out in {where}; switch to another branch there first")
    common = Path(repository, _git(repository, "rev-parse", "--git-common-dir"))
    otherwise = f"{name}: another publish is at work here; wait for it to end"
    with hold_lock(common / "guidance-publish.lock", otherwise):
        _clear_stale(common, name)
        yield Branch(repository, name, _ask(repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}"))


def _clear_stale(common: Path, name: str) -> None:
    """Take away the locks of git that a killed publish has left: git itself holds one for moments only."""
    for lock, seconds in ((_ASIDE, 2), (f"refs/heads/{name}", 2), ("packed-refs", 60)):
        path = common / f"{lock}.lock"
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > seconds:
                path.unlink()


def follow_remote(branch: Branch, remote: str) -> Branch:
    """The branch brought up to what a remote has of it, where that is ahead. Raises GuidanceError when the remote
    cannot be asked, or both have gone different ways."""
    if remote.startswith("-"):
        raise GuidanceError(f"--push {remote}: is no remote")
    listed = _git(branch.repository, "ls-remote", "--heads", remote, branch.ref)
    theirs = listed.split("\t")[0] if listed else None
    if theirs is None or theirs == branch.tip:
        return branch
    _git(branch.repository, "fetch", "--quiet", "--no-tags", remote, branch.ref)
    if branch.tip is None or _is_ancestor(branch.repository, branch.tip, theirs):
        _move(branch, theirs)
        return structs.replace(branch, tip=theirs)
    if not _is_ancestor(branch.repository, theirs, branch.tip):
        raise GuidanceError(f"{branch.name}: here and at {remote} it went different ways; delete the branch here")
    return branch


def read_published(branch: Branch, path: str) -> bytes | None:
    """A file of the branch; None where it has none."""
    if branch.tip is None:
        return None
    done = _run(branch.repository, ("cat-file", "blob", f"{branch.tip}:{path}"))
    return done.stdout if done.returncode == 0 else None


def commit_folder(folder: Path, branch: Branch, message: str) -> str | None:
    """Make the branch hold exactly what a folder holds, in one commit; returns its id, None where nothing changed.

    Until the branch moves, which is one step, it is as it was; an interrupted commit leaves nothing of it behind
    but objects that git clears away. Raises GuidanceError when git refuses, or the branch moved meanwhile.
    """
    repository = branch.repository
    if _ask(repository, "rev-parse", "--verify", "--quiet", _ASIDE):
        _git(repository, "update-ref", "-d", _ASIDE)
    moment = _ask(repository, "log", "-1", "--format=%ct", "HEAD") or _MOMENT
    with tempfile.TemporaryFile(dir=folder.parent) as stream:
        stream.writelines(_stream(folder, branch, message, moment))
        stream.seek(0)
        _git(repository, "fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream)
    try:
        made = _git(repository, "rev-parse", "--verify", _ASIDE)
        if branch.tip and _ask(repository, "diff-tree", "--quiet", branch.tip, made) is not None:
            return None
        _move(branch, made)
    finally:
        _git(repository, "update-ref", "-d", _ASIDE)
    return made


def start_repository(folder: Path) -> None:
    """Make a folder a git repository of its own, with an empty commit and somebody to commit as, unless it is one.

    git looks upwards for a repository: whatever git or mike is told in the folder must never find another one.
    Without git there is nothing to keep apart, for mike cannot work either.
    """
    if (folder / ".git" / "HEAD").is_file() or not shutil.which("git"):
        return
    _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text("*\n", encoding="utf-8")  # all of it can be made again
    name, _, mail = _WHO.removesuffix(">").partition(" <")
    for setting, value in (("user.name", name), ("user.email", mail), ("commit.gpgSign", "false")):
        _git(folder, "config", setting, value)
    nothing = _git(folder, "hash-object", "-t", "tree", "-w", os.devnull)
    _git(folder, "update-ref", "HEAD", _git(folder, "commit-tree", nothing, "-m", "Begin"))


def push_branch(branch: Branch, remote: str) -> None:
    """Send the branch to a remote, which takes it only where it goes on from what that has."""
    try:
        _git(branch.repository, "push", "--quiet", remote, f"{branch.ref}:{branch.ref}")
    except GuidanceError as error:
        raise GuidanceError(f"{error}; {branch.name} here is up to date; publish again to send it") from None


def _stream(folder: Path, branch: Branch, message: str, moment: str) -> Iterator[bytes]:
    words = message.encode()
    yield f"commit {_ASIDE}\ncommitter {_WHO} {moment} +0000\ndata {len(words)}\n".encode() + words + b"\n"
    if branch.tip:
        yield f"from {branch.tip}\n".encode()
    yield b"deleteall\n"
    for path in sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()):
        content = (folder / path).read_bytes()
        yield f"M 100644 inline {_quoted(path)}\ndata {len(content)}\n".encode() + content + b"\n"
    if branch.tip:
        for line in _git(branch.repository, "ls-tree", "--full-tree", branch.tip, *_KEPT).splitlines():
            facts, _, path = line.partition("\t")
            mode, _, identity = facts.split(" ")
            if not (folder / path).exists():
                yield f"M {mode} {identity} {_quoted(path)}\n".encode()
    yield b"done\n"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _move(branch: Branch, to: str) -> None:
    """Put the branch from where it was found to another commit; git refuses when it is not there any more."""
    try:
        _git(branch.repository, "update-ref", "-m", "guidance publish", branch.ref, to, branch.tip or "0" * len(to))
    except GuidanceError:
        raise GuidanceError(f"{branch.name}: somebody else moved it meanwhile; publish again") from None


# --- git -------------------------------------------------------------------------------------------


def _environment() -> dict[str, str]:
    """The reader's own environment and settings, but nothing that leads git to another place than the one named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or "SSH" in name}
    kept |= {name: os.environ[name] for name in ("GIT_ASKPASS", "GIT_TERMINAL_PROMPT") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def _run(
    repository: Path, arguments: tuple[str, ...], stdin: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, stdin=stdin, capture_output=True, env=_environment())
    except FileNotFoundError:
        raise GuidanceError("git: is not on PATH, and nothing can be published without it; install git") from None


def _ask(repository: Path, *arguments: str) -> str | None:
    """What git answers; None where it says no."""
    done = _run(repository, arguments)
    return done.stdout.decode("utf-8", "surrogateescape").strip() if done.returncode == 0 else None


def _is_ancestor(repository: Path, older: str, newer: str) -> bool:
    return _ask(repository, "merge-base", "--is-ancestor", older, newer) is not None


def _git(repository: Path, *arguments: str, stdin: IO[bytes] | None = None) -> str:
    done = _run(repository, arguments, stdin)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())
        raise GuidanceError(f"git {arguments[0]}: {said[:300]}")
    return done.stdout.decode("utf-8", "surrogateescape").strip()
