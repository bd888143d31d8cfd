"""What the theme's parts print around a page, from its own words and front matter."""

import re
from pathlib import Path

import pytest

from guidance.site.assemble import build_site
from guidance.site.mkdocs_build import Folder, Workshop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of several lengths and kinds, built with the project's own theme parts."""
    work = tmp_path_factory.mktemp("frame")
    words = " ".join(["lamp"] * 900)
    pages = {
        "index.md": b"# Home\n",
        "short.md": b"# Short\n\nA lamp.\n",
        "long.md": f"# Long\n\n{words}\n".encode(),
        "lists.md": f"---\nkind: duties\n---\n# Lists\n\n{words}\n".encode(),
    }
    folders = (
        Folder("", "Lamps", pages, {"site_name": "Lamps"}),
        Folder("2001", "2001", {"index.md": b"# Lamps\n"}, {"site_name": "Lamps"}),
    )
    build_site(folders, work / "site", Workshop(ROOT, work / "work"))
    return work / "site"


@pytest.mark.parametrize(
    ("name", "said"), [("short", "About a minute"), ("long", "About 5 minutes"), ("lists", None)]
)
def test_a_page_says_how_long_it_takes_to_read(site: Path, name: str, said: str | None) -> None:
    html = (site / name / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<p class="minutes">(.+?) to read</p>', html)
    assert (found[1] if found else None) == said
