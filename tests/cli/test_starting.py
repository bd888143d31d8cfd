"""What commands load: each only what it uses, so that a start costs no more than its work. No clock is asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from guidance.site.typesetting import compile_typst
from guidance_layouts import HEAD, PLAIN_PAGE

SITE = {"mkdocs", "mike", "markdown", "markdown_it", "typst", "pypandoc", "httpx", "stamina"}
UNUSED = {"rich", "pydantic"}  # what the command line itself could bring in
COMPARING = {"rapidfuzz", "fast_diff_match_patch", "guidance.build.comparisons"}
READING = {"pypdfium2", "pypdfium2_raw", "pdf_oxide", "pdfminer", "PIL", "bs4", "lxml", "pikepdf"}
PROGRAM = """
import json, sys
from pathlib import Path
from guidance.cli.commands import main
try:
    main()
finally:
    Path("loaded.json").write_text(json.dumps(sorted(sys.modules)))
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that a command loads in the process where it starts."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads((folder / "loaded.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("convert", "--help"), ("build", "--help")])
def test_a_word_of_help_loads_nothing_that_works(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    modules = loaded(tmp_path, *arguments)
    assert not modules & (SITE | COMPARING | READING | UNUSED)
    assert {name for name in modules if name.startswith("guidance.")} <= {
        "guidance.audit",
        "guidance.cli",
        "guidance.cli.commands",
        "guidance.document",
        "guidance.document.model",
    }


def test_converting_loads_no_tool_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "one.typ").write_text(f"{HEAD}{PLAIN_PAGE}= Boats\nMoor them well.\n", encoding="utf-8")
    compile_typst(tmp_path / "one.typ", tmp_path / "one.pdf")
    modules = loaded(tmp_path, "convert", "one.pdf", "-o", "out")
    assert not modules & (SITE | COMPARING | UNUSED | {"pdfminer", "bs4", "lxml", "pikepdf"})
