"""Fixtures for all tests."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHANNELS = {"lpips_vgg": (64, 128, 256, 512, 512), "lpips_squeeze": (64, 128, 256, 384, 384, 512, 512)}


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Photographs and parameter files that some machines keep beside the checkout; else skips."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no folder `shared` beside the checkout")
    return folder


@pytest.fixture(scope="session")
def networks():
    """torchvision's own convolutions with drawn weights, by the loss that is made of them."""
    import torch

    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    from torchvision.models import squeezenet, vgg

    torch.manual_seed(0)
    return {
        "vgg19": vgg.make_layers(vgg.cfgs["E"], batch_norm=False).eval(),
        "lpips_vgg": vgg.make_layers(vgg.cfgs["D"], batch_norm=False).eval(),
        "lpips_squeeze": squeezenet.squeezenet1_1(weights=None).features.eval(),
    }


@pytest.fixture(scope="session")
def home(networks, tmp_path_factory):
    """Parameter files as published, with the classifiers, of which one stored number is enough."""
    import torch

    from unjpeg import losses

    folder = tmp_path_factory.mktemp("home")
    for place in ("hub/checkpoints", "hub/pyiqa"):
        (folder / place).mkdir(parents=True)
    zero = torch.zeros(1)
    for name, layers in networks.items():
        state = {f"features.{k}": v for k, v in layers.state_dict().items()}
        if name == "lpips_squeeze":
            state |= {
                "classifier.1.weight": zero.expand(1000, 512, 1, 1),
                "classifier.1.bias": zero.expand(1000),
            }
        else:
            for i, (cin, cout) in {0: (25088, 4096), 3: (4096, 4096), 6: (4096, 1000)}.items():
                state |= {f"classifier.{i}.weight": zero.expand(cout, cin)}
                state |= {f"classifier.{i}.bias": zero.expand(cout)}
        backbone, *heads = losses.files(name)
        torch.save(state, folder / backbone)
        for file in heads:
            drawn = {f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in enumerate(CHANNELS[name])}
            torch.save(drawn, folder / file)
    return folder
