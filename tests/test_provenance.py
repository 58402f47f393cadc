"""The digest of a job's code changes with the code that the job runs, and with nothing else."""

import ast
import json
import random
import re
import shutil
import subprocess
import sys
from functools import partial

import pytest

from unjpeg import provenance
from unjpeg.config.study import read_study

from . import edits

STEP = "unjpeg.steps.compress"


@pytest.fixture
def package(tmp_path):
    shutil.copytree(provenance.ROOT, tmp_path / "unjpeg", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "unjpeg"


def digests(package, *modules):
    code = (
        "import json; from unjpeg.provenance import fingerprint as f;"
        f"print(json.dumps([f(*([m] if isinstance(m, str) else m)) for m in {list(modules)!r}]))"
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


@pytest.fixture(scope="module")
def groups(root):
    """Modules named together: by every rule, and by what is imported by name at run time."""
    text = "".join(p.read_text("utf-8") for p in sorted((root / "workflow/rules").glob("*.smk")))
    calls = [
        re.findall(r'"(unjpeg[\w.]+)"', c) for c in re.findall(r"code=code\((.*?)\),\n", text, re.DOTALL)
    ]
    named = [[f"unjpeg.{f}.{name}"] for f in provenance.OFFERS for name in provenance.modules_in(f)]
    study = read_study(root / "config/config.yaml")
    runs = [study.run_of(name) for name in study.models]
    return [*calls, *named, *(provenance.modules_of_run(run) for run in runs)]


@pytest.fixture(scope="module")
def before(groups):
    return [provenance.fingerprint(*modules) for modules in groups]


@pytest.mark.parametrize("seed", range(8))
def test_random_edits_change_exactly_the_digests_that_reach_them(package, groups, before, seed):
    """Some modules are edited for real, some more in a way that changes nothing."""
    rng = random.Random(seed)
    reach = [provenance.modules_of(*modules) for modules in groups]
    drawn = rng.sample(sorted(set().union(*reach)), 12)
    for n, module in enumerate(drawn):
        path = package / provenance.path_of(module).relative_to(provenance.ROOT)
        numbers = module not in provenance.modules_of("unjpeg.provenance")  # which has to count right
        edit(
            path, partial(edits.real, rng=rng, numbers=numbers) if n < 2 else partial(edits.harmless, rng=rng)
        )
    counted = set(drawn[:2]) - {"unjpeg.record"}  # says what a job ran with, and makes no result
    changed = [a != b for a, b in zip(before, digests(package, *groups))]
    assert changed == [bool(counted & modules) for modules in reach], drawn


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
