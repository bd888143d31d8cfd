"""The structural account names what is amiss in files that are broken on purpose, and nothing in whole ones."""

from functools import cache
from pathlib import Path

import pikepdf
import pytest
import typst

from broken_files import BREAKERS, Breaker, cut_notes, drop_page, read_across, redraw, swap_lines
from guidance.document.model import Document
from guidance.document.walk import breaches
from guidance.read import read_document
from guidance_layouts import LAYOUTS
from layouts_by_year import BY_YEAR
from official_files import ADOPTION, HOMES, IRO, KCSIE, WORKING_TOGETHER, publication, reading
from small_documents import paragraph
from typeset import read_typeset
from untagged import strip_structure

BY_NAME = {build.__name__: build for build in (*LAYOUTS, *BY_YEAR)}
NOTED = ("as_in_2010", "as_in_2013", "decimals_with_running_heads_and_notes_at_chapters_ends")
ANEW = ("notes_that_start_again_in_each_chapter", "numbers_that_start_again_in_each_chapter")
COLUMNS = ("two_columns_with_notes_in_each", "notes_in_two_columns_at_chapters_ends")
PLAIN = ("boxes_over_pages_and_lists_that_count_in_paragraphs", "roman_page_numbers_at_the_head")
CASES = [
    *((drop_page, name) for name in (*NOTED, *ANEW, *COLUMNS, PLAIN[0], "as_in_1999")),
    (drop_page, "side_heads_in_the_bodys_own_size_and_emphasis_that_is_none"),
    *((swap_lines, name) for name in (*NOTED, *PLAIN, ANEW[1], COLUMNS[1], "boxes_of_four_rules")),
    *((swap_lines, name) for name in ("tables_with_rules_across_only", "titles_in_colour_that_are_not_bold")),
    *((cut_notes, name) for name in (*NOTED, *ANEW, *COLUMNS)),
    *((read_across, name) for name in (*NOTED, *PLAIN, ANEW[1], COLUMNS[0], "as_in_1999")),
]
STRIPPED = [(cut_notes, name) for name in NOTED] + [(read_across, NOTED[0]), (swap_lines, NOTED[2])]


def amiss(document: Document) -> set[str]:
    return {check.what for check in document.structure if check.verdict == "amiss"}


@cache
def whole(name: str, folder: Path, stripped: bool = False) -> tuple[Path, Document]:
    path, bare = folder / f"{name}.pdf", folder / f"{name}.stripped.pdf"
    path.write_bytes(typst.compile(BY_NAME[name]().source.encode(), ignore_system_fonts=True))
    if stripped:
        strip_structure(path, bare)
    return (bare, read_document(bare)) if stripped else (path, read_document(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


def test_forty_files_are_broken() -> None:
    assert len(CASES) + len(STRIPPED) == 40


@pytest.mark.parametrize("name", BY_NAME)
def test_whole_files_have_nothing_amiss(name: str, folder: Path) -> None:
    path, document = whole(name, folder)
    assert amiss(read_document(path, second_opinion=True)) == set()
    assert {check.what for check in document.structure if check.verdict == "sound"} >= {"placed", "order"}
    redraw(path, folder / "redrawn.pdf", document)
    assert amiss(read_document(folder / "redrawn.pdf")) == set()


@pytest.mark.parametrize(
    ("breaker", "name", "stripped"),
    [*((*case, False) for case in CASES), *((*case, True) for case in STRIPPED)],
    ids=lambda value: getattr(value, "__name__", {True: "stripped", False: "whole"}.get(value, value)),
)
def test_a_broken_file_is_caught(breaker: Breaker, name: str, stripped: bool, folder: Path) -> None:
    path, document = whole(name, folder, stripped)
    breaker(path, folder / "broken.pdf", document)
    broken = read_document(folder / "broken.pdf")
    found = [check for check in broken.structure if check.verdict == "amiss"]
    assert found
    assert all(check.amiss <= check.counted and check.examples for check in found)
    assert any(check.pages for check in found)
    assert len([line for line in breaches(broken) if line.startswith("structure: ")]) == len(found)


@pytest.mark.real
@pytest.mark.parametrize("breaker", BREAKERS, ids=lambda breaker: breaker.__name__)
@pytest.mark.parametrize("name", [WORKING_TOGETHER, *KCSIE, IRO, ADOPTION, HOMES])
def test_an_official_file_that_is_broken_is_caught(name: str, breaker: Breaker, folder: Path) -> None:
    if (name, breaker) == (ADOPTION, read_across):
        pytest.skip("its numbers hang so far out that the columns are seen and read rightly")
    path, document = publication(name), reading(name)
    breaker(path, folder / "broken.pdf", document)
    before = {check.what: check.amiss for check in document.structure if check.verdict == "amiss"}
    after = {check.what: check.amiss for check in read_document(folder / "broken.pdf").structure}
    assert any(count > before.get(what, 0) for what, count in after.items())


def test_bookmarks_that_name_a_box_miss_no_heading(tmp_path: Path) -> None:
    said = "Keepers write each book that a reader takes into the list, with the day it is due.\n\n"
    title = '#show heading: it => text(size: 12pt, weight: "bold", it.body + linebreak())'
    box = f'#block(fill: rgb("#e0eef8"), inset: 8pt)[{title}\n=== Box 1\n=== The list at Upton\n{said}]\n'
    body = "".join(f"{at}. #h(1em) {said}" for at in range(1, 6))
    document = read_typeset(f"#set page(margin: 2.5cm)\n= Lists\n{body}{box}= Labels\n{body}", tmp_path)
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Lists", "Labels"]
    assert sum(p.kind == "box" for p in document.provisions) == 1
    (check,) = (check for check in document.structure if check.what == "headings")
    assert (check.verdict, check.examples) == ("sound", ())


def test_bookmarks_that_name_the_cover_miss_no_heading(tmp_path: Path) -> None:
    said = "Keepers write each book that a reader takes into the list, with the day it is due.\n\n"
    cover = (
        "#show heading: set text(size: 12pt)\n= Lending of books\n= For all keepers\n= January 2031\n#pagebreak()\n"
    )
    body = "".join(f"{at}. #h(1em) {said}" for at in range(1, 6))
    document = read_typeset(f"#set page(margin: 2.5cm)\n{cover}= Lists\n{body}== Old\n== New\n{body}", tmp_path)
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Lists", "Old", "New"]
    (check,) = (check for check in document.structure if check.what == "headings")
    assert (check.verdict, check.examples) == ("sound", ())


def test_two_titles_that_tags_tell_apart_are_two(tmp_path: Path) -> None:
    said = "Keepers write each book that a reader takes into the list, with the day it is due.\n\n"
    look = '#show heading: it => block(above: 1em, below: 0.6em, text(size: 11pt, weight: "bold", it.body))\n'
    body = "".join(f"{at}. #h(1em) {said}" for at in range(1, 6))
    source = f"#set page(margin: 2.5cm)\n= Lists\n{body}{look}== Fitness\n=== Each alone\n{body}"
    document = read_typeset(source, tmp_path)
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Lists", "Fitness", "Each alone"]


@pytest.mark.parametrize("foot", ["#context counter(page).display()", "Page #context counter(page).display() of 9"])
def test_a_page_dropped_from_four_is_seen_in_their_numbers(foot: str, tmp_path: Path) -> None:
    pages = (
        "\n\n".join(f"{n}. #h(1em) {paragraph(n, 3)}" for n in range(3 * at, 3 * at + 3)) for at in range(1, 5)
    )
    body = "\n#pagebreak()\n".join(pages)
    document = read_typeset(f"#set page(margin: 2.5cm, footer: align(center)[{foot}])\n= Lists\n{body}", tmp_path)
    assert amiss(document) == set()
    with pikepdf.open(tmp_path / "whole.pdf") as pdf:
        del pdf.pages[2]
        pdf.save(tmp_path / "broken.pdf")
    assert "pages" in amiss(read_document(tmp_path / "broken.pdf"))
