"""The publisher's own list held against what was found, on documents of our own and on a real list."""

from pathlib import Path

import pytest

from guidance.compare.changes import compare
from guidance.compare.official import Listed, audit, read_listed
from guidance.document.model import GuidanceError
from guidance.read import read_document
from guidance.site.comparison_pages import Listing, Told, render_comparison
from kcsie_pair import kcsie
from small_documents import document, paragraph

OLD = document(["# Lamps", *(f"{at}. {paragraph(at)}" for at in range(1, 7))])
NEW = document(
    [
        "# Lamps",
        f"1. {paragraph(1)} Keepers must sing.",
        f"2. {paragraph(2)}",
        "The council will write to all keepers.",
        f"3. {paragraph(3)}",
        "4. A wholly other text about geese in winter and their feathers.",
        *(f"{at + 1}. {paragraph(at)}" for at in range(4, 7)),
    ]
)


def test_entries_are_confirmed_or_not_and_what_is_unlisted_is_told() -> None:
    comparison = compare(OLD, NEW, ("2001", "2005"))
    listed = (Listed("para 1", "duty to sing"), Listed("para 3", "a note above it"), Listed("para 2", "nothing"))
    found = audit(comparison, NEW, listed)
    assert [bool(entry.found) for entry in found.checked] == [True, True, False]
    assert [comparison.changes[at].new for at in found.unlisted] == [("para-4",)]
    (whole,) = audit(comparison, NEW, (Listed("page 1", "everything"),)).checked
    assert len(whole.found) == 3


def test_a_list_is_read_and_a_bad_place_refused(tmp_path: Path) -> None:
    path = tmp_path / "official-changes.toml"
    assert read_listed(path) == ()
    path.write_text('[[change]]\nplace = "paras 2-4"\nwhat = "shorter"\n')
    assert read_listed(path) == (Listed("paras 2-4", "shorter"),)
    for place in (
        "para 5.17",
        "pp 12-14",
        "p. 12",
        "page 36, para 128",
        "paras 5.17 to 5.19",
        "paragraphs 3 and 7",
    ):
        path.write_text(f'[[change]]\nplace = "{place}"\nwhat = "shorter"\n')
        assert read_listed(path) == (Listed(place, "shorter"),)
    path.write_text('[[change]]\nplace = "somewhere"\nwhat = "shorter"\n')
    with pytest.raises(GuidanceError, match='place "somewhere" is not understood'):
        read_listed(path)
    path.write_text("change = 1")
    with pytest.raises(GuidanceError, match=r"official-changes\.toml"):
        read_listed(path)


PARAGRAPHS = [
    "128",
    "135",
    "142",
    "143",
    "144",
    "169-170",
    "177",
    "199",
    "204",
    "205",
    "260",
    "266",
    "319",
    "331",
    "422",
    "545",
]
PAGES = ("157", "163", "164")


@pytest.mark.real
def test_the_real_list_is_confirmed() -> None:
    folder = kcsie()
    old, new = read_document(folder / "2024.pdf"), read_document(folder / "2025.pdf")
    comparison = compare(old, new, ("2024", "2025"))
    listed = [Listed(f"para {place}", "listed in Annex F") for place in PARAGRAPHS]
    listed += [Listed(f"page {place}", "listed in Annex F") for place in PAGES]
    missing = [entry.listed.place for entry in audit(comparison, new, listed).checked if not entry.found]
    assert not missing
    for place in ("128", "204"):  # called changes to the paragraphs, really notes put in above them
        (entry,) = audit(comparison, new, [Listed(f"para {place}", "note")]).checked
        assert "added" in {comparison.changes[at].kind for at in entry.found}


def test_the_page_shows_what_is_confirmed_and_what_no_entry_covers() -> None:
    comparison = compare(OLD, NEW, ("2001", "2005"))
    found = audit(comparison, NEW, (Listed("para 1", "a <b>duty</b> to sing"), Listed("para 2", "nothing")))
    listing = Listing(tuple((c.listed.place, c.listed.what, c.found) for c in found.checked), found.unlisted)
    made = render_comparison(Told(comparison, listing=listing), OLD, NEW)
    (page,) = (page for page in made.pages if page.path == "compare/2001/official-list.md")
    assert "a &lt;b&gt;duty&lt;/b&gt; to sing" in page.markdown
    assert page.markdown.count("<td><strong>not found</strong></td>") == 1
    assert "2 substantial changes" in page.markdown
    assert "[held against the publisher's own list](official-list.md)" in made.pages[0].markdown
