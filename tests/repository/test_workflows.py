"""The workflow files: pinned, with the least permissions; and the report of changed official files."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from guidance.document.register import read_lock

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_permissions_are_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    held = yaml.safe_load(text)
    assert held["permissions"] == {}
    for job in held["jobs"].values():
        assert "write-all" not in str(job["permissions"])
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "${{ github.event" not in step.get("run", ""), "what others write must not become a command"
    for used in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", used), used


def test_only_files_that_were_vetted_are_published() -> None:
    jobs = yaml.safe_load((FOLDER / "publish.yml").read_text(encoding="utf-8"))["jobs"]
    first, second = jobs["official-files"], jobs["publish"]
    fetch = next(step["run"] for step in first["steps"] if "guidance fetch" in step.get("run", ""))
    assert "--locked" in fetch
    assert fetch.rstrip().endswith("exit $status"), "what fetching ends with is what the step ends with"
    handed = [step for step in first["steps"] if step.get("with", {}).get("name") == "official-files"]
    taken = [step for step in second["steps"] if step.get("with", {}).get("name") == "official-files"]
    assert [step["with"]["path"] for step in (*handed, *taken)] == [".cache/sources", ".cache/sources"]
    assert "if" not in handed[0], "not after a step that failed"
    assert second["needs"] == "official-files"
    commands = " ".join(step.get("run", "") for step in second["steps"])
    assert commands.count("--offline") == commands.count("guidance build") + commands.count("guidance publish") == 2
    assert "make check" not in commands
    assert "make site" not in commands


def test_contributors_see_what_ci_says_and_nothing_official_is_fetched_there() -> None:
    held = yaml.safe_load((FOLDER / "ci.yml").read_text(encoding="utf-8"))
    assert set(held[True]) == {"push", "pull_request"}, "YAML reads the key `on` as true"
    (job,) = held["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert [(step["run"], step["env"]) for step in job["steps"] if "run" in step] == [
        (".ci/run", {"GUIDANCE_OFFLINE": "1"})
    ]


def test_the_lock_is_committed_and_of_its_form() -> None:
    root = FOLDER.parents[1]
    tracked = subprocess.run(["git", "-C", root, "ls-files", "versions"], capture_output=True, text=True).stdout
    assert "versions/sources.lock" in tracked.splitlines()
    read_lock(root / "versions" / "sources.lock")


ROWS = """edition  revision  file       where
2018     2019-02   unchanged  x.pdf
2023     2025-06   {}  y.pdf (`$(touch evil)`)
"""


def report(place: Path) -> "subprocess.CompletedProcess[str]":
    """What the step that reports changed files does in a folder."""
    return subprocess.run(
        [FOLDER / "report-changed.sh", "fetched.txt", "notes.txt"],
        cwd=place,
        capture_output=True,
        text=True,
        env={"PATH": f"{place}:{os.environ['PATH']}"},
    )


@pytest.mark.parametrize(
    ("state", "open_issue", "called"),
    [
        ("unchanged", "", ""),
        ("changed", "", "create"),
        ("changed", "7", "edit 7"),
    ],
)
def test_changed_files_open_one_issue(tmp_path: Path, state: str, open_issue: str, called: str) -> None:
    (tmp_path / "fetched.txt").write_text(ROWS.format(state), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("note: 2018 comes from a web archive\n", encoding="utf-8")
    gh = tmp_path / "gh"
    gh.write_text(
        f'#!/bin/sh\nif [ "$2" = list ]; then echo "{open_issue}"; exit; fi\n'
        'echo "$@" > called\nwhile [ "$1" != --body-file ]; do shift; done\ncat "$2" > body\n'
    )
    gh.chmod(0o755)
    done = report(tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "evil").exists()
    if not called:
        assert not (tmp_path / "called").exists()
        return
    assert called in (tmp_path / "called").read_text()
    assert "2023     2025-06   changed" in (tmp_path / "body").read_text()
    assert "2018" not in (tmp_path / "body").read_text()


def test_a_file_first_seen_is_reported_too(tmp_path: Path) -> None:
    (tmp_path / "fetched.txt").write_text(ROWS.format("fetched"), encoding="utf-8")
    said = "guidance: versions/sources.lock: first seen or changed: 2013 candidate-0a1b2c3d; review each\n"
    (tmp_path / "notes.txt").write_text(said, encoding="utf-8")
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "gh").chmod(0o755)
    done = report(tmp_path)
    assert done.returncode == 1
    assert "first seen" in done.stderr


def test_without_a_way_to_open_an_issue_the_lines_are_said(tmp_path: Path) -> None:
    (tmp_path / "fetched.txt").write_text(ROWS.format("changed"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "gh").chmod(0o755)
    done = report(tmp_path)
    assert done.returncode == 1
    assert "2025-06   changed" in done.stderr
