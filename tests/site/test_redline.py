"""Comparison pages: complete without JavaScript, marked by more than colour, and safe from hostile text."""

import csv
import io
import json
from html.parser import HTMLParser

import markdown
import pytest

from guidance.compare.changes import compare
from guidance.document.model import Document, Duty, Locus, RedlinePiece
from guidance.site.changes_view import survey
from guidance.site.comparison_overview import draw_flows
from guidance.site.comparison_scene import render_beside, render_excerpt, render_inline
from guidance.site.redline import Redline, Side, render_comparison
from small_documents import document, paragraph, sentence

HOSTILE = "<script>alert(1)</script> ![x](javascript:x) `</div>` | [a]: b {: .c }"


def side(edition: str, text: Document) -> Side:
    addresses = {p.anchor: f"text/#{p.anchor}" for p in (*text.provisions, *text.notes)}
    return Side(edition, text, addresses)


def redline(old: list[str], new: list[str], bound: dict[str, tuple[str, ...]] | None = None) -> Redline:
    """The pages of a comparison; `bound` says of anchors of the new text whom they bind."""
    before, after = document(old), document(new)
    duties = tuple(Duty(Locus(anchor, 0, 0, 1), 1, "", "must", who) for anchor, who in (bound or {}).items())
    return render_comparison(
        compare(before, after, ("2001", "2005")),
        side("2001", before),
        side("2005", after),
        duties=((), duties),
        names={"police": "The police", "health": "Health"},
    )


def page(made: Redline, path: str) -> str:
    return next(page.markdown for page in made.pages if page.path == path)


PARTS = [sentence(at) for at in (310, 420)]
WENT = "The night watch should count the spare sails at high water."
OLD = [
    "# Lamps",
    f"1. {paragraph(1)}",
    f"2. {PARTS[0]}",
    f"3. {PARTS[1]}",
    "# Ropes",
    f"4. {WENT} {paragraph(4)}",
    f"5. {paragraph(5)}",
]
NEW = [
    "# Lamps",
    f"1. {paragraph(1)} Keepers must sing.",
    f"2. {' '.join(PARTS)}",
    "# Ropes",
    f"3. {paragraph(4)}",
    f"4. {paragraph(5)} {WENT}",
]


class Tags(HTMLParser):
    """Checks that what is opened is closed, and collects ids, links and words."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("br", "rect", "path", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def printed(page: str) -> str:
    """A page as HTML, without the front matter."""
    return markdown.markdown(page.split("---\n", 2)[2], extensions=["attr_list", "md_in_html", "tables"])


def test_pages_and_files() -> None:
    made = redline(OLD, NEW)
    assert [page.path for page in made.pages] == [
        "compare/2001/index.md",
        "compare/2001/part-1.md",
        "compare/2001/part-2.md",
    ]
    assert sorted(made.files) == ["compare/2001/changes.csv", "compare/2001/changes.json"]
    for one in made.pages:
        checker = Tags()
        checker.feed(printed(one.markdown))
        assert not checker.open
        assert len(checker.ids) == len(set(checker.ids))


def test_the_overview_says_what_changed() -> None:
    overview = page(redline(OLD, NEW), "compare/2001/index.md")
    assert '<a href="#duty-changed"><strong>1</strong> <span>duties changed</span></a>' in overview
    assert "Noise meter" in overview
    assert "<svg" in overview
    assert "## Duties changed (1) {: #duty-changed .furniture }" in overview
    assert '<a href="../../../2001/text/#para-2">paragraph 2</a>, <a href="../../../2001/text/#para-3">' in overview
    assert (
        '<a href="../../text/#para-2">paragraph 2</a></td><td role="cell" class="what"><span class="kind">merged'
        in overview
    )
    assert 'href="../../compare/2001/part-1/#to-para-1">redline' in overview
    assert "Keepers must sing.</ins>" in overview


def test_the_overview_leads_each_role_to_its_changes() -> None:
    overview = page(redline(OLD, NEW, {"para-1": ("police",)}), "compare/2001/index.md")
    assert '<details data-agency="police"><summary>The police <span class="count">1 change</span>' in overview
    assert '<a href="#change-to-para-1">paragraph 1</a>, duty changed' in overview
    assert 'id="change-to-para-1"' in overview
    assert 'data-agency="health"' not in overview
    assert '<span class="verbs">must put in</span><span class="who">The police</span>' in overview


def test_the_redline_shows_what_moved_as_moved() -> None:
    made = redline(OLD, NEW)
    inline = page(made, "compare/2001/part-2.md")
    assert f'<ins class="moved"><span class="said">moved here: </span>{WENT}</ins>' in inline
    assert '(moved from <a href="../../../../2001/text/#para-4">paragraph 4</a>)' in inline
    assert '(moved to <a href="../../../text/#para-4">paragraph 4</a>)' in inline
    assert '<ins class="added">' not in inline.partition('class="key"')[2].partition("</p>")[2]
    assert '<input type="radio" name="view" value="beside">' in inline
    assert '<div class="beside"><div><p class="edition">2001</p>' in inline


def test_the_downloads_name_every_change() -> None:
    made = redline(OLD, NEW)
    listed = json.loads(made.files["compare/2001/changes.json"])
    assert {"kind": "merged", "old": ["para-2", "para-3"], "new": ["para-2"]}.items() <= next(
        change for change in listed if change["kind"] == "merged"
    ).items()
    assert all(0 <= change["similarity"] <= 1 for change in listed)
    rows = list(csv.reader(io.StringIO(made.files["compare/2001/changes.csv"].decode("utf-8-sig"))))
    assert rows[0][0] == "change"
    assert ["merged", "none", "paragraph 2; paragraph 3"] in [row[:3] for row in rows]


def test_agencies_can_be_filtered() -> None:
    overview = page(redline(OLD, NEW, {"para-1": ("police", "health")}), "compare/2001/index.md")
    assert 'data-who="health police"' in overview


def test_runs_of_renumbering_are_told_in_one_line() -> None:
    words = [paragraph(at) for at in range(6)]
    old = [f"{at}. {text}" for at, text in enumerate(words, 1)]
    new = [f"{at}. {text}" for at, text in enumerate(["Keepers sing.", *words], 1)]
    overview = page(redline(old, new), "compare/2001/index.md")
    assert "6 provisions with another number and the same words" in overview
    assert ">paragraph 1</a> to <" in overview
    assert ">paragraph 7</a></li></ul>" in overview


@pytest.mark.parametrize("line", [f"# {HOSTILE}", f"1. {HOSTILE}", f"(note 1) {HOSTILE}", f"[box] {HOSTILE}"])
def test_hostile_text_is_only_text(line: str) -> None:
    for made in (
        redline([paragraph(1)], [line, paragraph(1)]),
        redline([line, paragraph(1)], [paragraph(1), "New."]),
    ):
        for one in made.pages:
            checker = Tags()
            checker.feed(printed(one.markdown))
            assert not checker.names & {"script", "img"}
            assert not checker.open


def test_a_cell_is_no_formula() -> None:
    made = redline([paragraph(1)], [paragraph(1), "# =HYPERLINK(1)"])
    rows = list(csv.reader(io.StringIO(made.files["compare/2001/changes.csv"].decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def test_an_excerpt_shows_what_changed_and_little_else() -> None:
    far = "one two three four five six seven eight nine ten eleven twelve"
    pieces = (
        RedlinePiece("same", f"{far} "),
        RedlinePiece("inserted", "bell "),
        RedlinePiece("same", f"{far}. "),
        RedlinePiece("deleted", "x " * 99),
    )
    shown = render_excerpt(pieces, anchor_link, 40)
    assert shown.startswith("… seven eight nine ten eleven twelve <ins")
    assert "bell</ins> one two three four … seven eight nine ten eleven twelve. <del" in shown
    assert shown.count("x x") < 20
    assert shown.endswith("…</del>")
    assert render_excerpt((), anchor_link) == ""
    broken = (
        RedlinePiece("same", "One."),
        RedlinePiece("inserted", "\n"),
        RedlinePiece("deleted", " "),
        RedlinePiece("same", "Two."),
    )
    assert render_excerpt(broken, anchor_link) == ""  # no word changed
    assert "&lt;b&gt;" in render_excerpt((RedlinePiece("inserted", "<b>"),), anchor_link)


def anchor_link(anchor: str, new: bool) -> str:
    return f"{'new' if new else 'old'} {anchor}"


def test_lines_put_in_and_taken_out_are_marked() -> None:
    pieces = (
        RedlinePiece("same", "One."),
        RedlinePiece("deleted", "\n\n"),
        RedlinePiece("inserted", " "),
        RedlinePiece("same", "Two.\nThree"),
    )
    inline = render_inline(pieces, anchor_link)
    assert inline == ('<p>One.<del class="gone"><span class="said">taken out: </span>¶</del> Two.</p><p>Three</p>')
    old, new = render_beside(pieces, anchor_link)
    assert old.count("<p>") == 3
    assert new.count("<p>") == 2


def test_the_picture_is_drawn_only_where_something_flows() -> None:
    assert draw_flows({}, [], [], ("a", "b")) == ""
    drawn = draw_flows({("x", "y"): 10, ("", "y"): 2}, [("x", "X & <Y>")], [("y", "Z")], ("a", "b"))
    assert "X &amp; &lt;Y&gt;" in drawn
    assert drawn.count("<path") == 1


def test_places_are_called_by_what_people_call_them() -> None:
    text = document(["# Lamps", "1. One.", "Two.", "[box] Three.", "(note 4) Four."])
    names = [place.name for place in survey("2001", text, {}).places.values()]
    assert names == ["“Lamps”", "paragraph 1", "text under “Lamps”", "box under “Lamps”", "note 4"]
