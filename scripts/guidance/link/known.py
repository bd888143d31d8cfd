"""What a publication names that is cited: its Acts and instruments, and other guidance. No text is read here."""

from pathlib import Path

from guidance.link.acts import Acts, read_acts
from guidance.link.titles import Guidance, read_titles

_ACTS, _TITLES = "acts.toml", "guidance.toml"


def read_known(folder: Path | None) -> tuple[Acts, tuple[Guidance, ...]]:
    """The Acts and the other guidance named in a publication's folder; none where there is no folder.

    Raises GuidanceError when a file is not of its form.
    """
    return (read_acts(folder / _ACTS), read_titles(folder / _TITLES)) if folder else (Acts(), ())
