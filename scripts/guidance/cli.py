"""The command line: arguments, progress, exit codes. The only place that prints.

What a command does is done elsewhere; an error is one line, and a traceback is a bug.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs
from rich.console import Console

import guidance
from guidance import checks, permanence, reviews, serving
from guidance.audit.report import FailOn, Form, fails, table
from guidance.auditing import Auditor, audit, audit_addresses, joined, read_addresses, render, write_report
from guidance.build import Order, build, load, record_permalinks, wanted
from guidance.comparing import cite, compare_files, say_cited
from guidance.convert import convert
from guidance.model import GuidanceError
from guidance.publish.site import Workshop
from guidance.publishing import publish
from guidance.register import LOCK, read_register
from guidance.sayings import audit_closing, build_closing, build_warnings, publish_closing, row_lines
from guidance.sources import Fetcher, Tell, source_folders, sources_at_hand
from guidance.sources.pages import PageFetcher
from guidance.supply import parse_revisions, say_standing, stood_on, survey
from guidance.survey import survey_texts
from guidance.weights import refill, say_weights, weigh

app = typer.Typer(
    help="Publishes every edition of a piece of guidance as a cross-linked, citable site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

PublicationOption = Annotated[Path, typer.Option("--publication", help="Folder of the register and its facts.")]
SourcesOption = Annotated[
    Path | None, typer.Option("--sources", help="Folder of official files (else GUIDANCE_SOURCES, else sources/).")
]
EditionOption = Annotated[
    list[str] | None,
    typer.Option("--edition", help="Only this edition's text, which must then be there; repeatable."),
]
RevisionOption = Annotated[
    list[str] | None,
    typer.Option("--revision", help="Build an edition from this revision, EDITION:REVISION; repeatable."),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Do not use the network.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Fail where something of a text is lost.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the site.")]


@app.command("build")
def build_command(
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
    revision: RevisionOption = None,
    offline: OfflineOption = False,
    strict: StrictOption = False,
    out: OutOption = Path("site"),
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="Lay a partnership's folder over the site.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Work on a Dask cluster: its scheduler's address, such as tcp://host:8786."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record-permalinks", help="Also put new anchors into the permalink registers.")
    ] = False,
) -> None:
    """Build the site: every edition, the pages around them, permalinks and data files."""
    order = _order(publication, sources, edition, out, strict)
    order = structs.replace(order, revisions=parse_revisions(revision or ()), cluster=cluster, overlay=overlay)
    fetcher = None if offline else Fetcher(publication / LOCK)
    with _telling() as tell:
        if fetcher:
            fetcher.tell = _progress(tell)
        outcome = build(order, fetcher, tell)
        if record:
            loaded, _ = load(order, outcome.publication, None, tell)
            gained = record_permalinks(order.publication, loaded)
    for warning in build_warnings(outcome):
        _err.print(warning)
    if record:
        for register, count in gained.items():
            _out.print(f"{publication / register}: {count} new")
    _out.print(build_closing(outcome, out))


@app.command("fetch")
def fetch_command(
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
) -> None:
    """Find or download the official files of every revision, and say which were found, fetched, or have changed."""
    order = _order(publication, sources, edition, Path("site"))
    register = read_register(publication)
    fetcher = Fetcher(publication / LOCK)
    ids = wanted(order, register)
    with _telling() as tell:
        fetcher.tell = _progress(tell)
        rows = survey(register, ids, order.folders, order.cache, fetcher, lambda e: tell(f"fetching {e.id}"))
    for line in row_lines(rows):
        _out.print(line)
    for note in fetcher.notes:
        _err.print(f"note: {note}")
    for one in order.editions:
        if not any(row.path for row in rows if row.edition == one):
            reasons = [row.remark for row in rows if row.edition == one and row.remark]
            raise GuidanceError(f"edition {one}: {reasons[-1] if reasons else 'no official address is known'}")


@app.command("convert")
def convert_command(
    file: Annotated[Path, typer.Argument(help="A guidance file: PDF, HTML or DOCX.")],
    to: Annotated[Path, typer.Option("-o", "--output", help="Folder for Markdown, JSON and pictures.")],
    strict: StrictOption = False,
    publication: PublicationOption = Path("versions"),
) -> None:
    """Convert any single guidance file to Markdown pages, provisions.json, edition.json and pictures."""
    with _telling() as tell:
        tell(f"reading {file.name}")
        figures, lost = convert(file, to, publication / "acts.toml", strict)
    for breach in lost:
        _err.print(f"warning: {file.name}: {breach}")
    _out.print(
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
    with _telling() as tell:
        tell(f"comparing {old.name} with {new.name}")
        comparison = compare_files(old, new, to)
    kinds = Counter(change.kind for change in comparison.changes)
    _out.print(f"{to}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))


@app.command("cite")
def cite_command(
    citation: Annotated[
        str, typer.Argument(help='A citation, such as "WT 2018 p 13" or, with --on, "para 153".')
    ] = "",
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    on: Annotated[str, typer.Option("--on", help="A day such as 2019-01-15: the text as it stood then.")] = "",
) -> None:
    """Resolve a citation: the place, its page, and where the text stands in the edition in force."""
    if not (citation or on):
        raise GuidanceError('cite: name a place, such as "2023 para 45", or a day with --on')
    register = read_register(publication)
    order = _order(publication, sources, None, Path("site"))
    stood = stood_on(register, on) if on else None
    if stood and stood.revision:
        here = sources_at_hand(register, stood.edition, order.folders, order.cache)
        chosen = {stood.edition.id: stood.revision.id} if stood.revision.id in here else {}
        order = structs.replace(order, revisions=chosen)
    with _telling() as tell:
        loaded, _ = load(order, register, None, tell)
        found = (
            cite(citation, register, publication, loaded, stood.edition if stood else None) if citation else None
        )
    if stood:
        read = next((item.source for item in loaded if item.edition == stood.edition), None)
        for line in say_standing(on, stood, read):
            _out.print(line)
    for line in say_cited(found) if found else ():
        _out.print(line)


@app.command("check")
def check_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    publication: PublicationOption = Path("versions"),
    against: Annotated[
        str | None,
        typer.Option("--against", help="A site published before, folder or branch (else gh-pages, where it is)."),
    ] = None,
) -> None:
    """Check the built site: links, anchors, permalinks, data files; one line for each fault."""
    with _telling() as tell:
        tell(f"checking {site}")
        register = read_register(publication) if (publication / "editions.toml").is_file() else None
        before = against or permanence.find_branch(Path.cwd())
        report = checks.check_site(site, publication if register else None, before)
    if register and register.docs:
        for line in reviews.survey(publication / register.docs, site):
            _out.print(line)
    for line in survey_texts(site):
        _out.print(line)
    for fault in checks.gathered(report.faults):
        _out.print(f"{fault.file}: {fault.message}")
    if report.faults:
        raise GuidanceError(f"{site}: {len(report.faults)} faults in {report.pages} pages")
    _out.print(f"{site}: {report.pages} pages and {report.links} links checked, no fault")


@app.command("audit")
def audit_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders, files or a saved site: HTML, Markdown, DOCX, PDF, plain text."),
    ] = None,
    urls: Annotated[
        Path | None, typer.Option("--urls", help="File of web addresses to read as well, one a line.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="What to give out.")] = "table",
    to: Annotated[Path | None, typer.Option("-o", "--output", help="File to write instead of the screen.")] = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(
            "--fail-on", help="End with 3 on what is superseded, not found or out of use; on unknown editions too."
        ),
    ] = "stale",
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    site_url: Annotated[
        str | None, typer.Option("--site-url", envvar="GUIDANCE_SITE_URL", help="Where this site is published.")
    ] = None,
) -> None:
    """Audit your own pages: references and quotations that were superseded, and where they stand today.

    Ends with 0 when nothing is stale, 3 when something is, 1 on an error or when a file could not be read.
    """
    if not (paths or urls):
        raise GuidanceError("audit: name the files or folders to read, or a list of addresses with --urls")
    register = read_register(publication)
    listed = read_addresses(urls) if urls else ()
    order = _order(publication, sources, None, Path("site"))
    with _telling() as tell, order.crew() as crew:
        loaded, _ = load(order, register, None, tell)
        auditor = Auditor(register, publication, loaded, site_url, crew)
        found = audit(auditor, paths or [], tell)
        if listed:
            found = joined(found, audit_addresses(auditor, listed, PageFetcher(), tell))
    if to:
        write_report(to, render(found, "json" if form == "table" else form, register, site_url))
    elif form == "table":
        Console(width=None if _out.is_terminal else 140, highlight=False).print(table(found.findings))
    else:
        sys.stdout.write(render(found, form, register, site_url))
    for one in found.skipped:
        _err.print(f"warning: {one.file}: {one.reason}")
    (_err if form != "table" and not to else _out).print(audit_closing(found))
    if fails(found.findings, fail_on):
        raise typer.Exit(3)
    if found.skipped and fail_on != "never":
        raise typer.Exit(1)


@app.command("publish")
def publish_command(
    branch: Annotated[str, typer.Option("--branch", help="Branch that the host serves.")] = "gh-pages",
    push: Annotated[str | None, typer.Option("--push", help="Remote to send it to, such as origin.")] = None,
    publication: PublicationOption = Path("versions"),
    sources: SourcesOption = None,
    edition: EditionOption = None,
    offline: OfflineOption = False,
) -> None:
    """Build every edition and put the site into a branch, in one commit that loses nothing published before."""
    order = _order(publication, sources, edition, Path("site"))
    fetcher = None if offline else Fetcher(publication / LOCK)
    with _telling() as tell:
        if fetcher:
            fetcher.tell = _progress(tell)
        done = publish(order, fetcher, Path.cwd(), branch, push, tell)
    for warning in build_warnings(done.outcome):
        _err.print(warning)
    _out.print(publish_closing(done, branch, push))


@app.command("weigh")
def weigh_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    reads: Annotated[int, typer.Option("--reads", help="Page views in a month.", min=1)] = 10_000_000,
) -> None:
    """Say how heavy the built site's pages are, and what a month of reads comes to in requests and bytes."""
    for line in say_weights(weigh(site), reads, refill(site)):
        _out.print(line)


@app.command("review")
def review_command(
    page: Annotated[
        list[str] | None,
        typer.Argument(help="Pages that were compared with what they cite; all where none is named."),
    ] = None,
    publication: PublicationOption = Path("versions"),
) -> None:
    """Record that hand-written pages were compared with the text they cite, as it is today."""
    for name, count in reviews.review(read_register(publication), publication, page or ()).items():
        _out.print(f"{name}: {count} citations reviewed")


@app.command("bench")
def bench_command(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="conversion, comparison, site or growth; repeatable.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Once each, and fewer editions.")] = False,
    sources: SourcesOption = None,
    publications: Annotated[
        Path | None,
        typer.Option("--publications", help="Folder of other official files (else GUIDANCE_PUBLICATIONS)."),
    ] = None,
) -> None:
    """Measure this project beside its peers, in one run: docs/about/benchmarks.md and build/bench.json."""
    from guidance.bench.run import run_bench  # nothing else needs it

    with _telling() as tell:
        outcome = run_bench(Path.cwd(), sources, publications, only or (), quick, tell)
    if not outcome.official:
        _out.print("no official files were at hand: conversion and comparison ran on the specimen")
    for gap in outcome.without:
        _out.print(f"not measured: {gap}")
    _out.print(f"{outcome.page} and {outcome.data}: written")


@app.command("serve")
def serve_command(
    site: Annotated[Path, typer.Argument(help="The built site.")] = Path("site"),
    port: Annotated[int, typer.Option("--port", help="Port on this machine.", min=0, max=65535)] = 8000,
) -> None:
    """Show the built site to a browser on this machine."""
    with serving.serve(site, port) as server:
        _out.print(f"{site}: http://127.0.0.1:{server.server_port}/ (Ctrl+C ends it)")
        server.serve_forever()


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """Publishes every edition of a piece of guidance as a cross-linked, citable site."""
    if show:
        from importlib.metadata import version as installed

        _out.print(installed("guidance"))
        raise typer.Exit


def main() -> None:
    """Run a command. Ends with 0, with 1 and one line on standard error, or with 2 for wrong arguments."""
    try:
        app()
    except GuidanceError as error:
        _err.print(f"guidance: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("guidance: stopped")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _err.print(f"guidance: {error.filename or 'the system'}: {error.strerror or error}")
        sys.exit(1)


def _order(
    publication: Path, sources: Path | None, editions: list[str] | None, out: Path, strict: bool = False
) -> Order:
    """What the options of a command come to."""
    here = Path.cwd()
    root = here if (here / "mkdocs.yml").is_file() else Path(guidance.__file__).resolve().parents[2]
    return Order(
        publication=publication,
        folders=source_folders(sources, os.environ.get("GUIDANCE_SOURCES"), here),
        out=out.absolute(),
        shop=Workshop(root, here / "build", os.environ.get("GUIDANCE_SITE_URL")),
        cache=here / ".cache" / "sources",
        editions=tuple(editions or ()),
        strict=strict,
    )


def _progress(tell: Callable[[str], None]) -> Tell:
    """How far a download is, as steps: all of them on a terminal, elsewhere its beginning and its end."""
    begun: dict[str, str] = {}

    def told(name: str, size: int, total: int | None) -> None:
        whole = total is not None and size >= total
        state = "whole" if whole else "begun"
        if _err.is_terminal or begun.get(name) != state:
            begun[name] = state
            of = f" of {total / 1e6:.1f} MB, {size * 100 // max(total, 1)} %" if total else " MB"
            tell(f"fetching {name}: {size / 1e6:.1f}{of}")

    return told


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Shows the step at hand: moving on a terminal, a quiet line elsewhere."""
    if not _err.is_terminal:
        yield lambda step: _err.print(f"· {step}")
        return
    with _err.status("starting") as status:
        yield lambda step: status.update(step)
