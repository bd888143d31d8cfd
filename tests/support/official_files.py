"""Where official files are, for tests that are told of them; each says how to give a file that is not at hand."""

import os
from functools import cache
from pathlib import Path

import pytest

from guidance.document.model import Document
from guidance.read import read_document

WORKING_TOGETHER = "working-together/2023-june-2025.pdf"


KCSIE = ("kcsie/2024.pdf", "kcsie/2025.pdf")


IRO = "by-era/2010-iro-handbook-untagged.pdf"


ADOPTION = "by-era/2013-adoption-guidance.pdf"


HOMES = "by-era/2015-childrens-homes-guide.pdf"


def publication(name: str) -> Path:
    """The file, or a skip that says how to give it."""
    if name == WORKING_TOGETHER and "GUIDANCE_SOURCES" in os.environ:
        path = Path(os.environ["GUIDANCE_SOURCES"]) / Path(name).name
    elif "GUIDANCE_PUBLICATIONS" in os.environ:
        path = Path(os.environ["GUIDANCE_PUBLICATIONS"]) / name
    elif "GUIDANCE_SOURCES" in os.environ:
        path = Path(os.environ["GUIDANCE_SOURCES"]).parent / name
    else:
        pytest.skip("set GUIDANCE_SOURCES and GUIDANCE_PUBLICATIONS to the folders with the official files")
    if not path.exists():
        pytest.skip(f"{path} is not at hand; set GUIDANCE_SOURCES or GUIDANCE_PUBLICATIONS to where it is")
    return path


@cache
def reading(name: str) -> Document:
    return read_document(publication(name))
