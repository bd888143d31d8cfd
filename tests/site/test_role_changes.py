"""What changed for somebody: substance first, how it is known, and lines of ours held to their words."""

import csv
import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from markdown import Markdown

from guidance.compare.changes import compare
from guidance.document.anchors import provision_fingerprint
from guidance.document.model import GuidanceError
from guidance.document.register import Publication
from guidance.link.agencies import read_agencies
from guidance.link.duties import find_duties
from guidance.site.comparison_pages import Redline, Told, render_comparison
from guidance.site.role_changes import RoleCheck, read_role_checks
from small_documents import document, in_chapter, paragraph

AGENCIES = """
[[agency]]
id = "keepers"
name = "Keepers"
words = ["keeper"]
[[agency]]
id = "wardens"
name = "Wardens"
words = ["warden"]
[[agency]]
id = "pilots"
name = "Pilots"
words = ["pilot"]
"""
OLD = [
    "# Lamps",
    f"1. {paragraph(1)} Keepers should trim every lamp on the long pier at dusk.",
    f"2. {paragraph(2)} Keepers must answer a letter about the ferry within 15 working days.",
    f"3. {paragraph(3)} Wardens must count the sails in the loft before the first tide.",
    "4. Keepers may sleep on the upper deck while the anchor is down.",
    f"5. {paragraph(5)} Pilots must sing.",
]
NEW = [
    "# Lamps",
    f"1. {paragraph(1)} The old wick is kept. Keepers should trim every lamp on the long pier at dusk.",
    f"2. {paragraph(2)} Keepers must answer a letter about the ferry within 10 working days.",
    f"3. {paragraph(3)} Keepers must count the sails in the loft before the first tide.",
    f"4. {paragraph(5)} Pilots must sing.",
]


def made(tmp_path: Path, checks: tuple[RoleCheck, ...] = (), home: str = "") -> Redline:
    (tmp_path / "agencies.toml").write_text(AGENCIES, encoding="utf-8")
    vocabulary = read_agencies(tmp_path / "agencies.toml")
    texts = document(OLD), document(NEW)
    duties = find_duties(texts[0], vocabulary), find_duties(texts[1], vocabulary)
    told = Told(
        compare(*texts, ("2001", "2005"), duties),
        (in_chapter(texts[0]), in_chapter(texts[1])),
        duties,
        {one.id: one.name for one in vocabulary.entries},
        publication=Publication("Lamps", "L", "The harbour", (), licence="Ours", specimen=True),
        checks=checks,
        home=home,
    )
    return render_comparison(told, *texts)


def page(redline: Redline, agency: str) -> BeautifulSoup:
    (found,) = (one for one in redline.pages if one.path == f"compare/2001/role-{agency}.md")
    reader = Markdown(extensions=["attr_list", "md_in_html", "tables"])
    return BeautifulSoup(reader.convert(found.markdown.split("---\n", 2)[2]), "lxml")


def said(row: Tag) -> list[str]:
    return [" ".join(one.get_text().split()) for one in row.select(".verbs, .who")]


def test_changes_of_substance_come_first_each_with_how_it_is_known(tmp_path: Path) -> None:
    told = page(made(tmp_path), "keepers")
    assert [one.get_text().rpartition(" (")[0] for one in told.select("h2")] == [
        "Strength, who is bound, time limits and figures",
        "New duties, duties taken out, and other changes of duties",
        "Reworded or taken out",
    ]
    rows = [(row.select("a")[0].get_text(), *said(row)) for row in told.select("tbody tr")]
    assert rows == [
        ("paragraph 2", "time limit 15 → 10 working days", "named in both"),
        ("paragraph 3", "duty moved from wardens to keepers", "named in 2005 only, as far as found"),
        ("paragraph 4", "duty taken out", "named in 2001 only, as far as found"),
        ("paragraph 1", "reworded", "named in both"),
    ]
    before, after = told.select("tbody tr")[0].select("td.words")
    assert "15" in before.select("del")[0].get_text()
    assert "10" in after.select("ins")[0].get_text()
    gone = told.select("tbody tr")[2].select("td.words")[1].get_text()
    assert "Not there." in gone


def test_who_has_no_changes_has_no_page(tmp_path: Path) -> None:
    redline = made(tmp_path)
    assert {one.path for one in redline.pages if "role-" in one.path} == {
        "compare/2001/role-keepers.md",
        "compare/2001/role-wardens.md",
    }
    overview = next(one for one in redline.pages if one.path.endswith("index.md"))
    assert 'href="role-keepers/"' in overview.markdown
    assert 'href="role-pilots/"' not in overview.markdown


def mark(text: list[str], anchor: str) -> str:
    return provision_fingerprint(document(text).by_anchor()[anchor])


def test_a_line_of_ours_stands_where_its_words_stand_and_nowhere_else(tmp_path: Path) -> None:
    words = "Check the diary that letters are put into."
    right = RoleCheck(("2001", "2005"), "para-2", "keepers", words, mark(NEW, "para-2"))
    gone = RoleCheck(("2001", "2005"), "para-4", "keepers", "Look for beds on deck.", mark(OLD, "para-4"))
    others = (
        RoleCheck(("1999", "2005"), "para-2", "keepers", "Another pair.", mark(NEW, "para-2")),
        RoleCheck(("2001", "2005"), "para-2", "wardens", "Another agency.", mark(NEW, "para-2")),
    )
    told = page(made(tmp_path, (right, gone, *others)), "keepers")
    assert [one.get_text() for one in told.select("td.check")] == [
        f"Check this{words}",
        "",
        "Check thisLook for beds on deck.",
        "",
    ]
    assert "No line of ours" not in told.get_text()
    overtaken = RoleCheck(("2001", "2005"), "para-2", "keepers", words, mark(OLD, "para-2"))
    told = page(made(tmp_path, (overtaken,)), "keepers")
    assert words not in told.get_text()
    assert "1 line of ours is left out" in " ".join(told.get_text().split())


def test_the_table_has_the_whole_words_and_pinned_links(tmp_path: Path) -> None:
    redline = made(tmp_path, home="https://pond.example/")
    rows = list(csv.DictReader(io.StringIO(redline.files["compare/2001/role-keepers.csv"].decode("utf-8-sig"))))
    assert [row["old link"] for row in rows][:2] == [f"https://pond.example/2001/p/{at}/" for at in (2, 3)]
    assert rows[0]["old words"] == OLD[2].partition(" ")[2]
    assert rows[0]["new words"] == NEW[2].partition(" ")[2]
    assert (rows[2]["new place"], rows[2]["new words"]) == ("", "")
    assert {row["licence"] for row in rows} == {"Ours"}


def test_a_file_of_lines_that_is_not_of_its_form_is_refused(tmp_path: Path) -> None:
    assert read_role_checks(tmp_path / "none.toml") == ()
    (tmp_path / "wrong.toml").write_text('[[checks]]\nanchor = "para-1"\n', encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"wrong\.toml"):
        read_role_checks(tmp_path / "wrong.toml")
