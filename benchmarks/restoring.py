"""Each network as `unjpeg restore` runs it, against PyTorch and onnxruntime on the whole picture, in float32.

From the bytes of a JPEG file to uint8 pixels. What comes on top for a user stands in benchmarks/commands.py.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from benchmarks.training import ENTRIES, ROOT

from unjpeg import models
from unjpeg.config.study import read_study
from unjpeg.degradation import Compress
from unjpeg.errors import UserError
from unjpeg.exported.onnx_file import write_onnx
from unjpeg.images import read_uint8, to_float32, to_uint8
from unjpeg.jpeg import encode
from unjpeg.photos.memory import used
from unjpeg.photos.precision import in_precision
from unjpeg.photos.restoring import Wish, restored
from unjpeg.restorer import Restorer
from unjpeg.store.weights import write_weights

ADDING = ("unshuffle",)  # beside those that are set to `skip`; DnCNN's own weights are refused too
SLOW = ("dncnn", "fbcnn", "block-cnn")  # a quarter of the picture is enough of them
AREA, BLOCKS = "restoring", 400  # blocks of BlockCNN's own loop: with all of them it takes minutes
MEMORY = 2 << 30  # bytes beside what the benchmarks hold: the default of `unjpeg restore --max-memory`
PART = f"the peer ran {BLOCKS} blocks"
FLOOR = {
    "PyTorch, whole image": "the same convolutions; the file's facts are milliseconds, the rest is not known",
    "onnxruntime, whole image": "as many multiply-adds, by float32 convolutions of its own",
}


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    """Weights are drawn: time does not depend on them."""
    picture = photographs(folder, 1)[0]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    study = read_study(ROOT / "config" / "config.yaml")
    with tempfile.TemporaryDirectory() as home:
        for name in ENTRIES:
            plain = untrained(study.run_of(name), Path(home) / name, device)
            parts = 2 if name.startswith(SLOW) else 1
            height, width = (size // parts // 32 * 32 for size in picture.shape[:2])  # units of all networks
            pixels = height * width / 1e6
            shown = np.ascontiguousarray(picture[:height, :width, : plain.channels])
            file = encode(shown, Compress(10, "420"))
            peers: dict[str, Callable] = {"PyTorch, whole image": partial(forward, plain, file)}
            if session := onnx(plain, Path(home) / f"{name}.onnx"):
                peers["onnxruntime, whole image"] = partial(run, session, file)
            for restorer, precision in precisions(plain, study.run_of(name)):
                wish = Wish(force=True, consistent=False, memory=used() + MEMORY)
                ours = partial(restored, file, restorer, None, wish)
                row = partial(Row, AREA, f"{name}, {precision}", work=pixels, unit="MP")
                for peer, theirs in peers.items():
                    seconds = in_turns(ours, theirs, repeats, warm=True)
                    yield row(peer, *seconds, mark=1, why=FLOOR[peer] if precision == "float32" else "")
                if name.startswith("block-cnn"):
                    rate = height * width / 64 / BLOCKS
                    mine, theirs = in_turns(ours, partial(blocks, plain, file), repeats)
                    why = "both multiply as often: the floor" if precision == "float32" else ""
                    scaled = [second * rate for second in theirs]
                    yield row("its own loop, block by block", mine, scaled, mark=5, why=why, note=PART)


def precisions(plain: Restorer, run: dict) -> Iterator[tuple[Restorer, str]]:
    """What `unjpeg restore` takes by itself, and float32 where that is another.

    A network that makes the picture itself is none for bfloat16 once it is trained (photos/precision.py).
    """
    adds = run["settings"].get("skip") or run["arch"].startswith(ADDING)
    chosen = in_precision(plain) if adds else plain
    if chosen is not plain:
        yield chosen, "bfloat16"
    yield plain, "float32"


def untrained(run: dict, home: Path, device: str) -> Restorer:
    """Drawn weights, the last layer's too: what starts as the identity would be all zeros there."""
    home.mkdir()
    torch.manual_seed(0)
    model = models.load(run["arch"]).Model(channels=run["channels"], **run["settings"])
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=1e-3)
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(home / "model.safetensors", weights, {"arch": run["arch"]})
    card = {key: run[key] for key in ("model", "arch", "channels", "settings", "recipe")}
    (home / "card.json").write_text(json.dumps(card))
    return Restorer(home, device)


def forward(restorer: Restorer, file: bytes) -> np.ndarray:
    with torch.inference_mode():
        x = torch.from_numpy(to_float32(read_uint8(file)))[None].to(restorer.device)
        return to_uint8(restorer.model(x)[0].clamp(0, 1).cpu().numpy())


def onnx(restorer: Restorer, path: Path):
    """A session, or None where onnxruntime or what writes its files is not installed."""
    try:
        import onnxruntime

        write_onnx(restorer, path)
    except (ImportError, UserError) as error:
        print(f"no rows of onnxruntime: {error}", file=sys.stderr)
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    kinds = ["CUDAExecutionProvider"] if restorer.device.type == "cuda" else []
    kinds = [kind for kind in kinds if kind in onnxruntime.get_available_providers()]
    return onnxruntime.InferenceSession(str(path), options, providers=[*kinds, "CPUExecutionProvider"])


def run(session, file: bytes) -> np.ndarray:
    name, picture = session.get_inputs()[0].name, to_float32(read_uint8(file))[None]
    return to_uint8(session.run(None, {name: picture})[0][0].clip(0, 1))


def blocks(restorer: Restorer, file: bytes) -> None:
    """As its authors restore: a window of 24x24 per call."""
    picture = read_uint8(file)
    x = torch.nn.functional.pad(torch.from_numpy(to_float32(picture))[None], (8, 8, 8, 8))
    with torch.inference_mode():
        for number in range(BLOCKS):
            top, left = (8 * k for k in divmod(number, picture.shape[1] // 8))
            window = x[..., top : top + 24, left : left + 24]
            if restorer.model.position.numel():
                window = torch.cat([window, restorer.model.position[None]], 1)
            restorer.model.layers(window)
