"""The architecture, held: which room may import which, how large it may grow; a type's name means one thing."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import guidance

ROOT = Path(guidance.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MAY_IMPORT = {
    "document": "",
    "jobs": "document",
    "sources": "document jobs",
    "cite": "document",
    "link": "document cite",
    "read": "document jobs",
    "compare": "document link",
    "site": "document jobs cite compare link",
    "audit": "document cite sources read",
    "check": "document cite site",
    "build": "document jobs sources cite link read compare site audit check",
    "cli": "document jobs sources cite link read compare site audit check build",
}
MOST_MODULES, MOST_LINES, LONGEST_CHAIN = 141, 450, 9


def module(path: Path) -> str:
    parts = ("guidance", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}


def imported(nodes: list[ast.AST]) -> set[str]:
    """The modules of ours that these statements import."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "guidance":
            whole = (f"{node.module}.{alias.name}" for alias in node.names)
            names.update(one if one in MODULES else node.module for one in whole)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names if alias.name in MODULES)
    return names


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def longest_chain(name: str) -> tuple[str, ...]:
    """The longest row of modules that importing one imports, itself first."""
    inner = imported(list(tree(MODULES[name]).body)) - {name}
    return (name, *max((longest_chain(one) for one in inner), key=len, default=()))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    if room in ("__init__.py", "__main__.py"):
        return
    used = {name.split(".")[1] for name in imported(list(ast.walk(tree(path)))) if "." in name}
    assert used <= {room, *MAY_IMPORT[room].split()}


def test_the_house_keeps_its_size() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert len(FILES) <= MOST_MODULES
    assert not [p.name for p in FILES if len(p.read_text(encoding="utf-8").splitlines()) > MOST_LINES]


def test_no_chain_of_imports_is_long() -> None:
    assert len(max((longest_chain(name) for name in MODULES), key=len)) <= LONGEST_CHAIN


def test_the_name_of_a_type_means_one_thing() -> None:
    names = Counter(node.name for path in FILES for node in tree(path).body if isinstance(node, ast.ClassDef))
    assert not [name for name, count in names.items() if count > 1]


def test_only_sources_use_the_network() -> None:
    users = {p.relative_to(ROOT).parts[0] for p in FILES if "import httpx" in p.read_text("utf-8")}
    assert users == {"sources"}
