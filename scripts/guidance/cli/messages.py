"""What the options of a command come to, and what commands say when they end, as lines: the words for the command
line, which alone prints them. Nothing else is decided or looked up here.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import guidance
from guidance.build.orders import NOT_ASKED, BuildOrder, Outcome, no_room
from guidance.cli import one_line
from guidance.document.model import GuidanceError
from guidance.document.register import LOCK
from guidance.site.mkdocs_build import Workshop
from guidance.sources import Fetcher, FileRow, source_folders
from guidance.sources.choosing import SourceRow, parse_revisions, parse_trust

if TYPE_CHECKING:
    from guidance.build.audit import Audit


def order_of(
    publication: Path,
    sources: Path | None,
    editions: list[str] | None = None,
    site_url: str | None = None,
    revision: list[str] | None = None,
    overlay: Path | None = None,
    cluster: str | None = None,
    trust: list[str] | None = None,
    rules: bool = False,
    out: Path = Path("site"),
    strict: bool = False,
) -> BuildOrder:
    """The order that a command's options come to, in the folder where it was given.

    Raises GuidanceError where the site's address, a revision or a file to trust is not written as it must be.
    """
    if site_url and not re.match(r"https?://[^\s/]+", site_url):
        raise GuidanceError(
            f"--site-url {site_url}: write the whole address, such as https://guidance.example.org/"
        )
    here = Path.cwd()
    root = here if (here / "mkdocs.yml").is_file() else Path(guidance.__file__).resolve().parents[2]
    return BuildOrder(
        publication=publication,
        folders=source_folders(sources, os.environ.get("GUIDANCE_SOURCES"), here),
        out=out.absolute(),
        shop=Workshop(root, here / "build", site_url, rules),
        cache=here / ".cache" / "sources",
        editions=tuple(editions or ()),
        strict=strict,
        revisions=parse_revisions(revision or ()),
        overlay=overlay,
        cluster=cluster,
        trust=parse_trust(trust or ()),
    )


def make_fetcher(publication: Path, tell: Callable[[str], None]) -> Fetcher:
    """One who fetches a publication's files and tells how far each is; not at every step where no terminal is."""
    begun: dict[str, bool] = {}

    def told(name: str, size: int, total: int | None) -> None:
        whole = total is not None and size >= total
        if sys.stderr.isatty() or begun.get(name) != whole:
            begun[name] = whole
            of = f" of {total / 1e6:.1f} MB, {size * 100 // max(total, 1)} %" if total else " MB"
            tell(f"fetching {name}: {size / 1e6:.1f}{of}")

    fetcher = Fetcher(publication / LOCK)
    fetcher.tell = told
    return fetcher


# --- What commands say ---


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
        if gap.fault or gap.reason != NOT_ASKED:
            kind = "warning" if gap.fault else "note"
            yield f"{kind}: edition {gap.edition} is built without its text: {gap.reason}"
    yield from (f"warning: {line}" for line in (*outcome.breaches, *outcome.warnings))


def audit_closing(found: "Audit") -> str:
    """The line that an audit ends with."""
    without = (
        "" if found.quotations else "; no text is loaded here, so only whole paragraphs are known as quotations"
    )
    from guidance.audit.report import summary  # with templates, which no other command needs

    return summary(found.findings, found.files) + without


def build_closing(outcome: Outcome, out: Path) -> str:
    """The line that a build ends with: where the site is, and which editions have full text."""
    without = len(outcome.publication.editions) - len(outcome.loaded)
    if outcome.loaded:
        which = f"full text of {', '.join(outcome.loaded)}" + (f"; {without} editions without" if without else "")
    else:
        which = "no edition has full text" + ("; the specimen shows how it looks" if outcome.specimen else "")
    return f"{out / 'index.html'}: {which}"


def publish_closing(done: Outcome, branch: str, remote: str | None) -> str:
    """The line that a publish ends with."""
    state = f"commit {done.commit[:12]}" if done.commit else "nothing has changed since the last publish"
    return f"{branch}: {state}{f', sent to {remote}' if remote else ''}"


_LONGEST_NAME = 256  # bytes; of longer words the system would not even say that they are no folder


def what_failed(error: OSError) -> str:
    """A fault of the system in one line. A write does not say which disk is full: it is one of those in use."""
    given = (one.rpartition("=")[2] for one in sys.argv[1:])
    used = (Path.cwd(), Path(gettempdir()), *(Path(one) for one in given if len(os.fsencode(one)) < _LONGEST_NAME))
    said = no_room(error, used) or f"{error.filename or Path.cwd()}: {error.strerror or error}"
    return one_line(said)
