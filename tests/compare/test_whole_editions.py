"""Two editions of our own, compared from end to end: what was changed in them is found, and nothing else is."""

from pathlib import Path

from guidance.compare.changes import compare
from guidance.document.change_model import Change, MovedChapter, ReplacedTerm
from guidance.link.agencies import read_agencies
from guidance.link.duties import find_duties
from small_documents import document

ROOT = Path(__file__).parents[2]
EDITIONS = ROOT / "tests" / "data" / "editions"


def told(change: Change) -> tuple[str, str, str, str]:
    """A change as the table has it: old numbers, new numbers, level, and what changed of duties and figures."""
    old, new = (",".join(a.removeprefix("para-") for a in side) for side in (change.old, change.new))
    duties = [f"{one.what}: {one.old} → {one.new}" for one in change.duties]
    figures = [f"figure: {one.old} → {one.new}" for one in change.figures]
    return old, new, change.level, "; ".join((*duties, *figures))


def test_what_was_changed_is_found_and_nothing_else() -> None:
    was, now = (document((EDITIONS / f"canal-{side}.txt").read_text(encoding="utf-8")) for side in ("old", "new"))
    agencies = read_agencies(ROOT / "versions" / "agencies.toml")
    comparison = compare(was, now, ("old", "new"), (find_duties(was, agencies), find_duties(now, agencies)))
    table = (EDITIONS / "canal-right.tsv").read_text(encoding="utf-8").splitlines()
    right = {tuple(line.split("\t")) for line in table if not line.startswith("#")}
    paragraphs = [one for one in comparison.changes if any(a.startswith("para-") for a in (*one.old, *one.new))]
    calm = {"unchanged", "renumbered", "term replaced"}
    assert {told(one) for one in paragraphs if one.kind not in calm} == right
    assert comparison.terms == (ReplacedTerm("warden", "ranger", 11),)
    assert comparison.moved_chapters == (MovedChapter("chapter-3-money", "chapter-2-money", 4),)
    (moved,) = (p for c in comparison.changes if c.old == ("para-16",) for p in c.pieces[:1])
    assert (moved.kind, moved.place) == ("moved away", "para-24")
