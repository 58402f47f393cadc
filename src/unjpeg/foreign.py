"""Image files from outside, which nobody has checked yet: read with care, or refused with a reason.

A reason is one line, the same in every run, and does not name the file. Dimensions are known before
anything is decoded, so memory stays bounded by Pillow's limit of pixels.
"""

import io
import sys
import unicodedata
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from unjpeg.errors import UserError
from unjpeg.images import FORMATS, SUFFIXES, read_uint8

NAMED = dict(zip(SUFFIXES, ("BMP", "JPEG", "JPEG", "PNG", "PPM", "TIFF", "TIFF", "WEBP"), strict=True))
BYTES = 1 << 30  # more than the largest image that Pillow opens takes without compression


class UnusableError(UserError):
    """A file that cannot be taken as an image. `reason` says why, without its path."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{shown(path)}: {reason}")
        self.reason = reason


def shown(path: Path | str) -> str:
    """A path in one line of valid text: control characters and bytes that are no UTF-8 are escaped."""
    return "".join(c.encode("unicode_escape").decode() if _unfit(c) else c for c in str(path))


def say_others(folder: Path, names: list[str]) -> None:
    """Tell on stderr of the files of a folder that are not looked at, because of their endings."""
    if names:
        more = f"{len(names)} files" if names[1:] else "1 file"
        print(
            f"{shown(folder)}: {more} with other endings not taken, such as {shown(names[0])}",
            file=sys.stderr,
        )


def check_file(path: Path, folder: Path) -> None:
    """`UnusableError` for what is no plain file inside `folder` of a fit name and size; nothing is read."""
    if any(map(_unfit, str(path.relative_to(folder)))):
        raise UnusableError(path, "a control character, or bytes that are no UTF-8, in its name")
    try:
        if path.is_symlink():
            if not path.exists():
                raise UnusableError(path, "a link to nothing")
            if path.is_dir():
                raise UnusableError(path, "a link to a folder, which is not followed")
            if not path.resolve().is_relative_to(folder.resolve()):
                raise UnusableError(path, "a link out of the folder")
        if not path.is_file():
            raise UnusableError(path, "a folder" if path.is_dir() else "not a plain file")
        if not 0 < (size := path.stat().st_size) <= BYTES:
            raise UnusableError(path, f"{size} bytes; allowed: 1 to {BYTES}")
    except OSError as error:
        raise UnusableError(path, error.strerror) from None


def read_named(path: Path, folder: Path | None = None) -> bytes:
    """A file that the user named, wherever it leads, or one of a folder that he named, in it; of any ending.

    Errors: `UserError`.
    """
    if folder:
        check_file(path, folder)
    if path.exists() and not path.is_file():
        raise UserError(f"{shown(path)}: not a plain file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown(path)}: {error.strerror}") from None


def read_foreign(path: Path, folder: Path) -> tuple[bytes, np.ndarray]:
    """The bytes of an image file below `folder`, and its pixels as of `read_uint8`.

    Errors: `UnusableError`, also for a file whose name says another format and for one of several frames,
    of which all but the first would be lost. (The second of an MPO, a camera's JPEG, is a preview.)
    """
    check_file(path, folder)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableError(path, error.strerror) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                kind = "JPEG" if image.format == "MPO" else image.format
                frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
            if NAMED.get(path.suffix.lower(), kind) != kind:
                raise UnusableError(path, f"a {kind} file that is named {path.suffix}; rename it")
            if frames > 1:
                raise UnusableError(path, f"{frames} frames; allowed: 1")
            return data, read_uint8(data, "")
    except UnusableError:
        raise
    except UnidentifiedImageError:
        raise UnusableError(path, "not an image that can be read (no known format)") from None
    except Exception as error:  # Pillow raises many kinds for a damaged file
        reason = " ".join(str(error).split()).removeprefix("image: ")
        raise UnusableError(path, reason or type(error).__name__) from None


def _unfit(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
