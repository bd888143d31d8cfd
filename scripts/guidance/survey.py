"""What a built site says of its texts, a line for each edition: citations with a link, and mended faults. Read from
its edition.json files alone; nothing is checked here, and nothing is printed."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def survey_texts(site: Path) -> Iterator[str]:
    """A line on the citations of each edition with text, and one on its corrections where there are any."""
    for path in sorted(site.rglob("edition.json")):
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # the check itself tells of it
        where = path.relative_to(site).as_posix()
        if isinstance(held, dict) and isinstance(held.get("citations"), dict):
            yield f"{where}: {_citations(held['citations'])}"
        if isinstance(held, dict) and held.get("corrections"):
            yield f"{where}: {len(held['corrections'])} faults of the source are mended, and listed for readers"


def _citations(figures: dict[str, object]) -> str:
    found, resolved = figures.get("found"), figures.get("resolved")
    if not isinstance(found, int) or not isinstance(resolved, int) or not found:
        return "no citation in its text"
    line = f"{resolved} of {found} citations lead somewhere ({resolved / found:.1%})"
    unresolved = figures.get("unresolved")
    reasons = Counter(str(one.get("reason")) for one in unresolved) if isinstance(unresolved, list) else Counter()
    why = "; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items(), key=lambda p: (-p[1], p[0])))
    return f"{line}; not: {why}" if why else line
