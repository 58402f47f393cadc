"""What the leaves are covered with: textures and colours. numpy only, every draw from the given generator.

Textures are Gaussian fields with power-law spectra (isotropic or drawn out along a direction) and wavy
stripes: the families of Achddou, Gousseau, Ladjal (2021, "Synthetic images as a regularity prior for
image restoration neural networks") and Baradad et al. (2021, "Learning to see by looking at noise").
"""

import numpy as np

FIELDS = 6
# Columns: gray, blue against yellow, red against green, the main axes of the colours of photographs.
_AXES = np.array([[1.0, 0.55, 0.50], [1.0, 0.10, -0.45], [1.0, -0.85, 0.10]], dtype=np.float32)


def textures(rng: np.random.Generator, side: int) -> np.ndarray:
    """float32 (FIELDS, side, side): mean 0, standard deviation 1, clipped at 3."""
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    fields = np.empty((FIELDS, side, side), np.float32)
    for k in range(FIELDS):
        if k < FIELDS - 2:
            stretch = rng.choice([1.0, rng.uniform(2, 8)])
            fields[k] = noise(rng, fy, fx, rng.uniform(0.2, 1.5), stretch, rng.uniform(0, np.pi))
        else:
            fields[k] = _stripes(rng, side, noise(rng, fy, fx, 2.0, 1.0, 0.0))
    return np.clip(fields, -3, 3)


def noise(rng: np.random.Generator, fy, fx, slope: float, stretch: float, angle: float) -> np.ndarray:
    """float (side, side), mean 0, deviation 1: amplitude f ** -slope, drawn out along `angle`."""
    side = fy.shape[0]
    along, across = np.cos(angle) * fx + np.sin(angle) * fy, np.cos(angle) * fy - np.sin(angle) * fx
    radius = np.sqrt((along * stretch) ** 2 + across**2)
    radius[0, 0] = np.inf
    white = rng.standard_normal((2, side, side // 2 + 1), dtype=np.float32)
    field = np.fft.irfft2((white[0] + 1j * white[1]) * radius**-slope, s=(side, side))
    return field / field.std()


def _stripes(rng: np.random.Generator, side: int, warp: np.ndarray) -> np.ndarray:
    """Stripes with a period of 3 to 40 samples, from sinusoidal to nearly square, bent by `warp`."""
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(3), np.log(40)))
    place = np.arange(side)
    phase = (np.cos(angle) * place[None] + np.sin(angle) * place[:, None]) / period
    wave = np.sin(2 * np.pi * (phase + rng.uniform(0, 1.5) * warp))
    wave = np.tanh(rng.uniform(0.3, 3) * wave)
    return wave / wave.std()


class Palette:
    """Colours of one image: gray values spread widely, chroma narrowly with rare strong colours."""

    def __init__(self, rng: np.random.Generator):
        self.mean = np.array([rng.uniform(0.3, 0.6), *rng.normal([0.04, 0], [0.07, 0.03])])
        self.spread = np.array([rng.uniform(0.08, 0.26), *np.exp(rng.normal(np.log([0.07, 0.035]), 0.5))])

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """float32 (count, 3) RGB, mostly in [0, 1]."""
        chroma = rng.laplace(size=(count, 2)) / np.sqrt(2)
        plane = np.concatenate([rng.uniform(-1.7, 1.7, (count, 1)), chroma], axis=1)
        return ((self.mean + plane * self.spread) @ _AXES.T).astype(np.float32)
