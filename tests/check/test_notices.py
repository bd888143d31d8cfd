"""Pages against the law since: what leaves a duty to choice is found, unless a notice of that law is there."""

from pathlib import Path

import pytest
from msgspec import structs

from guidance.build.handwritten import survey_law
from guidance.check.notices import find_unnoticed, lost_places, unaddressed, unprinted, untold_standing
from guidance.document.law import LawSince, TouchedPage, TouchedProvisions, read_law
from guidance.document.register import Edition, read_register

ROOT = Path(__file__).parents[2]
PUBLICATION = read_register(ROOT / "versions")
REAL = read_law(ROOT / "versions", PUBLICATION)
LAW = LawSince(REAL.since, tuple(structs.replace(law, pages=()) for law in REAL.law))
CASES = [
    line.split("\t")
    for line in (ROOT / "tests" / "data" / "left_open.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def page(*lines: str, title: str = "Help", audience: str = "") -> str:
    facts = [f'title: "{title}"', *([f'audience: "{audience}"'] if audience else [])]
    return "\n".join(["---", *facts, "---", "", "# Help", "", *(part for line in lines for part in (line, ""))])


def found(text: str, law: LawSince = LAW) -> list[str]:
    return [one.law.id for one in find_unnoticed({"guide/help.md": text}, law)]


@pytest.mark.parametrize(("expected", "sentence"), CASES)
def test_a_sentence_that_leaves_a_duty_to_choice(expected: str, sentence: str) -> None:
    assert found(page("## Now", sentence)) == ([] if expected == "-" else [expected])


@pytest.mark.parametrize(
    "beside",
    [
        "Law since 2023: section 16LA of the Children Act 2004 makes this a duty.",
        "Many services must share information now.",
        "You **must** always pass on information that matters.",
    ],
)
def test_a_notice_below_the_same_heading_is_enough_and_one_elsewhere_is_not(beside: str) -> None:
    sentence = "You may share information with the school."
    assert found(page("## Now", sentence, beside)) == []
    assert found(page("## Now", sentence, "## Later", beside)) == ["16LA"]


def test_a_notice_is_printed_where_the_register_names_the_words_or_the_page() -> None:
    text = page("## Now", "You may share information with the school.", "You can share data with the police.")
    first, *others = LAW.law
    for at, left in ((("share information with",), 1), (("share information with", "share data"), 0), ((), 0)):
        touched = structs.replace(first, pages=(TouchedPage("guide/help.md", at),))
        assert len(found(text, LawSince("2023", (touched, *others)))) == left


def test_what_is_said_of_the_topic_above_a_sentence_counts() -> None:
    assert found(page("## Now", "You may share.", title="Sharing information")) == ["16LA"]
    assert found(page("## What adults know: information", "They can share.")) == ["16LA"]
    assert found(page("## Toys", "You may share.", title="Playing")) == []


def test_those_whom_no_law_binds_may_do_as_they_like() -> None:
    sentence = "You can share information with your teacher."
    assert found(page("## Now", sentence, audience="young people")) == []
    assert found(page("## Now", sentence.replace("You", "They"), audience="young people")) == ["16LA"]


def test_words_that_no_page_has_are_told() -> None:
    law = structs.replace(LAW.law[0], pages=(TouchedPage("guide/help.md", ("not there",)), TouchedPage("gone.md")))
    told = list(lost_places({"guide/help.md": page("## Now")}, LawSince("2023", (law,))))
    assert ['has "not there" 0 times' in told[0], "no page gone.md" in told[1]] == [True, True]


def test_a_built_page_without_its_notice_is_told(tmp_path: Path) -> None:
    law = structs.replace(LAW.law[0], pages=(TouchedPage("guide/help.md", ("a", "b")),))
    built = tmp_path / "guide" / "help" / "index.html"
    built.parent.mkdir(parents=True)
    built.write_text('<main><p data-law="16LA">One.</p></main>', encoding="utf-8")
    assert len(list(unprinted(tmp_path, LawSince("2023", (law,))))) == 1
    built.write_text('<main><p data-law="16LA">One.</p><p data-law="16LA">Two.</p></main>', encoding="utf-8")
    assert not list(unprinted(tmp_path, LawSince("2023", (law,))))


def test_a_built_provision_without_its_notice_is_told(tmp_path: Path) -> None:
    touched = (TouchedProvisions("2023", ("para-7", "para-8")), TouchedProvisions("2018", ("para-7",)))
    law = LawSince("2023", (structs.replace(LAW.law[0], provisions=touched),))
    for place, notice in (("2023/p/7", "16LA"), ("2023/p/8", "other")):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "index.html").write_text(f'<main><p data-law="{notice}">One.</p></main>')
    assert [line.partition(":")[0] for line in unprinted(tmp_path, law)] == ["2023/p/8/"]


def test_our_own_pages_call_nothing_optional_that_is_a_duty() -> None:
    assert list(survey_law(ROOT / "docs", ROOT / "versions", PUBLICATION)) == []


def test_a_page_that_does_not_tell_its_editions_standing_is_told(tmp_path: Path) -> None:
    old, new = Edition("2001", "A", "2001-03-02", ended="2005-04-01"), Edition("2005", "A", "2005-04-01")
    publication = structs.replace(PUBLICATION, editions=(old, new))
    sentence = publication.standing(old).sentence
    assert sentence == "Superseded on 1 April 2005"
    banner = '<div class="status status--superseded">'
    for path, body in {
        "2001/index.html": f"{banner}{sentence}.</div>",
        "2001/one/index.html": f"<title>{sentence}</title>",  # in its head alone
        "2001/p/1/index.html": f"<p>{sentence}.</p>",
        "2001/old/index.html": '<meta http-equiv="refresh" content="0">',
        "2005/index.html": "In force",
        "2005/two/index.html": f"{banner}{sentence}.</div>",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        head, _, rest = body.partition("</title>") if "<title>" in body else ("", "", body)
        (tmp_path / path).write_text(f"<head>{head}</head><body>{rest}</body>", encoding="utf-8")
    assert [line.partition(":")[0] for line in untold_standing(tmp_path, publication)] == [
        "2001/one/index.html",
        "2005/two/index.html",
    ]
    (tmp_path / "2001/edition.json").write_text('{"identity": {"how": "trusted"}}', encoding="utf-8")
    assert "2001/index.html: does not say that its file was only trusted" in list(
        untold_standing(tmp_path, publication)
    )
    home = tmp_path / "2001/index.html"
    home.write_text(f'{home.read_text()}<h2 class="unconfirmed-text" id="identity">Nobody knows</h2>')
    assert not [line for line in untold_standing(tmp_path, publication) if "only trusted" in line]


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("<p>If the two differ, the file is right; please tell us.</p>", True),
        ("<h2>Tell us</h2>", True),
        ("<li>Found a slip? Let us know.</li>", True),
        ("<p>It does not tell us who is reading.</p>", False),
        ("<p>Children tell us what they need.</p>", False),
    ],
)
def test_a_page_that_asks_to_be_told_has_a_link_to_tell_by(said: str, asks: bool, tmp_path: Path) -> None:
    (tmp_path / "2001").mkdir()
    foot = '<footer><p class="tell"><a href="mailto:help@example.org">Tell us</a></p></footer>'
    pages = {"a.html": "<article>{}</article>", "b.html": "<article>{}</article>" + foot}
    pages["2001/c.html"] = '<article data-edition="2001">{}</article>'  # the guidance's own words
    for path, held in pages.items():
        (tmp_path / path).write_text(held.format(said), encoding="utf-8")
    assert [line.partition(":")[0] for line in unaddressed(tmp_path)] == ["a.html"] * asks
