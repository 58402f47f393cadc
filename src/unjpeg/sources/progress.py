"""One line on stderr that says how far a download is; where stderr is a file, one line in ten seconds."""

import sys
import time


class Progress:
    def __init__(self, name: str, total: int | None):
        self.name, self.total, self.live = name, total, sys.stderr.isatty()
        self.next = time.monotonic() + (0.5 if self.live else 10)

    def show(self, done: int) -> None:
        """`done`: bytes so far."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + (0.5 if self.live else 10)
        share = f" of {self.total / 1e6:.1f} MB, {100 * done / self.total:.0f} %" if self.total else " MB"
        print(f"{self.name}: {done / 1e6:.1f}{share}", end="\r" if self.live else "\n", file=sys.stderr)
        sys.stderr.flush()

    def close(self, done: int) -> None:
        print(f"{self.name}: {done / 1e6:.1f} MB fetched" + " " * 20 * self.live, file=sys.stderr, flush=True)
