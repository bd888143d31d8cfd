"""The one walk over a document: every walking function tells the same texts in the same order."""

from collections import Counter

from msgspec.structs import replace

from guidance.document.model import (
    Block,
    Cell,
    Document,
    Figure,
    Item,
    List,
    NoteMark,
    Para,
    Provision,
    SourceFile,
    Subheading,
    Table,
    Text,
)
from guidance.document.walk import (
    count_characters,
    list_items,
    map_texts,
    note_marks,
    placed_characters,
    plain_text,
    printed_parts,
    prose,
    provision_texts,
    texts_with_roles,
)


def _para(words: str) -> Para:
    return Para(Text(words))


def _nest() -> tuple[Block, ...]:
    """Each kind of block, with a list and a table in one another."""
    inner = List((Item("i.", (_para("an inner entry"),)),), ordered=True)
    table = Table(
        (
            (Cell((_para("head"), List((Item("•", (_para("headed entry"),)),))), header="column"),),
            (Cell((_para("cell"), List((Item("•", (_para("cell entry"),)),)))),),
        ),
        caption=Text("under the table"),
    )
    return (
        Subheading(Text("A title")),
        Para(Text("Opening words", (NoteMark(7, "fn-1", "1"),))),
        List((Item("(a)", (_para("first entry"), inner), "para-1-a"), Item("•", (table,)))),
        Figure("chart.svg", None, (Text("node one"), Text("node two")), Text("under the picture")),
        _para("closing words"),
    )


PROVISION = Provision("para-1", "paragraph", "1", "1.", Text("A heading"), blocks=_nest())
WORDS = [
    "A heading",
    "A title",
    "Opening words",
    "first entry",
    "an inner entry",
    "under the table",
    "head",
    "headed entry",
    "cell",
    "cell entry",
    "node one",
    "node two",
    "under the picture",
    "closing words",
]


def test_texts_come_in_reading_order_the_heading_first() -> None:
    assert [text.plain for text in provision_texts(PROVISION)] == WORDS


def test_roles_tell_running_text_from_the_rest() -> None:
    roles = {text.plain: role for text, role in texts_with_roles(PROVISION.blocks)}
    assert roles.pop("A title") == "title"
    assert [words for words, role in roles.items() if role == "header cell"] == ["head", "headed entry"]
    assert [words for words, role in roles.items() if role == "caption"] == ["under the table", "under the picture"]
    assert [words for words, role in roles.items() if role == "picture"] == ["node one", "node two"]
    assert Counter(roles.values())["prose"] == 6


def test_prose_is_numbered_among_all_texts() -> None:
    texts = provision_texts(PROVISION)
    found = dict(prose(PROVISION))
    assert all(texts[part] is text for part, text in found.items())
    assert [text.plain for text in found.values()] == [
        "Opening words",
        "first entry",
        "an inner entry",
        "cell",
        "cell entry",
        "closing words",
    ]
    assert next(prose(replace(PROVISION, heading=None)))[0] == 1


def test_list_entries_are_found_in_entries_and_cells() -> None:
    assert [item.marker for item in list_items(PROVISION.blocks)] == ["(a)", "i.", "•", "•", "•"]


def test_texts_are_changed_in_the_order_in_which_they_are_told() -> None:
    seen: list[str] = []

    def change(text: Text) -> Text:
        seen.append(text.plain)
        return Text(text.plain.upper(), text.marks)

    changed = map_texts(PROVISION, change)
    assert seen == WORDS
    assert [text.plain for text in provision_texts(changed)] == [words.upper() for words in WORDS]
    assert [item.anchor for item in list_items(changed.blocks)] == ["para-1-a", None, None, None, None]
    assert list(note_marks(changed)) == [NoteMark(7, "fn-1", "1")]
    assert map_texts(PROVISION, lambda text: text) == PROVISION


def test_plain_text_keeps_letters_and_numbers_before_entries_and_leaves_bullets() -> None:
    lines = plain_text(PROVISION).split("\n")
    assert lines[:4] == ["A title", "Opening words", "(a) first entry", "i. an inner entry"]
    assert "A heading" not in lines
    assert "cell entry" in lines


def test_what_is_printed_holds_markers_and_labels_once() -> None:
    parts = list(printed_parts(PROVISION))
    assert parts[:6] == ["1.", "(a)", "i.", "•", "•", "•"]
    assert "Opening1 words" in parts
    document = Document("Made up", "en", SourceFile("made-up.html", "", "text/html", 1), (PROVISION,))
    expected = sum(map(count_characters, WORDS)) + count_characters("1. (a) i. • • • 1")
    assert placed_characters(document) == expected
