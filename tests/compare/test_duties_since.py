"""Which duties a newer edition changed, for those who assess themselves again: those alone, with what is seen."""

from pathlib import Path

import pytest

from guidance.compare.changes import compare
from guidance.compare.meaning import duties_since
from guidance.link.agencies import read_agencies
from guidance.link.duties import find_duties
from small_documents import document, paragraph

AGENCIES = """
[[agency]]
id = "keepers"
name = "Keepers"
words = ["keeper"]
[[agency]]
id = "wardens"
name = "Wardens"
words = ["warden"]
"""
OLD = "Keepers should trim the warden’s lamps (paragraph 3) at dusk, and wipe every glass of the long pier."


@pytest.mark.parametrize(
    ("new", "seen"),
    [
        (OLD, []),
        (OLD.replace("3", "4"), []),
        (OLD.replace("’", "'"), []),
        (OLD.replace("should", "must"), ["should → must"]),
        (OLD.replace("at dusk", "at dawn"), ["other words, or new in its place"]),
        (f"{OLD} Keepers must sing.", ["other words, or new in its place"]),
        (f"Boats come in. {OLD}", []),
    ],
)
def test_only_duties_that_changed_are_told(tmp_path: Path, new: str, seen: list[str]) -> None:
    (tmp_path / "agencies.toml").write_text(AGENCIES, encoding="utf-8")
    vocabulary = read_agencies(tmp_path / "agencies.toml")
    lines = [["# Lamps", f"1. {paragraph(7, 1)}", f"2. {one}", f"3. {paragraph(3)}"] for one in (OLD, new)]
    lines[1] += ["4. Wardens must count the boats of the summer ferry once a week."] if seen else []
    texts = document(lines[0]), document(lines[1])
    duties = find_duties(texts[0], vocabulary), find_duties(texts[1], vocabulary)
    comparison = compare(*texts, ("2001", "2005"), duties)
    told = duties_since(comparison, *duties)
    assert list(told.values()) == [*seen, *(["new, with its place"] if seen else [])]
