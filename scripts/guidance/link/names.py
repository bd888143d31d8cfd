"""Finding names in texts sooner than by patterns: which names can be in a document at all, by the words that are
spoken in it, and where one stands in a text. What a name stands for is not known here."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from guidance.document.model import Document
from guidance.document.walk import provision_texts

_WORD = re.compile(r"\w+")
Spoken = Mapping[str, int]
"""How often each word is said, without regard to case."""


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
