"""`python -m bench`: its arguments and what it prints. For development only; no part of the package."""

import argparse
import sys
from pathlib import Path

from bench.run import PARTS, run_bench
from guidance.document.model import GuidanceError


def main() -> None:
    """Measure this project beside its peers, in one run: docs/about/benchmarks.md and build/bench.json."""
    parser = argparse.ArgumentParser(prog="bench", description=main.__doc__)
    parser.add_argument("--only", action="append", default=[], choices=sorted(PARTS), help="repeatable")
    parser.add_argument("--quick", action="store_true", help="once each, and fewer editions")
    parser.add_argument("--sources", type=Path, help="folder of official files (else GUIDANCE_SOURCES)")
    parser.add_argument("--publications", type=Path, help="folder of others (else GUIDANCE_PUBLICATIONS)")
    said = parser.parse_args()
    try:
        outcome = run_bench(Path.cwd(), said.sources, said.publications, said.only, said.quick, _tell)
    except GuidanceError as error:
        sys.exit(f"bench: {error}")
    if not outcome.official:
        _tell("no official files were at hand: conversion and comparison ran on the specimen")
    for gap in outcome.without:
        _tell(f"not measured: {gap}")
    _tell(f"{outcome.page} and {outcome.data}: written")


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
