"""A comparison as files to work on: changes.json and a table for a spreadsheet.

Facts and places only, no text of either edition: that stands on the comparison's pages.
"""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from guidance.model import Comparison
from guidance.publish.compared import Entry, Place

_COLUMNS = (
    "change",
    "level",
    "old place",
    "old page",
    "old anchors",
    "new place",
    "new page",
    "new anchors",
    "similarity",
)


def changes_record(comparison: Comparison) -> list[dict[str, object]]:
    """What changes.json holds, in the comparison's order."""
    return [
        {
            "kind": change.kind,
            "old": list(change.old),
            "new": list(change.new),
            "similarity": round(change.similarity, 4),
            "level": change.level,
            "how": change.how,
        }
        for change in comparison.changes
    ]


def changes_json(comparison: Comparison) -> bytes:
    """changes.json, one change a line."""
    lines = ",\n".join(
        msgspec.json.encode(record, order="sorted").decode() for record in changes_record(comparison)
    )
    return f"[\n{lines}\n]\n".encode()


def changes_csv(found: Iterable[Entry]) -> bytes:
    """All changes but what is unchanged, as CSV; no cell can be taken for a formula."""
    listed = (entry for entry in found if entry.change.kind != "unchanged" or entry.change.level != "none")
    return csv_table(_COLUMNS, map(_row, listed))


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV that spreadsheets open as UTF-8; no cell can be taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_safe(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(entry: Entry) -> tuple[str, ...]:
    change = entry.change
    sides = [cell for places in (entry.old, entry.new) for cell in _cells(places)]
    return (change.kind, change.level, *sides, f"{change.similarity:.2f}")


def _cells(places: tuple[Place, ...]) -> tuple[str, str, str]:
    return (
        "; ".join(place.name for place in places),
        str(places[0].page) if places and places[0].page else "",
        " ".join(place.anchor for place in places),
    )


def _safe(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
