"""The register: it reads, it says what stood on a day, and a bad one gives one clear line."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from guidance.build.cite import say_stood, stood_on
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, InForce, Publication, Revision, last_day, read_register

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


def dated_answers() -> list[tuple[str, str, str, list[str], list[str]]]:
    """Day, edition, file, notes, doubts; from the facts, by reading."""
    lines = (ROOT / "tests" / "data" / "dated_answers.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [
        (day, edition, file, [] if notes == "-" else notes.split("; "), [] if doubts == "-" else doubts.split("; "))
        for day, edition, file, notes, doubts in rows
    ]


@pytest.mark.parametrize(("on", "edition", "file", "notes", "doubts"), dated_answers())
def test_what_stood_on_a_day(on: str, edition: str, file: str, notes: list[str], doubts: list[str]) -> None:
    stood = read_register(ROOT / "versions").as_it_stood(datetime.date.fromisoformat(on))
    if stood is None:
        assert edition == "-"
        return
    assert (stood.edition.id, stood.revision.id if stood.revision else "-") == (edition, file)
    assert [note.id for note in stood.notes] == notes
    assert len(stood.doubts) == len(doubts)
    assert all(words in said for said, words in zip(stood.doubts, doubts, strict=True))


def test_every_boundary_of_the_register_is_among_the_dated_answers() -> None:
    asked = {row[0] for row in dated_answers()}
    publication = read_register(ROOT / "versions")
    dates = {e.begins for e in publication.editions}
    dates |= {r.date for e in publication.editions for r in e.revisions if r.date}
    firsts = {datetime.date.fromisoformat(f"{date}-01-01"[:10]) for date in dates}
    days = {str(day) for first in firsts for day in (first, first - datetime.timedelta(days=1))}
    assert days - asked == {"2013-03-20"}  # the 2013 edition was published the day after, and not yet in force


NOTE = '[[editions.revisions]]\nid = "n"\nkind = "page note"\nbasis = "A"\nwhat = "Read A for B."\n'
FILE = '[[editions.revisions]]\nid = "f"\nbasis = "A"\nwhat = "Anew."\n'
NEXT = FILE.replace('"f"', '"g"')


def read_in(folder: Path, revisions: str) -> Publication:
    return read_register(register(folder, HEAD + FIRST + SECOND + 'basis = "A"\n' + revisions))


def stood_in(folder: Path, revisions: str, day: str) -> InForce:
    return stood_on(read_in(folder, revisions), day)


def test_a_note_leaves_the_file_standing_and_a_later_file_makes_it_doubtful(tmp_path: Path) -> None:
    revisions = f'{FILE}date = "2006-01-01"\n{NOTE}date = "2007-01-01"\n'
    stood = stood_in(tmp_path, revisions, "2007-01-01")
    assert (stood.revision and stood.revision.id, [n.id for n in stood.notes], stood.doubts) == ("f", ["n"], ())
    last = stood_in(tmp_path, f'{revisions}{NEXT}date = "2008-01-01"\n', "2008-01-01")
    assert last.revision
    assert last.revision.id == "g"
    assert last.doubts == ("whether the file of revision g takes in the note of revision n is not known",)
    publication = read_in(tmp_path, f'{revisions}{NEXT}date = "2008-01-01"\n')
    assert [publication.until(last.edition, r) for r in last.edition.revisions] == ["2008-01-01", None, None]


def test_what_may_never_have_been_issued_is_a_doubt_until_its_file_is_here(tmp_path: Path) -> None:
    revisions = f'{FILE}date = "2006-01-01"\n{NEXT}date = "2007-01-01"\nunconfirmed = true\n'
    publication = read_in(tmp_path, revisions)
    stood = stood_on(publication, "2007-06-01")
    assert stood.revision
    assert stood.revision.id == "f"
    assert "revision g, may have stood instead" in stood.doubts[0]
    assert publication.until(stood.edition, stood.revision) is None
    had = stood_in(tmp_path, f'{revisions}sha256 = "{"0" * 64}"\n', "2007-06-01")
    assert had.revision
    assert (had.revision.id, had.doubts) == ("g", ())


@pytest.mark.parametrize(("day", "sure"), [("2006-01-29", True), ("2006-02-01", False), ("2006-04-15", True)])
def test_a_day_that_is_general_knowledge_is_doubtful_around_it(tmp_path: Path, day: str, sure: bool) -> None:
    stood = stood_in(tmp_path, f'{FILE}date = "2006-03-02"\ndate_basis = "C"\n', day)
    assert sure == (not [doubt for doubt in stood.doubts if "general knowledge" in doubt])


def test_a_file_of_one_chapter_is_told_as_that(tmp_path: Path) -> None:
    part = FILE.replace('"f"', '"c"').replace("what", 'part = "chapter 8"\nwhat')
    publication = read_in(tmp_path, f'{FILE}date = "2006-01-01"\n{part}date = "2007-01-01"\n')
    stood = stood_on(publication, "2007-06-01")
    assert "revision c (chapter 8 only; for the rest the file before it)" in say_stood("x", stood, None, None)[0]
    assert publication.until(stood.edition, stood.edition.revisions[0]) is None  # for the rest it goes on


def test_a_revision_without_a_date_is_a_doubt_and_never_an_answer(tmp_path: Path) -> None:
    undated = f'{REVISION}[[editions.revisions]]\nid = "b"\nwhat = "y"\n'
    stood = read_register(register(tmp_path, HEAD + FIRST + SECOND + undated)).as_it_stood(
        datetime.date(2007, 1, 1)
    )
    assert stood
    assert stood.revision
    assert stood.revision.id == "a"
    assert "when revision b was issued is not known" in stood.doubts


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


FIRST_OVER, LAST_TO_COME = "superseded in April 2006", "not yet in force, but from 18 March 2026"


@pytest.mark.parametrize(
    ("seen", "ended", "phrases"),
    [
        ("2026-03-17", None, [FIRST_OVER, "in force", LAST_TO_COME]),
        ("2026-03-17", "2026-03-18", [FIRST_OVER, "in force", LAST_TO_COME]),
        ("2026-03-18", "2026-03-18", [FIRST_OVER, "superseded on 18 March 2026", "in force"]),
        ("2026-03", None, [FIRST_OVER, "superseded on 18 March 2026", "in force"]),
        ("2001", None, ["in force", "not yet in force, but from April 2006", LAST_TO_COME]),
    ],
)
def test_an_edition_is_not_in_force_before_it_begins(seen: str, ended: str | None, phrases: list[str]) -> None:
    publication = structs.replace(three(None, ended, None), seen=seen)
    standings = [publication.standing(edition) for edition in publication.editions]
    assert [one.phrase for one in standings] == phrases
    assert [one.edition for one in standings if one.current] == [publication.in_force.id]
    if len(seen) == 10:  # what stands as the register stands is what stands on that day
        on = datetime.date.fromisoformat(seen)
        assert standings == [publication.standing(edition, on) for edition in publication.editions]


def test_until_when_a_file_stood_is_told_by_its_editions_standing() -> None:
    publication = three(None, None, None)
    revision = Revision(id="a", what="The file.", date="2006-04")
    second = structs.replace(publication.editions[1], revisions=(revision,))
    publication = structs.replace(publication, editions=(publication.editions[0], second, publication.editions[2]))
    assert publication.until(second, revision) == "2026-03-18"


def test_between_two_editions_what_held_is_not_known() -> None:
    stood = stood_on(three("2006-03-01", "2025-12-31", None), "2026-01-15")
    assert "the edition of 2006 had ended, and that of 2026 had not begun: what held is not known" in stood.doubts


def test_who_superseded_an_edition_is_told_and_the_one_in_force() -> None:
    first = three(None, None, None).standing(three(None, None, None).editions[0])
    assert (first.successor, first.in_force, first.sentence) == ("2006", "2026", "Superseded in April 2006")
