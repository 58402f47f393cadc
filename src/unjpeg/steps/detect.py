"""Tell from pixels alone whether images were never, once or twice JPEG-compressed, and how hard.

Beside it stands what a file that is a JPEG says of itself. `answer` is no more than is known: once and
twice are often as likely, and compression still certain.
"""

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from unjpeg import zoo
from unjpeg.atomic import write_text
from unjpeg.errors import UserError
from unjpeg.folder import images_in
from unjpeg.foreign import read_named, shown
from unjpeg.images import read_uint8
from unjpeg.jpegfacts import facts
from unjpeg.outputs import check_table, led_to
from unjpeg.photos.flags import max_pixels
from unjpeg.photos.photo import MAX_PIXELS, SUFFIXES, read_photo
from unjpeg.store.encoded import Encoded
from unjpeg.store.features import CLASSES

COLUMNS = ("model", "set", "degradation", "image", "tile", "label", *CLASSES, "quality")
UNTOLD = dict.fromkeys(("answer", "label", "probabilities", "quality", "tiles", "note", "jpeg"))
HEADS = ("image", "answer", "never", "once", "twice", "quality", "the file says")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="images, folders of images, HDF5 of `compress`"
    )
    parser.add_argument(
        "--model", default=zoo.DEFAULTS["detect"], help="name or folder of a detector (the one that ships)"
    )
    parser.add_argument(
        "--rule", default="mean", choices=("mean", "majority"), help="from tiles to images (mean)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--output", type=Path, metavar="CSV", help="write a row for every tile, instead of the table"
    )
    max_pixels(parser, MAX_PIXELS / 1e6)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")


def run(args: argparse.Namespace) -> int:
    """0; 1 where an image could not be read: the others are still answered."""
    from unjpeg.detection import Detector

    if args.output:
        check_table(args.output, COLUMNS, "quality", "tiles of `unjpeg detect`", "--output")
    args.model = zoo.find(args.model, "detect")
    detector = Detector(args.model, args.device)
    found, rows = [], []
    for place, name, read in _images(args.paths, int(args.max_pixels * 1e6)):
        try:
            data, pixels = read()
            seen = detector(pixels, args.rule)
        except UserError as error:
            found.append({"image": name, "error": str(error), **UNTOLD})
            continue
        found.append({"image": name, "error": None, **_told(seen), "jpeg": _jpeg(data)})
        rows += [[detector.card["model"], *place, name, *row] for row in _rows(seen)]
    failed = [one["error"] for one in found if one["error"]]
    if args.output:
        if failed:
            more = f" (and {len(failed) - 1} more)" if failed[1:] else ""
            raise UserError(f"{failed[0]}{more}; nothing was written to {args.output}")
        write_text(led_to(args.output), _csv(rows))
    if args.json:
        print(json.dumps(found, indent=1))
    elif not args.output:
        if answered := [one for one in found if not one["error"]]:
            print(_table(answered))
        for line in failed:
            print(line, file=sys.stderr)
    return 1 if failed else 0


def _images(paths: list[Path], most: int) -> Iterator[tuple[tuple[str, str], str, Callable[[], tuple]]]:
    """((set, degradation), name, reader of bytes and pixels); both are `-` but in an HDF5 file of a set.

    most: pixels of a picture.
    """
    for path in paths:
        try:
            if path.suffix == ".h5":
                with Encoded(path) as images:
                    place = _set(images)
                    for name in images.names:
                        yield place, name, partial(_stored, images, name)
            elif path.is_dir():
                for file in images_in(path, SUFFIXES).values():
                    yield ("-", "-"), shown(file), partial(_picture, file, most, path)
            else:
                yield ("-", "-"), shown(path), partial(_picture, path, most)
        except UserError as error:
            yield ("-", "-"), shown(path), partial(_refuse, error)


def _set(images: Encoded) -> tuple[str, str]:
    """(data set, degradation) of a file of `compress`. Errors: `UserError` for another."""
    attrs = images.attrs
    if missing := sorted({"dataset", "degradation"} - attrs.keys()):
        raise _other(images, " and no ".join(missing))
    return attrs["dataset"], attrs["degradation"]


def _other(images: Encoded, what: str) -> UserError:
    return UserError(f"{shown(images.path)}: no {what} in it; want a file of `compress`")


def _refuse(error: UserError) -> tuple[bytes, np.ndarray]:
    raise error


def _stored(images: Encoded, name: str) -> tuple[bytes, np.ndarray]:
    try:
        data = images.bytes(name)
    except KeyError:
        raise _other(images, "images") from None
    return data, read_uint8(data, name)


def _picture(path: Path, most: int, folder: Path | None = None) -> tuple[bytes, np.ndarray]:
    """Any that `unjpeg restore` takes, as it takes it. most: pixels."""
    data = read_named(path, folder)
    try:
        return data, read_photo(data, most).pixels
    except UserError as error:
        raise UserError(f"{shown(path)}: {error}") from None


def _told(seen: "Detection") -> dict:  # noqa: F821 (torch is imported when the verb runs)
    names = dict(zip(CLASSES, (round(p, 4) for p in seen.probabilities), strict=True))
    quality = None if seen.quality is None or seen.compressed < 0.5 else round(seen.quality, 1)
    counted = {"quality": quality, "tiles": len(seen.tiles), "note": seen.note}
    return {"answer": seen.answer, "label": seen.label, "probabilities": names, **counted}


def _jpeg(data: bytes) -> dict | None:
    if not (known := facts(data)):
        return None
    return {
        "quality": known.quality,
        "exact": known.exact,
        "sampling": known.sampling,
        "progressive": known.progressive,
        "tables": known.tables,
    }


def _rows(seen: "Detection") -> Iterator[list]:  # noqa: F821
    """A row for the whole image, `all`, then one for each tile."""
    quality = "" if seen.quality is None else f"{seen.quality:.2f}"
    yield ["all", seen.label, *(f"{p:.6f}" for p in seen.probabilities), quality]
    for k, tile in enumerate(seen.tiles):
        yield [k, CLASSES[tile.argmax()], *(f"{p:.6f}" for p in tile), ""]


def _csv(rows: list[list]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    return out.getvalue()


def _table(found: list[dict]) -> str:
    lines = [HEADS]
    for one in found:
        jpeg = one["jpeg"]
        said = "no JPEG" if jpeg is None else f"JPEG, {'' if jpeg['exact'] else 'about '}q{jpeg['quality']}"
        said += f", {jpeg['sampling']}{', progressive' if jpeg['progressive'] else ''}" if jpeg else ""
        shares = [f"{100 * p:.0f} %" for p in one["probabilities"].values()]
        quality = "" if one["quality"] is None else f"{one['quality']:.0f}"
        answer = f"{one['answer']} ({one['note']})" if one["note"] else one["answer"]
        lines.append((one["image"], answer, *shares, quality, said))
    widths = [max(len(line[k]) for line in lines) for k in range(len(HEADS))]
    return "\n".join("  ".join(t.ljust(w) for t, w in zip(line, widths)).rstrip() for line in lines)
