"""Notes at the foot of pages are found and referred to, however alike or many they are."""

from pathlib import Path

import pytest

from document_marks import note_marks
from guidance.document.model import Document
from guidance.document.walk import plain_text
from typeset import read_typeset

PAGE = """#set page(paper: "a4", margin: (x: 2.5cm, top: 3cm, bottom: 2cm),
  header: context [#counter(page).display() #h(2em) LENDING BOOKS], footer-descent: 6mm{foot})
#set text(size: 11pt)
#let notes(..entries) = place(bottom + left, {{
  line(length: 50mm, stroke: 0.5pt); v(-2mm)
  set text(size: 8pt)
  for (label, words) in entries.pos() {{ block(spacing: 1.6mm)[#{label} #words] }}
}})
"""
RAISED, PLAIN, DOTTED = "super[#label]", "label", "label."
FOOT = "The library at Upton"


def pages(label: str, foot: str = "", words: str = "Rule {0}.", least: int = 0) -> str:
    """Eight pages with two notes each: all second ones are alike but for their figures."""
    source = PAGE.format(foot=foot, label=label)
    for chapter in range(1, 9):
        first, second = least + 2 * chapter - 1, least + 2 * chapter
        source += f"""= Chapter {chapter}: Shelf {chapter}
{chapter}.1 #h(5mm) The keeper of a library must keep a list of its books and show it to each reader
who asks for it.#super[{first}] A second sentence makes the paragraph run over more than one line of the page.

{chapter}.2 #h(5mm) The reader should bring back each book within the time that its label names.#super[{second}]
#notes(([{first}], [Reader {chapter + 40} on the day.]), ([{second}], [{words.format(chapter + 11)}]))
#pagebreak(weak: true)
"""
    return source


def said(document: Document) -> list[tuple[str | None, str]]:
    return [(note.number, plain_text(note)) for note in document.notes]


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("foot", ["", FOOT], ids=["no foot", "running foot"])
@pytest.mark.parametrize("label", [RAISED, PLAIN, DOTTED], ids=["raised", "plain", "dotted"])
def test_short_notes_at_one_height_are_not_running_feet(
    label: str, foot: str, stripped: bool, tmp_path: Path
) -> None:
    document = read_typeset(pages(label, foot and f", footer: text(8pt)[{foot}]"), tmp_path, stripped=stripped)
    right = [
        pair
        for n in range(1, 9)
        for pair in ((2 * n - 1, f"Reader {n + 40} on the day."), (2 * n, f"Rule {n + 11}."))
    ]
    assert said(document) == [(str(number), words) for number, words in right]
    assert [mark.label for _, mark in note_marks(document)] == [str(n) for n in range(1, 17)]
    assert {d.text for d in document.dropped if d.reason == "running foot"} == {foot} - {""}


def test_a_second_line_of_a_note_is_part_of_it(tmp_path: Path) -> None:
    document = read_typeset(pages(RAISED, words=r"Rule {0} of the library \ at Upton."), tmp_path)
    assert said(document)[1::2] == [(str(2 * n), f"Rule {n + 11} of the library at Upton.") for n in range(1, 9)]


def test_a_page_number_before_the_title_is_no_note(tmp_path: Path) -> None:
    foot = ", footer: context text(8pt)[#counter(page).display() #h(1em) The library at Upton]"
    document = read_typeset(pages(RAISED, foot, least=3), tmp_path)
    assert len(document.notes) == 16
    assert not [text for _, text in said(document) if "library at Upton" in text]
