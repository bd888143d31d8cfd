"""A web server on this machine that misbehaves as it is told, for what the network does to downloads."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from msgspec import Struct


class Asked(Struct, frozen=True):
    """A request that came in."""

    path: str
    headers: dict[str, str]


class Answer:
    """What a handler says through: the request's own handler, and the event that ends the server."""

    def __init__(self, handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
        self._handler, self.ending = handler, ending
        self.headers = {name.lower(): value for name, value in handler.headers.items()}

    def start(self, status: int, **headers: str) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def write(self, content: bytes) -> None:
        self._handler.wfile.write(content)
        self._handler.wfile.flush()

    def send(self, status: int, content: bytes = b"", **headers: str) -> None:
        """A whole and honest answer."""
        self.start(status, Content_Length=str(len(content)), **headers)
        self.write(content)

    def wait(self) -> None:
        """Say nothing more until the test is over."""
        self.ending.wait()


Behaviour = Callable[[Answer], None]


class Awkward:
    """The server: `on` says how it behaves at a path, one behaviour for each request, the last one for the rest."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self.behaviours: dict[str, list[Behaviour]] = {}

    @property
    def host(self) -> str:
        return self.address.split("//")[1]

    def on(self, path: str, *behaviours: Behaviour) -> str:
        self.behaviours[path] = list(behaviours)
        return f"{self.address}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def awkward_server() -> Iterator[Awkward]:
    """The server, while it runs."""
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            served.asked.append(Asked(self.path, {n.lower(): v for n, v in self.headers.items()}))
            due = served.behaviours.get(self.path, [])
            with suppress(OSError):  # the client went away
                if not due:
                    self.send_error(404)
                    return
                (due.pop(0) if len(due) > 1 else due[0])(Answer(self, ending))

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: tests look at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Awkward(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        ending.set()
        server.shutdown()
        server.server_close()
