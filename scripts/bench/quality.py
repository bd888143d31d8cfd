"""A converted text, as Markdown of whatever make -> how much of what was read off the pages by eye is in it.

Every peer's habits are taken the generous way: any mark that a reader could see counts. The truth is digests, pages
and levels only (truth.json); no text.
"""

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

TRUTH = Path(__file__).parent / "truth.json"


class Truth(Struct, frozen=True):
    """What stands on the pages of one file, by its sha256: digests of normalised words, pages, levels."""

    sha256: str
    basis: str
    headings: tuple[tuple[str, int, int], ...]  # digest, page, level
    paragraphs: tuple[str, ...]  # number and opening of each numbered one, in order
    notes: int
    targets: tuple[str, ...]  # addresses that links lead to
    boxes: tuple[tuple[int, str], ...]  # page, opening
    contents: tuple[int, ...]  # pages of the printed contents list, which a converter may leave out
    joins: tuple[tuple[int, str], ...]  # page that ends within a sentence, its last and the next page's first words
    others: dict[str, tuple[int, ...]] = {}  # of other files, by sha256: the pages of their contents list


class Quality(Struct, frozen=True):
    """Shares (0-1): of headings found as such, and of these on their level (up to one shift for all); of what is
    marked a heading and is one; of numbered paragraphs that begin a block of their own; of footnotes whose mark
    leads to the note; of link targets; of boxes set apart; of sentences cut by a page that are whole again; of the
    file's words (but for the contents list) that are there, and of the words there that are the file's: on its
    pages, or what it says of its pictures. What an output itself marks as added claims nothing of the file: it is
    left out of the shares, and `added` counts the words of it that are not the file's."""

    headings: float
    levels: float
    heading_precision: float
    paragraphs: float
    notes: float
    links: float
    boxes: float
    joins: float
    word_recall: float
    word_precision: float
    added: int


class Words(Struct, frozen=True):
    """Shares of words alone, as in `Quality`: what can be said of a file of which nothing was read by eye."""

    word_recall: float
    word_precision: float
    added: int


def read_truth() -> Truth:
    """The truth that is committed."""
    return msgspec.json.decode(TRUTH.read_bytes(), type=Truth)


def words_of(text: str) -> list[str]:
    """The runs of letters in a text, without regard to case, ligatures and apostrophes."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("'", "")
    return re.findall(r"[^\W\d_]+", plain)


def digest(*words: str) -> str:
    """The digest by which the truth knows some words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:10]


_NOTE_MARK = re.compile(r"<sup>[^\n]*?</sup>|\[\^\d+\]")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}")
_ADDED = re.compile(r"""<(\w+)\b[^<>]*\bclass\s*=\s*["'][^"'<>]*\bfurniture\b[^<>]*>.*?</\1>""", re.DOTALL)
_ADDED_LINE = re.compile(r"(?m)^.*\{:[^{}\n]*\.furniture\b[^{}\n]*\}[ \t]*$")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TAG = re.compile(r"<[^<>]+>")
_PARTING = re.compile(r"</?(?:br|dd|div|dt|figcaption|h[1-6]|li|p|summary|table|td|th|tr)\b[^<>]*>")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?[^()]*\)")
_HREF = re.compile(r"""href\s*=\s*["']([^"']+)["']|<((?:https?|mailto):[^<>\s]+)>""")
_PRINTED = re.compile(r"(?<![(\"'<=])\bhttps?://[^\s<>()\[\]]+")


def plain(markdown: str) -> str:
    """Markdown without its marks: the words that a reader sees."""
    text = _ATTRIBUTES.sub("", markdown)
    for _ in range(2):
        text = _LINK.sub(r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>&~-])", r"\1", _TAG.sub("", _PARTING.sub(" ", text)))
    return re.sub(r"\*+|~~|`+|(?<!\w)__?|__?(?!\w)", "", html.unescape(text))


def without_added(markdown: str) -> str:
    """Markdown without what it marks as added: elements and lines of the class `furniture`."""
    return _ADDED_LINE.sub("", _ADDED.sub("", markdown))


def blocks_of(markdown: str) -> list[str]:
    """The blocks of a Markdown text: what empty lines, headings, list entries and table rows keep apart."""
    lines = re.sub(r"(?m)^(#{1,6} .*)$", r"\n\1\n", markdown.replace("\r", ""))
    lines = re.sub(r"(?m)^(\s*(?:[-*+•▪o]|\|)\s)", r"\n\1", lines)
    return [block.strip() for block in re.split(r"\n\s*\n", lines) if block.strip()]


def judge_words(
    markdown: str, pages: Sequence[str], pictures: Sequence[str] = (), contents: Sequence[int] = ()
) -> Words:
    """Hold a conversion's words against those of the file's pages and of what it says of its `pictures`; pages of
    the `contents` list may be left out."""
    source = Counter(words_of("\n".join([*pages, *pictures])))
    needed = Counter(words_of("\n".join(p for at, p in enumerate(pages, 1) if at not in contents)))
    whole = _FRONT.sub("", markdown)
    every, found = (Counter(_words_said(text)) for text in (whole, without_added(whole)))
    return Words(
        round((found & needed).total() / max(needed.total(), 1), 4),
        round((found & source).total() / max(found.total(), 1), 4),
        (every - source).total() - (found - source).total(),
    )


def _words_said(markdown: str) -> list[str]:
    return words_of("\n".join(plain(block) for block in blocks_of(_ATTRIBUTES.sub("", markdown))))


def judge(markdown: str, truth: Truth, pages: Sequence[str], pictures: Sequence[str] = ()) -> Quality:
    """Hold a conversion against the truth about its file; `pages` are the words of the file's pages, `pictures`
    what it says of its pictures."""
    text = _ATTRIBUTES.sub("", without_added(_FRONT.sub("", markdown)))
    blocks = blocks_of(text)
    bare = [plain(block) for block in blocks]
    words = judge_words(markdown, pages, pictures, truth.contents)
    lists = [page for at, page in enumerate(pages, 1) if at in truth.contents]
    listed = {digest(*words_of(line)) for page in lists for line in page.split("\n")}
    right, level, precise = _headings(blocks, truth, listed)
    return Quality(
        right,
        level,
        precise,
        _paragraphs(bare, truth),
        _notes(markdown, truth),
        _targets(markdown, truth),
        _boxes(text, truth),
        _joins(bare, truth),
        words.word_recall,
        words.word_precision,
        words.added,
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _headings(blocks: list[str], truth: Truth, listed: set[str]) -> tuple[float, float, float]:
    """Found, on their level, and right; a line of the contents list that is marked is neither right nor wrong."""
    marked = [
        (digest(*words_of(plain(match[2]))), len(match[1]))
        for block in blocks
        if (match := re.match(r"(#{1,6})\s+(.*)", block, re.DOTALL))
    ]
    lines = [_NOTE_MARK.sub("", block) for block in blocks if len(block) < 200]
    bold = [(digest(*words_of(plain(line))), 0) for line in lines if re.fullmatch(r"(\*\*|__)[^\n]+\1", line)]
    known: dict[str, list[int]] = {}
    for key, level in (*marked, *bold):
        known.setdefault(key, []).append(level)
    expected = [(level, known[key]) for key, _, level in truth.headings if key in known]
    shifts = Counter(one - level for level, ones in expected for one in {o for o in ones if o})
    shift = max(shifts, key=lambda s: shifts[s], default=0)
    right = sum(level + shift in ones for level, ones in expected)
    true = {key for key, _, _ in truth.headings}
    judged = [key for key, _ in marked if key in true or key not in listed]
    precise = _share(sum(key in true for key in judged), len(judged))
    return _share(len(expected), len(truth.headings)), _share(right, len(truth.headings)), precise


def _paragraphs(bare: list[str], truth: Truth) -> float:
    begun = set()
    for block in bare:
        for line in (block, *block.split("\n")[1:]):
            if match := re.match(r"[\s>|*_-]*(\d{1,3})\s*[.)]?\s+(.*)", line, re.DOTALL):
                begun.add(digest(match[1], *words_of(match[2])[:3]))
    return _share(sum(key in begun for key in truth.paragraphs), len(truth.paragraphs))


def _notes(markdown: str, truth: Truth) -> float:
    """Notes whose mark leads somewhere and whose text stands there: `[^1]` with `[^1]:`, or a link to an id."""
    marks = set(re.findall(r"\[\^(\d+)\](?!:)", markdown)) & set(re.findall(r"(?m)^\s*\[\^(\d+)\]:", markdown))
    ids = set(re.findall(r"""(?:id|name)\s*=\s*["']([^"']+)["']|\{:[^{}]*#([\w-]+)""", markdown))
    there = {one for pair in ids for one in pair if one}
    for words, address in _LINK.findall(markdown):
        number = plain(words).strip().strip("[]")
        if number.isdigit() and "#" in address and address.partition("#")[2] in there:
            marks.add(number)
    return _share(len({n for n in marks if n.isdigit() and 1 <= int(n) <= truth.notes}), truth.notes)


def _targets(markdown: str, truth: Truth) -> float:
    addresses = {address for _, address in _LINK.findall(markdown)}
    addresses |= {one for pair in _HREF.findall(markdown) for one in pair if one}
    addresses |= set(_PRINTED.findall(markdown))
    found = {digest(address.replace("&amp;", "&").rstrip("/")) for address in addresses}
    return _share(sum(key in found for key in truth.targets), len(truth.targets))


def _boxes(text: str, truth: Truth) -> float:
    """Openings that stand in a quotation, a table, a division or a block marked as set apart."""
    begun = set()
    for apart in _set_apart(text):
        words = words_of(plain(apart))
        begun |= {digest(*words[at : at + 4]) for at in range(min(len(words), 12))}
    return _share(sum(key in begun for _, key in truth.boxes), len(truth.boxes))


def _set_apart(text: str) -> Iterator[str]:
    for match in re.finditer(r"(?m)(?:^\s*>.*\n?)+", text):
        yield match[0]
    for match in re.finditer(r"(?m)(?:^\s*\|.*\n?)+", text):
        for row in match[0].split("\n"):
            yield from row.strip("| \n").split("|")
    for match in re.finditer(r"<(?:div|aside|table|td|th|blockquote|section)\b[^>]*>|^(?:!!!|:::).*$", text, re.M):
        yield text[match.end() : match.end() + 400]


def _joins(bare: list[str], truth: Truth) -> float:
    whole = set()
    for block in bare:
        words = words_of(block)
        whole |= {digest(*words[at : at + 6]) for at in range(len(words) - 5)}
    return _share(sum(key in whole for _, key in truth.joins), len(truth.joins))
