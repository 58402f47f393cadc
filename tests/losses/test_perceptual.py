import pytest
import torch

from unjpeg import torchvision_shim
from unjpeg.errors import UserError
from unjpeg.layers.vgg import FILES
from unjpeg.losses.perceptual import Lpips, Vgg19


def features(depth):
    """torchvision's convolutions of VGG with drawn weights."""
    torchvision_shim.ensure()
    from torchvision.models import vgg

    torch.manual_seed(depth)
    return vgg.make_layers(vgg.cfgs[{16: "D", 19: "E"}[depth]], batch_norm=False).eval()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder like TORCH_HOME, with files of the right shapes: one stored number spares the classifier."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "hub/checkpoints").mkdir(parents=True)
    for depth in (16, 19):
        state = {f"features.{k}": v for k, v in features(depth).state_dict().items()}
        for i, (cin, cout) in {0: (25088, 4096), 3: (4096, 4096), 6: (4096, 1000)}.items():
            state[f"classifier.{i}.weight"] = torch.zeros(1).expand(cout, cin)
            state[f"classifier.{i}.bias"] = torch.zeros(cout)
        torch.save(state, folder / "hub/checkpoints" / FILES[depth])
    heads = {f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in enumerate((64, 128, 256, 512, 512))}
    torch.save(heads, folder / "heads.pth")
    return folder


@pytest.fixture
def pair():
    torch.manual_seed(0)
    clean = torch.rand(2, 3, 48, 64)
    return (clean + 0.1 * torch.randn_like(clean)).clamp(0, 1), clean


def test_vgg19_is_torchvisions_up_to_relu5_4(home, pair):
    statistics = [torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    with torch.inference_mode():
        x, y = (features(19)[:36]((side - statistics[0]) / statistics[1]) for side in pair)
        have = Vgg19(home / "hub/checkpoints" / FILES[19])(*pair)
    assert have.item() == pytest.approx((x - y).abs().mean().item(), rel=1e-5)
    assert have > 0


def test_lpips_is_pyiqas(home, pair, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(home))
    torchvision_shim.ensure()
    import pyiqa

    options = {"pretrained_model_path": str(home / "heads.pth")}
    want = pyiqa.create_metric("lpips-vgg", device="cpu", **options)(*pair)
    have = Lpips(home / "hub/checkpoints" / FILES[16], home / "heads.pth")(*pair)
    assert have.item() == pytest.approx(want.mean().item(), rel=1e-4)


def test_only_the_restored_image_gets_a_gradient(home, pair):
    restored, clean = (side.mean(1, keepdim=True).requires_grad_() for side in pair)  # gray
    loss = Lpips(home / "hub/checkpoints" / FILES[16], home / "heads.pth")
    loss(restored, clean).backward()
    assert restored.grad.abs().sum() > 0 and clean.grad is None
    assert not any(p.requires_grad for p in loss.parameters())


def test_wrong_files(home, tmp_path):
    with pytest.raises(UserError, match="no such file; want torchvision's vgg19-dcbb9e9d.pth"):
        Vgg19(tmp_path / "vgg19.pth")
    with pytest.raises(UserError, match="not the weights of VGG-19"):
        Vgg19(home / "hub/checkpoints" / FILES[16])
    with pytest.raises(UserError, match="not the heads of LPIPS"):
        Lpips(home / "hub/checkpoints" / FILES[16], home / "hub/checkpoints" / FILES[16])
    (tmp_path / "text").write_text("<html>not found</html>")
    with pytest.raises(UserError, match="cannot be read") as error:
        Vgg19(tmp_path / "text")
    assert "\n" not in str(error.value)
