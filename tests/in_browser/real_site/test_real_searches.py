"""Searches as people type them, in the built site of the real 2023 edition. Only addresses and names stand here."""

from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Page

from guidance.document.anchors import known_permalinks
from guidance.site.indexes import read_topics

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[3]


def test_searches_as_people_type_them_are_answered_on_a_phones_first_screen(
    browser: Browser, real_address: str
) -> None:
    context = browser.new_context(base_url=real_address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    missed = []
    rows = (ROOT / "tests" / "data" / "searches.tsv").read_text(encoding="utf-8").splitlines()
    for row in (one for one in rows if one and not one.startswith("#")):
        words, places, *_ = row.split("\t")
        page.goto("about:blank")
        page.goto(f"/search/?q={words}")
        arrived = page.locator(".search__said:not(:empty), article:not([data-kind='search'])").first
        arrived.wait_for(state="attached")
        seen = page.locator(".hit__link").evaluate_all(
            "all => all.filter((one) => one.getBoundingClientRect().bottom < innerHeight).map((one) => one.href)"
        )
        found = [one.removeprefix(f"{real_address}/") for one in (*seen, page.url)]
        if not any(fnmatch(one, place) for one in found for place in places.split()):
            missed.append(words)
    context.close()
    assert missed == []


def test_a_name_of_a_topic_leads_to_its_page_first_and_then_to_the_guide(page: Page, real_address: str) -> None:
    """Every tenth of the names that people call topics by, as they stand in topics.toml."""
    docs = ROOT / "docs"
    ours = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]
    known = known_permalinks(["2023"], ROOT / "versions")
    topics = read_topics(ROOT / "versions", known, ours).topic
    missed = []
    for words, topic in [(said, one) for one in topics for said in one.said][::10]:
        page.goto("about:blank")
        page.goto(f"{real_address}/search/?q={quote_plus(words)}")
        page.locator(".hit__link").first.wait_for()
        found = page.locator(".hit__link").evaluate_all("all => all.map((one) => one.pathname)")
        firsts = {one.address for one in topics if words in one.said}
        if {one.removeprefix("/") for one in found[: len(firsts)]} != firsts or topic.address not in firsts:
            missed.append((words, found[:3]))
    assert missed == []
