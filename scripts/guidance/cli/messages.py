"""What commands say when they end, as lines: the words for the command line, which alone prints them.

Nothing is decided or looked up here.
"""

from collections.abc import Iterator
from pathlib import Path

from guidance.audit.report import summary
from guidance.build.audit import Audit
from guidance.build.orders import NOT_ASKED, Outcome, PublishOutcome
from guidance.sources import FileRow
from guidance.sources.choosing import SourceRow


def row_lines(rows: tuple[SourceRow, ...]) -> Iterator[str]:
    """A line for each official file, in columns: where it is, or why it is not here."""
    where = (
        " ".join(filter(None, (str(r.path or ""), f"({r.remark})" if r.path and r.remark else r.remark)))
        for r in rows
    )
    lines = [("edition", "revision", "file", "where")]
    lines += [(row.edition, row.revision, row.state, place) for row, place in zip(rows, where, strict=True)]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line[:3], widths, strict=True))
        yield "  ".join((*cells, line[3])).rstrip()


def file_lines(rows: tuple[FileRow, ...]) -> Iterator[str]:
    """A line for each file in the reader's folders: what it was used as, or why it was not."""
    for row in rows:
        yield f"{row.path}: {row.state}{' ' if row.state == 'used' else ': '}{row.words}"


def build_warnings(outcome: Outcome) -> Iterator[str]:
    """What the reader should know of a build that ended well, a line each."""
    for gap in outcome.missing:
        if gap.fault:
            yield f"warning: edition {gap.edition} is built without its text: {gap.reason}"
        elif gap.reason != NOT_ASKED:
            yield f"note: edition {gap.edition} is built without its text: {gap.reason}"
    yield from (f"warning: {line}" for line in (*outcome.breaches, *outcome.warnings))


def audit_closing(found: Audit) -> str:
    """The line that an audit ends with."""
    without = (
        "" if found.quotations else "; no text is loaded here, so only whole paragraphs are known as quotations"
    )
    return summary(found.findings, found.files) + without


def build_closing(outcome: Outcome, out: Path) -> str:
    """The line that a build ends with: where the site is, and which editions have full text."""
    without = len(outcome.publication.editions) - len(outcome.loaded)
    if outcome.loaded:
        which = f"full text of {', '.join(outcome.loaded)}" + (f"; {without} editions without" if without else "")
    else:
        which = "no edition has full text" + ("; the specimen shows how it looks" if outcome.specimen else "")
    return f"{out / 'index.html'}: {which}"


def publish_closing(done: PublishOutcome, branch: str, remote: str | None) -> str:
    """The line that a publish ends with."""
    state = f"commit {done.commit[:12]}" if done.commit else "nothing has changed since the last publish"
    return f"{branch}: {state}{f', sent to {remote}' if remote else ''}"
