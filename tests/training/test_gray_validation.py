"""Gray files among colour data: patches and validation images of three channels."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from unjpeg import models
from unjpeg.cli import main
from unjpeg.config.data import Data
from unjpeg.store.patches import Patches
from unjpeg.training.validation import Validation

SPLIT = {"a": "train", "b": "val", "gray": "val"}


@pytest.fixture
def folder(tmp_path):
    photo = np.ascontiguousarray(data.astronaut()[:64, :72])
    (tmp_path / "mine").mkdir()
    for name in SPLIT:
        pixels = photo[..., 0] if name == "gray" else photo
        Image.fromarray(pixels).save(tmp_path / "mine" / f"{name}.png")
    words = {"title": "mine", "licence": "none", "citation": "none", "manual": "by hand", "count": 3}
    entry = json.dumps({**words, "path": str(tmp_path / "mine")})
    fetch = ["fetch", "--dataset", "mine", "--entry", entry, "--folder", str(tmp_path / "set")]
    assert main([*fetch, "--manifest", str(tmp_path / "manifest.json")]) in (0, None)
    rows = [f"{name},{part}" for name, part in SPLIT.items()]
    (tmp_path / "split.csv").write_text("\n".join(["image,split", *rows]) + "\n")
    return tmp_path


def test_a_gray_image_validates_a_colour_network(folder):
    entry = Data(train=["mine"], val=["mine"], degradations=["q10"], patch=32, per_image=2)
    words = ["patches", "--data", json.dumps(entry.model_dump(mode="json") | {"channels": 3}), "--seed", "0"]
    words += ["--manifests", str(folder / "manifest.json"), "--splits", str(folder / "split.csv")]
    assert main([*words, "--output", str(folder / "out")]) in (0, None)
    assert Patches(folder / "out/train.h5").clean.shape == (2, 32, 32, 3)
    module = models.load("conv_unit")
    validation = Validation(folder / "out/val.h5", module.CARD)
    scores = validation(module.Model(channels=3, **module.TINY), torch.device("cpu"))
    assert np.isfinite(list(scores.values())).all()
