"""A whole citation as people write it -> the editions and places that it names; the same grammar as JSON. Which
edition a year, a reference, a title or an address means is the register, turned round.

Whether a place exists is for `resolve`. A script reads the JSON in a browser as `read` does here; one table of
cases (tests/data/citations/forms.tsv) holds the two together.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated

from msgspec import Meta, Struct

from guidance.cite.addresses import UNSEEN, Address, AddressBook, Holding
from guidance.cite.grammar import (
    DAY,
    MONTH,
    NTH,
    ORDINAL,
    PAGES,
    PARAGRAPHS,
    SPAN,
    TYPED,
    YEAR,
    CitedPlace,
    Step,
    Unit,
    UnitList,
    group_places,
    listed,
    ordinal,
    read_numbers,
    vocabulary,
)
from guidance.document.model import GuidanceError
from guidance.document.register import Publication

_SMALL = {"to", "2", "the", "and", "of", "in", "for", "a"}
EXAMPLE = 'write for instance "2015 ch 1 para 37"'


class NotUnderstoodError(GuidanceError):
    """Words that cite no place of an edition in the register: another document's, or none that can be told."""


class NoEditionError(NotUnderstoodError):
    """Words that cite a place and do not say in which edition."""


class Citation(Struct, frozen=True):
    """One place of one edition, as cited; not `sure` where a number stands without saying of what it is one."""

    edition: str
    place: CitedPlace = CitedPlace()
    sure: bool = True


# --- Which edition is meant ---


class Title(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that only the edition of one year had."""

    names: tuple[str, ...]
    year: Annotated[str, Meta(pattern=r"^(?:19|20)\d\d\Z")]


class Naming(Struct, frozen=True, forbid_unknown_fields=True):
    """What people call a publication, who they say wrote it, and where they find it."""

    names: tuple[str, ...] = ()
    former: tuple[Title, ...] = ()
    short: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    addresses: tuple[Holding, ...] = ()


class Known:
    """The names, years, references and addresses of a publication's editions."""

    def __init__(self, publication: Publication, naming: Naming | None = None, site_url: str | None = None) -> None:
        """`site_url` is where this site is published, so that links to its permalinks are known too."""
        self.publication = publication
        self.naming = naming = naming or Naming()
        # "WT" in a file's name may be anybody's.
        short = (*naming.short, *(one for one in naming.abbreviations if len(one) > 2))
        self.book = AddressBook(publication, naming.names, short, naming.addresses, site_url)

    @cached_property
    def years(self) -> dict[str, str]:
        """Year -> edition: the edition of that name, else the one whose file was issued again that year."""
        found: dict[str, str] = {}
        for edition in self.publication.editions:
            found |= {revision.date[:4]: edition.id for revision in edition.revisions if revision.date}
            found |= {edition.published[:4]: edition.id}
        return found | {edition.id: edition.id for edition in self.publication.editions}

    @cached_property
    def short_years(self) -> dict[str, str]:
        """Two digits -> the one edition that is named by a year which ends so: "18" is 2018."""
        ids = [edition.id for edition in self.publication.editions if re.fullmatch(r"\d{4}", edition.id)]
        ends = [edition[2:] for edition in ids]
        return {edition[2:]: edition for edition in ids if ends.count(edition[2:]) == 1}

    @cached_property
    def references(self) -> dict[str, str]:
        """Official reference or ISBN of the guidance itself -> edition: "DFE-00195-2018"."""
        own = ((edition, document) for edition in self.publication.editions for document in edition.documents[:1])
        numbers = ((number, edition.id) for edition, one in own for number in (one.reference, one.isbn))
        return {number: edition for number, edition in numbers if number}

    @cached_property
    def sayings(self) -> dict[str, str]:
        """What names an edition without its year: its reference, or a title that only it had; and a year such as
        "2015/16", which cites no paragraph 16."""
        years = [(int(year), edition) for year, edition in self.years.items() if year.isdigit()]
        seasons = {f"{year}/{(year + 1) % 100:02}": edition for year, edition in years}
        former = ((name, title.year) for title in self.naming.former for name in title.names)
        return self.references | seasons | {name: self.years.get(year, year) for name, year in former}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What people call the publication: its names, and the beginnings and initials of long ones."""
        own = (self.publication.short, self.publication.title, *self.naming.names)
        found = {*own, *self.naming.short, *self.naming.abbreviations}
        for name in own:
            parts = name.split()
            ends = range(2, len(parts))
            found.update(" ".join(parts[:size]) for size in ends if parts[size - 1].lower() not in _SMALL)
            if len(parts) > 2:
                found.add("".join(part[0] for part in parts if part.lower() not in _SMALL))
                found.add("".join(part[0] for part in parts))
        return tuple(sorted(found))

    def look_up(self, address: str) -> Address | None:
        """What an address leads to of this publication, or of what is easily taken for it; None elsewhere."""
        return self.book.look_up(address, self.years)


# --- Tokens ---

_NORMAL = (  # what is written alike in several ways, behind NFKC
    (rf"[{UNSEEN}]", ""),
    (r"(?<=[a-z])[-\u2010]\s*\n\s*(?=[a-z])", ""),  # a word that the end of a line parted
    (r"[\s\u0085\u2028\u2029]+", " "),
    (r"[\u2010-\u2015\u2212]", "-"),
    (r"[‘’ʼ′`´]", "'"),
    (r"[“”„″«»]", '"'),
)
_DATED = rf"(?:(?:{DAY}\s+)?{MONTH},?\s+|(?:\d{{1,2}}[/.]){{1,2}})?(?P<year>{YEAR})[a-d]?(?![\w])"
_ADDRESS = r"<?(?P<address>(?:https?://|www\.|(?:[\w-]+\.)*gov\.uk/)[^\s<>\"]+)>?"
# "Accessed: 3 May 2024" dates the reading, not the edition; "1.2MB" is the size of a file.
_READ_ON = (
    r"\d+(?:\.\d+)?\s?[KMG]B(?!\w)|"
    rf"\(?(?:last\s+)?(?:accessed|retrieved|viewed)\s*:?\s*(?:on\s+)?(?:(?:{DAY}\s+)?{MONTH},?\s+)?(?:{YEAR})?"
)
# Words that may stand in a citation and say nothing of what is cited. Any other word makes it another document's.
# Those of letters and questions too: "re: WT 2023, para 61", "what does WT 2023 say in para 61 please".
_FILLING = (
    "a", "above", "according", "added", "also", "amended", "an", "and", "archived", "as", "at", "available",
    "below", "box", "britain", "by", "cf", "chart", "cited", "copy", "copyright", "crown", "current", "dated",
    "described", "document", "does", "edition", "edn", "eds?", "eg", "emphasis", "england", "et seq", "ff?",
    "find", "flow ?chart", "former", "from", "go to", "great", "guidance", "guide", "hmso", "in(?: line with)?",
    "inclusive", "is", "isbn", "issued", "it", "last", "latest", "london", "my", "new", "now", "of", "old", "on",
    "online", "onwards", "or", "original", "our", "out", "pdf", "per", "please", "pls", "previous",
    "publications?", "published", "quoted", "re", "re-?issued", "refers?", "relevant", "requires", "revised",
    "say", "says", "see", "set", "sets", "shaded", "show(?: me)?", "states", "statutory", "superseded", "tell me",
    "thanks", "that", "the", "then", "this", "thx", "to", "tso", "uk", "under", "unnumbered", "update", "updated",
    "version", "was", "what", "where", "which",
)  # fmt: skip
# Smaller than what has a permalink: "second bullet point", "lines 3-5", "the last sentence".
_SMALLER = r"(?:bullet(?:\s?point)?|sentence|line|indent|row|column|item|point)s?"
_FINE = (
    rf"(?:{NTH}|last|final|opening)\s+(?:{_SMALLER}|para(?:graph)?)(?!\w)|"
    rf"{_SMALLER}\s+\d{{1,2}}(?:\s?-\s?\d{{1,2}})?(?!\w)"
)
# What a chapter or a chart is called, behind its number: "flow chart 5: action following a strategy discussion"
_CAPTION = r"\s*[:(-]+\s*['\"]?[a-z][^\d:;()\[\]]{3,100}(?=[,;)]|$)"
_CAPTIONED = ("part", "chapter", "chapters", "annex", "section", "box", "flow_chart", "figure", "table")
_PUNCTUATION = r"[\s,;:.?!()\[\]{}'\"*_/&|<>=+→›•·…–-]+"
_APART = r"(?:^|[^\w])(?:and|or)(?:[^\w]|$)|[&;/]"  # what stands behind is a place of its own


def _alternatives(names: Iterable[str]) -> str:
    """Any of some names, the longest first, with spaces or hyphens between their words; nothing of none."""
    ordered = sorted({normal(name) for name in names if name}, key=lambda name: (-len(name), name))
    return "|".join(re.sub(r"\\[ -]", "[ -]", re.escape(name)) for name in ordered) or "(?!)"


def normal(words: str) -> str:
    """Words with one kind of space, hyphen and quotation mark."""
    words = unicodedata.normalize("NFKC", words)
    for pattern, plain in _NORMAL:
        words = re.sub(pattern, plain, words)
    return words.strip()


def _for_script(pattern: str) -> str:
    return pattern.replace("(?P<", "(?<")


def _key(saying: str) -> str:
    return normal(saying).lower().replace("-", " ")


class CitationGrammar:
    """How one cites the editions of one publication."""

    def __init__(self, known: Known) -> None:
        """`known` has what the publication is called, and which edition a year, reference or address means."""
        naming, self._known = known.naming, known
        self._sayings = {_key(words): edition for words, edition in known.sayings.items()}
        shorts = "|".join(known.short_years) or "(?!)"
        ids = _alternatives(edition.id for edition in known.publication.editions)
        authors = _alternatives((*naming.authors, known.publication.publisher))
        editions = known.publication.editions
        titles = [edition.subtitle or "" for edition in editions]
        titles += [one.title for edition in editions for one in edition.chapters if one.title.count(" ") > 1]
        names = _alternatives(known.names)
        # In the order in which they are tried; in any case.
        tokens = {
            # The number of a note or a slide: "12 Working Together (2018), p. 13", "Slide 4: WT 2023, p. 57"
            "label": rf"^\W*(?:slide|item|entry|ref|no)?\.?\s*\d{{1,3}}[.:)\]]*\s+"
            rf"(?=['\"(]?(?:the\s+)?(?:{names}|{authors})\D*?{YEAR}[a-d]?\W\D*?\d)",
            "caption": _CAPTION,
            "read on": _READ_ON,
            "address": _ADDRESS,
            "saying": rf"(?P<saying>{_alternatives(known.sayings)})(?!\w)",  # "DFE-00195-2018"
            # "2023/153", and "2023/p/153/" as our own addresses have it
            "slash": rf"/?(?P<edition>{ids}|{YEAR})\s?/\s?(?:p/)?(?:para-)?(?P<paragraph>{PARAGRAPHS})/?",
            "place": TYPED,
            "bracket": rf"at\s+\[(?P<paragraph>{PARAGRAPHS})",  # "at [153]", as lawyers do
            # "WT23", "WT '18", "WT 15"
            "name": rf"(?:{names})(?:'s)?"
            rf"(?:[\s,(\[/-]*'?(?P<short>{shorts})(?![\w/]|\.\d|\s+{MONTH}(?!\w))|(?![a-z]))",
            "author": rf"(?:{authors})(?:'s)?(?![a-z])",
            "imprint": rf"[a-z]+:\s*(?=(?:{authors}|tso|hmso)(?!\w))",  # "Nottingham: DCSF"
            "title": rf"(?:{_alternatives(titles)})(?!\w)",
            "dated": _DATED,
            "edition": rf"(?P<year>{ids})(?!\w)",
            "short": rf"(?:'|(?:\d{{1,2}}[/.]){{2}})(?P<short>{shorts})(?!\w)",  # "DfE '18", "15.12.23"
            "pages": rf":\s?(?:pp?\.?\s?)?(?P<page>{PAGES})",  # "2018: 13", as academics do
            "ordinal": ORDINAL,
            "fine": _FINE,
            "decimals": rf"(?=\d{{1,2}}\.\d)(?P<paragraph>{PARAGRAPHS})",  # "2010, 5.17"
            "bare": PARAGRAPHS,
            "word": rf"(?:{'|'.join(_FILLING)})(?!\w)",
            "gap": _PUNCTUATION,
        }
        self._tokens = tokens
        self._compiled = {kind: re.compile(pattern, re.ASCII | re.IGNORECASE) for kind, pattern in tokens.items()}

    def read(self, words: str, unsaid: str | None = None) -> tuple[Citation, ...]:
        """What some words cite, as a whole: "WT 2018 p 13", "paras 12 and 14 of WT 2023". `unsaid` is the edition
        that is meant where none is named.

        Raises NotUnderstoodError where the register has no such edition, where none is named, or where something in
        the words is not understood, which may be another document's name.
        """
        said = _Said()
        text = normal(words)
        at = solid = 0
        while at < len(text):
            kind, match = self._token(text, at, "" if said.captioned else "caption")
            if match is None:
                raise NotUnderstoodError(f'"{words}": {text[solid:].strip(" ,;:")} is not understood; {EXAMPLE}')
            at = match.end()
            if kind in ("word", "gap"):
                said.apart = said.apart or bool(re.search(_APART, match[0], re.IGNORECASE))
            else:
                solid = at
                said.captioned = bool(said.editions and any(map(match.groupdict().get, _CAPTIONED)))
                self._take(kind, match, said)
        editions = said.editions or ([said.by_address] if said.by_address else [])
        editions = editions or ([unsaid] if unsaid and not said.elsewhere else [])
        known = {edition.id for edition in self._known.publication.editions}
        if unknown := next((edition for edition in editions if edition not in known), None):
            raise NotUnderstoodError(f'"{words}": no edition {unknown}; there are {", ".join(sorted(known))}')
        if not editions:
            raise NoEditionError(f'"{words}": no edition in it; {EXAMPLE}')
        return said.citations(words, editions, told=bool(said.editions or said.by_address))

    def names(self, words: str) -> bool:
        """Whether the publication's name stands in some words, in any case."""
        return bool(self._compiled["name"].search(normal(words)))

    def record(self) -> dict[str, object]:
        """The grammar as a script takes it: the same patterns in the form of JavaScript, for any case."""
        known = self._known
        return {
            **vocabulary(),
            "normal": _NORMAL,
            "tokens": [(kind, _for_script(pattern)) for kind, pattern in self._tokens.items()],
            "span": _for_script(SPAN),
            "apart": _APART,
            "captioned": _CAPTIONED,
            "years": known.years,
            "shorts": known.short_years,
            "sayings": self._sayings,
            "addresses": known.book.record(),
            "files": [
                re.sub(r"[ -]", "[_-]?", re.escape(name.lower()).replace("\\ ", " ")) for name in known.naming.names
            ],
        }

    def _token(self, text: str, at: int, barred: str) -> tuple[str, re.Match[str] | None]:
        for kind, pattern in self._compiled.items():
            match = None if kind == barred else pattern.match(text, at)
            if match and match.end() > at:
                return kind, match
        return "", None

    def _take(self, kind: str, match: re.Match[str], said: "_Said") -> None:
        """Note what a token says."""
        groups = match.groupdict()
        if kind == "address":
            self._address(match, said)
        elif saying := groups.get("saying"):
            said.edition(self._sayings[_key(saying)])
        elif year := groups.get("year") or groups.get("edition"):
            said.edition(self._known.years.get(year, year))
        elif short := groups.get("short"):
            said.edition(self._known.short_years[short])
        if kind == "bare":
            said.bare = True
            said.place(UnitList(read_numbers("paragraph", match[0])))
        elif kind == "ordinal":
            unit: Unit = "chapter" if match["unit"].lower() == "chapter" else "part"
            said.place(UnitList((Step(unit, ordinal(match["nth"])),)))
        elif kind not in ("address", "saying"):
            for one in listed(match, apart=said.apart):
                said.place(one)

    def _address(self, match: re.Match[str], said: "_Said") -> None:
        found = self._known.look_up(match["address"].rstrip(").,;]"))
        if found is None or found.other:
            said.elsewhere = True
        else:
            said.by_address = self._known.publication.in_force.id if found.current else found.edition
            said.newest = found.current
            if found.page:
                said.place(UnitList((Step("page", str(found.page)),)))


class _Said:
    """What the tokens of a citation have said so far."""

    def __init__(self) -> None:
        self._rows: list[str | UnitList] = []  # editions and places, in order
        self.apart = self.bare = self.elsewhere = self.newest = self.captioned = False
        self.by_address: str | None = None

    @property
    def editions(self) -> list[str]:
        """The editions named, in order, each once."""
        return list(dict.fromkeys(row for row in self._rows if isinstance(row, str)))

    def edition(self, edition: str) -> None:
        self._rows.append(edition)

    def place(self, one: UnitList) -> None:
        self._rows.append(one)
        self.apart = False

    def citations(self, words: str, editions: Sequence[str], *, told: bool) -> tuple[Citation, ...]:
        """Each place with its edition, which the words have `told`, or not. Raises NotUnderstoodError."""
        found: list[Citation] = []
        for edition, named in self._shares(editions):
            places = group_places(named)
            if places and self.newest and not self.editions:
                raise NotUnderstoodError(
                    f'"{words}": that page shows the newest edition and cannot tell which one a number was '
                    "written for; name the edition"
                )
            if not (told or places):
                raise NotUnderstoodError(f'"{words}": no place in it; {EXAMPLE}')
            if len(editions) > 1 and not places and any(isinstance(row, UnitList) for row in self._rows):
                raise NotUnderstoodError(f'"{words}": names several editions; give each its own places')
            if any({"section"} == {step.unit for step in place.steps} for place in places):
                raise NotUnderstoodError(
                    f'"{words}": a section alone is the law\'s and no place of an edition; {EXAMPLE}'
                )
            if self.bare and len(places) > 1 and not all(len(place.steps) == 1 for place in places):
                raise NotUnderstoodError(f'"{words}": says a number without its unit; {EXAMPLE}')
            found += (Citation(edition, place, not self.bare) for place in places or (CitedPlace(),))
        return tuple(found)

    def _shares(self, editions: Sequence[str]) -> Iterator[tuple[str, list[UnitList]]]:
        """Which places are of which edition: of the one named before them, unless places come first and an edition
        last ("p 13 of WT 2018 and para 27 of WT 2023")."""
        places = [row for row in self._rows if isinstance(row, UnitList)]
        if len(editions) == 1:
            yield editions[0], places
            return
        rows = [row for at, row in enumerate(self._rows) if isinstance(row, UnitList) or row not in self._rows[:at]]
        backwards = isinstance(rows[0], UnitList) and isinstance(rows[-1], str)
        shares: dict[str, list[UnitList]] = {}
        waiting: list[UnitList] = []
        for row in reversed(rows) if backwards else rows:
            if isinstance(row, str):
                waiting = shares.setdefault(row, [*waiting] if not shares else [])
            else:
                waiting.append(row)
        for edition in editions:
            named = shares[edition]
            yield edition, named[::-1] if backwards else named
