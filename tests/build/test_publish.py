"""Publishing into a branch: one commit, nothing lost, nothing half done, one at a time; on scratch repositories."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guidance.build.orders import BuildOrder
from guidance.build.publish import clear, find_losses, publish, refuse_foreign, refuse_losses
from guidance.build.site import build
from guidance.document.model import GuidanceError
from guidance.site.branch import Branch, commit_folder, follow_remote, hold_branch, push_branch
from guidance.site.mkdocs_build import Workshop
from guidance.site.typesetting import compile_typst
from small_register import REGISTER, SOURCE, write_frame

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in a scratch repository that has one commit and an uncommitted change."""
    home = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{w}_{k}": v for w in ("AUTHOR", "COMMITTER") for k, v in (("NAME", "a"), ("EMAIL", "a@b"))}

    def run(*arguments: str, at: Path = tmp_path / "checkout") -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=at, env=clean | home | who, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    (tmp_path / "checkout").mkdir()
    run("init", "--quiet", "--initial-branch=main")
    (tmp_path / "checkout" / "tracked.txt").write_text("one\n", encoding="utf-8")
    run("add", ".")
    run("commit", "--quiet", "--message=One")
    (tmp_path / "checkout" / "tracked.txt").write_text("two\n", encoding="utf-8")
    (tmp_path / "checkout" / "untracked.txt").write_text("three\n", encoding="utf-8")
    return run


@pytest.fixture
def checkout(git: Git, tmp_path: Path) -> Path:
    return tmp_path / "checkout"


def site(folder: Path, editions: dict[str, list[str]], anchors: tuple[str, ...] = ("para-1", "para-2")) -> Path:
    """A folder that passes for a built site: editions with their aliases, each with text and permalinks."""
    folder.mkdir(exist_ok=True)
    versions = [{"version": e, "title": e, "aliases": aliases} for e, aliases in editions.items()]
    (folder / "versions.json").write_text(json.dumps(versions), encoding="utf-8")
    for name in (*editions, *(alias for aliases in editions.values() for alias in aliases)):
        for anchor in anchors:
            (folder / name / "p" / anchor.removeprefix("para-")).mkdir(parents=True)
            (folder / name / "p" / anchor.removeprefix("para-") / "index.html").write_text(anchor)
        (folder / name / "index.html").write_text(f"edition {name}", encoding="utf-8")
        (folder / name / "edition.json").write_text("{}", encoding="utf-8")
        records = json.dumps([{"anchor": anchor, "text": ""} for anchor in anchors])
        (folder / name / "provisions.json").write_text(records, encoding="utf-8")
    return folder


def put(checkout: Path, folder: Path, message: str = "Publish") -> str | None:
    with hold_branch(checkout, "gh-pages") as branch:
        return commit_folder(folder, branch, message)


def test_a_site_becomes_one_commit_and_the_checkout_is_left_alone(git: Git, checkout: Path, tmp_path: Path) -> None:
    before = git("status", "--porcelain"), git("rev-parse", "HEAD"), git("ls-files", "--stage")
    first = put(checkout, site(tmp_path / "a", {"2019": [], "2024": ["latest"]}))
    assert (git("status", "--porcelain"), git("rev-parse", "HEAD"), git("ls-files", "--stage")) == before
    assert git("rev-parse", "gh-pages") == first
    assert git("rev-list", "--count", "gh-pages") == "1"
    assert git("show", "gh-pages:2019/index.html") == "edition 2019"
    assert put(checkout, tmp_path / "a") is None, "the same site again is no commit"
    (tmp_path / "a" / "2019" / 'odd "name" ü.txt').write_text("x", encoding="utf-8")
    (tmp_path / "a" / ".gitignore").write_text("*\n", encoding="utf-8")
    second = put(checkout, tmp_path / "a")
    assert git("rev-parse", "gh-pages^") == first
    assert "odd" in git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", second or "")
    assert git("for-each-ref", "refs/guidance") == ""


def test_the_same_site_gives_the_same_commit(git: Git, checkout: Path, tmp_path: Path) -> None:
    folder = site(tmp_path / "a", {"2024": ["latest"]})
    first = put(checkout, folder)
    git("update-ref", "-d", "refs/heads/gh-pages")
    time.sleep(1.1)  # a clock would show
    assert put(checkout, folder) == first


def test_what_is_the_hosts_own_is_kept(git: Git, checkout: Path, tmp_path: Path) -> None:
    folder = site(tmp_path / "a", {"2024": ["latest"]})
    (folder / "CNAME").write_text("guidance.example.org\n", encoding="utf-8")
    put(checkout, folder)
    (folder / "CNAME").unlink()
    (folder / "2024" / "index.html").write_text("changed", encoding="utf-8")
    put(checkout, folder)
    assert git("show", "gh-pages:CNAME") == "guidance.example.org"


@pytest.mark.parametrize(
    ("editions", "anchors", "said"),
    [
        ({"2024": ["latest"]}, ("para-1", "para-2"), "the edition 2019"),
        ({"2019": [], "2024": []}, ("para-1", "para-2"), "the alias latest"),
        ({"2019": [], "2024": ["latest"]}, ("para-1",), "2019#para-2"),
        ({"2019": [], "2024": ["latest", "current"]}, ("para-1", "para-2", "para-3"), None),
        ({"2019": ["latest"], "2024": []}, ("para-1", "para-2"), None),
    ],
)
def test_what_was_published_is_never_lost(
    git: Git,
    checkout: Path,
    tmp_path: Path,
    editions: dict[str, list[str]],
    anchors: tuple[str, ...],
    said: str | None,
) -> None:
    put(checkout, site(tmp_path / "old", {"2019": [], "2024": ["latest"]}))
    new = site(tmp_path / "new", editions, anchors)
    with hold_branch(checkout, "gh-pages") as branch:
        if said is None:
            refuse_losses(branch, new)
            return
        with pytest.raises(GuidanceError, match=said) as error:
            refuse_losses(branch, new)
    assert "\n" not in str(error.value)


def test_a_text_that_would_go_is_a_loss_though_its_permalinks_stay(
    git: Git, checkout: Path, tmp_path: Path
) -> None:
    put(checkout, site(tmp_path / "old", {"2019": [], "2024": ["latest"]}))
    new = site(tmp_path / "new", {"2019": [], "2024": ["latest"]})
    (new / "2019" / "provisions.json").unlink()
    (new / "2024" / "p" / "2" / "index.html").unlink()
    with hold_branch(checkout, "gh-pages") as branch:
        assert list(find_losses(branch, new)) == ["the text of 2019", "2024/p/2/"]


def test_branches_that_are_not_ours_are_refused(git: Git, checkout: Path) -> None:
    with pytest.raises(GuidanceError, match="is checked out in"), hold_branch(checkout, "main"):
        pass
    git("branch", "other")
    with hold_branch(checkout, "other") as branch, pytest.raises(GuidanceError, match="not a published site"):
        refuse_foreign(branch)
    for name in ("-x", "a..b", "a b"):
        with pytest.raises(GuidanceError, match="no branch"), hold_branch(checkout, name):
            pass


def test_outside_a_repository_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="no git repository"), hold_branch(tmp_path, "gh-pages"):
        pass


def test_two_at_once_are_kept_apart(git: Git, checkout: Path, tmp_path: Path) -> None:
    folder = site(tmp_path / "a", {"2024": ["latest"]})
    with hold_branch(checkout, "gh-pages") as held:
        with pytest.raises(GuidanceError, match="another publish"), hold_branch(checkout, "gh-pages"):
            pass
        commit_folder(folder, held, "First")
    tip = git("rev-parse", "gh-pages")
    (folder / "more.txt").write_text("x", encoding="utf-8")
    with pytest.raises(GuidanceError, match="moved it meanwhile"):  # as mike or a person might, who know no lock
        commit_folder(folder, Branch(checkout, "gh-pages", git("rev-parse", "main")), "Second")
    assert git("rev-parse", "gh-pages") == tip
    assert git("for-each-ref", "refs/guidance") == ""


def test_a_commit_that_is_killed_leaves_the_branch_as_it_was(git: Git, checkout: Path, tmp_path: Path) -> None:
    put(checkout, site(tmp_path / "old", {"2024": ["latest"]}))
    tip = git("rev-parse", "gh-pages")
    new = site(tmp_path / "new", {"2024": ["latest"]})
    for at in range(3000):
        (new / f"page-{at}.html").write_text(f"{at} " * 2000, encoding="utf-8")
    script = (
        "import sys; from pathlib import Path\n"
        "from guidance.site.branch import commit_folder, hold_branch\n"
        f"with hold_branch(Path({str(checkout)!r}), 'gh-pages') as branch:\n"
        "    print('begun', flush=True)\n"
        f"    commit_folder(Path({str(new)!r}), branch, 'New')\n"
    )
    for pause in (0.0, 0.05, 0.2, 0.4):
        program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
        assert program.stdout
        assert program.stdout.readline() == b"begun\n"
        time.sleep(pause)
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        program.stdout.close()
        now = git("rev-parse", "gh-pages")
        if now != tip:  # it had moved before the blow: then all of it is there
            assert git("cat-file", "-p", f"{now}:page-2999.html").startswith("2999 ")
            break
        assert git("show", "gh-pages:2024/index.html") == "edition 2024"
    made = put(checkout, new)  # and nothing that was left behind is in the way
    assert git("rev-parse", "gh-pages") == (made or now)
    assert git("fsck", "--no-dangling", "--connectivity-only") == ""


# --- The whole of it, on a small publication -------------------------------------------------------


@pytest.fixture
def order(checkout: Path) -> BuildOrder:
    (checkout / "versions").mkdir()
    (checkout / "versions" / "editions.toml").write_text(REGISTER, encoding="utf-8")
    write_frame(checkout)
    (checkout / "sources").mkdir()
    (checkout / "sources" / "source.typ").write_text(SOURCE, encoding="utf-8")
    compile_typst(checkout / "sources" / "source.typ", checkout / "sources" / "2020.pdf")
    return BuildOrder(
        checkout / "versions", (checkout / "sources",), checkout / "site", Workshop(checkout, checkout / "build"),
        checkout / ".cache",
    )  # fmt: skip


def test_a_publication_is_published_and_pushed(git: Git, checkout: Path, order: BuildOrder, tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    git("init", "--quiet", "--bare", at=tmp_path / "remote")
    git("remote", "add", "origin", str(tmp_path / "remote"))
    done = publish(order, build, checkout, "gh-pages", "origin")
    assert git("rev-parse", "gh-pages", at=tmp_path / "remote") == done.commit == git("rev-parse", "gh-pages")
    assert "doors behind them" in git("show", "gh-pages:2020/p/2/index.html")
    assert git("show", "gh-pages:.nojekyll") == ""
    (checkout / "docs").mkdir()  # mike will not list without it
    listed = subprocess.run(
        [Path(sys.executable).parent / "mike", "list", "-b", "gh-pages"],
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    assert "2020" in listed.stdout, listed.stderr
    assert "latest" in listed.stdout
    assert publish(order, build, checkout, "gh-pages", "origin").commit is None
    assert not (checkout / "site").exists()
    git("branch", "-D", "gh-pages")
    assert publish(order, build, checkout, "gh-pages", "origin").commit is None, (
        "a fresh clone goes on from the remote"
    )
    (checkout / "sources" / "2020.pdf").unlink()
    with pytest.raises(GuidanceError, match="the text of 2020"):
        publish(order, build, checkout, "gh-pages")
    assert git("rev-parse", "gh-pages") == done.commit
    with pytest.raises(GuidanceError, match="git ls-remote"):
        publish(order, build, checkout, "gh-pages", "nowhere")


def test_a_site_with_a_fault_is_not_published(git: Git, checkout: Path, order: BuildOrder) -> None:
    overview = checkout / "versions" / "2020" / "overview.md"
    overview.parent.mkdir(exist_ok=True)
    overview.write_text("[Away](/nowhere/at-all/)\n", encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"gh-pages: not published, since .*nowhere/at-all") as caught:
        publish(order, build, checkout, "gh-pages")
    assert "\n" not in str(caught.value)
    assert git("for-each-ref", "refs/heads/gh-pages") == ""
    assert not (checkout / "build" / "publish").exists()


def test_of_two_machines_that_publish_at_once_one_is_refused(git: Git, checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    git("init", "--quiet", "--bare", at=tmp_path / "remote")
    git("clone", "--quiet", str(checkout), str(tmp_path / "second"))
    folder = site(tmp_path / "a", {"2024": ["latest"]})
    with hold_branch(checkout, "gh-pages") as branch:
        commit_folder(folder, branch, "First")
        push_branch(branch, str(tmp_path / "remote"))
    (folder / "other.txt").write_text("x", encoding="utf-8")
    with hold_branch(tmp_path / "second", "gh-pages") as branch:
        commit_folder(folder, branch, "Second")
        with pytest.raises(GuidanceError, match="git push"):
            push_branch(branch, str(tmp_path / "remote"))
    assert git("log", "-1", "--format=%s", "gh-pages", at=tmp_path / "remote") == "First"
    with (
        hold_branch(tmp_path / "second", "gh-pages") as branch,
        pytest.raises(GuidanceError, match="different ways"),
    ):
        follow_remote(branch, str(tmp_path / "remote"))


# --- Killed --------------------------------------------------------------------------------------------

# The first removal is of what the stage before has left, the second at the end of a whole publish.
STAGES = ("reading 2020", "making pages", "built /2020", "checking", "putting", "removing", "done", "removing")


def publish_until(stage: str, order: BuildOrder, checkout: Path) -> None:
    """Publish, and be killed as soon as `stage` is reached, such as when half of the site is removed."""

    def die(step: str) -> None:
        if step.startswith(stage):
            os.kill(os.getpid(), signal.SIGKILL)

    def half(folder: Path, *arguments: Any, **more: Any) -> None:
        if Path(folder).name != ".publish.gone":
            return whole(folder, *arguments, **more)
        for path in Path(folder).rglob("*.json"):
            path.unlink()
        die("removing")

    whole = shutil.rmtree
    if stage == "removing":
        pytest.MonkeyPatch().setattr(shutil, "rmtree", half)
    publish(order, lambda it: build(it, None, die), checkout, "gh-pages", None, die)
    die("done")


def test_a_publish_that_is_killed_at_any_stage_is_in_nobodys_way(
    git: Git, checkout: Path, order: BuildOrder
) -> None:
    tip = publish(order, build, checkout, "gh-pages").commit
    overview = checkout / "versions" / "2020" / "overview.md"
    overview.parent.mkdir(exist_ok=True)
    for at, stage in enumerate(STAGES):  # each begins with what the one before has left
        overview.write_text(f"What is new in {at}.\n", encoding="utf-8")
        child = multiprocessing.get_context("spawn").Process(target=publish_until, args=(stage, order, checkout))
        child.start()
        child.join(100)
        assert child.exitcode == -signal.SIGKILL, stage
        now = git("rev-parse", "gh-pages")
        assert (now != tip) == (at >= STAGES.index("done")), f"{stage}: the branch is as it was, or holds all"
        tip = now
    assert publish(order, build, checkout, "gh-pages").commit is None
    assert "What is new in 7" in git("show", "gh-pages:2020/index.html")
    assert not [path.name for path in (checkout / "build").iterdir() if "publish" in path.name]


def test_what_a_killed_publish_left_in_git_is_in_nobodys_way(git: Git, checkout: Path, order: BuildOrder) -> None:
    publish(order, build, checkout, "gh-pages")
    for name in ("refs/heads/gh-pages", "refs/guidance/publishing"):
        lock = checkout / ".git" / f"{name}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
        os.utime(lock, (1, 1))
    (checkout / "versions" / "2020").mkdir(exist_ok=True)
    (checkout / "versions" / "2020" / "overview.md").write_text("What is new here.\n", encoding="utf-8")
    assert publish(order, build, checkout, "gh-pages").commit


@pytest.mark.parametrize("name", ["publish", ".publish.new", ".publish.old", ".publish.gone"])
@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_what_lies_in_the_folder_of_a_publish_goes(checkout: Path, name: str, what: str) -> None:
    work = checkout / "build"
    work.mkdir()
    if what == "folder":
        (work / name / "2020").mkdir(parents=True)
        (work / name / "2020" / "index.html").write_text("half", encoding="utf-8")
    elif what == "file":
        (work / name).write_text("x", encoding="utf-8")
    else:
        (work / name).symlink_to(checkout)
    clear(work)
    assert list(work.iterdir()) == []
    assert (checkout / ".git").is_dir()
