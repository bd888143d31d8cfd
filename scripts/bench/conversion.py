"""Conversion beside its peers: what it costs as a whole program, and how much of the file is in what comes out."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pikepdf
from msgspec import structs

from bench import peers
from bench.bench import OURS, Bench, Row, Table, fresh, program
from bench.measure import Run, measure, run
from bench.peers import Home
from bench.quality import Quality, Words, judge, judge_words, read_truth

ABOUT = (
    "Whole programs, start-up included, from a PDF to Markdown or text. Memory is the peak of the largest "
    "process. Quality: shares of what was read off the pages of the 2023 file by eye; every peer's output is "
    "read generously. Words are held against those that pdfium reads on the pages and those that the file says "
    "of its pictures; what an output itself marks as added (the class `furniture`) is in no share, and "
    "`added` counts its words that are not the file's."
)
_SLOW = 20.0  # seconds: what takes longer is run once


def measure_conversion(bench: Bench) -> Table:
    """Every file by every converter."""
    homes = bench.homes(peers.CONVERTERS)
    floor = next(home for home in homes if "floor" in home.peer.name)
    rows: list[Row] = []
    for file in bench.files:
        rows.append(_judged(bench, _ours(bench, file), file, floor))
        for home in homes:
            bench.tell(f"converting {file.name} with {home.peer.name}")
            rows.append(_judged(bench, _theirs(bench, home, file), file, floor))
    return Table("Conversion", ABOUT, tuple(rows))


def _out(bench: Bench, who: str, file: Path) -> Path:
    safe = "".join(c if c.isalnum() else "-" for c in who)
    return bench.work / "converted" / f"{safe}-{file.parent.name}-{file.stem}.md"


def _ours(bench: Bench, file: Path) -> Row:
    bench.tell(f"converting {file.name}")
    out = bench.work / "converted" / f"ours-{file.parent.name}-{file.stem}"

    def once() -> Run:
        shutil.rmtree(out, ignore_errors=True)
        return run(program("convert", file, "-o", out), bench.work / "logs" / "convert.log", bench.root)

    cost = measure(once, bench.times)
    if not cost.fault:
        _out(bench, OURS, file).write_text("\n\n".join(_pages(out)), encoding="utf-8")
    return Row(OURS, file.stem, cost)


def _pages(converted: Path) -> list[str]:
    """The pages of a conversion in reading order, headings as deep as the page stands in the contents; without the
    pages about the conversion itself."""
    nav = json.loads((converted / "edition.json").read_text(encoding="utf-8"))["nav"]
    return [
        re.sub(r"(?m)^#", "#" * (depth + 1), _FRONT.sub("", (converted / path).read_text(encoding="utf-8")))
        for path, depth in _flat(nav, 0)
        if path not in ("conversion.md", "index.md")
    ]


def _flat(entries: object, depth: int) -> list[tuple[str, int]]:
    """Paths of MkDocs' `nav` with their depths; the first of a section stands for the section itself."""
    if isinstance(entries, str):
        return [(entries, depth)]
    if isinstance(entries, dict):
        return [found for inner in entries.values() for found in _flat(inner, depth)]
    if not isinstance(entries, list):
        return []
    return [
        found
        for at, inner in enumerate(entries)
        for found in _flat(inner, depth + (isinstance(entries[0], str) and at > 0))
    ]


_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def _theirs(bench: Bench, home: Home, file: Path) -> Row:
    if home.fault:
        return Row(home.peer.name, file.stem, note=home.fault)
    place = fresh(bench.work / "inputs")
    given, out = place / f"{file.stem}.pdf", _out(bench, home.peer.name, file)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, given)
    command: list[str | Path] = [home.python, peers.DRIVER, home.peer.name, given, out]
    log = bench.work / "logs" / f"{out.stem}.log"
    first = run(command, log)
    more = bench.times - 1 if first.wall < _SLOW and not first.fault else 0
    cost = measure(iter([first, *(run(command, log) for _ in range(more))]).__next__, more + 1)
    return Row(home.peer.name, file.stem, cost, versions=home.versions, note=home.peer.licence)


def _judged(bench: Bench, row: Row, file: Path, floor: Home) -> Row:
    if row.cost is None or row.cost.fault or floor.fault:
        return row
    words = _out(bench, "words", file)
    if not words.is_file():
        run([floor.python, peers.DRIVER, floor.peer.name, file, words], bench.work / "logs" / "words.log")
    pages, pictures = words.read_text(encoding="utf-8").split("\f"), _said_of_pictures(file)
    text = _out(bench, row.who, file).read_text(encoding="utf-8")
    truth, sha256 = read_truth(), hashlib.sha256(file.read_bytes()).hexdigest()
    if sha256 == truth.sha256:
        found: Quality | Words = judge(text, truth, pages, pictures)
    else:
        found = judge_words(text, pages, pictures, truth.others.get(sha256, ()))
    return structs.replace(row, found={name: float(value) for name, value in structs.asdict(found).items()})


def _said_of_pictures(file: Path) -> list[str]:
    """The alternative texts of a file's tags, read by a library that none of the converters is made of."""
    with pikepdf.open(file) as pdf:
        tags = (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/S" in thing)
        return [str(tag["/Alt"]) for tag in tags if "/Alt" in tag]
