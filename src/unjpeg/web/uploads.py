"""Reading what is sent. Who sends slowly holds up nobody: he holds the bytes that he has sent, no more."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

PIECE = 1 << 16  # bytes read at once
TIME = 120  # seconds that a whole upload, or a whole answer, may take


class RefusedError(Exception):
    """What a request is answered instead of what it asked for: a status, and one line."""

    def __init__(self, status: HTTPStatus, text: str):
        super().__init__(text)
        self.status = status


class Uploads:
    """each: most bytes of a file. Two of these are the most of all that are read or wait at one time."""

    def __init__(self, each: int):
        self.each, self.together = each, 2 * each
        self.held, self.lock = 0, threading.Lock()

    @contextmanager
    def read(self, stream: io.BufferedIOBase, length: int) -> Iterator[bytes]:
        """The next bytes of a stream; they count until the context ends.

        Errors: `RefusedError`; `TimeoutError` of a silent sender, `ConnectionError` of one that went away.
        """
        if length > self.each:
            text = f"{-(-length // 10**5) / 10:g} MB; allowed: {self.each / 1e6:g} MB"
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
        body, end = io.BytesIO(), time.monotonic() + TIME
        try:
            while body.tell() < length:
                piece = stream.read1(min(PIECE, length - body.tell()))
                if not piece:
                    raise ConnectionError("gone before all was sent")
                if time.monotonic() > end:
                    raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, f"not sent within {TIME} s")
                self._hold(body, piece)
            yield body.getvalue()  # shares its memory with `body`
        finally:
            with self.lock:
                self.held -= body.tell()

    def _hold(self, body: io.BytesIO, piece: bytes) -> None:
        with self.lock:
            if self.held + len(piece) > self.together:
                raise RefusedError(
                    HTTPStatus.SERVICE_UNAVAILABLE, "too many pictures are being sent; try again soon"
                )
            self.held += len(piece)
        body.write(piece)
