"""Folders of pages become one site: versions, alias, root pages, the same bytes every time."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from mike import commands as mike
from msgspec.structs import replace

from guidance.document.model import GuidanceError
from guidance.jobs.cache import Crew, Job, Ticket
from guidance.site import assemble
from guidance.site.assemble import build_site
from guidance.site.mkdocs_build import MkDocsOrder, Workshop
from guidance.site.permalink_index import NOT_LISTED
from guidance.site.projects import Folder

ROOT = Path(__file__).parents[2]
HOME = Folder("", "Library", {"index.md": b"# Home\n\n[2020](2020/)\n"}, {"site_name": "Library"})


def edition(identity: str, words: str = "words", **more: object) -> Folder:
    """An edition of one page."""
    aliases = ("latest",) if more.get("latest") else ()
    pages = {"index.md": f"# Edition {identity}\n\n{words}\n".encode()}
    return Folder(
        identity,
        identity,
        pages,
        {"site_name": identity},
        {"edition.json": b"{}\n"},
        aliases,
        str(more.get("prefix", "")),
    )


FOLDERS = (edition("2010"), edition("2020", latest=True), HOME)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: {name: mkdocs}\nplugins: []\n", encoding="utf-8")
    return Workshop(tmp_path, tmp_path / "build")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_one_site_of_all_folders(shop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built: list[str] = []
    assert build_site((*FOLDERS, edition("2019", prefix="other", latest=True)), out, shop, built.append) == ()
    assert sorted(built) == ["", "2010", "2020", "other/2019"]
    assert [v["version"] for v in json.loads((out / "versions.json").read_text())] == ["2020", "2010"]
    assert [v["aliases"] for v in json.loads((out / "versions.json").read_text())] == [["latest"], []]
    assert [v["version"] for v in json.loads((out / "other" / "versions.json").read_text())] == ["2019"]
    for path in ("index.html", "404.html", "robots.txt", "2010/edition.json", "other/2019/index.html"):
        assert (out / path).is_file(), path
    assert contents(out / "latest") == contents(out / "2020")
    assert not (out / "latest").is_symlink()
    assert not (out / "2020" / "404.html").exists()


def test_the_same_bytes_every_time(shop: Workshop, tmp_path: Path) -> None:
    build_site(FOLDERS, tmp_path / "one", shop)
    again = Workshop(shop.root, tmp_path / "build-again")
    build_site(FOLDERS, tmp_path / "two", again)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.fixture
def orders() -> Iterator[list[str]]:
    """The ids of the folders that MkDocs built meanwhile."""
    found: list[str] = []
    start = Crew.start

    def note(crew: Crew, job: Job) -> Ticket:
        found.append(msgspec.msgpack.decode(job.parts[0], type=MkDocsOrder).place)
        return start(crew, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Crew, "start", note)
        yield found


def test_only_what_changed_is_built_again(shop: Workshop, tmp_path: Path, orders: list[str]) -> None:
    build_site(FOLDERS, tmp_path / "site", shop)
    assert orders == ["2010", "2020", ""]
    orders.clear()
    build_site((edition("2010", "other words"), *FOLDERS[1:]), tmp_path / "site", shop)
    assert orders == ["2010"]
    assert "other words" in (tmp_path / "site" / "2010" / "index.html").read_text(encoding="utf-8")


PAGES = {
    "index.md": "# Home {: #home }\n\n[One](one.md#first) [Two](two.md)\n",
    "one.md": "---\ntitle: The first\n---\n\n# One\n\n## First {: #first }\n\nwords ![a](a.svg)\n",
    "two.md": "# Two\n\nmore words, [back](one.md)\n",
    "a.svg": '<svg width="9" height="9"><g/></svg>',
}
CHANGES = (
    ("two.md", "# Two\n\nother words, [back](one.md#gone)\n", True),  # a link that leads nowhere
    ("one.md", PAGES["one.md"].replace("words", "swords"), True),
    ("three.md", "# Three\n", True),  # in no navigation
    ("a.svg", '<svg width="9" height="9"><b/></svg>', False),  # what only stands beside the pages
    ("a.svg", '<svg width="8" height="9"><g/></svg>', True),  # they say how large it is
    ("index.md", PAGES["index.md"], False),
)


@pytest.mark.parametrize(("path", "content", "by_mkdocs"), CHANGES)
def test_a_folder_built_again_is_as_one_from_nothing(
    shop: Workshop, tmp_path: Path, orders: list[str], path: str, content: str, by_mkdocs: bool
) -> None:
    def folder(pages: dict[str, str]) -> Folder:
        settings = {"site_name": "x", "validation": {"links": {"anchors": "warn"}}}
        settings |= {"markdown_extensions": ["attr_list"], "nav": ["index.md", "one.md", "two.md"]}
        return Folder("", "x", {p: text.encode() for p, text in pages.items()}, settings, {"x.json": b"{}"})

    build_site((folder(PAGES), FOLDERS[0]), tmp_path / "site", shop)
    orders.clear()
    warnings = build_site((folder(PAGES | {path: content}), FOLDERS[0]), tmp_path / "site", shop)
    assert orders == ([""] if by_mkdocs else [])
    again = Workshop(shop.root, tmp_path / "build-again")
    assert build_site((folder(PAGES | {path: content}), FOLDERS[0]), tmp_path / "again", again) == warnings
    assert contents(tmp_path / "site") == contents(tmp_path / "again")


def test_a_build_that_breaks_off_leaves_the_old_site(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    build_site(FOLDERS, out, shop)
    before = contents(out)

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    breaking: list[tuple[object, str, Callable[..., None]]] = [(assemble, "deploy", break_off)]
    for where, name, instead in breaking:
        with monkeypatch.context() as patch:
            patch.setattr(where, name, instead)
            with pytest.raises(KeyboardInterrupt):
                build_site((edition("2010", "never seen"), *FOLDERS[1:]), out, shop)
    assert contents(out) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["build", "mkdocs.yml", "site"]


def test_a_site_that_was_meddled_with_is_made_good(shop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(FOLDERS, out, shop)
    before = contents(out)
    for _ in range(2):  # the second time the folder comes from the build before
        page = out / "2010" / "index.html"
        page.write_bytes(page.read_bytes() + b"written over")
        (out / "2020" / "edition.json").unlink()
        (out / "2020" / "edition.json").write_text("replaced", encoding="utf-8")
        (out / "latest" / "index.html").unlink()
        (out / "latest" / "index.html").mkdir()
        (out / "latest" / "index.html" / "more.txt").write_text("added", encoding="utf-8")
        (out / "index.html").unlink()
        (out / "elsewhere").symlink_to(tmp_path)
        (out / "versions.json").write_text("[{}]", encoding="utf-8")
        build_site(FOLDERS, out, shop)
        assert contents(out) == before
        assert not any(path.is_symlink() for path in out.rglob("*"))
    assert (tmp_path / "mkdocs.yml").is_file()


def test_a_site_on_a_disk_without_links(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    build_site(FOLDERS, tmp_path / "linked", shop)
    monkeypatch.setattr(os, "link", refuse)
    for _ in range(3):
        build_site(FOLDERS, tmp_path / "copied", shop)
        assert contents(tmp_path / "copied") == contents(tmp_path / "linked")


def test_a_page_that_mkdocs_refuses_is_an_error_of_one_line(shop: Workshop, tmp_path: Path) -> None:
    bad = Folder(
        "2010", "2010", {"index.md": b"# x"}, {"site_name": "x", "theme": {}, "markdown_extensions": ["none"]}
    )
    with pytest.raises(GuidanceError, match=r"2010: MkDocs") as caught:
        build_site((bad, HOME), tmp_path / "site", shop)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "site").exists()


def test_what_mkdocs_warns_of_is_told_each_time(shop: Workshop, tmp_path: Path) -> None:
    folders = (edition("2020", "[away](nowhere.md)", latest=True), HOME)
    for _ in range(2):
        (warning,) = build_site(folders, tmp_path / "site", shop)
        assert "2020: WARNING" in warning
        assert "nowhere.md" in warning


def test_a_root_page_cannot_hide_an_edition(shop: Workshop, tmp_path: Path) -> None:
    root = Folder("", "Library", {"index.md": b"# x", "2020/index.md": b"# y"}, {"site_name": "x"})
    with pytest.raises(GuidanceError, match="2020"):
        build_site((edition("2020"), root), tmp_path / "site", shop)


def test_pages_stay_in_their_folder(shop: Workshop, tmp_path: Path) -> None:
    escaping = Folder("2010", "2010", {"../../outside.md": b"# x"}, {"site_name": "x"})
    with pytest.raises(GuidanceError, match="below its edition"):
        build_site((escaping, HOME), tmp_path / "site", shop)


def test_mike_itself_lays_the_same_tree(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = (*FOLDERS, edition("2019", prefix="other", latest=True))
    build_site(folders, tmp_path / "site", shop)
    repository = tmp_path / "repository"
    repository.mkdir()
    for name, value in {"NAME": "x", "EMAIL": "x@localhost"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(repository)
    git("init", "--quiet", ".")
    git("commit", "--quiet", "--allow-empty", "--message=Begin")
    for folder in folders:
        if folder.id:
            site = str(shop.work / "editions" / folder.place.replace("/", "-") / "site")
            settings = {"site_dir": site, "use_directory_urls": True}
            kind = mike.AliasType.copy
            with mike.deploy(
                settings, folder.id, folder.title, list(folder.aliases), True, kind, deploy_prefix=folder.prefix
            ):
                pass
    git("read-tree", "gh-pages")
    git("checkout-index", "--all", f"--prefix={tmp_path / 'theirs'}/")
    theirs, ours = contents(tmp_path / "theirs"), contents(tmp_path / "site")
    assert len(theirs) > 10
    lists = ("sitemap.xml", "sitemap.xml.gz")  # one list serves the whole site
    assert {path: ours[path] for path in theirs if not path.endswith(lists)} == {
        path: content for path, content in theirs.items() if not path.endswith(lists)
    }


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def test_addresses_are_given_where_the_sites_own_is_known(shop: Workshop, tmp_path: Path) -> None:
    known = Workshop(shop.root, shop.work, "https://guidance.example.org/wt")
    says = f"<html><head>{NOT_LISTED}</head></html>".encode(), f"<head></head>{NOT_LISTED}".encode()
    small = replace(edition("2021"), extras={f"p/{at}/index.html": page for at, page in enumerate(says)})
    build_site((*FOLDERS, small), tmp_path / "site", known)
    short = (tmp_path / "site" / "sitemap-2021-paragraphs.xml").read_text(encoding="utf-8")
    assert "/2021/p/1/" in short
    assert "/2021/p/0/" not in short  # its own head forbids to list it
    whole = (tmp_path / "site" / "sitemap-index.xml").read_text(encoding="utf-8")
    assert "<loc>https://guidance.example.org/wt/sitemap-2020.xml</loc>" in whole
    sitemap = (tmp_path / "site" / "sitemap-2020.xml").read_text(encoding="utf-8")
    assert "<loc>https://guidance.example.org/wt/2020/</loc>" in sitemap
    assert "latest" not in whole + sitemap
    assert "Content-Security-Policy: " in (tmp_path / "site" / "_headers").read_text(encoding="utf-8")
    assert "https://guidance.example.org/wt/sitemap.xml" in (tmp_path / "site" / "robots.txt").read_text()
    page = (tmp_path / "site" / "2020" / "index.html").read_text(encoding="utf-8")
    assert 'rel="canonical" href="https://guidance.example.org/wt/2020/"' in page
