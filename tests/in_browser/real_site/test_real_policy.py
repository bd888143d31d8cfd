"""Every kind of page of the built site of the real 2023 edition keeps the policy, asks nobody else, keeps nothing
of the reader, and fits; on a phone and a desktop, with scripts and without. Only addresses and names stand here."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from browser import ready

pytestmark = pytest.mark.real

THIRD = "/2023/chapter-3/section-3-child-protection/"
KINDS = (
    *("/", "/2023/", "/2018/", "/2026/", "/2023/opening/", "/2023/chapter-2/", THIRD, "/2023/appendix-a/"),
    *("/2023/compare/2018/", "/2023/compare/2018/part-2/", "/2018/introduction/", "/2023/conversion/"),
    *(
        "/2023/duties/",
        "/2023/duties/police/",
        "/2023/downloads/",
        "/2023/p/153/",
        "/2026/p/153/",
        "/t/2023-para-153/",
    ),
    *(
        "/embed/2023/153/",
        "/guide/",
        "/guide/strategy-discussion/",
        "/guide/timescales/",
        "/roles/",
        "/roles/police/",
    ),
    *(
        "/search/",
        "/search/?q=information+sharing",
        "/quotations/",
        "/editions/",
        "/changes/2023/",
        "/history/",
        "/log/",
    ),
    *(
        "/children/",
        "/young-people/if-i-tell/",
        "/partnerships/link-to-us/",
        "/about/",
        "/decisions/",
        "/2023/no/such/",
    ),
)
SPIED = "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"


class Spy:
    """What one page asked for and complained of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        is_dead = "status of 404" in message.text and "/no/such/" in message.location["url"]
        if message.type in ("error", "warning") and not is_dead:
            self.complaints.append(message.text)

    def strangers(self, address: str) -> list[str]:
        """Requests to anybody else."""
        return [url for url in self.asked if urlsplit(url)[:2] != urlsplit(address)[:2]]


WAYS = pytest.mark.parametrize(
    ("width", "scripts"),
    [(360, True), (360, False), (1280, True), (1280, False)],
    ids=["360-scripts", "360-no scripts", "1280-scripts", "1280-no scripts"],
)


def visit(browser: Browser, address: str, width: int, scripts: bool) -> BrowserContext:
    """A reader on a screen of some width, with scripts or without."""
    return browser.new_context(
        base_url=address, viewport={"width": width, "height": 780}, java_script_enabled=scripts
    )


@WAYS
def test_every_kind_of_page_keeps_the_policy_and_nothing_of_the_reader(
    browser: Browser, real_address: str, width: int, scripts: bool
) -> None:
    context = visit(browser, real_address, width, scripts)
    context.add_init_script(SPIED)
    faults: list[str] = []
    spy = Spy(context)
    for path in KINDS:
        answer = spy.page.goto(path)
        assert answer
        assert answer.status == (404 if "/no/such/" in path else 200), path
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
        expect(spy.page.locator("h1, blockquote").first).to_be_visible()
        if "?q=" in path and scripts:
            expect(spy.page.locator(".hit").first).to_be_visible()
        if scripts:
            ready(spy.page)
        wide = spy.page.evaluate("document.scrollingElement.scrollWidth")
        kept = set(spy.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"))
        kept = {key for key in kept if key != "/.__palette" and not key.endswith("/.__outdated")}  # see Privacy
        broken = spy.page.evaluate("window.broken") if scripts else []
        told = (*spy.complaints, *broken, *kept, *spy.strangers(real_address), *([f"{wide} wide"] * (wide > width)))
        faults += [f"{path}: {one}" for one in told]
        spy.asked.clear()
        spy.complaints.clear()
    assert context.cookies() == []
    context.close()
    assert not faults, "\n".join(faults)


def test_a_setting_is_all_that_is_kept(browser: Browser, real_address: str) -> None:
    context = browser.new_context(base_url=real_address)
    page = context.new_page()
    page.goto("/2023/chapter-2/")
    page.locator("label[for=__palette_1]").click()
    page.locator(".key summary").click()
    page.get_by_label("Mark duty words").uncheck()
    kept = page.evaluate("({...localStorage})")
    page.wait_for_load_state("networkidle")  # Material has asked which edition is the newest
    page.goto("/guide/timescales/")
    assert page.evaluate("({...localStorage})") == kept
    ready(page)
    assert set(page.evaluate("({...sessionStorage})")) == {"/2023/.__outdated"}
    assert context.cookies() == []
    assert set(kept) == {"/.__palette", "duty-words"}
    assert kept["duty-words"] == "off"
    assert set(json.loads(kept["/.__palette"])) == {"index", "color"}
    context.close()


@WAYS
def test_what_became_of_a_paragraph_is_two_steps_away(
    browser: Browser, real_address: str, width: int, scripts: bool
) -> None:
    context = visit(browser, real_address, width, scripts)
    page = context.new_page()
    page.goto("/2023/chapter-1/")
    reworded = page.locator(".chip").filter(has_text="reworded").first
    reworded.scroll_into_view_if_needed()
    reworded.click()
    expect(page).to_have_url(re.compile("/2023/compare/2018/"))
    expect(page.locator(".change:target")).to_be_visible()
    assert page.locator(".change:target del, .change:target ins").count() > 0
    context.close()
