"""Who a publication can bind, read from its `agencies.toml`, and finding the one that a subject names. Which
words are a sentence's subject is decided in `duties`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.document.model import GuidanceError
from guidance.document.toml_files import read_toml

# What may stand before a name without changing who it is.
_QUALIFIERS = r"""
    (?: all | any | both | each | every | the | a | an | other | these | those | such | their | its
      | local | relevant | statutory | three | two | lead | individual | appropriate | respective | receiving | host
      | original | first | second | new | responsible | designated | named | qualified | experienced | senior
      | involved | independent | national | delegated | own | particular | specific | most | many | some
      | of | members[ ]of | representatives[ ]of | parts[ ]of )
"""
_BEFORE = rf"(?: {_QUALIFIERS} \s+ )*?"
_COMMA = r"\s* , \s*"
_AND = r"(?: \s* ,? \s+ (?: and/or | and | or | as \s+ well \s+ as | together \s+ with ) \s+ | \s* / \s* )"
_INCLUDED = re.compile(r",\s+(?:including|such\s+as)\b", re.IGNORECASE)
# What may stand between a name and its verb: a bracket, a relative clause, where or with whom they work.
_AFTER = r"""
    (?: \s* \( [^()]* \) )*
    (?P<aside>
        , \s+ (?: who | which | including | such \s+ as | particularly | especially | with | working | like | as
                | where | wherever | when | if | in | at | through | alongside ) \b [^,]* ,
      | , \s+ including \b [^,]*
      | \s+ (?: who | that | which | working | of | in | for | from | with | within | at | across | to | on | under
              | over | responsible | participating | involved | including | acting | receiving | conducting
              | undertaking | concerned | themselves | jointly | leading | where | whose ) \b [^,;:]*
    )?
"""
_TYING_WORDS = (
    "of for to by with from in on at between and or the a an all each every any other both these those their its"
    " within across under over through local against into about as than via"
    " lead relevant statutory named designated"
)
_TYING = frozenset(_TYING_WORDS.split())
_ADVERBS = r"""
    (?: \s* ,? \s+ (?: also | always | therefore | then | still | both | each | all | now | together | jointly
                      | in[ ]turn | however | likewise ) \b ,? )*
"""


_Id = Annotated[str, Meta(pattern=r"^(?!(?:index|not-clear)$)[a-z0-9]+(?:-[a-z0-9]+)*$")]  # names a page


class Agency(Struct, frozen=True, forbid_unknown_fields=True):
    """One of those whom the guidance binds: id for addresses, name for readers, words for it in the text."""

    id: _Id
    name: str
    words: tuple[str, ...]


class Vocabulary(Struct, frozen=True, dict=True):
    """All agencies of a publication, ready to be looked for. `measured` says, for readers, how well duties and
    those whom they bind are found with it; it is empty where nobody has measured that."""

    entries: tuple[Agency, ...] = ()
    measured: str = ""

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {_key(word): agency.id for agency in self.entries for word in agency.words}

    @cached_property
    def _name(self) -> str:
        words = sorted({w for agency in self.entries for w in agency.words}, key=lambda w: (-len(w), w))
        spelt = "|".join(re.escape(w).replace("’", "['’]").replace(r"\ ", r"\s+") for w in words)
        return rf"(?:{spelt or '(?!)'})(?:s|es)?(?![\w-])"

    @cached_property
    def _one(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-]){self._name}", re.IGNORECASE)

    @cached_property
    def _list(self) -> str:
        one = rf"{_BEFORE} {self._name} (?: \s* \( [^()]* \) )*"
        return rf"\s* (?P<names> {one} (?: (?: {_COMMA} {one} )* {_AND} {one} )* )"

    @cached_property
    def _opening(self) -> re.Pattern[str]:
        return re.compile(self._list, re.IGNORECASE | re.VERBOSE)

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(rf"{self._list} {_AFTER} {_ADVERBS} \s*", re.IGNORECASE | re.VERBOSE)

    @cached_property
    def _closing(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<before> [\w’-]+ ) \s+ (?P<names> (?: the \s+ | all \s+ )? {self._name} ) \s* $",
            re.IGNORECASE | re.VERBOSE,
        )

    def subject(self, words: str) -> tuple[str, ...]:
        """The ids of those who are the whole subject that `words`, all that stands before a verb, form, with those
        that it includes."""
        match = self._whole.fullmatch(words)
        if match is None:
            return ()
        included = _INCLUDED.match(match["aside"] or "")
        more = self.named(match["aside"][included.end() :]) if included else ()
        return tuple(dict.fromkeys((*self.named(match["names"]), *more)))

    def is_plural(self, words: str) -> bool:
        """Whether the first one named in some words is named in the plural."""
        match = self._one.search(words)
        return match is not None and _key(match.group()) not in self._ids

    def opens(self, words: str) -> tuple[str, ...]:
        """The ids of those whom `words` begin with."""
        match = self._opening.match(words)
        return self.named(match["names"]) if match else ()

    def closes(self, words: str) -> tuple[str, ...]:
        """The ids of those whom `words` end with, right behind a noun or verb: "the criteria the panel"."""
        match = self._closing.search(words)
        return self.named(match["names"]) if match and match["before"].lower() not in _TYING else ()

    def named(self, words: str) -> tuple[str, ...]:
        """The ids of all who are named anywhere in some words, in that order; in brackets only those included."""
        plain = re.sub(r"\((?!including\b)[^()]*\)", " ", words)
        return tuple(dict.fromkeys(self._ids[self._lookup(m.group())] for m in self._one.finditer(plain)))

    def _lookup(self, word: str) -> str:
        key = _key(word)
        return next(k for k in (key, key.removesuffix("s"), key.removesuffix("es")) if k in self._ids)


def _key(word: str) -> str:
    return " ".join(word.lower().replace("'", "’").split())


class _AgencyTables(Struct, frozen=True, forbid_unknown_fields=True):
    agency: tuple[Agency, ...] = ()
    measured: str = ""


def read_agencies(path: Path) -> Vocabulary:
    """The agencies named in a file of `[[agency]]` tables, with its line `measured`; none where there is no file.

    Raises GuidanceError when the file is not of this form, or when an id or a word stands in it twice.
    """
    held = read_toml(path, _AgencyTables)
    for names in ([a.id for a in held.agency], [_key(w) for a in held.agency for w in a.words]):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise GuidanceError(f"{path}: {twice} stands there twice; keep one")
    return Vocabulary(held.agency, held.measured)
