"""Every speed of the project, as a ratio to a named peer in the same run: `python -m benchmarks.run`.

    python -m benchmarks.run [--images DIR] [--only AREA ...] [--repeats 5] [--output docs/speed.md]

`--only growth --output docs/growth.md` is apart: commands at 1x, 4x and 16x the work (benchmarks/growth.py).

Clock seconds on all cores: run it on a quiet machine. Without --images: photographs of scikit-image.
"""

import argparse
import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median

import torch
from benchmarks import growth
from benchmarks.photographs import photographs
from benchmarks.ratio import table

from unjpeg import torchvision_shim
from unjpeg.atomic import write_text
from unjpeg.cli import Parser
from unjpeg.errors import UserError
from unjpeg.pages import large_pages
from unjpeg.photos.flags import whole
from unjpeg.record import cpu

RATIOS = """
Each row is ours and its peer in turns in one run; the ratio is taken within each repeat (median, and the
spread over them); marks are the project's own. Seconds are of the clock, for scoring and workflow of the
processor. Restoring: one photograph, a quarter of it for slow networks, not kept to its file. Scoring's
`all` are the rows above it. Growth is a page of its own.
"""
AREAS = ("data", "training", "restoring", "commands", "scoring", "features", "workflow")


def main(argv: list[str] | None = None) -> int:
    """0; 2 after a mistake of the user, 130 after Ctrl-C, each in one line."""
    try:
        measure(argv)
    except UserError as error:
        print(f"benchmarks.run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("benchmarks.run: stopped", file=sys.stderr)
        return 130
    return 0


def measure(argv: list[str] | None) -> None:
    parser = Parser("benchmarks.run", description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.words = sys.argv[1:] if argv is None else argv
    parser.add_argument("--images", type=Path, help="folder of lossless photographs, such as Kodak's")
    parser.add_argument("--only", nargs="+", choices=(*AREAS, "growth"), default=AREAS)
    parser.add_argument("--repeats", type=whole(1, 1000), default=5)
    parser.add_argument("--output", type=Path, help="Markdown file (written)")
    args = parser.parse_args(argv)
    photographs(args.images, 1)  # a folder without any is told before a quarter of an hour
    if args.output and (not args.output.parent.is_dir() or args.output.is_dir()):
        raise UserError(f"--output {args.output}: want a file in a folder that exists")
    large_pages()  # as the command line does
    torchvision_shim.ensure()
    rows, grown, about = [], [], head(args)

    def known(ended: bool = False) -> str:
        text = page(about, rows, grown) + ("" if ended else "\nUnfinished: more rows were to come.\n")
        if args.output:  # after each row: a run takes a quarter of an hour
            write_text(args.output, text)
        return text

    for area in (area for area in AREAS if area in args.only):
        for row in importlib.import_module(f"benchmarks.{area}").rows(args.images, args.repeats):
            rows.append(row)
            print(f"{row.area}: {row.what} / {row.peer}: {median(row.ratios):.2f}", file=sys.stderr)
            known()
    for row in growth.growths(args.images, args.repeats) if "growth" in args.only else ():
        grown.append(row)
        print(f"growth: {row.what}: {row.exponent:.2f}", file=sys.stderr)
        known()
    print(known(ended=True))


def page(about: str, rows: list, grown: list) -> str:
    """Markdown: what is known so far."""
    parts = [(RATIOS, table(rows))] if rows else []
    parts += [(growth.__doc__, growth.table(grown))] if grown else []
    return "\n".join([about, *(f"{text.strip()}\n\n{lines}" for text, lines in parts)])


def head(args: argparse.Namespace) -> str:
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[2]
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "pillow", "h5py", "snakemake", "pyiqa")
    )
    source = f"photographs of {args.images.name}" if args.images else "photographs of scikit-image"
    asked = f" --images {args.images.name}" if args.images else ""
    asked += "" if {*args.only} == {*AREAS} else f" --only {' '.join(args.only)}"
    return f"""# {"Growth" if args.only == ["growth"] else "Speed"}

Written by `python -m benchmarks.run{asked} --repeats {args.repeats}`.

{cpu()}, {cores} cores, {gpu}, load {load:.1f} (quarter of an hour); {packages};
Python {platform.python_version()}; {args.repeats} repeats; {source}.
"""


if __name__ == "__main__":
    sys.exit(main())
