"""Which provision became which: editions of our own that renumber, split, merge and move, and a real pair."""

from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from guidance.compare.alignment import align
from guidance.compare.changes import compare
from guidance.compare.units import heaviest_chain
from guidance.document.model import Document, Provision
from guidance.read import read_document
from kcsie_pair import kcsie, labels
from made_again import apply, joined_text
from small_documents import document, paragraph, sentence


def numbered(*paragraphs: str, start: int = 1) -> list[str]:
    return [f"{count}. {words}" for count, words in enumerate(paragraphs, start)]


def became(old: Document, new: Document) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {pair.old: pair.new for pair in align(old, new) if pair.old}


def test_a_document_is_like_itself() -> None:
    text = document(["# One", *numbered(paragraph(1), paragraph(2)), "# Two", "(note 1) See the slate."])
    pairs = align(text, text)
    assert all(pair.old == pair.new and pair.score == 1 and not pair.moved for pair in pairs)
    assert len(pairs) == 5


def test_an_inserted_paragraph_does_not_take_the_number_for_the_text() -> None:
    old = document(numbered(paragraph(1), paragraph(2), paragraph(3)))
    new = document(numbered(paragraph(1), paragraph(9), paragraph(2), paragraph(3)))
    assert became(old, new) == {
        ("para-1",): ("para-1",),
        ("para-2",): ("para-3",),
        ("para-3",): ("para-4",),
    }
    assert [pair.new for pair in align(old, new) if not pair.old] == [("para-2",)]


def test_four_that_became_one() -> None:
    parts = [sentence(at) for at in (31, 42, 53, 64)]
    old = document(numbered(paragraph(1), *parts, paragraph(2)))
    new = document(numbered(paragraph(1), f"{parts[0]} / {parts[1]} / {parts[2]} / {parts[3]}", paragraph(2)))
    assert became(old, new)["para-2", "para-3", "para-4", "para-5"] == ("para-2",)
    assert became(old, new)["para-6",] == ("para-3",)


def test_a_split_with_a_new_one_put_in_between() -> None:
    first, second = paragraph(5, 2), paragraph(6, 2)
    old = document(numbered(paragraph(1), f"{first} {second}", paragraph(2)))
    new = document(numbered(paragraph(1), f"{first} {sentence(900)}", paragraph(77), second, paragraph(2)))
    assert became(old, new)["para-2",] == ("para-2", "para-4")
    assert [pair.new for pair in align(old, new) if not pair.old] == [("para-3",)]


def test_a_copy_of_another_paragraph_does_not_make_a_split() -> None:
    kept = paragraph(8)
    old = document(numbered(paragraph(1), paragraph(2, 4), paragraph(3), kept))
    new = document(numbered(paragraph(1), f"{paragraph(2, 4)} {sentence(80)}", paragraph(3), f"{kept} Always."))
    assert became(old, new) == {(f"para-{n}",): (f"para-{n}",) for n in (1, 2, 3, 4)}


def test_a_section_that_moved_is_moved_with_its_heading() -> None:
    ropes = ["## Ropes", "The ropes are looked after as the pilots have agreed with the council.", paragraph(4)]
    rest = ["## Lanterns", paragraph(1), paragraph(2), paragraph(3), "## Moorings", paragraph(5), paragraph(6)]
    pairs = align(document(["# Pier", *ropes, *rest]), document(["# Pier", *rest, *ropes]))
    assert {pair.new for pair in pairs if pair.moved} == {("ropes",), ("ropes-text",), ("ropes-text-2",)}
    assert all(pair.old and pair.new for pair in pairs)


def test_a_short_text_elsewhere_is_not_called_moved() -> None:
    old = document(["See the slate by the pier.", paragraph(1), paragraph(2), paragraph(3)])
    new = document([paragraph(1), paragraph(2), paragraph(3), "See the slate by the pier."])
    assert not [pair for pair in align(old, new) if pair.moved]


def test_boilerplate_stays_in_order() -> None:
    same = "All decisions should be written down on the slate by the pier, with the reasons for them."
    old = document(numbered(paragraph(1), same, paragraph(2), same, paragraph(3), same))
    new = document(numbered(paragraph(1), same, paragraph(9), paragraph(2), same, paragraph(3), same))
    pairs = became(old, new)
    assert [pairs[(f"para-{at}",)] for at in (2, 4, 6)] == [("para-2",), ("para-5",), ("para-7",)]


def test_headings_follow_what_stands_below_them() -> None:
    old = document(["# Lamps", "## Introduction", paragraph(1), "# Ropes", "## Introduction", paragraph(2)])
    new = document(["# Light and fog", "## Introduction", paragraph(1), "# Ropes", "## Introduction", paragraph(2)])
    pairs = {pair.old: pair for pair in align(old, new) if pair.old}
    assert pairs[("lamps",)].new == ("light-and-fog",)
    assert pairs[("lamps",)].how == "what stands below"
    assert pairs[("introduction",)].new == ("introduction",)
    assert pairs[("ropes-introduction",)].new == ("ropes-introduction",)


def test_numbered_text_may_lose_its_number_and_a_line_may_become_a_heading() -> None:
    old = document(["Care of the ropes", f"1. {paragraph(1)}", paragraph(2)])
    new = document(["## Care of the ropes", paragraph(1), f"[box] {paragraph(2)}"])
    pairs = align(old, new)
    assert all(pair.old and pair.new for pair in pairs)


def test_notes_are_aligned_with_notes() -> None:
    old = document([paragraph(1), "(note 1) The charter, page two.", "(note 2) The custom of the island."])
    new = document(
        [paragraph(1), "(note 1) The bell.", "(note 2) The charter, page two.", "(note 3) The custom of the isle."]
    )
    assert became(old, new)["fn-1",] == ("fn-2",)
    assert became(old, new)["fn-2",] == ("fn-3",)


def test_what_is_removed_stands_where_it_stood() -> None:
    old = document(numbered(paragraph(1), paragraph(2), paragraph(3)))
    new = document(numbered(paragraph(1), paragraph(3)))
    assert [(pair.old, pair.new) for pair in align(old, new)] == [
        (("para-1",), ("para-1",)),
        (("para-2",), ()),
        (("para-3",), ("para-2",)),
    ]


def test_the_heaviest_chain_keeps_both_orders() -> None:
    assert heaviest_chain([(0, 2, 5), (1, 0, 3), (2, 1, 3)]) == {(1, 0), (2, 1)}
    assert heaviest_chain([(0, 2, 7), (1, 0, 3), (2, 1, 3)]) == {(0, 2)}
    assert heaviest_chain([(0, 0, 1), (0, 1, 1), (1, 1, 1)]) == {(0, 0), (0, 1), (1, 1)}
    assert heaviest_chain([]) == frozenset()


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9)), max_size=7, unique_by=lambda e: e[:2]
    )
)
def test_no_other_chain_is_heavier(edges: list[tuple[int, int, int]]) -> None:
    kept = heaviest_chain(edges)
    weight = {(old, new): heavy for old, new, heavy in edges}
    ordered = sorted(kept)
    assert all(one[1] <= other[1] for one, other in pairwise(ordered))
    best = max(
        sum(heavy for _, _, heavy in some)
        for size in range(len(edges) + 1)
        for some in combinations(sorted(edges), size)
        if all(one[1] <= other[1] for one, other in pairwise(some))
    )
    assert sum(weight[edge] for edge in kept) == best


texts = st.lists(st.one_of(st.integers(0, 30).map(sentence), st.text(max_size=30)), max_size=3).map(" ".join)
lines = st.lists(
    st.tuples(st.sampled_from(["", "", "1. ", "2. ", "# ", "## ", "[box] ", "(note 1) "]), texts).map("".join),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(lines, lines)
def test_every_provision_has_exactly_one_fate(old_lines: list[str], new_lines: list[str]) -> None:
    old, new = document(old_lines), document(new_lines)
    pairs = align(old, new)
    for document_, anchors in (
        (old, [anchor for pair in pairs for anchor in pair.old]),
        (new, [anchor for pair in pairs for anchor in pair.new]),
    ):
        assert Counter(anchors) == Counter(p.anchor for p in (*document_.provisions, *document_.notes))
    assert all((pair.how == "none") == (not pair.old or not pair.new) for pair in pairs)
    assert pairs == align(old, new)


# --- The real pair -------------------------------------------------------------------------------


def test_labels_name_every_paragraph_once() -> None:
    olds = [int(number) for old, _, _ in labels() for number in old]
    news = [int(number) for _, new, _ in labels() for number in new]
    assert sorted(olds) == list(range(1, 566))
    assert sorted(news) == list(range(1, 563))


@pytest.fixture(scope="module")
def pair() -> tuple[Document, Document]:
    folder = kcsie()
    return read_document(folder / "2024.pdf"), read_document(folder / "2025.pdf")


def numbers(text: Document) -> dict[str, str]:
    return {p.anchor: p.number for p in text.provisions if p.kind == "paragraph" and p.number}


def with_what_follows(text: Document) -> dict[str, str]:
    """The same, unnumbered texts counted to the paragraph that they follow: so a reader of numbers sees them."""
    found: dict[str, str] = {}
    number = None
    for provision in text.provisions:
        number = provision.number if provision.kind == "paragraph" else number if provision.kind == "text" else None
        if number:
            found[provision.anchor] = number
    return found


@pytest.mark.real
def test_paragraphs_are_paired_as_read(pair: tuple[Document, Document]) -> None:
    mine, theirs = map(numbers, pair)
    found = {
        (mine[old], theirs[new])
        for joined in align(*pair)
        for old in joined.old
        for new in joined.new
        if old in mine and new in theirs
    }
    labelled = {(a, b) for olds, news, _ in labels() for a in olds for b in news}
    right = len(found & labelled)
    assert right / len(found) >= 0.99, sorted(found - labelled)
    assert right / len(labelled) >= 0.99, sorted(labelled - found)


@pytest.mark.real
def test_the_four_the_split_and_the_new_one_are_found(pair: tuple[Document, Document]) -> None:
    mine, theirs = map(numbers, pair)
    found = {
        (tuple(mine[a] for a in joined.old if a in mine), tuple(theirs[a] for a in joined.new if a in theirs))
        for joined in align(*pair)
    }
    for olds, news, what in labels():
        if what != "one" and "286" not in olds:
            assert (tuple(sorted(olds, key=int)), tuple(sorted(news, key=int))) in found


@pytest.mark.real
def test_a_list_entry_that_had_been_given_a_number_is_found_in_its_list(pair: tuple[Document, Document]) -> None:
    """2024's 287 was the second entry of the list behind 286; in 2025 that list stands whole behind 285."""
    mine, theirs = map(with_what_follows, pair)
    (joined,) = (one for one in align(*pair) if "para-287" in one.old)
    assert [mine[anchor] for anchor in joined.old] == ["286", "287"]
    assert [theirs[anchor] for anchor in joined.new] == ["285"]
    assert joined.score == 1


@pytest.mark.real
def test_nothing_is_falsely_moved(pair: tuple[Document, Document]) -> None:
    assert not [joined for joined in align(*pair) if joined.moved]


def fates(text: Document, anchors: list[str]) -> bool:
    return Counter(anchors) == Counter(p.anchor for p in (*text.provisions, *text.notes))


@pytest.mark.real
def test_the_changes_lead_from_each_text_to_the_other_exactly(pair: tuple[Document, Document]) -> None:
    for old, new in (pair, pair[::-1]):
        comparison = compare(old, new, ("a", "b"))
        assert apply(old, comparison) == tuple(
            (change.new, joined_text(new, change.new)) for change in comparison.changes if change.new
        )
        assert fates(old, [anchor for change in comparison.changes for anchor in change.old])
        assert fates(new, [anchor for change in comparison.changes for anchor in change.new])


@pytest.mark.real
def test_a_real_text_is_like_itself_and_with_numbers_shifted_only_renumbered(
    pair: tuple[Document, Document],
) -> None:
    def shifted(provision: Provision) -> Provision:
        if provision.kind != "paragraph" or not (provision.number or "").isdigit():
            return provision
        number = str(int(provision.number or "") + 1)
        return structs.replace(provision, number=number, anchor=f"para-{number}")

    text = pair[1]
    assert {(c.kind, c.level) for c in compare(text, text, ("a", "b")).changes} == {("unchanged", "none")}
    other = structs.replace(text, provisions=tuple(map(shifted, text.provisions)))
    found = compare(text, other, ("a", "b")).changes
    assert {c.kind for c in found} == {"unchanged", "renumbered"}
    assert sum(c.kind == "renumbered" for c in found) == len(numbers(text))
    assert not any(c.pieces for c in found)
