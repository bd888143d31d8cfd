"""How time and memory grow with the number of editions, and what that comes to for a thousand documents.

Measured on made-up editions of about 25 pages, each a variation of the one before.
"""

import math
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import structs

from bench.bench import Bench, Row, Table, fresh, program
from bench.made import make_publication
from bench.measure import Run, run
from guidance.compare.changes import compare
from guidance.document.model import Document, Duty
from guidance.link.agencies import Vocabulary
from guidance.link.duties import find_duties
from guidance.read import read_document

ABOUT = (
    "Processor seconds and the peak memory of the largest process, whole programs. The exponent is that of the "
    "best line through the logarithms: 1 is linear. `last step` is the exponent between the two largest counts: "
    "more than the first, it bends upwards. Neighbouring editions are compared, and each with the one in force: "
    'two pairs for each edition more. All pairs are what `comparisons = "all"` in a register comes to.'
)
COUNTS = (1, 2, 4, 8, 16)


def measure_growth(bench: Bench) -> Table:
    """Reading, comparing and the whole site for ever more editions."""
    place = bench.work / "growth"
    folder = fresh(place / "publication")
    bench.tell(f"setting {COUNTS[-1]} editions")
    pdfs = make_publication(bench.root, folder, COUNTS[-1])
    runs: dict[str, dict[int, Run]] = {"reading": {}, "comparing neighbours": {}, "comparing all pairs": {}}
    for count in COUNTS:
        bench.tell(f"reading and comparing {count} editions")
        for what, order in (("reading", "read"), ("comparing neighbours", "next"), ("comparing all pairs", "all")):
            if what == "reading" or count > 1:
                runs[what][count] = _inner(bench, order, pdfs[:count])
    rows = [_row(what, of, {n: _units(what, n) for n in of}) for what, of in runs.items()]
    site, pages = _sites(bench, place)
    rows += [_row("site, by editions", site, {n: float(n) for n in site}), _row("site, by pages", site, pages)]
    return Table("Growth", ABOUT, (*rows, *_paper(runs["reading"], site)))


def _inner(bench: Bench, order: str, pdfs: Sequence[Path]) -> Run:
    """A run of the program below; its time is that of the work alone, without its start."""
    log = bench.work / "logs" / f"{order}-{len(pdfs)}.log"
    command: list[str | Path] = [sys.executable, "-m", "bench.growth", order, *pdfs]
    whole = run(command, log, bench.root)
    said = log.read_text(encoding="utf-8").split()
    return whole if whole.fault else structs.replace(whole, cpu=float(said[-1]))


def _units(what: str, count: int) -> float:
    """What a stage is linear in, if it is: editions, neighbouring pairs, all pairs."""
    if what == "comparing neighbours":
        return float(count - 1)
    return count * (count - 1) / 2 if what == "comparing all pairs" else float(count)


def _sites(bench: Bench, place: Path) -> tuple[dict[int, Run], dict[int, float]]:
    runs, pages = {}, {}
    for count in COUNTS:
        bench.tell(f"building a site of {count} editions")
        folder = fresh(place / f"publication-{count}")
        make_publication(bench.root, folder, count)
        here = fresh(place / "site")
        command = program(
            "build", "--publication", folder, "--sources", folder / "sources", "--offline", "--out", here / "site"
        )
        runs[count] = run(command, bench.work / "logs" / f"growth-{count}.log", here)
        pages[count] = float(sum(1 for _ in (here / "site").rglob("*.html")))
    return runs, pages


def exponent(points: Mapping[float, float]) -> float:
    """The slope of the best line through the logarithms of some points (x -> y)."""
    logs = [(math.log(x), math.log(y)) for x, y in points.items() if x > 0 and y > 0]
    if len(logs) < 2:
        return 0.0
    middle = [sum(one[at] for one in logs) / len(logs) for at in (0, 1)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in logs)
    below = sum((x - middle[0]) ** 2 for x, _ in logs)
    return round(above / below, 3) if below else 0.0


def _row(what: str, runs: Mapping[int, Run], sizes: Mapping[int, float]) -> Row:
    points = {sizes[n]: one.cpu for n, one in runs.items()}
    found = {f"cpu {n}": round(one.cpu, 2) for n, one in runs.items()}
    found |= {f"MB {n}": round(one.memory / 1e6) for n, one in runs.items()}
    found["exponent"] = exponent(points)
    found["last step"] = exponent(dict(list(points.items())[-2:]))
    found["memory exponent"] = exponent({sizes[n]: float(one.memory) for n, one in runs.items()})
    fault = next((one.fault for one in runs.values() if one.fault), "")
    return Row(what, "1 to 16 editions", found=found, note=fault)


def _paper(reading: Mapping[int, Run], site: Mapping[int, Run]) -> list[Row]:
    """A thousand documents of 170 pages as publications of eight editions each, from the figures of this run."""
    last = COUNTS[-1]
    scale = 170 / 25
    eight = min(8, last)
    costs = {"reading": reading[last].cpu / last * scale, "all": site[eight].cpu / eight * scale}
    note = "on paper: figures of this run for 25 pages, times 6.8 for 170, publications of eight editions"
    return [
        Row(
            "a thousand documents",
            who,
            found={f"{name}, minutes": round(1000 * cost / cores / 60, 1) for name, cost in costs.items()},
            note=note,
        )
        for who, cores in (("one machine of two cores", 2), ("32 machines of four cores", 128))
    ]


def _seconds() -> float:
    """Processor seconds until now, those of processes that have ended included: a file is read by two."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _work(order: str, files: Sequence[Path]) -> float:
    """Read each file and let it go; or compare each with the one before it, or with all before it. The processor
    seconds that it took: of reading, or of finding duties and comparing."""
    held: list[tuple[Document, tuple[Duty, ...]]] = []
    reading = comparing = 0.0
    for number, file in enumerate(files):
        begin = _seconds()
        new = read_document(file)
        reading += _seconds() - begin
        if order == "read":
            continue
        begin = _seconds()
        duties = find_duties(new, Vocabulary())
        for old, (text, bound) in enumerate(held):
            compare(text, new, (str(old), str(number)), (bound, duties))
        comparing += _seconds() - begin
        held = [*(held if order == "all" else ()), (new, duties)]
    return reading if order == "read" else comparing


if __name__ == "__main__":
    sys.stdout.write(f"{_work(sys.argv[1], [Path(name) for name in sys.argv[2:]]):.4f}\n")
