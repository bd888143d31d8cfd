"""What an audit gives out: each form whole and valid, nothing of others' files acted on, exit codes for CI."""

import base64
import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from bs4 import BeautifulSoup

from guidance.audit import FailOn
from guidance.audit.reading import Skipped
from guidance.audit.report import as_csv, as_json, as_sarif, fails, summary
from guidance.audit.verdicts import AuditFinding, FindingKind, Status
from guidance.build.audit import Audit, render
from guidance.document.register import read_register

ROOT = Path(__file__).parents[2]
STABLE = ["file", "line", "text", "kind", "edition", "chapter", "para", "page", "status", "today"]
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)> \x1b[31m=1+1'


def found(**told: object) -> AuditFinding:
    made: dict[str, object] = {
        "file": "policies/a b.md",
        "line": 3,
        "text": "WT 2018 p 13",
        "kind": "reference",
        "edition": "2018",
        "chapter": None,
        "para": None,
        "page": 13,
        "status": "superseded",
        "today": "2026/p/9/",
        "place": "line 3",
        "column": 5,
        "permalinks": ("2018/p/20/",),
        "redline": "2026/compare/2018/",
        "verdict": "2018 was superseded",
    }
    return msgspec.convert(made | told, AuditFinding)


FOUND = (
    found(),
    found(line=9, status="current", edition="2026"),
    found(line=12, status="unknown-edition", edition=None, today=None, permalinks=(), redline=None),
    found(file="=evil.md", text=EVIL, kind="stale-term", verdict=EVIL, today=None, permalinks=()),
)
SKIPPED = (Skipped("<b>.docx", "is damaged"),)


def test_json_is_the_stable_form() -> None:
    held = json.loads(as_json(FOUND))
    assert all(list(row)[: len(STABLE)] == STABLE for row in held)
    assert held[0]["page"] == 13
    assert held[2]["today"] is None


def test_csv_cells_are_no_formulas() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(FOUND))))
    assert len({len(row) for row in rows}) == 1
    assert rows[1][:3] == ["policies/a b.md", "line 3", "WT 2018 p 13"]
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows for cell in row)


def html(skipped: tuple[Skipped, ...], title: str, site_url: str | None) -> str:
    publication = msgspec.structs.replace(read_register(ROOT / "versions"), title=title)
    return render(Audit(FOUND, skipped, 4, True), "html", publication, site_url)


def parsed(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "lxml")


def test_html_shows_what_others_wrote_and_runs_none_of_it() -> None:
    page = html(SKIPPED, 'A "title" <x>', "https://guidance.example.org/")
    root = parsed(page)
    assert not root.select("script, img, b, x, [onerror]")
    assert "\x1b" not in page
    assert {a["href"] for a in root.select("a")} >= {
        "https://guidance.example.org/2026/p/9/",
        "https://guidance.example.org/2026/compare/2018/",
    }
    assert root.select("html[lang=en]")
    assert len(root.select("h1")) == 1
    assert len(root.select("table > caption")) == len(root.select("table")) == 2
    assert len(root.select('th[scope="col"]')) == 8
    policy = str(root.select("meta[http-equiv]")[0]["content"])
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    digest = hashlib.sha256(str(root.style.string if root.style else "").encode()).digest()
    assert f"style-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert [row.get_text(" ") for row in root.select("main > ul > li")] == ["<b>.docx: is damaged"]
    ids = [element["id"] for element in root.select("[id]")]
    assert len(ids) == len(set(map(str, ids)))


def test_html_without_the_sites_address_links_nowhere() -> None:
    root = parsed(html((), "Title", None))
    assert not root.select("a")
    assert "2026/p/9/" in root.text


# What SARIF 2.1.0 (OASIS, section 3) asks of what we write: per kind of object the properties it must have
# and those it may, with the type of each.
_TEXT = {"text"}
SCHEMA: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "results", "columnKind"}),
    "driver": ({"name"}, {"semanticVersion", "rules"}),
    "rule": ({"id"}, {"shortDescription", "defaultConfiguration"}),
    "invocation": ({"executionSuccessful"}, {"toolExecutionNotifications"}),
    "notification": ({"message"}, {"level", "locations"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints"}),
    "location": (set(), {"physicalLocation", "message"}),
    "physical": ({"artifactLocation"}, {"region"}),
    "region": (set(), {"startLine", "startColumn", "snippet"}),
}


def fits(kind: str, held: dict[str, object]) -> None:
    required, optional = SCHEMA[kind]
    assert required <= held.keys() <= required | optional, (kind, held.keys())


def test_sarif_is_valid_and_holds_what_is_not_current() -> None:
    log = json.loads(as_sarif(FOUND, SKIPPED, "0.1.0"))
    fits("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    fits("run", run)
    driver = run["tool"]["driver"]
    fits("driver", driver)
    for rule in driver["rules"]:
        fits("rule", rule)
        assert rule["shortDescription"].keys() == _TEXT
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for invocation in run["invocations"]:
        fits("invocation", invocation)
        for notification in invocation["toolExecutionNotifications"]:
            fits("notification", notification)
    assert len(run["results"]) == 3
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == 3
    for result in run["results"]:
        fits("result", result)
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        (location,) = result["locations"]
        fits("location", location)
        fits("physical", location["physicalLocation"])
        region = location["physicalLocation"]["region"]
        fits("region", region)
        assert region["startLine"] >= 1 <= region["startColumn"]
        assert " " not in location["physicalLocation"]["artifactLocation"]["uri"]


@pytest.mark.parametrize(
    ("status", "on", "expected"),
    [
        ("current", "stale", False),
        ("superseded", "stale", True),
        ("not-found", "stale", True),
        ("unknown-edition", "stale", False),
        ("unknown-edition", "any", True),
        ("current", "any", False),
        ("not-checked", "any", True),
        ("not-checked", "stale", False),
        ("contradiction", "stale", True),
        ("misquoted", "stale", True),
        ("misquoted", "never", False),
        ("superseded", "never", False),
    ],
)
def test_what_a_check_fails_on(status: str, on: FailOn, expected: bool) -> None:
    assert fails([found(status=status)], on) is expected


@pytest.mark.parametrize("status", [one for one in get_args(Status) if one != "current"])
@pytest.mark.parametrize("kind", get_args(FindingKind))
def test_whatever_is_not_current_has_a_rule_and_a_name(status: Status, kind: FindingKind) -> None:
    one = found(status=status, kind=kind)
    (result,) = json.loads(as_sarif((one,), (), "0.1.0"))["runs"][0]["results"]
    assert result["ruleId"]
    assert summary((one,), 1) != summary((), 1)


def test_a_report_is_narrow_and_says_places_in_words() -> None:
    held = found(
        official="https://example.org/a.pdf", verdict="the edition of 2018, superseded on 15 December 2023"
    )
    page = parsed(render(Audit((held,), (), 1, True), "html", read_register(ROOT / "versions"), None))
    (row,) = page.select("tbody tr")
    assert "today: paragraph 9 of 2026" in row.get_text(" ")
    assert [a["href"] for a in row.select("a")] == ["https://example.org/a.pdf"]
    assert page.select('meta[name="viewport"]')


def test_the_summary_counts() -> None:
    assert summary(FOUND, 1) == "1 file read: 1 current, 2 superseded, 1 unknown edition"
    assert summary((), 2) == "2 files read: nothing of the guidance found"


# --- The command -----------------------------------------------------------------------------------

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The audit command, at work in a folder of a partnership's own."""

    def audit(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", "from guidance.cli.commands import main; main()", "audit", *arguments]
        return subprocess.run(
            [*command, "--publication", str(ROOT / "versions")], cwd=tmp_path, capture_output=True, text=True
        )

    return audit


def test_the_command_ends_as_ci_needs_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("We follow Working Together 2026.", encoding="utf-8")
    (tmp_path / "old.md").write_text("We follow Working Together 2018, page 13.", encoding="utf-8")
    (tmp_path / "bad.docx").write_text("no Word file", encoding="utf-8")
    assert run("good.md").returncode == 0
    stale = run("good.md", "old.md")
    assert stale.returncode == 3
    assert "Working Together 2018, page 13" in stale.stdout
    assert run("old.md", "--fail-on", "never").returncode == 0
    broken = run("good.md", "bad.docx")
    assert broken.returncode == 1
    assert "bad.docx: cannot be opened as a Word document" in broken.stderr
    assert "1 file read: 1 current" in broken.stdout
    nowhere = run("nowhere")
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, nowhere.stderr.count("· ") + 1)
    assert run("old.md", "--format", "sarif", "-o", "out.sarif").returncode == 3
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads(run("old.md", "--format", "json").stdout)[0]["page"] == 13
