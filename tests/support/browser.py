"""A Chromium for the tests: the one that is here, else Playwright's own, else the system's package.

Run as a program it sees to it that there is one; tests ask `find_chromium`, and `ready` of a page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The shell is the same engine without the windows and menus of a browser: it opens a page in a third of the work.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
)


def find_chromium() -> str | None:
    """The path of a Chromium: the one in GUIDANCE_CHROMIUM, on PATH, or installed by Playwright; else None."""
    named = os.environ.get("GUIDANCE_CHROMIUM")
    if named:
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def ready(page: "Page") -> None:
    """Wait until a page, opened with scripts, has all that they add to it: some are loaded after it."""
    page.locator("article.md-content__inner:not([data-started=yes])").wait_for(state="detached")


def install() -> str | None:
    """Install a Chromium; says in one line what it did. None when nothing worked."""
    attempts = [("Playwright's Chromium", [sys.executable, "-m", "playwright", "install", "chromium"])]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        attempts.append(("the system's packages", [*quiet, "update"]))
        for package in ("chromium-headless-shell", "chromium"):
            what = f"the system's package {package}"
            attempts.append((what, [*quiet, "install", "-y", "--no-install-recommends", package]))
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for what, command in attempts:
        try:
            subprocess.run(
                command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=600, env=environment
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if found := find_chromium():
            sys.stdout.write(f"browser: installed {what} ({found})\n")
            return found
    return None


if __name__ == "__main__" and not (find_chromium() or install()):
    sys.exit("browser: no Chromium here, and none could be installed; install one, or name it in GUIDANCE_CHROMIUM")
