"""Grammar of references: where a text names the guidance, which edition, and which place in it.

Works on one block at a time; whether what is named exists, and what became of it, is decided in `verdicts`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from guidance.audit.texts import FoundBlock, FoundLink
from guidance.audit.vocabulary import QUOTES, AuditVocabulary, Sieve, alternatives
from guidance.cite.citation import CitationGrammar, Known, NotUnderstoodError
from guidance.cite.grammar import DAY, MONTH, PAGES, PARAGRAPHS, PLACE, YEAR, CitedPlace, Step, read_places

_DATED = rf"(?:(?:{DAY}\s+)?{MONTH}\s+)?(?P<year>{YEAR})[a-d]?(?!\w|[/–—-]\s?\d)"
_RANGE = re.compile(rf"[\s:,(–-]*{YEAR}\s?[/–—-]\s?\d")
_SEASON = re.compile(rf"\s(?P<year>{YEAR})/\d\d(?![\w/–—-])")  # behind the whole name: "2015/16" begins with 2015
_SHORT_YEAR = r"\s'\d\d(?![\w'])"
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'()\[\]]+(?:\([^\s()]*\))?[^\s<>\"'()\[\].,;:!?]*")
_CITATION = 300  # characters of a block that may be one citation
_REACH = 160  # characters before a name in which its place and year may stand

Sort = Literal["name", "former", "short", "abbreviation", "author", "number", "address", "unnamed"]


class Mention(Struct, frozen=True):
    """A stretch of a block that names the guidance: the year as written (or the edition an address leads to;
    None where there is neither) and the places named with it, none where it is named as a whole."""

    start: int
    end: int
    sort: Sort
    year: str | None = None
    cites: tuple[CitedPlace, ...] = ()
    sure: bool = True


class _Scan(Struct, frozen=True):
    """What stands beside a name on one side: how far it reaches, the year and places, what speaks for guidance."""

    edge: int
    year: str | None = None
    places: str = ""
    guidance: bool = False


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
            rf"|(?P<short>{alternatives(wanted.short)})"
            rf"|(?P<number>(?i:{alternatives(tuple(numbers))}))"
            rf"|(?P<abbreviation>{alternatives(wanted.abbreviations)})(?P<glued>{YEAR}|'?\d\d)?"
            rf"|(?P<author>{author})(?=[\s,]*[(\[]?{YEAR}))(?![\w-]|['’]\w{{2}})"
        )
        self._other = re.compile(rf"\b(?:{alternatives(wanted.others)})", re.IGNORECASE)
        self._never = re.compile(
            _behind(wanted.never_before, rf"(?:[\s'\"]*\(?{YEAR}\)?|{_SHORT_YEAR})?"), re.IGNORECASE
        )
        self._not = re.compile(_behind(wanted.not_before, ""), re.IGNORECASE)
        self._then_named = re.compile(
            rf"[)\].,:;\s'\"*_]*(?i:{alternatives(wanted.names)}|{alternatives(wanted.short)})"
        )
        named = alternatives((*wanted.names, *wanted.short, *wanted.abbreviations))
        self._right = _right_tokens(author, f"(?:{named})")
        self._left = _left_tokens(author)

    def candidates(self, block: FoundBlock) -> tuple[Mention, ...]:
        """All that may name the guidance, in order; what is not `sure` needs support from the rest of its file."""
        found = self._named(block) if self._sieve.may_hold(block.text) else ()
        return self._whole(block.text, found) if len(block.text) < _CITATION else found

    def _whole(self, text: str, found: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """A block that is one citation and nothing else, such as a line of a list, read as `guidance cite` does."""
        if "://" in text or not any(year in text for year in self._known.years):
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
        hidden = [match.span() for match in _URL.finditer(text)]
        for match in self._name.finditer(text):
            floor = found[-1].end if found else 0
            inside = any(start <= match.start() < end for start, end in hidden)
            if match.start() < floor or inside:
                continue
            if mention := self._judge(match, text, floor):
                found.append(mention)
        return tuple(found)

    # --- One name ---

    def _judge(self, match: re.Match[str], text: str, floor: int) -> Mention | None:
        sort: Sort = next(s for s in _SORTS if match[s])
        if sort == "number":
            edition = self._numbers[match[sort].casefold()]
            right = self._scan_right(text, match.end(), edition)
            return Mention(match.start(), right.edge, sort, edition, read_places(right.places))
        if sort == "author":
            return self._author(match, text, floor)
        if self._never.match(text, match.end()) or (sort != "abbreviation" and self._not.match(text, match.end())):
            return None
        right = self._scan_right(text, match.end(), self._year_of(match, text))
        left = self._scan_left(text, match.start(), floor)
        year = right.year or left.year
        places = " , ".join(filter(None, (left.places, right.places)))
        mention = Mention(left.edge, right.edge, sort, year, read_places(places))
        if not self._stands(match, text, mention, left.guidance or right.guidance):
            return None
        return mention

    def _year_of(self, match: re.Match[str], text: str) -> str | None:
        """The year that a name carries: "WT2018", "WT18" or "Working Together '18" where there is such an edition,
        the year of a title that only one edition had, and 2015 of "2015/16" behind the whole name."""
        if match["former"]:
            return self._former[" ".join(match["former"].casefold().split())]
        glued, season = match["glued"], _SEASON.match(text, match.end())
        if match["name"] and season and season["year"] in self._known.years:
            return season["year"]
        if not glued:
            short = re.compile(_SHORT_YEAR).match(text, match.end())
            return self._full(short[0].strip()) or None if short else None
        return glued if len(glued) == 4 else self._full(glued)

    def _full(self, short: str) -> str:
        """The year of an edition that "18" or "'18" stands for; empty where there is none."""
        return self._known.short_years.get(short.removeprefix("'"), "")

    def _stands(self, match: re.Match[str], text: str, mention: Mention, guidance: bool) -> bool:
        """Whether a name in this form and company is the guidance's."""
        if mention.sort == "former":
            return True
        named, strong = match[0], bool(mention.year or mention.cites)
        ranged = bool(_RANGE.match(text, match.end()))
        if mention.sort == "abbreviation":
            return match["glued"] != "" and not ranged and (bool(mention.year) or bool(mention.cites))
        if mention.sort == "short":
            return not ranged and self._short_stands(match, text, strong or guidance)
        capitals = [word[0].isupper() for word in re.findall(r"[A-Za-z]+", named) if len(word) > 3]
        if all(capitals) or strong or guidance:
            return True
        if not capitals[0]:
            return False
        before = text[: match.start()].rstrip("'\" ")
        return bool(re.search(r"[a-z,;(]$", before)) or text[match.start() - 1 : match.start()] in ("'", '"')

    def _short_stands(self, match: re.Match[str], text: str, supported: bool) -> bool:
        behind = text[match.end() : match.end() + 30]
        if re.match(r"\s+(?:with|towards?|across|for|to)\b", behind):
            return False
        if supported:
            return True
        other = re.match(r"\s+[A-Z]\w+", behind)
        before = re.search(r"(?:^|[.:;?!]\s+|\b[a-z]+\s+|[('\"]\s*)['\"]?$", text[: match.start()])
        return bool(before) and not other

    def _author(self, match: re.Match[str], text: str, floor: int) -> Mention | None:
        """An author and a year on their own, as in "(HM Government, 2018, p. 13)": whatever else is by them."""
        right = self._scan_right(text, match.end(), None)
        if not right.year or right.year not in self._known.years or self._then_named.match(text, right.edge):
            return None
        behind = text[right.edge :]
        titled = re.match(r"[)\].,:;\s'\"]*(?:[A-Z]['\w]*\s+[\w']+)", behind)
        entry = not text[: match.start()].strip("-*•[]( \t0123456789.)")
        closed = re.match(r"\s*[)\]]?\s*[.;]\s", behind)
        if titled and (entry or not closed) and not right.places:
            return None
        sentence = re.split(r"[.;?!]\s+(?=[A-Z])", text[: match.start()])[-1]
        if self._other.search(sentence) or self._other.search(behind[:80].split(". ")[0]):
            return None
        left = self._scan_left(text, match.start(), floor)
        edge = left.edge if left.places else match.start()
        places = " , ".join(filter(None, (left.places, right.places)))
        return Mention(edge, right.edge, "author", right.year, read_places(places), sure=False)

    # --- What stands beside it ---

    def _scan_right(self, text: str, start: int, year: str | None) -> _Scan:
        at = edge = start
        places: list[str] = []
        joint = ""  # what parts a place from the one before
        guidance, fillers = False, 0
        while fillers < 8:
            for kind, pattern in self._right:
                token = pattern.match(text, at)
                if token and token.end() > at and not (kind == "year" and year) and (year or kind != "again"):
                    break
            else:
                break
            at = token.end()
            if kind == "year":
                year, edge = token["year"], at
            elif kind == "place":
                places.append(joint + token[0])
                joint, edge = " , ", at
            elif kind == "colon" and year:
                places.append(f"{joint}page {token['page']}")
                edge = at
            elif kind in ("bracket", "decimals") and year:
                places.append(f"{joint}paragraph {token['paragraph']}")
                edge = at
            elif kind == "short":
                edge = at
            else:
                joint = " and " if token[0].startswith("and ") else joint
                fillers += kind != "gap"
                guidance = guidance or "guidance" in token[0].lower()
        if text[edge : edge + 1] in (")", "]") and text.count("(", start, edge) > text.count(")", start, edge):
            edge += 1
        return _Scan(edge, year, "".join(places), guidance)

    def _scan_left(self, text: str, start: int, floor: int) -> _Scan:
        floor = max(floor, start - _REACH)
        before = text[floor:start]
        edge = len(before)
        year, places, guidance = None, "", False
        for _ in range(8):
            for kind, pattern in self._left:
                token = pattern.search(before)
                if (
                    token
                    and not (kind in ("year", "author-year", "edition") and year)
                    and not (places and kind == "place")
                ):
                    break
            else:
                break
            before = before[: token.start()]
            if kind in ("year", "author-year", "edition"):
                year, edge = token["year"], token.start()
            elif kind == "place":
                places, edge = token[0], token.start()
            guidance = guidance or (kind == "word" and token[0].strip().lower() in ("guidance", "statutory"))
        return _Scan(floor + edge, year, places, guidance)


_Tokens = tuple[tuple[str, re.Pattern[str]], ...]
_SORTS: tuple[Sort, ...] = ("former", "name", "short", "number", "abbreviation", "author")


def _behind(words: Sequence[str], between: str) -> str:
    return rf"{between}['\"]?[\s(,]*(?:{alternatives(tuple(words))})(?![\w-])"


def _right_tokens(author: str, name: str) -> _Tokens:
    """What may stand behind a name, in the order in which it is tried. A place that goes on "of our policy", or of
    another name, belongs there."""
    elsewhere = (
        rf"(?!\)?,?\s*(?:of|in|from)\s+(?:(?:the\s+)?(?:{name}|{YEAR})|this\b|our\b|its\b|(?!England)[A-Z]|"
        r"the\s+(?!guidance|document|statutory|pdf|same)))(?!\s+(?:above|below)\b)"
    )
    issued = r"(?i:published|issued|re-?issued|updated|revised|amended)"
    dated = rf"(?:{DAY}\s+)?(?:{MONTH}\s+)?{YEAR}\b"
    lead = (
        r"(?:(?i:says|states|sets out|requires|advises|explains|describes|makes clear)\b,?\s*)?"
        r"(?i:at|in|on|under|see|see also|and|and in|and at|specifically|especially|particularly|e\.g\.)"
    )
    return _compiled(
        ("short", rf"{_SHORT_YEAR}|\s{YEAR}/\d\d\b"),
        ("year", _DATED),
        ("place", rf"{PLACE}{elsewhere}"),
        ("bracket", rf"at\s+\[(?P<paragraph>{PARAGRAPHS})(?!\]?\()"),
        ("colon", rf":\s?(?:pp?\.?\s*)?(?P<page>{PAGES})(?=\s*(?:[);\]]|\.?$))"),
        ("decimals", rf",\s+(?=\d{{1,2}}\.\d)(?P<paragraph>{PARAGRAPHS})(?!\s*%)"),  # "Working Together 2010, 5.17"
        (
            "word",
            rf":\s*(?i:statutory|guidance|a guide)\b[^.;()\[\]]{{0,140}}?(?=\s*[(,]?\s*(?:{MONTH}\s+)?{YEAR}\b)",
        ),
        ("gap", r"[\s,;()\[\]'\"/–—*_-]+"),
        ("gap", rf":(?=\s*(?:{PLACE}|{YEAR}|{MONTH}|(?i:statutory|guidance)\b))"),
        ("gap", rf"\.(?=\s*(?:{author}|\(?{YEAR}\)?|London|TSO)\b)"),
        ("again", rf"(?:as\s+|last\s+)?{issued}\s+(?:in\s+|on\s+)?{dated}"),
        ("word", rf"(?:(?:was|were)\s+)?(?:last\s+)?{issued}\s+(?:in\s+|on\s+)?(?={dated})"),
        ("word", rf"(?:{author})(?:'s)?\b"),
        ("word", rf"(?i:guidance|edition|version)\s+(?i:of|from|dated)\s+(?={dated})"),
        ("word", rf":?\s*(?i:a guide to) [^.;()\[\]]{{3,140}}?(?=\s*(?:[.;()\[\]]|$|{YEAR}|, ))"),
        ("word", r"(?i:statutory|guidance|guide|edition|version|document|dated|England|London|TSO|the)\b"),
        ("word", rf"(?i:section|part|box|table|figure)\s+\d+(?:\.\d+)*(?=\s*[,:;]\s*{PLACE})[,:;]"),
        ("word", rf"{lead}\s+(?:the\s+)?(?={PLACE})"),
    )


def _left_tokens(author: str) -> _Tokens:
    """What may stand before a name, in the order in which it is tried."""
    several = rf"{PLACE}(?:\s+et\s+seq\.?|\s?ff?\.?(?!\w))?(?:[\s,;]*(?:(?:and|of|in)\s+)?{PLACE})*"
    year = rf"(?P<year>{YEAR})"
    open_ = r"['\"*_]*$"
    not_when = "".join(rf"(?<!{end} )" for end in ("[Ii]n", "nce", "[Bb]y", "til", "ing", "ter", "ore"))
    return _compiled(
        ("author-year", rf"(?:{author})(?:'s)?[\s,]*[(\[]?(?:{MONTH}\s+)?{year}[a-d]?[)\]]?[.,:]?\s*{open_}"),
        (
            "edition",
            rf"\b{year}\)?\s+(?i:edition|version|issue|revision|update|re-issue)(?:\s+of)?(?:\s+the)?\s*{open_}",
        ),
        ("edition", rf"\b{year}\s+(?:statutory\s+)?(?:guidance|guide),?\s+{open_}"),
        ("year", rf"{not_when}(?<![\d/–-]){year}\)?\s+{open_}"),
        ("place", rf"{several}\)?,?\s+(?:of|in|from|to|under)\s+(?:the\s+)?(?:[\w']+\s+){{0,3}}['\"*_(]*$"),
        ("place", rf"{several}\s+['\"*_(]*$"),
        ("place", rf"(?:^|(?<=[(;:])|(?<=[Ss]ee )|(?<=[Aa]t )){several}\s*[,:–-]\s*{open_}"),
        ("word", rf"(?:{author})(?:'s)?[\s,:]+{open_}"),
        (
            "word",
            r"\b(?i:the|statutory|guidance|guide|document|government's|government|national|new|current|latest|revised|"
            r"updated|in|of|under|called|entitled|titled|named|England's|and|with|to)[\s,:]+['\"*_(]*$",
        ),
    )


def _compiled(*tokens: tuple[str, str]) -> _Tokens:
    return tuple((kind, re.compile(pattern)) for kind, pattern in tokens)


# --- A whole file ----------------------------------------------------------------------------------


def find_mentions(
    blocks: Sequence[FoundBlock], grammar: Grammar, known: Known
) -> Iterator[tuple[FoundBlock, Mention]]:
    """Every reference of a file, by block. What only may be one counts where the file names the guidance surely."""
    held = [(block, grammar.candidates(block), tuple(_links(block, known))) for block in blocks]
    named = {m.year for _, mentions, _ in held for m in mentions if m.sure and m.year}
    sorts = {m.sort for _, mentions, _ in held for m in mentions}
    certain = bool(sorts & {"name", "number"} or sorts >= {"short", "author"} or any(links for *_, links in held))
    only = next(iter(named)) if len(named) == 1 else None
    for block, mentions, links in held:
        kept = [
            structs.replace(m, year=only) if m.cites and not m.year and only else m
            for m in mentions
            if (certain or (m.cites and m.sort != "unnamed") or (m.sure and (m.year or m.sort != "short")))
        ]
        for mention in sorted(_joined(kept, links), key=lambda m: (m.start, m.end)):
            yield block, mention


def _links(block: FoundBlock, known: Known) -> Iterator[Mention]:
    """The links of a block, and addresses written out in it, that lead to the guidance."""
    addressed = "://" in block.text or "www." in block.text
    written = [
        FoundLink(match.start(), match.end(), match[0])
        for match in (_URL.finditer(block.text) if addressed else ())
        if not any(link.start < match.end() and match.start() < link.end for link in block.links)
    ]
    for link in (*block.links, *written):
        found = known.look_up(link.address)
        if found and not found.other:
            cite = CitedPlace((Step("page", str(found.page)),) if found.page else (), found.anchor)
            cites = (cite,) if cite != CitedPlace() else ()
            edition = known.publication.in_force.id if found.current else found.edition
            yield Mention(link.start, link.end, "address", edition, cites)


def _joined(mentions: Iterable[Mention], links: Iterable[Mention]) -> list[Mention]:
    """References in words and in links: a link around a name that says the same, or says more, is one with it."""
    found = list(mentions)
    for link in links:
        at = next((i for i, m in enumerate(found) if m.start < link.end and link.start < m.end), None)
        if at is not None and (found[at].year in (None, link.year) or link.year is None):
            both = found[at]
            cites = both.cites or link.cites
            found[at] = Mention(
                min(both.start, link.start), max(both.end, link.end), both.sort, both.year or link.year, cites
            )
        else:
            found.append(link)
    return found
