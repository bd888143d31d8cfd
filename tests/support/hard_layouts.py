"""Small documents of our own, set as desktop publishing and statutes are, with what a reader must find in each.

Each is a Typst source in which SIZE stands for the body's type size in points.
"""

from msgspec import Struct

from small_documents import paragraph, sentence


class Hard(Struct, frozen=True):
    """A source, and what must be read: numbers, headings with levels, notes, boxes, rows of its table, words."""

    source: str
    numbers: tuple[str, ...] = ()
    headings: tuple[tuple[int, str], ...] = ()
    notes: int = 0
    boxes: int = 0
    rows: int = 0
    says: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


_PAGE = '#set page(paper: "a4", margin: 2.5cm, numbering: "1")\n#set text(size: SIZEpt, lang: "en")\n'


def _noted_below() -> Hard:
    notes = [f"#footnote[{paragraph(40 + at, 5)}]" for at in range(5)]
    body = "\n\n".join(f"{at + 1}. #h(1em) {sentence(at)}{note}" for at, note in enumerate(notes))
    return Hard(f"{_PAGE}= Moorings\n{body}\n", tuple("12345"), ((1, "Moorings"),), notes=5)


def _loose_and_tight() -> Hard:
    loose = "\n\n".join(paragraph(at, 6) for at in range(4))
    tight = "\n\n".join(paragraph(20 + at, 6) for at in range(6))
    source = (
        f"{_PAGE}#set par(leading: 1.1em, spacing: 2em)\n= Piers\n{loose}\n#pagebreak()\n"
        f"#set par(leading: 0.5em, spacing: 1.2em)\n= Annex A: Ropes\n{tight}\n"
    )
    headings = ((1, "Piers"), (1, "Annex A: Ropes"))
    return Hard(source, headings=headings, says=tuple(paragraph(at, 6) for at in (0, 3, 20, 25)))


def _regulations_in_small_type() -> Hard:
    body = "\n\n".join(f"1.{at} #h(6mm) {paragraph(at, 3)}" for at in range(1, 9))
    rules = "\n\n".join(f"*Rule for {at}*\n\n*{at}.* — {paragraph(60 + at, 3)}" for at in range(1, 5))
    source = f"{_PAGE}= Piers\n{body}\n#pagebreak()\n= The Pier Regulations\n#set text(size: 0.8em)\n{rules}\n"
    numbers = (*(f"1.{at}" for at in range(1, 9)), "1", "2", "3", "4")
    return Hard(source, numbers, ((1, "Piers"), (1, "The Pier Regulations")))


def _coloured_numbers() -> Hard:
    chapters = ("Background", "The quay", "Late boats")
    source = _PAGE + "#set par(leading: 0.7em, spacing: 1.15em)\n"
    source += '#let n(x) = text(fill: rgb("#0088c0"), weight: "bold", size: 0.8em)[#x#h(4mm)]\n'
    source += '#show heading: it => block(below: 2em, text(size: 2em, fill: rgb("#0088c0"), it.body))\n'
    for at, chapter in enumerate(chapters, 1):
        body = "\n\n".join(f'#n("{at}.{n}") {paragraph(10 * at + n, 3)}' for n in range(1, 8))
        source += f"= {at}. {chapter}\n{body}\n#pagebreak(weak: true)\n"
    numbers = tuple(f"{at}.{n}" for at in range(1, 4) for n in range(1, 8))
    return Hard(source, numbers, tuple((1, f"{at}. {chapter}") for at, chapter in enumerate(chapters, 1)))


def _codes() -> Hard:
    titles = ("QY1: The quay", "QY2: Steps", "BT1: Boats", "BT2: Oars")
    blocks = [f"*{title}*\n\n" + _counted(10 * at, 3) for at, title in enumerate(titles)]
    source = f"{_PAGE}= Quay rules\n{blocks[0]}\n\n{blocks[1]}\n\n= Boat rules\n{blocks[2]}\n\n{blocks[3]}\n"
    headings = ((1, "Quay rules"), *((2, t) for t in titles[:2]), (1, "Boat rules"), *((2, t) for t in titles[2:]))
    return Hard(source, ("1", "2", "3") * 4, headings)


def _counted(seed: int, count: int) -> str:
    return "\n\n".join(f"{at}. #h(4mm) {paragraph(seed + at, 2)}" for at in range(1, count + 1))


def _named_boxes() -> Hard:
    box = "#block(stroke: 0.6pt, inset: 2mm, width: 100%)"
    source = (
        f'{_PAGE}#show heading: set text(fill: rgb("#aa1133"))\n= Chapter 4: Lists\n'
        f"4.1 #h(4mm) {paragraph(1, 2)}\n\n4.2 #h(4mm) {paragraph(2, 2)}\n\n#align(center)[*BOX 1*\n\n*At Upton*]\n"
        f"{box}[{paragraph(3, 3)}]\n\n4.3 #h(4mm) {paragraph(4, 2)}\n\n#align(center)[*BOX 2*\n\n*At Overton*]\n"
        f"{box}[{paragraph(5, 2)}]\n\n4.4 #h(4mm) {paragraph(6, 2)}\n"
    )
    return Hard(
        source, ("4.1", "4.2", "4.3", "4.4"), ((1, "Chapter 4: Lists"),), boxes=2, says=("BOX 1", "At Upton")
    )


def _two_line_title() -> Hard:
    title = "Aim: keepers and boatmen and their guests and all others who come to the quay work together"
    source = (
        f"{_PAGE}#show heading: it => block(below: 8mm, {{ set par(leading: 1em); "
        f'text(size: 1.5em, fill: rgb("#104f75"), it.body) }})\n= {title}\n{paragraph(1, 3)}\n\n'
        f"= Aim: keepers are ready\n{paragraph(2, 3)}\n"
    )
    return Hard(source, headings=((1, title), (1, "Aim: keepers are ready")))


def _bold_in_box() -> Hard:
    bold = "All boatmen have a right to be asked what they wish for now."
    more = "Asking takes priority over the wishes of whoever keeps it."
    source = (
        f'{_PAGE}= Opening\n#block(fill: rgb("#f2ebcf"), inset: 8mm, width: 100%)[1. #h(2mm) *{bold} \\ '
        f"#h(6mm){more}* {sentence(3)}\n\n2. #h(2mm) *{sentence(4)}* {sentence(5)}]\n"
    )
    return Hard(source, headings=((1, "Opening"),), boxes=1, says=(f"{bold} {more} {sentence(3)}",))


def _long_head() -> Hard:
    head = "There are no known changes to the Piers (Keeping of Lists and Showing of Steps) Rules 2012. " * 3
    body = "\n\n".join(f"{at}. #h(4mm) {paragraph(at, 5)}" for at in range(1, 31))
    source = _PAGE.replace("numbering:", f"header-ascent: 40%, header: [#text(size: 8pt)[{head}]], numbering:")
    source = source.replace("margin: 2.5cm", "margin: (top: 4cm, rest: 2.5cm)")
    numbers = tuple(str(at) for at in range(1, 31))
    return Hard(f"{source}= Rules\n{body}\n", numbers, ((1, "Rules"),), reasons=("page number", "running head"))


def _ordinals() -> Hard:
    body = "\n\n".join(
        f"1.{at} #h(5mm) From the 21#h(0.19em)#super[st] to the 3#super[rd] day." for at in range(1, 6)
    )
    numbers = tuple(f"1.{at}" for at in range(1, 6))
    return Hard(f"{_PAGE}= Days\n{body}\n", numbers, ((1, "Days"),), says=("From the 21st to the 3rd day.",))


def _row_overleaf() -> Hard:
    def page(left: str, right: str, low: str) -> str:
        lines = [("0mm", "0mm", "160mm", "0mm"), ("0mm", "8mm", "160mm", "8mm")]
        lines += [(x, "0mm", x, low) for x in ("0mm", "80mm", "160mm")]
        rules = " ".join(f"#rule({', '.join(line)})" for line in lines)
        return (
            f"#block(width: 160mm, height: {low})[{rules} #put(2mm, 2mm)[*Who*] #put(82mm, 2mm)[*What*] "
            f"#put(2mm, 10mm)[{left}] #put(82mm, 10mm)[{right}]]"
        )

    source = (
        f"{_PAGE}#let rule(a, b, c, d) = place(top + left, line(start: (a, b), end: (c, d), stroke: 0.6pt))\n"
        "#let put(x, y, it) = place(top + left, dx: x, dy: y, block(width: 74mm, it))\n= Appendix A\n"
        f"{page(sentence(1), sentence(2), '160mm')}\n#pagebreak()\n{page('and so on.', 'and more.', '60mm')}\n"
    )
    return Hard(source, headings=((1, "Appendix A"),), rows=2, reasons=("head row printed again", "page number"))


def _head_row_on_a_ground() -> Hard:
    source = (
        f'{_PAGE}= Annex B\n{sentence(1)}\n#let no(it) = table.cell(fill: rgb("#663d94"), stroke: none, it)\n'
        "#table(columns: (28mm, 40mm, 1fr), stroke: 0.6pt,\n"
        'table.cell(colspan: 3, inset: 0pt, fill: rgb("#663d94"))[#grid(columns: (28mm, 40mm, 1fr), inset: 5pt, '
        "align: center + horizon, ..([Rule of\\ the pier], [Change], [Reason])"
        ".map(w => text(fill: white)[*#w*]))],\n"
        + "".join(f"[Rule {at}], [{sentence(at)}], [{sentence(at + 5)}],\n" for at in range(1, 4))
        + ")\n"
    )
    return Hard(source, headings=((1, "Annex B"),), rows=4, says=("Rule of the pier\nChange\nReason\nRule 1",))


def _notes_with_signs() -> Hard:
    body = "".join(
        f"{at}. #h(1em) {sentence(at)}#footnote[{sentence(20 + at)}]\n\n{'#pagebreak()' if at % 3 == 0 else ''}\n"
        for at in range(1, 8)
    )
    source = f'{_PAGE}#set footnote(numbering: "*")\n= Signs\n{body}'
    return Hard(source, tuple("1234567"), ((1, "Signs"),), notes=7)


def _paragraphs_in_a_titled_box() -> Hard:
    inside = "".join(f"{at}. #h(1em) {sentence(at)}\n\n" for at in range(4, 7))
    box = f'#block(fill: rgb("#e0eef8"), inset: 8pt, width: 100%)[*Box 1: The keeper*\n\n{inside}]\n'
    before, after = ("".join(f"{at}. #h(1em) {sentence(at)}\n\n" for at in r) for r in (range(1, 4), range(7, 10)))
    return Hard(f"{_PAGE}= Boxes\n{before}{box}{after}", tuple("123456789"), ((1, "Boxes"),), boxes=1)


def _heads_with_sides() -> Hard:
    pages = [
        f"#set page(header: [Lending of books #h(1fr) {name}])\n= {name}\n"
        + "".join(f"{at}. #h(1em) {paragraph(at, 8)}\n\n" for at in range(first, first + 8))
        for name, first in (("Piers", 1), ("Ropes", 9), ("Lamps", 17))
    ]
    numbers = tuple(str(at) for at in range(1, 25))
    headings = ((1, "Piers"), (1, "Ropes"), (1, "Lamps"))
    return Hard(_PAGE + "".join(pages), numbers, headings, reasons=("running head", "page number"))


def _short_notes_in_two_columns() -> Hard:
    body = "\n\n".join(f"{at}. {paragraph(at, 3)}#footnote[Rule {at + 1}.]" for at in range(1, 25))
    source = _PAGE.replace("margin: 2.5cm", "margin: 2cm, columns: 2")
    return Hard(f"{source}= Ropes\n{body}\n", tuple(str(at) for at in range(1, 25)), ((1, "Ropes"),), notes=24)


def _items_in_small_type_behind_notes() -> Hard:
    noted = {2: sentence(90), 4: paragraph(80, 22), 7: sentence(97)}
    body = "\n\n".join(
        f"{at}. #h(5mm) {paragraph(at, 4)}" + (f"#footnote[{noted[at]}]" if at in noted else "")
        for at in range(1, 9)
    )
    items = "\n\n".join(f"{at}. #h(4mm) {paragraph(at + 40, 3)}" for at in range(1, 11))
    source = f"{_PAGE}= Piers\n{body}\n#pagebreak()\n= Annex A: Items\n#set text(size: 0.75em)\n{items}\n"
    numbers = (*(str(at) for at in range(1, 9)), *(str(at) for at in range(1, 11)))
    return Hard(source, numbers, ((1, "Piers"), (1, "Annex A: Items")), notes=3)


def _rows_cut_by_pages() -> Hard:
    rows = "".join(f"[Stage {at}], [{paragraph(at, 3)}], [{paragraph(at + 50, 2)}],\n" for at in range(1, 19))
    head = "table.header([*Stage*], [*What*], [*Who*])"
    source = f"{_PAGE}= Annex\n{paragraph(1, 2)}\n\n#table(columns: (2.2cm, 1fr, 1fr), {head},\n{rows})\n"
    return Hard(source, headings=((1, "Annex"),), rows=19, says=tuple(paragraph(at, 3) for at in range(1, 19)))


def _coloured_numbers_and_heads_run_in() -> Hard:
    """First letters of most lines in the numbers' colour, which is not the body's."""
    source = _PAGE + '#set text(fill: rgb("#555555"))\n#let blue(x) = text(fill: rgb("#0088c0"), size: 0.8em, x)\n'
    source += (
        '#show heading.where(level: 1): it => block(below: 20mm, text(size: 2em, fill: rgb("#4aa0c0"), it.body))\n'
    )
    source += "#show heading.where(level: 2): it => blue(upper(it.body))\n"
    headings, numbers = [], []
    for at in range(1, 5):
        source += f"= {at}. Matters of pier {at}\n== Introduction\n"
        headings += [(1, f"{at}. Matters of pier {at}"), (2, "INTRODUCTION")]
        for n in range(1, 7):
            numbers.append(f"{at}.{n}")
            said = (
                f"From the day {at} to the day {n} each boat has its lamp lit; so must all the ferries have theirs."
            )
            source += f'#blue(strong("{at}.{n}"))#h(4mm){said}\n\n'
        source += "#pagebreak(weak: true)\n"
    return Hard(source, tuple(numbers), tuple(headings))


def _three_columns() -> Hard:
    parts = {"Boats": range(1, 37), "Ropes": range(37, 55)}
    source = _PAGE.replace("margin: 2.5cm", "margin: 1.6cm, columns: 3, flipped: true").replace(
        "SIZEpt", "SIZEpt * 0.8"
    )
    for title, numbers in parts.items():
        source += f"= {title}\n" + "".join(f"{at}. {paragraph(at, 3)}\n\n" for at in numbers)
    says = tuple(paragraph(at, 3) for at in range(1, 55))
    return Hard(source, tuple(str(at) for at in range(1, 55)), tuple((1, title) for title in parts), says=says)


def _prose_in_three_columns() -> Hard:
    source = _PAGE.replace("margin: 2.5cm", "margin: 1.6cm, columns: 3").replace("SIZEpt", "SIZEpt * 0.75")
    body = "".join(f"{paragraph(at, 3)}\n\n" for at in range(1, 60))
    return Hard(
        f"{source}= Boats\n{body}", headings=((1, "Boats"),), says=tuple(paragraph(at, 3) for at in range(1, 60))
    )


def _annex_in_small_type_longer_than_the_text() -> Hard:
    headings = [(1, "Chapter 1"), *((2, f"Of matters {at}") for at in range(1, 5)), (1, "Annex A")]
    source = f"{_PAGE}= Chapter 1\n"
    source += "".join(f"== Of matters {at}\n{paragraph(at, 4)}#footnote[Rule {at}.]\n\n" for at in range(1, 5))
    source += (
        "#pagebreak()\n= Annex A\n#set text(size: 0.75em)\n#show heading.where(level: 2): set text(size: 1.1em)\n"
    )
    for at in range(1, 13):
        source += f"== Of items {at}\n{paragraph(at + 30, 5)}\n\n{paragraph(at + 50, 5)}\n\n"
        headings.append((2, f"Of items {at}"))
    return Hard(source, headings=tuple(headings), notes=4)


def _bullets_of_a_font_that_does_not_say_so() -> Hard:
    source = (
        _PAGE
        + '#let has(it) = grid(columns: (5mm, 1fr), text(font: "DejaVu Sans Mono", size: 0.8em)[x], it)\n= Lists\n'
    )
    for at in range(1, 7):
        source += f"{at}. #h(4mm) {paragraph(at, 2)} Each has:\n\n"
        source += "".join(f"#has[{sentence(10 * at + n)}]\n" for n in range(3))
    has = f"#has[{sentence(1)}]#has[{sentence(2)}]"
    box = f'#block(fill: rgb("#e0eef8"), inset: 8pt, width: 100%)[{paragraph(40, 2)}\n\n{has}]'
    says = tuple(f"\n{sentence(10 * at + n)}" for at in range(1, 7) for n in range(3))
    return Hard(f"{source}{box}\n", tuple("123456"), ((1, "Lists"),), boxes=1, says=says)


def _heads_in_the_margin() -> Hard:
    source = _PAGE.replace("margin: 2.5cm", "margin: (left: 6cm, right: 2.2cm, y: 2.5cm)")
    source += (
        '#let head(it) = place(dx: -3.8cm, block(width: 3.3cm, text(size: 0.8em, weight: "bold", it)))\n= Piers\n'
    )
    heads = ("Who keeps the list", "Lamps", "What a keeper does when a boat is late", "Ropes and ladders", "Guests")
    for at, head in enumerate(heads, 1):
        source += f"#block(width: 100%, below: 1.3em)[#head[{head}]{at}. #h(3mm) {paragraph(at, 4)}]\n"
    headings = ((1, "Piers"), *((2, head) for head in heads))
    says = tuple(paragraph(at, 4) for at in range(1, 6))
    return Hard(source, tuple("12345"), headings, says=says)


def _ruled_rows_cut_by_pages() -> Hard:
    rows = "".join(f"[{sentence(at)}], [{paragraph(at + 50, 4)}],\n" for at in range(1, 15))
    table = f"#table(columns: (5cm, 1fr), stroke: (x: none, y: 0.5pt), table.header([*Rule*], [*Said*]),\n{rows})"
    says = tuple(f"\n{sentence(at)}\n{paragraph(at + 50, 4)}" for at in range(1, 15))
    source = f"{_PAGE}= Duties\n{paragraph(1, 2)}\n\n{table}\n\n{paragraph(3, 2)}\n"
    return Hard(source, headings=((1, "Duties"),), rows=15, says=says)


def _heads_of_three_levels_in_bold() -> Hard:
    looks = ((1.5, 10, 10), (1.2, 14, 7), (1, 12, 6))
    source = _PAGE + "".join(
        f'#let {name}(it) = block(above: {above}pt, below: {below}pt, text(size: {times}em, weight: "bold", it))\n'
        for name, (times, above, below) in zip("abc", looks, strict=True)
    )
    headings: list[tuple[int, str]] = []
    for at, deeper in ((at, deeper) for at in (1, 2, 3) for deeper in (0, 1, 2)):
        titles = [(2, f"{at}.{deeper} Part {at}{deeper}"), (3, f"Boats {at}{deeper}"), (3, f"Ropes {at}{deeper}")]
        for level, title in titles if deeper else [(1, f"{at} Matter {at}")]:
            source += f"#{'abc'[level - 1]}[{title}]\n{paragraph(len(headings), 4)}\n\n"
            headings.append((level, title))
    return Hard(source, headings=tuple(headings))


def _side_heads_in_italics() -> Hard:
    source = _PAGE + "#let head(it) = block(above: 1.8em, below: 0.7em, emph(it))\n= Piers\n"
    headings, numbers = [(1, "Piers")], [str(at) for at in range(1, 15)]
    for at in range(1, 15):
        if at % 2:
            headings.append((2, f"Boats of kind {at}"))
            source += f"#head[Boats of kind {at}]\n"
        source += f"{at}. #h(4mm) {paragraph(at, 3)}\n\n" + ("_The Piers Act 2031_\n\n" if at == 4 else "")
    return Hard(source, tuple(numbers), tuple(headings))


HARD = {
    build.__name__.strip("_"): build()
    for build in (
        *(_noted_below, _loose_and_tight, _regulations_in_small_type, _coloured_numbers, _codes, _named_boxes),
        *(_two_line_title, _bold_in_box, _long_head, _ordinals, _row_overleaf, _head_row_on_a_ground),
        *(_notes_with_signs, _paragraphs_in_a_titled_box, _heads_with_sides),
        *(_short_notes_in_two_columns, _items_in_small_type_behind_notes, _rows_cut_by_pages),
        *(_coloured_numbers_and_heads_run_in, _three_columns, _prose_in_three_columns),
        *(_annex_in_small_type_longer_than_the_text, _bullets_of_a_font_that_does_not_say_so),
        *(_heads_in_the_margin, _ruled_rows_cut_by_pages, _heads_of_three_levels_in_bold, _side_heads_in_italics),
    )
}
