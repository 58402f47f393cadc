"""`unjpeg cases`: the images that a model harmed and helped most, and where in them."""

from math import inf

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.report.cases import PLACE, ends, gains
from unjpeg.report.scores import read_scores
from unjpeg.report.sheet import read_layout
from unjpeg.store.encoded import write_encoded


@pytest.mark.parametrize("model", ["half", "worse"])
def test_the_cases_are_the_ends_of_all_gains(study, model):
    rows = read_layout(study.cases(model, "--images", 2))
    frame = read_scores(study.scores, "small")
    psnr = frame[frame["metric"] == "psnr"].set_index(["model", "image", "degradation"])["value"]
    gain = (psnr[model] - psnr["none"]).sort_values()
    words = [row["title"].split(": ")[0] for row in rows]
    shown = [tuple(row["title"].split(": ")[1].split(", toys, ")) for row in rows]
    assert words == ["lowest gain"] * 2 + ["highest gain"] * 2
    assert shown[0] == gain.index[0]
    assert shown[2] == gain.index[-1]
    assert len({image for image, _ in shown[:2]}) == len({image for image, _ in shown[2:]}) == 2
    for row, place in zip(rows, shown, strict=True):
        clean, given, made = row["crops"]
        assert (clean["label"], given["label"], made["label"]) == ("clean", "JPEG (input)", model)
        assert given["note"] == f"{psnr['none'][place]:.2f} dB"
        assert made["note"] == f"{psnr[model][place]:.2f} dB ({gain[place]:+.2f})"


def test_the_windows_are_where_the_model_harmed_or_helped_most(study):
    """A model that doubles the damage in one corner and mends it in another."""
    made = {}
    for name in study.clean:
        clean, given = jpeg.reference(study.clean[name], parse("q20")), study.restored("none", name, "q20")
        made[name] = given.copy()
        made[name][56:, 80:] = np.clip(2 * given[56:, 80:].astype(int) - clean[56:, 80:], 0, 255)
        made[name][56:, :40] = clean[56:, :40]
    items = ((name, images.png(pixels)) for name, pixels in made.items())
    write_encoded(study.root / "restored/half/toys/q20.h5", items, {})
    low, high = read_layout(study.cases("half", "--images", 1, "--size", 40, of="q20"))
    assert low["note"] == "from row 56, column 80; PSNR of the whole image, color-420"
    assert high["note"].startswith("from row 56, column 0;")
    sheet = np.asarray(Image.open(study.root / "cases/half.png"))
    left, top, width, height = low["crops"][2]["window"]
    name = low["title"].split(": ")[1].split(",")[0]
    assert np.array_equal(sheet[top : top + height, left : left + width], made[name][56:, 80:])


def test_undefined_and_infinite_gains():
    """Two perfect images have no gain; a perfect JPEG that a model spoils is the worst of all."""
    values = {"none": [30, inf, inf, 31], "m": [31, inf, 40, inf]}
    rows = [("set", "q10", image, "p", m, "psnr", v) for m in values for image, v in zip("abcd", values[m])]
    table = gains(pd.DataFrame(rows, columns=[*PLACE, "model", "metric", "value"]), "m")
    assert dict(zip(table["image"], table["gain"], strict=True)) == {"a": 1, "c": -inf, "d": inf}
    assert table[table["image"] == "d"]["jpeg"].tolist() == [31]
    low, high = ends(table, 2)
    assert list(low["image"]) == ["c", "a"]
    assert list(high["image"]) == ["d"]
    low, high = ends(table[table["image"] != "c"], 2)
    assert list(low["image"]) == ["a"] and list(high["image"]) == ["d"]


def test_mistakes_are_named(study):
    with pytest.raises(UserError, match="no psnr of model 'half'"):
        gains(pd.DataFrame(columns=[*PLACE, "model", "metric", "value"]), "half")
    (study.root / "degraded/toys/q20.h5").rename(study.root / "degraded/toys/q21.h5")
    with pytest.raises(UserError, match="rows of none toys q20, and no file of its images"):
        study.cases("half", of="q2*")
    with pytest.raises(UserError, match="--images 0; allowed: 1 and more"):
        study.cases("half", "--images", 0)
