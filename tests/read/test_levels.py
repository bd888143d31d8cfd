"""Titles of two levels that look alike: nothing but numbers and the space around them tells them apart."""

from pathlib import Path

import pytest

from guidance.document.model import Document
from typeset import read_typeset

PAGE = """#set page(paper: "a4", margin: 2.5cm)
#set text(size: {size}pt)
#let top(words) = block(above: 0pt, below: 20pt, text(size: 18pt, weight: "bold", fill: rgb("#104F75"), words))
#let title(above, below, words) = block(above: above, below: below, sticky: true,
  text(size: 14pt, weight: "bold", fill: rgb("#104F75"), words))
"""
WORDS = "Keepers write each book that a reader takes into the list, with the day on which it is due back again."
CHAPTERS = (("Shelves", "Wood", "Iron"), ("Readers", "Young readers", "Old readers"), ("Fines", "Small", "Large"))


def chapters(size: int, upper: str, lower: str, columns: int, names: bool) -> str:
    """Three chapters, each of two sections with two sections below each, in type that is alike."""
    pages = []
    for chapter, *sections in CHAPTERS:
        body = [f"#top[{chapter}]", *[f"{WORDS}\n\n"] * 2]
        for at, section in enumerate(sections, 1):
            called = f"Section {at}: {section}" if names else section
            body += [f"#title({upper})[{called}]", *[f"{WORDS}\n\n"] * 2]
            body += [f"#title({lower})[{n} of {section}]\n{WORDS}\n\n{WORDS}\n\n" for n in ("Use", "Care")]
        pages.append("\n".join(body))
    inside = f"\n#{'colbreak' if columns > 1 else 'pagebreak'}()\n".join(pages)
    return PAGE.format(size=size) + (f"#columns({columns})[{inside}]" if columns > 1 else inside)


def depths(document: Document) -> list[tuple[str, int | None]]:
    """Each title and how deep it stands, below level 1."""
    return [(p.heading.plain, p.level) for p in document.provisions if p.heading and p.level != 1]


@pytest.mark.parametrize("size", [10, 12])
def test_the_wider_spaced_title_stands_above_the_closer_one(size: int, tmp_path: Path) -> None:
    document = read_typeset(chapters(size, "30pt, 15pt", "20pt, 11pt", 1, False), tmp_path, stripped=True)
    found = depths(document)
    assert len(found) == 18
    assert all(level == (3 if " of " in title else 2) for title, level in found)


@pytest.mark.parametrize("columns", [1, 2])
def test_titles_behind_numbered_sections_stand_below_them(columns: int, tmp_path: Path) -> None:
    document = read_typeset(chapters(11, "20pt, 11pt", "20pt, 11pt", columns, True), tmp_path, stripped=True)
    found = depths(document)
    assert len(found) == 18
    assert all(level == (3 if " of " in title else 2) for title, level in found)


def test_titles_that_are_spaced_alike_stay_on_one_level(tmp_path: Path) -> None:
    document = read_typeset(chapters(11, "20pt, 11pt", "20pt, 11pt", 1, False), tmp_path, stripped=True)
    assert {level for _, level in depths(document)} == {2}
