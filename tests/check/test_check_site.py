"""The crawler sees what is broken in built pages: one planted breakage at a time, in a site that is sound."""

import json
import shutil
from pathlib import Path

import pytest

from guidance.check.site import Fault, check_site, gathered
from guidance.document.anchors import write_permalinks
from guidance.document.model import GuidanceError, Permalink
from guidance.site.host_files import site_rules

PAGE = """<!doctype html><html lang="en"><head><title>x</title><link rel="stylesheet" href="{up}assets/site.css">
<link rel="canonical" href="https://guidance.example.org/2020/"></head>
<body><main><article><h1 id="top-of-it">x</h1>{body}</article></main></body></html>"""

REGISTER = """
title = "Keeping a library"
short = "KL"
publisher = "A made-up office"
[[editions]]
id = "2020"
title = "Keeping a library 2020"
published = "2020-01-01"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A sound site of one edition with one paragraph."""
    site = tmp_path / "site"
    for folder in ("assets", "2020/chapter-1", "2020/p/1", "latest/chapter-1"):
        (site / folder).mkdir(parents=True)
    (site / "assets" / "site.css").write_text("body { background: url(dot.png) } /* url(http://x.org/y) */")
    (site / "assets" / "dot.png").write_bytes(b"dot")
    body = (
        '<p><a href="2020/">2020</a> <a href="2020/chapter-1/#para-1">1</a> <a href="/latest/">now</a>'
        ' <a href="#top-of-it">up</a> <a href="#">top</a> <a href="mailto:a@example.org">mail</a>'
        ' <a href="https://elsewhere.example.org/">away</a> <img alt="" src="assets/dot.png"></p>'
    )
    pages = {
        "index.html": ("", body),
        "2020/index.html": ("../", '<a href="chapter-1/">1</a>'),
        "2020/chapter-1/index.html": ("../../", '<p id="para-1">1. Words <a href="../">up</a></p>'),
        "2020/p/1/index.html": ("../../../", '<a href="../../chapter-1/#para-1">Read it</a>'),
        "latest/index.html": ("../", ""),
        "latest/chapter-1/index.html": ("../../", ""),
    }
    for path, (up, inside) in pages.items():
        (site / path).write_text(PAGE.format(up=up, body=inside), encoding="utf-8")
    (site / "versions.json").write_text('[{"version": "2020", "title": "2020", "aliases": ["latest"]}]')
    record = {"anchor": "para-1", "url": "2020/chapter-1/#para-1", "parents": []}
    (site / "2020" / "provisions.json").write_text(json.dumps([record]))
    return site


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    folder = tmp_path / "publication"
    (folder / "2020").mkdir(parents=True)
    (folder / "editions.toml").write_text(REGISTER, encoding="utf-8")
    write_permalinks(folder / "2020" / "permalinks.tsv", [Permalink("para-1", "paragraph", "1", 1, "0" * 16)])
    return folder


def test_a_sound_site_has_no_fault(site: Path, publication: Path) -> None:
    report = check_site(site, publication)
    assert report.faults == ()
    assert report.pages == 6
    assert report.links > 10


def test_links_are_followed_as_a_host_with_rules_leads_them_on(site: Path, publication: Path) -> None:
    shutil.rmtree(site / "latest")
    home = site / "index.html"
    ways = (
        '<a href="latest/chapter-1/#para-1">now</a> <iframe src="embed/2020/1"></iframe> <a href="{}">2</a></body>'
    )
    sound = home.read_text(encoding="utf-8")
    home.write_text(sound.replace("</body>", ways.format("latest/")), encoding="utf-8")
    assert check_site(site, publication).faults, "without rules these lead nowhere"
    (site / "_redirects").write_bytes(site_rules([("2020", "latest")]))
    frame = site / "2020" / "p" / "1" / "index.html"
    frame.write_text(frame.read_text(encoding="utf-8").replace("<main>", '<main id="frame">'), encoding="utf-8")
    assert check_site(site, publication).faults == ()
    for way in ("latest/nowhere/", "latest/chapter-1/#nowhere", "embed/2020/2/", "t/2020-para-1/"):
        home.write_text(sound.replace("</body>", ways.format(way)), encoding="utf-8")
        assert [fault.file for fault in check_site(site, publication).faults] == ["index.html"], way


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('<a href="2019/">', "2019/ leads nowhere"),
        ('<a href="../outside/">', "leads nowhere"),
        ('<a href="2020/chapter-1/#para-2">', "no id para-2"),
        ('<a href="#nowhere">', "no id nowhere"),
        ('<a href="/absolute/">', "leads nowhere"),
        ('<a href="2020/chapter-1/?x=1#para%2D9">', "no id para-9"),
        ('<a href="javascript:alert(1)">', "not safe"),
        ('<a href="data:text/html,x">', "not safe"),
        ('<a href="http://[broken">', "not an address"),
        ('<p id="top-of-it">', "top-of-it stands more than once"),
        ('<img src="missing.png">', "missing.png cannot be loaded"),
        ('<img src="https://pictures.example.org/x.png">', "third party"),
        ('<img srcset="assets/dot.png 1x, //cdn.example.org/x.png 2x">', "third party"),
        ('<script src="https://cdn.example.org/x.js"></script>', "third party"),
        ('<iframe src="https://example.org/"></iframe>', "third party"),
        ('<link rel="preconnect" href="https://fonts.example.org">', "third party"),
        ('<style>@import "https://fonts.example.org/x.css";</style>', "third party"),
        ('<p style="background:url(https://example.org/x.png)">', "third party"),
        ('<svg><use href="missing.svg#x"></use></svg>', "missing.svg cannot be loaded"),
        ('<svg><use xlink:href="missing.svg#x"></use></svg>', "missing.svg cannot be loaded"),
        ('<svg><a xlink:href="javascript:alert(1)">', "not safe"),
        ('<a href=" java&#10;script:alert(1)">', "not safe"),
        ('<button formaction="vbscript:x">', "not safe"),
        ('<form action="//./search/">', 'leads to the host "."'),
        ('<a href="//./2026/">', 'leads to the host "."'),
        ('<a href="https:///2026/">', 'leads to the host ""'),
        ('<a href="https://../x">', "which is none"),
        ('<a href="https://a.example\\@evil.example/">', "which is none"),
        ('<meta http-equiv="refresh" content="0; url=nowhere/">', "nowhere/ leads nowhere"),
        ('<meta http-equiv="Refresh" content="0;URL=\'javascript:alert(1)\'">', "not safe"),
        ("<article><script>alert(1)</script></article>", "has a script in its text"),
        ('<article><script type="module">alert(1)</script></article>', "has a script in its text"),
        ('<p onclick="alert(1)">', "<p onclick=…>, which acts by itself"),
        ('<iframe srcdoc="<script>alert(1)</script>"></iframe>', "<iframe srcdoc=…>"),
    ],
)
def test_a_broken_page_is_found(site: Path, broken: str, words: str) -> None:
    page = site / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{broken}</body>"), encoding="utf-8")
    faults = check_site(site).faults
    assert [f.file for f in faults] == ["index.html"]
    assert words in faults[0].message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"<!-- x -->", "cannot be read as a page"),
        (b"\x00\xff\xfe", ""),
        (PAGE.format(up="../", body="")[:-9].encode(), "is cut off: its end is missing"),
        (b"<!doctype html><html lang=en><body><p>No main part.</body></html>", "has no main part"),
    ],
)
def test_a_page_that_is_empty_or_cut_is_a_fault_of_one_line(site: Path, content: bytes, words: str) -> None:
    (site / "latest" / "index.html").write_bytes(content)
    faults = [fault for fault in check_site(site).faults if fault.file == "latest/index.html"]
    assert faults
    assert words in faults[0].message
    assert not any("\n" in fault.message for fault in faults)


def test_what_the_theme_brings_is_no_fault(site: Path) -> None:
    page = site / "index.html"
    theme = '<script>var a=1</script><script type="application/json">{}</script><script src="assets/a.js"></script>'
    (site / "assets" / "a.js").write_text("1")
    data = '<article><script type="application/ld+json">{}</script></article>'
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{theme}{data}</body>"), encoding="utf-8")
    assert check_site(site).faults == ()


@pytest.mark.parametrize("live", ["<script>1</script>", '<g onload="x()"/>', '<a href="javascript:x()"/>'])
def test_a_picture_with_a_script_is_found(site: Path, live: str) -> None:
    (site / "assets" / "x.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><p>on=1</p>{live}</svg>')
    assert [fault.file for fault in check_site(site).faults] == ["assets/x.svg"]
    (site / "assets" / "x.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><p id="a">on = 1</p></svg>')
    assert check_site(site).faults == ()


def test_style_sheets_are_read(site: Path) -> None:
    (site / "assets" / "site.css").write_text("@font-face { src: url('https://fonts.example.org/x.woff2') }")
    faults = check_site(site).faults
    assert [(f.file, "third party" in f.message) for f in faults] == [("assets/site.css", True)]


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ("{}", "not a list"),
        ("nonsense", "not a list"),
        ("[]", "no edition"),
        ('[{"version": "2020", "aliases": []}]', "latest"),
        ('[{"version": "2020", "aliases": ["latest"]}, {"version": "2019"}]', "2019"),
        ('[{"version": "2020", "aliases": ["latest"]}, {"version": "2020"}]', "more than once"),
    ],
)
def test_versions_are_what_is_there(site: Path, versions: str, words: str) -> None:
    (site / "versions.json").write_text(versions)
    assert [f for f in check_site(site).faults if f.file == "versions.json" and words in f.message]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "2020/chapter-1/#para-9"}, "leads nowhere"),
        ({"url": "2020/chapter-9/#para-1"}, "leads nowhere"),
        ({"parents": ["chapter-9"]}, "chapter-9, which is not there"),
    ],
)
def test_every_provision_is_where_the_data_says(site: Path, change: dict[str, object], words: str) -> None:
    record: dict[str, object] = {"anchor": "para-1", "url": "2020/chapter-1/#para-1", "parents": []}
    (site / "2020" / "provisions.json").write_text(json.dumps([record | change]))
    assert [f for f in check_site(site).faults if words in f.message]


@pytest.mark.parametrize(
    ("duties", "words"),
    [
        ([{}], None),
        ([{"anchor": "para-9"}], "has a duty at para-9, which is not in provisions.json"),
        ([{"strength": "shall"}], "has a duty of the strength shall"),
        ("none", "is not a list of duties"),
    ],
)
def test_every_duty_stands_somewhere(site: Path, duties: list[dict[str, object]] | str, words: str | None) -> None:
    whole: dict[str, object] = {"anchor": "para-1", "page": 1, "sentence": "Read.", "strength": "must", "who": []}
    rows = duties if isinstance(duties, str) else [whole | duty for duty in duties]
    (site / "2020" / "duties.json").write_text(json.dumps(rows))
    assert [words in fault.message for fault in check_site(site).faults if words] == [True] * bool(words)
    assert words or not check_site(site).faults


def test_an_anchor_once_published_stays(site: Path, publication: Path) -> None:
    entries = [Permalink(anchor, "paragraph", anchor[-1], 1, "0" * 16) for anchor in ("para-1", "para-2")]
    write_permalinks(publication / "2020" / "permalinks.tsv", entries)
    found = {(f.file, "published once" in f.message) for f in check_site(site, publication).faults}
    assert found == {("2020/p/2/index.html", True), ("2020/provisions.json", True)}


def test_no_site_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="make site"):
        check_site(tmp_path)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"characters_placed": 90, "characters_dropped": 9}, "1 characters are lost"),
        ({"characters_placed": 90, "characters_dropped": 12}, "2 characters too many"),
        ({"characters_placed": 90, "characters_dropped": 10}, None),
        ({"characters_placed": 90}, "does not say how many"),
        ({"text": False}, None),
    ],
)
def test_no_character_may_be_lost(site: Path, figures: dict[str, object], words: str | None) -> None:
    record = {
        "id": "2020",
        "text": True,
        "characters_source": 100,
        "characters_placed": 90,
        "characters_dropped": 10,
    }
    if "characters_placed" in figures and "characters_dropped" not in figures:
        del record["characters_dropped"]
    (site / "2020" / "edition.json").write_text(json.dumps(record | figures))
    messages = [fault.message for fault in check_site(site).faults]
    assert len(messages) == bool(words)
    assert not words or words in messages[0]


def test_what_is_wrong_everywhere_is_said_once() -> None:
    faults = (*(Fault(f"{n}.html", "x is missing") for n in range(9)), Fault("a.html", "y is missing"))
    first, second = gathered(faults)
    assert first == Fault("0.html", "x is missing (and so in 8 other files)")
    assert second == Fault("a.html", "y is missing")


def test_a_site_that_stands_below_its_host_s_root_is_checked_from_there(site: Path) -> None:
    home = site / "index.html"
    below = home.read_text(encoding="utf-8").replace('href="/latest/"', 'href="/wt/latest/"')
    home.write_text(below, encoding="utf-8")
    assert [fault.message for fault in check_site(site).faults] == ["/wt/latest/ leads nowhere"]
    (site / "robots.txt").write_text(
        "User-agent: *\nSitemap: https://example.org/wt/sitemap.xml\n", encoding="utf-8"
    )
    assert check_site(site).faults == ()
    home.write_text(below.replace('href="/wt/latest/"', 'href="/latest/"'), encoding="utf-8")
    assert [fault.message for fault in check_site(site).faults] == ["/latest/ is not below the address of the site"]
