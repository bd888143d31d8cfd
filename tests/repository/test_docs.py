"""The hand-written pages: their links lead somewhere, and they are what the README says they are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_AT_BUILD = {"docs/editions.md", "docs/quotations.md"}
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("versions/*/overview.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_between_files_lead_to_files(page: Path) -> None:
    for address in LINK.findall(page.read_text(encoding="utf-8")):
        path = address.split("#")[0]
        if ":" in path or path.endswith("/") or not path:
            continue  # another site, another edition's folder, or this page
        target = (page.parent / path).resolve()
        assert target.is_relative_to(ROOT), address
        assert target.is_file() or target.relative_to(ROOT).as_posix() in MADE_AT_BUILD, address


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_addresses_are_secure_or_lead_to_this_site(page: Path) -> None:
    schemes = {a.split(":")[0] for a in LINK.findall(page.read_text(encoding="utf-8")) if ":" in a}
    assert schemes <= {"https", "mailto", "tel", "guidance", "comparison", "contact", "site"}


def test_the_readme_says_what_this_is_and_then_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    fences = [at for at, line in enumerate(lines) if line.startswith("```")]
    commands = [line.split("#")[0].strip() for line in lines[fences[0] + 1 : fences[1]]]
    assert commands == ["make site", "make test"]
    before = lines[1 : fences[0]]  # what this is, and nothing else: no second heading, no other command
    assert any(line.strip() for line in before)
    assert fences[0] < 15
    assert not [line for line in before if line.startswith("#") or "`" in line]


def test_every_edition_of_the_register_is_described() -> None:
    editions = sorted(path.name for path in (ROOT / "versions").iterdir() if path.is_dir())
    described = sorted(path.parent.name for path in ROOT.glob("versions/*/overview.md"))
    assert editions == described


def test_there_are_six_decision_records_at_most() -> None:
    assert len(list((ROOT / "docs" / "decisions").glob("[0-9]*.md"))) <= 6


def test_where_to_change_what_names_what_is_there() -> None:
    table = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Where to change what")[1].split("\n## ")[0]
    )
    named = [name for name in re.findall(r"`([^`]+)`", table) if "/" in name]
    assert len(named) >= 12
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert "def phrase" in (ROOT / "scripts" / "guidance" / "document" / "register.py").read_text(encoding="utf-8")
