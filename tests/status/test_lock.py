"""A run's folder has one owner, whoever looks at it or removes it meanwhile."""

import fcntl
import os
import shutil
import threading

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
        while not stop.is_set():
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
    assert written(folder) == os.getpid()
    lock.close()
