"""Findings -> what is given out: a table for the screen, HTML, CSV, JSON, SARIF, and what counts as a failure.

What stands in other people's files is written as text only, whatever it looks like; nothing is printed here.
"""

import base64
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
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
from guidance.audit.verdicts import AuditFinding, Status

_LONGEST = 160  # characters of matched words that a table shows
_STATUS: dict[Status, str] = {
    "current": "current",
    "superseded": "superseded",
    "unknown-edition": "unknown edition",
    "not-found": "not found",
}


def fails(findings: Iterable[AuditFinding], on: FailOn) -> bool:
    """Whether findings are such that a check fails: on what is `stale` (superseded words, places that do not exist,
    names out of use), on `any` that is not current, or `never`."""
    bad = {"stale": ("superseded", "not-found"), "any": ("superseded", "not-found", "unknown-edition"), "never": ()}
    return any(found.status in bad[on] for found in findings)


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
        made.add_row(Text(found.place), Text(_shown(found.text)), Text(_STATUS[found.status]), Text(found.message))
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
    writer.writerow((*columns, "cited", "comparison", "message"))
    for found in findings:
        cells = [getattr(found, column) for column in columns]
        cells += [" ".join(found.permalinks), found.redline, found.message]
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: object) -> str:
    words = "" if value is None else plain(str(value))
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


# --- SARIF -----------------------------------------------------------------------------------------

_RULES = {
    "superseded-reference": ("A reference to an edition that was superseded", "warning"),
    "superseded-quotation": ("Words of an edition that was superseded", "warning"),
    "stale-term": ("A name that went out of use", "warning"),
    "not-found": ("A reference to a place that does not exist", "error"),
    "unknown-edition": ("A reference that does not say which edition", "note"),
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
    key = hashlib.sha256("\n".join((found.file, rule, found.text, found.message)).encode()).hexdigest()[:32]
    seen[key] += 1
    region = {"startLine": found.line, "startColumn": found.column, "snippet": {"text": _shown(found.text)}}
    location = {"artifactLocation": {"uri": _uri(found.file)}, "region": region}
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": _RULES[rule][1],
        "message": {"text": f"“{_shown(found.text)}”: {found.message}"},
        "locations": [{"physicalLocation": location, "message": {"text": found.place}}],
        "partialFingerprints": {"wordsAndVerdict/v1": f"{key}:{seen[key]}"},
    }


def _uri(file: str) -> str:
    """A file's name as a URI reference: relative where the name is; an address stays one."""
    if file.startswith(("https://", "http://")):
        return quote(file, safe="%/:=&?~#+!$,;'@()*[]")
    return ("file://" if file.startswith("/") else "") + quote(file, safe="/")


# --- HTML ------------------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --line: #64748b; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem; text-align: left; vertical-align: top; }
td:nth-child(1) { width: 12%; } td:nth-child(2) { width: 30%; } td:nth-child(3) { width: 14%; }
.status { font-weight: bold; } .bad { border-left: .3rem solid #b45309; padding-left: .4rem; }
.good { border-left: .3rem solid #15803d; padding-left: .4rem; }
a { color: #0b4f8a; } a:focus-visible { outline: 3px solid #c2410c; outline-offset: 2px; }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e8eaed; } a { color: #8ec7ff; } }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); }
  tr, td { display: block; width: auto !important; } td { border: 0; padding: .1rem 0; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
}
"""


def as_html(
    findings: Sequence[AuditFinding], skipped: Sequence[Skipped], files: int, title: str, site_url: str | None
) -> str:
    """A page that stands alone, with no script: a summary, then the findings of each file. Addresses are links
    where `site_url` says where the site is."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    by_file = [(file, list(rows)) for file, rows in groupby(findings, key=lambda found: found.file)]
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>References to {escape(title)}: an audit</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>References to <cite>{escape(title)}</cite></h1>\n<p>{escape(summary(findings, files))}.</p>",
        *(_file_html(number, file, rows, site_url) for number, (file, rows) in enumerate(by_file, 1)),
        *_skipped_html(skipped),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _file_html(number: int, file: str, rows: Sequence[AuditFinding], site_url: str | None) -> str:
    head = "".join(f'<th scope="col">{words}</th>' for words in ("Where", "Words", "Status", "Today, and why"))
    body = "\n".join(_row_html(found, site_url) for found in rows)
    bad = sum(found.status != "current" for found in rows)
    return (
        f'<section aria-labelledby="file-{number}">\n<h2 id="file-{number}">{escape(plain(file))}</h2>\n'
        f"<table>\n<caption>{len(rows)} found, {bad} to look at</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</section>"
    )


def _row_html(found: AuditFinding, site_url: str | None) -> str:
    tone = "good" if found.status == "current" else "bad"
    links = [*_link_html("today", found.today, site_url)]
    links += [link for address in found.permalinks[:3] for link in _link_html("what it cites", address, site_url)]
    links += [*_link_html("comparison", found.redline, site_url)]
    more = f"<br>{' · '.join(links)}" if links else ""
    return (
        f"<tr><td>{escape(found.place)}</td><td>{escape(_shown(found.text))}</td>"
        f'<td><span class="status {tone}">{_STATUS[found.status]}</span></td>'
        f"<td>{escape(plain(found.message))}{more}</td></tr>"
    )


def _link_html(name: str, address: str | None, site_url: str | None) -> Iterator[str]:
    if not address:
        return
    if site_url:
        yield f'<a href="{escape(site_url.rstrip("/"))}/{escape(quote(address))}">{name}: {escape(address)}</a>'
    else:
        yield f"{name}: <code>{escape(address)}</code>"


def _skipped_html(skipped: Sequence[Skipped]) -> list[str]:
    if not skipped:
        return []
    rows = "\n".join(f"<li>{escape(plain(one.file))}: {escape(one.reason)}</li>" for one in skipped)
    return [f"<h2>Not read</h2>\n<ul>\n{rows}\n</ul>"]
