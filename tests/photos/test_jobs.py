"""Which results have which names, and how one file's failure stays its own."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.cli import main
from unjpeg.errors import UserError
from unjpeg.photos import restoring
from unjpeg.photos.jobs import jobs
from unjpeg.photos.restoring import restored
from unjpeg.steps.restore import _each


def picture(path, size=(40, 30), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(data.astronaut()[:200, :200]).resize(size).save(path, **options)
    return path


def names(folder):
    """Hidden ones too."""
    return sorted(p.name for p in folder.iterdir())


def targets(*paths, output=None, format=None):
    return [job.target.name for job in jobs(list(paths), output, format, ".restored")]


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_two_pictures_never_have_one_result(tmp_path, capsys, overwrite):
    a, b = (picture(tmp_path / name / "a.jpg") for name in ("d1", "d2"))
    out = tmp_path / "out"
    assert main(["restore", str(a.parent), str(b.parent), "-o", str(out), *overwrite]) == 2
    error = capsys.readouterr().err
    assert f"{a} and {b} would both be written to {out / 'a.jpg.png'}; restore them apart\n" in error
    assert not out.exists()


def test_names_are_made_apart_until_none_is_shared(tmp_path):
    files = [picture(tmp_path / "in" / name) for name in ("a.jpg", "a.jpg.png", "a.png", "b.jpg")]
    apart = ["a.jpg.png", "a.jpg.png.png", "a.png.png", "b.png"]
    assert targets(*files, output=tmp_path / "out") == apart
    assert main(["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--force"]) == 0
    assert names(tmp_path / "out") == apart


def test_results_beside_their_pictures_are_told_from_them(tmp_path, capsys):
    for name in ("a.jpg", "a.png", "mine.restored.jpg"):
        picture(tmp_path / name)
    for _ in range(2):
        assert main(["restore", str(tmp_path), "--force"]) == 0
    results = ["a.jpg.restored.png", "a.png.restored.png"]
    assert names(tmp_path) == sorted(["a.jpg", "a.png", "mine.restored.jpg", *results])
    said = capsys.readouterr().err
    assert f"{tmp_path}: 1 file taken for results and left, such as mine.restored.jpg" in said
    assert f"{tmp_path}: 3 files taken for results and left, such as a.jpg.restored.png" in said
    assert targets(tmp_path / "mine.restored.jpg") == ["mine.restored.restored.png"]


def test_a_name_says_the_format_unless_an_option_says_another(tmp_path):
    a = picture(tmp_path / "a.jpg")
    for ending in (".png", ".jpg", ".webp", ".tif"):
        assert targets(a, output=tmp_path / f"b{ending}") == [f"b{ending}"]
    assert targets(a, format="same") == ["a.restored.jpg"]
    assert targets(a, output=tmp_path / "b.jpeg", format="same") == ["b.jpeg"]
    for format in ("png", "same"):
        with pytest.raises(UserError, match=rf"ending '\.webp', but --format {format}; leave one"):
            targets(a, output=tmp_path / "b.webp", format=format)


@pytest.mark.parametrize("name", ["x.png", "x.JPG", "x.mp4"])
def test_a_name_of_a_file_is_no_folder_for_several_pictures(tmp_path, name):
    a, b = picture(tmp_path / "in" / "a.jpg"), picture(tmp_path / "in" / "b.jpg")
    with pytest.raises(UserError, match=rf"^-o .*{name}: a file; 2 pictures want a folder$"):
        jobs([a, b], tmp_path / name, None, ".restored")
    with pytest.raises(UserError, match=rf"{name}: a file; 2 pictures want a folder$"):
        jobs([tmp_path / "in"], tmp_path / name, None, ".restored")
    b.unlink()
    with pytest.raises(UserError, match=rf"{name}: a file; pictures of a folder want a folder$"):
        jobs([tmp_path / "in"], tmp_path / name, None, ".restored")
    (tmp_path / name).mkdir()  # there is one
    assert [
        job.target.parent.name for job in jobs([tmp_path / "in"], tmp_path / name, None, ".restored")
    ] == [name]


LIMITS = [
    ("wide.jpg", (17_000, 16), "webp", "17000x16 pixels; allowed in WebP: 16383 a side"),
    ("wide.png", (65_600, 16), "jpeg", "65600x16 pixels; allowed in JPEG: 65500 a side"),
]


@pytest.mark.parametrize(("name", "size", "format", "says"), LIMITS)
def test_what_a_format_does_not_hold_is_one_line_and_the_next_is_tried(
    tmp_path, capsys, name, size, format, says
):
    bad = picture(tmp_path / "in" / name, size)
    picture(tmp_path / "in" / "z.jpg")
    out = tmp_path / "out"
    assert main(["restore", str(tmp_path / "in"), "-o", str(out), "--force", "--format", format]) == 1
    shown = capsys.readouterr()
    assert shown.out == "1 restored, 0 left as they are, 1 failed\n"
    assert shown.err.splitlines()[-1].startswith(f"{bad}: {says}")
    assert len(names(out)) == 1


def test_metadata_that_a_format_does_not_hold_is_left_out_and_told(tmp_path, capsys):
    tags = Image.Exif()
    tags[0x010E] = "x" * 70_000
    source, target = picture(tmp_path / "a.png", exif=tags, dpi=(300, 300)), tmp_path / "b.jpg"
    assert main(["restore", str(source), "-o", str(target), "--force"]) == 0
    assert "asked for; EXIF left out, more than JPEG holds -> " in capsys.readouterr().err
    with Image.open(target) as found:
        assert not found.getexif() and found.info["dpi"] == (300, 300)


def test_whatever_one_file_raises_the_others_are_tried(tmp_path, capsys):
    first, second, third = (picture(tmp_path / f"{n}.jpg") for n in "abc")
    raised = {first: KeyError("nothing"), second: OSError("encoder\nerror -2")}

    def restore(job, _progress):
        raise raised[job.source]

    assert _each(jobs([first, second], None, None, ".restored"), restore, False) == 1
    last = capsys.readouterr().err.splitlines()[-2:]
    assert last == [f"{first}: KeyError: 'nothing'", f"{second}: encoder error -2"]
    raised[third] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        _each(jobs([third], None, None, ".restored"), restore, False)


def test_a_name_that_is_too_long_is_known_before_the_work_and_the_others_are_tried(
    tmp_path, capsys, monkeypatch
):
    done = []
    monkeypatch.setattr(restoring, "restored", lambda *given: done.append(given) or restored(*given))
    result, part = (picture(tmp_path / f"{'a' * length}.jpg") for length in (248, 242))  # too long: which one
    picture(tmp_path / "b.jpg")
    assert main(["restore", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert shown.out == "1 restored, 0 left as they are, 2 failed\n"
    for path, line in zip((part, result), shown.err.splitlines()[-2:], strict=True):
        assert line.startswith(f"{path}: {path.with_suffix('.restored.png')}: ") and "too long" in line
    assert len(done) == 1


def test_control_characters_of_a_result_are_not_sent_to_the_terminal(tmp_path, capsys):
    source, folder = picture(tmp_path / "a.jpg"), tmp_path / "\033[2Jout"
    folder.mkdir()
    for says in (" -> ", " is there already"):
        assert main(["restore", str(source), "-o", str(folder)]) == 0
        error = capsys.readouterr().err
        assert says in error and "\033" not in error and "\\x1b[2Jout/a.png" in error


@pytest.mark.parametrize("name", ["a.jpg", "a.avi"])
def test_a_target_that_cannot_be_written_is_named(tmp_path, capsys, name):
    if name == "a.jpg":
        source = picture(tmp_path / name)
    else:
        from . import clips

        clips.write(source := tmp_path / name, clips.moving(2))
    (tmp_path / "file").touch()
    target = tmp_path / "file" / f"b{'.png' if name == 'a.jpg' else '.mkv'}"
    assert main(["restore", str(source), "-o", str(target)]) == 1
    says = capsys.readouterr().err.splitlines()[-1]
    assert says.startswith(f"{source}: {target}: not written (") and "None" not in says


def test_what_a_killed_process_left_is_removed_by_the_next_run(tmp_path):
    source = picture(tmp_path / "a.jpg")
    write = "import os, sys; from unjpeg.atomic import replacing\n"
    write += "with replacing(sys.argv[1]) as part: part.touch(); os._exit(9)"
    for name in ("a.restored.png", "b.restored.png"):
        subprocess.run([sys.executable, "-c", write, str(tmp_path / name)])
    assert len(names(tmp_path)) == 3
    assert main(["restore", str(source)]) == 0
    left = names(tmp_path)
    assert left[1:] == ["a.jpg", "a.restored.png"] and left[0].startswith(".b.restored.png.")


def test_a_handler_of_sigterm_is_put_back(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    assert main(["restore", str(picture(tmp_path / "a.jpg"))]) == 0
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_gray_picture_of_sixteen_bits_becomes_a_webp_of_eight(tmp_path, capsys):
    gray = np.asarray(Image.fromarray(data.astronaut()[:60, :80]).convert("L"))
    Image.fromarray(gray.astype(np.uint16) * 257).save(tmp_path / "a.png")
    assert main(["restore", str(tmp_path / "a.png"), "-o", str(tmp_path / "b.webp"), "--force"]) == 0
    assert "16 bits became 8, WebP holds no more" in capsys.readouterr().err
    with Image.open(tmp_path / "b.webp") as found:
        assert np.abs(np.asarray(found.convert("L")).astype(int) - gray).mean() < 5


def test_a_picture_that_is_named_twice_is_restored_once(tmp_path, monkeypatch):
    picture(tmp_path / "a.jpg")
    monkeypatch.chdir(tmp_path)
    here = [Path("a.jpg"), Path("./a.jpg"), tmp_path / "a.jpg", Path(".")]
    assert targets(*here, output=Path("out")) == ["a.png"]
    assert targets(*here) == ["a.restored.png"]
