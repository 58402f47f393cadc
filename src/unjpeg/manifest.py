"""The list of a data set's images: what they are, where they are, and the digest of each.

A manifest is a pure function of the images: names sorted, no times, no order of arrival. So a rewritten
equal manifest has equal bytes, and nothing that depends on it runs again.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import PrivateAttr

from unjpeg.atomic import write_text
from unjpeg.config.entries import Split
from unjpeg.config.load import Section, check
from unjpeg.errors import UserError, unknown
from unjpeg.images import read_uint8


class Image(Section):
    """One image. `file` is relative to the manifest's root; `mode` is Pillow's, such as RGB or L."""

    name: str
    file: str
    sha256: str
    width: int
    height: int
    mode: str
    split: Split | None = None
    jpeg_quality: int | None = None  # of a file that is itself a JPEG, 1..100, estimated


class Manifest(Section):
    """`root` is relative to the manifest's own folder, or absolute for a copy that the user keeps.

    `left_out` names files there that are no usable images, each with the reason; absent where there is none.
    """

    dataset: str
    title: str
    licence: str
    citation: str
    source: str
    colour: Literal["rgb", "gray"]
    root: str
    images: tuple[Image, ...]
    made: dict[str, str] = {}
    left_out: dict[str, str] = {}
    _folder: Path = PrivateAttr(default=Path())

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """The manifest in a file. Errors: `UserError` where there is none, or it is damaged."""
        path = Path(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{path}: no such manifest; run the rule fetch") from None
        except ValueError as error:
            raise UserError(f"{path}: not a manifest: {error}") from None
        manifest = check(cls, data, str(path))
        manifest._folder = path.parent
        return manifest

    def save(self, path: Path | str) -> None:
        """Written whole or not at all; one image a line, so that diffs read well."""
        data = self.model_dump(mode="json", exclude=None if self.left_out else {"left_out"})
        rows = ",\n".join("  " + json.dumps(image, ensure_ascii=False) for image in data.pop("images"))
        head = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
        write_text(path, f'{head[:-2]},\n "images": [\n{rows}\n ]\n}}\n')

    def of(self, *splits: str | None) -> tuple[Image, ...]:
        """The images of these splits, in the order of their names; all where none is given."""
        return tuple(image for image in self.images if not splits or image.split in splits)

    def image(self, name: str) -> Image:
        for image in self.images:
            if image.name == name:
                return image
        raise unknown("image", name, [image.name for image in self.images], self.dataset)

    def path(self, image: Image) -> Path:
        return self._folder / self.root / image.file

    def bytes(self, image: Image) -> bytes:
        """The file as it is, its digest checked. Errors: `UserError` where it is missing or differs."""
        path = self.path(image)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; {self._again()}") from None
        if (found := hashlib.sha256(data).hexdigest()) != image.sha256:
            raise UserError(
                f"{path}: sha256 {found[:16]}... differs from the manifest's {image.sha256[:16]}...;"
                f" {self._again()}"
            )
        return data

    def _again(self) -> str:
        """What a user types to have the images looked at, and fetched, again."""
        return f"to fetch it again: snakemake --cores 1 --forcerun {self._folder / 'manifest.json'}"

    def read(self, image: Image) -> np.ndarray:
        """uint8 (H, W, 3), or (H, W, 1) where the file is gray, also in a colour set."""
        return read_uint8(self.bytes(image), str(self.path(image)))
