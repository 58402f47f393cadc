"""HTTP around the service: limits, and nobody but this machine's own pages gets in.

A request holds its picture in memory and nothing else. One picture is restored at a time, a few may wait. The
Host and a header of the page's own are checked, so that no other site can use the server through a browser.
"""

import json
import threading
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.web.service import Service

PAGE = Path(__file__).with_name("page.html")
WAITING = 8  # pictures that may wait for the one that is restored
SILENCE = 30  # seconds without a byte after which a connection is closed
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:; "
POLICY += "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], service: Service, max_bytes: int):
        super().__init__(address, Handler)
        self.service, self.max_bytes = service, max_bytes
        self.turn, self.room = threading.Lock(), threading.BoundedSemaphore(1 + WAITING)
        host, port = self.server_address[:2]
        names = {host, "localhost", "127.0.0.1"} if host in ("127.0.0.1", "0.0.0.0", "::1") else {host}
        self.hosts = {f"{name}:{port}" for name in names}
        self.open_to_all = host in ("0.0.0.0", "::")  # asked for with --host: any name may lead here

    def handle_error(self, request, client_address) -> None:
        """A browser that went away is no error of ours."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "unjpeg", ""
    timeout = SILENCE

    def do_GET(self) -> None:
        if not self._welcome():
            return
        if self.path == "/":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", PAGE.read_bytes())
        elif self.path == "/models":
            self._json(HTTPStatus.OK, self.server.service.models())
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "nothing here")

    def do_POST(self) -> None:
        if not self._welcome():
            return
        place, _, query = self.path.partition("?")
        if place != "/restore" or self.headers.get("X-Unjpeg") != "1":
            self._refuse(HTTPStatus.FORBIDDEN, "only the page itself may ask this")
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a file with a known length is wanted")
        elif int(length) > self.server.max_bytes:
            limit = self.server.max_bytes / 1e6
            text = f"{int(length) / 1e6:.0f} MB; allowed: {limit:g} MB"
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
        elif not self.server.room.acquire(blocking=False):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many pictures are waiting; try again soon")
        else:
            try:
                data = self.rfile.read(int(length))
                with self.server.turn:
                    self._restore(data, dict(urllib.parse.parse_qsl(query)))
            finally:
                self.server.room.release()

    def _restore(self, data: bytes, wishes: dict[str, str]) -> None:
        try:
            self._json(HTTPStatus.OK, self.server.service.restore(data, wishes))
        except UserError as error:
            self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        except ConnectionError:
            raise
        except Exception as error:  # the server lives; what broke is told to whoever started it
            self.log_error("%s: %s", type(error).__name__, error)
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "this picture could not be restored")

    def _welcome(self) -> bool:
        if self.server.open_to_all or self.headers.get("Host") in self.server.hosts:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "wrong host")
        return False

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        self.close_connection = True  # a body that was not read must not be taken for a request
        self._json(status, {"error": text})

    def _json(self, status: HTTPStatus, value: object) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            **({"Connection": "close"} if self.close_connection else {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's business; errors are told."""

    def log_error(self, format: str, *args: object) -> None:
        print(f"unjpeg web: {format % args}", flush=True)
