"""However its pages lie in the file (turned, cropped, counted from another corner), a document reads the same."""

import struct
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import typst

from document_marks import balance
from guidance.document.model import Document, provision_texts
from guidance.read import read_document
from guidance.site.typesetting import compile_typst

SPECIMEN = Path(__file__).parents[2] / "specimen"
Matrix = tuple[int, int, int, int, float, float]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "plain.pdf"
    compile_typst(SPECIMEN / "2019" / "source.typ", path)
    return path


def lay(pdf: pikepdf.Pdf, matrix: Callable[[float, float], Matrix], turn: int = 0) -> None:
    """Draw every page through a matrix made from its width and height, its links and edges with it."""
    for page in pdf.pages:
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        a, b, c, d, e, f = matrix(width, height)

        def moved(box: pikepdf.Object, m: Matrix = (a, b, c, d, e, f)) -> pikepdf.Array:
            x0, y0, x1, y1 = (float(edge) for edge in box.as_list())
            corners = [(m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]) for x, y in ((x0, y0), (x1, y1))]
            (left, right), (bottom, top) = (sorted(side) for side in zip(*corners, strict=True))
            return pikepdf.Array([left, bottom, right, top])

        page.contents_add(f"q {a} {b} {c} {d} {e} {f} cm".encode(), prepend=True)
        page.contents_add(b"Q")
        page.obj.MediaBox = moved(page.mediabox)
        page.obj.Rotate = turn
        for link in page.obj.get("/Annots", pikepdf.Array([])).as_list():
            link.Rect = moved(link.Rect)
            if "/QuadPoints" in link:
                del link.QuadPoints


def from_another_corner(pdf: pikepdf.Pdf) -> None:
    lay(pdf, lambda width, height: (1, 0, 0, 1, -200.0, 300.0))
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Array) and len(thing) == 5 and thing[1] == pikepdf.Name.XYZ:
            thing[2], thing[3] = float(thing[2]) - 200, float(thing[3]) + 300
        elif isinstance(thing, pikepdf.Dictionary) and isinstance(thing.get("/D"), pikepdf.Array):
            thing.D[2], thing.D[3] = float(thing.D[2]) - 200, float(thing.D[3]) + 300


def turned(pdf: pikepdf.Pdf) -> None:
    lay(pdf, lambda width, height: (0, 1, -1, 0, height, 0.0), 90)


def upside_down(pdf: pikepdf.Pdf) -> None:
    lay(pdf, lambda width, height: (-1, 0, 0, -1, width, height), 180)


def turned_the_other_way(pdf: pikepdf.Pdf) -> None:
    lay(pdf, lambda width, height: (0, -1, 1, 0, 0.0, width), 270)


def with_edges_for_all_pages_at_once(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.MediaBox = pdf.pages[0].mediabox
    for page in pdf.pages:
        if page.mediabox == pdf.Root.Pages.MediaBox:
            del page.obj.MediaBox


def in_units_of_their_own(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.obj.UserUnit = 2


LAID = (
    from_another_corner,
    turned,
    upside_down,
    turned_the_other_way,
    with_edges_for_all_pages_at_once,
    in_units_of_their_own,
)


def told(document: Document) -> list[object]:
    """All that it says and where its links lead, without where on the page it stands."""
    every = (*document.provisions, *document.notes)
    return [(p.anchor, p.kind, p.level, p.page, provision_texts(p)) for p in every]


@pytest.mark.parametrize("how", LAID, ids=lambda how: how.__name__)
def test_a_document_reads_the_same_however_its_pages_lie(
    tmp_path: Path, plain: Path, how: Callable[[pikepdf.Pdf], None]
) -> None:
    with pikepdf.open(plain) as pdf:
        how(pdf)
        pdf.save(tmp_path / "laid.pdf")
    document, before = read_document(tmp_path / "laid.pdf"), read_document(plain)
    assert told(document) == told(before)
    assert len(document.assets) == len(before.assets)
    assert (balance(document), document.findings) == (0, ())


def test_what_printers_leave_beyond_the_edge_is_dropped(tmp_path: Path, plain: Path) -> None:
    with pikepdf.open(plain) as pdf:
        page = pdf.pages[2]
        left, bottom, right, top = (float(edge) for edge in page.mediabox.as_list())
        page.obj.CropBox, page.obj.MediaBox = page.mediabox, [left - 40, bottom - 40, right + 40, top + 40]
        page.Resources.Font.Slug = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.contents_add(b"BT /Slug 6 Tf 60 -20 Td (libraries-03.qxd 3/4/06 10:12 Page 5) Tj ET")
        pdf.save(tmp_path / "cropped.pdf")
    document = read_document(tmp_path / "cropped.pdf")
    assert told(document) == told(read_document(plain))
    assert [d.reason for d in document.dropped if "qxd" in d.text] == ["beyond the page's edge"]
    assert balance(document) == 0


def test_a_poster_among_the_pages(tmp_path: Path, plain: Path) -> None:
    with pikepdf.open(plain) as pdf:
        page = pdf.add_blank_page(page_size=(14_400, 14_400))
        page.contents_add(b"2 w 100 100 14000 14000 re S 200 200 6000 6000 re S 7000 7000 6000 6000 re S")
        pdf.pages.append(pdf.pages[-2])
        pdf.save(tmp_path / "poster.pdf")
    document, before = read_document(tmp_path / "poster.pdf"), read_document(plain)
    assert len(document.assets) == len(before.assets) + 1
    width, height = struct.unpack(">II", document.assets[-1].content[16:24])
    assert 1000 < width * height < 10_000_000


def test_a_picture_that_hangs_over_the_edge_is_drawn_as_far_as_it_shows(tmp_path: Path, plain: Path) -> None:
    with pikepdf.open(plain) as pdf:
        image = pikepdf.Stream(pdf, b"\xcc" * 300)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = 10, 10, 8
        image.ColorSpace = pikepdf.Name.DeviceRGB
        page = pdf.pages[2]
        page.Resources.XObject = pikepdf.Dictionary(Over=image, Off=image)
        page.contents_add(b"q 400 0 0 100 400 700 cm /Over Do Q q 400 0 0 100 1400 700 cm /Off Do Q")
        pdf.save(tmp_path / "over.pdf")
    document = read_document(tmp_path / "over.pdf")
    assert len(document.assets) == len(read_document(plain).assets) + 1


def test_letter_spaced_titles_are_words_and_letters_that_stand_apart_are_not(tmp_path: Path) -> None:
    words = "We keep boats and the ropes that hold them. " * 9
    source = "".join(
        f"#pagebreak(weak: true)\n#text(18pt, tracking: 5pt)[CHAPTER {n} TIDES AND A BOAT]\n\n{words}\n\n"
        for n in range(1, 4)
    )
    path = tmp_path / "spaced.pdf"
    path.write_bytes(
        typst.compile(f"{source}#text(18pt)[A B C D E F G]\n\n{words}".encode(), ignore_system_fonts=True)
    )
    document = read_document(path)
    said = [text.plain for p in document.provisions for text in provision_texts(p)]
    assert {f"CHAPTER {n} TIDES AND A BOAT" for n in range(1, 4)} | {"A B C D E F G"} <= set(said)
    assert balance(document) == 0
