"""Who is probably bound by a duty that names nobody, and by which evidence, on documents of our own."""

import pytest

from guidance.document.model import Document, Item, List, Para, Provision, SourceFile, Text
from guidance.link.agencies import Agency, Vocabulary
from guidance.link.duties import find_duties

VOCABULARY = Vocabulary(
    (
        Agency("libraries", "Libraries", ("library", "libraries"), titles=("lending",)),
        Agency("librarians", "Librarians", ("librarian",)),
        Agency("council", "The reading council", ("reading council", "council")),
        Agency("readers", "Readers", ("reader",)),
        Agency("all", "Everybody", ("body", "bodies"), wider="everybody"),
    )
)


def context(*texts: str | list[str], headings: tuple[str, ...] = ("Books",)) -> list[tuple[str, str]]:
    """Who is probably bound by each duty that names nobody, and why. A text is a paragraph, a list its list, and
    "#..." a heading under which the next paragraphs stand."""
    provisions = [Provision("top", "chapter", heading=Text("Chapter 1"), level=1)]
    parents: tuple[str, ...] = ("top",)

    def under(heading: str) -> None:
        nonlocal parents
        parents = ("top", f"h{len(provisions)}")
        provisions.append(Provision(parents[1], "section", heading=Text(heading), level=2, parents=("top",)))

    for heading in headings:
        under(heading)
    for text in texts:
        if isinstance(text, list):
            entries = List(tuple(Item("•", (Para(Text(one)),)) for one in text))
            last = provisions.pop()
            provisions.append(
                Provision(
                    last.anchor,
                    last.kind,
                    last.number,
                    last.marker,
                    blocks=(*last.blocks, entries),
                    parents=parents,
                )
            )
        elif text.startswith("#"):
            under(text[1:])
        else:
            number = str(len(provisions))
            blocks = (Para(Text(text)),)
            provisions.append(
                Provision(f"para-{number}", "paragraph", number, f"{number}.", blocks=blocks, parents=parents)
            )
    made = Document("Books", "en", SourceFile("a.pdf", "0" * 64, "application/pdf", 1), tuple(provisions))
    return [(" ".join(d.who_context) or "?", d.context) for d in find_duties(made, VOCABULARY) if not d.who]


@pytest.mark.parametrize(
    "heading",
    [
        "Libraries",
        "The libraries",
        "Lending",
        "Libraries – what they lend",
        "Duty on libraries to lend",
        "Local libraries",
    ],
)
def test_a_heading_names_those_whom_it_is_about(heading: str) -> None:
    found = context("An officer who sees a wet book should dry it.", headings=(heading,))
    assert found == [("libraries", f"heading “{heading}”")]


@pytest.mark.parametrize(
    "heading", ["Working with libraries", "Help from libraries", "Rooms", "All bodies and rooms"]
)
def test_a_heading_that_is_about_something_else_names_nobody(heading: str) -> None:
    assert context("An officer who sees a wet book should dry it.", headings=(heading,)) == [("?", "")]


def test_those_among_whom_others_are_come_last() -> None:
    texts = ("The council must meet. It should be done soon.", "All of it should be done.")
    assert context(*texts, headings=("All bodies",))[0] == ("council", "last named before it")
    assert context("It should be done.", headings=("All bodies",)) == [("all", "heading “All bodies”")]


def test_who_makes_a_thing_is_bound_by_what_is_asked_of_it() -> None:
    made = ("council", "who makes the report")
    texts = (
        "The council must publish a yearly report. Librarians should help.",
        "The report should include:",
        ["all"],
    )
    assert context(*texts) == [made]
    assert context(*texts, "#Other rooms", "The yearly report should be short.") == [made, made]
    assert context(*texts, "#Other rooms", "The final report should be short.")[1] == ("?", "")


def test_what_is_made_stands_close_to_its_verb() -> None:
    told = context("Libraries must have a share in the report.", "#Rooms", "The report should be short.")
    assert told == [("?", "")]


def test_a_heading_can_name_what_is_made() -> None:
    texts = (
        "The council must publish a yearly report.",
        "#Yearly report",
        "They should also include:",
        ["a map", "maps"],
    )
    assert context(*texts) == [("council", "who makes the report")] * 2


def test_a_paragraph_tells_whom_it_speaks_of() -> None:
    assert context("Librarians should ask. This should be done soon.") == [("librarians", "last named before it")]
    assert context("This should be done soon. Librarians should ask.") == [
        ("librarians", "holder of the paragraph’s other duties")
    ]
    assert context("This should be done. Readers may ask. Librarians should ask.", headings=("X",))[0][0] == "?"


def test_those_to_whom_it_is_done_are_not_those_who_do_it() -> None:
    texts = "The council must meet. Librarians should be given time. It should be done soon."
    assert context(texts) == [("council", "last named before it")] * 2


def test_whose_thing_it_is() -> None:
    assert context("The council’s answer should be short.") == [("council", "whose it is: “The council”")]
    assert context("Any help from libraries should be free.") == [("libraries", "whose it is: “libraries”")]


def test_what_somebody_asks_for_is_done_by_others() -> None:
    assert context("Requests from the council must be answered within five days.") == [("?", "")]


def test_a_list_has_a_title_too() -> None:
    found = context("Functions of the librarian:", ["the list should be kept", "books should be dried"])
    assert found == [("librarians", "list “Functions of the librarian”")] * 2


def test_who_does_the_same_elsewhere_in_the_chapter() -> None:
    found = context("Libraries must notify the mayor of it.", "#Table", "All floods must be notified.")
    assert found == [("libraries", "who is to do what “notified” says")]


def test_the_section_speaks_where_nearly_all_in_it_are_bound_alike() -> None:
    assert context("Librarians should ask.", "Books should be dried.")[0] == (
        "librarians",
        "holder of the section’s other duties",
    )
    assert context("Librarians should ask.", "Readers should ask.", "Books should be dried.") == [
        ("readers", "last named in the section before it")
    ]
    assert context("Books should be dried.", "Librarians should ask.", "Readers should ask.") == [("?", "")]


def test_a_condition_tells_whom_it_speaks_of() -> None:
    assert context("Readers may ask. If a librarian has doubts, a note should be sent.") == [
        ("librarians", "its condition speaks of them")
    ]


def test_a_condition_does_not_tell_of_those_to_whom_it_is_done() -> None:
    assert context("If a librarian has been chosen, they should be invited.") == [("?", "")]


def test_those_take_part_whom_a_meeting_involves() -> None:
    assert context("Then there should be a meeting involving the reading council, lending and other bodies.") == [
        ("council libraries", "who takes part in it")
    ]


def test_people_are_bound_themselves() -> None:
    assert context("Librarians should ask. Children must be quiet.") == [("?", "")]
    assert context("Librarians should ask. Children should be asked.") == [("librarians", "last named before it")]


def test_who_is_named_is_not_guessed_at() -> None:
    assert context("Readers should ask. Librarians should answer.", headings=("Libraries",)) == []
