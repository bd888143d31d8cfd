"""The built site on a port of this machine, as a static host would serve it; for looking, not for the public."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from guidance.document.model import GuidanceError
from guidance.site.host_files import headers_for


class _Handler(SimpleHTTPRequestHandler):
    """Serves files quietly, and the site's own page for what is not there."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the nearest 404.html of the site where that is what happened."""
        asked = Path(self.translate_path(self.path))
        page = next((one for up in asked.parents if (one := up / "404.html").is_file()), asked)
        if code != 404 or not page.is_relative_to(self.directory) or page == asked:
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        """Send what a host should send with every page, so that what breaks under it is seen here."""
        rules = Path(self.directory) / "_headers"
        told = rules.read_text(encoding="utf-8") if rules.is_file() else ""
        for name, value in headers_for(self.path, told).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""


def serve(site: Path, port: int) -> ThreadingHTTPServer:
    """A server for `site` on this machine only; port 0 takes any free one. The caller runs and closes it.

    Raises GuidanceError when there is no site or the port is taken.
    """
    if not (site / "index.html").is_file():
        raise GuidanceError(f"{site}: there is no built site here; run make site first")
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(site)))
    except OSError as error:
        raise GuidanceError(f"port {port}: cannot be used ({error.strerror}); choose another with --port") from None
