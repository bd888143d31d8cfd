"""What the theme's parts print around a page, from its own words and front matter."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from guidance.site.assemble import build_site
from guidance.site.mkdocs_build import Workshop
from guidance.site.projects import Folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of several lengths and kinds, built with the project's own theme parts."""
    work = tmp_path_factory.mktemp("frame")
    words = " ".join(["light"] * 1000)
    pages = {
        "index.md": b"# Home\n",
        "short.md": b"# Short\n\nA lamp.\n",
        "long.md": f"# Long\n\n{words}\n".encode(),
        "lists.md": f"---\nkind: duties\n---\n# Lists\n\n{words}\n".encode(),
    }
    nav: list[object] = ["index.md"]
    for title, audience in (("Guide", ""), ("Families", "parents"), ("Young", "young people"), ("About", "")):
        facts = f"---\naudience: {audience}\n---\n" if audience else ""
        names = [f"{title.lower()}/{at}.md" for at in range(1, 4)]
        pages |= {name: f"{facts}# {title} {name}\n".encode() for name in names}
        nav.append({title: [names[0], {"Within": [names[1]]}, names[2]]})
    folders = (
        Folder("", "Lamps", pages, {"site_name": "Lamps", "nav": nav}),
        Folder("2001", "2001", {"index.md": b"# Lamps\n"}, {"site_name": "Lamps"}),
    )
    build_site(folders, work / "site", Workshop(ROOT, work / "work"))
    return work / "site"


@pytest.mark.parametrize(
    ("name", "said"), [("short", "About a minute"), ("long", "About 5 minutes"), ("lists", None)]
)
def test_a_page_says_how_long_it_takes_to_read(site: Path, name: str, said: str | None) -> None:
    html = (site / name / "index.html").read_text(encoding="utf-8")
    found = BeautifulSoup(html, "lxml").select_one(".minutes")
    assert (found.get_text() if found else None) == said


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("guide/3", "guide/2", None),
        ("families/1", None, "families/2"),
        ("families/2", "families/1", "families/3"),
        ("families/3", "families/2", None),
        ("young/1", None, "young/2"),
        ("about/1", None, "about/2"),
        ("guide/1", "", "guide/2"),
    ],
)
def test_previous_and_next_stay_with_the_same_readers(
    site: Path, name: str, before: str | None, after: str | None
) -> None:
    html = (site / name / "index.html").read_text(encoding="utf-8")
    for rel, to in (("prev", before), ("next", after)):
        head = re.findall(rf'<link rel="{rel}" href="([^"]*)"', html)
        turn = [a["href"] for a in BeautifulSoup(html, "lxml").select(f'.turn a[rel="{rel}"]')]
        assert [urljoin(f"/{name}/", address) for address in head] == (
            [] if to is None else [f"/{to}".rstrip("/") + "/"]
        )
        assert turn == head
