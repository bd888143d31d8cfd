"""Comparison of two editions beside its peers: the same numbered paragraphs to each, held against pairs that were
found by reading (tests/data/labels, specimen/alignment.toml: numbers only).
"""

import bisect
import json
import statistics
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bench import peers
from bench.bench import OURS, Bench, Row, Table
from bench.comparers import FLOOR, FLOOR_OF_PEERS, loaded, numbered
from bench.measure import Run, measure, run
from guidance.compare.alignment import align
from guidance.document.model import Document, plain_text
from guidance.read import read_document
from guidance.site.typesetting import compile_typst

ABOUT = (
    "Peers are given the numbered paragraphs of both editions, with the unnumbered text that follows each; "
    "ours the whole documents, headings and notes too. `wall` is a whole program; `seconds` is the work alone, "
    "on what is loaded already. `right`: share of the read pairs that were found, `of many`: of splits and "
    "merges, all of whose members were found, `moves`: of paragraphs that were put elsewhere; `wrong`: pairs "
    "that are none, `false moves`: those of them that would be moves. The floor is one pass of word "
    "differences over pairs given in advance, by the fastest means known, words being what stands between "
    "spaces: over all texts of the loaded documents, as ours (`times floor` is held against it), and over the "
    "paragraphs that peers are given. difflib, redlines and fast-diff-match-patch pair no paragraphs "
    "themselves: theirs are those that share most of their text."
)


class Labels(Struct, frozen=True):
    """What became of what: pairs of numbers, those among them that are splits or merges, and moves."""

    pairs: frozenset[tuple[str, str]]
    many: tuple[frozenset[tuple[str, str]], ...]
    moves: frozenset[tuple[str, str]]
    known: frozenset[str]  # old numbers that were read


def measure_comparison(bench: Bench) -> Table:
    """The pair of editions, and the specimen's, by every comparer."""
    made = [bench.work / "specimen" / f"{year}.pdf" for year in ("2019", "2024")]
    for path in made:
        compile_typst(bench.root / "specimen" / path.stem / "source.typ", path)
    rows = _rows(bench, "specimen", (made[0], made[1]), _specimen_labels(bench.root))
    if bench.official:
        rows = [*_rows(bench, "KCSIE", bench.pair, _kcsie_labels(bench.root)), *rows]
    return Table("Comparison", ABOUT, tuple(rows))


def _rows(bench: Bench, what: str, pair: tuple[Path, Path], labels: Labels) -> list[Row]:
    bench.tell(f"reading {what}")
    place = bench.work / "compared" / what
    place.mkdir(parents=True, exist_ok=True)
    for name, path in zip(("old", "new"), pair, strict=True):
        document = read_document(path)
        (place / f"{name}.msgpack").write_bytes(msgspec.msgpack.encode(document))
        (place / f"{name}.json").write_text(json.dumps(_texts(document)), encoding="utf-8")
    (place / "given.json").write_text(json.dumps(sorted(labels.pairs)), encoding="utf-8")
    _give_all(place)
    rows = []
    for who in (OURS, FLOOR, FLOOR_OF_PEERS):
        command: list[str | Path] = [sys.executable, "-m", "bench.comparers", who, place]
        rows.append(_row(bench, who, what, command, place, labels))
    if rows[0].found and rows[1].found:
        rows[0].found["times floor"] = round(rows[0].found["seconds"] / rows[1].found["seconds"], 2)
    for home in bench.homes(peers.COMPARERS):
        out = place / f"{home.peer.name}.json"
        command = [home.python, peers.DRIVER, home.peer.name, place / "old.json", place / "new.json", out]
        if home.fault:
            rows.append(Row(home.peer.name, what, note=home.fault))
        else:
            row = _row(bench, home.peer.name, what, command, place, labels)
            rows.append(msgspec.structs.replace(row, versions=home.versions, note=home.peer.licence))
    return rows


def _texts(document: Document) -> list[tuple[str, str]]:
    """Number and text of each paragraph, with the unnumbered text that follows it."""
    known = numbered(document)
    found: dict[str, list[str]] = {}
    for provision in document.provisions:
        if number := known.get(provision.anchor):
            found.setdefault(number, []).append(plain_text(provision))
    return [(number, "\n".join(texts)) for number, texts in found.items()]


def _give_all(place: Path) -> None:
    """Write down all pairs of provisions that the floor is given: those that ours finds."""
    old, new = loaded(place)
    pairs = [(pair.old, pair.new) for pair in align(old, new)]
    (place / "given-all.json").write_text(json.dumps(pairs), encoding="utf-8")


def _row(bench: Bench, who: str, what: str, command: list[str | Path], place: Path, labels: Labels) -> Row:
    bench.tell(f"comparing {what} with {who}")
    log = bench.work / "logs" / f"compare-{what}-{who[:10]}.log"
    out = place / f"{who}.json"
    took: list[float] = []
    answer: dict[str, Any] = {}

    def once() -> Run:
        out.unlink(missing_ok=True)
        done = run(command, log, bench.root, patience=180)
        if not done.fault:
            answer.update(json.loads(out.read_text(encoding="utf-8")))
            took.append(answer["seconds"])
        return done

    cost = measure(once, 1 if bench.quick else bench.times)
    if cost.fault:
        return Row(who, what, cost)
    found = {"seconds": round(statistics.median(took), 4)}
    if who not in (FLOOR, FLOOR_OF_PEERS):
        found |= _judge({(str(a), str(b)) for a, b in answer["pairs"]}, labels)
    return Row(who, what, cost, found)


def _judge(claimed: set[tuple[str, str]], labels: Labels) -> dict[str, float]:
    wrong = {pair for pair in claimed if pair[0] in labels.known and pair not in labels.pairs}
    crossing = claimed - _in_order(claimed)
    return {
        "right": round(len(claimed & labels.pairs) / max(len(labels.pairs), 1), 3),
        "of many": round(sum(group <= claimed for group in labels.many) / max(len(labels.many), 1), 3),
        "moves": round(len(claimed & labels.moves) / len(labels.moves), 3) if labels.moves else 1.0,
        "wrong": float(len(wrong)),
        "false moves": float(len(wrong & crossing)),
    }


def _in_order(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The most pairs that stand in the same order on both sides."""
    ordered = sorted(pairs, key=lambda pair: (int(pair[0]), int(pair[1])))
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, new) in enumerate(ordered):
        place = bisect.bisect_right(tails, int(new))
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1], ends[place : place + 1] = [int(new)], [at]
    kept, at = set(), ends[-1] if ends else -1
    while at >= 0:
        kept.add(ordered[at])
        at = before[at]
    return kept


# --- What was found by reading ---------------------------------------------------------------------


def _kcsie_labels(root: Path) -> Labels:
    lines = (root / "tests" / "data" / "labels" / "kcsie-pairs.tsv").read_text(encoding="utf-8").splitlines()
    groups = [
        frozenset((a, b) for a in line.split("\t")[0].split(",") for b in line.split("\t")[1].split(","))
        for line in lines
        if line[:1].isdigit() and line.split("\t")[1][:1].isdigit()
    ]
    return _labels(groups, frozenset())


def _specimen_labels(root: Path) -> Labels:
    held = tomllib.loads((root / "specimen" / "alignment.toml").read_text(encoding="utf-8"))
    groups = [frozenset((str(a), str(b)) for a in pair["old"] for b in pair["new"]) for pair in held["pairs"]]
    return _labels(groups, frozenset((str(a), str(b)) for a, b in held["moved"]))


def _labels(groups: list[frozenset[tuple[str, str]]], moves: frozenset[tuple[str, str]]) -> Labels:
    pairs = frozenset(pair for group in groups for pair in group)
    many = tuple(group for group in groups if len(group) > 1)
    return Labels(pairs, many, moves, frozenset(old for old, _ in pairs))
