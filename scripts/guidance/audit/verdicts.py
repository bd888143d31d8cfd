"""What is found in a file -> findings, with three verdicts kept apart: which edition is meant, whether that one is
in force, and whether the place named was looked up there.

Where a place stands, then and today, is asked of whoever brings the rooms together; nothing is read here.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from guidance.audit.quotations import Index, Quotation, WholeQuotation, find_units
from guidance.audit.texts import FileReading, FoundBlock
from guidance.audit.vocabulary import Mention, Placed, Stale, Told
from guidance.cite.citation import Known
from guidance.cite.grammar import CitedPlace, say_place
from guidance.cite.quoted_words import SAYS, Quoted, say_places, say_quoted
from guidance.document.register import Edition

FindingKind = Literal["reference", "quotation", "stale-term"]
Status = Literal[
    "current", "superseded", "unknown-edition", "not-found", "not-checked", "contradiction", "misquoted", "cut"
]
_TOLD: dict[Told, str] = {
    "words": "",
    "link": ", as its link leads to",
    "row": ", as the cell or line beside it says",
    "name": ", as the file defines the name",
    "before": ", as cited before",
    "title": ", as the file's title says",
}


class PlaceStanding(Struct, frozen=True):
    """Where a cited place stands: its own permalinks, those of its text in the edition in force, else of what is
    nearest there, the comparison, and where it is officially to be read. `known` says whether anything is known of
    the edition's places."""

    known: bool
    permalinks: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    redline: str | None = None
    official: str | None = None


Resolve = Callable[[str, CitedPlace], PlaceStanding]


class AuditFinding(Struct, frozen=True, order=True):
    """One finding. The first ten fields are the stable form; addresses are from the site's root.

    `place` is the line in words, `until` the last of a range cited, `permalinks` where the cited text itself
    stands, `redline` the comparison with the edition in force, `verdict` all of it in a sentence. `cites` is the
    place named, in words, `standing` whether the edition is in force, `checked` whether the place was looked up in
    it (null where none is named), `told` what the edition was told by, `lines` those on which a name out of use
    stands, `quotation` the verdict on words in quotation marks, `official` where to read what is not loaded.
    """

    file: str
    line: int
    text: str
    kind: FindingKind
    edition: str | None
    chapter: str | None
    para: str | None
    page: int | None
    status: Status
    today: str | None
    place: str = ""
    column: int = 1
    until: str | None = None
    permalinks: tuple[str, ...] = ()
    redline: str | None = None
    verdict: str = ""
    cites: str | None = None
    standing: str | None = None
    checked: bool | None = None
    told: Told | None = None
    lines: tuple[int, ...] = ()
    quotation: str | None = None
    official: str | None = None


class Judge:
    """Says of what was found in files what became of it."""

    def __init__(self, known: Known, resolve: Resolve) -> None:
        """`resolve` tells where a place of an edition stands."""
        self._known = known
        self._resolve = resolve
        self._editions = {edition.id: edition for edition in known.publication.editions}
        self._standings = {
            edition.id: known.publication.standing(edition) for edition in known.publication.editions
        }
        self._in_force = known.publication.in_force

    def reference(self, reading: FileReading, block: FoundBlock, mention: Mention) -> Iterator[AuditFinding]:
        """A finding for each place that a reference names, or for the whole."""
        for cite in mention.cites or (CitedPlace(),):
            edition = self._known.years.get(mention.year, mention.year) if mention.year else None
            yield self._found(reading, block, mention, "reference", self._of_reference(mention, edition, cite))

    def quotations(self, reading: FileReading, index: Index, mentions: Sequence[Placed]) -> Iterator[AuditFinding]:
        """The findings for what a file quotes: whole quotations first, then the guidance's words in its prose."""
        numbers = {id(block): at for at, block in enumerate(reading.blocks)}
        here: dict[int, list[Mention]] = {}
        for block, mention in mentions:
            here.setdefault(numbers[id(block)], []).append(mention)
        units: dict[int, list[WholeQuotation]] = {}
        for unit in find_units(reading.blocks, here):
            units.setdefault(unit.block, []).append(unit)
        for at, block in enumerate(reading.blocks):
            # The guidance's own title is among its words, and naming it is no quotation.
            taken = [(one.start, one.end) for one in here.get(at, ())]
            free = [one for one in index.passages(block) if not _over(one, taken)]
            for unit in units.get(at, ()):
                if quoted := self._of_unit(block.text[unit.start : unit.end], unit, free, index):
                    yield self._quotation(reading, block, quoted)
            whole = [(one.start, one.end) for one in units.get(at, ())]
            for one in free:
                if not _over(one, whole):
                    start, end, became = index.check_passage(one, block.text) or (one.start, one.end, _RIGHT)
                    yield self._quotation(reading, block, structs.replace(one, start=start, end=end, quoted=became))

    def _of_unit(
        self, words: str, unit: WholeQuotation, free: Sequence[Quotation], index: Index
    ) -> Quotation | None:
        """A quotation held against the edition it is credited to, else against those whose words stand in it."""
        credit = unit.credit
        year = credit.year if credit else None
        edition = self._known.years.get(year, year) if year else None
        made = Quotation(unit.start, unit.end, edition, credit=credit)
        if edition:
            named = [anchor for cite in credit.cites for anchor in self._anchors(edition, cite)] if credit else []
            quoted = index.check(edition, words, named)
            if unit.in_row and (quoted is None or quoted.verdict == "absent"):
                return None
            if quoted is None and (known := index.whole(words)) and known[0] == edition:
                return structs.replace(made, anchor=known[1], quoted=_RIGHT)
            return self._with_others(made, words, quoted, index)
        within = [one for one in free if one.start < unit.end and unit.start < one.end]
        found = max(within, key=lambda one: one.end - one.start, default=None)
        if found and found.edition:
            quoted = index.check(found.edition, words, ()) or _RIGHT
            return self._with_others(
                structs.replace(made, edition=found.edition, anchor=found.anchor), words, quoted, index
            )
        if credit is None:
            return None
        whole = {edition.id for edition in self._known.publication.editions} <= index.texts.keys()
        return structs.replace(made, quoted=Quoted("absent", len(words.split())) if whole else None)

    def _anchors(self, edition: str, cite: CitedPlace) -> Iterator[str]:
        for path in self._resolve(edition, cite).permalinks if cite != CitedPlace() else ():
            anchor = path.strip("/").rpartition("/")[2]
            yield f"para-{anchor}" if anchor[:1].isdigit() else anchor

    def _with_others(self, made: Quotation, words: str, quoted: Quoted | None, index: Index) -> Quotation:
        also = tuple(
            edition
            for edition in index.texts
            if edition != made.edition and (other := index.check(edition, words, ())) and other.verdict in _SAME
        )
        anchor = quoted.anchors[0] if quoted and quoted.anchors else made.anchor
        return structs.replace(made, quoted=quoted, also=also, anchor=anchor)

    def _quotation(self, reading: FileReading, block: FoundBlock, found: Quotation) -> AuditFinding:
        edition, quoted, credit = found.edition, found.quoted, found.credit
        cited = credit.cites[0] if credit and credit.cites else CitedPlace()
        right = quoted is not None and quoted.verdict in _SAME
        cite = CitedPlace(anchor=found.anchor) if found.anchor and (right or not cited.steps) else cited
        standing = self._resolve(edition, cite) if edition in self._editions and cite != CitedPlace() else None
        standing = standing or PlaceStanding(False)
        held = self._editions.get(edition or "")
        named = set(self._anchors(edition, cited)) if held and edition and cited.steps else set()
        elsewhere = right and bool(named) and not named & set(quoted.anchors if quoted else ())
        status: Status = "not-checked"
        if quoted and not right:
            status = "misquoted"
        elif elsewhere:
            status = "contradiction"
        elif quoted and held:
            status = self._state(held)
            status = "cut" if status == "current" and quoted.verdict == "cut" else status
        say = _say_quoted(found, say_place(cited) if elsewhere else "")
        if held and self._standings[held.id].superseded:
            say += f"; {held.id} was {self._standings[held.id].phrase}"
            say += f"; {self._today(standing)}" if right else ""
        judged = _Judged(
            edition, cite, status, say, quoted is not None, credit.told if credit else None, standing,
            quoted.verdict if quoted else "not-checked",
        )  # fmt: skip
        return self._found(reading, block, found, "quotation", judged)

    def stale(self, reading: FileReading, found: Sequence[tuple[FoundBlock, Stale]]) -> AuditFinding:
        """The finding for a name out of use, with every line of the file on which it stands."""
        block, first = found[0]
        term = first.term
        lines = tuple(dict.fromkeys(block.line(stale.start) for block, stale in found))
        say = f"out of use since {term.since}; today: {term.instead}. {term.why}"
        judged = _Judged(None, CitedPlace(), "superseded", say)
        return self._found(reading, block, first, "stale-term", judged, lines)

    # --- What became of it ---

    def _state(self, edition: Edition) -> Status:
        """Whether an edition is in force or superseded; of one that is still to come neither is said."""
        stands = self._standings[edition.id]
        return "current" if stands.current else "superseded" if stands.superseded else "not-checked"

    def _of_reference(self, mention: Mention, edition: str | None, cite: CitedPlace) -> "_Judged":
        whole = cite == CitedPlace()
        if edition is None:
            said = "names no edition"
            if mention.newest:
                said = "links to the page that shows the newest edition"
                said += "" if whole else f", which cannot tell for which one {say_place(cite)} was written"
            say = f"{said}; which edition is meant is not known, and {self._in_force.id} is in force"
            return _Judged(None, cite, "unknown-edition", say, None if whole else False, mention.told)
        if edition not in self._editions:
            say = f"there is no edition {edition} in the register"
            return _Judged(edition, cite, "unknown-edition", say, None if whole else False, mention.told)
        held = self._editions[edition]
        standing = PlaceStanding(True, (f"{edition}/",), (f"{self._in_force.id}/",))
        standing = standing if whole else self._resolve(edition, cite)
        beyond = _beyond(held, cite)
        checked = None if whole else standing.known or beyond
        if not whole and ((standing.known and not standing.permalinks) or beyond):
            status: Status = "not-found"
        elif mention.against:
            status = "contradiction"
        else:
            status = self._state(held)
            status = "not-checked" if status == "current" and checked is False else status
        say = self._say(mention, held, cite, standing, status)
        return _Judged(edition, cite, status, say, checked, mention.told, standing)

    def _say(
        self, mention: Mention, edition: Edition, cite: CitedPlace, standing: PlaceStanding, status: Status
    ) -> str:
        """The three verdicts in a sentence: the edition, its standing, the place."""
        parts = [f"the edition of {edition.id}{_TOLD[mention.told]}"]
        if mention.year and mention.year != edition.id and mention.year in self._known.years:
            parts[0] = f"{mention.year} is a re-issue of {edition.id}"
        if mention.against:
            other = mention.against in self._editions
            led = f"the edition of {mention.against}" if other else mention.against
            by = "name an update of" if mention.against_by == "words" else "the link leads to"
            parts[0] = f"the words say {mention.year} and {by} {led}: one of them is wrong"
            parts.append(edition.id)
        parts[-1] += f", {self._standings[edition.id].phrase}"
        if cite != CitedPlace():
            parts.append(self._say_place(edition, cite, standing, status))
        elif status == "superseded":
            parts.append(f"{self._in_force.id} is in force")
        return "; ".join(parts)

    def _say_place(self, edition: Edition, cite: CitedPlace, standing: PlaceStanding, status: Status) -> str:
        named = say_place(cite)
        if status == "not-found":
            return f"{named}: there is no such place in {edition.id}"
        if not standing.known:
            return f"{named} was not looked up, for the text of {edition.id} is not loaded here"
        there = f"{named} {'are' if cite.to else 'is'} there"
        return there if edition.id == self._in_force.id else f"{there}; {self._today(standing)}"

    def _today(self, standing: PlaceStanding) -> str:
        """Where a superseded place's text stands in the edition in force."""
        now = self._in_force.id
        if standing.today:
            return f"the text stands today at {say_permalinks(standing.today)}"
        if standing.nearest:
            return f"no counterpart in {now}, nearest {say_permalinks(standing.nearest)}"
        return f"{now} is in force, and where this stands in it is not known here"

    def _found(
        self,
        reading: FileReading,
        block: FoundBlock,
        at: Mention | Quotation | Stale,
        kind: FindingKind,
        judged: "_Judged",
        lines: tuple[int, ...] = (),
    ) -> AuditFinding:
        line = block.line(at.start)
        begins = max((offset for offset, number in block.marks if number == line), default=0)
        words = block.text[at.start : at.end] or next((link.address for link in block.links), "")
        standing, cite, status = judged.place, judged.cite, judged.status
        held = self._standings.get(judged.edition or "")
        return AuditFinding(
            file=reading.file,
            line=line,
            text=words,
            kind=kind,
            edition=judged.edition,
            chapter=cite.number("chapter"),
            para=cite.number("paragraph") or _para(cite.anchor),
            page=_page(cite),
            status=status,
            today=standing.today[0] if standing.today and status != "unknown-edition" else None,
            place=reading.places(lines or (line,)),
            column=at.start - begins + 1,
            until=cite.to,
            permalinks=standing.permalinks,
            redline=standing.redline if status in ("superseded", "misquoted") else None,
            verdict=judged.say,
            cites=say_places([cite.anchor]) if cite.anchor else say_place(cite) if cite.steps else None,
            standing=held.phrase if held else None,
            checked=judged.checked,
            told=judged.told if judged.edition else None,
            lines=lines,
            quotation=judged.quotation,
            official=standing.official,
        )


_SAME = ("right", "cut")  # word for word, as far as it goes
_RIGHT = Quoted("right", 0)  # by the fingerprint of a whole provision


def _over(one: Quotation, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start < one.end and one.start < end for start, end in taken)


def _say_quoted(found: Quotation, elsewhere: str) -> str:
    """The verdict on a quotation in words; `elsewhere` is the place that it is said to be of and is not."""
    if found.edition:
        anchors = (found.anchor,) if found.anchor else ()
        return say_quoted(found.quoted, found.edition, anchors, found.also, elsewhere)
    if found.quoted:
        return SAYS["absent"].format(edition="any edition")
    return "a quotation that was not checked: it names no edition, and not all texts are loaded here"


class _Judged(Struct, frozen=True):
    """What became of something found: its edition and place, the status, and all of it in words."""

    edition: str | None
    cite: CitedPlace
    status: Status
    say: str
    checked: bool | None = None
    told: Told | None = None
    place: PlaceStanding = PlaceStanding(False)
    quotation: str | None = None


def say_permalinks(paths: tuple[str, ...]) -> str:
    """Places by their permalinks, in words: "paragraph 9 of 2026, box-2 of 2026"."""
    said = []
    for path in paths:
        edition, _, anchor = path.strip("/").partition("/p/")
        name = f"paragraph {anchor}" if anchor[:1].isdigit() else anchor.replace("-", " ")
        said.append(f"{name} of {edition}" if anchor else f"the edition of {edition}")
    return ", ".join(said)


def _para(anchor: str | None) -> str | None:
    return anchor.removeprefix("para-") if anchor and anchor.startswith("para-") else None


def _beyond(edition: Edition, cite: CitedPlace) -> bool:
    """Whether a page is cited that the edition, by what its register knows of the file, does not have."""
    pages, page = edition.documents[0].pages if edition.documents else None, _page(cite)
    return bool(page and pages and page > pages)


def _page(cite: CitedPlace) -> int | None:
    page = cite.number("page")
    return int(page) if page else None
