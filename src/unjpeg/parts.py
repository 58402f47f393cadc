"""Which image of a data set goes to training, validation and test."""

import csv
import hashlib
import io
from pathlib import Path

from unjpeg.errors import UserError, unknown
from unjpeg.manifest import Image, Manifest

PARTS = ("train", "val", "test")


def divide(manifest: Manifest, split: dict, seed: int) -> dict[str, str]:
    """Part of each image by its name; `split` is an entry of `splits` of the study, as a mapping.

    Images with an official part keep it; the rest goes by `fractions`, in the order of a digest of
    (seed, name), so that a new image moves few of the others. With `lists`, images on none are left out.
    """
    names = [image.name for image in manifest.images]
    if split["lists"]:
        return _listed(split["lists"], names, f"splits.{manifest.dataset}.lists")
    official = {i.name: i.split for i in manifest.images if i.split} if split["official"] else {}
    rest = sorted((n for n in names if n not in official), key=lambda name: _digest(seed, name))
    ends, total = [], 0.0
    for part in PARTS:
        total += split["fractions"][part]
        ends.append(round(total * len(rest)))
    drawn = {name: PARTS[next(k for k, end in enumerate(ends) if i < end)] for i, name in enumerate(rest)}
    return {name: {**official, **drawn}[name] for name in names}


def _listed(lists: dict[str, list[str] | str], names: list[str], where: str) -> dict[str, str]:
    parts = {}
    for part, listed in lists.items():
        for name in _read(listed, f"{where}.{part}") if isinstance(listed, str) else listed:
            if name not in names:
                raise unknown("image", name, names, f"{where}.{part}")
            if parts.setdefault(name, part) != part:
                raise UserError(f"{where}: the image {name!r} is on the lists {parts[name]} and {part}")
    return {name: parts[name] for name in names if name in parts}


def _read(path: str, where: str) -> list[str]:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{where}: {path}: cannot be read ({error})") from None
    return [line.strip() for line in lines if line.strip()]


def to_csv(parts: dict[str, str]) -> str:
    """The text of a split file: columns image, split."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("image", "split"), *parts.items()])
    return out.getvalue()


def images_of(manifest: Manifest, split: Path, *parts: str) -> list[Image]:
    """Images of these parts, by name; `UserError` where there is none or a file is no split file."""
    try:
        with open(split, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
            if cut := [row["image"] for row in rows if row["split"] not in PARTS]:
                raise UserError(f"{split}: no part for {cut[0]!r}: not a whole split file")
            names = {row["image"] for row in rows if row["split"] in parts}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise UserError(f"{split}: not a split file ({error})") from None
    images = [image for image in manifest.images if image.name in names]
    if not images:
        raise UserError(f"{split}: no image of {manifest.dataset} is in its {' or '.join(parts)} part")
    return images


def sources_of(
    data: dict, part: str, manifests: list[Path], splits: list[Path]
) -> list[tuple[Manifest, Image]]:
    """The images of a part of an entry of `data`, in its order of sets; val cut to its `val_images`.

    manifests, splits: of all sets that the entry names, in one order.
    """
    loaded = [Manifest.load(path) for path in manifests]
    sets = {m.dataset: (m, split) for m, split in zip(loaded, splits, strict=True)}
    chosen = [sets[name] for name in data[part]]
    found = [(manifest, i) for manifest, split in chosen for i in images_of(manifest, split, part)]
    return found[: data["val_images"]] if part == "val" else found


def _digest(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
