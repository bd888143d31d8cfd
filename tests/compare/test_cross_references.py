"""A number in a cross-reference is no figure, whatever it refers to, and follows only what was renumbered so."""

from pathlib import Path

import pytest

from guidance.compare.changes import compare
from small_documents import document

TABLE = (Path(__file__).parents[1] / "data" / "cross_references.tsv").read_text("utf-8").splitlines()[1:]
GUEST = "A guest may hold the wheel at noon if two lamps are lit."


def text(reference: str) -> list[str]:
    return [
        "1. The keeper must ring the bell at noon.",
        "2. The rope is kept dry in the loft at night.",
        f"3. The lamp is lit at dusk, as {reference} says it should be.",
    ]


@pytest.mark.parametrize("line", TABLE)
def test_a_reference_s_number_follows_what_it_names(line: str) -> None:
    reference, kind, level = line.split("\t")
    old = document([*text(reference), f"4. {GUEST}"])
    storm = "4. A wholly new thing about the colour of sails in winter storms."
    new = document([*text(reference.replace("4", "5")), storm, f"5. {GUEST}"])
    [change] = (one for one in compare(old, new, ("old", "new"), ((), ())).changes if "para-3" in one.old)
    assert (change.kind, change.level, change.figures) == (kind, level, ())
