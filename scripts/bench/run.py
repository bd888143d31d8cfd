"""One run of the benchmark from beginning to end; what it prints is up to whoever calls it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from bench import peers
from bench.bench import Bench, Table, choose_files, clear
from bench.comparison import measure_comparison
from bench.conversion import measure_conversion
from bench.growth import measure_growth
from bench.report import write
from bench.sites import measure_sites
from guidance.document.model import GuidanceError

PARTS: dict[str, Callable[[Bench], Table]] = {
    "conversion": measure_conversion,
    "comparison": measure_comparison,
    "site": measure_sites,
    "growth": measure_growth,
}


class Outcome(Struct, frozen=True):
    """Where the figures are, whether official files were measured, and which peers could not be had and why."""

    page: Path
    data: Path
    official: bool
    without: tuple[str, ...]


def run_bench(
    root: Path,
    sources: Path | None,
    publications: Path | None,
    parts: Sequence[str],
    quick: bool,
    tell: Callable[[str], None],
) -> Outcome:
    """Measure `parts` (all where none is named). Only a whole run writes the page of the site.

    Raises GuidanceError for a part that there is not, and where no checkout of the project is at hand.
    """
    for part in parts:
        if part not in PARTS:
            raise GuidanceError(f"--only {part}: there is no such part, only {', '.join(PARTS)}")
    if not (root / "specimen").is_dir():
        raise GuidanceError(f"{root}: the benchmark runs in a checkout of the project; go there")
    work = root / "build" / "bench"
    sources = sources or _named("GUIDANCE_SOURCES")
    publications = (
        publications or _named("GUIDANCE_PUBLICATIONS") or (sources.absolute().parent if sources else None)
    )
    files, pair, official = choose_files(root, work, sources, publications)
    bench = Bench(root, work, files, pair, official, 1 if quick else 3, quick, tell)
    before = os.getloadavg()[0]
    peers.compile_ours()
    clear(work)
    tables = [PARTS[part](bench) for part in (parts or PARTS)]
    clear(work)
    load = f"The machine's load was {before:.1f} before the run, on {os.cpu_count()} cores."
    if before > 0.5:
        load += " **Others were at work on it: times are not to be trusted, ratios little.**"
    whole = not quick and not parts
    page = root / "docs" / "about" / "benchmarks.md" if whole else root / "build" / "bench.md"
    data = root / "build" / "bench.json"
    write(tables, official, load, page, data)
    rows = (row for table in tables for row in table.rows)
    without = {f"{row.who}: {row.note}" for row in rows if row.note.startswith(("cannot be installed", "needs "))}
    return Outcome(page, data, official, tuple(sorted(without)))


def _named(variable: str) -> Path | None:
    return Path(os.environ[variable]) if os.environ.get(variable) else None
