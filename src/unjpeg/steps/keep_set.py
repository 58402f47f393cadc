"""Keep a restored set to what its JPEG files say, as `unjpeg restore` keeps a photograph."""

import argparse
import json
from pathlib import Path

PACKAGES = ("unjpeg", "Pillow", "numpy", "jpeglib")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--restored", required=True, type=Path, help="HDF5 that `unjpeg restore-set` wrote")
    parser.add_argument("--images", required=True, type=Path, help="HDF5 that `unjpeg compress` wrote")
    parser.add_argument("--output", required=True, type=Path, help="HDF5 of PNG bytes")


def run(args: argparse.Namespace) -> None:
    """What was never compressed says nothing, and stays as it was restored."""
    from unjpeg import record
    from unjpeg.config.shipped import KEPT
    from unjpeg.consistency import consistent
    from unjpeg.images import png
    from unjpeg.jpegfacts import facts
    from unjpeg.quantised import quantised
    from unjpeg.store.encoded import Encoded, write_encoded

    with Encoded(args.restored) as restored, Encoded(args.images) as images:

        def kept(name: str) -> bytes:
            data = images.bytes(name)
            file = quantised(data) if facts(data) else None
            return png(consistent(restored.read(name), file)[0]) if file else restored.bytes(name)

        attrs = {k: v for k, v in restored.attrs.items() if k not in ("digest", "restored_with")}
        made = record.job(PACKAGES, record.cpu())
        named = {"model": attrs["model"] + KEPT, "restored_with": json.dumps(made)}
        write_encoded(args.output, ((name, kept(name)) for name in restored.names), {**attrs, **named})
