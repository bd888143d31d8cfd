"""A citation as people write it -> the place in its edition, its page, and where the text stands today.

Works from permalinks alone, so that editions whose text is not at hand can be cited; never searches text.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from guidance.document.anchors import Permalink, permalink_path
from guidance.document.lineage import Crosswalk
from guidance.document.model import GuidanceError

_RANGE = r"(?:\s*(?:-|–|to|and)\s*(?:{name}\.?\s*)?(?P<{group}>\d+))?"
_PARTS = {
    "chapter": r"(?:chapters?|chap|ch)\.?\s*(?P<chapter>\d+)",
    "paragraph": r"(?:paragraphs?|paras?|¶+|§+)\.?\s*(?P<paragraph>\d+(?:\.\d+)*)"
    r"(?:(?:\s?\([a-z]\)|[a-z])(?:\([ivx]+\))?(?!\w))?"
    + _RANGE.format(name=r"(?:paras?|paragraphs?|¶|§)", group="until"),
    "page": r"(?:pages?|pp?|pgs?)\.?\s*(?P<page>\d+)" + _RANGE.format(name=r"(?:pages?|pp?)", group="last"),
    "note": r"(?:footnotes?|fn|notes?|n)\.?\s*(?P<note>\d+)",
    "annex": r"(?:annex(?:es)?|appendix|app)\.?\s*(?P<annex>[A-Z]|\d+)",
}
_PART = re.compile(
    r"[\s,;:()\[\]–-]*(?:(?:at|of|in|the|see|and|edition|guidance)[\s,]+)*(?:"
    + "|".join(_PARTS.values())
    + r")(?![\w.]*\w)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:\b(?:chapters?|chap|ch|paragraphs?|paras?|pages?|pp?|pgs?|footnotes?|fn|notes?|n)\.?|[¶§])\s*$", re.I
)
_FILLING = re.compile(
    r"^[\s,;:.()\[\]–-]*(?:(?:of|in|the|edition|guidance|version|and|see)\b[\s,;:.()]*)*$", re.IGNORECASE
)
_SMALL = {"to", "the", "and", "of", "in", "for", "a"}
_TOP = {"part", "chapter", "annex"}
_HEADINGS = {*_TOP, "section"}


class Citation(Struct, frozen=True):
    """What a citation says: the edition, and numbers as printed."""

    edition: str
    chapter: str | None = None
    paragraph: str | None = None
    until: str | None = None
    page: int | None = None
    note: str | None = None
    annex: str | None = None
    last_page: int | None = None


class Cited(Struct, frozen=True):
    """A citation resolved. `permalinks` are the places cited, in reading order; `today` says, per place, the
    addresses from the site's root at which the text stands in the edition in force, none where it does not
    (then `nearest` are those of what is closest above it); both are empty where no crosswalk knows."""

    citation: Citation
    places: tuple[Permalink, ...]
    permalinks: tuple[str, ...]
    in_force: str
    today: tuple[tuple[str, ...], ...] = ()
    nearest: tuple[tuple[str, ...], ...] = ()


def parse_citation(
    words: str, editions: Collection[str], names: Iterable[str] = (), unsaid: str | None = None
) -> Citation:
    """What a citation such as "WT 2018 p 13", "WT 2015 ch 1 para 37" or "2023 para 153" says.

    `names` are what the publication is called; one of them, its beginning or its initials may stand in it, and the
    place may stand first: "p. 13 of Working Together (2018)". `unsaid` is the edition that is meant where none is
    named. Raises GuidanceError when the edition is unknown or something is not understood.
    """
    edition, before, after = _edition(words, editions, names)
    edition = edition or unsaid
    if edition is None:
        raise GuidanceError(f'"{words}": no edition in it; write for instance "2023 para 45" or "2018 p 13"')
    if edition not in editions:
        raise GuidanceError(f'"{words}": no edition {edition}; there are {", ".join(sorted(editions))}')
    found: dict[str, str] = {}
    if harvard := re.fullmatch(r"\s*:\s*(?P<page>\d+)(?:\s*[-–]\s*(?P<last>\d+))?[\s).]*", after):
        found, after = {name: value for name, value in harvard.groupdict().items() if value}, ""
    for stretch in (before, after):
        at = 0
        while match := _PART.match(stretch, at):
            found |= {name: value for name, value in match.groupdict().items() if value}
            at = match.end()
        if not _FILLING.match(stretch[at:]):
            rest = stretch[at:].strip()
            raise GuidanceError(f'"{words}": {rest} is not understood; write for instance "2015 ch 1 para 37"')
    if not found:
        rest = "nothing after the edition"
        raise GuidanceError(f'"{words}": {rest} is not understood; write for instance "2015 ch 1 para 37"')
    return Citation(
        edition,
        chapter=found.get("chapter"),
        paragraph=found.get("paragraph"),
        until=found.get("until"),
        page=int(found["page"]) if "page" in found else None,
        note=found.get("note"),
        annex=found["annex"].upper() if "annex" in found else None,
        last_page=int(found["last"]) if "last" in found else None,
    )


def _edition(words: str, editions: Collection[str], names: Iterable[str]) -> tuple[str | None, str, str]:
    """The edition that some words name (or something that looks like one), and what stands before and after it
    and the publication's name. Two digits name an edition only right behind the publication's name: "WT23"."""
    called = "|".join(re.escape(name) for name in _called(names)) or r"(?!)"
    known = "|".join(re.escape(edition) for edition in sorted(editions, key=len, reverse=True)) or r"(?!)"
    number = rf"(?<!\w)(?:{known})(?!\w)|(?<!\d)\d{{4}}(?!\w)|(?<!\d)\d\d(?!\w)"
    whole = rf"(?:(?P<name>(?<!\w)(?:{called}))[\s,(\[’']*)?(?P<edition>{number})"
    for match in re.finditer(whole, words, re.IGNORECASE):
        said, before = match["edition"], words[: match.start()]
        if match["name"] is None and _LABEL.search(before):
            continue
        if len(said) == 2 and said not in editions:
            ends = [edition for edition in editions if edition.endswith(said)]
            if match["name"] is None or len(ends) != 1:
                continue
            said = ends[0]
        return said, _unnamed(before, called), words[match.end() :]
    return None, "", _unnamed(words, called)


def _called(names: Iterable[str]) -> list[str]:
    """What people call a publication: its names, the beginnings and the initials of long ones; longest first."""
    found: set[str] = set()
    for name in names:
        parts = name.split()
        found.add(name)
        found.update(
            " ".join(parts[:size]) for size in range(2, len(parts)) if parts[size - 1].lower() not in _SMALL
        )
        if len(parts) > 2:
            found.add("".join(part[0] for part in parts if part.lower() not in _SMALL))
            found.add("".join(part[0] for part in parts))
    return sorted(found, key=lambda name: (-len(name), name))


def _unnamed(words: str, called: str) -> str:
    """Words without the publication's name."""
    return re.sub(rf"(?<!\w)(?:{called})(?!\w)", " ", words, flags=re.IGNORECASE)


def resolve_citation(
    citation: Citation,
    permalinks: Mapping[str, Sequence[Permalink]],
    in_force: str,
    crosswalk: Crosswalk | None = None,
) -> Cited:
    """Where a citation points, and where the text stands in the edition in force.

    `permalinks` are each edition's, in reading order. Raises GuidanceError when there is no such place.
    """
    entries = permalinks.get(citation.edition, ())
    if not entries:
        raise GuidanceError(f"edition {citation.edition}: its text is not loaded and it has no permalinks yet")
    places = _places(citation, entries)
    if not places:
        raise GuidanceError(f"{_say(citation)}: there is no such place in edition {citation.edition}")
    anchors = [place.anchor for place in places]
    today: tuple[tuple[str, ...], ...] = ()
    nearest: tuple[tuple[str, ...], ...] = ()
    if crosswalk and in_force in crosswalk.editions and citation.edition in crosswalk.editions:
        found = [
            crosswalk.counterpart(citation.edition, anchor, in_force) if in_force != citation.edition else None
            for anchor in anchors
        ]
        said = [tuple(permalink_path(in_force, a) for a in one.anchors) if one else () for one in found]
        today = tuple(paths if one and one.exact else () for one, paths in zip(found, said, strict=True))
        nearest = tuple(paths if one and not one.exact else () for one, paths in zip(found, said, strict=True))
    links = tuple(permalink_path(citation.edition, anchor) for anchor in anchors)
    return Cited(citation, places, links, in_force, today, nearest)


def _say(citation: Citation) -> str:
    named = {
        "annex": citation.annex,
        "chapter": citation.chapter,
        "paragraph": citation.paragraph,
        "footnote": citation.note,
        "page": citation.page,
    }
    return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)


def _places(citation: Citation, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    """The entries that a citation names: the most particular thing it says decides."""
    within = _within(citation, entries)
    if citation.note is not None:
        return tuple(e for e in within if e.kind == "footnote" and e.number == citation.note)
    if citation.paragraph is not None:
        found = [e for e in within if e.kind == "paragraph" and e.number in _numbers(citation)]
        if citation.page is not None and len(found) > 1:
            found = [e for e in found if e.page == citation.page] or found
        return tuple(found)
    if citation.page is not None:
        bodies = [entry for entry in within if entry.kind != "footnote"]
        last = (
            citation.last_page if citation.last_page and citation.last_page < citation.page + 50 else citation.page
        )
        pages = (_on_page(page, bodies) for page in range(citation.page, last + 1))
        return tuple(dict.fromkeys(entry for entries_ in pages for entry in entries_))
    return tuple(within[:1])


def _numbers(citation: Citation) -> frozenset[str | None]:
    first = citation.paragraph or ""
    if citation.until and first.isdigit() and int(first) <= int(citation.until) < int(first) + 500:
        return frozenset(str(number) for number in range(int(first), int(citation.until) + 1))
    return frozenset({first})


def _within(citation: Citation, entries: Sequence[Permalink]) -> list[Permalink]:
    """The entries of the chapter or annex cited, from its heading to the next one; notes belong to all."""
    wanted = ("annex", citation.annex) if citation.annex else ("chapter", citation.chapter)
    if wanted[1] is None:
        return list(entries)
    found: list[Permalink] = []
    inside = False
    for entry in entries:
        if entry.kind in _TOP:
            inside = (entry.kind, entry.number) == wanted
        if inside or (found and entry.kind == "footnote"):
            found.append(entry)
    return found


def _on_page(page: int, entries: Sequence[Permalink]) -> tuple[Permalink, ...]:
    """What starts on a page of the source file, and before it what may run on from the page before."""
    starting = [at for at, entry in enumerate(entries) if entry.page == page]
    if starting:
        running = entries[starting[0] - 1] if starting[0] and entries[starting[0]].kind not in _TOP else None
        here = [entries[at] for at in starting]
        return (running, *here) if running and running.kind not in _HEADINGS else tuple(here)
    last = max((entry.page for entry in entries if entry.page), default=0)
    before = [entry for entry in entries if entry.page is not None and entry.page < page]
    return (before[-1],) if before and page <= last else ()
