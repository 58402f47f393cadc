"""Restore pictures: JPEG, PNG, WebP, TIFF; any size, with all that goes with them. And videos.

    unjpeg restore photo.jpg                     photo.restored.png beside it
    unjpeg restore holiday/ -o restored/         every picture of a folder
    unjpeg restore clip.avi                      clip.restored.mkv; .mp4 and .mov stay what they are

A detector looks first; what was never compressed is left as it is (--force restores it too). No picture
that is read is ever overwritten. Exit code 1: some could not be read or restored; they are named at the end.
"""

import argparse
import math
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from unjpeg.errors import UserError
from unjpeg.foreign import shown
from unjpeg.photos.flags import ensemble, max_pixels, number, path, positive, whole
from unjpeg.photos.formats import FORMATS
from unjpeg.photos.photo import MAX_PIXELS, in_words

SUFFIX = ".restored"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=path, metavar="PATH", help="pictures, folders of them, videos"
    )
    parser.add_argument(
        "-o", "--output", type=path, metavar="PATH", help="file for one picture, else folder (beside each)"
    )
    parser.add_argument("--model", default=None, help="name or folder of a model (the default one)")
    parser.add_argument(
        "--strength",
        type=number(0, 1),
        default=1.0,
        help="0 leaves the picture, 1 is all the network does (1)",
    )
    parser.add_argument(
        "--quality",
        type=number(1, 100),
        metavar="1..100",
        help="told to a network that takes one (the file's own)",
    )
    ensemble(parser)
    parser.add_argument("--force", action="store_true", help="restore also what looks never compressed")
    parser.add_argument(
        "--consistent",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="keep to the coefficients of a JPEG file (unless it looks compressed twice)",
    )
    parser.add_argument(
        "--format",
        choices=(*FORMATS, "same"),
        help="of the result (what -o FILE says, else png); same: its own, png where that is none of these",
    )
    parser.add_argument(
        "--jpeg-quality", type=whole(1, 100), default=95, help="of a result in JPEG, 4:4:4 (95)"
    )
    parser.add_argument(
        "--video-codec",
        default="h264",
        choices=("h264", "ffv1"),
        help="of a video: small, or lossless (h264)",
    )
    parser.add_argument("--overwrite", action="store_true", help="write results again that are there")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")
    parser.add_argument(
        "--precision",
        default="auto",
        choices=("auto", "float32", "bfloat16"),
        help="of the network; auto: bfloat16 where the processor has it and pictures stay the same (auto)",
    )
    parser.add_argument("--threads", type=whole(1, 1024), help="of the CPU (all)")
    parser.add_argument(
        "--max-memory",
        type=positive(),
        default=2.0,
        metavar="GIB",
        help="of the process; chooses the tile (2)",
    )
    max_pixels(parser, MAX_PIXELS / 1e6)


def run(args: argparse.Namespace) -> int:
    from unjpeg.photos.jobs import VIDEO, jobs

    work = jobs(args.paths, args.output, args.format, SUFFIX)
    import torch

    from unjpeg import zoo
    from unjpeg.detection import Detector
    from unjpeg.ensemble import ensembled
    from unjpeg.photos.precision import in_precision
    from unjpeg.photos.quality import takes_quality
    from unjpeg.photos.restoring import Wish, restored
    from unjpeg.photos.video import restored_video
    from unjpeg.restorer import Restorer

    memory, pixels = int(args.max_memory * 2**30), int(args.max_pixels * 1e6)
    wish = Wish(args.strength, args.force, args.consistent, memory, pixels, args.quality)
    if args.threads:
        torch.set_num_threads(args.threads)
    restorer = Restorer(zoo.find(args.model or zoo.DEFAULTS["restore"], "restore"), args.device)
    restorer = ensembled(in_precision(restorer, args.precision), args.ensemble)
    detector, takes = None, takes_quality(restorer.card)
    if args.quality is not None and not takes:
        raise UserError(
            f"--quality {args.quality:g}: {restorer.card['model']} takes none; leave the option out"
        )
    if not args.force or args.consistent is None or (takes and args.quality is None):
        detector = Detector(zoo.find(zoo.DEFAULTS["detect"], "detect"), args.device)

    def restore(job, progress):
        job.clear()
        if job.format == VIDEO:
            return restored_video(
                job.source, job.target, restorer, detector, wish, args.video_codec, progress
            )
        found = restored(job.read(), restorer, detector, replace(wish, format=job.format), progress)
        if found.done:
            job.write(found, args.jpeg_quality)
        return replace(found, held=None) if job.format == "jpeg" else found  # that is compressed anew

    with _ended_as_by_ctrl_c():
        return _each(work, restore, args.overwrite)


def _each(work: list, restore: Callable, overwrite: bool) -> int:
    """The exit code. Whatever one file does, the others are tried."""
    failed, done, left = [], 0, 0
    try:
        for number, job in enumerate(work, 1):
            name, head = shown(job.source), f"[{number}/{len(work)}] {shown(job.source)}"
            target = shown(job.target)
            try:
                if job.target.exists() and not overwrite:
                    left += 1
                    _say(f"{head}: {target} is there already (--overwrite)")
                    continue
                found = restore(job, _progress(head))
                done, left = done + found.done, left + (not found.done)
                _say(f"{head}: {_told(found)}{f' -> {target}' if found.done else ''}")
            except Exception as error:
                failed.append(f"{name}: {shown(in_words(error)).removeprefix(f'{name}: ')}")
                _say(f"{head}: failed")
    finally:  # Ctrl-C too
        rest = len(work) - done - left - len(failed)
        more = f", {rest} not reached" if rest else ""
        print(f"{done} restored, {left} left as they are, {len(failed)} failed{more}", flush=True)
        for line in failed:
            print(line, file=sys.stderr)
    return 1 if failed else 0


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does: what is half written is removed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(found) -> str:
    """What was done, in words."""
    words = [found.why, *found.notes]
    if frames := getattr(found, "frames", 0):
        words.insert(1, f"{frames} frames")
    if broken := getattr(found, "broken", 0):
        words.insert(2, f"{broken} damaged left out")
    if (told := getattr(found, "told", None)) is not None:
        words.append(f"told quality {told:g}")
    if found.held is not None:
        held = math.floor(1000 * found.held) / 10  # 100 where all of it does
        words.append(f"{held:.1f}% of it compresses to the file's coefficients")
    return "; ".join(words)


def _progress(head: str):
    if not sys.stderr.isatty():
        return None
    return lambda share: print(f"\r\033[K{head}: {share:4.0%}", end="", file=sys.stderr, flush=True)


def _say(line: str) -> None:
    print(f"\r\033[K{line}" if sys.stderr.isatty() else line, file=sys.stderr, flush=True)
