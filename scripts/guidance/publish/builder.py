"""A MkDocs that stays: builds one configuration after another, so that starting it is paid for once.

Run as a program by `publish.site`; it reads paths from standard input and answers each with a line of JSON.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config


class _Notes(logging.Handler):
    """Keeps what MkDocs warns of, a line each."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(f"{record.levelname}: {record.getMessage()}".split()))


def build_one(config: Path, version: str) -> tuple[list[str], str | None]:
    """Build a configuration; returns what MkDocs warned of, and what went wrong where something did."""
    notes = _Notes()
    log = logging.getLogger("mkdocs")
    log.addHandler(notes)
    os.environ["MIKE_DOCS_VERSION"] = version
    try:
        settings = load_config(str(config))
        settings.plugins.on_startup(command="build", dirty=False)
        build(settings)
        settings.plugins.on_shutdown()
        return notes.lines, None
    except (Exception, SystemExit) as error:  # whatever a theme or an extension may raise
        traceback.print_exc()
        said = notes.lines[-1:] if isinstance(error, SystemExit) else [f"{type(error).__name__}: {error}"]
        return notes.lines, " ".join((said or ["it gave up"])[0].split())
    finally:
        log.removeHandler(notes)


def answer(lines: Iterable[str]) -> None:
    """Build what each line orders, {"config": path, "version": id}, and answer {"warnings": [], "error": null}."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed must not get between the answers
    for line in lines:
        order = json.loads(line)
        warnings, error = build_one(Path(order["config"]), order["version"])
        channel.write(json.dumps({"warnings": warnings, "error": error}) + "\n")
        channel.flush()


if __name__ == "__main__":
    answer(sys.stdin)
