"""What a benchmark is given and what it gives back: files, environments, and rows of a table.

The measuring is in the modules beside; what is printed of it is made in `report`.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from bench import peers
from bench.measure import Cost
from bench.peers import Home, Peer
from guidance.site.typesetting import compile_typst

OURS = "guidance"
_AWAY = ".away-"


class Bench(Struct, frozen=True):
    """A bench: where it works, the files it converts and the pair it compares, how often each thing is run."""

    root: Path
    work: Path
    files: tuple[Path, ...]
    pair: tuple[Path, Path]
    official: bool
    times: int
    quick: bool
    tell: Callable[[str], None]

    def homes(self, wanted: Sequence[Peer]) -> tuple[Home, ...]:
        """The environments of some peers, made where they are not there."""
        return tuple(peers.settle(peer, self.work / "peers", self.tell) for peer in wanted)


class Row(Struct, frozen=True):
    """One line of a table: of whom, on what, what it cost, and what else was found, by name."""

    who: str
    what: str
    cost: Cost | None = None
    found: dict[str, float] = {}
    versions: tuple[str, ...] = ()
    note: str = ""


class Table(Struct, frozen=True):
    """Rows under a title, with a sentence on how to read them."""

    title: str
    about: str
    rows: tuple[Row, ...]


def program(*arguments: str | Path) -> list[str | Path]:
    """Our own command, as a whole program."""
    start = "from guidance.cli.commands import main; main()"
    return [sys.executable, "-c", start, *arguments]


def choose_files(
    root: Path, work: Path, sources: Path | None, publications: Path | None
) -> tuple[tuple[Path, ...], tuple[Path, Path], bool]:
    """The files to convert, the pair to compare, and whether they are official: those named by the truth and the
    KCSIE pair where they are at hand, else the specimen."""
    from bench.quality import read_truth

    wanted = read_truth().sha256
    folders = [folder for folder in (sources, publications and publications / "working-together") if folder]
    read = next((p for f in folders for p in sorted(f.glob("*.pdf")) if _sha(p) == wanted), None)
    others = [f / "kcsie" for f in (publications, sources and sources.parent) if f]
    pair = next(((f / "2024.pdf", f / "2025.pdf") for f in others if (f / "2025.pdf").is_file()), None)
    if read and pair:
        return (read, *pair), pair, True
    made = [work / "specimen" / f"{year}.pdf" for year in ("2019", "2024")]
    for path in made:
        compile_typst(root / "specimen" / path.stem / "source.typ", path)
    return tuple(made), (made[0], made[1]), False


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fresh(folder: Path) -> Path:
    """An empty folder; what was there is put away."""
    put_away(folder, folder.parent)
    folder.mkdir(parents=True)
    return folder


def put_away(path: Path, beside: Path) -> None:
    """Move a file or folder out of the way, into the folder `beside`, until `clear`.

    Where thousands of files have just been deleted, ext4 searches long for room for the next ones, and whoever is
    measured next would pay.
    """
    if path.exists():
        path.rename(Path(tempfile.mkdtemp(prefix=_AWAY, dir=beside)) / path.name)


def clear(work: Path) -> None:
    """Delete what was put away below a folder."""
    for away in list(work.rglob(f"{_AWAY}*")):
        shutil.rmtree(away, ignore_errors=True)
