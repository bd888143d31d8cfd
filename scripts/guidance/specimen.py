"""Sets a text of our own, written in Typst, as a tagged PDF that the readers then take like any official file.

No official text comes in here, and nothing here knows what a document says.
"""

from pathlib import Path

from guidance.model import GuidanceError


def compile_typst(source: Path, to: Path) -> None:
    """Set `source` as a tagged PDF (it declares PDF/UA-1) at `to`, atomically.

    The same source gives the same bytes on every machine: no clock, and only the fonts that Typst brings
    along. A source may import from its own folder and the one above. Raises GuidanceError when the
    source is missing, is not valid Typst, or cannot be made accessible (an image without alternative text).
    """
    import typst  # slow to load, and most builds set no specimen

    if not source.is_file():
        raise GuidanceError(f"{source}: there is no such Typst source")
    try:
        setting = typst.Compiler(root=source.absolute().parent.parent, ignore_system_fonts=True)
        pdf = setting.compile(source.absolute(), format="pdf", pdf_standards="ua-1", timestamp=0)
    except typst.TypstError as error:
        what = " ".join(str(part) for part in (error.message, *error.hints)).split()
        raise GuidanceError(f"{source}: {' '.join(what)}") from None
    if not isinstance(pdf, bytes):
        raise GuidanceError(f"{source}: Typst made no PDF of it")
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(to.name + ".new")
    beside.write_bytes(pdf)
    beside.replace(to)
