"""Our comparison, and the floor that it is held against, each as a program of its own on documents read before.

Nothing is judged here: each writes the pairs that it found, and the seconds of the work without start-up.
"""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from fast_diff_match_patch import diff

from guidance.compare.changes import compare
from guidance.compare.units import compared_text
from guidance.document.model import Document

FLOOR = "word differences over given pairs (floor)"
FLOOR_OF_PEERS = "the same, of numbered paragraphs"

Pairs = list[tuple[str, str]]


def loaded(place: Path) -> tuple[Document, Document]:
    """The two documents that stand in a folder."""
    old, new = ((place / f"{name}.msgpack").read_bytes() for name in ("old", "new"))
    return msgspec.msgpack.decode(old, type=Document), msgspec.msgpack.decode(new, type=Document)


def numbered(document: Document) -> dict[str, str]:
    """Which paragraph's number each provision is counted to: its own, or, of unnumbered text, that of the paragraph
    which it follows. So a reader of numbers sees them, and so they were labelled."""
    found: dict[str, str] = {}
    number: str | None = None
    for provision in document.provisions:
        if provision.kind != "text":
            number = provision.number if provision.kind == "paragraph" else None
        if number:
            found[provision.anchor] = number
    return found


def by_ours(place: Path) -> tuple[Pairs, float]:
    """Provisions paired and compared word by word; the pairs of numbers that came of it."""
    old, new = loaded(place)
    begin = time.perf_counter()
    comparison = compare(old, new, ("old", "new"))
    seconds = time.perf_counter() - begin
    mine, theirs = numbered(old), numbered(new)
    found = {
        (mine[one], theirs[other])
        for change in comparison.changes
        for one in change.old
        for other in change.new
        if one in mine and other in theirs
    }
    return sorted(found), seconds


def floor(place: Path) -> float:
    """One pass over the given pairs of all provisions: their texts taken from the documents, and what differs."""
    held = [{p.anchor: p for p in (*text.provisions, *text.notes)} for text in loaded(place)]
    given = json.loads((place / "given-all.json").read_text(encoding="utf-8"))
    begin = time.perf_counter()
    for pair in given:
        differ(
            "\n".join(compared_text(known[anchor]) for anchor in side)
            for known, side in zip(held, pair, strict=True)
        )
    return time.perf_counter() - begin


def floor_of_peers(place: Path) -> float:
    """One pass over the given pairs of numbered paragraphs, as texts."""
    old, new = (dict(json.loads((place / f"{name}.json").read_text(encoding="utf-8"))) for name in ("old", "new"))
    pairs = json.loads((place / "given.json").read_text(encoding="utf-8"))
    begin = time.perf_counter()
    for one, other in pairs:
        if one in old and other in new:
            differ((old[one], new[other]))
    return time.perf_counter() - begin


def differ(texts: Iterable[str]) -> None:
    """Two texts' words as characters, one each, so that whole words differ."""
    known: dict[str, str] = {}
    letters = ("".join(known.setdefault(word, chr(0x4E00 + len(known))) for word in text.split()) for text in texts)
    diff(*letters, timelimit=0, cleanup="Semantic")


if __name__ == "__main__":
    who, folder = sys.argv[1], Path(sys.argv[2])
    floors = {FLOOR: floor, FLOOR_OF_PEERS: floor_of_peers}
    pairs, took = ([], floors[who](folder)) if who in floors else by_ours(folder)
    (folder / f"{who}.json").write_text(json.dumps({"pairs": pairs, "seconds": took}), encoding="utf-8")
