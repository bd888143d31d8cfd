"""Statutory instruments, alone and annexed: regulations, schedules and their items are provisions of their own; and
a document's title is what its cover names, not its series."""

from pathlib import Path

import pytest

from document_marks import anchors, balance
from guidance.document.walk import plain_text
from typeset import read_typeset

PAGE = '#set page(paper: "a4", margin: 2.5cm, numbering: "1")\n#set text(size: {size}pt, lang: "en")\n'
HEAD = """#align(center)[STATUTORY INSTRUMENTS\\ #v(4mm) #text(16pt)[*2031 No. 77*] #v(4mm)
#text(16pt)[*LIBRARIES, ENGLAND*] #v(4mm) #text(14pt)[The Lending of Books (England)\\ Regulations 2031]]
#v(14mm)
The Keeper of Libraries, in exercise of the powers conferred by section 4 of the Lending Act 2030, makes
the following Regulations and every library in England is to have regard to them.
#v(22mm)
"""
SAID = "A library must keep a list of its books and show it to every reader who asks for it on any day of the week."


def side(title: str, number: str, *below: str) -> str:
    """A regulation below its side head, with paragraphs of its own."""
    more = "\n\n".join(f"#h(1em);({at}) {words}" for at, words in enumerate(below, 2))
    one = f"#h(1em)*{number}.*---(1) {SAID}" if below else f"#h(1em)*{number}.* {SAID}"
    return f"*{title}*\n\n{one}\n\n{more}\n\n"


BODY = (
    "#align(center)[#text(14pt)[*PART 1*]\\ General]\n\n"
    + side("Name", "1")
    + side("Words", "2", "A label is a slip of paper that names the book on which it stands.", SAID)
    + "#align(center)[#text(14pt)[*PART 2*]\\ Lists]\n\n"
    + side("Lists", "3")
    + side("Labels", "4", SAID)
    + side("Fines", "5")
    + side("Late books", "5A")
    + side("Keepers", "6", SAID, SAID)
)
SCHEDULE = (
    "#pagebreak()\n#align(center)[#text(14pt)[*SCHEDULE {n}*]]\n\n"
    + side("Of paper", "1")
    + side("Of card", "2", SAID)
    + side("Of wood", "3")
)
REGULATIONS = ["1", "2", "3", "4", "5", "5A", "6"]


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("size", [10, 12])
def test_an_instrument_alone(size: int, stripped: bool, tmp_path: Path) -> None:
    source = PAGE.format(size=size) + HEAD + BODY + SCHEDULE.format(n=1) + SCHEDULE.format(n=2)
    document = read_typeset(source, tmp_path, stripped=stripped)
    assert document.title == "The Lending of Books (England) Regulations 2031"
    assert [p.number for p in document.provisions if p.kind == "paragraph"] == [*REGULATIONS, *"123", *"123"]
    of_schedule = [p.anchor for p in document.provisions if p.kind == "paragraph" and "schedule-2" in p.parents]
    assert len(of_schedule) == 3
    second = next(p for p in document.provisions if p.number == "2")
    assert plain_text(second).startswith(f"(1) {SAID}\n")
    assert len(set(anchors(document))) == len(anchors(document))
    assert not document.notes
    assert balance(document) == 0


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
def test_an_instrument_annexed_to_numbered_guidance(stripped: bool, tmp_path: Path) -> None:
    guidance = "= Chapter 1: Lending\n" + "".join(f"1.{at} #h(5mm) {SAID} {SAID}\n\n" for at in range(1, 25))
    annex = f"#pagebreak()\n= Annex A: The Regulations\n#set text(size: 9pt)\n{BODY}"
    document = read_typeset(PAGE.format(size=12) + guidance + annex, tmp_path, stripped=stripped)
    found = {p.number: p for p in document.provisions if p.kind == "paragraph"}
    assert list(found) == [*(f"1.{at}" for at in range(1, 25)), *REGULATIONS]
    assert all("annex-a" in found[number].parents for number in REGULATIONS)
    assert not document.notes
    assert balance(document) == 0


@pytest.mark.parametrize(
    ("cover", "title"),
    [
        ("#text(30pt)[Guidance]\\ #text(20pt)[Lending of books]", "Lending of books"),
        ("#text(30pt)[Lending of\\ books]\\ #text(20pt)[Statutory guidance]", "Lending of books"),
        (
            "#text(30pt)[Statutory guidance]\\ #text(20pt)[Care of the long-\\ lent books]",
            "Care of the long-lent books",
        ),
    ],
)
def test_a_cover_names_more_than_a_series(cover: str, title: str, tmp_path: Path) -> None:
    body = "".join(f"{at}. #h(1em) {SAID}\n\n" for at in range(1, 9))
    source = f"{PAGE.format(size=12)}{cover}\n#pagebreak()\n= Lists\n{body}"
    assert read_typeset(source, tmp_path).title == title


def test_a_lone_largest_heading_on_the_first_page_is_a_title_and_one_of_many_is_none(tmp_path: Path) -> None:
    body = "".join(f"{at}. #h(1em) {SAID}\n\n" for at in range(1, 9))
    lone = f"{PAGE.format(size=12)}= Lending of books\n== Lists\n{body}== Labels\n{SAID}"
    assert read_typeset(lone, tmp_path).title == "Lending of books"
    many = f"{PAGE.format(size=12)}= Lists\n{body}= Labels\n{SAID}"
    assert read_typeset(many, tmp_path).title == "Untitled"
