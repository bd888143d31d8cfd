"""The audit of a partnership's pages: what is found, what is not, and what became of it.

The thirty references and the false friends in `partnership/` were written, and labelled by reading, before the
grammar; `held-out.tsv` and `third.tsv` hold wordings and false friends that were thought of after it.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import citing
import partner_files
from guidance.audit.meaning import find_mentions
from guidance.audit.mentions import Grammar
from guidance.audit.texts import FileReading, read_markdown, read_text
from guidance.audit.verdicts import AuditFinding
from guidance.audit.vocabulary import read_wanted
from guidance.build.audit import Audit, Auditor, audit
from guidance.build.orders import Loaded
from guidance.cite.citation import Citation, Known
from guidance.cite.grammar import CitedPlace, read_places
from guidance.document.anchors import permalinks, write_permalinks
from guidance.document.model import Document, GuidanceError
from guidance.document.register import Edition, Publication, read_register
from guidance.sources import Source
from small_documents import document, paragraph, sentence

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).parents[1] / "data" / "partnership"
Label = tuple[str, str, str, str, str, str, str]


def rows(name: str) -> list[list[str]]:
    lines = (PAGES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@cache
def _bare() -> Auditor:
    return Auditor(read_register(ROOT / "versions"), ROOT / "versions", ())


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    """For Working Together as it is in the repository: registers and permalinks, no text."""
    return _bare()


@pytest.fixture(scope="module")
def audited(auditor: Auditor, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The partnership's pages, two of them as a Word and a PDF file."""
    folder = tmp_path_factory.mktemp("partnership")
    for name in ("thresholds.html", "escalation-policy.md", "minutes.txt"):
        (folder / name).write_bytes((PAGES / name).read_bytes())
    report = (PAGES / "board-report.txt").read_text(encoding="utf-8").splitlines()
    (folder / "board-report.docx").write_bytes(partner_files.docx(report))
    leaflet = (PAGES / "leaflet.txt").read_text(encoding="utf-8").splitlines()
    partner_files.pdf(leaflet, folder / "leaflet.pdf")
    return audit(auditor, [folder])


def text_of(words: str, auditor: Auditor) -> list[AuditFinding]:
    return list(auditor.findings(FileReading("page.md", read_markdown(words.encode()))))


def references(found: Audit) -> list[AuditFinding]:
    return [one for one in found.findings if one.kind == "reference"]


def says(one: AuditFinding, label: list[str]) -> bool:
    """Whether a finding is what a label says."""
    _, words, edition, chapter, para, page, status = label
    told = [one.edition or "", one.chapter or "", one.para or "", str(one.page or ""), one.status]
    return told == [edition, chapter, para, page, status] and (words in one.text or one.text in words)


def test_the_thirty_references_are_found_and_no_false_friend(audited: Audit) -> None:
    labels = rows("labels.tsv")
    assert len(labels) == 30
    found = references(audited)
    missed = [label for label in labels if not any(Path(f.file).name == label[0] and says(f, label) for f in found)]
    assert len(missed) <= 1, missed
    named = {(label[0], label[1]) for label in labels}
    extra = [
        f
        for f in found
        if not any(Path(f.file).name == file and (words in f.text or f.text in words) for file, words in named)
    ]
    assert extra == []
    assert audited.skipped == ()


def told(words: str, auditor: Auditor) -> set[tuple[str, str, str, str]]:
    """What the references in some words say: edition, chapter, paragraph, page."""
    found = [f for f in text_of(words, auditor) if f.kind == "reference"]
    return {(f.edition or "", f.chapter or "", f.para or "", str(f.page or "")) for f in found}


@pytest.mark.parametrize("row", rows("held-out.tsv"), ids=lambda row: row[-1][:40])
def test_wordings_thought_of_later(row: list[str], auditor: Auditor) -> None:
    *place, words = row
    assert not told(words, auditor) if place[0] == "no" else tuple(place) in told(words, auditor)


def test_a_third_set_of_wordings(auditor: Auditor) -> None:
    held = rows("third.tsv")
    friends = [words for edition, *_, words in held if edition == "no"]
    assert [words for words in friends if told(words, auditor)] == []
    missed = [words for *place, words in held if place[0] != "no" and tuple(place) not in told(words, auditor)]
    assert missed == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Working Together '18, para 4", {("2018", "", "4", "")}),
        ("see WT ‘18 p 13", {("2018", "", "", "13")}),
        ("Working Together 2023 at [212]", {("2023", "", "212", "")}),
        ("Working Together to Safeguard Children 2015/16", {("2015", "", "", "")}),
        ("Working Together under the Children Act 1989, page 12", {("1991", "", "", "12")}),
        ("Working Together 2023 [212]", {("2023", "", "", "")}),  # an entry of a list of literature
        ("Working Together 2023 at [212](https://example.org)", {("2023", "", "", "")}),
        ("Working Together to Safeguard Children 2018-2023", {("", "", "", "")}),
        ("See Working Together 2015/16", set()),
        ("the Working Together '18 conference", set()),
        ("Working Together '17 was a party", set()),
        ("they were working together '18 hours a day'", set()),
    ],
)
def test_years_cut_short_and_places_in_brackets(
    words: str, expected: set[tuple[str, str, str, str]], auditor: Auditor
) -> None:
    assert told(words, auditor) == expected


def test_names_out_of_use_are_found_but_not_where_they_are_history(audited: Audit) -> None:
    stale = Counter(f.text for f in audited.findings if f.kind == "stale-term")
    assert stale == {"CCG": 1}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Refer to the LSCB's procedures.", 1),
        ("Serious Case Reviews are published here; SCR learning events follow.", 1),  # one row a term
        ("The partnership replaced the Local Safeguarding Children Board.", 0),
        ("The former LSCB met here, and the CCGs were abolished in 2022.", 0),
        ("The LSCB (2006 to 2019) chose the name of this hall.", 0),
        ("The Local Safeguarding Children Board handed over to the partnership on 29 September 2019.", 0),
        ("Files from before 2013 may hold a core assessment by a social worker.", 0),
        ("She chaired the LSCB from 2011 to 2015, and its serious case review of 2012 was hers.", 0),
        ("Our LSCB has met since 2015.", 1),
        ("Since 2013 the Local Safeguarding Children Board has led the training.", 1),
        ("This policy (2016) was approved by the LSCB. Please send cases to the LSCB.", 1),
        ("Write to chair@anyshire-lscb.org.uk or see www.lscb.example.org.", 0),
        ("This lscb is no word, and PSCRE is not either.", 0),
    ],
)
def test_what_counts_as_out_of_use(words: str, found: int, auditor: Auditor) -> None:
    assert len([f for f in text_of(words, auditor) if f.kind == "stale-term"]) == found


def test_lines_are_those_of_the_file(audited: Audit) -> None:
    lines = {(Path(f.file).name, f.text): f for f in audited.findings}
    assert lines["minutes.txt", "Para 153 WT23"].line == 18
    assert lines["escalation-policy.md", "Working Together 2023 (para 102)"].line == 29
    assert lines["thresholds.html", "WT 2018 p.13"].line == 26
    assert lines["board-report.docx", "Working Together 1999"].place == "paragraph 3"
    assert lines["leaflet.pdf", "Working Together to Safeguard Children 2018 at page 24"].place.startswith(
        "page 1, line"
    )


def test_places_of_an_edition_without_text_come_from_its_permalinks(auditor: Auditor) -> None:
    (by_paragraph,) = text_of("Working Together 2023, paragraph 153", auditor)
    assert (by_paragraph.status, by_paragraph.permalinks) == ("superseded", ("2023/p/153/",))
    (by_page,) = text_of("Working Together 2023, page 60", auditor)
    assert by_page.permalinks[:2] == ("2023/p/159/", "2023/p/160/")
    (nowhere,) = text_of("Working Together 2023, paragraph 999", auditor)
    assert (nowhere.status, nowhere.today) == ("not-found", None)
    (beyond,) = text_of("Working Together 2018, page 117", auditor)
    assert beyond.status == "not-found"  # the register knows that it has 116
    (unknown,) = text_of("Working Together 1991, page 12", auditor)
    assert (unknown.status, unknown.edition) == ("unknown-edition", "1991")
    (again,) = text_of("Working Together 2020, page 12", auditor)
    assert (again.status, again.edition) == ("superseded", "2018")
    assert "re-issue of 2018" in again.verdict


@pytest.mark.parametrize(
    ("words", "cites"),
    [
        ("chapter 1, paragraph 37", "chapter=1 para=37"),
        ("paragraph 37 of chapter 1", "chapter=1 para=37"),
        ("paras 12 and 15", "para=12 | para=15"),
        ("paras 12, 15 & 18–20", "para=12 | para=15 | para=18 para_to=20"),
        ("pp. 41-43", "page=41 page_to=43"),
        ("chapters 2 and 3", "chapter=2 | chapter=3"),
        ("Chapter two", "chapter=2"),
        ("para 4.12(b)", "para=4.12 sub=b"),
        ("¶ 9", "para=9"),
        ("Annex B", "annex=B"),
        ("footnote 7", "note=7"),
        ("page 13, paragraph 5", "page=13 para=5"),
        ("page 13 and page 15", "page=13 | page=15"),
        ("pages 20 to 13", "page=20"),
        ("shipping 5, paragraphs", ""),
    ],
)
def test_places_in_prose(words: str, cites: str) -> None:
    assert " | ".join(map(citing.say_steps, read_places(words))) == cites


@pytest.mark.parametrize(("words", "cites"), citing.forms())
def test_the_table_of_citations(words: str, cites: str) -> None:
    """What does not name the guidance itself cites it where the file has named it before."""
    lines = [words] if not words.startswith(("2", "(", "HM Government, 2018", "the 2")) else [NAMED, words]
    assert said_last(lines) == NAMED_WHOLE.get(words, cites)


@pytest.mark.parametrize(("words", "cites"), citing.forms("in a running text"))
def test_the_table_in_a_running_text(words: str, cites: str) -> None:
    """A block that is more than one citation is read by what stands beside a name."""
    sentence = f"All staff should read {words} – and then ask their manager about anything that is unclear to them."
    assert said_last([NAMED, sentence]) == cites


def said_last(lines: list[str]) -> str:
    """What the last line of a file cites, in the words of the table."""
    blocks = read_text("\n\n".join(lines).encode())
    found = [mention for block, mention in find_mentions(blocks, *_reading()) if block is blocks[-1]]
    years = _reading()[1].years
    said = [
        Citation(years.get(mention.year or "", mention.year or ""), place)
        for mention in found
        for place in mention.cites or (CitedPlace(),)
        if mention.year
    ]
    return citing.say(said)


NEWEST = "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2"
FILE_OF_2018 = (
    "https://assets.publishing.service.gov.uk/government/uploads/system/uploads/attachment_data/file/942454/"
    "Working_together_to_safeguard_children_inter_agency_guidance.pdf"
)


@pytest.mark.parametrize(
    ("words", "year", "cites"),
    [
        (f"See paragraph 12 ({NEWEST}).", None, "para=12"),
        (f"See para 12 of the guidance: {NEWEST}", None, "para=12"),
        (f"{NEWEST} para 12", None, "para=12"),
        (NEWEST, "2026", ""),
        (f"Section 17 ({NEWEST}) applies.", "2026", ""),
        (f"Read it here: {NEWEST} Paragraph 4 of our policy says more.", "2026", ""),
        (f"See {FILE_OF_2018} para 12.", "2018", "para=12"),
    ],
)
def test_a_number_beside_a_bare_link_belongs_to_it(words: str, year: str | None, cites: str) -> None:
    """The page of the newest edition cannot tell for which one a number was written."""
    [(_, found)] = find_mentions(read_text(words.encode()), *_reading())
    assert (found.year, " | ".join(map(citing.say_steps, found.cites))) == (year, cites)


# Where no place can be told, the audit still finds that the edition is named.
NAMED_WHOLE = {
    "WT 2018 s.47": "edition=2018",
    "HM Government, Working Together to Safeguard Children (London, 2018) 13": "edition=2018",
    "No. 27 of Working Together 2023": "edition=2023",
    "paragraph twenty-seven of WT 2023": "edition=2023",
    "Working Together 2018 p. l3": "edition=2018",
    "Working Together 2016 p 3": "edition=2016 page=3",  # of which the verdict is that there is no such edition
    "Working Together 2028 para 4": "edition=2028 para=4",
    "Working Together 1989 para 3": "edition=1989 para=3",
    "Working Together 2018 at 41": "edition=2018",
    "Working Together 2023 Glossary": "edition=2023",
    "Working Together 2023 and KCSIE 2025, para 61": "edition=2023",
    "Working Together 2023 [27]": "edition=2023",  # which may be the 27th of a list of references
    "Working Together under the Children Act 1989 (1991) p 12": "edition=1991",
}
NAMED = "We follow Working Together to Safeguard Children in all that we do."


@cache
def _reading() -> tuple[Grammar, Known]:
    known = citing.known()
    return Grammar(read_wanted(ROOT / "versions", known.publication), known), known


# --- With text: a made-up publication of two editions ----------------------------------------------

MADE_UP = Publication(
    title="Keeping the Harbour",
    short="KH",
    publisher="A made-up office",
    editions=(
        Edition("2019", "Keeping the Harbour", "2019-01-01", ended="2024-01-01"),
        Edition("2024", "Keeping the Harbour", "2024-01-01"),
    ),
)


def loaded(edition: str, text: Document) -> Loaded:
    return Loaded(MADE_UP.edition(edition), Source(edition, Path("x"), "0" * 64, "application/pdf"), text)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    """2024 put a paragraph first, reworded one, and gave one up."""
    old = document(["# Lamps", f"1. {paragraph(1)}", f"2. {paragraph(2)}", f"3. {paragraph(3)}"])
    reworded = paragraph(2).replace("before dawn", "after dusk").replace(" years on", " years ago")
    new = document(["# Lamps", f"1. {paragraph(9)}", f"2. {paragraph(1)}", f"3. {reworded}"])
    return Auditor(MADE_UP, tmp_path_factory.mktemp("no-data"), (loaded("2019", old), loaded("2024", new)))


def test_an_edition_still_to_come_is_neither_current_nor_superseded(tmp_path: Path) -> None:
    first = structs.replace(MADE_UP.editions[0], ended=None)
    coming = structs.replace(MADE_UP, editions=(first, MADE_UP.editions[1]), seen="2023-12-31")
    auditor = Auditor(coming, tmp_path, ())
    (told,) = text_of("See Keeping the Harbour 2024.", auditor)
    assert (told.status, told.verdict) == (
        "not-checked",
        "the edition of 2024, not yet in force, but from 1 January 2024",
    )
    (now,) = text_of("See Keeping the Harbour 2019.", auditor)
    assert (now.status, now.verdict) == ("current", "the edition of 2019, in force")


def test_a_superseded_reference_says_where_its_text_stands_today(harbour: Auditor) -> None:
    (moved,) = text_of("See Keeping the Harbour 2019, paragraph 1.", harbour)
    assert (moved.status, moved.today) == ("superseded", "2024/p/2/")
    assert moved.redline == "2024/compare/2019/", "an unchanged text has no redline of its own"
    (reworded,) = text_of("See Keeping the Harbour 2019, paragraph 2.", harbour)
    assert reworded.today == "2024/p/3/"
    assert (reworded.redline or "").startswith("2024/compare/2019/part-1/#")
    (gone,) = text_of("See KH 2019 para 3.", harbour)
    assert gone.today is None
    assert "no counterpart in 2024" in gone.verdict
    (now,) = text_of("See KH 2024 para 2.", harbour)
    assert (now.status, now.today) == ("current", "2024/p/2/")


def test_quotations_are_found_by_their_words(harbour: Auditor) -> None:
    (kept,) = text_of(f"As they say, “{sentence(10)}”", harbour)
    assert (kept.kind, kept.status, kept.edition, kept.para) == ("quotation", "current", "2024", "2")
    (old,) = text_of(f"> {paragraph(3)}", harbour)
    assert (old.status, old.edition, old.para) == ("superseded", "2019", "3")
    changed = sentence(30).replace("the", "all the", 1)
    (near,) = text_of(changed, harbour)
    assert near.kind == "quotation"
    assert (near.quotation, near.status) == ("altered", "misquoted")
    assert "“all” put in" in near.verdict
    short = " ".join(sentence(10).split()[:9])
    assert [f.kind for f in text_of(f"It says “{short}”.", harbour)] == ["quotation"]
    assert text_of(f"It says {short}.", harbour) == [], "a few words are anybody's without quotation marks"
    assert text_of("Every keeper paints spare sails; and that is all that they have in common.", harbour) == []


def test_a_whole_paragraph_is_known_by_its_fingerprint_without_any_text(tmp_path: Path) -> None:
    (tmp_path / "2019").mkdir()
    old = document(["# Lamps", f"1. {paragraph(1)}", f"2. {paragraph(2)}"])
    write_permalinks(tmp_path / "2019" / "permalinks.tsv", permalinks(old))
    auditor = Auditor(MADE_UP, tmp_path, ())
    (found,) = text_of(f"2. “{paragraph(2)}”", auditor)
    assert (found.kind, found.edition, found.para, found.permalinks) == ("quotation", "2019", "2", ("2019/p/2/",))
    assert text_of(f"{paragraph(2)} And more.", auditor) == []


def test_links_to_this_site_are_references(tmp_path: Path) -> None:
    auditor = Auditor(MADE_UP, tmp_path, (), "https://guidance.example.org/harbour/")
    (found,) = text_of(
        "[how](https://guidance.example.org/harbour/2019/p/4/) and [x](https://example.org/2019/p/4/)", auditor
    )
    assert (found.edition, found.para, found.status) == ("2019", "4", "superseded")


def test_another_publications_data_is_checked(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text("[[terms]]\nnames=['X']\nsince='1900'\ninstead='Y'\nwhy='Z'\n")
    with pytest.raises(GuidanceError, match="no edition 1900"):
        read_wanted(tmp_path, MADE_UP)
    (tmp_path / "audit.toml").write_text("names = 3")
    with pytest.raises(GuidanceError, match=r"audit\.toml"):
        read_wanted(tmp_path, MADE_UP)


PIECES = (
    "Working Together|to Safeguard Children|2018|(|)|para|45|p.|13|,|of|the|and|HM Government|chapter|1|\n|"
    "guidance|WT|–|LSCB|was replaced|.|“|”|2023"
)
WORDS = st.lists(st.sampled_from(PIECES.split("|")), max_size=30)


@settings(deadline=None)
@given(WORDS)
def test_whatever_is_written_is_read_in_order_and_quoted_as_it_stands(words: list[str]) -> None:
    text = " ".join(words)
    flat = " ".join(text.split())
    blocks = read_text(text.encode())
    found = list(_bare().findings(FileReading("x.txt", blocks)))
    assert [f.line for f in found] == sorted(f.line for f in found)
    known = {edition.id for edition in read_register(ROOT / "versions").editions}
    for one in found:
        assert one.text in flat
        assert one.status in ("unknown-edition", "not-found") or one.edition in known or one.kind == "stale-term"
        assert 1 <= one.line <= text.count("\n") + 1
