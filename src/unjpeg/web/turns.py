"""One picture after the other, all in one thread: each new thread would keep memory of its own."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus

from unjpeg.web.uploads import RefusedError

WAITING = 8  # pictures that may wait for the one that is restored


class Turns:
    """The thread ends with the process, in the middle of a picture too."""

    def __init__(self):
        self.waiting = queue.Queue(WAITING)
        threading.Thread(target=self._work, daemon=True).start()

    def __call__(self, task: Callable, *given):
        """What the task gives, when its turn has come. Errors: its; `RefusedError` where too many wait."""
        future = Future()
        try:
            self.waiting.put_nowait((future, task, given))
            return future.result()
        except queue.Full:
            text = "too many pictures are waiting; try again soon"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, text) from None
        finally:
            del future  # an error in it would hold on to this frame, and so to itself and its picture

    def _work(self) -> None:
        while True:
            future, task, given = self.waiting.get()
            try:
                future.set_result(task(*given))
            except BaseException as error:
                future.set_exception(error)
            del future, task, given  # no picture is held while none is there
