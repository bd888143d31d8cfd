"""The tables of a benchmark as JSON and as a page in Markdown; figures only, nothing is measured here."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.bench import OURS, Row, Table

_OURS = ("pypdfium2", "pikepdf", "pdf-oxide", "rapidfuzz", "mkdocs", "mkdocs-material")
_COST = ("wall s", "spread", "cpu s", "MB", "times ours")
_WIDE = 8  # figures side by side
_BYTES = ("first load", "second page", "chapter html", "search payload")


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
        "---\ntitle: Benchmarks\nsearch: {exclude: true}\n---\n\n# Benchmarks\n\n"
        f"Written by `make bench`, on {on}, in one run on one machine. {load}\n\n"
        f"Ours: {facts}.\n"
    )
    return head + "".join(f"\n## {table.title}\n\n{table.about}\n{_tables(table)}" for table in tables)


def _tables(table: Table) -> str:
    """The tables of each thing that was measured."""
    whats = list(dict.fromkeys(row.what for row in table.rows))
    return "".join(_one(what, [row for row in table.rows if row.what == what]) for what in whats)


def _one(what: str, rows: list[Row]) -> str:
    """What each cost and what was found of it, in tables that are no wider than a page; then what is to be said of
    each."""
    ours = next((row.cost.wall for row in rows if row.who == OURS and row.cost and not row.cost.fault), None)
    parts = [f"\n### {what}\n"]
    if any(row.cost for row in rows):
        lines = {row.who: _cost(row, ours) for row in rows}
        parts.append(_grid(f"{what}: cost", ("program", *_COST), lines))
    names = list(dict.fromkeys(name for row in rows for name in row.found))
    for start in range(0, len(names), _WIDE):
        some = names[start : start + _WIDE]
        lines = {
            row.who: [_figure(name, row.found[name]) if name in row.found else "" for name in some] for row in rows
        }
        parts.append(_grid(f"{what}: {some[0]} to {some[-1]}", ("program", *some), lines))
    said = ((row.who, "; ".join(filter(None, (_fault(row), row.note, ", ".join(row.versions))))) for row in rows)
    notes = "".join(f"- {who}: {note}\n" for who, note in said if note)
    return "\n".join(parts) + (f"\n{notes}" if notes else "")


def _grid(label: str, head: Sequence[str], lines: Mapping[str, Sequence[str]]) -> str:
    rows = [
        [name.replace("_", " ") for name in head],
        ["---"] * len(head),
        *([who, *cells] for who, cells in lines.items() if any(cells)),
    ]
    table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    return (
        f'<div class="table" role="region" aria-label="Table: {label.replace("_", " ")}" tabindex="0" markdown>\n\n'
        f"{table}\n\n</div>\n"
    )


def _fault(row: Row) -> str:
    return row.cost.fault if row.cost else ""


def _cost(row: Row, ours: float | None) -> list[str]:
    cost = row.cost
    if cost is None or cost.fault:
        return [""] * len(_COST)
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
