"""The law since: it covers what is known, says from when and how surely, and is found by place, role and day."""

import datetime
from pathlib import Path

import pytest
from msgspec import structs

from guidance.document.anchors import read_permalinks
from guidance.document.change_model import Crosswalk, Lineage
from guidance.document.law import Law, LawSince, TouchedProvisions, law_events, read_law
from guidance.document.model import GuidanceError, read_toml
from guidance.document.register import Edition, Publication, read_register

ROOT = Path(__file__).parents[2]
PUBLICATION = read_register(ROOT / "versions")
LAW = read_law(ROOT / "versions", PUBLICATION)
BY_ID = {law.id: law for law in LAW.law}
BASE = Law("1A", "duty to wave", "Waving Act 2030", "Keepers must wave.", "A", "keepers", passed="2030-01-01")


@pytest.mark.parametrize(
    ("law", "act", "section", "source", "duty", "says"),
    [
        (
            "16LA",
            "Children's Wellbeing and Schools Act 2026",
            "4",
            "section 16LA of the Children Act 2004",
            True,
            "",
        ),
        (
            "31ZA",
            "Children's Wellbeing and Schools Act 2026",
            "1",
            "section 31ZA of the Children Act 1989",
            True,
            "",
        ),
        (
            "16E",
            "Children's Wellbeing and Schools Act 2026",
            "2",
            "section 16E of the Children Act 2004",
            False,
            "",
        ),
        ("16EA", "Children's Wellbeing and Schools Act 2026", "3", "late 2027", True, ""),
        ("16LC", "Children's Wellbeing and Schools Act 2026", "4", "16LD", False, "identifier"),
        ("report-sexual-abuse", "Crime and Policing Act 2026", None, "not seen the section", True, "sexual abuse"),
        ("kcsie-2026", "Keeping children safe in education, the 2026 edition", None, "1 September 2026", False, ""),
        ("information-sharing-guidance", "Information sharing guidance", None, "general knowledge", False, ""),
    ],
)
def test_the_register_has_every_law_of_the_facts(
    law: str, act: str, section: str | None, source: str, duty: bool, says: str
) -> None:
    one = BY_ID[law]
    assert (one.act, one.section, one.duty) == (act, section, duty)
    text = LAW.notice(one).text
    assert source in text
    assert says in text


def test_what_it_names_is_there() -> None:
    anchors = {
        edition.id: {entry.anchor for entry in read_permalinks(ROOT / "versions" / edition.id / "permalinks.tsv")}
        for edition in PUBLICATION.editions
    }
    known = read_toml(ROOT / "versions" / "agencies.toml", dict)
    agencies = {entry["id"] for entry in known["agency"]}
    for law in LAW.law:
        assert not [a for one in law.provisions for a in one.anchors if a not in anchors[one.edition]], law.id
        assert not [role for role in law.roles if not (ROOT / "docs" / "roles" / f"{role}.md").is_file()], law.id
        assert set(law.agencies) <= agencies, law.id
        assert law.anchors("2023"), law.id


@pytest.mark.parametrize(
    ("fields", "says", "states"),
    [
        ({"start": "2030-06-01", "start_basis": "A"}, "It applies from 1 June 2030.", ["not in force", "in force"]),
        (
            {"start": "2030-06-01", "start_basis": "A-"},
            "quotes official words",
            ["not in force", "reported in force"],
        ),
        (
            {"start": "2030-06-01", "start_basis": "B"},
            "is reported to apply",
            ["not in force", "reported in force"],
        ),
        ({"start": "2030-06-01", "start_basis": "C"}, "general knowledge, and we have not confirmed", ["?", "?"]),
        ({"by_regulations": True}, "comes into force by regulations. We have not seen the day.", ["?", "?"]),
        ({"by_regulations": True, "expected": "Late 2031 is reported."}, "day. Late 2031 is reported.", ["?", "?"]),
        ({}, "We have not seen when it comes into force.", ["?", "?"]),
    ],
)
def test_from_when_it_applies_is_said_as_well_as_it_is_known(
    fields: dict[str, str], says: str, states: list[str]
) -> None:
    law = structs.replace(BASE, **fields)
    assert says in LawSince("2029", (law,)).notice(law).text
    unsure = "not known whether in force"
    assert law.state(datetime.date(2029, 12, 31)) == "not in force"
    assert [law.state(datetime.date(2030, month, 1)) for month in (5, 6)] == [
        s.replace("?", unsure) for s in states
    ]


@pytest.mark.parametrize(
    ("day", "ids"),
    [
        ("2026-04-28", set()),
        ("2026-04-29", {"16LA", "16LC", "31ZA", "16E", "16EA", "report-sexual-abuse", "children-not-in-school"}),
        ("2026-09-01", {"kcsie-2026"}),
        ("2026-09-10", {"information-sharing-guidance"}),
    ],
)
def test_on_a_day_there_is_the_law_passed_by_then(day: str, ids: set[str]) -> None:
    on = datetime.date.fromisoformat(day)
    now = {law.id for law, _ in LAW.on_day(PUBLICATION.edition("2026"), on)}
    before = {law.id for law, _ in LAW.on_day(PUBLICATION.edition("2026"), on - datetime.timedelta(days=1))}
    assert now - before == ids


def test_of_places_asked_for_their_own_law_is_told_and_of_others_all() -> None:
    edition, day = PUBLICATION.edition("2026"), datetime.date(2026, 11, 30)
    asked = LAW.on_day(edition, day, [("2023", "para-184")])
    assert [(law.id, state) for law, state in asked] == [("31ZA", "not known whether in force")]
    assert len(LAW.on_day(edition, day, [("2023", "para-400")])) == len(LAW.on_day(edition, day)) > 5


def test_it_is_found_by_place_role_and_page_and_follows_the_text_into_another_edition() -> None:
    assert "16LA" in [law.id for law in LAW.at("2023", "para-31")]
    assert "16LA" not in [law.id for law in LAW.at("2018", "para-31")]
    assert "16LA" in [law.id for law in LAW.for_agency("police")]
    assert ("You can share.", "16LA") in [
        (at, law.id) for at, law in LAW.on_page("partnerships/summary-template.md")
    ]
    law = structs.replace(BASE, provisions=(TouchedProvisions("2029", ("para-1",)),))
    lineage = Lineage("x", {"2029": ("para-1",), "2031": ("para-7",)})
    nodes = {("2029", "para-1"): 0, ("2031", "para-7"): 0}
    crosswalk = Crosswalk(("2029", "2031"), (lineage,), {}, nodes)
    since = LawSince("2029", (law,))
    assert since.at("2031", "para-7", crosswalk) == since.at("2029", "para-1") == (law,)
    assert since.at("2031", "para-1", crosswalk) == since.at("2031", "para-7") == ()


def test_edition_json_and_feeds_have_it() -> None:
    record = {str(one["id"]): one for one in LAW.records(PUBLICATION.edition("2023"))}["16LA"]
    assert isinstance(record["anchors"], list)
    assert "para-31" in record["anchors"]
    assert (record["start"], record["start_basis"], record["basis"]) == ("2026-09-30", "B", "A")
    assert [one["id"] for one in LAW.records(PUBLICATION.edition("2018"))] == list(BY_ID)
    told = [event for law in LAW.law for event in law_events(law)]
    events = {event.key: event for event in told}
    assert events["law/16LA/start"].title == "Duty to share information: reported to apply from 30 September 2026"
    assert events["law/information-sharing-guidance/start"].title.endswith("said to apply from 10 September 2026")
    assert len(events) == len(told)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('since = "1999"\n[[law]]\nid = "a"\n', "missing required field"),
        ('since = "1066"\n[[law]]\n', "has no edition 1066"),
        ("[[law]]\n", "`since` is missing"),
        ('since = "2029"\n[[law]]\nduty = true\n', "say under `doing`"),
        ('since = "2029"\n[[law]]\n[[law.provisions]]\nedition = "2"\nanchors = []\n', "no edition 2"),
        ('since = "2029"\n[[law]]\n[[law]]\n', "1A stands twice"),
        ('since = "2029"\n[[law]]\npages = [{ path = "../x.md" }]\n', "pages[0].path"),
    ],
)
def test_a_bad_file_gives_one_line(tmp_path: Path, text: str, says: str) -> None:
    needed = 'id = "1A"\ntopic = "t"\nact = "A"\nsays = "S."\nbasis = "A"\nbinds = "b"\n'
    whole = text if 'id = "a"' in text else text.replace("[[law]]\n", f"[[law]]\n{needed}")
    (tmp_path / "law.toml").write_text(whole, encoding="utf-8")
    publication = Publication("T", "T", "P", (Edition("2029", "T", "2029"),))
    with pytest.raises(GuidanceError) as caught:
        read_law(tmp_path, publication)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_publication_without_the_file_has_none(tmp_path: Path) -> None:
    assert read_law(tmp_path, PUBLICATION).law == ()
