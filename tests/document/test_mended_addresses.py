"""Where a source's link should lead: unwrapped, without tracking, and nowhere where that is not plain."""

from pathlib import Path

import pytest

from guidance.document.addresses import leads_nowhere, mended
from guidance.site.blocks import safe_address

TABLE = Path(__file__).parents[1] / "data" / "link_addresses.tsv"
CASES = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#\u0020A")]


@pytest.mark.parametrize(("address", "target"), CASES)
def test_where_a_link_should_lead(address: str, target: str) -> None:
    assert mended(address) == (None if target == "-" else target)


@pytest.mark.parametrize(
    "address",
    [r"https://a.example\@evil.example/", "https://www.gov.uk@evil.example/", r"http://a.example\.b/", "http:a"],
)
def test_no_page_links_an_address_whose_host_is_not_plain(address: str) -> None:
    assert leads_nowhere(address)
    assert safe_address(address) is None
    assert not leads_nowhere("https://www.example.org/a@b")
    assert not leads_nowhere("mailto:a@example.org")
