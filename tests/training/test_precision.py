"""bfloat16 is trained in where the processor has it; one without it trains in float32 and says so."""

import json

import pytest
import torch

from unjpeg.cli import main
from unjpeg.training import launch


@pytest.fixture
def card(trainer, monkeypatch, capfd):
    """`card(wanted, native)`: of a training on a CPU that has bfloat16 or has not, and what was said."""
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)  # this process is that of all tests

    def trained(wanted, native):
        trainer.clear()
        monkeypatch.setattr(launch, "native", lambda device: native)
        argv = trainer.command([], {"precision": wanted, "steps": 2, "val_every": 2})
        assert main(argv[3:]) == 0
        return json.loads((trainer.out / "card.json").read_text()), capfd.readouterr().err

    return trained


def test_a_processor_without_it_trains_in_float32_and_says_so(card, trainer):
    made, said = card("bf16-mixed", native=False)
    assert made["precision"] == "32-true"
    assert made["train"]["precision"] == "bf16-mixed"
    assert "train.precision bf16-mixed: no instructions for it here, so 32-true\n" in said
    weights = trainer.result().weights
    _, said = card("32-true", native=False)
    assert "train.precision" not in said
    tensors = [blob[8 + int.from_bytes(blob[:8], "little") :] for blob in (weights, trainer.result().weights)]
    assert tensors[0] == tensors[1]


def test_a_processor_with_it_trains_in_it(card):
    made, said = card("bf16-mixed", native=True)
    assert made["precision"] == made["train"]["precision"] == "bf16-mixed"
    assert "train.precision" not in said


@pytest.mark.parametrize("wanted", ["32-true", "16-mixed"])
def test_other_precisions_are_what_the_run_wants(wanted, monkeypatch):
    monkeypatch.setattr(launch, "native", lambda device: False)
    assert launch.precision_on("cpu", wanted) == wanted
    assert launch.precision_on("cuda", "bf16-mixed") == "bf16-mixed"
