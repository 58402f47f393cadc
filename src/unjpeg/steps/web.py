"""A web page on this machine: drop pictures, see what was done to them, restore and download them.

Pictures stay for the length of a request; nothing is kept, nothing is fetched. (The library that reads
coefficients, jpeglib, has a JPEG for that moment as a file in the temporary folder.)
"""

import argparse
import os
import signal
import sys
import tempfile
from contextlib import suppress

from unjpeg.errors import UserError
from unjpeg.photos.flags import max_pixels, positive, whole


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", type=_host, default="127.0.0.1", help="address to listen at (this machine alone)"
    )
    parser.add_argument("--port", type=whole(0, 65535), default=7860, help="0: a free one (7860)")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")
    number = positive()
    parser.add_argument("--max-memory", type=number, default=2.0, metavar="GIB", help="of the process (2)")
    max_pixels(parser, 50.0)
    parser.add_argument(
        "--max-bytes",
        type=number,
        default=40.0,
        metavar="MB",
        help="of a file; twice that of --max-memory is left to uploads (40)",
    )


def _host(text: str) -> str:
    """Any, but an empty one, which would be all addresses without saying so."""
    if not text:
        raise UserError("'' is no address; 127.0.0.1 is this machine, 0.0.0.0 all that reach it")
    return text


def run(args: argparse.Namespace) -> None:
    from unjpeg.photos.memory import APART, used
    from unjpeg.web.server import Server
    from unjpeg.web.service import Service

    memory, each = int(args.max_memory * 2**30), int(args.max_bytes * 1e6)
    service = Service(args.device, memory - 2 * each, int(args.max_pixels * 1e6))
    if (needed := used() + APART + 2 * each) > memory:
        text = f"{needed / 2**30:.2f} GiB are needed before the first picture, twice --max-bytes among them"
        raise UserError(f"--max-memory {args.max_memory:g}: {text}")
    try:
        server = Server((args.host, args.port), service, each)
    except OSError as error:
        raise UserError(f"{args.host}:{args.port}: {getattr(error, 'strerror', None) or error}") from None
    print(f"{server.url} (Ctrl-C ends it)", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    with tempfile.TemporaryDirectory(
        ignore_cleanup_errors=True
    ) as tempfile.tempdir:  # it may still be at work
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        server.server_close()
    print("unjpeg web: stopped", file=sys.stderr, flush=True)
    os._exit(130)  # the thread of a picture that is being restored would end the interpreter badly
