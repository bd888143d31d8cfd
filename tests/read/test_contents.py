"""A stale contents list is told in runs; a right one, and what cannot be judged, are not. One that is not in the
order of pages is a list all the same."""

from pathlib import Path

import pytest

from guidance.document.model import Document, Dropped, Place, Provision, SourceFile, Text
from guidance.read.furniture import stale_contents
from typeset import read_typeset

HEADINGS = (("Doors", 3), ("Windows and what stands in them", 4), ("Lamps", 7), ("Stairs", 8), ("Stairs", 9))
BY_PAGE = tuple(Dropped(str(page - 1), "page number", page) for page in range(2, 10))


def library(*lines: str, numbers: tuple[Dropped, ...] = BY_PAGE) -> Document:
    provisions = tuple(
        Provision(f"section-{at}", "section", heading=Text(title), level=1, places=(Place(page),))
        for at, (title, page) in enumerate(HEADINGS)
    )
    listed = tuple(Dropped(line, "contents list", 1) for line in lines)
    source = SourceFile("a.pdf", "0" * 64, "application/pdf", 1)
    return Document("Library", "en", source, provisions, dropped=(*numbers, *listed))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("Contents", "Doors 2", "Windows and what", "stands in them ..... 3", "Lamps 6"), []),
        (
            ("Doors 3", "Windows and what", "stands in them 4", "Lamps 6"),
            ["1 page too high for “Doors” to “Windows"],
        ),
        (("Doors 3", "Lamps 4"), ["1 page too high for “Doors”;", "2 pages too low for “Lamps”;"]),
        (("Stairs 1", "Cellars 40", "Doors"), []),
    ],
    ids=["right", "a run", "two runs", "not to be judged"],
)
def test_a_stale_list_is_told_in_runs(lines: tuple[str, ...], said: list[str]) -> None:
    found = list(stale_contents(library(*lines)))
    assert len(found) == len(said)
    assert all(words in finding.message for words, finding in zip(said, found, strict=True))
    assert all(finding.kind == "contents" for finding in found)


def test_pages_without_numbers_are_not_judged() -> None:
    assert list(stale_contents(library("Doors 40", numbers=()))) == []


UNORDERED = """#set document(title: "Inn")
#set page(paper: "a5", margin: 2cm)
#let entry(title, page) = box(width: 100%)[#title LEADER #page]
= Contents
#entry[Lamps][4] \\
#entry[Doors][2] \\
#entry[Windows][3] \\
#entry[Whom to ask][4]
#for (title, said) in (("Doors", "A door"), ("Windows", "A window"), ("Lamps", "A lamp")) [
  #pagebreak()
  = #title
  #said must be shut by the keeper at night, and looked at in the morning before guests come down.
]"""


@pytest.mark.parametrize("leader", ["#box(width: 1fr, repeat[.])", "#h(1fr)"], ids=["dots", "gap"])
def test_a_list_in_another_order_is_one(leader: str, tmp_path: Path) -> None:
    document = read_typeset(UNORDERED.replace("LEADER", leader), tmp_path, stripped=True)
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Doors", "Windows", "Lamps"]
    listed = [entry.text for entry in document.dropped if entry.reason == "contents list"]
    assert [words.split()[0] for words in listed] == ["Contents", "Lamps", "Doors", "Windows", "Whom"]
    assert not [check for check in document.structure if check.verdict == "amiss"]
