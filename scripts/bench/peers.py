"""The peers: what they are, which releases are measured, and an environment of its own for each, made by uv.

None is a dependency of this project; those under AGPL are only ever run as programs of their own.
"""

import compileall
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

DRIVER = Path(__file__).parent / "drivers.py"


class Peer(Struct, frozen=True):
    """A peer: its name, the packages to install for it (with versions), and what its runs need besides."""

    name: str
    packages: tuple[str, ...]
    needs: str = ""
    licence: str = ""


CONVERTERS = (
    Peer("pdf_oxide", ("pdf-oxide==0.3.78",), licence="MIT or Apache-2.0"),
    Peer("markitdown", ("markitdown[pdf]==0.1.9",), licence="MIT"),
    Peer("pdfplumber", ("pdfplumber==0.11.10",), licence="MIT"),
    Peer("pypdf", ("pypdf==7.1.1",), licence="BSD"),
    Peer("opendataloader-pdf", ("opendataloader-pdf==2.5.16",), "java", "Apache-2.0"),
    Peer("PyMuPDF4LLM", ("pymupdf4llm<2",), licence="AGPL-3.0"),
    Peer("pdfium (floor)", ("pypdfium2==5.15.2",), licence="Apache-2.0 or BSD"),
)
COMPARERS = (
    Peer("difflib", (), licence="PSF"),
    Peer("redlines", ("redlines==0.6.2", "typing-extensions"), licence="MIT"),
    Peer("xmldiff", ("xmldiff==3.0",), licence="MIT"),
    Peer("fast-diff-match-patch", ("fast-diff-match-patch==2.1.0",), licence="Apache-2.0"),
)
MATERIAL = Peer(
    "MkDocs Material, mike",
    (
        "mkdocs==1.6.1",
        "mkdocs-material==9.8.1",
        "pymdown-extensions==13.1",
        "markdown==3.11.3",
        "mike==2.2.0",
    ),
    licence="MIT",
)
SPHINX = Peer("Sphinx, furo", ("sphinx==9.0.4", "furo==2025.12.19", "myst-parser==5.2.0"), licence="BSD, MIT")
ZENSICAL = Peer("Zensical", ("zensical==0.0.73",), licence="MIT")


class Home(Struct, frozen=True):
    """A peer's environment; `fault` says why there is none."""

    peer: Peer
    python: Path
    versions: tuple[str, ...] = ()
    fault: str = ""


def settle(peer: Peer, folder: Path, tell: Callable[[str], None]) -> Home:
    """Make a peer's environment below `folder`, or take the one that is there; needs the network only at first.

    It is compiled when it is made, as ours is (`compile_ours`): nobody's figures are those of a first start.
    """
    if not peer.packages:
        return Home(peer, Path(sys.executable), (f"Python {sys.version.split()[0]}",))
    place = folder / "".join(c if c.isalnum() else "-" for c in peer.name.lower()).strip("-")
    python, mark = place / "bin" / "python", place / "compiled.txt"
    if peer.needs and shutil.which(peer.needs) is None:
        return Home(peer, python, fault=f"needs {peer.needs}, which is not here")
    wanted = "\n".join(peer.packages)
    if not (mark.is_file() and mark.read_text(encoding="utf-8").startswith(wanted + "\n\n")):
        tell(f"installing {peer.name}")
        shutil.rmtree(place, ignore_errors=True)
        uv = os.environ.get("UV") or shutil.which("uv") or str(Path(".cache/uv/bin/uv").absolute())
        fault = _call([uv, "venv", "--quiet", "--python", sys.executable, place])
        fault = fault or _call(
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *peer.packages]
        )
        if fault:
            shutil.rmtree(place, ignore_errors=True)
            return Home(peer, python, fault=f"cannot be installed ({fault})")
        freeze = [uv, "pip", "freeze", "--python", str(python)]
        listed = subprocess.run(freeze, capture_output=True, text=True, check=False).stdout
        mark.write_text(f"{wanted}\n\n{listed}", encoding="utf-8")
    installed = mark.read_text(encoding="utf-8").split("\n\n", 1)[1].split("\n")
    return Home(peer, python, tuple(line for line in installed if _named(line, peer)))


def compile_ours() -> None:
    """Compile all modules that our own programs may import."""
    for name in sysconfig.get_path("purelib"), str(DRIVER.parents[1]):
        compileall.compile_dir(name, quiet=2, workers=0)


def _named(line: str, peer: Peer) -> bool:
    names = {re.split(r"[=<>[]", package)[0].replace("_", "-") for package in peer.packages}
    return line.split("==")[0].replace("_", "-") in names


def _call(command: Sequence[str | Path]) -> str:
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    return " ".join(done.stderr.split())[-160:] or "uv gave up" if done.returncode else ""
