"""What was found in a file -> findings: is it current, superseded, of an unknown edition, or nowhere to be found.

Where a place stands, then and today, is asked of whoever brings the rooms together; nothing is read here.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from guidance.audit.mentions import Mention
from guidance.audit.quotations import Quotation
from guidance.audit.texts import FileReading, FoundBlock
from guidance.audit.vocabulary import Stale
from guidance.cite.citation import Known
from guidance.cite.grammar import CitedPlace, say_place
from guidance.document.register import Edition

FindingKind = Literal["reference", "quotation", "stale-term"]
Status = Literal["current", "superseded", "unknown-edition", "not-found"]


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
    stands, `redline` the comparison with the edition in force, `message` all of it in a sentence.
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
    message: str = ""
    cites: str | None = None
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
            status, standing, message = self._of_reference(mention.year, edition, cite)
            yield self._found(reading, block, mention, "reference", edition, cite, status, standing, message)

    def quotation(self, reading: FileReading, block: FoundBlock, quoted: Quotation) -> AuditFinding:
        """The finding for a passage in the guidance's words."""
        cite = CitedPlace(anchor=quoted.anchor)
        standing = self._resolve(quoted.edition, cite)
        how = "word for word" if quoted.alike == 1 else f"with other words in places ({quoted.alike:.0%} alike)"
        named = quoted.anchor.replace("para-", "paragraph ")
        message = f"quotes {named} of {quoted.edition}, {how}"
        status: Status = "current"
        if self._known.publication.standing(self._editions[quoted.edition]).superseded:
            status = "superseded"
            message += f"; {self._superseded(self._editions[quoted.edition], standing)}"
        return self._found(reading, block, quoted, "quotation", quoted.edition, cite, status, standing, message)

    def stale(self, reading: FileReading, block: FoundBlock, stale: Stale) -> AuditFinding:
        """The finding for a name out of use."""
        term = stale.term
        message = f"out of use since {term.since}; today: {term.instead}. {term.why}"
        return self._found(
            reading, block, stale, "stale-term", None, CitedPlace(), "superseded", PlaceStanding(False), message
        )

    # --- What became of it ---

    def _of_reference(
        self, year: str | None, edition: str | None, cite: CitedPlace
    ) -> tuple[Status, PlaceStanding, str]:
        if edition is None:
            say = f"names no edition; the one in force is {self._in_force.id}"
            return "unknown-edition", PlaceStanding(False), say
        if edition not in self._editions:
            return "unknown-edition", PlaceStanding(False), f"there is no edition {edition} in the register"
        held = self._editions[edition]
        reissue = f"{year} is a re-issue of {edition}; " if year != edition else ""
        if cite == CitedPlace():
            standing = PlaceStanding(True, (f"{edition}/",), (f"{self._in_force.id}/",))
        else:
            standing = self._resolve(edition, cite)
            if (standing.known and not standing.permalinks) or _beyond(held, cite):
                return "not-found", standing, f"{reissue}{say_place(cite)}: there is no such place in {edition}"
        if not self._known.publication.standing(held).superseded:
            return "current", standing, f"{reissue}{edition} is in force{_official(standing)}"
        return "superseded", standing, reissue + self._superseded(held, standing)

    def _superseded(self, edition: Edition, standing: PlaceStanding) -> str:
        now = self._in_force.id
        say = f"{edition.id} was {self._known.publication.standing(edition).phrase}"
        if standing.today == (f"{now}/",):
            return f"{say}; {now} is in force"
        if standing.today:
            return f"{say}; the text stands today at {', '.join(standing.today)}"
        if standing.nearest:
            return f"{say}; no counterpart in {now}, nearest {', '.join(standing.nearest)}"
        return f"{say}; {now} is in force, and where this stands in it is not known here{_official(standing)}"

    def _found(
        self,
        reading: FileReading,
        block: FoundBlock,
        at: Mention | Quotation | Stale,
        kind: FindingKind,
        edition: str | None,
        cite: CitedPlace,
        status: Status,
        standing: PlaceStanding,
        message: str,
    ) -> AuditFinding:
        line = block.line(at.start)
        begins = max((offset for offset, number in block.marks if number == line), default=0)
        words = block.text[at.start : at.end] or next((link.address for link in block.links), "")
        today = standing.today[0] if standing.today and status != "unknown-edition" else None
        return AuditFinding(
            file=reading.file,
            line=line,
            text=words,
            kind=kind,
            edition=edition,
            chapter=cite.number("chapter"),
            para=cite.number("paragraph") or _para(cite.anchor),
            page=_page(cite),
            status=status,
            today=today,
            place=reading.place(line),
            column=at.start - begins + 1,
            until=cite.to,
            permalinks=standing.permalinks,
            redline=standing.redline if status == "superseded" else None,
            message=message,
        )


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
