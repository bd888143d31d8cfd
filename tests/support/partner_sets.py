"""Sets of small partner pages in one file each, with what a reader finds in them, and what the audit says in
the same words; the form is told at the head of `tests/data/audit/second.txt`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from guidance.audit.reading import read_file
from guidance.audit.texts import FileReading
from guidance.audit.verdicts import AuditFinding
from guidance.build.audit import Auditor

SETS = Path(__file__).parents[1] / "data" / "audit"
_STATUS = re.compile(r" \[([a-z-]+)\]$")


class Page(NamedTuple):
    """A page's name, what stands in it, and the lines that say what is found."""

    name: str
    content: str
    right: tuple[str, ...]


def pages(name: str) -> list[Page]:
    """The pages of a set."""
    _, *parts = re.split(r"^=== ", (SETS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_page(part) for part in parts]


def _page(part: str) -> Page:
    name, _, rest = part.partition("\n")
    lines = rest.splitlines()
    right = tuple(line.removeprefix("=> ") for line in lines if line.startswith("=> "))
    return Page(name, "\n".join(line for line in lines if not line.startswith("=> ")), right)


def say(found: AuditFinding) -> str:
    """A finding in the words of the sets, with its status."""
    if found.kind == "stale-term":
        return f"term {found.text}"
    if found.kind == "quotation":
        return f"quotation {found.quotation} {found.edition}"
    place = f", {found.cites}" if found.cites else ""
    return f"{found.edition or '?'}{place} [{found.status}]"


def said(auditor: Auditor, page: Page, folder: Path) -> list[str]:
    """What the audit says of a page."""
    path = folder / page.name
    path.write_text(page.content, encoding="utf-8")
    reading = read_file(path)
    assert isinstance(reading, FileReading), reading
    return [say(one) for one in auditor.findings(reading)]


def differs(right: tuple[str, ...], told: list[str]) -> Iterator[str]:
    """What a reader found and the audit did not, and the other way round."""
    left = list(told)
    for line in right:
        at = next((i for i, one in enumerate(left) if line in (one, _STATUS.sub("", one))), None)
        if line == "nothing":
            continue
        if at is None:
            yield f"missing: {line}"
        else:
            left.pop(at)
    yield from (f"too much: {line}" for line in left)
