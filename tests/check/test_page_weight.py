"""Page weights and what a month of reads comes to: on a small site whose sizes are known."""

from pathlib import Path

import pytest

from guidance.check.page_weight import (
    FIRST_VISITS,
    HOSTS,
    Host,
    Weight,
    fit_hosts,
    month,
    refill,
    say_weights,
    weigh,
)
from guidance.document.model import GuidanceError


def test_pages_are_weighed_with_what_they_load(tmp_path: Path) -> None:
    files = {
        "index.html": '<link rel="stylesheet" href="a.css"><script src="/a.js"></script>'
        '<img src="p.png" loading="lazy">',
        "a.css": "x" * 100,
        "a.js": "y" * 100,
        "p.png": "z" * 50,
        "2024/provisions.json": "[]",
        "2024/one/index.html": '<img src="../../p.png"><img src="../../p.png"><a href="../">x</a>',
        "2024/p/1/index.html": '<link rel="stylesheet" href="https://elsewhere.example.org/a.css"><p>x',
        "latest/p/1/index.html": "<p>a copy",
        "embed/2024/1/index.html": "<p>x",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    found = {weight.kind: weight for weight in weigh(tmp_path)}
    assert {kind: weight.pages for kind, weight in found.items()} == {
        "embeds": 1,
        "other pages": 1,
        "permalinks": 1,
        "text": 1,
    }
    assert (found["text"].requests, found["text"].assets) == (2, 50)
    assert found["other pages"].requests == 3
    assert 0 < found["other pages"].assets < 200, "styles and scripts are sent compressed"
    assert found["permalinks"].requests == 1
    assert refill(tmp_path).requests == round(len(files) * 52 / 12)


def test_a_month_is_counted_by_first_and_later_reads() -> None:
    weights = [Weight("permalinks", 10, 2000, 0, 1), Weight("text", 5, 10_000, 50_000, 6)]
    found = month(weights, 1000, {"permalinks": 0.25, "text": 0.25, "comparisons": 0.5})
    assert found.requests == round(500 + 500 * (1 + FIRST_VISITS * 5))
    assert found.sent == round(500 * 2000 + 500 * (10_000 + FIRST_VISITS * 50_000))
    assert say_weights(weights, 1000)[-1].startswith("1,000 reads a month (40% permalinks")


def test_without_a_site_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="no built site"):
        weigh(tmp_path)


@pytest.mark.parametrize(
    ("host", "rules", "said"),
    [
        (Host("A"), "", "A: takes it"),
        (Host("A", files=3, folder=2, size=40, largest=20), "", "A: takes it"),
        (Host("A", files=2), "", "A: does not take it (3 files, and it takes 2)"),
        (Host("A", folder=1), "", "A: does not take it (2 files in a folder, and it takes 1)"),
        (Host("A", size=39), "", "A: does not take it (40 bytes, and it takes 39)"),
        (Host("A", largest=19), "", "A: does not take it (20 bytes in a file, and it takes 19)"),
        (Host("A", rules=True, kinds=1), "/a/* /b/:splat 302\n/c /d 302\n", "A: takes it"),
        (
            Host("A", rules=True, kinds=1),
            "/a/* /b/ 302\n/c/* /d/ 302\n",
            "A: does not take it (2 rules with *, and it",
        ),
        (Host("A"), "/a/* /b/:splat 302\n", "A: does not take it (it reads no _redirects"),
        (Host("A", rules=None), "/a/* /b/:splat 302\n", "A: not known here whether it reads"),
    ],
)
def test_a_site_is_held_against_what_hosts_take(tmp_path: Path, host: Host, rules: str, said: str) -> None:
    for path, size in {"index.html": 20, "a.css": 10, "2024/index.html": 10}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"x" * size)
    if rules:
        (tmp_path / "_redirects").write_text(rules, encoding="utf-8")
    assert list(fit_hosts(tmp_path, [host]))[1].startswith(said)


def test_the_limits_are_those_of_the_page_on_hosting() -> None:
    page = (Path(__file__).parents[2] / "docs" / "about" / "hosting.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for host, words in (
        ("GitHub Pages", "1 GB"),
        ("Cloudflare Pages", "20,000 files"),
        ("Netlify", "54,000 files"),
    ):
        assert words in rows[host]
    assert {host.name for host in HOSTS} <= set(rows)
