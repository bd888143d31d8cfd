"""Citations of the official files at hand: the share that leads somewhere, and sixty judged by reading."""

from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from guidance.document.model import Reference, Unresolved
from guidance.document.walk import provision_texts
from guidance.link.acts import read_acts
from guidance.link.glossary import find_terms, glossary_entries
from guidance.link.references import find_references
from guidance.link.siblings import read_titles
from official_files import ADOPTION, HOMES, IRO, KCSIE, WORKING_TOGETHER, reading

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
LABELS = [
    line.split("\t")
    for line in (ROOT / "tests" / "data" / "labels" / "citations.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@cache
def cited(name: str) -> tuple[Reference | Unresolved, ...]:
    acts, guidance = read_acts(ROOT / "versions" / "acts.toml"), read_titles(ROOT / "versions" / "guidance.toml")
    return find_references(reading(name), acts, guidance)


@pytest.mark.parametrize(
    ("name", "least"),
    [(WORKING_TOGETHER, 0.98), (KCSIE[0], 0.98), (KCSIE[1], 0.98), (IRO, 0.93), (HOMES, 0.95), (ADOPTION, 0.89)],
)
def test_most_citations_lead_somewhere_and_the_others_say_why_not(name: str, least: float) -> None:
    found = cited(name)
    resolved = [one for one in found if isinstance(one, Reference)]
    assert len(resolved) / len(found) >= least
    assert all(one.reason for one in found if isinstance(one, Unresolved))
    anchors = {p.anchor for p in (*reading(name).provisions, *reading(name).notes)}
    inside = [one.address[1:] for one in resolved if one.kind == "internal"]
    assert [address for address in inside if address not in anchors and "-" not in address] == []


@pytest.mark.parametrize(
    ("name", "rows"), [(name, list(rows)) for name, rows in groupby(LABELS, key=lambda row: row[0])]
)
def test_those_that_were_judged_by_reading(name: str, rows: list[list[str]]) -> None:
    found = {(r.at.anchor, str(r.at.part), r.address) for r in cited(name) if isinstance(r, Reference)}
    assert [row for row in rows if tuple(row[1:]) not in found] == []


def test_the_glossary_of_2023_is_found_and_used() -> None:
    document = reading(WORKING_TOGETHER)
    entries = glossary_entries(document)
    assert len(entries) == 30
    assert {entry.group for entry in entries} == {"appendix-a"}
    terms = find_terms(document, cited(WORKING_TOGETHER))
    texts = {p.anchor: provision_texts(p) for p in document.provisions}
    assert all(texts[t.at.anchor][t.at.part].plain[t.at.start : t.at.end] == t.words for t in terms)
    sections = [(document_section(t.at.anchor), t.meaning, t.anchor) for t in terms]
    assert len(sections) == len(set(sections))


def document_section(anchor: str) -> str:
    provision = next(p for p in reading(WORKING_TOGETHER).provisions if p.anchor == anchor)
    return provision.parents[-1] if provision.parents else anchor
