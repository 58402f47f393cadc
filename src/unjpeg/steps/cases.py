"""Show a model at its worst and at its best: clean image, JPEG and model side by side at 1:1.

The images are those of lowest and of highest PSNR gain over the JPEG, of all sets and degradations that
the model is tested under. The window of a worst case is where the model did most harm, of a best case
where it helped most: |model - clean| against |JPEG - clean|, discounted where the clean image is noise.
"""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--manifests", required=True, nargs="+", type=Path, help="manifest.json of each set")
    parser.add_argument("--degraded", required=True, nargs="+", type=Path, help="{dataset}/{degradation}.h5")
    parser.add_argument(
        "--restored", required=True, nargs="+", type=Path, help="the model's {dataset}/{degradation}.h5"
    )
    parser.add_argument("--scores", required=True, nargs="+", type=Path, help="the model's and none's")
    parser.add_argument(
        "--images", type=int, default=2, help="worst cases, and best, shown (default: %(default)s)"
    )
    parser.add_argument(
        "--size", type=int, default=128, help="side of a crop in pixels (default: %(default)s)"
    )
    parser.add_argument("--output", required=True, type=Path, help="the picture (PNG)")


def run(args: argparse.Namespace) -> None:
    """Writes one PNG: a row per case, the PSNR of the whole image under each label."""
    from contextlib import ExitStack

    from unjpeg.errors import UserError
    from unjpeg.manifest import Manifest
    from unjpeg.report.cases import case_rows
    from unjpeg.report.order import INPUT
    from unjpeg.report.scores import read_scores
    from unjpeg.report.sheet import check_options, save
    from unjpeg.store.encoded import Encoded

    check_options(args.images, args.size)
    paths = {(INPUT, path.parent.name, path.stem): path for path in args.degraded}
    paths |= {(args.model, path.parent.name, path.stem): path for path in args.restored}
    manifests = {manifest.dataset: manifest for manifest in map(Manifest.load, args.manifests)}
    scores = read_scores(args.scores, args.study)
    with ExitStack() as stack:

        def images(*key: str) -> Encoded:
            if key not in paths:
                raise UserError(f"scores: rows of {' '.join(key)}, and no file of its images")
            return stack.enter_context(Encoded(paths[key]))

        rows = case_rows(args.model, manifests, images, scores, args.images, args.size)
    save(rows, args.size, args.output)
