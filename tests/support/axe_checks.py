"""What axe and the browser's own accessibility tree say of a page; nothing is judged here."""

from importlib.resources import files

from playwright.sync_api import Page

from browser import ready

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
NAMED = (
    "link",
    "button",
    "searchbox",
    "combobox",
    "checkbox",
    "region",
    "navigation",
    "search",
    "image",
    "dialog",
)


# Only what is wrong is worked out whole and handed over: what is right is a hundred times as much.
_RUN = """async path => (await axe.run({resultTypes: ["violations"]})).violations.flatMap(
    one => one.nodes.map(node => `${path}: ${one.id}: ${node.html.slice(0, 200)}`))"""


def violations(page: Page, path: str) -> list[str]:
    """What axe finds wrong on the page that is open, scripts and all: its path, the rule, the element."""
    ready(page)
    page.evaluate(_AXE)
    return list(page.evaluate(_RUN, path))


def nameless(page: Page) -> list[str]:
    """What a screen reader would announce without a name, by the browser's own accessibility tree."""
    ready(page)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        node["role"]["value"]
        for node in tree
        if not node["ignored"]
        and node["role"]["value"] in NAMED
        and not node.get("name", {}).get("value", "").strip()
    ]
