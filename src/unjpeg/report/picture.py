"""Pictures inside a page: the file's bytes as an address, and what they show in words."""

import base64
from dataclasses import dataclass, replace
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.report.sheet import read_layout

TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Picture:
    """`about` are the names that a filter finds it by: set and models; `layout` that of a sheet of crops."""

    uri: str
    alt: str
    caption: str
    about: str
    layout: tuple[dict, ...] = ()


def picture(path: Path, alt: str, caption: str, about: list[str]) -> Picture:
    """The picture in a file, SVG or PNG by its suffix."""
    if path.suffix not in TYPES:
        raise UserError(f"{path}: not a picture for the page; allowed: {', '.join(TYPES)}")
    try:
        data = base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    return Picture(f"data:{TYPES[path.suffix]};base64,{data}", alt, caption, " ".join(about))


def curve(path: Path, models: list[str]) -> Picture:
    """A figure `{psnr, gain or rate}/{set}.svg` of `unjpeg plots`."""
    what = {
        "psnr": "PSNR in dB against JPEG quality",
        "gain": "PSNR gain over the JPEG input in dB against JPEG quality",
        "rate": "PSNR in dB against bits per pixel of the JPEG file",
    }.get(path.parent.name, path.parent.name)
    alt = (
        f"{what} on {path.stem}, a line for each of {', '.join(models)}; the numbers are in the tables above."
    )
    return picture(path, alt, f"{path.stem}: {what}", [path.stem, *models])


def cost(path: Path, models: list[str]) -> Picture:
    """The figure `cost.svg` of `unjpeg plots`."""
    alt = f"PSNR gain in dB against CPU milliseconds per megapixel, a point for each of {', '.join(models)}."
    return picture(path, alt, "Cost: PSNR gain against time", models)


def training(path: Path) -> Picture:
    """A figure `training/{model}.svg` of `unjpeg plots`."""
    alt = f"Training loss, and validation gain in dB or a critic's accuracy, against steps, of {path.stem}."
    return picture(path, alt, path.stem, [path.stem])


def calibration(path: Path) -> Picture:
    """A figure `calibration/{model}.svg` of `unjpeg detections`."""
    alt = f"Share of right answers of {path.stem} against the probability that it gave, a line for each set."
    return picture(path, alt, f"{path.stem}: is it right as often as it says?", [path.stem])


def crop(path: Path, models: list[str]) -> Picture:
    """A picture `{set}/{degradation}.png` of `unjpeg crops`."""
    name, degradation = path.parent.name, path.stem
    alt = (
        f"Crops of images of {name}, one image a row: clean, JPEG at {degradation}, and the results of "
        f"{', '.join(models)}, with the PSNR of each."
    )
    return _sheet(path, alt, f"{name}, {degradation}", [name, *models])


def case(path: Path) -> Picture:
    """A picture `{model}.png` of `unjpeg cases`."""
    alt = f"Crops of the images of lowest and highest gain of {path.stem}, one a row: clean, JPEG, model."
    return _sheet(path, alt, path.stem, [path.stem])


def _sheet(path: Path, *words: object) -> Picture:
    return replace(picture(path, *words), layout=tuple(read_layout(path)))
