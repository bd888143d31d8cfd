"""What changed of the duties between two texts is named, each kind by itself; figures that say something are not
taken for layout."""

from pathlib import Path

import pytest

from guidance.compare.changes import compare
from guidance.document.change_model import Change, DutyChange, Figures
from guidance.link.agencies import Agency, Vocabulary
from guidance.link.duties import find_duties
from small_documents import document

WORDS = Vocabulary(
    (
        Agency("ringers", "Ringers", ("ringers", "ringer")),
        Agency("council", "The tower council", ("tower council", "council")),
        Agency("warden", "Wardens", ("wardens", "warden")),
    )
)
NUMBERS = "links and numbers only"
STRENGTHS = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "strengths.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
BESIDE = (  # duties of every strength that stand beside the one that changes
    "Ringers must sign. Ringers must not climb. Wardens may sing. Wardens should not shout. "
    "Ringers are responsible for the stair. Wardens should bow."
)


def only(old: str, new: str, *, ledger: bool = True) -> Change:
    """The one change between two documents of one paragraph, with a ledger of duties or without."""
    was, now = document(f"1. {old}"), document(f"1. {new}")
    duties = (find_duties(was, WORDS), find_duties(now, WORDS)) if ledger else None
    (change,) = compare(was, now, ("old", "new"), duties).changes
    return change


@pytest.mark.parametrize("ledger", [True, False], ids=["by a ledger", "by words alone"])
@pytest.mark.parametrize(
    ("old", "new", "what", "was", "now"),
    [
        (
            "Ringers must oil the bell within 15 working days of the feast.",
            "Ringers must oil the bell within 10 working days of the feast.",
            "limit", "15 working days", "10 working days",
        ),
        (
            "Ringers must tell the council (e.g. Dr. Smith) within 10 days.",
            "Ringers must tell the council (e.g. Dr. Smith) within 5 days.",
            "limit", "10 days", "5 days",
        ),
        (
            "Ringers must tell the council, as s. 47 Bell Act 1989 asks, within 10 days.",
            "Ringers must tell the council, as s. 47 Bell Act 1989 asks, within 5 days.",
            "limit", "10 days", "5 days",
        ),
        (
            "Ringers must oil the bell within three weeks of the feast.",
            "Ringers must oil the bell within six weeks of the feast.",
            "limit", "three weeks", "six weeks",
        ),
        (
            "The council should walk the tower four times a year with a lamp.",
            "The council should walk the tower twice a year with a lamp.",
            "limit", "four times a year", "twice a year",
        ),
        (
            "Ringers must oil the bell within a week of the feast.",
            "Ringers must oil the bell within a fortnight of the feast.",
            "limit", "a week", "a fortnight",
        ),
        (
            "Ringers must oil the bell within twenty-one days of the feast.",
            "Ringers must oil the bell within twenty-eight days of the feast.",
            "limit", "twenty-one days", "twenty-eight days",
        ),
        (
            "The council should walk the tower once a year with a lamp.",
            "The council should walk the tower quarterly with a lamp.",
            "limit", "once a year", "quarterly",
        ),
        (
            "The council should walk the tower monthly with a lamp.",
            "The council should walk the tower yearly with a lamp.",
            "limit", "monthly", "yearly",
        ),
        (
            "Ringers should hang the rope where visitors can see it.",
            "Ringers must hang the rope where visitors can see it.",
            "strength", "should", "must",
        ),
        (
            "Ringers must not leave the rope on the floor of the tower.",
            "Ringers must leave the rope on the floor of the tower.",
            "strength", "must not", "must",
        ),
        (
            "Ringers may not bring a guest into the upper loft.",
            "Ringers may bring a guest into the upper loft.",
            "strength", "must not", "may",
        ),
        (
            "Ringers cannot lend the key to a guest of theirs.",
            "Ringers can lend the key to a guest of theirs.",
            "strength", "must not", "can",
        ),
        (
            "A visitor need not sign the book at the door.",
            "A visitor must sign the book at the door.",
            "strength", "need not", "must",
        ),
        (
            "No visitor may climb to the bell chamber after dusk.",
            "Any visitor may climb to the bell chamber after dusk.",
            "strength", "must not", "may",
        ),
        (
            "A visitor is required to sign the book at the door.",
            "A visitor is encouraged to sign the book at the door.",
            "strength", "responsibility", "asked",  # as the ledger of duties calls it
        ),
        (
            "The council must keep the ledger of peals in the vestry.",
            "Wardens must keep the ledger of peals in the vestry.",
            "holder", "The council", "Wardens",
        ),
        (
            "The council and the warden must sign the ledger of peals.",
            "The council or the warden must sign the ledger of peals.",
            "holder", "The council and the warden", "The council or the warden",
        ),
        (
            "Ringers must grease the wheel and close the hatch above it.",
            "Ringers must, where possible, grease the wheel and close the hatch above it.",
            "condition", "", "where possible",
        ),
        (
            "Ringers should tell the warden unless the bell is muffled.",
            "Ringers should tell the warden if the bell is muffled.",
            "condition", "unless the bell is muffled.", "if the bell is muffled.",
        ),
        (
            "Ringers should grease the wheel when the warden has seen it.",
            "Ringers should grease the wheel.",
            "condition", "when the warden has seen it", "",
        ),
        (
            "Ringers should tell the warden about each crack in the bell.",
            "Ringers should tell the founder about each crack in the bell.",
            "addressee", "the warden", "the founder",
        ),
        (
            "Ringers must send a copy of the ledger to the council in May.",
            "Ringers must send a copy of the ledger to the bishop in May.",
            "addressee", "the council", "the bishop",
        ),
        (
            "The bishop must be told of each crack in the bell.",
            "The council must be told of each crack in the bell.",
            "addressee", "The bishop", "The council",
        ),
        (
            "The ledger of peals must be kept by the council in the vestry.",
            "The ledger of peals must be kept by wardens in the vestry.",
            "holder", "the council", "wardens",
        ),
        (
            "Ringers and wardens must keep the stair of the tower dry.",
            "Ringers, wardens and visitors must keep the stair of the tower dry.",
            "holder", "Ringers and wardens", "Ringers, wardens and visitors",
        ),
        (
            "Ringers must oil the bell within 10 days of the feast.",
            "Ringers must oil the bell within 10 days of the fair.",
            "limit", "within 10 days of the feast", "within 10 days of the fair",
        ),
        (
            "The council should walk the tower at least twice a year.",
            "The council should walk the tower up to twice a year.",
            "limit", "at least twice a year", "up to twice a year",
        ),
        (
            "Ringers must tell the warden immediately of a crack in the bell.",
            "Ringers must tell the warden within two days of a crack in the bell.",
            "limit", "immediately", "two days",
        ),
        (
            "The council must settle the rota by 31 March in each year.",
            "The council must settle the rota by 30 June in each year.",
            "limit", "by 31 March", "by 30 June",
        ),
        (
            "Ringers should look over the ropes every term with a lamp.",
            "Ringers should look over the ropes every year with a lamp.",
            "limit", "every term", "every year",
        ),
        (
            "Ringers must wear gloves when they oil the bell and must wash after it.",
            "Ringers must wear gloves when they oil the bell, where possible, and must wash after it.",
            "condition", "", "where possible",
        ),
        (
            "Ringers are not required to sign the book before they climb.",
            "Ringers are required to sign the book before they climb.",
            "strength", "need not", "responsibility",
        ),
        (
            "No visitor should climb to the bell chamber after dusk.",
            "A visitor should climb to the bell chamber after dusk.",
            "strength", "should not", "should",
        ),
        (
            "Only the warden may open the hatch above the great bell.",
            "The warden may open the hatch above the great bell.",
            "strength", "only … may", "may",
        ),
        (
            "The warden should hold a key to the bell chamber by day.",
            "The warden should consider holding a key to the bell chamber by day.",
            "strength", "should", "should consider",
        ),
        (
            "The council, with its ringers, must keep the ledger of peals.",
            "Wardens must keep the ledger of peals.",
            "holder", "The council", "Wardens",
        ),
        (
            "Ringers are responsible for the oil of the great bell.",
            "Wardens are responsible for the oil of the great bell.",
            "holder", "Ringers", "Wardens",
        ),
        (
            "It is for the council to choose the tune of the feast.",
            "It is for wardens to choose the tune of the feast.",
            "holder", "the council", "wardens",
        ),
        (
            "Responsibility for the oil of the great bell rests with the council.",
            "Responsibility for the oil of the great bell rests with wardens.",
            "holder", "the council", "wardens",
        ),
        (
            "Ringers must tell the warden before they ring the bell.",
            "Ringers must tell the warden after they ring the bell.",
            "condition", "before they ring", "after they ring",
        ),
        (
            "Ringers should take the key with the leave of the town.",
            "Ringers should take the key without the leave of the town.",
            "condition", "with the leave", "without the leave",
        ),
        (
            "Ringers should only ring the bell at noon.",
            "Ringers should ring the bell at noon.",
            "condition", "only ring the", "ring the",
        ),
        (
            "Ringers who are not trained must stay below the loft.",
            "Ringers who are trained must stay below the loft.",
            "condition", "not trained must", "trained must",
        ),
        (
            "Ringers must write to the parents and the school of it.",
            "Ringers must write to the parents or the school of it.",
            "condition", "and the school", "or the school",
        ),
        (
            "Ringers must write to all parents of the school.",
            "Ringers must write to some parents of the school.",
            "condition", "all parents of", "some parents of",
        ),
        (
            "Wardens must look at every rope in the tower.",
            "Wardens must look at at least one rope in the tower.",
            "condition", "every rope in", "at least one rope in",
        ),
        (
            "With the consent of the town, the council should sell the rope.",
            "The council should sell the rope.",
            "condition", "With the consent of the town", "",
        ),
        (
            "The council should choose the tune in consultation with ringers.",
            "The council should choose the tune.",
            "condition", "in consultation with ringers.", "",
        ),
        (
            "Wardens should write down all that is said.",
            "Wardens should, so far as possible, write down all that is said.",
            "condition", "", "so far as possible",
        ),
        (
            "Ringers should wash their hands before they eat.",
            "Ringers should wash their hands.",
            "condition", "before they eat", "",
        ),
        (
            "Ringers must sign the book before the start of the next working day.",
            "Ringers must sign the book by the end of the next working day.",
            "limit", "before the start of the next working day", "by the end of the next working day",
        ),
        (
            "Ringers must oil the bell within a month, or within two further months.",
            "Ringers must oil the bell within a month, or within one further month.",
            "limit", "two further months", "one further month",
        ),
        (
            "Wardens should walk the tower at noon.",
            "Wardens could walk the tower at noon.",
            "strength", "should", "could",
        ),
        (
            "The council must consult the ringers, the warden and the town.",
            "The council must consult the ringers and the warden.",
            "addressee", "the ringers, the warden and the town", "the ringers and the warden",
        ),
        (
            "Wardens must not show the ledger without the consent of the town.",
            "Wardens must not show the ledger.",
            "condition", "without the consent of the town", "",
        ),
        (
            "The warden should write to the ringers, the council and the town.",
            "The warden should write to the ringers and the council.",
            "addressee", "the ringers, the council and the town", "the ringers and the council",
        ),
        (
            "A bell warden or a tower warden should walk the tower at noon.",
            "A bell warden should walk the tower at noon.",
            "holder", "A bell warden or a tower warden", "A bell warden",
        ),
        (
            "Wardens must show the ledger of peals on request.",
            "Wardens must show the ledger of peals.",
            "condition", "on request", "",
        ),
        (
            "Ringers under 16 must bring a parent to the upper loft.",
            "Ringers under 18 must bring a parent to the upper loft.",
            "holder", "Ringers under 16", "Ringers under 18",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_changed_duty_is_named(
    old: str, new: str, what: str, was: str, now: str, ledger: bool
) -> None:
    change = only(old, new, ledger=ledger)
    assert change.level == "duty changed"
    (named,) = change.duties
    assert (named.what, named.old.rstrip("."), named.new.rstrip(".")) == (what, was.rstrip("."), now.rstrip("."))


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        ("The rope must be greased by the ringers.", "The rope must be greased.", "the ringers", ""),
        ("The rope must be greased.", "The rope must be greased by wardens.", "", "wardens"),
        ("The rope must be greased by noon.", "The rope must be greased.", None, None),
        ("The rope must be greased by hand.", "The rope must be greased.", None, None),
        ("The peal should be led by the wishes of the town.", "The peal should be led.", None, None),
    ],
)  # fmt: skip
def test_by_whom_it_is_to_be_done_comes_or_goes(old: str, new: str, was: str | None, now: str | None) -> None:
    told = tuple(DutyChange("holder", was, now) for _ in range(1) if was is not None and now is not None)
    assert only(old, new).duties == told


def test_without_a_ledger_not_only_is_no_prohibition() -> None:
    said = "Ringers should ask the warden and write it down."
    change = only(said, "Ringers should not only ask the warden but write it down.", ledger=False)
    assert (change.level, change.duties) == ("reworded", ())


def test_strengths_that_change_places_between_sentences_are_two_changes() -> None:
    change = only(
        "Ringers should oil the bell each week. The council must pay for the oil of the bell.",
        "Ringers must oil the bell each week. The council should pay for the oil of the bell.",
    )
    assert change.level == "duty changed"
    assert change.duties == (
        DutyChange("strength", "should", "must"),
        DutyChange("strength", "must", "should"),
    )


def test_a_duty_that_came_or_went_is_told_whole() -> None:
    kept = "The tower stands on the north side of the green and is open at noon."
    duty = "Wardens must count the visitors."
    came, went = only(kept, f"{kept} {duty}"), only(f"{kept} {duty}", kept)
    assert came.duties == (DutyChange("added", "", duty),)
    assert went.duties == (DutyChange("removed", duty, ""),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ringers should ask the warden and write it down.",
         "Ringers should not only ask the warden but write it down."),
        ("Ringers must oil the old bell every week.", "Ringers must oil the great bell every week."),
        ("Ringers must oil the bell within 10 days.", "Ringers must oil the bell within ten days."),
        ("The warden can often be met at the gate by day.", "The warden is often to be met at the gate by day."),
        ("Ringers must oil the bell, which must hang free.", "Ringers must oil the bell, and it must hang free."),
        ("Ringers must tell the warden (see paragraph 4).", "Ringers must tell the warden (see paragraph 9)."),
        ("Ringers must let the talk inform their work.", "Ringers must let the talk inform new decisions."),
        ("Ringers must oil it within one year.", "Ringers must oil it within 12 months."),
        ("Ringers must oil it at least once every year.", "Ringers must oil it at least annually."),
        ("Where a bell is old, ringers must oil it.", "When a bell is old, ringers must oil it."),
        ("Ringers should ask if a child says that he or she is ill.",
         "Ringers should ask if a child says that they are ill."),
        ("Ringers should oil the bell and they should ring it.", "Ringers should oil the bell and ring it."),
        ("It is the council’s duty to oil the bell.", "The council has a duty to oil the bell."),
        ("Ringers should oil: / the bell / its wheel", "Ringers should oil the bell and its wheel."),
        ("Ringers must oil it within 14 days.", "Ringers must oil it within two weeks."),
        ("Ringers must oil it within a fortnight.", "Ringers must oil it within two weeks."),
        ("The council is responsible for the stair.", "The council has responsibility for the stair."),
        ("The ledger of peals must be sent to the town by the council within ten days of the feast.",
         "Within ten days of the feast the council must send the ledger of peals to the town."),
        ("Ringers must oil it; wardens should look at it.", "Ringers must oil it. Wardens should look at it."),
        ("Ringers must oil the great bell each week and must grease the wheel above it.",
         "Ringers must oil the great bell each week. They must grease the wheel above it."),
        ("Ringers must oil the great bell each week. They must grease the wheel above it.",
         "Ringers must oil the great bell each week and must grease the wheel above it."),
        ("Ringers should ask the warden before the feast.", "Ringers should ask the warden before each feast."),
        ("Wardens must look at all ropes in the tower.", "Wardens must look at every rope in the tower."),
        ("Ringers should oil the bell within five days of the feast and every six weeks after it.",
         "Within five days of the feast, and every six weeks after it, ringers should oil the bell."),
        ("Ringers must oil it within a week.", "Ringers must oil it within one week."),
        ("Ringers must oil it within twenty-eight days.", "Ringers must oil it within 28 days."),
        ("Ringers must oil it annually.", "Ringers must oil it once a year."),
        ("Ringers must oil it every month.", "Ringers must oil it monthly."),
        ("Ringers must oil it quarterly.", "Ringers must oil it four times a year."),
        ("Ringers must oil the bell and grease the wheel above it.",
         "Ringers must oil the bell and grease the wheel above it, which was cast in the year of the great frost."),
        ("The great bell must be oiled each week.", "The old bells must be oiled each week."),
        ("The council must ask ringers to sing.", "The council must ask the ringers to sing."),
    ],
)  # fmt: skip
def test_other_words_change_no_duty(old: str, new: str) -> None:
    change = only(old, new)
    assert change.duties == ()
    assert change.level != "duty changed"


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        ("A child is anybody under the age of 16 here.", "A child is anybody under the age of 18 here.",
         "under the age of 16", "under the age of 18"),
        ("The fee for the tower is £5,000 in each year.", "The fee for the tower is £50,000 in each year.",
         "£5,000", "£50,000"),
        ("It is kept until a ringer’s 18th birthday.", "It is kept until a ringer’s 25th birthday.",
         "18th birthday", "25th birthday"),
        ("Half of it, or 50%, goes to the poor of the town.", "Half of it, or 60%, goes to the poor of the town.",
         "50%", "60%"),
        ("The peal takes three hours on a feast.", "The peal takes four hours on a feast.",
         "three hours", "four hours"),
        ("The loft is open from 9am on feasts.", "The loft is open from 11 am on feasts.", "9am", "11 am"),
        ("The rope is kept until the ringer is 25.", "The rope is kept until the ringer is 21.", "25", "21"),
        ("Up to 10% of bells may be old.", "Up to 20% of bells may be old.", "Up to 10%", "Up to 20%"),
        ("The tower has 12 bells and a long stair.", "The tower has 10 bells and a long stair.",
         "12 bells", "10 bells"),
    ],
)  # fmt: skip
def test_figures_outside_duties_are_named_and_are_no_layout(old: str, new: str, was: str, now: str) -> None:
    change = only(old, new)
    assert change.figures == (Figures(was, now),)
    assert change.level == "reworded"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rule 4(a) holds for the old bells.", "Rule 4(b) holds for the old bells."),
        ("The list is in paragraph 12(a) of it.", "The list is in paragraph 12(b) of it."),
        ("Section 17(10)(a) of the Towers Act holds.", "Section 17(10)(b) of the Towers Act holds."),
    ],
)
def test_another_letter_of_a_place_is_no_layout(old: str, new: str) -> None:
    assert only(old, new).level == "reworded"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The gate opens at 9am on feasts.", "The gate opens at 9 am on feasts."),
        ("The plan is on page 12 of the almanac.", "The plan is on page 14 of the almanac."),
        ("Read https://bells.example/2011 first.", "Read https://bells.example/2012 first."),
        ("The list (accessed on 3 May 2011) is long.", "The list (accessed on 9 June 2012) is long."),
        ("Lids are heavy; they creak.", "Lids are heavy, they creak."),
    ],
)  # fmt: skip
def test_what_says_nothing_stays_at_the_lowest_level(old: str, new: str) -> None:
    change = only(old, new)
    assert (change.level, change.duties, change.figures) == (NUMBERS, (), ())


def test_a_section_of_an_act_is_no_number_that_follows_a_renumbering() -> None:
    change = only("Section 47 of the Bells Act 1911 says when.", "Section 17 of the Bells Act 1911 says when.")
    assert change.level == "reworded"


@pytest.mark.parametrize(("old", "new", "was", "now"), STRENGTHS)
def test_strengths_are_those_of_the_ledger_whatever_stands_beside(old: str, new: str, was: str, now: str) -> None:
    change = only(f"{old} {BESIDE}", f"{new} {BESIDE}")
    assert change.duties == ((DutyChange("strength", was, now),) if was else ())
    assert (change.level == "duty changed") is bool(was)
