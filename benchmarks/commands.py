"""What a user types, start-up and files included, against a script of the field: clock time and memory.

The script loads the same weights, runs PyTorch on the whole picture in float32 and writes a PNG. It looks for
no compression and keeps to no file. Memory is the largest of the process, beside the row.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.growth import spent
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from PIL import Image

from unjpeg import zoo

AREA, SIDE = "commands", 2000  # pixels: a photograph of 4 megapixels
SCRIPT = """import sys, numpy as np, torch
from PIL import Image
from unjpeg.restorer import Restorer
model = Restorer(sys.argv[1]).model
x = torch.from_numpy(np.array(Image.open("large.jpg").convert("RGB"))).permute(2, 0, 1)[None].float() / 255
with torch.inference_mode():
    y = model(x)[0].clamp(0, 1).permute(1, 2, 0).mul(255).round().byte().numpy()
Image.fromarray(y).save("script.png")
"""


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        picture = photographs(folder, 1)[0]
        many = [-(-SIDE // size) for size in picture.shape[:2]]
        Image.fromarray(np.tile(picture, (*many, 1))[:SIDE, :SIDE]).save(home / "large.jpg", quality=20)
        (home / "script.py").write_text(SCRIPT)
        memory: dict[str, list[float]] = {}

        def run(*command: str) -> None:
            memory.setdefault(" ".join(command), []).append(spent([*command], home)[1])

        ours = "unjpeg", "restore", "large.jpg", "--overwrite"
        name = zoo.DEFAULTS["restore"]
        script = "script", str(zoo.find(name, "restore"))
        for peer, other, mark in (
            (f"a script of PyTorch, `{name}`, whole image", script, 1),
            ("`--no-consistent`", (*ours, "--no-consistent"), None),
            ("`--precision float32`", (*ours, "--precision", "float32"), None),
        ):
            seconds = in_turns(partial(run, *ours), partial(run, *other), repeats)
            beside = " against ".join(f"{max(memory[' '.join(c)]):.2f}" for c in (ours, other))
            what = f"`unjpeg restore`, {SIDE**2 / 1e6:g} MP"
            yield Row(AREA, what, peer, *seconds, SIDE**2 / 1e6, "MP", mark, note=f"{beside} GiB")
