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


PLAIN_HEAD = """#align(center)[STATUTORY INSTRUMENTS\\ #v(5mm) *2032 No. 18* #v(4mm) *HARBOURS, ENGLAND* #v(4mm)
The Keeping of Piers (England)\\ Regulations 2032]
#v(8mm)
The Harbour Master makes the following Regulations in exercise of the powers conferred by section 9 of the Harbours
Act 2031.

"""
PLAIN = (
    "#align(center)[PART 1\\ General]\n\n"
    + side("Name", "1", SAID)
    + side("Words", "2")
    + "#align(center)[Part 2\\ Lists of piers and of those who\\ keep them]\n\n"
    + side("Lists", "3")
    + side("Ladders", "3A")
    + side("Lamps", "4")
    + "#align(center)[SCHEDULE 1 #h(3cm) Regulation 4]\n\n#align(center)[*What a lamp must have*]\n\n"
    + "".join(f"{at}. #h(3mm) {SAID}\n\n" for at in range(1, 5))
    + "#align(center)[SCHEDULE 2]\n\n"
    + "".join(f"{at}. #h(3mm) {SAID}\n\n" for at in range(1, 4))
)


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
@pytest.mark.parametrize("size", [9, 11])
def test_parts_and_schedules_need_no_type_of_their_own(size: int, stripped: bool, tmp_path: Path) -> None:
    document = read_typeset(PAGE.format(size=size) + PLAIN_HEAD + PLAIN, tmp_path, stripped=stripped)
    assert document.title == "The Keeping of Piers (England) Regulations 2032"
    numbers = ["1", "2", "3", "3A", "4", *"1234", *"123"]
    assert [p.number for p in document.provisions if p.kind == "paragraph"] == numbers
    headings = [p.heading.plain for p in document.provisions if p.heading and p.level == 1]
    parts = ["PART 1 General", "Part 2 Lists of piers and of those who keep them"]
    assert headings == [*parts, "SCHEDULE 1 Regulation 4 What a lamp must have", "SCHEDULE 2"]
    assert not [check for check in document.structure if check.verdict == "amiss"]


def test_what_a_later_law_puts_in_belongs_to_its_regulation(tmp_path: Path) -> None:
    put_in = f"#h(1em);\\[F1(1A) {SAID}\\]\n\n"
    body = "".join(f"*Rule {at}*\n\n*{at}.*---(1) {SAID}\n\n{put_in if at == 2 else ''}" for at in range(1, 7))
    document = read_typeset(f"{PAGE.format(size=11)}= Rules\n{body}", tmp_path)
    (second,) = (p for p in document.provisions if p.number == "2")
    assert plain_text(second).endswith(f"[F1(1A) {SAID}]")


@pytest.mark.parametrize("stripped", [False, True], ids=["tagged", "stripped"])
def test_a_schedules_items_are_numbered_where_its_instrument_is_annexed(stripped: bool, tmp_path: Path) -> None:
    guidance = "= Chapter 1: Lending\n" + "".join(f"1.{at} #h(5mm) {SAID} {SAID}\n\n" for at in range(1, 13))
    order = side("Name", "1", SAID) + side("Words", "2") + side("Lists", "3") + side("Lamps", "4")
    for part, (first, end) in enumerate(((1, 4), (4, 7)), 1):
        order += "#align(center)[*SCHEDULE*]\n\n" if part == 1 else ""
        order += f"#align(center)[Part {part}\\ Of lamps]\n\n"
        order += "".join(f"*{at}.* #h(2mm) {SAID}\n\n" for at in range(first, end))
    annex = f"#pagebreak()\n= Annex C: The Order\n#set text(size: 8.5pt)\n{order}"
    document = read_typeset(PAGE.format(size=11) + guidance + annex, tmp_path, stripped=stripped)
    numbers = [*(f"1.{at}" for at in range(1, 13)), *"1234", *"123456"]
    assert [p.number for p in document.provisions if p.kind == "paragraph"] == numbers


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
