"""Which editions are compared, and what a reader finds where two are not."""

from itertools import combinations, pairwise
from pathlib import Path

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bench.made import make_publication
from guidance.build.comparisons import near_pairs
from guidance.build.orders import BuildOrder
from guidance.build.site import build
from guidance.check import site
from guidance.site.mkdocs_build import Workshop

ROOT = Path(__file__).parents[2]


@given(st.integers(0, 40), st.integers(0, 45))
def test_pairs_grow_with_the_editions_and_hold_all_that_a_reader_is_led_to(count: int, force: int) -> None:
    editions = [f"e{at}" for at in range(count)]
    pairs = near_pairs(editions, f"e{force}")
    now = f"e{force}" if force < count else editions[-1] if editions else ""
    assert len(pairs) == len(set(pairs)) <= max(2 * count - 3, 0)
    assert set(pairwise(editions)) <= set(pairs)
    assert {pair for pair in combinations(editions, 2) if now in pair} <= set(pairs)
    assert list(pairs) == [
        pair for pair in combinations(editions, 2) if pair in pairs
    ]  # in the order of the register


def test_up_to_three_editions_all_are_compared() -> None:
    for editions in (["a"], ["a", "b"], ["a", "b", "c"]):
        assert near_pairs(editions, editions[-1]) == tuple(combinations(editions, 2))


def test_a_pair_without_pages_of_its_own_has_one_that_leads_on(tmp_path: Path) -> None:
    folder = tmp_path / "publication"
    make_publication(ROOT, folder, 4)
    order = BuildOrder(
        folder, (folder / "sources",), tmp_path / "site", Workshop(ROOT, tmp_path / "build"), tmp_path
    )
    build(order, None)
    page = (tmp_path / "site" / "2002" / "compare" / "2000" / "index.html").read_text(encoding="utf-8")
    for way in ("2001/compare/2000/", "2002/compare/2001/", "2003/compare/2000/", "2003/compare/2002/"):
        assert f'href="../../../{way}"' in page
        assert (tmp_path / "site" / way / "changes.json").is_file()
    home = BeautifulSoup((tmp_path / "site" / "2002" / "index.html").read_bytes(), "lxml").select("article a[href]")
    assert {"compare/2000/", "compare/2001/", "duties/", "downloads/"} <= {str(link["href"]) for link in home}
    assert site.check_site(tmp_path / "site", folder, None).faults == ()
    register = folder / "editions.toml"
    register.write_text(f'comparisons = "all"\n{register.read_text(encoding="utf-8")}', encoding="utf-8")
    build(order, None)
    assert (tmp_path / "site" / "2002" / "compare" / "2000" / "changes.json").is_file()
    assert "step by step" not in (tmp_path / "site" / "2002" / "index.html").read_text(encoding="utf-8")
