"""The page of all editions: every edition and revision once, dated as well as known, in order."""

from pathlib import Path

from guidance.document.register import Edition, Publication, Revision, read_register
from guidance.site.edition_pages import render_editions

ROOT = Path(__file__).parents[2]

FIRST = Edition("2001", "T", "2001", ended="2005-06-02", basis="C")
SECOND = Edition(
    "2005",
    "T",
    "2005-05-01",
    in_force="2005-06-02",
    summary="New | *bold* <b>rules</b>",
    revisions=(Revision("a", "First issued.", "2005-06-02"), Revision("b", "Mended.", "2006-07", basis="A")),
    basis="A",
)


def rows(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_what_stood_from_when_until_when() -> None:
    page = render_editions(Publication("T", "T", "P", (FIRST, SECOND)), with_text=("2005",))
    table = rows(page.markdown)
    assert page.path == "editions.md"
    assert table[1][0] == '<a href="../2005/">2005</a><br>2 June 2005 – in force<br><small>text here</small>'
    unsure = '2001 <span class="unconfirmed">not confirmed</span> – 2 June 2005'
    assert table[2][0] == f'<a href="../2001/">2001</a><br>{unsure}<br><small>no text here</small>'


def test_an_edition_begins_where_it_came_into_force_and_its_first_issue_is_not_repeated() -> None:
    page = render_editions(Publication("T", "T", "P", (FIRST, SECOND)))
    events = [row for row in rows(page.markdown) if row[0] != "From"][2 + 1 :]
    assert [row[0].split(" <")[0] for row in events] == ["2001", "2 June 2005", "July 2006"]
    assert events[1][2] == "Took over. First issued."


def test_words_of_the_register_are_only_words() -> None:
    markdown = render_editions(Publication("T", "T", "P", (FIRST, SECOND))).markdown
    assert "<b>" not in markdown
    assert all(len(row) == 2 for row in rows(markdown)[:3])


def test_the_real_register_has_every_revision_on_the_page() -> None:
    publication = read_register(ROOT / "versions")
    markdown = render_editions(publication).markdown
    for edition in publication.editions:
        assert f'<a href="../{edition.id}/">{edition.id}</a>' in markdown
    revisions = [r for e in publication.editions for r in e.revisions]
    starts = [
        e for e in publication.editions if not e.revisions or e.revisions[0].date != (e.in_force or e.published)
    ]
    assert len(rows(markdown)) == 1 + 8 + 1 + len(revisions) + len(starts)
