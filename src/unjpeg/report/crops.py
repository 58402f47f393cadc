"""What stands in a picture of crops: images, windows, labels."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from unjpeg.degradation import Degradation, parse
from unjpeg.errors import UserError
from unjpeg.jpeg import reference
from unjpeg.manifest import Manifest
from unjpeg.report.order import INPUT, model_label, model_rank
from unjpeg.report.quantities import quantity
from unjpeg.report.regions import spread, worst_region
from unjpeg.report.sheet import Crop, Row
from unjpeg.store.encoded import Encoded


def crop_rows(
    manifest: Manifest, files: Mapping[str, Encoded], scores: pd.DataFrame, count: int, size: int
) -> list[Row]:
    """A row for each of `count` images: clean, input, models by name.

    files: the degraded set under `INPUT`, and each model's. scores: rows of the same set and
    degradation; the PSNR shown is that of the whole image, as in the tables. Errors: `UserError`
    where an image or its PSNR is missing.
    """
    degraded = files[INPUT]
    degradation = parse(str(degraded.attrs["degradation"]))
    psnr, protocol = _psnr(scores, manifest.dataset, str(degradation))
    inputs = {name: _of(psnr, INPUT, name) for name in degraded.names}
    names = spread(inputs, count)
    return [_row(manifest, name, degradation, files, psnr, protocol, size) for name in names]


def _row(
    manifest: Manifest,
    name: str,
    degradation: Degradation,
    files: Mapping[str, Encoded],
    psnr: dict[tuple[str, str], float],
    protocol: str,
    size: int,
) -> Row:
    clean = reference(manifest.read(manifest.image(name)), degradation)
    images = {model: read(files[model], name, clean) for model in sorted(files, key=model_rank)}
    values = {model: _of(psnr, model, name) for model in images}
    corner = worst_region(clean, images[INPUT], size)
    return row(name, protocol, clean, images, values, corner, size)


def row(
    title: str,
    protocol: str,
    clean: np.ndarray,
    images: dict[str, np.ndarray],
    psnr: Mapping[str, float],
    corner: tuple[int, int],
    size: int,
) -> Row:
    """Clean, input and models in the order given, cut at `corner`: first row and column of the window.

    psnr: of the whole images in dB, `INPUT`'s among them.
    """
    top, left = corner
    window = slice(top, top + size), slice(left, left + size)
    crops = [Crop(clean[window], "clean", "")]
    for model, pixels in images.items():
        gain = f" ({quantity('psnr').signed(psnr[model] - psnr[INPUT])})" if model != INPUT else ""
        note = f"{quantity('psnr').text(psnr[model])} dB{gain}"
        crops.append(Crop(pixels[window], model_label(model), note))
    return Row(title, f"from row {top}, column {left}; PSNR of the whole image, {protocol}", crops)


def read(file: Encoded, name: str, clean: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C) of one image. Errors: `UserError` where it is missing or not of its size."""
    if name not in file.names:
        raise UserError(f"{file.path}: no image {name!r}")
    pixels = file.read(name)
    if pixels.shape[:2] != clean.shape[:2]:
        sizes = [f"{w}x{h}" for h, w in (pixels.shape[:2], clean.shape[:2])]
        raise UserError(f"{file.path}: image {name!r} is {sizes[0]}, the clean one {sizes[1]}")
    return pixels


def _psnr(scores: pd.DataFrame, name: str, degradation: str) -> tuple[dict[tuple[str, str], float], str]:
    """PSNR by model and image, and its protocol: the first by name where there are several."""
    where = (scores["set"] == name) & (scores["degradation"] == degradation) & (scores["metric"] == "psnr")
    rows = scores[where]
    if rows.empty:
        raise UserError(f"scores: no psnr of {name} {degradation}; want it for the labels")
    protocol = min(rows["protocol"])
    rows = rows[rows["protocol"] == protocol]
    return dict(zip(zip(rows["model"], rows["image"], strict=True), rows["value"], strict=True)), protocol


def _of(psnr: dict[tuple[str, str], float], model: str, name: str) -> float:
    if (model, name) not in psnr:
        raise UserError(f"scores: no psnr of model {model!r} on image {name!r}; want it for the labels")
    return psnr[model, name]
