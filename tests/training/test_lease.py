"""Several trainings of one machine each get a GPU of their own; nvidia-smi is faked, all else is real."""

import os
import signal
import subprocess
import sys
from select import select

import pytest

TRAIN = """
import os, sys, time
from unjpeg.errors import UserError
from unjpeg.training.clock import Clock
from unjpeg.training.lease import lease
say = lambda text: print(text, flush=True)
try:
    on = lease(int(sys.argv[1]), say, clock := Clock(float(sys.argv[2])))
except UserError as error:
    sys.exit(f"{error}")
assert "torch" not in sys.modules
say(f"{on} {os.environ.get('CUDA_VISIBLE_DEVICES')}")
if not on:
    sys.exit(clock.exit_code)
time.sleep(600)
"""
TWO = ["GPU 0: NVIDIA H100 (UUID: GPU-aaaa-01)", "GPU 1: NVIDIA H100 (UUID: GPU-bbbb-02)"]


class Machine:
    """A machine with these lines of `nvidia-smi -L`; trainings started on it are killed with it."""

    def __init__(self, folder):
        self.folder, self.running = folder, []
        self.environment = {k: v for k, v in os.environ.items() if k != "CUDA_VISIBLE_DEVICES"}
        self.environment |= {"PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}

    def has(self, *lines, code=0):
        fake = self.folder / "nvidia-smi"
        fake.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) + f"exit {code}\n")
        fake.chmod(0o755)

    def start(self, devices=1, seconds=600, **environment):
        command = [sys.executable, "-c", TRAIN, str(devices), str(seconds)]
        environment = self.environment | environment
        process = subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True)
        self.running.append(process)
        return process


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.has(*TWO)
    yield made
    for process in made.running:
        process.kill()
        process.communicate()


def lines(process, count=1):
    """What it says next."""
    return [process.stdout.readline().strip() for _ in range(count)]


def test_each_training_gets_another_device_and_the_next_one_waits(machine):
    running = {lines(process := machine.start(), 2)[1]: process for _ in range(2)}
    assert sorted(running) == ["True GPU-aaaa-01", "True GPU-bbbb-02"]
    third = machine.start()
    assert lines(third)[0].startswith("waits for 1 of 2 GPUs: other trainings have leased them")
    running["True GPU-bbbb-02"].kill()
    assert lines(third, 2) == ["leased GPU-bbbb-02", "True GPU-bbbb-02"]


def test_trainings_that_start_together_get_different_devices(machine):
    machine.has(*(f"GPU {n}: (UUID: GPU-{n})" for n in range(4)))
    started = [machine.start() for _ in range(4)]
    assert {lines(process, 2)[1] for process in started} == {f"True GPU-{n}" for n in range(4)}


def test_all_devices_or_none(machine):
    """Who waits for both holds neither, so two of them never wait for each other."""
    one = machine.start()
    lines(one, 2)
    both = [machine.start(2), machine.start(2)]
    assert all(lines(process)[0].startswith("waits for 2 of 2") for process in both)
    other = machine.start()
    assert lines(other, 2)[0] == "leased GPU-bbbb-02"
    one.kill()
    other.kill()
    streams = {process.stdout: process for process in both}
    (stream,) = select(streams, [], [], 60)[0]
    assert lines(streams.pop(stream), 2)[0] == "leased GPU-aaaa-01,GPU-bbbb-02"
    assert select(streams, [], [], 2.5)[0] == []


@pytest.mark.parametrize("set_by_cluster", ["0", "1,0", "MIG-7", ""])
def test_what_a_cluster_has_set_is_left_alone(machine, set_by_cluster):
    for _ in range(3):
        process = machine.start(CUDA_VISIBLE_DEVICES=set_by_cluster)
        assert lines(process) == [f"True {set_by_cluster}".strip()]
    assert not list(machine.folder.glob("unjpeg-gpu-*"))


def test_slices_are_devices(machine):
    machine.has(
        "GPU 0: NVIDIA H100 (UUID: GPU-aaaa)",
        "  MIG 3g.40gb     Device  0: (UUID: MIG-GPU-aaaa/1/0)",
        "  MIG 3g.40gb     Device  1: (UUID: MIG-dddd)",
        "GPU 1: NVIDIA H100 (UUID: GPU-bbbb)",
    )
    seen = {lines(machine.start(), 2)[1] for _ in range(3)}
    assert seen == {"True MIG-GPU-aaaa/1/0", "True MIG-dddd", "True GPU-bbbb"}


def test_without_a_gpu_nothing_is_done(machine):
    machine.has("No devices found.", code=6)
    assert lines(machine.start(4)) == ["True None"]


def test_more_than_there_are_is_one_line(machine):
    process = machine.start(3)
    _, error = process.communicate()
    assert (process.returncode, error) == (1, "--devices 3: this machine has 2\n")


@pytest.mark.parametrize("asked", ["clock", signal.SIGTERM])
def test_a_wait_ends_like_a_training(machine, asked):
    machine.has(TWO[0])
    lines(machine.start(), 2)
    process = machine.start(seconds=1 if asked == "clock" else 600)
    assert lines(process)[0].startswith("waits for 1 of 1 GPUs")
    if asked != "clock":
        process.send_signal(asked)
    assert lines(process, 2)[0].startswith("stopped before the first step: ")
    assert process.wait() == 85


def test_a_training_leases_unless_it_is_on_the_cpu(machine, trainer, monkeypatch):
    for key, value in machine.environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert "leased" not in trainer(steps=1).stderr
    done = trainer("--device", "auto", steps=1)
    assert done.returncode == 0, done.stderr
    assert "leased GPU-aaaa-01\n" in done.stderr
