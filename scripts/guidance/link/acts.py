"""The Acts, instruments and treaties that a publication names, read from its `acts.toml`, and their names
as patterns. No citation is looked for here, and no Act is known to the code."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from guidance.document.model import GuidanceError
from guidance.document.toml_files import read_toml
from guidance.link.sentences import Spoken, can_be_named, ends_word, places, telling_word
from guidance.link.titles import Guidance, read_titles

_SITE = "https://www.legislation.gov.uk/"
_ID = re.compile(r"[a-z]+(?:/\w+(?:-\w+)*)+")
_NUMBER = re.compile(r"\s[Rr]egulations?\s(?!(?:19|20)\d\d)\d")  # behind the stem of some regulations
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "\xa0": " "})


class Act(Struct, frozen=True, forbid_unknown_fields=True):
    """One Act or instrument. `id` is its address below legislation.gov.uk ("ukpga/1989/41"), empty where that is
    not known for sure.

    `url` is the whole address of one that is not on legislation.gov.uk; `carries` are the titles of treaties that
    stand in it, so that its "articles" are theirs. `short` are other names; `bare` are the provisions that the
    field cites without naming the Act, such as "section 47"; `whole` says that the address cannot be taken further
    than the instrument itself; `lacks` are provisions that the guidance puts into it by mistake, which therefore
    have no address.
    """

    title: str
    year: int | None = None
    id: str = ""
    short: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    whole: bool = False
    lacks: tuple[str, ...] = ()
    url: str = ""
    carries: tuple[str, ...] = ()

    @property
    def form(self) -> str:
        """What kind of instrument it is, by the last word of its title: act, regulations, order, rules, treaty."""
        last = self.title.split()[-1].lower()
        return last if last in ("act", "regulations", "order", "rules") else "treaty"

    @property
    def address(self) -> str | None:
        """Its address, on legislation.gov.uk for most."""
        return _SITE + self.id if self.id else self.url or None


class Acts(Struct, frozen=True, dict=True):
    """All Acts of a publication, ready to be looked up by name. Names are compared by `name_key`; of a document of
    which it is known what is `spoken`, those that cannot be in it are not looked for."""

    entries: tuple[Act, ...] = ()
    spoken: Spoken | None = None

    @cached_property
    def by_name(self) -> dict[str, tuple[Act, ...]]:
        """Title or short name -> the Acts of that name."""
        found: dict[str, list[Act]] = {}
        for act in self.entries:
            for name in {name_key(n): None for n in (act.title, *act.short, *_stem(act))}:
                found.setdefault(name, []).append(act)
        return {name: tuple(acts) for name, acts in found.items()}

    @cached_property
    def by_bare(self) -> dict[str, Act]:
        """ "section 47" -> the Act whose provision the field means by it."""
        return {pinpoint: act for act in self.entries for pinpoint in act.bare}

    def named_in(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where names stand in a text without a year, the longest one where several begin."""
        if not self._names or not self._telling.search(plain):
            return
        folded = plain.replace("’", "'")
        whole = [n for n in self._whole if n in folded]
        cut = [n for n in self._stems if n in folded]
        found = [(at, 0, -len(n)) for n in whole for at in places(n, folded) if ends_word(folded, at + len(n))]
        found += [(at, 1, -len(n)) for n in cut for at in places(n, folded) if _NUMBER.match(plain, at + len(n))]
        end = 0
        for start, _, shorter in sorted(found):
            if start >= end:
                end = start - shorter
                yield start, end

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return can_be_named({n for a in self.entries for n in (a.title, *a.short, *_stem(a))}, self.spoken)

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        """The rarest words of the names, which are found much sooner."""
        return re.compile("|".join(sorted({telling_word(name, self.spoken) for name in self._names})))

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        known = {n for a in self.entries for n in (a.title, *a.short)}
        return tuple(name.translate(_APOSTROPHES) for name in self._names if name in known)

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        stems = {n for a in self.entries for n in _stem(a)}
        return tuple(name.translate(_APOSTROPHES) for name in self._names if name in stems)


def _stem(act: Act) -> tuple[str, ...]:
    """The name of regulations as far as it goes in "Care Planning (England) Regulation 24"."""
    return (act.title.removesuffix(" Regulations"),) if act.title.endswith(" Regulations") else ()


def name_key(name: str) -> str:
    """A name as it is compared: without case, leading article, kinds of apostrophe, and spaces behind hyphens."""
    return " ".join(name.translate(_APOSTROPHES).lower().removeprefix("the ").replace("- ", "-").split())


class _ActTables(Struct, frozen=True, forbid_unknown_fields=True):
    act: tuple[Act, ...] = ()


def read_acts(path: Path) -> Acts:
    """The Acts named in a file of `[[act]]` tables; none where there is no file.

    Raises GuidanceError when the file is not of this form, when one Act stands in it twice, or when two
    claim the same bare provision.
    """
    entries = read_toml(path, _ActTables).act
    _refuse_repeats(path, [f"{act.title} {act.year or ''}".strip() for act in entries])
    _refuse_repeats(path, [pinpoint for act in entries for pinpoint in act.bare])
    for act in entries:
        if act.url and (act.id or not act.url.startswith("https://")):
            raise GuidanceError(f"{path}: {act.title}: give an id or an address that begins with https://")
        if act.id and not _ID.fullmatch(act.id):
            raise GuidanceError(f"{path}: {act.title}: write its id like ukpga/1989/41, not {act.id!r}")
    return Acts(entries)


def _refuse_repeats(path: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise GuidanceError(f"{path}: {name} stands there twice; keep one")


_ACTS, _TITLES = "acts.toml", "guidance.toml"


def read_known(folder: Path | None) -> tuple[Acts, tuple[Guidance, ...]]:
    """The Acts and the other guidance named in a publication's folder; none where there is no folder.

    Raises GuidanceError when a file is not of its form.
    """
    return (read_acts(folder / _ACTS), read_titles(folder / _TITLES)) if folder else (Acts(), ())
