"""The grammar of places: the words and numbers that name them in prose, what they name, in order, and which of an
edition's permalinks that is.

Which document and edition is meant is for `citation`, what to answer for `resolve`.
"""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from guidance.document.model import DOTTED, SPELT, Permalink

Unit = Literal[
    "part", "chapter", "annex", "section", "page", "box", "flow-chart", "figure", "table", "paragraph", "footnote",
]  # fmt: skip
UNITS: tuple[Unit, ...] = (  # from the outermost to the innermost
    "part", "chapter", "annex", "section", "page", "box", "flow-chart", "figure", "table", "paragraph", "footnote",
)  # fmt: skip
TOP: tuple[Unit, ...] = ("part", "chapter", "annex")  # what a document is divided into first
OUTER: frozenset[Unit] = frozenset({*TOP, "section"})  # hold for what is named after them

# --- Numbers ---
# Every part is written so that it means the same in Python and, with (?<name> for (?P<name>, in JavaScript; none
# needs a flag, and none is spoilt by one that makes capitals and small letters alike.

TO_NINETEEN = (*SPELT, "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {
    **{word: number for number, word in enumerate(TO_NINETEEN, 1)},
    **{word: 10 * number for number, word in enumerate(TENS, 2)},
    **{f"{ten}-{one}": 10 * n + m for n, ten in enumerate(TENS, 2) for m, one in enumerate(TO_NINETEEN[:9], 1)},
}
"""Numbers spelt out, with a hyphen between tens and ones."""

TIME_UNITS = ("minute", "hour", "day", "week", "fortnight", "month", "term", "year")
"""What time is counted in; of "second" only "seconds" does, for the other is an ordinal."""

KINDS_OF_DAY = ("working", "business", "calendar", "school", "clear", "full", "further", "consecutive")
"""What may stand before a unit of time."""
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def _spelt(words: Iterable[str]) -> str:
    """Words in small letters, with a capital ("Chapter Two") or in capitals ("CHAPTER TWO")."""
    return "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}|{word.upper()}" for word in words)


ONES = _spelt(SPELT)
ROMAN = r"[IVX]{1,5}"
LETTER = r"[A-H]"
# What stands in brackets behind a number: "153(b)", "66(1)(a)", "7(2)(a)(iv)", "12 (BA)"
# ; and with its name, "27 sub-para (b)".
SUBS = r"(?:\s?(?:sub-?para(?:graph)?s?\.?\s?)?\((?:\d{1,3}[A-Z]{0,2}|[a-z]{1,2}|[ivx]{1,5}|[A-Z])\))"
NUMBERS: dict[Unit, str] = {  # as they are printed
    "part": rf"\d{{1,2}}[A-Za-z]?|{ONES}|{ROMAN}",
    "chapter": rf"\d{{1,2}}[A-Za-z]?|{ONES}|{ROMAN}",
    "annex": rf"[A-Z]\d?|\d{{1,2}}[A-Za-z]?|{ROMAN}",  # "Annex A1", "Appendix 5", "Annex 2b", "Annex IV"
    "section": rf"\d{{1,2}}|{ONES}|{LETTER}",
    "page": r"\d{1,4}",
    "box": rf"{DOTTED}|{LETTER}",
    "flow-chart": rf"\d{{1,2}}[a-z]?|{ONES}|{LETTER}",
    "figure": rf"{DOTTED}|{LETTER}",
    "table": rf"{DOTTED}|{LETTER}",
    "paragraph": r"\d{1,4}(?:\.\d{1,3})*[A-Z]{0,2}",  # "45", "5.17", "7A"
    "footnote": r"\d{1,4}",
}
TO = r"\s+(?:to|through)\s+|\s?[–—-]\s?"  # "153 to 155", "13–14"
AND = r"[,;]\s*(?:and\s+|or\s+)?|\s+(?:and/or|and|or|&|\+)\s+|\s?/\s?"  # "12, 14 and 16", "27/28", "27; 29"

# --- Words ---

WRITTEN: dict[Unit, str] = {  # as a text writes them out
    "part": r"parts?",
    "chapter": r"chapters?",
    "annex": r"annex(?:es)?|appendi(?:x|ces)",
    "section": r"sections?",
    "page": r"pages?",
    "box": r"boxe?s?",
    "flow-chart": r"flow[ -]?charts?",  # "flow chart", "flowchart", "flow-chart"
    "figure": r"figures?",
    "table": r"tables?",
    "paragraph": r"(?:sub-?)?para(?:graph)?(?:'?s)?",  # "sub-para 27(b)", "para's 12 and 13"
    "footnote": r"(?:foot|end)notes?",
}
_SHORT: dict[Unit, str] = {  # as those who cite it shorten them
    "part": r"pts?",
    "chapter": r"chapts?|chpts?|chaps?|chs?",  # "ch.1"
    "annex": r"annexes?|annexures?|appx?s?",
    "page": r"pgs?|pp?|p\.p",  # "pp. 13-14", "pg 13"
    "figure": r"figs?",
    "paragraph": r"paragr|pars?|¶+|§+",  # "¶27", "§§ 12-14": sections are what others call paragraphs
    "footnote": r"(?:foot|end)[ -]notes?|fns?",
}
_TYPED: dict[Unit, str] = {  # only where the whole is a citation: in prose "(n 12)" is the writer's own note
    "section": r"sects?|secs?|ss?",
    "flow-chart": r"charts?",
    "footnote": r"notes?|nn?",
}
YEAR = r"(?:19|20)\d\d"
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
)
_NTH = r"(?:st|nd|rd|th)"
DAY = rf"\d{{1,2}}{_NTH}?"
# What may look like the next number of a list and is none: a year that names an edition, and the day of a date.
_NO_DATE = rf"(?!{YEAR}(?!\d)|{DAY}\s+{MONTH}(?!\w))"
# And what may look like the next letter: the short word of another unit, "annex B, p 106", "box A, n. 4".
_NO_UNIT = rf"(?![A-Za-z]{{1,2}}(?:\.\s*|\s+)(?!{YEAR}(?!\d))\d)"
# "para 27", "para. no. 27", "p13", "p . 13", "para(s) 27", "para [153]"; letters and words stand apart: "Annex B"
_LEAD = r"(?:\(s\))?(?:\s?[.:]?\s*(?:(?:[Nn]os?\.?|[Nn]umbers?)\s*)?[\[(#]?(?=\d)|\.?\s+)"
_END = r"(?!\w|\.\d)"
# Who cites a part of a paragraph may leave out the brackets: "153a"; "45ff" is 45 and what follows.
_LETTERED = r"(?:(?!ff|st|nd|rd|th)[A-Za-z]{1,2})?"


# Behind a number these say that it was no count: "Chapter 4, 223 when a worry is about staff", not "223 children".
_GOES_ON = (
    "when|where|if|says?|sets?|states?|requires?|asks?|tells?|gives?|describes?|explains?|lists?|names?|is|on|for|"
    "which|that|as|before|after|because|so|but|whenever|then"
)
# And these that it was one: "para 27, 14 children were seen", "p. 13; 45 working days".
_TIME = rf"(?:{'|'.join(KINDS_OF_DAY)})\s+(?:{'|'.join(TIME_UNITS)})s?"  # "27 and 14 business days later"
_NO_COUNT = rf"(?!(?:{_GOES_ON}|this|its|was|does|has|pls|thanks)\b)"
_COUNTED = rf"(?:children|people|men|women|working|{_TIME}|{_NO_COUNT}[a-z]+[a-rt-z]s)(?!\w)"
_AGAIN = r"(?:(?:[A-Za-z¶§]{2,}|[Pp¶§])\.?\s*)?"  # "paras 12 to para 14", "p 13 to p 15"


def _number(unit: Unit) -> str:
    if unit != "paragraph":
        return rf"(?:{NUMBERS[unit]})(?:{_END}|(?=ff?\b))\]?"
    return rf"\d{{1,4}}(?:\.\d{{1,3}})*{_LETTERED}(?:{_END}|(?=ff\b))\]?{SUBS}*"


def _list(unit: Unit) -> str:
    """The numbers of a unit: "12", "12-14, 16", "[153]-[155]"; of paragraphs "153(a)-(c) and (d)" too."""
    number, again = _number(unit), rf"(?:(?:{_words(unit)})\.?\s*)?"
    subs = rf"|{SUBS}+{_END}" if unit == "paragraph" else ""
    to = rf"(?:(?:{TO}){again}\[?(?:{number}{subs}))?"
    more = rf"{_NO_DATE}(?!\d+\s+{_COUNTED}){_NO_UNIT}"
    return rf"(?:{number}){to}(?:(?:{AND}){more}\[?(?:{number}{subs}){to})*"


def _words(unit: Unit, *, typed: bool = False) -> str:
    return "|".join(filter(None, (WRITTEN[unit], _SHORT.get(unit), _TYPED.get(unit) if typed else None)))


def _place(unit: Unit, *, typed: bool) -> str:
    """A unit with its numbers, which are a group named after it; `inner` are the paragraphs of "Chapter 4, 223"."""
    words, group = _words(unit, typed=typed), unit.replace("-", "_")
    free = "(?:" if typed else "(?i:"  # in prose, words in any case and letters as they stand
    if unit != "chapter":
        return rf"{free}{words}){_LEAD}(?P<{group}>{_list(unit)})"
    one = _number(unit)
    inner = rf"[,:]\s*(?:at\s+)?(?P<inner>{PARAGRAPHS})(?=\s*(?:[.;,)\]]|$)|\s+(?:{_GOES_ON})\b)"
    # "ch 5.17" and "s.5.17" are a paragraph, "chapters 3, 4" are two, "Chapter 4, 223" is paragraph 223
    decimal = rf"{free}{words}|{_words('section', typed=True)}){_LEAD}(?P<decimal>\d{{1,2}}\.\d{{1,3}}{_END})"
    several = rf"{free}chapters|chapts|chaps|chs){_LEAD}(?P<chapters>{_list(unit)})"
    single = rf"(?P<chapter>{one}(?:(?:{TO}|\s+(?:and|or|&)\s+)(?:{one}))?)"
    return rf"{decimal}|{several}|{free}{words}){_LEAD}{single}(?:{inner})?"


PARAGRAPHS = rf"{_NO_DATE}{_list('paragraph')}"  # without their unit: behind a chapter, in brackets
PAGES = rf"{_NO_DATE}{_list('page')}"
TYPED = "|".join(_place(unit, typed=True) for unit in UNITS)  # for any case
_PROSE = "|".join(_place(unit, typed=False) for unit in UNITS if unit != "section")  # "section 47" is the law's
PLACE = rf"(?<![\w-])(?:{re.sub(r'[(][?]P<[a-z_]+>', '(?:', _PROSE)})(?!\w)"  # to be built into other patterns
# "the third chapter", "2nd chapter"
NTH = rf"(?:{_spelt(_ORDINALS)}|\d{{1,2}}{_NTH})"
ORDINAL = rf"(?P<nth>{NTH})\s+(?P<unit>chapter|part)(?!\w)"
_ONE = re.compile(rf"(?<![\w-])(?:{_PROSE})(?!\w)")
# One member of a list: `to` joins it to the one before, `alone` is what stands in brackets without its number.
SPAN = (
    rf"(?P<to>{TO})?{_AGAIN}\[?(?:(?<!\w)(?P<number>[A-Z]?\d{{1,4}}(?:\.\d{{1,3}})*{_LETTERED}|{ONES}|{ROMAN}|[A-Z])"
    rf"(?:(?!\w)|(?=ff?\b))\]?(?P<subs>{SUBS}*)|(?P<alone>{SUBS}+))"
)
_APART = re.compile(r"(?<!\w)(?:and|or)(?!\w)|[&;/]", re.IGNORECASE)  # what stands after is a place of its own


class Step(Struct, frozen=True):
    """One unit with its number as printed ("5.17", "A1"); `to` is the last of a range, `sub` what a citation adds
    in brackets or as a letter: "b", "b(ii)"."""

    unit: Unit
    number: str
    to: str | None = None
    sub: str | None = None


class CitedPlace(Struct, frozen=True):
    """One place as cited, from the outermost unit to the innermost, which alone may be a range; `anchor` where an
    address named it. Without either it is the whole."""

    steps: tuple[Step, ...] = ()
    anchor: str | None = None

    def number(self, unit: Unit) -> str | None:
        """The number that is cited of a unit."""
        return next((step.number for step in self.steps if step.unit == unit), None)

    @property
    def to(self) -> str | None:
        """The last of the range that is cited."""
        return self.steps[-1].to if self.steps else None


class UnitList(Struct, frozen=True):
    """Numbers of one unit, as a list names them; `apart` where "and" or a semicolon stands before them."""

    steps: tuple[Step, ...]
    apart: bool = False


def read_places(words: str) -> tuple[CitedPlace, ...]:
    """The places that some words of prose name, in order: a chapter holds for what is named after it."""
    found: list[UnitList] = []
    end = 0
    for match in _ONE.finditer(words):
        found += listed(match, apart=bool(found and _APART.search(words[end : match.start()])))
        end = match.end()
    return group_places(found)


def listed(match: re.Match[str], *, apart: bool) -> Iterator[UnitList]:
    """What a match of the pattern of places lists."""
    for group, numbers in match.groupdict().items():
        if numbers and group in _GROUPS:
            yield UnitList(read_numbers(_GROUPS[group], numbers), apart and group != "inner")


_GROUPS: dict[str, Unit] = {unit.replace("-", "_"): unit for unit in UNITS}
_GROUPS |= {"chapters": "chapter", "decimal": "paragraph", "inner": "paragraph"}
_SPAN = re.compile(SPAN, re.ASCII | re.IGNORECASE)


def read_numbers(unit: Unit, numbers: str) -> tuple[Step, ...]:
    """The numbers of a list: "12-14, 16" are two, of which the first is a range; "153(a)-(c)" are three."""
    found: list[Step] = []
    for span in _SPAN.finditer(numbers):
        subs, last = span["alone"] or span["subs"] or "", found[-1] if found else None
        number, sub = _parted(unit, span["number"], subs)
        if span["to"] and last:
            if span["alone"]:
                found += _letters(last, sub)
            elif to := _follows(last.number, number):
                found[-1] = structs.replace(last, to=to)
        elif number:
            found.append(Step(unit, number, None, sub))
        elif last:
            found.append(Step(unit, last.number, None, sub))
    return tuple(found)


def _parted(unit: Unit, number: str | None, subs: str) -> tuple[str, str | None]:
    """A number as printed, and what is cited of it: "153a" is the (a) of 153, "7A" is a number."""
    sub = "".join(re.findall(r"\(\w+\)", subs))
    sub = re.sub(r"^\((\w+)\)", r"\1", sub)
    lettered = re.fullmatch(r"([\d.]+)([a-z]{1,2})", number or "")
    if lettered and unit == "paragraph":
        return lettered[1], f"{lettered[2]}{f'({sub})' if sub and '(' not in sub else sub}"
    return number_key(number or "", unit), sub or None


def number_key(number: str, unit: str) -> str:
    """A number as it is compared: "Two" and, of parts and chapters, "II" are 2."""
    if number.lower() in SPELT:
        return str(SPELT.index(number.lower()) + 1)
    if unit in ("part", "chapter") and number.upper() in _ROMANS:
        return str(_ROMANS.index(number.upper()) + 1)
    return number.upper()


def _letters(first: Step, last: str | None) -> Iterator[Step]:
    """What "(a)-(c)" names behind its first."""
    if first.sub and last and len(first.sub) == len(last) == 1:
        yield from (structs.replace(first, sub=chr(code)) for code in range(ord(first.sub) + 1, ord(last) + 1))


def _follows(first: str, last: str) -> str | None:
    """The end of a range, written out: 155 of "153-5", 5.19 of "5.17-19"; None where it does not go up."""
    *within, start = re.split(r"\.(?=\d+$)", first)
    *others, end = re.split(r"\.(?=\d+$)", last)
    if others and others != within:
        return None
    if not (start.isdigit() and end.isdigit()):
        return last if len(start) == len(end) == 1 and start < end else None
    if len(end) < len(start):
        end = start[: len(start) - len(end)] + end
    return ".".join((*within, end)) if int(end) > int(start) else None


def group_places(named: Sequence[UnitList]) -> tuple[CitedPlace, ...]:
    """What several units name together. "Chapter 1, paragraph 37" is one place, and so is "paragraph 37 of chapter
    1"; with "and" between, or where a unit comes again, another place begins, in the same chapter."""
    groups: list[list[UnitList]] = []
    for one in named:
        unit = one.steps[0].unit
        last = groups[-1] if groups else []
        held = [each.steps[0].unit for each in last]
        if last and not one.apart and unit not in held:
            last.append(one)
        elif unit in held and unit not in OUTER and held[0] in OUTER:
            groups.append([*(each for each in last if each.steps[0].unit in OUTER), one])
        else:
            groups.append([one])
    return tuple(place for group in groups for place in _places(group))


def _places(group: Sequence[UnitList]) -> Iterator[CitedPlace]:
    """Every place of a group: the innermost unit that lists several numbers gives several places."""
    ordered = sorted(group, key=lambda one: UNITS.index(one.steps[0].unit))
    several = next((one for one in reversed(ordered) if len(one.steps) > 1), ordered[-1])
    for each in several.steps:
        steps = [each if one is several else one.steps[0] for one in ordered]
        yield CitedPlace((*(structs.replace(step, to=None) for step in steps[:-1]), steps[-1]))


def ordinal(words: str) -> str:
    """The number of "third", "3rd"."""
    return str(_ORDINALS.index(words.lower()) + 1) if words.lower() in _ORDINALS else re.sub(r"\D", "", words)


def say_place(place: CitedPlace) -> str:
    """A place in words: "chapter 1, paragraphs 37 to 39"."""
    return ", ".join(map(_say, place.steps)) or (place.anchor or "the whole")


def _say(step: Step) -> str:
    name = step.unit.replace("-", " ")
    sub = re.sub(r"^\w+", r"(\g<0>)", step.sub or "")
    several = ("es" if name.endswith("x") else "s") if step.to else ""
    return f"{name}{several} {step.number}{sub}{f' to {step.to}' if step.to else ''}"


def vocabulary() -> dict[str, object]:
    """What a reader of citations in another language needs of this grammar beside its patterns."""
    return {
        "units": UNITS,
        "outer": sorted(OUTER),
        "groups": _GROUPS,
        "spelt": SPELT,
        "ordinals": _ORDINALS,
        "romans": _ROMANS,
    }


_HEADINGS = (*TOP, "section")
_LONGEST = 500  # numbers of a range that are looked for, and a tenth as many pages


def find_places(place: CitedPlace, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    """The entries that a place names, in reading order: its anchor, or the innermost unit of it decides, and the
    others say where."""
    if place.anchor or not place.steps:
        return tuple(entry for entry in entries if entry.anchor == place.anchor)
    inner, within = place.steps[-1], list(entries)
    for step in place.steps[:-1]:
        if decimal := _decimal(step, inner, entries):
            return decimal
        within = _inside(step, within)
    if inner.unit == "page":
        return _on_pages(inner, [entry for entry in within if entry.kind != "footnote"])
    wanted = _numbers(inner)
    found = tuple(e for e in within if e.kind == inner.unit and number_key(e.number or "", inner.unit) in wanted)
    lettered = f"{inner.number}{inner.sub}".upper() if inner.sub else ""  # "7a" may be the (a) of 7, or 7A
    return found or tuple(entry for entry in within if entry.kind == inner.unit and entry.number == lettered != "")


def _decimal(outer: Step, inner: Step, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    """Chapter 5, paragraph 17, where the edition prints "5.17"."""
    if outer.unit != "chapter" or inner.unit != "paragraph" or "." in inner.number:
        return ()
    wanted = {f"{outer.number}.{number}" for number in _numbers(inner)}
    return tuple(entry for entry in entries if entry.kind == "paragraph" and entry.number in wanted)


def _numbers(step: Step) -> set[str]:
    """Every number of a range, or the one."""
    *front, first = step.number.rpartition(".")
    last = (step.to or "").removeprefix("".join(front))
    if first.isdigit() and last.isdigit() and int(last) < int(first) + _LONGEST:
        return {f"{''.join(front)}{number}" for number in range(int(first), int(last) + 1)}
    if step.to and step.number in string.ascii_uppercase and step.to in string.ascii_uppercase:
        return {chr(code) for code in range(ord(step.number), ord(step.to) + 1)}
    return {step.number}


def _inside(step: Step, entries: Sequence[Permalink]) -> list[Permalink]:
    """The entries of a part, chapter, annex or section, from its heading to the next one of its rank; of a page
    those that start on it, or run on over it; all of a box or chart. Notes belong to every chapter."""
    if step.unit == "page":
        return list(_on_page(int(step.number), entries)) or list(entries)
    if step.unit not in _HEADINGS:
        return list(entries)
    ending = _HEADINGS[: _HEADINGS.index(step.unit) + 1] if step.unit == "section" else TOP
    ending = ("part",) if step.unit == "part" else ending
    found: list[Permalink] = []
    inside = False
    for entry in entries:
        if entry.kind in ending:
            inside = entry.kind == step.unit and number_key(entry.number or "", step.unit) in _numbers(step)
        if inside or (found and entry.kind == "footnote"):
            found.append(entry)
    return found


def _on_pages(step: Step, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    first = last = int(step.number)
    if step.to and int(step.to) < first + _LONGEST // 10:
        last = int(step.to)
    return tuple(dict.fromkeys(entry for page in range(first, last + 1) for entry in _on_page(page, entries)))


def _on_page(page: int, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    """What starts on a page of the source file, and before it what may run on from the page before."""
    here = [entry for entry in entries if entry.page == page]
    if here:
        at = entries.index(here[0])
        running = entries[at - 1 : at] if at and here[0].kind not in TOP else ()
        return (*(entry for entry in running if entry.kind not in _HEADINGS), *here)
    last = max((entry.page for entry in entries if entry.page), default=0)
    before = [entry for entry in entries if entry.page is not None and entry.page < page]
    return (before[-1],) if before and page <= last else ()


# --- Printing ---
