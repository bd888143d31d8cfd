"""Runs a whole program and says what it cost: time on the clock, time on the processors, the most memory it held.

What is run is decided elsewhere; nothing is printed here.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

_KIB = 1024
_KEPT = {"PYTHONDONTWRITEBYTECODE": ""}  # where a machine forbids compiled modules every run would compile anew


class Run(Struct, frozen=True):
    """One run: seconds on the clock and on processors (children included), and the peak of its largest process in
    bytes. `fault` says why it did not end well."""

    wall: float
    cpu: float
    memory: int
    fault: str = ""


class Cost(Struct, frozen=True):
    """Several runs of one thing: medians, and how far the clock's times lie apart as a share of their median."""

    wall: float
    cpu: float
    memory: int
    spread: float
    runs: int
    fault: str = ""


def run(
    command: Sequence[str | Path],
    log: Path,
    cwd: Path | None = None,
    more: Mapping[str, str] | None = None,
    patience: float = 600.0,
) -> Run:
    """Run a program to its end, or `patience` seconds; what it says goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    figures = log.with_suffix(".json")
    figures.unlink(missing_ok=True)
    with log.open("wb") as said:
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _START, str(figures), *(str(part) for part in command)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=cwd,
            env={**os.environ, **_KEPT, **(more or {})},
            start_new_session=True,
        )
        late = threading.Timer(patience, os.killpg, (program.pid, signal.SIGKILL))
        late.start()
        program.wait()
        late.cancel()
    if not figures.is_file():
        return Run(patience, patience, 0, f"was not done after {patience:.0f} s; see {log}")
    wall, cpu, memory, ended = json.loads(figures.read_text(encoding="utf-8"))
    return Run(wall, cpu, memory * _KIB, f"ended with {ended}; see {log}" if ended else "")


# A small program starts what is measured: a peak of memory begins with that of whoever forks.
_START = """
import json, os, sys, time
begin = time.perf_counter()
_, status, used = os.wait4(os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ), 0)
wall = time.perf_counter() - begin
with open(sys.argv[1], "w") as to:
    json.dump([wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status)], to)
"""


def measure(once: Callable[[], Run], times: int) -> Cost:
    """Do something several times; ends at the first run that does not end well."""
    runs: list[Run] = []
    for _ in range(times):
        runs.append(once())
        if runs[-1].fault:
            break
    walls = [one.wall for one in runs]
    middle = statistics.median(walls)
    return Cost(
        round(middle, 4),
        round(statistics.median(one.cpu for one in runs), 4),
        int(statistics.median(one.memory for one in runs)),
        round((max(walls) - min(walls)) / middle, 3) if middle else 0.0,
        len(runs),
        runs[-1].fault,
    )
