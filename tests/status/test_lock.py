"""A run's folder has one owner, whoever looks at it or removes it meanwhile."""

import errno
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import threading

import pytest

from unjpeg.training.lock import held, own, written


def test_one_owner(tmp_path):
    assert not held(tmp_path)
    first = own(tmp_path)
    assert held(tmp_path)
    assert own(tmp_path) is None
    first.close()
    assert not held(tmp_path)


def test_who_looks_does_not_turn_an_owner_away(tmp_path):
    own(tmp_path).close()
    stop = threading.Event()

    def look():
        while not stop.wait(0.001):  # often, but not always: an owner tries ten times
            held(tmp_path)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(200):
            lock = own(tmp_path)
            assert lock
            lock.close()
    finally:
        stop.set()
        watcher.join()


def test_a_folder_that_is_removed_meanwhile_gets_a_new_lock(tmp_path, monkeypatch):
    folder, flock = tmp_path / "state", fcntl.flock

    def late(lock, how):
        monkeypatch.undo()
        shutil.rmtree(folder)
        return flock(lock, how)

    monkeypatch.setattr(fcntl, "flock", late)
    lock = own(folder)
    assert held(folder)
    assert written(folder).pid == os.getpid()
    lock.close()


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    """Slurm's `squeue` as a script that knows one job, 7, whose state the test sets."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "squeue"
    script.write_text(f'#!/bin/sh\n[ "$3" = 7 ] && cat {folder}/state\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder / "state"


def sign(folder, job, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", job)
    lock = own(folder)
    monkeypatch.delenv("SLURM_JOB_ID")
    lock.close()


def test_a_job_that_runs_is_an_owner_where_locks_do_not_reach(squeue, tmp_path, monkeypatch):
    squeue.write_text("RUNNING\n")
    sign(tmp_path, "7", monkeypatch)  # closed: as a node sees it that sees no locks of others
    assert held(tmp_path)
    assert own(tmp_path) is None
    assert "Slurm job 7" in str(written(tmp_path))
    squeue.write_text("COMPLETED\n")
    assert not held(tmp_path)
    own(tmp_path).close()


def test_a_job_does_not_keep_itself_out(squeue, tmp_path, monkeypatch):
    squeue.write_text("RUNNING\n")
    sign(tmp_path, "7", monkeypatch)
    sign(tmp_path, "7", monkeypatch)  # a second training in the same allocation
    monkeypatch.setenv("SLURM_JOB_ID", "8")
    assert own(tmp_path) is None


@pytest.mark.parametrize(("ending", "owner"), [("pass", False), ("os.kill(os.getpid(), 9)", True)])
def test_a_process_that_ended_well_owns_nothing_although_its_job_runs(squeue, tmp_path, ending, owner):
    squeue.write_text("RUNNING\n")
    code = f"""
import os, sys
from pathlib import Path
from unjpeg.training.lock import own
lock = own(Path(sys.argv[1]))
{ending}
"""
    environment = os.environ | {"SLURM_JOB_ID": "7"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=False)
    assert held(tmp_path) is owner
    squeue.write_text("")
    assert not held(tmp_path)


def test_slurm_that_does_not_answer_is_no_end_of_a_job(squeue, tmp_path, monkeypatch):
    squeue.write_text("RUNNING\n")
    sign(tmp_path, "7", monkeypatch)
    script = squeue.parent / "squeue"
    script.write_text(
        "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2\nexit 1\n"
    )
    assert own(tmp_path) is None
    script.write_text("#!/bin/sh\necho 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n")
    own(tmp_path).close()  # forgotten long ago


def test_where_nothing_locks_a_living_process_is_an_owner(tmp_path, monkeypatch):
    def none(lock, how):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    own(tmp_path).close()
    assert not held(tmp_path)  # ourselves
    child = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "lock").write_text(f"{child.pid} {socket.gethostname()} ")
        assert held(tmp_path) and own(tmp_path) is None
        (tmp_path / "lock").write_text(f"{child.pid} elsewhere ")
        assert not held(tmp_path)
        (tmp_path / "lock").write_text(f"{child.pid} {socket.gethostname()} ")
    finally:
        child.kill()
        child.wait()
    own(tmp_path).close()
