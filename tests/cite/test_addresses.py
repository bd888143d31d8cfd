"""What addresses hold: the table of addresses, and what is broken, wrapped or hostile."""

import os
from pathlib import Path

import pytest

import citing
from guidance.cite.addresses import mend, open_up, plain_address
from guidance.cite.citation import NotUnderstoodError

TABLE = Path(__file__).parents[1] / "data" / "audit" / "addresses.tsv"
KNOWN = citing.known()


def rows() -> list[tuple[str, str]]:
    """The table of ours, and the one that GUIDANCE_CASES leads to."""
    shared = os.environ.get("GUIDANCE_CASES")
    files = [TABLE, *([Path(shared) / "audit" / "addresses.tsv"] if shared else [])]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [(address, holds) for address, holds in (line.split("\t") for line in lines if line[:1] != "#")]


def held(address: str) -> str:
    """What an address holds, in the words of the table."""
    found = KNOWN.look_up(address)
    if found is None or found.other:
        return "NOT"
    return "current" if found.current else found.edition or "any"


@pytest.mark.parametrize(("address", "holds"), dict.fromkeys(rows()))
def test_the_table_of_addresses(address: str, holds: str) -> None:
    assert held(address) == holds


def test_the_page_that_is_meant_comes_through_redirectors() -> None:
    whole = "https://www.google.com/url?q=https://assets.publishing.service.gov.uk/media/6849a7b67cba25f610c7db3f/x.pdf%23page%3D58"
    assert (found := KNOWN.look_up(whole)) is not None
    assert (found.edition, found.page) == ("2023", 58)


def test_an_address_within_itself_ends() -> None:
    address = "https://a.example/?u=" * 40 + "https://b.example/"
    assert open_up(mend(address))[0]
    assert open_up("https://a.example/?q=1") == ("https://a.example/?q=1", None)


def test_what_leads_nowhere_is_nothing() -> None:
    assert plain_address("https://[::1") == ("", "")
    assert [
        KNOWN.look_up(one) for one in ("", "#top", "mailto:a@b.example", "javascript:alert(1)", "http://[")
    ] == [None] * 5


def test_the_newest_editions_page_cannot_say_which_edition_a_number_is_of() -> None:
    page = "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2"
    assert citing.say(citing.grammar().read(page)) == f"edition={KNOWN.publication.in_force.id}"
    with pytest.raises(NotUnderstoodError, match="name the edition"):
        citing.grammar().read(f"{page} para 223")
