"""The law since: Acts' provisions that change what an edition says, read from `law.toml` beside the register.

What a page may say of one is worded here, so that every page, row, feed and answer says the same; where a notice
stands is told by anchor, role, page and day. Nothing is looked up, and no clock is asked.
"""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from guidance.document.change_model import Crosswalk
from guidance.document.model import GuidanceError, read_toml
from guidance.document.register import Address, Basis, Edition, PartialDate, Publication, say_date

FILE = "law.toml"  # beside editions.toml
Role = Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z")]  # a page below roles/, by its name
Path_ = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9/_-]*\.md\Z")]
State = Literal["in force", "reported in force", "not in force", "not known whether in force"]

_KNOWN: dict[Basis, str] = {  # how well it is known what the law says, in words for readers
    "A": "We have read its text.",
    "A-": "We know its text as a third party quotes it.",
    "B": "This is reported; we have not read its text.",
    "C": "This is general knowledge, and we have not confirmed it.",
}
_SINCE: dict[Basis, str] = {
    "A": "It applies from {day}.",
    "A-": "It applies from {day}, as a third party quotes official words. We have not confirmed the date.",
    "B": "It is reported to apply from {day}. We have not confirmed the date.",
    "C": "It is said to apply from {day}. That date is general knowledge, and we have not confirmed it.",
}


class TouchedProvisions(Struct, frozen=True, forbid_unknown_fields=True):
    """Provisions of an edition that a law changes, by anchor."""

    edition: str
    anchors: tuple[str, ...]


class TouchedPage(Struct, frozen=True, forbid_unknown_fields=True):
    """A hand-written page that a law touches, by path from the pages' folder. `at` holds words, each found in one
    block of the page (a sentence's words, or a heading) beside which the notice stands; none: it stands on top."""

    path: Path_
    at: tuple[str, ...] = ()


class Doing(Struct, frozen=True, forbid_unknown_fields=True):
    """What a duty is to do, so that sentences which call it optional can be found: `verbs` in their base form, and
    `objects`, one of which stands in the sentence, its heading or the page's title."""

    verbs: tuple[str, ...]
    objects: tuple[str, ...]


class Law(Struct, frozen=True, forbid_unknown_fields=True):
    """A provision of an Act, or guidance, that came behind an edition. `says` is one sentence of ours, `plain` the
    same for parents and young people; `basis` is how well that is known, `start_basis` how well the day from which
    it applies. Without a `start`, `by_regulations` says what will set one."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+\Z")]
    topic: str  # as it is said within a sentence
    act: str
    says: str
    basis: Basis
    binds: str
    kind: Literal["law", "guidance"] = "law"  # `act` is then the title of the guidance
    section: str | None = None  # of the Act; None where it was not seen
    inserts: str | None = None  # what it puts into another Act, such as "section 16LA of the Children Act 2004"
    amends: str | None = None  # or what it changes there
    plain: str = ""
    duty: bool = False
    passed: PartialDate | None = None  # Royal Assent, or publication
    start: PartialDate | None = None
    start_basis: Basis = "C"
    by_regulations: bool = False
    expected: str = ""  # a sentence on when it may start, with how that is known
    doubt: str = ""  # a sentence on what speaks against the start
    url: Address | None = None
    agencies: tuple[str, ...] = ()  # ids of agencies.toml
    roles: tuple[Role, ...] = ()
    doing: tuple[Doing, ...] = ()
    provisions: tuple[TouchedProvisions, ...] = ()
    pages: tuple[TouchedPage, ...] = ()

    @property
    def source(self) -> str:
        """Where it stands, as a sentence; nothing of guidance, whose title `says` names."""
        of_act = f"section {self.section} of the {self.act}" if self.section else f"the {self.act}"
        if self.kind == "guidance":
            return ""
        if self.inserts:
            return f"Source: {self.inserts}, inserted by {of_act}."
        if self.amends:
            return f"Source: {of_act}, which amends {self.amends}."
        return f"Source: {of_act}." if self.section else f"Source: {of_act}; we have not seen the section."

    @property
    def starts(self) -> str:
        """From when it applies and how well that is known, in a sentence or two."""
        if self.start:
            return _SINCE[self.start_basis].format(day=say_date(self.start))
        if self.by_regulations:
            return "It comes into force by regulations. We have not seen the day."
        return "We have not seen when it comes into force."

    @property
    def when(self) -> str:
        """The same with all that is known for and against it."""
        return " ".join(part for part in (self.starts, self.expected, self.doubt) if part)

    def state(self, day: datetime.date) -> State:
        """Whether it applies on a day, as far as that is known: three answers, and a report is told as one."""
        written = day.isoformat()
        if self.passed and written < self.passed:
            return "not in force"
        if self.start is None or self.start_basis == "C":
            return "not known whether in force"
        if written < self.start:
            return "not in force"
        return "in force" if self.start_basis == "A" else "reported in force"

    def anchors(self, edition: str) -> tuple[str, ...]:
        """The provisions of an edition that it touches, as written down for that edition."""
        return tuple(anchor for one in self.provisions if one.edition == edition for anchor in one.anchors)


class Notice(Struct, frozen=True):
    """What stands beside a touched text: plain words without markup. `head` is its first words ("Law since 2023:
    duty to share information"), `text` what the law says, whom it binds, from when and how well that is known;
    `plain` the same for parents and young people. `url` is that of the provision, where it is known."""

    law: str
    head: str
    text: str
    plain: str
    duty: bool
    url: str | None


class LawEvent(Struct, frozen=True):
    """An entry for feeds and the log: its key stays; `date` is as well known as printed."""

    key: str
    date: str
    title: str
    what: str


class LawSince(Struct, frozen=True, forbid_unknown_fields=True):
    """All laws since the edition `since`, in the order of the file."""

    since: str = ""
    law: tuple[Law, ...] = ()

    def at(self, edition: str, anchor: str, crosswalk: Crosswalk | None = None) -> tuple[Law, ...]:
        """The laws that touch a provision: of the edition they were written down for or, by the `crosswalk`, of one
        in which the same text stands."""
        return tuple(law for law in self.law if _touches(law, edition, anchor, crosswalk))

    def after(self, edition: Edition) -> "LawSince":
        """Those that came after an edition was published: passed or, where that is not dated, in force."""
        later = tuple(law for law in self.law if (law.passed or law.start or "") > edition.published)
        return LawSince(self.since, later)

    def for_agency(self, agency: str) -> tuple[Law, ...]:
        """The laws that bind an agency, by its id in agencies.toml."""
        return tuple(law for law in self.law if agency in law.agencies)

    def on_page(self, path: str) -> tuple[tuple[str, Law], ...]:
        """The laws that touch a hand-written page, each with the words beside which its notice stands ("" for the
        top of the page), in the order of the file."""
        touched = ((law, one) for law in self.law for one in law.pages if one.path == path)
        return tuple((words, law) for law, one in touched for words in one.at or ("",))

    def notice(self, law: Law) -> Notice:
        """What a page says of a law."""
        text = " ".join(part for part in (law.says, law.source, _KNOWN[law.basis], law.when) if part)
        plain = f"{law.plain or law.says} {law.starts}"
        return Notice(law.id, f"Law since {self.since}: {law.topic}", text, plain, law.duty, law.url)

    def on_day(
        self, edition: Edition, day: datetime.date, places: Iterable[tuple[str, str]] = ()
    ) -> tuple[tuple[Law, State], ...]:
        """The laws passed by a day and since an edition was published, with their state on that day; of a law whose
        passing is not dated, the day from which it applies counts. Where some of them touch the `places` asked for
        (edition and anchor), those only."""
        known = ((law, law.passed or law.start) for law in self.law)
        passed = [law for law, since in known if since and edition.published < since <= day.isoformat()]
        touching = {law.id for place in places for law in self.at(*place)}
        chosen = [law for law in passed if law.id in touching] or passed
        return tuple((law, law.state(day)) for law in chosen)

    def records(self, edition: Edition) -> list[dict[str, object]]:
        """`law` of edition.json: the laws since an edition, with the anchors of it that each touches."""
        return [
            {
                **{name: getattr(law, name) for name in _RECORDED},
                "anchors": list(law.anchors(edition.id)),
                "notice": self.notice(law).text,
            }
            for law in self.after(edition).law
        ]


_RECORDED = (
    *("id", "topic", "act", "section", "inserts", "amends", "says", "binds", "agencies", "duty", "passed", "basis"),
    *("start", "start_basis", "by_regulations", "when", "url"),
)


def _touches(law: Law, edition: str, anchor: str, crosswalk: Crosswalk | None) -> bool:
    if anchor in law.anchors(edition):
        return True
    if crosswalk is None:
        return False
    others = ((one.edition, a) for one in law.provisions if one.edition != edition for a in one.anchors)
    return any(anchor in crosswalk.stands(*node, edition) for node in others)


def law_events(law: Law) -> Iterator[LawEvent]:
    """That a law was passed, and from when it applies, as far as either is known."""
    if law.passed:
        yield LawEvent(f"law/{law.id}/passed", law.passed, f"{law.act}: {law.topic}", f"{law.says} {law.when}")
    if law.start and law.start != law.passed:
        reported = {"A": "applies", "C": "said to apply"}.get(law.start_basis, "reported to apply")
        title = f"{law.topic[0].upper()}{law.topic[1:]}: {reported} from {say_date(law.start)}"
        yield LawEvent(f"law/{law.id}/start", law.start, title, f"{law.says} {law.when}")


def read_law(folder: Path, publication: Publication) -> LawSince:
    """The law since, from `folder`/law.toml; none where there is no such file.

    Raises GuidanceError when it is not of its form, names an edition that the register has not, or an id twice.
    """
    path = folder / FILE
    held = read_toml(path, LawSince)
    editions = {edition.id for edition in publication.editions}
    named = [one.edition for law in held.law for one in law.provisions] + ([held.since] if held.law else [])
    for unknown in (edition for edition in named if edition not in editions):
        raise GuidanceError(f"{path}: the register has no edition {unknown or '(`since` is missing)'}")
    ids = [law.id for law in held.law]
    for law in held.law:
        if ids.count(law.id) > 1:
            raise GuidanceError(f"{path}: {law.id} stands twice; give each law an id of its own")
        if law.duty and not law.doing:
            raise GuidanceError(f"{path}: {law.id} is a duty; say under `doing` what it is to do")
    return held
