"""What GOV.UK's HTML publications are made of, each construct as its documents show it, in words of our own."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from document_marks import balance
from guidance.document.model import Document, Figure, Table
from guidance.document.walk import plain_text
from guidance.read import read_document

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "govspeak.toml").read_text(encoding="utf-8"))


def reading(inside: str, tmp_path: Path) -> Document:
    page = f"<html lang='en'><body><main><h1>Bees</h1><div class='govspeak'><h2>Keeping</h2>{inside}</div></main>"
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    return read_document(path)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_a_construct(case: dict[str, Any], tmp_path: Path) -> None:
    document = reading(case["html"], tmp_path)
    found = [[p.anchor, *plain_text(p).splitlines()] for p in document.provisions[1:]]
    assert found == [[f"keeping-{anchor}", *lines] for anchor, *lines in case["right"]]
    said = [finding.message.rpartition(": ")[2] for finding in document.findings if finding.kind == "picture"]
    assert said == case.get("left_out", [])
    assert balance(document) == 0


@pytest.mark.parametrize("case", CASES["heads"], ids=lambda case: case["name"])
def test_what_heads_a_table(case: dict[str, Any], tmp_path: Path) -> None:
    (block,) = reading(f"<table>{case['html']}</table>", tmp_path).provisions[1].blocks
    assert isinstance(block, Table)
    assert [[cell.header or "" for cell in row] for row in block.rows] == case["right"]


def test_only_the_picture_with_a_caption_has_it(tmp_path: Path) -> None:
    case = next(case for case in CASES["cases"] if case["name"] == "a caption is no credit")
    figures = [b for p in reading(case["html"], tmp_path).provisions for b in p.blocks if isinstance(b, Figure)]
    assert [(f.alternative, f.caption and f.caption.plain) for f in figures] == [
        ("A hive", "Figure 1: A hive"),
        (None, None),
    ]
