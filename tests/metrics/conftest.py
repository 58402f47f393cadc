import os
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from skimage import data

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.metrics import brisque, lpips, niqe
from unjpeg.parameters import VARIABLE

ALEXNET = {
    "features.0": (64, 3, 11, 11),
    "features.3": (192, 64, 5, 5),
    "features.6": (384, 192, 3, 3),
    "features.8": (256, 384, 3, 3),
    "features.10": (256, 256, 3, 3),
    "classifier.1": (4096, 9216),
    "classifier.4": (4096, 4096),
    "classifier.6": (1000, 4096),
}


@pytest.fixture(scope="session")
def photo():
    """uint8 (201, 270, 3): sides that are no multiple of 8."""
    return np.ascontiguousarray(data.astronaut()[20:221, 100:370])


@pytest.fixture(scope="session")
def pair(photo):
    """(image, reference) for a degradation string."""

    def make(text):
        degradation = parse(text)
        return images.read_uint8(jpeg.degrade(photo, degradation)), jpeg.reference(photo, degradation)

    return make


@pytest.fixture(scope="session")
def by_pyiqa():
    """pyiqa's own value, in float32, of a metric that needs no file."""
    import torch

    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    import pyiqa

    def value(name, image, reference):
        pair = [torch.from_numpy(images.to_float32(pixels))[None] for pixels in (image, reference)]
        return pyiqa.create_metric(name, device="cpu")(*pair).item()

    return value


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    """A folder of parameter files of the right shapes with random numbers in them."""
    import torch

    folder = tmp_path_factory.mktemp("metrics")
    for place in ("hub/checkpoints", "hub/pyiqa"):
        (folder / place).mkdir(parents=True)
    random = torch.Generator().manual_seed(0)
    backbone = {}
    for name, shape in ALEXNET.items():
        # LPIPS reads the classifier too but never uses it: one stored number, expanded, spares 230 MB.
        used = name.startswith("features")
        scale = (2 / np.prod(shape[1:])) ** 0.5
        weight = torch.randn(shape, generator=random) * scale if used else torch.zeros(1).expand(shape)
        backbone[f"{name}.weight"] = weight
        backbone[f"{name}.bias"] = torch.randn(shape[:1], generator=random) / 10
    channels = [shape[0] for name, shape in ALEXNET.items() if name.startswith("features")]
    heads = {
        f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1, generator=random) for i, c in enumerate(channels)
    }
    torch.save(backbone, folder / lpips.CARD.files[0])
    torch.save(heads, folder / lpips.CARD.files[1])
    vectors = torch.randn(20, generator=random), torch.randn(20, 36, generator=random)
    torch.save(vectors, folder / "hub/pyiqa/brisque_svm_weights.pth")
    pristine = {"mu_prisparam": np.linspace(0.1, 2, 36)[None], "cov_prisparam": np.eye(36)}
    scipy.io.savemat(folder / "hub/pyiqa/niqe_modelparameters.mat", pristine)
    return folder


@pytest.fixture
def parameters(synthetic, monkeypatch):
    """The synthetic folder, set as the one in use."""
    monkeypatch.setenv(VARIABLE, str(synthetic))
    return synthetic


@pytest.fixture
def published(root, tmp_path, monkeypatch, request):
    """The authors' NIQE and BRISQUE parameters, set as those in use: fetched ones, or those of `shared`."""
    fetched = Path(os.environ.get(VARIABLE) or root / "resources/metrics")
    if all((fetched / file).is_file() for file in (*niqe.CARD.files, *brisque.CARD.files)):
        monkeypatch.setenv(VARIABLE, str(fetched))
        return
    shared = request.getfixturevalue("shared")
    for (file,), source in (
        (niqe.CARD.files, "niqe_modelparameters.mat"),
        (brisque.CARD.files, "brisque_svm_weights_from_allmodel.pt"),
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((shared / "metrics" / source).read_bytes())
    monkeypatch.setenv(VARIABLE, str(tmp_path))


@pytest.fixture(scope="session")
def generated():
    """uint8 (256, 256, 3): stripes, a checkered disc, texture; by integers alone, so the same everywhere."""
    side, value, noise = 256, 1, []
    for _ in range(side * side):
        value = (1664525 * value + 1013904223) % 2**32
        noise.append(value >> 24)
    noise = np.array(noise).reshape(side, side)
    texture = sum(np.roll(noise, (i, j), (0, 1)) for i in range(3) for j in range(3)) // 9 - 128
    y, x = np.mgrid[:side, :side]
    stripes = 60 + x * 80 // side + 40 * ((3 * x + 5 * y) // 64 % 2) + texture // 3
    checks = 40 + 90 * ((x // 11 + y // 11) % 2) + texture // 2
    plane = np.where((x - 150) ** 2 + (y - 100) ** 2 < 70**2, checks, stripes)
    return np.clip(np.stack([plane, plane * 7 // 8 + 10, 255 - plane], -1), 0, 255).astype(np.uint8)
