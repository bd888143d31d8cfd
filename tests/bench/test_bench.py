"""The benchmark's own sums: what is judged, what counts as a move, how growth is read. None looks at a clock."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bench import comparison
from bench.bench import Row, Table, program
from bench.growth import exponent
from bench.made import make_publication, paragraphs
from bench.measure import Cost, measure, run
from bench.peers import Peer, settle
from bench.quality import Truth, digest, judge, judge_words, read_truth
from bench.report import encode, render
from bench.run import run_bench
from guidance.document.model import GuidanceError

ROOT = Path(__file__).parents[2]

PAGES = (
    "Contents Harbours",
    "Harbours 1. Boats must be counted by the keeper of",
    "the quay 1 Each keeper writes.",
)
TRUTH = Truth(
    sha256="",
    basis="",
    headings=((digest("harbours"), 2, 1), (digest("the", "quay"), 2, 2)),
    paragraphs=(digest("1", "boats", "must", "be"),),
    notes=1,
    targets=(digest("https://quay.example/a"),),
    boxes=((2, digest("each", "keeper", "writes", "down")),),
    contents=(1,),
    joins=((2, digest("the", "keeper", "of", "the", "quay", "when")),),
)
GOOD = """# Harbours {: #harbours }

## The quay

1. Boats must be counted by the keeper of the quay when it is [dark](https://quay.example/a/).[^1]

> **Each keeper** writes down

[^1]: See the slate.
"""
FLAT = """Harbours

# The quay

1. Boats must be counted by the keeper of

the quay when it is dark.1

Each keeper writes down
"""


def test_what_is_measured_is_our_own_command(tmp_path: Path) -> None:
    ran = run(program("--version"), tmp_path / "log")
    assert (ran.fault, (tmp_path / "log").read_text("utf-8")) == ("", f"{version('guidance')}\n")


def test_what_is_there_is_found() -> None:
    found = judge(GOOD, TRUTH, PAGES)
    assert (found.headings, found.levels, found.heading_precision) == (1, 1, 1)
    assert (found.paragraphs, found.notes, found.links, found.boxes, found.joins) == (1, 1, 1, 1, 1)


def test_what_is_not_there_is_not() -> None:
    found = judge(FLAT, TRUTH, PAGES)
    assert (found.headings, found.levels) == (0.5, 0.5)
    assert (found.paragraphs, found.notes, found.links, found.boxes, found.joins) == (1, 0, 0, 0, 0)


def test_peers_may_mark_things_their_own_way() -> None:
    assert judge("|1. Boats must|\n|---|\n|Each keeper writes down|\n", TRUTH, PAGES).boxes == 1
    assert judge('text<sup><a href="#x">1</a></sup>', TRUTH, PAGES).notes == 0
    assert judge("text [1](#fn-1)\n\nSlate.\n{: #fn-1 }", TRUTH, PAGES).notes == 1
    assert judge("see https://quay.example/a", TRUTH, PAGES).links == 1
    assert judge("**Harbours**\n\n# The quay", TRUTH, PAGES).headings == 1


def test_words_of_the_contents_list_may_be_left_out() -> None:
    assert judge(" ".join(PAGES[1:]), TRUTH, PAGES).word_recall == 1


def test_what_an_output_marks_as_added_is_counted_apart() -> None:
    added = '# Opening pages {: .furniture }\n\n<h2 id="notes" class="furniture">Footnotes</h2>'
    marked = judge_words(f"Boats &amp; quays\n\n{added}", ["Boats & quays"])
    assert (marked.word_recall, marked.word_precision, marked.added) == (1, 1, 3)
    unmarked = judge_words("Boats & quays\n\nFootnotes", ["Boats & quays"])
    assert (unmarked.word_precision, unmarked.added) == (0.6667, 0)


def test_a_heading_of_the_contents_list_is_neither_right_nor_wrong() -> None:
    assert judge("# Harbours", TRUTH, ["Contents\nTable of quays\n", *PAGES[1:]]).heading_precision == 1
    assert judge("# Harbours\n\n# Contents", TRUTH, ["Contents\n", *PAGES[1:]]).heading_precision == 1
    assert judge("# Harbours\n\n# Boats", TRUTH, ["Contents\n", *PAGES[1:]]).heading_precision == 0.5


def test_cells_of_a_table_are_words_apart() -> None:
    assert judge_words("<tr><th>Part one</th><th>Boats</th></tr>", ["Part one Boats"]).word_precision == 1


def test_what_a_file_says_of_its_pictures_is_not_invented() -> None:
    assert judge_words("Boats. A crane lifts one.", ["Boats."], ["A crane lifts one."]).word_precision == 1
    assert judge_words("Boats. A crane lifts one.", ["Boats."]).word_precision == 0.2


def test_a_bold_line_with_a_note_is_a_heading_all_the_same() -> None:
    assert judge("**Harbours**<sup>[1](#fn-1)</sup>\n\n**The quay**[^1]", TRUTH, PAGES).headings == 1


def test_the_truth_holds_digests_only() -> None:
    truth = read_truth()
    assert len(truth.headings) == 126
    assert len(truth.paragraphs) == 403
    held = [key for key, *_ in truth.headings] + [key for _, key in truth.boxes + truth.joins]
    assert all(len(key) == 10 and set(key) <= set("0123456789abcdef") for key in held)


def test_what_is_out_of_order_is_a_move() -> None:
    pairs = frozenset({("1", "1"), ("2", "2")})
    labels = comparison.Labels(pairs, (), frozenset(), frozenset({"0", "1", "2", "3"}))
    found = comparison._judge({*pairs, ("0", "2")}, labels)
    assert found == {"right": 1.0, "of many": 0.0, "moves": 1.0, "wrong": 1.0, "false moves": 1.0}
    assert comparison._judge({*pairs, ("3", "3")}, labels)["false moves"] == 0


def test_the_exponent_of_growth() -> None:
    assert exponent({n: 3.0 * n for n in (1, 2, 4, 8)}) == 1
    assert exponent({n: 0.5 * n**2 for n in (1, 2, 4)}) == 2
    assert exponent({1: 5.0}) == 0


def test_a_program_is_run_and_its_fault_told(tmp_path: Path) -> None:
    good = measure(lambda: run([sys.executable, "-c", "print(1)"], tmp_path / "log"), 2)
    assert (good.runs, good.fault) == (2, "")
    assert good.memory > 1_000_000
    assert "ended with 3" in run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "log").fault
    assert "was not done" in run([sys.executable, "-c", "input()"], tmp_path / "x", patience=0.0).fault


def test_a_peer_that_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV", str(tmp_path / "no-uv"))
    assert "cannot be installed" in settle(Peer("x", ("x==1",)), tmp_path, lambda _: None).fault
    assert (
        "needs no-such-program" in settle(Peer("x", ("x==1",), "no-such-program"), tmp_path, lambda _: None).fault
    )


def test_editions_vary_and_stay_the_same_each_time() -> None:
    first, second = list(paragraphs(0)), list(paragraphs(1))
    assert first != second
    assert len(set(first) & set(second)) > len(first) * 0.9
    assert second == list(paragraphs(1))


def test_one_word_of_one_edition_changes(tmp_path: Path) -> None:
    made = make_publication(ROOT, tmp_path, 2)
    before = [path.read_bytes() for path in made]
    make_publication(ROOT, tmp_path, 2, changed=1)
    assert [path.read_bytes() != content for path, content in zip(made, before, strict=True)] == [False, True]


def test_the_report_says_what_it_was_run_on() -> None:
    tables = (
        Table("Conversion", "About.", (Row("guidance", "a", found={"notes": 0.5}), Row("x", "a", note="gone"))),
    )
    page = render(tables, False, "Quiet.")
    assert "specimen only" in page
    assert "| guidance | 0.500 |" in page
    assert "- x: gone\n" in page
    assert encode(tables, False, "") == encode(tables, False, "")


def test_no_table_of_the_report_is_wider_than_a_page() -> None:
    found = {f"figure_{at}": float(at) for at in range(20)}
    page = render((Table("Site", "About.", (Row("guidance", "a", Cost(1, 1, 1, 0, 1), found),)),), False, "Quiet.")
    assert max(line.count("|") for line in page.splitlines()) <= 10
    assert all(f"figure {at}" in page for at in range(20))


def test_a_part_that_there_is_not() -> None:
    with pytest.raises(GuidanceError, match="--only speed"):
        run_bench(ROOT, None, None, ["speed"], True, lambda _: None)
