"""FBCNN's recipe: the image, and beside it the quality of its last compression."""

import numpy as np
import torch

from unjpeg.store.patches import Patches, write_patches
from unjpeg.training.batches import Batches

SETTINGS = {"widths": [4, 4, 8, 8], "blocks": 2, "embedding": 8}


def test_a_batch_knows_the_quality_of_its_last_compression(tmp_path):
    degradations = ["q10", "none", "q90+s1x2+q40"]
    drawn = np.random.default_rng(0).integers(0, 3, 30)
    pixels = np.zeros((8, 8, 3), np.uint8)
    pairs = ((pixels + np.uint8(i), pixels, 0, i) for i in drawn)  # the degraded pixels say which
    attrs = {"sources": '["a"]', "degradations": '["q10", "none", "q90+s1x2+q40"]'}
    write_patches(tmp_path / "p.h5", pairs, (30, 8, 8, 3), 0, attrs)
    patches = Patches(tmp_path / "p.h5")
    assert patches.degradations == degradations
    batches, device = Batches(patches, 7, seed=1), torch.device("cpu")
    for step in range(6):
        seen = (batches.read(step, device)[0][:, 0, 0, 0] * 255).round().int().tolist()
        wanted = [{0: 10, 1: 100, 2: 40}[i] for i in seen]
        assert batches.qualities(step, device).tolist() == [[q] for q in wanted]


def test_the_network_learns_to_say_the_quality(trainer, patches):
    from unjpeg.restorer import Restorer

    changes = {
        "arch": "fbcnn",
        "settings": SETTINGS,
        "ema": None,
        "lr": 3e-3,
        "val_every": 150,
        "steps": 150,
        "schedule": "constant",
    }
    degraded = Batches(Patches(patches / "train.h5"), 16, seed=0).read(0, torch.device("cpu"))[0]
    errors = {}
    for recipe in ("regression", "quality"):
        done = trainer(recipe=recipe, **changes)
        assert done.returncode == 0, done.stderr
        with torch.inference_mode():
            quality = Restorer(trainer.out).model.predict_quality(degraded)
        errors[recipe] = (quality - 10).abs().mean().item()
    assert errors["quality"] < 10 < errors["regression"]
