"""A web server on the loopback that misbehaves on request, and remembers what was asked and sent."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture
def server():
    loopback = Loopback()
    yield loopback
    loopback.close()


class Loopback:
    """`answers[path]`: one answer per request, the last for ever. An answer is bytes (served in full,
    ranges honoured), an int (that status), or a function of the handler."""

    def __init__(self):
        self.answers: dict[str, list] = {}
        self.requests: list[tuple[str, str | None]] = []  # path, Range header
        self.sent = 0  # bytes of bodies
        handler = type("Handler", (_Handler,), {"loopback": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def ranged(data: bytes, tag='"v1"'):
        """Serves data and its ranges; a range is refused where If-Range names another version."""

        def answer(handler):
            wanted = handler.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
            if not wanted or handler.headers.get("If-Range", tag) != tag:
                handler.start(200, len(data), ETag=tag)
                handler.body(data)
            elif int(wanted) >= len(data):
                handler.send_error(416)
            else:
                rest = data[int(wanted) :]
                handler.start(
                    206, len(rest), ETag=tag, Content_Range=f"bytes {wanted}-{len(data) - 1}/{len(data)}"
                )
                handler.body(rest)

        return answer

    @staticmethod
    def dropped(data: bytes, after: int, tag='"v1"'):
        """Promises all of data and closes the connection after so many bytes."""

        def answer(handler):
            handler.start(200, len(data), ETag=tag)
            handler.body(data[:after])
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True

        return answer

    @staticmethod
    def whole(data: bytes):
        """Ignores ranges."""

        def answer(handler):
            handler.start(200, len(data))
            handler.body(data)

        return answer

    @staticmethod
    def page(handler):
        """A polite error page with status 200, as file hosts love to send."""
        data = b"<!-- v7 --><title>Please log in</title>"
        handler.start(200, len(data), kind="text/html; charset=utf-8")
        handler.body(data)

    @staticmethod
    def disguised(handler):
        """The same page under a false content type."""
        data = b"\n<html><body>quota exceeded</body></html>"
        handler.start(200, len(data))
        handler.body(data)

    @staticmethod
    def moved(target: str):
        def answer(handler):
            handler.start(302, 0, Location=target)

        return answer


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback

    def do_GET(self):
        seen = self.loopback.requests
        seen.append((self.path, self.headers.get("Range")))
        script = self.loopback.answers.get(self.path, [404])
        answer = script[min(sum(path == self.path for path, _ in seen), len(script)) - 1]
        if isinstance(answer, int):
            self.send_error(answer)
        elif isinstance(answer, bytes):
            Loopback.ranged(answer)(self)
        else:
            answer(self)

    def start(self, status: int, length: int | None, kind="application/octet-stream", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def body(self, data: bytes):
        self.wfile.write(data)
        self.wfile.flush()
        self.loopback.sent += len(data)

    def log_message(self, *args):
        pass
