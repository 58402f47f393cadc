"""`unjpeg clean` takes what nothing needs, and nothing else."""

import os
import pty
import subprocess
import sys

import pytest

from unjpeg.atomic import HOST
from unjpeg.config.study import check_study
from unjpeg.status.leftovers import leftovers, remove
from unjpeg.status.states import states
from unjpeg.training.lock import held, own


def dead() -> int:
    """Id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def found(place):
    """State of each folder, by name."""
    study = check_study(place.config, "config")
    return {s.folder.name: s for s in states(study, place.results, place.folder)}


def test_states_are_told_apart_and_only_the_needless_go(place):
    first = place.train("--max-seconds", "0.01")
    assert (found(place)[first.name].state, found(place)[first.name].step) == ("stopped", 1)
    place.write(lr=2e-3)
    assert found(place)[first.name].state == "stale"
    second = place.train()
    assert found(place)[second.name].state == "finished"
    place.write(lr=3e-3)
    third = place.train("--max-seconds", "0.01")
    assert {s.state for s in found(place).values()} == {"stale", "finished", "stopped"}
    assert found(place)[second.name].bytes == sum(p.stat().st_size for p in second.iterdir())

    done = place.unjpeg("clean", "smoke.yaml", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"results/smoke/state/{second.name}" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("removed ")
    assert place.states() == {first.name, third.name}
    assert place.unjpeg("clean", "smoke.yaml", "--yes").stdout == "nothing to remove\n"
    place.unjpeg("clean", "smoke.yaml", "--yes", "--stale")
    assert place.states() == {third.name}
    assert (place.results / "models/car/card.json").is_file()


def test_a_finished_run_whose_model_is_lost_keeps_its_state(place):
    state = place.train()
    (place.results / "models/car/model.safetensors").unlink()
    assert found(place)[state.name].state == "stopped"
    assert place.unjpeg("clean", "smoke.yaml", "--yes", "--stale").stdout == "nothing to remove\n"


def test_without_the_patches_a_state_is_never_stale(place):
    state = place.train("--max-seconds", "0.01")
    (place.results / "patches/gray/val.h5").unlink()
    assert found(place)[state.name].state == "unknown"
    place.unjpeg("clean", "smoke.yaml", "--yes", "--stale")
    assert place.states() == {state.name}


def test_nobody_to_ask_removes_nothing(place):
    state = place.train()
    done = place.unjpeg("clean", "smoke.yaml")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--yes" in done.stderr
    assert place.states() == {state.name}


@pytest.mark.parametrize(("answer", "stays"), [(b"n\n", True), (b"\n", True), (b"y\n", False)])
def test_a_terminal_is_asked(place, answer, stays):
    state = place.train()
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-m", "unjpeg", "clean", "smoke.yaml"]
    done = subprocess.run(command, cwd=place.folder, stdin=theirs, capture_output=True, text=True)
    os.close(ours)
    os.close(theirs)
    assert "[y/N]" in done.stdout
    assert place.states() == ({state.name} if stays else set())


def test_a_held_state_stays(place):
    state = place.train()
    listed = leftovers(found(place).values(), [], stale=True)
    assert [leftover.path for leftover in listed] == [state]
    lock = own(state)
    assert remove(listed[0], place.results) == "a process trains this run"
    assert found(place)[state.name].state == "running"
    assert found(place)[state.name].owner.startswith(f"process {os.getpid()} on ")
    assert place.unjpeg("clean", "smoke.yaml", "--yes", "--stale").stdout == "nothing to remove\n"
    lock.close()
    assert not held(state)
    assert remove(listed[0], place.results) is None


def test_a_model_that_was_lost_while_the_user_was_asked(place):
    place.train()
    (listed,) = leftovers(found(place).values(), [], stale=False)
    (place.results / "models/car/card.json").unlink()
    assert remove(listed, place.results) == "its model is no longer there"
    assert listed.path.is_dir()


def test_partial_files_of_dead_processes_go_and_links_stay(place):
    home = place.results / "degraded" / "photos"
    home.mkdir(parents=True)
    (place.folder / "elsewhere").mkdir()
    kept = [
        home / f".q10.h5.{HOST}.{os.getpid()}.part",
        home / "q10.h5",
        place.folder / "elsewhere" / f".a.{HOST}.1.part",
    ]
    gone = home / f".q20.h5.{HOST}.{dead()}.part"
    for path in (*kept, gone):
        path.write_bytes(b"x" * 1000)
    (home / f".link.{HOST}.{dead()}.part").symlink_to(kept[1])
    (place.results / "linked").symlink_to(place.folder / "elsewhere")
    (place.results / "state").mkdir()
    (place.results / "state" / "car-0123456789ab").symlink_to(place.folder / "elsewhere")
    done = place.unjpeg("clean", "smoke.yaml", "--yes", "--stale")
    listed, summary = done.stdout.splitlines()  # nothing else was even listed
    assert gone.name in listed
    assert summary == "removed 1.0 kB"
    assert not gone.exists()
    assert all(path.is_file() for path in kept)
    assert len([path for path in home.iterdir() if path.is_symlink()]) == 1
    assert (place.results / "state" / "car-0123456789ab").is_symlink()


def test_a_partial_file_of_another_machine_stays_for_a_day(place):
    home = place.results / "degraded" / "photos"
    home.mkdir(parents=True)
    new, old = home / ".q10.h5.node-7.1.part", home / ".q20.h5.node-7.1.part"
    for path in (new, old):
        path.write_bytes(b"x")
    yesterday = os.stat(old).st_mtime - 90000
    os.utime(old, (yesterday, yesterday))
    place.unjpeg("clean", "smoke.yaml", "--yes")
    assert new.exists() and not old.exists()
