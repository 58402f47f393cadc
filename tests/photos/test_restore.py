"""`unjpeg restore` on real pictures, with the models that ship."""

import base64
import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from unjpeg import models, zoo
from unjpeg.cli import main
from unjpeg.errors import UserError
from unjpeg.images import to_float32
from unjpeg.inference import windows
from unjpeg.photos.memory import need_of, tile_for, used
from unjpeg.photos.restoring import Wish, restored
from unjpeg.restorer import Restorer
from unjpeg.steps.restore import _each, _told
from unjpeg.store.weights import write_weights


@pytest.fixture(scope="module")
def clean():
    return data.astronaut()[:203, 100:331]


@pytest.fixture(scope="module")
def restorer():
    return Restorer(zoo.find("photo", "restore"))


def jpeg(pixels, quality=20, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "jpeg", quality=quality, **options)
    return out.getvalue()


def psnr(a, b):
    return 10 * np.log10(255**2 / np.square(a.astype(float) - b).mean())


def read(path):
    return np.asarray(Image.open(path))


@pytest.fixture
def folder(tmp_path, clean):
    """A holiday: a bad JPEG, the same saved as PNG, a clean picture, something else, a bad file."""
    (tmp_path / "in put ä").mkdir()
    folder = tmp_path / "in put ä"
    (folder / "bad.jpg").write_bytes(jpeg(clean, 15))
    Image.open(folder / "bad.jpg").save(folder / "was-jpeg.png")
    Image.fromarray(clean).save(folder / "clean.png")
    (folder / "broken.JPG").write_bytes(jpeg(clean)[:900])
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_a_folder_is_restored_and_one_bad_file_does_not_stop_it(folder, clean, capsys, tmp_path):
    before = {p: p.read_bytes() for p in folder.iterdir()}
    assert main(["restore", str(folder), "-o", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr()
    assert shown.out == "2 restored, 1 left as they are, 1 failed\n"
    assert shown.err.splitlines()[-1].startswith(f"{folder / 'broken.JPG'}: not an image that can be read")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["bad.png", "was-jpeg.png"]
    assert {p: p.read_bytes() for p in folder.iterdir()} == before
    for name in ("bad.png", "was-jpeg.png"):
        assert psnr(read(tmp_path / "out" / name), clean) > psnr(read(folder / "bad.jpg"), clean) + 0.5
    assert "never compressed: left as it is" in shown.err
    assert f"{folder}: 1 file with other endings not taken, such as notes.txt" in shown.err


def test_what_only_seems_a_picture_is_named(folder, tmp_path, capsys):
    (tmp_path / "elsewhere.png").write_bytes((folder / "clean.png").read_bytes())
    (folder / "out.png").symlink_to(tmp_path / "elsewhere.png")
    (folder / "gone.png").symlink_to(tmp_path / "nothing.png")
    (folder / "folder.png").mkdir()
    assert main(["restore", str(folder), "-o", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr()
    assert shown.out == "2 restored, 1 left as they are, 4 failed\n"
    for name, why in {
        "out": "a link out of the folder",
        "gone": "a link to nothing",
        "folder": "a folder",
    }.items():
        assert f"{folder / name}.png: {why}\n" in shown.err


def test_a_second_run_leaves_what_is_there(folder, capsys):
    for _ in range(2):
        assert main(["restore", str(folder / "bad.jpg")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert (first[:10], second[:10]) == ("1 restored", "0 restored")
    assert (folder / "bad.restored.png").is_file()
    assert main(["restore", str(folder / "bad.jpg"), "--overwrite"]) == 0


def test_force_restores_what_looks_clean(folder, tmp_path):
    target = tmp_path / "forced.png"
    assert main(["restore", str(folder / "clean.png"), "-o", str(target), "--force"]) == 0
    assert (read(target) != read(folder / "clean.png")).any()


def test_nothing_is_written_over_a_picture(folder, capsys):
    arguments = ["restore", str(folder / "bad.jpg"), "-o", str(folder), "--format", "jpeg"]
    assert main(arguments) == 2
    assert "would be written over a picture that is read" in capsys.readouterr().err


def test_pictures_of_one_stem_get_names_of_their_own(folder, tmp_path):
    shutil.copy(folder / "was-jpeg.png", folder / "bad.png")
    assert main(["restore", str(folder / "bad.jpg"), str(folder / "bad.png"), "-o", str(tmp_path / "o")]) == 0
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == ["bad.jpg.png", "bad.png.png"]


def test_the_result_compresses_to_the_files_coefficients(clean, restorer):
    file = jpeg(clean, 40)
    found = restored(file, restorer, None)
    assert found.held == 1
    again = io.BytesIO()
    Image.fromarray(found.pixels).save(again, "jpeg", quality=40)
    before, after = (np.asarray(Image.open(io.BytesIO(f))) for f in (file, again.getvalue()))
    assert np.array_equal(before, after)


@pytest.mark.parametrize("quality", [10, 40, 80, 90])
def test_keeping_to_the_file_helps(clean, restorer, quality):
    file = jpeg(clean, quality)
    free, kept = (restored(file, restorer, None, Wish(consistent=c)) for c in (False, True))
    assert free.held is None
    assert psnr(kept.pixels, clean) >= psnr(free.pixels, clean)
    assert psnr(kept.pixels, clean) > psnr(kept.photo.pixels, clean)


def test_strength_goes_from_the_picture_to_the_network(clean, restorer):
    file = jpeg(clean, 20)
    all_, half, none = (restored(file, restorer, None, Wish(s, consistent=False)) for s in (1, 0.5, 0))
    assert np.array_equal(none.pixels, none.photo.pixels) and not none.done
    middle = (all_.pixels.astype(float) + none.pixels) / 2
    assert np.abs(half.pixels - middle).max() <= 0.5
    with pytest.raises(UserError, match="strength 2; allowed: 0 to 1"):
        Wish(2)


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (203, 231)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_tiles_are_the_whole_picture(clean, restorer, size, mode):
    pixels = np.asarray(Image.fromarray(clean).convert(mode))[: size[0], : size[1]].reshape(*size, -1)
    pixels = np.ascontiguousarray(pixels)
    whole, tiled = (restorer(pixels, tile).astype(int) for tile in (1024, 64))
    assert np.abs(whole - tiled).max() <= 1  # float sums differ in the last bit, rounding may show it


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_tiles_are_the_whole_picture_before_it_is_rounded(clean, restorer, mode):
    pixels = np.asarray(Image.fromarray(clean).convert(mode)).reshape(*clean.shape[:2], -1)
    whole = restorer._part(to_float32(pixels))
    for target, source, inner in windows(*pixels.shape[:2], restorer.multiple, restorer.halo, 64):
        tile = restorer._part(to_float32(pixels[source]))[:, *inner]
        assert np.abs(tile - whole[:, *target]).max() <= 1e-5


def test_a_tile_is_chosen_by_memory(restorer):
    large = tile_for(restorer, (4000, 3000, 3), used() + (4 << 30))
    small = tile_for(restorer, (4000, 3000, 3), used() + (300 << 20))
    assert 64 <= small < large <= 1024 and small % 8 == large % 8 == 0
    with pytest.raises(UserError, match=r"4000x3000 pixels with photo need .* GiB; allowed by max-memory"):
        tile_for(restorer, (3000, 4000, 3), 1 << 20)


def test_weights_made_of_weights_are_no_pixels():
    class Untrained:
        channels = 3

        def __init__(self, norm):
            self.model = torch.nn.Sequential(
                norm(torch.nn.Conv2d(3, 512, 3)), norm(torch.nn.Conv2d(512, 3, 3))
            )

        def __call__(self, pixels):
            self.model(torch.from_numpy(to_float32(pixels))[None])

    plain, normed = Untrained(lambda layer: layer), Untrained(torch.nn.utils.parametrizations.spectral_norm)
    assert need_of(plain) == need_of(normed)


def test_windows_taken_some_at_a_time_need_as_much_for_any_tile(tmp_path):
    torch.manual_seed(0)
    model = models.load("block_cnn").Model(channels=3)
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    write_weights(tmp_path / "model.safetensors", weights, {"arch": "block_cnn"})
    card = {"model": "x", "arch": "block_cnn", "channels": 3, "settings": {}, "recipe": "regression"}
    (tmp_path / "card.json").write_text(json.dumps(card))
    fixed, each = need_of(Restorer(tmp_path))
    assert fixed > 4 << 20  # 64 windows of 24x24 with 128 channels, in and out of a layer, four times
    assert each == 60  # images alone


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["nowhere.jpg"], "nowhere.jpg: no such file or folder"),
        (["{jpg}", "--model", "foto"], "did you mean 'photo'"),
        (["{jpg}", "--strength", "3"], "--strength: '3'; allowed: a number from 0 to 1"),
        (["{jpg}", "-o", "x.xyz"], "ending '.xyz'; allowed"),
        (["{jpg}", "--fromat", "png"], "did you mean --format"),
        (["{jpg}", "--strength", "nan"], "--strength: 'nan'; allowed"),
        (["{jpg}", "--quality", "x"], "--quality: 'x'; allowed: a number from 1 to 100"),
        (["{jpg}", "--max-memory", "nan"], "--max-memory: 'nan'; allowed: a number above 0, up to 1e+06"),
        (["{jpg}", "--max-memory", "inf"], "--max-memory: 'inf'; allowed"),
        (["{jpg}", "--max-memory", "0"], "--max-memory: '0'; allowed"),
        (["{jpg}", "--max-pixels", "nan"], "--max-pixels: 'nan'; allowed"),
        (["{jpg}", "--max-pixels", "many"], "--max-pixels: 'many'; allowed"),
        (["{jpg}", "--threads", "-2"], "--threads: '-2'; allowed: a whole number from 1 to 1024"),
        (["{jpg}", "--threads", "0"], "--threads: '0'; allowed"),
        (["{jpg}", "--jpeg-quality", "0"], "--jpeg-quality: '0'; allowed: a whole number from 1 to 100"),
        (["{jpg}", "-o", "x.jpg", "--format", "png"], "ending '.jpg', but --format png"),
    ],
)
def test_mistakes_are_one_line(folder, options, says, capsys):
    options = [o.format(jpg=folder / "bad.jpg") for o in options]
    try:
        code = main(["restore", *options])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    error = capsys.readouterr().err
    assert says in error and len(error.splitlines()) == 1


def test_an_empty_path_is_not_this_folder(tmp_path, monkeypatch, capsys):
    Image.new("RGB", (16, 16)).save(tmp_path / "a.jpg")
    monkeypatch.chdir(tmp_path)
    for command in (["restore", ""], ["restore", "a.jpg", "-o", ""]):
        with pytest.raises(SystemExit, match="2"):
            main(command)
        assert "'' is no path" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_the_summary_comes_after_ctrl_c_too(capsys):
    def restore(job, _progress):
        if job.source == "c.jpg":
            raise KeyboardInterrupt
        raise UserError("no picture")

    work = [SimpleNamespace(source=name, target=Path("nowhere.png")) for name in ("b.jpg", "c.jpg", "d.jpg")]
    with pytest.raises(KeyboardInterrupt):
        _each(work, restore, overwrite=False)
    said = capsys.readouterr()
    assert said.out == "0 restored, 0 left as they are, 1 failed, 2 not reached\n"
    assert said.err.endswith("b.jpg: no picture\n")


def test_the_line_says_why_a_file_is_not_kept_to(tmp_path, capsys):
    clean = Image.fromarray(data.astronaut()[:160, 100:300])
    clean.save(tmp_path / "once.jpg", quality=20, subsampling=0)
    once = Image.open(tmp_path / "once.jpg")
    once.save(tmp_path / "twice.jpg", quality=80, subsampling=0)
    clean.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=20)

    def line(name, *options):
        assert main(["restore", str(tmp_path / name), "--overwrite", *options]) == 0
        return capsys.readouterr().err

    twice, kept = "it looks compressed twice, so it is not kept to the file", "of it compresses to the file's"
    assert twice in line("twice.jpg") and twice not in line("twice.jpg", "--no-consistent")
    assert kept in line("twice.jpg", "--consistent") and kept in line("once.jpg")
    assert "not kept to the file, whose colours are neither gray nor YCbCr" in line("cmyk.jpg")
    assert kept not in line("once.jpg", "--format", "jpeg")  # the result is compressed anew


def test_an_arithmetic_coded_file_is_restored_and_not_kept_to(restorer):
    """16x24 of a cat, by `cjpeg -arithmetic -quality 10`: Pillow decodes it, jpeglib does not."""
    file = (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wCDEABQADcAPABGADwAMgBQAEYAQQBGAFoAVQBQAF8AeADIAIIAeABuAG4AeAD1AK8AuQCR"
        "AMgBIgD/ATEBLAEdAP8BGAETAUABaAHMAYYBQAFUAbMBWQETARgBkAIhAZUBswHbAeoCAwIIAgMBNgGBAjUCXQIwAvQCWAHMAfkC"
        "AwHv/8kACwgAEAAYAQERAP/MAAYAEBAF/9oACAEBAAA/AOsEaCvO1Hq8KUf+TWaWTP/Z"
    )
    found = restored(base64.b64decode(file), restorer, None)
    assert found.done and (found.pixels != found.photo.pixels).any() and found.held is None
    assert found.notes == ["not kept to the file, whose coefficients cannot be read"]


def test_a_hundred_per_cent_is_all_of_it():
    found = SimpleNamespace(why="restored", notes=[], held=0.99984)
    assert _told(found).endswith("; 99.9% of it compresses to the file's coefficients")
    found.held = 1.0
    assert "; 100.0% of it" in _told(found)
