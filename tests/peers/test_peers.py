"""Restoration without training: what it gains, what it leaves, and who is told what is missing."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg import peers
from unjpeg.cli import main
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.jpeg import degrade, reference
from unjpeg.peers.planes import filtered
from unjpeg.provenance import ROOT, constant_of, modules_in


def runs(name):
    try:
        return bool(peers.load(name))
    except UserError:
        return False


HERE = [name for name in modules_in("peers") if runs(name)]


def psnr(image, clean):
    return 10 * np.log10(255**2 / np.mean((image.astype(float) - clean) ** 2))


def gain(peer, clean, text):
    degraded = degrade(clean, parse(text))
    wanted = reference(clean, parse(text))
    return psnr(peers.load(peer).restore(degraded), wanted) - psnr(read_uint8(degraded), wanted)


@pytest.fixture(scope="module")
def photo():
    return np.ascontiguousarray(data.astronaut()[:203, 100:331])


def test_every_peer_has_a_card():
    names = modules_in("peers")
    assert {"identity", "smooth", "spp", "uspp"} == set(names)
    for name in names:
        assert set(constant_of(f"unjpeg.peers.{name}", "CARD")) == {"title", "source", "needs"}


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("text", ["q30", "gray-q30", "q30-444", "q30-422", "q50+s3x5+q10", "none"])
@pytest.mark.parametrize("size", [(1, 1), (9, 23), (50, 41)])
def test_any_size_and_sampling(name, text, size, photo):
    if "s3x5" in text:
        size = (size[0] + 3, size[1] + 5)
    clean = np.ascontiguousarray(photo[: size[0], : size[1]])
    restored = peers.load(name).restore(degrade(clean, parse(text)))
    assert restored.dtype == np.uint8
    assert restored.shape == reference(clean, parse(text)).shape


@pytest.mark.parametrize("name", HERE)
def test_what_was_never_compressed_stays(name, photo):
    assert np.array_equal(peers.load(name).restore(degrade(photo, parse("none"))), photo)


@pytest.mark.parametrize("text", ["gray-q10", "gray-q40", "gray-q30+s4x4+q10", "q10", "q40", "q10-444"])
def test_the_smoother_gains(text, photo):
    assert gain("smooth", photo, text) > 0.4


def test_the_smoother_gains_on_classic5_as_the_log_says(shared):
    images = [read_uint8(path) for path in sorted((shared / "data" / "classic5").glob("*.bmp"))]
    for text, wanted in {"gray-q10": 1.01, "gray-q40": 0.84}.items():
        assert np.mean([gain("smooth", image, text) for image in images]) == pytest.approx(wanted, abs=0.01)


def test_chroma_is_filtered_at_its_stored_size(photo):
    """A filter that shifts chroma by a level changes every pixel by it, and sees a quarter of the pixels."""
    degraded, seen = degrade(photo, parse("q90")), []

    def shift(plane, table):
        seen.append((plane.shape, int(table[0, 0])))
        return plane + 5 * (len(seen) == 2)  # the second plane is Cb

    moved = filtered(degraded, shift).astype(int) - filtered(degraded, lambda plane, table: plane)
    assert [size for size, _ in seen] == [(203, 231), (102, 116), (102, 116)]
    assert [step for _, step in seen] == [3, 3, 3]
    assert np.median(moved[..., 2]) == 9  # 5 * 1.772
    assert np.median(moved[..., 0]) == 0


def test_filtering_nothing_is_decoding(photo):
    for text in ("q30", "gray-q30", "q30-444", "q30-422"):
        degraded = degrade(photo, parse(text))
        same = filtered(degraded, lambda plane, table: plane)
        assert np.abs(same.astype(int) - read_uint8(degraded)).max() <= 1


@pytest.mark.skipif("spp" not in HERE, reason="no ffmpeg here")
def test_spp_gains(photo):
    assert gain("spp", photo, "gray-q10") > 0.4
    assert gain("spp", photo, "q20") > 0.3


def test_no_program_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("spp", "uspp"):
        with pytest.raises(
            UserError, match=rf"^peer {name}: no program ffmpeg .*apt-get .* leave {name} out"
        ):
            peers.load(name)


def test_no_filter_is_one_line(monkeypatch, tmp_path):
    """A program that knows no filter, as ffmpeg without the part says it."""
    program = tmp_path / "ffmpeg"
    program.write_text(
        "#!/bin/sh\n[ $2 = -version ] && echo ffmpeg version 5.1.9-0 Copyright || echo Unknown\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UserError, match=r"^peer uspp: the ffmpeg on this machine \(5.1.9-0\) has no filter uspp"
    ):
        peers.load("uspp")


def test_evaluate_takes_a_peer(photo, tmp_path, capsys):
    (tmp_path / "clean").mkdir()
    Image.fromarray(photo).save(tmp_path / "clean" / "a.png")
    args = ["evaluate", str(tmp_path / "clean"), "--degradation", "q10", "--out", str(tmp_path / "t.csv")]
    assert main([*args, "--peer", "smooth"]) == 0
    assert "smooth q10 color-420 1 images" in capsys.readouterr().out
    assert main([*args, "--peer", "smoth"]) == 2
    assert "--peer: no peer 'smoth'; did you mean 'smooth'?" in capsys.readouterr().err


def test_no_torch_is_needed():
    code = "import sys; from unjpeg import peers; peers.load('smooth'); print('torch' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT.parent), "PATH": os.environ["PATH"]}
    done = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert done.strip() == "False"
