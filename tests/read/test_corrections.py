"""Corrections mend what they name, move the marks along, and refuse to be applied to anything else."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from document_marks import balance
from guidance.build.load import corrections_for, read_corrections
from guidance.document.anchors import provision_fingerprint
from guidance.document.model import (
    Correction,
    Document,
    GuidanceError,
    Link,
    NoteMark,
    Para,
    Provision,
    SourceFile,
    Style,
    Text,
)
from guidance.document.register import Revision
from guidance.document.walk import plain_text
from guidance.read.corrections import correct
from guidance.sources import Source

MARKS = (Style(0, 3, "bold"), Link(4, 20, "https://a.example/"), NoteMark(20, "fn-1", "1"), Style(21, 24, "italic"))
PARAGRAPH = Provision("para-1", "paragraph", "1", "1.", blocks=(Para(Text("The shop. Fault! in yes end", MARKS)),))
DOCUMENT = Document(
    "T", "en", SourceFile("f.pdf", "0" * 64, "application/pdf", 1), (PARAGRAPH,), characters_source=25
)
MEND = Correction("para-1", provision_fingerprint(PARAGRAPH), " Fault!", "", "the word processor's own error text")


def test_the_words_are_mended_the_marks_follow_and_the_books_balance() -> None:
    done = correct(DOCUMENT, (MEND,))
    block = done.provisions[0].blocks[0]
    assert isinstance(block, Para)
    assert block.text.plain == "The shop. in yes end"
    assert [block.text.plain[m.start : m.end] for m in block.text.marks if not isinstance(m, NoteMark)] == [
        "The",
        "shop. in ",
        "es ",
    ]
    assert [(entry.text, entry.reason) for entry in done.dropped] == [
        (" Fault!", "corrected: the word processor's own error text")
    ]
    assert done.corrections == (MEND,)
    assert balance(done) == balance(DOCUMENT)


def test_what_is_put_in_is_counted_apart() -> None:
    done = correct(DOCUMENT, (replace(MEND, find="Fault!", replace="Right"),))
    assert "Right in" in plain_text(done.provisions[0])
    assert balance(done) == balance(DOCUMENT)


@pytest.mark.parametrize(
    ("correction", "says"),
    [
        (replace(MEND, anchor="para-2"), "nothing stands there"),
        (replace(MEND, fingerprint="0" * 16), "its fingerprint is"),
        (replace(MEND, find="Absent"), "0 times"),
        (replace(MEND, find="e"), "times, not once"),
        (replace(MEND, find=""), "0 times"),
    ],
)
def test_a_correction_that_no_longer_applies_is_an_error(correction: Correction, says: str) -> None:
    with pytest.raises(GuidanceError) as caught:
        correct(DOCUMENT, (correction,))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


ENTRY = '[[corrections]]\nanchor = "a"\nfingerprint = "f"\nfind = "x"\nreplace = "y"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[correction]]\nanchor = "a"\n', "correction"),
        (ENTRY + 'reason = " "\n', "no reason"),
        (ENTRY, "reason"),
        (ENTRY + 'reason = "r"\nrevison = "b"\n', "revison"),
        ("[[corrections]\n", "corrections.toml"),
    ],
)
def test_a_bad_file_of_corrections_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "corrections.toml").write_text(text, encoding="utf-8")
    with pytest.raises(GuidanceError, match=says) as caught:
        read_corrections(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_correction_may_be_for_one_revision_alone() -> None:
    tied = replace(MEND, revision="2024-02")
    first, second = Revision("2024-02", "First."), Revision("2025-06", "Second.")
    files = {r: Source("2023", Path("f.pdf"), "0" * 64, "application/pdf", r) for r in (first, second, None)}
    assert corrections_for(files[first], (MEND, tied)) == (MEND, tied)
    assert corrections_for(files[second], (MEND, tied)) == (MEND,)
    assert corrections_for(files[None], (MEND, tied)) == (MEND,)
