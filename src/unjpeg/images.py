"""Pixels: reading, luma, and the two conversions between the edge and the inside.

At the edge an image is uint8 (H, W, C), C = 3 (RGB) or 1 (luma). Inside it is float32 in [0, 1],
(C, H, W). The conversions say which they are and refuse anything else.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image, UnidentifiedImageError

from unjpeg.errors import UserError

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")
# What is opened, whatever a file's name; not EPS, which is a program.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "JPEG2000", "AVIF")
SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
# MATLAB's rgb2ycbcr (BT.601, limited range 16..235) on samples 0..255: Y = 16 + LUMA . RGB / 255
LUMA = np.array([65.481, 128.553, 24.966])
_YCBCR = np.stack([LUMA, [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]) / 255
_OFFSET = np.array([16.0, 128.0, 128.0])
_changing, _stood = threading.Lock(), {}


@contextmanager
def lifted(module: ModuleType, name: str, limit: int | None) -> Iterator[None]:
    """One of Pillow's limits is another, in all threads: whoever lifts it looks at the size himself."""
    stood = _stood.setdefault((module, name), [])
    with _changing:
        stood.append(getattr(module, name))
        setattr(module, name, limit)
    try:
        yield
    finally:
        with _changing:
            setattr(module, name, stood.pop())  # the last one to leave finds the one that stood


def unlimited() -> AbstractContextManager[None]:
    """Pillow opens and decodes images of any size."""
    return lifted(Image, "MAX_IMAGE_PIXELS", None)


def read_uint8(source: Path | bytes, name: str = "") -> np.ndarray:
    """uint8 (H, W, 3) RGB, or (H, W, 1) for a gray file. Errors: `UserError` with the file's name.

    Alpha is dropped, palette and CMYK become RGB; samples of more than 8 bits are refused, since
    rounding them would be a decision about the data. Orientation tags are not applied.
    """
    name = name or str(source if isinstance(source, Path) else "image")
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(file, formats=FORMATS) as image:
            if image.mode not in MODES:
                raise UserError(f"{name}: pixel format {image.mode!r}; allowed: {', '.join(MODES)}")
            if any(";16" in str(part) for part in image.tile):
                raise UserError(f"{name}: 16 bits a sample; allowed: 8")
            gray = image.mode in ("1", "L", "LA")
            pixels = np.asarray(image.convert("L" if gray else "RGB"))
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"{name}: no such file") from None
    except UnidentifiedImageError:
        raise UserError(f"{name}: not an image that can be read (no known format)") from None
    except Image.DecompressionBombError as error:
        raise UserError(f"{name}: {error}") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"{name}: not an image that can be read ({error})") from None
    return pixels[..., None] if gray else pixels


def png(pixels: np.ndarray) -> bytes:
    """Lossless PNG bytes of uint8 (H, W, 3 or 1)."""
    check_uint8(pixels)
    out = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(out, "png", compress_level=1)
    return out.getvalue()


def check_uint8(pixels: np.ndarray) -> None:
    """Refuse all but uint8 (H, W, 1 or 3)."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (1, 3):
        raise ValueError(f"want uint8 (H, W, 1 or 3), got {pixels.dtype} {pixels.shape}")


def to_float32(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C) -> float32 (C, H, W) in [0, 1]."""
    check_uint8(pixels)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)


def to_uint8(planes: np.ndarray) -> np.ndarray:
    """float (C, H, W) in [0, 1] -> uint8 (H, W, C): clipped, then rounded half to even."""
    if planes.dtype.kind != "f" or planes.ndim != 3 or planes.shape[0] not in (1, 3):
        raise ValueError(f"want float (1 or 3, H, W), got {planes.dtype} {planes.shape}")
    return np.rint(np.clip(planes, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)


def luma_uint8(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 1): MATLAB's limited-range luma, 16..235, rounded; a gray image as it is."""
    return pixels if pixels.shape[2] == 1 else np.floor(luma(pixels) + 0.5).astype(np.uint8)


def luma_full(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W): JPEG's own luma, BT.601 in the full range 0..255; one channel as it is."""
    check_uint8(pixels)
    return pixels[..., 0] if pixels.shape[2] == 1 else np.asarray(Image.fromarray(pixels).convert("L"))


def luma(pixels: np.ndarray) -> np.ndarray:
    """float64 (H, W, 1): MATLAB's limited-range luma, 16..235, not rounded."""
    check_uint8(pixels)
    if pixels.shape[2] == 1:
        return pixels.astype(np.float64)
    return (16 + pixels.astype(np.float64) @ (LUMA / 255))[..., None]


def rgb_to_ycbcr(planes: np.ndarray) -> np.ndarray:
    """float (3, H, W) RGB in [0, 1] -> float64 YCbCr in [0, 1]: MATLAB's limited range, not rounded."""
    return (np.tensordot(_YCBCR, planes * 255.0, 1) + _OFFSET[:, None, None]) / 255


def ycbcr_to_rgb(planes: np.ndarray) -> np.ndarray:
    """Inverse of `rgb_to_ycbcr`; values outside [0, 1] are kept."""
    return np.tensordot(np.linalg.inv(_YCBCR), planes * 255.0 - _OFFSET[:, None, None], 1) / 255
