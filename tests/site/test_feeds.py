"""The log and its feeds: valid Atom, ids that stay, days from data."""

import re
import uuid
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as Tree  # of what we wrote ourselves

import pytest
from bs4 import BeautifulSoup
from markdown import markdown
from msgspec import structs

import documents
from guidance.build.comparisons import compare_documents
from guidance.build.log import News, gather_news
from guidance.document.law import Law, LawSince
from guidance.document.model import GuidanceError, Permalink
from guidance.link.agencies import Agency, Vocabulary
from guidance.site.embeds import edition_embeds
from guidance.site.feeds import (
    Corrected,
    lines_on_pages,
    lines_on_provisions,
    read_corrections,
    read_log,
    render_corrections,
)
from guidance.site.permalink_index import PermalinkIndex
from guidance.site.permalink_pages import permalink_pages

PUBLICATION = documents.library_publication()
ATOM = "{http://www.w3.org/2005/Atom}"
LOG = b'[[entries]]\ndate = "2024-02-03"\ntitle = "A <b>log</b> & more"\nwhat = "We began."\n'
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")


LAW = LawSince(
    "2021",
    (
        Law(
            id="7A",
            topic="duty to lend",
            act="Lending Act 2022",
            says="Libraries must lend.",
            basis="A",
            binds="libraries",
            passed="2022-03-04",
            start="2023-05",
            start_basis="B",
            agencies=("library",),
        ),
    ),
)


def news(site_url: str | None = None, corrected: tuple[Corrected, ...] = ()) -> News:
    one = documents.library()
    compared = compare_documents({"2011": one, "2021": one}, Vocabulary((Agency("library", "Libraries", ()),)))
    return gather_news(PUBLICATION, compared, LOG, site_url, LAW, corrected)


ENTRIES = {
    "2001": {"para-1": Permalink("para-1", "paragraph", "1", 1, "0" * 16)},
    "2021": {f"para-{n}": Permalink(f"para-{n}", "paragraph", str(n), n, "0" * 16) for n in (1, 2)},
}
INDEX = PermalinkIndex(PUBLICATION, ENTRIES, urls={"2021": {"para-1": "chapter-1/#para-1"}})
TITLES = {"guide/lend.md": "Lending"}
ON_A_PAGE = """[[correction]]
date = "2024-05-06"
page = "guide/lend.md"
wrong = "<b>Never</b>."
right = "Always."
"""
ON_PARAGRAPHS = """[[correction]]
date = "2024-05-07"
edition = "2021"
anchors = ["para-1", "para-2"]
wrong = "Lend."
right = "Lend books."
"""


def test_what_was_mended_is_told_on_one_page_on_its_places_in_the_log_and_in_the_feeds(tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_text(ON_A_PAGE + ON_PARAGRAPHS, encoding="utf-8")
    corrected = read_corrections(tmp_path, INDEX, TITLES)
    page = BeautifulSoup(
        markdown(render_corrections(corrected, {"2021": 1}).markdown, extensions=["attr_list"]), "lxml"
    )
    assert [a["href"] for a in page.select("p > a")] == [
        "log.md",
        "../2021/chapter-1/#para-1",
        "../2021/p/2/",
        "../guide/lend/",
    ]
    assert [one.get_text() for one in page.select("dd")] == ["Lend.", "Lend books.", "<b>Never</b>.", "Always."]
    assert [one["href"] for one in page.select("#sources ~ ul a")] == ["../2021/conversion/#corrections"]
    lines = lines_on_pages(corrected, "2021")
    assert {at: [one["to"] for one in told] for at, told in lines.items()} == {
        "chapter-1/": ["2021/chapter-1/#para-1"],
        "p/2/": ["2021/p/2/"],
    }
    assert list(lines_on_pages(corrected, "")) == ["guide/lend/"]
    assert lines_on_pages(corrected, "2001") == {}
    files = news(corrected=corrected).files
    told = {
        path: files[path].decode().count("Corrected: ") for path in ("feed.xml", "2021/feed.xml", "2001/feed.xml")
    }
    assert told == {"feed.xml": 2, "2021/feed.xml": 1, "2001/feed.xml": 0}
    assert "Corrected: Paragraph 1 (2021 edition)" in files["2021/feeds/chapter-1.xml"].decode()


def test_a_provisions_own_page_and_frame_say_what_was_mended_there(tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_text(ON_PARAGRAPHS, encoding="utf-8")
    mended = lines_on_provisions(read_corrections(tmp_path, INDEX, TITLES))
    publication = structs.replace(INDEX.publication, tell_us="help@lamps.example")
    index = structs.replace(INDEX, corrected=mended, publication=publication)
    (edition, anchor), (line, *_) = next(iter(mended.items()))
    page = permalink_pages(publication.edition(edition), index)[f"p/{anchor.removeprefix('para-')}/index.html"]
    frame = edition_embeds(edition, index)[f"embed/{edition}/{anchor.removeprefix('para-')}/index.html"]
    for shown in (BeautifulSoup(page, "lxml"), BeautifulSoup(frame, "lxml")):
        said = [p.get_text() for p in shown.select("p.status") if "Corrected on" in p.get_text()]
        assert len(said) == 1
        assert line["right"] in said[0]
        (tell,) = shown.select("footer.tell a")
        assert str(tell["href"]).startswith("mailto:help@lamps.example?subject=")
        letter = parse_qs(urlsplit(str(tell["href"])).query)["body"][0]
        assert [line.partition(":")[0] for line in letter.splitlines()[3:]] == [
            "Page", "Edition", "Version of the site",
        ]  # fmt: skip
        assert (
            f"\r\nEdition: {edition}, {index.publication.standing(publication.edition(edition)).phrase}\r\n"
            in letter
        )
    other = BeautifulSoup(
        edition_embeds(edition, INDEX)[f"embed/{edition}/{anchor.removeprefix('para-')}/index.html"], "lxml"
    )
    assert not other.select("footer.tell")
    assert "Corrected on" not in other.get_text()


def test_without_corrections_their_page_says_so(tmp_path: Path) -> None:
    assert read_corrections(tmp_path, INDEX, TITLES) == ()
    assert "No correction is recorded." in render_corrections((), {}).markdown


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (ON_A_PAGE.replace("lend.md", "borrow.md"), "there is no page guide/borrow.md"),
        (ON_A_PAGE.replace('page = "guide/lend.md"\n', ""), "name a page of ours, or an edition"),
        (ON_PARAGRAPHS.replace("2021", "1999"), "there is no 1999 edition"),
        (ON_PARAGRAPHS.replace("para-2", "para-9"), "the 2021 edition has no para-9"),
        (ON_A_PAGE.replace("2024-05-06", "May 2024"), "corrections.toml"),
    ],
)
def test_a_correction_of_what_is_not_there_is_an_error(written: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_text(written, encoding="utf-8")
    with pytest.raises(GuidanceError, match=why):
        read_corrections(tmp_path, INDEX, TITLES)


def test_the_law_since_is_news_for_all_and_for_those_it_binds() -> None:
    files = news().files
    for path, told in (("feed.xml", True), ("feeds/library.xml", True), ("2021/feed.xml", False)):
        titles = [entry.findtext(f"{ATOM}title") for entry in Tree.fromstring(files[path]).findall(f"{ATOM}entry")]
        assert ("Lending Act 2022: duty to lend" in titles) == told, path
        assert ("Duty to lend: reported to apply from May 2023" in titles) == told, path


@pytest.mark.parametrize("site_url", [None, "https://library.example/wt/"])
def test_every_feed_keeps_the_rules_of_atom(site_url: str | None) -> None:
    files = news(site_url).files
    assert "feeds/library.xml" in files, "the ledger's page leads there, also where nothing binds them"
    assert {"feed.xml", "2001/feed.xml", "2021/feed.xml", "2021/feeds/chapter-1.xml"} <= set(files)
    for path, content in files.items():
        feed = Tree.fromstring(content)
        assert feed.tag == f"{ATOM}feed"
        for part in (feed, *feed.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(part.findall(f"{ATOM}{name}")) == 1, (path, name)
            identity = part.findtext(f"{ATOM}id") or ""
            assert uuid.UUID(identity.removeprefix("urn:uuid:"))
            assert MOMENT.fullmatch(part.findtext(f"{ATOM}updated") or "")
            assert part.findall(f"{ATOM}link[@rel='alternate']")
        assert feed.find(f"{ATOM}author/{ATOM}name") is not None
        self = feed.find(f"{ATOM}link[@rel='self']")
        assert self is not None
        assert self.get("href", "").endswith(path)
        entries = feed.findall(f"{ATOM}entry")
        days = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
        assert days == sorted(days, reverse=True)
        assert feed.findtext(f"{ATOM}updated") == days[0]
        identities = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(set(identities)) == len(identities)


def test_ids_stay_wherever_the_site_stands() -> None:
    def identities(held: News) -> list[str]:
        return re.findall(r"<id>([^<]+)</id>", held.files["feed.xml"].decode())

    assert identities(news()) == identities(news("https://elsewhere.example/"))


def test_the_log_names_both_kinds_of_news_and_every_feed() -> None:
    held = news()
    page = held.pages[0].markdown
    assert "A &lt;b>log&lt;/b> & more" in page
    assert "superseded" in page
    for path in held.files:
        assert f'href="../{path}"' in page
    assert held.below("2021")["feed.xml"] == held.files["2021/feed.xml"]
    assert "feed.xml" in held.at_root(frozenset({"2001", "2011", "2021"}))


@pytest.mark.parametrize("bad", [b"[[entries]]\ndate = 'soon'", b"\xff", b"[[entries]]\nwho = 'me'", b"= ="])
def test_a_bad_log_is_an_error_of_one_line(bad: bytes) -> None:
    with pytest.raises(GuidanceError, match=r"^log\.toml: [^\n]+$"):
        read_log(bad)


@pytest.mark.parametrize("base", ["https://library.example/wt", None])
def test_each_event_is_there_to_pass_on_for_all_and_for_the_roles_it_binds(base: str | None) -> None:
    page = news(base).pages[1]
    assert (page.path, page.url) == ("log/digest.md", "log/digest/")
    html = BeautifulSoup(markdown(page.markdown, extensions=["attr_list"]), "lxml")
    titles = [one.get_text() for one in html.select("details[id] > summary")]
    assert titles[:2] == [
        "May 2023: Duty to lend: reported to apply from May 2023",
        "4 March 2022: Lending Act 2022: duty to lend",
    ]
    assert not any("A <b>log</b>" in title for title in titles), "what happened to this site alone is nobody's news"
    law = html.select("details[id]")[1]
    assert [one.get_text() for one in law.select("details > summary")][1:] == ["Libraries"]
    text, source, *_ = (one.get_text() for one in law.select("pre"))
    assert "Lending Act 2022: duty to lend (4 March 2022)\n" in text
    pasted = BeautifulSoup(source, "lxml")
    assert [a["href"] for a in pasted.select("p a")] == ([f"{base}/log/"] if base else [])
    assert (f"{base}/log/" in text) == bool(base)
    assert "Unofficial" in text
    assert ("does not know its own address" in html.get_text()) == (base is None)
