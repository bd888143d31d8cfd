"""What a source should not make us publish: redirectors, characters that do not show, words that a page hides."""

from pathlib import Path

import pytest

from document_marks import balance
from guidance.document.anchors import provision_fingerprint
from guidance.document.model import Correction, Document, Link
from guidance.document.walk import plain_text, provision_texts
from guidance.read import read_document

WRAPPED = (
    "https://gbr01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.org%2Fa"
    "&amp;data=05%7C01%7CA.Person%40example.gov&amp;reserved=0"
)


def read(folder: Path, body: str, head: str = "") -> Document:
    page = folder / "yard.html"
    text = (
        f"<html><head><title>x</title>{head}</head><body><main><h1>Keeping the yard</h1>{body}</main></body></html>"
    )
    page.write_text(text, encoding="utf-8")
    return read_document(page)


def links(document: Document) -> list[str]:
    texts = (text for p in document.everything for text in provision_texts(p))
    return [mark.address for text in texts for mark in text.marks if isinstance(mark, Link)]


def words(document: Document) -> str:
    return "\n".join(plain_text(p) for p in document.everything)


def test_a_redirected_link_leads_straight_on_and_is_listed_without_its_address(tmp_path: Path) -> None:
    document = read(tmp_path, f'<p>Members read <a href="{WRAPPED}">the rules of the yard</a> first.</p>')
    assert links(document) == ["https://www.example.org/a"]
    (listed,) = document.corrections
    assert (listed.find, listed.replace) == ("the link at “the rules of the yard”", "https://www.example.org/a")
    assert "redirector" in listed.reason
    assert "safelinks" not in str(document)
    assert "Person" not in str(document)
    assert balance(document) == 0


def test_a_link_that_tracks_loses_only_that(tmp_path: Path) -> None:
    document = read(tmp_path, '<p>See <a href="https://www.example.org/a?id=7&amp;utm_source=mail">it</a>.</p>')
    assert links(document) == ["https://www.example.org/a?id=7"]
    assert "comes" in document.corrections[0].reason


def test_a_link_on_whose_host_browsers_disagree_leads_nowhere_and_its_words_stay(tmp_path: Path) -> None:
    document = read(tmp_path, r'<p>See <a href="https://a.example\@evil.example/">the office</a> first.</p>')
    assert links(document) == []
    assert "See the office first." in words(document)
    assert document.corrections[0].replace == "no link"


def test_an_address_that_is_printed_is_printed_as_it_leads(tmp_path: Path) -> None:
    document = read(tmp_path, f'<p>Read <a href="{WRAPPED}">{WRAPPED}</a>, then sign. <b>Wait</b> there.</p>')
    assert "Read https://www.example.org/a, then sign. Wait there." in words(document)
    assert links(document) == ["https://www.example.org/a"]
    assert "safelinks" not in str(document)
    assert "Person" not in str(document)
    assert balance(document) == 0


@pytest.mark.parametrize(
    "unshown", ["\u200b", "\u202e", "\u2066\u2069", "\ufeff", "\u200d", "\u2060", "\u00ad\u200e"]
)
def test_characters_that_do_not_show_are_left_out_and_counted(tmp_path: Path, unshown: str) -> None:
    document = read(
        tmp_path, f"<p>Members mu{unshown}st <b>shut{unshown}</b> the gate{unshown}.</p><p>Guests sign.</p>"
    )
    assert "Members must shut the gate." in words(document)
    count = 3 * len(unshown.replace("\u00ad", ""))  # where a line may break is layout, and left out with it
    (told,) = (f.message for f in document.findings if f.kind == "unshown")
    assert told.startswith(f"{count} characters")
    assert sum(len(d.text) for d in document.dropped if "do not show" in d.reason) == count
    assert balance(document) == 0


def test_marks_stay_on_their_words(tmp_path: Path) -> None:
    document = read(tmp_path, '<p>A\u200bB <a href="https://www.example.org/">the\u200b yard</a> C.</p>')
    (text,) = (text for p in document.provisions for text in provision_texts(p) if "AB" in text.plain)
    (link,) = (mark for mark in text.marks if isinstance(mark, Link))
    assert text.plain[link.start : link.end] == "the yard"


def test_a_clean_source_is_left_as_it_is(tmp_path: Path) -> None:
    document = read(tmp_path, '<p>See <a href="https://www.example.org/a?id=7">the rules</a>.</p>')
    assert (document.corrections, document.dropped, document.findings) == ((), (), ())


@pytest.mark.parametrize(
    ("before", "head"),
    [
        ("<p hidden>", ""),
        ('<p style="display : none">', ""),
        ('<p style="color: red; VISIBILITY:hidden">', ""),
        ('<p style="opacity:0">', ""),
        ('<p style="font-size: 0px">', ""),
        ('<p style="position:absolute;left:-9999px">', ""),
        ('<p class="x">', "<style>p.x { display: none }</style>"),
        ('<p id="y">', "<style>a, #y { margin: 0; visibility: hidden }</style>"),
    ],
)
def test_what_a_page_hides_is_reported_and_is_no_text(tmp_path: Path, before: str, head: str) -> None:
    document = read(tmp_path, f"<p>Members must shut the gate.</p>{before}Guests must pay twice.</p>", head)
    assert "pay twice" not in words(document)
    assert [f.message for f in document.findings if f.kind == "hidden"] == [
        "the source hides 4 words, in 1 places; they are left out"
    ]
    assert ("Guests must pay twice.", "hidden words") in {(d.text, d.reason) for d in document.dropped}
    assert balance(document) == 0


@pytest.mark.parametrize(
    ("before", "head"),
    [
        ('<p style="opacity: 0.5">', ""),
        ('<p style="font-size: 0.9em">', ""),
        ('<p style="margin-left:-10px">', ""),
        ('<p class="x">', "<style>@media print { .x { display: none } } .y { display: none }</style>"),
        ('<p class="x">', "<style>p.x:first-child::marker { display: none } p >> x { display: none }</style>"),
    ],
)
def test_what_a_page_shows_is_text(tmp_path: Path, before: str, head: str) -> None:
    document = read(tmp_path, f"<p>Members must shut the gate.</p>{before}Guests must pay twice.</p>", head)
    assert "Guests must pay twice." in words(document)
    assert not [f for f in document.findings if f.kind == "hidden"]


def test_a_reviewed_correction_fits_the_cleaned_text(tmp_path: Path) -> None:
    document = read(tmp_path, "<p>Members mu\u200bst shut the gaet.</p>")
    provision = next(p for p in document.provisions if "gaet" in plain_text(p))
    mend = Correction(provision.anchor, provision_fingerprint(provision), "gaet", "gate", "a slip")
    mended = read_document(tmp_path / "yard.html", (mend,))
    assert "Members must shut the gate." in words(mended)


@pytest.mark.parametrize("span", ["²", "", "-1", "0", "9" * 5000])
def test_a_span_that_is_no_number_spoils_no_table(tmp_path: Path, span: str) -> None:
    head = f'<tr><th colspan="{span}">Gate</th><th rowspan="{span}">Day</th></tr>'
    document = read(tmp_path, f"<table>{head}<tr><td>North</td><td>Monday</td></tr></table><p>Guests sign.</p>")
    for said in ("Gate", "Day", "North", "Monday", "Guests sign."):
        assert said in str(document)
    assert balance(document) == 0
