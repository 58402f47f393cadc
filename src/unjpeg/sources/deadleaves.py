"""Dead leaves: photographs' statistics from overlapping shapes, without a single photograph.

Shapes fall at random places with radii of density r ** -3 and hide what lies below, which gives sharp
edges at all scales, flat areas and a spectrum near 1 / f ** 2 (Lee, Mumford, Huang 2001, "Occlusion
models for natural images"). Restoration networks trained on such images come close to those trained on
photographs (Achddou et al. 2021). An image is a function of the parameters, the seed and its index.
"""

from pathlib import Path

import numpy as np

from unjpeg.atomic import write_bytes
from unjpeg.config.entries import Dataset
from unjpeg.config.leaves import DeadLeaves
from unjpeg.images import png
from unjpeg.sources.gathered import Gathered
from unjpeg.sources.leafpaint import FIELDS, Palette, noise, textures

BATCH = 1024
BATCHES = 16  # at most; what is bare then belongs to the background
BARE = 0.002  # share of the canvas at which drawing stops


def draw(leaves: DeadLeaves, index: int) -> np.ndarray:
    """uint8 (size, size, 3): image number `index`."""
    rng = np.random.default_rng([leaves.seed, index])
    side = leaves.size * leaves.oversample
    canvas = _Canvas(rng, leaves, side)
    for _ in range(BATCHES):
        if not canvas.fall(rng):
            break
    image = canvas.finish(rng)
    k = leaves.oversample
    image = image.reshape(leaves.size, k, leaves.size, k, 3).mean(axis=(1, 3))
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    """Draw all images as PNG; files that are there are replaced only where they differ."""
    leaves, root, files = dataset.deadleaves, folder / "images", {}
    for index in range(leaves.images):
        path, data = root / f"leaves{index:05d}.png", png(draw(leaves, index))
        if not path.is_file() or path.read_bytes() != data:
            write_bytes(path, data)
        files[path.name] = "train" if index < leaves.images - leaves.val else "val"
    return Gathered(root, files, {"numpy": np.__version__})


class _Canvas:
    """Leaves drawn from the nearest to the farthest, each only where nothing is yet."""

    def __init__(self, rng: np.random.Generator, leaves: DeadLeaves, side: int):
        self.leaves, self.side = leaves, side
        self.palette, self.fields = Palette(rng), textures(rng, side)
        self.image = np.zeros((side, side, 3), np.float32)
        self.bare = np.ones((side, side), bool)
        self.left = side * side
        smallest = min(leaves.radius_min * 2 ** rng.uniform(0, 4), leaves.radius_max / 2)
        grid = np.geomspace(smallest, leaves.radius_max, 512) * leaves.oversample
        # a leaf hits the canvas as often as (side + 2 r) ** 2; the log-spaced grid brings one more r
        weight = grid ** (1 - leaves.exponent) * (side + 2 * grid) ** 2
        self.radii, self.share = grid, np.cumsum(weight) / weight.sum()
        self.cut = rng.uniform(0.3, 0.7) if rng.random() < leaves.blurred else 0.0
        self.near = None
        self.blur = rng.uniform(2, 6) * leaves.oversample
        self.axis = np.arange(side, dtype=np.float32)

    def fall(self, rng: np.random.Generator) -> bool:
        """One batch of leaves; whether there is room for more."""
        radius = np.interp(rng.random(BATCH), self.share, self.radii)
        centre = rng.random((BATCH, 2)) * (self.side + 2 * radius[:, None]) - radius[:, None]
        angle, flat = rng.uniform(0, np.pi, BATCH), rng.uniform(0.35, 1, BATCH)
        corners = np.where(rng.random(BATCH) < self.leaves.polygons, rng.integers(3, 7, BATCH), 0)
        colour = self.palette.draw(rng, BATCH)
        contrast = self.leaves.texture_contrast * np.exp(rng.normal(-0.3, 0.7, BATCH))
        contrast[rng.random(BATCH) >= self.leaves.textured] = 0
        tint = (1 + 0.25 * rng.standard_normal((BATCH, 3))).astype(np.float32) * contrast[:, None].astype(
            "f4"
        )
        shade = (self.leaves.shading * rng.standard_normal(BATCH)).astype(np.float32)
        field, jitter = rng.integers(0, FIELDS, BATCH), rng.random((BATCH, 6))
        for i in range(BATCH):
            box = self._box(centre[i], radius[i])
            if not self.bare[box].any():
                continue
            u, v = self._turned(box, centre[i], angle[i], radius[i])
            inside = (
                _polygon(u, v, flat[i], corners[i], jitter[i])
                if corners[i]
                else u * u + (v / flat[i]) ** 2 <= 1
            )
            inside &= self.bare[box]
            paint = colour[i] + (shade[i] * u[inside])[:, None]
            if contrast[i]:
                paint += self.fields[field[i]][box][inside][:, None] * tint[i]
            self.image[box][inside] = paint
            self.bare[box][inside] = False
            self.left -= len(paint)
            if self.cut and self.near is None and self.left < self.cut * self.side**2:
                self.near = ~self.bare
        return self.left > BARE * self.side**2

    def finish(self, rng: np.random.Generator) -> np.ndarray:
        """float (side, side, 3): background filled, far leaves blurred, light across the scene."""
        ground = self.palette.draw(rng, 1)[0]
        self.image[self.bare] = ground + 0.05 * self.fields[0][self.bare][:, None]
        if self.near is not None:
            far = _blurred(np.dstack([self.image * ~self.near[..., None], ~self.near]), self.blur)
            self.image = np.where(
                self.near[..., None], self.image, far[..., :3] / np.maximum(far[..., 3:], 1e-3)
            )
        fy, fx = np.fft.fftfreq(self.side)[:, None], np.fft.rfftfreq(self.side)[None]
        light = noise(rng, fy, fx, 3.0, 1.0, 0.0)
        image = self.image * (1 + rng.uniform(0, 0.15) * light)[..., None]
        return _blurred(image, rng.uniform(0.1, 0.5) * self.leaves.oversample)  # what a lens does

    def _box(self, centre: np.ndarray, radius: float) -> tuple[slice, slice]:
        low = np.maximum(centre - radius, 0).astype(int)
        high = np.minimum(centre + radius + 1, self.side).astype(int)
        return slice(low[0], high[0]), slice(low[1], high[1])

    def _turned(self, box, centre, angle: float, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates of the box in the leaf's own frame, in units of its radius."""
        y = ((self.axis[box[0]] - np.float32(centre[0])) / np.float32(radius))[:, None]
        x = ((self.axis[box[1]] - np.float32(centre[1])) / np.float32(radius))[None]
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return c * x + s * y, c * y - s * x


def _polygon(u, v, flat: float, corners: int, jitter: np.ndarray) -> np.ndarray:
    """Convex polygon inside the unit circle; four corners give a rectangle."""
    if corners == 4:
        return (np.abs(u) <= np.sqrt(1 - 0.5 * flat**2)) & (np.abs(v) <= flat * np.sqrt(0.5))
    inside = u * u + v * v <= 1
    for k in range(corners):
        turn = 2 * np.pi * (k + 0.6 * jitter[k]) / corners
        inside &= np.float32(np.cos(turn)) * u + np.float32(np.sin(turn)) * v <= 0.35 + 0.4 * jitter[k - 1]
    return inside


def _blurred(planes: np.ndarray, deviation: float) -> np.ndarray:
    """Gaussian blur of (H, W, C) by the Fourier transform; the borders wrap."""
    side = planes.shape[0]
    fy, fx = np.fft.fftfreq(side)[:, None, None], np.fft.rfftfreq(side)[None, :, None]
    kernel = np.exp(-2 * (np.pi * deviation) ** 2 * (fy**2 + fx**2))
    return np.fft.irfft2(np.fft.rfft2(planes, axes=(0, 1)) * kernel, s=(side, side), axes=(0, 1))
