"""Comparing whole editions: the specimen against the truth written beside it, files, folders and citations."""

import json
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from msgspec import structs

from guidance.build.cite import cite
from guidance.build.comparisons import (
    Compared,
    compare_documents,
    crosswalk_json,
    read_knowledge,
)
from guidance.build.single_files import compare_files
from guidance.cite.resolve import say_cited
from guidance.document.anchors import permalinks, write_permalinks
from guidance.document.model import Document, GuidanceError
from guidance.document.register import read_register
from guidance.link.agencies import Vocabulary
from guidance.read import read_document
from guidance.site.data_files import encode, records
from guidance.site.role_changes import CHECKS, read_role_checks
from guidance.site.typesetting import compile_typst
from made_again import apply, joined_text
from small_documents import document, paragraph

SPECIMEN = Path(__file__).parents[2] / "specimen"
TRUTH = tomllib.loads((SPECIMEN / "alignment.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    folder = tmp_path_factory.mktemp("specimen")
    texts = {}
    for edition in ("2019", "2024"):
        compile_typst(SPECIMEN / edition / "source.typ", folder / f"{edition}.pdf")
        texts[edition] = read_document(folder / f"{edition}.pdf")
    return compare_documents(texts, Vocabulary())


def numbers(text: Document) -> dict[str, int]:
    return {p.anchor: int(p.number) for p in text.provisions if p.kind == "paragraph" and p.number}


def pairs(specimen: Compared) -> dict[tuple[tuple[int, ...], tuple[int, ...]], str]:
    old, new = (numbers(text) for text in specimen.documents.values())
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = {}
    for change in specimen.comparisons["2019", "2024"].changes:
        olds = tuple(sorted(old[anchor] for anchor in change.old if anchor in old))
        news = tuple(sorted(new[anchor] for anchor in change.new if anchor in new))
        if olds or news:
            found[olds, news] = change.kind
    return found


def test_the_specimen_is_aligned_as_written_down(specimen: Compared) -> None:
    expected = {(tuple(sorted(pair["old"])), tuple(sorted(pair["new"]))) for pair in TRUTH["pairs"]}
    expected |= {((), (number,)) for number in TRUTH["added"]} | {((number,), ()) for number in TRUTH["removed"]}
    assert set(pairs(specimen)) == expected


def test_each_line_of_the_specimen_on_what_to_check_stands_on_its_roles_page(specimen: Compared) -> None:
    vocabulary = read_knowledge(SPECIMEN).vocabulary
    checks = read_role_checks(SPECIMEN / CHECKS)
    bound = structs.replace(compare_documents(specimen.documents, vocabulary), checks=checks)
    pages = {page.path: page.markdown for page in bound.redlines("2024")[0].pages}
    assert len(checks) > 10
    for one in checks:
        page = pages[f"compare/2019/role-{one.agency}.md"]
        assert one.words in page, one.anchor
        assert " left out: the words" not in page


def test_the_specimens_changes_lead_from_one_text_to_the_other(specimen: Compared) -> None:
    old, new = specimen.documents.values()
    comparison = specimen.comparisons["2019", "2024"]
    made = {change.new: joined_text(new, change.new) for change in comparison.changes if change.new}
    assert dict(apply(old, comparison)) == made


def test_what_moved_in_the_specimen_is_called_moved(specimen: Compared) -> None:
    found = pairs(specimen)
    kinds = {old: found[(old,), (new,)] for old, new in TRUTH["moved"]}
    for old in kinds:  # of two that changed places with each other, one moved
        assert "moved" in (kinds[old], kinds.get(old - 1), kinds.get(old + 1))


def test_places_in_the_other_edition_and_pages_follow(specimen: Compared) -> None:
    assert specimen.counterparts("2019")["para-43"]["2024"].endswith("#para-25")
    (redline,) = specimen.redlines("2024")
    assert (redline.pages[0].title, redline.pages[0].path) == (
        "What changed from 2019 to 2024",
        "compare/2019/index.md",
    )
    assert specimen.redlines("2019") == ()
    record = json.loads(crosswalk_json(specimen))
    assert record["editions"] == ["2019", "2024"]
    first = specimen.crosswalk.lineages[0]
    assert record["lineages"][0] == {"id": first.id, "anchors": {e: list(a) for e, a in first.anchors.items()}}


def converted(folder: Path, text: Document) -> Path:
    folder.mkdir()
    (folder / "provisions.json").write_bytes(encode(records(text, {}, "")))
    return folder


def test_converted_folders_are_compared(tmp_path: Path) -> None:
    old = converted(tmp_path / "first", document(["# Lamps", f"1. {paragraph(1)}", "(note 1) The bell."]))
    new = converted(
        tmp_path / "second", document(["# Lamps", "1. Sing.", f"2. {paragraph(1)}", "(note 1) The bell."])
    )
    comparison = compare_files(old, new, tmp_path / "out")
    assert [change.kind for change in comparison.changes] == ["unchanged", "added", "renumbered", "unchanged"]
    assert json.loads((tmp_path / "out" / "changes.json").read_text())["changes"][2]["new"] == ["para-2"]
    assert "What changed from first to second" in (tmp_path / "out" / "index.md").read_text()
    for page in (tmp_path / "out").glob("*.html"):
        links = BeautifulSoup(page.read_bytes(), "lxml").select("[href], [src]")
        assert "index.html" in {link.get("href") for link in links} or page.name == "index.html"
        for address in (str(link.get("href") or link.get("src")) for link in links):
            file, _, anchor = address.partition("#")
            to = tmp_path / "out" / file if file else page
            assert to.is_file()
            assert not anchor or f'id="{anchor}"' in to.read_text(encoding="utf-8")
    assert compare_files(old, new, tmp_path / "out") == comparison


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(GuidanceError, match="holds something that is not a comparison"):
        compare_files(tmp_path, tmp_path, tmp_path / "out")
    with pytest.raises(GuidanceError, match="there is no such file"):
        compare_files(tmp_path / "a.pdf", tmp_path / "b.pdf", tmp_path / "new")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_an_edition_without_text_is_cited_from_its_permalinks(tmp_path: Path) -> None:
    (tmp_path / "2019").mkdir()
    write_permalinks(tmp_path / "2019" / "permalinks.tsv", permalinks(document(["# Lamps", "1. One.", "2. Two."])))
    publication = read_register(SPECIMEN)
    (found,) = cite("RCL 2019 para 2", publication, tmp_path, ())
    (said,) = say_cited(found)
    assert said == f"2019 paragraph 2, page 1: 2019/p/2/ ({found.standing})"
