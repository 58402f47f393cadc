import argparse
import hashlib
import json

import pytest

from unjpeg.config.registry import Metric, to_json
from unjpeg.errors import UserError
from unjpeg.steps import parameters

DATA = b"weights" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def get(tmp_path, server):
    def get(wanted_by=None, note="", **changes) -> dict:
        file = {"file": "w.pth", "place": "hub/checkpoints", "urls": [server.url + "/w.pth"], "sha256": SHA}
        metric = Metric(title="T", licence="L", citation="C", note=note, files=[file | changes])
        parser = argparse.ArgumentParser()
        parameters.arguments(parser)
        options = ["--metric", "toy", "--entry", to_json(metric), "--folder", f"{tmp_path}/metrics"]
        options += ["--output", f"{tmp_path}/metrics/toy.json", "--retries", "0", "--pause", "0.001"]
        options += ["--wanted-by", wanted_by] if wanted_by else []
        parameters.run(parser.parse_args(options))
        return json.loads((tmp_path / "metrics" / "toy.json").read_text())

    return get


def test_files_land_in_their_place_once(get, server, tmp_path):
    server.answers["/w.pth"] = [DATA]
    row = {"file": "w.pth", "path": "hub/checkpoints/w.pth", "sha256": SHA, "own_copy": False}
    assert get() == {"metric": "toy", "files": [row]} == get()
    assert (tmp_path / "metrics" / "hub/checkpoints/w.pth").read_bytes() == DATA
    assert len(server.requests) == 1


def test_an_own_copy_is_verified_and_put_in_its_place(get, server, tmp_path):
    mine = tmp_path / "other-name.pth"
    mine.write_bytes(DATA)
    assert get(path=str(mine))["files"][0]["own_copy"] is True
    assert (tmp_path / "metrics" / "hub/checkpoints/w.pth").read_bytes() == DATA
    assert server.requests == []
    assert mine.read_bytes() == DATA
    mine.write_bytes(b"others")
    with pytest.raises(UserError, match="other-name.pth: sha256 is .*set sha256 beside path"):
        get(path=str(mine))
    assert get(path=str(mine), sha256=hashlib.sha256(b"others").hexdigest())["files"][0]["own_copy"]


def test_a_wrong_file_leaves_nothing(get, server, tmp_path):
    server.answers["/w.pth"] = [b"something else"]
    with pytest.raises(UserError, match="sha256 is"):
        get()
    assert not (tmp_path / "metrics" / "hub/checkpoints/w.pth").exists()
    assert not (tmp_path / "metrics" / "toy.json").exists()


@pytest.mark.parametrize("place", ["/etc", "../up", "~/x"])
def test_places_stay_inside(get, place):
    with pytest.raises(ValueError, match="below"):
        get(place=place)


def test_the_error_says_who_wants_the_file_and_what_else_there_is(get, server):
    server.answers["/w.pth"] = [b"something else"]
    with pytest.raises(
        UserError, match="w.pth: no mirror .*; wanted by model a, model b; l2 is a substitute$"
    ):
        get(wanted_by="model a, model b", note="l2 is a substitute")
