"""Imports go down only, and what a Snakefile may import needs no torch."""

import subprocess
import sys

import pytest

from unjpeg.provenance import ROOT, imports_of

FLOORS = {
    0: [
        "errors",
        "atomic",
        "ahead",
        "pages",
        "provenance",
        "record",
        "chain",
        "degradation",
        "card",
        "config",
    ],
    1: [
        "images",
        "jpeg",
        "foreign",
        "jpegfacts",
        "quantised",
        "consistency",
        "encoder",
        "recompressed",
        "zoo",
        "dct",
        "grid",
        "pairs",
        "manifest",
        "parts",
        "outputs",
        "folder",
        "leaks",
        "sources",
        "parameters",
        "peers",
        "torchvision_shim",
    ],
    2: ["metrics", "store", "layers", "authors"],
    3: ["models", "losses"],
    4: [
        "bfloat16",
        "photos",
        "library",
        "recipes",
        "training",
        "report",
        "inference",
        "restorer",
        "ensemble",
        "detection",
        "scoring",
        "cost",
        "exported",
        "web",
        "status",
    ],
    5: ["steps"],
    6: ["cli", "__main__"],
}
FLOOR = {f"unjpeg.{name}": floor for floor, names in FLOORS.items() for name in names} | {"unjpeg": 0}
MODULES = sorted(
    ".".join(("unjpeg", *p.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for p in ROOT.rglob("*.py")
)


def floor(module):
    return FLOOR[".".join(module.split(".")[:2])]


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module):
    for imported in imports_of(module):
        assert floor(imported) <= floor(module), f"{module} (floor {floor(module)}) imports {imported}"
        if imported.startswith(("unjpeg.steps.", "unjpeg.models.")):
            assert not module.startswith(imported.rpartition(".")[0] + "."), f"{module} imports {imported}"


def test_low_floors_import_no_torch():
    low = [m for m in MODULES if floor(m) <= 2 and not m.startswith("unjpeg.layers")]
    code = f"import sys; [__import__(m) for m in {low!r}]; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_the_lowest_floor_needs_yaml_and_pydantic_only():
    low = [m for m in MODULES if floor(m) == 0]
    code = f"import sys; [__import__(m) for m in {low!r}]; print(*{{m.split('.')[0] for m in sys.modules}})"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not loaded & {"numpy", "torch", "PIL", "h5py", "pandas", "snakemake"}


def test_files_stay_small():
    lengths = sorted(len(p.read_text("utf-8").splitlines()) for p in ROOT.rglob("*.py"))
    assert lengths[-1] <= 200
    assert lengths[len(lengths) // 2] <= 90
