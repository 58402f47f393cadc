"""One line that says how far a training is: rewritten on a terminal, now and then in a log."""

import sys
import time

LOG_EVERY = 15.0  # seconds


class Progress:
    """Steps done, speed, time left, and the last scores."""

    def __init__(self, name: str, start: int, steps: int):
        self._name, self._start, self._steps = name, start, steps
        self._tty = sys.stderr.isatty()
        self._begin = self._last = time.monotonic()

    def __call__(self, step: int, text: str, force: bool = False) -> None:
        """Show that `step` steps are done; `text` holds the scores."""
        now = time.monotonic()
        if not force and now - self._last < (0.2 if self._tty else LOG_EVERY):
            return
        self._last = now
        speed = (step - self._start) / max(1e-9, now - self._begin)
        left = (self._steps - step) / speed if speed else float("inf")
        filled = 24 * step // self._steps
        bar = "#" * filled + "-" * (24 - filled)
        line = f"{self._name} [{bar}] {step}/{self._steps} {speed:.1f} steps/s, {_time(left)} left, {text}"
        print(
            f"\r{line}\x1b[K" if self._tty else line,
            end="" if self._tty else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """Leave the line standing on a terminal."""
        if self._tty:
            print(file=sys.stderr)


def _time(seconds: float) -> str:
    if seconds == float("inf"):
        return "?"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
