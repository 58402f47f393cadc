"""A training that is stopped goes on, and ends with the same bits."""

import json
import os
import random
import shutil
import signal
import socket
import time

import h5py
import pytest

from unjpeg.provenance import ROOT


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory):
    return {}


@pytest.fixture
def reference(trainer, uninterrupted):
    """Weights and history of a run that nobody stopped; made once."""
    if not uninterrupted:
        done = trainer()
        assert done.returncode == 0, done.stderr
        uninterrupted["result"] = trainer.result()
        trainer.clear()
    return uninterrupted["result"]


def states(trainer):
    return sorted(p.name for p in trainer.folder.glob("state/*/step-*.pt"))


def wait_for_a_state(trainer, process):
    for _ in range(600):
        if states(trainer) or process.poll() is not None:
            return
        time.sleep(0.05)


def test_slices_by_the_clock_end_with_the_same_bits(trainer, reference):
    stops = 0
    while (done := trainer("--max-seconds", "0.01")).returncode == 85:  # one step a slice
        stops += 1
        assert "the same command goes on" in done.stderr
        assert not any(trainer.out.iterdir())
        if stops == 5:
            break
    assert stops == 5
    assert trainer().returncode == 0
    assert trainer.result() == reference


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_stops(trainer, reference, number):
    process = trainer.start("--save-every", "0", steps=24)
    wait_for_a_state(trainer, process)
    process.send_signal(number)
    _, text = process.communicate()
    assert (
        process.returncode == {signal.SIGTERM: 85, signal.SIGINT: 130}[number] or process.returncode == 0
    ), text
    assert "Traceback" not in text
    assert trainer().returncode == 0
    assert trainer.result() == reference


def test_sigkill_loses_no_more_than_the_steps_since_the_last_state(trainer, reference):
    process = trainer.start("--save-every", "0")
    wait_for_a_state(trainer, process)
    process.kill()
    process.communicate()
    assert len(states(trainer)) in (1, 2)
    done = trainer()
    assert "goes on after step" in done.stderr
    assert trainer.result() == reference


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_it_ends_with_the_same_bits(trainer, reference, seed):
    steps = sorted(random.Random(seed).sample(range(1, 22), 5))
    killed = [(["--save-every", "0"], {}, step) for step in steps]
    codes, said = trainer.series(*killed, ([], {}))
    assert codes == [-signal.SIGKILL] * 5 + [0], said
    assert said.count("goes on after step") == 5
    assert trainer.result() == reference
    assert not list(trainer.folder.glob("state/*/.*.part"))


@pytest.mark.parametrize("length", [0, 1, 200, 5000, -1])
def test_a_truncated_state_is_named_and_the_one_before_is_taken(trainer, reference, length):
    slices = [(["--max-seconds", "0.01"], {})] * 3
    assert trainer.series(*slices)[0] == [85] * 3
    older, newest = sorted(trainer.folder.glob("state/*/step-*.pt"))
    newest.write_bytes(newest.read_bytes()[:length])
    codes, said = trainer.series(slices[0], ([], {}))
    assert codes == [85, 0], said
    assert f"{newest.name}: cannot be read" in said
    assert f"; taking the state before it, {older.name}" in said
    assert f"goes on after step {int(older.stem.removeprefix('step-'))} " in said
    assert trainer.result() == reference


def test_without_a_state_that_can_be_read_it_starts_afresh_and_says_so(trainer, reference):
    assert trainer.series(*[(["--max-seconds", "0.01"], {})] * 3)[0] == [85] * 3
    for path in trainer.folder.glob("state/*/step-*.pt"):
        path.write_bytes(path.read_bytes()[:-100])
    done = trainer()
    assert "step-000000003.pt: cannot be read" in done.stderr
    assert "step-000000002.pt: cannot be read" in done.stderr
    assert "; starting from step 0\n" in done.stderr
    assert "goes on" not in done.stderr
    assert trainer.result() == reference


def test_a_state_that_cannot_be_read_pushes_no_good_one_out(trainer):
    slices = [(["--max-seconds", "0.01"], {})] * 4
    trainer.series(*slices)
    newest = trainer.folder / "state" / next(trainer.folder.glob("state/*/step-000000004.pt"))
    newest.write_bytes(b"")
    codes, said = trainer.series(slices[0])  # writes step 4 again
    newest.with_stem("step-000000020").write_bytes(b"")
    trainer.series(*slices[:2])
    assert states(trainer) == [f"step-{n:09d}.pt" for n in (5, 6, 20)], said


def test_a_changed_run_starts_afresh_and_says_why(trainer):
    assert trainer("--max-seconds", "0.01").returncode == 85
    assert trainer("--max-seconds", "0.01", model="other").returncode == 85
    done = trainer(lr=2e-3, steps=3)
    assert done.returncode == 0
    assert "goes on" not in done.stderr
    first = next(
        path for path in trainer.folder.glob("state/small-*") if "step-000000001.pt" in os.listdir(path)
    )
    assert done.stderr.splitlines()[0] == (
        f"starts afresh: {first}/step-000000001.pt differs in "
        "settings.train.lr (0.001, now 0.002), settings.train.steps (24, now 3)"
    )
    assert len(list(trainer.folder.glob("state/small-*"))) == 2


def test_changed_code_patches_and_parents_are_named(trainer, patches, tmp_path, monkeypatch):
    assert trainer("--max-seconds", "0.01").returncode == 85
    shutil.copytree(ROOT, tmp_path / "src/unjpeg", ignore=shutil.ignore_patterns("__pycache__"))
    with open(tmp_path / "src/unjpeg/models/conv_unit.py", "a") as file:
        file.write("CHANGED = 1\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    done = trainer("--max-seconds", "0.01")
    assert done.stderr.splitlines()[0].endswith("step-000000001.pt differs in code")
    monkeypatch.undo()
    shutil.copytree(patches, tmp_path / "patches")
    with h5py.File(tmp_path / "patches/train.h5", "a") as file:
        file.attrs["digest"] = "another"
    done = trainer("--max-seconds", "0.01", "--patches", str(tmp_path / "patches"))
    assert done.stderr.splitlines()[0].endswith("step-000000001.pt differs in code, training patches")


def test_a_second_process_leaves_with_one_line(trainer):
    process = trainer.start("--save-every", "0", steps=100_000)
    wait_for_a_state(trainer, process)
    done = trainer(steps=100_000)
    process.kill()
    process.communicate()
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"process {process.pid} on {socket.gethostname()} is training this run" in done.stderr


def test_a_finished_run_writes_its_outputs_again_without_training(trainer, reference):
    assert trainer().returncode == 0
    first = trainer.result()
    for path in trainer.out.iterdir():
        path.unlink()
    done = trainer()
    assert "goes on after step 24 of 24" in done.stderr
    assert trainer.result() == first == reference


@pytest.mark.skipif(
    os.geteuid() != 0, reason="a full disk needs a file system of its own, which only root mounts"
)
def test_a_full_disk_keeps_the_old_state(trainer):
    home = trainer.folder / "state"
    home.mkdir()
    if os.system(f"mount -t tmpfs -o size=150k tmpfs '{home}' 2>/dev/null"):
        pytest.skip("this machine lets nobody mount a file system")
    try:
        assert trainer("--max-seconds", "0.01").returncode == 85
        before = states(trainer)
        room = os.statvfs(home)
        next(home.iterdir()).joinpath("filler").write_bytes(b"0" * (room.f_bavail * room.f_bsize))
        done = trainer()
        assert done.returncode == 2
        assert "No space left on device" in done.stderr
        assert f"kept: {before[-1]}" in done.stderr
        assert states(trainer) == before
    finally:
        os.system(f"umount '{home}'")


def test_the_card_counts_the_seconds_of_all_slices(trainer):
    import torch

    for _ in range(3):
        assert trainer("--max-seconds", "0.01", steps=5).returncode == 85
    newest = sorted(trainer.folder.glob("state/*/step-*.pt"))[-1]
    before = torch.load(newest, weights_only=True)["seconds"]
    assert trainer(steps=5).returncode == 0
    assert json.loads((trainer.out / "card.json").read_text())["seconds"] > before > 0


def test_the_card_tells_what_was_trained(trainer):
    assert trainer(steps=6).returncode == 0
    card = json.loads((trainer.out / "card.json").read_text())
    assert card["arch"] == "conv_unit"
    assert card["steps"] == 6
    assert card["versions"]["torch"]
    assert card["device"] == "cpu"
    assert len(card["code"]) == 12
