"""The built site on a port, as a static host would serve it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guidance.cli.serve import Desk, serve
from guidance.document.model import GuidanceError
from guidance.site.host_files import root_files


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "2020").mkdir()
    (tmp_path / "index.html").write_text("home")
    (tmp_path / "404.html").write_text("not here")
    (tmp_path / "2020" / "index.html").write_text("edition")
    (tmp_path / "_headers").write_bytes(root_files((), (), None)["_headers"])
    with serve(tmp_path, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/", 200, "home"),
        ("/2020/", 200, "edition"),
        ("/2021/", 404, "not here"),
        ("/../../etc/passwd", 404, "not here"),
    ],
)
def test_pages_and_what_is_not_there(address: str, path: str, code: int, words: str) -> None:
    answer = httpx.get(address + path)
    assert (answer.status_code, answer.text) == (code, words)


def test_a_taken_port_is_an_error_of_one_line(address: str, tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="--port"):
        serve(tmp_path, int(address.rpartition(":")[2]))


def test_other_sites_may_read_what_is_made_for_them_and_nothing_else(address: str) -> None:
    name = "Access-Control-Allow-Origin"
    for path in ("/embed.js", "/quoting.js", "/quotations/2020.json", "/status/2020.json", "/oembed/2020/1.json"):
        assert httpx.get(address + path).headers.get(name) == "*", path
        rule = path if path.endswith(".js") else f"/{path.split('/')[1]}/*"
        assert f"{rule}\n  {name}: *\n" in root_files((), (), None)["_headers"].decode()
    for path in ("/", "/2020/", "/search/2020.json"):
        assert name not in httpx.get(address + path).headers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A MkDocs project of two pages beside its built site."""
    for path, text in {
        "mkdocs.yml": "site_name: Lamps\nsite_dir: build/portal\nexclude_docs: _*\nplugins: []\n",
        "docs/index.md": "# Lamps\n",
        "docs/oil.md": "# Oil\n",
        "site/index.html": "<html><head></head><body>built</body></html>",
        "site/oil/index.html": "<html><head></head><body>built oil</body></html>",
        "site/2020/index.html": '<html><head><script src="/site.js"></script></head><body>edition</body></html>',
        "site/2020/p/1/index.html": "<html><head></head><body>one</body></html>",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_page_is_shown_as_it_was_saved_last(project: Path) -> None:
    told: list[str] = []
    desk = Desk(project, told.append)
    with serve(project / "site", 0, desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        assert "built oil" in httpx.get(f"{at}/oil/").text
        assert '<script src="/-again.js" defer></script></head>' in httpx.get(f"{at}/2020/").text
        assert "<script" not in httpx.get(f"{at}/2020/p/1/").text, "its policy lets none run"
        first = httpx.get(f"{at}/-again").text
        desk.look()
        assert (httpx.get(f"{at}/-again").text, told) == (first, []), "nothing was saved"
        (project / "docs/oil.md").write_text("# Oil and wicks\n", encoding="utf-8")
        desk.look()
        assert told == ["docs/oil.md: printed"]
        assert httpx.get(f"{at}/-again").text != first
        assert "Oil and wicks" in httpx.get(f"{at}/oil/").text
        (project / "mkdocs.yml").write_text("site_name: [", encoding="utf-8")
        desk.look()
        assert "mkdocs.yml: not printed" in told[-1] or "ERROR" in told[-1]
        assert "edition" in httpx.get(f"{at}/2020/").text, "it goes on serving"
        server.shutdown()


def test_without_a_desk_pages_are_served_as_they_are(address: str) -> None:
    assert httpx.get(f"{address}/").text == "home"
    assert httpx.get(f"{address}/-again.js").status_code == 404
