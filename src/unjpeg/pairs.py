"""Training pairs: the clean image is scaled and turned, then compressed, then both are cut.

Nothing geometric happens after compression, so the block grid stays what a codec made. Each copy of
an image has draws of its own, a function of (seed, copy, image name) alone: adding an image or a
copy changes no other's patches.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from unjpeg.degradation import Degradation, parse
from unjpeg.images import check_uint8, luma_full, read_uint8
from unjpeg.jpeg import degrade, reference


@dataclass(frozen=True)
class Draw:
    """What happens to one copy of an image of (height, width) before it is cut."""

    scale: float
    turn: int  # 0..7: quarter turns, from 4 on with a flip
    degradation: Degradation
    index: int  # of the degradation in the config's list
    gray: bool  # JPEG's luma in three equal channels
    height: int
    width: int
    generator: np.random.Generator

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the degraded image."""
        sides = scaled((self.height, self.width), self.scale)
        down, right = self.degradation.shift
        height, width = sides[::-1] if self.turn % 2 else sides
        return height - down, width - right


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """(height, width) after reduction by `scale`, at least 1 each."""
    return tuple(max(1, round(side * scale)) for side in size)


def draw(name: str, size: tuple[int, int], copy: int, seed: int, data: dict) -> Draw:
    """The draws of one copy; `data` is an entry of `data` of the study, as a mapping."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    generator = np.random.default_rng([seed, copy, key])
    scale = data["scales"][generator.integers(len(data["scales"]))]
    turn = int(generator.integers(8)) if data["turns"] else 0
    index = int(generator.integers(len(data["degradations"])))
    gray = bool(data["grays"]) and bool(generator.random() < data["grays"])
    return Draw(scale, turn, parse(data["degradations"][index]), index, gray, *size, generator)


def places(drawn: Draw, data: dict) -> np.ndarray:
    """(N, 2) top left corners of the patches, rows and columns, in the degraded image."""
    room = [side - data["patch"] for side in drawn.size]
    if min(room) < 0:
        return np.zeros((0, 2), np.int64)
    if data["stride"]:
        rows, columns = (np.arange(0, r + 1, data["stride"]) for r in room)
        return np.stack(np.meshgrid(rows, columns, indexing="ij"), -1).reshape(-1, 2)
    grid = 8 if data["phase"] == "aligned" else 1
    corners = [drawn.generator.integers(r // grid + 1, size=data["per_image"]) * grid for r in room]
    return np.stack(corners, -1)


def turned(pixels: np.ndarray, turn: int) -> np.ndarray:
    """One of the 8 symmetries of the square, applied to (H, W, C)."""
    pixels = np.rot90(pixels, turn % 4)
    return np.ascontiguousarray(pixels[:, ::-1] if turn >= 4 else pixels)


def reduced(pixels: np.ndarray, scale: float) -> np.ndarray:
    """uint8 (H, W, C) reduced by `scale` <= 1 (bicubic, antialiased, Pillow's)."""
    check_uint8(pixels)
    if scale == 1:
        return pixels
    height, width = scaled(pixels.shape[:2], scale)
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    small = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
    return small[..., None] if small.ndim == 2 else small


def in_channels(pixels: np.ndarray, data: dict) -> np.ndarray:
    """uint8 (H, W, C): a gray image among colour data in three equal channels, any other as it is."""
    return np.repeat(pixels, 3, 2) if data["channels"] == 3 and pixels.shape[2] == 1 else pixels


def cut(
    pixels: np.ndarray, drawn: Draw, corners: np.ndarray, data: dict
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(degraded, clean) patches, uint8 (P, P, C), at `corners` of one clean image."""
    pixels = in_channels(pixels, data)
    if drawn.gray:
        pixels = np.repeat(luma_full(pixels)[..., None], 3, 2)
    clean = turned(reduced(pixels, drawn.scale), drawn.turn)
    degraded = read_uint8(degrade(clean, drawn.degradation))
    clean = reference(clean, drawn.degradation)
    side = data["patch"]
    for row, column in corners:
        window = slice(row, row + side), slice(column, column + side)
        yield degraded[window], clean[window]
