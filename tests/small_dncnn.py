"""A small DnCNN as a model's folder: a network that takes a large picture in a moment."""

import json

import torch

from unjpeg.models import dncnn
from unjpeg.store.weights import write_weights


def written(folder):
    """The folder; the weights are drawn."""
    folder.mkdir()
    torch.manual_seed(1)
    model = dncnn.Model(channels=3, **dncnn.TINY)
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(folder / "model.safetensors", weights, {"arch": "dncnn"})
    card = {"model": "small", "arch": "dncnn", "channels": 3, "settings": dncnn.TINY, "recipe": "regression"}
    (folder / "card.json").write_text(json.dumps(card))
    return folder
