"""A citation in words, or a day -> what it names, how it stood, and the law since: `guidance cite`.

How one cites is known in `cite`, where texts stand in `compare`; nothing is printed here.
"""

import datetime
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from msgspec import Struct, structs

from guidance.audit.vocabulary import read_wanted
from guidance.build.load import load, stand_shelf
from guidance.build.orders import BuildOrder, Loaded, Tell, published_places
from guidance.cite.citation import CitationGrammar, Known, NoEditionError, NotUnderstoodError
from guidance.cite.resolve import Cited, not_understood, record, resolve
from guidance.compare.changes import compare
from guidance.document.change_model import build_crosswalk
from guidance.document.law import Law, LawSince, State, read_law
from guidance.document.model import GuidanceError
from guidance.document.register import Edition, InForce, Publication, Revision, read_register, say_date
from guidance.jobs.cache import Crew


class CiteAnswer(Struct, frozen=True):
    """What each place of a citation names, and in lines what stood on the day asked for, with the law since; or why
    the citation was not understood. `day` is the same as a record, None where no day was asked for."""

    found: tuple[Cited, ...]
    standing: Sequence[str]
    refused: NotUnderstoodError | None = None
    day: dict[str, object] | None = None

    def records(self) -> list[dict[str, object]]:
        """As `--format json` gives it: one for each place, in which the day is `on`; for a day alone, one."""
        found = [not_understood()] if self.refused else [record(one) for one in self.found]
        return [{**one, "on": self.day} for one in found or [{}]] if self.day else found


def answer(order: BuildOrder, words: str, on: str, tell: Tell) -> CiteAnswer:
    """What a citation names, as the texts stood `on` a day, or as the register stands; either may be empty.

    Raises GuidanceError for a register or a day that is not of its form.
    """
    register = read_register(order.publication)
    stood = stood_on(register, on) if on else None
    with order.crew() as crew:
        loaded, _, _ = load(_as_it_stood(order, register, stood, crew), register, None, tell, crew)
    found: tuple[Cited, ...] = ()
    refused = None
    try:
        if words:
            found = cite(words, register, order.publication, loaded, edition_until(stood, on) if stood else None)
    except NotUnderstoodError as error:
        refused = error
    if stood is None:
        return CiteAnswer(found, (), refused)
    read = next((item.source for item in loaded if item.edition == stood.edition), None)
    path, revision = (read.path, read.revision) if read else (None, None)
    law = read_law(order.publication, register)
    places = [(one.citation.edition, entry.anchor) for one in found for entry in one.entries]
    since = law.on_day(stood.edition, datetime.date.fromisoformat(on), places)
    lines = say_stood(on, stood, path, revision)
    others = dict.fromkeys(one.citation.edition for one in found if one.citation.edition != stood.edition.id)
    lines += [f"{on}: the words name {other}, which did not stand that day" for other in others]
    lines += [f"{on}: law since {law.since} ({state}): {law.notice(one).text}" for one, state in since]
    return CiteAnswer(found, lines, refused, _record_day(on, stood, law, since))


def edition_until(stood: InForce, on: str) -> Edition:
    """The edition that stood on a day as the register has it without the files that were issued later."""
    issued = tuple(one for one in stood.edition.revisions if one.date and one.date <= on)
    return structs.replace(stood.edition, revisions=issued)


def _record_day(on: str, stood: InForce, law: LawSince, since: Iterable[tuple[Law, State]]) -> dict[str, object]:
    """What stood on a day, as `on` of a record: edition, file, notes beside it, doubts, and the law since."""
    return {
        "day": on,
        "edition": stood.edition.id,
        "revision": stood.revision.id if stood.revision else None,
        "notes": [note.id for note in stood.notes],
        "doubts": list(stood.doubts),
        "law": [
            {"id": one.id, "state": state, "notice": law.notice(one).text, "url": one.url} for one, state in since
        ],
    }


def _as_it_stood(order: BuildOrder, register: Publication, stood: InForce | None, crew: Crew) -> BuildOrder:
    """The same order with the revision that `stood` on a day, where its file is at hand."""
    if not stood or not stood.revision:
        return order
    here = stand_shelf(order, register, crew)[0].at_hand(stood.edition)
    chosen = {stood.edition.id: stood.revision.id} if stood.revision.id in here else {}
    return structs.replace(order, revisions=chosen)


def cite(
    words: str, publication: Publication, folder: Path, loaded: Sequence[Loaded], stood: Edition | None = None
) -> tuple[Cited, ...]:
    """Where each place of a citation points. Editions without text are looked up in their permalink registers; one
    that names no edition means the one that `stood` on the day in question, with the files issued until then.

    Raises NotUnderstoodError.
    """
    grammar = CitationGrammar(Known(publication, read_wanted(folder, publication)))
    try:
        citations = grammar.read(words, stood.id if stood else None)
    except NoEditionError:
        raise NotUnderstoodError(_ask_edition(words, publication, loaded)) from None
    if unsure := next((one for one in citations if not one.sure), None):
        number = unsure.place.steps[-1].number
        raise NotUnderstoodError(
            f'"{words}": {number} may be a page or a paragraph; write p {number} or para {number}'
        )
    crosswalk = None
    if len(loaded) > 1 and any(one.edition != publication.in_force.id for one in citations):
        # The crosswalk alone, for which only neighbours are compared.
        editions = [(item.edition.id, item.document) for item in loaded]
        pairs = pairwise(editions)
        steps = [compare(text, later, (old, new)) for (old, text), (new, later) in pairs]
        crosswalk = build_crosswalk(editions, steps)
    known = published_places(publication, folder, loaded)
    if stood:  # whose official file is the one of that day, or none
        editions_then = tuple(stood if one.id == stood.id else one for one in publication.editions)
        publication = structs.replace(publication, editions=editions_then)
    return tuple(resolve(one, publication, known, crosswalk) for one in citations)


def _ask_edition(words: str, publication: Publication, loaded: Sequence[Loaded]) -> str:
    """Which editions may be meant, and how to say so."""
    with_text = [item.edition.id for item in loaded]
    now = publication.in_force.id
    here = "" if now in with_text else ", whose text is not loaded here"
    others = [f'"{edition} {words}"' for edition in reversed(with_text) if edition != now][:3]
    also = f"; loaded: {', '.join(others)}" if others else ""
    return (
        f'"{words}": which edition? In force: "{now} {words}"{here}{also}; '
        "for the one that stood on a day, add --on 2024-01-31"
    )


# --- What stood on a day ---------------------------------------------------------------------------


def stood_on(publication: Publication, day: str) -> InForce:
    """What stood on a day such as 2019-01-15. Raises GuidanceError for other words and before the first edition."""
    try:
        standing = publication.as_it_stood(datetime.date.fromisoformat(day))
    except ValueError:
        raise GuidanceError(f"--on {day}: write a day like 2019-01-15") from None
    if standing is None:
        first = publication.editions[0]
        raise GuidanceError(f"--on {day}: the register begins later, with the edition of {first.id}")
    return standing


def say_stood(day: str, standing: InForce, path: Path | None, read: Revision | None) -> list[str]:
    """What stood on a day, in lines: edition and file, the notes beside it, what is not sure, and whether the file
    that is here (`path`, None for none, which is that of the revision `read`, None where that is not known) is that
    one."""
    edition, revision = standing.edition, standing.revision
    which = "; no revision of it is known for that day"
    if revision:
        part = f" ({revision.part} only; for the rest the file before it)" if revision.part else ""
        which = f", revision {revision.id}{part}: {revision.what}"
    lines = [f"{day}: the edition of {edition.id}{which}"]
    for note in standing.notes:
        when = f"of {say_date(note.date)}" if note.date else "whose day is not known"
        lines.append(f"{day}: with the note {when}, revision {note.id}, which left the file as it was: {note.what}")
    lines += [f"{day}: not sure: {doubt}" for doubt in standing.doubts]
    if path is None:
        lines.append(f"{day}: no text of {edition.id} is here; places are those that were published once")
    elif read is None:
        lines.append(f"{day}: which revision of {edition.id} is here is not known: {path}")
    elif read != revision:
        lines.append(f"{day}: the text here is that of revision {read.id}: {path}")
    return lines
