"""How a model is found: by name, by folder, and the other one that its card names for gray pictures."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from unjpeg import zoo
from unjpeg.card import read_card
from unjpeg.cli import main
from unjpeg.degradation import Compress
from unjpeg.errors import UserError
from unjpeg.jpeg import encode
from unjpeg.photos.precision import in_precision
from unjpeg.photos.restoring import restored
from unjpeg.restorer import Restorer


@pytest.fixture(scope="module")
def clean():
    return data.astronaut()[:203, 100:331]


def test_models_are_found_by_name_and_checked(tmp_path, monkeypatch, clean):
    with pytest.raises(UserError, match="no model to restore with 'foto'; did you mean 'photo'"):
        zoo.find("foto", "restore")
    with pytest.raises(UserError, match="no model to restore with 'photo-detector'"):
        zoo.find("photo-detector", "restore")
    shutil.copytree(zoo.FOLDER / "photo", tmp_path / "mine")
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path))
    assert zoo.find("mine", "restore") == tmp_path / "mine"
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path / "none"))
    with pytest.raises(UserError, match="UNJPEG_MODELS=.*: no such folder"):
        zoo.find("photo", "restore")


@pytest.mark.parametrize("folder", ["models", "results/one/models"])
def test_a_name_of_ones_own_goes_before_all_others(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    for home in ("models/photo", "results/one/models/photo", "results/two/models/photo"):
        shutil.copytree(zoo.FOLDER / "photo", home)
    assert zoo.find("photo", "restore") == zoo.FOLDER / "photo"
    monkeypatch.setenv("UNJPEG_MODELS", folder)
    assert zoo.find("photo", "restore") == Path(folder) / "photo"


def test_a_name_of_several_studies_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    homes = [f"results/{study}/models/mine" for study in ("one", "two")]
    for home in homes:
        shutil.copytree(zoo.FOLDER / "photo", home)
    with pytest.raises(UserError, match=f"^model mine: trained in several studies; give one of {homes[0]}, "):
        zoo.find("mine", "restore")


def test_gray_pictures_may_have_a_network_of_their_own(tmp_path, monkeypatch, clean):
    """Named by the card: used for one channel only, as it is by itself; a name that is none is one line."""
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path))
    gray, alone = Restorer(zoo.find("ar-cnn-q10")), Restorer(zoo.find("photo-small"))
    home = tmp_path / "both"
    shutil.copytree(alone.folder, home)
    card = read_card(home) | {"gray": "ar-cnn-q10"}
    (home / "card.json").write_text(json.dumps(card))
    both = in_precision(Restorer(home), "float32")
    colour, luma = clean[:72, :88], clean[:72, :88, :1]
    np.testing.assert_array_equal(both(colour), alone(colour))
    np.testing.assert_array_equal(both(luma), gray(luma))
    assert (alone(luma) != gray(luma)).any()
    file = encode(luma, Compress(10))
    found, want = (restored(file, network, None).pixels for network in (both, gray))
    np.testing.assert_array_equal(found, want)
    (home / "card.json").write_text(json.dumps(card | {"gray": "both"}))  # itself: no circle
    np.testing.assert_array_equal(Restorer(home)(luma), alone(luma))
    (home / "card.json").write_text(json.dumps(card | {"gray": "ar-cn-q10"}))
    with pytest.raises(UserError, match="ar-cnn-q10"):
        Restorer(home)


def test_what_a_study_kept_to_the_file_is_no_network(tmp_path, monkeypatch):
    """It has the weights of `photo`, alone; its name promises more."""
    monkeypatch.chdir(tmp_path)
    home = Path("results/mine/models/photo+file")
    shutil.copytree(zoo.FOLDER / "photo", home)
    assert "photo+file" not in zoo.available()
    for named in ("photo+file", home):
        with pytest.raises(UserError, match=r"photo\+file: no network, .*; give photo$"):
            zoo.find(named, "restore")


def test_one_broken_card_stands_in_nobodys_way(tmp_path, monkeypatch, capsys):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "card.json").write_text("{")
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path))
    assert zoo.find("photo", "restore") == zoo.FOLDER / "photo"
    assert "broken" not in zoo.cards() and "photo" in zoo.cards()
    with pytest.raises(UserError, match="no model to restore with 'foto'; did you mean 'photo'"):
        zoo.find("foto", "restore")
    with pytest.raises(UserError, match="broken/card.json: not JSON"):
        zoo.find("broken", "restore")
    assert main(["models"]) == 0
    said = capsys.readouterr()
    assert "broken/card.json: not JSON" in said.err and "photo-detector" in said.out


def test_a_shipped_file_that_was_changed_is_refused(tmp_path, monkeypatch):
    shutil.copytree(zoo.FOLDER, tmp_path / "zoo")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    monkeypatch.setattr(zoo, "CHECKSUMS", tmp_path / "zoo" / "checksums.json")
    weights = tmp_path / "zoo/photo/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(UserError, match="not the file that was shipped"):
        zoo.find("photo", "restore")
