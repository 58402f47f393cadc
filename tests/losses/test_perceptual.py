"""Losses with pretrained weights, from files of the published shapes with drawn numbers in them."""

import pytest
import torch

from unjpeg import losses, torchvision_shim
from unjpeg.errors import UserError
from unjpeg.parameters import VARIABLE
from unjpeg.provenance import modules_in

NAMES = ["lpips_squeeze", "lpips_vgg", "vgg19"]
OTHERS = {"lpips_squeeze": "lpips_vgg", "lpips_vgg": "vgg19", "vgg19": "lpips_squeeze"}


def test_these_and_no_others_need_files():
    assert [name for name in modules_in("losses") if losses.files(name)] == NAMES


def test_vgg19_is_torchvisions_up_to_relu5_4(home, networks, pair):
    statistics = [torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    with torch.inference_mode():
        x, y = (networks["vgg19"][:36]((side - statistics[0]) / statistics[1]) for side in pair)
        have = losses.load("vgg19", home)(*pair)
    assert have.item() == pytest.approx((x - y).abs().mean().item(), rel=1e-5)
    assert have > 0


@pytest.mark.parametrize("name", ["lpips_vgg", "lpips_squeeze"])
@pytest.mark.parametrize("size", [(48, 64), (33, 50)])
def test_lpips_is_pyiqas(home, name, size, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(home))
    torchvision_shim.ensure()
    import pyiqa

    torch.manual_seed(1)
    pair = torch.rand(2, 2, 3, *size)
    options = {"net": name.removeprefix("lpips_"), "pretrained_model_path": str(home / losses.files(name)[1])}
    want = pyiqa.create_metric("lpips", device="cpu", **options)(*pair)
    assert losses.load(name, home)(*pair).item() == pytest.approx(want.mean().item(), rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_restored_image_gets_a_gradient(home, pair, name):
    restored, clean = (side.mean(1, keepdim=True).requires_grad_() for side in pair)  # gray
    loss = losses.load(name, home)
    value = loss(restored, clean)
    value.backward()
    assert value.shape == () and value > 0
    assert restored.grad.isfinite().all() and restored.grad.abs().sum() > 0 and clean.grad is None
    assert not any(p.requires_grad for p in loss.parameters())
    three = (side.detach().repeat(1, 3, 1, 1) for side in (restored, clean))
    assert loss(*three).item() == pytest.approx(value.item(), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_equal_images_are_at_distance_0_with_a_finite_gradient(home, pair, name):
    restored = pair[1].clone().requires_grad_()
    value = losses.load(name, home)(restored, pair[1])
    value.backward()
    assert value.item() == 0
    assert restored.grad.isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_autocast_changes_nothing(home, pair, name):
    loss = losses.load(name, home)
    with torch.autocast("cpu", torch.bfloat16):
        inside = loss(*pair)
    assert inside.dtype == torch.float32
    assert inside.item() == loss(*pair).item()


@pytest.mark.parametrize("name", NAMES)
def test_a_step_down_its_gradient_lowers_it(home, pair, name):
    loss, restored = losses.load(name, home), pair[0].clone().requires_grad_()
    before = loss(restored, pair[1])
    before.backward()
    after = loss(restored.detach() - 1e-4 * restored.grad / restored.grad.abs().max(), pair[1])
    assert after < before


def test_loading_draws_no_random_number(home):
    before = torch.random.get_rng_state()
    for name in NAMES:
        losses.load(name, home)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_device_is_that_of_the_weights(home):
    loss = losses.load("lpips_squeeze", home, "meta")
    assert {t.device.type for t in (*loss.parameters(), *loss.buffers())} == {"meta"}


def test_the_folder_is_that_of_the_metrics_by_default(home, pair, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(home))
    assert losses.load("lpips_squeeze")(*pair) == losses.load("lpips_squeeze", home)(*pair)


def test_a_missing_file_says_who_has_it_and_what_else_can_be_done(tmp_path):
    for name in NAMES:
        with pytest.raises(UserError) as error:
            losses.load(name, tmp_path)
        text = str(error.value)
        assert f"loss {name}: no parameter file {tmp_path / losses.files(name)[0]}" in text
        for part in ("download.pytorch.org/models", "rule parameters", "snakemake download", "metric_files"):
            assert part in text
        assert ("loss lpips_squeeze is a substitute" in text) == (name != "lpips_squeeze")
        assert "\n" not in text


@pytest.mark.parametrize("name", NAMES)
def test_files_of_another_network_are_refused(home, tmp_path, name):
    put(home, tmp_path, name, losses.files(OTHERS[name])[:1] * 2)
    with pytest.raises(UserError, match="not the weights of (VGG-1[69]|SqueezeNet 1.1); want torchvision's"):
        losses.load(name, tmp_path)


@pytest.mark.parametrize("name", ["lpips_vgg", "lpips_squeeze"])
def test_heads_of_another_network_are_refused(home, tmp_path, name):
    other = {"lpips_vgg": "lpips_squeeze", "lpips_squeeze": "lpips_vgg"}[name]
    put(home, tmp_path, name, [losses.files(name)[0], losses.files(other)[1]])
    with pytest.raises(UserError, match="not the heads of LPIPS on (VGG-16|SqueezeNet 1.1); want the heads"):
        losses.load(name, tmp_path)


def put(home, folder, name, sources):
    """Files of `home` under the names that a loss wants."""
    for file, source in zip(losses.files(name), sources):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).symlink_to(home / source)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_a_truncated_file_is_one_line(home, tmp_path, legacy):
    name = "lpips_squeeze"
    put(home, tmp_path, name, losses.files(name))
    path = tmp_path / losses.files(name)[0]
    state = torch.load(path)
    path.unlink()
    torch.save(state, path, _use_new_zipfile_serialization=not legacy)
    assert losses.load(name, tmp_path)
    whole = path.read_bytes()
    for size in (0, 1, 2, 7, 64, 700, 5000, len(whole) // 2, len(whole) - 100, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match="cannot be read .*; want torchvision's weights") as error:
            losses.load(name, tmp_path)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [[1, 2], torch.zeros(3), {"features.0.weight": 3}, "text", {}])
def test_a_file_with_something_else_in_it_is_one_line(home, tmp_path, content):
    name = "lpips_squeeze"
    put(home, tmp_path, name, losses.files(name))
    path = tmp_path / losses.files(name)[0]
    path.unlink()
    torch.save(content, path)
    with pytest.raises(UserError, match="want torchvision's weights of SqueezeNet 1.1") as error:
        losses.load(name, tmp_path)
    assert "\n" not in str(error.value)


def test_a_web_page_saved_as_weights_is_one_line(home, tmp_path):
    name = "lpips_squeeze"
    put(home, tmp_path, name, losses.files(name))
    path = tmp_path / losses.files(name)[0]
    path.unlink()
    path.write_text("<!DOCTYPE html>\n<title>404</title>" * 20)
    with pytest.raises(UserError, match="cannot be read") as error:
        losses.load(name, tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("name", "side"), [("vgg19", 16), ("lpips_vgg", 16), ("lpips_squeeze", 17)])
def test_defined_at_its_smallest_side_and_refused_below(home, name, side):
    loss, (x, y) = losses.load(name, home), torch.rand(2, 1, 3, side, side + 3)
    assert loss(x, y).isfinite()
    with pytest.raises(
        UserError, match=f"images of {side + 3}x{side - 1}; want {side} pixels a side or more"
    ):
        loss(x[:, :, 1:], y[:, :, 1:])
