import pytest
import torch

from unjpeg import models
from unjpeg.errors import UserError

arnet = models.load("arnet")


@pytest.mark.parametrize("encoder", ["large", "minimal"])
@pytest.mark.parametrize("multiscale", [False, True])
def test_levels_that_the_way_up_joins(encoder, multiscale):
    model = arnet.Model(encoder=encoder, width=8, multiscale=multiscale).eval()
    sizes = []
    for up in model.up:
        up.register_forward_hook(lambda module, inputs, output: sizes.append(output.shape[-1]))
    with torch.inference_mode():
        model(torch.rand(1, 3, 64, 96))
    assert sizes == ([6, 12, 24, 48] if multiscale else [48])


def test_the_encoder_stands_in_imagenet_statistics_and_the_output_does_not():
    """A flat image of ImageNet's mean is 0 inside; a sigmoid at one half is that mean again."""
    model = arnet.Model(encoder="minimal", width=8).eval()
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    seen = []
    model.stem.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    model.head.register_forward_hook(lambda module, inputs, output: torch.zeros_like(output))
    with torch.inference_mode():
        torch.testing.assert_close(model(mean), mean)
    assert seen[0].abs().max() < 1e-6


def test_pixel_shuffles_start_without_a_checkerboard():
    torch.manual_seed(0)
    conv = arnet._conv(6, 8, 1)
    arnet._icnr(conv)
    y = torch.nn.functional.pixel_shuffle(conv(torch.rand(1, 6, 3, 3)), 2)
    assert torch.equal(y[..., ::2, ::2], y[..., 1::2, ::2])
    assert torch.equal(y[..., ::2, ::2], y[..., 1::2, 1::2])
    assert y.std() > 0.1


def test_an_unknown_encoder():
    with pytest.raises(UserError, match="no encoder 'minimum'; did you mean 'minimal'"):
        arnet.Model(encoder="minimum")


@pytest.fixture
def imagenet(tmp_path):
    """A file as timm publishes it, with drawn weights and statistics, and the network it was saved from."""
    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    import timm

    torch.manual_seed(0)
    network = timm.create_model("mobilenetv3_rw", bn_eps=1e-3)
    for name, buffer in network.named_buffers():
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 2)
    path = tmp_path / models.files("arnet")[0]
    path.parent.mkdir(parents=True)
    torch.save(network.state_dict(), path)
    return network.eval()


def test_the_encoder_starts_from_the_file(imagenet, tmp_path):
    model = models.load("arnet").Model(width=8).eval()
    before = model.head.bias.clone()
    models.pretrain("arnet", model, tmp_path)
    x = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        ours = model.blocks(model.stem(x))
        theirs = imagenet.blocks(imagenet.bn1(imagenet.conv_stem(x)))
    torch.testing.assert_close(ours, theirs)
    assert torch.equal(model.head.bias, before)


def test_pretrained_weights_that_do_not_fit_are_one_line(imagenet, tmp_path):
    with pytest.raises(UserError, match="does not fit the encoder; .* encoder: large"):
        models.pretrain("arnet", models.load("arnet").Model(encoder="minimal", width=8), tmp_path)
    (tmp_path / models.files("arnet")[0]).unlink()
    with pytest.raises(UserError, match="no parameter file .*github.com/rwightman.*`pretrained: false`"):
        models.pretrain("arnet", models.load("arnet").Model(width=8), tmp_path)
