"""The un-restored JPEG must give the published rows to the printed digit before any model is scored."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.metrics import protocol, psnr, score

METRICS = ["psnr", "ssim", "psnr_b"]
FILES = {
    "bsds500": ("bsds500/test/*.jpg", 200),
    "kodak24": ("kodak24/*.png", 24),
    "cid22": ("cid22/validation/*.webp", 41),
}
# Classic5, the published rows, is with the study and `evaluate` in tests/test_classic5.py. BSDS500's are
# FBCNN's (gray) and GRL's (colour; further digits and PSNR-B from an independent measurement), Kodak's and
# CID22's those of an independent measurement.
ROWS = {
    ("bsds500", "gray-q10"): "27.80/0.7684/25.10",
    ("bsds500", "gray-q20"): "30.05/0.8488/27.22",
    ("bsds500", "gray-q30"): "31.37/0.8836/28.53",
    ("bsds500", "gray-q40"): "32.30/0.9031/29.49",
    ("bsds500", "q10"): "25.84/0.7408/24.12",
    ("bsds500", "q20"): "28.21/0.8274/26.36",
    ("bsds500", "q30"): "29.57/0.8653/27.71",
    ("bsds500", "q40"): "30.52/0.8868/28.68",
    ("kodak24", "gray-q10"): "28.81/0.7754/26.59",
    ("kodak24", "gray-q20"): "31.12/0.8501/28.85",
    ("kodak24", "gray-q30"): "32.45/0.8829/30.23",
    ("kodak24", "gray-q40"): "33.38/0.9016/31.25",
    ("cid22", "gray-q10"): "29.86/0.8511/26.98",
    ("cid22", "gray-q20"): "32.63/0.9099/29.58",
    ("cid22", "gray-q30"): "34.19/0.9331/31.15",
    ("cid22", "gray-q40"): "35.28/0.9456/32.24",
}
QUICK = ("gray-q10", "q10")


@pytest.mark.parametrize(
    ("name", "text"),
    [pytest.param(*k, marks=() if k[1] in QUICK else pytest.mark.slow, id="-".join(k)) for k in ROWS],
)
def test_jpeg_row(shared, name, text):
    pattern, count = FILES[name]
    files = sorted((shared / "data").glob(pattern))
    assert len(files) == count
    degradation, rows = parse(text), []
    for file in files:
        clean = images.read_uint8(file)
        restored = images.read_uint8(jpeg.degrade(clean, degradation))
        named = protocol.default_for(degradation)
        rows.append(score.score_all(restored, jpeg.reference(clean, degradation), named, METRICS))
    mean = score.mean(rows)
    assert f"{mean['psnr']:.2f}/{mean['ssim']:.4f}/{mean['psnr_b']:.2f}" == ROWS[name, text]


KODAK_RGB = {
    "q10": (26.67, 0.747),
    "q20": (29.14, 0.829),
    "q25": (29.89, 0.850),
    "q30": (30.49, 0.865),
    "q40": (31.42, 0.885),
    "q50": (32.17, 0.900),
    "q50+q10": (26.65, 0.746),
}


@pytest.mark.parametrize(
    "text", [t if t == "q10" else pytest.param(t, marks=pytest.mark.slow) for t in KODAK_RGB]
)
def test_kodak_rgb_with_scikit_image_s_ssim(shared, text):
    """The seeds' sanity figures: SSIM there is of a 7x7 uniform window, so not ours; PSNR is."""
    named, rows = protocol.named("color-420"), []
    for file in sorted((shared / "data/kodak24").glob("*.png")):
        clean = images.read_uint8(file)
        image = images.read_uint8(jpeg.degrade(clean, parse(text)))
        rows.append((psnr.score(image, clean, named), structural_similarity(clean, image, channel_axis=2)))
    ours = np.mean(rows, axis=0)
    assert len(rows) == 24
    assert (round(ours[0], 2), round(ours[1], 3)) == KODAK_RGB[text]
