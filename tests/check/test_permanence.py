"""What was published once is held against what is to be published now."""

import os
import subprocess
from pathlib import Path

import pytest

from guidance.check.permanence import find_branch, lost, promised, site_paths
from guidance.check.site import check_site
from guidance.document.model import GuidanceError

SITE = (
    "index.html",
    "versions.json",
    "2020/index.html",
    "2020/edition.json",
    "2020/p/45/index.html",
    "latest/index.html",
    "latest/edition.json",
    "latest/p/45/index.html",
    "t/2020-para-45/index.html",
    "embed/2020/45/index.html",
    "oembed/2020/45.json",
    "status/2020.json",
    "embed.js",
)
BESIDE = (
    "2020/chapter-1/index.html",
    "guide/index.html",
    "specimen/2019/p/1/index.html",
    "specimen/2019/edition.json",
)


def test_addresses_that_people_link_to_are_promised_and_pages_that_may_move_are_not() -> None:
    kept = set(SITE) - {"index.html", "2020/edition.json", "latest/edition.json"}
    assert promised((*SITE, *BESIDE)) == kept
    assert promised(f"shelf/{path}" for path in SITE) == {f"shelf/{path}" for path in kept}


@pytest.mark.parametrize("gone", ["2020/p/45/index.html", "latest/index.html", "t/2020-para-45/index.html"])
def test_whatever_is_gone_is_named(gone: str) -> None:
    assert lost((*SITE, *BESIDE), [path for path in SITE if path != gone]) == (gone,)
    assert lost(SITE, (*SITE, "2024/p/1/index.html")) == ()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which a site stands on the branch gh-pages, and as a folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for path in SITE:
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[]" if path == "versions.json" else "", encoding="utf-8")
    identity = ("-c", "user.name=x", "-c", "user.email=x@localhost")
    tree = tmp_path / "site"
    for command in (("init", "-q", "-b", "gh-pages"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run(["git", *identity, *command], cwd=tree, check=True)
    (tree / ".git").rename(tmp_path / ".git")
    return tmp_path


def test_a_branch_and_a_folder_are_read_alike(repository: Path) -> None:
    assert site_paths("gh-pages", repository) == site_paths(str(repository / "site"), repository) == set(SITE)
    assert find_branch(repository) == "gh-pages"
    assert find_branch(repository.parent) is None


@pytest.mark.parametrize("name", ["no-such-branch", "--help", "-", "gh-pages:2020", "a b"])
def test_what_is_neither_folder_nor_branch_is_one_clear_line(repository: Path, name: str) -> None:
    with pytest.raises(GuidanceError, match=r"no such (folder|branch)"):
        site_paths(name, repository)


def test_a_folder_without_a_site_is_refused(repository: Path) -> None:
    with pytest.raises(GuidanceError, match="holds no site"):
        site_paths(str(repository / "site" / "2020"), repository)


def test_a_check_names_what_the_branch_has_and_the_site_has_lost(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    (repository / "site" / "embed" / "2020" / "45" / "index.html").unlink()
    faults = check_site(repository / "site", against="gh-pages").faults
    assert ("embed/2020/45/index.html", "is gone, and was published before (gh-pages)") in [
        (fault.file, fault.message) for fault in faults
    ]
