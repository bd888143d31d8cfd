"""Tabs of visitors in a browser, without a browser's process for each test."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 30_000  # in milliseconds: machines are shared, and no test fails on a clock


class Tab(Protocol):
    """Opens a tab to the site at an address, of a visitor of some kind (as Playwright's contexts have them)."""

    def __call__(self, address: str, **kind: Any) -> AbstractContextManager[Page]: ...


@contextmanager
def tabs(browser: Browser) -> Iterator[Tab]:
    """What opens tabs.

    Each kind of visitor is made once, and has a tab that stays open: without these, Chromium begins a process for
    every test, which takes longer than most tests. Nothing that a visitor kept outlasts its tab.
    """
    made: dict[str, BrowserContext] = {}

    @contextmanager
    def open_tab(address: str, **kind: Any) -> Iterator[Page]:
        name = f"{address} {kind}"
        if name not in made:
            made[name] = browser.new_context(base_url=address, **kind)
            made[name].set_default_timeout(PATIENCE)
            made[name].new_page()
        context = made[name]
        page = context.new_page()
        yield page
        forgetting = context.new_cdp_session(page)
        forgetting.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
        context.clear_cookies()
        for one in context.pages[1:]:
            one.close()

    yield open_tab
    for context in made.values():
        context.close()
