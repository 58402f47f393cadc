"""Pictures to training patches: `unjpeg patches` against the seeds' loop, and against libjpeg-turbo alone."""

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from PIL import Image

from unjpeg.cli import main

AREA, SIDE, QUALITY = "images to patches in HDF5", 64, 10
DATA = {"train": ["set"], "val": ["set"], "degradations": [f"q{QUALITY}"], "patch": SIDE, "stride": SIDE}
DATA |= {"per_image": None, "phase": "aligned", "copies": 1, "turns": False, "scales": [1.0], "grays": 0.0}
DATA |= {"val_images": None, "channels": 3}


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    pictures = photographs(folder, 24)
    pixels = sum(p.shape[0] * p.shape[1] for p in pictures) / 1e6
    threads = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        (home / "pictures").mkdir()
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(home / "pictures" / f"{number:03}.png")
        # One picture more is the validation's, which the peers do not have.
        Image.fromarray(pictures[0][:SIDE, :SIDE]).save(home / "pictures" / "val.png")
        study(home)
        for count in sorted({1, threads}):
            name = f"`unjpeg patches`, {count} thread{'s' if count > 1 else ''}"
            ours = lambda count=count: patches(home, count)  # noqa: E731
            seeds = in_turns(ours, lambda: loop(home), repeats)
            yield Row(AREA, name, "one file at a time, Pillow, one PNG per patch", *seeds, pixels, "MP", 5)
            limit = in_turns(ours, lambda count=count: turbo(pictures, count), repeats)
            why = "the sources are PNG: see the next row"
            yield Row(
                AREA, name, "libjpeg-turbo alone, pixels in memory", *limit, pixels, "MP", 1 / 1.5, why=why
            )
            floor = in_turns(ours, lambda count=count: turbo(home / "pictures", count), repeats)
            why = "ours also hashes, cuts and writes 6 bytes a pixel"
            yield Row(
                AREA, name, "libjpeg-turbo after reading the PNG", *floor, pixels, "MP", 1 / 1.5, why=why
            )


def study(home: Path) -> None:
    """Manifest and split of the pictures, as the workflow makes them."""
    names = [path.stem for path in sorted((home / "pictures").iterdir())]
    entry = {"title": "pictures", "licence": "none", "citation": "none", "count": len(names)}
    entry |= {"manual": "made here", "path": str(home / "pictures")}
    command = ["fetch", "--dataset", "set", "--entry", json.dumps(entry)]
    command += ["--folder", str(home / "set"), "--manifest", str(home / "set" / "manifest.json")]
    with contextlib.redirect_stdout(io.StringIO()):
        run(command)
    lines = [f"{name},{'val' if name == 'val' else 'train'}\n" for name in names]
    (home / "split.csv").write_text("image,split\n" + "".join(lines))


def patches(home: Path, threads: int) -> None:
    command = ["patches", "--data", json.dumps(DATA), "--seed", "0", "--threads", str(threads)]
    command += ["--manifests", str(home / "set" / "manifest.json"), "--splits", str(home / "split.csv")]
    run([*command, "--output", str(home / "patches")])


def run(command: list[str]) -> None:
    """A verb, whose Ctrl-C is that of the benchmark."""
    if (code := main(command)) == 130:
        raise KeyboardInterrupt
    assert code == 0, command


def loop(home: Path) -> None:
    """As the seeds do: compress to a file, read it again, write each patch of both as a file."""
    (home / "loop").mkdir(exist_ok=True)
    for path in sorted((home / "pictures").glob("[0-9]*.png")):
        clean = Image.open(path)
        clean.save(home / "loop" / "now.jpg", quality=QUALITY, subsampling=2)
        degraded = Image.open(home / "loop" / "now.jpg")
        for top in range(0, clean.height - SIDE + 1, SIDE):
            for left in range(0, clean.width - SIDE + 1, SIDE):
                for kind, picture in (("clean", clean), ("degraded", degraded)):
                    patch = picture.crop((left, top, left + SIDE, top + SIDE))
                    patch.save(home / "loop" / f"{path.stem}-{top}-{left}-{kind}.png")


def turbo(source: list[np.ndarray] | Path, threads: int) -> None:
    """Nothing but encoding and decoding on all cores; a folder's PNG files are decoded too."""

    def once(picture: np.ndarray | Path) -> None:
        image = Image.open(picture) if isinstance(picture, Path) else Image.fromarray(picture)
        out = io.BytesIO()
        image.save(out, "jpeg", quality=QUALITY, subsampling=2)
        Image.open(out).load()

    pictures = sorted(source.glob("[0-9]*.png")) if isinstance(source, Path) else source
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(once, pictures))
