"""How much a change matters to practice: duty changed, new, reworded, links and numbers only, none.

Judged from words alone, or from a ledger of duties where the caller has one; never from a place or number.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from guidance.anchors import normalise
from guidance.compare.units import bare
from guidance.compare.words import sentence_key
from guidance.model import ChangeKind, Duty, Level, Piece

NEW_WORDS = 8  # so many words put in, and none taken out, are something new rather than a rewording

_MODAL = re.compile(r"\b(must|should|may)(?![a-z])(\s+(?:not|no longer)\b)?")  # not "May", the month
_ADDRESS = re.compile(r"(?:https?://|www\.)\S++|(?<!\S)\S+@\S++")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PAGE_WORD = re.compile(r"\b(?:pages?|paras?|paragraphs?|and|to)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")

Strengths = Counter[str]


def _strengths_in(text: str) -> Strengths:
    """How often a bare text says must, must not, should, should not and may."""
    return Counter(verb + (" not" if negated else "") for verb, negated in _MODAL.findall(text))


def strengths_of(duties: Iterable[Duty], moved: frozenset[str]) -> Strengths:
    """How often some duties are of each strength, sentences that only moved left out."""
    return Counter(duty.strength for duty in duties if not moved or sentence_key(duty.sentence) not in moved)


def side(pieces: Sequence[Piece], new: bool, moved: bool = True) -> str:
    """The old or the new text that pieces hold; without its moved sentences where `moved` is false."""
    kinds = {"same", "inserted" if new else "deleted"}
    if moved:
        kinds.add("moved here" if new else "moved away")
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def only_numbers(pieces: Sequence[Piece]) -> bool:
    """Whether nothing but digits, punctuation, addresses and the like of "page 69" changed."""
    if any(piece.kind.startswith("moved") for piece in pieces):
        return False
    changed = " ".join(piece.text for piece in pieces if piece.kind != "same")
    return not _LETTERS.search(_PAGE_WORD.sub(" ", _without_addresses(changed)))


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "@" in text or "://" in text or "www." in text else text


def _letters(text: str) -> str:
    """A bare text without addresses, numbers, punctuation and spaces."""
    return _NO_LETTERS.sub("", _without_addresses(text)).casefold()


def level_of(
    kind: ChangeKind, pieces: Sequence[Piece], links_changed: bool, duties: tuple[Strengths, Strengths] | None
) -> Level:
    """The level of a change. `duties` are the strengths before and after, where a ledger tells them."""
    if not pieces and (duties is None or duties[0] == duties[1]):
        return "links and numbers only" if kind == "renumbered" or (links_changed and kind != "added") else "none"
    old, new = side(pieces, new=False, moved=False), side(pieces, new=True, moved=False)
    was, now = bare(old), bare(new)
    before, after = duties or (_strengths_in(was), _strengths_in(now))
    if before != after:
        return "duty changed"
    if kind == "added":
        return "new" if new.strip() else "none"
    if old == new or normalise(old) == normalise(new):
        return "links and numbers only" if links_changed or kind == "renumbered" else "none"
    if only_numbers(pieces) or _letters(was) == _letters(now):
        return "links and numbers only"
    inserted = sum(len(_WORD.findall(piece.text)) for piece in pieces if piece.kind == "inserted")
    deleted = any(_WORD.search(piece.text) for piece in pieces if piece.kind == "deleted")
    return "new" if inserted >= NEW_WORDS and not deleted else "reworded"
