"""`python -m benchmarks.run` as somebody types it, with what takes seconds; and the table that it writes."""

import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def measured(root):
    """A function that runs it."""

    def run(*arguments):
        command = [sys.executable, "-m", "benchmarks.run", *map(str, arguments)]
        return subprocess.run(command, cwd=root, capture_output=True, text=True)

    return run


@pytest.fixture(scope="module")
def ratio(root):
    sys.path.insert(0, str(root))
    from benchmarks import ratio

    sys.path.remove(str(root))
    return ratio


def test_an_area_is_measured_and_written(measured, tmp_path):
    done = measured("--only", "features", "--repeats", 1, "--output", tmp_path / "speed.md")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "speed.md").read_text("utf-8")
    assert page.startswith("# Speed\n\nWritten by `python -m benchmarks.run --only features --repeats 1`.")
    assert "| **features of the detector** |" in page
    assert "| `dct.histograms` |" in page
    assert done.stdout.strip() == page.strip()


def test_pictures_of_a_folder(measured, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    done = measured("--images", tmp_path, "--only", "features", "--repeats", 1)
    assert done.returncode == 0, done.stderr
    assert f"photographs of {tmp_path.name}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--repeats", "0"), "'0'; allowed: a whole number from 1 to 1000"),
        (("--repeat", "1"), "no option --repeat; did you mean --repeats?"),
        (("--repeats", "x"), "'x'; allowed: a whole number from 1 to 1000"),
        (("--images", "{empty}"), "{empty}: no image in it; allowed endings: .bmp"),
        (("--output", "{empty}"), "--output {empty}: want a file in a folder that exists"),
        (("--images", "{empty}/none"), "{empty}/none: no such folder"),
        (
            ("--output", "{empty}/none/x.md"),
            "--output {empty}/none/x.md: want a file in a folder that exists",
        ),
    ],
)
def test_a_mistake_is_one_line(measured, tmp_path, arguments, line):
    done = measured(*(text.format(empty=tmp_path) for text in arguments))
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert line.format(empty=tmp_path) in said


def test_a_row_says_whether_its_mark_is_met_and_why_not(ratio):
    slow = ratio.Row("a", "x", "y", [2.0, 2.5, 4.0], [1.0, 2.0, 2.0], 4, "MP", 1, "the floor", "a note")
    near = ratio.Row("a", "w", "y", [2.0, 2.0, 4.0], [1.0, 2.0, 2.0], 4, "MP", 1, "the floor", "a note")
    fast = ratio.Row("a", "z", "y", [1.0], [2.0], 4, "MP", 1, "the floor")
    _, _, area, first, between, second = ratio.table([slow, near, fast]).splitlines()
    assert area.startswith("| **a** |")
    assert first == "| x | 1.6 MP/s | y | 2 MP/s | 0.50 | 0.50 to 0.80 | 1 | not met; the floor; a note |"
    assert between.endswith("| 0.50 to 1.00 | 1 | not met; the mark lies within the spread; a note |")
    assert second.endswith("| 2.00 | 2.00 to 2.00 | 1 | met |")


def test_turns_are_summed_up(ratio):
    calls = []
    now = iter(range(1000))
    ours, theirs = ratio.in_turns(
        lambda: calls.append("ours"), lambda: calls.append("theirs"), 2, clock=lambda: next(now), rounds=3
    )
    assert calls == ["ours", "theirs"] * 7
    assert ours == theirs == [3, 3]


def test_ctrl_c_is_one_line_and_the_page_says_that_it_is_not_whole(root, tmp_path):
    page = tmp_path / "speed.md"
    words = ["--only", "features", "workflow", "--repeats", "1", "--output", str(page)]
    command = [sys.executable, "-m", "benchmarks.run", *words]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    default = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may ignore it
    with subprocess.Popen(command, cwd=root, preexec_fn=default, **pipes) as process:
        while not page.exists():
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
    assert process.returncode == 130
    assert said.splitlines()[-1] == "benchmarks.run: stopped"
    assert "Traceback" not in said
    assert page.read_text("utf-8").splitlines()[-1] == "Unfinished: more rows were to come."
