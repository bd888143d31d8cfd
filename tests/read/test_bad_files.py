"""Files that cannot be read, or were made to do harm: one clear line each, or a reading that says what is amiss."""

import itertools
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from document_marks import balance, links
from guidance.document.anchors import Allocator
from guidance.document.model import Document, GuidanceError, List
from guidance.document.walk import provision_texts
from guidance.jobs.executors import CrashedError, Sandboxed
from guidance.read import read_document
from guidance.site.typesetting import compile_typst

SPECIMEN = Path(__file__).parents[2] / "specimen"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.pdf"
    compile_typst(SPECIMEN / "2019" / "source.typ", path)
    return path


def complaint(path: Path) -> str:
    with pytest.raises(GuidanceError) as caught:
        read_document(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def attempt(path: Path) -> Document | str:
    """The document, or what was said instead of it."""
    try:
        return read_document(path)
    except GuidanceError as error:
        return str(error)


def typeset(
    lines: list[bytes], to: Path, annotations: Callable[[pikepdf.Pdf], pikepdf.Array] | None = None
) -> Path:
    """A page of lines in Helvetica, at `to`."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        shown = b" ".join(b"(%s) Tj 0 -16 Td" % line for line in lines)
        page.Contents = pdf.make_stream(b"BT /F 12 Tf 60 760 Td " + shown + b" ET")
        if annotations:
            page.Annots = annotations(pdf)
        pdf.save(to)
    return to


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a PDF"),
        (b"Plain words.", "not a PDF"),
        (b"%PDF-1.7\nnothing more", "damaged or cut off"),
    ],
)
def test_not_a_pdf(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    assert says in complaint(path)


def test_missing(tmp_path: Path) -> None:
    assert "no such file" in complaint(tmp_path / "none.pdf")
    assert "a folder; name a file in it" in complaint(tmp_path)


@pytest.mark.parametrize("share", [0.002, 0.2, 0.5, 0.8, 0.99])
def test_cut_off(tmp_path: Path, whole: Path, share: float) -> None:
    content = whole.read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(content[: int(share * len(content))])
    assert "cut off" in complaint(path)


def test_encrypted(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="owner", user="user"))
    assert "encrypted" in complaint(tmp_path / "locked.pdf")


def test_without_pages(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(tmp_path / "none.pdf")
    complaint(tmp_path / "none.pdf")


def test_a_page_that_the_engine_cannot_load(monkeypatch: pytest.MonkeyPatch, whole: Path) -> None:
    monkeypatch.setattr("guidance.read.pdf.raw.FPDF_LoadPage", lambda document, index: None)
    assert "page 1 is damaged" in complaint(whole)


def test_a_page_without_fonts(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "bare.pdf")
    assert "no text" in complaint(tmp_path / "bare.pdf")


def picture(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    image = pikepdf.Stream(pdf, b"\xcc" * 300)
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent = 10, 10, 8
    image.ColorSpace = pikepdf.Name.DeviceRGB
    return image


def test_pictures_only_need_ocr(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture(pdf)))
        page.Contents = pdf.make_stream(b"q 600 0 0 780 0 0 cm /I Do Q")
        pdf.save(tmp_path / "scan.pdf")
    assert "OCR" in complaint(tmp_path / "scan.pdf")


def test_one_scanned_page_among_others_is_reported(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture(pdf)))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q")
        last = len(pdf.pages)
        pdf.save(tmp_path / "scan.pdf")
    found = [f.page for f in read_document(tmp_path / "scan.pdf").findings if f.kind == "picture"]
    assert found == [last]


def test_fonts_without_unicode_are_reported_with_their_page(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
                del thing.ToUnicode
        pdf.save(tmp_path / "mute.pdf")
    outcome = attempt(tmp_path / "mute.pdf")
    assert isinstance(outcome, Document)
    assert balance(outcome) == 0
    pages = tuple(sorted({f.page for f in outcome.findings if f.kind == "unreadable" and f.page}))
    placed = next(check for check in outcome.structure if check.what == "placed")
    assert (placed.verdict == "amiss") == bool(pages)
    assert set(pages) <= set(placed.pages)


@pytest.mark.parametrize("lie", [(b"startxref\n", b"startxref\n9"), (b"startxref", b"startxrez")])
def test_a_cross_reference_table_that_lies(tmp_path: Path, whole: Path, lie: tuple[bytes, bytes]) -> None:
    path = tmp_path / "lies.pdf"
    path.write_bytes(whole.read_bytes().replace(*lie))
    document = read_document(path)
    assert document.provisions == read_document(whole).provisions


def test_a_deep_and_cyclic_structure_tree(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        root = pdf.Root.StructTreeRoot
        first = inner = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Sect))
        for _ in range(4000):
            below = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Sect, P=inner))
            inner.K = pikepdf.Array([below])
            inner = below
        inner.K = pikepdf.Array([first])
        root.K = pikepdf.Array([first, *(root.K if isinstance(root.K, pikepdf.Array) else [root.K])])
        pdf.save(tmp_path / "deep.pdf")
    assert balance(read_document(tmp_path / "deep.pdf")) == 0


def test_a_hundred_thousand_bookmarks(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        outlines = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Outlines))
        entries = [pdf.make_indirect(pikepdf.Dictionary(Title=f"b{n}", Parent=outlines)) for n in range(100_000)]
        for one, other in itertools.pairwise(entries):
            one.Next, other.Prev = other, one
        outlines.First, outlines.Last = entries[0], entries[-1]
        pdf.Root.Outlines = outlines
        pdf.save(tmp_path / "marks.pdf")
    assert len([p for p in read_document(tmp_path / "marks.pdf").provisions if p.heading]) == 33


def test_a_bookmark_of_many_figures(tmp_path: Path, whole: Path) -> None:
    with pikepdf.open(whole) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("9" * 200 + "x", 0))
        pdf.save(tmp_path / "figures.pdf")
    assert len([p for p in read_document(tmp_path / "figures.pdf").provisions if p.heading]) == 33


def test_a_stream_that_declares_two_gigabytes(tmp_path: Path) -> None:
    typeset([b"Words."], tmp_path / "small.pdf")
    path = tmp_path / "huge.pdf"
    path.write_bytes(re.sub(rb"/Length \d+", b"/Length 2000000000", (tmp_path / "small.pdf").read_bytes()))
    outcome = attempt(path)
    assert "no text" in outcome if isinstance(outcome, str) else balance(outcome) == 0


def test_unsafe_links_are_dropped_and_counted(tmp_path: Path) -> None:
    def annotations(pdf: pikepdf.Pdf) -> pikepdf.Array:
        found = []
        for at, address in enumerate(
            ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://a.example/")
        ):
            top = 774 - 16 * at
            action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(address))
            box = pikepdf.Array([60, top - 16, 200, top])
            found.append(pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=box, A=action))
        return pikepdf.Array([pdf.make_indirect(a) for a in found])

    path = typeset([b"one word", b"two words", b"three words", b"four words"], tmp_path / "links.pdf", annotations)
    document = read_document(path)
    assert [address for _, address in links(document)] == ["https://a.example/"]
    assert [f.message for f in document.findings if "unsafe" in f.message] == [
        "links that lead nowhere or use an unsafe scheme were dropped (3)"
    ]


def test_hostile_text_is_the_characters_it_is(tmp_path: Path) -> None:
    lines = [b"<script>alert\\(1\\)</script>", b"[x]\\(y\\) {{ z }} *a* _b_", b"# not a heading", b"&amp; | d"]
    document = read_document(typeset(lines, tmp_path / "hostile.pdf"))
    said = " ".join(text.plain for p in document.provisions for text in provision_texts(p))
    for line in lines:
        assert line.replace(b"\\", b"").decode() in said


def crash() -> None:
    os._exit(11)


def test_a_crash_is_an_error_and_not_the_end() -> None:
    with pytest.raises(CrashedError, match="crashed"):
        Sandboxed(crash).result()


def take_memory(count: int) -> int:
    return len(bytes(count))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited where the system can do it")
def test_a_reader_has_a_gigabyte() -> None:
    assert Sandboxed(take_memory, 800_000_000).result() == 800_000_000
    with pytest.raises(CrashedError, match="too much memory"):
        Sandboxed(take_memory, 1_100_000_000).result()


class CountedWish(str):
    """A wish for an anchor that counts how often a number was tried behind it."""

    tried = 0

    def __format__(self, form: str) -> str:
        CountedWish.tried += 1
        return str.__format__(self, form)


def test_thousands_of_paragraphs_without_a_title_are_not_counted_anew_each_time() -> None:
    allocator, wish = Allocator(), CountedWish("text")
    anchors = [allocator.take(wish) for _ in range(2000)]
    assert (anchors[0], anchors[1], anchors[-1]) == ("text", "text-2", "text-2000")
    assert CountedWish.tried < 2 * len(anchors)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@example([(0.6520809458803751, b'"')])  # a matrix that is no number
@given(
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), min_size=1, max_size=30
    )
)
def test_a_mutated_file_is_read_or_refused_in_one_line(whole: Path, changes: list[tuple[float, bytes]]) -> None:
    content = bytearray(whole.read_bytes())
    for share, new in changes:
        at = int(share * len(content))
        content[at : at + len(new)] = new
    path = whole.with_name("mutated.pdf")
    path.write_bytes(bytes(content))
    outcome = attempt(path)
    if isinstance(outcome, Document):
        assert balance(outcome) == 0
    else:
        known = r"(damaged|not a PDF|encrypted|no pages|no text|pictures|cannot be read \(|Word file)"
        assert re.search(known, outcome)
        assert "Error: " not in outcome
        assert "\n" not in outcome


def test_the_keys_of_a_font_of_signs_are_bullets(tmp_path: Path) -> None:
    lines = ("Ropes are wet.", "Lamps are lit.", "Boats are in.")
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        fonts = {
            name: pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=kind, BaseFont=base)
            for name, kind, base in (
                ("/F", pikepdf.Name.Type1, pikepdf.Name.Helvetica),
                ("/S", pikepdf.Name.TrueType, pikepdf.Name.Wingdings),
            )
        }
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        shown = "".join(
            f"BT /S 12 Tf 60 {740 - 20 * at} Td (n) Tj ET BT /F 12 Tf 84 {740 - 20 * at} Td ({words}) Tj ET\n"
            for at, words in enumerate(lines)
        )
        lead = "BT /F 12 Tf 60 770 Td (Keepers see to it that, on every day of the year:) Tj ET\n"
        page.Contents = pdf.make_stream((lead + shown).encode())
        pdf.save(tmp_path / "signs.pdf")
    blocks = [block for p in read_document(tmp_path / "signs.pdf").provisions for block in p.blocks]
    (found,) = (block for block in blocks if isinstance(block, List))
    assert [item.marker for item in found.items] == ["•"] * 3
