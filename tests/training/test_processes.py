"""Several processes share each batch of a training: the same network as of one, up to the order of sums."""

import csv
import io
import json
import os

import numpy as np
import pytest

from unjpeg.store.weights import read_weights

STEPS = 6


def weights(folder):
    tensors, _ = read_weights(folder / "out" / "model.safetensors")
    return tensors


def losses(history):
    return [float(row["loss"]) for row in csv.DictReader(io.StringIO(history))]


@pytest.fixture
def alone(trainer):
    """Weights and history of one process."""
    assert trainer(steps=STEPS, val_every=3).returncode == 0
    found = weights(trainer.folder), (trainer.out / "history.csv").read_text()
    trainer.clear()
    return found


def test_two_processes_are_one(trainer, alone):
    done = trainer("--devices", "2", steps=STEPS, val_every=3)
    assert done.returncode == 0, done.stderr
    assert json.loads((trainer.out / "card.json").read_text())["devices"] == 2
    for name, tensor in weights(trainer.folder).items():
        np.testing.assert_allclose(tensor, alone[0][name], rtol=0, atol=2e-6, err_msg=name)
    ours, theirs = (losses(text) for text in (alone[1], (trainer.out / "history.csv").read_text()))
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)  # of the batch, not of a process's share
    assert done.stderr.count(f"{STEPS}/{STEPS}") == 1  # one of them speaks
    assert not all((tensor == alone[0][name]).all() for name, tensor in weights(trainer.folder).items())


def test_two_processes_are_stopped_and_go_on_as_two(trainer):
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    whole = trainer.result()
    trainer.clear()
    for _ in range(3):
        done = trainer("--devices", "2", "--max-seconds", "0.01", steps=STEPS, val_every=3)
        assert done.returncode == 85, done.stderr
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    assert trainer.result() == whole


def test_one_record_is_written_by_the_first_of_two(trainer, monkeypatch):
    monkeypatch.setenv("UNJPEG_RECORDS", "1")
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    (record,) = trainer.out.glob(".*.record.json")
    written = json.loads(record.read_text())["outputs"]
    assert {os.path.basename(path) for path in written} == {"model.safetensors", "history.csv", "card.json"}


def test_a_job_of_one_task_starts_its_processes_itself(trainer, alone, monkeypatch):
    """As Snakemake's plugin leaves it: a step of one task, whose training has two GPUs."""
    for name, value in {"NTASKS": "1", "PROCID": "0", "LOCALID": "0", "NODEID": "0", "NNODES": "1"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    for name, tensor in weights(trainer.folder).items():
        np.testing.assert_allclose(tensor, alone[0][name], rtol=0, atol=2e-6, err_msg=name)


def test_a_copy_of_the_patches_is_read_and_leaves_nothing(trainer, alone, tmp_path, monkeypatch):
    scratch = tmp_path.parent / f"{tmp_path.name}-scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    assert trainer("--scratch", steps=STEPS, val_every=3).returncode == 0
    assert (trainer.out / "history.csv").read_text() == alone[1]
    assert not list(scratch.glob("unjpeg-*"))


def test_patches_that_cannot_be_copied_are_named(trainer, tmp_path):
    done = trainer("--scratch", "--patches", str(tmp_path / "nowhere"), steps=1)
    assert done.returncode == 2
    assert "--scratch: " in done.stderr and "nowhere/train.h5" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("processes", "changes", "says"),
    [
        ("3", {}, "train.batch 8 cannot be shared evenly by 3 processes"),
        (
            "2",
            {"arch": "dncnn", "settings": {"depth": 3}},
            "several processes cannot share batch norm",
        ),
    ],
)
def test_what_would_train_another_network_is_refused(trainer, processes, changes, says):
    done = trainer("--devices", processes, steps=2, val_every=2, **changes)
    assert done.returncode != 0
    assert says in done.stderr
    assert not list(trainer.folder.glob("out/*"))


def test_all_processes_go_on_from_the_state_of_the_first(trainer, monkeypatch):
    """A node may not see yet what another one has written."""
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    whole = trainer.result()
    trainer.clear()
    assert trainer("--devices", "2", "--max-seconds", "0.01", steps=STEPS, val_every=3).returncode == 85
    blind = trainer.folder / "blind"
    blind.mkdir()
    (blind / "sitecustomize.py").write_text(
        "import os\n"
        "if os.environ.get('LOCAL_RANK', '0') != '0':\n"
        "    from unjpeg.training import state\n"
        "    state.State.load = lambda self: None\n"
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(blind), *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    assert trainer("--devices", "2", steps=STEPS, val_every=3).returncode == 0
    assert trainer.result() == whole


def test_the_tasks_of_a_login_shell_are_not_those_of_a_training(trainer, monkeypatch):
    """`salloc -n 4` leaves SLURM_NTASKS to all that is started below it; only a step of srun has tasks."""
    for name, value in {"JOB_ID": "77", "NTASKS": "4", "NNODES": "1", "JOB_NAME": "bash"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    done = trainer(steps=2, val_every=2)
    assert done.returncode == 0, done.stderr
    assert json.loads((trainer.out / "card.json").read_text())["devices"] == 1
