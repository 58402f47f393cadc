"""`unjpeg keep-set` gives what `unjpeg evaluate --consistent` compares."""

import numpy as np
from skimage import data

from unjpeg.cli import main
from unjpeg.consistency import holding
from unjpeg.degradation import parse
from unjpeg.images import png, read_uint8
from unjpeg.jpeg import degrade
from unjpeg.quantised import quantised
from unjpeg.store.encoded import Encoded, write_encoded


def test_jpegs_are_kept_to_and_all_else_is_left(tmp_path):
    clean = np.ascontiguousarray(data.astronaut()[:64, 100:180])
    files = {"jpeg": degrade(clean, parse("q20")), "png": degrade(clean, parse("none"))}
    made = {name: png(read_uint8(file) // 8 * 8) for name, file in files.items()}
    attrs = {"degradation": "q20", "dataset": "x"}
    write_encoded(tmp_path / "degraded.h5", files.items(), attrs)
    write_encoded(tmp_path / "restored.h5", made.items(), {**attrs, "model": "net", "run": "abc"})
    paths = {"restored": "restored.h5", "images": "degraded.h5", "output": "kept.h5"}
    assert main(["keep-set", *(x for k, v in paths.items() for x in (f"--{k}", str(tmp_path / v)))]) == 0
    with Encoded(tmp_path / "kept.h5") as kept:
        assert kept.names == ["jpeg", "png"]
        assert kept.attrs["model"] == "net+file"
        assert kept.attrs["run"] == "abc"
        assert kept.bytes("png") == made["png"]
        file = quantised(files["jpeg"])
        assert holding(read_uint8(made["jpeg"]), file) < 0.9
        assert holding(kept.read("jpeg"), file) == 1
