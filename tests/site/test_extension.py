"""The Markdown extension under both builders, as a MkDocs user meets it: plain builds, none of ours before them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec
import pytest
from bs4 import BeautifulSoup
from markdown import markdown

import documents
from guidance.document.model import Permalink
from guidance.document.register import Edition, Publication
from guidance.site.handwritten import Sources, read_sources

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
REGISTER = """
title = "Lamps"
short = "L"
publisher = "Nobody"

[[editions]]
id = "2001"
title = "Lamps"
published = "2001-03-02"
"""
CONTACT = """
[harbour]
name = "Harbour watch"
for = "anybody at sea"
number = "01632 960 001"
source = "made up"
basis = "C"
checked = 2020-02-01
"""
PROJECT = """
site_name: Lamps
docs_dir: docs
exclude_docs: _*
theme: {name: material, font: false}
plugins: []
markdown_extensions:
  admonition: {}
  attr_list: {}
  pymdownx.snippets: {base_path: [docs], restrict_base_path: true, check_paths: true}
  guidance: {}
"""
PAGE = """---
written_from: "2001"
---

# Keep them lit

--8<-- "_shared/now.md"

Lamps burn. [](guidance:2001/para-2) See [all of it](site:2001/).
"""
BUILDERS = ("mkdocs", "zensical")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a MkDocs project of three pages, at different depths, and a register."""
    for path, text in {
        "mkdocs.yml": PROJECT,
        "versions/editions.toml": REGISTER,
        "versions/2001/permalinks.tsv": "# anchor\npara-2\tparagraph\t2\t7\t0123456789abcdef\n",
        "docs/contacts.toml": CONTACT,
        "docs/reviews.toml": "",
        "docs/_shared/now.md": "Call [](contact:harbour).\n",
        "docs/index.md": PAGE,
        "docs/a/index.md": PAGE,
        "docs/a/b.md": PAGE,
        "docs/made.md": "# Made\n\n<!-- made at the build -->\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def build(builder: str, project: Path, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / builder), "build", "-f", str(project / "mkdocs.yml")]
    return subprocess.run(command, cwd=where or project, capture_output=True, text=True, check=False)


@cache
def read_built(site: Path) -> Mapping[str, BeautifulSoup]:
    """Every page of a built site by its path; each site is read once, for several tests."""
    pages = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.html"))}
    return {name: BeautifulSoup(path.read_bytes(), "lxml") for name, path in pages.items()}


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("inside", [True, False], ids=["in its folder", "from elsewhere"])
def test_a_plain_build_prints_citations_contacts_boxes_and_standing(
    project: Path, builder: str, inside: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    where = project if inside else tmp_path_factory.mktemp("elsewhere")
    done = build(builder, project, where)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = read_built(project / "site")
    for page, up in {"index.html": "", "a/index.html": "../", "a/b/index.html": "../../"}.items():
        article = pages[page].article
        assert article is not None
        assert [str(a["href"]) for a in article.select("a.cite")] == [f"{up}2001/p/2/"], page
        assert article.select_one(f'a[href="{up}2001/"]') is not None, page
        assert article.select_one('a[href="tel:01632960001"]') is not None, page
        note = article.select_one("div.admonition.basis")
        assert note is not None
        assert "That edition is in force." in note.get_text()
    assert "not in this copy of the site" in pages["made/index.html"].get_text()
    assert not [page for page in pages if page.startswith("_")]


@pytest.mark.parametrize("builder", BUILDERS)
def test_pictures_say_how_large_they_are_so_that_nothing_moves_when_they_come(project: Path, builder: str) -> None:
    """Whoever reaches for a telephone number must not hit what slid under the finger."""
    head = '<svg xmlns="http://www.w3.org/2000/svg"'
    for name, drawn in {
        "lamp": f'{head} width="90" height="40"></svg>',
        "odd": f'{head} width="9em"></svg>',
    }.items():
        (project / f"docs/{name}.svg").write_text(drawn, encoding="utf-8")
    (project / "docs/photo.png").write_bytes(documents.picture(320, 120))
    shown = "![a](../lamp.svg) ![b](../odd.svg) ![c](../photo.png) ![d](../lamp.svg){ width=30 } ![e](https://a.example/x.png)"
    (project / "docs/a/b.md").write_text(f"# Lamps\n\n{shown}\n", encoding="utf-8")
    done = build(builder, project)
    assert done.returncode == 0, done.stdout + done.stderr
    page = BeautifulSoup((project / "site/a/b/index.html").read_bytes(), "lxml")
    sizes = [(img["alt"], img.get("width"), img.get("height")) for img in page.select("article img")]
    a, b, c, d, e = ("90", "40"), (None, None), ("320", "120"), ("30", None), (None, None)
    assert sizes == [(name, *size) for name, size in zip("abcde", (a, b, c, d, e), strict=True)]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (
            "[](guidance:2001/para-9)",
            "cites 2001/para-9, but edition 2001 has no such anchor; see its permalinks.tsv",
        ),
        ("[](contact:pier)", "names the contact pier, which contacts.toml does not have"),
        ('--8<-- "_shared/none.md"', "Snippet at path '_shared/none.md' could not be found; put that box there"),
    ],
)
def test_what_is_wrong_with_a_page_is_said_in_one_line(project: Path, written: str, why: str) -> None:
    (project / "docs" / "a" / "b.md").write_text(f"# B\n\n{written}\n", encoding="utf-8")
    said = build("mkdocs", project)
    assert said.returncode != 0
    assert f"a/b.md: {why}" in said.stderr
    assert "Traceback" not in said.stderr
    other = build("zensical", project)  # prints a trace of its own, with this line in it
    assert other.returncode != 0
    assert f"a/b.md: {why}" in other.stdout + other.stderr


def test_a_builder_that_says_nothing_of_the_page_is_told_the_way(project: Path) -> None:
    options = {"docs": project / "docs", "register": project / "versions", "root": "../../"}
    html = markdown(
        "See [](guidance:2001/para-2).",
        extensions=["guidance"],
        extension_configs={"guidance": {name: str(value) for name, value in options.items()}},
    )
    assert '<a class="cite" href="../../2001/p/2/">para 2</a>' in html


def test_what_a_build_leaves_is_laid_over_the_register_as_it_stands_now(project: Path) -> None:
    publication = Publication("Old", "L", "N", (Edition("2001", "Lamps", "2001-03-02"),))
    line = Permalink("para-3", "paragraph", "3", 8, "f" * 16)
    left = Sources(
        publication,
        {"2001": {"para-3": line}},
        {"2001": {"para-2": "2001/lamps/#para-2"}},
        {"2001": {"para-2": ("para-3",)}},
        frozenset({("1999", "2001")}),
        pages={"made.md": "Made."},
    )
    facts = project / "build" / "facts.json"
    facts.parent.mkdir()
    facts.write_bytes(msgspec.json.encode(left))
    read = read_sources(project / "versions", project / "docs", facts)
    assert read.publication.title == "Lamps"
    assert set(read.permalinks["2001"]) == {"para-2", "para-3"}
    assert (read.addresses, read.today, read.comparisons) == (left.addresses, left.today, left.comparisons)
    assert set(read.services) == {"harbour"}
    assert build("mkdocs", project).returncode == 0
    pages = read_built(project / "site")
    assert pages["a/b/index.html"].select_one('a.cite[href="../../2001/lamps/#para-2"]') is not None
    assert "Made." in pages["made/index.html"].get_text()


# --- Our own pages -----------------------------------------------------------------------------------

MADE = ("editions/", "log/", "quotations/")  # only a build of the whole site has what these lead to
OUTSIDE = re.compile(
    r"^(?:[0-9]{4}|latest|embed|search|corrections)/|^embed\.js$"
)  # below the root of the whole site


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root project as a clean clone has it, built by both."""
    home = tmp_path_factory.mktemp("portal")
    for folder in ("docs", "overrides", "versions"):
        shutil.copytree(ROOT / folder, home / folder)
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for builder in BUILDERS:
        mine = re.sub(r"^site_dir:.*\n", "", settings, flags=re.M)
        (home / "mkdocs.yml").write_text(f"{mine}\nsite_dir: {builder}\n", encoding="utf-8")
        done = build(builder, home)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING -" not in done.stderr
        assert builder != "zensical" or "No issues found" in done.stderr
    return home


def articles(site: Path) -> Mapping[str, BeautifulSoup]:
    return {page: soup for page, soup in read_built(site).items() if soup.article and not page.startswith(MADE)}


@pytest.mark.slow
def test_both_builders_print_the_same_links_on_every_page(portal: Path) -> None:
    def links(site: str) -> dict[str, list[tuple[str, str, str]]]:
        return {
            page: [
                (str(a["href"]), " ".join(a.get_text().split()), " ".join(a.get("class") or ()))
                for a in soup.select("article a.cite, article a.cite-today, article a.comparison, article .basis a")
            ]
            for page, soup in articles(portal / site).items()
        }

    by_mkdocs = links("mkdocs")
    assert by_mkdocs == links("zensical")
    assert sum(map(len, by_mkdocs.values())) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("builder", BUILDERS)
def test_internal_links_of_our_pages_lead_somewhere(portal: Path, builder: str) -> None:
    site = portal / builder
    built = read_built(site)
    wrong = []
    for page, soup in articles(site).items():
        for element in soup.select("article [href], article [src]"):
            address = str(element.get("href") or element.get("src") or "")
            parts = urlsplit(urljoin(f"https://here/of/this/{page.removesuffix('index.html')}", address))
            path = parts.path.removeprefix("/of/this/")  # a way up that is too long leads out of it
            path = path.removeprefix("/") if page == "404.html" else path  # whose links go from the host's root
            if parts.netloc != "here" or parts.scheme != "https" or OUTSIDE.match(path):
                continue
            target = f"{path}index.html" if not path or path.endswith("/") else path
            found = (site / target).is_file()
            if found and parts.fragment and target in built:
                found = built[target].find(id=parts.fragment) is not None
            if not found:
                wrong.append((page, address))
    assert wrong == []


@pytest.mark.slow
def test_a_clean_clone_shows_the_999_notice_at_once(portal: Path) -> None:
    for builder in BUILDERS:
        first = read_built(portal / builder)["index.html"]
        assert first.select_one('article a[href="tel:999"]') is not None
