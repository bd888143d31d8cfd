"""What is said of a built site's texts: the share of citations with a link, and what was mended."""

import json
from pathlib import Path

import pytest

from guidance.check.site import survey_texts

OPEN = [
    {"anchor": "para-1", "words": "section 9", "reason": "it is a place in another document"},
    {"anchor": "para-2", "words": "section 9", "reason": "it is a place in another document"},
    {"anchor": "para-3", "words": "that Act", "reason": "the text does not say"},
]


@pytest.mark.parametrize(
    ("held", "lines"),
    [
        ({"id": "2020"}, []),
        ({"citations": {"found": 0, "resolved": 0, "unresolved": []}}, ["no citation in its text"]),
        (
            {"citations": {"found": 40, "resolved": 37, "unresolved": OPEN}, "corrections": [{}, {}]},
            [
                "37 of 40 citations lead somewhere (92.5%); not: 2 × it is a place in another document; "
                "1 × the text does not say",
                "2 faults of the source are mended, and listed for readers",
            ],
        ),
        (
            {"citations": {"found": 4, "resolved": 4, "unresolved": []}},
            ["4 of 4 citations lead somewhere (100.0%)"],
        ),
        ("not an object", []),
    ],
)
def test_a_line_for_each_edition(tmp_path: Path, held: object, lines: list[str]) -> None:
    (tmp_path / "2020").mkdir()
    (tmp_path / "2020" / "edition.json").write_text(json.dumps(held), encoding="utf-8")
    assert list(survey_texts(tmp_path)) == [f"2020/edition.json: {line}" for line in lines]
