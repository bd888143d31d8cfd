"""Whether a text proves to be an edition: a table of first pages, and real files of the same publisher."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from guidance.audit.vocabulary import read_wanted
from guidance.document.model import Document, Dropped, Para, Place, Provision, SourceFile, Text
from guidance.document.register import Edition, Publication, Published, Revision, read_register
from guidance.sources.identity import Verdict, identify
from official_files import ADOPTION, HOMES, IRO, KCSIE, WORKING_TOGETHER, reading

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "identity.toml").read_text(encoding="utf-8"))["case"]
VERSIONS = Path(__file__).parents[2] / "versions"
SHARED = "A guide to sharing a pond"


def edition(year: str, published: str, ended: str | None, subtitle: str, pages: int, numbered: int) -> Edition:
    documents = (
        Published(
            f"Keeping ponds safe {year}", f"PND-000{year[2:]}-{year}", pages=pages, paragraphs=numbered or None
        ),
    )
    return Edition(year, "Keeping Ponds Safe", published, subtitle, ended=ended, documents=documents)


LAW = Published("Keeping ponds safe: the law", "PND-00019-2018", pages=13)
FIRST = edition("2018", "2018-07-04", "2023-12-15", SHARED, 116, 0)
REGISTER = Publication(
    "Keeping Ponds Safe",
    "KPS",
    "The Pond Office",
    (
        edition("2015", "2015-03-26", "2018-07-04", SHARED, 0, 0),
        Edition(
            "2018", "Keeping Ponds Safe", "2018-07-04", SHARED, ended="2023-12-15",
            documents=(*FIRST.documents, LAW), revisions=(Revision("2020-12", "Mended.", "2020-12"),),
        ),
        edition("2023", "2023-12-15", None, "A guide to keeping every pond together", 168, 403),
    ),
)  # fmt: skip


def made(case: dict[str, Any]) -> Document:
    """The text of a case, as the readers give it."""
    cover, pages = case["cover"], case.get("pages", 165 if "2023" in str(case["cover"]) else 116)
    title, author = case.get("named", ["", ""])
    lines = tuple(Para(Text(line)) for line in cover)
    count = case.get("paragraphs", 403)
    provisions = (
        *((Provision("title-page", "text", blocks=lines, places=(Place(1),)),) if cover else ()),
        *(
            Provision("text", "text", blocks=(Para(Text(line)),), places=(Place(2),))
            for line in case.get("second", ())
        ),
        *(Provision(f"para-{n}", "paragraph", str(n)) for n in range(count)),
        *(
            Provision(f"later-{at}", "text", blocks=(Para(Text(line)),), places=(Place(case.get("page", 9)),))
            for at, line in enumerate(case.get("later", ()))
        ),
        Provision("imprint", "text", blocks=(Para(Text(case.get("imprint", "Printed on paper"))),)),
    )
    source = SourceFile(
        "2018.pdf",
        "0" * 64,
        "",
        1,
        pages or None,
        title=title or None,
        author=author or None,
        created=case.get("made"),
    )
    frame = (Dropped(case["frame"], "the page's frame"),) if "frame" in case else ()
    said, reason = case.get("on each page", ("", ""))
    on_pages = tuple(Dropped(said, reason, page) for page in (1, 2, 3) if said)
    return Document(cover[0] if cover else "Untitled", "en", source, provisions, dropped=(*frame, *on_pages))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["what"]))
def test_what_a_text_proves_to_be(case: dict[str, Any]) -> None:
    verdict = identify(made(case), REGISTER, ("HM Pondkeepers",))
    assert (verdict.edition or "") == case.get("taken", ""), verdict
    line = verdict.refusal("2018")
    assert "\n" not in line
    assert case.get("seems", "") in line
    assert case.get("why", "") in line
    assert case.get("evidence", "") in "; ".join(verdict.evidence)


def official(name: str) -> Verdict:
    register = read_register(VERSIONS)
    return identify(reading(name), register, read_wanted(VERSIONS, register).authors)


@pytest.mark.real
def test_the_official_file_proves_itself_without_its_digest() -> None:
    verdict = official(WORKING_TOGETHER)
    assert verdict.edition == "2023"
    assert {"title", "month", "subtitle", "168 pages", "403 numbered paragraphs"} <= set(verdict.evidence)


@pytest.mark.real
@pytest.mark.parametrize("name", [*KCSIE, IRO, ADOPTION, HOMES, "others/response-many-notes.pdf"])
def test_other_official_files_are_refused(name: str) -> None:
    assert official(name).edition is None


@pytest.mark.real
def test_a_refusal_says_what_it_seems_to_be() -> None:
    said = official(KCSIE[0]).refusal("2018")
    assert said == "seems to be Keeping children safe in education, 2024; not taken as 2018"
