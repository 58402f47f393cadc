"""HTTP around the service: limits, and nobody but this machine's own pages gets in.

A request holds its picture in memory and nothing else. One picture is restored at a time, a few may wait.
None waits for a slow peer: a turn begins when an upload is whole and ends before the answer is sent. The Host
and a header of the page's own are checked, so that no other site can use the server through a browser.
"""

import json
import re
import secrets
import socket
import sys
import time
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.web.service import Service
from unjpeg.web.turns import Turns
from unjpeg.web.uploads import PIECE, TIME, RefusedError, Uploads

PAGE = Path(__file__).with_name("page.html")
SILENCE = 30  # seconds without a byte after which a connection is closed
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:; "
POLICY += "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
Content = tuple[str, list[bytes]]  # its type, and its parts, which are sent one after the other


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # connections that come at once

    def __init__(self, address: tuple[str, int], service: Service, max_bytes: int):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)
        self.service, self.uploads, self.turns = service, Uploads(max_bytes), Turns()
        host, port = self.server_address[:2]
        self.hosts = hosts(host, port)
        self.open_to_all = host in ("0.0.0.0", "::")  # asked for with --host: any name may lead here

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{_literal(host)}:{port}/"

    def handle_error(self, request, client_address) -> None:
        """A browser that went away is no error of ours; all else is told to whoever started the server."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def hosts(host: str, port: int) -> set[str]:
    """What browsers may send as Host to a server at this address; to port 80, also without it."""
    names = {_literal(name) for name in ({"localhost", host} if host in ("127.0.0.1", "::1") else {host})}
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "unjpeg", ""
    error_content_type, error_message_format = "application/json", '{"error": "%(explain)s"}'
    timeout = SILENCE

    def do_GET(self) -> None:
        self._answer(self._page)

    def do_POST(self) -> None:
        self._answer(self._picture)

    def _page(self) -> Content:
        if self.path == "/":
            return "text/html; charset=utf-8", [PAGE.read_bytes()]
        if self.path == "/models":
            return _json(self.server.service.models())
        raise RefusedError(HTTPStatus.NOT_FOUND, "nothing here")

    def _picture(self) -> Content:
        place, _, query = self.path.partition("?")
        if place != "/restore" or self.headers.get("X-Unjpeg") != "1":
            raise RefusedError(HTTPStatus.FORBIDDEN, "only the page itself may ask this")
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,18}", length):
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "a file with a known length is wanted")
        wishes = dict(urllib.parse.parse_qsl(query))
        with self.server.uploads.read(self.rfile, int(length)) as data:
            return _form(*self.server.turns(self.server.service.restore, data, wishes))

    def _answer(self, make: Callable[[], Content]) -> None:
        try:
            if not self.server.open_to_all and self.headers.get("Host") not in self.server.hosts:
                raise RefusedError(HTTPStatus.FORBIDDEN, "wrong host")
            return self._send(HTTPStatus.OK, *make())
        except RefusedError as error:
            refusal = error.status, str(error)
        except UserError as error:
            refusal = HTTPStatus.UNPROCESSABLE_ENTITY, str(error)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:  # the server lives
            self.server.handle_error(self.request, self.client_address)
            refusal = HTTPStatus.INTERNAL_SERVER_ERROR, "this picture could not be restored"
        self._refuse(*refusal)  # not in the handlers above: an error holds on to the picture

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        """What is still being sent is read and dropped, or the peer would not come to read the answer."""
        self.close_connection = True
        self._send(status, *_json({"error": text}))
        end = time.monotonic() + TIME
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1(PIECE) and time.monotonic() < end:
                pass

    def _send(self, status: HTTPStatus, kind: str, parts: list[bytes]) -> None:
        self.send_response(status)
        length = {"Content-Type": kind, "Content-Length": str(sum(map(len, parts)))}
        close = {"Connection": "close"} if self.close_connection else {}
        for name, value in {**length, **HEADERS, **close}.items():
            self.send_header(name, value)
        self.end_headers()
        self.connection.settimeout(TIME)  # of each part as a whole
        for part in parts:
            self.wfile.write(part)
        self.connection.settimeout(SILENCE)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's business, malformed ones too."""


def _json(value: object) -> Content:
    return "application/json", [json.dumps(value).encode()]


def _form(answer: dict, pictures: dict[str, bytes]) -> Content:
    """multipart/form-data (RFC 7578), which browsers take apart: pictures go as they are."""
    edge = secrets.token_hex(16)
    lead = f'--{edge}\r\nContent-Disposition: form-data; name="'
    parts = [f'{lead}answer"\r\n\r\n'.encode(), json.dumps(answer).encode()]
    for name, png in pictures.items():
        parts += [f'\r\n{lead}{name}"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'.encode(), png]
    return f"multipart/form-data; boundary={edge}", [*parts, f"\r\n--{edge}--\r\n".encode()]


def _literal(host: str) -> str:
    """As it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
