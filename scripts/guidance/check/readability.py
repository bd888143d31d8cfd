"""How a hand-written page reads: its blocks, which of them cite nothing, its sentences, reading age and odd words.

Measures only; what is allowed where is said by the page's own front matter and held by tests and checks.

Front matter that is understood here: `reading_age` (years, at most), `sentence_words` (at most), `cited` (true
where every statement must cite) and `uncited` (the first words of blocks, or headings, that need not).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Literal

from bs4 import BeautifulSoup, Comment, Tag
from mkdocs.utils import meta
from msgspec import Struct

from guidance.document.model import GuidanceError, read_toml
from guidance.site.extension import read_page
from guidance.site.handwritten import CONTACTS, services

_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr", "dt", "dd")
_HEADINGS = _BLOCKS[:6]
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = (  # vowels that are written and not spoken
    re.compile(  # an e within: "safety", "movement", "lifeguard", "sometimes"
        r"""
        (?<= [^aeiouyl] ) e
        (?= ty$ | ties$ | ment | ful | less | ly$ | guard | where | thing | times?$ | one$ | work | line )
        """,
        re.VERBOSE,
    ),
    re.compile(
        r"""
        (?<= [^aeiouytd] ) ed $                                # "asked", but "wanted"
      | (?<= [^aeiouysxzgc] ) (?<! sh ) (?<! ch ) es $         # "takes", but "places", "wishes"
      | (?<= [^aeiouyl] ) e $ | (?<= [aeiouyl] l ) e $         # "take", "while", but "little"
        """,
        re.VERBOSE,
    ),
)
_PARTED = re.compile(  # vowels side by side that are two syllables
    r"""
    (?<! [cstg] ) ia (?! u ) | (?<! [cstg] ) io (?! [un] )     # "diary", "period", but "special", "region"
  | [cstg] ia (?= [tr] )                                       # "initiate", "familiar"
  | eo (?! pl ) | ua (?! rd | l )                              # "video", but "people", "guard"
  | [^aeiou] sm $                                              # "autism"
  | (?<! q ) uie | eing $                                      # "quieter", "being"
    """,
    re.VERBOSE,
)
# A citation's words that are only its name ("para 45"), and no part of the sentence.
_NAMED = re.compile(r"\W*(?:paras?|box|page|flow chart|chapter|note)?[\W\d]*")
_SCHOOL_STARTS = 5  # years: what a school grade of the formula lies above


_UNSEEN = re.compile(
    r"^```.*?^```[^\n]*$|`[^`\n]*`|<!--.*?-->|<style.*?</style>|<[^>]*>|\]\([^)\n]*\)", re.S | re.M
)


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """What pages do not say, and why: an entry of `terms.toml`, where its fields are explained."""

    term: str
    why: str
    wrong: str
    right: str
    pattern: str = ""
    exceptions: tuple[str, ...] = ()

    def regex(self) -> re.Pattern[str]:
        """The pattern, in which spaces and line ends mean nothing, or else the term as whole words."""
        return re.compile(self.pattern or rf"\b{re.escape(self.term)}\b", re.IGNORECASE | re.VERBOSE)


class PageText(Struct, frozen=True):
    """A heading, paragraph, list item or table row: its words without citations, and whether it cites.

    `under` is the heading it stands below; `leads` says that it only leads into the list below it, `sources` that
    it stands among a page's sources, which its readers need not read.
    """

    kind: str
    text: str
    cites: bool
    under: str = ""
    leads: bool = False
    sources: bool = False


class ReadingEase(Struct, frozen=True):
    """How hard a text is: words, sentences, and the reading age in years by each formula."""

    words: int
    sentences: int
    ages: Mapping[str, float] = {}

    @property
    def age(self) -> float:
        """The highest of the ages, which is what counts; none for a text without words."""
        return max(self.ages.values(), default=0.0)


def read_blocks(text: str, docs: Path | None = None) -> tuple[PageText, ...]:
    """The blocks of a Markdown page, in order, its citations as they are written; code and comments are none.

    Shared boxes and contacts are put in from `docs`, where that is given.
    """
    contacts = services((docs / CONTACTS).read_bytes()) if docs and (docs / CONTACTS).is_file() else {}
    page = read_page(text, docs=docs, services=contacts if docs else None)
    soup = BeautifulSoup(page.html, "html.parser")
    for code in soup.find_all(["pre", "svg"]):
        code.decompose()
    return tuple(_blocks(soup))


def _blocks(soup: BeautifulSoup) -> Iterator[PageText]:
    under = ""
    for tag in soup.find_all(_BLOCKS):
        inner = tag.find(_BLOCKS)
        if tag.name == "li" and isinstance(inner, Tag) and inner.name == "p":
            continue  # a loose list: its paragraphs speak for themselves
        if tag.name == "tr" and tag.find("td") is None:
            continue  # the heads of columns
        kind = tag.name if tag.name != "p" or tag.find_parent("li") is None else "li"
        if "admonition-title" in (tag.get("class") or ()):
            continue
        links = (a for a in tag.find_all("a") if tag.name != "li" or a.find_parent("li") is tag)
        cites = any(str(link.get("href", "")).startswith("guidance:") for link in links)
        words = " ".join(_own_text(tag).split())
        if kind in _HEADINGS:
            under = words
        if words or cites:
            after, nested = tag.find_next_sibling(), tag.find(["ul", "ol"])
            followed = after is not None and after.name in ("ul", "ol")
            leads = words.endswith(":") and (followed or nested is not None)
            yield PageText(kind, words, cites, under, leads, tag.find_parent("details", "sources") is not None)


def _own_text(tag: Tag) -> str:
    """A block's words: without nested lists, citations, and anything marked as no prose."""
    parts = []
    for string in tag.find_all(string=True):
        inside = list(takewhile(lambda parent: parent is not tag, string.parents))
        cited = (p for p in inside if p.name == "a" and str(p.get("href", "")).startswith("guidance:"))
        if any(p.name in ("ul", "ol") for p in inside) or isinstance(string, Comment):
            continue
        if any(_NAMED.fullmatch(link.get_text()) for link in cited):
            continue
        parts.append(f" {string}" if any(p.name == "td" for p in inside) else str(string))
    return "".join(parts)


def uncited(text: str) -> tuple[PageText, ...]:
    """The statements of a page that cite nothing, though its front matter says that all must.

    Headings, the lines that lead into a list, and what `uncited` names are let pass.
    """
    facts = meta.get_data(text)[1]
    if not facts.get("cited"):
        return ()
    excused = tuple(str(words) for words in facts.get("uncited") or ())
    return tuple(
        block
        for block in read_blocks(text)
        if not (block.cites or block.leads or block.kind in _HEADINGS)
        and not (block.under in excused or any(block.text.startswith(words) for words in excused))
    )


def sentences(text: str, docs: Path | None = None) -> tuple[str, ...]:
    """A page's sentences, a list item or paragraph ending one; tables and sources are left out."""
    found: list[str] = []
    for block in read_blocks(text, docs):
        if block.kind not in ("tr", *_HEADINGS) and not block.sources:
            found += (s.strip() for s in re.split(r"(?<=[.!?])[\"”’)*]*\s+(?=[\"“‘(A-Z0-9])", block.text))
    return tuple(s for s in found if count_words(s) > 1)


def count_words(sentence: str) -> int:
    """How many words a sentence has; numbers are none."""
    return len(_WORD.findall(sentence))


def syllables(word: str) -> int:
    """How many syllables a word has, nearly: groups of vowels, less silent ones, and two where "ia" parts."""
    low = re.sub(r"[^a-z]", "", word.lower())
    for silent in _SILENT:
        low = silent.sub("", low)
    return max(1, len(_VOWELS.findall(low)) + len(_PARTED.findall(low)))


def measure(text: str, docs: Path | None = None) -> ReadingEase:
    """A page's reading ages: the grades of three formulas, and five years for the age at which school starts.
    Shared boxes are read from `docs`.

    Flesch-Kincaid counts syllables, the automated readability index (ARI) and Coleman-Liau count letters.
    """
    said = sentences(text, docs)
    words = [word for sentence in said for word in _WORD.findall(sentence)]
    if not words:
        return ReadingEase(0, 0)
    letters = sum(character.isalnum() for word in words for character in word) / len(words)
    length = len(words) / len(said)
    grades = {
        "Flesch-Kincaid": 0.39 * length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59,
        "ARI": 4.71 * letters + 0.5 * length - 21.43,
        "Coleman-Liau": 5.88 * letters - 29.6 / length - 15.8,
    }
    ages = {formula: round(grade + _SCHOOL_STARTS, 1) for formula, grade in grades.items()}
    return ReadingEase(len(words), len(said), ages)


def read_terms(path: Path) -> tuple[Term, ...]:
    """The terms of a file such as `terms.toml`; none where it is not there.

    Raises GuidanceError for a file of another form or a pattern that is none.
    """
    terms = read_toml(path, dict[Literal["terms"], tuple[Term, ...]]).get("terms", ())
    for term in terms:
        try:
            term.regex()
        except re.error as error:
            raise GuidanceError(f"{path}: {term.term}: the pattern is wrong: {error}") from None
    return terms


def find_terms(text: str, terms: Iterable[Term]) -> Iterator[tuple[int, str]]:
    """Where a page or a drawing says what it should not: the line, counted from 1, and a message about it.

    Code, comments, tags and the addresses of links are not read; an exception hides the words it consists of.
    """
    said = _UNSEEN.sub(_blank, text).replace("\n", " ")
    found = []
    for term in terms:
        rest = said
        for words in term.exceptions:
            rest = re.sub(re.escape(words), _blank, rest, flags=re.IGNORECASE)
        for match in term.regex().finditer(rest):
            found.append((text.count("\n", 0, match.start()) + 1, f"says “{match[0]}”; {term.why}"))
    return iter(sorted(found))


def _blank(match: re.Match[str]) -> str:
    """As many spaces, so that what follows keeps its place."""
    return " " * len(match[0])
