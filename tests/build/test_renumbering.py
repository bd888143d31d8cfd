"""A published anchor goes on meaning what it meant: a re-issue that renumbers is refused until that is recorded,
and then the pages say it; a page that moved leads on."""

import re
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from guidance.build.orders import BuildOrder
from guidance.build.permalinks import moved_pages
from guidance.build.publish import publish, record_permalinks, review_renumbered
from guidance.build.site import build
from guidance.document.anchors import Renumbering, read_meanings, read_permalinks
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication
from guidance.site.mkdocs_build import Workshop
from guidance.site.permalink_index import PermalinkIndex
from guidance.site.typesetting import compile_typst
from small_register import REGISTER, SOURCE, write_frame

NEW = "+ Keepers should count the books on the first day of each month, and write the number into a book.\n"
PARAGRAPHS = re.findall(r"^\+ .*\n", SOURCE, re.MULTILINE)


def reissued(how: str) -> str:
    """The small text with one of its first three paragraphs put in, taken out, swapped, or reworded."""
    first, second, third = PARAGRAPHS[:3]
    later = {
        "inserted": (first, NEW, second, third),
        "removed": (first, third),
        "swapped": (first, third, second),
        "reworded": (first, second.replace("when it rains", "when it snows"), third),
    }[how]
    text = SOURCE.replace(first + second + third, "".join(later))
    shift = {"inserted": 1, "removed": -1}.get(how, 0)
    return text.replace("start: 4", f"start: {4 + shift}")


class Shelf:
    """A small publication in a repository of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "versions").mkdir(parents=True)
        (folder / "versions" / "editions.toml").write_text(REGISTER, encoding="utf-8")
        write_frame(folder)
        (folder / "sources").mkdir()
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
        self.issue(SOURCE)

    def issue(self, text: str) -> None:
        source = self.folder / "build" / "source.typ"
        source.parent.mkdir(exist_ok=True)
        source.write_text(text, encoding="utf-8")
        compile_typst(source, self.folder / "sources" / "2020.pdf")

    @property
    def order(self) -> BuildOrder:
        shop = Workshop(self.folder, self.folder / "build")
        versions, sources = self.folder / "versions", self.folder / "sources"
        return BuildOrder(versions, (sources,), self.folder / "site", shop, self.folder / ".cache")

    def publish(self) -> str | None:
        return publish(self.order, build, self.folder, "gh-pages").commit

    def page(self, path: str) -> str:
        shown = subprocess.run(
            ["git", "show", f"gh-pages:{path}index.html"], cwd=self.folder, capture_output=True, check=True
        )
        return BeautifulSoup(shown.stdout, "lxml").get_text(" ", strip=True)

    def decisions(self) -> tuple[Renumbering, ...]:
        return read_meanings(self.folder / "versions" / "2020" / "meanings.tsv")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b")
    return Shelf(tmp_path / "shelf")


@pytest.mark.parametrize(
    ("how", "moved"),
    [
        ("inserted", {"para-2": "para-3", "para-3": "para-4", "para-4": "para-5", "para-5": "para-6"}),
        ("removed", {"para-2": None, "para-3": "para-2", "para-4": "para-3", "para-5": "para-4"}),
    ],
)
def test_a_renumbered_issue_is_refused_until_it_is_recorded(
    shelf: Shelf, how: str, moved: dict[str, str | None]
) -> None:
    first = shelf.publish()
    shelf.issue(reissued(how))
    with pytest.raises(GuidanceError, match="does not mean what it meant") as refused:
        shelf.publish()
    assert "guidance review --renumbered 2020" in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(GuidanceError, match="from which day"):
        review_renumbered(shelf.order, ["2020"], shelf.folder, lambda _: None)
    gained = review_renumbered(shelf.order, ["2020:2021-06-11"], shelf.folder, lambda _: None)
    found = {one.anchor: one.now for one in shelf.decisions() if one.anchor.startswith("para-")}
    assert found == moved
    assert list(gained.values()) == [len(shelf.decisions())]
    assert shelf.publish() != first
    for anchor, now in moved.items():
        text = shelf.page(f"2020/p/{anchor.removeprefix('para-')}/")
        if anchor == "para-5" and how == "removed":
            assert "Until 11 June 2021 this number was in use. It is no longer. Its text is now paragraph 4" in text
        elif now:
            number = now.removeprefix("para-")
            assert f"Until 11 June 2021 this number was another paragraph: now paragraph {number} (2020)" in text
        else:
            assert "Until 11 June 2021 this number was another paragraph, which has been removed." in text
    assert "Until" not in shelf.page("2020/p/1/")
    assert shelf.publish() is None  # what was decided once is not asked again
    assert review_renumbered(shelf.order, ["2020:2021-06-11"], shelf.folder, lambda _: None) == {
        shelf.folder / "versions" / "2020" / "meanings.tsv": 0
    }


def test_what_was_only_reworded_where_it_stands_is_published(shelf: Shelf) -> None:
    shelf.publish()
    shelf.issue(reissued("reworded"))
    shelf.publish()
    assert "when it snows" in shelf.page("2020/p/2/")


def test_a_register_is_not_brought_up_to_date_over_a_renumbering_and_a_check_finds_it(shelf: Shelf) -> None:
    record_permalinks(shelf.order, lambda _: None)
    register = shelf.folder / "versions" / "2020" / "permalinks.tsv"
    before = read_permalinks(register)
    shelf.issue(reissued("inserted"))
    with pytest.raises(GuidanceError, match="guidance review --renumbered 2020"):
        record_permalinks(shelf.order, lambda _: None)
    assert read_permalinks(register) == before
    with pytest.raises(GuidanceError, match="does not mean what it meant"):
        shelf.publish()  # the first one here: the register alone tells
    review_renumbered(shelf.order, ["2020:2021-06-11"], shelf.folder, lambda _: None)
    assert {one.anchor for one in shelf.decisions()} >= {"para-2", "para-3", "para-4", "para-5"}
    assert shelf.publish()
    record_permalinks(shelf.order, lambda _: None)
    assert shelf.publish() is None


def test_a_person_may_decide_that_it_was_reworded(shelf: Shelf) -> None:
    shelf.publish()
    shelf.issue(reissued("swapped"))
    review_renumbered(shelf.order, ["2020:2021-06-11"], shelf.folder, lambda _: None)
    place = shelf.folder / "versions" / "2020" / "meanings.tsv"
    text = place.read_text("utf-8")
    place.write_text(re.sub(r"renumbered\tpara-\d+", "reworded", text), encoding="utf-8")
    shelf.publish()
    assert "The words here were changed on 11 June 2021." in shelf.page("2020/p/2/")


@pytest.mark.parametrize(
    "line",
    ["para-2", "para-2\tabc\t2021\tlost", "para-2\tabc\t2021\trenumbered", "para-2\tabc\t2021\tremoved\tpara-3"],
)
def test_a_bad_decision_is_one_line(shelf: Shelf, line: str) -> None:
    place = shelf.folder / "versions" / "2020" / "meanings.tsv"
    place.parent.mkdir()
    place.write_text(f"# head\n{line}\n", encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"meanings\.tsv, line 2: expected"):
        read_meanings(place)


# --- Pages that moved ------------------------------------------------------------------------------


def test_a_renamed_page_needs_a_redirect_and_the_redirect_is_built(shelf: Shelf) -> None:
    register = shelf.folder / "versions" / "editions.toml"
    register.write_text(f'docs = "../docs"\n{REGISTER}', encoding="utf-8")
    docs = shelf.folder / "docs" / "guide"
    docs.mkdir(parents=True)
    (docs.parent / "index.md").write_text("# Home\n", encoding="utf-8")
    (docs / "old.md").write_text("# A page\n", encoding="utf-8")
    shelf.publish()
    (docs / "old.md").rename(docs / "new.md")
    with pytest.raises(GuidanceError, match="guide/old/"):
        shelf.publish()
    redirects = shelf.folder / "versions" / "redirects.toml"
    redirects.write_text('[[redirect]]\nold = "guide/old/"\nnew = "guide/new/"\n', encoding="utf-8")
    assert shelf.publish()
    shown = subprocess.run(
        ["git", "show", "gh-pages:guide/old/index.html"], cwd=shelf.folder, capture_output=True, check=True
    )
    page = BeautifulSoup(shown.stdout, "lxml")
    link = page.select_one("main a")
    refresh = page.select_one('meta[http-equiv="refresh"]')
    assert link
    assert refresh
    assert link["href"] == "../../guide/new/"
    assert refresh["content"] == "0; url=../../guide/new/"


@pytest.mark.parametrize(
    ("redirects", "says"),
    [
        ('[[redirect]]\nold = "2020/"\nnew = "guide/"\n', "stands where the edition 2020 will be"),
        ('[[redirect]]\nold = "editions/"\nnew = "2020/"\n', "there is a page at editions/"),
        ('[[redirect]]\nold = "a/"\nnew = "nowhere/"\n', "nowhere/"),
    ],
)
def test_a_redirect_that_leads_nowhere_or_hides_a_page_is_refused(shelf: Shelf, redirects: str, says: str) -> None:
    (shelf.folder / "versions" / "redirects.toml").write_text(redirects, encoding="utf-8")
    with pytest.raises(GuidanceError) as refused:
        shelf.publish()
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("redirects", "says"),
    [
        ('[[redirect]]\nold = "a/"\nnew = "b/"\n[[redirect]]\nold = "a/"\nnew = "c/"\n', "one other place"),
        ('[[redirect]]\nold = "a/"\nnew = "a/"\n', "one other place"),
        ('[[redirect]]\nold = "../a/"\nnew = "2020/"\n', "redirect[0].old"),
        ('[[redirect]]\nold = "a/"\nnew = "https://b.example/"\n', "redirect[0].new"),
        ('[[redirect]]\nfrom = "a/"\nto = "b/"\n', "from"),
    ],
)
def test_a_bad_redirect_is_one_line(tmp_path: Path, redirects: str, says: str) -> None:
    (tmp_path / "redirects.toml").write_text(redirects, encoding="utf-8")
    with pytest.raises(GuidanceError) as refused:
        moved_pages(tmp_path, PermalinkIndex(Publication("T", "T", "P", (Edition("2020", "T", "2020"),)), {}))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_place_left_in_an_edition_leads_on_there_and_below_its_alias(shelf: Shelf) -> None:
    (shelf.folder / "versions" / "redirects.toml").write_text(
        '[[redirect]]\nold = "2020/gone/away/"\nnew = "2010/"\n', encoding="utf-8"
    )
    shelf.publish()
    for place in ("2020", "latest"):
        assert "has moved" in shelf.page(f"{place}/gone/away/")
