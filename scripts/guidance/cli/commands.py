"""The command line: arguments, progress, exit codes. The only place that prints.

An error is one line; a traceback is a bug. A command imports what it uses itself: the site's tools load slowly.
"""

import atexit
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from msgspec import structs
from typer import echo

from guidance.audit import FailOn, ReportForm
from guidance.cli import one_line
from guidance.document.model import GuidanceError

app = typer.Typer(
    help="Publishes every edition of a piece of guidance as a cross-linked, citable site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


PublicationOption = Annotated[Path, typer.Option(help="Folder of the register and its facts.")]
SourcesOption = Annotated[
    Path | None, typer.Option(help="Folder of official files (else GUIDANCE_SOURCES, else sources/).")
]
EditionOption = Annotated[
    list[str] | None, typer.Option(help="Only this edition's text, which must then be there; repeatable.")
]
RevisionOption = Annotated[
    list[str] | None, typer.Option(help="Build an edition from this revision, EDITION:REVISION; repeatable.")
]
TrustOption = Annotated[
    list[str] | None,
    typer.Option(help="Take a file for an edition unproved, FILE=EDITION; its pages say so. Repeatable."),
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", envvar="GUIDANCE_OFFLINE", help="Do not use the network.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Fail where something of a text is lost.")]
OutOption = Annotated[Path, typer.Option(help="Folder for the site.")]
OverlayOption = Annotated[Path | None, typer.Option(help="Lay a partnership's folder over the site.")]
SiteUrlOption = Annotated[
    str | None, typer.Option(envvar="GUIDANCE_SITE_URL", help="Where the site is published, for its links.")
]
RulesOption = Annotated[
    bool, typer.Option("--rules", envvar="GUIDANCE_RULES", help="Lead addresses on by _redirects: fewer files.")
]
ClusterOption = Annotated[
    str | None, typer.Option(help="Work on a Dask cluster: its scheduler's address, such as tcp://host:8786.")
]


@app.command("build")
def build_command(
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
    revision: RevisionOption = None,
    trust: TrustOption = None,
    offline: OfflineOption = False,
    strict: StrictOption = False,
    out: OutOption = Path("site"),
    overlay: OverlayOption = None,
    site_url: SiteUrlOption = None,
    rules: RulesOption = False,
    cluster: ClusterOption = None,
    record: Annotated[
        bool, typer.Option("--record-permalinks", help="Also put new anchors into the permalink registers.")
    ] = False,
) -> None:
    """Build the site: every edition, the pages around them, permalinks and data files."""
    from guidance.build.publish import record_permalinks
    from guidance.build.site import build
    from guidance.cli.messages import build_closing, build_warnings, file_lines, make_fetcher, order_of

    order = order_of(publication, sources, edition, site_url, revision, overlay, cluster, trust, rules, out, strict)
    with _telling() as tell:
        fetcher = None if offline else make_fetcher(publication, tell)
        outcome = build(order, fetcher, tell)
        gained = record_permalinks(order, tell) if record else {}
    for warning in build_warnings(outcome):
        echo(warning, err=True)
    for line in file_lines(outcome.files):
        echo(line)
    for register, count in gained.items():
        echo(f"{publication / register}: {count} new")
    echo(build_closing(outcome, out))


@app.command("fetch")
def fetch_command(
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail on a file first seen or changed, or a locked one missing.")
    ] = False,
) -> None:
    """Find or download the official files of every revision, and say which were found, fetched, or have changed.

    Ends with 1 where an edition that was named, or of all that have an address, has no file.
    """
    from guidance.build.load import stand_shelf, wanted
    from guidance.cli.messages import make_fetcher, order_of, row_lines
    from guidance.document.register import LOCK, read_register
    from guidance.sources.choosing import look_up_files, refuse_missing, refuse_unvetted, with_address

    order = order_of(publication, sources, edition)
    register = read_register(publication)
    ids = wanted(order, register)
    with _telling() as tell, order.crew() as crew:
        fetcher = make_fetcher(publication, tell)
        shelf, readings = stand_shelf(structs.replace(order, cache=order.cache / "none"), register, crew)
        fetcher.doubt = readings.doubt
        rows = look_up_files(shelf, register, ids, order.cache, fetcher, lambda e: tell(f"fetching {e.id}"))
    for line in row_lines(rows):
        echo(line)
    for note in fetcher.notes:
        echo(f"note: {note}", err=True)
    if locked:
        refuse_unvetted(rows, register, fetcher, publication / LOCK)
    refuse_missing(rows, order.editions or (() if locked else with_address(rows)))


@app.command("convert")
def convert_command(
    file: Annotated[Path, typer.Argument(help="A guidance file: PDF, HTML or DOCX.")],
    to: Annotated[Path, typer.Option("-o", "--output", help="Folder for Markdown, JSON and pictures.")],
    strict: StrictOption = False,
    publication: PublicationOption = Path("versions"),
) -> None:
    """Convert any single guidance file to Markdown pages, provisions.json, edition.json and pictures."""
    from guidance.build.single_files import convert

    with _telling() as tell:
        tell(f"reading {file.name}")
        figures, lost = convert(file, to, publication, strict)
    for breach in lost:
        echo(f"warning: {file.name}: {breach}", err=True)
    echo(
        f"{to}: {figures.kinds.get('paragraph', 0)} numbered paragraphs, {figures.footnotes} footnotes, "
        f"{figures.characters_placed} of {figures.characters_source} characters placed, "
        f"{figures.characters_dropped} dropped"
    )


@app.command("compare")
def compare_command(
    old: Annotated[Path, typer.Argument(help="The older guidance file, or a folder converted from it.")],
    new: Annotated[Path, typer.Argument(help="The newer guidance file, or a folder converted from it.")],
    to: Annotated[Path, typer.Option("-o", "--output", help="Folder for changes.json, changes.csv and redlines.")],
) -> None:
    """Compare two guidance files: what changed, word by word, and what only moved or was renumbered."""
    from collections import Counter

    from guidance.build.single_files import compare_files

    with _telling() as tell:
        tell(f"comparing {old.name} with {new.name}")
        comparison = compare_files(old, new, to)
    kinds = Counter(change.kind for change in comparison.changes)
    echo(f"{to}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))


@app.command("cite")
def cite_command(
    citation: Annotated[
        str, typer.Argument(help='A citation, such as "WT 2018 p 13" or, with --on, "para 153".')
    ] = "",
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    on: Annotated[str, typer.Option(help="A day such as 2019-01-15: the text as it stood then.")] = "",
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="What to give out.")] = "text",
) -> None:
    """Resolve a citation: the place, its page, and where the text stands in the edition in force."""
    from guidance.build.cite import answer
    from guidance.cite.resolve import say_cited
    from guidance.cli.messages import order_of

    if not (citation or on):
        raise GuidanceError('cite: name a place, such as "2023 para 45", or a day with --on')
    with _telling() as tell:
        said = answer(order_of(publication, sources), citation, on, tell)
    if form == "json":
        echo(json.dumps(said.records(), ensure_ascii=False, indent=1))
        return
    if said.refused:
        raise said.refused
    for line in said.standing:
        echo(line)
    missing = [line for one in said.found if one.status == "not-found" for line in say_cited(one)]
    for line in (line for one in said.found if one.status != "not-found" for line in say_cited(one)):
        echo(line)
    if missing:
        raise GuidanceError("; ".join(missing))


@app.command("check")
def check_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    publication: PublicationOption = Path("versions"),
    against: Annotated[
        str | None, typer.Option(help="A site published before, folder or branch (else gh-pages, where it is).")
    ] = None,
) -> None:
    """Check the built site and the words of our pages: links, permalinks, data, terms; one line for each fault."""
    from datetime import date

    from guidance.build import handwritten
    from guidance.check import permanence
    from guidance.check.site import check_site, gathered, survey_texts
    from guidance.document.register import read_register

    with _telling() as tell:
        tell(f"checking {site}")
        register = read_register(publication) if (publication / "editions.toml").is_file() else None
        before = against or permanence.find_branch(Path.cwd())
        report = check_site(site, publication if register else None, before)
    words: tuple[str, ...] = ()
    if register and register.docs:
        docs = publication / register.docs
        words = (*handwritten.survey_terms(docs), *handwritten.survey_law(docs, publication, register, site))
        for line in (*handwritten.survey(docs, site), *handwritten.stale_contacts(docs, date.today())):
            echo(line)
    for line in survey_texts(site):
        echo(line)
    for fault in gathered(report.faults):
        echo(f"{fault.file}: {fault.message}")
    for line in words:
        echo(line)
    if report.faults or words:
        raise GuidanceError(f"{site}: {len(report.faults) + len(words)} faults in {report.pages} pages")
    echo(f"{site}: {report.pages} pages and {report.links} links checked, no fault")


@app.command("audit")
def audit_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders, files or a saved site: HTML, Markdown, DOCX, ODT, RTF, PDF, text."),
    ] = None,
    urls: Annotated[Path | None, typer.Option(help="File of web addresses to read as well, one a line.")] = None,
    form: Annotated[ReportForm, typer.Option("--format", help="What to give out.")] = "table",
    to: Annotated[Path | None, typer.Option("-o", "--output", help="File to write instead of the screen.")] = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(
            help="End with 3 on what is superseded, misquoted, contradictory, not found or out of use; any: on "
            "unknown editions and what was not checked too.",
        ),
    ] = "stale",
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    site_url: SiteUrlOption = None,
) -> None:
    """Audit your own pages: references and quotations that were superseded, and where they stand today.

    Ends with 0 when nothing is stale, 3 when something is, 1 on an error or when a file could not be read.
    """
    from rich.console import Console

    from guidance.audit.report import fails, table
    from guidance.build.audit import Auditor, audit, read_addresses, render, write_report
    from guidance.build.load import load
    from guidance.cli.messages import audit_closing, order_of
    from guidance.document.register import read_register

    if not (paths or urls):
        raise GuidanceError("audit: name the files or folders to read, or a list of addresses with --urls")
    register = read_register(publication)
    listed = read_addresses(urls) if urls else ()
    order = order_of(publication, sources)
    with _telling() as tell, order.crew() as crew:
        loaded, _, _ = load(order, register, None, tell, crew)
        auditor = Auditor(register, publication, loaded, site_url, crew)
        found = audit(auditor, paths or [], tell, listed)
    if to:
        write_report(to, render(found, "json" if form == "table" else form, register, site_url))
    elif form == "table":
        console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
        console.print(table(found.findings))
    else:
        sys.stdout.write(render(found, form, register, site_url))
    for one in found.skipped:
        echo(f"warning: {one.file}: {one.reason}", err=True)
    echo(audit_closing(found), err=form != "table" and not to)
    if fails(found.findings, fail_on):
        raise typer.Exit(3)
    if found.skipped and fail_on != "never":
        raise typer.Exit(1)


@app.command("publish")
def publish_command(
    branch: Annotated[str, typer.Option(help="Branch that the host serves.")] = "gh-pages",
    push: Annotated[str | None, typer.Option(help="Remote to send it to, such as origin.")] = None,
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
    revision: RevisionOption = None,
    trust: TrustOption = None,
    offline: OfflineOption = False,
    overlay: OverlayOption = None,
    site_url: SiteUrlOption = None,
    rules: RulesOption = False,
    cluster: ClusterOption = None,
) -> None:
    """Build and check every edition, and put the site into a branch, in one commit that loses nothing published."""
    from guidance.build.publish import publish
    from guidance.build.site import build
    from guidance.cli.messages import build_warnings, file_lines, make_fetcher, order_of, publish_closing

    order = order_of(publication, sources, edition, site_url, revision, overlay, cluster, trust, rules)
    with _telling() as tell:
        fetcher = None if offline else make_fetcher(publication, tell)
        done = publish(order, lambda it: build(it, fetcher, tell), Path.cwd(), branch, push, tell)
    for warning in build_warnings(done):
        echo(warning, err=True)
    for line in file_lines(done.files):
        echo(line)
    echo(publish_closing(done, branch, push))


@app.command("weigh")
def weigh_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    reads: Annotated[int, typer.Option(help="Page views in a month.", min=1)] = 10_000_000,
) -> None:
    """Say how heavy the built site's pages are, what a month of reads comes to, and which free hosts take it."""
    from guidance.check.page_weight import fit_hosts, refill, say_weights, weigh

    for line in (*say_weights(weigh(site), reads, refill(site)), *fit_hosts(site)):
        echo(line)


@app.command("review")
def review_command(
    page: Annotated[
        list[str] | None,
        typer.Argument(help="Pages that were compared with what they cite; all where none is named."),
    ] = None,
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    renumbered: Annotated[
        list[str] | None,
        typer.Option(help="Record that the file here renumbered an edition, EDITION or EDITION:DAY; repeatable."),
    ] = None,
) -> None:
    """Record that hand-written pages were compared with the text they cite, as it is today; or that a new official
    file renumbered an edition."""
    from guidance.build.handwritten import review
    from guidance.document.register import read_register

    if not renumbered:
        for name, count in review(read_register(publication), publication, page or ()).items():
            echo(f"{name}: {count} citations reviewed")
        return
    from guidance.build.publish import review_renumbered
    from guidance.cli.messages import order_of

    with _telling() as tell:
        gained = review_renumbered(order_of(publication, sources), renumbered, Path.cwd(), tell)
    for register, count in gained.items():
        echo(f"{register}: {count} decisions recorded; look through them before you commit")


@app.command("serve")
def serve_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    port: Annotated[int, typer.Option(help="Port on this machine.", min=0, max=65535)] = 8000,
) -> None:
    """Show the built site to a browser on this machine, and hand-written pages anew as they are saved."""
    from guidance.cli.serve import show

    show(site, port, echo)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """Publishes every edition of a piece of guidance as a cross-linked, citable site."""
    if show:
        from importlib.metadata import version as installed

        echo(installed("guidance"))
        raise typer.Exit


def main() -> None:
    """Run a command. Ends with 0, with 1 and one line on standard error, or with 2 for wrong arguments."""
    gc.set_threshold(100_000, 50, 100)  # documents are many small things without cycles
    atexit.register(gc.freeze)  # and at the end nothing is worth looking for
    for command in app.registered_commands:  # `--help` would cut what a command does in the middle of the sentence
        said = command.help or getattr(command.callback, "__doc__", "") or ""
        command.short_help = " ".join(said.partition("\n\n")[0].split())
    try:
        app()
    except GuidanceError as error:
        echo(f"guidance: {one_line(error)}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        echo("guidance: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        from guidance.cli.messages import what_failed

        sys.exit(f"guidance: {what_failed(error)}")


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Shows the step at hand: moving on a terminal, a quiet line elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: echo(f"· {one_line(step)}", err=True)
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    with console.status("starting") as status:
        yield lambda step: status.update(step)
