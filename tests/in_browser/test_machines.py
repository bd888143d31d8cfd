"""What pages say to machines, what they may not do, what they weigh, and where a dead address leads."""

import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser import ready

KINDS = (
    "/",
    "/2001/",
    "/2011/",
    "/2011/chapter-1/",
    "/2011/conversion/",
    "/2011/duties/",
    "/2011/duties/readers/",
    "/2011/p/1/",
    "/search/?q=library",
    "/2011/no-such-page/",
)


@pytest.mark.parametrize("path", KINDS)
def test_pages_keep_the_policy_and_store_nothing(page: Page, address: str, path: str) -> None:
    hosts: set[str] = set()
    page.add_init_script(
        "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    )
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    answer = page.goto(path, wait_until="networkidle")
    assert answer
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "script-src 'self'" in policy
    assert page.evaluate("broken") == []
    assert hosts == {urlsplit(address).netloc}
    assert page.context.cookies() == []
    kept = set(page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))"))
    # Material's own: light or dark and, for as long as a tab is open, whether its edition is the newest.
    assert all(key == "/.__palette" or key.endswith("/.__outdated") for key in kept), kept


def test_the_policy_is_in_force(page: Page) -> None:
    page.goto("/2011/chapter-1/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("path", ["/", "/2011/", "/2011/chapter-1/"])
def test_a_page_says_what_it_is(page: Page, path: str) -> None:
    page.goto(path)
    told = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert told["@context"] == "https://schema.org"
    assert told["name"] == page.locator("meta[property='og:title']").get_attribute("content")
    if path != "/":
        assert told["about"]["version"] == "2011"
        assert told["about"]["creativeWorkStatus"] == "superseded"
        assert "2011" in page.title()


@pytest.mark.parametrize(
    ("dead", "words", "leads"),
    [
        ("/2011/chapter-9/#para-2", "2011 para 2", "/2011/chapter-1/#para-2"),
        ("/2011/p/999/", "2011 para 999", "/2011/"),
        ("/2021/some/where/p/2/x/", "2021 para 2", "/2021/chapter-1/#para-2"),
        ("/whispering-rules.html", "whispering rules", "/search/?q=whispering+rules"),
        ("/%3Cimg%20src=x%20onerror=alert(1)%3E/", "<img src=x onerror=alert(1)>", "/search/"),
    ],
)
def test_a_dead_address_leads_to_what_was_meant(page: Page, dead: str, words: str, leads: str) -> None:
    answer = page.goto(dead)
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("searchbox", name="Search all editions, or give")).to_have_value(words)
    expect(page.locator(f".lost__guesses a[href*='{leads}']").first).to_be_visible()
    ready(page)
    assert page.locator("article img").count() == 0


@pytest.mark.parametrize("dead", ["/2001/p/99/", "/2001/chapter-1/#para-1", "/2001/whatever/", "/2001/p/fn-9/"])
def test_an_edition_without_text_answers_for_itself_alone(page: Page, dead: str) -> None:
    page.goto(dead)
    expect(page.get_by_role("heading", level=1)).to_have_text("The text of the 2001 edition is not here")
    guesses = page.locator(".lost__guesses")
    expect(guesses).to_contain_text("superseded on 1 May 2011")
    ready(page)
    assert guesses.locator("a[href*='/2011/'], a[href*='/2021/']").count() == 0


def test_an_edition_that_never_was_is_nobody_elses(page: Page) -> None:
    page.goto("/1066/p/1/")
    expect(page.get_by_role("searchbox", name="Search all editions, or give")).not_to_have_value("")
    ready(page)
    assert page.locator(".lost__guesses a[href*='#para']").count() == 0


def test_the_header_of_a_dead_address_leads_home(page: Page) -> None:
    page.goto("/no/such/place/")
    ready(page)
    leads = page.locator("a[href]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert [one for one in leads if one.startswith(("//", "."))] == []
    page.locator(".ways").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_a_dead_address_without_scripts(either_page: Page) -> None:
    either_page.goto("/2011/deep/down/nothing/")
    expect(either_page.get_by_role("heading", name="There is no page here")).to_be_visible()
    either_page.get_by_role("main").get_by_role("link", name="2011 edition").last.click()
    expect(either_page).to_have_url("/2011/")


def test_a_chapter_weighs_little(page: Page, site: Path) -> None:
    """All that a first visit loads, pictures apart, in bytes under gzip -9: the frame must leave room for a
    chapter within 95 kB."""
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(urlsplit(request.url).path))
    page.goto("/2011/chapter-2/", wait_until="networkidle")
    around = [path for path in loaded if path.endswith((".css", ".js"))]
    assert around
    weight = sum(len(gzip.compress((site / path.lstrip("/")).read_bytes(), 9, mtime=0)) for path in around)
    assert weight < 74_000, around
