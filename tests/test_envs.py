"""One truth about versions: pyproject.toml; constraints and conda environments follow."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version


@pytest.fixture(scope="module")
def wanted(root):
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    requirements = map(Requirement, [*project["dependencies"], *extras])
    return {r.name: r.specifier for r in requirements if r.name != project["name"]}  # an extra of extras


def test_constraints_fulfil_what_is_wanted(root, wanted):
    lines = [
        ln for ln in (root / "constraints.txt").read_text("utf-8").splitlines() if not ln.startswith("#")
    ]
    pinned = dict(line.lower().replace("_", "-").split("==") for line in lines)
    for name, specifier in wanted.items():
        assert Version(pinned[name]) in specifier, name
    assert not any("+" in version for version in pinned.values()), "a local build exists on one machine only"


def test_conda_environments_name_the_same_versions(root, wanted):
    files = sorted((root / "envs").glob("*.yaml"))
    assert files
    for path in files:
        entries = yaml.safe_load(path.read_text("utf-8"))["dependencies"]
        pip = next((e["pip"] for e in entries if isinstance(e, dict)), [])
        for line in [e for e in entries if isinstance(e, str)] + pip:
            requirement = Requirement(line)
            if requirement.name not in ("python", "pip", "ffmpeg"):
                assert requirement.specifier == wanted[requirement.name], f"{path.name}: {requirement.name}"


def test_every_rule_has_an_environment_that_exists(root):
    text = "".join(p.read_text("utf-8") for p in sorted((root / "workflow" / "rules").glob("*.smk")))
    used = set(re.findall(r'"\.\./\.\./envs/(\w+)\.yaml"', text))
    assert used == {p.stem for p in (root / "envs").glob("*.yaml")}


def test_nothing_of_one_machine_is_committed(root):
    """No absolute path of a work place, no package index."""
    import subprocess

    patterns = ["find-links", "index-url", "/opt/" + "wheels", "/work/" + "main"]
    for pattern in patterns:
        done = subprocess.run(
            ["git", "grep", "-nIF", pattern, "--", ".", ":!tests/test_envs.py"], cwd=root, capture_output=True
        )
        assert done.returncode == 1, done.stdout.decode()
