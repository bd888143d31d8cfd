"""The grammar of citations, as a table of our own sentences: what is cited, by which words, and what is refused."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.link.acts import Act, Acts
from guidance.link.citations import TextCitation, find_citations

ACTS = Acts(
    (
        Act("Children Act", 1989, "ukpga/1989/41"),
        Act("Children Act", 2004, "ukpga/2004/31", ("Children's Act 2004",)),
        Act("Adoption and Children Act", 2002, "ukpga/2002/38"),
        Act("Education Act", 2002, "ukpga/2002/32"),
        Act("Equality Act", 2010, "ukpga/2010/15"),
        Act("Police and Criminal Evidence Act", 1984, "ukpga/1984/60", ("PACE",)),
        Act("Police Act", 1997, "ukpga/1997/50"),
        Act("Police Act 1997 (Criminal Records) Regulations", 2002, "uksi/2002/233"),
        Act("Modern Slavery Act", 2015, "ukpga/2015/30"),
        Act("Police, Crime, Sentencing and Courts Act", 2022, "ukpga/2022/32"),
        Act("Care Planning, Placement and Case Review (England) Regulations", 2010, "uksi/2010/959"),
        Act("Education (Independent School Standards) Regulations", 2014, "uksi/2014/3283"),
        Act("Designated Teacher (Looked-After Pupils etc) (England) Regulations", 2009, "uksi/2009/1538"),
        Act("Teachers' Disciplinary (England) Regulations", 2012, "uksi/2012/560"),
        Act("UK General Data Protection Regulation", None, "eur/2016/679", ("UK GDPR",)),
        Act("European Convention on Human Rights", None, "ukpga/1998/42/schedule/1", ("ECHR",), whole=True),
    )
)


def shape(text: str, citation: TextCitation) -> str:
    """A citation in one line: its words = its pinpoints, innermost first @ its instrument, or its scope."""
    steps = [
        f"{p.unit} {p.number}{''.join(f'({s})' for s in p.subs)}{f'..{p.last}' if p.last else ''}".strip()
        for p in citation.pinpoints
    ]
    named = citation.instrument
    if named:
        who = f"{named.title} {named.year or ''}".strip() if named.title else f"{named.manner} {named.year or ''}"
        tail = f"@ {who.strip()}"
    else:
        tail = {"unsaid": "", "here": "here", "elsewhere": "elsewhere"}[citation.scope]
    return " ".join(f"{text[citation.start : citation.end]} = {' < '.join(steps)} {tail}".split())


def rows() -> list[tuple[str, list[str]]]:
    """The table: sentences, each with the citations in it."""
    found: list[tuple[str, list[str]]] = []
    for line in (Path(__file__).parents[1] / "data" / "citations.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[-1][1].append(line.strip())
        elif line and not line.startswith("#"):
            found.append((line, []))
    return found


@pytest.mark.parametrize(("text", "expected"), rows(), ids=[text for text, _ in rows()])
def test_what_is_cited(text: str, expected: list[str]) -> None:
    assert [shape(text, c) for c in find_citations(text, ACTS)] == expected


def test_the_table_is_there() -> None:
    assert len(rows()) > 80


def test_who_amends_is_marked() -> None:
    cited = find_citations("the Equality Act 2010 as amended by the Education Act 2002", ACTS)
    assert [c.instrument.amending for c in cited if c.instrument] == [False, True]


def test_an_act_gets_the_short_name_in_its_brackets() -> None:
    (cited,) = find_citations("the Equality Act 2010 (the Equality Act) says", ACTS)
    assert cited.instrument
    assert cited.instrument.defines == "the Equality Act"


WORDS = (
    "section |sections |17|47|16B(7)|(4)| of |the |Children Act 1989|that Act|, | and | to |-|paragraph |Schedule "
    "|the Schedule to |4.37|chapter |Part |one|IV|annex |B|this guidance|(|)|. |PACE|Regulations 2014"
    "|Education (Independent School Standards) |\n|é|x"
)
PIECES = st.sampled_from(WORDS.split("|"))


@given(st.lists(PIECES, max_size=30).map("".join))
def test_citations_lie_in_order_inside_the_text(text: str) -> None:
    cited = find_citations(text, ACTS)
    for c in cited:
        assert 0 <= c.start <= c.inner[0] < c.inner[1] <= c.end <= len(text)
        assert text[c.start : c.end].strip() == text[c.start : c.end]
    assert all(a.end <= b.start for a, b in pairwise(cited))
    assert find_citations(text, ACTS) == cited


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    find_citations(text, ACTS)


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "section 1(1)" * 500, "A (B) " * 2000 + "Act 1989", "of and " * 3000 + "Act 2002", "1, " * 5000],
)
def test_hostile_text_is_read_in_good_time(text: str) -> None:
    find_citations("paragraphs " + text, ACTS)  # a pattern that backtracks without end would never come back


def test_the_patterns_know_no_act() -> None:
    assert not find_citations("under the Modern Slavery Act", Acts())
