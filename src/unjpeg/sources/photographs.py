"""The photographs that the scikit-image wheel carries: real test images without a network.

Read from the installed package by path, so neither its code nor its downloader runs.
"""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from unjpeg.atomic import write_bytes
from unjpeg.config.entries import Dataset
from unjpeg.errors import UserError
from unjpeg.provenance import sha256_of
from unjpeg.sources.gathered import Gathered

# No drawings, no charts, no microscopy, no medical pictures, no repeated views.
COLOUR = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
GRAY = ("brick.png", "camera.png", "coins.png", "grass.png", "gravel.png", "moon.png")


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    """The photographs of the data set's colour, copied as they are."""
    names, source = COLOUR if dataset.colour == "rgb" else GRAY, _folder()
    root = folder / "images"
    for name in names:
        if not (source / name).is_file():
            raise UserError(f"scikit-image {version('scikit-image')} does not carry {name}")
        target = root / name
        if not target.is_file() or sha256_of(target) != sha256_of(source / name):
            write_bytes(target, (source / name).read_bytes())
    return Gathered(root, dict.fromkeys(names, dataset.split), {"scikit-image": version("scikit-image")})


def _folder() -> Path:
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise UserError("the photographs come from scikit-image, which is not installed")
    return Path(spec.origin).parent / "data"
