"""Pages written by us in the shape of a GOV.UK HTML publication and of an archived page."""

from pathlib import Path

import pytest

from document_marks import anchors, balance, links, note_marks
from guidance.document.model import (
    Abbreviation,
    Document,
    Figure,
    GuidanceError,
    Link,
    List,
    NoteMark,
    Para,
    Subheading,
    Table,
)
from guidance.document.walk import plain_text
from guidance.read import read_document
from guidance.site.blocks import Context, render_text

PUBLICATION = """<!DOCTYPE html><html lang="en"><head><title>Sheds - GOV.UK</title><script>x()</script></head><body>
<header role="banner"><a href="/">GOV.UK</a></header>
<main id="content"><h1 class="gem-c-title__text">Looking after sheds</h1>
<nav class="gem-c-contents-list"><ol><li><a href="#keeping">Keeping</a></li></ol></nav>
<div class="govspeak">
<h2 id="keeping">Chapter 1: Keeping</h2>
<p>1. A shed must be <strong>dry</strong><sup id="fnref:1" role="doc-noteref">
<a href="#fn:1" class="footnote" rel="footnote">[footnote 1]</a></sup> and see <a href="#locks">locks</a>.</p>
<ul><li>roof</li><li>door<ul><li>hinge</li></ul></li></ul>
<p>2. Two. <a href="https://a.example/b">Away</a>, <a href="javascript:alert(1)">no</a>.</p>
<p id="three">3. Three &lt;script&gt; [x](y)</p>
<p>4. Four, as <a href="/guidance/x">said</a>.</p>
<div class="call-to-action"><h3>In short</h3><p>Keep it dry.</p></div>
<h3 id="locks">Locks</h3>
<p>Loose words.</p>
<table><caption>Keys</caption><thead><tr><th scope="col">Who</th><th scope="col">How many</th></tr></thead>
<tbody><tr><th scope="row">Ann</th><td>2</td></tr></tbody></table>
<figure class="image embedded"><img src="x.png" alt="A shed"><figcaption>Figure 1: A shed</figcaption></figure>
<ol><li>first</li><li>second</li></ol>
<div class="footnotes" role="doc-endnotes"><ol><li id="fn:1"><p>As rain falls.
<a href="#fnref:1" class="reversefootnote" role="doc-backlink">&#8617;</a></p></li></ol></div>
</div></main><footer>Crown</footer></body></html>"""

ARCHIVED = """<html><body><div id="webArchiveInfobox">[ARCHIVED CONTENT]</div><div id="content">
<h1>Old sheds</h1><h2>Introduction</h2><p>1.1 One.</p><p>1.2 Two,
<a href="https://webarchive.nationalarchives.gov.uk/ukgwa/20101010101010/http://www.sheds.example/">there</a>.</p>
<h2>Roofs</h2><p>2.1 Three.</p><p>2.2 Four.<br>And more.</p></div></body></html>"""


def reading(tmp_path: Path, page: str) -> Document:
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    return read_document(path)


def test_a_publication(tmp_path: Path) -> None:
    document = reading(tmp_path, PUBLICATION)
    assert document.title == "Looking after sheds"
    assert [(p.anchor, p.kind, p.level) for p in document.provisions] == [
        ("chapter-1", "chapter", 1),
        ("para-1", "paragraph", None),
        ("para-2", "paragraph", None),
        ("para-3", "paragraph", None),
        ("para-4", "paragraph", None),
        ("chapter-1-box", "box", None),
        ("locks", "section", 2),
        ("locks-text", "text", None),
        ("locks-table", "table", None),
        ("locks-figure", "figure", None),
        ("locks-text-2", "text", None),
    ]
    by_anchor = {p.anchor: p for p in document.provisions}
    first = by_anchor["para-1"]
    assert plain_text(first).splitlines() == ["A shed must be dry and see locks.", "roof", "door", "hinge"]
    assert isinstance(first.blocks[1], List)
    assert isinstance(by_anchor["chapter-1-box"].blocks[0], Subheading)
    table, figure = by_anchor["locks-table"].blocks[0], by_anchor["locks-figure"].blocks[0]
    assert isinstance(table, Table)
    assert [[cell.header for cell in row] for row in table.rows] == [["column", "column"], ["row", None]]
    assert isinstance(figure, Figure)
    assert figure.alternative == "A shed"
    assert plain_text(by_anchor["para-3"]) == "Three <script> [x](y)"


def test_its_notes_and_links(tmp_path: Path) -> None:
    document = reading(tmp_path, PUBLICATION)
    assert [(n.anchor, plain_text(n)) for n in document.notes] == [("fn-1", "As rain falls.")]
    assert [(p.anchor, m) for p, m in note_marks(document)] == [("para-1", NoteMark(18, "fn-1", "1"))]
    assert links(document) == [
        ("locks", "#locks"),
        ("Away", "https://a.example/b"),
        ("said", "https://www.gov.uk/guidance/x"),
    ]
    assert [f.message for f in document.findings] == [
        "links that use an unsafe scheme were dropped (1)",
        "a picture that is not in the page is left out: A shed",
    ]


@pytest.mark.parametrize("around", ["footer", "footer hidden"])
def test_notes_are_read_wherever_a_page_sets_them(tmp_path: Path, around: str) -> None:
    page = PUBLICATION.replace('<div class="footnotes"', f'<{around}><div class="footnotes"')
    page = page.replace("</ol></div>\n</div></main>", "</ol></div></footer>\n</div></main>")
    assert [plain_text(note) for note in reading(tmp_path, page).notes] == ["As rain falls."]


def test_what_letters_stand_for_is_kept(tmp_path: Path) -> None:
    rules = '<a href="https://rules.example/"><abbr title="Rules">RL</abbr></a>'
    words = f'The <abbr title="Yard  Keepers Board">YKB</abbr> must see {rules} and <abbr>XY</abbr>.'
    document = reading(
        tmp_path, f"<!DOCTYPE html><html><body><main><h2>Gates</h2><p>{words}</p></main></body></html>"
    )
    (text,) = (block.text for p in document.provisions for block in p.blocks if isinstance(block, Para))
    meanings = [(text.plain[m.start : m.end], m.meaning) for m in text.marks if isinstance(m, Abbreviation)]
    assert meanings == [("YKB", "Yard Keepers Board"), ("RL", "Rules")]
    printed = render_text(text, Context(lambda address, _: address, lambda note: note))
    assert printed.startswith(
        'The <abbr title="Yard Keepers Board">YKB</abbr> must see [RL](https://rules.example/)'
    )


@pytest.mark.parametrize("page", [PUBLICATION, ARCHIVED])
def test_characters_balance_and_anchors_are_unique(tmp_path: Path, page: str) -> None:
    document = reading(tmp_path, page)
    assert balance(document) == 0
    assert len(set(anchors(document))) == len(anchors(document))


def test_an_archived_page(tmp_path: Path) -> None:
    document = reading(tmp_path, ARCHIVED)
    assert [p.number for p in document.provisions if p.kind == "paragraph"] == ["1.1", "1.2", "2.1", "2.2"]
    assert ("[ARCHIVED CONTENT]", "the archive's banner") in [(d.text, d.reason) for d in document.dropped]
    assert links(document) == [("there", "http://www.sheds.example/")]
    last = document.provisions[-1].blocks
    assert plain_text(document.provisions[-1]).splitlines() == ["Four.", "And more."]  # lines stay lines
    assert not [m for block in last if isinstance(block, Para) for m in block.text.marks if isinstance(m, Link)]


def test_an_empty_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="no text of a publication"):
        reading(tmp_path, "<html><body><nav>Menu</nav></body></html>")


LEGISLATIVE = """<html><body><main><h1>Rules of sheds</h1><div class="govspeak"><h2>Keeping</h2>
<ol class="legislative-list"><li>1. A shed has <em>one</em> door.
<ol><li>(a) of oak, or</li><li>(b) of ash.</li></ol></li>
<li>2. A door has a lock.</li></ol><p>Loose.</p><ol class="legislative-list"><li>3. A lock has a key.</li>
<li>4. <p>A key has an owner.</p><ul><li>Ann</li></ul></li></ol><ol type="i" start="3"><li>third</li></ol>
</div></main></body></html>"""


def test_lists_that_print_their_own_numbers(tmp_path: Path) -> None:
    document = reading(tmp_path, LEGISLATIVE)
    assert balance(document) == 0
    assert [(p.anchor, p.marker) for p in document.provisions if p.kind == "paragraph"] == [
        (f"para-{n}", f"{n}.") for n in range(1, 5)
    ]
    first = next(p for p in document.provisions if p.anchor == "para-1")
    assert plain_text(first).splitlines() == ["A shed has one door.", "(a) of oak, or", "(b) of ash."]
    assert "para-1-b" in anchors(document)
    last = document.provisions[-1].blocks
    assert plain_text(document.provisions[-1]).splitlines()[-1] == "iii. third"
    assert any(isinstance(block, List) for block in last)


def test_steps_in_a_text_without_numbered_paragraphs_stay_a_list(tmp_path: Path) -> None:
    steps = "<ol>" + "".join(f"<li>Do the {n}th thing.</li>" for n in range(6)) + "</ol>"
    document = reading(
        tmp_path, f"<html><body><main><h1>Sheds</h1><h2>How</h2><p>Like so:</p>{steps}</main></body>"
    )
    assert [p.kind for p in document.provisions] == ["chapter", "text"]


WORD_NOTES = """<html><body><div id="content"><h1>Old sheds</h1><h2>One</h2>
<p>A roof<a href="#_ftn1" name="_ftnref1">[1]</a> leaks.</p><hr><div id="ftn1">
<p><a href="#_ftnref1" name="_ftn1">[1]</a> Often.</p></div><table><tr><td><p>Boxed words.</p></td></tr></table>
<p><img src="data:image/png;base64,AAAA" alt="Shed"></p></div></body></html>"""


def test_notes_boxes_and_pictures_as_word_exports_them(tmp_path: Path) -> None:
    document = reading(tmp_path, WORD_NOTES)
    assert balance(document) == 0
    assert [plain_text(n) for n in document.notes] == ["Often."]
    assert [(m.note, m.at) for _, m in note_marks(document)] == [("fn-1", 6)]
    assert [p.kind for p in document.provisions] == ["chapter", "text", "box", "figure"]
    figure = document.provisions[-1].blocks[0]
    assert isinstance(figure, Figure)
    assert (figure.picture, figure.alternative) == (None, "Shed")  # it claims to be a PNG and is none


LAID_OUT = """<HTML><HEAD><TITLE>Keeping harbours : Every Harbour</TITLE></HEAD><BODY>
<div class="ukgwa-banner"><p>This page is archived</p></div>
<table width="760"><tr><td><img src="logo.gif" alt="Department"></td></tr>
<tr><td width="160"><ul><li><a href="/ukgwa/20100401103043/http://www.harbours.example/">Home</a></li></ul></td>
<td valign="top"><h1>Keeping harbours</h1>
<p>1.1 Boats float.<a href="#_ftn1" name="_ftnref1"><sup>[1]</sup></a></p><p>1.2 They sink.</p>
<p>1.3 They are:</p><ul type="disc"><li>wet<li>deep</ul><p>1.4 More.</p><p>1.5 Last.</p>
<table border="1"><tr><td><b>Day</b></td><td><b>Hours</b></td></tr><tr><td>Monday</td><td>9</td></tr></table>
<p><a href="#_ftnref1" name="_ftn1">[1]</a> A note on boats.</p>
<p><a href="/ukgwa/20100401103043/http://www.harbours.example/2.html">Next page</a></p>
</td></tr></table></BODY></HTML>"""


def test_tables_that_only_lay_a_page_out_are_read_through(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(LAID_OUT, encoding="utf-8")
    document = read_document(tmp_path / "page.html")
    assert [p.number for p in document.provisions if p.kind == "paragraph"] == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert [p.heading.plain for p in document.provisions if p.heading] == ["Keeping harbours"]
    assert sum(p.kind == "table" for p in document.provisions) == 1
    assert [plain_text(note) for note in document.notes] == ["A note on boats."]
    assert ("Next page", "http://www.harbours.example/2.html") in links(document)
    assert document.dropped[0].reason == "the archive's banner"
    assert balance(document) == 0


def test_a_page_of_frames_says_what_to_give_instead(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<html><frameset><frame src="a.html"></frameset></html>', encoding="utf-8")
    with pytest.raises(GuidanceError, match="give the page in the frame"):
        read_document(tmp_path / "page.html")


def test_an_office_to_write_to_is_a_box_and_no_section(tmp_path: Path) -> None:
    contact = '<div class="contact"><div class="content"><h3>Harbour office</h3><p>1 Quay</p></div></div>'
    page = (
        f'<html><body><h1>T</h1><div class="govspeak"><h2>One</h2><p>Words.</p>{contact}<p>More.</p></div></body>'
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    document = read_document(tmp_path / "page.html")
    assert [p.kind for p in document.provisions] == ["chapter", "text", "box", "text"]
    assert balance(document) == 0
