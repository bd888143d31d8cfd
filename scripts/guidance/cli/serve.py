"""The built site on a port of this machine, as a static host would serve it; for looking, not for the public.

Who writes sees pages anew as they are saved: MkDocs prints those alone that changed, and the browser loads again.
"""

import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from guidance.check.permanence import rules_of
from guidance.document.model import GuidanceError
from guidance.site.host_files import follow, headers_for

_SCRIPT, _COUNT = "/-again.js", "/-again"  # no page of a site is called so


class Desk:
    """The hand-written pages of the MkDocs project at `root`, printed into `printed` as they are saved.

    `count` tells browsers when to load again; `told` takes one line for each printing.
    """

    def __init__(self, root: Path, told: Callable[[str], None]) -> None:
        """Take all that is saved by now as printed."""
        self.count = 0
        self._root, self._told = root, told
        self.printed = root / "build" / "portal"
        self._seen = self._saved()
        self._fresh: set[str] = set()

    def watch(self) -> None:
        """Look twice a second; for a thread that ends with the process."""
        while True:
            time.sleep(0.5)
            self.look()

    def look(self) -> None:
        """Print what was saved since the last look, and say what came of it."""
        now = self._saved()
        changed = {path for path, stamp in now.items() if self._seen.get(path) != stamp} | self._seen.keys() - now
        if not changed:
            return
        self._seen = now
        before = _stamps(self.printed.rglob("*"))
        alone = all(path.suffix == ".md" and path in now and "_shared" not in path.parts for path in changed)
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(self.printed)]
        command += ["--dirty"] if alone else []
        done = subprocess.run(command, cwd=self._root, capture_output=True, text=True, check=False)
        names = ", ".join(sorted(path.relative_to(self._root).as_posix() for path in changed))
        said = [line for line in done.stderr.splitlines() if line.startswith(("ERROR", "WARNING"))]
        for line in said or [f"{names}: not printed" if done.returncode else f"{names}: printed"]:
            self._told(line)
        after = _stamps(self.printed.rglob("*"))
        anew = (path for path, stamp in after.items() if before.get(path) != stamp)
        self._fresh |= {path.relative_to(self.printed).as_posix() for path in anew}
        self.count += 1

    def place(self, path: str) -> Path | None:
        """The file that was printed anew for a path of the site, if one was."""
        return self.printed / path if path in self._fresh else None

    def _saved(self) -> dict[Path, int]:
        folders = (self._root / "docs", self._root / "overrides")
        return _stamps([*(path for folder in folders for path in folder.rglob("*")), self._root / "mkdocs.yml"])


def _stamps(paths: Iterable[Path]) -> dict[Path, int]:
    """When each file among some paths was written last."""
    return {path: path.stat().st_mtime_ns for path in paths if path.is_file()}


class _Handler(SimpleHTTPRequestHandler):
    """Serves files quietly, and the site's own page for what is not there."""

    def __init__(self, *arguments: Any, desk: Desk | None = None, **named: Any) -> None:
        self._desk = desk
        super().__init__(*arguments, **named)

    def translate_path(self, path: str) -> str:
        """Where the file for a path is: as it was printed anew, else in the site."""
        found = Path(super().translate_path(path))
        page = found / "index.html" if path.partition("?")[0].endswith("/") else found
        if self._desk and page.is_relative_to(self.directory):
            return str(self._desk.place(page.relative_to(self.directory).as_posix()) or found)
        return str(found)

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Lead on where a rule says so, as a host that reads them does, else answer with a file; pages load again
        when they were printed anew."""
        asked = self.path.partition("?")[0]
        if led := follow(asked, rules_of(Path(self.directory))):
            self.send_response(302)
            self.send_header("Location", led)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        if self._desk and asked == _COUNT:
            return self._send(str(self._desk.count).encode(), "text/plain")
        if self._desk and asked == _SCRIPT:
            return self._send(Path(__file__).with_name("again.js").read_bytes(), "text/javascript")
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() and asked.endswith("/") else path
        if not self._desk or path.suffix != ".html" or not path.is_file():
            return super().send_head()
        content = path.read_bytes()
        if b"<script" in content:  # other pages, such as a paragraph's own, may run none
            mark = f'<script src="{_SCRIPT}" defer></script></head>'.encode()
            content = content.replace(b"</head>", mark, 1)
        return self._send(content, "text/html; charset=utf-8")

    def _send(self, content: bytes, kind: str, code: int = 200) -> io.BytesIO:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if self._desk:
            self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return io.BytesIO(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the nearest 404.html of the site where that is what happened."""
        asked = Path(self.translate_path(self.path))
        page = next((one for up in asked.parents if (one := up / "404.html").is_file()), asked)
        if code != 404 or not page.is_relative_to(self.directory) or page == asked:
            super().send_error(code, message, explain)
            return
        content = self._send(page.read_bytes(), "text/html; charset=utf-8", 404)
        if self.command != "HEAD":
            self.wfile.write(content.getvalue())

    def end_headers(self) -> None:
        """Send what a host should send with every page, so that what breaks under it is seen here."""
        rules = Path(self.directory) / "_headers"
        told = rules.read_text(encoding="utf-8") if rules.is_file() else ""
        for name, value in headers_for(self.path, told).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""


def serve(site: Path, port: int, desk: Desk | None = None) -> ThreadingHTTPServer:
    """A server for `site` on this machine only; port 0 takes any free one. The caller runs and closes it. With a
    `desk`, pages are served as they were saved last.

    Raises GuidanceError when there is no site or the port is taken.
    """
    if not (site / "index.html").is_file():
        raise GuidanceError(f"{site}: there is no built site here; run make site first")
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(site), desk=desk))
    except OSError as error:
        raise GuidanceError(f"port {port}: cannot be used ({error.strerror}); choose another with --port") from None


def show(site: Path, port: int, told: Callable[[str], None]) -> None:
    """Serve `site` until the process is ended, and pages of the MkDocs project in this folder as they are saved.

    Raises GuidanceError when there is no site or the port is taken.
    """
    desk = Desk(Path.cwd(), told) if Path("mkdocs.yml").is_file() and Path("docs").is_dir() else None
    with serve(site, port, desk) as server:
        told(f"{site}: http://127.0.0.1:{server.server_port}/ (Ctrl+C ends it)")
        if desk:
            told("docs/: a page that you save is printed anew, and the browser shows it; other changes: make site")
            threading.Thread(target=desk.watch, daemon=True).start()
        server.serve_forever()
