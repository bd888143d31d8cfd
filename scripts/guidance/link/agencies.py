"""Who a publication can bind, read from its `agencies.toml`, and finding the one that a subject names. Which
words are a sentence's subject is decided in `duties`."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from guidance.document.model import GuidanceError, read_toml
from guidance.link.titles import refuse_repeats, spelt, title_key

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
_TITLE_ENDS = re.compile(r"\s+[–—-]\s")  # "The panel – what its report says"
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
        words = {title_key(word): agency.id for agency in self.entries for word in agency.words}
        theirs = {f"{title_key(title)} {role}": a.id for a in self.entries for title in a.titles for role in _ROLES}
        return theirs | words  # "housing officers", where "housing" by itself names nobody

    @cached_property
    def _in_titles(self) -> dict[str, str]:
        return self._ids | {title_key(word): agency.id for agency in self.entries for word in agency.titles}

    @cached_property
    def wide(self) -> frozenset[str]:
        """The ids of those among whom anybody may be: their name alone does not tell whose duty it is."""
        return frozenset(agency.id for agency in self.entries if agency.wider and not agency.members)

    def groups_of(self, agency: str) -> tuple[str, ...]:
        """The ids of those among whom somebody is or may be, those that have members first."""
        mine = tuple(one.id for one in self.entries if agency in one.members)
        return mine if agency in self.wide else (*mine, *(one.id for one in self.entries if one.id in self.wide))

    @cached_property
    def _one(self) -> re.Pattern[str]:
        return _any_of(self._ids)

    @cached_property
    def _one_in_title(self) -> re.Pattern[str]:
        return _any_of(self._in_titles)

    @cached_property
    def _opening(self) -> re.Pattern[str]:
        one = rf"{_BEFORE} {self._one.pattern} (?: {_THEIR_OWN} \s {_OF_THEIRS} )? (?: \s* \( [^()]* \) )*"
        listed = rf"\s* (?P<names> {one} (?: (?: {_COMMA} {one} )* {_AND} {one} )* )"
        return re.compile(listed, re.IGNORECASE | re.VERBOSE)

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(rf"{self._opening.pattern} {_AFTER} {_ADVERBS} \s*", re.IGNORECASE | re.VERBOSE)

    @cached_property
    def _closing(self) -> re.Pattern[str]:
        names = rf"(?: the \s+ | all \s+ )? {self._one.pattern}"
        return re.compile(rf"(?xi) (?P<before> [\w’-]+ ) \s+ (?P<names> {names} ) \s* $")

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
        head, *rest = _INCLUDED.split(words, 1)
        if rest and _VERB.search(rest[0]) is None:
            some = self.subject(head) or self.known(head)
            of = " of " in head and not _PROVIDER.match(head)  # of whom of the two would they be?
            people = bool(_THOSE_WHO.match(head.lstrip()))  # "Those who commission services, such as councils"
            others = people or (_UNKNOWN.fullmatch(head) and not of)
            named = () if _WITH_THINGS.search(head) and not people else self.among(rest[0])
            return tuple(dict.fromkeys((*some, *named))) if some or others else ()
        if _LAST_ITEM.match(words) is None:
            return ()
        shared = _SHARED_HEAD.search(words)  # "police, fire and ambulance services"
        items = [f"{i}{shared[0].rstrip()}" if shared and i[-1:] != "s" else i for i in self._items(words)]
        found = {item: self.subject(item) for item in items}
        unknown = [item for item, ids in found.items() if not ids]
        if any(self._one.search(item) or not _UNKNOWN.fullmatch(item) for item in unknown):
            return ()
        return tuple(dict.fromkeys(chain.from_iterable(found.values()))) if unknown or shared else ()

    def _items(self, words: str) -> list[str]:
        """The items of a list; "organisation or agency" is one where that is a name."""
        names = [match.span() for match in self._one.finditer(words)]
        joins = [m for m in _ITEM.finditer(words) if not any(a < m.start() < b for a, b in names)]
        bounds = [0, *(at for m in joins for at in m.span()), len(words)]
        return [words[a:b].strip(" ,") for a, b in zip(bounds[::2], bounds[1::2], strict=True)]

    def among(self, words: str) -> tuple[str, ...]:
        """The ids of those whom a list names, also by words that name them in headings: "health and the police"."""
        found: list[str] = []
        for item in self._items(re.sub(r"\([^()]*\)", " ", words)):
            title = self._one_in_title.match(item.removeprefix("the "))
            found += [_id_of(title.group(), self._in_titles)] if title else self.named(item)
        return tuple(dict.fromkeys(found))

    def is_of_another(self, before: str) -> bool:
        """Whether words that a list goes on from end with somebody of whom a thing is told: "Training for schools",
        behind which "and colleges" is no subject."""
        found = _OF_ONE.search(before)
        return found is not None and not _VERB.search(before) and bool(self.subject(found["whom"]))

    def ends(self, words: str) -> tuple[str, ...]:
        """The ids of the last one named, where nothing stands behind: "be led by a social worker"."""
        last = max(self._one.finditer(words), key=lambda match: match.end(), default=None)
        return (_id_of(last.group(), self._ids),) if last and not words[last.end() :].strip(" ,") else ()

    def in_title(self, title: str) -> tuple[str, ...]:
        """The ids of those whom a heading is about, where it is about nothing else: "The prison service", "Schools,
        colleges and other providers", "The panel – reports", "Duty on councils to report"."""
        duty = _DUTY_ON.match(title)
        words = duty[duty.lastgroup or 0] if duty else _TITLE_ENDS.split(title, 1)[0]
        if _TITLE_WORDS.fullmatch(self._one_in_title.sub(" ", words)) is None:
            return ()
        return tuple(dict.fromkeys(_id_of(name, self._in_titles) for name in self._one_in_title.findall(words)))

    def without_names(self, words: str) -> str:
        """Some words without those that name somebody."""
        return self._one.sub(" ", words)

    def is_plural(self, words: str) -> bool:
        """Whether the first one named in some words is named in the plural."""
        match = self._one.search(words)
        return match is not None and title_key(match.group()) not in self._ids

    def opens(self, words: str) -> tuple[str, ...]:
        """The ids of those whom `words` begin with."""
        match = self._opening.match(words)
        return self.named(match["names"]) if match else ()

    def agents(self, clause: str) -> tuple[str, ...]:
        """The ids of those by whom something is to be done, as the words behind "be" tell to the clause's end."""
        clause = _BY_ENDS.split(clause, 1)[0]
        by = (m for m in re.finditer(r"\bby\s+", clause) if not _OF_A_THING.search(clause, 0, m.start()))
        doers = [clause[match.end() :] for match in by]
        return tuple(dict.fromkeys(one for doer in doers for one in self.opens(doer) or self.known(doer)))

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
            one = _id_of(match.group(), self._ids)
            beside = end >= 0 and _BESIDE.fullmatch(plain, end, match.start()) is not None
            end = match.end()
            if beside and _ROLE.fullmatch(match.group()):
                continue  # "college leaders" are the college
            if beside and found[-1] in self.wide:
                found[-1] = one  # "individual organisations"
            elif not beside or one not in self.wide:  # but "Cafcass practitioners" are Cafcass
                found.append(one)
        return tuple(dict.fromkeys(found))


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern for some names, longer ones first, each also with a plural s."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(spelt, longest)) or '(?!)'})(?:s|es)?(?![\w-])", re.IGNORECASE)


def _id_of(name: str, ids: Mapping[str, str]) -> str:
    """The id that a name, or the singular of it, stands for."""
    key = title_key(name)
    return next(ids[k] for k in (key, key.removesuffix("s"), key.removesuffix("es")) if k in ids)


class _AgencyTables(Struct, frozen=True, forbid_unknown_fields=True):
    agency: tuple[Agency, ...] = ()
    measured: str = ""


def read_agencies(path: Path) -> Vocabulary:
    """The agencies named in a file of `[[agency]]` tables, with its line `measured`; none where there is no file.

    Raises GuidanceError when the file is not of this form, or when an id or a word stands in it twice.
    """
    held = read_toml(path, _AgencyTables)
    refuse_repeats(path, [agency.id for agency in held.agency])
    refuse_repeats(path, [title_key(word) for agency in held.agency for word in agency.words])
    known = {agency.id for agency in held.agency}
    for unknown in (member for agency in held.agency for member in agency.members if member not in known):
        raise GuidanceError(f"{path}: {unknown} is a member but no agency; name it as one")
    return Vocabulary(held.agency, held.measured)
