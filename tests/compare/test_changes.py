"""Changes word by word: they lead from the old text to the new one exactly, and say what only moved."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from guidance.compare.changes import compare
from guidance.compare.words import diff_words, sentences
from guidance.document.change_model import Change, Comparison, RedlinePiece
from guidance.document.model import Document, Duty, Figure, Kind, Link, Locus, Para, Text
from guidance.document.walk import normalise
from made_again import apply, joined_text
from small_documents import document, paragraph, sentence

IDS = ("old", "new")
TELLING = {"keeper", "lamp", "rope", "sings"}
NUMBERS = "links and numbers only"


def changes(old: str | list[str], new: str | list[str]) -> tuple[Change, ...]:
    return compare(document(old), document(new), IDS).changes


def only(old: str, new: str) -> Change:
    """The one change between two documents of one paragraph."""
    (change,) = changes(f"1. {old}", f"1. {new}")
    return change


def assert_applies(old: Document, new: Document, comparison: Comparison) -> None:
    made = apply(old, comparison)
    assert made == tuple((anchors, joined_text(new, anchors)) for anchors, _ in made)
    assert sorted(anchor for anchors, _ in made for anchor in anchors) == sorted(
        provision.anchor for provision in (*new.provisions, *new.notes)
    )


# --- Words ---------------------------------------------------------------------------------------


def shown(old: str, new: str) -> str:
    marks = {"same": "{}", "inserted": "[+{}]", "deleted": "[-{}]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in diff_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The bell rings.", "The bell rings.", "The bell rings."),
        ("The bell rings.", "The bell rings, twice.", "The bell rings[+, twice]."),
        ("Call 0101 now", "Call 0102 now", "Call [-0101][+0102] now"),
        ("the keeper’s lamp", "the keeper’s lamps", "the keeper’s [-lamp][+lamps]"),
        ("a lamp", "the rope", "[-a lamp][+the rope]"),
        ("within 10 days", "within 10 working days", "within 10 [+working ]days"),
        ("see http://a.org/x?y=1.", "see http://a.org/x?y=2.", "see [-http://a.org/x?y=1.][+http://a.org/x?y=2.]"),
        ("", "new", "[+new]"),
        # phrases are whole, and what is taken out stands before what is put in for it
        (
            "the keeper of the lamp sings",
            "the warden of the bell sings",
            "the [-keeper of the lamp][+warden of the bell] sings",
        ),
        (
            "see local harbour boards first",
            "see bay wardens first",
            "see [-local harbour boards][+bay wardens] first",
        ),
        # no telling word is given up for small ones
        ("oil, salt and rope.", "oil, rope, tar and wax.", "oil, [-salt and ]rope[+, tar and wax]."),
        ("Keepers sing. They rest.", "Keepers sing. They hum. They rest.", "Keepers sing. [+They hum. ]They rest."),
        ("one\n• the bell", "one\n• the rope\n• the bell", "one\n[+• the rope\n]• the bell"),
        ("see paragraphs 12-14 first", "see paragraphs 14-16 first", "see paragraphs [-12-14][+14-16] first"),
        ("ask a.b@c.org now", "ask d.b@c.org now", "ask [-a.b@c.org][+d.b@c.org] now"),
    ],
)
def test_whole_words_and_punctuation_apart(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_sentences_end_at_lines_and_full_stops() -> None:
    text = "One here. Two there, e.g. so. Three?\n\nFour\nfive "
    assert [text[a:b] for a, b in sentences(text)] == ["One here.", "Two there, e.g. so.", "Three?", "Four", "five"]


@settings(max_examples=300, deadline=None)
@given(
    *[st.lists(st.sampled_from(["keeper", "lamp", "rope", "of", "the", "and", "sings", ".", ","]), max_size=12)] * 2
)
def test_no_telling_word_is_both_taken_out_and_put_in_at_one_place(old: list[str], new: list[str]) -> None:
    """Unless it changed places with another."""
    pieces = diff_words(" ".join(old), " ".join(new))
    for one, other in pairwise(pieces):
        if (one.kind, other.kind) == ("deleted", "inserted"):
            gone, came = ([w for w in piece.text.split() if w in TELLING] for piece in (one, other))
            assert not set(gone) & set(came)


@settings(deadline=None)
@given(st.text(), st.text())
def test_pieces_hold_both_texts(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert "".join(p.text for p in pieces if p.kind != "inserted") == old
    assert "".join(p.text for p in pieces if p.kind != "deleted") == new


# --- Applying ------------------------------------------------------------------------------------

prose = st.lists(
    st.one_of(st.integers(0, 25).map(sentence), st.text(max_size=20), st.sampled_from(["must", "may not", "\n"])),
    max_size=4,
).map(" ".join)
lines = st.lists(
    st.tuples(st.sampled_from(["", "1. ", "2. ", "3. ", "# ", "[box] ", "(note 1) "]), prose).map("".join),
    max_size=9,
)


@settings(max_examples=200, deadline=None)
@given(lines, lines)
def test_applying_the_changes_to_the_old_text_gives_the_new(old_lines: list[str], new_lines: list[str]) -> None:
    old, new = document(old_lines), document(new_lines)
    assert_applies(old, new, compare(old, new, IDS))


@settings(max_examples=50, deadline=None)
@given(lines)
def test_a_document_compared_with_itself_gives_no_change(text: list[str]) -> None:
    for change in compare(document(text), document(text), IDS).changes:
        assert (change.kind, change.level, change.pieces) == ("unchanged", "none", ())


# --- Kinds ---------------------------------------------------------------------------------------


def test_numbers_shifted_by_one_give_only_renumbering() -> None:
    words = [paragraph(at) for at in range(6)]
    words[3] += " See paragraphs 2-4 and paragraph 6 on lanterns."
    old = [f"{at}. {text}" for at, text in enumerate(words, 1)]
    words[3] = words[3].replace("2-4", "3-5").replace("paragraph 6", "paragraph 7")
    new = [f"{at}. {text}" for at, text in enumerate(words, 2)]
    found = changes(old, new)
    assert {change.kind for change in found} == {"renumbered"}
    assert {change.level for change in found} == {"links and numbers only"}
    assert len(found) == 6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "", "# ", "[box] "]), st.integers(0, 12)), min_size=1, max_size=9))
def test_any_text_whose_numbers_shift_by_one_is_only_renumbered(made: list[tuple[str, int]]) -> None:
    def numbered(start: int) -> Document:
        lines = (mark + paragraph(seed, 2) if mark else paragraph(seed, 2) for mark, seed in made)
        return document([line if line[:1] in "#[" else f"{at}. {line}" for at, line in enumerate(lines, start)])

    for change in compare(numbered(1), numbered(2), IDS).changes:
        assert change.kind in ("renumbered", "unchanged")
        assert not change.pieces
        assert change.level == ("links and numbers only" if change.kind == "renumbered" else "none")


def test_a_reference_that_goes_astray_is_no_renumbering() -> None:
    words = [paragraph(at) for at in range(6)]
    old = [f"{at}. {text}" for at, text in enumerate((*words, "Lanterns are trimmed as paragraph 2 says."), 1)]
    new = [f"{at}. {text}" for at, text in enumerate((*words, "Lanterns are trimmed as paragraph 5 says."), 2)]
    found = changes(old, new)[-1]
    assert (found.kind, found.level) == ("reworded", "reworded")  # it now leads to another place


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("Keepers should ring the bell.", "Keepers must ring the bell.", "duty changed"),
        ("Keepers should ring the bell.", "Keepers should not ring the bell.", "duty changed"),
        ("Keepers ring the old bell at dawn.", "Keepers may ring the old bell at dawn.", "duty changed"),
        ("Keepers rang the bell in May and June.", "Keepers rang the bell in June.", "reworded"),
        ("Keepers should ring the old bell.", "Keepers should ring the bell.", "reworded"),
        (
            "See page 12 of the charter of the island.",
            "See page 14 of the charter of the island.",
            "links and numbers only",
        ),
        ("Read https://a.org/lamps about lamps.", "Read https://b.org/l about lamps.", "links and numbers only"),
        ("Keepers must1F ring the bell of the StateF.", "Keepers must ring the bell of the State.", NUMBERS),
        ("The so-called bell: it rings.", "The so called bell, it rings.", NUMBERS),
        ("The “old” bell – it rings.", 'The "old" bell - it rings.', "none"),
        ("The bell rings at dawn.", f"The bell rings at dawn. {sentence(5)}", "new"),
    ],
)
def test_levels(old: str, new: str, level: str) -> None:
    assert only(old, new).level == level


def test_levels_of_what_came_and_went() -> None:
    kept = paragraph(1)
    assert [c.level for c in changes([kept], [kept, "Keepers must sing."])] == ["none", "duty changed"]
    assert [c.level for c in changes([kept], [kept, "Keepers sing."])] == ["none", "new"]
    assert [c.level for c in changes([kept, "Keepers sing."], [kept])] == ["none", "reworded"]


def test_another_address_behind_the_same_words_is_a_link_changed() -> None:
    def linked(address: str) -> Document:
        plain = document("1. The charter says so.")
        text = Text("The charter says so.", (Link(4, 11, address),))
        return structs.replace(plain, provisions=(structs.replace(plain.provisions[0], blocks=(Para(text),)),))

    (change,) = compare(linked("https://a.org/"), linked("https://b.org/"), IDS).changes
    assert (change.kind, change.level, change.pieces) == ("unchanged", "links and numbers only", ())
    (change,) = compare(linked("#para-1"), linked("#para-2"), IDS).changes
    assert change.level == "none"


def test_a_ledger_of_duties_overrules_the_words() -> None:
    old, new = document("1. The ferry may be late today."), document("1. The ferry is late today.")
    at = Locus("para-1", 0, 0, 10)
    assert compare(old, new, IDS).changes[0].level == "duty changed"
    assert compare(old, new, IDS, ((), ())).changes[0].level == "reworded"
    duty = Duty(at, 1, "The ferry is late today.", "must")
    assert compare(old, new, IDS, ((), (duty,))).changes[0].level == "duty changed"


# --- Sentences that moved ------------------------------------------------------------------------


def test_a_sentence_that_went_to_another_paragraph_is_moved_not_new() -> None:
    went = "The night watch should count the spare sails at high water."
    one, two = paragraph(1), paragraph(2)
    found = changes([f"1. {went} {one}", f"2. {two}"], [f"1. {one}", f"2. {two} {went}"])
    assert [(change.kind, change.level) for change in found] == [("reworded", "none")] * 2
    assert RedlinePiece("moved away", went, "para-2") in found[0].pieces
    assert RedlinePiece("moved here", went, "para-1") in found[1].pieces
    assert not [
        p for change in found for p in change.pieces if p.kind in ("inserted", "deleted") and p.text.strip()
    ]


def test_a_sentence_that_changed_places_within_its_paragraph_is_moved() -> None:
    first, second, third = sentence(1), f"{sentence(2)} {sentence(3)}", sentence(4)
    change = only(f"{first} {second} {third}", f"{second} {third} {first}")
    assert [p.text for p in change.pieces if p.kind == "moved here"] == [first]
    assert [p.text for p in change.pieces if p.kind == "moved away"] == [first]


def test_a_sentence_that_stands_twice_is_not_called_moved() -> None:
    said = "The night watch should count the spare sails at high water."
    one, two, three = paragraph(1), paragraph(2), paragraph(3)
    found = changes(
        [f"1. {one} {said}", f"2. {two}", f"3. {three}"], [f"1. {one}", f"2. {two} {said}", f"3. {three} {said}"]
    )
    assert not [piece for change in found for piece in change.pieces if piece.kind.startswith("moved")]


@pytest.mark.parametrize(
    ("printed", "alike"),
    [
        ("a  ‘harbour’\u00a0master’s “log”", "a 'harbour' master's \"log\""),
        ("ﬁsh – and — ropes‑end", "fish - and - ropes-end"),
        ("moor\u00ading\n\tline", "mooring line"),
        ("plain  text\r\n", "plain text"),
    ],
)
def test_what_a_reissue_sets_differently_is_alike(printed: str, alike: str) -> None:
    assert normalise(printed) == alike


# --- Told once -----------------------------------------------------------------------------------


def chapter(name: str, seed: int) -> list[str]:
    return [f"# {name}", *(f"{seed + at}. {paragraph(seed + at)}" for at in range(4))]


def test_a_chapter_that_moved_whole_is_told_once() -> None:
    lamps, ropes, bells = chapter("Lamps", 10), chapter("Ropes", 20), [*chapter("Bells", 30), *chapter("Oars", 40)]
    found = compare(document([*lamps, *ropes, *bells]), document([*ropes, *bells, *lamps]), IDS)
    assert [(one.old, one.new, one.provisions) for one in found.moved_chapters] == [("lamps", "lamps", 4)]
    assert {change.kind for change in found.changes} == {"unchanged"}


def test_a_paragraph_that_left_its_place_in_a_chapter_that_moved_is_moved() -> None:
    lamps, ropes, bells = chapter("Lamps", 10), chapter("Ropes", 20), [*chapter("Bells", 30), *chapter("Oars", 40)]
    went = [*lamps[:1], *lamps[2:], lamps[1]]
    found = compare(document([*lamps, *ropes, *bells]), document([*ropes, *bells, *went]), IDS)
    assert [one.old for one in found.moved_chapters] == ["lamps"]
    assert [change.old for change in found.changes if change.kind == "moved"] == [("para-10",)]


def test_a_chapter_of_which_half_stayed_did_not_move_whole() -> None:
    lamps, ropes, bells = chapter("Lamps", 10), chapter("Ropes", 20), [*chapter("Bells", 30), *chapter("Oars", 40)]
    new = [*ropes, *lamps[3:], *bells, *lamps[:3]]
    found = compare(document([*lamps, *ropes, *bells]), document(new), IDS)
    assert found.moved_chapters == ()


def test_a_caption_alone_is_no_new_text() -> None:
    assert [c.level for c in changes([paragraph(1)], ["Figure 1", paragraph(1)])] == [NUMBERS, "none"]
    assert [c.level for c in changes([paragraph(1)], ["Figure of a lamp", paragraph(1)])] == ["new", "none"]


def test_a_chart_that_got_a_caption_is_no_new_text() -> None:
    def drawn(kind: Kind, caption: str | None) -> Document:
        plain = document([f"1. {paragraph(1)}", "Chart", f"2. {paragraph(2)}"])
        before, chart, after = plain.provisions
        figure = Figure("chart.svg", alternative="A lamp", caption=Text(caption) if caption else None)
        return structs.replace(
            plain, provisions=(before, structs.replace(chart, kind=kind, blocks=(figure,)), after)
        )

    said = "Figure 3: how a lamp is lit by a keeper who has no oil at hand"
    for kind in ("figure", "flow-chart"):
        found = compare(drawn("figure", None), drawn(kind, said), IDS).changes
        assert [(change.old, change.level) for change in found][1][1] != "new"
        assert len(found) == 3
