"""Another guidance of the same publisher, built whole: the engine knows nothing about the first.

Its register is made here, its list of changes is entered as places and our words, its text stays where it is.
"""

import csv
import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.check.site import check_site, gathered
from guidance.site.mkdocs_build import Workshop
from kcsie_pair import kcsie, labels

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).parents[1] / "data" / "labels" / "kcsie-annex-f.toml"
REGISTER = """
title = "Keeping children safe in education"
short = "KCSIE"
publisher = "Department for Education"

[[editions]]
id = "2024"
title = "Keeping children safe in education 2024"
published = "2024-09"
ended = "2025-09-01"

[[editions]]
id = "2025"
title = "Keeping children safe in education 2025"
published = "2025-09"
replaced = "the 2024 edition"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site of the second publication."""
    sources = kcsie()
    place = tmp_path_factory.mktemp("kcsie")
    (place / "register" / "2025").mkdir(parents=True)
    (place / "register" / "editions.toml").write_text(REGISTER, encoding="utf-8")
    shutil.copy(LISTED, place / "register" / "2025" / "official-changes.toml")
    shutil.copy(LISTED.with_name("kcsie-agencies.toml"), place / "register" / "agencies.toml")
    order = BuildOrder(
        place / "register", (sources,), place / "site", Workshop(ROOT, place / "build"), place / "cache"
    )
    outcome = build(order, None)
    assert outcome.loaded == ("2024", "2025")
    assert not outcome.specimen
    return place / "site"


def page(site: Path, path: str) -> BeautifulSoup:
    return BeautifulSoup((site / path / "index.html").read_bytes(), "lxml")


@pytest.mark.real
def test_nothing_in_it_is_broken(site: Path) -> None:
    assert not gathered(check_site(site).faults)


@pytest.mark.real
def test_every_page_says_what_it_is(site: Path) -> None:
    assert "Keeping children safe in education" in page(site, "").get_text()
    for words in ("Working Together", "safeguarding partners"):
        assert words not in page(site, "2025/duties").get_text()  # the other publication's words and agencies
    superseded = page(site, "2024/part-2").select_one(".status--superseded")
    assert superseded
    assert "Superseded on 1 September 2025" in superseded.get_text()


@pytest.mark.real
def test_all_that_the_publisher_lists_is_confirmed(site: Path) -> None:
    told = page(site, "2025/compare/2024/official-list")
    rows = [
        [cell.get_text() for cell in row.select("th, td")] for row in told.select("table")[0].select("tbody tr")
    ]
    assert len(rows) == 19
    assert not [row for row in rows if row[2] == "not found"]
    changes = json.loads((site / "2025/compare/2024/changes.json").read_text(encoding="utf-8"))["changes"]
    kinds = {anchor: change["kind"] for change in changes for anchor in change["new"]}
    for place in ("page 36, para 128", "page 56, para 204"):  # notes put in above these paragraphs
        (found,) = (row for row in told.select("tbody tr") if place in row.get_text())
        hrefs = [str(link["href"]) for link in found.select("a")]
        assert "added" in {kinds[href.partition("#to-")[2]] for href in hrefs}


@pytest.mark.real
def test_each_role_has_its_changes_and_its_workbook(site: Path) -> None:
    folder = site / "2025" / "compare" / "2024"
    roles = {path.name for path in folder.glob("role-*") if path.is_dir()}
    assert {"role-schools", "role-governors", "role-designated-lead"} <= roles
    for role in roles:
        rows = list(csv.DictReader((folder / f"{role}.csv").read_text(encoding="utf-8-sig").splitlines(True)))
        told = page(site, f"2025/compare/2024/{role}")
        assert len(told.select(".role-changes tbody tr")) == len(rows) > 0
        assert {(folder / f"{role}.{form}").is_file() for form in ("docx", "pdf")} == {True}
    first = page(site, "2025/compare/2024/role-schools").select(".role-changes tbody tr .verbs")[0]
    assert first.get_text() == "should → must"
    books = site / "2025" / "downloads"
    whole, changed = (
        list(csv.DictReader((books / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines(True)))
        for name in ("kcsie-2025-workbook-schools", "kcsie-2025-workbook-schools-changed")
    )
    assert 0 < len(changed) < len(whole) / 2
    assert [row["duty"] for row in whole if row["changed since 2024"]] == [row["duty"] for row in changed]
    assert {row["rating"] + row["evidence"] + row["owner"] + row["by when"] for row in whole} == {""}
    assert (books / "kcsie-2025-workbook-schools-changed.docx").is_file()
    assert not list((site / "2024" / "downloads").glob("*-changed.*"))


@pytest.mark.real
def test_no_paragraph_is_called_moved(site: Path) -> None:
    changes = json.loads((site / "2025/compare/2024/changes.json").read_text(encoding="utf-8"))["changes"]
    assert not [change for change in changes if change["kind"] == "moved"]


@pytest.mark.real
def test_every_paragraph_says_where_it_was(site: Path) -> None:
    was = {
        paragraph["id"]: stood.get_text().replace("\u00a0", " ")
        for file in (site / "2025").glob("part-*/**/index.html")
        for paragraph in BeautifulSoup(file.read_bytes(), "lxml").select("p.paragraph")
        if (stood := paragraph.select_one(".stood"))
    }
    assert "new" in was["para-170"]
    for olds, news, what in labels():
        for number in news if what in ("one", "split") else ():
            assert f"was {min(olds, key=int)} in 2024" in was[f"para-{number}"]
