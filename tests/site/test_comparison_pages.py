"""Comparison pages: complete without JavaScript, marked by more than colour, and safe from hostile text."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import markdown
import pytest
from bs4 import BeautifulSoup, Tag

from guidance.compare.changes import compare
from guidance.document.change_model import RedlinePiece
from guidance.document.model import Duty, Locus
from guidance.site.changes_view import draw_flows, survey
from guidance.site.comparison_pages import Redline, Told, render_comparison
from guidance.site.redline_text import RedlineBlock, RedlineSegment, beside, excerpt, in_one
from guidance.site.templates import PlaceLink, part, render
from small_documents import document, in_chapter, paragraph, sentence

HOSTILE = "<script>alert(1)</script> ![x](javascript:x) `</div>` | [a]: b {: .c }"


def redline(
    old: list[str],
    new: list[str],
    bound: dict[str, tuple[str, ...]] | None = None,
    probably: dict[str, tuple[str, ...]] | None = None,
) -> Redline:
    """The pages of a comparison; `bound` says of anchors of the new text whom they bind, `probably` whom as the
    context tells."""
    before, after = document(old), document(new)
    named, inferred = bound or {}, probably or {}
    duties = tuple(
        Duty(Locus(anchor, 0, 0, 1), 1, "", "must", named.get(anchor, ()), who_context=inferred.get(anchor, ()))
        for anchor in dict.fromkeys((*named, *inferred))
    )
    told = Told(
        compare(before, after, ("2001", "2005")),
        (in_chapter(before), in_chapter(after)),
        ((), duties),
        {"police": "The police", "health": "Health"},
    )
    return render_comparison(told, before, after)


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


class Balance(HTMLParser):
    """Checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "rect", "path", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What closes itself is closed."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def printed(page: str) -> str:
    """A page as HTML, without the front matter."""
    return markdown.markdown(page.split("---\n", 2)[2], extensions=["attr_list", "md_in_html", "tables"])


def parsed(made: Redline, path: str) -> BeautifulSoup:
    return BeautifulSoup(printed(next(one.markdown for one in made.pages if one.path == path)), "lxml")


def only(found: BeautifulSoup | Tag, selector: str) -> Tag:
    """The one element that a selector finds."""
    (one,) = found.select(selector)
    return one


def words(found: Tag) -> str:
    return " ".join(found.get_text().split())


def test_pages_and_files() -> None:
    made = redline(OLD, NEW)
    assert [page.path for page in made.pages] == [
        "compare/2001/index.md",
        "compare/2001/part-1.md",
        "compare/2001/part-2.md",
    ]
    assert sorted(made.files) == ["compare/2001/changes.csv", "compare/2001/changes.json"]
    for one in made.pages:
        html = printed(one.markdown)
        balance = Balance()
        balance.feed(html)
        assert not balance.open
        ids = [tag["id"] for tag in BeautifulSoup(html, "lxml").select("[id]")]
        assert len(ids) == len(set(ids))


def test_the_overview_says_what_changed() -> None:
    overview = parsed(redline(OLD, NEW), "compare/2001/index.md")
    assert words(only(overview, '.tally a[href="#duty-changed"]')) == "1 duties changed"
    assert words(only(overview, ".noise strong")).startswith("Noise meter: ")
    assert only(overview, "svg.flow title").get_text().startswith("How the chapters of 2001 flowed")
    assert words(only(overview, "h2#duty-changed")) == "Duties changed (1)"
    merged = next(row for row in overview.select(".changes tr[id]") if row["data-kind"] == "merged")
    assert [link["href"] for link in merged.select(".old a")] == [
        "../../../2001/text/#para-2",
        "../../../2001/text/#para-3",
    ]
    assert [(words(link), link["href"]) for link in merged.select(".new a")] == [
        ("paragraph 2", "../../text/#para-2")
    ]
    duty = only(overview, "#change-to-para-1")
    assert only(duty, "a.whole")["href"] == "../../compare/2001/part-1/#to-para-1"
    assert words(only(duty, "ins.added")) == "put in: Keepers must sing."


def test_the_overview_leads_each_role_to_its_changes() -> None:
    overview = parsed(redline(OLD, NEW, {"para-1": ("police",)}), "compare/2001/index.md")
    role = only(overview, ".roles details")
    assert (role["data-agency"], words(only(role, "summary"))) == ("police", "The police 1 change")
    assert words(only(role, "li")) == "paragraph 1, new duty: Keepers must sing."
    assert only(role, "li a")["href"] == "#change-to-para-1"
    row = only(overview, "#change-to-para-1")
    assert (words(only(row, ".verbs")), words(only(row, ".who"))) == ("new duty", "The police")


def test_changed_duties_and_figures_stand_first_in_words() -> None:
    kept = [paragraph(at) for at in range(5)]
    old = [
        f"1. {kept[0]} Keepers must answer the bell within 15 working days.",
        f"2. {kept[1]} Local councils should trim the lamp of the north tower.",
        f"3. {kept[2]} Keepers should tell the warden of every ship.",
        f"4. {kept[3]} The ferry takes £5,000 in a year.",
        f"5. {kept[4]}",
    ]
    new = [
        f"1. {kept[0]} Keepers must answer the bell within 10 working days.",
        f"2. {kept[1]} Wardens must trim the lamp of the north tower, where possible.",
        f"3. {kept[2]} Keepers should tell the harbour of every ship.",
        f"4. {kept[3]} The ferry takes £50,000 in a year.",
        f"5. {kept[4]} Keepers must sing.",
    ]
    made = redline(old, new)
    overview = parsed(made, "compare/2001/index.md")
    first = overview.select("h2")[0]
    assert words(first) == "Duties and figures"
    told = [
        (words(only(kind, "summary")), [words(line) for line in kind.select("li")])
        for kind in overview.select(".told details")
    ]
    assert told == [
        ("Who is bound 1 change", ["paragraph 2: duty moved from local councils to wardens"]),
        ("How strongly 1 change", ["paragraph 2: should → must"]),
        ("Time limits 1 change", ["paragraph 1: time limit 15 → 10 working days"]),
        (
            "Who is told or given something 1 change",
            ["paragraph 3: to be told or given: the warden → the harbour"],
        ),
        ("Conditions 1 change", ["paragraph 2: condition put in: “where possible”"]),
        ("Figures 1 change", ["paragraph 4: figure £5,000 → £50,000"]),
        ("New duties 1 change", ["paragraph 5: new duty: Keepers must sing."]),
    ]
    assert overview.select(".told li a")[0]["href"] == "../../compare/2001/part-1/#to-para-2"
    rows = list(csv.DictReader(io.StringIO(made.files["compare/2001/changes.csv"].decode("utf-8-sig"))))
    assert rows[0]["duties and figures"] == "time limit 15 → 10 working days"


def test_a_term_replaced_throughout_is_one_line_that_leads_to_its_places() -> None:
    old = [f"{at}. {paragraph(at, 1)} The keeper sings." for at in range(1, 6)]
    new = [line.replace("The keeper", "The warden") for line in old]
    new[0] = new[0].replace("sings", "sings at dusk")
    made = redline(old, new)
    overview = parsed(made, "compare/2001/index.md")
    assert words(only(overview, ".terms summary")) == "keeper → warden 5 places"
    assert [words(link) for link in overview.select(".terms a")] == [f"paragraph {at}" for at in range(1, 6)]
    assert words(only(overview, "h2#term-replaced")) == "Nothing but a term replaced (4)"
    assert words(only(overview, "h2#reworded")) == "Reworded or taken out (1)"
    assert {row["data-term"] for row in overview.select(".changes tr[id]")} == {"keeper-warden"}
    told = json.loads(made.files["compare/2001/changes.json"])
    assert told["terms"] == [{"old": "keeper", "new": "warden", "count": 5}]
    assert told["changes"][1]["terms"] == ["keeper → warden"]
    assert {change["level"] for change in told["changes"][1:]} == {"term replaced"}


def test_the_redline_shows_what_moved_as_moved() -> None:
    page = parsed(redline(OLD, NEW), "compare/2001/part-2.md")
    assert {words(one) for one in page.select(".in-one ins.moved")} == {f"moved here: {WENT}"}
    came, went = page.select(".in-one .whither")
    assert {words(came), words(went)} == {"(moved from paragraph 4)", "(moved to paragraph 4)"}
    assert {only(came, "a")["href"], only(went, "a")["href"]} == {
        "../../../../2001/text/#para-4",
        "../../../text/#para-4",
    }
    assert not page.select(".redline ins.added")
    assert [one["value"] for one in page.select('.views input[type="radio"]')] == ["one", "beside"]
    assert [words(one) for one in page.select(".beside .edition")[:2]] == ["2001", "2005"]


def test_the_downloads_name_every_change() -> None:
    made = redline(OLD, NEW)
    listed = json.loads(made.files["compare/2001/changes.json"])["changes"]
    assert {"kind": "merged", "old": ["para-2", "para-3"], "new": ["para-2"]}.items() <= next(
        change for change in listed if change["kind"] == "merged"
    ).items()
    assert all(0 <= change["similarity"] <= 1 for change in listed)
    rows = list(csv.reader(io.StringIO(made.files["compare/2001/changes.csv"].decode("utf-8-sig"))))
    assert rows[0][0] == "change"
    assert ["merged", "none", "paragraph 2; paragraph 3"] in [row[:3] for row in rows]


def test_agencies_can_be_filtered() -> None:
    overview = parsed(redline(OLD, NEW, {"para-1": ("police", "health")}), "compare/2001/index.md")
    assert only(overview, "#change-to-para-1")["data-who"] == "health police"


def test_whom_the_context_gives_a_change_finds_it_and_sees_that_it_is_from_context() -> None:
    overview = parsed(redline(OLD, NEW, probably={"para-1": ("police",)}), "compare/2001/index.md")
    row = only(overview, "#change-to-para-1")
    assert row["data-who"] == "police"
    assert words(only(row, ".who")) == "probably The police from context"
    assert words(only(overview, '[data-agency="police"] li .from-context')) == "from context"
    both = redline(OLD, NEW, {"para-1": ("police",)}, {"para-1": ("police", "health")})
    row = only(parsed(both, "compare/2001/index.md"), "#change-to-para-1")
    assert [words(one) for one in row.select(".who")] == ["The police", "probably Health from context"]


def test_runs_of_renumbering_are_told_in_one_line() -> None:
    told = [paragraph(at) for at in range(6)]
    old = [f"{at}. {text}" for at, text in enumerate(told, 1)]
    new = [f"{at}. {text}" for at, text in enumerate(["Keepers sing.", *told], 1)]
    run = only(parsed(redline(old, new), "compare/2001/index.md"), ".renumbered")
    assert words(only(run, "summary")) == "6 provisions with another number and the same words"
    assert words(only(run, "li")) == "paragraph 1 to paragraph 6 → paragraph 2 to paragraph 7"


@pytest.mark.parametrize("line", [f"# {HOSTILE}", f"1. {HOSTILE}", f"(note 1) {HOSTILE}", f"[box] {HOSTILE}"])
def test_hostile_text_is_only_text(line: str) -> None:
    for made in (
        redline([paragraph(1)], [line, paragraph(1)]),
        redline([line, paragraph(1)], [paragraph(1), "New."]),
    ):
        for one in made.pages:
            html = printed(one.markdown)
            balance = Balance()
            balance.feed(html)
            assert not balance.open
            assert not BeautifulSoup(html, "lxml").select("script, img")


@pytest.mark.parametrize("edition", ["2001", "2005"])
def test_a_hostile_name_is_only_text(edition: str) -> None:
    names = {"2001": "2001", "2005": "2005", edition: HOSTILE}
    before, after = document(OLD), document(NEW)
    told = Told(
        compare(before, after, (names["2001"], names["2005"])),
        (in_chapter(before), in_chapter(after)),
        ((), (Duty(Locus("para-1", 0, 0, 1), 1, "", "must", ("police",)),)),
        {"police": HOSTILE},
    )
    made = render_comparison(told, before, after)
    for one in made.pages:
        assert not BeautifulSoup(printed(one.markdown), "lxml").select("script, img, [onclick]")


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
    shown = marked(excerpt(pieces, where, 40))
    assert shown.startswith("… seven eight nine ten eleven twelve <ins")
    assert "bell</ins> one two three four … seven eight nine ten eleven twelve. <del" in shown
    assert shown.count("x x") < 20
    assert shown.rstrip().endswith("…</del>")
    assert excerpt((), where) == []
    broken = (
        RedlinePiece("same", "One."),
        RedlinePiece("inserted", "\n"),
        RedlinePiece("deleted", " "),
        RedlinePiece("same", "Two."),
    )
    assert excerpt(broken, where) == []  # no word changed
    assert "&lt;b&gt;" in marked(excerpt((RedlinePiece("inserted", "<b>"),), where))


def marked(line: list[RedlineSegment]) -> str:
    return part("comparison_parts.html", "segments", line)


def where(anchor: str, new: bool) -> PlaceLink:
    return PlaceLink(f"{'new' if new else 'old'} {anchor}", None)


def shown(blocks: list[RedlineBlock]) -> list[tuple[bool, list[list[tuple[str, str]]]]]:
    return [(b.is_list, [[(one.kind, one.text) for one in line] for line in b.lines]) for b in blocks]


def test_how_lines_are_set_is_shown_and_not_marked() -> None:
    pieces = (
        RedlinePiece("same", "One."),
        RedlinePiece("deleted", "\n\n"),
        RedlinePiece("inserted", " "),
        RedlinePiece("same", "The keeper"),
        RedlinePiece("deleted", "’"),
        RedlinePiece("inserted", "'"),
        RedlinePiece("same", "s lamp.\nThree"),
    )
    assert shown(in_one(pieces, where)) == [
        (False, [[("same", "One."), ("same", " "), ("same", "The keeper"), ("same", "'"), ("same", "s lamp.")],
                 [("same", "Three")]]),
    ]  # fmt: skip
    old, new = beside(pieces, where)
    assert [len(block.lines) for block in (*old, *new)] == [3, 2]


def test_entries_of_lists_stay_entries() -> None:
    pieces = (
        RedlinePiece("same", "Keepers:\n• sing"),
        RedlinePiece("deleted", "\n• dance\n• shout"),
        RedlinePiece("inserted", "\n• hum"),
        RedlinePiece("same", "\nand rest."),
    )
    assert shown(in_one(pieces, where)) == [
        (False, [[("same", "Keepers:")]]),
        (True, [[("same", "sing")], [("deleted", "dance")], [("deleted", "shout")], [("inserted", "hum")]]),
        (False, [[("same", "and rest.")]]),
    ]
    page = BeautifulSoup(part("comparison_parts.html", "paragraphs", in_one(pieces, where)), "lxml")
    assert [words(entry) for entry in page.select("ul li")] == [
        "sing", "taken out: dance", "taken out: shout", "put in: hum"
    ]  # fmt: skip


def test_what_became_entries_of_a_list_is_shown_as_one() -> None:
    page = parsed(
        redline(["1. Keepers: sing well at dawn. They rest."], ["1. Keepers: / sing well at dusk. / They rest."]),
        "compare/2001/part-1.md",
    )
    assert [words(one) for one in page.select(".in-one :is(ins, del)")] == ["taken out: dawn", "put in: dusk"]
    assert len(page.select(".in-one li")) == 2


def test_no_page_speaks_of_how_it_was_found() -> None:
    for one in redline(OLD, NEW).pages:
        said = words(BeautifulSoup(printed(one.markdown), "lxml"))
        assert not re.search(r"found by|% alike|shared words|¶", said)


def test_the_picture_is_drawn_only_where_something_flows() -> None:
    assert draw_flows({}, [], []) == {}
    facts = draw_flows({("x", "y"): 10, ("", "y"): 2}, [("x", "X & <Y>")], [("y", "Z")])
    drawn = BeautifulSoup(render("chapter_flows.svg", picture=facts, old="a", new="b"), "lxml")
    assert [text.get_text() for text in drawn.select("text")] == ["X & <Y>", "Z"]
    assert len(drawn.select("path")) == 1


def test_places_are_called_by_what_people_call_them() -> None:
    text = document(["# Lamps", "1. One.", "Two.", "[box] Three.", "(note 4) Four."])
    names = [place.name for place in survey("2001", text, {}).places.values()]
    assert names == ["“Lamps”", "paragraph 1", "text under “Lamps”", "box under “Lamps”", "note 4"]
