"""What axe and the browser's own accessibility tree say of a page; nothing is judged here."""

from importlib.resources import files

from playwright.sync_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
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


def nameless(page: Page) -> list[str]:
    """What a screen reader would announce without a name, by the browser's own accessibility tree."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        node["role"]["value"]
        for node in tree
        if not node["ignored"]
        and node["role"]["value"] in NAMED
        and not node.get("name", {}).get("value", "").strip()
    ]
