"""Who a publication can bind, read from its `agencies.toml`, and finding the one that a subject names. Which
words are a sentence's subject is decided in `duties`."""

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.document.model import GuidanceError, read_toml

# What may stand before a name without changing who it is.
_QUALIFIERS = r"""
    (?: only | neither | all | any | both | each | every | the | a | an | other | these | those | such | their | its
      | local | relevant | statutory | three | two | lead | individual | appropriate | respective | receiving | host
      | (?: two | one ) \s+ or \s+ more | \d+ [-–] \d+
      | (?: those | people | everyone ) \s+ (?: who \s+ work | working ) \s+ (?: in | at | for | within )
      | original | first | second | new | responsible | designated | named | qualified | experienced | senior
      | involved | equivalent | similar | independent | national | delegated | own | particular | specific | most
      | many | some | of
      | (?: wide \s+ )? (?: range | number | variety | group ) \s+ of
      | (?: members? | representatives? | parts? | staff | employees | governors? | directors? | managers? | heads?
          | leaders? | officers? ) (?: [ ] (?: or | and ) [ ] \w+ )? [ ] (?: of | in | at | from ) )
"""
_BEFORE = rf"(?: {_QUALIFIERS} \s+ )*?"
_OF_THEIRS = r"""
    (?: officers? | staff | workers? | practitioners? | professionals? | employees | managers? | governors?
      | leaders? | teams? | representatives? | members ) (?! [\w-] )
"""  # behind a name, those who act for it: "Cafcass officers"
_THEIR_OWN = r"(?: ['’]s? (?: \s+ [\w-]+ ){0,4}? )?"  # "the council’s housing and social care teams"
_BESIDE = re.compile(rf"{_THEIR_OWN} \s", re.VERBOSE)
_ROLE = re.compile(_OF_THEIRS, re.IGNORECASE | re.VERBOSE)
_ROLES = ("officer", "staff", "worker", "practitioner", "professional", "manager", "leader", "team")
_COMMA = r"\s* , \s*"
_AND = r"(?: \s* ,? \s+ (?: and/or | and | or | nor | as \s+ well \s+ as | together \s+ with ) \s+ | \s* / \s* )"
_INCLUDED = re.compile(r",?\s+(?:including|such\s+as)\b", re.IGNORECASE)
_WORKING_IN = re.compile(  # "all staff working in prisons": no staff but theirs
    r"(?xi) \s+ (?: (?: who | that ) \s+ )? (?: (?: working | work | employed | based ) \s+ )?"
    r"(?: of | in | within | at | from | by ) \b"
)
# What may stand between a name and its verb: a bracket, a relative clause, where or with whom they work.
_AFTER = r"""
    (?: \s* \( [^()]* \) )*
    (?: , \s+ (?: \w+ed | together | along ) \s+ (?: by | with | to ) \b [^,;:]* , )?     # ", informed by others,"
    (?P<aside>
        , \s+ (?: who | which | including | such \s+ as | particularly | especially | with | working | like | as
                | where | wherever | when | if | in | at | through | alongside ) \b [^,]* ,
      | , \s+ including \b [^,]*
      | \s+ (?: \w+ing | such \s+ as | who | that | which | of | in | for | from | with | within | at | across
              | to | on | under | over | through | responsible | involved | concerned | themselves | jointly
              | where | whose ) \b [^,;:]*
    )?
    (?: , \s+ (?: including | such \s+ as ) \b [^,;:]* ,? )?     # of what the words before it spoke of
"""
# What one of a list may be that no vocabulary knows: "other settings", "nurseries", "a befriender".
_SHARED_HEAD = re.compile(r"\s(?:services|authorities|teams|staff|agencies|bodies|providers)\s*$")
_OF_ONE = re.compile(
    r"(?xi) \b (?: for | of | between | with | to | by | from | on | about ) \s+ (?P<whom> [^;:.]{2,80}? )"
    r" ,? \s+ (?: and | or ) \s* $"
)
_VERB = re.compile(r"""(?xi)
    \b (?: is | are | was | were | has | have | had | will | would | can | could | may | might | must | should
         | shall | do | does | did | if | when | where | as | to \s+ [a-z]+ ) \b
    """)
_UNKNOWN = re.compile(r"""(?xi)
    (?! (?: in | at | on | by | to | for | from | with | within | under | over | after | before | during | following
          | through | throughout | across | between | among | as | if | when | where | once | unless | until | while
          | whether | how | what | who | that | this | there | it | they | we | he | she | not | also | given
          | \w+ly
          | \w+ing (?= \s+ (?: the | an? | with | in | on | to | their | its | any | all | this | that | for
                              | from ) \b )
          ) \b )
    (?! .* \b (?: is | are | was | were | be | been | has | have | had | will | would | can | could | may | might
          | must | should | shall | do | does | did | which | that | who | whose | if | when | where
          | cases? | times? | stages? | years? | circumstances ) \b )
    (?: (?: (?: the | an? | any | all | each | every | other | local | relevant ) \s+ )+ (?: [\w’-]+ \s* ){1,5}
      | (?: others | colleagues | those ) \b (?: \s+ [\w’-]+ ){0,5}
      | (?: [\w’-]+ \s+ ){0,4} [\w’-]* (?: [^s\W] s | people | children | men | women ) )
    """)
_WITH_THINGS = re.compile(
    r"\b(?:that|which|who)\s+(?:provide|offer|deliver|run|commission)s?\b"
)  # services, including
_THOSE_WHO = re.compile(r"(?:those|people|anyone|anybody|everyone|everybody|all)\s+who\s", re.IGNORECASE)
_PROVIDER = re.compile(r"(?:any |all |each |other )*(?:providers?|commissioners?|people|those) ", re.IGNORECASE)
# "Duty on prisons to report", "Duties of prisons in visits", "Prison responsibilities in visits"
_DUTY_ON = re.compile(r"""(?xi)
    dut (?: y | ies ) \s+ on \s+ (?P<on> .+? ) \s+ to \b
  | (?: duties | responsibilities | functions | roles? ) \s+ of \s+ (?P<of> .+? ) \s+
        (?: in | for | under | during | when | towards ) \b
  | (?P<whose> .+? ) \s+ (?: duties | responsibilities | functions | roles? ) \s+
        (?: in | for | under | during | when | towards ) \b
    """)
_TITLE_HEAD = re.compile(r"(?P<who>.+?)(?:\s+[–—-]\s.*)?$", re.DOTALL)  # "The panel – what its report says"
_TITLE_WORDS = re.compile(r"""(?xi)  # what may stand in a heading beside the names of those it is about
    (?: \W | \b (?: the | a | an | all | and | or | of | for | on | in | with | other | local | specific
      | individual | what | should | must | do | roles?
      | dut(?: y | ies ) | responsibilit(?: y | ies ) | functions? | guidance | expectations
      | children | services? | staff | providers? | practitioners? | designated | named | organisations
      | providing | nhs | sectors? | educational ) \b )*
    """)
_LONGEST_LIST = 400  # characters; what is longer is no subject
_ITEM = re.compile(rf"{_AND}|{_COMMA}", re.IGNORECASE | re.VERBOSE)
_LAST_ITEM = re.compile(rf".*(?P<join>{_AND})", re.IGNORECASE | re.VERBOSE | re.DOTALL)
_TYING_WORDS = (
    "of for to by with from in on at between and or the a an all each every any other both these those their its"
    " within across under over through local against into about as than via including such like"
    " lead relevant statutory named designated"
)
_TYING = frozenset(_TYING_WORDS.split())
_ADVERBS = r"""
    (?: \s* ,? \s+ (?: also | always | therefore | then | still | both | each | all | now | together | jointly
                      | in[ ]turn | however | likewise ) \b ,? )*
"""

_OF_A_THING = re.compile(r"""(?x)  # "be invited to meetings convened by": not by whom they are invited
    (?<! \b and ) (?<! \b or ) (?<! \b be ) (?<! \b been ) (?<! \b then ) (?<! \b also ) (?<! \b not ) (?<! [,;/] )
    (?<! ly ) \s+ (?: \w+ed | held | made | led | run | set | given | chaired ) \s+ (?: \w+ly \s+ | yearly \s+ )? $
    """)
# where the words behind "by" end that name those by whom something is done
_BY_ENDS = re.compile(r"(?x) [;.:] | , \s+ (?: and \s+ )? (?: they | it | this | which | with | so | to | as ) \b")


_Id = Annotated[str, Meta(pattern=r"^(?!(?:index|not-clear)$)[a-z0-9]+(?:-[a-z0-9]+)*$")]  # names a page


class Agency(Struct, frozen=True, forbid_unknown_fields=True):
    """One of those whom the guidance binds: id for addresses, name for readers, words for it in the text.

    `titles` are words that name it in a heading though not in a sentence ("Health"). `wider` says, for readers,
    that others are among these too ("everybody who works with children"): those with the ids `members`, or, where
    it has none, anybody. Empty for one that is nobody else.
    """

    id: _Id
    name: str
    words: tuple[str, ...]
    titles: tuple[str, ...] = ()
    wider: str = ""
    members: tuple[_Id, ...] = ()


class Vocabulary(Struct, frozen=True, dict=True):
    """All agencies of a publication, ready to be looked for. `measured` says, for readers, how well duties and
    those whom they bind are found with it; it is empty where nobody has measured that."""

    entries: tuple[Agency, ...] = ()
    measured: str = ""

    @cached_property
    def _ids(self) -> dict[str, str]:
        spelt = {_key(word): agency.id for agency in self.entries for word in agency.words}
        theirs = {f"{_key(title)} {role}": a.id for a in self.entries for title in a.titles for role in _ROLES}
        return theirs | spelt  # "housing officers", where "housing" by itself names nobody

    @cached_property
    def _in_titles(self) -> dict[str, str]:
        return self._ids | {_key(word): agency.id for agency in self.entries for word in agency.titles}

    @cached_property
    def wide(self) -> frozenset[str]:
        """The ids of those among whom anybody may be: their name alone does not tell whose duty it is."""
        return frozenset(agency.id for agency in self.entries if agency.wider and not agency.members)

    def groups_of(self, agency: str) -> tuple[str, ...]:
        """The ids of those among whom somebody is or may be, those that have members first."""
        mine = [one.id for one in self.entries if agency in one.members]
        return (
            tuple(mine)
            if agency in self.wide
            else (*mine, *(one.id for one in self.entries if one.id in self.wide))
        )

    @cached_property
    def _name(self) -> str:
        return _spelt(self._ids)

    @cached_property
    def _one(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-]){self._name}", re.IGNORECASE)

    @cached_property
    def _one_in_title(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-]){_spelt(self._in_titles)}", re.IGNORECASE)

    @cached_property
    def _list(self) -> str:
        one = rf"{_BEFORE} {self._name} (?: {_THEIR_OWN} \s {_OF_THEIRS} )? (?: \s* \( [^()]* \) )*"
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
        that it includes; of "staff working in prisons" those of the prisons."""
        match = self._whole.fullmatch(words)
        if match is None:
            return ()
        names, aside = self.named(match["names"]), match["aside"] or ""
        included = _INCLUDED.match(aside)
        if included:
            return tuple(dict.fromkeys((*names, *self.among(aside[included.end() :]))))
        if self.wide.issuperset(names) and _WORKING_IN.match(aside):
            return tuple(one for one in self.named(aside) if one not in self.wide) or names
        return names

    def known(self, words: str) -> tuple[str, ...]:
        """The ids of those who are known in a list that `words` form, and in which others are not known: "nurseries
        and schools"; or who are said to be among some that are not."""
        if len(words) > _LONGEST_LIST:
            return ()
        head, among, rest = _split_including(words)
        if among and _VERB.search(rest) is None:
            some = self.subject(head) or self.known(head)
            of = " of " in head and not _PROVIDER.match(head)  # of whom of the two would they be?
            people = bool(_THOSE_WHO.match(head.lstrip()))  # "Those who commission services, such as councils"
            others = people or (_UNKNOWN.fullmatch(head) and not of)
            named = () if _WITH_THINGS.search(head) and not people else self.among(rest)
            return tuple(dict.fromkeys((*some, *named))) if some or others else ()
        if _LAST_ITEM.match(words) is None:
            return ()
        found: dict[str, None] = {}
        unknown = False
        shared = _SHARED_HEAD.search(words)  # "police, fire and ambulance services"
        for item in self._items(words):
            if shared and not item.endswith("s"):
                item += shared[0].rstrip()
            ids = self.subject(item)
            found.update(dict.fromkeys(ids))
            unknown = unknown or not ids
            if not ids and (self._one.search(item) or not _UNKNOWN.fullmatch(item)):
                return ()
        return tuple(found) if unknown or shared else ()

    def _items(self, words: str) -> list[str]:
        """The items of a list; "organisation or agency" is one where that is a name."""
        names = [match.span() for match in self._one.finditer(words)]
        joins = [m for m in _ITEM.finditer(words) if not any(a < m.start() < b for a, b in names)]
        bounds = [0, *(at for m in joins for at in m.span()), len(words)]
        return [words[a:b].strip(" ,") for a, b in zip(bounds[::2], bounds[1::2], strict=True)]

    def among(self, words: str) -> tuple[str, ...]:
        """The ids of those whom a list names, also by words that name them in headings: "health and the police"."""
        found: dict[str, None] = {}
        plain = re.sub(r"\([^()]*\)", " ", words)
        for item in self._items(plain):
            title = self._one_in_title.match(item.removeprefix("the "))
            ids = (self._in_titles[_singular(_key(title.group()), self._in_titles)],) if title else self.named(item)
            found.update(dict.fromkeys(ids))
        return tuple(found)

    def is_of_another(self, before: str) -> bool:
        """Whether words that a list goes on from end with somebody of whom a thing is told: "Training for schools",
        behind which "and colleges" is no subject."""
        found = _OF_ONE.search(before)
        return found is not None and not _VERB.search(before) and bool(self.subject(found["whom"]))

    def ends(self, words: str) -> tuple[str, ...]:
        """The ids of the last one named, where nothing stands behind: "be led by a social worker"."""
        last = max(self._one.finditer(words), key=lambda match: match.end(), default=None)
        return (self._ids[self._lookup(last.group())],) if last and not words[last.end() :].strip(" ,") else ()

    def in_title(self, title: str) -> tuple[str, ...]:
        """The ids of those whom a heading is about, where it is about nothing else: "The prison service", "Schools,
        colleges and other providers", "The panel – reports", "Duty on councils to report"."""
        duty, head = _DUTY_ON.match(title), _TITLE_HEAD.match(title)
        words = duty[duty.lastgroup or 0] if duty else head["who"] if head else ""
        keys = [_key(m.group()) for m in self._one_in_title.finditer(words)]
        rest = self._one_in_title.sub(" ", words)
        if _TITLE_WORDS.fullmatch(rest) is None:
            return ()
        return tuple(dict.fromkeys(self._in_titles[_singular(key, self._in_titles)] for key in keys))

    def without_names(self, words: str) -> str:
        """Some words without those that name somebody."""
        return self._one.sub(" ", words)

    def is_plural(self, words: str) -> bool:
        """Whether the first one named in some words is named in the plural."""
        match = self._one.search(words)
        return match is not None and _key(match.group()) not in self._ids

    def opens(self, words: str) -> tuple[str, ...]:
        """The ids of those whom `words` begin with."""
        match = self._opening.match(words)
        return self.named(match["names"]) if match else ()

    def agents(self, clause: str) -> tuple[str, ...]:
        """The ids of those by whom something is to be done, as the words behind "be" tell to the clause's end."""
        end = _BY_ENDS.search(clause)
        clause = clause[: end.start()] if end else clause
        found: dict[str, None] = {}
        for match in re.finditer(r"\bby\s+", clause):
            if not _OF_A_THING.search(clause, 0, match.start()):
                doer = clause[match.end() :]
                found.update(dict.fromkeys(self.opens(doer) or self.known(doer)))
        return tuple(found)

    def closes(self, words: str) -> tuple[str, ...]:
        """The ids of those whom `words` end with, right behind a noun or verb: "the criteria the panel"."""
        match = self._closing.search(words)
        return self.named(match["names"]) if match and match["before"].lower() not in _TYING else ()

    def named(self, words: str) -> tuple[str, ...]:
        """The ids of all who are named anywhere in some words, in that order; in brackets only those included."""
        plain = re.sub(r"\((?!including\b)[^()]*\)", " ", words)
        found: list[str] = []
        end = -1
        for match in self._one.finditer(plain):
            one = self._ids[self._lookup(match.group())]
            beside = end >= 0 and _BESIDE.fullmatch(plain, end, match.start()) is not None
            end = match.end()
            if beside and _ROLE.fullmatch(match.group()):
                continue  # "college leaders" are the college
            if beside and found[-1] in self.wide:
                found[-1] = one  # "individual organisations"
            elif not beside or one not in self.wide:  # but "Cafcass practitioners" are Cafcass
                found.append(one)
        return tuple(dict.fromkeys(found))

    def _lookup(self, word: str) -> str:
        return _singular(_key(word), self._ids)


def _spelt(words: Iterable[str]) -> str:
    """A pattern for some words, longer ones first, each also with a plural s."""
    longest = sorted(words, key=lambda w: (-len(w), w))
    spelt = "|".join(re.escape(w).replace("’", "['’]").replace(r"\ ", r"\s+") for w in longest)
    return rf"(?:{spelt or '(?!)'})(?:s|es)?(?![\w-])"


def _singular(key: str, among: Collection[str]) -> str:
    return next(k for k in (key, key.removesuffix("s"), key.removesuffix("es")) if k in among)


def _split_including(words: str) -> tuple[str, bool, str]:
    """What stands before "including" or "such as", whether that is there, and who is said to be included."""
    found = _INCLUDED.search(words)
    return (words[: found.start()], True, words[found.end() :]) if found else (words, False, "")


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
    known = {agency.id for agency in held.agency}
    for unknown in (member for agency in held.agency for member in agency.members if member not in known):
        raise GuidanceError(f"{path}: {unknown} is a member but no agency; name it as one")
    return Vocabulary(held.agency, held.measured)
