"""The tables of a benchmark as JSON and as a page in Markdown; figures only, nothing is measured here."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from guidance.bench.bench import OURS, Row, Table

_OURS = ("pypdfium2", "pikepdf", "pdf-oxide", "rapidfuzz", "mkdocs", "mkdocs-material", "pagefind")
_BYTES = ("first load", "chapter html", "search payload")


def versions() -> dict[str, str]:
    """The machine and the releases that ours ran on."""
    held = {name: version(name) for name in ("guidance", *_OURS)}
    cores = str(os.cpu_count())
    return {"python": sys.version.split()[0], "machine": platform.platform(), "cores": cores, **held}


def encode(tables: Sequence[Table], official: bool, load: str) -> bytes:
    """The tables as JSON."""
    held = {"versions": versions(), "official files": official, "load": load, "tables": tables}
    return msgspec.json.format(msgspec.json.encode(held, order="deterministic"), indent=1) + b"\n"


def render(tables: Sequence[Table], official: bool, load: str) -> str:
    """The tables as a page."""
    on = "the official files" if official else "**the specimen only: no official files were at hand**"
    facts = ", ".join(f"{name} {value}" for name, value in versions().items())
    head = (
        "---\ntitle: Benchmarks\n---\n\n# Benchmarks\n\n"
        f"Written by `make bench`, on {on}, in one run on one machine. {load}\n\n"
        f"Ours: {facts}.\n"
    )
    return head + "".join(f"\n## {table.title}\n\n{table.about}\n{_tables(table)}" for table in tables)


def _tables(table: Table) -> str:
    """One Markdown table for each thing that was measured."""
    whats = list(dict.fromkeys(row.what for row in table.rows))
    return "".join(_one(what, [row for row in table.rows if row.what == what]) for what in whats)


def _one(what: str, rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.found))
    timed = any(row.cost for row in rows)
    ours = next((row.cost.wall for row in rows if row.who == OURS and row.cost and not row.cost.fault), None)
    head = [what, *(("wall s", "spread", "cpu s", "MB", "times ours") if timed else ()), *names, "note"]
    lines = [f"\n| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        cells = [row.who]
        if timed:
            cells += _cost(row, ours)
        cells += [_figure(name, row.found[name]) if name in row.found else "" for name in names]
        note = "; ".join(filter(None, (row.cost.fault if row.cost else "", row.note, ", ".join(row.versions))))
        lines.append(f"| {' | '.join((*cells, note.replace('|', '/')))} |")
    return "\n".join(lines) + "\n"


def _cost(row: Row, ours: float | None) -> list[str]:
    cost = row.cost
    if cost is None or cost.fault:
        return ["", "", "", "", ""]
    times = f"{cost.wall / ours:.2f}" if ours else ""
    spread = f"{cost.spread:.0%}" if cost.runs > 1 else "one run"
    return [f"{cost.wall:.2f}", spread, f"{cost.cpu:.2f}", f"{cost.memory / 1e6:.0f}", times]


def _figure(name: str, value: float) -> str:
    if name in _BYTES:
        return f"{value / 1000:.1f} kB"
    return f"{value:.0f}" if value == int(value) else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def write(tables: Sequence[Table], official: bool, load: str, page: Path, data: Path) -> None:
    """Write the page and the data, each whole or not at all."""
    for path, content in ((data, encode(tables, official, load)), (page, render(tables, official, load).encode())):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(content)
        beside.replace(path)
