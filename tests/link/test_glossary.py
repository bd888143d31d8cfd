"""Terms and short forms in small documents of our own: what is defined, where it is first used, what is left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.document.model import (
    Block,
    Cell,
    Definition,
    Document,
    Item,
    Link,
    List,
    Locus,
    Para,
    Place,
    Provision,
    Reference,
    SourceFile,
    Style,
    Subheading,
    Table,
    Text,
)
from guidance.document.walk import provision_texts
from guidance.link.glossary import find_terms, glossary_entries, spelt_out
from guidance.site.blocks import Context, render_text
from guidance.site.markdown import annotate

WORDS = {
    "Binding": "what holds leaves together",
    "Card reader": "a machine for cards",
    "Lending officer (LEO)": "who lends",
    "Open, quiet and kind (OQK) plan": "a plan for a reading room",
    "Shelf mark": "where a book stands",
    "Wear": "what use does to a book",
}


def bold(head: str, rest: str) -> Text:
    return Text(f"{head} - {rest}", (Style(0, len(head) + 2, "bold"),))


def entries(words: dict[str, str] = WORDS) -> tuple[Provision, ...]:
    heading = Provision("annex-a", "annex", "A", heading=Text("What we mean"), level=1)
    return (
        heading,
        *(
            Provision(f"text-{at}", "text", blocks=(Para(bold(head, rest)),), parents=("annex-a",))
            for at, (head, rest) in enumerate(words.items())
        ),
    )


def paragraph(number: int, text: str | Block, section: str = "section-1", *marks: Link) -> Provision:
    block = Para(Text(text, marks)) if isinstance(text, str) else text
    anchor = f"para-{number}"
    return Provision(anchor, "paragraph", str(number), blocks=(block,), parents=(section,), places=(Place(1),))


def library(*provisions: Provision) -> Document:
    return Document("Library", "en", SourceFile("a.pdf", "0" * 64, "application/pdf", 1), provisions)


def uses(*provisions: Provision, short: dict[str, str] | None = None) -> list[str]:
    """Each use as "words -> entry", or "words = meaning" where there is no entry."""
    found = find_terms(library(*provisions), (), short)
    return [f"{d.words} -> {d.anchor}" if d.anchor else f"{d.words} = {d.meaning}" for d in found]


def test_a_glossary_is_known_by_its_form_and_not_by_its_name() -> None:
    assert [entry.headword for entry in glossary_entries(library(*entries()))] == list(WORDS)


@pytest.mark.parametrize(
    "words",
    [
        dict(list(WORDS.items())[:4]),
        dict(reversed(WORDS.items())),
        dict.fromkeys(WORDS, " "),
        {
            f"{head}, and so on for much longer than any headword of a glossary would ever be in a book": "x"
            for head in WORDS
        },
    ],
    ids=["too few", "in no order", "without definitions", "too long"],
)
def test_other_words_in_bold_are_no_glossary(words: dict[str, str]) -> None:
    assert glossary_entries(library(*entries(words))) == ()


def test_a_glossary_may_be_a_list_or_a_table() -> None:
    items = tuple(Item("•", (Para(bold(head, rest)),)) for head, rest in WORDS.items())
    listed = Provision("text-9", "text", blocks=(List(items),))
    rows = tuple(
        tuple(Cell((Para(Text(words)),)) for words in (head, f"{rest}, at some length"))
        for head, rest in WORDS.items()
    )
    tabled = Provision("text-9", "text", blocks=(Table(rows),))
    for provision in (listed, tabled):
        found = glossary_entries(library(provision))
        assert [(entry.headword, entry.anchor) for entry in found] == [(head, "text-9") for head in WORDS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The binding of a book", ["binding -> text-0"]),
        ("Bindings and card  readers", ["Bindings -> text-0", "card  readers -> text-1"]),
        ("a rebinding, a binding-knife, bindings' ends", []),
        ("Ask the LEO, or two LEOs", ["LEO -> text-2"]),
        ("Ask the lending officer", ["lending officer -> text-2"]),
        ("an OQK plan", ["OQK plan -> text-3"]),
        ("Leo was a lion", []),
        ("a shelf mark, a shelf mark", ["shelf mark -> text-4"]),
        ("a FOO and a foo", ["FOO = friend of openings"]),
        ("the Shelf Mark Sharing project", []),
        ("the National Shelf Mark service", []),
        ("the Shelf Mark", ["Shelf Mark -> text-4"]),
        ("See it. Shelf Mark is one", ["Shelf Mark -> text-4"]),
        ("Binding of Books", ["Binding -> text-0"]),
        ("the Binding Project and the binding", ["binding -> text-0"]),
    ],
)
def test_the_first_use_in_a_section(text: str, expected: list[str]) -> None:
    assert uses(paragraph(1, text), *entries(), short={"FOO": "friend of openings"}) == expected


def test_each_section_has_a_first_use() -> None:
    texts = ((1, "section-1"), (2, "section-1"), (3, "section-2"))
    found = find_terms(library(*(paragraph(n, "Mind the wear.", s) for n, s in texts), *entries()))
    assert [d.at for d in found] == [Locus("para-1", 0, 9, 13), Locus("para-3", 0, 9, 13)]


def test_headings_links_references_and_the_glossary_are_left_alone() -> None:
    heading = Provision("section-1", "section", heading=Text("Wear"), level=2)
    linked = paragraph(1, "Of wear.", "section-1", Link(3, 7, "https://a.example"))
    cell = Cell((Para(Text("Wear")),), header="column")
    headed = paragraph(2, Table(((cell,),)), "section-1")
    title = paragraph(3, Subheading(Text("Wear")), "section-1")
    cited = paragraph(4, "Wear Act 1999", "section-1")
    reference = Reference(Locus("para-4", 0, 0, 13), "Wear Act 1999", "https://b.example", "legislation")
    document = library(heading, linked, headed, title, cited, *entries())
    assert find_terms(document, (reference,)) == ()


def test_a_word_that_stands_everywhere_is_not_marked() -> None:
    many = [paragraph(n, "Mind the wear of it.", f"section-{n}") for n in range(60)]
    rare = paragraph(99, "A shelf mark.", "section-1")
    assert uses(*many, rare, *entries()) == ["shelf mark -> text-4"]


def test_a_short_form_explained_in_the_text_is_known_after_that() -> None:
    says = paragraph(1, "Each keeper of the books (KoB) and every local reading group (LRG) acts.")
    same = paragraph(2, "The LRG meets.")
    later = paragraph(3, "Two LRGs and a KoB meet.", "section-2")
    assert uses(says, same, later) == ["LRGs = local reading group", "KoB = keeper of the books"]


def test_a_short_form_explained_in_two_ways_is_left_alone() -> None:
    says = [paragraph(1, "A local reading group (LRG)."), paragraph(2, "A long ruled gap (LRG).", "section-2")]
    assert uses(*says, paragraph(3, "An LRG.", "section-3")) == []


@pytest.mark.parametrize(
    ("short", "before", "expected"),
    [
        ("LRG", "every local reading group ", "local reading group"),
        ("KOB", "a keeper of the books ", "keeper of the books"),
        ("VCSE", "with voluntary, charity, social enterprise ", "voluntary, charity, social enterprise"),
        ("MASA", "as multi-agency safe arrangements ", "multi-agency safe arrangements"),
        ("CiN", "a child in need ", "child in need"),
        ("LRG", "every local group ", None),
        ("LRG", "", None),
        ("AB", "a <b>big ", None),
    ],
)
def test_initials(short: str, before: str, expected: str | None) -> None:
    assert spelt_out(short, before) == expected


def test_how_a_use_is_printed() -> None:
    document = library(paragraph(1, "Mind the wear, says the LRG."), *entries())
    terms = (
        Definition(Locus("para-1", 0, 9, 13), "wear", "Wear", "text-5"),
        Definition(Locus("para-1", 0, 24, 27), "LRG", 'a "local" <reading> group'),
    )
    (text,) = provision_texts(annotate(document, (), terms=terms).provisions[0])
    context = Context(lambda anchor, form: f"../words/#{anchor}", lambda note: note)
    short = '<abbr title="a &quot;local&quot; &lt;reading&gt; group">LRG</abbr>'
    assert (
        render_text(text, context)
        == f"Mind the [wear](../words/#text-5){{: .term .footnote-ref }}, says the {short}."
    )
    link = '<a class="term footnote-ref" href="../words/#text-5">wear</a>'
    assert render_text(text, context, "html") == f"Mind the {link}, says the {short}."


@given(
    st.lists(st.sampled_from([*WORDS, "LEO", "s", " ", "-", "(", ")", "the ", "wear "]), max_size=14).map("".join)
)
def test_uses_lie_in_order_in_the_text(text: str) -> None:
    document = library(paragraph(1, text), *entries())
    found = find_terms(document)
    assert [text[d.at.start : d.at.end] for d in found] == [d.words for d in found]
    assert all(a.at.end <= b.at.start for a, b in pairwise(found))
