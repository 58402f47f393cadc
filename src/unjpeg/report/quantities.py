"""How a metric is printed and compared: the metric's own card, and a number of decimals."""

from dataclasses import dataclass
from functools import cache
from math import isnan

from unjpeg import metrics
from unjpeg.metrics.card import Card

# Columns stand in this order. Where the scale is in dB or open-ended, more than 2 decimals is noise.
DECIMALS = {
    "psnr": 2,
    "ssim": 4,
    "psnr_b": 2,
    "ms_ssim": 4,
    "lpips": 4,
    "lpips_squeeze": 4,
    "niqe": 2,
    "brisque": 2,
}
# The literature's cell; all others stand in a table of their own.
FIDELITY = ("psnr", "ssim", "psnr_b")


@dataclass(frozen=True)
class Quantity:
    """`higher` is True where more is better, False where less is, None where that is not known."""

    label: str
    decimals: int
    unit: str = ""
    higher: bool | None = None
    card: Card | None = None

    @property
    def title(self) -> str:
        """Head of a column: `PSNR in dB ↑`; the arrow points to better."""
        arrow = {True: " ↑", False: " ↓", None: ""}[self.higher]
        return f"{self.label}{f' in {self.unit}' if self.unit else ''}{arrow}"

    def text(self, value: float) -> str:
        """The value as printed; infinity as `inf`, an undefined value as a dash."""
        return "–" if isnan(value) else f"{value:.{self.decimals}f}"

    def signed(self, value: float) -> str:
        """A difference as printed, always with its sign; empty where undefined. Zero is `+0.00`."""
        return "" if isnan(value) else f"{round(value, self.decimals) + 0.0:+.{self.decimals}f}"

    def better(self, value: float, other: float) -> bool:
        """Whether `value` is strictly better than `other`; False where either is undefined."""
        return self.higher is not None and (value > other if self.higher else value < other)


@cache
def quantity(metric: str) -> Quantity:
    """As the metric's card says; a name without a card keeps its name and is never called best."""
    decimals = DECIMALS.get(metric, 4)
    if metric not in metrics.names():
        return Quantity(metric, decimals)
    card = metrics.load(metric).CARD
    return Quantity(card.title, decimals, card.unit, card.better == "higher", card)


def metric_rank(metric: str) -> tuple[int, str]:
    """Sort key: the order of `DECIMALS`, then the others by name."""
    known = list(DECIMALS)
    return (known.index(metric) if metric in known else len(known), metric)
