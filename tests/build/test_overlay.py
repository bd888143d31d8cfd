"""A partnership's folder is laid over the site: its own where it may be, nothing of it where it may not."""

import io
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import markdown
from PIL import Image

from guidance.build.handwritten import read_overlay
from guidance.build.orders import BuildOrder
from guidance.build.site import ASK_ADDRESS, build
from guidance.check.site import check_site
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, Publication
from guidance.site.indexes import Part, Topic, Topics
from guidance.site.mkdocs_build import Workshop
from guidance.site.overlay import (
    Colours,
    Overlay,
    Partnership,
    check_colours,
    check_drawing,
    contrast,
    edition_links,
    local_boxes,
    make_overlay,
)
from guidance.site.permalink_index import read_tokens
from guidance.site.safe_markdown import make_safe

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "data" / "overlay"
ALLOWED = {"http", "https", "mailto", "tel", "guidance", "comparison"}  # the last two are ours: citations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example, to be spoiled."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "overlay"))


def shown(page: str) -> BeautifulSoup:
    """A page as MkDocs would print it."""
    body = page.split("---\n", 2)[-1]
    extensions = ["attr_list", "md_in_html", "tables", "def_list", "abbr", "admonition", "toc"]
    return BeautifulSoup(markdown(body, extensions=extensions), "lxml")


def test_the_example_is_read(folder: Path) -> None:
    overlay = read_overlay(folder, *read_tokens(ROOT))
    assert overlay.nav == ("local/index.md", "local/referrals.md")
    front = shown(overlay.files["local/index.md"].decode())
    assert [h.get_text() for h in front.select("h1")] == ["Three Bays Safeguarding Children Partnership"]
    assert "tel:01632960001" in [a.get("href") for a in front.select("a")]
    assert "ring 999" in front.get_text()
    assert "We keep this page short" in front.get_text()
    assert overlay.left_out == ()


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick='x'>b</b> c",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\\\nscript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example/)",
    "[x](../../2023/)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "# T {: onclick=alert(1) }",
    "words {: style='x' onmouseover=alert(1) }",
    "`code` {: onclick=alert(1) }",
    "```html onclick=alert(1)\n<script>alert(1)</script>\n```",
    "<div markdown='1'>\n<script>alert(1)</script>\n</div>",
    "</div></div><script>alert(1)</script>",
    "[<img src=x onerror=alert(1)>](guidance:2023/para-1)",
    "`[<img src=x onerror=alert(1)>](guidance:2023/para-1)`",
    "a ` b [<script>x</script>](guidance:2023/para-1) ` c",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<!-- standing --> --8<-- "index.md"',
    "*[HTML]: <script>",
    "| a |\n|--:|\n| <script> |",
    "{{ config.extra }} {% include 'x' %}",
)


def harmless(soup: BeautifulSoup) -> None:
    """Assert that nothing on a page can run, load, or look like something of the site's."""
    assert not soup.select("script, style, iframe, object, embed, form, input, button, svg, base, link, meta")
    for element in soup.find_all(True):
        assert set(element.attrs) <= {"href", "src", "alt", "start", "id", "class"}, element
        assert element.get("class") in (None, ["local"])
        for name in ("href", "src"):
            scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", str(element.get(name, "")))
            assert scheme is None or scheme[1].lower() in ALLOWED
        assert not str(element.get("src", "")).startswith(("http", "//"))
        assert not str(element.get("href", "")).startswith("//")
    assert len(soup.select("div.local")) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_or_script_of_theirs_reaches_a_page(text: str) -> None:
    safe = make_safe(f"# Title\n\n{text}\n\nAfter.\n", "a.md", {"a.md"})
    soup = shown(safe.markdown)
    harmless(soup)
    assert soup.select("div.local > p")[-1].get_text() == "After."


_PIECES = (
    "<script>",
    "](",
    "[",
    ")",
    "javascript:",
    "{: onclick=x }",
    "`",
    "\n",
    "\n\n",
    "<div>",
    "&#60;",
    "#",
    "x",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*_PIECES, "guidance:2023/para-1", "![", "|", "    ", "- ", "**", "-->", "<!--"])))
def test_nor_does_any_mixture(pieces: list[str]) -> None:
    try:
        safe = make_safe("".join(pieces), "a.md", {"a.md"})
    except GuidanceError:  # leads to a file that is not there, such as "![](<script>)": refused, nothing is printed
        return
    harmless(shown(safe.markdown))


def test_what_is_left_out_is_told_and_its_words_stay() -> None:
    safe = make_safe("[our policy](javascript:alert(1)) and [home](index.md)", "b/a.md", {"b/a.md", "b/index.md"})
    assert safe.left_out == ("b/a.md: a link was left out, only its words stand (javascript:)",)
    assert "our policy" in shown(safe.markdown).get_text()
    assert [a["href"] for a in shown(safe.markdown).select("a")] == ["../"]
    with pytest.raises(GuidanceError, match=r"a\.md: leads to gone\.md"):
        make_safe("[x](gone.md)", "a.md", {"a.md"})


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<a href="https://evil.example/"><rect/></a>',
        '<use xlink:href="https://evil.example/x.svg#a"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        "<style>@import 'https://evil.example/x.css';</style>",
        "<style>rect { fill: u\\rl(https://evil.example) }</style>",
        '<rect style="fill: url( https://evil.example )"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
        '<?xml-stylesheet href="https://evil.example/x.css"?>',
    ],
)
def test_a_drawing_that_holds_more_than_a_drawing_is_refused(inside: str) -> None:
    with pytest.raises(GuidanceError, match=r"logo\.svg: holds"):
        check_drawing(SVG.format(inside).encode(), "logo.svg")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<text>&b;</text>").encode(),
        SVG.format("<rect>").encode(),
    ],
)
def test_what_is_no_drawing_is_refused(content: bytes) -> None:
    with pytest.raises(GuidanceError, match=r"logo\.svg"):
        check_drawing(content, "logo.svg")


def test_a_plain_drawing_passes() -> None:
    inside = '<style>.a{fill:url(#g)}</style><defs><linearGradient id="g"/></defs><use href="#g"/><path d="M0 0"/>'
    check_drawing(SVG.format(inside).encode(), "logo.svg")


def test_a_picture_is_written_anew(folder: Path) -> None:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(held, "PNG")
    (folder / "docs" / "bay.png").write_bytes(held.getvalue() + b"<script>alert(1)</script>")
    (folder / "docs" / "more.md").write_text("![The bay](bay.png)", encoding="utf-8")
    overlay = read_overlay(folder, *read_tokens(ROOT))
    assert b"script" not in overlay.files["local/bay.png"]
    assert [i["src"] for i in shown(overlay.files["local/more.md"].decode()).select("img")] == ["../bay.png"]
    (folder / "docs" / "bay.png").write_bytes(b"no picture")
    with pytest.raises(GuidanceError, match=r"bay\.png: is not a PNG"):
        read_overlay(folder, {}, {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('link = "#8fb7e6"', r"colours.link #8fb7e6 on the page, #\w+, has a contrast of 2\.\d to 1; choose"),
        ('link_dark = "#1f3a5f"', r"colours.link_dark #1f3a5f"),
        ('band_text = "#1f3a60"', r"colours.band_text #1f3a60 on the band, #1f3a5f, has a contrast of 1\.0 to 1"),
        ('link = "red; } body { display: none"', "link"),
        ('style = "x"', "style"),
    ],
)
def test_colours_that_cannot_be_read_are_one_clear_line(folder: Path, line: str, said: str) -> None:
    path = folder / "partnership.toml"
    name = line.split(" ")[0]
    kept = [one for one in path.read_text(encoding="utf-8").splitlines() if not one.startswith(f"{name} =")]
    at = kept.index("[colours]") + 1
    path.write_text("\n".join([*kept[:at], line, *kept[at:]]), encoding="utf-8")
    with pytest.raises(GuidanceError, match=said) as refused:
        read_overlay(folder, *read_tokens(ROOT))
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    check_colours(Colours(), *read_tokens(ROOT), "x")  # the site's own


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("docs/run.html", "<script>", "only Markdown"),
        ("docs/a b.md", "x", "name it with letters"),
        ("docs/bad.md", b"\xff\xfe", "is not UTF-8"),
        ("docs/cites.md", "[x](guidance:2023/para-9999)", "no such anchor"),
        ("partnership.toml", "name = 5", "name"),
        ("partnership.toml", 'name = "X"\nlogo = "../../etc/passwd"', "no such file in this folder"),
        ("partnership.toml", 'name = "X"\n[[links]]\ntitle = "x"\nurl = "javascript:alert(1)"', "url"),
        ("partnership.toml", "not TOML", "partnership.toml"),
        (
            "partnership.toml",
            'name = "X"\n[[contacts]]\nwho = "Y"\nphone = "ring us"',
            "contacts.phone is to be a tele",
        ),
        ("partnership.toml", 'name = "X"\nlogoo = "y"', "logoo is no entry; there are name, logo"),
        ("partnership.toml", 'name = "X"\n[[contacts]]\nphone = "01632 960001"', "contacts needs who; add it"),
        (
            "partnership.toml",
            'name = "X"\nsite_url = "our site"',
            "site_url is to be an address that begins with https",
        ),
        ("partnership.toml", 'name = ""', "name is empty or longer"),
        ("partnership.toml", 'name = "X"\nlogo = "index.md"', "move docs/index.md here"),
        ("index.md", "x", "pages belong into the folder docs; move it there"),
        ("old-logo.png", "x", 'if it is the logo, write logo = "old-logo.png"'),
        ("notes.docx", "x", "has no effect here; take it out"),
        ("Docs/a.md", "x", "name this folder docs, in small letters"),
        ("pages/a.md", "x", "only the folder docs is read"),
        ("docs/Policies/a.md", "x", "name the folder in small letters, policies"),
        ("docs/Index.md", "x", "name it index.md"),
        ("docs/a.MD", "x", "name it a.md"),
        ("docs/bay.webp", "x", "WEBP pictures are not read; save it as PNG or JPEG"),
        ("docs/bay.png", b"RIFF\0\0\0\0WEBPVP8 ", "is a WebP picture, whatever its name"),
        ("docs/edition.md", "[x](guidance:2027)", "there is no such edition, but 1999, 2006"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    folder: Path, tmp_path: Path, path: str, content: str | bytes, said: str
) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    order = BuildOrder(
        ROOT / "versions", (), tmp_path / "site", Workshop(ROOT, tmp_path / "b"), tmp_path / "c", overlay=folder
    )
    with pytest.raises(GuidanceError, match=re.escape(said)) as refused:
        build(order, None)
    assert not (tmp_path / "site").exists()
    assert "\n" not in str(refused.value)
    assert not re.search(r"regex|\[0-9|\$\.|Expected `|Object", str(refused.value)), "in words of whoever writes it"


def test_a_byte_order_mark_is_fine(folder: Path) -> None:
    for name in ("partnership.toml", "docs/index.md", "docs/referrals.md"):
        (folder / name).write_bytes(b"\xef\xbb\xbf" + (folder / name).read_bytes())
    overlay = read_overlay(folder, *read_tokens(ROOT))
    assert overlay.partnership.name == "Three Bays Safeguarding Children Partnership"
    assert not any(b"\xef\xbb\xbf" in content for content in overlay.files.values())


@pytest.mark.parametrize(
    ("page", "link", "way", "words"),
    [
        ("a.md", "[](guidance:2026)", "../../2026/", "Keeping the Harbour 2026 (in force)"),
        ("index.md", "[](guidance:2026)", "../2026/", "Keeping the Harbour 2026 (in force)"),
        ("b/a.md", "[our rules](guidance:2018)", "../../../2018/", "our rules (2018, superseded in May 2026)"),
        ("b/index.md", "[](guidance:2018)", "../../2018/", "Keeping the Harbour 2018 (superseded in May 2026)"),
        ("a.md", "[x](guidance:2026/para-4)", "../../2026/", "x (2026, in force; its text is not here)"),
    ],
)
def test_a_link_to_an_edition_leads_to_its_page_and_says_its_standing(
    page: str, link: str, way: str, words: str
) -> None:
    publication = Publication(
        "Keeping the Harbour",
        "KH",
        "A made-up office",
        (
            Edition("2018", "Keeping the Harbour", "2018-05", ended="2026-05"),
            Edition("2026", "Keeping the Harbour", "2026-05"),
        ),
    )
    safe = make_safe(f"# T\n\nSee {link}.", page, {page}, edition_links(publication, {"2018"}))
    (found,) = shown(safe.markdown).select("a")
    assert (found["href"], found.get_text()) == (way, words)
    kept = make_safe("[x](guidance:2018/para-4)", page, {page}, edition_links(publication, {"2018"}))
    assert '<a href="guidance:2018/para-4">x</a>' in kept.markdown


def test_a_folder_without_its_file_or_with_links_to_elsewhere_is_refused(folder: Path) -> None:
    (folder / "docs" / "passwd.md").symlink_to("/etc/passwd")
    with pytest.raises(GuidanceError, match="link to another place"):
        read_overlay(folder, {}, {})
    (folder / "partnership.toml").unlink()
    with pytest.raises(GuidanceError, match=r"partnership\.toml: is not there"):
        read_overlay(folder, {}, {})


@pytest.mark.slow
def test_a_build_with_an_overlay_leaves_text_status_and_unofficial_as_they_are(tmp_path: Path) -> None:
    sites, warned = {}, list[tuple[str, ...]]()
    for name, overlay in (("plain", None), ("theirs", EXAMPLE)):
        shop = Workshop(ROOT, tmp_path / "build")
        order = BuildOrder(ROOT / "versions", (), tmp_path / name, shop, tmp_path / "cache", overlay=overlay)
        warned.append(build(order, None).warnings)
        sites[name] = tmp_path / name
    assert warned == [(), (ASK_ADDRESS,)]
    assert not check_site(sites["theirs"], ROOT / "versions").faults
    pages = sorted(p.relative_to(sites["plain"]) for p in sites["plain"].rglob("*.html"))
    small = [path for path in pages if {"p", "t", "embed", "specimen"} & set(path.parts[:2])]
    assert len(small) > 1000
    assert all(len({(site / path).read_bytes() for site in sites.values()}) == 1 for path in small)
    for path in sorted(set(pages) - set(small))[::3]:
        one, other = (BeautifulSoup((site / path).read_bytes(), "lxml") for site in sites.values())
        for part in ("article", ".status", ".unofficial", ".foot"):
            assert [str(e) for e in one.select(part)] == [str(e) for e in other.select(part)], path
    page = BeautifulSoup((sites["theirs"] / "2023" / "index.html").read_bytes(), "lxml")
    assert [a.get_text() for a in page.select("header a.whose")] == ["Three Bays Safeguarding Children Partnership"]
    referrals = BeautifulSoup((sites["theirs"] / "local" / "referrals" / "index.html").read_bytes(), "lxml")
    assert [a["href"] for a in referrals.select("a.cite")] == ["../../2023/p/153/"]
    for place in ("topics/referral", "guide/referral", "guide/disagreeing"):
        shown_there = BeautifulSoup((sites["theirs"] / place / "index.html").read_bytes(), "lxml")
        (box,) = shown_there.select("aside.local-box")
        assert box.get_text(" ", strip=True).startswith("Local, not part of the guidance. Three Bays Safeguarding")
        assert "Ring the front door first" in box.get_text()
        assert "Back to" not in box.get_text()


TOPICS = Topics("2023", (Topic("a-b", "A b", (Part("x", ("para-1",)),), pages=("parents/c.md", "guide/c.md")),))


def local_page(named: str, tmp_path: Path) -> Overlay:
    text = f"---\nlocal: {named}\n---\n\n# Who to call\n\nCall <b>us</b> on 1.\n\n## More\n\nNothing.\n"
    return make_overlay(Partnership("Bays"), None, {"call.md": text}, {})


def test_a_local_page_is_shown_at_the_topics_and_places_that_it_names(tmp_path: Path) -> None:
    box = {"title": "Who to call", "to": "local/call/", "opening": ["Call <b>us</b> on 1."]}
    assert local_boxes(local_page("[a-b]", tmp_path), TOPICS) == {"topics/a-b/": [box], "guide/c/": [box]}
    assert local_boxes(local_page("[2023/para-1]", tmp_path), TOPICS) == {"topics/a-b/": [box]}
    assert local_boxes(None, TOPICS) == {}
    with pytest.raises(GuidanceError, match="local names a-c, which is no topic"):
        local_boxes(local_page("[a-b, a-c]", tmp_path), TOPICS)
    with pytest.raises(GuidanceError, match=r"call.md: its head may hold local alone"):
        local_page("a-b", tmp_path)
