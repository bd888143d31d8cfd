"""Builds small documents of our own for the tests of comparing; no official text.

A document is written as lines: "# Chapter", "## Section", "12. A numbered paragraph", "(note 3) A footnote",
"[box] A shaded box", anything else is unnumbered text; " / " starts a list item.
"""

import re

from bench.made import clauses
from guidance.document.anchors import Allocator, anchor_for
from guidance.document.model import Document, Item, Kind, List, Para, Place, Provision, SourceFile, Text

SOURCE = SourceFile("made-up.pdf", "0" * 64, "application/pdf", 0)

_LINE = re.compile(
    r"(?:(?P<hashes>#+) (?P<title>.*)|(?P<number>\d+)\. (?P<paragraph>.*)|\(note (?P<note>\d+)\) (?P<body>.*)"
    r"|\[box\] (?P<box>.*)|(?P<text>.*))$",
    re.DOTALL,
)


def document(lines: str | list[str], title: str = "Made up") -> Document:
    """The document that some lines describe."""
    allocator = Allocator()
    parents: list[str] = []
    provisions: list[Provision] = []
    notes: list[Provision] = []
    for line in lines.splitlines() if isinstance(lines, str) else lines:
        match = _LINE.match(line)
        if match is None or not line.strip():
            continue
        if match["hashes"]:
            level = len(match["hashes"])
            kind: Kind = "chapter" if level == 1 else "section"
            del parents[level - 1 :]
            anchor = allocator.take(anchor_for(kind, None, match["title"]), parents[-1] if parents else None)
            heading = Text(match["title"])
            place = Place(len(provisions) // 10 + 1)
            provisions.append(
                Provision(anchor, kind, heading=heading, level=level, parents=tuple(parents), places=(place,))
            )
            parents.append(anchor)
        elif match["note"]:
            anchor = allocator.take(f"fn-{match['note']}")
            notes.append(Provision(anchor, "footnote", match["note"], blocks=_blocks(match["body"])))
        else:
            provisions.append(_body(match, allocator, tuple(parents), len(provisions)))
    return Document(title, "en", SOURCE, tuple(provisions), tuple(notes))


def _body(match: re.Match[str], allocator: Allocator, parents: tuple[str, ...], count: int) -> Provision:
    kind: Kind = "paragraph" if match["number"] else "box" if match["box"] is not None else "text"
    words = match["paragraph"] or match["box"] or match["text"] or ""
    anchor = allocator.take(anchor_for(kind, match["number"], "", parents[-1] if parents else None))
    return Provision(
        anchor,
        kind,
        match["number"],
        blocks=_blocks(words),
        parents=parents,
        places=(Place(count // 10 + 1),),
    )


def _blocks(words: str) -> tuple[Para | List, ...]:
    first, *items = words.split(" / ")
    listed = tuple(Item("•", (Para(Text(item)),)) for item in items)
    return (Para(Text(first)), *((List(listed),) if listed else ()))


VERBS = ("records", "inspects", "repairs", "counts", "paints", "forgets")


def sentence(seed: int) -> str:
    """A sentence of about a dozen words that bind nobody; another number, another sentence (to some thousands)."""
    return f"{clauses(seed, VERBS)}, {seed} years on."


def paragraph(seed: int, count: int = 3) -> str:
    """Some sentences that belong together."""
    return " ".join(sentence(seed * 10 + at) for at in range(count))


# Three editions of one guidance: two paragraphs become one, one becomes two, one is written anew, and a note comes.
_HALVES = paragraph(5, 2), paragraph(6, 2)
_PARTS = [sentence(at) for at in (310, 420)]
LAMPS_2001 = [
    "# Lamps",
    f"1. {paragraph(1)}",
    f"2. {_PARTS[0]}",
    f"3. {_PARTS[1]}",
    "# Ropes",
    f"4. {' '.join(_HALVES)}",
]
LAMPS_2005 = [
    "# Lamps",
    f"1. {paragraph(1)}",
    f"2. {' '.join(_PARTS)}",
    "# Ropes",
    f"3. {_HALVES[0]}",
    f"4. {_HALVES[1]}",
]
LAMPS_2009 = [
    "# Lamps",
    f"1. {paragraph(9)}",
    f"2. {' '.join(_PARTS)}",
    "# Ropes",
    f"3. {_HALVES[0]}",
    "(note 1) The bell.",
]


def in_chapter(text: Document) -> dict[str, str]:
    """Where each anchor of a document stands that is one page, from its edition's root."""
    return {one.anchor: f"text/#{one.anchor}" for one in text.everything}
