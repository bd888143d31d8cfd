"""The built site on a port, as a static host would serve it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guidance.cli.serve import serve
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
