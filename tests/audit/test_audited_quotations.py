"""Quotations on partners' pages, held as wholes against the edition they are credited to: two small editions of our
own are loaded, a third is in the register alone."""

import json
from pathlib import Path

import pytest

from guidance.audit.reading import read_bytes
from guidance.audit.verdicts import AuditFinding
from guidance.build.audit import Auditor
from guidance.build.orders import Loaded
from guidance.document.register import Edition, Publication
from guidance.sources import Source
from small_documents import document

TEXTS = json.loads((Path(__file__).parents[1] / "data" / "audit" / "quotations.json").read_text("utf-8"))["texts"]
BLUE = "The keeper must write the name of every child who boards in the blue book before the rope is loosed."
RING = "the keeper should ring the harbour office within 20 minutes"
GULLS = "Each worker greets the gulls by name twice a day"
LAMPS = "Lamps are trimmed at dusk by two people who have signed the rota"


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    """For a guidance whose editions of 2019 and 2024 are loaded and whose edition of 2009 is not."""
    publication = Publication(
        title="Keeping the Harbour",
        short="KH",
        publisher="A made-up office",
        editions=(
            Edition("2009", "Keeping the Harbour", "2009-01-01", ended="2019-01-01"),
            Edition("2019", "Keeping the Harbour", "2019-01-01", ended="2024-01-01"),
            Edition("2024", "Keeping the Harbour", "2024-01-01"),
        ),
    )
    loaded = tuple(
        Loaded(
            publication.edition(edition),
            Source(edition, Path("x"), "0" * 64, "application/pdf"),
            document(["# Boats", *(f"{at}. {words}" for at, (_, words) in enumerate(passages, 1))]),
        )
        for edition, passages in TEXTS.items()
    )
    return Auditor(publication, tmp_path_factory.mktemp("no-data"), loaded)


def quotations(auditor: Auditor, page: str, kind: str = "html") -> list[AuditFinding]:
    """What is found of the quotations of a page."""
    reading = read_bytes(page.encode(), kind, f"page.{kind}")
    return [one for one in auditor.findings(reading) if one.kind == "quotation"]


@pytest.mark.parametrize(
    ("page", "quotation", "edition", "para", "status"),
    [
        (f"<p>“{BLUE}” (Keeping the Harbour 2019, para 1)</p>", "right", "2019", "1", "superseded"),
        (f"<p>Keeping the Harbour 2019, paragraph 2, says: “{RING}”.</p>", "right", "2019", "2", "superseded"),
        ("<p>“A guest may hold the wheel at noon” (KH 2024, para 4)</p>", "cut", "2024", "4", "cut"),
        (f"<blockquote><p>{LAMPS}</p></blockquote><p>— KH 2024, para 2</p>", "right", "2024", "2", "current"),
        (f"<blockquote><p>{LAMPS}<br>– KH 2024, para 2</p></blockquote>", "right", "2024", "2", "current"),
        (f"<p>As KH 2024 says:</p><blockquote><p>{LAMPS}</p></blockquote>", "right", "2024", "2", "current"),
        (f"<p><q>{RING}</q> (KH 2019, para 2)</p>", "right", "2019", "2", "superseded"),
        ("<p>“Lamps are trim&shy;med at dusk by two” (KH 2024, para 2)</p>", "right", "2024", "2", "current"),
        (f"<p>“{BLUE.replace('must', 'may')}” (KH 2019, para 1)</p>", "altered", "2019", "1", "misquoted"),
        (f"<p>“{RING.replace('20', '45')}” (KH 2019, para 2)</p>", "altered", "2019", "2", "misquoted"),
        (
            f"<p>“{BLUE[:-1]}, and each aunt paints the lid with tar and sings to the gulls until the tide turns,"
            " and all of the cousins clap twice” (KH 2019)</p>",
            "partial", "2019", "1", "misquoted",
        ),
        (f"<p>“{GULLS}” (KH 2019, para 3)</p>", "absent", "2019", "3", "misquoted"),
        (f"<p>“{BLUE}” (Keeping the Harbour 2024, para 1)</p>", "altered", "2024", "1", "misquoted"),
        (f"<p>“{RING}” (Keeping the Harbour 2024, para 1)</p>", "absent", "2024", "1", "misquoted"),
        (f"<table><tr><th>KH 2019, para 2</th></tr><tr><td>“{RING.replace('should', 'may')}”</td></tr></table>",
         "altered", "2019", "2", "misquoted"),
        (f"<details><summary>KH 2024, para 2</summary><blockquote>{LAMPS}</blockquote></details>",
         "right", "2024", "2", "current"),
        (f"<p>“{RING}” (Keeping the Harbour 2009, para 8)</p>", "not-checked", "2009", "8", "not-checked"),
        (f"<p>“{RING}” (Keeping the Harbour 2019, para 4)</p>", "right", "2019", "2", "contradiction"),
        (f"<table><tr><td>KH 2019, para 2</td><td>“{RING.replace('should', 'may')}”</td></tr></table>",
         "altered", "2019", "2", "misquoted"),
        ("<p>“A keeper does <del>not</del> need the consent of the family to share what was seen” "
         "(KH 2019, para 4)</p>",
         "altered", "2019", "4", "misquoted"),
        (f"<p>“{RING.replace('should', '[must]')}” (KH 2019, para 2)</p>", "altered", "2019", "2", "misquoted"),
        (f"<p>“{GULLS}” (Keeping the Harbour).</p>", "not-checked", None, None, "not-checked"),
        (f"<p>They wrote “{RING} and may ask other crews”.</p>", "right", "2019", "2", "superseded"),
    ],
)  # fmt: skip
def test_a_quotation_is_checked_as_a_whole(
    page: str, quotation: str, edition: str | None, para: str | None, status: str, auditor: Auditor
) -> None:
    (found,) = quotations(auditor, page)
    assert (found.quotation, found.edition, found.para, found.status) == (quotation, edition, para, status)
    assert found.checked is (quotation != "not-checked")


@pytest.mark.parametrize(
    ("page", "verdict", "change"),
    [
        (f"<td>{RING.replace('should', 'must')} and may ask other crews to search the quay</td>",
         "altered", "“must” for “should”"),
        (f"<p><i>{RING.replace('should', 'should not')} and may ask other crews to search the quay</i></p>",
         "altered", "“not” put in"),
        (f"<p>Crews see that {RING} and may ask other crews to search the quay and must not stop.</p>",
         "right", ""),
        (f"<p>You must see that {LAMPS}, and the older of them keeps the key until the bell.</p>",
         "right", ""),
        (f"<p>“{LAMPS.replace(' by', '<sup>3</sup> by')}” (KH 2024, para 2)</p>", "right", ""),
    ],
)  # fmt: skip
def test_words_beside_a_passage_are_held_against_the_edition_too(
    page: str, verdict: str, change: str, auditor: Auditor
) -> None:
    """A verb that stands before the first words that agree would else be told as word for word."""
    (found,) = quotations(auditor, page)
    assert (found.quotation, change in found.verdict) == (verdict, True)


def test_quotations_that_are_joined_share_their_credit(auditor: Auditor) -> None:
    green = BLUE.replace("blue", "green").removesuffix(" before the rope is loosed.")
    page = f"<p>“in the green book before the rope is loosed” and “{green}” (KH 2019, para 1)</p>"
    assert [(one.edition, one.quotation) for one in quotations(auditor, page)] == [("2019", "altered")] * 2


def test_what_is_said_names_strength_and_place(auditor: Auditor) -> None:
    (changed,) = quotations(auditor, f"<p>“{BLUE.replace('must', 'may')}” (KH 2019, para 1)</p>")
    assert "strength changed: “may” for “must”" in changed.verdict
    (elsewhere,) = quotations(auditor, f"<p>“{RING}” (Keeping the Harbour 2019, para 4)</p>")
    assert "paragraph 2 of 2019" in elsewhere.verdict
    assert "not in paragraph 4" in elsewhere.verdict
    (both,) = quotations(auditor, f"<p>“{LAMPS}” (KH 2019, para 3)</p>")
    assert (both.edition, both.today) == ("2019", "2024/p/2/"), "also in 2024, and yet of 2019"
    assert "also in 2024" in both.verdict
    (unsaid,) = quotations(auditor, f"<p>It is so: “{LAMPS}”.</p>")
    assert (unsaid.edition, unsaid.status) == ("2024", "current")


@pytest.mark.parametrize(
    "page",
    [
        "<p>The notice says “Please wipe your feet before you come in here”. See Keeping the Harbour 2019.</p>",
        "<p>“Keeping the Harbour” (2019) is on the shelf, and so is “Keeping the Village Hall Warm in Snow”.</p>",
        "<blockquote><p>We loved the day, and our children want to come again next year.</p></blockquote>",
        f"<table><tr><td>KH 2019, para 2</td><td>A mother said: “{GULLS}”</td></tr></table>",
        "<p>Keeping the Harbour 2019 is the “gold standard” for us.</p>",
    ],
)
def test_what_is_no_quotation_of_the_guidance(page: str, auditor: Auditor) -> None:
    assert quotations(auditor, page) == []


def test_a_markdown_quotation_with_its_credit_below(auditor: Auditor) -> None:
    (found,) = quotations(auditor, f"> {BLUE.replace('every', 'each')}\n\n— KH 2019, para 1\n", "markdown")
    assert (found.quotation, found.edition, found.line) == ("altered", "2019", 1)


@pytest.mark.parametrize("struck", ["~~not~~", "<del>not</del>", "<s>not</s>"])
def test_what_markdown_strikes_out_is_not_said(auditor: Auditor, struck: str) -> None:
    words = f"A keeper does {struck} need the consent of the family to share what was seen"
    (found,) = quotations(auditor, f"“{words}” (KH 2019, para 4)\n", "markdown")
    assert found.quotation == "altered"
