"""Names that went out of use, found in other people's pages; what took their place is data of the publication.

A name that a sentence itself puts into the past ("replaced the LSCB", "formerly") is not reported.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from guidance.audit.texts import Block
from guidance.audit.vocabulary import Sieve, Term, Wanted, alternatives

_BEFORE = re.compile(
    r"\b(?:former|formerly|previously|previous|replac(?:e|ed|es|ing)|instead of|rather than|abolished|"
    r"abolition of|end of|ended|no longer|then|old|used to be|known as|called|in place of|took over from|"
    r"successors? (?:of|to))"
    r"\s+(?:called\s+|known as\s+|by\s+)?(?:(?:the|a|an|our|local)\s+)?(?:[\w'’-]+\s+){0,2}['\"‘“(]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"['\"’”)]*\s*(?:\([^()]{1,40}\)\s*)?,?\s*(?:(?:which|that|and)\s+)?"
    r"(?:(?:was|were|has been|have been|had been|is|are)\s+(?:now\s+|since\s+|later\s+|then\s+)?"
    r"(?:replaced|abolished|superseded|succeeded|dissolved|ended|disbanded|wound up|no longer)|gave way|became\b|"
    r"ceased|no longer|came to an end|ended in|until\s+(?:19|20)\d\d)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


class Stale(Struct, frozen=True):
    """A stretch of a block with a name out of use."""

    start: int
    end: int
    term: Term


class Names:
    """The patterns of a publication's names out of use."""

    def __init__(self, wanted: Wanted) -> None:
        """Patterns made from the terms; short forms in capitals are looked for as written."""
        self._sieve = Sieve(name for term in wanted.terms for name in term.names)
        self._terms = [(term, _pattern(term)) for term in wanted.terms]

    def find(self, block: Block) -> Iterator[Stale]:
        """Every name out of use that a block speaks of as if it were in use, in order."""
        if not self._sieve.may_hold(block.text):
            return
        hidden = [match.span() for match in _URL.finditer(block.text)]
        found = [
            Stale(match.start(), match.end(), term)
            for term, pattern in self._terms
            for match in pattern.finditer(block.text)
            if not any(start <= match.start() < end for start, end in hidden)
            and not _BEFORE.search(block.text[max(0, match.start() - 60) : match.start()])
            and not _BEHIND.match(block.text, match.end())
        ]
        end = 0
        for one in sorted(found, key=lambda stale: (stale.start, -stale.end)):
            if one.start >= end:
                end = one.end
                yield one


def _pattern(term: Term) -> re.Pattern[str]:
    """Words in any case unless `capitals`; what is all capitals only so."""
    exact = tuple(
        name for name in term.names if term.capitals or (sum(map(str.isupper, name)) > 1 and " " not in name)
    )
    free = tuple(name for name in term.names if name not in exact)
    parts = [alternatives(exact)] if exact else []
    parts += [f"(?i:{alternatives(free)})"] if free else []
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")
