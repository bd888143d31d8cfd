"""The real pair for comparing, and what reading it by eye found: numbers only."""

import os
from pathlib import Path

import pytest

LABELS = Path(__file__).parents[1] / "data" / "labels" / "kcsie-pairs.tsv"


def kcsie() -> Path:
    sources = os.environ.get("GUIDANCE_SOURCES")
    folder = Path(os.environ.get("GUIDANCE_KCSIE") or (Path(sources).parent / "kcsie" if sources else "kcsie"))
    if not (folder / "2024.pdf").exists():
        pytest.skip(
            "give the folder with Keeping Children Safe in Education 2024.pdf and 2025.pdf in GUIDANCE_KCSIE"
        )
    return folder


def labels() -> list[tuple[frozenset[str], frozenset[str], str]]:
    rows = [line.split("\t") for line in LABELS.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return [
        (frozenset(old.split(",")) - {"-"}, frozenset(new.split(",")) - {"-"}, what)
        for old, new, what, _ in rows
        if not new.startswith("note-above")
    ]
