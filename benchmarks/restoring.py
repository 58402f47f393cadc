"""Each network with the tile that fits into 2 GiB, against PyTorch and onnxruntime on the whole picture."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from benchmarks.training import ENTRIES, ROOT

from unjpeg import models
from unjpeg.config.study import read_study
from unjpeg.degradation import Compress
from unjpeg.exported.onnx_file import write_onnx
from unjpeg.images import read_uint8, to_float32, to_uint8
from unjpeg.inference import Restorer
from unjpeg.jpeg import encode
from unjpeg.photos.memory import tile_for, used
from unjpeg.store.weights import write_weights

AREA, BLOCKS = "restoring", 400  # blocks of BlockCNN's own loop: with all of them it takes minutes
MEMORY = 2 << 30  # bytes, the default of `unjpeg restore --max-memory`: it chooses the tile


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    """Weights are drawn: time does not depend on them."""
    picture = read_uint8(encode(photographs(folder, 1)[0], Compress(10, "420")))
    picture = picture[: picture.shape[0] // 8 * 8, : picture.shape[1] // 8 * 8]
    pixels = picture.shape[0] * picture.shape[1] / 1e6
    device = "cuda" if torch.cuda.is_available() else "cpu"
    study = read_study(ROOT / "config" / "config.yaml")
    with tempfile.TemporaryDirectory() as home:
        for name in ENTRIES:
            restorer = untrained(study.run_of(name), Path(home) / name, device)
            shown = picture if restorer.channels == 3 else picture[..., :1]
            tile = tile_for(restorer, shown.shape, used() + MEMORY)
            ours = lambda r=restorer, p=shown, t=tile: r(p, t)  # noqa: E731
            whole = lambda r=restorer, p=shown: forward(r, p)  # noqa: E731
            seconds = in_turns(ours, whole, repeats, warm=True)
            yield Row(AREA, name, "PyTorch, whole image", *seconds, pixels, "MP", 1)
            if session := onnx(restorer, Path(home) / f"{name}.onnx"):
                seconds = in_turns(ours, lambda s=session, p=shown: run(s, p), repeats, warm=True)
                yield Row(AREA, name, "onnxruntime, whole image", *seconds, pixels, "MP", 1)
            if name.startswith("block-cnn"):
                rate = picture.size / 3 / 64 / BLOCKS
                seconds = in_turns(ours, lambda r=restorer, p=shown: blocks(r, p), repeats)
                scaled = [second * rate for second in seconds[1]]
                why = f"both multiply as often; the peer ran {BLOCKS} blocks"
                yield Row(
                    AREA, name, "its own loop, block by block", seconds[0], scaled, pixels, "MP", 5, why
                )


def untrained(run: dict, home: Path, device: str) -> Restorer:
    home.mkdir()
    torch.manual_seed(0)
    model = models.load(run["arch"]).Model(channels=run["channels"], **run["settings"])
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(home / "model.safetensors", weights, {"arch": run["arch"]})
    card = {key: run[key] for key in ("model", "arch", "channels", "settings", "recipe")}
    (home / "card.json").write_text(json.dumps(card))
    return Restorer(home, device)


def forward(restorer: Restorer, picture: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        x = torch.from_numpy(to_float32(picture))[None].to(restorer.device)
        return to_uint8(restorer.model(x)[0].clamp(0, 1).cpu().numpy())


def onnx(restorer: Restorer, path: Path):
    """A session, or None where onnxruntime is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    write_onnx(restorer, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    kinds = ["CUDAExecutionProvider"] if restorer.device.type == "cuda" else []
    kinds = [kind for kind in kinds if kind in onnxruntime.get_available_providers()]
    return onnxruntime.InferenceSession(str(path), options, providers=[*kinds, "CPUExecutionProvider"])


def run(session, picture: np.ndarray) -> np.ndarray:
    return to_uint8(
        session.run(None, {session.get_inputs()[0].name: to_float32(picture)[None]})[0][0].clip(0, 1)
    )


def blocks(restorer: Restorer, picture: np.ndarray) -> None:
    """As its authors restore: a window of 24x24 per call."""
    x = torch.nn.functional.pad(torch.from_numpy(to_float32(picture))[None], (8, 8, 8, 8))
    with torch.inference_mode():
        for number in range(BLOCKS):
            top, left = (8 * k for k in divmod(number, picture.shape[1] // 8))
            window = x[..., top : top + 24, left : left + 24]
            if restorer.model.position.numel():
                window = torch.cat([window, restorer.model.position[None]], 1)
            restorer.model.layers(window)
