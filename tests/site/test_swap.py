"""The site is replaced whole or not at all, and only by one build at a time."""

from pathlib import Path

import pytest

from guidance.document.model import GuidanceError
from guidance.site import assemble


def site(folder: Path, words: str) -> Path:
    """A folder that passes for a built site."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / assemble.MARK).write_text("[]", encoding="utf-8")
    (folder / "index.html").write_text(words, encoding="utf-8")
    return folder


def words(out: Path) -> str:
    return (out / "index.html").read_text(encoding="utf-8")


def test_the_new_site_takes_the_old_ones_place(tmp_path: Path) -> None:
    out = site(tmp_path / "site", "old")
    (out / "gone.html").write_text("old", encoding="utf-8")
    new = assemble.beside(out)
    assemble.swap_in(site(new, "new"), out)
    assert words(out) == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]
    assert not (out / "gone.html").exists()


def test_a_failed_swap_leaves_the_old_site(tmp_path: Path) -> None:
    out = site(tmp_path / "site", "old")
    with pytest.raises(FileNotFoundError):
        assemble.swap_in(tmp_path / "never-made", out)
    assert words(out) == "old"


def test_a_swap_cut_off_half_way_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "site"
    site(out, "old").rename(tmp_path / ".site.old")
    assemble.refuse_foreign(out)
    assert words(out) == "old"


def test_a_folder_that_is_no_site_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assemble.refuse_foreign(tmp_path / "docs")
    (tmp_path / "docs" / "mine.md").write_text("mine", encoding="utf-8")
    with pytest.raises(GuidanceError, match="not a built site"):
        assemble.refuse_foreign(tmp_path / "docs")
    with pytest.raises(GuidanceError, match="not a folder"):
        assemble.refuse_foreign(tmp_path / "docs" / "mine.md")


def test_two_builds_do_not_mix(tmp_path: Path) -> None:
    with assemble.alone(tmp_path), pytest.raises(GuidanceError, match="another build"), assemble.alone(tmp_path):
        pass
    with assemble.alone(tmp_path):
        pass
