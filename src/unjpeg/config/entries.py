"""The types of `datasets.yaml` and `metrics.yaml`.

Every entry names its licence, its citation and exactly one source. Digests stand beside the addresses,
so that a changed file on a mirror is an error and never a changed number.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from unjpeg.config.leaves import DeadLeaves
from unjpeg.config.load import Section
from unjpeg.errors import UserError

Split = Literal["train", "val", "test"]
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
SOURCES = ("archives", "files", "deadleaves", "photographs", "manual")


def _plain(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._+-]*", name):
        raise ValueError("want a plain file name: letters, digits, '.', '_', '+', '-'")
    return name


def _inside(folder: str) -> str:
    if folder.startswith(("/", "~")) or ".." in Path(folder).parts:
        raise ValueError("want a folder below the one that is filled, such as hub/checkpoints")
    return folder


def _mapping(patterns: object) -> object:
    return dict.fromkeys(patterns) if isinstance(patterns, (list, tuple)) else patterns


_ListOrMapping = BeforeValidator(_mapping, json_schema_input_type=dict[str, Split | None] | list[str])
FileName = Annotated[str, AfterValidator(_plain)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Url = Annotated[str, Field(pattern="^https?://")]


class Remote(Section):
    """One file on the network."""

    file: FileName = Field(description="Name under which the file is kept.")
    urls: tuple[Url, ...] = Field((), description="Addresses of the same bytes, tried in this order.")
    sha256: Sha256 | None = Field(
        None,
        description="Digest of the file; without one, that of the first download is recorded and enforced.",
    )
    sha256_prefix: Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")] | None = Field(
        None, description="First digits of the digest, where only they are known."
    )
    md5: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = Field(
        None, description="Where only this digest is known."
    )


class Archive(Remote):
    """A zip or tar archive with images."""

    members: Annotated[dict[str, Split | None], Field(min_length=1), _ListOrMapping] = Field(
        description="Patterns of the images inside, matched folder by folder (`*` does not cross a `/`): a "
        "list, or a mapping to the split of each."
    )
    split: Split | None = Field(None, description="Split of all images that no pattern gives one.")

    @model_validator(mode="after")
    def _suffix(self) -> Self:
        if not self.file.endswith(ARCHIVES):
            raise UserError(f"archive {self.file!r}: allowed endings: {', '.join(ARCHIVES)}")
        return self


class ImageFile(Remote):
    """An image that is fetched as it is."""

    split: Split | None = Field(None, description="Split of this image.")


class Dataset(Section):
    """A set of images, with exactly one of archives, files, deadleaves, photographs, manual."""

    title: str = Field(description="Full name.")
    licence: str = Field(description="Terms, in words.")
    citation: str = Field(description="The publication to cite.")
    homepage: str = Field("", description="Page of the data set.")
    note: str = Field("", description="What a user should know before using it.")
    colour: Literal["rgb", "gray"] = Field("rgb", description="A gray set holds one-channel files only.")
    count: int = Field(description="Number of images; any other number is an error.", ge=1)
    split: Split | None = Field(None, description="Split of the images that have none of their own.")
    mirrors: tuple[Url, ...] = Field(
        (), description="Beginnings of addresses, in order, for files that name no `urls`."
    )
    archives: tuple[Archive, ...] = Field((), description="Archives to fetch and unpack.")
    files: tuple[ImageFile, ...] = Field((), description="Images to fetch one by one.")
    deadleaves: DeadLeaves | None = Field(None, description="Images drawn here, without a network.")
    photographs: Literal["scikit-image"] | None = Field(
        None, description="The photographs of this `colour` that the package carries."
    )
    manual: str = Field("", description="How a person gets the set, where no program can.")
    path: str | None = Field(
        None, description="Folder of a copy that you have: verified, never fetched, copied or changed."
    )
    unreadable: Literal["stop", "skip"] = Field(
        "stop",
        description="What to do about a file that is named as an image and cannot be used as one (damaged, "
        "empty, 16 bits, several frames, of another format than its ending, a link out of the folder, ...): "
        "`stop`, or `skip` it, which the log and the manifest tell; `count` is then of the others. An image "
        "of `sha256_of_images` always stops.",
    )
    sha256_of_images: dict[str, Sha256] = Field({}, description="Digest of each image file, by its stem.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in SOURCES if getattr(self, name)]
        if len(given) != 1:
            raise UserError(f"want exactly one of {', '.join(SOURCES)}; got {', '.join(given) or 'none'}")
        remotes = (*self.archives, *self.files)
        for k, remote in enumerate(remotes):
            if not self.urls(remote):
                raise UserError(f"{remote.file}: want urls here, or mirrors for the whole data set")
            if any(remote.file == other.file for other in remotes[:k]):
                raise UserError(f"file {remote.file!r} stands twice")
        if self.deadleaves and self.deadleaves.images != self.count:
            raise UserError(f"count is {self.count}, but deadleaves.images is {self.deadleaves.images}")
        return self

    @property
    def source(self) -> str:
        """Kind of source: one of `SOURCES`."""
        return next(name for name in SOURCES if getattr(self, name))

    @property
    def module(self) -> str:
        """The module under `unjpeg.sources` that gathers the images; no other source's code runs."""
        if self.path:
            return "owncopy"
        return "downloads" if self.source in ("archives", "files") else self.source

    def urls(self, remote: Remote) -> tuple[str, ...]:
        """Addresses of a file, in the order in which they are tried."""
        return remote.urls or tuple(mirror.rstrip("/") + "/" + remote.file for mirror in self.mirrors)

    def known(self) -> dict[str, str]:
        """sha256 of the file of each image that the registry knows, by the image's name."""
        of_files = {Path(f.file).stem: f.sha256 for f in self.files if f.sha256}
        return {**of_files, **self.sha256_of_images}


class Parameter(Remote):
    """A parameter file of a metric or a loss."""

    place: Annotated[str, AfterValidator(_inside)] = Field(
        ".", description="Its folder below `resources/metrics`, which serves as TORCH_HOME."
    )
    path: str | None = Field(None, description="A copy that you have: verified, and copied to its place.")


class Metric(Section):
    """What a learned metric or loss needs beside code."""

    title: str = Field(description="Full name and variant.")
    licence: str = Field(description="Terms, in words.")
    citation: str = Field(description="The publication to cite.")
    homepage: str = Field("", description="Page of the authors.")
    note: str = Field("", description="What a user should know before using it.")
    files: Annotated[tuple[Parameter, ...], Field(min_length=1)] = Field(description="Parameter files.")

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        for parameter in self.files:
            if not parameter.urls and not parameter.path:
                raise UserError(f"{parameter.file}: want urls, or path of an own copy")
        return self
