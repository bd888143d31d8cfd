"""Reading age and sentence length are measured, statements without a source and odd words are found."""

from pathlib import Path

import pytest

from guidance.check.readability import (
    Term,
    find_terms,
    measure,
    read_blocks,
    read_terms,
    sentences,
    syllables,
    uncited,
)
from guidance.document.model import GuidanceError

TERMS = read_terms(Path(__file__).parents[2] / "docs" / "terms.toml")

COUNTS = """
1: a the child help told worked make once plans talk safe changed used should school through health asked cares
2: children worker safety adult social people meeting needed someone trusted courage danger changes
2: police welfare careful safely something little being listen
3: behaviour protection decision family agency hospital safeguarding together happening assessment guardian society
4: information education authority
"""
PAIRS = [(int(line[0]), word) for line in COUNTS.split("\n") if line for word in line[2:].split()]


@pytest.mark.parametrize(("count", "word"), PAIRS)
def test_syllables(count: int, word: str) -> None:
    assert syllables(word) == count


def test_harder_text_has_a_higher_age() -> None:
    easy = "You can talk to a person you trust. They must listen to you. You are not in trouble."
    hard = (
        "Organisations exercising statutory functions in relation to children are required to "
        "demonstrate that appropriate arrangements for information governance have been established."
    )
    assert measure(easy).age < 9 < 14 < measure(hard).age
    assert measure("# Only a heading\n").age == 0


def test_the_highest_of_three_formulas_counts() -> None:
    six = "The dog ran up the hill."  # 18 letters, 6 syllables
    ease = measure(f"{six} {six}")
    assert (ease.words, ease.sentences) == (12, 2)
    assert ease.ages == {  # 0.39 × 6 + 11.8 - 15.59; 4.71 × 3 + 0.5 × 6 - 21.43; 5.88 × 3 - 29.6 ÷ 6 - 15.8; + 5
        "Flesch-Kincaid": 3.6,
        "ARI": 0.7,
        "Coleman-Liau": 1.9,
    }
    assert ease.age == 3.6


def test_boxes_count_and_the_block_of_sources_does_not() -> None:
    box = '!!! tip "Help"\n    - Call us now.\n'
    closed = '<details markdown="1">\n<summary>More</summary>\n\nYou can read this.\n\n</details>\n'
    sources = closed.replace("<details", '<details class="sources"').replace("You can", "Nobody has to")
    page = f"---\ncited: true\n---\n# A\n\n{box}\n{closed}\n{sources}"
    assert sentences(page) == ("Call us now.", "You can read this.")
    assert "Nobody has to read this." in [block.text for block in uncited(page)]


def test_sentences_end_with_blocks_and_leave_citations_out() -> None:
    page = (
        "# Head\n\nOne thing here. Two things here. [](guidance:2001/para-1)\n\n- an item here\n- last item here\n"
    )
    assert sentences(page) == ("One thing here.", "Two things here.", "an item here", "last item here")


PAGE = """---
cited: true
uncited:
  - Where to go next
  - Ring
---
# Title

--8<-- "_shared/danger.md"

Cited. [](guidance:2001/para-1)

Not cited.

You must:

- do this [](guidance:2001/para-1)
- do that
- then:
    - more [](guidance:2001/para-2)

Ring somebody.

| head | source |
|---|---|
| row | [](guidance:2001/para-1) |
| bare row | none |

## Where to go next

- [there](there.md)
"""


def test_statements_that_cite_nothing_are_found() -> None:
    assert [block.text for block in uncited(PAGE)] == ["Not cited.", "do that", "bare row none"]
    assert uncited(PAGE.replace("cited: true", "cited: false")) == ()
    assert {block.kind for block in read_blocks(PAGE)} == {"h1", "h2", "p", "li", "tr"}


@pytest.mark.parametrize("term", TERMS, ids=lambda term: str(term.term))
def test_each_term_is_found_where_it_is_wrong_and_not_in_what_we_write(term: Term) -> None:
    assert [line for line, _ in find_terms(f"# A\n\n{term.wrong}\n", [term])] == [3]
    assert list(find_terms(term.right, TERMS)) == []
    for words in term.exceptions:
        assert list(find_terms(words, [term])) == []
        assert list(find_terms(words, [Term(term.term, "", "", "", term.pattern)])) != []


def test_terms_are_told_with_their_line_and_only_in_what_is_printed() -> None:
    whom = Term("to whom", "write who", "to whom", "to", exceptions=("Letter to whom it concerns",))
    page = (
        "---\ntitle: To whom?\n---\n\n```\nto whom\n```\n\n`to whom` <!-- to\nwhom --> [a](to-whom.md)\n"
        "*letter to whom it concerns*, and to\nwhom else? Unto whom it may.\n"
    )
    assert list(find_terms(page, [whom])) == [
        (2, "says “To whom”; write who"),
        (11, "says “to whom”; write who"),
    ]
    assert list(find_terms("<svg id='to whom'>\n<text>To whom</text></svg>", [whom])) == [
        (2, "says “To whom”; write who")
    ]


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ('[[terms]]\nterm = "a"', "missing required field"),
        ('[[term]]\nterm = "a"', "term"),
        ('[[terms]]\nterm = "a"\nwhy = ""\nwrong = ""\nright = ""\npattern = "("', "a: the pattern is wrong"),
    ],
)
def test_a_list_of_terms_of_another_form_is_an_error(tmp_path: Path, toml: str, why: str) -> None:
    (tmp_path / "terms.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(GuidanceError, match=why):
        read_terms(tmp_path / "terms.toml")
    assert read_terms(tmp_path / "none.toml") == ()
