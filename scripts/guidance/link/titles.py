"""Titles of other guidance: those given, those that a document links once itself, and where a text names them. What
is cited of such a document is for `references`, what is given of a sibling (one that this engine publishes too) for
`siblings`.

Names are looked for by the words that are spoken in a document at all, sooner than by patterns; so are Acts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct

from guidance.document.model import Block, Document, GuidanceError, Link, List, Permalink, Text
from guidance.document.register import Publication
from guidance.document.walk import block_texts, provision_texts

LEGISLATION = "https://www.legislation.gov.uk/"
_INSTRUMENT = re.compile(r"\b(?:Act|Regulations|Order|Rules),? \d{4}$")  # law, which is no guidance
_ODD_SPACE = re.compile(r"\s\s|[^\S ]")  # with such space a title is found as a pattern only
_ENTRIES = 3  # of a list of titles, at the least
_LEAST = 4  # words of a title that is told by itself: fewer may be any words

_WORD = re.compile(r"\w+")
_ANY_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEAR_BEHIND = re.compile(r"[\s,(]*(?P<year>(?:19|20)\d\d)\b\)?(?: edition)?")
_YEAR_BEFORE = re.compile(r"\b(?P<year>(?:19|20)\d\d) (?:edition|version) of (?:the )?[“\"‘']?$")
Spoken = Mapping[str, int]
"""How often each word is said, without regard to case."""


class Sibling(Struct, frozen=True):
    """Another publication that is built as this one is: its register, its places by edition, the site with them."""

    publication: Publication
    places: Mapping[str, tuple[Permalink, ...]]
    site: str


class Guidance(Struct, frozen=True):
    """Another document that is named by its title; `short` are other names, written just so."""

    title: str
    url: str
    short: tuple[str, ...] = ()
    sibling: Sibling | None = None


class TitleMention(Struct, frozen=True):
    """Where a text names a document, and its address; None for the document that the text is in."""

    start: int
    end: int
    url: str | None
    sibling: Sibling | None = None
    year: str | None = None  # of a sibling, as it stands beside the title: "the 2025 edition of KCSIE"


class Titles(Struct, frozen=True, dict=True):
    """Titles ready to be looked for in the document called `own`, in which so much is `spoken`."""

    entries: tuple[Guidance, ...] = ()
    own: str = ""
    spoken: Spoken | None = None

    @cached_property
    def _addresses(self) -> dict[str, tuple[str | None, Sibling | None]]:
        found: dict[str, tuple[str | None, Sibling | None]] = {}
        for entry in self.entries:
            names = [title_key(name) for name in (entry.title, *entry.short)]
            is_own = any(f"{title_key(self.own)} ".startswith(f"{name} ") for name in names)
            found |= dict.fromkeys(names, (None, None) if is_own else (entry.url, entry.sibling))
        return found

    @cached_property
    def _told(self) -> dict[str, list[str]]:
        """The names that can be in the document by the word that each is told by, longest first."""
        names = can_be_named({n for e in self.entries for n in (e.title, *e.short)}, self.spoken)
        told: dict[str, list[str]] = defaultdict(list)
        for name in names:
            told[telling_word(name, self.spoken).casefold()].append(name)
        return told

    def find(self, text: Text) -> tuple[TitleMention, ...]:
        """Every title in a text, in order, the longest where several begin."""
        told = self._told.keys() & words_in(text.plain)
        if not told:
            return ()
        candidates = (name for word in told for name in self._told[word])
        found = sorted((start, -len(name), end) for name in candidates for start, end in _spans(name, text.plain))
        mentions: list[TitleMention] = []
        for start, _, end in found:
            if not mentions or start >= mentions[-1].end:
                url, sibling = self._addresses[title_key(text.plain[start:end])]
                year = _year(text.plain, start, end) if sibling else None
                mentions.append(TitleMention(start, end, url, sibling, year))
        return tuple(mentions)

    def naming(self, url: str, mentions: tuple[TitleMention, ...], plain: str) -> TitleMention | None:
        """The mention in a text of the document at an address; where only the source's own link leads there, one
        of no year, unless the text says any, which might be the document's."""
        named = next((m for m in mentions if m.url == url), None)
        sibling = next((entry.sibling for entry in self.entries if entry.url == url), None)
        return named or (None if _ANY_YEAR.search(plain) else TitleMention(0, 0, url, sibling))


def title_key(name: str) -> str:
    """A title as it is compared: one kind of space and apostrophe, small letters."""
    return " ".join(name.replace("’", "'").replace("‘", "'").lower().split())


def spelt(name: str) -> str:
    """A pattern for a name, with any kind of space and apostrophe."""
    return r"\s+".join(re.sub("['’]", "['’]", re.escape(word)) for word in name.split())


def refuse_repeats(path: Path, names: Sequence[str]) -> None:
    """Raises GuidanceError where one name stands twice in a file."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise GuidanceError(f"{path}: {twice} stands there twice; keep one")


def _spans(name: str, plain: str) -> Iterator[tuple[int, int]]:
    """Where a title stands in a text: with any kind of space and apostrophe, in either case where it is long
    enough."""
    wanted, text = _folded(name, name), _folded(plain, name)
    if len(text) != len(plain) or _ODD_SPACE.search(plain):
        yield from (match.span() for match in _pattern(name).finditer(plain))
        return
    for at in places(wanted, text):
        if ends_word(text, at + len(wanted)):
            yield at, at + len(wanted)


def _folded(plain: str, name: str) -> str:
    straight = plain.replace("’", "'")
    return straight.lower() if len(name.split()) >= _LEAST else straight


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The same as a pattern, which takes longer to make than a title to find."""
    either = f"(?i:{spelt(name)})" if len(name.split()) >= _LEAST else spelt(name)
    return re.compile(rf"(?<![\w’'-]){either}(?![\w-])")


def titles_for(document: Document, entries: Iterable[Guidance], spoken: Spoken | None = None) -> Titles:
    """The titles to look for in a document: those given, and those of its own lists of further reading, whose
    entries begin with links, each to one address. What is `spoken` in it may be known already."""
    given = tuple(entries)
    taken = {title_key(name) for entry in given for name in (entry.title, *entry.short)}
    linked: dict[str, dict[str, str]] = {}
    for provision in document.everything:
        for title, address in _reading(provision.blocks):
            linked.setdefault(title_key(title), {})[address] = title
    own = tuple(
        Guidance(title, address)
        for key, found in linked.items()
        if key not in taken and len(found) == 1
        for address, title in found.items()
    )
    return Titles((*given, *own), document.title, spoken)


def _reading(blocks: tuple[Block, ...]) -> Iterator[tuple[str, str]]:
    """The titles of lists of which most entries begin with a link: elsewhere linked words may be any words."""
    for block in blocks:
        if isinstance(block, List):
            entries = [tuple(_linked(text)) for item in block.items for text in block_texts(item.blocks[:1])]
            if len(entries) >= _ENTRIES and sum(map(bool, entries)) * 3 >= len(entries) * 2:
                yield from (title for entry in entries for title in entry)


def _linked(text: Text) -> Iterator[tuple[str, str]]:
    for mark in text.marks:
        if not isinstance(mark, Link) or mark.start or not mark.address.startswith("https://"):
            continue
        title = " ".join(text.plain[: mark.end].split()).rstrip(" .,:;")
        fits = len(title.split()) >= _LEAST and title[:1].isupper() and not _INSTRUMENT.search(title)
        if fits and not mark.address.startswith(LEGISLATION) and "/organisations/" not in mark.address:
            yield title, mark.address


def _year(plain: str, start: int, end: int) -> str | None:
    """The year that stands beside a title."""
    found = _YEAR_BEHIND.match(plain, end) or _YEAR_BEFORE.search(plain, 0, start)
    return found["year"] if found else None


def behind_year(plain: str, end: int) -> int:
    """Where a title that ends there ends with its year."""
    found = _YEAR_BEHIND.match(plain, end)
    return found.end() if found else end


# --- Finding names ---------------------------------------------------------------------------------


def words_in(plain: str) -> list[str]:
    """The words of a text, without regard to case."""
    return _WORD.findall(plain.casefold())


def spoken_words(document: Document) -> Spoken:
    """How often each word stands in a document's texts."""
    texts = (t.plain for p in document.everything for t in provision_texts(p))
    return Counter(words_in("\n".join(texts)))


def can_be_named(names: Iterable[str], spoken: Spoken | None) -> tuple[str, ...]:
    """The names of which all words are spoken, or all where that is not known; longest first."""
    there = (n for n in names if spoken is None or all(word in spoken for word in words_in(n)))
    return tuple(sorted(there, key=lambda n: (-len(n), n)))


def telling_word(name: str, spoken: Spoken | None) -> str:
    """A name's rarest word, as it is spelt there: a text without it does not hold the name."""
    return min(_WORD.findall(name), key=lambda word: (spoken or {}).get(word.casefold(), 0), default="")


def places(name: str, plain: str) -> Iterator[int]:
    """Where a name begins in a text, but within a longer word."""
    at = plain.find(name)
    while at >= 0:
        if not at or not (plain[at - 1].isalnum() or plain[at - 1] in "_-'’"):
            yield at
        at = plain.find(name, at + 1)


def ends_word(plain: str, at: int) -> bool:
    """Whether a word ends there, hyphens and all."""
    return not (plain[at : at + 1].isalnum() or plain[at : at + 1] in ("_", "-"))
