"""The embedded default: no file and no network, and still a whole site with the specimen in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.check.site import check_site
from guidance.site.mkdocs_build import Workshop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own publication, built without any official file."""
    work = tmp_path_factory.mktemp("embedded")
    shop = Workshop(ROOT, work / "build")
    outcome = build(BuildOrder(ROOT / "versions", (), work / "site", shop, work / "cache"), None)
    assert not outcome.loaded
    assert outcome.specimen
    return work / "site"


def links(page: Path) -> set[str]:
    """Where a built page leads."""
    soup = BeautifulSoup(page.read_bytes(), "lxml")
    return {str(link["href"]) for link in soup.select("a[href]")}


def test_nothing_in_it_is_broken(site: Path) -> None:
    assert not check_site(site).faults


def test_every_edition_has_its_page_and_every_recorded_anchor_its_permalink(site: Path) -> None:
    register = ROOT / "versions" / "2023" / "permalinks.tsv"
    recorded = [line for line in register.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(list((site / "2023" / "p").glob("*/index.html"))) == len(recorded)
    page = BeautifulSoup((site / "2023" / "p" / "45" / "index.html").read_bytes(), "lxml")
    assert "not loaded" in page.get_text()
    assert any("#page=" in str(link["href"]) for link in page.select("a[href]"))
    editions = json.loads((site / "versions.json").read_text(encoding="utf-8"))
    assert all((site / edition["version"] / "index.html").is_file() for edition in editions)
    assert (site / "latest" / "index.html").is_file()


def test_the_root_leads_to_the_specimen_which_has_both_its_editions(site: Path) -> None:
    assert "specimen/" in links(site / "index.html")
    assert "../specimen/" in links(site / "editions" / "index.html")
    for edition in json.loads((site / "specimen" / "versions.json").read_text(encoding="utf-8")):
        provisions = json.loads((site / "specimen" / edition["version"] / "provisions.json").read_text("utf-8"))
        assert {"paragraph", "box", "footnote", "flow-chart", "table"} <= {p["kind"] for p in provisions}


def test_our_own_pages_can_be_searched_without_any_text(site: Path) -> None:
    page = BeautifulSoup((site / "search" / "index.html").read_bytes(), "lxml")
    assert "on our own pages alone" in page.get_text()
    topics = json.loads((site / "search" / "facets" / "pages.json").read_text(encoding="utf-8"))
    named = {one["topic"][0] for one in topics["all"]}
    assert {"All timescales", "The transition of 2018 and 2019"} <= named
    assert "Decisions" not in named  # it asks to be left out


@pytest.mark.parametrize("place", ["", "2023", "specimen", "specimen/2024"])
def test_each_project_gives_the_pages_of_the_site_and_no_warning(site: Path, place: str, tmp_path: Path) -> None:
    project = site.parent / "build" / "projects" / place
    home = project if (project / "mkdocs.yml").is_file() else project / "portal"
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path))
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    made = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    for file in (home / "docs").rglob("*"):
        if file.is_file() and file.suffix != ".md":
            assert (tmp_path / file.relative_to(home / "docs")).read_bytes() == file.read_bytes()
    pages = [path for path in made if path.endswith(".html") and path != "404.html"]
    assert pages
    for path in pages:
        assert made[path].read_bytes() == (site / place / path).read_bytes(), path
    if place and home == project:
        theirs = {path.relative_to(site / place).as_posix() for path in (site / place).rglob("*") if path.is_file()}
        assert {path.removeprefix("downloads/") for path in theirs - made.keys()} <= {"rcl-2024.md"}
