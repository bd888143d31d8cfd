"""Citations resolved in small documents of our own: to anchors, to legislation.gov.uk, or not at all, and why."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.document.model import (
    Cell,
    Document,
    Dropped,
    Figure,
    GuidanceError,
    Item,
    Kind,
    Link,
    List,
    NoteMark,
    Para,
    Place,
    Provision,
    Reference,
    SourceFile,
    Table,
    Text,
    Unresolved,
)
from guidance.document.walk import provision_texts
from guidance.link.acts import Act, Acts, read_acts
from guidance.link.references import find_references
from guidance.link.siblings import read_titles
from guidance.link.titles import Guidance, Titles

SITE = "https://www.legislation.gov.uk/"
ACTS = Acts(
    (
        Act("Children Act", 1989, "ukpga/1989/41", bare=("section 47",)),
        Act("Children Act", 2004, "ukpga/2004/31"),
        Act("Local Government and Housing Act", 1989, "ukpga/1989/42"),
        Act("Equality Act", 2010, "ukpga/2010/15"),
        Act(
            "Human Rights Act",
            1998,
            "ukpga/1998/42",
            lacks=("section 16G",),
            carries=("European Convention on Human Rights",),
        ),
        Act("Convention on Reading", None, url="https://treaties.example/reading"),
        Act("Education (Independent School Standards) Regulations", 2014, "uksi/2014/3283"),
        Act("Shelving Regulations", 2018, "uksi/2018/789"),
        Act("Worker (Amendment of Equality Act 2010) Act", 2023, "ukpga/2023/51"),
        Act("Dry Books Act", 2031, ""),
        Act("European Convention on Human Rights", None, "ukpga/1998/42/schedule/1", ("ECHR",), whole=True),
        Act("UK General Data Protection Regulation", None, "eur/2016/679", ("UK GDPR",)),
    )
)


def paragraph(number: int, text: str, *parents: str, marks: tuple[Link, ...] = (), page: int = 1) -> Provision:
    blocks = (Para(Text(text, marks)),)
    return Provision(
        f"para-{number}",
        "paragraph",
        str(number),
        f"{number}.",
        blocks=blocks,
        parents=parents,
        places=(Place(page),),
    )


def heading(anchor: str, kind: Kind, title: str, *parents: str, number: str | None = None) -> Provision:
    level = len(parents) + 1
    return Provision(anchor, kind, number, heading=Text(title), level=level, parents=parents)


def library(*more: Provision, notes: tuple[Provision, ...] = (), dropped: tuple[Dropped, ...] = ()) -> Document:
    """A handbook in two chapters, with sections, a chart, an annex, a figure and whatever the test adds."""
    figure = Figure(None, None, caption=Text("Figure 2: Shelves"), places=(Place(8),))
    item = Item("(b)", (Para(Text("a reader")),), anchor="para-2-b")
    listed = Provision(
        "para-2", "paragraph", "2", "2.", blocks=(List((item,)),), parents=("chapter-1",), places=(Place(3),)
    )
    provisions = (
        heading("chapter-1", "chapter", "Chapter 1: Lending", number="1"),
        heading("section-1-loans", "section", "Section 1: Loans", "chapter-1"),
        paragraph(1, "Lend.", "chapter-1", "section-1-loans", page=2),
        listed,
        heading("chapter-2", "chapter", "Chapter 2: Shelving", number="2"),
        heading("section-1-wood", "section", "Section 1: Wood", "chapter-2"),
        paragraph(3, "Shelve.", "chapter-2", "section-1-wood", page=5),
        Provision("wood-figure", "figure", blocks=(figure,), parents=("chapter-2",), places=(Place(8),)),
        heading("flow-chart-1", "flow-chart", "Flow chart 1: A loan", "chapter-2", number="1"),
        heading("annex-a", "annex", "Appendix A: Words", number="A"),
    )
    source = SourceFile("library.pdf", "0" * 64, "application/pdf", 1)
    return Document("Library", "en", source, (*provisions, *more), notes, dropped=dropped)


def resolve(text: str, *, within: tuple[str, ...] = ("chapter-2",), marks: tuple[Link, ...] = ()) -> list[str]:
    """What a paragraph of our handbook that says `text` refers to: the words, and where they lead or why not."""
    found = find_references(library(paragraph(9, text, *within, marks=marks)), ACTS)
    return [f"{one.words} -> {one.address if isinstance(one, Reference) else one.reason}" for one in found]


NOT_SAID = "the text does not say of which Act or instrument"
ELSEWHERE = "it is a place in another document"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("section 47 of the Children Act 1989", "ukpga/1989/41/section/47"),
        ("section 16B(7) of the Children Act 2004", "ukpga/2004/31/section/16B#section-16B-7"),
        ("section 1(3)(c) of the Equality Act 2010", "ukpga/2010/15/section/1#section-1-3-c"),
        ("sections 16A to 16F of the Children Act 2004", "ukpga/2004/31/section/16A"),
        ("Part III of the Children Act 1989", "ukpga/1989/41/part/III"),
        ("Schedule 2 to the Children Act 1989", "ukpga/1989/41/schedule/2"),
        ("paragraph 7 of Schedule 2 to the Children Act 1989", "ukpga/1989/41/schedule/2/paragraph/7"),
        (
            "paragraph 7(b) of the Schedule to the Education (Independent School Standards) Regulations 2014",
            "uksi/2014/3283/schedule/paragraph/7#schedule-paragraph-7-b",
        ),
        (
            "regulation 5 of the Education (Independent School Standards) Regulations 2014",
            "uksi/2014/3283/regulation/5",
        ),
        ("Article 6 of UK GDPR", "eur/2016/679/article/6"),
        ("Article 8 of the ECHR", "ukpga/1998/42/schedule/1"),
        ("Equality Act 2010", "ukpga/2010/15"),
        ("16C (1) of the Children Act 2004", "ukpga/2004/31/section/16C#section-16C-1"),
        ("16C of the Children Act 2004", "ukpga/2004/31/section/16C"),
        ("section 11 of the Worker (Amendment of Equality Act 2010) Act 2023", "ukpga/2023/51/section/11"),
    ],
)
def test_legislation_is_addressed_down_to_the_section(text: str, expected: str) -> None:
    assert resolve(f"It is so ({text}).") == [f"{text} -> {SITE}{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see chapter 1", ["chapter 1 -> #chapter-1"]),
        ("see paragraphs 1 to 3", ["paragraphs 1 to 3 -> #para-1"]),
        ("see paragraph 2(b)", ["paragraph 2(b) -> #para-2-b"]),
        ("see paragraph 2(c)", ["paragraph 2(c) -> #para-2"]),
        ("see flow chart 1", ["flow chart 1 -> #flow-chart-1"]),
        ("see Appendix A", ["Appendix A -> #annex-a"]),
        ("see figure 2", ["figure 2 -> #wood-figure"]),
        ("section 1 of this chapter", ["section 1 -> #section-1-wood"]),
        ("chapter 1, section 1, paragraph 1", [
            "chapter 1 -> #chapter-1", "section 1 -> #section-1-loans", "paragraph 1 -> #para-1",
        ]),
        ("Chapter one", ["Chapter one -> #chapter-1"]),
        ("on page 5 of this guidance", ["page 5 -> #para-3"]),
        ("paragraph 4.37", ["paragraph 4.37 -> there is no one paragraph 4.37 in this document"]),
        ("chapter 1 of Keeping books dry", [f"chapter 1 -> {ELSEWHERE}"]),
        ("the shelving guidance, paragraph 3", [f"paragraph 3 -> {ELSEWHERE}"]),
        ("as this paragraph 9 says", []),
    ],
)  # fmt: skip
def test_places_in_the_document(text: str, expected: list[str]) -> None:
    assert resolve(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a section 47 enquiry", [f"section 47 -> {SITE}ukpga/1989/41/section/47"]),
        ("a section 99 enquiry", [f"section 99 -> {NOT_SAID}"]),
        ("Of the Children Act 1989. See section 8 and that Act.", [
            f"Children Act 1989 -> {SITE}ukpga/1989/41",
            f"section 8 -> {SITE}ukpga/1989/41/section/8",
            f"that Act -> {SITE}ukpga/1989/41",
        ]),
        ("section 6 of the Human Rights Act 1998, the Equality Act 2010, and section 6.", [
            f"section 6 of the Human Rights Act 1998 -> {SITE}ukpga/1998/42/section/6",
            f"Equality Act 2010 -> {SITE}ukpga/2010/15",
            f"section 6 -> {SITE}ukpga/1998/42/section/6",
        ]),
        ("The Children Act 2004, as amended by the Equality Act 2010, and section 9 of the Act", [
            f"Children Act 2004 -> {SITE}ukpga/2004/31",
            f"Equality Act 2010 -> {SITE}ukpga/2010/15",
            f"section 9 of the Act -> {SITE}ukpga/2004/31/section/9",
        ]),
        ("the 2018 Regulations", [f"the 2018 Regulations -> {SITE}uksi/2018/789"]),
        ("the 1989 Act", ["the 1989 Act -> no one instrument of 1989 is named so"]),
        ("the Children Act 1989, and the 1989 Act", [
            f"Children Act 1989 -> {SITE}ukpga/1989/41", f"the 1989 Act -> {SITE}ukpga/1989/41",
        ]),
        ("the Children Act", ["Children Act -> Children Act is not in the list of Acts, or names several"]),
        ("the Children Act 2004 and the Children Act", [
            f"Children Act 2004 -> {SITE}ukpga/2004/31", f"Children Act -> {SITE}ukpga/2004/31",
        ]),
        ("the Equality Act 2010 (the Even Act) and section 3 of the Even Act", [
            f"Equality Act 2010 -> {SITE}ukpga/2010/15",
            f"section 3 of the Even Act -> {SITE}ukpga/2010/15/section/3",
        ]),
        ("section 2 of the Dry Books Act 2031", [
            "section 2 of the Dry Books Act 2031 -> the address of Dry Books Act is not known",
        ]),
        ("the Wet Books Act 1931", [
            "Wet Books Act 1931 -> Wet Books Act is not in the list of Acts, or names several",
        ]),
        ("section 4 of the Shelving Regulations 2018", [
            "section 4 of the Shelving Regulations 2018 -> Shelving Regulations cannot have a section of that kind",
        ]),
        ("the Shelving Regulations 2018 (the Regulations) and the Glue Regulations", [
            f"Shelving Regulations 2018 -> {SITE}uksi/2018/789",
        ]),
        ("Human Rights Act 1998 Section 16G", [
            "Human Rights Act 1998 Section 16G -> "
            "Human Rights Act has no section 16G; the source seems to name the wrong one",
        ]),
        ("Of the Human Rights Act 1998 and the ECHR, see article 2", [
            f"Human Rights Act 1998 -> {SITE}ukpga/1998/42",
            f"ECHR -> {SITE}ukpga/1998/42/schedule/1",
            f"article 2 -> {SITE}ukpga/1998/42/schedule/1",
        ]),
        ("under that Act", [f"that Act -> {NOT_SAID}"]),
        ("the Human Rights Act 1998. Article 3: no shouting", [
            f"Human Rights Act 1998 -> {SITE}ukpga/1998/42", f"Article 3 -> {SITE}ukpga/1998/42/schedule/1",
        ]),
        ("UK GDPR/Equality Act 2010 Article 10", [
            f"UK GDPR -> {SITE}eur/2016/679", f"Equality Act 2010 Article 10 -> {SITE}eur/2016/679/article/10",
        ]),
        ("the Convention on Reading", ["Convention on Reading -> https://treaties.example/reading"]),
    ],
)  # fmt: skip
def test_which_act_is_meant(text: str, expected: list[str]) -> None:
    assert resolve(text) == expected


OTHERS = (
    Guidance("Keeping books dry", "https://dry.example", ("KBD",)),
    Guidance("Equality Act 2010: a guide for libraries", "https://even.example"),
    Guidance("Library", "https://library.example", ("The Handbook",)),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see Keeping books dry.", ["Keeping books dry -> https://dry.example"]),
        ("see KBD, page 3", ["KBD -> https://dry.example", "page 3 -> https://dry.example"]),
        ("see kbd and keeping books dry", []),
        ("chapter 1 of ‘Keeping books dry’", [
            "chapter 1 -> https://dry.example", "Keeping books dry -> https://dry.example",
        ]),
        ("paragraphs 3 and 4.37 of the shelving guidance, Keeping books dry", [
            "paragraphs 3 -> https://dry.example", "4.37 -> https://dry.example",
            "Keeping books dry -> https://dry.example",
        ]),
        ("the equality act 2010: A guide for libraries", [
            "equality act 2010: A guide for libraries -> https://even.example",
        ]),
        ("chapter 1 of The Handbook", ["chapter 1 -> #chapter-1"]),
        ("see chapter 1 of this document, titled “Keeping books dry”", [
            "chapter 1 -> #chapter-1", "Keeping books dry -> https://dry.example",
        ]),
        ("section 4 of the Equality Act 2010 is in Keeping books dry", [
            f"section 4 of the Equality Act 2010 -> {SITE}ukpga/2010/15/section/4",
            "Keeping books dry -> https://dry.example",
        ]),
    ],
)  # fmt: skip
def test_other_guidance_is_known_by_its_title(text: str, expected: list[str]) -> None:
    found = find_references(library(paragraph(9, text, "chapter-2")), ACTS, OTHERS)
    assert [f"{r.words} -> {r.address if isinstance(r, Reference) else r.reason}" for r in found] == expected
    assert all(r.kind == "guidance" for r in found if isinstance(r, Reference) and ".example" in r.address)


@pytest.mark.parametrize("title", ["The children's fair book", "The children’s fair book"])
@pytest.mark.parametrize("words", ["the children's fair  book", "the children’s\xa0fair book"])
def test_a_title_is_found_with_any_apostrophe_and_space(title: str, words: str) -> None:
    found = Titles((Guidance(title, "https://fair.example/"),)).find(Text(f"Read {words} first."))
    assert [(one.start, one.end) for one in found] == [(5, 5 + len(words))]


def test_a_documents_own_list_of_reading_gives_titles() -> None:
    titles = ("Shelves for very small books", "Lending in the long winter", "Reading by candle at night")
    items = tuple(
        Item("•", (Para(Text(title, (Link(0, len(title), f"https://{at}.example"),))),))
        for at, title in enumerate(titles)
    )
    reading = Provision("text-1", "text", blocks=(List(items),), parents=("annex-a",), places=(Place(9),))
    says = paragraph(9, "See page 4 of “Lending in the long winter”.", "chapter-2")
    found = find_references(library(says, reading), ACTS)
    assert [(r.words, r.address) for r in found if isinstance(r, Reference)] == [
        ("page 4", "https://1.example"),
        ("Lending in the long winter", "https://1.example"),
    ]


def test_a_place_beside_a_link_of_the_source_is_in_what_it_links() -> None:
    link = Link(10, 24, "https://dry.example")
    assert resolve("page 4 of the dry guide book", marks=(Link(14, 28, "https://dry.example"),)) == [
        "page 4 -> https://dry.example"
    ]
    assert resolve("see also, dry guidebooks, section 99", marks=(link,)) == [f"section 99 -> {NOT_SAID}"]


def test_a_note_means_the_act_of_what_it_is_a_note_to() -> None:
    says = Provision(
        "para-9", "paragraph", "9", "9.",
        blocks=(Para(Text("Of the Equality Act 2010.", (NoteMark(25, "fn-1", "1"),))),), parents=("chapter-2",),
    )  # fmt: skip
    note = Provision("fn-1", "footnote", "1", "1", blocks=(Para(Text("See section 9.")),))
    found = find_references(library(says, notes=(note,)), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)][-1] == f"{SITE}ukpga/2010/15/section/9"


def test_an_entry_in_a_tables_cell_can_be_cited() -> None:
    item = Item("(a)", (Para(Text("a lamp")),), anchor="para-7-a")
    table = Table((((Cell((List((item,)),)),)),))
    listed = Provision(
        "para-7", "paragraph", "7", "7.", blocks=(table,), parents=("chapter-1",), places=(Place(4),)
    )
    found = find_references(library(listed, paragraph(9, "see paragraph 7(a)", "chapter-2")), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)] == ["#para-7-a"]


def test_a_paragraph_may_be_cited_without_its_chapters_number() -> None:
    decimal = Provision("para-2-64", "paragraph", "2.64", "2.64", parents=("chapter-2",), places=(Place(7),))
    asks = [
        paragraph(9, "See paragraph 64.", "chapter-2"),
        paragraph(10, "See chapter 2 paragraph 64.", "chapter-1"),
    ]
    found = find_references(library(decimal, *asks), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)] == ["#para-2-64", "#chapter-2", "#para-2-64"]


def test_a_caption_names_itself() -> None:
    assert resolve("Figure 7: Lamps") == []
    assert resolve("Figure 7 shows lamps") == ["Figure 7 -> there is no one figure 7 in this document"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[[guidance]]\ntitle = "A"\nurl = "http://a.example"\n', "url"),
        ('[[guidance]]\ntitle = "A"\nurl = "https://a.example"\nshort = ["a"]\n', "a stands there twice"),
    ],
)
def test_a_bad_list_of_titles_is_refused_in_one_line(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "guidance.toml").write_text(content)
    with pytest.raises(GuidanceError, match=complaint) as refusal:
        read_titles(tmp_path / "guidance.toml")
    assert "\n" not in str(refusal.value)


# --- Another publication that is built as this one is ---

SIBLING = """
title = "Keeping books dry"
short = "KBD"
publisher = "Nobody"
[[editions]]
id = "2019"
title = "Keeping books dry 2019"
published = "2019-03-01"
basis = "A"
ended = "2022-05-01"
[[editions]]
id = "2022"
title = "Keeping books dry 2022"
published = "2022-05-01"
basis = "A"
"""
PLACES = {
    "2019": "chapter-1\tchapter\t1\t3\tf\npara-4\tparagraph\t4\t3\tf\npara-5\tparagraph\t5\t3\tf\n",
    "2022": "chapter-1\tchapter\t1\t3\tf\npara-4\tparagraph\t4\t3\tf\npara-4-2\tparagraph\t4\t9\tf\n",
}
LISTED = """
[[guidance]]
title = "Keeping books dry"
short = ["KBD"]
url = "https://dry.example"
sibling = { site = "https://dry-site.example/kbd", register = "siblings/dry" }
"""


def write_sibling(
    folder: Path, listed: str = LISTED, register: str = SIBLING, places: dict[str, str] = PLACES
) -> Path:
    """A publication's folder that names a sibling, with a copy of the sibling's register in it."""
    for edition, lines in places.items():
        below = folder / "siblings" / "dry" / edition
        below.mkdir(parents=True)
        (below / "permalinks.tsv").write_text(lines)
    (folder / "siblings" / "dry" / "editions.toml").write_text(register)
    (folder / "guidance.toml").write_text(listed)
    return folder / "guidance.toml"


AT_2019, AT_2022 = ("https://dry-site.example/kbd/2019/p/", "https://dry-site.example/kbd/2022/p/")
OFFICIAL = "https://dry.example"


@pytest.mark.parametrize(
    ("text", "begins", "address"),
    [
        ("paragraph 5 of KBD", "2021-02-03", f"{AT_2019}5/"),  # in force on that day
        ("paragraph 5 of KBD", "2021", f"{AT_2019}5/"),
        ("paragraph 5 of KBD", "2022", OFFICIAL),  # either may have been
        ("paragraph 5 of KBD", "2018-01-01", OFFICIAL),  # before the first
        ("paragraph 5 of KBD", None, OFFICIAL),
        ("paragraph 5 of KBD 2019", "2023-01-01", f"{AT_2019}5/"),
        ("see Keeping books dry (2019), paragraph 5", None, f"{AT_2019}5/"),
        ("paragraph 5 of the 2019 edition of Keeping books dry", "2023-01-01", f"{AT_2019}5/"),
        ("paragraph 5 of KBD 2020", "2021-02-03", OFFICIAL),  # no such edition
        ("paragraph 9 of KBD", "2021-02-03", OFFICIAL),  # no such place
        ("paragraph 4 of KBD", "2023-01-01", OFFICIAL),  # two of that number
        ("chapter 1 of KBD", "2023-01-01", f"{AT_2022}chapter-1/"),
        ("Chapter one of KBD", "2023-01-01", f"{AT_2022}chapter-1/"),
        ("page 3 of KBD", "2023-01-01", OFFICIAL),  # of the file, or as printed?
    ],
)
def test_a_place_in_a_sibling_is_led_to_where_the_edition_is_known(
    tmp_path: Path, text: str, begins: str | None, address: str
) -> None:
    titles = read_titles(write_sibling(tmp_path))
    found = find_references(library(paragraph(9, text, "chapter-2")), ACTS, titles, begins)
    place = next(r for r in found if isinstance(r, Reference) and r.words[:4].lower() in ("para", "chap", "page"))
    assert place.address == address
    standing = {AT_2019: "superseded on 1 May 2022", AT_2022: "in force as far as is known here"}
    said = next((words for start, words in standing.items() if address.startswith(start)), "")
    assert said in place.told
    assert bool(place.told) == bool(said)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("paragraph 5 of the dry guide book", f"{AT_2019}5/"),
        ("paragraph 5 of the dry guide book of 2019", OFFICIAL),  # may be the year of the edition
    ],
)
def test_a_place_beside_a_link_to_a_sibling_is_in_it(tmp_path: Path, text: str, address: str) -> None:
    titles = read_titles(write_sibling(tmp_path))
    at = text.index("dry")
    linked = paragraph(9, text, "chapter-2", marks=(Link(at, at + 14, OFFICIAL),))
    (place,) = find_references(library(linked), ACTS, titles, "2021-02-03")
    assert isinstance(place, Reference)
    assert place.address == address


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"listed": LISTED.replace("https://dry-site", "javascript:")}, "site"),
        (
            {"listed": LISTED.replace("https://dry-site.example/kbd", "https://www.gov.uk@evil.example")},
            "no address",
        ),
        ({"listed": LISTED.replace("siblings/dry", "../dry")}, "register"),
        ({"listed": LISTED.replace("siblings/dry", "siblings/wet")}, "no register here"),
        ({"register": SIBLING.replace('"2019"', '"<b>"')}, "editions.toml"),
        ({"places": {"2019": "para-4/../x\tparagraph\t4\t3\tf\n"}}, "no anchor"),
        ({"places": {"2019": "para-4\tparagraph\n"}}, "five cells"),
    ],
)
def test_a_siblings_register_that_is_none_is_refused_in_one_line(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(GuidanceError, match=complaint) as refusal:
        read_titles(write_sibling(tmp_path, **change))
    assert "\n" not in str(refusal.value)


def test_our_own_list_of_titles_can_be_read() -> None:
    assert len(read_titles(Path(__file__).parents[2] / "versions" / "guidance.toml")) > 10
    assert read_titles(Path("nowhere") / "guidance.toml") == ()


def test_the_document_can_say_what_the_regulations_are() -> None:
    says = paragraph(8, "The Shelving Regulations 2018 (“the Regulations”) apply.", "chapter-1")
    asks = paragraph(9, "See regulation 5, the Regulations and section 99.", "chapter-2")
    found = find_references(library(says, asks), ACTS)[1:]
    assert [one.address if isinstance(one, Reference) else one.reason for one in found] == [
        f"{SITE}uksi/2018/789/regulation/5",
        f"{SITE}uksi/2018/789",
        NOT_SAID,
    ]


def test_the_act_is_the_one_that_the_document_calls_so_and_that_act_the_one_before() -> None:
    says = paragraph(8, "The Children Act 2004 (the Act) is wide; the Equality Act 2010 asks more.", "chapter-1")
    asks = paragraph(9, "By the Equality Act 2010, section 6 of that Act and section 5 of the Act.", "chapter-2")
    found = find_references(library(says, asks), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)][-2:] == [
        f"{SITE}ukpga/2010/15/section/6",
        f"{SITE}ukpga/2004/31/section/5",
    ]


def test_a_sentence_can_say_what_a_short_name_means() -> None:
    says = paragraph(8, "References to ‘the 1989 Act’ are to sections of the Children Act 1989.", "chapter-1")
    asks = paragraph(9, "By the 1989 Act, section 5 applies.", "chapter-2")
    (*_, act, section) = find_references(library(says, asks), ACTS)
    assert [one.address for one in (act, section) if isinstance(one, Reference)] == [
        f"{SITE}ukpga/1989/41",
        f"{SITE}ukpga/1989/41/section/5",
    ]


def test_a_note_speaks_of_the_year_that_its_paragraph_does() -> None:
    says = Provision(
        "para-9", "paragraph", "9", "9.",
        blocks=(Para(Text("Of the Children Act 1989.", (NoteMark(25, "fn-1", "1"),))),), parents=("chapter-2",),
    )  # fmt: skip
    other = paragraph(8, "Of the Local Government and Housing Act 1989.", "chapter-1")
    note = Provision("fn-1", "footnote", "1", "1", blocks=(Para(Text("See the 1989 Act.")),))
    found = find_references(library(other, says, notes=(note,)), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)][-1] == f"{SITE}ukpga/1989/41"


def test_of_two_acts_of_one_name_the_one_that_the_document_names_is_meant() -> None:
    twice = paragraph(8, "The Children Act applies.", "chapter-1")
    assert isinstance(find_references(library(twice), ACTS)[0], Unresolved)
    named = paragraph(9, "So does the Children Act 2004.", "chapter-2")
    found = find_references(library(twice, named), ACTS)
    assert {r.address for r in found if isinstance(r, Reference)} == {f"{SITE}ukpga/2004/31"}


def test_a_name_given_to_two_is_that_of_the_one_that_has_it_most() -> None:
    given = [
        paragraph(7, "The Equality Act 2010 (EA) and the Children Act 2004 (EA) apply.", "chapter-1"),
        paragraph(8, "So does the Equality Act 2010 (EA).", "chapter-1"),
    ]
    found = find_references(library(*given, paragraph(9, "See EA.", "chapter-2")), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)][-1] == f"{SITE}ukpga/2010/15"


def test_the_documents_own_regulations_go_before_what_is_cited_twice() -> None:
    says = [
        paragraph(7, "The Shelving Regulations 2018 (“the Regulations”) apply.", "chapter-1"),
        paragraph(8, "Regulation 5 of the Education (Independent School Standards) Regulations 2014.", "chapter-1"),
        paragraph(9, "Regulation 5 of the Education (Independent School Standards) Regulations 2014.", "chapter-1"),
    ]
    found = find_references(library(*says, paragraph(10, "Keep to regulation 5.", "chapter-2")), ACTS)
    assert [r.address for r in found if isinstance(r, Reference)][-1] == f"{SITE}uksi/2018/789/regulation/5"


def test_a_section_of_the_same_chapter_is_meant_where_no_act_is() -> None:
    assert resolve("see section 1") == ["section 1 -> #section-1-wood"]


def test_the_source_keeps_its_links() -> None:
    text = "section 8 of the Children Act 1989"
    assert resolve(text, marks=(Link(17, 34, "https://example.org"),)) == [
        f"section 8 -> {SITE}ukpga/1989/41/section/8"
    ]
    assert resolve(text, marks=(Link(0, 34, "https://example.org"),)) == []
    leader = "paragraph 3 " + "." * 200  # takes ages where its dots may be shared out in many ways
    assert resolve(f"{leader} plan", marks=(Link(213, 217, "https://example.org"),)) == resolve(leader)
    assert resolve("Dry books, paragraph 3", marks=(Link(0, 9, "http://example.org"),)) == [
        f"paragraph 3 -> {ELSEWHERE}"
    ]
    assert resolve("Chapter 1, paragraph 1", marks=(Link(0, 9, "#chapter-1"),)) == ["paragraph 1 -> #para-1"]


def test_a_page_is_the_one_with_that_printed_number() -> None:
    asks = paragraph(9, "page 3 of this guidance", "chapter-2", page=9)
    document = library(asks, dropped=(Dropped("3", "page number", 5), Dropped("3", "running head", 1)))
    assert [r.address for r in find_references(document, ACTS) if isinstance(r, Reference)] == ["#para-3"]


def test_a_page_on_which_nothing_stands_leads_nowhere() -> None:
    first, second = paragraph(20, "On page 40.", page=40), paragraph(21, "See pages 40 and 41.", page=42)
    found = find_references(library(first, second), ACTS)
    assert [one.address for one in found if isinstance(one, Reference)][-1] == "#para-20"
    assert isinstance(found[-1], Unresolved)


def test_the_documents_own_act_goes_before_the_fields_usage() -> None:
    says = paragraph(8, "The Equality Act 2010 (the Act) applies.", "chapter-1")
    found = find_references(library(says, paragraph(9, "In section 47 it says so.", "chapter-2")), ACTS)
    assert isinstance(found[-1], Unresolved)


def test_notes_are_read_too() -> None:
    note = Provision("fn-1", "footnote", "1", "1", blocks=(Para(Text("Equality Act 2010 Section 4")),))
    (found,) = find_references(library(notes=(note,)), ACTS)
    assert isinstance(found, Reference)
    assert (found.at.anchor, found.address) == ("fn-1", f"{SITE}ukpga/2010/15/section/4")


def test_headings_do_not_refer_to_themselves() -> None:
    assert find_references(library(), ACTS) == ()


def test_a_heading_can_begin_with_an_act() -> None:
    made = library(heading("section-9", "section", "16C (1) of the Children Act 2004", "chapter-2", number="9"))
    assert [r.words for r in find_references(made, ACTS)] == ["16C (1) of the Children Act 2004"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Children Acts 1989 and 2004 apply.", ["Children Acts 1989", "2004 31"]),
        ("The Children Acts of 1989 and 2004 apply.", ["Children Acts of 1989", "2004 31"]),
        ("The Children Act 1989 and 2004 was a year.", ["Children Act 1989"]),
    ],
)
def test_acts_of_one_name_are_each_found(text: str, expected: list[str]) -> None:
    found = [one.split(" -> ") for one in resolve(text)]
    assert [found[0][0], *(f"{words} {where[-2:]}" for words, where in found[1:])] == expected


def test_a_section_that_places_a_duty_is_one() -> None:
    said = "Of the Children Act 2004. Section 11 places a duty on all."
    assert resolve(said)[1] == f"Section 11 -> {SITE}ukpga/2004/31/section/11"
    assert resolve("It stands at 11 places.") == []


@pytest.mark.parametrize(
    "text",
    [
        "the Guide to the Shelving Regulations 2018",
        "a guide to the Shelving Regulations",
        "Guide to the Lost Regulations 2015",
        "Explanatory notes to the Equality Act 2010",
    ],
)
def test_a_guide_to_an_instrument_is_not_the_instrument(text: str) -> None:
    assert resolve(text) == []
    assert resolve(f"{text}, as the Regulations say")[:1] != [f"{text} -> {SITE}uksi/2018/789"]


def test_what_a_guide_is_to_is_still_meant_behind_it() -> None:
    said = resolve("See the Guide to the Shelving Regulations 2018 and those Regulations.")
    assert said == [f"those Regulations -> {SITE}uksi/2018/789"]


def test_how_another_site_goes_on_is_not_invented() -> None:
    assert resolve("Article 4 of the Convention on Reading")[0].endswith("-> https://treaties.example/reading")


@pytest.mark.parametrize(
    "name",
    [
        "(‘the Shelf Rules Regulations’)",
        "(“Shelf Rules Regulations 2018”)",
        "(hereafter the Shelf Rules Regulations)",
        "(referred to in this guide as ‘the Shelf Rules Regulations’)",
        ", referred to here as the Shelf Rules Regulations,",
        ", known as the Shelf Rules Regulations.",
    ],
)
def test_a_text_can_give_regulations_a_short_name(name: str) -> None:
    said = resolve(
        f"The Shelving Regulations 2018 {name} apply. See regulation 2 of the Shelf Rules Regulations.".replace(
            " ,", ","
        )
    )
    assert said[-1] == f"regulation 2 of the Shelf Rules Regulations -> {SITE}uksi/2018/789/regulation/2"


@pytest.mark.parametrize(
    ("text", "linked", "address", "expected"),
    [
        (
            "Section 16F (1) of the Act",
            "Section 16F",
            f"{SITE}ukpga/2004/31/section/16F",
            ["(1) 16F#section-16F-1"],
        ),
        ("section 47(1)(b)", "section 47", f"{SITE}ukpga/1989/41/section/47/", ["(1)(b) 47#section-47-1-b"]),
        ("section 47(1)", "section 47(1)", f"{SITE}ukpga/1989/41/section/47", []),
        ("section 47", "section 47", f"{SITE}ukpga/1989/41/section/47", []),
    ],
)
def test_a_sub_section_survives_behind_the_sources_link(
    text: str, linked: str, address: str, expected: list[str]
) -> None:
    said = resolve(text, marks=(Link(0, len(linked), address),))
    assert [
        one.replace(" -> ", " ").replace(f"{address.rsplit('/section', 1)[0]}/section/", "") for one in said
    ] == expected


WORDS = [
    "section 47",
    "chapter 1",
    " of the ",
    "Children Act 1989",
    " and ",
    "paragraph 2(b)",
    "that Act",
    ", ",
    "annex A",
    ".",
]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map("".join), max_size=4), st.integers(0, 40))
def test_references_lie_apart_and_outside_the_links_of_the_source(texts: list[str], at: int) -> None:
    marks = (Link(at, at + 5, "https://example.org"),)
    document = library(*(paragraph(20 + n, text, "chapter-2", marks=marks) for n, text in enumerate(texts)))
    found = find_references(document, ACTS)
    by_anchor = {p.anchor: provision_texts(p) for p in document.provisions}
    for one in found:
        plain = by_anchor[one.at.anchor][one.at.part].plain
        assert plain[one.at.start : one.at.end] == one.words != ""
        assert not (one.at.start < at + 5 and at < one.at.end)
        assert isinstance(one, Unresolved) or one.address.startswith(("#", SITE, "https://example.org"))
    for before, after in pairwise(found):
        same = (before.at.anchor, before.at.part) == (after.at.anchor, after.at.part)
        assert not same or before.at.end <= after.at.start
    assert find_references(document, ACTS) == found


def test_our_own_list_of_acts_can_be_read() -> None:
    acts = read_acts(Path(__file__).parents[2] / "versions" / "acts.toml")
    assert acts.by_bare["section 47"].address == f"{SITE}ukpga/1989/41"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[[act]]\ntitle = "A Act"\nyear = 1\n[[act]]\ntitle = "A Act"\nyear = 1\n', "A Act 1 stands there twice"),
        ('[[act]]\ntitle = "A Act"\nid = "https://x"\n', "write its id like"),
        ('[[act]]\ntitel = "A Act"\n', "titel"),
        ("[[act]\n", "acts.toml"),
    ],
)
def test_a_bad_list_of_acts_is_refused_in_one_line(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "acts.toml").write_text(content)
    with pytest.raises(GuidanceError, match=complaint) as refusal:
        read_acts(tmp_path / "acts.toml")
    assert "\n" not in str(refusal.value)


def test_no_list_of_acts_is_an_empty_one(tmp_path: Path) -> None:
    assert read_acts(tmp_path / "acts.toml") == Acts()
