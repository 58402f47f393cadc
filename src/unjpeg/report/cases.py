"""A model at its worst and at its best: the images of lowest and of highest PSNR gain over the JPEG."""

from collections.abc import Callable

import pandas as pd

from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.jpeg import reference
from unjpeg.manifest import Manifest
from unjpeg.report.crops import read, row
from unjpeg.report.order import INPUT
from unjpeg.report.regions import damage, region
from unjpeg.report.sheet import Row
from unjpeg.store.encoded import Encoded

PLACE = ["set", "degradation", "image", "protocol"]


def case_rows(
    model: str,
    manifests: dict[str, Manifest],
    images: Callable[[str, str, str], Encoded],
    scores: pd.DataFrame,
    count: int,
    size: int,
) -> list[Row]:
    """Rows of clean, JPEG and model: `count` of lowest gain, the lowest first, then `count` of highest.

    manifests: by set; images: those of (`model` or `INPUT`, set, degradation). The window of a low case
    is where the model did most harm, of a high one where it helped most: by the damage that it adds to
    or takes from the JPEG's.
    """
    rows = []
    for word, sign, cases in zip(
        ("lowest", "highest"), (1, -1), ends(gains(scores, model), count), strict=True
    ):
        for case in cases.itertuples():
            manifest = manifests[case.set]
            clean = reference(manifest.read(manifest.image(case.image)), parse(case.degradation))
            shown = {
                m: read(images(m, case.set, case.degradation), case.image, clean) for m in (INPUT, model)
            }
            harm = damage(clean, shown[model]) - damage(clean, shown[INPUT])
            corner = region(clean, sign * harm, size)
            title = f"{word} gain: {case.image}, {case.set}, {case.degradation}"
            psnr = {INPUT: case.jpeg, model: case.psnr}
            rows.append(row(title, case.protocol, clean, shown, psnr, corner, size))
    return rows


def gains(scores: pd.DataFrame, model: str) -> pd.DataFrame:
    """Columns `PLACE`, psnr, jpeg and gain in dB: a row per image, set and degradation.

    The first protocol by name where there are several. An undefined gain (two perfect images) is left out,
    and so are images that were never compressed: there every change is a loss without end.
    """
    compressed = scores["degradation"].map(lambda name: bool(parse(name).steps)).astype(bool)
    scores = scores[compressed & (scores["metric"] == "psnr")]
    values = [scores[scores["model"] == m].set_index(PLACE)["value"] for m in (model, INPUT)]
    rows = pd.concat(values, axis=1, keys=["psnr", "jpeg"], join="inner").reset_index().sort_values(PLACE)
    if rows.empty:
        raise UserError(
            f"scores: no psnr of model {model!r} and its input; want it to find the best and worst"
        )
    rows["gain"] = rows["psnr"] - rows["jpeg"]
    return rows.drop_duplicates(PLACE[:-1]).dropna(subset="gain")


def ends(rows: pd.DataFrame, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The `count` rows of lowest and of highest gain (of few, half): none in both, no image twice in one."""
    rows = rows.sort_values("gain", kind="stable")
    low = rows.drop_duplicates(["set", "image"]).head(min(count, (len(rows) + 1) // 2))
    high = rows.drop(low.index)[::-1].drop_duplicates(["set", "image"]).head(count)
    return low, high
