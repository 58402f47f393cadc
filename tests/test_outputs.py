"""Commands that write where they are told replace what is of their own kind, and nothing else."""

import os

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.cli import main
from unjpeg.errors import UserError
from unjpeg.outputs import check_table

SCORES = "study,model,set,image,degradation,protocol,metric,value\n"
ROW = "-,none,a,b,q10,color-420,psnr,27.5\n"


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.ascontiguousarray(data.astronaut()[:128, :128])).save(path, quality=20)
    return path


def table(path):
    check_table(path, SCORES.strip().split(","), "value", "scores", "--out")


@pytest.mark.parametrize("text", ["", SCORES, SCORES + ROW, SCORES + ROW * 3, SCORES + ROW[:-5] + "inf\n"])
def test_scores_may_be_replaced(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "text",
    ["\n", "my note\n", ROW, SCORES + "my own note\n", SCORES + "this,is,my,phone,book,with,eight,columns\n"]
    + [
        SCORES + "x" * 200_000,
        "x" * 200_000,
        "\ufeff" + SCORES,
        SCORES + ROW + "\n",
        SCORES + ROW + ROW[:20],
        "value\n1\n",
    ],
)
def test_anything_else_may_not(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"^--out .*a\.csv: is there and holds no scores; want a new file$"):
        table(tmp_path / "a.csv")


@pytest.mark.parametrize("place", ["", "no/such/a.csv", "link"])
def test_places_where_nothing_can_be_written_are_known_before(tmp_path, place):
    (tmp_path / "link").symlink_to(tmp_path / "no" / "such" / "folder")
    with pytest.raises(UserError, match="^--out .*: want a plain file in a folder that exists$"):
        table(tmp_path / place / "a.csv" if place == "link" else tmp_path / place)
    with pytest.raises(UserError, match="^--out .*/link: want a plain file in a folder that exists$"):
        table(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_known_before(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written to"):
        table(tmp_path / "a.csv")


def test_detect_replaces_its_rows_and_no_picture(photo, tmp_path, capsys):
    before = photo.read_bytes()
    assert main(["detect", str(photo), "--output", str(photo)]) == 2
    assert "photo.jpg: is there and holds no tiles of `unjpeg detect`" in capsys.readouterr().err
    assert photo.read_bytes() == before
    for _ in range(2):
        assert main(["detect", str(photo), "--output", str(tmp_path / "rows.csv")]) == 0
    assert (tmp_path / "rows.csv").read_text().startswith("model,set,")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["export", "photo-small", "{}"], "README.md"),
        (["export", "photo-small", "{}"], "holiday.jpg"),
        (["export", "photo-small", "{}"], "card.json"),
        (["export", "photo-small", "{}/note.onnx"], "note.onnx"),
        (["import", "photo-small", "-o", "{}"], "card.json"),
        (["import", "photo-small", "-o", "{}"], "history.csv"),
    ],
)
def test_a_folder_or_file_of_somebody_is_left_alone(tmp_path, capsys, words, file):
    (tmp_path / file).write_text("precious")
    assert main([word.format(tmp_path) for word in words]) == 2
    error = capsys.readouterr().err
    assert file in error and "is there" in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert (tmp_path / file).read_text() == "precious"


@pytest.mark.parametrize("words", [["export", "photo-small", "{}"], ["import", "photo-small", "-o", "{}"]])
def test_what_was_written_before_is_written_again(tmp_path, words):
    words = [word.format(tmp_path / "made" / "here") for word in words]
    assert main(words) == main(words) == 0
    assert main(["export", "photo", words[-1]]) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_names_the_file_that_was_asked_for(tmp_path, monkeypatch):
    from unjpeg import atomic

    def full(path, _data):
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(b"x")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left") as error:
        atomic.write_text(tmp_path / "a.csv", "x")
    assert error.value.filename == str(tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())
