"""Documents of our own that look as official guidance of several years did: for each its truth beside it.

Set with Typst, in made-up words; nothing here knows how they are read.
"""

from collections.abc import Callable

from guidance_layouts import HEAD, Layout
from small_documents import paragraph, sentence

_FEET = """context { let n = counter(page).get().first()
 let found = query(heading.where(level: 1).before(here()))
 let name = if found.len() > 0 { found.last().body } else { [] }
 set text(8pt)
 if calc.even(n) { align(left)[#n #h(1.5em) Keeping Harbours Together] }
 else { align(right)[#name #h(1.5em) #n] } }"""


def as_in_1999() -> Layout:
    """Two columns, hung decimals, running feet on alternate sides, bold side heads."""
    source = f"""{HEAD}#set page(paper: "a4", margin: (x: 2cm, y: 2.4cm), columns: 2, footer: {_FEET})
#set text(size: 10pt, hyphenate: false)
#set par(justify: true)
#show heading.where(level: 1): it => {{ pagebreak(weak: true)
 place(top, scope: "parent", float: true, text(20pt, it.body)) }}
#show heading.where(level: 2): it => block(text(13pt, it.body))
#show heading.where(level: 3): it => block(text(10pt, it.body))
"""
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    lettered = 0
    for chapter in range(1, 4):
        headings.append((1, f"{chapter} Harbours and their use {chapter}"))
        source += f"= {headings[-1][1]}\n"
        for at in range(18):
            if at % 6 == 0:
                headings.append((2, f"Lanterns of sort {chapter}{at}"))
                source += f"== {headings[-1][1]}\n"
            if at % 3 == 0:
                headings.append((3, f"Oil for sort {chapter}{at}"))
                source += f"=== {headings[-1][1]}\n"
            numbers.append(f"{chapter}.{at + 1}")
            source += f"#hung(0.9cm)[{numbers[-1]}][{paragraph(100 * chapter + at, 3)}]\n"
            for letter in "abc" if at % 3 == 1 else "":
                lettered += 1
                source += f"#pad(left: 0.9cm, hung(0.7cm)[({letter})][{sentence(300 + lettered)}])\n"
            if at % 3 == 2:
                source += f"#pad(left: 0.9cm, hung(0.5cm)[•][{sentence(700 + at)}])\n" * 2
    return Layout(source, tuple(numbers), tuple(headings), lettered=lettered)


def as_in_2010() -> Layout:
    """Numbers in the margin, contents, running heads on alternate sides, notes anew in each chapter, roman lists,
    tinted boxes over pages, tables with rules across only."""
    source = f"""{HEAD}#set page(paper: "a4", margin: (left: 4cm, right: 2.2cm, y: 2.6cm), header: {_FEET})
#show heading: set text(fill: rgb("5a2d81"))
#show heading.where(level: 1): it => {{ pagebreak(weak: true); counter(footnote).update(0)
 block(text(24pt, weight: "regular", it.body)) }}
#show heading.where(level: 2): it => block(above: 1.5em, text(15pt, it.body))
#show heading.where(level: 3): it => block(above: 1.3em, text(11pt, it.body))
#let num(n, body) = block[#place(left, dx: -1.6cm)[#n] #body]
#outline(depth: 2)
"""
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    notes = lettered = 0
    for chapter in range(1, 4):
        headings.append((1, f"Chapter {chapter} – Managing berths of kind {chapter}"))
        source += f"= {headings[-1][1]}\n"
        for at in range(18):
            if at % 6 == 0:
                headings.append((2, f"Berthing in season {chapter}{at}"))
                source += f"== {headings[-1][1]}\n"
            numbers.append(f"{chapter}.{at + 1}")
            notes += at % 3 == 1
            note = f"#footnote[{sentence(2000 + notes)}]" if at % 3 == 1 else ""
            source += f"#num[{numbers[-1]}][{paragraph(100 * chapter + at, 4)}{note}]\n\n"
            if at in (2, 14):
                headings.append((3, f"Ropes at berth {chapter}{at}"))
                source += f"=== {headings[-1][1]}\n"
            for numeral in ("(i)", "(ii)", "(iii)", "(iv)") if at % 6 == 3 else ():
                lettered += 1
                source += f"#pad(left: 0.4cm, hung(1cm)[{numeral}][{sentence(4000 + lettered)}])\n"
            if at == 8:
                inside = "\n\n".join(paragraph(700 + chapter * 10 + line, 4) for line in range(6))
                title = f'#text(weight: "bold", fill: rgb("5a2d81"))[Box {chapter}: What a berth needs]'
                source += f'#block(fill: rgb("e8dff0"), inset: 10pt, width: 100%)[{title}\n\n{inside}]\n'
            if at == 12:
                cells = ",".join(f"[{sentence(800 + chapter * 20 + cell)}]" for cell in range(8))
                head = "columns: (1fr, 2fr), stroke: none, table.hline(), [*Who*], [*What*], table.hline()"
                source += f"#block(breakable: false, table({head}, {cells}, table.hline()))\n"
    return Layout(source, tuple(numbers), tuple(headings), notes, 3, 3, 15, lettered)


def as_in_2013() -> Layout:
    """Word's look: numbers anew in each chapter, coloured titles, bold side heads of the body's size, notes,
    bullets, a dated foot."""
    source = f"""{HEAD}#set page(paper: "a4", margin: 2.5cm, footer: context [#set text(8pt)
 Published 12 March 2013 #h(1fr) Page #counter(page).display() of #counter(page).final().first()])
#show heading.where(level: 1): it => {{ pagebreak(weak: true); block(text(18pt, fill: rgb("104f75"), it.body)) }}
#show heading.where(level: 2): it => block(above: 1.6em, text(14pt, fill: rgb("104f75"), it.body))
#show heading.where(level: 3): it => block(above: 1.4em, text(11pt, it.body))
"""
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    notes = 0
    for chapter in range(1, 5):
        headings.append((1, f"Chapter {chapter}: Guarding the mole {chapter}"))
        source += f"= {headings[-1][1]}\n"
        for at in range(12):
            for level, every in ((2, 6), (3, 3)):
                if at % every == 0:
                    headings.append((level, f"{'Stones' if level == 2 else 'Mortar'} {chapter}{at}"))
                    source += f"{'=' * level} {headings[-1][1]}\n"
            numbers.append(str(at + 1))
            notes += at % 3 == 0
            note = f"#footnote[{sentence(2000 + notes)}]" if at % 3 == 0 else ""
            source += f"#hung(1cm)[{at + 1}.][{paragraph(100 * chapter + at, 3)}{note}]\n\n"
            if at % 3 == 1:
                source += f"#pad(left: 1cm)[#hung(0.6cm)[•][{sentence(500 + at)};]]\n" * 3
    return Layout(source, tuple(numbers), tuple(headings), notes=notes)


BY_YEAR: tuple[Callable[[], Layout], ...] = (as_in_1999, as_in_2010, as_in_2013)
