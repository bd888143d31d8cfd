"""The options that several commands share, in the words that their help says.

Loads nothing but typer: help must come at once.
"""

from pathlib import Path
from typing import Annotated

import typer

PublicationOption = Annotated[Path, typer.Option("--publication", help="Folder of the register and its facts.")]
SourcesOption = Annotated[
    Path | None, typer.Option("--sources", help="Folder of official files (else GUIDANCE_SOURCES, else sources/).")
]
EditionOption = Annotated[
    list[str] | None,
    typer.Option("--edition", help="Only this edition's text, which must then be there; repeatable."),
]
RevisionOption = Annotated[
    list[str] | None,
    typer.Option("--revision", help="Build an edition from this revision, EDITION:REVISION; repeatable."),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Do not use the network.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Fail where something of a text is lost.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the site.")]
OverlayOption = Annotated[Path | None, typer.Option("--overlay", help="Lay a partnership's folder over the site.")]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", help="Work on a Dask cluster: its scheduler's address, such as tcp://host:8786."),
]
