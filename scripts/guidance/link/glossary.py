"""Glossary terms and short forms: which ones a document defines, and where each section first uses one. A glossary
is known by its form, headwords in the order of the alphabet; how a use is shown is not decided here."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from msgspec import Struct

from guidance.document.model import (
    Block,
    Definition,
    Document,
    Link,
    List,
    Locus,
    Para,
    Reference,
    Style,
    Table,
    Text,
    Unresolved,
)
from guidance.document.walk import block_texts, prose, provision_texts
from guidance.link.titles import spelt, title_key

_LEAST = 5  # headwords that make a glossary
_LONGEST = 90  # characters of a headword
_COMMON = 1 / 7  # share of the provisions beyond which a term is a word like any other
_DASH = re.compile(r"\s*[-–—:]\s*")
_BRACKET = re.compile(r"\s*\(([A-Za-z&]{2,8})\)")  # a short form within a headword
_SHORT = re.compile(r"(?<![\w(])\(([A-Z][A-Za-z&]*[A-Z])(s?)\)")  # one behind what it is short for: "(LSPs)"
_SMALL = {"and", "of", "the", "for", "in", "on", "to", "a", "with", "&"}
_ODD = re.compile(r"[^\w\s’'&,/‘“”\"–-]")  # what no name has in it
_WORD = re.compile(r"[\w’'&]+")
_CAPITAL_AFTER = re.compile(r"\s[A-Z][a-z]")
_CAPITAL_BEFORE = re.compile(r"(?<![\w’'-])[A-Z][a-z][\w’'-]*\s$")
_OPENS = re.compile(r"(?:^|[.!?:;•–]\s)[“\"‘'(]?$")  # where a sentence begins, a capital tells nothing


class Meaning(Struct, frozen=True):
    """What a name stands for: words for it, and the anchor of the entry that defines it, where there is one."""

    words: str
    anchor: str | None = None


class _Entry(Struct, frozen=True):
    """A headword and where it stands."""

    headword: str
    anchor: str
    group: str


def find_terms(
    document: Document,
    references: Iterable[Reference | Unresolved] = (),
    short_forms: Mapping[str, str] | None = None,
) -> tuple[Definition, ...]:
    """The first use in each section of every term that the document's glossary defines, and of every short form
    that the document or `short_forms` (short -> long) explains; none in a heading, a link or the glossary."""
    entries = glossary_entries(document)
    shut = {entry.anchor for entry in entries} | {entry.group for entry in entries}
    names = _Names(_meanings(entries, _explained(document), short_forms or {}))
    common = _common(document, names, shut)
    taken: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for one in references:
        if isinstance(one, Reference):
            taken[one.at.anchor, one.at.part].append((one.at.start, one.at.end))
    seen: set[tuple[str, Meaning]] = set()
    found: list[Definition] = []
    for provision in document.provisions:
        if provision.anchor in shut or shut & set(provision.parents):
            continue
        section = provision.parents[-1] if provision.parents else provision.anchor
        for part, text in prose(provision):
            links = [(m.start, m.end) for m in text.marks if isinstance(m, Link)] + taken[provision.anchor, part]
            for match, meaning in names.find(text.plain):
                linked = any(start < match.end() and match.start() < end for start, end in links)
                if linked or meaning in common or (section, meaning) in seen:
                    continue
                seen.add((section, meaning))
                if meaning.anchor or not _explains(text, match):
                    at = Locus(provision.anchor, part, match.start(), match.end())
                    found.append(Definition(at, match.group(), meaning.words, meaning.anchor))
    return tuple(found)


# --- The glossary ----------------------------------------------------------------------------------


def glossary_entries(document: Document) -> tuple[_Entry, ...]:
    """The headwords of a document's glossary, where it has one: at least five, in the order of the alphabet, that
    begin provisions under one heading, entries of one list, or rows of one table."""
    groups: dict[str, list[_Entry]] = defaultdict(list)
    for provision in document.provisions:
        if provision.kind != "text":
            continue
        parent = provision.parents[-1] if provision.parents else ""
        first = provision.blocks[0] if provision.blocks else None
        if isinstance(first, Para) and (word := _headword(first.text)):
            groups[f"#{parent}"].append(_Entry(word, provision.anchor, parent))
        for at, block in enumerate(provision.blocks):
            words = [*_in_list(block), *_in_table(block)]
            groups[f"{provision.anchor}#{at}"] += [_Entry(w, provision.anchor, provision.anchor) for w in words]
    return tuple(entry for group in groups.values() if _is_glossary(group) for entry in group)


def _is_glossary(entries: list[_Entry]) -> bool:
    ordered = [title_key(entry.headword) for entry in entries]
    rising = sum(a <= b for a, b in pairwise(ordered))
    return len(entries) >= _LEAST and rising >= 0.9 * (len(ordered) - 1)


def _headword(text: Text) -> str | None:
    """The words set apart at the beginning, where a dash or a colon and a definition follow."""
    opening = next(
        (m for m in text.marks if isinstance(m, Style) and m.start == 0 and m.kind in ("bold", "italic")), None
    )
    if opening is None:
        return None
    words = text.plain[: opening.end].rstrip()
    rest = text.plain[opening.end :]
    bare = re.sub(r"\s*[-–—:]$", "", words)
    follows = bare != words or _DASH.match(rest)
    return bare if follows and 1 < len(bare) <= _LONGEST and rest.strip(" -–—:") else None


def _in_list(block: Block) -> Iterator[str]:
    if isinstance(block, List):
        for item in block.items:
            first = item.blocks[0] if item.blocks else None
            if isinstance(first, Para) and (word := _headword(first.text)):
                yield word


def _in_table(block: Block) -> Iterator[str]:
    """The first cells of a table of two columns, all short, whose second cells are not."""
    if isinstance(block, Table) and block.rows and all(len(row) == 2 for row in block.rows):
        rows = [[" ".join(t.plain for t in block_texts(cell.blocks)) for cell in row] for row in block.rows]
        heads = [row[0] for row in rows if row[0].strip() and len(row[0]) <= _LONGEST and len(row[1]) > len(row[0])]
        if len(heads) >= 0.8 * len(rows):
            yield from (head.strip() for head in heads)


def _meanings(
    entries: tuple[_Entry, ...], explained: Mapping[str, str], short_forms: Mapping[str, str]
) -> dict[str, Meaning]:
    """Every name to be looked for, by its key. The glossary goes before what the text explains, and that before
    what the publication adds."""
    found: dict[str, Meaning] = {}
    for headword in entries:
        for name in _names(headword.headword):
            found.setdefault(_name_key(name), Meaning(headword.headword, headword.anchor))
    for short, long in (*explained.items(), *short_forms.items()):
        if _is_short(short):
            entry = found.get(_name_key(long))
            found.setdefault(short, entry or Meaning(long))
    return found


def _names(headword: str) -> tuple[str, ...]:
    """ "Local authority designated officer (LADO)" is also LADO, "Education plan (EP) review" also "EP review"."""
    bracket = _BRACKET.search(headword)
    if bracket is None:
        return (headword,)
    return (headword[: bracket.start()] + headword[bracket.end() :], bracket[1] + headword[bracket.end() :])


# --- Short forms explained in the text --------------------------------------------------------------


def _explained(document: Document) -> dict[str, str]:
    """Short forms in brackets behind the words whose initials they are, where they are explained in one way."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for provision in document.everything:
        for text in provision_texts(provision):
            for match in _SHORT.finditer(text.plain):
                long = spelt_out(match[1], text.plain[: match.start()], plural=bool(match[2]))
                if long:
                    found[match[1]].setdefault(title_key(long), long)
    return {short: next(iter(longs.values())) for short, longs in found.items() if len(longs) == 1}


def spelt_out(short: str, before: str, *, plural: bool = False) -> str | None:
    """The last words of `before` whose initials make up `short`, small words apart; None where they do not."""
    words = list(_WORD.finditer(before))
    letters = list(short.replace("&", "").lower())
    start: int | None = None
    while letters and words:
        word = words.pop()
        if word.group()[0].lower() == letters[-1]:
            letters.pop()
            start = word.start()
        elif word.group().lower() not in _SMALL or start is None:
            return None
    if letters or start is None:
        return None
    long = " ".join(before[start:].split()).strip(" “”‘’'\",.;:-–")
    if _ODD.search(long):
        return None
    return long.removesuffix("s") if plural else long


def _explains(text: Text, match: re.Match[str]) -> bool:
    """Whether the use is the explanation itself: "lead safeguarding partner (LSP)"."""
    return text.plain.endswith("(", 0, match.start()) and text.plain.startswith((")", "s)"), match.end())


# --- Uses ------------------------------------------------------------------------------------------


class _Names(Struct, frozen=True, dict=True):
    """All names with their meanings, ready to be looked for: short forms just as written, others in any case."""

    meanings: dict[str, Meaning]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        names = sorted(self.meanings, key=lambda n: (-len(n), n))
        spelt = "|".join(_spelt(name) for name in names)
        return re.compile(rf"(?<![\w’'/-])(?:{spelt})s?(?![\w’'-])") if names else None

    def find(self, plain: str) -> Iterator[tuple[re.Match[str], Meaning]]:
        """Every name in a text, the longest where several begin, with what it means."""
        for match in self._pattern.finditer(plain) if self._pattern else ():
            if _in_a_name(plain, match):
                continue
            key = match.group() if _is_short(match.group().removesuffix("s")) else title_key(match.group())
            yield match, self.meanings.get(key) or self.meanings[key.removesuffix("s")]


def _in_a_name(plain: str, match: re.Match[str]) -> bool:
    """Whether a term, written with capitals, is only part of a longer proper name: "Child Protection Information
    Sharing project"; a sentence that begins with it, or a short form, tells nothing."""
    words = match.group().split()
    if _is_short(words[0]) or not all(word[0].isupper() for word in words if word.lower() not in _SMALL):
        return False
    before = _CAPITAL_BEFORE.search(plain, 0, match.start())
    return bool(
        _CAPITAL_AFTER.match(plain, match.end()) or (before and not _OPENS.search(plain, 0, before.start()))
    )


def _spelt(name: str) -> str:
    return re.escape(name) if _is_short(name) else f"(?i:{spelt(name)})"


def _is_short(name: str) -> bool:
    return " " not in name and sum(letter.isupper() for letter in name) > 1


def _name_key(name: str) -> str:
    """A name as it is looked up: a short form as it is, words in small letters and as one of them."""
    return name if _is_short(name) else title_key(name).removesuffix("s")


def _common(document: Document, names: _Names, shut: set[str]) -> set[Meaning]:
    """The meanings not worth showing: what stands in every seventh paragraph is a word like any other."""
    readable = [p for p in document.provisions if p.anchor not in shut and p.blocks]
    times: Counter[Meaning] = Counter()
    for provision in readable:
        times.update({meaning for _, text in prose(provision) for _, meaning in names.find(text.plain)})
    most = max(_COMMON * len(readable), 10)
    return {meaning for meaning, count in times.items() if count > most}
