"""The table of citations that runs over every entrance, and what each entrance answers, in the table's words."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from guidance.audit.vocabulary import read_wanted
from guidance.cite.citation import Citation, CitationGrammar, Known
from guidance.cite.grammar import CitedPlace, Step
from guidance.document.register import read_register

ROOT = Path(__file__).parents[2]
SHORT = {"paragraph": "para", "footnote": "note"}


def forms(section: str = "") -> list[tuple[str, str]]:
    """The table, or the one section of it whose heading holds some words: words, in which a line may end, and what
    they cite."""
    table = (ROOT / "tests" / "data" / "citations" / "forms.tsv").read_text(encoding="utf-8")
    if section:
        (table,) = (part.partition("\n")[2] for part in table.split("# --- ") if section in part.partition("\n")[0])
    lines = table.splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(words.replace("\\n", "\n"), cites) for words, cites in rows]


def known() -> Known:
    """The names, years and addresses of our own publication."""
    publication = read_register(ROOT / "versions")
    return Known(publication, read_wanted(ROOT / "versions", publication))


def grammar() -> CitationGrammar:
    """How one cites our own publication."""
    return CitationGrammar(known())


def say(citations: Iterable[Citation]) -> str:
    """Citations in the words of the table; "none" where one of them is not sure."""
    found, before = [], None
    for one in citations:
        if not one.sure:
            return "none"
        edition = "" if one.edition == before else f"edition={one.edition} "
        found.append(f"{edition}{say_steps(one.place)}".strip())
        before = one.edition
    return " | ".join(found) or "none"


def say_steps(place: CitedPlace) -> str:
    """A place in the words of the table: "chapter=1 para=37 para_to=39"."""
    words = []
    for step in place.steps:
        name = SHORT.get(step.unit, step.unit)
        words.append(f"{name}={step.number}")
        words += [f"{name}_to={step.to}"] if step.to else []
        words += [f"sub={step.sub}"] if step.sub else []
    return " ".join(words)


def from_record(answer: list[dict[str, Any]]) -> list[Citation]:
    """What the script in the browser answered."""
    return [
        Citation(one["edition"], CitedPlace(msgspec.convert(one["steps"], tuple[Step, ...])), one["isSure"])
        for one in answer
    ]
