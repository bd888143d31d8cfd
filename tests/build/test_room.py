"""A disk that is full, and a folder that may not be written: the error names the folder."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from guidance.build.orders import naming_folders
from guidance.document.model import GuidanceError


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_the_fuller_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = {tmp_path / "one": 100, tmp_path / "two": 0}
    for folder in room:
        folder.mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: _Usage(room[folder]))
    with pytest.raises(GuidanceError, match=r"two: no room is left there"), naming_folders(*room):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_is_not_there_yet_is_looked_for_above(tmp_path: Path) -> None:
    with (
        pytest.raises(GuidanceError, match=f"^{tmp_path}: no room"),
        naming_folders(tmp_path / "site" / "deep"),
    ):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_right_that_is_missing(tmp_path: Path, number: int) -> None:
    with pytest.raises(GuidanceError, match=f"^{tmp_path}: cannot be written"), naming_folders(tmp_path):
        raise OSError(number, os.strerror(number))
    named = str(tmp_path / "site")
    with pytest.raises(GuidanceError, match=f"^{named}: cannot be written"), naming_folders(tmp_path):
        raise OSError(number, os.strerror(number), named)


def test_other_faults_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), naming_folders(tmp_path):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), "x")
