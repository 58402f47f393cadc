"""Which models of a study are one network from several seeds."""

import pytest
import yaml

from unjpeg.config.seeds import seed_groups
from unjpeg.config.study import check_study

STUDY = """
study: x
data: {d: {train: [leaves], val: [leaves], degradations: [q10], patch: 32, stride: 32}}
models:
  net: &net {arch: conv_unit, data: d, train: {steps: 1}}
  net-1: {<<: *net, seed: 1}
  net-again: {<<: *net, seed: 0}
  net-2: {<<: *net, seed: 2, degradations: [q10]}
  longer: {<<: *net, seed: 3, train: {steps: 2}}
  tuned: &tuned {<<: *net, start_from: net}
  tuned-1: {<<: *tuned, start_from: net-1}
  tuned-longer: {<<: *tuned, start_from: longer}
  judge: &judge {arch: patchgan, recipe: critic, data: d, train: {steps: 1}}
  judge-1: {<<: *judge, seed: 1}
test: {sets: [photos], degradations: [q10, q20]}
"""


@pytest.fixture
def study():
    return check_study(yaml.safe_load(STUDY), "x")


def test_equal_in_everything_but_the_seed(study):
    assert seed_groups(study) == {"net": ["net", "net-1", "net-2"], "tuned": ["tuned", "tuned-1"]}


def test_none_in_the_tiny_study(root):
    assert seed_groups(check_study(yaml.safe_load((root / "config/tiny.yaml").read_text("utf-8")), "")) == {}
