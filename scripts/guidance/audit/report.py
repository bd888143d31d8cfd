"""Findings -> what is given out: a table for the screen, CSV, JSON, SARIF, facts of a page; and what is a failure.

What stands in other people's files is text only, whatever it looks like; nothing is printed.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import quote

import msgspec
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from guidance.audit import FailOn
from guidance.audit.reading import Skipped
from guidance.audit.texts import plain
from guidance.audit.verdicts import AuditFinding, Status, say_permalinks

_LONGEST = 160  # characters of matched words that a table shows
_STATUS: dict[Status, str] = {
    "current": "current",
    "superseded": "superseded",
    "unknown-edition": "unknown edition",
    "not-found": "not found",
    "not-checked": "not checked",
    "contradiction": "contradiction",
    "misquoted": "misquoted",
    "cut": "cut short",
}


def fails(findings: Iterable[AuditFinding], on: FailOn) -> bool:
    """Whether findings are such that a check fails: on what is `stale` (superseded or altered words, places that do
    not exist, contradictions, names out of use), on `any` that is not current, or `never`."""
    known = {"any": ("current",), "stale": ("current", "unknown-edition", "not-checked", "cut")}
    return on != "never" and any(found.status not in known[on] for found in findings)


def summary(findings: Sequence[AuditFinding], files: int) -> str:
    """How much was found, in a line."""
    counts = Counter(found.status for found in findings)
    said = ", ".join(f"{counts[status]} {words}" for status, words in _STATUS.items() if counts[status])
    return f"{files} file{'' if files == 1 else 's'} read: {said or 'nothing of the guidance found'}"


def _shown(words: str) -> str:
    line = plain(words)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 2].rstrip()} …"


# --- Screen ----------------------------------------------------------------------------------------


def table(findings: Sequence[AuditFinding]) -> Group:
    """Findings as a table for each file."""
    return Group(*(_file_table(file, list(rows)) for file, rows in groupby(findings, key=lambda found: found.file)))


def _file_table(file: str, rows: Sequence[AuditFinding]) -> Table:
    made = Table(title=Text(plain(file)), title_justify="left", title_style="bold", box=box.SIMPLE, expand=True)
    for heading, share in (("where", 2), ("words", 5), ("status", 2), ("today and why", 6)):
        made.add_column(heading, ratio=share, overflow="fold", min_width=15 if heading == "status" else None)
    for found in rows:
        made.add_row(Text(found.place), Text(_shown(found.text)), Text(_STATUS[found.status]), Text(found.verdict))
    return made


# --- JSON and CSV ----------------------------------------------------------------------------------


def as_json(findings: Sequence[AuditFinding]) -> str:
    """The stable form: a list of findings."""
    return msgspec.json.format(msgspec.json.encode(list(findings)), indent=1).decode() + "\n"


def as_csv(findings: Sequence[AuditFinding]) -> str:
    """A table for spreadsheets; a cell that one would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = ("file", "place", "text", "kind", "edition", "chapter", "para", "until", "page", "status", "today")
    more = ("standing", "cites", "checked", "quotation", "told", "official", "verdict")
    writer.writerow((*columns, "cited", "comparison", *more))
    for found in findings:
        cells = [getattr(found, column) for column in columns]
        cells += [" ".join(found.permalinks), found.redline, *(getattr(found, column) for column in more)]
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: object) -> str:
    words = "" if value is None else ("no", "yes")[value] if isinstance(value, bool) else plain(str(value))
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


# --- SARIF -----------------------------------------------------------------------------------------

_RULES = {
    "superseded-reference": ("A reference to an edition that was superseded", "warning"),
    "superseded-quotation": ("Words of an edition that was superseded", "warning"),
    "stale-term": ("A name that went out of use", "warning"),
    "not-found": ("A reference to a place that does not exist", "error"),
    "unknown-edition": ("A reference that does not say which edition", "note"),
    "not-checked": ("A place or quotation of an edition that is not loaded", "note"),
    "contradiction": ("A reference whose words and link, or place and words, contradict each other", "error"),
    "misquoted": ("Words in quotation marks that the edition does not have", "error"),
    "cut": ("Words whose sentence has a condition or a negation that is left out", "warning"),
}


def as_sarif(findings: Sequence[AuditFinding], skipped: Sequence[Skipped], version: str) -> str:
    """SARIF 2.1.0 for code hosts: what is not current, each with a fingerprint that stays when lines move."""
    rules = [
        {"id": rule, "shortDescription": {"text": words}, "defaultConfiguration": {"level": level}}
        for rule, (words, level) in _RULES.items()
    ]
    seen: Counter[str] = Counter()
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "guidance audit", "semanticVersion": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {
                                "level": "warning",
                                "message": {"text": f"{plain(one.file)}: {one.reason}"},
                                "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(one.file)}}}],
                            }
                            for one in skipped
                        ],
                    }
                ],
                "results": [_result(found, seen) for found in findings if found.status != "current"],
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=1).decode() + "\n"


def _rule(found: AuditFinding) -> str:
    if found.kind == "stale-term":
        return "stale-term"
    return f"superseded-{found.kind}" if found.status == "superseded" else found.status


def _result(found: AuditFinding, seen: Counter[str]) -> dict[str, object]:
    rule = _rule(found)
    key = hashlib.sha256("\n".join((found.file, rule, found.text, found.verdict)).encode()).hexdigest()[:32]
    seen[key] += 1
    region = {"startLine": found.line, "startColumn": found.column, "snippet": {"text": _shown(found.text)}}
    location = {"artifactLocation": {"uri": _uri(found.file)}, "region": region}
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": _RULES[rule][1],
        "message": {"text": f"“{_shown(found.text)}”: {found.verdict}"},
        "locations": [{"physicalLocation": location, "message": {"text": found.place}}],
        "partialFingerprints": {"wordsAndVerdict/v1": f"{key}:{seen[key]}"},
    }


def _uri(file: str) -> str:
    """A file's name as a URI reference: relative where the name is; an address stays one."""
    if file.startswith(("https://", "http://")):
        return quote(file, safe="%/:=&?~#+!$,;'@()*[]")
    return ("file://" if file.startswith("/") else "") + quote(file, safe="/")


# --- HTML ------------------------------------------------------------------------------------------


def page_facts(findings: Sequence[AuditFinding], skipped: Sequence[Skipped], files: int) -> dict[str, object]:
    """What a report as a page says: a summary, the findings of each file, what was not read; and what
    tells how words of other people and a status are said, and where a finding leads."""
    return {
        "summary": summary(findings, files),
        "files": [(file, list(rows)) for file, rows in groupby(findings, key=lambda found: found.file)],
        "skipped": skipped,
        "plain": plain,
        "shown": _shown,
        "links": _links,
        "statuses": _STATUS,
    }


def _links(found: AuditFinding) -> list[tuple[str, str, str]]:
    """Where a finding leads: what that is, its place in words, its address from the site's root."""
    cited = [("today", found.today), *(("what it cites", address) for address in found.permalinks[:3])]
    told = [(name, say_permalinks((address,)), address) for name, address in cited if address]
    return [*told, ("what changed", "the comparison", found.redline)] if found.redline else told
