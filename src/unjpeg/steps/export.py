"""Write a trained restorer for other programs: ONNX, or safetensors with a model card.

    unjpeg export photo photo.onnx          any height and width
    unjpeg export photo photo/              model.safetensors, README.md in the form of Hugging Face

ONNX: input and output `image`, `restored`, float32 (1, C, H, W) in [0, 1]. It is one network: where the card
names another model for gray images (`gray`), that one is exported by its own name.
"""

import argparse
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.outputs import check_file


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="name or folder of a restorer")
    parser.add_argument("output", type=Path, help="a file that ends in .onnx, or a folder")


def run(args: argparse.Namespace) -> None:
    from unjpeg import zoo
    from unjpeg.restorer import Restorer

    folder = zoo.find(args.model, "restore")
    if args.output.suffix == ".onnx":
        check_file(args.output, _exported, "exported network")
        from unjpeg.exported.onnx_file import write_onnx

        write_onnx(Restorer(folder), args.output)
    elif args.output.suffix or args.output.is_file():
        raise UserError(f"{args.output}: a file; allowed: a name that ends in .onnx, or a folder")
    else:
        from unjpeg.exported.hub import check_free, write_folder

        check_free(args.output)
        write_folder(folder, args.output)
    print(f"{args.output} written")


def _exported(path: Path) -> bool:
    """Whether a file is empty, or an ONNX file of ours."""
    data = path.read_bytes()
    return not data or b"unjpeg.arch" in data
