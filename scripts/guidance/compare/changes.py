"""Pairs of provisions -> changes, word by word, with sentences that only moved told from new ones.

Nothing here decides which provision became which (`alignment` does), and nothing is shown.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, zip_longest

from msgspec import structs

from guidance.compare.alignment import Pair, align_units
from guidance.compare.duty_changes import STRONG, duty_changes, find_verbs, said
from guidance.compare.meaning import READ, numbered, numbers_say_nothing, unit_of
from guidance.compare.moves import ChangeSide, moved_sentences, sentence_key, without_chapters
from guidance.compare.units import BETWEEN, BULLET, PICTURES, bare, compared_text, plain, read_units
from guidance.compare.words import Moved, Replacement, Terms, diff_words, find_terms, put_where, same_but_articles
from guidance.document.change_model import Change, Comparison, DutyChange, Figures, Level, NumberSlip, RedlinePiece
from guidance.document.model import ChangeKind, Document, Duty, Link, List, Provision
from guidance.document.walk import provision_texts
from guidance.link.places import CROSS_REFERENCE

NEW_WORDS = 8  # so many words put in, and none taken out, are something new rather than a rewording

_NO_LETTERS = re.compile(r"[\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PAGE_WORD = re.compile(  # words of a cross-reference: "page 69", "paragraphs 3 to 5"
    r"\b (?: pages? | pp? | paras? | paragraphs? | and | to ) \b", re.IGNORECASE | re.VERBOSE
)
_WORD = re.compile(r"\w+")

Strengths = Counter[str]  # how often a side binds with each strength, and says "may"


def _strengths_in(text: str) -> Strengths:
    """How often a text binds with each weight, and how often it says "may"."""
    return Counter(verb.weight for verb in find_verbs(bare(text)) if verb.weight in STRONG | {"may"})


def side(pieces: Sequence[RedlinePiece], new: bool, moved: bool = True) -> str:
    """The old or the new text that pieces hold; without its moved sentences where `moved` is false."""
    kinds = {"same", "inserted" if new else "deleted"}
    if moved:
        kinds.add("moved here" if new else "moved away")
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def only_numbers(pieces: Sequence[RedlinePiece]) -> bool:
    """Whether nothing but digits, punctuation, addresses and the like of "page 69" changed."""
    if any(piece.kind.startswith("moved") for piece in pieces):
        return False
    changed = " ".join(piece.text for piece in pieces if piece.kind != "same")
    return not _LETTERS.search(_PAGE_WORD.sub(" ", _without_addresses(changed)))


_ADDRESS = re.compile(r"(?: https?:// | www\. ) \S++ | (?<! \S ) \S+ @ \S++", re.VERBOSE)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "@" in text or "://" in text or "www." in text else text


def _words(text: str) -> str:
    """The words of a text, without addresses and when they were read, numbers and signs."""
    return " ".join(_NO_LETTERS.split(READ.sub("", _without_addresses(bare(text))))).strip()


def _letters(text: str) -> str:
    return _words(text).replace(" ", "").casefold()


def level_of(
    kind: ChangeKind,
    pieces: Sequence[RedlinePiece],
    links_changed: bool,
    duties: Sequence[DutyChange] = (),
    *,
    trivial: bool = True,
    terms: Sequence[Replacement] = (),
) -> Level:
    """The level of a change. `duties` are what changed of duties; `trivial` says whether all numbers that changed
    are of no matter, `terms` says where terms were replaced that were so throughout."""
    if duties:
        return "duty changed"
    if not pieces:
        return "links and numbers only" if kind == "renumbered" or (links_changed and kind != "added") else "none"
    old, new = side(pieces, new=False, moved=False), side(pieces, new=True, moved=False)
    if kind == "added":
        return "new" if new.strip() else "none"
    if old == new or plain(old) == plain(new):
        return "links and numbers only" if links_changed or kind == "renumbered" else "none"
    if trivial and (only_numbers(pieces) or _letters(old) == _letters(new)):
        return "links and numbers only"
    if terms:
        whole, now = side(pieces, new=False), side(pieces, new=True)
        if trivial and old == whole and same_but_articles(_words(put_where(whole, terms)), _words(now)):
            return "term replaced"
        pieces = diff_words(put_where(whole, terms), now)
    inserted = sum(len(_WORD.findall(piece.text)) for piece in pieces if piece.kind == "inserted")
    deleted = any(_WORD.search(piece.text) for piece in pieces if piece.kind == "deleted")
    return "new" if inserted >= NEW_WORDS and not deleted else "reworded"


_CAPTION = re.compile(r"(?i)(?:figure|table|box|chart|diagram|flow ?chart)\s+[\dA-Z.]+:?")  # no more than that

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_NEAR = 40  # characters before a number among which it is said what that is
_REFERRED = re.compile(CROSS_REFERENCE)


def compare(
    old: Document,
    new: Document,
    ids: tuple[str, str],
    duties: tuple[Sequence[Duty], Sequence[Duty]] | None = None,
) -> Comparison:
    """All changes from one document to another; `ids` are the two editions' ids.

    With the duties of both documents a level is judged by them, else by the words must, should and may.
    """
    units = read_units(old, new)
    olds, news = old.by_anchor(), new.by_anchor()
    joined, slips = _join_slips(align_units(*units), olds, news)
    pairs, chapters = without_chapters(joined, olds, news)
    texts, others = ({unit.anchor: unit.text for unit in found} for found in units)
    sides = [(_side(olds, pair.old, texts), _side(news, pair.new, others)) for pair in pairs]
    terms = find_terms([(before.text, after.text) for before, after in sides])
    away, here = moved_sentences(sides, terms)
    numbers = _numbers(pairs, olds, news)
    ledger = _Ledger(duties) if duties else None
    changes = [
        _change(pair, sides[at], (away.get(at, ()), here.get(at, ())), numbers, terms, ledger)
        for at, pair in enumerate(pairs)
    ]
    for slip in slips:
        at = next(n for n, pair in enumerate(pairs) if slip.anchor in (pair.new if slip.new else pair.old))
        changes[at] = structs.replace(changes[at], slips=(*changes[at].slips, slip))
    return Comparison(ids[0], ids[1], tuple(changes), terms.replaced, chapters)


def _change(
    pair: Pair,
    sides: tuple[ChangeSide, ChangeSide],
    moves: tuple[Sequence[Moved], Sequence[Moved]],
    numbers: frozenset[tuple[str, str]],
    terms: Terms,
    ledger: "_Ledger | None",
) -> Change:
    before, after = sides
    pieces = diff_words(before.text, after.text, *moves) if before.text != after.text else ()
    kind = _kind(pair, before, after, pieces, numbers)
    replaced = terms.replaced_in(pieces)
    duties, figures = _meanings(sides, moves, replaced, ledger) if pieces else ((), ())
    if not duties and not same_but_articles(_words(put_where(before.text, replaced)), _words(after.text)):
        by_words = _strengths_by_words(pieces)
        duties = _by_strength(*(ledger.strengths(pair, sides, moves) if ledger else by_words), by_words)
    trivial = numbers_say_nothing(before.text, after.text, numbers)
    named = terms.named_in(before.text[start:end] for start, end, _ in replaced)
    level = level_of(kind, pieces, _links(before) != _links(after), duties, trivial=trivial, terms=replaced)
    if level == "term replaced" and kind == "reworded":
        kind = "term replaced"
    pictures = all(p.kind in PICTURES for one in sides for p in one.provisions)
    if level == "new" and ((pictures and pair.old) or _CAPTION.fullmatch(plain(after.text))):
        level = "reworded" if pictures else "links and numbers only"
    return Change(kind, pair.old, pair.new, pair.score, pair.how, level, pieces, duties, figures, named)


def _strengths_by_words(pieces: Sequence[RedlinePiece]) -> tuple[Strengths, Strengths]:
    old, new = (_strengths_in(side(pieces, new=new, moved=False)) for new in (False, True))
    return old, new


def _by_strength(
    before: Strengths, after: Strengths, by_words: tuple[Strengths, Strengths]
) -> tuple[DutyChange, ...]:
    """What changed of duties where no sentence tells it: the strengths of which one side has none; how often each
    stands says nothing where sentences were cut in two. That a responsibility came or went counts where its words
    did, for a ledger finds it by known names only; that "must" became "is required to" is no change."""
    same = {"responsibility"} if by_words[0]["responsibility"] == by_words[1]["responsibility"] else set()
    same |= {"must", "should", "responsibility"} if by_words[0] == by_words[1] else set()
    gone, came = (sorted({*one} - {*other} - same) for one, other in ((before, after), (after, before)))
    pairs = zip_longest(gone, came, fillvalue="")
    return tuple(DutyChange("strength", old, new) for old, new in pairs)


def _meanings(
    sides: tuple[ChangeSide, ChangeSide],
    moves: tuple[Sequence[Moved], Sequence[Moved]],
    terms: Sequence[Replacement],
    ledger: "_Ledger | None",
) -> tuple[tuple[DutyChange, ...], tuple[Figures, ...]]:
    """What changed of the duties and figures; sentences that only moved are left out."""
    old, new = (
        said(
            one.text,
            {(m.start, m.end) for m in gone},
            ledger.by_words(at, one) if ledger else None,
            () if at else terms,
        )
        for at, (one, gone) in enumerate(zip(sides, moves, strict=True))
    )
    duties, figures = duty_changes(old, new)
    for move in moves[1]:
        if move.other:  # a sentence that came from elsewhere and was reworded on the way
            more = duty_changes(said(move.other), said(sides[1].text[move.start : move.end]))
            duties, figures = (*duties, *more[0]), (*figures, *more[1])
    return duties, figures


def _side(provisions: dict[str, Provision], anchors: tuple[str, ...], texts: Mapping[str, str]) -> ChangeSide:
    """One side of a change; `texts` are the provisions' own."""
    parts = [texts[anchor] for anchor in anchors]
    starts = accumulate((len(part) + len(BETWEEN) for part in parts[:-1]), initial=0)
    return ChangeSide(tuple(provisions[anchor] for anchor in anchors), BETWEEN.join(parts), tuple(starts))


def _links(one: ChangeSide) -> tuple[str, ...]:
    """The addresses outside the document that a side links to; what is inside moves with its numbers."""
    texts = (text for provision in one.provisions for text in provision_texts(provision))
    marks = (mark for text in texts for mark in text.marks)
    return tuple(mark.address for mark in marks if isinstance(mark, Link) and not mark.address.startswith("#"))


# --- Entries of lists that were numbered by a slip --------------------------------------------------

_GOES_ON = re.compile(r"(?: [,;:] | \b (?: and | or ) ) \s* $", re.VERBOSE)


def _join_slips(
    pairs: Sequence[Pair], olds: Mapping[str, Provision], news: Mapping[str, Provision]
) -> tuple[list[Pair], list[NumberSlip]]:
    """The pairs with each paragraph that is but an entry of the list before it put to that list's; and these.

    A paragraph is one where it stands behind a list that it goes on with, and the other edition has the same words
    as an entry of what that list became.
    """
    found: list[Pair | None] = list(pairs)
    slips: list[NumberSlip] = []
    for new, mine, theirs in ((False, olds, news), (True, news, olds)):
        at = {anchor: n for n, pair in enumerate(found) if pair for anchor in (pair.new if new else pair.old)}
        above = _numbers_above(theirs)
        before: Provision | None = None
        number, in_list = "", False
        for provision in mine.values():
            listed = before is not None and in_list and _continues(before, provision)
            place = _stands_in(before, provision, found, at, theirs, new) if before and listed else None
            if place and before:
                _put_together(found, at, before.anchor, provision.anchor, new)
                slips.append(NumberSlip(provision.anchor, provision.number or "", new, number, above[place]))
            else:
                in_list = bool(provision.blocks) and isinstance(provision.blocks[-1], List)
                number = provision.number or number if provision.kind == "paragraph" else number
            before = provision
    return [pair for pair in found if pair], slips


def _stands_in(
    before: Provision,
    provision: Provision,
    pairs: Sequence[Pair | None],
    at: Mapping[str, int],
    theirs: Mapping[str, Provision],
    new: bool,
) -> str | None:
    """The provision of the other edition that has a paragraph as an entry of the list before it, where both became
    that one, or one of them did and the other nothing."""
    others = []
    for anchor in (before.anchor, provision.anchor):
        pair = pairs[at[anchor]]
        others.append((pair.old if new else pair.new) if pair else ())
    if others[0] and others[1] and others[0] != others[1]:
        return None
    words, first = plain(compared_text(provision)), compared_text(before).split("\n")[0]
    for anchor in others[0] or others[1]:
        if words in _entries(theirs[anchor]) and (others[0] or first in compared_text(theirs[anchor])):
            return anchor
    return None


def _put_together(pairs: list[Pair | None], at: dict[str, int], before: str, after: str, new: bool) -> None:
    """Make one pair of those of two provisions, one of which became nothing by itself."""
    one, other = pairs[at[before]], pairs[at[after]]
    if one is None or other is None or one is other:
        return
    known = one if (one.old if new else one.new) else other
    both = (*one.new, *other.new) if new else (*one.old, *other.old)
    place = at[before] if known is one else at[after]
    pairs[at[before]] = pairs[at[after]] = None
    pairs[place] = structs.replace(known, new=both) if new else structs.replace(known, old=both)
    at.update(dict.fromkeys(both, place))


def _continues(before: Provision, provision: Provision) -> bool:
    """Whether a paragraph goes on with the list that stands before it: in small letters, or behind "; and"."""
    words = compared_text(provision)
    numbered = provision.kind == "paragraph" and provision.number is not None
    return numbered and (words[:1].islower() or bool(_GOES_ON.search(compared_text(before))))


def _entries(provision: Provision) -> frozenset[str]:
    """The entries of a provision's lists, bare."""
    lines = compared_text(provision).split("\n")
    return frozenset(plain(line.removeprefix(BULLET)) for line in lines if line.startswith(BULLET))


def _numbers_above(provisions: Mapping[str, Provision]) -> dict[str, str]:
    """Per provision its number as a paragraph, or that of the paragraph before it; empty where there is none."""
    found: dict[str, str] = {}
    number = ""
    for anchor, provision in provisions.items():
        number = provision.number or number if provision.kind == "paragraph" else number
        found[anchor] = number
    return found


# --- Kinds ---------------------------------------------------------------------------------------


def _kind(
    pair: Pair,
    before: ChangeSide,
    after: ChangeSide,
    pieces: Sequence[RedlinePiece],
    numbers: frozenset[tuple[str, str]],
) -> ChangeKind:
    if not pair.old or not pair.new:
        return "removed" if pair.old else "added"
    if len(pair.old) != 1 or len(pair.new) != 1:
        return "split" if len(pair.new) > len(pair.old) else "merged"
    if pair.moved:
        return "moved"
    if pieces and plain(before.text) != plain(after.text):
        return "renumbered" if _follows(pieces, numbers) else "reworded"
    return "unchanged" if before.provisions[0].number == after.provisions[0].number else "renumbered"


def _numbers(
    pairs: Iterable[Pair], olds: dict[str, Provision], news: dict[str, Provision]
) -> frozenset[tuple[str, str]]:
    """Which printed number became which, each with what has it."""
    return frozenset(
        (numbered(mine.kind, mine.number), numbered(theirs.kind, theirs.number))
        for pair in pairs
        for mine in (olds[anchor] for anchor in pair.old)
        for theirs in (news[anchor] for anchor in pair.new)
        if mine.number is not None and theirs.number is not None
    )


def _referred(before: str, number: str) -> str:
    """What a number is of that ends a cross-reference, by what stands before it; empty where it ends none."""
    found = (match[0] for match in _REFERRED.finditer(before + number) if match.end() > len(before))
    return next(map(unit_of, found), "")


def _follows(pieces: Sequence[RedlinePiece], numbers: frozenset[tuple[str, str]]) -> bool:
    """Whether all that changed are references to provisions that were renumbered just so."""
    said = ""
    waiting: list[str] = []
    for piece in pieces:
        if piece.kind == "same":
            said += piece.text
        elif piece.kind == "deleted" and not waiting and _NUMBER.search(piece.text):
            waiting = _NUMBER.findall(piece.text)
            rest = _NUMBER.sub("", piece.text)
        elif piece.kind == "inserted" and waiting and (unit := _referred(said[-_NEAR:], piece.text)):
            found = _NUMBER.findall(piece.text)
            if _NUMBER.sub("", piece.text) != rest or len(found) != len(waiting):
                return False
            pairs = zip(waiting, found, strict=True)
            if any((numbered(unit, was), numbered(unit, now)) not in numbers for was, now in pairs):
                return False
            waiting = []
        else:
            return False
    return not waiting


class _Ledger:
    """The duties of two documents, by where they stand."""

    def __init__(self, duties: tuple[Sequence[Duty], Sequence[Duty]]) -> None:
        self._sides: list[dict[str, list[Duty]]] = [{}, {}]
        for known, listed in zip(self._sides, duties, strict=True):
            for duty in listed:
                known.setdefault(duty.at.anchor, []).append(duty)

    def by_words(self, new: int, one: ChangeSide) -> dict[str, tuple[str, ...]]:
        """Of the duties on one side (0 old, 1 new) the own words, and whom they bind."""
        found: dict[str, tuple[str, ...]] = {}
        for provision in one.provisions:
            duties = self._sides[new].get(provision.anchor, ())
            texts = provision_texts(provision) if duties else ()
            for duty in duties:
                words = texts[duty.at.part].plain[duty.at.start : duty.at.end]
                found[words] = (*found.get(words, ()), *duty.who)
        return found

    def strengths(
        self, pair: Pair, sides: tuple[ChangeSide, ChangeSide], moves: tuple[Sequence[Moved], Sequence[Moved]]
    ) -> tuple[Strengths, Strengths]:
        """The strengths on both sides of a change, sentences that only moved left out."""
        found: list[Strengths] = []
        for known, anchors, one, gone in zip(self._sides, (pair.old, pair.new), sides, moves, strict=True):
            moved = {sentence_key(one.text[move.start : move.end]) for move in gone}
            duties = (duty for anchor in anchors for duty in known.get(anchor, ()))
            found.append(Counter(d.strength for d in duties if not moved or sentence_key(d.sentence) not in moved))
        return found[0], found[1]
