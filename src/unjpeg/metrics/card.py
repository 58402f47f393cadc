"""What a metric's number means, kept beside the code that computes it."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from unjpeg.errors import UserError
from unjpeg.images import check_uint8
from unjpeg.metrics.protocol import Protocol


@dataclass(frozen=True)
class Card:
    """Everything that a table's head and foot say of a metric.

    range: smallest and largest value. reference: whether the clean image is needed. color: what is
    done with one channel and with RGB. distribution: the package that computes, whose version stands
    in the foot. files: parameter files, as paths inside the folder of `unjpeg parameters`. min_side:
    smallest height and width in pixels for which the value is defined. source: the definition.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    range: tuple[float, float]
    unit: str
    reference: bool
    color: str
    distribution: str
    source: str
    min_side: int
    files: tuple[str, ...] = ()

    @property
    def implementation(self) -> str:
        """Package and version that computes the number, for the foot of a table: `pyiqa 0.1.16`."""
        try:
            return f"{self.distribution} {version(self.distribution)}"
        except PackageNotFoundError:
            return f"{self.distribution} (not installed)"

    @property
    def bounds(self) -> str:
        """The range in words: `0 to inf`."""
        return f"{self.range[0]:g} to {self.range[1]:g}"

    def check(self, image: np.ndarray, reference: np.ndarray | None, protocol: Protocol) -> None:
        """Refuse what has no defined value.

        `ValueError` for anything but uint8 (H, W, 1 or 3); `UserError` for shapes that differ, a
        missing reference, RGB under a gray protocol, and a side below `min_side`. Too small is an
        error, not nan: a size is known before the work, and a mean over fewer images than the other
        columns would look like any other mean.
        """
        check_uint8(image)
        height, width, channels = image.shape
        if reference is not None:
            check_uint8(reference)
            if reference.shape != image.shape:
                raise UserError(
                    f"{self.name}: image {_size(image)}, reference {_size(reference)}: must be equal"
                )
        elif self.reference:
            raise UserError(f"{self.name}: needs the reference image")
        if protocol.luma and channels != 1:
            raise UserError(f"{self.name}: protocol {protocol.name!r} wants one channel of luma, got RGB")
        if min(height, width) < self.min_side:
            raise UserError(
                f"{self.name}: image {_size(image)} is too small, not defined below {self.min_side} pixels"
                " a side; leave out the image or the metric"
            )


def _size(image: np.ndarray) -> str:
    height, width, channels = image.shape
    return f"{width}x{height} {'gray' if channels == 1 else 'RGB'}"
