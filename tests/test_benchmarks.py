"""`python -m benchmarks.run` as somebody types it, with what takes seconds; and the table that it writes."""

import subprocess
import sys

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
    slow = ratio.Row("a", "x", "y", [2.0, 2.0, 4.0], [1.0, 2.0, 2.0], 4, "MP", 1, "the floor", "a note")
    fast = ratio.Row("a", "z", "y", [1.0], [2.0], 4, "MP", 1, "the floor")
    _, _, area, first, second = ratio.table([slow, fast]).splitlines()
    assert area.startswith("| **a** |")
    assert first == "| x | 2 MP/s | y | 2 MP/s | 0.50 | 0.50 to 1.00 | 1 | not met; the floor; a note |"
    assert second.endswith("| 2.00 | 2.00 to 2.00 | 1 | met |")


def test_turns_are_summed_up(ratio):
    calls = []
    now = iter(range(1000))
    ours, theirs = ratio.in_turns(
        lambda: calls.append("ours"), lambda: calls.append("theirs"), 2, clock=lambda: next(now), rounds=3
    )
    assert calls == ["ours", "theirs"] * 7
    assert ours == theirs == [3, 3]
