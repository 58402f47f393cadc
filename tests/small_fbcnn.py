"""A small FBCNN, a network that takes a quality, as a model's folder."""

import json

import torch

from unjpeg.models import fbcnn
from unjpeg.store.weights import write_weights


def written(folder, recipe="quality"):
    """The folder; the weights are drawn."""
    folder.mkdir()
    torch.manual_seed(1)
    model = fbcnn.Model(channels=3, **fbcnn.TINY)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape) / parameter[0].numel() ** 0.5
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(folder / "model.safetensors", weights, {"arch": "fbcnn"})
    card = {"model": "small", "arch": "fbcnn", "channels": 3, "settings": fbcnn.TINY, "recipe": recipe}
    (folder / "card.json").write_text(json.dumps(card))
    return folder
