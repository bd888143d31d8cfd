"""The specimen: it compiles, is tagged, says what it is, and its written-down truth fits its source."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from guidance.document.model import GuidanceError
from guidance.document.register import read_register
from guidance.site.typesetting import compile_typst
from untagged import strip_structure

SPECIMEN = Path(__file__).parents[2] / "specimen"
EDITIONS = ("2019", "2024")


def expected(edition: str) -> dict[str, Any]:
    return tomllib.loads((SPECIMEN / edition / "expected.toml").read_text(encoding="utf-8"))


def typst_source(edition: str) -> str:
    return (SPECIMEN / edition / "source.typ").read_text(encoding="utf-8")


def page_texts(path: Path) -> list[str]:
    """Each page's words, hyphens at line ends taken out."""
    with pypdfium2.PdfDocument(path) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    return [" ".join(text.replace("\ufffe", "").split()) for text in texts]


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("specimen")
    for edition in EDITIONS:
        compile_typst(SPECIMEN / edition / "source.typ", folder / f"{edition}.pdf")
        strip_structure(folder / f"{edition}.pdf", folder / f"{edition}-stripped.pdf")
    return {path.stem: path for path in folder.iterdir()}


def test_the_register_has_both_editions_and_says_that_they_are_made_up() -> None:
    publication = read_register(SPECIMEN)
    assert publication.specimen
    assert [e.id for e in publication.editions] == list(EDITIONS)
    assert publication.in_force.id == "2024"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_same_source_gives_the_same_bytes(tmp_path: Path, pdfs: dict[str, Path], edition: str) -> None:
    again = tmp_path / "deep" / "again.pdf"
    compile_typst(SPECIMEN / edition / "source.typ", again)
    assert again.read_bytes() == pdfs[edition].read_bytes()
    assert [p.name for p in again.parent.iterdir()] == ["again.pdf"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_is_tagged_declares_pdf_ua_and_brings_its_own_fonts(pdfs: dict[str, Path], edition: str) -> None:
    with pikepdf.open(pdfs[edition]) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert "/Outlines" in pdf.Root
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        assert len(pdf.pages) == expected(edition)["pages"]
        fonts = {str(o.BaseFont) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    assert fonts
    assert all("Libertinus" in font for font in fonts)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_says_that_it_is_no_guidance(pdfs: dict[str, Path], edition: str) -> None:
    assert all("SPECIMEN — NO GUIDANCE" in text for text in page_texts(pdfs[edition]))


@pytest.mark.parametrize("edition", EDITIONS)
def test_stripping_takes_the_structure_and_leaves_the_words(pdfs: dict[str, Path], edition: str) -> None:
    stripped = pdfs[f"{edition}-stripped"]
    assert page_texts(stripped) == page_texts(pdfs[edition])
    with pikepdf.open(stripped) as pdf:
        assert not {"/StructTreeRoot", "/MarkInfo", "/Outlines", "/Dests", "/Names"} & set(pdf.Root.keys())
        for page in pdf.pages:
            assert "/Annots" not in page.obj
            assert not {"BDC", "BMC"} & {str(i.operator) for i in pikepdf.parse_content_stream(page)}


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_truth_fits_the_source(edition: str) -> None:
    truth, source = expected(edition), typst_source(edition)
    numbers = [int(number) for number in re.findall(r"^#p\((\d+)\)", source, re.M)]
    assert numbers == list(range(1, truth["paragraphs"] + 1))
    marks = re.findall(r"^(=+) (.+)$", source, re.M)
    outermost = 0 if edition == "2019" else 1
    assert [(len(m) - 1 + outermost, t.replace("'", "’")) for m, t in marks] == [
        (heading["level"], heading["title"]) for heading in truth["headings"]
    ]
    assert source.count("#footnote[") == truth["footnotes"] == truth["footnote_references"]
    assert re.findall(r"#shaded\[(.+?)\]\[", source) == [box["title"] for box in truth["boxes"]]
    assert source.count('#link("http') == truth["links"]["web"]
    assert source.count('#link("mailto:') == truth["links"]["mail"]
    assert [f"para-{n}" for n in re.findall(r"#link\(<para-(\d+)>\)", source)] == list(
        truth["links"]["internal"].values()
    )
    for chart in truth["flow_charts"]:
        assert len(re.findall(r"^ +node\(", source, re.M)) == chart["boxes"]
        assert len(re.findall(r"^ +arrow\(", source, re.M)) == chart["arrows"]
    words = " ".join(source.replace("'", "’").split())
    assert not [c["words"] for c in truth["citations"] if c["words"].replace("'", "’") not in words]


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_truth_fits_the_pages(pdfs: dict[str, Path], edition: str) -> None:
    truth, pages = expected(edition), page_texts(pdfs[edition])
    for box in truth["boxes"]:
        assert box["title"] in pages[box["pages"][0] - 1]
    for kind, title in (("tables", "caption"), ("figures", "caption"), ("flow_charts", "title")):
        for thing in truth[kind]:
            assert thing[title] in pages[thing["page"] - 1]
    for join in truth["joins"]:
        first, second = join["pages"]
        number = join["anchor"].removeprefix("para-")
        assert f"{number}. " in pages[first - 1]
        opening = pages[second - 1].split("NO GUIDANCE ")[-1]
        assert opening[0].islower(), "the second half of the sentence opens the page"


def test_every_paragraph_has_one_fate() -> None:
    truth = tomllib.loads((SPECIMEN / "alignment.toml").read_text(encoding="utf-8"))
    old = [number for pair in truth["pairs"] for number in pair["old"]] + truth["removed"]
    new = [number for pair in truth["pairs"] for number in pair["new"]] + truth["added"]
    assert sorted(old) == list(range(1, expected("2019")["paragraphs"] + 1))
    assert sorted(new) == list(range(1, expected("2024")["paragraphs"] + 1))


def test_pairs_said_to_be_the_same_are_the_same() -> None:
    old, new = (paragraphs(typst_source(edition)) for edition in EDITIONS)
    truth = tomllib.loads((SPECIMEN / "alignment.toml").read_text(encoding="utf-8"))
    for pair in truth["pairs"]:
        before = " ".join(old[number] for number in pair["old"])
        after = " ".join(new[number] for number in pair["new"])
        assert (before == after) == (pair["text"] == "same"), pair
        if pair["text"] == "duty":
            assert modals(before) != modals(after), pair


def paragraphs(source: str) -> dict[int, str]:
    """Number -> words, without markup, footnotes and list marks."""
    found = {}
    for number, body in re.findall(
        r"^#p\((\d+)\)(.*?)(?=^#p\(|^=|^#shaded|^#figure|^#let)", source + "\n=", re.M | re.S
    ):
        body = re.sub(r"#super\[.*?\]", "", body)
        while (at := body.find("#footnote[")) >= 0:
            body = body[:at] + body[closing(body, at + len("#footnote[")) :]
        body = re.sub(r"#\w+(\([^)]*\))?|[][*_#-]", " ", body)
        found[int(number)] = " ".join(body.split()).replace(" .", ".")
    return found


def closing(text: str, start: int) -> int:
    """The offset after the bracket that closes the one opened just before `start`."""
    depth = 1
    while depth:
        depth += {"[": 1, "]": -1}.get(text[start], 0)
        start += 1
    return start


def modals(text: str) -> dict[str, int]:
    return {word: len(re.findall(rf"\b{word}\b", text)) for word in ("must", "should", "may")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no such Typst source"),
        ("#let = ", "source.typ"),
        ("#set document(title: [T])\n#rect(width: nothing)", "nothing"),
        ("Words without a document title.", "title"),
        ('#import "/../../secret.typ": *', "source.typ"),
    ],
)
def test_a_bad_source_gives_one_line_and_no_file(tmp_path: Path, text: str | None, says: str) -> None:
    source = tmp_path / "2019" / "source.typ"
    if text is not None:
        source.parent.mkdir()
        source.write_text(text, encoding="utf-8")
    with pytest.raises(GuidanceError) as caught:
        compile_typst(source, tmp_path / "out.pdf")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.pdf").exists()
