"""JPEG by Pillow alone (libjpeg-turbo, exact integer DCT): degrading, decoding, reading the truth.

Other encoders give other pixels from the same quality, so nothing else in the package encodes.
"""

import io

import numpy as np
from PIL import Image, features

from unjpeg.degradation import Compress, Degradation
from unjpeg.errors import UserError
from unjpeg.images import check_uint8, luma_uint8, png, read_uint8

_SUBSAMPLING = {"444": 0, "422": 1, "420": 2}


def codec() -> dict[str, str]:
    """Name and versions of the encoder, for records: pixels depend on them."""
    import PIL

    turbo = features.version_feature("libjpeg_turbo")
    version = f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version_codec('jpg')}"
    return {"encoder": "Pillow", "pillow": PIL.__version__, "libjpeg": version}


def encode(pixels: np.ndarray, step: Compress) -> bytes:
    """JPEG bytes of uint8 (H, W, 3 or 1): baseline, standard tables, no optimisation."""
    check_uint8(pixels)
    out = io.BytesIO()
    if pixels.shape[2] == 1:
        Image.fromarray(pixels[..., 0]).save(out, "jpeg", quality=step.quality)
    else:
        Image.fromarray(pixels).save(
            out, "jpeg", quality=step.quality, subsampling=_SUBSAMPLING[step.sampling]
        )
    return out.getvalue()


def degrade(pixels: np.ndarray, degradation: Degradation) -> bytes:
    """Bytes of the degraded image: JPEG, or PNG where nothing is compressed.

    pixels: uint8 (H, W, 3 or 1), clean. A gray image stays gray under a colour degradation.
    """
    down, right = degradation.shift
    if pixels.shape[0] <= down or pixels.shape[1] <= right:
        size = f"{pixels.shape[1]}x{pixels.shape[0]}"
        raise UserError(f"an image of {size} pixels has nothing left after the shift in {str(degradation)!r}")
    pixels = luma_uint8(pixels) if degradation.gray else pixels
    data = None
    for step in degradation.steps:
        pixels = pixels if data is None else read_uint8(data)
        if isinstance(step, Compress):
            data = encode(pixels, step)
        else:
            pixels, data = np.ascontiguousarray(pixels[step.down :, step.right :]), None
    return png(pixels) if data is None else data


def reference(pixels: np.ndarray, degradation: Degradation) -> np.ndarray:
    """The clean image that the degraded one is compared with: cut by the shift, luma for gray."""
    down, right = degradation.shift
    pixels = pixels[down:, right:]
    return luma_uint8(pixels) if degradation.gray else pixels


def tables(data: bytes) -> dict[int, list[int]]:
    """Quantisation tables of JPEG bytes: 64 integers each, row by row. Empty for other formats."""
    with Image.open(io.BytesIO(data)) as image:
        return {k: list(v) for k, v in getattr(image, "quantization", {}).items()}
