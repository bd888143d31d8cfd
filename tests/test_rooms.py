"""The architecture, held: which room may import which."""

import ast
from pathlib import Path

import pytest

import guidance

ROOT = Path(guidance.__file__).parent
ROOMS = {"read", "link", "compare", "publish", "audit"}
FOUNDATION = {"model", "register", "anchors", "accounts"}


def imported(path: Path) -> set[str]:
    """The rooms and modules of ours that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "guidance":
            tail = node.module.split(".")[1:]
            names.update(tail[:1] or [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            names.update(a.name.split(".")[1] for a in node.names if a.name.startswith("guidance."))
    return names


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_keep_to_themselves(path: Path) -> None:
    place = path.relative_to(ROOT).with_suffix("").parts[0]
    used = imported(path) - {place}
    if place in FOUNDATION:
        assert not used - FOUNDATION
        assert place != "model" or not used
    elif place in ROOMS:
        assert not used & (ROOMS | {"cli"})
    elif place != "cli":
        assert "cli" not in used


def test_modules_stay_small() -> None:
    assert not [p.name for p in ROOT.rglob("*.py") if len(p.read_text(encoding="utf-8").splitlines()) > 420]


def test_only_sources_use_the_network() -> None:
    users = {p.relative_to(ROOT).parts[0] for p in ROOT.rglob("*.py") if "import httpx" in p.read_text("utf-8")}
    assert users == {"sources"}
