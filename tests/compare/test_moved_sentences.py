"""Sentences that moved from one paragraph to another are found, also when a term in them was replaced or a word
changed on the way; and nothing is called moved that was only reworded where it stood."""

import re
from collections.abc import Callable

import pytest

from guidance.compare.changes import compare
from guidance.compare.moves import find_alike
from guidance.document.change_model import Comparison
from guidance.document.model import Document
from made_again import apply, joined_text
from small_documents import document, paragraph, sentence

COUNT = 30
VERBS = ("records", "inspects", "repairs", "counts", "paints", "forgets")


def term_replaced(words: str) -> str:
    """Another verb throughout: what a publisher does with a term."""
    return re.sub(rf"\b(?:{'|'.join(VERBS)})\b", "looks after", words, count=1)


def word_changed(words: str) -> str:
    """One word in the middle changed."""
    parts = words.split()
    parts[len(parts) // 2] = "lately"
    return " ".join(parts)


def two_documents(rewrite: Callable[[str], str] = str) -> tuple[Document, Document, dict[str, str]]:
    """Thirty paragraphs, of each of which one sentence went to the paragraph fifteen places on, rewritten; and the
    sentences by what became of them."""
    became = {sentence(700 + at): rewrite(sentence(700 + at)) for at in range(COUNT)}
    old = [f"{at + 1}. {paragraph(at)} {went}" for at, went in enumerate(became)]
    arrived = list(became.values())
    new = [f"{at + 1}. {paragraph(at)} {arrived[at - COUNT // 2]}" for at in range(COUNT)]
    return document(old), document(new), became


def moved(comparison: Comparison) -> tuple[int, int]:
    """How many sentences the comparison says went away, and how many came."""
    away = sum(any(p.kind == "moved away" for p in change.pieces) for change in comparison.changes)
    return away, sum(any(p.kind == "moved here" for p in change.pieces) for change in comparison.changes)


@pytest.mark.parametrize(
    ("rewrite", "least"), [(str, 30), (term_replaced, 27), (word_changed, 25)], ids=["exact", "a term", "a word"]
)
def test_sentences_that_moved_are_found(rewrite: Callable[[str], str], least: int) -> None:
    old, new, _ = two_documents(rewrite)
    comparison = compare(old, new, ("old", "new"))
    away, here = moved(comparison)
    assert away == here
    assert away >= least
    made = apply(old, comparison)
    assert made == tuple((anchors, joined_text(new, anchors)) for anchors, _ in made)


def test_the_words_that_changed_on_the_way_are_shown() -> None:
    kept = [paragraph(at) for at in range(4)]
    went = "The keeper of the north lamp trims its wick at dusk and tells the harbour of every ship."
    came = "The warden of the north lamp trims its wick at dusk and tells the harbour of every ship."
    old = document([f"1. {kept[0]} {went}", f"2. {kept[1]}"])
    new = document([f"1. {kept[0]}", f"2. {kept[1]} {came}"])
    first, second = compare(old, new, ("old", "new")).changes
    assert [(p.kind, p.text) for p in first.pieces if p.kind == "deleted"][-1] == ("deleted", "keeper")
    assert ("inserted", "warden") in [(p.kind, p.text) for p in second.pieces]
    assert {p.place for p in second.pieces if p.kind == "moved here"} == {"para-1"}


def test_a_duty_that_moved_and_changed_is_a_changed_duty() -> None:
    kept = [paragraph(at) for at in range(4)]
    went = "The keeper of the north lamp should trim its wick at dusk and tell the harbour of every ship."
    old = document([f"1. {kept[0]} {went}", f"2. {kept[1]}"])
    new = document([f"1. {kept[0]}", f"2. {kept[1]} {went.replace('should', 'must')}"])
    _, second = compare(old, new, ("old", "new")).changes
    assert second.level == "duty changed"
    assert [(one.what, one.old, one.new) for one in second.duties] == [("strength", "should", "must")]


def test_what_was_reworded_where_it_stood_did_not_move() -> None:
    lines = [f"{at + 1}. {paragraph(at)} {sentence(700 + at)}" for at in range(COUNT)]
    new = [line.replace(sentence(700 + at), word_changed(sentence(700 + at))) for at, line in enumerate(lines)]
    assert moved(compare(document(lines), document(new), ("old", "new"))) == (0, 0)


def test_of_two_likenesses_none_is_taken() -> None:
    one = "The keeper of the north lamp trims its wick at dusk and tells the harbour of every ship."
    twins = [one.replace("north", "south"), one.replace("north", "east")]
    assert find_alike([one], twins) == []
    assert find_alike([one], twins[:1]) == [(0, 0)]
    assert find_alike(["Seven words are by far too few."], ["Seven words are by far too many."]) == []
