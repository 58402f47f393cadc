"""`--max-memory` holds for the page too: a large picture that just fits, its answer, uploads."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..photos.test_memory import PEAK
from ..small_dncnn import written
from .asking import ask

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peaks are read from /proc")
BYTES = 30  # MB of an upload
RUN = f"""{PEAK}
import sys, threading
tell = lambda: (sys.stdin.read(), print(peak() / 2**30, flush=True))
threading.Thread(target=tell, daemon=True).start()
from unjpeg.cli import main
main(["web", "--port", "0", "--max-bytes", "{BYTES}", "--max-memory", *sys.argv[1:]])
"""


@pytest.fixture
def asked(tmp_path):
    """A function: GiB allowed, bodies of uploads that do not end, body -> (status, answer, peak in GiB)."""
    written(tmp_path / "small")

    def asked(limit, begun, body):
        command, pipe = [sys.executable, "-c", RUN, str(limit)], subprocess.PIPE
        environment = os.environ | {"UNJPEG_MODELS": str(tmp_path), "OMP_NUM_THREADS": "1"}
        server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        try:
            address = "127.0.0.1", int(re.search(r":(\d+)/", server.stdout.readline())[1])
            peers = [socket.create_connection(address) for _ in begun]
            for peer, part in zip(peers, begun):
                head = f"POST /restore HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nX-Unjpeg: 1\r\n"
                peer.sendall(f"{head}Content-Length: {len(part) + 1}\r\n\r\n".encode() + part)
            status, answer = ask(address, body, "model=small&force=1")
            server.stdin.close()
            return status, answer, float(server.stdout.readline())
        finally:
            server.kill()
            server.wait()

    return asked


def test_a_picture_that_just_fits_stays_within_the_limit(asked, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (2800, 3200, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.tif")
    body = (tmp_path / "noise.tif").read_bytes()
    status, answer, _ = asked(0.45, [], body)
    assert status == 422
    needed, left = map(float, re.search(r"need (\S+) GiB; .* left (\S+) GiB", answer["error"]).groups())
    upload = bytes(BYTES * 10**6 - 1)
    limit = 0.45 + needed - left + len(upload) / 2**30 + 0.02  # both figures are rounded
    status, answer, peak = asked(limit, [upload], body)
    assert status == 200, answer
    assert len(answer["after"]) > 20_000_000 and len(answer["before"]) > 20_000_000
    assert peak < limit
