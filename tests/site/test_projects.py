"""Each edition is an ordinary MkDocs project: what MkDocs and mike do in it is what they do anywhere, and it stays
there. The commands run as a user types them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from mike import driver as mike
from mkdocs.config import load_config

from guidance.document.model import GuidanceError
from guidance.site.assemble import MARK, build_site, refuse_foreign
from guidance.site.mkdocs_build import Workshop
from guidance.site.projects import Folder, complete, path_from

ROOT = Path(__file__).parents[2]
SITE = "https://guidance.example.org/wt"
WITH_TOOLS = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
SETTINGS = """
site_name: Library
site_dir: elsewhere
theme:
  name: material
  custom_dir: overrides
  font: false
  palette:
    - scheme: default
      toggle: {icon: material/brightness-7, name: Dark}
    - scheme: slate
      toggle: {icon: material/brightness-4, name: Light}
plugins: []
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
      emoji_generator: !!python/name:material.extensions.emoji.to_svg
extra: {scope: /, colour: green}
"""
MAIN = """{% extends "base.html" %}
{% block site_meta %}
  {% if config.extra.policy and config.site_url == config.extra.built_for %}
  <meta http-equiv="Content-Security-Policy" content="{{ config.extra.policy | e }}">
  {% endif %}
  {{ super() }}
{% endblock %}
"""
SHOWN = "![a](a.svg) [facts](edition.json)"
HOME = Folder(
    "",
    "Library",
    {"index.md": b"# Home\n\n[2020](2020/)\n"},
    {"site_name": "Library", "nav": ["index.md"]},
    {"feed.xml": b"<feed/>", "status/2020.json": b"{}\n"},
)


def edition(identity: str, words: str = "words", aliases: tuple[str, ...] = (), prefix: str = "") -> Folder:
    """An edition of two pages with everything beside them that one has."""
    pages = {
        "index.md": f"# Edition {identity}\n\n{words} [two](two.md#there) :smile:\n\n{SHOWN}\n".encode(),
        "two.md": b"---\nkind: text\n---\n\n# Two\n\n## There\n\n<a href='files/whole.md.txt'>all</a>\n",
        "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    beside = {"p/1/index.html": b"<p>1", "edition.json": b"{}\n", "files/whole.md": b"# Whole\n"}
    settings = {"site_name": identity, "nav": ["index.md", {"Two": "two.md"}], "extra": {"edition": identity}}
    return Folder(identity, identity, pages, settings, beside, aliases, prefix)


FOLDERS = (edition("2010"), edition("2020", aliases=("latest",)), edition("2019", prefix="other"), HOME)


def run(*command: str, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=place, env=WITH_TOOLS, capture_output=True, text=True, check=True)


def git(place: Path, *arguments: str) -> str:
    return run("git", *arguments, place=place).stdout


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of somebody's, in which a site was made."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    (root / "overrides").mkdir()
    (root / "overrides" / "main.html").write_text(MAIN, encoding="utf-8")
    git(root, "init", "--quiet", ".")
    git(root, "config", "user.name", "x")
    git(root, "config", "user.email", "x@localhost")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=Begin")
    assert build_site(FOLDERS, root / "site", Workshop(root, root / "build", SITE)) == ()
    return root


@pytest.mark.parametrize("place", ["2010", "2020", "other/2019", ""])
def test_mkdocs_build_in_a_project_gives_what_the_site_has(checkout: Path, place: str, tmp_path: Path) -> None:
    project = checkout / "build" / "projects" / (place or "portal")
    said = run("mkdocs", "build", "--site-dir", str(tmp_path), place=project).stderr
    assert "WARNING  -" not in said.replace("Material for MkDocs", "")
    theirs, ours = contents(tmp_path), contents(checkout / "site" / place)
    assert {path: theirs[path] for path in theirs if path in ours and not path.startswith("sitemap")} == {
        path: ours[path] for path in theirs if path in ours and not path.startswith("sitemap")
    }
    left_out = theirs.keys() - ours.keys()
    assert all(p.startswith("assets/") or p in ("404.html", "sitemap.xml.gz") for p in left_out)
    if place:
        assert ours.keys() - theirs.keys() == {"files/whole.md"}  # its address of old; pages link whole.md.txt
        assert ours["files/whole.md"] == theirs["files/whole.md.txt"] == b"# Whole\n"
    page = ours["index.html"].decode()
    assert f'rel="canonical" href="{SITE}/{place + "/" if place else ""}"' in page
    for asset in ("bundle", "main", "palette"):
        assert any(f"/{asset}." in path for path in ours if path.startswith("assets/")), asset
    assert not [path for path in ours if path.startswith("assets/javascripts/lunr/") or path.endswith(".map")]


def test_a_project_is_complete_and_says_who_writes_it(checkout: Path) -> None:
    project = checkout / "build" / "projects" / "2020"
    text = (project / "mkdocs.yml").read_text(encoding="utf-8")
    assert text.startswith("# Written by `make site`")
    assert "INHERIT" not in text
    settings = load_config(str(project / "mkdocs.yml"))
    assert Path(settings["theme"].custom_dir or "").resolve() == checkout / "overrides"
    assert Path(settings["site_dir"]) == project / "site"
    assert settings["extra"]["edition"] == "2020"
    assert settings["extra"]["colour"] == "green"
    assert not (project / "site").exists()  # it is its user's
    assert "page" in git(project, "log", "-1", "--format=%an page <%ae>")


def test_the_sitemaps_name_pages_and_no_days(checkout: Path) -> None:
    site = checkout / "site"
    for place in ("", "2010/", "2020/", "other/2019/"):
        found = (site / place / "sitemap.xml").read_text(encoding="utf-8")
        assert f"<loc>{SITE}/{place}</loc>" in found
        assert "lastmod" not in found
        assert ("/two/" in found) == bool(place)
    robots = (site / "robots.txt").read_text(encoding="utf-8")
    assert f"Sitemap: {SITE}/sitemap.xml\nSitemap: {SITE}/sitemap-index.xml\n" in robots
    assert f"<loc>{SITE}/sitemap-2010.xml</loc>" in (site / "sitemap-index.xml").read_text(encoding="utf-8")


# --- mike and mkdocs serve -----------------------------------------------------------------------------


@contextmanager
def serving(*command: str, place: Path) -> Iterator[str]:
    """A server that a command starts; ended again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        (*command, "-a", address), cwd=place, env=WITH_TOOLS, stdout=silent, stderr=silent
    ) as server:
        try:
            yield f"http://{address}"
        finally:
            server.terminate()


def answer(address: str) -> httpx.Response:
    """What a server says, once it is up."""
    for _ in range(300):
        try:
            return httpx.get(address, follow_redirects=True)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(address)


def state(checkout: Path) -> tuple[str, str, dict[str, bytes]]:
    return git(checkout, "for-each-ref"), git(checkout, "log", "-1", "HEAD"), contents(checkout / "site")


MIKE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("list",), ""),
    (("deploy", "2020", "latest"), ""),
    (("list",), "2020 [latest]\n"),
    (("set-default", "2020"), ""),
    (("alias", "2020", "now"), ""),
    (("retitle", "2020", "In force"), ""),
    (("delete", "now"), ""),
    (("list",), '"In force" (2020) [latest]\n'),
)


def test_mike_in_a_project_stays_in_it(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = state(checkout)
    project = checkout / "build" / "projects" / "2020"
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", WITH_TOOLS["PATH"])
    for command, says in MIKE:
        monkeypatch.setattr(sys, "argv", ["mike", *command])
        capfd.readouterr()
        mike.main()
        assert capfd.readouterr().out == says or command[0] != "list"
        assert state(checkout) == before, command
    with serving("mike", "serve", place=project) as address:
        assert "Edition 2020" in answer(f"{address}/2020/").text
        assert answer(f"{address}/latest/p/1/").text == "<p>1"
    assert state(checkout) == before
    git(project, "read-tree", "gh-pages")
    git(project, "checkout-index", "--all", f"--prefix={tmp_path}/")
    deployed, ours = contents(tmp_path / "2020"), contents(checkout / "site" / "2020")
    html = [path for path in ours if path.endswith(".html")]
    assert len(html) == 3
    assert {path: deployed[path] for path in html} == {path: ours[path] for path in html}
    assert deployed.keys() >= ours.keys() - {"files/whole.md"}
    assert (tmp_path / "index.html").is_file()  # set-default leads to an edition there, not in the site


def test_mkdocs_serve_shows_an_edition_as_it_is(checkout: Path) -> None:
    before = state(checkout)
    with serving("mkdocs", "serve", place=checkout / "build" / "projects" / "2010") as address:
        page = answer(f"{address}/wt/2010/").text
        assert "Edition 2010" in page
        assert "livereload" in page
        assert "Content-Security-Policy" not in page  # which would forbid to load it again when something changed
        assert "Content-Security-Policy" in (checkout / "site" / "2010" / "index.html").read_text(encoding="utf-8")
        assert answer(f"{address}/wt/2010/p/1/").text.startswith("<p>1")
    assert state(checkout) == before


def test_mkdocs_build_at_the_root_leaves_the_site_alone(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_bytes((ROOT / "mkdocs.yml").read_bytes())
    (tmp_path / "overrides").symlink_to(ROOT / "overrides")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir()
    (site / MARK).write_text("[]", encoding="utf-8")
    (site / "index.html").write_text("built by make site", encoding="utf-8")
    run("mkdocs", "build", "-q", place=tmp_path)
    assert contents(site) == {"index.html": b"built by make site", MARK: b"[]"}
    refuse_foreign(site)
    assert "Home" in (tmp_path / "build" / "portal" / "index.html").read_text(encoding="utf-8")


def test_what_was_done_in_a_project_is_kept_and_what_was_written_over_made_good(tmp_path: Path) -> None:
    root = tmp_path
    (root / "mkdocs.yml").write_text("site_name: x\ntheme: {name: mkdocs}\nplugins: []\n", encoding="utf-8")
    shop = Workshop(root, root / "build")
    build_site(FOLDERS, root / "site", shop)
    project = root / "build" / "projects" / "2010"
    before, docs = contents(root / "site"), contents(project / "docs")
    (project / "site").mkdir()
    (project / "site" / "mine.html").write_text("mine", encoding="utf-8")
    (project / "docs" / "index.md").write_text("# Other\n", encoding="utf-8")
    (project / "docs" / "more.md").write_text("# More\n", encoding="utf-8")
    (project / "mkdocs.yml").write_text("site_name: y\n", encoding="utf-8")
    git(project, "branch", "mine")
    build_site(FOLDERS, root / "site", shop)
    assert contents(root / "site") == before
    assert contents(project / "docs") == docs
    assert "site_name: '2010'" in (project / "mkdocs.yml").read_text(encoding="utf-8")
    assert (project / "site" / "mine.html").is_file()
    assert "mine" in git(project, "branch")


# --- Settings ------------------------------------------------------------------------------------------

LAID_OVER: tuple[tuple[str, dict[str, object]], ...] = (
    ("site_name: x\n", {"site_name": "y"}),
    ("site_name: x\nextra: {a: {b: 1, c: [1, 2]}}\n", {"extra": {"a": {"c": [3], "d": None}, "e": "yes"}}),
    ("site_name: x\nextra: {a: 1}\nnav: [a.md]\n", {"nav": [{"A 'b': c": ["a.md", {"é": "b.md"}]}], "extra": {}}),
    ("site_name: !ENV [NOT_SET, 'by default']\nextra: &e {a: 1}\n", {"extra": {"when": "2006-04", "no": "no"}}),
    ("site_name: x\nplugins: {search: {lang: en}}\n", {"extra": {"t": ("a", "b")}}),
    (
        "site_name: x\nplugins:\n  - search\n  - mike: {alias_type: redirect}\n",
        {"site_url": "https://a.example/b/"},
    ),
    ("site_name: x\nplugins: [mike]\nvalidation: {nav: {not_found: warn}}\n", {"validation": {"links": {}}}),
    ("site_name: x\ntheme: {name: material, features: [a]}\n", {"theme": {"features": [], "language": "en"}}),
)


@pytest.mark.parametrize(("base", "over"), LAID_OVER)
def test_settings_are_laid_over_as_mkdocs_inherits_them(base: str, over: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "base.yml").write_text(base, encoding="utf-8")
    (tmp_path / "one.yml").write_bytes(complete(base.encode(), over))
    (tmp_path / "two.yml").write_bytes(complete(b"INHERIT: base.yml", over))
    one, two = (load_config(str(tmp_path / name)) for name in ("one.yml", "two.yml"))
    told = [
        {**config, "plugins": None, "config_file_path": None, "theme": dict(config["theme"])}
        for config in (one, two)
    ]
    for each in told:
        each.pop("markdown_extensions")
    assert told[0] == told[1]
    mike = one["plugins"]["mike"].config
    assert (mike["canonical_version"], mike["alias_type"]) == ("", "redirect" if "redirect" in base else "copy")
    assert any("search" in name for name in one["plugins"]) == ("search" in base or "plugins" not in base)


def test_a_list_of_extensions_goes_on_when_others_are_laid_over_it(tmp_path: Path) -> None:
    base = b"site_name: x\nmarkdown_extensions: [attr_list, {toc: {permalink: true}}]\n"
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_bytes(
        complete(base, {"markdown_extensions": {"tables": None, "toc": {"title": "a"}}})
    )
    config = load_config(str(tmp_path / "mkdocs.yml"))
    assert {"attr_list", "toc", "tables"} <= {*config["markdown_extensions"]}
    assert config["mdx_configs"]["toc"] == {"permalink": True, "title": "a"}


@pytest.mark.parametrize("broken", [b"- a\n", b"a: [\n"])
def test_settings_that_are_none_are_an_error_of_one_line(broken: bytes) -> None:
    with pytest.raises(GuidanceError, match=r"mkdocs\.yml: is not") as caught:
        complete(broken)
    assert "\n" not in str(caught.value)


def test_where_the_theme_is_found() -> None:
    assert path_from(Path("/a/b/build/projects/1"), Path("/a/b/overrides")) == "../../../overrides"
    assert path_from(Path("/tmp/work/1"), Path("/a/overrides")) == "/a/overrides"
