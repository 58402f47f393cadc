"""The digest of a job's code changes with the code that the job runs, and with nothing else."""

import ast
import json
import random
import shutil
import subprocess
import sys

import pytest

from unjpeg import provenance

STEP = "unjpeg.steps.compress"


@pytest.fixture
def package(tmp_path):
    shutil.copytree(provenance.ROOT, tmp_path / "unjpeg", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "unjpeg"


def digests(package, *modules):
    code = (
        "import json; from unjpeg.provenance import fingerprint as f;"
        f"print(json.dumps([f(m) for m in {list(modules)!r}]))"
    )
    return json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=package.parent, env={}))


def edit(path, change):
    path.write_text(change(path.read_text("utf-8")), "utf-8")


HARMLESS = {
    "a comment": lambda text: text + "\n# a remark\n",
    "the docstring": lambda text: text.replace('"""', '"""Said otherwise. ', 1),
    "blank lines": lambda text: text.replace("\n\n", "\n\n\n\n"),
    "a touch": lambda text: text,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_runs_the_same_has_the_same_digest(package, name):
    before = digests(package, STEP)
    edit(package / "jpeg.py", HARMLESS[name])
    assert digests(package, STEP) == before


def test_code_of_what_is_imported_counts_and_other_code_does_not(package):
    others = ["unjpeg.steps.split", "unjpeg.models.ar_cnn"]
    before = digests(package, STEP, *others)
    edit(package / "jpeg.py", lambda text: text.replace('"420": 2', '"420": 1'))
    after = digests(package, STEP, *others)
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_one_model_is_not_another(package):
    names = [f"unjpeg.models.{n}" for n in ("ar_cnn", "car_cnn", "conv_unit")]
    before = digests(package, *names)
    edit(package / "models" / "ar_cnn.py", lambda text: text.replace("0.001)", "0.002)"))
    assert [a != b for a, b in zip(digests(package, *names), before)] == [True, False, False]


def test_random_edits_change_exactly_the_digests_that_reach_them(package):
    """A name added at the end of any module is seen by every step that imports it, by no other."""
    steps = [f"unjpeg.steps.{s}" for s in ("split", "compress", "patches", "restore_set", "score", "tables")]
    reach = {s: provenance.modules_of(s) for s in steps}
    every = sorted({m for modules in reach.values() for m in modules})
    for module in random.Random(0).sample(every, 12):
        path = package / provenance.path_of(module).relative_to(provenance.ROOT)
        text = path.read_text("utf-8")
        before = digests(package, *steps)
        path.write_text(text + "\nADDED = 1\n", "utf-8")
        changed = [s for s, a, b in zip(steps, before, digests(package, *steps)) if a != b]
        counts = module != "unjpeg.record"  # says what a job ran with, and makes no result
        assert changed == [s for s in steps if counts and module in reach[s]], module
        path.write_text(text, "utf-8")


def test_the_step_list_of_imports_is_what_python_loads():
    """What `compress` loads in this package stands in its digest's list."""
    code = f"import sys, {STEP}; print(*[m for m in sys.modules if m.split('.')[0] == 'unjpeg'])"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert loaded <= provenance.modules_of(STEP)


def test_settings_and_cards_are_read_without_import():
    assert provenance.settings_of("unjpeg.models.car_cnn").keys() == {
        "channels",
        "widths",
        "init",
        "output",
        "skip",
    }
    assert provenance.constant_of("unjpeg.models.car_cnn", "CARD")["channels"] == (1,)
    assert "ar_cnn" in provenance.modules_in("models")
    assert "card" not in provenance.modules_in("metrics")


def test_code_is_printed_without_docstrings(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(
        '"""Doc."""\ndef f(a):  # why\n    """Doc."""\n    return (a)\nclass C:\n    """Doc."""\n'
    )
    assert provenance.code_of(path) == "def f(a):\n    return a\n\nclass C:\n    pass"
    assert ast.parse(provenance.code_of(path))
