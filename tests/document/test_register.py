"""The register: it reads, it says what stood on a day, and a bad one gives one clear line."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication, last_day, read_register

ROOT = Path(__file__).parents[2]

HEAD = 'title = "T"\nshort = "T"\npublisher = "P"\n'
FIRST = '[[editions]]\nid = "2001"\ntitle = "T"\npublished = "2001"\nended = "2005-06"\n'
SECOND = '[[editions]]\nid = "2005"\ntitle = "T"\npublished = "2005-06"\n'
REVISION = '[[editions.revisions]]\nid = "a"\ndate = "2005"\nwhat = ""\nurl = "https://a.org/x.pdf"\n'


def register(folder: Path, text: str) -> Path:
    (folder / "editions.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_publication_has_its_eight_editions_and_2026_is_in_force() -> None:
    publication = read_register(ROOT / "versions")
    assert [e.id for e in publication.editions] == ["1999", "2006", "2010", "2013", "2015", "2018", "2023", "2026"]
    assert publication.in_force.id == "2026"
    assert publication.edition("2023").ended == "2026-03-18"
    assert publication.docs is not None
    assert (ROOT / "versions" / publication.docs).resolve() == ROOT / "docs"


def test_an_edition_ends_on_the_day_its_successor_takes_over() -> None:
    publication = read_register(ROOT / "versions")
    for edition in publication.editions[:-1]:
        successor = publication.successor(edition)
        assert successor is not None
        assert edition.ended == (successor.in_force or successor.published)
    assert publication.successor(publication.in_force) is None


@pytest.mark.parametrize(
    ("on", "edition", "revision"),
    [
        ("1998-12-31", None, None),
        ("2004-01-01", "1999", None),
        ("2010-01-05", "2006", "2009-12"),
        ("2010-09-30", "2010", "2010-03-17"),
        ("2010-10-01", "2010", "2010-10"),
        ("2013-03-25", "2010", "2010-10"),  # the 2013 edition was out, and not yet in force
        ("2013-04-01", "2013", None),
        ("2017-02-15", "2015", "2015-03-26"),
        ("2017-02-16", "2015", "2017-02"),
        ("2019-01-15", "2018", "2018-07-04"),
        ("2019-02-28", "2018", "2019-02"),
        ("2020-12-08", "2018", "2019-02"),
        ("2020-12-09", "2018", "2020-12"),
        ("2018-07-03", "2015", "2017-02"),
        ("2018-07-04", "2018", "2018-07-04"),
        ("2024-02-22", "2023", "2023-12-15"),
        ("2024-02-23", "2023", "2024-02"),
        ("2026-03-17", "2023", "2025-06"),
        ("2026-03-18", "2026", None),
        ("2026-05-06", "2026", "2026-05-06"),
    ],
)
def test_what_stood_on_a_day(on: str, edition: str | None, revision: str | None) -> None:
    stood = read_register(ROOT / "versions").as_it_stood(datetime.date.fromisoformat(on))
    if stood is None:
        assert edition is None
    else:
        assert (stood.edition.id, stood.revision.id if stood.revision else None) == (edition, revision)


@pytest.mark.parametrize(
    ("on", "doubts"),
    [
        ("2019-01-15", []),
        ("2019-02-01", ["on which day in 2019-02 revision 2019-02"]),
        ("2019-02-28", ["on which day in 2019-02 revision 2019-02"]),
        ("2019-03-01", []),
        ("2022-12-31", ["on which day in 2022 revision 2022"]),
        ("2013-04-30", ["from which day in 2013-04 the edition of 2013", "which file stood then"]),
        ("2013-05-01", ["which file stood then"]),
        ("2026-03-18", ["which file stood then"]),
        ("2026-03-19", []),
    ],
)
def test_what_is_not_sure_of_a_day_is_said(on: str, doubts: list[str]) -> None:
    stood = read_register(ROOT / "versions").as_it_stood(datetime.date.fromisoformat(on))
    assert stood
    assert len(stood.doubts) == len(doubts)
    assert all(said.startswith(doubt) for said, doubt in zip(stood.doubts, doubts, strict=True))


def test_a_revision_without_a_date_is_a_doubt_and_never_an_answer(tmp_path: Path) -> None:
    undated = f'{REVISION}[[editions.revisions]]\nid = "b"\nwhat = "y"\n'
    stood = read_register(register(tmp_path, HEAD + FIRST + SECOND + undated)).as_it_stood(
        datetime.date(2007, 1, 1)
    )
    assert stood
    assert stood.revision
    assert stood.revision.id == "a"
    assert stood.doubts == ("when revision b was issued is not known",)


@given(st.dates(datetime.date(1999, 1, 1), datetime.date(2030, 1, 1)))
def test_the_answer_for_a_later_day_is_never_an_earlier_edition(day: datetime.date) -> None:
    publication = read_register(ROOT / "versions")
    stood, after = publication.as_it_stood(day), publication.as_it_stood(day + datetime.timedelta(days=1))
    assert stood
    assert after
    assert publication.editions.index(stood.edition) <= publication.editions.index(after.edition)
    assert stood.revision is None or stood.revision in stood.edition.revisions
    assert not stood.edition.ended or stood.edition.ended >= day.isoformat()[: len(stood.edition.ended)]


@pytest.mark.parametrize(
    ("date", "last"),
    [("2019", "2019-12-31"), ("2019-02", "2019-02-28"), ("2020-02", "2020-02-29"), ("2019-02-03", "2019-02-03")],
)
def test_the_last_day_that_a_date_can_mean(date: str, last: str) -> None:
    assert last_day(date) == last


def test_what_is_not_known_is_said_and_not_filled_in() -> None:
    publication = read_register(ROOT / "versions")
    for edition in publication.editions:
        known = [d for d in edition.documents if d.pages]
        assert known or any("pages" in line for line in edition.unknown), edition.id
        files = [r for r in edition.revisions if r.url]
        assert files or any("address" in line for line in edition.unknown), edition.id


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no register here"),
        ("title = ", "Invalid value"),
        (HEAD, "missing required field `editions`"),
        (HEAD + "editions = []", "one must be in force"),
        (HEAD + FIRST, "every edition has ended"),
        (HEAD + SECOND + FIRST, "oldest first"),
        (HEAD + FIRST + SECOND.replace('"2005"', '"2001"'), "an id stands twice"),
        (HEAD + SECOND + "colour = 1\n", "colour"),
        (HEAD + SECOND.replace("2005-06", "June 2005"), "$.editions[0].published"),
        (HEAD + SECOND.replace("2005-06", "2005-13"), "$.editions[0].published"),
        (HEAD + SECOND.replace('"2005"', '"../x"'), "$.editions[0].id"),
        ('hosts = ["b.org"]\n' + HEAD + SECOND + REVISION, "stands on none of the official"),
        (HEAD + SECOND + REVISION + REVISION.replace('"a"', '"b"').replace("2005", "2004"), "oldest first"),
        (HEAD + SECOND + '[[editions.links]]\ntitle = "L"\nurl = "javascript:1"\n', "links[0].url"),
        (HEAD + SECOND + '[[editions.revisions]]\nid = "a"\ndate = "2005"\nwhat = ""\nsha256 = "x"\n', "sha256"),
    ],
)
def test_a_bad_register_gives_one_line_that_names_the_file(tmp_path: Path, text: str | None, says: str) -> None:
    folder = tmp_path if text is None else register(tmp_path, text)
    with pytest.raises(GuidanceError) as caught:
        read_register(folder)
    message = str(caught.value)
    assert says in message
    assert str(tmp_path / "editions.toml") in message
    assert "\n" not in message


# --- Standing ------------------------------------------------------------------------------------------


def three(*ended: str | None) -> Publication:
    """Three editions, of 1999, of April 2006 and of 18 March 2026, with what the register says of their ends."""
    begun = ("1999", "2006-04", "2026-03-18")
    editions = tuple(Edition(day[:4], f"Of {day}", day, ended=end) for day, end in zip(begun, ended, strict=True))
    return Publication("Keeping boats", "KB", "A made-up office", editions)


@pytest.mark.parametrize(
    ("ended", "phrases"),
    [
        (
            ("2006-04", "2026-03-18", None),
            ["superseded in April 2006", "superseded on 18 March 2026", "in force"],
        ),
        ((None, None, None), ["superseded in April 2006", "superseded on 18 March 2026", "in force"]),
        (("2005", None, None), ["superseded in 2005", "superseded on 18 March 2026", "in force"]),
    ],
)
def test_each_situation_has_one_phrase(ended: tuple[str | None, ...], phrases: list[str]) -> None:
    publication = three(*ended)
    assert [publication.standing(edition).phrase for edition in publication.editions] == phrases


@pytest.mark.parametrize(
    ("day", "states"),
    [
        ("2005-12-31", ["in force", "not yet in force", "not yet in force"]),
        ("2006-04-01", ["superseded", "in force", "not yet in force"]),
        ("2026-03-18", ["superseded", "superseded", "in force"]),
    ],
)
def test_a_standing_is_that_of_a_day(day: str, states: list[str]) -> None:
    publication = three(None, None, None)
    found = [publication.standing(edition, datetime.date.fromisoformat(day)) for edition in publication.editions]
    assert [one.state for one in found] == states
    assert {one.in_force for one in found} == {
        edition.id for edition, state in zip(publication.editions, states, strict=True) if state == "in force"
    }


def test_who_superseded_an_edition_is_told_and_the_one_in_force() -> None:
    first = three(None, None, None).standing(three(None, None, None).editions[0])
    assert (first.successor, first.in_force, first.sentence) == ("2006", "2026", "Superseded in April 2006")
