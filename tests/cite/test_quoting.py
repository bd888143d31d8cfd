"""Quotations held against a text: the table of cases that a script in a browser is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.cite.quoted_words import kind_of, record, split
from guidance.cite.quoting import EditionText

TABLE = json.loads((Path(__file__).parents[1] / "data" / "audit" / "quotations.json").read_text(encoding="utf-8"))
TEXTS = {edition: EditionText(edition, passages) for edition, passages in TABLE["texts"].items()}


STRENGTHS = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "strengths.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PIECES = (
    "the keeper must",
    "may",
    "not",
    "write",
    "20",
    "minutes",
    "…",
    ".",
    "[x]",
    "older of them",
    "keeps",
    "key",
)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["case"])
def test_the_table_of_quotations(case: dict[str, Any]) -> None:
    found = TEXTS[case["edition"]].check(case["quotation"], case.get("named", ()))
    said = {
        "verdict": found.verdict,
        "anchors": list(found.anchors),
        "changes": [[one.kind, one.said, one.stands] for one in found.changes],
        "found": found.found,
        "words": found.words,
        "begins": found.begins,
        "goes": found.goes,
    }
    asked = {name: value for name, value in case.items() if name in said}
    assert {name: said[name] for name in asked} == asked
    assert found.verdict != "right" or (said["changes"] == [] and found.found == found.words)


@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=40,
    )
)
def test_whatever_is_quoted_gets_a_verdict_with_no_more_words_than_it_has(words: list[str]) -> None:
    found = TEXTS["2019"].check(" ".join(words))
    assert 0 <= found.found <= found.words
    assert found.verdict in ("right", "cut", "altered", "partial", "absent")


def test_the_rules_for_scripts_are_plain_values() -> None:
    told = record()
    assert json.loads(json.dumps(told)) == told
    assert {"seed", "gap", "fewest", "few", "altered", "strengths", "negations", "measures", "spelt"} < told.keys()
    assert {"word", "noLetter", "marked", "ends", "marks", "says", "order"} < told.keys()


@pytest.mark.parametrize(("old", "new"), [one[:2] for one in STRENGTHS if one[2]])
def test_what_a_comparison_calls_another_strength_is_one_in_a_quotation(old: str, new: str) -> None:
    assert kind_of(split(old), split(new)) in ("strength", "negation")
