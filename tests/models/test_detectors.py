"""What every network that detects must hold; a new file in models/ is tested by being there."""

import pytest
import torch

from unjpeg import models
from unjpeg.degradation import parse
from unjpeg.models import c_tiny
from unjpeg.provenance import constant_of, modules_in
from unjpeg.store.weights import read_weights, write_weights

ARCHS = [a for a in modules_in("models") if constant_of(f"unjpeg.models.{a}", "CARD")["task"] == "detect"]


@pytest.fixture(params=ARCHS)
def module(request):
    return models.load(request.param)


def features(count):
    return torch.rand((count, 120, 65), generator=torch.Generator().manual_seed(0)) / 20


def test_three_classes_and_perhaps_a_hundred_qualities(module):
    with torch.inference_mode():
        model = module.Model(channels=3, **module.TINY).eval()
        logits = model(features(4))
        assert torch.equal(logits, model(features(4)))
    assert logits.shape in ((4, 3), (4, 103))
    assert logits.isfinite().all()


def test_the_gradient_reaches_every_parameter(module):
    model = module.Model(**module.TINY)
    model(features(6)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_saved_and_loaded_it_says_the_same(module, tmp_path):
    one, other = (module.Model(**module.TINY).eval() for _ in range(2))
    write_weights(tmp_path / "w", {k: v.numpy() for k, v in one.state_dict().items()}, {})
    read, _ = read_weights(tmp_path / "w")
    other.load_state_dict({k: torch.from_numpy(v) for k, v in read.items()})
    with torch.inference_mode():
        assert torch.equal(one(features(2)), other(features(2)))


def test_published_accuracies_have_a_degradation(module):
    for text, share in module.CARD.get("published", {}).items():
        assert str(parse(text)) == text
        assert 0 <= share <= 1


def test_c_tiny_has_the_published_parameters():
    model = c_tiny.Model()
    trained = sum(p.numel() for p in model.parameters())
    statistics = sum(b.numel() for name, b in model.named_buffers() if "running" in name)
    assert trained == 1_185_859
    assert trained + statistics == 1_209_411


def test_c_tiny_sees_the_published_columns_alone():
    model, x = c_tiny.Model().eval(), features(2)
    changed = x.clone()
    changed[..., 64] += 1
    with torch.inference_mode():
        assert torch.equal(model(x), model(changed))


def test_the_published_three_class_accuracy_is_their_balanced_mean():
    shares = c_tiny.CARD["published"]
    groups = {}
    for text, share in shares.items():
        groups.setdefault(len(parse(text).steps), []).append(share)
    assert sum(sum(g) / len(g) for g in groups.values()) / 3 == pytest.approx(0.860, abs=0.001)
