"""Put a trained model into the package: weights in half precision, its card, the digests of both.

    python tools/ship.py results/zoo/models/photo photo --title "..." --licence MIT

Scores of the shipped model are measured after this, on what was shipped. `unjpeg models` lists the result.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from unjpeg import zoo
from unjpeg.atomic import write_text
from unjpeg.card import read_card
from unjpeg.provenance import sha256_of
from unjpeg.store.weights import read_weights, write_weights


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a run's: model.safetensors, card.json")
    parser.add_argument("name", help="what it is called from now on")
    parser.add_argument("--title", required=True, help="one line for `unjpeg models`")
    parser.add_argument("--licence", default="MIT", help="of the weights (MIT)")
    parser.add_argument(
        "--for-comparison", action="store_true", help="of one quality: `unjpeg web` does not offer it"
    )
    parser.add_argument(
        "--gray", metavar="NAME", help="of the shipped model that gray images are restored with"
    )
    args = parser.parse_args()
    card, (tensors, metadata) = read_card(args.folder), read_weights(args.folder / zoo.FILES[0])
    half = {k: v.astype(np.float16) if v.dtype == np.float32 else v for k, v in tensors.items()}
    target = zoo.FOLDER / args.name
    write_weights(target / zoo.FILES[0], half, metadata)
    shipped = {"title": args.title, "licence": args.licence, "trained_as": card["model"], "stored": "float16"}
    shipped |= {"for_comparison": True} if args.for_comparison else {}
    shipped |= {"gray": args.gray} if args.gray else {}
    text = json.dumps({**card, "model": args.name, **shipped}, indent=1, sort_keys=True)
    write_text(target / zoo.FILES[1], text + "\n")
    write_checksums()
    print(f"{target.name}: {(target / zoo.FILES[0]).stat().st_size / 1e6:.2f} MB")


def write_checksums() -> None:
    """Of all that ships, as it is now."""
    folders = sorted(path.parent for path in zoo.FOLDER.glob("*/card.json"))
    digests = {f"{folder.name}/{file}": sha256_of(folder / file) for folder in folders for file in zoo.FILES}
    write_text(zoo.CHECKSUMS, json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()
