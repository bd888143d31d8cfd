"""One guidance file -> a folder of Markdown, JSON and pictures, with no register at hand.

What `guidance convert` does. What prints a document is loaded while other processes read the file.
"""

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from guidance.accounts import breaches
from guidance.model import GuidanceError
from guidance.read import begin_reading

if TYPE_CHECKING:
    from guidance.publish.api import Figures

_MARK = "edition.json"


def convert(
    file: Path, to: Path, publication: Path | None = None, strict: bool = False
) -> tuple["Figures", tuple[str, ...]]:
    """Convert `file` into the folder `to`, which appears only when whole; returns the conversion's figures and
    what of the source is lost. Acts and other guidance that the folder `publication` names are linked to.

    Raises GuidanceError when the file cannot be read, `to` holds something that is not a conversion, or, where
    `strict`, something is lost.
    """
    if not file.is_file():
        raise GuidanceError(
            f"{file}: {'a folder; name a file in it' if file.is_dir() else 'there is no such file'}"
        )
    if to.exists() and not (to.is_dir() and ((to / _MARK).is_file() or not any(to.iterdir()))):
        raise GuidanceError(f"{to}: holds something that is not a conversion; choose another folder with -o")
    with closing(begin_reading(file, second_opinion=True)) as reading:
        from guidance.converted import Names, conversion_files, picture_files
        from guidance.publish.api import figures

        names = Names(publication)
        references = names.references(reading.document())
        document = reading.judged()
        lost = breaches(document)
        if lost and strict:
            raise GuidanceError(f"{file}: {'; '.join(lost)}; convert it without --strict to see what is amiss")
        files = conversion_files(document, file, references)
        _write(to, files | picture_files(reading.whole()))
    return figures(document), lost


def _write(to: Path, files: dict[str, bytes]) -> None:
    """Put files into the folder `to`, whole or not at all."""
    from guidance.publish.builder import write_below

    beside = to.absolute().with_name(f".{to.absolute().name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for path, content in files.items():
            write_below(beside, path, content)
        shutil.rmtree(to, ignore_errors=True)
        beside.rename(to.absolute())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
