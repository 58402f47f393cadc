import copy

import pytest
import yaml

from unjpeg.config.study import check_study, read_study
from unjpeg.errors import UserError


@pytest.fixture
def tiny(root):
    return yaml.safe_load((root / "config" / "tiny.yaml").read_text("utf-8"))


def changed(data, path, value):
    """`data` with one key set; `path` is dotted."""
    data = copy.deepcopy(data)
    place = data
    *parents, last = path.split(".")
    for key in parents:
        place = place[key]
    place[last] = value
    return data


@pytest.mark.parametrize("name", ["tiny.yaml", "config.yaml"])
def test_the_studies_are_sound(root, name):
    assert read_study(root / "config" / name).models


def test_a_model_named_as_a_peer_is_refused(tiny):
    tiny["models"]["smooth"] = tiny["models"].pop("ar-cnn-fixed")
    assert check_study(tiny, "mine.yaml").models_under("q10")[-1] == "smooth"  # where no such peer is tested
    with pytest.raises(UserError, match=r"models\.smooth: also stands in test\.peers"):
        check_study(changed(tiny, "test.peers", ["smooth"]), "mine.yaml")


def test_a_model_named_as_a_shipped_one_behind_another_is_refused(tiny):
    tiny["models"]["photo"] = tiny["models"].pop("ar-cnn-fixed")
    for shipped, says in (
        (["photo"], "also stands in test.shipped"),
        (["photo+file"], r"has photo\+file, made"),
    ):
        with pytest.raises(UserError, match=rf"models\.photo: .*{says}"):
            check_study(changed(tiny, "test.shipped", shipped), "mine.yaml")
    assert check_study(changed(tiny, "test.shipped", ["photo-small+file"]), "mine.yaml")


def test_peers_are_tested_under_what_is_listed_or_everything(tiny):
    peers = {"identity": None, "smooth": ["q10", "gray-q10"]}
    study = check_study(changed(tiny, "test.peers", peers), "mine.yaml")
    assert study.models_under("q10")[-2:] == ["identity", "smooth"]
    assert study.models_under("q20")[-1] == "identity"
    assert study.models_under("q10", "detect") == []
    listed = check_study(changed(tiny, "test.peers", ["smooth"]), "mine.yaml")
    assert all(listed.models_under(degradation)[-1] == "smooth" for degradation in study.test.degradations)


def test_shipped_detectors_answer_and_restore_nothing(tiny):
    study = check_study(changed(tiny, "test.shipped", {"photo": None, "c-tiny": ["q10"]}), "mine.yaml")
    assert study.models_under("q10", "detect") == ["c-tiny"]
    assert study.models_under("q20", "detect") == []
    assert study.models_under("q10")[-1] == "photo"


def test_the_two_studies_have_names_of_their_own(root):
    assert read_study(root / "config/tiny.yaml").study != read_study(root / "config/config.yaml").study


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("seeed", 1, "no key 'seeed'; did you mean 'seed'?"),
        ("seed", -1, "seed: Input should be greater than or equal to 0, got -1"),
        ("test.peers", {"smooth": []}, "peers.smooth: no degradation"),
        ("test.degradation", ["q10"], "no key 'degradation'; did you mean 'degradations'?"),
        ("models.ar-cnn-fixed.arch", "ar_cn", "no arch 'ar_cn'; did you mean 'ar_cnn'?"),
        ("models.ar-cnn-fixed.recipe", "regresion", "did you mean 'regression'?"),
        ("models.ar-cnn-fixed.data", "gray-q1", "did you mean 'gray-q10'?"),
        (
            "models.ar-cnn-fixed.settings",
            {"widht": [1]},
            "no setting of ar_cnn 'widht'; did you mean 'widths'?",
        ),
        ("models.ar-cnn-fixed.settings", {"init": "papr"}, "ar_cnn wants one of ['paper', 'he'], got 'papr'"),
        ("models.ar-cnn-fixed.settings", {"init": 3}, "got 3"),
        ("models.ar-cnn-fixed.settings", {"skip": "maybe"}, "ar_cnn wants bool, got 'maybe'"),
        ("models.ar-cnn-fixed.settings", {"widths": "abc"}, "ar_cnn wants list[int], got 'abc'"),
        ("models.ar-cnn-fixed.settings", {"widths": [8, "a"]}, "ar_cnn wants list[int]"),
        ("models.ar-cnn-fixed.settings", {"channels": 3}, "no setting of ar_cnn 'channels'"),
        ("test.metrics", ["ssim"], "psnr is wanted"),
        ("test.degradations", ["q10", "gray-q10", "q10"], "q10 stands there twice"),
        (
            "leaks_allowed",
            [{"train": "leafs", "test": "photos", "reason": "x"}],
            "leaks_allowed.0.train: no training set 'leafs'; did you mean 'leaves'?",
        ),
        ("leaks_allowed", [{"train": "leaves", "test": "kodak24", "reason": "x"}], "no test set 'kodak24'"),
        ("leaks_allowed", [{"train": "leaves", "test": "photos"}], "leaks_allowed.0.reason: this key is"),
        ("leaks_allowed", [{"train": "leaves", "test": "photos", "reason": " "}], "leaks_allowed.0.reason:"),
        ("leaks_allowed", [{"train": "leaves", "test": "photos", "reason": "x"}] * 2, "stand there twice"),
        ("test.sets", ["photos", "photos"], "photos stands there twice"),
        ("test.peers", ["smoth"], "no peer 'smoth'; did you mean 'smooth'?"),
        ("test.peers", ["smooth", "smooth"], "smooth stands there twice"),
        ("test.shipped", ["photos"], "test.shipped.photos: no shipped model 'photos'; did you mean 'photo'?"),
        ("test.shipped", ["photo-detector+file"], "no shipped model 'photo-detector+file'"),
        ("test.shipped", ["photos+file"], "no shipped model 'photos+file'; did you mean 'photo+file'?"),
        ("test.shipped", {"photo": ["q11"]}, "shipped.photo: no test degradation 'q11'"),
        ("test.peers", {"smooth": ["q11"]}, "peers.smooth: no test degradation 'q11'; did you mean 'q10'?"),
        ("models.ar-cnn-fixed.train.loss", "l3", "no loss 'l3'"),
        ("models.ar-cnn-fixed.train.loss", {"l1": 1, "l3": 1}, "no loss 'l3'"),
        ("models.ar-cnn-fixed.train.loss", {}, "at least one loss"),
        ("models.ar-cnn-fixed.train.loss", {"l1": -1}, "greater than 0"),
        (
            "models.ar-cnn-fixed.recipe",
            "quality",
            "recipe quality wants a network with `both`, ar_cnn has none",
        ),
        ("models.ar-cnn-fixed.recipe", "critic", "ar_cnn is a restore; recipe critic"),
        ("models.ar-cnn-fixed.recipe", "gan", "adversarial: recipe gan needs it"),
        ("models.ar-cnn-fixed.adversarial", {"gate": 0.5}, "regression has no use for it, recipe gan has"),
        ("models.ar-cnn-fixed.restorer", "car-cnn-fixed", "regression has no use for it, recipe critic has"),
        ("models.conv-unit-fixed.start_from", "car-cnn-fixed", "car-cnn-fixed is of arch car_cnn"),
        ("models.ar-cnn-fixed.degradations", [], "at least 1 item"),
        ("models.ar-cnn-fixed.train.loss", "ms_ssim", "32 pixels a side, loss ms_ssim wants 176 or more"),
        ("models.ar-cnn-fixed.pretrained", True, "no weights are known for ar_cnn; allowed for: arnet"),
        ("models.ar-cnn-fixed.train.steps", 0, "models.ar-cnn-fixed.train.steps"),
        ("models.ar-cnn-fixed.train.steps", "many", "got 'many'"),
        ("models.ar-cnn-fixed.train.halve_every", 5, "go together"),
        ("models.ar-cnn-fixed.start_from", "car-cnn", "no model 'car-cnn'; did you mean 'car-cnn-fixed'?"),
        ("models.ar-cnn-fixed.start_from", "ar-cnn-fixed", "a circle"),
        ("models.ar-cnn-fixed.arch", "patchgan", "patchgan is a critic"),
        ("models.ar-cnn-fixed.degradations", ["gray-q11"], "no test degradation 'gray-q11'"),
        (
            "models.conv-unit-fixed",
            {"arch": "arnet", "data": "rgb-q10", "train": {"steps": 1}},
            "multiple of 32",
        ),
        ("models.car-cnn-fixed.data", "rgb-q10", "rgb-q10 has 3 channels, car_cnn takes 1"),
        ("models.none", {}, "'none' is no name"),
        ("test.metrics", ["pnsr"], "no metric 'pnsr'; did you mean 'psnr'?"),
        ("test.metrics", ["card"], "no metric 'card'"),
        ("test.degradations", ["q10", "q0"], "degradation 'q0'"),
        ("test.sets", ["kodac24"], "no data set 'kodac24'; did you mean 'kodak24'?"),
        ("data.gray-q10.degradations", ["gray-q10", "q10"], "mix gray and colour"),
        ("data.gray-q10.per_image", 4, "give one of stride and per_image"),
        (
            "splits",
            {"leaves": {"fractions": {"train": 0.9, "val": 0.2, "test": 0.1}}},
            "train + val + test is 1.2",
        ),
        ("study", "Tiny Study", "'Tiny Study' is no name"),
    ],
)
def test_mistakes_are_one_line_with_the_nearest_match(tiny, path, value, says):
    with pytest.raises(UserError) as caught:
        check_study(changed(tiny, path, value), "config/my.yaml", ["kodak24", "leaves", "photos"])
    assert says in str(caught.value)
    assert str(caught.value).startswith("config/my.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_key_is_named(tiny):
    del tiny["models"]["ar-cnn-fixed"]["train"]["steps"]
    with pytest.raises(UserError, match="models.ar-cnn-fixed.train.steps: this key is required"):
        check_study(tiny, "x")


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\ta: 1"])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(UserError, match="c.yaml"):
        read_study(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("study: a\nstudy: b\n", "c.yaml: line 2: study stands there twice"),
        (
            "a: &x {k: 1}\nb:\n  - {<<: *x, k: 2, m: 3}\n  - {m: 1, n: 2, m: 1}\n",
            "line 4: m stands there twice",
        ),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path, text, says):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(UserError, match=says):
        read_study(tmp_path / "c.yaml")


def test_gray_sets_are_tested_with_gray_degradations(tiny):
    study = check_study(tiny, "x")
    assert study.degradations_of("photos", "gray") == ["gray-q10", "gray-q20", "gray-q30", "gray-q40"]
    assert study.degradations_of("photos", "rgb") == study.test.degradations


def test_a_set_may_be_tested_under_some_degradations_only(tiny):
    study = check_study(changed(tiny, "test.sets", {"photos": ["gray-q20", "q10"], "classic5": None}), "x")
    assert study.degradations_of("photos", "rgb") == ["q10", "gray-q20"]
    assert study.degradations_of("photos", "gray") == ["gray-q20"]
    assert study.degradations_of("classic5", "rgb") == study.test.degradations
    with pytest.raises(UserError, match="sets.photos: no test degradation 'q11'; did you mean 'q10'?"):
        check_study(changed(tiny, "test.sets", {"photos": ["q11"]}), "x")


def test_a_run_holds_its_own_model_only(tiny):
    study = check_study(tiny, "x")
    other = check_study(changed(tiny, "models.ar-cnn-fixed.train.lr", 0.5), "x")
    assert study.run_of("car-cnn-fixed") == other.run_of("car-cnn-fixed")
    assert study.run_of("ar-cnn-fixed") != other.run_of("ar-cnn-fixed")


CRITIC = {"arch": "patchgan", "recipe": "critic", "data": "gray-q10", "train": {"steps": 1}}


def with_critic(tiny, judge=None, gan=None):
    """`tiny` with a critic, and with AR-CNN trained against it."""
    data = changed(tiny, "models.judge", {**CRITIC, **(judge or {})})
    data["models"]["other"] = copy.deepcopy(data["models"]["ar-cnn-fixed"])
    data["data"]["small"] = {**data["data"]["gray-q10"], "patch": 16, "stride": 16}
    data["models"]["ar-cnn-fixed"].update(
        {"recipe": "gan", "critic": "judge", "adversarial": {}, **(gan or {})}
    )
    return data


def test_a_critic_is_trained_and_never_tested(tiny):
    study = check_study(with_critic(tiny), "x")
    assert "judge" in study.models
    assert "judge" not in study.models_under("gray-q10")
    assert study.run_of("judge")["train"]["loss"] == {}
    assert study.run_of("ar-cnn-fixed")["parents"]["critic"]["arch"] == "patchgan"


def test_a_network_may_start_from_a_narrower_one_and_gray_from_colour(tiny):
    train = {"steps": 1, "loss": "l1"}
    first = {"arch": "unshuffle_net", "data": "rgb-q10", "train": train}
    wide = {**first, "settings": {"width": 96}, "start_from": "first"}
    data = changed(changed(tiny, "models.first", first), "models.wide", wide)
    gray = changed(data, "models.wide.data", "gray-q10")
    for study in (data, gray):
        parent = check_study(study, "x").run_of("wide")["parents"]["start_from"]
        assert (parent["settings"], parent["channels"]) == ({}, 3)
    with pytest.raises(UserError, match="first has 1 channels, wide has 3"):
        check_study(changed(data, "models.first.data", "gray-q10"), "x")


@pytest.mark.parametrize(
    ("judge", "gan", "says"),
    [
        ({}, {"critic": "jugde"}, "no model 'jugde'; did you mean 'judge'?"),
        ({}, {"critic": "car-cnn-fixed"}, "car-cnn-fixed (car_cnn) is a restorer, want a critic"),
        ({}, {"critic": "ar-cnn-fixed"}, "a circle"),
        ({"restorer": "ar-cnn-fixed"}, {}, "a circle"),
        ({"restorer": "conv-unit-fixed"}, {}, "conv-unit-fixed has 3 channels, judge has 1"),
        ({"data": "rgb-q10"}, {}, "judge has 3 channels, ar-cnn-fixed has 1"),
        ({}, {"settings": {"skip": False}, "start_from": "other"}, "want the same"),
        ({"data": "small"}, {}, "16 pixels a side, patchgan wants 32 or more"),
        ({"train": {"steps": 1, "loss": "l1"}}, {}, "train.loss: recipe critic has its own"),
        ({"degradations": ["gray-q10"]}, {}, "degradations: patchgan is a critic, it restores nothing"),
        ({}, {"adversarial": {"gate": 1.5}}, "less than or equal to 1"),
        ({}, {"adversarial": {"gat": 1}}, "no key 'gat'; did you mean 'gate'?"),
    ],
)
def test_mistakes_between_models_are_one_line(tiny, judge, gan, says):
    with pytest.raises(UserError) as caught:
        check_study(with_critic(tiny, judge, gan), "x")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
