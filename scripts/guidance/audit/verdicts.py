"""What is found in a file -> findings, with three verdicts kept apart: which edition is meant, whether that one is
in force, and whether the place named was looked up there.

Where a place stands, then and today, is asked of whoever brings the rooms together; nothing is read here.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from guidance.audit.mentions import Mention, Told
from guidance.audit.quotations import Quotation
from guidance.audit.texts import FileReading, FoundBlock
from guidance.audit.vocabulary import Stale
from guidance.cite.citation import Known
from guidance.cite.grammar import CitedPlace, say_place
from guidance.document.register import Edition

FindingKind = Literal["reference", "quotation", "stale-term"]
Status = Literal[
    "current", "superseded", "unknown-edition", "not-found", "not-checked", "contradiction", "misquoted"
]
_TOLD: dict[Told, str] = {
    "words": "",
    "link": ", as its link leads to",
    "row": ", as the row of the table says",
    "name": ", as the file defines the name",
    "before": ", as cited before",
    "title": ", as the file's title says",
}


class PlaceStanding(Struct, frozen=True):
    """Where a cited place stands: its own permalinks, those of its text in the edition in force, else of what is
    nearest there, the comparison, and in words where else to read it. `known` says whether anything is known of the
    edition's places."""

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
    stands, `quotation` the verdict on words in quotation marks.
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


class Judge:
    """Says of what was found in files what became of it."""

    def __init__(self, known: Known, resolve: Resolve) -> None:
        """`resolve` tells where a place of an edition stands."""
        self._known = known
        self._resolve = resolve
        self._editions = {edition.id: edition for edition in known.publication.editions}
        self._in_force = known.publication.in_force

    def reference(self, reading: FileReading, block: FoundBlock, mention: Mention) -> Iterator[AuditFinding]:
        """A finding for each place that a reference names, or for the whole."""
        for cite in mention.cites or (CitedPlace(),):
            edition = self._known.years.get(mention.year, mention.year) if mention.year else None
            yield self._found(reading, block, mention, "reference", self._of_reference(mention, edition, cite))

    def quotation(self, reading: FileReading, block: FoundBlock, quoted: Quotation) -> AuditFinding:
        """The finding for a passage in the guidance's words."""
        cite = CitedPlace(anchor=quoted.anchor)
        standing = self._resolve(quoted.edition, cite)
        how = "word for word" if quoted.alike == 1 else f"with other words in places ({quoted.alike:.0%} alike)"
        named = quoted.anchor.replace("para-", "paragraph ")
        say = f"quotes {named} of {quoted.edition}, {how}"
        status: Status = "current"
        if self._known.publication.standing(self._editions[quoted.edition]).superseded:
            status = "superseded"
            say += f"; {self._today(standing)}"
        judged = _Judged(quoted.edition, cite, status, say, True, None, standing)
        return self._found(reading, block, quoted, "quotation", judged)

    def stale(self, reading: FileReading, found: Sequence[tuple[FoundBlock, Stale]]) -> AuditFinding:
        """The finding for a name out of use, with every line of the file on which it stands."""
        block, first = found[0]
        term = first.term
        lines = tuple(dict.fromkeys(block.line(stale.start) for block, stale in found))
        say = f"out of use since {term.since}; today: {term.instead}. {term.why}"
        judged = _Judged(None, CitedPlace(), "superseded", say)
        return self._found(reading, block, first, "stale-term", judged, lines)

    # --- What became of it ---

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
        elif self._known.publication.standing(held).superseded:
            status = "superseded"
        else:
            status = "current" if checked is not False else "not-checked"
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
            parts[0] = f"the words say {mention.year} and the link leads to {led}: one of them is wrong"
            parts.append(edition.id)
        parts[-1] += f", {self._known.publication.standing(edition).phrase}"
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
            return f"{named} was not looked up{_official(standing)}"
        if edition.id == self._in_force.id:
            return f"{named} is there"
        return f"{named} is there; {self._today(standing)}"

    def _today(self, standing: PlaceStanding) -> str:
        """Where a superseded place's text stands in the edition in force."""
        now = self._in_force.id
        if standing.today:
            return f"the text stands today at {say_permalinks(standing.today)}"
        if standing.nearest:
            return f"no counterpart in {now}, nearest {say_permalinks(standing.nearest)}"
        return f"{now} is in force, and where this stands in it is not known here{_official(standing)}"

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
        told = judged.edition if judged.edition in self._editions else None
        phrase = self._known.publication.standing(self._editions[told]).phrase if told else None
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
            place=reading.place(line),
            column=at.start - begins + 1,
            until=cite.to,
            permalinks=standing.permalinks,
            redline=standing.redline if status in ("superseded", "misquoted") else None,
            verdict=judged.say,
            cites=say_place(cite) if cite != CitedPlace() else None,
            standing=phrase,
            checked=judged.checked,
            told=judged.told if judged.edition else None,
            lines=lines,
            quotation=judged.quotation,
        )


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


def _official(standing: PlaceStanding) -> str:
    """What is said of a place in an edition that is not loaded."""
    return f"; {standing.official}" if standing.official else ""
