"""The duty ledger's pages and files: whole without JavaScript, kept apart by strength, safe from hostile text."""

import csv
import io
import json
import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from markdown import markdown
from msgspec import structs

from guidance.build.comparisons import Compared, compare_documents
from guidance.compare.changes import compare
from guidance.compare.meaning import strengths_before
from guidance.document.law import Law, LawSince
from guidance.document.model import Duty, GuidanceError, Locus
from guidance.document.register import Edition, Publication
from guidance.link.agencies import Agency, Vocabulary, read_agencies
from guidance.read import read_document
from guidance.site.data_files import encode, records
from guidance.site.extension import read_page
from guidance.site.handwritten import Sources
from guidance.site.ledger import (
    HOME,
    STRENGTHS,
    UNCLEAR,
    Ledger,
    count_duties,
    duties_csv,
    duty_records,
    page_path,
    render_ledger,
    share_rows,
)
from guidance.site.pages import Page
from guidance.site.typesetting import compile_typst
from small_documents import document, paragraph

ROOT = Path(__file__).parents[2]
PUBLICATION = Publication("Lamps", "L", "Nobody", (Edition("2005", "Lamps", "2005-04-18"),))
WORDS = Vocabulary(
    (
        Agency("keepers", "Keepers", ("keeper",)),
        Agency("sailors", "Sailors <&> {ropes}", ("sailor",)),
        Agency("divers", "Divers", ("diver",)),
    )
)
HOSTILE = "<script>alert(1)</script> ![x](javascript:x) `</div>` | [a]: b {: .c }"
OLD = [
    "# Lamps",
    "1. Keepers should trim the lamps at dusk and write it down in the book.",
    f"2. {paragraph(2)}",
    "3. Keepers must sing. Sailors may dance on the quay when the wind is low.",
]
NEW = [
    "# Lamps",
    "1. Keepers must trim the lamps at dusk and write it down in the book.",
    f"2. {paragraph(2)}",
    f"3. Keepers and sailors must {HOSTILE} sing. The lamps should be cleaned.",
    "4. Sailors may dance on the quay when the wind is low. Keepers must not sleep.",
]


def compared(*texts: list[str]) -> Compared:
    ids = ("2001", "2005")
    return compare_documents({one: document(lines) for one, lines in zip(ids, texts, strict=False)}, WORDS)


def ledger(*texts: list[str]) -> Ledger:
    found = compared(*texts).ledger("2001" if len(texts) == 1 else "2005")
    assert found
    return found


def pages(held: Ledger) -> dict[str, Page]:
    return {page.path: page for page in render_ledger(held, ("2001",))}


def shown(page: Page) -> BeautifulSoup:
    """A page's body, parsed as a browser does."""
    body = page.markdown.split("---\n", 2)[2]
    html = markdown(body, extensions=["attr_list", "md_in_html", "tables", "admonition"])
    return BeautifulSoup(html, "html.parser")


def entries(page: BeautifulSoup, strength: str) -> list[Tag]:
    """The entries of the list below the heading of a strength."""
    heading = page.select_one(f"h2#{strength}.furniture")
    assert heading
    listed = heading.find_next_sibling("ul")
    assert isinstance(listed, Tag)
    return listed.select(":scope > li")


def told(entry: Tag) -> list[str]:
    """The sentence of an entry, and what is said of it."""
    return [" ".join(p.get_text().split()) for p in entry.select(":scope > p")]


def test_duties_json_is_as_the_design_says() -> None:
    held = ledger(OLD, NEW)
    rows = json.loads(encode(duty_records(held.duties, {})))
    assert rows[0] == {
        "anchor": "para-1",
        "page": 1,
        "sentence": "Keepers must trim the lamps at dusk and write it down in the book.",
        "strength": "must",
        "who": ["keepers"],
        "who_complete": True,
        "who_context": [],
        "context": "",
        "limit": None,
        "law_since": [],
    }
    (cleaned,) = [row for row in rows if row["sentence"] == "The lamps should be cleaned."]
    assert (cleaned["who"], cleaned["who_context"]) == ([], ["keepers", "sailors"])
    assert cleaned["context"] == "last named before it"
    limited = ledger(
        ["# Lamps", "1. Keepers must answer within 3 days of the storm. Keepers and pilots must sing."]
    )
    first, second = json.loads(encode(duty_records(limited.duties, {})))
    assert first["limit"] == {"number": 3, "unit": "days", "from": "of the storm"}
    assert (second["who"], second["who_complete"]) == (["keepers"], False)


def test_each_has_a_page_with_every_duty_under_its_strength() -> None:
    held = ledger(OLD, NEW)
    made = pages(held)
    assert list(made) == [HOME, *map(page_path, ("keepers", "sailors", "divers", UNCLEAR))]
    keepers = shown(made["duties/keepers.md"])
    assert [heading["id"] for heading in keepers.select("h2.furniture")] == ["must", "must-not", "should"]
    (inferred,) = entries(keepers, "should")
    assert told(inferred) == [
        "The lamps should be cleaned.",
        "paragraph 3, page 1 · probably also binds Sailors <&> {ropes} · from context: last named before it",
    ]
    first, second = entries(keepers, "must")
    (third,) = entries(keepers, "must-not")
    assert told(first) == [
        "Keepers must trim the lamps at dusk and write it down in the book.",
        "paragraph 1, page 1 · was should in 2001, must now",
    ]
    assert [a["href"] for a in first.select("a")] == [f"../../{held.places['para-1'].address}"]
    assert told(second)[1] == "paragraph 3, page 1 · also binds Sailors <&> {ropes}"
    assert [a["href"] for a in second.select("a")][1:] == ["../../duties/sailors/"]
    assert told(third) == ["Keepers must not sleep.", "paragraph 4, page 1"]
    unclear = str(shown(made[page_path(UNCLEAR)]))
    assert "The lamps should be cleaned." in unclear
    assert "sing" not in unclear
    assert "No sentence was found" in str(shown(made["duties/divers.md"]))
    assert {page.parent for page in made.values()} == {None, HOME}


def test_every_duty_is_on_the_page_of_each_whom_it_binds() -> None:
    held = ledger(OLD, NEW)
    listed = sum(
        len(shown(page).select("ul.duties > li > p.where")) for path, page in pages(held).items() if path != HOME
    )
    assert listed == sum(len(duty.who or duty.who_context) + (not duty.who) for duty in held.duties)


GROUPS = Vocabulary(
    (
        Agency("crew", "The crew", ("crew",), wider="all on board"),
        Agency("guild", "The guild", ("guild",), wider="keepers of a coast", members=("keepers",)),
        Agency("keepers", "Keepers", ("keeper",)),
        Agency("sailors", "Sailors", ("sailor",)),
        Agency("divers", "Divers", ("diver",)),
    )
)
SHIP = [
    "# Lamps",
    "1. Keepers must sing. It should be done soon.",
    "# Ropes",
    "2. The crew must sleep.",
    "3. Sailors may dance and sailors must rest. The guild should meet.",
    "# Tides",
    "4. The mast should be dry.",
]


def test_a_list_ends_with_what_may_bind_as_well() -> None:
    held = compare_documents({"2001": document(SHIP)}, GROUPS).ledger("2001")
    assert held
    kinds = {one: [(share.kind, share.group) for share in held.shares(one)] for one in held.names}
    crew, nobody = ("group", "crew"), ("nobody", "")
    assert kinds == {
        "crew": [("named", ""), nobody],
        "guild": [("named", ""), crew, nobody],
        "keepers": [("named", ""), ("context", ""), ("group", "guild"), crew, nobody],
        "sailors": [("named", ""), crew, nobody],
        "divers": [crew, nobody],
    }
    made = {page.path: shown(page) for page in render_ledger(held)}
    keepers = made["duties/keepers.md"]
    assert [heading["id"] for heading in keepers.select("h2")] == ["must", "should", "guild", "crew", "nobody"]
    (title,) = keepers.select("h2#nobody ~ h3")
    assert title.get_text() == "Tides"
    assert "keepers of a coast" in keepers.get_text()
    assert "The mast should be dry." in made["duties/divers.md"].get_text()
    assert "Whether one binds them is not known here" in made["duties/divers.md"].get_text()


def test_a_duty_that_names_somebody_and_their_group_stands_once() -> None:
    held = compare_documents({"2001": document(["# Lamps", "1. The crew and keepers must sing."])}, GROUPS)
    ship = held.ledger("2001")
    assert ship
    assert [(share.kind, len(share.duties)) for share in ship.shares("keepers")] == [("named", 1)]
    assert [(share.group, len(share.duties)) for share in ship.shares("sailors")] == [("crew", 1)]


def test_where_something_is_not_known_nobody_is_told_that_there_is_no_duty() -> None:
    held = compare_documents({"2001": document(SHIP)}, GROUPS).ledger("2001")
    assert held
    overview = shown(render_ledger(held)[0]).get_text()
    assert "No sentence was found that binds" not in overview
    assert "No sentence names, and no context tells of: Divers." in overview
    assert "Of 7 duties 5 (71 %) name those whom they bind; of 1 (14 %) the context tells; of 1 (14 %)" in overview
    page = read_page("<!-- duties: divers -->", "a.md", Sources(PUBLICATION, {}, duties=count_duties(held)))
    (line,) = BeautifulSoup(page.html, "html.parser").select("li")
    assert line.get_text().strip() == "Divers: no sentence names them, but 1 sentence may bind them"
    known = compare_documents({"2001": document(SHIP[:-2])}, GROUPS).ledger("2001")
    assert known
    assert "No sentence was found that binds: Divers." in shown(render_ledger(known)[0]).get_text()


def test_a_table_of_somebodys_own_says_why_each_is_in_it() -> None:
    held = compare_documents({"2001": document(SHIP)}, GROUPS).ledger("2001")
    assert held
    rows = share_rows(held, "keepers")
    assert [row[0] for row in rows] == [
        "Named",
        "From context",
        "As one of: The guild",
        "As one of: The crew",
        "Sentences that name nobody",
    ]
    assert rows[1][-4:] == ("Keepers", "last named before it", "", "")


def test_a_long_list_is_divided_by_chapters() -> None:
    lines = [f"{at}. Keepers must trim the lamp of pier {at}." for at in range(1, 15)]
    divided = shown(pages(ledger(["# Lamps <b>", *lines[:9], "# Ropes", *lines[9:]]))["duties/keepers.md"])
    assert [title.get_text() for title in divided.select("h3.furniture")] == ["Lamps <b>", "Ropes"]
    assert [len(listed.select("li")) for listed in divided.select("h3 + ul.duties")] == [9, 5]
    short = shown(pages(ledger(["# Lamps", *lines[:9], "# Ropes", *lines[9:12]]))["duties/keepers.md"])
    assert (len(short.select("h3")), len(short.select("ul.duties"))) == (0, 1)


def test_official_text_and_names_come_out_as_the_characters_they_are() -> None:
    for page in pages(ledger(OLD, NEW)).values():
        assert not shown(page).select("script, img, .c")
    (sailors,) = entries(shown(pages(ledger(OLD, NEW))["duties/sailors.md"]), "must")
    assert told(sailors)[0] == f"Keepers and sailors must {HOSTILE} sing."


def test_the_pages_say_what_they_are_and_how_well_it_was_measured() -> None:
    for page in pages(ledger(OLD, NEW)).values():
        (note,) = shown(page).select("div.admonition.note")
        assert "Computed, not official" in note.get_text()
        assert "What counts is the paragraph itself" in note.get_text()
        assert "has not been measured" in note.get_text()
        up = "../" if page.path == HOME else "../../"
        assert [a["href"] for a in note.select("a")] == [f"{up}duties.csv", f"{up}duties.json"]
    measured = Ledger("2001", (), {}, {}, measured="Of 10 <sentences> 9 were right.")
    assert "Of 10 &lt;sentences&gt; 9 were right." in render_ledger(measured)[0].markdown


def test_the_overview_counts_and_links_each_strength() -> None:
    overview = shown(pages(ledger(OLD, NEW))[HOME])
    assert [
        a.get_text() for a in overview.select('td > a[href="keepers/#must"][aria-label="Keepers: 2 must"]')
    ] == ["2"]
    rows = {row.th.get_text(): row for row in overview.select("tbody > tr") if row.th}
    assert list(rows) == ["Keepers", "Sailors <&> {ropes}", "Sentences that name nobody"]
    assert [cell.get_text() for cell in rows["Keepers"].select("td")] == ["2", "1", "0", "0", "0", "0", "3", "1"]
    assert [a["href"] for a in rows["Sentences that name nobody"].select("th > a")] == ["not-clear/"]
    assert "No sentence was found that binds: Divers." in overview.get_text()


def test_the_csv_has_all_and_no_formula() -> None:
    held = ledger(OLD, NEW)
    rows = list(csv.reader(io.StringIO(duties_csv(held).decode("utf-8-sig"))))
    assert len(rows) == len(held.duties) + 1
    assert rows[1] == [
        "must",
        "Keepers",
        "Keepers must trim the lamps at dusk and write it down in the book.",
        "paragraph 1",
        "1",
        "para-1",
        "should in 2001",
        "",
        "",
        "",
        "",
    ]
    assert "not clear" in {row[1] for row in rows}
    formula = Duty(Locus("para-1", 0, 0, 4), None, "=1+1\nmust", "must", ())
    (_, row) = csv.reader(io.StringIO(duties_csv(Ledger("x", (formula,), {}, held.places)).decode("utf-8-sig")))
    assert row[2] == "'=1+1 must"


# --- Earlier strengths -----------------------------------------------------------------------------


def test_what_was_should_and_is_must_now_is_said() -> None:
    held = ledger(OLD, NEW)
    assert [(d.at.anchor, was.strength, was.edition) for d, was in held.earlier.items()] == [
        ("para-1", "should", "2001")
    ]
    for path in ("duties/keepers.md", HOME):
        said = [one.get_text() for one in shown(pages(held)[path]).select("p.where > strong")]
        assert said == ["was should in 2001, must now"]
    assert shown(pages(held)[HOME]).select("h2#changed")
    assert not shown(pages(ledger(OLD))[HOME]).select("h2#changed")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Keepers should trim all the lamps.", "Keepers must trim all the lamps.", ["should"]),
        ("Keepers must trim all the lamps.", "Keepers must not trim all the lamps.", ["must"]),
        ("Keepers must trim all the lamps.", "Keepers must trim all the lamps. Keepers should sing.", []),
        ("Keepers should trim all the lamps.", "Keepers must count the spare sails at high water.", []),
        (  # two of the same words: which was which is not plain
            "Keepers should trim all the lamps. Keepers may trim all the lamps.",
            "Keepers must trim all the lamps.",
            [],
        ),
    ],
)
def test_only_the_same_sentence_with_another_verb_is_put_together(old: str, new: str, found: list[str]) -> None:
    filler = paragraph(3)
    texts = [document(["# Lamps", f"1. {filler} {words}"]) for words in (old, new)]
    both = compare_documents(dict(zip(("a", "b"), texts, strict=True)), WORDS)
    duties = both.duties["a"], both.duties["b"]
    assert list(strengths_before(compare(texts[0], texts[1], ("a", "b"), duties), *duties).values()) == found


# --- Hand-written pages ----------------------------------------------------------------------------


def test_hand_written_pages_lead_to_the_ledger_where_there_is_one() -> None:
    page = "# Quay\n\nWords.\n\n<!-- duties: keepers divers -->\n"
    sources = Sources(PUBLICATION, {}, duties=count_duties(ledger(OLD, NEW)))
    said = read_page(page, "roles/quay.md", sources).html
    keepers, divers = BeautifulSoup(said, "html.parser").select("div.ledger li")
    assert [a["href"] for a in keepers.select("a")] == [
        "../../2005/duties/keepers/",
        "../../2005/duties/keepers/#downloads",
    ]
    assert keepers.get_text().startswith("Keepers: 2 must, 1 must not; 1 more from context; as Word")
    assert [a["href"] for a in divers.select("a")] == ["../../2005/duties/divers/"]
    assert divers.get_text().strip() == "Divers: no sentence found"
    assert 'id="duties"' in said
    assert read_page(page, "roles/quay.md", Sources(PUBLICATION, {})).html == "<h1>Quay</h1>\n<p>Words.</p>"
    with pytest.raises(GuidanceError, match=r"^a.md: asks for the duties of pirates, whom"):
        read_page("<!-- duties: pirates -->", "a.md", sources)


TAR = LawSince(
    "2005",
    (
        Law(
            "9", "duty to tar", "Tar Act 2007", "Keepers must tar.", "A", "all", agencies=("divers",), start="2007"
        ),
        Law("8", "duty to row", "Oars Act 2001", "All must row.", "A", "all", agencies=("divers",), start="2001"),
        Law("7", "duty to dive", "Sea Act 2008", "Some must.", "A", "all", agencies=("sailors",), passed="2008"),
    ),
)


def test_a_role_list_ends_with_the_laws_since_and_leads_to_their_notices() -> None:
    sources = Sources(PUBLICATION, {}, duties=count_duties(ledger(OLD, NEW)), law=TAR)
    for asked, found in (("keepers divers", ["../../2005/duties/divers/#law-9"]), ("keepers", [])):
        said = BeautifulSoup(read_page(f"<!-- duties: {asked} -->", "roles/a.md", sources).html, "html.parser")
        assert [a["href"] for a in said.select("a") if "#law" in a["href"]] == found
    every = BeautifulSoup(read_page("<!-- law since -->", "changes/a.md", sources).html, "html.parser")
    assert [p["id"] for p in every.select("p.law-since")] == ["law-9", "law-8", "law-7"]


def test_rows_and_lists_tell_the_law_since() -> None:
    notice = TAR.notice(TAR.law[0])
    held = structs.replace(ledger(OLD, NEW), law={"keepers": (notice,)}, touched={"para-1": (notice,)})
    page = shown(pages(held)["duties/keepers.md"])
    assert [p["data-law"] for p in page.select("p.law-since")] == ["9"]
    rows = [entry for entry in entries(page, "must") if "law-9" in str(entry)]
    assert [told(row)[0] for row in rows] == ["Keepers must trim the lamps at dusk and write it down in the book."]
    assert rows[0].select("a")[-1]["href"] == "../../p/1/#law-9"
    assert not shown(pages(held)["duties/sailors.md"]).select(".law-since")
    told_in_files = {
        row["anchor"]: row["law_since"] for row in json.loads(encode(duty_records(held.duties, held.touched)))
    }
    assert told_in_files["para-1"] == [notice.head]
    assert not any(said for anchor, said in told_in_files.items() if anchor != "para-1")
    table = list(csv.DictReader(io.StringIO(duties_csv(held).decode("utf-8-sig"))))
    assert {row["law_since"] for row in table if row["anchor"] == "para-1"} == {notice.head}


def test_our_own_pages_name_only_who_is_known() -> None:
    known = {agency.id for agency in read_agencies(ROOT / "versions" / "agencies.toml").entries}
    lines = [
        line
        for page in (ROOT / "docs").rglob("*.md")
        for line in re.findall(r"<!-- duties:.*", page.read_text(encoding="utf-8"))
    ]
    named = {name for line in lines for name in line.removeprefix("<!-- duties: ").removesuffix(" -->").split()}
    assert lines
    assert named <= known


def test_the_figures_told_are_those_beside_the_labels() -> None:
    folder = ROOT / "tests" / "data" / "labels"
    files = [folder / f"duties-2023-{name}.tsv" for name in ("fifth", "sixth")]
    runs = [re.findall(r"^# First run.*", file.read_text(encoding="utf-8"), re.MULTILINE) for file in files]
    told = read_agencies(ROOT / "versions" / "agencies.toml").measured
    assert [len(found) for found in runs] == [1, 1]
    assert re.findall(r"\d+", " ".join(line for (line,) in runs)) == re.findall(r"\d+", told.replace("2023", ""))


@pytest.mark.parametrize("name", ["index", UNCLEAR, "a/b", "../a", "A", "", "a--b"])
def test_who_can_be_bound_has_an_id_that_can_name_a_page(name: str, tmp_path: Path) -> None:
    path = tmp_path / "agencies.toml"
    path.write_text(f'[[agency]]\nid = "{name}"\nname = "A"\nwords = ["a"]\n', encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"agencies.toml: .*id"):
        read_agencies(path)


# --- The specimen ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    folder = tmp_path_factory.mktemp("specimen")
    texts = {}
    for edition in ("2019", "2024"):
        compile_typst(ROOT / "specimen" / edition / "source.typ", folder / f"{edition}.pdf")
        texts[edition] = read_document(folder / f"{edition}.pdf")
    return compare_documents(texts, read_agencies(ROOT / "specimen" / "agencies.toml"))


@pytest.mark.parametrize("edition", ["2019", "2024"])
def test_every_duty_of_the_specimen_leads_to_its_provision(specimen: Compared, edition: str) -> None:
    held = specimen.ledger(edition)
    assert held
    assert held.duties
    urls = {r.anchor: r.url for r in records(specimen.documents[edition], specimen.addresses[edition], edition)}
    for row in duty_records(held.duties, {}):
        assert urls[row.anchor] == f"{edition}/{held.places[row.anchor].address}"
        assert row.strength in STRENGTHS
        assert set(row.who) <= held.names.keys()
    text = "".join(page.markdown for page in render_ledger(held))
    assert all(f'{urls[d.at.anchor].removeprefix(f"{edition}/")}"' in text for d in held.duties)


def test_what_became_stricter_in_the_specimen_is_as_written_down(specimen: Compared) -> None:
    held = specimen.ledger("2024")
    assert held
    truth = tomllib.loads((ROOT / "specimen" / "alignment.toml").read_text(encoding="utf-8"))["pairs"]
    changed = {number for pair in truth if pair["text"] == "duty" for number in pair["new"]}
    found = {int(held.places[d.at.anchor].name.split()[-1]) for d in held.earlier if "para-" in d.at.anchor}
    assert found
    assert found <= changed
    assert {(was.strength, duty.strength) for duty, was in held.earlier.items()} == {("should", "must")}


def test_the_same_text_gives_the_same_bytes(specimen: Compared) -> None:
    first, second = (specimen.ledger("2024") for _ in range(2))
    assert first
    assert second
    assert render_ledger(first) == render_ledger(second)
    assert duties_csv(first) == duties_csv(second)
