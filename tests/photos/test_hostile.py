"""Two hundred hostile files through the command line and through the server of the page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..web.asking import ask
from . import hostile
from .test_memory import PEAK

SPACE = 8 << 30  # of addresses: torch alone takes several times what it holds
LIMIT = 0.8  # GiB held; both models take 0.28, a tile in float32 0.4, the largest picture here 4 megapixels
GUARD = f"""{PEAK}
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({SPACE}, {SPACE}))
from unjpeg.cli import main
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peaks are read from /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in hostile.files():
        (folder / name).write_bytes(data)
    return folder


def test_the_files_are_equal_in_every_run(folder):
    again = dict(hostile.files())
    assert len(again) == hostile.COUNT == len(list(folder.iterdir()))
    assert all((folder / name).read_bytes() == data for name, data in again.items())


def test_one_run_over_the_folder_answers_each(folder, tmp_path):
    code = f"""{GUARD}
code = main(["restore", sys.argv[1], "-o", sys.argv[2], "--threads", "1", "--max-pixels", "4"])
print("peak", peak() / 2**30)
sys.exit(code)
"""
    command = [sys.executable, "-c", code, str(folder), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    counts = [int(n) for n in re.search(r"(\d+) restored, (\d+) left .*, (\d+) failed", done.stdout).groups()]
    assert sum(counts) == hostile.COUNT
    assert min(counts[0], counts[2]) > 40
    for path in folder.iterdir():
        assert f"] {path}: " in done.stderr
    assert len(list((tmp_path / "out").iterdir())) == counts[0]
    assert float(done.stdout.split("peak ")[1]) < LIMIT


def test_the_server_answers_each_and_lives(folder):
    code = f"""{GUARD}
import threading
tell = lambda: (sys.stdin.read(), print("peak", peak() / 2**30, flush=True))
threading.Thread(target=tell, daemon=True).start()
main(["web", "--port", "0", "--max-pixels", "4", "--max-bytes", "8"])
"""
    pipe = subprocess.PIPE
    server = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True)
    try:
        port = int(re.search(r":(\d+)/", server.stdout.readline())[1])
        found = [ask(("127.0.0.1", port), path.read_bytes()) for path in sorted(folder.iterdir())]
        assert {status for status, _ in found} == {200, 422}
        for status, answer in found:
            assert status == 200 or len(answer["error"].splitlines()) == 1
        assert min(sum(s == wanted for s, _ in found) for wanted in (200, 422)) > 40
        assert server.poll() is None
        server.stdin.close()
        assert float(server.stdout.readline().split("peak ")[1]) < LIMIT
    finally:
        server.kill()
        server.wait()
