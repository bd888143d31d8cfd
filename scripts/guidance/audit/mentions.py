"""Grammar of references: where a text names the guidance, which edition, and which place in it.

Works on one block at a time; whether what is named exists, and what became of it, is decided in `verdicts`.
"""

import re

from msgspec import Struct, structs

from guidance.audit.texts import FoundBlock
from guidance.audit.vocabulary import (
    QUOTES,
    SHORT_YEAR,
    AuditVocabulary,
    Mention,
    Sieve,
    Sort,
    alternatives,
    sentence_before,
    tokens_before,
    tokens_behind,
    words_behind,
)
from guidance.cite.citation import CitationGrammar, Known, NotUnderstoodError
from guidance.cite.grammar import PLACE, YEAR, CitedPlace, read_places

_RANGE = re.compile(rf"[\s:,(–-]*{YEAR}\s?[/–—-]\s?\d")
_SEASON = re.compile(rf"\s(?P<year>{YEAR})/\d\d(?![\w/–—-])")  # behind the whole name: "2015/16" begins with 2015
URL = re.compile(
    r"(?:https?://|www\.|(?<![\w@./-])(?:[\w-]+\.)+gov\.uk/)[^\s<>\"'()\[\]]+(?:\([^\s()]*\))?[^\s<>\"'()\[\].,;:!?]*"
)
_OWN_EDITION = re.compile(rf"\s*[(\[](?:the\s+)?(?P<year>{YEAR})\b")  # "and paragraph 14 (2023 edition)"
_TITLED = re.compile(  # what stands in brackets behind a title is of that: "Better Homes for All (DfE, 2024)"
    r"""
    \b (?: [Tt]he \s+ )? (?P<first>)
    (?: [A-Z][\w'-]+ \s+ (?: (?: of | to | in | and | for | the | a | on | with ) \s+ )* ){2,}
    [A-Z][\w'-]+ ['"*_]* \s* [(\[] $
    """,
    re.VERBOSE,
)
# One in small letters, alone or behind what leads to one: "see Children missing education (DfE, 2018)".
_PLAINLY_TITLED = re.compile(
    r"""
    (?: (?P<alone> ^ [\s*•_-]* )
      | \b (?: [Ss]ee | also | [Ff]ollow(?:s|ing)? | [Rr]ead | [Uu]nder | [Pp]er | [Uu]s(?:e|ing) | with | to | in
          | guidance | advice | entitled | called | titled ) :? \s+ )
    ['"*_]* (?P<title> [A-Z][a-z'-]+ (?: ,? \s+ [a-z][\w'-]* ){1,11} ) ['"*_]* \s* [(\[] \s* $
    """,
    re.VERBOSE,
)
_STATED = re.compile(  # a sentence states something, and a title does not
    r"\b(?:must|should|shall|will|would|can|could|may|might|is|are|was|were|be|been|has|have|had|does|do|needs?|"
    r"guidance|they|we|it|their|its|who|which|that)\b"
)
# "Behaviour in schools (DfE, 2023), para 12" is of that title: behind an author alone, places stand in brackets.
_OUTSIDE = re.compile(rf"[^()\[\]]{{0,60}}?{YEAR}[a-d]?\s*[)\]][\s,:;]*(?:at\s+)?{PLACE}")
_ANOTHER = re.compile(  # "the guidance on home education (DfE, 2018)", "our early years framework (DfE 2018: 12)"
    r"""\b (?: (?:guidance|guide|advice) \s+ (?:on|for|about|to) \b [^.;()]*
    | (?:framework|strategy|code|plan|standards|review|report|handbook|procedures?|protocol|toolkit|policy) \s* )
    [(\[] \s* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_A_ROLE = re.compile(
    r"\b(?:the|an?|our|their|each|every|any)\s+$", re.IGNORECASE
)  # "the Designated Safeguarding Lead"
_CITATION = 300  # characters of a block that may be one citation
_REACH = 160  # characters before a name in which its place and year may stand


class _Scan(Struct, frozen=True):
    """What stands beside a name on one side: how far it reaches, the year and places, what speaks for guidance."""

    edge: int
    year: str | None = None
    places: str = ""
    guidance: bool = False
    others: tuple[str, ...] = ()  # editions named before that one: "2013, 2015 and 2018"
    updated: str | None = None  # the year of an update: "2018 (updated December 2020)"


def _between(left: _Scan, right: _Scan) -> tuple[CitedPlace, ...]:
    """The places that stand on both sides of a name."""
    return read_places(" , ".join(filter(None, (left.places, right.places))))


class Grammar:
    """The patterns of one publication."""

    def __init__(self, wanted: AuditVocabulary, known: Known) -> None:
        """Patterns made from what the publication's audit.toml says."""
        self._known = known
        self._citations = CitationGrammar(known)
        numbers = known.references
        self._numbers = {number.casefold(): edition for number, edition in numbers.items()}
        former = tuple(name for title in wanted.former for name in title.names)
        self._sieve = Sieve(
            (*wanted.names, *former, *wanted.short, *wanted.abbreviations, *wanted.authors, *self._numbers)
        )
        author = alternatives(wanted.authors)
        self._former = {name.casefold(): title.year for title in wanted.former for name in title.names}
        self._name = re.compile(
            rf"(?<![\w-])(?:(?P<former>(?i:{alternatives(former)}))"
            rf"|(?P<name>(?i:{alternatives(wanted.names)}))"
            rf"|(?P<short>{alternatives(wanted.short)})|(?P<loose>(?i:{alternatives(wanted.short)}))"
            rf"|(?P<number>(?i:{alternatives(tuple(numbers))}))"
            rf"|(?P<abbreviation>{alternatives(wanted.abbreviations)})(?P<glued>{YEAR}|'?\d\d)?"
            rf"|(?P<author>{author})(?=[\s,]*[(\[]?{YEAR}))(?![\w-]|['’]\w{{2}})"
        )
        again = alternatives(tuple(edition.id for edition in known.publication.editions))
        self._unnamed = re.compile(
            rf"(?:\b(?i:the)\s+|(?<=[(\[]))(?P<year>{again})\s+(?i:statutory\s+)?(?i:guidance|edition|version|guide)\b"
            r"(?!\s+(?i:on|for|about|to|in|from|of)\b)"
        )
        self._siblings = re.compile(
            rf"(?:\s*[(\[]?{YEAR}[)\]]?)?(?:'s)?[\s:,;()\[\]'\"*–—-]+(?:the\s+|draft\s+)*"
            rf"(?:{alternatives(wanted.siblings)})\b",
            re.IGNORECASE,
        )
        self._before = re.compile(
            rf"(?:{alternatives(wanted.siblings_before)})\s+(?:the\s+|draft\s+|new\s+|revised\s+|statutory\s+|"
            rf"guidance\s+|{YEAR}\s+)*['\"*_]*$",
            re.IGNORECASE,
        )
        self._other = re.compile(rf"\b(?:{alternatives(wanted.others)})", re.IGNORECASE)
        self._never = re.compile(
            words_behind(wanted.never_before, rf"(?:[\s'\"]*\(?{YEAR}\)?|{SHORT_YEAR})?"), re.IGNORECASE
        )
        self._not = re.compile(words_behind(wanted.not_before, ""), re.IGNORECASE)
        self._then_named = re.compile(
            rf"[)\].,:;\s'\"*_]*(?i:{alternatives(wanted.names)}|{alternatives(wanted.short)})"
        )
        named = alternatives((*wanted.names, *wanted.short, *wanted.abbreviations))
        subtitles = tuple(edition.subtitle for edition in known.publication.editions if edition.subtitle)
        self._right = tokens_behind(author, f"(?:{named})", again, alternatives(subtitles))
        self._left = tokens_before(author, again)
        self._issued = {
            date[:7]
            for edition in known.publication.editions
            for date in (edition.published, *(revision.date or "" for revision in edition.revisions))
        }

    def candidates(self, block: FoundBlock) -> tuple[Mention, ...]:
        """All that may name the guidance, in order; what is not `sure` needs support from the rest of its file."""
        text = block.text
        found = self._named(block) if self._sieve.may_hold(text) or self._unnamed.search(text) else ()
        return self._whole(block.text, found) if len(block.text) < _CITATION else found

    def _whole(self, text: str, found: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """A block that is one citation and nothing else, such as a line of a list, read as `guidance cite` does."""
        if not any(year in text for year in (*self._known.years, *self._known.short_years)):
            return found
        try:
            cited = self._citations.read(text)
        except NotUnderstoodError:
            return found
        if not all(one.sure and one.place.steps for one in cited):
            return found
        told, places = found[0] if found else None, tuple(one.place for one in cited)
        said = {self._known.years.get(m.year, m.year) for m in found if m.year}
        if len(said) > 1 or (told and told.year and tuple(cite for m in found for cite in m.cites) == places):
            return found
        named = self._citations.names(text)  # in capitals, for instance
        sort, sure = (told.sort, told.sure) if told else ("abbreviation" if named else "unnamed", named)
        editions = dict.fromkeys(one.edition for one in cited)
        return tuple(
            Mention(0, len(text), sort, edition, tuple(one.place for one in cited if one.edition == edition), sure)
            for edition in editions
        )

    def _named(self, block: FoundBlock) -> tuple[Mention, ...]:
        text = block.text.translate(QUOTES)
        found: list[Mention] = []
        hidden = [match.span() for match in URL.finditer(text)]
        for match in self._name.finditer(text):
            floor = found[-1].end if found else 0
            inside = any(start <= match.start() < end for start, end in hidden)
            if match.start() < floor or inside:
                continue
            found += self._judge(match, block, text, floor)
        named = iter([*found, None])
        ahead, floor = next(named), 0
        for match in self._unnamed.finditer(text):
            while ahead and ahead.end <= match.start():
                floor, ahead = max(floor, ahead.end), next(named)
            if match.start() >= floor and not (ahead and ahead.start < match.end()):
                for one in self._of_year(match, text, floor):
                    found.append(one)
                    floor = one.end
        return tuple(sorted(found, key=lambda one: one.start))

    def _of_year(self, match: re.Match[str], text: str, floor: int) -> list[Mention]:
        """ "the 2010 guidance", which counts where the file has named that edition."""
        sentence = sentence_before(text, match.start())
        if self._other.search(sentence) or self._siblings.match(text, match.end()):
            return []
        right = self._scan_right(text, match.end(), match["year"])
        return [self._placed(match, text, floor, right, "unnamed", match["year"])]

    def names_another(self, text: str) -> bool:
        """Whether some words name another document by the same authors."""
        return bool(self._other.search(text))

    def places_behind(self, text: str, start: int, year: str | None = None) -> tuple[int, tuple[CitedPlace, ...]]:
        """The places that stand directly behind something, and where they end."""
        right = self._scan_right(text.translate(QUOTES), start, year or "0")
        return right.edge, read_places(right.places)

    def places_before(self, text: str, start: int, floor: int) -> tuple[int, tuple[CitedPlace, ...]]:
        """The places that stand directly before something, and where they begin."""
        left = self._scan_left(text.translate(QUOTES), start, floor)
        return (left.edge if left.places else start), read_places(left.places)

    # --- One name ---

    def _judge(self, match: re.Match[str], block: FoundBlock, text: str, floor: int) -> list[Mention]:
        sort: Sort = "short" if match["loose"] else next(s for s in _SORTS if match[s])
        if sort == "number":
            edition = self._numbers[match[sort].casefold()]
            right = self._scan_right(text, match.end(), edition)
            return [Mention(match.start(), right.edge, sort, edition, read_places(right.places))]
        if sort == "author":
            cited = self._author(match, text, floor)
            return [cited] if cited else []
        before = text[max(floor, match.start() - 120) : match.start()]
        if self._siblings.match(text, match.end()) or self._before.search(before):
            return []
        if self._never.match(text, match.end()) or (sort != "abbreviation" and self._not.match(text, match.end())):
            return []
        right = self._scan_right(text, match.end(), self._year_of(match, text))
        left = self._scan_left(text, match.start(), floor)
        year = right.year or left.year
        mention = Mention(left.edge, right.edge, sort, year, _between(left, right))
        if not self._stands(match, block, text, mention, left.guidance or right.guidance):
            return []
        years, updated = self._known.years, right.updated or ""
        if year and years.get(updated, years.get(year)) != years.get(year):  # an update of 2018 that is an edition
            mention = structs.replace(mention, against=years[updated], against_by="words")
        others = dict.fromkeys((*left.others, *right.others))
        several = [*others, year]
        if len(several) == len(mention.cites) > 1 and re.match(r"\W*respectively\b", text[right.edge :]):
            return [
                structs.replace(mention, year=y, cites=(c,)) for y, c in zip(several, mention.cites, strict=True)
            ]
        return [*(structs.replace(mention, year=one, cites=()) for one in others if one != year), mention]

    def _year_of(self, match: re.Match[str], text: str) -> str | None:
        """The year that a name carries: "WT2018", "WT18" or "Working Together '18" where there is such an edition,
        the year of a title that only one edition had, and 2015 of "2015/16" behind the whole name."""
        if match["former"]:
            return self._former[" ".join(match["former"].casefold().split())]
        glued, season = match["glued"], _SEASON.match(text, match.end())
        if match["name"] and season and season["year"] in self._known.years:
            return season["year"]
        if not glued:
            short = re.compile(SHORT_YEAR).match(text, match.end())
            return self._full(short[0].strip()) or None if short else None
        return glued if len(glued) == 4 else self._full(glued)

    def _full(self, short: str) -> str:
        """The year of an edition that "18" or "'18" stands for; empty where there is none."""
        return self._known.short_years.get(short.removeprefix("'"), "")

    def _stands(self, match: re.Match[str], block: FoundBlock, text: str, mention: Mention, guidance: bool) -> bool:
        """Whether a name in this form and company is the guidance's."""
        if mention.sort == "former":
            return True
        named, strong = match[0], bool(mention.year or mention.cites)
        ranged = bool(_RANGE.match(text, match.end()))
        if mention.sort == "abbreviation":
            known = mention.year in self._known.years if mention.year else bool(mention.cites)
            return match["glued"] != "" and not ranged and known
        if match["loose"]:
            return not ranged and self._loose_stands(match, text, mention, guidance)
        if mention.sort == "short":
            return not ranged and self._short_stands(match, text, strong or guidance)
        capitals = [word[0].isupper() for word in re.findall(r"[A-Za-z]+", named) if len(word) > 3]
        if all(capitals) or strong or guidance:
            return True
        alone = len(text) < _CITATION and not text.replace(named, "", 1).strip("-*•▪[](){}'\"0123456789.,;: ")
        linked = any(link.start <= match.start() and match.end() <= link.end for link in block.links)
        if alone and (linked or block.role in ("item", "cell")):
            return True
        if not capitals[0]:
            return False
        before = text[max(0, match.start() - 60) : match.start()].rstrip("'\" ")
        return bool(re.search(r"[a-z,;(]$", before)) or text[match.start() - 1 : match.start()] in ("'", '"')

    def _loose_stands(self, match: re.Match[str], text: str, mention: Mention, guidance: bool) -> bool:
        """ "working together 2018 p 41", "WORKING TOGETHER 2015", "the Working together guidance": not as it is
        written, and so more is asked of what stands beside it."""
        direct = re.match(rf"\s+\(?({YEAR})\b", text[match.end() :])
        year = bool(direct and direct[1] in self._known.years)
        if match[0].isupper():
            return year or bool(mention.cites) or guidance
        lead = text[max(0, match.start() - 60) : match.start()].lower()
        if match[0][0].isupper() and guidance and lead.rstrip().endswith("the"):
            return True
        before = re.search(r"(\w+)\W*$", lead)
        called = before is None or before[1] not in _VERBS
        led = before is None or before[1] in _LEADS
        return year and called and (bool(mention.cites) or led)

    def _short_stands(self, match: re.Match[str], text: str, supported: bool) -> bool:
        behind = text[match.end() : match.end() + 30]
        if re.match(r"\s+(?:with|towards?|across|for|to)\b", behind):
            return False
        if supported:
            return True
        other = re.match(r"\s+[A-Z]\w+", behind)
        lead = text[max(0, match.start() - 60) : match.start()]
        before = re.search(r"(?:^|[.:;?!]\s+|\b[a-z]+\s+|[('\"]\s*)['\"]?$", lead)
        return bool(before) and not other

    def _author(self, match: re.Match[str], text: str, floor: int) -> Mention | None:
        """An author and a year on their own, as in "(HM Government, 2018, p. 13)": whatever else is by them."""
        right = self._scan_right(text, match.end(), None)
        if not right.year or right.year not in self._known.years or self._then_named.match(text, right.edge):
            return None
        behind = text[right.edge : right.edge + _CITATION]
        titled = re.match(r"[)\].,:;\s'\"]*(?:[A-Z]['\w]*\s+[\w']+)", behind)
        entry = match.start() < _CITATION and not text[: match.start()].strip("-*•[]( \t0123456789.)")
        closed = re.match(r"\s*[)\]]?\s*[.;]\s", behind)
        if titled and (entry or not closed) and not right.places:
            return None
        sentence = sentence_before(text, match.start())
        if self._other.search(sentence) or self._other.search(behind[:80].split(". ")[0]):
            return None
        if _ANOTHER.search(sentence):
            return None
        if _OUTSIDE.match(text, match.start()) and re.search(r"(?<!\bguidance)\s*[(\[]\s*$", sentence):
            return None
        plain = _PLAINLY_TITLED.search(sentence)
        closes = not re.search(r"\w|\.\s*$", re.sub(r"^[^)\]]*[)\]]", "", behind))
        if plain and not _STATED.search(plain["title"]) and (plain["alone"] is None or (closes and ")" in behind)):
            return None
        titled = _TITLED.search(sentence)
        if titled and not _A_ROLE.search(sentence[: titled.start("first")]):
            return None
        return self._placed(match, text, floor, right, "author", right.year)

    def _placed(
        self, match: re.Match[str], text: str, floor: int, right: _Scan, sort: Sort, year: str | None
    ) -> Mention:
        """What is no name of its own, with the places on both sides of it."""
        left = self._scan_left(text, match.start(), floor)
        start = left.edge if left.places else match.start()
        return Mention(start, right.edge, sort, year, _between(left, right), sure=False)

    # --- What stands beside it ---

    def _scan_right(self, text: str, start: int, year: str | None) -> _Scan:
        at = edge = start
        places: list[str] = []
        others: list[str] = []
        joint = ""  # what stands between a place and the one before: whether it parts them is told by `read_places`
        guidance, fillers, updated = False, 0, None
        while fillers < 8 and (found := self._next(text, at, year)):
            kind, token = found
            at = token.end()
            if kind in ("year", "in", "years"):
                others += [year or ""] if kind == "years" else []
                year, edge = token["year"], at
            elif kind == "place" or (kind in ("page", "paragraph") and year):
                places += (joint, token[0] if kind == "place" else f"{kind} {token[kind]}")
                joint, edge = "", at
            elif kind == "short":
                edge = at
            else:
                updated = token["year"] if kind == "again" else updated
                joint += token[0] if kind in ("gap", "lead") else " "
                fillers += kind not in ("gap", "caption")
                guidance = guidance or "guidance" in token[0].lower()
        if text[edge : edge + 1] in (")", "]") and text.count("(", start, edge) > text.count(")", start, edge):
            edge += 1
        return _Scan(edge, year, "".join(places), guidance, tuple(others), updated)

    def _next(self, text: str, at: int, year: str | None) -> tuple[str, re.Match[str]] | None:
        """The next token behind a name of which a year is known, or not."""
        for kind, pattern in self._right:
            token = pattern.match(text, at)
            barred = kind in ("year", "in") if year else kind in ("again", "years")
            if not token or token.end() <= at or barred or (kind == "in" and not self.was_issued(token)):
                continue
            own = _OWN_EDITION.match(text, token.end()) if kind == "place" and year else None
            if not (own and own["year"] != year):
                return kind, token
        return None

    def was_issued(self, token: re.Match[str]) -> bool:
        """Whether an edition or a re-issue is of that month: "in December 2023" may date a meeting as well."""
        month = _MONTHS.index(token["month"][:3].lower()) + 1
        return f"{token['year']}-{month:02}" in self._issued

    def _scan_left(self, text: str, start: int, floor: int) -> _Scan:
        floor = max(floor, start - _REACH)
        before = text[floor:start]
        edge = len(before)
        year, places, guidance = None, "", False
        others: tuple[str, ...] = ()
        for _ in range(8):
            barred = {*(_DATING if year else ()), *(("place",) if places else ())}
            tokens = ((kind, pattern.search(before)) for kind, pattern in self._left if kind not in barred)
            kind, token = next(((kind, token) for kind, token in tokens if token), ("", None))
            if token is None:
                break
            before = before[: token.start()]
            if kind == "editions":
                *others_, year = re.findall(YEAR, token[0])
                others, edge = tuple(others_), token.start()
            elif kind in _DATING:
                year, edge = token["year"], token.start()
            elif kind == "place":
                places, edge = token[0], token.start()
            guidance = guidance or (kind == "word" and token[0].strip().lower() in ("guidance", "statutory"))
        return _Scan(floor + edge, year, places, guidance, others)


_DATING = ("editions", "year", "author-year", "edition")  # tokens before a name that tell its edition
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LEADS = frozenset(
    {"see", "under", "per", "in", "the", "of", "with", "to", "from", "by", "and", "cite", "cites", "quotes"}
)
_VERBS = frozenset({"been", "be", "being", "is", "are", "was", "were", "we", "they", "people", "agencies", "keep"})
_SORTS: tuple[Sort, ...] = ("former", "name", "short", "number", "abbreviation", "author")
