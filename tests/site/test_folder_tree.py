"""A folder holds just what it should, whatever it held before."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.site.projects import files_below, lay, seal

NAMES = st.sampled_from(["a", "b", "a/b", "a/c", "b/c/d", "b/c/e/f"])
TREES = st.dictionaries(NAMES, st.binary(max_size=3), max_size=5)


def possible(tree: dict[str, bytes]) -> dict[str, bytes]:
    """The tree without files that stand where a folder must be."""
    return {path: held for path, held in tree.items() if not any(p.startswith(f"{path}/") for p in tree)}


def write(folder: Path, tree: dict[str, bytes]) -> None:
    for path, held in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(held)


def read(folder: Path) -> dict[str, bytes]:
    return {path: Path(file.path).read_bytes() for path, file in files_below(folder).items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TREES, st.sets(NAMES)), min_size=1, max_size=3), TREES)
def test_a_folder_is_as_wanted_whatever_it_was(
    steps: list[tuple[dict[str, bytes], set[str]]], stray: object
) -> None:
    assert isinstance(stray, dict)
    with TemporaryDirectory() as place:
        home, folder = Path(place, "home"), Path(place, "folder")
        home.mkdir()
        write(home, {"empty": b""})
        folder.mkdir()
        write(folder, possible(stray))
        for at, (tree, linked) in enumerate(steps):
            tree = possible(tree)
            write(home, {f"{at}/{path}": held for path, held in tree.items()})
            kept = files_below(home)
            lay({path: kept[f"{at}/{path}"] if path in linked else held for path, held in tree.items()}, folder)
            assert read(folder) == tree
            assert not [p for p in folder.rglob("*") if p.is_dir() and not any(p.iterdir())]


def test_a_seal_tells_what_was_touched(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"1", "b/c": b"2"})
    before = seal(files_below(tmp_path))
    assert seal(files_below(tmp_path)) == before
    (tmp_path / "a").write_bytes(b"12")
    changed = seal(files_below(tmp_path))
    (tmp_path / "b" / "d").touch()
    assert len({before, changed, seal(files_below(tmp_path))}) == 3
