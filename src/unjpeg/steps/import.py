"""Make a model of the weights that the authors of a network gave out.

    unjpeg import DnCNN3.mat -o models/dncnn3@authors
    unjpeg import photo -o models/photo              a copy of what comes with unjpeg

AR-CNN's and DnCNN's files are known by their content. The folder is a model like any other, for `--model`,
UNJPEG_MODELS and `unjpeg export`.
"""

# A keyword, but no module names this one.
# ruff: noqa: N999

import argparse
import hashlib
import json
from pathlib import Path

from unjpeg.errors import UserError

BYTES = 1 << 26  # the largest known file has 3 MB
LICENCE = "unknown"  # none of these authors states one


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE|NAME",
        help="of AR-CNN's or DnCNN's authors (.mat), or a shipped model",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="DIR",
        help="the model's folder; its name is the model's",
    )


def run(args: argparse.Namespace) -> None:
    from unjpeg import zoo
    from unjpeg.atomic import write_bytes, write_text
    from unjpeg.authors import ar_cnn, dncnn
    from unjpeg.card import read_card
    from unjpeg.foreign import read_named, shown
    from unjpeg.outputs import check_folder
    from unjpeg.provenance import sha256_of
    from unjpeg.store.weights import write_weights

    check_folder(args.output, zoo.OURS, "a model")
    if not args.file.exists() and str(args.file) not in zoo.shipped():
        raise UserError(f"{args.file}: no such file, nor a shipped model: {', '.join(zoo.shipped())}")
    if not args.file.is_file() and str(args.file) in zoo.shipped():
        folder = zoo.FOLDER / args.file
        zoo.check(folder)
        write_bytes(args.output / zoo.FILES[0], (folder / zoo.FILES[0]).read_bytes())
        card = {**read_card(folder), "model": args.output.resolve().name}
        card.pop("scores", None)  # a study makes its own
        if "gray" in card:
            card["gray_sha256"] = sha256_of(zoo.FOLDER / card["gray"] / zoo.FILES[0])
        write_text(args.output / zoo.FILES[1], json.dumps(card, indent=1, sort_keys=True) + "\n")
        return print(f"{args.output}: {args.file}, as it came with unjpeg")
    if args.file.is_file() and (size := args.file.stat().st_size) > BYTES:
        raise UserError(f"{shown(args.file)}: {size} bytes; the largest file of such weights has {BYTES}")
    data = read_named(args.file)
    for reader in (ar_cnn, dncnn):
        try:
            weights = reader.read(data)
        except UserError as error:
            raise UserError(f"{shown(args.file)}: {error}") from None
        if weights:
            break
    else:
        raise UserError(f"{shown(args.file)}: no weights that are known; known: AR-CNN's and DnCNN's (.mat)")
    arch, digest = reader.__name__.rpartition(".")[2], hashlib.sha256(data).hexdigest()
    name = args.output.resolve().name
    card = {
        "model": name,
        "arch": arch,
        "channels": weights.channels,
        "settings": weights.settings,
        "recipe": "imported",
        "parameters": sum(tensor.size for tensor in weights.tensors.values()),
        "licence": LICENCE,
        "source": {"file": args.file.name, "sha256": digest},
        "run": digest[:12],
        **_origin(reader, digest),
    }
    weights_file, card_file = zoo.FILES
    write_weights(args.output / weights_file, weights.tensors, {"arch": arch, "run": card["run"]})
    write_text(args.output / card_file, json.dumps(card, indent=1, sort_keys=True) + "\n")
    print(f"{args.output}: {card['title']}, {card['parameters']:,} parameters; {card['note']}")


def _origin(reader, digest: str) -> dict:
    """What is known of the file. A network in the same form may be anybody's."""
    for name, known in reader.KNOWN.items():
        if known == digest:
            return {**reader.ABOUT, "note": f"the authors' file {name}"}
    about = f"in the form of {reader.ABOUT['homepage']}, but none of its authors' known files"
    return {"title": reader.ABOUT["title"].partition(",")[0], "note": about}
