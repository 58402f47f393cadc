from pathlib import Path

import pytest

from unjpeg.config.registry import (
    Dataset,
    Metric,
    from_json,
    merged,
    merged_metrics,
    metrics,
    registry,
    to_json,
)
from unjpeg.errors import UserError
from unjpeg.provenance import constant_of, modules_in, parameter_entry

CONFIG = Path(__file__).parents[1] / "config"
BASE = {"title": "T", "licence": "L", "citation": "C", "count": 1}


@pytest.fixture(scope="module")
def known():
    return registry(CONFIG / "datasets.yaml")


def test_every_set_of_the_registry_is_complete(known):
    assert {
        "div2k",
        "bsds500",
        "kodak24",
        "live1",
        "classic5",
        "urban100",
        "leaves",
        "photos",
    } <= known.keys()
    for name, dataset in known.items():
        assert all((dataset.title, dataset.licence, dataset.citation)), name
        assert dataset.count == len(dataset.files) or dataset.source != "files", name
        for remote in (*dataset.files, *dataset.archives):
            assert all(url.startswith("http") for url in dataset.urls(remote)), remote.file
    assert len(known["kodak24"].known()) == 24
    assert (
        known["kodak24"].urls(known["kodak24"].files[0])[0]
        == "https://r0k.us/graphics/kodak/kodak/kodim01.png"
    )


def test_json_brings_back_the_entry(known, tmp_path):
    for name, dataset in known.items():
        assert from_json(Dataset, to_json(dataset), name) == dataset
    (tmp_path / "e.json").write_text(to_json(known["div2k"]))
    assert from_json(Dataset, f"@{tmp_path}/e.json", "x") == known["div2k"]
    for text, match in (("{", "not JSON"), ("[]", "want a JSON object"), ("@none", "No such file")):
        with pytest.raises(UserError, match=match):
            from_json(Dataset, text, "x")


def test_a_study_sets_path_and_adds_sets_and_nothing_else(known):
    result = merged(known, {"div2k": {"path": "/d"}, "mine": BASE | {"path": "/m", "manual": "mine"}})
    assert result["div2k"].path == "/d"
    assert result["div2k"].archives == known["div2k"].archives
    assert result["mine"].source == "manual"
    assert "mine" not in known
    assert known["div2k"].path is None
    with pytest.raises(UserError, match="div2k: count: .* only path"):
        merged(known, {"div2k": {"path": "/d", "count": 800}})


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        (BASE, "exactly one of archives, files, deadleaves, photographs, manual; got none"),
        (BASE | {"manual": "x", "photographs": "scikit-image"}, "got photographs, manual"),
        (BASE | {"manual": "x", "licens": "y"}, "did you mean 'licence'"),
        (BASE | {"manual": "x", "colour": "grey"}, "'rgb' or 'gray'"),
        (BASE | {"files": [{"file": "a.png"}]}, "a.png: want urls here, or mirrors"),
        (BASE | {"files": [{"file": "../a.png", "urls": ["http://h/a"]}]}, "plain file name"),
        (BASE | {"files": [{"file": "a.png", "urls": ["ftp://h/a"]}]}, "files.0.urls"),
        (BASE | {"files": [{"file": "a.png", "urls": ["http://h/a"], "sha256": "12"}]}, "files.0.sha256"),
        (BASE | {"files": [{"file": "a.png", "urls": ["http://h/a"]}] * 2}, "stands twice"),
        (BASE | {"archives": [{"file": "a.rar", "urls": ["http://h"], "members": ["*"]}]}, "allowed endings"),
        (BASE | {"deadleaves": {"images": 2}}, "count is 1, but deadleaves.images is 2"),
        (BASE | {"deadleaves": {"images": 1, "radius_min": 9, "radius_max": 3}}, "must be below radius_max"),
        (BASE | {"deadleaves": {"images": 1, "siez": 64}}, "did you mean 'size'"),
    ],
)
def test_mistakes_die_in_one_line(entry, match):
    with pytest.raises(UserError, match=match) as error:
        merged({}, {"new": entry})
    assert "new" in str(error.value)
    assert "\n" not in str(error.value)


def test_names_are_fit_for_files():
    with pytest.raises(UserError, match="small letters"):
        merged({}, {"My Set": BASE | {"manual": "x"}})


def test_every_file_of_a_loss_or_network_stands_in_the_entry_that_it_names():
    known = metrics(CONFIG / "metrics.yaml")
    named = [(kind, n) for kind in ("losses", "models") for n in modules_in(kind) if parameter_entry(kind, n)]
    assert {("losses", "vgg19"), ("losses", "lpips_vgg"), ("models", "arnet")} <= set(named)
    for kind, name in named:
        files = known[parameter_entry(kind, name)].files
        assert tuple(f"{p.place}/{p.file}" for p in files) == constant_of(f"unjpeg.{kind}.{name}", "FILES")
        assert all(p.sha256 or p.sha256_prefix for p in files), name


def test_metric_files_can_be_own_copies():
    known = metrics(CONFIG / "metrics.yaml")
    assert {"lpips", "niqe", "brisque"} <= known.keys()
    assert from_json(Metric, to_json(known["lpips"]), "x") == known["lpips"]
    own = merged_metrics(known, {"niqe_modelparameters.mat": "/n.mat"})["niqe"].files[0]
    assert own.path == "/n.mat"
    assert own.sha256 == known["niqe"].files[0].sha256
    other = merged_metrics(known, {"brisque_svm_weights.pth": {"path": "/b", "sha256": "a" * 64}})
    assert other["brisque"].files[0].sha256 == "a" * 64
    assert known["brisque"].files[0].path is None
    with pytest.raises(UserError, match="did you mean 'niqe_modelparameters.mat'"):
        merged_metrics(known, {"niqe_model.mat": "/n"})
