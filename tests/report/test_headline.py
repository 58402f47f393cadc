import pandas as pd
import pytest

from unjpeg.report.grid import grids
from unjpeg.report.headline import headline
from unjpeg.report.summary import summarise


def sentence(**psnr):
    """Of a table with these PSNR values (dB) at q10, q20 for each model; `none` is the JPEG."""
    rows = [
        {
            "study": "s",
            "model": model,
            "set": "x",
            "image": "a",
            "degradation": degradation,
            "protocol": "color-420",
            "metric": "psnr",
            "value": value,
        }
        for model, values in psnr.items()
        for degradation, value in zip(("q10", "q20"), values, strict=True)
    ]
    (grid,) = grids(summarise(pd.DataFrame(rows)))
    return headline(grid)


@pytest.mark.parametrize(
    ("psnr", "says"),
    [
        (
            {"none": (20, 30), "a": (21, 31), "b": (22, 30.5)},
            "b has the best PSNR at 1 of 2 degradations, +2.00 dB",
        ),
        (
            {"none": (20, 30), "a": (21, 31), "b": (20.5, 30.5)},
            "a has the best PSNR at 2 of 2 degradations, +1.00 dB",
        ),
        (
            {"none": (20, 30), "a": (21, 29)},
            "a has the best PSNR at 1 of 2 degradations, +1.00 dB over the JPEG; at q20 the",
        ),
        ({"none": (20, 30), "a": (19, 29)}, "No model has a better PSNR than the JPEG."),
    ],
)
def test_the_sentence_is_true(psnr, says):
    assert sentence(**psnr).startswith(says)
