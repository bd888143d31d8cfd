"""A term that another one took the place of throughout is told once, and what changed in nothing else is neither
reworded nor a changed duty."""

import re

import pytest

from guidance.compare.changes import compare
from guidance.document.change_model import Comparison
from guidance.link.agencies import Agency, Vocabulary
from guidance.link.duties import find_duties
from made_again import apply, joined_text
from small_documents import document, paragraph

WORDS = Vocabulary((Agency("keepers", "Keepers", ("keeper", "warden")),))
SAID = [
    "Keepers should trim the lamp of the north tower at dusk.",
    "The grease is counted by a keeper at noon, and by the keeper's mate at night.",
    "Each keeper must sign the slate before the ferry leaves.",
    "What keepers’ families eat is paid for by the island.",
    "A lamp that smokes is cleaned by its keeper with sand.",
]
KEPT = "The keeper of seals walks the beach in May."  # where the old term stays


def compared(old: list[str], new: list[str], *, ledger: bool = False) -> Comparison:
    before, after = (document([f"{at}. {said}" for at, said in enumerate(side, 1)]) for side in (old, new))
    duties = (find_duties(before, WORDS), find_duties(after, WORDS)) if ledger else None
    comparison = compare(before, after, ("old", "new"), duties)
    made = apply(before, comparison)
    assert made == tuple((anchors, joined_text(after, anchors)) for anchors, _ in made)
    return comparison


def replaced(said: str, new: str = "warden") -> str:
    said = re.sub(r"\bkeeper", new, said)
    return re.sub(r"\bKeeper", new.capitalize(), said)


@pytest.mark.parametrize("ledger", [True, False], ids=["by a ledger", "by words alone"])
def test_a_term_replaced_throughout_is_told_once(ledger: bool) -> None:
    found = compared([*SAID, KEPT], [*map(replaced, SAID), KEPT], ledger=ledger)
    assert [(term.old, term.new, term.count) for term in found.terms] == [("keeper", "warden", 6)]
    assert [(change.kind, change.level) for change in found.changes] == [
        *[("term replaced", "term replaced")] * len(SAID),
        ("unchanged", "none"),
    ]
    assert {change.terms for change in found.changes[: len(SAID)]} == {("keeper → warden",)}
    assert not [change for change in found.changes if change.duties]


def test_an_article_that_follows_a_new_term_is_no_change() -> None:
    found = compared(SAID, [re.sub(r"\ba officer", "an officer", replaced(said, "officer")) for said in SAID])
    assert {change.level for change in found.changes} == {"term replaced"}


def test_what_changed_besides_a_term_is_judged_by_itself() -> None:
    new = [*map(replaced, SAID)]
    new[0] = new[0].replace("should", "must")
    new[1] = new[1].replace("counted by", "locked away by")
    found = compared(SAID, new)
    assert [change.level for change in found.changes[:3]] == ["duty changed", "reworded", "term replaced"]
    assert [(one.what, one.old, one.new) for one in found.changes[0].duties] == [("strength", "should", "must")]


def test_a_paragraph_that_keeps_one_and_replaces_another_has_its_term_replaced() -> None:
    both = f"{SAID[0]} {KEPT}"
    found = compared([both, *SAID[1:]], [f"{replaced(SAID[0])} {KEPT}", *map(replaced, SAID[1:])])
    assert found.changes[0].level == "term replaced"


def test_a_word_replaced_here_and_there_is_no_term() -> None:
    found = compared(SAID, [*map(replaced, SAID[:2]), *SAID[2:]])
    assert found.terms == ()
    assert found.changes[0].level != "term replaced"


@pytest.mark.parametrize(
    ("old", "new"), [("should", "must"), ("in 3 days", "in 4 days"), ("unless", "if"), ("and", "or"), ("not ", "")]
)
def test_what_says_something_is_no_term(old: str, new: str) -> None:
    said = [f"{paragraph(at, 1)[:-1]} and keepers should not sing in 3 days unless it rains." for at in range(8)]
    found = compared(said, [one.replace(old, new) for one in said])
    assert found.terms == ()
    assert "term replaced" not in {change.level for change in found.changes}


def test_of_two_terms_each_is_told_and_what_holds_both_is_no_third() -> None:
    def other(said: str) -> str:
        return replaced(said).replace("lamp", "lantern").replace("grease", "wax")

    alone = [f"{paragraph(at, 1)} A lamp needs grease." for at in range(9, 13)]
    said = [
        *SAID,
        *alone,
        *(f"{paragraph(at, 1)} The keeper lamp and the keeper grease are old." for at in range(6)),
    ]
    found = compared(said, [*map(other, said)])
    assert {term.name for term in found.terms} == {"keeper → warden", "lamp → lantern", "grease → wax"}
    assert {change.level for change in found.changes} == {"term replaced"}


def test_a_sentence_that_moved_with_a_term_replaced_is_moved() -> None:
    texts = [paragraph(at) for at in range(9)]
    went = "The keeper who sleeps by day is woken by the bell and has soup."
    old = [*SAID, *texts[:4], f"{texts[4]} {went}", *texts[5:]]
    new = [*map(replaced, SAID), texts[0], f"{texts[1]} {replaced(went)}", *texts[2:]]
    pieces = [piece for change in compared(old, new).changes for piece in change.pieces]
    assert {piece.place for piece in pieces if piece.kind == "moved here"} == {"para-10"}
    assert {piece.place for piece in pieces if piece.kind == "moved away"} == {"para-7"}
