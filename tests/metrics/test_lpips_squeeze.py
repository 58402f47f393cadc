"""LPIPS-SqueezeNet: known values with the published weights, properties with drawn ones."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from unjpeg import images, jpeg, losses, torchvision_shim
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.metrics import lpips_squeeze, protocol
from unjpeg.parameters import VARIABLE

COLOR = protocol.named("color-420")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """A folder with parameter files of the right shapes."""
    torchvision_shim.ensure()
    from torchvision.models import squeezenet

    folder = tmp_path_factory.mktemp("squeezenet")
    for file in lpips_squeeze.CARD.files:
        (folder / file).parent.mkdir(parents=True)
    torch.manual_seed(0)
    torch.save(squeezenet.squeezenet1_1(weights=None).state_dict(), folder / lpips_squeeze.CARD.files[0])
    channels = enumerate((64, 128, 256, 384, 384, 512, 512))
    heads = {f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in channels}
    torch.save(heads, folder / lpips_squeeze.CARD.files[1])
    return folder


@pytest.fixture
def weights(drawn, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(drawn))
    return drawn


def test_it_is_pyiqas_with_that_backbone(pair, weights, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(weights))
    import pyiqa

    options = {"net": "squeeze", "pretrained_model_path": str(weights / lpips_squeeze.CARD.files[1])}
    tensors = [torch.from_numpy(images.to_float32(pixels))[None] for pixels in pair("q10")]
    want = pyiqa.create_metric("lpips", device="cpu", **options)(*tensors).item()
    assert lpips_squeeze.score(*pair("q10"), COLOR) == pytest.approx(want, rel=1e-4)


def test_it_is_the_loss_of_that_name(pair, weights):
    assert lpips_squeeze.CARD.files == losses.files("lpips_squeeze")
    tensors = [torch.from_numpy(images.to_float32(pixels))[None] for pixels in pair("q10")]
    value = losses.load("lpips_squeeze", weights)(*tensors).item()
    assert lpips_squeeze.score(*pair("q10"), COLOR) == pytest.approx(value, rel=1e-5)


def test_a_distance_is_0_for_equal_images_and_symmetric(pair, weights):
    image, reference = pair("q10")
    value = lpips_squeeze.score(image, reference, COLOR)
    assert value > 0
    assert lpips_squeeze.score(reference, image, COLOR) == pytest.approx(value, rel=1e-6)
    assert lpips_squeeze.score(image, image, COLOR) == 0


def test_gray_is_three_equal_channels(pair, weights):
    image, reference = pair("gray-q10")
    three = lpips_squeeze.score(image.repeat(3, 2), reference.repeat(3, 2), COLOR)
    assert lpips_squeeze.score(image, reference, protocol.GRAY) == three


def test_threads_and_the_random_generator_do_not_enter(pair, weights):
    state, before = torch.random.get_rng_state(), torch.get_num_threads()
    lpips_squeeze._read.cache_clear()
    values = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            values.append(lpips_squeeze.score(*pair("q10"), COLOR))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert values[0] == values[1]
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_missing_file_is_named(pair, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(UserError) as error:
        lpips_squeeze.score(*pair("q10"), COLOR)
    assert f"lpips_squeeze: no parameter file {tmp_path / lpips_squeeze.CARD.files[0]}" in str(error.value)
    assert "unjpeg parameters" in str(error.value) and "\n" not in str(error.value)


def test_defined_at_min_side_and_refused_below(weights):
    side = lpips_squeeze.CARD.min_side
    x, y = np.random.default_rng(0).integers(0, 256, (2, side, side + 3, 3), np.uint8)
    assert np.isfinite(lpips_squeeze.score(x, y, COLOR))
    with pytest.raises(UserError, match=f"is too small, not defined below {side} pixels"):
        lpips_squeeze.score(x[1:], y[1:], COLOR)


@pytest.fixture(scope="module")
def published(shared, root, tmp_path_factory):
    """The published weights, out of an ONNX export of the metric."""
    folder = tmp_path_factory.mktemp("published")
    command = [
        sys.executable,
        root / "tools/squeezenet_from_onnx.py",
        shared / "metrics/lpips_sq.onnx",
        folder,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_the_documented_values_of_torchmetrics(published):
    loss = losses.load("lpips_squeeze", published)
    torch.manual_seed(42)
    assert f"{loss(torch.rand(10, 3, 100, 100), torch.rand(10, 3, 100, 100)):.4f}" == "0.1005"
    torch.manual_seed(42)
    pairs = zip(torch.rand(2, 3, 100, 100), torch.rand(2, 3, 100, 100))
    assert [f"{loss(x[None], y[None]):.4f}" for x, y in pairs] == ["0.1024", "0.0938"]


@pytest.mark.parametrize(("text", "wanted"), [("gray-q10", 0.399), ("gray-q40", 0.151)])
def test_classic5_as_measured_by_another_implementation(published, shared, monkeypatch, text, wanted):
    monkeypatch.setenv(VARIABLE, str(published))
    values = []
    for file in sorted((shared / "data/classic5").glob("*.bmp")):
        clean, degradation = images.read_uint8(file), parse(text)
        restored = images.read_uint8(jpeg.degrade(clean, degradation))
        values.append(lpips_squeeze.score(restored, jpeg.reference(clean, degradation), protocol.GRAY))
    assert len(values) == 5
    assert np.mean(values) == pytest.approx(wanted, abs=6e-4)
