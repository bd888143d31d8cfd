"""Documents of our own in the layouts that official guidance takes, set with Typst: for each its truth beside it.

Words are made up; nothing here knows how they are read.
"""

from collections.abc import Callable

from msgspec import Struct

from small_documents import paragraph, sentence


class Layout(Struct, frozen=True):
    """A document's source and what a reader must find in it."""

    source: str
    numbers: tuple[str, ...] = ()
    headings: tuple[tuple[int, str], ...] = ()
    notes: int = 0
    boxes: int = 0
    tables: int = 0
    rows: int = 0  # of all tables together
    lettered: int = 0
    says: tuple[str, ...] = ()


HEAD = """#set document(title: "Keeping harbours")
#set text(lang: "en", size: 11pt)
#let hung(wide, number, body) = grid(columns: (wide, 1fr), [#number], body)
"""
PLAIN_PAGE = '#set page(paper: "a4", margin: 2.5cm, numbering: "1")\n'


def decimals_with_running_heads_and_notes_at_chapters_ends() -> Layout:
    source = HEAD + (
        '#set page(paper: "a4", margin: 2.5cm, footer: align(center, context counter(page).display("1")),'
        " header: context { let found = query(heading.where(level: 1).before(here()));"
        " if found.len() > 0 { text(8pt)[Keeping harbours: #found.last().body] } })\n"
    )
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    for chapter in range(1, 5):
        headings.append((1, f"Chapter {chapter}: Harbour matters {chapter}"))
        source += f"= {headings[-1][1]}\n"
        for section in range(1, 4):
            headings.append((2, f"Boats of the kind {chapter}{section}"))
            source += f"== {headings[-1][1]}\n"
            for at in range(1, 6):
                numbers.append(f"{chapter}.{5 * (section - 1) + at}")
                label = {2: 2 * section - 1, 4: 2 * section}.get(at)
                note = f"#super[{label}]" if label else ""
                source += f"#hung(1.5cm)[{numbers[-1]}][{paragraph(len(numbers), 2)}{note}]\n"
                if at == 3:
                    for left, wide, marker in (
                        *((1.5, 1, "(a)"), (1.5, 1, "(b)"), (2.5, 1, "(i)"), (2.5, 1, "(ii)"), (1.5, 1, "(c)")),
                    ):
                        words = sentence(len(numbers) + 500)
                        source += f"#pad(left: {left}cm, hung({wide}cm)[{marker}][{words}])\n"
        headings.append((2, "Notes"))
        source += "== Notes\n"
        for label in range(1, 7):
            source += f"#text(9pt, hung(0.8cm)[{label}.][{sentence(900 + 10 * chapter + label)}])\n"
    return Layout(source, tuple(numbers), tuple(headings), notes=24, lettered=60)


def numbers_that_start_again_in_each_chapter() -> Layout:
    source = HEAD + PLAIN_PAGE + "#set par(justify: true)\n"
    for chapter in range(1, 5):
        source += f'#pagebreak(weak: true)\n#text(16pt, weight: "bold")[{chapter}. Matters of tide {chapter}]\n\n'
        for at in range(1, 9):
            seed = 100 + 10 * chapter + at
            source += f"{at}\\. {paragraph(seed, 3)}#footnote[{sentence(seed + 700)}]\n\n"
            if at == 5:
                source += f"- {sentence(seed)}\n- {sentence(seed + 1)}\n  - {sentence(seed + 2)}\n\n"
    headings = tuple((1, f"{chapter}. Matters of tide {chapter}") for chapter in range(1, 5))
    return Layout(source, tuple(str(n) for n in range(1, 9)) * 4, headings, notes=32)


def notes_that_start_again_in_each_chapter() -> Layout:
    source = HEAD + PLAIN_PAGE
    number = 0
    for chapter, count in enumerate((2, 5, 3), 1):
        source += f"#pagebreak(weak: true)\n#counter(footnote).update(0)\n= Chapter {chapter}: Ropes {chapter}\n"
        for at in range(6):
            number += 1
            note = f"#footnote[{sentence(number + 60)}]" if at < count else ""
            source += f"#hung(1cm)[{number}.][{paragraph(number, 2)}{note}]\n"
    headings = tuple((1, f"Chapter {chapter}: Ropes {chapter}") for chapter in range(1, 4))
    return Layout(source, tuple(str(n) for n in range(1, 19)), headings, notes=10)


def two_columns_with_notes_in_each() -> Layout:
    source = HEAD + '#set page(paper: "a4", margin: 2cm, numbering: "1", columns: 2)\n'
    for number in range(1, 49):
        if number % 12 == 1:
            source += f"= Part of the sea {number // 12 + 1}\n"
        note = f"#footnote[{sentence(number + 1200)}]" if number % 5 == 0 else ""
        source += f"{number}. {paragraph(number + 200, 3)}{note}\n\n"
    headings = tuple((1, f"Part of the sea {part}") for part in range(1, 5))
    return Layout(source, tuple(str(n) for n in range(1, 49)), headings, notes=9)


def boxes_over_pages_and_lists_that_count_in_paragraphs() -> Layout:
    source = HEAD + PLAIN_PAGE
    number = 0
    for chapter in range(1, 4):
        source += f"= Chapter {chapter}: Boxes {chapter}\n"
        for at in range(8):
            number += 1
            source += f"#hung(1.2cm)[{number}.][{paragraph(number + 300, 3)}]\n"
            if at == 2:
                steps = "".join(f"#hung(0.8cm)[{step}.][{sentence(number * 10 + step)}]\n" for step in range(1, 6))
                source += f"#pad(left: 1.2cm)[\n{steps}]\n"
            if at in (5, 6):
                look = 'fill: rgb("e0ecf4")' if at == 5 else "stroke: 1pt"
                inside = "\n\n".join(paragraph(number * 7 + step, 4) for step in range(8))
                source += (
                    f"#block({look}, inset: 10pt, width: 100%)[*What the board asks*\n\n{inside}\n- Ann\n- Ben]\n"
                )
    headings = tuple((1, f"Chapter {chapter}: Boxes {chapter}") for chapter in range(1, 4))
    return Layout(source, tuple(str(n) for n in range(1, 25)), headings, boxes=6, lettered=15)


def a_table_on_turned_pages_and_words_that_stand_upright() -> Layout:
    def some(first: int, last: int) -> str:
        return "".join(f"{n}\\. {paragraph(n + 400, 2)}\n\n" for n in range(first, last))

    cells = ",".join(f"[{sentence(at)}],[{paragraph(at + 60, 2)}],[{at} days]" for at in range(24))
    source = (
        f"{HEAD}{PLAIN_PAGE}= Chapter 1: Tables\n{some(1, 7)}#page(flipped: true)[#table(columns: (1fr, 2fr, 1fr),"
        f" table.header([*Who*], [*What*], [*When*]), {cells})]\n= Chapter 2: More\n{some(7, 12)}"
        f"#place(right + horizon, rotate(90deg)[Upright words])\n{some(12, 15)}"
    )
    headings = ((1, "Chapter 1: Tables"), (1, "Chapter 2: More"))
    return Layout(source, tuple(str(n) for n in range(1, 15)), headings, tables=1, says=("Upright words",))


def numbered_headings_with_contents_and_three_part_numbers() -> Layout:
    source = HEAD + PLAIN_PAGE + '#outline()\n#pagebreak()\n#set heading(numbering: "1.1")\n'
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    for chapter in range(1, 4):
        headings.append((1, f"{chapter} Great subject {chapter}"))
        source += f"= Great subject {chapter}\n"
        for section in range(1, 4):
            headings.append((2, f"{chapter}.{section} Lesser subject {chapter}{section}"))
            source += f"== Lesser subject {chapter}{section}\n"
            for at in range(1, 5):
                numbers.append(f"{chapter}.{section}.{at}")
                source += f"#hung(1.6cm)[{numbers[-1]}][{paragraph(len(numbers) + 500, 3)}]\n"
    return Layout(source, tuple(numbers), tuple(headings))


def numbers_without_a_full_stop() -> Layout:
    source = HEAD + PLAIN_PAGE
    for number in range(41, 65):
        if number % 8 == 1:
            source += f"= Chapter {number // 8}: Bare numbers\n"
        source += f"#hung(1.2cm)[{number}][{paragraph(number + 600, 3)}]\n"
    headings = tuple((1, f"Chapter {chapter}: Bare numbers") for chapter in range(5, 8))
    return Layout(source, tuple(str(n) for n in range(41, 65)), headings)


def hyphens_at_line_ends_and_signs_that_mean_something_elsewhere() -> Layout:
    source = HEAD + '#set page(paper: "a4", margin: 4.5cm, numbering: "1")\n#set par(justify: true)\n'
    source += "#set text(hyphenate: true)\n= Chapter 1: Signs\n"
    for number in range(1, 30):
        source += f"{number}\\. {paragraph(number + 700, 3)} A child\\-centred and inter\\-agency approach.\n\n"
    source += (
        "= Chapter 2: `<script>` \\& more\n"
        "30\\. \\# no heading \\*a\\* \\_b\\_ \\[x\\](y) {{ z }} \\`c\\` \\$ 1\\. x\n\n"
        "31\\. The last of all paragraphs.\n\n"
    )
    headings = ((1, "Chapter 1: Signs"), (1, "Chapter 2: <script> & more"))
    says = ("child-centred", "inter-agency", "# no heading *a* _b_ [x](y) {{ z }} `c` $ 1. x")
    return Layout(source, tuple(str(n) for n in range(1, 32)), headings, says=says)


def shaded_paragraphs_of_the_one_sequence() -> Layout:
    source = HEAD + PLAIN_PAGE + "= Chapter 1: Shades\n"
    for number in range(1, 13):
        words = f"#hung(1cm)[{number}.][{paragraph(number, 3)}]\n"
        source += words if number % 2 else f'#block(fill: rgb("ddeeff"), inset: 8pt, width: 100%)[{words}]\n'
    source += '#block(fill: rgb("ddeeff"), inset: 8pt, width: 100%)[*In short*\n\n1. Look.\n2. Leap.]\n'
    return Layout(source, tuple(str(n) for n in range(1, 13)), ((1, "Chapter 1: Shades"),), boxes=1, lettered=2)


def parts_above_chapters_and_annexes_that_count_anew() -> Layout:
    source = HEAD + PLAIN_PAGE
    headings: list[tuple[int, str]] = []

    def title(size: int, level: int, words: str) -> str:
        headings.append((level, words))
        return f'#text({size}pt, weight: "bold", fill: rgb("104f75"))[{words}]\n\n'

    for chapter in range(1, 5):
        if chapter % 2:
            source += "#pagebreak(weak: true)\n" + title(22, 0, f"Part {chapter // 2 + 1}: Half {chapter // 2 + 1}")
        source += title(16, 1, f"Chapter {chapter}: Winds")
        for number in range(5 * chapter - 4, 5 * chapter + 1):
            source += f"#hung(1cm)[{number}.][{paragraph(number, 3)}]\n"
    for annex in "AB":
        source += "#pagebreak(weak: true)\n" + title(16, 1, f"Annex {annex}: List")
        for number in range(1, 7):
            source += f"#hung(1cm)[{number}.][{paragraph(number + 40, 2)}]\n"
    numbers = (*range(1, 21), *range(1, 7), *range(1, 7))
    return Layout(source, tuple(str(n) for n in numbers), tuple(headings))


def notes_in_two_columns_at_chapters_ends() -> Layout:
    source = HEAD + PLAIN_PAGE
    number = 0
    headings: list[tuple[int, str]] = []
    for chapter in range(1, 4):
        headings += [(1, f"Chapter {chapter}: Knots {chapter}"), (2, "Notes")]
        source += f"#pagebreak(weak: true)\n= {headings[-2][1]}\n"
        for label in range(1, 7):
            number += 1
            source += f"#hung(1cm)[{number}.][{paragraph(number, 3)}#super[{label}]]\n"
        notes = "".join(f"#hung(0.7cm)[{label}.][{sentence(number * 10 + label)}]\n" for label in range(1, 7))
        source += f"== Notes\n#columns(2)[\n#set text(9pt)\n{notes}]\n"
    return Layout(source, tuple(str(n) for n in range(1, 19)), tuple(headings), notes=18)


def annexes_whose_paragraphs_count_by_their_letter() -> Layout:
    source = HEAD + PLAIN_PAGE
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    for part in ("1", "2", "3", "A", "B"):
        headings.append((1, f"{'Annex' if part.isalpha() else 'Chapter'} {part}: Signals"))
        source += f"= {headings[-1][1]}\n"
        for at in range(1, 9):
            numbers.append(f"{part}{'' if part.isalpha() else '.'}{at}")
            source += f"#hung(1cm)[{numbers[-1]}][{paragraph(ord(part) * 10 + at, 3)}]\n"
        source += "A4 paper is used for all signals of this kind, and A3 paper for none.\n\n"
    return Layout(source, tuple(numbers), tuple(headings), says=("A4 paper is used",))


def numbers_in_brackets() -> Layout:
    source = HEAD + PLAIN_PAGE
    for number in range(1, 25):
        source += f"= Chapter {number // 8 + 1}: Flags\n" if number % 8 == 1 else ""
        source += f"#hung(1cm)[({number})][{paragraph(number + 800, 3)}]\n"
    headings = tuple((1, f"Chapter {chapter}: Flags") for chapter in range(1, 4))
    return Layout(source, tuple(str(n) for n in range(1, 25)), headings)


def titles_told_apart_by_their_numbers_alone() -> Layout:
    source = HEAD + PLAIN_PAGE
    headings: list[tuple[int, str]] = []
    for chapter in range(1, 4):
        headings.append((1, f"{chapter} Lamps {chapter}"))
        source += f'#pagebreak(weak: true)\n#text(18pt, weight: "bold")[{headings[-1][1]}]\n\n'
        for section in ("1", "1.1", "1.2", "2", "2.1", "3"):
            headings.append((2 + section.count("."), f"{chapter}.{section} Oil {chapter}{section}"))
            source += f'#block(above: 1.5em, text(14pt, weight: "bold")[{headings[-1][1]}])\n\n'
            source += f"{paragraph(len(headings) + 60)}\n\n"
    return Layout(source, (), tuple(headings))


def side_heads_in_the_bodys_own_size_and_emphasis_that_is_none() -> Layout:
    source = HEAD + PLAIN_PAGE
    numbers: list[str] = []
    headings: list[tuple[int, str]] = []
    for chapter in range(1, 4):
        headings.append((1, f"Chapter {chapter}: Boats {chapter}"))
        source += f'#pagebreak(weak: true)\n#text(18pt, weight: "bold")[{headings[-1][1]}]\n\n'
        for section in range(1, 5):
            headings.append((2, f"Painting boats {chapter}{section}"))
            source += f"#block(above: 1.6em)[*{headings[-1][1]}*]\n\n"
            for _ in range(3):
                numbers.append(str(len(numbers) + 1))
                source += f"#hung(1cm)[{numbers[-1]}.][{paragraph(len(numbers) + 900, 3)}]\n\n"
            source += f"*“{sentence(len(numbers))}”*\n\n*{sentence(len(numbers) + 40)}*\n\n"
    return Layout(source, tuple(numbers), tuple(headings))


def tables_with_rules_across_only() -> Layout:
    def rows(first: int, rule: str) -> str:
        return ",".join(f"[{sentence(n)}],[{sentence(n + 50)}],[{n} days]{rule}" for n in range(first, first + 5))

    head = "table.hline(), [*Who*], [*What*], [*When*], table.hline()"
    start = "#table(columns: (1fr, 1fr, 2cm), stroke: none, "
    source = f"{HEAD}{PLAIN_PAGE}= Chapter 1: Tables\n"
    source += f"{paragraph(7, 9)}\n\n{start}{head}, {rows(100, '')}, table.hline())\n\n{paragraph(8, 9)}\n\n"
    source += f"#pagebreak()\n{start}{head}, {rows(200, ', table.hline(stroke: 0.3pt)')})\n\n"
    for number in range(1, 9):  # lines across that make no table of hung numbers
        source += f"#line(length: 100%)\n#hung(1cm)[{number}.][{sentence(number)}]\n"
    source += "#line(length: 100%)\n"
    return Layout(source, tuple(str(n) for n in range(1, 9)), ((1, "Chapter 1: Tables"),), tables=2, rows=12)


def titles_in_colour_that_are_not_bold() -> Layout:
    source = HEAD + PLAIN_PAGE
    headings: list[tuple[int, str]] = []
    blue = 'weight: "regular", fill: rgb("0f4761")'
    for chapter in range(1, 4):
        headings.append((1, f"Chapter {chapter}: Winds {chapter}"))
        source += f"#text(18pt, {blue})[{headings[-1][1]}]\n\n"
        for section in range(1, 4):
            headings.append((2, f"Flags in winds {chapter}{section}"))
            source += f"#block(above: 1.5em, text(11pt, {blue})[{headings[-1][1]}])\n\n"
            source += f"{paragraph(len(headings) + 100)}\n\n#text({blue})[{sentence(len(headings))}]\n\n"
            source += '#text(fill: rgb("0000ee"))[A blue word that stands alone]\n\n'
    return Layout(source, (), tuple(headings))


def a_glossary_whose_terms_take_two_lines() -> Layout:
    terms = ("Decompensated breakwater", "Officer in charge of harbours (OCH)", "Mole", "The lantern’s own keeper")
    source = f"{HEAD}{PLAIN_PAGE}= Glossary\n{paragraph(3)}\n\n== Terms\n"
    says = []
    for at, term in enumerate(terms * 2):
        says += [term, paragraph(at + 20)]
        source += (
            f"#block(spacing: 1.2em, grid(columns: (3.2cm, 1fr), column-gutter: 0.6cm, [{term}], [{says[-1]}]))\n"
        )
    short = ("ALT", "DBS", "IRO", "LADO", "LSCB")
    source += "\n== Short forms\n"
    source += "".join(f"#grid(columns: (2cm, 1fr), [{word}], [all {word.lower()} matters])\n" for word in short)
    headings = ((1, "Glossary"), (2, "Terms"), (2, "Short forms"))
    return Layout(source, (), headings, tables=2, rows=13, says=tuple(words.replace("'", "’") for words in says))


def roman_page_numbers_at_the_head() -> Layout:
    header = (
        '#set page(paper: "a5", margin: 2cm, header: context align(right, text(8pt, counter(page).display("i"))))\n'
    )
    said = tuple(paragraph(at, 9).replace("'", "’") for at in range(1, 9))
    source = f"{HEAD}{header}= Foreword\n" + "\n\n".join(said)
    return Layout(source, (), ((1, "Foreword"),), says=said)


def levels_left_out_colours_of_their_own_and_a_foreword_on_roman_pages() -> Layout:
    source = HEAD + '#set page(paper: "a4", margin: 2.5cm, numbering: "i")\n= Contents\n'
    listed = {
        "Foreword": "iii",
        "Thanks": "iv",
        "Chapter 1: Oars": "1",
        "Chapter 2: Sails": "2",
        "Chapter 3: Ash": "3",
    }
    sections = {"Chapter 1: Oars": (2, 3, 3, 2), "Chapter 2: Sails": (2, 2), "Chapter 3: Ash": (2, 3)}
    source += "".join(f"#block[{title} #box(width: 1fr, repeat[.]) {page}]\n" for title, page in listed.items())
    headings: list[tuple[int, str]] = []
    for title in listed:
        headings.append((1, title))
        source += f'#pagebreak()\n#text(18pt, weight: "bold")[{title}]\n\n{paragraph(len(headings))}\n\n'
        for level in sections.get(title, ()):
            headings.append((level, f"Of wood {len(headings)}"))
            size = 14 if level == 2 and "Sails" not in title else 12  # the level between is left out
            source += f'#text({size}pt, weight: "bold", fill: rgb("104f75"))[{headings[-1][1]}]\n\n'
            source += f"{paragraph(len(headings) + 40)}\n\n"
    return Layout(source, (), tuple(headings))


def boxes_of_four_rules() -> Layout:
    rules = "grid.vline(x: 0), grid.vline(x: 3), grid.hline(y: 0), grid.hline(y: 1)"
    source = f"{HEAD}{PLAIN_PAGE}= Chapter 1: Frames\n"
    for at in range(1, 7):
        source += f"{at}. {paragraph(at, 5)}\n\n"
        source += f"#grid(columns: (12pt, 1fr, 12pt), {rules}, [], pad(10pt)[{paragraph(at + 40)}], [])\n\n"
    return Layout(source, tuple(str(n) for n in range(1, 7)), ((1, "Chapter 1: Frames"),), boxes=6)


LAYOUTS: tuple[Callable[[], Layout], ...] = (
    decimals_with_running_heads_and_notes_at_chapters_ends,
    numbers_that_start_again_in_each_chapter,
    notes_that_start_again_in_each_chapter,
    two_columns_with_notes_in_each,
    boxes_over_pages_and_lists_that_count_in_paragraphs,
    a_table_on_turned_pages_and_words_that_stand_upright,
    numbered_headings_with_contents_and_three_part_numbers,
    numbers_without_a_full_stop,
    hyphens_at_line_ends_and_signs_that_mean_something_elsewhere,
    shaded_paragraphs_of_the_one_sequence,
    parts_above_chapters_and_annexes_that_count_anew,
    notes_in_two_columns_at_chapters_ends,
    annexes_whose_paragraphs_count_by_their_letter,
    numbers_in_brackets,
    titles_told_apart_by_their_numbers_alone,
    side_heads_in_the_bodys_own_size_and_emphasis_that_is_none,
    tables_with_rules_across_only,
    titles_in_colour_that_are_not_bold,
    a_glossary_whose_terms_take_two_lines,
    roman_page_numbers_at_the_head,
    boxes_of_four_rules,
    levels_left_out_colours_of_their_own_and_a_foreword_on_roman_pages,
)
