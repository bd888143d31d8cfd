"""Documents of our own for tests: one written by hand that uses every type, and any number drawn at random.

Neutral or made-up words only, nothing of an official text.
"""

import struct
import zlib
from functools import cache
from typing import Literal, get_args

from hypothesis import strategies as st

from guidance.document.anchors import permalinks
from guidance.document.model import (
    Asset,
    Block,
    Cell,
    Correction,
    Document,
    Dropped,
    Figure,
    Finding,
    Item,
    Kind,
    Link,
    List,
    Locus,
    Mark,
    NoteMark,
    Para,
    Place,
    Provision,
    Reference,
    SourceFile,
    Style,
    Subheading,
    Table,
    Text,
    Unresolved,
)
from guidance.document.register import Edition, Publication, Published, Revision
from guidance.document.register import OfficialLink as RegisterLink
from guidance.site.pages import addresses, lay_out
from guidance.site.permalink_index import PermalinkIndex

StyleKind = Literal["bold", "italic", "underline", "superscript", "subscript", "must", "should not"]


def picture(width: int = 320, height: int = 120) -> bytes:
    """A grey PNG of some size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xd0" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def para(words: str, *marks: Mark) -> Para:
    """A paragraph of running text."""
    return Para(Text(words, marks))


def on(page: int) -> tuple[Place, ...]:
    """A place on a page of the source."""
    return (Place(page),)


SOURCE = SourceFile("library.pdf", "0" * 64, "application/pdf", 123456, pages=9)


def library() -> Document:
    """A short guidance on running a community library, which uses every type of the model."""
    return Document(
        title="Running a community library",
        language="en-GB",
        source=SOURCE,
        provisions=_opening() + _chapter_one() + _chapter_two(),
        notes=(
            Provision(
                "fn-1", "footnote", number="1", blocks=(para("A note with a * star and 2 < 3."),), places=on(2)
            ),
            Provision(
                "fn-2", "footnote", number="2", blocks=(para("A note that two places share."),), places=on(3)
            ),
        ),
        assets=(Asset("lending.png", "image/png", picture()),),
        characters_source=2400,
        dropped=(Dropped("Running a community library", "running head", 2), Dropped("2", "page number", 2)),
        findings=(Finding("link", "One link lay over white space and was dropped", 3),),
        corrections=(Correction("para-2", "0123456789abcdef", "teh", "the", "A slip of the source's printer"),),
    )


def _opening() -> tuple[Provision, ...]:
    return (Provision("opening-text", "text", blocks=(para("This guidance is made up for tests."),), places=on(1)),)


def _chapter_one() -> tuple[Provision, ...]:
    within = ("chapter-1",)
    return (
        Provision("chapter-1", "chapter", "1", heading=Text("Chapter 1: Opening the doors"), level=1, places=on(2)),
        Provision(
            "para-1",
            "paragraph",
            "1",
            "1.",
            blocks=(
                para(
                    "A library should be open to all. See chapter 2, and the example page.",
                    Style(0, 9, "bold"),
                    Style(13, 19, "italic"),
                    NoteMark(32, "fn-1", "1"),
                    Link(56, 68, "https://example.org/a_(b)?c=1&copy=2"),
                ),
            ),
            parents=within,
            places=on(2),
        ),
        Provision("opening-hours", "section", heading=Text("Opening hours"), level=2, parents=within, places=on(2)),
        Provision(
            "para-2",
            "paragraph",
            "2",
            "2.",
            blocks=(
                para("The librarian must post on the door:"),
                List(
                    (
                        Item("•", (para("the hours of opening", Style(4, 9, "bold")),)),
                        Item(
                            "•",
                            (
                                para("the days of closing, namely"),
                                List((Item("–", (para("feast days"),)), Item("–", (para("stocktaking"),)))),
                            ),
                        ),
                    )
                ),
                para("And within the door:"),
                List(
                    (
                        Item("(a)", (para("the rules,"),), "para-2-a"),
                        Item("(b)", (para("the fines."), para("Fines are small.")), "para-2-b"),
                    ),
                    ordered=True,
                ),
            ),
            parents=("chapter-1", "opening-hours"),
            places=on(2),
        ),
        Provision(
            "opening-hours-box",
            "box",
            blocks=(
                Subheading(Text("What the law asks")),
                para("Every library must have a door.", NoteMark(31, "fn-2", "2")),
                List((Item("•", (para("It must open."),)), Item("•", (para("It must close."),)))),
                Table(((Cell((para("Door"),), "column"), Cell((para("Oak"),))),)),
            ),
            parents=("chapter-1", "opening-hours"),
            places=(Place(2), Place(3)),
        ),
    )


def _chapter_two() -> tuple[Provision, ...]:
    within = ("chapter-2",)
    hours = Table(
        (
            (Cell((para("Day"),), "column"), Cell((para("Hours"),), "column", columns=2)),
            (Cell((para("Monday"),), "row", rows=2), Cell((para("9"),)), Cell((para("17"),))),
            (Cell((para("10"),)), Cell((para("12"), List((Item("•", (para("by appointment"),)),))))),
        ),
        caption=Text("Hours by day"),
    )
    return (
        Provision("chapter-2", "chapter", "2", heading=Text("Chapter 2: Lending & returns"), level=1, places=on(3)),
        Provision(
            "chapter-2-text",
            "text",
            blocks=(para("# Not a heading; {{ not }} [a link](x), <b>nor</b> bold.", NoteMark(57, "fn-2", "2")),),
            parents=within,
            places=on(3),
        ),
        Provision(
            "para-3",
            "paragraph",
            "3",
            "3.",
            blocks=(para("As paragraph 2(b) says."),),
            parents=within,
            places=on(4),
        ),
        Provision(
            "flow-chart-1",
            "flow-chart",
            "1",
            heading=Text("Flow chart 1: Lending a book"),
            level=2,
            blocks=(
                Figure(
                    "lending.png",
                    "A reader asks; the librarian lends.",
                    (Text("A reader asks"), Text("The librarian lends")),
                    places=on(5),
                ),
            ),
            parents=within,
            places=on(5),
        ),
        Provision("chapter-2-table", "table", blocks=(hours,), parents=within, places=on(6)),
        Provision("annex-a", "annex", "A", heading=Text("Annex A: Words"), level=1, places=on(7)),
        Provision(
            "para-4",
            "paragraph",
            "4",
            "4.",
            blocks=(para("A book is bound paper."),),
            parents=("annex-a",),
            places=on(7),
        ),
    )


def library_references() -> tuple[Reference | Unresolved, ...]:
    """References in `library`, one of which lies over a style and one of which could not be resolved."""
    return (
        Reference(Locus("para-1", 0, 37, 46), "chapter 2", "#chapter-2", "internal"),
        Reference(Locus("para-3", 0, 3, 17), "paragraph 2(b)", "#para-2-b", "internal"),
        Unresolved(Locus("fn-1", 0, 0, 6), "A note", "no such Act is known"),
    )


def library_publication() -> Publication:
    """A publication of three editions: an old one, the one whose text is `library`, and the one in force."""
    return Publication(
        title="Running a community library",
        short="RCL",
        publisher="Nobody",
        editions=(
            Edition("2001", "Running a library 2001", "2001", ended="2011-05-01", unknown=("Its pages",)),
            Edition(
                "2011",
                "Running a library 2011",
                "2011-05-01",
                subtitle="A guide to opening doors",
                summary="Doors were new.",
                basis="A",
                ended="2021-06-18",
                replaced="2001",
                revisions=(
                    Revision("2011-05", "First issue", "2011-05-01", "https://example.org/2011.pdf", basis="A"),
                    Revision("2012", "One door more", "2012"),
                ),
                documents=(Published("The guidance", "REF-1 | x", pages=9, size="1 MB"),),
                links=(RegisterLink("Publication page", "https://example.org/"),),
            ),
            Edition("2021", "Running a library 2021", "2021-06-18", basis="B"),
        ),
    )


def library_shelf(with_text: tuple[str, ...]) -> PermalinkIndex:
    """What small pages tell of `library` in all editions, some of them with its text."""
    text, publication = library(), library_publication()
    known = {entry.anchor: entry for entry in permalinks(text)}
    return PermalinkIndex(
        publication,
        {edition.id: known for edition in publication.editions},
        provisions={one: {p.anchor: p for p in (*text.provisions, *text.notes)} for one in with_text},
        urls={one: addresses(lay_out(text)) for one in with_text},
    )


# --- Drawn at random ------------------------------------------------------------------------------

_FRAGMENTS = (
    *(
        "word",
        "Two words",
        "45.",
        "1)",
        "(a)",
        "&",
        "&amp;",
        "&#42;",
        "&copy",
        "<script>",
        "</div>",
        "<b>",
        "<!--",
        "-->",
    ),
    *(
        "*",
        "**",
        "***bold***",
        "_",
        "__x__",
        "`",
        "```",
        "~~~",
        "#",
        "##",
        ">",
        "-",
        "+",
        "=",
        "===",
        "---",
        "|",
        "a|b",
    ),
    *(
        "[x](y)",
        "[x]: http://y",
        "![i](j)",
        "[^1]",
        "*[WT]: w",
        "{: #id }",
        "{.c}",
        "{{ x }}",
        "{% y %}",
        "\\",
        "\\*",
    ),
    *(
        ":",
        ": def",
        "!!! note",
        "??? x",
        "!",
        "$x$",
        "^",
        "http://example.org",
        "<http://e.org>",
        "a@b.org",
        "--8<--",
    ),
    *(
        "“quoted”",
        "it’s",
        "café",
        "\u00a0",
        "\u2028",
        "\t",
        "  ",
        "\n",
        "\x00",
        "\x02",
        "\x03",
        "klzzwxh:0",
        "wzxhzdk:0",
    ),
    *(
        "é\u0301",
        "😀",
        "\ufffe",
        "STX",
        "&lt",
        "&#x3c;",
        '"',
        "'",
        "%",
        "](",
        ")",
        "(",
        "]",
        "[",
        "{",
        "}",
        ".",
        "1.",
        "a. b",
    ),
)
words = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=6), max_size=6).map("".join) | st.lists(
    st.sampled_from(_FRAGMENTS), min_size=1, max_size=5
).map(" ".join)


# Made once: a strategy that is made anew for each draw costs more than the draw.
STYLES: st.SearchStrategy[StyleKind] = st.sampled_from(get_args(StyleKind))
GOALS = st.sampled_from(
    ("https://example.org/?a=1&b=2", "mailto:a@example.org", "#chapter-1", "#nowhere", "javascript:x")
)
UP_TO_THREE = st.integers(0, 3)


@st.composite
def texts(draw: st.DrawFn, notes: tuple[str, ...] = ("fn-1", "fn-2")) -> Text:
    """Any text, with marks that nest and overlap in any way."""
    plain = draw(words)
    at = st.integers(0, len(plain))
    span = st.tuples(at, at).map(lambda ends: (min(ends), max(ends)))
    marks: list[Mark] = [Style(*draw(span), draw(STYLES)) for _ in range(draw(UP_TO_THREE))]
    if draw(st.booleans()):
        marks.append(Link(*draw(span), draw(GOALS)))
    if notes and draw(UP_TO_THREE) == 0:
        note = draw(st.sampled_from(notes))
        marks.append(NoteMark(draw(at), note, note.removeprefix("fn-")))
    return Text(plain, tuple(marks))


@cache
def paras() -> st.SearchStrategy[Para]:
    """Any paragraph."""
    return texts().map(Para)


def lists(within: st.SearchStrategy[Block]) -> st.SearchStrategy[List]:
    """Any list whose entries hold such blocks."""
    blocks = st.lists(paras() | within, min_size=1, max_size=3).map(tuple)
    items = st.builds(Item, st.sampled_from(("•", "(a)", "iv.", "1.", "[x]")), blocks)
    return st.builds(List, st.lists(items, min_size=1, max_size=3).map(tuple), st.booleans())


@cache
def tables() -> st.SearchStrategy[Table]:
    """Any table, its captions and headers included."""
    heads = st.sampled_from(("column", "row", None))
    cells = st.builds(Cell, st.lists(paras(), max_size=2).map(tuple), heads)
    rows = st.lists(st.lists(cells, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)
    return st.builds(Table, rows, st.none() | texts())


@cache
def figures() -> st.SearchStrategy[Figure]:
    """Any figure, with and without a picture."""
    several = st.lists(texts(), max_size=3).map(tuple)
    return st.builds(Figure, st.none() | st.just("a.png"), st.none() | words, several, st.none() | texts())


@cache
def blocks() -> st.SearchStrategy[Block]:
    """Any block."""
    simple: st.SearchStrategy[Block] = st.one_of(paras(), texts().map(Subheading), tables(), figures())
    return st.recursive(simple, lists, max_leaves=4)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document: headings on any level, provisions of any kind, two notes that anything may refer to."""
    kinds: tuple[Kind, ...] = ("chapter", "section", "annex", "paragraph", "text", "box", "figure", "table")
    few, levels, headings = st.lists(blocks(), max_size=3), st.integers(1, 4), texts()
    provisions: list[Provision] = []
    for at, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=8)), 1):
        inner = tuple(draw(few))
        if kind in ("chapter", "section", "annex"):
            level = draw(levels)
            provisions.append(Provision(f"{kind}-{at}", kind, heading=draw(headings), level=level, places=on(at)))
        else:
            number, marker = (str(at), f"{at}.") if kind == "paragraph" else (None, "")
            provisions.append(Provision(f"{kind}-{at}", kind, number, marker, blocks=inner, places=on(at)))
    notes = tuple(Provision(f"fn-{n}", "footnote", str(n), blocks=(Para(draw(headings)),)) for n in (1, 2))
    return Document("Any", "en", SOURCE, tuple(provisions), notes, (Asset("a.png", "image/png", picture()),))
