"""A file read by several processes is the file read by one, and what one of them cannot do is no more than that."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pikepdf
import pytest

from guidance.document.model import Document, Finding, GuidanceError
from guidance.jobs.executors import Answers, CrashedError, Sandboxed
from guidance.read import begin_reading, pipeline, read_document
from guidance.read.cross_check import read_words
from guidance.read.flow import page_parts
from guidance.read.page import PageParts, PdfPage
from guidance.read.pdfium import Opened
from guidance.site.typesetting import compile_typst

PAGES = 30
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="patches what a forked process finds")


def typeset(to: Path, second_size: int) -> Path:
    """Pages of small paragraphs, those of the second half in type of its own size."""
    sheets = []
    for page in range(PAGES):
        size = 11 if page < PAGES // 2 else second_size
        words = f"Boat number {page} lies at the quay. " * (6 if page < PAGES // 2 else 3)
        sheets.append(f"#text(size: {size}pt)[= Quay {page}\n\n{words}\n\n{words}]")
    source = to.with_suffix(".typ")
    source.write_text("#set document(title: [Quays])\n" + "\n#pagebreak()\n".join(sheets), encoding="utf-8")
    compile_typst(source, to)
    return to


def printed(document: Document) -> bytes:
    return msgspec.json.encode(document)


@pytest.mark.parametrize("second_size", [11, 15])
def test_two_processes_read_what_one_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second_size: int
) -> None:
    path = typeset(tmp_path / "quays.pdf", second_size)
    by_two = read_document(path, second_opinion=True)
    assert {p.page for p in by_two.provisions} >= {1, PAGES}
    monkeypatch.setattr(pipeline, "_WORTH_TWO", PAGES + 1)
    assert printed(read_document(path, second_opinion=True)) == printed(by_two)


def test_every_page_is_made_with_the_usual_type_size_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marked(page: PdfPage, size: float) -> PageParts:
        part = page_parts(page, size)
        part.findings = (Finding("size", str(size)),)
        return part

    monkeypatch.setattr(pipeline, "page_parts", marked)
    path = typeset(tmp_path / "quays.pdf", 15)
    beside: Sandboxed[pipeline.Beside] = Sandboxed(pipeline.read_beside, path, False)
    with closing(Opened(path)) as opened:
        pages = pipeline.all_pages(opened, beside.answers)
    beside.stop()
    assert {finding.message for part in pages.parts for finding in part.findings} == {str(pages.size)} == {"11.0"}


def test_the_words_are_there_before_the_opinion(tmp_path: Path) -> None:
    reading = begin_reading(typeset(tmp_path / "quays.pdf", 11), second_opinion=True)
    early, judged, whole = reading.document(), reading.judged(), reading.whole()
    reading.close()
    assert (early.provisions, early.agreement) == (whole.provisions, None)
    assert judged.agreement == whole.agreement
    assert whole.agreement
    assert whole.agreement.recall == 1


def test_where_the_second_engine_crashes_a_third_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = typeset(tmp_path / "quays.pdf", 11)
    monkeypatch.setattr(pipeline, "read_words", lambda _: os._exit(1))
    document = read_document(path, second_opinion=True)
    assert document.agreement
    assert document.agreement.engine == "pdfminer"
    assert document.provisions == read_document(path).provisions


def test_a_half_that_crashes_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = typeset(tmp_path / "quays.pdf", 11)
    monkeypatch.setattr(pipeline, "read_beside", lambda *_: os._exit(1))
    with pytest.raises(GuidanceError, match=r"cannot be read \(the engine crashed\)"):
        read_document(path)


def _two_then_crash() -> Iterator[int]:
    yield 1
    yield 2
    os._exit(1)


def test_answers_come_in_turn_until_there_are_none() -> None:
    work: Sandboxed[int] = Sandboxed(_two_then_crash)
    assert [work.answers.next(), work.answers.next()] == [1, 2]
    with pytest.raises(CrashedError, match="crashed"):
        work.result()


def _sum(numbers: Answers[int]) -> int:
    return numbers.next() + numbers.next()


def test_one_process_hears_another_without_anybody_between() -> None:
    numbers: Sandboxed[int] = Sandboxed(_two_then_crash)
    assert Sandboxed(_sum, numbers.answers).result() == 3
    numbers.stop()


def _child_of(_: Path, second_opinion: bool, beside: object) -> Iterator[object]:
    raise CrashedError(f"{os.getppid()}")
    yield


def test_the_processes_stand_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is started by another: whoever reads a file starts them all, and can end them all."""
    monkeypatch.setattr(pipeline, "read_pdf", _child_of)
    with pytest.raises(GuidanceError, match=rf"\({os.getpid()}\)"):
        read_document(typeset(tmp_path / "quays.pdf", 11))


def test_runs_that_lie_over_one_another_are_read_letter_by_letter(tmp_path: Path) -> None:
    """Initials drawn after their words, as some programs do it: the engine puts both into one run."""
    path = tmp_path / "initials.pdf"
    drawn = ((78, "uays "), (138, "arbours"), (72, "q"), (132, "h"))
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        shown = "".join(f"1 0 0 1 {left} 700 Tm ({words}) Tj " for left, words in drawn)
        page.Contents = pdf.make_stream(f"BT /F 10 Tf {shown}ET".encode())
        pdf.save(path)
    assert read_words(path) == (("quays", "harbours"),)
