"""llms.txt says which edition is in force and which are not, and leads to all of them."""

import documents
from guidance.site.feeds import render_llms

PUBLICATION = documents.library_publication()


def test_every_edition_with_its_standing() -> None:
    told = render_llms(PUBLICATION, ("2011",), "https://library.example/")
    assert told.startswith(f"# {PUBLICATION.title}\n\n> ")
    for edition in PUBLICATION.editions:
        line = next(line for line in told.splitlines() if f"(https://library.example/{edition.id}/)" in line)
        assert ("in force" in line) == (edition.id == PUBLICATION.in_force.id)
        assert ("not here" in line) == (edition.id != "2011")
    assert "2011/provisions.json" in told


def test_without_text_there_is_no_data_of_it() -> None:
    told = render_llms(PUBLICATION, ())
    assert "provisions.json" not in told
    assert "](log/)" in told
