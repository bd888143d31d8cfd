"""The log and its feeds: valid Atom, ids that stay, days from data."""

import re
import uuid
from xml.etree import ElementTree as Tree  # of what we wrote ourselves

import pytest

import documents
from guidance.build.comparisons import compare_documents
from guidance.build.log import News, gather_news
from guidance.document.law import Law, LawSince
from guidance.document.model import GuidanceError
from guidance.link.agencies import Agency, Vocabulary
from guidance.site.feeds import read_log

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


def news(site_url: str | None = None) -> News:
    one = documents.library()
    compared = compare_documents({"2011": one, "2021": one}, Vocabulary((Agency("library", "Libraries", ()),)))
    return gather_news(PUBLICATION, compared, LOG, site_url, LAW)


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
    page = held.page.markdown
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
