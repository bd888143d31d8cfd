"""Auditing pages by their addresses: what is fetched, what is refused, and how often a silent host is asked."""

from pathlib import Path

import httpx
import pytest

import partner_files
from guidance.build.audit import Auditor, audit, read_addresses
from guidance.document.model import GuidanceError
from guidance.document.register import read_register
from guidance.sources import Limits, download
from guidance.sources.download import PageFetcher

ROOT = Path(__file__).parents[2]
asked: list[str] = []


def answer(request: httpx.Request) -> httpx.Response:
    asked.append(str(request.url))
    word = {"Content-Type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
    if request.url.host == "silent.example.org":
        raise httpx.ConnectError("nobody there")
    match request.url.path:
        case "/policy":
            return httpx.Response(200, html="<p>Working Together 2018, page 13")
        case "/moved":
            return httpx.Response(302, headers={"Location": "https://example.org/policy"})
        case "/away":
            return httpx.Response(302, headers={"Location": "file:///etc/passwd"})
        case "/report.docx":
            return httpx.Response(200, content=partner_files.docx(["WT 2015 para 3"]), headers=word)
        case "/large":
            return httpx.Response(200, content=b"x" * 5000)
    return httpx.Response(404)


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> PageFetcher:
    monkeypatch.setattr(download, "_PAUSE", 0)
    asked.clear()
    return PageFetcher(Limits(largest=4096), httpx.MockTransport(answer))


def test_pages_are_read_by_what_the_server_says_they_are(fetcher: PageFetcher) -> None:
    auditor = Auditor(read_register(ROOT / "versions"), ROOT / "versions", ())
    at = "https://example.org"
    urls = [f"{at}/policy", f"{at}/moved", f"{at}/report.docx", f"{at}/none", f"{at}/away", f"{at}/large", "x.html"]
    found = audit(auditor, (), urls=[*urls, f"{at}/policy"], pages=fetcher)
    assert [(Path(f.file).name, f.edition) for f in found.findings] == [
        ("policy", "2018"),
        ("moved", "2018"),
        ("report.docx", "2015"),
    ]
    assert found.files == 3
    reasons = {Path(one.file).name: one.reason for one in found.skipped}
    assert "answers 404" in reasons["none"]
    assert "larger than" in reasons["large"]
    assert "no web address" in reasons["x.html"]
    assert set(reasons) == {"none", "large", "x.html", "away"}


def test_a_silent_host_is_asked_once(fetcher: PageFetcher) -> None:
    for path in ("a", "b"):
        with pytest.raises(GuidanceError, match="did not answer"):
            fetcher.fetch(f"https://silent.example.org/{path}")
    assert len(asked) == 1


def test_lists_of_addresses(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(
        "# ours\nhttps://example.org/a\n\n  https://example.org/b \n", encoding="utf-8"
    )
    assert read_addresses(tmp_path / "urls.txt") == ("https://example.org/a", "https://example.org/b")
    (tmp_path / "empty.txt").write_text("# none\n", encoding="utf-8")
    for name, words in (("empty.txt", "lists no address"), ("nowhere.txt", "cannot be read")):
        with pytest.raises(GuidanceError, match=words):
            read_addresses(tmp_path / name)
