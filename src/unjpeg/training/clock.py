"""When a training has to stop early: its time is up, or somebody asked."""

import signal
import time

AGAIN = 85  # exit code of a run that was stopped with its state saved: the same command goes on
INTERRUPTED = 130  # exit code after Ctrl-C, the state saved too


class Clock:
    """Counts from its making; takes SIGTERM and SIGINT as a wish to stop after the running step."""

    def __init__(self, max_seconds: float | None = None):
        self._start, self._max = time.monotonic(), max_seconds
        self._signal: int | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, _frame: object) -> None:
        if number == self._signal == signal.SIGINT:
            raise KeyboardInterrupt  # asked twice: at once, the last saved state stays
        self._signal = number

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._start

    @property
    def reason(self) -> str | None:
        """Why to stop now, or None."""
        if self._signal is not None:
            return signal.Signals(self._signal).name
        if self._max is not None and self.seconds >= self._max:
            return f"{self._max:g} s are over"
        return None

    @property
    def exit_code(self) -> int:
        """For a run that stopped for `reason`."""
        return INTERRUPTED if self._signal == signal.SIGINT else AGAIN
