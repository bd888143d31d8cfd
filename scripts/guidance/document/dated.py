"""What stood on a day: which edition and which file of it; and on which day a file was put to its address.

Pure functions over the register; no clock is asked.
"""

import datetime
import re
from pathlib import Path

from guidance.document.model import GuidanceError
from guidance.document.register import (
    InForce,
    Publication,
    Revision,
    last_day,
    say_date,
)

_UPLOADED = re.compile(r"/media/(?P<seconds>[0-9a-f]{8})[0-9a-f]{16}/")  # since 1970, as the identifier begins
AGREES = 14  # days that a file may be uploaded from the day of its revision


def stood_on(publication: Publication, day: str) -> InForce:
    """What stood on a day written like 2019-01-15. Raises GuidanceError for other words, and before the first
    edition."""
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
    which = f", {_say_file(revision)}" if revision else "; no revision of it is known for that day"
    lines = [f"{day}: the edition of {edition.id}{which}"]
    lines += [
        f"{day}: with the note {_say_day(note)}, revision {note.id}, which left the file as it was: {note.what}"
        for note in standing.notes
    ]
    lines += [f"{day}: not sure: {doubt}" for doubt in standing.doubts]
    if path is None:
        lines.append(f"{day}: no text of {edition.id} is here; places are those that were published once")
    elif read is None:
        lines.append(f"{day}: which revision of {edition.id} is here is not known: {path}")
    elif read != revision:
        lines.append(f"{day}: the text here is that of revision {read.id}: {path}")
    return lines


def _say_file(revision: Revision) -> str:
    part = f" ({revision.part} only; for the rest the file before it)" if revision.part else ""
    return f"revision {revision.id}{part}: {revision.what}"


def _say_day(revision: Revision) -> str:
    return f"of {say_date(revision.date)}" if revision.date else "whose day is not known"


def upload_day(address: str | None) -> datetime.date | None:
    """The day on which the file at an official address was uploaded; None where the address does not tell."""
    match = _UPLOADED.search(address or "")
    moment = match and datetime.datetime.fromtimestamp(int(match["seconds"], 16), datetime.UTC)
    return moment.date() if moment else None


def upload_apart(address: str | None, date: str | None) -> int | None:
    """By how many days the upload of a file and the date of its revision differ; None where either is not known."""
    day = upload_day(address)
    if day is None or date is None:
        return None
    first = f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]
    begun, ended = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last_day(date))
    return max((begun - day).days, (day - ended).days, 0)


def say_upload(address: str | None, date: str | None) -> str | None:
    """What the upload time of an address says beside the date of its revision, in words; None where it says
    nothing. A difference is told, and never a reason to refuse a file."""
    day, apart = upload_day(address), upload_apart(address, date)
    if day is None:
        return None
    said = f"uploaded on {say_date(day.isoformat())}"
    if apart is None:
        return said
    if apart <= AGREES:
        return f"{said}, which agrees with {say_date(date)}"
    return f"{said}, {apart} days from {say_date(date)}"
