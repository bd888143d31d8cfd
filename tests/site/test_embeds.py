"""What other sites embed: its exact form, with text and without, and no markup in it that is not ours."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import structs

import documents
from embedded import embed_files
from guidance.document.model import Document, GuidanceError
from guidance.document.walk import plain_text
from guidance.site.embeds import bare_html, clean_letters, digest, put_in_examples, quotation, quoted_words, status

SITE = "https://guidance.example.org/wt"
SHELF = structs.replace(documents.library_shelf(("2011",)), site_url=SITE)


def test_a_quotation_has_the_form_that_copied_ones_have() -> None:
    assert quotation(("2011", "para-3"), SHELF) == (
        f'<blockquote class="guidance-quote" cite="{SITE}/2011/p/3/" data-guidance="2011/para-3">'
        f'<p><cite><a href="{SITE}/2011/p/3/">Running a community library 2011, paragraph 3</a>: '
        "superseded on 18 June 2021</cite></p> "
        f"{bare_html(SHELF.provisions['2011']['para-3'])}</blockquote>"
    )
    assert "href" not in quotation(("2011", "para-3"), structs.replace(SHELF, site_url=None))


def test_without_text_oembed_is_a_link_and_the_frame_says_so() -> None:
    files = embed_files(SHELF)
    rich, link = (json.loads(files[f"oembed/{edition}/1.json"]) for edition in ("2011", "2001"))
    assert (rich["type"], link["type"]) == ("rich", "link")
    shown, frame = rich["html"].split("<iframe ")
    assert shown == quotation(("2011", "para-1"), SHELF)
    assert f'src="{SITE}/embed/2011/1/"' in frame
    assert {"width", "height"} < rich.keys()
    assert "html" not in link
    assert "not loaded" in BeautifulSoup(files["embed/2001/1/index.html"], "lxml").get_text()
    assert {path.rpartition(".")[2] for path in files if path.startswith("oembed/")} == {"json"}


def test_frames_leave_themselves_and_are_not_indexed() -> None:
    pages = {path: page for path, page in embed_files(SHELF).items() if path.endswith(".html")}
    assert len(pages) == sum(map(len, SHELF.entries.values())) + len(SHELF.entries)  # and what is not there
    for page in pages.values():
        soup = BeautifulSoup(page, "lxml")
        assert all(link["target"] == "_top" for link in soup.select("a[href]"))
        assert soup.select("meta[name=robots][content=noindex]")
        assert not soup.select("script, [style], style")
        assert len(page) < 8000


def test_a_status_file_tells_of_all_and_only_what_is_known() -> None:
    assert status("2001", SHELF) == {
        "edition": "2001",
        "name": "Running a community library 2001",
        "standing": "Superseded on 1 May 2011",
        "inForce": "2021",
        "words": {},
        "today": {},
        "isListed": True,
        "unread": list(SHELF.entries["2001"]),
    }
    words = status("2011", SHELF)["words"]
    assert isinstance(words, dict)
    assert set(words) == set(SHELF.provisions["2011"])


@settings(
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(documents.documents())
def test_a_bare_quotation_has_the_text_s_letters_and_no_other_markup(document: Document) -> None:
    for provision in (*document.provisions, *document.notes):
        soup = BeautifulSoup(bare_html(provision), "lxml")
        assert digest(soup.get_text()) == digest(quoted_words(provision))
        for word in re.findall(r"[a-z]+", plain_text(provision)):
            assert word in clean_letters(soup.get_text())
        allowed = {"html", "body", "p", "ul", "li", "table", "caption", "tbody", "tr", "td", "th", "strong"}
        assert {element.name for element in soup.find_all(True)} <= allowed
        assert all(set(element.attrs) <= {"colspan", "rowspan"} for element in soup.find_all(True))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("It’s open – now.", "It's open - NOW", True),
        ("ﬁnd 1½", "find 11⁄2", True),
        ("must open", "should open", False),
        ("section 4", "section 5", False),
    ],
)
def test_a_digest_sees_letters_and_digits_alone(one: str, other: str, same: bool) -> None:
    assert (digest(one) == digest(other)) == same
    assert digest("a") == "e40c292c"  # FNV-1a as published
    assert clean_letters("A b") == "ab"


def test_examples_in_hand_written_pages_are_live() -> None:
    page = b"# Link\n\n<!-- quotation 2011/para-3 -->\n\n`https://site.example.org/embed.js`\n"
    shown = put_in_examples({"a.md": page, "b.svg": b"<!-- quotation 2011/para-3 -->"}, SHELF)
    assert quotation(("2011", "para-3"), SHELF) in shown["a.md"].decode()
    assert f"`{SITE}/embed.js`" in shown["a.md"].decode()
    assert shown["b.svg"] == b"<!-- quotation 2011/para-3 -->"
    missing = put_in_examples({"a.md": b"<!-- quotation 2001/para-3 -->"}, SHELF)["a.md"]
    assert b"not loaded" in missing
    with pytest.raises(GuidanceError, match="no such permalink"):
        put_in_examples({"a.md": b"<!-- quotation 2001/para-99 -->"}, SHELF)
