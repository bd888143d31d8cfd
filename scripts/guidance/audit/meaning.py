"""Which edition each mention of a file means: told by its own words, by its link, by the row of a table, by a name
that the file gives, by what was cited before it, or by the file's title; or not told.

An edition is never guessed: that a file names one edition elsewhere does not tell which one a number is of.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from guidance.audit.mentions import URL, Grammar
from guidance.audit.texts import FoundBlock, FoundLink
from guidance.audit.vocabulary import ENDS, QUOTES, Mention, Placed, sentence_before
from guidance.cite.citation import Known
from guidance.cite.grammar import DAY, MONTH, PLACE, YEAR, CitedPlace, Step, read_places

_NEAR = 2  # blocks back to which "ibid." may lead
_TITLE = 160  # characters of a heading
_MOST_TERMS = 20  # a file defines no more for its editions
_FIRST = 4  # blocks among which a file's title stands

_CELL = re.compile(  # a cell that is a date and nothing else, or one of these with a place
    rf"[(\[]?(?:(?:{DAY}\s+)?(?P<month>{MONTH}),?\s+|\d{{1,2}}/(?:\d{{1,2}}/)?)?(?P<year>{YEAR})(?:\s+edition)?[)\]]?",
    re.IGNORECASE,
)
_PAGES = re.compile(r"\bpages?\b|\bpp?\b\.?", re.IGNORECASE)
_OURS = re.compile(  # headings of columns whose dates are ours and not the edition's
    r"review|access|check|visit|next|due|adopt|approv|read|download|retriev|upload|added|expir|our|local",
    re.IGNORECASE,
)
_SAME = r"(?:document|guidance|guide|edition|publication|version|paper|source|text|work)"
_IBID = (
    re.compile(  # "ibid.", "in the same, page 26", "paragraph 9 of that edition", "its chapter 4", "page 3 of it"
        rf"(?<!\w)(?:(?:ibid(?:em)?|op\.?\s?cit|loc\.?\s?cit)\.?(?!\w)|"
        rf"(?:in|of|from|see)\s+(?:the\s+same(?:\s+{_SAME}(?!\w)|(?=\s*[,;:.)]))|that(?:\s+same)?\s+{_SAME}(?!\w))|"
        rf"(?P<it>its(?=\s+{PLACE})|(?:in|of|from)\s+it(?![\w'’])))",
        re.IGNORECASE,
    )
)
_ANY_WORK = re.compile(  # of which "it" may speak as well
    r"\b(?:act|agreements?|arrangements|assessments?|books?|code|documents?|forms?|frameworks?|handbooks?|judgments?|"
    r"leaflets?|letters?|manuals?|papers?|plans?|polic(?:y|ies)|procedures?|protocols?|publications?|reports?|reviews?|"
    r"standards?|strateg(?:y|ies)|submissions?|toolkits?)\b",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(rf"\b(?:Act|Regulations|Order|Rules|Code)\b|\b[A-Z][a-z]+,?\s+\(?{YEAR}\b")
_SAID = (
    r"(?:(?:here|herein)?after|henceforth|from\s+(?:here|now)\s+on|below|throughout|in\s+this\s+\w+|referred\s+to|"
    r"known|called|abbreviated|shortened|named|as|or|to|simply|just|the\s+term|[,:]|\s)"
)
_TERM = r"['\"](?P<term>[^'\"]{2,50}?)[.,]?['\"]"
_DEFINES = re.compile(rf"[\s,)]*(?:\(\s*{_SAID}*|(?<=\W){_SAID}{{2,}}){_TERM}", re.IGNORECASE)
_WITHIN = re.compile(rf"\(\s*{_SAID}*{_TERM}\s*\)", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\(\s*(?P<term>(?:the\s+)?[A-Z][A-Za-z]*(?:\s?'?\d{2,4})?)\s*\)")
_MEANS = re.compile(
    r"['\"](?P<term>[^'\"]{2,50})['\"]\s*(?:\(\w+\)\s*)?(?:means|refers?\s+to|stands\s+for|is|denotes|will\s+mean|shall\s+mean)"
    r"\s+(?:(?:the|statutory|guidance|current|HM|Government's|government's)\s+)*['\"*_]*$"
)
_ASIDE = re.compile(  # what may stand between a name and the link to it
    rf"(?:[\s()\[\]:;,.–—'\"<>|*_-]|GOV\.UK|London|Crown copyright|HM Government|Department for Education|DfE|"
    r"available|at|from|here|link|online|see|download|pdf|on|the|view|via|web|retrieved|"
    rf"(?:last\s+)?(?:accessed|viewed|retrieved)(?:\s*:?\s*(?:on\s+)?(?:{DAY}\s+)?{MONTH},?\s+{YEAR})?)*",
    re.IGNORECASE,
)
_OWN_NAME = re.compile(
    r"((?:[A-Z][\w'&-]*\s+(?:(?:of|and|the|for|in|to)\s+)*){1,8})\(\s*['\"]?(?P<term>[A-Z]{2,6})['\"]?\s*\)"
)


class _FileNames(Struct, frozen=True):
    """What a file says about names: terms it defines with their years, abbreviations that mean something else."""

    terms: Mapping[str, str]
    disowned: frozenset[str]


def find_mentions(blocks: Sequence[FoundBlock], grammar: Grammar, known: Known) -> Iterator[Placed]:
    """Every reference of a file, by block. What only may be one counts where the file names the guidance surely."""
    named = [(block, _linked(block, grammar.candidates(block), known, grammar)) for block in blocks]
    mentions = [mention for _, found in named for mention in found]
    sorts = {mention.sort for mention in mentions}
    certain = bool(sorts & {"name", "number", "address"} or sorts >= {"short", "author"})
    years = {known.years.get(m.year, m.year) for m in mentions if m.year and m.sure}
    certain = certain or bool(years and any(m.sort == "short" for m in mentions if m.year))
    file = _FileNames(*_definitions(named, grammar))
    title, rows = _title(named, years), _rows(blocks)
    naming = {id(block) for block, found in named if any(m.sort != "address" for m in found)}
    before: list[tuple[int, Placed]] = []  # the last one, and its block's number
    for at, (block, found) in enumerate(named):
        kept = [m for m in found if _counts(m, block, certain, years, known, file)]
        kept = [m for m in kept if not _again(m, kept, block, known)]
        kept = [_by_term(m, block, file) for m in kept]
        kept = [] if _is_of_row(kept, block, rows, naming, known) else _by_row(kept, block, rows, known)
        kept = _dated_below(kept, block, named[at + 1 : at + 2], grammar, known)
        kept += _of_column(block, kept, rows, named)
        kept += _of_terms(block, kept, file, grammar)
        kept += _of_title(block, kept, title)
        kept += _ibid(block, kept, at, before, grammar)
        for mention in sorted(kept, key=lambda m: (m.start, m.end)):
            before = [(at, (block, mention))]
            yield block, mention


def _counts(m: Mention, block: FoundBlock, certain: bool, years: set[str], known: Known, file: _FileNames) -> bool:
    """Whether what may be a reference is one, in this file."""
    if m.sort == "abbreviation" and any(one in block.text[m.start : m.end] for one in file.disowned):
        return False
    if m.sort == "unnamed":
        return certain and (not m.year or known.years.get(m.year, m.year) in years or bool(m.cites))
    return certain or bool(m.cites) or (m.sure and bool(m.year or m.sort != "short"))


def _again(mention: Mention, kept: Sequence[Mention], block: FoundBlock, known: Known) -> bool:
    """Whether a short form only says again what stands before it: "Working Together 2015 (WT2015)"."""
    if mention.sort != "abbreviation" or mention.cites:
        return False
    year = known.years.get(mention.year or "", mention.year)
    before = (m for m in kept if m.end <= mention.start and known.years.get(m.year or "", m.year) == year)
    between = (block.text[m.end : mention.start] for m in before)
    return any(re.fullmatch(rf"[)\s]*(?:is\s+)?{_SAID}*[\[(\s'\"“‘]*", words) for words in between)


# --- Links ---


def _linked(block: FoundBlock, mentions: Sequence[Mention], known: Known, grammar: Grammar) -> list[Mention]:
    """The references of a block in words and links: a link around a name, or directly behind it, is one with it."""
    found = list(mentions)
    links = [*block.links, *_written(block)]
    for link in links:
        led = known.look_up(link.address)
        if led is None:
            continue
        around = [i for i, m in enumerate(found) if m.start < link.end and link.start < m.end]
        before = [i for i, m in enumerate(found) if m.end <= link.start and not m.newest]
        around = around or [i for i in before if _beside(block.text, found[i].end, link)][-1:]
        if led.other:
            others = [found[i] for i in around]
            found = [m for i, m in enumerate(found) if i not in around]
            found += [structs.replace(m, against=led.other) for m in others if m.year or m.cites]
            continue
        step = (Step("page", str(led.page)),) if led.page else ()
        cites: tuple[CitedPlace, ...] = (CitedPlace(step, led.anchor),) if step or led.anchor else ()
        if not around:
            floor = max((m.end for m in found if m.end <= link.start), default=0)
            start, end, beside = _places_by(block.text, link, floor, grammar)
            cites = beside or cites
            year = led.edition or (known.publication.in_force.id if led.current and not cites else None)
            found.append(Mention(start, end, "address", year, cites, told="link", newest=led.current))
        said = {known.years.get(found[i].year or "", found[i].year) for i in around} - {None}
        for i in around:
            m = found[i]
            both = structs.replace(
                m, start=min(m.start, link.start), end=max(m.end, link.end), cites=m.cites or cites, sure=True,
                newest=led.current, sort="address" if m.sort == "unnamed" else m.sort,
            )  # fmt: skip
            if led.edition and said and led.edition not in said:
                both = structs.replace(both, against=led.edition)
            elif not m.year:
                newest = known.publication.in_force.id if led.current and not both.cites else None
                both = structs.replace(both, year=led.edition or newest, told="link")
            found[i] = both
    return found


def _places_by(text: str, link: FoundLink, floor: int, grammar: Grammar) -> tuple[int, int, tuple[CitedPlace, ...]]:
    """The places that a link's own words name, or that stand directly before or behind it, and from where to where
    all of it goes."""
    words = text[link.start : link.end]
    inside = () if URL.match(words) else read_places(words)
    begin, before = grammar.places_before(text, link.start, floor)
    end, behind = grammar.places_behind(text, link.end)
    start = link.start if inside or behind else begin
    return start, end if behind and not inside else link.end, inside or behind or before


def _beside(text: str, end: int, link: FoundLink) -> bool:
    """Whether nothing lies between a name's end and a link, nor in the link's words, that says anything."""
    words = text[link.start : link.end]
    plain = bool(URL.match(words)) or bool(_ASIDE.fullmatch(re.sub(r"\d+\s*[KM]B|\bopens\b.*", "", words)))
    return link.start - end < 60 and plain and bool(_ASIDE.fullmatch(text[end : link.start]))


def _written(block: FoundBlock) -> Iterator[FoundLink]:
    """Addresses that are written out, put together again where a space broke them."""
    if not any(sign in block.text for sign in ("://", "www.", "gov.uk/")):
        return
    for match in URL.finditer(block.text):
        if any(link.start < match.end() and match.start() < link.end for link in block.links):
            continue
        broken = re.match(r"[-–/_]?\s[-–]{0,2}[a-z0-9][\w./%–-]*", block.text[match.end() :])
        joined = match[0][-1] in "-–/_" or (broken is not None and broken[0][0] in "-–/_")
        joined = joined or (broken is not None and broken[0].lstrip()[0] in "-–")
        end = match.end() + (broken.end() if broken and joined else 0)
        yield FoundLink(match.start(), end, re.sub(r"\s", "", block.text[match.start() : end]).rstrip(".,;"))


# --- Names that a file gives ---


def _definitions(
    named: Sequence[tuple[FoundBlock, Sequence[Mention]]], grammar: Grammar
) -> tuple[dict[str, str], frozenset[str]]:
    """The terms that a file defines for an edition, with its year; and abbreviations that it uses otherwise."""
    terms: dict[str, str] = {}
    disowned: set[str] = set()
    for block, mentions in named:
        text = block.text.translate(QUOTES)
        for own in _OWN_NAME.finditer(text):
            initials = "".join(word[0] for word in own[1].split() if word[0].isupper())
            ours = any(m.start < own.end(1) and own.start() < m.end for m in mentions if m.sort != "abbreviation")
            if own["term"] in initials and not ours:
                disowned.add(own["term"])
        for mention in mentions:
            if not mention.year or mention.sort == "unnamed":
                continue
            behind = _DEFINES.match(text, mention.end) or _BRACKETED.match(text, mention.end)
            inside = _WITHIN.search(text, mention.start, mention.end)
            before = _MEANS.search(text[: mention.start])
            for match in filter(None, (behind, inside, before)):
                term = re.sub(r"^[Tt]he\s+", "", match["term"].strip())
                terms[term] = mention.year if terms.get(term, mention.year) == mention.year else ""
    told = [(term, year) for term, year in terms.items() if year]
    return dict(told[:_MOST_TERMS]), frozenset(disowned - terms.keys())


def _by_term(mention: Mention, block: FoundBlock, file: _FileNames) -> Mention:
    """A name without a year, where the file has said which edition it means by it."""
    if mention.year or mention.newest or not file.terms:
        return mention
    words = block.text[mention.start : mention.end].translate(QUOTES)
    said = (year for term, year in file.terms.items() if re.search(rf"(?<!\w){re.escape(term)}(?!\w)", words))
    return structs.replace(mention, year=year, told="name") if (year := next(said, None)) else mention


def _of_terms(block: FoundBlock, kept: Sequence[Mention], file: _FileNames, grammar: Grammar) -> Iterator[Mention]:
    """Places cited by a term that the file defined: "The Guidance, paragraph 26"."""
    text = block.text.translate(QUOTES)
    for term, year in file.terms.items():
        for match in re.finditer(rf"(?<!\w)(?:[Tt]he\s+)?{re.escape(term)}(?![\w])", text):
            if any(m.start < match.end() and match.start() < m.end for m in kept):
                continue
            end, behind = grammar.places_behind(text, match.end(), year)
            floor = max((m.end for m in kept if m.end <= match.start()), default=0)
            begin, before = grammar.places_before(text, match.start(), floor)
            if behind or before:
                yield Mention(begin, max(end, match.end()), "unnamed", year, (*before, *behind), told="name")


# --- Rows of tables ---


_Rows = Mapping[tuple[int, int], Sequence[tuple[int, FoundBlock]]]


def _rows(blocks: Sequence[FoundBlock]) -> _Rows:
    """The cells of every row, by table and row, with their columns; row 0 of a table is its first one again."""
    found: dict[tuple[int, int], list[tuple[int, FoundBlock]]] = {}
    firsts: dict[int, int] = {}
    for block in blocks:
        if block.cell:
            table, row, column = block.cell
            found.setdefault((table, row), []).append((column, block))
            firsts.setdefault(table, row)
    return found | {(table, 0): found[table, row] for table, row in firsts.items()}


def _by_row(mentions: list[Mention], block: FoundBlock, rows: _Rows, known: Known) -> list[Mention]:
    """A title in a table, with the date and the place that stand in the next cells of its row."""
    if block.cell is None or len(mentions) != 1 or mentions[0].newest:
        return mentions
    (mention,) = mentions
    table, row, _ = block.cell
    heads = _heads(table, row, rows)
    for at, cell in rows[table, row]:
        if cell is block:
            continue
        words = cell.text.strip()
        author = next((one for one in known.naming.authors if words.startswith(f"{one}, ")), None)
        words = words.removeprefix(f"{author}, ")
        date = _CELL.match(words)
        head = heads.get(at, "")
        if date and date["year"] in known.years and not _OURS.search(head) and not mention.year:
            rest = words[date.end() :]
            if not re.sub(r"\W", "", re.sub(PLACE, "", rest)):
                mention = structs.replace(mention, year=date["year"], told="row")
        place = re.sub(_CELL, "", words, count=1) if date else words
        place = f"page {place}" if _PAGES.fullmatch(head.strip()) and re.fullmatch(r"\d{1,3}", place) else place
        if not mention.cites and not re.sub(r"[\W_]|and", "", re.sub(PLACE, "", place)):
            mention = structs.replace(mention, cites=read_places(place))
    return [mention]


def _is_of_row(
    mentions: Sequence[Mention], block: FoundBlock, rows: _Rows, naming: Collection[int], known: Known
) -> bool:
    """Whether a cell is no more than the link, to the page of the newest edition, of a title that another cell of
    its row names and a third one dates: the title is told as the edition of that date."""
    if block.cell is None or [(m.sort, m.newest, m.cites) for m in mentions] != [("address", True, ())]:
        return False
    table, row, _ = block.cell
    heads = _heads(table, row, rows)
    cells = [(at, cell) for at, cell in rows[table, row] if cell is not block]
    dates = (_CELL.match(cell.text.strip()) for at, cell in cells if not _OURS.search(heads.get(at, "")))
    return any(id(cell) in naming for _, cell in cells) and any(d and d["year"] in known.years for d in dates)


def _of_column(
    block: FoundBlock, kept: Sequence[Mention], rows: _Rows, named: Sequence[tuple[FoundBlock, Sequence[Mention]]]
) -> Iterator[Mention]:
    """ "p 41" below "WT 2018", in a table that sets editions side by side."""
    if block.cell is None or kept or re.sub(r"[\W_]|and", "", re.sub(PLACE, "", block.text)):
        return
    table, _, column = block.cell
    head = next((id(one) for at, one in rows[table, 0] if at == column and one is not block), None)
    told = next((found for one, found in named if id(one) == head), ())
    places = read_places(block.text)
    if places and len(told) == 1 and told[0].year and not told[0].cites:
        yield Mention(0, len(block.text), "unnamed", told[0].year, places, told="row")


def _dated_below(
    kept: list[Mention], block: FoundBlock, below: Sequence[tuple[FoundBlock, Sequence[Mention]]],
    grammar: Grammar, known: Known,
) -> list[Mention]:  # fmt: skip
    """A title that stands alone, as on a card or in a list of downloads, with the day of an edition alone below it:
    that is what it means, wherever the title leads."""
    alone = len(kept) == 1 and not re.search(r"\w", block.text[: kept[0].start] + block.text[kept[0].end :])
    if not (alone and below) or below[0][1] or block.cell or kept[0].cites or (kept[0].year and not kept[0].newest):
        return kept
    date = _CELL.fullmatch(below[0][0].text.strip())
    if date is None or date["year"] not in known.years or (date["month"] and not grammar.was_issued(date)):
        return kept
    return [structs.replace(kept[0], year=date["year"], told="row")]


def _heads(table: int, row: int, rows: _Rows) -> dict[int, str]:
    """What stands above a row's cells, by column."""
    return {column: one.text for column, one in rows[table, 0]} if rows[table, 0] != rows[table, row] else {}


# --- What was cited before, and the file's title ---


def _ibid(
    block: FoundBlock, kept: Sequence[Mention], at: int, before: Sequence[tuple[int, Placed]], grammar: Grammar
) -> Iterator[Mention]:
    """ "Ibid., p. 20": a place of what was cited last, where nothing else was cited in between."""
    for match in _IBID.finditer(block.text):
        here = [m for m in kept if m.end <= match.start()]
        if here:
            last, between = max(here, key=lambda m: m.end), block.text[max(m.end for m in here) : match.start()]
        elif before and at - before[-1][0] <= _NEAR and block is not before[-1][1][0]:
            last, between = before[-1][1][1], before[-1][1][0].text[before[-1][1][1].end :]
        else:
            continue
        if _OTHER_WORK.search(between) or grammar.names_another(between):
            continue
        if match["it"] and not (here and _is_alone(last, block.text, between)):
            continue
        end, behind = grammar.places_behind(block.text, match.end(), last.year)
        begin, before_it = grammar.places_before(block.text, match.start(), max((m.end for m in here), default=0))
        if behind or before_it:
            yield Mention(begin, max(end, match.end()), "unnamed", last.year, behind or before_it, told="before")


def _is_alone(mention: Mention, text: str, between: str) -> bool:
    """Whether "it" behind a mention speaks of that: no other work is named, and it is one sentence off at most."""
    beside = sentence_before(text, mention.start) + between
    return len(ENDS.findall(between)) < 2 and not _ANY_WORK.search(beside)


def _title(named: Sequence[tuple[FoundBlock, Sequence[Mention]]], years: set[str]) -> str | None:
    """The one edition that a file's title names, where the file names no other."""
    if len(years) != 1:
        return None
    for block, mentions in named[:_FIRST]:
        heading = block.role == "heading" or (block is named[0][0] and not block.text.endswith("."))
        year = next((m.year for m in mentions if m.year and m.sort != "address"), None)
        if heading and year and len(block.text) < _TITLE:
            return year
    return None


def _of_title(block: FoundBlock, kept: Sequence[Mention], title: str | None) -> Iterator[Mention]:
    """ "(Page 13)" in a file whose title names the edition."""
    if title is None:
        return
    for match in re.finditer(rf"\((?P<places>{PLACE}(?:[,;]\s*{PLACE})*)\)", block.text):
        if not any(m.start < match.end() and match.start() < m.end for m in kept):
            yield Mention(match.start(), match.end(), "unnamed", title, read_places(match["places"]), told="title")
