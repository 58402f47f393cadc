"""What the benchmarks share: ours and a peer in turns, and the table of their ratios."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Seconds of the same work by us and by a peer, or by a limit that nobody can beat, in each repeat.

    work: how much of `unit` that is. mark: the ratio (times as fast as the peer) to reach; None: none set.
    why: told where no repeat reached it: what the floor is. note: told in any case.
    """

    area: str
    what: str
    peer: str
    ours: list[float]
    theirs: list[float]
    work: float
    unit: str
    mark: float | None = None
    why: str = ""
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        return sorted(their / our for our, their in zip(self.ours, self.theirs))


def in_turns(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    repeats: int,
    clock=time.perf_counter,
    warm: bool = False,
    rounds: int = 1,
) -> tuple[list[float], list[float]]:
    """Seconds of each, one after the other, after one turn of each that is not counted.

    warm: each runs twice in its turn, the second counts: at first the other's threads still spin.
    rounds: so many turns are summed up in a repeat; what disturbs the machine then meets both.
    """
    found = ([], [])
    for repeat in range(repeats + 1):
        sums = [0.0, 0.0]
        for _ in range(rounds if repeat else 1):
            for place, work in enumerate((ours, theirs)):
                if warm and repeat:
                    work()
                start = clock()
                work()
                sums[place] += clock() - start
        if repeat:
            for seconds, total in zip(found, sums):
                seconds.append(total)
    return found


def table(rows: Iterable[Row]) -> str:
    """Markdown. Rates are medians; ratios are taken within each repeat."""
    lines = [
        "| what | ours | peer | peer's | times as fast | spread | mark | |",
        "|---|---:|---|---:|---:|---:|---:|---|",
    ]
    rows = list(rows)
    areas = list(dict.fromkeys(row.area for row in rows))
    area = None
    for row in sorted(rows, key=lambda row: areas.index(row.area)):
        if row.area != area:
            area = row.area
            lines.append(f"| **{area}** | | | | | | | |")
        ratio = statistics.median(row.ratios)
        mark = "" if row.mark is None else f"{row.mark:.3g}"
        met = why = ""
        if row.mark is not None:
            met = "met" if round(ratio, 2) >= row.mark else "not met"
        if met == "not met":
            why = "the mark lies within the spread" if row.ratios[-1] >= row.mark else row.why
        spread = f"{row.ratios[0]:.2f} to {row.ratios[-1]:.2f}"
        words = "; ".join(filter(None, (met, why, row.note)))
        ours, theirs = (_rate(row.work / statistics.median(s), row.unit) for s in (row.ours, row.theirs))
        cells = (row.what, ours, row.peer, theirs, f"{ratio:.2f}", spread, mark, words)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rate(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}/s" if value >= 0.1 else f"{1 / value:.3g} s/{unit}"
