"""A web page on this machine: drop pictures, see what was done to them, restore and download them.

Pictures stay for the length of a request; nothing is kept, nothing is fetched. (The library that reads
coefficients, jpeglib, has a JPEG for that moment as a file in the temporary folder.)
"""

import argparse

from unjpeg.errors import UserError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (this machine alone)")
    parser.add_argument("--port", type=int, default=7860, help="0: a free one (7860)")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")
    parser.add_argument("--max-memory", type=float, default=2.0, metavar="GIB", help="of the process (2)")
    parser.add_argument("--max-pixels", type=float, default=50.0, metavar="MP", help="of a picture (50)")
    parser.add_argument("--max-bytes", type=float, default=40.0, metavar="MB", help="of a file (40)")


def run(args: argparse.Namespace) -> None:
    from unjpeg.web.server import Server
    from unjpeg.web.service import Service

    service = Service(args.device, int(args.max_memory * 2**30), int(args.max_pixels * 1e6))
    try:
        server = Server((args.host, args.port), service, int(args.max_bytes * 1e6))
    except (OSError, OverflowError) as error:
        raise UserError(f"{args.host}:{args.port}: {getattr(error, 'strerror', None) or error}") from None
    host, port = server.server_address[:2]
    print(f"http://{host}:{port}/ (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
