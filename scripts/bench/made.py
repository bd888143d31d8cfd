"""Editions of a made-up guidance, each a variation of the one before: what growth and the site are measured on.

Every word is our own and comes from a list; the same count gives the same texts.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from guidance.site.typesetting import compile_typst

CHAPTERS, PARAGRAPHS = 8, 12  # of an edition: about 25 pages
_SUBJECTS = ("The harbour master", "Every keeper", "A ferry company", "The lighthouse board", "The night watch")
_VERBS = ("must record", "should inspect", "must repair", "may count", "should paint", "must not forget")
_THINGS = ("the lanterns", "all moorings", "each rope", "its timetable", "the tide tables", "old anchors", "sails")
_WHENS = ("before dawn", "at high water", "once a season", "when fog is expected", "after a storm", "on feast days")
_WHYS = (
    "so that visitors find their way",
    "because the council asked for it",
    "unless the bell has rung twice",
    "as the island's charter of custom describes",
    "and write the result on the slate by the pier",
)


def clauses(seed: int, verbs: Sequence[str] = _VERBS) -> str:
    """Who does what, when and why; another number, other words."""
    rest = seed * 2741 + 17
    parts = []
    for choice in (_SUBJECTS, verbs, _THINGS, _WHENS, _WHYS):
        rest, at = divmod(rest, len(choice))
        parts.append(choice[at])
    return " ".join(parts)


def sentence(seed: int) -> str:
    """A sentence of about twenty words; another number, another sentence."""
    return f"{clauses(seed)}, in the year {seed} of the harbour's book."


def paragraphs(edition: int) -> Iterator[tuple[int, int]]:
    """The paragraphs of an edition as (chapter, seed): in each edition a twentieth is reworded, one is new, one
    has gone and one has moved."""
    held = [(chapter, chapter * 100 + at) for chapter in range(CHAPTERS) for at in range(PARAGRAPHS)]
    for year in range(1, edition + 1):
        for at in range(year % 20, len(held), 20):
            held[at] = (held[at][0], held[at][1] + 10_000 * year)
        held.insert(year * 7 % len(held), (held[year * 7 % len(held)][0], 5_000_000 + year))
        del held[year * 11 % len(held)]
        _, seed = held.pop(year * 13 % len(held))
        held.append((max(c for c, _ in held), seed))
    return iter(sorted(held, key=lambda pair: pair[0]))


def make_publication(root: Path, folder: Path, count: int, changed: int | None = None) -> list[Path]:
    """Write a publication of `count` editions to `folder`: its register, and its PDFs below sources/, which are
    returned. In the edition `changed` one word is another."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    years = [str(2000 + at) for at in range(count)]
    head = 'title = "Keeping a Harbour"\nshort = "KH"\npublisher = "A made-up District Library Office"\n'
    rows = "".join(_entry(year, years) for year in years)
    (folder / "editions.toml").write_text(
        head + 'licence = "CC BY 4.0"\nspecimen = true\n' + rows, encoding="utf-8"
    )
    (folder / "layout.typ").write_bytes((root / "specimen" / "layout.typ").read_bytes())
    made = []
    for at, year in enumerate(years):
        source = folder / year / "source.typ"
        source.parent.mkdir(exist_ok=True)
        text = _typst(at, year, at == changed)
        to = folder / "sources" / f"{year}.pdf"
        if not to.is_file() or not source.is_file() or source.read_text(encoding="utf-8") != text:
            source.write_text(text, encoding="utf-8")
            compile_typst(source, to)
        made.append(to)
    return made


def _entry(year: str, years: list[str]) -> str:
    ended = f'ended = "{int(year) + 1}-01-01"\n' if year != years[-1] else ""
    return (
        f'\n[[editions]]\nid = "{year}"\ntitle = "Keeping a Harbour"\npublished = "{year}-01-01"\n{ended}'
        f'summary = "Edition {year}."\nbasis = "A"\n'
    )


def _typst(edition: int, year: str, changed: bool) -> str:
    lines = [
        '#import "../layout.typ": edition, hanging as p, shaded',
        f'#show: edition.with(title: "Keeping a Harbour", subtitle: "Made up", year: "{year}", month: "January",'
        f' reference: "KH-{year}")',
    ]
    before = -1
    for number, (chapter, seed) in enumerate(paragraphs(edition), 1):
        if chapter != before:
            lines.append(f"\n= Chapter {chapter + 1}: Matters of pier {chapter + 1}\n")
            before = chapter
        text = " ".join(sentence(seed * 10 + at) for at in range(4))
        if changed and number == 20:
            text = text.replace("harbour's", "haven's", 1)
        note = "#footnote[The slate hangs by the pier.]" if number % 5 == 0 else ""
        lines.append(f"#p({number})[{text}{note}]\n")
    return "\n".join(lines) + "\n"
