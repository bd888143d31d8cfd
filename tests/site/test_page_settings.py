"""What the theme's parts print around a page, from its own words and front matter."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from guidance.site.assemble import build_site
from guidance.site.mkdocs_build import Workshop
from guidance.site.pages import tell_link
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
    pages |= {"odd.md": b"# Wicks & oil?\n"}
    mended = {"id": "c1", "date": "6 May 2024", "wrong": "<b>No</b>.", "right": "Yes.", "at": "", "to": "short/"}
    local = {"title": "Who <to> call", "to": "local/call/", "opening": ["Call & ask."]}
    told = {
        "tell_us": tell_link("https://lamps.example/new?label=slip"),
        "corrected": {"short/": [mended]},
        "local": {"long/": [local]},
        "partner": {"name": "Bays", "place": "local"},
    }
    edition = {"title": "Lamps", "id": "2001", "standing": "in force", "sentence": "In force", "published": "2001"}
    stands: dict[str, object] = {"state": "in force", "current": True, "date": "2001"}
    folders = (
        Folder("", "Lamps", pages, {"site_name": "Lamps", "nav": nav}).with_extra(told),
        Folder("2001", "2001", {"index.md": b"# Lamps\n"}, {"site_name": "Lamps"}).with_extra(
            {
                "tell_us": tell_link("help@lamps.example"),
                "edition": {**edition, **stands},
                "publication": {"title": "On lamps", "publisher": "Nobody", "licence": "none"},
            }
        ),
        Folder("2005", "2005", {"index.md": b"# Lamps\n"}, {"site_name": "Lamps"}).with_extra(
            {"tell_us": tell_link(None)}
        ),
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


def test_a_report_is_filled_with_page_edition_and_version_and_stands_only_where_an_address_is_known(
    site: Path,
) -> None:
    def asked(name: str) -> list[str]:
        html = (site / name / "index.html").read_text(encoding="utf-8")
        return [str(a["href"]) for a in BeautifulSoup(html, "lxml").select("footer .tell a")]

    (issue,) = asked("odd")
    assert issue.startswith("https://lamps.example/new?label=slip&title=")
    filled = parse_qs(urlsplit(issue).query)
    assert filled["title"] == ["Lamps: Wicks & oil?"]
    assert "Page: odd/\r\nVersion of the site: " in filled["body"][0]
    (mail,) = asked("2001")
    assert mail.startswith("mailto:help@lamps.example?subject=")
    filled = parse_qs(urlsplit(mail).query)
    assert filled["subject"] == ["On lamps, 2001 edition: Lamps"]
    assert "\r\nEdition: 2001, in force\r\n" in filled["body"][0]
    assert asked("2005") == []


def test_a_correction_and_a_local_box_stand_on_their_page_alone(site: Path) -> None:
    for name in ("short", "long", "odd"):
        page = BeautifulSoup((site / name / "index.html").read_text(encoding="utf-8"), "lxml")
        mended = [" ".join(one.get_text().split()) for one in page.select("article > .corrected")]
        said = "Corrected on 6 May 2024. It said: <b>No</b>. It should say: Yes. All corrections"
        assert mended == ([said] if name == "short" else [])
        boxes = [" ".join(one.get_text().split()) for one in page.select("aside.local-box")]
        said = "Local, not part of the guidance. Bays: Who <to> call Call & ask."
        assert boxes == ([said] if name == "long" else [])
        assert not page.select("article .local-box")
