"""The tool that takes LPIPS-SqueezeNet's parameter files out of an ONNX export."""

import hashlib
import subprocess
import sys

import pytest
import torch
import yaml

from unjpeg import losses
from unjpeg.layers.squeezenet import FIRES, TAPS, Fire


def varint(value):
    return bytes([value & 127 | 128]) + varint(value >> 7) if value > 127 else bytes([value])


def field(number, value):
    """A field of a protocol buffer: an integer, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def onnx(tensors):
    """A model of nothing but initialisers, as onnx.proto says, between fields that a reader passes over."""
    messages = b""
    for name, tensor in tensors.items():
        dims = b"".join(field(1, n) for n in tensor.shape)
        kind = {torch.float32: 1, torch.int64: 7}[tensor.dtype]
        messages += field(
            5, dims + field(2, kind) + field(8, name.encode()) + field(9, tensor.numpy().tobytes())
        )
    return field(1, 10) + field(7, field(2, b"main_graph") + messages) + varint(20 << 3 | 5) + b"1234"


@pytest.fixture(scope="module")
def tensors():
    torch.manual_seed(0)
    state = torch.nn.Conv2d(3, 64, 3).state_dict(prefix="core.net.slice1.0.")
    cin = 64
    for i, between in FIRES.items():
        state |= Fire(cin, between).state_dict(prefix=f"core.net.slice{min(7, i)}.{i}.")
        cin = 8 * between
    state |= {f"core.lins.{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in enumerate(TAPS.values())}
    return state | {"axes": torch.tensor([2, 3])}


def convert(root, *arguments):
    command = [sys.executable, root / "tools/squeezenet_from_onnx.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_loss_reads_what_it_writes_and_a_study_what_it_prints(root, tmp_path, tensors):
    (tmp_path / "m.onnx").write_bytes(onnx(tensors))
    done = convert(root, tmp_path / "m.onnx", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    loss = losses.load("lpips_squeeze", tmp_path / "out")
    assert torch.equal(loss.head6, tensors["core.lins.6.model.1.weight"])
    assert torch.equal(loss.features.layers[12].expand3x3.bias, tensors["core.net.slice7.12.expand3x3.bias"])
    copies = yaml.safe_load(done.stdout)["metric_files"]
    for file in losses.files("lpips_squeeze"):
        data = (tmp_path / "out" / file).read_bytes()
        copy = copies.pop(file.rpartition("/")[2])
        assert copy == {"path": str(tmp_path / "out" / file), "sha256": hashlib.sha256(data).hexdigest()}
    assert not copies


@pytest.mark.parametrize("case", ["no file", "text", "cut", "another network"])
def test_anything_else_is_one_line(root, tmp_path, tensors, case):
    path = tmp_path / "m.onnx"
    if case == "text":
        path.write_text("<!DOCTYPE html>" * 99)
    elif case == "cut":
        path.write_bytes(onnx(tensors)[:100_000])
    elif case == "another network":
        path.write_bytes(onnx({"fc.weight": torch.rand(3, 3)}))
    done = convert(root, path, tmp_path / "out")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert ("not the weights of SqueezeNet 1.1" if case == "another network" else str(path)) in done.stderr
