"""A comparison as a Word file that tracks changes: all accepted is the newer text, all rejected the older."""

import subprocess
from itertools import pairwise
from pathlib import Path

import msgspec
import pypandoc
import pytest
from msgspec import structs

from guidance.compare.changes import compare
from guidance.compare.units import compared_text
from guidance.document.model import Document
from guidance.site.redline_text import track
from guidance.site.role_changes import AUTHOR, ComparedText, tracked_changes
from guidance.site.typesetting import set_file
from small_documents import document, paragraph, sentence

PARTS = [sentence(at) for at in (310, 420)]
TEXTS = {
    "kept": ["# Lamps", f"1. {paragraph(1)}", f"2. {paragraph(2)}", f"3. {paragraph(3)}", "(note 1) See the book."],
    "reworded": ["# Lights", f"1. {paragraph(1)} Keepers must sing.", f"2. {paragraph(3)}", "(note 1) See a book."],
    "moved": ["# Lamps", f"1. {paragraph(3)}", f"2. {paragraph(1)}", f"3. {paragraph(2)}", "# Ropes"],
    "parts": ["# Lamps", f"1. {PARTS[0]}", f"2. {PARTS[1]}", f"[box] {paragraph(5)}", f"3. {paragraph(3)}"],
    "whole": ["# Lamps", f"1. {' '.join(PARTS)}", f"2. {paragraph(3)}", f"[box] {paragraph(5)} / one / two"],
    "list": ["# Lamps", f"1. {paragraph(1)} / oil the wick / count the sails", f"2. {' '.join(PARTS)}"],
    "entries": ["# Lamps", f"1. {paragraph(1)} / count the sails / oil the wick / sing", "# <w:p> & </w:ins>"],
}


def test_a_provision_without_words_leaves_no_line() -> None:
    bare = structs.replace(document(TEXTS["kept"]).provisions[1], anchor="picture", number=None, blocks=())
    old = document(TEXTS["kept"])
    new = structs.replace(old, provisions=(*old.provisions, bare))
    assert [line.end for line in track(compare(old, new, ("a", "b")), old, new)] == ["same"] * 5


def tracked(old: Document, new: Document) -> bytes:
    sides = [
        ComparedText(name, text.source, "", day) for name, text, day in (("a", old, ""), ("b", new, "2005-04"))
    ]
    told = tracked_changes(track(compare(old, new, ("a", "b")), old, new), "Lamps", sides, None)
    return set_file(msgspec.msgpack.encode(told), b"tracked.docx")


def read(word: Path, how: str, to: str = "plain") -> str:
    """What pandoc reads of a Word file, behind what it says of itself."""
    command = (pypandoc.get_pandoc_path(), f"--track-changes={how}", "--wrap=none", f"--to={to}", str(word))
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return told.partition("SHA-256 " + "0" * 64)[2].partition("SHA-256 " + "0" * 64)[2]


def lines(text: Document) -> list[str]:
    """The lines of a text as a file has them."""
    found = []
    for one in text.everything:
        label = f"Note {one.number} " if one.kind == "footnote" else f"{one.number} " if one.number else ""
        found += f"{label}{compared_text(one)}".split("\n")
    return [" ".join(line.split()) for line in found]


@pytest.mark.parametrize(("old", "new"), [*pairwise(TEXTS), *pairwise(reversed(TEXTS))])
def test_all_accepted_is_the_newer_text_and_all_rejected_the_older(tmp_path: Path, old: str, new: str) -> None:
    texts = document(TEXTS[old]), document(TEXTS[new])
    word = tmp_path / "tracked.docx"
    word.write_bytes(tracked(*texts))
    for how, text in zip(("reject", "accept"), texts, strict=True):
        assert [" ".join(line.split()) for line in read(word, how).splitlines() if line.strip()] == lines(text)


def test_changes_are_marked_as_ours_and_the_file_is_the_same_each_time(tmp_path: Path) -> None:
    texts = document(TEXTS["kept"]), document(TEXTS["reworded"])
    word = tmp_path / "tracked.docx"
    word.write_bytes(tracked(*texts))
    assert word.read_bytes() == tracked(*texts)
    marked = read(word, "all", "markdown")
    assert f'[Keepers must sing.]{{.insertion author="{AUTHOR}" date="2005-04-01T00:00:00Z"}}' in marked
    assert ".paragraph-deletion" in marked
