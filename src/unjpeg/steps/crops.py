"""Show the clean image, the JPEG and what each model made of it, side by side at 1:1.

The images are those of lowest, middle and highest PSNR of the JPEG (evenly by rank where more are
asked for). The window of each is where the damage of the JPEG is largest: |JPEG - clean|, discounted
where the clean image is noise, which would hide it. Models have no say in either choice.
"""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.json of the clean images")
    parser.add_argument("--degraded", required=True, type=Path, help="the set after one degradation (HDF5)")
    parser.add_argument(
        "--restored",
        nargs="*",
        type=Path,
        default=[],
        help="{model}/{dataset}/{degradation}.h5 of each model",
    )
    parser.add_argument(
        "--scores", required=True, nargs="+", type=Path, help="score files of the same, and none's"
    )
    parser.add_argument("--images", type=int, default=3, help="images shown (default: %(default)s)")
    parser.add_argument(
        "--size", type=int, default=128, help="side of a crop in pixels (default: %(default)s)"
    )
    parser.add_argument("--output", required=True, type=Path, help="the picture (PNG)")


def run(args: argparse.Namespace) -> None:
    """Writes one PNG: a row per image, the PSNR of the whole image under each label."""
    from contextlib import ExitStack

    from unjpeg.manifest import Manifest
    from unjpeg.report.crops import crop_rows
    from unjpeg.report.order import INPUT
    from unjpeg.report.scores import read_scores
    from unjpeg.report.sheet import check_options, save
    from unjpeg.store.encoded import Encoded

    check_options(args.images, args.size)
    scores = read_scores(args.scores, args.study)
    paths = {INPUT: args.degraded} | {path.parent.parent.name: path for path in args.restored}
    with ExitStack() as stack:
        files = {model: stack.enter_context(Encoded(path)) for model, path in paths.items()}
        rows = crop_rows(Manifest.load(args.manifest), files, scores, args.images, args.size)
    save(rows, args.size, args.output)
