"""What a text says it is, held against the register: the edition that it proves to be, or what it seems to be.

A text is judged by its words, pages and numbers and by what the register knows; names of files and the network play
no part. What the register does not know never counts against a text.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from msgspec import Struct

from guidance.document.model import Document, Provision
from guidance.document.register import Edition, Publication, Published, say_date
from guidance.document.walk import provision_texts

_LONGEST_LINE, _LONGEST_OPENING = 14, 60  # words of a line that may be a title's; words of an opening without cover
_LONGEST_SAID = 110  # characters of a title in a message
_JOINED = 3  # lines that may be one title
_FIRST, _FIRST_PAGES = 12, 3  # provisions and pages at a text's start where an imprint may stand, as at its end
_ON_EACH_PAGE = ("watermark", "running head", "running foot")  # why a reader leaves words out
_AHEAD = 3  # months by which a file may be dated before its edition is published
_NEAR = 0.2  # share by which pages and paragraphs may differ: revisions add some
_WORDS_A_PAGE, _TINY = 350, 0.1  # of official files; a page of the web that has less than a tenth is about the text

# Words on a cover that make a text another one, about the guidance or of it.
_OTHER_KIND = re.compile(
    r"""\b(?:
    consultations?|responses?|draft|propos(?:ed|als)                                       # before it was issued
    |summar(?:y|ies)|letter|memo|briefings?|bulletin|newsletter|circular|leaflet|flyer|poster   # told shorter
    |toolkit|training|course|slides|presentation|webinar|workbook|handbook|resources?|template|form|checklist
    |fact\ ?sheet|faqs?|questions|questionnaire|survey
    |young(?:er)?|children's|people's|person's|parents'|illustrated|easy\ read|simplified       # for other readers
    |transition(?:al)?|changes|amend(?:ed|ments)|corrigendum|erratum|supplement|addendum|companion
    |evaluation|research|report|commentary|analysis|compar(?:ed|ison)|review
    |procedures?|policy|protocol|strategy|threshold|framework                              # of those whom it binds
    |chapter|annex|appendix|extract|excerpt                                                # a piece of it
    |wales|welsh|scotland|scottish|ireland                                                 # of another country
    )\b""",
    re.VERBOSE,
)
# And on its pages, as a watermark or a running head.
_UNISSUED = re.compile(r"\b(?:draft|(?:for|public|open) consultation|consultation (?:document|version|copy))\b")
_OFFICE = re.compile(
    r"""\b(?:
    Councils?|Borough|Board|Partnership|Partners|Trust|NHS|Academy|Federation
    |Department|Ministry|Government|Assembly|Office|Authority|Commission(?:er)?|Committee
    |Association|Society|Union|University|Institute|Centre|Foundation|Charity|Limited|Ltd|Plc
    )\b""",
    re.VERBOSE,
)
# A title before one of these is the beginning of another.
_GOES_ON = re.compile(
    r"(?:about|across|against|and|at|during|for|from|in|on|through|under|when|who|with|within|without)\b"
)
# The first line that is no longer an opening's, where no heading is marked as one.
_BEGINS = re.compile(
    r"\W*(?:(?:chapter|part|section)\ (?:1|one|i)\b|contents\b|introduction\b|foreword\b)", re.IGNORECASE
)
_MONTHS = {name.casefold(): at for at, name in enumerate(calendar.month_name) if name}
_PLAIN = re.compile(r"statutory|guidance|ref(?:erence)?|isbn|published|version|full|edition|the|by")  # of any cover
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_YEAR = r"(?P<year>(?:19[5-9]|20[0-4])\d)(?!\d)"
_DATE = re.compile(
    rf"""(?P<later>\b(?:updated|revised|amended|re-?issued|replac\w+|supersed\w+|withdrawn|archived|since|until|from)\b[^.]{{0,30}})?
    \b(?P<month>{"|".join(name for name in calendar.month_name if name)})\s+{_YEAR}""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_YEAR = re.compile(rf"(?<!\d)(?<!act )(?<!regulations ){_YEAR}", re.IGNORECASE)  # "Children Act 1989" is a law
_IMPRINT = re.compile(
    rf"(?:copyright|©|\(c\)|(?:first\ )?published(?:\ (?:in|on))?)\W{{0,3}}(?:crown\W+)?(?:\d*\s*\w+\s+)?{_YEAR}",
    re.IGNORECASE | re.VERBOSE,
)
_ISSUED = re.compile(r"(?:©|\(c\)|published by|produced by|issued by)\s*(?P<who>[^.;|\n]{2,60})", re.IGNORECASE)
_PUBLISHED = re.compile(
    rf"(?i:published):?\s+(?:on\s+)?(?:\d+\s+)?(?P<month>[A-Z][a-z]+)\s+{_YEAR}"
)  # on a page of the web


class Verdict(Struct, frozen=True):
    """The `edition` that a text proves to be, None for none; what it `seems` to be, as title and year; `why` that
    is not enough, as a clause; and the `evidence` for it, in words."""

    edition: str | None
    seems: str
    why: str = ""
    evidence: tuple[str, ...] = ()

    def refusal(self, wanted: str | None = None) -> str:
        """Why the text is not taken as the edition `wanted`, or as any, in one line."""
        but = f", but {self.why}" if self.why else ""
        return f"seems to be {self.seems}{but}; not taken as {wanted or 'any edition'}"


def identify(document: Document, publication: Publication, authors: Iterable[str] = ()) -> Verdict:
    """What a text proves to be. `authors` are the names under which the publication is issued, beside its
    publisher's."""
    return _Case(document, publication, (publication.publisher, *authors)).verdict()


def tokens(text: str) -> str:
    """The words of a text in small letters with one space around each, for finding phrases in."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return f" {' '.join(_WORD.findall(plain))} "


class _Case:
    """One text before the register."""

    def __init__(self, document: Document, publication: Publication, names: Iterable[str]) -> None:
        self._document, self._publication = document, publication
        file = document.source.name
        named = document.title in (file, PurePath(file).stem)  # then the text itself has no title
        self._title = "" if named or document.title == "Untitled" else document.title
        self._lines = list(_opening(document, bool(self._title)))
        self._cover = [self._title, *self._lines] if self._title else self._lines
        ends = [p for p in document.provisions[-3:] if p.anchor != "title-page"]
        first = [p for p in document.provisions[:_FIRST] if p.page and p.page <= _FIRST_PAGES and not p.heading]
        lines = (line for provision in (*first, *ends) for line in _texts(provision))
        self._imprint = [line for line in lines if len(line.split()) <= _LONGEST_OPENING]
        self._everywhere = tokens(" ".join((*self._cover, *self._imprint)))
        self._author = document.source.author or ""
        titles = {publication.title, *(e.title for e in publication.editions)}
        self._titles = sorted({_BARE_YEAR.sub("", title).strip() for title in titles}, key=len, reverse=True)
        self._names = [tokens(name) for name in names if name.strip()]
        subtitles = (e.subtitle for e in publication.editions if e.subtitle)
        self._known = sorted({tokens(s) for s in (*subtitles, *titles, *self._titles)} | {*self._names}, key=len)

    def verdict(self) -> Verdict:
        """The edition that the text proves to be, or the first reason against that."""
        why = self._not_the_title()
        if why is None and not (why := self._other_document()):
            edition, why = self._edition()
            if edition:
                how, why = why, next(self._against(edition), "")
                if not why:
                    return Verdict(edition.id, self._seems(), "", ("title", how, *self._agreeing(edition)))
        return Verdict(None, self._seems(), why)

    # --- Title and kind ---

    def _not_the_title(self) -> str | None:
        """Why the text has not the publication's title, as a clause (empty where the other title says enough)."""
        if self._title_in(self._title):
            return None
        if self._title and not self._may_be_part(self._title):
            return ""
        starts = range(len(self._lines))
        joined = (" ".join(self._lines[i:j]) for i in starts for j in range(i + 1, i + 1 + _JOINED))
        if any(self._title_in(words) for words in joined):
            return None
        return "" if self._cover else "it says no title"

    def _title_in(self, words: str) -> bool | None:
        """Whether words are the publication's title and no more than is known to stand beside it; None where they
        do not hold it."""
        line = tokens(words)
        title = next((t for t in map(tokens, self._titles) if t in line), None)
        if title is None:
            return None
        before, _, after = line.partition(title)
        if self._rest(before):
            return False
        goes_on = _GOES_ON.match(after.strip())
        known = any(f" {after.strip()} ".startswith(phrase) for phrase in self._known)
        return not (goes_on and not known)

    def _rest(self, line: str) -> str:
        """What is left of a line when all that is known to stand on a cover is taken away."""
        line = f" {line.strip()} "
        for phrase in reversed(self._known):
            line = line.replace(phrase, " ")
        words = (word for word in line.split() if word not in _MONTHS and not word.isdigit())
        return " ".join(word for word in words if not _PLAIN.fullmatch(word))

    def _may_be_part(self, words: str) -> bool:
        """Whether words are the title's beginning, or such as stand on any cover: then it may stand elsewhere."""
        rest = self._rest(tokens(words))
        return not rest or any(tokens(title).startswith(f" {rest} ") for title in self._titles)

    def _other_document(self) -> str:
        """Why a text with this title is another document, as a clause; empty where nothing says so."""
        for rest in (self._rest(tokens(line)) for line in self._cover):
            found = _OTHER_KIND.search(rest)
            if found and len(rest.split()) <= _LONGEST_LINE:  # what is longer is prose
                return f'its cover says "{found[0]}"'
        frame = (tokens(gone.text) for gone in self._document.dropped if gone.reason in _ON_EACH_PAGE)
        said = [found[0] for words in frame if (found := _UNISSUED.search(words))]
        if said and len(said) >= min(_FIRST_PAGES, self._document.source.pages or 1):
            return f'its pages say "{said[0]}"'
        return self._other_publisher()

    def _other_publisher(self) -> str:
        for line in self._cover[1:] if self._title else self._cover:
            if {w.casefold() for w in _OFFICE.findall(line)} & {*self._rest(tokens(line)).split()}:
                return f"its cover names {_short(line)}"
        if "crown" in tokens(" ".join(self._imprint)) or any(name in self._everywhere for name in self._names):
            return ""
        for match in (found for line in (*self._lines, *self._imprint) for found in _ISSUED.finditer(line)):
            if re.match(r"[\W\d]*[A-Z]", match["who"]) and self._rest(tokens(match["who"])):
                return f"it is published by {_short(match['who'])}"
        foreign = _OFFICE.search(self._author) and self._rest(tokens(self._author))
        return f"its author is {_short(self._author)}" if foreign else ""

    # --- Year ---

    def _years(self) -> Iterator[tuple[str, set[str]]]:
        """Where a text tells its year, the surest place first, and the years that are told there."""
        yield "year in the title", {m["year"] for m in _BARE_YEAR.finditer(self._title)}
        yield "date on the cover", {date[:4] for date in self._dates()}
        bare = (line for line in self._lines if len(line.split()) <= _LONGEST_LINE and not _DATE.search(line))
        yield "year on the cover", {m["year"] for line in bare for m in _BARE_YEAR.finditer(line)}
        frame = (gone.text for gone in self._document.dropped if gone.page is None)
        yield "date of the page", {m["year"] for words in frame for m in _PUBLISHED.finditer(words)}
        short = (line for line in self._imprint if len(line.split()) <= _LONGEST_LINE)
        yield "year in the imprint", {m["year"] for line in short for m in _IMPRINT.finditer(line)}
        source = self._document.source
        yield "year in the file's own title", {m["year"] for m in _BARE_YEAR.finditer(source.title or "")}

    def _dates(self) -> list[str]:
        """The months that the cover names as its own, as "2018-07"."""
        found = (m for line in self._cover for m in _DATE.finditer(line) if not m["later"])
        return [_month_of(m) for m in found]

    def _year(self) -> tuple[str, set[str]]:
        return next(((how, years) for how, years in self._years() if years), ("", set()))

    def _edition(self) -> tuple[Edition | None, str]:
        """The edition of the text's year and how that is told; or none, and why, as a clause."""
        how, years = self._year()
        editions = self._publication.editions
        if not years:
            return self._edition_without_year()
        fitting = [e for e in editions if years & _years_of(e)]
        if len(fitting) > 1:
            fitting = [e for e in fitting if e.published[:7] in self._dates()] or fitting
        if len(fitting) == 1:
            return fitting[0], how
        told = ", ".join(sorted(years))
        return None, f"its years fit several editions ({told})" if fitting else f"no edition is of {told}"

    def _edition_without_year(self) -> tuple[Edition | None, str]:
        """The edition that a reference, the month in which the file was made, or a subtitle of its own tells."""
        editions = self._publication.editions
        made = (self._document.source.created or "")[:7]
        ways = {
            "reference": [e for e in editions if self._refers_to(*e.documents[:1])],
            "month in which the file was made": [e for e in editions if made and e.published[:7] == made],
            "subtitle": [e for e in editions if e.subtitle and self._only_subtitle(e) and _size(e)[0]],
        }
        for how, fitting in ways.items():
            if len(fitting) == 1:
                return fitting[0], how
        return None, "it says no year"

    def _only_subtitle(self, edition: Edition) -> bool:
        alike = [e for e in self._publication.editions if e.subtitle == edition.subtitle]
        cover = tokens(" ".join(self._lines))
        longer = (e.subtitle for e in self._publication.editions if e not in alike and e.subtitle)
        own = tokens(edition.subtitle or "")
        return len(alike) == 1 and own in cover and not any(own in tokens(s) and tokens(s) in cover for s in longer)

    # --- What the register knows of the edition ---

    def _against(self, edition: Edition) -> Iterator[str]:
        """What the register knows of an edition that the text is not, as clauses."""
        begun, ended = _months(edition.published) - _AHEAD, _months(edition.ended or "9999")
        for date in self._dates():
            if not (begun <= _months(date) < ended or date == edition.published[:7]) or (
                len(edition.published) == 4 and date[:4] < edition.published
            ):
                yield f"its cover is of {say_date(date)}"
        if page := self._later_cover(edition):
            yield f"on page {page} the cover of another edition follows"
        (known, paragraphs), pages = _size(edition), self._document.source.pages
        if known and pages and not _near(pages, known):
            yield f"it has {pages} pages where {known} are known"
        numbered = self._numbered()
        if paragraphs and pages and not _near(numbered, paragraphs):
            yield f"it has {numbered} numbered paragraphs where {paragraphs} are known"
        if known and not pages and not numbered and self._words() < _TINY * known * _WORDS_A_PAGE:
            yield f"it has {self._words()} words where {known} pages are known"
        for other in (document for e in self._publication.editions for document in e.documents):
            if other not in edition.documents[:1] and self._refers_to(other):
                yield f"its reference is that of {_short(other.title)}"

    def _later_cover(self, edition: Edition) -> int | None:
        """The page within the text that is the cover of another edition: the title, a month, and little else."""
        pages: dict[int, list[str]] = {}
        for provision in self._document.provisions:
            pages.setdefault(provision.page or 0, []).extend(_texts(provision))
        others = {e.published[:7] for e in self._publication.editions if e.published[:7] != edition.published[:7]}
        for page, lines in pages.items():
            if page <= _FIRST_PAGES or sum(len(line.split()) for line in lines) > _LONGEST_OPENING:
                continue
            dates = [m for line in lines for m in _DATE.finditer(line) if not m["later"]]
            plain = [line for line in lines if not _DATE.search(line)]  # with its date it may be one of a list
            titled = any(self._title_in(line) and not self._rest(tokens(line)) for line in plain)
            if titled and others & {*map(_month_of, dates)}:
                return page
        return None

    def _agreeing(self, edition: Edition) -> Iterator[str]:
        """What more speaks for an edition, in words."""
        cover = tokens(" ".join(self._cover))
        if edition.published[:7] in self._dates():
            yield "month"
        if edition.subtitle and tokens(edition.subtitle) in cover:
            yield "subtitle"
        if self._refers_to(*edition.documents[:1]):
            yield "reference"
        if any(name in self._everywhere or name in tokens(self._author) for name in self._names):
            yield "publisher"
        pages, paragraphs = _size(edition)
        held = ("pages", self._document.source.pages, pages), ("numbered paragraphs", self._numbered(), paragraphs)
        for what, found, known in held:
            if known and found and _near(found, known):
                yield f"{found} {what}{'' if found == known else f' where {known} are known'}"

    def _refers_to(self, *documents: Published) -> bool:
        """Whether the text prints the reference or ISBN of one of these documents."""
        return any(tokens(ref) in self._everywhere for d in documents for ref in (d.reference, d.isbn) if ref)

    def _numbered(self) -> int:
        return sum(provision.kind == "paragraph" for provision in self._document.provisions)

    def _words(self) -> int:
        texts = (text for provision in self._document.provisions for text in provision_texts(provision))
        return sum(len(text.plain.split()) for text in texts)

    def _seems(self) -> str:
        """Title and year, as the text tells them, in one line."""
        said = self._title or next(iter(self._lines), "") or self._document.source.title or ""
        short = (line for line in self._lines if len(line.split()) <= _LONGEST_LINE)
        rest = [line for line in short if _OTHER_KIND.search(self._rest(tokens(line)))]
        if rest and self._title_in(said):
            said = f"{said}: {rest[0]}" if rest[0] != said else said
        _, years = self._year()
        plain = _BARE_YEAR.sub("", said).strip(" ,:;–-()")
        return ", ".join(filter(None, (_short(plain) or "a text without a title", " or ".join(sorted(years)))))


def _opening(document: Document, titled: bool) -> Iterator[str]:
    """The lines of the cover; of a text without one, what stands before its first heading, or before its second
    where it is not `titled` otherwise."""
    if cover := [p for p in document.provisions if p.anchor == "title-page"]:
        yield from (line for provision in cover for line in _texts(provision))
        return
    headings, words = 1 if titled else 0, 0
    for provision in document.provisions:
        headings += provision.heading is not None
        words += sum(len(line.split()) for line in _texts(provision))
        if provision.page not in (None, 1) or headings > 1 or words > _LONGEST_OPENING:
            return
        lines = list(_texts(provision))
        if any(_BEGINS.match(line) for line in lines):
            return
        yield from lines


def _texts(provision: Provision) -> Iterator[str]:
    return (" ".join(text.plain.split()) for text in provision_texts(provision) if text.plain.strip())


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST_SAID else f"{words[:_LONGEST_SAID].rsplit(' ', 1)[0]} …"


def _years_of(edition: Edition) -> set[str]:
    return {edition.published[:4], edition.begins[:4]}


def _months(date: str) -> int:
    """Months since the year 0, the first of a year that is known alone."""
    return int(date[:4]) * 12 + int(date[5:7] or 1)


def _size(edition: Edition) -> tuple[int | None, int | None]:
    """The pages and numbered paragraphs that are known of an edition."""
    return next(((document.pages, document.paragraphs) for document in edition.documents[:1]), (None, None))


def _month_of(date: re.Match[str]) -> str:
    return f"{date['year']}-{_MONTHS[date['month'].casefold()]:02}"


def _near(found: int, known: int) -> bool:
    return abs(found - known) <= max(2, _NEAR * known)
